//! Invitations: a message to a human, sent once.
//!
//! Sent in batches, then looked for in the list of the place until they show. Named assumption:
//! `invitation_visible_within_120s`. Invariants: nobody is invited who is in the list, or of whom
//! it is unknown whether an earlier invitation went out; an invitation whose answer was lost is
//! sent once more only if a complete list shows no trace of it 120 s after its intent; the second
//! one that is lost is left unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::belief::why_not_complete;
use super::event::Relay;
use super::judge::{Judgment, digest_of, judge};
use super::outcome::{NotDone, Outcome};
use super::record::{self, Check};
use super::rows::{Row, contacts_of, find};
use super::run::Runner;
use crate::catalog::Catalog;
use crate::journal::{
    CallResult, Entry, Intent, JournalError, Record, Settled, Settlement, Verb, Verdict, history,
    unsettled, was_lost_before,
};
use crate::model::{AccountId, Contact, PersonKey, Reading, ScopeState, SystemName};
use crate::plan::{Change, Step};
use crate::provider::{Call, Invitation, PlaceRef, Provider, ProviderError, Receipt, Sighting};

/// After this time a complete list without a row means that no invitation went out.
pub(super) const VISIBLE_WITHIN: Duration = Duration::from_mins(2);

/// When a list is looked at, counted from the intent; the last look is at the deadline.
const LOOKS: [Duration; 6] = [
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(40),
    Duration::from_secs(80),
];

/// An invitation that was sent, or may have been, and is not in the list yet.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    /// Its step.
    at: usize,
    /// Its intent in the journal.
    intent: u64,
    /// When the intent was written, on [`crate::clock::Clock::elapsed`].
    since: Duration,
    /// When the list is looked at next.
    next: Duration,
    /// Whether the vendor's answer arrived.
    confirmed: bool,
    /// Ids in the list before.
    before: BTreeSet<AccountId>,
}

/// A call that the vendor refused.
struct RefusedBatch {
    error: ProviderError,
    /// Its first intent.
    first: u64,
}

/// The first look after `now` at something that began at `since`.
pub(super) fn next_look(since: Duration, now: Duration) -> Duration {
    let looks = LOOKS.iter().map(|&wait| since + wait);
    looks
        .into_iter()
        .find(|&look| look > now)
        .unwrap_or(since + VISIBLE_WITHIN)
}

impl<'a> Runner<'a> {
    /// Invites a group at one place, at most a batch.
    pub(super) async fn invite(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        group: Vec<usize>,
    ) -> Result<(), JournalError> {
        let Some(&lead) = group.first() else {
            return Ok(());
        };
        for &at in &group {
            self.start(at);
        }
        self.outwait_refusals(&group).await;
        if self.ports.stop.is_stopped() {
            for at in group {
                self.finish(at, Outcome::Stopped);
            }
            return Ok(());
        }
        let list = self.list(provider, place).await;
        let Some(list) = list.complete() else {
            for at in group {
                self.finish(at, Outcome::NotDone(NotDone::NotComplete));
            }
            return Ok(());
        };
        let before: BTreeSet<AccountId> = list.accounts.keys().cloned().collect();
        let on_their_way = self.on_their_way(&self.steps[lead].system);
        let mut free = Vec::new();
        for at in group {
            match self.find(at, list, &before) {
                Row::Seen(account) => {
                    let why = format!("they came into the list, as account {account},");
                    self.finish(at, Outcome::NotDone(NotDone::Changed(why)));
                }
                // The plan should have held it: this is the last gate before the message.
                Row::None | Row::Doubt(_)
                    if self.steps[at]
                        .person
                        .as_ref()
                        .is_some_and(|who| on_their_way.contains(who)) =>
                {
                    self.finish(at, Outcome::NotDone(NotDone::MayBeSent));
                }
                Row::None | Row::Doubt(_) => free.push(at),
            }
        }
        if free.is_empty() {
            return Ok(());
        }
        match self.send(provider, place, &free, &before).await? {
            None => Ok(()),
            Some(refused) => match free[..] {
                [at] => {
                    self.finish(at, Outcome::Refused(refused.error));
                    Ok(())
                }
                _ => {
                    self.one_by_one(provider, place, free, refused, &before)
                        .await
                }
            },
        }
    }

    /// After a refused batch: who is in the list was invited all the same, the others one by one.
    async fn one_by_one(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        group: Vec<usize>,
        refused: RefusedBatch,
        before: &BTreeSet<AccountId>,
    ) -> Result<(), JournalError> {
        self.outwait_refusals(&group).await;
        let list = self.list(provider, place).await;
        for (at, intent) in group.into_iter().zip(refused.first..) {
            let row = list.complete().map(|list| self.find(at, list, before));
            match row {
                Some(Row::Seen(account)) => {
                    self.finish_seen(provider, place, at, Some((intent, false)), account)
                        .await?;
                }
                Some(Row::None) if self.ports.stop.is_stopped() => {
                    self.finish(at, Outcome::Stopped);
                }
                Some(Row::None) => {
                    if let Some(refused) = self.send(provider, place, &[at], before).await? {
                        self.finish(at, Outcome::Refused(refused.error));
                    }
                }
                Some(Row::Doubt(_)) | None => {
                    self.finish(at, Outcome::Refused(refused.error.clone()));
                }
            }
        }
        Ok(())
    }

    /// A refusal that came with a status of success may be a lie: an invitation that was refused so is
    /// not sent again before its row would show, in this run or in one soon after.
    async fn outwait_refusals(&self, group: &[usize]) {
        let people: BTreeSet<&str> = group
            .iter()
            .filter_map(|&at| self.steps[at].person.as_ref().map(PersonKey::as_str))
            .collect();
        let Some(&lead) = group.first() else { return };
        let system = &self.steps[lead].system;
        let mut sent = BTreeMap::new();
        let mut refused = None;
        for entry in entries(self) {
            match &entry.record {
                Record::Intent(intent)
                    if intent.call == Verb::Invite
                        && intent.system == system.as_str()
                        && intent
                            .person
                            .as_deref()
                            .is_some_and(|key| people.contains(key)) =>
                {
                    sent.insert(entry.seq, entry.at);
                }
                Record::Outcome(outcome)
                    if outcome.result == CallResult::Refused
                        && outcome.status.is_some_and(|it| (200..300).contains(&it)) =>
                {
                    refused = refused.max(sent.get(&outcome.intent).copied());
                }
                _ => {}
            }
        }
        let Some(refused) = refused else { return };
        // A clock that went back tells nothing about how long ago it was.
        let passed = self.ports.clock.now().duration_since(refused);
        let passed = Duration::try_from(passed).unwrap_or(Duration::ZERO);
        let rest = VISIBLE_WITHIN.saturating_sub(passed);
        if !rest.is_zero() {
            let why = "an invitation that was refused may still appear in the list";
            self.ports.listener.waiting(system, why);
            self.ports
                .wait_until(self.ports.clock.elapsed() + rest)
                .await;
        }
    }

    /// One call. What was sent, or may have been, is in flight afterwards; what nothing was sent
    /// of is finished; a refusal is returned, and then nothing else was done about the group.
    async fn send(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        group: &[usize],
        before: &BTreeSet<AccountId>,
    ) -> Result<Option<RefusedBatch>, JournalError> {
        // The last moment before the message: what came before may have taken until the evening.
        let lead = group.first().map(|&at| &self.steps[at].place);
        let now = self.ports.clock.now();
        if let Some(until) = lead.and_then(|place| self.draft.quiet_at(place, now)) {
            for &at in group {
                self.finish(at, Outcome::NotDone(NotDone::Quiet(until.clone())));
            }
            return Ok(None);
        }
        let first = self.journal.next();
        let since = self.ports.clock.elapsed();
        let intents = group.iter().enumerate().map(|(nth, &at)| {
            Record::Intent(Intent {
                batch: (group.len() > 1).then_some(first),
                present: if nth == 0 {
                    before.iter().map(ToString::to_string).collect()
                } else {
                    Vec::new()
                },
                approval: self.approval_of(&self.steps[at]),
                ..record::intent(&self.steps[at], Verb::Invite)
            })
        });
        let intents: Vec<Record> = intents.collect();
        self.append(intents)?;
        let call = Call::Invite {
            place: place.clone(),
            invitations: group
                .iter()
                .filter_map(|&at| invitation(&self.steps[at]))
                .collect(),
        };
        let result = self.call(provider, &call, group).await;
        let intents: Vec<(usize, u64)> = group.iter().copied().zip(first..).collect();
        let people: Vec<&Step> = group.iter().map(|&at| &self.steps[at]).collect();
        let answers = intents
            .iter()
            .map(|&(_, intent)| record::answer(intent, &people, &result));
        self.append(answers.collect())?;
        match result {
            Ok(Receipt { .. }) | Err(ProviderError::Unknown { .. }) => {
                let now = self.ports.clock.elapsed();
                let sent = intents.into_iter().map(|(at, intent)| InFlight {
                    at,
                    intent,
                    since,
                    next: next_look(since, now),
                    confirmed: result.is_ok(),
                    before: before.clone(),
                });
                self.in_flight.extend(sent);
                Ok(None)
            }
            Err(ProviderError::NotSent { why }) => {
                for &at in group {
                    self.finish(at, Outcome::NotDone(NotDone::Unreachable(why.clone())));
                }
                Ok(None)
            }
            Err(error @ (ProviderError::Unauthorized | ProviderError::Forbidden { .. }))
                if group.len() > 1 =>
            {
                for &at in group {
                    self.finish(at, Outcome::Refused(error.clone()));
                }
                Ok(None)
            }
            Err(error) => Ok(Some(RefusedBatch { error, first })),
        }
    }

    /// Looks for everything in flight until it is seen or its time is over.
    pub(super) async fn land(&mut self) -> Result<(), JournalError> {
        while let Some(next) = self.in_flight.iter().map(|one| one.next).min() {
            if self.ports.clock.elapsed() < next
                && let Some(one) = self.in_flight.first()
            {
                let count = self.in_flight.len();
                let why = format!("{count} sent and not in the list yet");
                self.ports
                    .listener
                    .waiting(&self.steps[one.at].system, &why);
                self.ports.wait_until(next).await;
            }
            if self.ports.stop.is_stopped() {
                return self.give_up();
            }
            let due = self
                .in_flight
                .iter()
                .find(|one| one.next <= next)
                .map(|one| one.at);
            let Some(due) = due else { return Ok(()) };
            self.look_for(due).await?;
        }
        Ok(())
    }

    /// One list, for everything in flight at the place of a step.
    async fn look_for(&mut self, step: usize) -> Result<(), JournalError> {
        let step: &'a Step = &self.steps[step];
        let (Some(provider), Some(place)) = (
            self.ports.providers.get(&step.system),
            self.ports.place(&step.system, &step.place),
        ) else {
            // It was sent there a moment ago.
            return self.give_up();
        };
        let provider = provider.as_ref();
        let asked = self.ports.clock.elapsed();
        let list = self.list(provider, place).await;
        let is_here = |one: &InFlight| {
            self.steps[one.at].system == step.system && self.steps[one.at].place == step.place
        };
        let (here, elsewhere): (Vec<InFlight>, Vec<InFlight>) = std::mem::take(&mut self.in_flight)
            .into_iter()
            .partition(is_here);
        self.in_flight = elsewhere;
        for one in here {
            let row = list
                .seen()
                .map_or(Row::None, |seen| self.find(one.at, seen, &one.before));
            let is_over = asked >= one.since + VISIBLE_WITHIN;
            match row {
                Row::Seen(account) => {
                    let sent = Some((one.intent, one.confirmed));
                    self.finish_seen(provider, place, one.at, sent, account)
                        .await?;
                }
                Row::None | Row::Doubt(_) if !is_over => {
                    self.in_flight.push(InFlight {
                        next: next_look(one.since, self.ports.clock.elapsed().max(one.next)),
                        ..one
                    });
                }
                row => self.time_is_over(provider, place, one, &row, &list).await?,
            }
        }
        Ok(())
    }

    /// 120 s have passed and nothing was seen.
    async fn time_is_over(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        one: InFlight,
        row: &Row,
        list: &Reading<ScopeState>,
    ) -> Result<(), JournalError> {
        if one.confirmed {
            let check = Check::new(Some(one.intent), None, Verdict::NotVisibleYet);
            self.check(one.at, &check, None)?;
            self.finish(one.at, Outcome::SentNotVisible);
            return Ok(());
        }
        let doubt = match (row, list.complete()) {
            (Row::Doubt(account), _) => Some(format!(
                "account {account} is new in the list, and nobody knows whose it is"
            )),
            (_, None) => Some(why_not_complete(list)),
            _ if self.was_lost_before(&one) => {
                Some("its answer was lost for the second time".to_owned())
            }
            _ => None,
        };
        let settled = Settled {
            intent: one.intent,
            verdict: if doubt.is_some() {
                Settlement::Unknown
            } else {
                Settlement::NoEffect
            },
            account: None,
            why: doubt.clone(),
        };
        self.append(vec![Record::Settled(settled)])?;
        if let Some(why) = doubt {
            self.finish(one.at, Outcome::Unknown { why });
        } else if self.ports.stop.is_stopped() {
            self.finish(one.at, Outcome::Stopped);
        } else if let Some(refused) = self.send(provider, place, &[one.at], &one.before).await? {
            self.finish(one.at, Outcome::Refused(refused.error));
        }
        Ok(())
    }

    /// A row is there: its rights are read back, and the step is closed. `sent`: the intent, and
    /// whether the vendor accepted it.
    async fn finish_seen(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        at: usize,
        sent: Option<(u64, bool)>,
        account: AccountId,
    ) -> Result<(), JournalError> {
        let sighting = provider
            .look(place, &account, &Relay(self.ports.listener))
            .await;
        let catalog = Catalog::current();
        let (mut differs, mut digest) = (Vec::new(), None);
        // The rights of somebody who has not accepted may not be shown; a later plan compares them.
        if let (Some(target), Sighting::There(live)) =
            (record::target_of(&self.steps[at].change), &sighting)
        {
            match judge(target, live, catalog) {
                Judgment::Differs(found) => differs = found,
                Judgment::Fits => digest = Some(digest_of(target, live, catalog)),
                Judgment::Unread => {}
            }
        }
        let verdict = if differs.is_empty() {
            Verdict::AsPlanned
        } else {
            Verdict::DidNotStick
        };
        let mut check = Check::new(
            sent.map(|(intent, _)| intent),
            Some(account.clone()),
            verdict,
        );
        check.differs.clone_from(&differs);
        check.digest = digest;
        if let Sighting::There(live) = sighting {
            check.live = Some(live);
        }
        let settled = sent
            .filter(|&(_, confirmed)| !confirmed)
            .map(|(intent, _)| {
                Record::Settled(Settled {
                    intent,
                    verdict: Settlement::TookEffect,
                    account: Some(account.to_string()),
                    why: None,
                })
            });
        self.check(at, &check, settled)?;
        let outcome = if differs.is_empty() {
            Outcome::Done {
                account: Some(account),
                also_changed: Vec::new(),
            }
        } else {
            Outcome::DidNotStick {
                differs,
                not_sent: Vec::new(),
            }
        };
        self.finish(at, outcome);
        Ok(())
    }

    /// Somebody stopped the run: what is in flight stays as it is known.
    fn give_up(&mut self) -> Result<(), JournalError> {
        for one in std::mem::take(&mut self.in_flight) {
            if one.confirmed {
                let check = Check::new(Some(one.intent), None, Verdict::NotVisibleYet);
                self.check(one.at, &check, None)?;
                self.finish(one.at, Outcome::SentNotVisible);
            } else {
                let why =
                    "the answer was lost, and the run was stopped before it could be found out"
                        .to_owned();
                self.finish(one.at, Outcome::Unknown { why });
            }
        }
        Ok(())
    }

    /// The list of a place, as it may be believed.
    pub(super) async fn list(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
    ) -> Reading<ScopeState> {
        let reading = provider.list(place, &Relay(self.ports.listener)).await;
        self.belief
            .judge(provider.system(), &place.place(), reading)
    }

    fn find(&self, at: usize, list: &ScopeState, before: &BTreeSet<AccountId>) -> Row {
        let step = &self.steps[at];
        let contacts = contacts_of(step.person.as_ref(), self.ports.contacts, contact_of(step));
        find(list, &contacts, self.ports.contacts, before)
    }

    /// Whom the journal has an invitation of that may or may not have gone out.
    fn on_their_way(&self, system: &SystemName) -> BTreeSet<PersonKey> {
        unsettled(entries(self))
            .into_iter()
            .filter(|call| {
                call.intent.call == Verb::Invite && call.intent.system == system.as_str()
            })
            .filter_map(|call| call.intent.person.as_deref().map(PersonKey::new))
            .collect()
    }

    fn was_lost_before(&self, one: &InFlight) -> bool {
        let step = &self.steps[one.at];
        step.person.as_ref().is_none_or(|person| {
            was_lost_before(
                &history(entries(self)),
                step.system.as_str(),
                person.as_str(),
                one.intent,
            )
        })
    }
}

fn entries<'r>(runner: &'r Runner<'_>) -> impl Iterator<Item = &'r Entry> {
    runner.journal.sealed().iter().map(|sealed| &sealed.entry)
}

fn contact_of(step: &Step) -> Option<&Contact> {
    match &step.change {
        Change::Invite { contact, .. } => Some(contact),
        Change::Grant { .. }
        | Change::Set { .. }
        | Change::Remove
        | Change::Withdraw
        | Change::ByHand => None,
    }
}

fn invitation(step: &Step) -> Option<Invitation> {
    match &step.change {
        Change::Invite {
            contact,
            name,
            target,
            ..
        } => Some(Invitation {
            name: name.clone(),
            contact: contact.clone(),
            target: target.clone(),
        }),
        Change::Grant { .. }
        | Change::Set { .. }
        | Change::Remove
        | Change::Withdraw
        | Change::ByHand => None,
    }
}
