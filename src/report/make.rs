//! A report from a journal that was played.
//!
//! Not the words. Invariant: what lies in the period is told whole, also what began before it or is open at its end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::{SignedDuration, Span};

use super::replay::{Played, StepFact, changes, gives, play, takes};
use super::steps;
use super::wire::{
    Bucket, Drift, FORMAT, Finding, Hold, Journal, Leaver, LeaverTimes, Lockout, Loosened, Manual,
    Policies, PolicyState, Report, Run, Stats, Step, Stranger, Totals, Unread,
};
use super::{Asked, Said};
use crate::journal::{IntentStatus, Record, Verdict};
use crate::policy::compare;

/// Longest period that is counted by weeks; a longer one by months.
const WEEKS: SignedDuration = SignedDuration::from_hours(24 * 190);

/// Makes the report.
pub fn make(asked: &Asked<'_>) -> Report {
    let played = play(asked.sealed, asked.to);
    let told = Teller {
        asked,
        said: not_noted(asked),
        played,
    };
    let steps = told.steps();
    let leavers = told.leavers();
    let manual = told.manual();
    let (policies, drift) = (told.policies(), told.drift());
    let open = leavers.iter().filter(|it| is_open(it));
    let all_are = |how: &'static str| {
        move |it: &&Leaver| {
            let mut open = it.places.iter().filter(|cut| cut.at.is_none());
            open.all(|cut| cut.open.as_deref() == Some(how))
        }
    };
    let waits = manual
        .iter()
        .filter(|it| matches!(it.how.as_deref(), Some("attested" | "read")))
        .map(|it| it.waited);
    let mut report = Report {
        format: FORMAT.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        made: asked.made.to_string(),
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        zone: asked
            .zone
            .iana_name()
            .map_or_else(|| "UTC".to_owned(), str::to_owned),
        journal: told.journal(),
        totals: told.totals(&steps, &manual),
        unknown: told.unknown(),
        people: BTreeMap::new(),
        rights: steps::rights(&steps, &drift, &policies, &asked.files.sensitive),
        leaver_times: LeaverTimes {
            after_leaving: stats(leavers.iter().filter_map(|it| it.after_leaving)),
            after_merge: stats(leavers.iter().filter_map(|it| it.after_merge)),
            open: count(open.clone()),
            seen: count(open.clone().filter(|it| {
                let mut places = it.places.iter();
                places.any(|cut| cut.open.as_deref() == Some("seen"))
            })),
            said: count(open.filter(all_are("said"))),
        },
        leavers,
        joiners: told.joiners(),
        movers: told.movers(),
        runs: told.runs(),
        changes: told.changes(&steps, &manual),
        steps,
        invitations: told.invitations(),
        manual_waits: stats(waits),
        manual,
        drift,
        holds: told.holds(),
        approvals: told.approvals(),
        waivers: told.waivers(),
        lockouts: told.lockouts(),
        loosened: told.loosened(),
        strangers: told.strangers(),
        unread: told.unread(),
        policies,
    };
    report.people = people(&report, asked);
    report
}

/// Whether somebody's access is not known to be gone.
fn is_open(leaver: &Leaver) -> bool {
    leaver.places.iter().any(|cut| cut.at.is_none())
}

/// What was said in the period and of which the journal has not taken note, by system and step: the newest.
fn not_noted<'a>(asked: &Asked<'a>) -> BTreeMap<(&'a str, &'a str), &'a Said> {
    let entries = asked.sealed.iter().map(|it| &it.entry);
    let noted: BTreeSet<(&str, &str)> = entries
        .filter(|entry| entry.at < asked.to)
        .filter_map(|entry| match &entry.record {
            Record::Attested(note) => Some((note.system.as_str(), note.id.as_str())),
            _ => None,
        })
        .collect();
    let mut said: BTreeMap<(&str, &str), &Said> = BTreeMap::new();
    for it in asked.said.iter().filter(|it| it.at < asked.to) {
        if noted.contains(&(it.system.as_str(), it.id.as_str())) {
            continue;
        }
        let newest = said.entry((&it.system, &it.step)).or_insert(it);
        if newest.at < it.at {
            *newest = it;
        }
    }
    said
}

/// Names of whoever a report names.
fn people(report: &Report, asked: &Asked<'_>) -> BTreeMap<String, String> {
    let some = |key: &Option<String>| key.clone();
    let mut keys: BTreeSet<String> = report.leavers.iter().map(|it| it.person.clone()).collect();
    let arrivals = report.joiners.iter().chain(&report.movers);
    keys.extend(arrivals.map(|it| it.person.clone()));
    keys.extend(report.steps.iter().filter_map(|it| some(&it.person)));
    keys.extend(report.invitations.iter().filter_map(|it| some(&it.person)));
    let hands = report.manual.iter();
    keys.extend(
        hands
            .flat_map(|it| [some(&it.person), some(&it.by)])
            .flatten(),
    );
    keys.extend(report.drift.iter().filter_map(|it| some(&it.person)));
    keys.extend(report.holds.iter().filter_map(|it| some(&it.person)));
    keys.extend(report.lockouts.iter().map(|it| it.person.clone()));
    keys.extend(
        report
            .policies
            .findings
            .iter()
            .flat_map(|it| it.people.clone()),
    );
    let names = keys.into_iter().filter_map(|key| {
        let name = asked.files.names.get(&key)?.clone();
        Some((key, name))
    });
    names.collect()
}

pub(super) struct Teller<'a> {
    pub(super) asked: &'a Asked<'a>,
    /// What was said and the journal has not taken note of, by system and step.
    pub(super) said: BTreeMap<(&'a str, &'a str), &'a Said>,
    pub(super) played: Played<'a>,
}

impl Teller<'_> {
    pub(super) fn is_within(&self, at: Timestamp) -> bool {
        self.asked.from <= at && at < self.asked.to
    }

    /// Seconds from one instant to another, or to the end of what can be known.
    pub(super) fn seconds(&self, since: Timestamp, until: Option<Timestamp>) -> i64 {
        let end = until.unwrap_or_else(|| self.asked.to.min(self.asked.made));
        end.duration_since(since).as_secs().max(0)
    }

    fn journal(&self) -> Journal {
        let sealed = self.asked.sealed;
        let before = |limit: Timestamp| sealed.iter().rev().find(|it| it.entry.at < limit);
        let within = sealed.iter().filter(|it| self.is_within(it.entry.at));
        let first = sealed.first();
        let follows = first.and_then(|it| match &it.entry.record {
            Record::Genesis(genesis) => genesis.follows.as_ref(),
            _ => None,
        });
        Journal {
            head: before(self.asked.to).map(|it| it.head().to_string()),
            before: before(self.asked.from).map(|it| it.head().to_string()),
            now: sealed.last().map(|it| it.head().to_string()),
            entries: count(within),
            begins: first.map(|it| it.entry.at.to_string()),
            follows: follows.map(|it| format!("{}:{}", it.seq, it.hash)),
            anchors: self.asked.anchors.to_vec(),
        }
    }

    fn unknown(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        let Some(first) = self.asked.sealed.first() else {
            return vec!["there is no journal, so nothing is known".to_owned()];
        };
        if first.entry.at > self.asked.from {
            unknown.push(format!(
                "the journal begins at {}, after the period does: nothing is known of the time before",
                first
                    .entry
                    .at
                    .to_zoned(self.asked.zone.clone())
                    .strftime("%Y-%m-%d %H:%M")
            ));
        }
        if matches!(&first.entry.record, Record::Genesis(genesis) if genesis.follows.is_some()) {
            unknown.push(
                "the journal was begun anew after an earlier one was lost: what only that one held is not known".to_owned(),
            );
        }
        if self.asked.to > self.asked.made {
            unknown.push("the period has not ended yet".to_owned());
        }
        if self.played.judged.is_none() {
            unknown.push(
                "no run of this version has judged yet: holds, drift, strangers, leavers, unread scopes and the results of policies are not known".to_owned(),
            );
        }
        let killed = self
            .played
            .runs
            .values()
            .filter(|run| run.ended.is_none() && self.is_within(run.at));
        let killed = killed.count();
        if killed > 0 {
            unknown.push(format!(
                "runs that did not end by themselves: {killed}; what became of their last calls is said by the step"
            ));
        }
        unknown
    }

    fn runs(&self) -> Vec<Run> {
        let runs = self.played.runs.iter();
        let runs = runs.filter(|(_, run)| self.is_within(run.at));
        let told = runs.map(|(number, run)| {
            let started = run.started;
            let config = started.config.as_ref();
            let hash = config.and_then(|config| config.commit.as_ref());
            let commit = hash.and_then(|hash| self.asked.past.commits.get(hash));
            Run {
                run: *number,
                at: run.at.to_string(),
                ended: run.ended.map(|(at, _)| at.to_string()),
                command: started.command.clone(),
                plan: started.plan.clone(),
                commit: hash.cloned(),
                dirty: config.is_some_and(|config| config.dirty),
                config: config.map(|config| config.digest.clone()),
                actor: started.actor.clone(),
                author: commit
                    .map(|commit| commit.author.clone())
                    .filter(|author| !author.is_empty()),
                approvers: commit.map_or_else(Vec::new, |commit| commit.approvers.clone()),
                done: run.ended.map_or(0, |(_, ended)| ended.done),
                waiting: run.ended.map_or(0, |(_, ended)| ended.waiting),
                left: run.ended.map_or(0, |(_, ended)| ended.left),
                stopped: run.ended.is_some_and(|(_, ended)| ended.stopped),
                head: run.head.to_string(),
            }
        });
        told.collect()
    }

    fn steps(&self) -> Vec<Step> {
        let steps = self.played.steps.iter();
        let steps = steps.filter(|step| self.is_within(step.at));
        let told = steps.map(|step| {
            let intent = step.call.intent;
            Step {
                run: step.run,
                at: step.at.to_string(),
                step: intent.step.clone(),
                kind: intent.does.clone(),
                reason: intent.reason.clone(),
                person: intent.person.clone(),
                system: intent.system.clone(),
                location: intent.place.clone(),
                account: intent.account.clone(),
                rights: step.rights.keys().map(|slug| (*slug).to_owned()).collect(),
                role_after: step.role.map(str::to_owned),
                result: result(step).to_owned(),
                ..steps::turned(step)
            }
        });
        told.collect()
    }

    fn totals(&self, steps: &[Step], manual: &[Manual]) -> Totals {
        let runs = self.played.runs.values();
        let mut totals = Totals {
            runs: count(runs.filter(|run| self.is_within(run.at))),
            ..Totals::default()
        };
        let by_hand = self.done_by_hand(manual);
        for (kind, hand) in done(steps).chain(by_hand.iter().map(|it| (it.kind.as_str(), true))) {
            totals.by_hand += u64::from(hand && (gives(kind) || changes(kind) || takes(kind)));
            totals.given += u64::from(gives(kind));
            totals.changed += u64::from(changes(kind));
            totals.taken += u64::from(takes(kind));
        }
        let less = steps
            .iter()
            .filter(|step| is_done(&step.result) && changes(&step.kind));
        totals.lessened = count(less.filter(|step| steps::lessens(step)));
        totals.failed = count(steps.iter().filter(|step| !is_done(&step.result)));
        totals
    }

    fn done_by_hand<'m>(&self, manual: &'m [Manual]) -> Vec<&'m Manual> {
        let was_done = |it: &&Manual| {
            let ended = it.ended.as_ref().and_then(|at| at.parse().ok());
            matches!(it.how.as_deref(), Some("attested" | "read"))
                && ended.is_some_and(|at| self.is_within(at))
        };
        manual.iter().filter(was_done).collect()
    }

    fn drift(&self) -> Vec<Drift> {
        let found = self.played.drift.iter();
        let found = found.filter(|it| it.touches(self.asked.from, self.asked.to));
        let told = found.map(|it| {
            let fact = &it.what;
            let answers = |step: &&StepFact<'_>| {
                let intent = step.call.intent;
                step.at >= it.since
                    && it.until.is_none_or(|until| step.at <= until)
                    && fact.step.as_ref() == Some(&intent.step)
                    && result(step) == "verified"
            };
            let answered = self.played.steps.iter().find(answers);
            let moved = self
                .played
                .moved
                .get(&(fact.system.as_str(), fact.account.as_str()));
            let is_moved = |until: Timestamp| {
                let mut moved = moved.into_iter().flatten();
                moved.any(|at| *at > it.since && *at <= until)
            };
            let is_held = || {
                let mut holds = self.played.holds.iter();
                holds.any(|hold| hold.until.is_none() && hold.what.step == fact.step)
                    && fact.step.is_some()
            };
            let became = match (answered, it.until) {
                (Some(_), _) => "reverted",
                (None, Some(until)) if is_moved(until) => "undone",
                (None, Some(_)) => "accepted",
                (None, None) if is_held() => "held",
                (None, None) => "open",
            };
            let until = answered.map(|step| step.verdict.map_or(step.at, |(at, _)| at));
            let found = self.played.drifted.get(&(fact.clone(), it.since));
            let found = found.cloned().unwrap_or_default();
            Drift {
                answer: found.does,
                given: found.more,
                taken: found.less,
                role: found.role,
                person: fact.person.clone(),
                system: fact.system.clone(),
                location: fact.place.clone(),
                account: fact.account.clone(),
                since: it.since.to_string(),
                until: until.or(it.until).map(|at| at.to_string()),
                became: became.to_owned(),
            }
        });
        told.collect()
    }

    fn holds(&self) -> Vec<Hold> {
        let holds = self.played.holds.iter();
        let holds = holds.filter(|it| it.touches(self.asked.from, self.asked.to));
        let told = holds.map(|it| {
            let fact = &it.what;
            let was_done = |until: Timestamp| {
                let mut steps = self.played.steps.iter();
                steps.any(|step| {
                    fact.step.as_ref() == Some(&step.call.intent.step)
                        && step.at >= until
                        && is_done(result(step))
                })
            };
            Hold {
                code: fact.code.clone(),
                person: fact.person.clone(),
                system: fact.system.clone(),
                location: fact.place.clone(),
                kind: fact.does.clone(),
                since: it.since.to_string(),
                until: it.until.map(|at| at.to_string()),
                became: match it.until {
                    None => "held",
                    Some(until) if was_done(until) => "done",
                    Some(_) => "gone",
                }
                .to_owned(),
            }
        });
        let mut told: Vec<Hold> = told.collect();
        told.sort_by_key(|it| it.until.is_some());
        told
    }

    fn lockouts(&self) -> Vec<Lockout> {
        let locks = self.played.locks.iter().filter(|lock| {
            lock.since < self.asked.to && lock.until.is_none_or(|until| until >= self.asked.from)
        });
        let told = locks.map(|lock| Lockout {
            person: lock.locked.person.clone(),
            because: lock.locked.because.clone(),
            since: lock.since.to_string(),
            by: self
                .played
                .runs
                .get(&lock.run)
                .and_then(|run| run.started.actor.clone()),
            until: lock.until.map(|at| at.to_string()),
        });
        told.collect()
    }

    fn loosened(&self) -> Vec<Loosened> {
        let mut told = Vec::new();
        for book in self.played.books.iter().filter(|it| self.is_within(it.at)) {
            let Some(before) = &book.before else { continue };
            let run = self.played.runs.get(&book.run);
            let config = run.and_then(|run| run.started.config.as_ref());
            let commit = config.and_then(|config| config.commit.clone());
            told.extend(compare(before, &book.after).into_iter().map(|it| Loosened {
                rule: it.rule.to_string(),
                before: it.before.map(|text| text.to_string()),
                after: it.after.map(|text| text.to_string()),
                run: book.run,
                at: book.at.to_string(),
                commit: commit.clone(),
            }));
        }
        told
    }

    fn strangers(&self) -> Vec<Stranger> {
        let found = self.played.strangers.iter();
        let found = found.filter(|it| it.touches(self.asked.from, self.asked.to));
        let told = found.map(|it| Stranger {
            system: it.what.0.clone(),
            account: it.what.1.clone(),
            locations: self
                .played
                .stranger_places
                .get(&it.what)
                .cloned()
                .unwrap_or_default(),
            since: it.since.to_string(),
            until: it.until.map(|at| at.to_string()),
        });
        let mut told: Vec<Stranger> = told.collect();
        told.sort_by_key(|it| it.until.is_some());
        told
    }

    fn unread(&self) -> Vec<Unread> {
        let found = self.played.unread.iter();
        let found = found.filter(|it| it.touches(self.asked.from, self.asked.to));
        let told = found.map(|it| Unread {
            system: it.what.system.clone(),
            location: it.what.place.clone(),
            how: it.what.how.clone(),
            since: it.since.to_string(),
            until: it.until.map(|at| at.to_string()),
        });
        let mut told: Vec<Unread> = told.collect();
        told.sort_by_key(|it| it.until.is_some());
        told
    }

    fn policies(&self) -> Policies {
        let open = self.played.findings.iter().filter(|it| it.until.is_none());
        let broken: BTreeSet<&str> = open.clone().map(|it| it.what.policy.as_str()).collect();
        let rules = self.played.books.last().map(|book| {
            let lines = book.after.0.iter();
            let rules = lines.filter_map(|(path, demand)| {
                let (sort, policy) = path.split_once(' ')?;
                matches!(sort, "policy" | "fence").then(|| PolicyState {
                    sort: sort.to_owned(),
                    policy: policy.to_owned(),
                    demand: demand.to_string(),
                    state: match self.played.judged {
                        None => "not-judged",
                        Some(_) if broken.contains(policy) => "broken",
                        Some(_) => "held",
                    }
                    .to_owned(),
                })
            });
            rules.collect()
        });
        Policies {
            judged: self.played.judged.map(|at| at.to_string()),
            rules,
            unread: count(self.played.unread.iter().filter(|it| it.until.is_none())),
            findings: open
                .map(|it| Finding {
                    policy: it.what.policy.clone(),
                    side: it.what.side.clone(),
                    people: it.what.people.clone(),
                    rights: it.what.rights.clone(),
                    system: it.what.system.clone(),
                    location: it.what.place.clone(),
                    since: it.since.to_string(),
                })
                .collect(),
        }
    }

    fn changes(&self, steps: &[Step], manual: &[Manual]) -> Vec<Bucket> {
        let zone = self.asked.zone;
        let (from, to) = (self.asked.from, self.asked.to.min(self.asked.made));
        let by_week = to.duration_since(from) <= WEEKS;
        let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
        let first = day(from);
        let mut begins = if by_week {
            first
        } else {
            first.first_of_month()
        };
        let step = if by_week {
            Span::new().days(7)
        } else {
            Span::new().months(1)
        };
        let mut buckets: Vec<(Date, Bucket)> = Vec::new();
        // The end belongs to no period: a year that ends at midnight has no first of January.
        let last = to.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(to);
        let last = day(last.max(from));
        while begins <= last {
            buckets.push((
                begins,
                Bucket {
                    begins: begins.to_string(),
                    ..Bucket::default()
                },
            ));
            let Ok(next) = begins.checked_add(step) else {
                break;
            };
            begins = next;
        }
        let mut add = |at: &str, kind: &str| {
            let Ok(at) = at.parse::<Timestamp>() else {
                return;
            };
            let date = day(at);
            let nth = buckets.partition_point(|(begins, _)| *begins <= date);
            if let Some((_, bucket)) = nth.checked_sub(1).and_then(|nth| buckets.get_mut(nth)) {
                bucket.given += u64::from(gives(kind));
                bucket.changed += u64::from(changes(kind));
                bucket.taken += u64::from(takes(kind));
            }
        };
        for step in steps.iter().filter(|step| is_done(&step.result)) {
            add(&step.at, &step.kind);
        }
        for hand in self.done_by_hand(manual) {
            add(hand.ended.as_deref().unwrap_or_default(), &hand.kind);
        }
        buckets.into_iter().map(|(_, bucket)| bucket).collect()
    }
}

/// What became of a step, in one word.
pub(super) fn result(step: &StepFact<'_>) -> &'static str {
    match step.verdict {
        Some((_, Verdict::AsPlanned)) => return "verified",
        Some((_, Verdict::DidNotStick)) => return "did-not-stick",
        _ => {}
    }
    match (step.call.status, step.verdict) {
        (IntentStatus::NotDone, _) => "refused",
        (IntentStatus::NoEffect, _) => "no-effect",
        (IntentStatus::TookEffect, _) => "verified",
        (IntentStatus::Open | IntentStatus::Unknown, _) => "unknown",
        (IntentStatus::LeftToPlan, _) => "left-to-plan",
        (IntentStatus::Done, Some((_, Verdict::NotReadable))) => "not-readable",
        (IntentStatus::Done, Some((_, Verdict::NotVisibleYet))) => "not-visible-yet",
        (IntentStatus::Done, _) => "answered",
    }
}

/// Whether a step counts as done: the vendor took it, whatever was read back so far.
pub(super) fn is_done(result: &str) -> bool {
    matches!(
        result,
        "verified" | "answered" | "not-readable" | "not-visible-yet"
    )
}

/// Kinds of the steps that were done.
fn done(steps: &[Step]) -> impl Iterator<Item = (&str, bool)> {
    let done = steps.iter().filter(|step| is_done(&step.result));
    done.map(|step| (step.kind.as_str(), false))
}

fn stats(seconds: impl Iterator<Item = i64>) -> Stats {
    let mut all: Vec<i64> = seconds.collect();
    all.sort_unstable();
    let middle = all.len() / 2;
    let median = match (
        all.get(middle),
        middle.checked_sub(1).and_then(|at| all.get(at)),
    ) {
        (Some(upper), Some(lower)) if all.len().is_multiple_of(2) => Some(lower.midpoint(*upper)),
        (upper, _) => upper.copied(),
    };
    Stats {
        count: count(all.iter()),
        median,
        worst: all.last().copied(),
    }
}

pub(super) fn count<T>(all: impl Iterator<Item = T>) -> u64 {
    u64::try_from(all.count()).unwrap_or(u64::MAX)
}
