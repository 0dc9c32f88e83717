//! Copies of a user to several locations, and removals from several.
//!
//! Not invitations: a copy sends nobody a message. It keeps that all targets are checked before the first changes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Refusal, permissions, two_ids, users};
use crate::sandbox::link::{Link, default_rights};
use crate::sandbox::rights::read_number;

/// The targets of a copy or a removal: each location once, at least one.
fn targets(body: &Map<String, Value>) -> Result<Vec<(u64, Option<&Value>)>, Refusal> {
    let field = "user_company_links";
    let Some(Value::Array(links)) = body.get(field) else {
        return Err(Refusal::invalid(field, "must be a list"));
    };
    let mut seen = BTreeSet::new();
    let mut targets = Vec::new();
    for (at, link) in links.iter().enumerate() {
        let id = link
            .get("company_id")
            .and_then(read_number)
            .and_then(|id| u64::try_from(id).ok());
        match id {
            Some(id) if seen.insert(id) => {
                targets.push((
                    id,
                    link.get("user_permissions").filter(|sent| !sent.is_null()),
                ));
            }
            Some(_) => {
                return Err(Refusal::invalid(
                    format!("{field}.{at}.company_id"),
                    "is there twice",
                ));
            }
            None => {
                return Err(Refusal::invalid(
                    format!("{field}.{at}.company_id"),
                    "is required",
                ));
            }
        }
    }
    if targets.is_empty() {
        return Err(Refusal::invalid(field, "must name at least one location"));
    }
    Ok(targets)
}

/// `POST /company/{l}/users/{u}/copy_to_companies`
pub(super) fn copy(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (source, user) = two_ids(ids)?;
    call.permit(source, "settings_users_access")?;
    let from = call.target(source, user)?.clone();
    let body = call.body()?;
    let mut links = Vec::new();
    for (at, (location, sent)) in targets(&body)?.into_iter().enumerate() {
        let field = format!("user_company_links.{at}");
        if !call.system.locations.contains_key(&location) {
            return Err(Refusal::invalid(
                format!("{field}.company_id"),
                "is not a location",
            ));
        }
        call.permit(location, "settings_users_create_access")?;
        let place = call.place(location)?;
        if from.role == "owner" && call.own(location)?.role != "owner" {
            return Err(Refusal::of(call.system.options.overreach_status));
        }
        // Who is there already, or invited, keeps role, staff link and state; only the rights change.
        let there = place.links.get(&user);
        let mut link = there
            .cloned()
            .unwrap_or_else(|| Link::of_role(&from.role, place, call.system.kind, call.now));
        let mut base = default_rights(&from.role, place, call.system.kind);
        for (slug, value) in &mut base {
            if let Some(copied) = from.rights.get(slug) {
                value.clone_from(copied);
            }
        }
        link.rights = match sent {
            None => base,
            Some(sent) => {
                let stored = link.rights.clone();
                permissions::overlay(
                    call,
                    location,
                    &stored,
                    &base,
                    sent,
                    &format!("{field}.user_permissions"),
                )?
            }
        };
        links.push((location, link));
    }
    for (location, link) in links {
        let detail = json!({ "from": source, "pending": !link.approved });
        if let Some(place) = call.system.locations.get_mut(&location) {
            place.links.insert(user, link);
        }
        call.note("copied", Some(location), Some(user), detail);
    }
    Ok(Answer::none(200))
}

/// `POST /company/{l}/users/{u}/remove_from_companies`
pub(super) fn remove(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (source, user) = two_ids(ids)?;
    call.permit(source, "settings_users_access")?;
    call.target(source, user)?;
    let body = call.body()?;
    let targets: Vec<u64> = targets(&body)?
        .into_iter()
        .map(|(location, _)| location)
        .collect();
    for location in &targets {
        call.permit(*location, "settings_users_delete_access")?;
        users::removable(call, *location, user)?;
    }
    for location in targets {
        users::remove(call, location, user)?;
    }
    Ok(Answer::none(200))
}
