//! What each line of YAML causes, as annotations on a change: GitHub's workflow commands and GitLab's Code Quality report.
//!
//! Not what is wrong with a file, which `check` says. Invariants: a line that causes a step is told once, and nothing from
//! outside is a command of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::names::Names;
use super::view::Frame;
use super::words;
use super::{book, escape, held, outcome};
use crate::apply::{Outcomes, Standing};
use crate::catalog::Sensitivity;
use crate::diagnostic::render::sarif::{self, Level, Problem, Spot};
use crate::model::{PlaceId, SystemName};
use crate::plan::{Because, DangerClass, Effect, HoldCode, Plan, RightDelta, Step, gives};
use crate::text::Origin;

/// How many annotations of one sort GitHub shows of a step of a job.
const SHOWN: usize = 10;

/// What a line causes.
struct Line<'a> {
    origin: &'a Origin,
    class: DangerClass,
    people: BTreeSet<&'a str>,
    places: BTreeSet<(&'a SystemName, &'a PlaceId)>,
    gains: BTreeMap<Sensitivity, BTreeSet<&'a str>>,
    escalates: BTreeSet<&'a str>,
    /// Who has nothing there afterwards.
    leaves: BTreeSet<&'a str>,
    loses: BTreeSet<&'a str>,
    messages: u32,
    held: u32,
}

impl<'a> Line<'a> {
    fn new(origin: &'a Origin) -> Self {
        Self {
            origin,
            class: DangerClass::Safe,
            people: BTreeSet::new(),
            places: BTreeSet::new(),
            gains: BTreeMap::new(),
            escalates: BTreeSet::new(),
            leaves: BTreeSet::new(),
            loses: BTreeSet::new(),
            messages: 0,
            held: 0,
        }
    }

    /// Counts a step: all of it for a line that is behind all of it, else what the line decided.
    fn add(&mut self, step: &'a Step, decided: Option<&[&RightDelta]>, frame: &Frame<'_>) {
        let account = step.account.as_ref().map_or("", |account| account.as_str());
        let who = step.person.as_ref().map_or(account, |key| key.as_str());
        self.people.insert(who);
        self.places.insert((&step.system, &step.place));
        let all: Vec<&RightDelta>;
        let deltas = if let Some(decided) = decided {
            decided
        } else {
            all = step.deltas.iter().collect();
            &all
        };
        let (mut told, mut takes) = (false, false);
        for delta in deltas {
            let right = frame.catalog.get(delta.right);
            let (before, after) = (delta.before.as_ref(), delta.after.as_ref());
            takes |= gives(right, after, before);
            if let Some(why) = frame.why_changed(delta)
                && gives(right, before, after)
            {
                self.gains.entry(why).or_default().insert(who);
                told = true;
            }
        }
        if decided.is_some() {
            let class = match (takes, told) {
                (true, _) => DangerClass::Removing,
                (false, true) => DangerClass::Escalating,
                (false, false) => DangerClass::Safe,
            };
            self.class = self.class.max(class.min(step.class));
            if takes {
                self.loses.insert(who);
            }
            return;
        }
        self.class = self.class.max(step.class);
        if step.after.is_none() && step.class >= DangerClass::Removing {
            self.leaves.insert(who);
        } else if step.swing.takes {
            self.loses.insert(who);
        }
        if step.swing.escalates && !told {
            self.escalates.insert(who);
        }
        let is_message = |effect: &&Effect| matches!(effect, Effect::Mail(_) | Effect::Sms(_));
        let messages = step.effects.iter().filter(is_message).count();
        self.messages += u32::try_from(messages).unwrap_or(u32::MAX);
    }

    fn text(&self) -> String {
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let people = |set: &BTreeSet<&str>| number(set.len());
        let gain = |count: u32| if count == 1 { "gains" } else { "gain" };
        let mut text = format!(
            "this line touches {} in {}",
            words::count(people(&self.people), "person", "people"),
            words::count(number(self.places.len()), "location", "locations")
        );
        for (who, what) in [(&self.leaves, "access"), (&self.loses, "rights")] {
            let count = people(who);
            if count > 0 {
                let verb = if count == 1 { "loses" } else { "lose" };
                text.push_str(&format!("; {count} {verb} {what}"));
            }
        }
        let mut gains: Vec<_> = self.gains.iter().collect();
        gains.sort_by_key(|(why, _)| words::rank(Some(**why)));
        for (why, who) in gains {
            let count = people(who);
            text.push_str(&format!("; {count} {} {} rights", gain(count), why.title()));
        }
        let count = people(&self.escalates);
        if count > 0 {
            text.push_str(&format!("; {count} {} a heavier role", gain(count)));
        }
        if self.messages > 0 {
            let messages = words::count(self.messages, "message is", "messages are");
            text.push_str(&format!("; {messages} sent"));
        }
        if self.held > 0 {
            text.push_str(&format!("; {} held back", self.held));
        }
        text
    }
}

/// Every line that causes a step or a hold, the most dangerous first.
fn lines<'a>(plan: &'a Plan, frame: &Frame<'_>) -> Vec<Line<'a>> {
    let mut found: BTreeMap<(&str, u32), Line<'a>> = BTreeMap::new();
    let draft = &plan.draft;
    let held = draft.holds.iter().filter_map(|hold| hold.step.as_deref());
    let steps = draft.steps.iter().map(|step| (step, 0));
    for (step, held) in steps.chain(held.map(|step| (step, 1))) {
        for (at, (origin, decided)) in behind(step) {
            let line = found.entry(at).or_insert_with(|| Line::new(origin));
            line.add(step, decided.as_deref(), frame);
            line.held += held;
        }
    }
    let mut lines: Vec<Line<'a>> = found.into_values().collect();
    lines.sort_by_key(|line| {
        let gains = line.gains.keys().map(|why| words::rank(Some(*why))).min();
        let gains = gains.unwrap_or(usize::MAX);
        // A line of a role is the doing behind a hundred lines of people, each of which says less.
        let is_dangerous = line.class >= DangerClass::Escalating;
        let people = Reverse(line.people.len());
        (Reverse(is_dangerous), people, Reverse(line.class), gains)
    });
    lines
}

/// A line behind a step, and what of the step it decided; none where the whole step is its doing.
type Behind<'a> = (&'a Origin, Option<Vec<&'a RightDelta>>);

/// The lines behind a step, each once, though several things may stand in it.
fn behind(step: &Step) -> BTreeMap<(&str, u32), Behind<'_>> {
    let mut decided: BTreeMap<&Origin, Vec<&RightDelta>> = BTreeMap::new();
    for delta in &step.deltas {
        if let Some(line) = &delta.line {
            decided.entry(line).or_default().push(delta);
        }
    }
    let mut lines: BTreeMap<(&str, u32), Behind<'_>> = BTreeMap::new();
    for because in &step.because {
        let Because::Line(origin) = because else {
            continue;
        };
        let own = decided.get(origin).cloned();
        let at = (&*origin.file, origin.line);
        match lines.get_mut(&at) {
            None => drop(lines.insert(at, (origin, own))),
            Some((_, known)) => match (known.as_mut(), own) {
                (Some(known), Some(more)) => known.extend(more),
                // What is behind the whole step stays so.
                _ => *known = None,
            },
        }
    }
    lines
}

fn first_line(because: &[Because]) -> Option<&Origin> {
    because.iter().find_map(|because| match because {
        Because::Line(origin) => Some(origin),
        Because::Rule(_) => None,
    })
}

fn problem(
    (rule, about): (&'static str, &'static str),
    level: Level,
    text: &str,
    because: &[Because],
    prefix: &str,
) -> Problem {
    let origin = first_line(because);
    Problem {
        rule,
        about,
        level,
        message: escape::terminal_long(text).into_owned(),
        places: origin
            .map(|origin| spot(origin, prefix))
            .into_iter()
            .collect(),
        anchor: origin.map_or_else(String::new, |origin| origin.text.to_string()),
    }
}

fn spot(origin: &Origin, prefix: &str) -> Spot {
    Spot {
        file: escape::terminal_long(&format!("{prefix}{}", origin.file)).into_owned(),
        line: origin.line,
        column: origin.column,
        end: None,
        text: String::new(),
    }
}

/// The rules that were loosened or are broken, and what is held; what a limit holds with the same words is one.
///
/// Equal holds of many people are one where they are told `once`, else each stands on its own line.
fn problems(plan: &Plan, zone: &TimeZone, prefix: &str, once: bool) -> Vec<Problem> {
    let draft = &plan.draft;
    let broken = draft.findings.iter().map(|finding| {
        problem(
            ("policy-broken", "a policy of the project is broken"),
            Level::Error,
            &format!("policy {}: {}", finding.policy, finding.message),
            &finding.because,
            prefix,
        )
    });
    let mut told: BTreeSet<(&str, String, Option<&Origin>)> = BTreeSet::new();
    let mut held = Vec::new();
    for (sort, group) in held::sorts(&draft.holds) {
        let people = held::people(&group);
        let is_one = once && people >= held::MANY;
        let most = if is_one { 1 } else { group.len() };
        for hold in group.into_iter().take(most) {
            let text = if is_one && hold.code != HoldCode::OverLimit {
                format!("held back for {people} people: {}", sort.message)
            } else {
                format!("held back: {}", hold.message)
            };
            if told.insert((hold.code.name(), text.clone(), first_line(&hold.because))) {
                let rule = (hold.code.name(), words::held(hold.code));
                held.push(problem(rule, Level::Warning, &text, &hold.because, prefix));
            }
        }
    }
    let loosened = draft.loosened.iter().map(|it| {
        let word = |value: &Option<std::sync::Arc<str>>| {
            value.as_ref().map_or_else(
                || "not there".to_owned(),
                |value| book::value(&it.rule, value, zone),
            )
        };
        problem(
            ("rule-loosened", "an edit loosens a rule of the project"),
            Level::Warning,
            &format!(
                "rule loosened: {}: {} → {}",
                it.rule,
                word(&it.before),
                word(&it.after)
            ),
            &it.because,
            prefix,
        )
    });
    loosened.chain(broken).chain(held).collect()
}

/// The steps that were not done, on the first line of YAML behind each.
fn undone(plan: &Plan, outcomes: &Outcomes, frame: &Frame<'_>, prefix: &str) -> Vec<Problem> {
    let names = Names::of(plan);
    let left = outcome::standing(plan, outcomes, Standing::Left);
    let told = left.into_iter().map(|step| {
        let line = outcome::line(plan, &names, step, outcomes, frame.catalog);
        let text: String = line.iter().map(|run| &*run.text).collect();
        problem(
            ("not-done", "a step that was to be applied is not done"),
            Level::Error,
            &format!("not done: {text}"),
            &step.because,
            prefix,
        )
    });
    told.collect()
}

/// A plan with the steps alone that are done.
fn done(plan: &Plan, outcomes: &Outcomes) -> Plan {
    let mut done = plan.clone();
    let is_done = |step: &Step| {
        let outcome = outcomes.of(&step.id);
        outcome.is_some_and(|outcome| outcome.standing() == Standing::Done)
    };
    done.draft.steps.retain(is_done);
    done
}

/// What came of a plan as workflow commands: first what is not done.
pub fn applied_github(plan: &Plan, outcomes: &Outcomes, frame: &Frame<'_>, prefix: &str) -> String {
    let undone = undone(plan, outcomes, frame, prefix);
    let errors: Vec<_> = undone
        .iter()
        .map(|it| (it.places.first().cloned(), it.rule, it.message.clone()))
        .collect();
    let errors = commands("error", &errors, ("more is", "more are", "not done"));
    errors + &github(&done(plan, outcomes), frame, prefix)
}

/// What came of a plan as GitLab's Code Quality report.
pub fn applied_gitlab(plan: &Plan, outcomes: &Outcomes, frame: &Frame<'_>, prefix: &str) -> String {
    let mut all = undone(plan, outcomes, frame, prefix);
    all.extend(all_problems(&done(plan, outcomes), frame, prefix));
    sarif::pretty(&sarif::gitlab(&all))
}

/// Workflow commands, a line each. GitHub shows ten of a sort; what is beyond is counted in the tenth.
pub fn github(plan: &Plan, frame: &Frame<'_>, prefix: &str) -> String {
    let problems = problems(plan, frame.zone, prefix, true);
    let warnings = problems
        .iter()
        .map(|it| (it.places.first().cloned(), it.rule, it.message.clone()));
    let lines = lines(plan, frame);
    let notices = lines
        .iter()
        .map(|line| (Some(spot(line.origin, prefix)), "keyholder", line.text()));
    let warnings = commands(
        "warning",
        &warnings.collect::<Vec<_>>(),
        ("more is", "more are", "held back or broken"),
    );
    let notices = commands(
        "notice",
        &notices.collect::<Vec<_>>(),
        ("more line causes", "more lines cause", "changes"),
    );
    warnings + &notices
}

fn commands(
    level: &str,
    all: &[(Option<Spot>, &str, String)],
    (one, many, what): (&str, &str, &str),
) -> String {
    let most = if all.len() > SHOWN { SHOWN - 1 } else { SHOWN };
    let mut out = String::new();
    for (spot, title, text) in all.iter().take(most) {
        let place = spot.as_ref().map_or_else(String::new, |spot| {
            let file = escape::command_property(&spot.file);
            format!("file={file},line={},col={},", spot.line, spot.column)
        });
        out.push_str(&format!(
            "::{level} {place}title={}::{}\n",
            escape::command_property(title),
            escape::command(text)
        ));
    }
    if all.len() > most {
        let more = u32::try_from(all.len() - most).unwrap_or(u32::MAX);
        let more = words::count(more, one, many);
        out.push_str(&format!(
            "::{level} title=keyholder::{more} {what}: see the plan\n"
        ));
    }
    out
}

/// GitLab's Code Quality report: the same lines and problems, all of them.
pub fn gitlab(plan: &Plan, frame: &Frame<'_>, prefix: &str) -> String {
    sarif::pretty(&sarif::gitlab(&all_problems(plan, frame, prefix)))
}

fn all_problems(plan: &Plan, frame: &Frame<'_>, prefix: &str) -> Vec<Problem> {
    let mut problems = problems(plan, frame.zone, prefix, false);
    problems.extend(lines(plan, frame).into_iter().map(|line| Problem {
        rule: "causes-changes",
        about: "a line that causes changes",
        level: match line.class {
            DangerClass::Irreversible | DangerClass::Removing | DangerClass::Escalating => {
                Level::Warning
            }
            DangerClass::Messaging | DangerClass::Safe => Level::Note,
        },
        message: line.text(),
        places: vec![spot(line.origin, prefix)],
        anchor: line.origin.text.to_string(),
    }));
    problems
}

/// What is held and what is broken, for code scanning.
pub fn sarif(plan: &Plan, frame: &Frame<'_>, prefix: &str) -> String {
    sarif::pretty(&sarif::sarif(&problems(plan, frame.zone, prefix, false)))
}
