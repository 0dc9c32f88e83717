//! What is known about the vendors before any network is touched: the 264 rights of Altegio and
//! YCLIENTS, their roles in order of weight, the rights of a chain, what each kind of system can
//! do, and the assumptions no documentation confirms.
//!
//! Not the live truth: a vendor's roles tree may narrow this catalogue and never widens it.
//! Invariants: the table is append-only within a version; every governor stands above what it
//! governs, so no chain of governors has a loop; nothing here reads a file, a clock or a network.
//!
//! # Which right governs which
//!
//! A denied governor makes everything below it irrelevant: never compared, shown or written. A
//! governor chosen wrongly therefore hides a right that an account really holds, while one left
//! out costs no more than a right compared in vain. Hence:
//!
//! 1. A switch hangs on the root of its section and never on another switch, however its name
//!    nests. The vendor does not say what deleting transactions means without seeing them: it may
//!    be nothing, and it may be a call that still works. So an account that holds the one without
//!    the other is shown, compared and written as it is. The root is different: without its
//!    section there is no page to act on.
//! 2. A qualifier (days, a limiting flag, a list, an id, "beyond today", "only one's own rights")
//!    hangs on the right whose name it extends, else on the root of its section. It gives nothing
//!    of its own, so no access is hidden with it. A flag and its list hang on the same right.
//!    Two may reach further than that right: the transaction types of product movements, and
//!    "only one's own rights" over users. They stay there even so: when assignments add up, a
//!    restriction lasts only if all who grant its governor have it, and at the root any role that
//!    opens the section for something else would lift it.
//! 3. The limits to cash desks, payment items and storages hang on their section's root: they
//!    reach several pages of it.
//! 4. Roots hang on nothing, nor does a right without a section, but for the list of addresses,
//!    which hangs on the check that reads it.
//!
//! # Which rights are sensitive
//!
//! Only switches below a root, and switches without a section, can be sensitive; a root opens a
//! page and shows only what the rights below it allow. The first that is true counts:
//!
//! | category | criterion |
//! | --- | --- |
//! | user management | the slug begins with `settings_users_` |
//! | security | the slug begins with `security_`; adding the location to a chain |
//! | export | the slug contains `_export_`; webhooks, which carry data out all the time |
//! | deletion | the slug contains `_delete_`, `_dismiss_` or `_removal_`; editing comments, which the vendor joins with deleting them |
//! | money | moves money or stored value (payments, transactions, fiscal operations, personal accounts, cards, memberships, gift cards, invoices, mailings); shows cash desks, balances or pay; sets a price or a discount; edits what is fully paid; sets up how money is taken (payment settings, cash registers, online payments, tips, a client's loyalty) |
//! | client data | shows or changes who a client is and how they are reached: `_phones_`, `_phone_`, `_surname_`, editing a client, files, additional fields of clients, client data in the appointment window; all of medicine |
//!
//! Reports, lists and settings that only show figures, names of things or past visits are not
//! sensitive.

use std::sync::LazyLock;

mod assumption;
mod capability;
mod chain;
mod fact;
mod kind;
mod right;
mod role;
mod section;
mod table;
#[cfg(test)]
mod tests;

pub use assumption::{Assumption, Mark};
pub use capability::{Capability, Confidence, How, Precondition, Verb, capability, preconditions};
pub use chain::ChainRight;
pub use fact::{Fact, FactForm, fact, fact_sensitivity, role_sensitivity};
pub use kind::{Allowance, Kind, PhoneStyle, TokenName};
pub use right::{
    Entity, Evidence, Extreme, Polarity, Product, Right, RightId, RightType, Sensitivity,
};
pub use role::{VendorRole, compare_roles, heaviest, role, roles_for};
pub use section::Section;

use table::{Legacy, Row, TABLES};

/// The rights of Altegio and YCLIENTS, as one version of this catalogue has them.
#[derive(Debug)]
pub struct Catalog {
    rights: Vec<Right>,
    /// Positions in order of their slugs.
    by_slug: Vec<RightId>,
    /// Older keys in order, each with the right it means.
    by_legacy: Vec<(&'static str, RightId)>,
    /// The rights directly below each right, by position.
    children: Vec<Vec<RightId>>,
    /// The root of each section, in the order of `Section::ALL`.
    roots: Vec<RightId>,
}

static CURRENT: LazyLock<Catalog> = LazyLock::new(|| Catalog::build(TABLES));

impl Catalog {
    /// Every version that `catalogue:` may name, oldest first.
    pub const VERSIONS: &'static [&'static str] = &["2026-11"];

    /// The newest version.
    pub fn current() -> &'static Self {
        &CURRENT
    }

    /// The version that `catalogue:` names, if this tool has it.
    pub fn version(name: &str) -> Option<&'static Self> {
        Self::VERSIONS.contains(&name).then(Self::current)
    }

    /// The version of this catalogue.
    pub fn name(&self) -> &'static str {
        "2026-11"
    }

    /// How many rights there are: the length of an array indexed by [`RightId::index`].
    pub fn len(&self) -> usize {
        self.rights.len()
    }

    /// Whether there are none. There always are.
    pub fn is_empty(&self) -> bool {
        self.rights.is_empty()
    }

    /// The right at a position. Only a catalogue makes positions, so each has its right.
    pub fn get(&self, id: RightId) -> &Right {
        &self.rights[id.index()]
    }

    /// The position with that index, if it is one.
    pub fn at(&self, index: usize) -> Option<RightId> {
        self.rights.get(index).map(|right| right.id)
    }

    /// Whether a right with that slug is known and limits others.
    pub fn restricts(&self, slug: &str) -> bool {
        let right = self.by_slug(slug);
        right.is_some_and(|id| self.get(id).is_restricting())
    }

    /// The right with that slug, exactly as the vendor spells it.
    pub fn by_slug(&self, slug: &str) -> Option<RightId> {
        let found = self
            .by_slug
            .binary_search_by(|&id| self.get(id).slug.cmp(slug))
            .ok()?;
        self.by_slug.get(found).copied()
    }

    /// The right that an older read means by a key (`GET /user/permissions/{id}`).
    ///
    /// Older keys are read and never sent; one that is also a slug means that slug's right.
    pub fn by_legacy(&self, key: &str) -> Option<RightId> {
        let found = self
            .by_legacy
            .binary_search_by(|(name, _)| (*name).cmp(key))
            .ok()?;
        self.by_legacy.get(found).map(|&(_, id)| id)
    }

    /// Every right, governors before what they govern.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Right> + ExactSizeIterator {
        self.rights.iter()
    }

    /// Every position, governors before what they govern.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = RightId> {
        self.rights.iter().map(|right| right.id)
    }

    /// The rights that exist at systems of a kind; none for kinds without rights of this sort.
    pub fn for_product(&self, kind: Kind) -> impl Iterator<Item = &Right> {
        self.rights
            .iter()
            .filter(move |right| right.product.covers(kind))
    }

    /// The root of a section.
    pub fn section_root(&self, section: Section) -> RightId {
        self.roots[section as usize]
    }

    /// The rights of a section, its root first.
    pub fn in_section(&self, section: Section) -> impl Iterator<Item = &Right> {
        self.rights
            .iter()
            .filter(move |right| right.section == Some(section))
    }

    /// The rights that hang directly on a right.
    pub fn children(&self, id: RightId) -> &[RightId] {
        &self.children[id.index()]
    }

    /// The governors of a right, the nearest first, its root (or what stands alone) last.
    pub fn governors(&self, id: RightId) -> impl Iterator<Item = RightId> {
        std::iter::successors(self.get(id).governor, |&above| self.get(above).governor)
    }

    /// The slug that somebody most likely meant, or `None` if nothing is near.
    pub fn suggest(&self, text: &str) -> Option<&'static str> {
        let text = folded(text)?;
        // Somebody who read the vendor's older pages, or left the usual ending out, is exact.
        let spelled = [text.clone(), format!("{text}_access")];
        if let Some(id) = spelled.iter().find_map(|name| self.by_slug(name)) {
            return Some(self.get(id).slug);
        }
        if let Some(id) = self.by_legacy(&text) {
            return Some(self.get(id).slug);
        }
        nearest(&text, self.rights.iter().map(|right| right.slug))
    }

    /// Resolves the names in the table, and hangs every switch on the root of its section. A name
    /// that does not resolve would leave a right without its governor; the tests hold every one
    /// against the table, so none is.
    fn build(tables: &'static [(Option<Section>, &'static [Row])]) -> Self {
        let rows: Vec<(Option<Section>, &'static Row)> = tables
            .iter()
            .flat_map(|&(section, rows)| rows.iter().map(move |row| (section, row)))
            .collect();
        let root = |section: Section| {
            let (_, rows) = tables.iter().find(|(of, _)| *of == Some(section))?;
            rows.first().map(|row| row.slug)
        };
        let ids = || (0..u16::MAX).map(RightId).zip(&rows);
        let mut slugs: Vec<(&'static str, RightId)> =
            ids().map(|(id, (_, row))| (row.slug, id)).collect();
        slugs.sort_unstable();
        let find = |slug: &'static str| {
            let found = slugs.binary_search_by(|(name, _)| (*name).cmp(slug)).ok()?;
            slugs.get(found).map(|&(_, id)| id)
        };
        let lists: Vec<(&'static str, RightId)> = ids()
            .filter_map(|(id, (_, row))| Some((row.flag?, id)))
            .collect();

        let rights: Vec<Right> = ids()
            .map(|(id, &(section, row))| Right {
                id,
                slug: row.slug,
                section,
                kind: row.kind,
                governor: match row.kind {
                    RightType::Switch => section.and_then(root),
                    _ => row.governor,
                }
                .and_then(find),
                flag: row.flag.and_then(find),
                list: lists
                    .iter()
                    .find(|(flag, _)| *flag == row.slug)
                    .map(|&(_, list)| list),
                polarity: row.kind.polarity(),
                most_open: row.kind.most_open(),
                most_restrictive: row.kind.most_restrictive(),
                sensitivity: row.sensitivity,
                title: row.title,
                product: row.product,
                legacy: match &row.legacy {
                    Legacy::Same => std::slice::from_ref(&row.slug),
                    Legacy::Names(names) => names,
                },
                evidence: row.evidence,
            })
            .collect();

        let mut children = vec![Vec::new(); rights.len()];
        for right in &rights {
            if let Some(governor) = right.governor {
                children[governor.index()].push(right.id);
            }
        }
        let mut by_legacy: Vec<(&'static str, RightId)> = rights
            .iter()
            .flat_map(|right| right.legacy.iter().map(|&name| (name, right.id)))
            .collect();
        by_legacy.sort_unstable();
        let roots = Section::ALL
            .iter()
            .filter_map(|&section| {
                rights
                    .iter()
                    .find(|right| {
                        right.section == Some(section) && right.kind == RightType::Section
                    })
                    .map(|right| right.id)
            })
            .collect();
        Self {
            by_slug: slugs.into_iter().map(|(_, id)| id).collect(),
            by_legacy,
            children,
            roots,
            rights,
        }
    }
}

/// No name is near a text longer than this; comparing it would only cost time.
const LONGEST_GUESS: usize = 120;

/// A name as somebody may have typed it, in the vendor's way of writing; `None` if hopeless.
fn folded(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() <= LONGEST_GUESS).then(|| text.to_ascii_lowercase().replace(['-', ' ', '.'], "_"))
}

/// The candidate nearest to a text, if one is near; of equally near ones the first by name.
fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text = folded(text)?;
    // A quarter of the letters may be wrong: beyond that a guess misleads more than it helps.
    let allowed = (text.chars().count() / 4).max(1);
    candidates
        .map(|name| (strsim::damerau_levenshtein(&text, name), name))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, name)| name)
}
