//! From the lines that decide each right to the whole set of rights one role means.
//!
//! Roots follow from what is granted below them, flags from their lists, left-out qualifiers from the right they
//! qualify; what hangs on a denied right is irrelevant. The invariant: an irrelevant right has no value, at any depth.
//! Positions of the catalogue run from governors to what they govern, so one walk settles everything.

use crate::catalog::{Catalog, Kind, Right, RightId, RightType, Section};
use crate::config::raw::Unlisted;
use crate::model::{Days, Items, One, RightSource, Value, VendorRoleSlug};
use crate::text::Span;

use super::lines::{self, Line};

/// A value and the line it was said at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// One right of a normalized set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its value; none where it is irrelevant, kept, left to the vendor's default, or of another product.
    pub(super) value: Option<Value>,
    /// What decided it.
    pub(super) source: Option<RightSource>,
    /// Whether a line names it, or it follows from a line: not `unlisted`, and not left out.
    pub(super) named: bool,
    /// Whether nothing above it is denied.
    pub(super) relevant: bool,
}

/// What a role, with its assignment's `plus`, means at a place.
#[derive(Debug)]
pub(super) struct RightsPart {
    /// The kind of system whose rights these are.
    pub(super) kind: Kind,
    direct: Vec<Option<Said>>,
    pub(super) cells: Vec<Cell>,
    pub(super) role: Option<(VendorRoleSlug, Span)>,
    pub(super) unlisted: Unlisted,
    pub(super) unlisted_span: Span,
}

/// Whether a value is a switch that is on.
pub(super) fn is_on(value: &Value) -> bool {
    *value == Value::Switch(true)
}

/// The list that a limiting flag, or the check of addresses, makes the vendor look at.
pub(super) fn list_of(catalog: &Catalog, right: &Right) -> Option<RightId> {
    match right.kind {
        RightType::Limited => right.list,
        RightType::CheckIp => catalog
            .children(right.id)
            .iter()
            .copied()
            .find(|&child| catalog.get(child).kind == RightType::Ips),
        _ => None,
    }
}

/// The value of a right that nobody names where the rest is denied: nothing is given, nothing is restricted further.
pub(super) fn denied_value(kind: RightType) -> Value {
    match kind {
        RightType::Section
        | RightType::Switch
        | RightType::NoLimitToday
        | RightType::Limited
        | RightType::OwnOnly
        | RightType::CheckIp => Value::Switch(false),
        RightType::Days => Value::Days(Days::Last(0)),
        RightType::Ids(_) => Value::Items(Items::All),
        RightType::Id(_) => Value::One(One::All),
        RightType::Ips => Value::Text("".into()),
    }
}

/// Whether a value of a list or of an id restricts to something.
pub(super) fn is_limit(value: &Value) -> bool {
    match value {
        Value::Items(items) => *items != Items::All,
        Value::One(one) => *one != One::All,
        Value::Text(text) => !text.is_empty(),
        Value::Switch(_) | Value::Days(_) => false,
    }
}

/// Works out every right from the lines that decide some.
pub(super) fn normalize(
    catalog: &Catalog,
    kind: Kind,
    direct: Vec<Option<Said>>,
    role: Option<(VendorRoleSlug, Span)>,
    unlisted: Unlisted,
    unlisted_span: Span,
) -> RightsPart {
    let said = |id: RightId| direct.get(id.index()).and_then(Option::as_ref);
    let mut opens: [Option<RightId>; Section::ALL.len()] = [None; Section::ALL.len()];
    for right in catalog.all() {
        if right.kind == RightType::Switch
            && let Some(section) = right.section
            && said(right.id).is_some_and(|said| is_on(&said.value))
            && let Some(first) = opens.get_mut(section as usize)
        {
            first.get_or_insert(right.id);
        }
    }
    let mut cells: Vec<Cell> = Vec::with_capacity(catalog.len());
    for right in catalog.all() {
        let governor = right
            .governor
            .and_then(|governor| cells.get(governor.index()));
        let relevant = right.product.covers(kind)
            && governor.is_none_or(|governor| {
                governor.relevant && governor.value != Some(Value::Switch(false))
            });
        if !relevant {
            cells.push(Cell::default());
            continue;
        }
        let follows = |from: RightId| RightSource::Follows(position(from));
        let (value, source, named) = if let Some(said) = said(right.id) {
            (Some(said.value.clone()), RightSource::Line(said.span), true)
        } else if right.kind == RightType::Section
            && let Some(opened) = right
                .section
                .and_then(|section| opens.get(section as usize).copied().flatten())
        {
            (Some(Value::Switch(true)), follows(opened), true)
        } else if let Some(list) = list_of(catalog, right)
            && let Some(list_said) = said(list)
        {
            let limits = is_limit(&list_said.value);
            (Some(Value::Switch(limits)), follows(list), true)
        } else {
            let source = match right.governor {
                Some(governor) if right.kind.is_qualifier() => follows(governor),
                Some(_) | None => RightSource::Unlisted(unlisted_span),
            };
            let value = (unlisted == Unlisted::Deny).then(|| denied_value(right.kind));
            (value, source, false)
        };
        cells.push(Cell {
            source: value.is_some().then_some(source),
            value,
            named,
            relevant,
        });
    }
    RightsPart {
        kind,
        direct,
        cells,
        role,
        unlisted,
        unlisted_span,
    }
}

/// A position as the model's sources carry it; the catalogue is far smaller than the type.
pub(super) fn position(id: RightId) -> u16 {
    u16::try_from(id.index()).unwrap_or(u16::MAX)
}

/// What a `plus` cannot add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlusFault {
    /// It would take: `deny`.
    Takes,
    /// It would restrict.
    Restricts(RightId),
    /// A single id beside another one.
    OtherId(RightId, Span),
}

impl RightsPart {
    /// The line that decides a right, if one does.
    pub(super) fn said_at(&self, id: RightId) -> Option<Span> {
        self.direct
            .get(id.index())
            .and_then(Option::as_ref)
            .map(|said| said.span)
    }

    /// The nearest denied right above, and the line that denies it.
    pub(super) fn denied_governor(
        &self,
        catalog: &Catalog,
        id: RightId,
    ) -> Option<(RightId, Option<Span>)> {
        catalog
            .governors(id)
            .find(|governor| {
                self.cells
                    .get(governor.index())
                    .is_some_and(|cell| cell.value == Some(Value::Switch(false)))
            })
            .map(|governor| (governor, self.said_at(governor)))
    }

    /// Days, lists and ids of granted rights that no line names, where the rest is denied.
    pub(super) fn left_out<'c>(&self, catalog: &'c Catalog) -> Vec<&'c Right> {
        if self.unlisted != Unlisted::Deny {
            return Vec::new();
        }
        catalog
            .all()
            .filter(|right| {
                matches!(
                    right.kind,
                    RightType::Days | RightType::Ids(_) | RightType::Id(_)
                ) && self
                    .cells
                    .get(right.id.index())
                    .is_some_and(|cell| cell.relevant && !cell.named)
            })
            .collect()
    }

    /// The same role with the lines of a `plus` joined in: they only add.
    pub(super) fn plus(
        &self,
        catalog: &Catalog,
        lines: &[Line],
        faults: &mut Vec<(Span, PlusFault)>,
    ) -> RightsPart {
        let mut direct = self.direct.clone();
        for line in lines {
            for (id, value) in &line.sets {
                let right = catalog.get(*id);
                if right.is_restricting() {
                    faults.push((line.span, PlusFault::Restricts(*id)));
                    continue;
                }
                if *value == Value::Switch(false) {
                    faults.push((line.span, PlusFault::Takes));
                    break;
                }
                let Some(known) = direct.get_mut(id.index()) else {
                    continue;
                };
                // A granted right whose limit the role leaves out is not limited: nothing can be added to that.
                let is_open = known.is_none()
                    && is_limit(value)
                    && right.governor.is_some_and(|governor| {
                        self.cells
                            .get(governor.index())
                            .is_some_and(|cell| cell.value == Some(Value::Switch(true)))
                    })
                    && self.unlisted == Unlisted::Deny
                    && right.kind != RightType::Ips;
                if is_open {
                    continue;
                }
                let joined = match known.as_ref() {
                    None => Ok(value.clone()),
                    Some(said) => join(&said.value, value).ok_or(said.span),
                };
                let joined = match joined {
                    Ok(joined) => joined,
                    Err(other) => {
                        faults.push((line.span, PlusFault::OtherId(*id, other)));
                        continue;
                    }
                };
                if known.as_ref().is_none_or(|said| said.value != joined) {
                    *known = Some(Said {
                        value: joined,
                        span: line.span,
                    });
                }
            }
        }
        normalize(
            catalog,
            self.kind,
            direct,
            self.role.clone(),
            self.unlisted,
            self.unlisted_span,
        )
    }
}

/// The wider of two values of one right, or both of two lists; none where two single ids differ.
pub(super) fn join(a: &Value, b: &Value) -> Option<Value> {
    Some(match (a, b) {
        (Value::Switch(a), Value::Switch(b)) => Value::Switch(*a || *b),
        (Value::Days(a), Value::Days(b)) => Value::Days(*a.max(b)),
        (Value::Items(Items::Only(a)), Value::Items(Items::Only(b))) => {
            Value::Items(Items::only(a.iter().chain(b.iter()).cloned()))
        }
        (Value::Items(_), Value::Items(_)) => Value::Items(Items::All),
        (Value::One(One::All), Value::One(_)) | (Value::One(_), Value::One(One::All)) => {
            Value::One(One::All)
        }
        (Value::One(a), Value::One(b)) if a == b => Value::One(a.clone()),
        (Value::Text(a), Value::Text(b)) if a.is_empty() || b.is_empty() => Value::Text("".into()),
        (Value::Text(a), Value::Text(b)) => Value::Text(lines::join_addresses(a, b)),
        _ => return None,
    })
}
