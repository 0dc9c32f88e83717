//! Who has access where, entry by entry: by what was read, by what was read back, and by what people said.
//!
//! Not a judgement and not what a plan remembers: blocked and switched-off accounts have nothing here, because what an
//! auditor asks is who can get in. Invariant: what nobody read and nobody said is not there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::journal::{AttestedNote, Observed, Verdict, Verified};

/// A system and a place in it.
pub(super) type Scope<'a> = (&'a str, &'a str);

/// Who has access where.
#[derive(Debug, Default)]
pub(super) struct People<'a> {
    /// Accounts by system and id, with the state at each place.
    rows: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, &'a str>>,
    /// When a place was read last.
    taken: BTreeMap<Scope<'a>, Timestamp>,
    owner: BTreeMap<(&'a str, &'a str), &'a str>,
    theirs: BTreeMap<&'a str, BTreeSet<(&'a str, &'a str)>>,
    /// What people said: ids of statements with whether somebody has access by them, the newest last.
    words: BTreeMap<(&'a str, Scope<'a>), Vec<(&'a str, bool)>>,
}

impl<'a> People<'a> {
    /// Where a person was read to have access.
    pub(super) fn seen(&self, person: &str) -> BTreeSet<Scope<'a>> {
        let mut all = BTreeSet::new();
        for account in self.theirs.get(person).into_iter().flatten() {
            let rows = self.rows.get(account).into_iter().flatten();
            let open = rows.filter(|(_, state)| can_get_in(state));
            all.extend(open.map(|(place, _)| (account.0, *place)));
        }
        all
    }

    /// Where a person has access.
    pub(super) fn has(&self, person: &str) -> BTreeSet<Scope<'a>> {
        let mut all = self.seen(person);
        for ((whose, scope), words) in &self.words {
            if *whose != person {
                continue;
            }
            match words.last() {
                Some((_, true)) => {
                    all.insert(*scope);
                }
                Some((_, false)) => {
                    all.remove(scope);
                }
                None => {}
            }
        }
        all
    }

    /// When a place was read last; of one that was only read back after a write, the beginning of time.
    pub(super) fn read_at(&self, scope: Scope<'_>) -> Timestamp {
        self.taken.get(&scope).copied().unwrap_or(Timestamp::MIN)
    }

    /// Whose account it is.
    pub(super) fn owner(&self, system: &str, account: &str) -> Option<&'a str> {
        self.owner.get(&(system, account)).copied()
    }

    /// Takes over a read; who is touched by it, and invitations that are over by it: person, system, place, and whether
    /// they were accepted.
    pub(super) fn read(&mut self, seen: &'a Observed) -> Read<'a> {
        let mut read = Read::default();
        let (system, place) = (seen.system.as_str(), seen.place.as_str());
        self.taken.insert((system, place), seen.taken);
        for found in &seen.matched {
            match &found.person {
                Some(person) => self.belongs(system, &found.account, person),
                None => self.is_nobodys(system, &found.account),
            }
            read.people.extend(found.person.as_deref());
            if let Some(rows) = self.rows.get(&(system, found.account.as_str())) {
                let active = rows.iter().filter(|(_, state)| **state == "active");
                let person = found.person.as_deref();
                let accepted = active.filter_map(|(at, _)| Some((person?, system, *at, true)));
                read.over.extend(accepted);
            }
        }
        for row in &seen.grants {
            let key = (system, row.account.as_str());
            self.rows
                .entry(key)
                .or_default()
                .insert(place, row.state.as_str());
            read.rows.insert(key);
            let Some(person) = self.owner(key.0, key.1) else {
                continue;
            };
            self.words.remove(&(person, (system, place)));
            read.people.insert(person);
            if row.state == "active" {
                read.over.push((person, system, place, true));
            }
        }
        for account in &seen.gone {
            let key = (system, account.as_str());
            let was = self.rows.get_mut(&key).and_then(|rows| rows.remove(place));
            read.rows.insert(key);
            if let Some(person) = self.owner(key.0, key.1) {
                self.words.remove(&(person, (system, place)));
                read.people.insert(person);
                if was == Some("invited") {
                    read.over.push((person, system, place, false));
                }
            }
        }
        read
    }

    /// Takes over what was read back.
    pub(super) fn check(&mut self, verified: &'a Verified) {
        let (system, place) = (verified.system.as_str(), verified.place.as_str());
        let as_planned = verified.verdict == Verdict::AsPlanned;
        if let (Some(person), Some(account)) = (&verified.person, &verified.account) {
            self.belongs(system, account, person);
        }
        if verified.absent && as_planned {
            if let Some(person) = &verified.person {
                self.words.remove(&(person.as_str(), (system, place)));
            }
            // A step about a person is about all their accounts there, unless it names one.
            let named = verified.account.as_deref().map(|id| (system, id));
            let theirs = verified
                .person
                .as_deref()
                .filter(|_| named.is_none())
                .and_then(|person| self.theirs.get(person))
                .into_iter()
                .flatten()
                .copied();
            for key in named.into_iter().chain(theirs).collect::<Vec<_>>() {
                if let Some(rows) = self.rows.get_mut(&key).filter(|_| key.0 == system) {
                    rows.remove(place);
                }
            }
        } else if let (false, Verdict::AsPlanned | Verdict::DidNotStick, Some(account)) =
            (verified.absent, verified.verdict, &verified.account)
        {
            let rows = self.rows.entry((system, account.as_str())).or_default();
            rows.entry(place).or_insert("active");
        }
    }

    /// Takes over what somebody said.
    pub(super) fn hear(&mut self, note: &'a AttestedNote) {
        let key = (
            note.person.as_str(),
            (note.system.as_str(), note.place.as_str()),
        );
        let words = self.words.entry(key).or_default();
        words.retain(|(id, _)| *id != note.id);
        if let Some(says) = note.says.as_ref().filter(|_| !note.withdrawn) {
            words.push((note.id.as_str(), can_get_in(&says.state)));
        }
        if words.is_empty() {
            self.words.remove(&key);
        }
    }

    fn belongs(&mut self, system: &'a str, account: &'a str, person: &'a str) {
        self.is_nobodys(system, account);
        self.owner.insert((system, account), person);
        self.theirs
            .entry(person)
            .or_default()
            .insert((system, account));
    }

    fn is_nobodys(&mut self, system: &'a str, account: &'a str) {
        let before = self.owner.remove(&(system, account));
        if let Some(theirs) = before.and_then(|person| self.theirs.get_mut(person)) {
            theirs.remove(&(system, account));
        }
    }
}

/// What a read touched.
#[derive(Debug, Default)]
pub(super) struct Read<'a> {
    /// People.
    pub(super) people: BTreeSet<&'a str>,
    /// Accounts whose rows changed.
    pub(super) rows: BTreeSet<(&'a str, &'a str)>,
    /// Invitations that are over, and whether they were accepted.
    pub(super) over: Vec<(&'a str, &'a str, &'a str, bool)>,
}

/// Whether an account in this state lets somebody in, or will once they say yes.
fn can_get_in(state: &str) -> bool {
    matches!(state, "invited" | "active")
}
