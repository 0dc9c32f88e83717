//! Values as JSON, and the hashes that name steps.
//!
//! Not the wire contract: that is `wire`, which uses the same words for values. Invariant: a
//! digest depends on what is meant and not on how it was come by, so that what was said about a
//! step survives the next night's plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::finding::Settled;
use super::step::{Access, StaffTarget, StepId, StepKind, Target};
use crate::canonical::{canonical, sha256_hex};
use crate::catalog::Catalog;
use crate::model::{
    AccountId, Approval, Days, Item, Items, LocationKey, One, PersonKey, PlaceId, RightSet,
    RoleKey, SystemName, Value, VendorRoleSlug,
};

/// A value in the words of the contracts: `true`, a number of days, a list, `"all"`, `"self"`.
pub fn value_json(value: &Value) -> Json {
    let item = |item: &Item| match item {
        Item::Id(id) => json!(id),
        Item::Name(name) => json!(&**name),
    };
    match value {
        Value::Switch(on) => json!(on),
        Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => json!("all"),
        Value::Days(Days::Last(days)) => json!(days),
        Value::Items(Items::Only(items)) => items.iter().map(item).collect(),
        Value::One(One::Myself) => json!("self"),
        Value::One(One::Only(only)) => item(only),
        Value::Text(text) => json!(&**text),
    }
}

/// A set of rights by slug.
pub(super) fn rights_json(catalog: &'static Catalog, rights: &RightSet) -> Map<String, Json> {
    rights
        .iter()
        .filter_map(|(index, value)| {
            let right = catalog.get(catalog.at(index)?);
            Some((right.slug.to_owned(), value_json(value)))
        })
        .collect()
}

/// The hash of a JSON value that has no floats.
pub(super) fn hash(value: &Json) -> String {
    // Nothing here makes a float; were there one, its text is still the same for the same value.
    let text = canonical(value).unwrap_or_else(|_| value.to_string());
    sha256_hex(text.as_bytes())
}

/// What an account has, in one short text: role, staff link and rights, but not whether the
/// invitation is accepted. The journal keeps it per person and place.
pub fn digest(catalog: &'static Catalog, access: &Access) -> Arc<str> {
    Digests::new(catalog).of(access)
}

/// How far an account has what the files give it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Agreed {
    /// A digest of what the files give.
    pub given: Arc<str>,
    /// What it has otherwise: slugs, or `role`, `staff`; all else is as given.
    pub apart: BTreeSet<Arc<str>>,
}

/// Accounts that were compared with the files, and what came of it.
pub fn agreed<'s>(
    settled: impl IntoIterator<Item = &'s Settled>,
    catalog: &'static Catalog,
) -> BTreeMap<(SystemName, PlaceId), BTreeMap<AccountId, Agreed>> {
    let mut digests = Digests::new(catalog);
    let mut agreed: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for settled in settled {
        let scope = (settled.system.clone(), settled.place.clone());
        let accounts = agreed.entry(scope).or_default();
        let found = Agreed {
            given: digests.given(&settled.target),
            apart: settled.apart.clone(),
        };
        accounts.insert(settled.account.clone(), found);
    }
    agreed
}

/// What tells an approval from another, however it is written and wherever it stands.
pub fn word(approval: &Approval, catalog: &Catalog) -> Arc<str> {
    let rights = approval.rights.iter().map(|&id| catalog.get(id).slug);
    let said = json!({
        "allow": approval.allow.name(),
        "people": approval.people.iter().map(PersonKey::as_str).collect::<Vec<_>>(),
        "role": approval.role.as_ref().map(RoleKey::as_str),
        "rights": rights.collect::<Vec<_>>(),
        "any_right": approval.any_right,
        "location": approval.location.as_ref().map(LocationKey::as_str),
        "at_most": approval.at_most,
        "until": approval.until.map(|until| until.to_string()),
        "because": &*approval.because,
    });
    let mut hash = hash(&said);
    hash.truncate(16);
    hash.into()
}

/// Digests of right sets, each computed once however many people share the set.
pub(super) struct Digests {
    catalog: &'static Catalog,
    /// By address; the set is kept so that its address is not given to another.
    rights: BTreeMap<usize, (Arc<RightSet>, Arc<str>)>,
}

impl Digests {
    pub(super) fn new(catalog: &'static Catalog) -> Self {
        Self {
            catalog,
            rights: BTreeMap::new(),
        }
    }

    fn of_rights(&mut self, rights: &Arc<RightSet>) -> Arc<str> {
        let catalog = self.catalog;
        self.rights
            .entry(Arc::as_ptr(rights).addr())
            .or_insert_with(|| {
                let hash = hash(&Json::Object(rights_json(catalog, rights)));
                (rights.clone(), hash.into())
            })
            .1
            .clone()
    }

    pub(super) fn of(&mut self, access: &Access) -> Arc<str> {
        let rights = self.of_rights(&access.rights);
        let mut parts = json!({
            "role": access.role.as_ref().map(VendorRoleSlug::as_str),
            "staff": access.staff,
            "rights": &*rights,
        });
        // Only where there are any: what was said about steps before there were facts still holds.
        if !access.facts.is_empty() {
            let facts = access.facts.iter();
            parts["facts"] = facts
                .map(|(name, value)| (name.to_string(), json!(&**value)))
                .collect::<Map<_, _>>()
                .into();
        }
        hash(&parts).into()
    }

    /// What the files give at a place, in a very short text: it depends on nothing that an account has.
    pub(super) fn given(&mut self, target: &Target) -> Arc<str> {
        let rights = self.of_rights(&target.rights);
        let staff = match target.staff {
            StaffTarget::Keep => json!("keep"),
            StaffTarget::Link(id) => json!(id),
            StaffTarget::Nobody => Json::Null,
        };
        let role = target.role.as_ref().map(VendorRoleSlug::as_str);
        let mut hash = hash(&json!({ "role": role, "staff": staff, "rights": &*rights }));
        hash.truncate(16);
        hash.into()
    }

    /// The id of a step. `who` is the account, or the person before there is one.
    pub(super) fn step(
        &mut self,
        system: &SystemName,
        who: &str,
        place: &PlaceId,
        kind: StepKind,
        after: Option<&Access>,
    ) -> StepId {
        let after = after.map(|access| {
            let digest = self.of(access);
            json!([access.state.name(), &*digest])
        });
        let hash = hash(&json!([
            system.as_str(),
            who,
            place.to_string(),
            kind.name(),
            after
        ]));
        StepId(hash.chars().take(12).collect::<String>().into())
    }
}
