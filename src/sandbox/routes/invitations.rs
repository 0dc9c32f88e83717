//! Invitations to a location.
//!
//! Not the users they become. It keeps that an invitation is a message: every one that is sent is in the log, and a
//! batch that is refused sends none.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Call, Outcome, Refusal, one_id, permissions};
use crate::sandbox::link::Link;
use crate::sandbox::log::{Id, Message};
use crate::sandbox::options::{Phones, Repeated};
use crate::sandbox::rights::read_number;
use crate::sandbox::roles;
use crate::sandbox::state::Account;

/// The most invitations in one call.
const BATCH: usize = 15;

/// One invitation that passed all checks.
pub(super) struct Invite {
    name: String,
    contact: String,
    position: String,
    role: String,
    rights: Option<Value>,
    pub(super) staff: Option<u64>,
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
    let prepared = prepare(call, location, invites)?;
    let most = call.batch.unwrap_or(usize::MAX);
    let all = prepared.len();
    for (invite, link) in prepared.into_iter().take(most) {
        send(call, location, invite, link);
    }
    if most < all {
        Err(Refusal::of(500))
    } else {
        Ok(Answer::none(202))
    }
}

/// Reads and checks invitations without sending any: a batch is taken whole or refused whole.
pub(super) fn prepare(
    call: &Call<'_>,
    location: u64,
    invites: &[Value],
) -> Result<Vec<(Invite, Link)>, Refusal> {
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
    let mut prepared = Vec::new();
    for (at, invite) in read.into_iter().enumerate() {
        let field = format!("invites.{at}.user_permissions");
        let rights = invite.rights.as_ref();
        let link = permissions::new_link(call, location, &invite.role, rights, &field)?;
        prepared.push((invite, link));
    }
    Ok(prepared)
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

/// Sends one invitation.
pub(super) fn send(call: &mut Call<'_>, location: u64, invite: Invite, mut link: Link) {
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
        location: Some(Id::Number(location)),
        channel: if by_mail { "email" } else { "sms" }.to_owned(),
        to: invite.contact,
        account: Id::Number(account),
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
