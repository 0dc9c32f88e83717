//! Every problem a user can cause through files, as a smallest project with the report it gets.
//!
//! A folder of `examples/broken` is named after the code it must produce, with `.2`, `.3` where one code has several
//! faces. `UPDATE=1 cargo test --test it` rewrites the reports; read the difference as a user would. What no committed
//! folder can hold is built here, and the few codes that no file can cause are listed with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use keyholder::config::{Budget, LoadOptions};
use keyholder::diagnostic::Code;
use keyholder::diagnostic::render::{Form, Style, render};

use crate::support::generated::stale;
use crate::support::project::{Checked, check, check_bytes};
use crate::support::root;

/// Codes without a folder of their own.
const ELSEWHERE: &[(Code, &str)] = &[
    (Code::Unreadable, "needs a file system; built below"),
    (
        Code::LinkOut,
        "a link is not the same in every checkout; built below",
    ),
    (
        Code::UnknownStep,
        "is about a checklist, which is no file of the project; see `hand`",
    ),
    (
        Code::PolicyBroken,
        "is judged after the project is resolved; see `policies`",
    ),
    (
        Code::FileTooLarge,
        "nobody wants the file in git; built below",
    ),
    (
        Code::TooManyNodes,
        "nobody wants the file in git; built below",
    ),
];

/// A folder that shows how several problems look together.
const SEVERAL: &str = "several-problems";

#[test]
fn reports_are_as_committed() {
    let mut wrong = Vec::new();
    for (name, folder) in cases() {
        let before = listing(&folder);
        // Tests run in the root of the package; a path from there is the same on every machine.
        let place = Path::new("examples/broken").join(&name);
        let Checked { sources, found } = check(&place, &LoadOptions::default());
        let report = render(&found, &sources, &STYLE);
        assert_eq!(listing(&folder), before, "{name}: checking wrote something");
        if name != SEVERAL && !found.iter().any(|found| found.code == code_of(&name)) {
            wrong.push(format!("{name}: the report has no such code\n{report}"));
        }
        for found in &found {
            if found.labels.is_empty() && found.code != Code::NoProject {
                wrong.push(format!("{name}: a problem without a place: {found:?}"));
            }
        }
        let again = check(&place, &LoadOptions::default());
        assert_eq!(
            found, again.found,
            "{name}: two checks of one project differ"
        );
        wrong.extend(stale(&folder.join("report.txt"), &report));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_no_folder_can_hold_is_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    let codes = |options: &LoadOptions| {
        let checked = check(folder.path(), options);
        let report = render(&checked.found, &checked.sources, &STYLE);
        assert!(report.contains("people.yaml"), "{report}");
        let codes: Vec<_> = checked.found.iter().map(|found| found.code).collect();
        codes
    };
    write("keyholder.yaml", "version: 1\ntime_zone: Europe/Riga\n");
    let people: String = (0..2_000)
        .map(|number| format!("  p{number}: {{ name: P, access: [] }}\n"))
        .collect();
    write("people.yaml", &format!("people:\n{people}"));
    let small = |budget| LoadOptions {
        budget,
        ..LoadOptions::default()
    };

    let fine = check(folder.path(), &LoadOptions::default());
    assert!(fine.found.is_empty(), "{:?}", fine.found);
    let bytes = Budget {
        bytes: 10_000,
        ..Budget::DEFAULT
    };
    assert_eq!(codes(&small(bytes)), [Code::FileTooLarge]);
    let nodes = Budget {
        nodes: 1_000,
        ..Budget::DEFAULT
    };
    assert_eq!(codes(&small(nodes)), [Code::TooManyNodes]);

    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("people.yaml");
        std::fs::write(&target, "people: {}\n").unwrap();
        std::fs::remove_file(folder.path().join("people.yaml")).unwrap();
        std::os::unix::fs::symlink(target, folder.path().join("people.yaml")).unwrap();
        assert_eq!(codes(&LoadOptions::default()), [Code::LinkOut]);
    }
}

#[test]
fn no_mutilated_file_makes_checking_panic() {
    for (name, folder) in cases() {
        let whole = listing(&folder);
        let files: Vec<_> = whole
            .iter()
            .filter(|(file, _)| file.ends_with(".yaml"))
            .map(|(file, bytes)| (file.as_str(), bytes.as_slice()))
            .collect();
        for victim in 0..files.len() {
            let (file, bytes) = files[victim];
            for cut in (0..bytes.len()).step_by(31) {
                let without_a_piece =
                    [&bytes[..cut], &bytes[(cut + 5).min(bytes.len())..]].concat();
                for mutilated in [&bytes[..cut], &without_a_piece] {
                    let mut files = files.clone();
                    files[victim] = (file, mutilated);
                    let Checked { sources, found } = check_bytes(&files);
                    let report = render(&found, &sources, &STYLE);
                    assert!(found.is_empty() || report.contains("tells more"), "{name}");
                }
            }
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let shown: BTreeSet<_> = cases()
        .iter()
        .filter(|(name, _)| *name != SEVERAL)
        .map(|(name, _)| code_of(name))
        .collect();
    let elsewhere: BTreeMap<_, _> = ELSEWHERE.iter().copied().collect();
    let mut wrong = String::new();
    for code in Code::ALL {
        let name = code.name();
        match (shown.contains(code), elsewhere.get(code)) {
            (false, None) => writeln!(wrong, "`{name}` has no folder in examples/broken").unwrap(),
            (true, Some(_)) => {
                writeln!(wrong, "`{name}` has a folder and is in ELSEWHERE").unwrap()
            }
            (true, None) | (false, Some(_)) => {}
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_list_of_cases_is_current() {
    let mut text = String::from(HEAD);
    for (name, folder) in cases() {
        let about = match name.split_once('.') {
            None if name == SEVERAL => "Problems in every file, all reported in one run.",
            None => code_of(&name).summary(),
            Some(_) => "the same, with another face",
        };
        let files: Vec<_> = listing(&folder)
            .into_keys()
            .filter(|file| file != "report.txt")
            .map(|file| format!("[`{file}`]({name}/{file})"))
            .collect();
        writeln!(
            text,
            "| [`{name}`]({name}/report.txt) | {about} | {} |",
            files.join(" ")
        )
        .unwrap();
    }
    let difference = stale(&root().join("examples/broken/README.md"), &text);
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

const HEAD: &str = "\
# Broken projects

One folder for each thing that can be wrong with a project: the smallest project that has it, and beside it, in
`report.txt`, what `keyholder check --notes` says about it. They are here to look things up, and to prove that every message is
clear, says where, and says what to do. None of them is read by the other examples.

`keyholder explain CODE` says more about a code, with an example of the fix.

This file and the reports are written by `UPDATE=1 cargo test --test it`.

| case | what is wrong | files |
| --- | --- | --- |
";

const STYLE: Style = Style {
    color: false,
    unicode: true,
    width: 80,
    form: Form::Graphical,
};

/// The folders of `examples/broken`, by name.
fn cases() -> BTreeMap<String, PathBuf> {
    std::fs::read_dir(root().join("examples/broken"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect()
}

#[track_caller]
fn code_of(case: &str) -> Code {
    let name = case.split('.').next().unwrap_or_default();
    Code::parse(name).unwrap_or_else(|| panic!("examples/broken/{case} is named after no code"))
}

/// Every file below a folder with its bytes.
fn listing(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                found.insert(name.replace('\\', "/"), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}
