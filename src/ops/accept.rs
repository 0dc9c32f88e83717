//! What somebody did by hand at a vendor, taken into the files.
//!
//! Not a way around a rule: only `access` lines and the team member of an account are written, and an edit counts only
//! where the edited project has no error, the difference is gone from its plan, and nothing new has come into it. In
//! reading order: `select` says which differences are meant, `lines` what could be written about one, and here it is
//! tried. Invariant: what two edits would say equally well is not written.

mod lines;
mod select;

use std::collections::BTreeSet;
use std::io;

use self::lines::{Candidate, Way, ways};
use super::edit::Texts;
use super::planned::broken;
use super::project::Project;
use crate::config::edit::edited;
use crate::diagnostic::Diagnostic;
use crate::model::{PersonKey, PlaceId, SystemName};
use crate::plan::{Finding, HoldCode, Plan, Step, StepId, StepKind};

pub use self::select::{NotChosen, Wanted, chosen};

/// What came of accepting.
#[derive(Debug)]
pub struct Accepted {
    /// The files with what could be written.
    pub texts: Texts,
    /// What was written, in words.
    pub written: Vec<Written>,
    /// What a person has to write.
    pub left: Vec<Left>,
}

/// A difference that the files now say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Whose.
    pub person: PersonKey,
    /// Where.
    pub places: Vec<PlaceId>,
    /// What was written.
    pub line: String,
}

/// A difference that was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Whose.
    pub person: PersonKey,
    /// Where.
    pub place: PlaceId,
    /// Why it was not written.
    pub why: String,
    /// What could be written instead, each a choice.
    pub lines: Vec<String>,
}

/// Where a step is: the same for all steps that answer one difference.
type Spot<'a> = (Option<&'a PersonKey>, &'a SystemName, &'a PlaceId);

fn spot(step: &Step) -> Spot<'_> {
    (step.person.as_ref(), &step.system, &step.place)
}

/// Tries to write each of the differences that `steps` answer. `planner` makes the plan of an edited project over the
/// same read as `plan`.
pub fn accept(
    project: &Project,
    plan: &Plan,
    steps: &[Step],
    planner: &dyn Fn(&Project) -> Plan,
) -> io::Result<Accepted> {
    let mut run = Run {
        texts: Texts::read(project)?,
        project: None,
        plan: plan.clone(),
        planner,
    };
    let mut found = Accepted {
        texts: run.texts.clone(),
        written: Vec::new(),
        left: Vec::new(),
    };
    let mut done: BTreeSet<StepId> = BTreeSet::new();
    for step in steps {
        if done.contains(&step.id) {
            continue;
        }
        let Some(person) = step.person.clone() else {
            continue;
        };
        match run.one(project, step, steps) {
            Ok((candidate, places)) => {
                let answered = |it: &&Step| {
                    it.person == step.person
                        && it.system == step.system
                        && places.contains(&it.place)
                };
                done.extend(steps.iter().filter(answered).map(|it| it.id.clone()));
                let line = candidate.line;
                found.written.push(Written {
                    person,
                    places,
                    line,
                });
            }
            Err((why, lines)) => {
                let place = step.place.clone();
                found.left.push(Left {
                    person,
                    place,
                    why,
                    lines,
                });
            }
        }
    }
    found.texts = run.texts;
    Ok(found)
}

struct Run<'a> {
    texts: Texts,
    /// The project as edited so far.
    project: Option<Project>,
    plan: Plan,
    planner: &'a dyn Fn(&Project) -> Plan,
}

impl Run<'_> {
    /// Writes one difference, or says why not and what could be written.
    fn one(
        &mut self,
        first: &Project,
        step: &Step,
        steps: &[Step],
    ) -> Result<(Candidate, Vec<PlaceId>), (String, Vec<String>)> {
        let project = self.project.as_ref().unwrap_or(first);
        let Way { tiers, by_hand } = ways(project, step, steps).map_err(|why| (why.0, why.1))?;
        let mut whys: Vec<String> = Vec::new();
        for tier in tiers {
            let mut good = Vec::new();
            for candidate in tier {
                match self.tried(first, step, &candidate) {
                    Ok(tried) => good.push((candidate, tried)),
                    Err(why) => whys.push(why),
                }
            }
            if good.len() > 1 {
                let lines = good
                    .into_iter()
                    .map(|(candidate, _)| candidate.line)
                    .collect();
                let why =
                    "several edits would say it equally well, and which is meant nobody can tell";
                return Err((why.to_owned(), lines));
            }
            if let Some((candidate, (texts, project, plan))) = good.pop() {
                self.texts = texts;
                self.project = Some(project);
                self.plan = plan;
                let places = candidate.places.clone();
                return Ok((candidate, places));
            }
        }
        whys.dedup();
        let why = whys
            .into_iter()
            .next_back()
            .unwrap_or_else(|| "no line of YAML says it".to_owned());
        Err((why, by_hand))
    }

    /// The files with an edit, if it says the difference, all of it and nothing else.
    fn tried(
        &self,
        first: &Project,
        step: &Step,
        candidate: &Candidate,
    ) -> Result<(Texts, Project, Plan), String> {
        let before = self.texts.get(&candidate.file);
        let before = before.ok_or_else(|| format!("{} is not edited from here", candidate.file))?;
        let after = edited(before, &candidate.changes)
            .map_err(|why| format!("{}: {}", candidate.file, why.why()))?;
        let mut texts = self.texts.clone();
        texts.set(&candidate.file, after);
        let project = texts.open(first);
        if let Some(error) = project
            .diagnostics
            .iter()
            .find(|it| Diagnostic::is_error(it))
        {
            return Err(format!("the project would be refused: {}", error.message));
        }
        // What `check` refuses is a rule of the project, whatever the vendor has already.
        let current = self.project.as_ref().unwrap_or(first);
        let known: BTreeSet<String> = broken(current).into_iter().map(|it| it.message).collect();
        let new = broken(&project).into_iter().map(|it| it.message);
        if let Some(new) = new.into_iter().find(|new| !known.contains(new)) {
            return Err(format!("`check` would refuse the project: {new}"));
        }
        let plan = (self.planner)(&project);
        let answered = |it: &Step| {
            it.person == step.person
                && it.system == step.system
                && candidate.places.contains(&it.place)
        };
        let looks = |it: &Step| matches!(it.kind, StepKind::Check | StepKind::FollowUp);
        if let Some(rest) = all(&plan).find(|it| answered(it) && !looks(it)) {
            return Err(format!(
                "with that line the plan would still {} {} at {}: the line cannot say all of it, or something stronger (`never`, `minus`, a policy) forbids it",
                rest.kind.name(),
                rest.name,
                rest.place
            ));
        }
        let known: BTreeSet<&StepId> = all(&self.plan).map(|step| &step.id).collect();
        if let Some(new) = all(&plan).find(|it| !known.contains(&it.id)) {
            return Err(format!(
                "with that line the plan would also {} {} at {}",
                new.kind.name(),
                new.name,
                new.place
            ));
        }
        let holds = holds(&self.plan);
        if let Some(new) = plan.draft.holds.iter().find(|hold| {
            !holds.contains(&(
                hold.code,
                hold.person.as_ref(),
                hold.system.as_ref(),
                hold.place.as_ref(),
            ))
        }) {
            return Err(format!(
                "with that line the plan would hold: {}",
                new.message
            ));
        }
        let findings = &self.plan.draft.findings;
        let is_known = |new: &Finding| {
            findings.iter().any(|it| {
                it.policy == new.policy
                    && it.side == new.side
                    && it.place == new.place
                    && it.system == new.system
                    && it.people == new.people
            })
        };
        if let Some(new) = plan.draft.findings.iter().find(|it| !is_known(it)) {
            return Err(format!(
                "the files would break `{}`: {}",
                new.policy, new.message
            ));
        }
        Ok((texts, project, plan))
    }
}

type Kept<'a> = (
    HoldCode,
    Option<&'a PersonKey>,
    Option<&'a SystemName>,
    Option<&'a PlaceId>,
);

fn holds(plan: &Plan) -> BTreeSet<Kept<'_>> {
    let holds = plan.draft.holds.iter();
    holds
        .map(|hold| {
            (
                hold.code,
                hold.person.as_ref(),
                hold.system.as_ref(),
                hold.place.as_ref(),
            )
        })
        .collect()
}

/// Every step of a plan, kept back and withheld ones too.
fn all(plan: &Plan) -> impl Iterator<Item = &Step> {
    let draft = &plan.draft;
    let held = draft.holds.iter().filter_map(|hold| hold.step.as_deref());
    let withheld = draft.withheld.iter().map(|it| &it.step);
    draft.steps.iter().chain(held).chain(withheld)
}
