//! The environment, read once. Nothing else asks for a variable.

use std::collections::BTreeMap;

/// Every environment variable that changes what `keyholder` does, beside those that settings name for tokens.
pub const VARIABLES: &[(&str, &str)] = &[
    ("NO_COLOR", "no color, whatever the terminal can do"),
    (
        "CLICOLOR_FORCE",
        "color also where the output is no terminal",
    ),
    (
        "COLUMNS",
        "width of the output where it is no terminal; 80 where it is not set",
    ),
    ("CI", "never ask, never draw progress"),
    (
        "TZ",
        "the zone that `init` proposes, before the machine's own",
    ),
    (
        "USER",
        "who acts, for the journal, where `KEYHOLDER_ACTOR` is not set",
    ),
    ("KEYHOLDER_ACTOR", "who acts, for the journal"),
    (
        "GITHUB_ACTOR",
        "who acts, for the journal, in GitHub Actions",
    ),
    (
        "GITLAB_USER_LOGIN",
        "who acts, for the journal, in GitLab CI",
    ),
];

/// The variables of the process at its start.
#[derive(Clone, Default)]
pub struct Env {
    variables: BTreeMap<String, String>,
}

impl Env {
    /// Reads the process's environment; variables that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Who acts, for the journal: a name, not a proof.
    pub fn actor(&self) -> String {
        [
            "KEYHOLDER_ACTOR",
            "GITHUB_ACTOR",
            "GITLAB_USER_LOGIN",
            "USER",
        ]
        .into_iter()
        .find_map(|name| self.get(name))
        .unwrap_or("unknown")
        .to_owned()
    }
}

/// Tokens live in the environment, so it is never printed.
impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("variables", &self.variables.len())
            .finish()
    }
}
