//! What people do in the vendor's web pages, behind the back of whoever uses the interface.
//!
//! Not reachable through the vendor's routes: only faults and `/_sandbox/*` cause it. It keeps that a change that
//! cannot be made says why and changes nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::hand;
use super::link::Link;
use super::log::{Effect, Id, Log};
use super::rights;
use super::roles;
use super::state::{Account, Location, System, digits_of};
use super::work::HandWork;

/// One change by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// A step by hand, whatever the administrator's habits.
    ByHand(Box<HandWork>),
    /// Somebody signs in to `KeyCRM`, with a login or an e-mail; the first time makes them active.
    SignIn {
        /// What they type.
        contact: String,
    },
    /// Somebody makes a personal account at `Reservio`.
    Register {
        /// Their e-mail.
        contact: String,
    },
    /// A staff profile appears at `Reservio`, without access.
    AddProfile {
        /// The business.
        place: String,
        /// Its name.
        name: String,
    },
    /// A staff profile is deleted at `Reservio`.
    DeleteProfile {
        /// The business.
        place: String,
        /// The profile.
        profile: String,
    },
    /// Somebody accepts an invitation: at one location or wherever they are invited. At `Apenday` they follow the
    /// validation mail.
    Accept {
        /// Their e-mail or phone.
        #[serde(default)]
        contact: Option<String>,
        /// Or their account.
        #[serde(default)]
        user: Option<u64>,
        /// The location; absent: all.
        #[serde(default)]
        location: Option<u64>,
        /// The other account they sign in with: the invited row vanishes, this one gets the access.
        #[serde(default, rename = "as")]
        other: Option<u64>,
    },
    /// A new account appears, with access where a location is given.
    AddUser {
        /// Their name.
        name: String,
        /// Their e-mail.
        #[serde(default)]
        email: String,
        /// Their phone.
        #[serde(default)]
        phone: String,
        /// Where they get access.
        #[serde(default)]
        location: Option<u64>,
        /// In which role.
        #[serde(default = "worker")]
        role: String,
    },
    /// Somebody loses a location.
    RemoveUser {
        /// The location.
        location: u64,
        /// The account.
        user: u64,
    },
    /// A right gets another value.
    SetRight {
        /// The location.
        location: u64,
        /// The account.
        user: u64,
        /// The right.
        slug: String,
        /// Its new value.
        value: Value,
    },
    /// A role changes; the stored rights stay.
    SetRole {
        /// The location.
        location: u64,
        /// The account.
        user: u64,
        /// The new role.
        role: String,
    },
    /// A staff link changes; absent unlinks.
    SetStaff {
        /// The location.
        location: u64,
        /// The account.
        user: u64,
        /// The team member.
        #[serde(default)]
        staff: Option<u64>,
    },
    /// A thing of a location gets another title.
    Rename {
        /// The location.
        location: u64,
        /// What it is.
        thing: Thing,
        /// Its id.
        id: u64,
        /// Its new title.
        title: String,
    },
    /// A team member is dismissed; the link to a user stays, as with the vendor.
    Dismiss {
        /// The location.
        location: u64,
        /// The team member.
        staff: u64,
    },
    /// Somebody changes their own profile; absent parts stay.
    SetProfile {
        /// The account.
        user: u64,
        /// Their new name.
        #[serde(default)]
        name: Option<String>,
        /// Their new e-mail.
        #[serde(default)]
        email: Option<String>,
        /// Their new phone.
        #[serde(default)]
        phone: Option<String>,
    },
}

/// What a location has by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// A cash desk or bank account.
    Account,
    /// A storage.
    Storage,
    /// A position.
    Position,
    /// A payment item.
    Expense,
    /// A team member.
    Staff,
}

fn worker() -> String {
    "worker".to_owned()
}

/// Makes a change by hand.
pub(crate) fn apply(
    change: &Change,
    system: &mut System,
    log: &mut Log,
    now: Timestamp,
) -> Result<(), String> {
    let name = system.name.clone();
    let mut note = |what: &str, location: Option<u64>, account: Option<u64>| {
        log.effects.push(Effect {
            at: now,
            system: name.clone(),
            by: None,
            what: what.to_owned(),
            location: location.map(Id::Number),
            account: account.map(Id::Number),
            detail: json!(change),
        });
    };
    match change {
        Change::ByHand(work) => return hand::apply(system, work, log, now),
        Change::SignIn { .. }
        | Change::Register { .. }
        | Change::AddProfile { .. }
        | Change::DeleteProfile { .. } => {
            return Err(format!("{} has no such change", system.kind.name()));
        }
        Change::Accept {
            contact,
            user,
            location,
            other,
        } => {
            let invited = match (user, contact) {
                (Some(user), _) => *user,
                (None, Some(contact)) => system
                    .account_of(contact)
                    .ok_or_else(|| format!("nobody has the contact {contact}"))?,
                (None, None) => return Err("say whose invitation: `user` or `contact`".to_owned()),
            };
            if let Some(other) = other
                && !system.accounts.contains_key(other)
            {
                return Err(format!("no account {other}"));
            }
            let mut accepted = 0;
            for (id, place) in &mut system.locations {
                let here = location.is_none_or(|only| only == *id);
                if !here || place.links.get(&invited).is_none_or(|link| link.approved) {
                    continue;
                }
                let Some(mut link) = place.links.remove(&invited) else {
                    continue;
                };
                link.approved = true;
                link.visible = link.visible.min(now);
                place.links.entry(other.unwrap_or(invited)).or_insert(link);
                note("accepted", Some(*id), Some(other.unwrap_or(invited)));
                accepted += 1;
            }
            if accepted == 0 {
                return Err(format!(
                    "account {invited} has no invitation that waits there"
                ));
            }
        }
        Change::AddUser {
            name,
            email,
            phone,
            location,
            role,
        } => {
            let kind = system.kind;
            if !roles::known(kind, role) {
                return Err(format!("no role `{role}`"));
            }
            if let Some(location) = location
                && !system.locations.contains_key(location)
            {
                return Err(format!("no location {location}"));
            }
            for contact in [email, phone] {
                if !contact.is_empty() && system.account_of(contact).is_some() {
                    return Err(format!("somebody has the contact {contact} already"));
                }
            }
            let account = Account {
                name: name.clone(),
                phone: digits_of(phone),
                email: email.clone(),
                ..Account::default()
            };
            let id = system.add_account(account);
            if let Some(place) = location.and_then(|location| system.locations.get_mut(&location)) {
                let link = Link::of_role(role, place, kind, now);
                place.links.insert(id, link);
            }
            note("changed", *location, Some(id));
        }
        Change::RemoveUser { location, user } => {
            let place = place_mut(system, *location)?;
            place
                .links
                .remove(user)
                .ok_or_else(|| format!("account {user} is not there"))?;
            note("changed", Some(*location), Some(*user));
        }
        Change::SetRight {
            location,
            user,
            slug,
            value,
        } => {
            let link = link_mut(system, *location, *user)?;
            let right = rights::find(slug).ok_or_else(|| format!("no right `{slug}`"))?;
            let value = right
                .read(value)
                .ok_or_else(|| format!("`{slug}` cannot be {value}"))?;
            link.rights.insert(slug.clone(), value);
            note("changed", Some(*location), Some(*user));
        }
        Change::SetRole {
            location,
            user,
            role,
        } => {
            if !roles::known(system.kind, role) {
                return Err(format!("no role `{role}`"));
            }
            role.clone_into(&mut link_mut(system, *location, *user)?.role);
            note("changed", Some(*location), Some(*user));
        }
        Change::SetStaff {
            location,
            user,
            staff,
        } => {
            if let Some(staff) = staff
                && !system
                    .locations
                    .get(location)
                    .is_some_and(|place| place.staff.contains_key(staff))
            {
                return Err(format!("no team member {staff} at {location}"));
            }
            link_mut(system, *location, *user)?.staff = *staff;
            note("changed", Some(*location), Some(*user));
        }
        Change::Rename {
            location,
            thing,
            id,
            title,
        } => {
            let place = place_mut(system, *location)?;
            let named = match thing {
                Thing::Account => place.cash_accounts.get_mut(id),
                Thing::Storage => place.storages.get_mut(id),
                Thing::Position => place.positions.get_mut(id),
                Thing::Expense => place.expenses.get_mut(id),
                Thing::Staff => place.staff.get_mut(id).map(|member| &mut member.name),
            };
            named
                .ok_or_else(|| format!("no such thing {id} at {location}"))?
                .clone_from(title);
            note("changed", Some(*location), None);
        }
        Change::Dismiss { location, staff } => {
            let member = place_mut(system, *location)?.staff.get_mut(staff);
            member
                .ok_or_else(|| format!("no team member {staff} at {location}"))?
                .fired = true;
            note("changed", Some(*location), None);
        }
        Change::SetProfile {
            user,
            name,
            email,
            phone,
        } => {
            let account = system
                .accounts
                .get_mut(user)
                .ok_or_else(|| format!("no account {user}"))?;
            if let Some(name) = name {
                account.name.clone_from(name);
            }
            if let Some(email) = email {
                account.email.clone_from(email);
            }
            if let Some(phone) = phone {
                account.phone = digits_of(phone);
            }
            note("changed", None, Some(*user));
        }
    }
    Ok(())
}

fn place_mut(system: &mut System, location: u64) -> Result<&mut Location, String> {
    system
        .locations
        .get_mut(&location)
        .ok_or_else(|| format!("no location {location}"))
}

fn link_mut(system: &mut System, location: u64, user: u64) -> Result<&mut Link, String> {
    place_mut(system, location)?
        .links
        .get_mut(&user)
        .ok_or_else(|| format!("account {user} is not at {location}"))
}
