//! From entries to what each account had when it was last sure that nobody but us had changed it.
//!
//! Pure. Not the comparison with what is there now: that is `plan`. Invariant: what a write that is not read back may have
//! changed is not known.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::{GrantSeen, Intent, Observed, RightValue, Verb, Verified, place_of};
use crate::model::{
    AccountId, Baseline, Noted, NotedSet, PlaceId, SystemName, VendorRoleSlug, Was,
};

/// The kind of the steps that change the vendor role.
const CHANGES_ROLE: &str = "change-role";

/// The kind of the steps that change nothing but the linked team member.
const LINKS_STAFF: &str = "link-staff";

/// An account at a place.
type Row = (SystemName, PlaceId, AccountId);

/// What is known so far, with what only serves to know more.
#[derive(Default)]
pub(super) struct Baselines {
    known: BTreeMap<Row, Baseline>,
    /// What the last reads saw.
    rows: BTreeMap<Row, GrantSeen>,
    /// Sets of rights by name.
    sets: BTreeMap<String, NotedSet>,
}

impl Baselines {
    pub(super) fn done(self) -> BTreeMap<Row, Baseline> {
        self.known
    }

    /// What a read saw, and how it agreed with the files.
    pub(super) fn read(&mut self, observed: &Observed) {
        self.learn(&observed.sets);
        let row = |account: &str| {
            let system = SystemName::new(observed.system.as_str());
            (system, place_of(&observed.place), AccountId::new(account))
        };
        for seen in &observed.grants {
            self.rows.insert(row(&seen.account), seen.clone());
        }
        for account in &observed.gone {
            self.rows.remove(&row(account));
        }
        for (given, accounts) in &observed.equal {
            for account in accounts {
                self.compared(row(account), given, &[]);
            }
        }
        for apart in &observed.apart {
            for account in &apart.accounts {
                self.compared(row(account), &apart.given, &apart.differs);
            }
        }
    }

    fn learn(&mut self, sets: &BTreeMap<String, BTreeMap<String, RightValue>>) {
        for (name, set) in sets {
            let noted = |(slug, value): (&String, &RightValue)| {
                (Arc::from(slug.as_str()), Noted::from(value))
            };
            let set = set.iter().map(noted).collect();
            self.sets.insert(name.clone(), Arc::new(set));
        }
    }

    /// What is as the files give it is known from now on; of the rest, what was known before still is.
    fn compared(&mut self, at: Row, given: &str, differs: &[String]) {
        let before = self.known.remove(&at).unwrap_or_default();
        let seen = self.rows.get(&at);
        let set = seen.and_then(|seen| seen.set.as_ref());
        let mut now = Baseline {
            given: Some(given.into()),
            apart: differs.iter().map(|slug| slug.as_str().into()).collect(),
            role: seen.and_then(|seen| seen.role.as_deref().map(VendorRoleSlug::new)),
            staff: seen.and_then(|seen| seen.staff),
            set: set.and_then(|name| self.sets.get(name)).cloned(),
            newer: BTreeMap::new(),
        };
        for slug in differs {
            match slug.as_str() {
                "role" => now.role.clone_from(&before.role),
                "staff" => now.staff = before.staff,
                slug => {
                    now.newer.insert(slug.into(), before.right(slug));
                }
            }
        }
        self.known.insert(at, now);
    }

    /// A call that may have happened.
    pub(super) fn call(&mut self, intent: &Intent) {
        let Some(at) = row_of(&intent.system, &intent.place, intent.account.as_deref()) else {
            return;
        };
        match intent.call {
            Verb::Write => {
                let slugs = intent.rights.keys().map(String::as_str);
                let is_role = intent.does == CHANGES_ROLE;
                let known = self.known.entry(at).or_default();
                known.writing(slugs, is_role);
                if intent.does == LINKS_STAFF {
                    known.staff = None;
                }
            }
            // Access anew: what the account had there before is another story.
            Verb::Copy | Verb::Invite => {
                self.known.insert(at, Baseline::default());
            }
            // If it took effect the row goes as a whole, and if not it is as it was.
            Verb::Remove => {}
        }
    }

    /// What was read back after a write: all of it where nothing was known before, and else what the write changed. What
    /// somebody else changed beside it stays what it was. `intent`: the last one of the step.
    pub(super) fn verified(&mut self, verified: &Verified, intent: Option<&Intent>) {
        self.learn(&verified.sets);
        let at = row_of(
            &verified.system,
            &verified.place,
            verified.account.as_deref(),
        );
        let set = verified.set.as_ref();
        let set = set.and_then(|name| self.sets.get(name)).cloned();
        let (Some(at), Some(intent), Some(set), false) = (at, intent, set, verified.absent) else {
            return;
        };
        let known = self.known.entry(at).or_default();
        let rights = intent.rights.keys().chain(&verified.also_changed);
        for slug in rights.map(String::as_str) {
            let value = set.get(slug).cloned();
            known
                .newer
                .insert(slug.into(), value.map_or(Was::Off, Was::Value));
        }
        known.set.get_or_insert(set);
        let is_role = !verified.differs.iter().any(|it| it == "role");
        if let Some(role) = intent.role.as_deref().filter(|_| is_role) {
            let role = VendorRoleSlug::new(role);
            // A write says the role also where it leaves it as somebody else has made it.
            if intent.does == CHANGES_ROLE {
                known.role = Some(role);
            } else {
                known.role.get_or_insert(role);
            }
        }
        known.staff = known.staff.or(verified.staff);
    }

    /// An account is not there any more, and nobody wants it to be.
    pub(super) fn forget(&mut self, system: &SystemName, place: &PlaceId, account: &AccountId) {
        self.known
            .remove(&(system.clone(), place.clone(), account.clone()));
    }
}

fn row_of(system: &str, place: &str, account: Option<&str>) -> Option<Row> {
    let system = SystemName::new(system);
    Some((system, place_of(place), AccountId::new(account?)))
}
