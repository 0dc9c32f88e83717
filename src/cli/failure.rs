//! What a run ended with, and the exit code that says so.

use std::collections::BTreeSet;

use crate::diagnostic::Code;

/// One true thing about how a run ended. The order is that of precedence: the first that is true decides the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Bad input or an error.
    BadInput,
    /// Another run holds the lock.
    Locked,
    /// What was reviewed is not what is there now.
    Stale,
    /// A read or the state cannot be trusted.
    Untrusted,
    /// Applied in part.
    Partial,
    /// Held or refused by a rule.
    Held,
    /// Manual steps are overdue, or, with `--exit-code`, waiting.
    ManualWaiting,
    /// Changes are pending; only with `--exit-code`.
    Pending,
}

impl Ending {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Ending::BadInput => 1,
            Ending::Locked => 8,
            Ending::Stale => 4,
            Ending::Untrusted => 6,
            Ending::Partial => 5,
            Ending::Held => 3,
            Ending::ManualWaiting => 7,
            Ending::Pending => 2,
        }
    }

    /// The word in `outcomes` of the JSON plan.
    pub fn name(self) -> &'static str {
        match self {
            Ending::BadInput => "error",
            Ending::Locked => "locked",
            Ending::Stale => "stale",
            Ending::Untrusted => "untrusted",
            Ending::Partial => "partial",
            Ending::Held => "held",
            Ending::ManualWaiting => "manual-waiting",
            Ending::Pending => "pending",
        }
    }
}

/// Everything that is true about how a run ended; empty is success.
pub type Endings = BTreeSet<Ending>;

/// The exit code of all that is true.
pub fn exit_code(endings: &Endings) -> u8 {
    endings.first().map_or(0, |ending| ending.code())
}

/// A run that could not go on: what was the matter and what to do, in words without secrets.
#[derive(Debug)]
pub struct Failure {
    /// What it means for the exit code.
    pub ending: Ending,
    /// One sentence, lower case; may quote hostile text, which is escaped when printed.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What `keyholder explain` says more about.
    pub code: Option<Code>,
}

impl Failure {
    /// A failure without advice.
    pub fn new(ending: Ending, message: impl Into<String>) -> Self {
        Self {
            ending,
            message: message.into(),
            help: None,
            code: None,
        }
    }

    /// Bad input or an error.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Ending::BadInput, message)
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_true_wins() {
        assert_eq!(exit_code(&Endings::new()), 0);
        assert_eq!(
            exit_code(&Endings::from([Ending::Pending, Ending::Held])),
            3
        );
        assert_eq!(
            exit_code(&Endings::from([
                Ending::Untrusted,
                Ending::Stale,
                Ending::Partial
            ])),
            4
        );
        assert_eq!(
            exit_code(&Endings::from([
                Ending::Pending,
                Ending::Locked,
                Ending::BadInput
            ])),
            1
        );
    }
}
