//! What the roles of a project give, each alone.
//!
//! Asked of the language itself: on a copy of the files somebody gets each role, and what that comes to is what it is.
//! Nothing of it is written. Invariant: a role that leaves something as it is (`keep`, `default`), or that cannot be had
//! alone, is not known, and then not used.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, ChainRight, Kind};
use crate::config::edit::{Change, Seg, Yaml, edited};
use crate::config::raw::BlockBody;
use crate::import::{KnownFacts, KnownRole, Says};
use crate::model::{Facts, GrantState, RightSet, RoleKey, SystemName, Value};
use crate::ops::edit::Texts;
use crate::ops::project::Project;

/// The key of whoever tries roles on; longer keys than any that an import makes.
const PROBE: &str = "import-probe-that-is-never-written-to-any-file";

/// Roles by system: those with rights, and those of which lists tell.
type Known = (
    BTreeMap<SystemName, Vec<KnownRole>>,
    BTreeMap<SystemName, Vec<KnownFacts>>,
);

/// The roles of a project, by system.
pub(super) fn roles(project: &Project, texts: &Texts) -> Known {
    let mut known = tried(project, texts);
    for (system, role) in of_chains(project) {
        known.1.entry(system).or_default().push(role);
    }
    known
}

/// Roles that give rights over a chain and nothing else: what they give is what they say.
fn of_chains(project: &Project) -> Vec<(SystemName, KnownFacts)> {
    let entries = &project.loaded.project.entries;
    let roles = entries.roles.iter().filter(|role| role.extends.is_empty());
    let of_chain = roles.filter_map(|role| {
        let [block] = role.blocks.as_slice() else {
            return None;
        };
        let BlockBody::Rights(rights) = &block.body else {
            return None;
        };
        let is_chain = rights.role.is_none()
            && rights.unlisted.is_none()
            && rights.rights.is_empty()
            && rights.unknown_rights.is_empty()
            && !rights.chain.is_empty();
        let system = SystemName::new(block.target.value.clone());
        let is_system = project.desired.systems.contains_key(&system);
        let on = rights.chain.iter().filter(|(_, on)| on.value);
        let facts = on.filter_map(|(key, _)| {
            let right = ChainRight::by_key(&key.value)?;
            Some((right.key.into(), "true".into()))
        });
        (is_chain && is_system).then(|| {
            let says = Says {
                role: None,
                facts: facts.collect(),
                chain: true,
            };
            let key = RoleKey::new(role.key.value.clone());
            (system, KnownFacts { key, says })
        })
    });
    of_chain.collect()
}

/// What roles come to, by trying each on.
fn tried(project: &Project, texts: &Texts) -> Known {
    let mut known = Known::default();
    let entries = &project.loaded.project.entries;
    let Some(person) = project.desired.people.values().next() else {
        return known;
    };
    let file = project.loaded.sources.origin(person.origin).file;
    let Some(before) = texts.get(&file) else {
        return known;
    };
    let (found, listed) = (&mut known.0, &mut known.1);
    let changes: Vec<Change> = entries
        .roles
        .iter()
        .enumerate()
        .map(|(at, role)| {
            let line = Yaml::Map(vec![
                ("role".to_owned(), Yaml::from(&*role.key.value)),
                ("at".to_owned(), Yaml::from("all")),
            ]);
            let one = Yaml::Map(vec![
                ("name".to_owned(), Yaml::from("Probe")),
                ("access".to_owned(), Yaml::List(vec![line])),
            ]);
            let key = format!("{PROBE}-{at}");
            Change::Set(vec![Seg::from("people"), Seg::from(key.as_str())], one)
        })
        .collect();
    let Ok(after) = edited(before, &changes) else {
        return Known::default();
    };
    let mut tried = texts.clone();
    tried.set(&file, after);
    let tried = tried.open(project);
    for (at, role) in entries.roles.iter().enumerate() {
        let key = crate::model::PersonKey::new(format!("{PROBE}-{at}"));
        let Some(person) = tried.desired.people.get(&key) else {
            continue;
        };
        let only = person.grants.first().map(|grant| &grant.system);
        let is_alone = person.grants.iter().all(|it| Some(&it.system) == only);
        for grant in person.grants.iter().filter(|_| is_alone) {
            let kind = tried.desired.systems.get(&grant.system);
            let kind = kind.and_then(|it| Kind::parse(it.kind));
            let by_list = matches!(kind, Some(Kind::Reservio | Kind::Apenday));
            let of_system = listed.entry(grant.system.clone()).or_default();
            if by_list
                && of_system
                    .iter()
                    .all(|it| *it.key.as_str() != *role.key.value)
            {
                of_system.push(KnownFacts {
                    key: RoleKey::new(role.key.value.clone()),
                    says: Says {
                        role: grant.role.as_ref().map(ToString::to_string),
                        facts: Facts::clone(&grant.extra),
                        chain: false,
                    },
                });
            }
        }
        for grant in &person.grants {
            let known = found.entry(grant.system.clone()).or_default();
            let name = RoleKey::new(role.key.value.clone());
            let kind = tried.desired.systems.get(&grant.system);
            let kind = kind.and_then(|it| Kind::parse(it.kind));
            let (Some(kind), Some(vendor)) = (kind, &grant.role) else {
                continue;
            };
            let is_rights = matches!(kind, Kind::Altegio | Kind::Yclients);
            let whole = is_rights
                && !grant.unlisted_default
                && says_all(project.catalog, kind, &grant.rights);
            let simple = kind == Kind::Keycrm && grant.extra.is_empty();
            if grant.state == GrantState::Present
                && (whole || simple)
                && known.iter().all(|it| it.key != name)
            {
                known.push(KnownRole {
                    key: name,
                    role: vendor.clone(),
                    set: RightSet::clone(&grant.rights),
                });
            }
        }
    }
    known
}

/// Whether every right that is in reach has a value.
fn says_all(catalog: &Catalog, kind: Kind, set: &RightSet) -> bool {
    catalog.for_product(kind).all(|right| {
        let mut above = catalog.governors(right.id);
        let closed = above.any(|it| set.get(it.index()) == Some(&Value::Switch(false)));
        closed || set.get(right.id.index()).is_some()
    })
}
