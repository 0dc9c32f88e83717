//! The evidence for a report in one file that can be checked on another machine, without us and without a network.
//!
//! Pure: files in, bytes out, and back. Not a proof that what stands in it is true: see [`crate::render::report::PROOF`].
//! Invariant: for each set of files there is one archive, byte for byte, so that whatever is changed anywhere shows: in a
//! file, in the index, in a header, in padding, at the end.

mod archive;
mod check;
pub mod index;
mod plans;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

pub use archive::{MOST_BYTES, NoArchive, Packed};
pub use check::{Checked, Fault, check, content, project_files};
pub use index::{Config, FORMAT, Index, Plan, PlanRun};
pub use plans::{plan_of, tell};

use crate::canonical::sha256_hex;

/// The index.
pub const INDEX: &str = "bundle.json";
/// The part of the journal.
pub const JOURNAL: &str = "journal.jsonl";
/// The report as JSON.
pub const REPORT: &str = "report/report.json";
/// Where the files of the project are.
pub const PROJECT: &str = "config/";
/// Where the files are that were applied last before the period, if they are others.
pub const PROJECT_BEFORE: &str = "before/config/";
/// Where statements of people are.
pub const STATEMENTS: &str = "attestations/";
/// Where plans are.
pub const PLANS: &str = "plans/";
/// Sums of all files but the index and itself, as `sha256sum -c` reads them.
const SUMS: &str = "SHA256SUMS";

/// What goes into a bundle beside its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// What the index says; its id and its files are filled in.
    pub about: Index,
    /// Paths in the archive, and what is in the files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Packs a bundle; its id and its bytes.
pub fn pack(contents: Contents) -> Result<(String, Vec<u8>), NoArchive> {
    let Contents { about, mut files } = contents;
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    let mut sums = String::new();
    for (path, bytes) in &files {
        // A name that would need an escape is left to the index.
        if !path.contains(['\n', '\r', '\\']) {
            // Writing to a `String` cannot fail.
            let _ = writeln!(sums, "{}  {path}", sha256_hex(bytes));
        }
    }
    files.insert(0, (SUMS.to_owned(), sums.into_bytes()));
    let mut index = Index {
        format: FORMAT.to_owned(),
        files: files
            .iter()
            .map(|(path, bytes)| index::File {
                path: path.clone(),
                bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                sha256: sha256_hex(bytes),
            })
            .collect(),
        ..about
    };
    index.id = index.own_id();
    files.insert(0, (INDEX.to_owned(), index.bytes()));
    Ok((index.id, archive::write(&files)?))
}
