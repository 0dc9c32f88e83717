//! People, what they may reach and where, their accounts and contacts.

use schemars::{Schema, json_schema};
use serde_json::{Map as Object, Value};

use super::generic::{AnyKey, At, KeyRule, List, Map, OneOrMany, Rest, from_record, record};
use super::roles::{RightList, Rights};
use super::scalars::{
    Class, Id, Line, LocationRef, Moment, PersonRef, Prose, RoleRef, SystemRef, Truth, class,
};
use super::words::Word;
use super::{Decoder, Shape, possible};
use crate::config::raw::{
    Access, Assignment, ContactEntry, MaybeShared, Name, Never, Paused, Person, Pin, Selector,
    StaffPin, Text,
};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::PersonKind;
use crate::text::Spanned;

record! {
    PersonFields, "a person" {
        /// What the entry is. Default: `person`. Example: `kind: shared`.
        "kind" kind: Word<PersonKind>;
        /// The name. Example: `name: { first: Jana, last: Bērziņa }`.
        "name" name: At<NameShape>, required;
        /// The e-mail address: by it an invitation is sent and an account is recognized. Default: none. Example:
        /// `email: jana@chain.example`.
        "email" email: At<EmailShape>;
        /// The phone number, with `+` and country code; quoted, so that it stays a text. Default: none. Example:
        /// `phone: "+371 20000001"`.
        "phone" phone: At<PhoneShape>;
        /// A free word that policies select by. Default: none. Example: `class: trainee`.
        "class" class: Line;
        /// The first day of work: lines of access begin no earlier. Default: lines begin as they say. Example:
        /// `starts: 2026-12-01`.
        "starts" starts: Moment;
        /// The last day of work, or the instant: all access ends after it, everywhere. Default: stays. Example:
        /// `leaves: 2026-11-22T20:00`.
        "leaves" leaves: Moment;
        /// Access rests meanwhile: it is blocked where a vendor can, else taken. Default: never. Example: `paused: {
        /// from: 2026-12-10, until: 2027-03-31 }`.
        "paused" paused: Paused;
        /// Earlier keys of this person, so that the same account is not taken for somebody new. Default: none.
        /// Example: `was: [j.kalnina]`.
        "was" was: OneOrMany<PersonRef>;
        /// People who use a shared login; when one of them leaves, changing its password is a step by hand. Default:
        /// nobody. Example: `used_by: [jana.berzina]`.
        "used_by" used_by: OneOrMany<PersonRef>;
        /// The location whose invitation is sent. Default: the one with the heaviest role. Example: `invite_at:
        /// riga-mall`.
        "invite_at" invite_at: LocationRef;
        /// Accounts by system, where a contact does not tell: an id, several, or more. Default: by contact and
        /// journal. Example: `accounts: { salons: 8812 }`.
        "accounts" accounts: Map<AnyKey, PinShape>;
        /// Rights the person never gets, whatever the roles say: switches only, by system or kind. Default: none.
        /// Example: `never: [{ salons: finances_transactions_delete_access, because: audit 2025-3 }]`.
        "never" never: List<Never>;
        /// Roles at places. `[]` is none and takes what there is, `unmanaged` leaves the person alone. Example:
        /// `access: [{ role: stylist, at: [riga-center, riga-mall] }]`.
        "access" access: AccessShape, expected;
    }
}

impl PersonFields {
    /// The person under a key.
    pub(super) fn named(self, key: Text) -> Person {
        // What could not be read has been reported; standing in for it keeps it from being reported as missing.
        let unread = |name: &str| self.broken.contains(&name);
        let access = match self.access {
            None if unread("access") => Some(Spanned::new(Access::Unmanaged, key.span)),
            access => access,
        };
        let name = self
            .name
            .or_else(|| Some(Spanned::new(Name::Whole(key.value.clone()), key.span)));
        Person {
            key,
            kind: self.kind,
            name,
            email: self.email,
            phone: self.phone,
            class: self.class,
            starts: self.starts,
            leaves: self.leaves,
            paused: self.paused,
            was: self.was.unwrap_or_default(),
            used_by: self.used_by.unwrap_or_default(),
            invite_at: self.invite_at,
            accounts: self.accounts.unwrap_or_default(),
            never: self.never.unwrap_or_default(),
            access,
        }
    }
}

/// A name in one text or two.
pub(super) struct NameShape;

record! {
    NameFields, "a name" {
        /// Given name. Example: `first: Jana`.
        "first" first: Line, required;
        /// Family name. Example: `last: Bērziņa`.
        "last" last: Line, required;
    }
}

impl Shape for NameShape {
    type Value = Name;
    const WHAT: &'static str = "a name, or `{ first, last }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Name> {
        match node.view() {
            View::Map(_) => {
                let parts = NameFields::decode(node, cx)?;
                Some(Name::Parts {
                    first: trimmed(parts.first?),
                    last: trimmed(parts.last?),
                })
            }
            View::Scalar(_) => Some(Name::Whole(trimmed(Line::decode(node, cx)?))),
            View::Null | View::List(_) => {
                cx.wrong_type(node, Self::WHAT);
                None
            }
        }
    }

    fn schema(defs: &mut Defs) -> Schema {
        let (one, two) = (Line::schema(defs), NameFields::schema(defs));
        json_schema!({ "anyOf": [one, two] })
    }
}

fn trimmed(text: Text) -> std::sync::Arc<str> {
    let bare = text.value.trim();
    if bare.len() == text.value.len() {
        text.value
    } else {
        bare.into()
    }
}

/// An e-mail address, perhaps shared.
pub(super) struct EmailShape;

record! {
    EmailFields, "an e-mail address" {
        /// The address. Example: `address: mall@chain.example`.
        "address" address: Line, required;
        /// Whether several people read it: then it never identifies anybody. Default: `false`. Example: `shared:
        /// true`.
        "shared" shared: Truth;
    }
}

impl Shape for EmailShape {
    type Value = MaybeShared;
    const WHAT: &'static str = "an e-mail address, or `{ address, shared: true }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<MaybeShared> {
        if let View::Map(_) = node.view() {
            let fields = EmailFields::decode(node, cx)?;
            return Some(contact(fields.address?, fields.shared));
        }
        plain_contact(node, Self::WHAT, cx)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let full = EmailFields::schema(defs);
        json_schema!({ "anyOf": [{ "type": "string" }, full] })
    }
}

/// A phone number, perhaps shared.
pub(super) struct PhoneShape;

record! {
    PhoneFields, "a phone number" {
        /// The number, with `+` and country code. Example: `number: "+371 20000001"`.
        "number" number: Line, required;
        /// Whether several people answer it: then it never identifies anybody. Default: `false`. Example: `shared:
        /// true`.
        "shared" shared: Truth;
    }
}

impl Shape for PhoneShape {
    type Value = MaybeShared;
    const WHAT: &'static str = "a phone number, or `{ number, shared: true }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<MaybeShared> {
        if let View::Map(_) = node.view() {
            let fields = PhoneFields::decode(node, cx)?;
            return Some(contact(fields.number?, fields.shared));
        }
        plain_contact(node, Self::WHAT, cx)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let full = PhoneFields::schema(defs);
        json_schema!({ "anyOf": [{ "type": ["string", "integer"] }, full] })
    }
}

fn plain_contact<'a>(node: Node<'a>, what: &str, cx: &mut Decoder<'a>) -> Option<MaybeShared> {
    if !matches!(node.view(), View::Scalar(_)) {
        cx.wrong_type(node, what);
        return None;
    }
    Some(contact(Line::decode(node, cx)?, None))
}

fn contact(text: Text, shared: Option<Spanned<bool>>) -> MaybeShared {
    MaybeShared {
        text: text.value,
        shared: shared.is_some_and(|shared| shared.value),
    }
}

record! {
    PausedFields, "a pause with `from` and `until`" {
        /// The first day of rest. Default: from the beginning. Example: `from: 2026-12-10`.
        "from" from: Moment;
        /// The last day of rest. Default: without end. Example: `until: 2027-03-31`.
        "until" until: Moment;
    }
}

from_record!(Paused, PausedFields, |found| Paused {
    span: found.span,
    from: found.from,
    until: found.until,
});

/// A pin: ids alone, or everything that is known of an account.
pub(super) struct PinShape;

record! {
    PinFields, "an account" {
        /// The account's id at the vendor, or several; the first is primary, and a leaver loses all. Default: by
        /// contact and journal. Example: `id: 8812`.
        "id" ids: OneOrMany<Id>;
        /// Accounts that are not this person's, although they look like it. Default: none. Example: `not: [123]`.
        "not" not: OneOrMany<Id>;
        /// The login, at vendors that have one. Default: none. Example: `login: jana`.
        "login" login: Line;
        /// The team member to link at each location, by name or id, or `none`. Default: the one who is linked there.
        /// Example: `staff: { riga-mall: "Jana B." }`.
        "staff" staff: Map<AnyKey, At<StaffPin>>;
    }
}

impl Shape for PinShape {
    type Value = Pin;
    const WHAT: &'static str = "an account: `{ id, login, staff, not }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Pin> {
        if let View::Map(_) = node.view() {
            let fields = PinFields::decode(node, cx)?;
            let (ids, not) = (
                fields.ids.unwrap_or_default(),
                fields.not.unwrap_or_default(),
            );
            for id in ids.iter().chain(&not) {
                cx.numbered(id, cx.key);
            }
            for other in &not {
                if let Some(own) = ids.iter().find(|own| own.value == other.value) {
                    let id = super::shown(&own.value);
                    cx.report(
                        Diagnostic::new(
                            Code::WrongValue,
                            format!("account `{id}` both is and is not this person's"),
                        )
                        .at(other.span, "named as somebody else's")
                        .at(own.span, "named as this person's")
                        .help("keep the line that is true"),
                    );
                }
            }
            return Some(Pin {
                ids,
                not,
                login: fields.login,
                staff: fields.staff.unwrap_or_default(),
            });
        }
        let ids = OneOrMany::<Id>::decode(node, cx)?;
        for id in &ids {
            cx.numbered(id, cx.key);
        }
        Some(Pin {
            ids,
            ..Pin::default()
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        let (ids, full) = (OneOrMany::<Id>::schema(defs), PinFields::schema(defs));
        json_schema!({ "anyOf": [full, ids] })
    }
}

impl Shape for StaffPin {
    type Value = StaffPin;
    const WHAT: &'static str = "a team member's name or id, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<StaffPin> {
        let Some(scalar) = node.scalar() else {
            cx.wrong_type(node, Self::WHAT);
            return None;
        };
        match class(scalar) {
            Class::Int(Some(id)) => Some(StaffPin::Id(id)),
            Class::Text if scalar.plain && scalar.text == "none" => Some(StaffPin::Nobody),
            _ => Some(StaffPin::Name(Line::decode(node, cx)?.value)),
        }
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

record! {
    NeverFields, "an entry of `never`" {
        /// Why; `check` warns where it is missing. Default: nothing. Example: `because: audit 2025-3`.
        "because" because: Prose;
        rest targets: Targets;
    }
}

/// The systems an entry of `never` names.
#[derive(Default)]
pub(super) struct Targets {
    found: Vec<(Text, Vec<Text>)>,
    any: bool,
}

impl Rest for Targets {
    fn take<'a>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
        cx: &mut Decoder<'a>,
    ) -> Option<&'static str> {
        if self.any {
            let first = self.found.first().map(|(target, _)| target.span);
            let mut found = Diagnostic::new(
                Code::UnknownKey,
                format!("{what} names one system, not several"),
            )
            .at(key.span(), "a second one")
            .help(format!(
                "write an entry for each system; {}",
                possible(known)
            ));
            if let Some(first) = first {
                found = found.at(first, "the first one");
            }
            cx.report(found);
            return None;
        }
        self.any = true;
        let target = AnyKey::accept(key, name, cx);
        let rights = cx.value::<RightList>(key, name, value);
        if let (Some(target), Some(rights)) = (target, rights) {
            self.found.push((target, rights));
        }
        None
    }

    fn describe(object: &mut Object<String, Value>, defs: &mut Defs) {
        let rights = RightList::schema(defs).to_value();
        object.insert("additionalProperties".to_owned(), rights);
        object.insert("minProperties".to_owned(), 1.into());
    }
}

impl Shape for Never {
    type Value = Never;
    const WHAT: &'static str = "an entry such as `{ salons: RIGHT, because: ... }`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Never> {
        let fields = NeverFields::decode(node, cx)?;
        if !fields.targets.any {
            cx.missing_key("SYSTEM", node.span(), NeverFields::WHAT, "the rights");
        }
        if fields.because.is_none() && !fields.broken.contains(&"because") {
            cx.missing_reason(fields.span, NeverFields::WHAT);
        }
        let (target, rights) = fields.targets.found.into_iter().next()?;
        Some(Never {
            span: fields.span,
            target,
            rights,
            because: fields.because,
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        NeverFields::schema(defs)
    }
}

/// `access`.
pub(super) struct AccessShape;

impl Shape for AccessShape {
    type Value = Spanned<Access>;
    const WHAT: &'static str = "a list of roles at places, `[]` for none, or `unmanaged`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<Access>> {
        let access = match node.view() {
            View::List(_) => Access::Lines(List::<Assignment>::decode(node, cx)?),
            View::Scalar(scalar) if scalar.text == "unmanaged" => Access::Unmanaged,
            View::Null | View::Scalar(_) | View::Map(_) => {
                cx.wrong_type(node, Self::WHAT);
                return None;
            }
        };
        Some(Spanned::new(access, node.span()))
    }

    fn schema(defs: &mut Defs) -> Schema {
        let line = defs.define("assignment", Assignment::schema);
        json_schema!({
            "anyOf": [
                { "const": "unmanaged", "description": "leaves the person alone" },
                { "type": "array", "items": line },
            ],
        })
    }
}

record! {
    AssignmentFields, "a line of access" {
        /// The role. Example: `role: stylist`.
        "role" role: RoleRef, required;
        /// Where: keys of locations, `all`, or tags. Default: nowhere; an error if the role has a part with locations.
        /// Example: `at: [riga-center, riga-mall]`.
        "at" at: Selector;
        /// A system whose chain rights of the role are given. Default: none. Example: `chain: salons`.
        "chain" chain: SystemRef;
        /// From the beginning of this date, or this instant. Default: as long as the person works there. Example:
        /// `from: 2026-12-10`.
        "from" from: Moment;
        /// Until the end of this date, or this instant. Default: without end. Example: `until: 2027-03-01`.
        "until" until: Moment;
        /// Why. Default: nothing. Example: `because: "covers leave, HR-1234"`.
        "because" because: Prose;
        /// Rights this line adds to its role, by system or kind. Default: none. Example: `plus: { salons: {
        /// records_delete_access: allow } }`.
        "plus" plus: Map<AnyKey, Rights>;
        /// Switches taken from all lines of the person at these places while this one is in force, by system or kind.
        /// Default: none. Example: `minus: { salons: [clients_export_access] }`.
        "minus" minus: Map<AnyKey, RightList>;
    }
}

impl Shape for Assignment {
    type Value = Assignment;
    const WHAT: &'static str = AssignmentFields::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Assignment> {
        let found = AssignmentFields::decode(node, cx)?;
        if found.broken.contains(&"at") {
            // A line at unknown places would be reported again for having none.
            return None;
        }
        Some(Assignment {
            span: found.span,
            role: found.role,
            at: found.at,
            chain: found.chain,
            from: found.from,
            until: found.until,
            because: found.because,
            plus: found.plus.unwrap_or_default(),
            minus: found.minus.unwrap_or_default(),
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        AssignmentFields::schema(defs)
    }
}

record! {
    ContactFields, "a contact" {
        /// The e-mail address. Default: none. Example: `email: karlis@home.example`.
        "email" email: At<EmailShape>;
        /// The phone number, with `+` and country code; quoted, so that it stays a text. Default: none. Example:
        /// `phone: "+371 20000002"`.
        "phone" phone: At<PhoneShape>;
    }
}

impl ContactFields {
    /// The contact of a person.
    pub(super) fn named(self, key: Text) -> ContactEntry {
        ContactEntry {
            key,
            email: self.email,
            phone: self.phone,
            is_outside: false,
        }
    }
}
