//! Words about people and their dates.

use crate::catalog::Kind;
use crate::config::raw::{Text, When};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Contact, ContactFault, LocationKey, SystemName};
use crate::text::{Span, Spanned};

pub(in crate::config::resolve) fn missing_access(person: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::MissingAccess,
        format!("`{}` has no `access`", person.value),
    )
    .at(person.span, "what may they do?")
    .help("add `access: [...]`; `[]` is none, `unmanaged` leaves the person alone")
}

pub(in crate::config::resolve) fn leaves_unmanaged(
    person: &Text,
    key: &str,
    span: Span,
    access: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::LeavesUnmanaged,
        format!(
            "`{}` has `{key}`, and their access is left alone",
            person.value
        ),
    )
    .at(span, "nothing is taken away then")
    .at(access, "because of this")
    .help("write `access: []`, which takes everything away, or take it away by hand at the vendor")
}

pub(in crate::config::resolve) fn no_contact(
    person: &Text,
    system: &str,
    shared: Option<Span>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::NoContact,
        format!(
            "`{}` has access to `{system}` and no contact by which their account could be known",
            person.value
        ),
    )
    .at(person.span, "declared here");
    let diagnostic = match shared {
        Some(span) => diagnostic.at(span, "shared, so it identifies nobody"),
        None => diagnostic,
    };
    diagnostic.help(format!(
        "add `email:` or `phone:`, or pin the account: `accounts: {{ {system}: {{ id: ... }} }}`"
    ))
}

/// What a vendor's form requires and nobody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config::resolve) enum Lacks {
    BothNames,
    Email,
    LoginOrEmail,
    Phone,
}

pub(in crate::config::resolve) fn vendor_needs(
    person: &Text,
    system: &SystemName,
    kind: Kind,
    lacks: Lacks,
    at: Span,
) -> Diagnostic {
    let (what, label, help) = match lacks {
        Lacks::BothNames => (
            "a first and a last name",
            "one text",
            "write `name: { first: ..., last: ... }`".to_owned(),
        ),
        Lacks::Email => (
            "an e-mail address",
            "there is none",
            "add `email:`".to_owned(),
        ),
        Lacks::LoginOrEmail => (
            "a login or an e-mail address",
            "there is neither",
            format!("add `email:`, or `accounts: {{ {system}: {{ login: ... }} }}`"),
        ),
        Lacks::Phone => (
            "a phone for notices by SMS",
            "these notices go to it",
            "add `phone:`, or switch the notices off".to_owned(),
        ),
    };
    Diagnostic::new(
        Code::VendorNeeds,
        format!(
            "`{}` has access to `{system}`, where {} requires {what}",
            person.value,
            kind.title()
        ),
    )
    .at(at, label)
    .help(format!("{help}; whoever has an account already is pinned: `accounts: {{ {system}: {{ id: ... }} }}`"))
}

pub(in crate::config::resolve) fn bad_email(span: Span, fault: ContactFault) -> Diagnostic {
    Diagnostic::new(Code::BadEmail, "this is no e-mail address")
        .at(span, format!("expected {}", fault.expected()))
        .help("write one address and nothing else: `jana@chain.example`")
}

pub(in crate::config::resolve) fn bad_phone(span: Span, fault: ContactFault) -> Diagnostic {
    Diagnostic::new(Code::BadPhone, "this is no phone number")
        .at(span, format!("expected {}", fault.expected()))
        .help("write it with the country code: `\"+371 20000001\"`")
}

pub(in crate::config::resolve) fn shared_contact(
    contact: &Contact,
    first: (&str, Span),
    second: (&str, Span),
) -> Diagnostic {
    let what = match contact {
        Contact::Email(_) => "e-mail address",
        Contact::Phone(_) => "phone number",
    };
    Diagnostic::new(
        Code::SharedContact,
        format!(
            "`{}` and `{}` have one {what} ({})",
            first.0,
            second.0,
            contact.masked()
        ),
    )
    .at(second.1, format!("of `{}`", second.0))
    .at(first.1, format!("of `{}`", first.0))
    .help("a contact identifies one person; if both read it, say `{ address: ..., shared: true }`")
}

pub(in crate::config::resolve) fn shared_account(
    system: &str,
    first: (&str, Span),
    second: (&str, Span),
) -> Diagnostic {
    Diagnostic::new(
        Code::SharedAccount,
        format!(
            "`{}` and `{}` have one account in `{system}`",
            first.0, second.0
        ),
    )
    .at(second.1, format!("of `{}`", second.0))
    .at(first.1, format!("of `{}`", first.0))
    .help("a login that several people use is a person of `kind: shared` with `used_by`")
}

pub(in crate::config::resolve) fn shared_staff(
    system: &SystemName,
    place: &LocationKey,
    first: (&str, Span),
    second: (&str, Span),
) -> Diagnostic {
    Diagnostic::new(
        Code::SharedStaff,
        format!(
            "`{}` and `{}` are one team member of `{place}` in `{system}`",
            first.0, second.0
        ),
    )
    .at(second.1, format!("of `{}`", second.0))
    .at(first.1, format!("of `{}`", first.0))
    .help("a team member is linked to one account at most; say who of the two it is")
}

pub(in crate::config::resolve) fn contact_twice(
    what: &str,
    own: Span,
    outside: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::ContactTwice,
        format!("`{what}` stands in `people` and in `contacts`"),
    )
    .at(outside, "in `contacts`")
    .at(own, "in `people`")
    .help("keep it in one place")
}

pub(in crate::config::resolve) fn earlier_key_in_use(was: &Text, of: Span) -> Diagnostic {
    Diagnostic::new(
        Code::KeyUsedBefore,
        format!("the earlier key `{}` is somebody's key today", was.value),
    )
    .at(was.span, "said to be an earlier key")
    .at(of, "declared here")
    .help("an earlier key is never given again: what the journal knows by it would change hands")
}

pub(in crate::config::resolve) fn earlier_key_twice(was: &Text, other: Span) -> Diagnostic {
    Diagnostic::new(
        Code::KeyUsedBefore,
        format!("`{}` is the earlier key of two people", was.value),
    )
    .at(was.span, "claimed here")
    .at(other, "and here")
    .help("only one of them was known by it")
}

pub(in crate::config::resolve) fn date_order(
    from_key: &str,
    from: &Spanned<When>,
    until_key: &str,
    until: &Spanned<When>,
) -> Diagnostic {
    let show = |when: &When| match when {
        When::Date(date) => date.to_string(),
        When::Time(time) => time.to_string(),
    };
    Diagnostic::new(
        Code::DateOrder,
        format!(
            "`{until_key}` ({}) is before `{from_key}` ({})",
            show(&until.value),
            show(&from.value)
        ),
    )
    .at(until.span, "ends before it begins")
    .at(from.span, "begins here")
    .help(format!(
        "exchange the two, or correct the one that is wrong; `{until_key}` is the last day it holds"
    ))
}
