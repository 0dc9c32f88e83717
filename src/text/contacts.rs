//! Contacts in text: where a line has e-mail addresses and phone numbers, and the line without them.
//!
//! Not a parser of contacts: that is the model's. Invariant: no contact that the model accepts is left in the forms in
//! which people write it; what only looks like one may be hidden as well.

use std::ops::Range;

/// A line of text with every e-mail address and every phone number in it masked.
///
/// For lines of YAML that stand in plans and reports: who reads why does not have to read whom to write to.
pub fn mask_contacts(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut at = 0;
    for hidden in contacts_in(line) {
        masked.push_str(line.get(at..hidden.start).unwrap_or_default());
        masked.push('…');
        at = hidden.end;
    }
    masked.push_str(line.get(at..).unwrap_or_default());
    masked
}

/// The bytes of a line that hide its contacts when they are left out: of each address and number all but what is enough
/// to recognize it. In order, and apart from each other.
///
/// Wider than the grammar where the two differ: what only looks like a contact is hidden as well.
pub fn contacts_in(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // An address may hold a `+` and digits, so what is left of the line is searched for numbers.
    let mut done = 0;
    for (at, _) in line.match_indices('@') {
        let before = line.get(done..at).unwrap_or_default();
        let Some((local, domain)) = email_around(before, line.get(at + 1..).unwrap_or_default())
        else {
            continue;
        };
        let (start, end) = (at - local, at + 1 + domain);
        phones_in(line, done..start, &mut found);
        let host = at + 1;
        let tail = line.get(host..end).and_then(|domain| domain.rfind(DOTS));
        found.push(middle(line, start..at));
        found.push(middle(line, host..host + tail.unwrap_or(domain)));
        done = end;
    }
    phones_in(line, done..line.len(), &mut found);
    found
}

/// All but the first character; of a single one nothing is shown.
fn middle(line: &str, part: Range<usize>) -> Range<usize> {
    let text = line.get(part.clone()).unwrap_or_default();
    let second = text.char_indices().nth(1);
    part.start + second.map_or(0, |(at, _)| at)..part.end
}

/// The bytes before and after an `@` that are of an address; none where it is of none.
///
/// Quotes and braces may be of the address or of the YAML around it: at its beginning they are left as they are, which
/// shows nothing of whoever has it.
fn email_around(before: &str, after: &str) -> Option<(usize, usize)> {
    let is_of_local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_{|}~-.`".contains(c);
    let start = before.rfind(|c| !is_of_local(c)).map_or(0, |at| {
        at + before[at..].chars().next().map_or(0, char::len_utf8)
    });
    let local = &before[start..];
    let named = local.trim_start_matches(|c: char| !c.is_alphanumeric());
    let local = if named.is_empty() { local } else { named };
    let is_of_domain =
        |c: char| !c.is_whitespace() && (!c.is_ascii_punctuation() || "-.".contains(c));
    let most = after.find(|c| !is_of_domain(c)).unwrap_or(after.len());
    let most = after.floor_char_boundary(most.min(MOST_OF_A_DOMAIN));
    let domain = &after[..most];
    // Signs behind it may be of the sentence.
    let ends = domain
        .char_indices()
        .rev()
        .filter(|(_, c)| c.is_alphanumeric());
    let mut ends = ends.map(|(at, c)| at + c.len_utf8());
    let end = ends.find(|&end| {
        let goes_on = domain[end..]
            .chars()
            .next()
            .is_some_and(char::is_alphanumeric);
        !goes_on && has_labels(&domain[..end])
    })?;
    (!local.is_empty()).then_some((local.len(), end))
}

/// Whether it is names with dots between them.
fn has_labels(domain: &str) -> bool {
    domain.contains(DOTS) && domain.split(DOTS).all(|label| !label.is_empty())
}

/// The dots of domains: those of other scripts mean the same.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Bytes of the longest domain that is looked at; one in another script is longer than its 253 in ASCII.
const MOST_OF_A_DOMAIN: usize = 512;

/// Hides the phone numbers in a part of a line: `+`, digits, and what people write between them.
fn phones_in(line: &str, part: Range<usize>, found: &mut Vec<Range<usize>>) {
    let text = line.get(part.clone()).unwrap_or_default();
    for (at, _) in text.match_indices('+') {
        let run = text.get(at + 1..).unwrap_or_default();
        let is_of_phone = |c: char| c.is_ascii_digit() || " \u{a0}-.()".contains(c);
        let run = &run[..run.find(|c| !is_of_phone(c)).unwrap_or(run.len())];
        let mut digits = run.match_indices(|c: char| c.is_ascii_digit());
        // More than the 15 of a number may be two, or a number and a day.
        let (Some((third, _)), Some((last, _))) = (digits.nth(2), digits.nth_back(1)) else {
            continue;
        };
        // Between these are as many as make it eight.
        if digits.count() >= 3 {
            let from = part.start + at + 1;
            found.push(from + third + 1..from + last);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn masks_contacts_wherever_they_stand_in_a_line() {
        for (line, masked) in [
            (
                "jana: { email: jana@chain.example, phone: \"+371 20 00-00 01\", roles: [] }",
                "jana: { email: j…@c….example, phone: \"+371…01\", roles: [] }",
            ),
            ("[jana+1@цепь.example]", "[j…@ц….example]"),
            ("+37120000001 +371 20000002", "+371…01 +371…02"),
            ("(+371)\u{a0}20000001.", "(+371…01."),
            ("+371 20000001 2026-11-28", "+371…28"),
            ("'o''neil@chain.example'", "'o…@c….example'"),
            ("{jana@chain.example: x}", "{j…@c….example: x}"),
            ("{a{b}c@chain.example}", "{a…@c….example}"),
            ("x@jana@chain.example", "x@j…@c….example"),
            ("a@b.example/c@d.example.", "…@….example/…@….example."),
            ("жанна@chain.example", "ж…@c….example"),
            ("jana+37120000001@chain.example", "j…@c….example"),
            ("..jana@chain.example…", "..j…@c….example…"),
            (
                "a @chain.example, b@localhost",
                "a @chain.example, b@localhost",
            ),
            (
                "- { role: a+b, at: [mall], from: 2026-11-28 }",
                "- { role: a+b, at: [mall], from: 2026-11-28 }",
            ),
            ("+1 + +", "+1 + +"),
            ("", ""),
        ] {
            assert_eq!(mask_contacts(line), masked);
        }
    }

    proptest! {
        #[test]
        fn what_is_hidden_is_in_order_and_apart(line in "[ -~а-я@+0-9.…\u{a0}]{0,60}") {
            let mut at = 0;
            for hidden in contacts_in(&line) {
                prop_assert!(at <= hidden.start && hidden.start < hidden.end);
                prop_assert!(line.get(hidden.clone()).is_some());
                at = hidden.end;
            }
        }
    }
}
