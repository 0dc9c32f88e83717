//! CONTRACT `keyholder.journal/1`: entries about what people do and say by hand.
//!
//! Not the words themselves: those are in the project's files. Invariant: nobody is named but by key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instant;
use crate::model::{AccountState, HasNow, Says, VendorRoleSlug};

/// A manual step was handed to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandedOver {
    /// Id of the step.
    pub step: String,
    /// Kind of the step: `invite`, `block`, ...
    pub does: String,
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The account; absent before it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Why the step is there: `joined`, `left`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the account has once it is done; absent where the step says nothing of access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<SaysFact>,
    /// Of one more message: the approval that let it through, by the first 16 hex digits of the SHA-256 of what it says. It
    /// lets no other one through to the same person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

/// What somebody says that an account has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaysFact {
    /// `absent`, `invited`, `inactive`, `active` or `blocked`.
    pub state: String,
    /// The vendor role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Ticks, teams, sources, by name; lists have one entry a line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl SaysFact {
    /// The form of the contract; none where nothing is said.
    pub fn of(says: &Says) -> Option<Self> {
        match says {
            Says::Nothing => None,
            Says::Absent => Some(Self {
                state: "absent".into(),
                role: None,
                facts: BTreeMap::new(),
            }),
            Says::Has(HasNow { state, role, facts }) => Some(Self {
                state: state.name().into(),
                role: role.as_ref().map(ToString::to_string),
                facts: facts
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect(),
            }),
        }
    }

    /// What it means; a state that this version does not know says nothing.
    pub fn says(fact: Option<&Self>) -> Says {
        let Some(Self { state, role, facts }) = fact else {
            return Says::Nothing;
        };
        if state == "absent" {
            return Says::Absent;
        }
        AccountState::parse(state).map_or(Says::Nothing, |state| {
            Says::Has(HasNow {
                state,
                role: role.as_deref().map(VendorRoleSlug::new),
                facts: facts
                    .iter()
                    .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
                    .collect::<crate::model::Facts>()
                    .into(),
            })
        })
    }
}

/// Somebody is locked out, or not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Locked {
    /// The key of the person.
    pub person: String,
    /// Why, without contacts and numbers that may be phones; text from outside.
    pub because: String,
}

/// A manual step that was handed over is not open any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandClosed {
    /// Id of the step.
    pub step: String,
    /// The system.
    pub system: String,
    /// How that is known.
    pub how: ClosedBy,
}

/// How it is known that a manual step is not open any more.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedBy {
    /// Somebody says that it was done, and nothing can read it.
    Attested,
    /// What was read since needs it no more: it was done, or is not wanted any more.
    Read,
    /// It is not wanted any more.
    NotNeeded,
}

impl ClosedBy {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            ClosedBy::Attested => "attested",
            ClosedBy::Read => "read",
            ClosedBy::NotNeeded => "not-needed",
        }
    }
}

/// A run took note of a person's statement in the project's files. Altered or missing later, it is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttestedNote {
    /// The statement's id: 12 hex digits.
    pub id: String,
    /// SHA-256, in hex, over everything it says.
    pub digest: String,
    /// Id of the step.
    pub step: String,
    /// Kind of the step.
    pub does: String,
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Whom it is about.
    pub person: String,
    /// When it was said.
    #[serde(with = "instant")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub said: Timestamp,
    /// Who said it, where that is a declared person: never a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the account has; absent where the statement says nothing of access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<SaysFact>,
    /// Whether it was taken back. The statement stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}
