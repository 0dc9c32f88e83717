//! `keyholder.yaml`.

use std::sync::Arc;

use camino::Utf8Path;
use schemars::{Schema, json_schema};

use super::generic::{
    AnyKey, At, Closed, Filled, KeyRule, List, Map, Rest, Seen, declared_key, record,
};
use super::limits::{DriftFields, InvitationsFields, LimitsFields, QuietShape};
use super::scalars::{
    Class, DayCount, DaysOrNone, Id, Int, Line, Moment, PathText, PersonRef, Truth, Zone, class,
};
use super::state::StateFields;
use super::systems::Systems;
use super::words::Word;
use super::{Decoder, Shape, hosts, possible, shown};
use crate::catalog::{Kind, Sensitivity};
use crate::config::raw::{
    ContactsSource, ExportFormat, Fence, NamedRole, Settings, Snapshot, System, Text, TokenSource,
};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::model::{DriftRule, InvitePolicy, InviteWay, Limits, Ownership, Stale, Strangers};
use crate::text::{Span, Spanned};

/// Sections that belong into entry files.
pub(super) const ENTRY_SECTIONS: &[&str] = &[
    "locations",
    "roles",
    "people",
    "contacts",
    "policies",
    "approvals",
];

/// Keys of `keyholder.yaml`, as entry files know them.
pub(super) const SETTINGS_KEYS: &[&str] = &[
    "version",
    "time_zone",
    "catalogue",
    "files",
    "state",
    "systems",
    "limits",
    "quiet",
    "drift",
    "protected",
    "invitations",
    "fences",
    "second_person",
    "sensitive",
];

/// Names that mean something beside a system's.
const SYSTEM_WORDS: &[&str] = &[
    "title",
    "description",
    "extends",
    "unlisted",
    "tags",
    "in",
    "role",
    "at",
    "chain",
    "system",
    "location",
    "from",
    "until",
    "because",
    "plus",
    "minus",
    "never",
];

record! {
    SettingsFields, "`keyholder.yaml`" {
        /// The version of the language. Example: `version: 1`.
        "version" version: Version, required;
        /// Where dates are meant, by its name in the IANA database; a location may have a zone of its own. Default:
        /// `UTC`. Example: `time_zone: Europe/Riga`.
        "time_zone" time_zone: Zone;
        /// The version of the built-in catalogue of rights that patterns expand over. Where it is written down, a newer
        /// program changes nothing that the files want. Default: the program's newest. Example: `catalogue: 2026-11`.
        "catalogue" catalogue: Line;
        /// Files and folders that hold entries, counted from the project's folder. A folder counts with all below it,
        /// but for what is hidden, links that lead out, and other projects; `.` is all but `attestations`. Default:
        /// `locations`, `roles`, `people`, `contacts`, `policies` and `approvals`, each as a folder and with `.yaml`
        /// and `.yml`. Example: `files: [locations.yaml, people]`.
        "files" files: Filled<PathText>;
        /// Where the journal lives: in a folder, or on a branch of the git remote. Default: `{ dir: .keyholder }`.
        /// Example: `state: { branch: keyholder-state }`.
        "state" state: StateFields;
        /// Where contacts that stay out of git come from. Default: from the entries alone. Example: `contacts: {
        /// file: ../private/contacts.yaml }`.
        "contacts" contacts: At<ContactsSource>;
        /// The accounts of the chain at its vendors, each under a name that roles and locations use. Example:
        /// `systems: { orders: { kind: keycrm } }`.
        "systems" systems: Map<SystemName, SystemShape>;
        /// How many people a run may touch. What is over a limit is held, with the numbers and the approval that
        /// would let it through. Default: the built-in limits. Example: `limits: { removals: { count: 10, share: 20%
        /// } }`.
        "limits" limits: LimitsFields;
        /// Hours of a location's day in which no message is sent; messages wait for their end. Default: `none`.
        /// Example: `quiet: "20:00-09:00"`.
        "quiet" quiet: QuietShape;
        /// What happens to what somebody changed by hand at a vendor. Default: `{ widened: revert, reduced: hold }`.
        /// Example: `drift: { widened: hold }`.
        "drift" drift: DriftFields;
        /// Keys of people whom no role, limit or approval can reduce. Default: nobody. Example: `protected:
        /// [ilze.owner]`.
        "protected" protected: List<PersonRef>;
        /// What happens to invitations that nobody accepts. Default: `{ stale_after: 14d, then: report }`. Example:
        /// `invitations: { stale_after: 7d }`.
        "invitations" invitations: InvitationsFields;
        /// Whether an approval counts only where git says that somebody else wrote the change it lets through.
        /// Default: `true`. Example: `second_person: false`.
        "second_person" second_person: Truth;
        /// Rights that are sensitive here beside those of the catalogue, by slug or pattern, each with why: they are
        /// marked in plans, and giving them counts as an escalation. What a pattern of a role allows stays the same.
        /// Default: the catalogue's alone. Example: `sensitive: { statistics_access: money }`.
        "sensitive" sensitive: Map<AnyKey, Word<Sensitivity>>;
        /// Which files may say what. CODEOWNERS is generated from them. Default: none. Example: `fences: [{ files:
        /// 'people/riga/**', keys: [people] }]`.
        "fences" fences: List<Fence>;
        rest others: Misplaced;
    }
}

/// Entries in `keyholder.yaml`.
#[derive(Default)]
pub(super) struct Misplaced;

impl Rest for Misplaced {
    fn take<'a>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
        cx: &mut Decoder<'a>,
    ) -> Option<&'static str> {
        if ENTRY_SECTIONS.contains(&name) {
            cx.report(
                Diagnostic::new(
                    Code::MisplacedKey,
                    format!("`{name}` does not belong into `keyholder.yaml`"),
                )
                .at(key.span(), "these are entries, not settings")
                .help(format!(
                    "move it to `{name}.yaml`, or into a file of the folder `{name}`"
                )),
            );
            None
        } else {
            cx.unknown_key(key, name, value, known, what)
        }
    }

    fn describe(object: &mut serde_json::Map<String, serde_json::Value>, defs: &mut Defs) {
        Closed::describe(object, defs);
    }
}

/// `version: 1`.
pub(super) struct Version;

impl Shape for Version {
    type Value = ();
    const WHAT: &'static str = "`1`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<()> {
        let Some(scalar) = node.scalar() else {
            cx.wrong_type(node, Self::WHAT);
            return None;
        };
        if class(scalar) == Class::Int(Some(1)) {
            return Some(());
        }
        cx.report(
            Diagnostic::new(
                Code::Version,
                format!(
                    "version `{}` of the language is not known",
                    shown(scalar.text)
                ),
            )
            .at(node.span(), "this program knows version 1")
            .help("write `version: 1`, or use a program that knows the newer language"),
        );
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// The name of a system where it is declared.
pub(super) struct SystemName;

impl KeyRule for SystemName {
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, SYSTEM_WORDS, "a system", cx)
    }
}

/// The name of an assumption; whether there is one is judged later.
pub(super) struct AssumptionName;

impl KeyRule for AssumptionName {
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        AnyKey::accept(key, name, cx)
    }

    fn names() -> Vec<(String, String)> {
        crate::config::schema::assumptions()
    }
}

/// A system; one that cannot be read is kept apart from one that is not there.
pub(super) struct SystemShape;

impl Shape for SystemShape {
    type Value = Option<SystemFields>;
    const WHAT: &'static str = SystemFields::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Option<SystemFields>> {
        Some(SystemFields::decode(node, cx))
    }

    fn schema(defs: &mut Defs) -> Schema {
        defs.define("system", SystemFields::schema)
    }
}

record! {
    SystemFields, "a system" {
        /// The vendor. Example: `kind: altegio`.
        "kind" kind: Word<Kind>, required;
        /// The vendor's address, if not the usual one. Other hosts than the vendor's own need `--allow-host`; `http`
        /// is for this machine alone. Default: by kind. Example: `url: https://api.alteg.io/api/v1`.
        "url" url: Line;
        /// The vendor's id of the chain: the level above the locations. Default: none. Example: `chain: 4521`.
        "chain" chain: Id;
        /// Where each token comes from, by the vendor's names of its tokens: `partner` and `user` at Altegio and
        /// YCLIENTS, `key` at KeyCRM and Apenday, `token` at Reservio. The token itself never stands here. Example:
        /// `tokens: { user: { env: ALTEGIO_USER_TOKEN } }`.
        "tokens" tokens: Map<AnyKey, TokenShape>;
        /// KeyCRM's roles with the vendor's numbers, heaviest first: the order judges what is an escalation. Default:
        /// none. Example: `roles: [{ name: administrator, id: 1 }, { name: manager, id: 2 }]`.
        "roles" roles: List<NamedRole>;
        /// The person, or the account's id, for whom plans are judged and whose access is never reduced; `apply`
        /// refuses the token of somebody else. Default: whose the token is, where the vendor says it. Example:
        /// `acting: ilze.robots`.
        "acting" acting: Id;
        /// What may be changed at this system; what is kept back is listed as withheld. A location may have a level
        /// of its own. Default: `report`. Example: `ownership: add-only`.
        "ownership" ownership: Word<Ownership>;
        /// What happens to accounts that nobody declared. System users and those that cannot be deleted are never
        /// removed. Default: `report`. Example: `strangers: ignore`.
        "strangers" strangers: Word<Strangers>;
        /// How invitations are sent, best first. Altegio sends SMS only where an aggregator is connected. Default:
        /// `[email, phone]`. Example: `invite_by: [email]`.
        "invite_by" invite_by: Filled<Word<InviteWay>>;
        /// How many messages somebody with several places gets. Default: `once`. Example: `invite: each-place`.
        "invite" invite: Word<InvitePolicy>;
        /// Keys of people who do the steps by hand. Default: nobody: the steps say so. Example: `hands:
        /// [ilze.owner]`.
        "hands" hands: List<PersonRef>;
        /// How soon a step by hand is due after it was handed over. Default: `1d`. Example: `due: 2d`.
        "due" due: DayCount;
        /// When what a person said has to be looked at again, or `none`. Default: `365d`. Example: `recheck: 180d`.
        "recheck" recheck: DaysOrNone;
        /// Assumptions that no documentation confirms, by name: `false` switches one off that can be. `keyholder
        /// doctor --assumptions` lists them with what happens then. Default: each as its page says. Example:
        /// `assume: { delete_withdraws_invitation: false }`.
        "assume" assume: Map<AssumptionName, Truth>;
        /// A list that an administrator exported or typed, for systems that cannot be read. Default: none. Example:
        /// `snapshot: { file: exports/agency.csv, taken: 2026-11-20 }`.
        "snapshot" snapshot: Snapshot;
    }
}

impl SystemFields {
    fn named(mut self, name: Text, cx: &mut Decoder<'_>) -> System {
        let kind = self.kind.clone();
        if let Some(kind) = kind.clone() {
            self.judge(&name, kind.value, cx);
        }
        if let Some(strangers) = &self.strangers
            && strangers.value == Strangers::Remove
            && !kind.as_ref().is_none_or(|kind| kind.value.has_rights())
        {
            cx.report(
                Diagnostic::new(
                    Code::NotInForce,
                    "`strangers: remove` cannot be set for a system in which nothing is removed by a call",
                )
                .at(strangers.span, "this would not be honored")
                .help("write `ignore` or `report`"),
            );
            self.strangers = None;
        }
        let fallback = Spanned::new(Kind::Altegio, name.span);
        System {
            kind: self.kind.unwrap_or(fallback),
            name,
            url: self.url,
            chain: self.chain,
            tokens: self.tokens.unwrap_or_default(),
            acting: self.acting,
            ownership: self.ownership,
            strangers: self.strangers,
            invite_by: self.invite_by,
            invite: self.invite,
            hands: self.hands.unwrap_or_default(),
            assume: self.assume.unwrap_or_default(),
            roles: self.roles.unwrap_or_default(),
            due: self.due,
            recheck: self.recheck,
            snapshot: self.snapshot,
        }
    }

    /// What can be judged once the kind is known.
    fn judge(&self, name: &Text, kind: Kind, cx: &mut Decoder<'_>) {
        if let Some(other) = Kind::parse(&name.value)
            && other != kind
        {
            cx.report(
                Diagnostic::new(
                    Code::ReservedName,
                    format!("a system of kind `{kind}` cannot be called `{other}`"),
                )
                .at(name.span, "the name of another kind")
                .help("choose a name that says what the account is for, such as `salons`"),
            );
        }
        if let Some(url) = &self.url
            && let Some(fault) = hosts::judge(url, kind, cx.allow_hosts)
        {
            cx.report(fault);
        }
        let roles = self.roles.as_deref().unwrap_or_default();
        for (at, role) in roles.iter().enumerate() {
            let before = roles.iter().take(at);
            let number = |role: &NamedRole| role.id.as_ref().map(|id| id.value);
            let same = |other: &&NamedRole| {
                other.name.value == role.name.value
                    || (number(role).is_some() && number(other) == number(role))
            };
            if let Some(first) = before.into_iter().find(same) {
                cx.report(
                    Diagnostic::new(
                        Code::WrongValue,
                        format!(
                            "two roles of `{}` have one name or number",
                            shown(&name.value)
                        ),
                    )
                    .at(role.name.span, "the second")
                    .at(first.name.span, "the first")
                    .help("give every role its own name and the vendor's own number"),
                );
            }
        }
        if let Some(snapshot) = self.snapshot.as_ref().filter(|_| kind == Kind::Keycrm) {
            cx.report(
                Diagnostic::new(
                    Code::NotInForce,
                    "`snapshot` cannot be set for a system of kind `keycrm`",
                )
                .at(snapshot.span, "this would not be honored")
                .help("remove the key: KeyCRM's users are read from its interface"),
            );
        }
        if let Some(chain) = &self.chain {
            cx.numbered_by(chain, &name.value, kind);
        }
        for (token, _) in self.tokens.iter().flatten() {
            let known: Vec<&str> = kind.tokens().iter().map(|token| token.name).collect();
            if known.contains(&&*token.value) {
                continue;
            }
            let near = nearest(&token.value, known.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`? {}", possible(&known)),
                None => possible(&known),
            };
            cx.report(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("unknown token `{}`", shown(&token.value)),
                )
                .at(token.span, format!("{} has no such token", kind.title()))
                .help(help),
            );
        }
    }
}

record! {
    SnapshotFields, "a snapshot" {
        /// The list, a file of the project. Example: `file: exports/agency.csv`.
        "file" file: PathText, required;
        /// When it was taken from the vendor. Example: `taken: 2026-11-20`.
        "taken" taken: Moment, required;
        /// How it is written. Default: by the end of the file's name. Example: `format: csv`.
        "format" format: Word<ExportFormat>;
        /// How old it may be. What is older is unknown, and unknown takes nothing away. Default: `30d`. Example:
        /// `max_age: 14d`.
        "max_age" max_age: DayCount;
        /// The words of its header by our names, where they are not the usual ones. Our names are `id`, `name`,
        /// `first`, `last`, `email`, `phone`, `login`, `role`, `state`, `places`, and the facts of the kind. Default:
        /// the usual words. Example: `columns: { email: "E-Mail (work)" }`.
        "columns" columns: Map<AnyKey, Line>;
        /// Our values by the list's, for each of our names. Default: the words themselves. Example: `values: { state:
        /// { oui: active, non: inactive } }`.
        "values" values: Map<AnyKey, Map<AnyKey, Line>>;
    }
}

impl Shape for Snapshot {
    type Value = Snapshot;
    const WHAT: &'static str = "a mapping such as `{ file: exports/desk.csv, taken: 2026-11-20 }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Snapshot> {
        let fields = SnapshotFields::decode(node, cx)?;
        let file = fields.file?;
        let outside = file.value.starts_with('/')
            || file.value.contains('\\')
            || file.value.split('/').any(|part| part == "..");
        if outside {
            cx.report(
                Diagnostic::new(
                    Code::WrongValue,
                    "`file` of a snapshot leads out of the project",
                )
                .at(file.span, "this is not read")
                .help("put the list into the project, and name it from the folder of `keyholder.yaml`"),
            );
            return None;
        }
        let end = Utf8Path::new(&*file.value).extension();
        let by_name = match end.map(str::to_lowercase).as_deref() {
            Some("csv" | "txt" | "tsv") => Some(ExportFormat::Csv),
            Some("json") => Some(ExportFormat::Json),
            _ => None,
        };
        if fields.broken.contains(&"format") {
            return None;
        }
        let Some(format) = fields.format.map(|format| format.value).or(by_name) else {
            cx.missing_key("format", file.span, "a snapshot", "`csv` or `json`");
            return None;
        };
        Some(Snapshot {
            span: fields.span,
            file,
            taken: fields.taken?,
            format,
            max_age: fields.max_age,
            columns: fields.columns.unwrap_or_default(),
            values: fields.values.unwrap_or_default(),
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        SnapshotFields::schema(defs)
    }
}

record! {
    NamedRoleFields, "a role with its number" {
        /// The name that roles of the project use. Example: `name: manager`.
        "name" name: Line, required;
        /// The vendor's number. Default: the role is not made there yet: making it is a step by hand. Example: `id:
        /// 2`.
        "id" id: Int;
    }
}

impl Shape for NamedRole {
    type Value = NamedRole;
    const WHAT: &'static str = "a role such as `{ name: manager, id: 2 }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<NamedRole> {
        let fields = NamedRoleFields::decode(node, cx)?;
        if fields.broken.contains(&"id") {
            return None;
        }
        Some(NamedRole {
            name: fields.name?,
            id: fields.id,
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        NamedRoleFields::schema(defs)
    }
}

/// `{ env | file | command }`; anything else is taken for the secret itself.
pub(super) struct TokenShape;

impl Shape for TokenShape {
    type Value = Spanned<TokenSource>;
    const WHAT: &'static str = "`{ env: NAME }`, `{ file: PATH }` or `{ command: COMMAND }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<TokenSource>> {
        const KEYS: &[&str] = &["env", "file", "command"];
        let pairs: Vec<_> = match node.view() {
            View::Map(pairs) => pairs.collect(),
            View::Null | View::Scalar(_) | View::List(_) => {
                cx.literal(node, node.span());
                return None;
            }
        };
        let [(key, value)] = pairs.as_slice() else {
            // Whatever this is, one of its values may be a secret.
            cx.secrets.push(node.span());
            cx.report(
                Diagnostic::new(Code::WrongValue, "a token comes from one place")
                    .at(
                        Span {
                            end: node.span().start,
                            ..node.span()
                        },
                        "here",
                    )
                    .help(format!("write {}", Self::WHAT)),
            );
            return None;
        };
        let name = cx.key_text(*key)?;
        if !KEYS.contains(&name) {
            cx.secrets.push(value.span());
            if nearest(name, KEYS.iter().copied()).is_some() {
                cx.unknown_key(*key, name, *value, KEYS, "a token");
            } else {
                cx.literal(*key, key.span());
            }
            return None;
        }
        if matches!(value.view(), View::List(_) | View::Map(_)) {
            // A secret may be wrapped in anything.
            cx.secrets.push(value.span());
        }
        let text = cx.value::<Line>(*key, name, *value)?;
        if name == "env" && !is_variable(&text.value) {
            cx.literal(*value, value.span());
            return None;
        }
        let source = match name {
            "env" => TokenSource::Env(text.value),
            "file" => TokenSource::File(text.value),
            _ => TokenSource::Command(text.value),
        };
        Some(Spanned::new(source, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "env": {
                    "type": "string",
                    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                    "description": "An environment variable.\n\nExample: `env: ALTEGIO_USER_TOKEN`.",
                },
                "file": {
                    "type": "string",
                    "description": "A file whose first line is the token.\n\nExample: `file: /run/secrets/altegio-user`.",
                },
                "command": {
                    "type": "string",
                    "description": "A command that prints the token; only with `--allow-commands`.\n\nExample: `command: pass show altegio/user`.",
                },
            },
            "x-order": ["env", "file", "command"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        })
    }
}

/// A name that a shell would take for a variable.
fn is_variable(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl<'a> Decoder<'a> {
    /// Reports a secret in the text, and has its bytes blotted out.
    fn literal(&mut self, node: Node<'a>, secret: Span) {
        self.secrets.push(secret);
        let name = shown(self.key);
        self.report(
            Diagnostic::new(
                Code::LiteralToken,
                format!("the token `{name}` is written into the file"),
            )
            .at(node.span(), "this should name where the token comes from")
            .help(format!(
                "write {}; whoever has read this file has the token, so replace it at the vendor",
                TokenShape::WHAT
            )),
        );
    }
}

impl Shape for ContactsSource {
    type Value = ContactsSource;
    const WHAT: &'static str = "`{ file: PATH }` or `{ command: COMMAND }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<ContactsSource> {
        let mut found = None;
        let mut seen = Seen::default();
        for (key, value) in cx.mapping(node, Self::WHAT)? {
            let Some(name) = cx.key_text(key) else {
                continue;
            };
            if let Some(first) = seen.add(name, key.span()) {
                cx.duplicate_key(name, key.span(), first);
                continue;
            }
            match name {
                "file" | "command" if found.is_some() => {
                    cx.wrong_value(
                        node,
                        "`contacts` come from one place".to_owned(),
                        format!("write {}", Self::WHAT),
                    );
                }
                "file" => {
                    let text = cx.value::<PathText>(key, name, value)?;
                    found = Some(ContactsSource::File(text.value));
                }
                "command" => {
                    let text = cx.value::<Line>(key, name, value)?;
                    found = Some(ContactsSource::Command(text.value));
                }
                _ if matches!(value.view(), View::Map(_)) => {
                    cx.report(
                        Diagnostic::new(
                            Code::MisplacedKey,
                            "contacts of people do not belong into `keyholder.yaml`",
                        )
                        .at(key.span(), "this is an entry, not a setting")
                        .help(format!(
                            "move it to `contacts.yaml`; here stands {}",
                            Self::WHAT
                        )),
                    );
                    return None;
                }
                _ => {
                    cx.unknown_key(key, name, value, &["file", "command"], "`contacts`");
                }
            }
        }
        if found.is_none() && seen.add("file", node.span()).is_none() {
            cx.missing_key("file", node.span(), "`contacts`", "a path");
        }
        found
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "file": {
                    "type": "string",
                    "description": "A YAML file with `contacts:`.\n\nExample: `file: ../private/contacts.yaml`.",
                },
                "command": {
                    "type": "string",
                    "description": "A command that prints such a file; only with `--allow-commands`.\n\nExample: `command: pass show salons/contacts`.",
                },
            },
            "x-order": ["file", "command"],
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        })
    }
}

/// `keyholder.yaml` and what decoding entries needs of it.
pub(crate) struct SettingsFile {
    /// The settings.
    pub(crate) settings: Settings,
    /// Names and kinds of systems.
    pub(crate) systems: Systems,
}

impl SettingsFile {
    /// Reads the file's root; `None` is an empty file.
    pub(crate) fn decode<'a>(root: Option<Node<'a>>, top: Span, cx: &mut Decoder<'a>) -> Self {
        let Some(root) = root else {
            cx.missing_key("version", top, "`keyholder.yaml`", "`1`");
            return Self::unreadable();
        };
        let Some(fields) = SettingsFields::decode(root, cx) else {
            return Self::unreadable();
        };
        let mut named: Vec<(Arc<str>, Option<Kind>)> = Vec::new();
        let mut systems: Vec<System> = Vec::new();
        let incomplete = fields.systems.is_none() && systems_key(root);
        for (name, system) in fields.systems.unwrap_or_default() {
            let kind = system
                .as_ref()
                .and_then(|fields| fields.kind.as_ref())
                .map(|kind| kind.value);
            named.push((name.value.clone(), kind));
            if let Some(fields) = system {
                systems.push(fields.named(name, cx));
            }
        }
        systems.sort_by(|one, other| one.name.value.cmp(&other.name.value));
        let state = fields.state.map(|state| state.place(cx));
        let (state_dir, state_branch) = state.unwrap_or_default();
        Self {
            settings: Settings {
                span: Some(fields.span),
                time_zone: fields.time_zone,
                catalogue: fields.catalogue,
                files: fields.files.unwrap_or_default(),
                systems,
                protected: fields.protected.unwrap_or_default(),
                state_dir,
                state_branch,
                contacts: fields.contacts,
                fences: fields.fences.unwrap_or_default(),
                limits: fields
                    .limits
                    .map_or_else(Limits::default, LimitsFields::limits),
                second_person: fields.second_person,
                sensitive: fields.sensitive.unwrap_or_default(),
                quiet: fields.quiet.flatten(),
                invitations: fields
                    .invitations
                    .map_or_else(Stale::default, InvitationsFields::rule),
                drift: fields
                    .drift
                    .map_or_else(DriftRule::default, DriftFields::rule),
            },
            systems: Systems::new(named, incomplete),
        }
    }

    /// Settings that could not be read: nothing can be said about systems then.
    pub(crate) fn unreadable() -> Self {
        Self {
            settings: Settings::default(),
            systems: Systems::new(Vec::new(), true),
        }
    }

    /// What an editor is told about the file.
    pub(crate) fn schema(defs: &mut Defs) -> Schema {
        SettingsFields::schema(defs)
    }
}

fn systems_key(root: Node<'_>) -> bool {
    let View::Map(mut pairs) = root.view() else {
        return true;
    };
    pairs.any(|(key, _)| key.scalar().is_some_and(|key| key.text == "systems"))
}

/// `files` and `contacts.file` alone, before the files of a project have their numbers.
pub(crate) fn peek_files(root: Option<Node<'_>>) -> Option<Vec<&str>> {
    let View::Map(mut pairs) = root?.view() else {
        return None;
    };
    let (_, files) = pairs.find(|(key, _)| key.scalar().is_some_and(|key| key.text == "files"))?;
    let View::List(files) = files.view() else {
        return None;
    };
    let names: Vec<&str> = files.filter_map(|file| Some(file.scalar()?.text)).collect();
    (!names.is_empty()).then_some(names)
}
