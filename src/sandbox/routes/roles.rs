//! The role catalog with its tree of rights.
//!
//! Not the list of rights itself. It keeps that the tree has exactly the rights of the location, each once, and that
//! `is_editable` says what the rights write would let the caller do.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, one_id, permissions, two_ids};
use crate::sandbox::envelope::{flag, number};
use crate::sandbox::kind::Kind;
use crate::sandbox::rights::{Entity, Right, Shape};
use crate::sandbox::roles::{self, Role};
use crate::sandbox::state::Location;

/// The roles of every plan.
const COMMON: [&str; 4] = ["worker", "administrator", "manager", "owner"];

/// `GET /company/{l}/users/roles`
pub(super) fn list(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_users_access")?;
    catalog(call, location, true)
}

/// `GET /company/{l}/users/{u}/roles`
pub(super) fn list_for(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, user) = two_ids(ids)?;
    call.permit(location, "settings_users_access")?;
    let may = permissions::may_edit(call, location, user, call.target(location, user)?);
    catalog(call, location, may)
}

fn catalog(call: &Call<'_>, location: u64, may: bool) -> Outcome {
    let with_tree = call
        .request
        .query
        .iter()
        .any(|(key, value)| key == "include[]" && value == "user_permissions");
    let place = call.place(location)?;
    let options = &call.system.options;
    let tree = Tree {
        call,
        place,
        location,
        may,
        rights: place.rights(call.system.kind).collect(),
    };
    // A small plan has few rights and few roles.
    let is_small = !place.sections.is_empty();
    let rows = roles::of(call.system.kind)
        .filter(|role| !is_small || COMMON.contains(&role.slug))
        .map(|role| {
            let mut row = Map::new();
            row.insert("slug".to_owned(), json!(role.slug));
            row.insert("title".to_owned(), json!(role.title(call.system.kind)));
            row.insert("description".to_owned(), json!(""));
            row.insert(
                "weight".to_owned(),
                number(options, role.weight.unsigned_abs()),
            );
            if call.system.kind == Kind::Yclients {
                row.insert("paid_status".to_owned(), json!("paid"));
            }
            if with_tree {
                row.insert("user_permissions".to_owned(), tree.below("", role));
            }
            Value::Object(row)
        })
        .collect();
    Ok(Answer::ok(Value::Array(rows)))
}

struct Tree<'a> {
    call: &'a Call<'a>,
    place: &'a Location,
    location: u64,
    /// Whether the caller may change anything of this user.
    may: bool,
    /// All that the location has, in order.
    rights: Vec<&'static Right>,
}

impl Tree<'_> {
    fn below(&self, parent: &str, role: &Role) -> Value {
        self.rights
            .iter()
            .filter(|right| right.parent == parent)
            .map(|right| self.node(right, role))
            .collect()
    }

    fn node(&self, right: &Right, role: &Role) -> Value {
        let options = &self.call.system.options;
        let editable = self.may && permissions::editable(self.call, self.location, right);
        let mut node = json!({
            "slug": right.slug,
            "title": right.title,
            "hint": "",
            "is_recommended": flag(options, roles::recommends(role.slug, right)),
            "is_editable": flag(options, editable),
            "default_value": roles::default_value(role.slug, right),
            "entity_name": right.entity().map(Entity::name),
            "type": {
                "slug": right.type_slug(),
                "all_access_value": right.most_open(),
                "no_access_value": right.most_closed(),
            },
        });
        let Some(members) = node.as_object_mut() else {
            return node;
        };
        // Moved, and not copied as `json!` would, at each level anew.
        members.insert("options".to_owned(), self.options(right));
        members.insert("children".to_owned(), self.below(right.slug, role));
        if self.call.system.kind == Kind::Altegio {
            let paid = right.is_paid();
            members.insert("is_paid".to_owned(), flag(options, paid));
            let only = paid && right.slug.starts_with("finances_salary");
            members.insert("is_paid_only".to_owned(), flag(options, only));
        }
        node
    }

    fn options(&self, right: &Right) -> Value {
        let Some(entity) = right.entity() else {
            return json!([]);
        };
        let all = matches!(right.shape, Shape::Id(_))
            .then(|| json!({ "title": "All", "value": 0, "is_disabled": false }));
        let named = self.place.named(entity, &self.call.system.chains);
        all.into_iter()
            .chain(
                named.into_iter().map(
                    |(id, title)| json!({ "title": title, "value": id, "is_disabled": false }),
                ),
            )
            .collect()
    }
}
