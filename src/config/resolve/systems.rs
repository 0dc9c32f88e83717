//! Systems: which ones a name means, and their settings with every default put in.
//!
//! A line names a system, or a kind and with it all systems of that kind. The invariant: positions are those of the
//! sorted names, so that grants come out in order.

use std::collections::BTreeMap;

use super::diags::{self, Known};
use super::places::Places;
use jiff::SignedDuration;

use crate::catalog::Kind;
use crate::config::raw;
use crate::diagnostic::Diagnostic;
use crate::model::{
    AccountId, Actor, DesiredSystem, Gives, InvitePolicy, InviteWay, Ownership, PersonKey,
    Strangers, SystemName, VendorRoleSlug,
};

/// One declared system.
#[derive(Debug)]
pub(super) struct System<'a> {
    pub(super) name: SystemName,
    pub(super) kind: Kind,
    pub(super) raw: &'a raw::System,
}

/// All declared systems, by name.
#[derive(Debug)]
pub(super) struct Systems<'a> {
    pub(super) list: Vec<System<'a>>,
}

/// The systems a target means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// All of a kind.
    Kind(Kind),
    /// The one at that position.
    One(usize),
}

impl<'a> Systems<'a> {
    pub(super) fn new(settings: &'a raw::Settings) -> Self {
        let mut list: Vec<System<'a>> = settings
            .systems
            .iter()
            .map(|raw| System {
                name: SystemName::new(raw.name.value.clone()),
                kind: raw.kind.value,
                raw,
            })
            .collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list.dedup_by(|a, b| a.name == b.name);
        Self { list }
    }

    /// The system of a name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.list
            .binary_search_by(|system| system.name.as_str().cmp(name))
            .ok()
    }

    /// What a block, a `plus`, a `minus` or a `never` names. A system that is called like its kind stands for the kind.
    pub(super) fn target(&self, text: &str) -> Option<Target> {
        match Kind::parse(text) {
            Some(kind) => Some(Target::Kind(kind)),
            None => self.position(text).map(Target::One),
        }
    }

    /// The positions of the systems a target means.
    pub(super) fn of(&self, target: Target) -> impl Iterator<Item = usize> + '_ {
        self.list
            .iter()
            .enumerate()
            .filter(move |(at, system)| match target {
                Target::Kind(kind) => system.kind == kind,
                Target::One(one) => *at == one,
            })
            .map(|(at, _)| at)
    }

    /// The kind of what a target means.
    pub(super) fn kind(&self, target: Target) -> Option<Kind> {
        match target {
            Target::Kind(kind) => Some(kind),
            Target::One(at) => self.list.get(at).map(|system| system.kind),
        }
    }

    /// Every name, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|system| system.name.as_str())
    }

    /// A target, or a diagnostic where there is none of that name.
    pub(super) fn find(
        &self,
        text: &raw::Text,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Target> {
        let target = self.target(&text.value);
        if target.is_none() {
            diagnostics.push(diags::unknown(Known::System, text, self.names()));
        }
        target
    }

    /// The settings of every system with their defaults, and what is wrong with the people they name.
    pub(super) fn desired(
        &self,
        places: &Places<'_>,
        people: &[&str],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> BTreeMap<SystemName, DesiredSystem> {
        self.list
            .iter()
            .enumerate()
            .map(|(at, system)| {
                let raw = system.raw;
                let ownership = raw
                    .ownership
                    .as_ref()
                    .map_or(Ownership::Report, |ownership| ownership.value);
                let hands = raw
                    .hands
                    .iter()
                    .filter(|key| known_person(key, people, diagnostics))
                    .map(|key| PersonKey::new(key.value.clone()))
                    .collect();
                let desired = DesiredSystem {
                    kind: system.kind.as_str(),
                    origin: raw.name.span,
                    chain: raw.chain.as_ref().map(|chain| chain.value.clone()),
                    locations: places.ids_in(at, ownership),
                    ownership,
                    strangers: raw
                        .strangers
                        .as_ref()
                        .map_or(Strangers::Report, |strangers| strangers.value),
                    invite_by: raw.invite_by.as_ref().map_or_else(
                        || vec![InviteWay::Email, InviteWay::Phone],
                        |ways| ways.iter().map(|way| way.value).collect(),
                    ),
                    invite: raw
                        .invite
                        .as_ref()
                        .map_or(InvitePolicy::Once, |invite| invite.value),
                    acting: raw
                        .acting
                        .as_ref()
                        .and_then(|acting| actor(acting, people, diagnostics)),
                    hands,
                    assume: raw
                        .assume
                        .iter()
                        .map(|(name, relied_on)| (name.value.clone(), relied_on.value))
                        .collect(),
                    role_order: raw
                        .roles
                        .iter()
                        .map(|role| VendorRoleSlug::new(role.name.value.clone()))
                        .collect(),
                    role_numbers: raw
                        .roles
                        .iter()
                        .filter_map(|role| {
                            let name = VendorRoleSlug::new(role.name.value.clone());
                            Some((name, role.id.as_ref()?.value))
                        })
                        .collect(),
                    due: days(raw.due.as_ref().map_or(1, |due| due.value)),
                    recheck: raw
                        .recheck
                        .as_ref()
                        .map_or(Some(365), |recheck| recheck.value)
                        .map(days),
                    unknown_rights: BTreeMap::new(),
                    gives: Gives::default(),
                };
                (system.name.clone(), desired)
            })
            .collect()
    }
}

fn days(count: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

/// Whether a key is a declared person's; a diagnostic where it is not.
pub(super) fn known_person(
    key: &raw::Text,
    people: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let known = people.binary_search(&&*key.value).is_ok();
    if !known {
        diagnostics.push(diags::unknown(Known::Person, key, people.iter().copied()));
    }
    known
}

/// A person if there is one of that key, else an account id: those are numbers, or groups of hexadecimal digits.
fn actor(text: &raw::Text, people: &[&str], diagnostics: &mut Vec<Diagnostic>) -> Option<Actor> {
    if people.binary_search(&&*text.value).is_ok() {
        return Some(Actor::Person(PersonKey::new(text.value.clone())));
    }
    let is_uuid = text.value.len() == 36
        && text
            .value
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || b == b'-');
    if is_uuid || (!text.value.is_empty() && text.value.bytes().all(|b| b.is_ascii_digit())) {
        return Some(Actor::Account(AccountId::new(text.value.clone())));
    }
    diagnostics.push(diags::unknown(Known::Person, text, people.iter().copied()));
    None
}
