//! A tar archive that is the same for the same files: one order, one time, one owner, nothing between.
//!
//! Never unpacked to a disk. Invariant: an archive that [`read`] accepts and [`write()`] would write otherwise is not ours.

use std::io::Read as _;

use tar::{Archive, Builder, EntryType, Header};

/// A path and what is in the file.
pub type Packed = (String, Vec<u8>);

/// The largest archive that is read or written.
pub const MOST_BYTES: usize = 1 << 30;
/// The most files of one.
const MOST_FILES: usize = 100_000;

/// Why bytes are no archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoArchive {
    /// It is too large.
    #[error("it is larger than a bundle can be ({} MiB)", MOST_BYTES >> 20)]
    TooLarge,
    /// It cannot be read as a tar archive.
    #[error("it cannot be read as a tar archive: {0}")]
    Broken(String),
    /// Something in it is no plain file.
    #[error("entry {0} is no plain file with a plain path")]
    Foreign(usize),
    /// A file could not be added.
    #[error("`{path}` cannot be packed: {why}")]
    Unpackable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

/// The archive of some files.
pub(super) fn write(files: &[Packed]) -> Result<Vec<u8>, NoArchive> {
    let mut archive = Builder::new(Vec::new());
    for (path, bytes) in files {
        let failed = |error: std::io::Error| NoArchive::Unpackable {
            path: path.clone(),
            why: error.to_string(),
        };
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o444);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        archive
            .append_data(&mut header, path, bytes.as_slice())
            .map_err(failed)?;
    }
    let written = archive
        .into_inner()
        .map_err(|error| NoArchive::Broken(error.to_string()))?;
    if written.len() > MOST_BYTES {
        return Err(NoArchive::TooLarge);
    }
    Ok(written)
}

/// The files of an archive, in order. What is not plain is refused.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Packed>, NoArchive> {
    if bytes.len() > MOST_BYTES {
        return Err(NoArchive::TooLarge);
    }
    let broken = |error: std::io::Error| NoArchive::Broken(error.to_string());
    let mut archive = Archive::new(bytes);
    let mut files = Vec::new();
    for (nth, entry) in archive.entries().map_err(broken)?.enumerate() {
        if nth == MOST_FILES {
            return Err(NoArchive::TooLarge);
        }
        let mut entry = entry.map_err(broken)?;
        let path = String::from_utf8(entry.path_bytes().into_owned());
        let (EntryType::Regular, Ok(path)) = (entry.header().entry_type(), path) else {
            return Err(NoArchive::Foreign(nth));
        };
        // A header may promise more than there is; what is there bounds what is read.
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(broken)?;
        files.push((path, content));
    }
    Ok(files)
}
