//! Carrying out a plan: intent to the journal, the call, the outcome, and reading back.
//!
//! It decides nothing that the plan has not decided: it does the steps that are there, in an
//! order in which everything a step waits for is verified first, or leaves them. It knows no
//! vendor, no YAML and no terminal.
//!
//! Invariants: no call changes anything without an intent in the journal before it; after the
//! journal failed there is no further call; a message to a human is repeated only where a
//! complete list proved, 120 s after the intent, that the first one did not go out, and once at
//! most; what cannot be known is said to be unknown.

mod belief;
mod event;
mod invite;
mod judge;
mod outcome;
mod record;
mod remove;
mod rows;
mod run;
mod settle;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::journal::Record;
use crate::model::{Contact, PersonKey, PlaceId, SystemName};
use crate::plan::Plan;
use crate::provider::{PlaceRef, Provider};

pub use event::{Listener, Progress, Silent, StopFlag};
pub use outcome::{NotDone, Outcome, Outcomes, Standing};
pub use run::apply;
pub use settle::{SettledCall, settle};

/// A provider for each system.
pub type Providers = BTreeMap<SystemName, Arc<dyn Provider>>;
/// Each system's places as its vendor knows them.
pub type Places = BTreeMap<SystemName, BTreeMap<PlaceId, PlaceRef>>;
/// Every contact of every declared person, shared ones too: how a row of a list is recognized.
pub type Contacts = BTreeMap<PersonKey, Vec<Contact>>;

/// What shall be done.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The plan; exactly its steps by API are done.
    pub plan: &'a Plan,
    /// Entries that are written with the beginning of the run: what was read, what is declared.
    pub opening: &'a [Record],
    /// The command, for the journal.
    pub command: &'a str,
    /// Systems of which the plan has all that the files want and no rule holds.
    pub whole: &'a [SystemName],
    /// Who started it, as the environment says.
    pub actor: Option<&'a str>,
}

/// The world an order is carried out in.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The vendors.
    pub providers: &'a Providers,
    /// Their places.
    pub places: &'a Places,
    /// How people are recognized.
    pub contacts: &'a Contacts,
    /// Time, and waiting.
    pub clock: &'a dyn Clock,
    /// Who watches.
    pub listener: &'a dyn Listener,
    /// Whether somebody wants it to end.
    pub stop: &'a StopFlag,
}

impl Ports<'_> {
    /// Waits until [`Clock::elapsed`] is `until`, or somebody stops the run.
    async fn wait_until(&self, until: std::time::Duration) {
        let Some(rest) = until.checked_sub(self.clock.elapsed()) else {
            return;
        };
        tokio::select! {
            biased;
            () = self.stop.stopped() => {}
            () = self.clock.sleep(rest) => {}
        }
    }

    fn place(&self, system: &SystemName, place: &PlaceId) -> Option<&PlaceRef> {
        self.places.get(system)?.get(place)
    }
}
