//! `init`: a project begins. Nothing that is there is overwritten; a `.gitignore` gets the lines that it lacks.

use camino::Utf8Path;

use crate::catalog::Kind;
use crate::cli::args::InitArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::pick;
use crate::cli::session::Session;
use crate::cli::typed::Typed;
use crate::config::PROJECT_FILE;
use crate::ops::edit::{Edit, create, write};
use crate::ops::init::{Beginning, files, ignoring, next, usual_name, usual_variable};
use crate::render::escape;

pub(in crate::cli) fn run(session: &Session<'_>, args: &InitArgs) -> Result<Endings, Failure> {
    let folder = &session.global.project;
    let there = folder.join(PROJECT_FILE);
    if there.symlink_metadata().is_ok() {
        return Err(
            Failure::input(format!("{there} is there already; nothing was written"))
                .help("`keyholder import` adds what the systems have to a project"),
        );
    }
    let beginning = asked(session, args)?;
    let files = files(&beginning).map_err(Failure::input)?;
    let mut kept = Vec::new();
    for (file, text) in &files {
        let path = folder.join(file);
        if path.symlink_metadata().is_ok() {
            kept.push(file.as_str());
            continue;
        }
        create(&path, text, false).map_err(|error| Failure::input(format!("{path}: {error}")))?;
        session.ui.data(&format!("wrote {file}\n"));
    }
    if kept.contains(&".gitignore") {
        ignored(session, folder)?;
    }
    let variables: Vec<&str> = beginning.tokens.iter().map(|(_, it)| it.as_str()).collect();
    let tokens = match variables.as_slice() {
        [] => String::new(),
        some => format!("  put the tokens into {}\n", some.join(" and ")),
    };
    session
        .ui
        .data(&format!("\nNext:\n{tokens}{}", next(beginning.kind)));
    Ok(Endings::new())
}

/// Adds to a `.gitignore` that is there what has to stand in it.
fn ignored(session: &Session<'_>, folder: &Utf8Path) -> Result<(), Failure> {
    let file = ".gitignore";
    let failed = |error: std::io::Error| Failure::input(format!("{file}: {error}"));
    let before = std::fs::read_to_string(folder.join(file)).map_err(failed)?;
    if let Some(after) = ignoring(&before) {
        let edit = Edit {
            file: file.to_owned(),
            before,
            after,
        };
        write(folder, &edit).map_err(failed)?;
        session
            .ui
            .data("added to .gitignore what git is kept from\n");
    }
    Ok(())
}

/// The zone that the machine is in, where it says so by its name.
fn machine_zone(session: &Session<'_>) -> Option<String> {
    let link = std::fs::read_link("/etc/localtime").ok();
    let link = link.and_then(|it| it.to_str().map(str::to_owned));
    let named = link.and_then(|it| Some(it.split_once("zoneinfo/")?.1.to_owned()));
    let zone = session.env.get("TZ").map(str::to_owned).or(named)?;
    let zone = zone.trim_start_matches(':').to_owned();
    jiff::tz::TimeZone::get(&zone).ok().map(|_| zone)
}

/// What the options say, and what somebody is asked beside it.
fn asked(session: &Session<'_>, args: &InitArgs) -> Result<Beginning, Failure> {
    let ui = session.ui;
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = match &args.kind {
        Some(kind) => Kind::parse(kind).ok_or_else(|| {
            Failure::input(format!("`{kind}` is no vendor that is known here"))
                .help(names.join(", "))
        })?,
        None if ui.can_ask() => {
            let at = ui
                .choose("Which vendor?", &names)
                .and_then(|at| Kind::ALL.get(at));
            *at.ok_or_else(|| Failure::input("no vendor was chosen; nothing was written"))?
        }
        None => {
            return Err(
                Failure::input("nobody can be asked which vendor: there is no terminal").help(
                    "`keyholder init --kind altegio --name salons --token-env ALTEGIO_USER_TOKEN`",
                ),
            );
        }
    };
    // What is typed is judged at once: a slip costs one answer, not all of them.
    let ask = |question: &str,
               given: Option<&String>,
               default: &str,
               judge: &dyn Fn(&str) -> Result<(), String>| {
        if let Some(given) = given {
            return Ok(given.clone());
        }
        while ui.can_ask() && args.kind.is_none() {
            let typed = match ui.typed(question, Some(default)) {
                Typed::Text(typed) => typed,
                Typed::Nothing => default.to_owned(),
                Typed::Left => return Err(pick::left()),
            };
            match judge(&typed) {
                Ok(()) => return Ok(typed),
                Err(why) => ui.shout(&escape::terminal_long(&why)),
            }
        }
        Ok(default.to_owned())
    };
    let with = |change: &dyn Fn(&mut Beginning)| {
        let mut trial = Beginning {
            kind,
            name: usual_name(kind).to_owned(),
            tokens: Vec::new(),
            chain: None,
            time_zone: "UTC".to_owned(),
        };
        change(&mut trial);
        files(&trial).map(|_| ())
    };
    let name = ask(
        "What is it called here?",
        args.name.as_ref(),
        usual_name(kind),
        &|typed| with(&|it| typed.clone_into(&mut it.name)),
    )?;
    let here = machine_zone(session);
    let time_zone = ask(
        "Where are dates meant?",
        args.time_zone.as_ref(),
        here.as_deref().unwrap_or("UTC"),
        &|typed| with(&|it| typed.clone_into(&mut it.time_zone)),
    )?;
    if args.time_zone.is_none() {
        ui.tell(&format!(
            "dates are meant in {}: `time_zone` in {PROJECT_FILE} says so",
            escape::terminal(&time_zone)
        ));
    }
    let mut bare = args.token_env.iter().filter(|it| !it.contains('='));
    let named: Vec<(&str, &str)> = args
        .token_env
        .iter()
        .filter_map(|it| it.split_once('='))
        .collect();
    for (token, _) in &named {
        if !kind.tokens().iter().any(|it| it.name == *token) {
            let known: Vec<&str> = kind.tokens().iter().map(|it| it.name).collect();
            return Err(
                Failure::input(format!("{} has no token `{token}`", kind.as_str()))
                    .help(format!("its tokens: {}", known.join(", "))),
            );
        }
    }
    let mut tokens = Vec::new();
    for token in kind.tokens() {
        let usual = usual_variable(kind, token.name);
        let given = named.iter().find(|(name, _)| *name == token.name);
        let given = given
            .map(|(_, it)| (*it).to_owned())
            .or_else(|| bare.next().cloned());
        if given.is_none() && !token.required {
            continue;
        }
        let question = format!("Which environment variable has the token `{}`?", token.name);
        tokens.push((
            token.name.to_owned(),
            ask(&question, given.as_ref(), &usual, &|typed| {
                let pair = (token.name.to_owned(), typed.to_owned());
                with(&|it| it.tokens = vec![pair.clone()])
            })?,
        ));
    }
    if let Some(more) = bare.next() {
        return Err(Failure::input(format!(
            "--token-env {more}: {} has no further token",
            kind.as_str()
        )));
    }
    Ok(Beginning {
        kind,
        name,
        tokens,
        chain: args.chain.clone(),
        time_zone,
    })
}
