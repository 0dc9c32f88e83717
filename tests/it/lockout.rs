//! Locking somebody out through the program, in the example `off-boarding`, with somebody who has not left.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{copy_example, root};

#[track_caller]
fn keyholder(place: &Path, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .arg("--sandbox")
        .current_dir(place)
        .env_clear()
        .env("KEYHOLDER_ACTOR", "ilze")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.push_str(&String::from_utf8_lossy(&output.stderr));
    (output, told)
}

fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/off-boarding"), place.path());
    let people = place.path().join("people.yaml");
    let text = fs::read_to_string(&people).unwrap();
    let stays = text.replace("    leaves: 2026-11-20T20:00\n", "");
    assert_ne!(text, stays);
    fs::write(people, stays).unwrap();
    place
}

/// Kinds and systems of the steps about Marta.
fn steps(place: &Path) -> Vec<String> {
    let (output, told) = keyholder(
        place,
        &["plan", "--only", "person:marta", "--format", "json"],
    );
    let plan: Value = serde_json::from_slice(&output.stdout).expect(&told);
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            format!(
                "{} {}",
                step["kind"].as_str().unwrap(),
                step["system"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn whoever_is_locked_out_stays_out_until_it_is_lifted() {
    let place = project();
    let place = place.path();
    let before = steps(place);
    assert!(
        !before.iter().any(|step| step.starts_with("remove")),
        "{before:?}"
    );
    let (output, told) = keyholder(
        place,
        &[
            "lockout",
            "marta",
            "--because",
            "HR-77, call marta@salons.example",
        ],
    );
    // The steps by hand wait; what a call can take is taken.
    assert!(matches!(output.status.code(), Some(0 | 7)), "{told}");
    assert!(told.contains("by hand"), "{told}");
    assert!(
        told.contains("write `leaves: "),
        "with the simulators nothing is written: {told}"
    );
    assert!(told.contains("all access removed at Rīga Centrs"), "{told}");
    // The simulated administrator has done what is done by hand.
    assert_eq!(steps(place), [""; 0]);
    let (_, told) = keyholder(place, &["journal", "show"]);
    assert!(
        told.contains("marta is locked out: HR-77, call <contact>"),
        "{told}"
    );
    let (_, told) = keyholder(place, &["plan"]);
    assert!(told.contains("`marta` is locked out since"), "{told}");
    // An ordinary apply gives nothing back.
    keyholder(place, &["apply", "--yes"]);
    assert!(!steps(place).iter().any(|step| step.starts_with("invite")));
    let (output, told) = keyholder(place, &["unlock", "marta", "--because", "a mistake"]);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        steps(place).iter().any(|step| step.starts_with("invite")),
        "the files hold again"
    );
    let (output, told) = keyholder(place, &["unlock", "marta", "--because", "again"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("is not locked out"), "{told}");
}

#[test]
fn nobody_and_the_protected_cannot_be_locked_out() {
    let place = project();
    let place = place.path();
    let (output, told) = keyholder(place, &["lockout", "martha", "--because", "x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("did you mean `marta`?"), "{told}");
    let settings = place.join("keyholder.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(
        &settings,
        text.replace("protected: [", "protected: [marta, "),
    )
    .unwrap();
    let (output, told) = keyholder(place, &["lockout", "marta", "--because", "x"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told.contains("`marta` is protected"), "{told}");
    assert!(!place.join(".keyholder").exists() || !told.contains("locked out"));
}

#[test]
fn no_count_keeps_whoever_is_locked_out() {
    let place = project();
    let place = place.path();
    // Marta is one of the two who can.
    let policies = "policies:\n  two: { kind: holders, right: records_create_access, each: location, at_least: 2 }\n";
    fs::write(place.join("policies.yaml"), policies).unwrap();
    let (output, told) = keyholder(place, &["lockout", "marta", "--because", "HR-77"]);
    assert!(matches!(output.status.code(), Some(0 | 7)), "{told}");
    assert!(told.contains("all access removed at Rīga Centrs"), "{told}");
    assert!(told.contains("whom no count holds"), "it is told: {told}");
    assert_eq!(steps(place), [""; 0]);
}

#[test]
fn whose_account_acts_is_not_locked_out_and_not_written_down() {
    let place = project();
    let place = place.path();
    // The settings name the account, and nothing but a read tells whose it is.
    let settings = place.join("keyholder.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    let acting = text.replacen("    acting: robot\n", "    acting: 7\n", 1);
    fs::write(&settings, acting).unwrap();
    let people = fs::read_to_string(place.join("people.yaml")).unwrap();
    let (output, told) = keyholder(place, &["lockout", "marta", "--because", "x"]);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("which `keyholder` acts as"), "{told}");
    let (_, shown) = keyholder(place, &["journal", "show"]);
    assert!(!shown.contains("marta is locked out"), "{shown}");
    let after = fs::read_to_string(place.join("people.yaml")).unwrap();
    assert_eq!(people, after);
}

#[test]
fn a_token_that_is_missing_keeps_no_lockout_out_of_the_files() {
    let place = project();
    let place = place.path();
    let real = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .current_dir(place)
            .env_clear()
            .env("KEYHOLDER_ACTOR", "ilze")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push_str(&String::from_utf8_lossy(&output.stderr));
        (output, told)
    };
    assert!(real(&["journal", "init"]).0.status.success());
    let (output, told) = real(&["lockout", "marta", "--because", "HR-77"]);
    assert_eq!(output.status.code(), Some(6), "{told}");
    for token in [
        "ALTEGIO_PARTNER_TOKEN",
        "YCLIENTS_PARTNER_TOKEN",
        "KEYCRM_API_KEY",
    ] {
        assert!(told.contains(token), "each is named: {told}");
    }
    let people = fs::read_to_string(place.join("people.yaml")).unwrap();
    assert!(people.contains("leaves: "), "{told}");
    let (_, shown) = real(&["journal", "show"]);
    assert!(shown.contains("marta is locked out"), "{shown}");
}
