//! Exports on a disk, over a read.

use std::collections::BTreeMap;
use std::fs;

use camino::Utf8PathBuf;

use super::*;
use crate::config::LoadOptions;
use crate::model::{AsOf, Caller, ObservedSystem, PlaceId};
use crate::ops::project::{OpenOptions, open};

const LIST: &str =
    "Email,Last name,First name,Status,Agency\nanna@c.example,Ozola,Anna,active,mall\n";

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

struct Stage {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Stage {
    fn new(taken: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let settings = format!(
            "version: 1\ntime_zone: UTC\nsystems:\n  office: {{ kind: apenday, snapshot: {{ file: office.csv, taken: {taken} }} }}\n"
        );
        fs::write(root.join("keyholder.yaml"), settings).unwrap();
        fs::write(
            root.join("locations.yaml"),
            "locations: { mall: { title: Mall, in: { office: mall } } }\n",
        )
        .unwrap();
        Self {
            _folder: folder,
            root,
        }
    }

    /// What the system looks like afterwards, and the problems.
    fn laid(&self) -> (Observed, Vec<Diagnostic>) {
        let options = OpenOptions {
            load: LoadOptions::default(),
            as_of: AsOf::Instant(now()),
            ahead: std::time::Duration::ZERO,
        };
        let project = open(&self.root, &options);
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        let system = ObservedSystem {
            kind: "apenday",
            host: "app.apenday.com".into(),
            taken: now(),
            caller: Caller::default(),
            scopes: BTreeMap::new(),
            calls: 0,
        };
        let mut observed = Observed::default();
        observed.systems.insert(SystemName::new("office"), system);
        let found = lay_over(&mut observed, &project, now());
        (observed, found)
    }
}

fn whole(observed: &Observed) -> &Reading<ScopeState> {
    &observed.systems[&SystemName::new("office")].scopes[&PlaceId::Whole]
}

#[test]
fn a_list_stands_where_nothing_reads() {
    let stage = Stage::new("2026-11-19");
    fs::write(stage.root.join("office.csv"), LIST).unwrap();
    let (observed, found) = stage.laid();
    assert_eq!(found, []);
    let scope = whole(&observed).complete().expect("complete");
    assert!(scope.export.is_some());
    let emails = scope.accounts.values().filter_map(|it| it.email.as_ref());
    let emails: Vec<&str> = emails.map(crate::model::Email::as_str).collect();
    assert_eq!(emails, ["anna@c.example"]);
}

#[test]
fn a_file_that_is_not_there_is_a_warning_at_its_name() {
    let (observed, found) = Stage::new("2026-11-19").laid();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].code, Code::Unreadable);
    assert_eq!(found[0].labels.len(), 1);
    assert!(matches!(
        whole(&observed),
        Reading::Unreadable(ReadFailure::Failed { .. })
    ));
}

#[test]
fn a_list_that_is_too_old_is_none() {
    let stage = Stage::new("2026-10-01");
    fs::write(stage.root.join("office.csv"), LIST).unwrap();
    let (observed, found) = stage.laid();
    assert_eq!(found, []);
    assert!(matches!(
        whole(&observed),
        Reading::Unreadable(ReadFailure::TooOld { .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_not_followed() {
    let stage = Stage::new("2026-11-19");
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("office.csv");
    fs::write(&target, LIST).unwrap();
    std::os::unix::fs::symlink(target, stage.root.join("office.csv")).unwrap();
    let (observed, found) = stage.laid();
    assert!(found[0].message.contains("leads out"), "{found:?}");
    assert!(matches!(
        whole(&observed),
        Reading::Unreadable(ReadFailure::Failed { .. })
    ));
}
