//! `completions`, what its scripts ask, and `man`: all from the arguments as they are declared.

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompleteArgs};
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
    session.ui.data(&complete::written(&offers, args.asking));
    Endings::new()
}

/// The manual page, as roff.
pub(in crate::cli) fn man(session: &Session<'_>) -> Result<Endings, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::input(format!("the manual page could not be made: {error}")))?;
    session.ui.data(&String::from_utf8_lossy(&page));
    Ok(Endings::new())
}
