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

/// A line of text with every e-mail address and every phone number in it masked.
///
/// For lines of YAML that stand in plans and reports: who reads why does not have to read whom to write to.
pub fn mask_contacts(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|text| text.find('@')) {
        let at = from + at;
        match address_around(rest, at) {
            Some((start, end, email)) => {
                mask_phones(&rest[..start], &mut masked);
                masked.push_str(&email.masked());
                rest = &rest[end..];
                from = 0;
            }
            None => from = at + 1,
        }
    }
    mask_phones(rest, &mut masked);
    masked
}

/// The address whose `@` stands at `at`, and where it begins and ends. Quotes and braces around it are none of it; those
/// within are.
fn address_around(text: &str, at: usize) -> Option<(usize, usize, Email)> {
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    let local = before.trim_end_matches(is_of_local).len();
    let length = after
        .find(|c: char| !(c.is_alphanumeric() || ".-".contains(c)))
        .unwrap_or(after.len());
    let domain = after.get(..length)?.trim_end_matches(['.', '-']);
    let bare = before
        .get(local..)?
        .trim_start_matches(['\'', '{', '`', '.', '=']);
    [at - bare.len(), local].into_iter().find_map(|start| {
        let end = at + 1 + domain.len();
        let email = Email::parse(text.get(start..end)?).ok()?;
        Some((start, end, email))
    })
}

/// Whether a character may stand before the `@`.
fn is_of_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_{|}~-.`".contains(c)
}

/// Masks every phone number of a text that has no address in it.
fn mask_phones(text: &str, masked: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find('+') {
        masked.push_str(&rest[..start]);
        let number = &rest[start..];
        let length = number[1..]
            .find(|c: char| !(c.is_ascii_digit() || " -().".contains(c)))
            .map_or(number.len(), |end| end + 1);
        let run = &number[..length];
        // More digits may follow than belong to it: the longest that is a number.
        let found = run.rmatch_indices(|c: char| c.is_ascii_digit());
        let found = found
            .map(|(at, _)| at + 1)
            .find_map(|end| Some((end, Phone::parse(&run[..end]).ok()?)));
        let (shown, end) =
            found.map_or_else(|| ("+".to_owned(), 1), |(end, phone)| (phone.masked(), end));
        masked.push_str(&shown);
        rest = &number[end..];
    }
    masked.push_str(rest);
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
    use super::*;

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

    #[test]
    fn masks_contacts_wherever_they_stand_in_a_line() {
        for (line, masked) in [
            (
                "jana: { email: jana@chain.example, phone: \"+371 20 00-00 01\", roles: [] }",
                "jana: { email: j…@c….example, phone: \"+371…01\", roles: [] }",
            ),
            ("[jana+1@цепь.example]", "[j…@x….example]"),
            (
                "- { role: a+b, at: [mall], from: 2026-11-28 }",
                "- { role: a+b, at: [mall], from: 2026-11-28 }",
            ),
            ("+1 + +", "+1 + +"),
            (
                "phones: +37120000001 +37120000002, 2026-11-28",
                "phones: +371…01 +371…02, 2026-11-28",
            ),
            ("{email: 'jana@chain.example'}", "{email: 'j…@c….example'}"),
            ("{jana@chain.example}", "{j…@c….example}"),
            ("o'brien@chain.example.", "o…@c….example."),
            ("{a}'b@chain.example", "{a…@c….example"),
            (
                "a@b@chain.example, +371 (20) 000-001",
                "a@b…@c….example, +371…01",
            ),
            ("", ""),
        ] {
            assert_eq!(mask_contacts(line), masked);
        }
    }

    proptest::proptest! {
        /// Wherever it stands, in whatever form.
        #[test]
        fn no_contact_outlives_masking(
            before in "[a-z {},:'\"\\[\\]+@.-]{0,8}",
            local in "[a-z0-9][a-z0-9+'{}_-]{0,8}[a-z0-9]",
            digits in "[1-9][0-9]{9,11}",
            parted in proptest::prelude::any::<bool>(),
            after in "[ {},:'\"\\[\\]]{1,8}",
        ) {
            let phone = if parted {
                format!("+{} ({}) {}", &digits[..3], &digits[3..5], &digits[5..])
            } else {
                format!("+{digits}")
            };
            let line = format!("{before} {local}@chain.example{after}{phone}{after}{phone}");
            let masked = mask_contacts(&line);
            proptest::prop_assert!(!masked.contains("chain.example"), "{line}: {masked}");
            proptest::prop_assert!(!masked.contains(&digits[5..]), "{line}: {masked}");
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
