//! Policies, approvals and fences: their shape and what they name. What they do is for others.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::{Schema, json_schema};

use super::generic::{Filled, List, OneOrMany, from_record, record};
use super::scalars::{
    Count, DayCount, Line, LocationRef, Moment, PathText, PersonRef, Prose, RightRef, RoleRef,
};
use super::words::{PolicyKind, Section, Within, Word, WordText};
use super::{Decoder, Shape};
use crate::config::raw::{self, Approval, Fence, Policy, Selector, Text};
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::model::Allow;
use crate::text::Spanned;

/// A policy before it has a key; its other keys depend on its kind.
pub(super) struct PolicyFields(Policy);

record! {
    Holders, "a policy of kind `holders`" {
        /// A right keeps a number of holders who can get in now. Example: `kind: holders`.
        "kind" kind: WordText<PolicyKind>, required;
        /// The right that must keep holders. Example: `right: settings_users_access`.
        "right" right: RightRef, required;
        /// Where they are counted. Default: `location`. Example: `each: location`.
        "each" each: WordText<Within>;
        /// How many there must be. Example: `at_least: 2`.
        "at_least" at_least: Count, required;
    }
}

record! {
    Separation, "a policy of kind `separation`" {
        /// Nobody holds all of these rights. Example: `kind: separation`.
        "kind" kind: WordText<PolicyKind>, required;
        /// Rights that nobody may hold together. Example: `rights: [finances_transactions_delete_access,
        /// finances_z_report_access]`.
        "rights" rights: Filled<RightRef>, required;
        /// Within what they may not meet. Default: `location`. Example: `within: location`.
        "within" within: WordText<Within>;
        /// People for whom it does not count, each with a reason. Default: nobody. Example: `waive: [{ person:
        /// ilze.owner, until: 2027-01-01, because: small branch }]`.
        "waive" waive: List<Waiver>;
    }
}

record! {
    Only, "a policy of kind `only`" {
        /// Only these people have the role or the right. Example: `kind: only`.
        "kind" kind: WordText<PolicyKind>, required;
        /// The role it is about; this or `right` must be there. Default: none. Example: `role: owner`.
        "role" role: RoleRef;
        /// The right it is about. Default: none. Example: `right: settings_users_access`.
        "right" right: RightRef;
        /// The people who may have it. Example: `people: [ilze.owner]`.
        "people" people: List<PersonRef>, required;
        /// People for whom it does not count, each with a reason. Default: nobody. Example: `waive: [{ person:
        /// ilze.owner, until: 2027-01-01, because: small branch }]`.
        "waive" waive: List<Waiver>;
    }
}

record! {
    Expiry, "a policy of kind `expiry`" {
        /// Access of a class of people, or by a role, ends in time. Example: `kind: expiry`.
        "kind" kind: WordText<PolicyKind>, required;
        /// The class of people it is about; this or `role` must be there. Default: every class. Example: `class:
        /// trainee`.
        "class" class: Line;
        /// The role it is about. Default: every role. Example: `role: deputy`.
        "role" role: RoleRef;
        /// How long their access may last. Example: `longest: 90d`.
        "longest" longest: DayCount, required;
        /// People for whom it does not count, each with a reason. Default: nobody. Example: `waive: [{ person:
        /// ilze.owner, until: 2027-01-01, because: small branch }]`.
        "waive" waive: List<Waiver>;
    }
}

impl Shape for PolicyFields {
    type Value = Self;
    const WHAT: &'static str = "a policy with a `kind`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self> {
        let mut pairs = cx.mapping(node, Self::WHAT)?;
        let kind = pairs.find(|(key, _)| key.scalar().is_some_and(|key| key.text == "kind"));
        let Some((key, kind)) = kind else {
            cx.missing_key(
                "kind",
                node.span(),
                "a policy",
                WordText::<PolicyKind>::WHAT,
            );
            return None;
        };
        let key_of = Spanned::new(Arc::from(""), node.span());
        let mut found = Policy::unsaid(key_of, node.span());
        match kind.scalar().map_or("", |kind| kind.text) {
            "holders" => {
                let fields = Holders::decode(node, cx)?;
                found.kind = fields.kind;
                found.rights = fields.right.into_iter().collect();
                found.within = fields.each;
                found.at_least = fields.at_least;
            }
            "separation" => {
                let fields = Separation::decode(node, cx)?;
                found.kind = fields.kind;
                found.rights = fields.rights.unwrap_or_default();
                found.within = fields.within;
                found.waive = waivers(fields.waive, cx);
            }
            "only" => {
                let fields = Only::decode(node, cx)?;
                if fields.role.is_none()
                    && fields.right.is_none()
                    && !fields
                        .broken
                        .iter()
                        .any(|key| ["role", "right"].contains(key))
                {
                    cx.missing_key(
                        "role",
                        node.span(),
                        Only::WHAT,
                        "the role it is about, or `right:`",
                    );
                }
                found.kind = fields.kind;
                found.roles = fields.role.into_iter().collect();
                found.rights = fields.right.into_iter().collect();
                found.people = fields.people.unwrap_or_default();
                found.waive = waivers(fields.waive, cx);
            }
            "expiry" => {
                let fields = Expiry::decode(node, cx)?;
                if fields.class.is_none()
                    && fields.role.is_none()
                    && !fields
                        .broken
                        .iter()
                        .any(|key| ["class", "role"].contains(key))
                {
                    cx.missing_key(
                        "class",
                        node.span(),
                        Expiry::WHAT,
                        "the class it is about, or `role:`",
                    );
                }
                found.kind = fields.kind;
                found.class = fields.class;
                found.roles = fields.role.into_iter().collect();
                found.longest = fields.longest;
                found.waive = waivers(fields.waive, cx);
            }
            _ => {
                // Not one of the four: the word itself is what is wrong.
                cx.value::<WordText<PolicyKind>>(key, "kind", kind);
                return None;
            }
        }
        Some(Self(found))
    }

    fn schema(defs: &mut Defs) -> Schema {
        let shapes = [
            ("holders", Holders::schema(defs)),
            ("separation", Separation::schema(defs)),
            ("only", Only::schema(defs)),
            ("expiry", Expiry::schema(defs)),
        ];
        let shapes: Vec<serde_json::Value> = shapes
            .into_iter()
            .map(|(kind, shape)| {
                let mut shape = shape.to_value();
                if let Some(serde_json::Value::Object(slot)) = shape.pointer_mut("/properties/kind")
                {
                    slot.remove("anyOf");
                    slot.insert("const".to_owned(), kind.into());
                }
                shape
            })
            .collect();
        json_schema!({ "anyOf": shapes })
    }
}

impl PolicyFields {
    /// The policy under its key.
    pub(super) fn named(self, key: Text) -> Policy {
        Policy { key, ..self.0 }
    }
}

/// The waivers of a policy; one that does not say why is told.
fn waivers(found: Option<Vec<Waiver>>, cx: &mut Decoder<'_>) -> Vec<raw::Waiver> {
    let one = |waiver: Waiver| {
        if waiver.because.is_none() && !waiver.broken.contains(&"because") {
            cx.missing_reason(waiver.span, Waiver::WHAT);
        }
        Some(raw::Waiver {
            span: waiver.span,
            person: waiver.person?,
            until: waiver.until,
            because: waiver.because,
        })
    };
    found.into_iter().flatten().filter_map(one).collect()
}

record! {
    Waiver, "a waiver" {
        /// For whom the rule does not count. Example: `person: ilze.owner`.
        "person" person: PersonRef, required;
        /// Until the end of this date. Default: without end. Example: `until: 2027-01-01`.
        "until" until: Moment;
        /// Why; `check` warns where it is missing. Default: none. Example: `because: small branch`.
        "because" because: Prose;
    }
}

record! {
    ApprovalFields, "an approval" {
        /// What it lets through. Example: `allow: removals`.
        "allow" allow: Word<Allow>, required;
        /// For these people; without them a `role`, `right` or `location` with `at_most` must be there. Default:
        /// whoever else it says. Example: `people: [a.sidorova, m.ivanova]`.
        "people" people: Filled<PersonRef>;
        /// For people because of this role. Default: any. Example: `role: floor`.
        "role" role: RoleRef;
        /// For people because of this right. Default: any. Example: `right: finances_transactions_delete_access`.
        "right" right: RightRef;
        /// At this location. Default: any. Example: `location: riga-mall`.
        "location" location: LocationRef;
        /// For at most so many people; if more need it, it lets nobody through. Example: `at_most: 12`.
        "at_most" at_most: Count;
        /// Until the end of this date, in the project's zone. Default: without end. Example: `until: 2026-12-05`.
        "until" until: Moment;
        /// Why; `check` warns where it is missing. Default: none. Example: `because: "branch closes, HR-77"`.
        "because" because: Prose;
        /// Who approves. It is shown; what counts is who wrote the line, by git. Default: nobody. Example: `by:
        /// ilze.owner`.
        "by" by: PersonRef;
    }
}

impl ApprovalFields {
    /// Whoever is not named is counted: an approval says whom it lets through, or how many.
    fn judge(&self, cx: &mut Decoder<'_>) {
        let has = |key, here: bool| here || self.broken.contains(&key);
        if has("people", self.people.is_some()) {
            return;
        }
        let narrowed = has("role", self.role.is_some())
            || has("right", self.right.is_some())
            || has("location", self.location.is_some());
        // Accounts that are gone are nobody in particular: a number says enough where there are no locations.
        let counted = self
            .allow
            .as_ref()
            .is_some_and(|allow| allow.value == Allow::Shrink)
            && has("at_most", self.at_most.is_some());
        if !narrowed && !counted {
            cx.missing_key(
                "people",
                self.span,
                Self::WHAT,
                "whom it lets through: `people`, or a `role`, `right` or `location` with `at_most`",
            );
        } else if !counted && !has("at_most", self.at_most.is_some()) {
            cx.missing_key(
                "at_most",
                self.span,
                Self::WHAT,
                "the highest number of people it lets through, since it names none",
            );
        }
    }
}

impl Shape for Approval {
    type Value = Approval;
    const WHAT: &'static str = ApprovalFields::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Approval> {
        let found = ApprovalFields::decode(node, cx)?;
        if found.because.is_none() && !found.broken.contains(&"because") {
            cx.missing_reason(found.span, Self::WHAT);
        }
        found.judge(cx);
        Some(Approval {
            span: found.span,
            allow: found.allow,
            people: found.people.unwrap_or_default(),
            role: found.role,
            right: found.right,
            location: found.location,
            at_most: found.at_most,
            until: found.until,
            because: found.because,
            by: found.by,
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        ApprovalFields::schema(defs)
    }
}

record! {
    FenceFields, "a fence" {
        /// Files it is about, as patterns: `*` stays within a folder, `**` goes through all below. Example: `files:
        /// "people/riga/**"`.
        "files" files: OneOrMany<PathText>, required;
        /// Sections these files may have. Default: all. Example: `keys: [people]`.
        "keys" keys: Filled<WordText<Section>>;
        /// Places at which their lines may give access. Whom they declare loses nothing elsewhere by them. Default:
        /// all. Example: `locations: { region: riga }`.
        "locations" locations: Selector;
        /// Roles their lines may give; then `plus` is outside. Default: all. Example: `roles: [floor, stylist]`.
        "roles" roles: Filled<RoleRef>;
        /// How long their lines may last. Default: without end. Example: `longest: 400d`.
        "longest" longest: DayCount;
        /// Who must review them. Default: nobody. Example: `owners: ["@chain/riga"]`.
        "owners" owners: Filled<Line>;
    }
}

from_record!(Fence, FenceFields, |found| Fence {
    span: found.span,
    files: found.files.unwrap_or_default(),
    keys: found.keys.unwrap_or_default(),
    locations: found.locations,
    roles: found.roles.unwrap_or_default(),
    longest: found.longest,
    owners: found.owners.unwrap_or_default(),
    found: BTreeSet::new(),
});
