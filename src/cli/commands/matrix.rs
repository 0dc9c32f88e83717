//! `matrix`: who has what where, and what differs between two points.

use std::sync::Arc;

use crate::audit::diff::differences;
use crate::audit::matrix::{Filter, Matrix, matrix};
use crate::cli::args::{MatrixArgs, MatrixFormat, MatrixOutput};
use crate::cli::failure::{Endings, Failure};
use crate::cli::output::{Outputs, Whole};
use crate::cli::seeing::{journal, see, unclear};
use crate::cli::session::Session;
use crate::journal::Snapshot;
use crate::ops::matrix::{self as points, Moment, Point, moment};
use crate::ops::project::Project;
use crate::render::matrix::{self as shown, Frame};
use crate::render::{escape, html, matrix_diff, matrix_html, text};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &MatrixArgs,
) -> Result<Endings, Failure> {
    let outputs = prepare(&args.format)?;
    let mut look = args.seen.clone();
    look.live |= args.diff.iter().any(|point| point == "live") && look.observed.is_none();
    let seeing = see(session, &look, None).await?;
    let project = &seeing.project;
    let live = seeing.seen.map(Arc::new);
    let now = seeing.now;
    let wanted = wanted(args, project)?;
    let mut needed = wanted.iter();
    let (journal, no_journal) =
        if needed.any(|point| point.needs_journal(project, live.is_some(), now)) {
            journal(session, project)?
        } else {
            (Snapshot::default(), None)
        };
    let sealed = &journal.sealed;
    let mut moments = Vec::with_capacity(wanted.len());
    for point in &wanted {
        let mut known = moment(project, sealed, point, live.as_ref(), now);
        if let (Ok(known), Point::Now) = (&mut known, point)
            && known.locked.is_empty()
        {
            // A read has asked the journal already.
            known.lock(seeing.locked.clone());
        }
        if let (Ok(known), Point::Now | Point::Live) = (&mut known, point) {
            known.notes.extend(seeing.unread.iter().cloned());
        }
        moments.push(known.map_err(|error| {
            Failure::input(error.to_string())
                .help("a day such as `2027-03-01`, a commit, `desired` or `live`")
        })?);
    }
    if let (Some(note), Some(first)) = (no_journal, moments.first_mut()) {
        first.notes.insert(0, note);
    }
    let filter = filter(args, project, &moments)?;
    let head = journal.head();
    let head = head.map(|head| head.to_string());
    let frames: Vec<Frame<'_>> = moments
        .iter()
        .map(|moment| Frame {
            label: &moment.label,
            at: moment.at,
            commit: moment.commit.as_deref(),
            applied: moment.applied,
            head: head.clone(),
            notes: moment.notes.clone(),
            all: args.all,
        })
        .collect();
    let made: Vec<Matrix> = moments
        .iter()
        .map(|moment| matrix(&moment.side(Some(project)), &filter, project.catalog))
        .collect();
    for (format, file) in outputs {
        if format == MatrixFormat::Csv {
            // A table has no room for notes.
            for note in moments.iter().flat_map(|moment| &moment.notes) {
                session
                    .ui
                    .shout(&format!("note: {}", escape::terminal(note)));
            }
        }
        let text = print(session, project, &made, &frames, format);
        match file {
            Some(file) => file.write(&text)?,
            None => session.ui.data(&text),
        }
    }
    Ok(seeing.endings)
}

/// The points that are asked for: one, or two to compare.
fn wanted(args: &MatrixArgs, project: &Project) -> Result<Vec<Point>, Failure> {
    if !args.diff.is_empty() {
        return Ok(args
            .diff
            .iter()
            .map(|text| points::point(text, project))
            .collect());
    }
    Ok(vec![match (&args.as_of, &args.at_commit) {
        (Some(text), _) => match points::point(text, project) {
            Point::At(as_of) => Point::At(as_of),
            Point::Now | Point::Commit(_) | Point::Desired | Point::Live => {
                return Err(Failure::input(format!("`{text}` is no day and no instant"))
                    .help("such as `2026-12-01`, `2026-12-01T09:00` or `2026-12-01T09:00+02:00`"));
            }
        },
        (None, Some(rev)) => Point::Commit(rev.clone()),
        (None, None) => Point::Now,
    }])
}

fn filter(args: &MatrixArgs, project: &Project, moments: &[Moment]) -> Result<Filter, Failure> {
    let mut filter = Filter::default();
    for text in &args.rights {
        let found = points::subjects(project, text).map_err(|error| unclear(&error))?;
        filter.subjects.extend(found);
    }
    if args.sensitive {
        let named = (!args.rights.is_empty()).then(|| std::mem::take(&mut filter.subjects));
        filter.subjects = points::sensitive(project, named);
        // None of them is no filter, which would show everything.
        if filter.subjects.is_empty() {
            return Err(Failure::input("none of these rights is sensitive")
                .help("leave out `--sensitive`, or name others"));
        }
    }
    for text in &args.places {
        let place = points::place(project, moments, text).map_err(|error| unclear(&error))?;
        filter.places.insert(place);
    }
    for text in &args.people {
        let person = points::person(project, moments, text).map_err(|error| unclear(&error))?;
        filter.people.insert(person);
    }
    for text in &args.roles {
        let roles = points::role(project, moments, text).map_err(|error| unclear(&error))?;
        filter.roles.extend(roles);
    }
    Ok(filter)
}

fn print(
    session: &Session<'_>,
    project: &Project,
    made: &[Matrix],
    frames: &[Frame<'_>],
    format: MatrixFormat,
) -> String {
    let (catalog, zone, layout) = (project.catalog, &project.zone, session.ui.layout());
    match (made, frames) {
        ([before, after], [from, to]) => {
            let found = differences(before, after, catalog);
            match format {
                MatrixFormat::Text => {
                    text::write(&matrix_diff::doc(&found, from, to, catalog, zone), layout)
                }
                MatrixFormat::Csv => matrix_diff::spreadsheet(&found, from, to, catalog),
                MatrixFormat::Json => escape::value(&matrix_diff::to_json(&found, from, to)),
                MatrixFormat::Html => {
                    html::write(&matrix_diff::doc(&found, from, to, catalog, zone))
                }
            }
        }
        ([one, ..], [frame, ..]) => match format {
            MatrixFormat::Text => text::write(&shown::doc(one, frame, catalog, zone), layout),
            MatrixFormat::Csv => shown::spreadsheet(one, frame, catalog),
            MatrixFormat::Json => escape::value(&shown::to_json(one, frame, catalog)),
            MatrixFormat::Html => matrix_html::page(one, frame, catalog, zone),
        },
        _ => String::new(),
    }
}

/// Where each format goes: one at most to stdout, each file writable before anything is asked.
fn prepare(outputs: &[MatrixOutput]) -> Result<Vec<(MatrixFormat, Option<Whole>)>, Failure> {
    let wanted = outputs.iter().map(|it| (it.format, it.file.as_deref()));
    let prepared = Outputs::prepare(wanted)?;
    let files = prepared.files.into_iter();
    let files = files.map(|(format, whole)| (format, Some(whole)));
    Ok(prepared
        .stdout
        .map(|format| (format, None))
        .into_iter()
        .chain(files)
        .collect())
}
