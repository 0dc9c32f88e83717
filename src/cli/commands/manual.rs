//! `completions`, what its scripts ask, and `man`: all from the arguments as they are declared.

use std::io;

use camino::Utf8Path;
use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompleteArgs, ManArgs};
use crate::cli::complete::{self, Asking};
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;

/// A completion script: one that asks us, where the shell can.
pub(in crate::cli) fn completions(session: &Session<'_>, shell: clap_complete::Shell) -> Endings {
    let asking = match shell {
        clap_complete::Shell::Bash => Some(Asking::Bash),
        clap_complete::Shell::Zsh => Some(Asking::Zsh),
        clap_complete::Shell::Fish => Some(Asking::Fish),
        _ => None,
    };
    if let Some(asking) = asking {
        session.ui.data(complete::script(asking));
        return Endings::new();
    }
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keyholder", &mut script);
    session.ui.data(&String::from_utf8_lossy(&script));
    Endings::new()
}

/// What may come next. Whatever is wrong with a project, a shell that asks gets no words about it.
pub(in crate::cli) fn complete(session: &Session<'_>, args: &CompleteArgs) -> Endings {
    let line = complete::Line::new(&args.words);
    let project = || complete::open(&line.project(), Session::machine_now());
    let offers = line.offers(&project);
    session.ui.data(&line.written(&offers, args.asking));
    Endings::new()
}

/// Manual pages, as roff: one on stdout, or all of them in a folder.
pub(in crate::cli) fn man(session: &Session<'_>, args: &ManArgs) -> Result<Endings, Failure> {
    let failed = |error| Failure::input(format!("the manual page could not be made: {error}"));
    if let Some(folder) = &args.out {
        let mut all = Cli::command().disable_help_subcommand(true);
        all.build();
        std::fs::create_dir_all(folder)
            .and_then(|()| pages(all, folder))
            .map_err(|error| Failure::input(format!("{folder}: {error}")))?;
        session.ui.tell(&format!(
            "the pages are in {folder}; `man -l {folder}/keyholder.1` shows the first"
        ));
        return Ok(Endings::new());
    }
    // `help` is no command that somebody would look up.
    let mut found = Cli::command().disable_help_subcommand(true);
    found.build();
    for name in &args.command {
        found = found.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::input(format!("there is no command `{}`", args.command.join(" ")))
                .help("`keyholder --help` lists them")
        })?;
    }
    let (_, text) = page(found).map_err(failed)?;
    session.ui.data(&text);
    Ok(Endings::new())
}

/// The pages of a command and of all below it.
fn pages(command: clap::Command, folder: &Utf8Path) -> io::Result<()> {
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    for below in shown {
        pages(below.clone(), folder)?;
    }
    let (name, text) = page(command)?;
    std::fs::write(folder.join(name), text)
}

/// The page of a command and the name of its file.
fn page(command: clap::Command) -> io::Result<(String, String)> {
    let program = Cli::command();
    let version = program.get_version().unwrap_or_default();
    let man = clap_mangen::Man::new(command).source(format!("keyholder {version}"));
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((
        man.get_filename(),
        in_sections(&String::from_utf8_lossy(&page)),
    ))
}

/// A page with what stands below the options under the names that manual pages have for it.
fn in_sections(page: &str) -> String {
    let Some((before, after)) = page.split_once(".SH EXTRA\n") else {
        return page.to_owned();
    };
    let after = match after.strip_prefix("Exit codes: ") {
        Some(codes) => format!(".SH \"EXIT STATUS\"\n{codes}"),
        None => after.replacen("Examples:\n", ".SH EXAMPLES\n", 1),
    };
    let after = after.replacen("\n\nExamples:\n", "\n.SH EXAMPLES\n", 1);
    format!("{before}{after}")
}
