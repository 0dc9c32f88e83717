//! The shapes of `keyholder.observed/1`, as they stand in the file.
//!
//! A contract: it changes only by adding, and its schema is committed as `schema/observed.v1.schema.json`. Not the
//! model: the model is free to change. Right sets and rights trees stand once per system and are pointed to by
//! number, because most accounts of a chain have one of a few dozen sets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::distinct;

/// The one field of every version; the rest is not looked at.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) format: String,
}

/// A kept read of the vendors.
///
/// It contains the contacts of every account: keep it out of git and of logs.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.observed/1")]
pub(super) struct File {
    /// Always `keyholder.observed/1`.
    #[schemars(extend("const" = super::FORMAT))]
    pub(super) format: String,
    /// What is in here that must be kept private.
    pub(super) contains: Contains,
    /// What each system answered, by its name in the settings.
    #[serde(deserialize_with = "distinct::map")]
    #[schemars(with = "BTreeMap<String, System>")]
    pub(super) systems: BTreeMap<Arc<str>, System>,
    /// Where the journal ended when this was read. Nothing goes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) journal: Option<JournalAt>,
}

/// Where a journal ended.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JournalAt {
    /// How many entries it had; 0 where there was none.
    pub(super) entries: u64,
    /// Its last entry as `journal verify --expect-head` takes it; none where there was no journal.
    pub(super) head: Option<String>,
}

/// What must be kept private.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Contains {
    /// E-mail addresses and phone numbers, unmasked.
    Contacts,
}

/// What one system answered.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct System {
    /// The vendor, as `kind` of the settings spells it.
    pub(super) kind: Arc<str>,
    /// The host that answered; `sandbox:<system>` for the sandbox.
    pub(super) host: Arc<str>,
    /// When the read began (RFC 3339).
    #[schemars(extend("format" = "date-time"))]
    pub(super) taken: String,
    /// How many calls it took.
    pub(super) calls: u32,
    /// Who the token belongs to, as far as the vendor tells.
    #[serde(default)]
    pub(super) caller: Caller,
    /// Each place that was asked for: a location's key, `chain`, or `*` where a system has no places.
    #[serde(deserialize_with = "distinct::map")]
    #[schemars(with = "BTreeMap<String, Scope>")]
    pub(super) scopes: BTreeMap<Arc<str>, Scope>,
    /// The sets of rights that accounts point to, in the order in which they are first pointed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) right_sets: Vec<RightSet>,
    /// The trees of rights that places point to, in the order in which they are first pointed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) trees: Vec<Tree>,
}

/// The account a token belongs to.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Caller {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<Arc<str>>,
    /// Its e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// Its phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    /// Its own rights in each chain that it sees, by the chain's id, with the catalogue's keys.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "distinct::map"
    )]
    #[schemars(with = "BTreeMap<String, BTreeSet<String>>")]
    pub(super) chains: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

/// The reading of one place.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Scope {
    /// Everything was read and the counts agree: what is not here does not exist.
    Complete(State),
    /// Something is missing: what is not here is unknown.
    Partial {
        /// What is missing.
        gaps: Vec<Gap>,
        /// What was read.
        state: State,
    },
    /// Nothing could be read.
    Unreadable(Failure),
}

/// What is missing from a reading.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Gap {
    /// The vendor's total and the rows disagree.
    CountDiffers {
        /// What the vendor said.
        told: u64,
        /// Distinct rows that came.
        came: u64,
    },
    /// The rights of one account could not be read.
    RightsUnread {
        /// Whose.
        account: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
    /// A row that could not be understood.
    BadRow {
        /// What was wrong with it.
        why: Arc<str>,
    },
    /// Something beside the accounts could not be read.
    SideRead {
        /// What.
        what: Arc<str>,
        /// Why.
        why: Arc<str>,
    },
}

/// Why nothing could be read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Failure {
    /// The caller lacks a right there.
    Forbidden {
        /// Which, as far as it can be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right: Option<Arc<str>>,
    },
    /// The token does not see the place.
    Invisible,
    /// The vendor could not be reached or answered garbage.
    Failed {
        /// In words.
        why: Arc<str>,
    },
    /// The list has nobody in it, not even whoever asks.
    Empty,
    /// This kind of system cannot be read.
    NotSupported,
}

/// What was read at one place.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// Its accounts, in order of id.
    pub(super) accounts: Vec<Account>,
    /// The number of its rights tree in `trees`; absent if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tree: Option<usize>,
    /// What the caller may do about users there; absent if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<Own>,
    /// What names there mean.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub(super) names: Names,
    /// Bookable profiles, at vendors that show those and not who may sign in; absent if they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) profiles: Option<Vec<Profile>>,
}

/// A bookable profile.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    /// The vendor's id.
    pub(super) id: Arc<str>,
    /// Its name.
    pub(super) name: Arc<str>,
}

/// One account at one place.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    /// The vendor's id.
    pub(super) id: Arc<str>,
    /// Its name, as the vendor shows it.
    pub(super) name: Arc<str>,
    /// Its phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    /// Its e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// Invited, inactive, active or blocked.
    pub(super) state: AccountState,
    /// Whether the vendor lets it be removed.
    pub(super) removable: bool,
    /// Whether the caller may change it; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) editable: Option<bool>,
    /// The vendor role; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<Arc<str>>,
    /// The linked team member; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) staff: Option<Staff>,
    /// The number of its rights in `right_sets`; absent if they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rights: Option<usize>,
    /// Rights outside the catalogue, in order of slug.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unknown_rights: Vec<UnknownRight>,
    /// Whether it takes a paid seat; absent if the vendor does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_seat: Option<bool>,
    /// The login name, at vendors that have one beside the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) login: Option<Arc<str>>,
    /// What stands in place of rights at kinds without a catalogue; absent if it cannot be read.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "distinct::some_map"
    )]
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(super) facts: Option<BTreeMap<Arc<str>, Arc<str>>>,
}

/// The state of an account.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AccountState {
    /// An invitation waits to be accepted.
    Invited,
    /// Made, but not switched on.
    Inactive,
    /// In use.
    Active,
    /// Switched off.
    Blocked,
}

/// The link of an account to a team member.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Staff {
    /// Linked to nobody.
    Nobody,
    /// Linked to the team member with this id.
    Id(i64),
}

/// A right outside the catalogue.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnknownRight {
    /// Its slug.
    pub(super) slug: Arc<str>,
    /// Its value as the text the vendor sent.
    pub(super) json: Arc<str>,
}

/// Values of rights by slug; a right that is not here has no value that could be read.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RightSet(
    #[serde(deserialize_with = "distinct::map")] pub(super) BTreeMap<Arc<str>, Value>,
);

impl JsonSchema for RightSet {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RightSet".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Values of rights by slug; a right that is not here has no value that could be read.",
            "type": "object",
            "additionalProperties": {
                "description": "A switch, a number of days, a list of ids and names, one id or name, a text; \
                                `all` is no limit, `self` the linked team member.",
                "anyOf": [
                    { "type": "boolean" },
                    { "type": "integer" },
                    { "type": "string" },
                    { "type": "array", "minItems": 1, "items": { "type": ["integer", "string"] } },
                    {
                        "type": "object",
                        "properties": { "name": { "type": "string" } },
                        "required": ["name"],
                        "additionalProperties": false
                    }
                ]
            }
        })
    }
}

/// What the live tree says about the rights of one place.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Tree {
    /// Rights of the catalogue by slug.
    #[serde(deserialize_with = "distinct::map")]
    #[schemars(with = "BTreeMap<String, Fact>")]
    pub(super) rights: BTreeMap<Arc<str>, Fact>,
    /// Slugs outside the catalogue, with whether the caller may change them.
    #[serde(default, deserialize_with = "distinct::map")]
    #[schemars(with = "BTreeMap<String, bool>")]
    pub(super) unknown: BTreeMap<Arc<str>, bool>,
    /// Roles the place offers, with the slugs that the vendor recommends for each.
    #[serde(default, deserialize_with = "distinct::map")]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub(super) roles: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// What the live tree says about one right.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    /// Whether the caller may change it.
    pub(super) editable: bool,
    /// Whether granting it takes a paid seat.
    pub(super) paid: bool,
    /// Whether its live type is the catalogue's.
    pub(super) type_agrees: bool,
}

/// What the caller may do about users at a place.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent permissions of the vendor, each a switch there"
)]
pub(super) struct Own {
    /// See them.
    pub(super) view: bool,
    /// Invite.
    pub(super) create: bool,
    /// Change rights.
    pub(super) edit: bool,
    /// Remove.
    pub(super) delete: bool,
    /// Grant only what it holds itself.
    pub(super) limited: bool,
}

/// Names of things at a place; a list that is absent was not read.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    /// Cash desks and accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) accounts: Option<Vec<Named>>,
    /// Storages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) storages: Option<Vec<Named>>,
    /// Team members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) staff: Option<Vec<Named>>,
    /// Positions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) positions: Option<Vec<Named>>,
    /// Payment items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expenses: Option<Vec<Named>>,
}

impl Names {
    fn is_empty(&self) -> bool {
        let Names {
            accounts,
            storages,
            staff,
            positions,
            expenses,
        } = self;
        [accounts, storages, staff, positions, expenses]
            .iter()
            .all(|list| list.is_none())
    }
}

/// Something with an id and a name.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    /// The vendor's id.
    pub(super) id: i64,
    /// Its name.
    pub(super) name: Arc<str>,
}
