//! Reservio: who is bookable can be read, who may sign in cannot, and nothing about access is changed by a call.
//!
//! Not a reader of access: accounts are always empty here, and planning knows that. Invariants: nothing is believed
//! before `/users/me` has named a user; a profile is never taken for access; the token goes to the base address alone,
//! wherever a link points.
//!
//! # What the vendor does, and how sure that is
//!
//! Marks as in the vendor reference: RC real client, INF inferred. What behavior rests on has its name in the
//! catalogue of assumptions.
//!
//! - JSON:API with a bearer (RC). An answer of 200 may carry `errors`, which is a refusal all the same (RC).
//! - `/users/me` needs a good token; a business and its resources answer anybody (RC, `reservio_me_proves_the_token`).
//! - Lists come by pages; `links.next` leads to the next and `meta.total` counts them all (RC,
//!   `reservio_pages_follow_next`).
//! - Resources are team members and rooms; nothing tells them apart for certain (INF).
//! - No limit on calls is published (INF, `reservio_two_calls_a_second`).

use std::sync::Arc;

use async_trait::async_trait;

use crate::clock::SharedClock;
use crate::http::{Client, Window};
use crate::model::{AccountId, ObservedSystem, ReadFailure, Reading, ScopeState, SystemName};

use super::progress::Progress;
use super::{
    Call, Events, Finding, PlaceRef, Provider, ProviderError, ReadRequest, Receipt, Sighting,
};

mod prove;
mod read;
#[cfg(test)]
mod tests;
mod wire;

/// A gentle pace: "fair use" is all the vendor says.
pub(super) const PACE: Window = Window::per_second(2);

/// The provider of one system at Reservio.
#[derive(Debug)]
pub(super) struct Reservio {
    system: SystemName,
    host: Arc<str>,
    /// The path of the base address: what every link of ours begins with.
    base_path: String,
    client: Client,
    clock: SharedClock,
}

impl Reservio {
    /// A provider over a client. `host` is what plans call it.
    pub(super) fn new(
        system: SystemName,
        host: Arc<str>,
        base_url: &str,
        client: Client,
        clock: SharedClock,
    ) -> Self {
        let base_path = wire::without_host(base_url).trim_end_matches('/');
        Self {
            system,
            host,
            base_path: base_path.to_owned(),
            client,
            clock,
        }
    }
}

#[async_trait]
impl Provider for Reservio {
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
        request: &ReadRequest<'_>,
        events: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        self.read(request, &Progress::new(&self.system, events))
            .await
    }

    async fn execute(&self, _: &Call, _: &dyn Events) -> Result<Receipt, ProviderError> {
        Err(ProviderError::NotSent {
            why: "Reservio has no call that changes access; a person does it by hand".into(),
        })
    }

    async fn look(&self, _: &PlaceRef, _: &AccountId, _: &dyn Events) -> Sighting {
        Sighting::Unknown("no call of Reservio shows who has access".into())
    }

    async fn prove(
        &self,
        places: &[PlaceRef],
        thorough: bool,
        events: &dyn Events,
    ) -> Vec<Finding> {
        let progress = Progress::new(&self.system, events);
        self.findings(places, thorough, &progress).await
    }

    /// Nothing: profiles are no accounts, and an empty list of those would say that nobody has access.
    async fn list(&self, _: &PlaceRef, _: &dyn Events) -> Reading<ScopeState> {
        Reading::Unreadable(ReadFailure::NotSupported)
    }
}
