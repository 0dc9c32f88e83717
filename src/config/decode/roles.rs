//! Roles: their blocks by system or kind, and the lines of rights.

use schemars::{Schema, json_schema};
use serde_json::{Map as Object, Value};

use super::generic::{AnyKey, At, KeyRule, List, Map, OneOrMany, Rest, Seen, from_record, record};
use super::scalars::{Class, Int, Line, Prose, RightRef, RoleRef, Truth, class};
use super::systems::Target;
use super::words::{AllowDeny, CalendarKind, Calendars, Word, WordText};
use super::{Decoder, Shape, possible, shown};
use crate::catalog::Kind;
use crate::config::raw::{
    ApendayBlock, BlockBody, KeycrmBlock, RawValue, ReservioBlock, RightLine, RightsBlock, Role,
    RoleBlock, Text, Unlisted,
};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::text::{Span, Spanned};

record! {
    RoleFields, "a role" {
        /// What people call it. Default: its key. Example: `title: Stylist`.
        "title" title: Line;
        /// What it is for. Default: nothing. Example: `description: Cuts hair; sees the calendar of her own chair.`.
        "description" description: Prose;
        /// Roles whose lines it inherits. Its own lines override theirs; its `unlisted` and `role` replace theirs.
        /// Default: none. Example: `extends: [floor]`.
        "extends" extends: OneOrMany<RoleRef>;
        rest blocks: Blocks;
    }
}

impl RoleFields {
    /// The role under its key.
    pub(super) fn named(self, key: Text) -> Role {
        Role {
            key,
            title: self.title,
            description: self.description,
            extends: self.extends.unwrap_or_default(),
            blocks: self.blocks.found,
        }
    }
}

/// The blocks of a role: every key that is none of its own.
#[derive(Default)]
pub(super) struct Blocks {
    found: Vec<RoleBlock>,
    seen: Vec<(String, Span)>,
}

impl Rest for Blocks {
    fn take<'a>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
        cx: &mut Decoder<'a>,
    ) -> Option<&'static str> {
        if let Some((_, first)) = self.seen.iter().find(|(known, _)| known == name) {
            cx.duplicate_key(name, key.span(), *first);
            return None;
        }
        self.seen.push((name.to_owned(), key.span()));
        let kind = match cx.systems.target(name) {
            Target::Kind(kind) => kind,
            Target::Unreadable => return None,
            Target::Unknown => {
                let own: Option<&'static str> = nearest(name, known.iter().copied());
                let near = own.map(str::to_owned).or_else(|| cx.systems.near(name));
                let help = if let Some(near) = near {
                    format!("did you mean `{near}`?")
                } else {
                    let systems: Vec<&str> = cx.systems.names().collect();
                    if systems.is_empty() {
                        "declare the system under `systems:` in keyholder.yaml".to_owned()
                    } else {
                        possible(&[systems.as_slice(), known].concat())
                    }
                };
                cx.report(
                    Diagnostic::new(
                        Code::UnknownSystem,
                        format!("there is no system `{}`", shown(name)),
                    )
                    .at(
                        key.span(),
                        format!("neither a system, nor a kind, nor a key of {what}"),
                    )
                    .help(help),
                );
                return own;
            }
        };
        let target = AnyKey::accept(key, name, cx)?;
        let body = match kind {
            Kind::Altegio | Kind::Yclients => cx
                .value::<RightsBlock>(key, name, value)
                .map(BlockBody::Rights),
            Kind::Keycrm => cx
                .value::<KeycrmBlock>(key, name, value)
                .map(BlockBody::Keycrm),
            Kind::Reservio => cx
                .value::<ReservioBlock>(key, name, value)
                .map(BlockBody::Reservio),
            Kind::Apenday => cx
                .value::<ApendayBlock>(key, name, value)
                .map(BlockBody::Apenday),
        };
        if let Some(body) = body {
            self.found.push(RoleBlock {
                target,
                span: value.span(),
                body,
            });
        }
        None
    }

    fn describe(object: &mut Object<String, Value>, defs: &mut Defs) {
        let rights = defs.define("rights-block", RightsBlock::schema).to_value();
        let keycrm = defs.define("keycrm-block", KeycrmBlock::schema).to_value();
        let reservio = defs
            .define("reservio-block", ReservioBlock::schema)
            .to_value();
        let apenday = defs
            .define("apenday-block", ApendayBlock::schema)
            .to_value();
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            for kind in Kind::ALL {
                let block = match kind {
                    Kind::Altegio | Kind::Yclients => &rights,
                    Kind::Keycrm => &keycrm,
                    Kind::Reservio => &reservio,
                    Kind::Apenday => &apenday,
                };
                let about = format!("What the role means in every system of kind {kind}.");
                properties.insert(
                    kind.as_str().to_owned(),
                    serde_json::json!({ "allOf": [block], "description": about }),
                );
            }
        }
        // The name of a system says nothing about its kind to an editor: any block will do.
        object.insert(
            "additionalProperties".to_owned(),
            serde_json::json!({ "anyOf": [rights, keycrm, reservio, apenday] }),
        );
    }
}

record! {
    RightsFields, "a block of rights" {
        /// The vendor's own role. Default: inherited; it must be there in the end. Example: `role: worker`.
        "role" role: VendorRoleName;
        /// What happens to rights that no line names. Default: inherited; it must be there in the end. Example:
        /// `unlisted: deny`.
        "unlisted" unlisted: Word<Unlisted>;
        /// Rights by slug, or by pattern. An exact slug beats a pattern, a longer pattern a section, `"*"` comes
        /// last. A pattern that allows never covers sensitive or restricting rights: those are named. Default:
        /// `unlisted` alone decides. Example: `rights: { "timetable.*": allow, records_edit_last_days_count: 3 }`.
        "rights" rights: Rights;
        /// Rights that are not in the catalogue, by slug. Default: none. Example: `unknown_rights: {
        /// brand_new_access: deny }`.
        "unknown_rights" unknown: Map<AnyKey, AllowDeny>;
        /// Rights over the whole chain; they come with `chain: SYSTEM` in a line of access. Default: none. Example:
        /// `chain: { analytics_access: allow }`.
        "chain" chain: At<Map<ChainKey, AllowDeny>>;
    }
}

from_record!(RightsBlock, RightsFields, |found| {
    let (chain_span, chain) = match found.chain {
        Some(chain) => (Some(chain.span), chain.value),
        None => (None, Vec::new()),
    };
    RightsBlock {
        role: found.role,
        // One that could not be read is not to be reported as missing too.
        unlisted: match found.unlisted {
            None if found.broken.contains(&"unlisted") => {
                Some(Spanned::new(Unlisted::Deny, found.span))
            }
            unlisted => unlisted,
        },
        rights: found.rights.unwrap_or_default(),
        unknown_rights: found.unknown.unwrap_or_default(),
        chain,
        chain_span,
    }
});

/// The slug of a vendor's role, which an editor completes.
pub(super) struct VendorRoleName;

impl Shape for VendorRoleName {
    type Value = Text;
    const WHAT: &'static str = "the vendor's role, such as `worker`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        Line::decode(node, cx)
    }

    fn schema(_: &mut Defs) -> Schema {
        let roles: Vec<Value> = crate::config::schema::vendor_roles()
            .into_iter()
            .map(|(slug, about)| serde_json::json!({ "const": slug, "description": about }))
            .collect();
        json_schema!({ "anyOf": roles })
    }
}

/// The key of a right of a chain.
pub(super) struct ChainKey;

impl KeyRule for ChainKey {
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        AnyKey::accept(key, name, cx)
    }

    fn names() -> Vec<(String, String)> {
        crate::config::schema::chain_rights()
    }
}

/// Lines of rights, in file order.
pub(super) struct Rights;

impl Shape for Rights {
    type Value = Vec<RightLine>;
    const WHAT: &'static str = "a mapping of rights to their values";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Vec<RightLine>> {
        let pairs = cx.mapping(node, Self::WHAT)?;
        let mut found = Vec::with_capacity(pairs.clone().count());
        let mut seen = Seen::default();
        for (key, value) in pairs {
            let Some(name) = cx.key_text(key) else {
                continue;
            };
            let Some(pattern) = AnyKey::accept(key, name, cx) else {
                continue;
            };
            if let Some(first) = seen.add(name, key.span()) {
                cx.duplicate_key(name, key.span(), first);
                continue;
            }
            if let Some(value) = cx.value::<At<RawValue>>(key, name, value) {
                found.push(RightLine { pattern, value });
            }
        }
        Some(found)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let value = RawValue::schema(defs);
        defs.define("rights", |_| {
            let properties: Object<String, Value> = crate::config::schema::rights()
                .into_iter()
                .map(|(slug, about)| (slug, super::generic::described(value.clone(), &about)))
                .collect();
            json_schema!({
                "type": "object",
                "properties": properties,
                "additionalProperties": value,
            })
        })
    }
}

impl Shape for RawValue {
    type Value = RawValue;
    const WHAT: &'static str =
        "`allow`, `deny`, `self`, `all`, a number, a list of names or `{ ids: [...] }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<RawValue> {
        match node.view() {
            View::List(items) => {
                let mut names = Vec::new();
                for item in items {
                    names.push(cx.item::<ItemName>(item)?);
                }
                Some(RawValue::Names(names))
            }
            View::Map(_) => Some(RawValue::Ids(IdsFields::decode(node, cx)?.ids?)),
            View::Scalar(scalar) => match class(scalar) {
                Class::Int(Some(number)) => Some(RawValue::Number(number)),
                Class::Int(None) | Class::Float => {
                    cx.wrong_type(node, Self::WHAT);
                    None
                }
                Class::Truth(yes) => {
                    let subject = cx.subject();
                    let word = if yes { "allow" } else { "deny" };
                    cx.report(
                        Diagnostic::new(
                            Code::WrongType,
                            format!("{subject} takes {}, not a truth value", Self::WHAT),
                        )
                        .at(node.span(), "this is a truth value")
                        .help(format!("write `{word}`")),
                    );
                    None
                }
                Class::Text => Some(match scalar.text {
                    "allow" => RawValue::Allow,
                    "deny" => RawValue::Deny,
                    "self" => RawValue::Myself,
                    "all" => RawValue::All,
                    _ => RawValue::Text(Line::decode(node, cx)?.value),
                }),
            },
            View::Null => None,
        }
    }

    fn schema(defs: &mut Defs) -> Schema {
        defs.define("right-value", |_| {
            json_schema!({
                "anyOf": [
                    { "const": "allow", "description": "granted; for a restricting right: restricted" },
                    { "const": "deny", "description": "denied" },
                    { "const": "self", "description": "the team member the person is linked to at that location" },
                    { "const": "all", "description": "without limit" },
                    { "type": "integer", "description": "days back from today" },
                    { "type": "array", "items": { "type": "string" }, "description": "names, looked up at each location" },
                    {
                        "type": "object",
                        "description": "ids at the vendor",
                        "properties": { "ids": {
                            "type": "array",
                            "items": { "type": "integer" },
                            "description": "Ids at the vendor; they belong to one location.\n\nExample: `ids: [501, 502]`.",
                        } },
                        "required": ["ids"],
                        "additionalProperties": false,
                    },
                    { "type": "string", "description": "one name, or a list of addresses" },
                ],
            })
        })
    }
}

record! {
    IdsFields, "a mapping with `ids`" {
        /// Ids at the vendor. Example: `ids: [501, 502]`.
        "ids" ids: List<Int>, required;
    }
}

/// A name in a list; a bare number is more likely an id and would be looked up as a name.
pub(super) struct ItemName;

impl Shape for ItemName {
    type Value = Text;
    const WHAT: &'static str = "a name";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        if let Some(Class::Int(_)) = node.scalar().map(class) {
            let subject = cx.subject();
            cx.report(
                Diagnostic::new(
                    Code::WrongType,
                    format!("{subject} takes a list of names, not of numbers"),
                )
                .at(node.span(), "this is a number")
                .help("write ids as `{ ids: [...] }`; quote a name that is a number"),
            );
            return None;
        }
        Line::decode(node, cx)
    }

    fn schema(defs: &mut Defs) -> Schema {
        Line::schema(defs)
    }
}

record! {
    KeycrmFields, "a block of a KeyCRM role" {
        /// A name of the system's `roles`. Default: inherited; it must be there in the end. Example: `role: manager`.
        "role" role: Line;
        /// Sources of orders the person sees. Default: left as it is. Example: `sources: [Instagram]`.
        "sources" sources: List<Line>;
        /// Statuses of orders the person sees. Default: left as it is. Example: `statuses: [New]`.
        "statuses" statuses: List<Line>;
    }
}

from_record!(KeycrmBlock, KeycrmFields, |found| KeycrmBlock {
    role: found.role,
    sources: found.sources,
    statuses: found.statuses,
});

record! {
    ReservioFields, "a block of a Reservio role" {
        /// Sign in, and manage bookings of one's own: without it the other ticks do nothing. Default: `allow` where
        /// another tick is, else `deny`. Example: `own_bookings: allow`.
        "own_bookings" own: AllowDeny;
        /// See and change everybody's bookings. Default: `deny`. Example: `all_bookings: allow`.
        "all_bookings" all: AllowDeny;
        /// See the list of clients. Default: `deny`. Example: `client_list: deny`.
        "client_list" clients: AllowDeny;
        /// See and manage sales, online booking and settings: with this, the person equals the main administrator.
        /// Default: `deny`. Example: `sections: deny`.
        "sections" sections: AllowDeny;
        /// Reservio Enterprise: the right to the calendar of each place. Default: nothing of Enterprise. Example:
        /// `calendars: view`.
        "calendars" calendars: WordText<Calendars>;
        /// Reservio Enterprise: administrator of the whole account. Default: nothing of Enterprise. Example:
        /// `administrator: false`.
        "administrator" administrator: Truth;
    }
}

from_record!(ReservioBlock, ReservioFields, |found| {
    let at = found.span;
    let ticks = [
        ("own_bookings", found.own),
        ("all_bookings", found.all),
        ("client_list", found.clients),
        ("sections", found.sections),
    ];
    ReservioBlock {
        ticks: ticks
            .into_iter()
            .filter_map(|(name, tick)| {
                let tick = tick?;
                let span = Span::new(at.file, tick.span.start, tick.span.end);
                Some((Spanned::new(name.into(), span), tick))
            })
            .collect(),
        calendars: found.calendars,
        administrator: found.administrator,
    }
});

record! {
    ApendayFields, "a block of an Apenday role" {
        /// The role level, in the vendor's word. A person has one. Default: inherited; it must be there in the end.
        /// Example: `role: conseiller`.
        "role" role: Line;
        /// The team; a person has one. Default: left as it is. Example: `team: Nord`.
        "team" team: Line;
        /// The kind of calendar. Default: left as it is. Example: `calendar: office365`.
        "calendar" calendar: WordText<CalendarKind>;
        /// Kinds of events the person is switched on for. Default: left as it is. Example: `events: [Visite]`.
        "events" events: List<Line>;
        /// Notifications by name. Default: left as it is. Example: `notifications: { reminder-sms: allow }`.
        "notifications" notifications: Map<AnyKey, Notification>;
        /// Whether the user is switched on; switching on sends a mail. Default: `true`. Example: `active: true`.
        "active" active: Truth;
    }
}

from_record!(ApendayBlock, ApendayFields, |found| ApendayBlock {
    role: found.role,
    team: found.team,
    calendar: found.calendar,
    events: found.events,
    notifications: found.notifications.unwrap_or_default(),
    active: found.active,
});

/// A notification: `true` or `false`, or the words for rights.
pub(super) struct Notification;

impl Shape for Notification {
    type Value = Spanned<bool>;
    const WHAT: &'static str = "`true` or `false`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<bool>> {
        match node.scalar().map(|scalar| scalar.text) {
            Some("allow" | "deny") => AllowDeny::decode(node, cx),
            _ => Truth::decode(node, cx),
        }
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "anyOf": [{ "type": "boolean" }, { "enum": ["allow", "deny"] }] })
    }
}

/// Slugs or patterns that only take, of `minus` and `never`.
pub(super) type RightList = OneOrMany<RightRef>;
