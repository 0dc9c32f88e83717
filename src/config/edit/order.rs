//! The order in which keys are documented, by what they are keys of.

/// Keys of a person.
pub(super) const PERSON: &[&str] = &[
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
];

/// Keys of a line of access.
pub(super) const LINE: &[&str] = &[
    "role", "at", "chain", "from", "until", "because", "plus", "minus",
];

/// Paths of mappings in files of entries, `*` for any key and `-` for an entry of a list, and the order of their keys.
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
    ("people/*", PERSON),
    ("people/*/name", &["first", "last"]),
    ("people/*/email", &["address", "shared"]),
    ("people/*/phone", &["number", "shared"]),
    ("people/*/paused", &["from", "until"]),
    ("people/*/accounts/*", &["id", "not", "login", "staff"]),
    ("people/*/access/-", LINE),
    ("contacts/*", &["email", "phone"]),
    ("contacts/*/email", &["address", "shared"]),
    ("contacts/*/phone", &["number", "shared"]),
    (
        "policies/*",
        &[
            "kind", "right", "rights", "role", "class", "people", "each", "within", "at_least",
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
    ("systems/*/roles/-", &["name", "id"]),
    (
        "systems/*/snapshot",
        &["file", "taken", "format", "max_age", "columns", "values"],
    ),
    (
        "limits",
        &["removals", "inferred", "escalations", "messages"],
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
