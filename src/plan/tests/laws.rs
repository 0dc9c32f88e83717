//! What holds for every world: plans end, nobody is touched who must not be, and no order of input
//! matters.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::world::*;
use crate::model::*;
use crate::plan::*;

const ROLES: [&str; 4] = ["worker", "administrator", "manager", "accountant"];
const LIST: &str = "finances_accounts_ids";

/// Lines of roles that differ in every way a value can.
fn bundle(choice: u8) -> Vec<(&'static str, Value)> {
    let ids = |ids: &[i64]| Value::Items(Items::only(ids.iter().map(|&id| Item::Id(id))));
    let all = [
        ("records_create_access", ON),
        ("records_edit_access", ON),
        ("records_edit_last_days_count", days(u32::from(choice))),
        ("finances_transactions_access", ON),
        (LIST, ids(&[1, i64::from(choice)])),
        ("settings_users_access", ON),
        ("settings_users_edit_access", ON),
        ("clients_export_access", ON),
    ];
    let wanted = |at: usize| choice.rotate_left(3) & (1 << at) != 0;
    let kept = all.into_iter().enumerate().filter(|(at, _)| wanted(*at));
    kept.map(|(_, line)| line).collect()
}

#[derive(Clone, Debug)]
struct Someone {
    managed: u8,
    /// At each place: none, or role and bundle, and whether it is paused.
    grants: Vec<Option<(usize, u8, bool)>>,
    /// At each place: none, or role, bundle, and what is odd about the row.
    rows: Vec<Option<(usize, u8, u8)>>,
    /// What memory knows.
    known: bool,
    granted: Vec<bool>,
    protected: bool,
    /// The account carries another contact.
    moved: bool,
}

#[derive(Clone, Debug)]
struct Case {
    people: Vec<Someone>,
    strangers: Vec<u8>,
    ownership: Vec<u8>,
    trust: Vec<u8>,
    caller: u8,
    each_place: bool,
    closed: bool,
}

fn someone() -> impl Strategy<Value = Someone> {
    let grant = prop::option::of((0..ROLES.len(), any::<u8>(), prop::bool::weighted(0.1)));
    let row = prop::option::weighted(0.4, (0..ROLES.len(), any::<u8>(), 0..24_u8));
    (
        0..10_u8,
        prop::collection::vec(grant, 3),
        prop::collection::vec(row, 3),
        any::<bool>(),
        prop::collection::vec(prop::bool::weighted(0.3), 3),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(managed, grants, rows, known, granted, protected, moved)| Someone {
                managed,
                grants,
                rows,
                known,
                granted,
                protected,
                moved,
            },
        )
}

fn case() -> impl Strategy<Value = Case> {
    (
        prop::collection::vec(someone(), 0..6),
        prop::collection::vec(0..4_u8, 0..3),
        prop::collection::vec(0..8_u8, 3),
        prop::collection::vec(0..10_u8, 3),
        0..8_u8,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(people, strangers, ownership, trust, caller, each_place, closed)| Case {
                people,
                strangers,
                ownership,
                trust,
                caller,
                each_place,
                closed,
            },
        )
}

fn build(case: &Case) -> World {
    let mut world = World::new();
    for (at_person, someone) in case.people.iter().enumerate() {
        let key = format!("p{at_person}");
        let id = format!("{}", 100 + at_person);
        world.person(&key);
        for (place, grant) in PLACES.iter().zip(&someone.grants) {
            if let Some((role, choice, paused)) = grant {
                world.give(&key, place, ROLES[*role], &bundle(*choice));
                if *paused {
                    world.grant(&key, place, |grant| grant.state = GrantState::Paused);
                }
            }
        }
        let email = if someone.moved {
            format!("old.{key}@chain.example")
        } else {
            format!("{key}@chain.example")
        };
        // One account is pending or active as a whole here.
        let pending = someone.rows.iter().flatten().any(|(_, _, odd)| *odd == 0);
        for (place, row) in PLACES.iter().zip(&someone.rows) {
            if let Some((role, choice, odd)) = row {
                world.account(&id, place, ROLES[*role], &email);
                world.has(&id, place, &bundle(*choice));
                world.row(&id, place, |row| {
                    if pending {
                        row.state = AccountState::Invited;
                    }
                    row.removable = *odd != 1;
                    row.editable = Some(*odd != 2);
                    if *odd == 3 {
                        row.role = Some(VendorRoleSlug::new("owner"));
                    }
                });
            }
        }
        if someone.known {
            world.remember(&key, &id, &[]);
        }
        for (place, granted) in PLACES.iter().zip(&someone.granted) {
            if *granted {
                let known = (World::system(), at(place), PersonKey::new(key.as_str()));
                world.memory.granted.insert(known);
            }
        }
        if someone.protected {
            let line = world.line(&format!("protected: [{key}]"));
            world
                .desired
                .protected
                .insert(PersonKey::new(key.as_str()), line);
        }
        match someone.managed {
            0 => world.edit(&key, |person| person.managed = Managed::No),
            1 | 2 => world.leave(&key),
            _ => {}
        }
    }
    for (at_stranger, kind) in case.strangers.iter().enumerate() {
        let id = format!("{}", 500 + at_stranger);
        let place = PLACES[at_stranger % 3];
        let email = if *kind == 0 { "" } else { "x@else.example" };
        world.account(&id, place, "worker", email);
        if *kind == 1 {
            world.row(&id, place, |row| row.name = "P0 the person".into());
        }
    }
    for (place, ownership) in PLACES.iter().zip(&case.ownership) {
        let here = match ownership {
            0 => Ownership::Report,
            1 => Ownership::AddOnly,
            _ => Ownership::Full,
        };
        let wish = world.wish();
        if let Some((_, ownership)) = wish.locations.get_mut(&LocationKey::new(*place)) {
            *ownership = here;
        }
    }
    if case.each_place {
        world.wish().invite = InvitePolicy::EachPlace;
    }
    if case.closed {
        world.edit_place("port", PlaceStatus::Closed);
        let keys: Vec<PersonKey> = world.desired.people.keys().cloned().collect();
        for key in keys {
            world.drop_grant(key.as_str(), "port");
        }
    }
    // Sometimes a declared person is the token's owner.
    if usize::from(case.caller) < case.people.len() {
        world.caller.account = Some(AccountId::new(format!("{}", 100 + case.caller)));
    }
    for (place, trust) in PLACES.iter().zip(&case.trust) {
        match trust {
            0 => world.partial(place),
            1 => world.unreadable(place),
            _ => {}
        }
    }
    world
}

fn api(plan: &Plan) -> Vec<String> {
    let steps = plan.draft.steps.iter();
    steps
        .filter(|step| step.mode == Mode::Api)
        .map(line)
        .collect()
}

/// Applies plans and accepts invitations until nothing is left, and counts the messages.
fn settle(world: &mut World) -> Result<BTreeMap<String, u32>, TestCaseError> {
    let mut messages: BTreeMap<String, u32> = BTreeMap::new();
    for round in 0..3 {
        let plan = world.plan();
        for step in &plan.draft.steps {
            if step.kind == StepKind::Invite {
                let key = step.person.as_ref().map(ToString::to_string);
                *messages.entry(key.unwrap_or_default()).or_default() += 1;
            }
        }
        world.apply(&plan);
        let again = world.plan();
        prop_assert_eq!(
            api(&again),
            vec![""; 0],
            "round {} after {:?}",
            round,
            lines(&plan)
        );
        // Everybody who was invited joins; what waited for that comes then.
        let pending: Vec<String> = world
            .memory
            .accounts
            .values()
            .map(|known| known.person.to_string())
            .collect();
        for key in pending {
            world.accept(&key);
        }
    }
    Ok(messages)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_come_to_an_end_and_nobody_hears_twice(case in case()) {
        let mut world = build(&case);
        // Whoever is pending without memory is remembered first, as a complete read would.
        let messages = settle(&mut world)?;
        if !case.each_place {
            for (key, count) in messages {
                prop_assert!(count <= 1, "{} got {} messages", key, count);
            }
        }
    }

    #[test]
    fn nobody_is_touched_who_must_not_be(case in case()) {
        let world = build(&case);
        let plan = world.plan();
        for step in &plan.draft.steps {
            let PlaceId::At(_) = &step.place else { continue };
            let reading = &world.scopes[&step.place];
            let giving = matches!(step.kind, StepKind::Invite | StepKind::Grant);
            let taking = matches!(step.kind, StepKind::Remove | StepKind::WithdrawInvitation);
            if giving || taking {
                prop_assert!(reading.complete().is_some(), "{} on doubt", line(step));
            }
            let person = step.person.clone().expect("only declared people are touched");
            let declared = &world.desired.people[&person];
            prop_assert!(declared.managed != Managed::No);
            let reduces = step.class == DangerClass::Removing;
            if reduces {
                prop_assert!(!world.desired.protected.contains_key(&person));
                prop_assert!(step.account != world.caller.account);
                let scope = reading.seen().expect("seen");
                let row = &scope.accounts[step.account.as_ref().expect("an account")];
                prop_assert!(row.removable && row.editable != Some(false));
                prop_assert!(row.role.as_ref().is_none_or(|role| role.as_str() != "owner"));
            }
            match world.desired.systems[&World::system()].locations[step.place.location().expect("a location")].1 {
                Ownership::Report => prop_assert!(false, "{} under report", line(step)),
                Ownership::AddOnly => prop_assert!(!reduces, "{} under add-only", line(step)),
                Ownership::Full => {}
            }
            prop_assert!(!step.because.is_empty());
        }
    }

    #[test]
    fn what_a_step_says_it_takes_is_what_it_takes(case in case()) {
        // A write that is not called a removal leaves nobody with less, right by right.
        let world = build(&case);
        let plan = world.plan();
        for step in &plan.draft.steps {
            let Change::Set { .. } = step.change else { continue };
            if step.class == DangerClass::Removing { continue; }
            let mut after = world.clone();
            after.apply_step(step);
            let id = step.account.as_ref().expect("an account");
            let row = |world: &World| world.scopes[&step.place].seen().expect("seen").accounts[id].clone();
            let (before, after) = (row(&world), row(&after));
            let (before, after) = (before.rights.expect("read"), after.rights.expect("read"));
            for right in catalog().all() {
                let reach = |set: &RightSet| {
                    set.get(right.id.index()) == Some(&ON)
                        && catalog().governors(right.id).all(|it| set.get(it.index()) == Some(&ON))
                };
                if right.polarity == crate::catalog::Polarity::Granting && reach(&before) {
                    prop_assert!(reach(&after), "{} lost {}", line(step), right.slug);
                }
            }
        }
    }

    #[test]
    fn the_order_of_input_and_of_runs_does_not_matter(case in case()) {
        let world = build(&case);
        let plan = world.plan();
        let mut turned = world.clone();
        for key in world.desired.people.keys() {
            turned.edit(key.as_str(), |person| {
                person.grants.reverse();
                person.contacts.reverse();
            });
        }
        prop_assert_eq!(world.plan().id, plan.id.clone());
        prop_assert_eq!(turned.plan().id, plan.id);
    }

    #[test]
    fn a_world_that_is_as_it_should_be_needs_nothing(
        people in prop::collection::vec((0..ROLES.len(), any::<u8>(), 0..3_usize), 0..8)
    ) {
        let mut world = World::new();
        for (number, (role, choice, place)) in people.into_iter().enumerate() {
            let key = format!("p{number}");
            let id = format!("{}", 100 + number);
            world.give(&key, PLACES[place], ROLES[role], &bundle(choice));
            world.account(&id, PLACES[place], ROLES[role], &format!("{key}@chain.example"));
            let wanted = rights(&bundle(choice));
            world.row(&id, PLACES[place], |row| {
                let mut live = nothing();
                for (index, value) in wanted.iter() {
                    live.set(index, Some(value.clone()));
                }
                row.rights = Some(live.into());
            });
        }
        let plan = world.plan();
        prop_assert_eq!(lines(&plan), vec![""; 0]);
        prop_assert_eq!(holds(&plan), vec![""; 0]);
    }

    #[test]
    fn edges_are_kept_by_the_order(case in case()) {
        let world = build(&case);
        let plan = world.plan();
        let mut done = std::collections::BTreeSet::new();
        for step in &plan.draft.steps {
            for earlier in &step.waits_for {
                prop_assert!(done.contains(earlier));
            }
            prop_assert!(done.insert(step.id.clone()), "two steps with one id: {}", line(step));
        }
    }
}
