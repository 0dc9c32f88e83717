//! Where state lives, from outside: runners without a disk that lasts, two at once, one that is killed between storing
//! and calling, a journal that is damaged. Bare repositories on this disk, the real program, no network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{copy_example, root};

/// The simulators' own branch.
const BRANCH: &str = "keyholder-state-sandbox";

/// A project in a bare repository, and the clones of its runners.
struct Team {
    dir: tempfile::TempDir,
}

impl Team {
    fn new(example: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let team = Self { dir };
        team.git("", &["init", "--quiet", "--bare", "bare.git"]);
        team.clone("a");
        copy_example(&root().join("examples").join(example), &team.path("a"));
        let path = team.path("a").join("keyholder.yaml");
        let mut settings = std::fs::read_to_string(&path).unwrap();
        settings.push_str("\nstate: { branch: keyholder-state }\n");
        std::fs::write(path, settings).unwrap();
        std::fs::write(team.path("a").join(".gitignore"), ".keyholder/\n").unwrap();
        team.git("a", &["add", "."]);
        team.git("a", &["commit", "--quiet", "-m", "the project"]);
        team.git("a", &["push", "--quiet", "origin", "HEAD"]);
        team
    }

    /// The same, with its journal begun.
    fn begun(example: &str) -> Self {
        let team = Self::new(example);
        team.expect(0, "a", &["journal", "init"]);
        team
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.path(folder))
            .args(["-c", "user.name=Somebody", "-c", "user.email=s@example"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn clone(&self, name: &str) {
        self.git("", &["clone", "--quiet", "bare.git", name]);
    }

    /// A runner with a fresh clone, whose vendor is as the other runner left it.
    fn runner(&self, name: &str, after: &str) {
        self.clone(name);
        let world = self.path(after).join(".keyholder/sandbox.json");
        let folder = self.path(name).join(".keyholder");
        std::fs::create_dir_all(&folder).unwrap();
        // Nobody changed a vendor that was never kept.
        if world.exists() {
            std::fs::copy(world, folder.join("sandbox.json")).unwrap();
        }
    }

    fn command(&self, clone: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyholder"));
        command
            .args(arguments)
            .arg("--sandbox")
            .current_dir(self.path(clone))
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("KEYHOLDER_ACTOR", clone)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs, and returns everything that was said.
    #[track_caller]
    fn expect(&self, code: i32, clone: &str, arguments: &[&str]) -> String {
        let output = self.command(clone, arguments).output().unwrap();
        ended(code, &output)
    }

    #[track_caller]
    fn apply(&self, code: i32, clone: &str) -> String {
        self.expect(code, clone, &["apply", "--yes"])
    }

    fn messages(&self, clone: &str) -> usize {
        let said = self.expect(0, clone, &["sandbox", "messages"]);
        said.lines().filter(|line| line.contains(" to ")).count()
    }

    /// The kinds of the entries, as the remote has them.
    fn kinds(&self, clone: &str) -> Vec<String> {
        let said = self.expect(0, clone, &["journal", "show", "--format", "json"]);
        let kind = |line: &str| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry["kind"].as_str().unwrap().to_owned()
        };
        said.lines().map(kind).collect()
    }

    /// Something that happens once within a push, on the remote: before it is stored, or after.
    fn once(&self, hook: &str, when: &str, then: &str) {
        let there = self.dir.path().display();
        let mut script = String::new();
        write!(
            script,
            "#!/bin/sh\nT='{there}'\nread old new ref\n[ -e $T/once ] && exit 0\n{when} || exit 0\ntouch $T/once\n{then}\n"
        )
        .unwrap();
        let path = self.path("bare.git").join("hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, script).unwrap();
        make_executable(&path);
    }

    #[track_caller]
    fn other_ended(&self, code: i32) -> String {
        let said = std::fs::read_to_string(self.path("said")).unwrap();
        let ended = std::fs::read_to_string(self.path("code")).unwrap();
        assert_eq!(ended.trim(), code.to_string(), "{said}");
        said
    }

    /// Runs `apply` until a hook kills it.
    fn killed(&self, clone: &str) {
        let mut child = self
            .command(clone, &["apply", "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The hook waits for the whole file.
        std::fs::write(self.path("pid.new"), child.id().to_string()).unwrap();
        std::fs::rename(self.path("pid.new"), self.path("pid")).unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "nobody killed it");
    }
}

/// Another runner, as a line of such a script; what it says and its exit code are kept.
fn other(clone: &str) -> String {
    format!(
        "cd $T/{clone} && env -i PATH=\"$PATH\" KEYHOLDER_ACTOR=other {} apply --yes --sandbox >$T/said 2>&1; echo $? >$T/code; exit 0",
        env!("CARGO_BIN_EXE_keyholder")
    )
}

/// Ends the run whose push this is, for good.
const KILL: &str = "while [ ! -s $T/pid ]; do :; done\nkill -9 $(cat $T/pid)";

/// Whether what is pushed holds an entry of a kind.
fn holds(kind: &str) -> String {
    format!("git show $new:journal/000000.jsonl 2>/dev/null | grep -q '\"kind\":\"{kind}\"'")
}

#[track_caller]
fn ended(code: i32, output: &Output) -> String {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

fn make_executable(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_runner_without_a_disk_knows_what_another_did() {
    let team = Team::new("hello");
    let clean = team.git("a", &["status", "--porcelain=v2", "--branch"]);
    // Trying begins its journal by itself; what a real run does is in `unremembered`.
    team.apply(0, "a");
    assert_eq!(team.messages("a"), 1);
    let head = team.expect(0, "a", &["journal", "head"]);

    team.runner("b", "a");
    assert_eq!(team.expect(0, "b", &["journal", "head"]), head);
    let said = team.expect(0, "b", &["plan", "--exit-code"]);
    assert!(said.contains("waits for the invitation"), "{said}");
    team.apply(0, "b");
    assert_eq!(team.messages("b"), 1, "nobody is invited twice");
    team.expect(0, "a", &["journal", "verify", "--expect-head", head.trim()]);

    assert_eq!(
        team.git("a", &["status", "--porcelain=v2", "--branch"]),
        clean
    );
    let branches = team.git("bare.git", &["for-each-ref", "--format=%(refname:short)"]);
    assert!(branches.lines().any(|line| line == BRANCH), "{branches}");
    assert_eq!(
        branches.lines().count(),
        2,
        "trying writes no real state: {branches}"
    );
}

#[test]
fn a_branch_that_is_gone_or_put_back_stops_every_run() {
    let team = Team::begun("hello");
    let begun = team.git("bare.git", &["rev-parse", BRANCH]);
    team.apply(0, "a");
    let full_name = format!("refs/heads/{BRANCH}");
    team.git("bare.git", &["update-ref", &full_name, begun.trim()]);
    for command in [&["plan"][..], &["apply", "--yes"], &["journal", "verify"]] {
        let said = team.expect(6, "a", command);
        assert!(said.contains("entries are missing"), "{said}");
        assert!(said.contains("refs/keyholder/known/BRANCH"), "{said}");
    }
    team.git("bare.git", &["update-ref", "-d", &full_name]);
    let said = team.expect(6, "a", &["apply", "--yes"]);
    assert!(said.contains("any more; its last known head is"), "{said}");
    let back = format!("refs/keyholder/known/{BRANCH}:{full_name}");
    team.git("a", &["push", "--quiet", "origin", &back]);
    team.apply(0, "a");
    assert_eq!(team.messages("a"), 1);
    // The simulators begin again, and with them what is known of them.
    team.expect(0, "a", &["sandbox", "reset"]);
    let said = team.expect(0, "a", &["plan"]);
    assert!(!said.contains("ournal"), "{said}");
    team.apply(0, "a");
}

#[test]
fn a_second_runner_is_told_who_is_at_work_and_does_nothing() {
    let team = Team::begun("hello");
    team.clone("b");
    team.once("post-receive", "true", &other("b"));
    team.apply(0, "a");
    let said = team.other_ended(8);
    assert!(
        said.contains("another run of keyholder holds the branch"),
        "{said}"
    );
    assert!(said.contains("run 1, since 20"), "{said}");
    assert_eq!(team.messages("b"), 0, "nothing was done");
    assert_eq!(team.messages("a"), 1);
    team.expect(0, "a", &["journal", "verify"]);
}

#[test]
fn a_push_that_is_refused_ends_the_run_before_it_did_anything() {
    let team = Team::begun("hello");
    team.clone("b");
    // While the first push is on its way, another run goes through from beginning to end.
    team.once("pre-receive", "true", &other("b"));
    let said = team.apply(8, "a");
    assert!(said.contains("stored something on the branch"), "{said}");
    team.other_ended(0);
    assert_eq!((team.messages("a"), team.messages("b")), (0, 1));
    let runs = team.kinds("a");
    assert_eq!(runs.iter().filter(|kind| *kind == "run-started").count(), 1);
}

#[test]
fn a_run_that_dies_between_storing_and_calling_is_settled_by_the_next() {
    let team = Team::begun("hello");
    team.once("post-receive", &holds("intent"), KILL);
    team.killed("a");
    assert_eq!(team.messages("a"), 0);
    assert!(!team.kinds("a").contains(&"outcome".to_owned()));
    // Elsewhere nobody can know yet that it is dead; in its own clone that is known at once.
    team.runner("b", "a");
    team.apply(8, "b");
    team.apply(0, "a");
    assert_eq!(team.messages("a"), 1);
    let kinds = team.kinds("a");
    assert!(kinds.contains(&"settled".to_owned()), "{kinds:?}");
    team.expect(0, "a", &["plan", "--exit-code"]);
}

#[test]
fn a_run_that_dies_after_the_call_repeats_no_message() {
    let team = Team::begun("hello");
    let kill = format!("{KILL}\nexit 1");
    team.once("pre-receive", &holds("outcome"), &kill);
    team.killed("a");
    assert!(
        !team.kinds("a").contains(&"outcome".to_owned()),
        "it was not stored"
    );
    let before = team.messages("a");
    team.apply(0, "a");
    assert_eq!(team.messages("a"), 1, "{before} before");
    assert!(team.kinds("a").contains(&"settled".to_owned()));
    team.expect(0, "a", &["plan", "--exit-code"]);
}

#[test]
fn runs_for_several_systems_share_one_journal() {
    let team = Team::begun("off-boarding");
    team.clone("b");
    for (clone, system) in [
        ("a", "system:salons"),
        ("b", "system:orders"),
        ("a", "system:orders"),
    ] {
        let output = team
            .command(clone, &["apply", "--yes", "--only", system])
            .output()
            .unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3 | 7)), "{system}: {output:?}");
    }
    let said = team.expect(0, "b", &["journal", "show"]);
    for read in ["read salons at", "read orders at", "by a", "by b"] {
        assert!(said.contains(read), "{read}: {said}");
    }
    let kinds = team.kinds("a");
    let count = |kind: &str| kinds.iter().filter(|it| *it == kind).count();
    assert!(count("run-started") >= 3);
    assert_eq!(count("run-started"), count("run-ended"));
}

#[test]
fn a_damaged_folder_is_told_and_a_torn_line_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), folder.path());
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .arg("--sandbox")
            .current_dir(folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    ended(0, &run(&["apply", "--yes"]));
    let path = folder.path().join(".keyholder/sandbox/journal.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let torn = format!("{whole}{{\"at\":\"2026-11-23T07:0");
    std::fs::write(&path, torn).unwrap();
    let said = ended(0, &run(&["apply", "--yes"]));
    assert!(
        said.contains("an earlier run died while it wrote"),
        "{said}"
    );
    let longer = std::fs::read_to_string(&path).unwrap();
    assert!(longer.starts_with(&whole) && longer.len() > whole.len());
    let lines: Vec<&str> = longer.split_inclusive('\n').collect();
    let cut = lines[..lines.len() - 1].concat();
    let swapped = [lines[0], lines[2], lines[1]].concat() + &lines[3..].concat();
    for (damaged, told) in [
        (cut, "entries are missing"),
        (swapped, "was altered: line 2"),
        (longer.replace("jana", "anna"), "was altered: line"),
        (String::new(), "entries are missing"),
    ] {
        std::fs::write(&path, &damaged).unwrap();
        for command in [&["plan"][..], &["apply", "--yes"], &["journal", "verify"]] {
            let said = ended(6, &run(command));
            assert!(said.contains(told), "{told}: {said}");
            assert!(said.contains("help: bring"), "{said}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
    }
    std::fs::remove_file(&path).unwrap();
    let said = ended(6, &run(&["apply", "--yes"]));
    assert!(said.contains("shows that there was one"), "{said}");
    ended(0, &run(&["journal", "init"]));
    ended(0, &run(&["journal", "verify"]));
}
