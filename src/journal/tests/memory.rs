//! What earlier runs did and saw, and how careful that is.

use super::*;
use crate::model::{Noted, Was};

fn remember(records: Vec<Record>) -> Memory {
    let mut journal = MemoryJournal::new(at(0));
    for (second, record) in (1..).zip(records) {
        journal.append(at(second), 1, vec![record]).unwrap();
    }
    memory(journal.entries())
}

fn jana() -> (SystemName, PersonKey) {
    (SystemName::new("salons"), PersonKey::new("jana"))
}

#[test]
fn memory_counts_what_may_have_been_sent() {
    let invite = intent(Verb::Invite, "jana", "mall", None);
    // The process died after the intent.
    let open = remember(vec![Record::Intent(invite.clone())]);
    let sent = &open.invitations[&jana()];
    assert_eq!((sent.confirmed, sent.seen, sent.count), (false, false, 1));
    // The answer was lost.
    let lost = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Unknown),
    ]);
    assert!(!lost.invitations[&jana()].confirmed);
    // Refused, or never sent: nobody was written to.
    for result in [CallResult::Refused, CallResult::NotSent] {
        let refused = remember(vec![Record::Intent(invite.clone()), outcome(1, result)]);
        assert_eq!(refused, Memory::default());
    }
    let done = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Done),
    ]);
    assert!(done.invitations[&jana()].confirmed);
    let seen = remember(vec![
        Record::Intent(invite.clone()),
        outcome(1, CallResult::Done),
        verified(1, &invite, Some("8812"), Verdict::AsPlanned, false),
    ]);
    assert!(seen.invitations[&jana()].seen);
    let account = (SystemName::new("salons"), AccountId::new("8812"));
    assert_eq!(seen.accounts[&account].person, PersonKey::new("jana"));
}

#[test]
fn settling_decides_what_a_lost_invitation_was() {
    let settled = |verdict| {
        remember(vec![
            Record::Intent(intent(Verb::Invite, "jana", "mall", None)),
            outcome(1, CallResult::Unknown),
            Record::Settled(Settled {
                intent: 1,
                verdict,
                account: (verdict == Settlement::TookEffect).then(|| "8812".to_owned()),
                why: None,
            }),
        ])
    };
    let took = settled(Settlement::TookEffect);
    assert!(took.invitations[&jana()].confirmed && took.invitations[&jana()].seen);
    assert_eq!(took.accounts.len(), 1);
    assert_eq!(settled(Settlement::NoEffect), Memory::default());
    assert!(!settled(Settlement::Unknown).invitations[&jana()].confirmed);
}

#[test]
fn the_count_of_invitations_ends_with_the_employment() {
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let copy = intent(Verb::Copy, "jana", "center", Some("8812"));
    let remove_mall = intent(Verb::Remove, "jana", "mall", Some("8812"));
    let remove_center = intent(Verb::Remove, "jana", "center", Some("8812"));
    let mut records = vec![
        Record::Intent(invite),
        outcome(1, CallResult::Done),
        Record::Intent(copy),
        outcome(3, CallResult::Done),
        Record::Intent(remove_mall.clone()),
        outcome(5, CallResult::Done),
        verified(5, &remove_mall, Some("8812"), Verdict::AsPlanned, true),
    ];
    let partly = remember(records.clone());
    assert_eq!(partly.granted.len(), 1);
    assert_eq!(partly.invitations[&jana()].count, 1);
    records.extend([
        Record::Intent(remove_center.clone()),
        outcome(8, CallResult::Done),
        verified(8, &remove_center, Some("8812"), Verdict::AsPlanned, true),
    ]);
    let gone = remember(records.clone());
    assert_eq!((gone.granted.len(), gone.invitations.len()), (0, 0));
    // No end of an employment: withdrawn because nobody answered, paused, put off to a later day, or ended by a date.
    for reason in ["approved", "left", "lapsed", "role-changed"] {
        let other = Intent {
            reason: reason.to_owned(),
            ends: false,
            ..remove_center.clone()
        };
        records[7] = Record::Intent(other);
        let kept = remember(records.clone());
        assert_eq!(kept.granted.len(), 0, "{reason}");
        assert_eq!(kept.invitations[&jana()].count, 1, "{reason}");
    }
}

#[test]
fn a_removal_that_did_not_stick_keeps_what_is_granted() {
    let remove = intent(Verb::Remove, "jana", "mall", Some("8812"));
    let copy = intent(Verb::Copy, "jana", "mall", Some("8812"));
    let kept = remember(vec![
        Record::Intent(copy),
        outcome(1, CallResult::Done),
        Record::Intent(remove.clone()),
        outcome(3, CallResult::Done),
        verified(3, &remove, Some("8812"), Verdict::DidNotStick, true),
    ]);
    assert_eq!(kept.granted.len(), 1);
}

#[test]
fn what_vanished_stays_known_while_access_is_tied_to_it() {
    let keys = |people: &[&str]| Known {
        people: people.iter().map(|key| PersonKey::new(*key)).collect(),
        ..Known::default()
    };
    let mut first = keys(&["jana", "karlis"]);
    first.granted.insert((
        SystemName::new("salons"),
        place_of("mall"),
        PersonKey::new("jana"),
    ));
    let record = known_after(&Memory::default(), &first).unwrap();
    let after_first = remember(vec![saw("1", "jana"), record.clone()]);
    assert_eq!(after_first.people.len(), 2);
    assert_eq!(after_first.granted, first.granted);
    assert_eq!(known_after(&after_first, &first), None);
    // Both are gone from the files: only the one who still has access stays.
    let Some(second) = known_after(&after_first, &keys(&[])) else {
        panic!("no entry")
    };
    let Record::ConfigKnown(known) = &second else {
        panic!("another entry")
    };
    assert_eq!(known.people.gone, ["karlis"]);
    let after_second = remember(vec![saw("1", "jana"), record, second]);
    assert_eq!(
        after_second.granted, first.granted,
        "a line that is gone takes nothing yet"
    );
    assert_eq!(after_second.declared.len(), 0);
}

/// A complete read of one account that is somebody's.
fn saw(id: &str, person: &str) -> Record {
    Record::Observed(Observed {
        system: "salons".to_owned(),
        place: "mall".to_owned(),
        taken: at(0),
        complete: true,
        accounts: 1,
        digest: String::new(),
        matched: vec![Match {
            account: id.to_owned(),
            person: Some(person.to_owned()),
        }],
        grants: vec![GrantSeen {
            account: id.to_owned(),
            state: "active".to_owned(),
            role: None,
            staff: None,
            set: None,
        }],
        gone: Vec::new(),
        sets: BTreeMap::new(),
        equal: BTreeMap::new(),
        apart: Vec::new(),
    })
}

#[test]
fn what_the_files_give_is_ours_once_it_is_found_there() {
    let mut known = Known::default();
    known.granted.insert((
        SystemName::new("salons"),
        place_of("mall"),
        PersonKey::new("jana"),
    ));
    let declared = known_after(&Memory::default(), &known).unwrap();
    // Declared alone is nothing that could be taken, and no sign of an earlier employment.
    assert_eq!(remember(vec![declared.clone()]).granted.len(), 0);
    assert_eq!(remember(vec![saw("1", "jana")]).granted.len(), 0);
    // In either order.
    assert_eq!(
        remember(vec![saw("1", "jana"), declared.clone()]).granted,
        known.granted
    );
    assert_eq!(
        remember(vec![declared.clone(), saw("1", "jana")]).granted,
        known.granted
    );
    // Until it is removed.
    let remove = intent(Verb::Remove, "jana", "mall", Some("1"));
    let gone = remember(vec![
        saw("1", "jana"),
        declared,
        Record::Intent(remove.clone()),
        outcome(3, CallResult::Done),
        verified(3, &remove, Some("1"), Verdict::AsPlanned, true),
    ]);
    assert_eq!(gone.granted.len(), 0);
}

#[test]
fn a_new_key_takes_over_what_the_old_one_had() {
    let copy = intent(Verb::Copy, "jana", "mall", Some("1"));
    let invite = intent(Verb::Invite, "jana", "mall", None);
    let renamed = remember(vec![
        saw("1", "jana"),
        Record::Intent(invite),
        outcome(2, CallResult::Done),
        Record::Intent(copy.clone()),
        outcome(4, CallResult::Done),
        verified(4, &copy, Some("1"), Verdict::AsPlanned, false),
        saw("1", "jana.berzina"),
    ]);
    let key = PersonKey::new("jana.berzina");
    let place = (SystemName::new("salons"), place_of("mall"), key.clone());
    assert_eq!(renamed.granted.iter().collect::<Vec<_>>(), [&place]);
    assert!(
        renamed
            .invitations
            .contains_key(&(SystemName::new("salons"), key))
    );
    assert_eq!(renamed.invitations.len(), 1);
}

#[test]
fn what_was_verified_and_who_was_nobody_is_remembered() {
    let write = intent(Verb::Write, "jana", "mall", Some("1"));
    let mut check = verified(1, &write, Some("1"), Verdict::AsPlanned, false);
    if let Record::Verified(check) = &mut check {
        check.digest = Some("d1".to_owned());
    }
    let memory = remember(vec![Record::Intent(write), check]);
    let applied: Vec<&str> = memory.applied.values().map(|digest| &**digest).collect();
    assert_eq!(applied, ["d1"]);
    let Record::Observed(mut seen) = saw("9", "nobody") else {
        panic!("another entry")
    };
    seen.matched.clear();
    let stranger = (SystemName::new("salons"), AccountId::new("9"));
    assert!(
        remember(vec![Record::Observed(seen.clone())])
            .strangers
            .contains(&stranger)
    );
    seen.complete = false;
    assert_eq!(
        remember(vec![Record::Observed(seen.clone())])
            .strangers
            .len(),
        0
    );
    assert_eq!(
        remember(vec![Record::Observed(seen), saw("9", "jana")])
            .strangers
            .len(),
        0
    );
}

#[test]
fn a_lost_invitation_counts_until_one_is_confirmed() {
    let invite = || Record::Intent(intent(Verb::Invite, "jana", "mall", None));
    let settled = |intent, verdict| {
        Record::Settled(Settled {
            intent,
            verdict,
            account: None,
            why: None,
        })
    };
    let count = |records: Vec<Record>| {
        remember(records)
            .invitations
            .get(&jana())
            .map(|sent| sent.count)
    };
    // Lost once and settled as not sent: as if it had not been.
    let once = vec![
        invite(),
        outcome(1, CallResult::Unknown),
        settled(1, Settlement::NoEffect),
    ];
    assert_eq!(count(once.clone()), None);
    // Lost again: the second.
    let mut twice = once.clone();
    twice.extend([invite(), outcome(4, CallResult::Unknown)]);
    assert_eq!(count(twice), Some(2));
    let mut confirmed = once;
    confirmed.extend([invite(), outcome(4, CallResult::Done)]);
    assert_eq!(count(confirmed), Some(1));
    // Lost once, and reading could not tell: never again by itself.
    let doubt = vec![
        invite(),
        outcome(1, CallResult::Unknown),
        settled(1, Settlement::Unknown),
    ];
    assert_eq!(count(doubt), Some(2));
}

#[test]
fn a_second_lost_invitation_is_recognized() {
    let mut journal = MemoryJournal::new(at(0));
    let invite = || Record::Intent(intent(Verb::Invite, "jana", "mall", None));
    let settled = |intent| {
        Record::Settled(Settled {
            intent,
            verdict: Settlement::NoEffect,
            account: None,
            why: None,
        })
    };
    journal
        .append(at(1), 1, vec![invite(), outcome(1, CallResult::Unknown)])
        .unwrap();
    let lost = |journal: &MemoryJournal, before| {
        let entries = journal.entries();
        was_lost_before(&history(entries), "salons", "jana", before)
    };
    assert!(!lost(&journal, 99));
    journal
        .append(at(2), 1, vec![settled(1), invite()])
        .unwrap();
    assert!(lost(&journal, 4));
    assert!(!lost(&journal, 1));
    assert_eq!(unsettled(journal.entries()).len(), 1);
    journal
        .append(at(3), 1, vec![outcome(4, CallResult::Done)])
        .unwrap();
    assert!(!lost(&journal, 99));
}

#[test]
fn what_was_equal_is_remembered_until_something_is_written_there() {
    let Record::Observed(mut seen) = saw("1", "jana") else {
        panic!("another entry")
    };
    seen.equal = BTreeMap::from([("d1".to_owned(), vec!["1".to_owned(), "2".to_owned()])]);
    let seen = Record::Observed(seen);
    let settled = |after: Vec<Record>| {
        let memory = remember([vec![seen.clone()], after].concat());
        let accounts = memory.baselines.into_iter();
        accounts
            .filter_map(|((_, place, account), it)| {
                Some(format!("{account}@{place} {}", it.given?))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(settled(Vec::new()), ["1@mall d1", "2@mall d1"]);
    // Said once it stands until it is said otherwise.
    assert_eq!(settled(vec![saw("1", "jana")]), ["1@mall d1", "2@mall d1"]);
    let write = intent(Verb::Write, "jana", "mall", Some("1"));
    // The process died, or the answer was lost: nobody knows what is there.
    assert_eq!(settled(vec![Record::Intent(write.clone())]), ["2@mall d1"]);
    let refused = vec![
        Record::Intent(write.clone()),
        outcome(2, CallResult::Refused),
    ];
    assert_eq!(settled(refused), ["1@mall d1", "2@mall d1"]);
    let elsewhere = intent(Verb::Write, "jana", "center", Some("1"));
    assert_eq!(
        settled(vec![Record::Intent(elsewhere)]),
        ["1@mall d1", "2@mall d1"]
    );
    let remove = intent(Verb::Remove, "jana", "mall", Some("1"));
    let removed = vec![
        Record::Intent(remove.clone()),
        outcome(2, CallResult::Done),
        verified(2, &remove, Some("1"), Verdict::AsPlanned, true),
    ];
    assert_eq!(settled(removed), ["2@mall d1"]);
    // Another digest takes the place of the first.
    let Record::Observed(mut again) = seen.clone() else {
        panic!("another entry")
    };
    again.equal = BTreeMap::from([("d2".to_owned(), vec!["1".to_owned()])]);
    let again = Record::Observed(again);
    assert_eq!(settled(vec![again]), ["1@mall d2", "2@mall d1"]);
}

/// What a journal knows a right of account 1 at the mall to be.
fn known(records: Vec<Record>, slug: &str) -> Was {
    let memory = remember(records);
    let row = (
        SystemName::new("salons"),
        place_of("mall"),
        AccountId::new("1"),
    );
    let known = memory.baselines.get(&row);
    known.map_or(Was::Unknown, |known| known.right(slug))
}

#[test]
fn what_an_account_had_is_known_right_by_right() {
    let (a, b, c) = ("a_access", "b_access", "c_access");
    let seen = |on: &[&str], equal: bool, differs: &[&str]| {
        let Record::Observed(mut seen) = saw("1", "jana") else {
            panic!("another entry")
        };
        let set: BTreeMap<_, _> = on
            .iter()
            .map(|&slug| (slug.to_owned(), RightValue::Switch(true)))
            .collect();
        seen.grants[0].set = Some(on.join("+"));
        seen.sets.insert(on.join("+"), set);
        if equal {
            seen.equal.insert("d1".to_owned(), vec!["1".to_owned()]);
        } else if !differs.is_empty() {
            seen.apart.push(Apart {
                given: "d1".to_owned(),
                differs: differs.iter().map(|&it| it.to_owned()).collect(),
                accounts: vec!["1".to_owned()],
            });
        }
        Record::Observed(seen)
    };
    let on = Was::Value(Noted::Switch(true));
    let equal = seen(&[a], true, &[]);
    assert_eq!(known(vec![equal.clone()], a), on);
    assert_eq!(known(vec![equal.clone()], b), Was::Off);
    // A read alone says nothing of whose doing it was.
    assert_eq!(known(vec![seen(&[a], false, &[])], a), Was::Unknown);
    let looked = vec![equal.clone(), seen(&[b], false, &[])];
    assert_eq!(
        (known(looked.clone(), a), known(looked, b)),
        (on.clone(), Was::Off)
    );
    // What was otherwise when it was compared is as it was known before.
    let held = vec![equal.clone(), seen(&[c], false, &[a])];
    assert_eq!(known(held.clone(), a), on);
    assert_eq!(known(held, c), on);
    assert_eq!(known(vec![seen(&[c], false, &[a])], a), Was::Unknown);
    // What is written is not known until it was read back.
    let mut write = intent(Verb::Write, "jana", "mall", Some("1"));
    write.rights = BTreeMap::from([
        (a.to_owned(), Some(RightValue::Switch(false))),
        (b.to_owned(), Some(RightValue::Switch(true))),
        (c.to_owned(), Some(RightValue::Text("self".to_owned()))),
    ]);
    let written = vec![equal.clone(), Record::Intent(write.clone())];
    assert_eq!(known(written.clone(), a), Was::Unknown);
    let back = |verdict, change: fn(&mut Verified)| {
        let Record::Verified(mut it) = verified(2, &write, Some("1"), verdict, false) else {
            panic!("another entry")
        };
        it.digest = Some("digest".to_owned());
        let on = |slug: &str| (slug.to_owned(), RightValue::Switch(true));
        let eight = ("c_access".to_owned(), RightValue::Number(8));
        it.set = Some("back".to_owned());
        it.sets = BTreeMap::from([("back".to_owned(), BTreeMap::from([on(b), eight]))]);
        change(&mut it);
        let records = [written.clone(), vec![Record::Verified(it)]].concat();
        [a, b, c].map(|slug| known(records.clone(), slug))
    };
    let eight = Was::Value(Noted::Number(8));
    assert_eq!(
        back(Verdict::AsPlanned, |_| {}),
        [Was::Off, on.clone(), eight.clone()]
    );
    // Its rights were not shown.
    let unread = back(Verdict::AsPlanned, |it| {
        (it.set, it.sets) = (None, BTreeMap::new())
    });
    assert_eq!(unread, [Was::Unknown, Was::Unknown, Was::Unknown]);
    // One did not stick: what is there is what was read.
    let partly = back(Verdict::DidNotStick, |it| {
        it.differs = vec!["a_access".to_owned()];
        let set = it.sets.get_mut("back").unwrap();
        set.insert("a_access".to_owned(), RightValue::Switch(true));
    });
    assert_eq!(partly, [on.clone(), on.clone(), eight]);
    // What was not written stays what it was, whatever is read; where nothing was known, all of it is.
    let other = |records: &[Record]| {
        let Record::Verified(mut it) = verified(2, &write, Some("1"), Verdict::AsPlanned, false)
        else {
            panic!("another entry")
        };
        it.set = Some("back".to_owned());
        let set = BTreeMap::from([("d_access".to_owned(), RightValue::Switch(true))]);
        it.sets = BTreeMap::from([("back".to_owned(), set)]);
        known([records, &[Record::Verified(it)]].concat(), "d_access")
    };
    assert_eq!(other(&written), Was::Off);
    let mut copy = intent(Verb::Copy, "jana", "mall", Some("1"));
    copy.rights.clone_from(&write.rights);
    assert_eq!(other(&[equal, Record::Intent(copy)]), on);
}

#[test]
fn what_is_gone_and_not_declared_any_more_is_forgotten() {
    let grant = |granted: bool| {
        let at = GrantedAt {
            system: "salons".to_owned(),
            place: "mall".to_owned(),
            people: vec!["jana".to_owned()],
        };
        let mut known = ConfigKnown::default();
        known.people.added.push("jana".to_owned());
        if granted {
            known.granted.push(at);
        } else {
            known.ungranted.push(at);
        }
        Record::ConfigKnown(known)
    };
    let Record::Observed(mut equal) = saw("1", "jana") else {
        panic!("another entry")
    };
    equal.equal.insert("d1".to_owned(), vec!["1".to_owned()]);
    let mut gone = equal.clone();
    (gone.grants, gone.equal) = (Vec::new(), BTreeMap::new());
    gone.gone = vec!["1".to_owned()];
    let mut partial = equal.clone();
    (partial.grants, partial.equal, partial.complete) = (Vec::new(), BTreeMap::new(), false);
    let (equal, gone) = (Record::Observed(equal), Record::Observed(gone));
    let write = intent(Verb::Write, "jana", "mall", Some("1"));
    let Record::Verified(mut back) = verified(3, &write, Some("1"), Verdict::AsPlanned, false)
    else {
        panic!("another entry")
    };
    back.digest = Some("digest".to_owned());
    let wrote = vec![grant(true), Record::Intent(write), Record::Verified(back)];
    let knows = |after: &[Record]| {
        let memory = remember([wrote.clone(), vec![equal.clone()], after.to_vec()].concat());
        (memory.applied.len(), memory.baselines.len())
    };
    assert_eq!(knows(&[]), (1, 1));
    // Taken by hand, and the files want it still: that is what drift is judged by.
    assert_eq!(knows(std::slice::from_ref(&gone)), (1, 1));
    // The line went as well, in any order.
    assert_eq!(knows(&[gone.clone(), grant(false)]), (0, 0));
    assert_eq!(knows(&[grant(false), gone.clone()]), (0, 0));
    // Another key may have it now.
    let Record::ConfigKnown(mut renamed) = grant(false) else {
        panic!("another entry")
    };
    renamed.people = KeyDelta {
        added: vec!["jana.b".to_owned()],
        gone: vec!["jana".to_owned()],
    };
    let renamed = Record::ConfigKnown(renamed);
    assert_eq!(knows(&[gone.clone(), renamed]), (1, 1));
    // Still there, or nobody looked: nothing is over.
    assert_eq!(knows(&[grant(false)]), (1, 1));
    assert_eq!(knows(&[grant(false), Record::Observed(partial)]), (1, 1));
}

/// A run: the commit, of which systems, whose steps are held (none: as before), and whether somebody stopped it.
type Ran<'a> = (&'a str, &'a [&'a str], Option<&'a [&'a str]>, bool);

/// Runs over commits, one after the other.
fn runs(each: &[Ran<'_>]) -> Memory {
    let mut journal = MemoryJournal::new(at(0));
    for (second, (commit, whole, held, stopped)) in (1..).zip(each) {
        let started = RunStarted {
            config: Some(ConfigFacts {
                digest: String::new(),
                commit: Some((*commit).to_owned()),
                dirty: commit.ends_with('?'),
            }),
            whole: whole.iter().map(|name| (*name).to_owned()).collect(),
            ..started()
        };
        let run = journal.begin(at(second), started).unwrap();
        let hold = |person: &&str| HoldFact {
            code: "over-limit".to_owned(),
            person: Some((*person).to_owned()),
            system: Some("salons".to_owned()),
            place: Some("mall".to_owned()),
            ..HoldFact::default()
        };
        let mut records = Vec::new();
        records.extend(held.map(|held| {
            Record::Judged(Judged {
                holds: Some(held.iter().map(hold).collect()),
                ..Judged::default()
            })
        }));
        records.push(Record::RunEnded(RunEnded {
            stopped: *stopped,
            ..RunEnded::default()
        }));
        journal.append(at(second), run, records).unwrap();
    }
    memory(journal.entries())
}

#[test]
fn a_run_that_left_something_or_could_not_read_applied_no_commit() {
    let commits = |unread: &str, left: u64| {
        let mut journal = MemoryJournal::new(at(0));
        for (second, commit, left, how) in [(1, "c1", 0, "never-looked"), (2, "c2", left, unread)] {
            let started = RunStarted {
                config: Some(ConfigFacts {
                    digest: String::new(),
                    commit: Some(commit.to_owned()),
                    dirty: false,
                }),
                whole: vec!["salons".to_owned()],
                ..started()
            };
            let run = journal.begin(at(second), started).unwrap();
            let unread = UnreadFact {
                system: "salons".to_owned(),
                place: "mall".to_owned(),
                how: how.to_owned(),
            };
            let judged = Judged {
                unread: Some(vec![unread]),
                ..Judged::default()
            };
            let ended = RunEnded {
                left,
                ..RunEnded::default()
            };
            let records = vec![Record::Judged(judged), Record::RunEnded(ended)];
            journal.append(at(second), run, records).unwrap();
        }
        let memory = memory(journal.entries());
        memory.commits[&SystemName::new("salons")].to_string()
    };
    assert_eq!(commits("never-looked", 0), "c2");
    assert_eq!(commits("unreadable", 0), "c1");
    assert_eq!(commits("partial", 0), "c1");
    assert_eq!(commits("never-looked", 1), "c1");
}

#[test]
fn what_was_applied_last_is_known_and_what_is_held_was_not_applied() {
    let since = |memory: &Memory, person: &str, place: &str| {
        let system = SystemName::new("salons");
        let key = PersonKey::new(person);
        let found = memory.since(&system, &place_of(place), [&key]);
        let found = found.into_iter().map(|since| match since {
            Since::After(commit) => format!("after {commit}"),
            Since::From(commit) => format!("from {commit}"),
        });
        found.collect::<Vec<_>>().join(" ")
    };
    let all: &[&str] = &["salons", "orders"];
    let jana: &[&str] = &["jana"];
    let none: &[&str] = &[];
    let memory = runs(&[("c1", all, None, false), ("c2", all, Some(jana), false)]);
    assert_eq!(since(&memory, "jana", "mall"), "after c1");
    assert_eq!(since(&memory, "jana", "center"), "after c2");
    assert_eq!(since(&memory, "anna", "mall"), "after c2");
    // Held all the while, it is still not applied; let go, it is.
    let held = [
        ("c1", all, None, false),
        ("c2", all, Some(jana), false),
        ("c3", all, None, false),
    ];
    assert_eq!(since(&runs(&held), "jana", "mall"), "after c1");
    let let_go = [held[0], held[1], ("c3", all, Some(none), false)];
    assert_eq!(since(&runs(&let_go), "jana", "mall"), "after c3");
    // Held by the first that is known.
    let memory = runs(&[("c1", all, Some(jana), false), ("c2", all, None, false)]);
    assert_eq!(since(&memory, "jana", "mall"), "from c1");
    // Runs that did not do all that a commit wants, were stopped, or had other files than a commit has.
    for other in [
        ("c2", none, None, false),
        ("c2", &["orders"][..], None, false),
        ("c2", all, None, true),
        ("c2?", all, None, false),
    ] {
        let memory = runs(&[("c1", all, None, false), other]);
        assert_eq!(since(&memory, "jana", "mall"), "after c1", "{other:?}");
    }
    assert_eq!(since(&runs(&[]), "jana", "mall"), "");
}
