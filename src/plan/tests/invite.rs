//! One message to one human.

use std::time::Duration;

use super::world::*;
use crate::model::*;
use crate::plan::*;

fn hire(places: &[(&str, &str)]) -> World {
    let mut world = World::new();
    for (place, role) in places {
        world.give("jana", place, role, &[]);
    }
    world
}

fn sent(world: &mut World, confirmed: bool, seen: bool, count: u32, ago: u64) {
    let at_time = world.now - Duration::from_secs(ago);
    world.memory.invitations.insert(
        (World::system(), PersonKey::new("jana")),
        SentInvitation {
            place: at("center"),
            at: at_time,
            confirmed,
            count,
            seen,
        },
    );
}

#[test]
fn one_invitation_goes_where_the_role_is_heaviest_and_the_rest_waits() {
    let mut world = hire(&[
        ("center", "worker"),
        ("mall", "manager"),
        ("port", "accountant"),
    ]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite jana@mall"]);
    let step = &plan.draft.steps[0];
    assert_eq!(step.effects, [Effect::Mail("j…@c….example".into())]);
    assert_eq!(step.after.as_ref().unwrap().state, AccountState::Invited);
    assert_eq!(plan.draft.waiting[0].places, [at("center"), at("port")]);
    assert_eq!(plan.draft.price.messages, 1);

    world.apply(&plan);
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0], "a pending row is enough");
    assert_eq!(plan.draft.waiting[0].places.len(), 3);
    assert_eq!(plan.draft.waiting[0].since, Some(world.now));

    world.accept("jana");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@center", "grant jana@port"]);
    assert_eq!(plan.draft.price.messages, 0);
    world.apply(&plan);
    let plan = world.plan();
    assert_eq!((lines(&plan), plan.draft.waiting), (vec![], vec![]));
}

#[test]
fn yaml_may_say_where_and_how_often() {
    let mut world = hire(&[("center", "worker"), ("mall", "manager")]);
    world.edit("jana", |person| {
        person.invite_at = Some(LocationKey::new("center"))
    });
    assert_eq!(lines(&world.plan()), ["invite jana@center"]);
    world.wish().invite = InvitePolicy::EachPlace;
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite jana@center", "invite jana@mall"]);
    assert_eq!(plan.draft.waiting, []);
}

#[test]
fn the_way_follows_the_settings_and_the_contacts() {
    let mut world = hire(&[("center", "worker")]);
    let phone = Contact::Phone(Phone::parse("+37120000001").unwrap());
    world.edit("jana", |person| person.contacts.push(phone));
    assert!(matches!(
        &world.plan().draft.steps[0].effects[..],
        [Effect::Mail(_)]
    ));
    world.wish().invite_by = vec![InviteWay::Phone, InviteWay::Email];
    let plan = world.plan();
    assert_eq!(plan.draft.steps[0].effects, [Effect::Sms("+371…01".into())]);
    world.wish().invite_by = vec![InviteWay::Email];
    world.edit("jana", |person| {
        person.contacts.remove(0);
    });
    assert_eq!(holds(&world.plan()), ["no-way-to-invite jana@center"]);
    // A shared box is used for a shared login only.
    world.edit("jana", |person| {
        person.shared_contacts = vec![Contact::Email(Email::parse("desk@chain.example").unwrap())];
    });
    assert_eq!(holds(&world.plan()), ["no-way-to-invite jana@center"]);
    world.edit("jana", |person| person.kind = PersonKind::Shared);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite jana@center"]);
    // The row under the shared contact is recognized by our own invitation.
    world.apply(&plan);
    world.memory.accounts.clear();
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn what_was_just_sent_may_still_show() {
    let mut world = hire(&[("center", "worker")]);
    for confirmed in [true, false] {
        sent(&mut world, confirmed, false, 1, 119);
        let plan = world.plan();
        assert_eq!((lines(&plan), holds(&plan)), (vec![], vec![]));
        assert_eq!(plan.draft.waiting.len(), 1);
    }
}

#[test]
fn one_lost_answer_may_be_repeated_and_a_second_is_a_hold() {
    let mut world = hire(&[("center", "worker")]);
    sent(&mut world, false, false, 1, 121);
    assert_eq!(lines(&world.plan()), ["invite jana@center"]);
    sent(&mut world, false, false, 2, 121);
    assert_eq!(holds(&world.plan()), ["invitation-unknown jana@center"]);
    // Accepted by the vendor, and never shown: it went out.
    sent(&mut world, true, false, 1, 121);
    assert_eq!(holds(&world.plan()), ["invitation-unknown jana@center"]);
}

#[test]
fn an_invitation_that_is_gone_is_not_sent_again() {
    let mut world = hire(&[("center", "worker")]);
    sent(&mut world, true, true, 1, 9999);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["second-invitation jana@center"]);
    assert!(plan.draft.holds[0].step.is_some());
}

#[test]
fn who_may_have_joined_otherwise_is_asked_about() {
    let mut world = hire(&[("center", "worker")]);
    sent(&mut world, true, true, 1, 9999);
    world.account("7", "center", "worker", "private@mail.example");
    let plan = world.plan();
    assert_eq!(holds(&plan), ["joined-otherwise jana@center"]);
    assert!(plan.draft.holds[0].message.contains("account 7"));
    // Somebody who was there before has not appeared.
    let known = (World::system(), AccountId::new("7"));
    world.memory.strangers.insert(known);
    assert_eq!(holds(&world.plan()), ["second-invitation jana@center"]);
}

#[test]
fn an_account_that_somebody_removed_by_hand_is_not_invited_again() {
    let mut world = hire(&[("center", "worker")]);
    world.remember("jana", "7", &["center"]);
    assert_eq!(holds(&world.plan()), ["second-invitation jana@center"]);
}

#[test]
fn a_changed_contact_of_a_pending_invitation_is_taken_back_and_sent_anew_as_one() {
    let mut world = hire(&[("center", "worker"), ("mall", "worker")]);
    let plan = world.plan();
    world.apply(&plan);
    let new = Contact::Email(Email::parse("jana@home.example").unwrap());
    world.edit("jana", |person| person.contacts = vec![new]);
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["withdraw-invitation jana@center", "invite jana@center"]
    );
    let [back, anew] = &plan.draft.steps[..] else {
        panic!("two steps");
    };
    assert_eq!(anew.waits_for, std::slice::from_ref(&back.id));
    world.apply(&plan);
    let plan = world.plan();
    assert_eq!((lines(&plan), holds(&plan)), (vec![], vec![]));
    // Where nothing may be taken, nothing is sent either.
    let other = Contact::Email(Email::parse("jana@third.example").unwrap());
    world.edit("jana", |person| person.contacts = vec![other]);
    world.own_everywhere(Ownership::AddOnly);
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(holds(&plan), ["depends-on-held jana@center"]);
}

#[test]
fn a_leaver_s_invitation_is_taken_back_by_hand_if_no_call_does() {
    let mut world = hire(&[("center", "worker")]);
    let plan = world.plan();
    world.apply(&plan);
    world.leave("jana");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["withdraw-invitation jana@center"]);
    assert_eq!(plan.draft.steps[0].change, Change::Withdraw);
    assert_eq!(plan.draft.steps[0].effects, []);
    world
        .wish()
        .assume
        .insert("delete_withdraws_invitation".into(), false);
    let plan = world.plan();
    assert!(matches!(plan.draft.steps[0].mode, Mode::Manual(_)));
    assert_eq!(plan.draft.steps[0].change, Change::ByHand);
}

#[test]
fn an_invitation_to_a_place_that_is_not_wanted_any_more_is_kept_for_the_others() {
    let mut world = hire(&[("center", "worker")]);
    let plan = world.plan();
    world.apply(&plan);
    world.drop_grant("jana", "center");
    world.give("jana", "mall", "worker", &[]);
    let plan = world.plan();
    assert_eq!((lines(&plan), holds(&plan)), (vec![], vec![]));
    assert_eq!(plan.draft.waiting.len(), 2);
    world.accept("jana");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall", "remove jana@center"]);
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn the_rights_of_somebody_pending_are_set() {
    let mut world = hire(&[("center", "worker")]);
    let plan = world.plan();
    world.apply(&plan);
    world.grant("jana", "center", |grant| {
        grant.rights = rights(&[("records_create_access", ON)]);
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), ["set-rights jana@center"]);
    world.apply(&plan);
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn ownership_of_the_vendor_s_account_is_never_given() {
    let mut world = hire(&[("center", "owner")]);
    assert_eq!(holds(&world.plan()), ["ownership jana@center"]);
    world.account("7", "center", "worker", "jana@chain.example");
    assert_eq!(holds(&world.plan()), ["ownership jana@center"]);
    let mut world = hire(&[("center", "free_readonly")]);
    assert_eq!(holds(&world.plan()), ["not-there jana@center"]);
    world.account("7", "center", "worker", "jana@chain.example");
    assert_eq!(lines(&world.plan()), ["change-role jana@center"]);
}

#[test]
fn an_invitation_dated_ahead_of_the_clock_is_not_waited_for_until_then() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[]);
    let sent = |world: &World, ahead: i64, confirmed| SentInvitation {
        place: at("center"),
        at: world.now + jiff::SignedDuration::from_hours(ahead),
        confirmed,
        count: 1,
        seen: false,
    };
    let key = (World::system(), PersonKey::new("jana"));
    // The clock was a year ahead when it was accepted: the list says what is there now.
    let invitation = sent(&world, 365 * 24, true);
    world.memory.invitations.insert(key.clone(), invitation);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["invitation-unknown jana@center"]);
    assert!(plan.draft.holds[0].message.contains("ahead of this clock"));
    assert!(plan.draft.waiting.is_empty());
    // Two machines whose clocks differ a little are no such case.
    let mut invitation = sent(&world, 0, true);
    invitation.at += jiff::SignedDuration::from_secs(60);
    world.memory.invitations.insert(key, invitation);
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    assert_eq!(plan.draft.waiting.len(), 1);
}

#[test]
fn what_was_sent_again_and_said_is_not_asked_for_and_the_next_is_another_step() {
    let mut world = asked_again();
    let first = world.resend().unwrap();
    // Handed over, and said to be done before any run took note of that.
    world.hand_over(&first.id.0);
    assert_eq!(world.resend().unwrap().id, first.id);
    let said = Attestation {
        id: "a1".into(),
        digest: "".into(),
        step: first.id.0.clone(),
        does: StepKind::Resend.name().into(),
        person: PersonKey::new("jana"),
        place: at("center"),
        account: Some(AccountId::new("7")),
        at: world.now,
        by: "ilze".into(),
        says: Says::Nothing,
        note: None,
        origin: world.with_input(|input| {
            input
                .sources
                .origin(input.desired.people[&PersonKey::new("jana")].origin)
        }),
    };
    world.attested.systems.insert(World::system(), vec![said]);
    let second = world.resend().unwrap();
    assert_ne!(second.id, first.id);
    // Nobody asks any more.
    let asked = (World::system(), std::sync::Arc::from(ASKED));
    world.memory.handed.remove(&asked);
    assert!(world.resend().is_none());
}
