//! The vendors the sandbox can stand in for.
//!
//! Not the product's list of kinds: a kind is here only once its machine is. It keeps that a kind without a machine
//! is refused by name instead of being served by the wrong one.

use serde::{Deserialize, Serialize};

/// A simulated vendor whose users its interface can change.
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
        match Vendor::try_from(word)? {
            Vendor::Salons(kind) => Ok(kind),
            _ => Err("neither `altegio` nor `yclients`".to_owned()),
        }
    }
}

/// Every vendor the sandbox has a machine for; the first two share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Vendor {
    /// Altegio or YCLIENTS.
    Salons(Kind),
    /// KeyCRM.
    Keycrm,
    /// Reservio.
    Reservio,
    /// Apenday.
    Apenday,
}

impl TryFrom<String> for Vendor {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "altegio" => Ok(Self::Salons(Kind::Altegio)),
            "yclients" => Ok(Self::Salons(Kind::Yclients)),
            "keycrm" => Ok(Self::Keycrm),
            "reservio" => Ok(Self::Reservio),
            "apenday" => Ok(Self::Apenday),
            _ => Err(format!(
                "unknown kind `{word}`; the sandbox knows `altegio`, `yclients`, `keycrm`, `reservio` and `apenday`"
            )),
        }
    }
}
