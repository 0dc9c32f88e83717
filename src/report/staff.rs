//! Who came, moved and left, with their invitations and what people did by hand.
//!
//! Not runs and rules: those are `make`'s. Invariant: a time that cannot be is none.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Said;
use super::leave::Leave;
use super::make::{Teller, count, is_done, result};
use super::replay::{Hand, takes};
use super::wire::{Arrival, Cut, Invitation, Leaver, Manual};
use crate::journal::IntentStatus;

impl Teller<'_> {
    pub(super) fn leavers(&self) -> Vec<Leaver> {
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
                open: gone.is_none().then(|| {
                    let seen = leave.seen_open.get(&(*system, *place)).copied();
                    let said = self.said_gone(leave.person, system, place);
                    // What was read after somebody said so is what is there.
                    match (seen, said) {
                        (Some(seen), said) if said.is_none_or(|said| said < seen) => "seen",
                        (_, Some(_)) => "said",
                        (_, None) => "not-known",
                    }
                    .to_owned()
                }),
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
            // Whoever was cut off before says nothing of how long it takes.
            after_leaving: since(leave.left).filter(|seconds| *seconds >= 0),
            after_merge: late
                .and_then(|merge| since(merge.at))
                .filter(|seconds| *seconds >= 0),
            places,
            follow_ups: count(follow_ups),
        }
    }

    /// When every step by hand that keeps a place of somebody open was said to be done.
    fn said_gone(&self, person: &str, system: &str, place: &str) -> Option<Timestamp> {
        let open = self.played.hands.iter().filter(|hand| {
            let handed = hand.handed;
            hand.closed.is_none()
                && handed.person.as_deref() == Some(person)
                && (handed.system.as_str(), handed.place.as_str()) == (system, place)
                && takes(&handed.does)
        });
        let said = open.map(|hand| {
            let key = (hand.handed.system.as_str(), hand.handed.step.as_str());
            self.said.get(&key).map(|said| said.at)
        });
        said.collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    pub(super) fn joiners(&self) -> Vec<Arrival> {
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

    pub(super) fn movers(&self) -> Vec<Arrival> {
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

    pub(super) fn invitations(&self) -> Vec<Invitation> {
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

    pub(super) fn manual(&self) -> Vec<Manual> {
        let open = |hand: &&Hand<'_>| {
            let ended = hand.closed.map(|(at, _)| at);
            ended.is_none_or(|at| at >= self.asked.from)
        };
        let told = self.played.hands.iter().filter(open).map(|hand| {
            let key = (hand.handed.system.as_str(), hand.handed.step.as_str());
            let said = self.said.get(&key).filter(|_| hand.closed.is_none());
            let declared = |said: &&&Said| self.asked.files.names.contains_key(&said.by);
            let ended = hand.closed.map(|(at, _)| at);
            Manual {
                step: hand.handed.step.clone(),
                kind: hand.handed.does.clone(),
                reason: hand.handed.reason.clone(),
                person: hand.handed.person.clone(),
                system: hand.handed.system.clone(),
                location: hand.handed.place.clone(),
                since: hand.since.to_string(),
                ended: hand.closed.map(|(at, _)| at.to_string()),
                how: hand.closed.map(|(_, how)| how.as_str().to_owned()),
                by: hand
                    .by
                    .map(str::to_owned)
                    .or(said.filter(declared).map(|said| said.by.clone())),
                said: said.map(|said| said.at.to_string()),
                waited: self.seconds(hand.since, ended.or(said.map(|said| said.at))),
            }
        });
        let mut told: Vec<Manual> = told.collect();
        told.sort_by_key(|it| it.ended.is_some());
        told
    }
}
