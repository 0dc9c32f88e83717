//! A built year against a key made by hand.

mod turns;
pub(crate) mod year;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::journal::{CallResult, JournalSink as _, Verb, Verdict};
use year::{Year, at, year};

/// The report of a period of a journal.
pub(crate) fn of(year: &Year, from: &str, to: &str, past: &Past) -> Report {
    let zone = TimeZone::get("Europe/Riga").unwrap();
    make(&Asked {
        sealed: year.sealed(),
        from: at(from),
        to: at(to),
        made: at("2027-01-10"),
        zone: &zone,
        past,
        anchors: &[],
        files: &Files::default(),
        said: &[],
    })
}

fn whole() -> Value {
    let merge = Merge {
        commit: "c".repeat(40),
        at: at("2026-03-01T07:05"),
    };
    let run = year().sealed().iter().find_map(|sealed| {
        let at_run = sealed.entry.at == at("2026-03-01T08:05");
        at_run.then_some(sealed.entry.run)
    });
    let past = Past {
        commits: [(
            "a3".repeat(20),
            Commit {
                author: "Ilze".to_owned(),
                approvers: vec!["Mara".to_owned()],
            },
        )]
        .into(),
        merges: [(("boris".to_owned(), run.unwrap()), merge)].into(),
    };
    let report = of(&year(), "2025-12-31T22:00", "2026-12-31T22:00", &past);
    serde_json::to_value(report).unwrap()
}

/// The named fields of each row, one line a row.
#[track_caller]
fn rows(report: &Value, part: &str, fields: &[&str], expected: &[&str]) {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let found: Vec<String> = report[part]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let fields: Vec<String> = fields.iter().map(|field| text(&row[*field])).collect();
            fields.join(" ")
        })
        .collect();
    assert_eq!(found, expected, "{part}");
}

#[test]
fn leavers_are_timed_and_whoever_still_has_access_comes_first() {
    let report = whole();
    rows(
        &report,
        "leavers",
        &[
            "person",
            "cut_off",
            "after_leaving",
            "after_merge",
            "follow_ups",
        ],
        &[
            "dace null null null 0",
            "boris 2026-03-01T08:05:00Z 36300 3600 0",
            "karlis 2026-07-03T06:00:00Z 172800 null 1",
        ],
    );
    assert_eq!(
        report["leavers"][2]["places"],
        json!([
            {"system": "desk", "location": "riga-mall", "at": "2026-07-03T06:00:00Z", "how": "said", "open": null},
            {"system": "salons", "location": "riga-mall", "at": "2026-07-01T10:00:00Z", "how": "read", "open": null},
        ])
    );
    assert_eq!(
        report["leaver_times"],
        json!({
            "after_leaving": {"count": 2, "median": 104_550, "worst": 172_800},
            "after_merge": {"count": 1, "median": 3600, "worst": 3600},
            "open": 1,
            "seen": 1,
            "said": 0,
        })
    );
}

#[test]
fn who_came_and_who_moved() {
    let report = whole();
    let fields = ["person", "at", "given", "taken"];
    rows(
        &report,
        "joiners",
        &fields,
        &[
            r#"jana 2026-02-01T12:00:00Z ["salons riga-center","salons riga-east","salons riga-mall"] []"#,
            r#"eva 2026-11-20T12:00:00Z ["salons riga-mall"] []"#,
        ],
    );
    rows(
        &report,
        "movers",
        &fields,
        &[r#"jana 2026-08-01T12:00:00Z ["salons riga-east"] ["salons riga-center"]"#],
    );
    rows(
        &report,
        "invitations",
        &["person", "sent", "how", "ended", "open_for"],
        &[
            "eva 2026-11-20T12:00:00Z null null 3578400",
            "jana 2026-02-01T12:00:00Z accepted 2026-02-05T12:00:00Z 345600",
        ],
    );
}

#[test]
fn what_was_held_changed_and_loosened() {
    let report = whole();
    rows(
        &report,
        "drift",
        &["person", "became", "until"],
        &[
            "anna reverted 2026-05-01T12:00:00Z",
            "dace undone 2026-06-10T12:00:00Z",
            "jana accepted 2026-06-10T12:00:00Z",
        ],
    );
    rows(
        &report,
        "holds",
        &["code", "person", "since", "until", "became"],
        &["drift jana 2026-06-01T12:00:00Z 2026-06-10T12:00:00Z gone"],
    );
    rows(
        &report,
        "loosened",
        &["rule", "before", "after", "at", "commit"],
        &[
            &format!(
                "approval removals people:jana null any 2026-11-01T00:00:00Z 2026-09-01T12:00:00Z {}",
                "a7".repeat(20)
            ),
            &format!(
                "limits removals 10 20% none none 2026-09-01T12:00:00Z {}",
                "a7".repeat(20)
            ),
        ],
    );
    rows(
        &report,
        "approvals",
        &["rule", "since", "until", "used"],
        &["removals people:jana 2026-09-01T12:00:00Z 2026-11-01T12:00:00Z true"],
    );
    assert_eq!(
        report["approvals"][0]["let_through"],
        json!([{
            "run": 59, "at": "2026-09-01T12:00:00Z", "step": "r4", "kind": "remove", "person": "jana",
            "system": "salons", "location": "riga-east", "result": "verified",
        }])
    );
    rows(
        &report,
        "lockouts",
        &["person", "because", "by", "since", "until"],
        &["anna phone stolen ilze 2026-10-01T09:00:00Z 2026-10-02T09:00:00Z"],
    );
}

#[test]
fn what_is_open_at_the_end_and_what_nobody_knows() {
    let report = whole();
    rows(
        &report,
        "manual",
        &["step", "since", "ended", "how", "by", "waited"],
        &[
            "f1 2026-07-01T10:00:00Z null null null 15854400",
            "b1 2026-07-01T10:00:00Z 2026-07-03T06:00:00Z attested ilze.owner 158400",
        ],
    );
    rows(
        &report,
        "unread",
        &["location", "how", "until"],
        &["riga-east unreadable null"],
    );
    rows(
        &report,
        "strangers",
        &["account", "since", "until"],
        &["9 2025-12-20T12:00:00Z 2026-11-20T12:00:00Z"],
    );
    assert_eq!(report["policies"]["findings"][0]["policy"], "two");
    assert_eq!(report["policies"]["judged"], "2026-11-20T12:00:00Z");
    assert_eq!(
        report["unknown"],
        json!([
            "runs that did not end by themselves: 1; what became of their last calls is said by the step"
        ])
    );
}

#[test]
fn runs_steps_and_counts() {
    let report = whole();
    let totals = json!({
        "runs": 15, "given": 4, "changed": 1, "taken": 5, "failed": 1, "by_hand": 1, "lessened": 0,
    });
    assert_eq!(report["totals"], totals);
    let run = &report["runs"][3];
    assert_eq!(
        json!([
            run["actor"],
            run["author"],
            run["approvers"],
            run["plan"],
            run["done"]
        ]),
        json!(["nightly", "Ilze", ["Mara"], "a3".repeat(32), 1])
    );
    let results: Vec<&str> = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["result"].as_str().unwrap())
        .collect();
    let mut expected = vec!["not-visible-yet"];
    expected.extend(["verified"; 7]);
    expected.extend(["refused", "answered"]);
    assert_eq!(results, expected);
    let changes: Vec<u64> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let number = |name: &str| it[name].as_u64().unwrap();
            number("given") + number("changed") + number("taken")
        })
        .collect();
    // A year that ends at midnight has no first day of the next one.
    assert_eq!(changes, [0, 2, 1, 0, 1, 0, 2, 2, 1, 0, 1, 0]);
    assert_eq!(report["changes"][0]["begins"], "2026-01-01");
    // The head of each run is what its output showed.
    let year = year();
    let last = year.journal.head().unwrap().to_string();
    assert_eq!(report["runs"][14]["head"], json!(last));
    assert_eq!(report["journal"]["head"], json!(last));
    assert_eq!(
        report["journal"]["before"],
        json!(year.sealed()[5].head().to_string())
    );
}

#[test]
fn a_period_has_what_lies_in_it_and_what_is_open() {
    let report = of(&year(), "2026-03-15", "2026-04-15", &Past::default());
    assert_eq!(report.runs.len(), 0);
    assert_eq!(report.leavers.len(), 0);
    assert_eq!(report.strangers.len(), 1);
    assert_eq!(report.changes.len(), 5);
    // What came later is not known then.
    assert_eq!(report.drift.len(), 0);
    let early = of(&year(), "2025-01-01", "2025-12-01", &Past::default());
    assert_eq!(early.journal.head, None);
    assert_eq!(early.unknown.len(), 2, "{:?}", early.unknown);
}

#[test]
fn somebody_who_comes_back_and_leaves_again_is_told_twice() {
    let mut it = Year::new("2026-01-01");
    it.run("2026-01-01", "b1", "ci");
    it.seen("riga-mall", &[("1", "active", Some("anna"))], &[]);
    it.left("anna", "2026-01-01T11:00");
    it.done(
        "r1",
        "remove",
        Verb::Remove,
        ("anna", Some("1")),
        "riga-mall",
        "left",
    );
    it.end(1, 0, 0);
    it.run("2026-02-01", "b2", "ci");
    it.judged(crate::journal::Judged {
        left: [("anna".to_owned(), None)].into(),
        ..crate::journal::Judged::default()
    });
    let verdict = Some(Verdict::NotVisibleYet);
    it.step(
        "i1",
        "invite",
        Verb::Invite,
        ("anna", None),
        "riga-mall",
        "joined",
        CallResult::Done,
        verdict,
    );
    it.end(0, 1, 0);
    it.run("2026-02-10", "b2", "ci");
    it.seen("riga-mall", &[("7", "active", Some("anna"))], &[]);
    it.end(0, 0, 0);
    it.run("2026-03-01", "b3", "ci");
    it.left("anna", "2026-02-28T12:00");
    it.done(
        "r2",
        "remove",
        Verb::Remove,
        ("anna", Some("7")),
        "riga-mall",
        "left",
    );
    it.end(1, 0, 0);
    let report = of(&it, "2026-01-01T00:00", "2026-12-31", &Past::default());
    let times: Vec<Option<i64>> = report.leavers.iter().map(|it| it.after_leaving).collect();
    assert_eq!(times, [Some(3600), Some(86_400)]);
    assert_eq!(report.joiners.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 32, ..ProptestConfig::default() })]

    /// Wherever a period is cut, each run and each step is in one half and in no other.
    #[test]
    fn two_halves_are_the_whole(hours in 0i64..8760) {
        let year = year();
        let (from, to) = (at("2025-12-20T00:00"), at("2026-12-31"));
        let cut = from + jiff::SignedDuration::from_hours(hours);
        let zone = TimeZone::UTC;
        let of = |from, to| make(&Asked {
            sealed: year.sealed(), from, to, made: at("2027-01-10"), zone: &zone,
            past: &Past::default(), anchors: &[], files: &Files::default(), said: &[],
        });
        let (all, first, second) = (of(from, to), of(from, cut), of(cut, to));
        prop_assert_eq!(all.runs.len(), first.runs.len() + second.runs.len());
        prop_assert_eq!(all.steps.len(), first.steps.len() + second.steps.len());
        prop_assert_eq!(all.journal.entries, first.journal.entries + second.journal.entries);
        prop_assert_eq!(all.loosened.len(), first.loosened.len() + second.loosened.len());
        prop_assert_eq!(all.joiners.len(), first.joiners.len() + second.joiners.len());
    }
}
