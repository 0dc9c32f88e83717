//! `completions` and `man`, both generated from the arguments.

use clap::CommandFactory as _;

use crate::cli::args::Cli;
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;

/// A completion script.
pub(in crate::cli) fn completions(session: &Session<'_>, shell: clap_complete::Shell) -> Endings {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keyholder", &mut script);
    session.ui.data(&String::from_utf8_lossy(&script));
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
