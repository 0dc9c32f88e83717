//! The leavers of a report: who still has access, how long it took, and how that is known.
//!
//! Invariant: access of which nobody knows is told apart from access that was seen.

use jiff::Timestamp;

use super::tell::{Teller, place_words, short};
use super::{Part, Row, Table, lasting, own, picture, when};
use crate::render::doc::{Run, foreign, say};
use crate::report::wire::Leaver;

impl Teller<'_> {
    pub(super) fn leavers(&self) -> Part {
        let rows = self.report.leavers.iter().map(|it| {
            let open = it.places.iter().any(|cut| cut.at.is_none());
            Row {
                loud: open,
                cells: vec![
                    self.person(Some(&it.person)),
                    self.at(&it.left),
                    self.merged(it),
                    if open {
                        own(still(it))
                    } else {
                        self.end(it.cut_off.as_ref(), "had none")
                    },
                    match (it.after_leaving, &it.cut_off) {
                        (Some(seconds), _) => own(lasting(seconds)),
                        (None, Some(_)) => own("cut off before they left"),
                        (None, None) => Vec::new(),
                    },
                    match it.after_merge {
                        Some(seconds) => own(lasting(seconds)),
                        None if is_before_merge(it) => {
                            own("cut off before the merge, or clocks disagree")
                        }
                        None => Vec::new(),
                    },
                    self.cuts(it),
                ],
            }
        });
        Part {
            title: "Leavers",
            count: Some(self.report.leavers.len()),
            table: Table {
                columns: &[
                    "Person",
                    "Left",
                    "Merged",
                    "Cut off",
                    "After leaving",
                    "After merge",
                    "Where, and how it is known",
                ],
                rows: rows.collect(),
                ..Table::default()
            },
            picture: Some(picture::leavers(self.report)).filter(|it| !it.is_empty()),
            nothing: "Nobody left.",
            ..Part::default()
        }
    }

    fn merged(&self, it: &Leaver) -> Vec<Run> {
        let mut cell = it.merged.as_ref().map_or_else(Vec::new, |at| self.at(at));
        cell.extend(
            it.merged_by
                .as_ref()
                .map(|hash| foreign(format!(" {}", short(hash)))),
        );
        cell
    }

    fn cuts(&self, it: &Leaver) -> Vec<Run> {
        let mut cell = Vec::new();
        for cut in &it.places {
            if !cell.is_empty() {
                cell.push(say("; "));
            }
            cell.push(foreign(place_words(&cut.system, &cut.location)));
            cell.push(say(match (&cut.at, cut.how.as_deref()) {
                (None, _) => match cut.open.as_deref() {
                    Some("seen") => ": has access",
                    Some("said") => ": said to be done, not in the journal yet",
                    _ => ": not known to be gone",
                }
                .to_owned(),
                (Some(at), Some("said")) => format!(": said {}", when(at, &self.zone)),
                (Some(at), _) => format!(": read {}", when(at, &self.zone)),
            }));
        }
        if it.follow_ups > 0 {
            cell.push(say(format!(
                "; follow-ups and checks that are open: {}",
                it.follow_ups
            )));
        }
        cell
    }
}

/// What is known of somebody whose access is not known to be gone.
fn still(leaver: &Leaver) -> &'static str {
    let mut open = leaver.places.iter().filter(|cut| cut.at.is_none());
    let mut any = open.clone();
    if any.any(|cut| cut.open.as_deref() == Some("seen")) {
        "still has access"
    } else if open.all(|cut| cut.open.as_deref() == Some("said")) {
        "said to be gone, not in the journal yet"
    } else {
        "not known to be gone"
    }
}

/// Whether somebody was cut off before the line that says so was merged, though they had left then.
fn is_before_merge(leaver: &Leaver) -> bool {
    let instant = |text: Option<&String>| text.and_then(|text| text.parse::<Timestamp>().ok());
    let merged = instant(leaver.merged.as_ref());
    let cut_off = instant(leaver.cut_off.as_ref());
    merged.zip(cut_off).is_some_and(|(merged, cut_off)| {
        cut_off < merged && instant(Some(&leaver.left)).is_some_and(|left| left < merged)
    })
}
