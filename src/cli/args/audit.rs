//! What `why`, `who`, `matrix`, `report` and `verify` are asked with.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::DataFormat;

/// What is looked at beside the files.
#[derive(Clone, Debug, Args)]
pub struct SeenArgs {
    /// Read the live systems, and show what they have beside what the files say.
    #[arg(long, conflicts_with_all = ["observed", "as_of"])]
    pub live: bool,
    /// Show what a kept read has beside what the files say; needs no token.
    #[arg(long, value_name = "FILE", conflicts_with = "as_of")]
    pub observed: Option<Utf8PathBuf>,
    /// The oldest kept read to accept, such as `24h` or `30m`.
    #[arg(long, value_name = "AGE", default_value = "24h", requires = "observed")]
    pub max_age: String,
}

/// `why`
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The key of a person.
    pub person: String,
    /// A right, by its slug or its English title; everything that is given where none is named.
    pub right: Option<String>,
    /// Only at this location; `chain`, or `*` for a system without places.
    #[arg(long, value_name = "PLACE")]
    pub at: Option<String>,
    /// The day (00:00 at each place) or instant it is asked for: of the past by the files that were applied last before it, of
    /// the future by today's.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// What is looked at beside the files.
    #[command(flatten)]
    pub seen: SeenArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
}

/// `who`
#[derive(Debug, Args)]
pub struct WhoArgs {
    /// A right, by its slug or its English title, the key of a role, or a role of the vendor (`role:NAME` is always that).
    #[arg(value_name = "RIGHT|ROLE")]
    pub what: String,
    /// Only at this location; `chain`, or `*` for a system without places.
    #[arg(long, value_name = "PLACE")]
    pub at: Option<String>,
    /// The day (00:00 at each place) or instant it is asked for: of the past by the files that were applied last before it, of
    /// the future by today's.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// What is looked at beside the files.
    #[command(flatten)]
    pub seen: SeenArgs,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
}

/// `matrix`
#[derive(Debug, Args)]
pub struct MatrixArgs {
    /// The day (00:00 where the project lives) or instant: of the past by the files that were applied last before it and by
    /// what the journal had seen, of the future by today's files.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// What the files of this commit declare.
    #[arg(long, value_name = "REV", conflicts_with_all = ["as_of", "diff", "live", "observed"])]
    pub at_commit: Option<String>,
    /// What differs between two points: each a day or an instant, a commit, `desired` or `live`.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "as_of")]
    pub diff: Vec<String>,
    /// Only this right, by slug, English title or pattern. May be repeated.
    #[arg(long = "right", value_name = "RIGHT")]
    pub rights: Vec<String>,
    /// Only sensitive rights.
    #[arg(long)]
    pub sensitive: bool,
    /// Only people with this role, or one that extends it. May be repeated.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// Only at this location; `chain`, or `*` for a system without places. May be repeated.
    #[arg(long = "at", value_name = "PLACE")]
    pub places: Vec<String>,
    /// Only this person. May be repeated.
    #[arg(long = "person", value_name = "KEY")]
    pub people: Vec<String>,
    /// Show what nobody has, too.
    #[arg(long)]
    pub all: bool,
    /// What is looked at beside the files.
    #[command(flatten)]
    pub seen: SeenArgs,
    /// How to print it: `text`, `csv`, `html` or `json`, or `FORMAT=FILE`. May be repeated.
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = matrix_output)]
    pub format: Vec<MatrixOutput>,
}

/// A format of a matrix, and the file it goes into; none is stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixOutput {
    /// How to print it.
    pub format: MatrixFormat,
    /// Where to.
    pub file: Option<Utf8PathBuf>,
}

/// How to print a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MatrixFormat {
    /// For people.
    Text,
    /// For spreadsheets.
    Csv,
    /// One page for a browser, with search and filters.
    Html,
    /// For programs.
    Json,
}

/// Reads `FORMAT` or `FORMAT=FILE`.
fn matrix_output(text: &str) -> Result<MatrixOutput, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(file)),
        None => (text, None),
    };
    if file == Some("") {
        return Err("a file is missing behind `=`".to_owned());
    }
    Ok(MatrixOutput {
        format: MatrixFormat::from_str(name, false)
            .map_err(|_| "one of `text`, `csv`, `html` and `json`".to_owned())?,
        file: file.map(Utf8PathBuf::from),
    })
}

/// `report`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The first day of the period, in the project's time zone, or an instant.
    #[arg(long, value_name = "WHEN")]
    pub from: String,
    /// The last day of the period, or the instant at which it ends; now, where it is not given.
    #[arg(long, value_name = "WHEN")]
    pub to: Option<String>,
    /// How to print it: `text`, `html`, `markdown` or `json`; with `=FILE` into a file. May be repeated.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", default_value = "text", value_parser = report_output)]
    pub formats: Vec<ReportOutput>,
    /// A head of the journal that was written down elsewhere, and where: the report says that it is in the journal. May be
    /// repeated.
    #[arg(long = "anchor", value_name = "HEAD[=WHERE]")]
    pub anchors: Vec<String>,
    /// Pack the evidence into one archive: the report, the part of the journal, the files of the project, what people said,
    /// who should have and who had what at both ends. It holds people's contacts. `keyholder verify` checks it anywhere.
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<Utf8PathBuf>,
    /// A plan that `plan --out` kept and that a run of the period was given, to be packed too. May be repeated.
    #[arg(long = "plan", value_name = "FILE", requires = "bundle")]
    pub plans: Vec<Utf8PathBuf>,
}

/// `verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The archive that `report --bundle` made.
    pub file: Utf8PathBuf,
    /// The id that it must have, as it was written down elsewhere.
    #[arg(long, value_name = "ID")]
    pub expect_id: Option<String>,
    /// A head that must be part of the journal in it, as it was written down elsewhere. May be repeated.
    #[arg(long = "expect-head", value_name = "HEAD")]
    pub expect_heads: Vec<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
}

/// What a report is printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people at a terminal or in a log.
    Text,
    /// One page for a browser, without a script.
    Html,
    /// Headings and tables.
    Markdown,
    /// For programs.
    Json,
}

/// A format and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportOutput {
    /// The format.
    pub format: ReportFormat,
    /// The file; none is stdout.
    pub file: Option<Utf8PathBuf>,
}

fn report_output(text: &str) -> Result<ReportOutput, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(Utf8PathBuf::from(file))),
        None => (text, None),
    };
    let format = ReportFormat::from_str(name, false)
        .map_err(|_| format!("`{name}` is none of text, html, markdown, json"))?;
    if file.as_ref().is_some_and(|file| file.as_str().is_empty()) {
        return Err("a file is missing behind `=`".to_owned());
    }
    Ok(ReportOutput { format, file })
}
