//! Beginnings, ends, zones, leaving, pausing, and what time alone may change.

use super::{World, jana, world, world_of};
use crate::diagnostic::Code;
use crate::model::Managed;

const ROLE: &str = "  r: { salons: { role: worker, unlisted: deny } }\n  s: { salons: { role: accountant, unlisted: deny } }";

#[track_caller]
fn at(person: &str, access: &str, as_of: &str) -> World {
    world(
        &format!(
            "roles:\n{ROLE}\npeople:\n  jana: {{ name: Jana, email: jana@chain.example, {person} access: [ {access} ] }}\n  anna: {{ name: Anna, email: anna@chain.example, access: [ {{ role: s, at: [vilnius] }}, {{ role: r, at: [mall] }} ] }}\n"
        ),
        as_of,
    )
}

#[test]
fn dates_begin_at_midnight_and_end_after_their_day_where_the_place_is() {
    let line = "{ role: r, at: [center], from: 2026-12-10, until: 2026-12-12 }";
    for (as_of, there) in [
        ("2026-12-09", false),
        ("2026-12-10", true),
        ("2026-12-12", true),
        ("2026-12-13", false),
        // Riga is two hours ahead of UTC.
        ("2026-12-09T21:59:59Z", false),
        ("2026-12-09T22:00:00Z", true),
        ("2026-12-12T21:59:59Z", true),
        ("2026-12-12T22:00:00Z", false),
    ] {
        assert_eq!(
            !at("", line, as_of).places("jana").is_empty(),
            there,
            "{as_of}"
        );
    }
}

#[test]
fn with_a_time_they_mean_that_instant() {
    let line = "{ role: r, at: [center], from: 2026-12-10T09:00, until: 2026-12-10T18:30 }";
    for (as_of, there) in [
        ("2026-12-10T06:59:59Z", false),
        ("2026-12-10T07:00:00Z", true),
        ("2026-12-10T16:29:59Z", true),
        ("2026-12-10T16:30:00Z", false),
    ] {
        assert_eq!(
            !at("", line, as_of).places("jana").is_empty(),
            there,
            "{as_of}"
        );
    }
}

#[test]
fn each_place_reads_a_line_in_its_own_zone() {
    let files = |as_of: &str| {
        world_of(
            &[
                (
                    "keyholder.yaml",
                    "version: 1\ntime_zone: Europe/Riga\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n  orders: { kind: keycrm, tokens: { key: { env: C } }, roles: [ { name: manager, id: 2 } ] }\n",
                ),
                (
                    "all.yaml",
                    "",
                ),
                (
                    "people.yaml",
                    "locations:
  riga: { in: { salons: 1 } }
  tokyo: { time_zone: Asia/Tokyo, in: { salons: 2 } }
roles: { r: { salons: { role: worker, unlisted: deny, chain: { users_access: allow } }, orders: { role: manager } } }
people: { jana: { name: Jana, email: jana@chain.example, access: [ { role: r, at: all, chain: salons, from: 2026-12-10 } ] } }
",
                ),
            ]
            .into_iter()
            .filter(|(path, _)| *path != "all.yaml")
            .collect::<Vec<_>>(),
            as_of,
        )
        .places("jana")
    };
    assert_eq!(files("2026-12-09T14:00:00Z"), Vec::<String>::new());
    assert_eq!(files("2026-12-09T15:00:00Z"), ["salons tokyo worker"]);
    // A bare date is 00:00 of that date at each place, so the places agree again.
    let all = [
        "orders * manager",
        "salons chain",
        "salons riga worker",
        "salons tokyo worker",
    ];
    assert_eq!(files("2026-12-09T22:00:00Z"), all);
    assert_eq!(files("2026-12-10"), all);
}

#[test]
fn without_a_zone_dates_are_utc_and_clock_changes_have_no_gaps() {
    let files = [
        ("keyholder.yaml", "version: 1\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n"),
        (
            "people.yaml",
            "locations: { utc: { in: { salons: 1 } }, riga: { time_zone: Europe/Riga, in: { salons: 2 } } }
roles: { r: { salons: { role: worker, unlisted: deny } } }
people: { jana: { name: Jana, email: jana@chain.example, access: [ { role: r, at: all, from: 2027-03-28T03:30 } ] } }
",
        ),
    ];
    // 03:30 is left out in Riga that night: the line begins at 04:30, which is 01:30 UTC.
    let at = |as_of: &str| world_of(&files, as_of).places("jana");
    assert_eq!(at("2027-03-28T01:29:59Z"), Vec::<String>::new());
    assert_eq!(at("2027-03-28T01:30:00Z"), ["salons riga worker"]);
    assert_eq!(
        at("2027-03-28T03:30:00Z"),
        ["salons riga worker", "salons utc worker"]
    );
}

#[test]
fn lines_are_clipped_to_employment() {
    let line = "{ role: r, at: [center], from: 2026-11-01, until: 2026-12-31 }";
    let person = "starts: 2026-12-01, leaves: 2026-12-15,";
    assert_eq!(
        at(person, line, "2026-11-30").places("jana"),
        Vec::<String>::new()
    );
    assert_eq!(
        at(person, line, "2026-12-01").places("jana"),
        ["salons center worker"]
    );
    assert_eq!(
        at(person, line, "2026-12-15").places("jana"),
        ["salons center worker"]
    );
    assert_eq!(
        at(person, line, "2026-12-16").places("jana"),
        ["salons center absent"]
    );
    // A line beyond employment is no error: it is clipped away.
    at(
        "leaves: 2026-12-15,",
        "{ role: r, at: [center], from: 2027-01-01 }",
        "2026-12-01",
    )
    .no_problems();
}

#[test]
fn a_leaver_is_absent_wherever_a_line_ever_named() {
    let lines = "{ role: r, at: [center], until: 2026-01-01 }, { role: s, at: { region: riga, except: [center] }, from: 2028-01-01 }";
    let world = at(
        "leaves: 2026-11-22T20:00, paused: { from: 2026-11-01 },",
        lines,
        "2026-11-22T18:00:00Z",
    );
    assert_eq!(
        world.no_problems().places("jana"),
        ["salons center absent", "salons mall absent"]
    );
    let grant = world.grant("jana", "salons", "mall");
    assert!(grant.rights.is_empty() && grant.role.is_none());
    let jana = world
        .desired
        .people
        .values()
        .find(|person| person.key.as_str() == "jana");
    assert!(matches!(jana.unwrap().managed, Managed::Left(_)));
}

#[test]
fn a_leaver_is_absent_where_the_location_has_closed() {
    let leaves = "leaves: 2026-11-22,";
    let lines = "{ role: r, at: [old, new, mall] }";
    assert_eq!(
        at(leaves, lines, "2026-11-22").places("jana"),
        ["salons mall worker"]
    );
    assert_eq!(
        at(leaves, lines, "2026-11-23").places("jana"),
        ["salons mall absent", "salons old absent"]
    );
}

#[test]
fn paused_keeps_role_and_rights() {
    let person = "paused: { from: 2026-12-05, until: 2026-12-07 },";
    let line = "{ role: r, at: [center] }";
    assert_eq!(
        at(person, line, "2026-12-04").places("jana"),
        ["salons center worker"]
    );
    let world = at(person, line, "2026-12-07");
    assert_eq!(world.places("jana"), ["salons center paused worker"]);
    assert!(!world.grant("jana", "salons", "center").rights.is_empty());
    assert_eq!(
        at(person, line, "2026-12-08").places("jana"),
        ["salons center worker"]
    );
}

#[test]
fn an_end_before_its_beginning_is_an_error_on_any_day() {
    for (person, line) in [
        (
            "",
            "{ role: r, at: [center], from: 2026-12-10, until: 2026-12-09 }",
        ),
        (
            "",
            "{ role: r, at: [center], from: 2026-12-10T10:00, until: 2026-12-10T10:00 }",
        ),
        (
            "starts: 2026-12-10, leaves: 2026-12-09,",
            "{ role: r, at: [center] }",
        ),
        (
            "paused: { from: 2026-12-10, until: 2026-12-09 },",
            "{ role: r, at: [center] }",
        ),
    ] {
        for day in ["2026-01-01", "2030-01-01"] {
            assert_eq!(
                at(person, line, day).problems(),
                [Code::DateOrder],
                "{person}{line}"
            );
        }
    }
    at(
        "",
        "{ role: r, at: [center], from: 2026-12-10, until: 2026-12-10 }",
        "2026-12-10",
    )
    .no_problems();
}

#[test]
fn clashes_count_in_every_window_that_has_not_ended() {
    let lines = "{ role: r, at: [center], until: 2026-12-10 }, { role: s, at: [center], from: 2026-12-10, until: 2026-12-20 }";
    for (day, clashes) in [
        ("2026-01-01", true),
        ("2026-12-10", true),
        // The day on which both held is over: a good project stays good, and this one became good.
        ("2026-12-11", false),
        ("2027-01-01", false),
    ] {
        let found = at("", lines, day).problems();
        assert_eq!(found == [Code::NoUnion], clashes, "{day}: {found:?}");
    }
    at(
        "",
        "{ role: r, at: [center], until: 2026-12-09 }, { role: s, at: [center], from: 2026-12-10 }",
        "2026-01-01",
    )
    .no_problems();
    // What never overlaps because of `leaves` does not clash.
    at(
        "leaves: 2026-12-05,",
        "{ role: r, at: [center] }, { role: s, at: [center], from: 2026-12-10 }",
        "2026-01-01",
    )
    .no_problems();
}

#[test]
fn a_clash_is_told_once_for_two_lines_at_many_places() {
    let world = at(
        "",
        "{ role: r, at: all }, { role: s, at: all }",
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
}

#[test]
fn what_time_will_change_is_told_within_the_horizon() {
    let world = at(
        "starts: 2026-12-03, leaves: 2026-12-06, paused: { from: 2026-12-04, until: 2026-12-04 },",
        "{ role: r, at: [center], until: 2026-12-05 }, { role: r, at: [mall], until: 2026-12-30 }, { role: r, at: [mall], from: 2026-11-01 }",
        "2026-12-01",
    );
    let told: Vec<String> = world
        .desired
        .will_change
        .iter()
        .map(|change| format!("{} {}", change.at, change.what))
        .collect();
    assert_eq!(
        told,
        [
            "2026-12-02T22:00:00Z starts",
            "2026-12-03T22:00:00Z pause begins",
            "2026-12-04T22:00:00Z pause ends",
            "2026-12-05T22:00:00Z `r` ends",
            "2026-12-06T22:00:00Z leaves",
        ]
    );
    let world = world_with_cover("2026-12-01");
    assert_eq!(world.desired.will_change.len(), 1);
    assert_eq!(&*world.desired.will_change[0].what, "`r` begins");
    assert!(
        world_with_cover("2026-11-01")
            .desired
            .will_change
            .is_empty()
    );
    assert!(
        world_with_cover("2026-12-04")
            .desired
            .will_change
            .is_empty()
    );
}

fn world_with_cover(day: &str) -> World {
    super::world(
        &jana(
            ROLE,
            "      - { role: r, at: [center], from: 2026-12-04 }\n      - { role: s, at: [mall] }",
        ),
        day,
    )
}

#[test]
fn what_has_ended_where_nothing_is_in_force_is_told_by_its_last_line() {
    let ended = |access: &str, as_of: &str| {
        let world = at("", access, as_of);
        let jana = &world.desired.people[&crate::model::PersonKey::new("jana")];
        let told = jana.ended.iter().map(|ended| {
            let text = world.sources.text(ended.origin);
            let last = text.split("until: ").nth(1).unwrap().trim_end_matches(" }");
            format!("{} {} {} {last}", ended.system, ended.place, ended.at)
        });
        told.collect::<Vec<String>>()
    };
    let two = "{ role: r, at: [center, mall], until: 2026-12-05 }, { role: r, at: [center], until: 2026-12-10 }";
    assert_eq!(ended(two, "2026-12-05"), [""; 0]);
    // The center is kept by the other line.
    assert_eq!(
        ended(two, "2026-12-06"),
        ["salons mall 2026-12-05T22:00:00Z 2026-12-05"]
    );
    assert_eq!(
        ended(two, "2026-12-11"),
        [
            "salons center 2026-12-10T22:00:00Z 2026-12-10",
            "salons mall 2026-12-05T22:00:00Z 2026-12-05",
        ]
    );
    // What has not begun has not ended.
    let later = "{ role: r, at: [center], from: 2026-12-20, until: 2026-12-22 }";
    assert_eq!(ended(later, "2026-12-11"), [""; 0]);
}

#[test]
fn a_grant_knows_when_it_began_and_what_turned_last() {
    let grant = |person: &str, access: &str| {
        let world = at(person, access, "2026-12-11");
        let grant = world.grant("jana", "salons", "center");
        let since = grant.timing.as_ref().and_then(|timing| timing.since);
        let turn = grant.timing.as_ref().map(|timing| {
            let turn = timing.turned;
            let word = if turn.ended { "ended" } else { "began" };
            format!("{word} {}", turn.at)
        });
        (since.map(|at| at.to_string()), turn)
    };
    assert_eq!(grant("", "{ role: r, at: [center] }"), (None, None));
    let began = Some("2026-12-09T22:00:00Z".to_owned());
    let word = Some("began 2026-12-09T22:00:00Z".to_owned());
    assert_eq!(
        grant("", "{ role: r, at: [center], from: 2026-12-10 }"),
        (began.clone(), word.clone())
    );
    assert_eq!(
        grant("starts: 2026-12-10,", "{ role: r, at: [center] }"),
        (began, word.clone())
    );
    // Beside a line that was always there nothing began but the other one.
    assert_eq!(
        grant(
            "",
            "{ role: r, at: [center] }, { role: r, at: [center], from: 2026-12-10 }"
        ),
        (None, word)
    );
    assert_eq!(
        grant(
            "",
            "{ role: r, at: [center] }, { role: r, at: [center], until: 2026-12-09 }"
        ),
        (None, Some("ended 2026-12-09T22:00:00Z".to_owned()))
    );
}
