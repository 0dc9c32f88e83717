//! What a report says of single rights, of policies, and of what cannot be known.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::year::{Year, at};
use super::*;
use crate::journal::{
    CallOutcome, CallResult, DriftFact, HandedOver, Intent, Judged, Record, RightValue, TurnFact,
    Verb, Verdict, Verified,
};

const DELETE: &str = "records_delete_access";
const DAYS: &str = "records_edit_last_days_count";

/// A write of rights at `riga-mall` that is read back.
fn write(it: &mut Year, step: &str, role: &str, rights: &[(&str, RightValue)]) {
    let rights = rights.iter().cloned();
    let intent = it.put(Record::Intent(Intent {
        ends: false,
        step: step.to_owned(),
        does: "set-rights".to_owned(),
        call: Verb::Write,
        system: "salons".to_owned(),
        place: "riga-mall".to_owned(),
        person: Some("tom".to_owned()),
        account: Some("7".to_owned()),
        reason: "role-changed".to_owned(),
        way: None,
        from: None,
        batch: None,
        role: Some(role.to_owned()),
        rights: rights
            .map(|(slug, value)| (slug.to_owned(), Some(value)))
            .collect(),
        approval: None,
        present: Vec::new(),
    }));
    it.put(Record::Outcome(CallOutcome {
        intent,
        result: CallResult::Done,
        status: None,
        request_id: None,
        errors: Vec::new(),
        not_sent: Vec::new(),
    }));
    it.put(Record::Verified(Verified {
        step: step.to_owned(),
        intent: Some(intent),
        system: "salons".to_owned(),
        place: "riga-mall".to_owned(),
        person: Some("tom".to_owned()),
        account: Some("7".to_owned()),
        verdict: Verdict::AsPlanned,
        absent: false,
        digest: None,
        differs: Vec::new(),
        also_changed: Vec::new(),
        staff: None,
        set: None,
        sets: BTreeMap::new(),
    }));
}

fn turn(step: &str, role: &str, more: &[&str], less: &[&str]) -> Judged {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    Judged {
        turns: [(
            step.to_owned(),
            TurnFact {
                role: Some(role.to_owned()),
                more: texts(more),
                less: texts(less),
            },
        )]
        .into(),
        ..Judged::default()
    }
}

fn told(it: &Year) -> Value {
    with(it, &Past::default(), &Files::default(), &[])
}

fn with(it: &Year, past: &Past, files: &Files, said: &[Said]) -> Value {
    let report = make(&Asked {
        sealed: it.sealed(),
        from: at("2026-01-01"),
        to: at("2027-01-01"),
        made: at("2027-01-10"),
        zone: &TimeZone::UTC,
        past,
        anchors: &[],
        files,
        said,
    });
    serde_json::to_value(report).unwrap()
}

#[test]
fn a_limit_on_what_the_same_step_gives_takes_nothing() {
    let on = RightValue::Switch(true);
    let (root, restricts) = ("finances_access", "finances_accounts_limited_access");
    let mut it = Year::new("2026-01-01");
    it.run("2026-02-10", "a1", "ci");
    it.judged(turn("s1", "worker", &[], &[]));
    write(
        &mut it,
        "s1",
        "manager",
        &[(root, on.clone()), (restricts, on)],
    );
    it.end(1, 0, 0);
    let told = told(&it);
    let step = &told["steps"][0];
    assert_eq!(step["given"].as_object().unwrap().len(), 1, "{step}");
    assert!(
        step["taken"]
            .as_object()
            .is_none_or(serde_json::Map::is_empty),
        "{step}"
    );
    assert_eq!(step["other"][restricts], true);
}

#[test]
fn what_a_step_gave_and_what_it_took_is_told_right_by_right() {
    let mut it = Year::new("2026-01-01");
    it.run("2026-02-10", "a1", "ci");
    it.judged(turn("s1", "worker", &[DAYS], &[]));
    let on = RightValue::Switch(true);
    let off = RightValue::Switch(false);
    let restricts = "finances_accounts_limited_access";
    write(
        &mut it,
        "s1",
        "worker",
        &[(DELETE, on.clone()), (DAYS, RightValue::Number(5))],
    );
    it.end(1, 0, 0);
    it.run("2026-03-12", "a2", "ci");
    it.judged(turn("s2", "manager", &[], &[DAYS]));
    write(
        &mut it,
        "s2",
        "worker",
        &[(DELETE, off), (DAYS, RightValue::Number(2))],
    );
    it.end(1, 0, 0);
    // Without a word of the journal a number is neither more nor less.
    it.run("2026-03-13", "a2", "ci");
    write(
        &mut it,
        "s3",
        "worker",
        &[(DAYS, RightValue::Number(1)), (restricts, on)],
    );
    it.end(1, 0, 0);
    let told = told(&it);
    let parts = |nth: usize| {
        let step = &told["steps"][nth];
        json!([
            step["given"],
            step["taken"],
            step["other"],
            step["role_before"],
            step["role_after"]
        ])
    };
    assert_eq!(
        parts(0),
        json!([{DELETE: true, DAYS: 5}, {}, {}, "worker", "worker"])
    );
    assert_eq!(
        parts(1),
        json!([{}, {DELETE: false, DAYS: 2}, {}, "manager", "worker"])
    );
    let known = crate::catalog::Catalog::current()
        .by_slug(restricts)
        .is_some();
    assert!(known, "a right that restricts");
    assert_eq!(
        parts(2),
        json!([{}, {restricts: true}, {DAYS: 1}, null, "worker"])
    );
    assert_eq!(told["totals"]["changed"], 3);
    assert_eq!(told["totals"]["lessened"], 2);
    assert_eq!(told["rights"][DELETE]["sensitive"], "deletion");
    assert_eq!(told["rights"][DAYS]["sensitive"], Value::Null);

    // The project may call more sensitive, and knows what people are called.
    let files = Files {
        names: [("tom".to_owned(), "Toms F.".to_owned())].into(),
        sensitive: [(DAYS.to_owned(), "money".to_owned())].into(),
    };
    let told = with(&it, &Past::default(), &files, &[]);
    assert_eq!(told["rights"][DAYS]["sensitive"], "money");
    assert_eq!(told["people"], json!({"tom": "Toms F."}));
}

#[test]
fn drift_says_what_was_changed_also_where_it_grows() {
    let fact = |more: &[&str]| DriftFact {
        person: Some("nev".to_owned()),
        system: "salons".to_owned(),
        place: "riga-mall".to_owned(),
        account: "9".to_owned(),
        step: Some("d1".to_owned()),
        does: Some("set-rights".to_owned()),
        more: more.iter().map(|slug| (*slug).to_owned()).collect(),
        less: Vec::new(),
        role: None,
    };
    let mut it = Year::new("2026-01-01");
    for (day, more) in [
        ("2026-02-10", &[DELETE][..]),
        ("2026-02-11", &[DELETE, DAYS]),
    ] {
        it.run(day, "a1", "ci");
        it.judged(Judged {
            drift: Some(vec![fact(more)]),
            ..Judged::default()
        });
        it.end(0, 0, 0);
    }
    let told = told(&it);
    let drift = told["drift"].as_array().unwrap();
    assert_eq!(drift.len(), 1, "{drift:?}");
    assert_eq!(drift[0]["given"], json!([DELETE, DAYS]));
    assert_eq!(drift[0]["since"], "2026-02-10T12:00:00Z");
    assert_eq!(drift[0]["answer"], "set-rights");
    assert_eq!(told["rights"][DELETE]["title"], "delete appointments");
}

#[test]
fn each_policy_has_its_row() {
    let report = whole();
    let state = |report: &Value| report["policies"]["rules"].clone();
    assert_eq!(
        state(&report),
        json!([{"sort": "policy", "policy": "two", "demand": "holders", "state": "broken"}])
    );
    assert_eq!(report["policies"]["unread"], 1);
    let mut it = Year::new("2026-01-01");
    it.run("2026-02-10", "a1", "ci");
    assert_eq!(state(&told(&it)), Value::Null);
    it.rules(&[
        ("limits removals", "1 2%"),
        ("policy two", "holders"),
        ("fence 1", "riga"),
    ]);
    let not_judged = state(&told(&it));
    assert_eq!(not_judged[1]["state"], "not-judged", "{not_judged}");
    it.judged(Judged {
        findings: Some(Vec::new()),
        ..Judged::default()
    });
    let held = state(&told(&it));
    assert_eq!(held.as_array().unwrap().len(), 2);
    assert!(
        held.as_array()
            .unwrap()
            .iter()
            .all(|it| it["state"] == "held"),
        "{held}"
    );
    it.rules(&[("limits removals", "1 2%")]);
    assert_eq!(state(&told(&it)), json!([]));
}

#[test]
fn a_time_that_cannot_be_is_none_and_counts_nowhere() {
    let mut it = Year::new("2026-01-01");
    it.run("2026-03-01T09:00", "a1", "ci");
    let run = it.sealed().last().unwrap().entry.run;
    it.seen("riga-mall", &[("2", "active", Some("boris"))], &[]);
    it.left("boris", "2026-02-28T22:00");
    it.done(
        "r1",
        "remove",
        Verb::Remove,
        ("boris", Some("2")),
        "riga-mall",
        "left",
    );
    it.end(1, 0, 0);
    let merge = Merge {
        commit: "c".repeat(40),
        at: at("2026-03-01T10:00"),
    };
    let past = Past {
        merges: BTreeMap::from([(("boris".to_owned(), run), merge)]),
        ..Past::default()
    };
    let told = with(&it, &past, &Files::default(), &[]);
    let leaver = &told["leavers"][0];
    assert_eq!(leaver["cut_off"], "2026-03-01T09:00:00Z");
    assert_eq!(leaver["after_merge"], Value::Null);
    assert_eq!(told["leaver_times"]["after_merge"]["count"], 0);
    assert_eq!(leaver["after_leaving"], 39_600);
}

#[test]
fn what_nobody_can_read_is_not_known_and_what_is_said_is_told_apart() {
    let mut it = Year::new("2026-01-01");
    it.run("2026-07-01T10:00", "a5", "ci");
    it.handed("b1", "block", "karlis", "left");
    it.left("karlis", "2026-07-01T06:00");
    it.end(0, 1, 0);
    let open = |told: &Value| {
        json!([
            told["leavers"][0]["places"][0]["open"],
            told["leaver_times"]["open"],
            told["leaver_times"]["seen"],
            told["leaver_times"]["said"],
            told["manual"][0]["said"],
            told["manual"][0]["by"],
        ])
    };
    assert_eq!(open(&told(&it)), json!(["not-known", 1, 0, 0, null, null]));
    let said = |when: &str| Said {
        id: "a-b1".to_owned(),
        system: "desk".to_owned(),
        step: "b1".to_owned(),
        at: at(when),
        by: "ilze.owner".to_owned(),
    };
    let files = Files {
        names: [("ilze.owner".to_owned(), "Ilze".to_owned())].into(),
        ..Files::default()
    };
    let with_said = |it: &Year, when: &str| with(it, &Past::default(), &files, &[said(when)]);
    let told = with_said(&it, "2026-07-02T10:00");
    assert_eq!(
        open(&told),
        json!(["said", 1, 0, 1, "2026-07-02T10:00:00Z", "ilze.owner"])
    );
    assert_eq!(told["manual"][0]["waited"], 86_400);
    assert_eq!(told["manual"][0]["ended"], Value::Null);
    // What was said after the period says nothing of it.
    assert_eq!(open(&with_said(&it, "2027-07-02T10:00"))[0], "not-known");
    // What the journal took note of is told by it.
    it.run("2026-07-04", "a5", "ci");
    it.said("b1", "block", "karlis", "2026-07-02T10:00", "blocked");
    it.end(0, 0, 0);
    let told = with_said(&it, "2026-07-02T10:00");
    assert_eq!(open(&told), json!([null, 0, 0, 0, null, "ilze.owner"]));
}

#[test]
fn a_word_counts_until_a_later_read_shows_otherwise() {
    let mut it = Year::new("2026-01-01");
    let open = |it: &Year| {
        let said = Said {
            id: "a-b1".to_owned(),
            system: "salons".to_owned(),
            step: "b1".to_owned(),
            at: at("2026-07-02T10:00"),
            by: "ilze".to_owned(),
        };
        let told = with(it, &Past::default(), &Files::default(), &[said]);
        told["leavers"][0]["places"][0]["open"].clone()
    };
    it.run("2026-07-01T10:00", "a5", "ci");
    it.seen("riga-mall", &[("4", "active", Some("karlis"))], &[]);
    it.left("karlis", "2026-07-01T06:00");
    it.put(Record::HandedOver(HandedOver {
        step: "b1".to_owned(),
        does: "block".to_owned(),
        system: "salons".to_owned(),
        place: "riga-mall".to_owned(),
        person: Some("karlis".to_owned()),
        account: None,
        reason: None,
        says: None,
        approval: None,
    }));
    it.end(0, 1, 0);
    assert_eq!(open(&it), "said");
    it.run("2026-07-03T10:00", "a5", "ci");
    it.seen("riga-mall", &[("4", "active", Some("karlis"))], &[]);
    it.end(0, 1, 0);
    assert_eq!(open(&it), "seen");
}

#[test]
fn an_approval_or_a_waiver_that_only_stood_was_not_used() {
    let rules = [
        ("approval removals people:anna", "any none"),
        ("approval messages", "any none"),
        (
            "approval shrink location:riga-mall",
            "5 2026-02-28T22:00:00Z",
        ),
        ("waiver cash anna", "none"),
        ("waiver cash boris", "none"),
    ];
    let mut it = Year::new("2026-01-01");
    it.run("2026-02-10", "a1", "ci");
    it.rules(&rules);
    it.judged(Judged {
        passed: [("x".to_owned(), "approval removals people:anna".to_owned())].into(),
        believed: [(
            "salons riga-mall".to_owned(),
            "approval shrink location:riga-mall".to_owned(),
        )]
        .into(),
        waived: Some(vec!["waiver cash boris".to_owned()]),
        ..Judged::default()
    });
    // What was done in another run was not let through in this one.
    it.done(
        "y",
        "remove",
        Verb::Remove,
        ("anna", Some("1")),
        "riga-mall",
        "left",
    );
    it.end(1, 0, 0);
    let told = told(&it);
    let used = |part: &str| -> Vec<(String, bool)> {
        let all = told[part].as_array().unwrap().iter();
        all.map(|it| (it["rule"].as_str().unwrap().to_owned(), it["used"] == true))
            .collect()
    };
    let some = |rule: &str, used: bool| (rule.to_owned(), used);
    assert_eq!(
        used("approvals"),
        [
            some("removals people:anna", true),
            some("shrink location:riga-mall", true),
            some("messages", false)
        ]
    );
    let list = &told["approvals"][1]["lists"][0];
    assert_eq!(
        (&list["system"], &list["location"]),
        (&"salons".into(), &"riga-mall".into())
    );
    assert_eq!(
        used("waivers"),
        [some("cash boris", true), some("cash anna", false)]
    );
    assert_eq!(
        told["approvals"][0]["let_through"][0]["result"],
        "not-begun"
    );
    assert_eq!(told["waivers"][0]["counted"], "2026-02-10T12:00:00Z");
}
