//! Who has a right or a role, and the line that gives it: [`super::why`] the other way round.
//!
//! It stands on the matrix. The invariant: whoever has it by the files or by what was seen is in the list, also an account
//! that is nobody's.

use std::sync::Arc;

use super::matrix::{Cell, Declared, Filter, Row, Seeing, Side, Who, matrix};
use super::subject;
use super::why::line;
use crate::catalog::{Catalog, Kind, Sensitivity};
use crate::model::explained::Subject;
use crate::model::{Desired, Grant, PlaceId, RightSource, RoleKey, SystemName};
use crate::text::{Origin, Sources, Span};

/// Everybody who has something.
#[derive(Clone, Debug)]
pub struct Holders {
    /// What was asked about.
    pub asked: Asked,
    /// Who has it, in order of name and place.
    pub list: Vec<Holder>,
}

/// What was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A right, by name.
    Right(Subject),
    /// A role of the project.
    Role(RoleKey),
}

/// Somebody who has it at one place.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub who: Who,
    /// Their name, where it is known. Text from outside.
    pub name: Option<Arc<str>>,
    /// The system.
    pub system: SystemName,
    /// Its kind.
    pub kind: Option<Kind>,
    /// The place.
    pub place: PlaceId,
    /// Its title. Text from outside.
    pub title: Arc<str>,
    /// What the files say of them there.
    pub declared: Declared,
    /// What was seen of them there.
    pub observed: Seeing,
    /// Their roles there.
    pub roles: Vec<RoleKey>,
    /// The right; none where a role was asked about.
    pub cell: Option<Cell>,
    /// The lines of `access` that give it, and the line of the role that decides.
    /// Beside a long line the part that matters.
    pub because: Vec<(Origin, Option<Arc<str>>)>,
}

/// Everybody who has a right, or a role or one that extends it.
pub fn who(
    side: &Side<'_>,
    asked: Asked,
    extending: &dyn Fn(&RoleKey) -> bool,
    filter: &Filter,
    catalog: &Catalog,
    sources: &Sources,
) -> Holders {
    let mut filter = filter.clone();
    filter.subjects = match &asked {
        Asked::Right(subject) => vec![subject.clone()],
        Asked::Role(_) => vec![Subject::Role],
    };
    let matrix = matrix(side, &filter, catalog);
    let has = |row: &Row| match &asked {
        Asked::Right(subject) => row.cells.iter().any(|cell| cell.gives(subject, catalog)),
        Asked::Role(_) => row.roles.iter().any(extending),
    };
    let list = matrix.rows.iter().filter(|row| has(row)).filter_map(|row| {
        let scope = matrix.scopes.get(row.scope)?;
        let grant = side
            .desired
            .and_then(|desired| grant_of(desired, &row.who, &scope.system, &scope.place));
        Some(Holder {
            name: match &row.who {
                Who::Person(key) => matrix.names.get(key).cloned(),
                Who::Account(_) => None,
            },
            who: row.who.clone(),
            system: scope.system.clone(),
            kind: scope.kind,
            place: scope.place.clone(),
            title: scope.title.clone(),
            declared: row.declared,
            observed: row.observed,
            roles: row.roles.clone(),
            cell: match asked {
                Asked::Right(_) => row.cells.first().cloned(),
                Asked::Role(_) => None,
            },
            because: grant.map_or_else(Vec::new, |grant| lines(grant, &asked, sources)),
        })
    });
    Holders {
        list: list.collect(),
        asked,
    }
}

fn grant_of<'d>(
    desired: &'d Desired,
    who: &Who,
    system: &SystemName,
    place: &PlaceId,
) -> Option<&'d Grant> {
    let Who::Person(key) = who else { return None };
    let mut grants = desired.people.get(key)?.grants.iter();
    grants.find(|grant| grant.system == *system && grant.place == *place)
}

/// The lines of `access`, then the line that decides, through the rights it follows from.
fn lines(grant: &Grant, asked: &Asked, sources: &Sources) -> Vec<(Origin, Option<Arc<str>>)> {
    let mut spans: Vec<Span> = grant.because.clone();
    if let Asked::Right(Subject::Right(id)) = asked {
        let mut at = id.index();
        for _ in 0..8 {
            match grant.sources.get(at).copied().flatten() {
                Some(RightSource::Line(span) | RightSource::Unlisted(span)) => {
                    spans.push(span);
                    break;
                }
                Some(RightSource::Follows(from)) => at = usize::from(from),
                None => break,
            }
        }
    }
    spans.dedup();
    spans.into_iter().map(|span| line(sources, span)).collect()
}

impl Holders {
    /// The name of what was asked about.
    pub fn slug(&self, catalog: &Catalog) -> String {
        match &self.asked {
            Asked::Right(subject) => subject::slug(subject, catalog),
            Asked::Role(role) => role.to_string(),
        }
    }

    /// The title of what was asked about.
    pub fn title(&self, catalog: &Catalog) -> String {
        match &self.asked {
            Asked::Right(subject) => {
                let kind = self.list.first().and_then(|holder| holder.kind);
                subject::title(subject, kind, catalog)
            }
            Asked::Role(role) => format!("role `{role}`"),
        }
    }

    /// Why it is sensitive.
    pub fn sensitivity(&self, catalog: &Catalog) -> Option<Sensitivity> {
        match &self.asked {
            Asked::Right(subject) => {
                let kind = self.list.first().and_then(|holder| holder.kind);
                subject::sensitivity(subject, kind, catalog)
            }
            Asked::Role(_) => None,
        }
    }
}
