//! The hash chain: sealing an entry and reading a whole journal with everything that is wrong.
//!
//! Not IO: bytes in, facts out. Invariant: any change of a byte shows at the line it is in or
//! before; a last line that was not written to its end is told apart from an alteration, and
//! neither is ever dropped in silence.

use std::fmt;
use std::str::FromStr;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::entry::{Entry, FORMAT, HeadFact, Record};
use crate::canonical::{canonical, sha256_hex};

/// The last entry of a journal: what CI logs anchor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Its position.
    pub seq: u64,
    /// Its hash, in hex.
    pub hash: String,
}

/// `12:9f86…`, in full: the form that is printed, kept in the head file and passed back in.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (seq, hash) = text.trim().split_once(':').ok_or(BadHead)?;
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if hash.len() != 64 || !hash.bytes().all(is_hex) {
            return Err(BadHead);
        }
        Ok(Self {
            seq: seq.parse().map_err(|_| BadHead)?,
            hash: hash.to_owned(),
        })
    }
}

impl From<&Head> for HeadFact {
    fn from(head: &Head) -> Self {
        Self {
            seq: head.seq,
            hash: head.hash.clone(),
        }
    }
}

/// A text that is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hex digits")]
pub struct BadHead;

/// An entry with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The entry.
    pub entry: Entry,
    /// Its hash, in hex.
    pub hash: String,
}

impl Sealed {
    /// The head of a journal that ends here.
    pub fn head(&self) -> Head {
        Head {
            seq: self.entry.seq,
            hash: self.hash.clone(),
        }
    }
}

/// Everything a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Entries before the first problem.
    pub sealed: Vec<Sealed>,
    /// What is wrong, in order of lines. A torn last line is not among it.
    pub problems: Vec<Problem>,
    /// The length in bytes of all lines that end with a newline: where a torn one begins.
    pub whole: usize,
    /// Whether something stands after that: a line that was not written to its end.
    pub torn: bool,
}

impl Chain {
    /// The last good entry, if there is one.
    pub fn head(&self) -> Option<Head> {
        self.sealed.last().map(Sealed::head)
    }

    /// Whether an earlier head is part of this chain.
    pub fn has(&self, head: &Head) -> bool {
        usize::try_from(head.seq)
            .ok()
            .and_then(|at| self.sealed.get(at))
            .is_some_and(|sealed| sealed.hash == head.hash)
    }
}

/// A line that cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No JSON object in UTF-8.
    NotJson,
    /// JSON, but not in the canonical form in which it was hashed.
    NotCanonical,
    /// The content does not have the hash it claims.
    WrongHash,
    /// The entry before is another one than the one this was written after.
    WrongPrevious,
    /// The position does not follow.
    WrongPosition {
        /// Where it stands.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// The first entry does not begin a journal of this format, or a later one begins another.
    NotGenesis,
    /// A kind of entry that only a newer program knows.
    TooNew(String),
    /// A known kind without what it needs.
    Shape,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.kind {
            ProblemKind::NotJson => f.write_str("not a JSON object in UTF-8"),
            ProblemKind::NotCanonical => {
                f.write_str("not in canonical form, so it was not written by keyholder")
            }
            ProblemKind::WrongHash => f.write_str("the content does not have the hash it claims"),
            ProblemKind::WrongPrevious => {
                f.write_str("it was written after another entry than the one before it")
            }
            ProblemKind::WrongPosition { expected, found } => {
                write!(f, "entry {found} stands where {expected} is expected")
            }
            ProblemKind::NotGenesis => {
                write!(
                    f,
                    "a journal of `{FORMAT}` begins with one `genesis` and has no other"
                )
            }
            ProblemKind::TooNew(kind) => {
                write!(f, "entries of kind {kind:?} need a newer keyholder")
            }
            ProblemKind::Shape => f.write_str("the entry lacks what its kind needs"),
        }
    }
}

/// What stands in `prev` of the first entry.
fn no_hash() -> String {
    "0".repeat(64)
}

/// Makes the next entry and its line, newline included.
///
/// Instants are cut to milliseconds: nothing here needs more, and people read them.
pub fn seal(head: Option<&Head>, at: Timestamp, run: u64, record: Record) -> (Sealed, String) {
    let entry = Entry {
        seq: head.map_or(0, |head| head.seq + 1),
        prev: head.map_or_else(no_hash, |head| head.hash.clone()),
        at: at
            .round(
                TimestampRound::new()
                    .smallest(Unit::Millisecond)
                    .mode(RoundMode::Trunc),
            )
            .unwrap_or(at),
        run,
        record,
    };
    let mut value = serde_json::to_value(&entry).unwrap_or_default();
    let hash = hash_of(&canonical_text(&value));
    if let Some(map) = value.as_object_mut() {
        map.insert("hash".to_owned(), hash.clone().into());
    }
    let mut line = canonical_text(&value);
    line.push('\n');
    (Sealed { entry, hash }, line)
}

/// Entries are texts, integers and lists: they always have a JSON form, and a canonical one.
fn canonical_text(value: &serde_json::Value) -> String {
    canonical(value).unwrap_or_default()
}

fn hash_of(canonical_without_hash: &str) -> String {
    sha256_hex(format!("{FORMAT}\n{canonical_without_hash}").as_bytes())
}

/// Reads a whole journal. Entries after the first problem are examined but not trusted.
pub fn read(bytes: &[u8]) -> Chain {
    read_from(bytes, 0, no_hash())
}

/// Reads a part of a journal: lines that follow each other, from whichever the first is.
///
/// What went before the first is not proven by it; where the part begins with a `genesis`, nothing went before.
pub fn read_part(bytes: &[u8]) -> Chain {
    let first = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    match open(first) {
        Ok((sealed, _)) => read_from(bytes, sealed.entry.seq, sealed.entry.prev),
        Err(_) => read(bytes),
    }
}

fn read_from(bytes: &[u8], first: u64, mut before: String) -> Chain {
    let whole = bytes
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let (lines, rest) = bytes.split_at(whole);
    let mut chain = Chain {
        whole,
        torn: !rest.is_empty(),
        ..Chain::default()
    };
    for (at, line) in lines.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let mut problem = |kind| chain.problems.push(Problem { line: at + 1, kind });
        let (sealed, value_hash) = match open(line) {
            Ok(both) => both,
            Err(kind) => {
                problem(kind);
                continue;
            }
        };
        let entry = &sealed.entry;
        let expected = first.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
        let begins = matches!(&entry.record, Record::Genesis(genesis) if genesis.format == FORMAT);
        if value_hash != sealed.hash {
            problem(ProblemKind::WrongHash);
        } else if entry.seq != expected {
            problem(ProblemKind::WrongPosition {
                expected,
                found: entry.seq,
            });
        } else if entry.prev != before {
            problem(ProblemKind::WrongPrevious);
        } else if begins != (expected == 0) || matches!(&entry.record, Record::Genesis(_)) != begins
        {
            problem(ProblemKind::NotGenesis);
        }
        before.clone_from(&sealed.hash);
        if chain.problems.is_empty() {
            chain.sealed.push(sealed);
        }
    }
    chain
}

/// The line of an entry, newline included, as it stands in a journal.
pub fn line_of(sealed: &Sealed) -> String {
    let mut value = serde_json::to_value(&sealed.entry).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.insert("hash".to_owned(), sealed.hash.clone().into());
    }
    let mut line = canonical_text(&value);
    line.push('\n');
    line
}

/// One line as an entry with the hash it claims, and the hash it has.
fn open(line: &[u8]) -> Result<(Sealed, String), ProblemKind> {
    let text = std::str::from_utf8(line).map_err(|_| ProblemKind::NotJson)?;
    let mut value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| ProblemKind::NotJson)?;
    if !value.is_object() {
        return Err(ProblemKind::NotJson);
    }
    // A second key of one name, other white space, another way to escape: all of it differs here.
    if canonical(&value).as_deref() != Ok(text) {
        return Err(ProblemKind::NotCanonical);
    }
    let claimed = value
        .as_object_mut()
        .and_then(|map| map.remove("hash"))
        .and_then(|hash| hash.as_str().map(str::to_owned))
        .ok_or(ProblemKind::Shape)?;
    let hash = hash_of(&canonical_text(&value));
    // Whoever altered a line may have broken its shape too: the hash tells that apart.
    let shape = |kind: ProblemKind| {
        if claimed == hash {
            kind
        } else {
            ProblemKind::WrongHash
        }
    };
    match value.get("kind").and_then(serde_json::Value::as_str) {
        Some(kind) if Record::KINDS.contains(&kind) => {}
        Some(kind) => return Err(shape(ProblemKind::TooNew(kind.chars().take(40).collect()))),
        None => return Err(shape(ProblemKind::Shape)),
    }
    let entry: Entry = serde_json::from_value(value).map_err(|_| shape(ProblemKind::Shape))?;
    Ok((
        Sealed {
            entry,
            hash: claimed,
        },
        hash,
    ))
}
