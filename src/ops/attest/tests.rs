//! Statements on a disk.

use super::*;
use crate::model::{AccountState, Attested, HasNow, NotedAttestation, PlaceId};

struct Stage {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        Self {
            root: super::folder(&root, None),
            _folder: folder,
        }
    }

    fn text(&self) -> String {
        fs::read_to_string(self.root.join("desk.yaml")).unwrap()
    }

    fn believed(&self, now: Timestamp) -> Attested {
        let loaded = load(&self.root).unwrap();
        assert!(loaded.diagnostics.is_empty());
        judge(&loaded.statements, &loaded.edited, &Memory::default(), now)
    }
}

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn said(step: &str, says: Says) -> Statement {
    Statement {
        system: SystemName::new("desk"),
        step: step.into(),
        does: "grant".into(),
        person: PersonKey::new("jana"),
        place: PlaceId::parse("riga"),
        account: None,
        at: now(),
        by: "ilze".into(),
        says,
        note: None,
        withdrawn: None,
    }
}

fn has(state: AccountState) -> Says {
    Says::Has(HasNow {
        state,
        role: None,
        facts: std::sync::Arc::default(),
    })
}

#[test]
fn the_same_statement_twice_is_one() {
    let stage = Stage::new();
    let it = said("aaaa", Says::Absent);
    assert!(record(&stage.root, &it).unwrap().changed);
    let text = stage.text();
    let again = record(&stage.root, &it).unwrap();
    assert!(!again.changed);
    assert_eq!(again.statement, it);
    assert_eq!(stage.text(), text);
}

#[test]
fn steps_confirmed_in_one_go_follow_each_other() {
    let stage = Stage::new();
    let first = said("aaaa", has(AccountState::Inactive));
    let second = said("bbbb", has(AccountState::Active));
    record(&stage.root, &first).unwrap();
    let recorded = record(&stage.root, &second).unwrap();
    assert_eq!(recorded.statement.at, now() + SignedDuration::from_secs(1));
    assert!(!record(&stage.root, &second).unwrap().changed, "still one");
    let believed = stage.believed(now());
    assert_eq!(believed.doubts, []);
    let last = believed.systems[&SystemName::new("desk")]
        .last()
        .unwrap()
        .clone();
    assert_eq!(last.says, second.says, "the last is what counts");
}

#[test]
fn what_is_taken_back_stays_and_counts_no_more() {
    let stage = Stage::new();
    record(&stage.root, &said("aaaa", Says::Absent)).unwrap();
    let desk = SystemName::new("desk");
    let back = withdraw(&stage.root, &desk, "aaaa", "ilze", now()).unwrap();
    assert!(back.statement.withdrawn.is_some());
    assert!(stage.text().contains("withdrawn:"));
    assert_eq!(stage.believed(now()), Attested::default());
    let error = withdraw(&stage.root, &desk, "aaaa", "ilze", now()).unwrap_err();
    assert!(matches!(error, AttestError::NotSaid { .. }), "{error}");
}

#[test]
fn a_file_that_is_not_as_it_should_be_is_not_written() {
    let stage = Stage::new();
    record(&stage.root, &said("aaaa", Says::Absent)).unwrap();
    let good = stage.text();
    for (bad, expected) in [
        (good.replace("by: ilze", "by: anna"), "edited by hand"),
        (
            good.replace("by: ilze", "by: ilze\n  by: ilze"),
            "has problems",
        ),
    ] {
        fs::write(stage.root.join("desk.yaml"), &bad).unwrap();
        let error = record(&stage.root, &said("bbbb", Says::Nothing)).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(stage.text(), bad);
    }
}

#[test]
fn texts_that_would_not_come_back_are_refused() {
    let stage = Stage::new();
    let mut it = said("aaaa", Says::Absent);
    it.note = Some("done \u{202e}enod".into());
    let error = record(&stage.root, &it).unwrap_err();
    assert!(matches!(error, AttestError::BadText { .. }), "{error}");
    assert!(!stage.root.join("desk.yaml").exists());
    // What only looks different is composed, and recorded.
    it.note = Some(" at Ri\u{304}ga\n".into());
    let recorded = record(&stage.root, &it).unwrap();
    assert_eq!(recorded.statement.note.as_deref(), Some("at R\u{12b}ga"));
}

#[test]
fn the_journal_notes_what_is_new_and_believed_and_no_names() {
    let stage = Stage::new();
    let mut by_name = said("bbbb", has(AccountState::Active));
    by_name.by = "Anna from the desk".into();
    by_name.at += SignedDuration::from_secs(60);
    record(&stage.root, &said("aaaa", Says::Absent)).unwrap();
    record(&stage.root, &by_name).unwrap();
    let people = BTreeSet::from([PersonKey::new("ilze")]);
    let loaded = load(&stage.root).unwrap();
    let mut memory = Memory::default();
    let mut by = Vec::new();
    for record in notes(&loaded, &memory, &people) {
        let Record::Attested(note) = record else {
            panic!("{record:?}")
        };
        by.push(note.by.clone());
        memory.attested.insert(
            (SystemName::new("desk"), note.id.as_str().into()),
            NotedAttestation {
                digest: note.digest.as_str().into(),
                step: note.step.as_str().into(),
                does: note.does.as_str().into(),
                place: PlaceId::parse(&note.place),
                person: PersonKey::new(note.person.as_str()),
                withdrawn: note.withdrawn,
            },
        );
    }
    assert_eq!(by, [Some("ilze".to_owned()), None]);
    assert_eq!(notes(&loaded, &memory, &people), []);
    withdraw(&stage.root, &SystemName::new("desk"), "aaaa", "ilze", now()).unwrap();
    let again = notes(&load(&stage.root).unwrap(), &memory, &people);
    assert_eq!(again.len(), 1);
    assert!(matches!(&again[0], Record::Attested(note) if note.withdrawn));
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let stage = Stage::new();
    fs::create_dir_all(&stage.root).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", stage.root.join("desk.yaml")).unwrap();
    let error = load(&stage.root).unwrap_err();
    assert!(matches!(error, AttestError::Io { .. }), "{error}");
}
