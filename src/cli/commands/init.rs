//! `init`: a project begins. Nothing that is there is overwritten.

use camino::Utf8Path;

use crate::catalog::Kind;
use crate::cli::args::InitArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::config::PROJECT_FILE;
use crate::ops::edit::create;
use crate::ops::init::{Beginning, files, usual_name, usual_variable};

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
    if kept.contains(&".gitignore") && !ignores(&folder.join(".gitignore")) {
        session
            .ui
            .shout("note: .gitignore was there and is as it was: add a line `.keyholder/` to it");
    }
    let variables: Vec<&str> = beginning.tokens.iter().map(|(_, it)| it.as_str()).collect();
    let tokens = match variables.as_slice() {
        [] => String::new(),
        some => format!("  put the tokens into {}\n", some.join(" and ")),
    };
    session.ui.data(&format!(
        "\nNext:\n{tokens}  keyholder doctor        are the tokens good, and what may they do?\n  keyholder journal init  begins the record of what is seen and done\n  keyholder import        writes who has access today into files\n  keyholder plan          is empty then\n"
    ));
    Ok(Endings::new())
}

fn ignores(path: &Utf8Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .any(|line| line.trim().trim_matches('/') == ".keyholder")
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
    let ask = |question: &str, given: Option<&String>, default: &str| match given {
        Some(given) => given.clone(),
        None if ui.can_ask() && args.kind.is_none() => ui
            .ask(question, Some(default))
            .unwrap_or_else(|| default.to_owned()),
        None => default.to_owned(),
    };
    let name = ask(
        "What is it called here?",
        args.name.as_ref(),
        usual_name(kind),
    );
    let time_zone = ask("Where are dates meant?", args.time_zone.as_ref(), "UTC");
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
            ask(&question, given.as_ref(), &usual),
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
