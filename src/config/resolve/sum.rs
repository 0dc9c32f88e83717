//! Two assignments at one place add up, once each is normalized.
//!
//! Switches by *or*, days by the larger, lists by union; a qualifier counts only from roles that grant what it
//! qualifies, and a restriction stays only if all of those have it. The invariant: a sum is never silently wider than
//! its parts. Where a right could only be joined by giving combinations that no part gives, it is a [`Clash`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::kinds;
use super::rights::{self, Cell, RightsPart};
use super::roles::Part;
use crate::catalog::{Catalog, Right, RightId, RightType, compare_roles};
use crate::config::raw::Unlisted;
use crate::model::{Items, One, RightSet, RightSource, Value, VendorRoleSlug};
use crate::text::Span;

/// What keeps two parts from being added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// Positions of the two parts.
    pub(super) parts: (usize, usize),
    pub(super) what: ClashKind,
    /// The lines of the roles, one of each part.
    pub(super) spans: (Option<Span>, Option<Span>),
}

/// The kind of a clash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClashKind {
    /// Vendor roles without an order.
    Roles(Arc<str>, Arc<str>),
    /// One right with two different ids.
    Id(RightId),
    /// Two restrictions of one right.
    Limits(RightId, RightId),
    /// A value of another kind, by name.
    Fact(Arc<str>),
    /// What one user of Apenday has once, by name.
    User(Arc<str>),
    /// Ticks of Reservio beside what only its Enterprise has.
    TwoKinds,
}

/// What a set of assignments means at a place.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) role: Option<VendorRoleSlug>,
    pub(super) rights: Arc<RightSet>,
    pub(super) sources: Arc<Vec<Option<RightSource>>>,
    pub(super) unlisted_default: bool,
    pub(super) extra: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    pub(super) clashes: Vec<Clash>,
    /// Granted rights that reach further than in any part.
    pub(super) wider: Vec<RightId>,
}

/// Adds parts up and takes what `minus` and `never` take.
pub(super) fn add(catalog: &Catalog, parts: &[&Part], taken: &[RightId]) -> Sum {
    let facts: Vec<_> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Facts(part) => Some(part),
            Part::Rights(_) => None,
        })
        .collect();
    if facts.is_empty() {
        let parts: Vec<&RightsPart> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Rights(part) => Some(part),
                Part::Facts(_) => None,
            })
            .collect();
        return add_rights(catalog, &parts, taken);
    }
    let (sum, clashes) = kinds::add(&facts);
    Sum {
        extra: Arc::new(sum.texts()),
        role: sum.role.map(|(role, _)| role),
        rights: Arc::new(RightSet::empty(0)),
        sources: Arc::new(Vec::new()),
        unlisted_default: false,
        clashes: clashes
            .into_iter()
            .map(|clash| Clash {
                parts: clash.parts,
                what: ClashKind::Fact(clash.what),
                spans: (Some(clash.spans.0), Some(clash.spans.1)),
            })
            .collect(),
        wider: Vec::new(),
    }
}

/// Rights nobody names: keep before default before deny.
pub(super) fn unlisted(parts: &[&RightsPart]) -> (Unlisted, Option<Span>) {
    let rank = |unlisted: Unlisted| match unlisted {
        Unlisted::Deny => 0,
        Unlisted::Default => 1,
        Unlisted::Keep => 2,
    };
    parts
        .iter()
        .map(|part| (part.unlisted, Some(part.unlisted_span)))
        .reduce(|best, next| {
            if rank(next.0) > rank(best.0) {
                next
            } else {
                best
            }
        })
        .unwrap_or((Unlisted::Keep, None))
}

fn add_rights(catalog: &Catalog, parts: &[&RightsPart], taken: &[RightId]) -> Sum {
    let (unlisted, unlisted_span) = unlisted(parts);
    let mut clashes = Vec::new();
    let mut cells: Vec<Cell> = Vec::with_capacity(catalog.len());
    for right in catalog.all() {
        let exists = parts.iter().any(|part| right.product.covers(part.kind));
        let relevant = exists
            && right
                .governor
                .and_then(|governor| cells.get(governor.index()))
                .is_none_or(|governor| {
                    governor.relevant && governor.value != Some(Value::Switch(false))
                });
        if !relevant {
            cells.push(Cell::default());
            continue;
        }
        let counting = counting(right, parts);
        if taken.contains(&right.id) {
            // The line that takes is the person's; whoever knows it puts it in.
            cells.push(Cell {
                value: Some(Value::Switch(false)),
                source: None,
                named: true,
                relevant,
            });
        } else if counting.iter().any(|(_, cell)| cell.named) {
            let (value, source) = joined(right, &counting, &mut clashes);
            cells.push(Cell {
                source: source.filter(|_| value.is_some()),
                value,
                named: true,
                relevant,
            });
        } else {
            let value = (unlisted == Unlisted::Deny).then(|| rights::denied_value(right.kind));
            let source = match right.governor {
                Some(governor) if right.kind.is_qualifier() => {
                    Some(RightSource::Follows(rights::position(governor)))
                }
                Some(_) | None => unlisted_span.map(RightSource::Unlisted),
            };
            cells.push(Cell {
                source: source.filter(|_| value.is_some()),
                value,
                named: false,
                relevant,
            });
        }
    }
    let mut wider = Vec::new();
    if parts.len() > 1 {
        for governor in catalog.all() {
            let is_granted = cells
                .get(governor.id.index())
                .is_some_and(|cell| cell.relevant && cell.value == Some(Value::Switch(true)));
            if is_granted {
                limits_clash(catalog, governor, parts, &mut clashes);
                if is_wider(catalog, governor, parts, &cells) {
                    wider.push(governor.id);
                }
            }
        }
    }
    let mut set = RightSet::empty(catalog.len());
    let mut sources = Vec::with_capacity(catalog.len());
    for (at, cell) in cells.into_iter().enumerate() {
        set.set(at, cell.value);
        sources.push(cell.source);
    }
    Sum {
        role: heaviest(parts, &mut clashes),
        rights: Arc::new(set),
        sources: Arc::new(sources),
        unlisted_default: unlisted == Unlisted::Default,
        extra: Arc::new(BTreeMap::new()),
        clashes,
        wider,
    }
}

/// The parts whose word counts for a right, each with what it says.
pub(super) fn counting<'p>(right: &Right, parts: &[&'p RightsPart]) -> Vec<(usize, &'p Cell)> {
    let cells = || {
        parts
            .iter()
            .enumerate()
            .filter_map(|(at, part)| Some((at, part.cells.get(right.id.index())?)))
            .filter(|(_, cell)| cell.relevant)
    };
    if right.kind == RightType::CheckIp {
        return cells().filter(|(_, cell)| cell.named).collect();
    }
    let Some(governor) = right.governor.filter(|_| right.kind.is_qualifier()) else {
        return cells().collect();
    };
    let granting: Vec<(usize, &Cell)> = cells()
        .filter(|&(at, _)| grants(parts, at, governor))
        .collect();
    if granting.is_empty() {
        // Nobody grants what it qualifies: it is kept, and so are the words about it.
        cells().collect()
    } else {
        granting
    }
}

fn grants(parts: &[&RightsPart], at: usize, governor: RightId) -> bool {
    parts
        .get(at)
        .and_then(|part| part.cells.get(governor.index()))
        .is_some_and(|cell| cell.relevant && cell.value == Some(Value::Switch(true)))
}

/// The value of a right that some part names, and what decided it.
fn joined(
    right: &Right,
    counting: &[(usize, &Cell)],
    clashes: &mut Vec<Clash>,
) -> (Option<Value>, Option<RightSource>) {
    let limits = match right.kind {
        RightType::Limited
        | RightType::OwnOnly
        | RightType::CheckIp
        | RightType::Ids(_)
        | RightType::Id(_)
        | RightType::Ips => true,
        RightType::Section | RightType::Switch | RightType::Days | RightType::NoLimitToday => false,
    };
    let open = |cell: &Cell| match &cell.value {
        Some(Value::Switch(on)) => !*on,
        Some(value) => !rights::is_limit(value),
        None => false,
    };
    if limits {
        if let Some((_, cell)) = counting.iter().find(|(_, cell)| open(cell)) {
            return (cell.value.clone(), cell.source);
        }
        // One of them keeps what is there: any value of ours could be narrower than that.
        if counting.iter().any(|(_, cell)| cell.value.is_none()) {
            return (None, None);
        }
    }
    let mut sum: Option<(usize, Value, Option<RightSource>)> = None;
    for (at, cell) in counting {
        let Some(value) = &cell.value else { continue };
        let Some((first, known, source)) = &mut sum else {
            sum = Some((*at, value.clone(), cell.source));
            continue;
        };
        if limits && matches!(value, Value::Switch(_)) {
            // All of them restrict.
            continue;
        }
        match rights::join(known, value) {
            Some(joined) => {
                if joined != *known {
                    *known = joined;
                    *source = cell.source;
                }
            }
            None => clashes.push(Clash {
                parts: (*first, *at),
                what: ClashKind::Id(right.id),
                spans: (line(*source), line(cell.source)),
            }),
        }
    }
    match sum {
        Some((_, value, source)) => (Some(value), source),
        None => (None, None),
    }
}

fn line(source: Option<RightSource>) -> Option<Span> {
    match source {
        Some(RightSource::Line(span)) => Some(span),
        Some(RightSource::Unlisted(_) | RightSource::Follows(_)) | None => None,
    }
}

/// Finds parts that limit one right in different ways, so that the sum of each limit would reach further than both.
fn limits_clash(
    catalog: &Catalog,
    governor: &Right,
    parts: &[&RightsPart],
    clashes: &mut Vec<Clash>,
) {
    let limits: Vec<RightId> = catalog
        .children(governor.id)
        .iter()
        .copied()
        .filter(|&child| {
            matches!(
                catalog.get(child).kind,
                RightType::Ids(_) | RightType::Id(_)
            )
        })
        .collect();
    if limits.len() < 2 {
        return;
    }
    let granting: Vec<usize> = (0..parts.len())
        .filter(|&at| grants(parts, at, governor.id))
        .collect();
    let cell = |part: usize, right: RightId| parts.get(part)?.cells.get(right.index());
    for (at, &a) in granting.iter().enumerate() {
        for &b in granting.iter().skip(at + 1) {
            let differing: Vec<(RightId, Reach)> = limits
                .iter()
                .filter_map(|&right| {
                    let reach = reach(
                        cell(a, right)?.value.as_ref()?,
                        cell(b, right)?.value.as_ref()?,
                    );
                    (reach != Reach::Same).then_some((right, reach))
                })
                .collect();
            let [(first, reach), rest @ ..] = differing.as_slice() else {
                continue;
            };
            let Some((second, _)) = rest.first() else {
                continue;
            };
            let contained = *reach != Reach::Apart && rest.iter().all(|(_, other)| other == reach);
            if !contained {
                // Point at what each part itself limits, not at what it leaves open.
                let limited = |part: usize| {
                    differing.iter().find_map(|(right, _)| {
                        let cell = cell(part, *right)?;
                        let limits = cell.value.as_ref().is_some_and(rights::is_limit);
                        line(cell.source).filter(|_| limits)
                    })
                };
                clashes.push(Clash {
                    parts: (a, b),
                    what: ClashKind::Limits(*first, *second),
                    spans: (limited(a), limited(b)),
                });
            }
        }
    }
}

/// How far one limit reaches beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Same,
    Wider,
    Narrower,
    Apart,
}

fn reach(a: &Value, b: &Value) -> Reach {
    if a == b {
        return Reach::Same;
    }
    match (a, b) {
        (Value::Items(Items::All) | Value::One(One::All), _) => Reach::Wider,
        (_, Value::Items(Items::All) | Value::One(One::All)) => Reach::Narrower,
        (Value::Items(Items::Only(a)), Value::Items(Items::Only(b))) => {
            if b.iter().all(|item| a.contains(item)) {
                Reach::Wider
            } else if a.iter().all(|item| b.contains(item)) {
                Reach::Narrower
            } else {
                Reach::Apart
            }
        }
        _ => Reach::Apart,
    }
}

/// Whether what qualifies a granted right is, all together, what no part says of it.
fn is_wider(catalog: &Catalog, governor: &Right, parts: &[&RightsPart], sum: &[Cell]) -> bool {
    let qualifiers: Vec<usize> = catalog
        .children(governor.id)
        .iter()
        .filter(|&&child| catalog.get(child).kind.is_qualifier())
        .map(|child| child.index())
        .collect();
    let value = |cells: &[Cell], at: usize| cells.get(at).and_then(|cell| cell.value.clone());
    let mut granting = (0..parts.len())
        .filter(|&at| grants(parts, at, governor.id))
        .filter_map(|at| parts.get(at))
        .peekable();
    !qualifiers.is_empty()
        && granting.peek().is_some()
        && !granting.any(|part| {
            qualifiers
                .iter()
                .all(|&at| value(&part.cells, at) == value(sum, at))
        })
}

/// The heaviest vendor role; two without an order are a clash.
fn heaviest(parts: &[&RightsPart], clashes: &mut Vec<Clash>) -> Option<VendorRoleSlug> {
    let mut best: Option<(usize, &VendorRoleSlug, Span)> = None;
    for (at, part) in parts.iter().enumerate() {
        let Some((role, span)) = &part.role else {
            continue;
        };
        let Some((first, known, known_span)) = best else {
            best = Some((at, role, *span));
            continue;
        };
        match compare_roles(known.as_str(), role.as_str()) {
            Some(std::cmp::Ordering::Less) => best = Some((at, role, *span)),
            Some(_) => {}
            None => clashes.push(Clash {
                parts: (first, at),
                what: ClashKind::Roles(known.as_str().into(), role.as_str().into()),
                spans: (Some(known_span), Some(*span)),
            }),
        }
    }
    best.map(|(_, role, _)| role.clone())
}
