//! The vendors keyholder knows, and what is fixed about each before anything is read.
//!
//! Not a client: nothing here opens a connection. Invariant: a token is only ever sent to a host
//! that [`Kind::hosts`] names, or to one the person at the keyboard allowed for that run.

use std::fmt;

/// A vendor: what `kind:` of a system may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Altegio, the international product.
    Altegio,
    /// YCLIENTS, the product Altegio was forked from; the same interface under another profile.
    Yclients,
    /// KeyCRM: users can be read, everything else is done by hand.
    Keycrm,
    /// Reservio: nothing about access can be read or written.
    Reservio,
    /// Apenday: nothing about access can be read or written.
    Apenday,
}

/// The form in which a vendor wants to be sent phone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneStyle {
    /// `+37120000001`.
    PlusE164,
    /// `37120000001`: country code first, no plus.
    Digits,
}

impl PhoneStyle {
    /// The number in this form, from its canonical `+E.164` form.
    pub fn format(self, e164: &str) -> String {
        match self {
            Self::PlusE164 => e164.to_owned(),
            Self::Digits => e164.chars().filter(char::is_ascii_digit).collect(),
        }
    }
}

/// How many requests a vendor takes from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests within any one second, where the vendor names such a limit.
    pub per_second: Option<u32>,
    /// Requests within any one minute.
    pub per_minute: u32,
    /// The same, as somebody met it who ran the interface, where that is less than what the vendor says.
    pub met_per_minute: Option<u32>,
}

impl Allowance {
    /// Requests within any one minute that stay below every limit known.
    pub fn safe_per_minute(self) -> u32 {
        self.met_per_minute
            .map_or(self.per_minute, |met| met.min(self.per_minute))
            .max(1)
    }
}

/// A secret that a system of some kind can be given under `tokens:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenName {
    /// The key under `tokens:`.
    pub name: &'static str,
    /// Whether a run against the vendor is impossible without it.
    pub required: bool,
    /// What it is and where a person gets it.
    pub about: &'static str,
}

const ALTEGIO_TOKENS: &[TokenName] = &[
    TokenName {
        name: "partner",
        required: true,
        about: "names the application; from the developer's cabinet of the marketplace",
    },
    TokenName {
        name: "user",
        required: true,
        about: "carries the rights of the account that acts; changes when that account's password does",
    },
];

const KEYCRM_TOKENS: &[TokenName] = &[TokenName {
    name: "key",
    required: true,
    about: "the API key of Settings > Integrations > API; blocking its owner may end it",
}];

const RESERVIO_TOKENS: &[TokenName] = &[TokenName {
    name: "token",
    required: false,
    about: "a token from Reservio's support (Pro plan); it reads bookable resources, never access",
}];

const APENDAY_TOKENS: &[TokenName] = &[TokenName {
    name: "key",
    required: false,
    about: "the API key of My account > Advanced; it belongs to the person whose account that is",
}];

impl Kind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: &'static [Self] = &[
        Self::Altegio,
        Self::Yclients,
        Self::Keycrm,
        Self::Reservio,
        Self::Apenday,
    ];

    /// The kind that `kind:` names, exactly.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// The word used in YAML and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Altegio => "altegio",
            Self::Yclients => "yclients",
            Self::Keycrm => "keycrm",
            Self::Reservio => "reservio",
            Self::Apenday => "apenday",
        }
    }

    /// The vendor's own spelling of its name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Altegio => "Altegio",
            Self::Yclients => "YCLIENTS",
            Self::Keycrm => "KeyCRM",
            Self::Reservio => "Reservio",
            Self::Apenday => "Apenday",
        }
    }

    /// What a system's `url` is when it names none; without a slash at its end.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Altegio => "https://api.alteg.io/api/v1",
            Self::Yclients => "https://api.yclients.com/api/v1",
            Self::Keycrm => "https://openapi.keycrm.app/v1",
            Self::Reservio => "https://api.reservio.com/v2",
            Self::Apenday => "https://app.apenday.com/api/public",
        }
    }

    /// The only hosts that may be sent this kind's tokens without being allowed for the run.
    pub fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Altegio => &["api.alteg.io"],
            Self::Yclients => &["api.yclients.com"],
            Self::Keycrm => &["openapi.keycrm.app"],
            Self::Reservio => &["api.reservio.com"],
            Self::Apenday => &["app.apenday.com"],
        }
    }

    /// The `Accept` that makes the vendor answer in the form its documentation shows.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Altegio => "application/vnd.api.v2+json",
            Self::Yclients => "application/vnd.yclients.v2+json",
            Self::Keycrm | Self::Apenday => "application/json",
            Self::Reservio => "application/vnd.api+json",
        }
    }

    /// What may stand under `tokens:` of a system of this kind.
    pub fn tokens(self) -> &'static [TokenName] {
        match self {
            Self::Altegio | Self::Yclients => ALTEGIO_TOKENS,
            Self::Keycrm => KEYCRM_TOKENS,
            Self::Reservio => RESERVIO_TOKENS,
            Self::Apenday => APENDAY_TOKENS,
        }
    }

    /// The form in which phone numbers are sent, or typed by hand, at this vendor.
    pub fn phone_style(self) -> PhoneStyle {
        match self {
            Self::Yclients => PhoneStyle::Digits,
            Self::Altegio | Self::Keycrm | Self::Reservio | Self::Apenday => PhoneStyle::PlusE164,
        }
    }

    /// The vendor's limit on requests, where it publishes one.
    pub fn allowance(self) -> Option<Allowance> {
        match self {
            Self::Altegio | Self::Yclients => Some(Allowance {
                per_second: Some(5),
                per_minute: 200,
                met_per_minute: None,
            }),
            Self::Keycrm => Some(Allowance {
                per_second: None,
                per_minute: 60,
                met_per_minute: Some(20),
            }),
            Self::Reservio | Self::Apenday => None,
        }
    }

    /// How many people one invitation call takes; `None` where no call invites.
    pub fn invitations_per_call(self) -> Option<usize> {
        match self {
            Self::Altegio | Self::Yclients => Some(15),
            Self::Keycrm | Self::Reservio | Self::Apenday => None,
        }
    }

    /// Whether access is given per location (branch, business, agency) rather than once.
    pub fn has_locations(self) -> bool {
        match self {
            Self::Altegio | Self::Yclients | Self::Reservio | Self::Apenday => true,
            Self::Keycrm => false,
        }
    }

    /// Whether a chain exists above the locations, with access of its own.
    pub fn has_chain(self) -> bool {
        match self {
            Self::Altegio | Self::Yclients | Self::Reservio => true,
            Self::Keycrm | Self::Apenday => false,
        }
    }

    /// Whether the vendor's roles have an order of weight of their own. KeyCRM's roles get one
    /// from the settings, which judges escalation and never joins two roles.
    pub fn has_roles_order(self) -> bool {
        self.has_rights()
    }

    /// Whether a person has one account for the whole system, whatever places it is for.
    pub fn has_one_account(self) -> bool {
        match self {
            Self::Keycrm | Self::Apenday => true,
            Self::Altegio | Self::Yclients | Self::Reservio => false,
        }
    }

    /// Whether a call shows who has an account. Where none does, people's statements and exports are all there is.
    pub fn shows_users(self) -> bool {
        match self {
            Self::Altegio | Self::Yclients | Self::Keycrm => true,
            Self::Reservio | Self::Apenday => false,
        }
    }

    /// Whether rights of this kind are named by the slugs of the catalogue.
    pub fn has_rights(self) -> bool {
        match self {
            Self::Altegio | Self::Yclients => true,
            Self::Keycrm | Self::Reservio | Self::Apenday => false,
        }
    }

    /// Whether access of this kind is changed by calls at all; where it is not, every step is one by hand.
    pub fn changes_by_call(self) -> bool {
        match self {
            Self::Altegio | Self::Yclients => true,
            Self::Keycrm | Self::Reservio | Self::Apenday => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::capability::{How, Verb, capability};

    #[test]
    fn names_round_trip() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("Altegio"), None);
        assert_eq!(Kind::parse(""), None);
    }

    #[test]
    fn the_default_url_is_https_on_an_allowed_host() {
        for &kind in Kind::ALL {
            let rest = kind.base_url().strip_prefix("https://").expect("https");
            let host = rest.split('/').next().expect("a host");
            assert!(kind.hosts().contains(&host), "{kind}: {host}");
            assert!(!kind.base_url().ends_with('/'));
        }
    }

    #[test]
    fn what_a_kind_reads_and_changes_agrees_with_its_capabilities() {
        for &kind in Kind::ALL {
            let by_call = |verb| capability(kind, verb).how == How::Api;
            assert_eq!(kind.shows_users(), by_call(Verb::ReadUsers), "{kind}");
            let mut changes = Verb::ALL
                .iter()
                .filter(|verb| !matches!(verb, Verb::ReadUsers | Verb::ReadRights));
            assert_eq!(
                kind.changes_by_call(),
                changes.any(|&verb| by_call(verb)),
                "{kind}"
            );
        }
    }

    #[test]
    fn the_safe_pace_is_the_slowest_known() {
        let pace = |kind: Kind| kind.allowance().map(Allowance::safe_per_minute);
        assert_eq!(pace(Kind::Altegio), Some(200));
        assert_eq!(pace(Kind::Keycrm), Some(20));
        assert_eq!(pace(Kind::Apenday), None);
    }

    #[test]
    fn phone_styles_differ_by_the_plus_alone() {
        assert_eq!(PhoneStyle::Digits.format("+37120000001"), "37120000001");
        assert_eq!(PhoneStyle::PlusE164.format("+37120000001"), "+37120000001");
    }
}
