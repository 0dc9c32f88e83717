//! `completions`, what its scripts ask, and `man`: all from the arguments as they are declared.

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
        std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
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
    let mut page = Vec::new();
    clap_mangen::Man::new(found)
        .render(&mut page)
        .map_err(failed)?;
    session.ui.data(&String::from_utf8_lossy(&page));
    Ok(Endings::new())
}
