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
        says: SaysFact::of(&says(AccountState::Invited)),
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

#[test]
fn whoever_is_blocked_has_nothing_to_vanish_with() {
    let seen = |state: &str, second: i64| {
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
            grants: vec![GrantSeen {
                account: "7".to_owned(),
                state: state.to_owned(),
                role: None,
                staff: None,
                set: None,
            }],
            gone: Vec::new(),
            sets: BTreeMap::new(),
        })
    };
    let declared = Record::ConfigKnown(ConfigKnown {
        granted: vec![GrantedAt {
            system: "orders".to_owned(),
            place: "*".to_owned(),
            people: vec!["jana".to_owned()],
        }],
        ..ConfigKnown::default()
    });
    let known = remember(vec![declared.clone(), seen("active", 1)]);
    assert_eq!(known.granted.len(), 1);
    let known = remember(vec![declared, seen("active", 1), seen("blocked", 2)]);
    assert_eq!(known.granted.len(), 0);
    assert_eq!(known.accounts.len(), 1, "whose account it is stays known");
}
