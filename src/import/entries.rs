//! Who gets which role where, as entries.
//!
//! Invariant: whoever has an account that is nobody's becomes exactly one entry, and what cannot be said of somebody is
//! said in words: left alone (`access: unmanaged`) rather than said wrongly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::facts::{Listed, is_listed};
use super::keys::{self, Taken};
use super::mine::{Center, Mined, Sample, mine};
use super::people::{Joined, Login, join, logins, was_read};
use super::person::{call, contact, judge, short};
use super::rights::{Difference, profile, size, words};
use super::roles::{Named, Uses, families, named, plain};
use super::yaml::{Entry, Map};
use super::{Extension, Input, KnownRole, Proposal, Told, addition, at};
use crate::catalog::{Kind, compare_roles, role as vendor_role};
use crate::config::edit::Yaml;
use crate::model::{
    Account, AccountId, AccountState, LocationKey, Managed, PersonKey, PlaceId, RightSet,
    SystemName, VendorRoleSlug,
};

/// What one account has at one place.
pub(super) struct Row<'a> {
    place: &'a PlaceId,
    role: VendorRoleSlug,
    /// None at vendors that show no rights.
    set: Option<RightSet>,
    /// The title of the position that the linked team member holds.
    post: Option<String>,
}

/// Somebody of whom something is to be written.
pub(super) struct Subject<'a> {
    pub(super) logins: Vec<&'a Login<'a>>,
    pub(super) existing: Option<PersonKey>,
    /// What they have, by system; nothing for whoever is left alone.
    pub(super) rows: BTreeMap<&'a SystemName, Vec<Row<'a>>>,
    /// The same where a list tells it, and no call.
    pub(super) listed: BTreeMap<&'a SystemName, Vec<Listed>>,
    /// Why their access is left alone.
    pub(super) alone: Option<String>,
    /// The same without the place, where it is about one: many may have it.
    pub(super) reason: Option<String>,
    pub(super) kind: Option<&'static str>,
    pub(super) above: Vec<String>,
    /// Words behind `access`.
    pub(super) behind: Vec<String>,
}

pub(super) struct Made<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) told: Told,
    /// Who is left alone, by the reason.
    alone: BTreeMap<String, Vec<String>>,
}

/// So many people with one reason are named one by one.
const FEW: usize = 3;

pub(super) fn propose(input: &Input<'_>) -> Proposal {
    let logins = logins(input.observed);
    let joined = join(&logins);
    let mut made = Made {
        input,
        told: Told::default(),
        alone: BTreeMap::new(),
    };
    made.tell_unread();
    let mut subjects = made.subjects(&logins, &joined);
    made.tell_alone();
    made.tell_doubts(&logins, &joined, &mut subjects);
    let (assignments, mut additions) = made.assigned(&subjects);
    let mut proposal = Proposal::default();
    let mut taken = Taken::with(input.desired.people.keys().map(PersonKey::as_str));
    for was in input.desired.people.values().flat_map(|person| &person.was) {
        taken.free(was.as_str(), "person");
    }
    let mut files: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let mut contacts: Vec<Entry> = Vec::new();
    for (subject, access) in subjects.iter().zip(assignments) {
        let accounts = subject
            .logins
            .iter()
            .map(|it| (it.system.clone(), it.id.clone()));
        let accounts: Vec<(SystemName, AccountId)> = accounts.collect();
        if let Some(person) = &subject.existing {
            let pins = made.pins_of_existing(subject);
            if !access.is_empty() || !pins.is_empty() {
                proposal.accounts.insert(person.clone(), accounts);
                let person = person.clone();
                made.told.extended += 1;
                proposal.extensions.push(Extension {
                    person,
                    pins,
                    access,
                });
            }
            continue;
        }
        let (entry, contact) = made.person(subject, access, &joined.shared, &mut taken);
        proposal
            .accounts
            .insert(PersonKey::new(entry.key.as_str()), accounts);
        made.told.people += 1;
        made.told.accounts += subject.logins.len();
        contacts.extend(contact);
        files.entry(made.file(subject)).or_default().push(entry);
    }
    for (file, mut entries) in files {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        additions.push(addition(&file, "people", entries));
    }
    contacts.sort_by(|a, b| a.key.cmp(&b.key));
    if !contacts.is_empty() {
        additions.push(addition("contacts.yaml", "contacts", contacts));
    }
    proposal.additions = additions;
    proposal.told = made.told;
    proposal
}

impl<'a> Made<'a> {
    pub(super) fn kind(&self, system: &SystemName) -> Option<Kind> {
        let seen = self.input.observed.systems.get(system)?;
        Kind::parse(seen.kind)
    }

    /// What no interface shows.
    fn tell_unread(&mut self) {
        for (name, seen) in &self.input.observed.systems {
            let kind = Kind::parse(seen.kind);
            if let Some(kind) = kind {
                self.tell_unlisted(name, kind);
            }
            if kind.is_some_and(Kind::shows_users) && !was_read(&seen.scopes) {
                self.told
                    .left
                    .push(format!("{name}: nothing could be read"));
            }
            for (place, reading) in &seen.scopes {
                if reading.complete().is_none() && kind.is_some_and(Kind::shows_users) {
                    let how = if reading.seen().is_some() {
                        "could be read in part only: whoever is missing comes with another import"
                    } else {
                        "could not be read"
                    };
                    self.told.left.push(format!("{}: {how}", at(name, place)));
                }
            }
        }
    }

    fn subjects(&mut self, logins: &'a [Login<'a>], joined: &Joined) -> Vec<Subject<'a>> {
        let declared: BTreeMap<&str, &PersonKey> = self
            .input
            .desired
            .people
            .iter()
            .flat_map(|(key, person)| person.contacts.iter().map(move |it| (contact(it), key)))
            .collect();
        let mut subjects = Vec::new();
        for group in &joined.people {
            let group: Vec<&Login<'_>> = group.iter().filter_map(|at| logins.get(*at)).collect();
            let owner = |login: &&Login<'_>| {
                let known = self
                    .input
                    .owners
                    .get(&(login.system.clone(), login.id.clone()));
                // A plan keeps no account of whose the chain's users are.
                let by_contact = || {
                    let mut contacts = login.contacts().into_iter();
                    contacts.find_map(|it| declared.get(it.as_str()).copied())
                };
                let of_chain = || login.is_of_chain().then(by_contact).flatten();
                known.or_else(of_chain).cloned()
            };
            let owners: BTreeSet<PersonKey> = group.iter().filter_map(owner).collect();
            let existing = owners.first().cloned();
            if owners.len() > 1 {
                if group.iter().any(|login| owner(login).is_none()) {
                    let whose: Vec<String> = owners.iter().map(|it| format!("`{it}`")).collect();
                    self.told.left.push(format!(
                        "{}: one of {}? pin the account, or say `not: [ID]`",
                        group
                            .iter()
                            .map(|it| call(it))
                            .collect::<Vec<_>>()
                            .join(", "),
                        whose.join(", ")
                    ));
                }
                continue;
            }
            if existing.is_none() {
                let like = group.iter().flat_map(|it| it.contacts());
                let like: BTreeSet<&PersonKey> = like
                    .filter_map(|it| declared.get(it.as_str()).copied())
                    .collect();
                if let Some(key) = like.first() {
                    self.told.left.push(format!(
                        "{}: has a contact of `{key}`, whose account it is not by the plan; pin it, or say `not: [ID]`",
                        group.iter().map(|it| call(it)).collect::<Vec<_>>().join(", ")
                    ));
                    continue;
                }
            }
            if let Some(subject) = self.subject(group, existing) {
                subjects.push(subject);
            }
        }
        subjects
    }

    /// What is known of one human; none of somebody declared to whom nothing is to be added.
    fn subject(
        &mut self,
        logins: Vec<&'a Login<'a>>,
        existing: Option<PersonKey>,
    ) -> Option<Subject<'a>> {
        let person = existing
            .as_ref()
            .and_then(|key| self.input.desired.people.get(key));
        if person.is_some_and(|person| person.managed != Managed::Yes) {
            return None;
        }
        let mut subject = Subject {
            logins,
            existing,
            rows: BTreeMap::new(),
            listed: BTreeMap::new(),
            alone: None,
            reason: None,
            kind: None,
            above: Vec::new(),
            behind: Vec::new(),
        };
        if subject.existing.is_none() {
            judge(&mut subject, self.input);
            let said: Vec<&String> = subject.above.iter().chain(&subject.alone).collect();
            let said = said
                .into_iter()
                .filter_map(|it| it.strip_prefix("TO DECIDE: "));
            for what in said {
                let line = format!("{}: {what}", all(&subject.logins));
                self.told.decide.push(line);
            }
        }
        if subject.alone.is_some() {
            return Some(subject);
        }
        if !subject.logins.iter().any(|it| {
            self.input
                .aside
                .contains_key(&(it.system.clone(), it.id.clone()))
        }) {
            self.twice(&mut subject);
        }
        for login in subject.logins.clone() {
            let id = (login.system.clone(), login.id.clone());
            if let Some(why) = self.input.aside.get(&id) {
                if subject.existing.is_none() {
                    subject.alone = Some(why.clone());
                    subject.rows.clear();
                    subject.listed.clear();
                    return Some(subject);
                }
                continue;
            }
            for (place, row) in &login.rows {
                self.row(&mut subject, login, place, row);
            }
        }
        if let Some(why) = &subject.alone {
            let reason = subject.reason.as_ref().unwrap_or(why).clone();
            let who = self.alone.entry(reason).or_default();
            who.push(all(&subject.logins));
            subject.rows.clear();
            subject.listed.clear();
            return Some(subject);
        }
        let nothing =
            subject.rows.is_empty() && subject.listed.is_empty() && subject.existing.is_some();
        (!nothing).then_some(subject)
    }

    /// Of two accounts of one person at one place the heavier says what stands in the files, and both are told.
    fn twice(&mut self, subject: &mut Subject<'a>) {
        let mut places: BTreeMap<(&SystemName, &PlaceId), Vec<(&'a Login<'a>, &'a Account)>> =
            BTreeMap::new();
        for login in &subject.logins {
            for (place, row) in &login.rows {
                if matches!(row.state, AccountState::Active | AccountState::Invited) {
                    let here = places.entry((login.system, place)).or_default();
                    here.push((login, row));
                }
            }
        }
        places.retain(|_, here| here.len() > 1);
        if let Some(key) = &subject.existing {
            let owners = &self.input.owners;
            let is_new =
                |it: &&'a Login<'a>| !owners.contains_key(&(it.system.clone(), it.id.clone()));
            for ((system, place), here) in &places {
                if here.iter().any(|(login, _)| is_new(login)) {
                    let line = format!(
                        "`{key}`: has the accounts {} at {}; pin those that are theirs, or say `not: [ID]`",
                        several(here),
                        at(system, place)
                    );
                    self.told.decide.push(line);
                }
            }
            return;
        }
        if places.is_empty() {
            return;
        }
        let catalog = self.input.catalog;
        let much = |row: &Account| {
            let role = row.role.as_ref().and_then(|it| vendor_role(it.as_str()));
            let weight = role.and_then(|role| role.weight);
            (
                weight,
                row.rights.as_ref().map_or(0, |it| size(catalog, it)),
            )
        };
        subject.logins.sort_by_key(|login| {
            let most = login.rows.iter().map(|(_, row)| much(row)).max();
            (login.system, std::cmp::Reverse(most), login.id)
        });
        let order = |login: &Login<'_>| subject.logins.iter().position(|it| it.id == login.id);
        for ((system, place), mut here) in places {
            here.sort_by_key(|(login, _)| order(login));
            let Some((_, first)) = here.first().copied() else {
                continue;
            };
            let is_heaviest = here.iter().all(|(_, row)| {
                compare_roles(role_of(first), role_of(row)).is_some_and(std::cmp::Ordering::is_ge)
                    && much(first) >= much(row)
            });
            let (where_, who) = (at(system, place), several(&here));
            if is_heaviest {
                subject.above.push(format!(
                    "TO DECIDE: has the accounts {who} at {where_}; what stands here is the first's"
                ));
                let line = format!(
                    "{}: has the accounts {who} at {where_}; the entry says what the first has",
                    all(&subject.logins)
                );
                self.told.decide.push(line);
            } else {
                subject.alone = Some(format!(
                    "left alone: has the accounts {who} at {where_}, and none has all of the others"
                ));
            }
        }
    }

    /// Says once what many are left alone for.
    fn tell_alone(&mut self) {
        for (why, who) in std::mem::take(&mut self.alone) {
            if who.len() <= FEW {
                let lines = who.iter().map(|who| format!("{who}: {why}"));
                self.told.decide.extend(lines);
                continue;
            }
            let named: Vec<&str> = who.iter().take(FEW).map(String::as_str).collect();
            self.told.decide.push(format!(
                "{} people are {why}: {} and {} more, as their entries say",
                who.len(),
                named.join(", "),
                who.len() - named.len()
            ));
        }
    }

    fn row(
        &mut self,
        subject: &mut Subject<'a>,
        login: &'a Login<'a>,
        place: &'a PlaceId,
        row: &'a Account,
    ) {
        let where_ = at(login.system, place);
        let by_list = is_listed(self.kind(login.system), place);
        let is_fresh = if by_list {
            self.is_fresh_list(login.system, place)
        } else {
            self.is_fresh(login.system, place, subject.existing.as_ref())
        };
        if subject.existing.is_some() && !is_fresh {
            return;
        }
        if !Self::is_in_force(subject, &where_, row.state) {
            return;
        }
        if by_list {
            self.listed(subject, login.system, place, row);
            return;
        }
        let kind = self.kind(login.system);
        let found = match (kind, &row.role, &row.rights) {
            (Some(kind @ (Kind::Altegio | Kind::Yclients)), Some(role), Some(live)) => {
                let scope = self.input.observed.systems.get(login.system);
                let scope = scope.and_then(|it| it.scopes.get(place)?.seen());
                let names = scope.map(|it| &it.names).cloned().unwrap_or_default();
                let is_known = vendor_role(role.as_str()).is_some_and(|it| it.product.covers(kind));
                let found = if is_known {
                    profile(self.input.catalog, kind, row, live, &names)
                } else {
                    let role = keys::clean(role.as_str());
                    Err(format!(
                        "the vendor's role is `{role}`, which is not known here"
                    ))
                };
                let post = row.staff.flatten().and_then(|it| names.posts.get(&it));
                let post = post.map(|it| keys::clean(it));
                match found {
                    Ok(set) => Some((role.clone(), Some(set), post)),
                    Err(why) => {
                        if let Some(key) = &subject.existing {
                            self.told.left.push(format!("`{key}`: at {where_} {why}"));
                        } else if subject.alone.is_none() {
                            subject.alone = Some(format!("left alone: at {where_} {why}"));
                            subject.reason = Some(format!("left alone: {why}"));
                        }
                        return;
                    }
                }
            }
            (Some(Kind::Keycrm), Some(role), _) => Some((role.clone(), None, None)),
            _ => None,
        };
        let Some((role, set, post)) = found else {
            subject.behind.push(format!(
                "{where_}: the rights could not be read, so nothing is declared there"
            ));
            return;
        };
        let rows = subject.rows.entry(login.system).or_default();
        // Of two accounts at one place the first counts, as in a plan; `twice` tells of it.
        if !rows.iter().any(|it| it.place == place) {
            rows.push(Row {
                place,
                role,
                set,
                post,
            });
        }
    }

    /// Whether nobody declared has anything at a place: somebody whom the project has may have come with it. At a place
    /// that the import itself declares only what they have themselves counts: others are there by `at: all` alone.
    fn is_fresh(&self, system: &SystemName, place: &PlaceId, who: Option<&PersonKey>) -> bool {
        let is_new = place.location().is_some_and(|key| {
            let spot = (system.clone(), key.clone());
            self.input.new_places.contains(&spot)
        });
        let people = self.input.desired.people.iter();
        let people = people.filter(|(key, _)| !is_new || Some(*key) == who);
        let mut grants = people.flat_map(|(_, person)| &person.grants);
        !grants.any(|grant| grant.system == *system && grant.place == *place)
    }

    fn tell_doubts(
        &mut self,
        logins: &'a [Login<'a>],
        joined: &Joined,
        subjects: &mut [Subject<'a>],
    ) {
        for (group, why) in &joined.doubts {
            let group: Vec<&Login<'_>> = group.iter().filter_map(|at| logins.get(*at)).collect();
            let is_new = |subject: &Subject<'_>| {
                let mut own = subject.logins.iter();
                subject.existing.is_none()
                    && own.any(|it| {
                        group
                            .iter()
                            .any(|one| one.id == it.id && one.system == it.system)
                    })
            };
            let mut any = false;
            for subject in subjects.iter_mut().filter(|it| is_new(it)) {
                any = true;
                let others = group.iter().filter(|one| {
                    !subject
                        .logins
                        .iter()
                        .any(|it| it.id == one.id && it.system == one.system)
                });
                let others: Vec<&Login<'_>> = others.copied().collect();
                subject.above.push(format!(
                    "TO DECIDE: one person with {}? {why}",
                    short(&others)
                ));
            }
            if any {
                let line = format!("{}: one person? {why}", together(&group));
                self.told.decide.push(line);
            }
        }
    }

    /// The lines of access of each subject, and the roles that they name.
    fn assigned(&mut self, subjects: &[Subject<'a>]) -> (Vec<Vec<Yaml>>, Vec<super::Addition>) {
        let mut lines: Vec<Vec<Yaml>> = vec![Vec::new(); subjects.len()];
        let mut roles: Vec<Entry> = Vec::new();
        let taken = self.input.role_keys.iter().map(String::as_str);
        let mut taken = Taken::with(taken);
        let systems: BTreeSet<&SystemName> = subjects
            .iter()
            .flat_map(|it| it.rows.keys().chain(it.listed.keys()).copied())
            .collect();
        let with_rights = systems
            .iter()
            .filter(|it| matches!(self.kind(it), Some(Kind::Altegio | Kind::Yclients)));
        let several = with_rights.count() > 1;
        for system in systems {
            let Some(kind) = self.kind(system) else {
                continue;
            };
            let found = match kind {
                Kind::Keycrm => self.by_number(system, subjects, &mut taken, &mut lines),
                Kind::Altegio | Kind::Yclients => {
                    self.by_rights((system, kind, several), subjects, &mut taken, &mut lines)
                }
                Kind::Reservio | Kind::Apenday => Vec::new(),
            };
            roles.extend(found);
            let found = self.by_list(system, subjects, &mut taken, &mut lines);
            roles.extend(found);
        }
        let additions = if roles.is_empty() {
            Vec::new()
        } else {
            vec![addition("roles.yaml", "roles", roles)]
        };
        (lines, additions)
    }

    /// Roles of a vendor that shows them by number.
    fn by_number(
        &mut self,
        system: &SystemName,
        subjects: &[Subject<'a>],
        taken: &mut Taken,
        lines: &mut [Vec<Yaml>],
    ) -> Vec<Entry> {
        let rows = |subject: &Subject<'a>| -> Option<VendorRoleSlug> {
            Some(subject.rows.get(system)?.first()?.role.clone())
        };
        let used: BTreeSet<VendorRoleSlug> = subjects.iter().filter_map(rows).collect();
        let known = self.input.roles.get(system).cloned().unwrap_or_default();
        let mut keys: BTreeMap<VendorRoleSlug, String> = BTreeMap::new();
        let mut entries = Vec::new();
        for role in used {
            let there = known.iter().find(|it| it.role == role);
            let users = subjects
                .iter()
                .filter(|it| rows(it).as_ref() == Some(&role))
                .count();
            let key = if let Some(there) = there {
                self.told.reused += users;
                there.key.to_string()
            } else {
                let name = format!("{system} {role}");
                let key = taken.free(&keys::dashed(&name), &format!("{system}-role"));
                let title = keys::clean(&format!("{role} at {system}"));
                entries.push(plain(&key, &title, system, role.as_str()));
                self.told.roles.push((key.clone(), title, users));
                key
            };
            keys.insert(role, key);
        }
        for (subject, lines) in subjects.iter().zip(lines) {
            if let Some(key) = rows(subject).and_then(|role| keys.get(&role)) {
                lines.push(Yaml::pair("role", Yaml::from(key.as_str())));
            }
        }
        entries
    }

    /// Roles found in rights.
    fn by_rights(
        &mut self,
        (system, kind, several): (&SystemName, Kind, bool),
        subjects: &[Subject<'a>],
        taken: &mut Taken,
        lines: &mut [Vec<Yaml>],
    ) -> Vec<Entry> {
        let catalog = self.input.catalog;
        // Distinct sets, each with the people who have it somewhere.
        let mut weights: BTreeMap<(VendorRoleSlug, RightSet), BTreeSet<usize>> = BTreeMap::new();
        for (at, subject) in subjects.iter().enumerate() {
            for row in subject.rows.get(system).into_iter().flatten() {
                if let Some(set) = &row.set {
                    weights
                        .entry((row.role.clone(), set.clone()))
                        .or_default()
                        .insert(at);
                }
            }
        }
        let samples: Vec<Sample> = weights
            .into_iter()
            .map(|((role, set), who)| {
                let weight = u32::try_from(who.len()).unwrap_or(u32::MAX);
                Sample {
                    role,
                    set,
                    weight,
                    people: who,
                }
            })
            .collect();
        let known: Vec<KnownRole> = self.input.roles.get(system).cloned().unwrap_or_default();
        let centers: Vec<Center> = known
            .iter()
            .map(|it| Center {
                role: it.role.clone(),
                set: it.set.clone(),
            })
            .collect();
        let mined = mine(catalog, kind, &samples, &centers, self.input.style);
        let fit = |row: &Row<'a>| -> Option<&(usize, Difference)> {
            let set = row.set.as_ref()?;
            let at = samples.binary_search_by(|it| (&it.role, &it.set).cmp(&(&row.role, set)));
            mined.fits.get(at.ok()?)
        };
        let uses = self.uses(system, subjects, &mined, &fit);
        let named = named(
            (catalog, kind, system, several),
            &known,
            &mined.centers,
            &uses,
            taken,
        );
        for (subject, lines) in subjects.iter().zip(lines) {
            let mut together: BTreeMap<&(usize, Difference), Vec<&str>> = BTreeMap::new();
            for row in subject.rows.get(system).into_iter().flatten() {
                if let (Some(fit), Some(place)) = (fit(row), row.place.location()) {
                    together.entry(fit).or_default().push(place.as_str());
                }
            }
            let mut together: Vec<_> = together.into_iter().collect();
            together.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
            for ((center, difference), places) in together {
                let Some(Named { key, .. }) = named.get(*center) else {
                    continue;
                };
                let mut line = Map::default();
                line.put("role", Yaml::from(key.as_str()));
                line.put("at", Yaml::texts(places));
                for (key, value) in words(catalog, system.as_str(), difference) {
                    line.put(key, value);
                }
                lines.push(line.done());
            }
        }
        for (at, role) in named.iter().enumerate() {
            let people = uses.get(at).map_or(0, |it| it.people);
            if role.entry.is_some() {
                self.told
                    .roles
                    .push((role.key.clone(), role.title.clone(), people));
            } else {
                self.told.reused += people;
            }
        }
        families(named.into_iter().filter_map(|it| it.entry).collect())
    }

    /// Where each role is used, and by how many.
    fn uses<'f>(
        &self,
        system: &SystemName,
        subjects: &[Subject<'a>],
        mined: &'f Mined,
        fit: &dyn Fn(&Row<'a>) -> Option<&'f (usize, Difference)>,
    ) -> Vec<Uses> {
        let mut uses = vec![Uses::default(); mined.centers.len()];
        for subject in subjects {
            let mut own: BTreeSet<usize> = BTreeSet::new();
            let mut posts: BTreeSet<(usize, &str)> = BTreeSet::new();
            for row in subject.rows.get(system).into_iter().flatten() {
                let Some((center, _)) = fit(row) else {
                    continue;
                };
                own.insert(*center);
                posts.extend(row.post.as_deref().map(|post| (*center, post)));
                if let (Some(key), Some(uses)) = (row.place.location(), uses.get_mut(*center)) {
                    uses.places.insert((key.clone(), self.title(key)));
                }
            }
            for (center, post) in posts {
                if let Some(uses) = uses.get_mut(center) {
                    *uses.posts.entry(post.to_owned()).or_default() += 1;
                }
            }
            for center in own {
                if let Some(uses) = uses.get_mut(center) {
                    uses.people += 1;
                }
            }
        }
        uses
    }

    fn title(&self, key: &LocationKey) -> Arc<str> {
        let place = self.input.desired.places.get(key);
        place.map_or_else(|| key.as_str().into(), |place| place.title.clone())
    }
}

fn role_of(row: &Account) -> &str {
    row.role.as_ref().map_or("", |it| it.as_str())
}

/// All accounts of somebody, as messages name them.
fn all(logins: &[&Login<'_>]) -> String {
    let each: Vec<String> = logins.iter().map(|it| call(it)).collect();
    each.join(", ")
}

/// Accounts of which a name is said once where they share it and the system.
fn together(group: &[&Login<'_>]) -> String {
    let alike = |a: &Login<'_>, b: &Login<'_>| a.system == b.system && a.name() == b.name();
    match group {
        [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|it| alike(first, it)) => {
            let ids: Vec<String> = group.iter().map(|it| keys::clean(it.id.as_str())).collect();
            let name = first.name();
            format!("{name} (accounts {} at {})", ids.join(", "), first.system)
        }
        _ => {
            let each: Vec<String> = group.iter().map(|it| call(it)).collect();
            each.join(" and ")
        }
    }
}

/// Accounts at one place, each with the vendor's role.
fn several(here: &[(&Login<'_>, &Account)]) -> String {
    let each = here.iter().map(|(login, row)| {
        let (id, role) = (keys::clean(login.id.as_str()), keys::clean(role_of(row)));
        format!("{id} ({role})")
    });
    let each: Vec<String> = each.collect();
    each.join(" and ")
}
