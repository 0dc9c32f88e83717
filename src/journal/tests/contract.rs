//! What is published: how entries are shown, and their schema.

use jiff::tz::TimeZone;

use super::*;

#[test]
fn showing_keeps_a_step_and_its_outcome_together() {
    let mut journal = MemoryJournal::new(at(0));
    let run = journal.begin(at(1), started()).unwrap();
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let other = intent(Verb::Invite, "karlis", "mall", None);
    let first = journal
        .append(
            at(2),
            run,
            vec![Record::Intent(invite.clone()), Record::Intent(other)],
        )
        .unwrap();
    journal
        .append(
            at(3),
            run,
            vec![
                outcome(first, CallResult::Unknown),
                outcome(first + 1, CallResult::Done),
            ],
        )
        .unwrap();
    let filter = Filter {
        person: Some("jana".to_owned()),
        ..Filter::default()
    };
    let lines = show(journal.sealed(), &filter, &TimeZone::UTC);
    assert_eq!(
        lines.iter().map(|line| line.seq).collect::<Vec<_>>(),
        [2, 4]
    );
    assert_eq!(
        lines[1].text,
        "invite jana, salons at mall, step invite-jana-mall: unknown (202)"
    );
    let json = show_json(
        journal.sealed(),
        &Filter {
            step: Some(invite.step),
            ..Filter::default()
        },
    );
    assert_eq!(json.len(), 2);
    assert_eq!(json[0]["hash"], journal.sealed()[2].hash.as_str());
    assert_eq!(
        show(journal.sealed(), &Filter::default(), &TimeZone::UTC).len(),
        6
    );
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    snapbox::assert_data_eq!(
        schema(),
        snapbox::file!["../../../schema/journal.v1.schema.json"].raw()
    );
}

#[test]
fn every_line_passes_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in std::str::from_utf8(&sample()).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"seq": 1})));
}

#[test]
fn places_keep_their_reserved_names() {
    for place in [PlaceId::Whole, PlaceId::Chain, place_of("riga-mall")] {
        assert_eq!(place_of(&place.to_string()), place);
    }
}
