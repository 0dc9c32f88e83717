//! `lockout` and `unlock`: somebody out at once, by every call there is, and so until it is lifted.

use jiff::Timestamp;

use crate::cli::anchor;
use crate::cli::args::{ApplyArgs, LockoutArgs, PlanFormat, PlanInputs};
use crate::cli::commands::apply;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::output::Outputs;
use crate::cli::planning::Planning;
use crate::cli::session::{Session, distrust};
use crate::cli::world::World;
use crate::diagnostic::nearest;
use crate::journal::{Head, Locked, Record, RunEnded, RunStarted, scrub};
use crate::model::{Actor, PersonKey};
use crate::ops::lockout as edits;
use crate::ops::project::Project;
use crate::render::escape;

/// Locks somebody out, and takes everything from them that a call can take.
pub(in crate::cli) async fn lockout(
    session: &Session<'_>,
    args: &LockoutArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let key = declared(&project, &args.person)?;
    refuse(&project, &key)?;
    let mut planning = Planning::writing(session, &world, &project, &[])?;
    refuse_account(&planning, &key)?;
    // A system that cannot be reached keeps nobody in at the others, nor the lockout out of the journal.
    let (providers, unreached) = world.connect_reachable(session, &project);
    for failure in &unreached {
        session.ui.fail(failure);
    }
    if let Some(why) = planning.would_refuse(&providers, &key).await {
        world.leave(session, &project.loaded.project.settings)?;
        return Err(Failure::new(Ending::Held, why).help(ANOTHER));
    }
    if planning.memory.locked.contains_key(&key) {
        session.ui.tell(&format!(
            "{key} is locked out already; what is left is taken now"
        ));
    } else {
        let locked = Record::LockedOut(fact(&project, &key, &args.because));
        record(session, &planning, world.now(), "lockout", &locked)?;
    }
    let now = world.now();
    // The files say it too, whatever became of the calls.
    let words = Outputs::stdout(PlanFormat::Text);
    let taken = apply::within(session, &world, &at_once(&key), words, None, None).await;
    write_down(session, &project, &key, now);
    let mut endings = taken?;
    if !unreached.is_empty() {
        endings.insert(Ending::Untrusted);
    }
    Ok(endings)
}

/// Lifts a lockout. Nothing is given back before the next `apply`.
pub(in crate::cli) async fn unlock(
    session: &Session<'_>,
    args: &LockoutArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let planning = Planning::writing(session, &world, &project, &[])?;
    // Under the key they have now, or one they had then.
    let named = PersonKey::new(args.person.as_str());
    let person = project.desired.people.get(&named);
    let earlier = person.into_iter().flat_map(|person| person.was.iter());
    let mut keys = std::iter::once(&named).chain(earlier);
    let Some(key) = keys.find(|key| planning.memory.locked.contains_key(*key)) else {
        return Err(Failure::input(format!(
            "`{}` is not locked out",
            escape::terminal(&args.person)
        ))
        .help("`keyholder plan` names everybody who is"));
    };
    let unlocked = Record::Unlocked(fact(&project, key, &args.because));
    let head = record(session, &planning, world.now(), "unlock", &unlocked)?;
    world.leave(session, &project.loaded.project.settings)?;
    session.ui.data(&format!(
        "{key} is not locked out any more: the files hold again, a `leaves` line of theirs too; see what they give with `keyholder plan --only person:{named}`\n"
    ));
    session.ui.data(&anchor::line(head.as_ref()));
    Ok(Endings::new())
}

fn declared(project: &Project, text: &str) -> Result<PersonKey, Failure> {
    let key = PersonKey::new(text);
    if project.desired.people.contains_key(&key) {
        return Ok(key);
    }
    let keys = project.desired.people.keys().map(PersonKey::as_str);
    let failure = Failure::input(format!("`{}` is nobody's key", escape::terminal(text)));
    Err(match nearest(text, keys) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("name somebody of `people` by their key"),
    })
}

/// Neither the protected nor whoever acts here can be locked out: that may be the last who can undo it.
fn refuse(project: &Project, key: &PersonKey) -> Result<(), Failure> {
    if project.desired.protected.contains_key(key) {
        return Err(Failure::new(Ending::Held, format!("`{key}` is protected"))
            .help("take the key out of `protected` first, in a change of its own"));
    }
    let acts = project
        .desired
        .systems
        .iter()
        .find(|(_, system)| system.acting == Some(Actor::Person(key.clone())));
    match acts {
        Some((system, _)) => Err(Failure::new(
            Ending::Held,
            format!("`{key}` owns the key that `keyholder` works with at `{system}` (`acting`)"),
        )
        .help(ANOTHER)),
        None => Ok(()),
    }
}

/// What to do where the acting account would be locked out.
const ANOTHER: &str = "let somebody else's key act first, and name them under `acting`";

/// The same where the settings name an account: theirs by a pin or by the journal, also where nothing can be read.
fn refuse_account(planning: &Planning<'_>, key: &PersonKey) -> Result<(), Failure> {
    let desired = &planning.project.desired;
    let Some(person) = desired.people.get(key) else {
        return Ok(());
    };
    let acts = desired.systems.iter().find(|(name, system)| {
        let Some(Actor::Account(id)) = &system.acting else {
            return false;
        };
        let pin = person.pins.get(*name);
        let known = planning.memory.accounts.get(&((*name).clone(), id.clone()));
        pin.is_some_and(|pin| pin.ids.contains(id))
            || known.is_some_and(|known| known.person == *key || person.was.contains(&known.person))
    });
    match acts {
        Some((system, _)) => Err(Failure::new(
            Ending::Held,
            format!(
                "account that `keyholder` works with at `{system}` (`acting`) is that of `{key}`"
            ),
        )
        .help(ANOTHER)),
        None => Ok(()),
    }
}

/// What the journal keeps: no contacts and no names.
fn fact(project: &Project, key: &PersonKey, because: &str) -> Locked {
    let person = project.desired.people.get(key);
    let name = person.map_or("", |person| &*person.name);
    Locked {
        person: key.to_string(),
        because: scrub(because, &[name]),
    }
}

fn record(
    session: &Session<'_>,
    planning: &Planning<'_>,
    now: Timestamp,
    command: &str,
    fact: &Record,
) -> Result<Option<Head>, Failure> {
    let opened = planning.place.open(&Session::opening(now));
    let mut journal = opened.map_err(|error| distrust(&error))?.journal;
    let mut store = || {
        let run = journal.begin(
            now,
            RunStarted {
                command: command.to_owned(),
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                plan: None,
                config: None,
                actor: Some(session.env.actor()),
                systems: Vec::new(),
                whole: Vec::new(),
            },
        )?;
        let ended = RunEnded {
            done: 1,
            waiting: 0,
            left: 0,
            stopped: false,
        };
        journal.append(now, run, vec![fact.clone(), Record::RunEnded(ended)])?;
        Ok(journal.head())
    };
    store().map_err(|error| distrust(&error))
}

/// The steps of one person, without a question.
fn at_once(key: &PersonKey) -> ApplyArgs {
    ApplyArgs {
        files: Vec::new(),
        expect_ids: Vec::new(),
        inputs: PlanInputs {
            only: vec![format!("person:{key}")],
            ahead: 0,
            settings: None,
        },
        due: false,
        yes: true,
        manual: None,
        contacts: false,
        formats: Vec::new(),
        budget: 0,
        within_reach: true,
    }
}

/// Writes the edit of the files, or says which line to write. Trying it with the simulators writes nothing.
fn write_down(session: &Session<'_>, project: &Project, key: &PersonKey, now: Timestamp) {
    let by_hand = || {
        let origin = project.desired.people.get(key).map(|person| {
            let origin = project.loaded.sources.origin(person.origin);
            format!("{}:{}", origin.file, origin.line)
        });
        let access = if edits::is_left_alone(project, key) {
            "`access: []` and "
        } else {
            ""
        };
        session.ui.shout(&format!(
            "the lockout stands in the journal alone: write {access}`leaves: {}` for {key} ({}) and commit it",
            edits::leaves(project, key, now),
            escape::terminal(&origin.unwrap_or_default())
        ));
    };
    let options = session.load_options();
    let Some(edit) = edits::edit(project, key, now, &options).filter(|_| !session.global.sandbox)
    else {
        return by_hand();
    };
    match edits::write(project, &edit) {
        Ok(()) => session.ui.tell(&format!(
            "{} says now that {key} has left; commit it",
            escape::terminal(&edit.file)
        )),
        Err(error) => {
            session
                .ui
                .shout(&format!("{}: {error}", escape::terminal(&edit.file)));
            by_hand();
        }
    }
}
