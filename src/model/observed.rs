//! What a vendor says, with the trust it deserves.
//!
//! Absence can be concluded only from [`Reading::Complete`]: no other variant has the method that yields it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{AccountId, Email, LocationKey, Phone, PlaceId, RightSet, SystemName, VendorRoleSlug};

/// What was seen, by system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Every system that was asked.
    pub systems: BTreeMap<SystemName, ObservedSystem>,
    /// Exports that could not stand in, by what they would have told of, with why. What was read there is not touched by
    /// it: a list of an administrator and what a vendor shows fail each for itself.
    pub lost_exports: BTreeMap<(SystemName, PlaceId), ReadFailure>,
    /// What of those is too old to go by: no proof of anything, but reason enough to look after a leaver whom a list
    /// showed to be in after somebody had said that they were not.
    pub old_exports: BTreeMap<(SystemName, PlaceId), ScopeState>,
}

/// What one system answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedSystem {
    /// `altegio`, ... as the settings say.
    pub kind: &'static str,
    /// Host that answered; `sandbox:<system>` for the simulator.
    pub host: Arc<str>,
    /// When the read began.
    pub taken: Timestamp,
    /// Who the token belongs to, as far as it can be known.
    pub caller: Caller,
    /// Each scope that was asked for.
    pub scopes: BTreeMap<PlaceId, Reading<ScopeState>>,
    /// How many calls the read took.
    pub calls: u32,
}

/// The account the token belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Its id, if the vendor tells.
    pub account: Option<AccountId>,
    /// Its contacts, if the vendor tells.
    pub email: Option<Email>,
    /// Its contacts, if the vendor tells.
    pub phone: Option<Phone>,
    /// Its own rights in each chain it sees, by the chain's id, with the catalogue's keys. Empty where
    /// no chain is declared.
    pub chains: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// A read and how far it can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// Everything was read and the counts agree.
    Complete(T),
    /// Something is missing: what is there is true, what is not there is unknown.
    Partial(T, Vec<Gap>),
    /// Nothing could be read.
    Unreadable(ReadFailure),
}

impl<T> Reading<T> {
    /// What was read, complete or not.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Reading::Complete(value) | Reading::Partial(value, _) => Some(value),
            Reading::Unreadable(_) => None,
        }
    }

    /// What was read, only if the absence of something in it means that it does not exist.
    pub fn complete(&self) -> Option<&T> {
        match self {
            Reading::Complete(value) => Some(value),
            Reading::Partial(..) | Reading::Unreadable(_) => None,
        }
    }
}

/// Why a read is partial.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// The vendor's total and the rows disagree.
    CountDiffers {
        /// What the vendor said.
        told: u64,
        /// Distinct rows that came.
        came: u64,
    },
    /// The rights of one account could not be read.
    RightsUnread {
        /// Whose.
        account: AccountId,
        /// Why, in words.
        why: Arc<str>,
    },
    /// Far fewer accounts than the last complete read saw: whoever is missing may be there all the same.
    Shrunk {
        /// Accounts that the last complete read saw.
        before: u64,
        /// How many of these are not in the list.
        gone: u64,
        /// The rule, in words.
        rule: Arc<str>,
    },
    /// A row that could not be understood.
    BadRow {
        /// What was wrong with it.
        why: Arc<str>,
    },
    /// The rights tree, the caller's own rights or a list of names could not be read.
    SideRead {
        /// Which one.
        what: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
}

/// Why a scope could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadFailure {
    /// The caller lacks a right at that place (403).
    Forbidden {
        /// The right that is missing, as far as it can be told.
        right: Option<Arc<str>>,
    },
    /// The place is declared, but the token does not see it.
    Invisible,
    /// The vendor could not be reached or answered garbage.
    Failed {
        /// In words, without secrets.
        why: Arc<str>,
    },
    /// The list has nobody in it, not even whoever asks.
    Empty,
    /// This version cannot read that kind of system.
    NotSupported,
    /// An export that stands in for a read is older than the settings allow.
    TooOld {
        /// When it was taken.
        taken: Timestamp,
        /// How old it may be.
        max_age: SignedDuration,
    },
}

/// What a scope holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeState {
    /// Accounts by id, distinct.
    pub accounts: BTreeMap<AccountId, Account>,
    /// The live rights tree, if it was read.
    pub tree: Option<Arc<RightsTree>>,
    /// The caller's own rights there, if they were read.
    pub own: Option<OwnRights>,
    /// Names of cash desks, storages, team members and positions, if they were read.
    pub names: NameTable,
    /// Bookable profiles, at vendors that show those and not who may sign in. They prove no access.
    pub profiles: Option<Vec<Profile>>,
    /// The export it comes from; none where the vendor answered.
    pub export: Option<ExportFact>,
}

/// A bookable profile: a team member or a room. It says nothing of access.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile {
    /// The vendor's id.
    pub id: Arc<str>,
    /// The name; hostile text.
    pub name: Arc<str>,
}

/// A list that an administrator typed or exported, in place of a read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportFact {
    /// The file, within the project.
    pub file: Arc<str>,
    /// When it was taken from the vendor.
    pub taken: Timestamp,
}

/// Values of kinds without a catalogue (ticks, teams, sources, agencies), by name; lists have one entry a line, ticks
/// are `true` or `false`.
pub type Facts = BTreeMap<Arc<str>, Arc<str>>;

/// One account at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// Its name, as the vendor shows it; hostile text.
    pub name: Arc<str>,
    /// Its phone in canonical form; none if empty or malformed.
    pub phone: Option<Phone>,
    /// Its e-mail in canonical form; none if empty or malformed.
    pub email: Option<Email>,
    /// Invited, active, inactive or blocked. An account that is not there has no row.
    pub state: AccountState,
    /// Whether the vendor lets it be removed (owners and system users cannot be).
    pub removable: bool,
    /// Whether the caller may change it; unknown until its rights are read.
    pub editable: Option<bool>,
    /// The vendor role; unknown until its rights are read.
    pub role: Option<VendorRoleSlug>,
    /// The linked team member; the outer option is unknown until its rights are read.
    pub staff: Option<Option<i64>>,
    /// Its rights; unknown until read.
    pub rights: Option<Arc<RightSet>>,
    /// Rights the catalogue does not know, in order of slug: kept and sent back unchanged.
    pub unknown_rights: Vec<UnknownRight>,
    /// Whether it takes a paid seat, where the vendor says.
    pub paid_seat: Option<bool>,
    /// The login name, at vendors that have one beside the e-mail; hostile text.
    pub login: Option<Arc<str>>,
    /// What stands in place of rights at kinds without a catalogue; unknown where it cannot be read.
    pub facts: Option<Arc<Facts>>,
}

/// A right that only the live system knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownRight {
    /// Its slug; hostile text.
    pub slug: Arc<str>,
    /// Its value as canonical JSON text, to be sent back as it came.
    pub json: Arc<str>,
}

/// The state of an account at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountState {
    /// An invitation waits to be accepted.
    Invited,
    /// Made, but not switched on.
    Inactive,
    /// In use.
    Active,
    /// Switched off.
    Blocked,
}

impl AccountState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Invited, Self::Inactive, Self::Active, Self::Blocked];

    /// The word of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            AccountState::Invited => "invited",
            AccountState::Inactive => "inactive",
            AccountState::Active => "active",
            AccountState::Blocked => "blocked",
        }
    }

    /// The state of a word of the contracts.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == word)
    }
}

/// What the live rights tree says about the rights of the catalogue at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RightsTree {
    /// By position in the catalogue; none where the tree does not have the right.
    pub rights: Vec<Option<RightFact>>,
    /// Slugs of the tree that the catalogue does not know, with whether the caller may change them.
    pub unknown: BTreeMap<Arc<str>, bool>,
    /// Roles the place offers, with the recommended rights of each by position.
    pub roles: BTreeMap<VendorRoleSlug, Vec<u16>>,
}

/// What the live tree says about one right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RightFact {
    /// Whether the caller may change it.
    pub editable: bool,
    /// Whether granting it takes a paid seat.
    pub paid: bool,
    /// Whether the live type is the catalogue's.
    pub type_agrees: bool,
}

/// The caller's own rights at a place: what the token may do about users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent permissions of the vendor, each a switch there"
)]
pub struct OwnRights {
    /// May see users.
    pub view: bool,
    /// May invite.
    pub create: bool,
    /// May change rights.
    pub edit: bool,
    /// May remove.
    pub delete: bool,
    /// May grant only rights it holds itself.
    pub limited: bool,
}

/// Something with an id and a name at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The vendor's id.
    pub id: i64,
    /// The name; hostile text.
    pub name: Arc<str>,
}

/// Names that rights and staff links refer to, at one place. `None` is "not read".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameTable {
    /// Cash desks and accounts.
    pub accounts: Option<Vec<Named>>,
    /// Storages.
    pub storages: Option<Vec<Named>>,
    /// Team members.
    pub staff: Option<Vec<Named>>,
    /// Positions.
    pub positions: Option<Vec<Named>>,
    /// Payment items.
    pub expenses: Option<Vec<Named>>,
    /// The titles of the positions that team members hold, by the member's id, where the list of members told; hostile
    /// text. A position gives no right: it only helps to call a role by a name. Not kept in the file of a read.
    pub posts: BTreeMap<i64, Arc<str>>,
}

impl ObservedSystem {
    /// Every account id seen at any place, also in incomplete scopes.
    pub fn account_ids(&self) -> BTreeSet<&AccountId> {
        self.scopes
            .values()
            .filter_map(Reading::seen)
            .flat_map(|scope| scope.accounts.keys())
            .collect()
    }

    /// The reading of one location.
    pub fn at(&self, location: &LocationKey) -> Option<&Reading<ScopeState>> {
        self.scopes.get(&PlaceId::At(location.clone()))
    }
}
