//! The rules of a project in a plan: what is broken, and who keeps what is taken from somebody else.
//!
//! Not the judgement. Invariant: each line names the rule and its place.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::book;
use super::doc::{Block, Detail, Item, Tone, foreign, foreign_toned, prose, say, toned};
use super::hand::push_all;
use super::words;
use crate::catalog::Catalog;
use crate::plan::{Finding, FindingSide, Loosened, Step};

/// A rule that is broken, and that no step breaks.
pub(super) fn broken(finding: &Finding) -> Block {
    let side = match finding.side {
        FindingSide::Leaving => "by somebody who leaves",
        FindingSide::Live => "already, at the vendor",
        FindingSide::Declared => "already, in the files",
        FindingSide::Unknown => "not read: unknown",
    };
    let mut details = vec![Detail {
        label: "to do",
        text: vec![prose(finding.help.clone())],
    }];
    push_all(
        &mut details,
        "because",
        finding.because.iter().map(words::because).collect(),
    );
    Block::Group {
        head: vec![
            foreign_toned(Tone::Strong, finding.policy.to_string()),
            toned(Tone::Dim, format!("  {side}")),
        ],
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![prose(finding.message.clone())],
            details,
        }],
    }
}

/// A rule that an edit loosened.
pub(super) fn looser(loosened: &Loosened, zone: &TimeZone) -> Block {
    let word = |value: &Option<Arc<str>>| match value {
        Some(value) => foreign(book::value(&loosened.rule, value, zone)),
        None => toned(Tone::Dim, "not there"),
    };
    let mut details = Vec::new();
    push_all(
        &mut details,
        "because",
        loosened.because.iter().map(words::because).collect(),
    );
    Block::Group {
        head: vec![foreign_toned(Tone::Strong, loosened.rule.to_string())],
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![
                word(&loosened.before),
                say(" \u{2192} "),
                word(&loosened.after),
            ],
            details,
        }],
    }
}

/// Who still manages users where a step takes that from somebody.
pub(super) fn witnesses(step: &Step, catalog: &Catalog) -> Option<Detail> {
    let mut all: Vec<(String, String)> = Vec::new();
    for witness in &step.witnesses {
        let who = match &witness.person {
            Some(person) => person.to_string(),
            None => format!("account {}", witness.account),
        };
        let who = match &witness.after {
            Some(_) => format!("{who} (before this step)"),
            None => who,
        };
        let what = catalog.get(witness.right).title.to_owned();
        match all.iter_mut().find(|(others, _)| *others == who) {
            Some((_, rights)) => {
                rights.push_str(", ");
                rights.push_str(&what);
            }
            None => all.push((who, what)),
        }
    }
    if all.is_empty() {
        return None;
    }
    let mut text = Vec::new();
    for (who, what) in all {
        if !text.is_empty() {
            text.push(say("; "));
        }
        text.push(foreign(who));
        text.push(say(format!(": {what}")));
    }
    Some(Detail {
        label: "still there",
        text,
    })
}
