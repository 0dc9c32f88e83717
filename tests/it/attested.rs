//! What people said they did by hand, as files that went through a merge, an editor or a wrong clock, run as a program.
//!
//! One system whose accounts nothing reads, so that statements are all there is; nothing leaves the machine. Invariant:
//! what cannot be believed is never planned from, and says so.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyholder::attest::{Statement, write};
use keyholder::model::{
    AccountState, HasNow, PersonKey, PlaceId, Says, SystemName, VendorRoleSlug,
};
use serde_json::Value;

/// The port is one that nobody listens at; planning asks nobody there anyway.
const SETTINGS: &str = "version: 1
time_zone: Europe/Riga
systems:
  office: { kind: apenday, url: \"http://127.0.0.1:1/public\", ownership: full, hands: [ilze] }
";

const ENTRIES: &str = "locations:
  mall: { title: Mall, in: { office: nord } }
roles:
  adviser: { title: Adviser, office: { role: conseiller, team: Nord, calendar: internal } }
people:
  ilze:
    name: { first: Ilze, last: Ozola }
    email: ilze@chain.example
    access: [ { role: adviser, at: all } ]
";

fn said(step: &str, at: &str, says: Says) -> Statement {
    Statement {
        system: SystemName::new("office"),
        step: step.into(),
        does: "invite".into(),
        person: PersonKey::new("ilze"),
        place: PlaceId::Whole,
        account: None,
        at: at.parse().unwrap(),
        by: "ilze".into(),
        says,
        note: Some("typed in at noon".into()),
        withdrawn: None,
    }
}

fn active() -> Says {
    Says::Has(HasNow {
        state: AccountState::Active,
        role: Some(VendorRoleSlug::new("conseiller")),
        facts: std::sync::Arc::default(),
    })
}

/// Plans with that text as the system's statements.
fn plan(statements: &str) -> Output {
    let place = tempfile::tempdir().unwrap();
    let put = |file: &str, text: &str| {
        let file = place.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(file, text).unwrap();
    };
    put("keyholder.yaml", SETTINGS);
    put("people.yaml", ENTRIES);
    put("attestations/office.yaml", statements);
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .current_dir(place.path())
            .env_clear()
            .env("COLUMNS", "80")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    assert!(run(&["journal", "init"]).status.success());
    run(&["plan", "--format", "json"])
}

/// Whether anything in a plan is held for a doubt about a statement.
fn doubts(value: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            let own = fields
                .get("code")
                .is_some_and(|code| code == "attestation-doubt");
            usize::from(own) + fields.values().map(doubts).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(doubts).sum(),
        _ => 0,
    }
}

#[track_caller]
fn doubted(statements: &str) {
    let output = plan(statements);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let plan: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert!(doubts(&plan) > 0, "{plan:#}");
    assert_eq!(output.status.code(), Some(3), "{plan:#}{err}");
}

#[track_caller]
fn believed(statements: &str) -> Value {
    let output = plan(statements);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(doubts(&plan), 0, "{plan:#}");
    plan
}

#[test]
fn a_statement_fits_the_schema_and_is_believed() {
    let text = write(&[said("aaaa", "2026-11-20T12:00:00Z", active())]);
    let schema = include_str!("../../schema/attestations.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let value: Value = serde_yaml::from_str(&text).unwrap();
    if let Err(fault) = schema.validate(&value) {
        panic!("{}: {fault}\n{text}", fault.instance_path());
    }
    believed(&text);
}

#[test]
fn an_edited_statement_holds() {
    let text = write(&[said("aaaa", "2026-11-20T12:00:00Z", active())]);
    let edited = text.replace("noon", "night");
    assert_ne!(text, edited);
    doubted(&edited);
}

#[test]
fn a_statement_that_a_merge_brought_twice_is_one() {
    let text = write(&[said("aaaa", "2026-11-20T12:00:00Z", active())]);
    let at = text.find("\n- ").or(text.find("\n  - ")).unwrap() + 1;
    let twice = format!("{text}{}", &text[at..]);
    assert_eq!(believed(&twice)["steps"], believed(&text)["steps"]);
}

#[test]
fn statements_that_contradict_each_other_hold() {
    doubted(&write(&[
        said("aaaa", "2026-11-20T12:00:00Z", active()),
        said("bbbb", "2026-11-20T12:00:00Z", Says::Absent),
    ]));
}

#[test]
fn a_statement_from_the_future_holds() {
    doubted(&write(&[said("aaaa", "2999-01-01T00:00:00Z", active())]));
}

#[test]
fn a_broken_file_ends_the_run_at_its_place() {
    let output = plan("statements:\n- person: [\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("attestations/office.yaml:"), "{text}");
    assert!(text.contains("nothing was read"), "{text}");
}
