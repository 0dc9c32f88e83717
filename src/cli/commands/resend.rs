//! `resend`: one more message to somebody whose invitation is still pending, as a step by hand.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::catalog::Kind;
use crate::cli::anchor;
use crate::cli::args::ResendArgs;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, distrust};
use crate::cli::world::World;
use crate::diagnostic::nearest;
use crate::journal::{Head, JournalSink, Record, RunEnded, RunStarted};
use crate::model::{PersonKey, SystemName};
use crate::ops::project::Project;
use crate::ops::resend::{self, Answer};
use crate::render::{escape, text, view};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ResendArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let key = declared(&project, &args.person)?;
    let systems = systems(&project, args.system.as_deref())?;
    let mut planning = Planning::new(session, &world, &project, &[format!("person:{key}")])?;
    let providers = world.connect(session, &project)?;
    let planned = planning.ask(&providers).await;
    world.leave(session, &project.loaded.project.settings)?;
    let judge = |planning: &Planning<'_>| {
        let memory = resend::asked(&planning.memory, &key, &systems, world.now());
        planning.plan_with(&memory, &project, &project.desired, &planned.observed)
    };
    let mut plan = judge(&planning);
    // What is handed over is judged by a journal that nobody else writes: an approval that another run has used meanwhile
    // does not count any more.
    let mut journal = None;
    let before: BTreeSet<_> = planning.memory.handed.keys().cloned().collect();
    if resend::hands_over(&plan, &key, &systems, &planning.memory) {
        let opened = planning.place.open(&Session::opening(world.now()));
        let opened = opened.map_err(|error| distrust(&error))?.journal;
        planning.reread(opened.sealed());
        plan = judge(&planning);
        journal = Some(opened);
    }

    let mut endings = Endings::new();
    let mut head = planning.head();
    let answers = resend::answers(&plan, &key, &systems);
    if answers.is_empty() {
        return Err(nothing(
            &project,
            &key,
            &systems,
            &planned.endings(world.now()),
        ));
    }
    for answer in answers {
        let step = match answer {
            Answer::ByHand(step) => step,
            Answer::Held(hold) => {
                session
                    .ui
                    .shout(&format!("held: {}", escape::terminal_long(&hold.message)));
                session.ui.shout(&format!(
                    "  help      {}",
                    escape::terminal_long(&hold.help)
                ));
                if let Some(approval) = &hold.approval {
                    session
                        .ui
                        .shout(&format!("  approval  {}", escape::terminal_long(approval)));
                }
                endings.insert(Ending::Held);
                continue;
            }
            Answer::OnlyLook(step) => {
                session.ui.shout(&format!(
                    "`{}` is only looked at (`ownership: report`): nothing is handed over at {}",
                    step.system, step.place
                ));
                endings.insert(Ending::Held);
                continue;
            }
        };
        let known = (step.system.clone(), step.id.0.clone());
        if let Some(handed) = planning.memory.handed.get(&known) {
            session.ui.tell(&if before.contains(&known) {
                format!(
                    "it was handed over on {} already, and nobody said that it is done",
                    handed.since
                )
            } else {
                format!(
                    "somebody else asked meanwhile: it was handed over on {} already",
                    handed.since
                )
            });
        } else if let Some(journal) = &mut journal {
            if let Some(until) = resend::quiet_until(&project.desired, &step.place, world.now()) {
                session.ui.shout(&format!(
                    "quiet hours at {} until {until} (`quiet`): nobody is written to before; ask again then",
                    step.place
                ));
                endings.insert(Ending::Held);
                continue;
            }
            let record = resend::record(&plan, step);
            head = hand_over(session, world.now(), &mut **journal, record)?;
        }
        let frame = if session.ui.can_ask() {
            planning.frame_at_terminal()
        } else {
            planning.frame()
        };
        let doc = view::step(&plan, step, &frame);
        session.ui.data(&text::write(&doc, session.ui.layout()));
        session.ui.tell(&format!(
            "once it is done: keyholder done {} --by WHO",
            step.id
        ));
    }
    session.ui.data(&anchor::line(head.as_ref()));
    Ok(endings)
}

fn declared(project: &Project, typed: &str) -> Result<PersonKey, Failure> {
    let key = PersonKey::new(typed);
    if project.desired.people.contains_key(&key) {
        return Ok(key);
    }
    let keys = project.desired.people.keys().map(PersonKey::as_str);
    let failure = Failure::input(format!("`{typed}` is nobody's key"));
    Err(match nearest(typed, keys) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("name somebody of `people` by their key"),
    })
}

fn systems(project: &Project, typed: Option<&str>) -> Result<Vec<SystemName>, Failure> {
    let all = project.desired.systems.keys();
    let Some(typed) = typed else {
        return Ok(all.cloned().collect());
    };
    let name = SystemName::new(typed);
    if project.desired.systems.contains_key(&name) {
        return Ok(vec![name]);
    }
    let failure = Failure::input(format!("--system: `{typed}` is no system of the project"));
    Err(match nearest(typed, all.map(SystemName::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`systems` in keyholder.yaml names them"),
    })
}

/// Why there is nothing to send again.
fn nothing(
    project: &Project,
    key: &PersonKey,
    systems: &[SystemName],
    endings: &Endings,
) -> Failure {
    let mut whys = Vec::new();
    for name in systems {
        let wish = project.desired.systems.get(name);
        let Some(kind) = wish.and_then(|wish| Kind::parse(wish.kind)) else {
            continue;
        };
        if !resend::is_possible(kind) {
            whys.push(format!(
                "at `{name}` it cannot be done: {}",
                resend::ability(kind).reason
            ));
        }
    }
    let message = format!("no complete list shows a pending invitation of `{key}`");
    let failure = if endings.contains(&Ending::Untrusted) {
        Failure::new(
            Ending::Untrusted,
            format!("{message}, and not everything could be read"),
        )
    } else {
        Failure::input(message)
    };
    if whys.is_empty() {
        failure.help("`keyholder plan` shows who waits for an invitation to be accepted; what was never sent is sent by `apply`")
    } else {
        failure.help(whys.join("; "))
    }
}

/// Takes note that a step waits for somebody to do it, in a journal that is locked; where it ends then.
fn hand_over(
    session: &Session<'_>,
    now: Timestamp,
    journal: &mut dyn JournalSink,
    record: Record,
) -> Result<Option<Head>, Failure> {
    let mut store = || {
        let run = journal.begin(
            now,
            RunStarted {
                command: "resend".to_owned(),
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                plan: None,
                config: None,
                actor: Some(session.env.actor()),
                systems: Vec::new(),
                whole: Vec::new(),
            },
        )?;
        let ended = RunEnded {
            done: 0,
            waiting: 1,
            left: 0,
            stopped: false,
        };
        journal.append(now, run, vec![record.clone(), Record::RunEnded(ended)])
    };
    store().map_err(|error| distrust(&error))?;
    Ok(journal.head())
}
