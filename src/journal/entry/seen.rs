//! CONTRACT `keyholder.journal/1`: entries about what the files declare and what reads saw.
//!
//! Not the comparison with earlier entries: that is `known` and `observe`. Invariant: rights are named by slug, never by
//! position.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant;
use crate::model::{Item, Noted, Value};

/// What the project declares, as differences from what the journal knew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigKnown {
    /// Keys of people.
    #[serde(default, skip_serializing_if = "KeyDelta::is_empty")]
    pub people: KeyDelta,
    /// Keys of locations.
    #[serde(default, skip_serializing_if = "KeyDelta::is_empty")]
    pub locations: KeyDelta,
    /// Names of systems.
    #[serde(default, skip_serializing_if = "KeyDelta::is_empty")]
    pub systems: KeyDelta,
    /// The project's rules in short, by path, where they are not what the journal knew: keys, words of the language and
    /// numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<BTreeMap<String, String>>,
    /// Scopes the files give to people and did not before: what is found there may be taken once the line goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<GrantedAt>,
    /// Scopes the files gave to people and do no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ungranted: Vec<GrantedAt>,
}

/// Keys that came and went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyDelta {
    /// New ones, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Ones that are no longer known, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

impl KeyDelta {
    /// Whether nothing came or went.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty()
    }
}

/// People to whom the files give something in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantedAt {
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Keys of people, sorted.
    pub people: Vec<String>,
}

/// What a read of one scope saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Observed {
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// When the read began.
    #[serde(with = "instant")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub taken: Timestamp,
    /// Whether everything was read. Only then does `gone` mean gone.
    pub complete: bool,
    /// Accounts that were seen.
    pub accounts: u64,
    /// SHA-256, in hex, over the sorted account ids, a newline after each.
    pub digest: String,
    /// Whose account it is, where that is new since the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matched: Vec<Match>,
    /// What an account has, where that is new or changed since the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<GrantSeen>,
    /// Accounts that were there the last time and are no more; sorted. Only of complete reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Sets of rights that `grants` name, where no earlier entry has them: by the first 16 hex
    /// digits of the SHA-256 of their canonical JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, BTreeMap<String, RightValue>>,
    /// Accounts that had just what the files give them there, where the journal does not know that of them yet: by the first
    /// 16 hex digits of the SHA-256 of what the files give; sorted. Only of complete reads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub equal: BTreeMap<String, Vec<String>>,
    /// Accounts that had some of what the files give them there, where the journal does not know that of them yet. Only of
    /// complete reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<Apart>,
}

/// Accounts that are in the same way not as the files say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Apart {
    /// The first 16 hex digits of the SHA-256 of what the files give.
    pub given: String,
    /// Slugs of rights (or `role`, `staff`) that are otherwise, sorted. All else is as the files give it.
    pub differs: Vec<String>,
    /// The accounts, sorted.
    pub accounts: Vec<String>,
}

/// Whose account it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// The vendor's id.
    pub account: String,
    /// Key of the person; absent: nobody's, where it was somebody's before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What an account has in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GrantSeen {
    /// The vendor's id.
    pub account: String,
    /// `invited`, `inactive`, `active` or `blocked`.
    pub state: String,
    /// The vendor role, where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The linked team member, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<i64>,
    /// The set of rights, where they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
}

/// The value of a right, in the vendor's sense: `true`, `false`, a number of days or an id,
/// `all`, `self`, or a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RightValue {
    /// A switch.
    Switch(bool),
    /// Days, or one id.
    Number(i64),
    /// `all`, `self`, or the list of addresses.
    Text(String),
    /// Ids or names.
    List(Vec<ItemValue>),
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ItemValue {
    /// By id.
    Id(i64),
    /// By name.
    Name(String),
}

/// A right's value as the journal writes it.
pub fn right_value(value: &Value) -> RightValue {
    RightValue::from(&Noted::from(value))
}

impl From<&Noted> for RightValue {
    fn from(noted: &Noted) -> Self {
        let item = |item: &Item| match item {
            Item::Id(id) => ItemValue::Id(*id),
            Item::Name(name) => ItemValue::Name(name.to_string()),
        };
        match noted {
            Noted::Switch(on) => RightValue::Switch(*on),
            Noted::Number(number) => RightValue::Number(*number),
            Noted::Text(text) => RightValue::Text(text.to_string()),
            Noted::List(items) => RightValue::List(items.iter().map(item).collect()),
        }
    }
}

impl From<&RightValue> for Noted {
    fn from(value: &RightValue) -> Self {
        let item = |item: &ItemValue| match item {
            ItemValue::Id(id) => Item::Id(*id),
            ItemValue::Name(name) => Item::Name(name.as_str().into()),
        };
        match value {
            RightValue::Switch(on) => Noted::Switch(*on),
            RightValue::Number(number) => Noted::Number(*number),
            RightValue::Text(text) => Noted::Text(text.as_str().into()),
            RightValue::List(items) => Noted::List(items.iter().map(item).collect()),
        }
    }
}
