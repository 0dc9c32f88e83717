//! What differs, and the one step that mends it.

use super::world::*;
use crate::catalog::Sensitivity;
use crate::model::*;
use crate::plan::*;

const CREATE: &str = "records_create_access";
const DELETE: &str = "records_delete_access";
const EDIT: &str = "records_edit_access";
const EDIT_DAYS: &str = "records_edit_last_days_count";

fn jana() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.has("7", "center", &[("records_access", ON), (CREATE, ON)]);
    world
}

fn delta(step: &Step, slug: &str) -> (Option<Value>, Option<Value>) {
    let found = step
        .deltas
        .iter()
        .find(|delta| delta.right.index() == index(slug))
        .unwrap_or_else(|| panic!("no {slug} in {:?}", step.deltas));
    (found.before.clone(), found.after.clone())
}

#[test]
fn what_is_as_it_should_be_needs_nothing() {
    let plan = jana().plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(holds(&plan), [""; 0]);
}

#[test]
fn one_step_has_role_rights_and_link_and_says_why() {
    let mut world = jana();
    world.has("7", "center", &[(DELETE, ON)]);
    world.row("7", "center", |row| {
        row.role = Some(VendorRoleSlug::new("manager"))
    });
    world.scope("center").names.staff = Some(vec![Named {
        id: 55,
        name: "Jana B.".into(),
    }]);
    world.grant("jana", "center", |grant| {
        grant.staff = StaffWish::Link(Item::Name("Jana B.".into()));
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), ["change-role jana@center"]);
    let step = &plan.draft.steps[0];
    assert_eq!(step.class, DangerClass::Removing);
    assert_eq!(delta(step, DELETE), (Some(ON), Some(OFF)));
    let after = step.after.as_ref().unwrap();
    assert_eq!(after.staff, Some(55));
    assert_eq!(after.staff_name.as_deref(), Some("Jana B."));
    let Because::Line(origin) = &step.because[0] else {
        panic!("a line");
    };
    assert_eq!(&*origin.text, "{ role: worker, at: [center] }");
    assert_eq!((&*origin.file, origin.line), ("people.yaml", 2));
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_denied_governor_makes_everything_below_irrelevant() {
    let mut world = jana();
    // Below a denied root and a denied switch the vendor may have anything.
    world.has(
        "7",
        "center",
        &[("clients_export_access", ON), (EDIT_DAYS, days(30))],
    );
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_switch_is_taken_though_the_switch_it_extends_is_denied() {
    let mut world = jana();
    // Commenting on appointments may work at the vendor without editing them.
    let comment = "records_edit_comment_access";
    world.has(
        "7",
        "center",
        &[("records_access", ON), (CREATE, ON), (comment, ON)],
    );
    let plan = world.plan();
    assert_eq!(lines(&plan), ["set-rights jana@center"]);
    assert_eq!(delta(&plan.draft.steps[0], comment), (Some(ON), Some(OFF)));
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_kept_governor_that_is_denied_hides_what_hangs_on_it() {
    let mut world = jana();
    let mut set = RightSet::empty(catalog().len());
    set.set(index(EDIT_DAYS), Some(days(3)));
    world.grant("jana", "center", |grant| grant.rights = set.into());
    assert_eq!(lines(&world.plan()), [""; 0]);
    world.has("7", "center", &[(EDIT, ON), (EDIT_DAYS, days(30))]);
    assert_eq!(lines(&world.plan()), ["set-rights jana@center"]);
}

#[test]
fn what_a_root_opens_is_told_right_by_right() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON), (DELETE, ON)]);
    world.account("7", "center", "worker", "jana@chain.example");
    // The vendor has them on under a closed root: only the root is written, all of it is gained.
    world.has("7", "center", &[(CREATE, ON), (DELETE, ON)]);
    let plan = world.plan();
    let step = &plan.draft.steps[0];
    assert_eq!(step.class, DangerClass::Escalating, "deleting is sensitive");
    assert_eq!(delta(step, "records_access"), (Some(OFF), Some(ON)));
    assert_eq!(delta(step, DELETE), (Some(OFF), Some(ON)));
}

#[test]
fn a_right_that_the_project_raised_escalates() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    world.account("7", "center", "worker", "jana@chain.example");
    assert_eq!(world.plan().draft.steps[0].class, DangerClass::Safe);
    let right = catalog().by_slug(CREATE).unwrap();
    let rules = &mut world.desired.rules;
    rules.sensitive.insert(right, Sensitivity::Money);
    let step = &world.plan().draft.steps[0];
    assert_eq!(step.class, DangerClass::Escalating);
    assert!(step.swing.escalates);
}

#[test]
fn a_flag_and_its_list_are_one_value() {
    let flag = "records_finances_accounts_limited_access";
    let list = "records_finances_limited_account_ids";
    let take = "records_finances_access";
    let ids = |ids: &[i64]| Value::Items(Items::only(ids.iter().map(|&id| Item::Id(id))));
    let mut world = World::new();
    world.give(
        "jana",
        "center",
        "worker",
        &[(take, ON), (list, items(&["Kase 1"]))],
    );
    world.account("7", "center", "worker", "jana@chain.example");
    let on = [("records_access", ON), (take, ON)];
    world.has("7", "center", &on);
    world.scope("center").names.accounts = Some(vec![
        Named {
            id: 31,
            name: "Kase 1".into(),
        },
        Named {
            id: 32,
            name: "Kase 2".into(),
        },
    ]);
    // Flag on beside an empty list is no limit to the vendor.
    world.has("7", "center", &[(flag, ON)]);
    let plan = world.plan();
    assert_eq!(plan.draft.steps[0].class, DangerClass::Removing);
    assert_eq!(
        delta(&plan.draft.steps[0], list).1,
        Some(items(&["Kase 1"]))
    );
    // A list beside a flag that is off is no limit either.
    world.has("7", "center", &[(flag, OFF), (list, ids(&[31]))]);
    assert_eq!(world.plan().draft.steps[0].class, DangerClass::Removing);
    world.has("7", "center", &[(flag, ON), (list, ids(&[31]))]);
    assert_eq!(lines(&world.plan()), [""; 0]);
    world.has("7", "center", &[(list, ids(&[31, 32]))]);
    let plan = world.plan();
    assert_eq!(
        delta(&plan.draft.steps[0], list).0,
        Some(items(&["Kase 1", "Kase 2"]))
    );
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn unknown_and_ambiguous_names_hold_that_step() {
    let list = "finances_accounts_ids";
    let mut world = World::new();
    world.give(
        "jana",
        "center",
        "worker",
        &[
            ("finances_transactions_access", ON),
            (list, items(&["Kase1"])),
        ],
    );
    world.account("7", "center", "worker", "jana@chain.example");
    world.scope("center").names.accounts = Some(vec![Named {
        id: 31,
        name: "Kase 1".into(),
    }]);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["not-there jana@center"]);
    let hold = hold(&plan, HoldCode::NotThere);
    assert_eq!(
        hold.message,
        "at center: no cash desk is called `Kase1` (`finances_accounts_ids`)"
    );
    assert_eq!(hold.help, "did you mean `Kase 1`?");
    world.scope("center").names.accounts = None;
    assert_eq!(holds(&world.plan()), ["not-complete jana@center"]);
}

#[test]
fn self_is_the_linked_team_member_and_a_hold_without_one() {
    let own = "timetable_staff_id";
    let mut world = World::new();
    world.give(
        "jana",
        "center",
        "worker",
        &[(own, Value::One(One::Myself))],
    );
    world.account("7", "center", "worker", "jana@chain.example");
    world.has("7", "center", &[("timetable_access", ON)]);
    assert_eq!(holds(&world.plan()), ["not-there jana@center"]);
    world.row("7", "center", |row| row.staff = Some(Some(55)));
    let plan = world.plan();
    assert_eq!(
        delta(&plan.draft.steps[0], own).1,
        Some(Value::One(One::Only(Item::Id(55))))
    );
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
    // Pinned to somebody else: the link and what is `self` go in one write.
    world.edit("jana", |person| {
        let pin = person.pins.entry(World::system()).or_default();
        pin.staff.insert(LocationKey::new("center"), Item::Id(56));
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), ["set-rights jana@center"]);
    let Change::Set { target } = &plan.draft.steps[0].change else {
        panic!("a write");
    };
    assert_eq!(target.staff, StaffTarget::Link(56));
}

#[test]
fn the_recommended_set_is_expanded_from_the_tree() {
    let mut world = jana();
    let mut sparse = RightSet::empty(catalog().len());
    sparse.set(index(DELETE), Some(OFF));
    world.grant("jana", "center", |grant| {
        grant.rights = sparse.into();
        grant.unlisted_default = true;
    });
    let mut tree = tree();
    let recommended =
        ["records_access", CREATE, EDIT, DELETE].map(|slug| u16::try_from(index(slug)).unwrap());
    tree.roles
        .insert(VendorRoleSlug::new("worker"), recommended.into());
    world.scope("center").tree = Some(tree.into());
    let plan = world.plan();
    assert_eq!(lines(&plan), ["set-rights jana@center"]);
    let step = &plan.draft.steps[0];
    assert_eq!(step.deltas.len(), 1, "{:?}", step.deltas);
    assert_eq!(delta(step, EDIT), (Some(OFF), Some(ON)));
    assert_eq!(step.class, DangerClass::Safe);
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
    world.scope("center").tree = None;
    assert_eq!(holds(&world.plan()), ["not-complete jana@center"]);
}

#[test]
fn the_tree_narrows_and_that_is_said() {
    let mut world = jana();
    world.grant("jana", "center", |grant| {
        grant.rights = rights(&[(CREATE, ON), (DELETE, ON), (EDIT, ON)]);
    });
    let mut tree = tree();
    tree.rights[index(DELETE)] = None;
    tree.rights[index(EDIT)].as_mut().unwrap().editable = false;
    world.scope("center").tree = Some(tree.into());
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        [""; 0],
        "nothing that could be written differs"
    );
    let notes: Vec<&str> = plan.draft.notes.iter().map(|note| &*note.text).collect();
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("`records_delete_access`")
                && note.contains("does not exist at center"))
    );
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("`records_edit_access`")
                && note.contains("stays as it is for `jana`"))
    );
}

#[test]
fn paid_rights_say_that_a_seat_may_be_taken() {
    let mut world = jana();
    world.grant("jana", "center", |grant| {
        grant.rights = rights(&[(CREATE, ON), (EDIT, ON)])
    });
    let mut tree = tree();
    tree.rights[index(EDIT)].as_mut().unwrap().paid = true;
    world.scope("center").tree = Some(tree.into());
    let plan = world.plan();
    assert_eq!(plan.draft.steps[0].effects, [Effect::PaidSeat]);
    assert_eq!(plan.draft.price.paid_seats, 1);
    world.row("7", "center", |row| row.paid_seat = Some(true));
    assert_eq!(world.plan().draft.steps[0].effects, []);
}

#[test]
fn a_known_account_is_granted_further_places_without_a_message() {
    let mut world = jana();
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall"]);
    let step = &plan.draft.steps[0];
    assert!(matches!(&step.change, Change::Grant { from, .. } if *from == at("center")));
    assert_eq!(step.reason, Reason::Joined);
    assert_eq!(plan.draft.price.messages, 0);
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_mover_gains_before_they_lose() {
    let mut world = jana();
    world.remember("jana", "7", &["center"]);
    world.drop_grant("jana", "center");
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall", "remove jana@center"]);
    let [give, take] = &plan.draft.steps[..] else {
        panic!("two steps");
    };
    assert_eq!(take.waits_for, std::slice::from_ref(&give.id));
    assert_eq!((give.reason, take.reason), (Reason::Moved, Reason::Moved));
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_mover_keeps_the_old_place_while_the_new_one_is_held() {
    let mut world = jana();
    world.drop_grant("jana", "center");
    world.give("jana", "mall", "worker", &[(CREATE, ON)]);
    world.scope("mall").own.as_mut().unwrap().edit = false;
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(
        holds(&plan),
        ["depends-on-held jana@center", "caller-lacks jana@mall"]
    );
    world.unreadable("mall");
    assert_eq!(
        holds(&world.plan()),
        ["not-complete ?@mall", "depends-on-held jana@center"]
    );
}

#[test]
fn a_leaver_loses_every_place_and_waits_for_nothing() {
    let mut world = jana();
    world.wish().chain = Some("4521".into());
    // Also a place that their lines never named.
    world.account("7", "port", "worker", "jana@chain.example");
    world.leave("jana");
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["remove jana@center", "remove jana@port", "check jana@chain"]
    );
    for step in &plan.draft.steps {
        assert_eq!(step.reason, Reason::Left);
        assert_eq!(step.waits_for, []);
    }
    let Because::Line(origin) = &plan.draft.steps[0].because[0] else {
        panic!("a line");
    };
    assert_eq!(&*origin.text, "leaves: 2026-11-19");
    assert_eq!(delta(&plan.draft.steps[0], CREATE), (Some(ON), None));
    world.apply(&plan);
    // The chain cannot be read: that stays until somebody says that they looked.
    assert_eq!(lines(&world.plan()), ["check jana@chain"]);
}

#[test]
fn access_that_no_line_gives_goes_as_left_or_as_drift() {
    let mut world = jana();
    world.account("7", "mall", "worker", "jana@chain.example");
    world.account("7", "port", "worker", "jana@chain.example");
    world.remember("jana", "7", &["center", "mall"]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["remove jana@mall", "remove jana@port"]);
    assert_eq!(plan.draft.steps[0].reason, Reason::Left);
    assert_eq!(plan.draft.steps[1].reason, Reason::Drift);
    assert_eq!(plan.draft.drift.len(), 1);
    assert_eq!(
        plan.draft.drift[0].step,
        Some(plan.draft.steps[1].id.clone())
    );
}

#[test]
fn a_closed_place_is_an_order_and_a_planned_one_is_not() {
    let mut world = jana();
    world.drop_grant("jana", "center");
    let status = |world: &mut World, status| {
        let key = LocationKey::new("center");
        world.desired.places.get_mut(&key).unwrap().status = status;
    };
    status(&mut world, PlaceStatus::Closed);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["remove jana@center"]);
    assert_eq!(plan.draft.steps[0].reason, Reason::Left);
    status(&mut world, PlaceStatus::Planned);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn the_paused_lose_access_and_hear_what_coming_back_takes() {
    let mut world = jana();
    world.grant("jana", "center", |grant| grant.state = GrantState::Paused);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["remove jana@center"]);
    assert_eq!(plan.draft.steps[0].reason, Reason::Paused);
    assert!(
        plan.draft
            .notes
            .iter()
            .any(|it| it.text.contains("a new invitation"))
    );
    world.apply(&plan);
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(plan.draft.notes, []);
}

#[test]
fn unmanaged_people_are_left_alone() {
    let mut world = jana();
    world.edit("jana", |person| {
        person.managed = Managed::No;
        person.grants.clear();
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(
        plan.draft.strangers.len(),
        1,
        "only the token's own: {:?}",
        plan.draft.strangers
    );
}

#[test]
fn a_sensitive_right_that_goes_with_its_section_is_told() {
    let delete = "records_delete_access";
    let mut world = jana();
    world.drop_grant("jana", "center");
    world.give("jana", "center", "worker", &[]);
    world.has(
        "7",
        "center",
        &[("records_access", ON), (CREATE, ON), (delete, ON)],
    );
    let plan = world.plan();
    let told: Vec<&str> = plan.draft.steps[0]
        .deltas
        .iter()
        .map(|delta| catalog().get(delta.right).slug)
        .collect();
    assert!(
        told.contains(&"records_access") && told.contains(&delete),
        "{told:?}"
    );
    assert!(
        !told.contains(&CREATE),
        "what is not sensitive is told by its section: {told:?}"
    );
    let delta = plan.draft.steps[0].deltas.iter();
    let delta = delta
        .clone()
        .find(|it| catalog().get(it.right).slug == delete)
        .unwrap();
    assert_eq!((&delta.before, &delta.after), (&Some(ON), &Some(OFF)));
}
