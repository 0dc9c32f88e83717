//! One of many, by typing part of its name: whom, which role, where.
//!
//! Nothing is asked where nobody sits at a terminal. Invariant: what is chosen is one of what was offered.

use unicode_normalization::UnicodeNormalization as _;

use super::failure::Failure;
use super::session::Session;
use super::typed::Typed;
use crate::config::raw::{BlockBody, RawValue};
use crate::ops::project::Project;
use crate::render::escape;

/// The most that is offered at once: more is not read.
const MOST: usize = 20;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its key.
    pub(super) key: String,
    /// What people call it.
    pub(super) title: String,
}

/// What a question is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// One of them.
    pub(super) noun: &'static str,
    /// The question.
    pub(super) text: &'static str,
}

pub(super) const PERSON: Question = Question {
    noun: "a person",
    text: "Who?",
};
pub(super) const ROLE: Question = Question {
    noun: "a role",
    text: "Which role?",
};

/// A question about a location.
pub(super) fn place(text: &'static str) -> Question {
    Question {
        noun: "a location",
        text,
    }
}

/// What was named on the command line, or what somebody at the terminal chooses.
pub(super) fn named(
    session: &Session<'_>,
    given: Option<&str>,
    question: Question,
    choices: &[Choice],
) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if !session.ui.can_ask() {
        return Err(missing(question.noun));
    }
    let ask = format!("{} Type part of the name (Esc leaves)", question.text);
    loop {
        let typed = match session.ui.typed(&ask, None) {
            Typed::Text(typed) => typed,
            // Few are shown at once.
            Typed::Nothing if choices.len() <= MOST => String::new(),
            Typed::Nothing => {
                let many = choices.len();
                session.ui.shout(&format!(
                    "there are {many}; type part of one, or Esc to leave"
                ));
                continue;
            }
            Typed::Left => return Err(left()),
        };
        let found = narrowed(&typed, choices);
        match found.as_slice() {
            [] if choices.is_empty() => {
                return Err(Failure::input(format!(
                    "there is nothing to choose: the project has not {}; nothing was written",
                    question.noun
                )));
            }
            [] => session
                .ui
                .shout("nothing is called so; type another part, or Esc to leave"),
            [one] => {
                session.ui.shout(&shown(one));
                return Ok(one.key.clone());
            }
            many if many.len() > MOST => session
                .ui
                .shout(&format!("{} are called so; type more of it", many.len())),
            many => {
                let lines: Vec<String> = many.iter().map(|it| shown(it)).collect();
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                if let Some(found) = session.ui.choose(question.text, &lines) {
                    return many
                        .get(found)
                        .map(|it| it.key.clone())
                        .ok_or_else(|| missing(question.noun));
                }
            }
        }
    }
}

/// A text that was given, or that somebody at the terminal types; `default` where they type nothing.
pub(super) fn text(
    session: &Session<'_>,
    given: Option<&str>,
    question: &str,
    default: Option<&str>,
) -> Result<Option<String>, Failure> {
    match given {
        Some(given) => Ok(Some(given.to_owned())),
        None if session.ui.can_ask() => match session.ui.typed(question, default) {
            Typed::Text(text) => Ok(Some(text)),
            Typed::Nothing => Ok(None),
            Typed::Left => Err(left()),
        },
        None => Ok(None),
    }
}

/// What is said where somebody leaves a question.
pub(super) fn left() -> Failure {
    Failure::input("left with Esc; nothing was written")
}

/// What is missing where nobody can be asked.
pub(super) fn missing(noun: &str) -> Failure {
    Failure::input(format!("it is not said which: {noun} is missing"))
        .help("at a terminal it is asked for; else name it, as `--help` says")
}

fn shown(choice: &Choice) -> String {
    let text = if choice.title.is_empty() || choice.title == choice.key {
        choice.key.clone()
    } else {
        format!("{} ({})", choice.title, choice.key)
    };
    escape::terminal(&text).into_owned()
}

/// The choices whose key or title has all words that were typed, wherever; one alone where it is that key.
fn narrowed<'c>(typed: &str, choices: &'c [Choice]) -> Vec<&'c Choice> {
    if let Some(exact) = choices.iter().find(|it| it.key == typed) {
        return vec![exact];
    }
    let typed = folded(typed);
    let words: Vec<&str> = typed.split_whitespace().collect();
    let is_called = |choice: &&Choice| {
        let name = folded(&format!("{} {}", choice.key, choice.title));
        words.iter().all(|word| name.contains(word))
    };
    choices.iter().filter(is_called).collect()
}

/// Letters without case and marks, so that `berz` finds Bērziņa.
pub(super) fn folded(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Everybody who is declared.
pub(super) fn people(project: &Project) -> Vec<Choice> {
    let people = project.desired.people.values();
    let all = people.map(|it| Choice {
        key: it.key.to_string(),
        title: it.name.to_string(),
    });
    all.collect()
}

/// Every role.
pub(super) fn roles(project: &Project) -> Vec<Choice> {
    let roles = project.loaded.project.entries.roles.iter();
    let all = roles.map(|it| Choice {
        key: it.key.value.to_string(),
        title: it
            .title
            .as_ref()
            .map_or_else(String::new, |title| title.value.to_string()),
    });
    all.collect()
}

/// Whether a role, or one that it extends, says `self` of a right: then somebody has to be named.
pub(super) fn says_self(project: &Project, role: &str) -> bool {
    let roles = &project.loaded.project.entries.roles;
    let mut known = vec![role];
    let mut at = 0;
    while let Some(key) = known.get(at).copied() {
        at += 1;
        for role in roles.iter().filter(|it| *it.key.value == *key) {
            let blocks = role.blocks.iter().filter_map(|it| match &it.body {
                BlockBody::Rights(block) => Some(block),
                BlockBody::Keycrm(_) | BlockBody::Reservio(_) | BlockBody::Apenday(_) => None,
            });
            let mut lines = blocks.flat_map(|it| &it.rights);
            if lines.any(|it| it.value.value == RawValue::Myself) {
                return true;
            }
            for parent in &role.extends {
                if !known.contains(&&*parent.value) {
                    known.push(&parent.value);
                }
            }
        }
    }
    false
}

/// Every location.
pub(super) fn places(project: &Project) -> Vec<Choice> {
    let places = project.loaded.project.entries.locations.iter();
    let all = places.map(|it| Choice {
        key: it.key.value.to_string(),
        title: it
            .title
            .as_ref()
            .map_or_else(String::new, |title| title.value.to_string()),
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_member_is_wanted_by_whoever_extends_a_role_that_says_self() {
        let settings = "version: 1\nsystems: { salons: { kind: altegio } }\n";
        let roles = "roles:\n  own: { salons: { rights: { timetable_staff_id: self } } }\n  more: { extends: [own] }\n  all: { salons: { rights: { timetable_staff_id: all } } }\n";
        let options = crate::ops::project::OpenOptions {
            load: crate::config::LoadOptions::default(),
            as_of: crate::model::AsOf::Instant(jiff::Timestamp::UNIX_EPOCH),
            ahead: std::time::Duration::ZERO,
        };
        let files = [("keyholder.yaml", settings), ("roles.yaml", roles)];
        let loaded = crate::config::load_texts(&files, &options.load);
        let project = crate::ops::project::settle(loaded, &options);
        let found = ["own", "more", "all", "none"].map(|role| says_self(&project, role));
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn part_of_a_name_finds_it_whatever_its_marks_and_case() {
        let choice = |key: &str, title: &str| Choice {
            key: key.to_owned(),
            title: title.to_owned(),
        };
        let all = [
            choice("jana.berzina", "Jana Bērziņa"),
            choice("jana", "Jana Kalna"),
            choice("яна", "Яна Йонова"),
        ];
        let found = |typed: &str| -> Vec<String> {
            let found = narrowed(typed, &all).into_iter();
            found.map(|it| it.key.clone()).collect()
        };
        assert_eq!(found("BERZ"), ["jana.berzina"]);
        assert_eq!(found("kalna jan"), ["jana"]);
        assert_eq!(found("jan"), ["jana.berzina", "jana"]);
        // A whole key is that key, although others begin so.
        assert_eq!(found("jana"), ["jana"]);
        assert_eq!(found("ЙОН"), ["яна"]);
        assert_eq!(found("x"), Vec::<String>::new());
    }
}
