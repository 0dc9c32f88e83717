//! The rows of the catalogue, as one reads them: a file per section, a line per right, in the
//! order of the vendor's own tree.
//!
//! Only what qualifies another right names its governor; a switch hangs on the root of its section
//! and has no say in it. Names are resolved once, by [`super::Catalog`]. Invariant: a row stands
//! below its governor, so that positions run from the top down; the root is a section's first row.
//! Tests hold every row against the transcript of the vendor reference in
//! `../fixture/reference.txt`.

use super::{
    right::{Entity, Evidence, Product, RightType, Sensitivity},
    section::Section,
};

mod alone;
mod clients;
mod dashboard;
mod finances;
mod medicine;
mod records;
mod settings;
mod small;
mod storages;
mod timetable;

/// The whole table: each section's rows, the rights that stand alone last.
pub(super) const TABLES: &[(Option<Section>, &[Row])] = &[
    (Some(Section::Timetable), timetable::ROWS),
    (Some(Section::Records), records::ROWS),
    (Some(Section::Finances), finances::ROWS),
    (Some(Section::Storages), storages::ROWS),
    (Some(Section::Settings), settings::ROWS),
    (Some(Section::Clients), clients::ROWS),
    (Some(Section::Dashboard), dashboard::ROWS),
    (Some(Section::Security), small::SECURITY),
    (Some(Section::Medicine), medicine::ROWS),
    (Some(Section::Loyalty), small::LOYALTY),
    (Some(Section::Billing), small::BILLING),
    (Some(Section::Tips), small::TIPS),
    (Some(Section::OnlineRecord), small::ONLINE_RECORD),
    (None, alone::ROWS),
];

/// One right as written down, before its references are resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) slug: &'static str,
    pub(super) kind: RightType,
    /// What it qualifies; `None` for what qualifies nothing.
    pub(super) governor: Option<&'static str>,
    pub(super) flag: Option<&'static str>,
    pub(super) title: &'static str,
    pub(super) sensitivity: Option<Sensitivity>,
    pub(super) product: Product,
    pub(super) legacy: Legacy,
    pub(super) evidence: Evidence,
}

/// What the older reads call a right.
#[derive(Clone, Copy, Debug)]
pub(super) enum Legacy {
    /// As the slug.
    Same,
    /// By these names (none, if no name is known).
    Names(&'static [&'static str]),
}

const fn row(
    slug: &'static str,
    kind: RightType,
    governor: Option<&'static str>,
    title: &'static str,
) -> Row {
    Row {
        slug,
        kind,
        governor,
        flag: None,
        title,
        sensitivity: None,
        product: Product::Both,
        legacy: Legacy::Same,
        evidence: Evidence::Seen,
    }
}

/// The root of a section.
const fn root(slug: &'static str, title: &'static str) -> Row {
    row(slug, RightType::Section, None, title)
}

/// A yes or no: below the root of its section, or alone where there is no section.
const fn switch(slug: &'static str, title: &'static str) -> Row {
    row(slug, RightType::Switch, None, title)
}

/// A number of days back.
const fn days(slug: &'static str, governor: &'static str, title: &'static str) -> Row {
    row(slug, RightType::Days, Some(governor), title)
}

/// A limiting flag; its list names it.
const fn limited(slug: &'static str, governor: &'static str, title: &'static str) -> Row {
    row(slug, RightType::Limited, Some(governor), title)
}

/// A list of ids and the flag that makes the vendor look at it.
const fn ids(
    slug: &'static str,
    governor: &'static str,
    entity: Entity,
    flag: &'static str,
    title: &'static str,
) -> Row {
    let mut row = row(slug, RightType::Ids(entity), Some(governor), title);
    row.flag = Some(flag);
    row
}

/// A single id.
const fn id(
    slug: &'static str,
    governor: &'static str,
    entity: Entity,
    title: &'static str,
) -> Row {
    row(slug, RightType::Id(entity), Some(governor), title)
}

/// "Not limited to today".
const fn today(slug: &'static str, governor: &'static str, title: &'static str) -> Row {
    row(slug, RightType::NoLimitToday, Some(governor), title)
}

impl Row {
    const fn legacy(mut self, names: &'static [&'static str]) -> Self {
        self.legacy = Legacy::Names(names);
        self
    }

    const fn no_legacy(self) -> Self {
        self.legacy(&[])
    }

    const fn sensitive(mut self, why: Sensitivity) -> Self {
        self.sensitivity = Some(why);
        self
    }

    const fn money(self) -> Self {
        self.sensitive(Sensitivity::Money)
    }

    const fn client_data(self) -> Self {
        self.sensitive(Sensitivity::ClientData)
    }

    const fn user_management(self) -> Self {
        self.sensitive(Sensitivity::UserManagement)
    }

    const fn deletion(self) -> Self {
        self.sensitive(Sensitivity::Deletion)
    }

    const fn export(self) -> Self {
        self.sensitive(Sensitivity::Export)
    }

    const fn security(self) -> Self {
        self.sensitive(Sensitivity::Security)
    }

    const fn yclients(mut self) -> Self {
        self.product = Product::Yclients;
        self
    }

    const fn client_only(mut self) -> Self {
        self.evidence = Evidence::ClientOnly;
        self
    }
}
