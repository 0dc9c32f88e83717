//! Apenday's pages for users, as its help centre describes them.
//!
//! Not reachable through the interface. It keeps that only the switch to active sends a mail.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Apenday, User};
use crate::sandbox::log::{Id, Log, Message};
use crate::sandbox::work::{HandWork, given};

/// The calendar kinds of the form.
const CALENDARS: &[&str] = &["office365", "internal", "ical", "exchange", "zimbra"];

/// Carries a step out; gives whom it was about.
pub(crate) fn apply(
    apenday: &mut Apenday,
    work: &HandWork,
    log: &mut Log,
    now: Timestamp,
) -> Result<Option<Id>, String> {
    let found = [&work.account, &work.email]
        .into_iter()
        .find_map(|word| apenday.find(given(word.as_ref())?));
    let known = || found.ok_or_else(|| format!("there is no user {}", work.whom()));
    check(&work.facts)?;
    let about = match work.does.as_str() {
        "invite" => Some(apenday.create(work)?),
        "activate" | "unblock" => {
            let id = known()?;
            apenday.activate(id, log, now)?;
            Some(id)
        }
        "grant" | "set-rights" => {
            let id = known()?;
            apenday.fill(id, work);
            Some(id)
        }
        "change-role" => {
            let id = known()?;
            let role = given(work.role.as_ref()).ok_or("choose a role")?;
            role.clone_into(&mut apenday.user(id)?.role);
            apenday.fill(id, work);
            Some(id)
        }
        // Deleting is not described: whoever is told to remove somebody can only switch the user off.
        "deactivate" | "block" | "remove" | "withdraw-invitation" => {
            let id = known()?;
            apenday.deactivate(id)?;
            Some(id)
        }
        // There is no button for it: off and on again is what is taken to send the mail anew.
        "resend" => {
            let id = known()?;
            apenday.deactivate(id)?;
            apenday.activate(id, log, now)?;
            Some(id)
        }
        "follow-up" => {
            if let Some(id) = found {
                apenday.edit(id, work)?;
            }
            found
        }
        "check" => found,
        _ => return Err(work.impossible("Apenday")),
    };
    Ok(about.map(Id::Number))
}

/// Whether the form has these fields.
pub(super) fn check(facts: &BTreeMap<String, String>) -> Result<(), String> {
    for (name, value) in facts {
        match name.as_str() {
            "team" | "agencies" | "events" => {}
            "calendar" if CALENDARS.contains(&value.as_str()) => {}
            "calendar" => {
                return Err(format!("no calendar `{value}`: {}", CALENDARS.join(", ")));
            }
            _ if name.starts_with("notifications.") => {}
            _ => return Err(format!("the form has no field `{name}`")),
        }
    }
    Ok(())
}

impl Apenday {
    fn user(&mut self, id: u64) -> Result<&mut User, String> {
        self.users
            .get_mut(&id)
            .ok_or_else(|| format!("there is no user {id}"))
    }

    /// "Create and continue", with the switch off.
    fn create(&mut self, work: &HandWork) -> Result<u64, String> {
        let own = |text: &Option<String>| given(text.as_ref()).map(str::to_owned);
        let (Some(first), Some(last), Some(email)) =
            (own(&work.first), own(&work.last), own(&work.email))
        else {
            return Err("a user needs a first name, a last name and an e-mail".to_owned());
        };
        if let Some(other) = self.find(&email) {
            return Err(format!("user {other} has the e-mail {email} already"));
        }
        let id = self.users.keys().next_back().map_or(1, |last| last + 1);
        let user = User {
            first,
            last,
            email,
            mobile: own(&work.phone),
            active: false,
            validated: false,
            role: own(&work.role).unwrap_or_else(|| "conseiller".to_owned()),
            facts: work.facts.clone(),
        };
        self.users.insert(id, user);
        Ok(id)
    }

    /// The switch to active: the person gets the validation mail.
    fn activate(&mut self, id: u64, log: &mut Log, now: Timestamp) -> Result<(), String> {
        let system = self.name.clone();
        let user = self.user(id)?;
        if user.active {
            return Err(format!("user {id} is active already"));
        }
        user.active = true;
        log.messages.push(Message {
            at: now,
            system,
            location: None,
            channel: "email".to_owned(),
            to: user.email.clone(),
            account: Id::Number(id),
            name: format!("{} {}", user.first, user.last),
        });
        Ok(())
    }

    fn deactivate(&mut self, id: u64) -> Result<(), String> {
        let user = self.user(id)?;
        if !user.active {
            return Err(format!("user {id} is inactive already"));
        }
        user.active = false;
        Ok(())
    }

    /// The person follows the validation mail.
    pub(crate) fn validate(&mut self, word: &str) -> Result<u64, String> {
        let id = self
            .find(word)
            .ok_or_else(|| format!("nobody has the e-mail {word}"))?;
        let user = self.user(id)?;
        if !user.active || user.validated {
            return Err(format!("user {id} has no validation that waits"));
        }
        user.validated = true;
        Ok(id)
    }

    /// The other sections of the form.
    fn fill(&mut self, id: u64, work: &HandWork) {
        if let Some(user) = self.users.get_mut(&id) {
            user.facts
                .extend(work.facts.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
    }

    fn edit(&mut self, id: u64, work: &HandWork) -> Result<(), String> {
        if let Some(other) = work.mail().and_then(|email| self.find(email))
            && other != id
        {
            return Err(format!("user {other} has that e-mail already"));
        }
        let user = self.user(id)?;
        for (own, new) in [
            (&mut user.first, &work.first),
            (&mut user.last, &work.last),
            (&mut user.email, &work.email),
        ] {
            if let Some(new) = given(new.as_ref()) {
                new.clone_into(own);
            }
        }
        if let Some(mobile) = given(work.phone.as_ref()) {
            user.mobile = Some(mobile.to_owned());
        }
        Ok(())
    }
}
