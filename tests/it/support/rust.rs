//! Rust text without what is said about it: comments and literals blanked out, lines kept.
//!
//! Not a parser: it knows just enough of the language's letters that a rule about code cannot be tripped, or dodged, by
//! a comment or a string.

/// The same text with the contents of comments and of string and character literals replaced by spaces.
pub(crate) fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_comment(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            '"' => string(&chars, at),
            'r' if !follows_word(&chars, at) => raw_string(&chars, at).unwrap_or(at),
            '\'' => character(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(
                chars[at..end]
                    .iter()
                    .map(|&c| if c == '\n' { c } else { ' ' }),
            );
            at = end;
        }
    }
    out
}

/// The code that is not under `#[cfg(test)]`.
pub(crate) fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut parts = code.split("#[cfg(test)]");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let mut depth = 0_usize;
        let end = part.char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && matches!(c, '}' | ';')
        });
        out.push_str(end.map_or("", |(at, _)| &part[at + 1..]));
    }
    out
}

/// Every path that begins with the word `root`, such as `crate`, groups and all: `crate::{a, b::c}` is two paths.
pub(crate) fn paths(code: &str, root: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&format!("{root}::")) {
        let before = code[..at].chars().next_back();
        let part_of_path = code[..at].ends_with("::");
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || part_of_path {
            continue;
        }
        let tokens = tokens(&code[at..]);
        tree(&tokens, &mut 0, &[], &mut found);
    }
    found
}

/// Whether a word stands in the code as a word of its own; `needle` may hold `::` and `!`.
pub(crate) fn names(code: &str, needle: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(needle).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(is_word)
            && !code[at + needle.len()..]
                .chars()
                .next()
                .is_some_and(is_word)
    })
}

fn tokens(code: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    let mut rest = code.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(more) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(more);
                }
                // Two words in a row outside a group: the path is over (`crate::a as b` does not matter).
                if depth == 0 && out.last().is_some_and(|last| last != "::") {
                    break;
                }
                out.push(word);
            }
            ':' if rest.next_if_eq(&':').is_some() => out.push("::".into()),
            '{' if out.last().is_some_and(|last| last == "::" || depth > 0) => {
                depth += 1;
                out.push("{".into());
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push("}".into());
                if depth == 0 {
                    break;
                }
            }
            ',' | '*' if depth > 0 => out.push(c.into()),
            c if c.is_whitespace() => {}
            _ => break,
        }
    }
    out
}

/// Reads one path or group of a use tree and appends the whole paths it stands for.
fn tree(tokens: &[String], at: &mut usize, before: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(*at) {
        match token.as_str() {
            "::" => *at += 1,
            "{" => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| token != "}") {
                    if tokens.get(*at).is_some_and(|token| token == ",") {
                        *at += 1;
                    } else {
                        tree(tokens, at, &path, found);
                    }
                }
                *at += 1;
                return;
            }
            "," | "}" => break,
            "as" => *at += 2,
            word => {
                path.push(word.to_owned());
                *at += 1;
            }
        }
    }
    found.push(path);
}

fn follows_word(chars: &[char], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| chars.get(before))
        .is_some_and(|c| (c.is_alphanumeric() && *c != 'b') || *c == '_')
}

fn line_comment(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    at + rest.iter().position(|c| *c == '\n').unwrap_or(rest.len())
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut end = at;
    while end < chars.len() {
        match (chars[end], chars.get(end + 1)) {
            ('/', Some('*')) => (depth, end) = (depth + 1, end + 2),
            ('*', Some('/')) => (depth, end) = (depth - 1, end + 2),
            _ => end += 1,
        }
        if depth == 0 {
            break;
        }
    }
    end.min(chars.len())
}

fn string(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() {
        match chars[end] {
            '\\' => end += 2,
            '"' => return end + 1,
            _ => end += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let mut end = open + 1;
    while end < chars.len() {
        let closing = chars[end + 1..].iter().take_while(|c| **c == '#').count();
        if chars[end] == '"' && closing >= hashes {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
    Some(chars.len())
}

/// A character literal; a lifetime is none.
fn character(chars: &[char], at: usize) -> Option<usize> {
    match (chars.get(at + 1)?, chars.get(at + 2)?) {
        ('\\', _) => {
            let end = chars[at + 3..].iter().position(|c| *c == '\'')?;
            Some(at + 3 + end + 1)
        }
        (_, '\'') => Some(at + 3),
        _ => None,
    }
}

#[test]
fn comments_and_literals_are_blanked() {
    let code = code_only("a /* x /* y */ */ b // c\n\"q\\\"r\" r#\"s\"t\"# 'x' '\\'' &'life d");
    let words: Vec<_> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "b", "&'life", "d"]);
}

#[test]
fn unit_tests_are_left_out() {
    let code = "a #[cfg(test)] mod tests; b #[cfg(test)] mod t { fn x() { } } c";
    let code = without_tests(code);
    let words: Vec<_> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "b", "c"]);
}

#[test]
fn paths_are_found_in_groups() {
    let code =
        "use crate::{a::{B, c::D}, e as f};\nlet x = crate::g::h(1); pub(crate) fn my_crate::no";
    let found: Vec<_> = paths(code, "crate")
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(
        found,
        ["crate::a::B", "crate::a::c::D", "crate::e", "crate::g::h"]
    );
}
