//! Statements of people that a manual step was done, as files of the project: `attestations/<system>.yaml`.
//!
//! Reading, writing and judging them; not the disk (that is [`crate::ops::attest`]) and not what a plan makes of them.
//! Invariants: what is written reads back as the same statements, and writing them again gives the same bytes;
//! a statement changes the lines of no other, so that git merges two people's; whatever was edited by hand is told
//! apart from what `keyholder done` wrote.

mod judge;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use judge::judge;
pub use read::{Read, read};
pub use write::write;

use crate::canonical::{canonical, sha256_hex};
use crate::model::{AccountId, HasNow, PersonKey, PlaceId, Says, SystemName};

/// A person's dated statement that a manual step was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The system: the file's name.
    pub system: SystemName,
    /// Id of the step.
    pub step: Arc<str>,
    /// Kind of the step: `invite`, `block`, ...
    pub does: Arc<str>,
    /// Whom it is about.
    pub person: PersonKey,
    /// The place.
    pub place: PlaceId,
    /// The account, where there is one.
    pub account: Option<AccountId>,
    /// When it was said.
    pub at: Timestamp,
    /// Who says so: a person's key, or a name; hostile text.
    pub by: Arc<str>,
    /// What the account has now.
    pub says: Says,
    /// What was added in words; hostile text.
    pub note: Option<Arc<str>>,
    /// Whether it was taken back. The statement stays.
    pub withdrawn: Option<Withdrawn>,
}

/// A statement that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// When.
    pub at: Timestamp,
    /// By whom; hostile text.
    pub by: Arc<str>,
}

/// Digits of a digest that a person can still compare.
const SHORT: usize = 12;

impl Statement {
    /// Its name in the journal: 12 hex digits over system, step, time and who says so.
    pub fn id(&self) -> Arc<str> {
        let at = self.at.to_string();
        let parts = [self.system.as_str(), &self.step, &at, &self.by];
        short(&digest(&Value::from(parts.as_slice())))
    }

    /// SHA-256, in hex, over the canonical JSON of everything it says. Taking it back changes nothing of it.
    pub fn digest(&self) -> Arc<str> {
        let mut all = Map::new();
        let mut put = |key: &str, value: &str| all.insert(key.to_owned(), value.into());
        put("system", self.system.as_str());
        put("step", &self.step);
        put("does", &self.does);
        put("person", self.person.as_str());
        put("place", &self.place.to_string());
        put("at", &self.at.to_string());
        put("by", &self.by);
        if let Some(account) = &self.account {
            put("account", account.as_str());
        }
        if let Some(note) = &self.note {
            put("note", note);
        }
        match &self.says {
            Says::Nothing => {}
            Says::Absent => drop(put("state", "absent")),
            Says::Has(HasNow { state, role, facts }) => {
                put("state", state.name());
                if let Some(role) = role {
                    put("role", role.as_str());
                }
                let facts: Map<String, Value> = facts
                    .iter()
                    .map(|(name, value)| (name.to_string(), Value::from(&**value)))
                    .collect();
                all.insert("facts".to_owned(), facts.into());
            }
        }
        digest(&all.into())
    }

    /// What shows in the file that nobody edited it.
    fn sum(&self) -> Arc<str> {
        short(&self.digest())
    }
}

impl Withdrawn {
    /// The same for taking a statement back, which is no part of the statement's own.
    fn sum(&self, of: &Statement) -> Arc<str> {
        let at = self.at.to_string();
        let digested = of.digest();
        let parts = [&*digested, &at, &self.by];
        short(&digest(&Value::from(parts.as_slice())))
    }
}

fn digest(value: &Value) -> Arc<str> {
    // There are only texts in it, so it has a canonical form.
    let text = canonical(value).unwrap_or_default();
    sha256_hex(text.as_bytes()).into()
}

fn short(digest: &str) -> Arc<str> {
    digest.get(..SHORT).unwrap_or(digest).into()
}
