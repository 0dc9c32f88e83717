//! Whose token it is: written where the vendor tells, and else asked for, with the line.
//!
//! Invariant: `acting` that the settings say already stays, and nobody's account is guessed.

use std::collections::BTreeMap;

use crate::catalog::Kind;
use crate::config::PROJECT_FILE;
use crate::config::edit::{Change, Seg, Yaml, edited};
use crate::import::Proposal;
use crate::model::{AccountId, Observed, ObservedSystem, PersonKey, PersonKind, SystemName};
use crate::ops::edit::Texts;
use crate::ops::project::Project;

/// Writes `acting` for each system of which it is known, and says what somebody has to write for the others.
pub(super) fn name(
    project: &Project,
    texts: &mut Texts,
    observed: &Observed,
    proposal: &Proposal,
    owners: &BTreeMap<(SystemName, AccountId), PersonKey>,
) -> Vec<String> {
    let mut asked = Vec::new();
    for (system, seen) in &observed.systems {
        let Some(wish) = project.desired.systems.get(system) else {
            continue;
        };
        let is_read = seen.scopes.values().any(|it| it.seen().is_some());
        if wish.acting.is_some() || !is_read {
            continue;
        }
        let whose = |account: &AccountId| {
            let own = (system.clone(), account.clone());
            let mut new = proposal.accounts.iter();
            let new = new.find(|(_, accounts)| accounts.contains(&own));
            owners
                .get(&own)
                .or_else(|| new.map(|(key, _)| key))
                .cloned()
        };
        let known = caller(seen);
        let key = known.as_ref().map(|account| match whose(account) {
            Some(key) => key.to_string(),
            None => account.to_string(),
        });
        if let Some(key) = &key
            && write(texts, system, key)
        {
            continue;
        }
        // Where nothing is ever called to change access, no plan has to spare whoever calls.
        let is_called = matches!(
            Kind::parse(seen.kind),
            Some(Kind::Altegio | Kind::Yclients | Kind::Keycrm)
        );
        if key.is_none() && !is_called {
            continue;
        }
        let line = project.loaded.sources.origin(wish.origin);
        let likely = key
            .clone()
            .or_else(|| program(project, system, proposal, owners));
        let example = likely.map_or_else(
            || "`acting: KEY`, a person's key or an account's id".to_owned(),
            |key| format!("such as `acting: {key}`"),
        );
        let why = if key.is_some() {
            "whose token it is could not be written down"
        } else {
            "no call tells whose token it is"
        };
        asked.push(format!(
            "{system}: {why}; write it under `{system}` ({}:{}), {example}: no plan takes from that account then",
            line.file, line.line
        ));
    }
    asked
}

/// The account that the token belongs to, by its id, or by a contact that one account alone has.
fn caller(seen: &ObservedSystem) -> Option<AccountId> {
    let caller = &seen.caller;
    if let Some(account) = &caller.account {
        return Some(account.clone());
    }
    let rows = seen.scopes.values().filter_map(|it| it.seen());
    let rows = rows.flat_map(|scope| scope.accounts.values());
    let mut own = rows.filter(|row| {
        (row.email.is_some() && row.email == caller.email)
            || (row.phone.is_some() && row.phone == caller.phone)
    });
    let first = own.next()?;
    own.all(|row| row.id == first.id).then(|| first.id.clone())
}

/// The one program that has an account in a system, by what is declared and proposed.
fn program(
    project: &Project,
    system: &SystemName,
    proposal: &Proposal,
    owners: &BTreeMap<(SystemName, AccountId), PersonKey>,
) -> Option<String> {
    let service = Yaml::from("service");
    let entries = proposal.additions.iter();
    let entries = entries
        .filter(|it| it.section == "people")
        .flat_map(|it| &it.values);
    let new = entries.filter_map(|(key, value)| {
        let accounts = proposal.accounts.get(&PersonKey::new(key.as_str()))?;
        let is_there = accounts.iter().any(|(name, _)| name == system);
        (is_there && value.get("kind") == Some(&service)).then(|| key.clone())
    });
    let declared = owners.iter().filter_map(|((name, _), key)| {
        let person = project.desired.people.get(key)?;
        (name == system && person.kind == PersonKind::Service).then(|| key.to_string())
    });
    let mut all: Vec<String> = new.chain(declared).collect();
    all.sort();
    all.dedup();
    match all.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn write(texts: &mut Texts, system: &SystemName, key: &str) -> bool {
    let path = ["systems", system.as_str(), "acting"];
    let path: Vec<Seg> = path.into_iter().map(Seg::from).collect();
    let change = Change::Set(path, Yaml::from(key));
    let before = texts.get(PROJECT_FILE);
    let Some(after) = before.and_then(|text| edited(text, &[change]).ok()) else {
        return false;
    };
    texts.set(PROJECT_FILE, after);
    true
}
