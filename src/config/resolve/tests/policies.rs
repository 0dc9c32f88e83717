//! Policies as they are meant.

use super::world;
use crate::catalog::Catalog;
use crate::model::{Demand, PersonKey, Policy, Within};

const ROLES: &str = "roles:\n  floor: { salons: { role: worker, unlisted: deny } }\n  boss: { salons: { role: owner, unlisted: deny } }\n";

/// The one policy of a project in which `jana` has a class and these lines.
fn policy(person: &str, access: &str, policy: &str) -> Policy {
    let people = format!(
        "people:\n  jana: {{ name: Jana, email: a@chain.example, class: trainee, {person} access: [ {access} ] }}\n"
    );
    let world = world(
        &format!("{ROLES}{people}policies:\n  p: {policy}\n"),
        "2026-12-01",
    );
    world.no_problems();
    let [policy] = &world.desired.policies[..] else {
        panic!("{:?}", world.desired.policies)
    };
    policy.clone()
}

const LINE: &str = "{ role: floor, at: all }";

#[test]
fn names_become_rights_and_words_what_they_mean() {
    let found = policy(
        "",
        LINE,
        "{ kind: holders, right: settings_users_*, each: system, at_least: 2 }",
    );
    let Demand::Holders {
        right,
        each: Within::System,
        at_least: 2,
    } = found.demand
    else {
        panic!("{found:?}")
    };
    assert!(right.rights.len() > 3);
    let all = right.rights.iter();
    assert!(
        all.map(|&id| Catalog::current().get(id).slug)
            .all(|slug| slug.starts_with("settings_users_"))
    );
    // A location by itself, where nothing is said.
    let found = policy(
        "",
        LINE,
        "{ kind: separation, rights: [clients_export_access, finances_z_report_access], waive: [ { person: jana, until: 2027-01-01, because: small } ] }",
    );
    assert!(matches!(
        found.demand,
        Demand::Separation {
            within: Within::Location,
            ..
        }
    ));
    let jana = PersonKey::new("jana");
    let at = |text: &str| text.parse().unwrap();
    // The day itself still counts, in the project's zone.
    assert!(found.waiver(&jana, at("2027-01-01T21:59:59Z")).is_some());
    assert!(found.waiver(&jana, at("2027-01-01T22:00:00Z")).is_none());
    assert!(
        found
            .waiver(&PersonKey::new("karl"), at("2026-12-01T00:00:00Z"))
            .is_none()
    );
}

#[test]
fn a_role_that_makes_owners_is_known_by_its_systems() {
    for (role, owns) in [("boss", 1), ("floor", 0)] {
        let found = policy(
            "",
            &format!("{{ role: {role}, at: all }}"),
            &format!("{{ kind: only, role: {role}, people: [jana] }}"),
        );
        let Demand::Only {
            role: Some(role), ..
        } = found.demand
        else {
            panic!("{found:?}")
        };
        assert_eq!(role.owns.len(), owns);
    }
}

#[test]
fn lines_end_in_time_or_are_named() {
    for (person, line, which, why) in [
        ("", "", "class: trainee", Some("no end")),
        (
            "",
            "until: 2027-01-01",
            "class: trainee",
            Some("no beginning"),
        ),
        (
            "starts: 2026-12-01,",
            "until: 2026-12-10",
            "class: trainee",
            None,
        ),
        (
            "starts: 2026-12-01,",
            "until: 2026-12-11",
            "class: trainee",
            Some("11 days"),
        ),
        (
            "",
            "from: 2026-12-01, until: 2026-12-11",
            "role: floor",
            Some("11 days"),
        ),
        (
            "",
            "from: 2026-12-01, until: 2026-12-11",
            "role: boss",
            None,
        ),
        (
            "",
            "from: 2026-12-01, until: 2026-12-11",
            "class: other",
            None,
        ),
        (
            "leaves: 2026-12-05,",
            "from: 2026-12-01",
            "class: trainee",
            None,
        ),
        // Over, whenever it began.
        ("leaves: 2020-01-01,", "", "class: trainee", None),
        // The clocks go forward in between: ten days are ten days.
        (
            "",
            "from: 2026-03-25, until: 2026-04-03",
            "class: trainee",
            None,
        ),
        // They go back: an hour more is no day more.
        (
            "",
            "from: 2026-10-20, until: 2026-10-29",
            "class: trainee",
            None,
        ),
    ] {
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(", {line}")
        };
        let found = policy(
            person,
            &format!("{{ role: floor, at: all{line} }}"),
            &format!("{{ kind: expiry, {which}, longest: 10d }}"),
        );
        let Demand::Expiry { lines, .. } = &found.demand else {
            panic!("{found:?}")
        };
        let said = lines.first().map(|line| &*line.why);
        assert_eq!(
            said.is_some(),
            why.is_some(),
            "{person} {line} {which}: {said:?}"
        );
        if let (Some(said), Some(why)) = (said, why) {
            assert!(said.contains(why), "{said}");
        }
    }
}
