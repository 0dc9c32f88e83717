//! Systems without a catalogue of rights, and chains: ticks, teams, sources.
//!
//! Their values are few and named, so one shape serves all: a fact is a tick, a word, a level or a list. The
//! invariant: what cannot be joined (two teams, two roles) is reported and never chosen between in silence.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::diags::{self, Known};
use crate::catalog::{ChainRight, Kind};
use crate::config::raw::{BlockBody, Text};
use crate::diagnostic::Diagnostic;
use crate::model::VendorRoleSlug;
use crate::model::explained::{Reach, Shown, Subject};
use crate::text::{Span, Spanned};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// Yes or no; two are joined by *or*.
    Tick(bool),
    /// One of several; two different ones are never joined.
    Word(Arc<str>),
    /// One of an order; the greater wins.
    Level(u8, Arc<str>),
    /// Several; two lists unite.
    List(Vec<Arc<str>>),
}

/// What a role means in such a system.
#[derive(Clone, Debug, Default)]
pub(super) struct FactsPart {
    pub(super) role: Option<(VendorRoleSlug, Span)>,
    pub(super) facts: BTreeMap<Arc<str>, (Fact, Span)>,
}

/// What one block says.
pub(super) struct Said<'a> {
    pub(super) role: Option<&'a Text>,
    pub(super) facts: Vec<(Arc<str>, Fact, Span)>,
}

/// The ticks of a Reservio staff profile; the first is the login the others need.
pub(super) const TICKS: [&str; 4] = ["own_bookings", "all_bookings", "client_list", "sections"];

/// Whether a block of this kind must name a vendor role.
pub(super) fn needs_role(kind: Kind) -> bool {
    matches!(kind, Kind::Keycrm | Kind::Apenday)
}

/// What a block says, if it is one of this kind.
pub(super) fn read(kind: Kind, body: &BlockBody) -> Option<Said<'_>> {
    let mut facts = Vec::new();
    let tick = |(name, value): &(Text, Spanned<bool>)| {
        (name.value.clone(), Fact::Tick(value.value), name.span)
    };
    let role = match (kind, body) {
        (Kind::Keycrm, BlockBody::Keycrm(block)) => {
            facts.extend(list("sources", block.sources.as_deref()));
            facts.extend(list("statuses", block.statuses.as_deref()));
            block.role.as_ref()
        }
        (Kind::Reservio, BlockBody::Reservio(block)) => {
            facts.extend(block.ticks.iter().map(tick));
            if let Some(calendars) = &block.calendars {
                let level = match &*calendars.value {
                    "admin" => 2,
                    "view" => 1,
                    _ => 0,
                };
                facts.push((
                    "calendars".into(),
                    Fact::Level(level, calendars.value.clone()),
                    calendars.span,
                ));
            }
            if let Some(administrator) = &block.administrator {
                facts.push((
                    "administrator".into(),
                    Fact::Tick(administrator.value),
                    administrator.span,
                ));
            }
            None
        }
        (Kind::Apenday, BlockBody::Apenday(block)) => {
            let word = |name: &str, text: &Option<Text>| {
                text.as_ref()
                    .map(|text| (name.into(), Fact::Word(text.value.clone()), text.span))
            };
            facts.extend(word("team", &block.team));
            facts.extend(word("calendar", &block.calendar));
            facts.extend(list("events", block.events.as_deref()));
            facts.extend(block.notifications.iter().map(|(name, value)| {
                (
                    format!("notifications.{}", name.value).into(),
                    Fact::Tick(value.value),
                    name.span,
                )
            }));
            if let Some(active) = &block.active {
                facts.push(("active".into(), Fact::Tick(active.value), active.span));
            }
            block.role.as_ref()
        }
        _ => return None,
    };
    Some(Said { role, facts })
}

fn list(name: &str, items: Option<&[Text]>) -> Option<(Arc<str>, Fact, Span)> {
    let items = items?;
    let first = items.first()?;
    let span = Span {
        end: items.last().map_or(first.span.end, |last| last.span.end),
        ..first.span
    };
    let mut items: Vec<Arc<str>> = items.iter().map(|item| item.value.clone()).collect();
    items.sort();
    items.dedup();
    Some((name.into(), Fact::List(items), span))
}

/// Puts in what follows: the four ticks of Reservio are said together, and three of them need the first. The second
/// value are ticks that have no effect.
pub(super) fn normalize(kind: Kind, mut part: FactsPart) -> (FactsPart, Vec<(Arc<str>, Span)>) {
    let mut useless = Vec::new();
    let [login, others @ ..] = TICKS;
    let first_tick = TICKS.iter().find_map(|tick| part.facts.get(*tick));
    let Some(&(_, span)) = first_tick.filter(|_| kind == Kind::Reservio) else {
        return (part, useless);
    };
    let is_on = |part: &FactsPart, tick: &str| {
        part.facts
            .get(tick)
            .is_some_and(|(fact, _)| *fact == Fact::Tick(true))
    };
    let any_other = others.iter().any(|tick| is_on(&part, tick));
    let login_on = part
        .facts
        .entry(login.into())
        .or_insert((Fact::Tick(any_other), span))
        .0
        == Fact::Tick(true);
    for tick in others {
        if login_on {
            part.facts
                .entry(tick.into())
                .or_insert((Fact::Tick(false), span));
        } else if let Some((fact, span)) = part.facts.remove(tick)
            && fact == Fact::Tick(true)
        {
            useless.push((tick.into(), span));
        }
    }
    (part, useless)
}

/// What keeps two parts from being joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FactClash {
    /// Positions of the two parts.
    pub(super) parts: (usize, usize),
    /// The name of the fact, or `role`.
    pub(super) what: Arc<str>,
    /// The two lines.
    pub(super) spans: (Span, Span),
}

/// Joins what several roles say of one place.
pub(super) fn add(parts: &[&FactsPart]) -> (FactsPart, Vec<FactClash>) {
    let mut sum = FactsPart::default();
    let mut from: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut role_from = 0;
    let mut clashes = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match (&sum.role, &part.role) {
            (None, Some(role)) => {
                sum.role = Some(role.clone());
                role_from = at;
            }
            (Some((known, known_span)), Some((role, span))) if known != role => {
                clashes.push(FactClash {
                    parts: (role_from, at),
                    what: "role".into(),
                    spans: (*known_span, *span),
                });
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        for (name, (fact, span)) in &part.facts {
            let Some((known, known_span)) = sum.facts.get_mut(name) else {
                sum.facts.insert(name.clone(), (fact.clone(), *span));
                from.insert(name.clone(), at);
                continue;
            };
            match (&mut *known, fact) {
                (Fact::Tick(known), Fact::Tick(tick)) => *known |= *tick,
                (Fact::Level(level, _), Fact::Level(other, _)) => {
                    if *other > *level {
                        *known = fact.clone();
                    }
                }
                (Fact::List(known), Fact::List(items)) => {
                    known.extend(items.iter().cloned());
                    known.sort();
                    known.dedup();
                }
                (known, fact) if known == fact => {}
                _ => clashes.push(FactClash {
                    parts: (from.get(name).copied().unwrap_or(0), at),
                    what: name.clone(),
                    spans: (*known_span, *span),
                }),
            }
        }
    }
    (sum, clashes)
}

impl FactsPart {
    /// Its values as text: `true`, `false`, a word, or a list with one entry a line.
    pub(super) fn texts(&self) -> BTreeMap<Arc<str>, Arc<str>> {
        self.facts
            .iter()
            .map(|(name, (fact, _))| (name.clone(), fact.text()))
            .collect()
    }
}

impl Fact {
    /// Its value as text.
    pub(super) fn text(&self) -> Arc<str> {
        match self {
            Fact::Tick(true) => "true".into(),
            Fact::Tick(false) => "false".into(),
            Fact::Word(word) | Fact::Level(_, word) => word.clone(),
            Fact::List(items) => items.join("\n").into(),
        }
    }
}

/// What a block says of something, for whoever asks why.
pub(super) fn about(said: &Said<'_>, subject: &Subject) -> Vec<(Span, Reach, Shown)> {
    match subject {
        Subject::Right(_) => Vec::new(),
        Subject::Role => {
            let role = said.role.iter();
            role.map(|role| (role.span, Reach::Slug, Shown::Text(role.value.clone())))
                .collect()
        }
        Subject::Fact(name) => {
            let facts = said.facts.iter().filter(|(fact, ..)| fact == name);
            facts
                .map(|(_, fact, span)| (*span, Reach::Slug, Shown::Text(fact.text())))
                .collect()
        }
    }
}

/// The vendor's key of a chain right, by key or alias.
pub(super) fn chain_key(key: &str) -> Option<&'static str> {
    ChainRight::by_key(key).map(|right| right.key)
}

/// Reports a chain right that nobody knows, and notes one that the documentation of this product does not name.
pub(super) fn check_chain_right(key: &Text, kind: Kind, diagnostics: &mut Vec<Diagnostic>) {
    let documented = || {
        ChainRight::ALL
            .iter()
            .filter(|right| right.product.covers(kind))
    };
    match ChainRight::by_key(&key.value) {
        Some(right) if right.product.covers(kind) => {}
        Some(_) => diagnostics.push(diags::undocumented_chain_right(key, kind)),
        None => diagnostics.push(diags::unknown(
            Known::ChainRight,
            key,
            documented().map(|right| right.key),
        )),
    }
}
