//! The canonical form: in order, spelled alike, with every comment, and once is enough.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is"
)]

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(before: &str, after: &str) {
    let found = formatted(before, false).unwrap();
    assert_eq!(found.text, after);
    assert_eq!(found.left, Vec::<String>::new());
    assert_eq!(formatted(after, false).unwrap().text, after, "once more");
}

#[test]
fn keys_come_in_the_documented_order_with_their_comments() {
    check(
        "\
# Head.


people:   
  # about Jana
  jana:
    # all she has
    access: # two
      - at: [mall]
        role: floor # the base
        # why
        because: |
          covers leave

          twice   
    # how to reach her

    phone: \"+371 (2) 000-0001\"   # mobile
      # deeper, so of the phone
    name: Яна


  karlis: {access: [ {at: all,role: 'floor'},{ role: a, at: [x,y] } ], email: \"K@Chain.Example\",name: {last: B, first: K}} # flow
  # last
roles:
  floor: { salons: { rights: { b: allow, a: deny }, role: worker }, title: Floor }
",
        "\
# Head.

roles:
  floor: { title: Floor, salons: { role: worker, rights: { b: allow, a: deny } } }
people:
  # about Jana
  jana:
    name: Яна
    # how to reach her

    phone: \"+37120000001\"   # mobile
      # deeper, so of the phone
    # all she has
    access: # two
      - role: floor # the base
        at: [mall]
        # why
        because: |
          covers leave

          twice   

  karlis: { name: { first: K, last: B }, email: \"k@chain.example\", access: [{ role: 'floor', at: all }, { role: a, at: [x, y] }] } # flow
  # last
",
    );
}

#[test]
fn a_comment_stays_with_the_key_above_which_it_stands() {
    check(
        "\
# yaml-language-server: $schema=x.json
# who works here
people:
  jana: # hers

    # ask before you use her e-mail
    email: jana@chain.example
      # under the e-mail
    name: Jana
    access:
      # the only one
      - at: all
        # why at all
        role: x
  karlis:
    access:
      # all of his
      - { role: x, at: all }
      # nothing more
    name: K
      # his name, the last key

    # the end of him
  # the end
# where they are
locations:
  a: { title: A }
",
        "\
# yaml-language-server: $schema=x.json
# where they are
locations:
  a: { title: A }
# who works here
people:
  jana: # hers
    name: Jana

    # ask before you use her e-mail
    email: jana@chain.example
      # under the e-mail
    access:
      # the only one
      - at: all
        # why at all
        role: x
  karlis:
    name: K
      # his name, the last key
    access:
      # all of his
      - { role: x, at: all }
      # nothing more

    # the end of him
  # the end
",
    );
    // A file whose last line has no end, and whose last value moves up.
    check(
        "people:\n  a:\n    access: []\n    name: >-\n      A\n      B",
        "people:\n  a:\n    name: >-\n      A\n      B\n    access: []\n",
    );
}

#[test]
fn what_has_no_canonical_form_stays() {
    let text = "\
people:
  \"b\": { name: 'B', access: [
    { role: x, at: [c] }, # comment
    {at: all,
     role: y}] }
  a:
      name: >-
        A
        folded
      access: &mine
      - { role: x, at: &both [c, d] }
      - { role: y, at: *both }
";
    let after = text.to_owned();
    check(text, &after);
    let crlf = "people:\r\n  a: { name: A, access: [] }\r\n";
    check(crlf, crlf);
    check("\u{feff}people: {}\n", "\u{feff}people: {}\n");
    check("", "");
    check("# only this", "# only this\n");
}

#[test]
fn an_entry_that_cannot_be_shown_to_stay_the_same_is_left_and_named() {
    // The alias would come before its anchor.
    let text = "\
people:
  a: { access: &lines [], name: A, email: A@chain.example }
  b: { phone: &p \"+371 20000001\", name: B, access: [] }
  c: { access: *lines, name: C }
";
    let found = formatted(text, false).unwrap();
    assert!(
        found
            .text
            .contains("  a: { name: A, email: a@chain.example, access: &lines [] }\n"),
        "{}",
        found.text
    );
    assert!(
        found.text.contains("  c: { name: C, access: *lines }\n"),
        "{}",
        found.text
    );
    let text =
        "people:\n  a: { access: &x [], never: *x, name: A }\n  b: { access: [], name: B }\n";
    let found = formatted(text, false).unwrap();
    assert_eq!(found.left, ["people: a"]);
    assert_eq!(
        found.text,
        "people:\n  a: { access: &x [], never: *x, name: A }\n  b: { name: B, access: [] }\n"
    );
    assert_eq!(formatted("people: [", false), Err(Refused::Unreadable));
}

#[test]
fn settings_have_an_order_of_their_own() {
    let found = formatted(
        "systems:\n  s:\n    hands: [a] # who\n    kind: altegio\nversion: 1\n",
        true,
    );
    assert_eq!(
        found.unwrap().text,
        "version: 1\nsystems:\n  s:\n    kind: altegio\n    hands: [a] # who\n"
    );
}

/// Pieces of files as people write them.
fn entry() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("    phone: \"+371 20000001\" # c1"),
        Just("    email: A@Chain.Example"),
        Just("    name: 'Я'   # c2"),
        Just("    # c3"),
        Just("      # c4 deeper"),
        Just(""),
        Just("   "),
        Just(
            "    access:\n    - { at: all, role: x } # c5\n    - role: y\n      # c6\n      at: [a,b]"
        ),
        Just("    access:\n      - at: [c]\n        role: z"),
        Just("    accounts: {s: { staff: {a: b}, id: 5 }}"),
        Just("    class: |\n      one   \n\n      two"),
        Just("    paused: { until: 2027-01-01,from: 2026-01-01 }"),
        Just("    starts: &d 2026-01-01"),
        Just("    leaves: *d"),
        Just("    never: [ { salons: a, because: 'b: c' } ] # c7"),
    ];
    prop::collection::vec(line, 1..9).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn once_is_enough_and_nothing_is_lost(entries in prop::collection::vec(entry(), 1..4), crlf: bool) {
        let mut text = "# c0\npeople:\n".to_owned();
        for (at, entry) in entries.iter().enumerate() {
            text.push_str(&format!("  p{at}:\n    kind: person\n{entry}\n"));
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let Ok(found) = formatted(&text, false) else { return Ok(()) };
        let (_, mut wanted) = tree::read(&text).unwrap();
        spell(&mut wanted, &mut Vec::new());
        let (new, value) = tree::read(&found.text).unwrap();
        let (old, _) = tree::read(&text).unwrap();
        prop_assert_eq!(comments::owned(&new), comments::owned(&old));
        if found.left.is_empty() {
            prop_assert!(value == wanted, "{}", found.text);
        }
        let again = formatted(&found.text, false).unwrap();
        prop_assert_eq!(again.text, found.text);
    }
}
