//! A read of the vendors, kept in a file: the contract `keyholder.observed/1`.
//!
//! `observe --out FILE` keeps one and `plan --observed FILE` plans from it without tokens. Not the journal: a snapshot
//! **contains the contacts** of every account, because people cannot be matched without them, and its field
//! `contains` says so; it belongs neither into git nor into a log. Invariants: what is read back equals what was
//! kept, gaps and failures included, so that a snapshot can never look more complete than the read was; and no text
//! makes the reader panic.

use std::fmt::Write as _;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::catalog::Catalog;
use crate::model::Observed;

mod distinct;
mod file;
mod read;
mod rights;
#[cfg(test)]
mod tests;
mod write;

/// The format this program writes, and the only one it reads.
pub const FORMAT: &str = "keyholder.observed/1";

/// What every version of the format begins with.
const FAMILY: &str = "keyholder.observed/";

/// Why a text is no snapshot. What is quoted from it is bounded and made printable; contacts are never quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON, or not of the shape that the schema gives.
    #[error("this is no {FORMAT} file: {why}")]
    Shape {
        /// What was expected, what was found, line and column.
        why: String,
    },
    /// JSON of another kind.
    #[error("expected a file whose `format` is `{FORMAT}`, found `{found}`")]
    Format {
        /// What its `format` says.
        found: String,
    },
    /// A snapshot of another version of the format.
    #[error(
        "this program reads `{FORMAT}`, the file is `{found}`: keep a new read with `observe --out`"
    )]
    Version {
        /// What its `format` says.
        found: String,
    },
    /// A value that the schema alone does not rule out.
    #[error("at `{at}`: expected {expected}, found {found}")]
    Value {
        /// Where, as a path of keys.
        at: String,
        /// What was expected.
        expected: String,
        /// What is there.
        found: String,
    },
}

/// The snapshot of a read, in an order that depends on nothing but the read.
///
/// Rights are named by slug. What the catalogue could not name, an index beyond it or a value that its right never
/// has, is not written; no provider makes such.
pub fn to_json(observed: &Observed, catalog: &Catalog) -> Value {
    let file = write::file(observed, catalog);
    #[expect(
        clippy::expect_used,
        reason = "the file has only text as keys and no serializer of its own: nothing in it can fail"
    )]
    serde_json::to_value(file).expect("structs with text keys are JSON")
}

/// The read that a snapshot holds.
///
/// Slugs outside the catalogue, as a newer program would have written them, are kept as unknown rights.
pub fn from_json(text: &str, catalog: &Catalog) -> Result<Observed, SnapshotError> {
    // Another version may have another shape, so its name comes first.
    let head: file::Head = serde_json::from_str(text).map_err(|error| shape(&error))?;
    if head.format != FORMAT {
        let found = printable(&head.format);
        return Err(if head.format.starts_with(FAMILY) {
            SnapshotError::Version { found }
        } else {
            SnapshotError::Format { found }
        });
    }
    let file: file::File = serde_json::from_str(text).map_err(|error| shape(&error))?;
    read::observed(file, catalog)
}

/// The JSON Schema (2020-12) of a snapshot.
pub fn observed_schema() -> Schema {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<file::File>()
}

fn shape(error: &serde_json::Error) -> SnapshotError {
    SnapshotError::Shape {
        why: printable(&error.to_string()),
    }
}

/// A text from the file as one printable line of bounded length.
fn printable(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut line = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            line.push('…');
            break;
        }
        match c {
            '"' | '\'' | '\\' => line.push(c),
            // What a terminal would not show as itself is what Rust escapes.
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(line, "{}", c.escape_debug());
            }
        }
    }
    line
}
