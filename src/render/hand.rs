//! What is said of steps by hand: by whom, when due, what to type, how it is known afterwards, and what of it is
//! contradicted or overdue.
//!
//! Shared by the plan's view and the checklist; neither decides anything of this on its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use super::doc::{Block, Detail, Run, Tone, foreign, foreign_toned, prose, say, toned};
use super::names::Names;
use super::view::Frame;
use super::{escape, words};
use crate::catalog::{FactForm, Kind, fact, fact_sensitivity, role_sensitivity};
use crate::model::{Email, Facts};
use crate::plan::{
    Access, Action, Completeness, Hand, Instruction, ManualActor, Mode, Plan, Proof, Said, Step,
    StepId, StepKind, TypedValue,
};

/// The widest label that its neighbors' values are moved aside for.
const ALIGNED: usize = 36;

/// The fewest digits of a step's id that are shown.
const SHORTEST: usize = 4;

/// What a person is told to do; none of a step by API.
pub(super) fn instruction(step: &Step) -> Option<&Instruction> {
    match &step.mode {
        Mode::Manual(instruction) => Some(instruction),
        Mode::Api => None,
    }
}

/// Who said that a step was done while what was read shows otherwise.
pub(super) fn contradicted(step: &Step) -> Option<&Said> {
    step.hand.as_ref()?.contradicted.as_ref()
}

/// Who does it, each key as `shown` writes it.
pub(super) fn by(actor: &ManualActor, shown: impl Fn(&str) -> String) -> String {
    match actor {
        ManualActor::Hands(hands) if hands.is_empty() => "nobody is named under `hands`".to_owned(),
        ManualActor::Hands(hands) => {
            let keys: Vec<String> = hands.iter().map(|key| shown(key.as_str())).collect();
            keys.join(" or ")
        }
        ManualActor::Person(person) => format!("{} (only they can)", shown(person.as_str())),
    }
}

/// Since when a step waits and when it is due; none where neither is known. Without the word for being overdue.
pub(super) fn dates(hand: &Hand, frame: &Frame<'_>) -> Option<String> {
    let time = |at| words::time(at, frame.zone);
    match (hand.since, hand.due) {
        (Some(since), Some(due)) => Some(format!("{}, handed over {}", time(due), time(since))),
        (Some(since), None) => Some(format!("no date, handed over {}", time(since))),
        (None, Some(due)) => Some(time(due)),
        (None, None) => None,
    }
}

/// How it is known afterwards; with the short id.
pub(super) fn known(proof: Proof, id: &str) -> String {
    match proof {
        Proof::Reading => "the next plan reads it".to_owned(),
        Proof::Attestation => format!("by your word: `keyholder done {id}`"),
    }
}

/// What is typed, with contacts in clear or masked; a login that is an e-mail is one too.
pub(super) fn typed(value: &TypedValue, contacts: bool) -> String {
    match value {
        TypedValue::Contact { typed, .. } if contacts => typed.clone(),
        TypedValue::Contact { contact, .. } => contact.masked(),
        TypedValue::Text(text) if contacts => text.clone(),
        TypedValue::Text(text) => {
            Email::parse(text).map_or_else(|_| text.clone(), |email| email.masked())
        }
    }
}

/// The beginnings of ids that tell a plan's steps apart.
pub(super) struct ShortIds<'a> {
    ids: BTreeSet<&'a str>,
}

impl<'a> ShortIds<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let draft = &plan.draft;
        let withheld = draft.withheld.iter().map(|withheld| &withheld.step);
        Self {
            ids: draft
                .steps
                .iter()
                .chain(withheld)
                .map(|step| &*step.id.0)
                .collect(),
        }
    }

    /// The shortest beginning that no other step of the plan has, of at least four digits.
    pub(super) fn short<'s>(&self, id: &'s StepId) -> &'s str {
        let id = &*id.0;
        let alone = |begin: &&str| {
            let begin = *begin;
            let mut same = self
                .ids
                .range(begin..)
                .take_while(|it| it.starts_with(begin));
            same.all(|it| *it == id)
        };
        (SHORTEST..id.len())
            .filter_map(|length| id.get(..length))
            .find(alone)
            .unwrap_or(id)
    }
}

/// Labeled lines of a step by hand.
pub(super) fn details(step: &Step, frame: &Frame<'_>, id: &str) -> Vec<Detail> {
    let Some(instruction) = instruction(step) else {
        return Vec::new();
    };
    let nobody = matches!(&instruction.actor, ManualActor::Hands(hands) if hands.is_empty());
    let tone = if nobody { Tone::Alert } else { Tone::Plain };
    let mut details = vec![Detail {
        label: "by",
        text: vec![toned(
            tone,
            by(&instruction.actor, |key| escape::terminal(key).into_owned()),
        )],
    }];
    if let Some(dates) = step.hand.as_ref().and_then(|hand| dates(hand, frame)) {
        let mut text = vec![say(dates)];
        if step.is_overdue(frame.now) {
            text.insert(0, toned(Tone::Alert, "OVERDUE since "));
        }
        details.push(Detail { label: "due", text });
    }
    let numbered = |actions: &[Action]| -> Vec<Vec<Run>> {
        let lines = actions.iter().enumerate();
        lines
            .flat_map(|(nth, it)| action(nth + 1, it, frame))
            .collect()
    };
    push_all(&mut details, "first", numbered(&instruction.check_before));
    push_all(&mut details, "do", numbered(&instruction.actions));
    if let Some(link) = &instruction.link {
        details.push(Detail {
            label: "link",
            text: vec![foreign(link.clone())],
        });
    }
    details.push(Detail {
        label: "known",
        text: vec![say(known(instruction.proof, id))],
    });
    details
}

/// An action and what is typed there, a line each; the values stand under each other.
fn action(number: usize, action: &Action, frame: &Frame<'_>) -> Vec<Vec<Run>> {
    let width = |label: &str| escape::terminal(label).width();
    let widths = action.values.iter().map(|typed| width(&typed.label));
    let widest = widths.filter(|width| *width <= ALIGNED).max();
    let values = action.values.iter().map(|it| {
        let gap = widest.unwrap_or(0).saturating_sub(width(&it.label)) + 2;
        vec![
            say("   "),
            foreign(it.label.clone()),
            say(" ".repeat(gap)),
            foreign_toned(Tone::Strong, typed(&it.value, frame.contacts)),
        ]
    });
    std::iter::once(vec![say(format!("{number}. ")), prose(action.text.clone())])
        .chain(values)
        .collect()
}

/// One label for several lines.
pub(super) fn push_all(details: &mut Vec<Detail>, label: &'static str, lines: Vec<Vec<Run>>) {
    for (nth, text) in lines.into_iter().enumerate() {
        details.push(Detail {
            label: if nth == 0 { label } else { "" },
            text,
        });
    }
}

/// What a step gives, takes and changes at a kind without a catalogue of rights.
#[derive(Default)]
pub(super) struct Shifts {
    pub(super) loses: Vec<Vec<Run>>,
    pub(super) gains: Vec<Vec<Run>>,
    pub(super) changes: Vec<Vec<Run>>,
}

/// Compares the facts before and after, list by list and entry by entry.
pub(super) fn shifts(step: &Step, kind: Kind) -> Shifts {
    let mut shifts = Shifts::default();
    // Switching on adds nothing to what the step before it gave.
    if step.before.is_none() && matches!(step.kind, StepKind::Activate | StepKind::Resend) {
        return shifts;
    }
    // The others take everything, or take no note of what is there.
    if !matches!(
        step.kind,
        StepKind::Invite
            | StepKind::Resend
            | StepKind::Grant
            | StepKind::SetRights
            | StepKind::ChangeRole
            | StepKind::Activate
            | StepKind::Unblock
    ) {
        return shifts;
    }
    let empty = Facts::default();
    let facts = |access: &Option<Access>| access.as_ref().map(|access| access.facts.clone());
    let (before, after) = (facts(&step.before), facts(&step.after));
    let before = before.as_deref().unwrap_or(&empty);
    let after = after.as_deref().unwrap_or(&empty);
    // What the lines do not speak of is left as it is; only where all of it is set is leaving out a word, too.
    let all_is_set = |name: &&Arc<str>| {
        kind == Kind::Reservio && matches!(&***name, "administrator" | "calendars")
    };
    let gone = before.keys().filter(all_is_set);
    let names: BTreeSet<&Arc<str>> = after.keys().chain(gone).collect();
    for name in names {
        shifts.add(kind, name, before.get(name), after.get(name));
    }
    shifts
}

impl Shifts {
    fn add(&mut self, kind: Kind, name: &str, before: Option<&Arc<str>>, after: Option<&Arc<str>>) {
        if before == after {
            return;
        }
        // A fact without a title is told by its name rather than not at all.
        let known = fact(kind, name);
        let title = known
            .as_ref()
            .map_or_else(|| name.to_owned(), |fact| fact.title.clone().into_owned());
        match known.map_or(FactForm::Word, |fact| fact.form) {
            FactForm::Tick => {
                let on = |value: Option<&Arc<str>>| value.is_some_and(|value| &**value == "true");
                match (on(before), on(after)) {
                    (_, true) => self
                        .gains
                        .push(marked(kind, name, "true", vec![foreign(title)])),
                    (true, false) => self.loses.push(vec![foreign(title)]),
                    // Nobody knows whether it was on; it is no longer.
                    (false, false) => {}
                }
            }
            FactForm::List => {
                let entries = |value: Option<&Arc<str>>| -> BTreeSet<String> {
                    let lines = value.into_iter().flat_map(|value| value.split('\n'));
                    lines
                        .filter(|line| !line.is_empty())
                        .map(str::to_owned)
                        .collect()
                };
                let (had, has) = (entries(before), entries(after));
                let line = |entry: &String| vec![say(format!("{title}: ")), foreign(entry.clone())];
                let gains = has.difference(&had);
                self.gains
                    .extend(gains.map(|entry| marked(kind, name, entry, line(entry))));
                self.loses.extend(had.difference(&has).map(line));
            }
            FactForm::Word => {
                let mut text = vec![foreign(title), say(": ")];
                if let Some(before) = before {
                    text.extend([foreign(before.to_string()), say(" → ")]);
                }
                text.push(after.map_or_else(
                    || say("none"),
                    |after| foreign_toned(Tone::Strong, after.to_string()),
                ));
                self.changes.push(text);
            }
        }
    }

    /// As labeled lines: what is lost first.
    pub(super) fn into_details(self, details: &mut Vec<Detail>, is_new: bool) {
        let Self {
            loses,
            mut gains,
            mut changes,
        } = self;
        if is_new {
            // Of somebody who had nothing there, everything is what they get.
            changes.append(&mut gains);
            push_all(details, "gets", changes);
            return;
        }
        for (label, lines) in [("loses", loses), ("gains", gains), ("changes", changes)] {
            push_all(details, label, lines);
        }
    }
}

/// Why the role that a step gives is sensitive, where its rights are nowhere listed.
pub(super) fn role_mark(step: &Step, names: &Names<'_>) -> Option<Run> {
    let role = step.after.as_ref()?.role.as_ref()?;
    let why = role_sensitivity(names.kind(&step.system)?, role.as_str())?;
    Some(toned(Tone::Alert, format!("  [{}]", why.title())))
}

fn marked(kind: Kind, name: &str, value: &str, mut text: Vec<Run>) -> Vec<Run> {
    if let Some(sensitivity) = fact_sensitivity(kind, name, value) {
        text.push(say(" "));
        text.push(toned(Tone::Alert, format!("[{}]", sensitivity.title())));
    }
    text
}

/// What somebody said was done and is not, a line each.
pub(super) fn contradictions(
    plan: &Plan,
    frame: &Frame<'_>,
    names: &Names<'_>,
    ids: &ShortIds<'_>,
) -> Vec<Block> {
    let lines = plan.draft.steps.iter().filter_map(|step| {
        let said = contradicted(step)?;
        let (before, after) = words::order(names.kind(&step.system), step);
        Some(Block::Line(vec![
            foreign_toned(Tone::Strong, said.by.to_string()),
            say(format!(
                " said on {} that this was done: {before} ",
                words::time(said.at, frame.zone)
            )),
            foreign_toned(Tone::Strong, step.name.to_string()),
            say(format!(" {after} ")),
            names.place(&step.system, &step.place),
            say("; what was read since "),
            toned(Tone::Alert, "shows otherwise"),
            toned(Tone::Dim, format!(" [{}]", ids.short(&step.id))),
        ]))
    });
    lines.collect()
}

/// Steps that should have been done, taking first; and the others, in the order of the plan.
pub(super) fn by_due(plan: &Plan, now: Timestamp) -> (Vec<&Step>, Vec<&Step>) {
    let steps = plan.draft.steps.iter();
    let (mut late, rest): (Vec<_>, Vec<_>) = steps.partition(|step| step.is_overdue(now));
    late.sort_by_key(|step| Reverse(step.class));
    (late, rest)
}

/// Places of which no interface says who is there, those with the same to say together.
pub(super) fn unseen(plan: &Plan, frame: &Frame<'_>, names: &Names<'_>) -> Vec<Block> {
    let mut groups: BTreeMap<String, Vec<Run>> = BTreeMap::new();
    for scope in &plan.draft.scopes {
        let known = match &scope.completeness {
            Completeness::NeverLooked => "never looked".to_owned(),
            Completeness::Attested(at) => format!(
                "known from statements, the newest of {}",
                words::time(*at, frame.zone)
            ),
            Completeness::Exported(at) => {
                format!("known from an export of {}", words::time(*at, frame.zone))
            }
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Partial(_)
            | Completeness::Unreadable(_) => continue,
        };
        let places = groups.entry(known).or_default();
        if !places.is_empty() {
            places.push(say(", "));
        }
        places.push(names.place(&scope.system, &scope.place));
    }
    let lines = groups.into_iter().map(|(known, mut places)| {
        places.push(say(format!(": {known}")));
        Block::Line(places)
    });
    lines.collect()
}
