//! `sandbox`: serves the simulators in real time, or changes what `--sandbox` holds.

use std::net::SocketAddr;
use std::sync::Arc;

use camino::Utf8Path;

use crate::cli::args::{Global, Habit, SandboxArgs, SandboxCommand};
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::{Session, distrust};
use crate::cli::simulator;
use crate::clock::SystemClock;
use crate::ops::when;
use crate::render::escape;
use crate::sandbox::{Administrator, Change, Sandbox, World, serve};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &SandboxArgs,
) -> Result<Endings, Failure> {
    let root = session.root()?;
    match &args.command {
        None => listen(session, &args.listen).await?,
        Some(SandboxCommand::Reset) => {
            forget(session, &root)?;
            let sandbox = simulator::reset(&root)?;
            session.ui.tell(&format!(
                "begun again; the simulated time is {}",
                sandbox.now()
            ));
        }
        Some(SandboxCommand::Accept { system, contact }) => {
            let change = Change::Accept {
                contact: Some(contact.clone()),
                user: None,
                location: None,
                other: None,
            };
            make(&root, system, &change, "nobody accepted anything")?;
            session.ui.tell(&format!(
                "{} accepted the invitation",
                escape::terminal(contact)
            ));
        }
        Some(SandboxCommand::SignIn { system, contact }) => {
            let contact = contact.clone();
            let told = format!("{} signed in", escape::terminal(&contact));
            let change = Change::SignIn { contact };
            make(&root, system, &change, "nobody signed in")?;
            session.ui.tell(&told);
        }
        Some(SandboxCommand::Administrator { system, habit }) => {
            let (administrator, told) = match habit {
                Habit::Does => (Administrator::Does, "carries out what is handed over"),
                Habit::Forgets => (Administrator::Forgets, "forgets what is handed over"),
            };
            let sandbox = simulator::open(&root)?;
            sandbox
                .with_world(|world| world.set_administrator(system, administrator))
                .map_err(Failure::input)?;
            simulator::save(&sandbox)?;
            let system = escape::terminal(system);
            session
                .ui
                .tell(&format!("the administrator of {system} {told}"));
        }
        Some(SandboxCommand::Show { system }) => {
            let sandbox = simulator::open(&root)?;
            let lines = sandbox
                .with_world(|world| world.show(system))
                .map_err(Failure::input)?;
            let lines: Vec<_> = lines.iter().map(|line| escape::terminal(line)).collect();
            session.ui.data(&(lines.join("\n") + "\n"));
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

/// Takes away the simulators' journal where it lives on a branch: it tells of a world that is no more.
fn forget(session: &Session<'_>, root: &Utf8Path) -> Result<(), Failure> {
    let global = Global {
        sandbox: true,
        ..session.global.clone()
    };
    let session = Session {
        global: &global,
        ..*session
    };
    let settings = crate::config::load(root, &session.load_options())
        .project
        .settings;
    let place = session.place(root, Some(&settings))?;
    place.forget().map_err(|error| distrust(&error))
}

/// Makes a change by somebody, and keeps it; `not` is what did not happen where it cannot be made.
fn make(root: &Utf8Path, system: &str, change: &Change, not: &str) -> Result<(), Failure> {
    let sandbox = simulator::open(root)?;
    let now = sandbox.now();
    sandbox
        .with_world(|world| world.change(Some(system), change, now))
        .map_err(|why| Failure::input(format!("{not}: {why}")))?;
    simulator::save(&sandbox)
}

fn line(message: &crate::sandbox::log::Message) -> String {
    let place = match &message.location {
        Some(location) => format!(" for location {location}"),
        None => String::new(),
    };
    format!(
        "{}  {}  {} to {} ({}){}\n",
        message.at,
        escape::terminal(&message.system),
        message.channel,
        escape::terminal(&message.to),
        escape::terminal(&message.name),
        escape::terminal(&place)
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
