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
    Caller, Memory, Observed, ObservedSystem, PlaceId, ReadFailure, Reading, ScopeState,
    SystemName, VendorRoleSlug,
};
use crate::plan::{self, Only};
use crate::provider::registry::{self, ConnectError, Surroundings, SystemAddress};
use crate::provider::{Events, NamesWanted, PlaceRef, Provider, ReadRequest};
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

/// Providers for every system of the project that there is one for. Opens no connection.
pub fn connect(
    project: &Project,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Result<Providers, LiveError> {
    let surroundings = surroundings(clock, throttles, allowed_hosts, seed)?;
    let mut providers = Providers::new();
    for system in &project.loaded.project.settings.systems {
        let name = SystemName::new(Arc::clone(&system.name.value));
        let provider = reach(project, system, &name, whereabouts, &surroundings)?;
        providers.extend(provider.map(|provider| (name, provider)));
    }
    Ok(providers)
}

/// Providers for every system that can be reached, and why the others cannot. Opens no connection.
pub fn connect_reachable(
    project: &Project,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> (Providers, Vec<LiveError>) {
    let (mut providers, mut failed) = (Providers::new(), Vec::new());
    for name in project.desired.systems.keys() {
        match connect_one(
            project,
            name,
            whereabouts,
            clock,
            throttles,
            allowed_hosts,
            seed,
        ) {
            Ok(provider) => providers.extend(provider.map(|it| (name.clone(), it))),
            Err(error) => failed.push(error),
        }
    }
    (providers, failed)
}

/// The provider of one system, so that one that cannot be reached does not keep the others from being looked at; none
/// where there is none for its kind, or no token that it could do with.
pub fn connect_one(
    project: &Project,
    system: &SystemName,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Result<Option<Arc<dyn Provider>>, LiveError> {
    let surroundings = surroundings(clock, throttles, allowed_hosts, seed)?;
    let mut systems = project.loaded.project.settings.systems.iter();
    let found = systems.find(|it| *it.name.value == *system.as_str());
    found.map_or(Ok(None), |it| {
        reach(project, it, system, whereabouts, &surroundings)
    })
}

fn surroundings(
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Result<Surroundings, LiveError> {
    let network = Network::new().map_err(|error| LiveError::NoNetwork {
        why: error.to_string(),
    })?;
    let transport: Arc<dyn Transport> = Arc::new(network);
    Ok(Surroundings {
        transport,
        clock: Arc::clone(clock),
        throttles: Arc::clone(throttles),
        allowed_hosts: allowed_hosts.to_vec(),
        seed,
    })
}

fn reach(
    project: &Project,
    system: &raw::System,
    name: &SystemName,
    whereabouts: &Whereabouts<'_>,
    surroundings: &Surroundings,
) -> Result<Option<Arc<dyn Provider>>, LiveError> {
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
            let (tokens, without) = tokens(system, &access).map_err(|source| LiveError::Token {
                system: name.clone(),
                source,
            })?;
            SystemAddress {
                url: system.url.as_ref().map(|url| Arc::clone(&url.value)),
                tokens,
                without,
                ..address(system, name)
            }
        }
        Whereabouts::Simulated(addresses) => {
            let Some(url) = addresses.get(name) else {
                // What is done by hand anyway goes on without a simulator.
                return if system.kind.value.changes_by_call() {
                    Err(LiveError::NotSimulated {
                        system: name.clone(),
                    })
                } else {
                    Ok(None)
                };
            };
            let names = system.kind.value.tokens().iter();
            SystemAddress {
                url: Some(url.as_str().into()),
                shown_as: Some(format!("sandbox:{name}").into()),
                tokens: names
                    .map(|token| (token.name.into(), SecretString::from("sandbox")))
                    .collect(),
                ..address(system, name)
            }
        }
    };
    match registry::connect(address, surroundings) {
        Ok(provider) => Ok(Some(Arc::from(provider))),
        Err(ConnectError::NotSupported(_)) => Ok(None),
        // What only shows profiles, or nothing at all, is done without.
        Err(ConnectError::TokenMissing(_)) if !system.kind.value.shows_users() => Ok(None),
        Err(source) => Err(LiveError::Connect {
            system: name.clone(),
            source,
        }),
    }
}

fn address(system: &raw::System, name: &SystemName) -> SystemAddress {
    SystemAddress {
        name: name.clone(),
        kind: system.kind.value,
        url: None,
        chain: system.chain.as_ref().map(|chain| Arc::clone(&chain.value)),
        roles: system
            .roles
            .iter()
            .filter_map(|role| {
                let name = VendorRoleSlug::new(Arc::clone(&role.name.value));
                Some((role.id.as_ref()?.value, name))
            })
            .collect(),
        shown_as: None,
        tokens: BTreeMap::new(),
        without: BTreeMap::new(),
    }
}

/// Tokens by name, and why those are missing that a run can do without.
type Tokens = (
    BTreeMap<Arc<str>, SecretString>,
    BTreeMap<Arc<str>, Arc<str>>,
);

fn tokens(system: &raw::System, access: &SecretAccess<'_>) -> Result<Tokens, SecretError> {
    let (mut had, mut without) = Tokens::default();
    for (name, source) in &system.tokens {
        let source = token_source(&source.value);
        let known = system.kind.value.tokens().iter();
        let mut optional = known.filter(|token| !token.required);
        let name = Arc::clone(&name.value);
        match source.read(access) {
            Ok(token) => drop(had.insert(name, token)),
            Err(error) if optional.any(|token| *token.name == *name) => {
                without.insert(name, error.to_string().into());
            }
            Err(error) => return Err(error),
        }
    }
    Ok((had, without))
}

/// Where a token comes from.
pub fn token_source(source: &raw::TokenSource) -> TokenSource {
    match source {
        raw::TokenSource::Env(name) => TokenSource::Env(Arc::clone(name)),
        raw::TokenSource::File(path) => TokenSource::File(Arc::clone(path)),
        raw::TokenSource::Command(command) => TokenSource::Command(Arc::clone(command)),
    }
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// Who is there, and the rights of whoever they matter of.
    Rights,
    /// Who is there.
    Lists,
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
    look(project, providers, memory, only, Depth::Rights, events).await
}

/// The same without anybody's rights: who is where, which takes a few calls and no more.
pub async fn lists(
    project: &Project,
    providers: &Providers,
    memory: &Memory,
    events: &dyn Events,
) -> Observed {
    let everything = Only::default();
    look(
        project,
        providers,
        memory,
        &everything,
        Depth::Lists,
        events,
    )
    .await
}

async fn look(
    project: &Project,
    providers: &Providers,
    memory: &Memory,
    only: &Only,
    how: Depth,
    events: &dyn Events,
) -> Observed {
    let mut observed = Observed::default();
    for (name, wish) in &project.desired.systems {
        if !only.systems.is_empty() && !only.systems.contains(name) {
            continue;
        }
        let places = plan::names_wanted(&project.desired, project.catalog, name);
        let Some(provider) = providers.get(name) else {
            let scopes = scopes(wish.kind, &places);
            let failure = match Kind::parse(wish.kind) {
                Some(Kind::Reservio) => ReadFailure::Failed {
                    why: "there is no token to ask it with".into(),
                },
                _ => ReadFailure::NotSupported,
            };
            observed.systems.insert(
                name.clone(),
                unread(wish.kind, name.as_str(), project, &scopes, &failure),
            );
            continue;
        };
        let select = plan::selection(&project.desired, memory, name);
        let nobody = |_: &BTreeMap<PlaceId, Reading<ScopeState>>| BTreeMap::new();
        let request = ReadRequest {
            places,
            select: match how {
                Depth::Rights => &select,
                Depth::Lists => &nobody,
            },
        };
        let seen = match provider.observe(&request, events).await {
            Ok(seen) => seen,
            Err(error) => {
                let failure = ReadFailure::Failed {
                    why: error.to_string().into(),
                };
                let scopes = scopes(wish.kind, &request.places);
                unread(wish.kind, &provider.host(), project, &scopes, &failure)
            }
        };
        observed.systems.insert(name.clone(), seen);
    }
    observed
}

/// What a read of a system is about: its places, or the whole of one in which a person has one account.
fn scopes(kind: &str, places: &[(PlaceRef, NamesWanted)]) -> Vec<PlaceId> {
    if Kind::parse(kind).is_some_and(Kind::has_one_account) {
        return vec![PlaceId::Whole];
    }
    places.iter().map(|(place, _)| place.place()).collect()
}

fn unread(
    kind: &'static str,
    host: &str,
    project: &Project,
    scopes: &[PlaceId],
    failure: &ReadFailure,
) -> ObservedSystem {
    let reading = |place| (place, Reading::<ScopeState>::Unreadable(failure.clone()));
    ObservedSystem {
        kind,
        host: host.into(),
        taken: project.desired.as_of,
        caller: Caller::default(),
        scopes: scopes.iter().cloned().map(reading).collect(),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::SimClock;
    use crate::config::LoadOptions;
    use crate::model::AsOf;
    use crate::ops::project::{self, OpenOptions};

    const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    tokens: { partner: { env: PARTNER }, user: { env: USER } }
  orders:
    kind: keycrm
    tokens: { key: { env: ORDERS } }
    roles: [ { name: administrator, id: 1 } ]
  desk: { kind: reservio, tokens: { token: { env: DESK } } }
  agency: { kind: apenday, tokens: { key: { env: AGENCY } } }
";

    struct Silent;

    impl Events for Silent {
        fn reading(&self, _: &SystemName, _: usize, _: usize) {}
        fn waiting(&self, _: &SystemName, _: &str) {}
    }

    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keyholder.yaml"), SETTINGS).unwrap();
        let options = OpenOptions {
            load: LoadOptions::default(),
            as_of: AsOf::Instant(jiff::Timestamp::UNIX_EPOCH),
            ahead: Duration::ZERO,
        };
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let project = project::open(root, &options);
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        (folder, project)
    }

    type Connected = BTreeMap<SystemName, Result<Option<Arc<dyn Provider>>, LiveError>>;

    fn connected(project: &Project, whereabouts: &Whereabouts<'_>) -> Connected {
        let clock: SharedClock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        let throttles = Arc::new(Throttles::new(Arc::clone(&clock)));
        let each = project.desired.systems.keys().map(|name| {
            let one = connect_one(project, name, whereabouts, &clock, &throttles, &[], 1);
            (name.clone(), one)
        });
        each.collect()
    }

    fn name(system: &str) -> SystemName {
        SystemName::new(system)
    }

    #[test]
    fn a_token_that_nothing_needs_may_be_missing_and_another_is_an_error_of_its_system_alone() {
        let (_folder, project) = project();
        let env = |name: &str| (name == "ORDERS").then(|| "s3cret".to_owned());
        let each = connected(
            &project,
            &Whereabouts::Real {
                env: &env,
                allow_commands: false,
            },
        );
        assert!(matches!(
            each[&name("salons")],
            Err(LiveError::Token { .. })
        ));
        assert!(matches!(each[&name("orders")], Ok(Some(_))));
        assert!(matches!(each[&name("agency")], Ok(Some(_))));
        assert!(each[&name("desk")].is_ok());
        let nothing = |_: &str| None;
        let each = connected(
            &project,
            &Whereabouts::Real {
                env: &nothing,
                allow_commands: false,
            },
        );
        assert!(matches!(
            each[&name("orders")],
            Err(LiveError::Token { .. })
        ));
    }

    #[test]
    fn what_is_done_by_hand_goes_on_without_a_simulator() {
        let (_folder, project) = project();
        let each = connected(&project, &Whereabouts::Simulated(&BTreeMap::new()));
        let salons = &each[&name("salons")];
        assert!(matches!(salons, Err(LiveError::NotSimulated { .. })));
        for system in ["orders", "desk", "agency"] {
            assert!(matches!(each[&name(system)], Ok(None)), "{system}");
        }
    }

    #[tokio::test]
    async fn a_keycrm_that_cannot_be_asked_is_unreadable_as_a_whole() {
        let (_folder, project) = project();
        // Nothing listens on the port of `discard`.
        let addresses = BTreeMap::from([(name("orders"), "http://127.0.0.1:9/v1".to_owned())]);
        let each = connected(&project, &Whereabouts::Simulated(&addresses));
        let mut providers = Providers::new();
        for (name, provider) in each {
            providers.extend(provider.ok().flatten().map(|provider| (name, provider)));
        }
        let (memory, only) = (Memory::default(), Only::default());
        let seen = read(&project, &providers, &memory, &only, &Silent).await;
        let whole = &seen.systems[&name("orders")].scopes[&PlaceId::Whole];
        assert!(
            matches!(whole, Reading::Unreadable(ReadFailure::Failed { .. })),
            "{whole:?}"
        );
        let unasked = &seen.systems[&name("agency")].scopes[&PlaceId::Whole];
        assert_eq!(unasked, &Reading::Unreadable(ReadFailure::NotSupported));
    }
}
