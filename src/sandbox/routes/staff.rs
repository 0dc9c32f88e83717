//! Team members and positions of a location.
//!
//! Not logins: a team member is a bookable person, and only the link to a user concerns access. It keeps that the
//! link has one home, the user's side; here it is only mirrored.

use serde_json::{Value, json};

use super::{Answer, Call, Outcome, Refusal, invitations, one_id, two_ids};
use crate::sandbox::envelope::{flag, maybe_number, number};
use crate::sandbox::kind::Kind;
use crate::sandbox::rights::{read_flag, read_number};
use crate::sandbox::state::{Location, Staff};

/// `GET /company/{l}/staff`
pub(super) fn list(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    if call.system.options.company_staff_denied {
        return Err(Refusal::denied());
    }
    list_old(call, ids)
}

/// `GET /staff/{l}`
pub(super) fn list_old(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.own(location)?;
    Ok(Answer::ok(rows(call, location, call.place(location)?)))
}

pub(super) fn rows(call: &Call<'_>, location: u64, place: &Location) -> Value {
    place
        .staff
        .iter()
        .map(|(id, member)| shown(call, location, place, *id, member))
        .collect()
}

/// `GET /company/{l}/staff/{s}` and `GET /staff/{l}/{s}`
pub(super) fn one(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, id) = two_ids(ids)?;
    call.own(location)?;
    let place = call.place(location)?;
    let member = place.staff.get(&id).ok_or_else(Refusal::not_found)?;
    Ok(Answer::ok(shown(call, location, place, id, member)))
}

fn shown(call: &Call<'_>, location: u64, place: &Location, id: u64, member: &Staff) -> Value {
    let options = &call.system.options;
    let position = member
        .position
        .and_then(|id| Some((id, place.positions.get(&id)?)));
    let user = place
        .user_of(id)
        .and_then(|user| Some((user, call.system.link(location, user, call.now)?)));
    let mut row = json!({
        "id": number(options, id),
        "company_id": number(options, location),
        "name": member.name,
        "specialization": position.map(|(_, title)| title.as_str()).unwrap_or_default(),
        "position": position.map(|(id, title)| json!({ "id": number(options, id), "title": title })),
        "user_id": maybe_number(options, user.map(|(user, _)| user)),
        "fired": number(options, u64::from(member.fired)),
        "hidden": number(options, 0),
        "status": number(options, 0),
    });
    if call.system.kind == Kind::Yclients
        && let Some(row) = row.as_object_mut()
    {
        let account = user.and_then(|(id, link)| Some((id, link, call.system.accounts.get(&id)?)));
        let account = account.map(|(id, link, account)| {
            json!({
                "id": number(options, id),
                "name": account.name,
                "phone": call.system.print_phone(&account.phone),
                "email": account.email,
                "avatar": "",
                "is_approved": flag(options, link.approved),
            })
        });
        row.insert("user".to_owned(), json!(account));
    }
    row
}

/// `GET /company/{l}/staff/positions`
pub(super) fn positions(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.own(location)?;
    let place = call.place(location)?;
    let row = |(id, title): (&u64, &String)| json!({ "id": number(&call.system.options, *id), "title": title });
    Ok(Answer::ok(place.positions.iter().map(row).collect()))
}

/// `PUT /staff/{l}/{s}`: of all it could change, the link to a user.
pub(super) fn link(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, id) = two_ids(ids)?;
    call.permit(location, "settings_staff_edit_access")?;
    if !call.place(location)?.staff.contains_key(&id) {
        return Err(Refusal::not_found());
    }
    let body = call.body()?;
    if let Some(sent) = body.get("user_id") {
        let user = read_number(sent).and_then(|user| u64::try_from(user).ok());
        let user = user.ok_or_else(|| Refusal::invalid("user_id", "must be a number"))?;
        if user != 0 && call.system.link(location, user, call.now).is_none() {
            return Err(Refusal::invalid(
                "user_id",
                "is not a user of this location",
            ));
        }
        let Some(place) = call.system.locations.get_mut(&location) else {
            return Err(Refusal::not_found());
        };
        for (other, link) in &mut place.links {
            if *other == user {
                link.staff = Some(id);
            } else if link.staff == Some(id) {
                link.staff = None;
            }
        }
        call.note(
            "linked",
            Some(location),
            (user != 0).then_some(user),
            json!({ "staff": id }),
        );
    }
    one(call, ids)
}

/// `POST /company/{l}/staff/quick`, with an invitation where one is asked for.
pub(super) fn create(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_staff_create_access")?;
    let body = call.body()?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name");
    if name.is_empty() {
        return Err(Refusal::invalid("name", "is required"));
    }
    let place = call.place(location)?;
    let sent = body.get("position_id").filter(|sent| !sent.is_null());
    let position = sent
        .and_then(read_number)
        .and_then(|id| u64::try_from(id).ok());
    if sent.is_some() && !position.is_some_and(|id| place.positions.contains_key(&id)) {
        return Err(Refusal::invalid("position_id", "is not a position here"));
    }
    let first = location.saturating_mul(1_000).saturating_add(601);
    let id = place
        .staff
        .keys()
        .last()
        .map_or(first, |last| first.max(last.saturating_add(1)));
    let asked = body
        .get("is_user_invite")
        .and_then(read_flag)
        .unwrap_or(false);
    let invited = if asked {
        call.permit(location, "settings_users_create_access")?;
        let contact = if text("user_email").is_empty() {
            text("user_phone")
        } else {
            text("user_email")
        };
        let invite = json!({ "name": name, "search": contact, "user_role": body.get("user_role") });
        invitations::prepare(call, location, &[invite])?
    } else {
        Vec::new()
    };
    let member = Staff {
        name: name.to_owned(),
        position,
        fired: false,
    };
    if let Some(place) = call.system.locations.get_mut(&location) {
        place.staff.insert(id, member);
    }
    call.note(
        "created",
        Some(location),
        None,
        json!({ "staff": id, "name": name }),
    );
    for (mut invite, link) in invited {
        invite.staff = Some(id);
        invitations::send(call, location, invite, link);
    }
    let shown = one(call, &[location, id])?;
    Ok(Answer::created(shown.data))
}

/// `POST /company/{l}/positions/quick`
pub(super) fn create_position(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    call.permit(location, "settings_positions_create_access")?;
    let body = call.body()?;
    let title = body
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if title.is_empty() {
        return Err(Refusal::invalid("title", "is required"));
    }
    let place = call
        .system
        .locations
        .get_mut(&location)
        .ok_or_else(Refusal::not_found)?;
    let first = location.saturating_mul(1_000).saturating_add(401);
    let id = place
        .positions
        .keys()
        .last()
        .map_or(first, |last| first.max(last.saturating_add(1)));
    place.positions.insert(id, title.to_owned());
    call.note(
        "created",
        Some(location),
        None,
        json!({ "position": id, "title": title }),
    );
    Ok(Answer::created(
        json!({ "id": number(&call.system.options, id), "title": title }),
    ))
}
