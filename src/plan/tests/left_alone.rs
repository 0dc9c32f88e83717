//! Whoever left and is left alone: told in a plan, and never touched by it.

use super::world::World;
use crate::model::{AccountId, AccountState, LeftAlone, Managed, Ownership, PersonKey};
use crate::plan::{Because, FindingSide};

/// Karl left, his access is left alone, and he has an account at two places.
fn world() -> World {
    let mut world = World::new();
    world.person("karl");
    world.account("8", "center", "worker", "karl@chain.example");
    world.account("8", "mall", "worker", "karl@chain.example");
    left(&mut world);
    world
}

fn left(world: &mut World) {
    let line = world.line("leaves: 2026-11-19");
    world.edit("karl", |person| {
        person.managed = Managed::No;
        person.left_alone = Some(LeftAlone {
            on: "2026-11-19".parse().unwrap(),
            line,
        });
    });
}

fn told(world: &World) -> Vec<(FindingSide, String)> {
    let findings = world.plan().draft.findings;
    let told = findings.into_iter().filter(|it| &*it.policy == "leavers");
    told.map(|it| (it.side, it.message)).collect()
}

#[test]
fn a_leaver_who_is_left_alone_is_told_with_the_line_and_never_touched() {
    for ownership in [Ownership::Report, Ownership::AddOnly, Ownership::Full] {
        let mut world = world();
        world.own_everywhere(ownership);
        let draft = world.plan().draft;
        assert!(draft.steps.is_empty());
        assert!(draft.withheld.is_empty());
        let [finding] = &draft.findings[..] else {
            panic!("one finding: {:?}", draft.findings);
        };
        assert_eq!(finding.side, FindingSide::Live);
        assert_eq!(
            finding.message,
            "`karl` left on 2026-11-19 and still has account 8 at center, mall (`salons`), which keyholder leaves alone (`access: unmanaged`): somebody must decide"
        );
        let lines: Vec<&str> = finding
            .because
            .iter()
            .filter_map(|because| match because {
                Because::Line(origin) => Some(&*origin.text),
                Because::Rule(_) => None,
            })
            .collect();
        assert_eq!(lines, ["leaves: 2026-11-19"]);
    }
}

#[test]
fn nothing_is_told_of_whoever_has_nothing_is_blocked_or_did_not_leave() {
    let mut gone = World::new();
    gone.person("karl");
    left(&mut gone);
    assert_eq!(told(&gone), []);
    let mut blocked = world();
    for place in ["center", "mall"] {
        blocked.row("8", place, |row| row.state = AccountState::Blocked);
    }
    assert_eq!(told(&blocked), []);
    let mut stays = world();
    stays.edit("karl", |person| person.left_alone = None);
    assert_eq!(told(&stays), []);
}

#[test]
fn what_was_not_read_is_unknown_where_something_says_that_they_had_an_account() {
    let mut world = World::new();
    world.person("karl");
    left(&mut world);
    for place in ["center", "mall"] {
        world.unreadable(place);
    }
    assert_eq!(told(&world), [], "nothing says that he ever had one");
    world.edit("karl", |person| {
        let pin = person.pins.entry(World::system()).or_default();
        pin.ids.push(AccountId::new("8"));
    });
    let [(side, message)] = &told(&world)[..] else {
        panic!("one finding");
    };
    assert_eq!(*side, FindingSide::Unknown);
    assert!(
        message.contains("were not read in full at center"),
        "{message}"
    );
}

#[test]
fn a_plan_for_others_does_not_tell_of_them() {
    let mut world = world();
    world.person("jana");
    world.only.people.insert(PersonKey::new("jana"));
    assert_eq!(told(&world), []);
}

#[test]
fn a_lockout_takes_what_was_left_alone() {
    let mut world = world();
    world.own_everywhere(Ownership::Full);
    let key = PersonKey::new("karl");
    world.memory.locked.insert(key, world.now);
    assert_eq!(told(&world), []);
    assert_eq!(world.plan().draft.steps.len(), 2);
}
