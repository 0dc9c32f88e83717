//! CONTRACT: a report as JSON, `keyholder.report/1`. Changes only by adding.
//!
//! Types here exist to be serialized, read back and drawn; nothing is decided on them. Instants are RFC 3339, durations whole seconds.
//! Invariant: people are keys and accounts the vendors' ids; no field holds a contact.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::journal::RightValue;

/// Name and version of the contract.
pub const FORMAT: &str = "keyholder.report/1";

/// What was done with people's access in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "keyholder report", extend("$id" = "keyholder.report/1"))]
pub struct Report {
    /// Name and version of this contract: `keyholder.report/1`.
    pub format: String,
    /// Version of the tool that made it.
    pub tool: String,
    /// When it was made.
    pub made: String,
    /// The first instant of the period.
    pub from: String,
    /// The first instant after it.
    pub to: String,
    /// The time zone in which days are counted.
    pub zone: String,
    /// The record it is drawn from.
    pub journal: Journal,
    /// Counts of the period.
    pub totals: Totals,
    /// What cannot be known, and why, in words.
    pub unknown: Vec<String>,
    /// Names of the people who are named, as the files that were applied last have them; text from outside.
    pub people: BTreeMap<String, String>,
    /// The rights that are named, by slug.
    pub rights: BTreeMap<String, Right>,
    /// Who left, whoever still has access first.
    pub leavers: Vec<Leaver>,
    /// How long it took.
    pub leaver_times: LeaverTimes,
    /// Who got access for the first time.
    pub joiners: Vec<Arrival>,
    /// Who lost one place and got another.
    pub movers: Vec<Arrival>,
    /// What was applied, run by run.
    pub runs: Vec<Run>,
    /// Every step of those runs that reached a vendor.
    pub steps: Vec<Step>,
    /// Invitations that were sent, or were open, in the period.
    pub invitations: Vec<Invitation>,
    /// Steps by hand that were open in the period.
    pub manual: Vec<Manual>,
    /// How long those waited that are done.
    pub manual_waits: Stats,
    /// What somebody else changed at a vendor, and what became of it.
    pub drift: Vec<Drift>,
    /// What was kept back.
    pub holds: Vec<Hold>,
    /// Approvals that let something through, and those that stood in the files and did not.
    pub approvals: Vec<Rule>,
    /// Waivers that counted, and those that stood in the files and did not.
    pub waivers: Vec<Rule>,
    /// Lockouts.
    pub lockouts: Vec<Lockout>,
    /// Rules that an edit loosened.
    pub loosened: Vec<Loosened>,
    /// Accounts nobody declared.
    pub strangers: Vec<Stranger>,
    /// Scopes that were not read as a whole.
    pub unread: Vec<Unread>,
    /// What the policies said at the end.
    pub policies: Policies,
    /// Changes over time.
    pub changes: Vec<Bucket>,
}

/// The record a report is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Journal {
    /// Position and hash of the last entry of the period, `12:9f86…`; absent where there is none.
    pub head: Option<String>,
    /// Position and hash of the last entry before the period.
    pub before: Option<String>,
    /// Position and hash of the last entry there was when the report was made.
    pub now: Option<String>,
    /// Entries in the period.
    pub entries: u64,
    /// When the journal begins.
    pub begins: Option<String>,
    /// The head of a journal that was lost before this one.
    pub follows: Option<String>,
    /// Heads that were written down elsewhere and are part of this journal.
    pub anchors: Vec<Anchor>,
}

/// A right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Right {
    /// Its title.
    pub title: String,
    /// Why it is sensitive, by the catalogue or by the project: `deletion`, `money`, ...; absent: it is not.
    pub sensitive: Option<String>,
}

/// A head that was written down elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Anchor {
    /// Position and hash.
    pub head: String,
    /// Where it was written down; text from outside.
    #[serde(rename = "where")]
    pub place: String,
}

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Runs.
    pub runs: u64,
    /// Steps that gave access, by call and by hand.
    pub given: u64,
    /// Steps that changed it.
    pub changed: u64,
    /// Of the steps that changed it, those after which somebody has less.
    pub lessened: u64,
    /// Steps that took it.
    pub taken: u64,
    /// Steps that failed or of which it is not known what became of them.
    pub failed: u64,
    /// Of all, those by hand.
    pub by_hand: u64,
}

/// A run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Its number: the position of its first entry.
    pub run: u64,
    /// When it began.
    pub at: String,
    /// When it ended; absent: it was killed.
    pub ended: Option<String>,
    /// The command.
    pub command: String,
    /// Id of the plan.
    pub plan: Option<String>,
    /// The commit of the files.
    pub commit: Option<String>,
    /// Whether the files differed from it.
    pub dirty: bool,
    /// Digest of the files.
    pub config: Option<String>,
    /// Who started it, as its environment said; text from outside.
    pub actor: Option<String>,
    /// Who wrote the commit, by git; text from outside.
    pub author: Option<String>,
    /// Who approved the commit, by the trailers of its message; text from outside.
    pub approvers: Vec<String>,
    /// Steps done and verified, as it counted itself.
    pub done: u64,
    /// Steps that waited.
    pub waiting: u64,
    /// Steps that were left.
    pub left: u64,
    /// Whether somebody stopped it.
    pub stopped: bool,
    /// Position and hash of its last entry: what its output showed.
    pub head: String,
}

/// A step that reached a vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The run.
    pub run: u64,
    /// When it was begun.
    pub at: String,
    /// Its id.
    pub step: String,
    /// What it does.
    pub kind: String,
    /// Why it is there.
    pub reason: String,
    /// Whom it is about.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// The account.
    pub account: Option<String>,
    /// Rights that it writes, by slug.
    pub rights: Vec<String>,
    /// Of these, what the account has more of afterwards, with its value then.
    pub given: BTreeMap<String, Option<RightValue>>,
    /// What it has less of afterwards, with the value that is left.
    pub taken: BTreeMap<String, Option<RightValue>>,
    /// What is other, where the journal does not say whether that is more or less.
    pub other: BTreeMap<String, Option<RightValue>>,
    /// The vendor role before, where the journal says it.
    pub role_before: Option<String>,
    /// The vendor role it writes.
    pub role_after: Option<String>,
    /// `verified`, or what else became of it.
    pub result: String,
}

/// Somebody who left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leaver {
    /// The key.
    pub person: String,
    /// The first instant after they left, by the files.
    pub left: String,
    /// The run that saw it first.
    pub run: u64,
    /// When that run saw it.
    pub seen: String,
    /// When the line that says so reached the branch that is applied, by git.
    pub merged: Option<String>,
    /// The commit that brought it.
    pub merged_by: Option<String>,
    /// When the last of their access was gone for certain; absent: not yet, or there was none.
    pub cut_off: Option<String>,
    /// Seconds from leaving to that.
    pub after_leaving: Option<i64>,
    /// Seconds from the merge to that, where the line came after they had left.
    pub after_merge: Option<i64>,
    /// Each place, whatever is left first.
    pub places: Vec<Cut>,
    /// Follow-ups and checks by hand that are open.
    pub follow_ups: u64,
}

/// The end of access at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cut {
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// When it was gone; absent: it is not known to be.
    pub at: Option<String>,
    /// How that is known: `read`, or `said` by a person.
    pub how: Option<String>,
    /// Of access that is not known to be gone: `seen` where it was read, `said` where a statement says that it is gone and
    /// the journal has not taken note of it yet, else `not-known`.
    pub open: Option<String>,
}

/// How long leavers kept access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaverTimes {
    /// From leaving to verified removal.
    pub after_leaving: Stats,
    /// From merge to verified removal, of those written down after they had left.
    pub after_merge: Stats,
    /// Leavers whose access is not known to be gone at the end of the period.
    pub open: u64,
    /// Of these, those who were read to have access.
    pub seen: u64,
    /// Of these, those of whom statements say that all of it is gone, which the journal has not taken note of yet.
    pub said: u64,
}

/// Durations, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    /// How many.
    pub count: u64,
    /// The one in the middle.
    pub median: Option<i64>,
    /// The longest.
    pub worst: Option<i64>,
}

/// Somebody who came, or moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Arrival {
    /// The key.
    pub person: String,
    /// When the first step for it was done.
    pub at: String,
    /// Systems and places that were given, such as `salons riga-mall`.
    pub given: Vec<String>,
    /// Systems and places that were taken.
    pub taken: Vec<String>,
}

/// An invitation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    /// Who.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// `email` or `phone`.
    pub way: Option<String>,
    /// When it was sent.
    pub sent: String,
    /// Whether it is certain that it was.
    pub certain: bool,
    /// When it was over; absent: it is open.
    pub ended: Option<String>,
    /// `accepted`, `withdrawn`, or absent.
    pub how: Option<String>,
    /// Seconds it was open, at most until the end of the period.
    pub open_for: i64,
}

/// A step by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manual {
    /// The id.
    pub step: String,
    /// What it does.
    pub kind: String,
    /// Why it is there, where the journal says.
    pub reason: Option<String>,
    /// Whom it is about.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// When it was handed over.
    pub since: String,
    /// When it was said or seen to be done, or was not wanted any more; absent: it is open.
    pub ended: Option<String>,
    /// `attested`, `read` or `not-needed`.
    pub how: Option<String>,
    /// Who said it was done, where that is a declared person.
    pub by: Option<String>,
    /// When a statement says it was done of which the journal has not taken note yet, as the next `apply` does.
    pub said: Option<String>,
    /// Seconds it waited, at most until the end of the period.
    pub waited: i64,
}

/// Something that somebody else changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drift {
    /// Whose account it is.
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// The account.
    pub account: String,
    /// When it was found.
    pub since: String,
    /// When it was over; absent: it is there.
    pub until: Option<String>,
    /// What would answer it: `remove` where somebody gave access that no line gives, `grant` where somebody took it,
    /// `set-rights`, ...
    pub answer: Option<String>,
    /// Rights, by slug, of which the account had more than the files say.
    pub given: Vec<String>,
    /// Rights of which it had less.
    pub taken: Vec<String>,
    /// The vendor role it had, where the files say another.
    pub role: Option<String>,
    /// `reverted` by a run, `undone` at the vendor, `accepted` into the files, `held`, or `open`.
    pub became: String,
}

/// Something kept back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    /// Its sort.
    pub code: String,
    /// Whom it is about.
    pub person: Option<String>,
    /// The system.
    pub system: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// What would have been done.
    pub kind: Option<String>,
    /// When it was held first.
    pub since: String,
    /// When it was not any more; absent: it is.
    pub until: Option<String>,
    /// `done`: the step was done then. `gone`: it was not wanted any more. `held`: it is.
    pub became: String,
}

/// An approval or a waiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// What it is about, as `removals people:anna`.
    pub rule: String,
    /// What it says, as `3 2026-12-06T00:00:00Z`.
    pub value: String,
    /// Since when a run knew it.
    pub since: String,
    /// The run.
    pub run: u64,
    /// Since when a run did not know it any more.
    pub until: Option<String>,
    /// Whether it let something through that would have been kept back.
    pub used: bool,
    /// The steps that it let through; of an approval only.
    pub let_through: Vec<Passed>,
    /// Lists that shrank and that it had a run believe; of an approval only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<Believed>,
    /// Since when a waiver counted.
    pub counted: Option<String>,
}

/// A list that shrank and that an approval had a run believe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Believed {
    /// The run.
    pub run: u64,
    /// When it judged.
    pub at: String,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
}

/// A step that an approval let through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Passed {
    /// The run.
    pub run: u64,
    /// When it judged.
    pub at: String,
    /// The id of the step.
    pub step: String,
    /// What it does, where the run began it or handed it over.
    pub kind: Option<String>,
    /// Whom it is about.
    pub person: Option<String>,
    /// The system.
    pub system: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// What became of it: as of a step by call, `handed-over`, or `not-begun`.
    pub result: String,
}

/// A lockout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lockout {
    /// Who.
    pub person: String,
    /// Why; text from outside.
    pub because: String,
    /// Since when.
    pub since: String,
    /// Who ordered it, as their environment said; text from outside.
    pub by: Option<String>,
    /// Until when; absent: it stands.
    pub until: Option<String>,
}

/// A rule that an edit loosened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Loosened {
    /// Which.
    pub rule: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is since.
    pub after: Option<String>,
    /// The run that applied it first.
    pub run: u64,
    /// When.
    pub at: String,
    /// The commit of its files.
    pub commit: Option<String>,
}

/// An account nobody declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stranger {
    /// The system.
    pub system: String,
    /// The account.
    pub account: String,
    /// Where.
    pub locations: Vec<String>,
    /// Since when.
    pub since: String,
    /// Until when; absent: it is there.
    pub until: Option<String>,
}

/// A scope that was not read as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// `partial`, `unreadable` or `never-looked`.
    pub how: String,
    /// Since when.
    pub since: String,
    /// Until when; absent: still.
    pub until: Option<String>,
}

/// What the policies said at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policies {
    /// When a run judged last; absent: none did, and nothing is known.
    pub judged: Option<String>,
    /// Each policy and fence of the files, with what became of it; absent: no run wrote the rules down.
    pub rules: Option<Vec<PolicyState>>,
    /// Scopes that were not read as a whole then: what is there was not judged.
    pub unread: u64,
    /// What was broken then.
    pub findings: Vec<Finding>,
}

/// A policy of the files at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyState {
    /// `policy` or `fence`.
    pub sort: String,
    /// Its key.
    pub policy: String,
    /// What it demands, in short.
    pub demand: String,
    /// `held`, `broken` or `not-judged`.
    pub state: String,
}

/// A rule that is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The policy.
    pub policy: String,
    /// `leaving`, `live` or `declared`.
    pub side: String,
    /// Who is involved.
    pub people: Vec<String>,
    /// Rights that are involved.
    pub rights: Vec<String>,
    /// The system.
    pub system: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// Since when.
    pub since: String,
}

/// Changes of a week or a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bucket {
    /// Its first day.
    pub begins: String,
    /// Steps that gave access.
    pub given: u64,
    /// Steps that changed it.
    pub changed: u64,
    /// Steps that took it.
    pub taken: u64,
}

/// The JSON Schema (2020-12) of a report.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}
