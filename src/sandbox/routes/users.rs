//! Users of a location: both lists, and removal.
//!
//! Not their rights, and not how they come. It keeps that a list shows who is visible now, with the total of exactly
//! those rows.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Refusal, one_id, two_ids};
use crate::sandbox::envelope::{flag, number, right_value};
use crate::sandbox::kind::Kind;
use crate::sandbox::log::{Standing, Undocumented};
use crate::sandbox::options::{DeletePending, Options};
use crate::sandbox::rights::{Right, find};
use crate::sandbox::state::digits_of;

/// The legacy keys that Altegio still documents for `/company_users`; which 14 is the sandbox's guess.
const ALTEGIO_LEGACY: &[&str] = &[
    "timetable_access",
    "record_form_access",
    "finances_access",
    "storages_access",
    "settings_access",
    "clients_access",
    "dashboard_access",
    "loyalty_access",
    "users_access",
    "create_users_access",
    "edit_users_access",
    "delete_users_access",
    "limited_users_access",
    "stat_access",
];

/// `GET /company/{l}/users`
pub(super) fn list(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_users_access")?;
    if call.request.find_query("filter[phone]").is_some() {
        let call_text = format!("GET {}?filter[phone]", call.request.path);
        let served = Some(Standing::SeenInUse);
        call.log.undocumented.push(Undocumented {
            at: call.now,
            call: call_text,
            served,
        });
    }
    let place = call.place(location)?;
    let approved = call
        .request
        .find_query("filter[is_approved]")
        .map(|wanted| wanted == "1");
    let phone = call.request.find_query("filter[phone]").map(digits_of);
    let options = &call.system.options;
    let rows = place
        .links
        .iter()
        .filter(|(_, link)| link.visible <= call.now)
        .filter(|(_, link)| approved.is_none_or(|wanted| wanted == link.approved))
        .filter_map(|(id, link)| Some((id, link, call.system.accounts.get(id)?)))
        .filter(|(_, _, account)| phone.as_ref().is_none_or(|wanted| *wanted == account.phone))
        .map(|(id, link, account)| {
            json!({
                "id": number(options, *id),
                "name": account.name,
                "phone": call.system.print_phone(&account.phone),
                "email": account.email,
                "information": link.information,
                "is_approved": flag(options, link.approved),
                "is_non_deletable": flag(options, link.non_deletable),
            })
        })
        .collect();
    Ok(Answer::counted(options, rows))
}

/// `GET /company_users/{l}`
pub(super) fn list_legacy(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_users_access")?;
    let place = call.place(location)?;
    let options = &call.system.options;
    let rows = place
        .links
        .iter()
        .filter(|(_, link)| link.visible <= call.now)
        .filter_map(|(id, link)| Some((id, link, call.system.accounts.get(id)?)))
        .map(|(id, link, account)| {
            let mut access = legacy_access(options, &link.rights);
            if call.system.kind == Kind::Altegio {
                access.retain(|key, _| ALTEGIO_LEGACY.contains(&key.as_str()));
            }
            let phone = call.system.print_phone(&account.phone);
            json!({
                "id": number(options, *id),
                "firstname": account.name,
                "login": if phone.is_empty() { &account.email } else { &phone },
                "email": account.email,
                "phone": phone,
                "information": link.information,
                "access": access,
            })
        })
        .collect();
    Ok(Answer::ok(Value::Array(rows)))
}

/// Rights under their legacy names.
pub(super) fn legacy_access<'a>(
    options: &Options,
    rights: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> Map<String, Value> {
    let mut access = Map::new();
    for (slug, value) in rights {
        for key in find(slug).map(Right::legacy).unwrap_or_default() {
            let value = match key {
                // The calendar's legacy key says 0 for all time, where all the others say -1.
                "last_days_count" if value.as_i64() == Some(-1) => json!(0),
                "auth_list_allowed_ip" => {
                    let addresses = value.as_str().unwrap_or_default().split(',');
                    json!(addresses.filter(|one| !one.is_empty()).collect::<Vec<_>>())
                }
                _ => right_value(options, value),
            };
            access.insert(key.to_owned(), value);
        }
    }
    access
}

/// `DELETE /company/{l}/users/{u}`
pub(super) fn delete(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, user) = two_ids(ids)?;
    call.permit(location, "settings_users_delete_access")?;
    remove(call, location, user)?;
    Ok(Answer::none(204))
}

/// Whether the vendor lets this user go.
pub(super) fn removable(call: &Call<'_>, location: u64, user: u64) -> Result<(), Refusal> {
    let link = call.target(location, user)?;
    let options = &call.system.options;
    let kept = !link.approved && options.delete_pending == DeletePending::Refuse;
    if link.non_deletable || kept {
        Err(Refusal::of(options.undeletable_status))
    } else {
        Ok(())
    }
}

/// Takes a user from a location; the caller's right to do so has been checked.
pub(super) fn remove(call: &mut Call<'_>, location: u64, user: u64) -> Result<(), Refusal> {
    removable(call, location, user)?;
    let place = call
        .system
        .locations
        .get_mut(&location)
        .ok_or_else(Refusal::not_found)?;
    let link = place.links.remove(&user).ok_or_else(Refusal::not_found)?;
    let detail = json!({ "pending": !link.approved, "role": link.role });
    call.note("removed", Some(location), Some(user), detail);
    Ok(())
}
