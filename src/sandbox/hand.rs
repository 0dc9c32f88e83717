//! Steps by hand at Altegio and YCLIENTS: above all access at the level of a chain, which no interface gives or takes.
//!
//! Not the routes, which do the rest. It keeps that a chain check really looks: whoever is there is taken out.

use serde_json::json;

use jiff::Timestamp;

use super::change::{self, Change};
use super::log::{Effect, Id, Log, Message};
use super::seed::chain_rights;
use super::state::{Account, System, digits_of};
use super::work::{HandWork, given};

/// Carries a step out.
pub(crate) fn apply(
    system: &mut System,
    work: &HandWork,
    log: &mut Log,
    now: Timestamp,
) -> Result<(), String> {
    let account = account_of(system, work)?;
    match place(system, work)? {
        Place::Chain(chain) => at_chain(system, chain, account, work)?,
        Place::Location(location) => {
            let user = account.ok_or_else(|| format!("there is no account {}", work.whom()))?;
            let change = match work.does.as_str() {
                "remove" | "withdraw-invitation" => Change::RemoveUser { location, user },
                "activate" => Change::Accept {
                    contact: None,
                    user: Some(user),
                    location: Some(location),
                    other: None,
                },
                "resend" => return invite_again(system, location, user, log, now),
                "check" | "follow-up" => return Ok(()),
                _ => return Err(work.impossible("a location")),
            };
            return change::apply(&change, system, log, now);
        }
    }
    log.effects.push(Effect {
        at: now,
        system: system.name.clone(),
        by: None,
        what: "by-hand".to_owned(),
        location: None,
        account: account.map(Id::Number),
        detail: json!(work),
    });
    Ok(())
}

/// "Invite again" in the list of users: who is pending gets the message once more, whoever is not has no such button.
fn invite_again(
    system: &System,
    location: u64,
    user: u64,
    log: &mut Log,
    now: Timestamp,
) -> Result<(), String> {
    let link = system
        .locations
        .get(&location)
        .and_then(|place| place.links.get(&user));
    let account = system.accounts.get(&user);
    let (Some(account), true) = (account, link.is_some_and(|link| !link.approved)) else {
        return Err(format!(
            "account {user} is not pending at location {location}"
        ));
    };
    let by_mail = !account.email.is_empty();
    log.messages.push(Message {
        at: now,
        system: system.name.clone(),
        location: Some(Id::Number(location)),
        channel: if by_mail { "email" } else { "sms" }.to_owned(),
        to: if by_mail {
            account.email.clone()
        } else {
            account.phone.clone()
        },
        account: Id::Number(user),
        name: account.name.clone(),
    });
    Ok(())
}

enum Place {
    Chain(u64),
    Location(u64),
}

/// Where a step is: a chain by id, the only chain, or a location by id.
fn place(system: &System, work: &HandWork) -> Result<Place, String> {
    let named = work.at().filter(|place| *place != "chain");
    let Some(named) = named else {
        let mut chains = system.chains.keys();
        return match (chains.next(), chains.next()) {
            (Some(only), None) => Ok(Place::Chain(*only)),
            _ => Err("say which chain, by its id".to_owned()),
        };
    };
    let id = named.parse::<u64>();
    match id {
        Ok(id) if system.chains.contains_key(&id) => Ok(Place::Chain(id)),
        Ok(id) if system.locations.contains_key(&id) => Ok(Place::Location(id)),
        _ => Err(format!("there is no chain or location {named}")),
    }
}

/// The account of a step: by id, e-mail or phone.
fn account_of(system: &System, work: &HandWork) -> Result<Option<u64>, String> {
    if let Some(account) = given(work.account.as_ref()) {
        let known = account.parse().ok();
        return known
            .filter(|id| system.accounts.contains_key(id))
            .map(Some)
            .ok_or_else(|| format!("there is no account {account}"));
    }
    let words = [work.mail(), given(work.phone.as_ref())];
    Ok(words
        .into_iter()
        .flatten()
        .find_map(|word| system.account_of(word)))
}

fn at_chain(
    system: &mut System,
    chain: u64,
    account: Option<u64>,
    work: &HandWork,
) -> Result<(), String> {
    let rights = || work.ticks(chain_rights(system.kind));
    match work.does.as_str() {
        "invite" | "grant" => {
            let rights = rights()?;
            let user = match account {
                Some(user) => user,
                None => new_account(system, work)?,
            };
            let members = members(system, chain)?;
            if members.contains_key(&user) {
                return Err(format!("account {user} is a user of the chain already"));
            }
            members.insert(user, rights);
        }
        "set-rights" => {
            let (rights, user) = (rights()?, known(account, work)?);
            let member = members(system, chain)?.get_mut(&user);
            *member.ok_or_else(|| not_there(user))? = rights;
        }
        "remove" | "withdraw-invitation" | "block" | "deactivate" => {
            let user = known(account, work)?;
            let gone = members(system, chain)?.remove(&user);
            gone.ok_or_else(|| not_there(user))?;
        }
        // Nobody can read a chain's users beforehand: whoever is found is taken out, and nobody is fine too.
        "check" => {
            if let Some(user) = account {
                members(system, chain)?.remove(&user);
            }
        }
        "follow-up" => {}
        _ => return Err(work.impossible("a chain")),
    }
    Ok(())
}

fn known(account: Option<u64>, work: &HandWork) -> Result<u64, String> {
    account.ok_or_else(|| format!("there is no account {}", work.whom()))
}

fn not_there(user: u64) -> String {
    format!("account {user} is no user of the chain")
}

fn members(
    system: &mut System,
    chain: u64,
) -> Result<&mut std::collections::BTreeMap<u64, Vec<String>>, String> {
    let chain = system.chains.get_mut(&chain);
    chain
        .map(|chain| &mut chain.members)
        .ok_or_else(|| "the chain is gone".to_owned())
}

fn new_account(system: &mut System, work: &HandWork) -> Result<u64, String> {
    let (email, phone) = (work.mail(), given(work.phone.as_ref()));
    if email.is_none() && phone.is_none() {
        return Err("a new user needs an e-mail or a phone".to_owned());
    }
    Ok(system.add_account(Account {
        name: work.full_name(),
        phone: digits_of(phone.unwrap_or_default()),
        email: email.unwrap_or_default().to_owned(),
        ..Account::default()
    }))
}

/// Who can sign in with what, line by line.
pub(crate) fn show(system: &System) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, account) in &system.accounts {
        let mut access = Vec::new();
        for (location, place) in &system.locations {
            let Some(link) = place.links.get(id) else {
                continue;
            };
            let (title, role) = (&place.title, &link.role);
            access.push(if link.approved {
                format!("  location {location}, {title}: signs in as {role}")
            } else {
                format!("  location {location}, {title}: can accept an invitation as {role}")
            });
        }
        for (chain, held) in &system.chains {
            if let Some(rights) = held.members.get(id) {
                let (title, rights) = (&held.title, rights.join(", "));
                access.push(format!("  chain {chain}, {title}: {rights}"));
            }
        }
        let contacts = [&account.email, &system.print_phone(&account.phone)]
            .into_iter()
            .filter(|contact| !contact.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" or ");
        let nothing = if access.is_empty() { ": no access" } else { "" };
        lines.push(format!(
            "account {id}, {}, {contacts}{nothing}",
            account.name
        ));
        lines.append(&mut access);
    }
    lines
}
