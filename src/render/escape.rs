//! The one door through which text from outside reaches a terminal.
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

    proptest! {
        #[test]
        fn nothing_hostile_comes_through(text in ".*") {
            prop_assert!(terminal(&text).chars().all(|c| !is_hostile(c)));
        }
    }
}
