//! A folder with a project in it, as somebody at a shell has it: edited, committed, and run against the simulators.

use std::path::Path;
use std::process::{Command, Stdio};

/// Replaces the first of a text that must be there.
#[track_caller]
pub(crate) fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// git as somebody, which must go well.
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@chain.example"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success(), "{arguments:?}");
}

/// The program, with git in reach: the exit code, stdout and stderr.
pub(crate) fn keyholder(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("KEYHOLDER_ACTOR", "test")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
