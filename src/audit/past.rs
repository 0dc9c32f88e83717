//! What the journal knows of who had what at a time: every read on or before it, and every write that was read back.
//!
//! A write that was refused, lost or not read back changes nothing here. The invariant: what is said to be seen at a time
//! was read at that time, and what a write is known to have changed beside what was asked is unknown until the next read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::seen::{Held, Scope, ScopeSeen, Seen};
use crate::catalog::{Catalog, Right, RightId, RightType};
use crate::journal::{
    Entry, GrantSeen, Intent, ItemValue, Observed, Record, RightValue, Verb, Verdict, Verified,
    place_of,
};
use crate::model::{
    AccountId, AccountState, Days, Item, Items, One, PersonKey, RightSet, SystemName, Value,
    VendorRoleSlug,
};

/// What was known at a time.
pub fn seen_at<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    at: Timestamp,
    catalog: &Catalog,
) -> Seen {
    let mut replay = Replay::default();
    for entry in entries {
        if entry.at <= at {
            replay.take(entry);
        }
    }
    replay.finish(catalog)
}

/// Who was locked out at a time, whatever the files say, and since when; by the keys of then.
pub fn locked_at<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    at: Timestamp,
) -> BTreeMap<PersonKey, Timestamp> {
    let mut locked = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| entry.at <= at) {
        if let Record::LockedOut(who) = &entry.record {
            let key = PersonKey::new(who.person.as_str());
            locked.entry(key).or_insert(entry.at);
        } else if let Record::Unlocked(who) = &entry.record {
            locked.remove(&PersonKey::new(who.person.as_str()));
        }
    }
    locked
}

#[derive(Default)]
struct Replay<'e> {
    /// Whose account it is.
    people: BTreeMap<(SystemName, AccountId), PersonKey>,
    scopes: BTreeMap<Scope, Place<'e>>,
    sets: BTreeMap<&'e str, &'e BTreeMap<String, RightValue>>,
    /// Calls of steps that were not read back yet.
    calls: BTreeMap<&'e str, Vec<&'e Intent>>,
}

#[derive(Default)]
struct Place<'e> {
    complete: Option<Timestamp>,
    /// What the last reads showed: what later ones tell differences from.
    read: BTreeMap<AccountId, &'e GrantSeen>,
    /// The same with what was written since.
    rows: BTreeMap<AccountId, Row<'e>>,
    gone: BTreeMap<AccountId, Timestamp>,
}

/// One account in a scope.
struct Row<'e> {
    at: Timestamp,
    state: AccountState,
    role: Option<&'e str>,
    /// The linked team member.
    staff: Option<i64>,
    /// The rights as they were read; none where they were not.
    set: Option<&'e str>,
    /// What was written since.
    written: BTreeMap<&'e str, Option<&'e RightValue>>,
    /// What nobody knows until the next read.
    unknown: BTreeSet<&'e str>,
}

impl<'e> Replay<'e> {
    fn take(&mut self, entry: &'e Entry) {
        match &entry.record {
            Record::Observed(seen) => self.observed(seen),
            Record::Intent(intent) => self.calls.entry(&intent.step).or_default().push(intent),
            Record::Verified(verified) => self.verified(entry.at, verified),
            Record::Genesis(_)
            | Record::RunStarted(_)
            | Record::ConfigKnown(_)
            | Record::Outcome(_)
            | Record::Settled(_)
            | Record::HandedOver(_)
            | Record::HandClosed(_)
            | Record::Attested(_)
            | Record::LockedOut(_)
            | Record::Unlocked(_)
            | Record::Judged(_)
            | Record::RunEnded(_) => {}
        }
    }

    fn observed(&mut self, seen: &'e Observed) {
        let system = SystemName::new(seen.system.as_str());
        for found in &seen.matched {
            let key = (system.clone(), AccountId::new(found.account.as_str()));
            match &found.person {
                Some(person) => {
                    self.people.insert(key, PersonKey::new(person.as_str()));
                }
                None => {
                    self.people.remove(&key);
                }
            }
        }
        for (name, set) in &seen.sets {
            self.sets.insert(name, set);
        }
        let scope = self
            .scopes
            .entry((system, place_of(&seen.place)))
            .or_default();
        for row in &seen.grants {
            let account = AccountId::new(row.account.as_str());
            scope.gone.remove(&account);
            scope.read.insert(account.clone(), row);
            scope.rows.insert(account, Row::of(row, seen.taken));
        }
        for account in &seen.gone {
            let account = AccountId::new(account.as_str());
            scope.read.remove(&account);
            scope.rows.remove(&account);
            scope.gone.insert(account, seen.taken);
        }
        if seen.complete {
            // Whoever is not among the differences was seen as the last read had them, whatever was written since.
            for account in scope.rows.keys() {
                if !scope.read.contains_key(account) {
                    scope.gone.insert(account.clone(), seen.taken);
                }
            }
            scope
                .gone
                .retain(|account, _| !scope.read.contains_key(account));
            let rows = scope.read.iter();
            scope.rows = rows
                .map(|(account, row)| (account.clone(), Row::of(row, seen.taken)))
                .collect();
            scope.complete = Some(seen.taken);
        }
    }

    fn verified(&mut self, at: Timestamp, verified: &'e Verified) {
        let calls = self
            .calls
            .remove(verified.step.as_str())
            .unwrap_or_default();
        let system = SystemName::new(verified.system.as_str());
        let account = verified.account.as_deref().map(AccountId::new);
        if let (Some(account), Some(person)) = (&account, &verified.person) {
            let key = (system.clone(), account.clone());
            self.people.insert(key, PersonKey::new(person.as_str()));
        }
        if !matches!(verified.verdict, Verdict::AsPlanned | Verdict::DidNotStick) {
            return;
        }
        let theirs: Vec<AccountId> = match (&account, &verified.person) {
            (Some(account), _) => vec![account.clone()],
            (None, Some(person)) => self
                .people
                .iter()
                .filter(|((of, _), whose)| *of == system && whose.as_str() == person)
                .map(|((_, account), _)| account.clone())
                .collect(),
            (None, None) => Vec::new(),
        };
        let scope = self
            .scopes
            .entry((system, place_of(&verified.place)))
            .or_default();
        if verified.absent {
            if verified.verdict == Verdict::AsPlanned {
                for account in theirs {
                    scope.rows.remove(&account);
                    scope.gone.insert(account, at);
                }
            }
            return;
        }
        let Some(account) = account else { return };
        let invited = calls.iter().any(|call| call.call == Verb::Invite);
        scope.gone.remove(&account);
        let row = scope.rows.entry(account).or_insert_with(|| Row {
            at,
            state: if invited {
                AccountState::Invited
            } else {
                AccountState::Active
            },
            role: None,
            staff: None,
            set: None,
            written: BTreeMap::new(),
            unknown: BTreeSet::new(),
        });
        row.at = at;
        for call in calls {
            row.role = call.role.as_deref().or(row.role);
            for (slug, value) in &call.rights {
                row.written.insert(slug, value.as_ref());
            }
        }
        let doubtful = verified.differs.iter().chain(&verified.also_changed);
        row.unknown.extend(doubtful.map(String::as_str));
    }

    fn finish(self, catalog: &Catalog) -> Seen {
        let mut known: BTreeMap<&str, Arc<RightSet>> = BTreeMap::new();
        let mut scopes = BTreeMap::new();
        for ((system, place), rows) in self.scopes {
            let whose = |account: &AccountId| {
                let key = (system.clone(), account.clone());
                self.people.get(&key).cloned()
            };
            let mut scope = ScopeSeen {
                complete: rows.complete,
                people: BTreeMap::new(),
                more: BTreeMap::new(),
                strangers: BTreeMap::new(),
                gone: rows
                    .gone
                    .iter()
                    .filter_map(|(account, at)| Some((whose(account)?, *at)))
                    .collect(),
            };
            for (account, row) in rows.rows {
                let read = row.set.and_then(|name| Some((name, *self.sets.get(name)?)));
                let plain = row.written.is_empty();
                let rights = match read {
                    Some((name, set)) if plain => Some(
                        known
                            .entry(name)
                            .or_insert_with(|| Arc::new(right_set(catalog, set, &row)))
                            .clone(),
                    ),
                    Some((_, set)) => Some(Arc::new(right_set(catalog, set, &row))),
                    // What a write of ours made from nothing is all there is.
                    None if !row.written.is_empty() => {
                        Some(Arc::new(right_set(catalog, &BTreeMap::new(), &row)))
                    }
                    None => None,
                };
                let woken = |right: &&Right| {
                    let read = row.set.and_then(|name| self.sets.get(name));
                    read.is_some_and(|set| woken(catalog, set, &row, right))
                };
                let all = catalog.all().filter(|right| !right.kind.is_boolean());
                let woken: Vec<RightId> = all.filter(woken).map(|right| right.id).collect();
                let person = whose(&account);
                let held = Held {
                    account,
                    at: row.at,
                    state: row.state,
                    role: row.role.map(VendorRoleSlug::new),
                    staff: row.staff,
                    rights,
                    unknown: row
                        .unknown
                        .iter()
                        .filter_map(|slug| catalog.by_slug(slug))
                        .chain(woken)
                        .collect(),
                    facts: None,
                    names: None,
                };
                scope.put(person, held);
            }
            for person in scope.people.keys() {
                scope.gone.remove(person);
            }
            scopes.insert((system, place), scope);
        }
        Seen { scopes }
    }
}

impl<'e> Row<'e> {
    fn of(row: &'e GrantSeen, at: Timestamp) -> Self {
        Self {
            at,
            // A word of a later version says only that there is an account.
            state: AccountState::parse(&row.state).unwrap_or(AccountState::Inactive),
            role: row.role.as_deref(),
            staff: row.staff,
            set: row.set.as_deref(),
            written: BTreeMap::new(),
            unknown: BTreeSet::new(),
        }
    }
}

/// Whether a write gave the right that this one hangs on without a word of this one. Whatever the vendor had of it before
/// meant nothing and was overwritten; what a write gives it names, so a switch is off, and of the rest nobody knows.
fn woken(
    catalog: &Catalog,
    set: &BTreeMap<String, RightValue>,
    row: &Row<'_>,
    right: &Right,
) -> bool {
    const ON: RightValue = RightValue::Switch(true);
    !row.written.contains_key(right.slug)
        && catalog.governors(right.id).any(|governor| {
            let slug = catalog.get(governor).slug;
            row.written.get(slug) == Some(&Some(&ON)) && set.get(slug) != Some(&ON)
        })
}

/// A set as the catalogue has it. The journal leaves out switches that are off.
fn right_set(catalog: &Catalog, set: &BTreeMap<String, RightValue>, row: &Row<'_>) -> RightSet {
    let mut rights = RightSet::empty(catalog.len());
    for right in catalog.all() {
        let value = match row.written.get(right.slug) {
            Some(written) => *written,
            None if woken(catalog, set, row, right) => None,
            None => set.get(right.slug),
        };
        let off = right.kind.is_boolean().then_some(Value::Switch(false));
        rights.set(
            right.id.index(),
            value.and_then(|value| value_of(right, value)).or(off),
        );
    }
    rights
}

/// A value as the journal wrote it, in the form of its right; none where it is of another form.
fn value_of(right: &Right, value: &RightValue) -> Option<Value> {
    let item = |item: &ItemValue| match item {
        ItemValue::Id(id) => Item::Id(*id),
        ItemValue::Name(name) => Item::Name(name.as_str().into()),
    };
    match (right.kind, value) {
        (_, RightValue::Switch(on)) => Some(Value::Switch(*on)),
        (RightType::Days, RightValue::Number(days)) => u32::try_from(*days)
            .ok()
            .map(|days| Value::Days(Days::Last(days))),
        (RightType::Days, RightValue::Text(text)) if text == "all" => Some(Value::Days(Days::All)),
        (RightType::Ids(_), RightValue::Text(text)) if text == "all" => {
            Some(Value::Items(Items::All))
        }
        (RightType::Ids(_), RightValue::List(items)) => {
            Some(Value::Items(Items::only(items.iter().map(item))))
        }
        (RightType::Id(_), RightValue::Text(text)) if text == "all" => Some(Value::One(One::All)),
        (RightType::Id(_), RightValue::Text(text)) if text == "self" => {
            Some(Value::One(One::Myself))
        }
        (RightType::Id(_), RightValue::Number(id)) => Some(Value::One(One::Only(Item::Id(*id)))),
        (RightType::Id(_), RightValue::List(items)) => {
            items.first().map(|one| Value::One(One::Only(item(one))))
        }
        (RightType::Ips, RightValue::Text(text)) => Some(Value::Text(text.as_str().into())),
        (
            RightType::Section
            | RightType::Switch
            | RightType::Days
            | RightType::Limited
            | RightType::Ids(_)
            | RightType::Id(_)
            | RightType::NoLimitToday
            | RightType::OwnOnly
            | RightType::CheckIp
            | RightType::Ips,
            RightValue::Number(_) | RightValue::Text(_) | RightValue::List(_),
        ) => None,
    }
}
