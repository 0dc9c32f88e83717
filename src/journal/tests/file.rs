//! The file: locks, torn ends, and heads that are ahead or behind.

use super::*;

fn lines_of(dir: &Utf8Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("journal.jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_journal_is_begun_once_and_later_runs_go_on() {
    let (_guard, dir) = folder();
    let mut journal = begun(&dir, at(0));
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
fn a_folder_without_a_journal_is_no_empty_one() {
    let (_guard, dir) = folder();
    let refused = |there: bool| {
        for error in [
            load(&dir).unwrap_err(),
            FileJournal::open(&dir, at(0)).unwrap_err(),
        ] {
            assert!(matches!(error, JournalError::NoneIn { .. }), "{error}");
            assert!(error.is_distrust() && error.is_not_begun());
            assert!(error.advice().contains("keyholder journal init"));
        }
        assert!(!dir.join("journal.jsonl").exists(), "{there}");
        assert!(!dir.join("head").exists(), "{there}");
    };
    // Neither a folder that is not there, nor one that a refused run or the pace of calls left behind.
    refused(false);
    assert!(dir.exists());
    fs::write(dir.join("pace"), "").unwrap();
    refused(true);
    let head = init(&dir, at(1)).unwrap();
    assert_eq!(load(&dir).unwrap().head(), Some(head));
    drop(FileJournal::open(&dir, at(2)).unwrap());
    fs::remove_dir_all(&dir).unwrap();
    refused(false);
}

#[test]
fn a_second_run_is_told_that_it_is_locked_out() {
    let (_guard, dir) = folder();
    let first = begun(&dir, at(0));
    let second = FileJournal::open(&dir, at(9)).unwrap_err();
    assert!(!second.is_distrust());
    let who = Holder {
        run: 1,
        since: at(0),
    };
    assert!(
        matches!(&second, JournalError::Locked { holder: Some(holder), .. } if *holder == who),
        "{second}"
    );
    assert!(
        second
            .to_string()
            .ends_with(": run 1, since 2026-11-18T11:06:40Z"),
        "{second}"
    );
    // Reading needs no lock.
    assert_eq!(load(&dir).unwrap().sealed.len(), 1);
    drop(first);
    let mut third = FileJournal::open(&dir, at(20)).unwrap();
    third.begin(at(21), started()).unwrap();
    drop(third);
    // Whoever died holding it left its name, and no lock.
    let later = FileJournal::open(&dir, at(30)).unwrap();
    let told = FileJournal::open(&dir, at(31)).unwrap_err().to_string();
    assert!(told.contains("run 2, since"), "{told}");
    drop(later);
    // Before anything is written into it, and where something else stands there, nobody is named.
    let nobody = Lockout::new(&dir);
    for text in [
        "",
        "nonsense",
        "1 yesterday",
        "\u{1b}[31m 2026-11-18T11:06:40Z",
    ] {
        nobody.says(text);
        let told = FileJournal::open(&dir, at(40)).unwrap_err().to_string();
        assert!(told.ends_with("`, since just now"), "{told}");
    }
}

/// Somebody else's hand on the lock.
struct Lockout(fs::File);

impl Lockout {
    fn new(dir: &Utf8Path) -> Self {
        let file = fs::File::options()
            .write(true)
            .open(dir.join("lock"))
            .unwrap();
        file.try_lock().unwrap();
        Self(file)
    }

    fn says(&self, text: &str) {
        use std::io::{Seek as _, Write as _};
        self.0.set_len(0).unwrap();
        (&self.0).rewind().unwrap();
        (&self.0).write_all(text.as_bytes()).unwrap();
    }
}

#[test]
fn a_cut_end_and_an_older_copy_are_behind_the_head() {
    let (_guard, dir) = folder();
    let mut journal = begun(&dir, at(0));
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
    let mut journal = begun(&dir, at(0));
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
    let mut journal = begun(&dir, at(0));
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
    // Cut to its first line it is no fresh start either: only somebody who begins one says so.
    fs::remove_file(dir.join("head")).unwrap();
    let first = whole.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    fs::write(dir.join("journal.jsonl"), first).unwrap();
    for error in [
        load(&dir).unwrap_err(),
        FileJournal::open(&dir, at(2)).unwrap_err(),
    ] {
        assert!(matches!(
            error,
            JournalError::HeadUnusable { there: false, .. }
        ));
        assert!(error.advice().contains("journal init"));
    }
    let head = init(&dir, at(2)).unwrap();
    assert_eq!(load(&dir).unwrap().head(), Some(head));
    assert!(matches!(
        init(&dir, at(3)),
        Err(JournalError::AlreadyThere { .. })
    ));
    // More than a first entry is finished by nobody.
    fs::remove_file(dir.join("head")).unwrap();
    fs::write(dir.join("journal.jsonl"), &whole).unwrap();
    assert!(matches!(
        init(&dir, at(3)),
        Err(JournalError::AlreadyThere { .. })
    ));
    fs::write(dir.join("head"), "nonsense").unwrap();
    // Without its head an emptied journal is no fresh start either.
    fs::remove_file(dir.join("head")).unwrap();
    fs::write(dir.join("journal.jsonl"), "").unwrap();
    assert!(FileJournal::open(&dir, at(2)).is_err());
}

#[test]
fn a_torn_line_is_kept_aside_and_the_journal_goes_on() {
    let (_guard, dir) = folder();
    let mut journal = begun(&dir, at(0));
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
    let mut journal = begun(&dir, at(0));
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

#[test]
fn a_folder_that_cannot_be_written_says_so_before_anything_happens() {
    let (_guard, dir) = folder();
    // A file where the folder should be, and a folder where each file should be, refuse root as well.
    fs::write(&dir, "").unwrap();
    let error = FileJournal::open(&dir, at(1)).unwrap_err();
    assert!(matches!(error, JournalError::InTheWay { .. }), "{error}");
    assert!(!error.is_distrust());
    assert!(error.advice().contains("move it away"));
    fs::remove_file(&dir).unwrap();
    for name in ["lock", "head.new"] {
        drop(begun(&dir, at(0)));
        let lines = lines_of(&dir);
        drop(fs::remove_file(dir.join(name)));
        fs::create_dir(dir.join(name)).unwrap();
        let error = FileJournal::open(&dir, at(1)).unwrap_err();
        assert!(matches!(&error, JournalError::Io { .. }), "{name}: {error}");
        assert!(!error.is_distrust());
        assert!(error.told().contains("cannot"), "{}", error.told());
        assert!(error.advice().contains("space"), "{}", error.advice());
        assert_eq!(lines_of(&dir), lines, "{name}: nothing was written");
        fs::remove_dir(dir.join(name)).unwrap();
    }
    FileJournal::open(&dir, at(1)).unwrap();
}

/// A disk on which only so many bytes are left.
#[derive(Debug)]
struct Full {
    file: fs::File,
    left: usize,
    can_cut: bool,
}

impl Full {
    fn at(path: &Utf8Path, left: usize, can_cut: bool) -> Box<dyn Disk> {
        let file = fs::File::options().append(true).open(path).unwrap();
        Box::new(Self {
            file,
            left,
            can_cut,
        })
    }
}

impl Disk for Full {
    fn length(&self) -> std::io::Result<u64> {
        self.file.length()
    }

    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let fits = bytes.len().min(self.left);
        self.left -= fits;
        self.file.append(&bytes[..fits])?;
        if fits < bytes.len() {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn cut(&mut self, length: u64) -> std::io::Result<()> {
        if !self.can_cut {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.file.cut(length)
    }
}

#[test]
fn a_full_disk_stops_the_run_and_the_next_one_goes_on() {
    let intents = || {
        ["riga-center", "riga-mall"]
            .map(|place| Record::Intent(intent(Verb::Invite, "jana", place, None)))
            .to_vec()
    };
    let (_guard, dir) = folder();
    let size = {
        let mut journal = begun(&dir, at(0));
        let before = fs::metadata(dir.join("journal.jsonl")).unwrap().len();
        journal.append(at(1), 1, intents()).unwrap();
        let after = fs::metadata(dir.join("journal.jsonl")).unwrap().len();
        usize::try_from(after - before).unwrap()
    };
    // Many numbers of bytes that fit, whether or not what does not is taken off again.
    for left in (0..size).step_by(97).chain([size - 1]) {
        for can_cut in [true, false] {
            let (_guard, dir) = folder();
            let mut journal = begun(&dir, at(0));
            journal.with_disk(|path| Full::at(path, left, can_cut));
            let error = journal.append(at(1), 1, intents()).unwrap_err();
            assert!(
                matches!(&error, JournalError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull)
            );
            assert_eq!(
                journal.sealed().len(),
                1,
                "what is not stored did not happen"
            );
            assert!(matches!(
                journal.append(at(2), 1, intents()),
                Err(JournalError::Stopped)
            ));
            drop(journal);
            let mut journal = FileJournal::open(&dir, at(3)).unwrap();
            let whole = journal.sealed().len();
            assert!(if can_cut { whole == 1 } else { whole < 3 }, "{left}");
            assert!(
                journal.torn().is_none() || !can_cut,
                "{left}: nothing is left where it could be taken off"
            );
            journal.append(at(4), 1, intents()).unwrap();
            drop(journal);
            assert_eq!(load(&dir).unwrap().sealed.len(), whole + 2);
        }
    }
}

#[test]
fn a_clock_that_went_back_a_day_is_not_believed() {
    let (_guard, dir) = folder();
    const HOUR: i64 = 3_600;
    drop(begun(&dir, at(48 * HOUR)));
    let snapshot = load(&dir).unwrap();
    assert_eq!(snapshot.clock_behind(at(48 * HOUR)), None);
    assert_eq!(snapshot.clock_behind(at(49 * HOUR)), None);
    let behind = snapshot.clock_behind(at(47 * HOUR)).unwrap();
    assert_eq!(behind.as_hours(), 1);
    // Less is told, and applied: laptops and time zones.
    drop(FileJournal::open(&dir, at(24 * HOUR)).unwrap());
    let before = fs::read(dir.join("journal.jsonl")).unwrap();
    let error = FileJournal::open(&dir, at(24 * HOUR - 1)).unwrap_err();
    assert!(matches!(error, JournalError::ClockBehind { .. }), "{error}");
    assert!(error.is_distrust());
    assert_eq!(fs::read(dir.join("journal.jsonl")).unwrap(), before);
}

#[test]
fn every_damage_is_told_with_what_to_do() {
    let (_guard, dir) = folder();
    let mut journal = begun(&dir, at(0));
    let run = journal.begin(at(1), started()).unwrap();
    let invite = intent(Verb::Invite, "jana", "riga-mall", None);
    journal
        .append(at(2), run, vec![Record::Intent(invite)])
        .unwrap();
    journal
        .append(at(3), run, vec![Record::RunEnded(RunEnded::default())])
        .unwrap();
    drop(journal);
    let path = dir.join("journal.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let cut = [lines[0], lines[1], lines[2]].concat();
    let removed = [lines[0], lines[1], lines[3]].concat();
    let swapped = [lines[0], lines[2], lines[1], lines[3]].concat();
    let edited = text.replace("jana", "anna");
    let torn = &text[..text.len() - 5];
    let doubled = format!("{text}{}", lines[3]);
    let damages: [(&str, &str); 7] = [
        (&cut, "ends at 2:"),
        (torn, "ends at 2:"),
        (&removed, "line 3: entry 3 stands where 2 is expected"),
        (&swapped, "line 2: entry 2 stands where 1 is expected"),
        (&edited, "line 3: the content does not have the hash"),
        (&doubled, "line 5: entry 3 stands where 4 is expected"),
        ("", "ends at nothing"),
    ];
    for (damaged, told) in damages {
        fs::write(&path, damaged).unwrap();
        for error in [
            load(&dir).unwrap_err(),
            FileJournal::open(&dir, at(9)).unwrap_err(),
        ] {
            assert!(error.is_distrust(), "{told}");
            assert!(error.told().contains(told), "{}", error.told());
            assert!(error.advice().contains("bring"), "{}", error.advice());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), damaged, "{told}");
    }
}

#[test]
fn a_write_from_outside_stops_the_journal() {
    let (_guard, dir) = folder();
    let mut journal = begun(&dir, at(0));
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
