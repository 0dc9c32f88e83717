//! What is to be done by hand, as a checklist in Markdown for a file or an issue tracker, and its ticks read back.
//!
//! Not a record: only what is said with `keyholder done` counts. Invariants: every manual step of the plan is there
//! once, on one line with its box, not ticked; nothing that a name or a note holds is a box, a marker, a heading, a link
//! or a mention.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::escape::{markdown, markdown_value};
use super::hand::{self, ShortIds, contradicted, instruction, known};
use super::names::Names;
use super::view::Frame;
use super::words;
use crate::model::{Says, SystemName};
use crate::plan::{Action, DangerClass, Instruction, Plan, Proof, Reason, Step, StepId, StepKind};

/// What begins a step's marker; its id and `-->` follow.
const MARKER: &str = "<!-- keyholder:step ";

/// The digits of a step's id.
const ID: usize = 12;

/// A step's box, as somebody left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The step's id.
    pub step: String,
    /// Whether it is ticked.
    pub ticked: bool,
    /// The line it stands on, counted from 1.
    pub line: u32,
}

/// All manual steps of a plan, in an order in which a person can work through them.
pub fn checklist(plan: &Plan, frame: &Frame<'_>) -> String {
    let draft = &plan.draft;
    let page = Page {
        frame,
        names: Names::of(plan),
        ids: ShortIds::of(plan),
        steps: draft.steps.iter().map(|step| (&step.id, step)).collect(),
    };
    let id: String = plan.id.0.chars().take(12).collect();
    let mut out = format!(
        "# By hand: plan {id} of {}\n",
        words::time(draft.as_of, frame.zone)
    );
    let mut systems: BTreeMap<&SystemName, Vec<&Step>> = BTreeMap::new();
    let manual = draft
        .steps
        .iter()
        .filter(|step| instruction(step).is_some());
    for step in manual {
        systems.entry(&step.system).or_default().push(step);
    }
    if systems.is_empty() {
        out.push_str("\nNothing is to be done by hand.\n");
        return out;
    }
    out.push_str(
        "\nWork from top to bottom and tick what is done, each box on its own line. What the next plan reads by itself \
         needs no more; for the rest, say so: `keyholder done --from FILE --by YOU` takes all ticks of this file, \
         `keyholder done ID --by YOU` one step.\n",
    );
    for (system, steps) in systems {
        let kind = page.names.kind(system);
        let title = kind.map_or_else(String::new, |kind| format!(" ({})", kind.title()));
        line(&mut out, format_args!(""));
        line(&mut out, format_args!("## {system}{title}"));
        for step in in_order(&steps, frame) {
            page.step(&mut out, step);
        }
    }
    out
}

/// Writes a line; writing to a `String` cannot fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
    out.push('\n');
}

/// The boxes of a checklist, wherever it has been: with other line ends, in another order, indented, quoted. A marker
/// counts on the line of its own box only, and two on one line do not say which is meant.
pub fn ticked(text: &str) -> Vec<Tick> {
    let mut number = 0_u32;
    let lines = text.lines().filter_map(|line| {
        number = number.saturating_add(1);
        let (ticked, rest) = unboxed(line)?;
        Some(Tick {
            step: marked(rest)?.to_owned(),
            ticked,
            line: number,
        })
    });
    lines.collect()
}

/// Lines, counted from 1, with a ticked box that names no step: some trackers drop what does not show.
pub fn unmarked(text: &str) -> Vec<u32> {
    let mut number = 0_u32;
    let lines = text.lines().filter_map(|line| {
        number = number.saturating_add(1);
        let (ticked, rest) = unboxed(line)?;
        (ticked && marked(rest).is_none()).then_some(number)
    });
    lines.collect()
}

/// Whether a line's box is ticked, and what follows it; none of a line that has no box.
fn unboxed(line: &str) -> Option<(bool, &str)> {
    let blank = |c: char| c.is_whitespace() || c == '>' || c == '\u{feff}';
    let line = line.trim_start_matches(blank);
    let item = if let Some(item) = line.strip_prefix(['-', '*', '+']) {
        item
    } else {
        let item = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if item.len() == line.len() {
            return None;
        }
        item.strip_prefix(['.', ')'])?
    };
    let open = item.trim_start();
    if open.len() == item.len() {
        return None;
    }
    let rest = open.strip_prefix('[')?;
    let (ticked, rest) = if let Some(rest) = rest.strip_prefix(['x', 'X']) {
        (true, rest)
    } else {
        (false, rest.strip_prefix([' ', '\u{a0}'])?)
    };
    let rest = rest.strip_prefix(']')?;
    rest.starts_with(char::is_whitespace)
        .then_some((ticked, rest))
}

/// The one id that a line's marker names.
fn marked(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(MARKER)?;
    let (id, rest) = rest.split_once("-->")?;
    let id = id.trim();
    let is_id = id.len() == ID
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (is_id && !rest.contains(MARKER)).then_some(id)
}

struct Page<'a> {
    frame: &'a Frame<'a>,
    names: Names<'a>,
    ids: ShortIds<'a>,
    steps: BTreeMap<&'a StepId, &'a Step>,
}

impl Page<'_> {
    fn step(&self, out: &mut String, step: &Step) {
        let Some(instruction) = instruction(step) else {
            return;
        };
        let person = step.person.as_ref();
        let key = person.map_or_else(String::new, |key| format!(" ({})", markdown(key.as_str())));
        line(out, format_args!(""));
        line(
            out,
            format_args!(
                "- [ ] {}{key} {}{}{} {MARKER}{} -->",
                self.called(step, true),
                self.place(step),
                role(step),
                if step.is_overdue(self.frame.now) {
                    " (OVERDUE)"
                } else {
                    ""
                },
                step.id
            ),
        );
        if let Some(said) = contradicted(step) {
            line(
                out,
                format_args!(
                    "  - **Not done:** {} said on {} that it was; what was read since shows otherwise.",
                    markdown(&said.by),
                    words::time(said.at, self.frame.zone)
                ),
            );
        }
        line(
            out,
            format_args!("  - Who: {}", hand::by(&instruction.actor, markdown)),
        );
        if let Some(dates) = step
            .hand
            .as_ref()
            .and_then(|it| hand::dates(it, self.frame))
        {
            line(out, format_args!("  - Due: {dates}"));
        }
        let waits = step.waits_for.iter().filter_map(|id| self.steps.get(id));
        let waits: Vec<String> = waits
            .map(|it| {
                let id = self.ids.short(&it.id);
                format!("{} {} ({id})", self.called(it, false), self.place(it))
            })
            .collect();
        if !waits.is_empty() {
            line(out, format_args!("  - Comes after: {}", waits.join("; ")));
        }
        self.actions(out, "Check before", &instruction.check_before);
        self.actions(out, "Do", &instruction.actions);
        self.ending(out, step, instruction);
    }

    fn ending(&self, out: &mut String, step: &Step, instruction: &Instruction) {
        if let Some(link) = &instruction.link {
            line(out, format_args!("  - Page: {}", markdown_value(link)));
        }
        let id = self.ids.short(&step.id);
        let confirm = match instruction.proof {
            Proof::Reading => format!("tick the box; {}", known(Proof::Reading, id)),
            Proof::Attestation => {
                format!("tick the box and say so: `keyholder done {id} --by YOU`")
            }
        };
        line(out, format_args!("  - When done: {confirm}"));
    }

    fn actions(&self, out: &mut String, label: &str, actions: &[Action]) {
        if actions.is_empty() {
            return;
        }
        line(out, format_args!("  - {label}:"));
        for (nth, action) in actions.iter().enumerate() {
            let number = format!("    {}. ", nth + 1);
            line(out, format_args!("{number}{}", markdown(&action.text)));
            let indent = " ".repeat(number.len());
            for typed in &action.values {
                let value = hand::typed(&typed.value, self.frame.contacts);
                line(
                    out,
                    format_args!(
                        "{indent}- {}: {}",
                        markdown(&typed.label),
                        markdown_value(&value)
                    ),
                );
            }
        }
    }

    /// "Block Jana Bērziņa": what is done and to whom, in bold or as part of a sentence.
    fn called(&self, step: &Step, bold: bool) -> String {
        let (before, _) = words::order(self.names.kind(&step.system), step);
        let name = markdown(&step.name);
        if !bold {
            return format!("{before} {name}");
        }
        let mut letters = before.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        let capital: String = first.into_iter().chain(letters).collect();
        format!("**{}**", format!("{capital} {name}").trim())
    }

    fn place(&self, step: &Step) -> String {
        let (_, after) = words::order(self.names.kind(&step.system), step);
        let place = self.names.text(&step.system, &step.place);
        format!("{after} {}", markdown(&place))
    }
}

/// The role that somebody gets with the step.
fn role(step: &Step) -> String {
    if !matches!(
        step.kind,
        StepKind::Invite | StepKind::Resend | StepKind::Grant | StepKind::ChangeRole
    ) {
        return String::new();
    }
    let role = |access: &Option<crate::plan::Access>| access.as_ref()?.role.clone();
    let (before, after) = (role(&step.before), role(&step.after));
    match after.filter(|after| before.as_ref() != Some(after)) {
        Some(role) => format!(" as {}", markdown(role.as_str())),
        None => String::new(),
    }
}

/// What must not wait comes first, and before it only what it comes after.
fn in_order<'a>(steps: &[&'a Step], frame: &Frame<'_>) -> Vec<&'a Step> {
    let at: BTreeMap<&StepId, usize> = steps.iter().map(|step| &step.id).zip(0..).collect();
    let waits: Vec<Vec<usize>> = steps
        .iter()
        .map(|step| {
            let here = step.waits_for.iter();
            here.filter_map(|id| at.get(id).copied()).collect()
        })
        .collect();
    let mut ranks: Vec<u8> = steps.iter().map(|step| rank(step, frame)).collect();
    // What an urgent step waits for is as urgent.
    let mut todo: Vec<usize> = (0..steps.len()).collect();
    while let Some(step) = todo.pop() {
        let (Some(&rank), Some(before)) = (ranks.get(step), waits.get(step)) else {
            continue;
        };
        for &other in before {
            if let Some(known) = ranks.get_mut(other).filter(|known| **known > rank) {
                *known = rank;
                todo.push(other);
            }
        }
    }
    let mut open: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (step, before) in waits.iter().enumerate() {
        for &other in before {
            behind
                .get_mut(other)
                .into_iter()
                .for_each(|it| it.push(step));
        }
    }
    let mut left: BTreeSet<(u8, usize)> = ranks.iter().copied().zip(0..).collect();
    let mut ready = left.clone();
    ready.retain(|(_, step)| open.get(*step) == Some(&0));
    let mut ordered = Vec::with_capacity(steps.len());
    // Steps that wait in a circle are still all there.
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        ordered.extend(steps.get(next.1).copied());
        for &step in behind.get(next.1).into_iter().flatten() {
            let (Some(open), Some(&rank)) = (open.get_mut(step), ranks.get(step)) else {
                continue;
            };
            *open = open.saturating_sub(1);
            if *open == 0 && left.contains(&(rank, step)) {
                ready.insert((rank, step));
            }
        }
    }
    ordered
}

fn rank(step: &Step, frame: &Frame<'_>) -> u8 {
    // Looking a leaver up where nobody can read is taking, too.
    let takes = step.class >= DangerClass::Removing || step.says() == Says::Absent;
    let pressing = step.is_overdue(frame.now) || contradicted(step).is_some();
    match (takes, pressing) {
        (true, true) => 0,
        (true, false) if matches!(step.reason, Reason::Left | Reason::Paused) => 1,
        (false, true) => 2,
        _ => 3,
    }
}
