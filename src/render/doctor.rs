//! What `doctor` found: the value, its contract `keyholder.doctor/1`, and how it reads.
//!
//! Not the examination, which is `ops`'. The shapes are a contract: they change only by adding, and their schema is
//! committed as `schema/doctor.v1.schema.json`. Invariant: nothing here can hold a token.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::words;
use crate::catalog::{self, Assumption, Capability, How, Verb};

/// The format's name and version.
pub const FORMAT: &str = "keyholder.doctor/1";

/// What was found, system by system.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyholder.doctor/1")]
pub struct Report {
    /// Always `keyholder.doctor/1`.
    #[schemars(extend("const" = FORMAT))]
    pub format: &'static str,
    /// The systems that were looked at, in the order of their names.
    pub systems: Vec<System>,
}

/// One system.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its name in the settings.
    pub name: String,
    /// The vendor, as `kind` of the settings spells it.
    pub kind: &'static str,
    /// The vendor, as it spells itself.
    pub title: &'static str,
    /// The host that was asked; none where nobody was.
    pub host: Option<String>,
    /// What was looked at and what came of it.
    pub findings: Vec<Finding>,
    /// The tokens its kind knows.
    pub tokens: Vec<Token>,
    /// What must be seen to by hand.
    pub preconditions: Vec<Precondition>,
    /// What can be done, and how; one for every verb.
    pub capabilities: Vec<Row>,
    /// What is taken for true about its kind.
    pub assumptions: Vec<Held>,
}

/// Something that was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// What came of it.
    pub verdict: Verdict,
    /// What was found, in words; may quote the vendor.
    pub detail: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What came of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Nothing documented can tell.
    CannotTell,
    /// Not as it should be.
    Wrong,
}

/// A token, without its value.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The key under `tokens:`.
    pub name: &'static str,
    /// Whether the vendor cannot be asked without it.
    pub required: bool,
    /// What it is and where a person gets it.
    pub about: &'static str,
    /// Where the settings say it is.
    pub source: Option<String>,
    /// Whether it can be had.
    pub state: TokenState,
    /// Why it cannot be had.
    pub why: Option<String>,
}

/// Whether a token can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// It was read.
    There,
    /// The settings name none.
    NotNamed,
    /// It is named and cannot be read.
    Missing,
    /// The sandbox reads no tokens.
    NotNeeded,
}

/// Something to see to by hand.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Precondition {
    /// What it is about.
    pub what: &'static str,
    /// What must be so, and why.
    pub text: &'static str,
}

/// How one thing is done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What one may want to do.
    pub verb: &'static str,
    /// `api`, `manual`, `impossible` or `not-applicable`.
    pub how: &'static str,
    /// Why it is so.
    pub reason: &'static str,
    /// `documented`, `real client` or `inferred`.
    pub confidence: &'static str,
    /// The right that the caller needs for it.
    pub needs: Option<&'static str>,
    /// The assumption it rests on.
    pub assumption: Option<&'static str>,
}

/// An assumption, as the settings have it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Its name.
    pub name: &'static str,
    /// What supports it: `OD` official documentation, `RC` a real client, `INF` inferred.
    pub mark: &'static str,
    /// Whether it is relied on.
    pub in_force: bool,
    /// What is taken for true.
    pub claim: &'static str,
    /// What keeps it from doing harm if it is wrong.
    pub safeguard: &'static str,
    /// What happens instead when it is switched off; none if it cannot be.
    pub when_off: Option<&'static str>,
    /// The line that switches it off, under the system in the settings; none if it cannot be.
    pub switch: Option<String>,
}

impl Precondition {
    /// As the catalogue has it.
    pub fn of(it: &catalog::Precondition) -> Self {
        Self {
            what: it.what,
            text: it.text,
        }
    }
}

impl Row {
    /// As the catalogue has it, with what is switched off taken into account.
    pub fn of(verb: Verb, it: &Capability) -> Self {
        Self {
            verb: verb.as_str(),
            how: it.how.as_str(),
            reason: it.reason,
            confidence: it.confidence.as_str(),
            needs: it.needs,
            assumption: it.assumption,
        }
    }
}

impl Held {
    /// As the catalogue has it, at a system that relies on it or not.
    pub fn of(it: &Assumption, in_force: bool) -> Self {
        let switch = format!("assume: {{ {}: false }}", it.name);
        Self {
            name: it.name,
            mark: it.mark.as_str(),
            in_force,
            claim: it.claim,
            safeguard: it.safeguard,
            when_off: it.when_off,
            switch: it.is_optional().then_some(switch),
        }
    }
}

impl Report {
    /// Whether anything is not as it should be.
    pub fn is_wrong(&self) -> bool {
        self.systems.iter().any(System::is_wrong)
    }
}

impl System {
    fn is_wrong(&self) -> bool {
        let wrong = |finding: &Finding| finding.verdict == Verdict::Wrong;
        self.findings.iter().any(wrong) || self.tokens.iter().any(Token::is_wrong)
    }
}

impl Token {
    fn is_wrong(&self) -> bool {
        match self.state {
            TokenState::There | TokenState::NotNeeded => false,
            TokenState::NotNamed => self.required,
            TokenState::Missing => true,
        }
    }
}

/// The report as JSON.
pub fn to_json(report: &Report) -> Json {
    // Plain structures of text and flags have no way to fail.
    serde_json::to_value(report).unwrap_or_default()
}

/// The JSON Schema (2020-12) of a report.
pub fn schema() -> Json {
    schemars::schema_for!(Report).to_value()
}

/// The report as a document; with `all` every assumption is told, else how many there are.
pub fn report(report: &Report, all: bool) -> Doc {
    let verdicts = || report.systems.iter().flat_map(|system| &system.findings);
    let count = |wanted: Verdict| {
        let found = verdicts()
            .filter(|finding| finding.verdict == wanted)
            .count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let systems = u32::try_from(report.systems.len()).unwrap_or(u32::MAX);
    let mut title = vec![say(words::count(systems, "system", "systems"))];
    // A missing token is mostly what a wrong finding of its system says already.
    let tokens = report.systems.iter().filter(|system| {
        let mut findings = system.findings.iter();
        findings.all(|finding| finding.verdict != Verdict::Wrong)
    });
    let tokens = tokens.flat_map(|system| &system.tokens);
    let tokens = tokens.filter(|token| token.is_wrong()).count();
    let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
    match count(Verdict::Wrong).saturating_add(tokens) {
        0 => title.push(say(": nothing is wrong")),
        wrong => title.push(toned(
            Tone::Alert,
            format!(": {} wrong", words::count(wrong, "thing is", "things are")),
        )),
    }
    match count(Verdict::CannotTell) {
        0 => {}
        unknown => title.push(say(format!(
            ", {} cannot be told by any call",
            words::count(unknown, "thing", "things")
        ))),
    }
    // Where something is wrong is read first.
    let mut systems: Vec<&System> = report.systems.iter().collect();
    systems.sort_by_key(|it| !it.is_wrong());
    Doc {
        title,
        sections: systems.into_iter().map(|it| section(it, all)).collect(),
    }
}

fn section(system: &System, all: bool) -> Section {
    let mut title = vec![
        foreign_toned(Tone::Strong, system.name.clone()),
        toned(Tone::Dim, format!(" ({}", system.title)),
    ];
    if let Some(host) = &system.host {
        title.push(toned(Tone::Dim, ", "));
        title.push(foreign_toned(Tone::Dim, host.clone()));
    }
    title.push(toned(Tone::Dim, ")"));
    let mut wrong_first: Vec<&Finding> = system.findings.iter().collect();
    wrong_first.sort_by_key(|it| it.verdict != Verdict::Wrong);
    let mut tokens: Vec<&Token> = system.tokens.iter().collect();
    tokens.sort_by_key(|it| !it.is_wrong());
    let mut blocks = vec![
        group("What was looked at", wrong_first.into_iter().map(finding)),
        group("Tokens", tokens.into_iter().map(token)),
        group(
            "To be seen to by hand",
            system.preconditions.iter().map(|it| Item {
                mark: '·',
                tone: Tone::Dim,
                head: vec![toned(Tone::Strong, it.what), say(": "), say(it.text)],
                details: Vec::new(),
            }),
        ),
    ];
    for how in How::ALL {
        blocks.push(group(done(*how), rows(system, *how).into_iter()));
    }
    let (on, off): (Vec<_>, Vec<_>) = system.assumptions.iter().partition(|it| it.in_force);
    if all {
        blocks.push(group("Taken for true", on.into_iter().map(held)));
        blocks.push(group("Switched off", off.into_iter().map(held)));
    } else {
        blocks.push(group("Taken for true", counted(&on, &off).into_iter()));
    }
    blocks.retain(|block| !matches!(block, Block::Group { items, .. } if items.is_empty()));
    Section {
        title,
        blocks,
        fold: false,
    }
}

fn group(head: &'static str, items: impl Iterator<Item = Item>) -> Block {
    Block::Group {
        head: vec![toned(Tone::Strong, head)],
        items: items.collect(),
    }
}

fn detail(label: &'static str, text: Vec<Run>) -> Detail {
    Detail { label, text }
}

fn finding(it: &Finding) -> Item {
    let (mark, tone) = match it.verdict {
        Verdict::Fine => ('+', Tone::Give),
        Verdict::CannotTell => ('?', Tone::Dim),
        Verdict::Wrong => ('!', Tone::Alert),
    };
    let help = it.help.iter();
    Item {
        mark,
        tone,
        head: vec![
            foreign_toned(Tone::Strong, it.what.clone()),
            say(": "),
            foreign(it.detail.clone()),
        ],
        details: help
            .map(|help| detail("help", vec![foreign(help.clone())]))
            .collect(),
    }
}

fn token(it: &Token) -> Item {
    let wrong = it.is_wrong();
    let mut head = vec![toned(Tone::Strong, it.name), say(": ")];
    match (it.state, &it.source) {
        (TokenState::There, Some(source)) => {
            head.push(say("there, from "));
            head.push(foreign(source.clone()));
        }
        (TokenState::There, None) => head.push(say("there")),
        (TokenState::NotNamed, _) if it.required => head.push(say("`tokens` does not name it")),
        (TokenState::NotNamed, _) => head.push(say("not named; it may be left out")),
        (TokenState::Missing, _) => {
            let why = it.why.clone().unwrap_or_else(|| "it cannot be read".into());
            head.push(foreign(why));
        }
        (TokenState::NotNeeded, _) => head.push(say("not read: the sandbox needs none")),
    }
    let about = (it.state != TokenState::There).then(|| detail("what", vec![say(it.about)]));
    Item {
        mark: if wrong { '!' } else { '·' },
        tone: if wrong { Tone::Alert } else { Tone::Dim },
        head,
        details: about.into_iter().collect(),
    }
}

fn done(how: How) -> &'static str {
    match how {
        How::Api => "Done by calls",
        How::Manual => "Done by hand",
        How::Impossible => "Not possible",
        How::NotApplicable => "Nothing of the sort there",
    }
}

/// The verbs that are done in one way; those with one answer stand together.
fn rows(system: &System, how: How) -> Vec<Item> {
    let mut together: Vec<(String, &Row)> = Vec::new();
    for row in system
        .capabilities
        .iter()
        .filter(|row| row.how == how.as_str())
    {
        match together.last_mut() {
            Some((verbs, same)) if same.reason == row.reason && same.needs == row.needs => {
                verbs.push_str(", ");
                verbs.push_str(row.verb);
            }
            _ => together.push((row.verb.to_owned(), row)),
        }
    }
    let items = together.into_iter().map(|(verbs, row)| {
        let mut rests: Vec<Cow<'static, str>> = vec![row.confidence.into()];
        rests.extend(row.needs.map(|slug| format!("needs {slug}").into()));
        rests.extend(row.assumption.map(|name| format!("rests on {name}").into()));
        Item {
            mark: '·',
            tone: Tone::Dim,
            head: vec![
                toned(Tone::Strong, verbs),
                say(": "),
                say(row.reason),
                toned(Tone::Dim, format!(" ({})", rests.join(", "))),
            ],
            details: Vec::new(),
        }
    });
    items.collect()
}

/// How many assumptions there are, and which the settings do without.
fn counted(on: &[&Held], off: &[&Held]) -> Option<Item> {
    let count = |held: &[&Held]| u32::try_from(held.len()).unwrap_or(u32::MAX);
    if on.is_empty() && off.is_empty() {
        return None;
    }
    let optional: Vec<&Held> = on
        .iter()
        .copied()
        .filter(|it| it.switch.is_some())
        .collect();
    let mut head = vec![say(format!(
        "{} that no documentation confirms",
        words::count(count(on), "thing", "things")
    ))];
    if !optional.is_empty() {
        head.push(say(format!(
            ", of which {} can be switched off",
            count(&optional)
        )));
    }
    if !off.is_empty() {
        let names: Vec<&str> = off.iter().map(|it| it.name).collect();
        head.push(say(format!("; switched off: {}", names.join(", "))));
    }
    head.push(say("; --assumptions lists them, as the vendor's page does"));
    Some(Item {
        mark: '·',
        tone: Tone::Dim,
        head,
        details: Vec::new(),
    })
}

fn held(it: &Held) -> Item {
    let mut details = vec![detail("safe", vec![say(it.safeguard)])];
    if let (Some(when_off), Some(switch)) = (it.when_off, &it.switch) {
        details.push(detail(
            "off",
            vec![say(format!("{switch} under the system in keyholder.yaml"))],
        ));
        details.push(detail("then", vec![say(when_off)]));
    }
    Item {
        mark: '·',
        tone: Tone::Dim,
        head: vec![
            toned(Tone::Strong, it.name),
            toned(Tone::Dim, format!(" [{}]", it.mark)),
            say(": "),
            say(it.claim),
        ],
        details,
    }
}
