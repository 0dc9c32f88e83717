//! The vendors the sandbox can stand in for.
//!
//! Not the product's list of kinds: a kind is here only once its machine is. It keeps that a kind without a machine
//! is refused by name instead of being served by the wrong one.

use serde::{Deserialize, Serialize};

/// A simulated vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Kind {
    /// Altegio.
    Altegio,
    /// YCLIENTS.
    Yclients,
}

impl Kind {
    /// The word settings and seeds use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Altegio => "altegio",
            Self::Yclients => "yclients",
        }
    }
}

impl From<Kind> for &'static str {
    fn from(kind: Kind) -> Self {
        kind.name()
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "altegio" => Ok(Self::Altegio),
            "yclients" => Ok(Self::Yclients),
            "keycrm" | "reservio" | "apenday" => Err(format!(
                "the sandbox cannot stand in for `{word}` yet; it knows `altegio` and `yclients`"
            )),
            _ => Err(format!(
                "unknown kind `{word}`; the sandbox knows `altegio` and `yclients`"
            )),
        }
    }
}
