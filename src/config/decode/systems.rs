//! The names and kinds of a project's systems: what a role block needs to know to have a shape.

use std::sync::Arc;

use crate::catalog::Kind;
use crate::diagnostic::nearest;

/// The systems of `keyholder.yaml`.
#[derive(Debug, Default)]
pub(crate) struct Systems {
    /// Sorted by name; a system whose kind could not be read has none.
    named: Vec<(Arc<str>, Option<Kind>)>,
    /// Whether there may be systems that could not be read.
    pub(crate) incomplete: bool,
}

/// What the name of a role block stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A system or kind whose blocks have this kind's shape.
    Kind(Kind),
    /// A system that is there, of a kind nobody knows.
    Unreadable,
    /// Nothing.
    Unknown,
}

impl Systems {
    /// From names and kinds.
    pub(crate) fn new(mut named: Vec<(Arc<str>, Option<Kind>)>, incomplete: bool) -> Self {
        named.sort_by(|one, other| one.0.cmp(&other.0));
        Self { named, incomplete }
    }

    /// What a block's name stands for; a system's name before a kind's.
    pub(super) fn target(&self, name: &str) -> Target {
        let at = self
            .named
            .binary_search_by(|(known, _)| (**known).cmp(name));
        if let Ok(at) = at
            && let Some((_, kind)) = self.named.get(at)
        {
            return kind.map_or(Target::Unreadable, Target::Kind);
        }
        match Kind::parse(name) {
            Some(kind) => Target::Kind(kind),
            None if self.incomplete => Target::Unreadable,
            None => Target::Unknown,
        }
    }

    /// The names of all systems.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| &**name)
    }

    /// The system or kind that a wrong name was probably meant to be.
    pub(super) fn near(&self, wrong: &str) -> Option<String> {
        let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
        nearest(wrong, self.names().chain(kinds)).map(str::to_owned)
    }
}
