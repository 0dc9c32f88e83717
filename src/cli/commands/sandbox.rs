//! `sandbox`: serves the simulators in real time, or changes what `--sandbox` holds.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::cli::args::{SandboxArgs, SandboxCommand};
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::cli::simulator;
use crate::clock::SystemClock;
use crate::ops::when;
use crate::render::escape;
use crate::sandbox::{Change, Sandbox, World, serve};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &SandboxArgs,
) -> Result<Endings, Failure> {
    let root = session.root()?;
    match &args.command {
        None => listen(session, &args.listen).await?,
        Some(SandboxCommand::Reset) => {
            let sandbox = simulator::reset(&root)?;
            session.ui.tell(&format!(
                "begun again; the simulated time is {}",
                sandbox.now()
            ));
        }
        Some(SandboxCommand::Accept { system, contact }) => {
            let sandbox = simulator::open(&root)?;
            let change = Change::Accept {
                contact: Some(contact.clone()),
                user: None,
                location: None,
                other: None,
            };
            let now = sandbox.now();
            sandbox
                .with_world(|world| world.change(Some(system.as_str()), &change, now))
                .map_err(|why| Failure::input(format!("nobody accepted anything: {why}")))?;
            simulator::save(&sandbox)?;
            session.ui.tell(&format!(
                "{} accepted the invitation",
                escape::terminal(contact)
            ));
        }
        Some(SandboxCommand::Wait { duration }) => {
            let wait = when::duration(duration).ok_or_else(|| {
                Failure::input(format!("`{duration}` is no duration"))
                    .help("a number and `s`, `m`, `h` or `d`, such as `12h`")
            })?;
            let sandbox = simulator::open(&root)?;
            sandbox.clock().sleep(wait).await;
            simulator::save(&sandbox)?;
            session
                .ui
                .tell(&format!("the simulated time is {}", sandbox.now()));
        }
        Some(SandboxCommand::Messages) => {
            let sandbox = simulator::open(&root)?;
            let lines: String =
                sandbox.with_world(|world| world.log().messages.iter().map(line).collect());
            session.ui.data(if lines.is_empty() {
                "no message was sent\n"
            } else {
                &lines
            });
        }
    }
    Ok(Endings::new())
}

fn line(message: &crate::sandbox::log::Message) -> String {
    format!(
        "{}  {}  {} to {} ({}) for location {}\n",
        message.at,
        escape::terminal(&message.system),
        message.channel,
        escape::terminal(&message.to),
        escape::terminal(&message.name),
        message.location
    )
}

/// Serves a copy of the project's `live.json` until somebody stops it; nothing is kept.
async fn listen(session: &Session<'_>, address: &str) -> Result<(), Failure> {
    let address: SocketAddr = address.parse().map_err(|_| {
        Failure::input(format!("`{address}` is no address")).help("such as `127.0.0.1:8765`")
    })?;
    if !address.ip().is_loopback() {
        return Err(
            Failure::input(format!("`{address}` can be reached by others"))
                .help("the simulators listen on loopback only: they accept any token"),
        );
    }
    let live = simulator::live(&session.root()?)?;
    let world =
        World::from_live(&live).map_err(|error| Failure::input(format!("live.json: {error}")))?;
    let systems: Vec<String> = world.systems().map(str::to_owned).collect();
    let sandbox = Arc::new(Sandbox::real_time(world, Arc::new(SystemClock::new())));
    let server = serve(sandbox, address)
        .await
        .map_err(|error| Failure::input(format!("cannot listen on {address}: {error}")))?;
    for system in systems {
        session
            .ui
            .shout(&format!("{system}: {}", server.url(&system)));
    }
    tokio::select! {
        ended = server.wait() => ended.map_err(|error| Failure::input(format!("the server ended: {error}"))),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}
