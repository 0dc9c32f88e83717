//! The surroundings of a run that asks vendors: the clock, the pace, and the simulators where they stand in.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::administrator;
use super::failure::Failure;
use super::session::Session;
use super::simulator;
use crate::apply::Providers;
use crate::clock::{SharedClock, SystemClock};
use crate::config::raw::Settings;
use crate::model::SystemName;
use crate::ops::doctor::{self, Connection};
use crate::ops::live::{self, LiveError, Throttles, Whereabouts};
use crate::ops::project::Project;
use crate::plan::Step;
use crate::sandbox::{Sandbox, Server, serve};

/// What stands for the simulator's address in a pace record: its port is another in every run.
const SIMULATOR: &str = "sandbox";

/// Everything around a run.
pub(super) struct World {
    /// The folder of the project.
    pub(super) root: Utf8PathBuf,
    /// The time.
    pub(super) clock: SharedClock,
    throttles: Arc<Throttles>,
    simulator: Option<Simulator>,
    /// Keeps the pace for the case that this process is killed.
    keeper: OnceLock<Keeper>,
}

struct Simulator {
    sandbox: Arc<Sandbox>,
    /// Serves as long as it is held.
    server: Server,
}

impl World {
    /// Finds the project and, with `--sandbox`, starts the simulators.
    pub(super) async fn enter(session: &Session<'_>) -> Result<Self, Failure> {
        let root = session.root()?;
        if !session.global.sandbox {
            let clock: SharedClock = Arc::new(SystemClock::new());
            let throttles = Arc::new(Throttles::new(Arc::clone(&clock)));
            return Ok(Self {
                root,
                clock,
                throttles,
                simulator: None,
                keeper: OnceLock::new(),
            });
        }
        let sandbox = Arc::new(simulator::open(&root)?);
        if simulator::live(&root).is_ok_and(|live| sandbox.is_seeded_otherwise(&live)) {
            session.ui.tell(
                "note: `live.json` was edited since; `keyholder sandbox reset` begins with it",
            );
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = serve(Arc::clone(&sandbox), address)
            .await
            .map_err(|error| {
                Failure::input(format!("the simulators cannot listen on loopback: {error}"))
            })?;
        let clock = sandbox.clock();
        let throttles = Arc::new(Throttles::new(Arc::clone(&clock)));
        Ok(Self {
            root,
            clock,
            throttles,
            simulator: Some(Simulator { sandbox, server }),
            keeper: OnceLock::new(),
        })
    }

    /// The present.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Providers for the project's systems. Opens no connection.
    pub(super) fn connect(
        &self,
        session: &Session<'_>,
        project: &Project,
    ) -> Result<Providers, Failure> {
        self.meet(session, project, &mut |whereabouts, seed| {
            live::connect(
                project,
                whereabouts,
                &self.clock,
                &self.throttles,
                &session.global.allow_hosts,
                seed,
            )
        })
        .map_err(|error| unreached(&error))
    }

    /// Providers for the systems that can be reached; the others are named, and keep nothing from going on.
    pub(super) fn connect_reachable(
        &self,
        session: &Session<'_>,
        project: &Project,
    ) -> (Providers, Vec<Failure>) {
        let (providers, failed) = self.meet(session, project, &mut |whereabouts, seed| {
            live::connect_reachable(
                project,
                whereabouts,
                &self.clock,
                &self.throttles,
                &session.global.allow_hosts,
                seed,
            )
        });
        (providers, failed.iter().map(unreached).collect())
    }

    /// Each system of a project by itself.
    pub(super) fn connect_each(
        &self,
        session: &Session<'_>,
        project: &Project,
        wanted: &BTreeSet<SystemName>,
    ) -> Vec<Connection> {
        self.meet(session, project, &mut |whereabouts, seed| {
            doctor::connect(
                project,
                wanted,
                whereabouts,
                &self.clock,
                &self.throttles,
                &session.global.allow_hosts,
                seed,
            )
        })
    }

    /// Gets ready to call vendors, and hands out where they are with what scatters repeated calls.
    fn meet<T>(
        &self,
        session: &Session<'_>,
        project: &Project,
        connect: &mut dyn FnMut(&Whereabouts<'_>, u64) -> T,
    ) -> T {
        let state = session.state_folder(&self.root, Some(&project.loaded.project.settings));
        self.resume_pace(&state);
        if self.simulator.is_none() {
            let (throttles, clock) = (Arc::clone(&self.throttles), Arc::clone(&self.clock));
            self.keeper
                .get_or_init(|| Keeper(tokio::spawn(keep_keeping(throttles, clock, state))));
        }
        let addresses;
        let env = |name: &str| session.env.get(name).map(str::to_owned);
        let whereabouts = match &self.simulator {
            Some(simulator) => {
                addresses = simulator.addresses();
                Whereabouts::Simulated(&addresses)
            }
            None => Whereabouts::Real {
                env: &env,
                allow_commands: session.global.allow_commands,
            },
        };
        // Waits are scattered so that two runs that were refused together do not come back together.
        let seed = u64::from(self.now().subsec_nanosecond().unsigned_abs());
        connect(&whereabouts, seed)
    }

    /// Lets the simulated administrator do a step by hand; whether it was done, or forgotten.
    pub(super) fn by_hand(&self, project: &Project, step: &Step) -> Result<bool, Failure> {
        match &self.simulator {
            Some(simulator) => administrator::work(&simulator.sandbox, project, step),
            None => Ok(false),
        }
    }

    /// Keeps what the next run must know: how busy each host was, and the simulators' state.
    pub(super) fn leave(&self, session: &Session<'_>, settings: &Settings) -> Result<(), Failure> {
        self.keep_pace(&session.state_folder(&self.root, Some(settings)));
        match &self.simulator {
            Some(simulator) => simulator::save(&simulator.sandbox),
            None => Ok(()),
        }
    }

    /// The record only spares the vendor's patience: where it cannot be kept, the next run is merely ignorant of this
    /// one.
    fn keep_pace(&self, state: &Utf8Path) {
        let mut record = self.throttles.record();
        if record.is_empty() {
            return;
        }
        if let Some(simulator) = &self.simulator {
            record = record.replace(&simulator.server.local_addr().to_string(), SIMULATOR);
        }
        write_pace(state, &record);
    }

    fn resume_pace(&self, state: &Utf8Path) {
        let Ok(mut record) = std::fs::read_to_string(live::pace_file(state)) else {
            return;
        };
        if let Some(simulator) = &self.simulator {
            record = record.replace(SIMULATOR, &simulator.server.local_addr().to_string());
        }
        self.throttles.resume(&record);
    }
}

/// Why the live side cannot be reached, and what to do about it.
fn unreached(error: &LiveError) -> Failure {
    let source = std::error::Error::source(error);
    let cause = source
        .and_then(std::error::Error::source)
        .map(|cause| format!(": {cause}"));
    let failure = Failure::input(format!("{error}{}", cause.unwrap_or_default()));
    match error {
        LiveError::Token { .. } => failure
            .help("`tokens` in keyholder.yaml says where it is expected; `--sandbox` needs none"),
        LiveError::NotSimulated { .. } => {
            failure.help("add it to `live.json`, then `keyholder sandbox reset`")
        }
        LiveError::Connect { .. } | LiveError::NoNetwork { .. } => failure,
    }
}

/// A task that ends with whoever holds it.
struct Keeper(tokio::task::JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How often the pace is kept while a run goes on: what a killed run did not keep, the next may repeat.
const KEEP_EVERY: Duration = Duration::from_millis(500);

/// A run that is killed keeps nothing when it leaves, and the next would overrun the host with it.
async fn keep_keeping(throttles: Arc<Throttles>, clock: SharedClock, state: Utf8PathBuf) {
    loop {
        clock.sleep(KEEP_EVERY).await;
        let record = throttles.record();
        if !record.is_empty() {
            write_pace(&state, &record);
        }
    }
}

fn write_pace(state: &Utf8Path, record: &str) {
    let kept = std::fs::create_dir_all(state)
        .and_then(|()| std::fs::write(live::pace_file(state), record));
    if let Err(error) = kept {
        tracing::debug!(%error, "the record of calls was not kept");
    }
}

impl Simulator {
    fn addresses(&self) -> BTreeMap<SystemName, String> {
        self.sandbox.with_world(|world| {
            world
                .systems()
                .map(|name| (SystemName::new(name), self.server.url(name)))
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimClock;
    use crate::http::Window;

    #[tokio::test]
    async fn a_run_that_is_killed_leaves_its_pace() {
        let folder = tempfile::tempdir().unwrap();
        let state = Utf8PathBuf::from_path_buf(folder.path().join("state")).unwrap();
        let clock: SharedClock = Arc::new(SimClock::new(Timestamp::UNIX_EPOCH));
        let throttles = Arc::new(Throttles::new(Arc::clone(&clock)));
        let throttle = throttles.of("127.0.0.1:9", &[Window::per_minute(200)]);
        drop(throttle.slot(&|_| {}).await);
        let pace = live::pace_file(&state);
        let written = async {
            while !pace.exists() {
                tokio::task::yield_now().await;
            }
        };
        // The keeper never ends by itself; whoever kills it has what was written until then.
        tokio::select! {
            () = keep_keeping(throttles, clock, state) => {}
            () = written => {}
        }
        assert!(
            std::fs::read_to_string(&pace)
                .unwrap()
                .starts_with("127.0.0.1:9 ")
        );
    }
}
