//! The desired state as `show` prints it: JSON (`keyholder.desired/1`) and text.
//!
//! The JSON is a contract and is written by hand here, not derived from the model, so that the model may change. It
//! changes only by adding:
//!
//! - `as_of`: the date or the instant that was asked for;
//! - `people`: every declared person, as a mapping of systems and places, or `"unmanaged"`;
//! - a place is a location's key, `chain`, or `*` where a system has no places. It has
//!   - `state`: `present`, `paused` or `absent`;
//!   - `role`: the vendor's role, or `null`;
//!   - `staff`: the team member one is linked to, by name or id, `"none"` for nobody, `null` where nothing is said;
//!   - `rights`: every managed right with the vendor's value: `true`, `false`, a number of days or `"all"`, a list of
//!     names and ids or `"all"`, one name or id, `"self"` or `"all"`, and the addresses as one text. Irrelevant rights
//!     and rights that are kept are not there;
//!   - `"unlisted": "default"` where the vendor decides about the rest.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::doc::{
    Block, Doc, Item as Entry, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::text::{self, Layout};
use super::words;
use crate::catalog::Catalog;
use crate::model::{
    Days, Desired, Grant, GrantState, Item, Items, Managed, One, Person, PersonKey, PlaceId,
    StaffWish, Value, VendorRoleSlug,
};

/// The desired state of some people, or of everybody where `only` is empty, as `keyholder.desired/1`.
pub fn to_json(desired: &Desired, only: &[PersonKey], catalog: &Catalog) -> Json {
    let people: Map<String, Json> = chosen(desired, only)
        .map(|person| (person.key.to_string(), person_json(person, catalog)))
        .collect();
    json!({
        "format": "keyholder.desired/1",
        "as_of": match desired.date {
            Some(date) => date.to_string(),
            None => desired.as_of.to_string(),
        },
        "people": people,
    })
}

fn chosen<'d>(desired: &'d Desired, only: &'d [PersonKey]) -> impl Iterator<Item = &'d Person> {
    desired
        .people
        .values()
        .filter(move |person| only.is_empty() || only.contains(&person.key))
}

fn person_json(person: &Person, catalog: &Catalog) -> Json {
    if person.managed == Managed::No {
        return json!("unmanaged");
    }
    let mut systems: Map<String, Json> = Map::new();
    for grant in &person.grants {
        let system = systems
            .entry(grant.system.to_string())
            .or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(places) = system {
            places.insert(grant.place.to_string(), grant_json(grant, catalog));
        }
    }
    Json::Object(systems)
}

fn grant_json(grant: &Grant, catalog: &Catalog) -> Json {
    let mut rights: Map<String, Json> = grant
        .rights
        .iter()
        .filter_map(|(at, value)| {
            let id = catalog.at(at)?;
            Some((catalog.get(id).slug.to_owned(), value_json(value)))
        })
        .collect();
    for (name, text) in &*grant.extra {
        rights.insert(name.to_string(), extra_json(name, text));
    }
    let mut place = Map::from_iter([
        ("state".to_owned(), json!(state_word(grant.state))),
        (
            "role".to_owned(),
            json!(grant.role.as_ref().map(VendorRoleSlug::as_str)),
        ),
        ("staff".to_owned(), staff_json(&grant.staff)),
        ("rights".to_owned(), Json::Object(rights)),
    ]);
    if grant.unlisted_default {
        place.insert("unlisted".to_owned(), json!("default"));
    }
    Json::Object(place)
}

fn state_word(state: GrantState) -> &'static str {
    match state {
        GrantState::Present => "present",
        GrantState::Paused => "paused",
        GrantState::Absent => "absent",
    }
}

fn staff_json(staff: &StaffWish) -> Json {
    match staff {
        StaffWish::Keep => Json::Null,
        StaffWish::Nobody => json!("none"),
        StaffWish::Link(item) => item_json(item),
    }
}

fn item_json(item: &Item) -> Json {
    match item {
        Item::Id(id) => json!(id),
        Item::Name(name) => json!(&**name),
    }
}

fn value_json(value: &Value) -> Json {
    match value {
        Value::Switch(on) => json!(on),
        Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => json!("all"),
        Value::Days(Days::Last(days)) => json!(days),
        Value::Items(Items::Only(items)) => items.iter().map(item_json).collect(),
        Value::One(One::Myself) => json!("self"),
        Value::One(One::Only(item)) => item_json(item),
        Value::Text(text) => json!(&**text),
    }
}

/// Values of systems without a catalogue: ticks are `true` and `false`, lists have one entry a line.
fn extra_json(name: &str, text: &str) -> Json {
    match text {
        "true" => json!(true),
        "false" => json!(false),
        _ if matches!(name, "sources" | "statuses" | "events") => text.lines().collect(),
        _ => json!(text),
    }
}

/// The desired state as a page: what each person may do at each place, in words.
pub fn doc(desired: &Desired, only: &[PersonKey], catalog: &Catalog, zone: &TimeZone) -> Doc {
    let at = match desired.date {
        Some(date) => date.to_string(),
        None => words::time(desired.as_of, zone),
    };
    Doc {
        title: vec![toned(Tone::Strong, format!("Desired state as of {at}"))],
        sections: chosen(desired, only)
            .map(|person| Section {
                title: vec![
                    foreign_toned(Tone::Strong, person.name.to_string()),
                    say(" ("),
                    foreign(person.key.to_string()),
                    say(")"),
                ],
                blocks: person_blocks(person, desired, catalog),
                fold: false,
            })
            .collect(),
    }
}

/// The page as text.
pub fn to_text(
    desired: &Desired,
    only: &[PersonKey],
    catalog: &Catalog,
    zone: &TimeZone,
    layout: Layout,
) -> String {
    text::write(&doc(desired, only, catalog, zone), layout)
}

fn person_blocks(person: &Person, desired: &Desired, catalog: &Catalog) -> Vec<Block> {
    let line = |words: &'static str| Block::Line(vec![say(words)]);
    let mut blocks = match person.managed {
        Managed::No => return vec![line("not managed: left alone")],
        Managed::Left(_) => vec![line("has left: everything is taken away")],
        Managed::Nothing(_) => vec![line("nothing, anywhere")],
        Managed::Yes if person.grants.is_empty() => vec![line("nothing for now")],
        Managed::Yes => Vec::new(),
    };
    blocks.extend(person.grants.iter().map(|grant| Block::Group {
        head: grant_head(grant, desired),
        items: grant_items(grant, catalog),
    }));
    blocks
}

fn grant_head(grant: &Grant, desired: &Desired) -> Vec<Run> {
    let place = match &grant.place {
        PlaceId::Chain => say("the chain"),
        PlaceId::Whole => say("the whole system"),
        PlaceId::At(key) => {
            let title = desired
                .places
                .get(key)
                .map_or(key.as_str(), |fact| &fact.title);
            foreign(title.to_owned())
        }
    };
    let mut head = vec![foreign(grant.system.to_string()), say(" · "), place];
    match grant.state {
        GrantState::Present => {}
        GrantState::Paused => head.push(toned(Tone::Alert, " · paused")),
        GrantState::Absent => head.push(toned(Tone::Take, " · absent")),
    }
    if let Some(role) = &grant.role {
        head.push(say(" · "));
        head.push(foreign(role.to_string()));
    }
    match &grant.staff {
        StaffWish::Keep => {}
        StaffWish::Nobody => head.push(say(" · linked to no team member")),
        StaffWish::Link(Item::Id(id)) => head.push(say(format!(" · team member no. {id}"))),
        StaffWish::Link(Item::Name(name)) => {
            head.push(say(" · team member "));
            head.push(foreign(name.to_string()));
        }
    }
    head
}

fn grant_items(grant: &Grant, catalog: &Catalog) -> Vec<Entry> {
    let entry = |mark: char, tone: Tone, head: Vec<Run>| Entry {
        mark,
        tone,
        head,
        details: Vec::new(),
    };
    let mut items: Vec<Entry> = words::granted(catalog, &grant.rights)
        .into_iter()
        .map(|line| entry('+', Tone::Give, line))
        .collect();
    for (name, text) in &*grant.extra {
        let (mark, tone) = match &**text {
            "false" => ('-', Tone::Take),
            _ => ('+', Tone::Give),
        };
        let mut head = vec![foreign(name.to_string())];
        if !matches!(&**text, "true" | "false") {
            head.push(say(": "));
            head.push(foreign(text.lines().collect::<Vec<_>>().join(", ")));
        }
        items.push(entry(mark, tone, head));
    }
    let denied = grant
        .rights
        .iter()
        .filter(|(at, value)| {
            **value == Value::Switch(false)
                && catalog
                    .at(*at)
                    .is_some_and(|id| !catalog.get(id).is_restricting())
        })
        .count();
    if denied > 0 {
        let noun = if denied == 1 { "right" } else { "rights" };
        items.push(entry(
            '-',
            Tone::Take,
            vec![say(format!("{denied} {noun} denied"))],
        ));
    }
    if grant.unlisted_default {
        let rest = "the rest as the vendor recommends for this role";
        items.push(entry('·', Tone::Dim, vec![say(rest)]));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
    use crate::model::AsOf;

    const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }
  orders: { kind: keycrm, tokens: { key: { env: C } }, roles: [ { name: manager, id: 2 } ] }
  desk: { kind: reservio }
";

    const ENTRIES: &str = "\
locations:
  mall: { title: Rīga Mall, in: { salons: 2, desk: d2 } }
roles:
  floor:
    salons:
      role: worker
      unlisted: keep
      rights: { timetable_staff_id: self, records_edit_access: allow, records_edit_last_days_count: all, clients_export_access: deny, finances_accounts_ids: [Kase 1] }
    orders: { role: manager, sources: [shop, app] }
    desk: { own_bookings: allow }
  head: { salons: { role: manager, unlisted: default, rights: { clients_visit_staff_id: { ids: [5] } }, chain: { users_access: allow } } }
people:
  jana:
    name: { first: Jana, last: Kalna }
    email: jana@chain.example
    accounts: { salons: { staff: { mall: \"Jana B.\" } } }
    access: [ { role: floor, at: [mall] } ]
  ilze: { name: Ilze, email: ilze@chain.example, paused: {}, access: [ { role: head, at: all, chain: salons } ] }
  karlis: { name: Kārlis, phone: \"+37120000002\", leaves: 2026-11-22, access: [ { role: head, at: all } ] }
  none: { name: None, access: [] }
  owner: { name: Owner, access: unmanaged }
";

    fn desired(as_of: AsOf) -> Desired {
        let files = [("keyholder.yaml", SETTINGS), ("people.yaml", ENTRIES)];
        let loaded = load_texts(&files, &LoadOptions::default());
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        let catalog = Catalog::current();
        let (desired, found) = resolve(&loaded.project, &ResolveOptions::at(as_of), catalog);
        assert!(
            !found.iter().any(crate::diagnostic::Diagnostic::is_error),
            "{found:#?}"
        );
        desired
    }

    #[test]
    fn json_has_every_person_and_only_what_is_managed() {
        let as_of = AsOf::Date("2026-12-01".parse().unwrap());
        let found = to_json(&desired(as_of), &[], Catalog::current());
        let expected = json!({
            "format": "keyholder.desired/1",
            "as_of": "2026-12-01",
            "people": {
                "jana": {
                    "salons": { "mall": {
                        "state": "present", "role": "worker", "staff": "Jana B.",
                        "rights": {
                            "timetable_staff_id": "self",
                            "records_access": true,
                            "records_edit_access": true,
                            "records_edit_last_days_count": "all",
                            "clients_export_access": false,
                            "finances_accounts_limited_access": true,
                            "finances_accounts_ids": ["Kase 1"],
                        },
                    } },
                    "orders": { "*": {
                        "state": "present", "role": "manager", "staff": null,
                        "rights": { "sources": ["app", "shop"] },
                    } },
                    "desk": { "mall": {
                        "state": "present", "role": null, "staff": null,
                        "rights": { "own_bookings": true, "all_bookings": false, "client_list": false, "sections": false },
                    } },
                },
                "ilze": { "salons": {
                    "chain": { "state": "paused", "role": null, "staff": null, "rights": { "users_access": true } },
                    "mall": {
                        "state": "paused", "role": "manager", "staff": null,
                        "rights": { "clients_visit_staff_id": 5 }, "unlisted": "default",
                    },
                } },
                "karlis": { "salons": { "mall": { "state": "absent", "role": null, "staff": null, "rights": {} } } },
                "none": {},
                "owner": "unmanaged",
            },
        });
        assert_eq!(found, expected, "{found:#}");
    }

    #[test]
    fn an_instant_is_told_as_one_and_people_can_be_chosen() {
        let as_of = AsOf::Instant("2026-12-01T08:00:00Z".parse().unwrap());
        let found = to_json(
            &desired(as_of),
            &[PersonKey::new("none")],
            Catalog::current(),
        );
        assert_eq!(
            found,
            json!({ "format": "keyholder.desired/1", "as_of": "2026-12-01T08:00:00Z", "people": { "none": {} } })
        );
    }

    #[test]
    fn text_says_it_in_titles() {
        let as_of = AsOf::Date("2026-12-01".parse().unwrap());
        let text = to_text(
            &desired(as_of),
            &[PersonKey::new("jana"), PersonKey::new("karlis")],
            Catalog::current(),
            &TimeZone::UTC,
            Layout::PLAIN,
        );
        for part in [
            "Desired state as of 2026-12-01",
            "Jana Kalna (jana)",
            "salons · Rīga Mall · worker · team member Jana B.",
            "edit appointments",
            "1 right denied",
            "sources: app, shop",
            "salons · Rīga Mall · absent",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
