//! The rules of a report: policies and what became of them, what was loosened, and which approvals and waivers were used.
//!
//! Invariant: a rule is told as the files have it, and one that only stood is named apart from those that were used.

use super::tell::{Teller, number, scope, short};
use super::{Part, Row, Table, own, row, steps, theirs, when};
use crate::render::book;
use crate::render::doc::{Run, foreign, say};
use crate::report::wire::{PolicyState, Rule};

impl Teller<'_> {
    pub(super) fn policies(&self) -> Part {
        let policies = &self.report.policies;
        let rules = policies.rules.as_deref().unwrap_or_default();
        let mut rows: Vec<Row> = policies
            .findings
            .iter()
            .map(|it| {
                let rule = rules.iter().find(|rule| rule.policy == it.policy);
                Row {
                    loud: true,
                    cells: vec![
                        vec![foreign(it.policy.clone())],
                        own("broken"),
                        rule.map_or_else(Vec::new, |rule| self.demand(rule)),
                        own(it.side.clone()),
                        self.people(&it.people),
                        steps::titles(self.report, &it.rights),
                        scope(it.system.as_ref(), it.location.as_ref()),
                        self.at(&it.since),
                    ],
                }
            })
            .collect();
        let others = rules.iter().filter(|rule| rule.state != "broken");
        rows.extend(others.map(|rule| {
            let mut cells = vec![
                vec![foreign(rule.policy.clone())],
                own(if rule.state == "held" {
                    "held"
                } else {
                    "not judged"
                }),
                self.demand(rule),
            ];
            cells.resize(8, Vec::new());
            row(cells)
        }));
        let mut notes = vec![own(match &policies.judged {
            Some(at) => format!(
                "As the last run before the end saw it, at {}.",
                when(at, &self.zone)
            ),
            None => "No run judged them: nothing is known.".to_owned(),
        })];
        if policies.unread > 0 {
            notes.push(own(format!(
                "Not judged is what is in {}, of those that were not read as a whole.",
                number(policies.unread, "scope", "scopes")
            )));
        }
        Part {
            title: "Policies at the end",
            count: Some(rows.len()),
            notes,
            table: Table {
                columns: &[
                    "Policy",
                    "At the end",
                    "Demands",
                    "Side",
                    "People",
                    "Rights",
                    "Where",
                    "Since",
                ],
                rows,
                ..Table::default()
            },
            nothing: if policies.rules.is_some() {
                "There are no policies."
            } else {
                "Which policies there were is not known: no run wrote them down."
            },
            ..Part::default()
        }
    }

    fn demand(&self, rule: &PolicyState) -> Vec<Run> {
        self.rule_value(&rule.sort, Some(&rule.demand))
    }

    pub(super) fn loosened(&self) -> Part {
        let rows = self.report.loosened.iter().map(|it| {
            row(vec![
                vec![foreign(it.rule.clone())],
                self.rule_value(&it.rule, it.before.as_ref()),
                self.rule_value(&it.rule, it.after.as_ref()),
                self.at(&it.at),
                own(it.run.to_string()),
                theirs(it.commit.as_ref().map(|hash| short(hash)).as_ref()),
            ])
        });
        Part {
            title: "Rules loosened",
            count: Some(self.report.loosened.len()),
            table: Table {
                columns: &["Rule", "Was", "Is since", "Applied", "Run", "Commit"],
                rows: rows.collect(),
                ..Table::default()
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    pub(super) fn approvals(&self) -> Part {
        const COLUMNS: &[&str] = &[
            "Lets through",
            "For how many",
            "Known since",
            "Known until",
            "Run",
            "What it let through",
        ];
        let mut table = Table {
            columns: COLUMNS,
            ..Table::default()
        };
        for it in self.report.approvals.iter().filter(|it| it.used) {
            let lines = it.let_through.iter().map(|passed| {
                let mut line = self.person(passed.person.as_ref());
                let kind = passed.kind.clone().unwrap_or_default();
                line.push(say(format!(" {kind} ")));
                line.extend(scope(passed.system.as_ref(), passed.location.as_ref()));
                line.push(say(format!(", run {}, {}", passed.run, passed.result)));
                line
            });
            let lists = it.lists.iter().map(|list| {
                let mut line = own("the list of ");
                line.extend(scope(Some(&list.system), Some(&list.location)));
                line.push(say(format!(" was believed, run {}", list.run)));
                line
            });
            table
                .folds
                .insert((table.rows.len(), 5), lines.chain(lists).collect());
            let mut cells = self.rule("approval", it);
            let counts = [
                (it.let_through.len(), "step", "steps"),
                (it.lists.len(), "list that shrank", "lists that shrank"),
            ];
            let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
            let counts = counts.map(|(count, one, many)| number(count as u64, one, many));
            cells.push(own(counts.collect::<Vec<_>>().join(", ")));
            table.rows.push(row(cells));
        }
        Part {
            title: "Approvals used",
            nothing: "None let anything through that would have been kept back.",
            ..used(&self.report.approvals, table)
        }
    }

    pub(super) fn waivers(&self) -> Part {
        const COLUMNS: &[&str] = &[
            "Policy and person",
            "Until",
            "Known since",
            "Known until",
            "Run",
            "Counted since",
        ];
        let counted = self.report.waivers.iter().filter(|it| it.used);
        let rows = counted.map(|it| {
            let mut cells = self.rule("waiver", it);
            cells.push(self.end(it.counted.as_ref(), ""));
            row(cells)
        });
        let table = Table {
            columns: COLUMNS,
            rows: rows.collect(),
            ..Table::default()
        };
        Part {
            title: "Waivers used",
            nothing: "None let anybody have what a policy forbids.",
            ..used(&self.report.waivers, table)
        }
    }

    /// What a rule says, as the files have it.
    fn rule_value(&self, path: &str, value: Option<&String>) -> Vec<Run> {
        theirs(
            value
                .map(|text| book::value(path, text, &self.zone))
                .as_ref(),
        )
    }

    fn rule(&self, sort: &str, it: &Rule) -> Vec<Vec<Run>> {
        vec![
            vec![foreign(it.rule.clone())],
            self.rule_value(&format!("{sort} {}", it.rule), Some(&it.value)),
            self.at(&it.since),
            self.end(it.until.as_ref(), "stands"),
            own(it.run.to_string()),
        ]
    }
}

/// A part about rules that were used; those that only stood are named beside it.
fn used(all: &[Rule], table: Table) -> Part {
    let idle: Vec<&Rule> = all.iter().filter(|it| !it.used).collect();
    let mut notes = Vec::new();
    if !idle.is_empty() {
        let mut note = own("Stood in the files and let nothing through: ");
        for (nth, it) in idle.iter().enumerate() {
            if nth > 0 {
                note.push(say("; "));
            }
            note.push(foreign(it.rule.clone()));
        }
        note.push(say("."));
        notes.push(note);
    }
    Part {
        count: Some(table.rows.len()),
        notes,
        table,
        ..Part::default()
    }
}
