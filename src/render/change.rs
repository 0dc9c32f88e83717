//! What a plan changes for people, in words: what they gain and lose at each place, the same for many people once.
//!
//! Shared by every rendering of a plan. Invariants: every step that is handed in stands in exactly one entry, and an
//! entry's lines are true of each of its people at each of its places.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::doc::{
    Block, Detail, Item, Run, Section, Tone, foreign, foreign_toned, prose, say, toned,
};
use super::hand::{self, ShortIds, push_all};
use super::held::of_all;
use super::names::Names;
use super::told::{Told, told};
use super::view::Frame;
use super::words;
use crate::model::{PersonKey, PlaceId};
use crate::plan::{Because, DangerClass, Effect, Mode, Plan, Step, StepId, StepKind};

/// From how many people on an equal change is told once for all of them.
const MANY: usize = 3;

/// The most lines of YAML of one file whose numbers are named.
const LINES: usize = 12;

/// The most lines of YAML that are shown as they are written.
const WRITTEN: usize = 5;

/// What every line may need.
pub(super) struct Page<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) names: &'a Names<'a>,
    pub(super) ids: ShortIds<'a>,
    /// Names that several people of the plan have.
    shared: BTreeSet<&'a str>,
    /// Steps that take what no line gives, where nobody is known to have changed it.
    unchanged: BTreeSet<&'a StepId>,
}

impl<'a> Page<'a> {
    pub(super) fn new(plan: &'a Plan, frame: &'a Frame<'a>, names: &'a Names<'a>) -> Self {
        let mut whose: BTreeMap<&str, Option<&PersonKey>> = BTreeMap::new();
        let mut shared = BTreeSet::new();
        for step in &plan.draft.steps {
            let first = whose.entry(&step.name).or_insert(step.person.as_ref());
            if *first != step.person.as_ref() {
                shared.insert(&*step.name);
            }
        }
        Self {
            frame,
            names,
            ids: ShortIds::of(plan),
            shared,
            unchanged: plan
                .draft
                .drift
                .iter()
                .filter(|drift| !drift.is_change)
                .filter_map(|drift| drift.step.as_ref())
                .collect(),
        }
    }
}

/// Steps as sections: what takes first, then what gives something sensitive, then what is written to somebody.
pub(super) fn sections(steps: &[&Step], page: &Page<'_>) -> Vec<Section> {
    let changes: Vec<&Step> = steps
        .iter()
        .copied()
        .filter(|step| is_change(step))
        .collect();
    let mut entries = entries(&changes, true, page);
    let mut sections = Vec::new();
    for (tone, title, verb, fold) in [
        (
            Tone::Alert,
            "Removals",
            Some(("loses something", "lose something")),
            false,
        ),
        (
            Tone::Alert,
            "Escalations",
            Some((
                "gains something sensitive, or a heavier role",
                "gain something sensitive, or a heavier role",
            )),
            false,
        ),
        (
            Tone::Strong,
            "Messages",
            Some(("is written to", "are written to")),
            false,
        ),
        (Tone::Strong, "Other changes", None, true),
    ] {
        let is_here = |class: DangerClass| match class {
            DangerClass::Removing | DangerClass::Irreversible => title == "Removals",
            DangerClass::Escalating => title == "Escalations",
            DangerClass::Messaging => title == "Messages",
            DangerClass::Safe => title == "Other changes",
        };
        let (here, rest): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| is_here(entry.class));
        entries = rest;
        if here.is_empty() {
            continue;
        }
        let number = |people: BTreeSet<&Who<'_>>| u32::try_from(people.len()).unwrap_or(u32::MAX);
        let those = |is: fn(&Entry<'_>) -> bool| {
            let entries = here.iter().filter(|entry| is(entry));
            number(entries.flat_map(|entry| &entry.people).collect())
        };
        let count = those(|_| true);
        let verb = match (count, verb) {
            (1, Some((one, _))) => format!(" {one}"),
            (_, Some((_, many))) => format!(" {many}"),
            (_, None) => String::new(),
        };
        let mut heading = vec![
            toned(tone, title),
            say(format!(
                ": {}{verb}",
                words::count(count, "person", "people")
            )),
        ];
        // What a step does beside its worst is not hidden behind it.
        let others = [
            (
                those(|it| it.escalates),
                "gains something sensitive",
                "gain something sensitive",
                "Escalations",
            ),
            (
                those(|it| it.writes),
                "is written to",
                "are written to",
                "Messages",
            ),
        ];
        for (others, one, many, own) in others {
            if others == 0 || title == own {
                continue;
            }
            heading.push(say(match (count, others) {
                (1, _) => format!(", and {one}"),
                (_, 1) => format!("; 1 of them {one}"),
                _ => format!("; {others} of them {many}"),
            }));
        }
        sections.push(Section {
            title: heading,
            blocks: here.into_iter().map(|entry| entry.block).collect(),
            fold,
        });
    }
    sections
}

/// A person, or an account that nobody declared.
type Who<'s> = (Option<&'s PersonKey>, &'s str);

fn who(step: &Step) -> Who<'_> {
    let account = step.account.as_ref().map_or("", |account| account.as_str());
    let unnamed = if step.person.is_some() { "" } else { account };
    (step.person.as_ref(), unnamed)
}

/// Somebody's changes, or an equal change of many.
pub(super) struct Entry<'s> {
    class: DangerClass,
    mark: char,
    escalates: bool,
    writes: bool,
    people: BTreeSet<Who<'s>>,
    pub(super) block: Block,
}

/// Equal changes of many people first, then everybody's own; of each the most dangerous first.
///
/// Where entries stand `under_class` headings, a class that the heading says is not said again.
pub(super) fn entries<'s>(
    steps: &[&'s Step],
    under_class: bool,
    page: &Page<'_>,
) -> Vec<Entry<'s>> {
    let mut alike: BTreeMap<String, (Told, Vec<&Step>)> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for step in steps {
        let told = told(step, page);
        let key = told.key(step);
        if let Some((_, group)) = alike.get_mut(&key) {
            group.push(step);
        } else {
            order.push(key.clone());
            alike.insert(key, (told, vec![step]));
        }
    }
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut own: BTreeMap<Who<'_>, Vec<(&Told, Vec<&'s Step>)>> = BTreeMap::new();
    for key in &order {
        let Some((told, group)) = alike.get(key) else {
            continue;
        };
        let people: BTreeSet<Who<'_>> = group.iter().map(|step| who(step)).collect();
        if people.len() >= MANY {
            entries.push(Entry {
                class: told.class,
                mark: told.mark,
                escalates: group.iter().any(|step| step.swing.escalates),
                writes: group.iter().any(|step| writes(step)),
                block: many(
                    told,
                    group,
                    people.len(),
                    under_class.then_some(told.class),
                    page,
                ),
                people,
            });
            continue;
        }
        for person in people {
            let theirs = group.iter().copied().filter(|step| who(step) == person);
            own.entry(person)
                .or_default()
                .push((told, theirs.collect()));
        }
    }
    for (person, mut changes) in own {
        changes.sort_by_key(|(told, _)| Reverse(told.class));
        let Some((first, _)) = changes.first() else {
            continue;
        };
        entries.push(Entry {
            class: first.class,
            mark: first.mark,
            escalates: changes
                .iter()
                .any(|(_, steps)| steps.iter().any(|step| step.swing.escalates)),
            writes: changes
                .iter()
                .any(|(_, steps)| steps.iter().any(|step| writes(step))),
            people: BTreeSet::from([person]),
            block: one(&changes, under_class.then_some(first.class), page),
        });
    }
    // Who loses all comes before who loses something, and many before one.
    entries.sort_by_key(|entry| {
        let many = entry.people.len().max(MANY - 1);
        (Reverse(entry.class), entry.mark != '-', Reverse(many))
    });
    entries
}

fn writes(step: &Step) -> bool {
    let is_message = |effect: &Effect| matches!(effect, Effect::Mail(_) | Effect::Sms(_));
    step.effects.iter().any(is_message)
}

/// Somebody with all that changes for them.
fn one(changes: &[(&Told, Vec<&Step>)], said: Option<DangerClass>, page: &Page<'_>) -> Block {
    let steps = changes.iter().flat_map(|(_, steps)| steps.iter().copied());
    let reasons: Vec<Vec<Vec<Run>>> = changes.iter().map(|(_, steps)| because(steps)).collect();
    // One line of YAML behind everything is told once, at the end.
    let same = reasons.windows(2).all(|pair| pair.first() == pair.last());
    let last = changes.len().saturating_sub(1);
    let items = changes.iter().zip(reasons).enumerate();
    Block::Group {
        head: heading(steps, page),
        items: items
            .map(|(nth, ((told, steps), reasons))| {
                let mut item = item(told, steps, said, page);
                item.details.extend(sends(steps));
                if !same || nth == last {
                    push_all(&mut item.details, "because", reasons);
                }
                item
            })
            .collect(),
    }
}

/// The name, the key, and why it all is.
fn heading<'s>(steps: impl Iterator<Item = &'s Step>, page: &Page<'_>) -> Vec<Run> {
    let steps: Vec<&Step> = steps.collect();
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let mut head = named(&first.name, first.person.as_ref());
    head.push(toned(Tone::Dim, format!("  {}", reasons(&steps, page))));
    head
}

pub(super) fn named(name: &str, key: Option<&PersonKey>) -> Vec<Run> {
    let whose = key.map_or(name, PersonKey::as_str);
    let mut runs = vec![foreign_toned(Tone::Strong, name.to_owned()).naming(whose)];
    if let Some(key) = key {
        runs.push(toned(Tone::Dim, format!("  {key}")));
    }
    runs
}

fn reasons(steps: &[&Step], page: &Page<'_>) -> String {
    let mut reasons: Vec<&'static str> = Vec::new();
    for step in steps {
        let reason = if page.unchanged.contains(&step.id) {
            "access that no line gives"
        } else {
            words::reason(step.reason)
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join(", ")
}

/// A change that many people have in common.
fn many(
    told: &Told,
    steps: &[&Step],
    people: usize,
    said: Option<DangerClass>,
    page: &Page<'_>,
) -> Block {
    let mut item = item(told, steps, said, page);
    push_all(&mut item.details, "who", by_places(steps, page));
    item.details.extend(sends(steps));
    push_all(
        &mut item.details,
        "because",
        because_of_many(&behind(steps)),
    );
    let count = u32::try_from(people).unwrap_or(u32::MAX);
    Block::Group {
        head: vec![
            toned(Tone::Strong, words::count(count, "person", "people")),
            toned(Tone::Dim, format!("  {}", reasons(steps, page))),
        ],
        items: vec![item],
    }
}

/// Everybody once, those of the same places together; the places are named where there are several.
fn by_places(steps: &[&Step], page: &Page<'_>) -> Vec<Vec<Run>> {
    let mut theirs: BTreeMap<Who<'_>, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        theirs.entry(who(step)).or_default().push(step);
    }
    let mut groups: BTreeMap<Vec<&PlaceId>, Vec<Vec<&Step>>> = BTreeMap::new();
    for mut own in theirs.into_values() {
        own.sort_by_key(|step| &step.place);
        let places = own.iter().map(|step| &step.place).collect();
        groups.entry(places).or_default().push(own);
    }
    let mut groups: Vec<(Vec<&PlaceId>, Vec<Vec<&Step>>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, people)| Reverse(people.len()));
    let alone = groups.len() == 1;
    let lines = groups.iter().map(|(places, people)| {
        let mut line = Vec::new();
        if !alone {
            for (nth, place) in places.iter().enumerate() {
                if nth > 0 {
                    line.push(say(", "));
                }
                // The steps of a group are of one system.
                let system = people.iter().flatten().next().map(|step| &step.system);
                line.extend(system.map(|system| page.names.place(system, place)));
            }
            line.push(say(": "));
        }
        line.extend(list(people, page));
        line
    });
    lines.collect()
}

/// Names, with what tells two of the same name apart, and the ids of steps by hand.
fn list(people: &[Vec<&Step>], page: &Page<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for steps in people {
        let Some(first) = steps.first() else {
            continue;
        };
        if !runs.is_empty() {
            runs.push(say(", "));
        }
        let (key, account) = who(first);
        let whose = key.map_or(account, PersonKey::as_str);
        runs.push(foreign(first.name.to_string()).naming(whose));
        match &first.person {
            Some(key) if page.shared.contains(&*first.name) => {
                runs.push(toned(Tone::Dim, format!(" ({key})")));
            }
            Some(_) => {}
            None => {
                let account = first.account.as_ref().map_or("", |id| id.as_str());
                runs.extend([say(" (account "), foreign(account.to_owned()), say(")")]);
            }
        }
        let by_hand = steps.iter().filter(|step| step.mode != Mode::Api);
        let ids: Vec<&str> = by_hand.map(|step| page.ids.short(&step.id)).collect();
        if !ids.is_empty() {
            runs.push(toned(Tone::Alert, format!(" [{}]", ids.join(", "))));
        }
    }
    runs
}

/// One change at all of its places. Its class is not named where it was `said` above it.
fn item(told: &Told, steps: &[&Step], said: Option<DangerClass>, page: &Page<'_>) -> Item {
    let mut head = vec![say(told.doing), say(" ")];
    let mut places: Vec<Run> = Vec::new();
    for step in steps {
        let place = page.names.place(&step.system, &step.place);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let many = steps.iter().map(|step| who(step)).collect::<BTreeSet<_>>();
    if many.len() >= MANY && places.len() > 1 && steps.len() != many.len() * places.len() {
        head.push(say(format!("{} places", places.len())));
    } else {
        for (nth, place) in places.into_iter().enumerate() {
            if nth > 0 {
                head.push(say(", "));
            }
            head.push(place);
        }
    }
    head.extend(told.after.iter().cloned());
    if let Some(class) = words::class(told.class).filter(|_| Some(told.class) != said) {
        let tone = if told.class == DangerClass::Messaging {
            Tone::Dim
        } else {
            Tone::Alert
        };
        head.push(toned(tone, format!("  [{class}]")));
    }
    let by_hand = steps
        .iter()
        .any(|step| matches!(step.mode, Mode::Manual(_)));
    if by_hand && many.len() >= MANY {
        head.push(toned(Tone::Alert, "  [by hand]"));
    } else if by_hand {
        let ids: Vec<&str> = steps.iter().map(|step| page.ids.short(&step.id)).collect();
        head.push(toned(
            Tone::Alert,
            format!("  [by hand {}]", ids.join(", ")),
        ));
    }
    Item {
        mark: told.mark,
        tone: told.tone,
        head,
        details: told.details.clone(),
    }
}

/// The messages of steps: to whom where it is one person, else how many.
fn sends(steps: &[&Step]) -> Vec<Detail> {
    let effects = || steps.iter().flat_map(|step| &step.effects);
    let people: BTreeSet<Who<'_>> = steps.iter().map(|step| who(step)).collect();
    if people.len() < MANY {
        let lines = effects().filter_map(|effect| match effect {
            Effect::Mail(address) => Some(vec![say("an e-mail to "), foreign(address.clone())]),
            Effect::Sms(number) => Some(vec![say("an SMS to "), foreign(number.clone())]),
            Effect::SignOut | Effect::PaidSeat => None,
        });
        let lines = lines.map(|text| Detail {
            label: "sends",
            text,
        });
        return lines.collect();
    }
    let (mut mails, mut texts) = (0, 0);
    for effect in effects() {
        match effect {
            Effect::Mail(_) => mails += 1,
            Effect::Sms(_) => texts += 1,
            Effect::SignOut | Effect::PaidSeat => {}
        }
    }
    let parts: Vec<String> = [(mails, "e-mail", "e-mails"), (texts, "SMS", "SMS")]
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .map(|(count, one, many)| words::count(count, one, many))
        .collect();
    let text = vec![say(parts.join(", "))];
    (!parts.is_empty())
        .then_some(Detail {
            label: "sends",
            text,
        })
        .into_iter()
        .collect()
}

/// What is behind something, whom it is about and where.
pub(super) type Behind<'s> = (&'s [Because], Option<&'s PersonKey>, Option<&'s PlaceId>);

fn behind<'s>(steps: &[&'s Step]) -> Vec<Behind<'s>> {
    let of = |step: &&'s Step| (&step.because[..], step.person.as_ref(), Some(&step.place));
    steps.iter().map(of).collect()
}

/// The lines and rules behind things, and behind how many of them each is.
fn lines<'s>(all: &[Behind<'s>]) -> Vec<(&'s Because, usize)> {
    let mut lines: Vec<(&Because, usize)> = Vec::new();
    let mut seen: BTreeMap<&Because, usize> = BTreeMap::new();
    for because in all.iter().flat_map(|(because, _, _)| *because) {
        let at = *seen.entry(because).or_insert_with(|| {
            lines.push((because, 0));
            lines.len() - 1
        });
        if let Some((_, count)) = lines.get_mut(at) {
            *count += 1;
        }
    }
    lines
}

/// The lines behind somebody's steps: the first as they are written, which are the telling ones, the rest by number.
fn because(steps: &[&Step]) -> Vec<Vec<Run>> {
    let lines: Vec<&Because> = lines(&behind(steps))
        .into_iter()
        .map(|(line, _)| line)
        .collect();
    in_short(&lines)
}

/// Lines and rules, most telling first: of many, the first as they are written and the rest by number.
pub(super) fn in_short(lines: &[&Because]) -> Vec<Vec<Run>> {
    let (first, rest) = lines.split_at(written(lines.len()));
    let mut shown: Vec<Vec<Run>> = first.iter().map(|line| words::because(line)).collect();
    shown.extend(by_number(rest.iter().copied()));
    let rules = rest.iter().filter(|it| matches!(it, Because::Rule(_)));
    shown.extend(rules.map(|rule| words::because(rule)));
    shown
}

/// How many of some lines are shown as they are written: one more costs no more room than to say where it is.
fn written(lines: usize) -> usize {
    if lines <= WRITTEN + 1 { lines } else { WRITTEN }
}

/// Where lines stand, file by file, each once: `12, 14-18`.
fn by_number<'b>(lines: impl Iterator<Item = &'b Because>) -> Vec<Vec<Run>> {
    let mut files: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for line in lines {
        if let Because::Line(origin) = line {
            files.entry(&origin.file).or_default().insert(origin.line);
        }
    }
    let files = files.into_iter().map(|(file, numbers)| {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for number in &numbers {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
                _ => ranges.push((*number, *number)),
            }
        }
        let (named, rest) = ranges.split_at(ranges.len().min(LINES));
        let named = named.iter().map(|(first, last)| match last - first {
            0 => first.to_string(),
            _ => format!("{first}-{last}"),
        });
        let named: Vec<String> = named.collect();
        let lines = if numbers.len() == 1 { "line" } else { "lines" };
        let mut text = format!(": {lines} {}", named.join(", "));
        let unnamed: u32 = rest.iter().map(|(first, last)| last - first + 1).sum();
        if unnamed > 0 {
            text.push_str(&format!(" and {unnamed} more"));
        }
        vec![
            foreign_toned(Tone::Dim, file.to_owned()),
            toned(Tone::Dim, text),
        ]
    });
    files.collect()
}

/// The lines behind what many people have: what they have in common as it is written, and where each one's own is.
pub(super) fn because_of_many(all: &[Behind<'_>]) -> Vec<Vec<Run>> {
    let mut lines = lines(all);
    lines.sort_by_key(|(_, count)| Reverse(*count));
    let (common, own): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .partition(|(_, count)| count * 2 > all.len());
    // A rule that is said of each of them is said once, of all.
    let mut rules: Vec<String> = Vec::new();
    for (because, person, place) in all {
        for because in *because {
            if let Because::Rule(rule) = because {
                let rule = of_all(rule, *person, *place);
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
    }
    let is_line = |it: &&Because| matches!(it, Because::Line(_));
    let common: Vec<&Because> = common
        .iter()
        .map(|(line, _)| *line)
        .filter(is_line)
        .collect();
    let (first, rest) = common.split_at(written(common.len()));
    let mut shown: Vec<Vec<Run>> = first.iter().map(|line| words::because(line)).collect();
    let own = own.iter().map(|(line, _)| *line);
    shown.extend(by_number(rest.iter().copied().chain(own)));
    let more = rules.len().saturating_sub(WRITTEN);
    shown.extend(
        rules
            .into_iter()
            .take(WRITTEN)
            .map(|rule| vec![prose(rule)]),
    );
    if more > 0 {
        let text = format!(
            "and {} like these",
            words::count(number(more), "rule", "rules")
        );
        shown.push(vec![toned(Tone::Dim, text)]);
    }
    shown
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Steps in full, grouped by person, with what is to be done by hand: for whoever does them.
pub(super) fn in_full(steps: &[&Step], page: &Page<'_>) -> Vec<Block> {
    by_person(steps, page, |step| {
        let told = told(step, page);
        let mut item = item(&told, &[step], None, page);
        item.details.extend(sends(&[step]));
        let id = page.ids.short(&step.id);
        item.details.extend(hand::details(step, page.frame, id));
        push_all(&mut item.details, "because", because(&[step]));
        item
    })
}

/// What is to be done by hand for steps that were told already.
pub(super) fn by_hand(steps: &[&Step], page: &Page<'_>) -> Vec<Block> {
    let manual: Vec<&Step> = steps
        .iter()
        .copied()
        .filter(|step| matches!(step.mode, Mode::Manual(_)))
        .collect();
    by_person(&manual, page, |step| {
        let told = told(step, page);
        let mut item = item(&told, &[step], None, page);
        item.details = hand::details(step, page.frame, page.ids.short(&step.id));
        if !is_change(step) {
            push_all(&mut item.details, "because", because(&[step]));
        }
        item
    })
}

/// Whether somebody has more or less afterwards. Looking and tidying up is told only where it says what to do.
pub(super) fn is_change(step: &Step) -> bool {
    let only_done = matches!(step.kind, StepKind::Check | StepKind::FollowUp);
    !only_done || step.mode == Mode::Api
}

/// Steps grouped by person, the group with the most dangerous step first.
fn by_person(steps: &[&Step], page: &Page<'_>, item: impl Fn(&Step) -> Item) -> Vec<Block> {
    let mut groups: BTreeMap<Who<'_>, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        groups.entry(who(step)).or_default().push(step);
    }
    let mut groups: Vec<Vec<&Step>> = groups.into_values().collect();
    groups.sort_by_key(|steps| Reverse(steps.iter().map(|step| step.class).max()));
    groups
        .into_iter()
        .map(|steps| Block::Group {
            head: heading(steps.iter().copied(), page),
            items: steps.iter().map(|step| item(step)).collect(),
        })
        .collect()
}
