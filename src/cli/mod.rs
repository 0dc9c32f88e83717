//! The command line: arguments in, text and exit codes out. The only place that prints.
//!
//! `args` is what was typed, `commands` turn it into requests to `ops` and the answers into documents, `ui` talks to
//! the terminal, `failure` decides the exit code.

use std::ffi::OsString;

use clap::Parser as _;

mod administrator;
mod anchor;
pub mod args;
mod checklist;
mod commands;
mod complete;
mod due;
mod edits;
mod env;
pub mod failure;
mod output;
mod pick;
mod planning;
mod reviewed;
mod seeing;
mod session;
mod simulator;
mod typed;
mod ui;
mod walk;
mod world;
mod writing;

pub use env::{Env, VARIABLES};

use args::{Cli, Command};
use failure::{Ending, Endings, exit_code};
use session::Session;
use ui::Ui;

/// Usage errors, as `sysexits` numbers them.
const USAGE: u8 = 64;

/// Runs a command line and returns the exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, env: Env) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Printing help and usage is clap's; where even that fails nobody is left to tell.
            drop(error.print());
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    let ui = Ui::new(&cli.global, &env);
    log_to_stderr(cli.global.verbose);
    let session = Session {
        ui: &ui,
        env: &env,
        global: &cli.global,
    };
    let result = match &cli.command {
        Command::Init(args) => commands::init::run(&session, args),
        Command::Import(args) => commands::import::run(&session, args).await,
        Command::Check(args) => commands::check::run(&session, args),
        Command::Show(args) => commands::show::run(&session, args),
        Command::Observe(args) => commands::observe::run(&session, args).await,
        Command::Doctor(args) => commands::doctor::run(&session, args).await,
        Command::Plan(args) => commands::plan::run(&session, args).await,
        Command::Apply(args) => commands::apply::run(&session, args).await,
        Command::Accept(args) => commands::accept::run(&session, args).await,
        Command::Resend(args) => commands::resend::run(&session, args).await,
        Command::Lockout(args) => commands::lockout::lockout(&session, args).await,
        Command::Unlock(args) => commands::lockout::unlock(&session, args).await,
        Command::Done(args) => commands::done::run(&session, args).await,
        Command::Report(args) => commands::report::run(&session, args),
        Command::Verify(args) => commands::verify::run(&session, args),
        Command::Join(args) => commands::daily::join(&session, args),
        Command::Move(args) => commands::daily::relocate(&session, args),
        Command::Leave(args) => commands::daily::leave(&session, args),
        Command::Pause(args) => commands::daily::pause(&session, args),
        Command::Return(args) => commands::daily::back(&session, args),
        Command::Grant(args) => commands::daily::grant(&session, args),
        Command::Revoke(args) => commands::daily::revoke(&session, args),
        Command::Role { command } => commands::daily::role(&session, command),
        Command::Person { command } => commands::daily::person(&session, command),
        Command::Erase(args) => commands::erase::run(&session, args).await,
        Command::Fmt(args) => commands::fmt::run(&session, args),
        Command::Journal { command } => commands::journal::run(&session, command),
        Command::Why(args) => commands::why::run(&session, args).await,
        Command::Who(args) => commands::who::run(&session, args).await,
        Command::Matrix(args) => commands::matrix::run(&session, args).await,
        Command::Explain(args) => commands::explain::run(&session, args),
        Command::Codeowners(args) => commands::codeowners::run(&session, args),
        Command::Schema(args) => Ok(commands::schema::run(&session, args)),
        Command::Sandbox(args) => commands::sandbox::run(&session, args).await,
        Command::Completions { shell } => Ok(commands::manual::completions(&session, *shell)),
        Command::Complete(args) => Ok(commands::manual::complete(&session, args)),
        Command::Man(args) => commands::manual::man(&session, args),
    };
    let mut endings = result.unwrap_or_else(|failure| {
        ui.fail(&failure);
        Endings::from([failure.ending])
    });
    if !endings.contains(&Ending::BadInput)
        && let Some(failure) = ui.unwritten()
    {
        ui.fail(&failure);
        endings.insert(failure.ending);
    }
    exit_code(&endings)
}

/// `-v` logs calls, `-vv` everything of ours. Tokens are no part of what is logged.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time()
        .init();
}
