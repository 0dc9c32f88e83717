//! The words of everything that resolving finds wrong: one constructor per diagnostic.
//!
//! Sentences are lower case without a final period, literals stand in backticks, contacts are masked. The first label
//! is where the reader should look first; of two assignments that clash, the assignment lines come before the roles'.

use crate::catalog::{Catalog, Kind, Right, RightId, RightType};
use crate::config::raw::{LocationIn, RawValue, RightLine, Text, When};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::model::{Contact, ContactFault, PlaceId, RoleKey};
use crate::text::{Span, Spanned};

use super::lines::ValueFault;
use super::sum::{Clash, ClashKind};

/// What an unknown name was meant to be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    System,
    Location,
    Role,
    Person,
    Tag,
    VendorRole,
    ChainRight,
    Right,
}

impl Known {
    fn code(self) -> Code {
        match self {
            Known::System => Code::UnknownSystem,
            Known::Location => Code::UnknownLocation,
            Known::Role => Code::UnknownRole,
            Known::Person => Code::UnknownPerson,
            Known::Tag => Code::UnknownTag,
            Known::VendorRole => Code::UnknownVendorRole,
            Known::ChainRight | Known::Right => Code::UnknownRight,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Known::System => "system",
            Known::Location => "location",
            Known::Role => "role",
            Known::Person => "person",
            Known::Tag => "tag",
            Known::VendorRole => "role at the vendor",
            Known::ChainRight => "chain right",
            Known::Right => "right",
        }
    }
}

/// "did you mean", or the names there are when they are few.
fn advice<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 8;
    let known: Vec<&str> = known.collect();
    if let Some(near) = nearest(wrong, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match known.as_slice() {
        [] => None,
        few if few.len() <= FEW => Some(format!("there is: {}", quoted(few))),
        _ => None,
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn with_help(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

// References.

pub(super) fn unknown<'a>(
    what: Known,
    name: &Text,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let noun = what.noun();
    let diagnostic = Diagnostic::new(what.code(), format!("no {noun} is called `{}`", name.value))
        .at(name.span, format!("not a {noun} of this project"));
    let diagnostic = match what {
        Known::VendorRole | Known::ChainRight | Known::Right => {
            let mut diagnostic = diagnostic;
            if let Some(label) = diagnostic.labels.first_mut() {
                label.text = format!("not a {noun}");
            }
            diagnostic
        }
        Known::System | Known::Location | Known::Role | Known::Person | Known::Tag => diagnostic,
    };
    with_help(diagnostic, advice(&name.value, known))
}

pub(super) fn unknown_tag_value<'a>(
    tag: &str,
    value: &Text,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownTag,
        format!("no location has `{tag}: {}`", value.value),
    )
    .at(value.span, format!("not a value of the tag `{tag}`"));
    with_help(diagnostic, advice(&value.value, known))
}

pub(super) fn empty_selector(span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptySelector, "this selects no location")
        .at(span, "nothing matches all of this")
        .help("several tags must all match; give a tag a list to mean *or*")
}

pub(super) fn closed_only(span: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::EmptySelector,
        "this selects only closed locations, so it is not in force",
    )
    .at(span, "nothing open matches")
    .help("delete the line when nobody is left to be removed there");
    diagnostic.severity = crate::diagnostic::Severity::Note;
    diagnostic
}

pub(super) fn planned_only(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::PlannedOnly,
        "this selects only planned locations, so it is not in force yet",
    )
    .at(span, "nothing open matches")
    .help("it comes into force when one of them gets `status: open`")
}

pub(super) fn shared_location(first: &LocationIn, second: &LocationIn) -> Diagnostic {
    Diagnostic::new(
        Code::SharedLocation,
        format!(
            "two locations have the id `{}` in `{}`",
            second.id.value, second.system.value
        ),
    )
    .at(second.id.span, "used again here")
    .at(first.id.span, "first used here")
    .help("what happens to one would happen to the other: give each location its own id")
}

pub(super) fn no_id(location: &Text, system: &str) -> Diagnostic {
    Diagnostic::new(
        Code::NoIdInSystem,
        format!(
            "`{}` has no id in `{system}`, and people there have a role for it",
            location.value
        ),
    )
    .at(location.span, format!("not in `{system}`"))
    .help(format!(
        "add `in: {{ {system}: ... }}`, or leave it: nobody gets anything there in `{system}`"
    ))
}

// Roles and rights.

pub(super) fn unknown_right(pattern: &Text, suggestion: Option<&str>) -> Diagnostic {
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

pub(super) fn right_of_other_product(pattern: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("{} has no right `{}`", kind.title(), pattern.value),
    )
    .at(pattern.span, "a right of the other product")
    .help(format!(
        "name it in the block of a system that has it, not of `{kind}`"
    ))
}

pub(super) fn role_of_other_product(role: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("{} has no role `{}`", kind.title(), role.value),
    )
    .at(role.span, "a role of the other product")
}

pub(super) fn unknown_section<'a>(
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

pub(super) fn matches_nothing(pattern: &Text, kind: Kind) -> Diagnostic {
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

pub(super) fn covers_nothing(line: &RightLine, has_switches: bool) -> Diagnostic {
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

pub(super) fn pattern_with_list(line: &RightLine) -> Diagnostic {
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

pub(super) fn pattern_type(line: &RightLine, odd: &Right) -> Diagnostic {
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

pub(super) fn pattern_tie(what: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(
        Code::PatternTie,
        format!("two lines of equal weight disagree about {what}"),
    )
    .at(second, "says otherwise")
    .at(first, "says one thing")
    .help("name it by its slug, or make one pattern more exact: the one with more literal characters wins")
}

pub(super) fn inherited_clash(what: &str, role: &Text, first: Span, second: Span) -> Diagnostic {
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
        RightType::Id(crate::catalog::Entity::Staff) => "a name, an id, `self` or `all`",
        RightType::Id(_) => "a name, an id or `all`",
        RightType::Ips => "a list of addresses",
    }
}

pub(super) fn value_fault(fault: ValueFault, right: &Right, line: &RightLine) -> Diagnostic {
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

pub(super) fn flag_beside_list(flag: &Right, list: &Right, at: Span, beside: Span) -> Diagnostic {
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

pub(super) fn flag_without_list(flag: &Right, list: &Right, at: Span) -> Diagnostic {
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

pub(super) fn restricting_taken(key: &str, pattern: &Text) -> Diagnostic {
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

pub(super) fn qualifier_taken(key: &str, pattern: &Text, right: &Right) -> Diagnostic {
    Diagnostic::new(
        Code::MinusQualifier,
        format!("`{key}` names switches, and `{}` is none", pattern.value),
    )
    .at(pattern.span, format!("takes {}", takes(right.kind)))
    .help("take the right that it qualifies")
}

pub(super) fn takes_nothing(key: &str, pattern: &Text) -> Diagnostic {
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

pub(super) fn irrelevant(
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

pub(super) fn left_out(role: &Text, rights: &[&Right], span: Span) -> Diagnostic {
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

pub(super) fn missing_unlisted(role: &Text, span: Span) -> Diagnostic {
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

pub(super) fn missing_vendor_role(role: &Text, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MissingVendorRole,
        format!("`{}` does not name the vendor's role", role.value),
    )
    .at(span, "has no `role`")
    .help("add `role:`, for instance `role: worker`")
}

pub(super) fn known_under_unknown(slug: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedKey,
        format!("`{}` is in the catalogue", slug.value),
    )
    .at(slug.span, "not unknown")
    .help("name it under `rights:`")
}

pub(super) fn role_cycle(steps: &[(&str, Span)]) -> Diagnostic {
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

pub(super) fn unused_role(role: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::UnusedRole,
        format!("nobody has the role `{}`", role.value),
    )
    .at(role.span, "declared here")
}

pub(super) fn tick_without_login(tick: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::IrrelevantLine,
        format!("`{tick}` has no effect, because `own_bookings` is denied"),
    )
    .at(span, "needs the login that `own_bookings` gives")
    .help("allow `own_bookings`, or delete the line")
}

// Assignments.

pub(super) fn at_missing(line: Span, role: &RoleKey, only_chain: bool) -> Diagnostic {
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

pub(super) fn no_chain_rights(chain: &Text, role: &RoleKey, declared: Span) -> Diagnostic {
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

pub(super) fn no_rights_there(key: &str, target: &Text, kind: Kind) -> Diagnostic {
    Diagnostic::new(
        Code::WrongProduct,
        format!("`{key}` names rights, and {} has none", kind.title()),
    )
    .at(target.span, format!("a system of kind `{kind}`"))
    .help("change the role instead")
}

pub(super) fn plus_without_part(target: &Text, role: &RoleKey) -> Diagnostic {
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

pub(super) fn plus_takes(line: Span) -> Diagnostic {
    Diagnostic::new(Code::WrongValue, "`plus` only adds")
        .at(line, "`deny` takes")
        .help("write it under `minus`")
}

pub(super) fn plus_restricts(line: Span, right: &Right) -> Diagnostic {
    Diagnostic::new(
        Code::RestrictingMisuse,
        format!("`plus` only adds, and `{}` restricts", right.slug),
    )
    .at(line, "a restricting right")
    .help("set it in the role, or add to what it limits")
}

pub(super) fn plus_other_id(line: Span, right: &Right, other: Span) -> Diagnostic {
    Diagnostic::new(
        Code::NoUnion,
        format!("`{}` takes one id, and the role has another", right.slug),
    )
    .at(line, "this cannot be added")
    .at(other, "the role has this")
    .help("say `all`, or make it a role of its own")
}

/// Two assignments of one person at one place.
pub(super) struct Union<'a> {
    pub(super) person: &'a str,
    pub(super) system: &'a str,
    pub(super) place: Option<&'a PlaceId>,
    pub(super) roles: (String, String),
    pub(super) lines: (Span, Span),
}

pub(super) fn no_union(catalog: &Catalog, union: &Union<'_>, clash: &Clash) -> Diagnostic {
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
    };
    let mut diagnostic = Diagnostic::new(
        Code::NoUnion,
        format!("`{first}` and `{second}` of `{person}` {place} cannot be added up: {why}"),
    )
    .at(lines.0, format!("`{first}`"))
    .at(lines.1, format!("`{second}`"));
    if let Some(span) = clash.spans.0 {
        diagnostic = diagnostic.at(span, format!("`{first}` says this"));
    }
    if let Some(span) = clash.spans.1 {
        diagnostic = diagnostic.at(span, format!("`{second}` says this"));
    }
    diagnostic.help(help)
}

pub(super) fn wider(
    catalog: &Catalog,
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
            "these assignments together reach further than either alone: {}",
            names.join(", ")
        ),
    )
    .at(first, "one limits it in one way")
    .at(second, "the other in another")
    .help("make a role for both if that is not meant")
}

// People.

pub(super) fn missing_access(person: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::MissingAccess,
        format!("`{}` has no `access`", person.value),
    )
    .at(person.span, "what may they do?")
    .help("add `access: [...]`; `[]` is none, `unmanaged` leaves the person alone")
}

pub(super) fn no_contact(person: &Text, system: &str, shared: Option<Span>) -> Diagnostic {
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

pub(super) fn bad_email(span: Span, fault: ContactFault) -> Diagnostic {
    Diagnostic::new(Code::BadEmail, "this is no e-mail address")
        .at(span, format!("expected {}", fault.expected()))
}

pub(super) fn bad_phone(span: Span, fault: ContactFault) -> Diagnostic {
    Diagnostic::new(Code::BadPhone, "this is no phone number")
        .at(span, format!("expected {}", fault.expected()))
        .help("write it with the country code: `\"+371 20000001\"`")
}

pub(super) fn shared_contact(
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

pub(super) fn shared_account(
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

pub(super) fn contact_twice(what: &str, own: Span, outside: Span) -> Diagnostic {
    Diagnostic::new(
        Code::ContactTwice,
        format!("`{what}` stands in `people` and in `contacts`"),
    )
    .at(outside, "in `contacts`")
    .at(own, "in `people`")
    .help("keep it in one place")
}

pub(super) fn earlier_key_in_use(was: &Text, of: Span) -> Diagnostic {
    Diagnostic::new(
        Code::KeyUsedBefore,
        format!("the earlier key `{}` is somebody's key today", was.value),
    )
    .at(was.span, "said to be an earlier key")
    .at(of, "declared here")
    .help("an earlier key is never given again: what the journal knows by it would change hands")
}

pub(super) fn earlier_key_twice(was: &Text, other: Span) -> Diagnostic {
    Diagnostic::new(
        Code::KeyUsedBefore,
        format!("`{}` is the earlier key of two people", was.value),
    )
    .at(was.span, "claimed here")
    .at(other, "and here")
    .help("only one of them was known by it")
}

// Dates.

pub(super) fn date_order(
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
}
