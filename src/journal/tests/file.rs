//! The file: locks, torn ends, and heads that are ahead or behind.

use super::*;

fn lines_of(dir: &Utf8Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("journal.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
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
