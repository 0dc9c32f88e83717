//! The one door through which text from outside reaches a terminal, a page or a file that others read.
//!
//! Names, vendor messages and YAML lines may hold escape sequences, direction overrides or line breaks. What is not
//! plainly printable is shown as `\u{..}`; plain text is borrowed, not copied. Writers of other formats add their own
//! door here and nowhere else.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The most characters of one foreign text that are shown; the rest is an ellipsis.
const LONGEST: usize = 200;

/// A text from outside as a terminal may show it: one line, no control, no invisible and no direction-changing
/// characters, at most 200 characters.
pub fn terminal(text: &str) -> Cow<'_, str> {
    within(text, LONGEST)
}

/// The same for whole lines that hold several foreign texts: at most 4,000 characters.
pub fn terminal_long(text: &str) -> Cow<'_, str> {
    within(text, LONGEST * 20)
}

/// A text from outside inside a line of Markdown, after words of our own: it shows as it is and means nothing. No
/// heading, no box, no link, no mention, no comment; one line as [`terminal_long`] has it, without blanks at its ends.
pub fn markdown(text: &str) -> String {
    let text = terminal_long(text.trim());
    let mut safe = String::with_capacity(text.len() + 16);
    let mut only_digits = true;
    let mut first = true;
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        let next = rest.chars().next();
        // Some look for boxes, too.
        let apart = is_sought(c, rest) || (c == '[' && first);
        let plain = match c {
            // The dot of an address, and the one behind a list's number.
            '.' => {
                next.is_none_or(char::is_whitespace) && !only_digits && !safe.ends_with(['w', 'W'])
            }
            // Addresses are linked by their scheme.
            ':' => next != Some('/'),
            '-' | '+' | '=' => !first,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '!'
            | '|' | '~' | '&' | '$' => false,
            _ => true,
        };
        if !plain {
            safe.push('\\');
        }
        safe.push(c);
        if apart {
            safe.push_str(APART);
        }
        first = false;
        only_digits &= c.is_ascii_digit();
    }
    safe
}

/// A comment that shows nothing, and keeps apart what it stands between.
pub const APART: &str = "<!-- -->";

/// No picture has a longer name.
const PICTURE: usize = 48;

/// Whether trackers look for a character with what follows it in the text that is shown, where a backslash is gone by then:
/// mentions, numbers of issues, requests, milestones and what else they link, and the names of little pictures.
fn is_sought(c: char, rest: &str) -> bool {
    match c {
        '@' => true,
        '#' | '!' | '%' | '$' | '&' | '~' => {
            rest.starts_with(|c: char| c == '"' || c.is_alphanumeric())
        }
        ':' => {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
            let after = rest.trim_start_matches(is_of_name);
            let name = rest.strip_suffix(after).unwrap_or_default();
            // What comes behind the text may be a colon. A time is no name, and neither is a hash.
            let may_end = after.is_empty()
                && name.len() <= PICTURE
                && name.contains(|c: char| !c.is_ascii_digit());
            !name.is_empty() && (may_end || after.starts_with(':'))
        }
        _ => false,
    }
}

/// A text from outside as [`html`] has it, where trackers look for what to link, too.
pub fn markup(text: &str, long: bool) -> String {
    let text = if long {
        terminal_long(text)
    } else {
        terminal(text)
    };
    let mut safe = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        push_html(&mut safe, c);
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        if is_sought(c, rest) {
            safe.push_str(APART);
        }
    }
    safe
}

fn push_html(safe: &mut String, c: char) {
    match c {
        '&' => safe.push_str("&amp;"),
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        '"' => safe.push_str("&quot;"),
        '\'' => safe.push_str("&#39;"),
        _ => safe.push(c),
    }
}

/// The same for a part of a line: a name, or a sentence that may be `long`.
pub fn markdown_line(text: &str, long: bool) -> String {
    if long {
        markdown(text)
    } else {
        markdown(&terminal(text))
    }
}

/// A text from outside as the text of an HTML element or the value of an attribute in quotes: one line as [`terminal`]
/// has it, or as [`terminal_long`] has it where it is `long`.
pub fn html(text: &str, long: bool) -> String {
    let text = if long {
        terminal_long(text)
    } else {
        terminal(text)
    };
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_html(&mut safe, c);
    }
    safe
}

/// A text from outside as a cell of a table that a spreadsheet opens: never a formula, one line.
///
/// What a spreadsheet would take for one gets an apostrophe in front, also behind blanks, which some of them skip.
pub fn cell(text: &str) -> String {
    let safe = terminal_long(text);
    let begins = safe.trim_start().chars().next();
    let is_formula = matches!(
        begins,
        Some(
            '=' | '+'
                | '-'
                | '@'
                | '\''
                | '|'
                | '%'
                | '\u{ff1d}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff20}'
        )
    );
    if is_formula {
        format!("'{safe}")
    } else {
        safe.into_owned()
    }
}

/// A JSON value as it is printed, on lines of its own and safe.
pub fn value(value: &serde_json::Value) -> String {
    json(&format!("{value:#}\n")).into_owned()
}

/// JSON as text that is safe to print: what a terminal would obey can stand only inside strings, where its escape means
/// the same.
pub fn json(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || !is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        // Between the values there are line ends and blanks only.
        if c != '\n' && is_hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// A text from outside in a message of a CI runner's command: one line of a log that is no command of its own.
pub fn command(text: &str) -> String {
    terminal_long(text)
        .replace('%', "%25")
        .replace("##", "#\\u{23}")
}

/// The same in a property of a command.
pub fn command_property(text: &str) -> String {
    command(text).replace(':', "%3A").replace(',', "%2C")
}

/// A value to be typed exactly: as code where it can be, so that it is copied as it is; else as [`markdown`] has it.
pub fn markdown_value(text: &str) -> String {
    let exact = !text.is_empty()
        && text.len() <= LONGEST
        && text.trim() == text
        && !text
            .chars()
            .any(|c| matches!(c, '`' | '<' | '|') || is_hostile(c));
    if exact {
        format!("`{text}`")
    } else {
        markdown(text)
    }
}

fn within(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest && text.chars().all(|c| !is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len().min(longest * 2));
    for (count, c) in text.chars().enumerate() {
        if count == longest {
            safe.push('…');
            break;
        }
        if is_hostile(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Whether a character could change what surrounds it, or hide.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_borrowed_and_hostile_text_is_shown() {
        assert!(matches!(
            terminal("Jana Bērziņa"),
            Cow::Borrowed("Jana Bērziņa")
        ));
        assert_eq!(
            terminal("a\u{1b}[31mb\u{202e}c\nd"),
            "a\\u{1b}[31mb\\u{202e}c\\u{a}d"
        );
        assert_eq!(terminal(&"x".repeat(10_000)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn markdown_means_nothing() {
        for (text, shown) in [
            ("Jana Bērziņa-Kalniņa, Mall", "Jana Bērziņa-Kalniņa, Mall"),
            ("- [x] done", "\\- \\[x\\] done"),
            ("1. one", "1\\. one"),
            (
                "<!-- keyholder:step 0 -->",
                "\\<\\!-- keyholder:step 0 --\\>",
            ),
            ("see www.evil.example", "see www\\.evil\\.example"),
            ("https://evil", "https\\://evil"),
            ("@jana", "@<!-- -->jana"),
            ("fixes #12", "fixes \\#<!-- -->12"),
            ("# a\n# b", "\\# a\\\\u\\{a\\}\\# b"),
            ("![x](y)|", "\\!\\[x\\]\\(y\\)\\|"),
            ("[x] done", "\\[<!-- -->x\\] done"),
            ("No. 5", "No. 5"),
            ("www.", "www\\."),
            (":smile: 10:30 a:b", ":<!-- -->smile: 10:30 a:<!-- -->b"),
            (":+1", ":<!-- -->+1"),
            ("09:00", "09:00"),
            (":100:", ":<!-- -->100:"),
            ("30% %1 %\"M\"", "30% %<!-- -->1 %<!-- -->\"M\""),
            (
                "!7 &8 $9 ~bug",
                "\\!<!-- -->7 \\&<!-- -->8 \\$<!-- -->9 \\~<!-- -->bug",
            ),
            ("", ""),
        ] {
            assert_eq!(markdown(text), shown, "{text:?}");
        }
        assert_eq!(markdown_value("jana@chain.example"), "`jana@chain.example`");
        assert_eq!(markdown_value("a`b"), "a\\`b");
    }

    /// Takes out what we put in, so that what remains is what the text itself could do.
    fn bare(safe: &str) -> String {
        let mut bare = String::new();
        let safe = safe.replace("@<!-- -->", "").replace(APART, "");
        let mut chars = safe.chars();
        while let Some(c) = chars.next() {
            if c == '\\' {
                chars.next();
                bare.push('·');
            } else {
                bare.push(c);
            }
        }
        bare
    }

    proptest! {
        #[test]
        fn markdown_has_no_live_character(text in "([-+=*_#.:/!<>|~%&$@(){}\\[\\]`\\\\ \\n0-9a-z]|www[.]|https://|<!-- |.){0,40}") {
            let safe = markdown(&text);
            prop_assert!(!safe.chars().any(is_hostile));
            let bare = bare(&safe);
            prop_assert!(!bare.contains(['`', '*', '_', '{', '}', '[', ']', '(', ')', '<', '>', '#', '!', '|', '~', '&', '$', '@']), "{safe}");
            prop_assert!(!bare.contains("://") && !bare.contains("www."), "{safe}");
            prop_assert!(!safe.starts_with(['-', '+', '=', ' ']), "{safe}");
            // As it is shown, a comment counting as something between.
            let apart = safe.replace(APART, "\u{0}");
            let mut chars = apart.chars();
            let mut shown = String::new();
            while let Some(c) = chars.next() {
                shown.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
            for (at, c) in shown.char_indices() {
                let rest = &shown[at + c.len_utf8()..];
                prop_assert!(rest.starts_with('\u{0}') || !is_sought(c, rest), "{safe}");
            }
        }

        #[test]
        fn a_value_stays_in_its_code(text in "([`<|@ \\n\\[x\\]a]|.){0,20}") {
            let safe = markdown_value(&text);
            let code = safe.strip_prefix('`').and_then(|safe| safe.strip_suffix('`'));
            prop_assert_eq!(code.map_or_else(|| safe.clone(), str::to_owned), code.map_or_else(|| markdown(&text), |_| text.clone()));
        }

        #[test]
        fn nothing_hostile_comes_through(text in ".*") {
            prop_assert!(terminal(&text).chars().all(|c| !is_hostile(c)));
        }
    }
}
