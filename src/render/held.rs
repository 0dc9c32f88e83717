//! What is kept back, why, and the entry that would let it through.
//!
//! Not the judgement. Invariant: what is kept back for the same reason stands together, and nothing is left out.

use super::change::named;
use super::doc::{Block, Detail, Item, Run, Tone, foreign, prose, say, toned};
use super::hand::push_all;
use super::names::Names;
use super::words;
use crate::plan::{Hold, HoldCode};

/// One block for each hold, and one for all that a limit keeps back for the same reason.
pub(super) fn held_back(holds: &[&Hold], names: &Names<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut limits: Vec<Vec<&Hold>> = Vec::new();
    for hold in holds {
        if hold.code != HoldCode::OverLimit {
            blocks.push(held(hold, names));
            continue;
        }
        let same = limits.iter_mut().find(|group| {
            group.first().is_some_and(|first| {
                (&first.message, &first.approval) == (&hold.message, &hold.approval)
            })
        });
        match same {
            Some(group) => group.push(hold),
            None => limits.push(vec![hold]),
        }
    }
    let limits = limits.iter().map(|group| over_limit(group, names));
    limits.chain(blocks).collect()
}

/// Everybody whom one limit keeps back.
fn over_limit(group: &[&Hold], names: &Names<'_>) -> Block {
    let Some(first) = group.first() else {
        return Block::Group {
            head: Vec::new(),
            items: Vec::new(),
        };
    };
    let mut details = Vec::new();
    push_all(&mut details, "kept back", kept_back(group, names));
    details.push(Detail {
        label: "to do",
        text: vec![prose(first.help.clone())],
    });
    approve_with(&mut details, first);
    let rule = first.because.first().map(words::because);
    push_all(&mut details, "because", rule.into_iter().collect());
    Block::Group {
        head: vec![toned(Tone::Strong, "Over a limit".to_owned())],
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![
                prose(first.message.clone()),
                toned(Tone::Dim, format!("  [{}]", first.code.name())),
            ],
            details,
        }],
    }
}

/// Who is kept back, those of the same place and kind together.
fn kept_back(group: &[&Hold], names: &Names<'_>) -> Vec<Vec<Run>> {
    let mut lines: Vec<((&str, Run), Vec<Run>)> = Vec::new();
    for hold in group {
        let Some(step) = &hold.step else { continue };
        let what = (step.kind.name(), names.place(&step.system, &step.place));
        let at = lines.iter().position(|(known, _)| *known == what);
        let at = at.unwrap_or_else(|| {
            lines.push((what, Vec::new()));
            lines.len() - 1
        });
        if let Some((_, people)) = lines.get_mut(at) {
            people.push(say(if people.is_empty() { ": " } else { ", " }));
            people.extend(named(&hold.name, hold.person.as_ref()));
        }
    }
    let lines = lines.into_iter().map(|((kind, place), people)| {
        let mut line = vec![say(kind), say(" at "), place];
        line.extend(people);
        line
    });
    lines.collect()
}

/// The entry that would let it through, for copying.
fn approve_with(details: &mut Vec<Detail>, hold: &Hold) {
    let entries = hold.approval.iter().flat_map(|entries| entries.lines());
    let entries = entries.map(|entry| vec![foreign(entry.to_owned())]);
    push_all(details, "approve with", entries.collect());
}

fn held(hold: &Hold, names: &Names<'_>) -> Block {
    let mut head = named(&hold.name, hold.person.as_ref());
    if let (Some(system), Some(place)) = (&hold.system, &hold.place) {
        head.extend([say("  at "), names.place(system, place)]);
    }
    let mut details = Vec::new();
    if let Some(step) = &hold.step {
        details.push(Detail {
            label: "kept back",
            text: vec![say(step.kind.name())],
        });
    }
    details.push(Detail {
        label: "to do",
        text: vec![prose(hold.help.clone())],
    });
    approve_with(&mut details, hold);
    push_all(
        &mut details,
        "because",
        hold.because.iter().map(words::because).collect(),
    );
    Block::Group {
        head,
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![
                prose(hold.message.clone()),
                toned(Tone::Dim, format!("  [{}]", hold.code.name())),
            ],
            details,
        }],
    }
}
