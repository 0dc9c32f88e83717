//! `done ID...` and `done --from`: somebody's word that steps are done, written down.
//!
//! Invariant: of ids that were typed all are looked up before the first is written; of a checklist what is known is
//! written, and the rest is told at its line.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{not_found, ticks};
use crate::cli::args::{DoneArgs, StateName};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, unsaid};
use crate::model::{AccountState, Says};
use crate::ops::attest;
use crate::ops::hand::{self, Open, Stated};

/// Records that steps were done.
pub(super) fn record(
    session: &Session<'_>,
    planning: &Planning<'_>,
    args: &DoneArgs,
    now: Timestamp,
) -> Result<Endings, Failure> {
    let planned = planning.without_asking();
    let open = hand::open(&planned.plan, &planning.memory);
    let Some(file) = &args.from else {
        let found = args
            .steps
            .iter()
            .map(|id| hand::find(&open, id).map_err(|why| not_found(id, &why)));
        let steps: Vec<&Open> = found.collect::<Result<_, _>>()?;
        write(session, planning, args, &steps, now)?;
        return Ok(Endings::new());
    };
    let ticked = ticks::ticked(session, planning, &open, file)?;
    write(session, planning, args, &ticked.steps, now)?;
    if ticked.unknown.is_empty() {
        return Ok(Endings::new());
    }
    session.show(&ticked.unknown, &ticked.sources);
    Ok(Endings::from([Ending::BadInput]))
}

/// Steps that come after others of which nobody says that they are done.
fn warn_of_order(session: &Session<'_>, steps: &[&Open]) {
    let said: BTreeSet<&str> = steps.iter().map(|step| &*step.step).collect();
    for step in steps {
        let still = step
            .waits_for
            .iter()
            .filter(|id| !said.contains(&*id.0))
            .map(|id| id.0.to_string())
            .collect::<Vec<_>>();
        if !still.is_empty() {
            session.ui.shout(&format!(
                "warning: step {} comes after {}, which nobody said is done: see what the next plan says",
                step.step,
                still.join(", ")
            ));
        }
    }
}

/// Writes a statement for each step. All of them are made before the first is written.
fn write(
    session: &Session<'_>,
    planning: &Planning<'_>,
    args: &DoneArgs,
    steps: &[&Open],
    now: Timestamp,
) -> Result<(), Failure> {
    warn_of_order(session, steps);
    if args.state.is_some() && (steps.len() != 1 || steps.iter().any(|it| it.says == Says::Nothing))
    {
        return Err(
            Failure::input("--state is about one step that changes access")
                .help("say it for each step by itself; a follow-up says nothing of access"),
        );
    }
    let only_changes = |it: &&&Open| matches!(&*it.does, "set-rights" | "change-role");
    if let Some(step) = steps.iter().find(only_changes)
        && args.state.is_some_and(|state| state != StateName::Absent)
    {
        return Err(Failure::input(format!(
            "--state: step {} ({}) switches nobody on or off",
            step.step, step.does
        ))
        .help("say it without `--state`; of somebody who is not there at all, `--state absent`"));
    }
    let by = planning.known_as(&args.by);
    let statement = |step: &Open| {
        step.statement(&by, now, args.note.as_deref(), args.state.map(stated))
            .ok_or_else(|| about_nobody(step))
    };
    let statements: Vec<_> = steps
        .iter()
        .map(|step| Ok((*step, statement(step)?)))
        .collect::<Result<_, Failure>>()?;
    let mut files = BTreeSet::new();
    for (step, statement) in statements {
        let recorded = attest::record(&planning.statements_folder, &statement)
            .map_err(|error| unsaid(&error))?;
        session.ui.data(&format!(
            "{} {} of {} at {} is said to be done{}; {}\n",
            step.step,
            step.does,
            step.person.as_ref().map_or("nobody", |key| key.as_str()),
            place(step),
            if recorded.changed { "" } else { ", again" },
            if step.is_read {
                "the next plan reads whether it is so"
            } else {
                "nothing can read it, so that is what is known from now on"
            }
        ));
        files.insert(planning.shown(&recorded.file).to_owned());
    }
    for file in files {
        session
            .ui
            .tell(&format!("{file} was written; commit it with the project"));
    }
    Ok(())
}

fn stated(name: StateName) -> Stated {
    match name {
        StateName::Absent => Stated::Absent,
        StateName::Invited => Stated::Is(AccountState::Invited),
        StateName::Inactive => Stated::Is(AccountState::Inactive),
        StateName::Active => Stated::Is(AccountState::Active),
        StateName::Blocked => Stated::Is(AccountState::Blocked),
    }
}

fn place(step: &Open) -> String {
    format!("{} ({})", step.place, step.system)
}

fn about_nobody(step: &Open) -> Failure {
    Failure::input(format!(
        "step {} is not ended by somebody's word",
        step.step
    ))
    .help("it is ended by the setting that its instruction names")
}
