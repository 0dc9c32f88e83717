//! The keys of the language, from the schemas that editors read.
//!
//! Every mapping of the language has a name here ([`PARTS`]) and its keys a table; a test fails where a schema has a
//! mapping that no page shows, a key without an example, or an example that its schema refuses.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use keyholder::config::{entries_schema, project_schema};
use serde_json::{Map, Value};

use super::{cell, names};

static PROJECT: LazyLock<Value> = LazyLock::new(project_schema);
static ENTRIES: LazyLock<Value> = LazyLock::new(entries_schema);

/// A mapping of the language.
struct Part {
    /// Its name, with which the anchors of its keys begin.
    name: &'static str,
    /// What a link to it says.
    title: &'static str,
    /// The schema it is in.
    schema: &'static LazyLock<Value>,
    /// Where it is there, as a JSON pointer.
    at: &'static str,
    /// The lines of YAML above its keys in an example. The keys stand one level below the last one.
    above: &'static str,
}

const fn part(
    name: &'static str,
    title: &'static str,
    schema: &'static LazyLock<Value>,
    at: &'static str,
    above: &'static str,
) -> Part {
    Part {
        name,
        title,
        schema,
        at,
        above,
    }
}

/// Every mapping, in the order of the page.
#[rustfmt::skip]
const PARTS: &[Part] = &[
    part("settings", "settings", &PROJECT, "", ""),
    part("state", "state", &PROJECT, "/properties/state", "state:"),
    part("contacts-source", "contacts from outside", &PROJECT, "/properties/contacts", "contacts:"),
    part("system", "a system", &PROJECT, "/definitions/system", "systems:\n  salons:"),
    part("token", "a token", &PROJECT, "/definitions/system/properties/tokens/additionalProperties", "tokens:\n  user:"),
    part("named-role", "a role of KeyCRM", &PROJECT, "/definitions/system/properties/roles/items", "systems:\n  orders:\n    kind: keycrm\n    roles:\n      -"),
    part("snapshot", "a snapshot", &PROJECT, "/definitions/system/properties/snapshot", "snapshot:"),
    part("limits", "limits", &PROJECT, "/properties/limits", "limits:"),
    part("limit", "a limit", &PROJECT, "/properties/limits/properties/removals/anyOf/1", "removals:"),
    part("drift", "drift", &PROJECT, "/properties/drift", "drift:"),
    part("invitations", "invitations", &PROJECT, "/properties/invitations", "invitations:"),
    part("fence", "a fence", &PROJECT, "/properties/fences/items", "fences:\n  -"),
    part("entries", "entries", &ENTRIES, "", ""),
    part("location", "a location", &ENTRIES, "/definitions/location", "locations:\n  riga-mall:"),
    part("inside", "an id with ownership", &ENTRIES, "/definitions/location/properties/in/additionalProperties/anyOf/1", "in:\n  salons:"),
    part("role", "a role", &ENTRIES, "/definitions/role", "roles:\n  stylist:"),
    part("rights-block", "a block of rights", &ENTRIES, "/definitions/rights-block", "stylist:\n  salons:"),
    part("ids", "ids", &ENTRIES, "/definitions/right-value/anyOf/6", "finances_accounts_ids:"),
    part("keycrm-block", "a block for KeyCRM", &ENTRIES, "/definitions/keycrm-block", "stylist:\n  orders:"),
    part("reservio-block", "a block for Reservio", &ENTRIES, "/definitions/reservio-block", "stylist:\n  desk:"),
    part("apenday-block", "a block for Apenday", &ENTRIES, "/definitions/apenday-block", "stylist:\n  agency:"),
    part("person", "a person", &ENTRIES, "/definitions/person", "people:\n  jana.berzina:"),
    part("name", "a name in two parts", &ENTRIES, "/definitions/person/properties/name/anyOf/1", "name:"),
    part("email", "an e-mail address that may be shared", &ENTRIES, "/definitions/person/properties/email/anyOf/1", "email:"),
    part("phone", "a phone number that may be shared", &ENTRIES, "/definitions/person/properties/phone/anyOf/1", "phone:"),
    part("pause", "a pause", &ENTRIES, "/definitions/person/properties/paused", "paused:"),
    part("pin", "an account", &ENTRIES, "/definitions/person/properties/accounts/additionalProperties/anyOf/0", "accounts:\n  salons:"),
    part("never", "an entry of `never`", &ENTRIES, "/definitions/person/properties/never/items", "never:\n  - salons: finances_transactions_delete_access"),
    part("line", "a line of access", &ENTRIES, "/definitions/assignment", "access:\n  -"),
    part("selector", "places", &ENTRIES, "/definitions/selector/anyOf/2", "at:\n  region: [riga, coast]"),
    part("contact", "a contact", &ENTRIES, "/definitions/contact", "contacts:\n  karlis.ozols:"),
    part("holders", "a policy of holders", &ENTRIES, "/definitions/policy/anyOf/0", "policies:\n  two-managers:"),
    part("separation", "a policy of separation", &ENTRIES, "/definitions/policy/anyOf/1", "policies:\n  cash-duties:"),
    part("only", "a policy of who alone", &ENTRIES, "/definitions/policy/anyOf/2", "policies:\n  owners:"),
    part("expiry", "a policy of expiry", &ENTRIES, "/definitions/policy/anyOf/3", "policies:\n  trainees:"),
    part("waiver", "a waiver", &ENTRIES, "/definitions/policy/anyOf/1/properties/waive/items", "waive:\n  -"),
    part("approval", "an approval", &ENTRIES, "/properties/approvals/items", "approvals:\n  -"),
];

/// Schemas of texts that have a form, in words.
const FORMS: &[(&str, &str)] = &[
    (
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
        "a date, or a local date and time",
    ),
    ("^[0-9]+d$", "days, such as `14d`"),
    ("^([0-9]+d|none)$", "days, such as `14d`, or `none`"),
    ("^([0-9]+%|none)$", "a share, such as `20%`, or `none`"),
    (
        "^([0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]|none)$",
        "hours, such as `\"20:00-09:00\"`, or `none`",
    ),
    ("^[A-Za-z_][A-Za-z0-9_]*$", "a name of the environment"),
    ("^[A-Za-z0-9_][A-Za-z0-9._/-]*$", "a name of a branch"),
];

impl Part {
    fn named(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.name == name)
    }

    fn schema(&self) -> &'static Value {
        self.schema
            .pointer(self.at)
            .unwrap_or_else(|| panic!("`{}` is not at {}", self.name, self.at))
    }

    /// Its keys with their schemas, in the order of the schema.
    fn keys(&self) -> Vec<(&'static str, &'static Value)> {
        let schema = self.schema();
        let properties = schema["properties"].as_object().unwrap();
        match schema["x-order"].as_array() {
            Some(order) => order
                .iter()
                .filter_map(Value::as_str)
                .map(|key| (key, &properties[key]))
                .collect(),
            None => properties
                .iter()
                .map(|(key, about)| (&**key, about))
                .collect(),
        }
    }

    fn requires(&self, key: &str) -> bool {
        let required = self.schema()["required"].as_array();
        required.into_iter().flatten().any(|known| known == key)
    }
}

/// What a schema says of a key, in its parts.
struct Said<'a> {
    meaning: &'a str,
    default: Option<&'a str>,
    example: Option<&'a str>,
}

fn said(schema: &Value) -> Said<'_> {
    let mut parts = schema["description"]
        .as_str()
        .unwrap_or_default()
        .split("\n\n");
    let meaning = parts.next().unwrap_or_default();
    let (mut default, mut example) = (None, None);
    for part in parts {
        if let Some(text) = part.strip_prefix("Default: ") {
            default = Some(text.trim_end_matches('.'));
        } else if let Some(text) = part.strip_prefix("Example: `") {
            example = text.strip_suffix("`.");
        }
    }
    Said {
        meaning,
        default,
        example,
    }
}

/// The table of a mapping's keys, and an example with all of them.
pub(super) fn keys(name: &str) -> Option<String> {
    let part = Part::named(name)?;
    let mut out = "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    let mut example = String::new();
    // Below `-` the first key stands beside the dash, and the others below it.
    let (above, mut lead) = match part.above.strip_suffix('-') {
        Some(above) => (above, Some("- ")),
        None => (part.above, None),
    };
    let in_list = lead.is_some();
    let last = above.lines().last().unwrap_or_default();
    let deep = match last.find("- ") {
        Some(dash) => dash + 2,
        None => 2 * above.lines().filter(|line| line.ends_with(':')).count(),
    };
    let above = match above.trim_end() {
        "" => String::new(),
        above => format!("{above}\n"),
    };
    let one_of = part.schema()["maxProperties"] == 1 || name == "state";
    for (key, schema) in part.keys() {
        let said = said(schema);
        let default = if part.requires(key) {
            "**must be there**".to_owned()
        } else {
            said.default.map_or_else(|| "–".to_owned(), cell)
        };
        writeln!(
            out,
            "| <a id=\"{name}-{key}\"></a>[`{key}`](#{name}-{key}) | {} | {default} | {}{} |",
            cell(&takes(schema)),
            cell(said.meaning),
            cell(&words(schema)),
        )
        .unwrap();
        if let Some(text) = said.example {
            if example.is_empty() {
                example.push_str(&above);
            } else if one_of {
                write!(example, "# or\n{above}").unwrap();
            }
            let lead = lead.take().unwrap_or(if in_list { "  " } else { "" });
            writeln!(example, "{:deep$}{lead}{text}", "").unwrap();
        }
    }
    if !example.is_empty() {
        write!(out, "\n```yaml\n{example}```\n").unwrap();
    }
    Some(out)
}

/// The words or forms that a definition may have, each with its meaning.
pub(super) fn values(name: &str) -> Option<String> {
    let schema = ENTRIES.pointer(&format!("/definitions/{name}"))?;
    let mut out = String::new();
    for value in schema["anyOf"].as_array()? {
        let about = said(value).meaning;
        writeln!(out, "- {}: {about}", takes(value)).unwrap();
    }
    Some(out)
}

/// What a value may be, in words and with links.
fn takes(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return defined(name.trim_start_matches("#/definitions/"));
    }
    if let Some(inner) = schema["allOf"].get(0) {
        return takes(inner);
    }
    if let Some(part) = part_of(schema) {
        return format!("[{}](#{}-{})", part.title, part.name, part.keys()[0].0);
    }
    if let Some(word) = schema.get("const") {
        return format!("`{}`", plain(word));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(|word| format!("`{}`", plain(word)))
            .collect::<Vec<_>>()
            .join(", ");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let are_words = choices.iter().all(|choice| choice.get("const").is_some());
        let mut choices: Vec<_> = choices.iter().map(takes).collect();
        choices.dedup();
        return choices.join(if are_words { ", " } else { " or " });
    }
    if let Some(items) = schema.get("items") {
        return match &*takes(items) {
            "a text" => "a list of texts".to_owned(),
            "a number" => "a list of numbers".to_owned(),
            words if words.starts_with('`') => format!("a list of {words}"),
            items => format!("a list, each {items}"),
        };
    }
    if let Some(values) = schema
        .get("additionalProperties")
        .filter(|it| it.is_object())
    {
        return format!("names, each with {}", takes(values));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let form = FORMS.iter().find(|(known, _)| *known == pattern);
        return form
            .unwrap_or_else(|| panic!("no words for `{pattern}`"))
            .1
            .to_owned();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "boolean" => "`true` or `false`".to_owned(),
        Value::String(kind) if kind == "integer" && schema["minimum"] == 1 => {
            "a number from 1 up".to_owned()
        }
        Value::String(kind) if kind == "integer" => "a number".to_owned(),
        _ => "a text".to_owned(),
    }
}

/// A definition of a schema, in words and with a link.
fn defined(name: &str) -> String {
    match name {
        "selector" => "[places](#places)".to_owned(),
        "rights" => {
            "[rights](rights.md) or patterns, each with [a value](#values-of-rights)".to_owned()
        }
        "right-value" => "[a value](#values-of-rights)".to_owned(),
        "policy" => "[a policy](#policies)".to_owned(),
        name => {
            let part = Part::named(name).or_else(|| {
                PARTS
                    .iter()
                    .find(|part| part.at.ends_with(&format!("/{name}")))
            });
            let part = part.unwrap_or_else(|| panic!("no part is called `{name}`"));
            format!("[{}](#{}-{})", part.title, part.name, part.keys()[0].0)
        }
    }
}

fn part_of(schema: &Value) -> Option<&'static Part> {
    schema.get("properties")?;
    PARTS
        .iter()
        .find(|part| without_words(part.schema()) == without_words(schema))
}

/// A schema without its description: the same mapping may stand in several places.
fn without_words(schema: &Value) -> Map<String, Value> {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    schema.remove("description");
    schema
}

/// The words a value may be, each with its meaning, where there is more to say than the word.
fn words(schema: &Value) -> String {
    let choices = schema["anyOf"]
        .as_array()
        .or(schema["items"]["anyOf"].as_array());
    let choices = choices.or(schema["additionalProperties"]["anyOf"].as_array());
    let mut out = String::new();
    for choice in choices.into_iter().flatten() {
        let about = choice["description"].as_str();
        let about = about.filter(|about| !["granted", "denied"].contains(about));
        if let (Some(word), Some(about)) = (choice.get("const"), about) {
            write!(out, "<br>`{}`: {about}", plain(word)).unwrap();
        }
    }
    out
}

fn plain(word: &Value) -> String {
    word.as_str()
        .map_or_else(|| word.to_string(), str::to_owned)
}

#[test]
fn every_mapping_of_the_language_is_on_a_page() {
    let shown: BTreeSet<_> = names().into_iter().collect();
    for part in PARTS {
        assert!(
            shown.contains(&format!("keys {}", part.name)),
            "no page shows the keys of `{}`",
            part.name
        );
    }
    for schema in [&*PROJECT, &*ENTRIES] {
        let mut waiting = vec![(String::new(), schema)];
        while let Some((at, schema)) = waiting.pop() {
            // Rights, of locations and of chains, and assumptions have pages of their own.
            let elsewhere =
                at.ends_with("/rights") || at.ends_with("/chain") || at.ends_with("/assume");
            if !elsewhere
                && schema.get("properties").is_some_and(Value::is_object)
                && schema.get("type").is_some()
            {
                assert!(
                    part_of(schema).is_some(),
                    "no part shows the mapping at {at}"
                );
            }
            match schema {
                Value::Object(inner) => waiting.extend(
                    inner
                        .iter()
                        .map(|(key, inner)| (format!("{at}/{key}"), inner)),
                ),
                Value::Array(inner) => waiting.extend(
                    inner
                        .iter()
                        .enumerate()
                        .map(|(n, inner)| (format!("{at}/{n}"), inner)),
                ),
                _ => {}
            }
        }
    }
}

#[test]
fn every_key_says_what_it_means_and_has_an_example_that_its_schema_accepts() {
    let mut wrong = Vec::new();
    for part in PARTS {
        for (key, schema) in part.keys() {
            let about = said(schema);
            // A role has a key for each kind, which its own table explains.
            let of_a_kind = part.name == "role"
                && schema["description"]
                    .as_str()
                    .is_some_and(|text| text.contains("of kind"));
            let Some(example) = about.example else {
                if !of_a_kind {
                    wrong.push(format!("{} {key}: no example", part.name));
                }
                continue;
            };
            if about.meaning.len() < 8 && key != "because" {
                wrong.push(format!(
                    "{} {key}: `{}` says too little",
                    part.name, about.meaning
                ));
            }
            let value: Value = serde_yaml::from_str(example).unwrap();
            let mut whole = schema.as_object().unwrap().clone();
            whole.insert("definitions".to_owned(), part.schema["definitions"].clone());
            let validator = jsonschema::draft7::new(&Value::Object(whole)).unwrap();
            match value.get(key) {
                Some(value) if validator.is_valid(value) => {}
                _ => wrong.push(format!(
                    "{} {key}: its schema refuses `{example}`",
                    part.name
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
