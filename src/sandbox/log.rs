//! What a world remembers for its observers: messages to people, changes, calls.
//!
//! Not part of any vendor's interface. It keeps that nothing is ever taken out but by a reset, so a test that finds
//! one message knows that there was one.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stamp;
use super::wire::Request;

/// A vendor's id: some count, some draw lots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// A number.
    Number(u64),
    /// A text, mostly a UUID.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A message that a human would have got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it was sent.
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// The system that sent it.
    pub system: String,
    /// The location it invites to; nothing where a vendor has none.
    pub location: Option<Id>,
    /// `email` or `sms`.
    pub channel: String,
    /// The address or the phone's digits.
    pub to: String,
    /// The account it belongs to.
    pub account: Id,
    /// The name in it.
    pub name: String,
}

/// One change of a system's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// When it happened.
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// The system it happened in.
    pub system: String,
    /// The account that did it, or nothing for what happened behind the caller's back.
    pub by: Option<u64>,
    /// What happened: `invited`, `rights`, `removed`, `copied`, `linked`, `accepted`, `created`, `changed`,
    /// `by-hand`.
    pub what: String,
    /// Where, if it was at a location.
    pub location: Option<Id>,
    /// To whom, if it was to an account.
    pub account: Option<Id>,
    /// What changed, by kind of effect.
    pub detail: Value,
}

/// How well the reference supports a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In the vendors' documentation.
    Documented,
    /// Documented and to be removed.
    Deprecated,
    /// Only seen in use.
    SeenInUse,
    /// In the public API, but not in the reference the sandbox was written from.
    OutsideReference,
}

/// A call that the documentation does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undocumented {
    /// When it came.
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// Its method and path, without the query.
    pub call: String,
    /// Whether it was answered all the same, and why that could be.
    pub served: Option<Standing>,
}

/// How often a route was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// How often, refused calls included.
    pub count: u64,
    /// How well the reference supports it.
    pub standing: Standing,
}

/// Everything a world remembers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Log {
    /// Messages to humans, in order.
    pub messages: Vec<Message>,
    /// Changes, in order.
    pub effects: Vec<Effect>,
    /// Calls the documentation does not have, in order.
    pub undocumented: Vec<Undocumented>,
    /// Counts by `system METHOD /template`.
    pub calls: BTreeMap<String, Calls>,
    /// Counts by answered status; a dropped answer counts with what it would have been.
    pub statuses: BTreeMap<u16, u64>,
    /// How many calls met a fault.
    pub faults: u64,
}

impl Log {
    /// Counts one call of a route.
    pub(crate) fn count(&mut self, route: String, standing: Standing) {
        let entry = Calls { count: 0, standing };
        self.calls.entry(route).or_insert(entry).count += 1;
    }

    /// Remembers a call the documentation does not have.
    pub(crate) fn undocumented(
        &mut self,
        request: &Request,
        served: Option<Standing>,
        at: Timestamp,
    ) {
        let call = format!("{} {}", request.method, request.path);
        self.undocumented.push(Undocumented { at, call, served });
    }
}
