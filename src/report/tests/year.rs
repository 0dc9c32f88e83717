//! A year of a small chain, entry by entry, as runs would have written it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::journal::{
    AttestedNote, CallOutcome, CallResult, ClosedBy, ConfigFacts, ConfigKnown, DriftFact,
    FindingFact, GrantSeen, HandClosed, HandedOver, HoldFact, Intent, JournalSink, Judged, Locked,
    Match, MemoryJournal, Observed, Record, RunEnded, RunStarted, SaysFact, Sealed, StrangerFact,
    UnreadFact, Verb, Verdict, Verified, Way,
};

pub(crate) fn at(text: &str) -> Timestamp {
    let text = if text.len() == 10 {
        format!("{text}T12:00:00Z")
    } else {
        format!("{text}:00Z")
    };
    text.parse().unwrap()
}

/// A journal that is being written.
pub(crate) struct Year {
    pub(crate) journal: MemoryJournal,
    now: Timestamp,
    run: u64,
}

impl Year {
    pub(crate) fn new(begins: &str) -> Self {
        Self {
            journal: MemoryJournal::new(at(begins)),
            now: at(begins),
            run: 0,
        }
    }

    pub(crate) fn sealed(&self) -> &[Sealed] {
        self.journal.sealed()
    }

    /// Begins a run.
    pub(crate) fn run(&mut self, when: &str, commit: &str, actor: &str) -> &mut Self {
        self.now = at(when);
        let started = RunStarted {
            command: "apply".to_owned(),
            tool: "0.1.0".to_owned(),
            plan: Some(commit.repeat(32)),
            config: Some(ConfigFacts {
                digest: "d".repeat(64),
                commit: Some(commit.repeat(20)),
                dirty: false,
            }),
            actor: Some(actor.to_owned()),
            systems: Vec::new(),
            whole: Vec::new(),
        };
        self.run = self.journal.begin(self.now, started).unwrap();
        self
    }

    pub(crate) fn put(&mut self, record: Record) -> u64 {
        self.journal
            .append(self.now, self.run, vec![record])
            .unwrap()
    }

    pub(crate) fn end(&mut self, done: u64, waiting: u64, left: u64) {
        self.put(Record::RunEnded(RunEnded {
            done,
            waiting,
            left,
            stopped: false,
        }));
    }

    pub(crate) fn rules(&mut self, rules: &[(&str, &str)]) {
        let rules = rules
            .iter()
            .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()));
        self.put(Record::ConfigKnown(ConfigKnown {
            rules: Some(rules.collect()),
            ..ConfigKnown::default()
        }));
    }

    /// A read of a place at `salons`: accounts with their state and, where it is somebody's, whose.
    pub(crate) fn seen(&mut self, place: &str, rows: &[(&str, &str, Option<&str>)], gone: &[&str]) {
        let grant = |(account, state, _): &(&str, &str, Option<&str>)| GrantSeen {
            account: (*account).to_owned(),
            state: (*state).to_owned(),
            role: None,
            staff: None,
            set: None,
        };
        let matched = rows.iter().filter_map(|(account, _, person)| {
            Some(Match {
                account: (*account).to_owned(),
                person: Some((*person)?.to_owned()),
            })
        });
        self.put(Record::Observed(Observed {
            system: "salons".to_owned(),
            place: place.to_owned(),
            taken: self.now,
            complete: true,
            accounts: rows.len() as u64,
            digest: String::new(),
            matched: matched.collect(),
            grants: rows.iter().map(grant).collect(),
            gone: gone.iter().map(|id| (*id).to_owned()).collect(),
            sets: BTreeMap::new(),
            equal: BTreeMap::new(),
            apart: Vec::new(),
        }));
    }

    /// A call with its answer and what reading back found.
    #[expect(clippy::too_many_arguments, reason = "one line of the year")]
    pub(crate) fn step(
        &mut self,
        id: &str,
        kind: &str,
        call: Verb,
        (person, account): (&str, Option<&str>),
        place: &str,
        reason: &str,
        result: CallResult,
        verdict: Option<Verdict>,
    ) {
        let intent = self.put(Record::Intent(Intent {
            ends: false,
            step: id.to_owned(),
            does: kind.to_owned(),
            call,
            system: "salons".to_owned(),
            place: place.to_owned(),
            person: Some(person.to_owned()),
            account: account.map(str::to_owned),
            reason: reason.to_owned(),
            way: (call == Verb::Invite).then_some(Way::Email),
            from: None,
            batch: None,
            role: None,
            rights: BTreeMap::new(),
            approval: None,
            present: Vec::new(),
        }));
        self.put(Record::Outcome(CallOutcome {
            intent,
            result,
            status: None,
            request_id: None,
            errors: Vec::new(),
            not_sent: Vec::new(),
        }));
        let Some(verdict) = verdict else { return };
        self.put(Record::Verified(Verified {
            step: id.to_owned(),
            intent: Some(intent),
            system: "salons".to_owned(),
            place: place.to_owned(),
            person: Some(person.to_owned()),
            account: account.map(str::to_owned),
            verdict,
            absent: call == Verb::Remove,
            digest: None,
            differs: Vec::new(),
            also_changed: Vec::new(),
            staff: None,
            set: None,
            sets: BTreeMap::new(),
        }));
    }

    /// A call that went well.
    pub(crate) fn done(
        &mut self,
        id: &str,
        kind: &str,
        call: Verb,
        who: (&str, Option<&str>),
        place: &str,
        reason: &str,
    ) {
        let verdict = Some(Verdict::AsPlanned);
        self.step(
            id,
            kind,
            call,
            who,
            place,
            reason,
            CallResult::Done,
            verdict,
        );
    }

    pub(crate) fn judged(&mut self, judged: Judged) {
        self.put(Record::Judged(judged));
    }

    pub(crate) fn left(&mut self, person: &str, left: &str) {
        self.judged(Judged {
            left: [(person.to_owned(), Some(at(left).to_string()))].into(),
            ..Judged::default()
        });
    }

    pub(crate) fn handed(&mut self, id: &str, does: &str, person: &str, reason: &str) {
        self.put(Record::HandedOver(HandedOver {
            step: id.to_owned(),
            does: does.to_owned(),
            system: "desk".to_owned(),
            place: "riga-mall".to_owned(),
            person: Some(person.to_owned()),
            account: None,
            reason: Some(reason.to_owned()),
            says: None,
            approval: None,
        }));
    }

    pub(crate) fn said(&mut self, id: &str, does: &str, person: &str, said: &str, state: &str) {
        self.put(Record::HandClosed(HandClosed {
            step: id.to_owned(),
            system: "desk".to_owned(),
            how: ClosedBy::Attested,
        }));
        self.put(Record::Attested(AttestedNote {
            id: format!("a-{id}"),
            digest: "e".repeat(64),
            step: id.to_owned(),
            does: does.to_owned(),
            system: "desk".to_owned(),
            place: "riga-mall".to_owned(),
            person: person.to_owned(),
            said: at(said),
            by: Some("ilze.owner".to_owned()),
            says: Some(SaysFact {
                state: state.to_owned(),
                role: None,
                facts: BTreeMap::new(),
            }),
            withdrawn: false,
        }));
    }
}

fn hold(code: &str, person: &str, step: &str) -> HoldFact {
    HoldFact {
        code: code.to_owned(),
        person: Some(person.to_owned()),
        system: Some("salons".to_owned()),
        place: Some("riga-mall".to_owned()),
        does: Some("set-rights".to_owned()),
        step: Some(step.to_owned()),
    }
}

fn drift(person: &str, account: &str, step: &str) -> DriftFact {
    DriftFact {
        person: Some(person.to_owned()),
        system: "salons".to_owned(),
        place: "riga-mall".to_owned(),
        account: account.to_owned(),
        step: Some(step.to_owned()),
        ..DriftFact::default()
    }
}

const RULES: [(&str, &str); 2] = [("limits removals", "10 20%"), ("policy two", "holders")];

/// The year 2026.
pub(crate) fn year() -> Year {
    let mut it = Year::new("2025-12-20");
    it.run("2025-12-20", "a1", "ci");
    it.seen(
        "riga-mall",
        &[
            ("1", "active", Some("anna")),
            ("2", "active", Some("boris")),
            ("4", "active", Some("karlis")),
            ("5", "active", Some("dace")),
            ("9", "active", None),
        ],
        &[],
    );
    it.rules(&RULES);
    it.judged(Judged {
        strangers: Some(vec![StrangerFact {
            system: "salons".to_owned(),
            account: "9".to_owned(),
            places: vec!["riga-mall".to_owned()],
        }]),
        ..Judged::default()
    });
    it.end(0, 0, 0);

    // Jana joins, accepts after four days, and gets her second place.
    it.run("2026-02-01", "a2", "ci");
    let verdict = Some(Verdict::NotVisibleYet);
    let (jana, no_account) = (("jana", Some("3")), ("jana", None));
    it.step(
        "i1",
        "invite",
        Verb::Invite,
        no_account,
        "riga-mall",
        "joined",
        CallResult::Done,
        verdict,
    );
    it.end(0, 1, 0);
    it.run("2026-02-02", "a2", "ci");
    it.seen("riga-mall", &[("3", "invited", Some("jana"))], &[]);
    it.end(0, 0, 0);
    it.run("2026-02-05", "a2", "ci");
    it.seen("riga-mall", &[("3", "active", Some("jana"))], &[]);
    it.done("g1", "grant", Verb::Copy, jana, "riga-center", "joined");
    it.end(1, 0, 0);

    // Boris has left at midnight in Riga and is removed ten hours and five minutes later.
    it.run("2026-03-01T08:05", "a3", "nightly");
    it.left("boris", "2026-02-28T22:00");
    it.done(
        "r1",
        "remove",
        Verb::Remove,
        ("boris", Some("2")),
        "riga-mall",
        "left",
    );
    it.end(1, 0, 0);

    // Drift: one put back, one held and then taken into the files, one undone by whoever did it.
    it.run("2026-05-01", "a3", "ci");
    it.judged(Judged {
        drift: Some(vec![drift("anna", "1", "d1")]),
        ..Judged::default()
    });
    it.done(
        "d1",
        "set-rights",
        Verb::Write,
        ("anna", Some("1")),
        "riga-mall",
        "drift",
    );
    it.end(1, 0, 0);
    it.run("2026-06-01", "a3", "ci");
    it.judged(Judged {
        drift: Some(vec![drift("dace", "5", "d3"), drift("jana", "3", "d2")]),
        holds: Some(vec![hold("drift", "jana", "d2")]),
        ..Judged::default()
    });
    it.end(0, 0, 0);
    it.run("2026-06-10", "a4", "ci");
    it.seen("riga-mall", &[("5", "active", Some("dace"))], &[]);
    it.judged(Judged {
        drift: Some(Vec::new()),
        holds: Some(Vec::new()),
        ..Judged::default()
    });
    it.end(0, 0, 0);

    // Karlis leaves: his salon is read without him, his desk is said to be blocked two days later.
    it.run("2026-07-01T10:00", "a5", "ci");
    it.handed("b1", "block", "karlis", "left");
    it.handed("f1", "follow-up", "karlis", "left");
    it.left("karlis", "2026-07-01T06:00");
    it.done(
        "r2",
        "remove",
        Verb::Remove,
        ("karlis", Some("4")),
        "riga-mall",
        "left",
    );
    it.end(1, 2, 0);
    it.run("2026-07-04", "a5", "ci");
    it.said("b1", "block", "karlis", "2026-07-03T06:00", "blocked");
    it.end(0, 0, 0);

    // Jana moves.
    it.run("2026-08-01", "a6", "ci");
    it.done("g2", "grant", Verb::Copy, jana, "riga-east", "moved");
    it.done("r3", "remove", Verb::Remove, jana, "riga-center", "moved");
    it.end(2, 0, 0);

    // A limit is loosened, and an approval stands for two months.
    it.run("2026-09-01", "a7", "ci");
    let approval = ("approval removals people:jana", "any 2026-11-01T00:00:00Z");
    let loose = [("limits removals", "none none"), RULES[1], approval];
    it.rules(&loose);
    it.judged(Judged {
        passed: [("r4".to_owned(), approval.0.to_owned())].into(),
        ..Judged::default()
    });
    it.done(
        "r4",
        "remove",
        Verb::Remove,
        jana,
        "riga-east",
        "role-changed",
    );
    it.end(1, 0, 0);

    // A lockout and its end.
    it.run("2026-10-01T09:00", "a8", "ilze");
    let locked = |because: &str| Locked {
        person: "anna".to_owned(),
        because: because.to_owned(),
    };
    it.put(Record::LockedOut(locked("phone stolen")));
    it.end(1, 0, 0);
    it.run("2026-10-02T09:00", "a8", "ilze");
    it.put(Record::Unlocked(locked("found")));
    it.end(1, 0, 0);

    it.run("2026-11-01", "a7", "ci");
    it.rules(&loose[..2]);
    it.end(0, 0, 0);

    // Dace has left and the vendor refuses; Eva does not accept; a place cannot be read; a policy is broken; a run dies.
    it.run("2026-11-20", "a9", "ci");
    it.left("dace", "2026-11-19T22:00");
    let refused = CallResult::Refused;
    it.step(
        "r5",
        "remove",
        Verb::Remove,
        ("dace", Some("5")),
        "riga-mall",
        "left",
        refused,
        None,
    );
    let eva = ("eva", None);
    it.step(
        "i2",
        "invite",
        Verb::Invite,
        eva,
        "riga-mall",
        "joined",
        CallResult::Done,
        None,
    );
    it.judged(Judged {
        strangers: Some(Vec::new()),
        findings: Some(vec![FindingFact {
            policy: "two".to_owned(),
            side: "live".to_owned(),
            people: vec!["anna".to_owned()],
            rights: vec!["settings_users_access".to_owned()],
            system: Some("salons".to_owned()),
            place: Some("riga-mall".to_owned()),
        }]),
        unread: Some(vec![UnreadFact {
            system: "salons".to_owned(),
            place: "riga-east".to_owned(),
            how: "unreadable".to_owned(),
        }]),
        ..Judged::default()
    });
    it
}
