//! A world that runs: with a clock, a mutex around it and, if wanted, a state file.
//!
//! Not a socket; `server` adds that. It keeps that a change is on disk before its answer is given, so that a client
//! killed at any moment finds the sandbox as it left it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::admin;
use super::seed::SeedError;
use super::store::{Store, StoreError};
use super::wire::{Reply, Request};
use super::work::{HandDone, HandWork};
use super::world::World;
use crate::clock::{Clock, SharedClock, SimClock};

/// Where a sandbox's time comes from.
#[derive(Debug, Clone)]
enum Time {
    /// Shared with the client; waiting advances it.
    Simulated(Arc<SimClock>),
    /// The machine's, plus what it was told to be ahead.
    Real(SharedClock),
}

#[derive(Debug)]
struct Running {
    world: World,
    ahead: Duration,
    saved: usize,
}

/// A running sandbox.
#[derive(Debug)]
pub struct Sandbox {
    time: Time,
    running: Mutex<Running>,
    store: Option<Store>,
}

impl Sandbox {
    /// A sandbox on a clock of its own that stands at the seed's first instant.
    pub fn simulated(world: World) -> Self {
        let clock = Arc::new(SimClock::new(world.starts()));
        Self::with(world, Time::Simulated(clock))
    }

    /// A sandbox on a simulated clock that others move too.
    pub fn on_clock(world: World, clock: Arc<SimClock>) -> Self {
        Self::with(world, Time::Simulated(clock))
    }

    /// A sandbox in real time.
    pub fn real_time(world: World, clock: SharedClock) -> Self {
        Self::with(world, Time::Real(clock))
    }

    /// A simulated sandbox from the text of a `live.json`.
    pub fn from_live(text: &str) -> Result<Self, SeedError> {
        World::from_live(text).map(Self::simulated)
    }

    /// The simulated sandbox of a state folder: as it was left, or as the seed begins.
    pub fn open(store: Store, live: &str) -> Result<Self, OpenError> {
        let (world, time) = load(&store, live)?;
        let time = time.unwrap_or(world.starts());
        let mut sandbox = Self::on_clock(world, Arc::new(SimClock::new(time)));
        sandbox.store = Some(store);
        Ok(sandbox)
    }

    /// The same in real time, which never goes behind the time of the state that was left.
    pub fn open_real_time(store: Store, live: &str, clock: SharedClock) -> Result<Self, OpenError> {
        let (world, time) = load(&store, live)?;
        let now = clock.now();
        let ahead = time.unwrap_or(now).duration_since(now);
        let mut sandbox = Self::with(world, Time::Real(clock));
        sandbox.store = Some(store);
        sandbox.lock().ahead = Duration::try_from(ahead).unwrap_or_default();
        Ok(sandbox)
    }

    /// The sandbox of a state folder from the beginning of its seed, whatever was there.
    pub fn reset(store: Store, live: &str) -> Result<Self, OpenError> {
        let world = World::from_live(live).map_err(OpenError::Seed)?;
        let mut sandbox = Self::simulated(world);
        sandbox.store = Some(store);
        sandbox.save().map_err(OpenError::Store)?;
        Ok(sandbox)
    }

    fn with(world: World, time: Time) -> Self {
        let running = Running {
            world,
            ahead: Duration::ZERO,
            saved: 0,
        };
        Self {
            time,
            running: Mutex::new(running),
            store: None,
        }
    }

    /// The clock to share with a client.
    pub fn clock(&self) -> SharedClock {
        match &self.time {
            Time::Simulated(clock) => {
                let clock: SharedClock = Arc::<SimClock>::clone(clock);
                clock
            }
            Time::Real(clock) => Arc::clone(clock),
        }
    }

    /// The world's instant.
    pub fn now(&self) -> Timestamp {
        self.instant(&self.lock())
    }

    /// Whether the state was seeded from another text than this, as after an edit of `live.json`.
    pub fn is_seeded_otherwise(&self, live: &str) -> bool {
        self.lock().world.live() != live
    }

    /// Answers one call at once; the reply says how long it would have taken.
    pub fn handle(&self, request: &Request) -> Reply {
        let mut running = self.lock();
        let now = self.instant(&running);
        if !request.path.starts_with(admin::PREFIX) {
            let reply = running.world.handle(request, now);
            return self.keep(&mut running, reply, false);
        }
        let (reply, by) = admin::handle(&mut running.world, request, now);
        match &self.time {
            Time::Simulated(clock) => clock.advance(by),
            Time::Real(_) => running.ahead = running.ahead.saturating_add(by),
        }
        self.keep(&mut running, reply, request.method != "GET")
    }

    /// Answers one call and waits on the clock as long as it takes.
    pub async fn answer(&self, request: &Request) -> Reply {
        let reply = self.handle(request);
        if !reply.delay.is_zero() {
            self.clock().sleep(reply.delay).await;
        }
        reply
    }

    /// Looks at the world, or changes it behind everybody's back.
    pub fn with_world<R>(&self, look: impl FnOnce(&mut World) -> R) -> R {
        look(&mut self.lock().world)
    }

    /// Carries a step out in the simulated web pages of a system, as a person would, and keeps what came of it; does
    /// nothing where the system's administrator forgets.
    pub fn by_hand(&self, system: &str, work: &HandWork) -> Result<HandDone, String> {
        let mut running = self.lock();
        let now = self.instant(&running);
        let done = running.world.by_hand(system, work, now)?;
        if let Some(store) = &self.store {
            store
                .save(&running.world, now)
                .map_err(|error| error.to_string())?;
        }
        Ok(done)
    }

    /// Writes the state file, if there is one.
    pub fn save(&self) -> Result<(), StoreError> {
        let running = self.lock();
        let now = self.instant(&running);
        self.store
            .as_ref()
            .map_or(Ok(()), |store| store.save(&running.world, now))
    }

    /// Saves after a change; a change that cannot be kept is answered as a failure.
    fn keep(&self, running: &mut Running, reply: Reply, changed: bool) -> Reply {
        let log = running.world.log();
        let size = log.effects.len() + log.messages.len();
        let Some(store) = &self.store else {
            return reply;
        };
        if !changed && size == running.saved {
            return reply;
        }
        running.saved = size;
        match store.save(&running.world, self.instant(running)) {
            Ok(()) => reply,
            Err(error) => Reply::json(507, &serde_json::json!({ "error": error.to_string() })),
        }
    }

    fn instant(&self, running: &Running) -> Timestamp {
        let now = match &self.time {
            Time::Simulated(clock) => clock.now(),
            Time::Real(clock) => clock.now(),
        };
        now.checked_add(running.ahead).unwrap_or(now)
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        // A panic of another thread leaves a world that is at worst one call behind.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stored world and its time, or a new world.
fn load(store: &Store, live: &str) -> Result<(World, Option<Timestamp>), OpenError> {
    match store.load().map_err(OpenError::Store)? {
        Some((world, time)) => Ok((world, Some(time))),
        None => World::from_live(live)
            .map(|world| (world, None))
            .map_err(OpenError::Seed),
    }
}

/// Why a sandbox cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The seed is wrong.
    Seed(SeedError),
    /// The stored state cannot be used.
    Store(StoreError),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seed(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}
