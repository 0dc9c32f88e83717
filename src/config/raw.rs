//! The language as written: every shape of `keyholder.yaml` and of the entry files, with a place on every leaf.
//!
//! Nothing is resolved here: names are text, dates are parsed but not placed in a zone, selectors are not expanded.
//! What is absent is `None`; what absence means is decided in `resolve`. `null` never reaches these types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::catalog::Kind;
use crate::model::{AccountState, Allow, DriftRule, Limits, Quiet, Stale};
use crate::text::{FileId, Span, Spanned};

/// A text and its place.
pub type Text = Spanned<Arc<str>>;

/// A whole project as written.
#[derive(Debug, Default)]
pub struct Project {
    /// `keyholder.yaml`.
    pub settings: Settings,
    /// All entries of all files. An entry declared twice stands here once, with a diagnostic for the other.
    pub entries: Entries,
}

/// `keyholder.yaml`.
#[derive(Debug, Default)]
pub struct Settings {
    /// The whole file.
    pub span: Option<Span>,
    /// `time_zone`: where dates are meant.
    pub time_zone: Option<Spanned<TimeZone>>,
    /// `catalogue`: the version patterns expand over.
    pub catalogue: Option<Text>,
    /// `files`: names and folders of the entry files, where they are not the default.
    pub files: Vec<Text>,
    /// `systems`, in order of name.
    pub systems: Vec<System>,
    /// `protected`.
    pub protected: Vec<Text>,
    /// `state.dir`.
    pub state_dir: Option<Text>,
    /// `state.branch`.
    pub state_branch: Option<Text>,
    /// `contacts: { file | command }`: contacts outside git.
    pub contacts: Option<Spanned<ContactsSource>>,
    /// `fences`.
    pub fences: Vec<Fence>,
    /// `limits`, with the built-in ones where nothing is said.
    pub limits: Limits,
    /// `drift`, with the built-in answers where nothing is said.
    pub drift: DriftRule,
    /// `quiet`.
    pub quiet: Option<Quiet>,
    /// `invitations`, with the built-in answer where nothing is said.
    pub invitations: Stale,
    /// `sensitive`: rights and patterns, each with why, in file order.
    pub sensitive: Vec<(Text, Spanned<crate::catalog::Sensitivity>)>,
    /// `second_person`.
    pub second_person: Option<Spanned<bool>>,
}

/// Where contacts come from when they are not in git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactsSource {
    /// A file, relative to the project or absolute.
    File(Arc<str>),
    /// A command that prints the YAML (only with `--allow-commands`).
    Command(Arc<str>),
}

/// One entry of `systems`.
#[derive(Debug)]
pub struct System {
    /// Its name.
    pub name: Text,
    /// `kind`.
    pub kind: Spanned<Kind>,
    /// `url`.
    pub url: Option<Text>,
    /// `chain`: the vendor's id of the chain.
    pub chain: Option<Text>,
    /// `tokens`, by name.
    pub tokens: Vec<(Text, Spanned<TokenSource>)>,
    /// `acting`: a person's key or an account id.
    pub acting: Option<Text>,
    /// `ownership`.
    pub ownership: Option<Spanned<crate::model::Ownership>>,
    /// `strangers`.
    pub strangers: Option<Spanned<crate::model::Strangers>>,
    /// `invite_by`.
    pub invite_by: Option<Vec<Spanned<crate::model::InviteWay>>>,
    /// `invite`.
    pub invite: Option<Spanned<crate::model::InvitePolicy>>,
    /// `hands`: people's keys.
    pub hands: Vec<Text>,
    /// `assume`, by name.
    pub assume: Vec<(Text, Spanned<bool>)>,
    /// `roles: [ { name, id } ]`, heaviest first (KeyCRM).
    pub roles: Vec<NamedRole>,
    /// `due`: days.
    pub due: Option<Spanned<u16>>,
    /// `recheck`: days, or none.
    pub recheck: Option<Spanned<Option<u16>>>,
    /// `snapshot`.
    pub snapshot: Option<Snapshot>,
}

/// `snapshot` of a system: a list that stands in for a read.
#[derive(Debug)]
pub struct Snapshot {
    /// The whole mapping.
    pub span: Span,
    /// `file`, within the project.
    pub file: Text,
    /// `taken`.
    pub taken: Spanned<When>,
    /// `format`, or what the file's name ends with.
    pub format: ExportFormat,
    /// `max_age`: days.
    pub max_age: Option<Spanned<u16>>,
    /// `columns`: the header's word by our name.
    pub columns: Vec<(Text, Text)>,
    /// `values`: our value by the list's, by our name of the column.
    pub values: Vec<(Text, Vec<(Text, Text)>)>,
}

/// `format` of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Cells parted by `;`, `,` or tabs, with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// Where a token comes from; never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// An environment variable.
    Env(Arc<str>),
    /// A file's first line.
    File(Arc<str>),
    /// A command's output.
    Command(Arc<str>),
}

/// A role of a vendor that has only numbers for them.
#[derive(Debug)]
pub struct NamedRole {
    /// The project's name.
    pub name: Text,
    /// The vendor's number; none for a role that is not made yet.
    pub id: Option<Spanned<i64>>,
}

/// `fences`: which files may say what.
#[derive(Debug)]
pub struct Fence {
    /// The whole entry.
    pub span: Span,
    /// Globs of files.
    pub files: Vec<Text>,
    /// Allowed top-level keys.
    pub keys: Vec<Text>,
    /// Allowed places.
    pub locations: Option<Selector>,
    /// Allowed roles.
    pub roles: Vec<Text>,
    /// How many days a line may last.
    pub longest: Option<Spanned<u16>>,
    /// Owners for CODEOWNERS.
    pub owners: Vec<Text>,
    /// The files of the project it is about: known once they are listed.
    pub found: BTreeSet<FileId>,
}

/// All entries of a project, each list sorted by key.
#[derive(Debug, Default)]
pub struct Entries {
    /// `locations`.
    pub locations: Vec<Location>,
    /// `roles`.
    pub roles: Vec<Role>,
    /// `people`.
    pub people: Vec<Person>,
    /// `contacts`, merged from files and from outside git.
    pub contacts: Vec<ContactEntry>,
    /// `policies`.
    pub policies: Vec<Policy>,
    /// `approvals`, in file order.
    pub approvals: Vec<Approval>,
}

/// One entry of `locations`.
#[derive(Debug)]
pub struct Location {
    /// Its key.
    pub key: Text,
    /// `title`.
    pub title: Option<Text>,
    /// `tags`: name and value.
    pub tags: Vec<(Text, Text)>,
    /// `status`.
    pub status: Option<Spanned<crate::model::PlaceStatus>>,
    /// `time_zone`.
    pub time_zone: Option<Spanned<TimeZone>>,
    /// `in`: system to the vendor's id and an ownership of its own.
    pub within: Vec<LocationIn>,
}

/// One line of a location's `in`.
#[derive(Debug)]
pub struct LocationIn {
    /// The system's name.
    pub system: Text,
    /// The vendor's id, numbers as text.
    pub id: Text,
    /// `ownership` there.
    pub ownership: Option<Spanned<crate::model::Ownership>>,
}

/// One entry of `roles`.
#[derive(Debug)]
pub struct Role {
    /// Its key.
    pub key: Text,
    /// `title`.
    pub title: Option<Text>,
    /// `description`.
    pub description: Option<Text>,
    /// `extends`.
    pub extends: Vec<Text>,
    /// One block for each system or kind it names.
    pub blocks: Vec<RoleBlock>,
}

/// What a role means in a system, or in all systems of a kind.
#[derive(Debug)]
pub struct RoleBlock {
    /// The system's name or the kind's.
    pub target: Text,
    /// The whole block.
    pub span: Span,
    /// What it says.
    pub body: BlockBody,
}

/// The body of a role block, by kind of system.
#[derive(Debug)]
pub enum BlockBody {
    /// Altegio and YCLIENTS.
    Rights(RightsBlock),
    /// KeyCRM.
    Keycrm(KeycrmBlock),
    /// Reservio.
    Reservio(ReservioBlock),
    /// Apenday.
    Apenday(ApendayBlock),
}

/// Altegio and YCLIENTS.
#[derive(Debug, Default)]
pub struct RightsBlock {
    /// `role`: the vendor's.
    pub role: Option<Text>,
    /// `unlisted`.
    pub unlisted: Option<Spanned<Unlisted>>,
    /// `rights`, in file order.
    pub rights: Vec<RightLine>,
    /// `unknown_rights`: slugs outside the catalogue, allow or deny.
    pub unknown_rights: Vec<(Text, Spanned<bool>)>,
    /// `chain`: chain rights, allow or deny.
    pub chain: Vec<(Text, Spanned<bool>)>,
    /// Whether `chain` is there at all, and where.
    pub chain_span: Option<Span>,
}

/// What happens to rights nobody names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// Denied.
    Deny,
    /// Kept as they are.
    Keep,
    /// The vendor's recommended set for the role.
    Default,
}

/// One line under `rights` (also of `plus`).
#[derive(Debug)]
pub struct RightLine {
    /// A slug, a pattern (`records_*`), a section (`timetable.*`) or `*`.
    pub pattern: Text,
    /// Its value.
    pub value: Spanned<RawValue>,
}

/// The value of a right as written; whether it fits the right is judged in `resolve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue {
    /// `allow`.
    Allow,
    /// `deny`.
    Deny,
    /// `self`.
    Myself,
    /// `all`.
    All,
    /// A number.
    Number(i64),
    /// `[ ... ]`: names, looked up per location.
    Names(Vec<Text>),
    /// `{ ids: [ ... ] }`.
    Ids(Vec<Spanned<i64>>),
    /// Any other text: a single name, or a list of IP addresses.
    Text(Arc<str>),
}

/// KeyCRM.
#[derive(Debug, Default)]
pub struct KeycrmBlock {
    /// `role`: a name of the system's `roles`.
    pub role: Option<Text>,
    /// `sources` of orders.
    pub sources: Option<Vec<Text>>,
    /// `statuses` of orders.
    pub statuses: Option<Vec<Text>>,
}

/// Reservio.
#[derive(Debug, Default)]
pub struct ReservioBlock {
    /// The four ticks that are named: `own_bookings`, `all_bookings`, `client_list`, `sections`.
    pub ticks: Vec<(Text, Spanned<bool>)>,
    /// `calendars`: `admin`, `view` or `none` (Enterprise).
    pub calendars: Option<Text>,
    /// `administrator` of the account (Enterprise).
    pub administrator: Option<Spanned<bool>>,
}

/// Apenday.
#[derive(Debug, Default)]
pub struct ApendayBlock {
    /// `role`.
    pub role: Option<Text>,
    /// `team`.
    pub team: Option<Text>,
    /// `calendar`.
    pub calendar: Option<Text>,
    /// `events`.
    pub events: Option<Vec<Text>>,
    /// `notifications`, by name.
    pub notifications: Vec<(Text, Spanned<bool>)>,
    /// `active`.
    pub active: Option<Spanned<bool>>,
}

/// One entry of `people`.
#[derive(Debug)]
pub struct Person {
    /// The key.
    pub key: Text,
    /// `kind`.
    pub kind: Option<Spanned<crate::model::PersonKind>>,
    /// `name`.
    pub name: Option<Spanned<Name>>,
    /// `email`.
    pub email: Option<Spanned<MaybeShared>>,
    /// `phone`.
    pub phone: Option<Spanned<MaybeShared>>,
    /// `class`.
    pub class: Option<Text>,
    /// `starts`.
    pub starts: Option<Spanned<When>>,
    /// `leaves`.
    pub leaves: Option<Spanned<When>>,
    /// `paused`.
    pub paused: Option<Paused>,
    /// `was`.
    pub was: Vec<Text>,
    /// `used_by`.
    pub used_by: Vec<Text>,
    /// `invite_at`.
    pub invite_at: Option<Text>,
    /// `accounts`, by system.
    pub accounts: Vec<(Text, Pin)>,
    /// `never`.
    pub never: Vec<Never>,
    /// `access`; none is an error that `resolve` reports.
    pub access: Option<Spanned<Access>>,
}

/// A name as one text or in two parts; NFC, free of control and bidirectional characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// One text.
    Whole(Arc<str>),
    /// First and last.
    Parts {
        /// Given name.
        first: Arc<str>,
        /// Family name.
        last: Arc<str>,
    },
}

/// A contact as written, and whether it is said to be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaybeShared {
    /// The text; its grammar is judged in `resolve`.
    pub text: Arc<str>,
    /// `shared: true`: never identifies.
    pub shared: bool,
}

/// A date, or a local date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A date: its beginning or its end, as the key says.
    Date(Date),
    /// An instant in local time.
    Time(DateTime),
}

/// `paused: { from, until }`.
#[derive(Debug)]
pub struct Paused {
    /// The whole value.
    pub span: Span,
    /// `from`.
    pub from: Option<Spanned<When>>,
    /// `until`.
    pub until: Option<Spanned<When>>,
}

/// One line of `accounts`.
#[derive(Debug, Default)]
pub struct Pin {
    /// `id`, one or several; the first is primary.
    pub ids: Vec<Text>,
    /// `not`.
    pub not: Vec<Text>,
    /// `login`.
    pub login: Option<Text>,
    /// `staff`: location to a name, an id, or `none`.
    pub staff: Vec<(Text, Spanned<StaffPin>)>,
}

/// What a staff pin says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffPin {
    /// A name at that location.
    Name(Arc<str>),
    /// An id.
    Id(i64),
    /// `none`: linked to nobody.
    Nobody,
}

/// One line of `never`.
#[derive(Debug)]
pub struct Never {
    /// The whole entry.
    pub span: Span,
    /// The system's name or kind.
    pub target: Text,
    /// Slugs or patterns.
    pub rights: Vec<Text>,
    /// `because`.
    pub because: Option<Text>,
}

/// `access`.
#[derive(Debug)]
pub enum Access {
    /// `unmanaged`.
    Unmanaged,
    /// A list of assignments; `[]` is none.
    Lines(Vec<Assignment>),
}

/// One line of `access`.
#[derive(Debug)]
pub struct Assignment {
    /// The whole line.
    pub span: Span,
    /// `role`.
    pub role: Option<Text>,
    /// `at`.
    pub at: Option<Selector>,
    /// `chain`: a system whose chain rights of the role are given.
    pub chain: Option<Text>,
    /// `from`.
    pub from: Option<Spanned<When>>,
    /// `until`.
    pub until: Option<Spanned<When>>,
    /// `because`.
    pub because: Option<Text>,
    /// `plus`: system or kind to right lines.
    pub plus: Vec<(Text, Vec<RightLine>)>,
    /// `minus`: system or kind to slugs or patterns.
    pub minus: Vec<(Text, Vec<Text>)>,
}

/// Which places.
#[derive(Debug, Clone)]
pub struct Selector {
    /// The whole value.
    pub span: Span,
    /// What it says.
    pub body: SelectorBody,
}

/// The three ways to say which places.
#[derive(Debug, Clone)]
pub enum SelectorBody {
    /// A list of keys.
    Keys(Vec<Text>),
    /// `all`.
    All,
    /// Tags that must all match, each with one value or several; minus `except`. With `all: true` there are no tags.
    Tags {
        /// Tag name and the values any of which matches.
        tags: Vec<(Text, Vec<Text>)>,
        /// `all: true`.
        all: bool,
        /// `except`.
        except: Option<Box<Selector>>,
    },
}

/// One entry of `contacts`.
#[derive(Debug)]
pub struct ContactEntry {
    /// The person's key.
    pub key: Text,
    /// `email`.
    pub email: Option<Spanned<MaybeShared>>,
    /// `phone`.
    pub phone: Option<Spanned<MaybeShared>>,
    /// Whether it is from what `contacts:` of the settings names, which several branches share.
    pub is_outside: bool,
}

/// One entry of `policies`. Which of the keys are there depends on its kind.
#[derive(Debug)]
pub struct Policy {
    /// Its key.
    pub key: Text,
    /// The whole entry.
    pub span: Span,
    /// `kind`: `holders`, `separation`, `only`, `expiry`.
    pub kind: Option<Text>,
    /// Every right it names.
    pub rights: Vec<Text>,
    /// Every role it names.
    pub roles: Vec<Text>,
    /// `people`.
    pub people: Vec<Text>,
    /// `each` or `within`: `location`, `system` or `chain`.
    pub within: Option<Text>,
    /// `at_least`.
    pub at_least: Option<Spanned<i64>>,
    /// `class`.
    pub class: Option<Text>,
    /// `longest`: days.
    pub longest: Option<Spanned<u16>>,
    /// `waive`.
    pub waive: Vec<Waiver>,
}

impl Policy {
    /// A policy that says nothing yet.
    pub fn unsaid(key: Text, span: Span) -> Self {
        Self {
            key,
            span,
            kind: None,
            rights: Vec::new(),
            roles: Vec::new(),
            people: Vec::new(),
            within: None,
            at_least: None,
            class: None,
            longest: None,
            waive: Vec::new(),
        }
    }
}

/// One line of `waive`.
#[derive(Debug)]
pub struct Waiver {
    /// The whole line.
    pub span: Span,
    /// `person`.
    pub person: Text,
    /// `until`.
    pub until: Option<Spanned<When>>,
    /// `because`.
    pub because: Option<Text>,
}

/// One entry of `approvals`.
#[derive(Debug)]
pub struct Approval {
    /// The whole entry.
    pub span: Span,
    /// `allow`.
    pub allow: Option<Spanned<Allow>>,
    /// `people`.
    pub people: Vec<Text>,
    /// `role`.
    pub role: Option<Text>,
    /// `right`.
    pub right: Option<Text>,
    /// `location`.
    pub location: Option<Text>,
    /// `at_most`.
    pub at_most: Option<Spanned<i64>>,
    /// `until`.
    pub until: Option<Spanned<When>>,
    /// `because`.
    pub because: Option<Text>,
    /// `by`.
    pub by: Option<Text>,
}

/// The beginning of a day, for dates that mean an instant.
pub const MIDNIGHT: Time = Time::midnight();

/// An entry of `attestations/<system>.yaml`, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The whole entry.
    pub span: Span,
    /// `person`.
    pub person: Arc<str>,
    /// `place`.
    pub place: Arc<str>,
    /// `step`: its id.
    pub step: Arc<str>,
    /// `does`: the step's kind.
    pub does: Arc<str>,
    /// `at`.
    pub at: Timestamp,
    /// `by`.
    pub by: Arc<str>,
    /// `state`.
    pub state: Option<StatementState>,
    /// `role`.
    pub role: Option<Arc<str>>,
    /// `facts`, by name; lists with one entry a line.
    pub facts: BTreeMap<Arc<str>, Arc<str>>,
    /// `account`.
    pub account: Option<Arc<str>>,
    /// `note`.
    pub note: Option<Arc<str>>,
    /// `withdrawn`.
    pub withdrawn: Option<Withdrawal>,
    /// `sum`.
    pub sum: Arc<str>,
}

/// `state` of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementState {
    /// Not there.
    Absent,
    /// There, in this state.
    Is(AccountState),
}

/// `withdrawn` of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// `at`.
    pub at: Timestamp,
    /// `by`.
    pub by: Arc<str>,
    /// `sum`.
    pub sum: Arc<str>,
}
