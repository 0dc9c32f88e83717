//! Apenday: nothing about users can be read or changed by a documented call; all of it is done by hand.
//!
//! Not a client of its API: the only documented calls make and delete webhooks, and neither is harmless. Invariants: no
//! call is made to plan or apply; the key is never sent anywhere.
//!
//! # What the vendor does, and how sure that is
//!
//! Marks as in the vendor reference: OD official documentation, INF inferred.
//!
//! - `POST /hooks` and `DELETE` of a hook are the documented calls, with the key in `X-AUTH-TOKEN` (OD). They are about
//!   meetings; none is about users (OD).
//! - The documentation is a page at `/api/docs` (OD) that needs no key (INF, `apenday_docs_are_open`).
//! - The key belongs to the person in whose account it is shown (OD); what it may do follows that person's role (INF).

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::catalog::Kind;
use crate::clock::SharedClock;
use crate::http::{Client, Exchange, Method, Repeat};
use crate::model::{
    AccountId, Caller, ObservedSystem, ReadFailure, Reading, ScopeState, SystemName,
};

use super::progress::Progress;
use super::{
    Call, Events, Finding, PlaceRef, Provider, ProviderError, ReadRequest, Receipt, Sighting,
    Verdict,
};

#[cfg(test)]
mod tests;

/// What is known of the key without using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// It could be read where the settings say it is.
    There,
    /// The settings name it, and it could not be had, for this reason.
    Lost(Arc<str>),
    /// The settings name none.
    NotNamed,
}

/// The address below which the documentation is, from the one of the interface.
pub(super) fn documentation(base_url: &str) -> &str {
    let base_url = base_url.trim_end_matches('/');
    base_url.strip_suffix("/public").unwrap_or(base_url)
}

/// The provider of one system at Apenday.
#[derive(Debug)]
pub struct Apenday {
    system: SystemName,
    host: Arc<str>,
    key: Key,
    /// It has no key.
    client: Client,
    clock: SharedClock,
}

impl Apenday {
    /// A provider over a client for the documentation's address. `host` is what plans call it.
    pub(super) fn new(
        system: SystemName,
        host: Arc<str>,
        key: Key,
        client: Client,
        clock: SharedClock,
    ) -> Self {
        Self {
            system,
            host,
            key,
            client,
            clock,
        }
    }

    fn key(&self) -> Finding {
        let unprovable = "the documented calls make and delete webhooks, so that nothing harmless proves it; plans do not use it";
        let (verdict, detail, help) = match &self.key {
            Key::There => (Verdict::CannotTell, unprovable.to_owned(), None),
            Key::Lost(why) => (
                Verdict::Wrong,
                why.to_string(),
                Some(
                    "plans go on without it; put it where `tokens` in keyholder.yaml says, or take that line out",
                ),
            ),
            Key::NotNamed => (
                Verdict::Fine,
                "`tokens` names none, and plans need none".to_owned(),
                None,
            ),
        };
        Finding {
            what: "the API key".into(),
            verdict,
            detail,
            help: help.map(str::to_owned),
        }
    }

    /// Any answer proves that somebody is there.
    async fn reached(&self, events: &dyn Events) -> Finding {
        let exchange = Exchange {
            method: Method::Get,
            path: "/docs".into(),
            query: Vec::new(),
            body: None,
            repeat: Repeat::Always,
        };
        let progress = Progress::new(&self.system, events);
        progress.expect(1);
        let answer = self
            .client
            .fetch(&exchange, &progress, |reply| Ok(reply.status));
        let answer = answer.await;
        progress.done();
        let (verdict, detail, help) = match answer {
            Ok(status) => (
                Verdict::Fine,
                format!(
                    "the page of its API's documentation answers ({status}), asked without the key"
                ),
                None,
            ),
            Err(error) => (
                Verdict::Wrong,
                error.to_string(),
                Some(
                    "check the network, and `url` of the system if it has one; plans go on without it",
                ),
            ),
        };
        Finding {
            what: self.client.host().to_string(),
            verdict,
            detail,
            help: help.map(str::to_owned),
        }
    }
}

#[async_trait]
impl Provider for Apenday {
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
        _: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        Ok(ObservedSystem {
            kind: Kind::Apenday.as_str(),
            host: Arc::clone(&self.host),
            taken: self.clock.now(),
            caller: Caller::default(),
            scopes: BTreeMap::new(),
            calls: 0,
        })
    }

    async fn execute(&self, _: &Call, _: &dyn Events) -> Result<Receipt, ProviderError> {
        Err(ProviderError::NotSent {
            why: "Apenday has no documented call that changes a user; it is done by hand".into(),
        })
    }

    async fn look(&self, _: &PlaceRef, _: &AccountId, _: &dyn Events) -> Sighting {
        Sighting::Unknown("no documented call of Apenday shows a user".into())
    }

    async fn prove(&self, _: &[PlaceRef], _: bool, events: &dyn Events) -> Vec<Finding> {
        vec![self.key(), self.reached(events).await]
    }

    async fn list(&self, _: &PlaceRef, _: &dyn Events) -> Reading<ScopeState> {
        Reading::Unreadable(ReadFailure::NotSupported)
    }
}
