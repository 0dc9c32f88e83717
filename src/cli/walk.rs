//! After a run: the steps by hand, one at a time with whoever sits at the terminal, or by the simulated administrator.
//!
//! Not the instructions: those are in the plan. Invariant: nothing is recorded that nobody said.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::planning::{Planned, Planning};
use super::session::{Session, unsaid};
use super::world::World;
use crate::apply::Outcomes;
use crate::ops::hand::{self, Open};
use crate::ops::{attest, resend};
use crate::plan::{Step, StepId, StepKind};
use crate::render::{escape, text, view};

/// What somebody says of a step.
enum Answer {
    Done,
    NotYet,
    SomebodyElse,
    Stop,
}

/// The ids of steps that are verified or said to be done.
pub(super) type Said = BTreeSet<StepId>;

/// What becomes of the manual steps after a run: somebody at the terminal walks through them, the simulators'
/// administrator does, or they stay. The ids of those that are said to be done.
pub(super) fn after(
    session: &Session<'_>,
    world: &World,
    planning: &Planning<'_>,
    planned: &Planned,
    outcomes: &Outcomes,
    yes: bool,
) -> Result<Said, Failure> {
    if outcomes.stopped || outcomes.journal.is_some() {
        Ok(Said::new())
    } else if session.global.sandbox {
        by_administrator(session, world, planning, planned, outcomes)
    } else if session.ui.can_ask() && !yes {
        steps(session, planning, planned, outcomes)
    } else {
        Ok(Said::new())
    }
}

/// The open manual steps of a plan after its run, each once everything before it is done.
fn steps(
    session: &Session<'_>,
    planning: &Planning<'_>,
    planned: &Planned,
    outcomes: &Outcomes,
) -> Result<Said, Failure> {
    let mut said = verified(outcomes);
    let before = said.clone();
    let open = hand::open(&planned.plan, &planning.memory);
    let mut name: Option<String> = None;
    for (step, _) in hand::manual(&planned.plan) {
        let Some(known) = open.iter().find(|open| *open.step == *step.id.0) else {
            continue;
        };
        let can_be_said = known.person.is_some();
        if !step.waits_for.iter().all(|id| said.contains(id)) || is_quiet(session, planning, step) {
            continue;
        }
        let doc = view::step(&planned.plan, step, &planning.frame_at_terminal());
        session
            .ui
            .shout(&text::write(&doc, session.ui.err_layout()));
        if !can_be_said {
            continue;
        }
        let by = match ask(session) {
            Answer::Stop => break,
            Answer::NotYet => continue,
            Answer::SomebodyElse => session.ui.ask("Who did it?", None),
            Answer::Done => {
                let actor = session.env.actor();
                let default = name.clone().unwrap_or(actor);
                let by = session.ui.ask("Who did it?", Some(&default));
                name.clone_from(&by);
                by
            }
        };
        let Some(by) = by else { continue };
        say(planning, known, &by)?;
        said.insert(step.id.clone());
    }
    Ok(said.difference(&before).cloned().collect())
}

fn ask(session: &Session<'_>) -> Answer {
    let choices = ["done", "not yet", "done by somebody else", "stop"];
    match session.ui.choose("Is this done?", &choices) {
        Some(0) => Answer::Done,
        Some(1) => Answer::NotYet,
        Some(2) => Answer::SomebodyElse,
        Some(_) | None => Answer::Stop,
    }
}

/// Lets the simulated administrator do every step whose turn it is, and records that they said so.
fn by_administrator(
    session: &Session<'_>,
    world: &World,
    planning: &Planning<'_>,
    planned: &Planned,
    outcomes: &Outcomes,
) -> Result<Said, Failure> {
    let mut said = verified(outcomes);
    let before = said.clone();
    let open = hand::open(&planned.plan, &planning.memory);
    let mut done: u32 = 0;
    let mut forgotten: u32 = 0;
    for (step, _) in hand::manual(&planned.plan) {
        let is_turn = step.waits_for.iter().all(|id| said.contains(id));
        let known = open.iter().find(|open| *open.step == *step.id.0);
        let Some(known) =
            known.filter(|known| is_turn && known.person.is_some() && is_for_hands(step))
        else {
            continue;
        };
        if is_quiet(session, planning, step) {
            continue;
        }
        match world.by_hand(planning.project, step) {
            Ok(true) => done += 1,
            Ok(false) => forgotten += 1,
            // What cannot be done in the simulated page stays open, like anything nobody did.
            Err(failure) => {
                session.ui.fail(&failure);
                continue;
            }
        }
        say(planning, known, "sandbox.administrator")?;
        said.insert(step.id.clone());
    }
    if done + forgotten > 0 {
        session.ui.tell(&format!(
            "the simulated administrator ticked {} as done{}",
            crate::render::words::count(done + forgotten, "step by hand", "steps by hand"),
            if forgotten > 0 {
                format!(", and forgot to do {forgotten}")
            } else {
                String::new()
            }
        ));
    }
    Ok(said.difference(&before).cloned().collect())
}

/// Whether nobody may be written to where a step would have a vendor send an invitation once more; it stays open then, and that
/// is told.
fn is_quiet(session: &Session<'_>, planning: &Planning<'_>, step: &Step) -> bool {
    let desired = &planning.project.desired;
    let until = (step.kind == StepKind::Resend)
        .then(|| resend::quiet_until(desired, &step.place, planning.now()))
        .flatten();
    let Some(until) = until else { return false };
    session.ui.tell(&format!(
        "step {} stays open: quiet hours at {} until {until} (`quiet`)",
        step.id, step.place
    ));
    true
}

fn is_for_hands(step: &Step) -> bool {
    use crate::plan::{ManualActor, Mode};
    match &step.mode {
        Mode::Manual(instruction) => matches!(instruction.actor, ManualActor::Hands(_)),
        Mode::Api => false,
    }
}

fn verified(outcomes: &Outcomes) -> Said {
    outcomes
        .steps
        .iter()
        .filter(|(_, outcome)| outcome.is_verified())
        .map(|(id, _)| id.clone())
        .collect()
}

fn say(planning: &Planning<'_>, open: &Open, by: &str) -> Result<(), Failure> {
    let Some(statement) = open.statement(by, planning.now(), None, None) else {
        return Ok(());
    };
    attest::record(&planning.statements_folder, &statement).map_err(|error| {
        unsaid(&error).help(format!(
            "what was done so far is kept; say it again with `keyholder done {} --by {}`",
            open.step,
            escape::terminal(by)
        ))
    })?;
    Ok(())
}
