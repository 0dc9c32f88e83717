//! A Reservio as `live.json` writes it.
//!
//! Not the stored form. It keeps that access has an e-mail and the tick that all others stand on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Access, Business, Manager, Profile, Reservio, TICKS};
use crate::sandbox::limits::Limits;

/// The system.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Live {
    #[serde(rename = "kind")]
    _kind: String,
    per_minute: Option<u32>,
    me: Option<String>,
    #[serde(default)]
    businesses: Vec<LiveBusiness>,
    #[serde(default)]
    registered: Vec<String>,
    enterprise: Option<Vec<LiveManager>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveBusiness {
    id: String,
    name: String,
    timezone: Option<String>,
    currency: Option<String>,
    #[serde(default)]
    resources: Vec<LiveProfile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveProfile {
    id: Option<String>,
    name: String,
    email: Option<String>,
    #[serde(default)]
    access: Vec<String>,
    #[serde(default)]
    pending: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveManager {
    name: String,
    email: String,
    #[serde(default)]
    administrator: bool,
    #[serde(default)]
    calendars: Vec<String>,
}

/// The system as it begins.
pub(crate) fn resolve(name: &str, live: Live) -> Result<Reservio, String> {
    let mut reservio = Reservio {
        name: name.to_owned(),
        limits: Limits::a_minute(live.per_minute.unwrap_or(0)),
        me: live
            .me
            .unwrap_or_else(|| "5e5e71d0-0000-4000-8000-000000000000".to_owned()),
        businesses: BTreeMap::new(),
        registered: live
            .registered
            .iter()
            .map(|email| email.to_lowercase())
            .collect(),
        enterprise: None,
        next: 0,
    };
    for business in live.businesses {
        let id = business.id;
        let mut profiles = BTreeMap::new();
        for profile in business.resources {
            let key = profile.id.unwrap_or_else(|| reservio.id());
            let access = access(&mut reservio, &profile.access, profile.pending, {
                profile.email.as_deref()
            })
            .map_err(|problem| format!("business {id}: `{}`: {problem}", profile.name))?;
            let resolved = Profile {
                name: profile.name,
                email: profile.email,
                access,
            };
            if profiles.insert(key.clone(), resolved).is_some() {
                return Err(format!("business {id}: resource {key} is there twice"));
            }
        }
        let resolved = Business {
            name: business.name,
            timezone: business
                .timezone
                .unwrap_or_else(|| "Europe/Riga".to_owned()),
            currency: business.currency.unwrap_or_else(|| "EUR".to_owned()),
            profiles,
        };
        if reservio.businesses.insert(id.clone(), resolved).is_some() {
            return Err(format!("business {id} is there twice"));
        }
    }
    if let Some(managers) = live.enterprise {
        let mut users = BTreeMap::new();
        for manager in managers {
            let mut facts = BTreeMap::new();
            facts.insert(
                "administrator".to_owned(),
                manager.administrator.to_string(),
            );
            if !manager.calendars.is_empty() {
                facts.insert("calendars".to_owned(), manager.calendars.join("\n"));
            }
            let (email, name) = (manager.email.to_lowercase(), manager.name);
            if users
                .insert(email.clone(), Manager { name, facts })
                .is_some()
            {
                return Err(format!("enterprise: {email} is there twice"));
            }
        }
        reservio.enterprise = Some(users);
    }
    Ok(reservio)
}

fn access(
    reservio: &mut Reservio,
    ticks: &[String],
    pending: bool,
    email: Option<&str>,
) -> Result<Option<Access>, String> {
    let wrong = |tick: &&String| !TICKS.contains(&tick.as_str());
    if let Some(tick) = ticks.iter().find(wrong) {
        return Err(format!("no tick `{tick}`: {}", TICKS.join(", ")));
    }
    if ticks.is_empty() {
        return Ok(None);
    }
    let ticks: BTreeSet<String> = ticks.iter().cloned().collect();
    if !ticks.contains("own_bookings") {
        return Err("access without `own_bookings`".to_owned());
    }
    let email = email.ok_or("access without an e-mail")?;
    // Who accepted has a personal account; who did not can only have been invited too early.
    if !pending {
        reservio.register(email);
    }
    Ok(Some(Access {
        ticks,
        accepted: !pending,
        leads: reservio.is_registered(email),
    }))
}
