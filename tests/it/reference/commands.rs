//! The command line, from the parser itself: what each command does, its options, its exit codes, its examples.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use keyholder::cli::VARIABLES;
use keyholder::cli::args::Cli;
use keyholder::cli::failure::Ending;

use super::{cell, names, sentence};

/// What every exit code means, in the order in which the first that is true wins.
const EXIT_CODES: &[(Ending, &str)] = &[
    (Ending::BadInput, "bad input, or an error"),
    (Ending::Locked, "another run is at work on the same state"),
    (
        Ending::Stale,
        "something changed between plan and call, so it was left",
    ),
    (Ending::Untrusted, "a read or the state cannot be trusted"),
    (Ending::Partial, "applied in part"),
    (Ending::Held, "held or refused by a rule"),
    (
        Ending::ManualWaiting,
        "steps by hand are overdue; with `--exit-code`: they wait",
    ),
    (
        Ending::Pending,
        "changes are pending; only with `--exit-code`",
    ),
];

/// The program with every command, built, so that usages are whole.
fn program() -> Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// Every command that is not hidden, by its words: `plan`, `journal show`.
fn all(program: &Command) -> Vec<(String, &Command)> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, &Command)> = vec![(String::new(), program)];
    while let Some((path, command)) = waiting.pop() {
        let below: Vec<_> = command
            .get_subcommands()
            .filter(|it| !it.is_hide_set() && it.get_name() != "help")
            .map(|it| (format!("{path} {}", it.get_name()).trim().to_owned(), it))
            .collect();
        waiting.extend(below.into_iter().rev());
        if !path.is_empty() {
            found.push((path, command));
        }
    }
    found
}

/// The commands of a section of the page, by their words, parted by commas.
pub(super) fn commands(which: &str) -> Option<String> {
    let program = program();
    let all = all(&program);
    let mut out = String::new();
    for wanted in which.split(", ") {
        // With whatever stands below it: `journal` means `journal show` too.
        let below = format!("{wanted} ");
        let mut found = all
            .iter()
            .filter(|(path, _)| path == wanted || path.starts_with(&below))
            .peekable();
        found.peek()?;
        for (path, command) in found {
            one(&mut out, path, command);
        }
    }
    Some(out)
}

fn one(out: &mut String, path: &str, command: &Command) {
    let about = command
        .get_long_about()
        .or(command.get_about())
        .map(ToString::to_string);
    let has_below = command.get_subcommands().any(|it| it.get_name() != "help");
    let level = if path.contains(' ') { "####" } else { "###" };
    write!(
        out,
        "{level} `keyholder {path}`\n\n{}\n\n",
        sentence(&about.unwrap_or_default())
    )
    .unwrap();
    let usage = command.clone().render_usage().to_string();
    let usage = usage
        .trim_start_matches("Usage: ")
        .replace("\n       ", "\n");
    write!(out, "```text\n{usage}\n```\n\n").unwrap();
    let (options, places): (Vec<_>, Vec<_>) = own(command).partition(|it| !it.is_positional());
    if !(options.is_empty() && places.is_empty()) {
        let rows = places.into_iter().chain(options);
        table(out, rows);
    }
    let Some(after) = command.get_after_long_help().map(ToString::to_string) else {
        return;
    };
    let (codes, examples) = match after.split_once("Examples:\n") {
        Some((codes, examples)) => (codes, Some(examples)),
        None => (&*after, None),
    };
    if !codes.trim().is_empty() {
        write!(out, "{}\n\n", codes.trim()).unwrap();
    }
    if let Some(examples) = examples.filter(|_| !has_below || !path.contains(' ')) {
        out.push_str("```sh\n");
        for line in examples.lines() {
            writeln!(out, "{}", line.trim()).unwrap();
        }
        out.push_str("```\n\n");
    }
}

/// The arguments of a command that are its own.
fn own(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|it| {
        !it.is_hide_set()
            && !it.is_global_set()
            && !["help", "version"].contains(&it.get_id().as_str())
    })
}

fn table<'a>(out: &mut String, rows: impl Iterator<Item = &'a Arg>) {
    out.push_str("| argument or option | default | what it does |\n| --- | --- | --- |\n");
    for arg in rows {
        let about = arg.get_long_help().or(arg.get_help());
        let about = sentence(&about.map(ToString::to_string).unwrap_or_default());
        let defaults = arg.get_default_values().iter().filter(|_| !is_flag(arg));
        let defaults: Vec<_> = defaults
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect();
        writeln!(
            out,
            "| `{}` | {} | {}{} |",
            cell(&name(arg)),
            defaults.join(", "),
            cell(&about),
            cell(&words(arg))
        )
        .unwrap();
    }
    out.push('\n');
}

/// The words that an argument takes, each with its meaning where it has one.
fn words(arg: &Arg) -> String {
    let mut out = String::new();
    let mut bare = Vec::new();
    for value in arg.get_possible_values().iter().filter(|_| !is_flag(arg)) {
        match value.get_help() {
            Some(help) => write!(
                out,
                "<br>`{}`: {}",
                value.get_name(),
                lower(&help.to_string())
            )
            .unwrap(),
            None => bare.push(format!("`{}`", value.get_name())),
        }
    }
    if !bare.is_empty() {
        write!(out, " One of {}.", bare.join(", ")).unwrap();
    }
    out
}

fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Count)
}

/// An argument as it is typed.
fn name(arg: &Arg) -> String {
    let values = arg.get_value_names().unwrap_or_default();
    let values: Vec<_> = values.iter().map(|value| format!("<{value}>")).collect();
    let mut values = values.join(" ");
    if arg.is_positional()
        && arg
            .get_num_args()
            .is_some_and(|number| number.max_values() > 1)
    {
        values.push_str("...");
    }
    match (arg.get_short(), arg.get_long()) {
        (None, None) if arg.is_required_set() => values,
        (None, None) => values.replace('<', "[").replace('>', "]"),
        (_, Some(long)) if is_flag(arg) => with_short(arg, &format!("--{long}")),
        (_, Some(long)) => with_short(arg, &format!("--{long} {values}")),
        (Some(short), None) => format!("-{short} {values}"),
    }
}

fn with_short(arg: &Arg, long: &str) -> String {
    arg.get_short()
        .map_or_else(|| long.to_owned(), |short| format!("-{short}, {long}"))
}

/// Without a full stop and, but for names, a capital: what stands behind a word of a list.
fn lower(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    let word = text.split(' ').next().unwrap_or_default();
    if word.chars().skip(1).any(char::is_uppercase) {
        text.to_owned()
    } else {
        first.chain(letters).collect()
    }
}

/// The options of every command.
pub(super) fn global_options() -> String {
    let program = program();
    let mut out = String::new();
    table(
        &mut out,
        program.get_arguments().filter(|it| it.is_global_set()),
    );
    out
}

/// The table of exit codes.
pub(super) fn exit_codes() -> String {
    let mut out = "| code | in `outcomes` | what it means |\n| --- | --- | --- |\n".to_owned();
    for (ending, about) in EXIT_CODES {
        writeln!(out, "| {} | `{}` | {about} |", ending.code(), ending.name()).unwrap();
    }
    out.push_str("| 0 | | done, or nothing to do |\n| 64 | | the command line is wrong |\n");
    out.push_str("| 101 | | a fault of the program |\n| 130 | | stopped by a second Ctrl-C |\n");
    out
}

/// The variables of the environment.
pub(super) fn environment() -> String {
    let mut out = "| variable | what it does |\n| --- | --- |\n".to_owned();
    for (name, about) in VARIABLES {
        writeln!(out, "| `{name}` | {} |", cell(about)).unwrap();
    }
    out
}

#[test]
fn every_command_is_on_a_page_and_says_how_it_is_used() {
    let shown: BTreeSet<String> = names()
        .iter()
        .filter_map(|name| name.strip_prefix("commands "))
        .flat_map(|names| names.split(", "))
        .map(str::to_owned)
        .collect();
    let program = program();
    for (path, command) in all(&program) {
        let first = path.split(' ').next().unwrap();
        assert!(shown.contains(first), "no page shows `{path}`");
        assert!(
            command.get_about().is_some(),
            "`{path}` does not say what it does"
        );
        let helps = command.get_after_long_help().is_some()
            || path.contains(' ')
            || command.has_subcommands();
        assert!(
            helps,
            "`{path}` has neither exit codes nor examples in its help"
        );
    }
}

#[test]
fn the_table_of_the_readme_has_every_command() {
    let readme = std::fs::read_to_string(crate::support::root().join("README.md")).unwrap();
    let rows: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let program = program();
    for (path, _) in all(&program) {
        let first = format!("`{}", path.split(' ').next().unwrap());
        assert!(
            rows.iter().any(|row| row.contains(&first)),
            "no row has `{path}`"
        );
    }
}

#[test]
fn exit_codes_are_in_the_order_of_precedence() {
    assert!(EXIT_CODES.is_sorted_by(|one, two| one.0 < two.0));
    let page = crate::support::root().join("docs/troubleshooting.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (ending, _) in EXIT_CODES {
        let row = format!("\n| {} | ", ending.code());
        assert!(page.contains(&row), "no row of troubleshooting is {row}");
    }
}
