//! `apply`: plan, show, ask, do it, read back.

pub(in crate::cli) mod kept;
mod report;

use self::kept::{broken, mended};
use self::report::{Report, outputs, question};
use crate::apply::{NotDone, Order, Outcomes, Ports, StopFlag, apply, settle};
use crate::cli::anchor;
use crate::cli::args::{ApplyArgs, PlanFormat};
use crate::cli::checklist::Checklist;
use crate::cli::due;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::output::Outputs;
use crate::cli::planning::Planning;
use crate::cli::reviewed::Files;
use crate::cli::session::{Session, distrust};
use crate::cli::ui::Watcher;
use crate::cli::walk;
use crate::cli::world::World;
use crate::journal::JournalSink;
use crate::model::SystemName;
use crate::ops::due::COMMAND;
use crate::ops::{hand, live, record};
use crate::plan::Mode;
use crate::render::{outcome, text};
use crate::state::Opened;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ApplyArgs,
) -> Result<Endings, Failure> {
    if !args.yes && !session.ui.can_ask() {
        return Err(Failure::input("nobody can be asked: there is no terminal")
            .help("look at `keyholder plan` first; `apply --yes` does what it shows"));
    }
    let checklist = Checklist::prepare(args.manual.as_deref())?;
    let outputs = outputs(args)?;
    let files = Files::read(&args.files, &args.expect_ids)?;
    let world = World::enter(session).await?;
    within(session, &world, args, outputs, checklist, files).await
}

/// The same in a world that was entered already.
pub(in crate::cli) async fn within(
    session: &Session<'_>,
    world: &World,
    args: &ApplyArgs,
    outputs: Outputs<PlanFormat>,
    checklist: Option<Checklist>,
    files: Option<Files>,
) -> Result<Endings, Failure> {
    let mut project = session.open_with(
        None,
        world.now(),
        args.inputs.ahead,
        args.inputs.settings.as_deref(),
    )?;
    let mut since = None;
    if args.due {
        let (applied, at) = due::as_applied(session, world, project)?;
        (project, since) = (applied, Some(at));
    }
    let settings = &project.loaded.project.settings;
    if let Some(files) = &files {
        files.judge(&project, world.now())?;
    }
    let mut planning = Planning::writing(session, world, &project, &args.inputs.only)?;
    if let Some(files) = &files {
        planning.only = files.touched(&project);
    } else if since.is_some() && planning.only.is_everything() {
        planning.narrow_to_systems();
    }
    let opened = planning.place.open(&Session::opening(world.now()));
    let Opened { mut journal, torn } = opened.map_err(|error| distrust(&error))?;
    if let Some(torn) = torn {
        session.ui.tell(&mended(&torn));
    }
    planning.reread(journal.sealed());
    let providers = if args.within_reach {
        world.connect_reachable(session, &project).0
    } else {
        world.connect(session, &project)?
    };

    let (places, contacts) = (live::places(&project), live::contacts(&project));
    let (stop, watcher) = (StopFlag::new(), Watcher::new(session.ui));
    let ports = Ports {
        providers: &providers,
        places: &places,
        contacts: &contacts,
        clock: &*world.clock,
        listener: &watcher,
        stop: &stop,
    };
    settle_first(session, &ports, &mut planning, &mut *journal).await?;

    let mut planned = planning.ask(&providers).await;
    planned.is_safe()?;
    let mut endings = planned.endings(world.now());
    // Before the plan is narrowed: what was reviewed, or is due, belongs to the same files.
    let refusal = planning.refused(&planned);
    let fresh = planned.plan.clone();
    let review = match (&files, since) {
        (None, None) => None,
        (None, Some(since)) => Some(due::narrow(&planning, &mut planned, since)),
        (Some(files), _) => {
            files.judge_hosts(&planned)?;
            Some(planning.narrow(&mut planned, &files.plans))
        }
    };
    if review.as_ref().is_some_and(|it| !it.stale.is_empty()) {
        endings.insert(Ending::Stale);
    }
    let report = Report {
        session,
        planning: &planning,
        planned: &planned,
        fresh: &fresh,
        reviewed: review.as_ref().map(|review| (review, files.as_ref())),
        args,
    };
    report.before(&outputs);
    if let Some(failure) = session.ui.unwritten() {
        planning.note(&mut *journal, &planned.observed)?;
        world.leave(session, settings)?;
        return Err(failure.help("nothing was done: only what was shown is done"));
    }
    let empty = planned.answered_empty(&planning.memory);
    if let Some(system) = empty.first() {
        planning.note(&mut *journal, &planned.observed)?;
        let why = NotDone::SystemEmpty((*system).clone());
        let outcomes = Outcomes::none(&planned.plan, &why, journal.head());
        drop(journal);
        world.leave(session, settings)?;
        endings.insert(Ending::Untrusted);
        report.after(outputs, &outcomes, &endings)?;
        return Err(refused(&empty));
    }
    if let Some(why) = refusal {
        planning.note(&mut *journal, &planned.observed)?;
        let outcomes = Outcomes::none(&planned.plan, &NotDone::Refused, journal.head());
        drop(journal);
        world.leave(session, settings)?;
        endings.insert(Ending::Held);
        report.after(outputs, &outcomes, &endings)?;
        session.ui.fail(&Failure::new(Ending::Held, why).help(
            "let somebody else's token act first, and name them under `acting`; or keep that access in the files",
        ));
        return Ok(endings);
    }
    let has_steps = planned
        .plan
        .draft
        .steps
        .iter()
        .any(|step| step.mode == Mode::Api);
    if has_steps && !args.yes && !session.ui.has_reader() {
        planning.note(&mut *journal, &planned.observed)?;
        world.leave(session, settings)?;
        return Err(Failure::input(
            "nobody reads the plan; nothing was done, because only what was shown is done",
        ));
    }
    if has_steps && !args.yes && !session.ui.confirm(&question(&planned)) {
        planning.note(&mut *journal, &planned.observed)?;
        world.leave(session, settings)?;
        session.ui.data(&anchor::line(journal.head().as_ref()));
        return Err(Failure::input("not confirmed; nothing was done"));
    }
    // Whoever was asked may have thought about it until it was another plan.
    if has_steps && let Some(failure) = planning.overtaken(&planned) {
        planning.note(&mut *journal, &planned.observed)?;
        world.leave(session, settings)?;
        session.ui.data(&anchor::line(journal.head().as_ref()));
        return Err(failure);
    }

    let listening = listen_for_ctrl_c(stop.clone());
    let whole = planning.whole(review.as_ref(), args.due);
    let mut opening = record::opening(
        &project,
        &planned.observed,
        &planning.memory,
        journal.sealed(),
        &planned.plan.draft,
        |system, place, person| {
            let asked = review.is_none() && !args.due;
            whole.contains(system)
                || (asked
                    && planning
                        .only
                        .admits(Some(person), Some(system), Some(place)))
        },
    );
    opening.extend(planning.records(&planned));
    let actor = session.env.actor();
    let command = match &files {
        Some(files) => files.command(),
        None if args.due => COMMAND.to_owned(),
        None if args.inputs.only.is_empty() => "apply".to_owned(),
        // Whoever asks later who had what must know that it was not for everybody.
        None => format!("apply --only {}", args.inputs.only.join(" ")),
    };
    let order = Order {
        plan: &planned.plan,
        opening: &opening,
        command: &command,
        whole: &whole,
        actor: Some(&actor),
    };
    let mut outcomes = apply(&order, &ports, &mut *journal).await;
    listening.abort();
    drop(journal);
    let said = walk::after(session, world, &planning, &planned, &outcomes, args.yes)?;
    outcomes.take_word(|step| said.contains(step));
    world.leave(session, settings)?;

    let mut left = hand::manual(&fresh).filter(|(step, _)| !said.contains(&step.id));
    if !left.any(|(step, _)| step.is_overdue(world.now())) {
        endings.remove(&Ending::ManualWaiting);
    }
    if let Some(checklist) = checklist {
        checklist.write(&planning.checklist(&planned, &said, args.contacts))?;
    }
    if outcomes.is_stale() {
        endings.insert(Ending::Stale);
    }
    if outcomes.is_partial() {
        endings.insert(Ending::Partial);
    }
    endings.extend(broken(&outcomes));
    report.after(outputs, &outcomes, &endings)?;
    Ok(endings)
}

/// The end of a run in which a system answered that nobody is anywhere.
fn refused(empty: &[&SystemName]) -> Failure {
    let names: Vec<String> = empty.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    let message = format!(
        "{names} answered that nobody has access anywhere, which cannot be true: nothing was done, in no system"
    );
    Failure::new(Ending::Untrusted, message).help(format!(
        "see with `keyholder doctor` what the token of {names} is allowed, and run again; `--only system:NAME` goes on with another system alone"
    ))
}

/// Finds out what became of calls of an earlier run whose answers were lost, before anything is planned on them.
async fn settle_first(
    session: &Session<'_>,
    ports: &Ports<'_>,
    planning: &mut Planning<'_>,
    journal: &mut dyn JournalSink,
) -> Result<(), Failure> {
    let settled = settle("apply", ports, journal)
        .await
        .map_err(|error| distrust(&error))?;
    if !settled.is_empty() {
        session.ui.tell(&text::write(
            &outcome::settled(&settled),
            session.ui.layout(),
        ));
        planning.reread(journal.sealed());
    }
    Ok(())
}

/// The first Ctrl-C ends the run after the current call, the second at once.
fn listen_for_ctrl_c(stop: StopFlag) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.stop();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            #[expect(
                clippy::exit,
                reason = "asked for twice; the journal is on disk before each call"
            )]
            std::process::exit(130);
        }
    })
}
