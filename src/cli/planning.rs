//! What `plan`, `apply` and `observe` share: memory, reading, planning, and what that means for the exit code.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};

use super::anchor;
use super::failure::{Ending, Endings, Failure};
use super::session::{Session, distrust};
use super::walk::Said;
use super::world::World;
use crate::apply::Providers;
use crate::catalog::Kind;
use crate::journal::{self, Head, JournalError, JournalSink, Snapshot};
use crate::model::{
    Attested, CLOCKS_DIFFER, Desired, Memory, Observed, ObservedSystem, PersonKey, ReadFailure,
    Reading, ScopeState, SystemName,
};
use crate::ops::only::{OnlyError, only};
use crate::ops::project::{Project, open_commit};
use crate::ops::{attest, export, hand, live, planned, record, refused, when};
use crate::plan::file::Reviewed;
use crate::plan::part::{Parts, part};
use crate::plan::review::{Review, review};
use crate::plan::{self, Completeness, Input, Only, Plan};
use crate::render::escape;
use crate::render::view::Frame;
use crate::state::Place;

/// A project, what is remembered of it, and what a plan is narrowed to.
pub(super) struct Planning<'a> {
    session: &'a Session<'a>,
    world: &'a World,
    /// The project.
    pub(super) project: &'a Project,
    /// What the journal knows.
    pub(super) memory: Memory,
    /// Where the journal lives.
    pub(super) place: Place,
    /// The journal as it was read.
    pub(super) journal: Snapshot,
    /// Why there is none; then nothing that was ever sent or done is known.
    pub(super) unremembered: Option<JournalError>,
    /// What people said they did by hand, as the files have it.
    pub(super) statements: attest::Loaded,
    /// Where those files are.
    pub(super) statements_folder: Utf8PathBuf,
    /// What of it can be believed.
    pub(super) attested: Attested,
    /// What is wanted of it.
    pub(super) only: Only,
}

/// The project as it was before a change.
pub(super) struct Since {
    rev: String,
    commit: String,
    project: Project,
}

/// What a change causes.
pub(super) struct Base {
    /// The commit as it was named.
    pub(super) rev: String,
    /// Its hash.
    pub(super) commit: String,
    /// The plan in parts.
    pub(super) parts: Parts,
}

/// A plan and the read it stands on.
pub(super) struct Planned {
    /// The plan.
    pub(super) plan: Plan,
    /// The read.
    pub(super) observed: Observed,
    /// What makes it unsafe to apply.
    dangers: Vec<String>,
}

impl<'a> Planning<'a> {
    /// Reads the journal. One that is missing or cannot be trusted ends the run: it is no empty one.
    pub(super) fn new(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let planning = Self::looking(session, world, project, keys)?;
        planning.remembers()
    }

    /// The same for who opens the journal next, which tells by itself of a clock that nothing can be judged by.
    pub(super) fn writing(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let planning = Self::about_to_write(session, world, project, keys)?;
        planning.remembers()
    }

    fn remembers(self) -> Result<Self, Failure> {
        match &self.unremembered {
            None => Ok(self),
            Some(error) => Err(distrust(error)),
        }
    }

    /// The same for who only looks, and can do so where no journal was begun yet.
    pub(super) fn looking(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let planning = Self::read(session, world, project, keys)?;
        planning.warn_of_clock(SignedDuration::MAX);
        Ok(planning)
    }

    /// The same for who opens the journal next, if there is one.
    pub(super) fn about_to_write(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let planning = Self::read(session, world, project, keys)?;
        planning.warn_of_clock(journal::CLOCK_BEHIND);
        Ok(planning)
    }

    fn read(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let only = only(&project.desired, keys).map_err(|error| unknown_key(&error))?;
        let folder = session.state_folder(&world.root, Some(&project.loaded.project.settings));
        let place = session.place(&world.root, Some(&project.loaded.project.settings))?;
        let (journal, unremembered) = match place.load() {
            Ok(journal) => (journal, None),
            Err(error) if error.is_not_begun() => (Snapshot::default(), Some(error)),
            Err(error) => return Err(distrust(&error)),
        };
        let statements_folder =
            attest::folder(&world.root, session.global.sandbox.then_some(&*folder));
        let statements = session.statements(&statements_folder)?;
        let mut planning = Self {
            session,
            world,
            project,
            memory: Memory::default(),
            place,
            journal,
            unremembered,
            statements,
            statements_folder,
            attested: Attested::default(),
            only,
        };
        planning.remember();
        Ok(planning)
    }

    /// Dates are judged by this machine's clock; one that went back, but not further than this, is told, whatever is done then.
    fn warn_of_clock(&self, most: SignedDuration) {
        let now = self.world.now();
        let behind = self.journal.clock_behind(now);
        if let Some(behind) = behind.filter(|it| *it > CLOCKS_DIFFER && *it <= most) {
            self.session.ui.shout(&format!(
                "warning: the clock says {now}, {} minutes before the last entry of the journal: this clock, or that of the machine that wrote it, is wrong, and what is due is judged by this one",
                behind.as_mins()
            ));
        }
    }

    /// Derives the memory from the journal at hand, and what is believed of what people said.
    fn remember(&mut self) {
        self.memory = journal::memory(self.journal.sealed.iter().map(|sealed| &sealed.entry));
        self.attested = attest::believed(&self.statements, &self.memory, self.world.now());
    }

    /// Takes over a journal that has grown.
    pub(super) fn reread(&mut self, sealed: &[journal::Sealed]) {
        self.journal.sealed = sealed.to_vec();
        self.remember();
    }

    /// Reads the vendors and plans.
    pub(super) async fn ask(&self, providers: &Providers) -> Planned {
        let observed = live::read(
            self.project,
            providers,
            &self.memory,
            &self.only,
            self.session.ui,
        )
        .await;
        self.plan(observed)
    }

    /// Why somebody may not be locked out: what that would take from the account that is worked with. Asks only who is
    /// where, which is enough to know whose account acts.
    pub(super) async fn would_refuse(
        &mut self,
        providers: &Providers,
        key: &PersonKey,
    ) -> Option<String> {
        let project = self.project;
        let mut memory = self.memory.clone();
        memory.locked.insert(key.clone(), self.world.now());
        let observed = live::lists(project, providers, &memory, self.session.ui).await;
        let all = std::mem::replace(&mut self.only.people, [key.clone()].into());
        let plan = self.plan_with(&memory, project, &project.desired, &observed);
        self.only.people = all;
        refused::why(&refused::refused(&plan, &project.desired))
    }

    /// Plans from what people said and from exports alone: systems that only a call could read hold.
    pub(super) fn without_asking(&self) -> Planned {
        self.plan(export::unasked(self.project))
    }

    /// Plans from a kept read.
    pub(super) fn recall(&self, file: &Utf8Path, max_age: &str) -> Result<Planned, Failure> {
        let limit = when::duration(max_age).ok_or_else(|| {
            Failure::input(format!("`{max_age}` is no age"))
                .help("a number and `s`, `m`, `h` or `d`, such as `24h`")
        })?;
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::input(format!("{file}: {error}")))?;
        let observed = crate::snapshot::from_json(&text, self.project.catalog)
            .map_err(|error| Failure::input(format!("{file}: {error}")))?;
        for (name, system) in &observed.systems {
            let age = self.world.now().duration_since(system.taken);
            if -age > CLOCKS_DIFFER {
                return Err(Failure::new(
                    Ending::Untrusted,
                    format!("{file}: system `{name}` was read at {}, which has not come yet (it is {})", system.taken, self.world.now()),
                )
                .help("one of two clocks is wrong, or the file was edited; read again with `keyholder observe --out FILE`"));
            }
            if age > jiff::SignedDuration::try_from(limit).unwrap_or(jiff::SignedDuration::MAX) {
                return Err(Failure::new(
                    Ending::Untrusted,
                    format!("{file}: system `{name}` was read at {}, which is more than {max_age} ago", system.taken),
                )
                .help("read again with `keyholder observe --out FILE`, or allow an older read with `--max-age`"));
            }
        }
        Ok(self.plan(observed))
    }

    fn plan(&self, mut observed: Observed) -> Planned {
        let found = export::lay_over(&mut observed, self.project, self.world.now());
        if !found.is_empty() {
            self.session.show(&found, &self.project.loaded.sources);
        }
        planned::distrust(&mut observed, self.project, &self.memory);
        let (plan, dangers) =
            self.judged(&self.memory, self.project, &self.project.desired, &observed);
        Planned {
            plan,
            observed,
            dangers,
        }
    }

    /// Plans for what a project wants, which may be another than today's, or another day's.
    pub(super) fn plan_of(
        &self,
        project: &Project,
        desired: &Desired,
        observed: &Observed,
    ) -> Plan {
        self.judged(&self.memory, project, desired, observed).0
    }

    /// The same from another memory than the journal's.
    pub(super) fn plan_with(
        &self,
        memory: &Memory,
        project: &Project,
        desired: &Desired,
        observed: &Observed,
    ) -> Plan {
        self.judged(memory, project, desired, observed).0
    }

    /// The plan, and what makes it unsafe.
    fn judged(
        &self,
        memory: &Memory,
        project: &Project,
        desired: &Desired,
        observed: &Observed,
    ) -> (Plan, Vec<String>) {
        let input = Input {
            desired,
            observed,
            memory,
            attested: &self.attested,
            catalog: project.catalog,
            sources: &project.loaded.sources,
            config: project.config_fact(),
            now: self.world.now(),
            only: &self.only,
        };
        let plan = planned::planned(&input, &self.project.loaded.root);
        let dangers = planned::dangers(&plan, &input);
        (plan, dangers)
    }

    /// Opens the files of a commit, with whose rules the plan's are compared from now on.
    pub(super) fn since(&mut self, rev: &str) -> Result<Since, Failure> {
        let (commit, project) = open_commit(self.project, rev).map_err(|error| {
            Failure::input(format!("--base: {error}"))
                .help("such as `origin/main`; CI checks out one commit alone unless it is told to fetch more")
        })?;
        if !project.has_errors() {
            self.memory.rules = Some(planned::book(&project));
        }
        Ok(Since {
            rev: rev.to_owned(),
            commit,
            project,
        })
    }

    /// What the files cause that those of a commit do not, over the same reads.
    pub(super) fn part(&self, planned: &Planned, since: Since) -> Base {
        let Since {
            rev,
            commit,
            project: base,
        } = since;
        let catalog = self.project.catalog;
        let parts = if base.has_errors() {
            self.session.ui.tell(
                "note: the project has errors in the commit of `--base`, so that this change is taken to cause every step",
            );
            part(&Plan::nothing(), &planned.plan, catalog)
        } else {
            part(
                &self.plan_of(&base, &base.desired, &planned.observed),
                &planned.plan,
                catalog,
            )
        };
        Base { rev, commit, parts }
    }

    /// From here on what is not in the plan may be open all the same: nothing that was handed over is closed for it.
    pub(super) fn narrow_to_systems(&mut self) {
        self.only.systems = self.project.desired.systems.keys().cloned().collect();
    }

    /// Narrows a plan to what was reviewed and would be done now just the same.
    pub(super) fn narrow(&self, planned: &mut Planned, files: &[Reviewed]) -> Review {
        let project = self.project;
        let found = review(files, &planned.plan, &project.desired, project.catalog);
        planned.plan = plan::keep(
            &planned.plan,
            &found.todo,
            &planned.observed,
            project.catalog,
        );
        found
    }

    /// What a read alone means for the exit code.
    pub(super) fn endings_of_read(observed: &Observed) -> Endings {
        let untrusted = observed.systems.values().any(|system| {
            // What no provider was there for was not attempted, so it did not fail.
            let failed = |scope: &Reading<ScopeState>| {
                let attempted = *scope != Reading::Unreadable(ReadFailure::NotSupported);
                attempted && scope.complete().is_none()
            };
            shows_users(system) && system.scopes.values().any(failed)
        });
        if untrusted {
            Endings::from([Ending::Untrusted])
        } else {
            Endings::new()
        }
    }

    /// The journal's head, as it is known now.
    pub(super) fn head(&self) -> Option<Head> {
        self.journal.head()
    }

    /// Why nothing of a plan may be done, because of whom it would reduce.
    pub(super) fn refused(&self, planned: &Planned) -> Option<String> {
        let holds = refused::refused(&planned.plan, &self.project.desired);
        refused::why(&holds)
    }

    /// The last line of what is printed for people.
    pub(super) fn anchor(&self) -> String {
        match self.unremembered {
            Some(_) => anchor::NONE.to_owned(),
            None => anchor::line(self.head().as_ref()),
        }
    }

    /// Says that there is no journal, and what that means for who only looks.
    pub(super) fn warn_unremembered(&self) -> Option<Ending> {
        let error = self.unremembered.as_ref()?;
        self.session.ui.shout(&format!(
            "warning: {}: what was sent, done and said before is not known here, so that what is shown may be under way or done already; nothing is applied without a journal; {}",
            escape::terminal(&error.told()),
            error.advice()
        ));
        Some(Ending::Untrusted)
    }

    /// Whether a step that is not open was ever one here.
    pub(super) fn was_open(&self, step: &str) -> bool {
        let entries = self.journal.sealed.iter().map(|sealed| &sealed.entry);
        hand::was_open(step, entries, &self.statements)
    }

    /// The present.
    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// What the journal keeps of manual steps and of statements at the beginning of a run.
    pub(super) fn records(&self, planned: &Planned) -> Vec<journal::Record> {
        let desired = &self.project.desired;
        let mut records = hand::records(
            &planned.plan,
            desired,
            &self.memory,
            &self.attested,
            &self.only,
        );
        let people = desired.people.keys().cloned().collect();
        records.extend(attest::notes(&self.statements, &self.memory, &people));
        records.extend(journal::judged_after(
            self.journal.sealed.iter().map(|sealed| &sealed.entry),
            journal::judged(&planned.plan.draft, desired),
            !self.only.is_everything(),
        ));
        records
    }

    /// The systems of which a run does all that the files want and no rule holds: what was not asked for, not reviewed, or is
    /// not what was reviewed is left out, and so is all that is not due of what is due.
    pub(super) fn whole(&self, review: Option<&Review>, due: bool) -> Vec<SystemName> {
        let only = &self.only;
        if due || !only.people.is_empty() || !only.locations.is_empty() {
            return Vec::new();
        }
        let left_out = |system: &SystemName| {
            review.is_some_and(|review| {
                review.unreviewed.iter().any(|it| it.system == *system)
                    || review
                        .stale
                        .iter()
                        .any(|it| it.step.system == system.as_str())
            })
        };
        let systems = self.project.desired.systems.keys();
        systems
            .filter(|name| only.admits(None, Some(name), None) && !left_out(name))
            .cloned()
            .collect()
    }

    /// Writes into the journal what was seen by a run that changes nothing.
    pub(super) fn note(
        &self,
        journal: &mut dyn JournalSink,
        read: &Observed,
    ) -> Result<(), Failure> {
        let now = self.now();
        let actor = self.session.env.actor();
        let started = record::look_started(read, "observe", actor);
        let mut records = record::seen(self.project, read, &self.memory, journal.sealed());
        records.push(journal::Record::RunEnded(journal::RunEnded::default()));
        let store = || {
            let run = journal.begin(now, started)?;
            journal.append(now, run, records).map(drop)
        };
        store().map_err(|error| distrust(&error))
    }

    /// Why a plan is not to be done any more, because of the time that somebody looked at it.
    pub(super) fn overtaken(&self, planned: &Planned) -> Option<Failure> {
        let why = plan::file::overtaken(&planned.plan, self.now())?;
        let failure = Failure::new(Ending::Stale, format!("{why}; nothing was done"));
        Some(failure.help("run it again"))
    }

    /// A file as it is named within the project.
    pub(super) fn shown<'f>(&self, file: &'f Utf8Path) -> &'f Utf8Path {
        file.strip_prefix(&self.world.root).unwrap_or(file)
    }

    /// The key of the one declared person who is called so; else the text as it is.
    pub(super) fn known_as(&self, text: &str) -> String {
        let text = text.trim();
        let people = self.project.desired.people.values();
        let mut named = people.filter(|person| *person.name == *text);
        match (named.next(), named.next()) {
            (Some(only), None) if !self.is_declared(text) => only.key.to_string(),
            _ => text.to_owned(),
        }
    }

    /// Whether a text is the key of a declared person.
    pub(super) fn is_declared(&self, key: &str) -> bool {
        let people = &self.project.desired.people;
        people.contains_key(&crate::model::PersonKey::new(key))
    }

    /// What rendering needs.
    pub(super) fn frame(&self) -> Frame<'_> {
        Frame {
            catalog: self.project.catalog,
            zone: &self.project.zone,
            now: self.world.now(),
            contacts: self.session.ui.shows_contacts(),
            sensitive: &self.project.desired.rules.sensitive,
        }
    }

    /// The same for whoever sits at the terminal and does a step.
    pub(super) fn frame_at_terminal(&self) -> Frame<'_> {
        Frame {
            contacts: true,
            ..self.frame()
        }
    }

    /// The steps by hand of a plan as a checklist, but for those that somebody said are done.
    pub(super) fn checklist(&self, planned: &Planned, said: &Said, contacts: bool) -> String {
        let frame = Frame {
            contacts,
            ..self.frame()
        };
        let mut plan = planned.plan.clone();
        plan.draft.steps.retain(|step| !said.contains(&step.id));
        crate::render::checklist::checklist(&plan, &frame)
    }
}

impl Planned {
    /// Systems that answered that nobody is anywhere.
    pub(super) fn answered_empty(&self, memory: &Memory) -> Vec<&SystemName> {
        let is_empty = |(name, system): &(&SystemName, &ObservedSystem)| {
            let scopes = crate::plan::believed(system, memory, name);
            let empty = Reading::Unreadable(ReadFailure::Empty);
            // One place may well be empty, or hide; that all of them are cannot be.
            scopes.values().any(|reading| *reading == empty)
                && scopes.values().all(|reading| reading.seen().is_none())
        };
        let empty = self.observed.systems.iter().filter(is_empty);
        empty.map(|(name, _)| name).collect()
    }

    /// Refuses a plan that could lock somebody out who must never be.
    pub(super) fn is_safe(&self) -> Result<(), Failure> {
        if self.dangers.is_empty() {
            return Ok(());
        }
        let dangers = self.dangers.join("; ");
        Err(Failure::new(
            Ending::Held,
            format!("the plan is refused, nothing was done: {dangers}"),
        )
        .help("this is never planned on purpose: please report it with the plan"))
    }

    /// What is true of the plan itself, whatever is done with it.
    pub(super) fn endings(&self, now: Timestamp) -> Endings {
        let mut endings = Endings::new();
        let draft = &self.plan.draft;
        let unread = draft.scopes.iter().any(|scope| match &scope.completeness {
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => false,
            // A kind whose users no call shows is said in the plan: its profiles prove nothing, read or not.
            Completeness::Partial(_) | Completeness::Unreadable(_) => {
                let seen = self.observed.systems.get(&scope.system);
                seen.is_none_or(shows_users)
            }
        });
        if unread {
            endings.insert(Ending::Untrusted);
        }
        if !draft.holds.is_empty() {
            endings.insert(Ending::Held);
        }
        if hand::manual(&self.plan).any(|(step, _)| step.is_overdue(now)) {
            endings.insert(Ending::ManualWaiting);
        }
        endings
    }

    /// What `--exit-code` adds: changes that are pending, and steps by hand that wait.
    pub(super) fn pending(&self) -> Endings {
        let steps = &self.plan.draft.steps;
        let mut endings = Endings::new();
        if !steps.is_empty() {
            endings.insert(Ending::Pending);
        }
        if hand::manual(&self.plan).next().is_some() {
            endings.insert(Ending::ManualWaiting);
        }
        endings
    }
}

/// Whether a plan for the system stands on a read: one that is not whole is not to be trusted then.
fn shows_users(system: &ObservedSystem) -> bool {
    Kind::parse(system.kind).is_some_and(Kind::shows_users)
}

fn unknown_key(error: &OnlyError) -> Failure {
    let failure = Failure::input(format!("--only: {error}"));
    match error {
        OnlyError::Unknown {
            near: Some(near), ..
        } => failure.help(format!("did you mean `{near}`?")),
        OnlyError::Unknown { near: None, .. } => failure,
        OnlyError::Several { .. } => {
            failure.help("say which: `person:KEY`, `location:KEY` or `system:KEY`")
        }
    }
}
