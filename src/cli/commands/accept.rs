//! `accept`: what somebody did by hand at a vendor becomes what the files say.

use std::fmt::Write as _;

use crate::cli::args::AcceptArgs;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::config::edit::difference;
use crate::diagnostic::nearest;
use crate::model::{LocationKey, PersonKey, PlaceId};
use crate::ops::accept::{Accepted, NotChosen, Wanted, accept, chosen};
use crate::ops::edit::{Edit, write};
use crate::ops::project::Project;
use crate::render::escape;
use crate::text::mask_contacts;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &AcceptArgs,
) -> Result<Endings, Failure> {
    if !args.yes && !session.ui.can_ask() {
        return Err(Failure::input("nobody can be asked: there is no terminal")
            .help("`accept --yes` writes what it shows; git has what stood there before"));
    }
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let wanted = wanted(&project, args)?;
    let planning = Planning::new(session, &world, &project, &[])?;
    let planned = if let Some(file) = &args.observed {
        planning.recall(file, &args.max_age)?
    } else {
        let providers = world.connect(session, &project)?;
        planning.ask(&providers).await
    };
    world.leave(session, &project.loaded.project.settings)?;
    let mut endings = Endings::new();
    if planned.endings(world.now()).contains(&Ending::Untrusted) {
        session.ui.shout(
            "note: not everything could be read; what is different there is not seen (`keyholder plan` says where)",
        );
        endings.insert(Ending::Untrusted);
    }
    let steps = match chosen(&planned.plan, &wanted) {
        Ok(steps) => steps,
        // Whoever asks for everything and finds nothing has what they asked for.
        Err(NotChosen::Nothing) if args.what.is_none() => {
            session
                .ui
                .data("Nothing was changed by hand that the files do not say");
            session.ui.data(&planning.anchor());
            return Ok(endings);
        }
        Err(why) => return Err(not_chosen(&why, args)),
    };
    let planner = |edited: &Project| planning.plan_of(edited, &edited.desired, &planned.observed);
    let accepted = accept(&project, &planned.plan, &steps, &planner)
        .map_err(|error| Failure::input(format!("the files cannot be read: {error}")))?;

    let edits = accepted.texts.edits();
    session
        .ui
        .data(&told(&accepted, &edits, session.ui.shows_contacts()));
    session.ui.data(&planning.anchor());
    if let Some(failure) = session.ui.unwritten() {
        return Err(failure.help("nothing was written: only what was shown is written"));
    }
    if !accepted.left.is_empty() {
        endings.insert(Ending::Held);
    }
    if edits.is_empty() {
        return Ok(endings);
    }
    if !args.yes && !session.ui.confirm("Write this?") {
        return Err(Failure::input("not confirmed; nothing was written"));
    }
    for edit in &edits {
        write(&project.loaded.root, edit).map_err(|error| {
            Failure::input(format!("{}: {error}", edit.file))
                .help("files named after it were not written; `git diff` shows what was")
        })?;
        session.ui.tell(&format!(
            "{} is written; look at it and commit it",
            escape::terminal(&edit.file)
        ));
    }
    Ok(endings)
}

/// What was asked for, by a key that is declared or an id that may be one.
fn wanted(project: &Project, args: &AcceptArgs) -> Result<Wanted, Failure> {
    let Some(what) = &args.what else {
        return Ok(Wanted::Drift);
    };
    let place = match &args.at {
        None => None,
        Some(at) => {
            let key = LocationKey::new(at.as_str());
            if !project.desired.places.contains_key(&key) {
                let keys = project.desired.places.keys().map(LocationKey::as_str);
                return Err(unknown(
                    &format!("--at: `{at}` is no location"),
                    nearest(at, keys),
                ));
            }
            Some(PlaceId::At(key))
        }
    };
    let person = PersonKey::new(what.as_str());
    if project.desired.people.contains_key(&person) {
        return Ok(Wanted::Person(person, place));
    }
    if place.is_some() || !is_id(what) {
        let keys = project.desired.people.keys().map(PersonKey::as_str);
        let message = format!("`{what}` is nobody's key and no id of a step");
        return Err(unknown(&message, nearest(what, keys)));
    }
    Ok(Wanted::Step(what.clone()))
}

fn is_id(text: &str) -> bool {
    (crate::ops::hand::SHORTEST..=12).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn unknown(message: &str, near: Option<&str>) -> Failure {
    let failure = Failure::input(message.to_owned());
    match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`keyholder plan` shows keys and ids"),
    }
}

fn not_chosen(why: &NotChosen, args: &AcceptArgs) -> Failure {
    let what = args.what.as_deref().unwrap_or_default();
    match why {
        NotChosen::NoStep(0) => Failure::input(format!("no step has the id `{what}`"))
            .help("`keyholder plan` shows the ids of today"),
        NotChosen::NoStep(many) => Failure::input(format!("{many} steps have an id that begins with `{what}`"))
            .help("type more of it"),
        NotChosen::Nothing => Failure::input("nothing was changed by hand that the files do not say")
            .help("`keyholder plan` shows what is different, and why; name a step or a person to take over more"),
        NotChosen::NotByHand(whys) => Failure::input(whys.join("; "))
            .help("`accept` takes over what somebody did in the vendor's own pages"),
    }
}

/// What is written and what is not, with the difference of the files.
fn told(accepted: &Accepted, edits: &[Edit], contacts: bool) -> String {
    let mut text = String::new();
    for edit in edits {
        for line in difference(&edit.file, &edit.before, &edit.after).lines() {
            let line = if contacts {
                line.to_owned()
            } else {
                mask_contacts(line)
            };
            text.push_str(&escape::terminal_long(&line));
            text.push('\n');
        }
    }
    if !accepted.written.is_empty() {
        text.push_str("\nSaid by the files then\n");
    }
    for it in &accepted.written {
        let places: Vec<String> = it.places.iter().map(ToString::to_string).collect();
        let line = format!("  {} at {}: {}", it.person, places.join(", "), it.line);
        let _ = writeln!(text, "{}", escape::terminal_long(&line));
    }
    if !accepted.left.is_empty() {
        text.push_str("\nTo be written by hand\n");
    }
    for it in &accepted.left {
        let line = format!("  {} at {}: {}", it.person, it.place, it.why);
        let _ = writeln!(text, "{}", escape::terminal_long(&line));
        for (number, line) in it.lines.iter().enumerate() {
            let word = if number == 0 { "write" } else { "or" };
            let _ = writeln!(text, "    {word}: {}", escape::terminal_long(line));
        }
    }
    text.trim_start_matches('\n').to_owned()
}
