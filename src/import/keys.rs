//! Keys from names: ASCII, readable, unique, and nothing of a hostile name in them.
//!
//! Not identity: two people of one name get two keys. Invariant: a key is letters and digits with single dots or hyphens
//! between them, never empty, never a word of the language, and depends on nothing but the name and on what is taken.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words that mean something where a key could stand.
const RESERVED: &[&str] = &[
    "all",
    "allow",
    "at",
    "because",
    "chain",
    "deny",
    "description",
    "except",
    "extends",
    "false",
    "from",
    "in",
    "location",
    "minus",
    "never",
    "no",
    "none",
    "null",
    "off",
    "on",
    "plus",
    "role",
    "self",
    "several-places",
    "system",
    "tags",
    "title",
    "true",
    "unlisted",
    "unmanaged",
    "until",
    "yes",
];

/// Words that end no phrase.
const OPEN: &[&str] = &[
    "a", "an", "and", "at", "by", "for", "from", "in", "may", "not", "of", "on", "or", "the", "to",
    "with", "without",
];

/// No key is longer, so that a number still fits behind it.
const LONGEST: usize = 48;

/// The words of a name in lower-case ASCII. Letters without a likeness there are left out.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in name.nfc() {
        let before = word.len();
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        } else if let Some(latin) = latin(c) {
            word.push_str(latin);
        } else {
            let bare = std::iter::once(c).nfd().filter(|c| !is_combining_mark(*c));
            for c in bare {
                if c.is_ascii_alphanumeric() {
                    word.push(c.to_ascii_lowercase());
                } else if let Some(latin) = latin(c) {
                    word.push_str(latin);
                }
            }
        }
        let is_part = c.is_alphanumeric() || matches!(c, '\'' | '’' | '`') || is_combining_mark(c);
        if word.len() == before && !is_part && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The likeness of a letter that has no decomposition.
fn latin(c: char) -> Option<&'static str> {
    let lower = c.to_lowercase().next().unwrap_or(c);
    Some(match lower {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'ё' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' => "i",
        'й' => "j",
        'ї' => "ji",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ў' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "c",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'ю' => "ju",
        'я' => "ja",
        'ł' => "l",
        'ø' | 'œ' => "o",
        'æ' => "ae",
        'ß' => "ss",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ə' => "e",
        _ => return None,
    })
}

/// The key of a person: first and last word of the name.
pub(super) fn person(name: &str) -> String {
    let words = words(name);
    match (words.first(), words.last()) {
        (Some(first), Some(last)) if words.len() > 1 => {
            cut(&format!("{}.{}", cut(first, 20), cut(last, 24)), LONGEST)
        }
        (Some(only), _) => cut(only, LONGEST),
        _ => String::new(),
    }
}

/// The key of a place, a role or a system: all words.
pub(super) fn dashed(name: &str) -> String {
    let whole = words(name).join("-");
    let short = cut(&whole, LONGEST);
    let is_half = |whole: &str, short: &str| {
        let rest = whole.strip_prefix(short);
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('-'))
    };
    if short == whole {
        return whole;
    }
    // Half a word is none, and half a phrase neither.
    let mut short = match short.rsplit_once('-') {
        Some((words, _)) if is_half(&whole, &short) => words,
        _ => &short,
    };
    while let Some((words, last)) = short.rsplit_once('-')
        && OPEN.contains(&last)
    {
        short = words;
    }
    short.to_owned()
}

fn cut(text: &str, longest: usize) -> String {
    let cut: String = text.chars().take(longest).collect();
    cut.trim_end_matches(['.', '-']).to_owned()
}

/// Whether a key can be typed and means nothing else.
pub(super) fn is_good(key: &str) -> bool {
    key.bytes().any(|b| b.is_ascii_alphabetic()) && !RESERVED.contains(&key)
}

/// Keys that are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// With these keys gone already.
    pub(super) fn with<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(keys.into_iter().map(str::to_lowercase).collect())
    }

    /// The key, or it with the smallest number behind it that is free; `instead` where there is none that can be typed: no
    /// letter is in it, or the word means something.
    pub(super) fn free(&mut self, key: &str, instead: &str) -> String {
        let key = if is_good(key) { key } else { instead };
        let mut number = 1_u32;
        loop {
            let candidate = if number == 1 {
                key.to_owned()
            } else {
                format!("{key}-{number}")
            };
            number += 1;
            if RESERVED.contains(&candidate.as_str()) {
                continue;
            }
            if self.0.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

/// A text of a vendor as one printable line: what acts on a terminal, reorders a line or breaks it becomes a space.
pub(super) fn clean(text: &str) -> String {
    const LONGEST: usize = 120;
    let hostile = |c: char| {
        c.is_control()
            || matches!(c,
                '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let text: String = text
        .nfc()
        .map(|c| if hostile(c) { ' ' } else { c })
        .collect();
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_keys_that_can_be_typed() {
        for (name, key) in [
            ("Jana Bērziņa", "jana.berzina"),
            ("Jana Marija Bērziņa-Kalniņa", "jana.kalnina"),
            ("Ольга Щукина", "olga.schukina"),
            ("O'Brien", "obrien"),
            ("Łukasz Żółć", "lukasz.zolc"),
            ("  ", ""),
            ("李小龍", ""),
            ("a\nb: {c}", "a.c"),
        ] {
            assert_eq!(person(name), key, "{name}");
        }
        assert_eq!(dashed("Rīga Mall, 2. stāvs"), "riga-mall-2-stavs");
        let long = "Team member, more appointments, calendar without past days";
        assert_eq!(dashed(long), "team-member-more-appointments-calendar");
        let long = "Stylist may not change the comment of an appointment";
        assert_eq!(dashed(long), "stylist-may-not-change-the-comment");
        // A whole name ends as it ends.
        assert_eq!(dashed("The place to be in"), "the-place-to-be-in");
    }

    #[test]
    fn keys_are_unique_and_no_words_of_the_language() {
        let mut taken = Taken::with(["jana"]);
        assert_eq!(taken.free("jana", "person-1"), "jana-2");
        assert_eq!(taken.free("jana", "person-1"), "jana-3");
        assert_eq!(taken.free("", "person-1"), "person-1");
        assert_eq!(taken.free("12", "person-12"), "person-12");
        assert_eq!(taken.free("2026.23", "person-13"), "person-13");
        assert_eq!(taken.free("all", "location-4"), "location-4");
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]
        #[test]
        fn no_name_breaks_out(name in "\\PC*|[\\x00-\\x7f]{0,40}") {
            let good = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
                && !key.contains("..") && !key.ends_with(['.', '-']) && !key.starts_with(['.', '-']);
            proptest::prop_assert!(good(&person(&name)));
            proptest::prop_assert!(good(&dashed(&name)));
            let breaks = clean(&name).contains(['\n', '\r', '\u{202e}', '\0']);
            proptest::prop_assert!(!breaks);
        }
    }
}
