//! What a vendor's form requires of a person, where accounts are made by hand.
//!
//! Access that cannot be typed into the form is an error in YAML and not a step that nobody can do. Whoever is pinned to
//! an account has one already, and nothing more is required of them; whether a contact is shared does not matter here.

use super::access::{Context, Resolved};
use super::diags::{self, Lacks};
use crate::catalog::Kind;
use crate::config::raw::{self, Name};
use crate::model::{AccountPin, GrantState, SystemName};
use crate::text::Span;

/// What is known of a person.
pub(super) struct Known<'a> {
    pub(super) raw: &'a raw::Person,
    pub(super) pins: &'a std::collections::BTreeMap<SystemName, AccountPin>,
    /// Whether there is an e-mail, shared or not; one that is malformed has its own message.
    pub(super) email: bool,
    /// The same of a phone.
    pub(super) phone: bool,
}

/// Reports what is lacking in the systems in which the person has something.
pub(super) fn judge(context: &Context<'_>, known: &Known<'_>, resolved: &mut Resolved) {
    if resolved.has_left {
        return;
    }
    let name = known.raw.name.as_ref();
    let one_text = name.filter(|name| matches!(name.value, Name::Whole(_)));
    let mut lacking: Vec<(&SystemName, Kind, Lacks, Span)> = Vec::new();
    for &system in &resolved.systems {
        let Some(system) = context.systems.list.get(system) else {
            continue;
        };
        let pin = known.pins.get(&system.name);
        if pin.is_some_and(|pin| !pin.ids.is_empty()) {
            continue;
        }
        let has_login = pin.is_some_and(|pin| pin.login.is_some());
        let key = known.raw.key.span;
        let mut lacks = |what, at| lacking.push((&system.name, system.kind, what, at));
        match system.kind {
            Kind::Altegio | Kind::Yclients => {}
            Kind::Reservio => {
                if !known.email {
                    lacks(Lacks::Email, key);
                }
            }
            Kind::Keycrm | Kind::Apenday => {
                if let Some(name) = one_text {
                    lacks(Lacks::BothNames, name.span);
                }
                if system.kind == Kind::Apenday && !known.email {
                    lacks(Lacks::Email, key);
                }
                if system.kind == Kind::Keycrm && !known.email && !has_login {
                    lacks(Lacks::LoginOrEmail, key);
                }
            }
        }
    }
    for grant in &resolved.grants {
        let by_sms = grant.extra.iter().any(|(name, value)| {
            let notice = name.strip_prefix("notifications.");
            notice.is_some_and(|notice| notice.starts_with("sms")) && &**value == "true"
        });
        let system = context.systems.list.iter();
        let mut system = system.filter(|system| system.name == grant.system);
        if let Some(system) = system.next()
            && by_sms
            && !known.phone
            && grant.state == GrantState::Present
        {
            let at = grant.because.first().copied();
            let at = at.unwrap_or(known.raw.key.span);
            lacking.push((&system.name, system.kind, Lacks::Phone, at));
        }
    }
    lacking.dedup();
    for (system, kind, lacks, at) in lacking {
        resolved
            .diagnostics
            .push(diags::vendor_needs(&known.raw.key, system, kind, lacks, at));
    }
}
