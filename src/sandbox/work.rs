//! Steps that people carry out in the vendors' web pages, as plain data.
//!
//! Not a plan's step: whoever hands steps over translates them into this, so that the sandbox knows no type of the
//! product. It keeps that a step that cannot be done there says why, in a sentence, and changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One step by hand, with what would be typed and ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandWork {
    /// The kind of step; a changed role brings its `facts` along. One of `invite`, `resend`, `withdraw-invitation`, `grant`, `set-rights`, `change-role`, `remove`,
    /// `block`, `unblock`, `activate`, `deactivate`, `check` or `follow-up`.
    pub does: String,
    /// The vendor's id of the place; absent or `*` is the whole system, `chain` the only chain.
    pub place: Option<String>,
    /// The vendor's id of the account, where it is known.
    pub account: Option<String>,
    /// First name.
    pub first: Option<String>,
    /// Last name.
    pub last: Option<String>,
    /// Name to sign in with.
    pub login: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// The vendor's role, by name or alias.
    pub role: Option<String>,
    /// The vendor's role, by number.
    pub role_number: Option<i64>,
    /// Everything else that is ticked or chosen: ticks are `true` or `false`, lists one entry a line.
    pub facts: BTreeMap<String, String>,
}

/// What became of a step by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandDone {
    /// It was done.
    Done,
    /// The administrator forgot it.
    Forgotten,
}

/// What the simulated administrator of a system does with steps that are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Administrator {
    /// Carries them out.
    Does,
    /// Says so, and does nothing.
    Forgets,
}

impl HandWork {
    /// The place, where it is not the whole system.
    pub(crate) fn at(&self) -> Option<&str> {
        given(self.place.as_ref()).filter(|place| *place != "*")
    }

    /// First and last name in one.
    pub(crate) fn full_name(&self) -> String {
        [&self.first, &self.last]
            .into_iter()
            .filter_map(|part| given(part.as_ref()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The e-mail, if one is given.
    pub(crate) fn mail(&self) -> Option<&str> {
        given(self.email.as_ref())
    }

    /// Whoever the step is about, for a message.
    pub(crate) fn whom(&self) -> String {
        let named = Some(self.full_name()).filter(|name| !name.is_empty());
        [&self.account, &self.login, &self.email]
            .into_iter()
            .find_map(|part| given(part.as_ref()).map(str::to_owned))
            .or(named)
            .unwrap_or_else(|| "nobody".to_owned())
    }

    /// The names of the ticks that are on, if all of them are known.
    pub(crate) fn ticks(&self, known: &[&str]) -> Result<Vec<String>, String> {
        let mut on = Vec::new();
        for (name, value) in &self.facts {
            if !known.contains(&name.as_str()) {
                return Err(format!("there is no tick `{name}`"));
            }
            match value.as_str() {
                "true" => on.push(name.clone()),
                "false" => {}
                other => {
                    return Err(format!("tick `{name}` is `true` or `false`, not `{other}`"));
                }
            }
        }
        Ok(on)
    }

    /// Why a vendor cannot do this step.
    pub(crate) fn impossible(&self, vendor: &str) -> String {
        format!("{vendor} has no page where `{}` could be done", self.does)
    }
}

/// A text that says something.
pub(crate) fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}
