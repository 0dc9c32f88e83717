//! Names that cannot be mixed up.

use std::fmt;
use std::sync::Arc;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name; what is a good one is checked where it comes in.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type!(
    /// The key of a person in `people`.
    PersonKey
);
name_type!(
    /// The key of a location in `locations`.
    LocationKey
);
name_type!(
    /// The key of a role in `roles`.
    RoleKey
);
name_type!(
    /// The name of a system in `systems`.
    SystemName
);
name_type!(
    /// A vendor's id of an account, as text: numbers at some vendors, UUIDs at others. It never changes.
    AccountId
);
name_type!(
    /// A vendor's slug of one of its own roles, such as `worker`, or the project's name for it where the vendor has
    /// only numbers.
    VendorRoleSlug
);

/// Where access applies within a system.
///
/// Shown as the location's key, `chain`, or `*`; the reserved names keep the three apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceId {
    /// A whole system that has no places.
    Whole,
    /// The chain itself.
    Chain,
    /// One location.
    At(LocationKey),
}

impl PlaceId {
    /// The place of a text as it is shown. `*` and `chain` are reserved names, so the text is enough.
    pub fn parse(text: &str) -> Self {
        match text {
            "*" => PlaceId::Whole,
            "chain" => PlaceId::Chain,
            key => PlaceId::At(LocationKey::new(key)),
        }
    }

    /// The location, if it is one.
    pub fn location(&self) -> Option<&LocationKey> {
        match self {
            PlaceId::At(key) => Some(key),
            PlaceId::Whole | PlaceId::Chain => None,
        }
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceId::Whole => f.write_str("*"),
            PlaceId::Chain => f.write_str("chain"),
            PlaceId::At(key) => key.fmt(f),
        }
    }
}
