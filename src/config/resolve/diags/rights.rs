//! Words about roles and their lines.

use super::{advice, with_help};
use crate::catalog::{Entity, Kind, Right, RightType};
use crate::config::raw::{RawValue, RightLine, Text};
use crate::config::resolve::lines::ValueFault;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Span;

pub(in crate::config::resolve) fn unknown_right(
    pattern: &Text,
    suggestion: Option<&str>,
) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownRight,
        format!("no right is called `{}`", pattern.value),
    )
    .at(pattern.span, "not in the catalogue")
    .help(match suggestion {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a right that only your vendor's system knows stands under `unknown_rights:` of \
                 its block"
            .to_owned(),
    })
}

pub(in crate::config::resolve) fn right_of_other_product(pattern: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("{} has no right `{}`", kind.title(), pattern.value),
    )
    .at(pattern.span, "a right of the other product")
    .help(format!(
        "name it in the block of a system that has it, not of `{kind}`"
    ))
}

pub(in crate::config::resolve) fn role_of_other_product(role: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("{} has no role `{}`", kind.title(), role.value),
    )
    .at(role.span, "a role of the other product")
}

pub(in crate::config::resolve) fn undocumented_chain_right(key: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::UndocumentedRight,
        format!(
            "the documentation of {} names no chain right `{}`",
            kind.title(),
            key.value
        ),
    )
    .at(key.span, "described at the other product alone")
    .help("look whether the chain's page of a user has it; if it does not, take the line out")
}

pub(in crate::config::resolve) fn unknown_section<'a>(
    pattern: &Text,
    section: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::PatternMatchesNothing,
        format!("no right matches `{}`", pattern.value),
    )
    .at(
        pattern.span,
        format!("there is no section `{section}` here"),
    );
    with_help(diagnostic, advice(section, known))
}

pub(in crate::config::resolve) fn matches_nothing(pattern: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::PatternMatchesNothing,
        format!("no right of {} matches `{}`", kind.title(), pattern.value),
    )
    .at(pattern.span, "matches nothing")
    .help("`*` stands for any characters; a whole section is `timetable.*`")
}

fn written(value: &RawValue) -> String {
    match value {
        RawValue::Allow => "`allow`".to_owned(),
        RawValue::Deny => "`deny`".to_owned(),
        RawValue::Myself => "`self`".to_owned(),
        RawValue::All => "`all`".to_owned(),
        RawValue::Number(number) => format!("`{number}`"),
        RawValue::Names(_) => "a list of names".to_owned(),
        RawValue::Ids(_) => "a list of ids".to_owned(),
        RawValue::Text(text) => format!("`{text}`"),
    }
}

pub(in crate::config::resolve) fn covers_nothing(
    line: &RightLine,
    has_switches: bool,
) -> Diagnostic {
    let pattern = &line.pattern.value;
    let value = written(&line.value.value);
    if has_switches {
        Diagnostic::new(
            Code::PatternCoversNothing,
            format!("`{pattern}` matches only sensitive rights, which {value} never reaches by pattern"),
        )
        .at(line.pattern.span, "has no effect")
        .help("name each of them by its slug: money, client data, users, deleting, exports and security are given one by one")
    } else {
        Diagnostic::new(
            Code::PatternCoversNothing,
            format!(
                "`{pattern}` matches only rights that are no switches, which {value} does not set"
            ),
        )
        .at(line.pattern.span, "has no effect")
        .help("days, lists and ids need a line of their own")
    }
}

pub(in crate::config::resolve) fn pattern_with_list(line: &RightLine) -> Diagnostic {
    Diagnostic::new(
        Code::PatternType,
        format!(
            "a pattern cannot carry {}: `{}`",
            written(&line.value.value),
            line.pattern.value
        ),
    )
    .at(
        line.value.span,
        "lists, names and ids need a line of their own",
    )
    .at(line.pattern.span, "this is a pattern")
    .help("name each right by its slug")
}

pub(in crate::config::resolve) fn pattern_type(line: &RightLine, odd: &Right) -> Diagnostic {
    Diagnostic::new(
        Code::PatternType,
        format!(
            "`{}` also matches `{}`, which takes {} and not {}",
            line.pattern.value,
            odd.slug,
            takes(odd.kind),
            written(&line.value.value)
        ),
    )
    .at(line.pattern.span, "matches rights of several types")
    .at(line.value.span, "does not fit all of them")
    .help("a pattern carries `self` or days only if all it matches takes them: narrow it, or name the rights")
}

pub(in crate::config::resolve) fn pattern_tie(what: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(
        Code::PatternTie,
        format!("two lines of equal weight disagree about {what}"),
    )
    .at(second, "says otherwise")
    .at(first, "says one thing")
    .help("name it by its slug, or make one pattern more exact: the one with more literal characters wins")
}

pub(in crate::config::resolve) fn inherited_clash(
    what: &str,
    role: &Text,
    first: Span,
    second: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::InheritedClash,
        format!(
            "the roles that `{}` extends disagree about {what}",
            role.value
        ),
    )
    .at(role.span, "does not settle it")
    .at(first, "one parent says this")
    .at(second, "another says this")
    .help(format!("say in `{}` which one it is", role.value))
}

/// What a right takes, in words.
fn takes(kind: RightType) -> &'static str {
    match kind {
        RightType::Section | RightType::Switch | RightType::NoLimitToday => "`allow` or `deny`",
        RightType::Limited | RightType::OwnOnly | RightType::CheckIp => {
            "`allow` (which restricts) or `deny`"
        }
        RightType::Days => "a number of days or `all`",
        RightType::Ids(_) => "a list of names, `{ ids: [...] }` or `all`",
        RightType::Id(Entity::Staff) => "a name, an id, `self` or `all`",
        RightType::Id(_) => "a name, an id or `all`",
        RightType::Ips => "a list of addresses",
    }
}

pub(in crate::config::resolve) fn value_fault(
    fault: ValueFault,
    right: &Right,
    line: &RightLine,
) -> Diagnostic {
    let slug = right.slug;
    let value = written(&line.value.value);
    let (code, message, help) = match fault {
        ValueFault::Type => (
            Code::RightType,
            format!("`{slug}` does not take {value}"),
            match (&line.value.value, right.kind) {
                (RawValue::Text(text), RightType::Ids(_)) => {
                    format!("write a list, also for one: `[{text}]`")
                }
                (RawValue::Names(_), RightType::Id(_)) => {
                    "write one name, without brackets".to_owned()
                }
                (_, kind) => format!("it takes {}", takes(kind)),
            },
        ),
        ValueFault::Range => (
            Code::RightRange,
            format!("{value} is outside what `{slug}` takes"),
            match right.kind {
                RightType::Days => {
                    "days back: `0` is today only, `all` is without an end".to_owned()
                }
                _ => "ids are numbers from 1 up, names are not empty; no restriction is `all`"
                    .to_owned(),
            },
        ),
        ValueFault::Nothing => (
            Code::LimitedToNothing,
            format!("`{slug}` is limited to nothing, which the vendor reads as no limit"),
            match right.governor {
                Some(_) => "name at least one, say `all`, or deny the right it limits".to_owned(),
                None => "name at least one, or leave the line out".to_owned(),
            },
        ),
        ValueFault::Address => (
            Code::RightRange,
            format!("{value} in `{slug}` is no list of addresses"),
            "write IP addresses or networks: `[203.0.113.7, 198.51.100.0/24]`".to_owned(),
        ),
    };
    Diagnostic::new(code, message)
        .at(line.value.span, format!("for `{slug}`: {}", right.title))
        .help(help)
}

pub(in crate::config::resolve) fn flag_beside_list(
    flag: &Right,
    list: &Right,
    at: Span,
    beside: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::RestrictingMisuse,
        format!(
            "`{}` follows from `{}` and is not named beside it",
            flag.slug, list.slug
        ),
    )
    .at(at, "delete this line")
    .at(beside, "this list already says it")
    .help("a list switches its limit on, `all` switches it off")
}

pub(in crate::config::resolve) fn flag_without_list(
    flag: &Right,
    list: &Right,
    at: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::LimitedToNothing,
        format!(
            "`{}` limits to a list that is not there, which the vendor reads as no limit",
            flag.slug
        ),
    )
    .at(at, "limited to nothing")
    .help(format!("write `{}` instead: its limit follows", list.slug))
}

pub(in crate::config::resolve) fn restricting_taken(key: &str, pattern: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::RestrictingMisuse,
        format!(
            "`{key}` cannot take `{}`: without it people could do more",
            pattern.value
        ),
    )
    .at(pattern.span, "a restricting right")
    .help("take what it restricts instead, or set it in the role")
}

pub(in crate::config::resolve) fn qualifier_taken(
    key: &str,
    pattern: &Text,
    right: &Right,
) -> Diagnostic {
    Diagnostic::new(
        Code::MinusQualifier,
        format!("`{key}` names switches, and `{}` is none", pattern.value),
    )
    .at(pattern.span, format!("takes {}", takes(right.kind)))
    .help("take the right that it qualifies")
}

pub(in crate::config::resolve) fn takes_nothing(key: &str, pattern: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::MinusQualifier,
        format!(
            "`{key}` names switches, and `{}` matches none",
            pattern.value
        ),
    )
    .at(
        pattern.span,
        "matches only days, lists, ids and restrictions",
    )
    .help("take the rights that they qualify")
}

pub(in crate::config::resolve) fn irrelevant(
    right: &Right,
    governor: &Right,
    at: Span,
    denied: Option<Span>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::IrrelevantLine,
        format!(
            "`{}` has no effect, because `{}` is denied",
            right.slug, governor.slug
        ),
    )
    .at(at, "has no effect");
    let diagnostic = match denied {
        Some(span) => diagnostic.at(span, "denied here"),
        None => diagnostic,
    };
    diagnostic.help(format!(
        "allow `{}` as well ({}), or delete the line",
        governor.slug, governor.title
    ))
}

pub(in crate::config::resolve) fn left_out(
    role: &Text,
    rights: &[&Right],
    span: Span,
) -> Diagnostic {
    const MOST: usize = 6;
    let mut parts: Vec<String> = rights
        .iter()
        .take(MOST)
        .map(|right| match right.kind {
            RightType::Days => format!("`{}` is 0", right.slug),
            _ => format!("`{}` is `all`", right.slug),
        })
        .collect();
    if rights.len() > MOST {
        parts.push(format!("and {} more", rights.len() - MOST));
    }
    Diagnostic::new(
        Code::LeftOutQualifier,
        format!(
            "`{}` grants rights and leaves out what limits them: {}",
            role.value,
            parts.join(", ")
        ),
    )
    .at(
        span,
        "days left out are 0, lists and ids left out are unrestricted",
    )
    .help("name them to be sure")
}

pub(in crate::config::resolve) fn missing_unlisted(role: &Text, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingUnlisted,
        format!(
            "`{}` does not say what happens to rights it does not name",
            role.value
        ),
    )
    .at(span, "has no `unlisted`")
    .help("add `unlisted: deny`, `keep` or `default`")
}

pub(in crate::config::resolve) fn missing_vendor_role(role: &Text, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingVendorRole,
        format!("`{}` does not name the vendor's role", role.value),
    )
    .at(span, "has no `role`")
    .help("add `role:`, for instance `role: worker`")
}

pub(in crate::config::resolve) fn known_under_unknown(slug: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedKey,
        format!("`{}` is in the catalogue", slug.value),
    )
    .at(slug.span, "not unknown")
    .help("name it under `rights:`")
}

pub(in crate::config::resolve) fn role_cycle(steps: &[(&str, Span)]) -> Diagnostic {
    let mut circle: Vec<&str> = steps.iter().map(|(role, _)| *role).collect();
    circle.extend(steps.first().map(|(role, _)| *role));
    let mut diagnostic = Diagnostic::new(
        Code::RoleCycle,
        format!(
            "roles extend each other in a circle: {}",
            circle.join(" → ")
        ),
    );
    for (role, span) in steps {
        diagnostic = diagnostic.at(*span, format!("`{role}` extends this"));
    }
    diagnostic.help("take one of these out of its `extends`")
}

pub(in crate::config::resolve) fn unused_role(role: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::UnusedRole,
        format!("nobody has the role `{}`", role.value),
    )
    .at(role.span, "declared here")
    .help("give it to somebody, or delete it; it does no harm as it is")
}

pub(in crate::config::resolve) fn tick_without_login(tick: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::IrrelevantLine,
        format!("`{tick}` has no effect, because `own_bookings` is denied"),
    )
    .at(span, "needs the login that `own_bookings` gives")
    .help("allow `own_bookings`, or delete the line")
}
