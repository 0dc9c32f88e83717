//! What a person is told to do at the screen, as data.
//!
//! Not the knowledge of where to click: that is in `hand`.

use crate::model::{Contact, PersonKey};

/// What a person is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Who.
    pub actor: ManualActor,
    /// What to look at before.
    pub check_before: Vec<Action>,
    /// Where to click and what to type, in order.
    pub actions: Vec<Action>,
    /// The page where it is done, where the vendor has a stable address for it.
    pub link: Option<String>,
    /// How it is known afterwards that it was done.
    pub proof: Proof,
}

/// One thing to do at the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// In words, the vendor's own for its buttons; may contain hostile text.
    pub text: String,
    /// What to type or tick there, field by field.
    pub values: Vec<Typed>,
}

/// A field and what goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The vendor's label of the field.
    pub label: String,
    /// The value.
    pub value: TypedValue,
}

/// What goes into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedValue {
    /// A text; may be hostile.
    Text(String),
    /// A contact in the form the vendor takes; masked wherever contacts are.
    Contact {
        /// The contact.
        contact: Contact,
        /// As it is typed.
        typed: String,
    },
}

impl Action {
    /// An action without values.
    pub fn say(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// An action with values.
    pub fn with(text: impl Into<String>, values: Vec<Typed>) -> Self {
        Self {
            text: text.into(),
            values,
        }
    }
}

impl From<String> for Action {
    fn from(text: String) -> Self {
        Self::say(text)
    }
}

impl From<&str> for Action {
    fn from(text: &str) -> Self {
        Self::say(text)
    }
}

impl Typed {
    /// A field with a text.
    pub fn text(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: TypedValue::Text(value.into()),
        }
    }
}

/// How it is known afterwards that a manual step was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The next plan reads it from the vendor.
    Reading,
    /// Nothing can read it: somebody says so, and that is recorded.
    Attestation,
}

/// Who does a manual step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManualActor {
    /// One of `hands`; empty means nobody was named.
    Hands(Vec<PersonKey>),
    /// The person it is about.
    Person(PersonKey),
}
