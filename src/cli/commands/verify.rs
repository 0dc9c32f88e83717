//! `verify`: whether a bundle is as it was made, on any machine.

use camino::Utf8Path;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::bundle::{Checked, Fault, MOST_BYTES, REPORT, content};
use crate::cli::args::{DataFormat, VerifyArgs};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::Session;
use crate::journal::Head;
use crate::ops::verify::verify;
use crate::render::doc::{Block, Doc, Run, Section, Tone, prose, say, toned};
use crate::render::report::PROOF;
use crate::render::{text, words};

pub(in crate::cli) fn run(session: &Session<'_>, args: &VerifyArgs) -> Result<Endings, Failure> {
    let file = &args.file;
    let failed = |error: std::io::Error| Failure::input(format!("{file}: {error}"));
    let length = std::fs::metadata(file).map_err(failed)?.len();
    if usize::try_from(length).map_or(true, |length| length > MOST_BYTES) {
        return Err(Failure::input(format!(
            "{file} is larger than a bundle can be"
        )));
    }
    let bytes = std::fs::read(file).map_err(failed)?;
    let checked = verify(&bytes).map_err(|faults| wrong(file, &faults))?;
    expect(&checked, args)?;
    match args.format {
        DataFormat::Json => {
            let told = json!({
                "format": "keyholder.verified/1",
                "id": checked.index.id,
                "from": checked.index.from,
                "to": checked.index.to,
                "made": checked.index.made,
                "head": checked.index.head,
                "files": checked.index.files.len(),
                "compared": args.expect_id.is_some(),
                "fits": checked.fits,
                "doubts": checked.doubts,
                "plans": checked.index.plans,
                "unchecked": checked.unchecked,
                "left_out": checked.index.left_out,
            });
            session.ui.json(&told);
        }
        DataFormat::Text => session
            .ui
            .data(&text::write(&doc(&checked, args), session.ui.layout())),
    }
    if checked.doubts.is_empty() {
        Ok(Endings::new())
    } else {
        Ok(Endings::from([Ending::Untrusted]))
    }
}

/// What was written down elsewhere is what is here.
fn expect(checked: &Checked, args: &VerifyArgs) -> Result<(), Failure> {
    let untrusted = |message: String| Failure::new(Ending::Untrusted, message);
    if let Some(id) = &args.expect_id
        && *id != checked.index.id
    {
        return Err(untrusted(format!(
            "it is another bundle than the one whose id was written down: its id is {}",
            checked.index.id
        )));
    }
    for text in &args.expect_heads {
        let head: Head = text
            .parse()
            .map_err(|error| Failure::input(format!("`{text}` is no head: {error}")))?;
        if checked.heads.get(&head.seq) != Some(&head.hash) {
            return Err(untrusted(format!(
                "the head {head} is not part of the journal in it: that part does not reach so far, or was written anew"
            )));
        }
    }
    Ok(())
}

/// A file that is no bundle was never one that could have been changed: it is the wrong file.
fn wrong(file: &Utf8Path, faults: &[Fault]) -> Failure {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    match faults {
        [Fault::NoBundle] => Failure::input(format!("{file} is not a bundle: {told}"))
            .help("`report --bundle FILE` makes one; or it was replaced by something else"),
        [Fault::Format(_)] => Failure::input(format!("{file} cannot be read: {told}"))
            .help("verify it with the version of keyholder that made it, or a later one"),
        _ => Failure::new(
            Ending::Untrusted,
            format!("{file} is not as it was made:\n{told}"),
        )
        .help(
            "ask for it again; what is named is not what was packed, and nothing in it is proven",
        ),
    }
}

fn doc(checked: &Checked, args: &VerifyArgs) -> Doc {
    let index = &checked.index;
    // What is whole in itself may still be another bundle than the one that was made at the time.
    let compared = match (&args.expect_id, args.expect_heads.is_empty()) {
        (Some(_), _) => {
            "it has the id that was written down elsewhere, so every byte is as it was made"
        }
        (None, false) => {
            "whole in itself; not compared with an id written down elsewhere, but its journal with a head that was"
        }
        (None, true) => {
            "whole in itself; not compared with an id written down elsewhere (`--expect-id`)"
        }
    };
    let report = content(&checked.files, REPORT);
    let report: serde_json::Value = report
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    let zone = report["zone"].as_str().unwrap_or_default();
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let when = |text: &str| {
        let at = text.parse();
        prose(at.map_or_else(|_| text.to_owned(), |at| words::zoned(at, &zone)))
    };
    let about = Section::open(
        Vec::new(),
        vec![
            Block::Line(vec![say(format!(
                "id {}, {} files",
                index.id,
                index.files.len()
            ))]),
            Block::Line(vec![say("made "), when(&index.made)]),
            Block::Line(vec![
                say("of "),
                when(&index.from),
                say(" to "),
                when(&index.to),
            ]),
        ],
    );
    let mut sections = vec![about];
    for (title, all) in [
        ("Recomputed, and fits:", &checked.fits),
        ("Does not fit:", &checked.doubts),
        ("In it, and not given to any run:", &checked.unapplied),
        ("Not compared with anything:", &checked.unchecked),
        ("Not in it:", &index.left_out),
    ] {
        if !all.is_empty() {
            let lines = all.iter().map(|line| listed(prose(line.clone())));
            let title = vec![toned(Tone::Strong, title)];
            sections.push(Section::open(title, lines.collect()));
        }
    }
    sections.push(Section::open(
        vec![toned(
            Tone::Strong,
            "What the chain of hashes proves, and what it does not:",
        )],
        PROOF.iter().map(|proof| listed(say(*proof))).collect(),
    ));
    Doc {
        title: vec![toned(Tone::Strong, compared)],
        sections,
    }
}

fn listed(text: Run) -> Block {
    Block::Line(vec![say("- "), text])
}
