//! What a question is about: a right by its slug or its English title, a role, a value of another kind.
//!
//! Never a guess: what could mean two things is told with both, what means nothing with the nearest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{
    Catalog, ChainRight, Kind, RightId, Sensitivity, fact, fact_sensitivity, role_sensitivity,
    roles_for,
};
use crate::diagnostic::nearest;
use crate::model::explained::{Shown, Subject};
use crate::model::{Desired, RoleKey, VendorRoleSlug};

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

    /// What there is beside rights, by name.
    pub fn facts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.facts.iter()
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

/// Why it is sensitive, if it is: by the catalogue, or because the project says so of a right.
///
/// Of what has other values than yes and no the value tells; without one it is sensitive if any of its values is.
pub fn sensitivity(
    subject: &Subject,
    kind: Option<Kind>,
    value: Option<&Shown>,
    catalog: &Catalog,
    raised: &BTreeMap<RightId, Sensitivity>,
) -> Option<Sensitivity> {
    let text = |value: &Shown| match value {
        Shown::Text(text) => Some(Arc::clone(text)),
        Shown::Value(_) => None,
    };
    match subject {
        Subject::Role => role_sensitivity(kind?, &text(value?)?),
        Subject::Right(id) => {
            let own = catalog.get(*id).sensitivity;
            own.or_else(|| raised.get(id).copied())
        }
        Subject::Fact(name) => {
            let kind = kind?;
            let of = |value: &str| fact_sensitivity(kind, name, value);
            match value.and_then(text) {
                // That somebody may not is as sensitive as that they may.
                Some(value) if &*value != "false" => value.lines().find_map(of),
                Some(_) | None => of("true").or_else(|| of("admin")),
            }
        }
    }
}

/// A vendor role that a question names, as the vendors or the project spell it.
pub fn vendor_role(desired: &Desired, text: &str) -> Option<VendorRoleSlug> {
    let systems = desired.systems.values();
    let mut known = systems.flat_map(|system| {
        let kind = Kind::parse(system.kind);
        let own = system.role_order.iter().map(VendorRoleSlug::as_str);
        let vendors = kind
            .into_iter()
            .flat_map(|kind| roles_for(kind).map(|role| role.slug));
        own.chain(vendors).collect::<Vec<&str>>()
    });
    let given = || {
        let grants = desired.people.values().flat_map(|person| &person.grants);
        let mut roles = grants.filter_map(|grant| grant.role.as_ref());
        roles.any(|role| role.as_str() == text)
    };
    (known.any(|role| role == text) || given()).then(|| VendorRoleSlug::new(text))
}
