//! One combination from its beginning to its end: processes that settle, read, plan and apply, one after the other.
//!
//! It does what the command does, with the same functions in the same order, on a simulated clock.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::Utf8Path;
use keyholder::apply::{Order, Outcomes, Ports, Silent, StopFlag, apply, settle};
use keyholder::catalog::Kind;
use keyholder::clock::SharedClock;
use keyholder::config::LoadOptions;
use keyholder::http::{Throttles, Transport};
use keyholder::journal::{self, JournalSink as _, MemoryJournal};
use keyholder::model::{AsOf, Attested, SystemName, VendorRoleSlug};
use keyholder::ops::project::{self, OpenOptions, Project};
use keyholder::ops::{hand, live, planned, record, refused};
use keyholder::plan::{ConfigFact, Input, Mode, Only, Plan};
use keyholder::provider::registry::{self, Surroundings, SystemAddress};
use keyholder::provider::{Events, Provider};
use keyholder::sandbox::{Change, FaultKind, Sandbox};

use super::chain::Chain;
use super::dice::Dice;
use super::rules::{self, Spent};
use super::script::{Script, Trouble};
use super::watch::{ORDERS, SYSTEM, Watch};
use super::way::{Diary, Killed, OnTheWay, Shared, Wire, arrive, lock};

struct Quiet;

impl Events for Quiet {
    fn reading(&self, _: &SystemName, _: usize, _: usize) {}
    fn waiting(&self, _: &SystemName, _: &str) {}
}

/// How a process ended.
pub(crate) enum End {
    /// It was killed.
    Killed,
    /// The journal could not be written before anything was planned.
    NoJournal,
    /// By itself.
    Over(Box<Plan>, Outcomes),
}

/// A chain, its vendor, and its journal.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
    /// What the files say, until they change.
    project: Option<Arc<Project>>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) shared: Shared,
    on_the_way: OnTheWay,
    pub(crate) diary: Diary,
    pace: String,
    seed: u64,
}

impl Stage {
    pub(crate) fn new(chain: &Chain, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keyholder.yaml"), chain.settings()).unwrap();
        let sandbox = Arc::new(Sandbox::from_live(&chain.live().to_string()).unwrap());
        let shared = Arc::new(Mutex::new(Watch::new(&sandbox, chain)));
        let mut stage = Self {
            folder,
            project: None,
            diary: Diary {
                inner: MemoryJournal::new(sandbox.now()),
                shared: Arc::clone(&shared),
            },
            sandbox,
            shared,
            on_the_way: OnTheWay::default(),
            pace: String::new(),
            seed,
        };
        stage.write(chain);
        stage
    }

    /// The files say this from now on.
    pub(crate) fn write(&mut self, chain: &Chain) {
        self.project = None;
        let path = self.folder.path().join("people.yaml");
        std::fs::write(path, chain.entries()).unwrap();
        lock(&self.shared).chain = chain.clone();
    }

    /// The project as the files say it. What a process reads anew is read once here: within a combination no date
    /// of the files is passed.
    fn project(&mut self) -> Arc<Project> {
        if let Some(project) = &self.project {
            return Arc::clone(project);
        }
        let options = OpenOptions {
            load: LoadOptions::default(),
            as_of: AsOf::Instant(self.sandbox.now()),
            ahead: Duration::ZERO,
        };
        let project = project::open(Utf8Path::from_path(self.folder.path()).unwrap(), &options);
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        let project = Arc::new(project);
        self.project = Some(Arc::clone(&project));
        project
    }

    /// Time passes.
    pub(crate) fn wait(&self, pause: Duration) {
        let clock = self.sandbox.clock();
        block_on(clock.sleep(pause));
        let mut watch = lock(&self.shared);
        arrive(&mut watch, &self.on_the_way);
    }

    /// Those who are invited accept, each with this chance.
    pub(crate) fn accept(&self, dice: &mut Dice, chance: u64) {
        let people = lock(&self.shared).chain.people.clone();
        let now = self.sandbox.now();
        for person in people {
            if dice.percent(chance) {
                let change = Change::Accept {
                    contact: Some(person.email()),
                    user: None,
                    location: None,
                    other: None,
                };
                // Whoever has no invitation has nothing to accept.
                self.sandbox
                    .with_world(|world| world.change(Some(SYSTEM), &change, now))
                    .unwrap_or_default();
            }
        }
        let mut watch = lock(&self.shared);
        let disturbed = watch.disturbed.clone();
        watch.after_call(false);
        // Accepting changes nothing that anybody could be blamed for.
        watch.disturbed = disturbed;
    }

    /// One process from its start to its end.
    pub(crate) fn process(&mut self, trouble: &Trouble) -> End {
        {
            let mut watch = lock(&self.shared);
            watch.process += 1;
            watch.trouble = trouble.clone();
            (watch.calls, watch.changes, watch.entries) = (0, 0, 0);
            watch.steps.clear();
            watch.spent = Spent::default();
        }
        let clock = self.sandbox.clock();
        let throttles = Arc::new(Throttles::new(Arc::clone(&clock)));
        throttles.resume(&self.pace);
        let result = catch_unwind(AssertUnwindSafe(|| block_on(self.run(&clock, &throttles))));
        self.pace = throttles.record();
        match result {
            Ok(end) => end,
            Err(panic) if panic.is::<Killed>() => End::Killed,
            Err(panic) => resume_unwind(panic),
        }
    }

    async fn run(&mut self, clock: &SharedClock, throttles: &Arc<Throttles>) -> End {
        let project = self.project();
        let stop = StopFlag::new();
        let mut systems = vec![(SYSTEM, lock(&self.shared).chain.kind)];
        if lock(&self.shared).chain.orders.is_some() {
            systems.push((ORDERS, Kind::Keycrm));
        }
        let providers = systems.into_iter().map(|(name, kind)| {
            let provider = self.provider(name, kind, clock, throttles, &stop);
            (SystemName::new(name), provider)
        });
        let providers: BTreeMap<_, _> = providers.collect();
        let (places, contacts) = (live::places(&project), live::contacts(&project));
        let ports = Ports {
            providers: &providers,
            places: &places,
            contacts: &contacts,
            clock: &**clock,
            listener: &Silent,
            stop: &stop,
        };
        if settle("apply", &ports, &mut self.diary).await.is_err() {
            return End::NoJournal;
        }
        let memory = journal::memory(self.diary.entries());
        let (only, attested) = (Only::default(), Attested::default());
        let mut observed = live::read(&project, &providers, &memory, &only, &Quiet).await;
        planned::distrust(&mut observed, &project, &memory);
        let input = Input {
            desired: &project.desired,
            observed: &observed,
            memory: &memory,
            attested: &attested,
            catalog: project.catalog,
            sources: &project.loaded.sources,
            config: ConfigFact::default(),
            now: clock.now(),
            only: &only,
        };
        let plan = planned::planned(&input, &project.loaded.root);
        let mut dangers = planned::dangers(&plan, &input);
        if !refused::refused(&plan, &project.desired).is_empty() {
            dangers.push("the plan would reduce the acting account".to_owned());
        }
        {
            let mut watch = lock(&self.shared);
            watch.steps.clone_from(&plan.draft.steps);
            watch.all_steps.extend(plan.draft.steps.iter().cloned());
            watch.broken.extend(dangers);
        }
        let mut opening = record::opening(
            &project,
            &observed,
            &memory,
            self.diary.sealed(),
            &plan.draft,
            |_, _, _| true,
        );
        opening.extend(hand::records(
            &plan,
            &project.desired,
            &memory,
            &attested,
            &only,
        ));
        let order = Order {
            plan: &plan,
            opening: &opening,
            command: "apply",
            whole: &[],
            actor: None,
        };
        let outcomes = apply(&order, &ports, &mut self.diary).await;
        End::Over(Box::new(plan), outcomes)
    }

    fn provider(
        &self,
        name: &str,
        kind: Kind,
        clock: &SharedClock,
        throttles: &Arc<Throttles>,
        stop: &StopFlag,
    ) -> Arc<dyn Provider> {
        let transport: Arc<dyn Transport> = Arc::new(Wire {
            shared: Arc::clone(&self.shared),
            on_the_way: Arc::clone(&self.on_the_way),
            stop: stop.clone(),
        });
        let address = SystemAddress {
            name: SystemName::new(name),
            kind,
            url: Some(format!("http://127.0.0.1/{name}/api/v1").into()),
            chain: None,
            roles: if kind == Kind::Keycrm {
                [(1, "administrator"), (2, "manager")]
                    .map(|(id, role)| (id, VendorRoleSlug::new(role)))
                    .into()
            } else {
                BTreeMap::new()
            },
            shown_as: Some(format!("sandbox:{name}").into()),
            tokens: ["partner", "user", "key"]
                .map(|name| (name.into(), "sandbox".into()))
                .into(),
            without: BTreeMap::new(),
        };
        let surroundings = Surroundings {
            transport,
            clock: Arc::clone(clock),
            throttles: Arc::clone(throttles),
            allowed_hosts: Vec::new(),
            seed: self.seed,
        };
        let provider = registry::connect(address, &surroundings);
        Arc::from(provider.unwrap_or_else(|error| panic!("{error}")))
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// What one combination came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: usize,
    pub(crate) kills: usize,
    pub(crate) faults: u64,
    pub(crate) calls: u64,
    pub(crate) messages: usize,
    pub(crate) held: usize,
}

/// How many further runs without a fault there are at most.
const PEACEFUL: usize = 6;

/// Plays a combination and judges it; what was broken, in words. `tell` prints its journal and what the vendor did.
pub(crate) fn play(seed: u64, tell: bool) -> (Tally, Vec<String>) {
    let (script, mut dice) = Script::new(seed);
    let mut chain = script.chain.clone();
    let mut stage = Stage::new(&chain, seed);
    let mut tally = Tally::default();
    let peace = Trouble::default();
    if script.settled {
        stage.process(&peace);
        stage.accept(&mut dice, 100);
        stage.wait(Duration::from_mins(5));
        chain.edit(&mut dice);
        if chain.rules.is_some() && dice.percent(60) {
            rules::misedit(&mut chain, &mut dice);
        }
        stage.write(&chain);
    }
    for trouble in &script.runs {
        for fault in &trouble.faults {
            lock(&stage.shared).vendor_lies |= fault.kind == FaultKind::NotSuccess;
            stage
                .sandbox
                .with_world(|world| world.add_fault(fault.clone()));
        }
        tally.runs += 1;
        if let End::Killed = stage.process(trouble) {
            tally.kills += 1;
        }
        stage.accept(&mut dice, trouble.accept);
        stage.wait(trouble.pause);
        if chain.rules.is_some() && dice.percent(40) {
            rules::turn(&mut chain, &mut dice);
            stage.write(&chain);
        }
    }
    stage
        .sandbox
        .with_world(keyholder::sandbox::World::clear_faults);
    stage.wait(Duration::from_mins(5));
    let mut last = None;
    for _ in 0..PEACEFUL {
        let end = stage.process(&peace);
        stage.accept(&mut dice, 100);
        stage.wait(Duration::from_mins(5));
        let End::Over(plan, outcomes) = end else {
            continue;
        };
        let mut steps = plan.draft.steps.iter();
        let is_over = steps.all(|step| step.mode != Mode::Api) && plan.draft.waiting.is_empty();
        last = Some((plan, outcomes));
        if is_over {
            break;
        }
    }
    let (plan, _) = last.expect("nothing stops a run in peace");
    tally.held = plan.draft.holds.len();
    if tell {
        let entries = stage.diary.entries().into_iter().map(serde_json::to_string);
        let mut lines: Vec<String> = entries.map(Result::unwrap).collect();
        stage.sandbox.with_world(|world| {
            lines.extend(world.log().effects.iter().map(|it| format!("{it:?}")));
        });
        let text = lines.join("\n");
        std::io::stderr().write_all(text.as_bytes()).unwrap();
    }
    let mut broken = super::laws::judge(&stage, &plan);
    broken.append(&mut lock(&stage.shared).broken);
    stage.sandbox.with_world(|world| {
        tally.faults = world.log().faults;
        tally.calls = world.log().calls.values().map(|calls| calls.count).sum();
        tally.messages = world.log().messages.len();
    });
    (tally, broken)
}
