//! KeyCRM's pages for users and roles, as its help centre describes them.
//!
//! Not reachable through the interface. It keeps the traps: only an e-mail that is there from the beginning is
//! written to, a user is pending until the first sign-in, and nobody is ever deleted.

use jiff::Timestamp;

use super::{Keycrm, Role, Status, User, written};
use crate::sandbox::log::{Id, Log, Message};
use crate::sandbox::work::{HandWork, given};

/// What changes in a profile; absent parts stay.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Edit<'a> {
    pub(crate) first: Option<&'a str>,
    pub(crate) last: Option<&'a str>,
    pub(crate) username: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) phone: Option<&'a str>,
    pub(crate) role: Option<u64>,
}

impl<'a> Edit<'a> {
    fn of(work: &'a HandWork, role: Option<u64>) -> Self {
        Self {
            first: given(work.first.as_ref()),
            last: given(work.last.as_ref()),
            username: given(work.login.as_ref()),
            email: work.mail(),
            phone: given(work.phone.as_ref()),
            role,
        }
    }
}

/// Carries a step out; gives the user it was about.
pub(crate) fn apply(
    crm: &mut Keycrm,
    work: &HandWork,
    log: &mut Log,
    now: Timestamp,
) -> Result<Option<Id>, String> {
    let user = [&work.account, &work.login, &work.email]
        .into_iter()
        .find_map(|word| crm.find(given(word.as_ref())?));
    // An id that nobody has is a mistake even where the login or e-mail would find somebody.
    if let Some(account) = given(work.account.as_ref())
        && crm.find(account).is_none()
    {
        return Err(format!("there is no user {account}"));
    }
    let known = user.ok_or_else(|| format!("there is no user {}", work.whom()));
    let about = match work.does.as_str() {
        "invite" => {
            let role = role_of(crm, work, true)?.ok_or("choose a role")?;
            let id = crm.add_user(&Edit::of(work, Some(role)), log, now)?;
            crm.limit(id, work);
            Some(id)
        }
        "grant" | "unblock" | "activate" => {
            let id = known?;
            crm.unblock(id, now)?;
            Some(id)
        }
        // There is no button that deletes: whoever is told to remove somebody can only block.
        "block" | "deactivate" | "remove" | "withdraw-invitation" => {
            let id = known?;
            crm.block(id, now)?;
            Some(id)
        }
        "change-role" => {
            let id = known?;
            let role = role_of(crm, work, false)?.ok_or("choose a role")?;
            let edit = Edit {
                role: Some(role),
                ..Edit::default()
            };
            crm.edit(id, &edit, now)?;
            crm.limit(id, work);
            Some(id)
        }
        "set-rights" => {
            let id = known?;
            crm.limit(id, work);
            Some(id)
        }
        // A role that does not exist yet is made on a page of its own, for nobody in particular.
        "follow-up" if user.is_none() && work.role.is_some() => {
            let number = work
                .role_number
                .and_then(|number| u64::try_from(number).ok());
            crm.add_role(given(work.role.as_ref()).unwrap_or_default(), number)?;
            None
        }
        "follow-up" => {
            if let Some(id) = user {
                crm.edit(id, &Edit::of(work, None), now)?;
            }
            user
        }
        "check" => user,
        _ => return Err(work.impossible("KeyCRM")),
    };
    Ok(about.map(Id::Number))
}

/// The role a step names; on the page that adds a user it can be made on the way.
fn role_of(crm: &mut Keycrm, work: &HandWork, make: bool) -> Result<Option<u64>, String> {
    if let Some(number) = work.role_number {
        let known = u64::try_from(number)
            .ok()
            .filter(|id| crm.roles.contains_key(id));
        return known
            .map(Some)
            .ok_or_else(|| format!("there is no role {number}"));
    }
    let Some(name) = given(work.role.as_ref()) else {
        return Ok(None);
    };
    match crm.role_named(name) {
        Some(id) => Ok(Some(id)),
        None if make => crm.add_role(name, None).map(Some),
        None => Err(format!("there is no role `{name}`")),
    }
}

impl Keycrm {
    fn role_named(&self, name: &str) -> Option<u64> {
        self.roles
            .iter()
            .find(|(_, role)| role.name == name || role.alias == name)
            .map(|(id, _)| *id)
    }

    fn user(&mut self, id: u64) -> Result<&mut User, String> {
        self.users
            .get_mut(&id)
            .ok_or_else(|| format!("there is no user {id}"))
    }

    /// "Add user".
    pub(crate) fn add_user(
        &mut self,
        new: &Edit<'_>,
        log: &mut Log,
        now: Timestamp,
    ) -> Result<u64, String> {
        let (Some(first), Some(username)) = (new.first, new.username) else {
            return Err("a user needs a first name and a login".to_owned());
        };
        let id = self.users.keys().next_back().map_or(1, |last| last + 1);
        self.free(id, new)?;
        let own = |text: Option<&str>| text.map(str::to_owned);
        let user = User {
            first: first.to_owned(),
            last: new.last.unwrap_or_default().to_owned(),
            username: Some(username.to_owned()),
            email: own(new.email),
            phone: own(new.phone),
            role: new.role,
            status: Status::Pending,
            created: written(now),
            updated: written(now),
            signed_in: None,
            limited: std::collections::BTreeMap::new(),
        };
        // Only now: an e-mail that is added later is never written to.
        if let Some(to) = new.email {
            log.messages.push(Message {
                at: now,
                system: self.name.clone(),
                location: None,
                channel: "email".to_owned(),
                to: to.to_owned(),
                account: Id::Number(id),
                name: user.full_name(),
            });
        }
        self.users.insert(id, user);
        Ok(id)
    }

    /// Whether nobody else has the login or e-mail.
    fn free(&self, id: u64, edit: &Edit<'_>) -> Result<(), String> {
        for word in [edit.username, edit.email].into_iter().flatten() {
            if let Some(other) = self.find(word).filter(|other| *other != id) {
                return Err(format!("user {other} has `{word}` already"));
            }
        }
        match edit.role {
            Some(role) if !self.roles.contains_key(&role) => {
                Err(format!("there is no role {role}"))
            }
            _ => Ok(()),
        }
    }

    /// The person signs in; the first time makes them active.
    pub(crate) fn sign_in(&mut self, word: &str, now: Timestamp) -> Result<u64, String> {
        let id = self
            .find(word)
            .ok_or_else(|| format!("nobody signs in with `{word}`"))?;
        let user = self.user(id)?;
        if user.status == Status::Blocked {
            return Err(format!("user {id} is blocked"));
        }
        user.status = Status::Active;
        user.signed_in = Some(written(now));
        Ok(id)
    }

    /// "Edit". No mail is sent, whatever changes.
    pub(crate) fn edit(&mut self, id: u64, edit: &Edit<'_>, now: Timestamp) -> Result<(), String> {
        self.free(id, edit)?;
        let user = self.user(id)?;
        if let Some(first) = edit.first {
            first.clone_into(&mut user.first);
        }
        if let Some(last) = edit.last {
            last.clone_into(&mut user.last);
        }
        for (own, new) in [
            (&mut user.username, edit.username),
            (&mut user.email, edit.email),
            (&mut user.phone, edit.phone),
        ] {
            if let Some(new) = new {
                *own = Some(new.to_owned());
            }
        }
        user.role = edit.role.or(user.role);
        user.updated = written(now);
        Ok(())
    }

    /// "Block". Whether somebody pending can be blocked is not documented; here they can.
    pub(crate) fn block(&mut self, id: u64, now: Timestamp) -> Result<(), String> {
        let user = self.user(id)?;
        if user.status == Status::Blocked {
            return Err(format!("user {id} is blocked already"));
        }
        user.status = Status::Blocked;
        user.updated = written(now);
        Ok(())
    }

    /// "Activate" a blocked profile; who never signed in is pending again, which is not documented.
    pub(crate) fn unblock(&mut self, id: u64, now: Timestamp) -> Result<(), String> {
        let user = self.user(id)?;
        if user.status != Status::Blocked {
            return Err(format!("user {id} is not blocked"));
        }
        user.status = match user.signed_in {
            Some(_) => Status::Active,
            None => Status::Pending,
        };
        user.updated = written(now);
        Ok(())
    }

    /// "Add role", with the next number or one that is wished for.
    pub(crate) fn add_role(&mut self, name: &str, number: Option<u64>) -> Result<u64, String> {
        if name.is_empty() {
            return Err("a role needs a name".to_owned());
        }
        if self.role_named(name).is_some() {
            return Err(format!("there is a role `{name}` already"));
        }
        let next = self.roles.keys().next_back().map_or(1, |last| last + 1);
        let id = number.unwrap_or(next);
        if self.roles.contains_key(&id) {
            return Err(format!("there is a role {id} already"));
        }
        let role = Role {
            name: name.to_owned(),
            alias: name.to_lowercase().replace(' ', "_"),
        };
        self.roles.insert(id, role);
        Ok(id)
    }

    /// The pages for sources and statuses.
    fn limit(&mut self, id: u64, work: &HandWork) {
        if let Some(user) = self.users.get_mut(&id) {
            user.limited
                .extend(work.facts.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
    }
}
