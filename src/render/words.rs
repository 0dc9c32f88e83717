//! Rights, values and times in the words of the people who read plans.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::doc::{Run, Tone, foreign, foreign_toned, prose, say, toned};
use super::view::Frame;
use crate::catalog::{Catalog, Kind, Right, RightType, Sensitivity};
use crate::model::{AccountState, Days, Item, Items, One, PlaceId, RightSet, Value};
use crate::plan::{Because, DangerClass, HoldCode, ManualActor, Mode, Reason, Step, StepKind};

/// A right's value, such as `3 days` or `Kase 1, Kase 2`.
pub fn value(right: &Right, value: Option<&Value>) -> Run {
    match value {
        None => say("nothing"),
        Some(Value::Switch(on)) => match (right.kind, on) {
            (RightType::Limited | RightType::OwnOnly | RightType::CheckIp, true) => say("limited"),
            (RightType::Limited | RightType::OwnOnly | RightType::CheckIp, false) => {
                say("not limited")
            }
            (_, true) => say("yes"),
            (_, false) => say("no"),
        },
        Some(Value::Days(Days::All)) => say("all time"),
        Some(Value::Days(Days::Last(0))) => say("today only"),
        Some(Value::Days(Days::Last(1))) => say("1 day"),
        Some(Value::Days(Days::Last(days))) => say(format!("{days} days")),
        Some(Value::Items(Items::All) | Value::One(One::All)) => {
            say(right.kind.entity().map_or("all".to_owned(), |entity| {
                format!("all {}", entity.plural())
            }))
        }
        Some(Value::Items(Items::Only(items))) => {
            foreign(items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        Some(Value::One(One::Myself)) => say("their own"),
        Some(Value::One(One::Only(one))) => foreign(item(one)),
        Some(Value::Text(text)) if text.is_empty() => say("no list"),
        Some(Value::Text(text)) => foreign(text.to_string()),
    }
}

fn item(item: &Item) -> String {
    match item {
        Item::Id(id) => format!("no. {id}"),
        Item::Name(name) => name.to_string(),
    }
}

/// A right's title, and in brackets why it is sensitive, if it is.
pub fn marked(right: &Right, why: Option<Sensitivity>) -> Vec<Run> {
    let mut runs = vec![say(right.title)];
    if let Some(why) = why {
        runs.push(say(" "));
        runs.push(toned(Tone::Alert, format!("[{}]", why.title())));
    }
    runs
}

/// Where something stands among others: what decides over other users first, what is not sensitive last.
pub fn rank(why: Option<Sensitivity>) -> usize {
    Sensitivity::rank(why)
}

/// Titles with why each is sensitive: a line for each sort, the heaviest first, and one for what is not sensitive.
pub fn ranked(mut titles: Vec<(Option<Sensitivity>, Vec<Run>)>) -> Vec<Vec<Run>> {
    titles.sort_by_key(|(why, _)| rank(*why));
    let mut lines: Vec<(Option<Sensitivity>, Vec<Run>)> = Vec::new();
    for (why, title) in titles {
        match lines.last_mut() {
            Some((last, line)) if *last == why => {
                line.push(say("; "));
                line.extend(title);
            }
            _ => {
                let mut line = Vec::new();
                if let Some(why) = why {
                    line.push(toned(Tone::Alert, format!("[{}]", why.title())));
                    line.push(say(" "));
                }
                line.extend(title);
                lines.push((why, line));
            }
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What somebody gets with a set of rights: the sensitive first, a line for each sort, then a line for each section.
pub fn gets(frame: &Frame<'_>, rights: &RightSet) -> Vec<Vec<Run>> {
    let mut rest = rights.clone();
    let mut sensitive = Vec::new();
    for (index, held) in rights.iter() {
        let Some(right) = frame.catalog.at(index).map(|id| frame.catalog.get(id)) else {
            continue;
        };
        if let Some(why) = frame.why(right)
            && *held == Value::Switch(true)
            && right.kind != RightType::Section
        {
            sensitive.push((Some(why), vec![say(right.title)]));
            rest.set(index, None);
        }
    }
    let mut lines = ranked(sensitive);
    lines.extend(granted(frame.catalog, &rest));
    lines
}

/// What a set of rights allows, a line for each section: what is granted, and how far.
pub fn granted(catalog: &Catalog, rights: &RightSet) -> Vec<Vec<Run>> {
    let mut lines: Vec<(Option<crate::catalog::Section>, Vec<Run>)> = Vec::new();
    for (index, held) in rights.iter() {
        let Some(right) = catalog.at(index).map(|id| catalog.get(id)) else {
            continue;
        };
        let words = match (right.kind, held) {
            (RightType::Section, Value::Switch(true)) => Vec::new(),
            (RightType::Switch | RightType::NoLimitToday, Value::Switch(true)) => {
                marked(right, right.sensitivity)
            }
            (RightType::OwnOnly | RightType::CheckIp, Value::Switch(true)) => {
                vec![say(right.title)]
            }
            (RightType::Days, Value::Days(_))
            | (RightType::Ids(_), Value::Items(Items::Only(_)))
            | (RightType::Id(_), Value::One(One::Myself | One::Only(_)))
            | (RightType::Ips, Value::Text(_)) => {
                vec![say(right.title), say(": "), self::value(right, Some(held))]
            }
            _ => continue,
        };
        match lines.last_mut() {
            Some((section, line)) if *section == right.section && right.section.is_some() => {
                if line.len() > 1 && !words.is_empty() {
                    line.push(say("; "));
                }
                line.extend(words);
            }
            _ => {
                let head = right
                    .section
                    .map_or("Besides".to_owned(), |section| section.title().to_owned());
                let mut line = vec![toned(Tone::Strong, format!("{head}: "))];
                line.extend(words);
                lines.push((right.section, line));
            }
        }
    }
    for (_, line) in &mut lines {
        if line.len() == 1 {
            line.push(say("open, nothing more"));
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A line or rule that caused something.
pub fn because(because: &Because) -> Vec<Run> {
    match because {
        Because::Line(origin) => vec![
            foreign_toned(Tone::Dim, origin.file.to_string()),
            toned(Tone::Dim, format!(":{}", origin.line)),
            say("  "),
            foreign(shortened(&origin.text, 100)),
        ],
        Because::Rule(rule) => vec![prose(rule.clone())],
    }
}

/// At most `most` characters of a text.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A point in time where the project lives, to the minute.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// The same with the name of the zone, for a heading or a sentence that stands alone.
pub fn zoned(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} ({})", time(at, zone), zone.iana_name().unwrap_or("UTC"))
}

/// The end of something as the files say it: a date ends after itself.
pub fn until(at: Timestamp, zone: &TimeZone) -> String {
    let end = at.to_zoned(zone.clone());
    let last = end.date().yesterday();
    match last {
        Ok(last) if end.time() == jiff::civil::Time::midnight() => last.to_string(),
        _ => time(at, zone),
    }
}

/// A number and its noun.
pub fn count(number: u32, one: &str, many: &str) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match number {
        1 => write!(text, "1 {one}"),
        _ => write!(text, "{number} {many}"),
    };
    text
}

/// Why a step is there, as the heading of a person says it.
pub fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Joined => "joins",
        Reason::Left => "access ends",
        Reason::Paused => "is away for a while",
        Reason::Moved => "moves",
        Reason::RoleChanged => "access differs",
        Reason::Lapsed => "time is up",
        Reason::Due => "begins now",
        Reason::Drift => "changed by hand at the vendor",
        Reason::Stranger => "nobody declared this account",
        Reason::Approved => "approved",
    }
}

/// A danger class, as a tag behind a step; harmless ones need none.
pub fn class(class: DangerClass) -> Option<&'static str> {
    match class {
        DangerClass::Safe => None,
        DangerClass::Messaging => Some("sends a message"),
        DangerClass::Escalating => Some("escalating"),
        DangerClass::Removing => Some("removing"),
        DangerClass::Irreversible => Some("cannot be undone"),
    }
}

/// The state of an account.
pub fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::Invited => "invited",
        AccountState::Inactive => "inactive",
        AccountState::Active => "active",
        AccountState::Blocked => "blocked",
    }
}

/// What a step does, before the name of the place: "invite to".
pub fn doing(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Invite => "invite to",
        StepKind::Resend => "invite again to",
        StepKind::Grant => "give access to",
        StepKind::SetRights => "change rights at",
        StepKind::ChangeRole => "change role at",
        StepKind::LinkStaff => "change the linked team member at",
        StepKind::Remove => "remove all access to",
        StepKind::WithdrawInvitation => "withdraw the invitation to",
        StepKind::Block => "block at",
        StepKind::Deactivate => "deactivate at",
        StepKind::Unblock => "unblock at",
        StepKind::Activate => "activate at",
        StepKind::Check => "check",
        StepKind::FollowUp => "follow up at",
    }
}

/// What a step by hand does, before the name of the place, under the name of the person: "look for them in".
pub fn doing_by_hand(vendor: Option<Kind>, step: &Step) -> &'static str {
    by_hand(vendor, step).map_or_else(|| doing(step.kind), |(doing, _, _)| doing)
}

/// The same as an order, before and after the name of the person: "look for", "in".
pub fn order(vendor: Option<Kind>, step: &Step) -> (&'static str, &'static str) {
    by_hand(vendor, step).map_or(("see to", "at"), |(_, before, after)| (before, after))
}

fn by_hand(
    vendor: Option<Kind>,
    step: &Step,
) -> Option<(&'static str, &'static str, &'static str)> {
    let chain = step.place == PlaceId::Chain;
    let reservio = vendor == Some(Kind::Reservio);
    // Only a role that has to be made is nobody's.
    let nobody = step.person.is_none();
    let own = matches!(&step.mode, Mode::Manual(it) if matches!(it.actor, ManualActor::Person(_)));
    Some(match step.kind {
        StepKind::Invite if chain => ("add to", "add", "to"),
        StepKind::Invite if reservio => ("give access to", "give", "access to"),
        StepKind::Invite => ("add at", "add", "at"),
        StepKind::Resend => ("invite again to", "invite", "again to"),
        StepKind::Grant => ("give access to", "give", "access to"),
        StepKind::SetRights => (
            "change what is allowed at",
            "change what is allowed to",
            "at",
        ),
        StepKind::ChangeRole => ("change role at", "change the role of", "at"),
        StepKind::LinkStaff => return None,
        StepKind::Remove => ("remove all access to", "remove all access of", "to"),
        StepKind::WithdrawInvitation => (
            "withdraw the invitation to",
            "withdraw the invitation of",
            "to",
        ),
        StepKind::Block => ("block at", "block", "at"),
        StepKind::Deactivate => ("make inactive at", "make", "inactive at"),
        StepKind::Unblock => ("activate again at", "activate", "again at"),
        StepKind::Activate if reservio => ("accept access to", "let", "accept access to"),
        StepKind::Activate => ("activate at", "activate", "at"),
        StepKind::Check if chain => ("look for them in", "look for", "in"),
        StepKind::Check if reservio && own => ("register at", "let", "register at"),
        StepKind::Check => ("look again at", "look again at", "at"),
        StepKind::FollowUp if nobody => ("create at", "create the role", "at"),
        StepKind::FollowUp => ("follow up at", "follow up for", "at"),
    })
}

/// What a step did, before the name of the place: "invited to".
pub fn done(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Invite => "invited to",
        StepKind::Resend => "invited again to",
        StepKind::Grant => "given access to",
        StepKind::SetRights => "rights changed at",
        StepKind::ChangeRole => "role changed at",
        StepKind::LinkStaff => "linked team member changed at",
        StepKind::Remove => "all access removed at",
        StepKind::WithdrawInvitation => "invitation withdrawn at",
        StepKind::Block => "blocked at",
        StepKind::Deactivate => "deactivated at",
        StepKind::Unblock => "unblocked at",
        StepKind::Activate => "activated at",
        StepKind::Check => "checked",
        StepKind::FollowUp => "followed up at",
    }
}

/// What a hold of a sort is, in a sentence.
pub fn held(code: HoldCode) -> &'static str {
    match code {
        HoldCode::IdentityDoubt => "it is open whose account it is",
        HoldCode::MaybeAccount => "an account may be theirs already",
        HoldCode::ContactElsewhere => "a contact belongs to somebody else's account",
        HoldCode::JoinedOtherwise => "somebody may have joined under another account",
        HoldCode::InvitationUnknown => "an invitation may have been sent already",
        HoldCode::SecondInvitation => "a further invitation of the same person",
        HoldCode::Vanished => "an entry is gone from YAML, which is no order",
        HoldCode::NotComplete => "a place could not be read completely",
        HoldCode::VendorForbids => "the vendor does not let the account be changed",
        HoldCode::Protected => "the account is protected",
        HoldCode::CallerLacks => "the caller's own rights do not reach",
        HoldCode::NotThere => "a right, role or name does not exist there",
        HoldCode::Ownership => "ownership of a vendor account is granted only with an approval",
        HoldCode::DependsOnHeld => "something it comes after is held",
        HoldCode::NoWayToInvite => "there is no contact to invite by",
        HoldCode::AttestationDoubt => "a statement about a step by hand cannot be believed",
        HoldCode::OverLimit => "more people than a limit lets through",
        HoldCode::Shrunk => "a list shows far fewer accounts than before",
        HoldCode::Drift => "somebody changed it by hand at the vendor",
        HoldCode::Stranger => "an account that nobody declared",
        HoldCode::Policy => "a policy forbids it",
        HoldCode::Fence => "a file says what it may not say",
        HoldCode::LastManager => "nobody who manages users would be left there for certain",
    }
}
