//! `apply`: plan, show, ask, do it, read back.

mod report;

use self::report::{question, report};
use crate::apply::{Order, Ports, StopFlag, apply, settle};
use crate::cli::args::{ApplyArgs, DataFormat};
use crate::cli::checklist::Checklist;
use crate::cli::commands::plan::print;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, distrust};
use crate::cli::ui::Watcher;
use crate::cli::walk;
use crate::cli::world::World;
use crate::journal::{FileJournal, JournalSink as _};
use crate::ops::{hand, live, record};
use crate::plan::Mode;
use crate::render::{outcome, text};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ApplyArgs,
) -> Result<Endings, Failure> {
    if !args.yes && !session.ui.can_ask() {
        return Err(Failure::input("nobody can be asked: there is no terminal")
            .help("look at `keyholder plan` first; `apply --yes` does what it shows"));
    }
    let checklist = Checklist::prepare(args.manual.as_deref())?;
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), args.inputs.ahead)?;
    let settings = &project.loaded.project.settings;
    let mut planning = Planning::new(session, &world, &project, &args.inputs.only)?;
    let mut journal = FileJournal::open(
        &session.state_folder(&world.root, Some(settings)),
        world.now(),
    )
    .map_err(|error| distrust(&error))?;
    planning.reread(journal.sealed());
    let providers = world.connect(session, &project)?;

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
    settle_first(session, &ports, &mut planning, &mut journal).await?;

    let planned = planning.ask(&providers).await;
    planned.is_safe()?;
    let mut endings = planned.endings(world.now());
    if args.format == DataFormat::Text {
        print(session, &planning, &planned, DataFormat::Text, &endings);
    }
    let has_steps = planned
        .plan
        .draft
        .steps
        .iter()
        .any(|step| step.mode == Mode::Api);
    if has_steps && !args.yes && !session.ui.confirm(&question(&planned)) {
        world.leave(session, settings)?;
        return Err(Failure::input("not confirmed; nothing was done"));
    }

    let listening = listen_for_ctrl_c(stop.clone());
    let mut opening = record::opening(
        &project,
        &planned.observed,
        &planning.memory,
        journal.sealed(),
    );
    opening.extend(planning.records(&planned));
    let actor = session.env.actor();
    let order = Order {
        plan: &planned.plan,
        opening: &opening,
        command: "apply",
        actor: Some(&actor),
    };
    let mut outcomes = apply(&order, &ports, &mut journal).await;
    listening.abort();
    drop(journal);
    let said = walk::after(session, &world, &planning, &planned, &outcomes, args.yes)?;
    outcomes.take_word(|step| said.contains(step));
    world.leave(session, settings)?;

    let mut left = hand::manual(&planned.plan).filter(|(step, _)| !said.contains(&step.id));
    if !left.any(|(step, _)| step.is_overdue(world.now())) {
        endings.remove(&Ending::ManualWaiting);
    }
    if let Some(checklist) = checklist {
        checklist.write(&planning.checklist(&planned, &said, args.contacts))?;
    }
    if outcomes.is_partial() {
        endings.insert(Ending::Partial);
    }
    report(
        session,
        &planning,
        &planned,
        &outcomes,
        args.format,
        &endings,
    );
    Ok(endings)
}

/// Finds out what became of calls of an earlier run whose answers were lost, before anything is planned on them.
async fn settle_first(
    session: &Session<'_>,
    ports: &Ports<'_>,
    planning: &mut Planning<'_>,
    journal: &mut FileJournal,
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
