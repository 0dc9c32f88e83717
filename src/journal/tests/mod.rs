//! The journal's laws: alteration shows, torn lines are told apart, memory is careful.

mod chain;
mod contract;
mod file;
mod hand;
mod judged;
mod memory;
mod reads;

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use proptest::prelude::*;

use super::entry::{Genesis, Intent, Verb};
use super::file::Disk;
use super::*;
use crate::catalog::Catalog;
use crate::model::{
    Account, AccountId, AccountState, Memory, PersonKey, PlaceId, Reading, RightSet, ScopeState,
    Since, SystemName, Value,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(dir.path().join(".keyholder")).unwrap();
    (dir, path)
}

/// The journal of a folder, begun if it is not.
#[track_caller]
fn begun(dir: &Utf8Path, now: Timestamp) -> FileJournal {
    match init(dir, now) {
        Ok(_) | Err(JournalError::AlreadyThere { .. }) => FileJournal::open(dir, now).unwrap(),
        Err(error) => panic!("{error}"),
    }
}

fn started() -> RunStarted {
    RunStarted {
        command: "apply".to_owned(),
        tool: "0.1.0".to_owned(),
        plan: Some("ab".repeat(32)),
        config: None,
        actor: Some("ci".to_owned()),
        systems: Vec::new(),
        whole: Vec::new(),
    }
}

fn intent(call: Verb, person: &str, place: &str, account: Option<&str>) -> Intent {
    Intent {
        step: format!("{}-{person}-{place}", call.as_str()),
        does: call.as_str().to_owned(),
        call,
        system: "salons".to_owned(),
        place: place.to_owned(),
        person: Some(person.to_owned()),
        account: account.map(str::to_owned),
        reason: if call == Verb::Remove {
            "left"
        } else {
            "joined"
        }
        .to_owned(),
        ends: call == Verb::Remove,
        way: None,
        from: None,
        batch: None,
        role: None,
        rights: BTreeMap::new(),
        approval: None,
        present: Vec::new(),
    }
}

fn outcome(intent: u64, result: CallResult) -> Record {
    Record::Outcome(CallOutcome {
        intent,
        result,
        status: Some(202),
        request_id: None,
        errors: Vec::new(),
        not_sent: Vec::new(),
    })
}

fn verified(
    of: u64,
    intent: &Intent,
    account: Option<&str>,
    verdict: Verdict,
    absent: bool,
) -> Record {
    Record::Verified(Verified {
        step: intent.step.clone(),
        intent: Some(of),
        system: intent.system.clone(),
        place: intent.place.clone(),
        person: intent.person.clone(),
        account: account.map(str::to_owned),
        verdict,
        absent,
        digest: None,
        differs: Vec::new(),
        also_changed: Vec::new(),
        staff: None,
        set: None,
        sets: BTreeMap::new(),
    })
}

/// A journal with a run in it, as bytes.
fn sample() -> Vec<u8> {
    let records = vec![
        Record::Genesis(Genesis {
            format: FORMAT.to_owned(),
            tool: "0.1.0".to_owned(),
            follows: None,
        }),
        Record::RunStarted(started()),
        Record::Intent(intent(Verb::Invite, "jana.bērziņa", "riga-mall", None)),
        outcome(2, CallResult::Done),
        Record::RunEnded(RunEnded::default()),
    ];
    let mut head = None;
    let mut bytes = Vec::new();
    for (second, record) in (0..).zip(records) {
        let (sealed, line) = seal(head.as_ref(), at(second), 1, record);
        head = Some(sealed.head());
        bytes.extend_from_slice(line.as_bytes());
    }
    bytes
}
