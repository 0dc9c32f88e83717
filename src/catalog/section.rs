//! The sections into which the vendor groups rights.
//!
//! Not every right has one: a few stand alone. Invariant: a section's name is the prefix of the
//! slugs in it, and with `_access` behind it the slug of its root.

/// A section of the rights: the prefix of its slugs, and a place in the vendor's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The appointment calendar.
    Timetable,
    /// The appointment window.
    Records,
    /// Finances.
    Finances,
    /// Inventory.
    Storages,
    /// Settings.
    Settings,
    /// Clients.
    Clients,
    /// Overview, now called Reports.
    Dashboard,
    /// Security and activity logs.
    Security,
    /// Medicine (YCLIENTS).
    Medicine,
    /// Loyalty.
    Loyalty,
    /// Billing of the location itself.
    Billing,
    /// Tips.
    Tips,
    /// Online booking.
    OnlineRecord,
}

impl Section {
    /// Every section, in the order of the catalogue.
    pub const ALL: &'static [Self] = &[
        Self::Timetable,
        Self::Records,
        Self::Finances,
        Self::Storages,
        Self::Settings,
        Self::Clients,
        Self::Dashboard,
        Self::Security,
        Self::Medicine,
        Self::Loyalty,
        Self::Billing,
        Self::Tips,
        Self::OnlineRecord,
    ];

    /// The section that a pattern such as `timetable.*` names by its first part.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|section| section.as_str() == text)
    }

    /// The prefix of its slugs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timetable => "timetable",
            Self::Records => "records",
            Self::Finances => "finances",
            Self::Storages => "storages",
            Self::Settings => "settings",
            Self::Clients => "clients",
            Self::Dashboard => "dashboard",
            Self::Security => "security",
            Self::Medicine => "medicine",
            Self::Loyalty => "loyalty",
            Self::Billing => "billing",
            Self::Tips => "tips",
            Self::OnlineRecord => "online_record",
        }
    }

    /// Its name in the vendor's English pages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Timetable => "Appointment calendar",
            Self::Records => "Appointment window",
            Self::Finances => "Finances",
            Self::Storages => "Inventory",
            Self::Settings => "Settings",
            Self::Clients => "Clients",
            Self::Dashboard => "Reports",
            Self::Security => "Security",
            Self::Medicine => "Medicine",
            Self::Loyalty => "Loyalty",
            Self::Billing => "Billing",
            Self::Tips => "Tips",
            Self::OnlineRecord => "Online booking",
        }
    }
}
