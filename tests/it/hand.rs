//! Steps by hand from the plan to a person's word and back, through the program, in the example `off-boarding`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{copy_example, root};

fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/off-boarding"), place.path());
    place
}

#[track_caller]
fn keyholder(place: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .arg("--sandbox")
        .current_dir(place)
        .env_clear()
        .env("KEYHOLDER_ACTOR", "ilze")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Kinds and systems of the steps by hand of a plan.
fn manual(place: &Path) -> Vec<String> {
    let output = keyholder(place, &["plan", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["mode"] == "manual")
        .map(|step| {
            let word = |key: &str| step[key].as_str().unwrap().to_owned();
            format!("{} {}", word("kind"), word("system"))
        })
        .collect()
}

fn checklist(place: &Path) -> String {
    let output = keyholder(place, &["plan", "--manual", "manual.md"]);
    assert_eq!(code(&output), 7, "overdue removals");
    fs::read_to_string(place.join("manual.md")).unwrap()
}

#[test]
fn the_ticks_of_a_checklist_are_taken_however_it_comes_back() {
    let place = project();
    let place = place.path();
    assert_eq!(manual(place).len(), 7);
    let text = checklist(place);
    // Somebody ticked two boxes in another program, which turned the sections round and the line ends into its own.
    let mut sections: Vec<&str> = text.split("\n## ").collect();
    sections.reverse();
    let back = sections
        .join("\r\n\r\n## ")
        .lines()
        .map(|line| match line {
            line if line.contains("keyholder:step 011e") => line.replace("- [ ]", "* [X]") + "\r\n",
            line if line.contains("keyholder:step b940") => {
                line.replace("- [ ]", "  - [x]") + "\r\n"
            }
            line => format!("{line}\r\n"),
        })
        .collect::<String>();
    fs::write(place.join("back.md"), &back).unwrap();
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "Ilze Ozola"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 0, "{told}");
    assert!(told.contains("2 of 7 boxes are ticked"), "{told}");
    // Her name is known as her key.
    let words = fs::read_to_string(place.join(".keyholder/sandbox/attestations/agency.yaml"));
    assert!(words.unwrap().contains("by: ilze\n"));
    assert_eq!(
        manual(place),
        [
            "block orders",
            "follow-up agency",
            "follow-up desk",
            "follow-up orders",
            "check salons"
        ]
    );
    // The same file once more: those steps are not open any more, and nothing is said twice.
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "ilze"]);
    assert_eq!(code(&output), 0);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told.matches("is not open any more").count(), 2, "{told}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_checklist_that_says_both_or_nothing_is_refused() {
    let place = project();
    let place = place.path();
    let text = checklist(place);
    let line = text
        .lines()
        .find(|line| line.starts_with("- [ ] "))
        .unwrap();
    let both = format!("{}\n{line}\n", line.replace("[ ]", "[x]"));
    fs::write(place.join("both.md"), both).unwrap();
    let output = keyholder(place, &["done", "--from", "both.md", "--by", "ilze"]);
    assert_eq!(code(&output), 1);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("both.md:1: step"), "{told}");
    fs::write(place.join("none.md"), "- [x] something else\n").unwrap();
    let output = keyholder(place, &["done", "--from", "none.md", "--by", "ilze"]);
    assert_eq!(code(&output), 1);
    assert!(!place.join(".keyholder/sandbox/attestations").exists());
}

#[test]
fn what_is_no_open_step_is_said_to_be_none() {
    let place = project();
    let place = place.path();
    for (arguments, word) in [
        (&["done", "b94", "--by", "ilze"][..], "too short"),
        (&["done", "ffffffff", "--by", "ilze"], "no open step"),
        (&["done", "b940", "--by", " "], "nobody is named"),
        (&["done", "b94", "--undo", "--by", "ilze"], "too short"),
        (&["done", "b940", "--undo", "--by", "ilze"], "nobody said"),
        (
            &["done", "0ab8", "--by", "ilze", "--state", "active"],
            "one step that changes access",
        ),
    ] {
        let output = keyholder(place, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 1, "{arguments:?}: {told}");
        assert!(told.contains(word), "{arguments:?}: {told}");
    }
    assert!(!place.join(".keyholder/sandbox/attestations").exists());
    // A bad path fails before anything is asked or done.
    let output = keyholder(
        place,
        &["apply", "--yes", "--manual", "no/such/folder/manual.md"],
    );
    assert_eq!(code(&output), 1);
    assert!(!place.join(".keyholder").exists() || manual(place).len() == 7);
}

#[test]
fn a_word_that_is_altered_after_the_journal_took_note_of_it_is_not_believed() {
    let place = project();
    let place = place.path();
    // The first run does everything, the second takes note of what was said.
    for _ in 0..2 {
        assert_eq!(code(&keyholder(place, &["apply", "--yes"])), 0);
    }
    assert_eq!(manual(place), [""; 0]);
    let file = place.join(".keyholder/sandbox/attestations/agency.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("state: inactive", "state: active", 1)).unwrap();
    let output = keyholder(place, &["plan", "--format", "json"]);
    assert_eq!(code(&output), 3, "held");
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["holds"][0]["code"], "attestation-doubt");
    // One that is gone is missed.
    fs::remove_file(&file).unwrap();
    let output = keyholder(place, &["plan", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["holds"][0]["code"], "attestation-doubt");
}

/// A project whose one system nothing reads but an export, taken an hour ago; nobody listens at its address.
fn exported() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let taken = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let settings = format!(
        "version: 1
time_zone: UTC
systems:
  office:
    kind: apenday
    url: \"http://127.0.0.1:1/public\"
    ownership: full
    hands: [ilze]
    snapshot: {{ file: office.csv, taken: {} }}
",
        taken.strftime("%Y-%m-%dT%H:%M")
    );
    let entries = "locations:
  mall: { title: Mall, in: { office: nord } }
roles:
  adviser: { title: Adviser, office: { role: conseiller, team: Nord, calendar: internal } }
people:
  ilze:
    name: { first: Ilze, last: Ozola }
    email: ilze@chain.example
    access: [ { role: adviser, at: all } ]
";
    let list = "Email,Last name,First name,Status,Agency,Team,Role,Calendar
ilze@chain.example,Ozola,Ilze,active,mall,Sud,conseiller,internal
";
    for (file, text) in [
        ("keyholder.yaml", settings.as_str()),
        ("people.yaml", entries),
        ("office.csv", list),
    ] {
        fs::write(place.path().join(file), text).unwrap();
    }
    place
}

#[test]
fn a_step_that_follows_from_an_export_is_known_when_it_is_said() {
    let place = exported();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .current_dir(place.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    assert_eq!(code(&run(&["journal", "init"])), 0);
    let output = run(&["plan", "--manual", "manual.md"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let text = fs::read_to_string(place.path().join("manual.md")).unwrap();
    let boxes = text.matches("- [ ] ").count();
    assert!(
        text.contains("Change what is allowed"),
        "the export was used: {text}"
    );
    assert!(boxes > 0);
    fs::write(
        place.path().join("manual.md"),
        text.replace("- [ ]", "- [x]"),
    )
    .unwrap();
    let output = run(&["done", "--from", "manual.md", "--by", "ilze"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 0, "{told}");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = said
        .lines()
        .filter(|line| !line.starts_with("Journal head "));
    assert_eq!(words.count(), boxes, "{said}{told}");
}

#[test]
fn a_tick_that_no_run_here_knows_is_an_error_and_the_others_are_recorded() {
    let place = project();
    let place = place.path();
    // Before any `apply`: what only a read of KeyCRM tells is known to nobody who asks no vendor.
    let text = checklist(place);
    let back = text.replace("- [ ]", "- [x]");
    fs::write(place.join("back.md"), &back).unwrap();
    let line = back
        .lines()
        .position(|line| line.contains("keyholder:step") && line.to_lowercase().contains("block"));
    let place_of_it = format!("back.md:{}", line.unwrap() + 1);
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "ilze"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 1, "{told}");
    for word in [
        "unknown-step",
        "not known here",
        "run `keyholder apply` first",
        "`orders`",
        &place_of_it,
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let unknown = told.matches("error[unknown-step]").count();
    assert_eq!(said.lines().count(), 7 - unknown, "{said}{told}");
    // Once it is handed over it is known; what was said is not said again.
    assert_eq!(code(&keyholder(place, &["apply", "--yes"])), 0);
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "ilze"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 0, "{told}");
    // An id that somebody made up is no step that was done with.
    let made_up = "- [x] Something <!-- keyholder:step ffffffffffff -->\n";
    fs::write(place.join("made-up.md"), made_up).unwrap();
    let output = keyholder(place, &["done", "--from", "made-up.md", "--by", "ilze"]);
    assert_eq!(code(&output), 1, "{output:?}");
}

/// What a terminal, a YAML file or a checklist could take for something else than text.
const HOSTILE: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m",
    "bell\u{7}",
    "over\u{202e}turned",
    "hid\u{200b}den",
    "nul\u{9b}csi",
];

#[test]
fn a_name_or_a_note_that_is_no_plain_text_is_refused_and_never_repeated_raw() {
    let place = project();
    let place = place.path();
    let hostile = |text: &str| {
        text.chars()
            .any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}'))
    };
    for text in HOSTILE {
        for arguments in [
            &["done", "b940", "--by", text][..],
            &["done", "b940", "--by", "ilze", "--note", text],
            &["done", text, "--by", "ilze"],
            &["done", "--from", text, "--by", "ilze"],
            &["done", text, "--undo", "--by", text],
        ] {
            let output = keyholder(place, arguments);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(code(&output), 1, "{arguments:?}: {told}");
            assert!(output.stdout.is_empty());
            assert!(!hostile(&told), "{told:?}");
        }
    }
    let words = place.join(".keyholder/sandbox/attestations/desk.yaml");
    assert!(!words.exists(), "nothing was written");
}

#[test]
fn a_name_or_a_note_of_markup_is_text_everywhere() {
    let place = project();
    let place = place.path();
    checklist(place);
    let by = "`ilze` - [x] **x** <!-- keyholder:step ffffffffffff --> [a](http://x) @all #1: {y}";
    let note =
        "first line\n- [x] zweitens <!-- keyholder:step ffffffffffff -->\n# `third`: &a *b !c |";
    let output = keyholder(place, &["done", "011e", "--by", by, "--note", note]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 0, "{told}");
    let file = place.join(".keyholder/sandbox/attestations/agency.yaml");
    let text = fs::read_to_string(file).unwrap();
    let words: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(
        (&words[0]["by"], &words[0]["note"]),
        (&by.into(), &note.into())
    );
    // The file is read back as it was written, the step is done, and the note stays in its file.
    for arguments in [
        &["plan"][..],
        &["plan", "--format", "json"],
        &["plan", "--manual", "manual.md"],
        &["apply", "--yes"],
        &["journal", "show"],
        &["journal", "show", "--format", "json"],
    ] {
        let output = keyholder(place, arguments);
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            assert!(!text.contains("zweitens"), "{arguments:?}: {text}");
        }
    }
    let list = fs::read_to_string(place.join("manual.md")).unwrap();
    assert!(
        !list.contains("ffffffffffff") && !list.contains("zweitens"),
        "{list}"
    );
    assert!(!list.contains("011e"), "done: {list}");
}

#[test]
fn a_state_is_said_of_what_switches_somebody_on_or_off() {
    let place = project();
    let place = place.path();
    let edit = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(place.join(file)).unwrap();
        assert!(text.contains(from));
        fs::write(place.join(file), text.replace(from, to)).unwrap();
    };
    edit(
        "roles.yaml",
        "  brand:\n",
        "  adviser: { title: Adviser, agency: { role: conseiller, team: Nord, calendar: internal } }\n  brand:\n",
    );
    edit(
        "people.yaml",
        "  robot:\n",
        "  zoe: { name: { first: Zoe, last: Liepa }, email: zoe@salons.example, access: [ { role: adviser, at: all } ] }\n  robot:\n",
    );
    let id = |kind: &str| {
        let output = keyholder(place, &["plan", "--format", "json"]);
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
        let steps = plan["steps"].as_array().unwrap().iter();
        let mut steps = steps.filter(|step| step["kind"] == kind && step["person"] == "zoe");
        steps.next().unwrap()["id"].as_str().unwrap().to_owned()
    };
    for kind in ["invite", "activate"] {
        let output = keyholder(place, &["done", &id(kind), "--by", "ilze"]);
        assert_eq!(code(&output), 0);
    }
    edit(
        "roles.yaml",
        "conseiller, team: Nord",
        "conseiller, team: Sud",
    );
    let step = id("set-rights");
    let output = keyholder(
        place,
        &["done", &step, "--by", "ilze", "--state", "inactive"],
    );
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 1);
    assert!(told.contains("switches nobody on or off"), "{told}");
    let output = keyholder(place, &["done", &step, "--by", "ilze", "--state", "absent"]);
    assert_eq!(code(&output), 0);
    id("invite");
}
