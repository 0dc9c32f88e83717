//! Lists that an administrator typed or exported, in place of a read: `snapshot:` of a system.
//!
//! Pure: bytes and settings in, scopes and problems out. Not a live read, and never taken for one: every scope carries
//! its [`ExportFact`]. Invariant: a row, a column or a value that is not understood makes the scopes it may belong to
//! partial; nothing is guessed, and nothing panics.

mod row;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::catalog::Kind;
use crate::config::raw::ExportFormat;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{
    CLOCKS_DIFFER, ExportFact, Gap, LocationKey, PlaceId, ReadFailure, Reading, ScopeState,
};
use crate::text::Span;

/// What `snapshot:` says, with its references resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The vendor.
    pub kind: Kind,
    /// The file, within the project.
    pub file: Arc<str>,
    /// Where the settings name it: problems of the file are shown there.
    pub span: Span,
    /// When the list was taken from the vendor.
    pub taken: Timestamp,
    /// Its format.
    pub format: ExportFormat,
    /// How old it may be.
    pub max_age: SignedDuration,
    /// The header's word for each of our names, where it is not a usual one.
    pub columns: BTreeMap<Arc<str>, Arc<str>>,
    /// Our value for each of the file's, by our name of the column.
    pub values: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
    /// The locations of the system: key, vendor's id, title.
    pub places: Vec<(LocationKey, Arc<str>, Arc<str>)>,
}

impl Settings {
    /// Every scope that such an export can speak of.
    fn scopes(&self) -> BTreeSet<PlaceId> {
        match self.kind {
            Kind::Altegio | Kind::Yclients => BTreeSet::from([PlaceId::Chain]),
            Kind::Keycrm | Kind::Apenday => BTreeSet::from([PlaceId::Whole]),
            Kind::Reservio => self
                .places
                .iter()
                .map(|(key, ..)| PlaceId::At(key.clone()))
                .collect(),
        }
    }

    fn problem(&self, code: Code, message: String, at: String, help: &str) -> Diagnostic {
        let mut found = Diagnostic::new(code, message).at(self.span, at).help(help);
        // The project is good; it is the list that is not.
        found.severity = Severity::Warning;
        found
    }
}

/// Scopes by place.
pub type Scopes = BTreeMap<PlaceId, Reading<ScopeState>>;

/// Reads an export.
pub fn read(bytes: &[u8], settings: &Settings, now: Timestamp) -> (Scopes, Vec<Diagnostic>) {
    let age = now.duration_since(settings.taken);
    if age > settings.max_age {
        let failure = ReadFailure::TooOld {
            taken: settings.taken,
            max_age: settings.max_age,
        };
        return (unreadable(settings, &failure), Vec::new());
    }
    if age < -CLOCKS_DIFFER {
        let found = settings.problem(
            Code::WrongValue,
            format!(
                "`{}` was taken at {}, which has not come yet",
                shown(&settings.file),
                settings.taken
            ),
            "of this list".to_owned(),
            "write in `taken` when the list was taken from the vendor",
        );
        return (failed(settings, &found), vec![found]);
    }
    let table = match settings.format {
        ExportFormat::Csv => table::csv(bytes),
        ExportFormat::Json => table::json(bytes),
    };
    // A list of nobody is a list that went wrong: nothing is concluded from it.
    let table = table.and_then(|table| match table.rows.as_slice() {
        [] => Err("there is nobody in it".to_owned()),
        [..] => Ok(table),
    });
    let table = match table {
        Ok(table) => table,
        Err(why) => {
            let found = settings.problem(
                Code::Unreadable,
                format!("`{}` cannot be read: {why}", shown(&settings.file)),
                "this list".to_owned(),
                "export it again, with a header line and everybody, as CSV or JSON",
            );
            return (failed(settings, &found), vec![found]);
        }
    };
    row::scopes(&table, settings)
}

/// The same failure for every scope of the system.
pub fn unreadable(settings: &Settings, failure: &ReadFailure) -> Scopes {
    settings
        .scopes()
        .into_iter()
        .map(|place| (place, Reading::Unreadable(failure.clone())))
        .collect()
}

fn failed(settings: &Settings, found: &Diagnostic) -> Scopes {
    let failure = ReadFailure::Failed {
        why: found.message.as_str().into(),
    };
    unreadable(settings, &failure)
}

fn fact(settings: &Settings) -> ExportFact {
    ExportFact {
        file: settings.file.clone(),
        taken: settings.taken,
    }
}

fn gap(found: &Diagnostic) -> Gap {
    Gap::BadRow {
        why: found.message.as_str().into(),
    }
}

/// A text from the file within a message: short, and printable.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
        .chars()
        .flat_map(char::escape_debug)
        .collect::<String>()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}
