//! Taking contacts and names out of what a vendor said.
//!
//! Not an escape for terminals. Invariant: what comes out is bounded and holds no `@`, no run of
//! digits that may be a phone number and none of the texts that were named.

/// Longest text that is kept of one message, in characters.
const LONGEST: usize = 300;
/// Digits from which on a number may be a phone's.
const PHONE_DIGITS: usize = 7;

/// The text without contacts, and without any of `private`, cut to a bearable length.
pub fn scrub(text: &str, private: &[&str]) -> String {
    let mut text: String = text.chars().take(LONGEST * 4).collect();
    for word in private {
        // Shorter ones would tear holes into ordinary words.
        if word.chars().count() >= 3 {
            text = text.replace(word, "<name>");
        }
    }
    let without_mail: Vec<String> = text
        .split(char::is_whitespace)
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.contains('@') {
                "<contact>".to_owned()
            } else {
                word.to_owned()
            }
        })
        .collect();
    let text = without_numbers(&without_mail.join(" "));
    if text.chars().count() > LONGEST {
        text.chars().take(LONGEST).chain(['…']).collect()
    } else {
        text
    }
}

/// Replaces runs of digits and what is written between the digits of a phone number.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    let close = |run: &mut String, out: &mut String| {
        if run.chars().filter(char::is_ascii_digit).count() >= PHONE_DIGITS {
            out.push_str("<number>");
            // The white space around a number is not part of it.
            let tail = run.len() - run.trim_end_matches([' ', '(', '.']).len();
            out.push_str(run.get(run.len() - tail..).unwrap_or_default());
        } else {
            out.push_str(run);
        }
        run.clear();
    };
    for c in text.chars() {
        let begins = c.is_ascii_digit() || c == '+';
        let goes_on = begins || matches!(c, ' ' | '-' | '(' | ')' | '.' | '\u{a0}');
        if (run.is_empty() && begins) || (!run.is_empty() && goes_on) {
            run.push(c);
        } else {
            close(&mut run, &mut out);
            out.push(c);
        }
    }
    close(&mut run, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_and_names_go_and_the_rest_stays() {
        assert_eq!(
            scrub(
                "invites.0.email: jana@chain.example is taken by Jana B.",
                &["Jana B"]
            ),
            "invites.0.email: <contact> is taken by <name>."
        );
        assert_eq!(
            scrub("phone +371 (20) 000-001 is taken (422), 3 tries", &[]),
            "phone <number> is taken (422), 3 tries"
        );
        assert_eq!(scrub("37120000001", &[]), "<number>");
        assert_eq!(
            scrub("user 8812 at 10231: no", &[]),
            "user 8812 at 10231: no"
        );
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(scrub(&"é".repeat(5000), &[]).chars().count(), LONGEST + 1);
    }
}
