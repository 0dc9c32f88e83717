//! The program: reads the environment, runs the command line, exits with its code.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ExitCode::from(
        keyholder::cli::run(std::env::args_os(), keyholder::cli::Env::of_process()).await,
    )
}
