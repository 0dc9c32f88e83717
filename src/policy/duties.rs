//! Policies: what must hold of who has what, on the live side, after any set of steps, and in the files.
//!
//! Not the turning into holds: that is `keep`. Invariant: a step is forbidden only where it is what breaks the rule; what
//! is broken without it is a finding, and no count ever holds somebody who leaves.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::board::{Area, Board, Forbidden, Who, gives_more, has_after, is_silent, owns, reduces};
use super::count::{self, Count};
use super::unread;
use crate::catalog::RightId;
use crate::model::{
    AccountState, Breach, Demand, FenceSays, Grant, GrantState, NamedRights as Named, OnlyRole,
    PersonKey, PlaceId, Policy, SystemName, Within,
};
use crate::plan::{Because, Finding, FindingSide, HoldCode, Note, Step, holds_right};

/// Judges every policy. Those about one person come first: what they hold gives nothing that a count could count on.
pub(super) fn judge(board: &mut Board<'_>) {
    let policies = &board.input.desired.policies;
    let is_count = |policy: &&Policy| matches!(policy.demand, Demand::Holders { .. });
    for policy in policies.iter().filter(|policy| !is_count(policy)) {
        let rule = Rule { policy };
        match &policy.demand {
            Demand::Separation { rights, within } => rule.separation(board, rights, *within),
            Demand::Only {
                role,
                right,
                people,
            } => {
                if let Some(role) = role {
                    rule.only_role(board, role, people);
                }
                if let Some(right) = right {
                    rule.only_right(board, right, people);
                }
            }
            Demand::Expiry { lines, .. } => {
                let help = "write an `until` that is soon enough, or a `waive` line with a reason";
                rule.lines(board, lines, "wants the access of", "to end in time", help);
            }
            Demand::Fence {
                lines,
                says,
                people,
            } => {
                rule.outside(board, says, people);
                let help = "write it in a file that may say it, or let somebody who may change the settings widen the fence";
                rule.lines(board, lines, "lets", "have nothing by this line", help);
            }
            Demand::Holders { .. } => {}
        }
    }
    for policy in policies.iter().filter(is_count) {
        if let Demand::Holders {
            right,
            each,
            at_least,
        } = &policy.demand
        {
            Rule { policy }.holders(board, right, *each, *at_least);
        }
    }
}

/// A policy, and the words for what breaks it.
struct Rule<'p> {
    policy: &'p Policy,
}

/// What a finding is about.
struct About {
    side: FindingSide,
    people: BTreeSet<PersonKey>,
    rights: Vec<Arc<str>>,
    area: Area,
    message: String,
    help: String,
    lines: Vec<Because>,
}

impl Rule<'_> {
    /// ``policy `two-managers` (policies.yaml:3)``.
    fn name(&self, board: &Board<'_>) -> String {
        let place = board.place_of(self.policy.origin);
        let noun = if self.is_fence() {
            "the fence of"
        } else {
            "policy"
        };
        format!("{noun} `{}` ({place})", self.policy.key)
    }

    fn is_fence(&self) -> bool {
        matches!(self.policy.demand, Demand::Fence { .. })
    }

    fn because(&self, board: &Board<'_>) -> Vec<Because> {
        vec![board.line(self.policy.origin)]
    }

    fn forbid(&self, board: &mut Board<'_>, step: usize, what: &str, help: String) {
        let forbidden = Forbidden {
            code: if self.is_fence() {
                HoldCode::Fence
            } else {
                HoldCode::Policy
            },
            message: format!("{} {what}", self.name(board)),
            help,
            because: self.because(board),
        };
        board.forbid(step, forbidden);
    }

    fn find(&self, board: &mut Board<'_>, about: About) {
        let mut because = self.because(board);
        because.extend(about.lines);
        let finding = Finding {
            policy: self.policy.key.clone(),
            side: about.side,
            people: about.people.into_iter().collect(),
            rights: about.rights,
            system: about.area.system,
            place: about.area.place,
            message: format!("{} {}", self.name(board), about.message),
            help: about.help,
            because,
        };
        board.findings.insert(finding);
    }

    /// Whether somebody is waived; a waiver that counts is told.
    fn is_waived(&self, board: &mut Board<'_>, person: Option<&PersonKey>, what: &str) -> bool {
        let as_of = board.input.desired.as_of;
        let waiver = person.and_then(|person| self.policy.waiver(person, as_of));
        let Some(waiver) = waiver else {
            return false;
        };
        let until = waiver
            .until
            .map_or_else(|| "for good".into(), |until| format!("until {until}"));
        let why = if waiver.because.is_empty() {
            String::new()
        } else {
            format!(", because: {}", waiver.because)
        };
        let text = format!(
            "{} is waived for `{}` {until} ({}{why}): {what}",
            self.name(board),
            waiver.person,
            board.place_of(waiver.origin),
        );
        board.notes.insert(Note {
            system: None,
            place: None,
            text,
        });
        true
    }

    fn holders(&self, board: &mut Board<'_>, right: &Named, each: Within, at_least: u32) {
        if right.rights.is_empty() {
            return;
        }
        let demands = format!("keeps at least {at_least} with `{}`", right.text);
        let at_least = usize::try_from(at_least).unwrap_or(usize::MAX);
        let slugs = board.slugs(right.rights.iter().copied());
        let known: Vec<Area> = board
            .areas(each)
            .into_iter()
            .filter(|area| board.is_known(area))
            .collect();
        for area in known {
            let today = count::today(board, &right.rights, &area);
            let today: BTreeSet<_> = today.into_values().collect();
            let missing = at_least.saturating_sub(today.len());
            if missing == 0 || unread::decides(board, self.policy, right, &area, missing) {
                continue;
            }
            let about = About {
                side: FindingSide::Live,
                people: today
                    .iter()
                    .filter_map(|who| who.person().cloned())
                    .collect(),
                rights: slugs.clone(),
                message: format!(
                    "{demands} {}, and today {} can get in with it: {}",
                    area.call(),
                    today.len(),
                    count::names(&today)
                ),
                help: "give it to more people there; an invitation counts once it is accepted"
                    .into(),
                area,
                lines: Vec::new(),
            };
            self.find(board, about);
        }
        let count = Count {
            rights: &right.rights,
            each,
            at_least,
        };
        let (short, leaving) = count::judge(board, &count);
        for it in leaving {
            let leavers: Vec<String> = it.leavers.iter().map(|key| format!("`{key}`")).collect();
            let about = About {
                side: FindingSide::Leaving,
                message: format!(
                    "{demands} {}, and without {}, who leaves and whom no count holds, {} could be left: {}",
                    it.area.call(),
                    leavers.join(", "),
                    it.left.len(),
                    count::names(&it.left)
                ),
                people: it.leavers,
                rights: slugs.clone(),
                help: "give it to somebody else there now".into(),
                area: it.area,
                lines: Vec::new(),
            };
            self.find(board, about);
        }
        for it in short {
            let what = format!(
                "{demands} {}: after this step {} could be left: {}",
                it.area.call(),
                it.left.len(),
                count::names(&it.left)
            );
            let help = "let somebody else have it there first; only who can get in counts, no pending invitation and no step by hand";
            self.forbid(board, it.step, &what, help.into());
        }
    }

    fn separation(&self, board: &mut Board<'_>, rights: &[Named], within: Within) {
        let all: BTreeSet<usize> = (0..rights.len()).collect();
        let slugs = board.slugs(rights.iter().flat_map(|named| named.rights.iter().copied()));
        let texts: Vec<String> = rights
            .iter()
            .map(|named| format!("`{}`", named.text))
            .collect();
        let texts = texts.join(" and ");
        let demands = format!("parts {texts} within each {}", within.name());
        let mut told: BTreeSet<(PersonKey, Area)> = BTreeSet::new();
        for ((who, area), cell) in cells(board, rights, within) {
            let (person, called) = (who.person(), who.call());
            let here = person.map(|person| (person.clone(), area.clone()));
            let live = cell
                .live
                .values()
                .flatten()
                .copied()
                .collect::<BTreeSet<_>>();
            if live == all {
                let what = format!("{called} has {texts} {}", area.call());
                told.extend(here);
                if !self.is_waived(board, person, &what) {
                    let about = About {
                        side: FindingSide::Live,
                        people: person.cloned().into_iter().collect(),
                        rights: slugs.clone(),
                        message: format!("{demands}, and today {what}"),
                        help: "take one of them, or write a `waive` line with a reason".into(),
                        area: area.clone(),
                        lines: Vec::new(),
                    };
                    self.find(board, about);
                }
                continue;
            }
            let mut allowed: BTreeMap<&Spot, BTreeSet<usize>> = BTreeMap::new();
            for (step, spot, after) in &cell.steps {
                let before = cell.live.get(spot);
                if before.is_some_and(|before| after.is_subset(before)) {
                    continue;
                }
                let earlier = board.before(*step);
                let mut has = after.clone();
                for (other, live) in cell.live.iter().filter(|(other, _)| *other != spot) {
                    // What is taken there before counts as taken.
                    let taken = cell
                        .steps
                        .iter()
                        .find(|(at, there, _)| there == other && earlier.contains(at));
                    has.extend(taken.map_or(live, |(_, _, after)| after));
                }
                let others = allowed.iter().filter(|(other, _)| **other != spot);
                has.extend(others.flat_map(|(_, after)| after.iter().copied()));
                if has != all {
                    allowed.entry(spot).or_default().extend(after);
                    continue;
                }
                let what = format!("{called} would have {texts} {}", area.call());
                told.extend(here.clone());
                if self.is_waived(board, person, &what) {
                    allowed.entry(spot).or_default().extend(after);
                    continue;
                }
                self.forbid(
                    board,
                    *step,
                    &format!("{demands}: {what}"),
                    "give one of them only, take the other first, or write a `waive` line with a reason".into(),
                );
            }
        }
        self.separation_declared(board, rights, within, &told, &demands, &texts, &slugs);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the words of one rule, said once"
    )]
    fn separation_declared(
        &self,
        board: &mut Board<'_>,
        rights: &[Named],
        within: Within,
        told: &BTreeSet<(PersonKey, Area)>,
        demands: &str,
        texts: &str,
        slugs: &[Arc<str>],
    ) {
        for (key, lines) in declared(board, rights, within) {
            let (person, area) = &key;
            let what = format!("the files give `{person}` {texts} {}", area.call());
            if told.contains(&key) || self.is_waived(board, Some(person), &what) {
                continue;
            }
            let about = About {
                side: FindingSide::Declared,
                people: [person.clone()].into(),
                rights: slugs.to_vec(),
                message: format!("{demands}, and {what}"),
                help: "change the lines, or write a `waive` line with a reason".into(),
                area: area.clone(),
                lines,
            };
            self.find(board, about);
        }
    }

    fn only_right(&self, board: &mut Board<'_>, right: &Named, people: &BTreeSet<PersonKey>) {
        let catalog = board.catalog();
        let slugs = board.slugs(right.rights.iter().copied());
        let demands = format!("keeps `{}` for {}", right.text, list(people));
        let everything = Area {
            system: None,
            place: None,
        };
        let mut told = BTreeSet::new();
        for row in board.rows(&everything) {
            let person = row.who.person();
            let has = right
                .rights
                .iter()
                .any(|&id| holds_right(catalog, row.account.rights.as_deref(), None, id));
            if !has
                || row.account.state == AccountState::Blocked
                || person.is_some_and(|key| people.contains(key))
            {
                continue;
            }
            let area = Area::of(Within::Location, row.system, row.place);
            let what = format!("{} has it {}", row.who.call(), area.call());
            told.extend(person.map(|key| (key.clone(), row.system.clone(), row.place.clone())));
            if !self.is_waived(board, person, &what) {
                let about = About {
                    side: FindingSide::Live,
                    people: person.cloned().into_iter().collect(),
                    rights: slugs.clone(),
                    message: format!("{demands}, and today {what}"),
                    help: "take it from them, or name them under `people`".into(),
                    area,
                    lines: Vec::new(),
                };
                self.find(board, about);
            }
        }
        let gaining: Vec<usize> = board
            .steps()
            .filter(|(_, step)| !step.person.as_ref().is_some_and(|key| people.contains(key)))
            .filter(|(_, step)| {
                let gains = |&id: &RightId| {
                    let before = step.before.as_ref();
                    !before
                        .is_some_and(|before| holds_right(catalog, Some(&before.rights), None, id))
                        && gets(board, step, id)
                };
                right.rights.iter().any(gains)
            })
            .map(|(at, _)| at)
            .collect();
        for at in gaining {
            let Some(step) = board.draft.steps.get(at) else {
                continue;
            };
            let person = step.person.clone();
            let what = format!("{} would get it at {}", called(step), step.place);
            told.extend(
                person
                    .clone()
                    .map(|key| (key, step.system.clone(), step.place.clone())),
            );
            if !self.is_waived(board, person.as_ref(), &what) {
                let help = "leave the right out of their role, or name them under `people`";
                self.forbid(board, at, &format!("{demands}: {what}"), help.into());
            }
        }
        let wanted: Vec<(PersonKey, Area, Vec<Because>)> = grants(board)
            .filter(|(key, grant)| {
                let place = ((*key).clone(), grant.system.clone(), grant.place.clone());
                !people.contains(*key)
                    && !told.contains(&place)
                    && right
                        .rights
                        .iter()
                        .any(|&id| holds_right(catalog, Some(&grant.rights), None, id))
            })
            .map(|(key, grant)| (key.clone(), area_of(grant), lines(board, grant)))
            .collect();
        for (person, area, lines) in wanted {
            let what = format!("the files give it to `{person}` {}", area.call());
            self.declared(board, person, area, &slugs, &demands, &what, lines);
        }
    }

    fn only_role(&self, board: &mut Board<'_>, role: &OnlyRole, people: &BTreeSet<PersonKey>) {
        let demands = format!("keeps the role `{}` for {}", role.role, list(people));
        for system in &role.owns {
            let area = Area {
                system: Some(system.clone()),
                place: None,
            };
            for row in board.rows(&area) {
                let person = row.who.person();
                if !owns(row.account) || person.is_some_and(|key| people.contains(key)) {
                    continue;
                }
                let area = Area::of(Within::Location, row.system, row.place);
                let what = format!("{} is an owner {}", row.who.call(), area.call());
                if !self.is_waived(board, person, &what) {
                    let about = About {
                        side: FindingSide::Live,
                        people: person.cloned().into_iter().collect(),
                        rights: Vec::new(),
                        message: format!("{demands}, and today {what}"),
                        help: "pass ownership on in the vendor's own page, or name them under `people`".into(),
                        area,
                        lines: Vec::new(),
                    };
                    self.find(board, about);
                }
            }
        }
        let others: Vec<(PersonKey, SystemName, PlaceId, Vec<Because>)> = grants(board)
            .filter(|(key, grant)| !people.contains(*key) && grant.roles.contains(&role.role))
            .map(|(key, grant)| {
                let place = (grant.system.clone(), grant.place.clone());
                (key.clone(), place.0, place.1, lines(board, grant))
            })
            .collect();
        let help = "give them another role, or name them under `people`";
        for (person, system, place, lines) in others {
            let what = format!("`{person}` would get it at {place}");
            if !self.forbid_gains(
                board,
                &person,
                &system,
                &place,
                &format!("{demands}: {what}"),
                &what,
                help,
            ) {
                let area = Area::of(Within::Location, &system, &place);
                let what = format!("the files give it to `{person}` at {place}");
                self.declared(board, person, area, &[], &demands, &what, lines);
            }
        }
    }

    /// Lines that may not say what they say: they give nobody more, and what they gave already is told.
    fn lines(&self, board: &mut Board<'_>, lines: &[Breach], wants: &str, how: &str, help: &str) {
        for line in lines {
            let demands = format!("{wants} `{}` {how}", line.person);
            let place = board.place_of(line.origin);
            let what = format!("{place}: {}", line.why);
            let at: Vec<(SystemName, PlaceId)> = grants(board)
                .filter(|(key, grant)| **key == line.person && grant.because.contains(&line.origin))
                .map(|(_, grant)| (grant.system.clone(), grant.place.clone()))
                .collect();
            let mut forbidden = false;
            for (system, place) in &at {
                let text = format!("{demands}: {what}");
                forbidden |=
                    self.forbid_gains(board, &line.person, system, place, &text, &what, help);
            }
            if !forbidden {
                let lines = vec![board.line(line.origin)];
                let everything = Area {
                    system: None,
                    place: None,
                };
                self.declared(
                    board,
                    line.person.clone(),
                    everything,
                    &[],
                    &demands,
                    &what,
                    lines,
                );
            }
        }
    }

    /// Forbids what would be taken outside of a fence from people of its files. A lockout is no line of a file.
    fn outside(&self, board: &mut Board<'_>, says: &FenceSays, people: &BTreeSet<PersonKey>) {
        let locked = &board.input.memory.locked;
        let found: Vec<(usize, String)> = board
            .steps()
            .filter(|(_, step)| reduces(step) && !says.admits(&step.place))
            .filter_map(|(at, step)| {
                let person = step.person.as_ref()?;
                let person = board.input.desired.people.get(person)?;
                let mut keys = std::iter::once(&person.key).chain(&person.was);
                let is_theirs = people.contains(&person.key) && !keys.any(|key| locked.contains_key(key));
                is_theirs.then(|| {
                    let what = format!(
                        "lets its files say nothing about {}: `{}`, whom they declare, loses nothing there by them",
                        step.place, person.key
                    );
                    (at, what)
                })
            })
            .collect();
        let help = "let somebody who may write about that place say it in a file of theirs, or widen the fence";
        for (at, what) in found {
            self.forbid(board, at, &what, help.into());
        }
    }

    /// Forbids the steps that give somebody more at a place; whether there was one, or a waiver let it through.
    #[expect(
        clippy::too_many_arguments,
        reason = "whose steps, where, and the words for it"
    )]
    fn forbid_gains(
        &self,
        board: &mut Board<'_>,
        person: &PersonKey,
        system: &SystemName,
        place: &PlaceId,
        text: &str,
        what: &str,
        help: &str,
    ) -> bool {
        let catalog = board.catalog();
        let gaining: Vec<usize> = board
            .steps()
            .filter(|(_, step)| {
                step.person.as_ref() == Some(person)
                    && step.system == *system
                    && step.place == *place
                    && gives_more(catalog, step)
            })
            .map(|(at, _)| at)
            .collect();
        if !gaining.is_empty() && self.is_waived(board, Some(person), what) {
            return true;
        }
        for at in &gaining {
            self.forbid(board, *at, text, help.to_owned());
        }
        !gaining.is_empty()
    }

    #[expect(clippy::too_many_arguments, reason = "all that a finding says")]
    fn declared(
        &self,
        board: &mut Board<'_>,
        person: PersonKey,
        area: Area,
        rights: &[Arc<str>],
        demands: &str,
        what: &str,
        lines: Vec<Because>,
    ) {
        if self.is_waived(board, Some(&person), what) {
            return;
        }
        let about = About {
            side: FindingSide::Declared,
            people: [person].into(),
            rights: rights.to_vec(),
            area,
            message: format!("{demands}, and {what}"),
            help: "change the line, or write a `waive` line with a reason".into(),
            lines,
        };
        self.find(board, about);
    }
}

/// A place of a system where a person has, or will have, an account.
type Spot = (SystemName, PlaceId);

/// What one person has of a separation within one area; rights by position in the policy.
#[derive(Default)]
struct Cell {
    live: BTreeMap<Spot, BTreeSet<usize>>,
    steps: Vec<(usize, Spot, BTreeSet<usize>)>,
}

/// Within a location, all its systems count together; the place of an area says where.
fn joint(within: Within, system: &SystemName, place: &PlaceId) -> Area {
    let mut area = Area::of(within, system, place);
    if within == Within::Location && place.location().is_some() {
        area.system = None;
    }
    area
}

/// Everybody with something of a separation, on the live side and by steps; an invitation counts, since whoever accepts
/// it gets in.
fn cells(board: &Board<'_>, rights: &[Named], within: Within) -> BTreeMap<(Who, Area), Cell> {
    let catalog = board.catalog();
    let mut cells: BTreeMap<(Who, Area), Cell> = BTreeMap::new();
    let everything = Area {
        system: None,
        place: None,
    };
    for row in board.rows(&everything) {
        if row.account.state == AccountState::Blocked {
            continue;
        }
        let has = |id| holds_right(catalog, row.account.rights.as_deref(), None, id);
        let has = held(rights, has);
        if !has.is_empty() {
            let key = (row.who.clone(), joint(within, row.system, row.place));
            let spot = (row.system.clone(), row.place.clone());
            cells
                .entry(key)
                .or_default()
                .live
                .entry(spot)
                .or_default()
                .extend(has);
        }
    }
    for (at, step) in board.steps().filter(|(_, step)| !is_silent(step)) {
        if let Some(person) = &step.person {
            let who = Who::Person(person.clone());
            let key = (who, joint(within, &step.system, &step.place));
            let spot = (step.system.clone(), step.place.clone());
            let after = held(rights, |id| gets(board, step, id));
            if !after.is_empty() || cells.contains_key(&key) {
                cells.entry(key).or_default().steps.push((at, spot, after));
            }
        }
    }
    cells
}

/// Which of a separation somebody has.
fn held(rights: &[Named], has: impl Fn(RightId) -> bool) -> BTreeSet<usize> {
    let named = rights.iter().enumerate();
    named
        .filter(|(_, named)| named.rights.iter().any(|&id| has(id)))
        .map(|(at, _)| at)
        .collect()
}

/// Whether an account has a right after a step, once it is in use.
fn gets(board: &Board<'_>, step: &Step, right: RightId) -> bool {
    step.after.as_ref().is_some_and(|after| {
        after.state != AccountState::Blocked && has_after(board.catalog(), step, after, right)
    })
}

/// What the files give today.
fn grants<'b>(board: &Board<'b>) -> impl Iterator<Item = (&'b PersonKey, &'b Grant)> + use<'b> {
    let people = board.input.desired.people.values();
    people
        .flat_map(|person| person.grants.iter().map(move |grant| (&person.key, grant)))
        .filter(|(_, grant)| grant.state == GrantState::Present)
}

/// Which of a separation, and by which grants.
type Given<'g> = (BTreeSet<usize>, Vec<&'g Grant>);

/// Whom the files give all of a separation within one area, with their lines.
fn declared(
    board: &Board<'_>,
    rights: &[Named],
    within: Within,
) -> BTreeMap<(PersonKey, Area), Vec<Because>> {
    let catalog = board.catalog();
    let mut found: BTreeMap<(PersonKey, Area), Given<'_>> = BTreeMap::new();
    for (person, grant) in grants(board) {
        let has = held(rights, |id| {
            holds_right(catalog, Some(&grant.rights), None, id)
        });
        if !has.is_empty() {
            let area = joint(within, &grant.system, &grant.place);
            let entry = found.entry((person.clone(), area)).or_default();
            entry.0.extend(has);
            entry.1.push(grant);
        }
    }
    found
        .into_iter()
        .filter(|(_, (has, _))| has.len() == rights.len())
        .map(|(key, (_, grants))| {
            let mut all: Vec<Because> = Vec::new();
            for line in grants.into_iter().flat_map(|grant| lines(board, grant)) {
                if !all.contains(&line) {
                    all.push(line);
                }
            }
            (key, all)
        })
        .collect()
}

fn lines(board: &Board<'_>, grant: &Grant) -> Vec<Because> {
    grant.because.iter().map(|&span| board.line(span)).collect()
}

fn area_of(grant: &Grant) -> Area {
    Area::of(Within::Location, &grant.system, &grant.place)
}

fn called(step: &Step) -> String {
    match (&step.person, &step.account) {
        (Some(person), _) => format!("`{person}`"),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => "somebody".into(),
    }
}

fn list(people: &BTreeSet<PersonKey>) -> String {
    if people.is_empty() {
        return "nobody".into();
    }
    let people: Vec<String> = people.iter().map(|key| format!("`{key}`")).collect();
    people.join(", ")
}
