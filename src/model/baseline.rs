//! What an account had when it was last sure that nobody but us had changed it: by that, what they changed is told from
//! what we changed, right by right.
//!
//! Not what the account has now, and not what the files give. Invariant: what is not known is never taken for a value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Days, Item, Items, One, Value, VendorRoleSlug};

/// The value of a right as the journal has it, without what only the catalogue knows of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noted {
    /// A switch.
    Switch(bool),
    /// Days, or one id.
    Number(i64),
    /// `all`, `self`, or the list of addresses.
    Text(Arc<str>),
    /// Ids or names.
    List(Vec<Item>),
}

impl From<&Value> for Noted {
    fn from(value: &Value) -> Self {
        match value {
            Value::Switch(on) => Noted::Switch(*on),
            Value::Days(Days::Last(days)) => Noted::Number(i64::from(*days)),
            Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => {
                Noted::Text("all".into())
            }
            Value::Items(Items::Only(items)) => Noted::List(items.iter().cloned().collect()),
            Value::One(One::Myself) => Noted::Text("self".into()),
            Value::One(One::Only(Item::Id(id))) => Noted::Number(*id),
            Value::One(One::Only(name)) => Noted::List(vec![name.clone()]),
            Value::Text(text) => Noted::Text(text.as_ref().into()),
        }
    }
}

/// What a right was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Was {
    /// Nobody knows.
    Unknown,
    /// A switch that was off, or nothing that the vendor showed.
    Off,
    /// This.
    Value(Noted),
}

/// A set of rights by slug, without switches that were off.
pub type NotedSet = Arc<BTreeMap<Arc<str>, Noted>>;

/// What is known of one account at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The digest (`plan::agreed`) of what the files gave when a run last compared; none since something was written there.
    pub given: Option<Arc<str>>,
    /// What was not as the files gave it then: slugs, or `role`, `staff`. Of these the values below are older, if they are
    /// known at all.
    pub apart: BTreeSet<Arc<str>>,
    /// The vendor role, where it is known.
    pub role: Option<VendorRoleSlug>,
    /// The linked team member, where one is known.
    pub staff: Option<i64>,
    /// Rights as they were read; none where they were not.
    pub set: Option<NotedSet>,
    /// What is newer than `set`, by slug.
    pub newer: BTreeMap<Arc<str>, Was>,
}

impl Baseline {
    /// What a right was.
    pub fn right(&self, slug: &str) -> Was {
        match (self.newer.get(slug), &self.set) {
            (Some(newer), _) => newer.clone(),
            (None, None) => Was::Unknown,
            (None, Some(set)) => set.get(slug).cloned().map_or(Was::Off, Was::Value),
        }
    }

    /// Whether all was as the files gave it.
    pub fn is_equal(&self) -> bool {
        self.given.is_some() && self.apart.is_empty()
    }

    /// Something is being written: what it changes is not known until it is read back. `role`: whether that is the vendor role.
    pub fn writing<'s>(&mut self, slugs: impl IntoIterator<Item = &'s str>, role: bool) {
        self.given = None;
        self.apart.clear();
        self.role = self.role.take().filter(|_| !role);
        for slug in slugs {
            self.newer.insert(slug.into(), Was::Unknown);
        }
    }
}
