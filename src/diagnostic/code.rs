//! The list of everything that can be wrong, each with its words for `keyholder explain`.

use super::Severity;

/// The kind of a diagnostic.
///
/// The names are stable: people search for them and CI filters by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A key that the language does not have.
    UnknownKey,
}

impl Code {
    /// Every code, in the order of their documentation.
    pub const ALL: &[Code] = &[Code::UnknownKey];

    /// The kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            Code::UnknownKey => "unknown-key",
        }
    }

    /// The severity it has unless a setting says otherwise.
    pub fn severity(self) -> Severity {
        match self {
            Code::UnknownKey => Severity::Error,
        }
    }
}
