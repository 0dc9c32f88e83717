//! Somebody can always let people in: whoever manages users keeps that until somebody else has it for certain.
//!
//! Not the order of steps: `plan` sets most of it, and here a step may be told to wait for more. Invariant, held by
//! [`verify`] over every sealed plan: a step that takes user management names who still has it, and nothing in the plan
//! takes it from them but a later step with witnesses of its own; the acting account and protected people lose nothing.

use std::collections::BTreeSet;
use std::fmt;

use super::board::{Area, Board, Forbidden, Who, could, is_certain, is_human, leaves, rows, will};
use super::count::{self, Count};
use crate::catalog::{Catalog, RightId, Sensitivity};
use crate::model::{PersonKey, Within};
use crate::plan::{
    Because, DangerClass, Draft, Finding, FindingSide, HoldCode, Input, Plan, Step, StepId,
    StepKind, Witness, is_protected,
};

/// How many witnesses are named for a right.
const MOST_WITNESSES: usize = 3;

/// The rights that decide who else has access.
fn management(catalog: &'static Catalog) -> impl Iterator<Item = RightId> {
    let all = catalog.all();
    all.filter(|right| {
        right.sensitivity == Some(Sensitivity::UserManagement) && right.kind.is_switch()
    })
    .map(|right| right.id)
}

/// What of user management a step takes from whoever can get in.
fn takes(catalog: &'static Catalog, step: &Step) -> impl Iterator<Item = RightId> {
    management(catalog)
        .filter(move |&right| could(catalog, step, right) && !will(catalog, step, right))
}

/// Holds what could leave a place without anybody who manages users, and what reduces the acting or the protected.
pub(super) fn judge(board: &mut Board<'_>) {
    let shielded: Vec<(usize, Forbidden)> = board
        .steps()
        .filter_map(|(at, step)| Some((at, shield(board, step)?)))
        .collect();
    for (at, forbidden) in shielded {
        board.forbid(at, forbidden);
    }
    for right in management(board.catalog()) {
        let count = Count {
            rights: &[right],
            each: Within::Location,
            at_least: 1,
        };
        let (short, leaving) = count::judge(board, &count);
        let (slug, title) = {
            let right = board.catalog().get(right);
            (right.slug, right.title)
        };
        let rule = Because::Rule(
            "whoever manages users keeps that until somebody else has it for certain".into(),
        );
        for it in short {
            let forbidden = Forbidden {
                code: HoldCode::LastManager,
                message: format!(
                    "after this step nobody could be left {} who may {title} (`{slug}`): nobody else has it there now, and no step that gives it comes before for certain",
                    it.area.call()
                ),
                help: "let somebody else have it there first; an invitation counts once it is accepted, and a step by hand once it was read".into(),
                because: vec![rule.clone()],
            };
            board.forbid(it.step, forbidden);
        }
        for it in leaving {
            let leavers: Vec<String> = it.leavers.iter().map(|key| format!("`{key}`")).collect();
            board.findings.insert(Finding {
                policy: "users".into(),
                side: FindingSide::Leaving,
                message: format!(
                    "without {}, who leaves and whom nothing holds, nobody is left {} who may {title} (`{slug}`)",
                    leavers.join(", "),
                    it.area.call()
                ),
                people: it.leavers.into_iter().collect(),
                rights: vec![slug.into()],
                system: it.area.system,
                place: it.area.place,
                help: "give it to somebody else there now".into(),
                because: vec![rule.clone()],
            });
        }
    }
}

/// Why a step may not be: it reduces the acting account or somebody protected.
fn shield(board: &Board<'_>, step: &Step) -> Option<Forbidden> {
    let (whom, help) = shielded(board.input, &board.draft, step)?;
    Some(Forbidden {
        code: HoldCode::Protected,
        message: format!("{whom}: nothing takes their access"),
        help: help.into(),
        because: Vec::new(),
    })
}

/// Whom a step would reduce who is never reduced.
fn shielded(input: &Input<'_>, draft: &Draft, step: &Step) -> Option<(String, &'static str)> {
    if !reduces(step) {
        return None;
    }
    if is_acting(draft, step) {
        let account = step
            .account
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        return Some((
            format!("account {account} is the one whose token `keyholder` uses"),
            "let another owner do it by hand, or use another token",
        ));
    }
    let person = step.person.as_ref()?;
    let line = *input.desired.protected.get(person)?;
    Some((
        is_protected(input.sources, person, line),
        "take the key out of `protected` first, in a change of its own",
    ))
}

fn reduces(step: &Step) -> bool {
    step.class == DangerClass::Removing
        && !matches!(step.kind, StepKind::Check | StepKind::FollowUp)
}

fn is_acting(draft: &Draft, step: &Step) -> bool {
    let known = draft.whose.get(&step.system);
    known
        .into_iter()
        .flatten()
        .any(|known| known.acting && step.account.as_ref() == Some(&known.account))
}

/// Writes into each step that takes user management who still has it.
pub(super) fn name_witnesses(draft: &mut Draft, input: &Input<'_>) {
    let catalog = input.catalog;
    let found: Vec<Vec<Witness>> = draft
        .steps
        .iter()
        .map(|step| {
            let mut witnesses = Vec::new();
            for right in takes(catalog, step) {
                witnesses.extend(witnesses_of(draft, input, step, right));
            }
            witnesses
        })
        .collect();
    for (step, witnesses) in draft.steps.iter_mut().zip(found) {
        step.witnesses = witnesses;
    }
}

/// Who has a right at a step's place whatever is done: nothing takes it from them, or a step gives it before.
fn witnesses_of(draft: &Draft, input: &Input<'_>, step: &Step, right: RightId) -> Vec<Witness> {
    let catalog = input.catalog;
    let area = Area::of(Within::Location, &step.system, &step.place);
    let here = |other: &&Step| other.system == step.system && other.place == step.place;
    // Whoever loses it by a later step has it until that one is done, and that one has witnesses of its own; those of the
    // last are there for all. Leavers have none, so that they are no witnesses.
    let last = draft.steps.iter().position(|other| other.id == step.id);
    let losing: BTreeSet<_> = draft
        .steps
        .iter()
        .enumerate()
        .filter(|(at, other)| {
            last.is_none_or(|last| *at <= last) || leaves(input, other.person.as_ref())
        })
        .map(|(_, other)| other)
        .filter(here)
        .filter(|other| could(catalog, other, right) && !will(catalog, other, right))
        .filter_map(|other| other.account.clone())
        .collect();
    let has = rows(input, &draft.whose, &area).into_iter().filter(|row| {
        super::board::can(catalog, row.account, right)
            && !losing.contains(&row.account.id)
            && is_human(input, &row.who)
    });
    let has = has.map(|row| Witness {
        right,
        account: row.account.id.clone(),
        person: row.who.person().cloned(),
        after: None,
    });
    let get = draft.steps.iter().filter(here).filter(|other| {
        step.waits_for.contains(&other.id)
            && is_certain(other)
            && !could(catalog, other, right)
            && will(catalog, other, right)
    });
    let get = get.filter_map(|other| {
        let account = other.account.clone()?;
        let who = other.person.clone().map_or_else(
            || Who::Account(other.system.clone(), account.clone()),
            Who::Person,
        );
        is_human(input, &who).then(|| Witness {
            right,
            account,
            person: other.person.clone(),
            after: Some(other.id.clone()),
        })
    });
    has.chain(get).take(MOST_WITNESSES).collect()
}

/// A sealed plan that is not safe. It comes from a fault of the program or from a file that was altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsafe {
    /// A step takes something from the account whose token is used.
    Acting(StepId),
    /// A step takes something from somebody protected.
    Protected(StepId, PersonKey),
    /// A step takes user management, and nobody is certain to keep it.
    NoWitness(StepId, RightId),
    /// A witness whom another step takes it from, or who gets it by a step that does not come before.
    FalseWitness(StepId, RightId),
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsafe::Acting(step) => write!(
                f,
                "step {step} takes access from the account whose token is used"
            ),
            Unsafe::Protected(step, person) => {
                write!(
                    f,
                    "step {step} takes access from `{person}`, who is protected"
                )
            }
            Unsafe::NoWitness(step, _) => write!(
                f,
                "step {step} takes the management of users, and nobody is certain to keep it"
            ),
            Unsafe::FalseWitness(step, _) => write!(
                f,
                "step {step} takes the management of users, and whoever is named to keep it may lose it too"
            ),
        }
    }
}

/// Everything that makes a sealed plan unsafe. Pure, and over the plan's own words: what each step has before and after,
/// whom it waits for, whom it names.
pub fn verify(plan: &Plan, input: &Input<'_>) -> Vec<Unsafe> {
    let catalog = input.catalog;
    let draft = &plan.draft;
    let mut found = Vec::new();
    for step in &draft.steps {
        if reduces(step) && is_acting(draft, step) {
            found.push(Unsafe::Acting(step.id.clone()));
        }
        if let Some(person) = &step.person
            && reduces(step)
            && input.desired.protected.contains_key(person)
        {
            found.push(Unsafe::Protected(step.id.clone(), person.clone()));
        }
        for right in takes(catalog, step) {
            let mut of_it = step
                .witnesses
                .iter()
                .filter(|it| it.right == right)
                .peekable();
            if of_it.peek().is_none() {
                // What a program loses locks nobody out.
                let who = step.person.clone().map(Who::Person);
                let is_human = who.is_none_or(|who| is_human(input, &who));
                if is_human && !leaves(input, step.person.as_ref()) {
                    found.push(Unsafe::NoWitness(step.id.clone(), right));
                }
                continue;
            }
            if of_it.any(|witness| !is_true(draft, step, witness, input)) {
                found.push(Unsafe::FalseWitness(step.id.clone(), right));
            }
        }
    }
    found
}

/// Whether a witness has what they are named for, whatever is done: what takes it from them may only come later, and then
/// is held to witnesses of its own.
fn is_true(draft: &Draft, step: &Step, witness: &Witness, input: &Input<'_>) -> bool {
    let catalog = input.catalog;
    let here = |other: &&Step| {
        other.system == step.system
            && other.place == step.place
            && other.account.as_ref() == Some(&witness.account)
    };
    let own = draft.steps.iter().position(|other| other.id == step.id);
    let loses = draft.steps.iter().enumerate().any(|(at, other)| {
        here(&other)
            && could(catalog, other, witness.right)
            && !will(catalog, other, witness.right)
            && (own.is_none_or(|own| at <= own) || leaves(input, other.person.as_ref()))
    });
    let gets = |id: &StepId| {
        step.waits_for.contains(id)
            && draft.steps.iter().filter(here).any(|other| {
                other.id == *id && is_certain(other) && will(catalog, other, witness.right)
            })
    };
    !loses && witness.after.as_ref().is_none_or(gets)
}
