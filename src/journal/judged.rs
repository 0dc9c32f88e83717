//! CONTRACT, part of `keyholder.journal/1`: what a run found that it could not or should not do.
//!
//! Not the words of a plan: codes, keys and vendor ids, so that an auditor can tell a year later what was held, who was a
//! stranger and what nobody could read. Invariant: a list that stands in an entry is whole (of a narrowed run: what it adds),
//! one that is absent is as it was.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entry::{Entry, Record};
use crate::catalog::{Catalog, RightId};
use crate::model::{Desired, PlaceId, SystemName};
use crate::plan::{Completeness, Draft, Mode, RightDelta, Step, StepKind, shift};

/// What a run found, where that is not what the last one found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// The run looked at a part only: what its lists do not have may be there all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub narrowed: bool,
    /// What was kept back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Vec<HoldFact>>,
    /// Rules of the project that are broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingFact>>,
    /// What somebody else changed at a vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Vec<DriftFact>>,
    /// Accounts nobody declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strangers: Option<Vec<StrangerFact>>,
    /// Scopes that were not read as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Vec<UnreadFact>>,
    /// People who have left, with the first instant after it (RFC 3339); null: the files do not say so any more. Only
    /// what is new.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, Option<String>>,
    /// What the steps of this run change, by their ids, where their intents alone do not say it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub turns: BTreeMap<String, TurnFact>,
    /// Steps of this run that something would have kept back and that an approval let through, by their ids, with the
    /// approval as the rules call it: `approval removals people:anna`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed: BTreeMap<String, String>,
    /// Lists of this run that shrank and that an approval had it believe: `SYSTEM PLACE`, with the approval as the rules
    /// call it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub believed: BTreeMap<String, String>,
    /// Waivers that counted, as the rules call them: `waiver cash-duties anna`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Vec<String>>,
}

/// What a step changes, beside what its intents say. A switch says it by its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TurnFact {
    /// The vendor role before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Slugs of rights that are no switches and of which the account has more afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
    /// Slugs of those of which it has less; one that is other may be both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub less: Vec<String>,
}

/// Something that was kept back.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct HoldFact {
    /// Its sort: `identity-doubt`, `over-limit`, ...
    pub code: String,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Kind of the step that is kept back, if it could be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub does: Option<String>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// A rule that is broken.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct FindingFact {
    /// The key of the policy; `users` and `leavers` of what is always demanded.
    pub policy: String,
    /// `leaving`, `live` or `declared`; `unknown`: the rights that it is about were not read.
    pub side: String,
    /// Keys of the people involved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Slugs of the rights involved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rights: Vec<String>,
    /// The system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Something that somebody else changed.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct DriftFact {
    /// Whose account it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The system.
    pub system: String,
    /// The place.
    pub place: String,
    /// The account.
    pub account: String,
    /// The step that answers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What that step does: `remove` where somebody gave access that no line gives, `grant` where somebody took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub does: Option<String>,
    /// Slugs of rights of which the account has more than the files say, by somebody else's hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
    /// Slugs of rights of which it has less.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub less: Vec<String>,
    /// The vendor role it has, where the files say another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// An account nobody declared.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct StrangerFact {
    /// The system.
    pub system: String,
    /// The account.
    pub account: String,
    /// Where it has access, sorted.
    pub places: Vec<String>,
}

/// How a scope is called that no interface shows.
pub(super) const NEVER_LOOKED: &str = "never-looked";

/// A scope that was not read as a whole.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct UnreadFact {
    /// The system.
    pub system: String,
    /// The place.
    pub place: String,
    /// `partial`, `unreadable`, or `never-looked` where no interface shows it and nobody ever said what is there.
    pub how: String,
}

/// What a plan found, whole.
pub fn judged(draft: &Draft, desired: &Desired) -> Judged {
    let place = |place: &Option<PlaceId>| place.as_ref().map(ToString::to_string);
    let system = |system: &Option<SystemName>| system.as_ref().map(ToString::to_string);
    let holds = draft.holds.iter().map(|hold| HoldFact {
        code: hold.code.name().to_owned(),
        person: hold.person.as_ref().map(ToString::to_string),
        system: system(&hold.system),
        place: place(&hold.place),
        does: hold.step.as_ref().map(|step| step.kind.name().to_owned()),
        step: hold.step.as_ref().map(|step| step.id.to_string()),
    });
    let findings = draft.findings.iter().map(|found| FindingFact {
        policy: found.policy.to_string(),
        side: found.side.name().to_owned(),
        people: found.people.iter().map(ToString::to_string).collect(),
        rights: found.rights.iter().map(ToString::to_string).collect(),
        system: system(&found.system),
        place: place(&found.place),
    });
    let held = draft.holds.iter().filter_map(|hold| hold.step.as_deref());
    let steps: BTreeMap<&str, &Step> = held
        .chain(&draft.steps)
        .map(|step| (&*step.id.0, step))
        .collect();
    let drift = draft.drift.iter().map(|drift| {
        let answer = drift.step.as_ref().and_then(|id| steps.get(&*id.0));
        // The step takes back what somebody gave, and gives back what they took.
        let (less, more) = answer.map_or_else(
            || (Vec::new(), Vec::new()),
            |step| turned(&step.deltas, |_| true),
        );
        DriftFact {
            person: drift.person.as_ref().map(ToString::to_string),
            system: drift.system.to_string(),
            place: drift.place.to_string(),
            account: drift.account.to_string(),
            step: drift.step.as_ref().map(ToString::to_string),
            does: answer.map(|step| step.kind.name().to_owned()),
            more,
            less,
            role: answer.and_then(|step| {
                let before = step.before.as_ref()?.role.as_ref()?;
                let after = step.after.as_ref().and_then(|after| after.role.as_ref());
                (after != Some(before)).then(|| before.to_string())
            }),
        }
    });
    let turns = draft.steps.iter().filter(|step| step.mode == Mode::Api);
    let turns = turns.filter_map(|step| {
        let catalog = Catalog::current();
        // Of access that is new, or that goes as a whole, the kind of the step says it.
        let is_change = matches!(step.kind, StepKind::SetRights | StepKind::ChangeRole);
        let (more, less) = if is_change {
            turned(&step.deltas, |id| !catalog.get(id).kind.is_boolean())
        } else {
            (Vec::new(), Vec::new())
        };
        let role = step.before.as_ref().and_then(|before| before.role.as_ref());
        let turn = TurnFact {
            role: role.map(ToString::to_string),
            more,
            less,
        };
        (turn != TurnFact::default()).then(|| (step.id.to_string(), turn))
    });
    let strangers = draft.strangers.iter().map(|stranger| StrangerFact {
        system: stranger.system.to_string(),
        account: stranger.account.to_string(),
        places: sorted(stranger.places.iter().map(|(place, _)| place.to_string())),
    });
    let unread = draft.scopes.iter().filter_map(|scope| {
        let how = match scope.completeness {
            Completeness::Partial(_) => "partial",
            Completeness::Unreadable(_) => "unreadable",
            Completeness::NeverLooked => NEVER_LOOKED,
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_) => return None,
        };
        Some(UnreadFact {
            system: scope.system.to_string(),
            place: scope.place.to_string(),
            how: how.to_owned(),
        })
    });
    let left = desired.people.values().filter_map(|person| {
        let left = person.left?;
        Some((person.key.to_string(), Some(left.to_string())))
    });
    Judged {
        narrowed: false,
        holds: Some(sorted(holds)),
        findings: Some(sorted(findings)),
        drift: Some(sorted(drift)),
        strangers: Some(sorted(strangers)),
        unread: Some(sorted(unread)),
        left: left.collect(),
        turns: turns.collect(),
        passed: {
            // What a policy keeps back all the same was let through by nothing.
            let through = draft.steps.iter().filter_map(|step| {
                let rule = draft.passed.get(&step.id)?;
                Some((step.id.to_string(), rule.to_string()))
            });
            through.collect()
        },
        believed: {
            let lists = draft.believed.iter();
            let lists = lists
                .map(|((system, place), rule)| (format!("{system} {place}"), rule.to_string()));
            lists.collect()
        },
        waived: Some(sorted(draft.waived.iter().map(ToString::to_string))),
    }
}

/// Slugs of the rights of which there is more afterwards, and of those of which there is less.
fn turned(deltas: &[RightDelta], of: impl Fn(RightId) -> bool) -> (Vec<String>, Vec<String>) {
    let (mut more, mut less) = (Vec::new(), Vec::new());
    for delta in deltas.iter().filter(|delta| of(delta.right)) {
        let right = Catalog::current().get(delta.right);
        let turn = shift(right, delta.before.as_ref(), delta.after.as_ref());
        if turn.more {
            more.push(right.slug.to_owned());
        }
        if turn.less {
            less.push(right.slug.to_owned());
        }
    }
    (more, less)
}

/// The entry that brings the journal up to date with what a run found; none if there is nothing new.
pub fn judged_after<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    found: Judged,
    narrowed: bool,
) -> Option<Record> {
    let mut known = Judged::default();
    for entry in entries {
        if let Record::Judged(judged) = &entry.record {
            known.learn(judged);
        }
    }
    let mut left: BTreeMap<String, Option<String>> = found
        .left
        .iter()
        .filter(|(key, at)| known.left.get(*key) != Some(at))
        .map(|(key, at)| (key.clone(), at.clone()))
        .collect();
    let no_more = known
        .left
        .iter()
        .filter(|(key, at)| at.is_some() && !found.left.contains_key(*key));
    left.extend(no_more.map(|(key, _)| (key.clone(), None)));
    let record = Judged {
        narrowed,
        holds: news(known.holds, found.holds, narrowed),
        findings: news(known.findings, found.findings, narrowed),
        // What was put right and changed again looks the same: it is told each time.
        drift: match found.drift {
            Some(drift) if !drift.is_empty() => Some(drift),
            drift => news(known.drift, drift, narrowed),
        },
        strangers: news(known.strangers, found.strangers, narrowed),
        unread: news(known.unread, found.unread, narrowed),
        left,
        turns: found.turns,
        passed: found.passed,
        believed: found.believed,
        waived: match news(known.waived.clone(), found.waived, narrowed) {
            // That none ever counted is no news.
            Some(none) if none.is_empty() && known.waived.is_none() => None,
            waived => waived,
        },
    };
    let nothing = Judged {
        narrowed,
        ..Judged::default()
    };
    (record != nothing).then_some(Record::Judged(record))
}

impl Judged {
    /// Takes over what a later entry says.
    pub fn learn(&mut self, later: &Self) {
        let Self {
            narrowed,
            holds,
            findings,
            drift,
            strangers,
            unread,
            left,
            // What one run does says nothing of the next.
            turns: _,
            passed: _,
            believed: _,
            waived,
        } = later;
        take(&mut self.waived, waived.as_ref(), *narrowed);
        take(&mut self.holds, holds.as_ref(), *narrowed);
        take(&mut self.findings, findings.as_ref(), *narrowed);
        take(&mut self.drift, drift.as_ref(), *narrowed);
        take(&mut self.strangers, strangers.as_ref(), *narrowed);
        take(&mut self.unread, unread.as_ref(), *narrowed);
        let left = left.iter().map(|(key, at)| (key.clone(), at.clone()));
        self.left.extend(left);
    }
}

fn take<T: Clone + Ord>(known: &mut Option<Vec<T>>, later: Option<&Vec<T>>, narrowed: bool) {
    let Some(later) = later else { return };
    let before = known.take().filter(|_| narrowed).unwrap_or_default();
    *known = Some(sorted(before.into_iter().chain(later.iter().cloned())));
}

/// What of a list is to be written.
fn news<T: Ord>(known: Option<Vec<T>>, found: Option<Vec<T>>, narrowed: bool) -> Option<Vec<T>> {
    let mut found = found?;
    if narrowed {
        let known = known.unwrap_or_default();
        found.retain(|it| known.binary_search(it).is_err());
        return (!found.is_empty()).then_some(found);
    }
    // A list that nobody ever wrote is not the same as an empty one.
    (known.as_ref() != Some(&found)).then_some(found)
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = items.collect();
    all.sort();
    all.dedup();
    all
}
