//! Every problem the program knows by a code, from the texts that `keyholder explain` prints.

use std::fmt::Write as _;

use keyholder::diagnostic::Code;
use keyholder::diagnostic::explain::{Explanation, explain};

use super::names;

/// The groups of the page, each with its first code: codes are listed in the order of their documentation.
const GROUPS: &[(&str, Code)] = &[
    ("files", Code::NoProject),
    ("shapes", Code::OutsideFence),
    ("settings", Code::LiteralToken),
    ("references", Code::UnknownSystem),
    ("rights", Code::UnknownRight),
    ("people", Code::MissingAccess),
];

/// The codes of a group, each with its explanation.
pub(super) fn group(name: &str) -> Option<String> {
    let at = GROUPS.iter().position(|(known, _)| *known == name)?;
    let place = |code: Code| Code::ALL.iter().position(|known| *known == code);
    let from = place(GROUPS[at].1)?;
    let to = GROUPS
        .get(at + 1)
        .and_then(|(_, next)| place(*next))
        .unwrap_or(Code::ALL.len());
    let codes = &Code::ALL[from..to];
    let mut out = "| code | | what it is |\n| --- | --- | --- |\n".to_owned();
    for code in codes {
        writeln!(
            out,
            "| [`{0}`](#{0}) | {1} | {2} |",
            code.name(),
            code.severity().word(),
            code.summary()
        )
        .unwrap();
    }
    for code in codes {
        one(&mut out, &explain(*code));
    }
    Some(out)
}

fn one(out: &mut String, explained: &Explanation) {
    let code = explained.code;
    write!(
        out,
        "\n### {}\n\n*{}*: {}\n\n{}\n",
        code.name(),
        code.severity().word(),
        code.summary(),
        explained.about
    )
    .unwrap();
    for (title, example) in [("Wrong", explained.wrong), ("Right", explained.right)] {
        if let Some(example) = example {
            write!(out, "\n{title}:\n\n```yaml\n{example}\n```\n").unwrap();
        }
    }
}

#[test]
fn every_group_is_on_a_page_and_every_code_in_a_group() {
    let shown = names();
    assert_eq!(GROUPS[0].1, Code::ALL[0]);
    for (name, _) in GROUPS {
        assert!(
            shown.contains(&format!("errors {name}")),
            "no page shows the group `{name}`"
        );
    }
    let together: String = GROUPS.iter().filter_map(|(name, _)| group(name)).collect();
    for code in Code::ALL {
        assert_eq!(
            together
                .matches(&format!("\n### {}\n", code.name()))
                .count(),
            1,
            "{}",
            code.name()
        );
    }
}
