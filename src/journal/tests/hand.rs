//! What the journal remembers of steps by hand: since when they wait, and what people said.

use super::*;
use crate::model::{HasNow, Says};

fn remember(records: Vec<Record>) -> Memory {
    let mut journal = MemoryJournal::new(at(0));
    for (second, record) in (1..).zip(records) {
        journal.append(at(second), 1, vec![record]).unwrap();
    }
    memory(journal.entries())
}

fn says(state: AccountState) -> Says {
    Says::Has(HasNow {
        state,
        role: None,
        facts: std::sync::Arc::new([("team".into(), "Nord\nSud".into())].into()),
    })
}

fn handed(step: &str) -> Record {
    Record::HandedOver(HandedOver {
        step: step.to_owned(),
        does: "invite".to_owned(),
        system: "desk".to_owned(),
        place: "mall".to_owned(),
        person: Some("jana".to_owned()),
        account: None,
        reason: None,
        says: SaysFact::of(&says(AccountState::Invited)),
        approval: None,
    })
}

fn attested(id: &str, does: &str, says: &Says, withdrawn: bool) -> Record {
    Record::Attested(AttestedNote {
        id: id.to_owned(),
        digest: format!("digest of {id}"),
        step: "1a2b3c4d5e6f".to_owned(),
        does: does.to_owned(),
        system: "desk".to_owned(),
        place: "mall".to_owned(),
        person: "jana".to_owned(),
        said: at(0),
        by: None,
        says: SaysFact::of(says),
        withdrawn,
    })
}

#[test]
fn a_step_waits_since_it_was_first_handed_over_until_it_is_closed() {
    let closed = Record::HandClosed(HandClosed {
        step: "a".to_owned(),
        system: "desk".to_owned(),
        how: ClosedBy::Attested,
    });
    let known = remember(vec![handed("a"), handed("b"), handed("a")]);
    let key = (SystemName::new("desk"), "a".into());
    assert_eq!(known.handed[&key].since, at(1));
    assert_eq!(known.handed[&key].says, says(AccountState::Invited));
    let known = remember(vec![handed("a"), handed("b"), closed.clone()]);
    assert_eq!(known.handed.len(), 1);
    // Handed over again later: a new beginning.
    let known = remember(vec![handed("a"), closed, handed("a")]);
    assert_eq!(known.handed[&key].since, at(3));
}

#[test]
fn what_people_said_was_given_is_ours_to_take() {
    let active = says(AccountState::Active);
    let known = remember(vec![attested("x", "activate", &active, false)]);
    assert_eq!(known.granted.len(), 1);
    assert_eq!(known.attested.len(), 1);
    // Having registered is no access, and a follow-up says nothing.
    let known = remember(vec![
        attested("x", "check", &says(AccountState::Inactive), false),
        attested("y", "follow-up", &Says::Nothing, false),
    ]);
    assert!(known.granted.is_empty());
    let known = remember(vec![
        attested("x", "activate", &active, false),
        attested("y", "remove", &Says::Absent, false),
    ]);
    assert!(known.granted.is_empty());
    // Nor has somebody who was blocked or made inactive anything that is left to take.
    for state in [AccountState::Blocked, AccountState::Inactive] {
        let known = remember(vec![
            attested("x", "activate", &active, false),
            attested("y", "deactivate", &says(state), false),
        ]);
        assert!(known.granted.is_empty(), "{state:?}");
    }
    // A removal that is taken back gives back what it had taken, and no more.
    let known = remember(vec![
        attested("x", "activate", &active, false),
        attested("y", "remove", &Says::Absent, false),
        attested("y", "remove", &Says::Absent, true),
    ]);
    assert_eq!(known.granted.len(), 1);
    let known = remember(vec![
        attested("y", "remove", &Says::Absent, false),
        attested("y", "remove", &Says::Absent, true),
    ]);
    assert!(known.granted.is_empty());
    // A removal that is taken back before it was noted takes nothing; what was given stays known on the careful side.
    let known = remember(vec![
        attested("x", "activate", &active, false),
        attested("y", "remove", &Says::Absent, true),
    ]);
    assert_eq!(known.granted.len(), 1);
}

/// A read of `orders` that tells anew in which state Jana's account is; none where that is as it was.
fn seen(state: Option<&str>, second: i64) -> Record {
    let row = |state: &str| GrantSeen {
        account: "7".to_owned(),
        state: state.to_owned(),
        role: None,
        staff: None,
        set: None,
    };
    Record::Observed(Observed {
        system: "orders".to_owned(),
        place: "*".to_owned(),
        taken: at(second),
        complete: true,
        accounts: 1,
        digest: String::new(),
        matched: vec![Match {
            account: "7".to_owned(),
            person: Some("jana".to_owned()),
        }],
        grants: state.map(row).into_iter().collect(),
        gone: Vec::new(),
        sets: BTreeMap::new(),
        equal: BTreeMap::new(),
        apart: Vec::new(),
    })
}

/// The files give Jana something in `orders`.
fn declared() -> Record {
    Record::ConfigKnown(ConfigKnown {
        granted: vec![GrantedAt {
            system: "orders".to_owned(),
            place: "*".to_owned(),
            people: vec!["jana".to_owned()],
        }],
        ..ConfigKnown::default()
    })
}

/// A word about `orders`.
fn in_orders(id: &str, second: i64, says: &Says, withdrawn: bool) -> Record {
    let Record::Attested(mut note) = at_second(id, second, "block", says, withdrawn) else {
        unreachable!("a note is a note");
    };
    "orders".clone_into(&mut note.system);
    "*".clone_into(&mut note.place);
    Record::Attested(note)
}

#[test]
fn whoever_is_blocked_has_nothing_to_vanish_with() {
    let known = remember(vec![declared(), seen(Some("active"), 1)]);
    assert_eq!(known.granted.len(), 1);
    let known = remember(vec![
        declared(),
        seen(Some("active"), 1),
        seen(Some("blocked"), 2),
    ]);
    assert_eq!(known.granted.len(), 0);
    assert_eq!(known.accounts.len(), 1, "whose account it is stays known");
}

/// Words about one place at their own times: id, second, kind of the step, what is said, whether it was taken back.
fn at_second(id: &str, second: i64, does: &str, says: &Says, withdrawn: bool) -> Record {
    let Record::Attested(mut note) = attested(id, does, says, withdrawn) else {
        unreachable!("a note is a note");
    };
    note.said = at(second);
    Record::Attested(note)
}

#[test]
fn whoever_was_switched_off_by_hand_has_nothing_any_more() {
    let active = says(AccountState::Active);
    for off in [AccountState::Blocked, AccountState::Inactive] {
        let known = remember(vec![
            at_second("x", 1, "activate", &active, false),
            at_second("y", 2, "block", &says(off), false),
        ]);
        assert!(known.granted.is_empty(), "{off:?}");
        // A look at the personal account says nothing of access.
        let known = remember(vec![
            at_second("x", 1, "activate", &active, false),
            at_second("y", 2, "check", &says(off), false),
        ]);
        assert_eq!(known.granted.len(), 1, "{off:?}");
    }
    let known = remember(vec![at_second(
        "x",
        1,
        "invite",
        &says(AccountState::Invited),
        false,
    )]);
    assert_eq!(known.granted.len(), 1);
}

#[test]
fn a_taking_that_is_taken_back_restores_what_it_took() {
    let active = says(AccountState::Active);
    for off in [Says::Absent, says(AccountState::Blocked)] {
        let taken = || at_second("y", 2, "remove", &off, false);
        let back = || at_second("y", 2, "remove", &off, true);
        let given = || at_second("x", 1, "activate", &active, false);
        let known = remember(vec![given(), taken(), back()]);
        assert_eq!(known.granted.len(), 1);
        // It had taken nothing: there is nothing to restore.
        assert!(remember(vec![taken(), back()]).granted.is_empty());
        // Said anew after that.
        let again = at_second("z", 3, "remove", &off, false);
        let known = remember(vec![given(), taken(), back(), again]);
        assert!(known.granted.is_empty());
        // The other of two is still there.
        let twice = at_second("z", 3, "remove", &off, false);
        let known = remember(vec![given(), taken(), twice, back()]);
        assert!(known.granted.is_empty());
    }
}

#[test]
fn the_newest_word_that_stands_decides_in_whatever_order_it_is_noted() {
    let active = says(AccountState::Active);
    // Two people's files were merged: the older word came later.
    let known = remember(vec![
        at_second("y", 2, "remove", &Says::Absent, false),
        at_second("x", 1, "activate", &active, false),
    ]);
    assert!(known.granted.is_empty());
    // To take back what was given before it was taken gives nothing.
    let known = remember(vec![
        at_second("x", 1, "activate", &active, false),
        at_second("y", 2, "remove", &Says::Absent, false),
        at_second("x", 1, "activate", &active, true),
    ]);
    assert!(known.granted.is_empty());
    // A giving that is taken back leaves the word before it, and where there is none the careful side.
    let known = remember(vec![
        at_second("y", 1, "remove", &Says::Absent, false),
        at_second("x", 2, "activate", &active, false),
        at_second("x", 2, "activate", &active, true),
    ]);
    assert!(known.granted.is_empty());
    let known = remember(vec![
        at_second("x", 2, "activate", &active, false),
        at_second("x", 2, "activate", &active, true),
    ]);
    assert_eq!(known.granted.len(), 1);
}

#[test]
fn a_read_since_beats_what_was_said() {
    let (active, blocked) = (says(AccountState::Active), says(AccountState::Blocked));
    let there = || vec![declared(), seen(Some("active"), 1)];
    let after = |more: Vec<Record>| remember(there().into_iter().chain(more).collect());
    // Ticked, and not done: whichever the journal took note of first.
    let word = || in_orders("x", 2, &blocked, false);
    assert!(after(vec![word()]).granted.is_empty());
    assert_eq!(after(vec![word(), seen(None, 3)]).granted.len(), 1);
    assert_eq!(after(vec![seen(None, 3), word()]).granted.len(), 1);
    // A mistake that was taken back when the account was blocked after all.
    let known = after(vec![
        word(),
        seen(Some("blocked"), 3),
        in_orders("x", 2, &blocked, true),
    ]);
    assert!(known.granted.is_empty());
    // Said to be active again, and still blocked.
    let off = || seen(Some("blocked"), 2);
    let word = || in_orders("y", 3, &active, false);
    assert_eq!(after(vec![off(), word()]).granted.len(), 1);
    assert!(after(vec![off(), word(), seen(None, 4)]).granted.is_empty());
    assert!(after(vec![off(), seen(None, 4), word()]).granted.is_empty());
}
