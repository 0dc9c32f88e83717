//! The steps of a report: equal ones of many people in one row, with what each right is called and whether it is sensitive.
//!
//! Invariant: what is folded is all there; sensitive rights come first and are marked.

use std::collections::{BTreeMap, BTreeSet};

use super::tell::{Teller, number, place_words, scope};
use super::{Part, Row, Table, own};
use crate::catalog::{Catalog, Sensitivity};
use crate::journal::{ItemValue, RightValue};
use crate::render::doc::{Run, foreign, say};
use crate::render::words;
use crate::report::Report;
use crate::report::wire::{Drift, Step};

/// The most rights that are named in a row where none of them is sensitive; more are counted there, and stand behind it.
const MOST: usize = 4;
/// The most sensitive rights that are named in a row.
const MOST_SENSITIVE: usize = 12;

/// Every step that reached a vendor.
pub(super) fn part(teller: &Teller<'_>) -> Part {
    let mut table = Table {
        columns: &[
            "Run", "At", "What", "Why", "Who", "Where", "Rights", "Became",
        ],
        ..Table::default()
    };
    for same in alike(&teller.report.steps) {
        let Some(first) = same.first() else { continue };
        let nth = table.rows.len();
        let (who, place) = if let [one] = same[..] {
            let mut who = teller.person(one.person.as_ref());
            if let Some(account) = &one.account {
                if !who.is_empty() {
                    who.push(say(", "));
                }
                who.push(say("account "));
                who.push(foreign(account.clone()));
            }
            (who, scope(Some(&one.system), Some(&one.location)))
        } else {
            table.folds.insert((nth, 4), each(teller, &same));
            let people: BTreeSet<_> = same.iter().map(|it| (&it.person, &it.account)).collect();
            let places: BTreeSet<_> = same.iter().map(|it| &it.location).collect();
            let mut place = vec![foreign(first.system.clone())];
            match (places.len(), places.first()) {
                (1, Some(only)) => place.push(foreign(place_words("", only))),
                (many, _) => place.push(say(format!(", {many} places"))),
            }
            (own(number(people.len() as u64, "person", "people")), place)
        };
        let (short, rest) = rights(teller.report, first);
        if !rest.is_empty() {
            table.folds.insert((nth, 6), rest);
        }
        table.rows.push(Row {
            loud: matches!(
                first.result.as_str(),
                "unknown" | "did-not-stick" | "refused" | "not-readable"
            ),
            cells: vec![
                own(first.run.to_string()),
                teller.at(&first.at),
                own(first.kind.clone()),
                own(first.reason.clone()),
                who,
                place,
                short,
                own(first.result.clone()),
            ],
        });
    }
    Part {
        title: "Steps by call",
        count: Some(teller.report.steps.len()),
        table,
        nothing: "None.",
        fold: true,
        ..Part::default()
    }
}

/// Steps of a run that do the same, in the order of the first of each.
fn alike(steps: &[Step]) -> Vec<Vec<&Step>> {
    let mut groups: Vec<Vec<&Step>> = Vec::new();
    let mut known = BTreeMap::new();
    for step in steps {
        let key = (
            (step.run, &step.kind, &step.reason, &step.system),
            (&step.given, &step.taken, &step.other, &step.result),
            (&step.role_before, &step.role_after),
        );
        let at = *known.entry(key).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.get_mut(at) {
            group.push(step);
        }
    }
    groups
}

/// A line for each person of equal steps, with their places.
fn each(teller: &Teller<'_>, steps: &[&Step]) -> Vec<Vec<Run>> {
    let mut places: BTreeMap<(&Option<String>, &Option<String>), Vec<&str>> = BTreeMap::new();
    for step in steps {
        let key = (&step.person, &step.account);
        places.entry(key).or_default().push(&step.location);
    }
    let lines = places.into_iter().map(|((person, account), places)| {
        let mut line = teller.person(person.as_ref());
        if let Some(account) = account {
            if !line.is_empty() {
                line.push(say(", "));
            }
            line.push(say("account "));
            line.push(foreign(account.clone()));
        }
        if places != ["*"] {
            line.push(say(": "));
            line.push(foreign(places.join(", ")));
        }
        line
    });
    lines.collect()
}

/// What a step does to rights and role in short, and the rest where that is not all.
fn rights(report: &Report, step: &Step) -> (Vec<Run>, Vec<Vec<Run>>) {
    let mut short = Vec::new();
    match (&step.role_before, &step.role_after) {
        (Some(before), Some(after)) if before != after => {
            short.extend([
                say("role "),
                foreign(before.clone()),
                say(" → "),
                foreign(after.clone()),
            ]);
        }
        (None, Some(after)) => short.extend([say("role "), foreign(after.clone())]),
        (Some(before), None) => short.extend([say("was "), foreign(before.clone())]),
        _ => {}
    }
    let mut rest = Vec::new();
    let is_limit = |(slug, _): &(&String, &Option<RightValue>)| Catalog::current().restricts(slug);
    let (given, taken) = (step.given.iter(), step.taken.iter());
    let all = given.clone().chain(taken.clone()).filter(is_limit);
    let other: BTreeMap<String, Option<RightValue>> = all
        .chain(&step.other)
        .map(|(slug, value)| (slug.clone(), value.clone()))
        .collect();
    let plain = |rights: std::collections::btree_map::Iter<'_, String, Option<RightValue>>| {
        let rights = rights.filter(|it| !is_limit(it));
        rights
            .map(|(slug, value)| (slug.clone(), value.clone()))
            .collect()
    };
    let (given, taken): (BTreeMap<_, _>, BTreeMap<_, _>) = (plain(given), plain(taken));
    for (word, rights) in [("gets", &given), ("loses", &taken), ("changes", &other)] {
        if rights.is_empty() {
            continue;
        }
        if !short.is_empty() {
            short.push(say("; "));
        }
        let mut rights: Vec<(&String, &Option<RightValue>)> = rights.iter().collect();
        rights.sort_by_key(|(slug, _)| (rank(report, slug), *slug));
        let sensitive = rights
            .iter()
            .filter(|(slug, _)| why(report, slug).is_some());
        // What is sensitive is worth naming; of a long list of the rest the number is.
        let shown = if rights.len() > MOST {
            sensitive.count().min(MOST_SENSITIVE)
        } else {
            rights.len()
        };
        short.push(say(format!("{word} ")));
        for (nth, (slug, value)) in rights.iter().enumerate() {
            let mut runs = title(report, slug);
            // A limit is nothing that somebody gets or loses.
            match value {
                Some(RightValue::Switch(on)) if Catalog::current().restricts(slug) => {
                    runs.push(say(if *on { ": now so" } else { ": no more" }));
                }
                value => runs.extend(worth(value.as_ref())),
            }
            if nth < shown {
                if nth > 0 {
                    short.push(say(", "));
                }
                short.extend(runs);
            } else {
                // What stands in the row is not told a second time behind it.
                let mut line = vec![say(format!("{word} "))];
                line.extend(runs);
                rest.push(line);
            }
        }
        let more = rights.len() - shown;
        if more > 0 {
            short.push(say(if shown > 0 {
                format!(" and {}", number(more as u64, "more right", "more rights"))
            } else {
                number(more as u64, "right", "rights")
            }));
        }
    }
    (short, rest)
}

/// What somebody else changed.
pub(super) fn drifted(report: &Report, drift: &Drift) -> Vec<Run> {
    let mut runs = match drift.answer.as_deref() {
        Some("remove" | "withdraw-invitation" | "block" | "deactivate") => {
            own("access that no line gives")
        }
        Some("invite" | "grant" | "unblock" | "activate") => own("access was taken"),
        _ => Vec::new(),
    };
    if let Some(role) = &drift.role {
        if !runs.is_empty() {
            runs.push(say("; "));
        }
        runs.extend([say("role "), foreign(role.clone())]);
    }
    let is_change = runs.is_empty() || drift.role.is_some();
    for (word, slugs) in [("has more: ", &drift.given), ("has less: ", &drift.taken)] {
        let sensitive: Vec<String> = slugs
            .iter()
            .filter(|slug| is_change || why(report, slug).is_some())
            .cloned()
            .collect();
        if sensitive.is_empty() {
            continue;
        }
        if !runs.is_empty() {
            runs.push(say("; "));
        }
        runs.push(say(word));
        runs.extend(titles(report, &sensitive));
    }
    if runs.is_empty() {
        return own("not told by the journal");
    }
    runs
}

/// Rights by their titles, sensitive ones first.
pub(super) fn titles(report: &Report, slugs: &[String]) -> Vec<Run> {
    let mut slugs: Vec<&String> = slugs.iter().collect();
    slugs.sort_by_key(|slug| why(report, slug).is_none());
    let mut runs = Vec::new();
    for slug in slugs {
        if !runs.is_empty() {
            runs.push(say(", "));
        }
        runs.extend(title(report, slug));
    }
    runs
}

fn why<'r>(report: &'r Report, slug: &str) -> Option<&'r String> {
    report.rights.get(slug)?.sensitive.as_ref()
}

/// How heavy a right is; the heaviest first.
fn rank(report: &Report, slug: &str) -> usize {
    let why = why(report, slug).map(String::as_str);
    let why = Sensitivity::ALL
        .iter()
        .copied()
        .find(|it| Some(it.as_str()) == why);
    words::rank(why)
}

fn title(report: &Report, slug: &str) -> Vec<Run> {
    let known = report.rights.get(slug);
    let title = known.map_or(slug, |right| &right.title);
    let mut runs = vec![foreign(title.to_owned())];
    if let Some(why) = known.and_then(|right| right.sensitive.as_ref()) {
        runs.extend([say(" ["), foreign(why.replace('-', " ")), say("]")]);
    }
    runs
}

/// The value of a right, where it is more than a yes or no.
fn worth(value: Option<&RightValue>) -> Vec<Run> {
    let told = match value {
        None | Some(RightValue::Switch(_)) => return Vec::new(),
        Some(RightValue::Number(number)) => number.to_string(),
        Some(RightValue::Text(text)) => text.clone(),
        Some(RightValue::List(items)) => {
            let items = items.iter().map(|item| match item {
                ItemValue::Id(id) => id.to_string(),
                ItemValue::Name(name) => name.clone(),
            });
            items.collect::<Vec<_>>().join(", ")
        }
    };
    vec![say(": "), foreign(told)]
}
