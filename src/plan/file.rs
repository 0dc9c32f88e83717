//! CONTRACT: a plan that is kept to be reviewed and applied later: `{"id", "plan"}`.
//!
//! `plan` is everything that the id covers, as in [`super::wire`]. What is read here was written by anybody: it is
//! bounded before it is parsed, and nothing of it is ever executed. It only says which steps of a fresh plan were
//! reviewed. Invariant: whatever is read has the id that it says, so that a file in which anything but white space was
//! changed is refused.

mod strict;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::seal::id_of;
use super::step::{Lapse, Plan, PlanId, StepId};
use super::wire::{self, FORMAT};
use crate::canonical::canonical;
use crate::catalog::Catalog;
use crate::model::CLOCKS_DIFFER;

/// The largest file that is read or written.
pub const MOST_BYTES: usize = 64 << 20;
/// The most steps of a file that is read.
pub const MOST_STEPS: usize = 200_000;
/// How long a plan may be applied at most.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Until when a plan may be applied: a day, or the next date that changes it.
pub(super) fn expires(as_of: Timestamp, lapses: &[Lapse]) -> Timestamp {
    let next = lapses.iter().map(|lapse| lapse.at).filter(|at| *at > as_of);
    next.chain([longest(as_of)]).min().unwrap_or(as_of)
}

/// Until when a plan may be applied.
pub fn good_until(plan: &Plan) -> Timestamp {
    expires(plan.draft.as_of, &plan.draft.lapses)
}

/// Why a plan is not to be done any more, because of the time that somebody looked at it: it has expired, or people may not be
/// written to any more.
pub fn overtaken(plan: &Plan, now: Timestamp) -> Option<String> {
    let good_until = good_until(plan);
    if now >= good_until {
        return Some(format!(
            "the plan was good until {good_until}, and it is {now}"
        ));
    }
    let (place, until) = plan.draft.quiet_now(now)?;
    Some(format!(
        "the quiet hours at {place} have begun meanwhile, until {until} (`quiet`): nobody is written to before"
    ))
}

fn longest(as_of: Timestamp) -> Timestamp {
    as_of.checked_add(LONGEST).unwrap_or(Timestamp::MAX)
}

/// A plan as the text of a file.
pub fn to_text(plan: &Plan, catalog: &'static Catalog) -> String {
    let body = wire::body_json(&plan.draft, catalog);
    format!("{:#}\n", json!({ "id": plan.id.to_string(), "plan": body }))
}

/// A plan that somebody kept.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// Its id, which is that of its content.
    pub id: PlanId,
    /// The version of the tool that made it; hostile text.
    pub tool: String,
    /// The instant it is for.
    pub as_of: Timestamp,
    /// Until when it may be applied.
    pub expires: Timestamp,
    /// The digest of the files it was made from; hostile text.
    pub config: String,
    /// Systems and their hosts.
    pub systems: Vec<ReviewedSystem>,
    /// What was reviewed.
    pub steps: Vec<ReviewedStep>,
}

impl Reviewed {
    /// Whether it is for a time that has not come yet, by more than the clocks of two machines may differ.
    pub fn is_of_tomorrow(&self, now: Timestamp) -> bool {
        self.as_of.duration_since(now) > CLOCKS_DIFFER
    }
}

/// A system as a file names it; hostile texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReviewedSystem {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The host that was asked; empty if none.
    pub host: String,
}

/// A step as a file names it; hostile texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedStep {
    /// Its id.
    pub id: StepId,
    /// What it does.
    pub kind: String,
    /// The key of the person; none for an account nobody declared.
    pub person: Option<String>,
    /// The name of the person or the account.
    pub name: String,
    /// The system.
    pub system: String,
    /// The place.
    pub location: String,
    /// The account; none before it exists.
    pub account: Option<String>,
    /// What was to be there; none if nothing.
    pub after: Option<After>,
    /// What was expected and promised: everything that a fresh step must be equal in.
    pub shown: Map<String, Json>,
}

/// What was to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct After {
    /// The vendor role.
    pub role: Option<String>,
    /// Rights that were to change, by slug.
    pub rights: BTreeMap<String, Json>,
}

/// Why a file is refused. Messages may quote hostile text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is too large.
    #[error("it is larger than a plan can be ({} MiB)", MOST_BYTES >> 20)]
    TooLarge,
    /// It has too many steps.
    #[error("it has more than {MOST_STEPS} steps")]
    TooManySteps,
    /// It is no JSON of a sort that plans are.
    #[error("it is no plan file: {0}")]
    NoPlan(String),
    /// It is of another version.
    #[error("it has the format `{0}`, and this version reads `{FORMAT}`")]
    Format(String),
    /// Its id is not that of its content.
    #[error("it was changed after it was made: its id is not the hash of its plan")]
    Changed,
}

#[derive(Deserialize)]
struct Body {
    tool: String,
    as_of: String,
    expires: String,
    config: Config,
    systems: Vec<ReviewedSystem>,
    steps: Vec<Json>,
}

#[derive(Deserialize)]
struct Config {
    digest: String,
}

#[derive(Deserialize)]
struct Step {
    id: String,
    kind: String,
    person: Option<String>,
    name: String,
    system: String,
    location: String,
    account: Option<String>,
    after: Option<After>,
}

/// Reads a file that anybody may have written.
pub fn read(bytes: &[u8]) -> Result<Reviewed, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::TooLarge);
    }
    let no_plan = |error: serde_json::Error| Fault::NoPlan(error.to_string());
    let json = strict::parse(bytes).map_err(no_plan)?;
    let Json::Object(mut file) = json else {
        return Err(Fault::NoPlan("it is no object".to_owned()));
    };
    let (id, plan) = (file.remove("id"), file.remove("plan"));
    let (Some(Json::String(id)), Some(plan), true) = (id, plan, file.is_empty()) else {
        let expected = "`id` and `plan` are expected, and nothing else";
        return Err(Fault::NoPlan(expected.to_owned()));
    };
    match plan.get("format") {
        Some(Json::String(format)) if format == FORMAT => {}
        Some(Json::String(format)) => return Err(Fault::Format(format.clone())),
        _ => return Err(Fault::NoPlan("`plan.format` is missing".to_owned())),
    }
    let text = canonical(&plan).map_err(|error| Fault::NoPlan(error.to_string()))?;
    let known = id_of(&text);
    if *known.0 != *id {
        return Err(Fault::Changed);
    }
    let body: Body = serde_json::from_value(plan).map_err(no_plan)?;
    if body.steps.len() > MOST_STEPS {
        return Err(Fault::TooManySteps);
    }
    let as_of = instant(&body.as_of)?;
    Ok(Reviewed {
        id: known,
        tool: body.tool,
        as_of,
        // A file cannot make itself valid for longer than plans are.
        expires: instant(&body.expires)?.min(longest(as_of)),
        config: body.config.digest,
        systems: body.systems,
        steps: body.steps.into_iter().map(step).collect::<Result<_, _>>()?,
    })
}

fn instant(text: &str) -> Result<Timestamp, Fault> {
    text.parse()
        .map_err(|_| Fault::NoPlan(format!("`{text}` is no instant")))
}

fn step(json: Json) -> Result<ReviewedStep, Fault> {
    let shown = shown(&json);
    let Step {
        id,
        kind,
        person,
        name,
        system,
        location,
        account,
        after,
    } = serde_json::from_value(json).map_err(|error| Fault::NoPlan(error.to_string()))?;
    Ok(ReviewedStep {
        id: StepId(id.into()),
        kind,
        person,
        name,
        system,
        location,
        account,
        after,
        shown,
    })
}

/// Parts of a step that say why, how, when and after what it is done, and not what it does: other people's merges move
/// lines, and a night moves what a step by hand is due at.
const NOT_COMPARED: [&str; 6] = [
    "because",
    "hand",
    "id",
    "instruction",
    "reason",
    "waits_for",
];

/// What a step expects and promises.
pub(super) fn shown(step: &Json) -> Map<String, Json> {
    let Json::Object(parts) = step else {
        return Map::new();
    };
    parts
        .iter()
        .filter(|(name, _)| !NOT_COMPARED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
