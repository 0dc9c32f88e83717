//! Taking access away at a place, and withdrawing invitations.
//!
//! One list before, one list after, for all that goes at one place. Invariants: nothing is
//! removed unless a complete list shows it as the plan expects it; it is gone only when a complete
//! list says so. Named assumption: `delete_withdraws_invitation`.

use super::outcome::{NotDone, Outcome};
use super::record::{self, Check};
use super::run::Runner;
use crate::journal::{JournalError, Record, Settled, Settlement, Verb, Verdict};
use crate::model::{Account, AccountId, AccountState};
use crate::plan::{Change, Step};
use crate::provider::{Call, PlaceRef, Provider, ProviderError};

/// A removal that was sent, or may have been.
struct Sent {
    at: usize,
    account: AccountId,
    intent: u64,
    /// Why the answer is not known, if it is not.
    lost: Option<String>,
    /// The vendor's word that it does not know the account: the list decides.
    unknown_there: Option<ProviderError>,
    repeated: bool,
}

impl Runner<'_> {
    /// Removes a group at one place.
    pub(super) async fn remove(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        group: Vec<usize>,
    ) -> Result<(), JournalError> {
        let list = self.list(provider, place).await;
        let Some(list) = list.complete() else {
            for at in group {
                self.finish(at, Outcome::NotDone(NotDone::NotComplete));
            }
            return Ok(());
        };
        let mut sent = Vec::new();
        for at in group {
            // A stop, or a token refused by the call before.
            if let Some(outcome) = self.obstacle(&self.steps[at]) {
                self.finish(at, outcome);
                continue;
            }
            let Some(account) = self.steps[at].account.clone() else {
                self.finish(at, Outcome::NotDone(NotDone::NoWay));
                continue;
            };
            self.start(at);
            match list.accounts.get(&account) {
                None => {
                    let mut check = Check::new(None, Some(account.clone()), Verdict::AsPlanned);
                    check.absent = true;
                    self.check(at, &check, None)?;
                    self.finish(
                        at,
                        Outcome::Already {
                            account: Some(account),
                        },
                    );
                }
                Some(row) => match changed(&self.steps[at], row) {
                    Some(what) => self.finish(at, Outcome::NotDone(NotDone::Changed(what))),
                    None => sent.extend(self.take_away(at, provider, place, account, false).await?),
                },
            }
        }
        self.confirm(provider, place, sent).await
    }

    /// One call; none if nothing was sent or it was refused.
    async fn take_away(
        &mut self,
        at: usize,
        provider: &dyn Provider,
        place: &PlaceRef,
        account: AccountId,
        repeated: bool,
    ) -> Result<Option<Sent>, JournalError> {
        let step = &self.steps[at];
        let intent = self.append(vec![Record::Intent(record::intent(step, Verb::Remove))])?;
        let call = Call::Remove {
            place: place.clone(),
            account: account.clone(),
        };
        let result = self.call(provider, &call, &[at]).await;
        self.append(vec![record::answer(intent, &[step], &result)])?;
        let sent = Sent {
            at,
            account,
            intent,
            lost: None,
            unknown_there: None,
            repeated,
        };
        match result {
            Ok(_) => Ok(Some(sent)),
            Err(ProviderError::Unknown { why }) => Ok(Some(Sent {
                lost: Some(why),
                ..sent
            })),
            Err(error @ ProviderError::NotFound { .. }) => Ok(Some(Sent {
                unknown_there: Some(error),
                ..sent
            })),
            Err(ProviderError::NotSent { why }) => {
                self.finish(at, Outcome::NotDone(NotDone::Unreachable(why)));
                Ok(None)
            }
            Err(error) => {
                self.finish(at, Outcome::Refused(error));
                Ok(None)
            }
        }
    }

    /// Reads the list until it says of each whether it is gone. A call whose answer was lost is
    /// made once more if the account is still there: removing twice does no harm.
    async fn confirm(
        &mut self,
        provider: &dyn Provider,
        place: &PlaceRef,
        mut sent: Vec<Sent>,
    ) -> Result<(), JournalError> {
        while !sent.is_empty() {
            let list = self.list(provider, place).await;
            let mut again = Vec::new();
            for one in std::mem::take(&mut sent) {
                match list.complete().map(|list| list.accounts.get(&one.account)) {
                    None => self.close(&one, Verdict::NotReadable)?,
                    Some(None) => self.close(&one, Verdict::AsPlanned)?,
                    Some(Some(row)) => {
                        let may_repeat = one.lost.is_some()
                            && !one.repeated
                            && !self.ports.stop.is_stopped()
                            && changed(&self.steps[one.at], row).is_none();
                        if may_repeat {
                            self.append(vec![settled(&one, Settlement::LeftToPlan)])?;
                            again.push(one);
                        } else {
                            self.close(&one, Verdict::DidNotStick)?;
                        }
                    }
                }
            }
            for one in again {
                sent.extend(
                    self.take_away(one.at, provider, place, one.account, true)
                        .await?,
                );
            }
        }
        Ok(())
    }

    fn close(&mut self, one: &Sent, verdict: Verdict) -> Result<(), JournalError> {
        let mut check = Check::new(Some(one.intent), Some(one.account.clone()), verdict);
        check.absent = true;
        let (outcome, settlement) = match (verdict, &one.lost) {
            (Verdict::AsPlanned, lost) => {
                let outcome = Outcome::Done {
                    account: Some(one.account.clone()),
                    also_changed: Vec::new(),
                };
                (outcome, lost.is_some().then_some(Settlement::TookEffect))
            }
            (_, Some(why)) => (
                Outcome::Unknown { why: why.clone() },
                Some(Settlement::LeftToPlan),
            ),
            (Verdict::DidNotStick, None) => {
                check.differs = vec!["account"];
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
                let why = "the list could not be read completely afterwards".to_owned();
                (Outcome::Unknown { why }, None)
            }
        };
        let settled = settlement.map(|verdict| settled(one, verdict));
        self.check(one.at, &check, settled)?;
        self.finish(one.at, outcome);
        Ok(())
    }
}

fn settled(one: &Sent, verdict: Settlement) -> Record {
    Record::Settled(Settled {
        intent: one.intent,
        verdict,
        account: Some(one.account.to_string()),
        why: None,
    })
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
