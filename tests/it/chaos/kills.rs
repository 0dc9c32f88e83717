//! Kills of the real program, with real files: `apply --yes --sandbox` ends by SIGKILL as soon as its journal has so
//! many lines, some of its last lines are torn, and it is started again.
//!
//! Nothing sleeps: the moment is what the journal holds, looked at whenever the program tells of a call. Not a test of
//! timing: a program that is quicker than the kill has ended by itself, and the laws are the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use keyholder::catalog::Kind;
use serde_json::Value;

use super::chain::Chain;
use super::dice::Dice;

/// How many programs are killed.
const KILLS: usize = 30;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(chain: &Chain) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("keyholder.yaml", chain.settings());
        write("people.yaml", chain.entries());
        write("live.json", chain.live().to_string());
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyholder"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join(".keyholder/sandbox/journal.jsonl")
    }

    fn state(&self) -> Value {
        let text = std::fs::read(self.0.path().join(".keyholder/sandbox.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Runs `apply` until its journal has so many lines; whether it was killed. It is looked at whenever the program says
    /// that a call was made.
    fn kill_at(&self, lines: usize) -> bool {
        let mut child = self
            .command(&["apply", "--yes", "--sandbox", "-v"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let has_enough = said.lines().any(|_| count(&self.journal()) >= lines);
        // One that has ended meanwhile cannot be killed any more.
        let ended = child.try_wait().unwrap().is_some();
        if has_enough && !ended {
            child.kill().unwrap();
        }
        !child.wait().unwrap().success() && has_enough && !ended
    }

    /// What a crash in the middle of a write leaves: a part of a line.
    fn tear(&self) {
        let path = self.journal();
        let Ok(text) = std::fs::read_to_string(&path) else {
            return;
        };
        let last = text.lines().last().unwrap_or("{");
        let mut file = std::fs::File::options().append(true).open(path).unwrap();
        file.write_all(&last.as_bytes()[..last.len() / 2]).unwrap();
    }
}

fn count(journal: &Path) -> usize {
    let text = std::fs::read(journal).unwrap_or_default();
    text.split(|byte| *byte == b'\n').count() - 1
}

#[test]
fn a_program_that_is_killed_at_any_line_of_its_journal_ends_well() {
    let mut killed = 0;
    let mut broken = Vec::new();
    let mut dice = Dice::new(4);
    for nth in 0..KILLS {
        let mut chain = Chain::new(&mut dice);
        // Nobody accepts here, and what the vendor refuses would stay a step for ever.
        chain.options["delete_pending"] = "withdraw".into();
        if nth % 4 == 1 {
            chain.kind = Kind::Yclients;
        }
        let folder = Folder::new(&chain);
        // The first lines are the beginning and the reads; most of the kills are among the calls.
        killed += usize::from(folder.kill_at(2 + nth % 15));
        if nth % 3 == 0 {
            folder.tear();
        }
        // Now and then the next one dies as well.
        if nth % 5 == 0 {
            let lines = count(&folder.journal());
            killed += usize::from(folder.kill_at(lines + 1 + nth % 4));
        }
        for law in ends_well(&folder, &chain) {
            broken.push(format!("kill {nth}: {law}"));
        }
    }
    writeln!(
        std::io::stderr(),
        "kills: {killed} programs killed over {KILLS} chains"
    )
    .unwrap();
    assert!(broken.is_empty(), "\n  {}", broken.join("\n  "));
    assert!(killed >= KILLS / 2, "only {killed} were still running");
}

fn ends_well(folder: &Folder, chain: &Chain) -> Vec<String> {
    let mut broken = Vec::new();
    for _ in 0..2 {
        let output = folder.run(&["apply", "--yes", "--sandbox"]);
        // In order, or something is held or left for a later run.
        if !matches!(output.status.code(), Some(0 | 3 | 5)) {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            broken.push(format!(
                "apply ended with {:?}: {said}",
                output.status.code()
            ));
        }
    }
    let output = folder.run(&["plan", "--sandbox", "--format", "json"]);
    match serde_json::from_slice::<Value>(&output.stdout) {
        Ok(plan) => {
            if plan["steps"]
                .as_array()
                .is_none_or(|steps| !steps.is_empty())
            {
                broken.push(format!("steps are left: {}", plan["steps"]));
            }
        }
        Err(error) => broken.push(format!("no plan: {error}")),
    }
    if !folder
        .run(&["journal", "verify", "--sandbox"])
        .status
        .success()
    {
        broken.push("the journal does not hold".to_owned());
    }
    let state = folder.state();
    let mut told = BTreeSet::new();
    for message in state["world"]["log"]["messages"].as_array().unwrap() {
        if !told.insert(message["to"].to_string()) {
            broken.push(format!("{} got two messages", message["to"]));
        }
    }
    let places = &state["world"]["systems"]["salons"]["locations"];
    for (key, id) in chain.places() {
        for account in chain.protected() {
            let link = &places[id.to_string()]["links"][account.to_string()];
            if link["approved"] != Value::Bool(true) {
                broken.push(format!("account {account} lost its access at {key}"));
            }
        }
    }
    broken.extend(without_intent(folder, chain, &state));
    broken
}

/// Effects that no intent of the journal announces, by call, place and account.
fn without_intent(folder: &Folder, chain: &Chain, state: &Value) -> Vec<String> {
    let mut announced: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let text = std::fs::read_to_string(folder.journal()).unwrap();
    for line in text.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        if entry["kind"] == "intent" {
            let text = |key: &str| entry[key].as_str().unwrap_or("").to_owned();
            let whom = if entry["call"] == "invite" {
                text("person")
            } else {
                text("account")
            };
            *announced
                .entry((text("call"), text("place"), whom))
                .or_default() += 1;
        }
    }
    let mut broken = Vec::new();
    for effect in state["world"]["log"]["effects"].as_array().unwrap() {
        if effect["by"].is_null() {
            continue;
        }
        let call = match effect["what"].as_str().unwrap() {
            "invited" => "invite",
            "copied" => "copy",
            "rights" => "write",
            "removed" => "remove",
            other => panic!("an effect `{other}`"),
        };
        let place = chain
            .places()
            .iter()
            .find(|(_, id)| effect["location"] == *id)
            .unwrap()
            .0;
        let account = effect["account"].to_string();
        let whom = if call == "invite" {
            let email = &state["world"]["systems"]["salons"]["accounts"][&account]["email"];
            email
                .as_str()
                .unwrap()
                .split('@')
                .next()
                .unwrap()
                .to_owned()
        } else {
            account
        };
        let key = (call.to_owned(), place.to_owned(), whom);
        match announced.get_mut(&key) {
            // A write may take two calls, and a repeated one as many; a message is one call.
            Some(left) if call != "invite" || *left > 0 => *left = left.saturating_sub(1),
            _ => broken.push(format!("{key:?} happened without an intent")),
        }
    }
    broken
}
