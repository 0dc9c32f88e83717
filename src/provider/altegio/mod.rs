//! Altegio and YCLIENTS: one adapter, two profiles.
//!
//! Not a judge of what should be: it reads what is and makes the calls a plan names. Invariants:
//! only documented calls are made; an invitation leaves at most once; a write sends every right
//! that was read, so that it means the same whether the vendor replaces or merges.
//!
//! # What the vendor does, and how sure that is
//!
//! Marks as in the vendor reference: OD official documentation, RC real client, INF inferred. What
//! behavior rests on has its name in the catalogue of assumptions.
//!
//! - One list of users per location, without pages, with its total in `meta.count` (OD). People who
//!   belong to the chain alone are not in it (INF, `chain_users_are_not_listed`).
//! - A row with `is_approved = false` is an invitation that waits (INF, `pending_rows_are_invitations`).
//! - Rights are read per user, as a flat list of slug and value (OD). Flags come as booleans, as 0
//!   and 1, or as text (OD, RC); a payload has `false` where an id belongs (RC).
//! - Whether writing rights replaces or merges is not documented; hence everything that was read, is
//!   in the live tree and may be changed goes into one write (`full_rights_write`), and values that
//!   did not stick, as after a change of role (`role_change_keeps_rights`), are written once more.
//! - The tree of rights says what exists at a location and what the caller may change (OD).
//! - An invitation answers 202 without an id (OD); the account is found by listing.
//! - `copy_to_companies` adds somebody elsewhere without a message (OD); it carries no role.
//! - Deleting a pending user withdraws the invitation (INF, `delete_withdraws_invitation`); somebody
//!   who is not there any more (404) has been removed.
//! - `remove_from_companies` takes somebody from all locations it is given (OD), which is taken to be
//!   what deleting at each does; the location of the path is in the list, too (INF,
//!   `remove_several_is_like_each`).
//! - `/companies` lists everybody's locations without `my=1` (OD), and with it may be empty for the
//!   credentials of an application (OD).
//! - A 429 turns a call away before anything is done, an invitation too (INF,
//!   `throttled_calls_have_no_effect`).
//! - Lists included in `/companies` stand under the names they are asked by (INF,
//!   `included_lists_keep_their_names`); where they do not, the tree's options and the lists' own
//!   calls give the names.
//! - A location may be missing among one's own and yet belong to a chain that the token sees (RC);
//!   then its own list of users decides whether it can be read.
//! - No documented call tells whose token it is; settings do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::clock::SharedClock;
use crate::http::Client;
use crate::model::{AccountId, ObservedSystem, ReadFailure, Reading, ScopeState, SystemName};

use super::progress::Progress;
use super::{
    Branch, Call, Events, Finding, PlaceRef, Provider, ProviderError, ReadRequest, Receipt,
    Sighting,
};

mod map;
mod names;
mod profile;
mod prove;
mod read;
mod routes;
#[cfg(test)]
mod tests;
mod tree;
mod wire;
mod write;

pub(super) use profile::Profile;

use tree::LiveTree;
use wire::UserRow;

/// The provider of one system at Altegio or YCLIENTS.
#[derive(Debug)]
pub struct Altegio {
    system: SystemName,
    host: Arc<str>,
    profile: Profile,
    /// The chain that the settings name.
    chain: Option<Arc<str>>,
    client: Client,
    clock: SharedClock,
    /// What was read of locations and spares a second read within this run.
    memory: Mutex<BTreeMap<u64, Remembered>>,
}

/// What is remembered of one location.
#[derive(Debug, Default)]
struct Remembered {
    tree: Option<Arc<LiveTree>>,
    rows: BTreeMap<AccountId, UserRow>,
}

impl Altegio {
    /// A provider over a client. `host` is what plans call it.
    pub(super) fn new(
        system: SystemName,
        host: Arc<str>,
        profile: Profile,
        chain: Option<Arc<str>>,
        client: Client,
        clock: SharedClock,
    ) -> Self {
        Self {
            system,
            host,
            profile,
            chain,
            client,
            clock,
            memory: Mutex::default(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, BTreeMap<u64, Remembered>> {
        // Nothing between lock and unlock can fail halfway.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remembered_tree(&self, location: u64) -> Option<Arc<LiveTree>> {
        self.memory().get(&location)?.tree.clone()
    }

    fn remember_tree(&self, location: u64, tree: &Arc<LiveTree>) {
        self.memory().entry(location).or_default().tree = Some(Arc::clone(tree));
    }

    fn remembered_row(&self, location: u64, account: &AccountId) -> Option<UserRow> {
        self.memory().get(&location)?.rows.get(account).cloned()
    }

    fn remember_rows(&self, location: u64, rows: &BTreeMap<AccountId, UserRow>) {
        self.memory().entry(location).or_default().rows = rows.clone();
    }

    /// After a call that changes who is where.
    fn forget_rows(&self, location: u64) {
        if let Some(remembered) = self.memory().get_mut(&location) {
            remembered.rows.clear();
        }
    }

    fn progress<'a>(&'a self, events: &'a dyn Events) -> Progress<'a> {
        Progress::new(&self.system, events)
    }
}

#[async_trait]
impl Provider for Altegio {
    fn system(&self) -> &SystemName {
        &self.system
    }

    fn host(&self) -> Arc<str> {
        Arc::clone(&self.host)
    }

    fn invite_batch(&self) -> usize {
        self.profile.invite_batch()
    }

    async fn observe(
        &self,
        request: &ReadRequest<'_>,
        events: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        self.read(request, &self.progress(events)).await
    }

    async fn branches(&self, events: &dyn Events) -> Result<Option<Vec<Branch>>, ProviderError> {
        self.managed_branches(&self.progress(events)).await
    }

    async fn execute(&self, call: &Call, events: &dyn Events) -> Result<Receipt, ProviderError> {
        self.write(call, &self.progress(events)).await
    }

    async fn look(&self, place: &PlaceRef, account: &AccountId, events: &dyn Events) -> Sighting {
        self.sight(place, account, &self.progress(events)).await
    }

    async fn prove(
        &self,
        places: &[PlaceRef],
        thorough: bool,
        events: &dyn Events,
    ) -> Vec<Finding> {
        self.findings(places, thorough, &self.progress(events))
            .await
    }

    async fn list(&self, place: &PlaceRef, events: &dyn Events) -> Reading<ScopeState> {
        let failed = |why: String| Reading::Unreadable(ReadFailure::Failed { why: why.into() });
        match read::location(place) {
            Ok(id) => match self.users(id, &self.progress(events)).await {
                Ok(listed) => read::scope(&listed),
                Err(error) => failed(error.to_string()),
            },
            Err(failure) => Reading::Unreadable(failure),
        }
    }
}
