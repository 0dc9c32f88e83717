//! The long text of every code, as `keyholder explain CODE` prints it.
//!
//! Not the wording of single diagnostics, which is where they are found. One Markdown file per code in `explain/`, in
//! one form: a title, plain paragraphs, and at most one wrong and one right example. A test proves that every code has
//! its file and every file its code.

use std::fmt::Write as _;

use super::{Code, wrap};

/// What one code means, for the person who has to repair a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What it means, why it is refused and what to do: paragraphs divided by an empty line.
    pub about: &'static str,
    /// YAML that is refused, where that can be shown.
    pub wrong: Option<&'static str>,
    /// The same, repaired.
    pub right: Option<&'static str>,
}

macro_rules! texts {
    ($($name:literal,)*) => {
        /// Name and text, sorted by name.
        const TEXTS: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("explain/", $name, ".md"))),)*
        ];
    };
}

texts! {
    "access-missing",
    "account-used-twice",
    "at-missing",
    "bad-key",
    "bad-url",
    "command-not-allowed",
    "contact-declared-twice",
    "contact-used-twice",
    "date-order",
    "duplicate-entry",
    "duplicate-key",
    "earlier-key-in-use",
    "empty-list",
    "empty-selector",
    "file-too-large",
    "foreign-host",
    "hostile-text",
    "inherited-clash",
    "irrelevant-line",
    "leaves-unmanaged",
    "left-out-qualifier",
    "limited-to-nothing",
    "link-out",
    "literal-token",
    "location-used-twice",
    "malformed-email",
    "malformed-phone",
    "minus-names-qualifier",
    "misplaced-key",
    "missing-key",
    "missing-reason",
    "missing-token",
    "missing-unlisted",
    "missing-vendor-role",
    "no-id-in-system",
    "no-project",
    "no-union",
    "no-usable-contact",
    "not-in-force",
    "not-utf8",
    "null-value",
    "outside-fence",
    "pattern-covers-nothing",
    "pattern-matches-nothing",
    "pattern-tie",
    "pattern-type",
    "plain-http",
    "planned-only",
    "policy-broken",
    "reserved-name",
    "restricting-right",
    "right-range",
    "right-type",
    "role-cycle",
    "several-documents",
    "team-member-used-twice",
    "too-deep",
    "too-many-aliases",
    "too-many-nodes",
    "undocumented-right",
    "unknown-assumption",
    "unknown-catalogue",
    "unknown-key",
    "unknown-location",
    "unknown-person",
    "unknown-right",
    "unknown-role",
    "unknown-step",
    "unknown-system",
    "unknown-tag",
    "unknown-time-zone",
    "unknown-vendor-role",
    "unreadable-file",
    "unsupported-version",
    "unsupported-yaml",
    "unused-fence",
    "unused-role",
    "vendor-needs",
    "wider-than-parts",
    "wrong-date",
    "wrong-product",
    "wrong-type",
    "wrong-value",
    "yaml-syntax",
}

/// The explanation of a code; one without a text of its own, which a test forbids, has its summary.
pub fn explain(code: Code) -> Explanation {
    let text = TEXTS
        .binary_search_by_key(&code.name(), |(name, _)| name)
        .ok()
        .and_then(|at| TEXTS.get(at))
        .map_or("", |(_, text)| text);
    let body = text.split_once("\n\n").map_or("", |(_, body)| body);
    let about = match body.split("\n## ").next() {
        None | Some("") => code.summary(),
        Some(about) => about.trim_end(),
    };
    Explanation {
        code,
        about,
        wrong: example(body, "\n## Wrong\n\n```yaml\n"),
        right: example(body, "\n## Right\n\n```yaml\n"),
    }
}

fn example(body: &'static str, heading: &str) -> Option<&'static str> {
    let (_, rest) = body.split_once(heading)?;
    let (example, _) = rest.split_once("\n```")?;
    Some(example)
}

impl Explanation {
    /// The whole explanation as plain text for a terminal of that many columns.
    pub fn text(&self, width: usize) -> String {
        let mut out = format!(
            "{} ({})\n\n{}\n",
            self.code.name(),
            self.code.severity().word(),
            wrap::wrapped(self.code.summary(), width)
        );
        // Writing to a `String` cannot fail.
        for paragraph in self.about.split("\n\n") {
            let paragraph = wrap::wrapped(&paragraph.replace('\n', " "), width);
            let _ = write!(out, "\n{paragraph}\n");
        }
        for (title, example) in [("Wrong", self.wrong), ("Right", self.right)] {
            let Some(example) = example else { continue };
            let _ = write!(out, "\n{title}:\n\n");
            for line in example.lines() {
                let _ = writeln!(out, "    {line}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_sorted_and_have_one_form() {
        assert!(TEXTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, text) in TEXTS {
            assert!(text.starts_with(&format!("# {name}\n\n")), "{name}");
            let explained = explain(Code::parse(name).unwrap());
            assert!(explained.about.len() > 100, "{name} says too little");
            assert_eq!(
                text.matches("## Wrong").count(),
                usize::from(explained.wrong.is_some()),
                "{name}"
            );
            assert_eq!(
                text.matches("## Right").count(),
                usize::from(explained.right.is_some()),
                "{name}"
            );
            if explained.wrong.is_some() {
                assert!(explained.right.is_some(), "{name} shows no way out");
            }
        }
    }

    #[test]
    fn the_text_fits_and_shows_both_examples() {
        let text = explain(Code::UnknownRole).text(60);
        let prose = text.split("\nWrong:").next().unwrap();
        assert!(prose.lines().all(|line| line.chars().count() <= 60));
        assert!(text.starts_with("unknown-role (error)\n\nA role that is not declared.\n\n"));
        assert!(text.contains("\nWrong:\n\n    people:\n"));
        assert!(text.ends_with("at: all } ]\n"));
    }
}
