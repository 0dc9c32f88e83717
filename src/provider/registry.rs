//! From a system of the settings to the provider that serves it.
//!
//! Not a reader of settings or secrets: both come in as values. Invariant: a provider exists only
//! for a host that may have the system's tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Provider;
use super::altegio::{Altegio, Profile};
use super::reservio::{self, Reservio};
use crate::catalog::Kind;
use crate::clock::SharedClock;
use crate::http::{
    Backoff, Client, ClientOptions, HostPolicy, Redactor, Throttles, Transport, Unfit,
};
use crate::model::SystemName;

/// One system, as far as reaching it is concerned.
#[derive(Clone, Debug)]
pub struct SystemAddress {
    /// Its name in YAML.
    pub name: SystemName,
    /// Its kind.
    pub kind: Kind,
    /// `url`; the kind's own if none.
    pub url: Option<Arc<str>>,
    /// `chain`: the vendor's id of the chain.
    pub chain: Option<Arc<str>>,
    /// What plans call the host; the host itself if none. The simulator is `sandbox:<system>`.
    pub shown_as: Option<Arc<str>>,
    /// Its tokens by name.
    pub tokens: BTreeMap<Arc<str>, SecretString>,
}

/// What all providers of a run share.
#[derive(Clone)]
pub struct Surroundings {
    /// The way out.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: SharedClock,
    /// The pace of each host.
    pub throttles: Arc<Throttles>,
    /// Hosts allowed for this run besides the kinds' own and loopback.
    pub allowed_hosts: Vec<String>,
    /// What scatters the waits of repeated calls.
    pub seed: u64,
}

/// Why a system cannot be reached at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// This version has no provider for the kind.
    #[error("`{0}` cannot be reached by this version")]
    NotSupported(Kind),
    /// A token is not there.
    #[error("the token `{0}` is missing")]
    TokenMissing(&'static str),
    /// Its address may not have the tokens.
    #[error(transparent)]
    Unfit(#[from] Unfit),
}

/// Makes the provider of a system. Opens no connection.
pub fn connect(
    system: SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    let kind = system.kind;
    if kind == Kind::Reservio {
        return reservio(system, surroundings);
    }
    let profile = Profile::of(kind).ok_or(ConnectError::NotSupported(kind))?;
    let token = |name: &'static str| {
        let token = system.tokens.get(name);
        token.ok_or(ConnectError::TokenMissing(name))
    };
    let (partner, user) = (token("partner")?, token("user")?);
    let authorization = format!(
        "Bearer {}, User {}",
        partner.expose_secret(),
        user.expose_secret()
    );

    let base_url = system.url.as_deref().unwrap_or(kind.base_url());
    let own = kind.hosts().iter().map(|host| (*host).to_owned());
    let hosts = HostPolicy {
        allowed: own.chain(surroundings.allowed_hosts.clone()).collect(),
    };
    let host = hosts.check(base_url)?;
    let client = Client::new(ClientOptions {
        base_url: base_url.to_owned(),
        accept: profile.accept(),
        authorization: SecretString::from(authorization),
        redactor: Redactor::new([partner.clone(), user.clone()]),
        hosts,
        transport: Arc::clone(&surroundings.transport),
        clock: Arc::clone(&surroundings.clock),
        throttle: surroundings.throttles.of(&host, &profile.windows()),
        backoff: Backoff::new(surroundings.seed),
    })?;
    let shown_as = system.shown_as.unwrap_or_else(|| Arc::clone(client.host()));
    let clock = Arc::clone(&surroundings.clock);
    Ok(Box::new(Altegio::new(
        system.name,
        shown_as,
        profile,
        system.chain,
        client,
        clock,
    )))
}

/// Reservio: one token, as a bearer.
fn reservio(
    system: SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    let kind = system.kind;
    let token = system.tokens.get("token");
    let token = token.ok_or(ConnectError::TokenMissing("token"))?;
    let base_url = system.url.as_deref().unwrap_or(kind.base_url());
    let own = kind.hosts().iter().map(|host| (*host).to_owned());
    let hosts = HostPolicy {
        allowed: own.chain(surroundings.allowed_hosts.clone()).collect(),
    };
    let host = hosts.check(base_url)?;
    let client = Client::new(ClientOptions {
        base_url: base_url.to_owned(),
        accept: kind.media_type(),
        authorization: SecretString::from(format!("Bearer {}", token.expose_secret())),
        redactor: Redactor::new([token.clone()]),
        hosts,
        transport: Arc::clone(&surroundings.transport),
        clock: Arc::clone(&surroundings.clock),
        throttle: surroundings.throttles.of(&host, &[reservio::PACE]),
        backoff: Backoff::new(surroundings.seed),
    })?;
    Ok(Box::new(Reservio::new(
        system.name,
        system.shown_as.unwrap_or_else(|| Arc::clone(client.host())),
        base_url,
        client,
        Arc::clone(&surroundings.clock),
    )))
}
