//! Grants of further places and writes of role, link and rights, each read back.
//!
//! Invariants: access that the plan did not see is not overwritten; a lost answer is settled by reading; a repeat is made only of calls that do no harm
//! twice, and once.

use std::sync::Arc;

use super::belief::why_not_complete;
use super::event::Relay;
use super::judge::{Judgment, also_changed, digest_of, judge};
use super::outcome::{NotDone, Outcome};
use super::record::{self, Check};
use super::remove::lost_witness;
use super::run::Runner;
use crate::catalog::Catalog;
use crate::journal::{JournalError, Record, Settled, Settlement, Verb, Verdict};
use crate::model::{Account, AccountId, AccountState, ScopeState};
use crate::plan::{Change, Target};
use crate::provider::{Call, PlaceRef, Provider, ProviderError, Receipt, Sighting};

/// How a call that may be repeated ended.
enum Answer {
    /// Accepted, or found to have taken effect. `seq` of the intent.
    Accepted(u64, Receipt),
    /// Not known, even after it was repeated.
    Lost(u64, String),
    /// Nothing further is to be done about the step.
    Over,
}

impl Runner<'_> {
    /// A known account gets access at one more place: a copy, then role, link and rights.
    pub(super) async fn grant(
        &mut self,
        at: usize,
        provider: &dyn Provider,
        from: &PlaceRef,
        to: &PlaceRef,
        target: &Target,
    ) -> Result<(), JournalError> {
        let Some(account) = self.steps[at].account.clone() else {
            self.finish(at, Outcome::NotDone(NotDone::NoWay));
            return Ok(());
        };
        self.start(at);
        // A copy would lay itself over what somebody gave there since the plan's read.
        let list = self.list(provider, to).await;
        let is_there = |list: &ScopeState| list.accounts.contains_key(&account);
        let obstacle = if list.seen().is_some_and(is_there) {
            Some(NotDone::Changed(
                "somebody gave them access there".to_owned(),
            ))
        } else if list.complete().is_none() {
            Some(NotDone::Unseen(why_not_complete(&list)))
        } else {
            None
        };
        if let Some(why) = obstacle {
            self.finish(at, Outcome::NotDone(why));
            return Ok(());
        }
        let call = Call::Copy {
            from: from.clone(),
            account: account.clone(),
            to: to.clone(),
            rights: target.rights.clone(),
        };
        match self
            .try_twice(at, provider, &call, Verb::Copy, to, &account)
            .await?
        {
            Answer::Accepted(..) => {}
            Answer::Lost(_, why) => {
                self.finish(at, Outcome::Unknown { why });
                return Ok(());
            }
            Answer::Over => return Ok(()),
        }
        // The write belongs to the step: half a grant is worse than a late end.
        self.write(at, provider, to, &account, target).await
    }

    /// One write of role, link and rights.
    pub(super) async fn set(
        &mut self,
        at: usize,
        provider: &dyn Provider,
        place: &PlaceRef,
        target: &Target,
    ) -> Result<(), JournalError> {
        let Some(account) = self.steps[at].account.clone() else {
            self.finish(at, Outcome::NotDone(NotDone::NoWay));
            return Ok(());
        };
        self.start(at);
        // Of a write that takes a power, one of those who keep it is looked at.
        let witness = self.steps[at].witnesses.iter();
        let witness = witness
            .filter(|witness| witness.after.is_none())
            .map(|witness| witness.account.clone())
            .next();
        if let Some(witness) = witness {
            let relay = Relay(self.ports.listener);
            let why = match provider.look(place, &witness, &relay).await {
                Sighting::There(row) if row.state == AccountState::Active => None,
                Sighting::There(_) | Sighting::Absent => {
                    Some(NotDone::Changed(lost_witness(&witness)))
                }
                Sighting::Unknown(_) => Some(NotDone::NotComplete),
            };
            if let Some(why) = why {
                self.finish(at, Outcome::NotDone(why));
                return Ok(());
            }
        }
        self.write(at, provider, place, &account, target).await
    }

    async fn write(
        &mut self,
        at: usize,
        provider: &dyn Provider,
        place: &PlaceRef,
        account: &AccountId,
        target: &Target,
    ) -> Result<(), JournalError> {
        let call = Call::Write {
            place: place.clone(),
            account: account.clone(),
            target: target.clone(),
            // What a copy brought is nobody's to know.
            expects: match &self.steps[at].change {
                Change::Set { .. } => self.steps[at].before.clone().map(Arc::new),
                _ => None,
            },
        };
        match self
            .try_twice(at, provider, &call, Verb::Write, place, account)
            .await?
        {
            Answer::Accepted(intent, receipt) => {
                let sighting = provider
                    .look(place, account, &Relay(self.ports.listener))
                    .await;
                self.verify(at, intent, target, sighting, receipt, None)
            }
            Answer::Lost(intent, why) => {
                let sighting = provider
                    .look(place, account, &Relay(self.ports.listener))
                    .await;
                self.verify(at, intent, target, sighting, Receipt::default(), Some(why))
            }
            Answer::Over => Ok(()),
        }
    }

    /// Makes a call that does no harm twice: once more where the answer was lost and reading does
    /// not show its effect.
    async fn try_twice(
        &mut self,
        at: usize,
        provider: &dyn Provider,
        call: &Call,
        verb: Verb,
        place: &PlaceRef,
        account: &AccountId,
    ) -> Result<Answer, JournalError> {
        let mut repeated = false;
        loop {
            let step = &self.steps[at];
            let intent = self.append(vec![Record::Intent(record::intent(step, verb))])?;
            let result = self.call(provider, call, &[at]).await;
            self.append(vec![record::answer(intent, &[step], &result)])?;
            let why = match result {
                Ok(receipt) => return Ok(Answer::Accepted(intent, receipt)),
                Err(ProviderError::Unknown { why }) => why,
                Err(ProviderError::Stale { what }) => {
                    let slugs: Vec<String> = what.iter().map(|slug| format!("`{slug}`")).collect();
                    let what = format!("{} changed", slugs.join(", "));
                    self.finish(at, Outcome::NotDone(NotDone::Changed(what)));
                    return Ok(Answer::Over);
                }
                Err(ProviderError::NotSent { why }) => {
                    self.finish(at, Outcome::NotDone(NotDone::Unreachable(why)));
                    return Ok(Answer::Over);
                }
                Err(error) => {
                    self.finish(at, Outcome::Refused(error));
                    return Ok(Answer::Over);
                }
            };
            if repeated {
                return Ok(Answer::Lost(intent, why));
            }
            let took_effect = match (
                verb,
                provider
                    .look(place, account, &Relay(self.ports.listener))
                    .await,
            ) {
                (Verb::Copy, Sighting::There(_)) => true,
                (Verb::Write, Sighting::There(live)) => self.fits(at, &live),
                (_, Sighting::There(_) | Sighting::Absent | Sighting::Unknown(_)) => false,
            };
            let verdict = if took_effect {
                Settlement::TookEffect
            } else {
                Settlement::LeftToPlan
            };
            self.append(vec![Record::Settled(Settled {
                intent,
                verdict,
                account: Some(account.to_string()),
                why: None,
            })])?;
            if took_effect {
                return Ok(Answer::Accepted(intent, Receipt::default()));
            }
            if self.ports.stop.is_stopped() {
                return Ok(Answer::Lost(intent, why));
            }
            repeated = true;
        }
    }

    fn fits(&self, at: usize, live: &Account) -> bool {
        record::target_of(&self.steps[at].change)
            .is_some_and(|target| judge(target, live, Catalog::current()) == Judgment::Fits)
    }

    /// Compares what was read back with the plan, and closes the step. `lost`: why the answer of
    /// the last call is not known.
    pub(super) fn verify(
        &mut self,
        at: usize,
        intent: u64,
        target: &Target,
        sighting: Sighting,
        receipt: Receipt,
        lost: Option<String>,
    ) -> Result<(), JournalError> {
        let account = self.steps[at].account.clone();
        let mut check = Check::new(Some(intent), account, Verdict::AsPlanned);
        let unread = |why: &str| Outcome::Unknown {
            why: format!("what is there could not be read back: {why}"),
        };
        let outcome = match sighting {
            Sighting::Unknown(why) => {
                check.verdict = Verdict::NotReadable;
                unread(&why)
            }
            Sighting::Absent => {
                check.verdict = Verdict::DidNotStick;
                check.differs = vec!["account"];
                check.account = None;
                Outcome::DidNotStick {
                    differs: check.differs.clone(),
                    not_sent: receipt.not_sent,
                }
            }
            Sighting::There(live) => {
                check.account = Some(live.id.clone());
                check.live = Some(live.clone());
                let catalog = Catalog::current();
                check.also_changed =
                    also_changed(target, self.steps[at].before.as_ref(), &live, catalog);
                match judge(target, &live, catalog) {
                    Judgment::Fits => {
                        check.digest = Some(digest_of(target, &live, catalog));
                        Outcome::Done {
                            account: Some(live.id.clone()),
                            also_changed: check.also_changed.clone(),
                        }
                    }
                    Judgment::Unread => {
                        check.verdict = Verdict::NotReadable;
                        unread("the vendor did not show its rights")
                    }
                    Judgment::Differs(differs) => {
                        check.verdict = Verdict::DidNotStick;
                        check.differs.clone_from(&differs);
                        Outcome::DidNotStick {
                            differs,
                            not_sent: receipt.not_sent,
                        }
                    }
                }
            }
        };
        // An answer that was lost may still take effect: that it did not stick is not known.
        let (outcome, settled) = match (outcome, lost) {
            (outcome, None) => (outcome, None),
            (done @ Outcome::Done { .. }, Some(_)) => (done, Some(Settlement::TookEffect)),
            (_, Some(why)) => (Outcome::Unknown { why }, Some(Settlement::LeftToPlan)),
        };
        let settled = settled.map(|verdict| {
            Record::Settled(Settled {
                intent,
                verdict,
                account: check.account.as_ref().map(ToString::to_string),
                why: None,
            })
        });
        self.check(at, &check, settled)?;
        self.finish(at, outcome);
        Ok(())
    }
}
