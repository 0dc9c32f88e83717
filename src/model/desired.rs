//! What should be, after every reference, inheritance and date has been resolved for one instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{
    AccountId, Contact, LocationKey, PersonKey, PlaceId, Policy, RightSet, RoleKey, Rules,
    SystemName, VendorRoleSlug,
};
use crate::text::{FileId, Span};

/// The time a desired state is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// An instant, the same everywhere.
    Instant(Timestamp),
    /// 00:00 of a date at each place.
    Date(Date),
}

/// Everything the project wants, at one instant.
///
/// Right sets are interned: people with equal roles at a place share one.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// The instant it holds for; of a bare date its 00:00 in the project's zone.
    pub as_of: Timestamp,
    /// The bare date it holds for, where one was asked for: 00:00 at each place.
    pub date: Option<Date>,
    /// Settings of each system that planning needs.
    pub systems: BTreeMap<SystemName, DesiredSystem>,
    /// Facts about every declared location.
    pub places: BTreeMap<LocationKey, PlaceFact>,
    /// Every declared person.
    pub people: BTreeMap<PersonKey, Person>,
    /// The files of each role and of all that it extends: who edited one of them may have edited what the role gives.
    pub role_files: BTreeMap<RoleKey, BTreeSet<FileId>>,
    /// People whom no step may reduce, and the line that says so.
    pub protected: BTreeMap<PersonKey, Span>,
    /// Limits, approvals, and the answers to drift, quiet hours and old invitations.
    pub rules: Rules,
    /// What must hold of who has what, in order of key.
    pub policies: Vec<Policy>,
    /// What time alone will change after `as_of`, soonest first, within the horizon that was asked for.
    pub will_change: Vec<WillChange>,
}

/// What a system's settings mean for planning.
#[derive(Clone, Debug)]
pub struct DesiredSystem {
    /// `altegio`, `yclients`, ... as the catalogue spells it.
    pub kind: &'static str,
    /// Where it is declared.
    pub origin: Span,
    /// Vendor id of the chain, if the project has one.
    pub chain: Option<Arc<str>>,
    /// Vendor id of every declared location in this system, with the ownership that applies there.
    pub locations: BTreeMap<LocationKey, (Arc<str>, Ownership)>,
    /// How much this system may be changed.
    pub ownership: Ownership,
    /// What is done about accounts nobody declared.
    pub strangers: Strangers,
    /// In which order contacts are used for invitations.
    pub invite_by: Vec<InviteWay>,
    /// One invitation per person, or one at each place.
    pub invite: InvitePolicy,
    /// For whom plans are judged, where the settings say.
    pub acting: Option<Actor>,
    /// Who does manual steps.
    pub hands: Vec<PersonKey>,
    /// Names of assumptions and whether they are relied on; what is absent has its default.
    pub assume: BTreeMap<Arc<str>, bool>,
    /// Vendor roles from the heaviest down, where the project and not the vendor says.
    pub role_order: Vec<VendorRoleSlug>,
    /// The vendor's number of each of those roles; one without is not made there yet.
    pub role_numbers: BTreeMap<VendorRoleSlug, i64>,
    /// How soon a manual step is due after it was handed over.
    pub due: SignedDuration,
    /// After which time what a person attested has to be looked at again; none: never.
    pub recheck: Option<SignedDuration>,
    /// Rights named under `unknown_rights`: the catalogue does not know them, the live tree may. Slug, value, place.
    pub unknown_rights: BTreeMap<RoleKey, Vec<(Arc<str>, bool, Span)>>,
    /// What its roles give at Reservio, whoever has them.
    pub gives: Gives,
}

/// Which of Reservio's two ways of giving access the roles of a system use: it tells what a leaver without a line may
/// have had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gives {
    /// The ticks of the standard plan.
    pub ticks: bool,
    /// Enterprise's level for each calendar, or its account administrator.
    pub levels: bool,
}

/// How much `keyholder` may change in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// Only look.
    Report,
    /// Give, never take.
    AddOnly,
    /// Give and take.
    Full,
}

/// What is done about accounts nobody declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// Nothing, not even a line.
    Ignore,
    /// A line in the plan.
    Report,
    /// A removal that needs an approval.
    Remove,
}

/// A way to send an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteWay {
    /// By mail.
    Email,
    /// By SMS.
    Phone,
}

/// How many invitations a person with several places gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitePolicy {
    /// One; the other places are granted when it is accepted.
    Once,
    /// One at each place.
    EachPlace,
}

/// Who the token's owner is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A declared person.
    Person(PersonKey),
    /// An account by its vendor id.
    Account(AccountId),
}

/// A declared location.
#[derive(Clone, Debug)]
pub struct PlaceFact {
    /// Its name for people.
    pub title: Arc<str>,
    /// Whether it gives places to assignments.
    pub status: PlaceStatus,
    /// Where its days are meant.
    pub zone: TimeZone,
    /// Where it is declared.
    pub origin: Span,
}

/// The life of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceStatus {
    /// Not yet.
    Planned,
    /// In business.
    Open,
    /// Not any more: an order to remove everybody there.
    Closed,
}

/// One declared person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The key.
    pub key: PersonKey,
    /// The full name in NFC, as one text.
    pub name: Arc<str>,
    /// First and last name, where they were given apart.
    pub name_parts: Option<(Arc<str>, Arc<str>)>,
    /// A human, a shared login or a service.
    pub kind: PersonKind,
    /// Contacts that identify, most preferred first.
    pub contacts: Vec<Contact>,
    /// Contacts that are used for messages but shared, so that they never identify.
    pub shared_contacts: Vec<Contact>,
    /// Accounts named in YAML, by system.
    pub pins: BTreeMap<SystemName, AccountPin>,
    /// Earlier keys.
    pub was: Vec<PersonKey>,
    /// Who uses a shared login.
    pub used_by: Vec<PersonKey>,
    /// Free word for policies.
    pub class: Option<Arc<str>>,
    /// Where to be invited first, where YAML says.
    pub invite_at: Option<LocationKey>,
    /// Whether their access is managed, and if they have left.
    pub managed: Managed,
    /// The first instant after they left, by the project's zone; none of somebody who has not.
    pub left: Option<Timestamp>,
    /// Of somebody whose access is left alone: that they have left, which takes nothing.
    pub left_alone: Option<LeftAlone>,
    /// Grants in the order of system and place. [`GrantState::Absent`] is an order to have nothing there.
    pub grants: Vec<Grant>,
    /// Places where lines of theirs have ended and nothing is in force now, in the order of system and place.
    pub ended: Vec<Ended>,
    /// Assignment lines in force, whether or not they give anything: what is missing where one of them stands is not missing
    /// because a line was taken out.
    pub standing: Vec<StandingLine>,
    /// Where the person is declared.
    pub origin: Span,
}

/// Somebody left, and `access: unmanaged` keeps every plan from taking anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Their last day, as `leaves` says.
    pub on: jiff::civil::Date,
    /// That line.
    pub line: Span,
}

/// An assignment line in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingLine {
    /// The line.
    pub origin: Span,
    /// Its role.
    pub role: Option<RoleKey>,
    /// The places it names by their keys; none where it chooses them by tags or takes all, so that an edit elsewhere decides
    /// which they are.
    pub keys: Option<Vec<LocationKey>>,
}

impl StandingLine {
    /// Whether the line may be meant to give something at a place.
    pub fn reaches(&self, place: &PlaceId) -> bool {
        let named =
            |keys: &Vec<LocationKey>| place.location().is_some_and(|key| keys.contains(key));
        self.keys.as_ref().is_none_or(named)
    }
}

/// A place where time alone has ended what a person had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// The first instant after the line that ended last.
    pub at: Timestamp,
    /// That line.
    pub origin: Span,
}

/// A human, a shared login or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    /// A human.
    Person,
    /// A login several people use.
    Shared,
    /// A login of a program.
    Service,
}

/// What the project says about a person as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Managed {
    /// `access: unmanaged`: left alone.
    No,
    /// Access as the grants say; an account at a place without a grant is reduced only where the journal knows that
    /// it was ours or `access: []` says so.
    Yes,
    /// `access: []`: an order to have nothing anywhere. The span is that line.
    Nothing(Span),
    /// `leaves` has passed: everything is taken, everywhere. The span is that line.
    Left(Span),
}

/// Accounts a person is said to have in one system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPin {
    /// Account ids, the primary one first.
    pub ids: Vec<AccountId>,
    /// Accounts that are certainly somebody else's.
    pub not: Vec<AccountId>,
    /// A login name, where the vendor has them.
    pub login: Option<Arc<str>>,
    /// Team member at each location, by name or id.
    pub staff: BTreeMap<LocationKey, super::Item>,
}

/// What one person has in one system at one place.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// Whether it should be there.
    pub state: GrantState,
    /// The vendor role; none where the system has none or the state is absent.
    pub role: Option<VendorRoleSlug>,
    /// What is said about the link to a team member.
    pub staff: StaffWish,
    /// Every managed right; irrelevant ones are empty cells.
    pub rights: Arc<RightSet>,
    /// Rights nobody names: kept, denied (already in `rights`) or the vendor's recommended set.
    pub unlisted_default: bool,
    /// Values of kinds without a catalogue (ticks, teams, sources), by name.
    pub extra: Arc<super::Facts>,
    /// The assignment lines that caused it, in order of file and place.
    pub because: Vec<Span>,
    /// What time alone has changed here so far; none where it has changed nothing, which is most often.
    pub timing: Option<Box<Timing>>,
    /// The roles behind those lines.
    pub roles: Vec<RoleKey>,
    /// The role line that decided each right, by position in the catalogue; shared like `rights`.
    pub sources: Arc<Vec<Option<RightSource>>>,
}

/// When the lines behind a grant began and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// When the first of the lines in force began; none where one of them has always been in force.
    pub since: Option<Timestamp>,
    /// The last time that a line began or ended here.
    pub turned: Turn,
}

/// A beginning or an end that changed which lines are in force at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// Whether the line ended; otherwise it began.
    pub ended: bool,
    /// The line.
    pub origin: Span,
}

/// The line that decided a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RightSource {
    /// A line under `rights`, `plus`, `minus` or `never`.
    Line(Span),
    /// No line: `unlisted` of this role block.
    Unlisted(Span),
    /// No line: it follows from another right (a section root, a limiting flag, days left out).
    Follows(u16),
}

/// Whether a grant should be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// Yes.
    Present,
    /// Yes, but blocked for now.
    Paused,
    /// No: a leaver, at every place their lines ever named.
    Absent,
}

/// What is said about the link between an account and a team member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffWish {
    /// Nothing: keep what is there.
    Keep,
    /// Linked to this one, looked up at the location.
    Link(super::Item),
    /// Linked to nobody.
    Nobody,
}

/// Something time alone will change.
#[derive(Clone, Debug)]
pub struct WillChange {
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub person: PersonKey,
    /// Where, if it concerns one place.
    pub place: Option<PlaceId>,
    /// What, in words: "deputy ends".
    pub what: Arc<str>,
    /// The line that says so.
    pub origin: Span,
}

/// An entry that earlier applies knew and the project no longer has. Not an order: it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vanished {
    /// A person.
    Person(PersonKey),
    /// A location.
    Location(LocationKey),
    /// A system.
    System(SystemName),
}
