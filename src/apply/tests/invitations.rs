//! A message to a human is sent once.

use std::time::Duration;

use super::super::*;
use super::outcome;
use super::world::*;
use crate::journal::{JournalSink as _, Record, Settlement, history};
use crate::model::{AccountId, PersonKey};

const PEOPLE: &[&str] = &["anna", "berta", "clara", "dora", "edite"];

fn stage() -> Stage {
    Stage::new(PEOPLE)
}

fn messages(stage: &Stage) -> Vec<String> {
    stage
        .world
        .state()
        .messages
        .iter()
        .map(|(contact, _)| contact.clone())
        .collect()
}

fn settlements(stage: &Stage) -> Vec<Settlement> {
    stage
        .journal
        .sealed()
        .iter()
        .filter_map(|sealed| match &sealed.entry.record {
            Record::Settled(settled) => Some(settled.verdict),
            _ => None,
        })
        .collect()
}

#[test]
fn people_at_one_place_share_calls_and_lists() {
    let mut stage = stage();
    let outcomes = stage.apply(
        PEOPLE[..4]
            .iter()
            .map(|person| invite(person, MALL))
            .collect(),
    );
    assert_eq!(outcomes.count(Standing::Done), 4);
    let calls = stage.world.calls();
    assert_eq!(
        &calls[..4],
        [
            "list mall",
            "invite mall anna@chain.example,berta@chain.example,clara@chain.example",
            "list mall",
            "invite mall dora@chain.example",
        ]
    );
    assert_eq!(
        calls.iter().filter(|call| *call == "list mall").count(),
        3,
        "{calls:?}"
    );
    assert_eq!(messages(&stage).len(), 4);
    let memory = stage.memory();
    assert!(
        memory
            .invitations
            .values()
            .all(|sent| sent.confirmed && sent.seen && sent.count == 1)
    );
    assert_eq!(memory.accounts.len(), 4);
}

#[test]
fn nobody_in_the_list_is_invited() {
    let mut stage = stage();
    stage.world.add(MALL, account("7", "anna"));
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert!(
        matches!(outcome(&outcomes, "invite-anna-mall"), Outcome::NotDone(NotDone::Changed(why)) if why.contains('7'))
    );
    assert_eq!(messages(&stage).len(), 0);
}

#[test]
fn nobody_is_invited_where_the_list_is_not_complete() {
    let mut stage = stage();
    stage.world.state().partial_lists.insert(1);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert_eq!(
        outcome(&outcomes, "invite-anna-mall"),
        &Outcome::NotDone(NotDone::NotComplete)
    );
    assert_eq!(messages(&stage).len(), 0);
}

#[test]
fn a_row_may_take_its_time() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_secs(90);
    let outcomes = stage.apply(vec![invite("anna", MALL), invite("berta", CENTER)]);
    assert_eq!(outcomes.count(Standing::Done), 2);
    assert_eq!(messages(&stage).len(), 2);
    let lists = stage
        .world
        .calls()
        .iter()
        .filter(|call| *call == "list mall")
        .count();
    assert!(lists <= 8, "{lists} lists");
}

#[test]
fn a_confirmed_invitation_that_does_not_show_is_waited_for_and_never_sent_again() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_mins(10);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert_eq!(
        outcome(&outcomes, "invite-anna-mall"),
        &Outcome::SentNotVisible
    );
    assert!(!outcomes.is_partial());
    assert_eq!(messages(&stage).len(), 1);
    let memory = stage.memory();
    let sent = &memory.invitations[&(stage.world.name.clone(), PersonKey::new("anna"))];
    assert!(sent.confirmed && !sent.seen);
    assert_eq!(stage.settle(), []);
}

#[test]
fn an_answer_lost_after_the_effect_is_settled_by_the_list() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_secs(50);
    stage.world.state().faults.insert(1, Fault::LostAfter);
    let outcomes = stage.apply(vec![invite("anna", MALL), invite("berta", MALL)]);
    assert_eq!(outcomes.count(Standing::Done), 2);
    assert_eq!(messages(&stage).len(), 2);
    assert_eq!(
        settlements(&stage),
        [Settlement::TookEffect, Settlement::TookEffect]
    );
}

#[test]
fn an_answer_lost_before_the_effect_is_sent_once_more_after_two_minutes() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::LostBefore);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "invite-anna-mall"),
        Outcome::Done { .. }
    ));
    let sent = stage.world.state().messages.clone();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].1 >= Duration::from_mins(2));
    assert_eq!(settlements(&stage), [Settlement::NoEffect]);
}

#[test]
fn an_answer_lost_twice_is_a_doubt_that_later_runs_respect() {
    let mut stage = stage();
    stage
        .world
        .state()
        .faults
        .extend([(1, Fault::LostBefore), (2, Fault::LostBefore)]);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert!(
        matches!(outcome(&outcomes, "invite-anna-mall"), Outcome::Unknown { why } if why.contains("second"))
    );
    assert_eq!(
        settlements(&stage),
        [Settlement::NoEffect, Settlement::Unknown]
    );
    let again = stage.settle();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].verdict, Settlement::Unknown);
    // Even a plan that should not have it does not get through.
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert_eq!(
        outcome(&outcomes, "invite-anna-mall"),
        &Outcome::NotDone(NotDone::MayBeSent)
    );
    assert_eq!(
        stage
            .world
            .calls()
            .iter()
            .filter(|call| call.starts_with("invite"))
            .count(),
        2
    );
    // It turns up after all: then everything is in order.
    stage.world.add(MALL, account("9", "anna"));
    assert_eq!(stage.settle()[0].verdict, Settlement::TookEffect);
    assert!(
        stage
            .memory()
            .invitations
            .values()
            .all(|sent| sent.confirmed)
    );
}

#[test]
fn a_new_row_that_is_nobodys_keeps_a_lost_invitation_from_being_repeated() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::LostAfter);
    let mut step = invite("anna", MALL);
    // The vendor shows the row without the contact.
    stage.world.state().delay = Duration::from_secs(1000);
    let mut bare = account("55", "anna");
    bare.email = None;
    stage.world.add(CENTER, bare.clone());
    step.person = Some(PersonKey::new("anna"));
    let world = stage.world.clone();
    let outcomes = {
        // It appears between the first list and the last.
        world.add(MALL, account("1", "known"));
        stage.contacts.insert(
            PersonKey::new("known"),
            vec![crate::model::Contact::Email(email("known"))],
        );
        stage.world.state().appears_after_first_list = Some((MALL.to_owned(), bare));
        stage.apply(vec![step])
    };
    assert!(
        matches!(outcome(&outcomes, "invite-anna-mall"), Outcome::Unknown { why } if why.contains("55"))
    );
    assert_eq!(messages(&stage).len(), 1);
}

#[test]
fn a_lost_invitation_is_not_repeated_on_an_incomplete_list() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::LostBefore);
    stage.world.state().partial_lists.extend(2..30);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "invite-anna-mall"),
        Outcome::Unknown { .. }
    ));
    assert_eq!(messages(&stage).len(), 0);
    // The next run has a complete list, and time has passed.
    stage.world.state().partial_lists.clear();
    assert_eq!(stage.settle()[0].verdict, Settlement::NoEffect);
    assert_eq!(stage.memory().invitations.len(), 0);
    let outcomes = stage.apply(vec![invite("anna", MALL)]);
    assert_eq!(outcomes.count(Standing::Done), 1);
}

#[test]
fn a_refused_batch_goes_one_by_one_after_a_list() {
    let mut stage = stage();
    stage
        .world
        .state()
        .refuses
        .insert("berta@chain.example".to_owned());
    let outcomes = stage.apply(
        PEOPLE[..3]
            .iter()
            .map(|person| invite(person, MALL))
            .collect(),
    );
    assert_eq!(outcomes.count(Standing::Done), 2);
    assert!(matches!(
        outcome(&outcomes, "invite-berta-mall"),
        Outcome::Refused(_)
    ));
    assert_eq!(
        messages(&stage),
        ["anna@chain.example", "clara@chain.example"]
    );
    // The vendor's words are kept without whom they name.
    let refused = stage
        .journal
        .entries()
        .into_iter()
        .find_map(|entry| match &entry.record {
            Record::Outcome(outcome) if !outcome.errors.is_empty() => {
                outcome.errors.first().cloned()
            }
            _ => None,
        });
    assert_eq!(
        refused.unwrap(),
        "email: <contact> of <name> is not accepted"
    );
}

#[test]
fn what_was_not_sent_or_not_allowed_leaves_no_trace_in_memory() {
    for fault in [
        Fault::NotSent,
        Fault::Forbidden,
        Fault::Rejected,
        Fault::Unauthorized,
    ] {
        let mut stage = stage();
        stage.world.state().faults.insert(1, fault);
        let outcomes = stage.apply(vec![invite("anna", MALL)]);
        assert_eq!(outcomes.count(Standing::Left), 1);
        assert_eq!(stage.memory().invitations.len(), 0, "{fault:?}");
        assert_eq!(history(stage.journal.entries()).len(), 1);
    }
}

#[test]
fn others_go_first_while_a_step_waits_for_an_invitation() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_secs(30);
    stage.world.add(CENTER, account("1", "berta"));
    stage.world.add(CENTER, account("2", "clara"));
    let first = invite("anna", MALL);
    let waits = after(remove("berta", "1", CENTER), &first);
    let outcomes = stage.apply(vec![
        first,
        waits,
        set("clara", "2", CENTER, &[("records_access", true)]),
    ]);
    assert_eq!(outcomes.count(Standing::Done), 3);
    let calls = stage.world.calls();
    let place = |wanted: &str| calls.iter().position(|call| call == wanted).unwrap();
    assert!(
        place("write 2 center") < place("remove 1 center"),
        "{calls:?}"
    );
}

#[test]
fn a_stop_while_waiting_ends_at_once_and_leaves_what_is_known() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_mins(1);
    stage.world.state().stops = Some(stage.stop.clone());
    stage.world.state().faults.insert(1, Fault::LostAfter);
    let outcomes = stage.apply(vec![invite("anna", MALL), invite("berta", CENTER)]);
    assert!(matches!(
        outcome(&outcomes, "invite-anna-mall"),
        Outcome::Unknown { .. }
    ));
    assert_eq!(outcome(&outcomes, "invite-berta-center"), &Outcome::Stopped);
    assert_eq!(stage.journal.kinds().last(), Some(&"run-ended"));
    // The next run finds out.
    stage.stop = StopFlag::new();
    let settled = stage.settle();
    assert_eq!(settled[0].verdict, Settlement::TookEffect);
    assert_eq!(
        stage.memory().accounts.keys().next().unwrap().1,
        AccountId::new("101")
    );
    assert_eq!(messages(&stage).len(), 1);
}

#[test]
fn a_refusal_with_a_status_of_success_is_not_believed_before_its_time() {
    let mut stage = stage();
    stage.world.state().delay = Duration::from_secs(90);
    stage.world.state().faults.insert(1, Fault::RefusedAfter);
    let first = stage.apply(vec![invite("anna", MALL)]);
    assert!(matches!(
        outcome(&first, "invite-anna-mall"),
        Outcome::Refused(_)
    ));
    // At once again, as a CI job that is repeated would.
    let second = stage.apply(vec![invite("anna", MALL)]);
    assert!(matches!(
        outcome(&second, "invite-anna-mall"),
        Outcome::NotDone(NotDone::Changed(_))
    ));
    assert_eq!(messages(&stage).len(), 1);
    // A batch is not sent again one by one before, either.
    let mut stage = self::stage();
    stage.world.state().delay = Duration::from_secs(90);
    stage.world.state().faults.insert(1, Fault::RefusedAfter);
    let both = stage.apply(vec![invite("anna", MALL), invite("berta", MALL)]);
    assert_eq!(both.count(Standing::Done), 2);
    assert_eq!(messages(&stage).len(), 2);
}

#[test]
fn nobody_is_written_to_in_quiet_hours_that_have_begun_since() {
    use jiff::civil::time;
    for (until, sent) in [(time(23, 59, 59, 0), 0), (time(0, 0, 1, 0), 2)] {
        let mut stage = stage();
        let quiet = crate::model::Quiet {
            from: time(0, 0, 0, 0),
            until,
            origin: crate::text::Span::new(crate::text::FileId(0), 0, 0),
        };
        let place = crate::model::PlaceId::At(crate::model::LocationKey::new(MALL));
        stage.quiet.insert(place, (quiet, jiff::tz::TimeZone::UTC));
        let outcomes = stage.apply(vec![invite("anna", MALL), invite("berta", MALL)]);
        assert_eq!(messages(&stage).len(), sent);
        let intents = stage.journal.kinds();
        assert_eq!(intents.iter().filter(|it| **it == "intent").count(), sent);
        if sent == 0 {
            assert_eq!(
                outcome(&outcomes, "invite-anna-mall"),
                &Outcome::NotDone(NotDone::Quiet("23:59".to_owned()))
            );
            assert!(!outcomes.is_partial(), "it only waits");
        }
    }
}
