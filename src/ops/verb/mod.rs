//! The verbs of daily work: who joins, moves, leaves, rests, gets a role or loses it, as an edit of the files.
//!
//! Nothing is done at a vendor: that is what `plan` and `apply` make of the files afterwards. In reading order: `entry`
//! is a person as written and the changes of their lines, `absence` those of leaving and resting, `people` those of whole
//! entries and names, `staff` the team members, `window` whether a line could ever act, `times` when an edit makes a
//! difference, and here it is judged. Invariant: an edit counts only where the edited project passes `check` as far as the
//! first one did, and where nobody else has anything else than before at any time at which it makes a difference.

mod absence;
mod entry;
mod people;
mod staff;
mod times;
mod window;

pub use times::over;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::edit::Texts;
use super::planned::broken;
use super::project::{OpenOptions, Project, settle};
use crate::config::edit::{Change, Refused, edited, line_of, obstacle};
use crate::config::raw::When;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{AsOf, Desired, Grant, PersonKey};
use crate::render::swing::Stretch;

pub use staff::Staff;

/// Places as the command line names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// `all`.
    All,
    /// Keys of locations.
    Keys(Vec<String>),
    /// Tags that must all match.
    Tags(Vec<(String, String)>),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Somebody new.
    Join(Join),
    /// From one place to another.
    Move {
        /// Who.
        person: String,
        /// The place they leave.
        from: String,
        /// The place they come to.
        to: String,
        /// The first day there; at once where none is given.
        on: Option<When>,
        /// Their team member there.
        staff: Vec<Staff>,
    },
    /// Off for good.
    Leave {
        /// Who.
        person: String,
        /// The last day, or the instant; now where none is given.
        at: Option<When>,
    },
    /// Off for a while.
    Pause {
        /// Who.
        person: String,
        /// The first day off.
        from: When,
        /// The last one.
        until: Option<When>,
    },
    /// Back again.
    Return {
        /// Who.
        person: String,
        /// The first day back; at once where none is given.
        on: Option<When>,
    },
    /// A role more.
    Grant {
        /// Who.
        person: String,
        /// The line.
        line: Line,
        /// Their team members at its places.
        staff: Vec<Staff>,
    },
    /// A role less.
    Revoke {
        /// Who.
        person: String,
        /// The role.
        role: String,
        /// Where; everywhere where none is given.
        at: Option<Vec<String>>,
        /// The first day without it; at once where none is given.
        on: Option<When>,
    },
    /// A role under another key.
    RenameRole {
        /// The key it has.
        from: String,
        /// The key it shall have.
        to: String,
    },
    /// A person under another key.
    RenamePerson {
        /// The key they have.
        from: String,
        /// The key they shall have.
        to: String,
    },
}

/// Somebody new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Join {
    /// The key.
    pub key: String,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// The class.
    pub class: Option<String>,
    /// The first day of work.
    pub starts: Option<When>,
    /// What they get; nothing where none is given.
    pub line: Option<Line>,
    /// Their team members at its places.
    pub staff: Vec<Staff>,
    /// The file to write into; the one where people of that place stand where none is given.
    pub file: Option<String>,
}

/// A line of access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The role.
    pub role: String,
    /// Where; none for a role that needs no place.
    pub at: Option<Places>,
    /// The system whose chain rights come with it.
    pub chain: Option<String>,
    /// From when.
    pub from: Option<When>,
    /// Until when.
    pub until: Option<When>,
    /// Why.
    pub because: Option<String>,
}

/// An edit that was judged.
#[derive(Debug)]
pub struct Made {
    /// The files with it.
    pub texts: Texts,
    /// What was done, in one line without contacts: for a commit.
    pub said: String,
    /// Whose access to compare; none where nobody's changes.
    pub person: Option<PersonKey>,
    /// When it makes a difference for them, soonest first; one stretch from now on where it never does.
    pub stretches: Vec<Stretch>,
    /// What should be known beside it.
    pub notes: Vec<String>,
}

/// Why nothing is written.
#[derive(Debug)]
pub struct NotMade {
    /// What is the matter.
    pub why: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether it is a rule of the project that refuses it.
    pub by_rule: bool,
    /// What `keyholder explain` says more about.
    pub code: Option<Code>,
}

impl NotMade {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            help: None,
            by_rule: false,
            code: None,
        }
    }

    fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn refused(file: &str, why: Refused, by_hand: &str) -> Self {
        let refused = Self::new(format!("{file}: {}", why.why()));
        if by_hand.is_empty() {
            refused
        } else {
            refused.help(format!("write it by hand: {by_hand}"))
        }
    }
}

/// Changes of files that may be what is meant, and what to say of them.
struct Draft {
    texts: Texts,
    said: String,
    person: Option<PersonKey>,
    notes: Vec<String>,
    /// A person whose key changes, and the new one.
    renamed: Option<(String, String)>,
    /// Whether a rule about what is declared does not hold it: nobody stays because a count wants them.
    is_leaver: bool,
}

/// Makes the edit that a verb asks for. `anyway`: also where a policy or a fence is broken by it.
pub fn make(
    project: &Project,
    texts: &Texts,
    verb: &Verb,
    now: Timestamp,
    anyway: bool,
) -> Result<Made, NotMade> {
    let drafts = match verb {
        Verb::Join(join) => {
            window::of_joiner(project, join, now)?;
            people::join(project, texts, join)?
        }
        Verb::RenameRole { from, to } => vec![people::rename_role(project, texts, from, to)?],
        Verb::RenamePerson { from, to } => vec![people::rename_person(project, texts, from, to)?],
        Verb::Move { .. }
        | Verb::Leave { .. }
        | Verb::Pause { .. }
        | Verb::Return { .. }
        | Verb::Grant { .. }
        | Verb::Revoke { .. } => vec![entry::draft(project, texts, verb, now)?],
    };
    let mut first = None;
    for draft in drafts {
        match judged(project, draft, now, anyway) {
            Ok(mut made) => {
                if let (Verb::Join(_) | Verb::Grant { .. }, Some(key)) = (verb, &made.person) {
                    let notes = staff::unsaid(project, key, &made.stretches);
                    made.notes.extend(notes);
                }
                return Ok(made);
            }
            Err(why) => first = first.or(Some(why)),
        }
    }
    Err(first.unwrap_or_else(|| NotMade::new("there is nothing to write")))
}

fn judged(
    project: &Project,
    mut draft: Draft,
    now: Timestamp,
    anyway: bool,
) -> Result<Made, NotMade> {
    if draft.texts.edits().is_empty() {
        return Err(NotMade::new("the files say so already"));
    }
    let edited = draft.texts.open(project);
    if let Some(error) = edited.diagnostics.iter().find(|it| it.is_error()) {
        return Err(refused(&edited, error));
    }
    let stretches = times::stretches(project, &draft, now);
    let times: BTreeSet<Timestamp> = stretches.iter().map(|it| it.from).chain([now]).collect();
    let mut before = draft.texts.unedited().open(project);
    let mut after = edited;
    for at in times {
        let options = OpenOptions {
            as_of: AsOf::Instant(at),
            ..project.options.clone()
        };
        before = settle(before.loaded, &options);
        after = settle(after.loaded, &options);
        if let Some(error) = after.diagnostics.iter().find(|it| it.is_error()) {
            return Err(refused(&after, error));
        }
        obeyed(&before, &after, &mut draft, anyway)?;
        if let Some(other) = touched(&before.desired, &after.desired, &draft) {
            return Err(NotMade::new(format!(
                "with that edit `{other}` would have something else too"
            ))
            .help("something that is written once holds for both (an anchor?): edit it by hand"));
        }
    }
    Ok(Made {
        texts: draft.texts,
        said: draft.said,
        person: draft.person,
        stretches,
        notes: draft.notes,
    })
}

/// Refuses an edit with which a rule is broken that was not broken before, or notes it where that is meant.
fn obeyed(
    before: &Project,
    after: &Project,
    draft: &mut Draft,
    anyway: bool,
) -> Result<(), NotMade> {
    let known: BTreeSet<String> = broken(before).into_iter().map(|it| it.message).collect();
    for breach in broken(after) {
        if known.contains(&breach.message) {
            continue;
        }
        if draft.is_leaver || anyway {
            let note = format!("the files then break a rule: {}", breach.message);
            if !draft.notes.contains(&note) {
                draft.notes.push(note);
            }
            continue;
        }
        let mut why = refused(after, &breach);
        why.by_rule = true;
        why.help = Some("`--anyway` writes it all the same".to_owned());
        return Err(why);
    }
    Ok(())
}

/// What `check` would say of the edited project.
fn refused(project: &Project, problem: &Diagnostic) -> NotMade {
    let place = problem.labels.first().map(|label| {
        let origin = project.loaded.sources.origin(label.span);
        format!(" ({}:{} then)", origin.file, origin.line)
    });
    let mut why = NotMade::new(format!(
        "`check` would refuse the project: {}{}",
        problem.message,
        place.unwrap_or_default()
    ));
    why.help.clone_from(&problem.help);
    why.code = Some(problem.code);
    why
}

/// Somebody who would have something else although nobody asked for it.
fn touched(before: &Desired, after: &Desired, draft: &Draft) -> Option<String> {
    let own = draft.person.as_ref().map(PersonKey::as_str);
    let is_rename = draft.renamed.is_some();
    let key = |key: &str| match &draft.renamed {
        Some((from, to)) if from == key => to.clone(),
        _ => key.to_owned(),
    };
    let known: BTreeMap<String, Vec<What<'_>>> = before
        .people
        .values()
        .map(|it| (key(it.key.as_str()), it.grants.iter().map(what).collect()))
        .collect();
    for person in after.people.values() {
        let name = person.key.as_str();
        if own == Some(name) && !is_rename {
            continue;
        }
        let now: Vec<What<'_>> = person.grants.iter().map(what).collect();
        if known.get(name) != Some(&now) {
            return Some(name.to_owned());
        }
    }
    let gone = known
        .keys()
        .find(|key| !after.people.contains_key(&PersonKey::new(key.as_str())));
    gone.cloned()
}

type What<'a> = (
    String,
    &'a crate::model::GrantState,
    &'a Option<crate::model::VendorRoleSlug>,
    &'a crate::model::StaffWish,
    &'a crate::model::RightSet,
    &'a crate::model::Facts,
);

fn what(grant: &Grant) -> What<'_> {
    (
        format!("{}/{}", grant.system, grant.place),
        &grant.state,
        &grant.role,
        &grant.staff,
        &grant.rights,
        &grant.extra,
    )
}

/// A file with changes in it.
fn changed(texts: &Texts, file: &str, changes: &[Change], by_hand: &str) -> Result<Texts, NotMade> {
    let text = texts.get(file).ok_or_else(|| {
        NotMade::new(format!("{file} is not edited from here"))
            .help(format!("write it by hand: {by_hand}"))
    })?;
    let mut after = text.to_owned();
    for change in changes {
        after = edited(&after, std::slice::from_ref(change)).map_err(|why| {
            // Lines are counted in the file as it is.
            let line = line_of(text, change.path());
            let place = line.map_or(file.to_owned(), |line| format!("{file}:{line}"));
            match obstacle(text, change).filter(|_| why == Refused::Form) {
                Some(what) => NotMade::new(format!("{place}: {what}"))
                    .help(format!("write it by hand: {by_hand}")),
                None => NotMade::refused(&place, why, by_hand),
            }
        })?;
    }
    let mut texts = texts.clone();
    texts.set(file, after);
    Ok(texts)
}

/// The instant at which a date begins, or that a time means, in the project's zone.
fn instant(project: &Project, when: When) -> Option<Timestamp> {
    times::begins(&project.zone, when)
}

/// A date or a time as it is written in a file.
pub fn written(when: When) -> String {
    match when {
        When::Date(date) => date.to_string(),
        When::Time(time) => time.strftime("%Y-%m-%dT%H:%M").to_string(),
    }
}

/// A date or a time as somebody types it: `2026-12-01`, `2026-12-01T18:00`, `today`, `tomorrow`.
pub fn when(text: &str, today: jiff::civil::Date) -> Option<When> {
    match text {
        "today" => return Some(When::Date(today)),
        "tomorrow" => return today.tomorrow().ok().map(When::Date),
        _ => {}
    }
    if text.len() == 10 {
        return text.parse().ok().map(When::Date);
    }
    let is_local = text.len() == 16 || text.len() == 19;
    let time: jiff::civil::DateTime = is_local.then(|| text.parse().ok()).flatten()?;
    (time.second() == 0).then_some(When::Time(time))
}

/// The last day, or the instant, before something begins.
fn eve(when: When) -> Option<When> {
    match when {
        When::Date(date) => date.yesterday().ok().map(When::Date),
        When::Time(_) => Some(when),
    }
}
