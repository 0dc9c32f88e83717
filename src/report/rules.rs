//! Approvals and waivers: which let something through, and which only stood in the files.
//!
//! Invariant: one is used only where a run wrote down that something would have been kept back without it.

use jiff::Timestamp;

use super::episodes::Episode;
use super::make::{Teller, result};
use super::wire::{Believed, Passed, Rule};

impl Teller<'_> {
    /// Approvals, those that let something through first.
    pub(super) fn approvals(&self) -> Vec<Rule> {
        self.rules("approval ", |rule, known| {
            let counts = |(_, at, _, by): &&(u64, Timestamp, &str, &str)| {
                *by == rule
                    && self.is_within(*at)
                    && known.is_none_or(|it| {
                        it.since <= *at && it.until.is_none_or(|until| *at < until)
                    })
            };
            let passed = self.played.passed.iter().filter(counts);
            let let_through: Vec<Passed> = passed
                .map(|(run, at, step, _)| Passed {
                    at: at.to_string(),
                    ..self.passed(*run, step)
                })
                .collect();
            let believed = self.played.believed.iter().filter(counts);
            let lists: Vec<Believed> = believed
                .map(|(run, at, list, _)| {
                    let (system, location) = list.split_once(' ').unwrap_or((list, "*"));
                    Believed {
                        run: *run,
                        at: at.to_string(),
                        system: system.to_owned(),
                        location: location.to_owned(),
                    }
                })
                .collect();
            Rule {
                used: !let_through.is_empty() || !lists.is_empty(),
                let_through,
                lists,
                ..Rule::default()
            }
        })
    }

    /// Waivers, those that counted first.
    pub(super) fn waivers(&self) -> Vec<Rule> {
        self.rules("waiver ", |rule, known| {
            let (from, to) = (self.asked.from, self.asked.to);
            let mut counted = self.played.waived.iter().filter(|it| {
                it.what == rule
                    && it.touches(from, to)
                    && known.is_none_or(|known| {
                        known.until.is_none_or(|until| it.since < until)
                            && it.until.is_none_or(|until| known.since < until)
                    })
            });
            let counted = counted.next();
            Rule {
                used: counted.is_some(),
                counted: counted.map(|it| it.since.to_string()),
                ..Rule::default()
            }
        })
    }

    /// Every rule of a sort that stood in the period, and every one that was used though no book has it.
    fn rules(
        &self,
        sort: &str,
        tell: impl Fn(&str, Option<&Episode<(String, String)>>) -> Rule,
    ) -> Vec<Rule> {
        let stood = self.played.rules.iter();
        let stood = stood
            .filter(|it| it.what.0.starts_with(sort) && it.touches(self.asked.from, self.asked.to));
        let mut told: Vec<Rule> = stood
            .map(|it| Rule {
                rule: bare(&it.what.0, sort),
                value: it.what.1.clone(),
                since: it.since.to_string(),
                run: it.run,
                until: it.until.map(|at| at.to_string()),
                ..tell(&it.what.0, Some(it))
            })
            .collect();
        told.sort_by_key(|rule| !rule.used);
        told
    }

    /// What is known of a step that was let through.
    fn passed(&self, run: u64, step: &str) -> Passed {
        let told = Passed {
            run,
            step: step.to_owned(),
            ..Passed::default()
        };
        let steps = &mut self.played.steps.iter();
        if let Some(fact) = steps.find(|it| it.run == run && it.call.intent.step == step) {
            let intent = fact.call.intent;
            return Passed {
                kind: Some(intent.does.clone()),
                person: intent.person.clone(),
                system: Some(intent.system.clone()),
                location: Some(intent.place.clone()),
                result: result(fact).to_owned(),
                ..told
            };
        }
        let hands = &mut self.played.hands.iter();
        if let Some(hand) = hands.find(|it| it.run <= run && it.handed.step == step) {
            return Passed {
                kind: Some(hand.handed.does.clone()),
                person: hand.handed.person.clone(),
                system: Some(hand.handed.system.clone()),
                location: Some(hand.handed.place.clone()),
                result: "handed-over".to_owned(),
                ..told
            };
        }
        Passed {
            result: "not-begun".to_owned(),
            ..told
        }
    }
}

fn bare(rule: &str, sort: &str) -> String {
    rule.strip_prefix(sort).unwrap_or(rule).to_owned()
}
