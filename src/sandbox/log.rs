//! What a world remembers for its observers: messages to people, changes, calls.
//!
//! Not part of any vendor's interface. It keeps that nothing is ever taken out but by a reset, so a test that finds
//! one message knows that there was one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stamp;

/// A message that a human would have got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// When it was sent.
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// The system that sent it.
    pub system: String,
    /// The location it invites to.
    pub location: u64,
    /// `email` or `sms`.
    pub channel: String,
    /// The address or the phone's digits.
    pub to: String,
    /// The account it belongs to.
    pub account: u64,
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
    /// What happened: `invited`, `rights`, `removed`, `copied`, `linked`, `accepted`, `created`, `changed`.
    pub what: String,
    /// Where, if it was at a location.
    pub location: Option<u64>,
    /// To whom, if it was to an account.
    pub account: Option<u64>,
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
