//! One system while it is planned: who is who, what may be done where, and what was found so far.
//!
//! Not the decisions about people: those are in `person` and `invite`. Invariant: findings are only
//! added, in the order of people and places, so that equal inputs give equal plans.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::digest::Digests;
use super::finding::{Finding, Known, Settled};
use super::hand::Statements;
use super::identity::{Identity, Keys, Lookalikes, Owner, identify, keys, shielded};
use super::input::Input;
use super::make::{Candidate, Refusal};
use super::origins::{Origins, is_kept, is_protected};
use super::step::{Because, Drift, Hold, HoldCode, Note, Step, Waiting, Withheld};
use super::target::{Prepared, prepare};
use crate::catalog::{Assumption, Kind, RightId};
use crate::model::{
    Actor, DesiredSystem, Grant, GrantState, LocationKey, Memory, Ownership, Person, PersonKey,
    PlaceId, Reading, RoleKey, ScopeState, SentInvitation, SystemName, VendorRoleSlug,
};

/// What was found so far, over all systems.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) candidates: Vec<Candidate>,
    pub(super) holds: Vec<Hold>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) drift: Vec<Drift>,
    pub(super) notes: BTreeSet<Note>,
    pub(super) settled: Vec<Settled>,
    /// Rules that are always demanded and that no step breaks.
    pub(super) broken: Vec<Finding>,
}

impl Findings {
    /// How many differences were found so far, whether they become steps or not.
    pub(super) fn planned(&self) -> usize {
        self.candidates.len() + self.withheld.len()
    }
}

/// What all systems share.
pub(super) struct Context<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) people: Vec<&'a Person>,
    pub(super) keys: Keys<'a>,
    pub(super) origins: Origins<'a>,
    pub(super) digests: Digests,
    pub(super) found: Findings,
}

impl<'a> Context<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        Self {
            people: input.desired.people.values().collect(),
            keys: Keys::of(input.desired),
            origins: Origins::new(input.sources),
            digests: Digests::new(input.catalog),
            found: Findings::default(),
            input,
        }
    }

    /// The line a person is declared at.
    pub(super) fn person_line(&mut self, person: &Person) -> Vec<Because> {
        vec![self.origins.line(person.origin)]
    }
}

/// Equal grants at one place are made ready once: by address of the rights, role and place.
type PreparedKey<'a> = (usize, Option<&'a VendorRoleSlug>, bool, &'a PlaceId);

/// One system.
pub(super) struct System<'a, 's> {
    pub(super) name: &'a SystemName,
    pub(super) wish: &'a DesiredSystem,
    pub(super) kind: Kind,
    pub(super) scopes: &'s BTreeMap<PlaceId, Reading<ScopeState>>,
    pub(super) identity: Identity<'s>,
    /// The token's own accounts, by position in `identity.seen`.
    pub(super) callers: BTreeSet<usize>,
    /// Accounts of protected people, whoever they are pinned to, by position in `identity.seen`.
    shielded: BTreeMap<usize, &'a PersonKey>,
    prepared: BTreeMap<PreparedKey<'a>, Arc<Prepared>>,
    lookalikes: OnceCell<Lookalikes>,
    granted: Option<BTreeMap<&'a PersonKey, Vec<&'a PlaceId>>>,
    /// Rights that stay as they are because the caller may not change them, with whose.
    pub(super) locked: BTreeMap<(PlaceId, RightId), Vec<PersonKey>>,
    /// Rights that somebody shall have and a place does not know.
    pub(super) missing: BTreeMap<RightId, BTreeSet<PlaceId>>,
    /// Team members that somebody is about to be linked to, with who that is.
    pub(super) links: BTreeMap<(PlaceId, i64), &'a PersonKey>,
    /// What people said they did by hand.
    pub(super) said: Statements<'a>,
    /// Roles that have to be made first, by the position of that step among the candidates.
    pub(super) roles_to_make: BTreeMap<VendorRoleSlug, usize>,
    /// People declared at scopes that could not be read.
    pub(super) unread: BTreeMap<PlaceId, u32>,
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn new(
        ctx: &Context<'a>,
        name: &'a SystemName,
        wish: &'a DesiredSystem,
        kind: Kind,
        scopes: &'s BTreeMap<PlaceId, Reading<ScopeState>>,
    ) -> Self {
        let identity = identify(&ctx.people, &ctx.keys, ctx.input.memory, name, scopes);
        let mut system = Self {
            name,
            wish,
            kind,
            scopes,
            identity,
            callers: BTreeSet::new(),
            shielded: BTreeMap::new(),
            prepared: BTreeMap::new(),
            lookalikes: OnceCell::new(),
            granted: None,
            locked: BTreeMap::new(),
            missing: BTreeMap::new(),
            links: BTreeMap::new(),
            said: Statements::of(ctx.input.attested, name),
            roles_to_make: BTreeMap::new(),
            unread: BTreeMap::new(),
        };
        system.callers = system.find_callers(ctx);
        system.shielded = shielded(
            &system.identity,
            ctx.input.desired,
            &ctx.keys,
            ctx.input.memory,
            name,
        );
        system
    }

    fn find_callers(&self, ctx: &Context<'a>) -> BTreeSet<usize> {
        let mut callers = BTreeSet::new();
        if let Some(observed) = ctx.input.observed.systems.get(self.name) {
            let caller = &observed.caller;
            callers.extend(
                caller
                    .account
                    .as_ref()
                    .and_then(|id| self.identity.find(id)),
            );
            // Without an id the contacts have to do.
            if caller.account.is_none() && (caller.email.is_some() || caller.phone.is_some()) {
                let own = self.identity.seen.iter().enumerate().filter(|(_, seen)| {
                    seen.rows.iter().any(|(_, row)| {
                        (row.email.is_some() && row.email == caller.email)
                            || (row.phone.is_some() && row.phone == caller.phone)
                    })
                });
                callers.extend(own.map(|(at, _)| at));
            }
        }
        match &self.wish.acting {
            Some(Actor::Account(id)) => callers.extend(self.identity.find(id)),
            Some(Actor::Person(key)) => {
                let found = ctx
                    .keys
                    .find(key)
                    .and_then(|at| self.identity.people.get(at));
                callers.extend(found.into_iter().flat_map(|it| it.accounts.iter().copied()));
            }
            None => {}
        }
        callers
    }

    /// The vendor's name of an assumption that settings may switch off.
    pub(super) fn assumes(&self, name: &str) -> bool {
        self.wish.assume.get(name).copied().unwrap_or_else(|| {
            Assumption::by_name(name).is_none_or(|assumption| assumption.default)
        })
    }

    /// Whose every account is that is somebody's, and which are the token's own; in order of id.
    pub(super) fn whose(&self, ctx: &Context<'a>) -> Vec<Known> {
        let known = self
            .identity
            .seen
            .iter()
            .enumerate()
            .filter_map(|(at, seen)| {
                let person = match seen.owner {
                    Owner::Person(at) => ctx.people.get(at).map(|person| person.key.clone()),
                    Owner::Vanished(_) | Owner::Nobody | Owner::Doubt => None,
                };
                let acting = self.callers.contains(&at);
                let protected = self.shielded.get(&at).copied().cloned();
                (person.is_some() || acting || protected.is_some()).then(|| Known {
                    account: seen.id.clone(),
                    person,
                    acting,
                    protected,
                })
            });
        known.collect()
    }

    /// Why nothing is taken from a person, or from an account, that is protected.
    pub(super) fn protects(
        &self,
        ctx: &Context<'a>,
        key: &PersonKey,
        account: usize,
    ) -> Option<Refusal> {
        let protected = &ctx.input.desired.protected;
        let whose = if let Some(line) = protected.get(key) {
            is_protected(ctx.input.sources, key, *line)
        } else {
            let kept = *self.shielded.get(&account)?;
            is_kept(ctx.input.sources, kept, *protected.get(kept)?)
        };
        Some(Refusal {
            code: HoldCode::Protected,
            message: format!("{whose}: nothing takes their access"),
            help: "take the key out of `protected` first, in a change of its own".into(),
        })
    }

    /// How much may be changed at a place.
    pub(super) fn ownership(&self, place: &PlaceId) -> Ownership {
        place
            .location()
            .and_then(|key| self.wish.locations.get(key))
            .map_or(self.wish.ownership, |(_, ownership)| *ownership)
    }

    /// What was read of a place, complete or not.
    pub(super) fn scope(&self, place: &PlaceId) -> Option<&'s ScopeState> {
        self.scopes.get(place).and_then(Reading::seen)
    }

    /// Whether absence at a place can be concluded.
    pub(super) fn is_complete(&self, place: &PlaceId) -> bool {
        self.scopes
            .get(place)
            .is_some_and(|reading| reading.complete().is_some())
    }

    /// A grant made ready for its place.
    pub(super) fn prepared(
        &mut self,
        ctx: &Context<'a>,
        grant: &'a Grant,
        scope: &ScopeState,
    ) -> Arc<Prepared> {
        let key = (
            Arc::as_ptr(&grant.rights).addr(),
            grant.role.as_ref(),
            grant.unlisted_default,
            &grant.place,
        );
        if let Some(prepared) = self.prepared.get(&key) {
            return prepared.clone();
        }
        let prepared = Arc::new(prepare(ctx.input.catalog, self.kind, grant, scope));
        for id in &prepared.missing {
            self.missing
                .entry(*id)
                .or_default()
                .insert(grant.place.clone());
        }
        self.prepared.insert(key, prepared.clone());
        prepared
    }

    /// Accounts that may be a person's.
    pub(super) fn lookalikes(&self, person: &Person) -> Vec<usize> {
        let identity = &self.identity;
        self.lookalikes
            .get_or_init(|| Lookalikes::of(identity))
            .find(identity, person, self.name)
    }

    /// What memory knows of an invitation of this person.
    pub(super) fn sent<'m>(
        &self,
        ctx: &Context<'m>,
        person: &Person,
    ) -> Option<&'m SentInvitation> {
        keys(person).find_map(|key| {
            ctx.input
                .memory
                .invitations
                .get(&(self.name.clone(), key.clone()))
        })
    }

    /// The places where memory knows that this person was given something, in order.
    pub(super) fn granted(&mut self, ctx: &Context<'a>, person: &Person) -> BTreeSet<&'a PlaceId> {
        let name = self.name;
        let memory: &'a Memory = ctx.input.memory;
        let granted = self.granted.get_or_insert_with(|| {
            let mut index: BTreeMap<&'a PersonKey, Vec<&'a PlaceId>> = BTreeMap::new();
            let first = (name.clone(), PlaceId::Whole, PersonKey::new(""));
            let known = memory.granted.range(first..);
            for (_, place, key) in known.take_while(|(system, ..)| system == name) {
                index.entry(key).or_default().push(place);
            }
            index
        });
        keys(person)
            .filter_map(|key| granted.get(key))
            .flatten()
            .copied()
            .collect()
    }

    /// How an account is called in messages; contains hostile text.
    pub(super) fn call(&self, ctx: &Context<'_>, account: usize) -> String {
        let Some(seen) = self.identity.seen.get(account) else {
            return String::new();
        };
        let whose = match seen.owner {
            Owner::Person(at) => ctx
                .people
                .get(at)
                .map(|person| format!(", `{}`", person.key)),
            Owner::Vanished(key) => Some(format!(", `{key}` who is gone from YAML")),
            Owner::Nobody | Owner::Doubt => None,
        };
        let places: Vec<String> = seen
            .rows
            .iter()
            .map(|(place, _)| place.to_string())
            .collect();
        format!(
            "account {} ({}{}, at {})",
            seen.id,
            if seen.name().is_empty() {
                "without a name"
            } else {
                seen.name()
            },
            whose.unwrap_or_default(),
            some_of(&places)
        )
    }

    /// Adds a hold that has no step.
    pub(super) fn hold(
        &self,
        ctx: &mut Context<'a>,
        person: &Person,
        place: Option<&PlaceId>,
        refusal: Refusal,
        because: Vec<Because>,
        step: Option<Step>,
    ) {
        ctx.found.holds.push(Hold {
            code: refusal.code,
            person: Some(person.key.clone()),
            name: person.name.clone(),
            system: Some(self.name.clone()),
            place: place.cloned(),
            message: refusal.message,
            help: refusal.help,
            approval: None,
            because,
            step: step.map(Box::new),
        });
    }

    /// What could not be written, once per right.
    pub(super) fn note_rights(&self, ctx: &mut Context<'a>) {
        let catalog = ctx.input.catalog;
        for ((place, id), people) in &self.locked {
            let right = catalog.get(*id);
            let people: Vec<String> = people.iter().map(|key| format!("`{key}`")).collect();
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: Some(place.clone()),
                text: format!(
                    "`{}` ({}) stays as it is for {}: it cannot be changed there by the acting account",
                    right.slug,
                    right.title,
                    some_of(&people)
                ),
            });
        }
        for (id, places) in &self.missing {
            let right = catalog.get(*id);
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: None,
                text: format!(
                    "`{}` ({}) does not exist at {}: nobody gets it there",
                    right.slug,
                    right.title,
                    some_of(&places)
                ),
            });
        }
    }

    /// Rights that only the live system knows and that roles in use name: said, because nothing is done about them.
    pub(super) fn note_unknown_rights(&self, ctx: &mut Context<'a>) {
        if self.wish.unknown_rights.is_empty() {
            return;
        }
        let grants = ctx.people.iter().flat_map(|person| &person.grants);
        let used: BTreeSet<&RoleKey> = grants
            .filter(|grant| grant.system == *self.name && grant.state == GrantState::Present)
            .flat_map(|grant| &grant.roles)
            .collect();
        let mut slugs: BTreeSet<&str> = BTreeSet::new();
        let mut roles: Vec<String> = Vec::new();
        for (role, rights) in &self.wish.unknown_rights {
            if used.contains(role) {
                slugs.extend(rights.iter().map(|(slug, ..)| &**slug));
                roles.push(format!("`{role}`"));
            }
        }
        if roles.is_empty() {
            return;
        }
        let slugs: Vec<String> = slugs.iter().map(|slug| format!("`{slug}`")).collect();
        ctx.found.notes.insert(Note {
            system: Some(self.name.clone()),
            place: None,
            text: format!(
                "`unknown_rights` of {} names {}: this version neither compares nor writes what its catalogue does not know; set it in the vendor's own page",
                some_of(&roles),
                slugs.join(", ")
            ),
        });
    }

    /// What cannot be said about scopes that were not read, and about the chain.
    pub(super) fn note_scopes(&self, ctx: &mut Context<'a>) {
        for (place, people) in &self.unread {
            let failure = match self.scopes.get(place) {
                Some(Reading::Unreadable(failure)) => Some(failure),
                _ => None,
            };
            let why = failure.map_or_else(|| "it was not read".into(), super::report::failure_text);
            ctx.found.holds.push(Hold {
                code: HoldCode::NotComplete,
                person: None,
                name: "".into(),
                system: Some(self.name.clone()),
                place: Some(place.clone()),
                message: format!(
                    "{} could not be read ({why}), so that nothing is known of the access there of {}",
                    match place {
                        PlaceId::Whole => "the list of users".to_owned(),
                        PlaceId::Chain | PlaceId::At(_) => place.to_string(),
                    },
                    count(*people, "person", "people")
                ),
                help: super::report::failure_help(failure).into(),
                approval: None,
                because: vec![Because::Rule(
                    "absence is concluded only from a complete read".into(),
                )],
                step: None,
            });
        }
    }
}

/// `1 person`, `3 people`.
pub(super) fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The first few of a list, and how many more there are.
pub(super) fn some_of(items: &[String]) -> String {
    const SHOWN: usize = 5;
    first_of(items, SHOWN)
}

/// The first `most` of a list, and how many more there are.
pub(super) fn first_of(items: &[String], most: usize) -> String {
    let (shown, more) = items.split_at(items.len().min(most));
    if more.is_empty() {
        shown.join(", ")
    } else {
        format!("{} and {} more", shown.join(", "), more.len())
    }
}

/// A location's title, or the place's own name.
pub(super) fn title(desired: &crate::model::Desired, place: &PlaceId) -> Arc<str> {
    let fact = |key: &LocationKey| desired.places.get(key).map(|fact| fact.title.clone());
    place
        .location()
        .and_then(fact)
        .unwrap_or_else(|| place.to_string().into())
}
