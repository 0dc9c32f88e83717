//! The verbs of daily work where something is easily lost: comments, team members, the right file, days that have passed.

use std::fs;

use crate::support::{copy_example, root};
use crate::verbs::Chain;

const TEAM: &str = "\
people:
  # Vita has two lines.
  vita:
    name: Vita
    phone: \"+371 20000021\"
    # until spring
    paused: { from: 2097-01-10, until: 2097-03-01 }
    access: # by HR
      # both by HR-1
      - { role: floor, at: [center] }
      - { role: 'стилист', at: [center] } # since May
      # replaces Anna
      - role: floor # second
        at:
          # the first
          - mall
          # by the sea
          - harbor   # only here
        because: 'HR-2: \"x\"'

      # the last
      - { role: &r floor, at: [harbor], from: 2026-01-01 }

  # Zane: one line.
  zane:
    name: Zane
    phone: \"+371 20000022\"
    access:
      # all there is
      - { role: floor, at: [mall] } # near home
";

fn with_team() -> Chain {
    let chain = Chain::new();
    fs::write(chain.path("people/team.yaml"), TEAM).unwrap();
    let (code, told) = chain.run(&["check"]);
    assert_eq!(code, 0, "{told}");
    chain
}

/// What differs in the file with comments, as `-` and `+`.
#[track_caller]
fn team(chain: &Chain, arguments: &[&str]) -> Vec<String> {
    let before = chain.text("people/team.yaml");
    assert_eq!(chain.edit(arguments), Vec::<String>::new());
    let after = chain.text("people/team.yaml");
    let diff = similar::TextDiff::from_lines(&before, &after);
    let changes = diff
        .iter_all_changes()
        .filter(|it| it.tag() != similar::ChangeTag::Equal);
    changes
        .map(|it| format!("{}{}", it.tag(), it.value().trim_end()))
        .collect()
}

#[test]
fn comments_go_where_what_they_are_about_goes() {
    let chain = with_team();
    let team = |arguments: &[&str]| team(&chain, arguments);
    // A place with its comments to a line of its own, and the comment above the lines around it stays.
    assert_eq!(
        team(&[
            "move",
            "vita",
            "--from",
            "harbor",
            "--to",
            "center",
            "--on",
            "2097-05-01"
        ]),
        [
            "-          # by the sea",
            "-          - harbor   # only here",
            "-      - { role: &r floor, at: [harbor], from: 2026-01-01 }",
            "+      - { role: &r floor, at: [harbor], from: 2026-01-01, until: 2097-04-30 }",
            "+      # by the sea",
            "+      - { role: floor, at: [harbor], until: 2097-04-30, because: \"HR-2: \\\"x\\\"\" } # only here",
            "+      - { role: floor, at: [center], from: 2097-05-01, because: \"HR-2: \\\"x\\\"\" }",
            "+      - { role: floor, at: [center], from: 2097-05-01 }",
        ]
    );
    // A remark above several lines stays, one above a line alone goes with it.
    assert_eq!(
        team(&["revoke", "vita", "стилист"]),
        ["-      - { role: 'стилист', at: [center] } # since May"]
    );
    assert_eq!(
        team(&["revoke", "vita", "floor", "--at", "mall"]),
        [
            "-      # replaces Anna",
            "-      - role: floor # second",
            "-        at:",
            "-          # the first",
            "-          - mall",
            "-        because: 'HR-2: \"x\"'",
        ]
    );
    assert_eq!(
        team(&["return", "vita"]),
        [
            "-    # until spring",
            "-    paused: { from: 2097-01-10, until: 2097-03-01 }",
        ]
    );
    // The only line with all that is its own, and what stands at the list stays.
    assert_eq!(
        team(&["revoke", "zane", "floor"]),
        [
            "-    access:",
            "-      # all there is",
            "-      - { role: floor, at: [mall] } # near home",
            "+    access: []",
        ]
    );
    assert_eq!(
        team(&["revoke", "vita", "floor"]),
        [
            "-    access: # by HR",
            "-      # both by HR-1",
            "-      - { role: floor, at: [center] }",
            "-",
            "-      # the last",
            "-      - { role: &r floor, at: [harbor], from: 2026-01-01, until: 2097-04-30 }",
            "-      # by the sea",
            "-      - { role: floor, at: [harbor], until: 2097-04-30, because: \"HR-2: \\\"x\\\"\" } # only here",
            "-      - { role: floor, at: [center], from: 2097-05-01, because: \"HR-2: \\\"x\\\"\" }",
            "-      - { role: floor, at: [center], from: 2097-05-01 }",
            "+    access: [] # by HR",
        ]
    );
}

#[test]
fn a_comment_without_room_where_its_line_goes_is_told() {
    let chain = with_team();
    let text = "\
people:
  zane:
    name: Zane
    phone: \"+371 20000022\"
    access: [{ role: floor, at: [
      mall, # near home
      center
    ] }]
";
    fs::write(chain.path("people/team.yaml"), text).unwrap();
    let verb = ["move", "zane", "--from", "mall", "--to", "harbor"];
    let (code, told) = chain.run(&[&verb[..], &["--on", "2097-05-01", "--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("the comment `# near home` has no room"),
        "{told}"
    );
}

#[test]
fn a_line_that_could_never_act_is_not_written() {
    let chain = with_team();
    let text = TEAM.replace(
        "  zane:\n    name: Zane\n",
        "  zane:\n    name: Zane\n    starts: 2097-02-01\n    leaves: 2097-06-30\n",
    );
    let gone = "  ola: { name: Ola, phone: \"+371 20000023\", leaves: 2026-01-31, access: [{ role: floor, at: [mall] }] }\n";
    fs::write(chain.path("people/team.yaml"), text + gone).unwrap();
    let refused = |arguments: &[&str], why: &str| {
        chain.refused(1, arguments, &format!("error[date-order]: {why}"));
    };
    let grant = ["grant", "zane", "floor", "--at", "harbor"];
    let with = |more: &[&'static str]| [&grant[..], more].concat();
    refused(
        &with(&["--until", "2026-01-31"]),
        "2026-01-31 has passed: the line would never act",
    );
    refused(
        &with(&["--until", "2097-01-31"]),
        "the line would be over (2097-01-31) before `zane` begins (2097-02-01)",
    );
    refused(
        &with(&["--from", "2097-07-01"]),
        "`zane` leaves (2097-06-30) before that",
    );
    refused(
        &["grant", "ola", "floor", "--at", "harbor"],
        "`ola` has left (2026-01-31), and cannot get a role",
    );
    let to = ["--from", "mall", "--to", "harbor"];
    refused(
        &[&["move", "ola", "--on", "2026-01-01"][..], &to].concat(),
        "`ola` has left (2026-01-31), and cannot move",
    );
    refused(
        &[&["move", "zane", "--on", "2097-07-01"][..], &to].concat(),
        "`zane` leaves (2097-06-30) before that",
    );
    refused(
        &["revoke", "zane", "floor", "--on", "2097-07-02"],
        "`zane` leaves (2097-06-30) before that",
    );
    refused(
        &[
            "pause",
            "karlis",
            "--from",
            "2026-01-01",
            "--until",
            "2026-02-01",
        ],
        "2026-02-01 has passed: the rest would never act",
    );
    let join = ["join", "new", "--name", "New", "--phone", "+37120000029"];
    let line = ["--role", "floor", "--at", "mall", "--until", "2026-02-01"];
    refused(
        &[&join[..], &line].concat(),
        "2026-02-01 has passed: the line would never act",
    );
    let line = ["--role", "floor", "--at", "mall", "--until", "2097-02-01"];
    refused(
        &[&join[..], &line, &["--from", "2097-03-01"]].concat(),
        "the line would be over (2097-02-01) before `new` begins (2097-03-01)",
    );
    // Where they have not begun there is nothing to end: the line is changed, and no dead one is left.
    let before = chain.text("people/team.yaml");
    let (code, told) =
        chain.run(&[&["move", "zane", "--on", "2097-01-01", "--yes"][..], &to].concat());
    assert_eq!(code, 0, "{told}");
    assert_eq!(
        chain.text("people/team.yaml"),
        before.replace("at: [mall] } # near home", "at: [harbor] } # near home")
    );
}

#[test]
fn a_day_that_has_passed_means_now_and_that_is_said() {
    let chain = with_team();
    for (verb, day) in [
        (
            &["move", "karlis", "--from", "mall", "--to", "harbor", "--on"][..],
            "2026-01-31",
        ),
        (&["revoke", "zane", "floor", "--on"], "2026-01-31"),
        (&["leave", "anna", "--at"], "2026-01-31"),
    ] {
        let (code, told) = chain.run(&[verb, &[day, "--yes"]].concat());
        assert_eq!(code, 0, "{told}");
        let said = format!("note: {day} has passed: it counts from now on");
        assert!(told.contains(&said), "{told}");
    }
    assert!(
        chain
            .text("people/riga.yaml")
            .contains("harbor    # rarely")
    );
    // Somebody who is back is back: no rest that is over stays.
    let pause = [
        "pause",
        "vita",
        "--from",
        "2026-01-01",
        "--until",
        "2097-03-01",
    ];
    let (code, told) = chain.run(&[&pause[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    let (code, told) = chain.run(&["return", "vita", "--on", "2026-03-01", "--yes"]);
    assert_eq!(code, 0, "{told}");
    assert!(!chain.text("people/team.yaml").contains("paused"), "{told}");
}

#[test]
fn a_team_member_is_named_with_the_line_that_needs_one() {
    let chain = Chain::new();
    let join = |key: &str, more: &[&str]| {
        let phone = format!("+3712000004{}", key.len());
        let join = ["join", key, "--name", "New", "--phone", &phone, "--yes"];
        chain.run(&[&join[..], &["--role", "floor"], more].concat())
    };
    // `floor` says `self`: somebody has to say who that is.
    let (code, told) = join("a", &["--at", "center,mall"]);
    assert_eq!(code, 0, "{told}");
    let note = "note: the role says `self` of salons at Rīga Mall: `--staff NAME` names";
    assert!(told.contains(note), "{told}");
    let (code, told) = join("bb", &["--at", "center,mall", "--staff", "Bea B."]);
    assert_eq!(code, 0, "{told}");
    assert!(!told.contains("says `self`"), "{told}");
    let text = chain.text("people/riga.yaml");
    assert!(
        text.contains("    accounts: { salons: { staff: { center: Bea B., mall: Bea B. } } }\n    access:\n      - { role: floor, at: [center, mall] }\n"),
        "{text}"
    );
    let each = ["--staff", "mall=17", "--staff", "salons:center=none"];
    let (code, told) = join("ccc", &[&["--at", "center,mall"][..], &each].concat());
    assert_eq!(code, 0, "{told}");
    let text = chain.text("people/riga.yaml");
    assert!(
        text.contains("{ salons: { staff: { mall: 17, center: none } } }"),
        "{text}"
    );
    // Where somebody goes, and where they get a role.
    let verb = ["move", "bb", "--from", "mall", "--to", "harbor"];
    let (code, told) = chain.run(&[&verb[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("`--staff NAME` names the one at harbor"),
        "{told}"
    );
    let verb = [
        "grant", "bb", "floor", "--at", "mall", "--staff", "Bea B. 2",
    ];
    let (code, told) = chain.run(&[&verb[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    let verb = ["move", "a", "--from", "mall", "--to", "harbor"];
    let (code, told) = chain.run(&[&verb[..], &["--staff", "A.", "--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    let text = chain.text("people/riga.yaml");
    for line in [
        "accounts: { salons: { staff: { center: Bea B., mall: Bea B. 2 } } }",
        "accounts: { salons: { staff: { harbor: A. } } }",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    for (staff, why) in [
        ("mal=X", "did you mean `mall`?"),
        ("salon:mall=X", "did you mean `salons`?"),
        ("mall=", "names nobody"),
    ] {
        let (code, told) = join("dddd", &["--at", "mall", "--staff", staff]);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains(why), "{told}");
    }
    let bare = ["join", "e", "--name", "E", "--phone", "+37120000049"];
    chain.refused(
        1,
        &[&bare[..], &["--staff", "E."]].concat(),
        "it is not said where",
    );
}

#[test]
fn somebody_new_stands_where_the_people_of_their_place_do() {
    let chain = Chain::new();
    fs::write(
        chain.path("people/several-places.yaml"),
        "people:\n  s1: { name: S, phone: \"+37120000051\", access: [{ role: floor, at: [center, harbor] }] }\n  s2: { name: S, phone: \"+37120000052\", access: [{ role: floor, at: [center, harbor] }] }\n  s3: { name: S, phone: \"+37120000053\", access: [{ role: floor, at: [center, harbor] }] }\n",
    )
    .unwrap();
    fs::write(
        chain.path("people/center.yaml"),
        "people:\n  c: { name: C, phone: \"+37120000054\", access: [{ role: floor, at: [center] }] }\n",
    )
    .unwrap();
    let join = |key: &str, at: &str| {
        let phone = format!("+3712000006{}", key.len());
        let join = ["join", key, "--name", "New", "--phone", &phone, "--yes"];
        let (code, told) = chain.run(&[&join[..], &["--role", "floor", "--at", at]].concat());
        assert_eq!(code, 0, "{told}");
        let files = ["center", "mall", "several-places", "riga"];
        let mut files = files.iter().map(|file| format!("people/{file}.yaml"));
        files
            .find(|file| {
                let text = fs::read_to_string(chain.path(file)).unwrap_or_default();
                text.contains(&format!("  {key}:"))
            })
            .unwrap()
    };
    assert_eq!(join("x", "center"), "people/center.yaml");
    assert_eq!(join("xx", "center,harbor"), "people/several-places.yaml");
    // The first of a place where files are named after places.
    let people = chain.text("people/riga.yaml");
    let people = people
        .replace("[center, mall]", "[center, harbor]")
        .replace(
            "         mall    # rarely\n",
            "         harbor    # rarely\n",
        )
        .replace("{ region: riga }", "{ region: riga, except: [mall] }");
    fs::write(chain.path("people/riga.yaml"), people).unwrap();
    assert_eq!(join("xxx", "mall"), "people/mall.yaml");
    let text = chain.text("people/mall.yaml");
    assert!(text.starts_with("people:\n  xxx:\n"), "{text}");
}

#[test]
fn a_refused_rename_says_where_what_stands_in_its_way() {
    let chain = with_team();
    chain.refused(
        1,
        &["role", "rename", "floor", "deputy"],
        "roles.yaml:8: there is a role `deputy` already",
    );
    chain.refused(
        1,
        &["person", "rename", "karlis", "anna"],
        "people/coast.yml:2: `anna` is somebody's key already",
    );
    let text = TEAM.replace("    name: Zane\n", "    name: Zane\n    class: *r\n");
    fs::write(chain.path("people/team.yaml"), text).unwrap();
    chain.refused(
        1,
        &["role", "rename", "floor", "base"],
        "people/team.yaml:27: `class: *r` is written in a way",
    );
}

const CONTACTS: &str = "\
contacts:
  jana: { email: jana@salons.example }
  karlis: { phone: \"+37120000003\" } # his own
";

/// `examples/hello` in the folder `p`, with contacts in a file beside it.
fn with_contacts_outside() -> Chain {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("p")).unwrap();
    copy_example(&root().join("examples/hello"), &folder.path().join("p"));
    let chain = Chain { folder };
    let people = chain.text("p/people.yaml");
    let people = people
        .replace("    email: jana@salons.example\n", "")
        .replace("    phone: \"+37120000003\"\n", "");
    fs::write(chain.path("p/people.yaml"), people).unwrap();
    keep_contacts(&chain, "file: ../priv/c.yaml");
    fs::create_dir(chain.path("priv")).unwrap();
    fs::write(chain.path("priv/c.yaml"), CONTACTS).unwrap();
    chain
}

fn keep_contacts(chain: &Chain, source: &str) {
    let settings = chain.text("p/keyholder.yaml");
    let settings = settings
        .lines()
        .filter(|line| !line.starts_with("contacts:"));
    let mut settings: Vec<&str> = settings.collect();
    let contacts = format!("contacts: {{ {source} }}\n");
    settings.push(&contacts);
    fs::write(chain.path("p/keyholder.yaml"), settings.join("\n")).unwrap();
}

#[track_caller]
fn done(chain: &Chain, arguments: &[&str]) -> String {
    let (code, told) = chain.run(&[&["-C", "p"], arguments].concat());
    assert_eq!(code, 0, "{arguments:?}: {told}");
    told
}

#[test]
fn erase_and_rename_reach_contacts_outside_of_the_folder() {
    let chain = with_contacts_outside();
    chain.git(&["init", "-q", "-b", "main"]);
    chain.git(&["config", "user.name", "t"]);
    chain.git(&["config", "user.email", "t@chain.example"]);
    chain.git(&["add", "p"]);
    chain.git(&["commit", "-q", "-m", "one"]);
    // What a branch alone has cannot rename what all of them share.
    let branch = ["person", "rename", "jana", "j.b", "--branch", "b", "--yes"];
    let (code, told) = chain.run(&[&["-C", "p"], &branch[..]].concat());
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("contacts of `jana` stand in ../priv/c.yaml"),
        "{told}"
    );
    done(
        &chain,
        &["person", "rename", "jana", "j.b", "--commit", "--yes"],
    );
    assert_eq!(chain.text("priv/c.yaml"), CONTACTS.replace("jana:", "j.b:"));
    assert_eq!(
        chain.git(&["show", "--format=", "--name-only", "HEAD"]),
        "p/people.yaml\n"
    );
    done(&chain, &["apply", "--sandbox", "--yes"]);
    let told = done(&chain, &["erase", "karlis", "--sandbox", "--yes"]);
    let left = chain.text("priv/c.yaml");
    assert!(
        left.contains("j.b: {") && !left.contains("karlis"),
        "{left}"
    );
    assert!(!left.contains("20000003"), "{left}");
    assert!(
        !told.contains("  ../priv/c.yaml: ") && !told.contains("20000003"),
        "{told}"
    );
}

#[test]
fn erase_names_the_command_that_has_contacts() {
    let chain = with_contacts_outside();
    done(&chain, &["apply", "--sandbox", "--yes"]);
    keep_contacts(&chain, "command: cat ../priv/c.yaml");
    let erase = ["erase", "karlis", "--sandbox", "--yes", "--allow-commands"];
    let told = done(&chain, &erase);
    assert!(
        told.contains("  output of the contacts command: key, phone\n")
            && !told.contains("20000003"),
        "{told}"
    );
    assert_eq!(chain.text("priv/c.yaml"), CONTACTS);
}

#[test]
fn who_joins_on_another_branch_stops_nobody_by_shared_contacts() {
    let chain = with_contacts_outside();
    let more = format!("{CONTACTS}  valdis.new: {{ email: v@salons.example }}\n");
    fs::write(chain.path("priv/c.yaml"), &more).unwrap();
    let told = done(&chain, &["check", "--notes"]);
    assert!(
        told.contains("note[unknown-person]") && told.contains("valdis.new"),
        "{told}"
    );
    done(&chain, &["plan", "--sandbox"]);
    done(&chain, &["apply", "--sandbox", "--yes"]);
    done(&chain, &["apply", "--sandbox", "--due", "--yes"]);
    // A slip is seen without asking.
    fs::write(chain.path("priv/c.yaml"), format!("{more}  jna: {{}}\n")).unwrap();
    let told = done(&chain, &["check"]);
    assert!(
        told.contains("warning[unknown-person]") && told.contains("did you mean `jana`"),
        "{told}"
    );
    // In a file of the project nobody else can have meant it.
    fs::write(chain.path("p/contacts.yaml"), "contacts: { x: {} }\n").unwrap();
    let (code, told) = chain.run(&["-C", "p", "check"]);
    assert!(
        code == 1 && told.contains("error[unknown-person]"),
        "{told}"
    );
}
