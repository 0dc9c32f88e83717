//! Values of rights between the wire and the model; pure, and the only place that knows both.
//!
//! Not a comparison: both sides are brought into one canonical form here, so that equal access is
//! equal to everybody else. Invariants: what is written and read back is what was wanted; no write
//! widens what cannot be expressed, it leaves it out.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::tree::LiveTree;
use super::wire::{Permissions, UserRow, flag, whole};
use crate::catalog::{Catalog, Entity, Right, RightType};
use crate::model::{
    Account, AccountId, AccountState, Days, Email, Item, Items, One, Phone, RightSet, UnknownRight,
    Value, VendorRoleSlug,
};

/// All days, unless the live tree says another number.
const ALL_DAYS: i64 = -1;

/// The meaning of a value as it came; none if it has no shape this right can have.
pub(super) fn decode(right: &Right, value: &Json, all_days: Option<i64>) -> Option<Value> {
    Some(match right.kind {
        RightType::Section
        | RightType::Switch
        | RightType::Limited
        | RightType::NoLimitToday
        | RightType::OwnOnly
        | RightType::CheckIp => Value::Switch(flag(value)?),
        RightType::Days => Value::Days(match whole(value)? {
            all if all == ALL_DAYS || Some(all) == all_days => Days::All,
            days => Days::Last(u32::try_from(days).ok()?),
        }),
        RightType::Ids(_) => Value::Items(match value {
            Json::Array(ids) => {
                let ids: Option<Vec<i64>> = ids.iter().map(whole).collect();
                Items::only(ids?.into_iter().map(Item::Id))
            }
            other if is_nothing(other) => Items::All,
            other => Items::only([Item::Id(whole(other)?)]),
        }),
        RightType::Id(_) => Value::One(match value {
            other if is_nothing(other) => One::All,
            Json::Array(ids) if ids.is_empty() => One::All,
            other => One::Only(Item::Id(whole(other)?)),
        }),
        RightType::Ips => Value::Text(match value {
            Json::String(text) => addresses(text.split(SEPARATORS)),
            Json::Array(list) => {
                let texts: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
                addresses(texts?.into_iter().flat_map(|text| text.split(SEPARATORS)))
            }
            other if is_nothing(other) => "".into(),
            _ => return None,
        }),
    })
}

/// `null`, `false`, 0, also as text, and the empty text: "nobody in particular".
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::String(text) => text.is_empty() || text == "0",
        Json::Number(_) => whole(value) == Some(0),
        Json::Array(_) | Json::Object(_) => false,
    }
}

const SEPARATORS: [char; 5] = [',', ';', ' ', '\n', '\t'];

/// Addresses in the one form in which lists of them are compared: sorted, parted by commas.
fn addresses<'a>(parts: impl Iterator<Item = &'a str>) -> Arc<str> {
    let mut parts: Vec<&str> = parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join(",").into()
}

/// A value for the wire, in the form in which this right came, if it came; none if it cannot be
/// expressed: a name nobody resolved, or days that would mean all days there.
pub(super) fn encode(
    right: &Right,
    value: &Value,
    came: Option<&Json>,
    all_days: Option<i64>,
) -> Option<Json> {
    let number = |it: bool| json!(i64::from(it));
    Some(match (right.kind, value) {
        (RightType::Section | RightType::Switch | RightType::CheckIp, &Value::Switch(on)) => {
            match came {
                Some(Json::Number(_)) => number(on),
                _ => json!(on),
            }
        }
        (RightType::Limited | RightType::NoLimitToday | RightType::OwnOnly, &Value::Switch(on)) => {
            match came {
                Some(Json::Bool(_)) => json!(on),
                _ => number(on),
            }
        }
        (RightType::Days, Value::Days(Days::All)) => json!(all_days.unwrap_or(ALL_DAYS)),
        (RightType::Days, Value::Days(Days::Last(days))) => {
            let days = i64::from(*days);
            if Some(days) == all_days {
                return None;
            }
            json!(days)
        }
        (RightType::Ids(_), Value::Items(Items::All)) => json!([]),
        (RightType::Ids(_), Value::Items(Items::Only(items))) => {
            let ids: Option<Vec<i64>> = items.iter().map(id).collect();
            json!(ids?)
        }
        (RightType::Id(of), Value::One(One::All)) => match came {
            Some(Json::String(_)) if of != Entity::Chain => json!(0),
            // The vendor's own "all" goes back as it came: 0, null or false.
            Some(came) if is_nothing(came) => came.clone(),
            Some(Json::String(_)) => json!("0"),
            _ => json!(0),
        },
        // Ids are documented as numbers, whatever they are listed as; only a chain's was seen sent
        // as text.
        (RightType::Id(of), Value::One(One::Only(item))) => match (id(item)?, came) {
            (id, Some(Json::String(text))) if of == Entity::Chain && !text.is_empty() => {
                json!(id.to_string())
            }
            (id, _) => json!(id),
        },
        (RightType::Ips, Value::Text(text)) => {
            let text = addresses(text.split(SEPARATORS));
            match came {
                Some(Json::Array(_)) => {
                    json!(
                        text.split(',')
                            .filter(|it| !it.is_empty())
                            .collect::<Vec<_>>()
                    )
                }
                _ => json!(&*text),
            }
        }
        _ => return None,
    })
}

fn id(item: &Item) -> Option<i64> {
    match item {
        Item::Id(id) => Some(*id),
        Item::Name(_) => None,
    }
}

/// The rights of an account by meaning, and those the catalogue does not know.
pub(super) fn rights(
    permissions: &Permissions,
    tree: Option<&LiveTree>,
) -> (RightSet, Vec<UnknownRight>) {
    let catalog = Catalog::current();
    let mut set = RightSet::empty(catalog.len());
    let mut unknown = Vec::new();
    for (slug, value) in &permissions.rights {
        match catalog.by_slug(slug) {
            Some(id) => {
                let all_days = tree.and_then(|tree| tree.all_days(slug));
                set.set(id.index(), decode(catalog.get(id), value, all_days));
            }
            None => unknown.push(UnknownRight {
                slug: slug.as_str().into(),
                json: value.to_string().into(),
            }),
        }
    }
    settle(&mut set);
    (set, unknown)
}

/// A list whose flag is off restricts nothing, whatever is left in it.
pub(super) fn settle(set: &mut RightSet) {
    let catalog = Catalog::current();
    for right in catalog.all() {
        let Some(flag) = right.flag else { continue };
        if set.get(flag.index()) == Some(&Value::Switch(false))
            && set.get(right.id.index()).is_some()
        {
            set.set(right.id.index(), Some(Value::Items(Items::All)));
        }
    }
}

/// An account at a place from its row alone.
pub(super) fn account(row: &UserRow) -> Account {
    Account {
        id: account_id(row.id),
        name: row.name.as_str().into(),
        phone: Phone::parse_listed(&row.phone).ok(),
        email: Email::parse(&row.email).ok(),
        state: if row.is_approved {
            AccountState::Active
        } else {
            AccountState::Invited
        },
        removable: !row.is_non_deletable,
        editable: None,
        role: None,
        staff: None,
        rights: None,
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

/// The vendor's number as our id.
pub(super) fn account_id(id: u64) -> AccountId {
    AccountId::new(id.to_string())
}

/// Adds what the read of rights said to an account.
pub(super) fn with_permissions(
    account: &mut Account,
    permissions: &Permissions,
    rights: Arc<RightSet>,
    unknown: Vec<UnknownRight>,
) {
    account.editable = permissions.is_editable;
    account.role = permissions.role.as_deref().map(VendorRoleSlug::new);
    account.staff = Some(permissions.staff);
    account.rights = Some(rights);
    account.unknown_rights = unknown;
    account.paid_seat = permissions.paid_seat;
}

/// What one write sends, and what it leaves.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Overlay {
    /// Slug and value, in order of slug.
    pub(super) send: Vec<(String, Json)>,
    /// Wanted, but left as it is: the caller may not change it, the tree does not have it, or it
    /// cannot be expressed.
    pub(super) left: Vec<Arc<str>>,
}

impl Overlay {
    /// Every right that came and the caller may change, with the wanted values laid over, and every
    /// wanted right besides that the tree has.
    pub(super) fn new(
        came: Option<&Permissions>,
        wanted: &RightSet,
        tree: &LiveTree,
        role: Option<&str>,
    ) -> Self {
        let catalog = Catalog::current();
        let mut overlay = Self::default();
        for (slug, value) in came.into_iter().flat_map(|came| &came.rights) {
            let id = catalog.by_slug(slug);
            if id.is_some_and(|id| wanted.get(id.index()).is_some()) {
                continue;
            }
            if tree.editable(role, slug) == Some(true) {
                let all_days = tree.all_days(slug);
                let again = id.map(|id| catalog.get(id)).and_then(|right| {
                    encode(
                        right,
                        &decode(right, value, all_days)?,
                        Some(value),
                        all_days,
                    )
                });
                let value = again.unwrap_or_else(|| value.clone());
                overlay.send.push((slug.clone(), value));
            }
        }
        for (index, value) in wanted.iter() {
            let Some(id) = catalog.at(index) else {
                continue;
            };
            let right = catalog.get(id);
            let came = came.and_then(|came| came.right(right.slug));
            let all_days = tree.all_days(right.slug);
            let sent = (tree.editable(role, right.slug) == Some(true))
                .then(|| encode(right, value, came, all_days))
                .flatten();
            match sent {
                Some(sent) => overlay.send.push((right.slug.to_owned(), sent)),
                None if came.and_then(|came| decode(right, came, all_days)).as_ref()
                    == Some(value) => {}
                None => overlay.left.push(right.slug.into()),
            }
        }
        overlay.send.sort_by(|(a, _), (b, _)| a.cmp(b));
        overlay
    }

    /// As `user_permissions` of a body.
    pub(super) fn body(&self) -> Json {
        self.send
            .iter()
            .map(|(slug, value)| json!({ "slug": slug, "value": value }))
            .collect()
    }

    /// Whether what came back holds every wanted right that was sent.
    pub(super) fn stuck(&self, wanted: &RightSet, came: &Permissions, tree: &LiveTree) -> bool {
        let catalog = Catalog::current();
        let (now, _) = rights(came, Some(tree));
        let mut wanted = wanted.clone();
        settle(&mut wanted);
        wanted.iter().all(|(index, value)| {
            let slug = catalog.at(index).map(|id| catalog.get(id).slug);
            let left = slug.is_some_and(|slug| self.left.iter().any(|left| **left == *slug));
            left || now.get(index) == Some(&canonical(value))
        })
    }
}

/// A wanted value in the form in which observed ones are.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(addresses(text.split(SEPARATORS))),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
