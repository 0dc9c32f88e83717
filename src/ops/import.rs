//! `import`: entries proposed, planned with, and put into the files only if the plan after them is empty.
//!
//! In reading order: `read` asks the vendors, `crate::import` proposes, here it is tried, `acting` says whose token it is, `files` puts it into texts.
//! Invariant: the project that comes out has no error, and its plan over the same read, were everything owned in full,
//! has nothing about anybody imported: whose access cannot be said exactly is left alone, and named.

mod acting;
mod files;
mod homes;
mod known;
mod reached;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::edit::Texts;
use super::project::Project;
use crate::catalog::Kind;
use crate::config::edit::{Change, Seg, Yaml, edited};
use crate::config::raw::ContactsSource;
use crate::diagnostic::Diagnostic;
use crate::import::{self, Addition, Extension, Input, Proposal};
use crate::model::{
    AccountId, Desired, LocationKey, Observed, Ownership, PersonKey, Reading, SystemName,
    VendorRoleSlug,
};
use crate::plan::{Plan, Step, StepKind};

pub use crate::import::{Addition as NewEntries, Roles, Told};
pub use files::{NotAdded, add, joined};
pub use homes::{first_home, housed, people_in_one_file};
pub use read::{Found, NewPlace, discover, read};

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How roles are found.
    pub roles: Roles,
    /// Whether people stand in one file.
    pub one_file: bool,
    /// Whether contacts are kept apart from the people.
    pub contacts_apart: bool,
}

/// What came of an import.
#[derive(Debug)]
pub struct Imported {
    /// The files with what was added.
    pub texts: Texts,
    /// Contacts to be kept outside of git.
    pub contacts: Option<Addition>,
    /// What there is to say.
    pub told: Told,
    /// Accounts that are still nobody's.
    pub strangers: usize,
    /// What the plan after it has about others, as before.
    pub pending: usize,
    /// What it has at places that the import declares, by lines that reach them; each is told.
    pub reached: usize,
}

/// Why nothing can be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files cannot be read again.
    #[error("the files cannot be read: {0}")]
    Files(#[from] io::Error),
    /// An addition has no place in the files.
    #[error("{}: {}", .0.file, .0.why)]
    NotAdded(NotAdded),
    /// The project with the additions would be refused.
    #[error("the project would be refused with what was found: {0}")]
    Refused(String),
    /// Something of what was imported would still be changed by a plan.
    #[error("the plan after the import would not be empty: {0}")]
    NotEmpty(String),
}

/// Where contacts stand while they are tried, a name that is no file's; nothing is written there.
const CONTACTS: &str = "contacts/import-trial-that-is-never-written.yaml";

/// Rounds of trying; each sets aside whoever the last one did not say exactly.
const ROUNDS: usize = 8;

/// Somebody's difference, so that the same one is known again.
type Spot = (Option<PersonKey>, SystemName, String, &'static str);

/// Imports what was observed. `first` is the project as it is on the disk, `texts` its files with new locations in them.
pub fn import(
    first: &Project,
    texts: &Texts,
    observed: &Observed,
    options: Options,
    planner: &dyn Fn(&Project, &Desired, &Observed) -> Plan,
) -> Result<Imported, ImportError> {
    let mut texts = texts.clone();
    let mut observed = observed.clone();
    let mut told = Told::default();
    name_numbers(first, &mut texts, &mut observed, &mut told);
    let project = texts.open(first);
    refused(&project)?;
    let before = planner(&project, &owned(&project), &observed);
    let new_places = reached::new_places(&first.desired, &project.desired);
    let known_spots: BTreeSet<Spot> = about(&before).map(|(spot, _)| spot).collect();
    let schemas = first
        .loaded
        .root
        .join(".schema/entries.schema.json")
        .is_file();
    let mut aside: BTreeMap<(SystemName, AccountId), String> = BTreeMap::new();
    let (roles, listed) = known::roles(&project, &texts);
    for _ in 0..ROUNDS {
        let proposal = import::propose(&Input {
            observed: &observed,
            desired: &project.desired,
            new_places: &new_places,
            catalog: project.catalog,
            owners: owners(&before),
            roles: roles.clone(),
            listed: listed.clone(),
            role_keys: keys_of_roles(&project),
            aside: &aside,
            style: options.roles,
            pin: options.contacts_apart,
            one_file: options.one_file,
        });
        let mut tried = texts.clone();
        let mut left = Vec::new();
        let (apart, additions): (Vec<&Addition>, Vec<&Addition>) = proposal
            .additions
            .iter()
            .partition(|it| it.section == "contacts");
        for addition in additions {
            let addition = housed(&project, &texts, addition).map_err(ImportError::NotAdded)?;
            files::add(&mut tried, &addition, schemas).map_err(ImportError::NotAdded)?;
        }
        // Contacts are no file of the project in the end: whoever has them apart is told by the account's id.
        for addition in apart {
            tried.add(CONTACTS, format!("contacts:\n{}", addition.text));
        }
        for extension in &proposal.extensions {
            if let Err(why) = extend(&mut tried, &project, extension) {
                left.push(why);
            }
        }
        let asked = acting::name(&project, &mut tried, &observed, &proposal, &owners(&before));
        let after = tried.open(first);
        refused(&after)?;
        let plan = planner(&after, &owned(&after), &observed);
        let mut wrong = false;
        let mut unsaid: Option<String> = None;
        let before_it = aside.clone();
        for (spot, words) in about(&plan) {
            let Some(accounts) = spot.0.as_ref().and_then(|key| proposal.accounts.get(key)) else {
                continue;
            };
            if known_spots.contains(&spot) {
                continue;
            }
            wrong = true;
            for account in accounts {
                if before_it.contains_key(account) {
                    unsaid = Some(words.clone());
                }
            }
            for account in accounts {
                let why = format!("left alone: {words}");
                aside.entry(account.clone()).or_insert(why);
            }
        }
        if let Some(words) = unsaid {
            return Err(ImportError::NotEmpty(words));
        }
        if wrong {
            continue;
        }
        told.decide.extend(asked);
        let at_new = reached::told(&after, &plan, &new_places);
        told.decide.extend(at_new);
        let counts = counted(first, &plan, &new_places);
        return Ok(finish(tried, counts, &aside, proposal, told, left));
    }
    Err(ImportError::NotEmpty(
        "too many accounts cannot be said exactly".to_owned(),
    ))
}

/// Differences as before, differences at new places, and accounts that are nobody's.
fn counted(
    first: &Project,
    plan: &Plan,
    new_places: &BTreeSet<(SystemName, LocationKey)>,
) -> (usize, usize, usize) {
    let (reached, pending): (Vec<Spot>, Vec<Spot>) = about(plan)
        .map(|(spot, _)| spot)
        .partition(|spot| reached::is_at(new_places, spot));
    let strangers = plan.draft.strangers.iter();
    let strangers = strangers
        .filter(|it| first.desired.systems.contains_key(&it.system))
        .count();
    (pending.len(), reached.len(), strangers)
}

fn finish(
    mut texts: Texts,
    (pending, reached, strangers): (usize, usize, usize),
    aside: &BTreeMap<(SystemName, AccountId), String>,
    proposal: Proposal,
    mut told: Told,
    left: Vec<String>,
) -> Imported {
    let Proposal {
        additions,
        told: more,
        ..
    } = proposal;
    told.people = more.people;
    told.extended = more.extended;
    told.accounts = more.accounts;
    told.roles = more.roles;
    told.reused = more.reused;
    told.decide.extend(more.decide);
    told.left.extend(more.left);
    told.left.extend(left);
    let mut alike: BTreeMap<(&SystemName, &str), Vec<&str>> = BTreeMap::new();
    for ((system, account), why) in aside {
        let accounts = alike.entry((system, why)).or_default();
        accounts.push(account.as_str());
    }
    for ((system, why), accounts) in alike {
        let noun = if accounts.len() == 1 {
            "account"
        } else {
            "accounts"
        };
        told.decide
            .push(format!("{noun} {} at {system}: {why}", accounts.join(", ")));
    }
    let contacts = additions.into_iter().find(|it| it.section == "contacts");
    texts.forget(CONTACTS);
    Imported {
        texts,
        contacts,
        told,
        strangers,
        pending,
        reached,
    }
}

/// The first error of a project.
pub fn refused(project: &Project) -> Result<(), ImportError> {
    let mut found = project.diagnostics.iter();
    match found.find(|it| Diagnostic::is_error(it)) {
        None => Ok(()),
        Some(error) => {
            let place = error.labels.first().map(|label| {
                let origin = project.loaded.sources.origin(label.span);
                format!("{}:{}: ", origin.file, origin.line)
            });
            let place = place.unwrap_or_default();
            Err(ImportError::Refused(format!("{place}{}", error.message)))
        }
    }
}

/// What a project wants if everything were owned in full.
fn owned(project: &Project) -> Desired {
    let mut desired = project.desired.clone();
    for system in desired.systems.values_mut() {
        system.ownership = Ownership::Full;
        for (_, ownership) in system.locations.values_mut() {
            *ownership = Ownership::Full;
        }
    }
    desired
}

/// What a plan would do, holds back or leaves, with words for it. Looks and follow-ups change nothing.
fn about(plan: &Plan) -> impl Iterator<Item = (Spot, String)> {
    let step = |step: &Step| {
        let spot = (
            step.person.clone(),
            step.system.clone(),
            step.place.to_string(),
            step.kind.name(),
        );
        (
            spot,
            format!("a plan would {} at {}", step.kind.name(), step.place),
        )
    };
    let looks = |step: &&Step| !matches!(step.kind, StepKind::Check | StepKind::FollowUp);
    let steps = plan.draft.steps.iter().filter(looks).map(step);
    let withheld = plan.draft.withheld.iter().map(|it| &it.step);
    let withheld = withheld.filter(looks).map(step);
    let holds = plan.draft.holds.iter().map(|hold| {
        let place = hold
            .place
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let system = hold.system.clone().unwrap_or_else(|| SystemName::new(""));
        let spot = (hold.person.clone(), system, place, hold.code.name());
        (spot, hold.message.clone())
    });
    steps.chain(withheld).chain(holds)
}

/// Whose accounts are, by a plan.
fn owners(plan: &Plan) -> BTreeMap<(SystemName, AccountId), PersonKey> {
    let all = plan.draft.whose.iter();
    let all = all.flat_map(|(system, known)| {
        known.iter().filter_map(|it| {
            let person = it.person.clone()?;
            Some(((system.clone(), it.account.clone()), person))
        })
    });
    all.collect()
}

fn keys_of_roles(project: &Project) -> BTreeSet<String> {
    let roles = project.loaded.project.entries.roles.iter();
    roles.map(|role| role.key.value.to_string()).collect()
}

/// Adds lines to somebody whom the project has, or says what to write by hand.
fn extend(texts: &mut Texts, project: &Project, extension: &Extension) -> Result<(), String> {
    let person = &extension.person;
    let by_hand = |why: &str| {
        let lines: Vec<String> = extension.access.iter().map(Yaml::flow).collect();
        format!(
            "`{person}`: {why}; write by hand under `access`: {}",
            lines.join(", ")
        )
    };
    let Some(declared) = project.desired.people.get(person) else {
        return Err(by_hand("it is not declared"));
    };
    let file = project.loaded.sources.origin(declared.origin).file;
    let before = texts
        .get(&file)
        .ok_or_else(|| by_hand("its file is not edited from here"))?;
    let path = |rest: &[&str]| -> Vec<Seg> {
        let all = ["people", person.as_str()]
            .into_iter()
            .chain(rest.iter().copied());
        all.map(Seg::from).collect()
    };
    let mut changes = Vec::new();
    for (system, ids) in &extension.pins {
        if declared
            .pins
            .get(system)
            .is_some_and(|pin| !pin.ids.is_empty())
        {
            return Err(by_hand("it has another account pinned there"));
        }
        let ids: Vec<Yaml> = ids.iter().map(|id| Yaml::from(id.as_str())).collect();
        let value = match ids.as_slice() {
            [one] => one.clone(),
            _ => Yaml::List(ids),
        };
        changes.push(Change::Set(
            path(&["accounts", system.as_str(), "id"]),
            value,
        ));
    }
    changes.extend(
        extension
            .access
            .iter()
            .map(|line| Change::Add(path(&["access"]), line.clone())),
    );
    let after = edited(before, &changes).map_err(|why| by_hand(why.why()))?;
    texts.set(&file, after);
    Ok(())
}

/// Gives names to numbers of roles that the settings do not name.
fn name_numbers(project: &Project, texts: &mut Texts, observed: &mut Observed, told: &mut Told) {
    for (name, seen) in &mut observed.systems {
        if Kind::parse(seen.kind) != Some(Kind::Keycrm) {
            continue;
        }
        let mut numbers: BTreeSet<i64> = BTreeSet::new();
        for reading in seen.scopes.values_mut() {
            let (Reading::Complete(scope) | Reading::Partial(scope, _)) = reading else {
                continue;
            };
            for row in scope.accounts.values_mut() {
                let number = row
                    .role
                    .as_ref()
                    .and_then(|role| role.as_str().strip_prefix('#'));
                if let Some(number) = number.and_then(|it| it.parse::<i64>().ok()) {
                    numbers.insert(number);
                    row.role = Some(VendorRoleSlug::new(format!("role-{number}")));
                }
            }
        }
        let wish = project.desired.systems.get(name);
        let path = || {
            vec![
                Seg::from("systems"),
                Seg::from(name.as_str()),
                Seg::from("roles"),
            ]
        };
        let new = numbers.iter().filter(|number| {
            wish.is_none_or(|wish| wish.role_numbers.values().all(|known| known != *number))
        });
        let new: Vec<i64> = new.copied().collect();
        if new.is_empty() {
            continue;
        }
        let changes: Vec<Change> = new
            .iter()
            .map(|number| {
                let entry = Yaml::Map(vec![
                    (
                        "name".to_owned(),
                        Yaml::from(format!("role-{number}").as_str()),
                    ),
                    ("id".to_owned(), Yaml::Plain(number.to_string())),
                ]);
                Change::Add(path(), entry)
            })
            .collect();
        let file = crate::config::PROJECT_FILE;
        if let Some(after) = texts.get(file).and_then(|text| edited(text, &changes).ok()) {
            texts.set(file, after);
            told.decide.push(format!(
                "{name}: roles have numbers and no names here; under `systems: {{ {name}: {{ roles }} }}` name them, the heaviest first"
            ));
        } else {
            told.left.push(format!(
                "{name}: name its roles under `systems: {{ {name}: {{ roles }} }}`, such as `{{ name: manager, id: {} }}`",
                new.first().copied().unwrap_or_default()
            ));
        }
    }
}

/// Where a project keeps contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// With its people.
    Within,
    /// In a file outside of git, as the settings name it.
    File(String),
    /// Where a command takes them from.
    Command,
}

/// Where a project keeps contacts, by its settings.
pub fn contacts_of(project: &Project) -> Contacts {
    let source = project.loaded.project.settings.contacts.as_ref();
    match source.map(|it| &it.value) {
        None => Contacts::Within,
        Some(ContactsSource::File(file)) => Contacts::File(file.to_string()),
        Some(ContactsSource::Command(_)) => Contacts::Command,
    }
}

/// Says in the settings where contacts are kept.
pub fn keep_contacts_in(texts: &mut Texts, file: &str) -> Result<(), NotAdded> {
    let path = vec![Seg::from("contacts")];
    let settings = crate::config::PROJECT_FILE;
    let not = |why| NotAdded {
        file: settings.to_owned(),
        why,
    };
    let before = texts
        .get(settings)
        .ok_or_else(|| not("it is not edited from here"))?;
    let change = Change::Set(path, Yaml::pair("file", Yaml::from(file)));
    let after = edited(before, &[change]).map_err(|why| not(why.why()))?;
    texts.set(settings, after);
    Ok(())
}
