//! The order in which keys are documented, by what they are keys of.
//!
//! Not what the keys are: the shapes of the language say that, and a test holds these tables against their schema.

use super::Seg;
use super::tree::{Form, Tree};

/// Paths of mappings in files of entries, `*` for any key and `-` for an entry of a list, and the order of their keys; `*`
/// among these is where keys stand that are not documented, which else stand behind.
const ENTRIES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "locations",
            "roles",
            "people",
            "contacts",
            "policies",
            "approvals",
        ],
    ),
    (
        "locations/*",
        &["title", "tags", "status", "time_zone", "in"],
    ),
    ("locations/*/in/*", &["id", "ownership"]),
    ("roles/*", &["title", "description", "extends"]),
    (
        "roles/*/*",
        &[
            "role",
            "team",
            "unlisted",
            "rights",
            "unknown_rights",
            "chain",
            "sources",
            "statuses",
            "own_bookings",
            "all_bookings",
            "client_list",
            "sections",
            "calendars",
            "administrator",
            "calendar",
            "events",
            "notifications",
            "active",
        ],
    ),
    (
        "people/*",
        &[
            "kind",
            "name",
            "email",
            "phone",
            "class",
            "starts",
            "leaves",
            "paused",
            "was",
            "used_by",
            "invite_at",
            "accounts",
            "never",
            "access",
        ],
    ),
    ("people/*/name", &["first", "last"]),
    ("people/*/email", &["address", "shared"]),
    ("people/*/phone", &["number", "shared"]),
    ("people/*/paused", &["from", "until"]),
    ("people/*/accounts/*", &["id", "not", "login", "staff"]),
    ("people/*/never/-", &["*", "because"]),
    (
        "people/*/access/-",
        &[
            "role", "at", "chain", "from", "until", "because", "plus", "minus",
        ],
    ),
    ("contacts/*", &["email", "phone"]),
    ("contacts/*/email", &["address", "shared"]),
    ("contacts/*/phone", &["number", "shared"]),
    (
        "policies/*",
        &[
            "kind", "class", "role", "right", "rights", "people", "each", "within", "at_least",
            "longest", "waive",
        ],
    ),
    ("policies/*/waive/-", &["person", "until", "because"]),
    (
        "approvals/-",
        &[
            "allow", "people", "role", "right", "location", "at_most", "until", "because", "by",
        ],
    ),
];

/// The same of `keyholder.yaml`.
const SETTINGS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "version",
            "time_zone",
            "catalogue",
            "files",
            "state",
            "contacts",
            "systems",
            "limits",
            "quiet",
            "drift",
            "protected",
            "invitations",
            "second_person",
            "sensitive",
            "fences",
        ],
    ),
    (
        "systems/*",
        &[
            "kind",
            "url",
            "chain",
            "tokens",
            "roles",
            "acting",
            "ownership",
            "strangers",
            "invite_by",
            "invite",
            "hands",
            "due",
            "recheck",
            "assume",
            "snapshot",
        ],
    ),
    ("state", &["dir", "branch"]),
    ("contacts", &["file", "command"]),
    ("systems/*/tokens/*", &["env", "file", "command"]),
    ("systems/*/roles/-", &["name", "id"]),
    (
        "systems/*/snapshot",
        &["file", "taken", "format", "max_age", "columns", "values"],
    ),
    (
        "limits",
        &["removals", "inferred", "escalations", "messages", "shrink"],
    ),
    ("limits/*", &["count", "share"]),
    ("drift", &["widened", "reduced"]),
    ("invitations", &["stale_after", "then"]),
    (
        "fences/-",
        &["files", "keys", "locations", "roles", "longest", "owners"],
    ),
];

/// The order of the keys of a mapping; empty where it has none.
pub(super) fn of(is_settings: bool, path: &[String]) -> &'static [&'static str] {
    let table = if is_settings { SETTINGS } else { ENTRIES };
    let is_it = |pattern: &str| {
        let mut parts = pattern.split('/').filter(|part| !part.is_empty());
        path.iter().all(|name| {
            let part = parts.next();
            part == Some(name) || (part == Some("*") && name != "-")
        }) && parts.next().is_none()
    };
    let found = table.iter().find(|(pattern, _)| is_it(pattern));
    found.map_or(&[], |(_, keys)| keys)
}

/// The place of a key in an order.
pub(super) fn rank(order: &[&str], key: &str) -> usize {
    let place = |key: &str| order.iter().position(|known| *known == key);
    place(key).or_else(|| place("*")).unwrap_or(order.len())
}

/// The order of the keys of a mapping to which a path leads from the root of a file. Which kind of file it is, it says
/// itself: nothing but `keyholder.yaml` has a version.
pub(super) fn at(root: &Tree, path: &[Seg]) -> &'static [&'static str] {
    let is_settings = match &root.form {
        Form::Map(pairs, _) => pairs.iter().any(|(key, ..)| key == "version"),
        Form::Leaf(_) | Form::List(..) => false,
    };
    let names: Vec<String> = path
        .iter()
        .map(|seg| match seg {
            Seg::Key(key) => key.clone(),
            Seg::At(_) => "-".to_owned(),
        })
        .collect();
    of(is_settings, &names)
}

#[cfg(test)]
mod tests;
