//! From the file to the model: what the shapes alone cannot rule out is checked here, and named by its path.
//!
//! Contacts that are none are named by their path only: the text of an error may end up in a log.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::file::{self, File};
use super::{SnapshotError, printable, rights};
use crate::catalog::{Catalog, Kind};
use crate::model::{
    Account, AccountId, AccountState, Caller, Email, Gap, LocationKey, NameTable, Named, Observed,
    ObservedSystem, OwnRights, Phone, PlaceId, Profile, ReadFailure, Reading, RightFact, RightSet,
    RightsTree, ScopeState, SystemName, UnknownRight, VendorRoleSlug,
};

/// The whole read.
pub(super) fn observed(file: File, catalog: &Catalog) -> Result<Observed, SnapshotError> {
    let systems = file
        .systems
        .into_iter()
        .map(|(name, kept)| {
            let seen = system(&format!("systems.{name}"), kept, catalog)?;
            Ok((SystemName::new(name), seen))
        })
        .collect::<Result<_, SnapshotError>>()?;
    Ok(Observed {
        systems,
        ..Observed::default()
    })
}

/// The error for a value that is not what it should be.
fn wrong(
    at: impl AsRef<str>,
    expected: impl Into<String>,
    found: impl AsRef<str>,
) -> SnapshotError {
    SnapshotError::Value {
        at: printable(at.as_ref()),
        expected: expected.into(),
        found: printable(found.as_ref()),
    }
}

/// What the places of a system point to by number.
struct Tables {
    sets: Vec<(Arc<RightSet>, Vec<UnknownRight>)>,
    trees: Vec<Arc<RightsTree>>,
}

fn system(
    at: &str,
    kept: file::System,
    catalog: &Catalog,
) -> Result<ObservedSystem, SnapshotError> {
    let file::System {
        kind,
        host,
        taken,
        calls,
        caller,
        scopes,
        right_sets,
        trees,
    } = kept;
    let kind = Kind::parse(&kind).ok_or_else(|| {
        let kinds: Vec<String> = Kind::ALL.iter().map(|kind| format!("`{kind}`")).collect();
        wrong(
            format!("{at}.kind"),
            kinds.join(" or "),
            format!("`{kind}`"),
        )
    })?;
    let taken: Timestamp = taken.parse().map_err(|_| {
        wrong(
            format!("{at}.taken"),
            "a time such as `2026-12-01T08:00:00Z`",
            format!("`{taken}`"),
        )
    })?;
    let caller = Caller {
        account: caller.account.map(AccountId::new),
        email: email(caller.email, || format!("{at}.caller.email"))?,
        phone: phone(caller.phone, || format!("{at}.caller.phone"))?,
        chains: caller.chains,
    };
    let tables = Tables {
        sets: right_sets
            .into_iter()
            .enumerate()
            .map(|(n, set)| right_set(&format!("{at}.right_sets[{n}]"), set, catalog))
            .collect::<Result<_, _>>()?,
        trees: trees
            .into_iter()
            .map(|tree| Arc::new(rights_tree(tree, catalog)))
            .collect(),
    };
    let scopes = scopes
        .into_iter()
        .map(|(key, kept)| {
            let reading = scope(&format!("{at}.scopes.{key}"), kept, &tables)?;
            Ok((place(key), reading))
        })
        .collect::<Result<_, SnapshotError>>()?;
    Ok(ObservedSystem {
        kind: kind.as_str(),
        host,
        taken,
        caller,
        scopes,
        calls,
    })
}

fn place(key: Arc<str>) -> PlaceId {
    match &*key {
        "*" => PlaceId::Whole,
        "chain" => PlaceId::Chain,
        _ => PlaceId::At(LocationKey::new(key)),
    }
}

fn email(
    text: Option<String>,
    at: impl FnOnce() -> String,
) -> Result<Option<Email>, SnapshotError> {
    text.map(|text| Email::parse(&text))
        .transpose()
        .map_err(|fault| wrong(at(), fault.expected(), "something else"))
}

fn phone(
    text: Option<String>,
    at: impl FnOnce() -> String,
) -> Result<Option<Phone>, SnapshotError> {
    text.map(|text| Phone::parse(&text))
        .transpose()
        .map_err(|fault| wrong(at(), fault.expected(), "something else"))
}

fn scope(
    at: &str,
    kept: file::Scope,
    tables: &Tables,
) -> Result<Reading<ScopeState>, SnapshotError> {
    Ok(match kept {
        file::Scope::Complete(kept) => Reading::Complete(state(at, kept, tables)?),
        file::Scope::Partial { gaps, state: kept } => Reading::Partial(
            state(at, kept, tables)?,
            gaps.into_iter().map(gap).collect(),
        ),
        file::Scope::Unreadable(why) => Reading::Unreadable(failure(why)),
    })
}

fn gap(gap: file::Gap) -> Gap {
    match gap {
        file::Gap::CountDiffers { told, came } => Gap::CountDiffers { told, came },
        file::Gap::RightsUnread { account, why } => Gap::RightsUnread {
            account: AccountId::new(account),
            why,
        },
        file::Gap::BadRow { why } => Gap::BadRow { why },
        file::Gap::SideRead { what, why } => Gap::SideRead { what, why },
    }
}

fn failure(failure: file::Failure) -> ReadFailure {
    match failure {
        file::Failure::Forbidden { right } => ReadFailure::Forbidden { right },
        file::Failure::Invisible => ReadFailure::Invisible,
        file::Failure::Failed { why } => ReadFailure::Failed { why },
        file::Failure::Empty => ReadFailure::Empty,
        file::Failure::NotSupported => ReadFailure::NotSupported,
    }
}

fn state(at: &str, kept: file::State, tables: &Tables) -> Result<ScopeState, SnapshotError> {
    let mut accounts = BTreeMap::new();
    for (n, row) in kept.accounts.into_iter().enumerate() {
        let at = || format!("{at}.accounts[{n}]");
        let row = account(&at, row, tables)?;
        if let Some(first) = accounts.insert(row.id.clone(), row) {
            return Err(wrong(
                at() + ".id",
                "an id that no other account of the place has",
                format!("`{}`", first.id),
            ));
        }
    }
    let tree = kept
        .tree
        .map(|n| {
            let tree = tables.trees.get(n).cloned();
            tree.ok_or_else(|| number(format!("{at}.tree"), n, tables.trees.len()))
        })
        .transpose()?;
    let file::Names {
        accounts: desks,
        storages,
        staff,
        positions,
        expenses,
    } = kept.names;
    Ok(ScopeState {
        accounts,
        tree,
        own: kept.own.map(own_rights),
        names: NameTable {
            accounts: named(desks),
            storages: named(storages),
            staff: named(staff),
            positions: named(positions),
            expenses: named(expenses),
            posts: BTreeMap::new(),
        },
        profiles: kept.profiles.map(|profiles| {
            let profile = |file::Profile { id, name }| Profile { id, name };
            profiles.into_iter().map(profile).collect()
        }),
        export: None,
    })
}

/// The error for a number that points beyond its table.
fn number(at: String, found: usize, length: usize) -> SnapshotError {
    wrong(at, format!("a number below {length}"), format!("`{found}`"))
}

fn account(
    at: &dyn Fn() -> String,
    kept: file::Account,
    tables: &Tables,
) -> Result<Account, SnapshotError> {
    let file::Account {
        id,
        name,
        phone: phone_text,
        email: email_text,
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
    } = kept;
    let mut unknown_rights: Vec<UnknownRight> = unknown_rights
        .into_iter()
        .map(|file::UnknownRight { slug, json }| UnknownRight { slug, json })
        .collect();
    let rights = match rights {
        None => None,
        Some(n) => {
            let found = tables.sets.get(n);
            let (set, unknown) =
                found.ok_or_else(|| number(at() + ".rights", n, tables.sets.len()))?;
            if !unknown.is_empty() {
                unknown_rights.extend(unknown.iter().cloned());
                unknown_rights.sort();
            }
            Some(Arc::clone(set))
        }
    };
    Ok(Account {
        id: AccountId::new(id),
        name,
        phone: phone(phone_text, || at() + ".phone")?,
        email: email(email_text, || at() + ".email")?,
        state: match state {
            file::AccountState::Invited => AccountState::Invited,
            file::AccountState::Inactive => AccountState::Inactive,
            file::AccountState::Active => AccountState::Active,
            file::AccountState::Blocked => AccountState::Blocked,
        },
        removable,
        editable,
        role: role.map(VendorRoleSlug::new),
        staff: staff.map(|link| match link {
            file::Staff::Nobody => None,
            file::Staff::Id(id) => Some(id),
        }),
        rights,
        unknown_rights,
        paid_seat,
        login,
        facts: facts.map(Arc::new),
    })
}

fn right_set(
    at: &str,
    kept: file::RightSet,
    catalog: &Catalog,
) -> Result<(Arc<RightSet>, Vec<UnknownRight>), SnapshotError> {
    let mut set = RightSet::empty(catalog.len());
    let mut unknown = Vec::new();
    for (slug, json) in kept.0 {
        let Some(id) = catalog.by_slug(&slug) else {
            let json = json.to_string().into();
            unknown.push(UnknownRight { slug, json });
            continue;
        };
        let value = rights::from_json(catalog.get(id).kind, &json)
            .map_err(|expected| wrong(format!("{at}.{slug}"), expected, format!("`{json}`")))?;
        set.set(id.index(), Some(value));
    }
    Ok((Arc::new(set), unknown))
}

fn rights_tree(kept: file::Tree, catalog: &Catalog) -> RightsTree {
    let mut tree = RightsTree {
        rights: vec![None; catalog.len()],
        unknown: kept.unknown,
        roles: BTreeMap::new(),
    };
    for (slug, fact) in kept.rights {
        let file::Fact {
            editable,
            paid,
            type_agrees,
        } = fact;
        let cell = catalog
            .by_slug(&slug)
            .and_then(|id| tree.rights.get_mut(id.index()));
        if let Some(cell) = cell {
            *cell = Some(RightFact {
                editable,
                paid,
                type_agrees,
            });
        } else {
            tree.unknown.insert(slug, editable);
        }
    }
    let position = |slug: &Arc<str>| u16::try_from(catalog.by_slug(slug)?.index()).ok();
    tree.roles = kept
        .roles
        .into_iter()
        .map(|(role, slugs)| {
            let recommended = slugs.iter().filter_map(position).collect();
            (VendorRoleSlug::new(role), recommended)
        })
        .collect();
    tree
}

fn own_rights(own: file::Own) -> OwnRights {
    let file::Own {
        view,
        create,
        edit,
        delete,
        limited,
    } = own;
    OwnRights {
        view,
        create,
        edit,
        delete,
        limited,
    }
}

fn named(list: Option<Vec<file::Named>>) -> Option<Vec<Named>> {
    let one = |file::Named { id, name }| Named { id, name };
    list.map(|list| list.into_iter().map(one).collect())
}
