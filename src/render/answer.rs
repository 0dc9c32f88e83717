//! The JSON of `why`, `who` and `matrix`: `keyholder.why/1`, `keyholder.who/1`, `keyholder.matrix/1`,
//! `keyholder.matrix-diff/1`.
//!
//! Not how an answer is made. The shapes are contracts: they change only by adding, and their schemas are committed under
//! `schema/`. Texts are from outside and are escaped when they are printed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// By which files a question was answered.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// `applied`: by those that were applied last on or before a day that has passed; `at-hand`: by today's.
    pub by: &'static str,
    /// The commit that has them, where one is known to.
    pub commit: Option<String>,
    /// When they were applied.
    pub applied: Option<String>,
    /// What a reader should know beside it.
    pub notes: Vec<String>,
}

/// Why somebody has what they have.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.why/1")]
pub struct Why {
    /// Always `keyholder.why/1`.
    #[schemars(extend("const" = "keyholder.why/1"))]
    pub format: &'static str,
    /// The day or the instant.
    pub as_of: String,
    /// By which files.
    pub files: Files,
    /// Key of the person.
    pub person: String,
    /// Their name.
    pub name: String,
    /// Since when they are locked out, whatever the files say, as far as the journal at hand tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_out: Option<String>,
    /// What is true everywhere: unmanaged, left.
    pub whole: Vec<Link>,
    /// An answer for each place and right.
    pub answers: Vec<Answer>,
}

/// Why one right has its value at one place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Its title.
    pub place_title: String,
    /// The right's slug; `role` for the vendor's role.
    pub right: String,
    /// What it is called.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<&'static str>,
    /// `present`, `paused` or `absent`; none where nothing is in force.
    pub state: Option<&'static str>,
    /// The value, as `show` writes it.
    pub value: Json,
    /// Whether that gives something.
    pub given: bool,
    /// `keep`, `default` or `unmanaged`: the files leave it to what is there, or to the vendor.
    pub kept: Option<&'static str>,
    /// How it comes to that.
    pub because: Vec<Link>,
    /// What else gives it, or would.
    pub also: Vec<Link>,
    /// What takes it, or would.
    pub against: Vec<Link>,
    /// What was seen, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
}

/// What was seen of one right.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// Whether anybody looked.
    pub known: bool,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `absent`, or the state of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// The value; null where it was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// Whether that is not what the files say; absent where it cannot be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<bool>,
}

/// One link of a chain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What it is: `assignment`, `extends`, `line`, ...
    pub what: &'static str,
    /// What it does, in English.
    pub words: String,
    /// What the entry says for itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The file, from the project's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line's number, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The line's text, contacts masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The commit that wrote the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// A line of a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The file, from the project's folder.
    pub file: String,
    /// Its number, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// Its text, contacts masked.
    pub text: String,
}

/// Who has something.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.who/1")]
pub struct Who {
    /// Always `keyholder.who/1`.
    #[schemars(extend("const" = "keyholder.who/1"))]
    pub format: &'static str,
    /// The day or the instant.
    pub as_of: String,
    /// By which files.
    pub files: Files,
    /// The right that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// The role of the project that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The role of the vendor that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_role: Option<String>,
    /// What it is called.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<&'static str>,
    /// Who has it.
    pub holders: Vec<Holder>,
    /// Who may have it, and nobody knows.
    pub unknown: Vec<Unknown>,
    /// Who is locked out, whatever the files say: by key, since when.
    pub locked_out: BTreeMap<String, String>,
}

/// Somebody who has it at one place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Key of the person; absent for an account that is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Their name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account, where it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub place: String,
    /// Its title.
    pub place_title: String,
    /// What the files say of them there: `present`, `paused`, `absent`, `nothing` or `unknown`.
    pub state: &'static str,
    /// What was seen of them there: a state of an account, `absent` or `unknown`.
    pub seen: &'static str,
    /// The accounts that were seen there.
    pub accounts: Vec<String>,
    /// Their roles there.
    pub roles: Vec<String>,
    /// Since when they are locked out, whatever the files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_out: Option<String>,
    /// The lines that give it.
    pub because: Vec<Line>,
    /// What the files give; absent where a role of the project was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<Json>,
    /// What was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Json>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<String>,
}

/// Somebody of whom nobody knows whether they have it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// Key of the person; absent for an account that is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Their name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account, where it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The system; null: wherever nobody looked.
    pub system: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// Its title.
    pub place_title: Option<String>,
    /// What was seen of them there.
    pub seen: &'static str,
    /// `unmanaged`, `kept`, `recommended`, `not-read` or `no-files`.
    pub why: &'static str,
}

/// Who has what where.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.matrix/1")]
pub struct Matrix {
    /// Always `keyholder.matrix/1`.
    #[schemars(extend("const" = "keyholder.matrix/1"))]
    pub format: &'static str,
    /// For when, and from what.
    pub point: Point,
    /// People whom the files leave alone and of whom nothing was seen.
    pub unseen: Vec<Unseen>,
    /// What there is to have.
    pub rights: Vec<Column>,
    /// A row for each person or account at each place.
    pub rows: Vec<Row>,
}

/// A moment, and what it is known from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// `now`, a day, an instant, a commit, `desired` or `live`.
    pub as_of: String,
    /// When `now` and `live` were (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The commit that has the files.
    pub commit: Option<String>,
    /// When they were applied.
    pub applied: Option<String>,
    /// The head of the journal behind it.
    pub head: Option<String>,
    /// What a reader should know beside it.
    pub notes: Vec<String>,
}

/// Somebody of whom nothing is known.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unseen {
    /// Key of the person.
    pub person: String,
    /// Their name, where it is known.
    pub name: Option<String>,
}

/// Something there is to have.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its slug; `role` for the vendor's role.
    pub right: String,
    /// What it is called.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<&'static str>,
}

/// What somebody has at one place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Key of the person; absent for an account that is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Their name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account, where it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub place: String,
    /// Its title.
    pub place_title: String,
    /// Roles that the files give there.
    pub roles: Vec<String>,
    /// What the files say of them there.
    pub declared: &'static str,
    /// What was seen of them there.
    pub observed: &'static str,
    /// The accounts that were seen there.
    pub accounts: Vec<String>,
    /// When.
    pub observed_at: Option<String>,
    /// Since when they are locked out, whatever the files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_out: Option<String>,
    /// By slug: what is given, unknown, or not what the files say; with `--all` everything.
    pub cells: BTreeMap<String, Cell>,
}

/// One right of one row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// `observed`, `declared` or `unknown`.
    pub basis: &'static str,
    /// What the files say, as `show` writes it.
    pub declared: Json,
    /// What was seen.
    pub observed: Json,
    /// When.
    pub at: Option<String>,
    /// Whether what was seen is not what the files say; null where only one is known or they cannot be compared.
    pub differs: Option<bool>,
}

/// What differs between two moments.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.matrix-diff/1")]
pub struct Diff {
    /// Always `keyholder.matrix-diff/1`.
    #[schemars(extend("const" = "keyholder.matrix-diff/1"))]
    pub format: &'static str,
    /// The first.
    pub from: Point,
    /// The second.
    pub to: Point,
    /// What is not the same.
    pub changes: Vec<Change>,
    /// What only the first knows.
    pub only_before: OneSided,
    /// What only the second knows.
    pub only_after: OneSided,
    /// Cells with a name on one side and a number on the other, whose list was not read.
    pub unclear: u32,
    /// Keys of people whom the files leave alone and of whom nothing was seen.
    pub unseen: Vec<String>,
}

/// A right that is not the same.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Key of the person; absent for an account that is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Their name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account, where it is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub place: String,
    /// Its title.
    pub place_title: String,
    /// The right's slug.
    pub right: String,
    /// What it is called.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<&'static str>,
    /// What it was.
    pub before: Cell,
    /// What it is.
    pub after: Cell,
}

/// How much only one side knows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneSided {
    /// Cells.
    pub cells: u32,
    /// Those that give something.
    pub given: u32,
    /// People and accounts.
    pub who: usize,
}

/// A value as JSON: the shapes here have texts as keys and no floats, so that it cannot fail.
pub(super) fn json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// The JSON Schema (2020-12) of [`Why`].
pub fn why_schema() -> Json {
    schemars::schema_for!(Why).to_value()
}

/// The JSON Schema (2020-12) of [`Who`].
pub fn who_schema() -> Json {
    schemars::schema_for!(Who).to_value()
}

/// The JSON Schema (2020-12) of [`Matrix`].
pub fn matrix_schema() -> Json {
    schemars::schema_for!(Matrix).to_value()
}

/// The JSON Schema (2020-12) of [`Diff`].
pub fn diff_schema() -> Json {
    schemars::schema_for!(Diff).to_value()
}

/// Each, by the name of its file.
pub fn schemas() -> [(&'static str, Json); 4] {
    [
        ("why.v1.schema.json", why_schema()),
        ("who.v1.schema.json", who_schema()),
        ("matrix.v1.schema.json", matrix_schema()),
        ("matrix-diff.v1.schema.json", diff_schema()),
    ]
}
