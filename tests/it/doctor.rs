//! `doctor` for a project with all five kinds, run as a program. Nothing leaves loopback: every system has a `url` there,
//! every token that would be needed is missing, and the page that needs none is served here.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::generated::stale;
use crate::support::{copy_example, root};

/// What must not come out, wherever it went in.
const SECRET: &str = "s3cret-partner";
/// Stands in the fixture for the port of this run.
const NO_PORT: &str = "00000";

fn doctor(arguments: &[&str]) -> Output {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("tests/fixtures/doctor"), place.path());
    let port = serve();
    let settings = place.path().join("keyholder.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace(NO_PORT, &port)).unwrap();
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
    let text = String::from_utf8(output.stdout).unwrap();
    output.stdout = text.replace(&port, NO_PORT).into_bytes();
    output
}

/// Answers whatever is asked, as the page of Apenday's documentation would; the port has as many digits as its
/// placeholder, so that lines break alike.
fn serve() -> String {
    let listener = std::iter::repeat_with(|| TcpListener::bind("127.0.0.1:0").unwrap())
        .find(|listener| listener.local_addr().unwrap().port() >= 10_000)
        .unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            assert!(stream.read(&mut asked).unwrap() > 0);
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
