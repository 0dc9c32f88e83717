//! Whether a bundle is as it was made, and whether what stands in it fits together.
//!
//! Not whether it is true. Invariants: a fault in the archive is a [`Fault`]; what does not fit together is a doubt, told
//! beside it, since whoever made the bundle may have packed it so.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::{self, NoArchive, Packed};
use super::index::{FORMAT, Index, Plan};
use super::plans::{plan_of, tell};
use super::{Config, INDEX, JOURNAL, PLANS, PROJECT, PROJECT_BEFORE, REPORT, STATEMENTS};
use crate::canonical::sha256_hex;
use crate::config::{LoadOptions, load_bytes};
use crate::journal::{Record, Sealed, read_part};
use crate::model::SystemName;
use crate::plan::file;
use crate::text::FileId;

/// How the formats of bundles begin, whatever their version.
const FAMILY: &str = "keyholder.bundle/";

/// Why a file is not a bundle that was made and not changed since. Messages may quote hostile text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no archive of ours.
    #[error(transparent)]
    NoArchive(#[from] NoArchive),
    /// It does not begin as a bundle does: whatever it is, nothing says that it was one.
    #[error("it does not begin with `{INDEX}`, as every bundle does")]
    NoBundle,
    /// The index is of a later version.
    #[error("it is a bundle of the format `{0}`, and this version reads `{FORMAT}`")]
    Format(String),
    /// The index cannot be read.
    #[error("`{INDEX}` cannot be read: {0}")]
    NoIndex(String),
    /// The index was changed.
    #[error("`{INDEX}` was changed: it says the id {said}, and its content has {found}")]
    Index {
        /// The id it says.
        said: String,
        /// The id it has.
        found: String,
    },
    /// A file was changed.
    #[error("`{0}` was changed")]
    Changed(String),
    /// A file is missing, was added, or stands elsewhere.
    #[error("where `{expected}` is expected there is {found}")]
    Order {
        /// What the index says.
        expected: String,
        /// What is there.
        found: String,
    },
    /// Something outside of the files was changed.
    #[error(
        "byte {0} is not as it was written: it belongs to no file, but to a header, to the padding or to the end of the archive"
    )]
    Wrapping(usize),
}

impl Fault {
    /// Whether the file is no bundle, rather than one that was changed.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Fault::NoBundle | Fault::Format(_))
    }
}

/// A bundle that is as it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its index.
    pub index: Index,
    /// What was recomputed and fits, in words; may contain hostile text.
    pub fits: Vec<String>,
    /// What does not fit together, in words; may contain hostile text.
    pub doubts: Vec<String>,
    /// Plans in it that no run of the period was given, in words.
    pub unapplied: Vec<String>,
    /// What could not be compared with anything in it, in words; may contain hostile text.
    pub unchecked: Vec<String>,
    /// Every head that is part of the journal in it, by position.
    pub heads: BTreeMap<u64, String>,
    /// The journal in it.
    pub sealed: Vec<Sealed>,
    /// Every file but the index.
    pub files: Vec<Packed>,
}

/// Checks a bundle byte for byte; every fault, not only the first.
pub fn check(bytes: &[u8]) -> Result<Checked, Vec<Fault>> {
    // One changed byte hides neither the name of its first file nor all of what stands in that.
    let family = FAMILY.as_bytes();
    let is_ours = bytes.starts_with(INDEX.as_bytes())
        || bytes.windows(family.len()).any(|part| part == family);
    if !is_ours {
        return Err(vec![Fault::NoBundle]);
    }
    let files = archive::read(bytes).map_err(|error| vec![error.into()])?;
    let index = match files.first() {
        Some((path, bytes)) if path == INDEX => {
            let index: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
            index.map_err(|error| vec![Fault::NoIndex(error.to_string())])?
        }
        _ => return Err(vec![Fault::NoBundle]),
    };
    // A later version may have other keys: its name comes first.
    match index["format"].as_str() {
        Some(FORMAT) => {}
        Some(format) if format.starts_with(FAMILY) => {
            return Err(vec![Fault::Format(format.to_owned())]);
        }
        _ => return Err(vec![Fault::NoIndex("its `format` is none".to_owned())]),
    }
    let index: Index =
        serde_json::from_value(index).map_err(|error| vec![Fault::NoIndex(error.to_string())])?;
    let mut faults = Vec::new();
    let found = index.own_id();
    if index.id != found {
        faults.push(Fault::Index {
            said: index.id.clone(),
            found,
        });
    }
    let rest = files.get(1..).unwrap_or_default();
    for nth in 0..index.files.len().max(rest.len()) {
        match (index.files.get(nth), rest.get(nth)) {
            (Some(file), Some((path, bytes))) if file.path == *path => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if file.bytes != length || file.sha256 != sha256_hex(bytes) {
                    faults.push(Fault::Changed(path.clone()));
                }
            }
            (expected, found) => {
                let name = |path: Option<&String>| {
                    path.map_or_else(|| "nothing".to_owned(), |path| format!("`{path}`"))
                };
                faults.push(Fault::Order {
                    expected: expected.map_or_else(|| "the end".to_owned(), |it| it.path.clone()),
                    found: name(found.map(|(path, _)| path)),
                });
                break;
            }
        }
    }
    if faults.is_empty() {
        // Everything that is no content is as this program writes it, or it was changed.
        let mut again = vec![(INDEX.to_owned(), index.bytes())];
        again.extend(rest.iter().cloned());
        let again = archive::write(&again).map_err(|error| vec![error.into()])?;
        if again != bytes {
            let same = again.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            faults.push(Fault::Wrapping(same));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut checked = Checked {
        index,
        ..Checked::default()
    };
    let slice = checked.journal(rest);
    checked.report(rest);
    let config = checked.index.config.clone();
    checked.project(rest, &slice, config.as_ref(), PROJECT);
    let before = checked.index.config_before.clone();
    let digest = |config: &Option<Config>| config.as_ref().map(|it| it.digest.clone());
    if digest(&before) != digest(&config) {
        checked.project(rest, &slice, before.as_ref(), PROJECT_BEFORE);
    }
    checked.plans(rest, &slice);
    checked.statements(rest, &slice);
    checked.sealed = slice;
    checked.files = rest.to_vec();
    Ok(checked)
}

impl Checked {
    /// The chain of the part of the journal.
    fn journal(&mut self, files: &[Packed]) -> Vec<Sealed> {
        let Some(bytes) = content(files, JOURNAL) else {
            self.doubts
                .push("there is no part of a journal in it".to_owned());
            return Vec::new();
        };
        let chain = read_part(bytes);
        let problems = chain.problems.iter().map(|it| format!("{JOURNAL}: {it}"));
        self.doubts.extend(problems);
        if chain.torn {
            self.doubts.push(format!("{JOURNAL}: the last line is cut"));
        }
        self.heads = chain
            .sealed
            .iter()
            .map(|sealed| (sealed.entry.seq, sealed.hash.clone()))
            .collect();
        let head = chain.head().map(|head| head.to_string());
        if head != self.index.head {
            self.doubts
                .push("the journal in it ends with another head than the index says".to_owned());
        } else if chain.problems.is_empty()
            && let (Some(first), Some(head)) = (chain.sealed.first(), head)
        {
            let before = if first.entry.seq == 0 {
                "from its beginning".to_owned()
            } else {
                format!("after {}:{}", first.entry.seq - 1, first.entry.prev)
            };
            self.fits.push(format!(
                "{} entries of the journal, {before}, each written after the one before it; head {head}",
                chain.sealed.len()
            ));
        }
        chain.sealed
    }

    /// The report is about this journal and this period.
    fn report(&mut self, files: &[Packed]) {
        let Some(bytes) = content(files, REPORT) else {
            return;
        };
        let report: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
        let is = |value: &serde_json::Value, text: &str| value.as_str() == Some(text);
        let head = self.index.head.as_deref();
        let fits = is(&report["from"], &self.index.from)
            && is(&report["to"], &self.index.to)
            && report["journal"]["head"].as_str() == head;
        if fits {
            self.fits
                .push("the report is about this period and ends with this head".to_owned());
        } else {
            self.doubts
                .push("the report is about another period or another journal".to_owned());
        }
    }

    /// The files of the project have the digest that runs wrote down.
    fn project(
        &mut self,
        files: &[Packed],
        slice: &[Sealed],
        config: Option<&Config>,
        folder: &str,
    ) {
        let Some(config) = config else { return };
        if let Some(outside) = &config.outside {
            self.unchecked.push(format!(
                "{folder}: its digest covers `{outside}` too, which is kept outside of the project and is not in it"
            ));
            return;
        }
        let own = project_files(files, folder);
        let digest = load_bytes(&own, &LoadOptions::default()).digest;
        if digest.as_str() != config.digest {
            self.doubts.push(format!(
                "{folder}: the files of the project have another digest than the index says"
            ));
            return;
        }
        let runs = slice
            .iter()
            .filter_map(|sealed| match &sealed.entry.record {
                Record::RunStarted(started) => Some((sealed.entry.seq, started.config.as_ref()?)),
                _ => None,
            });
        let applied: Vec<u64> = runs
            .filter(|(_, facts)| facts.digest == config.digest)
            .map(|(run, _)| run)
            .collect();
        match applied[..] {
            [] => self.doubts.push(format!(
                "{folder}: no run in this part of the journal used the files of the project that are in it"
            )),
            [run] => self.fits.push(format!(
                "{folder}: the files of the project are those that the journal says were used, in run {run}"
            )),
            [first, .., last] => self.fits.push(format!(
                "{folder}: the files of the project are those that the journal says were used, in runs {first} to {last}"
            )),
        }
    }

    /// Plans have their ids, and were given to the runs that the index says.
    fn plans(&mut self, files: &[Packed], slice: &[Sealed]) {
        let mut read = Vec::new();
        let packed = files.iter().filter(|(path, _)| path.starts_with(PLANS));
        for (path, bytes) in packed {
            match file::read(bytes) {
                Err(fault) => self.doubts.push(format!("{path}: {fault}")),
                Ok(plan) => read.push(plan),
            }
        }
        if read.is_empty() && self.index.plans.is_empty() {
            return;
        }
        let (Ok(from), Ok(to)) = (self.index.from.parse(), self.index.to.parse()) else {
            self.doubts.push(format!("`{INDEX}`: its times are none"));
            return;
        };
        let mut told: Vec<Plan> = read
            .iter()
            .map(|plan| plan_of(plan, slice, from, to))
            .collect();
        told.sort_by(|a, b| a.id.cmp(&b.id));
        if told != self.index.plans {
            self.doubts.push(format!(
                "`{INDEX}` says of the plans in it otherwise than they and the journal do: {}",
                join(&told)
            ));
            return;
        }
        // A plan that nobody was given is what the index says it is: told, and no doubt.
        for plan in &told {
            if plan.runs.is_empty() {
                self.unapplied.push(tell(plan));
            } else {
                self.fits.push(tell(plan));
            }
        }
    }

    /// Statements are those that the journal took note of.
    fn statements(&mut self, files: &[Packed], slice: &[Sealed]) {
        let noted: BTreeMap<(&str, String), &str> = slice
            .iter()
            .filter_map(|sealed| match &sealed.entry.record {
                Record::Attested(note) => Some((
                    (note.system.as_str(), note.id.clone()),
                    note.digest.as_str(),
                )),
                _ => None,
            })
            .collect();
        let mut same = 0;
        let mut found = BTreeSet::new();
        for (path, bytes) in files {
            let name = path.strip_prefix(STATEMENTS);
            let Some(system) = name.and_then(|name| name.strip_suffix(".yaml")) else {
                continue;
            };
            let read =
                crate::attest::read(&SystemName::new(system), path, FileId(0), bytes.clone());
            for (statement, _) in read.statements.iter().chain(&read.edited) {
                let id = statement.id();
                let Some((key, digest)) = noted.get_key_value(&(system, id.to_string())) else {
                    continue;
                };
                found.insert(key);
                if *statement.digest() == **digest {
                    same += 1;
                } else {
                    self.doubts.push(format!(
                        "statement {id} of {system} says something else than the journal took note of"
                    ));
                }
            }
        }
        let missing = noted.keys().filter(|key| !found.contains(key));
        self.doubts.extend(missing.map(|(system, id)| {
            format!("statement {id} of {system}, of which the journal took note, is not in it")
        }));
        if same > 0 {
            self.fits.push(format!(
                "{same} statements of people are those that the journal took note of"
            ));
        }
    }
}

fn join(plans: &[Plan]) -> String {
    let told: Vec<String> = plans.iter().map(tell).collect();
    if told.is_empty() {
        return "there is none".to_owned();
    }
    told.join("; ")
}

/// The files of the project in a folder of a bundle.
pub fn project_files<'f>(files: &'f [Packed], folder: &str) -> Vec<(&'f str, &'f [u8])> {
    let own = files.iter();
    own.filter_map(|(path, bytes)| Some((path.strip_prefix(folder)?, bytes.as_slice())))
        .collect()
}

/// What is in a file of a bundle.
pub fn content<'f>(files: &'f [Packed], path: &str) -> Option<&'f [u8]> {
    let found = files.iter().find(|(found, _)| found == path);
    found.map(|(_, bytes)| bytes.as_slice())
}
