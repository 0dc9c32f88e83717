//! KeyCRM: who is there is read by one call, everything else is done by hand.
//!
//! Not a judge of what should be, and not a writer: no documented call changes a user. Invariants: only documented
//! calls are made; a list is complete only if it provably was the whole list at one moment.
//!
//! # What the vendor does, and how sure that is
//!
//! Marks as in the vendor reference: OS the vendor's OpenAPI description, RC real client, 3P third party, INF inferred.
//! What behavior rests on has its name in the catalogue of assumptions.
//!
//! - `GET /users` is the only call about users (OS): id, names, login, contacts, number of the role, status. It has no
//!   owner flag, no robots flag and no name of the role.
//! - Pages are numbered from 1, have 15 rows unless asked for up to 50, and each carries the `total` (OS). Pages can
//!   shift while they are read (RC), so a list of several pages is read twice where it could have
//!   (`keycrm_ids_are_never_reused`).
//! - Without a filter users of every status are listed (INF, `keycrm_lists_every_status`), and everybody who can sign
//!   in (INF, `keycrm_list_is_complete`).
//! - A status is `active`, `pending` (until the first sign-in) or `blocked` (OS); a user is never deleted (OS).
//! - 60 calls a minute for an address and key (OS); 20 were reported (3P). `Retry-After` comes with some of the 429 (RC);
//!   without it half a minute is waited, as a real client does (RC, `keycrm_slower_limit`).
//! - The name of a role shows in one place, `GET /order?include=assigned`, for people assigned to an order (OS).
//! - A refusal says why in `message`, or in `error` (RC).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::catalog::Kind;
use crate::clock::SharedClock;
use crate::http::{Client, Window};
use crate::model::{
    AccountId, Caller, ObservedSystem, PlaceId, ReadFailure, Reading, ScopeState, SystemName,
    VendorRoleSlug,
};

use super::progress::Progress;
use super::{
    Call, Events, Finding, PlaceRef, Provider, ProviderError, ReadRequest, Receipt, Sighting,
};

mod map;
mod prove;
mod read;
mod routes;
#[cfg(test)]
mod tests;
mod wire;

/// One call each three seconds, without a burst: below the limit that is published and the one that was reported.
pub(super) const PACE: Window = Window {
    calls: 1,
    length: Duration::from_secs(3),
};

/// How long to wait where a 429 does not say it.
pub(super) const UNTOLD: Duration = Duration::from_secs(30);

/// The provider of one system at KeyCRM.
#[derive(Debug)]
pub struct Keycrm {
    system: SystemName,
    host: Arc<str>,
    /// The project's names of roles, by their numbers.
    roles: BTreeMap<i64, VendorRoleSlug>,
    client: Client,
    clock: SharedClock,
}

impl Keycrm {
    /// A provider over a client. `host` is what plans call it.
    pub(super) fn new(
        system: SystemName,
        host: Arc<str>,
        roles: BTreeMap<i64, VendorRoleSlug>,
        client: Client,
        clock: SharedClock,
    ) -> Self {
        Self {
            system,
            host,
            roles,
            client,
            clock,
        }
    }
}

#[async_trait]
impl Provider for Keycrm {
    fn system(&self) -> &SystemName {
        &self.system
    }

    fn host(&self) -> Arc<str> {
        Arc::clone(&self.host)
    }

    fn invite_batch(&self) -> usize {
        1
    }

    async fn observe(
        &self,
        _: &ReadRequest<'_>,
        events: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        let taken = self.clock.now();
        let calls = self.client.calls();
        let users = self.users(&Progress::new(&self.system, events)).await?;
        Ok(ObservedSystem {
            kind: Kind::Keycrm.as_str(),
            host: Arc::clone(&self.host),
            taken,
            // No call tells whose key it is; settings do.
            caller: Caller::default(),
            scopes: BTreeMap::from([(PlaceId::Whole, users)]),
            calls: self.client.calls().saturating_sub(calls),
        })
    }

    async fn execute(&self, _: &Call, _: &dyn Events) -> Result<Receipt, ProviderError> {
        Err(ProviderError::NotSent {
            why: "KeyCRM has no call that changes a user; it is done by hand".into(),
        })
    }

    async fn look(&self, _: &PlaceRef, _: &AccountId, _: &dyn Events) -> Sighting {
        Sighting::Unknown("nothing is changed by calls at KeyCRM; the next plan reads it".into())
    }

    async fn prove(&self, _: &[PlaceRef], thorough: bool, events: &dyn Events) -> Vec<Finding> {
        self.findings(thorough, &Progress::new(&self.system, events))
            .await
    }

    async fn list(&self, _: &PlaceRef, events: &dyn Events) -> Reading<ScopeState> {
        let users = self.users(&Progress::new(&self.system, events)).await;
        users.unwrap_or_else(|error| {
            Reading::Unreadable(ReadFailure::Failed {
                why: error.to_string().into(),
            })
        })
    }
}
