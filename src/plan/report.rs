//! What a plan says beside its steps: scopes, strangers, lapses, and entries that vanished.
//!
//! Not a judgement: nothing here makes or drops a step. Invariant: every account that was seen is
//! somebody's, in doubt, or in the list of strangers; every declared scope has a line.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::Owner;
use super::step::{
    Because, Completeness, Hold, HoldCode, Lapse, Note, ScopeFact, Stranger, SystemFact,
};
use super::system::{Context, System, some_of, title};
use crate::catalog::Kind;
use crate::model::{
    AccountState, Contact, DesiredSystem, Gap, LocationKey, PersonKey, PlaceId, ReadFailure,
    Reading, ScopeState, Strangers, SystemName,
};

/// A gap in words.
pub fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::CountDiffers { told, came } => {
            format!("the vendor counts {told} accounts and sent {came}")
        }
        Gap::RightsUnread { account, why } => {
            format!("the rights of account {account} could not be read: {why}")
        }
        Gap::Shrunk { before, gone, rule } => format!(
            "{gone} of the {before} accounts that were there at the last complete read are gone, and {rule}"
        ),
        Gap::BadRow { why } => format!("a row could not be understood: {why}"),
        Gap::SideRead { what, why } => format!("{what} could not be read: {why}"),
    }
}

/// A failure in words.
pub fn failure_text(failure: &ReadFailure) -> String {
    match failure {
        ReadFailure::Forbidden { right: Some(right) } => {
            format!("the vendor refuses (403): the acting account may lack `{right}`")
        }
        ReadFailure::Forbidden { right: None } => "the vendor refuses (403)".into(),
        ReadFailure::Invisible => "the token does not see it".into(),
        ReadFailure::Failed { why } => why.to_string(),
        ReadFailure::Empty => "the list is empty, and whoever asks should be in it".into(),
        ReadFailure::NotSupported => "this version cannot read systems of this kind".into(),
        ReadFailure::TooOld { taken, max_age } => format!(
            "its export was taken at {taken}, and one older than {} hours is not believed",
            max_age.as_hours()
        ),
    }
}

/// What to do about a failure.
pub(super) fn failure_help(failure: Option<&ReadFailure>) -> &'static str {
    match failure {
        Some(ReadFailure::Forbidden { .. }) => {
            "an owner can give the acting account that right there; then plan again. Places that were read go on"
        }
        Some(ReadFailure::Invisible) => {
            "check its id in the files, and that the acting account is a user there; then plan again. Places that were read go on"
        }
        Some(ReadFailure::Empty) => {
            "check the address and whose token it is; nothing is done until somebody is seen there"
        }
        Some(ReadFailure::TooOld { .. }) => {
            "export the list again, put it in place of the old one, and write its day under `snapshot.taken`"
        }
        Some(ReadFailure::Failed { .. } | ReadFailure::NotSupported) | None => {
            "see to the cause that is named, then plan again. Places that were read go on"
        }
    }
}

/// The line of a system.
pub(super) fn system_fact(
    ctx: &Context<'_>,
    name: &SystemName,
    wish: &DesiredSystem,
) -> SystemFact {
    let observed = ctx.input.observed.systems.get(name);
    SystemFact {
        name: name.clone(),
        kind: wish.kind,
        host: observed.map_or_else(|| "".into(), |observed| observed.host.clone()),
    }
}

/// The lines of a system's scopes: what was read, what is declared and was not, and what nobody can read.
pub(super) fn scope_facts(
    ctx: &Context<'_>,
    name: &SystemName,
    wish: &DesiredSystem,
    kind: Kind,
    scopes: &BTreeMap<PlaceId, Reading<ScopeState>>,
    chain: Option<&BTreeMap<PlaceId, Reading<ScopeState>>>,
) -> Vec<ScopeFact> {
    let mut places: BTreeSet<PlaceId> = scopes.keys().cloned().collect();
    if kind.has_one_account() {
        places.insert(PlaceId::Whole);
    } else {
        places.extend(wish.locations.keys().cloned().map(PlaceId::At));
    }
    places.extend(chain.map(|_| PlaceId::Chain));
    let fact = |place: PlaceId| {
        let scopes = chain.filter(|_| place == PlaceId::Chain).unwrap_or(scopes);
        let reading = scopes.get(&place);
        let lost = ctx
            .input
            .observed
            .lost_exports
            .get(&(name.clone(), place.clone()));
        let by_hand = !kind.shows_users() || place == PlaceId::Chain;
        let told = by_hand
            .then(|| super::hand::scope_fact(ctx, name, &place, scopes))
            .flatten();
        // A list that cannot be used says so, whatever people said since and whatever else was read there.
        let lost = lost.map(|failure| Completeness::Unreadable(failure_text(failure)));
        let completeness = lost.or(told).unwrap_or_else(|| match reading {
            None | Some(Reading::Unreadable(ReadFailure::NotSupported)) => Completeness::NotRead,
            Some(Reading::Complete(_)) => Completeness::Complete,
            Some(Reading::Partial(_, gaps)) => {
                Completeness::Partial(gaps.iter().map(gap_text).collect())
            }
            Some(Reading::Unreadable(failure)) => Completeness::Unreadable(failure_text(failure)),
        });
        let accounts = reading
            .and_then(Reading::seen)
            .map_or(0, |scope| scope.accounts.len());
        ScopeFact {
            system: name.clone(),
            title: title(ctx.input.desired, &place),
            place,
            completeness,
            accounts: u32::try_from(accounts).unwrap_or(u32::MAX),
        }
    };
    places.into_iter().map(fact).collect()
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Accounts that are nobody's.
    pub(super) fn strangers(&self, ctx: &Context<'a>) -> Vec<Stranger> {
        if self.wish.strangers == Strangers::Ignore {
            return Vec::new();
        }
        let strangers = self
            .identity
            .seen
            .iter()
            .enumerate()
            .filter(|(_, seen)| seen.owner == Owner::Nobody);
        let mut found: Vec<(usize, Stranger)> = strangers
            .map(|(at, seen)| {
                let owner = seen
                    .rows
                    .iter()
                    .any(|(_, row)| super::make::is_owner(row.role.as_ref()));
                let remark = if self.callers.contains(&at) {
                    Some("the token's own account")
                } else if !seen.removable() && !seen.has_contacts() {
                    Some("system user")
                } else if owner || !seen.removable() {
                    Some("owner")
                } else {
                    None
                };
                let stranger = Stranger {
                    system: self.name.clone(),
                    account: seen.id.clone(),
                    name: seen.name().into(),
                    places: seen
                        .rows
                        .iter()
                        .map(|&(place, row)| (place.clone(), row.state))
                        .collect(),
                    remark: remark.map(str::to_owned),
                };
                (at, stranger)
            })
            .collect();
        self.remark_contacts(ctx, &mut found);
        found.into_iter().map(|(_, stranger)| stranger).collect()
    }

    /// Whoever has another account, and whose contact a stranger carries.
    fn remark_contacts(&self, ctx: &Context<'a>, found: &mut [(usize, Stranger)]) {
        if found.iter().all(|(_, stranger)| stranger.remark.is_some()) {
            return;
        }
        let mut whose: BTreeMap<&Contact, &PersonKey> = BTreeMap::new();
        for person in &ctx.people {
            whose.extend(person.contacts.iter().map(|contact| (contact, &person.key)));
        }
        for (at, stranger) in found {
            let Some(seen) = self.identity.seen.get(*at) else {
                continue;
            };
            let contacts = seen.rows.iter().flat_map(|(_, row)| {
                let email = row.email.clone().map(Contact::Email);
                email
                    .into_iter()
                    .chain(row.phone.clone().map(Contact::Phone))
            });
            let known: BTreeSet<&PersonKey> = contacts
                .filter_map(|contact| whose.get(&contact).copied())
                .collect();
            if stranger.remark.is_none() && !known.is_empty() {
                let keys: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                stranger.remark = Some(format!("carries a contact of {}", some_of(&keys)));
            }
        }
    }
}

/// What time alone will change.
pub(super) fn lapses(ctx: &mut Context<'_>) -> Vec<Lapse> {
    let changes = &ctx.input.desired.will_change;
    changes
        .iter()
        .map(|change| Lapse {
            at: change.at,
            person: change.person.clone(),
            place: change.place.clone(),
            what: change.what.clone(),
            origin: ctx.origins.origin(change.origin),
        })
        .collect()
}

/// An entry that is gone, and what it still has by memory or by sight.
#[derive(Default)]
struct Rest {
    systems: BTreeSet<SystemName>,
    places: BTreeSet<String>,
}

/// Says who is locked out, since no line of YAML does.
pub(super) fn locked_out(ctx: &mut Context<'_>) {
    let notes = ctx.input.memory.locked.iter().map(|(key, since)| Note {
        system: None,
        place: None,
        text: format!(
            "`{key}` is locked out since {since}, whatever the files say: `keyholder unlock {key}` ends it"
        ),
    });
    ctx.found.notes.extend(notes);
}

/// People, locations and systems that earlier applies knew, that still have something, and that
/// are gone from YAML: no order, so everything of theirs is held.
pub(super) fn vanished(ctx: &mut Context<'_>) {
    let desired = ctx.input.desired;
    let memory = ctx.input.memory;
    let mut people: BTreeMap<&PersonKey, Rest> = BTreeMap::new();
    let mut locations: BTreeMap<&LocationKey, Rest> = BTreeMap::new();
    let mut systems: BTreeMap<&SystemName, BTreeSet<&PersonKey>> = BTreeMap::new();
    for (system, place, key) in &memory.granted {
        if ctx.keys.find(key).is_none() {
            let rest = people.entry(key).or_default();
            rest.systems.insert(system.clone());
            rest.places.insert(place.to_string());
        }
        if let Some(location) = place.location()
            && !desired.places.contains_key(location)
        {
            let rest = locations.entry(location).or_default();
            rest.systems.insert(system.clone());
            rest.places.insert(format!("`{key}`"));
        }
        if !desired.systems.contains_key(system) {
            systems.entry(system).or_default().insert(key);
        }
    }
    for ((system, id), known) in &memory.accounts {
        if ctx.keys.find(&known.person).is_some() {
            continue;
        }
        let observed = ctx.input.observed.systems.get(system);
        let scopes = observed.into_iter().flat_map(|observed| &observed.scopes);
        let seen = scopes.filter(|(_, reading)| {
            reading
                .seen()
                .and_then(|scope| scope.accounts.get(id))
                // Where nobody can be removed, being blocked is having nothing.
                .is_some_and(|row| row.state != AccountState::Blocked)
        });
        for (place, _) in seen {
            let rest = people.entry(&known.person).or_default();
            rest.systems.insert(system.clone());
            rest.places.insert(place.to_string());
        }
    }
    let mut holds = Vec::new();
    for (key, rest) in people {
        let places: Vec<String> = rest.places.into_iter().collect();
        holds.push(gone(
            Some(key),
            only_one(&rest.systems),
            None,
            format!(
                "`{key}` is gone from `people` and has access at {}: that is no order to remove it",
                some_of(&places)
            ),
            format!("put the entry back with `leaves:` or `access: []`, or name the new key's `was: [{key}]`"),
        ));
    }
    for (key, rest) in locations {
        let people: Vec<String> = rest.places.into_iter().collect();
        holds.push(gone(
            None,
            only_one(&rest.systems),
            Some(PlaceId::At(key.clone())),
            format!(
                "location `{key}` is gone from `locations` and people have access there: {}",
                some_of(&people)
            ),
            "put the entry back with `status: closed` to remove everybody there".into(),
        ));
    }
    for (name, people) in systems {
        let people: Vec<String> = people.iter().map(|key| format!("`{key}`")).collect();
        holds.push(gone(
            None,
            Some(name.clone()),
            None,
            format!(
                "system `{name}` is gone from `systems` and people have access there: {}",
                some_of(&people)
            ),
            "put it back; take the access away by an order before the system goes".into(),
        ));
    }
    ctx.found.holds.extend(holds);
}

fn only_one(systems: &BTreeSet<SystemName>) -> Option<SystemName> {
    systems.first().filter(|_| systems.len() == 1).cloned()
}

fn gone(
    person: Option<&PersonKey>,
    system: Option<SystemName>,
    place: Option<PlaceId>,
    message: String,
    help: String,
) -> Hold {
    Hold {
        code: HoldCode::Vanished,
        name: person.map_or("", PersonKey::as_str).into(),
        person: person.cloned(),
        system,
        place,
        message,
        help,
        approval: None,
        because: vec![Because::Rule("gone from YAML is not an order".into())],
        step: None,
    }
}
