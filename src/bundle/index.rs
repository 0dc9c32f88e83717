//! CONTRACT: the first file of a bundle, `bundle.json`, in format `keyholder.bundle/1`. Changes only by adding.
//!
//! Invariant: the id is the SHA-256 of the line `keyholder.bundle/1` and the canonical JSON of everything but `id`; it names
//! every other file by its length and its SHA-256, so that the id stands for all of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::canonical::{canonical, sha256_hex};

/// Name and version of the contract.
pub const FORMAT: &str = "keyholder.bundle/1";

/// What a bundle holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder bundle", extend("$id" = "keyholder.bundle/1"))]
pub struct Index {
    /// Name and version of this contract: `keyholder.bundle/1`.
    pub format: String,
    /// SHA-256 in hex: of the line `keyholder.bundle/1`, a newline, and the canonical JSON (sorted keys, no white space) of
    /// this object without `id`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Version of the tool that made it.
    pub tool: String,
    /// When it was made (RFC 3339).
    pub made: String,
    /// The first instant of the period (RFC 3339).
    pub from: String,
    /// The first instant after it (RFC 3339).
    pub to: String,
    /// Position and hash of the last entry of the part of the journal that is in it.
    pub head: Option<String>,
    /// The files of the project that are in it.
    pub config: Option<Config>,
    /// The files of the project that were applied last before the period; where they have the digest of `config`, they
    /// are not in it a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_before: Option<Config>,
    /// The plans that are in it, and which runs of the period were given each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// Every other file, in the order of the archive.
    pub files: Vec<File>,
    /// What belongs to the period and is not in it, in words.
    pub left_out: Vec<String>,
}

/// Which files of the project a bundle has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The git commit they are of; absent: they are those that were at hand.
    pub commit: Option<String>,
    /// The digest of the files, as runs write it into the journal.
    pub digest: String,
    /// A file outside of the project that the digest covers too and that is not in the bundle: contacts that are kept
    /// apart. Then the digest cannot be recomputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<String>,
}

/// A plan of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its id, which is that of its content.
    pub id: String,
    /// How many steps it has.
    pub steps: u64,
    /// The runs of the period that were given it, by the journal.
    pub runs: Vec<PlanRun>,
}

/// A run that was given a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRun {
    /// Its number.
    pub run: u64,
    /// How many of the plan's steps reached a vendor in it, or were found done.
    pub steps: u64,
}

/// A file of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its path in the archive.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, in hex, of its bytes.
    pub sha256: String,
}

impl Index {
    /// The id that its content has.
    pub(super) fn own_id(&self) -> String {
        let without = Self {
            id: String::new(),
            ..self.clone()
        };
        sha256_hex(format!("{FORMAT}\n{}", without.text()).as_bytes())
    }

    /// Its bytes in the archive: canonical JSON and a newline.
    pub(super) fn bytes(&self) -> Vec<u8> {
        format!("{}\n", self.text()).into_bytes()
    }

    fn text(&self) -> String {
        // Texts and whole numbers only: there is always a canonical form.
        let value = serde_json::to_value(self).unwrap_or_default();
        canonical(&value).unwrap_or_default()
    }
}

/// The JSON Schema (2020-12) of `bundle.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Index).to_value()
}
