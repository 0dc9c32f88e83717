//! Why a step is there: what time did, what we did, and what somebody else did.

use std::collections::BTreeMap;

use super::world::*;
use crate::model::*;
use crate::plan::*;
use crate::text::Span;

const CREATE: &str = "records_create_access";
const EDIT: &str = "records_edit_access";

/// Jana works at the center, by account 7, as the last apply left it.
fn jana() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.has("7", "center", &[("records_access", ON), (CREATE, ON)]);
    world.remember("jana", "7", &["center"]);
    world.memory.declared.insert(scope("center"));
    world
}

fn scope(place: &str) -> (SystemName, PlaceId, PersonKey) {
    (World::system(), at(place), PersonKey::new("jana"))
}

fn days_ago(world: &World, days: i64) -> jiff::Timestamp {
    world.now - jiff::SignedDuration::from_hours(24 * days)
}

/// The assignment line at a place.
fn line_at(world: &World, place: &str) -> Span {
    let grants = &world.desired.people[&PersonKey::new("jana")].grants;
    let grant = grants.iter().find(|grant| grant.place == at(place));
    grant.unwrap().because[0]
}

/// The line at a place has ended.
fn end(world: &mut World, place: &str) {
    let ended = Ended {
        system: World::system(),
        place: at(place),
        at: days_ago(world, 1),
        origin: line_at(world, place),
    };
    world.drop_grant("jana", place);
    world.edit("jana", |person| person.ended.push(ended));
}

fn began(world: &mut World, place: &str, days: i64) {
    let since = days_ago(world, days);
    let origin = line_at(world, place);
    world.grant("jana", place, |grant| {
        let turned = Turn {
            at: since,
            ended: false,
            origin,
        };
        grant.timing = Some(Box::new(Timing {
            since: Some(since),
            turned,
        }));
    });
}

fn first_line(step: &Step) -> &str {
    match &step.because[0] {
        Because::Line(origin) => &origin.text,
        Because::Rule(rule) => panic!("a rule: {rule}"),
    }
}

fn reasons(plan: &Plan) -> Vec<Reason> {
    plan.draft.steps.iter().map(|step| step.reason).collect()
}

#[test]
fn a_line_that_ended_lapses_and_is_no_drift() {
    for ours in [true, false] {
        let mut world = jana();
        if !ours {
            world.memory = Memory::default();
        }
        end(&mut world, "center");
        let plan = world.plan();
        assert_eq!(lines(&plan), ["remove jana@center"]);
        assert_eq!(reasons(&plan), [Reason::Lapsed], "{ours}");
        assert_eq!(
            first_line(&plan.draft.steps[0]),
            "{ role: worker, at: [center] }"
        );
        assert_eq!(plan.draft.drift, []);
    }
}

#[test]
fn whoever_moves_because_a_line_ended_moves_and_the_line_says_why() {
    let mut world = jana();
    end(&mut world, "center");
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    began(&mut world, "mall", 1);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall", "remove jana@center"]);
    assert_eq!(reasons(&plan), [Reason::Moved, Reason::Moved]);
    assert_eq!(
        first_line(&plan.draft.steps[1]),
        "{ role: worker, at: [center] }"
    );
}

#[test]
fn a_line_that_began_since_the_last_apply_is_due() {
    let give = |change: fn(&mut World)| {
        let mut world = jana();
        world.give("jana", "mall", "worker", &[(CREATE, ON)]);
        began(&mut world, "mall", 2);
        change(&mut world);
        let plan = world.plan();
        assert_eq!(lines(&plan), ["grant jana@mall"]);
        reasons(&plan)
    };
    assert_eq!(give(|_| {}), [Reason::Due]);
    assert_eq!(give(|world| began(world, "mall", 8)), [Reason::RoleChanged]);
    // The last apply had it in the files already.
    let declared = |world: &mut World| {
        world.memory.declared.insert(scope("mall"));
    };
    assert_eq!(give(declared), [Reason::RoleChanged]);
    // Nobody knew them: they are new, whatever the line says.
    assert_eq!(
        give(|world| world.memory = Memory::default()),
        [Reason::Joined]
    );
}

#[test]
fn an_invitation_is_due_where_only_the_day_had_to_come() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    began(&mut world, "center", 1);
    assert_eq!(reasons(&world.plan()), [Reason::Joined]);
    world.memory.people.insert(PersonKey::new("jana"));
    assert_eq!(reasons(&world.plan()), [Reason::Due]);
}

#[test]
fn a_change_is_due_or_lapsed_where_a_line_turned_since_it_was_verified() {
    for (ended, reason) in [(false, Reason::Due), (true, Reason::Lapsed)] {
        let mut world = jana();
        let other = world_line(&mut world);
        world.has("7", "center", &[(EDIT, ON)]);
        let turned = Turn {
            at: days_ago(&world, 1),
            ended,
            origin: other,
        };
        let timing = Timing {
            since: None,
            turned,
        };
        world.grant("jana", "center", |grant| {
            grant.timing = Some(Box::new(timing));
        });
        let plan = world.plan();
        assert_eq!(lines(&plan), ["set-rights jana@center"]);
        assert_eq!(reasons(&plan), [reason]);
        assert_eq!(first_line(&plan.draft.steps[0]), "jana: { name: jana }");
        assert_eq!(plan.draft.drift, []);
        // It was verified after the turn: a role says something else since.
        world.memory.applied.insert(scope("center"), "other".into());
        world.memory.verified.insert(scope("center"), world.now);
        assert_eq!(reasons(&world.plan()), [Reason::RoleChanged]);
    }
}

/// A line that is not the grant's own.
fn world_line(world: &mut World) -> Span {
    world.desired.people[&PersonKey::new("jana")].origin
}

#[test]
fn a_further_place_is_drift_only_where_it_was_verified() {
    let mut world = jana();
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    // Given, perhaps: nobody ever saw it there.
    world.memory.granted.insert(scope("mall"));
    let plan = world.plan();
    assert_eq!(reasons(&plan), [Reason::RoleChanged]);
    assert_eq!(plan.draft.drift, []);
    world.memory.applied.insert(scope("mall"), "digest".into());
    let plan = world.plan();
    assert_eq!(reasons(&plan), [Reason::Drift]);
    assert_eq!(plan.draft.drift.len(), 1);
}

#[test]
fn a_place_that_waited_for_the_invitation_is_joined() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite jana@center"]);
    world.apply(&plan);
    world
        .memory
        .declared
        .extend([scope("center"), scope("mall")]);
    // The journal keeps an accepted invitation for as long as the employment lasts.
    let sent = world.memory.invitations.clone();
    world.accept("jana");
    world.memory.invitations = sent;
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall"]);
    assert_eq!(reasons(&plan), [Reason::Joined]);
    assert_eq!(plan.draft.drift, []);
}

#[test]
fn one_team_member_is_never_linked_to_two_accounts() {
    let mut world = jana();
    world.give("anna", "center", "worker", &[(CREATE, ON)]);
    world.account("8", "center", "worker", "anna@chain.example");
    world.has("8", "center", &[("records_access", ON), (CREATE, ON)]);
    world.scope("center").names.staff = Some(vec![Named {
        id: 55,
        name: "Jana B.".into(),
    }]);
    let link = |grant: &mut Grant| grant.staff = StaffWish::Link(Item::Id(55));
    world.grant("jana", "center", link);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["link-staff jana@center"]);
    // Both in one plan: the first is linked, the second is held.
    world.grant("anna", "center", link);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["link-staff anna@center"]);
    assert_eq!(holds(&plan), ["identity-doubt jana@center"]);
    assert!(
        hold(&plan, HoldCode::IdentityDoubt)
            .message
            .contains("Jana B.")
    );
    // One is there already.
    world.row("7", "center", |row| row.staff = Some(Some(55)));
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(holds(&plan), ["identity-doubt anna@center"]);
    assert!(
        hold(&plan, HoldCode::IdentityDoubt)
            .message
            .contains("account 7")
    );
}

#[test]
fn rights_that_this_version_does_not_write_are_said() {
    let mut world = jana();
    let origin = world_line(&mut world);
    let rights = vec![("comers_access".into(), true, origin)];
    world
        .wish()
        .unknown_rights
        .insert(RoleKey::new("manager"), rights.clone());
    assert_eq!(world.plan().draft.notes, []);
    world
        .wish()
        .unknown_rights
        .insert(RoleKey::new("worker"), rights);
    let plan = world.plan();
    let [note] = &plan.draft.notes[..] else {
        panic!("one note: {:?}", plan.draft.notes);
    };
    assert!(note.text.contains("`comers_access`") && note.text.contains("`worker`"));
    assert!(!note.text.contains("manager"), "nobody has that role");
}

#[test]
fn a_line_that_still_stands_was_not_taken_out() {
    let reason = |keys: Option<Option<&str>>| {
        let mut world = jana();
        let origin = line_at(&world, "center");
        world.drop_grant("jana", "center");
        if let Some(keys) = keys {
            let line = StandingLine {
                origin,
                role: Some(RoleKey::new("worker")),
                keys: keys.map(|key| vec![LocationKey::new(key)]),
            };
            world.edit("jana", |person| person.standing.push(line));
        }
        let plan = world.plan();
        assert_eq!(lines(&plan), ["remove jana@center"]);
        let step = &plan.draft.steps[0];
        assert!(!step.ends);
        if step.reason == Reason::RoleChanged {
            assert_eq!(first_line(step), "{ role: worker, at: [center] }");
        }
        step.reason
    };
    assert_eq!(reason(None), Reason::Left);
    assert_eq!(reason(Some(Some("mall"))), Reason::Left);
    // Its role gives nothing there any more, or the place has lost its tag.
    assert_eq!(reason(Some(Some("center"))), Reason::RoleChanged);
    assert_eq!(reason(Some(None)), Reason::RoleChanged);
}

#[test]
fn only_a_leaver_ends_an_employment() {
    let mut world = jana();
    world.leave("jana");
    assert!(world.plan().draft.steps[0].ends);
    let mut world = jana();
    world.grant("jana", "center", |grant| grant.state = GrantState::Paused);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["remove jana@center"]);
    assert!(!plan.draft.steps[0].ends);
}

#[test]
fn what_was_found_there_and_taken_by_hand_is_drift_also_where_we_never_wrote() {
    // At the mall she still has her account: a grant, not an invitation.
    let gone = |elsewhere: bool, change: fn(&mut World)| {
        let mut world = jana();
        // Somebody is left there, as before: a list of nobody is not believed.
        world.account("8", "center", "worker", "lena@chain.example");
        let other = (World::system(), AccountId::new("8"));
        world.memory.strangers.insert(other);
        let rows = &mut world.scope("center").accounts;
        rows.remove(&AccountId::new("7"));
        if elsewhere {
            world.account("7", "mall", "worker", "jana@chain.example");
            world.give("jana", "mall", "worker", &[]);
        }
        change(&mut world);
        let plan = world.plan();
        let held = plan.draft.holds.iter();
        let held = held.filter_map(|hold| hold.step.as_deref());
        let mut steps = plan.draft.steps.iter().chain(held);
        let step = steps.find(|step| step.place == at("center"));
        step.map(|step| (step.kind, step.reason))
    };
    assert_eq!(gone(true, |_| {}), Some((StepKind::Grant, Reason::Drift)));
    assert_eq!(gone(false, |_| {}), Some((StepKind::Invite, Reason::Drift)));
    // The files did not give it at the last apply, or nothing was ever found: nobody took it away.
    let undeclared: fn(&mut World) = |world| world.memory.declared.clear();
    let unfound: fn(&mut World) = |world| world.memory.granted.clear();
    for change in [undeclared, unfound] {
        for elsewhere in [true, false] {
            let found = gone(elsewhere, change).unwrap();
            assert_ne!(found.1, Reason::Drift, "{elsewhere}");
        }
    }
}

/// The journal keeps how far accounts had what the files give, as an apply does.
fn settle(world: &mut World) {
    let agreed = world
        .with_input(|input| crate::plan::agreed(&crate::plan::draft(input).settled, catalog()));
    for ((system, place), accounts) in agreed {
        for (account, found) in accounts {
            let row = (system.clone(), place.clone(), account.clone());
            let live = world.scope(&place.to_string()).accounts[&account].clone();
            let before = world.memory.baselines.remove(&row).unwrap_or_default();
            let baseline = baseline(&live, found, &before);
            world.memory.baselines.insert(row, baseline);
        }
    }
}

/// What the journal makes of an account that was compared.
fn baseline(live: &Account, found: Agreed, before: &Baseline) -> Baseline {
    let rights = live.rights.as_deref().unwrap();
    let noted = rights.iter().filter_map(|(at, value)| {
        let slug = catalog().get(catalog().at(at)?).slug;
        let noted = Noted::from(value);
        (noted != Noted::Switch(false)).then(|| (slug.into(), noted))
    });
    let newer = found.apart.iter();
    let newer = newer.map(|slug| (slug.clone(), before.right(slug)));
    Baseline {
        given: Some(found.given.clone()),
        role: live.role.clone(),
        staff: live.staff.flatten(),
        set: Some(noted.collect::<BTreeMap<_, _>>().into()),
        newer: newer.collect(),
        apart: found.apart,
    }
}

#[test]
fn what_was_equal_and_differs_now_was_changed_by_hand_also_where_we_never_wrote() {
    let mut world = jana();
    settle(&mut world);
    let row = (World::system(), at("center"), AccountId::new("7"));
    assert!(world.memory.baselines.contains_key(&row));
    for (slug, value) in [(CREATE, OFF), (EDIT, ON)] {
        let mut world = world.clone();
        world.has("7", "center", &[(slug, value)]);
        let plan = world.plan();
        assert_eq!(reasons(&plan), [Reason::Drift], "{slug}");
        assert_eq!(plan.draft.drift.len(), 1);
        assert_eq!(
            plan.draft.drift[0].what,
            "1 right changed since the last apply"
        );
        // It is no settled state, and the old one stays known.
        let draft = world.with_input(crate::plan::draft);
        assert!(draft.settled.iter().all(|it| it.account != row.2));
    }
    // The files want something else since: we changed it.
    let mut edited = world.clone();
    edited.drop_grant("jana", "center");
    edited.give("jana", "center", "worker", &[(CREATE, ON), (EDIT, ON)]);
    assert_eq!(reasons(&edited.plan()), [Reason::RoleChanged]);
    // Nobody knows what was there: as without a journal.
    let mut unknown = world.clone();
    unknown.memory.baselines.clear();
    unknown.has("7", "center", &[(CREATE, OFF)]);
    assert_eq!(reasons(&unknown.plan()), [Reason::RoleChanged]);
    // What was found there last is newer than what was written.
    let mut newer = world;
    newer.memory.applied.insert(scope("center"), "other".into());
    newer.has("7", "center", &[(CREATE, OFF)]);
    assert_eq!(reasons(&newer.plan()), [Reason::Drift]);
}

/// What a step at the center answers: its reason, the slugs of what somebody changed by hand, and whether it gives back or takes.
type ByHandOf = (Reason, Vec<&'static str>, bool, bool);

fn answers(step: &Step) -> ByHandOf {
    let rights = step.by_hand.rights.iter();
    let slugs = rights.map(|&id| catalog().get(id).slug).collect();
    (step.reason, slugs, step.by_hand.gives, step.by_hand.takes)
}

/// The one step of Jana at the center.
fn by_hand(world: &World) -> ByHandOf {
    let plan = world.plan();
    assert_eq!(plan.draft.steps.len(), 1, "{:?}", lines(&plan));
    let step = &plan.draft.steps[0];
    let drift = plan.draft.drift.len();
    assert_eq!(drift, usize::from(!step.by_hand.is_none()));
    answers(step)
}

/// What is held of Jana at the center, and the slugs that a step changes beside it.
fn parted(world: &World) -> (ByHandOf, Vec<&'static str>) {
    let plan = world.plan();
    let held = plan.draft.holds.iter();
    let held: Vec<&Hold> = held.filter(|hold| hold.code == HoldCode::Drift).collect();
    assert_eq!((held.len(), plan.draft.drift.len()), (1, 1));
    let rest = plan.draft.steps.iter().flat_map(|step| {
        assert!(step.by_hand.is_none());
        &step.deltas
    });
    let rest = rest.map(|delta| catalog().get(delta.right).slug);
    (answers(held[0].step.as_deref().unwrap()), rest.collect())
}

/// The files give other rights to Jana at the center.
fn edit(world: &mut World, rights: &[(&str, Value)]) {
    world.drop_grant("jana", "center");
    world.give("jana", "center", "worker", rights);
}

#[test]
fn what_was_taken_by_hand_is_drift_whatever_the_files_say_of_other_rights_since() {
    let mut world = jana();
    settle(&mut world);
    world.has("7", "center", &[(CREATE, OFF)]);
    let taken = (Reason::Drift, vec![CREATE], true, false);
    assert_eq!(by_hand(&world), taken);
    // An apply in which it is held forgets nothing.
    settle(&mut world);
    assert_eq!(by_hand(&world), taken);
    // The role gives something else as well: that is a step of its own.
    edit(&mut world, &[(CREATE, ON), (EDIT, ON)]);
    let both = (Reason::RoleChanged, vec![CREATE], true, false);
    assert_eq!(parted(&world).0.1, both.1);
    assert!(
        parted(&world).1.starts_with(&[EDIT]),
        "{:?}",
        parted(&world)
    );
    settle(&mut world);
    assert_eq!(parted(&world).0.1, both.1);
    // Once that is done, what is left is as before.
    let mut done = world.clone();
    done.has("7", "center", &[(EDIT, ON)]);
    let left = done.plan();
    assert_eq!(reasons(&left), [Reason::Drift]);
    // Where the files win, one write does both.
    let mut wins = world.clone();
    wins.desired.rules.drift.reduced.answer = Answer::Revert;
    assert_eq!(wins.plan().draft.steps.len(), 1);
    assert!(wins.plan().draft.holds.is_empty());
    // The files agree with whoever took it, and give it again later: that is a change of the files.
    edit(&mut world, &[]);
    settle(&mut world);
    edit(&mut world, &[(CREATE, ON)]);
    assert_eq!(
        by_hand(&world),
        (Reason::RoleChanged, Vec::new(), false, false)
    );
}

#[test]
fn what_somebody_orders_to_be_taken_waits_for_nothing_that_was_done_by_hand() {
    let mut world = jana();
    world.has("7", "center", &[(EDIT, ON)]);
    edit(&mut world, &[(CREATE, ON), (EDIT, ON)]);
    settle(&mut world);
    world.has("7", "center", &[(CREATE, OFF)]);
    edit(&mut world, &[(CREATE, ON)]);
    let ((_, held, gives, _), rest) = parted(&world);
    assert_eq!((held, gives), (vec![CREATE], true));
    assert!(rest.contains(&EDIT), "{rest:?}");
}

#[test]
fn a_section_that_was_closed_by_hand_is_drift_with_all_that_it_closes() {
    let mut world = jana();
    settle(&mut world);
    world.has("7", "center", &[("records_access", OFF)]);
    edit(&mut world, &[(CREATE, ON), (EDIT, ON)]);
    let (_, slugs, gives, takes) = by_hand(&world);
    assert_eq!((gives, takes), (true, false));
    assert!(
        slugs.contains(&"records_access") && slugs.contains(&CREATE),
        "{slugs:?}"
    );
    assert!(!slugs.contains(&EDIT));
}

#[test]
fn what_was_given_by_hand_leaves_the_rest_of_a_change_its_reason() {
    let mut world = jana();
    settle(&mut world);
    world.has("7", "center", &[(EDIT, ON)]);
    assert_eq!(by_hand(&world), (Reason::Drift, vec![EDIT], false, true));
    let delete = "records_delete_access";
    edit(&mut world, &[(CREATE, ON), (delete, ON)]);
    let mixed = (Reason::RoleChanged, vec![EDIT], false, true);
    assert_eq!(by_hand(&world), mixed);
    // Held, it waits alone.
    world.desired.rules.drift.widened.answer = Answer::Hold;
    let ((_, held, gives, takes), rest) = parted(&world);
    assert_eq!((held, gives, takes), (vec![EDIT], false, true));
    assert!(rest.contains(&delete) && !rest.contains(&EDIT), "{rest:?}");
    // The vendor role alone: known, and another now.
    let mut world = jana();
    settle(&mut world);
    world.row("7", "center", |row| {
        row.role = Some(VendorRoleSlug::new("administrator"));
    });
    edit(&mut world, &[(CREATE, ON), (EDIT, ON)]);
    let step = world.plan().draft.steps[0].clone();
    assert!(step.by_hand.role && step.by_hand.takes && !step.by_hand.gives);
    assert_eq!(step.reason, Reason::RoleChanged);
    assert_eq!(step.by_hand.rights, []);
}

#[test]
fn what_goes_further_the_same_way_answers_nobody() {
    let days = "records_edit_last_days_count";
    let mut world = jana();
    let of = |days: u32| Value::Days(Days::Last(days));
    let (at, when) = ("center", |number| (days, of(number)));
    edit(&mut world, &[(CREATE, ON), (EDIT, ON), when(10)]);
    world.has("7", at, &[(EDIT, ON), when(10)]);
    settle(&mut world);
    let case = |live: u32, wanted: u32| {
        let mut world = world.clone();
        world.has("7", at, &[when(live)]);
        edit(&mut world, &[(CREATE, ON), (EDIT, ON), when(wanted)]);
        let plan = world.plan();
        let steps = plan.draft.steps.iter();
        let held = plan.draft.holds.iter();
        let held = held.filter_map(|hold| hold.step.as_deref());
        let found: Vec<_> = steps.chain(held).collect();
        let step = found[0];
        (found.len(), step.by_hand.gives, step.by_hand.takes)
    };
    // Given by hand, and the files give more; taken, and they take more.
    assert_eq!(case(20, 30), (1, false, false));
    assert_eq!(case(5, 2), (1, false, false));
    // Back towards what was there, or beyond it.
    assert_eq!(case(5, 10), (1, true, false));
    assert_eq!(case(5, 30), (1, true, false));
    assert_eq!(case(20, 10), (1, false, true));
    assert_eq!(case(20, 5), (1, false, true));
}

#[test]
fn what_the_vendor_did_not_show_once_is_known_from_before() {
    let mut world = jana();
    settle(&mut world);
    let hidden = catalog().by_slug(CREATE).unwrap().index();
    let shown = world.clone();
    world.row("7", "center", |row| {
        let mut rights = RightSet::clone(row.rights.as_ref().unwrap());
        rights.set(hidden, None);
        row.rights = Some(rights.into());
    });
    settle(&mut world);
    let baselines = world.memory.baselines.clone();
    let mut world = shown;
    world.memory.baselines = baselines;
    world.has("7", "center", &[(CREATE, OFF)]);
    assert_eq!(by_hand(&world), (Reason::Drift, vec![CREATE], true, false));
    settle(&mut world);
    assert_eq!(by_hand(&world), (Reason::Drift, vec![CREATE], true, false));
}

#[test]
fn an_account_that_never_was_wholly_as_the_files_say_has_drift_of_the_rest() {
    let mut world = jana();
    // Whoever adopts a chain leaves what people have beside the files for later.
    world.has("7", "center", &[(EDIT, ON)]);
    settle(&mut world);
    assert_eq!(
        by_hand(&world),
        (Reason::RoleChanged, Vec::new(), false, false)
    );
    world.has("7", "center", &[(CREATE, OFF)]);
    let ((_, held, gives, _), rest) = parted(&world);
    assert_eq!((held, gives, rest), (vec![CREATE], true, vec![EDIT]));
    // Of what the journal does not know, nobody can say who changed it.
    world.memory.baselines.clear();
    assert_eq!(
        by_hand(&world),
        (Reason::RoleChanged, Vec::new(), false, false)
    );
}

#[test]
fn a_place_that_was_accepted_and_taken_by_hand_is_drift() {
    let mut world = jana();
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    world.account("7", "mall", "worker", "jana@chain.example");
    world.has("7", "mall", &[("records_access", ON), (CREATE, ON)]);
    world.memory.declared.insert(scope("mall"));
    settle(&mut world);
    world.account("8", "mall", "worker", "lena@chain.example");
    let lena = (World::system(), AccountId::new("8"));
    world.memory.strangers.insert(lena);
    world.scope("mall").accounts.remove(&AccountId::new("7"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall"]);
    assert_eq!(reasons(&plan), [Reason::Drift]);
    // The files took it back in between and give it anew.
    world.memory.declared.remove(&scope("mall"));
    assert_ne!(reasons(&world.plan()), [Reason::Drift]);
}

#[test]
fn whoever_is_only_invited_or_half_read_is_not_settled() {
    let settled = |change: fn(&mut Account)| {
        let mut world = jana();
        world.row("7", "center", change);
        let draft = world.with_input(crate::plan::draft);
        draft
            .settled
            .iter()
            .any(|it| it.account == AccountId::new("7"))
    };
    assert!(settled(|_| {}));
    assert!(!settled(|row| row.state = AccountState::Invited));
    assert!(!settled(|row| row.role = None));
    assert!(!settled(|row| row.rights = None));
}
