//! A project of thirty people at three places, and steps about them.

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
use crate::model::*;
use crate::plan::{
    Access, Because, ByHand, Change, Completeness, ConfigFact, DangerClass, Draft, Effect, Hold,
    Input, Mode, Need, Only, Plan, Reason, RightDelta, ScopeFact, Step, StepId, StepKind, Swing,
    Waiting, seal,
};
use crate::policy::{Authors, judge};
use crate::text::Sources;

pub(super) const NOW: &str = "2026-11-20T10:00:00Z";
pub(super) const PLACES: [&str; 3] = ["center", "mall", "port"];

/// Limits, approvals and scopes; the steps come with each question.
pub(super) struct World {
    pub(super) desired: Desired,
    pub(super) sources: Sources,
    pub(super) memory: Memory,
    pub(super) accounts: [u32; 3],
    pub(super) authors: Authors,
    pub(super) observed: Observed,
}

impl World {
    /// A world with some settings and approvals; both may be empty.
    pub(super) fn new(settings: &str, approvals: &str) -> Self {
        use std::fmt::Write as _;
        let settings = format!(
            "version: 1\nsecond_person: false\ntime_zone: Europe/Riga\nsystems:\n  salons:\n    kind: altegio\n    tokens: {{ partner: {{ env: A }}, user: {{ env: B }} }}\n{settings}\n"
        );
        let mut entries = String::from(
            "locations:\n  center: { in: { salons: 1 } }\n  mall: { in: { salons: 2 } }\n  port: { in: { salons: 3 } }\nroles:\n  floor: { salons: { role: worker, unlisted: deny } }\n  deputy: { salons: { role: manager, unlisted: deny } }\npeople:\n",
        );
        for at in 0..30 {
            let role = if at < 5 { "deputy" } else { "floor" };
            let _ = writeln!(
                entries,
                "  p{at}: {{ name: Person {at}, email: p{at}@chain.example, access: [ {{ role: {role}, at: all }} ] }}"
            );
        }
        let approvals = if approvals.is_empty() {
            String::new()
        } else {
            format!("approvals:\n{approvals}\n")
        };
        let loaded = load_texts(
            &[
                ("keyholder.yaml", &*settings),
                ("people.yaml", &entries),
                ("approvals.yaml", &approvals),
            ],
            &LoadOptions::default(),
        );
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        let now = AsOf::Instant(NOW.parse().expect("an instant"));
        let (desired, found) = resolve(
            &loaded.project,
            &ResolveOptions::at(now),
            Catalog::current(),
        );
        let errors: Vec<_> = found.iter().filter(|it| it.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        Self {
            desired,
            sources: loaded.sources,
            memory: Memory::default(),
            accounts: [40, 40, 40],
            authors: Authors::default(),
            observed: Observed::default(),
        }
    }

    /// Seals a plan of some steps.
    pub(super) fn plan(&self, steps: Vec<Step>) -> Plan {
        self.plan_with(steps, Vec::new())
    }

    /// The same where planning itself says what some steps need.
    pub(super) fn plan_with(&self, steps: Vec<Step>, needs: Vec<Need>) -> Plan {
        self.plan_of(Draft {
            steps,
            needs,
            ..Draft::default()
        })
    }

    /// The same where something waits.
    pub(super) fn plan_waiting(&self, waiting: Waiting) -> Plan {
        self.plan_of(Draft {
            waiting: vec![waiting],
            ..Draft::default()
        })
    }

    fn plan_of(&self, draft: Draft) -> Plan {
        let (attested, only) = (Attested::default(), Only::default());
        let input = Input {
            desired: &self.desired,
            observed: &self.observed,
            memory: &self.memory,
            attested: &attested,
            catalog: Catalog::current(),
            sources: &self.sources,
            config: ConfigFact::default(),
            now: self.desired.as_of,
            only: &only,
        };
        let scopes = PLACES.iter().zip(self.accounts);
        let draft = Draft {
            as_of: self.desired.as_of,
            scopes: scopes
                .map(|(key, accounts)| ScopeFact {
                    system: SystemName::new("salons"),
                    place: at(key),
                    title: (*key).into(),
                    completeness: Completeness::Complete,
                    accounts,
                })
                .collect(),
            ..draft
        };
        seal(judge(draft, &input, &self.authors), &input)
    }

    /// Who is held for which reason, as `code person@place`.
    pub(super) fn held(&self, steps: Vec<Step>) -> Vec<String> {
        self.plan(steps).draft.holds.iter().map(said).collect()
    }
}

pub(super) fn said(hold: &Hold) -> String {
    format!(
        "{} {}@{}",
        hold.code.name(),
        hold.person.as_ref().map_or("-", PersonKey::as_str),
        hold.place
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    )
}

pub(super) fn at(key: &str) -> PlaceId {
    PlaceId::At(LocationKey::new(key))
}

fn access() -> Access {
    Access {
        state: AccountState::Active,
        role: None,
        staff: None,
        staff_name: None,
        rights: Arc::new(RightSet::empty(Catalog::current().len())),
        facts: Arc::default(),
    }
}

/// What a step of the tests does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// Takes a place.
    Leave,
    /// Gives a place.
    Join,
    /// Less rights where they are, by a role that was edited.
    Strip,
    /// Less where they are, because somebody had given more by hand.
    Revert,
    /// A sensitive right more.
    Raise,
    /// A message.
    Invite,
    /// A sensitive right more and another one less.
    Swap,
    /// Ends a line.
    Lapse,
    /// An account that is nobody's goes.
    Stranger,
}

pub(super) fn step(does: Does, person: usize, place: &str) -> Step {
    let key = PersonKey::new(format!("p{person}"));
    let (kind, class, swing, reason) = match does {
        Does::Leave => (
            StepKind::Remove,
            DangerClass::Removing,
            (false, true, false),
            Reason::Left,
        ),
        Does::Lapse => (
            StepKind::Remove,
            DangerClass::Removing,
            (false, true, false),
            Reason::Lapsed,
        ),
        Does::Stranger => (
            StepKind::Remove,
            DangerClass::Removing,
            (false, true, false),
            Reason::Stranger,
        ),
        Does::Join => (
            StepKind::Grant,
            DangerClass::Safe,
            (true, false, false),
            Reason::Joined,
        ),
        Does::Strip => (
            StepKind::SetRights,
            DangerClass::Removing,
            (false, true, false),
            Reason::RoleChanged,
        ),
        Does::Revert => (
            StepKind::SetRights,
            DangerClass::Removing,
            (false, true, false),
            Reason::Drift,
        ),
        Does::Raise => (
            StepKind::SetRights,
            DangerClass::Escalating,
            (true, false, true),
            Reason::RoleChanged,
        ),
        Does::Invite => (
            StepKind::Invite,
            DangerClass::Messaging,
            (true, false, false),
            Reason::Joined,
        ),
        Does::Swap => (
            StepKind::SetRights,
            DangerClass::Removing,
            (true, true, true),
            Reason::RoleChanged,
        ),
    };
    let (gives, takes, escalates) = swing;
    let before = !matches!(does, Does::Join | Does::Invite);
    let after = !matches!(does, Does::Leave | Does::Lapse | Does::Stranger);
    let catalog = Catalog::current();
    let right = catalog.by_slug("records_delete_access").expect("a right");
    Step {
        id: StepId(format!("{does:?}-{person}-{place}").into()),
        kind,
        mode: Mode::Api,
        class,
        swing: Swing {
            gives,
            takes,
            escalates,
            owns: false,
        },
        reason,
        by_hand: ByHand::default(),
        ends: does == Does::Leave,
        name: key.to_string().into(),
        person: (does != Does::Stranger).then_some(key),
        system: SystemName::new("salons"),
        place: at(place),
        account: (does != Does::Invite).then(|| AccountId::new(format!("{}", 100 + person))),
        before: before.then(access),
        after: after.then(access),
        deltas: vec![RightDelta {
            right,
            before: None,
            after: None,
            line: None,
        }],
        effects: if does == Does::Invite {
            vec![Effect::Sms("+371…01".into())]
        } else {
            Vec::new()
        },
        because: vec![Because::Rule("a test".into())],
        waits_for: Vec::new(),
        witnesses: Vec::new(),
        change: Change::ByHand,
        hand: None,
    }
}

/// The same for several people at one place.
pub(super) fn steps(does: Does, people: std::ops::Range<usize>, place: &str) -> Vec<Step> {
    people.map(|person| step(does, person, place)).collect()
}
