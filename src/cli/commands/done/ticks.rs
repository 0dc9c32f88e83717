//! `done --from`: the ticks of a checklist, as steps that are open here.
//!
//! Not the reading of Markdown: that is `render::checklist`'s. Invariant: every tick is a step, is told to be done with,
//! or is an error at its line; none is dropped in silence, and none that is wrong costs the others.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::not_found;
use crate::catalog::Kind;
use crate::cli::failure::Failure;
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::diagnostic::{Code, Diagnostic};
use crate::ops::hand::{self, NotFound, Open};
use crate::render::checklist::{self, Tick};
use crate::render::escape;
use crate::text::{FileId, SourceFile, Sources, Span};

/// What the ticks of a file come to.
pub(super) struct Ticked<'o> {
    /// The steps that are open, in the file's order.
    pub(super) steps: Vec<&'o Open>,
    /// Ticks that nothing here knows, each at its line.
    pub(super) unknown: Vec<Diagnostic>,
    /// The file.
    pub(super) sources: Sources,
}

/// Looks every tick of a checklist up.
pub(super) fn ticked<'o>(
    session: &Session<'_>,
    planning: &Planning<'_>,
    open: &'o [Open],
    file: &Utf8Path,
) -> Result<Ticked<'o>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::input(format!("{file}: {error}")))?;
    let ticks = boxes(session, file, &text)?;
    let mut sources = Sources::new();
    let number = sources.add(SourceFile::new(file.as_str(), text.as_str()));
    let mut found = Ticked {
        steps: Vec::new(),
        unknown: Vec::new(),
        sources,
    };
    for tick in ticks {
        match hand::find(open, &tick.step) {
            // What the setting that its instruction names ends is not ended by a tick.
            Ok(step) if step.person.is_none() => session.ui.tell(&format!(
                "note: step {} is about nobody and is ended by its setting, not by a word",
                step.step
            )),
            Ok(step) => found.steps.push(step),
            // Of a checklist that is some days old some steps are done for good.
            Err(NotFound::Unknown(_)) if planning.was_open(&tick.step) => {
                session.ui.tell(&format!(
                    "note: step {} is not open any more",
                    escape::terminal(&tick.step)
                ))
            }
            Err(NotFound::Unknown(_)) => {
                let at = span(number, &text, &tick);
                found.unknown.push(unknown(planning, &tick, at));
            }
            Err(why) => return Err(not_found(&tick.step, &why)),
        }
    }
    Ok(found)
}

/// The ticked boxes of a file, each step once.
fn boxes(session: &Session<'_>, file: &Utf8Path, text: &str) -> Result<Vec<Tick>, Failure> {
    let boxes = checklist::ticked(text);
    let open: BTreeSet<&str> = boxes
        .iter()
        .filter(|tick| !tick.ticked)
        .map(|tick| tick.step.as_str())
        .collect();
    let mut ticked: Vec<Tick> = Vec::new();
    for tick in boxes.iter().filter(|tick| tick.ticked) {
        if open.contains(tick.step.as_str()) {
            return Err(Failure::input(format!(
                "{file}:{}: step {} is ticked here and open elsewhere in the file",
                tick.line,
                escape::terminal(&tick.step)
            ))
            .help("leave one box for each step"));
        }
        if !ticked.iter().any(|known| known.step == tick.step) {
            ticked.push(tick.clone());
        }
    }
    let unmarked = checklist::unmarked(text);
    if let Some(line) = unmarked.first() {
        session.ui.shout(&format!(
            "warning: {file}:{line}: a box is ticked that names no step, {} in all: say them by their ids",
            unmarked.len()
        ));
    }
    session.ui.tell(&format!(
        "{file}: {} of {} boxes are ticked",
        ticked.len(),
        boxes.len()
    ));
    if boxes.is_empty() {
        return Err(Failure::input(format!("{file}: there is no step in it"))
            .help("`keyholder plan --manual FILE` writes such a checklist"));
    }
    Ok(ticked)
}

/// Where a tick's id stands.
fn span(file: FileId, text: &str, tick: &Tick) -> Span {
    let before = usize::try_from(tick.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let line = text.split_inclusive('\n').nth(before).unwrap_or_default();
    let lines = text.split_inclusive('\n').take(before);
    let start = lines.map(str::len).sum::<usize>() + line.rfind(&*tick.step).unwrap_or_default();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(file, number(start), number(start + tick.step.len()))
}

fn unknown(planning: &Planning<'_>, tick: &Tick, at: Span) -> Diagnostic {
    let systems = planning.project.desired.systems.iter();
    let read: Vec<String> = systems
        .filter(|(_, wish)| Kind::parse(wish.kind).is_some_and(Kind::shows_users))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let mut help = "`apply` hands steps over; take this file again after it".to_owned();
    if !read.is_empty() {
        help.push_str(&format!(
            "; no vendor is asked here, so a step that only a read of {} tells is known once it is handed over, and the next plan reads by itself what became of it",
            read.join(", ")
        ));
    }
    Diagnostic::new(
        Code::UnknownStep,
        format!(
            "step `{}` is not known here: run `keyholder apply` first",
            tick.step
        ),
    )
    .at(
        at,
        "no plan of what is known here has it, no run handed it over, nobody said it",
    )
    .help(help)
}
