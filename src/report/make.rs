//! A report from a journal that was played.
//!
//! Not the words. Invariant: what lies in the period is told whole, also what began before it or is open at its end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::{SignedDuration, Span};

use super::Asked;
use super::leave::Leave;
use super::replay::{Hand, Played, StepFact, changes, gives, play, takes};
use super::wire::{
    Arrival, Bucket, Cut, Drift, FORMAT, Finding, Hold, Invitation, Journal, Leaver, LeaverTimes,
    Lockout, Loosened, Manual, Policies, Report, Rule, Run, Stats, Step, Stranger, Totals, Unread,
};
use crate::journal::{IntentStatus, Record, Verdict};
use crate::policy::compare;

/// Longest period that is counted by weeks; a longer one by months.
const WEEKS: SignedDuration = SignedDuration::from_hours(24 * 190);

/// Makes the report.
pub fn make(asked: &Asked<'_>) -> Report {
    let played = play(asked.sealed, asked.to);
    let told = Teller { asked, played };
    let steps = told.steps();
    let leavers = told.leavers();
    let manual = told.manual();
    let waits = manual
        .iter()
        .filter(|it| matches!(it.how.as_deref(), Some("attested" | "read")))
        .map(|it| it.waited);
    Report {
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
        leaver_times: LeaverTimes {
            after_leaving: stats(leavers.iter().filter_map(|it| it.after_leaving)),
            after_merge: stats(leavers.iter().filter_map(|it| it.after_merge)),
            open: count(
                leavers
                    .iter()
                    .filter(|it| it.places.iter().any(|cut| cut.at.is_none())),
            ),
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
        drift: told.drift(),
        holds: told.holds(),
        approvals: told.rules("approval "),
        waivers: told.rules("waiver "),
        lockouts: told.lockouts(),
        loosened: told.loosened(),
        strangers: told.strangers(),
        unread: told.unread(),
        policies: told.policies(),
    }
}

struct Teller<'a> {
    asked: &'a Asked<'a>,
    played: Played<'a>,
}

impl Teller<'_> {
    fn is_within(&self, at: Timestamp) -> bool {
        self.asked.from <= at && at < self.asked.to
    }

    /// Seconds from one instant to another, or to the end of what can be known.
    fn seconds(&self, since: Timestamp, until: Option<Timestamp>) -> i64 {
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
                first.entry.at
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
                rights: step.rights.iter().map(|slug| (*slug).to_owned()).collect(),
                result: result(step).to_owned(),
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

    fn leavers(&self) -> Vec<Leaver> {
        let leaves = self.played.leaves.iter().filter(|leave| {
            let recent = leave.left.max(leave.seen) >= self.asked.from;
            let cut = leave.cut_off().is_some_and(|at| at >= self.asked.from);
            leave.left < self.asked.to && (recent || cut || leave.is_open())
        });
        let mut told: Vec<Leaver> = leaves.map(|leave| self.leaver(leave)).collect();
        let is_cut = |it: &Leaver| it.places.iter().all(|cut| cut.at.is_some());
        told.sort_by(|a, b| {
            (is_cut(a), &a.left, &a.person, a.run).cmp(&(is_cut(b), &b.left, &b.person, b.run))
        });
        told
    }

    fn leaver(&self, leave: &Leave<'_>) -> Leaver {
        let cut_off = leave.cut_off();
        let merge = self
            .asked
            .past
            .merges
            .get(&(leave.person.to_owned(), leave.run));
        let since = |start: Timestamp| cut_off.map(|end| end.duration_since(start).as_secs());
        let mut places: Vec<Cut> = leave
            .scopes
            .iter()
            .map(|((system, place), gone)| Cut {
                system: (*system).to_owned(),
                location: (*place).to_owned(),
                at: gone.map(|gone| gone.at.to_string()),
                how: gone.map(|gone| gone.how.to_owned()),
            })
            .collect();
        places.sort_by_key(|cut| cut.at.is_some());
        let late = merge.filter(|merge| merge.at > leave.left);
        let follow_ups = self.played.hands.iter().filter(|hand| {
            hand.closed.is_none()
                && hand.handed.person.as_deref() == Some(leave.person)
                && matches!(hand.handed.does.as_str(), "check" | "follow-up")
        });
        Leaver {
            person: leave.person.to_owned(),
            left: leave.left.to_string(),
            run: leave.run,
            seen: leave.seen.to_string(),
            merged: merge.map(|merge| merge.at.to_string()),
            merged_by: merge.map(|merge| merge.commit.clone()),
            cut_off: cut_off.map(|at| at.to_string()),
            after_leaving: since(leave.left).map(|seconds| seconds.max(0)),
            after_merge: late
                .and_then(|merge| since(merge.at))
                .map(|seconds| seconds.max(0)),
            places,
            follow_ups: count(follow_ups),
        }
    }

    fn joiners(&self) -> Vec<Arrival> {
        let came = self.played.came.iter();
        let came = came.filter(|came| self.is_within(came.at));
        let told = came.map(|came| Arrival {
            person: came.person.to_owned(),
            at: came.at.to_string(),
            given: came
                .given
                .iter()
                .map(|(system, place)| format!("{system} {place}"))
                .collect(),
            taken: Vec::new(),
        });
        told.collect()
    }

    fn movers(&self) -> Vec<Arrival> {
        let mut movers: BTreeMap<(u64, &str), Arrival> = BTreeMap::new();
        let steps = self.played.steps.iter().filter(|step| {
            self.is_within(step.at) && step.call.intent.reason == "moved" && is_done(result(step))
        });
        for step in steps {
            let intent = step.call.intent;
            let Some(person) = intent.person.as_deref() else {
                continue;
            };
            let mover = movers.entry((step.run, person)).or_insert_with(|| Arrival {
                person: person.to_owned(),
                at: step.at.to_string(),
                given: Vec::new(),
                taken: Vec::new(),
            });
            let scope = format!("{} {}", intent.system, intent.place);
            if takes(&intent.does) {
                mover.taken.push(scope);
            } else {
                mover.given.push(scope);
            }
        }
        movers.into_values().collect()
    }

    fn invitations(&self) -> Vec<Invitation> {
        let invited = self.played.invited.iter().filter(|it| {
            self.is_within(it.call.at) || it.over.is_none_or(|(at, _)| at >= self.asked.from)
        });
        let told = invited.map(|it| {
            let intent = it.call.intent;
            let over = it.over;
            Invitation {
                person: intent.person.clone(),
                system: intent.system.clone(),
                location: intent.place.clone(),
                way: intent.way.map(|way| way.as_str().to_owned()),
                sent: it.call.at.to_string(),
                certain: it.call.seen
                    || matches!(
                        it.call.status,
                        IntentStatus::Done | IntentStatus::TookEffect
                    ),
                ended: over.map(|(at, _)| at.to_string()),
                how: over.map(|(_, accepted)| {
                    if accepted { "accepted" } else { "withdrawn" }.to_owned()
                }),
                open_for: self.seconds(it.call.at, over.map(|(at, _)| at)),
            }
        });
        let mut told: Vec<Invitation> = told.collect();
        told.sort_by_key(|it| it.ended.is_some());
        told
    }

    fn manual(&self) -> Vec<Manual> {
        let open = |hand: &&Hand<'_>| {
            let ended = hand.closed.map(|(at, _)| at);
            ended.is_none_or(|at| at >= self.asked.from)
        };
        let told = self.played.hands.iter().filter(open).map(|hand| Manual {
            step: hand.handed.step.clone(),
            kind: hand.handed.does.clone(),
            reason: hand.handed.reason.clone(),
            person: hand.handed.person.clone(),
            system: hand.handed.system.clone(),
            location: hand.handed.place.clone(),
            since: hand.since.to_string(),
            ended: hand.closed.map(|(at, _)| at.to_string()),
            how: hand.closed.map(|(_, how)| how.as_str().to_owned()),
            by: hand.by.map(str::to_owned),
            waited: self.seconds(hand.since, hand.closed.map(|(at, _)| at)),
        });
        let mut told: Vec<Manual> = told.collect();
        told.sort_by_key(|it| it.ended.is_some());
        told
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
            Drift {
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

    fn rules(&self, sort: &str) -> Vec<Rule> {
        let rules = self.played.rules.iter();
        let rules = rules
            .filter(|it| it.what.0.starts_with(sort) && it.touches(self.asked.from, self.asked.to));
        let told = rules.map(|it| {
            let rule = it.what.0.strip_prefix(sort).unwrap_or(&it.what.0);
            Rule {
                rule: rule.to_owned(),
                value: it.what.1.clone(),
                since: it.since.to_string(),
                run: it.run,
                until: it.until.map(|at| at.to_string()),
                steps: (sort == "approval ")
                    .then(|| self.named(rule, it.since, it.until))
                    .flatten(),
            }
        });
        told.collect()
    }

    /// Steps that an approval is about and that were done while it stood; none where the journal cannot tell.
    fn named(&self, rule: &str, since: Timestamp, until: Option<Timestamp>) -> Option<u64> {
        let mut words = rule.split(' ');
        let allow = words.next()?;
        let (mut people, mut rights, mut place) = (None, None, None);
        for word in words {
            let (name, value) = word.split_once(':')?;
            match name {
                "people" => people = Some(value.split(',').collect::<BTreeSet<_>>()),
                "rights" => rights = Some(value.split(',').collect::<BTreeSet<_>>()),
                "location" => place = Some(value),
                _ => return None,
            }
        }
        let fits = |step: &&StepFact<'_>| {
            let intent = step.call.intent;
            let sort = match allow {
                "removals" | "strangers" => takes(&intent.does) || changes(&intent.does),
                "messages" | "invitations" => intent.does == "invite",
                "escalations" | "ownership" => !takes(&intent.does),
                _ => true,
            };
            let person = intent.person.as_deref();
            sort && step.at >= since
                && until.is_none_or(|until| step.at < until)
                && is_done(result(step))
                && people
                    .as_ref()
                    .is_none_or(|all| person.is_some_and(|person| all.contains(person)))
                && rights
                    .as_ref()
                    .is_none_or(|all| step.rights.iter().any(|slug| all.contains(slug)))
                && place.is_none_or(|place| intent.place == place)
        };
        Some(count(self.played.steps.iter().filter(fits)))
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
        Policies {
            judged: self.played.judged.map(|at| at.to_string()),
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
        let last = day(to);
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
fn result(step: &StepFact<'_>) -> &'static str {
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
fn is_done(result: &str) -> bool {
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

fn count<T>(all: impl Iterator<Item = T>) -> u64 {
    u64::try_from(all.count()).unwrap_or(u64::MAX)
}
