//! The rules of a project in short: what a later plan compares with, to say what was loosened.
//!
//! Not the rules themselves. Invariant: it holds keys of the project, words of the language and numbers: no contact, no
//! name, no token, no reason.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Each rule by its path, such as `ownership salons`, with its value as one word or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleBook(pub BTreeMap<Arc<str>, Arc<str>>);
