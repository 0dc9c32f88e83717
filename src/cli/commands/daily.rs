//! The verbs of daily work: from what was typed, or what is asked for at a terminal, to an edit of the files.

use crate::cli::args::{
    GrantArgs, JoinArgs, LeaveArgs, MoveArgs, PauseArgs, PersonCommand, ReturnArgs, RevokeArgs,
    RoleCommand,
};
use crate::cli::edits::Desk;
use crate::cli::failure::{Endings, Failure};
use crate::cli::pick::{self, Choice, named};
use crate::cli::session::Session;
use crate::config::raw::{Access, Person, SelectorBody, When};
use crate::ops::verb::{Join, Line, Places, Staff, Verb};
use crate::render::escape;

pub(in crate::cli) fn join(session: &Session<'_>, args: &JoinArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let is_bare = args.key.is_none();
    let name = pick::text(session, args.name.as_deref(), "Their name", None)?
        .ok_or_else(|| pick::missing("a name (`--name`)"))?;
    let key = pick::text(
        session,
        args.key.as_deref(),
        "Their key here",
        Some(&slug(&name)),
    )?
    .ok_or_else(|| pick::missing("a key"))?;
    let more = |given: &Option<String>, question: &str| match given {
        Some(given) => Ok(Some(given.clone())),
        None if is_bare => pick::text(session, None, question, None),
        None => Ok(None),
    };
    let email = more(&args.email, "Their e-mail address (nothing for none)")?;
    let phone = more(&args.phone, "Their phone number (nothing for none)")?;
    let starts = day(
        session,
        &desk,
        args.from.as_deref(),
        is_bare,
        "Their first day, such as 2026-12-01 (nothing for today)",
    )?;
    let role = match &args.role {
        None if is_bare => Some(named(
            session,
            None,
            pick::ROLE,
            &pick::roles(&desk.project),
        )?),
        given => given.clone(),
    };
    let line = match role {
        None => None,
        Some(role) => Some(Line {
            role,
            at: places(session, &desk, args.at.as_deref(), is_bare)?,
            chain: None,
            from: None,
            until: desk.when(args.until.as_deref())?,
            because: None,
        }),
    };
    let role = line.as_ref().map(|it| it.role.as_str());
    let staff = team(session, &desk, &args.staff, role.filter(|_| is_bare))?;
    let join = Join {
        key,
        name,
        email,
        phone,
        class: args.class.clone(),
        starts,
        line,
        staff,
        file: args.file.clone(),
    };
    desk.carry_out(session, &Verb::Join(join), &args.edit)
}

pub(in crate::cli) fn relocate(session: &Session<'_>, args: &MoveArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let person = who(session, &desk, args.person.as_deref())?;
    let places = pick::places(&desk.project);
    let their = at_work(&desk, &person, places.clone());
    let question = pick::place("Which location do they leave?");
    let from = named(session, args.from.as_deref(), question, &their)?;
    let question = pick::place("Where do they go?");
    let mut places = places;
    places.retain(|it| it.key != from);
    let to = named(session, args.to.as_deref(), question, &places)?;
    let on = day(
        session,
        &desk,
        args.on.as_deref(),
        args.person.is_none(),
        "Their first day there, such as 2026-12-01 (nothing for at once)",
    )?;
    let verb = Verb::Move {
        person,
        from,
        to,
        on,
        staff: staff(&args.staff)?,
    };
    desk.carry_out(session, &verb, &args.edit)
}

pub(in crate::cli) fn leave(session: &Session<'_>, args: &LeaveArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let person = one_of(session, &desk, args.person.as_deref(), "leaves", &|it| {
        it.leaves.is_none()
    })?;
    let at = day(
        session,
        &desk,
        args.at.as_deref(),
        args.person.is_none(),
        "Their last day, such as 2026-12-01 (nothing for now)",
    )?;
    desk.carry_out(session, &Verb::Leave { person, at }, &args.edit)
}

pub(in crate::cli) fn pause(session: &Session<'_>, args: &PauseArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let person = one_of(
        session,
        &desk,
        args.person.as_deref(),
        "could rest",
        &|it| it.leaves.is_none(),
    )?;
    let from = day(
        session,
        &desk,
        args.from.as_deref(),
        args.person.is_none(),
        "Their first day off, such as 2026-12-01 (nothing for today)",
    )?;
    let verb = Verb::Pause {
        person,
        from: from.unwrap_or(When::Date(desk.today())),
        until: day(
            session,
            &desk,
            args.until.as_deref(),
            args.person.is_none(),
            "Their last day off, such as 2026-12-01 (nothing where it is open)",
        )?,
    };
    desk.carry_out(session, &verb, &args.edit)
}

pub(in crate::cli) fn back(session: &Session<'_>, args: &ReturnArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let person = one_of(session, &desk, args.person.as_deref(), "rests", &|it| {
        it.paused.is_some()
    })?;
    let on = day(
        session,
        &desk,
        args.on.as_deref(),
        args.person.is_none(),
        "Their first day back, such as 2026-12-01 (nothing for at once)",
    )?;
    desk.carry_out(session, &Verb::Return { person, on }, &args.edit)
}

pub(in crate::cli) fn grant(session: &Session<'_>, args: &GrantArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let is_bare = args.role.is_none();
    let person = who(session, &desk, args.person.as_deref())?;
    let roles = pick::roles(&desk.project);
    let line = Line {
        role: named(session, args.role.as_deref(), pick::ROLE, &roles)?,
        at: places(
            session,
            &desk,
            args.at.as_deref(),
            is_bare && args.chain.is_none(),
        )?,
        chain: args.chain.clone(),
        from: desk.when(args.from.as_deref())?,
        until: day(
            session,
            &desk,
            args.until.as_deref(),
            args.person.is_none(),
            "The last day of it, such as 2026-12-01 (nothing where it is open)",
        )?,
        because: args.edit.because.clone(),
    };
    let asked = Some(line.role.as_str()).filter(|_| is_bare);
    let staff = team(session, &desk, &args.staff, asked)?;
    let verb = Verb::Grant {
        person,
        line,
        staff,
    };
    desk.carry_out(session, &verb, &args.edit)
}

pub(in crate::cli) fn revoke(session: &Session<'_>, args: &RevokeArgs) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let person = who(session, &desk, args.person.as_deref())?;
    let entries = &desk.project.loaded.project.entries;
    let entry = entries.people.iter().find(|it| *it.key.value == *person);
    let mut roles = pick::roles(&desk.project);
    if let Some(Access::Lines(lines)) = entry.and_then(|it| it.access.as_ref()).map(|it| &it.value)
    {
        let has = |key: &str| {
            lines
                .iter()
                .any(|it| it.role.as_ref().is_some_and(|it| *it.value == *key))
        };
        roles.retain(|role| has(&role.key));
    }
    let role = named(session, args.role.as_deref(), pick::ROLE, &roles)?;
    let at = match args.at.as_deref() {
        None if args.person.is_none() => some_place(session, &desk, &person)?,
        given => given.map(keys),
    };
    let verb = Verb::Revoke {
        role,
        at,
        on: desk.when(args.on.as_deref())?,
        person,
    };
    desk.carry_out(session, &verb, &args.edit)
}

pub(in crate::cli) fn role(
    session: &Session<'_>,
    command: &RoleCommand,
) -> Result<Endings, Failure> {
    let RoleCommand::Rename { from, to, edit } = command;
    let desk = Desk::open(session, edit)?;
    let from = named(
        session,
        from.as_deref(),
        pick::ROLE,
        &pick::roles(&desk.project),
    )?;
    let to = new_key(session, to.as_deref())?;
    desk.carry_out(session, &Verb::RenameRole { from, to }, edit)
}

pub(in crate::cli) fn person(
    session: &Session<'_>,
    command: &PersonCommand,
) -> Result<Endings, Failure> {
    let PersonCommand::Rename { from, to, edit } = command;
    let desk = Desk::open(session, edit)?;
    let from = who(session, &desk, from.as_deref())?;
    let to = new_key(session, to.as_deref())?;
    desk.carry_out(session, &Verb::RenamePerson { from, to }, edit)
}

fn new_key(session: &Session<'_>, given: Option<&str>) -> Result<String, Failure> {
    pick::text(session, given, "The new key", None)?.ok_or_else(|| pick::missing("the new key"))
}

fn who(session: &Session<'_>, desk: &Desk, given: Option<&str>) -> Result<String, Failure> {
    named(session, given, pick::PERSON, &pick::people(&desk.project))
}

/// Somebody who was named, or who is chosen among those of whom something is true: who `is` so.
fn one_of(
    session: &Session<'_>,
    desk: &Desk,
    given: Option<&str>,
    is: &str,
    fits: &dyn Fn(&Person) -> bool,
) -> Result<String, Failure> {
    let people = &desk.project.loaded.project.entries.people;
    let mut choices = pick::people(&desk.project);
    choices.retain(|it| {
        let mut entries = people.iter().filter(|person| *person.key.value == *it.key);
        entries.next().is_none_or(fits)
    });
    if given.is_none() && choices.is_empty() {
        return Err(Failure::input(format!("nobody {is}; nothing was written")));
    }
    named(session, given, pick::PERSON, &choices)
}

/// One of the places of somebody who has several, or none for all of them.
fn some_place(
    session: &Session<'_>,
    desk: &Desk,
    person: &str,
) -> Result<Option<Vec<String>>, Failure> {
    let mut choices = at_work(desk, person, Vec::new());
    if choices.len() < 2 || !session.ui.can_ask() {
        return Ok(None);
    }
    choices.push(Choice {
        key: "all".to_owned(),
        title: "everywhere".to_owned(),
    });
    let found = named(session, None, pick::place("Where?"), &choices)?;
    Ok((found != "all").then(|| vec![found]))
}

/// A day that was named, or that is asked for where nothing was named at all.
fn day(
    session: &Session<'_>,
    desk: &Desk,
    given: Option<&str>,
    is_bare: bool,
    question: &str,
) -> Result<Option<When>, Failure> {
    if !is_bare || given.is_some() {
        return desk.when(given);
    }
    while let Some(typed) = pick::text(session, None, question, None)? {
        match desk.when(Some(&typed)) {
            Ok(when) => return Ok(when),
            Err(failure) => session.ui.fail(&failure),
        }
    }
    Ok(None)
}

/// The locations where somebody has something or will have; `all` where nobody knows.
fn at_work(desk: &Desk, person: &str, all: Vec<Choice>) -> Vec<Choice> {
    let people = desk.project.desired.people.values();
    let grants = people
        .filter(|it| it.key.as_str() == person)
        .flat_map(|it| it.grants.iter());
    let mut places: Vec<String> = grants.map(|it| it.place.to_string()).collect();
    let entries = desk.project.loaded.project.entries.people.iter();
    for entry in entries.filter(|it| *it.key.value == *person) {
        let Some(Access::Lines(lines)) = entry.access.as_ref().map(|it| &it.value) else {
            continue;
        };
        let selectors = lines.iter().filter_map(|it| it.at.as_ref());
        for selector in selectors {
            if let SelectorBody::Keys(keys) = &selector.body {
                places.extend(keys.iter().map(|it| it.value.to_string()));
            }
        }
    }
    let mut here = pick::places(&desk.project);
    here.retain(|choice| places.contains(&choice.key));
    if here.is_empty() { all } else { here }
}

/// Where a line gives something: as it was typed, or chosen one by one.
fn places(
    session: &Session<'_>,
    desk: &Desk,
    given: Option<&str>,
    asks: bool,
) -> Result<Option<Places>, Failure> {
    let Some(given) = given else {
        if !asks || !session.ui.can_ask() {
            return Ok(None);
        }
        let mut choices = pick::places(&desk.project);
        let all = Choice {
            key: "all".to_owned(),
            title: "everywhere".to_owned(),
        };
        choices.push(all);
        let found = named(session, None, pick::place("Where?"), &choices)?;
        return Ok(Some(parsed(&found)?));
    };
    parsed(given).map(Some)
}

fn parsed(text: &str) -> Result<Places, Failure> {
    if text == "all" {
        return Ok(Places::All);
    }
    if !text.contains('=') {
        return Ok(Places::Keys(keys(text)));
    }
    let pair = |part: &str| -> Option<(String, String)> {
        let (name, value) = part.trim().split_once('=')?;
        (!name.is_empty() && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    let tags: Option<Vec<(String, String)>> = text.split(',').map(pair).collect();
    tags.map(Places::Tags).ok_or_else(|| {
        Failure::input("`--at` mixes locations and tags")
            .help("keys such as `center,mall`, `all`, or tags such as `region=riga,format=mall`")
    })
}

/// Team members as they were typed, or as they are asked for where a role says `self`.
fn team(
    session: &Session<'_>,
    desk: &Desk,
    given: &[String],
    asked: Option<&str>,
) -> Result<Vec<Staff>, Failure> {
    let says_self = asked.is_some_and(|role| pick::says_self(&desk.project, role));
    if !given.is_empty() || !says_self {
        return staff(given);
    }
    let question = "Their team member at the vendor, whose own calendar it is (nothing where there is none yet)";
    let typed = pick::text(session, None, question, None)?;
    staff(&typed.into_iter().collect::<Vec<_>>())
}

/// Team members as they were typed.
fn staff(given: &[String]) -> Result<Vec<Staff>, Failure> {
    let parsed = |text: &String| {
        Staff::parse(text).ok_or_else(|| {
            Failure::input(format!("`--staff {}` names nobody", escape::terminal(text))).help(
                "`NAME`, `LOCATION=NAME` or `SYSTEM:LOCATION=NAME`, as the vendor's page shows the name",
            )
        })
    };
    given.iter().map(parsed).collect()
}

fn keys(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    let keys = parts.filter(|it| !it.is_empty());
    keys.map(str::to_owned).collect()
}

/// A key from a name: `Jana Bērziņa` is `jana.berzina`.
fn slug(name: &str) -> String {
    let words = pick::folded(name);
    let words = words.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(".")
}
