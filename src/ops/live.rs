//! The live side of a project: its providers, and one read of all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use secrecy::SecretString;

use super::project::Project;
use crate::apply::{Contacts, Places, Providers};
use crate::catalog::Kind;
use crate::clock::SharedClock;
use crate::config::raw;
use crate::http::{Network, Transport};
use crate::model::{
    Caller, Memory, Observed, ObservedSystem, PlaceId, ReadFailure, Reading, ScopeState, SystemName,
};
use crate::plan::{self, Only};
use crate::provider::registry::{self, ConnectError, Surroundings, SystemAddress};
use crate::provider::{Events, PlaceRef, Provider, ReadRequest};
use crate::secret::{SecretAccess, SecretError, TokenSource};

pub use crate::http::Throttles;

/// Where the vendors of a run are.
pub enum Whereabouts<'a> {
    /// At the addresses of the settings, with the tokens they name.
    Real {
        /// Looks up an environment variable.
        env: &'a dyn Fn(&str) -> Option<String>,
        /// Whether tokens may come from commands.
        allow_commands: bool,
    },
    /// In the simulator: no token is read. Base address by system.
    Simulated(&'a BTreeMap<SystemName, String>),
}

/// Why the live side could not be reached at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// A token could not be had.
    #[error("system `{system}`: {source}")]
    Token {
        /// The system.
        system: SystemName,
        /// Why.
        source: SecretError,
    },
    /// The address or the tokens do not fit.
    #[error("system `{system}`: {source}")]
    Connect {
        /// The system.
        system: SystemName,
        /// Why.
        source: ConnectError,
    },
    /// The simulator does not have a system of the project.
    #[error("system `{system}` is not in `live.json`, so the simulator does not have it")]
    NotSimulated {
        /// The system.
        system: SystemName,
    },
    /// TLS could not be set up.
    #[error("no connection can be made: {why}")]
    NoNetwork {
        /// Why.
        why: String,
    },
}

/// Providers for every system of the project that this version can reach. Opens no connection.
pub fn connect(
    project: &Project,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Result<Providers, LiveError> {
    connect_some(
        project,
        whereabouts,
        clock,
        throttles,
        allowed_hosts,
        seed,
        &|_| true,
    )
}

/// The provider of one system, so that one that cannot be reached does not keep the others from being looked at; none
/// where this version cannot reach its kind, or the settings give no token to reach it with.
pub fn connect_one(
    project: &Project,
    system: &SystemName,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Result<Option<Arc<dyn Provider>>, LiveError> {
    let wanted = |name: &str| name == system.as_str();
    let mut providers = connect_some(
        project,
        whereabouts,
        clock,
        throttles,
        allowed_hosts,
        seed,
        &wanted,
    )?;
    Ok(providers.remove(system))
}

fn connect_some(
    project: &Project,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Providers, LiveError> {
    let network = Network::new().map_err(|error| LiveError::NoNetwork {
        why: error.to_string(),
    })?;
    let transport: Arc<dyn Transport> = Arc::new(network);
    let surroundings = Surroundings {
        transport,
        clock: Arc::clone(clock),
        throttles: Arc::clone(throttles),
        allowed_hosts: allowed_hosts.to_vec(),
        seed,
    };
    let mut providers = Providers::new();
    for system in &project.loaded.project.settings.systems {
        if !wanted(&system.name.value) || !reachable(system) {
            continue;
        }
        let name = SystemName::new(Arc::clone(&system.name.value));
        let address = match whereabouts {
            Whereabouts::Real {
                env,
                allow_commands,
            } => {
                let access = SecretAccess {
                    env,
                    folder: &project.loaded.root,
                    allow_commands: *allow_commands,
                };
                SystemAddress {
                    url: system.url.as_ref().map(|url| Arc::clone(&url.value)),
                    shown_as: None,
                    tokens: tokens(system, &access).map_err(|source| LiveError::Token {
                        system: name.clone(),
                        source,
                    })?,
                    ..address(system, &name)
                }
            }
            Whereabouts::Simulated(addresses) => {
                let url = addresses
                    .get(&name)
                    .ok_or_else(|| LiveError::NotSimulated {
                        system: name.clone(),
                    })?;
                SystemAddress {
                    url: Some(url.as_str().into()),
                    shown_as: Some(format!("sandbox:{name}").into()),
                    tokens: system
                        .kind
                        .value
                        .tokens()
                        .iter()
                        .map(|token| (token.name.into(), SecretString::from("sandbox")))
                        .collect(),
                    ..address(system, &name)
                }
            }
        };
        let provider =
            registry::connect(address, &surroundings).map_err(|source| LiveError::Connect {
                system: name.clone(),
                source,
            })?;
        providers.insert(name, Arc::from(provider));
    }
    Ok(providers)
}

/// Whether this version has a provider for a system: for Reservio only where there is a token, which nobody must have.
fn reachable(system: &raw::System) -> bool {
    match system.kind.value {
        Kind::Reservio => !system.tokens.is_empty(),
        kind => kind.has_rights(),
    }
}

fn address(system: &raw::System, name: &SystemName) -> SystemAddress {
    SystemAddress {
        name: name.clone(),
        kind: system.kind.value,
        url: None,
        chain: system.chain.as_ref().map(|chain| Arc::clone(&chain.value)),
        shown_as: None,
        tokens: BTreeMap::new(),
    }
}

fn tokens(
    system: &raw::System,
    access: &SecretAccess<'_>,
) -> Result<BTreeMap<Arc<str>, SecretString>, SecretError> {
    let read = system.tokens.iter().map(|(name, source)| {
        let source = token_source(&source.value);
        Ok((Arc::clone(&name.value), source.read(access)?))
    });
    read.collect()
}

/// Where a token comes from.
pub fn token_source(source: &raw::TokenSource) -> TokenSource {
    match source {
        raw::TokenSource::Env(name) => TokenSource::Env(Arc::clone(name)),
        raw::TokenSource::File(path) => TokenSource::File(Arc::clone(path)),
        raw::TokenSource::Command(command) => TokenSource::Command(Arc::clone(command)),
    }
}

/// Reads every system that a plan for `only` needs, one after the other: they may share a host and its limit.
///
/// What fails is in the value: a system that cannot be asked has every scope unreadable, and the others go on.
pub async fn read(
    project: &Project,
    providers: &Providers,
    memory: &Memory,
    only: &Only,
    events: &dyn Events,
) -> Observed {
    let mut observed = Observed::default();
    for (name, wish) in &project.desired.systems {
        if !only.systems.is_empty() && !only.systems.contains(name) {
            continue;
        }
        let places = plan::names_wanted(&project.desired, project.catalog, name);
        let Some(provider) = providers.get(name) else {
            let scopes = places.iter().map(|(place, _)| place.place());
            observed.systems.insert(
                name.clone(),
                unread(
                    wish.kind,
                    name.as_str(),
                    project,
                    scopes,
                    &ReadFailure::NotSupported,
                ),
            );
            continue;
        };
        let select = plan::selection(&project.desired, memory, name);
        let request = ReadRequest {
            places,
            select: &select,
        };
        let seen = match provider.observe(&request, events).await {
            Ok(seen) => seen,
            Err(error) => {
                let failure = ReadFailure::Failed {
                    why: error.to_string().into(),
                };
                let scopes = request.places.iter().map(|(place, _)| place.place());
                unread(wish.kind, &provider.host(), project, scopes, &failure)
            }
        };
        observed.systems.insert(name.clone(), seen);
    }
    observed
}

fn unread(
    kind: &'static str,
    host: &str,
    project: &Project,
    scopes: impl Iterator<Item = PlaceId>,
    failure: &ReadFailure,
) -> ObservedSystem {
    let reading = |place| (place, Reading::<ScopeState>::Unreadable(failure.clone()));
    ObservedSystem {
        kind,
        host: host.into(),
        taken: project.desired.as_of,
        caller: Caller::default(),
        scopes: scopes.map(reading).collect(),
        calls: 0,
    }
}

/// Each system's places as its vendor knows them.
pub fn places(project: &Project) -> Places {
    let of = |system: &crate::model::DesiredSystem| {
        let places = system.locations.iter().map(|(key, (remote, _))| {
            let place = PlaceRef {
                key: key.clone(),
                remote: Arc::clone(remote),
            };
            (place.place(), place)
        });
        places.collect()
    };
    project
        .desired
        .systems
        .iter()
        .map(|(name, system)| (name.clone(), of(system)))
        .collect()
}

/// Every contact of every declared person: how a row of a list is recognized.
pub fn contacts(project: &Project) -> Contacts {
    let of = |person: &crate::model::Person| {
        person
            .contacts
            .iter()
            .chain(&person.shared_contacts)
            .cloned()
            .collect::<Vec<_>>()
    };
    project
        .desired
        .people
        .iter()
        .map(|(key, person)| (key.clone(), of(person)))
        .collect()
}

/// The folder-relative file in which a host's last calls are kept between two runs.
pub fn pace_file(state: &Utf8Path) -> camino::Utf8PathBuf {
    state.join("pace")
}
