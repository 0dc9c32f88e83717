//! Taking access away, at one place or at several, and withdrawing invitations.
//!
//! One list before, one list after, for all that goes at one place; one call for all that goes of
//! one account. Invariants: nothing is removed unless a complete list shows it as the plan expects
//! it; it is gone only when a complete list says so; what a call for several places did not bring
//! about is asked for place by place, once. Named assumptions: `remove_several_is_like_each`,
//! `delete_withdraws_invitation`.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{NotDone, Outcome};
use super::record::{self, Check};
use super::run::Runner;
use crate::journal::{Intent, JournalError, Record, Settled, Settlement, Verb, Verdict};
use crate::model::{Account, AccountId, AccountState, ScopeState};
use crate::plan::{Change, Step};
use crate::provider::{Call, PlaceRef, Provider, ProviderError};

/// A removal of which a complete list says that it is still what the plan was made for.
#[derive(Clone)]
struct Ready<'a> {
    at: usize,
    account: AccountId,
    place: &'a PlaceRef,
    /// An invitation that waits: it is withdrawn by a call of its own.
    pending: bool,
}

/// A removal that was sent, or may have been.
struct Sent<'a> {
    what: Ready<'a>,
    intent: u64,
    /// Why the answer is not known, if it is not.
    lost: Option<String>,
    /// The vendor's word that it does not know the account: the list decides.
    unknown_there: Option<ProviderError>,
    /// Whether the call was for several places.
    several: bool,
    repeated: bool,
}

impl<'a> Runner<'a> {
    /// Removals that are ready now and hang together with the one at `first`: at one place, so
    /// that they share its lists, or of one account, so that they share a call.
    pub(super) fn wave(&self, first: usize) -> Vec<usize> {
        let steps = self.steps;
        let lead = &steps[first];
        let may_join = |&(at, step): &(usize, &Step)| {
            step.system == lead.system
                && matches!(step.change, Change::Remove | Change::Withdraw)
                && self.is_open(at)
                && self.obstacle(step).is_none()
        };
        let others = steps.iter().enumerate().skip(first + 1).filter(may_join);
        let mut rest: Vec<usize> = others.map(|(at, _)| at).collect();
        let mut wave = BTreeSet::from([first]);
        let mut places = BTreeSet::from([&lead.place]);
        let mut accounts: BTreeSet<&AccountId> = removed(lead).into_iter().collect();
        loop {
            let (joined, left): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(|&at| {
                places.contains(&steps[at].place)
                    || removed(&steps[at]).is_some_and(|account| accounts.contains(account))
            });
            if joined.is_empty() {
                return wave.into_iter().collect();
            }
            for at in joined {
                places.insert(&steps[at].place);
                accounts.extend(removed(&steps[at]));
                wave.insert(at);
            }
            rest = left;
        }
    }

    /// Removes a wave.
    pub(super) async fn remove(
        &mut self,
        provider: &dyn Provider,
        wave: Vec<usize>,
    ) -> Result<(), JournalError> {
        let steps = self.steps;
        let mut ready = Vec::new();
        for group in together(wave, |&at| Some(&steps[at].place)) {
            ready.extend(self.look_over(provider, group).await?);
        }
        let mut sent = Vec::new();
        for group in together(ready, |one| (!one.pending).then(|| one.account.clone())) {
            sent.extend(self.take_away(provider, group).await?);
        }
        self.confirm(provider, sent).await
    }

    /// One list: which of the steps at its place are still to be done.
    async fn look_over(
        &mut self,
        provider: &dyn Provider,
        group: Vec<usize>,
    ) -> Result<Vec<Ready<'a>>, JournalError> {
        let mut here = Vec::new();
        for at in group {
            let step = &self.steps[at];
            let place = self.ports.place(&step.system, &step.place);
            match (self.obstacle(step), place, &step.account) {
                // A stop while other lists were read.
                (Some(outcome), ..) => self.finish(at, outcome),
                (None, Some(place), Some(account)) => here.push((at, place, account.clone())),
                (None, ..) => self.finish(at, Outcome::NotDone(NotDone::NoWay)),
            }
        }
        let Some(&(_, place, _)) = here.first() else {
            return Ok(Vec::new());
        };
        let list = self.list(provider, place).await;
        let Some(list) = list.complete() else {
            for (at, ..) in here {
                self.finish(at, Outcome::NotDone(NotDone::NotComplete));
            }
            return Ok(Vec::new());
        };
        let mut ready = Vec::new();
        for (at, place, account) in here {
            self.start(at);
            // Whoever was to keep a power there may have gone since the plan's read: then this is the last one who has it.
            if let Some(what) = missing_witness(&self.steps[at], list) {
                self.finish(at, Outcome::NotDone(NotDone::Changed(what)));
                continue;
            }
            let Some(row) = list.accounts.get(&account) else {
                let mut check = Check::new(None, Some(account.clone()), Verdict::AsPlanned);
                check.absent = true;
                self.check(at, &check, None)?;
                let account = Some(account);
                self.finish(at, Outcome::Already { account });
                continue;
            };
            match changed(&self.steps[at], row) {
                Some(what) => self.finish(at, Outcome::NotDone(NotDone::Changed(what))),
                None => ready.push(Ready {
                    at,
                    account,
                    place,
                    pending: row.state == AccountState::Invited,
                }),
            }
        }
        Ok(ready)
    }

    /// The call for one account: for several places at once where there are several.
    async fn take_away(
        &mut self,
        provider: &dyn Provider,
        group: Vec<Ready<'a>>,
    ) -> Result<Vec<Sent<'a>>, JournalError> {
        match &group[..] {
            [_, _, ..] => self.remove_several(provider, group).await,
            _ => self.remove_each(provider, group).await,
        }
    }

    /// One call for each place.
    async fn remove_each(
        &mut self,
        provider: &dyn Provider,
        group: Vec<Ready<'a>>,
    ) -> Result<Vec<Sent<'a>>, JournalError> {
        let mut sent = Vec::new();
        for one in group {
            // A stop, or a token refused by the call before.
            match self.obstacle(&self.steps[one.at]) {
                Some(outcome) => self.finish(one.at, outcome),
                None => sent.extend(self.remove_one(provider, one, false).await?),
            }
        }
        Ok(sent)
    }

    /// One call; none if nothing was sent or it was refused.
    async fn remove_one(
        &mut self,
        provider: &dyn Provider,
        what: Ready<'a>,
        repeated: bool,
    ) -> Result<Option<Sent<'a>>, JournalError> {
        let at = what.at;
        let step = &self.steps[at];
        let intent = self.append(vec![Record::Intent(record::intent(step, Verb::Remove))])?;
        self.belief.lose(&step.system, &step.place, &what.account);
        let call = Call::Remove {
            place: what.place.clone(),
            account: what.account.clone(),
        };
        let result = self.call(provider, &call, &[at]).await;
        self.append(vec![record::answer(intent, &[step], &result)])?;
        let (lost, unknown_there) = match result {
            Ok(_) => (None, None),
            Err(ProviderError::Unknown { why }) => (Some(why), None),
            Err(error @ ProviderError::NotFound { .. }) => (None, Some(error)),
            Err(ProviderError::NotSent { why }) => {
                self.finish(at, Outcome::NotDone(NotDone::Unreachable(why)));
                return Ok(None);
            }
            Err(error) => {
                self.finish(at, Outcome::Refused(error));
                return Ok(None);
            }
        };
        Ok(Some(Sent {
            what,
            intent,
            lost,
            unknown_there,
            several: false,
            repeated,
        }))
    }

    /// One call for all places of an account, with an intent for each; refused, because one place
    /// may be enough for that, each place has a call of its own.
    async fn remove_several(
        &mut self,
        provider: &dyn Provider,
        group: Vec<Ready<'a>>,
    ) -> Result<Vec<Sent<'a>>, JournalError> {
        let Some(lead) = group.first() else {
            return Ok(Vec::new());
        };
        if let Some(outcome) = self.obstacle(&self.steps[lead.at]) {
            for one in group {
                self.finish(one.at, outcome.clone());
            }
            return Ok(Vec::new());
        }
        let first = self.journal.next();
        let steps: Vec<&Step> = group.iter().map(|one| &self.steps[one.at]).collect();
        let intents = steps.iter().map(|step| {
            Record::Intent(Intent {
                batch: Some(first),
                ..record::intent(step, Verb::Remove)
            })
        });
        self.append(intents.collect())?;
        for (step, one) in steps.iter().zip(&group) {
            self.belief.lose(&step.system, &step.place, &one.account);
        }
        let call = Call::RemoveSeveral {
            at: lead.place.clone(),
            account: lead.account.clone(),
            places: group.iter().map(|one| one.place.clone()).collect(),
        };
        let all: Vec<usize> = group.iter().map(|one| one.at).collect();
        let result = self.call(provider, &call, &all).await;
        let answers = (first..)
            .zip(&group)
            .map(|(intent, _)| record::answer(intent, &steps, &result));
        self.append(answers.collect())?;
        let (lost, unknown_there) = match result {
            Ok(_) => (None, None),
            Err(ProviderError::Unknown { why }) => (Some(why), None),
            Err(error @ ProviderError::NotFound { .. }) => (None, Some(error)),
            Err(ProviderError::Forbidden { .. } | ProviderError::Rejected { .. }) => {
                return self.remove_each(provider, group).await;
            }
            Err(ProviderError::NotSent { why }) => {
                for at in all {
                    self.finish(at, Outcome::NotDone(NotDone::Unreachable(why.clone())));
                }
                return Ok(Vec::new());
            }
            Err(error @ (ProviderError::Unauthorized | ProviderError::Stale { .. })) => {
                for at in all {
                    self.finish(at, Outcome::Refused(error.clone()));
                }
                return Ok(Vec::new());
            }
        };
        let sent = group.into_iter().zip(first..).map(|(what, intent)| Sent {
            what,
            intent,
            lost: lost.clone(),
            unknown_there: unknown_there.clone(),
            several: true,
            repeated: false,
        });
        Ok(sent.collect())
    }

    /// Reads the lists until they say of each whether it is gone. Where the account is still there
    /// after a call whose answer was lost, or after one for several places, the place has one more
    /// call of its own: removing twice does no harm.
    async fn confirm(
        &mut self,
        provider: &dyn Provider,
        mut sent: Vec<Sent<'a>>,
    ) -> Result<(), JournalError> {
        while !sent.is_empty() {
            let mut again = Vec::new();
            for group in together(sent, |one| Some(&one.what.place.key)) {
                again.extend(self.confirm_at_one(provider, group).await?);
            }
            sent = Vec::new();
            for what in again {
                sent.extend(self.remove_one(provider, what, true).await?);
            }
        }
        Ok(())
    }

    /// One list; what is to be asked for once more.
    async fn confirm_at_one(
        &mut self,
        provider: &dyn Provider,
        group: Vec<Sent<'a>>,
    ) -> Result<Vec<Ready<'a>>, JournalError> {
        let Some(place) = group.first().map(|one| one.what.place) else {
            return Ok(Vec::new());
        };
        let list = self.list(provider, place).await;
        let mut again = Vec::new();
        for one in group {
            let row = list
                .complete()
                .map(|list| list.accounts.get(&one.what.account));
            match row {
                None => self.close(&one, Verdict::NotReadable)?,
                Some(None) => self.close(&one, Verdict::AsPlanned)?,
                Some(Some(row)) => {
                    let may_repeat = (one.lost.is_some() || one.several)
                        && !one.repeated
                        && !self.ports.stop.is_stopped()
                        && changed(&self.steps[one.what.at], row).is_none();
                    if !may_repeat {
                        self.close(&one, Verdict::DidNotStick)?;
                        continue;
                    }
                    if one.lost.is_some() {
                        self.append(vec![settled(&one, Settlement::LeftToPlan)])?;
                    } else {
                        let check = check(&one, Verdict::DidNotStick);
                        self.check(one.what.at, &check, None)?;
                    }
                    again.push(one.what);
                }
            }
        }
        Ok(again)
    }

    fn close(&mut self, one: &Sent<'_>, verdict: Verdict) -> Result<(), JournalError> {
        let (outcome, settlement) = match (verdict, &one.lost) {
            (Verdict::AsPlanned, lost) => {
                let outcome = Outcome::Done {
                    account: Some(one.what.account.clone()),
                    also_changed: Vec::new(),
                };
                (outcome, lost.is_some().then_some(Settlement::TookEffect))
            }
            (_, Some(why)) => (
                Outcome::Unknown { why: why.clone() },
                Some(Settlement::LeftToPlan),
            ),
            (Verdict::DidNotStick, None) => {
                let outcome = match &one.unknown_there {
                    Some(error) => Outcome::Refused(error.clone()),
                    None => Outcome::DidNotStick {
                        differs: vec!["account"],
                        not_sent: Vec::new(),
                    },
                };
                (outcome, None)
            }
            (Verdict::NotReadable | Verdict::NotVisibleYet, None) => {
                let why = "no list that can be believed showed it afterwards".to_owned();
                (Outcome::Unknown { why }, None)
            }
        };
        let settled = settlement.map(|verdict| settled(one, verdict));
        self.check(one.what.at, &check(one, verdict), settled)?;
        self.finish(one.what.at, outcome);
        Ok(())
    }
}

/// The account that a step removes, if that is what it does.
fn removed(step: &Step) -> Option<&AccountId> {
    step.account
        .as_ref()
        .filter(|_| step.change == Change::Remove)
}

/// Groups in the order in which their first members stand; what has no key stands alone.
fn together<T, K: Ord>(items: Vec<T>, key: impl Fn(&T) -> Option<K>) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut by_key: BTreeMap<K, usize> = BTreeMap::new();
    for item in items {
        let index = match key(&item) {
            Some(key) => *by_key.entry(key).or_insert(groups.len()),
            None => groups.len(),
        };
        match groups.get_mut(index) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// What a list afterwards says about a removal.
fn check(one: &Sent<'_>, verdict: Verdict) -> Check {
    let mut check = Check::new(Some(one.intent), Some(one.what.account.clone()), verdict);
    check.absent = true;
    if verdict == Verdict::DidNotStick && one.lost.is_none() {
        check.differs = vec!["account"];
    }
    check
}

fn settled(one: &Sent<'_>, verdict: Settlement) -> Record {
    Record::Settled(Settled {
        intent: one.intent,
        verdict,
        account: Some(one.what.account.to_string()),
        why: None,
    })
}

/// A witness of a step whom a complete list does not show as somebody who can get in. Those whom a step of the plan makes
/// one are verified by that step.
fn missing_witness(step: &Step, list: &ScopeState) -> Option<String> {
    let mut witnesses = step
        .witnesses
        .iter()
        .filter(|witness| witness.after.is_none());
    let gone = witnesses.find(|witness| {
        let row = list.accounts.get(&witness.account);
        row.is_none_or(|row| row.state != AccountState::Active)
    })?;
    Some(lost_witness(&gone.account))
}

/// That a witness is not there, in words.
pub(super) fn lost_witness(account: &AccountId) -> String {
    format!("account {account}, who was to keep that power there, lost access")
}

/// What makes a row another one than the plan was made for.
fn changed(step: &Step, row: &Account) -> Option<String> {
    let was_pending = step
        .before
        .as_ref()
        .is_some_and(|before| before.state == AccountState::Invited);
    let is_pending = row.state == AccountState::Invited;
    if !row.removable {
        Some(
            "the vendor does not let the account be removed: it became an owner or a system user"
                .to_owned(),
        )
    } else if (was_pending || step.change == Change::Withdraw) && !is_pending {
        Some("the invitation was accepted".to_owned())
    } else {
        None
    }
}
