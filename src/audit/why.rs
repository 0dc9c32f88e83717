//! From the decisions of resolving to chains that a person follows: assignment, role, extended role, line, value.
//!
//! It decides nothing: [`Explained`] is what `config` decided. Lines carry their file, number and text, and, where git
//! knows, who wrote them when. The invariant: the value of an answer is the grant's.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

mod tell;

use super::seen::{NO_ROLE, Seen};
use super::subject;
use crate::catalog::{Catalog, Kind, Sensitivity};
use crate::model::explained::{Decided, Explained, ExplainedRight, Shown, Subject};
use crate::model::{
    AccountId, AccountState, Days, Desired, GrantState, Item, Items, One, PersonKey, PlaceId,
    SystemName, Value,
};
use crate::text::{Origin, Sources, Span, mask_contacts};

/// Who wrote a line, by git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The full hash of the commit.
    pub commit: Arc<str>,
    /// The author's name, never the address. Text from outside.
    pub author: Arc<str>,
    /// When.
    pub at: Timestamp,
}

/// Who wrote each line of each file, from the first; none for what is not committed.
pub type History = BTreeMap<Arc<str>, Vec<Option<Written>>>;

/// Why one person has what they have.
#[derive(Clone, Debug)]
pub struct Why {
    /// Who.
    pub person: PersonKey,
    /// Their name. Text from outside.
    pub name: Arc<str>,
    /// Since when they are locked out, whatever the files say.
    pub locked: Option<Timestamp>,
    /// What is true everywhere: unmanaged, left.
    pub whole: Vec<Link>,
    /// An answer for each place and thing asked about.
    pub answers: Vec<Answer>,
}

/// Why one thing has its value at one place.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The system.
    pub system: SystemName,
    /// Its kind.
    pub kind: Option<Kind>,
    /// The place.
    pub place: PlaceId,
    /// Its title. Text from outside.
    pub title: Arc<str>,
    /// What it is about.
    pub subject: Subject,
    /// Whether they should be there.
    pub state: Option<GrantState>,
    /// The value in the files; none where it is irrelevant, kept or not there.
    pub value: Option<Shown>,
    /// What the files leave to what is there, or to the vendor.
    pub kept: Option<Kept>,
    /// Why what it is about is sensitive.
    pub sensitivity: Option<Sensitivity>,
    /// Whether that gives something.
    pub given: bool,
    /// How it comes to that.
    pub because: Vec<Link>,
    /// What else would give it, or gives it as well.
    pub also: Vec<Link>,
    /// What speaks against it: what takes it, or would.
    pub against: Vec<Link>,
    /// What was seen, where it was asked for.
    pub observed: Option<ObservedValue>,
}

/// Who decides what no line of a role names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// `unlisted: keep`: whatever is there stays.
    AsItIs,
    /// `unlisted: default`: the vendor's recommended set.
    Recommended,
    /// `access: unmanaged`: the files say nothing of them, and whatever is there stays.
    Unmanaged,
}

impl Kept {
    /// The word of the contract, which is that of the files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kept::AsItIs => "keep",
            Kept::Recommended => "default",
            Kept::Unmanaged => "unmanaged",
        }
    }
}

/// What was seen of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObservedValue {
    /// They have an account there.
    Has {
        /// The accounts.
        accounts: Vec<AccountId>,
        /// When it was seen.
        at: Timestamp,
        /// Its state.
        state: AccountState,
        /// The value; none where it was not read.
        value: Option<Shown>,
        /// Whether that is what the files say; none where it cannot be compared.
        same: Option<bool>,
    },
    /// They are not there.
    Absent {
        /// When everything was read.
        at: Timestamp,
    },
    /// It was not read.
    Unknown,
}

/// What a link of a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A line of `access`.
    Assignment,
    /// A role.
    Role,
    /// A role that another extends.
    Extends,
    /// A line of a role.
    Line,
    /// A line of `plus`.
    Plus,
    /// A line of `minus`.
    Minus,
    /// A line of `never`.
    Never,
    /// `unlisted` of a role.
    Unlisted,
    /// It follows from another right.
    Follows,
    /// A right above it is denied.
    Governor,
    /// `from`, `until`, `starts`.
    Dates,
    /// `leaves`.
    Leaves,
    /// `paused`.
    Paused,
    /// `ownership`.
    Ownership,
    /// The status of a location.
    Status,
    /// `access` itself.
    Access,
}

impl LinkKind {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::Assignment => "assignment",
            LinkKind::Role => "role",
            LinkKind::Extends => "extends",
            LinkKind::Line => "line",
            LinkKind::Plus => "plus",
            LinkKind::Minus => "minus",
            LinkKind::Never => "never",
            LinkKind::Unlisted => "unlisted",
            LinkKind::Follows => "follows",
            LinkKind::Governor => "governor",
            LinkKind::Dates => "dates",
            LinkKind::Leaves => "leaves",
            LinkKind::Paused => "paused",
            LinkKind::Ownership => "ownership",
            LinkKind::Status => "status",
            LinkKind::Access => "access",
        }
    }
}

/// One link: a line and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// What it does, in words; may quote keys and names from outside.
    pub words: String,
    /// The line; none where a default speaks.
    pub origin: Option<Origin>,
    /// What of the line it is about, where the line holds much more.
    pub focus: Option<Arc<str>>,
    /// What the entry says for itself: its `because`. Text from outside.
    pub reason: Option<Arc<str>>,
    /// Who wrote it.
    pub written: Option<Written>,
}

/// Of a line that is longer than this, the part that matters is shown.
const LONG_LINE: usize = 100;

/// A line without its contacts, and the part of it that matters where it holds much more.
pub(super) fn line(sources: &Sources, span: Span) -> (Origin, Option<Arc<str>>) {
    let mut origin = sources.origin(span);
    origin.text = mask_contacts(&origin.text).into();
    let part = sources.text(span).trim();
    let is_long = origin.text.chars().count() > LONG_LINE;
    let focus = (is_long && !part.is_empty() && !part.contains('\n'))
        .then(|| Arc::from(mask_contacts(part)));
    (origin, focus)
}

/// What an explanation is made from.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The resolved project: titles, kinds.
    pub desired: &'a Desired,
    /// The catalogue.
    pub catalog: &'a Catalog,
    /// The texts.
    pub sources: &'a Sources,
    /// Who wrote them.
    pub history: &'a History,
    /// Where dates are meant that are of no location.
    pub zone: &'a TimeZone,
    /// What was seen, where that was asked for.
    pub seen: Option<&'a Seen>,
    /// Who is locked out, whatever the files say, and since when.
    pub locked: &'a BTreeMap<PersonKey, Timestamp>,
}

/// The files in which lines of an explanation stand.
pub fn files(explained: &Explained, sources: &Sources) -> Vec<Arc<str>> {
    let mut files: Vec<Arc<str>> = Vec::new();
    let mut add = |span: Span| {
        if let Some(file) = sources.get(span.file)
            && !files.contains(file.path())
        {
            files.push(file.path().clone());
        }
    };
    add(explained.origin);
    for place in &explained.places {
        place.ownership.1.into_iter().for_each(&mut add);
        for right in &place.rights {
            match right.decided {
                Decided::Line(span) | Decided::Taken(span) | Decided::Unlisted(span) => add(span),
                Decided::Follows(_)
                | Decided::Governor(_)
                | Decided::Kept(_)
                | Decided::Nothing
                | Decided::Left(_)
                | Decided::NotThere => {}
            }
            for says in &right.says {
                for line in &says.named {
                    add(line.span);
                    add(line.declared);
                    line.path.iter().copied().for_each(&mut add);
                }
            }
        }
    }
    files
}

/// The answers to a question. Without a subject: the vendor's role and everything that is given.
///
/// `place` is the only one that was asked about, if there is one.
pub fn why(
    frame: &Frame<'_>,
    explained: &Explained,
    subjects: Option<&[Subject]>,
    place: Option<&PlaceId>,
) -> Why {
    let teller = tell::Teller { frame, explained };
    let mut answers = Vec::new();
    for known in &explained.places {
        for right in &known.rights {
            let wanted = match subjects {
                Some(subjects) => subjects.contains(&right.subject) && exists(right),
                None => match right.subject {
                    Subject::Role => right.value.is_some(),
                    Subject::Right(_) | Subject::Fact(_) => is_given(frame, right),
                },
            };
            if wanted {
                answers.push(teller.answer(known, right));
            }
        }
    }
    answers.extend(teller.beside_the_files(subjects, place));
    let person = frame.desired.people.get(&explained.person);
    let earlier = person.into_iter().flat_map(|person| &person.was);
    let mut keys = std::iter::once(&explained.person).chain(earlier);
    Why {
        locked: keys.find_map(|key| frame.locked.get(key)).copied(),
        person: explained.person.clone(),
        name: person.map_or_else(|| "".into(), |person| person.name.clone()),
        whole: teller.whole(),
        answers,
    }
}

fn exists(right: &ExplainedRight) -> bool {
    right.value.is_some()
        || !matches!(right.decided, Decided::NotThere)
            && (matches!(right.subject, Subject::Role | Subject::Right(_))
                || right.says.iter().any(|says| says.value.is_some()))
}

fn is_given(frame: &Frame<'_>, right: &ExplainedRight) -> bool {
    right
        .value
        .as_ref()
        .is_some_and(|value| gives(&right.subject, value, frame.catalog))
}

/// Whether a value gives something: a yes, or a limit that reaches somewhere.
pub fn gives(subject: &Subject, value: &Shown, catalog: &Catalog) -> bool {
    if let Subject::Right(id) = subject
        && catalog.get(*id).is_restricting()
    {
        return false;
    }
    match (subject, value) {
        (Subject::Role, Shown::Text(role)) => &**role != NO_ROLE,
        _ => !value.is_no(),
    }
}

/// A value in words.
pub fn words(subject: &Subject, value: &Shown, catalog: &Catalog) -> String {
    match (subject, value) {
        (Subject::Right(id), Shown::Value(value)) => {
            let right = catalog.get(*id);
            match value {
                Value::Switch(on) if right.is_restricting() => {
                    if *on { "limited" } else { "not limited" }.to_owned()
                }
                Value::Switch(on) => if *on { "yes" } else { "no" }.to_owned(),
                Value::Days(Days::All) => "all time".to_owned(),
                Value::Days(Days::Last(0)) => "today only".to_owned(),
                Value::Days(Days::Last(days)) => format!("{days} days"),
                Value::Items(Items::All) | Value::One(One::All) => "all".to_owned(),
                Value::Items(Items::Only(items)) => items
                    .iter()
                    .map(|item| match item {
                        Item::Id(id) => format!("no. {id}"),
                        Item::Name(name) => name.to_string(),
                    })
                    .collect::<Vec<_>>()
                    .join(", "),
                Value::One(One::Myself) => "their own".to_owned(),
                Value::One(One::Only(Item::Id(id))) => format!("no. {id}"),
                Value::One(One::Only(Item::Name(name))) => name.to_string(),
                Value::Text(text) if text.is_empty() => "no list".to_owned(),
                Value::Text(text) => text.to_string(),
            }
        }
        (_, Shown::Text(text)) => match &**text {
            "true" => "yes".to_owned(),
            "false" => "no".to_owned(),
            text => text.lines().collect::<Vec<_>>().join(", "),
        },
        (_, Shown::Value(_)) => String::new(),
    }
}

impl Answer {
    /// The name of what it is about, in files and calls.
    pub fn slug(&self, catalog: &Catalog) -> String {
        subject::slug(&self.subject, catalog)
    }

    /// The title of what it is about.
    pub fn subject_title(&self, catalog: &Catalog) -> String {
        subject::title(&self.subject, self.kind, catalog)
    }
}

impl Why {
    /// Every line that is shown.
    pub fn lines(&self) -> Vec<&Origin> {
        let of_answers = self.answers.iter().flat_map(|answer| {
            let links = answer.because.iter().chain(&answer.also);
            links.chain(&answer.against)
        });
        let links = self.whole.iter().chain(of_answers);
        links.filter_map(|link| link.origin.as_ref()).collect()
    }
}
