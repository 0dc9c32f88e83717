//! What a question is about: a right by its slug or its English title, a role, a value of another kind.
//!
//! Never a guess: what could mean two things is told with both, what means nothing with the nearest.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{Catalog, ChainRight, Kind, Sensitivity, fact, fact_sensitivity};
use crate::diagnostic::nearest;
use crate::model::explained::Subject;
use crate::model::{Desired, RoleKey};

/// What a text on the command line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// These, which have one name: a right may be one of a place and one of a chain.
    Subjects(Vec<Subject>),
    /// Nothing; the nearest name, if one is near.
    Nothing(Option<String>),
    /// One of several.
    Several(Vec<String>),
}

/// What a question may be about, beside the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    facts: BTreeSet<Arc<str>>,
    roles: BTreeSet<RoleKey>,
}

impl Vocabulary {
    /// The names that a project uses.
    pub fn of(desired: &Desired, roles: impl IntoIterator<Item = RoleKey>) -> Self {
        let grants = desired.people.values().flat_map(|person| &person.grants);
        let mut facts: BTreeSet<Arc<str>> = grants
            .flat_map(|grant| grant.extra.keys().cloned())
            .collect();
        facts.extend(ChainRight::ALL.iter().map(|right| Arc::from(right.key)));
        Self {
            facts,
            roles: roles.into_iter().collect(),
        }
    }

    /// Whether a text is the key of a role.
    pub fn role(&self, text: &str) -> Option<&RoleKey> {
        self.roles.iter().find(|role| role.as_str() == text)
    }

    /// What a text means.
    pub fn find(&self, text: &str, catalog: &Catalog) -> Meant {
        let text = text.trim();
        let mut exact: Vec<Subject> = catalog
            .by_slug(text)
            .map(Subject::Right)
            .into_iter()
            .collect();
        exact.extend(self.facts.get(text).cloned().map(Subject::Fact));
        if exact.is_empty() && text == "role" {
            exact.push(Subject::Role);
        }
        if exact.is_empty() {
            exact.extend(ChainRight::by_key(text).map(|right| Subject::Fact(Arc::from(right.key))));
        }
        if !exact.is_empty() {
            return Meant::Subjects(exact);
        }
        let wanted = text.to_lowercase();
        let titled: Vec<&str> = catalog
            .all()
            .filter(|right| right.title.to_lowercase() == wanted)
            .map(|right| right.slug)
            .collect();
        let found = if titled.is_empty() && wanted.chars().count() > 3 {
            catalog
                .all()
                .filter(|right| right.title.to_lowercase().contains(&wanted))
                .map(|right| right.slug)
                .collect()
        } else {
            titled
        };
        match found.as_slice() {
            [] => Meant::Nothing(self.near(text, catalog)),
            [slug] => Meant::Subjects(
                catalog
                    .by_slug(slug)
                    .map(Subject::Right)
                    .into_iter()
                    .collect(),
            ),
            several => Meant::Several(several.iter().map(|slug| (*slug).to_owned()).collect()),
        }
    }

    /// The nearest name of a right, a title or a role.
    fn near(&self, text: &str, catalog: &Catalog) -> Option<String> {
        if let Some(slug) = catalog.suggest(text) {
            return Some(slug.to_owned());
        }
        let titles: Vec<&str> = catalog.all().map(|right| right.title).collect();
        let names = titles
            .into_iter()
            .chain(self.facts.iter().map(|fact| &**fact))
            .chain(self.roles.iter().map(RoleKey::as_str));
        nearest(text, names).map(str::to_owned)
    }
}

/// The name of a subject in files and calls.
pub fn slug(subject: &Subject, catalog: &Catalog) -> String {
    match subject {
        Subject::Role => "role".to_owned(),
        Subject::Right(id) => catalog.get(*id).slug.to_owned(),
        Subject::Fact(name) => name.to_string(),
    }
}

/// What it is called for people.
pub fn title(subject: &Subject, kind: Option<Kind>, catalog: &Catalog) -> String {
    match subject {
        Subject::Role => "the vendor's role".to_owned(),
        Subject::Right(id) => catalog.get(*id).title.to_owned(),
        Subject::Fact(name) => kind
            .and_then(|kind| fact(kind, name))
            .map_or_else(|| name.to_string(), |fact| fact.title.to_string()),
    }
}

/// Why it is sensitive, if it is.
pub fn sensitivity(
    subject: &Subject,
    kind: Option<Kind>,
    catalog: &Catalog,
) -> Option<Sensitivity> {
    match subject {
        Subject::Role => None,
        Subject::Right(id) => catalog.get(*id).sensitivity,
        Subject::Fact(name) => fact_sensitivity(kind?, name, "true"),
    }
}
