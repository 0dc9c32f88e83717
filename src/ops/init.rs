//! `init`: the files of a new project, as texts.
//!
//! Not the writing of them. Invariant: what is begun here passes `check`, and holds no token.

use std::fmt::Write as _;

use crate::catalog::{How, Kind, Verb, capability};
use crate::config::edit::Yaml;
use crate::config::{self, LoadOptions};
use crate::diagnostic::{Code, Diagnostic};

/// What a new project is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The vendor.
    pub kind: Kind,
    /// The system's name.
    pub name: String,
    /// The vendor's tokens and the variables that hold them.
    pub tokens: Vec<(String, String)>,
    /// The vendor's id of the chain.
    pub chain: Option<String>,
    /// Where dates are meant.
    pub time_zone: String,
}

/// The name of a system that most chains would choose.
pub fn usual_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Altegio | Kind::Yclients => "salons",
        Kind::Keycrm => "orders",
        Kind::Reservio => "desk",
        Kind::Apenday => "agency",
    }
}

/// The variable in which a token usually is.
pub fn usual_variable(kind: Kind, token: &str) -> String {
    let name = match (kind, token) {
        (Kind::Keycrm, "key") => "KEYCRM_API_KEY".to_owned(),
        (kind, token) if token == "token" || token == "key" => format!("{}_TOKEN", kind.as_str()),
        (kind, token) => format!("{}_{token}_TOKEN", kind.as_str()),
    };
    name.to_uppercase()
}

/// What is to be done next, as commands with what each does.
pub fn next(kind: Kind) -> String {
    let mut out = "  keyholder doctor        are the tokens good, and what may they do?\n  keyholder journal init  begins the record of what is seen and done\n".to_owned();
    if capability(kind, Verb::ReadUsers).how == How::Api {
        out.push_str("  keyholder import        writes who has access today into files\n");
    } else {
        // No interface says who has access, whatever the token may do.
        out.push_str("  name a list of who has access today under `snapshot:` of the system in keyholder.yaml\n  keyholder import        writes what that list says into files\n");
    }
    out.push_str("  keyholder plan          is empty then\n");
    out
}

/// The files of the project, or why there is none.
pub fn files(it: &Beginning) -> Result<Vec<(String, String)>, String> {
    let project = settings(it);
    let loaded = config::load_texts(&[(config::PROJECT_FILE, &project)], &LoadOptions::default());
    let mut wrong = loaded.diagnostics.iter();
    if let Some(wrong) = wrong.find(|it| Diagnostic::is_error(it)) {
        // Nothing is written yet; what was typed may be the token itself, and is not repeated.
        if wrong.code == Code::LiteralToken {
            return Err("that is no name of a variable: letters, digits and `_`, and no digit first, such as `ALTEGIO_USER_TOKEN`".to_owned());
        }
        let help = wrong.help.as_ref().map(|help| format!(" ({help})"));
        return Err(format!("{}{}", wrong.message, help.unwrap_or_default()));
    }
    Ok(vec![
        (config::PROJECT_FILE.to_owned(), project),
        (".gitignore".to_owned(), GITIGNORE.to_owned()),
        (
            ".schema/project.schema.json".to_owned(),
            format!("{:#}\n", config::project_schema()),
        ),
        (
            ".schema/entries.schema.json".to_owned(),
            format!("{:#}\n", config::entries_schema()),
        ),
    ])
}

const GITIGNORE: &str = "\
# the journal, unless it lives on a branch (`state: { branch: keyholder-state }`), and the simulators' state
.keyholder/
# kept reads hold e-mails and phones
*observed.json
# what a CI job writes
keyholder-out/
";

/// The text of a `.gitignore` with what has to stand in it; none where it does already.
pub fn ignoring(before: &str) -> Option<String> {
    let bare = |line: &str| line.trim().trim_matches('/').to_owned();
    let has = |line: &str| before.lines().any(|it| bare(it) == bare(line));
    let mut after = before.to_owned();
    // What a comment is about stands below it.
    let mut comment = "";
    for line in GITIGNORE.lines() {
        if line.starts_with('#') {
            comment = line;
        } else if !has(line) {
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            after.push_str(&format!("{comment}\n{line}\n"));
        }
    }
    (after != before).then_some(after)
}

fn settings(it: &Beginning) -> String {
    let text = |text: &str| Yaml::from(text).flow();
    let mut out = String::new();
    out.push_str("# yaml-language-server: $schema=.schema/project.schema.json\nversion: 1\n");
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "time_zone: {} # dates are meant here",
        text(&it.time_zone)
    );
    let _ = writeln!(
        out,
        "catalogue: {} # which rights patterns such as `records.*` mean",
        Yaml::from(crate::catalog::Catalog::current().name()).flow()
    );
    let _ = writeln!(
        out,
        "\nsystems:\n  {}:\n    kind: {}",
        text(&it.name),
        it.kind.as_str()
    );
    if let Some(chain) = &it.chain {
        let plain = chain.len() < 18 && chain.bytes().all(|b| b.is_ascii_digit());
        let chain = if plain { chain.clone() } else { text(chain) };
        let _ = writeln!(out, "    chain: {chain}");
    }
    if !it.tokens.is_empty() {
        out.push_str("    tokens: # where they are, never what they are\n");
        for (token, variable) in &it.tokens {
            let _ = writeln!(out, "      {}: {{ env: {} }}", text(token), text(variable));
        }
    }
    out.push_str(
        "    # how much may be changed: `report` only looks, `add-only` gives and never takes, `full` does both\n    ownership: report\n    # accounts that nobody declared: `ignore`, `report`, or `remove` with an approval\n    strangers: report\n",
    );
    out.push_str("\n# people whom no rule, approval or limit can reduce\nprotected: []\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning(kind: Kind) -> Beginning {
        let tokens = kind.tokens().iter();
        let tokens = tokens.map(|it| (it.name.to_owned(), usual_variable(kind, it.name)));
        Beginning {
            kind,
            name: usual_name(kind).to_owned(),
            tokens: tokens.collect(),
            chain: None,
            time_zone: "Europe/Riga".to_owned(),
        }
    }

    #[test]
    fn every_kind_begins_as_a_project_without_a_problem() {
        for kind in Kind::ALL {
            let files = files(&beginning(*kind)).unwrap();
            let settings = &files[0].1;
            let loaded =
                config::load_texts(&[("keyholder.yaml", settings)], &LoadOptions::default());
            assert!(
                loaded.diagnostics.is_empty(),
                "{settings}\n{:?}",
                loaded.diagnostics
            );
        }
    }

    #[test]
    fn next_is_a_list_where_nothing_says_who_has_access() {
        for kind in Kind::ALL {
            let is_read = !matches!(kind, Kind::Reservio | Kind::Apenday);
            let next = next(*kind);
            assert_eq!(next.contains("who has access today into files"), is_read);
            assert_eq!(next.contains("under `snapshot:`"), !is_read);
        }
    }

    #[test]
    fn what_git_is_kept_from_is_added_to_what_is_there() {
        assert_eq!(ignoring(GITIGNORE), None);
        assert_eq!(ignoring("").unwrap(), GITIGNORE);
        let after = ignoring("mine\n/.keyholder").unwrap();
        assert!(
            after.starts_with("mine\n/.keyholder\n# kept reads")
                && after.ends_with("\nkeyholder-out/\n"),
            "{after}"
        );
        assert_eq!(ignoring(&after), None);
    }

    #[test]
    fn a_name_that_means_something_is_refused_with_the_reason() {
        let mut it = beginning(Kind::Altegio);
        it.name = "chain".to_owned();
        let why = files(&it).unwrap_err();
        assert!(why.contains("cannot be called `chain`"), "{why}");
        it.name = "salons".to_owned();
        it.tokens = vec![("user".to_owned(), "my-token".to_owned())];
        let why = files(&it).unwrap_err();
        assert!(
            why.contains("no name of a variable") && !why.contains("my-token"),
            "{why}"
        );
        it.tokens.clear();
        it.name = "a: {b}\nc".to_owned();
        assert!(files(&it).is_err());
        it.name = "salons".to_owned();
        it.time_zone = "Mars/Base".to_owned();
        assert!(files(&it).unwrap_err().contains("Mars/Base"));
    }
}
