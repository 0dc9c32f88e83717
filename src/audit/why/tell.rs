//! The links of a chain, in words, each with its line.
//!
//! It reads what was decided. The invariant: every link that a line stands behind carries that line.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::matrix::ScopeTitle;
use super::super::same::same;
use super::super::seen::{Seen, Sight, nothing};
use super::super::subject;
use super::{Answer, Frame, Kept, Link, LinkKind, ObservedValue, gives, is_given, line, words};
use crate::catalog::{Kind, RightId, RightType, Sensitivity};
use crate::model::explained::{
    AccessLine, Decided, Explained, ExplainedPlace, ExplainedRight, Force, Reach, RoleLine, Says,
    SelectedLine, Shown, Standing, Subject,
};
use crate::model::{
    AccountState, Grant, LocationKey, Managed, Ownership, PersonKey, PlaceId, PlaceStatus,
    SystemName,
};
use crate::text::{Span, mask_contacts};

pub(super) struct Teller<'t> {
    pub(super) frame: &'t Frame<'t>,
    pub(super) explained: &'t Explained,
}

impl Teller<'_> {
    fn link(&self, kind: LinkKind, words: impl Into<String>, span: Option<Span>) -> Link {
        let line = span.map(|span| line(self.frame.sources, span));
        let (origin, focus) = line.map_or((None, None), |(origin, focus)| (Some(origin), focus));
        let written = origin.as_ref().and_then(|origin| {
            let lines = self.frame.history.get(&origin.file)?;
            lines.get(origin.line.checked_sub(1)? as usize)?.clone()
        });
        Link {
            kind,
            words: words.into(),
            origin,
            focus,
            reason: span.and_then(|span| self.reason(span)),
            written,
        }
    }

    /// What the entry that a span lies in says for itself.
    fn reason(&self, span: Span) -> Option<Arc<str>> {
        let reasons = self.explained.reasons.iter();
        let (_, reason) = reasons
            .filter(|(entry, _)| {
                entry.file == span.file && entry.start <= span.start && span.end <= entry.end
            })
            .min_by_key(|(entry, _)| entry.end - entry.start)?;
        Some(mask_contacts(reason).into())
    }

    /// What is true of the person everywhere.
    pub(super) fn whole(&self) -> Vec<Link> {
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
    pub(super) fn beside_the_files(
        &self,
        subjects: Option<&[Subject]>,
        only: Option<&PlaceId>,
    ) -> Vec<Answer> {
        let frame = self.frame;
        let scopes = frame.seen.into_iter().flat_map(|seen| &seen.scopes);
        let mut answers = Vec::new();
        for ((system, place), scope) in scopes {
            let told = |known: &ExplainedPlace| known.system == *system && known.place == *place;
            if !scope.people.contains_key(&self.explained.person) {
                continue;
            }
            let sight = seen_of(frame.seen, &self.explained.person, system, place);
            if self.explained.places.iter().any(told) || only.is_some_and(|only| only != place) {
                continue;
            }
            let role = [Subject::Role];
            // Of whom the files leave alone they say neither yes nor no.
            let is_managed = self.explained.managed != Managed::No;
            for subject in subjects.unwrap_or(&role) {
                let none = nothing(subject);
                let observed = self.sight_value(&sight, subject, is_managed.then_some(&none));
                let ObservedValue::Has { value, .. } = &observed else {
                    continue;
                };
                // Whether they have it may not have been read; what there is not at that kind is none of it.
                if value.is_none() && !self.exists_at(system, place, subject) {
                    continue;
                }
                let sensitivity = self.sensitivity(subject, self.kind(system), value.as_ref());
                answers.push(Answer {
                    system: system.clone(),
                    kind: self.kind(system),
                    place: place.clone(),
                    title: self.place_title(place),
                    subject: subject.clone(),
                    state: None,
                    value: None,
                    kept: (!is_managed).then_some(Kept::Unmanaged),
                    sensitivity,
                    given: false,
                    because: vec![self.link(
                        LinkKind::Access,
                        if is_managed {
                            "no line of `access` gives anything here"
                        } else {
                            "not managed: whatever is there is left alone"
                        },
                        self.explained.access,
                    )],
                    also: Vec::new(),
                    against: Vec::new(),
                    observed: Some(observed),
                });
            }
        }
        answers
    }

    fn exists_at(&self, system: &SystemName, place: &PlaceId, subject: &Subject) -> bool {
        let scope = ScopeTitle {
            system: system.clone(),
            kind: self.kind(system),
            place: place.clone(),
            title: "".into(),
        };
        scope.applies(subject, self.frame.catalog)
    }

    fn sensitivity(
        &self,
        subject: &Subject,
        kind: Option<Kind>,
        value: Option<&Shown>,
    ) -> Option<Sensitivity> {
        let raised = &self.frame.desired.rules.sensitive;
        subject::sensitivity(subject, kind, value, self.frame.catalog, raised)
    }

    fn kind(&self, system: &SystemName) -> Option<Kind> {
        let system = self.frame.desired.systems.get(system)?;
        Kind::parse(system.kind)
    }

    pub(super) fn answer(&self, place: &ExplainedPlace, right: &ExplainedRight) -> Answer {
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
            kept: match (right.decided, &place.grant) {
                (Decided::Kept(_), Some(grant)) if grant.unlisted_default => {
                    Some(Kept::Recommended)
                }
                (Decided::Kept(_), Some(_)) => Some(Kept::AsItIs),
                _ => None,
            },
            sensitivity: self.sensitivity(&right.subject, kind, right.value.as_ref()),
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
        let sight = seen.sight(&self.explained.person, &place.system, &place.place);
        let said = match (&right.value, right.decided) {
            (Some(value), _) => Some(value.clone()),
            // Whatever is there is what the files want.
            (None, Decided::Kept(_)) => None,
            (None, _) => Some(nothing(&right.subject)),
        };
        self.sight_value(&sight, &right.subject, said.as_ref())
    }

    /// What was seen of one thing, and whether that is what the files say.
    fn sight_value(
        &self,
        sight: &Sight<'_>,
        subject: &Subject,
        said: Option<&Shown>,
    ) -> ObservedValue {
        let catalog = self.frame.catalog;
        match sight {
            Sight::Has(all) => {
                let Some(first) = all.first() else {
                    return ObservedValue::Unknown;
                };
                // What an account has that cannot be used is told beside its state.
                let value = if first.state == AccountState::Active {
                    sight.value(subject, catalog).map(|(value, _)| value)
                } else {
                    first.value(subject, catalog)
                };
                let names = sight.names();
                ObservedValue::Has {
                    accounts: all.iter().map(|held| held.account.clone()).collect(),
                    at: first.at,
                    state: first.state,
                    same: match (said, &value) {
                        (Some(said), Some(value)) => {
                            same(subject, said, value, &[names.as_deref()], catalog)
                        }
                        (None, _) | (_, None) => None,
                    },
                    value,
                }
            }
            Sight::Absent(at) => ObservedValue::Absent { at: *at },
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
                let default = |grant: &Grant| grant.unlisted_default;
                let words = if place.grant.as_ref().is_some_and(default) {
                    "no line names it, and `unlisted: default` leaves it to the set that the vendor recommends"
                } else {
                    "no line names it, and `unlisted: keep` leaves whatever is there"
                };
                links.push(self.link(LinkKind::Unlisted, words, span));
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
            Some(other) if depth < 8 => {
                let slug = self.frame.catalog.get(id).slug;
                let mut links = self.chain(place, other, depth + 1);
                for link in &mut links {
                    // What is said of another right says so.
                    let about_right = match link.kind {
                        LinkKind::Line
                        | LinkKind::Plus
                        | LinkKind::Minus
                        | LinkKind::Never
                        | LinkKind::Unlisted
                        | LinkKind::Follows
                        | LinkKind::Governor => true,
                        LinkKind::Assignment
                        | LinkKind::Role
                        | LinkKind::Extends
                        | LinkKind::Dates
                        | LinkKind::Leaves
                        | LinkKind::Paused
                        | LinkKind::Ownership
                        | LinkKind::Status
                        | LinkKind::Access => false,
                    };
                    if about_right && !link.words.starts_with("of `") {
                        link.words = format!("of `{slug}`: {}", link.words);
                    }
                }
                links
            }
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

/// What was seen of somebody in a scope, where anything was.
fn seen_of<'s>(
    seen: Option<&'s Seen>,
    person: &PersonKey,
    system: &SystemName,
    place: &PlaceId,
) -> Sight<'s> {
    seen.map_or(Sight::Unknown, |seen| seen.sight(person, system, place))
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
