//! Reservio's pages for staff and access, as its help centre describes them, and what people do with their mail.
//!
//! Not reachable through the interface. It keeps the trap of the order: an invitation that was sent before its
//! person registered leads nowhere until access is taken back and given again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Access, Business, Manager, Profile, Reservio, TICKS};
use crate::sandbox::log::{Id, Log, Message};
use crate::sandbox::work::{HandWork, given};

/// Carries a step out; gives whom it was about.
pub(crate) fn apply(
    reservio: &mut Reservio,
    work: &HandWork,
    log: &mut Log,
    now: Timestamp,
) -> Result<Option<Id>, String> {
    let Some(place) = work.at() else {
        return everywhere(reservio, work);
    };
    let business = reservio
        .businesses
        .get(place)
        .ok_or_else(|| format!("there is no business {place}"))?;
    let found = business.find(work);
    let known = || {
        found
            .clone()
            .ok_or_else(|| format!("there is no profile of {} at {place}", work.whom()))
    };
    let about = match work.does.as_str() {
        "invite" | "grant" => {
            let ticks = ticks(work)?;
            let profile = match found {
                Some(profile) => profile,
                None => reservio.add_profile(place, &work.full_name())?,
            };
            reservio.give(place, &profile, work.mail(), ticks, log, now)?;
            Some(profile)
        }
        "set-rights" | "change-role" => {
            let (profile, ticks) = (known()?, ticks(work)?);
            let held = reservio.profile(place, &profile)?;
            let access = held.access.as_mut().ok_or("there is no access to change")?;
            access.ticks = ticks;
            Some(profile)
        }
        "remove" | "withdraw-invitation" | "block" | "deactivate" => {
            let profile = known()?;
            reservio.take_back(place, &profile)?;
            Some(profile)
        }
        // There is no button for it: what the help centre says is to take back and to give again.
        "resend" => {
            let profile = known()?;
            let ticks = reservio.take_back(place, &profile)?.ticks;
            reservio.give(place, &profile, work.mail(), ticks, log, now)?;
            Some(profile)
        }
        "activate" => {
            let email = reservio.profile(place, &known()?)?.email.clone();
            reservio.accept(&email.unwrap_or_default(), Some(place))?;
            found
        }
        "follow-up" => {
            if let Some(profile) = &found {
                let held = reservio.profile(place, profile)?;
                let name = work.full_name();
                if !name.is_empty() {
                    held.name = name;
                }
                held.email = work.mail().map(str::to_owned).or(held.email.take());
            }
            found
        }
        "check" => found,
        _ => return Err(work.impossible("Reservio")),
    };
    Ok(about.map(Id::Text))
}

/// Steps at no business: what the person does alone, and the list of users of Enterprise.
fn everywhere(reservio: &mut Reservio, work: &HandWork) -> Result<Option<Id>, String> {
    let email = work.mail().or(given(work.account.as_ref()));
    let email = email.ok_or("an e-mail is needed")?.to_lowercase();
    match (work.does.as_str(), &mut reservio.enterprise) {
        ("check", None) => {
            reservio.register(&email);
        }
        ("check" | "follow-up", _) => {}
        ("invite" | "grant", Some(users)) => {
            let name = work.full_name();
            let facts = calendars(work)?;
            if users.contains_key(&email) {
                return Err(format!("{email} is a user already"));
            }
            users.insert(email.clone(), Manager { name, facts });
        }
        ("set-rights" | "change-role", Some(users)) => {
            let facts = calendars(work)?;
            let user = users.get_mut(&email);
            user.ok_or_else(|| format!("{email} is no user"))?.facts = facts;
        }
        ("remove" | "block" | "deactivate" | "withdraw-invitation", Some(users)) => {
            users
                .remove(&email)
                .ok_or_else(|| format!("{email} is no user"))?;
        }
        ("activate", None) => reservio.accept(&email, None)?,
        _ => return Err(work.impossible("Reservio")),
    }
    Ok(Some(Id::Text(email)))
}

/// The ticks of a step, with the dependency the page has.
fn ticks(work: &HandWork) -> Result<BTreeSet<String>, String> {
    let ticks: BTreeSet<String> = work.ticks(TICKS)?.into_iter().collect();
    if ticks.contains("own_bookings") {
        Ok(ticks)
    } else {
        Err("the other ticks appear only where `own_bookings` is on".to_owned())
    }
}

/// The form of an Enterprise user.
fn calendars(work: &HandWork) -> Result<BTreeMap<String, String>, String> {
    for (name, value) in &work.facts {
        let good = match name.as_str() {
            "administrator" => matches!(value.as_str(), "true" | "false"),
            "calendars" => value
                .lines()
                .all(|line| line.ends_with(": admin") || line.ends_with(": view")),
            _ => false,
        };
        if !good {
            return Err(format!(
                "`{name}` is not `administrator` (true, false) or `calendars` (KEY: admin or view)"
            ));
        }
    }
    Ok(work.facts.clone())
}

impl Business {
    /// A profile by id, e-mail or name.
    fn find(&self, work: &HandWork) -> Option<String> {
        let by = |fits: &dyn Fn(&str, &Profile) -> bool| {
            self.profiles
                .iter()
                .find(|(id, profile)| fits(id, profile))
                .map(|(id, _)| id.clone())
        };
        let words = [given(work.account.as_ref()), work.mail()];
        let name = work.full_name();
        words
            .into_iter()
            .flatten()
            .find_map(|word| {
                by(&|id, profile| {
                    let own = profile.email.as_deref().unwrap_or_default();
                    id == word || own.eq_ignore_ascii_case(word)
                })
            })
            .or_else(|| by(&|_, profile| !name.is_empty() && profile.name == name))
    }
}

impl Reservio {
    fn business(&mut self, place: &str) -> Result<&mut Business, String> {
        self.businesses
            .get_mut(place)
            .ok_or_else(|| format!("there is no business {place}"))
    }

    fn profile(&mut self, place: &str, profile: &str) -> Result<&mut Profile, String> {
        self.business(place)?
            .profiles
            .get_mut(profile)
            .ok_or_else(|| format!("there is no profile {profile} at {place}"))
    }

    /// Somebody makes a personal account on the booking site, and verifies it.
    pub(crate) fn register(&mut self, email: &str) -> bool {
        self.registered.insert(email.to_lowercase())
    }

    /// "Add staff member": a profile, without access.
    pub(crate) fn add_profile(&mut self, place: &str, name: &str) -> Result<String, String> {
        if name.is_empty() {
            return Err("a profile needs a name".to_owned());
        }
        let id = self.id();
        let profile = Profile {
            name: name.to_owned(),
            email: None,
            access: None,
        };
        self.business(place)?.profiles.insert(id.clone(), profile);
        Ok(id)
    }

    /// Fills in the e-mail, sets the ticks and saves: the person gets a mail.
    fn give(
        &mut self,
        place: &str,
        id: &str,
        email: Option<&str>,
        ticks: BTreeSet<String>,
        log: &mut Log,
        now: Timestamp,
    ) -> Result<(), String> {
        let system = self.name.clone();
        let profile = self.profile(place, id)?;
        if profile.access.is_some() {
            return Err(format!("profile {id} has access already"));
        }
        let email = email.map(str::to_owned).or(profile.email.clone());
        let email = email.ok_or("fill in the e-mail first")?;
        let leads = self.is_registered(&email);
        let profile = self.profile(place, id)?;
        profile.email = Some(email.clone());
        profile.access = Some(Access {
            ticks,
            accepted: false,
            leads,
        });
        log.messages.push(Message {
            at: now,
            system,
            location: Some(Id::Text(place.to_owned())),
            channel: "email".to_owned(),
            to: email,
            account: Id::Text(id.to_owned()),
            name: profile.name.clone(),
        });
        Ok(())
    }

    /// Unticks the master switch and saves; the profile stays.
    fn take_back(&mut self, place: &str, profile: &str) -> Result<Access, String> {
        let access = self.profile(place, profile)?.access.take();
        access.ok_or_else(|| format!("profile {profile} has no access"))
    }

    /// "Delete": the profile goes, and access with it.
    pub(crate) fn delete_profile(&mut self, place: &str, profile: &str) -> Result<(), String> {
        let gone = self.business(place)?.profiles.remove(profile);
        gone.map(drop)
            .ok_or_else(|| format!("there is no profile {profile} at {place}"))
    }

    /// The person confirms in the mail: at one business, or wherever it waits.
    pub(crate) fn accept(&mut self, email: &str, only: Option<&str>) -> Result<(), String> {
        let (mut accepted, mut dead) = (0, 0);
        for (place, business) in &mut self.businesses {
            if only.is_some_and(|only| only != place) {
                continue;
            }
            for profile in business.profiles.values_mut() {
                let own = profile.email.as_deref().unwrap_or_default();
                let Some(access) = profile.access.as_mut().filter(|access| !access.accepted) else {
                    continue;
                };
                if own.is_empty() || !own.eq_ignore_ascii_case(email) {
                    continue;
                }
                access.accepted = access.leads;
                accepted += u32::from(access.leads);
                dead += u32::from(!access.leads);
            }
        }
        match (accepted, dead) {
            (0, 0) => Err(format!("{email} has no invitation that waits there")),
            (0, _) => Err(format!(
                "the invitation leads nowhere: access was given before {email} registered; take it back and give it again"
            )),
            _ => Ok(()),
        }
    }
}
