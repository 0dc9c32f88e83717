//! Exports on a disk, over a read.

use std::fs;

use camino::Utf8PathBuf;

use super::*;
use crate::config::LoadOptions;
use crate::model::{AsOf, Attested, Memory, PlaceId, Profile};
use crate::ops::project::{OpenOptions, open};
use crate::plan::{Completeness, Input, Only, plan};

const LIST: &str =
    "Email,Last name,First name,Status,Agency\nanna@c.example,Ozola,Anna,active,mall\n";

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

struct Stage {
    _folder: tempfile::TempDir,
    root: Utf8PathBuf,
    system: ObservedSystem,
}

impl Stage {
    fn new(taken: &str) -> Self {
        Self::of("apenday", "", taken)
    }

    /// A project whose one system is of a kind, with more settings of it.
    fn of(kind: &'static str, more: &str, taken: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let settings = format!(
            "version: 1\ntime_zone: UTC\nsystems:\n  office: {{ kind: {kind}, {more} snapshot: {{ file: office.csv, taken: {taken} }} }}\n"
        );
        fs::write(root.join("keyholder.yaml"), settings).unwrap();
        fs::write(
            root.join("locations.yaml"),
            "locations: { mall: { title: Mall, in: { office: \"7\" } } }\n",
        )
        .unwrap();
        let system = ObservedSystem {
            kind,
            host: "vendor.example".into(),
            taken: now(),
            caller: Caller::default(),
            scopes: BTreeMap::new(),
            calls: 0,
        };
        Self {
            _folder: folder,
            root,
            system,
        }
    }

    /// The same where the vendor answered of a place.
    fn read(mut self, place: PlaceId, reading: Reading<ScopeState>) -> Self {
        self.system.scopes.insert(place, reading);
        self
    }

    fn list(self, text: &str) -> Self {
        fs::write(self.root.join("office.csv"), text).unwrap();
        self
    }

    fn project(&self) -> Project {
        let options = OpenOptions {
            load: LoadOptions::default(),
            as_of: AsOf::Instant(now()),
            ahead: std::time::Duration::ZERO,
        };
        let project = open(&self.root, &options);
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        project
    }

    /// What the system looks like afterwards, and the problems.
    fn laid(&self) -> (Observed, Vec<Diagnostic>) {
        let mut observed = Observed::default();
        observed.systems.insert(office(), self.system.clone());
        let found = lay_over(&mut observed, &self.project(), now());
        (observed, found)
    }
}

fn office() -> SystemName {
    SystemName::new("office")
}

fn mall() -> PlaceId {
    PlaceId::At(LocationKey::new("mall"))
}

/// What Reservio shows of a business.
fn profiles() -> ScopeState {
    let anna = Profile {
        id: "r-1".into(),
        name: "Anna".into(),
    };
    ScopeState {
        profiles: Some(vec![anna]),
        ..ScopeState::default()
    }
}

/// What a plan says of the mall's scope, and its notes.
fn told(stage: &Stage, observed: &Observed) -> (Completeness, Vec<String>) {
    let project = stage.project();
    let plan = plan(&Input {
        desired: &project.desired,
        observed,
        memory: &Memory::default(),
        attested: &Attested::default(),
        catalog: project.catalog,
        sources: &project.loaded.sources,
        config: project.config_fact(),
        now: now(),
        only: &Only::default(),
    });
    let mut scopes = plan.draft.scopes.into_iter();
    let scope = scopes.find(|scope| scope.place == mall()).unwrap();
    let notes = plan.draft.notes.into_iter().map(|note| note.text);
    (scope.completeness, notes.collect())
}

fn whole(observed: &Observed) -> &Reading<ScopeState> {
    &observed.systems[&SystemName::new("office")].scopes[&PlaceId::Whole]
}

/// Why the list could not stand in; nothing else was read.
fn lost(observed: &Observed) -> &ReadFailure {
    assert!(observed.systems[&office()].scopes.is_empty());
    &observed.lost_exports[&(office(), PlaceId::Whole)]
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
    assert!(matches!(lost(&observed), ReadFailure::Failed { .. }));
}

#[test]
fn a_list_that_is_too_old_is_none() {
    let stage = Stage::new("2026-10-01");
    fs::write(stage.root.join("office.csv"), LIST).unwrap();
    let (observed, found) = stage.laid();
    assert_eq!(found, []);
    assert!(matches!(lost(&observed), ReadFailure::TooOld { .. }));
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
    assert!(matches!(lost(&observed), ReadFailure::Failed { .. }));
}

#[test]
fn a_list_that_is_no_good_leaves_what_the_vendor_shows_as_it_is() {
    let live = [
        Reading::Complete(profiles()),
        Reading::Partial(profiles(), Vec::new()),
        Reading::Unreadable(ReadFailure::Invisible),
    ];
    for live in live {
        for (taken, list, why) in [
            ("2026-10-01", Some(LIST), "its export was taken at"),
            ("2026-11-19", None, "cannot be read"),
        ] {
            let mut stage = Stage::of("reservio", "", taken).read(mall(), live.clone());
            if let Some(list) = list {
                stage = stage.list(list);
            }
            let (observed, _) = stage.laid();
            assert_eq!(observed.systems[&office()].scopes[&mall()], live);
            // The plan tells the one apart from the other.
            let (scope, notes) = told(&stage, &observed);
            assert!(
                matches!(&scope, Completeness::Unreadable(told) if told.contains(why)),
                "{scope:?}"
            );
            let unread = notes
                .iter()
                .filter(|note| note.contains("profiles could not be read"));
            let unread: Vec<&String> = unread.collect();
            assert_eq!(unread.is_empty(), live.complete().is_some(), "{notes:?}");
            assert!(unread.iter().all(|note| !note.contains(why)), "{notes:?}");
        }
    }
}

#[test]
fn beside_profiles_a_list_tells_of_access() {
    let list = "email,state,own bookings,places\nanna@c.example,active,yes,mall\n";
    let stage = Stage::of("reservio", "", "2026-11-19").list(list);
    let (observed, found) = stage.read(mall(), Reading::Complete(profiles())).laid();
    assert_eq!(found, []);
    let scope = observed.systems[&office()].scopes[&mall()]
        .complete()
        .unwrap();
    assert_eq!(scope.accounts.len(), 1);
    assert_eq!(scope.profiles, profiles().profiles);
    assert!(scope.export.is_some());
}

#[test]
fn a_live_read_of_users_beats_a_list() {
    let list = "id,email\n1,anna@c.example\n";
    let tokens = "chain: 4521, tokens: { partner: { env: P }, user: { env: U } },";
    let altegio = || Stage::of("altegio", tokens, "2026-11-19").list(list);
    let live = Reading::Complete(ScopeState::default());
    // Locations are read, and the list speaks of the chain alone.
    let (observed, found) = altegio().read(mall(), live.clone()).laid();
    assert_eq!(found, []);
    let scopes = &observed.systems[&office()].scopes;
    assert_eq!(scopes[&mall()], live);
    let chain = scopes[&PlaceId::Chain].complete().unwrap();
    assert_eq!(chain.accounts.len(), 1);
    // Would the vendor answer for the chain, its word would stand, whole or not.
    for live in [live, Reading::Partial(ScopeState::default(), Vec::new())] {
        let (observed, _) = altegio().read(PlaceId::Chain, live.clone()).laid();
        let scopes = &observed.systems[&office()].scopes;
        assert_eq!(scopes[&PlaceId::Chain], live);
    }
}
