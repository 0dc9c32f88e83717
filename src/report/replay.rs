//! A journal played from its beginning: what happened, with what was known at that time.
//!
//! Not a report: nothing is counted and nothing left out here. Invariant: one walk, in the order of the entries.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::episodes::{Episode, Episodes};
use super::leave::{Gone, Leave};
use super::people::{People, Scope};
use crate::journal::{
    ClosedBy, ConfigKnown, DriftFact, Entry, FindingFact, HandedOver, Head, HoldFact, IntentState,
    Judged, Locked, Record, RightValue, RunEnded, RunStarted, Sealed, TurnFact, UnreadFact, Verb,
    Verdict, history,
};
use crate::model::RuleBook;

/// A run.
#[derive(Debug)]
pub(super) struct RunFact<'a> {
    pub(super) at: Timestamp,
    pub(super) started: &'a RunStarted,
    pub(super) ended: Option<(Timestamp, &'a RunEnded)>,
    pub(super) head: Head,
}

/// A step of a run that reached a vendor.
#[derive(Debug)]
pub(super) struct StepFact<'a> {
    pub(super) run: u64,
    pub(super) at: Timestamp,
    pub(super) call: IntentState<'a>,
    pub(super) rights: BTreeMap<&'a str, Option<&'a RightValue>>,
    pub(super) role: Option<&'a str>,
    /// What the run wrote of it beside its intents.
    pub(super) turn: Option<&'a TurnFact>,
    pub(super) verdict: Option<(Timestamp, Verdict)>,
}

/// An invitation.
#[derive(Debug)]
pub(super) struct Invited<'a> {
    pub(super) call: IntentState<'a>,
    pub(super) over: Option<(Timestamp, bool)>,
}

/// A step by hand.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) run: u64,
    pub(super) since: Timestamp,
    pub(super) handed: &'a HandedOver,
    pub(super) closed: Option<(Timestamp, ClosedBy)>,
    pub(super) by: Option<&'a str>,
}

/// Somebody had nothing and was given something.
#[derive(Debug)]
pub(super) struct Came<'a> {
    pub(super) person: &'a str,
    pub(super) at: Timestamp,
    pub(super) given: BTreeSet<Scope<'a>>,
}

/// A lockout.
#[derive(Debug)]
pub(super) struct Lock<'a> {
    pub(super) locked: &'a Locked,
    pub(super) since: Timestamp,
    pub(super) run: u64,
    pub(super) until: Option<Timestamp>,
}

/// A rule book that a run brought.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) run: u64,
    pub(super) at: Timestamp,
    pub(super) before: Option<RuleBook>,
    pub(super) after: RuleBook,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(super) struct Played<'a> {
    pub(super) runs: BTreeMap<u64, RunFact<'a>>,
    pub(super) steps: Vec<StepFact<'a>>,
    pub(super) invited: Vec<Invited<'a>>,
    pub(super) hands: Vec<Hand<'a>>,
    pub(super) came: Vec<Came<'a>>,
    pub(super) leaves: Vec<Leave<'a>>,
    pub(super) locks: Vec<Lock<'a>>,
    pub(super) books: Vec<Book>,
    pub(super) rules: Vec<Episode<(String, String)>>,
    pub(super) holds: Vec<Episode<HoldFact>>,
    pub(super) findings: Vec<Episode<FindingFact>>,
    pub(super) drift: Vec<Episode<DriftFact>>,
    /// What was found of each of them while it was there.
    pub(super) drifted: BTreeMap<(DriftFact, Timestamp), DriftFact>,
    pub(super) strangers: Vec<Episode<(String, String)>>,
    pub(super) stranger_places: BTreeMap<(String, String), Vec<String>>,
    pub(super) unread: Vec<Episode<UnreadFact>>,
    /// Steps that approvals let through: run, time, step, rule.
    pub(super) passed: Vec<(u64, Timestamp, &'a str, &'a str)>,
    /// Lists that approvals had a run believe: run, time, list, rule.
    pub(super) believed: Vec<(u64, Timestamp, &'a str, &'a str)>,
    /// Waivers that counted.
    pub(super) waived: Vec<Episode<String>>,
    /// When a run judged last.
    pub(super) judged: Option<Timestamp>,
    /// When rows of an account changed by what was read, and not by us.
    pub(super) moved: BTreeMap<(&'a str, &'a str), Vec<Timestamp>>,
}

#[derive(Default)]
struct Player<'a> {
    played: Played<'a>,
    people: People<'a>,
    calls: BTreeMap<u64, IntentState<'a>>,
    /// Steps of runs, by run and id.
    steps: BTreeMap<(u64, &'a str), usize>,
    turns: BTreeMap<&'a str, &'a TurnFact>,
    open_hands: BTreeMap<(&'a str, &'a str), usize>,
    /// What was said of steps, by whom and when.
    said: BTreeMap<(&'a str, &'a str), (Timestamp, Option<&'a str>)>,
    /// Who is here, and as which arrival.
    here: BTreeMap<&'a str, Option<usize>>,
    rules: Episodes<(String, String)>,
    holds: Episodes<HoldFact>,
    findings: Episodes<FindingFact>,
    drift: Episodes<DriftFact>,
    strangers: Episodes<(String, String)>,
    unread: Episodes<UnreadFact>,
    waived: Episodes<String>,
    book: Option<RuleBook>,
}

/// Plays a journal, up to an instant.
pub(super) fn play(sealed: &[Sealed], until: Timestamp) -> Played<'_> {
    let sealed: Vec<&Sealed> = sealed
        .iter()
        .filter(|sealed| sealed.entry.at < until)
        .collect();
    let entries = || sealed.iter().map(|sealed| &sealed.entry);
    let mut player = Player::default();
    for call in history(entries()) {
        player.calls.insert(call.seq, call);
    }
    for entry in entries() {
        if let Record::Attested(note) = &entry.record
            && !note.withdrawn
        {
            let key = (note.system.as_str(), note.step.as_str());
            player.said.insert(key, (note.said, note.by.as_deref()));
        }
    }
    for sealed in &sealed {
        player.take(sealed);
    }
    let mut played = player.played;
    for leave in &mut played.leaves {
        let seen = player.people.seen(leave.person).into_iter();
        leave.seen_open = seen
            .map(|scope| (scope, player.people.read_at(scope)))
            .collect();
    }
    played.rules = player.rules.all();
    played.holds = player.holds.all();
    played.findings = player.findings.all();
    played.drift = player.drift.all();
    played.strangers = player.strangers.all();
    played.unread = player.unread.all();
    played.waived = player.waived.all();
    played
}

impl<'a> Player<'a> {
    fn take(&mut self, sealed: &'a Sealed) {
        let entry = &sealed.entry;
        if let Some(run) = self.played.runs.get_mut(&entry.run) {
            run.head = sealed.head();
        }
        match &entry.record {
            Record::RunStarted(started) => {
                self.turns.clear();
                let run = RunFact {
                    at: entry.at,
                    started,
                    ended: None,
                    head: sealed.head(),
                };
                self.played.runs.insert(entry.seq, run);
                // Each run that plans judges, and writes what is not as it was.
                if started.config.is_some() && self.played.judged.is_some() {
                    self.played.judged = Some(entry.at);
                }
            }
            Record::RunEnded(ended) => {
                if let Some(run) = self.played.runs.get_mut(&entry.run) {
                    run.ended = Some((entry.at, ended));
                }
            }
            Record::ConfigKnown(known) => self.config(entry, known),
            Record::Observed(seen) => {
                let read = self.people.read(seen);
                for (person, system, place, accepted) in read.over {
                    self.invitation_over(person, system, Some(place), entry.at, accepted);
                }
                for row in read.rows {
                    self.played.moved.entry(row).or_default().push(entry.at);
                }
                for person in &read.people {
                    if !self.people.has(person).is_empty() {
                        self.here.entry(person).or_insert(None);
                    }
                }
                self.look(&read.people, entry.at, "read");
            }
            Record::Intent(_) => self.intent(entry),
            Record::Verified(verified) => {
                self.people.check(verified);
                if let Some(&at) = self.steps.get(&(entry.run, verified.step.as_str()))
                    && let Some(step) = self.played.steps.get_mut(at)
                {
                    step.verdict = Some((entry.at, verified.verdict));
                }
                if verified.verdict == Verdict::AsPlanned {
                    let step = verified.step.as_str();
                    self.drift
                        .end(|drift| drift.step.as_deref() == Some(step), entry.at);
                }
                if let Some(person) = verified.person.as_deref() {
                    if verified.absent && verified.verdict == Verdict::AsPlanned {
                        let place = verified.place.as_str();
                        self.invitation_over(
                            person,
                            &verified.system,
                            Some(place),
                            entry.at,
                            false,
                        );
                    }
                    self.look(&BTreeSet::from([person]), entry.at, "read");
                    if verified.absent && self.people.has(person).is_empty() {
                        self.here.remove(person);
                    }
                }
            }
            Record::HandedOver(handed) => {
                let hand = Hand {
                    run: entry.run,
                    since: entry.at,
                    handed,
                    closed: None,
                    by: None,
                };
                let key = (handed.system.as_str(), handed.step.as_str());
                self.open_hands.insert(key, self.played.hands.len());
                self.played.hands.push(hand);
                let person = handed.person.as_deref();
                self.look(&person.into_iter().collect(), entry.at, "read");
            }
            Record::HandClosed(closed) => {
                self.hand_closed(entry, &closed.system, &closed.step, closed.how);
            }
            Record::Attested(note) => {
                self.people.hear(note);
                let person = note.person.as_str();
                let at = note.said.min(entry.at);
                if !self.people.has(person).is_empty() && !self.here.contains_key(person) {
                    self.arrive(person, at);
                }
                self.look(&BTreeSet::from([person]), at, "said");
            }
            Record::LockedOut(locked) => self.played.locks.push(Lock {
                locked,
                since: entry.at,
                run: entry.run,
                until: None,
            }),
            Record::Unlocked(unlocked) => {
                let mut locks = self.played.locks.iter_mut().rev();
                let lock = locks
                    .find(|lock| lock.locked.person == unlocked.person && lock.until.is_none());
                if let Some(lock) = lock {
                    lock.until = Some(entry.at);
                }
            }
            Record::Judged(judged) => self.judged(entry, judged),
            Record::Genesis(_) | Record::Outcome(_) | Record::Settled(_) => {}
        }
    }

    fn config(&mut self, entry: &'a Entry, known: &'a ConfigKnown) {
        let Some(rules) = &known.rules else { return };
        let lines = rules.iter();
        let lines = lines.map(|(path, value)| (path.as_str().into(), value.as_str().into()));
        let book = RuleBook(lines.collect());
        let passes: Vec<(String, String)> = rules
            .iter()
            .filter(|(path, _)| path.starts_with("approval ") || path.starts_with("waiver "))
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect();
        self.rules.found(&passes, entry.at, entry.run, false);
        self.played.books.push(Book {
            run: entry.run,
            at: entry.at,
            before: self.book.replace(book.clone()),
            after: book,
        });
    }

    fn intent(&mut self, entry: &'a Entry) {
        let Some(call) = self.calls.get(&entry.seq).cloned() else {
            return;
        };
        let intent = call.intent;
        let key = (entry.run, intent.step.as_str());
        let rights = intent.rights.iter();
        let rights = rights.map(|(slug, value)| (slug.as_str(), value.as_ref()));
        let role = intent.role.as_deref();
        if let Some(step) = self
            .steps
            .get(&key)
            .and_then(|&at| self.played.steps.get_mut(at))
        {
            // A step may take several calls: the last one says what became of it.
            step.rights.extend(rights);
            step.role = role.or(step.role);
            step.call = call.clone();
        } else {
            self.steps.insert(key, self.played.steps.len());
            self.played.steps.push(StepFact {
                run: entry.run,
                at: entry.at,
                call: call.clone(),
                rights: rights.collect(),
                role,
                turn: self.turns.get(intent.step.as_str()).copied(),
                verdict: None,
            });
        }
        if !call.status.may_have_happened() {
            return;
        }
        if intent.call == Verb::Invite {
            self.played.invited.push(Invited {
                call: call.clone(),
                over: None,
            });
        }
        if let (Some(person), Verb::Invite | Verb::Copy) = (intent.person.as_deref(), intent.call) {
            let scope = (intent.system.as_str(), intent.place.as_str());
            if !self.here.contains_key(person) {
                self.arrive(person, entry.at);
            }
            if let Some(Some(at)) = self.here.get(person)
                && let Some(came) = self.played.came.get_mut(*at)
            {
                came.given.insert(scope);
            }
        }
    }

    fn arrive(&mut self, person: &'a str, at: Timestamp) {
        self.here.insert(person, Some(self.played.came.len()));
        self.played.came.push(Came {
            person,
            at,
            given: self.people.has(person),
        });
    }

    fn invitation_over(
        &mut self,
        person: &str,
        system: &str,
        place: Option<&str>,
        at: Timestamp,
        accepted: bool,
    ) {
        let open = self.played.invited.iter_mut().filter(|it| {
            let intent = it.call.intent;
            it.over.is_none()
                && intent.system == system
                && intent.person.as_deref() == Some(person)
                // One invitation is for a person: wherever they are active, they accepted.
                && (accepted || place.is_none_or(|place| intent.place == place))
        });
        for invitation in open {
            invitation.over = Some((at, accepted));
        }
    }

    fn hand_closed(&mut self, entry: &'a Entry, system: &'a str, step: &'a str, how: ClosedBy) {
        let Some(at) = self.open_hands.remove(&(system, step)) else {
            return;
        };
        let said = self.said.get(&(system, step)).copied();
        let Some(hand) = self.played.hands.get_mut(at) else {
            return;
        };
        let (when, by) = match (how, said) {
            (ClosedBy::Attested, Some((said, by))) => (said.min(entry.at), by),
            _ => (entry.at, None),
        };
        hand.closed = Some((when.max(hand.since), how));
        hand.by = by;
        let person = hand.handed.person.as_deref();
        let word = if how == ClosedBy::Read {
            "read"
        } else {
            "said"
        };
        self.look(&person.into_iter().collect(), when, word);
    }

    fn judged(&mut self, entry: &'a Entry, judged: &'a Judged) {
        let (at, run, part) = (entry.at, entry.run, judged.narrowed);
        if !part {
            self.played.judged = Some(at);
        }
        if let Some(holds) = &judged.holds {
            self.holds.found(holds, at, run, part);
        }
        if let Some(findings) = &judged.findings {
            self.findings.found(findings, at, run, part);
        }
        if let Some(waived) = &judged.waived {
            self.waived.found(waived, at, run, part);
        }
        let passed = judged.passed.iter();
        self.played
            .passed
            .extend(passed.map(|(step, rule)| (run, at, step.as_str(), rule.as_str())));
        let believed = judged.believed.iter();
        self.played
            .believed
            .extend(believed.map(|(list, rule)| (run, at, list.as_str(), rule.as_str())));
        let turns = judged.turns.iter();
        self.turns
            .extend(turns.map(|(step, turn)| (step.as_str(), turn)));
        if let Some(drift) = &judged.drift {
            let bare: Vec<DriftFact> = drift.iter().map(bare).collect();
            self.drift.found(&bare, at, run, part);
            for (key, fact) in bare.into_iter().zip(drift) {
                let Some(since) = self.drift.since(&key) else {
                    continue;
                };
                let known = self.played.drifted.entry((key, since)).or_default();
                known.does.clone_from(&fact.does);
                known.role = fact.role.clone().or(known.role.take());
                merge(&mut known.more, &fact.more);
                merge(&mut known.less, &fact.less);
            }
        }
        if let Some(unread) = &judged.unread {
            self.unread.found(unread, at, run, part);
        }
        if let Some(strangers) = &judged.strangers {
            let keys: Vec<(String, String)> = strangers
                .iter()
                .map(|it| (it.system.clone(), it.account.clone()))
                .collect();
            self.strangers.found(&keys, at, run, part);
            let places = strangers.iter().map(|it| it.places.clone());
            self.played
                .stranger_places
                .extend(keys.iter().cloned().zip(places));
        }
        for (person, left) in &judged.left {
            let person = person.as_str();
            let open = |leave: &&mut Leave<'_>| leave.person == person && leave.back.is_none();
            let last = self.played.leaves.iter_mut().rev().find(open);
            let left = left.as_ref().and_then(|left| left.parse().ok());
            match (left, last) {
                (None, Some(last)) => last.back = Some(at),
                // Another day for the same leaving.
                (Some(left), Some(last)) => last.left = left,
                (Some(left), None) => {
                    self.played.leaves.push(Leave {
                        person,
                        left,
                        seen: at,
                        run,
                        scopes: BTreeMap::new(),
                        seen_open: BTreeMap::new(),
                        back: None,
                    });
                    self.look(&BTreeSet::from([person]), at, "read");
                }
                (None, None) => {}
            }
        }
    }

    /// Tells the leavings of some people where they have access now.
    fn look(&mut self, people: &BTreeSet<&'a str>, at: Timestamp, how: &'static str) {
        for at_leave in 0..self.played.leaves.len() {
            let Some(leave) = self.played.leaves.get(at_leave) else {
                continue;
            };
            if leave.back.is_some() || !people.contains(leave.person) {
                continue;
            }
            let person = leave.person;
            let mut has = self.people.has(person);
            let hands = self.open_hands.values();
            let hands = hands.filter_map(|&at| self.played.hands.get(at));
            let taking = hands.filter(|hand| {
                hand.handed.person.as_deref() == Some(person) && takes(&hand.handed.does)
            });
            has.extend(
                taking.map(|hand| (hand.handed.system.as_str(), hand.handed.place.as_str())),
            );
            if let Some(leave) = self.played.leaves.get_mut(at_leave) {
                leave.now(&has, Gone { at, how });
            }
            if has.is_empty() {
                self.here.remove(person);
            }
        }
    }
}

/// Which drift it is: what is found of it may grow while it is there.
fn bare(fact: &DriftFact) -> DriftFact {
    DriftFact {
        does: None,
        more: Vec::new(),
        less: Vec::new(),
        role: None,
        ..fact.clone()
    }
}

fn merge(known: &mut Vec<String>, more: &[String]) {
    for slug in more {
        if !known.contains(slug) {
            known.push(slug.clone());
        }
    }
}

/// Whether a kind of step takes access.
pub(super) fn takes(kind: &str) -> bool {
    matches!(
        kind,
        "remove" | "withdraw-invitation" | "block" | "deactivate"
    )
}

/// Whether a kind of step gives access.
pub(super) fn gives(kind: &str) -> bool {
    matches!(kind, "invite" | "grant" | "unblock" | "activate")
}

/// Whether a kind of step changes access that is there.
pub(super) fn changes(kind: &str) -> bool {
    matches!(kind, "set-rights" | "change-role" | "link-staff")
}
