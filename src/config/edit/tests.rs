//! Edits of files as people write them: what differs afterwards is what was asked, and nothing else.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is"
)]

mod any;

use super::*;

fn path(segs: &[&str]) -> Vec<Seg> {
    segs.iter()
        .map(|seg| seg.parse().map_or_else(|_| Seg::from(*seg), Seg::At))
        .collect()
}

#[track_caller]
fn check(before: &str, change: &Change, after: &str) {
    assert_eq!(
        edited(before, std::slice::from_ref(change)).as_deref(),
        Ok(after),
        "{change:?}"
    );
}

fn allow(slug: &str) -> Yaml {
    Yaml::pair("salons", Yaml::pair(slug, "allow".into()))
}

const PEOPLE: &str = "\
# Who works here.
people:
  # The owner.
  ilze.owner: { name: 'Ilze O''Hara', email: \"ilze@chain.example\", access: [ { role: owner, at: all } ] } # always

  яна:   # key in Cyrillic
    name: { first: Яна, last: 'Берзиня' }  # as in the passport
    phone: \"+371 20000001\"
    access:   # by HR-1
      # the first
      - { role: floor, at: [center, mall] }  # since May

      - role: deputy   # for the summer
        at: { region: riga }
        because: |
          covers leave
          twice
    # end of Яна
  karlis:
    name: Kārlis
    access:
    - {role: floor,
       at: [
         center, # near home
         mall    # rarely
       ]}
  # nobody else
";

#[test]
fn a_key_is_set_replaced_and_removed_in_block_and_flow() {
    let leaves = Change::Set(
        path(&["people", "яна", "leaves"]),
        "2026-12-01T20:00".into(),
    );
    let after = PEOPLE.replace("0001\"\n", "0001\"\n    leaves: 2026-12-01T20:00\n");
    check(PEOPLE, &leaves, &after);
    check(
        &after,
        &Change::Remove(path(&["people", "яна", "leaves"])),
        PEOPLE,
    );
    let email = Change::Set(
        path(&["people", "ilze.owner", "email"]),
        "a\"b@chain.example".into(),
    );
    check(
        PEOPLE,
        &email,
        &PEOPLE.replace("ilze@chain", "a\\\"b@chain"),
    );
    let name = Change::Set(path(&["people", "ilze.owner", "name"]), "Ilze D'Or".into());
    check(PEOPLE, &name, &PEOPLE.replace("O''Hara", "D''Or"));
    let class = Change::Set(path(&["people", "ilze.owner", "class"]), "owner".into());
    check(
        PEOPLE,
        &class,
        &PEOPLE.replace("example\", access", "example\", class: owner, access"),
    );
    let gone = Change::Remove(path(&["people", "ilze.owner", "email"]));
    check(
        PEOPLE,
        &gone,
        &PEOPLE.replace(" email: \"ilze@chain.example\",", ""),
    );
    let why = Change::Set(
        path(&["people", "яна", "access", "1", "because"]),
        "ends: soon #1".into(),
    );
    check(
        PEOPLE,
        &why,
        &PEOPLE.replace(
            "|\n          covers leave\n          twice\n",
            "\"ends: soon #1\"\n",
        ),
    );
}

#[test]
fn lines_of_access_are_added_changed_and_removed_in_both_forms() {
    let line = Yaml::Map(vec![
        ("role".into(), "brand".into()),
        ("at".into(), "all".into()),
    ]);
    // As the last line is written.
    let add = Change::Add(path(&["people", "яна", "access"]), line.clone());
    let after = PEOPLE.replace(
        "          twice\n",
        "          twice\n      - role: brand\n        at: all\n",
    );
    check(PEOPLE, &add, &after);
    check(
        &after,
        &Change::Remove(path(&["people", "яна", "access", "2"])),
        PEOPLE,
    );
    let add = Change::Add(path(&["people", "ilze.owner", "access"]), line.clone());
    check(
        PEOPLE,
        &add,
        &PEOPLE.replace("at: all } ]", "at: all }, { role: brand, at: all } ]"),
    );
    let plus = Change::Set(
        path(&["people", "яна", "access", "0", "plus"]),
        allow("records_delete_access"),
    );
    check(
        PEOPLE,
        &plus,
        &PEOPLE.replace(
            "mall] }  #",
            "mall], plus: { salons: { records_delete_access: allow } } }  #",
        ),
    );
    let deep = path(&["people", "яна", "access", "1", "minus", "salons"]);
    let minus = Change::Add(deep, "clients_export_access".into());
    check(
        PEOPLE,
        &minus,
        &PEOPLE.replace(
            "          twice\n",
            "          twice\n        minus: { salons: [clients_export_access] }\n",
        ),
    );
    let until = Change::Set(
        path(&["people", "яна", "access", "1", "until"]),
        "2026-09-01".into(),
    );
    check(
        PEOPLE,
        &until,
        &PEOPLE.replace(
            "region: riga }\n",
            "region: riga }\n        until: 2026-09-01\n",
        ),
    );
    let first = Change::Remove(path(&["people", "яна", "access", "0"]));
    check(
        PEOPLE,
        &first,
        &PEOPLE.replace(
            "      # the first\n      - { role: floor, at: [center, mall] }  # since May\n\n",
            "",
        ),
    );
    let at = path(&["people", "karlis", "access", "0", "at"]);
    let mall = Change::Remove(path(&["people", "karlis", "access", "0", "at", "1"]));
    let after = PEOPLE.replace(
        "center, # near home\n         mall    # rarely\n",
        "center # near home\n",
    );
    check(PEOPLE, &mall, &after);
    let more = Change::Add(at.clone(), "spa".into());
    check(
        PEOPLE,
        &more,
        &PEOPLE.replace("mall    # rarely\n", "mall,    # rarely\n         spa\n"),
    );
    check(
        &after,
        &more,
        &after.replace(
            "center # near home\n",
            "center, # near home\n         spa\n",
        ),
    );
    let center = Change::Remove(path(&["people", "karlis", "access", "0", "at", "0"]));
    check(
        PEOPLE,
        &center,
        &PEOPLE.replace("         center, # near home\n", ""),
    );
    // The last line goes with what is said within it: the list stays, empty.
    let only = Change::Remove(path(&["people", "karlis", "access", "0"]));
    let (head, tail) = PEOPLE.split_once("\n    - {role: floor,\n").unwrap();
    let (_, tail) = tail.split_once("]}\n").unwrap();
    check(PEOPLE, &only, &format!("{head} []\n{tail}"));
    let bare = PEOPLE
        .replace(" # near home", "")
        .replace("    # rarely", "");
    let only = Change::Remove(path(&["people", "karlis", "access", "0"]));
    let (head, tail) = bare.split_once("    - {role: floor,").unwrap();
    let tail = tail.split_once("]}\n").unwrap().1;
    check(
        &bare,
        &only,
        &format!("{}: []\n{tail}", head.trim_end().trim_end_matches(':')),
    );
    check(
        "people:\n  a:\n    name: A\n    access: # why\n      - { role: r, at: all } # since\n",
        &Change::Remove(path(&["people", "a", "access", "0"])),
        "people:\n  a:\n    name: A\n    access: [] # why\n",
    );
    check(
        "people:\n  a:\n    name: A\n    access: []",
        &Change::Add(path(&["people", "a", "access"]), line),
        "people:\n  a:\n    name: A\n    access:\n      - { role: brand, at: all }",
    );
}

#[test]
fn a_person_is_added_as_the_others_are_written() {
    let anna = Yaml::Map(vec![
        ("name".into(), "Anna: the 2nd".into()),
        ("phone".into(), "+371 20000009".into()),
        (
            "access".into(),
            Yaml::List(vec![Yaml::Map(vec![
                ("role".into(), "floor".into()),
                ("at".into(), Yaml::texts(["mall"])),
            ])]),
        ),
    ]);
    let add = Change::Set(path(&["people", "anna"]), anna.clone());
    check(
        PEOPLE,
        &add,
        &PEOPLE.replace(
            "       ]}\n",
            "       ]}\n  anna:\n    name: \"Anna: the 2nd\"\n    phone: \"+371 20000009\"\n    access:\n      - { role: floor, at: [mall] }\n",
        ),
    );
    let flow = "people:\r\n  b: { name: B, access: [] }\r\n";
    check(
        flow,
        &add,
        "people:\r\n  b: { name: B, access: [] }\r\n  anna: { name: \"Anna: the 2nd\", phone: \"+371 20000009\", access: [{ role: floor, at: [mall] }] }\r\n",
    );
    for empty in ["", "# nobody yet\n", "# nobody yet"] {
        let after = edited(empty, std::slice::from_ref(&add)).unwrap();
        assert!(after.starts_with(empty));
        assert_eq!(
            value(&after).unwrap().get("people").unwrap().get("anna"),
            Some(&anna)
        );
    }
    let approvals = Change::Add(path(&["approvals"]), Yaml::pair("allow", "removals".into()));
    check(
        "people: {}\n",
        &approvals,
        "people: {}\napprovals:\n  - { allow: removals }\n",
    );
}

#[test]
fn what_is_added_stands_below_the_comments_of_what_is_above_it() {
    const TEXT: &str = "\
people:
  a:
    name: A
      # his name
    access:
      - { role: x, at: [b] }
        # until spring

    # the end of a
      # deeper
  # the end
";
    let line = Yaml::Map(vec![("role".into(), "z".into())]);
    check(
        TEXT,
        &Change::Add(path(&["people", "a", "access"]), line),
        &TEXT.replace("# until spring\n", "# until spring\n      - { role: z }\n"),
    );
    check(
        TEXT,
        &Change::Set(path(&["people", "a", "class"]), "z".into()),
        &TEXT.replace("# his name\n", "# his name\n    class: z\n"),
    );
    let entry = Yaml::Map(vec![("name".into(), "B".into())]);
    check(
        TEXT,
        &Change::Set(path(&["people", "b"]), entry),
        &TEXT.replace("      # deeper\n", "      # deeper\n  b:\n    name: B\n"),
    );
    // What would be a line too long to read is written on several.
    let long = Yaml::Map(vec![
        ("name".into(), "B".repeat(80).as_str().into()),
        ("email".into(), "bbbbbbbbbbbbbbbb@chain.example".into()),
        ("access".into(), Yaml::List(Vec::new())),
    ]);
    let flow = "people:\n  a: { name: A, access: [] }\n";
    check(
        flow,
        &Change::Set(path(&["people", "b"]), long),
        &format!(
            "{flow}  b:\n    name: {}\n    email: bbbbbbbbbbbbbbbb@chain.example\n    access: []\n",
            "B".repeat(80)
        ),
    );
}

#[test]
fn names_are_replaced_wherever_they_mean_the_same_and_nowhere_else() {
    let text = "\
people:
  'jana': { name: jana, used_by: [jana, \"jana\"], access: [ { role: jana, at: [jana] } ] } # jana
  bo: { name: Bo, access: [], was: jana }
contacts: { jana: { email: jana@x.example } }
policies:
  p: { kind: only, role: jana, people: [jana], waive: [ { person: jana, because: jana } ] }
approvals:
  - { allow: removals, people:
      - jana
    , by: jana }
";
    let text = text.replace("people:\n      - jana\n    , by", "people: [jana], by");
    let after = renamed(&text, Named::Person, "jana", "jana.berzina").unwrap();
    let expected = text
        .replace("'jana'", "'jana.berzina'")
        .replace(
            "used_by: [jana, \"jana\"]",
            "used_by: [jana.berzina, \"jana.berzina\"]",
        )
        .replace("contacts: { jana", "contacts: { jana.berzina")
        .replace("people: [jana]", "people: [jana.berzina]")
        .replace("person: jana", "person: jana.berzina")
        .replace("by: jana", "by: jana.berzina");
    assert_eq!(after, expected);
    assert_eq!(
        renamed(&after, Named::Person, "jana.berzina", "jana").unwrap(),
        text
    );
    let taken = renamed(&text, Named::Person, "jana", "bo").unwrap_err();
    assert_eq!((taken.why, taken.line), (Refused::Taken, Some(3)));
    assert_eq!(renamed(&text, Named::Person, "nobody", "x").unwrap(), text);
    let after = renamed(&text, Named::Role, "jana", "floor").unwrap();
    assert_eq!(after, text.replace("role: jana", "role: floor"));
}

#[test]
fn a_name_is_replaced_however_it_is_written() {
    let text = "people:\n  a: { name: A, access: [{ role: \"flo\\x6fr\", at: all }, { role: &r floor, at: [b] }, { role: *r, at: [c] }] }\n";
    assert_eq!(
        renamed(text, Named::Role, "floor", "base").unwrap(),
        "people:\n  a: { name: A, access: [{ role: \"base\", at: all }, { role: &r base, at: [b] }, { role: *r, at: [c] }] }\n"
    );
}

#[test]
fn a_name_that_cannot_be_changed_alone_is_shown_where_it_stands() {
    let text = "\
people:
  a: { name: A, access: [{ role: &r floor, at: all }] }
  b:
    name: B
    class: *r # means something else
    access: []
";
    let blocked = renamed(text, Named::Role, "floor", "base").unwrap_err();
    assert_eq!(
        (blocked.why, blocked.line, blocked.found.as_str()),
        (Refused::Form, Some(5), "class: *r # means something else")
    );
}

const REMARKS: &str = "\
people:
  яна:
    access: # by HR
      # both by HR-1
      - { role: a }
      - { role: b } # since May
      # replaces Anna
      - { role: c }
      - role: d
        at: # two
          - center # near
          # far off
          - mall   # only here
        # deeper: its own

      # the last
      - { role: e }
  ola:
    # alone
    access:
    # the only one
    - role: a # x
      at: [ # y
        center, # z
        # w
        mall # v
      ]
      # its own
    # below
";

#[test]
fn what_is_taken_out_takes_its_own_comments_along_and_no_other() {
    let without = |segs: &[&str], gone: &str| {
        let change = Change::Remove(path(segs));
        check(REMARKS, &change, &REMARKS.replace(gone, ""));
    };
    // Above several it stays, and what is apart from it stays.
    without(&["people", "яна", "access", "0"], "      - { role: a }\n");
    without(
        &["people", "яна", "access", "1"],
        "      - { role: b } # since May\n",
    );
    without(
        &["people", "яна", "access", "2"],
        "      # replaces Anna\n      - { role: c }\n",
    );
    let third = "      - role: d\n        at: # two\n          - center # near\n          # far off\n          - mall   # only here\n        # deeper: its own\n";
    without(&["people", "яна", "access", "3"], third);
    without(
        &["people", "яна", "access", "4"],
        "\n      # the last\n      - { role: e }\n",
    );
    without(
        &["people", "яна", "access", "3", "at", "1"],
        "          # far off\n          - mall   # only here\n",
    );
    // Where nothing else is left, what stands at the list itself stays.
    let list = REMARKS.find("    # the only one").unwrap();
    let below = REMARKS.find("    # below").unwrap();
    let mut text = REMARKS.to_owned();
    text.replace_range(list..below, "");
    let at = text.rfind("access:").unwrap() + "access:".len();
    text.insert_str(at, " []");
    check(
        REMARKS,
        &Change::Remove(path(&["people", "ola", "access", "0"])),
        &text,
    );
    // Between brackets.
    let change = Change::Remove(path(&["people", "ola", "access", "0", "at", "1"]));
    let after = REMARKS
        .replace("        # w\n        mall # v\n", "")
        .replace("center, # z", "center # z");
    check(REMARKS, &change, &after);
    let crlf = REMARKS.replace('\n', "\r\n");
    let change = Change::Remove(path(&["people", "яна", "access", "4"]));
    let gone = "\r\n      # the last\r\n      - { role: e }\r\n";
    check(&crlf, &change, &crlf.replace(gone, ""));
}

#[test]
fn a_comment_in_the_middle_is_named_where_it_stands() {
    let text = "people:\n  a:\n    at:\n      # only\n      region: riga # r\n    access: []\n";
    let change = Change::Set(path(&["people", "a", "at"]), Yaml::texts(["mall"]));
    assert_eq!(
        edited(text, std::slice::from_ref(&change)),
        Err(Refused::Form)
    );
    assert_eq!(
        obstacle(text, &change).as_deref(),
        Some("a comment stands in the middle of it (line 4)")
    );
}

#[test]
fn lines_end_as_most_of_the_file_does() {
    let text = "a: 1\r\nb: 2\nc: 3\n";
    check(
        text,
        &Change::Set(path(&["d"]), "x".into()),
        "a: 1\r\nb: 2\nc: 3\nd: x\n",
    );
}

#[test]
fn what_moves_brings_its_comments_where_there_is_room() {
    let at = |segs: &[&str]| remarks(REMARKS, &path(segs));
    let own = |above: &[&str], behind: Option<&str>| Remarks {
        above: above.iter().map(|it| (*it).to_owned()).collect(),
        behind: behind.map(str::to_owned),
    };
    let mall = at(&["people", "яна", "access", "3", "at", "1"]);
    assert_eq!(mall, own(&["# far off"], Some("# only here")));
    assert_eq!(
        at(&["people", "ola", "access", "0", "at", "0"]),
        own(&[], Some("# z"))
    );
    assert_eq!(
        at(&["people", "ola", "access", "0", "at", "1"]),
        own(&["# w"], Some("# v"))
    );
    assert_eq!(at(&["people", "яна", "access", "0"]), Remarks::default());
    let line = Yaml::Map(vec![
        ("role".into(), "f".into()),
        ("at".into(), "all".into()),
    ]);
    let bring =
        |who: &str| Change::Bring(path(&["people", who, "access"]), line.clone(), mall.clone());
    let after = REMARKS.replace(
        "{ role: e }\n",
        "{ role: e }\n      # far off\n      - { role: f, at: all } # only here\n",
    );
    check(REMARKS, &bring("яна"), &after);
    // Behind the first of several lines it would be about that one.
    let after = REMARKS.replace(
        "      # its own\n",
        "      # its own\n    # far off\n    # only here\n    - role: f\n      at: all\n",
    );
    check(REMARKS, &bring("ola"), &after);
    let flow = "people: { яна: { access: [{ role: a }] } }\n";
    check(
        flow,
        &bring("яна"),
        &flow.replace("a }]", "a }, { role: f, at: all }]"),
    );
}

#[test]
fn a_key_that_is_added_stands_at_its_place_in_settings_too() {
    let text = "\
version: 1
time_zone: Europe/Riga

# where the journal is
state: { dir: x }

systems: {}
fences: []
";
    let set = |key: &str, value: &str| Change::Set(path(&[key]), Yaml::pair(value, "x".into()));
    check(
        text,
        &set("contacts", "file"),
        &text.replace("{ dir: x }\n", "{ dir: x }\n\ncontacts: { file: x }\n"),
    );
    check(
        text,
        &set("sensitive", "a"),
        &text.replace("systems: {}\n", "systems: {}\n\nsensitive: { a: x }\n"),
    );
    // A section begins with its first entry, above what is said of the next one, and below what editors read.
    let people = Change::Set(
        path(&["people", "b"]),
        Yaml::Map(vec![("name".into(), "B".into())]),
    );
    let begun = "people:\n  b:\n    name: B\n";
    for (head, rest) in [
        ("", "policies: {}\n"),
        (
            "# yaml-language-server: $schema=x\n",
            "# rules\npolicies: {}\n",
        ),
        ("# head\n\n", "contacts: {}\n"),
    ] {
        check(
            &format!("{head}{rest}"),
            &people,
            &format!("{head}{begun}\n{rest}"),
        );
    }
    check(
        "locations: {}\npolicies: {}\n",
        &people,
        &format!("locations: {{}}\n\n{begun}policies: {{}}\n"),
    );
    check(
        "people: {} # none\npolicies: {}\n",
        &people,
        "people: # none\n  b:\n    name: B\npolicies: {}\n",
    );
}

#[test]
fn the_line_is_known_as_far_as_the_path_leads() {
    let text =
        "people:\n  a:\n    name: A\n    access:\n      - { role: x }\n      - { role: y }\n";
    let line = |path: &[Seg]| super::line_of(text, path);
    assert_eq!(line(&path(&["people", "a", "name"])), Some(3));
    assert_eq!(line(&path(&["people", "a", "leaves"])), Some(2));
    let mut second = path(&["people", "a", "access"]);
    second.push(Seg::At(1));
    assert_eq!(line(&second), Some(6));
}

#[test]
fn what_cannot_be_done_alone_is_not_done() {
    let text = "\
people:
  a: { name: A, access: &same [ { role: floor, at: all } ] }
  b: { name: B, access: *same }
  c: { name: &n C, access: [] }
";
    let change = |segs: &[&str]| Change::Set(path(segs), "x".into());
    let refused = |change: Change| assert_eq!(edited(text, &[change]), Err(Refused::Form));
    refused(change(&["people", "a", "access", "0", "role"]));
    refused(Change::Remove(path(&["people", "a"])));
    assert_eq!(
        obstacle(text, &change(&["people", "a", "access", "0", "role"])).as_deref(),
        Some("`&same` (line 2) is repeated as `*same` (line 3), which would change too")
    );
    // What an alias repeats is written out where it is to differ.
    check(
        text,
        &change(&["people", "b", "access", "0", "role"]),
        &text.replace("*same", "[{ role: x, at: all }]"),
    );
    let more = Change::Add(path(&["people", "b", "access"]), "x".into());
    check(
        text,
        &more,
        &text.replace("*same", "[{ role: floor, at: all }, x]"),
    );
    // The alias itself can be replaced, and an anchor that nobody uses stays.
    check(
        text,
        &change(&["people", "b", "access"]),
        &text.replace("*same", "x"),
    );
    check(
        text,
        &change(&["people", "c", "name"]),
        &text.replace("&n C", "&n x"),
    );
    assert_eq!(
        edited("people: [", &[change(&["a"])]),
        Err(Refused::Unreadable)
    );
    let nowhere = Change::Remove(path(&["people", "z"]));
    assert_eq!(edited(text, &[nowhere]), Err(Refused::NotThere));
    let through = Change::Set(path(&["people", "a", "name", "first"]), "x".into());
    assert_eq!(edited(text, &[through]), Err(Refused::NotThere));
    assert_eq!(
        alone(
            &value(text).unwrap(),
            &path(&["people", "a", "access", "0", "role"]),
            3
        )
        .len(),
        5
    );
    let nested = value("a: { plus: { salons: { x: allow } }, b: 1 }").unwrap();
    assert_eq!(
        alone(&nested, &path(&["a", "plus", "salons", "x"]), 1),
        path(&["a", "plus"])
    );
}
