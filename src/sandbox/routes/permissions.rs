//! Role, rights and staff link of one user at one location.
//!
//! Not the tree that describes the rights. It keeps that a write is taken whole or refused whole, that nobody gives
//! what they may not give, and that stored rights are complete and in the stored form.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Refusal, one_id, two_ids, users};
use crate::sandbox::envelope::{flag, maybe_number, right_value};
use crate::sandbox::kind::Kind;
use crate::sandbox::link::{Link, default_rights};
use crate::sandbox::options::{Closed, Options, Unknown, Write};
use crate::sandbox::rights::{Right, find, read_number};
use crate::sandbox::roles;

type Rights = BTreeMap<String, Value>;

/// `GET /company/{l}/users/{u}/permissions`
pub(super) fn read(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, user) = two_ids(ids)?;
    call.permit(location, "settings_users_access")?;
    Ok(Answer::ok(shown(
        call,
        location,
        user,
        call.target(location, user)?,
    )))
}

fn shown(call: &Call<'_>, location: u64, user: u64, link: &Link) -> Value {
    let options = &call.system.options;
    let rights: Vec<Value> = link
        .rights
        .iter()
        .map(|(slug, value)| json!({ "slug": slug, "value": shown_value(options, slug, value) }))
        .collect();
    let mut data = json!({
        "user_role": link.role,
        "staff_id": maybe_number(options, link.staff),
        "is_editable": flag(options, may_edit(call, location, user, link)),
    });
    let Some(members) = data.as_object_mut() else {
        return data;
    };
    members.insert("user_permissions".to_owned(), Value::Array(rights));
    if call.system.kind == Kind::Altegio {
        let paid = link
            .rights
            .keys()
            .any(|slug| find(slug).is_some_and(Right::is_paid) && link.has(slug));
        members.insert("has_any_paid_permission".to_owned(), flag(options, paid));
    }
    data
}

/// A value as the vendor shows it, with the two oddities that were seen in use where they are switched on.
fn shown_value(options: &Options, slug: &str, value: &Value) -> Value {
    match slug {
        "finances_salary_staff_id" if options.odd_ids && value.as_u64() == Some(0) => json!(false),
        "records_clients_statistics_chain_id" if options.odd_ids => json!(value.to_string()),
        _ => right_value(options, value),
    }
}

/// Whether the caller may change anything of this user: owners are for owners, system users for nobody.
pub(super) fn may_edit(call: &Call<'_>, location: u64, user: u64, link: &Link) -> bool {
    let system_user = call
        .system
        .accounts
        .get(&user)
        .is_some_and(|account| account.system);
    call.permit(location, "settings_users_edit_access")
        .is_ok_and(|own| !system_user && (link.role != "owner" || own.role == "owner"))
}

/// Whether the caller may change this right of anybody there.
pub(super) fn editable(call: &Call<'_>, location: u64, right: &Right) -> bool {
    call.own(location).is_ok_and(|own| holds(own, right))
}

/// Without the limit to own rights everything can be given; with it, what is held at all.
fn holds(own: &Link, right: &Right) -> bool {
    let value = own.rights.get(right.slug);
    !own.has("settings_users_limited_access")
        || value.is_some_and(|value| *value == right.most_open() || *value != right.most_closed())
}

/// `PUT /company/{l}/users/{u}/permissions`
pub(super) fn write(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, user) = two_ids(ids)?;
    call.permit(location, "settings_users_edit_access")?;
    let before = call.target(location, user)?.clone();
    if !may_edit(call, location, user, &before) {
        return Err(Refusal::denied());
    }
    let body = call.body()?;
    let mut after = before.clone();
    match body.get("user_role") {
        None | Some(Value::Null) => {}
        Some(Value::String(role)) if roles::known(call.system.kind, role) => {
            if role == "owner" && role != &before.role && call.own(location)?.role != "owner" {
                return Err(Refusal::of(call.system.options.overreach_status));
            }
            after.role.clone_from(role);
        }
        Some(_) => return Err(Refusal::invalid("user_role", "is not a role")),
    }
    if after.role != before.role && call.system.options.role_resets_rights {
        after.rights = default_rights(&after.role, call.place(location)?, call.system.kind);
    }
    if let Some(sent) = body.get("user_permissions").filter(|sent| !sent.is_null()) {
        after.rights = overlay(
            call,
            location,
            &before.rights,
            &after.rights,
            sent,
            "user_permissions",
        )?;
    }
    if let Some(sent) = body.get("staff_id") {
        after.staff = read_staff(call, location, user, sent)?;
    }
    let detail = difference(&before, &after);
    if let Some(place) = call.system.locations.get_mut(&location) {
        place.links.insert(user, after.clone());
    }
    call.note("rights", Some(location), Some(user), detail);
    Ok(Answer::ok(shown(call, location, user, &after)))
}

fn read_staff(
    call: &Call<'_>,
    location: u64,
    user: u64,
    sent: &Value,
) -> Result<Option<u64>, Refusal> {
    if sent.is_null() {
        return Ok(None);
    }
    let id = read_number(sent)
        .and_then(|id| u64::try_from(id).ok())
        .unwrap_or(0);
    let place = call.place(location)?;
    if !place.staff.contains_key(&id) {
        return Err(Refusal::invalid("staff_id", "is not a team member here"));
    }
    match place.user_of(id) {
        Some(other) if other != user => {
            Err(Refusal::invalid("staff_id", "is linked to somebody else"))
        }
        _ => Ok(Some(id)),
    }
}

/// What a write changed, for the log.
fn difference(before: &Link, after: &Link) -> Value {
    let mut changed = Map::new();
    for (slug, value) in &after.rights {
        let old = before.rights.get(slug);
        if old != Some(value) {
            changed.insert(slug.clone(), json!([old, value]));
        }
    }
    json!({ "role": [before.role, after.role], "staff": [before.staff, after.staff], "rights": changed })
}

/// The stored rights after a list of `{slug, value}` was written over them.
///
/// `stored` is what counts as unchanged, `base` what stays where the list is silent and the system merges.
pub(super) fn overlay(
    call: &Call<'_>,
    location: u64,
    stored: &Rights,
    base: &Rights,
    sent: &Value,
    field: &str,
) -> Result<Rights, Refusal> {
    let place = call.place(location)?;
    let own = call.own(location)?;
    let Value::Array(items) = sent else {
        return Err(Refusal::invalid(field, "must be a list"));
    };
    let mut wanted: Rights = Rights::new();
    let mut errors = Vec::new();
    let mut overreach = false;
    for (at, item) in items.iter().enumerate() {
        let mut wrong = |part: &str, problem: &str| {
            errors.push((format!("{field}.{at}.{part}"), problem.to_owned()));
        };
        let (Some(slug), Some(value)) =
            (item.get("slug").and_then(Value::as_str), item.get("value"))
        else {
            wrong("slug", "slug and value are required");
            continue;
        };
        let Some(right) = find(slug).filter(|right| place.has_right(right, call.system.kind))
        else {
            if call.system.options.unknown_slugs == Unknown::Reject {
                wrong("slug", "is not a right of this location");
            }
            continue;
        };
        let Some(value) = right.read(value) else {
            wrong("value", "does not fit the right");
            continue;
        };
        if stored.get(slug) != Some(&value) {
            if let Some(entity) = right.entity() {
                let known = place.named(entity, &call.system.chains);
                if right
                    .ids(&value)
                    .iter()
                    .any(|id| !known.iter().any(|(other, _)| other == id))
                {
                    wrong("value", "names an id this location does not have");
                }
            }
            let held = own
                .rights
                .get(slug)
                .cloned()
                .unwrap_or_else(|| right.most_closed());
            let limited = own.has("settings_users_limited_access");
            overreach |= !holds(own, right) || (limited && !right.covers(&held, &value));
        }
        if wanted.insert(slug.to_owned(), value).is_some() {
            wrong("slug", "is there twice");
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::all_invalid(errors));
    }
    if overreach {
        return Err(match call.system.options.overreach_status {
            422 => Refusal::invalid(field, "gives more than the caller holds"),
            other => Refusal::of(other),
        });
    }
    let kept = |right: &Right| {
        base.get(right.slug)
            .cloned()
            .unwrap_or_else(|| right.most_closed())
    };
    let mut rights: Rights = place
        .rights(call.system.kind)
        .map(|right| {
            let value = match wanted.remove(right.slug) {
                Some(value) => value,
                None if call.system.options.write == Write::Merge || !holds(own, right) => {
                    kept(right)
                }
                None => right.most_closed(),
            };
            (right.slug.to_owned(), value)
        })
        .collect();
    if call.system.options.closed_sections == Closed::CloseBelow {
        close_below(&mut rights);
    }
    Ok(rights)
}

/// Closes all rights whose section is closed, at any depth.
fn close_below(rights: &mut Rights) {
    let closed = |rights: &Rights, slug: &str| rights.get(slug) == Some(&json!(false));
    let below: Vec<&Right> = rights
        .keys()
        .filter_map(|slug| find(slug))
        .filter(|right| {
            right
                .ancestors()
                .any(|above| above.is_section() && closed(rights, above.slug))
        })
        .collect();
    for right in below {
        rights.insert(right.slug.to_owned(), right.most_closed());
    }
}

/// The link an invitation would make.
pub(super) fn new_link(
    call: &Call<'_>,
    location: u64,
    role: &str,
    rights: Option<&Value>,
    field: &str,
) -> Result<Link, Refusal> {
    let mut link = Link::of_role(role, call.place(location)?, call.system.kind, call.now);
    if let Some(sent) = rights {
        link.rights = overlay(call, location, &link.rights, &link.rights, sent, field)?;
    }
    Ok(link)
}

/// `GET /user/permissions/{l}`
pub(super) fn own(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let link = call.own(one_id(ids)?)?;
    let kind = call.system.kind;
    let asked = call.request.query_list("group_permissions");
    let mut groups: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (slug, value) in &link.rights {
        groups
            .entry(group_of(slug, kind))
            .or_default()
            .append(&mut users::legacy_access(
                &call.system.options,
                [(slug, value)],
            ));
    }
    let personal = [
        "notification",
        "web_push",
        "web_phone_push",
        "notification_sms_low_balance",
    ];
    groups.insert(
        "notification",
        personal
            .map(|key| (key.to_owned(), flag(&call.system.options, false)))
            .into_iter()
            .collect(),
    );
    if kind == Kind::Altegio {
        groups.insert(
            "comers",
            Map::from_iter([("comers_access".to_owned(), json!(false))]),
        );
    }
    let optional = [
        "settings",
        "finances",
        "loyalty",
        "notification",
        "storages",
        "clients",
        "dashboard",
    ];
    groups
        .retain(|group, _| asked.is_empty() || asked.contains(group) || !optional.contains(group));
    Ok(Answer::ok(json!(groups)))
}

/// The group of a right in the caller's own view.
fn group_of(slug: &str, kind: Kind) -> &'static str {
    match slug.split('_').next().unwrap_or_default() {
        "timetable" => "timetable",
        "records" => "record_form",
        "finances" => "finances",
        "clients" => "clients",
        "dashboard" => "dashboard",
        "loyalty" => "loyalty",
        "storages" => "storages",
        "settings" => "settings",
        "online" if kind == Kind::Altegio => "online_record",
        "security" if kind == Kind::Altegio => "dashboard",
        _ => "other",
    }
}
