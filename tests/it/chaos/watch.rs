//! Who looks at the simulated vendor after every single call, and what they must never see.
//!
//! It knows what is planned and what the journal says, so that it can tell an effect that was asked for from one that
//! was not. Invariant: it judges by the simulator's own state and never by what the product believes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyholder::catalog::Catalog;
use keyholder::journal::{CallResult, Intent, Record, Verb};
use keyholder::plan::{Change, Step, Target};
use keyholder::sandbox::Sandbox;
use keyholder::sandbox::log::{Effect, Id};
use serde_json::Value;

use super::chain::{Chain, PLACES, STRANGER};
use super::rules::{self, Spent};
use super::script::Trouble;

pub(crate) const SYSTEM: &str = "salons";
pub(crate) const ORDERS: &str = "orders";

/// An intent of the journal and what the journal says became of it.
pub(crate) struct Announced {
    pub(crate) intent: Intent,
    pub(crate) result: Option<CallResult>,
    /// Effects at the vendor that it accounts for.
    pub(crate) effects: usize,
    /// The process that wrote it.
    process: usize,
}

/// Everything that is watched.
pub(crate) struct Watch {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) chain: Chain,
    /// Which process it is, counted from 1.
    pub(crate) process: usize,
    pub(crate) trouble: Trouble,
    pub(crate) calls: usize,
    pub(crate) changes: usize,
    pub(crate) entries: usize,
    /// The steps of the plan that is carried out; none before there is one.
    pub(crate) steps: Vec<Step>,
    /// The steps of all plans.
    pub(crate) all_steps: Vec<Step>,
    pub(crate) intents: BTreeMap<u64, Announced>,
    /// What this process took and sent.
    pub(crate) spent: Spent,
    /// Effects that were judged.
    seen: usize,
    links: BTreeMap<(u64, u64), Value>,
    protected: BTreeMap<(u64, u64), Value>,
    /// What people changed behind our back: nothing of that is ours.
    pub(crate) disturbed: BTreeSet<(u64, u64)>,
    /// Whether the vendor may refuse what it does.
    pub(crate) vendor_lies: bool,
    /// Laws that were broken.
    pub(crate) broken: Vec<String>,
}

impl Watch {
    pub(crate) fn new(sandbox: &Arc<Sandbox>, chain: &Chain) -> Self {
        let mut watch = Self {
            sandbox: Arc::clone(sandbox),
            chain: chain.clone(),
            process: 0,
            trouble: Trouble::default(),
            calls: 0,
            changes: 0,
            entries: 0,
            steps: Vec::new(),
            all_steps: Vec::new(),
            intents: BTreeMap::new(),
            spent: Spent::default(),
            seen: 0,
            links: BTreeMap::new(),
            protected: BTreeMap::new(),
            disturbed: BTreeSet::new(),
            vendor_lies: false,
            broken: Vec::new(),
        };
        for &(_, place) in chain.places() {
            for account in 1..30 {
                watch.look(place, account);
            }
            for &account in chain.protected() {
                let link = watch.links[&(place, account)].clone();
                watch.protected.insert((place, account), link);
            }
        }
        watch
    }

    /// The access of an account at a place, now.
    pub(crate) fn access(&self, place: u64, account: u64) -> Option<Value> {
        self.sandbox
            .with_world(|world| world.access(SYSTEM, place, account))
    }

    fn look(&mut self, place: u64, account: u64) {
        match self.access(place, account) {
            Some(link) => self.links.insert((place, account), link),
            None => self.links.remove(&(place, account)),
        };
    }

    fn breaks(&mut self, law: &str) {
        let law = format!("process {}: {law}", self.process);
        if !self.broken.contains(&law) {
            self.broken.push(law);
        }
    }

    /// Notes what the journal says.
    pub(crate) fn entry(&mut self, seq: u64, record: &Record) {
        match record {
            Record::Intent(intent) => {
                let announced = Announced {
                    intent: intent.clone(),
                    result: None,
                    effects: 0,
                    process: self.process,
                };
                self.intents.insert(seq, announced);
            }
            Record::Outcome(outcome) => {
                let Some(announced) = self.intents.get_mut(&outcome.intent) else {
                    return self.breaks(&format!(
                        "an outcome of {}, which is no intent",
                        outcome.intent
                    ));
                };
                announced.result = Some(outcome.result);
                let nothing = matches!(outcome.result, CallResult::NotSent | CallResult::Refused);
                // A vendor that says no and does it is no fault of the journal's.
                // What was gone when the call was repeated is refused with 404 and is gone all the same.
                let was_gone = outcome.status == Some(404) && announced.intent.call == Verb::Remove;
                if nothing && announced.effects > 0 && !self.vendor_lies && !was_gone {
                    let words = format!(
                        "the journal says `{}` of {:?} at {}, which had its effect",
                        outcome.result.as_str(),
                        announced.intent.call,
                        announced.intent.place
                    );
                    self.breaks(&words);
                }
            }
            _ => {}
        }
    }

    /// Looks at everything that a call has changed. `late`: it was sent earlier and arrived only now.
    pub(crate) fn after_call(&mut self, late: bool) {
        let effects: Vec<Effect> = self
            .sandbox
            .with_world(|world| world.log().effects[self.seen..].to_vec());
        if effects.is_empty() {
            return;
        }
        self.seen += effects.len();
        for effect in &effects {
            self.judge(effect, late);
        }
        self.guard();
    }

    fn judge(&mut self, effect: &Effect, late: bool) {
        let number = |id: &Option<Id>| match id {
            Some(Id::Number(number)) => Some(*number),
            _ => None,
        };
        let (place, account) = (number(&effect.location), number(&effect.account));
        let at = place.unwrap_or(0);
        let whom = account.unwrap_or(0);
        if effect.system == ORDERS {
            return self.breaks(&format!("`{}` in a system that only shows", effect.what));
        }
        if effect.by.is_none() {
            for (_, id) in PLACES
                .iter()
                .filter(|(_, id)| place.is_none_or(|at| at == *id))
            {
                self.disturbed.insert((*id, whom));
                self.spent.disturbed.insert(*id);
                self.look(*id, whom);
            }
            return;
        }
        let before = self.links.get(&(at, whom)).cloned();
        let managed = self.managers(at);
        self.look(at, whom);
        let manage = self.managers(at);
        let after = self.links.get(&(at, whom)).cloned();
        let key = PLACES
            .iter()
            .find(|(_, id)| *id == at)
            .map_or("?", |it| it.0);
        let verb = match &*effect.what {
            "invited" => Verb::Invite,
            "copied" => Verb::Copy,
            "rights" => Verb::Write,
            "removed" => Verb::Remove,
            other => return self.breaks(&format!("an effect `{other}` that nothing asks for")),
        };
        let person = self.person_of(whom);
        self.is_announced(verb, key, whom, person.as_deref(), late);
        let steps = if late { &self.all_steps } else { &self.steps };
        let here = |step: &&Step| {
            step.place.to_string() == key
                && match (&step.account, verb) {
                    (_, Verb::Invite) => step.person.as_ref().map(ToString::to_string) == person,
                    (Some(account), _) => account.as_str() == whom.to_string(),
                    (None, _) => false,
                }
        };
        let steps: Vec<Step> = steps.iter().filter(here).cloned().collect();
        let is_planned = steps.iter().any(|step| match verb {
            Verb::Invite => matches!(step.change, Change::Invite { .. }),
            Verb::Copy => matches!(step.change, Change::Grant { .. }),
            Verb::Write => target(step).is_some(),
            Verb::Remove => matches!(step.change, Change::Remove | Change::Withdraw),
        });
        if !is_planned {
            self.breaks(&format!(
                "{verb:?} of account {whom} at {key}, which no plan has"
            ));
        }
        // What was sent by a run that gave it up and arrives in another one counts in neither.
        if !late {
            self.judge_rules(verb, at, whom, before.as_ref(), after.as_ref());
            // Whoever left is kept for nobody's sake.
            let leaves = self.chain.leaves(whom, person.as_deref());
            let rules = self.chain.rules.as_ref();
            let wrong = rules.filter(|_| !leaves && !self.spent.disturbed.contains(&at));
            if let Some(wrong) = wrong.and_then(|rules| rules::too_few(rules, at, managed, manage))
            {
                self.breaks(&format!("{verb:?} of account {whom}: {wrong}"));
            }
        }
        match verb {
            Verb::Invite => self.judge_invitation(effect, key, at, whom, person.as_deref()),
            Verb::Remove => self.judge_removal(key, at, whom, person.as_deref(), late),
            Verb::Write | Verb::Copy => {
                if !self.disturbed.contains(&(at, whom)) {
                    self.judge_write(&steps, key, whom, before.as_ref(), after.as_ref());
                }
            }
        }
    }

    /// Who can let people in at a place, as it was last looked at.
    fn managers(&self, place: u64) -> [usize; 4] {
        let here = self.links.range((place, 0)..=(place, u64::MAX));
        rules::managers(here.map(|((_, account), link)| (*account, link)))
    }

    /// What one run may take and send, where the chain has rules.
    fn judge_rules(
        &mut self,
        verb: Verb,
        place: u64,
        account: u64,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let Some(rules) = self.chain.rules.clone() else {
            return;
        };
        let person = self.person_of(account);
        let wrong = match verb {
            Verb::Invite => self.spent.write_to(&rules, account),
            Verb::Copy => None,
            Verb::Remove if self.moves(person.as_deref()) => None,
            Verb::Remove => self.spent.take(&rules, account, person.as_deref()),
            Verb::Write if self.disturbed.contains(&(place, account)) => None,
            Verb::Write => {
                let (before, after) = (
                    before.unwrap_or(&Value::Null),
                    after.unwrap_or(&Value::Null),
                );
                let rights = before["rights"].as_object();
                let lost = rights.is_some_and(|rights| {
                    let mut rights = rights.iter();
                    rights.any(|(slug, old)| is_less(old, &after["rights"][slug]))
                });
                lost.then(|| self.spent.take(&rules, account, person.as_deref()))
                    .flatten()
            }
        };
        if let Some(wrong) = wrong {
            self.breaks(&wrong);
        }
    }

    /// Whether somebody gets another place in the plan at hand: then what they lose is no removal.
    fn moves(&self, person: Option<&str>) -> bool {
        self.steps.iter().any(|step| {
            let whose = step
                .person
                .as_ref()
                .map(keyholder::model::PersonKey::as_str);
            whose == person && matches!(step.change, Change::Invite { .. } | Change::Grant { .. })
        })
    }

    fn person_of(&self, account: u64) -> Option<String> {
        let of_contact = |key: &str, email: &str| {
            let found = self
                .sandbox
                .with_world(|world| world.account_of(SYSTEM, email));
            (found == Some(account)).then(|| key.to_owned())
        };
        let mut people = self.chain.people.iter();
        people
            .find_map(|person| of_contact(&person.key, &person.email()))
            .or_else(|| of_contact("vera", "vera@chain.example"))
    }

    /// Every effect has its intent, which was in the journal before, and is the effect of one call under way.
    fn is_announced(
        &mut self,
        verb: Verb,
        place: &str,
        account: u64,
        person: Option<&str>,
        late: bool,
    ) {
        let process = self.process;
        let found = self.intents.values_mut().rev().find(|announced| {
            let intent = &announced.intent;
            let whom = match verb {
                Verb::Invite => intent.person.as_deref() == person,
                _ => intent.account.as_deref() == Some(&*account.to_string()),
            };
            let open = announced.result.is_none() && announced.process == process;
            intent.call == verb && intent.place == place && whom && (open || late)
        });
        match found {
            Some(announced) => announced.effects += 1,
            None => self.breaks(&format!(
                "{verb:?} of account {account} at {place} without an intent before it"
            )),
        }
    }

    fn judge_invitation(
        &mut self,
        effect: &Effect,
        key: &str,
        place: u64,
        account: u64,
        person: Option<&str>,
    ) {
        // Somebody who was added by hand a moment before is nobody's fault.
        let disturbed = PLACES
            .iter()
            .any(|(_, id)| self.disturbed.contains(&(*id, account)));
        if effect.detail["again"] == Value::Bool(true) && !disturbed {
            self.breaks(&format!(
                "account {account} had access at {key} and got a message all the same"
            ));
        }
        let wanted = self
            .chain
            .people
            .iter()
            .any(|it| Some(&*it.key) == person && self.chain.must_have(it, place).is_some());
        if !wanted {
            self.breaks(&format!(
                "account {account} was invited to {key}, where nobody wants them"
            ));
        }
    }

    fn judge_removal(
        &mut self,
        key: &str,
        place: u64,
        account: u64,
        person: Option<&str>,
        late: bool,
    ) {
        if account == STRANGER {
            return self.breaks(&format!("the stranger was removed from {key}"));
        }
        let known = self.chain.people.iter().find(|it| Some(&*it.key) == person);
        // Whoever comes back may meet the end of their leaving on its way.
        let came_back = late && known.is_some_and(|it| it.returned > 0);
        let wanted = known.is_some_and(|it| self.chain.must_have(it, place).is_some());
        if wanted && !came_back {
            self.breaks(&format!(
                "account {account} was removed from {key}, where the files want them"
            ));
        }
    }

    /// What a write takes must be what its step says, or lie below what is denied.
    fn judge_write(
        &mut self,
        steps: &[Step],
        key: &str,
        account: u64,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        let catalog = Catalog::current();
        let empty = serde_json::Map::new();
        let rights = |link: &Value| link["rights"].as_object().unwrap_or(&empty).clone();
        let after = rights(after);
        for (slug, old) in rights(before) {
            let new = after.get(&slug).unwrap_or(&Value::Null);
            if !is_less(&old, new) {
                continue;
            }
            let Some(id) = catalog.by_slug(&slug) else {
                self.breaks(&format!(
                    "`{slug}` of account {account} at {key} is less, and nobody knows it"
                ));
                continue;
            };
            let asked = steps
                .iter()
                .filter_map(target)
                .any(|target| target.rights.get(id.index()).is_some());
            let below = catalog
                .governors(id)
                .any(|above| after.get(catalog.get(above).slug) == Some(&Value::Bool(false)));
            if !asked && !below {
                self.breaks(&format!("`{slug}` of account {account} at {key} went from {old} to {new}, which nobody asked for"));
            }
        }
    }

    /// Who is protected, owns the chain, or is who asks, keeps everything.
    fn guard(&mut self) {
        let mut lost = Vec::new();
        for ((place, account), first) in &self.protected {
            let Some(now) = self.links.get(&(*place, *account)) else {
                lost.push(format!("account {account} lost its access at {place}"));
                continue;
            };
            if now["approved"] != first["approved"] || now["role"] != first["role"] {
                lost.push(format!("account {account} is not what it was at {place}"));
            }
            for (slug, old) in first["rights"].as_object().unwrap() {
                if is_less(old, &now["rights"][slug]) {
                    lost.push(format!("account {account} lost `{slug}` at {place}"));
                }
            }
        }
        for law in lost {
            self.breaks(&law);
        }
    }
}

fn target(step: &Step) -> Option<&Target> {
    match &step.change {
        Change::Grant { target, .. } | Change::Set { target } | Change::Invite { target, .. } => {
            Some(target)
        }
        Change::Remove | Change::Withdraw | Change::ByHand => None,
    }
}

/// Whether a stored value gives less than another: a switch that went off, fewer days.
fn is_less(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Bool(true), new) => *new != Value::Bool(true),
        (Value::Number(old), Value::Number(new)) => {
            let days = |number: &serde_json::Number| match number.as_i64().unwrap_or(0) {
                -1 => i64::MAX,
                number => number,
            };
            days(new) < days(old)
        }
        _ => false,
    }
}
