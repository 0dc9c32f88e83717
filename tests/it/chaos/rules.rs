//! Rules that a chain may have, edits that rules are there for, and what nobody may lose or get beyond them.
//!
//! The bounds are counted here from the effects at the vendor, and never from what the product counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::chain::{Chain, OWNER, PLACES, ROBOT, VERA};
use super::dice::Dice;

/// The rights that decide who else gets in.
const MANAGEMENT: [&str; 4] = [
    "settings_users_access",
    "settings_users_create_access",
    "settings_users_edit_access",
    "settings_users_delete_access",
];

/// The rules of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// How many people may lose something in a run: by a line, and by anything else.
    removals: usize,
    inferred: usize,
    /// How many people may get a message in a run.
    messages: usize,
    /// Whose removals somebody approved.
    approved: Option<String>,
    /// How many must be able to let people in, at each place.
    holders: usize,
}

impl Rules {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self {
            removals: *dice.pick(&[0, 1, 1, 2, 3]),
            inferred: *dice.pick(&[0, 0, 1, 2]),
            messages: *dice.pick(&[0, 1, 2, 5]),
            approved: dice.percent(30).then(|| format!("p{}", dice.below(2))),
            holders: *dice.pick(&[1, 2, 2, 3]),
        }
    }

    /// The rules as settings have them.
    pub(crate) fn settings(&self) -> String {
        let Self {
            removals,
            inferred,
            messages,
            ..
        } = self;
        format!(
            "\
second_person: false
limits:
  removals: {{ count: {removals}, share: none }}
  inferred: {{ count: {inferred}, share: none }}
  messages: {{ count: {messages} }}
"
        )
    }

    /// The policy and the approvals, as entries.
    pub(crate) fn entries(&self) -> String {
        let mut yaml = format!(
            "policies:\n  managers: {{ kind: holders, right: settings_users_access, each: location, at_least: {} }}\n",
            self.holders
        );
        if let Some(person) = &self.approved {
            writeln!(
                yaml,
                "approvals:\n  - {{ allow: removals, people: [{person}], until: 2026-12-31, because: agreed }}"
            )
            .unwrap();
        }
        yaml
    }
}

/// The settings of a chain whose rules hold nothing back.
pub(crate) const NO_RULES: &str = "\
limits: { removals: none, inferred: none, escalations: none, messages: none, shrink: none }
drift: { widened: revert, reduced: revert }
";

/// What became of the role `floor` in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Floor {
    /// It gives what it gave.
    Whole,
    /// It gives less.
    Less,
    /// It gives nothing in the salons.
    Nothing,
}

/// An edit of the kind that limits, policies and protection are there for.
pub(crate) fn misedit(chain: &mut Chain, dice: &mut Dice) {
    match dice.below(4) {
        0 => chain.floor = Floor::Less,
        1 => chain.floor = Floor::Nothing,
        2 => {
            let accounts = chain.people.iter().filter_map(|it| it.account);
            let accounts: Vec<u64> = accounts.chain([OWNER, VERA]).collect();
            chain.pinned = Some(*dice.pick(&accounts));
        }
        _ => {
            for person in &mut chain.people {
                person.wanted.clear();
            }
        }
    }
}

/// Somebody leaves, or comes back who had left.
pub(crate) fn turn(chain: &mut Chain, dice: &mut Dice) {
    if chain.people.is_empty() {
        return;
    }
    let at = dice.index(chain.people.len());
    let person = &mut chain.people[at];
    person.left = !person.left;
    person.returned += usize::from(!person.left);
}

/// What one process has taken and sent so far.
#[derive(Default)]
pub(crate) struct Spent {
    taken: BTreeSet<u64>,
    written_to: BTreeSet<u64>,
    /// Where people changed something during this process: what was true before the call is not known there.
    pub(crate) disturbed: BTreeSet<u64>,
}

impl Spent {
    /// Counts somebody who lost something by a call; what is wrong with that.
    pub(crate) fn take(
        &mut self,
        rules: &Rules,
        account: u64,
        person: Option<&str>,
    ) -> Option<String> {
        if person.is_some() && rules.approved.as_deref() == person {
            return None;
        }
        self.taken.insert(account);
        let most = rules.removals + rules.inferred;
        (self.taken.len() > most).then(|| {
            format!(
                "accounts {:?} lost something, and {most} people may in one run",
                self.taken
            )
        })
    }

    /// Counts somebody who got a message; what is wrong with that.
    pub(crate) fn write_to(&mut self, rules: &Rules, account: u64) -> Option<String> {
        self.written_to.insert(account);
        (self.written_to.len() > rules.messages).then(|| {
            format!(
                "accounts {:?} got messages, and {} people may in one run",
                self.written_to, rules.messages
            )
        })
    }
}

/// Who can let people in at a place, by right; programs are nobody.
pub(crate) fn managers<'a>(
    links: impl Iterator<Item = (u64, &'a Value)>,
) -> [usize; MANAGEMENT.len()] {
    let mut count = [0; MANAGEMENT.len()];
    for (account, link) in links {
        if account == ROBOT || link["approved"] != Value::Bool(true) {
            continue;
        }
        let has = |right: &str| link["role"] == "owner" || link["rights"][right] == true;
        for (count, right) in count.iter_mut().zip(MANAGEMENT) {
            *count += usize::from(has("settings_access") && has(MANAGEMENT[0]) && has(right));
        }
    }
    count
}

/// What is wrong with a call that left so many where there were so many.
pub(crate) fn too_few(
    rules: &Rules,
    place: u64,
    before: [usize; MANAGEMENT.len()],
    after: [usize; MANAGEMENT.len()],
) -> Option<String> {
    let key = PLACES.iter().find(|(_, id)| *id == place)?.0;
    let needed = |right: usize| if right == 0 { rules.holders } else { 1 };
    let wrong = (0..MANAGEMENT.len()).find(|&right| {
        before[right] >= 1 && after[right] == 0
            || after[right] < before[right] && after[right] < needed(right)
    })?;
    Some(format!(
        "{} people have `{}` at {key} where {} had it, and {} must",
        after[wrong],
        MANAGEMENT[wrong],
        before[wrong],
        needed(wrong)
    ))
}
