//! Words about lines of access.

use crate::catalog::{Catalog, Kind, Right, RightId};
use crate::config::raw::Text;
use crate::config::resolve::sum::{Clash, ClashKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{PlaceId, RoleKey};
use crate::text::Span;

pub(in crate::config::resolve) fn at_missing(
    line: Span,
    role: &RoleKey,
    only_chain: bool,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UselessAt,
        format!("this line does not say where `{role}` applies"),
    )
    .at(line, "has no `at`");
    diagnostic.help(if only_chain {
        "its rights are a chain's: add `chain:` with the name of the system"
    } else {
        "add `at:` with location keys, tags or `all`"
    })
}

pub(in crate::config::resolve) fn no_chain_rights(
    chain: &Text,
    role: &RoleKey,
    declared: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::MissingKey,
        format!("`{role}` has no chain rights in `{}`", chain.value),
    )
    .at(chain.span, "gives nothing")
    .at(declared, "the role")
    .help(format!(
        "add `{}: {{ chain: {{ ... }} }}` to the role",
        chain.value
    ))
}

pub(in crate::config::resolve) fn no_rights_there(
    key: &str,
    target: &Text,
    kind: Kind,
) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("`{key}` names rights, and {} has none", kind.title()),
    )
    .at(target.span, format!("a system of kind `{kind}`"))
    .help("change the role instead")
}

pub(in crate::config::resolve) fn plus_without_part(target: &Text, role: &RoleKey) -> Diagnostic {
    Diagnostic::new(
        Code::IrrelevantLine,
        format!(
            "`{role}` has no part in `{}`, so this adds nothing",
            target.value
        ),
    )
    .at(target.span, "has no effect")
    .help(format!(
        "`plus` joins the role of its line: give `{role}` a part in `{}`",
        target.value
    ))
}

pub(in crate::config::resolve) fn plus_takes(line: Span) -> Diagnostic {
    Diagnostic::new(Code::WrongValue, "`plus` only adds")
        .at(line, "`deny` takes")
        .help("write it under `minus`")
}

pub(in crate::config::resolve) fn plus_restricts(line: Span, right: &Right) -> Diagnostic {
    Diagnostic::new(
        Code::RestrictingMisuse,
        format!("`plus` only adds, and `{}` restricts", right.slug),
    )
    .at(line, "a restricting right")
    .help("set it in the role, or add to what it limits")
}

pub(in crate::config::resolve) fn plus_other_id(
    line: Span,
    right: &Right,
    other: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::NoUnion,
        format!("`{}` takes one id, and the role has another", right.slug),
    )
    .at(line, "this cannot be added")
    .at(other, "the role has this")
    .help("say `all`, or make it a role of its own")
}

/// Two assignments of one person at one place.
pub(in crate::config::resolve) struct Union<'a> {
    pub(in crate::config::resolve) person: &'a str,
    pub(in crate::config::resolve) system: &'a str,
    pub(in crate::config::resolve) place: Option<&'a PlaceId>,
    pub(in crate::config::resolve) roles: (String, String),
    pub(in crate::config::resolve) lines: (Span, Span),
}

pub(in crate::config::resolve) fn no_union(
    catalog: &Catalog,
    union: &Union<'_>,
    clash: &Clash,
) -> Diagnostic {
    let Union {
        person,
        system,
        place,
        roles: (first, second),
        lines,
    } = union;
    let place = match place {
        Some(PlaceId::At(key)) => format!("at `{key}` in `{system}`"),
        Some(PlaceId::Chain) => format!("in the chain of `{system}`"),
        Some(PlaceId::Whole) | None => format!("in `{system}`"),
    };
    let slug = |id: &RightId| catalog.get(*id).slug;
    let (why, help) = match &clash.what {
        ClashKind::Roles(a, b) => (
            format!("the vendor's roles `{a}` and `{b}` have no order"),
            "name one vendor role in both, or give the person one assignment there".to_owned(),
        ),
        ClashKind::Id(right) => (
            format!("`{}` takes one id, and they have two", slug(right)),
            format!(
                "say `all` in one of them, or make a role for both with its own `{}`",
                slug(right)
            ),
        ),
        ClashKind::Limits(a, b) if a != b => (
            format!(
                "they limit one right in different ways (`{}`, `{}`), and together nothing would stay limited",
                slug(a),
                slug(b)
            ),
            "make a role for both with the limits you mean".to_owned(),
        ),
        ClashKind::Limits(a, _) => (
            format!("they limit `{}` in different ways", slug(a)),
            "make a role for both with the limits you mean".to_owned(),
        ),
        ClashKind::Fact(name) => (
            format!("they have different values for `{name}`, and there is only one"),
            "give the person one assignment there".to_owned(),
        ),
        ClashKind::User(name) => (
            format!("Apenday has one `{name}` for a user, whatever the agency, and they have two"),
            format!(
                "say the same `{name}` in both, or let the two not be in force at the same time"
            ),
        ),
        ClashKind::TwoKinds => (
            "Reservio has ticks at a business, or `calendars` and `administrator` of Enterprise, and never both for one person".to_owned(),
            "keep those that the account of this system has".to_owned(),
        ),
    };
    let mut diagnostic = if lines.0 == lines.1 {
        Diagnostic::new(
            Code::NoUnion,
            format!("`{first}` of `{person}` {place} cannot be given: {why}"),
        )
        .at(lines.0, format!("`{first}`"))
    } else {
        Diagnostic::new(
            Code::NoUnion,
            format!("`{first}` and `{second}` of `{person}` {place} cannot be added up: {why}"),
        )
        .at(lines.0, format!("`{first}`"))
        .at(lines.1, format!("`{second}`"))
    };
    if let Some(span) = clash.spans.0 {
        diagnostic = diagnostic.at(span, format!("`{first}` says this"));
    }
    if let Some(span) = clash.spans.1 {
        diagnostic = diagnostic.at(span, format!("`{second}` says this"));
    }
    diagnostic.help(help)
}

pub(in crate::config::resolve) fn wider(
    catalog: &Catalog,
    person: &str,
    rights: &[RightId],
    first: Span,
    second: Span,
) -> Diagnostic {
    const MOST: usize = 4;
    let mut names: Vec<String> = rights
        .iter()
        .take(MOST)
        .map(|&right| format!("`{}`", catalog.get(right).slug))
        .collect();
    if rights.len() > MOST {
        names.push(format!("and {} more", rights.len() - MOST));
    }
    Diagnostic::new(
        Code::WiderThanParts,
        format!(
            "two assignments of `{person}` together reach further than either alone: {}",
            names.join(", ")
        ),
    )
    .at(first, "limits it in one way")
    .at(
        second,
        "limits it in another; at a place of both the wider holds",
    )
    .help("make a role for both if that is not meant")
}
