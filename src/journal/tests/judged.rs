//! What a run judged is written where it is news, and a part of a project ends nothing.

use super::*;

fn hold(code: &str) -> HoldFact {
    HoldFact {
        code: code.to_owned(),
        ..HoldFact::default()
    }
}

fn found(codes: &[&str], left: &[(&str, &str)]) -> Judged {
    Judged {
        holds: Some(codes.iter().map(|code| hold(code)).collect()),
        findings: Some(Vec::new()),
        left: left
            .iter()
            .map(|(key, at)| ((*key).to_owned(), Some((*at).to_owned())))
            .collect(),
        ..Judged::default()
    }
}

/// Writes what is news after what was written before.
fn write(journal: &mut MemoryJournal, found: Judged, narrowed: bool) -> Option<Judged> {
    let entries: Vec<Entry> = journal.entries().into_iter().cloned().collect();
    let record = judged_after(&entries, found, narrowed)?;
    journal.append(at(0), 0, vec![record.clone()]).unwrap();
    match record {
        Record::Judged(judged) => Some(judged),
        _ => None,
    }
}

#[test]
fn only_news_is_written_and_the_first_run_writes_all() {
    let mut journal = MemoryJournal::new(at(0));
    let first = write(&mut journal, found(&["a"], &[("jana", "x")]), false).unwrap();
    assert_eq!(first, found(&["a"], &[("jana", "x")]));
    assert_eq!(
        write(&mut journal, found(&["a"], &[("jana", "x")]), false),
        None
    );
    let second = write(&mut journal, found(&["a", "b"], &[("jana", "y")]), false).unwrap();
    assert_eq!(second.holds, Some(vec![hold("a"), hold("b")]));
    assert_eq!(second.findings, None);
    assert_eq!(
        second.left,
        [("jana".to_owned(), Some("y".to_owned()))].into()
    );
    // Whoever has not left after all is told once.
    let back = write(&mut journal, found(&["a", "b"], &[]), false).unwrap();
    assert_eq!(back.left, [("jana".to_owned(), None)].into());
    assert_eq!(write(&mut journal, found(&["a", "b"], &[]), false), None);
    let none = write(&mut journal, found(&[], &[]), false).unwrap();
    assert_eq!(none.holds, Some(Vec::new()));
}

#[test]
fn a_narrowed_run_adds_and_ends_nothing() {
    let mut journal = MemoryJournal::new(at(0));
    write(&mut journal, found(&["a"], &[]), false).unwrap();
    assert_eq!(write(&mut journal, found(&[], &[]), true), None);
    let more = write(&mut journal, found(&["b"], &[]), true).unwrap();
    assert!(more.narrowed);
    assert_eq!(more.holds, Some(vec![hold("b")]));
    assert_eq!(write(&mut journal, found(&["a", "b"], &[]), false), None);
}

#[test]
fn drift_that_was_put_right_and_came_again_is_told_again() {
    let mut journal = MemoryJournal::new(at(0));
    let drift = || Judged {
        drift: Some(vec![DriftFact::default()]),
        ..Judged::default()
    };
    assert!(write(&mut journal, drift(), false).is_some());
    assert!(write(&mut journal, drift(), false).is_some());
}
