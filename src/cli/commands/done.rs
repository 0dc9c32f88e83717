//! `done`: a person's word that a step by hand was done, or that it was not after all.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::cli::args::{DoneArgs, StateName};
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, unsaid};
use crate::cli::world::World;
use crate::model::{AccountState, Says, SystemName};
use crate::ops::attest;
use crate::ops::hand::{self, NotFound, Open, Stated};
use crate::render::escape;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &DoneArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let planning = Planning::new(session, &world, &project, &[])?;
    if args.by.trim().is_empty() {
        return Err(Failure::input("--by: nobody is named")
            .help("the key of a person of the project, or a name"));
    }
    if !planning.is_declared(&planning.known_as(&args.by)) {
        session.ui.tell(&format!(
            "note: `{}` is nobody's key in this project: it is recorded as a name",
            escape::terminal(&args.by)
        ));
    }
    let undone = if args.undo {
        undo(session, &planning, args, world.now())
    } else {
        record(session, &planning, args, world.now())
    };
    world.leave(session, &project.loaded.project.settings)?;
    undone
}

/// Records that steps were done. All of them are looked up before the first is written.
fn record(
    session: &Session<'_>,
    planning: &Planning<'_>,
    args: &DoneArgs,
    now: Timestamp,
) -> Result<Endings, Failure> {
    let planned = planning.without_asking();
    let open = hand::open(&planned.plan, &planning.memory);
    let mut steps = Vec::new();
    for id in ids(session, args)? {
        match hand::find(&open, &id) {
            Ok(step) => steps.push(step),
            // Of a checklist that is some days old some steps are done for good.
            Err(NotFound::Unknown(_)) if args.from.is_some() => session.ui.tell(&format!(
                "note: step {} is not open any more",
                escape::terminal(&id)
            )),
            Err(why) => return Err(not_found(&id, &why)),
        }
    }
    let said: BTreeSet<&str> = steps.iter().map(|step| &*step.step).collect();
    for step in &steps {
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
    if args.state.is_some() && (steps.len() != 1 || steps.iter().any(|it| it.says == Says::Nothing))
    {
        return Err(
            Failure::input("--state is about one step that changes access")
                .help("say it for each step by itself; a follow-up says nothing of access"),
        );
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
    Ok(Endings::new())
}

/// Takes back what was said.
fn undo(
    session: &Session<'_>,
    planning: &Planning<'_>,
    args: &DoneArgs,
    now: Timestamp,
) -> Result<Endings, Failure> {
    let by = planning.known_as(&args.by);
    for id in &args.steps {
        if id.len() < hand::SHORTEST {
            return Err(not_found(id, &NotFound::Short));
        }
        let mut found: BTreeSet<(&SystemName, &str)> = BTreeSet::new();
        for (system, statements) in &planning.statements.statements {
            let of_it = statements
                .iter()
                .filter(|(it, _)| it.withdrawn.is_none() && it.step.starts_with(id.as_str()));
            found.extend(of_it.map(|(it, _)| (system, &*it.step)));
        }
        let one = found.iter().next().copied().filter(|_| found.len() == 1);
        let Some((system, step)) = one else {
            return Err(if found.is_empty() {
                Failure::input(format!("nobody said that step `{id}` was done"))
                    .help("the statements stand in the folder `attestations`")
            } else {
                let all: Vec<&str> = found.into_iter().map(|(_, step)| step).collect();
                not_found(
                    id,
                    &NotFound::Several(all.into_iter().map(Into::into).collect()),
                )
            });
        };
        let recorded = attest::withdraw(&planning.statements_folder, system, step, &by, now)
            .map_err(|error| unsaid(&error))?;
        session.ui.data(&format!(
            "{step} of {system} is taken back; what was said stays on record\n"
        ));
        session.ui.tell(&format!(
            "{} was written; commit it",
            planning.shown(&recorded.file)
        ));
    }
    Ok(Endings::new())
}

/// The ids that were typed, or ticked in a checklist.
fn ids(session: &Session<'_>, args: &DoneArgs) -> Result<Vec<String>, Failure> {
    let Some(file) = &args.from else {
        return Ok(args.steps.clone());
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("{file}: {error}")))?;
    let boxes = crate::render::checklist::ticked(&text);
    let open: BTreeSet<&str> = boxes
        .iter()
        .filter(|tick| !tick.ticked)
        .map(|tick| tick.step.as_str())
        .collect();
    let mut ticked: Vec<String> = Vec::new();
    for tick in boxes.iter().filter(|tick| tick.ticked) {
        if open.contains(tick.step.as_str()) {
            return Err(Failure::input(format!(
                "{file}:{}: step {} is ticked here and open elsewhere in the file",
                tick.line,
                escape::terminal(&tick.step)
            ))
            .help("leave one box for each step"));
        }
        if !ticked.contains(&tick.step) {
            ticked.push(tick.step.clone());
        }
    }
    let unmarked = crate::render::checklist::unmarked(&text);
    if let Some(line) = unmarked.first() {
        session.ui.shout(&format!(
            "warning: {file}:{line}: a box is ticked that names no step, {} in all: say them by their ids",
            unmarked.len()
        ));
    }
    session.ui.tell(&format!(
        "{file}: {} of {} boxes are ticked",
        ticked.len(),
        boxes.len()
    ));
    if boxes.is_empty() {
        return Err(Failure::input(format!("{file}: there is no step in it"))
            .help("`keyholder plan --manual FILE` writes such a checklist"));
    }
    Ok(ticked)
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

fn not_found(id: &str, why: &NotFound) -> Failure {
    let list = |ids: &[std::sync::Arc<str>]| {
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        ids.join(", ")
    };
    match why {
        NotFound::Short => Failure::input(format!("`{id}` is too short to name a step"))
            .help("at least four characters of its id, as `keyholder plan` shows it"),
        NotFound::Several(ids) => {
            Failure::input(format!("`{id}` begins several steps: {}", list(ids)))
                .help("write more of the one that is meant")
        }
        NotFound::Unknown(near) => {
            let failure = Failure::input(format!("`{id}` is no open step by hand"));
            if near.is_empty() {
                failure.help(
                    "`keyholder plan` shows the open ones; what is done by a call is read from the vendor and never said; a step at a system that is read is known here once `apply` has handed it over",
                )
            } else {
                failure.help(format!("did you mean {}?", list(near)))
            }
        }
    }
}
