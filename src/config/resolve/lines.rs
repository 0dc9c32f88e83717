//! Lines of rights: what a slug or pattern covers, how exact it is, and whether its value fits.
//!
//! This knows one line at a time. Which line wins over which is `roles`; what a line means beside others is `rights`.
//! The invariant: a value that leaves here fits the type of every right it is given to.

use std::net::IpAddr;
use std::sync::Arc;

use super::diags::{self, Known};
use crate::catalog::{Catalog, Entity, Kind, Right, RightId, RightType, Section};
use crate::config::raw::{RawValue, RightLine, Text};
use crate::diagnostic::Diagnostic;
use crate::model::{Days, Item, Items, One, Value};
use crate::text::Span;

/// How exact a pattern is; of two lines the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exactness {
    /// The bare `*`.
    Everything,
    /// `timetable.*`.
    Section,
    /// A pattern, by the number of its literal characters.
    Pattern(usize),
    /// A slug.
    Slug,
}

/// The rights a slug or pattern means.
#[derive(Clone, Debug)]
pub(super) struct Matched {
    pub(super) exactness: Exactness,
    /// In order of the catalogue; never empty.
    pub(super) rights: Vec<RightId>,
}

/// One line under `rights` or `plus`, as far as it can be understood alone.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The pattern and its value: what a person sees as the line.
    pub(super) span: Span,
    pub(super) exactness: Exactness,
    /// Each right it sets, with the value in that right's own form.
    pub(super) sets: Vec<(RightId, Value)>,
}

/// Days beyond this are a slip of the keyboard: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// The rights of a kind's product that a slug or pattern means, or a diagnostic.
pub(super) fn matched(
    catalog: &Catalog,
    kind: Kind,
    pattern: &Text,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Matched> {
    let text = &*pattern.value;
    if text == "*" {
        return Some(Matched {
            exactness: Exactness::Everything,
            rights: catalog.for_product(kind).map(|right| right.id).collect(),
        });
    }
    if !text.contains('*') {
        let Some(id) = catalog.by_slug(text) else {
            diagnostics.push(diags::unknown_right(pattern, catalog.suggest(text)));
            return None;
        };
        if !catalog.get(id).product.covers(kind) {
            diagnostics.push(diags::right_of_other_product(pattern, kind));
            return None;
        }
        return Some(Matched {
            exactness: Exactness::Slug,
            rights: vec![id],
        });
    }
    if let Some(section) = text.strip_suffix(".*") {
        let rights: Vec<RightId> = Section::parse(section)
            .into_iter()
            .flat_map(|section| catalog.in_section(section))
            .filter(|right| right.product.covers(kind))
            .map(|right| right.id)
            .collect();
        if rights.is_empty() {
            let sections = Section::ALL.iter().map(|section| section.as_str());
            diagnostics.push(diags::unknown_section(pattern, section, sections));
            return None;
        }
        return Some(Matched {
            exactness: Exactness::Section,
            rights,
        });
    }
    let rights: Vec<RightId> = catalog
        .for_product(kind)
        .filter(|right| glob(text, right.slug))
        .map(|right| right.id)
        .collect();
    if rights.is_empty() {
        diagnostics.push(diags::matches_nothing(pattern, kind));
        return None;
    }
    Some(Matched {
        exactness: exactness(text),
        rights,
    })
}

/// How exactly a slug or pattern names what it means.
pub(super) fn exactness(text: &str) -> Exactness {
    if text == "*" {
        Exactness::Everything
    } else if !text.contains('*') {
        Exactness::Slug
    } else if text.ends_with(".*") {
        Exactness::Section
    } else {
        Exactness::Pattern(text.chars().filter(|&c| c != '*').count())
    }
}

/// Whether a text matches a pattern in which `*` stands for any characters, or none.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// Understands one line, or says what is wrong with it.
pub(super) fn line(
    catalog: &Catalog,
    kind: Kind,
    raw: &RightLine,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Line> {
    let matched = matched(catalog, kind, &raw.pattern, diagnostics)?;
    let sets = if matched.exactness == Exactness::Slug {
        let right = catalog.get(*matched.rights.first()?);
        match value(right, &raw.value.value) {
            Ok(value) => vec![(right.id, value)],
            Err(fault) => {
                diagnostics.push(diags::value_fault(fault, right, raw));
                return None;
            }
        }
    } else {
        pattern_sets(catalog, &matched.rights, raw, diagnostics)?
    };
    Some(Line {
        span: Span {
            end: raw.value.span.end.max(raw.pattern.span.end),
            ..raw.pattern.span
        },
        exactness: matched.exactness,
        sets,
    })
}

/// What a pattern sets: allow and deny reach switches, `self` and days only what is of one type.
fn pattern_sets(
    catalog: &Catalog,
    rights: &[RightId],
    raw: &RightLine,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(RightId, Value)>> {
    let rights = rights.iter().map(|&id| catalog.get(id));
    let allows = match raw.value.value {
        RawValue::Allow => true,
        RawValue::Deny => false,
        RawValue::Myself | RawValue::All | RawValue::Number(_) => {
            return one_type_sets(rights, raw, diagnostics);
        }
        RawValue::Names(_) | RawValue::Ids(_) | RawValue::Text(_) => {
            diagnostics.push(diags::pattern_with_list(raw));
            return None;
        }
    };
    let covered = |right: &&Right| {
        if allows {
            right.allowed_by_pattern()
        } else {
            right.denied_by_pattern()
        }
    };
    let sets: Vec<(RightId, Value)> = rights
        .clone()
        .filter(covered)
        .map(|right| (right.id, Value::Switch(allows)))
        .collect();
    if sets.is_empty() {
        let sensitive = rights.clone().any(|right| right.kind.is_switch());
        diagnostics.push(diags::covers_nothing(raw, sensitive));
    }
    Some(sets)
}

/// What a pattern with `self`, days or `all` sets, where all it matches takes that.
fn one_type_sets<'a>(
    rights: impl Iterator<Item = &'a Right>,
    raw: &RightLine,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(RightId, Value)>> {
    let mut sets = Vec::new();
    for right in rights {
        let fits = match right.kind {
            RightType::Days => !matches!(raw.value.value, RawValue::Myself),
            RightType::Id(Entity::Staff) => matches!(raw.value.value, RawValue::Myself),
            RightType::Section
            | RightType::Switch
            | RightType::Limited
            | RightType::Ids(_)
            | RightType::Id(_)
            | RightType::NoLimitToday
            | RightType::OwnOnly
            | RightType::CheckIp
            | RightType::Ips => false,
        };
        if !fits {
            diagnostics.push(diags::pattern_type(raw, right));
            return None;
        }
        match value(right, &raw.value.value) {
            Ok(value) => sets.push((right.id, value)),
            Err(fault) => {
                diagnostics.push(diags::value_fault(fault, right, raw));
                return None;
            }
        }
    }
    Some(sets)
}

/// Why a value does not fit a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueFault {
    /// Another type of value is taken.
    Type,
    /// The right type, outside what makes sense.
    Range,
    /// An empty list, which the vendor reads as "no limit".
    Nothing,
    /// A text that is no address.
    Address,
}

/// A value as written, in the form of the right it is for.
fn value(right: &Right, raw: &RawValue) -> Result<Value, ValueFault> {
    match right.kind {
        RightType::Section
        | RightType::Switch
        | RightType::NoLimitToday
        | RightType::Limited
        | RightType::OwnOnly
        | RightType::CheckIp => match raw {
            RawValue::Allow => Ok(Value::Switch(true)),
            RawValue::Deny => Ok(Value::Switch(false)),
            _ => Err(ValueFault::Type),
        },
        RightType::Days => match raw {
            RawValue::All => Ok(Value::Days(Days::All)),
            RawValue::Number(days) if (0..=MOST_DAYS).contains(days) => u32::try_from(*days)
                .map(|days| Value::Days(Days::Last(days)))
                .map_err(|_| ValueFault::Range),
            RawValue::Number(_) => Err(ValueFault::Range),
            _ => Err(ValueFault::Type),
        },
        RightType::Ids(_) => match raw {
            RawValue::All => Ok(Value::Items(Items::All)),
            RawValue::Names(names) => some_items(names.iter().map(|name| {
                (!name.value.trim().is_empty()).then(|| Item::Name(name.value.clone()))
            })),
            RawValue::Ids(ids) => some_items(
                ids.iter()
                    .map(|id| (id.value > 0).then_some(Item::Id(id.value))),
            ),
            _ => Err(ValueFault::Type),
        },
        RightType::Id(entity) => match raw {
            RawValue::All => Ok(Value::One(One::All)),
            RawValue::Myself if entity == Entity::Staff => Ok(Value::One(One::Myself)),
            RawValue::Number(id) if *id > 0 => Ok(Value::One(One::Only(Item::Id(*id)))),
            RawValue::Number(_) => Err(ValueFault::Range),
            RawValue::Ids(ids) => match ids.as_slice() {
                [] => Err(ValueFault::Nothing),
                [id] if id.value > 0 => Ok(Value::One(One::Only(Item::Id(id.value)))),
                [_] => Err(ValueFault::Range),
                _ => Err(ValueFault::Type),
            },
            RawValue::Text(name) if name.trim().is_empty() => Err(ValueFault::Nothing),
            RawValue::Text(name) => Ok(Value::One(One::Only(Item::Name(name.clone())))),
            RawValue::Names(names) if names.is_empty() => Err(ValueFault::Nothing),
            RawValue::Names(_) | RawValue::Allow | RawValue::Deny | RawValue::Myself => {
                Err(ValueFault::Type)
            }
        },
        RightType::Ips => match raw {
            RawValue::Text(text) => addresses(text.split([',', ' ', ';', '\n'])),
            RawValue::Names(names) => addresses(names.iter().map(|name| &*name.value)),
            RawValue::All => Ok(Value::Text("".into())),
            _ => Err(ValueFault::Type),
        },
    }
}

fn some_items(items: impl Iterator<Item = Option<Item>>) -> Result<Value, ValueFault> {
    let items: Option<Vec<Item>> = items.collect();
    match items {
        None => Err(ValueFault::Range),
        Some(items) if items.is_empty() => Err(ValueFault::Nothing),
        Some(items) => Ok(Value::Items(Items::only(items))),
    }
}

/// A list of addresses, each an address or a network, sorted and joined with commas.
fn addresses<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Value, ValueFault> {
    let mut list: Vec<&str> = parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if list.is_empty() {
        return Err(ValueFault::Nothing);
    }
    if !list.iter().all(|text| is_address(text)) {
        return Err(ValueFault::Address);
    }
    list.sort_unstable();
    list.dedup();
    Ok(Value::Text(list.join(",").into()))
}

/// Addresses of two lists, each once.
pub(super) fn join_addresses(a: &str, b: &str) -> Arc<str> {
    let mut list: Vec<&str> = a
        .split(',')
        .chain(b.split(','))
        .filter(|part| !part.is_empty())
        .collect();
    list.sort_unstable();
    list.dedup();
    list.join(",").into()
}

fn is_address(text: &str) -> bool {
    match text.split_once('/') {
        None => text.parse::<IpAddr>().is_ok(),
        Some((address, bits)) => match (address.parse::<IpAddr>(), bits.parse::<u8>()) {
            (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
            (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
            _ => false,
        },
    }
}

/// The switches that a line of `minus` or `never` takes, or a diagnostic.
pub(super) fn taken(
    catalog: &Catalog,
    kind: Kind,
    key: &'static str,
    pattern: &Text,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RightId> {
    let Some(matched) = matched(catalog, kind, pattern, diagnostics) else {
        return Vec::new();
    };
    if matched.exactness == Exactness::Slug {
        let Some(right) = matched.rights.first().map(|&id| catalog.get(id)) else {
            return Vec::new();
        };
        if right.is_restricting() {
            diagnostics.push(diags::restricting_taken(key, pattern));
            return Vec::new();
        }
        if !right.kind.is_switch() {
            diagnostics.push(diags::qualifier_taken(key, pattern, right));
            return Vec::new();
        }
        return matched.rights;
    }
    let taken: Vec<RightId> = matched
        .rights
        .into_iter()
        .filter(|&id| catalog.get(id).denied_by_pattern())
        .collect();
    if taken.is_empty() {
        diagnostics.push(diags::takes_nothing(key, pattern));
    }
    taken
}

/// The rights that a slug or a pattern means at any of several kinds, in order of the catalogue.
pub(super) fn named_rights(catalog: &Catalog, kinds: &[Kind], pattern: &Text) -> Vec<RightId> {
    if !pattern.value.contains('*') {
        return catalog.by_slug(&pattern.value).into_iter().collect();
    }
    let with_rights = kinds.iter().filter(|kind| kind.has_rights());
    let matched = with_rights.filter_map(|&kind| matched(catalog, kind, pattern, &mut Vec::new()));
    let mut rights: Vec<RightId> = matched.flat_map(|found| found.rights).collect();
    rights.sort_unstable();
    rights.dedup();
    rights
}

/// Whether a reference to a right or a pattern of rights is a good one, for the entries that only name rights.
pub(super) fn check_reference(
    catalog: &Catalog,
    kinds: &[Kind],
    pattern: &Text,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let text = &*pattern.value;
    let known = if text.contains('*') {
        kinds
            .iter()
            .any(|&kind| matched(catalog, kind, pattern, &mut Vec::new()).is_some())
    } else {
        catalog.by_slug(text).is_some()
    };
    if known {
        return;
    }
    diagnostics.push(if text.contains('*') {
        match kinds.first() {
            Some(&kind) => diags::matches_nothing(pattern, kind),
            None => diags::unknown(Known::Right, pattern, std::iter::empty()),
        }
    } else {
        diags::unknown_right(pattern, catalog.suggest(text))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_run_of_characters() {
        for (pattern, text, matches) in [
            ("records_*", "records_access", true),
            ("records_*", "clients_access", false),
            ("*_access", "records_access", true),
            ("*_access", "records_ids", false),
            ("a*b*c", "a_b_c", true),
            ("a*b*c", "abcb", false),
            ("a*a", "a", false),
            ("**", "anything", true),
            ("a*", "a", true),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn exactness_orders_slug_pattern_section_everything() {
        assert!(Exactness::Slug > Exactness::Pattern(99));
        assert!(Exactness::Pattern(5) > Exactness::Pattern(4));
        assert!(Exactness::Pattern(0) > Exactness::Section);
        assert!(Exactness::Section > Exactness::Everything);
    }

    #[test]
    fn addresses_are_judged_and_put_in_order() {
        assert_eq!(
            addresses("10.0.0.2, 10.0.0.1,10.0.0.2 2001:db8::/32".split([',', ' '])),
            Ok(Value::Text("10.0.0.1,10.0.0.2,2001:db8::/32".into()))
        );
        assert_eq!(addresses("".split(',')), Err(ValueFault::Nothing));
        assert_eq!(
            addresses("10.0.0.1/40".split(',')),
            Err(ValueFault::Address)
        );
        assert_eq!(addresses("office".split(',')), Err(ValueFault::Address));
    }
}
