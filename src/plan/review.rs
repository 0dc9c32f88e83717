//! Reviewed plans against a fresh one: what is done, what is so already, what is different now, what nobody reviewed.
//!
//! Pure. A file asks for nothing: every step that is done is a step of the fresh plan. Invariant: no step is done that is
//! not in both and equal in everything that was shown, nor one that comes after a step that is not done.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::digest::value_json;
use super::file::{Reviewed, ReviewedStep, shown};
use super::step::{Completeness, Draft, Plan, Step, StepId};
use super::wire;
use crate::catalog::Catalog;
use crate::model::{Desired, Grant, GrantState, One, Person, PersonKey, Value};

/// What of reviewed plans is done.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Steps of the fresh plan that were reviewed as they are.
    pub todo: BTreeSet<StepId>,
    /// Reviewed, and true already.
    pub satisfied: Vec<ReviewedStep>,
    /// Reviewed, and different now.
    pub stale: Vec<Stale>,
    /// Steps of the fresh plan that nobody reviewed, in its order.
    pub unreviewed: Vec<Step>,
}

/// A step that is not what was reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// As it was reviewed.
    pub step: ReviewedStep,
    /// What differs, in words; may contain hostile text.
    pub why: Vec<String>,
}

/// Compares what was reviewed with what would be done now.
pub fn review(
    reviewed: &[Reviewed],
    fresh: &Plan,
    desired: &Desired,
    catalog: &'static Catalog,
) -> Review {
    let mut files: BTreeMap<&StepId, Vec<(&Reviewed, &ReviewedStep)>> = BTreeMap::new();
    for file in reviewed {
        for step in &file.steps {
            files.entry(&step.id).or_default().push((file, step));
        }
    }
    let now = Now {
        draft: &fresh.draft,
        desired,
    };
    let mut found = Review::default();
    let steps: BTreeMap<&StepId, &Step> = now
        .draft
        .steps
        .iter()
        .map(|step| (&step.id, step))
        .collect();
    for step in &now.draft.steps {
        let Some(versions) = files.get(&step.id) else {
            found.unreviewed.push(step.clone());
            continue;
        };
        let json = shown(&wire::step_json(step, catalog));
        let Some((_, first)) = versions.first() else {
            continue;
        };
        let mut why = Vec::new();
        if !versions.iter().any(|(_, version)| version.shown == json) {
            why = differences(&first.shown, &json);
        } else if let Some(other) = step.waits_for.iter().find(|id| !found.todo.contains(*id)) {
            why.push(match steps.get(other) {
                Some(other) => format!(
                    "it comes after {} of {} at {}, which is not done",
                    other.kind.name(),
                    other.name,
                    other.place
                ),
                None => format!("it comes after step {other}, which is not done"),
            });
        } else {
            found.todo.insert(step.id.clone());
            continue;
        }
        found.stale.push(Stale {
            step: (*first).clone(),
            why,
        });
    }
    for (id, versions) in files {
        if steps.contains_key(id) {
            continue;
        }
        let Some((file, step)) = versions.last() else {
            continue;
        };
        match now.gone(file, step, catalog) {
            None => found.satisfied.push((*step).clone()),
            Some(why) => found.stale.push(Stale {
                step: (*step).clone(),
                why: vec![why],
            }),
        }
    }
    found
}

/// How things are now.
#[derive(Clone, Copy)]
struct Now<'a> {
    draft: &'a Draft,
    desired: &'a Desired,
}

impl<'a> Now<'a> {
    /// Why a reviewed step that no fresh one is equal to is not simply done already.
    fn gone(
        self,
        file: &Reviewed,
        step: &ReviewedStep,
        catalog: &'static Catalog,
    ) -> Option<String> {
        let is_here = |system: &str, place: &str| system == step.system && place == step.location;
        let draft = self.draft;
        let held = draft.holds.iter().find(|hold| {
            let itself = hold.step.as_ref().is_some_and(|kept| kept.id == step.id);
            let same = |known: Option<&str>, text: &str| known.is_none_or(|known| known == text);
            let about = hold.person.as_ref().map(PersonKey::as_str);
            let system = hold.system.as_ref().map(ToString::to_string);
            let place = hold.place.as_ref().map(ToString::to_string);
            itself
                || (about.is_some()
                    && about == step.person.as_deref()
                    && same(system.as_deref(), &step.system)
                    && same(place.as_deref(), &step.location))
        });
        if let Some(hold) = held {
            return Some(format!("it is held now: {}", hold.message));
        }
        if draft.withheld.iter().any(|it| it.step.id == step.id) {
            return Some("`ownership` does not let it be done now".to_owned());
        }
        let other = draft
            .steps
            .iter()
            .find(|it| is_here(it.system.as_str(), &it.place.to_string()) && is_about(it, step));
        if let Some(other) = other {
            return Some(format!("{} is what would be done now", other.kind.name()));
        }
        let Some(scope) = draft
            .scopes
            .iter()
            .find(|scope| is_here(scope.system.as_str(), &scope.place.to_string()))
        else {
            return Some("the files do not have this place or system any more".to_owned());
        };
        match scope.completeness {
            Completeness::Partial(_) | Completeness::Unreadable(_) => {
                return Some("the place could not be read completely now".to_owned());
            }
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => {}
        }
        let waits = draft.waiting.iter().find(|it| {
            Some(it.person.as_str()) == step.person.as_deref()
                && it
                    .places
                    .iter()
                    .any(|place| is_here(it.system.as_str(), &place.to_string()))
        });
        match waits {
            // The invitation is out, which was all that the step was to do.
            Some(_) if step.kind == "invite" => {}
            Some(waits) => return Some(format!("it waits now: {}", waits.what)),
            None => {}
        }
        let unchanged = *file.config == *draft.config.digest;
        if unchanged || self.is_wanted(step, catalog) {
            None
        } else {
            Some("the files do not ask for it any more".to_owned())
        }
    }

    /// Whether the files still want what a step was to bring about: as nothing is left to do there, it is so then.
    fn is_wanted(self, step: &ReviewedStep, catalog: &'static Catalog) -> bool {
        let Some(key) = &step.person else {
            return true;
        };
        let Some(person) = self.person(key) else {
            return false;
        };
        let grant = person.grants.iter().find(|grant| {
            grant.system.as_str() == step.system && grant.place.to_string() == step.location
        });
        let present = grant.filter(|grant| grant.state == GrantState::Present);
        match step.kind.as_str() {
            "remove" | "block" | "deactivate" => present.is_none(),
            "withdraw-invitation" | "check" | "follow-up" => true,
            _ => present.is_some_and(|grant| gives(grant, step, catalog)),
        }
    }

    /// The person of a key, or the one who had it before.
    fn person(self, key: &str) -> Option<&'a Person> {
        let people = &self.desired.people;
        let renamed = || {
            let mut all = people.values();
            all.find(|person| person.was.iter().any(|was| was.as_str() == key))
        };
        people.get(&PersonKey::new(key)).or_else(renamed)
    }
}

/// Whether a step is about the account or the person that another was about.
fn is_about(step: &Step, reviewed: &ReviewedStep) -> bool {
    let account = step.account.as_ref().map(ToString::to_string);
    let person = step.person.as_ref().map(PersonKey::as_str);
    (account.is_some() && account == reviewed.account)
        || (person.is_some() && person == reviewed.person.as_deref())
}

/// Whether the files give what a step was to give.
fn gives(grant: &Grant, step: &ReviewedStep, catalog: &'static Catalog) -> bool {
    let Some(after) = &step.after else {
        return false;
    };
    let role = grant.role.as_ref().map(ToString::to_string);
    let same_role = after.role.is_none() || role.is_none() || after.role == role;
    same_role
        && after.rights.iter().all(|(slug, value)| {
            let id = catalog.by_slug(slug);
            match id.and_then(|id| grant.rights.get(id.index())) {
                // Whoever is linked there now; a step has the name.
                Some(Value::One(One::Myself)) => *value != value_json(&Value::One(One::All)),
                Some(wanted) => value_json(wanted) == *value,
                None => grant.unlisted_default,
            }
        })
}

/// What differs between what was shown and what is shown now, one line each.
fn differences(then: &Map<String, Json>, now: &Map<String, Json>) -> Vec<String> {
    let mut found = Vec::new();
    compare("", then, now, &mut found);
    found
}

fn compare(
    under: &str,
    then: &Map<String, Json>,
    now: &Map<String, Json>,
    found: &mut Vec<String>,
) {
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    for name in names {
        let (old, new) = (then.get(name), now.get(name));
        match (old, new) {
            (old, new) if old == new => {}
            (Some(Json::Object(old)), Some(Json::Object(new))) => {
                compare(&format!("{under}{name}."), old, new, found);
            }
            _ => found.push(format!(
                "{under}{name} was {} and is {}",
                value(old),
                value(new)
            )),
        }
    }
}

/// The most that is quoted of a value: a file may hold anything.
const QUOTED: usize = 200;

fn value(json: Option<&Json>) -> String {
    let Some(json) = json else {
        return "not there".to_owned();
    };
    let text = json.to_string();
    let mut short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
