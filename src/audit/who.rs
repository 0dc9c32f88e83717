//! Who has a right or a role, and the line that gives it: [`super::why`] the other way round.
//!
//! It stands on the matrix. The invariant: whoever has it by the files or by what was seen is in the list, also an account
//! that is nobody's; and whoever may have it without anybody knowing is in the second list, with the reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::matrix::{Basis, Cell, Declared, Filter, Row, ScopeTitle, Seeing, Side, Who, matrix};
use super::subject;
use super::why::line;
use crate::catalog::{Catalog, Kind, Sensitivity};
use crate::model::explained::{Shown, Subject};
use crate::model::{
    AccountId, Desired, Grant, PersonKey, PlaceId, RightSource, RoleKey, SystemName, VendorRoleSlug,
};
use crate::text::{Origin, Sources, Span};

/// Everybody who has something.
#[derive(Clone, Debug)]
pub struct Holders {
    /// What was asked about.
    pub asked: Asked,
    /// What it is called.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<Sensitivity>,
    /// Who has it, in order of name and place.
    pub list: Vec<Holder>,
    /// Who may have it, and nobody knows.
    pub unknown: Vec<Unknown>,
    /// Who is locked out, whatever the files say, with their names and since when.
    pub locked: BTreeMap<PersonKey, (Option<Arc<str>>, Timestamp)>,
}

/// What was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A right, by name.
    Right(Subject),
    /// A role of the project.
    Role(RoleKey),
    /// A role of the vendor.
    VendorRole(VendorRoleSlug),
}

/// Somebody of whom nobody knows whether they have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Who.
    pub who: Who,
    /// Their name, where it is known. Text from outside.
    pub name: Option<Arc<str>>,
    /// Where; none: wherever nobody looked.
    pub scope: Option<ScopeTitle>,
    /// What was seen of them there.
    pub observed: Seeing,
    /// Why it is not known.
    pub why: Unsure,
}

/// Why it is not known whether somebody has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// `access: unmanaged`: the files leave them alone, and it was not seen.
    Unmanaged,
    /// `unlisted: keep`: whatever is there stays, and it was not seen.
    Kept,
    /// `unlisted: default`: the vendor's recommended set, which only a read tells.
    Recommended,
    /// Their account was seen, and not whether it has it.
    NotRead,
    /// The files of that time are not known, and nobody looked.
    NoFiles,
}

impl Unsure {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Unsure::Unmanaged => "unmanaged",
            Unsure::Kept => "kept",
            Unsure::Recommended => "recommended",
            Unsure::NotRead => "not-read",
            Unsure::NoFiles => "no-files",
        }
    }
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
    /// The accounts that were seen there.
    pub accounts: Vec<AccountId>,
    /// Since when they are locked out, whatever the files say.
    pub locked: Option<Timestamp>,
    /// Their roles there.
    pub roles: Vec<RoleKey>,
    /// The right or the vendor role; none where a role of the project was asked about.
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
    let subject = match &asked {
        Asked::Right(subject) => subject.clone(),
        Asked::Role(_) | Asked::VendorRole(_) => Subject::Role,
    };
    filter.subjects = vec![subject.clone()];
    let matrix = matrix(side, &filter, catalog);
    let is_role = |value: &Shown, role: &VendorRoleSlug| matches!(value, Shown::Text(text) if text.lines().any(|line| line == role.as_str()));
    let has = |row: &Row| match &asked {
        Asked::Right(subject) => row.cells.iter().any(|cell| cell.gives(subject, catalog)),
        Asked::Role(_) => row.roles.iter().any(extending),
        Asked::VendorRole(role) => row.cells.iter().any(|cell| {
            let seen = cell.observed.as_ref().map(|(value, _)| value);
            let mut values = cell.declared.iter().chain(seen);
            values.any(|value| is_role(value, role))
        }),
    };
    let mut list = Vec::new();
    let mut unknown = Vec::new();
    for row in &matrix.rows {
        let Some(scope) = matrix.scopes.get(row.scope) else {
            continue;
        };
        if !scope.applies(&subject, catalog) {
            continue;
        }
        let grant = side
            .desired
            .and_then(|desired| grant_of(desired, &row.who, &scope.system, &scope.place));
        let name = match &row.who {
            Who::Person(key) => matrix.names.get(key).cloned(),
            Who::Account(_) => None,
        };
        let is_unknown = |cell: &Cell| cell.basis() == Basis::Unknown;
        if has(row) {
            list.push(Holder {
                name,
                who: row.who.clone(),
                system: scope.system.clone(),
                kind: scope.kind,
                place: scope.place.clone(),
                title: scope.title.clone(),
                declared: row.declared,
                observed: row.observed,
                accounts: row.accounts.clone(),
                locked: match &row.who {
                    Who::Person(key) => matrix.locked.get(key).copied(),
                    Who::Account(_) => None,
                },
                roles: row.roles.clone(),
                cell: match asked {
                    Asked::Right(_) | Asked::VendorRole(_) => row.cells.first().cloned(),
                    Asked::Role(_) => None,
                },
                because: grant.map_or_else(Vec::new, |grant| lines(grant, &asked, sources)),
            });
        } else if !matches!(asked, Asked::Role(_)) && row.cells.iter().any(is_unknown) {
            unknown.push(Unknown {
                who: row.who.clone(),
                name,
                scope: Some(scope.clone()),
                observed: row.observed,
                why: unsure(row, grant, side),
            });
        }
    }
    if !matches!(asked, Asked::Role(_)) {
        unknown.extend(matrix.unseen.iter().map(|key| Unknown {
            who: Who::Person(key.clone()),
            name: matrix.names.get(key).cloned(),
            scope: None,
            observed: Seeing::Unknown,
            why: Unsure::Unmanaged,
        }));
    }
    let column = matrix.columns.first();
    let locked = matrix.locked.iter();
    let locked = locked.map(|(key, since)| {
        let name = matrix.names.get(key).cloned();
        (key.clone(), (name, *since))
    });
    Holders {
        locked: locked.collect(),
        title: title(&asked, side, catalog),
        sensitivity: match asked {
            Asked::Right(_) => column.and_then(|column| column.sensitivity),
            Asked::Role(_) | Asked::VendorRole(_) => None,
        },
        list,
        unknown,
        asked,
    }
}

/// Why it is not known whether somebody has something.
fn unsure(row: &Row, grant: Option<&Grant>, side: &Side<'_>) -> Unsure {
    match (row.observed, row.declared, grant) {
        (Seeing::Has(..), ..) => Unsure::NotRead,
        (_, Declared::Unknown, _) if side.desired.is_none() => Unsure::NoFiles,
        (_, Declared::Unknown, _) => Unsure::Unmanaged,
        (_, _, Some(grant)) if grant.unlisted_default => Unsure::Recommended,
        (_, Declared::Nothing | Declared::Grant(_), _) => Unsure::Kept,
    }
}

/// What was asked about, as it is called in the systems of the project.
fn title(asked: &Asked, side: &Side<'_>, catalog: &Catalog) -> String {
    match asked {
        Asked::Right(subject) => {
            let systems = side.desired.or(side.hand).into_iter();
            let systems = systems.flat_map(|desired| desired.systems.values());
            let kinds = systems.map(|system| Kind::parse(system.kind)).chain([None]);
            let slug = subject::slug(subject, catalog);
            let mut titles = kinds.map(|kind| subject::title(subject, kind, catalog));
            titles.find(|title| *title != slug).unwrap_or(slug)
        }
        Asked::Role(role) => format!("role `{role}`"),
        Asked::VendorRole(role) => format!("the vendor's role `{role}`"),
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
    // Two assignments in one line are one line, unless it is so long that parts of it are shown.
    let mut lines: Vec<(Origin, Option<Arc<str>>)> = Vec::new();
    for (origin, part) in spans.into_iter().map(|span| line(sources, span)) {
        let same = |(known, known_part): &(Origin, Option<Arc<str>>)| {
            (&known.file, known.line, known_part) == (&origin.file, origin.line, &part)
        };
        if !lines.iter().any(same) {
            lines.push((origin, part));
        }
    }
    lines
}

impl Holders {
    /// The name of what was asked about.
    pub fn slug(&self, catalog: &Catalog) -> String {
        match &self.asked {
            Asked::Right(subject) => subject::slug(subject, catalog),
            Asked::Role(role) => role.to_string(),
            Asked::VendorRole(role) => role.to_string(),
        }
    }
}

impl Holders {
    /// Adds those of a second thing of the same name, each person and place once among the unknown.
    pub fn add(&mut self, more: Holders) {
        self.list.extend(more.list);
        let known = std::mem::take(&mut self.unknown);
        self.unknown = known.into_iter().chain(more.unknown).fold(
            Vec::new(),
            |mut kept: Vec<Unknown>, one| {
                if !kept.contains(&one) {
                    kept.push(one);
                }
                kept
            },
        );
    }

    /// Every line that is shown.
    pub fn lines(&self) -> Vec<&Origin> {
        let lines = self.list.iter().flat_map(|holder| &holder.because);
        lines.map(|(origin, _)| origin).collect()
    }
}
