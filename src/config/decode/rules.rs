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
        /// `holders`: a right keeps a number of holders.
        "kind" kind: WordText<PolicyKind>, required;
        /// The right that must keep holders.
        "right" right: RightRef, required;
        /// Where they are counted.
        "each" each: WordText<Within>;
        /// How many there must be.
        "at_least" at_least: Count, required;
    }
}

record! {
    Separation, "a policy of kind `separation`" {
        /// `separation`: nobody holds all of these rights.
        "kind" kind: WordText<PolicyKind>, required;
        /// Rights that nobody may hold together.
        "rights" rights: Filled<RightRef>, required;
        /// Within what they may not meet.
        "within" within: WordText<Within>;
        /// People for whom it does not count.
        "waive" waive: List<Waiver>;
    }
}

record! {
    Only, "a policy of kind `only`" {
        /// `only`: only these people have the role or the right.
        "kind" kind: WordText<PolicyKind>, required;
        /// The role.
        "role" role: RoleRef;
        /// The right.
        "right" right: RightRef;
        /// The people who may have it.
        "people" people: List<PersonRef>, required;
        /// People for whom it does not count.
        "waive" waive: List<Waiver>;
    }
}

record! {
    Expiry, "a policy of kind `expiry`" {
        /// `expiry`: access of a class of people, or by a role, ends.
        "kind" kind: WordText<PolicyKind>, required;
        /// The class.
        "class" class: Line;
        /// The role.
        "role" role: RoleRef;
        /// How long their access may last, such as `90d`.
        "longest" longest: DayCount, required;
        /// People for whom it does not count.
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
                if let Some(slot) = shape.pointer_mut("/properties/kind") {
                    *slot = serde_json::json!({ "const": kind });
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
        /// For whom the rule does not count.
        "person" person: PersonRef, required;
        /// Until the end of this date.
        "until" until: Moment;
        /// Why.
        "because" because: Prose;
    }
}

record! {
    ApprovalFields, "an approval" {
        /// What it lets through.
        "allow" allow: Word<Allow>, required;
        /// For these people.
        "people" people: Filled<PersonRef>;
        /// For holders of this role.
        "role" role: RoleRef;
        /// For holders of this right.
        "right" right: RightRef;
        /// At this location.
        "location" location: LocationRef;
        /// For at most so many people.
        "at_most" at_most: Count;
        /// Until the end of this date.
        "until" until: Moment;
        /// Why.
        "because" because: Prose;
        /// Who approves.
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
        /// Files it is about, as globs.
        "files" files: OneOrMany<PathText>, required;
        /// Sections these files may have.
        "keys" keys: Filled<WordText<Section>>;
        /// Places their lines may name.
        "locations" locations: Selector;
        /// Roles their lines may name.
        "roles" roles: Filled<RoleRef>;
        /// How long their lines may last, such as `400d`.
        "longest" longest: DayCount;
        /// Who must review them; CODEOWNERS is generated from it.
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
