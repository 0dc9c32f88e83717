//! What a terminal and a shell get of the files: their form, completion, width and color, and what is left of somebody who
//! is erased.

use std::fs;

use crate::support::shop::git;
use crate::support::{copy_example, root};
use crate::verbs::{COAST, Chain, RIGA};

#[test]
fn width_and_color_are_as_the_terminal_wants_them() {
    let chain = Chain::new();
    let show = |variables: &[(&str, &str)]| {
        let mut command = chain.command(env!("CARGO_BIN_EXE_keyholder"));
        let arguments = ["grant", "anna", "floor", "--at", "center"];
        command.args(arguments).envs(variables.iter().copied());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let plain = show(&[
        ("NO_COLOR", "1"),
        ("CLICOLOR_FORCE", "1"),
        ("COLUMNS", "50"),
    ]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let words = plain.lines().skip_while(|line| !line.starts_with("From"));
    let widest = words.map(|line| line.chars().count()).max().unwrap();
    assert!((30..=50).contains(&widest), "{plain}");
    assert!(show(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}["));
}

#[test]
fn the_examples_are_canonical_and_say_the_same_as_before() {
    for example in ["hello", "salon-chain", "off-boarding"] {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(example), folder.path());
        let chain = Chain { folder };
        let (code, told) = chain.run(&["fmt", "--check"]);
        assert_eq!((code, told.as_str()), (0, ""), "{example}");
    }
    let chain = Chain::new();
    let show = || chain.run(&["show", "--format", "json", "--as-of", "2027-01-01"]);
    let before = show();
    let (code, told) = chain.run(&["fmt", "--check"]);
    assert_eq!(code, 2, "{told}");
    assert_eq!(
        chain.text("people/coast.yml"),
        COAST.replace("]}]}\r", "]}]}"),
        "only shown"
    );
    let (code, told) = chain.run(&["fmt"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(show(), before);
    assert_eq!(chain.run(&["fmt", "--check"]), (0, String::new()));
    let text = chain.text("people/coast.yml");
    assert!(
        text.contains("  anna: { name: Anna, phone: \"+37120000003\", access: [{ role: 'стилист', at: [harbor] }] }\n"),
        "{text}"
    );
    assert_eq!(
        RIGA.matches('#').count(),
        chain.text("people/riga.yaml").matches('#').count()
    );
    fs::write(chain.path("people/coast.yml"), "people: [").unwrap();
    let (code, told) = chain.run(&["fmt"]);
    assert_eq!(code, 1, "{told}");
}

#[test]
fn a_shell_completes_the_names_of_the_project_at_hand() {
    let chain = Chain::new();
    let (_, script) = chain.run(&["completions", "bash"]);
    // As bash would call it: a line, the words of it, and which of them the cursor is in.
    let ask = |words: &[&str]| -> String {
        let program = env!("CARGO_BIN_EXE_keyholder");
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let line = format!(
            "{script}\nCOMP_WORDS=('{program}' {}); COMP_CWORD={}; _keyholder; printf '%s|' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len()
        );
        let mut command = chain.command("bash");
        let output = command.args(["-c", &line]).output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(ask(&["leave", "an"]), "anna|");
    assert_eq!(ask(&["leave", "я"]), "яна.берзина|");
    assert_eq!(ask(&["grant", "anna", ""]), "deputy|floor|стилист|");
    assert_eq!(ask(&["move", "anna", "--to", "=", "ha"]), "harbor|");
    assert_eq!(ask(&["lea"]), "leave|");
    assert_eq!(ask(&["leave", "nobody"]), "|");
    // A project that cannot be read offers nothing, and says nothing.
    fs::write(chain.path("keyholder.yaml"), "version: [").unwrap();
    assert_eq!(ask(&["move", "anna", "--to", "xx"]), "|");
    // Files do not stand among people, and a script in zsh's fpath works the first time.
    let (_, fish) = chain.run(&["completions", "fish"]);
    assert!(fish.contains("complete -c keyholder -f "), "{fish}");
    let (_, zsh) = chain.run(&["completions", "zsh"]);
    assert!(zsh.contains("funcstack"), "{zsh}");
    for shell in ["zsh", "fish"] {
        let (code, script) = chain.run(&["completions", shell]);
        assert!(
            code == 0 && script.contains(&format!("complete {shell} --")),
            "{script}"
        );
    }
}

#[test]
fn fish_asks_the_program_where_there_is_one() {
    let chain = Chain::new();
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_keyholder"));
    let mut path = bin.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let script = "keyholder completions fish | source\n\
        complete -C 'keyholder leave an'\n\
        complete -C 'keyholder grant anna \u{441}'\n\
        complete -C 'keyholder move anna --to=ha'\n\
        complete -C 'keyholder join x --file peo'";
    let mut command = chain.command("fish");
    command
        .args(["--no-config", "-c", script])
        .env("PATH", path);
    let output = match command.env("LC_ALL", "C.UTF-8").output() {
        Ok(output) => output,
        Err(error) => {
            // Not every machine has this shell.
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
            return;
        }
    };
    let found = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = found
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    assert_eq!(found, ["anna", "стилист", "--to=harbor", "people/"]);
}

#[test]
fn every_command_has_a_manual_page() {
    let chain = Chain::new();
    let (code, told) = chain.run(&["man", "--out", "pages"]);
    assert_eq!(code, 0, "{told}");
    let first = chain.text("pages/keyholder.1");
    // Whatever a page names is there.
    let named: Vec<&str> = first
        .split_whitespace()
        .filter_map(|word| word.strip_suffix("(1)"))
        .collect();
    assert!(named.len() > 30, "{first}");
    for name in named {
        let name = name.replace('\\', "");
        let page = chain.text(&format!("pages/{name}.1"));
        assert!(page.contains(".SH NAME"), "{page}");
    }
    assert!(!chain.path("pages/keyholder-complete.1").exists());
    let (code, page) = chain.run(&["man", "role", "rename"]);
    assert_eq!(code, 0, "{page}");
    assert_eq!(page, chain.text("pages/keyholder-role-rename.1"));
    assert!(!page.contains("EXTRA"), "{page}");
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}: {page}"));
    assert!(at(".SH \"EXIT STATUS\"\n0 written") < at(".SH EXAMPLES\n"));
    let version = env!("CARGO_PKG_VERSION");
    let named = format!(".TH keyholder-role-rename 1  \"keyholder {version}\"");
    assert!(page.contains(&named), "{page}");
    let (code, told) = chain.run(&["man", "nothing"]);
    assert_eq!(code, 1, "{told}");
}

#[test]
fn who_is_erased_leaves_a_tombstone_and_a_list_of_traces() {
    let folder = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), folder.path());
    let chain = Chain { folder }.with_git();
    let erase = ["erase", "karlis", "--sandbox", "--yes"];
    // By the journal they may still have access.
    let (code, told) = chain.run(&["erase", "jana", "--sandbox", "--yes"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("has not left"), "{told}");
    // Nobody has looked, and then there is an account that was seen.
    let (code, told) = chain.run(&["journal", "init", "--sandbox"]);
    assert!(code == 0 || told.contains("begun"), "{told}");
    let (code, told) = chain.run(&erase);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("nobody has looked at salons at center"),
        "{told}"
    );
    let (code, told) = chain.run(&["observe", "--sandbox"]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = chain.run(&erase);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("their account 3 stands in salons at center"),
        "{told}"
    );
    let (code, told) = chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 0, "{told}");
    let people = chain.text("people.yaml");
    let people = people.replace("  karlis:", "  # fired, file 77\n  karlis:");
    fs::write(chain.path("people.yaml"), people).unwrap();
    fs::write(chain.path("note.txt"), "call 371 2000-0003; not Kārlisa\n").unwrap();
    fs::write(
        chain.path("old.csv"),
        "name;phone\nKārlis Kalniņš;37120000003\n",
    )
    .unwrap();
    // Two commits ago they had another key, name, address and file.
    let was = "people:\n  kk: { name: Karl Ivanov, email: KK@home.example, phone: \"+371 2000-0003\", access: [] }\n";
    let once = [
        ("people/old.yaml", was),
        ("people/new.yaml", "people: {}\n"),
    ];
    fs::create_dir(chain.path("people")).unwrap();
    for (file, text) in once {
        fs::write(chain.path(file), text).unwrap();
        git(chain.folder.path(), &["add", file]);
        git(chain.folder.path(), &["commit", "--quiet", "-m", "once"]);
        fs::remove_file(chain.path(file)).unwrap();
    }
    fs::write(chain.path("list.txt"), "karl ivanov\n").unwrap();
    let (code, told) = chain.run(&erase);
    assert_eq!(code, 0, "{told}");
    let people = chain.text("people.yaml");
    assert!(
        people.contains("  karlis: { name: erased, leaves: 2026-11-21, access: [] }\n\n  robot:"),
        "{people}"
    );
    assert!(!people.contains("77"), "{people}");
    for line in [
        "  note.txt: phone\n",
        "  old.csv: name, phone",
        "  list.txt: earlier name",
        "  earlier key: kk\n",
        "  earlier name: Karl Ivanov",
        "  earlier e-mail: ",
        "  history: 2 commits, from ",
        "  history of: people/old.yaml",
        "  history of: people.yaml",
        "  journal: the key",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(
        !told.contains("20000003") && !told.contains("KK@"),
        "{told}"
    );
    // It is meant: nothing holds, and nothing is to be done.
    let (code, told) = chain.run(&[
        "plan",
        "--sandbox",
        "--only",
        "person:karlis",
        "--exit-code",
    ]);
    assert_eq!(code, 0, "{told}");
    let (code, told) = chain.run(&erase);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("erased already"), "{told}");
}
