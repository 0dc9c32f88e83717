//! `state`: where the journal lives.
//!
//! Invariant: the name of a branch is one that git takes and no option, path or expression of git.

use schemars::{Schema, json_schema};

use super::generic::record;
use super::scalars::PathText;
use super::{Decoder, Shape, shown};
use crate::config::raw::Text;
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Spanned;

record! {
    StateFields, "the place of the state" {
        /// A folder of the project, for a machine whose disk lasts. Default: `.keyholder`. Example: `dir:
        /// .keyholder`.
        "dir" dir: PathText;
        /// A branch of the git remote, for runners without a disk that lasts; begun by `keyholder journal init`.
        /// Example: `branch: keyholder-state`.
        "branch" branch: BranchName;
    }
}

impl StateFields {
    /// The folder and the branch: at most one of them.
    pub(super) fn place(self, cx: &mut Decoder<'_>) -> (Option<Text>, Option<Text>) {
        if let (Some(dir), Some(branch)) = (&self.dir, &self.branch) {
            cx.report(
                Diagnostic::new(
                    Code::WrongValue,
                    "the state cannot live in a folder and on a branch".to_owned(),
                )
                .at(branch.span, "a branch")
                .at(dir.span, "a folder")
                .help("keep one of the two"),
            );
        }
        (self.dir, self.branch)
    }
}

/// The name of a branch of its own.
pub(super) struct BranchName;

/// Longer names do not fit into the file systems of some remotes.
const LONGEST: usize = 100;

/// Whether git takes it, and reads nothing else into it. Narrower than git's own rule.
fn is_branch(name: &str) -> bool {
    let fits = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && part
                .rsplit_once('.')
                .is_none_or(|(_, end)| !end.eq_ignore_ascii_case("lock"))
            && !part.contains("..")
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    name.len() <= LONGEST
        && name != "HEAD"
        && !name.starts_with("refs/")
        && name.split('/').all(fits)
}

impl Shape for BranchName {
    type Value = Text;
    const WHAT: &'static str = "the name of a branch";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        let text = cx.text_of(node, Self::WHAT)?;
        if is_branch(text) {
            return Some(Spanned::new(text.into(), node.span()));
        }
        let message = format!("`{}` is not taken as the name of a branch", shown(text));
        let help = "letters, digits, `.`, `_`, `-` and `/`, such as `keyholder-state`";
        cx.wrong_value(node, message, help.to_owned());
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": ["string", "number"], "pattern": "^[A-Za-z0-9_][A-Za-z0-9._/-]*$", "maxLength": LONGEST })
    }
}
