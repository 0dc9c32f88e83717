//! One digest of everything a project was read from.
//!
//! Not a checksum of a folder: only files that were read count. Invariant: the order in which files were found does
//! not matter, and no two different sets of files give the same bytes to hash, because every path has its length and
//! every file a digest of its own.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 of one file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileDigest([u8; 32]);

impl FileDigest {
    /// Hashes a file.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// SHA-256 over `keyholder.config/1` and, sorted by path, every file's path and digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigDigest(String);

impl ConfigDigest {
    /// The digest of files, in any order.
    pub(crate) fn of(mut files: Vec<(&str, FileDigest)>) -> Self {
        files.sort_unstable();
        let mut hasher = Sha256::new();
        hasher.update(b"keyholder.config/1\n");
        for (path, digest) in files {
            hasher.update(u64::try_from(path.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(path.as_bytes());
            hasher.update(digest.0);
        }
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        let bytes = hasher.finalize();
        let digits = bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self(digits.collect())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConfigDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfigDigest, FileDigest};

    #[test]
    fn order_does_not_matter_and_borders_do() {
        let [one, two] = ["1", "2"].map(|text| FileDigest::of(text.as_bytes()));
        let a = ConfigDigest::of(vec![("a", one), ("b", two)]);
        assert_eq!(a, ConfigDigest::of(vec![("b", two), ("a", one)]));
        assert_ne!(a, ConfigDigest::of(vec![("a", two), ("b", one)]));
        assert_ne!(
            ConfigDigest::of(vec![("ab", one)]),
            ConfigDigest::of(vec![("a", one)])
        );
        assert_eq!(a.as_str().len(), 64);
    }
}
