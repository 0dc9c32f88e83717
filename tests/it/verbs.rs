//! The verbs of daily work through the program, on files as people write them: the difference is what was asked for.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A project in a folder of its own.
pub(crate) struct Chain {
    pub(crate) folder: tempfile::TempDir,
}

const SETTINGS: &str = "\
# Настройки
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    tokens: { partner: { env: A }, user: { env: B } }
    acting: robot
    hands: [\"ilze.owner\"] # who does what no interface can
protected: ['ilze.owner']
fences:
  - { files: [\"people/coast.yml\"], keys: [people], roles: [floor, 'стилист'] }
";

const PLACES: &str = "\
locations:
  center: { title: Rīga Centrs, tags: { region: riga }, in: { salons: 1 } }
  mall: { title: Rīga Mall, tags: { region: riga }, in: { salons: 2 } }
  harbor: { title: Порт, tags: { region: coast }, in: { salons: 3 } }
";

const ROLES: &str = "\
roles:
  floor: # the base
    salons: &base { role: worker, unlisted: deny, rights: { timetable.*: allow, timetable_staff_id: self } }
  'стилист':
    title: Стилист
    extends: [ floor ]   # two blanks too many
    salons: { rights: { records_create_access: allow } }
  deputy: { salons: { role: administrator, unlisted: deny, rights: { records_create_access: allow } } }
policies:
  deputies: { kind: only, role: deputy, people: [ 'яна.берзина', ilze.owner ] }
";

pub(crate) const RIGA: &str = "\
# Who works in Riga.  (two blanks)
people:
  # The owner.
  ilze.owner: { name: 'Ilze O''Hara', email: \"ilze@chain.example\", access: unmanaged } # always

  robot: { kind: service, name: Robot, accounts: { salons: { id: 1 } }, access: unmanaged }

  \"яна.берзина\":   # key in Cyrillic
    name: { first: Яна, last: 'Берзиня' }  # as in the passport
    phone: \"+371 20000001\"
    access:   # by HR-1
      # the first
      - { role: стилист, at: &both [center, mall] }  # since May

      - role: deputy   # for the summer
        at: { region: riga }
        because: |
          covers leave
          twice
        until: 2097-03-01
    # end of Яна

  karlis:
    name: Kārlis
    email: 'karlis@chain.example'
    was: karl
    access:
    - {role: floor,
       at: [
         center, # near home
         mall    # rarely
       ]}
  # nobody else
";

pub(crate) const COAST: &str = "\
people:
  anna: {name: Anna, phone: \"+371 20000003\", access: [{role: 'стилист', at: [harbor]}]}\r
  боря: {name: Боря, phone: '+371 20000004', access: [{role: floor, at: [harbor], from: 2026-01-01}]}
";

impl Chain {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chain = Self { folder };
        fs::create_dir(chain.path("people")).unwrap();
        for (file, text) in [
            ("keyholder.yaml", SETTINGS),
            ("locations.yaml", PLACES),
            ("roles.yaml", ROLES),
            ("people/riga.yaml", RIGA),
            ("people/coast.yml", &COAST.replace("]}]}\r", "]}]}")),
        ] {
            fs::write(chain.path(file), text).unwrap();
        }
        let (code, told) = chain.run(&["check"]);
        assert_eq!(code, 0, "{told}");
        chain
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = self.command(env!("CARGO_BIN_EXE_keyholder"));
        let output = command.args(arguments).output().unwrap();
        let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), told)
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = self.command("git");
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn with_git(self) -> Self {
        self.git(&["init", "-q", "-b", "main"]);
        self.git(&["config", "user.name", "t"]);
        self.git(&["config", "user.email", "t@chain.example"]);
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "one"]);
        self
    }

    /// The lines that differ after a verb, as `-` and `+`; the project still passes `check`.
    #[track_caller]
    pub(crate) fn edit(&self, arguments: &[&str]) -> Vec<String> {
        let files = [
            "keyholder.yaml",
            "locations.yaml",
            "roles.yaml",
            "people/riga.yaml",
            "people/coast.yml",
        ];
        let before: Vec<String> = files.iter().map(|file| self.text(file)).collect();
        let (code, told) = self.run(&[arguments, &["--yes"]].concat());
        assert_eq!(code, 0, "{arguments:?}: {told}");
        let (code, refused) = self.run(&["check"]);
        assert_eq!(code, 0, "{arguments:?}: {refused}");
        let mut lines = Vec::new();
        for (file, before) in files.iter().zip(before) {
            let after = self.text(file);
            let diff = similar::TextDiff::from_lines(&before, &after);
            for change in diff.iter_all_changes() {
                let sign = change.tag().to_string();
                if sign != " " {
                    lines.push(format!("{sign}{}", change.value().trim_end_matches('\n')));
                }
            }
        }
        assert!(told.contains("@@"), "the difference is shown: {told}");
        lines
    }

    #[track_caller]
    pub(crate) fn refused(&self, code: i32, arguments: &[&str], why: &str) {
        let files = ["roles.yaml", "people/riga.yaml", "people/coast.yml"];
        let before: Vec<String> = files.iter().map(|file| self.text(file)).collect();
        let (found, told) = self.run(&[arguments, &["--yes"]].concat());
        assert_eq!(found, code, "{arguments:?}: {told}");
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(why), "{arguments:?}: {told}");
        let after: Vec<String> = files.iter().map(|file| self.text(file)).collect();
        assert_eq!(after, before, "{arguments:?}");
    }
}

#[test]
fn twenty_edits_change_what_was_asked_for_and_nothing_else() {
    let chain = Chain::new();
    let edit = |arguments: &[&str]| chain.edit(arguments);
    // 1: beside the people of that place, as those before them are written.
    assert_eq!(
        edit(&[
            "join",
            "vita",
            "--name",
            "Vita Ābele",
            "--email",
            "Vita@Chain.Example",
            "--role",
            "floor",
            "--at",
            "harbor",
            "--from",
            "2097-01-01"
        ]),
        [
            "+  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }] }"
        ]
    );
    // 2
    assert_eq!(
        edit(&[
            "join",
            "ольга",
            "--name",
            "Ольга  Иванова",
            "--phone",
            "+371 (2) 000-0009",
            "--role",
            "стилист",
            "--at",
            "center,mall"
        ]),
        [
            "+",
            "+  ольга:",
            "+    name: Ольга Иванова",
            "+    phone: \"+37120000009\"",
            "+    access:",
            "+      - { role: стилист, at: [center, mall] }",
        ]
    );
    // 3: one of several places, in a list of many lines with comments.
    assert_eq!(
        edit(&["move", "karlis", "--from", "mall", "--to", "harbor"]),
        ["-         mall    # rarely", "+         harbor    # rarely"]
    );
    // 4
    assert_eq!(
        edit(&[
            "move",
            "anna",
            "--from",
            "harbor",
            "--to",
            "mall",
            "--on",
            "2097-02-01"
        ]),
        [
            "-  anna: {name: Anna, phone: \"+371 20000003\", access: [{role: 'стилист', at: [harbor]}]}",
            "+  anna: {name: Anna, phone: \"+371 20000003\", access: [{role: 'стилист', at: [harbor], until: 2097-01-31}, { role: стилист, at: [mall], from: 2097-02-01 }]}",
        ]
    );
    // 5
    assert_eq!(
        edit(&["leave", "боря", "--at", "2097-01-15T18:00"]),
        [
            "-  боря: {name: Боря, phone: '+371 20000004', access: [{role: floor, at: [harbor], from: 2026-01-01}]}",
            "+  боря: {name: Боря, phone: '+371 20000004', leaves: 2097-01-15T18:00, access: [{role: floor, at: [harbor], from: 2026-01-01}]}",
        ]
    );
    // 6, 7, 8
    assert_eq!(
        edit(&[
            "pause",
            "яна.берзина",
            "--from",
            "2097-01-10",
            "--until",
            "2097-06-30"
        ]),
        ["+    paused: { from: 2097-01-10, until: 2097-06-30 }"]
    );
    assert_eq!(
        edit(&["return", "яна.берзина", "--on", "2097-05-01"]),
        [
            "-    paused: { from: 2097-01-10, until: 2097-06-30 }",
            "+    paused: { from: 2097-01-10, until: 2097-04-30 }",
        ]
    );
    assert_eq!(
        edit(&["return", "яна.берзина"]),
        ["-    paused: { from: 2097-01-10, until: 2097-04-30 }"]
    );
    // 9, 10: a place more of what they have, and a line with a reason.
    assert_eq!(
        edit(&["grant", "karlis", "floor", "--at", "mall"]),
        [
            "-         harbor    # rarely",
            "+         harbor,    # rarely",
            "+         mall"
        ]
    );
    assert_eq!(
        edit(&[
            "grant",
            "vita",
            "стилист",
            "--at",
            "region=coast",
            "--until",
            "2097-03-01",
            "--because",
            "covers: HR-1 #2"
        ]),
        [
            "-  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }] }",
            "+  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }, { role: стилист, at: { region: coast }, until: 2097-03-01, because: \"covers: HR-1 #2\" }] }",
        ]
    );
    // 11, 12: away from a place that a tag means, and from one of a list.
    assert_eq!(
        edit(&["revoke", "яна.берзина", "deputy", "--at", "mall"]),
        [
            "-        at: { region: riga }",
            "+        at: { region: riga, except: [mall] }",
        ]
    );
    assert_eq!(
        edit(&["revoke", "karlis", "floor", "--at", "mall"]),
        [
            "-         harbor,    # rarely",
            "-         mall",
            "+         harbor    # rarely"
        ]
    );
    // 13
    assert_eq!(
        edit(&["revoke", "vita", "стилист"]),
        [
            "-  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }, { role: стилист, at: { region: coast }, until: 2097-03-01, because: \"covers: HR-1 #2\" }] }",
            "+  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }] }",
        ]
    );
    // 14: in block form, as the lines around it are.
    assert_eq!(
        edit(&[
            "grant",
            "яна.берзина",
            "floor",
            "--at",
            "all",
            "--from",
            "2097-01-01"
        ]),
        [
            "+      - role: floor",
            "+        at: all",
            "+        from: 2097-01-01"
        ]
    );
    // 15
    assert_eq!(
        edit(&["revoke", "яна.берзина", "floor", "--on", "2097-02-01"]),
        ["+        until: 2097-01-31"]
    );
    // 16, 17: everywhere it stands, in the quotes it has.
    assert_eq!(
        edit(&["role", "rename", "стилист", "stylist"]),
        [
            "-  - { files: [\"people/coast.yml\"], keys: [people], roles: [floor, 'стилист'] }",
            "+  - { files: [\"people/coast.yml\"], keys: [people], roles: [floor, 'stylist'] }",
            "-  'стилист':",
            "+  'stylist':",
            "-      - { role: стилист, at: &both [center, mall] }  # since May",
            "+      - { role: stylist, at: &both [center, mall] }  # since May",
            "-      - { role: стилист, at: [center, mall] }",
            "+      - { role: stylist, at: [center, mall] }",
            "-  anna: {name: Anna, phone: \"+371 20000003\", access: [{role: 'стилист', at: [harbor], until: 2097-01-31}, { role: стилист, at: [mall], from: 2097-02-01 }]}",
            "+  anna: {name: Anna, phone: \"+371 20000003\", access: [{role: 'stylist', at: [harbor], until: 2097-01-31}, { role: stylist, at: [mall], from: 2097-02-01 }]}",
        ]
    );
    assert_eq!(
        edit(&["person", "rename", "яна.берзина", "jana"]),
        [
            "-  deputies: { kind: only, role: deputy, people: [ 'яна.берзина', ilze.owner ] }",
            "+  deputies: { kind: only, role: deputy, people: [ 'jana', ilze.owner ] }",
            "-  \"яна.берзина\":   # key in Cyrillic",
            "+  \"jana\":   # key in Cyrillic",
            "+    was: [яна.берзина]",
        ]
    );
    // 18, 19: and back; one earlier key becomes two.
    assert_eq!(
        edit(&["person", "rename", "karlis", "kārlis"]),
        [
            "-  karlis:",
            "+  kārlis:",
            "-    was: karl",
            "+    was: [karl, karlis]"
        ]
    );
    assert_eq!(
        edit(&["person", "rename", "kārlis", "karlis"]),
        [
            "-  kārlis:",
            "+  karlis:",
            "-    was: [karl, karlis]",
            "+    was: [karl, kārlis]"
        ]
    );
    // 20: the only line of somebody, at once.
    assert_eq!(
        edit(&["revoke", "vita", "floor"]),
        [
            "-  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [{ role: floor, at: [harbor] }] }",
            "+  vita: { name: Vita Ābele, email: vita@chain.example, starts: 2097-01-01, access: [] }",
        ]
    );
}

#[test]
fn what_check_would_refuse_is_not_written() {
    let chain = Chain::new();
    chain.refused(
        1,
        &["move", "karlis", "--from", "center", "--to", "harbr"],
        "did you mean `harbor`?",
    );
    chain.refused(
        1,
        &["move", "karlis", "--from", "harbor", "--to", "mall"],
        "no line of access at `harbor`",
    );
    chain.refused(
        1,
        &["grant", "karlis", "flor", "--at", "mall"],
        "did you mean `floor`?",
    );
    chain.refused(1, &["grant", "karlis", "floor", "--at", "mall"], "already");
    chain.refused(
        1,
        &["grant", "ilze.owner", "floor", "--at", "mall"],
        "`unmanaged`",
    );
    chain.refused(1, &["leave", "karlos"], "did you mean `karlis`?");
    chain.refused(1, &["return", "karlis"], "does not rest");
    chain.refused(1, &["pause", "karlis", "--from", "soon"], "is no day");
    chain.refused(1, &["join", "anna", "--name", "Anna"], "declared already");
    chain.refused(
        1,
        &[
            "join",
            "new one",
            "--name",
            "New",
            "--phone",
            "+37120000008",
        ],
        "`check` would refuse",
    );
    chain.refused(
        1,
        &[
            "join",
            "new",
            "--name",
            "New",
            "--phone",
            "+37120000003",
            "--role",
            "floor",
            "--at",
            "mall",
        ],
        "`check` would refuse",
    );
    chain.refused(
        1,
        &[
            "join", "new", "--name", "New", "--phone", "2000", "--role", "floor", "--at", "mall",
        ],
        "no phone number",
    );
    chain.refused(1, &["person", "rename", "karlis", "anna"], "already");
    chain.refused(1, &["role", "rename", "floor", "deputy"], "already");
    // An anchor that others use is not edited for one of them.
    let text = chain.text("people/riga.yaml").replace(
        "    - {role: floor,\n       at: [\n         center, # near home\n         mall    # rarely\n       ]}\n",
        "    - {role: floor, at: *both}\n",
    );
    fs::write(chain.path("people/riga.yaml"), text).unwrap();
    chain.refused(
        1,
        &["move", "яна.берзина", "--from", "mall", "--to", "harbor"],
        "`&both` (line 13) is repeated as `*both` (line 28), which would change too",
    );
    // Whoever repeats it gets a list of their own.
    let (code, told) = chain.run(&[
        "move", "karlis", "--from", "mall", "--to", "harbor", "--yes",
    ]);
    assert_eq!(code, 0, "{told}");
    let text = chain.text("people/riga.yaml");
    assert!(
        text.contains("    - {role: floor, at: [center, harbor]}\n")
            && text.contains("&both [center, mall]"),
        "{text}"
    );
}

#[test]
fn a_policy_refuses_an_edit_unless_it_is_meant() {
    let chain = Chain::new();
    let grant = ["grant", "karlis", "deputy", "--at", "harbor"];
    chain.refused(3, &grant, "`--anyway`");
    let (code, told) = chain.run(&[&grant[..], &["--yes", "--anyway"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("note: the files then break a rule"), "{told}");
    // What was broken before holds nobody up.
    let (code, told) = chain.run(&["leave", "anna", "--at", "2097-01-01", "--yes"]);
    assert_eq!(code, 0, "{told}");
    // A file that may not say it is passed over for one that may.
    let (code, told) = chain.run(&[
        "join",
        "d",
        "--name",
        "D",
        "--phone",
        "+37120000007",
        "--role",
        "deputy",
        "--at",
        "harbor",
        "--yes",
        "--anyway",
    ]);
    assert_eq!(code, 0, "{told}");
}

#[test]
fn it_is_shown_what_is_kept_lost_and_gained() {
    let chain = Chain::new();
    let (code, told) = chain.run(&["move", "karlis", "--from", "mall", "--to", "harbor"]);
    assert_eq!(code, 1, "nobody can be asked: {told}");
    for line in [
        "keeps\n    = salons · Rīga Centrs · worker",
        "loses\n    - salons · Rīga Mall · worker",
        "gains\n    + salons · Порт · worker",
        "the same as at Rīga Mall",
        "nothing was written",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert_eq!(chain.text("people/riga.yaml"), RIGA);
    // Contacts are masked where no terminal is.
    let (_, told) = chain.run(&[
        "join",
        "x",
        "--name",
        "X",
        "--email",
        "secret@chain.example",
        "--role",
        "floor",
        "--at",
        "mall",
    ]);
    assert!(
        told.contains("+  x:") && !told.contains("secret@"),
        "{told}"
    );
    // Nobody to ask who is meant.
    let (code, told) = chain.run(&["leave"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("a person is missing"), "{told}");
}

#[test]
fn a_commit_holds_the_edit_and_nothing_else() {
    let chain = Chain::new().with_git();
    fs::write(chain.path("notes.txt"), "mine\n").unwrap();
    chain.git(&["add", "notes.txt"]);
    fs::write(chain.path("locations.yaml"), format!("{PLACES}# loose\n")).unwrap();
    let status = chain.git(&["status", "--porcelain"]);
    let leave = [
        "leave",
        "karlis",
        "--at",
        "2097-01-01",
        "--because",
        "HR-9 of\njana@chain.example",
        "--yes",
    ];
    let (code, told) = chain.run(&[&leave[..], &["--commit"]].concat());
    assert_eq!(code, 0, "{told}");
    assert_eq!(chain.git(&["status", "--porcelain"]), status);
    let shown = chain.git(&["show", "--format=%B", "--stat", "HEAD"]);
    assert!(
        shown.starts_with("karlis leaves: 2097-01-01\n\nBecause: HR-9 of "),
        "{shown}"
    );
    assert!(!shown.contains("jana@chain"), "{shown}");
    assert!(shown.contains("1 file changed, 1 insertion(+)"), "{shown}");
    // A file with other changes is not committed along.
    fs::write(
        chain.path("people/coast.yml"),
        format!("{}# loose\n", chain.text("people/coast.yml")),
    )
    .unwrap();
    chain.refused(1, &["leave", "anna", "--commit"], "not committed");

    // Onto a branch: made from the last commit, then built on, and nothing here moves.
    let status = chain.git(&["status", "--porcelain"]);
    let head = chain.git(&["rev-parse", "HEAD"]);
    let riga = chain.text("people/riga.yaml");
    for key in ["u", "v"] {
        let join = [
            "join",
            key,
            "--name",
            "New",
            "--role",
            "floor",
            "--at",
            "mall",
            "--branch",
            "hires/new",
            "--yes",
        ];
        let phone = format!("+3712000001{}", i32::from(key != "u"));
        let (code, told) = chain.run(&[&join[..], &["--phone", &phone]].concat());
        assert_eq!(code, 0, "{told}");
    }
    assert_eq!(
        chain.git(&["log", "--format=%s", "main..hires/new"]),
        "Add v as floor\nAdd u as floor\n"
    );
    let diff = chain.git(&["diff", "--stat", "main", "hires/new"]);
    assert!(diff.contains("1 file changed"), "{diff}");
    assert_eq!(chain.git(&["status", "--porcelain"]), status);
    assert_eq!(chain.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(chain.text("people/riga.yaml"), riga);
    for (name, why) in [
        ("--force", "branch"),
        ("-x", "branch"),
        ("a..b", "branch"),
        ("main", "checked out"),
    ] {
        let branch = format!("--branch={name}");
        chain.refused(1, &["leave", "anna", &branch], why);
    }
}

#[test]
fn contacts_that_git_is_kept_from_follow_a_rename_and_are_not_committed() {
    let chain = Chain::new();
    let settings = format!("{SETTINGS}contacts: {{ file: private.yml }}\n");
    fs::write(chain.path("keyholder.yaml"), settings).unwrap();
    let contacts = "contacts:\n  karlis: { phone: \"+37120000005\" } # his own\n";
    fs::write(chain.path("private.yml"), contacts).unwrap();
    fs::write(chain.path(".gitignore"), "private.yml\n").unwrap();
    let chain = chain.with_git();
    let rename = ["person", "rename", "karlis", "k.ozols", "--commit", "--yes"];
    let (code, told) = chain.run(&rename);
    assert_eq!(code, 0, "{told}");
    assert_eq!(
        chain.text("private.yml"),
        contacts.replace("karlis", "k.ozols")
    );
    assert_eq!(chain.git(&["status", "--porcelain"]), "");
    assert_eq!(
        chain.git(&["show", "--format=", "--name-only", "HEAD"]),
        "people/riga.yaml\n"
    );
    let (code, told) = chain.run(&["check"]);
    assert_eq!(code, 0, "{told}");
    // Somebody new: the contacts go where the others are, and no commit has them.
    let join = ["join", "x", "--name", "X", "--email", "x@chain.example"];
    let line = ["--role", "floor", "--at", "mall", "--commit", "--yes"];
    let (code, told) = chain.run(&[&join[..], &line[..]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(
        chain
            .text("private.yml")
            .ends_with("  x: { email: x@chain.example }\n")
            && !told.contains("x@chain"),
        "{told}"
    );
    let shown = chain.git(&["show", "--format=%s", "HEAD"]);
    assert!(
        shown.starts_with("Add x as floor")
            && !shown.contains("x@chain")
            && !shown.contains("private"),
        "{shown}"
    );
    assert_eq!(chain.git(&["status", "--porcelain"]), "");
    let branch = [
        "join",
        "y",
        "--name",
        "Y",
        "--email",
        "y@chain.example",
        "--branch",
        "b",
    ];
    chain.refused(1, &branch, "nothing but the branch is written");
}

#[test]
fn the_first_person_of_a_project_has_a_file_made_for_them() {
    let chain = Chain::new();
    fs::remove_dir_all(chain.path("people")).unwrap();
    fs::write(
        chain.path("roles.yaml"),
        ROLES.split("policies:").next().unwrap(),
    )
    .unwrap();
    let settings = SETTINGS.replace("protected: ['ilze.owner']\n", "");
    let settings: Vec<&str> = settings
        .lines()
        .filter(|it| {
            !it.contains("acting")
                && !it.contains("hands")
                && !it.contains("people/coast")
                && !it.contains("fences")
        })
        .collect();
    fs::write(chain.path("keyholder.yaml"), settings.join("\n")).unwrap();
    let chain = chain.with_git();
    let join = |key: &str, more: &[&str]| {
        let phone = format!("+3712000001{}", key.len());
        let join = ["join", key, "--name", "New", "--phone", &phone, "--yes"];
        chain.run(&[&join[..], more].concat())
    };
    let (code, told) = join("a", &["--role", "floor", "--at", "mall", "--commit"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(
        chain.text("people.yaml"),
        "people:\n  a:\n    name: New\n    phone: \"+37120000011\"\n    access:\n      - { role: floor, at: [mall] }\n"
    );
    assert_eq!(
        chain.git(&["show", "--format=", "--name-only", "HEAD"]),
        "people.yaml\n"
    );
    let (code, told) = join("bb", &["--file", "people/new.yaml"]);
    assert_eq!(code, 0, "{told}");
    assert!(
        chain
            .text("people/new.yaml")
            .starts_with("people:\n  bb:\n")
    );
    for file in ["elsewhere/new.yaml", "../new.yaml", "locations/.x.yaml"] {
        let (code, told) = join("ccc", &["--file", file]);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains("is no file of this project"), "{told}");
        assert!(!chain.path(file).exists());
    }
}

#[test]
fn a_commit_needs_a_branch_that_is_checked_out() {
    let chain = Chain::new();
    let leave = ["leave", "karlis", "--at", "2097-01-01", "--commit"];
    chain.refused(1, &leave, "there is no git repository here");
    chain.git(&["init", "-q", "-b", "main"]);
    chain.refused(1, &leave, "nothing was committed here yet");
    let chain = chain.with_git();
    chain.git(&["checkout", "-q", "--detach"]);
    let head = chain.git(&["rev-parse", "HEAD"]);
    chain.refused(1, &leave, "no branch is checked out");
    assert_eq!(chain.git(&["rev-parse", "HEAD"]), head);
    chain.git(&["checkout", "-q", "main"]);
    let (code, told) = chain.run(&[&leave[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(told.contains(" on main: karlis leaves"), "{told}");
}
