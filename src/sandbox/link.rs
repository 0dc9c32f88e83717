//! A user's place in a location: role, rights, staff link, state.
//!
//! Not the person. It keeps that a link carries a value for every right its location has; the state file holds only
//! the values that differ from the role's, which are few.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::kind::Kind;
use super::state::Location;
use super::{rights, roles, stamp};

/// A user's place in a location.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Stored")]
pub(crate) struct Link {
    pub(crate) role: String,
    pub(crate) staff: Option<u64>,
    pub(crate) rights: BTreeMap<String, Value>,
    /// False while an invitation waits.
    pub(crate) approved: bool,
    /// When it appears in answers.
    pub(crate) visible: Timestamp,
    pub(crate) non_deletable: bool,
    pub(crate) information: String,
}

impl Link {
    /// An accepted link with the rights its role recommends.
    pub(crate) fn of_role(role: &str, location: &Location, kind: Kind, visible: Timestamp) -> Self {
        Self {
            role: role.to_owned(),
            staff: None,
            rights: default_rights(role, location, kind),
            approved: true,
            visible,
            non_deletable: role == "owner",
            information: String::new(),
        }
    }

    /// Whether a switch is on.
    pub(crate) fn has(&self, slug: &str) -> bool {
        self.rights
            .get(slug)
            .and_then(rights::read_flag)
            .unwrap_or(false)
    }
}

/// The values a role gives at a location.
pub(crate) fn default_rights(
    role: &str,
    location: &Location,
    kind: Kind,
) -> BTreeMap<String, Value> {
    let values = roles::defaults(role);
    location
        .rights(kind)
        .filter_map(|right| Some((right.slug.to_owned(), values.get(right.slug)?.clone())))
        .collect()
}

/// A link as the state file holds it.
#[derive(Serialize, Deserialize)]
struct Stored {
    role: String,
    staff: Option<u64>,
    /// Whether the location has the rights of medicine.
    medicine: bool,
    /// The rights that differ from the role's.
    differs: BTreeMap<String, Value>,
    /// The rights that the role has and the location does not, but for those of medicine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lacks: Vec<String>,
    approved: bool,
    #[serde(with = "stamp")]
    visible: Timestamp,
    non_deletable: bool,
    information: String,
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // Both are sorted by slug, and the role has all values of the link, so one pass finds the differences.
        let mut values = roles::defaults(&self.role).iter();
        let differs = self
            .rights
            .iter()
            .filter(|(slug, value)| {
                values
                    .find(|(other, _)| *other == slug)
                    .is_none_or(|(_, given)| given != *value)
            })
            .map(|(slug, value)| (slug.clone(), value.clone()))
            .collect();
        let lacks = roles::defaults(&self.role)
            .keys()
            .filter(|slug| !slug.starts_with("medicine_") && !self.rights.contains_key(**slug))
            .map(|slug| (*slug).to_owned())
            .collect();
        Stored {
            role: self.role.clone(),
            staff: self.staff,
            medicine: self.rights.contains_key("medicine_access"),
            differs,
            lacks,
            approved: self.approved,
            visible: self.visible,
            non_deletable: self.non_deletable,
            information: self.information.clone(),
        }
        .serialize(to)
    }
}

impl From<Stored> for Link {
    fn from(stored: Stored) -> Self {
        let mut rights: BTreeMap<String, Value> = roles::defaults(&stored.role)
            .iter()
            .filter(|(slug, _)| stored.medicine || !slug.starts_with("medicine_"))
            .filter(|(slug, _)| !stored.lacks.iter().any(|lacked| lacked == *slug))
            .map(|(slug, value)| ((*slug).to_owned(), value.clone()))
            .collect();
        rights.extend(stored.differs);
        Self {
            role: stored.role,
            staff: stored.staff,
            rights,
            approved: stored.approved,
            visible: stored.visible,
            non_deletable: stored.non_deletable,
            information: stored.information,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stored_link_holds_only_differences_and_reads_back_whole() {
        let values = |link: &Link| (link.role.clone(), link.rights.clone(), link.visible);
        let world = crate::sandbox::tests::LIVE;
        let system = crate::sandbox::seed::read(world)
            .unwrap()
            .systems
            .remove("salons")
            .unwrap();
        let mut link = system.locations[&10231].links[&8812].clone();
        link.rights
            .insert("timetable_access".to_owned(), json!(false));
        link.rights.remove("storages_access");
        let text = serde_json::to_string(&link).unwrap();
        let read: Link = serde_json::from_str(&text).unwrap();
        assert_eq!(values(&read), values(&link));
        let stored: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            stored["differs"],
            json!({
                "finances_accounts_ids": [10_231_001],
                "records_edit_last_days_count": 3,
                "timetable_access": false,
            })
        );
        assert_eq!(stored["lacks"], json!(["storages_access"]));
    }
}
