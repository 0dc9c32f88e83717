//! Users of a location: both lists, removal, invitations.
//!
//! Not their rights. It keeps that an invitation is a message: every one that is sent is in the log, and a batch that
//! is refused sends none.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Refusal, one_id, permissions, two_ids};
use crate::sandbox::envelope::{flag, number, right_value};
use crate::sandbox::kind::Kind;
use crate::sandbox::log::Message;
use crate::sandbox::options::{DeletePending, Phones, Repeated};
use crate::sandbox::rights::{Right, find, read_number};
use crate::sandbox::roles;
use crate::sandbox::state::{Account, Link, digits_of};

/// The most invitations in one call.
const BATCH: usize = 15;

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
            let mut access = legacy_access(call, link);
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

/// All rights of a link under their legacy names.
pub(super) fn legacy_access(call: &Call<'_>, link: &Link) -> Map<String, Value> {
    let mut access = Map::new();
    for (slug, value) in &link.rights {
        for key in find(slug).map(Right::legacy).unwrap_or_default() {
            let value = match key {
                // The calendar's legacy key says 0 for all time, where all the others say -1.
                "last_days_count" if value.as_i64() == Some(-1) => json!(0),
                "auth_list_allowed_ip" => {
                    let addresses = value.as_str().unwrap_or_default().split(',');
                    json!(addresses.filter(|one| !one.is_empty()).collect::<Vec<_>>())
                }
                _ => right_value(&call.system.options, value),
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

/// Takes a user from a location; the caller's right to do so has been checked.
pub(super) fn remove(call: &mut Call<'_>, location: u64, user: u64) -> Result<(), Refusal> {
    let link = call.target(location, user)?;
    let refused = link.non_deletable
        || (!link.approved && call.system.options.delete_pending == DeletePending::Refuse);
    if refused {
        return Err(Refusal::of(call.system.options.undeletable_status));
    }
    let detail = json!({ "pending": !link.approved, "role": link.role });
    if let Some(place) = call.system.locations.get_mut(&location) {
        place.links.remove(&user);
    }
    call.note("removed", Some(location), Some(user), detail);
    Ok(())
}

/// One invitation that passed all checks.
struct Invite {
    name: String,
    contact: String,
    position: String,
    role: String,
    rights: Option<Value>,
    staff: Option<u64>,
}

/// `POST /user/invite/{l}`
pub(super) fn invite(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_users_create_access")?;
    if call.place(location)?.trial {
        return Err(Refusal::denied());
    }
    let body = call.body()?;
    let invites = match body.get("invites") {
        Some(Value::Array(invites)) if !invites.is_empty() => invites,
        _ => {
            return Err(Refusal::invalid(
                "invites",
                "must be a list with at least one invitation",
            ));
        }
    };
    if invites.len() > BATCH {
        return Err(Refusal::invalid(
            "invites",
            format!("at most {BATCH} in one call"),
        ));
    }
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for (at, sent) in invites.iter().enumerate() {
        match read_invite(call, location, sent) {
            Ok(invite) => read.push(invite),
            Err((field, problem)) => errors.push((format!("invites.{at}.{field}"), problem)),
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::all_invalid(errors));
    }
    // Rights are tried on a copy first: a batch is taken whole or refused whole.
    let mut links = Vec::new();
    for (at, invite) in read.iter().enumerate() {
        links.push(permissions::new_link(
            call,
            location,
            &invite.role,
            invite.rights.as_ref(),
            &format!("invites.{at}.user_permissions"),
        )?);
    }
    let most = call.batch.unwrap_or(usize::MAX);
    let all = read.len();
    for (invite, link) in read.into_iter().zip(links).take(most) {
        send(call, location, invite, link);
    }
    if most < all {
        Err(Refusal::of(500))
    } else {
        Ok(Answer::none(202))
    }
}

fn read_invite(call: &Call<'_>, location: u64, sent: &Value) -> Result<Invite, (String, String)> {
    let wrong = |field: &str, problem: &str| (field.to_owned(), problem.to_owned());
    let text = |key: &str| {
        sent.get(key)
            .and_then(Value::as_str)
            .map(str::trim)
            .unwrap_or_default()
    };
    let name = text("name");
    if name.is_empty() {
        return Err(wrong("name", "is required"));
    }
    let contact = read_contact(call, text("search")).map_err(|problem| wrong("search", problem))?;
    let role = match sent.get("user_role") {
        None | Some(Value::Null) => "worker",
        Some(Value::String(role)) if roles::known(call.system.kind, role) => role,
        Some(_) => return Err(wrong("user_role", "is not a role")),
    };
    if role == "owner" && !is_owner(call, location) {
        return Err(wrong("user_role", "only an owner can invite an owner"));
    }
    let place = call.system.locations.get(&location);
    let staff = match sent.get("staff_id") {
        None | Some(Value::Null) => None,
        Some(sent) => {
            let id = read_number(sent)
                .and_then(|id| u64::try_from(id).ok())
                .unwrap_or(0);
            let place = place.filter(|place| place.staff.contains_key(&id));
            let place = place.ok_or_else(|| wrong("staff_id", "is not a team member here"))?;
            if place.user_of(id).is_some() {
                return Err(wrong("staff_id", "is linked to somebody else"));
            }
            Some(id)
        }
    };
    let linked = call
        .system
        .account_of(&contact)
        .is_some_and(|id| place.is_some_and(|place| place.links.contains_key(&id)));
    if linked && call.system.options.repeated_invitation == Repeated::Refuse {
        return Err(wrong("search", "has access or an invitation already"));
    }
    Ok(Invite {
        name: name.to_owned(),
        contact,
        position: text("position").to_owned(),
        role: role.to_owned(),
        rights: sent
            .get("user_permissions")
            .filter(|sent| !sent.is_null())
            .cloned(),
        staff,
    })
}

/// An e-mail as it is, or a phone's digits.
fn read_contact(call: &Call<'_>, search: &str) -> Result<String, &'static str> {
    if let Some((user, domain)) = search.split_once('@') {
        let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        let good = plain(user) && plain(domain) && domain.contains('.') && !domain.contains('@');
        return if good {
            Ok(search.to_owned())
        } else {
            Err("is not an e-mail")
        };
    }
    let digits = match search.strip_prefix('+') {
        Some(_) if call.system.phones() == Phones::Digits => {
            return Err("must be digits with country code");
        }
        Some(rest) => rest,
        None => search,
    };
    if !(9..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("is neither an e-mail nor a phone");
    }
    if call.system.sends_sms() {
        Ok(digits.to_owned())
    } else {
        Err("invitations by SMS need a connected aggregator")
    }
}

fn is_owner(call: &Call<'_>, location: u64) -> bool {
    call.own(location).is_ok_and(|own| own.role == "owner")
}

fn send(call: &mut Call<'_>, location: u64, invite: Invite, mut link: Link) {
    let by_mail = invite.contact.contains('@');
    let account = call.system.account_of(&invite.contact).unwrap_or_else(|| {
        let (phone, email) = if by_mail {
            (String::new(), invite.contact.clone())
        } else {
            (invite.contact.clone(), String::new())
        };
        call.system.add_account(Account {
            name: invite.name.clone(),
            phone,
            email,
            ..Account::default()
        })
    });
    let known = call
        .system
        .locations
        .get(&location)
        .is_some_and(|place| place.links.contains_key(&account));
    if known && call.system.options.repeated_invitation != Repeated::SecondMessage {
        return;
    }
    call.log.messages.push(Message {
        at: call.now,
        system: call.system.name.clone(),
        location,
        channel: if by_mail { "email" } else { "sms" }.to_owned(),
        to: invite.contact,
        account,
        name: invite.name,
    });
    if !known {
        let delay = Duration::from_secs(u64::from(call.system.options.invitation_appears_after));
        link.visible = call.now.checked_add(delay).unwrap_or(call.now);
        link.approved = false;
        let place = call.system.locations.get(&location);
        link.staff = invite
            .staff
            .filter(|id| place.is_some_and(|place| place.user_of(*id).is_none()));
        link.information = invite.position;
        if let Some(place) = call.system.locations.get_mut(&location) {
            place.links.insert(account, link);
        }
    }
    call.note(
        "invited",
        Some(location),
        Some(account),
        json!({ "again": known, "role": invite.role }),
    );
}
