//! Whose account is it: pinned id, then what the journal knows, then contact.
//!
//! Not a search for likely people: a contact that is not shared identifies, a name never does. One
//! account id is one person at every place. Invariant: whatever leaves two answers is a doubt that
//! names everyone involved, and nobody's account is decided by the order of input.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::{
    Account, AccountId, AccountState, Contact, Desired, Memory, Person, PersonKey, PlaceId,
    Reading, ScopeState, SystemName,
};

/// An account wherever it was seen in one system.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) id: &'a AccountId,
    /// Its rows, in order of place.
    pub(super) rows: Vec<(&'a PlaceId, &'a Account)>,
    /// Whose it is.
    pub(super) owner: Owner<'a>,
}

/// Whose an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'a> {
    /// Nobody's who is declared.
    Nobody,
    /// This person's, by position among the people.
    Person(usize),
    /// By memory somebody's who is gone from YAML.
    Vanished(&'a PersonKey),
    /// It cannot be told: it matches several, or one of several.
    Doubt,
}

/// How a person's accounts were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Pin,
    Memory,
    Contact,
}

/// What is known of one person's accounts in one system; accounts by position in `seen`.
#[derive(Clone, Debug, Default)]
pub(super) struct Match {
    /// Theirs, the primary one first.
    pub(super) accounts: Vec<usize>,
    pub(super) how: Option<How>,
    pub(super) doubt: Option<Doubt>,
}

/// What keeps a person from being matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Several accounts carry their contacts.
    Accounts(Vec<usize>),
    /// An account carries their contact and somebody else's too.
    People { account: usize, people: Vec<usize> },
    /// Pinned to an account that is not there, while another carries their contact.
    PinnedElsewhere(usize),
    /// The account that carries their contact is somebody else's, by pin or by memory.
    Elsewhere(usize),
    /// An account is pinned to one person, and memory or a contact says that it is others'.
    Pinned {
        account: usize,
        by: usize,
        of: Vec<usize>,
    },
}

/// Who is who in one system.
#[derive(Debug)]
pub(super) struct Identity<'a> {
    /// Every account that was seen, in order of id.
    pub(super) seen: Vec<Seen<'a>>,
    /// By position among the people.
    pub(super) people: Vec<Match>,
}

impl Account {
    /// The contacts it carries, as they are compared.
    fn contact_texts(&self) -> impl Iterator<Item = &str> {
        let email = self.email.as_ref().map(crate::model::Email::as_str);
        let phone = self.phone.as_ref().map(crate::model::Phone::as_str);
        email.into_iter().chain(phone)
    }
}

/// A contact as it is compared: the two sorts cannot be mistaken for each other.
fn text(contact: &Contact) -> &str {
    match contact {
        Contact::Email(email) => email.as_str(),
        Contact::Phone(phone) => phone.as_str(),
    }
}

impl<'a> Seen<'a> {
    /// The distinct contacts of the account, over all its rows.
    fn contacts(&self) -> Vec<&'a str> {
        let mut contacts: Vec<&str> = self
            .rows
            .iter()
            .flat_map(|(_, row)| row.contact_texts())
            .collect();
        contacts.sort_unstable();
        contacts.dedup();
        contacts
    }

    /// The row at a place.
    pub(super) fn at(&self, place: &PlaceId) -> Option<&'a Account> {
        self.rows
            .iter()
            .find(|(here, _)| *here == place)
            .map(|&(_, row)| row)
    }

    /// The first place where it is in use.
    pub(super) fn active_at(&self) -> Option<(&'a PlaceId, &'a Account)> {
        self.rows
            .iter()
            .copied()
            .find(|(_, row)| row.state == AccountState::Active)
    }

    /// A name to call it by; hostile text.
    pub(super) fn name(&self) -> &'a str {
        let names = self.rows.iter().map(|(_, row)| &*row.name);
        names.filter(|name| !name.is_empty()).min().unwrap_or("")
    }

    /// Whether it carries any contact at all.
    pub(super) fn has_contacts(&self) -> bool {
        self.rows
            .iter()
            .any(|(_, row)| row.email.is_some() || row.phone.is_some())
    }

    /// Whether the vendor calls it removable wherever it is.
    pub(super) fn removable(&self) -> bool {
        self.rows.iter().all(|(_, row)| row.removable)
    }

    /// Whether a contact is one of its own.
    pub(super) fn carries(&self, contact: &Contact) -> bool {
        let wanted = text(contact);
        self.rows
            .iter()
            .any(|(_, row)| row.contact_texts().any(|own| own == wanted))
    }

    /// Whether it carries none of the contacts although it has some.
    pub(super) fn contradicts_all<'c>(
        &self,
        contacts: impl IntoIterator<Item = &'c Contact>,
    ) -> bool {
        let mut contacts = contacts.into_iter().peekable();
        self.has_contacts()
            && contacts.peek().is_some()
            && contacts.all(|contact| !self.carries(contact))
    }
}

/// Keys a person had, today's first.
pub(super) fn keys(person: &Person) -> impl Iterator<Item = &PersonKey> {
    std::iter::once(&person.key).chain(&person.was)
}

/// Today's person behind a key of any age.
pub(super) struct Keys<'a> {
    by_key: BTreeMap<&'a PersonKey, usize>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(desired: &'a Desired) -> Self {
        let mut by_key = BTreeMap::new();
        for (at, person) in desired.people.values().enumerate() {
            for old in &person.was {
                by_key.entry(old).or_insert(at);
            }
        }
        // Today's keys win over earlier ones.
        for (at, key) in desired.people.keys().enumerate() {
            by_key.insert(key, at);
        }
        Self { by_key }
    }

    pub(super) fn find(&self, key: &PersonKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }
}

/// Matches the people to the accounts of one system.
pub(super) fn identify<'a>(
    people: &[&'a Person],
    keys_of: &Keys<'_>,
    memory: &'a Memory,
    system: &SystemName,
    scopes: &'a BTreeMap<PlaceId, Reading<ScopeState>>,
) -> Identity<'a> {
    let mut identity = Identity {
        seen: collect(scopes),
        people: vec![Match::default(); people.len()],
    };
    identity.claim_pins(people, system);
    identity.doubt_pins(people, keys_of, memory, system);
    identity.claim_known(people, keys_of, memory, system);
    identity.claim_contacts(people, memory, system);
    identity
}

fn collect(scopes: &BTreeMap<PlaceId, Reading<ScopeState>>) -> Vec<Seen<'_>> {
    let mut rows: Vec<(&AccountId, &PlaceId, &Account)> = scopes
        .iter()
        .filter_map(|(place, reading)| Some((place, reading.seen()?)))
        .flat_map(|(place, scope)| scope.accounts.iter().map(move |(id, row)| (id, place, row)))
        .collect();
    rows.sort_unstable_by_key(|&(id, place, _)| (id, place));
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for (id, place, row) in rows {
        match seen.last_mut() {
            Some(last) if last.id == id => last.rows.push((place, row)),
            _ => seen.push(Seen {
                id,
                rows: vec![(place, row)],
                owner: Owner::Nobody,
            }),
        }
    }
    seen
}

impl<'a> Identity<'a> {
    /// The position of an account.
    pub(super) fn find(&self, id: &AccountId) -> Option<usize> {
        self.seen.binary_search_by(|seen| seen.id.cmp(id)).ok()
    }

    fn claim(&mut self, account: usize, person: usize, how: How) {
        let (Some(seen), Some(found)) = (self.seen.get_mut(account), self.people.get_mut(person))
        else {
            return;
        };
        match seen.owner {
            Owner::Nobody => {
                seen.owner = Owner::Person(person);
                found.accounts.push(account);
                found.how.get_or_insert(how);
            }
            // Two people pinned to one account: YAML is checked before, but nothing is built on that.
            Owner::Person(other) if other != person && how == How::Pin => {
                let people = vec![other.min(person), other.max(person)];
                seen.owner = Owner::Doubt;
                for person in [other, person] {
                    if let Some(found) = self.people.get_mut(person) {
                        found.accounts.retain(|&own| own != account);
                        found.doubt = Some(Doubt::People {
                            account,
                            people: people.clone(),
                        });
                    }
                }
            }
            Owner::Person(_) | Owner::Vanished(_) | Owner::Doubt => {}
        }
    }

    fn claim_pins(&mut self, people: &[&'a Person], system: &SystemName) {
        for (at, person) in people.iter().enumerate() {
            for id in person.pins.get(system).iter().flat_map(|pin| &pin.ids) {
                if let Some(account) = self.find(id) {
                    self.claim(account, at, How::Pin);
                }
            }
            let login = person.pins.get(system).and_then(|pin| pin.login.as_ref());
            let Some(login) = login.map(|login| login.to_lowercase()) else {
                continue;
            };
            let has_it = |row: &Account| {
                row.login
                    .as_ref()
                    .is_some_and(|its| its.to_lowercase() == login)
            };
            let theirs: Vec<usize> = self
                .seen
                .iter()
                .enumerate()
                .filter(|(_, seen)| seen.rows.iter().any(|(_, row)| has_it(row)))
                .map(|(account, _)| account)
                .collect();
            for account in theirs {
                self.claim(account, at, How::Pin);
            }
        }
    }

    /// A pin is a line about one person and takes an account from nobody: where memory or a contact says that it is
    /// another declared person's, it is nobody's until YAML says so of them too (`not`).
    fn doubt_pins(
        &mut self,
        people: &[&'a Person],
        keys_of: &Keys<'_>,
        memory: &Memory,
        system: &SystemName,
    ) {
        let by_pin = |found: &&Match| found.how == Some(How::Pin);
        let pinned: Vec<(usize, usize)> = self
            .people
            .iter()
            .enumerate()
            .filter(|(_, found)| by_pin(found))
            .flat_map(|(by, found)| found.accounts.iter().map(move |&account| (account, by)))
            .collect();
        if pinned.is_empty() {
            return;
        }
        let mut known: BTreeMap<usize, usize> = BTreeMap::new();
        for (id, key) in known_of(memory, system) {
            if let (Some(account), Some(person)) = (self.find(id), keys_of.find(key)) {
                known.insert(account, person);
            }
        }
        // Whoever has an account by pin or by memory is not looked for by contact.
        let settled: BTreeSet<usize> = known.values().copied().collect();
        let mut by_contact: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, (person, found)) in people.iter().zip(&self.people).enumerate() {
            if found.accounts.is_empty() && !settled.contains(&at) {
                by_contact.extend(person.contacts.iter().map(|contact| (text(contact), at)));
            }
        }
        for (account, by) in pinned {
            let Some(seen) = self.seen.get(account) else {
                continue;
            };
            let contacts = seen.contacts();
            let carried = contacts.iter().filter_map(|it| by_contact.get(it));
            let mut of: Vec<usize> = known
                .get(&account)
                .into_iter()
                .chain(carried)
                .copied()
                .collect();
            of.sort_unstable();
            of.dedup();
            of.retain(|&other| {
                other != by
                    && people
                        .get(other)
                        .is_some_and(|one| !denies(one, system, seen.id))
            });
            if of.is_empty() {
                continue;
            }
            for &person in of.iter().chain([&by]) {
                if let Some(found) = self.people.get_mut(person) {
                    found.accounts.retain(|&own| own != account);
                    let of = of.clone();
                    found.doubt = Some(Doubt::Pinned { account, by, of });
                }
            }
            if let Some(seen) = self.seen.get_mut(account) {
                seen.owner = Owner::Doubt;
            }
        }
    }

    fn claim_known(
        &mut self,
        people: &[&'a Person],
        keys_of: &Keys<'_>,
        memory: &'a Memory,
        system: &SystemName,
    ) {
        for (id, key) in known_of(memory, system) {
            let Some(account) = self.find(id) else {
                continue;
            };
            match keys_of.find(key) {
                Some(person) => {
                    if people
                        .get(person)
                        .is_some_and(|one| !denies(one, system, id))
                    {
                        self.claim(account, person, How::Memory);
                    }
                }
                None => {
                    if let Some(seen) = self.seen.get_mut(account)
                        && seen.owner == Owner::Nobody
                    {
                        seen.owner = Owner::Vanished(key);
                    }
                }
            }
        }
        // Of several known accounts the one in use is the primary; pins keep their order.
        for found in &mut self.people {
            if found.how == Some(How::Memory) && found.accounts.len() > 1 {
                let seen = &self.seen;
                found.accounts.sort_by_key(|&account| {
                    (
                        seen.get(account)
                            .is_none_or(|seen| seen.active_at().is_none()),
                        account,
                    )
                });
            }
        }
    }

    /// Matches by contact whoever has no account yet.
    fn claim_contacts(&mut self, people: &[&'a Person], memory: &Memory, system: &SystemName) {
        let open = |found: &Match| found.accounts.is_empty() && found.doubt.is_none();
        let mut wanted: Vec<(&str, usize)> = Vec::new();
        for (at, (person, found)) in people.iter().zip(&self.people).enumerate() {
            if open(found) {
                wanted.extend(person.contacts.iter().map(|contact| (text(contact), at)));
                // A shared contact never identifies by itself. Where our own invitation went to
                // it, it tells whose pending row that is.
                if !person.shared_contacts.is_empty() && invited(memory, system, person) {
                    wanted.extend(person.shared_contacts.iter().map(|it| (text(it), at)));
                }
            }
        }
        if wanted.is_empty() {
            return;
        }
        wanted.sort_unstable();
        wanted.dedup();

        // Candidates as pairs, both ways.
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut elsewhere: BTreeMap<usize, usize> = BTreeMap::new();
        for (account, seen) in self.seen.iter().enumerate() {
            for contact in seen.contacts() {
                let from = wanted.partition_point(|&(text, _)| text < contact);
                for &(_, person) in wanted
                    .iter()
                    .skip(from)
                    .take_while(|&&(text, _)| text == contact)
                {
                    if people
                        .get(person)
                        .is_some_and(|one| denies(one, system, seen.id))
                    {
                        continue;
                    }
                    match seen.owner {
                        Owner::Nobody => pairs.push((person, account)),
                        Owner::Person(_) | Owner::Vanished(_) | Owner::Doubt => {
                            elsewhere.entry(person).or_insert(account);
                        }
                    }
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut of_account: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut of_person: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &(person, account) in &pairs {
            of_account.entry(account).or_default().push(person);
            of_person.entry(person).or_default().push(account);
        }

        let mut doubtful: BTreeSet<usize> = BTreeSet::new();
        for (&person, accounts) in &of_person {
            let pinned = people
                .get(person)
                .and_then(|one| one.pins.get(system))
                .is_some_and(|pin| !pin.ids.is_empty());
            let crowded = accounts
                .iter()
                .find_map(|account| Some((*account, of_account.get(account)?)))
                .filter(|(_, people)| people.len() > 1);
            let doubt = if accounts.len() > 1 {
                Some(Doubt::Accounts(accounts.clone()))
            } else if let Some((account, people)) = crowded {
                Some(Doubt::People {
                    account,
                    people: people.clone(),
                })
            } else if let (true, Some(&account)) = (pinned, accounts.first()) {
                Some(Doubt::PinnedElsewhere(account))
            } else {
                None
            };
            if let Some(doubt) = doubt
                && let Some(found) = self.people.get_mut(person)
            {
                found.doubt = Some(doubt);
                doubtful.extend(accounts);
            }
        }
        for (&person, &account) in &elsewhere {
            if let Some(found) = self.people.get_mut(person) {
                found.doubt.get_or_insert(Doubt::Elsewhere(account));
                doubtful.extend(of_person.get(&person).into_iter().flatten());
            }
        }
        for account in doubtful {
            if let Some(seen) = self.seen.get_mut(account) {
                seen.owner = Owner::Doubt;
            }
        }
        for (person, account) in pairs {
            if self
                .people
                .get(person)
                .is_some_and(|found| found.doubt.is_none())
            {
                self.claim(account, person, How::Contact);
            }
        }
    }
}

/// Whose the accounts of a system are by memory.
fn known_of<'m>(
    memory: &'m Memory,
    system: &SystemName,
) -> impl Iterator<Item = (&'m AccountId, &'m PersonKey)> + use<'m> {
    let system = system.clone();
    memory
        .accounts
        .range((system.clone(), AccountId::new(""))..)
        .take_while(move |((here, _), _)| *here == system)
        .map(|((_, id), known)| (id, &known.person))
}

/// The accounts that memory or a contact says are a protected person's, whatever any line pins: by position.
pub(super) fn shielded<'d>(
    identity: &Identity<'_>,
    desired: &'d Desired,
    keys_of: &Keys<'_>,
    memory: &Memory,
    system: &SystemName,
) -> BTreeMap<usize, &'d PersonKey> {
    let mut found = BTreeMap::new();
    let people: Vec<(&'d PersonKey, &'d Person, usize)> = desired
        .protected
        .keys()
        .filter_map(|key| Some((key, desired.people.get(key)?, keys_of.find(key)?)))
        .collect();
    if people.is_empty() {
        return found;
    }
    for (id, key) in known_of(memory, system) {
        let whose = keys_of.find(key);
        let protected = people.iter().find(|(_, _, at)| whose == Some(*at));
        if let (Some(account), Some((key, ..))) = (identity.find(id), protected) {
            found.insert(account, *key);
        }
    }
    for (account, seen) in identity.seen.iter().enumerate() {
        let carried = people.iter().find(|(_, person, _)| {
            let mut contacts = person.contacts.iter();
            contacts.any(|contact| seen.carries(contact))
        });
        if let Some((key, ..)) = carried {
            found.entry(account).or_insert(*key);
        }
    }
    found
}

/// Whether YAML says that an account is not this person's.
fn denies(person: &Person, system: &SystemName, id: &AccountId) -> bool {
    person
        .pins
        .get(system)
        .is_some_and(|pin| pin.not.contains(id))
}

fn invited(memory: &Memory, system: &SystemName, person: &Person) -> bool {
    keys(person).any(|key| {
        memory
            .invitations
            .contains_key(&(system.clone(), key.clone()))
    })
}

/// Accounts that may be somebody's although nothing proves it.
///
/// Made once per system, and only when an invitation is about to be planned.
pub(super) struct Lookalikes {
    by_name: BTreeMap<String, Vec<usize>>,
    faceless: Vec<usize>,
}

impl Lookalikes {
    pub(super) fn of(identity: &Identity<'_>) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut faceless = Vec::new();
        for (at, seen) in identity.seen.iter().enumerate() {
            match seen.owner {
                Owner::Nobody | Owner::Vanished(_) => {}
                Owner::Person(_) | Owner::Doubt => continue,
            }
            if !seen.has_contacts() {
                // Without contacts and not removable: the user of an application, nobody's.
                if seen.removable() {
                    faceless.push(at);
                }
                continue;
            }
            let name = folded(seen.name());
            if !name.is_empty() {
                by_name.entry(name).or_default().push(at);
            }
        }
        Self { by_name, faceless }
    }

    /// Positions of the accounts that may be this person's.
    pub(super) fn find(
        &self,
        identity: &Identity<'_>,
        person: &Person,
        system: &SystemName,
    ) -> Vec<usize> {
        let name = folded(&person.name);
        let named = self.by_name.get(&name).into_iter().flatten().copied();
        let named = named.filter(|&at| {
            identity
                .seen
                .get(at)
                .is_some_and(|seen| !contradicts(seen, person))
        });
        let faceless = self.faceless.iter().copied().filter(|&at| {
            identity
                .seen
                .get(at)
                .is_some_and(|seen| !other_name(&folded(seen.name()), &name))
        });
        let mut found: Vec<usize> = named.chain(faceless).collect();
        found.sort_unstable();
        found.retain(|&at| {
            identity
                .seen
                .get(at)
                .is_some_and(|seen| !denies(person, system, seen.id))
        });
        found
    }
}

/// Whether a contact of the account speaks against this person: both have one of the sort, and
/// they differ.
fn contradicts(seen: &Seen<'_>, person: &Person) -> bool {
    seen.rows.iter().any(|(_, row)| {
        let email = row.email.is_some();
        let phone = row.phone.is_some();
        person.contacts.iter().any(|contact| match contact {
            Contact::Email(_) => email && !seen.carries(contact),
            Contact::Phone(_) => phone && !seen.carries(contact),
        })
    })
}

/// A name as it is compared: words in order, without case and accents.
pub(super) fn folded(name: &str) -> String {
    let plain: String = name
        .nfkd()
        .filter(|&c| !is_combining_mark(c))
        .flat_map(char::to_lowercase)
        .collect();
    let mut words: Vec<&str> = plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether two folded names cannot be one person's: both are there, in one script, and share no
/// word. Names in two scripts say nothing about each other.
fn other_name(a: &str, b: &str) -> bool {
    let latin = |name: &str| name.chars().any(|c| c.is_ascii_alphabetic());
    !a.is_empty()
        && !b.is_empty()
        && latin(a) == latin(b)
        && !a
            .split(' ')
            .any(|word| b.split(' ').any(|other| word == other))
}
