//! `codeowners`: who must review which files, from `fences`.

use crate::cli::args::CodeownersArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::config::edit::difference;
use crate::ops::codeowners::{Found, block};
use crate::ops::edit::{Edit, write};
use crate::render::escape;
use crate::vcs;

pub(in crate::cli) fn run(
    session: &Session<'_>,
    args: &CodeownersArgs,
) -> Result<Endings, Failure> {
    let project = session.open(None, Session::machine_now(), 0)?;
    let settings = &project.loaded.project.settings;
    let folder = vcs::prefix(&project.loaded.root);
    let block = block(&settings.fences, &folder).map_err(|wrong| {
        Failure::input(format!("CODEOWNERS cannot say {}", wrong.join(", ")))
            .help("patterns without `!`, `[ ]`, `#` and `\\` (`?` is any one letter, `{a,b}` either of two); owners such as `@chain/riga`, `@jana` or an e-mail address")
    })?;
    let Some(file) = args.check.as_ref().or(args.write.as_ref()) else {
        session.ui.data(block.text());
        return Ok(Endings::new());
    };
    let path = project.loaded.root.join(file);
    let before = std::fs::read_to_string(&path).map_err(|error| {
        Failure::input(format!("{file}: {error}")).help(format!(
            "`keyholder codeowners > {file}` begins one; FILE counts from the project's folder"
        ))
    })?;
    let after = block.put_into(&before).ok_or_else(|| {
        Failure::input(format!("{file}: the markers of the block stand alone, twice or in the wrong order"))
            .help("of the lines `# begin: written by …` and `# end: written by …` leave one pair, around what `keyholder codeowners` wrote")
    })?;
    let below = block.overruled_by(&after);
    if let Some(first) = below.first() {
        session.ui.tell(&format!(
            "note: {} below the block win over it where they match: {}",
            if below.len() == 1 {
                "a line".to_owned()
            } else {
                format!("{} lines", below.len())
            },
            escape::terminal(first)
        ));
    }
    if block.within(&before) == Found::Once(block.text()) {
        session.ui.tell(&format!("{file} says what the fences say"));
        return Ok(Endings::new());
    }
    for line in difference(file.as_str(), &before, &after).lines() {
        session
            .ui
            .data(&format!("{}\n", escape::terminal_long(line)));
    }
    if args.write.is_none() {
        return Err(
            Failure::input(format!("{file} does not say what the fences say")).help(format!(
                "`keyholder codeowners --write {file}` writes them into it"
            )),
        );
    }
    let edit = Edit {
        file: file.to_string(),
        before,
        after,
    };
    write(&project.loaded.root, &edit)
        .map_err(|error| Failure::input(format!("{file}: {error}")))?;
    session
        .ui
        .tell(&format!("{file} is written; look at it and commit it"));
    Ok(Endings::new())
}
