//! Whom the approvals of a project let through.
//!
//! Not the need for one. Invariant: an approval never keeps anything back, so that one more never holds more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::authors::{Authors, is_by_more_than_its_lines};
use super::{loosened, words};
use crate::catalog::{Catalog, RightId};
use crate::model::{AccountId, Allow, Approval, Desired, PersonKey, Since, SystemName};
use crate::plan::{Because, Draft, Input, Need, Step, StepId, StepKind, word};

/// Who is counted: a person, or an account that is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who<'a> {
    Person(&'a PersonKey),
    Account(&'a SystemName, Option<&'a AccountId>),
}

impl<'a> Who<'a> {
    pub(super) fn of(step: &'a Step) -> Self {
        match &step.person {
            Some(key) => Who::Person(key),
            None => Who::Account(&step.system, step.account.as_ref()),
        }
    }
}

/// How many different people steps are about.
pub(super) fn people<'a>(steps: impl IntoIterator<Item = &'a Step>) -> BTreeSet<Who<'a>> {
    steps.into_iter().map(Who::of).collect()
}

/// What the approvals say of some steps.
#[derive(Default)]
pub(super) struct Passed<'a> {
    /// Steps that may be done.
    pub(super) through: BTreeMap<&'a StepId, Arc<str>>,
    /// Why an approval that names some of the rest does not count, in words.
    pub(super) void: Vec<String>,
    /// Further messages among those that may be done, each with the approval that is used up by it.
    used: BTreeMap<&'a StepId, Arc<str>>,
    /// The same by person.
    now: BTreeSet<(PersonKey, Arc<str>)>,
}

const USED: &str =
    "has let one further message through to them, and each needs an entry of its own";

impl Passed<'_> {
    /// Whether an approval has let one more message through to the person of a step, in an earlier run or in this one.
    fn is_used(&self, input: &Input<'_>, step: &Step, word: &Arc<str>) -> bool {
        let Some(key) = &step.person else {
            return false;
        };
        let was = input.desired.people.get(key).into_iter();
        let mut keys = std::iter::once(key).chain(was.flat_map(|person| &person.was));
        keys.any(|key| input.memory.used.contains(&(key.clone(), word.clone())))
            // What one run sends to somebody by a call is for each of their places.
            || step.kind == StepKind::Resend && self.now.contains(&(key.clone(), word.clone()))
    }
}

/// Which of the steps that something keeps back are approved.
pub(super) fn passed<'a>(
    input: &Input<'_>,
    authors: &Authors,
    allow: Allow,
    steps: &[&'a Step],
) -> Passed<'a> {
    let mut passed = Passed::default();
    let approvals = input.desired.rules.approvals.iter();
    for approval in approvals.filter(|approval| approval.allow == allow) {
        let named: Vec<&&Step> = steps
            .iter()
            .filter(|step| names(approval, step, input.desired))
            .collect();
        if named.is_empty() {
            continue;
        }
        let void = approval
            .until
            .filter(|until| *until <= input.desired.as_of)
            .map(|_| "has ended".to_owned());
        let void = void.or_else(|| {
            let most = approval.at_most?;
            let people = people(named.iter().map(|step| **step)).len();
            (people > most as usize).then(|| format!("is for at most {most}, and {people} need it"))
        });
        let origin = input.sources.origin(approval.origin);
        let mut doubts: BTreeSet<String> = void.into_iter().collect();
        if doubts.is_empty() {
            let word = word(approval, input.catalog);
            for step in named {
                let once = allow == Allow::Invitations;
                if once && passed.used.contains_key(&step.id) {
                    continue;
                }
                if once && passed.is_used(input, step, &word) {
                    doubts.insert(USED.to_owned());
                    continue;
                }
                let doubt = input.desired.rules.second_person.then(|| {
                    authors.doubt_about(&origin, step, &behind(input, step), &since(input, step))
                });
                match doubt.flatten() {
                    None => {
                        let rule = || loosened::whom(approval, input.catalog).into();
                        passed.through.entry(&step.id).or_insert_with(rule);
                        if once {
                            passed.used.insert(&step.id, word.clone());
                            let person = step.person.clone();
                            passed.now.extend(person.map(|key| (key, word.clone())));
                        }
                    }
                    Some(why) => drop(doubts.insert(why.to_owned())),
                }
            }
        }
        let place = words::place(&origin);
        let doubts = doubts.into_iter();
        passed
            .void
            .extend(doubts.map(|why| format!("the approval at {place} {why}")));
    }
    passed
}

/// The files that tell who wrote the approvals and the changes that these are about, each with since when it matters who
/// else changed it.
pub(super) fn files(draft: &Draft, input: &Input<'_>) -> BTreeMap<Arc<str>, BTreeSet<Since>> {
    let rules = &input.desired.rules;
    let mut files: BTreeMap<Arc<str>, BTreeSet<Since>> = BTreeMap::new();
    if !rules.second_person {
        return files;
    }
    for approval in &rules.approvals {
        let origin = input.sources.origin(approval.origin);
        files.entry(origin.file).or_default();
        let named = draft
            .steps
            .iter()
            .filter(|step| names(approval, step, input.desired));
        for step in named {
            let lines = step.because.iter().filter_map(|because| match because {
                Because::Line(origin) => Some(origin.file.clone()),
                Because::Rule(_) => None,
            });
            let since = since(input, step);
            for file in lines.chain(behind(input, step)) {
                files.entry(file).or_default().extend(since.clone());
            }
        }
    }
    files
}

/// Since when edits of the files are not applied yet that a step may stem from.
fn since(input: &Input<'_>, step: &Step) -> BTreeSet<Since> {
    let Some(key) = &step.person else {
        return BTreeSet::new();
    };
    let was = input.desired.people.get(key).into_iter();
    let keys = std::iter::once(key).chain(was.flat_map(|person| &person.was));
    input.memory.since(&step.system, &step.place, keys)
}

/// The files that give what a step takes: of the person, of the place with its tags, and of every role that a line of theirs
/// names, with all that it extends. The lines of a step are its first few, and none of them is one that was taken out.
fn behind(input: &Input<'_>, step: &Step) -> BTreeSet<Arc<str>> {
    let (desired, sources) = (input.desired, input.sources);
    let person = step.person.as_ref().and_then(|key| desired.people.get(key));
    let Some(person) = person.filter(|_| is_by_more_than_its_lines(step)) else {
        return BTreeSet::new();
    };
    let mut files = BTreeSet::from([person.origin.file]);
    let place = step
        .place
        .location()
        .and_then(|key| desired.places.get(key));
    files.extend(place.map(|place| place.origin.file));
    let here = person
        .grants
        .iter()
        .filter(|grant| grant.system == step.system && grant.place == step.place);
    let roles = here.flat_map(|grant| &grant.roles);
    let lines = person.standing.iter().filter_map(|line| line.role.as_ref());
    for role in roles.chain(lines) {
        files.extend(desired.role_files.get(role).into_iter().flatten());
    }
    let paths = files.into_iter().filter_map(|file| sources.get(file));
    paths.map(|file| file.path().clone()).collect()
}

/// Whether an approval is about a step: everything that it says has to fit.
fn names(approval: &Approval, step: &Step, desired: &Desired) -> bool {
    let person = step.person.as_ref();
    let by_person =
        approval.people.is_empty() || person.is_some_and(|key| approval.people.contains(key));
    let by_role = approval.role.as_ref().is_none_or(|role| {
        let person = person.and_then(|key| desired.people.get(key));
        let grants = person.into_iter().flat_map(|person| &person.grants);
        grants
            .filter(|grant| grant.system == step.system)
            .any(|grant| grant.roles.contains(role))
    });
    // Of drift every right that somebody changed, with what it opens: one write gives all of them back.
    let catalog = Catalog::current();
    let is_named = |right: RightId| {
        let mut chain = std::iter::once(right).chain(catalog.governors(right));
        chain.any(|it| approval.rights.contains(&it))
    };
    let by_right = approval.any_right
        || if approval.allow == Allow::Drift && !step.by_hand.rights.is_empty() {
            step.by_hand.rights.iter().all(|&right| is_named(right))
        } else {
            let mut changed = step.deltas.iter().map(|delta| delta.right);
            changed.any(|right| approval.rights.contains(&right))
        };
    let by_place = approval
        .location
        .as_ref()
        .is_none_or(|key| step.place.location() == Some(key));
    by_person && by_role && by_right && by_place
}

/// Steps that are let through, and by which approval.
pub(super) type Used = BTreeMap<StepId, Arc<str>>;

/// What became of needs.
pub(super) struct Met {
    /// Those that no approval meets, each with the entry that would.
    pub(super) left: Vec<Need>,
    /// Steps whose needs an approval meets.
    pub(super) through: Used,
    /// Approvals that are used up.
    pub(super) used_up: Used,
}

/// The needs of a draft that no approval meets, and the approvals that meet the others.
pub(super) fn unmet(draft: &Draft, input: &Input<'_>, authors: &Authors, needs: Vec<Need>) -> Met {
    let mut met = Used::new();
    let steps: BTreeMap<&StepId, &Step> = draft.steps.iter().map(|step| (&step.id, step)).collect();
    let mut by_allow: BTreeMap<Allow, Vec<&Step>> = BTreeMap::new();
    for need in &needs {
        if let (Some(allow), Some(step)) = (need.allow, steps.get(&need.step)) {
            by_allow.entry(allow).or_default().push(step);
        }
    }
    let passed: BTreeMap<Allow, Passed<'_>> = by_allow
        .iter()
        .map(|(allow, steps)| (*allow, self::passed(input, authors, *allow, steps)))
        .collect();
    let mut left = Vec::new();
    for mut need in needs {
        let found = need.allow.and_then(|allow| passed.get(&allow));
        if let Some(rule) = found.and_then(|found| found.through.get(&need.step)) {
            met.insert(need.step, Arc::clone(rule));
            continue;
        }
        if let (Some(allow), Some(step)) = (need.allow, steps.get(&need.step)) {
            if need.approval.is_none() {
                need.approval = Some(words::entries(input, allow, &[*step], true));
            }
            if let Some(found) = found.filter(|found| !found.void.is_empty()) {
                need.message = format!("{}; {}", need.message, found.void.join("; "));
            }
            if need.because.is_empty() {
                need.because = vec![words::always(allow)];
            }
        }
        left.push(need);
    }
    let used = passed.values().flat_map(|passed| &passed.used);
    let used_up = used.map(|(&step, word)| (step.clone(), word.clone()));
    Met {
        left,
        through: met,
        used_up: used_up.collect(),
    }
}
