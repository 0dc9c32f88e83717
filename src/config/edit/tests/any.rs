//! Any change of any file: it says what was meant, or nothing is changed.

use proptest::prelude::*;

use super::super::*;
use super::path;

/// One person as somebody may have written them; `{}` stands for the key.
const PERSONS: &[&str] = &[
    "  {}: { name: 'O''Hara', email: \"a@b.example\", access: [ { role: floor, at: [center, mall] } ] } # flow",
    "  {}:\n    # above\n    name: { first: Яна, last: Берзиня }\n    access:\n      - { role: floor, at: all } # one\n      # between\n      - role: deputy # two\n        at: { region: riga, except: [mall] }\n    # below",
    "  {}:\n    name: \"Кто-то: \\\"x\\\"\"\n    phone: '+371 20000001'   # work\n\n    access:\n    - role: floor\n      at:\n      - center\n      - mall # near\n    - {role: b, at: all}",
    "  ? {}\n  : name: Odd\n    access: []",
    "  \"{}\": {\n    name: Wide, # who\n    class: x,\n    access: [\n      { role: floor, at: all }, # first\n      { role: b,\n        at: [mall] } # second\n    ]\n  }",
    "  {}:\n    name: Tab\t# a\ttab\n    access:\t# of tabs\n      -\n        role: floor # r\n        at: [center]\n\n      # own\n      - # inner\n        role: b\n        at: all\n      # below",
    "  \"{}\":\n    {\n      \"name\": \"Json\", # why\n      \"access\": [\n        { \"role\": \"floor\", \"at\": \"all\" }\n      ]\n    }",
    "  {}:\n      name: Deep\n      because: |\n        two\n        lines\n      access: # none yet\n        - { role: floor, at: all }",
];

prop_compose! {
    fn files()(
        persons in prop::collection::vec(0..PERSONS.len(), 1..5),
        apart in any::<bool>(),
        crlf in any::<bool>(),
        end in any::<bool>(),
        mark in any::<bool>(),
    ) -> (String, usize) {
        let persons: Vec<String> = persons
            .iter()
            .enumerate()
            .map(|(at, which)| PERSONS[*which].replace("{}", &format!("ключ{at}")))
            .collect();
        let gap = if apart { "\n\n" } else { "\n" };
        let mut text = format!("# top\npeople: # all\n{}", persons.join(gap));
        if end {
            text.push('\n');
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if mark {
            text.insert(0, '\u{feff}');
        }
        (text, persons.len())
    }
}

/// A change of somebody, and the one that takes it back.
fn change(which: usize, person: usize, word: &str) -> (Change, Option<Change>) {
    let key = format!("ключ{person}");
    let at = |more: &[&str]| {
        let mut all = path(&["people", &key]);
        all.extend(path(more));
        all
    };
    let line = Yaml::Map(vec![
        ("role".into(), word.into()),
        ("at".into(), Yaml::texts(["center"])),
    ]);
    let new = |path: Vec<Seg>, value: Yaml| {
        (Change::Set(path.clone(), value), Some(Change::Remove(path)))
    };
    match which {
        0 => new(at(&["leaves"]), "2026-12-01".into()),
        1 => new(at(&["kind"]), word.into()),
        2 => new(
            at(&["never"]),
            Yaml::List(vec![Yaml::pair("salons", word.into())]),
        ),
        3 => (Change::Set(at(&["name"]), word.into()), None),
        4 => (Change::Add(at(&["access"]), line), None),
        5 => (Change::Remove(at(&["access", "0"])), None),
        6 => new(
            at(&["access", "0", "plus"]),
            Yaml::pair("salons", Yaml::pair("x", word.into())),
        ),
        7 => new(at(&["access", "0", "because"]), word.into()),
        8 => (Change::Set(at(&["access", "0", "role"]), word.into()), None),
        9 => (
            Change::Rename(path(&["people", &key]), "new".into()),
            Some(Change::Rename(path(&["people", "new"]), key.clone())),
        ),
        10 => (Change::Remove(path(&["people", &key])), None),
        _ => new(path(&["people", "new"]), Yaml::pair("name", word.into())),
    }
}

/// The lines of one text that the other does not have, and the other way round.
fn lines_of_difference(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let diff = similar::TextDiff::from_lines(before, after);
    let of = |tag| {
        let changes = diff.iter_all_changes().filter(move |it| it.tag() == tag);
        changes.map(|it| it.value().to_owned()).collect()
    };
    (
        of(similar::ChangeTag::Delete),
        of(similar::ChangeTag::Insert),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_says_what_was_meant_and_touches_nothing_else(
        (text, count) in files(),
        which in 0_usize..12,
        person in 0_usize..5,
        word in prop_oneof![
            Just("plain"), Just("с пробелом"), Just("a: b #c"), Just("yes"), Just("12"), Just("'"), Just("- x"), Just(" x ")
        ],
    ) {
        let (change, back) = change(which, person % count, word);
        let before = value(&text).unwrap();
        let mut wanted = before.clone();
        let possible = apply(&mut wanted, &change);
        match edited(&text, std::slice::from_ref(&change)) {
            Ok(after) => {
                prop_assert!(possible.is_ok());
                prop_assert_eq!(value(&after), Some(wanted));
                prop_assert_eq!(text.contains("\r\n"), after.contains("\r\n"));
                prop_assert!(!text.contains("\r\n") || !after.replace("\r\n", "").contains('\n'));
                prop_assert_eq!(text.starts_with('\u{feff}'), after.starts_with('\u{feff}'));
                prop_assert_eq!(text.ends_with('\n'), after.ends_with('\n'), "{}", after);
                let (gone, come) = lines_of_difference(&text, &after);
                // What is taken away as a whole has as many lines as it had; all else is one line, or two.
                let takes = matches!(change, Change::Remove(_));
                prop_assert!(takes || gone.len() <= 3, "{}", difference("f", &text, &after));
                prop_assert!(come.len() <= if takes { 2 } else { 4 }, "{}", difference("f", &text, &after));
                if !takes {
                    for comment in gone.iter().filter_map(|line| line.split_once("# ")) {
                        let kept = come.iter().any(|line| line.contains(comment.1.trim()));
                        prop_assert!(kept, "{}", difference("f", &text, &after));
                    }
                }
                if let Some(back) = back {
                    prop_assert_eq!(edited(&after, &[back]), Ok(text.clone()), "{}", after);
                }
            }
            Err(Refused::Form) => {
                // Comments in the middle of what would be taken away.
                prop_assert!(possible.is_ok() && text.contains('#'));
                prop_assert!(matches!(change, Change::Remove(_)) || text.contains('?'), "{:?}\n{}", change, text);
            }
            Err(_) => prop_assert!(possible.is_err()),
        }
    }

    #[test]
    fn any_text_is_read_back_as_it_was_meant(word in "\\PC{0,12}") {
        let wanted = Yaml::Map(vec![("a".into(), Yaml::List(vec![word.as_str().into()])), ("b".into(), word.as_str().into())]);
        let block = edited("b: 1\n", &[Change::Set(path(&["b"]), word.as_str().into()), Change::Set(path(&["a"]), Yaml::texts([word.as_str()]))]);
        prop_assert_eq!(value(&block.unwrap()), Some(wanted.clone()));
        let flow = edited("{ b: 'x' }\n", &[Change::Set(path(&["b"]), word.as_str().into()), Change::Set(path(&["a"]), Yaml::texts([word.as_str()]))]);
        prop_assert_eq!(value(&flow.unwrap()), Some(wanted));
    }
}
