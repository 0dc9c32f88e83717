//! Rules that an edit loosened: what was forbidden or counted before and is not any more.
//!
//! Not a judgement of whether that is right: it is said, so that whoever reviews sees it apart from everything else.
//! Invariant: a rule that is gone, or that changed in a way that cannot be compared, counts as loosened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::model::{
    Actor, Answer, Answered, Approval, Demand, Desired, InvitePolicy, InviteWay, Limit, Ownership,
    Policy, RuleBook, Strangers, Within,
};
use crate::plan::{Because, Input, Loosened};
use crate::text::Span;
use crate::text::mask_contacts;

/// What is meant where an end is not said.
const FOR_GOOD: &str = "for-good";

/// The rules of a project in short.
pub fn book(desired: &Desired, catalog: &Catalog) -> RuleBook {
    let lines = lines(desired, catalog);
    RuleBook(
        lines
            .into_iter()
            .map(|(path, line)| (path, line.value.into()))
            .collect(),
    )
}

/// Rules that the files say less strictly than a book does, with the lines that say so now.
pub(super) fn loosened(before: &RuleBook, input: &Input<'_>) -> Vec<Loosened> {
    let now = lines(input.desired, input.catalog);
    let after = RuleBook(
        now.iter()
            .map(|(path, line)| (path.clone(), line.value.as_str().into()))
            .collect(),
    );
    compare(before, &after)
        .into_iter()
        .map(|mut found| {
            let span = now.get(&found.rule).and_then(|line| line.origin);
            found.because.extend(span.map(|span| {
                let mut origin = input.sources.origin(span);
                origin.text = mask_contacts(&origin.text).into();
                Because::Line(origin)
            }));
            found
        })
        .collect()
}

/// One rule: what it says, and where.
struct Line {
    value: String,
    origin: Option<Span>,
}

fn lines(desired: &Desired, catalog: &Catalog) -> BTreeMap<Arc<str>, Line> {
    let mut all: BTreeMap<Arc<str>, Line> = BTreeMap::new();
    let mut add = |path: String, value: String, origin: Option<Span>| {
        let line = all.entry(path.into()).or_insert_with(|| Line {
            value: String::new(),
            origin,
        });
        // Two lines about the same: neither may hide the other.
        if !line.value.is_empty() {
            line.value.push_str(" + ");
        }
        line.value.push_str(&value);
    };
    for (name, system) in &desired.systems {
        let origin = Some(system.origin);
        add(
            format!("ownership {name}"),
            ownership(system.ownership).into(),
            origin,
        );
        for (key, (_, here)) in &system.locations {
            if *here != system.ownership {
                add(
                    format!("ownership {name} {key}"),
                    ownership(*here).into(),
                    None,
                );
            }
        }
        let word = match system.strangers {
            Strangers::Ignore => "ignore",
            Strangers::Report => "report",
            Strangers::Remove => "remove",
        };
        add(format!("strangers {name}"), word.into(), origin);
        if let Some(acting) = &system.acting {
            let who = match acting {
                Actor::Person(key) => format!("person {key}"),
                Actor::Account(id) => format!("account {id}"),
            };
            add(format!("acting {name}"), who, origin);
        }
        let each = match system.invite {
            InvitePolicy::Once => "once",
            InvitePolicy::EachPlace => "each-place",
        };
        add(format!("invite {name}"), each.into(), origin);
        let ways = system.invite_by.iter().map(|way| match way {
            InviteWay::Email => "email",
            InviteWay::Phone => "phone",
        });
        let ways: Vec<&str> = ways.collect();
        add(format!("invite_by {name}"), ways.join(" "), origin);
        for (assumption, relied) in &system.assume {
            add(
                format!("assume {name} {assumption}"),
                relied.to_string(),
                origin,
            );
        }
    }
    for (key, line) in &desired.protected {
        add(format!("protected {key}"), "yes".into(), Some(*line));
    }
    for policy in &desired.policies {
        let noun = match policy.demand {
            Demand::Fence { .. } => "fence",
            _ => "policy",
        };
        add(
            format!("{noun} {}", policy.key),
            demand(policy),
            Some(policy.origin),
        );
        let waivers = policy.waive.iter();
        for waiver in waivers.filter(|it| is_open(it.until, desired)) {
            add(
                format!("waiver {} {}", policy.key, waiver.person),
                end(waiver.until),
                Some(waiver.origin),
            );
        }
    }
    let rules = &desired.rules;
    for (name, limit) in [
        ("removals", rules.limits.removals),
        ("inferred", rules.limits.inferred),
        ("escalations", rules.limits.escalations),
        ("messages", rules.limits.messages),
        ("shrink", rules.limits.shrink),
    ] {
        let origin = limit.count.or(limit.share).and_then(|bound| bound.origin);
        add(format!("limits {name}"), bounds(limit), origin);
    }
    let answers = [
        ("widened", rules.drift.widened),
        ("reduced", rules.drift.reduced),
    ];
    for (name, Answered { answer, origin }) in answers {
        let word = match answer {
            Answer::Revert => "revert",
            Answer::Hold => "hold",
        };
        add(format!("drift {name}"), word.into(), origin);
    }
    let withdraw = if rules.invitations.withdraw {
        "withdraw"
    } else {
        "report"
    };
    add(
        "invitations then".into(),
        withdraw.into(),
        rules.invitations.origin,
    );
    add(
        "invitations stale_after".into(),
        format!("{}d", rules.invitations.after.as_hours() / 24),
        rules.invitations.origin,
    );
    if let Some(quiet) = rules.quiet {
        add(
            "quiet".into(),
            format!("{}-{}", quiet.from, quiet.until),
            Some(quiet.origin),
        );
    }
    for (right, why) in &rules.sensitive {
        let path = format!("sensitive {}", catalog.get(*right).slug);
        add(path, why.as_str().into(), None);
    }
    if rules.second_person {
        add("second_person".into(), "true".into(), None);
    }
    let approvals = rules.approvals.iter();
    for approval in approvals.filter(|it| is_open(it.until, desired)) {
        add(
            whom(approval, catalog),
            measure(approval),
            Some(approval.origin),
        );
    }
    all
}

/// What ended lets nobody through.
fn is_open(until: Option<Timestamp>, desired: &Desired) -> bool {
    until.is_none_or(|until| desired.as_of < until)
}

fn end(until: Option<Timestamp>) -> String {
    until.map_or_else(|| FOR_GOOD.into(), |until| until.to_string())
}

fn ownership(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Report => "report",
        Ownership::AddOnly => "add-only",
        Ownership::Full => "full",
    }
}

/// `10 20%`, with `none` for a bound that is not there.
fn bounds(limit: Limit) -> String {
    let count = limit
        .count
        .map_or_else(|| "none".into(), |bound| bound.most.to_string());
    let share = limit
        .share
        .map_or_else(|| "none".into(), |bound| format!("{}%", bound.most));
    format!("{count} {share}")
}

/// `approval removals people:a,b location:mall`: what is let through, for whom.
pub(super) fn whom(approval: &Approval, catalog: &Catalog) -> String {
    let mut parts = vec![format!("approval {}", approval.allow.name())];
    let list = |all: Vec<String>| all.join(",");
    if !approval.people.is_empty() {
        parts.push(format!(
            "people:{}",
            list(approval.people.iter().map(ToString::to_string).collect())
        ));
    }
    parts.extend(approval.role.iter().map(|role| format!("role:{role}")));
    if !approval.any_right {
        let slugs = approval
            .rights
            .iter()
            .map(|&id| catalog.get(id).slug.to_owned());
        parts.push(format!("rights:{}", list(slugs.collect())));
    }
    parts.extend(
        approval
            .location
            .iter()
            .map(|key| format!("location:{key}")),
    );
    parts.join(" ")
}

/// `3 2026-12-06T00:00:00Z`: for how many, and until when.
fn measure(approval: &Approval) -> String {
    let most = approval
        .at_most
        .map_or_else(|| "any".into(), |most| most.to_string());
    format!("{most} {}", end(approval.until))
}

/// `holders location 2 settings_users_access`: the kind, what is compared by size, and the rest, which may be a list.
fn demand(policy: &Policy) -> String {
    let list = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<_>>().join(" ");
    match &policy.demand {
        Demand::Holders {
            right,
            each,
            at_least,
        } => format!("holders {} {at_least} {}", each.name(), right.text),
        Demand::Separation { rights, within } => {
            let rights: BTreeSet<&Arc<str>> = rights.iter().map(|named| &named.text).collect();
            let rights = list(&mut rights.into_iter().map(ToString::to_string));
            format!("separation {} {rights}", within.name())
        }
        Demand::Only {
            role,
            right,
            people,
        } => {
            let role = role.as_ref().map_or("-", |it| it.role.as_str());
            let right = right.as_ref().map_or("-", |it| &*it.text);
            let people = list(&mut people.iter().map(ToString::to_string));
            format!("only {role} {right} {people}")
        }
        Demand::Expiry { longest, of, .. } => format!("expiry {of} {longest}"),
        Demand::Fence { says, .. } => {
            let words = |name: &str, all: &Option<BTreeSet<Arc<str>>>| {
                let all = all.as_ref().map_or_else(
                    || "any".into(),
                    |all| list(&mut all.iter().map(ToString::to_string)),
                );
                format!("{name} {all}")
            };
            let longest = says
                .longest
                .map_or_else(|| "any".into(), |days| days.to_string());
            [
                words("keys", &says.keys),
                words("locations", &says.locations),
                words("roles", &says.roles),
                format!("longest {longest}"),
            ]
            .join("; ")
        }
    }
}

/// What of `before` does not hold any more, in order of the rules' paths.
pub fn compare(before: &RuleBook, after: &RuleBook) -> Vec<Loosened> {
    let paths: BTreeSet<&Arc<str>> = before.0.keys().chain(after.0.keys()).collect();
    let mut found = Vec::new();
    for path in paths {
        let (was, is) = (before.0.get(path), after.0.get(path));
        if was == is {
            continue;
        }
        let (was, is) = match (was, is) {
            // A place follows its system again, or not any more: its own word is compared with the system's.
            (None, _) | (_, None) if path.starts_with("ownership ") => (
                was.or_else(|| of_system(before, path)),
                is.or_else(|| of_system(after, path)),
            ),
            both => both,
        };
        if is_looser(path, was.map(|it| &**it), is.map(|it| &**it)) {
            found.push(Loosened {
                rule: path.clone(),
                before: was.cloned(),
                after: is.cloned(),
                because: Vec::new(),
            });
        }
    }
    found
}

/// What `ownership SYSTEM` says, for a place that says nothing.
fn of_system<'b>(book: &'b RuleBook, path: &str) -> Option<&'b Arc<str>> {
    let system = path.split(' ').nth(1)?;
    book.0.get(&*format!("ownership {system}"))
}

fn is_looser(path: &str, was: Option<&str>, is: Option<&str>) -> bool {
    if was == is {
        return false;
    }
    let number = |text: &str| text.trim_end_matches('d').parse::<u64>().unwrap_or(0);
    let rank = |words: &[&str], word: &str| words.iter().position(|it| *it == word);
    let above = |words: &[&str]| match (was, is) {
        // A system that is new loosens nothing that was there; one that is gone has nothing left to guard.
        (None, _) | (_, None) => false,
        (Some(was), Some(is)) => rank(words, is) >= rank(words, was),
    };
    match path.split(' ').next().unwrap_or_default() {
        "ownership" => above(&["report", "add-only", "full"]),
        // Whoever is ignored is not even told; whoever is removed loses access.
        "strangers" => matches!((was, is), (Some(_), Some("ignore" | "remove"))),
        "acting" => was.is_some(),
        "protected" | "sensitive" => is.is_none(),
        "policy" => match (was, is) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(was), Some(is)) => policy_is_looser(was, is),
        },
        "waiver" => match (was, is) {
            (_, None) => false,
            (None, Some(_)) => true,
            // Instants of one form sort as texts; `for good` is later than any.
            (Some(was), Some(is)) => is_later(was, is),
        },
        "fence" => match (was, is) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(was), Some(is)) => fence_is_looser(was, is),
        },
        "limits" => match (was, is) {
            (Some(was), Some(is)) => bounds_are_looser(was, is),
            _ => true,
        },
        // What somebody took away by hand is given back, what they gave stays: without anybody's word.
        "drift" => matches!(
            (path, is),
            ("drift reduced", Some("revert")) | ("drift widened", Some("hold"))
        ),
        // Taking back is more than telling.
        "invitations" if path == "invitations then" => is == Some("withdraw"),
        // What is stale sooner is withdrawn, or sent again, sooner.
        "invitations" => match (was, is) {
            (Some(was), Some(is)) => number(is) < number(was),
            (None, _) | (_, None) => false,
        },
        // More messages for one person; journals of earlier versions say nothing of it.
        "invite" => was.is_some() && is == Some("each-place"),
        // Another way may cost, or reach somebody else: any change counts.
        "invite_by" => was.is_some() && is.is_some(),
        "approval" => match (was, is) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(was), Some(is)) => approval_is_looser(was, is),
        },
        // Hours in which nobody was written to, or that were others.
        "quiet" | "second_person" => was.is_some(),
        "assume" => is == Some("true"),
        _ => true,
    }
}

/// Whether an end is a later one. Instants of one form sort as texts; `for-good` is later than any.
fn is_later(was: &str, is: &str) -> bool {
    was != FOR_GOOD && (is == FOR_GOOD || is > was)
}

/// Whether either bound lets more through.
fn bounds_are_looser(was: &str, is: &str) -> bool {
    let number = |word: &str| {
        word.trim_end_matches('%')
            .parse::<u32>()
            .unwrap_or(u32::MAX)
    };
    was.split(' ')
        .zip(is.split(' '))
        .any(|(was, is)| number(is) > number(was))
}

/// Whether an approval counts for more, or for longer; several lines about the same cannot be compared.
fn approval_is_looser(was: &str, is: &str) -> bool {
    match (was.split_once(' '), is.split_once(' ')) {
        (Some((most, until)), Some((most_now, until_now)))
            if !until.contains(' ') && !until_now.contains(' ') =>
        {
            let number = |word: &str| word.parse::<u32>().unwrap_or(u32::MAX);
            number(most_now) > number(most) || is_later(until, until_now)
        }
        _ => true,
    }
}

/// Whether a fence lets files say what they might not: `keys a b; locations any; roles x; longest 30`.
fn fence_is_looser(was: &str, is: &str) -> bool {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.split("; ").collect(), is.split("; ").collect());
    if was.len() != is.len() {
        return true;
    }
    was.iter().zip(&is).any(|(was, is)| {
        let (was, is): (Vec<&str>, Vec<&str>) = (
            was.split(' ').skip(1).collect(),
            is.split(' ').skip(1).collect(),
        );
        match (&was[..], &is[..]) {
            (["any"], _) => false,
            (_, ["any"]) => true,
            ([was], [is]) if was.parse::<u32>().is_ok() && is.parse::<u32>().is_ok() => {
                is.parse::<u32>().unwrap_or(u32::MAX) > was.parse::<u32>().unwrap_or(0)
            }
            _ => is.iter().any(|word| !was.contains(word)),
        }
    })
}

/// Whether one demand forbids less than another; one that cannot be compared does.
fn policy_is_looser(was: &str, is: &str) -> bool {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.split(' ').collect(), is.split(' ').collect());
    let set = |all: &[&str]| -> BTreeSet<String> { all.iter().map(ToString::to_string).collect() };
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    match (&was[..], &is[..]) {
        (["holders", each, least, right], ["holders", each_now, least_now, right_now]) => {
            right != right_now
                // Counted over more, fewer places need somebody of their own.
                || Within::parse(Some(each_now)) > Within::parse(Some(each))
                || number(least_now) < number(least)
        }
        (["separation", within, rights @ ..], ["separation", within_now, rights_now @ ..]) => {
            // More that must come together, or within less: fewer are forbidden.
            Within::parse(Some(within_now)) < Within::parse(Some(within))
                || !set(rights_now).is_subset(&set(rights))
        }
        (["only", role, right, people @ ..], ["only", role_now, right_now, people_now @ ..]) => {
            role != role_now || right != right_now || !set(people_now).is_subset(&set(people))
        }
        (["expiry", of, longest], ["expiry", of_now, longest_now]) => {
            of != of_now || number(longest_now) > number(longest)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(path: &str, value: Option<&str>) -> RuleBook {
        RuleBook(
            value
                .map(|value| (path.into(), value.into()))
                .into_iter()
                .collect(),
        )
    }

    #[test]
    fn each_sort_of_rule_knows_which_way_is_looser() {
        #[rustfmt::skip]
        let table: &[(&str, Option<&str>, Option<&str>, bool)] = &[
            ("ownership salons", Some("report"), Some("full"), true),
            ("ownership salons", Some("full"), Some("add-only"), false),
            ("ownership salons", None, Some("full"), false),
            ("strangers salons", Some("report"), Some("remove"), true),
            ("strangers salons", Some("report"), Some("ignore"), true),
            ("strangers salons", Some("remove"), Some("report"), false),
            ("acting salons", Some("person ilze"), Some("person jana"), true),
            ("acting salons", Some("person ilze"), None, true),
            ("acting salons", None, Some("person jana"), false),
            ("protected ilze", Some("yes"), None, true),
            ("protected ilze", None, Some("yes"), false),
            ("policy p", Some("holders location 2 a"), None, true),
            ("policy p", None, Some("holders location 2 a"), false),
            ("policy p", Some("holders location 2 a"), Some("holders location 1 a"), true),
            ("policy p", Some("holders location 2 a"), Some("holders location 3 a"), false),
            ("policy p", Some("holders location 2 a"), Some("holders chain 2 a"), true),
            ("policy p", Some("holders system 2 a"), Some("holders location 2 a"), false),
            ("policy p", Some("holders location 2 a"), Some("holders location 2 b"), true),
            ("policy p", Some("separation chain a b"), Some("separation location a b"), true),
            ("policy p", Some("separation location a b"), Some("separation chain a b"), false),
            ("policy p", Some("separation location a b"), Some("separation location a b c"), true),
            ("policy p", Some("separation location a b c"), Some("separation location a b"), false),
            ("policy p", Some("only owner - ilze"), Some("only owner - ilze jana"), true),
            ("policy p", Some("only owner - ilze jana"), Some("only owner - ilze"), false),
            ("policy p", Some("only owner - ilze"), Some("only boss - ilze"), true),
            ("policy p", Some("expiry class:trainee 90"), Some("expiry class:trainee 91"), true),
            ("policy p", Some("expiry class:trainee 90"), Some("expiry class:trainee 30"), false),
            ("policy p", Some("expiry class:trainee 90"), Some("expiry class:intern 90"), true),
            ("policy p", Some("expiry class:trainee 90"), Some("holders location 9 a"), true),
            ("waiver p ilze", None, Some("2027-01-01T00:00:00Z"), true),
            ("waiver p ilze", Some("2027-01-01T00:00:00Z"), Some("2027-02-01T00:00:00Z"), true),
            ("waiver p ilze", Some("2027-01-01T00:00:00Z"), Some("2026-12-01T00:00:00Z"), false),
            ("waiver p ilze", Some("2027-01-01T00:00:00Z"), Some("for-good"), true),
            ("waiver p ilze", Some("for-good"), Some("2027-01-01T00:00:00Z"), false),
            ("waiver p ilze", Some("for-good"), None, false),
            ("limits removals", Some("10 20%"), Some("11 20%"), true),
            ("limits removals", Some("10 20%"), Some("10 none"), true),
            ("limits removals", Some("10 none"), Some("10 20%"), false),
            ("limits removals", Some("10 20%"), Some("9 20%"), false),
            ("drift reduced", Some("hold"), Some("revert"), true),
            ("drift reduced", Some("revert"), Some("hold"), false),
            ("drift widened", Some("revert"), Some("hold"), true),
            ("invitations then", Some("report"), Some("withdraw"), true),
            ("sensitive statistics_access", Some("money"), None, true),
            ("sensitive statistics_access", None, Some("money"), false),
            ("invitations stale_after", Some("14d"), Some("3d"), true),
            ("invitations stale_after", Some("3d"), Some("14d"), false),
            ("invitations stale_after", None, Some("14d"), false),
            ("invite salons", Some("once"), Some("each-place"), true),
            ("invite salons", Some("each-place"), Some("once"), false),
            ("invite salons", None, Some("each-place"), false),
            ("invite_by salons", Some("email"), Some("email phone"), true),
            ("invite_by salons", Some("email phone"), Some("phone email"), true),
            ("invite_by salons", None, Some("phone email"), false),
            ("quiet", Some("20:00-09:00"), None, true),
            ("quiet", None, Some("20:00-09:00"), false),
            ("second_person", Some("true"), None, true),
            ("second_person", None, Some("true"), false),
            ("approval removals people:a", None, Some("any for-good"), true),
            ("approval removals people:a", Some("any for-good"), None, false),
            ("approval removals", Some("3 2026-12-06T00:00:00Z"), Some("4 2026-12-06T00:00:00Z"), true),
            ("approval removals", Some("3 2026-12-06T00:00:00Z"), Some("3 2026-12-07T00:00:00Z"), true),
            ("approval removals", Some("3 2026-12-06T00:00:00Z"), Some("2 2026-12-05T00:00:00Z"), false),
            ("approval removals", Some("3 for-good"), Some("3 for-good + 1 for-good"), true),
            ("fence people/**", Some("keys people; locations a; roles any; longest 30"), Some("keys people; locations a; roles any; longest 30"), false),
            ("fence people/**", Some("keys people; locations a; roles any; longest 30"), Some("keys people; locations a b; roles any; longest 30"), true),
            ("fence people/**", Some("keys people; locations a b; roles any; longest 30"), Some("keys people; locations a; roles x; longest 9"), false),
            ("fence people/**", Some("keys people; locations a; roles any; longest 30"), Some("keys people; locations a; roles any; longest 31"), true),
            ("fence people/**", Some("keys people; locations a; roles any; longest 30"), Some("keys any; locations a; roles any; longest 30"), true),
            ("fence people/**", Some("keys people; locations a; roles any; longest any"), None, true),
            ("assume salons x", Some("false"), Some("true"), true),
        ];
        for (path, before, after, looser) in table {
            let found = compare(&one(path, *before), &one(path, *after));
            assert_eq!(
                !found.is_empty(),
                *looser,
                "{path}: {before:?} to {after:?}"
            );
        }
    }

    #[test]
    fn a_place_that_says_nothing_follows_its_system() {
        let book = |lines: &[(&str, &str)]| {
            RuleBook(
                lines
                    .iter()
                    .map(|(path, value)| ((*path).into(), (*value).into()))
                    .collect(),
            )
        };
        let before = book(&[
            ("ownership salons", "full"),
            ("ownership salons mall", "report"),
        ]);
        let after = book(&[("ownership salons", "full")]);
        let found = compare(&before, &after);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].after.as_deref(), Some("full"));
        assert_eq!(compare(&after, &before), []);
    }

    proptest! {
        #[test]
        fn nothing_is_looser_than_itself_and_every_change_of_a_policy_is_looser_one_way_at_least(
            a in "(holders (location|system|chain) [0-3] [ab]|separation (location|chain) a( b)?|only r - i( j)?|expiry class:t [1-9])",
            b in "(holders (location|system|chain) [0-3] [ab]|separation (location|chain) a( b)?|only r - i( j)?|expiry class:t [1-9])",
        ) {
            let (a, b) = (one("policy p", Some(&a)), one("policy p", Some(&b)));
            prop_assert!(compare(&a, &a).is_empty());
            prop_assert!(a == b || !compare(&a, &b).is_empty() || !compare(&b, &a).is_empty());
        }
    }
}
