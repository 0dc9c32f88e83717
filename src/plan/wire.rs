//! CONTRACT: the plan as JSON, `keyholder.plan/1`. Changes only by adding.
//!
//! Not the plan itself: types here exist to be serialized, and nothing is decided on them. Contacts
//! appear masked only, and the outcomes of an apply have their own place. Invariant: the id is the
//! SHA-256 of the line `keyholder.plan/1` and the canonical JSON of everything but `id` and
//! `outcomes`, so that any `sha256sum` can check it.

mod from;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::step::{Draft, Plan};
use crate::catalog::Catalog;

/// Name and version of the contract.
pub const FORMAT: &str = "keyholder.plan/1";

/// A plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "keyholder plan", extend("$id" = "keyholder.plan/1"))]
pub struct PlanFile {
    /// SHA-256 in hex: of the line `keyholder.plan/1`, a newline, and the canonical JSON (sorted keys, no white
    /// space) of this object without `id`, `outcomes`, `review`, `base` and
    /// `journal`.
    pub id: String,
    /// Everything that the id covers.
    #[serde(flatten)]
    pub body: PlanBody,
    /// What came of the steps; empty in a plan.
    pub outcomes: Vec<Json>,
    /// Of `apply FILE...`: what of the reviewed plans was not done, and why. Of `apply --due`: under `unreviewed`, what
    /// was not due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Reviewed>,
    /// Of `plan --base`: which steps the change causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// Where the journal ended when this was printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalAt>,
}

/// Where a journal ended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JournalAt {
    /// How many entries it had; 0 where there was none.
    pub entries: u64,
    /// Its last entry as `journal verify --expect-head` takes it; none where there was no journal.
    pub head: Option<String>,
}

/// Which steps a change causes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Base {
    /// The commit that the change is compared with.
    pub commit: String,
    /// Ids of steps that this change causes.
    pub caused: Vec<String>,
    /// How many of `holds` would not be there without it.
    #[serde(default)]
    pub held: usize,
    /// Ids of steps that would be there without it.
    pub pending: Vec<String>,
    /// Steps that would be there without it, and are not.
    pub spared: Vec<ReviewedStep>,
}

/// What of reviewed plans was not done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reviewed {
    /// Ids of the plans that were given.
    pub plans: Vec<String>,
    /// Reviewed, and different now: not done.
    pub stale: Vec<ReviewedStep>,
    /// Needed now, and in none of the plans: not done.
    pub unreviewed: Vec<ReviewedStep>,
    /// Reviewed, and so already.
    pub satisfied: Vec<ReviewedStep>,
}

/// A step as it was reviewed, or as nobody did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReviewedStep {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: String,
    /// The person's key.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// Of a stale one: what differs; may contain hostile text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Vec<String>>,
}

/// Everything that the id covers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanBody {
    /// Name and version of this contract: `keyholder.plan/1`.
    pub format: &'static str,
    /// Version of the tool that made it.
    pub tool: &'static str,
    /// The instant the desired state is for (RFC 3339).
    pub as_of: String,
    /// When the oldest read it stands on began (RFC 3339).
    pub observed: String,
    /// Until when it may be applied: a day after `as_of`, or the next date that changes it (RFC 3339).
    pub expires: String,
    /// Which files it was made from.
    pub config: Config,
    /// Systems and the hosts that were asked.
    pub systems: Vec<System>,
    /// Every scope and how far it can be trusted.
    pub scopes: Vec<Scope>,
    /// What will be done, in order.
    pub steps: Vec<Step>,
    /// What is kept back, and why.
    pub holds: Vec<Hold>,
    /// Rules of the project that are broken, and that no step breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What they changed.
    pub drift: Vec<Drift>,
    /// What time will change.
    pub lapses: Vec<Lapse>,
    /// Accounts nobody declared.
    pub strangers: Vec<Stranger>,
    /// Edits that loosen rules.
    pub loosened: Vec<Loosened>,
    /// What `ownership` suppresses.
    pub withheld: Vec<Withheld>,
    /// What the next levels of `ownership` would do of it, the next one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// What waits for somebody. Waiting is no change.
    pub waiting: Vec<Waiting>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<Note>,
    /// What it costs.
    pub price: Price,
    /// Counts.
    pub totals: Totals,
}

/// Which files a plan was made from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Config {
    /// SHA-256 over the files, in hex.
    pub digest: String,
    /// The git commit, if known.
    pub commit: Option<String>,
    /// Whether the files differ from that commit.
    pub dirty: bool,
    /// Of `--settings`: where the settings were taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// Of `--settings`: whether the folder's own settings are others. They have no force here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits_settings: Option<bool>,
}

/// A system.
#[derive(Debug, Serialize, JsonSchema)]
pub struct System {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The host that was asked; `sandbox:<system>` for the simulator, empty if none.
    pub host: String,
}

/// A scope.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scope {
    /// The system.
    pub system: String,
    /// The location's key, `chain`, or `*`.
    pub location: String,
    /// Its title.
    pub title: String,
    /// How far it can be trusted.
    pub completeness: Completeness,
    /// What is missing, or why it was not read.
    pub gaps: Vec<String>,
    /// Accounts seen there.
    pub accounts: u32,
    /// Of an export, when it was taken; of statements, when the newest was made (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

/// How far a scope can be trusted.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// Read completely.
    Complete,
    /// Read in part: nothing is removed there and nobody is invited.
    Partial,
    /// Could not be read.
    Unreadable,
    /// Was not asked.
    NotRead,
    /// No interface reads it; an export stands in.
    Exported,
    /// No interface reads it; what is known are statements of people.
    Attested,
    /// No interface reads it, and nobody ever said what is there.
    NeverLooked,
}

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    /// Stable: a hash of system, account or person, place, kind and after.
    pub id: String,
    /// `invite`, `grant`, `set-rights`, ...
    #[schemars(extend("enum" = [
        "invite", "resend", "withdraw-invitation", "grant", "set-rights", "change-role", "link-staff", "remove",
        "block", "unblock", "activate", "deactivate", "check", "follow-up"
    ]))]
    pub kind: &'static str,
    /// `api`, or `manual`: then `instruction` says what a person does.
    #[schemars(extend("enum" = ["api", "manual"]))]
    pub mode: &'static str,
    /// The person's key; none for an account nobody declared.
    pub person: Option<String>,
    /// The person's name, or the account's; hostile text.
    pub name: String,
    /// The system.
    pub system: String,
    /// The location's key, `chain`, or `*`.
    pub location: String,
    /// The vendor's id of the account; none before it exists.
    pub account: Option<String>,
    /// Where a `grant` copies the account from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How dangerous it is.
    #[schemars(extend("enum" = ["safe", "messaging", "escalating", "removing", "irreversible"]))]
    pub class: &'static str,
    /// Why it is there.
    #[schemars(extend("enum" = [
        "joined", "left", "paused", "moved", "role-changed", "lapsed", "due", "drift", "stranger",
        "approved"
    ]))]
    pub reason: &'static str,
    /// Slugs of rights (or `role`, `staff`) that somebody changed at the vendor since they were last verified; the rest of
    /// the step is another change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<&'static str>,
    /// What is there now, with the rights that change; none if nothing.
    pub before: Option<Access>,
    /// What will be there, with the rights that change; none if nothing.
    pub after: Option<Access>,
    /// Messages, sign-outs, seats.
    pub effects: Vec<Effect>,
    /// The lines and rules behind it.
    pub because: Vec<Because>,
    /// Ids of the steps that must be verified before.
    pub waits_for: Vec<String>,
    /// Who still manages users there, whatever else of the plan is done or not; only of steps that take that from
    /// somebody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// What a person does, for a manual step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Instruction>,
    /// What is known of a manual step beside what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand: Option<Hand>,
}

/// What is known of a manual step beside what it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hand {
    /// When it was handed over first (RFC 3339); absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// When it is due (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Somebody said it was done, and what was read since shows otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<Said>,
}

/// Who said something, and when.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Said {
    /// Who; hostile text.
    pub by: String,
    /// When (RFC 3339).
    pub at: String,
}

/// Access of an account at a place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Access {
    /// Its state.
    #[schemars(extend("enum" = ["invited", "inactive", "active", "blocked"]))]
    pub state: &'static str,
    /// The vendor role.
    pub role: Option<String>,
    /// The linked team member's id.
    pub staff: Option<i64>,
    /// The linked team member's name; hostile text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_name: Option<String>,
    /// Rights that change, by slug: `true`, `false`, a number of days, a list of names or ids, one of them, `"all"`,
    /// or a text.
    pub rights: BTreeMap<&'static str, Json>,
    /// What stands in place of rights at kinds without a catalogue, by name: `true`, `false`, a word, or a list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Json>,
}

/// What a step does to humans. Contacts are masked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Effect {
    /// `mail`, `sms`, `sign-out` or `paid-seat`.
    #[schemars(extend("enum" = ["mail", "sms", "sign-out", "paid-seat"]))]
    pub kind: &'static str,
    /// Where a message goes, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A line of YAML or a rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Because {
    /// A line.
    Line(Line),
    /// A rule.
    Rule {
        /// In words.
        rule: String,
    },
}

/// A line of YAML.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// Path within the project.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// The line's text.
    pub text: String,
    /// Behind a step that changes rights: the slugs of those that this line decided. A line of an assignment has none: it is
    /// behind the whole step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<&'static str>,
}

/// What a person is told to do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Instruction {
    /// Who: keys of people; empty if nobody is named.
    pub who: Vec<String>,
    /// What to look at before.
    pub check_before: Vec<Action>,
    /// One action each, in order.
    pub actions: Vec<Action>,
    /// The page where it is done, where the vendor has a stable address for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// How it is known afterwards: `reading`, or `attestation`.
    #[schemars(extend("enum" = ["reading", "attestation"]))]
    pub proof: &'static str,
}

/// One thing to do at the screen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Action {
    /// In words; may contain hostile text.
    pub text: String,
    /// What to type or tick, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Typed>,
}

/// A field and what goes in. Contacts are masked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Typed {
    /// The vendor's label.
    pub label: String,
    /// The value; may be hostile.
    pub value: String,
}

/// Something kept back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hold {
    /// Its sort: `identity-doubt`, `not-complete`, ...
    pub code: &'static str,
    /// Whom it is about.
    pub person: Option<String>,
    /// Their name; hostile text.
    pub name: String,
    /// The system.
    pub system: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// What is the matter; may contain hostile text.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// The entry of `approvals` that lets it through, ready to be pasted; absent where none can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// The lines and rules behind it.
    pub because: Vec<Because>,
    /// The step that is kept back, if it could be made.
    pub step: Option<Step>,
}

/// Somebody who still manages users.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Witness {
    /// The slug of the right they keep.
    pub right: &'static str,
    /// Their account.
    pub account: String,
    /// The person's key, if declared.
    pub person: Option<String>,
    /// The step that gives it to them, which is verified before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A rule that an edit loosened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Loosened {
    /// Which: its sort and the keys it is about, such as `ownership salons` or `policy two-managers`.
    pub rule: String,
    /// What it was; absent if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is; absent if it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The line that says so now, where one does.
    pub because: Vec<Because>,
}

/// A rule of the project that is broken, and that no step breaks; or of which nobody can know.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The policy's key; `users` and `leavers` of what is always demanded.
    pub policy: String,
    /// `live`: by what the vendor has. `declared`: by what the files say. `leaving`: by somebody who leaves.
    /// `unknown`: not known to be broken, and not to be kept: the rights that it is about were not read.
    #[schemars(extend("enum" = ["leaving", "live", "declared", "unknown"]))]
    pub side: &'static str,
    /// Keys of the people involved.
    pub people: Vec<String>,
    /// Slugs of the rights involved.
    pub rights: Vec<String>,
    /// The system, if it is one.
    pub system: Option<String>,
    /// The place, if it is one.
    pub location: Option<String>,
    /// What is the matter; may contain hostile text.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// The rule first, then the lines it is about.
    pub because: Vec<Because>,
}

/// A difference somebody else made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Drift {
    /// Whose.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// The account.
    pub account: String,
    /// The step that answers it.
    pub step: Option<String>,
    /// In words.
    pub what: String,
}

/// Something time alone will change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lapse {
    /// When (RFC 3339).
    pub at: String,
    /// Whose.
    pub person: String,
    /// Where.
    pub location: Option<String>,
    /// What.
    pub what: String,
    /// The line that says so.
    pub because: Line,
}

/// An account nobody declared.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stranger {
    /// The system.
    pub system: String,
    /// The account.
    pub account: String,
    /// Its name; hostile text.
    pub name: String,
    /// Where it has access.
    pub places: Vec<StrangerPlace>,
    /// What else is known.
    pub remark: Option<String>,
}

/// Where a stranger has access.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StrangerPlace {
    /// The place.
    pub location: String,
    /// The account's state there.
    pub state: &'static str,
}

/// What `ownership` suppresses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Withheld {
    /// The step that would be there.
    pub step: Step,
    /// The setting.
    pub because: Because,
}

/// What one level of `ownership` would do that the levels below it would not.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Level {
    /// `add-only` or `full`.
    pub ownership: &'static str,
    /// Places at which it would do something.
    pub places: u32,
    /// Invitations.
    pub invitations: u32,
    /// Access to one more place, and accounts that are switched on.
    pub grants: u32,
    /// Changes of rights, roles and links that give.
    pub changes: u32,
    /// Changes of rights and roles that take.
    pub reductions: u32,
    /// Access that ends at a place.
    pub removals: u32,
    /// Looks, and what is to be done afterwards.
    pub follow_ups: u32,
}

/// What waits for somebody.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Waiting {
    /// Whose.
    pub person: String,
    /// Their name; hostile text.
    pub name: String,
    /// The system.
    pub system: String,
    /// The places it keeps waiting.
    pub locations: Vec<String>,
    /// Since when (RFC 3339), if known.
    pub since: Option<String>,
    /// For what.
    pub what: String,
}

/// Something worth knowing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Note {
    /// The system.
    pub system: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// In words.
    pub text: String,
}

/// What a plan costs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Price {
    /// Calls that the read took.
    pub calls_read: u32,
    /// Calls that applying takes.
    pub calls_apply: u32,
    /// Seconds that takes under the vendors' limits.
    pub seconds: u32,
    /// Messages to humans.
    pub messages: u32,
    /// Steps that may take a paid seat.
    pub paid_seats: u32,
}

/// Counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Totals {
    /// People with a step.
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
    /// Steps that `ownership` suppresses.
    pub withheld: u32,
    /// Accounts nobody declared.
    pub strangers: u32,
}

/// The plan as JSON.
pub fn to_json(plan: &Plan, catalog: &'static Catalog) -> Json {
    let mut json = body_json(&plan.draft, catalog);
    if let Json::Object(map) = &mut json {
        map.insert("id".into(), json!(plan.id.to_string()));
        map.insert("outcomes".into(), json!([]));
    }
    json
}

/// Everything that the id covers, as JSON.
pub(super) fn body_json(draft: &Draft, catalog: &'static Catalog) -> Json {
    let body = from::body(draft, catalog);
    // Only a map with keys that are no text could fail, and there is none.
    serde_json::to_value(&body).unwrap_or(Json::Null)
}

/// A step as JSON.
pub(super) fn step_json(step: &super::step::Step, catalog: &'static Catalog) -> Json {
    // Only a map with keys that are no text could fail, and there is none.
    serde_json::to_value(from::step(step, catalog)).unwrap_or(Json::Null)
}

/// The JSON Schema (2020-12) of a plan.
pub fn plan_schema() -> Json {
    schemars::schema_for!(PlanFile).to_value()
}
