//! The long text of every code, as `keyholder explain CODE` prints it.
//!
//! One Markdown file per code in `explain/`, in one form: a title, plain paragraphs, and at most one wrong and one
//! right example. A test proves that every code has its file and every file its code.

use super::Code;

/// What one code means, for the person who has to repair a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What it means and why it is refused: paragraphs divided by an empty line.
    pub about: &'static str,
    /// YAML that is refused, where that can be shown.
    pub wrong: Option<&'static str>,
    /// The same, repaired.
    pub right: Option<&'static str>,
}

/// The explanation of a code.
pub fn explain(code: Code) -> Explanation {
    Explanation { code, about: code.summary(), wrong: None, right: None }
}
