//! What `plan`, `apply` and `observe` share: memory, reading, planning, and what that means for the exit code.

use camino::Utf8Path;

use super::failure::{Ending, Endings, Failure};
use super::session::{Session, distrust};
use super::world::World;
use crate::apply::Providers;
use crate::attest::judge;
use crate::journal::{self, Snapshot};
use crate::model::{Attested, Memory, Observed};
use crate::ops::attest::{self, Loaded};
use crate::ops::only::{OnlyError, only};
use crate::ops::project::Project;
use crate::ops::{export, live, when};
use crate::plan::{self, Completeness, Input, Only, Plan};
use crate::render::view::Frame;

/// A project, what is remembered of it, and what a plan is narrowed to.
pub(super) struct Planning<'a> {
    session: &'a Session<'a>,
    world: &'a World,
    /// The project.
    pub(super) project: &'a Project,
    /// What the journal knows.
    pub(super) memory: Memory,
    /// The journal as it was read.
    pub(super) journal: Snapshot,
    /// What people said they did by hand, as it stands in the files.
    pub(super) statements: Loaded,
    /// The same, as far as it can be believed.
    pub(super) attested: Attested,
    /// What is wanted of it.
    pub(super) only: Only,
}

/// A plan and the read it stands on.
pub(super) struct Planned {
    /// The plan.
    pub(super) plan: Plan,
    /// The read.
    pub(super) observed: Observed,
}

impl<'a> Planning<'a> {
    /// Reads the journal. One that cannot be trusted ends the run: it is no empty one.
    pub(super) fn new(
        session: &'a Session<'a>,
        world: &'a World,
        project: &'a Project,
        keys: &[String],
    ) -> Result<Self, Failure> {
        let only = only(&project.desired, keys).map_err(|error| unknown_key(&error))?;
        let folder = session.state_folder(&world.root, Some(&project.loaded.project.settings));
        let journal = journal::load(&folder).map_err(|error| distrust(&error))?;
        let mut planning = Self {
            session,
            world,
            project,
            memory: Memory::default(),
            journal,
            statements: Loaded::default(),
            attested: Attested::default(),
            only,
        };
        planning.listen()?;
        planning.remember();
        Ok(planning)
    }

    /// Reads what people said. A file with problems ends the run: what it says is not known.
    fn listen(&mut self) -> Result<(), Failure> {
        let settings = &self.project.loaded.project.settings;
        let state = self.session.state_folder(&self.world.root, Some(settings));
        let sandbox = self.session.global.sandbox.then_some(&*state);
        let folder = attest::folder(&self.world.root, sandbox);
        self.statements = attest::load(&folder).map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Failure::input(format!("{error}{}", cause.unwrap_or_default()))
        })?;
        let Loaded {
            diagnostics,
            sources,
            ..
        } = &self.statements;
        if diagnostics.is_empty() {
            return Ok(());
        }
        self.session.show(diagnostics, sources);
        Err(Failure::input(
            "the attestations have errors; nothing was read and nothing was changed",
        ))
    }

    /// Derives the memory from the journal at hand, and what is believed of what people said.
    fn remember(&mut self) {
        self.memory = journal::memory(self.journal.sealed.iter().map(|sealed| &sealed.entry));
        self.attested = judge(
            &self.statements.statements,
            &self.statements.edited,
            &self.memory,
            self.world.now(),
        );
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
        let plan = plan::plan(&Input {
            desired: &self.project.desired,
            observed: &observed,
            memory: &self.memory,
            attested: &self.attested,
            catalog: self.project.catalog,
            sources: &self.project.loaded.sources,
            config: self.project.config_fact(),
            now: self.world.now(),
            only: &self.only,
        });
        Planned { plan, observed }
    }

    /// What a read alone means for the exit code.
    pub(super) fn endings_of_read(observed: &Observed) -> Endings {
        let untrusted = observed.systems.values().any(|system| {
            let supported = crate::catalog::Kind::parse(system.kind)
                .is_some_and(crate::catalog::Kind::has_rights);
            supported
                && system
                    .scopes
                    .values()
                    .any(|scope| scope.complete().is_none())
        });
        if untrusted {
            Endings::from([Ending::Untrusted])
        } else {
            Endings::new()
        }
    }

    /// What rendering needs.
    pub(super) fn frame(&self) -> Frame<'_> {
        Frame {
            catalog: self.project.catalog,
            zone: &self.project.zone,
        }
    }
}

impl Planned {
    /// What is true of the plan itself, whatever is done with it.
    pub(super) fn endings(&self) -> Endings {
        let mut endings = Endings::new();
        let draft = &self.plan.draft;
        let unread = draft.scopes.iter().any(|scope| match &scope.completeness {
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => false,
            Completeness::Partial(_) => true,
            // A kind this version cannot read is said in the plan; nothing was attempted that could have failed.
            Completeness::Unreadable(_) => !self.is_of_an_unsupported_kind(&scope.system),
        });
        if unread {
            endings.insert(Ending::Untrusted);
        }
        if !draft.holds.is_empty() {
            endings.insert(Ending::Held);
        }
        endings
    }

    fn is_of_an_unsupported_kind(&self, system: &crate::model::SystemName) -> bool {
        self.observed.systems.get(system).is_some_and(|seen| {
            crate::catalog::Kind::parse(seen.kind).is_some_and(|kind| !kind.has_rights())
        })
    }
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
