//! Files that are generated and committed: a test says when one is stale, `UPDATE=1 cargo test` rewrites it.

use std::path::Path;

/// Whether this run rewrites generated files instead of comparing them.
pub(crate) fn updating() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test asks its caller whether to rewrite; the product's environment is not read"
    )]
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Replaces a file at once: other tests of this run may be reading it.
pub(crate) fn rewrite(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(&new, path).unwrap();
}

/// Compares a committed file with what it should hold, or rewrites it; what differs is returned for one common failure.
#[must_use = "a stale file is a failure"]
pub(crate) fn stale(path: &Path, expected: &str) -> Option<String> {
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if committed == expected {
        return None;
    }
    if updating() {
        rewrite(path, expected);
        return None;
    }
    let difference = similar::TextDiff::from_lines(committed.as_str(), expected);
    Some(format!(
        "{} is stale (UPDATE=1 cargo test --test it rewrites it):\n{}",
        path.display(),
        difference.unified_diff().context_radius(2)
    ))
}
