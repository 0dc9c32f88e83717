//! Text from outside, made harmless for a terminal and a CI log.
//!
//! Control, bidirectional, zero-width and tag characters are shown as `\u{...}`: an attacker who may edit a YAML file
//! must not be able to move the cursor, reorder a line or hide a letter in the report that a reviewer reads.

use std::fmt::Write as _;

/// Whether a character does something else than being seen.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Appends a character, escaped where it is hostile.
pub(super) fn push(out: &mut String, c: char) {
    if is_hostile(c) {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
    } else {
        out.push(c);
    }
}

/// A whole text on one line.
pub(super) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut out, c);
    }
    defuse(out)
}

/// A text that may have several lines of its own, such as a help with an example.
pub(super) fn lines(text: &str) -> String {
    let parts: Vec<String> = text.split('\n').map(line).collect();
    parts.join("\n")
}

/// Breaks what a CI runner would take for a command in its log: `::add-mask::`, `##[group]`, `##vso[...]`.
fn defuse(text: String) -> String {
    if !text.contains("::") && !text.contains("##") {
        return text;
    }
    let text = text
        .replace("##[", "#\\u{23}[")
        .replace("##vso[", "#\\u{23}vso[");
    let mut out = String::with_capacity(text.len());
    for (number, word) in text.split(' ').enumerate() {
        if number > 0 {
            out.push(' ');
        }
        match word.strip_prefix("::") {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                out.push_str(":\\u{3A}");
                out.push_str(rest);
            }
            _ => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_seen_instead_of_obeyed() {
        assert_eq!(
            line("a\u{1b}[31mb\u{202e}c\0\u{200b}"),
            "a\\u{1B}[31mb\\u{202E}c\\u{0}\\u{200B}"
        );
        assert_eq!(line("Žanna, Дарья, 花子"), "Žanna, Дарья, 花子");
        assert_eq!(lines("one\ntwo\r"), "one\ntwo\\u{D}");
    }

    #[test]
    fn commands_to_a_ci_runner_are_broken() {
        assert_eq!(line("::add-mask::x"), ":\\u{3A}add-mask::x");
        assert_eq!(line("a ##[group]x"), "a #\\u{23}[group]x");
        assert_eq!(line("a::b"), "a::b");
    }
}
