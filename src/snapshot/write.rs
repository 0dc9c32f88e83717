//! From the model to the file.
//!
//! Every struct of the model is taken apart by name, so that a field that is added there and forgotten here does not
//! compile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{self, Contains, File};
use super::rights;
use crate::catalog::Catalog;
use crate::model::{
    Account, AccountState, Caller, Gap, NameTable, Named, Observed, ObservedSystem, OwnRights,
    PlaceId, Profile, ReadFailure, Reading, RightFact, RightSet, RightsTree, ScopeState,
    UnknownRight,
};

/// The whole file.
pub(super) fn file(observed: &Observed, catalog: &Catalog) -> File {
    // Exports stand in the project and are laid over a kept read anew.
    let Observed {
        systems,
        lost_exports: _,
        old_exports: _,
    } = observed;
    File {
        format: super::FORMAT.to_owned(),
        contains: Contains::Contacts,
        systems: systems
            .iter()
            .map(|(name, seen)| (name.as_str().into(), system(seen, catalog)))
            .collect(),
        journal: None,
    }
}

/// Values met so far, each with its number.
struct Numbers<'a, T>(BTreeMap<&'a T, usize>);

impl<'a, T: Ord> Numbers<'a, T> {
    fn of(&mut self, value: &'a T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn in_order(self) -> Vec<&'a T> {
        let mut values: Vec<(usize, &T)> = self.0.into_iter().map(|(v, at)| (at, v)).collect();
        values.sort_by_key(|&(at, _)| at);
        values.into_iter().map(|(_, value)| value).collect()
    }
}

fn system(seen: &ObservedSystem, catalog: &Catalog) -> file::System {
    let ObservedSystem {
        kind,
        host,
        taken,
        caller,
        scopes,
        calls,
    } = seen;
    let Caller {
        account,
        email,
        phone,
        chains,
    } = caller;
    let mut sets = Numbers(BTreeMap::new());
    let mut trees = Numbers(BTreeMap::new());
    let scopes = scopes
        .iter()
        .filter(|(_, reading)| !is_export(reading))
        .map(|(place, reading)| (key(place), scope(reading, &mut sets, &mut trees)))
        .collect();
    file::System {
        kind: (*kind).into(),
        host: host.clone(),
        taken: taken.to_string(),
        calls: *calls,
        caller: file::Caller {
            account: account.as_ref().map(|id| id.as_str().into()),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
            chains: chains.clone(),
        },
        scopes,
        right_sets: sets
            .in_order()
            .into_iter()
            .map(|set| right_set(set, catalog))
            .collect(),
        trees: trees
            .in_order()
            .into_iter()
            .map(|tree| rights_tree(tree, catalog))
            .collect(),
    }
}

/// Exports stand in the project and are laid over a kept read anew.
fn is_export(reading: &Reading<ScopeState>) -> bool {
    match reading {
        Reading::Complete(seen) | Reading::Partial(seen, _) => seen.export.is_some(),
        Reading::Unreadable(why) => matches!(why, ReadFailure::TooOld { .. }),
    }
}

/// A place as text; the reserved names keep the three forms apart.
fn key(place: &PlaceId) -> Arc<str> {
    match place {
        PlaceId::Whole => "*".into(),
        PlaceId::Chain => "chain".into(),
        PlaceId::At(location) => location.as_str().into(),
    }
}

fn scope<'a>(
    reading: &'a Reading<ScopeState>,
    sets: &mut Numbers<'a, RightSet>,
    trees: &mut Numbers<'a, RightsTree>,
) -> file::Scope {
    match reading {
        Reading::Complete(seen) => file::Scope::Complete(state(seen, sets, trees)),
        Reading::Partial(seen, gaps) => file::Scope::Partial {
            gaps: gaps.iter().map(gap).collect(),
            state: state(seen, sets, trees),
        },
        Reading::Unreadable(why) => file::Scope::Unreadable(failure(why)),
    }
}

fn gap(gap: &Gap) -> file::Gap {
    match gap {
        Gap::CountDiffers { told, came } => file::Gap::CountDiffers {
            told: *told,
            came: *came,
        },
        Gap::RightsUnread { account, why } => file::Gap::RightsUnread {
            account: account.as_str().into(),
            why: why.clone(),
        },
        // A kept read is written before rules judge it; one that was judged says what it lacks all the same.
        Gap::Shrunk {
            before,
            gone,
            rule: _,
        } => file::Gap::CountDiffers {
            told: *before,
            came: before.saturating_sub(*gone),
        },
        Gap::BadRow { why } => file::Gap::BadRow { why: why.clone() },
        Gap::SideRead { what, why } => file::Gap::SideRead {
            what: what.clone(),
            why: why.clone(),
        },
    }
}

fn failure(failure: &ReadFailure) -> file::Failure {
    match failure {
        ReadFailure::Forbidden { right } => file::Failure::Forbidden {
            right: right.clone(),
        },
        ReadFailure::Invisible => file::Failure::Invisible,
        ReadFailure::Failed { why } => file::Failure::Failed { why: why.clone() },
        ReadFailure::Empty => file::Failure::Empty,
        ReadFailure::NotSupported => file::Failure::NotSupported,
        // Exports stand in the project and are laid over a kept read anew.
        ReadFailure::TooOld { .. } => file::Failure::NotSupported,
    }
}

fn state<'a>(
    state: &'a ScopeState,
    sets: &mut Numbers<'a, RightSet>,
    trees: &mut Numbers<'a, RightsTree>,
) -> file::State {
    let ScopeState {
        accounts,
        tree,
        own,
        names,
        profiles,
        export: _,
    } = state;
    let NameTable {
        accounts: desks,
        storages,
        staff,
        positions,
        expenses,
        posts: _,
    } = names;
    file::State {
        accounts: accounts.values().map(|row| account(row, sets)).collect(),
        tree: tree.as_deref().map(|tree| trees.of(tree)),
        own: own.map(own_rights),
        names: file::Names {
            accounts: named(desks.as_deref()),
            storages: named(storages.as_deref()),
            staff: named(staff.as_deref()),
            positions: named(positions.as_deref()),
            expenses: named(expenses.as_deref()),
        },
        profiles: profiles.as_ref().map(|profiles| {
            let profile = |Profile { id, name }: &Profile| file::Profile {
                id: id.clone(),
                name: name.clone(),
            };
            profiles.iter().map(profile).collect()
        }),
    }
}

fn account<'a>(account: &'a Account, sets: &mut Numbers<'a, RightSet>) -> file::Account {
    let Account {
        id,
        name,
        phone,
        email,
        state,
        removable,
        editable,
        role,
        staff,
        rights,
        unknown_rights,
        paid_seat,
        login,
        facts,
    } = account;
    file::Account {
        id: id.as_str().into(),
        name: name.clone(),
        phone: phone.as_ref().map(|phone| phone.as_str().to_owned()),
        email: email.as_ref().map(|email| email.as_str().to_owned()),
        state: match state {
            AccountState::Invited => file::AccountState::Invited,
            AccountState::Inactive => file::AccountState::Inactive,
            AccountState::Active => file::AccountState::Active,
            AccountState::Blocked => file::AccountState::Blocked,
        },
        removable: *removable,
        editable: *editable,
        role: role.as_ref().map(|role| role.as_str().into()),
        staff: staff.map(|link| link.map_or(file::Staff::Nobody, file::Staff::Id)),
        rights: rights.as_deref().map(|set| sets.of(set)),
        unknown_rights: unknown_rights
            .iter()
            .map(|UnknownRight { slug, json }| file::UnknownRight {
                slug: slug.clone(),
                json: json.clone(),
            })
            .collect(),
        login: login.clone(),
        facts: facts.as_deref().cloned(),
        paid_seat: *paid_seat,
    }
}

fn right_set(set: &RightSet, catalog: &Catalog) -> file::RightSet {
    file::RightSet(
        set.iter()
            .filter_map(|(at, value)| {
                let right = catalog.get(catalog.at(at)?);
                Some((right.slug.into(), rights::to_json(right.kind, value)?))
            })
            .collect(),
    )
}

fn rights_tree(tree: &RightsTree, catalog: &Catalog) -> file::Tree {
    let RightsTree {
        rights,
        unknown,
        roles,
    } = tree;
    let slug = |at: usize| Some(Arc::<str>::from(catalog.get(catalog.at(at)?).slug));
    file::Tree {
        rights: rights
            .iter()
            .enumerate()
            .filter_map(|(at, fact)| {
                let RightFact {
                    editable,
                    paid,
                    type_agrees,
                } = (*fact)?;
                let fact = file::Fact {
                    editable,
                    paid,
                    type_agrees,
                };
                Some((slug(at)?, fact))
            })
            .collect(),
        unknown: unknown.clone(),
        roles: roles
            .iter()
            .map(|(role, recommended)| {
                let slugs = recommended.iter().filter_map(|&at| slug(usize::from(at)));
                (role.as_str().into(), slugs.collect())
            })
            .collect(),
    }
}

fn own_rights(own: OwnRights) -> file::Own {
    let OwnRights {
        view,
        create,
        edit,
        delete,
        limited,
    } = own;
    file::Own {
        view,
        create,
        edit,
        delete,
        limited,
    }
}

fn named(list: Option<&[Named]>) -> Option<Vec<file::Named>> {
    let one = |Named { id, name }: &Named| file::Named {
        id: *id,
        name: name.clone(),
    };
    list.map(|list| list.iter().map(one).collect())
}
