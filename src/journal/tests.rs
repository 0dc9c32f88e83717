//! The journal's laws: alteration shows, torn lines are told apart, memory is careful.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use proptest::prelude::*;

use super::entry::{Genesis, Intent, Verb};
use super::*;
use crate::catalog::Catalog;
use crate::model::{
    Account, AccountId, AccountState, Memory, PersonKey, PlaceId, Reading, RightSet, ScopeState,
    SystemName, Value,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(dir.path().join(".keyholder")).unwrap();
    (dir, path)
}

fn started() -> RunStarted {
    RunStarted {
        command: "apply".to_owned(),
        tool: "0.1.0".to_owned(),
        plan: Some("ab".repeat(32)),
        config: None,
        actor: Some("ci".to_owned()),
        systems: Vec::new(),
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
        way: None,
        from: None,
        batch: None,
        role: None,
        rights: BTreeMap::new(),
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

fn lines_of(dir: &Utf8Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("journal.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_sound_journal_has_no_problem_and_a_hash_anybody_can_check() {
    let bytes = sample();
    let chain = read(&bytes);
    assert_eq!(chain.problems, []);
    assert_eq!(chain.sealed.len(), 5);
    assert!(!chain.torn);
    // `jq -cS 'del(.hash)'` and `sha256sum` come to the same.
    let line = std::str::from_utf8(&bytes).unwrap().lines().nth(2).unwrap();
    let start = line.find("\"hash\":").unwrap();
    let without = format!(
        "{}{}",
        &line[..start],
        &line[start + "\"hash\":\"\",".len() + 64..]
    );
    let hash = crate::canonical::sha256_hex(format!("keyholder.journal/1\n{without}").as_bytes());
    assert_eq!(hash, chain.sealed[2].hash);
}

#[test]
fn every_changed_byte_shows_at_or_before_its_line() {
    let good = sample();
    let head = read(&good).head().unwrap();
    let mut line = 1;
    for at in 0..good.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let chain = read(&bad);
            let found = chain.problems.first().map(|problem| problem.line);
            let Some(found) = found else {
                // Only the last newline can change without a problem in a line: then the line is torn, and the
                // head beside the journal tells that from a crash.
                assert!(
                    at == good.len() - 1 && chain.torn && !chain.has(&head),
                    "byte {at}"
                );
                continue;
            };
            assert!(found <= line, "byte {at} of line {line}: {found:?}");
            assert!(chain.sealed.len() < line, "byte {at} of line {line}");
        }
        if good[at] == b'\n' {
            line += 1;
        }
    }
}

proptest! {
    #[test]
    fn any_edit_shows(at in 0_usize..1000, byte: u8, kind in 0..3) {
        let good = sample();
        let mut bad = good.clone();
        let at = at % bad.len();
        match kind {
            0 => bad[at] = byte,
            1 => { bad.remove(at); }
            _ => bad.insert(at, byte),
        }
        prop_assume!(bad != good);
        let head = read(&good).head().unwrap();
        let chain = read(&bad);
        prop_assert!(!chain.problems.is_empty() || !chain.has(&head) || chain.torn);
    }

    #[test]
    fn reading_never_panics(bytes: Vec<u8>) {
        let chain = read(&bytes);
        prop_assert!(chain.whole <= bytes.len());
    }
}

#[test]
fn lines_that_were_removed_or_swapped_show() {
    let text = String::from_utf8(sample()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| read(format!("{}\n", lines.join("\n")).as_bytes());
    let removed = join(&[lines[0], lines[1], lines[3], lines[4]]);
    assert_eq!(
        removed.problems[0],
        Problem {
            line: 3,
            kind: ProblemKind::WrongPosition {
                expected: 2,
                found: 3
            }
        }
    );
    let swapped = join(&[lines[0], lines[2], lines[1]]);
    assert_eq!(swapped.problems[0].line, 2);
    assert_eq!(join(&lines[1..]).problems[0].line, 1);
    // Another journal's line with the right position.
    let (foreign, line) = seal(
        Some(&Head {
            seq: 1,
            hash: "0".repeat(64),
        }),
        at(9),
        1,
        Record::RunEnded(RunEnded::default()),
    );
    assert_eq!(foreign.entry.seq, 2);
    assert_eq!(
        join(&[lines[0], lines[1], line.trim_end()]).problems[0].kind,
        ProblemKind::WrongPrevious
    );
}

#[test]
fn an_entry_of_a_newer_program_is_said_to_be_one() {
    let first = read(&sample()).sealed[0].clone();
    let value = serde_json::json!({
        "seq": 1, "prev": first.hash, "at": "2026-11-20T00:00:00Z", "run": 1, "kind": "attested", "what": []
    });
    let canonical = crate::canonical::canonical(&value).unwrap();
    let hash = crate::canonical::sha256_hex(format!("{FORMAT}\n{canonical}").as_bytes());
    let mut with_hash = value;
    with_hash["hash"] = hash.into();
    let mut bytes = sample();
    let first_line = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    bytes.truncate(first_line);
    bytes.extend_from_slice(crate::canonical::canonical(&with_hash).unwrap().as_bytes());
    bytes.push(b'\n');
    let problems = read(&bytes).problems;
    assert_eq!(problems[0].kind, ProblemKind::TooNew("attested".to_owned()));
}

#[test]
fn the_first_open_begins_a_journal_and_later_ones_go_on() {
    let (_guard, dir) = folder();
    assert_eq!(load(&dir).unwrap(), Snapshot::default());
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    let run = journal.begin(at(1), started()).unwrap();
    assert_eq!(run, 1);
    let first = journal
        .append(
            at(2),
            run,
            vec![
                Record::RunEnded(RunEnded::default()),
                Record::RunEnded(RunEnded::default()),
            ],
        )
        .unwrap();
    assert_eq!(first, 2);
    let head = journal.head().unwrap();
    drop(journal);
    assert_eq!(
        fs::read_to_string(dir.join("head")).unwrap(),
        format!("{head}\n")
    );
    let snapshot = load(&dir).unwrap();
    assert_eq!(snapshot.head(), Some(head.clone()));
    assert!(snapshot.has(&head));
    assert_eq!(snapshot.sealed.len(), 4);
    let journal = FileJournal::open(&dir, at(5)).unwrap();
    assert_eq!(journal.head(), Some(head));
    assert_eq!(journal.torn(), None);
}

#[test]
fn a_second_run_is_told_that_it_is_locked_out() {
    let (_guard, dir) = folder();
    let first = FileJournal::open(&dir, at(0)).unwrap();
    let second = FileJournal::open(&dir, at(0)).unwrap_err();
    assert!(matches!(second, JournalError::Locked { .. }), "{second}");
    assert!(!second.is_distrust());
    // Reading needs no lock.
    assert_eq!(load(&dir).unwrap().sealed.len(), 1);
    drop(first);
    FileJournal::open(&dir, at(0)).unwrap();
}

#[test]
fn a_cut_end_and_an_older_copy_are_behind_the_head() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    journal.begin(at(1), started()).unwrap();
    drop(journal);
    let lines = lines_of(&dir);
    fs::write(dir.join("journal.jsonl"), format!("{}\n", lines[0])).unwrap();
    for error in [
        load(&dir).unwrap_err(),
        FileJournal::open(&dir, at(2)).unwrap_err(),
    ] {
        assert!(
            matches!(&error, JournalError::BehindHead { found: Some(found), known, .. }
            if found.seq == 0 && known.seq == 1)
        );
        assert!(error.is_distrust());
    }
    assert_eq!(lines_of(&dir).len(), 1, "nothing was written");
}

#[test]
fn a_lost_journal_is_no_empty_one_and_only_init_begins_another() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    journal.begin(at(1), started()).unwrap();
    let lost = journal.head().unwrap();
    drop(journal);
    fs::remove_file(dir.join("journal.jsonl")).unwrap();
    assert!(matches!(load(&dir), Err(JournalError::Missing { .. })));
    assert!(matches!(
        FileJournal::open(&dir, at(2)),
        Err(JournalError::Missing { .. })
    ));
    init(&dir, at(3)).unwrap();
    let snapshot = load(&dir).unwrap();
    let Record::Genesis(genesis) = &snapshot.sealed[0].entry.record else {
        panic!("no genesis")
    };
    assert_eq!(genesis.follows, Some((&lost).into()));
    assert!(matches!(
        init(&dir, at(4)),
        Err(JournalError::AlreadyThere { .. })
    ));
}

#[test]
fn an_emptied_journal_and_a_missing_head_are_not_trusted() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    journal.begin(at(1), started()).unwrap();
    drop(journal);
    let whole = fs::read(dir.join("journal.jsonl")).unwrap();
    fs::write(dir.join("journal.jsonl"), "").unwrap();
    assert!(matches!(
        load(&dir),
        Err(JournalError::BehindHead { found: None, .. })
    ));
    fs::write(dir.join("journal.jsonl"), &whole).unwrap();
    fs::remove_file(dir.join("head")).unwrap();
    assert!(matches!(
        load(&dir),
        Err(JournalError::HeadUnusable { there: false, .. })
    ));
    fs::write(dir.join("head"), "nonsense").unwrap();
    assert!(matches!(
        load(&dir),
        Err(JournalError::HeadUnusable { there: true, .. })
    ));
    // Without its head an emptied journal is no fresh start either.
    fs::remove_file(dir.join("head")).unwrap();
    fs::write(dir.join("journal.jsonl"), "").unwrap();
    assert!(FileJournal::open(&dir, at(2)).is_err());
}

#[test]
fn a_torn_line_is_kept_aside_and_the_journal_goes_on() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    journal.begin(at(1), started()).unwrap();
    let head = journal.head().unwrap();
    drop(journal);
    let path = dir.join("journal.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    let torn = b"{\"at\":\"2026-11-20T00:00:00Z\",\"hash\":\"ab";
    bytes.extend_from_slice(torn);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(
        load(&dir).unwrap().torn,
        Some(TornLine {
            bytes: torn.len(),
            kept: None
        })
    );
    let mut journal = FileJournal::open(&dir, at(2)).unwrap();
    let kept = journal.torn().unwrap().kept.clone().unwrap();
    assert_eq!(fs::read(kept).unwrap(), torn);
    assert_eq!(journal.head(), Some(head));
    journal.begin(at(3), started()).unwrap();
    drop(journal);
    assert_eq!(load(&dir).unwrap().sealed.len(), 3);
}

#[test]
fn a_crash_between_the_line_and_its_head_loses_nothing() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    let old = fs::read(dir.join("head")).unwrap();
    journal.begin(at(1), started()).unwrap();
    let head = journal.head();
    drop(journal);
    fs::write(dir.join("head"), old).unwrap();
    assert_eq!(load(&dir).unwrap().head(), head);
    drop(FileJournal::open(&dir, at(2)).unwrap());
    assert_eq!(
        fs::read_to_string(dir.join("head")).unwrap().trim(),
        head.unwrap().to_string()
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_says_so_before_anything_happens() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_guard, dir) = folder();
    drop(FileJournal::open(&dir, at(0)).unwrap());
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let probe = fs::write(dir.join("probe"), "");
    let opened = FileJournal::open(&dir, at(1));
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    // Root writes everywhere; then there is nothing to see.
    if probe.is_err() {
        assert!(matches!(opened, Err(JournalError::Io { .. })));
    }
}

#[test]
fn a_write_from_outside_stops_the_journal() {
    let (_guard, dir) = folder();
    let mut journal = FileJournal::open(&dir, at(0)).unwrap();
    fs::write(dir.join("journal.jsonl"), "x").unwrap();
    assert!(matches!(
        journal.begin(at(1), started()),
        Err(JournalError::ChangedMeanwhile { .. })
    ));
    assert!(matches!(
        journal.begin(at(1), started()),
        Err(JournalError::Stopped)
    ));
}

fn remember(records: Vec<Record>) -> Memory {
    let mut journal = MemoryJournal::new(at(0));
    for (second, record) in (1..).zip(records) {
        journal.append(at(second), 1, vec![record]).unwrap();
    }
    memory(journal.entries())
}

fn jana() -> (SystemName, PersonKey) {
    (SystemName::new("salons"), PersonKey::new("jana"))
}

#[test]
fn memory_counts_what_may_have_been_sent() {
    let invite = intent(Verb::Invite, "jana", "mall", None);
    // The process died after the intent.
    let open = remember(vec![Record::Intent(invite.clone())]);
    let sent = &open.invitations[&jana()];
    assert_eq!((sent.confirmed, sent.seen, sent.count), (false, false, 1));
    // The answer was lost.
    let lost = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Unknown),
    ]);
    assert!(!lost.invitations[&jana()].confirmed);
    // Refused, or never sent: nobody was written to.
    for result in [CallResult::Refused, CallResult::NotSent] {
        let refused = remember(vec![Record::Intent(invite.clone()), outcome(1, result)]);
        assert_eq!(refused, Memory::default());
    }
    let done = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Done),
    ]);
    assert!(done.invitations[&jana()].confirmed);
    let seen = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Done),
        verified(1, &invite, Some("8812"), Verdict::AsPlanned, false),
    ]);
    assert!(seen.invitations[&jana()].seen);
    let account = (SystemName::new("salons"), AccountId::new("8812"));
    assert_eq!(seen.accounts[&account].person, PersonKey::new("jana"));
}

#[test]
fn settling_decides_what_a_lost_invitation_was() {
    let settled = |verdict| {
        remember(vec![
            Record::Intent(intent(Verb::Invite, "jana", "mall", None)),
            outcome(1, CallResult::Unknown),
            Record::Settled(Settled {
                intent: 1,
                verdict,
                account: (verdict == Settlement::TookEffect).then(|| "8812".to_owned()),
                why: None,
            }),
        ])
    };
    let took = settled(Settlement::TookEffect);
    assert!(took.invitations[&jana()].confirmed && took.invitations[&jana()].seen);
    assert_eq!(took.accounts.len(), 1);
    assert_eq!(settled(Settlement::NoEffect), Memory::default());
    assert!(!settled(Settlement::Unknown).invitations[&jana()].confirmed);
}

#[test]
fn the_count_of_invitations_ends_with_the_employment() {
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let copy = intent(Verb::Copy, "jana", "center", Some("8812"));
    let remove_mall = intent(Verb::Remove, "jana", "mall", Some("8812"));
    let remove_center = intent(Verb::Remove, "jana", "center", Some("8812"));
    let mut records = vec![
        Record::Intent(invite),
        outcome(1, CallResult::Done),
        Record::Intent(copy),
        outcome(3, CallResult::Done),
        Record::Intent(remove_mall.clone()),
        outcome(5, CallResult::Done),
        verified(5, &remove_mall, Some("8812"), Verdict::AsPlanned, true),
    ];
    let partly = remember(records.clone());
    assert_eq!(partly.granted.len(), 1);
    assert_eq!(partly.invitations[&jana()].count, 1);
    records.extend([
        Record::Intent(remove_center.clone()),
        outcome(8, CallResult::Done),
        verified(8, &remove_center, Some("8812"), Verdict::AsPlanned, true),
    ]);
    let gone = remember(records.clone());
    assert_eq!((gone.granted.len(), gone.invitations.len()), (0, 0));
    // Withdrawn because nobody answered is no end of an employment.
    let stale = Intent {
        reason: "approved".to_owned(),
        ..remove_center.clone()
    };
    records[7] = Record::Intent(stale);
    assert_eq!(remember(records).invitations.len(), 1);
}

#[test]
fn a_removal_that_did_not_stick_keeps_what_is_granted() {
    let remove = intent(Verb::Remove, "jana", "mall", Some("8812"));
    let copy = intent(Verb::Copy, "jana", "mall", Some("8812"));
    let kept = remember(vec![
        Record::Intent(copy),
        outcome(1, CallResult::Done),
        Record::Intent(remove.clone()),
        outcome(3, CallResult::Done),
        verified(3, &remove, Some("8812"), Verdict::DidNotStick, true),
    ]);
    assert_eq!(kept.granted.len(), 1);
}

#[test]
fn what_vanished_stays_known_while_access_is_tied_to_it() {
    let keys = |people: &[&str]| Known {
        people: people.iter().map(|key| PersonKey::new(*key)).collect(),
        ..Known::default()
    };
    let mut first = keys(&["jana", "karlis"]);
    first.granted.insert((
        SystemName::new("salons"),
        place_of("mall"),
        PersonKey::new("jana"),
    ));
    let record = known_after(&Memory::default(), &first).unwrap();
    let after_first = remember(vec![saw("1", "jana"), record.clone()]);
    assert_eq!(after_first.people.len(), 2);
    assert_eq!(after_first.granted, first.granted);
    assert_eq!(known_after(&after_first, &first), None);
    // Both are gone from the files: only the one who still has access stays.
    let Some(second) = known_after(&after_first, &keys(&[])) else {
        panic!("no entry")
    };
    let Record::ConfigKnown(known) = &second else {
        panic!("another entry")
    };
    assert_eq!(known.people.gone, ["karlis"]);
    let after_second = remember(vec![saw("1", "jana"), record, second]);
    assert_eq!(
        after_second.granted, first.granted,
        "a line that is gone takes nothing yet"
    );
    assert_eq!(after_second.declared.len(), 0);
}

/// A complete read of one account that is somebody's.
fn saw(id: &str, person: &str) -> Record {
    Record::Observed(Observed {
        system: "salons".to_owned(),
        place: "mall".to_owned(),
        taken: at(0),
        complete: true,
        accounts: 1,
        digest: String::new(),
        matched: vec![Match {
            account: id.to_owned(),
            person: Some(person.to_owned()),
        }],
        grants: vec![GrantSeen {
            account: id.to_owned(),
            state: "active".to_owned(),
            role: None,
            staff: None,
            set: None,
        }],
        gone: Vec::new(),
        sets: BTreeMap::new(),
    })
}

#[test]
fn what_the_files_give_is_ours_once_it_is_found_there() {
    let mut known = Known::default();
    known.granted.insert((
        SystemName::new("salons"),
        place_of("mall"),
        PersonKey::new("jana"),
    ));
    let declared = known_after(&Memory::default(), &known).unwrap();
    // Declared alone is nothing that could be taken, and no sign of an earlier employment.
    assert_eq!(remember(vec![declared.clone()]).granted.len(), 0);
    assert_eq!(remember(vec![saw("1", "jana")]).granted.len(), 0);
    // In either order.
    assert_eq!(
        remember(vec![saw("1", "jana"), declared.clone()]).granted,
        known.granted
    );
    assert_eq!(
        remember(vec![declared.clone(), saw("1", "jana")]).granted,
        known.granted
    );
    // Until it is removed.
    let remove = intent(Verb::Remove, "jana", "mall", Some("1"));
    let gone = remember(vec![
        saw("1", "jana"),
        declared,
        Record::Intent(remove.clone()),
        outcome(3, CallResult::Done),
        verified(3, &remove, Some("1"), Verdict::AsPlanned, true),
    ]);
    assert_eq!(gone.granted.len(), 0);
}

#[test]
fn a_new_key_takes_over_what_the_old_one_had() {
    let copy = intent(Verb::Copy, "jana", "mall", Some("1"));
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let renamed = remember(vec![
        saw("1", "jana"),
        Record::Intent(invite),
        outcome(2, CallResult::Done),
        Record::Intent(copy.clone()),
        outcome(4, CallResult::Done),
        verified(4, &copy, Some("1"), Verdict::AsPlanned, false),
        saw("1", "jana.berzina"),
    ]);
    let key = PersonKey::new("jana.berzina");
    let place = (SystemName::new("salons"), place_of("mall"), key.clone());
    assert_eq!(renamed.granted.iter().collect::<Vec<_>>(), [&place]);
    assert!(
        renamed
            .invitations
            .contains_key(&(SystemName::new("salons"), key))
    );
    assert_eq!(renamed.invitations.len(), 1);
}

#[test]
fn what_was_verified_and_who_was_nobody_is_remembered() {
    let write = intent(Verb::Write, "jana", "mall", Some("1"));
    let mut check = verified(1, &write, Some("1"), Verdict::AsPlanned, false);
    if let Record::Verified(check) = &mut check {
        check.digest = Some("d1".to_owned());
    }
    let memory = remember(vec![Record::Intent(write), check]);
    let applied: Vec<&str> = memory.applied.values().map(|digest| &**digest).collect();
    assert_eq!(applied, ["d1"]);
    let Record::Observed(mut seen) = saw("9", "nobody") else {
        panic!("another entry")
    };
    seen.matched.clear();
    let stranger = (SystemName::new("salons"), AccountId::new("9"));
    assert!(
        remember(vec![Record::Observed(seen.clone())])
            .strangers
            .contains(&stranger)
    );
    seen.complete = false;
    assert_eq!(
        remember(vec![Record::Observed(seen.clone())])
            .strangers
            .len(),
        0
    );
    assert_eq!(
        remember(vec![Record::Observed(seen), saw("9", "jana")])
            .strangers
            .len(),
        0
    );
}

#[test]
fn a_lost_invitation_counts_until_one_is_confirmed() {
    let invite = || Record::Intent(intent(Verb::Invite, "jana", "mall", None));
    let settled = |intent, verdict| {
        Record::Settled(Settled {
            intent,
            verdict,
            account: None,
            why: None,
        })
    };
    let count = |records: Vec<Record>| {
        remember(records)
            .invitations
            .get(&jana())
            .map(|sent| sent.count)
    };
    // Lost once and settled as not sent: as if it had not been.
    let once = vec![
        invite(),
        outcome(1, CallResult::Unknown),
        settled(1, Settlement::NoEffect),
    ];
    assert_eq!(count(once.clone()), None);
    // Lost again: the second.
    let mut twice = once.clone();
    twice.extend([invite(), outcome(4, CallResult::Unknown)]);
    assert_eq!(count(twice), Some(2));
    let mut confirmed = once;
    confirmed.extend([invite(), outcome(4, CallResult::Done)]);
    assert_eq!(count(confirmed), Some(1));
    // Lost once, and reading could not tell: never again by itself.
    let doubt = vec![
        invite(),
        outcome(1, CallResult::Unknown),
        settled(1, Settlement::Unknown),
    ];
    assert_eq!(count(doubt), Some(2));
}

fn account(id: &str, on: &[&str]) -> Account {
    let catalog = Catalog::current();
    let mut rights = RightSet::empty(catalog.len());
    for right in catalog.all() {
        if right.kind.is_boolean() {
            rights.set(
                right.id.index(),
                Some(Value::Switch(on.contains(&right.slug))),
            );
        }
    }
    Account {
        id: AccountId::new(id),
        name: "Jana Bērziņa".into(),
        phone: None,
        email: None,
        state: AccountState::Active,
        removable: true,
        editable: Some(true),
        role: Some(crate::model::VendorRoleSlug::new("worker")),
        staff: Some(None),
        rights: Some(rights.into()),
        unknown_rights: Vec::new(),
        paid_seat: None,
    }
}

fn scope(accounts: Vec<Account>) -> ScopeState {
    ScopeState {
        accounts: accounts
            .into_iter()
            .map(|account| (account.id.clone(), account))
            .collect(),
        ..ScopeState::default()
    }
}

#[test]
fn reads_are_kept_as_differences_without_names() {
    let (system, place) = (SystemName::new("salons"), place_of("mall"));
    let matches = BTreeMap::from([(AccountId::new("1"), PersonKey::new("jana"))]);
    let mut journal = MemoryJournal::new(at(0));
    let note = |journal: &mut MemoryJournal, reading: &Reading<ScopeState>| {
        let scope = ObservedScope {
            system: &system,
            place: &place,
            taken: at(10),
            reading,
            matches: &matches,
        };
        let records = observed(journal.entries(), &[scope], Catalog::current());
        let Some(Record::Observed(seen)) = records.first().cloned() else {
            panic!("nothing")
        };
        journal.append(at(11), 1, records).unwrap();
        seen
    };
    let both = Reading::Complete(scope(vec![
        account("1", &["records_access"]),
        account("2", &["records_access"]),
    ]));
    let first = note(&mut journal, &both);
    assert_eq!(
        (
            first.accounts,
            first.grants.len(),
            first.sets.len(),
            first.matched.len()
        ),
        (2, 2, 1, 1)
    );
    assert!(!serde_json::to_string(&first).unwrap().contains("Bērziņa"));
    let again = note(&mut journal, &both);
    assert_eq!(
        (again.grants.len(), again.sets.len(), again.matched.len()),
        (0, 0, 0)
    );
    assert_eq!(again.digest, first.digest);
    // An incomplete read concludes nothing from what is not there.
    let one = scope(vec![account("1", &["records_access", "finances_access"])]);
    let partial = note(&mut journal, &Reading::Partial(one.clone(), Vec::new()));
    assert_eq!(
        (partial.complete, partial.gone.len(), partial.grants.len()),
        (false, 0, 1)
    );
    let set = &partial.sets[partial.grants[0].set.as_ref().unwrap()];
    assert_eq!(set.get("finances_access"), Some(&RightValue::Switch(true)));
    assert_eq!(set.len(), 2);
    let complete = note(&mut journal, &Reading::Complete(one));
    assert_eq!(complete.gone, ["2"]);
    assert_eq!(memory(journal.entries()).accounts.len(), 1);
}

#[test]
fn showing_keeps_a_step_and_its_outcome_together() {
    let mut journal = MemoryJournal::new(at(0));
    let run = journal.begin(at(1), started()).unwrap();
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let other = intent(Verb::Invite, "karlis", "mall", None);
    let first = journal
        .append(
            at(2),
            run,
            vec![Record::Intent(invite.clone()), Record::Intent(other)],
        )
        .unwrap();
    journal
        .append(
            at(3),
            run,
            vec![
                outcome(first, CallResult::Unknown),
                outcome(first + 1, CallResult::Done),
            ],
        )
        .unwrap();
    let filter = Filter {
        person: Some("jana".to_owned()),
        ..Filter::default()
    };
    let lines = show(journal.sealed(), &filter);
    assert_eq!(
        lines.iter().map(|line| line.seq).collect::<Vec<_>>(),
        [2, 4]
    );
    assert_eq!(
        lines[1].text,
        "invite jana, salons at mall, step invite-jana-mall: unknown (202)"
    );
    let json = show_json(
        journal.sealed(),
        &Filter {
            step: Some(invite.step),
            ..Filter::default()
        },
    );
    assert_eq!(json.len(), 2);
    assert_eq!(json[0]["hash"], journal.sealed()[2].hash.as_str());
    assert_eq!(show(journal.sealed(), &Filter::default()).len(), 6);
}

#[test]
fn a_second_lost_invitation_is_recognized() {
    let mut journal = MemoryJournal::new(at(0));
    let invite = || Record::Intent(intent(Verb::Invite, "jana", "mall", None));
    let settled = |intent| {
        Record::Settled(Settled {
            intent,
            verdict: Settlement::NoEffect,
            account: None,
            why: None,
        })
    };
    journal
        .append(at(1), 1, vec![invite(), outcome(1, CallResult::Unknown)])
        .unwrap();
    let lost = |journal: &MemoryJournal, before| {
        let entries = journal.entries();
        was_lost_before(&history(entries), "salons", "jana", before)
    };
    assert!(!lost(&journal, 99));
    journal
        .append(at(2), 1, vec![settled(1), invite()])
        .unwrap();
    assert!(lost(&journal, 4));
    assert!(!lost(&journal, 1));
    assert_eq!(unsettled(journal.entries()).len(), 1);
    journal
        .append(at(3), 1, vec![outcome(4, CallResult::Done)])
        .unwrap();
    assert!(!lost(&journal, 99));
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    snapbox::assert_data_eq!(
        schema(),
        snapbox::file!["../../schema/journal.v1.schema.json"].raw()
    );
}

#[test]
fn every_line_passes_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in std::str::from_utf8(&sample()).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"seq": 1})));
}

#[test]
fn places_keep_their_reserved_names() {
    for place in [PlaceId::Whole, PlaceId::Chain, place_of("riga-mall")] {
        assert_eq!(place_of(&place.to_string()), place);
    }
}
