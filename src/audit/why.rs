//! From the decisions of resolving to chains that a person follows: assignment, role, extended role, line, value.
//!
//! It decides nothing: [`Explained`] is what `config` decided. Lines carry their file, number and text, and, where git
//! knows, who wrote them when. The invariant: the value of an answer is the grant's.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::seen::{Seen, Sight};
use super::subject;
use crate::catalog::{Catalog, Kind, RightId, RightType, Sensitivity};
use crate::model::explained::{
    AccessLine, Decided, Explained, ExplainedPlace, ExplainedRight, Force, Reach, RoleLine, Says,
    SelectedLine, Shown, Standing, Subject,
};
use crate::model::{
    AccountState, Days, Desired, GrantState, Items, LocationKey, Managed, One, Ownership,
    PersonKey, PlaceId, PlaceStatus, SystemName, Value,
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

/// What was seen of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObservedValue {
    /// They have an account there.
    Has {
        /// When it was seen.
        at: Timestamp,
        /// Its state.
        state: AccountState,
        /// The value; none where it was not read.
        value: Option<Shown>,
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
    /// Who wrote it.
    pub written: Option<Written>,
}

/// Of a line that is longer than this, the part that matters is shown.
const LONG_LINE: usize = 100;

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
    let teller = Teller { frame, explained };
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
    let name = frame.desired.people.get(&explained.person);
    Why {
        person: explained.person.clone(),
        name: name.map_or_else(|| "".into(), |person| person.name.clone()),
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

/// What stands in place of a vendor role where there is none.
pub const NO_ROLE: &str = "none";

struct Teller<'t> {
    frame: &'t Frame<'t>,
    explained: &'t Explained,
}

impl Teller<'_> {
    fn link(&self, kind: LinkKind, words: impl Into<String>, span: Option<Span>) -> Link {
        let origin = span.map(|span| {
            let mut origin = self.frame.sources.origin(span);
            origin.text = mask_contacts(&origin.text).into();
            origin
        });
        let written = origin.as_ref().and_then(|origin| {
            let lines = self.frame.history.get(&origin.file)?;
            lines.get(origin.line.checked_sub(1)? as usize)?.clone()
        });
        let focus = span.zip(origin.as_ref()).and_then(|(span, origin)| {
            let part = self.frame.sources.text(span).trim();
            let is_long = origin.text.chars().count() > LONG_LINE;
            (is_long && !part.is_empty() && !part.contains('\n'))
                .then(|| Arc::from(mask_contacts(part)))
        });
        Link {
            kind,
            words: words.into(),
            origin,
            focus,
            written,
        }
    }

    /// What is true of the person everywhere.
    fn whole(&self) -> Vec<Link> {
        let explained = self.explained;
        match explained.managed {
            Managed::No => vec![self.link(
                LinkKind::Access,
                "not managed: whatever is there is left alone",
                explained.access,
            )],
            Managed::Nothing(span) => {
                vec![self.link(LinkKind::Access, "nothing, anywhere", Some(span))]
            }
            Managed::Left(span) => vec![self.link(
                LinkKind::Leaves,
                "has left: everything is taken away",
                Some(span),
            )],
            // Where no line names the place that was asked about: what the lines do name.
            Managed::Yes if explained.places.is_empty() => explained
                .lines
                .iter()
                .map(|line| self.elsewhere(line))
                .collect(),
            Managed::Yes => Vec::new(),
        }
    }

    /// A line that gives nothing where it was asked about, and where it does.
    fn elsewhere(&self, line: &SelectedLine) -> Link {
        let names = |keys: &[LocationKey]| {
            let shown: Vec<&str> = keys.iter().take(8).map(LocationKey::as_str).collect();
            let more = keys.len() - shown.len();
            let more = (more > 0).then(|| format!(" and {more} more"));
            format!("{}{}", shown.join(", "), more.unwrap_or_default())
        };
        let mut words = match &line.role {
            Some(role) => format!("gives nothing there: role `{role}`"),
            None => "gives nothing there".to_owned(),
        };
        if !line.open.is_empty() {
            words = format!("{words} at {}", names(&line.open));
        }
        if !line.closed.is_empty() {
            words = format!("{words}; closed: {}", names(&line.closed));
        }
        self.link(LinkKind::Assignment, words, Some(line.span))
    }

    /// What was seen at places where no line gives anything.
    fn beside_the_files(
        &self,
        subjects: Option<&[Subject]>,
        only: Option<&PlaceId>,
    ) -> Vec<Answer> {
        let frame = self.frame;
        let scopes = frame.seen.into_iter().flat_map(|seen| &seen.scopes);
        let mut answers = Vec::new();
        for ((system, place), scope) in scopes {
            let told = |known: &ExplainedPlace| known.system == *system && known.place == *place;
            let Some(held) = scope.people.get(&self.explained.person) else {
                continue;
            };
            if self.explained.places.iter().any(told) || only.is_some_and(|only| only != place) {
                continue;
            }
            let role = [Subject::Role];
            for subject in subjects.unwrap_or(&role) {
                let value = held.value(subject, frame.catalog);
                if value.is_none() && subjects.is_some() {
                    continue;
                }
                answers.push(Answer {
                    system: system.clone(),
                    kind: self.kind(system),
                    place: place.clone(),
                    title: self.place_title(place),
                    subject: subject.clone(),
                    state: None,
                    value: None,
                    given: false,
                    because: vec![self.link(
                        LinkKind::Access,
                        "no line of `access` gives anything here",
                        self.explained.access,
                    )],
                    also: Vec::new(),
                    against: Vec::new(),
                    observed: Some(ObservedValue::Has {
                        at: held.at,
                        state: held.state,
                        value,
                    }),
                });
            }
        }
        answers
    }

    fn kind(&self, system: &SystemName) -> Option<Kind> {
        let system = self.frame.desired.systems.get(system)?;
        Kind::parse(system.kind)
    }

    fn answer(&self, place: &ExplainedPlace, right: &ExplainedRight) -> Answer {
        let frame = self.frame;
        let kind = self.kind(&place.system);
        let given = is_given(frame, right);
        let mut because = self.chain(place, right, 0);
        let mut against = self.against(place, right);
        against.retain(|link| !because.contains(link));
        if let Some(paused) = place.paused {
            because.push(self.link(
                LinkKind::Paused,
                "paused: it is kept, and cannot be used",
                Some(paused),
            ));
        }
        if let (Ownership::Report, span) = place.ownership {
            against.push(self.link(
                LinkKind::Ownership,
                "`ownership: report`: keyholder only looks here, so what is there may be otherwise",
                span,
            ));
        } else if let (Ownership::AddOnly, span) = place.ownership
            && !given
        {
            against.push(self.link(
                LinkKind::Ownership,
                "`ownership: add-only`: keyholder takes nothing away here, so it may be there all the same",
                span,
            ));
        }
        Answer {
            system: place.system.clone(),
            kind,
            title: self.place_title(&place.place),
            place: place.place.clone(),
            subject: right.subject.clone(),
            state: place.grant.as_ref().map(|grant| grant.state),
            value: right.value.clone(),
            given,
            also: self.also(place, right, &because),
            because,
            against,
            observed: frame.seen.map(|seen| self.observed(seen, place, right)),
        }
    }

    fn place_title(&self, place: &PlaceId) -> Arc<str> {
        match place {
            PlaceId::At(key) => self
                .frame
                .desired
                .places
                .get(key)
                .map_or_else(|| key.as_str().into(), |fact| fact.title.clone()),
            PlaceId::Chain => "the chain".into(),
            PlaceId::Whole => "the whole system".into(),
        }
    }

    fn observed(
        &self,
        seen: &Seen,
        place: &ExplainedPlace,
        right: &ExplainedRight,
    ) -> ObservedValue {
        match seen.sight(&self.explained.person, &place.system, &place.place) {
            Sight::Has(held) => ObservedValue::Has {
                at: held.at,
                state: held.state,
                value: held.value(&right.subject, self.frame.catalog),
            },
            Sight::Absent(at) => ObservedValue::Absent { at },
            Sight::Unknown => ObservedValue::Unknown,
        }
    }

    /// How a value comes to be.
    fn chain(&self, place: &ExplainedPlace, right: &ExplainedRight, depth: usize) -> Vec<Link> {
        let catalog = self.frame.catalog;
        match right.decided {
            Decided::Line(span) => self.line_chain(place, right, span),
            Decided::Taken(span) => {
                let never = right
                    .taken
                    .iter()
                    .any(|taken| taken.holds && taken.never && taken.span == span);
                vec![self.taken(never, span)]
            }
            Decided::Unlisted(span) => {
                let mut links = self.assignments(place, right);
                links.push(self.link(
                    LinkKind::Unlisted,
                    "no line names it, and `unlisted` denies what no line names",
                    Some(span),
                ));
                links
            }
            Decided::Follows(from) => {
                let about = catalog.get(from);
                let words = match &right.subject {
                    Subject::Right(id) if catalog.get(*id).governor == Some(from) => {
                        match catalog.get(*id).kind {
                            RightType::Section
                            | RightType::Switch
                            | RightType::NoLimitToday
                            | RightType::OwnOnly
                            | RightType::CheckIp => {
                                format!("no line names it; it goes with `{}`", about.slug)
                            }
                            RightType::Days
                            | RightType::Limited
                            | RightType::Ids(_)
                            | RightType::Id(_)
                            | RightType::Ips => format!(
                                "no line says how far `{}` reaches, so this is its usual reach",
                                about.slug
                            ),
                        }
                    }
                    Subject::Right(_) | Subject::Role | Subject::Fact(_) => {
                        format!("it follows from `{}`", about.slug)
                    }
                };
                let mut links = self.chain_of(place, from, depth);
                links.push(self.link(LinkKind::Follows, words, None));
                links
            }
            Decided::Governor(governor) => {
                let words = format!(
                    "it means nothing, since `{}` is denied",
                    catalog.get(governor).slug
                );
                let mut links = self.chain_of(place, governor, depth);
                links.push(self.link(LinkKind::Governor, words, None));
                links
            }
            Decided::Kept(span) => {
                let mut links = self.assignments(place, right);
                links.push(self.link(
                    LinkKind::Unlisted,
                    "no line names it: what is there is kept, or is the vendor's default",
                    span,
                ));
                links
            }
            Decided::Nothing => self.out_of_force(place),
            Decided::Left(span) => vec![self.link(
                LinkKind::Leaves,
                "has left: everything is taken away",
                span.or(self.explained.leaves),
            )],
            Decided::NotThere => {
                vec![self.link(LinkKind::Role, "no role says anything of it here", None)]
            }
        }
    }

    /// How another right of the same place comes to its value.
    fn chain_of(&self, place: &ExplainedPlace, id: RightId, depth: usize) -> Vec<Link> {
        let other = place
            .rights
            .iter()
            .find(|right| right.subject == Subject::Right(id));
        match other {
            // A right follows from another, that from a third, and no further; a loop in the data may not hang.
            Some(other) if depth < 8 => self.chain(place, other, depth + 1),
            Some(_) | None => Vec::new(),
        }
    }

    /// Assignment, role, extended roles, line.
    fn line_chain(&self, place: &ExplainedPlace, right: &ExplainedRight, span: Span) -> Vec<Link> {
        let decides = |says: &&Says| {
            says.plus.contains(&span) || says.named.iter().any(|line| line.span == span)
        };
        let counting = || right.says.iter().filter(|says| says.counts);
        let says = counting()
            .find(|says| says.decided == Decided::Line(span))
            .or_else(|| counting().find(decides));
        let Some(says) = says else {
            return vec![self.link(LinkKind::Line, "this line decides", Some(span))];
        };
        let mut links = vec![self.assignment(place, says)];
        if says.plus.contains(&span) {
            links.push(self.link(LinkKind::Plus, "the line's own `plus` adds it", Some(span)));
        } else if let Some(line) = says.named.iter().find(|line| line.span == span) {
            links.extend(self.way(line));
            links.push(self.role_line(line, right));
        } else {
            let words = "no line names it; it is said together with this one, and left out is no";
            links.push(self.link(LinkKind::Line, words, Some(span)));
        }
        links
    }

    fn assignment(&self, place: &ExplainedPlace, says: &Says) -> Link {
        let at = place.lines.get(says.line).map(|line| line.line);
        let line = at.and_then(|at| self.explained.lines.get(at));
        let role = line.and_then(|line| line.role.as_ref());
        let words = role.map_or_else(
            || "this line of `access`".to_owned(),
            |role| format!("has role `{role}` here"),
        );
        self.link(LinkKind::Assignment, words, line.map(|line| line.span))
    }

    /// The lines in force whose word counts.
    fn assignments(&self, place: &ExplainedPlace, right: &ExplainedRight) -> Vec<Link> {
        let counting = right.says.iter().filter(|says| says.counts);
        counting.map(|says| self.assignment(place, says)).collect()
    }

    /// From the role of an assignment to the role that has a line.
    fn way(&self, line: &RoleLine) -> Vec<Link> {
        let mut links: Vec<Link> = line
            .path
            .iter()
            .map(|&span| {
                let to = self.frame.sources.text(span).trim_matches(['"', '\'']);
                self.link(
                    LinkKind::Extends,
                    format!("that role extends `{to}`"),
                    Some(span),
                )
            })
            .collect();
        if line.path.is_empty() {
            links.push(self.link(
                LinkKind::Role,
                format!("role `{}`", line.role),
                Some(line.declared),
            ));
        }
        links
    }

    fn role_line(&self, line: &RoleLine, right: &ExplainedRight) -> Link {
        let exact = match (line.reach, &right.subject) {
            (_, Subject::Role | Subject::Fact(_)) => "says so",
            (Reach::Slug, _) => "names it",
            (Reach::Pattern(_), _) => "covers it by a pattern",
            (Reach::Section, _) => "covers its whole section",
            (Reach::Everything, _) => "covers everything",
        };
        let says = self.says(&right.subject, &line.value);
        let words = match line.standing {
            Standing::Decides => format!("a line of `{}` {exact}: {says}", line.role),
            Standing::Agrees => format!("a line of `{}` {exact} as well: {says}", line.role),
            Standing::LessExact => format!(
                "a line of `{}` {exact}: {says}; a more exact line decides",
                line.role
            ),
            Standing::Overridden => format!(
                "a line of `{}` {exact}: {says}; it is overridden",
                line.role
            ),
        };
        self.link(LinkKind::Line, words, Some(line.span))
    }

    fn says(&self, subject: &Subject, value: &Shown) -> String {
        words(subject, value, self.frame.catalog)
    }

    fn taken(&self, never: bool, span: Span) -> Link {
        if never {
            self.link(
                LinkKind::Never,
                "`never` takes it, whatever gives it",
                Some(span),
            )
        } else {
            self.link(
                LinkKind::Minus,
                "`minus` of a line in force takes it",
                Some(span),
            )
        }
    }

    /// Why nothing is in force at a place: each line and its date, or the place itself.
    fn out_of_force(&self, place: &ExplainedPlace) -> Vec<Link> {
        let mut links = Vec::new();
        match place.status {
            Some(PlaceStatus::Closed) => {
                links.push(self.link(LinkKind::Status, "the location is closed", None));
            }
            Some(PlaceStatus::Planned) => {
                links.push(self.link(LinkKind::Status, "the location is not open yet", None));
            }
            Some(PlaceStatus::Open) | None => {}
        }
        for line in place.lines.iter().filter(|line| line.gives) {
            links.extend(self.dates(place, line));
        }
        links
    }

    /// An instant as the clock at a place shows it.
    fn time(&self, place: &ExplainedPlace, at: Timestamp) -> String {
        let key = place.place.location();
        let zone = key.and_then(|key| Some(&self.frame.desired.places.get(key)?.zone));
        let local = at.to_zoned(zone.unwrap_or(self.frame.zone).clone());
        local.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A line that is not in force, and the date that says so.
    fn dates(&self, place: &ExplainedPlace, line: &AccessLine) -> Option<Link> {
        let selected = self.explained.lines.get(line.line)?;
        let role = selected
            .role
            .as_ref()
            .map_or_else(String::new, |role| format!(" of `{role}`"));
        let (words, by) = match line.force {
            Force::Now => return None,
            Force::NotYet { at, by } => {
                let at = self.time(place, at);
                (format!("the line{role} begins at {at}"), by)
            }
            Force::Ended { at, by } => {
                let at = self.time(place, at);
                (format!("the line{role} ended at {at}"), by)
            }
            Force::Never => (format!("the line{role} is in force at no time"), None),
        };
        Some(self.link(LinkKind::Dates, words, by.or(Some(selected.span))))
    }

    /// What else gives it or would: other lines in force, lines of another time, lines of roles that lost.
    fn also(&self, place: &ExplainedPlace, right: &ExplainedRight, told: &[Link]) -> Vec<Link> {
        let catalog = self.frame.catalog;
        let mut links: Vec<Link> = Vec::new();
        for says in &right.says {
            let value = says.value.as_ref();
            let value = value.filter(|value| gives(&right.subject, value, catalog));
            if let Some(value) = value {
                let mut link = self.assignment(place, says);
                let line = place.lines.get(says.line);
                let shown = self.says(&right.subject, value);
                let already = told.iter().any(|told| told.origin == link.origin);
                match line.map(|line| line.force) {
                    Some(Force::Now) if !already => {
                        link.words =
                            format!("{}, which says the same or less: {shown}", link.words);
                        if right.value.as_ref().is_none_or(Shown::is_no) {
                            link.words = format!(
                                "{}, which alone would give it: {shown}",
                                self.assignment(place, says).words
                            );
                        }
                        links.push(link);
                    }
                    Some(Force::NotYet { at, .. }) => {
                        let at = self.time(place, at);
                        link.words = format!("{} from {at}: {shown}", link.words);
                        links.push(link);
                    }
                    Some(Force::Ended { at, .. }) => {
                        let at = self.time(place, at);
                        link.words = format!("{} until {at}: {shown}", link.words);
                        links.push(link);
                    }
                    Some(Force::Now | Force::Never) | None => {}
                }
            }
            for line in &says.named {
                if gives(&right.subject, &line.value, catalog) {
                    links.push(self.role_line(line, right));
                }
            }
        }
        links.retain(|link| !told.contains(link));
        dedup(links)
    }

    /// What takes it or says no, whether or not that is what decides.
    fn against(&self, place: &ExplainedPlace, right: &ExplainedRight) -> Vec<Link> {
        let catalog = self.frame.catalog;
        let mut links = Vec::new();
        for taken in &right.taken {
            if taken.holds {
                links.push(self.taken(taken.never, taken.span));
            } else {
                links.push(self.link(
                    LinkKind::Minus,
                    "`minus` of a line that is not in force would take it",
                    Some(taken.span),
                ));
            }
        }
        for says in &right.says {
            for line in &says.named {
                if !gives(&right.subject, &line.value, catalog) && right.subject != Subject::Role {
                    links.push(self.role_line(line, right));
                }
            }
        }
        if !matches!(right.decided, Decided::Nothing)
            && right.value.as_ref().is_none_or(Shown::is_no)
        {
            let idle = place.lines.iter().filter(|line| line.gives);
            links.extend(idle.filter_map(|line| self.dates(place, line)));
        }
        dedup(links)
    }
}

fn dedup(links: Vec<Link>) -> Vec<Link> {
    let mut kept: Vec<Link> = Vec::with_capacity(links.len());
    for link in links {
        if !kept.contains(&link) {
            kept.push(link);
        }
    }
    kept
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
                        crate::model::Item::Id(id) => format!("no. {id}"),
                        crate::model::Item::Name(name) => name.to_string(),
                    })
                    .collect::<Vec<_>>()
                    .join(", "),
                Value::One(One::Myself) => "their own".to_owned(),
                Value::One(One::Only(crate::model::Item::Id(id))) => format!("no. {id}"),
                Value::One(One::Only(crate::model::Item::Name(name))) => name.to_string(),
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

    /// Why what it is about is sensitive.
    pub fn sensitivity(&self, catalog: &Catalog) -> Option<Sensitivity> {
        subject::sensitivity(&self.subject, self.kind, catalog)
    }
}
