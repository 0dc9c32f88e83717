//! One right of the catalogue and the words that describe it.
//!
//! Not a value of a right: what an account holds lives in the model. Invariant: a [`RightId`] is
//! only made by the catalogue, so looking one up cannot fail.

use super::{kind::Kind, section::Section};

/// The position of a right in the catalogue.
///
/// Positions make dense arrays possible and mean nothing outside of a process: files and the
/// journal name rights by slug. A governor's position is always smaller than that of what it
/// governs, so walking positions upwards walks every chain from the top down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RightId(pub(super) u16);

impl RightId {
    /// The position as an index into an array of `Catalog::len()` elements.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The product in which a right has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Altegio and YCLIENTS.
    Both,
    /// Altegio alone.
    Altegio,
    /// YCLIENTS alone.
    Yclients,
}

impl Product {
    /// Whether something of this product exists at a system of that kind.
    pub fn covers(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::Both | Self::Altegio, Kind::Altegio)
            | (Self::Both | Self::Yclients, Kind::Yclients) => true,
            (_, Kind::Altegio | Kind::Yclients | Kind::Keycrm | Kind::Reservio | Kind::Apenday) => {
                false
            }
        }
    }
}

/// What the ids in a list or an id right refer to. All of them belong to one location, except
/// chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A cash desk or account.
    Account,
    /// A storage (warehouse).
    Storage,
    /// A team member, the bookable person.
    Staff,
    /// A position of team members.
    Position,
    /// A payment item.
    Expense,
    /// A kind of product transaction.
    TransactionType,
    /// A chain of locations.
    Chain,
}

impl Entity {
    /// The word for one of them, for people.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Account => "cash desk",
            Self::Storage => "storage",
            Self::Staff => "team member",
            Self::Position => "position",
            Self::Expense => "payment item",
            Self::TransactionType => "transaction type",
            Self::Chain => "chain",
        }
    }

    /// The word for several of them, for people.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Account => "cash desks",
            Self::Storage => "storages",
            Self::Staff => "team members",
            Self::Position => "positions",
            Self::Expense => "payment items",
            Self::TransactionType => "transaction types",
            Self::Chain => "chains",
        }
    }
}

/// The shape of a right's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RightType {
    /// Opens a section: the root of everything in it.
    Section,
    /// A plain yes or no.
    Switch,
    /// How many days back: a number, or all (-1 on the wire).
    Days,
    /// 1 = limited to what its list names.
    Limited,
    /// A list of ids; `[]` beside a flag of 0 means no limit.
    Ids(Entity),
    /// One id; 0 means all.
    Id(Entity),
    /// 1 = *not* limited to today.
    NoLimitToday,
    /// 1 = may grant only rights one holds oneself.
    OwnOnly,
    /// Whether sign-in is checked against the list of addresses.
    CheckIp,
    /// The list of addresses, as text.
    Ips,
}

impl RightType {
    /// Whether a pattern's `allow` and `deny`, `minus` and `never` can mean it: a yes or no whose
    /// yes gives something. "Not limited to today" is one: its yes lifts a limit.
    pub fn is_switch(self) -> bool {
        match self {
            Self::Section | Self::Switch | Self::NoLimitToday => true,
            Self::Days
            | Self::Limited
            | Self::Ids(_)
            | Self::Id(_)
            | Self::OwnOnly
            | Self::CheckIp
            | Self::Ips => false,
        }
    }

    /// Whether its value is a yes or no, giving or restricting.
    pub fn is_boolean(self) -> bool {
        match self {
            Self::Section
            | Self::Switch
            | Self::NoLimitToday
            | Self::Limited
            | Self::OwnOnly
            | Self::CheckIp => true,
            Self::Days | Self::Ids(_) | Self::Id(_) | Self::Ips => false,
        }
    }

    /// Whether it only says how far another right reaches, and gives nothing of its own.
    pub fn is_qualifier(self) -> bool {
        match self {
            Self::Days
            | Self::Limited
            | Self::Ids(_)
            | Self::Id(_)
            | Self::NoLimitToday
            | Self::OwnOnly
            | Self::Ips => true,
            Self::Section | Self::Switch | Self::CheckIp => false,
        }
    }

    /// What its ids refer to, if it holds ids.
    pub fn entity(self) -> Option<Entity> {
        match self {
            Self::Ids(entity) | Self::Id(entity) => Some(entity),
            Self::Section
            | Self::Switch
            | Self::Days
            | Self::Limited
            | Self::NoLimitToday
            | Self::OwnOnly
            | Self::CheckIp
            | Self::Ips => None,
        }
    }

    /// The values of `type.slug` in the vendor's roles tree under which this shape is expected.
    ///
    /// A root seen as a plain switch, or the reverse, is the same yes or no to us: only another
    /// *shape* is a contradiction.
    pub fn vendor_types(self) -> &'static [&'static str] {
        match self {
            Self::Section | Self::Switch | Self::CheckIp => &["has_access", "has_group_access"],
            Self::Days => &["last_days_count"],
            Self::Limited => &["has_limited_access"],
            Self::Ids(_) => &["allowed_ids", "has_allowed_ids"],
            Self::Id(_) => &["allowed_id"],
            Self::NoLimitToday => &["has_limited_today"],
            Self::OwnOnly => &["has_limited_by_own_access"],
            Self::Ips => &["allowed_ip"],
        }
    }

    /// Whether switching it on gives or takes.
    pub fn polarity(self) -> Polarity {
        match self {
            Self::Limited | Self::OwnOnly | Self::CheckIp => Polarity::Restricting,
            Self::Section
            | Self::Switch
            | Self::Days
            | Self::Ids(_)
            | Self::Id(_)
            | Self::NoLimitToday
            | Self::Ips => Polarity::Granting,
        }
    }

    /// The value under which it holds nobody back.
    pub fn most_open(self) -> Extreme {
        match self {
            Self::Section | Self::Switch | Self::NoLimitToday => Extreme::On,
            Self::Limited | Self::OwnOnly | Self::CheckIp => Extreme::Off,
            Self::Days => Extreme::AllDays,
            Self::Ids(_) | Self::Id(_) | Self::Ips => Extreme::Unrestricted,
        }
    }

    /// The value under which it gives least.
    pub fn most_restrictive(self) -> Extreme {
        match self {
            Self::Section | Self::Switch | Self::NoLimitToday => Extreme::Off,
            Self::Limited | Self::OwnOnly | Self::CheckIp => Extreme::On,
            Self::Days => Extreme::ZeroDays,
            Self::Ids(_) | Self::Id(_) | Self::Ips => Extreme::OneNamed,
        }
    }
}

/// Whether switching a right on gives or takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// More of it is more access.
    Granting,
    /// Switching it on takes something away: limiting flags, the IP check, "only own rights".
    Restricting,
}

/// An end of the range of a right's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extreme {
    /// `true`, or 1.
    On,
    /// `false`, or 0.
    Off,
    /// All days: -1 on the wire.
    AllDays,
    /// Zero days: today alone.
    ZeroDays,
    /// No limit: the empty list, the id 0, the empty text.
    Unrestricted,
    /// A single named thing. Nothing lies below it: an empty list means "no filter" to the vendor.
    OneNamed,
}

/// Why a right must be named by a line of its own before anybody gets it.
///
/// The criterion of each, by which it can be foretold, stands in the documentation of the
/// catalogue's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Moves money, shows balances or pay, or changes what is owed.
    Money,
    /// Shows or changes who a client is and how they are reached.
    ClientData,
    /// Decides who else has access.
    UserManagement,
    /// Deletes, dismisses or removes.
    Deletion,
    /// Takes data out in bulk.
    Export,
    /// Touches how access is watched or where the data lives.
    Security,
}

impl Sensitivity {
    /// Every category.
    pub const ALL: &'static [Self] = &[
        Self::UserManagement,
        Self::Security,
        Self::Export,
        Self::Deletion,
        Self::Money,
        Self::ClientData,
    ];

    /// Where something stands among others: what decides over other users first, what is not sensitive last.
    pub fn rank(why: Option<Self>) -> usize {
        why.and_then(|why| Self::ALL.iter().position(|it| *it == why))
            .unwrap_or(Self::ALL.len())
    }

    /// The word used in JSON and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::ClientData => "client-data",
            Self::UserManagement => "user-management",
            Self::Deletion => "deletion",
            Self::Export => "export",
            Self::Security => "security",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::ClientData => "client data",
            Self::UserManagement => "user management",
            Self::Deletion => "deletion",
            Self::Export => "export",
            Self::Security => "security",
        }
    }
}

/// How well a right's existence is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// In the vendor's documentation of roles, or in a full payload that a client sent.
    Seen,
    /// Only in one client's data structure and in the list of older names. The live roles tree may
    /// not have it.
    ClientOnly,
}

/// One right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Right {
    /// Its position.
    pub id: RightId,
    /// The vendor's key for it, as files and calls name it.
    pub slug: &'static str,
    /// Its section; `None` for the few that stand alone.
    pub section: Option<Section>,
    /// The shape of its value.
    pub kind: RightType,
    /// The right without which this one means nothing; `None` for roots and rights that stand alone.
    pub governor: Option<RightId>,
    /// For a list: the flag that makes the vendor look at it.
    pub flag: Option<RightId>,
    /// For such a flag: its list.
    pub list: Option<RightId>,
    /// Whether switching it on gives or takes.
    pub polarity: Polarity,
    /// The value under which it holds nobody back.
    pub most_open: Extreme,
    /// The value under which it gives least.
    pub most_restrictive: Extreme,
    /// Why no pattern ever grants it, if none does.
    pub sensitivity: Option<Sensitivity>,
    /// English, for people: a verb phrase for a yes or no ("delete finance transactions"), a noun
    /// phrase for days, lists and ids ("days back for editing appointments").
    pub title: &'static str,
    /// Where it has been seen.
    pub product: Product,
    /// Its keys in the older reads (`GET /user/permissions/{id}`, `GET /company_users/{id}`);
    /// never sent. Empty where none is known.
    pub legacy: &'static [&'static str],
    /// How well its existence is supported.
    pub evidence: Evidence,
}

impl Right {
    /// Whether a pattern that allows may cover it: neither sensitive nor restricting, and a switch.
    pub fn allowed_by_pattern(&self) -> bool {
        self.kind.is_switch() && self.sensitivity.is_none()
    }

    /// Whether a pattern that denies covers it: every switch, and nothing that restricts.
    pub fn denied_by_pattern(&self) -> bool {
        self.kind.is_switch()
    }

    /// Whether switching it on takes something away.
    pub fn is_restricting(&self) -> bool {
        self.polarity == Polarity::Restricting
    }
}
