//! Every command block of the pages is run, and every `diff` block between them is applied, in order, in a copy of a
//! folder. `UPDATE=1 cargo test` rewrites the outputs.
//!
//! A `console` block is a transcript: lines that begin with `$ ` are commands, the rest is what they print (stdout and
//! stderr as they come). A non-zero exit code is printed as a last line, `[exit code 3]`. An `sh` block shows no output
//! and must succeed as a whole; the vendors are the simulators there, also where it does not say `--sandbox`. Both are run
//! by `sh`, with `keyholder` and a `cargo run` that means the same. A block of another language is not run, and what
//! looks like a command without a language is refused: a page can only show what works.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use crate::support::generated::{rewrite, stale, updating};
use crate::support::{copy_example, files, root};

/// Where the commands of a page are run.
#[derive(Clone, Copy)]
enum Place {
    /// In a copy of this folder.
    In(&'static str),
    /// In one that is a git repository with one commit and a remote `origin`, on this disk.
    Git(&'static str),
    /// The same, and `sh` blocks are run without the simulators: their commands ask no vendor.
    State(&'static str),
    /// In an empty folder.
    Empty,
}

use Place::{Empty, Git, In, State};

/// Lines of `sh` blocks that cannot be run in a test, and why.
#[rustfmt::skip]
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo test", "is this test"),
    (r#"cat > sign-in.json        # {"login": "robot@chain.example", "password": "..."}, then Ctrl-D"#, "asks a person"),
    (r#"curl -sS https://api.alteg.io/api/v1/auth -H "Accept: application/vnd.api.v2+json" -H "Content-Type: application/json" -H "Authorization: Bearer $ALTEGIO_PARTNER_TOKEN" -d @sign-in.json"#, "asks the vendor"),
    (r#"curl -sS https://api.yclients.com/api/v1/auth -H "Accept: application/vnd.yclients.v2+json" -H "Content-Type: application/json" -H "Authorization: Bearer $YCLIENTS_PARTNER_TOKEN" -d @sign-in.json"#, "asks the vendor"),
    ("rm sign-in.json", "ends what asked a person"),
];

/// Makes one test of each page, so that they run side by side and a failure names its page.
macro_rules! pages {
    ($($test:ident: $page:literal, $place:expr;)*) => {
        /// Every page with commands, and where they are run.
        const PAGES: &[(&str, Place)] = &[$(($page, $place),)*];

        $(
            #[test]
            fn $test() {
                keep($page, $place);
            }
        )*
    };
}

pages! {
    readme: "README.md", In(".");
    hello: "examples/hello/README.md", In("examples/hello");
    salon_chain: "examples/salon-chain/README.md", In("examples/salon-chain");
    off_boarding: "examples/off-boarding/README.md", In("examples/off-boarding");
    tutorial: "docs/tutorial.md", Empty;
    adoption: "docs/adoption.md", In("examples/adoption");
    auditing: "docs/auditing.md", Git("examples/hello");
    by_hand: "docs/by-hand.md", In("examples/off-boarding");
    ci: "docs/ci.md", Git("examples/hello");
    commands: "docs/reference/commands.md", Git("examples/hello");
    daily_work: "docs/daily-work.md", Git("examples/hello");
    policies: "docs/policies.md", In("examples/hello");
    reports: "docs/reports.md", In("examples/hello");
    reviewing: "docs/reviewing.md", In("examples/hello");
    security: "docs/security.md", In("examples/hello");
    altegio: "docs/vendors/altegio.md", In("examples/off-boarding");
    yclients: "docs/vendors/yclients.md", In("examples/off-boarding");
    keycrm: "docs/vendors/keycrm.md", In("examples/off-boarding");
    reservio: "docs/vendors/reservio.md", In("examples/off-boarding");
    apenday: "docs/vendors/apenday.md", In("examples/off-boarding");
    state: "docs/state.md", State("examples/hello");
}

/// Runs a page, and compares or rewrites it.
fn keep(page: &str, place: Place) {
    let path = root().join(page);
    let text = fs::read_to_string(&path).unwrap();
    let desk = Desk::new(place);
    let (now, commands) = desk.replay(&text);
    assert!(commands > 0, "{page} has no command");
    if settled(&now) == settled(&text) {
        return;
    }
    if updating() {
        rewrite(&path, &now);
        return;
    }
    let (text, now) = (settled(&text), settled(&now));
    let difference = similar::TextDiff::from_lines(&text, &now);
    panic!(
        "UPDATE=1 cargo test --test it rewrites {page}:\n{}",
        difference.unified_diff().header(page, "what happens")
    );
}

#[test]
fn every_command_block_is_run() {
    let known: BTreeSet<_> = PAGES.iter().map(|(page, _)| *page).collect();
    let mut pages = files("docs", ".md");
    pages.extend(files("examples", ".md"));
    pages.push((
        "README.md".to_owned(),
        fs::read_to_string(root().join("README.md")).unwrap(),
    ));
    let mut wrong = Vec::new();
    let mut not_run = BTreeSet::new();
    for (page, text) in &pages {
        let mut commands = false;
        for event in Parser::new(text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    wrong.push(format!(
                        "{page}: indented code; use a block with a language"
                    ));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => match &*language {
                    "console" | "sh" => commands = true,
                    "yaml" | "json" | "diff" | "text" => {}
                    other => wrong.push(format!("{page}: nothing is known of a block `{other}`")),
                },
                _ => {}
            }
        }
        if commands && !known.contains(&**page) {
            wrong.push(format!("{page}: has commands, and nobody runs them"));
        }
        not_run.extend(
            text.lines()
                .filter(|line| NOT_RUN.iter().any(|(known, _)| known == line)),
        );
    }
    for (line, because) in NOT_RUN {
        if !not_run.contains(line) {
            wrong.push(format!("no page has `{line}` any more, which {because}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A copy of a folder, and a folder with the programs that a page may call.
struct Desk {
    place: PathBuf,
    programs: PathBuf,
    sandbox: bool,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(place: Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self {
            place: folder.path().join("project"),
            programs: folder.path().join("bin"),
            sandbox: !matches!(place, State(_)),
            _folder: folder,
        };
        fs::create_dir(&desk.place).unwrap();
        fs::create_dir(&desk.programs).unwrap();
        let program = env!("CARGO_BIN_EXE_keyholder");
        desk.program("keyholder", &format!("exec {program} \"$@\""));
        desk.program(
            "cargo",
            &format!("while [ \"$1\" != -- ]; do shift; done; shift; exec {program} \"$@\""),
        );
        match place {
            Empty => {}
            In(from) => copy_example(&root().join(from), &desk.place),
            Git(from) | State(from) => {
                copy_example(&root().join(from), &desk.place);
                desk.sh("git init -q -b main . && git add . && git commit -qm 'Begin'");
                desk.sh("git init -q --bare ../origin.git && git remote add origin ../origin.git");
                desk.sh("git push -q -u origin main");
            }
        }
        desk
    }

    fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.programs.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The page with every output as it is now, and how many commands were run.
    fn replay(&self, text: &str) -> (String, usize) {
        let mut now = String::new();
        let mut commands = 0;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            writeln!(now, "{line}").unwrap();
            let mut block =
                || -> Vec<&str> { lines.by_ref().take_while(|line| *line != "```").collect() };
            match line {
                "```console" => {
                    for command in block().iter().filter_map(|line| line.strip_prefix("$ ")) {
                        commands += 1;
                        write!(now, "$ {command}\n{}", self.show(command)).unwrap();
                    }
                    now.push_str("```\n");
                }
                "```sh" => {
                    let script = block();
                    commands += script.len();
                    self.succeed(&script);
                    writeln!(now, "{}\n```", script.join("\n")).unwrap();
                }
                "```diff" => {
                    let edit = block();
                    apply(&edit, &self.place);
                    writeln!(now, "{}\n```", edit.join("\n")).unwrap();
                }
                _ => {}
            }
        }
        (now, commands)
    }

    /// What a command prints, and its exit code where it fails.
    fn show(&self, command: &str) -> String {
        let (mut output, code) = self.run(command);
        if !output.is_empty() && !output.ends_with('\n') {
            output.push('\n');
        }
        if code != 0 {
            writeln!(output, "[exit code {code}]").unwrap();
        }
        output
    }

    /// Runs a script that must succeed, without the lines that cannot be run.
    fn succeed(&self, script: &[&str]) {
        let lines = script
            .iter()
            .filter(|line| !NOT_RUN.iter().any(|(known, _)| known == *line));
        let lines: Vec<&str> = lines.copied().collect();
        let program = env!("CARGO_BIN_EXE_keyholder");
        let instead = if self.sandbox {
            format!(
                "keyholder() {{ case \" $* \" in *' --sandbox '*) {program} \"$@\" ;; *) {program} --sandbox \"$@\" ;; esac; }}\n"
            )
        } else {
            String::new()
        };
        self.sh(&format!("{instead}{}", lines.join("\n")));
    }

    fn sh(&self, script: &str) {
        let (output, code) = self.run(script);
        assert_eq!(code, 0, "\n{script}\n{output}");
    }

    /// Both streams in one, in the order in which a person sees them, and the exit code.
    fn run(&self, script: &str) -> (String, i32) {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut child = Command::new("sh")
            .args(["-euc", script])
            .current_dir(&self.place)
            .env_clear()
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", self.programs.display()),
            )
            .env("HOME", &self.place)
            .env("KEYHOLDER_ACTOR", "you")
            .envs(AS_SOMEBODY.iter().copied())
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .spawn()
            .unwrap();
        let mut output = String::new();
        reader.read_to_string(&mut output).unwrap();
        let status = child.wait().unwrap();
        (output, status.code().unwrap_or(-1))
    }
}

/// Whose commits these are, and when, so that every run makes the same.
const AS_SOMEBODY: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "Ilze Ozola"),
    ("GIT_AUTHOR_EMAIL", "ilze@salons.example"),
    ("GIT_AUTHOR_DATE", "2026-11-20T09:00:00Z"),
    ("GIT_COMMITTER_NAME", "Ilze Ozola"),
    ("GIT_COMMITTER_EMAIL", "ilze@salons.example"),
    ("GIT_COMMITTER_DATE", "2026-11-20T09:00:00Z"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
];

/// A transcript without what may differ between two honest runs: the simulated time depends on the order in which
/// concurrent calls arrive, and hashes depend on the time and on every byte of an example. Hashes become `#`, times of day `00:00`.
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
        let is_hash = hash.len() >= 10
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

#[test]
fn what_the_readme_shows_of_the_example_stands_in_it() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, block) = readme
        .split_once("all it says about Jana:\n\n```yaml\n")
        .unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let people = std::fs::read_to_string(root().join("examples/hello/people.yaml")).unwrap();
    // All of it: what follows is another entry.
    assert!(people.contains(&format!("\n\n{block}\n  ")), "{block}");
}

/// The picture at the top of the README: the plan of its example as a terminal shows it.
#[test]
fn the_picture_of_a_plan_is_of_today_s_program() {
    let folder = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(["plan", "--sandbox", "--color", "always"])
        .current_dir(folder.path())
        .env_clear()
        .env("COLUMNS", "80")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains('\u{1b}'), "it is in color");
    let drawn = snapbox::Data::text(format!("$ keyholder plan --sandbox\n{shown}"));
    let drawn = drawn.coerce_to(snapbox::data::DataFormat::TermSvg);
    let stale = stale(&root().join("docs/plan.svg"), &drawn.render().unwrap());
    assert!(stale.is_none(), "{}", stale.unwrap_or_default());
}
