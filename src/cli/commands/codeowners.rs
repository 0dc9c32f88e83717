//! `codeowners`: who must review which files, from `fences`.

use crate::cli::args::CodeownersArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::config::edit::difference;
use crate::ops::codeowners::{block, found_block, with_block};
use crate::ops::edit::{Edit, write};
use crate::render::escape;

pub(in crate::cli) fn run(
    session: &Session<'_>,
    args: &CodeownersArgs,
) -> Result<Endings, Failure> {
    let project = session.open(None, Session::machine_now(), 0)?;
    let block = block(&project.loaded.project.settings.fences);
    let Some(file) = args.check.as_ref().or(args.write.as_ref()) else {
        session.ui.data(&block);
        return Ok(Endings::new());
    };
    let path = project.loaded.root.join(file);
    let before = std::fs::read_to_string(&path).map_err(|error| {
        Failure::input(format!("{file}: {error}")).help(format!(
            "`keyholder codeowners > {file}` begins one; FILE counts from the project's folder"
        ))
    })?;
    if found_block(&before) == Some(block.as_str()) {
        session.ui.tell(&format!("{file} says what the fences say"));
        return Ok(Endings::new());
    }
    let after = with_block(&before, &block);
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
