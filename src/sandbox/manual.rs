//! The vendors whose users change by hand only, as one: KeyCRM, Reservio, Apenday.
//!
//! Not what each of them does. It keeps that limits, faults and counts meet their calls as they meet all others, and
//! that a change by hand that cannot be made says why and changes nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::apenday::{self, Apenday};
use super::change::Change;
use super::faults::Trouble;
use super::keycrm::{self, Keycrm};
use super::limits::Limits;
use super::log::{Effect, Id, Log};
use super::reservio::{self, Reservio};
use super::wire::{Reply, Request};
use super::work::HandWork;

/// One system of such a vendor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Manual {
    Keycrm(Keycrm),
    Reservio(Reservio),
    Apenday(Apenday),
}

/// What a call is answered when no fault meets it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) shown: Shown,
}

/// What an answer's body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// One thing, or a refusal.
    One,
    /// One page of a list: rows under `data`, their number under `total`, beside it or in `meta`.
    List,
    /// HTML.
    Page,
}

impl Answer {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            shown: Shown::One,
        }
    }
}

/// A call that exists: its template, and what stands for the template's braces.
pub(crate) type Found<'a> = (&'static str, Vec<&'a str>);

impl Manual {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Keycrm(_) => "keycrm",
            Self::Reservio(_) => "reservio",
            Self::Apenday(_) => "apenday",
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        match self {
            Self::Keycrm(crm) => &crm.limits,
            Self::Reservio(reservio) => &reservio.limits,
            Self::Apenday(apenday) => &apenday.limits,
        }
    }

    /// The path in the spelling of the table.
    pub(crate) fn canonical<'a>(&self, path: &[&'a str]) -> Vec<&'a str> {
        match self {
            Self::Apenday(_) => apenday::api::canonical(path),
            Self::Keycrm(_) | Self::Reservio(_) => path.to_vec(),
        }
    }

    pub(crate) fn find<'a>(&self, method: &str, path: &[&'a str]) -> Option<Found<'a>> {
        let routes = match self {
            Self::Keycrm(_) => keycrm::api::ROUTES,
            Self::Reservio(_) => reservio::api::ROUTES,
            Self::Apenday(_) => apenday::api::ROUTES,
        };
        routes
            .iter()
            .filter(|(verb, _)| *verb == method)
            .find_map(|(_, template)| {
                let parts: Vec<&str> = template.split('/').skip(1).collect();
                let fits = parts.len() == path.len()
                    && parts
                        .iter()
                        .zip(path)
                        .all(|(part, actual)| part.starts_with('{') || part == actual);
                let ids = parts
                    .iter()
                    .zip(path)
                    .filter(|(part, _)| part.starts_with('{'))
                    .map(|(_, actual)| *actual);
                fits.then(|| (*template, ids.collect()))
            })
    }

    /// The refusal of a call that took too much; in whole seconds, when the next one fits.
    pub(crate) fn too_many(&self, seconds: i64) -> Reply {
        let mut reply = self.refuse(429);
        let header = ("Retry-After".to_owned(), seconds.to_string());
        reply.headers.push(header);
        reply
    }

    fn refuse(&self, status: u16) -> Reply {
        let body = match self {
            Self::Keycrm(_) => keycrm::api::refusal(status),
            Self::Reservio(_) => reservio::api::refusal(status),
            Self::Apenday(_) => apenday::api::refusal(status),
        };
        self.reply(&Answer::new(status, body))
    }

    fn reply(&self, answer: &Answer) -> Reply {
        if answer.status == 204 {
            return Reply::empty(204);
        }
        let mut reply = Reply::json(answer.status, &answer.body);
        let media = match self {
            _ if answer.shown == Shown::Page => {
                reply.body = answer.body.as_str().unwrap_or_default().as_bytes().to_vec();
                "text/html; charset=utf-8"
            }
            Self::Keycrm(_) => return reply,
            Self::Reservio(_) => "application/vnd.api+json",
            Self::Apenday(_) => "application/ld+json; charset=utf-8",
        };
        reply.headers = vec![("Content-Type".to_owned(), media.to_owned())];
        reply
    }

    /// A call that is within the limits and reaches the server.
    pub(crate) fn serve(
        &mut self,
        log: &mut Log,
        request: &Request,
        found: Option<&Found<'_>>,
        trouble: &Trouble,
        now: Timestamp,
    ) -> Reply {
        if let Some(status) = trouble.instead {
            return trouble.told(self.refuse(status));
        }
        // A change that no longer fits (the user is gone already) is no reason to fail the call.
        for change in &trouble.before {
            self.change(change, log, now).unwrap_or_default();
        }
        let mut reply = match found {
            None => self.refuse(404),
            Some((template, ids)) => {
                let mut answer = match self {
                    Self::Keycrm(crm) => keycrm::api::serve(crm, template, ids, request),
                    Self::Reservio(reservio) => {
                        reservio::api::serve(reservio, template, ids, request)
                    }
                    Self::Apenday(apenday) => {
                        apenday::api::serve(apenday, template, ids, request, now)
                    }
                };
                if answer.shown == Shown::List {
                    spoil(trouble, &mut answer.body);
                }
                self.reply(&answer)
            }
        };
        for change in &trouble.after {
            self.change(change, log, now).unwrap_or_default();
        }
        if trouble.garbage {
            reply = Reply::empty(200);
            reply.body = b"<html><body><h1>Service is being updated</h1></body></html>".to_vec();
        } else if let Some(status) = trouble.status_after {
            reply = self.refuse(status);
        } else if trouble.not_success && reply.status < 300 {
            reply = self.refuse(500);
            reply.status = 200;
        }
        reply
    }

    /// Something a person does in the web pages or with their mail.
    pub(crate) fn change(
        &mut self,
        change: &Change,
        log: &mut Log,
        now: Timestamp,
    ) -> Result<(), String> {
        let cannot = Err(format!("{} has no such change", self.kind()));
        let about = match (&mut *self, change) {
            (_, Change::ByHand(work)) => return self.by_hand(work, log, now),
            (Self::Keycrm(crm), Change::SignIn { contact }) => {
                Some(Id::Number(crm.sign_in(contact, now)?))
            }
            (Self::Keycrm(_), Change::Accept { .. }) => {
                return Err("nobody accepts anything in KeyCRM: they sign in".to_owned());
            }
            (Self::Reservio(reservio), Change::Register { contact }) => {
                if !reservio.register(contact) {
                    return Err(format!("{contact} is registered already"));
                }
                None
            }
            (Self::Reservio(reservio), Change::DeleteProfile { place, profile }) => {
                reservio.delete_profile(place, profile)?;
                Some(Id::Text(profile.clone()))
            }
            (Self::Reservio(reservio), Change::AddProfile { place, name }) => {
                Some(Id::Text(reservio.add_profile(place, name)?))
            }
            (
                Self::Reservio(reservio),
                Change::Accept {
                    contact: Some(contact),
                    ..
                },
            ) => {
                reservio.accept(contact, None)?;
                None
            }
            (
                Self::Apenday(apenday),
                Change::Accept {
                    contact: Some(contact),
                    ..
                },
            ) => Some(Id::Number(apenday.validate(contact)?)),
            _ => return cannot,
        };
        self.note("changed", about, json!(change), log, now);
        Ok(())
    }

    fn by_hand(&mut self, work: &HandWork, log: &mut Log, now: Timestamp) -> Result<(), String> {
        // A step of several clicks that ends in a refusal leaves nothing behind.
        let mut after = self.clone();
        let about = match &mut after {
            Self::Keycrm(crm) => keycrm::apply(crm, work, log, now),
            Self::Reservio(reservio) => reservio::apply(reservio, work, log, now),
            Self::Apenday(apenday) => apenday::apply(apenday, work, log, now),
        }?;
        *self = after;
        self.note("by-hand", about, json!(work), log, now);
        Ok(())
    }

    fn note(&self, what: &str, account: Option<Id>, detail: Value, log: &mut Log, now: Timestamp) {
        let system = match self {
            Self::Keycrm(crm) => &crm.name,
            Self::Reservio(reservio) => &reservio.name,
            Self::Apenday(apenday) => &apenday.name,
        };
        log.effects.push(Effect {
            at: now,
            system: system.clone(),
            by: None,
            what: what.to_owned(),
            location: None,
            account,
            detail,
        });
    }

    /// Who can sign in with what, line by line.
    pub(crate) fn show(&self) -> Vec<String> {
        match self {
            Self::Keycrm(crm) => crm.show(),
            Self::Reservio(reservio) => reservio.show(),
            Self::Apenday(apenday) => apenday.show(),
        }
    }
}

/// Spoils the rows and the total of a list; a list that says it is empty has no next page.
fn spoil(trouble: &Trouble, body: &mut Value) {
    let Value::Object(body) = body else { return };
    let Some(mut data) = body.remove("data") else {
        return;
    };
    match body.get_mut("meta") {
        Some(Value::Object(meta)) => trouble.spoil(&mut data, "total", meta),
        _ => trouble.spoil(&mut data, "total", body),
    }
    let empties = data.as_array().is_some_and(Vec::is_empty);
    if empties && trouble.empties() {
        if let Some(next) = body.get_mut("next_page_url") {
            *next = Value::Null;
        }
        if let Some(links) = body.get_mut("links") {
            links["next"] = Value::Null;
        }
    }
    body.insert("data".to_owned(), data);
}
