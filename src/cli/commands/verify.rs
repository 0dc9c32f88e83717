//! `verify`: whether a bundle is as it was made, on any machine.

use serde_json::json;

use crate::bundle::{Checked, MOST_BYTES};
use crate::cli::args::{DataFormat, VerifyArgs};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::Session;
use crate::journal::Head;
use crate::ops::verify::verify;
use crate::render::escape;
use crate::render::report::PROOF;

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
    let checked = verify(&bytes).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::new(
            Ending::Untrusted,
            format!("{file} is not as it was made:\n{}", faults.join("\n")),
        )
        .help("ask for it again; what is named is not what was packed, and nothing in it is proven")
    })?;
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
                "unchecked": checked.unchecked,
                "left_out": checked.index.left_out,
            });
            session.ui.json(&told);
        }
        DataFormat::Text => session.ui.data(&text(&checked, args)),
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

fn text(checked: &Checked, args: &VerifyArgs) -> String {
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
    let mut out = format!(
        "{compared}\nid {}, {} files\nmade {}, of {} to {}\n",
        index.id,
        index.files.len(),
        escape::terminal(&index.made),
        escape::terminal(&index.from),
        escape::terminal(&index.to)
    );
    for (title, all) in [
        ("Recomputed, and fits:", &checked.fits),
        ("Does not fit:", &checked.doubts),
        ("Not compared with anything:", &checked.unchecked),
        ("Not in it:", &index.left_out),
    ] {
        if !all.is_empty() {
            out.push_str(&format!("\n{title}\n"));
        }
        for line in all {
            out.push_str(&format!("  {}\n", escape::terminal_long(line)));
        }
    }
    out.push_str("\nWhat the chain of hashes proves, and what it does not:\n");
    for proof in PROOF {
        out.push_str(&format!("  {proof}\n"));
    }
    out
}
