//! `report`: what was done in a period, for an audit.

use camino::Utf8PathBuf;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::args::{ReportArgs, ReportFormat};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::output::{Outputs, Whole};
use crate::cli::session::{Session, distrust};
use crate::journal::{Head, Snapshot};
use crate::model::AsOf;
use crate::ops::attest;
use crate::ops::bundle::{PlanFile, pack};
use crate::ops::evidence;
use crate::ops::report::{Wanted, grounds, report};
use crate::ops::when;
use crate::render;
use crate::render::text::Layout;
use crate::report::{Anchor, Report};

pub(in crate::cli) fn run(session: &Session<'_>, args: &ReportArgs) -> Result<Endings, Failure> {
    let formats = args
        .formats
        .iter()
        .map(|it| (it.format, it.file.as_deref()));
    let mut outputs = Outputs::prepare(formats)?;
    let archive = match &args.bundle {
        Some(file) => Some(outputs.claim(Whole::private("--bundle", file)?)?),
        None => None,
    };
    let now = session.now()?;
    let project = session.open_anyway(None, now, 7)?;
    let settings = &project.loaded.project.settings;
    let place = session.place(&project.loaded.root, Some(settings))?;
    let from = instant(&args.from, &project.zone, false)?;
    let journal = place.load().map_err(|error| distrust(&error))?;
    if journal.sealed.is_empty() {
        return Err(Failure::new(
            Ending::Untrusted,
            "there is no journal yet, so nothing is known",
        ));
    }
    let to = if let Some(to) = args.to.as_deref() {
        instant(to, &project.zone, true)?
    } else {
        // What was written in this very instant belongs to it.
        let last = journal.sealed.last().map_or(now, |last| last.entry.at);
        let end = now.max(last).checked_add(SignedDuration::from_millis(1));
        end.unwrap_or(now)
    };
    if to <= from {
        return Err(Failure::input("the period ends before it begins"));
    }
    let anchors = anchors(&args.anchors, &journal)?;
    let wanted = Wanted {
        project: &project,
        sealed: &journal.sealed,
        from,
        to,
        now,
        anchors: &anchors,
    };
    let state = session.state_folder(&project.loaded.root, Some(settings));
    let statements = attest::folder(
        &project.loaded.root,
        session.global.sandbox.then_some(&*state),
    );
    let grounds =
        grounds(&wanted, &statements).map_err(|error| Failure::input(error.to_string()))?;
    let report = report(&wanted, &grounds);
    if let (Some(archive), Some(file)) = (archive, &args.bundle) {
        let plans = args.plans.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let packed = pack(&wanted, &report, &grounds, &plans);
        let (id, bytes) = packed.map_err(|error| {
            let advice = error.advice();
            let failure = Failure::input(error.to_string());
            match advice {
                Some(advice) => failure.help(advice),
                None => failure,
            }
        })?;
        archive.write(&bytes)?;
        session.ui.tell(&format!(
            "{file} has the id {id}: keep the id elsewhere; it holds people's contacts"
        ));
    }
    for (format, file) in outputs.files {
        file.write(written(&report, format, Layout::PLAIN))?;
    }
    if let Some(format) = outputs.stdout {
        session
            .ui
            .data(&written(&report, format, session.ui.layout()));
    }
    Ok(Endings::new())
}

fn read(file: &Utf8PathBuf) -> Result<PlanFile, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::input(format!("{file}: {error}")))?;
    Ok((file.to_string(), bytes))
}

fn written(report: &Report, format: ReportFormat, layout: Layout) -> String {
    match format {
        ReportFormat::Text => render::report::text(report, layout),
        ReportFormat::Html => render::report::html(report),
        ReportFormat::Markdown => render::report::markdown(report),
        ReportFormat::Json => evidence::json(report),
    }
}

/// A day in the project's zone, or an instant; the last day of a period belongs to it.
fn instant(text: &str, zone: &TimeZone, is_end: bool) -> Result<Timestamp, Failure> {
    let bad = || {
        Failure::input(format!("`{text}` is no day and no instant"))
            .help("such as `2026-12-01`, `2026-12-01T09:00` or `2026-12-01T09:00+02:00`")
    };
    match when::as_of(text, zone).ok_or_else(bad)? {
        AsOf::Instant(at) => Ok(at),
        AsOf::Date(date) => {
            let date = if is_end {
                date.tomorrow().map_err(|_| bad())?
            } else {
                date
            };
            let begins = date.to_zoned(zone.clone()).map_err(|_| bad())?;
            Ok(begins.timestamp())
        }
    }
}

/// Heads that were written down elsewhere. One that is not in the journal ends the run: it was cut or written anew.
fn anchors(given: &[String], journal: &Snapshot) -> Result<Vec<Anchor>, Failure> {
    let mut anchors = Vec::new();
    for text in given {
        let (head, place) = text.split_once('=').unwrap_or((text, ""));
        let head: Head = head.parse().map_err(|error| {
            Failure::input(format!("--anchor: `{head}` is no head: {error}"))
                .help("such as `12:9f86…=log of CI job 771`, with all 64 digits")
        })?;
        if !journal.has(&head) {
            return Err(Failure::new(
                Ending::Untrusted,
                format!(
                    "the journal does not contain the head {head}: it was cut or written anew since"
                ),
            ));
        }
        anchors.push(Anchor {
            head: head.to_string(),
            place: place.to_owned(),
        });
    }
    Ok(anchors)
}
