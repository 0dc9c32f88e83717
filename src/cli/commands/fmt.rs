//! `fmt`: the files in canonical form, or how they differ from it.

use crate::cli::args::FmtArgs;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::Session;
use crate::cli::writing::told;
use crate::ops::edit::{Texts, write};
use crate::ops::format::format;
use crate::render::escape;

pub(in crate::cli) fn run(session: &Session<'_>, args: &FmtArgs) -> Result<Endings, Failure> {
    let project = session.open_anyway(None, Session::machine_now(), 0)?;
    let texts = Texts::read(&project)
        .map_err(|error| Failure::input(format!("the files cannot be read: {error}")))?;
    if let Some(file) = args.files.iter().find(|file| texts.get(file).is_none()) {
        return Err(Failure::input(format!("{file} is no file of this project"))
            .help("name files from the project's folder, such as `people/riga.yaml`"));
    }
    let found = format(&project, &texts, &args.files);
    let mut endings = Endings::new();
    for why in &found.unreadable {
        session.ui.shout(&escape::terminal_long(why));
        endings.insert(Ending::BadInput);
    }
    for why in &found.left {
        session
            .ui
            .tell(&format!("note: {}", escape::terminal_long(why)));
    }
    let edits = found.texts.edits();
    if args.check {
        session.ui.data(&told(session, &edits));
        if !edits.is_empty() {
            endings.insert(Ending::Pending);
        }
        return Ok(endings);
    }
    for edit in &edits {
        write(&project.loaded.root, edit)
            .map_err(|error| Failure::input(format!("{}: {error}", edit.file)))?;
        session
            .ui
            .tell(&format!("{} is written", escape::terminal(&edit.file)));
    }
    Ok(endings)
}
