//! Scenarios: a sentence of the language, the YAML that uses it, and what must come out.
//!
//! Every project is written as YAML and read by the real reader. A grant is compared as lines of `slug value`, so that
//! a test says exactly what is managed and what is not.

use std::fmt::Write as _;

use super::{ResolveOptions, resolve};
use crate::catalog::Catalog;
use crate::config::{LoadOptions, load_texts};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AsOf, Days, Desired, Grant, GrantState, Item, Items, One, StaffWish, Value};
use crate::text::Sources;

mod dates;
mod fences;
mod kinds;
mod people;
mod places;
mod policies;
mod roles;
mod sensitive;
mod sums;

const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    tokens: { partner: { env: A }, user: { env: B } }
  orders:
    kind: keycrm
    tokens: { key: { env: C } }
    roles: [ { name: administrator, id: 1 }, { name: manager, id: 2 } ]
  desk: { kind: reservio }
  agency: { kind: apenday }
";

const PLACES: &str = "\
locations:
  center: { tags: { region: riga, format: flagship }, in: { salons: 1, desk: d1, agency: a1 } }
  mall: { tags: { region: riga }, in: { salons: 2, desk: d2, agency: a2 } }
  vilnius: { tags: { region: vilnius }, time_zone: Europe/Vilnius, in: { salons: 3 } }
  new: { tags: { region: riga, format: pop-up }, status: planned, in: { salons: 4 } }
  old: { tags: { region: liepaja }, status: closed, in: { salons: 5 } }
";

/// A project and what came out of it.
pub(super) struct World {
    pub(super) desired: Desired,
    pub(super) diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

/// Resolves entries, beside the usual settings and places, at a date.
#[track_caller]
pub(super) fn world(entries: &str, as_of: &str) -> World {
    world_of(
        &[
            ("keyholder.yaml", SETTINGS),
            ("locations.yaml", PLACES),
            ("people.yaml", entries),
        ],
        as_of,
    )
}

/// Resolves files at a date or an instant.
#[track_caller]
pub(super) fn world_of(files: &[(&str, &str)], as_of: &str) -> World {
    let loaded = load_texts(files, &LoadOptions::default());
    assert!(
        !loaded.has_errors(),
        "the reader refuses this: {:#?}",
        loaded.diagnostics
    );
    let as_of = match as_of.parse() {
        Ok(date) => AsOf::Date(date),
        Err(_) => AsOf::Instant(as_of.parse().unwrap()),
    };
    let (desired, diagnostics) = resolve(
        &loaded.project,
        &ResolveOptions::at(as_of),
        Catalog::current(),
    );
    World {
        desired,
        diagnostics,
        sources: loaded.sources,
    }
}

/// A person with the roles and lines that a test is about; the contact identifies.
pub(super) fn jana(roles: &str, access: &str) -> String {
    format!(
        "roles:\n{roles}\npeople:\n  jana:\n    name: {{ first: Jana, last: Kalna }}\n    email: jana@chain.example\n    access:\n{access}\n"
    )
}

impl World {
    /// The codes of everything but notes, in order.
    pub(super) fn problems(&self) -> Vec<Code> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity > crate::diagnostic::Severity::Note)
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    /// The codes of the notes, in order.
    pub(super) fn notes(&self) -> Vec<Code> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == crate::diagnostic::Severity::Note)
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    #[track_caller]
    pub(super) fn no_problems(&self) -> &Self {
        let problems: Vec<&Diagnostic> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity > crate::diagnostic::Severity::Note)
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        self
    }

    /// The one diagnostic of a code.
    #[track_caller]
    pub(super) fn the(&self, code: Code) -> &Diagnostic {
        let found: Vec<&Diagnostic> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code == code)
            .collect();
        match found.as_slice() {
            [one] => one,
            other => panic!("wanted one {code:?}: {other:#?} of {:#?}", self.diagnostics),
        }
    }

    /// The texts that the labels of a diagnostic point at.
    pub(super) fn pointed(&self, diagnostic: &Diagnostic) -> Vec<&str> {
        diagnostic
            .labels
            .iter()
            .map(|label| self.sources.text(label.span))
            .collect()
    }

    /// The grants of a person as `system place` and what is there.
    #[track_caller]
    pub(super) fn places(&self, person: &str) -> Vec<String> {
        self.person(person)
            .iter()
            .map(|grant| {
                let mut text = format!("{} {}", grant.system, grant.place);
                match grant.state {
                    GrantState::Present => {}
                    GrantState::Paused => text.push_str(" paused"),
                    GrantState::Absent => text.push_str(" absent"),
                }
                if let Some(role) = &grant.role {
                    let _ = write!(text, " {role}");
                }
                text
            })
            .collect()
    }

    #[track_caller]
    fn person(&self, person: &str) -> &[Grant] {
        let key = crate::model::PersonKey::new(person);
        &self.desired.people.get(&key).expect("a person").grants
    }

    #[track_caller]
    pub(super) fn grant(&self, person: &str, system: &str, place: &str) -> &Grant {
        self.person(person)
            .iter()
            .find(|grant| grant.system.as_str() == system && grant.place.to_string() == place)
            .expect("a grant")
    }

    /// Everything managed that is not just denied, one right a line.
    #[track_caller]
    pub(super) fn given(&self, person: &str, place: &str) -> String {
        self.rights(person, place, |value| *value != Value::Switch(false))
    }

    /// Everything managed whose slug begins with a prefix, one right a line.
    #[track_caller]
    pub(super) fn all(&self, person: &str, place: &str, prefix: &str) -> String {
        self.rights(person, place, |_| true)
            .lines()
            .filter(|line| line.starts_with(prefix))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    #[track_caller]
    fn rights(&self, person: &str, place: &str, want: impl Fn(&Value) -> bool) -> String {
        let catalog = Catalog::current();
        let grant = self.grant(person, "salons", place);
        let mut text = String::new();
        for (at, value) in grant.rights.iter().filter(|(_, value)| want(value)) {
            let slug = catalog.get(catalog.at(at).unwrap()).slug;
            let _ = writeln!(text, "{slug} {}", show(value));
        }
        text
    }
}

fn show(value: &Value) -> String {
    let item = |item: &Item| match item {
        Item::Id(id) => id.to_string(),
        Item::Name(name) => name.to_string(),
    };
    match value {
        Value::Switch(on) => on.to_string(),
        Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => "all".into(),
        Value::Days(Days::Last(days)) => days.to_string(),
        Value::Items(Items::Only(items)) => {
            let items: Vec<String> = items.iter().map(item).collect();
            format!("[{}]", items.join(", "))
        }
        Value::One(One::Myself) => "self".into(),
        Value::One(One::Only(one)) => item(one),
        Value::Text(text) => format!("{text:?}"),
    }
}

#[test]
fn the_order_of_files_and_entries_never_matters() {
    let role = "roles: { r: { salons: { role: worker, unlisted: deny, rights: { timetable.*: allow } } } }\n";
    let jana = "people: { jana: { name: Jana, email: j@chain.example, access: [ { role: r, at: all } ] } }\n";
    let anna = "people: { anna: { name: Anna, email: a@chain.example, access: [ { role: r, at: { region: riga } } ] } }\n";
    let settings = ("keyholder.yaml", SETTINGS);
    let one = world_of(
        &[
            settings,
            ("locations.yaml", PLACES),
            ("roles.yaml", role),
            ("people/a.yaml", jana),
            ("people/b.yaml", anna),
        ],
        "2026-12-01",
    );
    let other = world_of(
        &[
            ("people/a.yaml", anna),
            ("people/b.yaml", jana),
            ("roles/x.yaml", role),
            settings,
            ("locations/y.yml", PLACES),
        ],
        "2026-12-01",
    );
    for person in ["jana", "anna"] {
        assert_eq!(one.places(person), other.places(person));
        assert_eq!(one.given(person, "center"), other.given(person, "center"));
    }
    assert_eq!(one.notes(), other.notes());
}

/// What is said about the staff link of a grant.
pub(super) fn staff(grant: &Grant) -> String {
    match &grant.staff {
        StaffWish::Keep => "keep".into(),
        StaffWish::Nobody => "nobody".into(),
        StaffWish::Link(Item::Id(id)) => id.to_string(),
        StaffWish::Link(Item::Name(name)) => name.to_string(),
    }
}
