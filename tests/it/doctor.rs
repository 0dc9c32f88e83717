//! `doctor` for a project with all five kinds, run as a program: no vendor is asked, since every token that would be
//! needed is missing, and the one page that needs none is served here.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::generated::stale;
use crate::support::{copy_example, root};

/// What must not come out, wherever it went in.
const SECRET: &str = "s3cret-partner";

fn doctor(arguments: &[&str]) -> Output {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("tests/fixtures/doctor"), place.path());
    let port = page();
    let settings = place.path().join("keyholder.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    assert!(text.contains(":8765/"));
    fs::write(&settings, text.replace(":8765/", &format!(":{port}/"))).unwrap();
    let mut output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .arg("doctor")
        .args(arguments)
        .current_dir(place.path())
        .env_clear()
        .env("COLUMNS", "80")
        .env("ALTEGIO_PARTNER_TOKEN", SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        assert!(
            !text.contains(SECRET) && !text.contains("two words"),
            "{text}"
        );
    }
    // The port is another in every run.
    output.stdout = String::from_utf8_lossy(&output.stdout)
        .replace(&format!(":{port}"), ":8765")
        .into_bytes();
    output
}

/// Apenday's page on a port of this machine, for as long as the test runs.
fn page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    port
}

#[test]
fn all_five_kinds_are_told_at_eighty_columns() {
    let output = doctor(&[]);
    assert_eq!(output.status.code(), Some(1), "tokens are missing");
    let text = String::from_utf8(output.stdout).unwrap();
    let wide = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    let difference = stale(&root().join("tests/fixtures/doctor.txt"), &text);
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

#[test]
fn the_json_fits_the_schema_and_knows_what_is_switched_off() {
    let output = doctor(&["--format", "json", "salons", "booking"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = std::fs::read_to_string(root().join("schema/doctor.v1.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    if let Err(fault) = schema.validate(&report) {
        panic!("{}: {fault}", fault.instance_path());
    }
    let systems = report["systems"].as_array().unwrap();
    assert_eq!(systems.len(), 2);
    let salons = &systems[1];
    let withdraw = salons["capabilities"].as_array().unwrap();
    let withdraw = withdraw
        .iter()
        .find(|row| row["verb"] == "withdraw-invitation")
        .unwrap();
    assert_eq!(withdraw["how"], "manual");
    assert_eq!(salons["assumptions"][0]["in_force"], false);
    assert_eq!(salons["tokens"][0]["state"], "there");
    assert_eq!(salons["tokens"][1]["state"], "missing");
}

#[test]
fn what_is_wrong_comes_first_and_assumptions_are_listed_on_demand() {
    let text = |arguments: &[&str]| String::from_utf8(doctor(arguments).stdout).unwrap();
    let json = doctor(&["--format", "json", "salons"]);
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let assumptions = report["systems"][0]["assumptions"].as_array().unwrap();
    let (short, long) = (text(&["salons"]), text(&["salons", "--assumptions"]));
    let count = format!(
        "· {} things that no documentation confirms",
        assumptions.len() - 1
    );
    assert!(short.contains(&count), "{short}");
    assert!(
        short.contains("switched off:\n      delete_withdraws_invitation;"),
        "{short}"
    );
    for it in assumptions {
        let name = format!("· {} [", it["name"].as_str().unwrap());
        assert!(long.contains(&name) && !short.contains(&name), "{name}");
    }
    let tokens = short.split("  Tokens\n").nth(1).unwrap();
    assert!(tokens.starts_with("    ! user: "), "{short}");
}

#[test]
fn what_may_be_left_out_is_nothing_wrong() {
    let output = doctor(&["booking", "meetings"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_unknown_system_is_refused() {
    let output = doctor(&["salon"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("did you mean `salons`?"), "{text}");
}
