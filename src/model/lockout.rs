//! A standing lockout: somebody has nothing anywhere, whatever the files say, until it is lifted.
//!
//! Not the command: that writes the journal, and this is what the journal then means. Invariant: only what somebody has
//! is taken out; nobody else's access, and nothing but access, changes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Desired, GrantState, Managed, Person, PersonKey, StaffWish};

impl Desired {
    /// What is wanted once some people are locked out, by key of any age, since when.
    pub fn locked_out(&self, locked: &BTreeMap<PersonKey, Timestamp>) -> Cow<'_, Self> {
        if locked.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut desired = self.clone();
        for person in desired.people.values_mut() {
            let mut keys = std::iter::once(&person.key).chain(&person.was);
            if let Some(since) = keys.find_map(|key| locked.get(key)) {
                lock(person, *since);
            }
        }
        Cow::Owned(desired)
    }
}

fn lock(person: &mut Person, since: Timestamp) {
    // Whoever left earlier is due since then.
    let left = person.left.filter(|left| *left <= since).unwrap_or(since);
    person.left = Some(left);
    person.managed = match person.managed {
        Managed::Nothing(span) | Managed::Left(span) => Managed::Left(span),
        Managed::No | Managed::Yes => Managed::Left(person.origin),
    };
    for grant in &mut person.grants {
        grant.state = GrantState::Absent;
        grant.role = None;
        grant.staff = StaffWish::Keep;
        grant.unlisted_default = false;
        grant.extra = Arc::default();
    }
}
