//! Every `console` block of the READMEs is run, and every `diff` block between them is applied, in order, in a copy of
//! the folder. `UPDATE=1 cargo test` rewrites the outputs.
//!
//! A block is a transcript: lines that begin with `$ ` are commands, the rest is what they print (stdout and stderr as
//! they come). A non-zero exit code is printed as a last line, `[exit code 3]`. `cargo run -- ARGS` and
//! `keyholder ARGS` mean the same; `cat FILE` shows what a command wrote. Blocks of other languages are not run.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{copy_example, root};

/// A README and the folder its commands are run in, both from the repository's root.
const TRANSCRIPTS: &[(&str, &str)] = &[
    ("README.md", "."),
    ("examples/hello/README.md", "examples/hello"),
    ("examples/salon-chain/README.md", "examples/salon-chain"),
    ("examples/off-boarding/README.md", "examples/off-boarding"),
    ("docs/by-hand.md", "examples/off-boarding"),
    ("docs/ci.md", "examples/hello"),
    ("docs/reviewing.md", "examples/hello"),
    ("docs/adoption.md", "examples/adoption"),
    ("docs/daily-work.md", "examples/hello"),
];

#[test]
fn readmes_say_what_happens() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = String::new();
    for (readme, folder) in TRANSCRIPTS {
        let path = root().join(readme);
        let text = fs::read_to_string(&path).unwrap();
        let place = tempfile::tempdir().unwrap();
        copy_example(&root().join(folder), place.path());
        let (now, commands) = replay(&text, place.path());
        assert!(commands > 0, "{readme} has no command");
        if settled(&now) == settled(&text) {
            continue;
        }
        if update {
            fs::write(&path, now).unwrap();
        } else {
            let (text, now) = (settled(&text), settled(&now));
            let diff = similar::TextDiff::from_lines(&text, &now);
            write!(
                stale,
                "{}",
                diff.unified_diff().header(readme, "what happens")
            )
            .unwrap();
        }
    }
    assert!(
        stale.is_empty(),
        "UPDATE=1 cargo test rewrites these:\n{stale}"
    );
}

/// A transcript without what may differ between two honest runs: the simulated time depends on the order in which
/// concurrent calls arrive, and hashes depend on the time. Hashes become `#`, times of day `00:00`.
fn settled(text: &str) -> String {
    let mut out = String::new();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.');
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (gap, tail) = rest.split_at(start);
        let (word, tail) = tail.split_at(tail.find(|c| !is_word(c)).unwrap_or(tail.len()));
        out.push_str(gap);
        let bare = word.trim_end_matches(['.', ':']);
        let hash = bare.rsplit(':').next().unwrap_or(bare);
        let is_hash = hash.len() >= 12
            && hash
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_time = bare.len() >= 5
            && bare.contains(':')
            && bare
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
        match (is_hash, is_time) {
            (true, _) => out.push_str(&word.replace(hash, "#")),
            (false, true) => out.push_str("00:00"),
            (false, false) => out.push_str(word),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[test]
fn only_hashes_and_times_are_settled() {
    assert_eq!(
        settled("Plan 0fd9a8b7c6d5. at 2026-12-01 09:00 (Riga), head 11:0fd9a8b7c6d5"),
        "Plan #. at 2026-12-01 00:00 (Riga), head 11:#"
    );
    assert_eq!(
        settled("people.yaml:18  leaves: 2026-11-21"),
        "people.yaml:18  leaves: 2026-11-21"
    );
}

/// The README with every output as it is now, and how many commands were run.
fn replay(text: &str, place: &Path) -> (String, usize) {
    let mut now = String::new();
    let mut commands = 0;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        now.push_str(line);
        now.push('\n');
        match line {
            "```console" => {
                for line in lines.by_ref() {
                    if line == "```" {
                        break;
                    }
                    if let Some(command) = line.strip_prefix("$ ") {
                        commands += 1;
                        writeln!(now, "{line}").unwrap();
                        now.push_str(&run(command, place));
                    }
                }
                now.push_str("```\n");
            }
            "```diff" => {
                let edit: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                apply(&edit, place);
                for line in edit {
                    writeln!(now, "{line}").unwrap();
                }
                now.push_str("```\n");
            }
            _ => {}
        }
    }
    (now, commands)
}

/// Replaces the `-` lines of an edit by its `+` lines; the file is named after `---`.
fn apply(edit: &[&str], place: &Path) {
    let file = edit
        .iter()
        .find_map(|line| line.strip_prefix("--- "))
        .expect("a line `--- FILE`");
    let pick = |mark: char| -> String {
        let lines = edit.iter().filter(|line| !line.starts_with("--- "));
        lines
            .filter_map(|line| {
                line.strip_prefix(mark)
                    .or_else(|| line.strip_prefix(' '))
                    .map(|line| format!("{line}\n"))
            })
            .collect()
    };
    let path = place.join(file);
    let text = fs::read_to_string(&path).unwrap();
    let old = pick('-');
    assert_eq!(
        text.matches(&old).count(),
        1,
        "{file} must have these lines once:\n{old}"
    );
    fs::write(&path, text.replace(&old, &pick('+'))).unwrap();
}

fn run(command: &str, place: &Path) -> String {
    let words = split(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["cat", file] = words.as_slice() {
        return fs::read_to_string(place.join(file)).unwrap();
    }
    let arguments = match words.as_slice() {
        ["keyholder", arguments @ ..] | ["cargo", "run", "--", arguments @ ..] => arguments,
        ["cargo", "run", "-q", "--", arguments @ ..] => arguments,
        _ => panic!("`{command}` is not a command of ours"),
    };
    // One pipe for both streams, so that they stand in the order in which a person sees them.
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .current_dir(place)
        .env_clear()
        .env("HOME", place)
        .env("KEYHOLDER_ACTOR", "you")
        .stdin(Stdio::null())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    let mut output = String::new();
    reader.read_to_string(&mut output).unwrap();
    let status = child.wait().unwrap();
    if !output.is_empty() && !output.ends_with('\n') {
        output.push('\n');
    }
    if !status.success() {
        writeln!(output, "[exit code {}]", status.code().unwrap_or(-1)).unwrap();
    }
    output
}

/// Splits at spaces, but for single and double quotes.
fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (None, ' ') => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
