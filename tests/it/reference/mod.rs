//! What a program knows better than a writer, within pages that people write.
//!
//! A page of `docs` has blocks between `<!-- generated: WHAT -->` and `<!-- end -->`; each is made here from the types of
//! the product, compared, and rewritten by `UPDATE=1`. Everything between blocks is written by hand. Not a part of the
//! product: nobody needs these pages where the program runs. Invariant: equal sources give equal pages.

mod commands;
mod errors;
mod language;
mod rights;
mod vendors;

use std::fmt::Write as _;

use crate::support::generated::stale;
use crate::support::{files, root};

/// How a block begins; its name follows.
const OPEN: &str = "<!-- generated: ";
/// How the line ends.
const OPENED: &str = " -->";
/// How a block ends.
const CLOSE: &str = "<!-- end -->";

#[test]
fn generated_blocks_are_what_the_program_says() {
    let mut wrong = String::new();
    for (page, text) in files("docs", ".md") {
        let filled = fill(&text, |name| make(name, &text));
        match filled {
            Ok(filled) => {
                wrong.extend(stale(&root().join(&page), &filled));
            }
            Err(fault) => writeln!(wrong, "{page}: {fault}").unwrap(),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every block of every page, by name.
fn names() -> Vec<String> {
    let pages = files("docs", ".md");
    let lines = pages.iter().flat_map(|(_, text)| text.lines());
    lines.filter_map(opening).map(str::to_owned).collect()
}

/// What stands in a block of that name; `None` is a name that nobody makes.
fn make(name: &str, page: &str) -> Option<String> {
    let (what, of) = name.split_once(' ').unwrap_or((name, ""));
    match what {
        "contents" => Some(contents(page, of)),
        "keys" => language::keys(of),
        "values" => language::values(of),
        "commands" => commands::commands(of),
        "global-options" => Some(commands::global_options()),
        "environment" => Some(commands::environment()),
        "exit-codes" => Some(commands::exit_codes()),
        "errors" => errors::group(of),
        "rights" => Some(rights::rights()),
        "chain-rights" => Some(rights::chain_rights()),
        "vendor-roles" => Some(rights::vendor_roles()),
        "can" => vendors::can(of),
        "tokens" => vendors::tokens(of),
        "before" => vendors::before(of),
        "pace" => vendors::pace(of),
        "assumptions" => vendors::assumptions(of),
        _ => None,
    }
}

/// A page with all its blocks made anew.
fn fill(page: &str, make: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        let Some(name) = opening(line) else {
            continue;
        };
        let made = make(name).ok_or_else(|| format!("nobody makes a block `{name}`"))?;
        if !lines.any(|line| line == CLOSE) {
            return Err(format!("the block `{name}` has no `{CLOSE}`"));
        }
        write!(out, "\n{}\n\n{CLOSE}\n", made.trim()).unwrap();
    }
    Ok(out)
}

fn opening(line: &str) -> Option<&str> {
    line.strip_prefix(OPEN)?.strip_suffix(OPENED)
}

/// A table of contents: the page's headings of the second level, and of the third where `of` is `deep`.
fn contents(page: &str, of: &str) -> String {
    let mut out = String::new();
    for (level, title, anchor) in headings(page) {
        let indent = match level {
            2 => "",
            3 if of == "deep" => "  ",
            _ => continue,
        };
        writeln!(out, "{indent}- [{title}](#{anchor})").unwrap();
    }
    out
}

/// The headings of a page outside of its code: level, text, and anchor as GitHub makes it.
pub(crate) fn headings(page: &str) -> Vec<(usize, String, String)> {
    let mut found: Vec<(usize, String, String)> = Vec::new();
    let mut in_code = false;
    for line in page.lines() {
        in_code ^= line.starts_with("```");
        let level = line.bytes().take_while(|&byte| byte == b'#').count();
        let Some(title) = line[level..]
            .strip_prefix(' ')
            .filter(|_| level > 0 && !in_code)
        else {
            continue;
        };
        let anchor: String = title
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                _ => c.is_alphanumeric().then_some(c),
            })
            .collect();
        let before = found.iter().filter(|(_, _, known)| {
            known.strip_prefix(&*anchor).is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix('-')
                        .is_some_and(|n| n.parse::<u32>().is_ok())
            })
        });
        let anchor = match before.count() {
            0 => anchor,
            count => format!("{anchor}-{count}"),
        };
        found.push((level, title.to_owned(), anchor));
    }
    found
}

/// A cell of a table: one line, without what would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace("\n\n", "<br>")
        .replace('\n', " ")
}

/// A text as a sentence: with a capital, unless it begins with a name, and a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let is_name = text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains('_'));
    let mut letters = text.chars();
    let text: String = if is_name {
        letters.collect()
    } else {
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    };
    if text.ends_with(['.', ':', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

#[test]
fn a_block_is_replaced_and_what_is_around_it_stays() {
    let page = "# A\n\n<!-- generated: x y -->\nold\n<!-- end -->\nrest\n";
    let filled = fill(page, |name| Some(format!("[{name}]"))).unwrap();
    assert_eq!(
        filled,
        "# A\n\n<!-- generated: x y -->\n\n[x y]\n\n<!-- end -->\nrest\n"
    );
    assert_eq!(
        fill(&filled, |name| Some(format!("[{name}]"))).unwrap(),
        filled
    );
    assert!(fill(page, |_| None).is_err());
    assert!(fill("<!-- generated: x -->\n", |_| Some(String::new())).is_err());
}

#[test]
fn anchors_are_those_of_github() {
    let page = "# `a.b` c!\n## Same\n```sh\n# no heading\n```\n## Same\n### Ķēde, 2\n";
    let anchors: Vec<_> = headings(page)
        .into_iter()
        .map(|(_, _, anchor)| anchor)
        .collect();
    assert_eq!(anchors, ["ab-c", "same", "same-1", "ķēde-2"]);
}
