//! The live catalogue of a location: roles and the tree of rights.
//!
//! Not the built-in catalogue, which it narrows and never widens. Invariant: a tree without a
//! single right is no tree, and the read fails: nothing may be concluded from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::wire::{Content, flag, list, text, whole};
use crate::catalog::{Catalog, Entity, RightType};
use crate::http::Garbage;
use crate::model::{Named, RightFact, RightsTree, VendorRoleSlug};

/// No tree is deeper; what is, is not looked at.
const DEEPEST: u8 = 12;

/// What the live tree says about one right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LiveRight {
    /// Whether the caller may change it.
    pub(super) editable: bool,
    /// Whether granting it takes a paid seat.
    pub(super) paid: bool,
    /// Its type, as the vendor calls it.
    pub(super) type_slug: String,
    /// The number that means all days, where the tree says it and it can be believed.
    pub(super) all_days: Option<i64>,
    /// What may be chosen.
    options: Vec<Named>,
}

/// The live catalogue of a location.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LiveTree {
    /// Every right any role has.
    rights: BTreeMap<String, LiveRight>,
    /// For each role: its rights, whether the caller may change them, and which are recommended.
    roles: BTreeMap<String, BTreeMap<String, (bool, bool)>>,
}

impl LiveTree {
    pub(super) fn read(content: &Content) -> Result<Self, Garbage> {
        let mut tree = Self::default();
        for role in list(&content.data, "the list of roles")? {
            let slug = text(role.get("slug"));
            let slug = slug.ok_or_else(|| Garbage("a role without a slug".into()))?;
            let mut rights = BTreeMap::new();
            if let Some(nodes) = role.get("user_permissions") {
                tree.add(nodes, &mut rights, DEEPEST);
            }
            tree.roles.insert(slug, rights);
        }
        if tree.rights.is_empty() {
            return Err(Garbage("roles without their rights".into()));
        }
        Ok(tree)
    }

    fn add(&mut self, nodes: &Json, role: &mut BTreeMap<String, (bool, bool)>, depth: u8) {
        let Some(below) = depth.checked_sub(1) else {
            return;
        };
        for node in nodes.as_array().into_iter().flatten() {
            let is = |name: &str| node.get(name).and_then(flag);
            if let Some(slug) = text(node.get("slug")) {
                let editable = is("is_editable").unwrap_or(true);
                role.insert(
                    slug.clone(),
                    (editable, is("is_recommended").unwrap_or(false)),
                );
                let right = self.rights.entry(slug).or_default();
                right.editable |= editable;
                right.paid |= is("is_paid") == Some(true) || is("is_paid_only") == Some(true);
                if let Some(kind) = node.get("type") {
                    right.type_slug = text(kind.get("slug")).unwrap_or_default();
                    // -1 everywhere but, perhaps, in the calendar; anything else is no number of days.
                    let all = kind.get("all_access_value").and_then(whole);
                    right.all_days = all.filter(|&all| all == 0 || all == -1);
                }
                if right.options.is_empty() {
                    right.options = options(node.get("options"));
                }
            }
            if let Some(children) = node.get("children") {
                self.add(children, role, below);
            }
        }
    }

    /// Whether the caller may change a right of somebody with that role; none if the tree does not
    /// have the right.
    pub(super) fn editable(&self, role: Option<&str>, slug: &str) -> Option<bool> {
        let any = self.rights.get(slug)?.editable;
        let role = role.and_then(|role| self.roles.get(role));
        Some(
            role.and_then(|rights| rights.get(slug))
                .map_or(any, |right| right.0),
        )
    }

    /// The number that means all days for a right.
    pub(super) fn all_days(&self, slug: &str) -> Option<i64> {
        let right = self.rights.get(slug)?;
        (right.type_slug == "last_days_count")
            .then_some(right.all_days)
            .flatten()
    }

    /// Names of things, as the options of the rights that refer to them; none if no right has any.
    pub(super) fn names(&self, entity: Entity) -> Option<Vec<Named>> {
        let catalog = Catalog::current();
        let mut names: Vec<Named> = catalog
            .all()
            .filter(|right| right.kind.entity() == Some(entity))
            .filter_map(|right| self.rights.get(right.slug))
            .flat_map(|right| right.options.iter().cloned())
            .collect();
        names.sort();
        names.dedup();
        (!names.is_empty()).then_some(names)
    }

    /// The tree as planning sees it.
    pub(super) fn model(&self) -> RightsTree {
        let catalog = Catalog::current();
        let fact = |slug: &str, kind: RightType| {
            self.rights.get(slug).map(|live| RightFact {
                editable: live.editable,
                paid: live.paid,
                type_agrees: live.type_slug.is_empty()
                    || kind.vendor_types().contains(&live.type_slug.as_str()),
            })
        };
        let unknown = self
            .rights
            .iter()
            .filter(|(slug, _)| catalog.by_slug(slug).is_none())
            .map(|(slug, live)| (Arc::from(slug.as_str()), live.editable))
            .collect();
        let roles = self
            .roles
            .iter()
            .map(|(role, rights)| {
                let recommended = rights.iter().filter(|(_, (_, recommended))| *recommended);
                let mut positions: Vec<u16> = recommended
                    .filter_map(|(slug, _)| catalog.by_slug(slug))
                    .filter_map(|id| u16::try_from(id.index()).ok())
                    .collect();
                positions.sort_unstable();
                (VendorRoleSlug::new(role.as_str()), positions)
            })
            .collect();
        RightsTree {
            rights: catalog
                .all()
                .map(|right| fact(right.slug, right.kind))
                .collect(),
            unknown,
            roles,
        }
    }
}

/// Things to choose from; "all of them" (0) is none of them.
fn options(value: Option<&Json>) -> Vec<Named> {
    let rows = value.and_then(Json::as_array).into_iter().flatten();
    rows.filter_map(|row| {
        let id = row.get("value").and_then(whole).filter(|&id| id > 0)?;
        let name = text(row.get("title"))?.into();
        Some(Named { id, name })
    })
    .collect()
}
