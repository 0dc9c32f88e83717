//! People: names, contacts, pins, earlier keys; who is who inside YAML.
//!
//! Doubt inside YAML is an error, whatever the live side says: one contact or one account belongs to one person, and
//! a shared contact identifies nobody. The invariant: a [`Person`] of the result has only contacts in canonical form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::access::{self, Context, Resolved};
use super::dates::{self, Clock};
use super::diags::{self, Known};
use super::needs;
use super::systems::known_person;
use crate::config::raw::{self, Access, MaybeShared, Name, StaffPin, When};
use crate::diagnostic::Diagnostic;
use crate::model::{
    AccountId, AccountPin, Contact, Email, Item, LeftAlone, LocationKey, Managed, Person,
    PersonKey, PersonKind, Phone, SystemName,
};
use crate::text::{Span, Spanned};

/// One person as resolved, with what has to be compared across people.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) person: Person,
    pub(super) resolved: Resolved,
    /// Contacts that identify, with their places.
    contacts: Vec<(Contact, Span)>,
    /// Accounts and logins by system, with their places.
    accounts: Vec<(Arc<str>, Account, Span)>,
    /// Team members by system and location, with their places.
    staff: Vec<StaffClaim>,
}

/// A team member that a person is said to be: the system, the location, who.
type StaffClaim = (SystemName, LocationKey, Item, Span);

/// What may identify an account in YAML.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Account {
    Id(Arc<str>),
    Login(Arc<str>),
}

/// Resolves everybody, in order of key.
pub(super) fn resolve(
    context: &Context<'_>,
    people: &[&raw::Person],
    keys: &[&str],
    contacts: &[&raw::ContactEntry],
) -> Vec<Outcome> {
    people
        .par_iter()
        .map(|raw| {
            let outside = contacts
                .binary_search_by(|entry| entry.key.value.cmp(&raw.key.value))
                .ok()
                .and_then(|at| contacts.get(at).copied());
            one(context, raw, keys, outside)
        })
        .collect()
}

fn one(
    context: &Context<'_>,
    raw: &raw::Person,
    keys: &[&str],
    outside: Option<&raw::ContactEntry>,
) -> Outcome {
    let mut resolved = access::resolve(context, raw);
    let diagnostics = &mut resolved.diagnostics;
    dates::check_person(raw, diagnostics);
    let mut own = Contacts::default();
    let email = one_of(
        raw.email.as_ref(),
        outside.and_then(|outside| outside.email.as_ref()),
        "email",
        diagnostics,
    );
    let phone = one_of(
        raw.phone.as_ref(),
        outside.and_then(|outside| outside.phone.as_ref()),
        "phone",
        diagnostics,
    );
    if let Some(email) = email {
        match Email::parse(&email.value.text) {
            Ok(parsed) => own.push(Contact::Email(parsed), email),
            Err(fault) => diagnostics.push(diags::bad_email(email.span, fault)),
        }
    }
    if let Some(phone) = phone {
        match Phone::parse(&phone.value.text) {
            Ok(parsed) => own.push(Contact::Phone(parsed), phone),
            Err(fault) => diagnostics.push(diags::bad_phone(phone.span, fault)),
        }
    }
    let mut accounts = Vec::new();
    let mut staff = Vec::new();
    let pins = pins(context, raw, &mut accounts, &mut staff, diagnostics);
    for key in &raw.used_by {
        known_person(key, keys, diagnostics);
    }
    let invite_at = raw
        .invite_at
        .as_ref()
        .filter(|key| context.places.find(key, diagnostics).is_some())
        .map(|key| LocationKey::new(key.value.clone()));
    if raw.access.is_none() {
        diagnostics.push(diags::missing_access(&raw.key));
    }
    if let Some(access) = &raw.access
        && matches!(access.value, Access::Unmanaged)
    {
        let leaves = raw.leaves.as_ref().map(|it| ("leaves", it.span));
        let paused = raw.paused.as_ref().map(|it| ("paused", it.span));
        if let Some((key, span)) = leaves.or(paused) {
            diagnostics.push(diags::leaves_unmanaged(&raw.key, key, span, access.span));
        }
    }
    let unpinned = resolved.systems.iter().find_map(|&system| {
        let name = &context.systems.list.get(system)?.name;
        let pin = pins.get(name);
        pin.is_none_or(|pin| pin.ids.is_empty() && pin.login.is_none())
            .then_some(name)
    });
    if let Some(system) = unpinned
        && own.good.is_empty()
        // A contact that was refused has its own message.
        && email.is_none_or(|email| email.value.shared)
        && phone.is_none_or(|phone| phone.value.shared)
    {
        let shared = own.shared.first().map(|(_, span)| *span);
        resolved
            .diagnostics
            .push(diags::no_contact(&raw.key, system.as_str(), shared));
    }
    let known = needs::Known {
        raw,
        pins: &pins,
        email: email.is_some(),
        phone: phone.is_some(),
    };
    needs::judge(context, &known, &mut resolved);
    // Everybody's outcome is kept until all are there: what was only needed on the way goes now, and no vector keeps the
    // room for four that its first element made.
    resolved.systems = BTreeSet::new();
    let mut grants = std::mem::take(&mut resolved.grants);
    grants.shrink_to_fit();
    own.good.shrink_to_fit();
    let mut ended = std::mem::take(&mut resolved.ended);
    ended.shrink_to_fit();
    let standing = std::mem::take(&mut resolved.standing);
    Outcome {
        person: Person {
            key: PersonKey::new(raw.key.value.clone()),
            name: full_name(raw),
            name_parts: match raw.name.as_ref().map(|name| &name.value) {
                Some(Name::Parts { first, last }) => Some((first.clone(), last.clone())),
                Some(Name::Whole(_)) | None => None,
            },
            kind: raw
                .kind
                .as_ref()
                .map_or(PersonKind::Person, |kind| kind.value),
            contacts: own
                .good
                .iter()
                .map(|(contact, _)| contact.clone())
                .collect(),
            shared_contacts: own
                .shared
                .iter()
                .map(|(contact, _)| contact.clone())
                .collect(),
            pins,
            was: raw
                .was
                .iter()
                .map(|key| PersonKey::new(key.value.clone()))
                .collect(),
            used_by: raw
                .used_by
                .iter()
                .map(|key| PersonKey::new(key.value.clone()))
                .collect(),
            class: raw.class.as_ref().map(|class| class.value.clone()),
            invite_at,
            managed: managed(raw, &resolved),
            left: resolved.left,
            left_alone: left_alone(context, raw),
            grants,
            ended,
            standing,
            origin: raw.key.span,
        },
        resolved,
        contacts: own.good,
        accounts,
        staff,
    }
}

#[derive(Default)]
struct Contacts {
    good: Vec<(Contact, Span)>,
    shared: Vec<(Contact, Span)>,
}

impl Contacts {
    fn push(&mut self, contact: Contact, raw: &Spanned<MaybeShared>) {
        let list = if raw.value.shared {
            &mut self.shared
        } else {
            &mut self.good
        };
        list.push((contact, raw.span));
    }
}

/// A contact from `people` or from `contacts`; both at once is an error.
fn one_of<'r>(
    own: Option<&'r Spanned<MaybeShared>>,
    outside: Option<&'r Spanned<MaybeShared>>,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'r Spanned<MaybeShared>> {
    if let (Some(own), Some(outside)) = (own, outside) {
        diagnostics.push(diags::contact_twice(what, own.span, outside.span));
    }
    own.or(outside)
}

fn full_name(raw: &raw::Person) -> Arc<str> {
    match raw.name.as_ref().map(|name| &name.value) {
        Some(Name::Whole(name)) => name.clone(),
        Some(Name::Parts { first, last }) => match (first.is_empty(), last.is_empty()) {
            (false, false) => format!("{first} {last}").into(),
            (true, _) => last.clone(),
            (false, true) => first.clone(),
        },
        None => raw.key.value.clone(),
    }
}

fn managed(raw: &raw::Person, resolved: &Resolved) -> Managed {
    match raw
        .access
        .as_ref()
        .map(|access| (&access.value, access.span))
    {
        Some((Access::Unmanaged, _)) => Managed::No,
        // Without `access` the project is refused; nothing is concluded from it.
        None => Managed::No,
        Some((Access::Lines(lines), span)) => match &raw.leaves {
            Some(leaves) if resolved.has_left => Managed::Left(leaves.span),
            Some(_) | None if lines.is_empty() => Managed::Nothing(span),
            Some(_) | None => Managed::Yes,
        },
    }
}

/// That somebody has left whose access is left alone; no line of theirs says a place, so the project's zone counts.
fn left_alone(context: &Context<'_>, raw: &raw::Person) -> Option<LeftAlone> {
    let access = raw.access.as_ref()?;
    let leaves = raw.leaves.as_ref()?;
    let has_left = access::has_left(raw, context.places.project_clock());
    (has_left && matches!(access.value, Access::Unmanaged)).then(|| LeftAlone {
        on: match leaves.value {
            When::Date(date) => date,
            When::Time(time) => time.date(),
        },
        line: leaves.span,
    })
}

fn pins(
    context: &Context<'_>,
    raw: &raw::Person,
    accounts: &mut Vec<(Arc<str>, Account, Span)>,
    claims: &mut Vec<StaffClaim>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<SystemName, AccountPin> {
    let mut pins = BTreeMap::new();
    for (system, pin) in &raw.accounts {
        if context.systems.position(&system.value).is_none() {
            diagnostics.push(diags::unknown(
                Known::System,
                system,
                context.systems.names(),
            ));
            continue;
        }
        for id in &pin.ids {
            let account = Account::Id(id.value.clone());
            accounts.push((system.value.clone(), account, id.span));
        }
        if let Some(login) = &pin.login {
            let account = Account::Login(login.value.to_lowercase().into());
            accounts.push((system.value.clone(), account, login.span));
        }
        let name = SystemName::new(system.value.clone());
        let mut staff = BTreeMap::new();
        for (key, pin) in &pin.staff {
            if context.places.find(key, diagnostics).is_none() {
                continue;
            }
            let item = match &pin.value {
                StaffPin::Name(name) => Item::Name(name.clone()),
                StaffPin::Id(id) => Item::Id(*id),
                StaffPin::Nobody => continue,
            };
            let key = LocationKey::new(key.value.clone());
            claims.push((name.clone(), key.clone(), item.clone(), pin.span));
            staff.insert(key, item);
        }
        let ids = |ids: &[raw::Text]| {
            ids.iter()
                .map(|id| AccountId::new(id.value.clone()))
                .collect()
        };
        pins.insert(
            name,
            AccountPin {
                ids: ids(&pin.ids),
                not: ids(&pin.not),
                login: pin.login.as_ref().map(|login| login.value.clone()),
                staff,
            },
        );
    }
    pins
}

/// What two people must not share: contacts, accounts, team members, earlier keys.
pub(super) fn check_across(
    outcomes: &[Outcome],
    people: &[&raw::Person],
    keys: &[&str],
    clock: &Clock,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut contacts: Vec<(u64, &Contact, usize, Span)> = outcomes
        .iter()
        .enumerate()
        .flat_map(|(at, outcome)| {
            outcome.contacts.iter().map(move |(contact, span)| {
                let text = match contact {
                    Contact::Email(email) => email.as_str(),
                    Contact::Phone(phone) => phone.as_str(),
                };
                (hash(text), contact, at, *span)
            })
        })
        .collect();
    let name = |at: usize| keys.get(at).copied().unwrap_or("");
    // By hash first: comparing numbers is what makes a hundred thousand people cheap.
    contacts.par_sort_unstable();
    for pair in contacts.chunk_by(|a, b| a.1 == b.1) {
        if let [(_, contact, first, first_span), rest @ ..] = pair {
            for (_, _, other, span) in rest {
                diagnostics.push(diags::shared_contact(
                    contact,
                    (name(*first), *first_span),
                    (name(*other), *span),
                ));
            }
        }
    }
    let mut accounts: Vec<(&Arc<str>, &Account, usize, Span)> = outcomes
        .iter()
        .enumerate()
        .flat_map(|(at, outcome)| {
            outcome
                .accounts
                .iter()
                .map(move |(system, account, span)| (system, account, at, *span))
        })
        .collect();
    accounts.sort_unstable();
    for pair in accounts.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        if let [(system, _, first, first_span), rest @ ..] = pair {
            for (_, _, other, span) in rest.iter().filter(|(_, _, other, _)| other != first) {
                diagnostics.push(diags::shared_account(
                    system,
                    (name(*first), *first_span),
                    (name(*other), *span),
                ));
            }
        }
    }
    check_staff(outcomes, people, clock, diagnostics);
    let mut earlier: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    for person in people {
        for was in &person.was {
            if let Ok(at) = keys.binary_search(&&*was.value) {
                let span = people.get(at).map_or(was.span, |other| other.key.span);
                diagnostics.push(diags::earlier_key_in_use(was, span));
            } else if let Some((_, other)) =
                earlier.insert(&was.value, (&person.key.value, was.span))
            {
                diagnostics.push(diags::earlier_key_twice(was, other));
            }
        }
    }
}

/// A team member is one human with one account: two people who are the same one at a time are an error. Whoever has left
/// may be followed by another.
fn check_staff(
    outcomes: &[Outcome],
    people: &[&raw::Person],
    clock: &Clock,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut claims: Vec<(&SystemName, &LocationKey, &Item, usize, Span)> = outcomes
        .iter()
        .enumerate()
        .flat_map(|(at, outcome)| {
            let staff = outcome.staff.iter();
            staff.map(move |(system, place, item, span)| (system, place, item, at, *span))
        })
        .collect();
    claims.sort_unstable();
    let employed = |at: usize| {
        let person = people.get(at)?;
        let window = clock.window(person.starts.as_ref(), person.leaves.as_ref());
        (window.end > clock.now).then_some(window)
    };
    let name = |at: usize| people.get(at).map_or("", |person| &*person.key.value);
    for same in claims.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
        for (index, (system, place, _, second, span)) in same.iter().enumerate().skip(1) {
            let first = same.iter().take(index).find(|(_, _, _, first, _)| {
                let together = employed(*first)
                    .zip(employed(*second))
                    .map(|(a, b)| a.clipped(b));
                first != second && together.is_some_and(|both| !both.is_empty())
            });
            if let Some((_, _, _, first, first_span)) = first {
                diagnostics.push(diags::shared_staff(
                    system,
                    place,
                    (name(*first), *first_span),
                    (name(*second), *span),
                ));
            }
        }
    }
}

/// FNV-1a: the same on every machine and in every run.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
