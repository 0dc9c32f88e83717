//! Signing in and the caller's own profile.
//!
//! Not the check of tokens on other calls. It keeps that the token a sign-in gives is the one that calls accept.

use serde_json::{Value, json};

use super::{Answer, Call, Outcome, Refusal};
use crate::sandbox::envelope::{flag, number};

/// `POST /auth`
pub(super) fn sign_in(call: &mut Call<'_>, _: &[u64]) -> Outcome {
    let body = call.body()?;
    let text = |key: &str| match body.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
        _ => Err(Refusal::invalid(key, "must be a text")),
    };
    let (login, password) = (text("login")?, text("password")?);
    let account = call
        .system
        .account_of(login)
        .filter(|id| {
            call.system
                .accounts
                .get(id)
                .is_some_and(|account| account.password == password)
        })
        .ok_or_else(|| Refusal::of(401))?;
    Ok(profile(call, account))
}

/// `GET /user/data`: only ever seen in use; its status was 201.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all routes")]
pub(super) fn own_data(call: &mut Call<'_>, _: &[u64]) -> Outcome {
    Ok(profile(call, call.caller))
}

fn profile(call: &Call<'_>, id: u64) -> Answer {
    let account = call.system.accounts.get(&id).cloned().unwrap_or_default();
    let phone = call.system.print_phone(&account.phone);
    let login = if phone.is_empty() {
        &account.email
    } else {
        &phone
    };
    let token = call
        .system
        .tokens
        .iter()
        .find(|(_, owner)| **owner == id)
        .map_or_else(|| format!("sandbox-user-{id}"), |(token, _)| token.clone());
    let options = &call.system.options;
    Answer::created(json!({
        "id": number(options, id),
        "user_token": token,
        "name": account.name,
        "phone": phone,
        "login": login,
        "email": account.email,
        "avatar": "",
        "is_approved": flag(options, true),
    }))
}
