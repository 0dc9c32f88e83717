//! What was seen of people at places, whether a minute ago or a year: one shape for a read and for the journal.
//!
//! The invariant: that somebody has nothing at a place is said only where everything there was read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::same::together;
use crate::catalog::{Catalog, Entity, RightId, RightType};
use crate::model::explained::{Shown, Subject};
use crate::model::{
    AccountId, AccountState, Desired, Facts, Item, Memory, NameTable, Observed, One, PersonKey,
    PlaceId, RightSet, SystemName, Value, VendorRoleSlug,
};
use crate::plan;

/// A scope: a system at a place.
pub type Scope = (SystemName, PlaceId);

/// What was seen, by scope; a scope that is not here was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// By scope.
    pub scopes: BTreeMap<Scope, ScopeSeen>,
}

/// What was seen in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeSeen {
    /// When it was read as a whole; none where it never was.
    pub complete: Option<Timestamp>,
    /// People by their keys; of several accounts of one person the first that can be used.
    pub people: BTreeMap<PersonKey, Held>,
    /// Further accounts of the same people.
    pub more: BTreeMap<PersonKey, Vec<Held>>,
    /// Accounts that are nobody's.
    pub strangers: BTreeMap<AccountId, Held>,
    /// People who were seen to have nothing after the whole was read.
    pub gone: BTreeMap<PersonKey, Timestamp>,
}

/// What one account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The account.
    pub account: AccountId,
    /// When it was seen.
    pub at: Timestamp,
    /// Its state.
    pub state: AccountState,
    /// The vendor role, where it was read.
    pub role: Option<VendorRoleSlug>,
    /// The team member it is linked to, where that was read.
    pub staff: Option<i64>,
    /// Its rights, where they were read.
    pub rights: Option<Arc<RightSet>>,
    /// Rights that nobody knows since a write, whatever `rights` has of them.
    pub unknown: Vec<RightId>,
    /// What stands in place of rights at kinds without a catalogue.
    pub facts: Option<Arc<Facts>>,
    /// What the numbers in its rights are called there, where that was read.
    pub names: Option<Arc<NameTable>>,
}

/// What is known of one person in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight<'s> {
    /// They were seen, with these accounts, the first that can be used before the others; never none.
    Has(Vec<&'s Held>),
    /// Everything was read then, and they were not there.
    Absent(Timestamp),
    /// It was not read, or not all of it.
    Unknown,
}

impl Seen {
    /// What a read shows. What the plan would not believe is not seen.
    pub fn live(desired: &Desired, memory: &Memory, read: &Observed) -> Self {
        let mut scopes = BTreeMap::new();
        for (name, system) in &read.systems {
            let matches = plan::matches(desired, memory, name, &system.scopes);
            for (place, reading) in plan::believed(system, memory, name).iter() {
                let Some(state) = reading.seen() else {
                    continue;
                };
                let taken = state
                    .export
                    .as_ref()
                    .map_or(system.taken, |export| export.taken);
                let mut scope = ScopeSeen {
                    complete: reading.complete().map(|_| taken),
                    people: BTreeMap::new(),
                    more: BTreeMap::new(),
                    strangers: BTreeMap::new(),
                    gone: BTreeMap::new(),
                };
                let names = Arc::new(state.names.clone());
                for account in state.accounts.values() {
                    let held = Held {
                        account: account.id.clone(),
                        at: taken,
                        state: account.state,
                        role: account.role.clone(),
                        staff: account.staff.flatten(),
                        rights: account.rights.clone(),
                        unknown: Vec::new(),
                        facts: account.facts.clone(),
                        names: Some(Arc::clone(&names)),
                    };
                    scope.put(matches.get(&account.id).cloned(), held);
                }
                // A list of team members is no list of who may sign in.
                if state.profiles.is_none() || !state.accounts.is_empty() {
                    scopes.insert((name.clone(), place.clone()), scope);
                }
            }
        }
        Self { scopes }
    }

    /// What is known of a person in a scope.
    pub fn sight(&self, person: &PersonKey, system: &SystemName, place: &PlaceId) -> Sight<'_> {
        let Some(scope) = self.scopes.get(&(system.clone(), place.clone())) else {
            return Sight::Unknown;
        };
        if let Some(held) = scope.people.get(person) {
            let more = scope.more.get(person).into_iter().flatten();
            return Sight::Has(std::iter::once(held).chain(more).collect());
        }
        let gone = scope.gone.get(person).copied();
        gone.max(scope.complete)
            .map_or(Sight::Unknown, Sight::Absent)
    }
}

impl ScopeSeen {
    /// Puts an account to its person, or among those who are nobody's. Of several accounts of a person one that can be
    /// used comes first.
    pub fn put(&mut self, person: Option<PersonKey>, held: Held) {
        let Some(person) = person else {
            self.strangers.insert(held.account.clone(), held);
            return;
        };
        let Some(first) = self.people.get_mut(&person) else {
            self.people.insert(person, held);
            return;
        };
        let next = if held.is_active() && !first.is_active() {
            std::mem::replace(first, held)
        } else {
            held
        };
        self.more.entry(person).or_default().push(next);
    }
}

impl Sight<'_> {
    /// What they can use of something, by all their accounts together, and when that was seen; none where it was not read.
    pub fn value(&self, subject: &Subject, catalog: &Catalog) -> Option<(Shown, Timestamp)> {
        match self {
            Sight::Unknown => None,
            Sight::Absent(at) => Some((nothing(subject), *at)),
            Sight::Has(all) => {
                let active = || all.iter().filter(|held| held.is_active());
                let at = active().map(|held| held.at).min();
                // An account that cannot be used gives nothing, whatever it has.
                let Some(at) = at else {
                    return Some((nothing(subject), all.first()?.at));
                };
                let values = active().map(|held| held.value(subject, catalog));
                Some((together(subject, values, catalog)?, at))
            }
        }
    }

    /// What the numbers there are called, where that was read.
    pub fn names(&self) -> Option<Arc<NameTable>> {
        match self {
            Sight::Has(all) => all.first()?.names.clone(),
            Sight::Absent(_) | Sight::Unknown => None,
        }
    }
}

/// What somebody has who has nothing.
pub fn nothing(subject: &Subject) -> Shown {
    match subject {
        Subject::Role => Shown::Text(NO_ROLE.into()),
        Subject::Right(_) => Shown::Value(Value::Switch(false)),
        Subject::Fact(_) => Shown::Text("false".into()),
    }
}

/// What stands in place of a vendor role where there is none.
pub const NO_ROLE: &str = "none";

impl Held {
    /// What it has of something; none where that was not read.
    pub fn value(&self, subject: &Subject, catalog: &Catalog) -> Option<Shown> {
        match subject {
            Subject::Role => self
                .role
                .as_ref()
                .map(|role| Shown::Text(role.as_str().into())),
            Subject::Right(id) => {
                let rights = self.rights.as_deref()?;
                let doubtful = |id| self.unknown.contains(&id);
                if doubtful(*id) || catalog.governors(*id).any(doubtful) {
                    return None;
                }
                let own = |who: i64| self.staff == Some(who);
                let kind = catalog.get(*id).kind;
                let is_staff = kind == RightType::Id(Entity::Staff);
                Some(Shown::Value(match effective(rights, *id, catalog) {
                    // The vendor has a number where the files say `self`.
                    Value::One(One::Only(Item::Id(who))) if is_staff && own(who) => {
                        Value::One(One::Myself)
                    }
                    // And where they have a name.
                    value => match (kind.entity(), &self.names) {
                        (Some(entity), Some(names)) => {
                            let named = plan::named_value(names, entity, &value);
                            // A name that several have says less than the number.
                            let same = plan::same_things(names, entity, &value, &named);
                            if same == Some(true) { named } else { value }
                        }
                        _ => value,
                    },
                }))
            }
            Subject::Fact(name) => {
                let facts = self.facts.as_deref()?;
                Some(Shown::Text(
                    facts.get(name).cloned().unwrap_or_else(|| "false".into()),
                ))
            }
        }
    }

    /// Whether the account can be used.
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// What a right comes to: below a denied governor, and where the vendor shows nothing, it gives nothing.
pub fn effective(rights: &RightSet, id: RightId, catalog: &Catalog) -> Value {
    let denied = catalog
        .governors(id)
        .any(|governor| rights.get(governor.index()) == Some(&Value::Switch(false)));
    match rights.get(id.index()) {
        Some(value) if !denied => value.clone(),
        Some(_) | None => Value::Switch(false),
    }
}
