//! Rights that a project calls sensitive.

use super::{PLACES, SETTINGS, World, world_of};
use crate::catalog::{Catalog, Sensitivity};
use crate::diagnostic::Code;

const PERSON: &str = "\
roles:
  floor: { salons: { role: worker, unlisted: deny, rights: { timetable.*: allow } } }
people:
  jana: { name: Jana, email: jana@chain.example, access: [ { role: floor, at: [center] } ] }
";

#[track_caller]
fn raised(lines: &str) -> World {
    let settings = format!("{SETTINGS}sensitive: {{ {lines} }}\n");
    world_of(
        &[
            ("keyholder.yaml", &settings),
            ("locations.yaml", PLACES),
            ("people.yaml", PERSON),
        ],
        "2026-11-22",
    )
}

fn why(world: &World, slug: &str) -> Option<Sensitivity> {
    let id = Catalog::current().by_slug(slug).unwrap();
    world.desired.rules.sensitive.get(&id).copied()
}

#[test]
fn the_most_exact_line_says_why_and_access_stays_what_it_was() {
    let world = raised(
        "timetable.*: client-data, timetable_s*: export, timetable_statistics_access: money, records_edit_last_days_count: deletion",
    );
    world.no_problems();
    assert_eq!(
        why(&world, "timetable_statistics_access"),
        Some(Sensitivity::Money)
    );
    assert_eq!(
        why(&world, "timetable_schedule_edit_access"),
        Some(Sensitivity::Export)
    );
    assert_eq!(
        why(&world, "timetable_waiting_list_access"),
        Some(Sensitivity::ClientData)
    );
    // The catalogue's own stay what they are; how far is named by its slug alone.
    assert_eq!(why(&world, "timetable_phones_access"), None);
    assert_eq!(why(&world, "timetable_last_days_count"), None);
    assert_eq!(
        why(&world, "records_edit_last_days_count"),
        Some(Sensitivity::Deletion)
    );
    // The pattern of the role allows what it did.
    assert!(
        world
            .all("jana", "center", "timetable_statistics")
            .contains("timetable_statistics_access true")
    );
}

#[test]
fn what_is_no_right_or_says_two_things_is_an_error() {
    for (lines, code) in [
        ("timetable_statistic_access: money", Code::UnknownRight),
        ("nothing_*: money", Code::PatternMatchesNothing),
        (
            "timetable_st*: money, \"*imetable_sta*\": export",
            Code::PatternTie,
        ),
    ] {
        let world = raised(lines);
        let codes: Vec<Code> = world.diagnostics.iter().map(|it| it.code).collect();
        assert!(codes.contains(&code), "{lines}: {codes:?}");
    }
}
