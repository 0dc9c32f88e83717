//! From entries to what planning needs to remember.
//!
//! Pure. Not the history for people (that is [`super::show()`]). Invariant: doubt is remembered on
//! the careful side: what may have been sent counts as sent, what may have been granted as
//! granted, until reading shows otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::baselines::Baselines;
use super::entry::{
    AttestedNote, ConfigKnown, Entry, GrantedAt, HandedOver, KeyDelta, Observed, Record, RunEnded,
    RunStarted, SaysFact, Settlement, Verb, Verdict, Verified, place_of,
};
use super::history::{IntentState, IntentStatus, history};
use super::judged::{Judged, NEVER_LOOKED};
use super::words::{Word, Words};
use crate::model::{
    AccountId, AccountState, CLOCKS_DIFFER, Handed, HeldAt, KnownAccount, LocationKey, Memory,
    NotedAttestation, PersonKey, PlaceId, RuleBook, SentInvitation, Since, SystemName,
};

/// Where somebody has something.
type Grant = (SystemName, PlaceId, PersonKey);

/// What earlier runs did and saw.
pub fn memory<'a>(entries: impl IntoIterator<Item = &'a Entry> + Clone) -> Memory {
    let mut calls = BTreeMap::new();
    for call in history(entries.clone()) {
        calls.insert(call.seq, call);
    }
    let mut remembering = Remembering {
        calls,
        ..Remembering::default()
    };
    for entry in entries {
        remembering.take(entry);
    }
    for (system, account, place) in remembering.present {
        let seen = &mut remembering.memory.seen;
        seen.entry((system, place)).or_default().insert(account);
    }
    remembering.memory.baselines = remembering.baselines.done();
    remembering.memory
}

/// What is known so far, with what only serves to know more.
#[derive(Default)]
struct Remembering<'a> {
    memory: Memory,
    /// Every call with what became of it in the end.
    calls: BTreeMap<u64, IntentState<'a>>,
    /// Rows of the last reads, without those that are blocked.
    present: BTreeSet<(SystemName, AccountId, PlaceId)>,
    /// Rows of the last reads that are blocked.
    blocked: BTreeSet<(SystemName, AccountId, PlaceId)>,
    /// When a scope was last read completely.
    read: BTreeMap<(SystemName, PlaceId), Timestamp>,
    /// What people said, where nothing that is surer came after it.
    words: BTreeMap<Grant, Words>,
    /// Each person's accounts: the other way round than in memory.
    theirs: BTreeMap<(SystemName, PersonKey), BTreeSet<AccountId>>,
    /// Runs that apply all their files want: the commit, and of which systems.
    runs: BTreeMap<u64, (Arc<str>, BTreeSet<SystemName>)>,
    /// What the last runs found.
    judged: Judged,
    /// What each account had when that was last sure.
    baselines: Baselines,
    /// Invitations that were lost and settled as not sent, since the last that was confirmed.
    lost: BTreeMap<(SystemName, PersonKey), u32>,
}

impl Remembering<'_> {
    fn take(&mut self, entry: &Entry) {
        match &entry.record {
            Record::ConfigKnown(known) => self.config(known),
            Record::Observed(observed) => self.read(entry, observed),
            Record::Intent(_) => {
                if let Some(call) = self.calls.get(&entry.seq).cloned() {
                    self.call(&call);
                }
            }
            Record::Settled(settled) if settled.verdict == Settlement::TookEffect => {
                let Some(intent) = self.calls.get(&settled.intent).map(|call| call.intent) else {
                    return;
                };
                let Some(person) = &intent.person else { return };
                if intent.call == Verb::Remove {
                    self.forget(&intent.system, &intent.place, person, intent.ends);
                } else if let Some(account) = &settled.account {
                    self.account(entry, &intent.system, account, person);
                }
            }
            Record::Verified(verified) => self.check(entry, verified),
            Record::HandedOver(handed) => self.handed(entry, handed),
            Record::HandClosed(closed) => {
                let key = (
                    SystemName::new(closed.system.as_str()),
                    closed.step.as_str().into(),
                );
                self.memory.handed.remove(&key);
            }
            Record::Attested(note) => self.attested(entry, note),
            Record::LockedOut(locked) => {
                let key = PersonKey::new(locked.person.as_str());
                self.memory.locked.entry(key).or_insert(entry.at);
            }
            Record::Unlocked(locked) => {
                let key = PersonKey::new(locked.person.as_str());
                self.memory.locked.remove(&key);
            }
            Record::RunStarted(run) => self.began(entry, run),
            Record::Judged(judged) => self.judged.learn(judged),
            Record::RunEnded(ended) => self.ended(entry, ended),
            Record::Settled(_) | Record::Genesis(_) | Record::Outcome(_) => {}
        }
    }

    fn began(&mut self, entry: &Entry, run: &RunStarted) {
        let config = run.config.as_ref().filter(|config| !config.dirty);
        let Some(commit) = config.and_then(|config| config.commit.as_deref()) else {
            return;
        };
        let whole = run.whole.iter().map(|name| SystemName::new(name.as_str()));
        self.runs
            .insert(entry.run, (commit.into(), whole.collect()));
    }

    /// All that a commit wants was done, but for what is held: that was not applied since it was held first. A run that left
    /// something, and a system that was not read as a whole, applied no commit.
    fn ended(&mut self, entry: &Entry, ended: &RunEnded) {
        let run = self.runs.remove(&entry.run);
        let Some((commit, mut whole)) = run.filter(|_| !ended.stopped && ended.left == 0) else {
            return;
        };
        let unread = self.judged.unread.iter().flatten();
        for scope in unread.filter(|scope| scope.how != NEVER_LOOKED) {
            whole.remove(&SystemName::new(scope.system.as_str()));
        }
        let is_here = |at: Option<&SystemName>| at.is_none_or(|at| whole.contains(at));
        let holds = self.judged.holds.iter().flatten();
        let now: BTreeSet<HeldAt> = holds
            .filter_map(|hold| {
                let system = hold.system.as_deref().map(SystemName::new);
                let place = hold.place.as_deref().map(place_of);
                let person = PersonKey::new(hold.person.as_deref()?);
                is_here(system.as_ref()).then_some((person, system, place))
            })
            .collect();
        let (held, commits) = (&mut self.memory.held, &mut self.memory.commits);
        held.retain(|at, _| now.contains(at) || !is_here(at.1.as_ref()));
        for at in now {
            let before = match &at.1 {
                Some(system) => commits.get(system),
                None => commits.values().next(),
            };
            let since = match before {
                Some(commit) => Since::After(commit.clone()),
                None => Since::From(commit.clone()),
            };
            held.entry(at).or_insert(since);
        }
        commits.extend(whole.into_iter().map(|system| (system, commit.clone())));
    }

    fn handed(&mut self, entry: &Entry, handed: &HandedOver) {
        if let (Some(person), Some(approval)) = (&handed.person, &handed.approval) {
            let used = (PersonKey::new(person.as_str()), approval.as_str().into());
            self.memory.used.insert(used);
        }
        let key = (
            SystemName::new(handed.system.as_str()),
            handed.step.as_str().into(),
        );
        self.memory.handed.entry(key).or_insert_with(|| Handed {
            since: entry.at,
            does: handed.does.as_str().into(),
            place: place_of(&handed.place),
            person: handed.person.as_deref().map(PersonKey::new),
            account: handed.account.as_deref().map(AccountId::new),
            says: SaysFact::says(handed.says.as_ref()),
        });
    }

    /// What somebody said is known from then on, until a read shows otherwise: what they gave is ours to take, what they
    /// took or switched off is gone. A word that is taken back leaves what there was without it.
    fn attested(&mut self, entry: &Entry, note: &AttestedNote) {
        let system = SystemName::new(note.system.as_str());
        self.memory.attested.insert(
            (system.clone(), note.id.as_str().into()),
            NotedAttestation {
                digest: note.digest.as_str().into(),
                step: note.step.as_str().into(),
                does: note.does.as_str().into(),
                place: place_of(&note.place),
                person: PersonKey::new(note.person.as_str()),
                withdrawn: note.withdrawn,
            },
        );
        // One from the future is noted, so that it cannot be altered, and not believed.
        if note.said.duration_since(entry.at) > CLOCKS_DIFFER {
            return;
        }
        let Some(word) = Word::of(&note.does, &SaysFact::says(note.says.as_ref())) else {
            return;
        };
        let grant = (
            system,
            place_of(&note.place),
            PersonKey::new(note.person.as_str()),
        );
        let had = self.memory.granted.contains(&grant);
        let words = self
            .words
            .entry(grant.clone())
            .or_insert_with(|| Words::new(had));
        words.hear(note.said, &note.id, word, note.withdrawn);
        self.weigh(&grant);
    }

    /// Decides by what people said and by what was read, where somebody said something.
    fn weigh(&mut self, grant: &Grant) {
        let Some(words) = self.words.get(grant) else {
            return;
        };
        if words.has(self.shown(grant)) {
            self.memory.granted.insert(grant.clone());
        } else {
            self.memory.granted.remove(grant);
        }
    }

    /// When a place was last read as a whole, and whether an account of somebody's that is not blocked was there; none
    /// where none of theirs was, which proves nothing: whose it is may be what is not known.
    fn shown(&self, (system, place, person): &Grant) -> Option<(Timestamp, bool)> {
        let taken = *self.read.get(&(system.clone(), place.clone()))?;
        let theirs = self.theirs.get(&(system.clone(), person.clone()))?;
        let is_in = |rows: &BTreeSet<_>| {
            let mut theirs = theirs.iter();
            theirs.any(|account| rows.contains(&(system.clone(), account.clone(), place.clone())))
        };
        let present = is_in(&self.present);
        (present || is_in(&self.blocked)).then_some((taken, present))
    }

    /// A call gave it: surer than what was said before.
    fn give(&mut self, grant: Grant) {
        self.words.remove(&grant);
        self.memory.granted.insert(grant);
    }

    /// A call took it, or a read shows that nothing is left: surer than what was said before.
    fn take_away(&mut self, grant: &Grant) {
        self.words.remove(grant);
        self.memory.granted.remove(grant);
    }

    fn config(&mut self, known: &ConfigKnown) {
        patch(&mut self.memory.people, &known.people, |key| {
            PersonKey::new(key)
        });
        patch(&mut self.memory.locations, &known.locations, |key| {
            LocationKey::new(key)
        });
        patch(&mut self.memory.systems, &known.systems, |key| {
            SystemName::new(key)
        });
        if let Some(rules) = &known.rules {
            let lines = rules.iter();
            let lines = lines.map(|(path, value)| (path.as_str().into(), value.as_str().into()));
            self.memory.rules = Some(RuleBook(lines.collect()));
        }
        for grant in known.ungranted.iter().flat_map(grants) {
            self.memory.declared.remove(&grant);
            // A key that went may be another one's now.
            if self.memory.people.contains(&grant.2) {
                self.let_go(&grant);
            }
        }
        for grant in known.granted.iter().flat_map(grants) {
            let (system, place, person) = &grant;
            let accounts = self.theirs.get(&(system.clone(), person.clone()));
            let is_there = accounts.into_iter().flatten().any(|account| {
                self.present
                    .contains(&(system.clone(), account.clone(), place.clone()))
            });
            self.memory.declared.insert(grant.clone());
            if is_there {
                self.found(grant);
            }
        }
    }

    fn read(&mut self, entry: &Entry, observed: &Observed) {
        let system = SystemName::new(observed.system.as_str());
        let place = place_of(&observed.place);
        // What a partial list leaves out is no news.
        if observed.complete {
            self.read
                .insert((system.clone(), place.clone()), observed.taken);
        }
        for found in &observed.matched {
            if let Some(person) = &found.person {
                self.account(entry, &observed.system, &found.account, person);
            } else {
                let key = (system.clone(), AccountId::new(found.account.as_str()));
                self.memory.accounts.remove(&key);
            }
        }
        for account in &observed.gone {
            let account = AccountId::new(account.as_str());
            let row = (system.clone(), account, place.clone());
            self.present.remove(&row);
            self.blocked.remove(&row);
            if let Some(known) = self.memory.accounts.get(&(row.0, row.1)) {
                let grant = (system.clone(), place.clone(), known.person.clone());
                if !self.memory.declared.contains(&grant) {
                    self.let_go(&grant);
                }
            }
        }
        for row in &observed.grants {
            let account = AccountId::new(row.account.as_str());
            let key = (system.clone(), account.clone());
            let seen = (system.clone(), account, place.clone());
            // Where nobody can be removed, being blocked is having nothing.
            if row.state == AccountState::Blocked.name() {
                self.present.remove(&seen);
                self.blocked.insert(seen);
                if let Some(known) = self.memory.accounts.get(&key) {
                    let grant = (system.clone(), place.clone(), known.person.clone());
                    self.take_away(&grant);
                }
                continue;
            }
            self.blocked.remove(&seen);
            self.present.insert(seen);
            let Some(known) = self.memory.accounts.get(&key) else {
                if observed.complete {
                    self.memory.strangers.insert(key);
                }
                continue;
            };
            let person = known.person.clone();
            if let Some(sent) = self
                .memory
                .invitations
                .get_mut(&(system.clone(), person.clone()))
            {
                // A row from before the invitation says nothing about it.
                // Where the clock was ahead then, the order of the entries tells.
                sent.seen |= observed.taken >= sent.at || entry.at < sent.at;
            }
            self.adopt(&system, &place, &person);
        }
        for found in &observed.matched {
            let Some(person) = &found.person else {
                continue;
            };
            let account = AccountId::new(found.account.as_str());
            let first = (system.clone(), account.clone(), PlaceId::Whole);
            let rows = self.present.range(first..);
            let rows = rows.take_while(|(at, whose, _)| *at == system && *whose == account);
            let places: Vec<PlaceId> = rows.map(|(_, _, place)| place.clone()).collect();
            for place in places {
                self.adopt(&system, &place, &PersonKey::new(person.as_str()));
            }
        }
        self.baselines.read(observed);
        // A read tells rows anew only where they changed: what was said since the last one is weighed against all of it.
        let said = self
            .words
            .keys()
            .filter(|(at, of, _)| (at, of) == (&system, &place));
        for grant in said.cloned().collect::<Vec<_>>() {
            self.weigh(&grant);
        }
    }

    /// The files do not give it any more: where a read shows that nothing of it is there either, what it was is over. Giving
    /// it again is new, and no answer to what somebody took. What may still be ours to take is not judged by it.
    fn let_go(&mut self, grant: &Grant) {
        let (system, place, person) = grant;
        if !self.read.contains_key(&(system.clone(), place.clone())) {
            return;
        }
        let theirs = self.theirs.get(&(system.clone(), person.clone()));
        let theirs: Vec<AccountId> = theirs.into_iter().flatten().cloned().collect();
        let is_there = |rows: &BTreeSet<_>, account: &AccountId| {
            rows.contains(&(system.clone(), account.clone(), place.clone()))
        };
        let mut any = theirs.iter();
        if any.any(|it| is_there(&self.present, it) || is_there(&self.blocked, it)) {
            return;
        }
        self.memory.applied.remove(grant);
        self.memory.verified.remove(grant);
        for account in &theirs {
            self.baselines.forget(system, place, account);
        }
    }

    /// What the files give to somebody who has something there is ours from then on.
    fn adopt(&mut self, system: &SystemName, place: &PlaceId, person: &PersonKey) {
        let grant = (system.clone(), place.clone(), person.clone());
        if self.memory.declared.contains(&grant) {
            self.found(grant);
        }
    }

    /// What is declared was found there.
    fn found(&mut self, grant: Grant) {
        if let Some(words) = self.words.get_mut(&grant) {
            words.before = true;
            self.weigh(&grant);
        } else {
            self.memory.granted.insert(grant);
        }
    }

    fn call(&mut self, call: &IntentState<'_>) {
        if let (Some(person), Some(approval)) = (&call.intent.person, &call.intent.approval)
            && call.status.may_have_happened()
        {
            let used = (PersonKey::new(person.as_str()), approval.as_str().into());
            self.memory.used.insert(used);
        }
        if call.status.may_have_happened() {
            self.baselines.call(call.intent);
        }
        let Some(person) = &call.intent.person else {
            return;
        };
        let key = (
            SystemName::new(call.intent.system.as_str()),
            PersonKey::new(person.as_str()),
        );
        if call.intent.call == Verb::Invite && call.status == IntentStatus::NoEffect {
            *self.lost.entry(key).or_default() += 1;
            return;
        }
        if call.intent.call == Verb::Remove || !call.status.may_have_happened() {
            return;
        }
        let place = place_of(&call.intent.place);
        self.give((key.0.clone(), place.clone(), key.1.clone()));
        if call.intent.call != Verb::Invite {
            return;
        }
        let confirmed = matches!(call.status, IntentStatus::Done | IntentStatus::TookEffect);
        let lost = if confirmed {
            self.lost.remove(&key);
            0
        } else {
            self.lost.get(&key).copied().unwrap_or(0)
        };
        let before = self
            .memory
            .invitations
            .get(&key)
            .map_or(0, |sent| sent.count);
        let count = before.saturating_add(lost).saturating_add(1);
        let invitation = SentInvitation {
            place,
            at: call.at,
            confirmed,
            // What reading could not settle is not to be tried again: that is what two mean.
            count: if call.tried && !confirmed {
                count.max(2)
            } else {
                count
            },
            seen: call.seen,
        };
        self.memory.invitations.insert(key, invitation);
    }

    fn check(&mut self, entry: &Entry, verified: &Verified) {
        let call = verified.intent.and_then(|seq| self.calls.get(&seq));
        self.baselines
            .verified(verified, call.map(|call| call.intent));
        if let Some(account) = &verified.account {
            let row = (
                SystemName::new(verified.system.as_str()),
                AccountId::new(account.as_str()),
                place_of(&verified.place),
            );
            if verified.absent && verified.verdict == Verdict::AsPlanned {
                self.present.remove(&row);
            } else if !verified.absent
                && matches!(verified.verdict, Verdict::AsPlanned | Verdict::DidNotStick)
            {
                self.present.insert(row);
            }
        }
        let Some(person) = &verified.person else {
            // Nobody's account: all there is to know is that it is gone.
            if let (true, Verdict::AsPlanned, Some(account)) =
                (verified.absent, verified.verdict, &verified.account)
            {
                self.present.remove(&(
                    SystemName::new(verified.system.as_str()),
                    AccountId::new(account.as_str()),
                    place_of(&verified.place),
                ));
            }
            return;
        };
        if verified.absent {
            if verified.verdict == Verdict::AsPlanned {
                let call = verified.intent.and_then(|seq| self.calls.get(&seq));
                let ends = call.is_some_and(|call| call.intent.ends);
                self.forget(&verified.system, &verified.place, person, ends);
            }
            return;
        }
        if !matches!(verified.verdict, Verdict::AsPlanned | Verdict::DidNotStick) {
            return;
        }
        let grant = (
            SystemName::new(verified.system.as_str()),
            place_of(&verified.place),
            PersonKey::new(person.as_str()),
        );
        if let Some(account) = &verified.account {
            self.account(entry, &verified.system, account, person);
        }
        if let (Verdict::AsPlanned, Some(digest)) = (verified.verdict, &verified.digest) {
            self.memory
                .applied
                .insert(grant.clone(), digest.as_str().into());
            self.memory.verified.insert(grant.clone(), entry.at);
        }
        self.give(grant);
    }

    fn account(&mut self, entry: &Entry, system: &str, account: &str, person: &str) {
        let key = (SystemName::new(system), AccountId::new(account));
        let person = PersonKey::new(person);
        self.memory.strangers.remove(&key);
        let known = KnownAccount {
            person: person.clone(),
            since: entry.at,
        };
        let (system, account) = key.clone();
        let before = self.memory.accounts.insert(key, known);
        if let Some(before) = before.filter(|before| before.person != person) {
            let theirs = self
                .theirs
                .entry((system.clone(), before.person.clone()))
                .or_default();
            theirs.remove(&account);
            if theirs.is_empty() {
                self.rename(&system, &before.person, &person);
            }
        }
        self.theirs
            .entry((system, person))
            .or_default()
            .insert(account);
    }

    /// The last account of one key is another key's now: the same human under a new key.
    fn rename(&mut self, system: &SystemName, old: &PersonKey, new: &PersonKey) {
        let is_theirs = |grant: &Grant| grant.0 == *system && grant.2 == *old;
        let renamed = |grant: Grant| (grant.0, grant.1, new.clone());
        let granted: Vec<Grant> = self
            .memory
            .granted
            .extract_if(.., |grant| is_theirs(grant))
            .collect();
        self.memory.granted.extend(granted.into_iter().map(renamed));
        let applied: Vec<_> = self
            .memory
            .applied
            .extract_if(.., |grant, _| is_theirs(grant))
            .collect();
        for (grant, digest) in applied {
            self.memory.applied.insert(renamed(grant), digest);
        }
        let verified: Vec<_> = self
            .memory
            .verified
            .extract_if(.., |grant, _| is_theirs(grant))
            .collect();
        for (grant, at) in verified {
            self.memory.verified.insert(renamed(grant), at);
        }
        if let Some(sent) = self
            .memory
            .invitations
            .remove(&(system.clone(), old.clone()))
        {
            self.memory
                .invitations
                .entry((system.clone(), new.clone()))
                .or_insert(sent);
        }
    }

    /// Access at a place was taken. Whoever has none left in that system because they left may be
    /// invited anew one day: the count of invitations ends with the employment. It does not end
    /// with a pause, nor with a line that ended or was put off: then whoever wants a second message
    /// would only have to edit a date and back.
    fn forget(&mut self, system: &str, place: &str, person: &str, ends: bool) {
        let grant = (
            SystemName::new(system),
            place_of(place),
            PersonKey::new(person),
        );
        self.take_away(&grant);
        self.memory.applied.remove(&grant);
        self.memory.verified.remove(&grant);
        let (system, place, person) = grant;
        let employment = (system, person);
        for account in self.theirs.get(&employment).into_iter().flatten() {
            self.present
                .remove(&(employment.0.clone(), account.clone(), place.clone()));
            self.baselines.forget(&employment.0, &place, account);
        }
        let has_more = self
            .memory
            .granted
            .iter()
            .any(|(at, _, whose)| *at == employment.0 && *whose == employment.1);
        if !has_more && ends {
            self.memory.invitations.remove(&employment);
            self.lost.remove(&employment);
        }
    }
}

fn patch<T: Ord>(set: &mut BTreeSet<T>, delta: &KeyDelta, make: impl Fn(&str) -> T) {
    for key in &delta.gone {
        set.remove(&make(key));
    }
    set.extend(delta.added.iter().map(|key| make(key)));
}

fn grants(scope: &GrantedAt) -> impl Iterator<Item = (SystemName, PlaceId, PersonKey)> {
    scope.people.iter().map(|person| {
        let system = SystemName::new(scope.system.as_str());
        (
            system,
            place_of(&scope.place),
            PersonKey::new(person.as_str()),
        )
    })
}
