//! The plan as data: steps, what is held and why, and what was seen on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::finding::{Finding, Known, Loosened, Settled, Witness};
use super::swing::{ByHand, Swing};
use crate::catalog::RightId;
use crate::model::{
    AccountId, AccountState, Allow, Contact, Facts, HasNow, InviteWay, Ownership, PersonKey,
    PlaceId, Quiet, RightSet, Says, SystemName, Value, VendorRoleSlug,
};
use crate::text::Origin;

pub use super::instruction::{Action, Instruction, ManualActor, Proof, Typed, TypedValue};

/// SHA-256 over the canonical form of a plan, in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanId(pub Arc<str>);

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hash of system, account or person, place, kind and after, in 12 hex digits: never of position, time or before, so
/// that what was said about a step survives the next night's plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub Arc<str>);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A finished, sealed plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The hash of what follows.
    pub id: PlanId,
    /// What follows.
    pub draft: Draft,
}

impl Plan {
    /// A plan without a step, to compare with.
    pub fn nothing() -> Self {
        Self {
            id: PlanId("".into()),
            draft: Draft::default(),
        }
    }
}

/// A plan before it is sealed: rules may still turn steps into holds.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The instant the desired state is for.
    pub as_of: Timestamp,
    /// When the oldest read it stands on began; `as_of` where nothing was read.
    pub observed: Timestamp,
    /// Which files it was made from.
    pub config: ConfigFact,
    /// The systems involved, in order of name.
    pub systems: Vec<SystemFact>,
    /// Every scope that was read or should have been, in order.
    pub scopes: Vec<ScopeFact>,
    /// Steps in the order in which they are done.
    pub steps: Vec<Step>,
    /// What is kept back, and why.
    pub holds: Vec<Hold>,
    /// Steps that only an approval lets through. None is left once the plan is sealed: each has become a hold.
    pub needs: Vec<Need>,
    /// Rules of the project that are broken already, or by whoever leaves.
    pub findings: Vec<Finding>,
    /// Rules that the files say less strictly than before.
    pub loosened: Vec<Loosened>,
    /// Differences somebody else made since the last apply.
    pub drift: Vec<Drift>,
    /// What time alone will change.
    pub lapses: Vec<Lapse>,
    /// Accounts nobody declared.
    pub strangers: Vec<Stranger>,
    /// What `ownership` suppresses.
    pub withheld: Vec<Withheld>,
    /// What waits for somebody else, such as an invitation to be accepted. Waiting is no change.
    pub waiting: Vec<Waiting>,
    /// What is worth knowing about values that are reported and never repaired.
    pub notes: Vec<Note>,
    /// What it costs.
    pub price: Price,
    /// Whose the accounts are, by system: what `policy` judges by. No part of the contract.
    pub whose: BTreeMap<SystemName, Vec<Known>>,
    /// Steps that something would keep back and that an approval lets through, with the approval as the rule book calls it.
    /// No part of the contract.
    pub passed: BTreeMap<StepId, Arc<str>>,
    /// Lists that shrank and are believed because of an approval, as the rule book calls it. No part of the contract.
    pub believed: BTreeMap<(SystemName, PlaceId), Arc<str>>,
    /// Waivers that count in this plan, as the rule book calls them. No part of the contract.
    pub waived: BTreeSet<Arc<str>>,
    /// Further messages that an approval lets through, with what tells it from others. No part of the contract.
    pub approved: BTreeMap<StepId, Arc<str>>,
    /// Accounts in use that have just what the files give them. No part of the contract.
    pub settled: Vec<Settled>,
    /// The quiet hours, in the time of each place where a step writes to somebody: they may begin while it is waited for. No
    /// part of the contract.
    pub quiet: BTreeMap<PlaceId, (Quiet, TimeZone)>,
}

impl Draft {
    /// The end of the quiet hours at a place, such as `09:00`, if they hold now.
    pub fn quiet_at(&self, place: &PlaceId, now: Timestamp) -> Option<String> {
        let (quiet, zone) = self.quiet.get(place)?;
        let until = quiet.until;
        quiet
            .holds(now.to_zoned(zone.clone()).time())
            .then(|| format!("{:02}:{:02}", until.hour(), until.minute()))
    }

    /// The first place where a call would write to somebody in quiet hours, and when they end.
    pub fn quiet_now(&self, now: Timestamp) -> Option<(&PlaceId, String)> {
        let message = |effect: &Effect| matches!(effect, Effect::Mail(_) | Effect::Sms(_));
        let writes = |step: &&Step| step.mode == Mode::Api && step.effects.iter().any(message);
        let mut writing = self.steps.iter().filter(writes);
        writing.find_map(|step| Some((&step.place, self.quiet_at(&step.place, now)?)))
    }
}

/// Which files a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFact {
    /// SHA-256 over the files, in hex.
    pub digest: Arc<str>,
    /// The git commit, if known.
    pub commit: Option<Arc<str>>,
    /// Whether the files differ from that commit.
    pub dirty: bool,
    /// Where the settings were taken from, where that is not the folder.
    pub settings: Option<Arc<str>>,
    /// Whether the folder's own settings are others than those.
    pub edits_settings: bool,
}

/// A system as a plan names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemFact {
    /// Its name.
    pub name: SystemName,
    /// Its kind.
    pub kind: &'static str,
    /// The host that was asked; `sandbox:<system>` for the simulator.
    pub host: Arc<str>,
}

/// How far a scope can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Read completely.
    Complete,
    /// Read in part: nothing is removed and nobody is invited there. The gaps, in words.
    Partial(Vec<String>),
    /// Not read; why, in words.
    Unreadable(String),
    /// Not asked, because nothing there was in question.
    NotRead,
    /// No interface reads it; an export of this time stands in.
    Exported(Timestamp),
    /// No interface reads it; what is known are statements of people, the newest of this time.
    Attested(Timestamp),
    /// No interface reads it, and nobody ever said what is there.
    NeverLooked,
}

/// One scope and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeFact {
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// The place's title for people.
    pub title: Arc<str>,
    /// How far it can be trusted.
    pub completeness: Completeness,
    /// Accounts seen there.
    pub accounts: u32,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// Send an invitation.
    Invite,
    /// Send it again.
    Resend,
    /// Take a pending invitation back.
    WithdrawInvitation,
    /// Give a known account access to one more place, without a message.
    Grant,
    /// Change rights.
    SetRights,
    /// Change the vendor role (and whatever else differs, in the same write).
    ChangeRole,
    /// Change the link to a team member only.
    LinkStaff,
    /// Take access away at a place.
    Remove,
    /// Switch an account off.
    Block,
    /// Switch it on again.
    Unblock,
    /// Switch a new account on.
    Activate,
    /// Switch an account off for good where it cannot be removed.
    Deactivate,
    /// Look and confirm.
    Check,
    /// Something to do afterwards that is no access itself.
    FollowUp,
}

impl StepKind {
    /// The kebab-case name of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Invite => "invite",
            StepKind::Resend => "resend",
            StepKind::WithdrawInvitation => "withdraw-invitation",
            StepKind::Grant => "grant",
            StepKind::SetRights => "set-rights",
            StepKind::ChangeRole => "change-role",
            StepKind::LinkStaff => "link-staff",
            StepKind::Remove => "remove",
            StepKind::Block => "block",
            StepKind::Unblock => "unblock",
            StepKind::Activate => "activate",
            StepKind::Deactivate => "deactivate",
            StepKind::Check => "check",
            StepKind::FollowUp => "follow-up",
        }
    }
}

/// Who carries a step out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `keyholder`, through the vendor's API.
    Api,
    /// A person, by hand.
    Manual(Instruction),
}

/// What is known of a manual step beside what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// When it was handed over first; none before.
    pub since: Option<Timestamp>,
    /// When it is due; none before it was handed over and where no date causes it.
    pub due: Option<Timestamp>,
    /// Somebody said it was done, and what was read since shows otherwise.
    pub contradicted: Option<Said>,
}

/// Who said something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who; hostile text.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
}

/// How dangerous a step is; the order is from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DangerClass {
    /// Gives what is neither sensitive nor a heavier role, and writes to nobody.
    Safe,
    /// Sends a message to a human.
    Messaging,
    /// Gives a sensitive right or a heavier vendor role.
    Escalating,
    /// Leaves an account with less at a place.
    Removing,
    /// Cannot be undone by another step.
    Irreversible,
}

impl DangerClass {
    /// The name of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            DangerClass::Safe => "safe",
            DangerClass::Messaging => "messaging",
            DangerClass::Escalating => "escalating",
            DangerClass::Removing => "removing",
            DangerClass::Irreversible => "irreversible",
        }
    }
}

/// Why a step is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// New here.
    Joined,
    /// Left the chain, or the place closed, or the line was deleted.
    Left,
    /// Does not work for a while, and comes back.
    Paused,
    /// Loses one place and gains another in the same plan.
    Moved,
    /// A role or an assignment says something else than at the last apply.
    RoleChanged,
    /// A line ended.
    Lapsed,
    /// A line began.
    Due,
    /// Somebody changed it at the vendor.
    Drift,
    /// Nobody declared the account.
    Stranger,
    /// An approval lets it through.
    Approved,
}

impl Reason {
    /// The name of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Joined => "joined",
            Reason::Left => "left",
            Reason::Paused => "paused",
            Reason::Moved => "moved",
            Reason::RoleChanged => "role-changed",
            Reason::Lapsed => "lapsed",
            Reason::Due => "due",
            Reason::Drift => "drift",
            Reason::Stranger => "stranger",
            Reason::Approved => "approved",
        }
    }
}

/// What a step does to humans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// An e-mail, to this masked address.
    Mail(String),
    /// An SMS, to this masked number.
    Sms(String),
    /// They are signed out at that place.
    SignOut,
    /// A paid seat may be taken.
    PaidSeat,
}

/// The line or rule that caused a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// A place in YAML.
    Line(Origin),
    /// A rule of the program or the settings, in words.
    Rule(String),
}

/// One change.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its stable id.
    pub id: StepId,
    /// What it does.
    pub kind: StepKind,
    /// Who does it.
    pub mode: Mode,
    /// How dangerous it is.
    pub class: DangerClass,
    /// What it gives and takes, whatever its class says first.
    pub swing: Swing,
    /// Why it is there.
    pub reason: Reason,
    /// What of it answers what somebody else changed, where an account that is there is set right.
    pub by_hand: ByHand,
    /// Whether it is part of an order to have nothing anywhere any more: the end of an employment, which a pause, a line
    /// that ended or one that begins later is not. No part of the contract.
    pub ends: bool,
    /// Whom it is about; none for a stranger.
    pub person: Option<PersonKey>,
    /// The person's name, or the account's where nobody declared it; hostile text.
    pub name: Arc<str>,
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// The account; none before it exists.
    pub account: Option<AccountId>,
    /// What is there now; none if nothing.
    pub before: Option<Access>,
    /// What will be there; none if nothing.
    pub after: Option<Access>,
    /// Rights whose value changes, with names in place of ids where they are known, in order of the catalogue.
    pub deltas: Vec<RightDelta>,
    /// Messages, sign-outs, seats.
    pub effects: Vec<Effect>,
    /// The lines and rules behind it, most telling first; never empty.
    pub because: Vec<Because>,
    /// Steps that must have been verified before.
    pub waits_for: Vec<StepId>,
    /// Who still manages users there, whatever else of the plan is done or not, if the step takes that from somebody.
    pub witnesses: Vec<Witness>,
    /// What is executed; nothing is left to decide.
    pub change: Change,
    /// What is known of a step by hand; none for one by API.
    pub hand: Option<Box<Hand>>,
}

impl Step {
    /// Whether it is a step by hand that is due and not done.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let due = self.hand.as_ref().and_then(|hand| hand.due);
        due.is_some_and(|due| due < now)
    }

    /// What somebody says who says that the step is done.
    pub fn says(&self) -> Says {
        match (&self.after, self.kind) {
            (_, StepKind::FollowUp) => Says::Nothing,
            (None, _) => Says::Absent,
            (Some(after), _) => Says::Has(HasNow {
                state: after.state,
                role: after.role.clone(),
                facts: after.facts.clone(),
            }),
        }
    }
}

/// What an account has at a place, before or after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Invited, active, ...
    pub state: AccountState,
    /// The vendor role.
    pub role: Option<VendorRoleSlug>,
    /// The linked team member.
    pub staff: Option<i64>,
    /// The team member's name, where known; hostile text.
    pub staff_name: Option<Arc<str>>,
    /// Rights by meaning; after a step, only the managed ones.
    pub rights: Arc<RightSet>,
    /// What stands in place of rights at kinds without a catalogue.
    pub facts: Arc<Facts>,
}

/// One right that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightDelta {
    /// Which.
    pub right: RightId,
    /// Value before; none where there was no access.
    pub before: Option<Value>,
    /// Value after; none where there will be no access.
    pub after: Option<Value>,
    /// The line of a role, or of a `plus`, `minus` or `never`, that decided it; none where all access is given or goes, for
    /// which the lines of assignments stand, and where none did.
    pub line: Option<Origin>,
}

/// What a step executes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One invitation.
    Invite {
        /// Where the message goes.
        contact: Contact,
        /// By mail or SMS.
        way: InviteWay,
        /// Name shown in the list of invitations.
        name: Arc<str>,
        /// What they will have.
        target: Target,
    },
    /// Access at one more place for a known account, without a message.
    Grant {
        /// A place where the account is now.
        from: PlaceId,
        /// What they will have.
        target: Target,
    },
    /// One write of role, staff link and rights.
    Set {
        /// What they will have.
        target: Target,
    },
    /// Taking access away at the place.
    Remove,
    /// Taking a pending invitation back.
    Withdraw,
    /// Nothing that the program does.
    ByHand,
}

/// What an account shall have at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The vendor role; none keeps it.
    pub role: Option<VendorRoleSlug>,
    /// The link to a team member.
    pub staff: StaffTarget,
    /// Managed rights, ids resolved for this place.
    pub rights: Arc<RightSet>,
}

/// A resolved staff link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffTarget {
    /// As it is.
    Keep,
    /// This team member.
    Link(i64),
    /// Nobody.
    Nobody,
}

/// Why something is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldCode {
    /// The live side leaves it open whose account it is.
    IdentityDoubt,
    /// An account may be theirs: pin it or say `not`.
    MaybeAccount,
    /// A contact belongs, by the journal, to somebody else's account.
    ContactElsewhere,
    /// A pending invitation vanished while an unknown account appeared.
    JoinedOtherwise,
    /// An invitation may have been sent; it is not sent again on doubt.
    InvitationUnknown,
    /// A further invitation within one employment.
    SecondInvitation,
    /// An entry is gone from YAML: that is no order.
    Vanished,
    /// The scope could not be read completely.
    NotComplete,
    /// The vendor says that this account cannot be changed or removed.
    VendorForbids,
    /// It is the caller, an owner, a system user or somebody protected.
    Protected,
    /// The caller's own rights do not reach.
    CallerLacks,
    /// A right, role or name does not exist at that place.
    NotThere,
    /// Granting ownership of a vendor account.
    Ownership,
    /// Something it comes after is held.
    DependsOnHeld,
    /// No contact that this system can invite by.
    NoWayToInvite,
    /// A statement that cannot be believed: altered, contradictory, from the future.
    AttestationDoubt,
    /// More people than a limit lets through.
    OverLimit,
    /// A list that shows far fewer accounts than the last complete one.
    Shrunk,
    /// Somebody changed it by hand, and the settings hold what answers that.
    Drift,
    /// An account nobody declared is removed only with an approval.
    Stranger,
    /// A policy forbids it.
    Policy,
    /// A fence does not let that file say it.
    Fence,
    /// Nobody who manages users would be left there for certain.
    LastManager,
}

impl HoldCode {
    /// The kebab-case name of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            HoldCode::IdentityDoubt => "identity-doubt",
            HoldCode::MaybeAccount => "maybe-account",
            HoldCode::ContactElsewhere => "contact-elsewhere",
            HoldCode::JoinedOtherwise => "joined-otherwise",
            HoldCode::InvitationUnknown => "invitation-unknown",
            HoldCode::SecondInvitation => "second-invitation",
            HoldCode::Vanished => "vanished",
            HoldCode::NotComplete => "not-complete",
            HoldCode::VendorForbids => "vendor-forbids",
            HoldCode::Protected => "protected",
            HoldCode::CallerLacks => "caller-lacks",
            HoldCode::NotThere => "not-there",
            HoldCode::Ownership => "ownership",
            HoldCode::DependsOnHeld => "depends-on-held",
            HoldCode::NoWayToInvite => "no-way-to-invite",
            HoldCode::AttestationDoubt => "attestation-doubt",
            HoldCode::OverLimit => "over-limit",
            HoldCode::Shrunk => "shrunk",
            HoldCode::Drift => "drift",
            HoldCode::Stranger => "stranger",
            HoldCode::Policy => "policy",
            HoldCode::Fence => "fence",
            HoldCode::LastManager => "last-manager",
        }
    }
}

/// Something kept back: a step that would be there, or a doubt that keeps a step from being made.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Why.
    pub code: HoldCode,
    /// Whom it is about.
    pub person: Option<PersonKey>,
    /// Their name; hostile text.
    pub name: Arc<str>,
    /// The system; none where the whole project is meant.
    pub system: Option<SystemName>,
    /// The place, if it is one.
    pub place: Option<PlaceId>,
    /// Everyone and everything involved, in one or two sentences; may contain hostile text.
    pub message: String,
    /// What a person can do about it.
    pub help: String,
    /// The entry of `approvals` that lets it through, ready to be pasted, where one can.
    pub approval: Option<String>,
    /// The lines and rules behind it.
    pub because: Vec<Because>,
    /// The step that is kept back, if it could be made.
    pub step: Option<Box<Step>>,
}

/// What keeps a step back unless somebody approved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The step.
    pub step: StepId,
    /// Why it would be held.
    pub code: HoldCode,
    /// What an approval has to allow; none where no approval can.
    pub allow: Option<Allow>,
    /// The numbers, and whom it is about; may contain hostile text.
    pub message: String,
    /// What a person can do about it.
    pub help: String,
    /// The entry of `approvals` that lets it through, ready to be pasted.
    pub approval: Option<String>,
    /// The rule.
    pub because: Vec<Because>,
}

/// A difference somebody else made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Whose.
    pub person: Option<PersonKey>,
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// The account.
    pub account: AccountId,
    /// The step that answers it, if there is one.
    pub step: Option<StepId>,
    /// What changed, in words; may contain hostile text.
    pub what: String,
    /// Whether somebody is known to have changed it since the last apply. Where nothing was ever applied, it is only known
    /// that no line gives it. No part of the contract.
    pub is_change: bool,
}

/// Something time alone will change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub person: PersonKey,
    /// Where.
    pub place: Option<PlaceId>,
    /// What.
    pub what: Arc<str>,
    /// The line that says so.
    pub origin: Origin,
}

/// An account nobody declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// The system.
    pub system: SystemName,
    /// The account.
    pub account: AccountId,
    /// Its name; hostile text.
    pub name: Arc<str>,
    /// Where it has access, with its state.
    pub places: Vec<(PlaceId, AccountState)>,
    /// What else is known: "owner", "system user", "the token's own account".
    pub remark: Option<String>,
}

/// What `ownership` suppresses.
#[derive(Clone, Debug)]
pub struct Withheld {
    /// The step that would be there.
    pub step: Step,
    /// The setting that suppresses it.
    pub because: Because,
    /// The level it is.
    pub under: Ownership,
}

/// What waits for somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub person: PersonKey,
    /// Their name; hostile text.
    pub name: Arc<str>,
    /// The system.
    pub system: SystemName,
    /// The places it keeps waiting.
    pub places: Vec<PlaceId>,
    /// Since when, if known.
    pub since: Option<Timestamp>,
    /// For what.
    pub what: String,
}

/// Something worth knowing that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The system, if it concerns one.
    pub system: Option<SystemName>,
    /// The place, if it concerns one.
    pub place: Option<PlaceId>,
    /// In words; may contain hostile text.
    pub text: String,
}

/// What a plan costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Calls that the read took.
    pub calls_read: u32,
    /// Calls that applying takes, reading back included.
    pub calls_apply: u32,
    /// Seconds under the vendor's limit.
    pub seconds: u32,
    /// Messages to humans.
    pub messages: u32,
    /// Steps that may take a paid seat.
    pub paid_seats: u32,
}

/// Counts for the one line at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// People with at least one step.
    pub people: u32,
    /// Steps by API.
    pub api: u32,
    /// Steps by hand.
    pub manual: u32,
    /// Invitations.
    pub invitations: u32,
    /// Grants of further places.
    pub grants: u32,
    /// Changes of rights, roles and links.
    pub changes: u32,
    /// Removals, withdrawals and blocks.
    pub removals: u32,
    /// Things kept back.
    pub holds: u32,
    /// Things waiting.
    pub waiting: u32,
    /// Steps suppressed by `ownership`.
    pub withheld: u32,
    /// Accounts nobody declared.
    pub strangers: u32,
}
