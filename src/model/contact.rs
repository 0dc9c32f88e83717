//! Phones and e-mail addresses in the one form in which they are compared.
//!
//! Parsed, not validated: an [`Email`] or [`Phone`] that exists is canonical. The grammar is narrower than the RFCs
//! on purpose; it is what the vendors accept.

use std::fmt;

/// Why a text is no contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactFault {
    /// Nothing there.
    Empty,
    /// An e-mail without exactly one `@`.
    At,
    /// The part before the `@` is empty, too long, or has characters outside the accepted set.
    Local,
    /// The domain is no domain name with a dot in it.
    Domain,
    /// A phone that does not begin with `+` and a country code.
    CountryCode,
    /// A phone with other characters than digits, spaces, dots, dashes and brackets.
    PhoneCharacter,
    /// A phone with fewer than 8 or more than 15 digits.
    PhoneLength,
}

impl ContactFault {
    /// What was expected, in words.
    pub fn expected(self) -> &'static str {
        match self {
            ContactFault::Empty => "a contact",
            ContactFault::At => "an address with one `@`",
            ContactFault::Local => {
                "letters, digits and `.!#$%&'*+/=?^_{|}~-` before the `@`, at most 64 of them"
            }
            ContactFault::Domain => "a domain name with a dot after the `@`",
            ContactFault::CountryCode => "a number that begins with `+` and the country code",
            ContactFault::PhoneCharacter => {
                "digits, spaces, dots, dashes and brackets after the `+`"
            }
            ContactFault::PhoneLength => "8 to 15 digits after the `+`",
        }
    }
}

/// An e-mail address: lower case, domain in ASCII (IDNA).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Box<str>);

impl Email {
    /// Reads an address as people and vendors write it.
    pub fn parse(text: &str) -> Result<Self, ContactFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactFault::Empty);
        }
        let Some((local, domain)) = text.split_once('@') else {
            return Err(ContactFault::At);
        };
        if domain.contains('@') {
            return Err(ContactFault::At);
        }
        let local_is_good = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_{|}~-.".contains(&b));
        if !local_is_good {
            return Err(ContactFault::Local);
        }
        let plain_domain = domain
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
            && !domain.contains("xn--");
        let domain = if plain_domain {
            domain.to_owned()
        } else {
            idna::domain_to_ascii_strict(domain).map_err(|_| ContactFault::Domain)?
        };
        let good_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(good_label) {
            return Err(ContactFault::Domain);
        }
        Ok(Self(
            format!("{}@{domain}", local.to_ascii_lowercase()).into(),
        ))
    }

    /// The canonical text. Do not print it unmasked.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `j…@c….example`: enough to recognize, too little to write to.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let (host, tail) = domain.rsplit_once('.').unwrap_or((domain, ""));
        let head = |text: &str| text.chars().take(1).collect::<String>();
        format!("{}…@{}….{tail}", head(local), head(host))
    }
}

/// Debugging output is masked too: it ends up in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}

/// A phone number in E.164: `+` and 8 to 15 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(Box<str>);

impl Phone {
    /// Reads a number as a person writes it in YAML: it must begin with `+`.
    pub fn parse(text: &str) -> Result<Self, ContactFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactFault::Empty);
        }
        let Some(rest) = text.strip_prefix('+') else {
            return Err(ContactFault::CountryCode);
        };
        Self::from_rest(rest)
    }

    /// Reads a number as a vendor lists it: with or without the `+`.
    pub fn parse_listed(text: &str) -> Result<Self, ContactFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactFault::Empty);
        }
        Self::from_rest(text.strip_prefix('+').unwrap_or(text))
    }

    fn from_rest(rest: &str) -> Result<Self, ContactFault> {
        let mut digits = String::with_capacity(16);
        digits.push('+');
        for c in rest.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '\u{a0}' | '-' | '.' | '(' | ')' => {}
                _ => return Err(ContactFault::PhoneCharacter),
            }
        }
        match digits.len() - 1 {
            8..=15 if !digits.starts_with("+0") => Ok(Self(digits.into())),
            8..=15 => Err(ContactFault::CountryCode),
            _ => Err(ContactFault::PhoneLength),
        }
    }

    /// `+37120000001`. Do not print it unmasked.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without the `+`.
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// `+371…01`.
    pub fn masked(&self) -> String {
        let tail = &self.0[self.0.len() - 2..];
        format!("{}…{tail}", &self.0[..4])
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// One way to reach and to recognize a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contact {
    /// By e-mail.
    Email(Email),
    /// By SMS.
    Phone(Phone),
}

impl Contact {
    /// Enough to recognize, too little to use.
    pub fn masked(&self) -> String {
        match self {
            Contact::Email(email) => email.masked(),
            Contact::Phone(phone) => phone.masked(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::mask_contacts;

    #[test]
    fn canonical_forms() {
        assert_eq!(
            Email::parse(" Jana@Chain.Example ").unwrap().as_str(),
            "jana@chain.example"
        );
        assert_eq!(
            Email::parse("a@münchen.de").unwrap().as_str(),
            "a@xn--mnchen-3ya.de"
        );
        assert_eq!(
            Phone::parse("+371 (20) 000-001").unwrap().as_str(),
            "+37120000001"
        );
        assert_eq!(
            Phone::parse_listed("37120000001").unwrap().as_str(),
            "+37120000001"
        );
    }

    #[test]
    fn refusals_say_what_was_expected() {
        for (text, fault) in [
            ("jana", ContactFault::At),
            ("a@b@c.de", ContactFault::At),
            ("@c.de", ContactFault::Local),
            ("a b@c.de", ContactFault::Local),
            ("a@localhost", ContactFault::Domain),
            ("a@-x.de", ContactFault::Domain),
            ("", ContactFault::Empty),
        ] {
            assert_eq!(Email::parse(text), Err(fault), "{text}");
        }
        for (text, fault) in [
            ("20000001", ContactFault::CountryCode),
            ("+371 2000 000x", ContactFault::PhoneCharacter),
            ("+3712", ContactFault::PhoneLength),
            ("+0037120000001", ContactFault::CountryCode),
        ] {
            assert_eq!(Phone::parse(text), Err(fault), "{text}");
        }
    }

    /// An address as somebody may type it.
    fn an_email() -> impl Strategy<Value = String> {
        let part = "[a-zA-Z0-9!#$%&'*+/=?^_{|}~-]{1,6}";
        let local = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("."));
        let label = "[a-zA-Z0-9цü]([a-zA-Z0-9-]{0,5}[a-zA-Z0-9])?";
        let domain = prop::collection::vec(label, 2..4).prop_map(|parts| parts.join("."));
        (local, domain)
            .prop_map(|(local, domain)| format!("{local}@{domain}"))
            .prop_filter("a contact", |typed| Email::parse(typed).is_ok())
    }

    /// A number as somebody may type it.
    fn a_phone() -> impl Strategy<Value = String> {
        let between = prop::sample::select(vec!["", "", " ", "-", ".", ") ", " (", "\u{a0}"]);
        prop::collection::vec(("[0-9]", between), 8..16).prop_map(|digits| {
            let digits: String = digits
                .into_iter()
                .map(|(digit, after)| digit + after)
                .collect();
            format!(
                "+{}",
                digits.trim_end_matches([' ', '-', '.', '(', ')', '\u{a0}'])
            )
        })
    }

    proptest! {
        #[test]
        fn no_contact_survives_masking(
            typed in prop::collection::vec(prop_oneof![an_email(), a_phone()], 1..4),
            open in prop::sample::select(vec!["", "'", "\"", "{ email: ", "[", "{", "- \"", "<", "(", "to:"]),
            between in prop::sample::select(vec![" ", ", ", "\", \"", "', '", "; ", "\t", "]["]),
            close in prop::sample::select(vec!["", "'", "\"", " }", "]", "}", ".", ">", ")", ", x: 1 }"]),
        ) {
            let line = format!("{open}{}{close}", typed.join(between));
            let masked = mask_contacts(&line);
            let digits = |text: &str| text.replace(|c: char| !c.is_ascii_digit(), "");
            for typed in &typed {
                prop_assert!(!masked.contains(typed.as_str()), "{line} -> {masked}");
                if !typed.contains('@') {
                    prop_assert!(!digits(&masked).contains(&digits(typed)), "{line} -> {masked}");
                }
            }
        }
    }

    #[test]
    fn masks_hide_the_middle() {
        assert_eq!(
            Email::parse("jana@chain.example").unwrap().masked(),
            "j…@c….example"
        );
        assert_eq!(Phone::parse("+37120000001").unwrap().masked(), "+371…01");
    }
}
