//! Finding files, putting entries together, and bytes that are no project.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;

use crate::config::{
    LoadOptions, Loaded, PROJECT_FILE, find_project, load, load_bytes, load_texts,
};
use crate::diagnostic::Code;

const SETTINGS: &str = "version: 1\nsystems: { salons: { kind: altegio } }\n";

/// A folder that is gone when the value is.
struct Folder {
    _kept: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let kept = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(kept.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { _kept: kept, root }
    }

    fn load(&self) -> Loaded {
        load(&self.root, &LoadOptions::default())
    }
}

fn paths(loaded: &Loaded) -> Vec<&str> {
    loaded
        .sources
        .iter()
        .map(|(_, file)| &**file.path())
        .collect()
}

fn codes(loaded: &Loaded) -> Vec<Code> {
    loaded.diagnostics.iter().map(|found| found.code).collect()
}

fn person(key: &str) -> String {
    format!("people: {{ {key}: {{ name: X, access: [] }} }}\n")
}

const FILES: &[&str] = &[
    "keyholder.yaml",
    "locations.yaml",
    "people.yaml",
    "people/riga/mall.yaml",
    "people/riga/center.yml",
    "roles/a.yaml",
    "approvals/2026/11.yaml",
];

/// Files that are there and not read.
const OTHERS: &[&str] = &[
    "notes.yaml",
    "people/readme.md",
    "people/.hidden.yaml",
    "people/.git/x.yaml",
    ".people/x.yaml",
    "people/nested/keyholder.yaml",
    "people/nested/people.yaml",
    "people/nested/deep/people.yaml",
    "peoples/x.yaml",
    "other/people.yaml",
];

#[test]
fn the_default_files_are_read_and_no_others() {
    let mut files: Vec<(&str, &str)> = FILES.iter().map(|path| (*path, "{}\n")).collect();
    files[0].1 = SETTINGS;
    files.extend(OTHERS.iter().map(|path| (*path, "nonsense: [\n")));
    let mut expected = FILES.to_vec();
    expected.sort_unstable();
    let folder = Folder::new(&files);
    let loaded = folder.load();
    assert_eq!(codes(&loaded), [], "{:?}", loaded.diagnostics);
    assert_eq!(paths(&loaded), expected);
    // In memory the same rules hold, and give the same digest.
    let texts = load_texts(&files, &LoadOptions::default());
    assert_eq!(paths(&texts), expected);
    assert_eq!(texts.digest, loaded.digest);
}

#[test]
fn files_says_what_is_read() {
    let people = person("a");
    let folder = Folder::new(&[
        (
            "keyholder.yaml",
            "version: 1\nfiles: [team, ./extra/one.yaml]\n",
        ),
        ("team/a.yaml", &people),
        ("extra/one.yaml", "roles: {}\n"),
        ("extra/two.yaml", "nonsense: [\n"),
        ("people.yaml", "nonsense: [\n"),
    ]);
    let loaded = folder.load();
    assert_eq!(codes(&loaded), [], "{:?}", loaded.diagnostics);
    assert_eq!(
        paths(&loaded),
        ["extra/one.yaml", "keyholder.yaml", "team/a.yaml"]
    );
}

#[test]
fn statements_of_people_are_no_entries_whatever_files_says() {
    let people = person("a");
    let with = |files: &str| {
        let settings = format!("version: 1\nfiles: {files}\n");
        let files = [
            ("keyholder.yaml", settings.as_str()),
            ("people.yaml", people.as_str()),
            ("attestations/desk.yaml", "nonsense: [\n"),
            ("attestations.yaml", "roles: {}\n"),
            ("team/attestations/a.yaml", "roles: {}\n"),
        ];
        let (disk, memory) = (
            Folder::new(&files).load(),
            load_texts(&files, &LoadOptions::default()),
        );
        assert_eq!(paths(&disk), paths(&memory));
        assert_eq!(codes(&disk), codes(&memory));
        disk
    };
    let loaded = with("[.]");
    assert_eq!(codes(&loaded), [], "{:?}", loaded.diagnostics);
    // Only the folder at the top is theirs.
    assert_eq!(
        paths(&loaded),
        [
            "attestations.yaml",
            "keyholder.yaml",
            "people.yaml",
            "team/attestations/a.yaml"
        ]
    );
    for named in ["attestations", "./attestations/", "attestations/desk.yaml"] {
        let loaded = with(&format!("[people.yaml, {named}]"));
        assert_eq!(codes(&loaded), [Code::WrongValue], "{named}");
        assert_eq!(paths(&loaded), ["keyholder.yaml", "people.yaml"], "{named}");
    }
}

#[test]
fn a_project_is_found_from_below() {
    let folder = Folder::new(&[("keyholder.yaml", SETTINGS), ("people/riga/a.yaml", "{}")]);
    assert_eq!(
        find_project(&folder.root.join("people/riga")),
        Some(folder.root.clone())
    );
    let loaded = load(&folder.root.join("people"), &LoadOptions::default());
    assert_eq!(loaded.root, folder.root);
    let empty = Folder::new(&[]);
    // A temporary folder lies in no project.
    assert_eq!(codes(&empty.load()), [Code::NoProject]);
}

#[test]
fn entries_found_twice_show_both_places() {
    let (a, b) = (person("jana"), person("jana"));
    let loaded = load_texts(
        &[
            ("people/b.yaml", &b),
            ("keyholder.yaml", SETTINGS),
            ("people/a.yaml", &a),
        ],
        &LoadOptions::default(),
    );
    assert_eq!(codes(&loaded), [Code::DuplicateEntry]);
    let places: Vec<String> = loaded.diagnostics[0]
        .labels
        .iter()
        .map(|label| loaded.sources.origin(label.span).file.to_string())
        .collect();
    assert_eq!(places, ["people/b.yaml", "people/a.yaml"]);
    assert_eq!(loaded.project.entries.people.len(), 1);
}

#[test]
fn the_order_of_files_changes_nothing() {
    let texts: Vec<(String, String)> = (0..20)
        .map(|n| {
            (
                format!("people/{n}.yaml"),
                person(&format!("p{}", (n * 7) % 10)),
            )
        })
        .collect();
    let mut files: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    files.push(("keyholder.yaml", SETTINGS));
    let one = load_texts(&files, &LoadOptions::default());
    files.reverse();
    let other = load_texts(&files, &LoadOptions::default());
    assert_eq!(one.diagnostics.len(), 10);
    assert_eq!(one.diagnostics, other.diagnostics);
    assert_eq!(format!("{:?}", one.project), format!("{:?}", other.project));
    assert_eq!(one.digest, other.digest);
    assert_eq!(paths(&one), paths(&other));
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_within() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new(&[
        ("secret.yaml", "people: {}\n"),
        ("dir/x.yaml", "people: {}\n"),
    ]);
    let people = person("a");
    let folder = Folder::new(&[
        ("keyholder.yaml", SETTINGS),
        ("people/a.yaml", &people),
        ("shared/b.yaml", "roles: {}\n"),
        (".hidden/c.yaml", "nonsense: [\n"),
    ]);
    let link = |to: Utf8PathBuf, at: &str| symlink(to, folder.root.join(at)).unwrap();
    link(outside.root.join("secret.yaml"), "people/out.yaml");
    link(outside.root.join("dir"), "people/outdir");
    link(folder.root.join("people/a.yaml"), "people/same.yaml");
    link(folder.root.join("people"), "people/circle");
    link(folder.root.join("shared/b.yaml"), "people/b.yaml");
    link(folder.root.join(".hidden"), "people/hidden");
    link(folder.root.join("nowhere.yaml"), "people/nowhere.yaml");
    let loaded = folder.load();
    let mut found = codes(&loaded);
    found.sort();
    assert_eq!(
        found,
        [Code::Unreadable, Code::LinkOut, Code::LinkOut],
        "{:?}",
        loaded.diagnostics
    );
    assert_eq!(
        paths(&loaded),
        ["keyholder.yaml", "people/a.yaml", "shared/b.yaml"]
    );
}

#[cfg(unix)]
#[test]
fn settings_that_are_a_link_out_are_not_read() {
    let outside = Folder::new(&[("keyholder.yaml", SETTINGS)]);
    let folder = Folder::new(&[]);
    let at = folder.root.join("keyholder.yaml");
    std::os::unix::fs::symlink(outside.root.join("keyholder.yaml"), at).unwrap();
    let loaded = folder.load();
    assert!(
        codes(&loaded).contains(&Code::Unreadable),
        "{:?}",
        loaded.diagnostics
    );
    assert!(loaded.project.settings.systems.is_empty());
}

#[test]
fn contacts_come_from_outside() {
    let outside = Folder::new(&[("contacts.yaml", "contacts: { a: { email: a@b.example } }\n")]);
    let path = outside.root.join("contacts.yaml");
    let people = person("a");
    let folder = Folder::new(&[
        (
            "keyholder.yaml",
            &format!("version: 1\ncontacts: {{ file: \"{path}\" }}\n"),
        ),
        ("people.yaml", &people),
        (
            "contacts.yaml",
            "contacts: { a: { phone: \"+37120000001\" } }\n",
        ),
    ]);
    let loaded = folder.load();
    assert_eq!(codes(&loaded), [Code::DuplicateEntry]);
    fs::remove_file(folder.root.join("contacts.yaml")).unwrap();
    let loaded = folder.load();
    assert_eq!(codes(&loaded), []);
    assert_eq!(loaded.project.entries.contacts.len(), 1);
    fs::write(&path, "people: {}\n").unwrap();
    assert_eq!(codes(&folder.load()), [Code::UnknownKey, Code::MissingKey]);
    fs::remove_file(&path).unwrap();
    assert_eq!(codes(&folder.load()), [Code::Unreadable]);
}

#[cfg(unix)]
#[test]
fn contacts_come_from_a_command_only_when_allowed() {
    let folder = Folder::new(&[(
        "keyholder.yaml",
        "version: 1\ncontacts: { command: \"printf '%s' 'contacts: {}'\" }\n",
    )]);
    assert_eq!(codes(&folder.load()), [Code::CommandNotAllowed]);
    let options = LoadOptions {
        allow_commands: true,
        ..LoadOptions::default()
    };
    let loaded = load(&folder.root, &options);
    assert_eq!(codes(&loaded), [], "{:?}", loaded.diagnostics);
    assert_eq!(paths(&loaded).len(), 2);
}

#[test]
fn bytes_that_are_no_text() {
    let bytes = |text: &'static [u8]| -> Loaded {
        load_bytes(
            &[
                ("keyholder.yaml", SETTINGS.as_bytes()),
                ("people.yaml", text),
            ],
            &LoadOptions::default(),
        )
    };
    let loaded = bytes(b"people:\n  a: { name: B\xe7rzi, access: [] }\n");
    assert_eq!(codes(&loaded), [Code::NotUtf8]);
    let label = &loaded.diagnostics[0].labels[0];
    assert_eq!(loaded.sources.text(label.span), "\u{fffd}");
    assert_eq!(loaded.sources.origin(label.span).line, 2);
    assert!(!loaded.complete);
    let wide = bytes(b"\xff\xfep\0e\0");
    assert!(
        wide.diagnostics[0]
            .help
            .as_ref()
            .unwrap()
            .contains("UTF-16")
    );
    let marked = bytes(b"\xef\xbb\xbfpeople:\r\n  a: { name: X, access: [] }\r\n");
    assert_eq!(codes(&marked), []);
    assert_eq!(marked.project.entries.people.len(), 1);
}

#[test]
fn every_problem_of_every_file_is_found_in_one_run() {
    let loaded = load_texts(
        &[
            ("keyholder.yaml", "version: 1\nquiet: always\nsistems: {}\n"),
            (
                "people/a.yaml",
                "people:\n  a: { name: A, acess: [] }\n  b: { name: ~, access: [] }\n  c: { name: ]\n",
            ),
            (
                "people/b.yaml",
                "people:\n  d: { name: D, access: [], leaves: 2026-02-30, class: \"\\u0000\" }\n",
            ),
        ],
        &LoadOptions::default(),
    );
    assert_eq!(
        codes(&loaded),
        [
            Code::WrongValue,
            Code::UnknownKey,
            Code::UnknownKey,
            Code::NullValue,
            Code::Syntax,
            Code::BadDate,
            Code::HostileText,
        ],
        "{:?}",
        loaded.diagnostics
    );
}

proptest! {
    #[test]
    fn any_bytes_are_loaded_or_refused(
        settings in proptest::collection::vec(any::<u8>(), 0..200),
        entries in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let loaded = load_bytes(
            &[("keyholder.yaml", &settings), ("people.yaml", &entries)],
            &LoadOptions::default(),
        );
        for label in loaded.diagnostics.iter().flat_map(|found| &found.labels) {
            prop_assert!(loaded.sources.get(label.span.file).is_some());
        }
    }

    #[test]
    fn any_change_of_good_files_is_loaded_or_refused(
        first in (0_usize..3000, 0_usize..30, "[\\[\\]{}:,&*!|>'\"#%@`\\-? \\n\\ta~0é\u{202e}]{0,4}"),
        second in (0_usize..6000, 0_usize..30, "[\\[\\]{}:,&*!|>'\"#%@`\\-? \\n\\ta~0é\u{202e}]{0,4}"),
    ) {
        let change = |good: &str, (at, cut, put): &(usize, usize, String)| -> String {
            let chars: Vec<char> = good.chars().collect();
            let at = (*at).min(chars.len());
            let rest = (at + cut).min(chars.len());
            chars[..at].iter().copied().chain(put.chars()).chain(chars[rest..].iter().copied()).collect()
        };
        let settings = change(include_str!("../fixture/keyholder.yaml"), &first);
        let entries = change(include_str!("../fixture/entries.yaml"), &second);
        let loaded = load_texts(
            &[("keyholder.yaml", &settings), ("people.yaml", &entries)],
            &LoadOptions::default(),
        );
        for label in loaded.diagnostics.iter().flat_map(|found| &found.labels) {
            let file = loaded.sources.get(label.span.file);
            let range = label.span.start as usize..label.span.end as usize;
            prop_assert!(file.is_some_and(|file| file.text().get(range).is_some()));
        }
    }
}

#[test]
fn no_place_where_people_write_a_token_shows_it() {
    let head = "version: 1\ntime_zone: Europe/Riga\n";
    let system = "systems:\n  salons:\n    kind: altegio\n";
    let settings = [
        format!("{system}    tokens: tok_SECRETxyz\n"),
        format!("{system}    tokens: {{ partner: {{ tok_SECRETxyz: env }} }}\n"),
        format!("{system}    tokens: {{ partner: {{ enviroment: tok_SECRETxyz }} }}\n"),
        format!("{system}    token: tok_SECRETxyz\n"),
        format!("{system}    partner: tok_SECRETxyz\n"),
        format!("{system}    user_token: [tok_SECRETxyz]\n"),
        format!("tokens: {{ salons: tok_SECRETxyz }}\n{system}"),
        format!("{system}    tokens: {{ user: {{ env: A }}, user: tok_SECRETxyz }}\n"),
        format!("{system}    tokens:\n      <<: {{ partner: tok_SECRETxyz }}\n"),
        format!("{system}    url: https://me:tok_SECRETxyz@api.alteg.io/api/v1\n"),
        format!("{system}    url: https://api.alteg.io/api/v1?token=tok_SECRETxyz\n"),
        format!("catalogue: &t tok_SECRETxyz\n{system}    kind: *t\n    tokens: {{ user: *t }}\n"),
        format!("{system}    tokens:\n      partner: {{ env: \"Bearer tok_SECRETxyz\" # }}\n"),
        format!("{system}    tokens:\n      partner: |\n        tok_SECRETxyz\n  x: [\n"),
        format!("protected: [a\n{system}    tokens:\n      partner: |\n        tok_SECRETxyz\n"),
    ];
    for text in settings {
        let misplaced = format!("{head}systems: {{}}\n");
        for files in [
            vec![(PROJECT_FILE, format!("{head}{text}"))],
            vec![
                (PROJECT_FILE, misplaced.clone()),
                ("people.yaml", text.clone()),
            ],
        ] {
            let files: Vec<_> = files
                .iter()
                .map(|(path, text)| (*path, text.as_str()))
                .collect();
            let loaded = load_texts(&files, &LoadOptions::default());
            assert!(loaded.has_errors(), "{text}");
            let said = format!("{:?}{:?}", loaded.diagnostics, loaded.sources);
            let broken = loaded
                .diagnostics
                .iter()
                .any(|found| found.code == Code::Syntax);
            // What other files hold cannot be told from settings by their lines.
            let settings_alone = files.len() == 1;
            assert!(
                !said.contains("SECRET") || (broken && !settings_alone),
                "{text}\n{said}"
            );
        }
    }
}

#[test]
fn ids_that_the_vendor_cannot_have_given_are_refused() {
    for (file, text, good) in [
        (
            "locations.yaml",
            "locations: { a: { in: { salons: 5 } } }",
            true,
        ),
        (
            "locations.yaml",
            "locations: { a: { in: { salons: abc } } }",
            false,
        ),
        (
            "locations.yaml",
            "locations: { a: { in: { salons: 0 } } }",
            false,
        ),
        (
            "locations.yaml",
            "locations: { a: { in: { salons: { id: -3 } } } }",
            false,
        ),
        (
            "locations.yaml",
            "locations: { a: { in: { homes: abc } } }",
            true,
        ),
        (
            "people.yaml",
            "people: { a: { name: A, accounts: { salons: x }, access: [] } }",
            false,
        ),
        (
            "people.yaml",
            "people: { a: { name: A, accounts: { salons: { id: 5, not: [5] } }, access: [] } }",
            false,
        ),
        (
            "people.yaml",
            "people: { a: { name: A, accounts: { salons: { id: 5, not: [6] } }, access: [] } }",
            true,
        ),
    ] {
        let settings =
            "version: 1\nsystems: { salons: { kind: altegio }, homes: { kind: apenday } }\n";
        let loaded = load_texts(
            &[(PROJECT_FILE, settings), (file, text)],
            &LoadOptions::default(),
        );
        let codes: Vec<_> = loaded.diagnostics.iter().map(|found| found.code).collect();
        let wanted: &[Code] = if good { &[] } else { &[Code::WrongValue] };
        assert_eq!(codes, wanted, "{text}");
    }
}

#[test]
fn a_folder_with_the_name_of_a_file_is_not_passed_over() {
    let folder = Folder::new(&[(PROJECT_FILE, "version: 1\n"), ("people.yaml/a.txt", "")]);
    let codes: Vec<_> = folder
        .load()
        .diagnostics
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(codes, [Code::Unreadable]);
}

#[test]
fn settings_that_cannot_be_read_do_not_make_every_system_unknown() {
    let people = "people: { a: { name: A, accounts: { salons: 5 }, access: [] } }";
    for settings in ["", "- version: 1\n", "version 1\n"] {
        let loaded = load_texts(
            &[(PROJECT_FILE, settings), ("people.yaml", people)],
            &LoadOptions::default(),
        );
        assert!(loaded.has_errors() && !loaded.complete, "{settings}");
    }
}
