//! Entry files: locations, roles, people, contacts, policies, approvals.
//!
//! Any file may have any of the sections. Keys that stand twice are kept twice here: whether an entry is declared
//! twice is seen over all files at once.

use schemars::{Schema, json_schema};
use serde_json::Value;

use super::generic::{AnyKey, Closed, KeyRule, List, Rest, declared_key, record};
use super::people::{ContactFields, PersonFields};
use super::places::{LocationFields, PLACE_WORDS};
use super::roles::RoleFields;
use super::rules::PolicyFields;
use super::settings::SETTINGS_KEYS;
use super::{Decoder, Shape};
use crate::config::raw::{Approval, ContactEntry, Entries, Location, Person, Policy, Role, Text};
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::diagnostic::{Code, Diagnostic};

record! {
    EntryFields, "a file of entries" {
        /// The places of the chain, by key. Default: none. Example: `locations: { riga-mall: { title: Rīga Mall, in:
        /// { salons: 10232 } } }`.
        "locations" locations: Section<Location>;
        /// Named bundles of rights, by key. Default: none. Example: `roles: { stylist: { title: Stylist, extends:
        /// [floor] } }`.
        "roles" roles: Section<Role>;
        /// Everybody with access, by key. Default: none. Example: `people: { jana: { name: Jana Bērziņa, email:
        /// jana@chain.example, access: [] } }`.
        "people" people: Section<Person>;
        /// How people are reached, by their key, where it does not stand with the person. Default: none. Example:
        /// `contacts: { karlis.ozols: { email: karlis@home.example } }`.
        "contacts" contacts: Section<ContactEntry>;
        /// Rules over who may hold what, by key. Default: none. Example: `policies: { owners: { kind: only, role:
        /// owner, people: [ilze.owner] } }`.
        "policies" policies: Section<Policy>;
        /// What may pass although a rule holds it. Default: none. Example: `approvals: [{ allow: removals, people:
        /// [a.sidorova], until: 2026-12-05, because: branch closes }]`.
        "approvals" approvals: List<Approval>;
        rest others: Misplaced;
    }
}

/// Settings in an entry file.
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
        if SETTINGS_KEYS.contains(&name) {
            cx.report(
                Diagnostic::new(
                    Code::MisplacedKey,
                    format!("`{name}` belongs into `keyholder.yaml`"),
                )
                .at(key.span(), "this is a setting, not an entry")
                .help("move it to `keyholder.yaml`, which alone holds settings"),
            );
            None
        } else {
            cx.unknown_key(key, name, value, known, what)
        }
    }

    fn describe(object: &mut serde_json::Map<String, Value>, defs: &mut Defs) {
        Closed::describe(object, defs);
    }
}

/// An entry of a section: a record under a key.
pub(super) trait Entry: Sized {
    /// The record.
    type Fields: Shape<Value = Self::Fields>;
    /// The definition's name in the schema.
    const NAME: &'static str;

    /// Accepts the key.
    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text>;

    /// The entry from its key and record.
    fn make(key: Text, fields: Self::Fields, cx: &mut Decoder<'_>) -> Self;

    /// The entry when its record could not be read, so that references to it still hold.
    fn unreadable(key: Text) -> Self;
}

/// A section: keys to entries, those that stand twice included.
pub(super) struct Section<E>(std::marker::PhantomData<E>);

impl<E: Entry> Shape for Section<E> {
    type Value = Vec<E>;
    const WHAT: &'static str = "a mapping of keys to entries";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Vec<E>> {
        let pairs = cx.mapping(node, Self::WHAT)?;
        let mut found = Vec::with_capacity(pairs.clone().count());
        for (key, value) in pairs {
            let Some(name) = cx.key_text(key) else {
                continue;
            };
            let Some(text) = E::key(key, name, cx) else {
                continue;
            };
            found.push(match cx.value::<E::Fields>(key, name, value) {
                Some(fields) => E::make(text, fields, cx),
                None => E::unreadable(text),
            });
        }
        Some(found)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let entry = defs.define(E::NAME, E::Fields::schema);
        json_schema!({
            "type": "object",
            "propertyNames": { "maxLength": 64 },
            "additionalProperties": entry,
        })
    }
}

impl Entry for Location {
    type Fields = LocationFields;
    const NAME: &'static str = "location";

    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, PLACE_WORDS, "a location", cx)
    }

    fn make(key: Text, fields: LocationFields, _: &mut Decoder<'_>) -> Self {
        fields.named(key)
    }

    fn unreadable(key: Text) -> Self {
        Location {
            key,
            title: None,
            tags: Vec::new(),
            status: None,
            time_zone: None,
            within: Vec::new(),
        }
    }
}

impl Entry for Role {
    type Fields = RoleFields;
    const NAME: &'static str = "role";

    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, &[], "a role", cx)
    }

    fn make(key: Text, fields: RoleFields, _: &mut Decoder<'_>) -> Self {
        fields.named(key)
    }

    fn unreadable(key: Text) -> Self {
        Role {
            key,
            title: None,
            description: None,
            extends: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

impl Entry for Person {
    type Fields = PersonFields;
    const NAME: &'static str = "person";

    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, &["all"], "a person", cx)
    }

    fn make(key: Text, fields: PersonFields, _: &mut Decoder<'_>) -> Self {
        fields.named(key)
    }

    fn unreadable(key: Text) -> Self {
        // No access, rather than none declared: the fault has been reported.
        let access = crate::text::Spanned::new(crate::config::raw::Access::Unmanaged, key.span);
        Person {
            key,
            kind: None,
            name: None,
            email: None,
            phone: None,
            class: None,
            starts: None,
            leaves: None,
            paused: None,
            was: Vec::new(),
            used_by: Vec::new(),
            invite_at: None,
            accounts: Vec::new(),
            never: Vec::new(),
            access: Some(access),
        }
    }
}

impl Entry for ContactEntry {
    type Fields = ContactFields;
    const NAME: &'static str = "contact";

    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        AnyKey::accept(key, name, cx)
    }

    fn make(key: Text, fields: ContactFields, _: &mut Decoder<'_>) -> Self {
        fields.named(key)
    }

    fn unreadable(key: Text) -> Self {
        ContactEntry {
            key,
            email: None,
            phone: None,
            is_outside: false,
        }
    }
}

impl Entry for Policy {
    type Fields = PolicyFields;
    const NAME: &'static str = "policy";

    fn key<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, &[], "a policy", cx)
    }

    fn make(key: Text, fields: PolicyFields, _: &mut Decoder<'_>) -> Self {
        fields.named(key)
    }

    fn unreadable(key: Text) -> Self {
        let span = key.span;
        Policy::unsaid(key, span)
    }
}

/// What one file of entries holds.
pub(crate) struct EntryFile;

impl EntryFile {
    /// Reads the file's root.
    pub(crate) fn decode<'a>(root: Node<'a>, cx: &mut Decoder<'a>) -> Entries {
        let Some(fields) = EntryFields::decode(root, cx) else {
            return Entries::default();
        };
        Entries {
            locations: fields.locations.unwrap_or_default(),
            roles: fields.roles.unwrap_or_default(),
            people: fields.people.unwrap_or_default(),
            contacts: fields.contacts.unwrap_or_default(),
            policies: fields.policies.unwrap_or_default(),
            approvals: fields.approvals.unwrap_or_default(),
        }
    }

    /// What an editor is told about such a file.
    pub(crate) fn schema(defs: &mut Defs) -> Schema {
        EntryFields::schema(defs)
    }
}

record! {
    ContactsFields, "a file of contacts" {
        /// How people are reached, by their key.
        "contacts" contacts: Section<ContactEntry>, required;
    }
}

/// A file of contacts that is kept outside git.
pub(crate) struct ContactsFile;

impl ContactsFile {
    /// Reads the file's root.
    pub(crate) fn decode<'a>(root: Node<'a>, cx: &mut Decoder<'a>) -> Vec<ContactEntry> {
        ContactsFields::decode(root, cx)
            .and_then(|fields| fields.contacts)
            .unwrap_or_default()
    }
}
