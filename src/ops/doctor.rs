//! `doctor`: every system of a project by itself, from its tokens to what a harmless read proves.
//!
//! Not a plan: nothing is compared with what the project wants. Invariants: a missing token or an unreachable vendor is
//! a finding and never an error; no token's value is part of the report.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::live::{self, LiveError, Throttles, Whereabouts};
use super::project::Project;
use crate::catalog::{Assumption, Kind, Verb, capability, preconditions};
use crate::clock::SharedClock;
use crate::config::raw;
use crate::model::{Actor, DesiredSystem, LocationKey, Ownership, SystemName};
use crate::provider::{Events, Finding, PlaceRef, Provider, Sighting, Verdict};
use crate::render::doctor::{self as report, Report, TokenState};
use crate::secret::SecretAccess;

/// A system, its tokens, and the way to it.
pub struct Connection {
    /// The system.
    pub system: SystemName,
    /// Its kind.
    pub kind: Kind,
    /// Each token its kind knows, without any value.
    pub tokens: Vec<report::Token>,
    /// The way to it; none where this version has none.
    pub provider: Result<Option<Arc<dyn Provider>>, LiveError>,
}

/// Connects each of the wanted systems. Opens no connection.
pub fn connect(
    project: &Project,
    wanted: &BTreeSet<SystemName>,
    whereabouts: &Whereabouts<'_>,
    clock: &SharedClock,
    throttles: &Arc<Throttles>,
    allowed_hosts: &[String],
    seed: u64,
) -> Vec<Connection> {
    let systems = project.loaded.project.settings.systems.iter();
    let systems = systems.map(|system| (SystemName::new(Arc::clone(&system.name.value)), system));
    let wanted = systems.filter(|(name, _)| wanted.contains(name));
    wanted
        .map(|(name, system)| {
            let provider = live::connect_one(
                project,
                &name,
                whereabouts,
                clock,
                throttles,
                allowed_hosts,
                seed,
            );
            let had = matches!(&provider, Ok(Some(_)));
            Connection {
                kind: system.kind.value,
                tokens: tokens(project, system, whereabouts, had),
                system: name,
                provider,
            }
        })
        .collect()
}

/// What is known of each token. Those that a provider was made with are not read a second time: a command may ask a
/// person something.
fn tokens(
    project: &Project,
    system: &raw::System,
    whereabouts: &Whereabouts<'_>,
    had: bool,
) -> Vec<report::Token> {
    let known = system.kind.value.tokens().iter();
    let token = known.map(|token| {
        let named = system.tokens.iter();
        let source = named
            .filter(|(name, _)| *name.value == *token.name)
            .map(|(_, source)| live::token_source(&source.value))
            .next();
        let (state, why) = match (&source, whereabouts) {
            (_, Whereabouts::Simulated(_)) => (TokenState::NotNeeded, None),
            (None, _) => (TokenState::NotNamed, None),
            (Some(_), _) if had && token.required => (TokenState::There, None),
            (
                Some(source),
                Whereabouts::Real {
                    env,
                    allow_commands,
                },
            ) => {
                let access = SecretAccess {
                    env,
                    folder: &project.loaded.root,
                    allow_commands: *allow_commands,
                };
                match source.read(&access) {
                    Ok(_) => (TokenState::There, None),
                    Err(error) => (TokenState::Missing, Some(chained(&error))),
                }
            }
        };
        report::Token {
            name: token.name,
            required: token.required,
            about: token.about,
            source: source.map(|source| source.to_string()),
            state,
            why,
        }
    });
    token.collect()
}

/// Looks at every connected system, one after the other: they may share a host and its limit.
pub async fn examine(
    project: &Project,
    connections: Vec<Connection>,
    thorough: bool,
    events: &dyn Events,
) -> Report {
    let places = live::places(project);
    let mut systems = Vec::new();
    for connection in connections {
        let Some(wish) = project.desired.systems.get(&connection.system) else {
            continue;
        };
        let of_it = places.get(&connection.system);
        let of_it: Vec<PlaceRef> = of_it
            .into_iter()
            .flat_map(|all| all.values().cloned())
            .collect();
        let mut host = None;
        let findings = match &connection.provider {
            Ok(Some(provider)) => {
                host = Some(provider.host().to_string());
                let mut findings = provider.prove(&of_it, thorough, events).await;
                findings.extend(acting(project, wish, &**provider, &of_it, thorough, events).await);
                findings
            }
            Ok(None) => vec![Finding {
                what: "the connection".into(),
                verdict: Verdict::CannotTell,
                detail: "nothing is asked: there is no token, or no call that would tell".into(),
                help: None,
            }],
            Err(error) => vec![unreachable(error)],
        };
        let findings = findings.into_iter();
        systems.push(report::System {
            name: connection.system.to_string(),
            kind: connection.kind.as_str(),
            title: connection.kind.title(),
            host,
            findings: findings.map(|it| reported(it, project, wish)).collect(),
            tokens: connection.tokens,
            preconditions: preconditions(connection.kind)
                .iter()
                .map(report::Precondition::of)
                .collect(),
            capabilities: capabilities(connection.kind, wish),
            assumptions: Assumption::for_kind(connection.kind)
                .map(|it| report::Held::of(it, holds(wish, it)))
                .collect(),
        });
    }
    Report {
        format: report::FORMAT,
        systems,
    }
}

/// Whether the settings rely on an assumption.
fn holds(wish: &DesiredSystem, it: &Assumption) -> bool {
    wish.assume.get(it.name).copied().unwrap_or(it.default)
}

fn capabilities(kind: Kind, wish: &DesiredSystem) -> Vec<report::Row> {
    let is_off = |name: &str| Assumption::by_name(name).is_some_and(|it| !holds(wish, it));
    let rows = Verb::ALL.iter();
    rows.map(|&verb| report::Row::of(verb, &capability(kind, verb).without(is_off)))
        .collect()
}

/// Whose token it is, where no call tells and the settings do: role and state of that account at each place.
async fn acting(
    project: &Project,
    wish: &DesiredSystem,
    provider: &dyn Provider,
    places: &[PlaceRef],
    thorough: bool,
    events: &dyn Events,
) -> Vec<Finding> {
    // Only these kinds judge a call by the caller's role at the place.
    if Kind::parse(wish.kind).is_none_or(|kind| !kind.has_rights()) {
        return Vec::new();
    }
    let account = match &wish.acting {
        Some(Actor::Account(account)) => Some(account.clone()),
        Some(Actor::Person(person)) => {
            let pins = project.desired.people.get(person);
            let pins = pins.and_then(|person| person.pins.get(provider.system()));
            pins.and_then(|pin| pin.ids.first()).cloned()
        }
        None => None,
    };
    let finding = |what: &str, verdict, detail: String| Finding {
        what: what.to_owned(),
        verdict,
        detail,
        help: None,
    };
    let Some(account) = account else {
        let mut unknown = finding(
            "whose token it is",
            Verdict::CannotTell,
            "no call tells, so the caller's own role is not known".into(),
        );
        unknown.help = Some(
            "`acting:` of the system names the account by its id, or a person with `accounts`"
                .into(),
        );
        return vec![unknown];
    };
    if !thorough {
        return vec![finding(
            "whose token it is",
            Verdict::CannotTell,
            format!(
                "no call tells; the settings say account {account}; `--thorough` reads its role"
            ),
        )];
    }
    let mut findings = Vec::new();
    for place in places {
        let (verdict, detail) = match provider.look(place, &account, events).await {
            Sighting::There(found) => {
                let role = found
                    .role
                    .map_or_else(|| "no role".to_owned(), |role| format!("role `{role}`"));
                let editable = if found.editable == Some(false) {
                    ", not to be changed by the caller"
                } else {
                    ""
                };
                (
                    Verdict::Fine,
                    format!("the acting account {account} has {role}{editable}"),
                )
            }
            Sighting::Absent => (
                Verdict::Wrong,
                format!("the acting account {account} is not there"),
            ),
            Sighting::Unknown(why) => (
                Verdict::CannotTell,
                format!("the acting account {account}: {why}"),
            ),
        };
        findings.push(finding(place.key.as_str(), verdict, detail));
    }
    findings
}

/// Why a system was not asked.
fn unreachable(error: &LiveError) -> Finding {
    let (what, help) = match error {
        LiveError::Token { .. } => (
            "the tokens",
            Some("`tokens` in keyholder.yaml says where they are expected; `--sandbox` needs none"),
        ),
        LiveError::NotSimulated { .. } => (
            "the sandbox",
            Some("add the system to `live.json`, then `keyholder sandbox reset`"),
        ),
        LiveError::Connect { .. } | LiveError::NoNetwork { .. } => ("the connection", None),
    };
    Finding {
        what: what.into(),
        verdict: Verdict::Wrong,
        // The report stands below the system's name already.
        detail: std::error::Error::source(error).map_or_else(|| error.to_string(), chained),
        help: help.map(str::to_owned),
    }
}

/// An error with what caused it, each once.
fn chained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}

/// A finding as the report has it; a place by its title. What only changes would need is no fault where nothing is to
/// be changed.
fn reported(mut finding: Finding, project: &Project, wish: &DesiredSystem) -> report::Finding {
    let key = LocationKey::new(finding.what.as_str());
    let place = project.desired.places.get(&key);
    let own = wish.locations.get(&key);
    let ownership = own.map_or(wish.ownership, |(_, ownership)| *ownership);
    if finding.verdict == Verdict::OnlyLooks {
        if ownership == Ownership::Report {
            finding.verdict = Verdict::Fine;
            finding
                .detail
                .push_str("; `ownership: report` changes nothing, so none of it is needed");
            finding.help = None;
        } else {
            finding.verdict = Verdict::Wrong;
        }
    }
    report::Finding {
        what: place.map_or(finding.what, |place| place.title.to_string()),
        verdict: match finding.verdict {
            Verdict::Fine => report::Verdict::Fine,
            Verdict::CannotTell => report::Verdict::CannotTell,
            Verdict::OnlyLooks | Verdict::Wrong => report::Verdict::Wrong,
        },
        detail: finding.detail,
        help: finding.help,
    }
}
