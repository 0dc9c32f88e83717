//! From a system of the settings to the provider that serves it.
//!
//! Not a reader of settings or secrets: both come in as values. Invariant: a provider exists only
//! for a host that may have the system's tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::Provider;
use super::altegio::{Altegio, Profile};
use super::apenday::{self, Apenday, Key};
use super::keycrm::{self, Keycrm};
use super::reservio::{self, Reservio};
use crate::catalog::Kind;
use crate::clock::SharedClock;
use crate::http::{
    Backoff, Client, ClientOptions, HostPolicy, Redactor, Throttles, Transport, Unfit, Window,
};
use crate::model::{SystemName, VendorRoleSlug};

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
    /// `roles`: what the project calls the vendor's roles, by their numbers.
    pub roles: BTreeMap<i64, VendorRoleSlug>,
    /// What plans call the host; the host itself if none. The simulator is `sandbox:<system>`.
    pub shown_as: Option<Arc<str>>,
    /// Its tokens by name.
    pub tokens: BTreeMap<Arc<str>, SecretString>,
    /// Tokens the settings name that could not be had, with why: none that a plan needs.
    pub without: BTreeMap<Arc<str>, Arc<str>>,
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
    match system.kind {
        Kind::Altegio | Kind::Yclients => altegio(&system, surroundings),
        Kind::Keycrm => keycrm(system, surroundings),
        Kind::Apenday => apenday(&system, surroundings),
        Kind::Reservio => reservio(&system, surroundings),
    }
}

fn altegio(
    system: &SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    let kind = system.kind;
    let profile = Profile::of(kind).ok_or(ConnectError::NotSupported(kind))?;
    let (partner, user) = (system.token("partner")?, system.token("user")?);
    let authorization = format!(
        "Bearer {}, User {}",
        partner.expose_secret(),
        user.expose_secret()
    );
    let door = Door {
        base_url: system.base_url(),
        accept: profile.accept(),
        authorization: Some(authorization.into()),
        windows: &profile.windows(),
        backoff: Backoff::new(surroundings.seed),
    };
    let client = door.open(system, surroundings)?;
    Ok(Box::new(Altegio::new(
        system.name.clone(),
        system.shown_as(&client),
        profile,
        system.chain.clone(),
        client,
        Arc::clone(&surroundings.clock),
    )))
}

fn keycrm(
    system: SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    let key = system.token("key")?;
    let door = Door {
        base_url: system.base_url(),
        accept: system.kind.media_type(),
        authorization: Some(format!("Bearer {}", key.expose_secret()).into()),
        windows: &[keycrm::PACE],
        backoff: Backoff {
            untold: Some(keycrm::UNTOLD),
            ..Backoff::new(surroundings.seed)
        },
    };
    let client = door.open(&system, surroundings)?;
    Ok(Box::new(Keycrm::new(
        system.name.clone(),
        system.shown_as(&client),
        system.roles,
        client,
        Arc::clone(&surroundings.clock),
    )))
}

fn reservio(
    system: &SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    let token = system.token("token")?;
    let door = Door {
        base_url: system.base_url(),
        accept: system.kind.media_type(),
        authorization: Some(format!("Bearer {}", token.expose_secret()).into()),
        windows: &[reservio::PACE],
        backoff: Backoff::new(surroundings.seed),
    };
    let client = door.open(system, surroundings)?;
    Ok(Box::new(Reservio::new(
        system.name.clone(),
        system.shown_as(&client),
        system.base_url(),
        client,
        Arc::clone(&surroundings.clock),
    )))
}

fn apenday(
    system: &SystemAddress,
    surroundings: &Surroundings,
) -> Result<Box<dyn Provider>, ConnectError> {
    // The key stays where it is: nothing that is called here would need it.
    let door = Door {
        base_url: apenday::documentation(system.base_url()),
        accept: "text/html",
        authorization: None,
        windows: &[Window::per_second(1)],
        backoff: Backoff::new(surroundings.seed),
    };
    let client = door.open(system, surroundings)?;
    let key = match (system.tokens.contains_key("key"), system.without.get("key")) {
        (true, _) => Key::There,
        (false, Some(why)) => Key::Lost(Arc::clone(why)),
        (false, None) => Key::NotNamed,
    };
    Ok(Box::new(Apenday::new(
        system.name.clone(),
        system.shown_as(&client),
        key,
        client,
        Arc::clone(&surroundings.clock),
    )))
}

impl SystemAddress {
    fn base_url(&self) -> &str {
        self.url.as_deref().unwrap_or(self.kind.base_url())
    }

    fn token(&self, name: &'static str) -> Result<&SecretString, ConnectError> {
        let token = self.tokens.get(name);
        token.ok_or(ConnectError::TokenMissing(name))
    }

    fn shown_as(&self, client: &Client) -> Arc<str> {
        let shown_as = self.shown_as.as_ref();
        Arc::clone(shown_as.unwrap_or_else(|| client.host()))
    }
}

/// What differs between the clients of two kinds.
struct Door<'a> {
    base_url: &'a str,
    accept: &'static str,
    authorization: Option<SecretString>,
    windows: &'a [Window],
    backoff: Backoff,
}

impl Door<'_> {
    /// The client, if its host may have the system's tokens.
    fn open(self, system: &SystemAddress, surroundings: &Surroundings) -> Result<Client, Unfit> {
        let own = system.kind.hosts().iter().map(|host| (*host).to_owned());
        let hosts = HostPolicy {
            allowed: own.chain(surroundings.allowed_hosts.clone()).collect(),
        };
        let host = hosts.check(self.base_url)?;
        Client::new(ClientOptions {
            base_url: self.base_url.to_owned(),
            accept: self.accept,
            authorization: self.authorization,
            redactor: Redactor::new(system.tokens.values().cloned()),
            hosts,
            transport: Arc::clone(&surroundings.transport),
            clock: Arc::clone(&surroundings.clock),
            throttle: surroundings.throttles.of(&host, self.windows),
            backoff: self.backoff,
        })
    }
}
