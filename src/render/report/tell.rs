//! What a report says, part by part: what somebody must act on first, what is looked up last.

use jiff::tz::TimeZone;

use super::{PROOF, Part, Row, Sheet, Table, lasting, own, picture, row, theirs, when};
use crate::render::doc::{Run, foreign, say};
use crate::report::Report;
use crate::report::wire::{Arrival, Leaver, Rule, Stats};

pub(super) fn tell(report: &Report) -> Sheet {
    let zone = TimeZone::get(&report.zone).unwrap_or(TimeZone::UTC);
    let teller = Teller { report, zone };
    Sheet {
        title: vec![say("Access report, "), say(teller.period())],
        lead: teller.lead(),
        parts: vec![
            teller.unknown(),
            teller.leavers(),
            teller.manual(),
            teller.invitations(),
            teller.policies(),
            teller.holds(),
            teller.drift(),
            teller.loosened(),
            teller.approvals(),
            teller.waivers(),
            teller.lockouts(),
            teller.strangers(),
            teller.unread(),
            teller.changes(),
            teller.arrivals("Joiners", "Nobody joined.", &report.joiners),
            teller.arrivals("Movers", "Nobody moved.", &report.movers),
            teller.runs(),
            teller.steps(),
            teller.journal(),
        ],
    }
}

struct Teller<'a> {
    report: &'a Report,
    zone: TimeZone,
}

impl Teller<'_> {
    fn at(&self, text: &str) -> Vec<Run> {
        own(when(text, &self.zone))
    }

    /// An end, or what is said where there is none.
    fn end(&self, text: Option<&String>, none: &'static str) -> Vec<Run> {
        text.map_or_else(|| own(none), |text| self.at(text))
    }

    fn period(&self) -> String {
        format!(
            "{} to {} ({})",
            when(&self.report.from, &self.zone),
            when(&self.report.to, &self.zone),
            self.report.zone
        )
    }

    fn lead(&self) -> Vec<Vec<Run>> {
        let report = self.report;
        let totals = &report.totals;
        let times = &report.leaver_times;
        let open =
            |ended: &dyn Fn(usize) -> bool, all: usize| (0..all).filter(|at| !ended(*at)).count();
        let mut lead = vec![
            own(format!(
                "{} runs. Access was given {}, changed {}, taken {}; {} of these by hand; {} did not succeed or are not known.",
                totals.runs,
                times_word(totals.given),
                times_word(totals.changed),
                times_word(totals.taken),
                totals.by_hand,
                totals.failed
            )),
            own(format!(
                "{} joined, {} moved, {} left; {} of those who left still have access.",
                report.joiners.len(),
                report.movers.len(),
                report.leavers.len(),
                times.open
            )),
            own(format!(
                "From leaving to verified removal: {}.",
                stats(&times.after_leaving)
            )),
            own(format!(
                "From merge to verified removal, of those who were written down after they had left: {}.",
                stats(&times.after_merge)
            )),
            own(format!(
                "Open at the end: {} steps by hand, {} invitations, {} holds, {} broken rules.",
                open(
                    &|at| report.manual.get(at).is_none_or(|it| it.ended.is_some()),
                    report.manual.len()
                ),
                open(
                    &|at| report
                        .invitations
                        .get(at)
                        .is_none_or(|it| it.ended.is_some()),
                    report.invitations.len()
                ),
                open(
                    &|at| report.holds.get(at).is_none_or(|it| it.until.is_some()),
                    report.holds.len()
                ),
                report.policies.findings.len()
            )),
        ];
        lead.push(own(format!(
            "Made {} by keyholder {}, from the journal and git alone.",
            when(&report.made, &self.zone),
            report.tool
        )));
        lead
    }

    fn unknown(&self) -> Part {
        Part {
            title: "What is not known",
            notes: self
                .report
                .unknown
                .iter()
                .map(|text| own(sentence(text)))
                .collect(),
            nothing: "Nothing is missing that this report should have.",
            ..Part::default()
        }
    }

    fn leavers(&self) -> Part {
        let rows = self.report.leavers.iter().map(|it| {
            let open = it.places.iter().any(|cut| cut.at.is_none());
            Row {
                loud: open,
                cells: vec![
                    vec![foreign(it.person.clone())],
                    self.at(&it.left),
                    self.merged(it),
                    if open {
                        own("still has access")
                    } else {
                        self.end(it.cut_off.as_ref(), "had none")
                    },
                    it.after_leaving
                        .map_or_else(Vec::new, |it| own(lasting(it))),
                    it.after_merge.map_or_else(Vec::new, |it| own(lasting(it))),
                    self.cuts(it),
                ],
            }
        });
        Part {
            title: "Leavers",
            count: Some(self.report.leavers.len()),
            table: Table {
                columns: &[
                    "Person",
                    "Left",
                    "Merged",
                    "Cut off",
                    "After leaving",
                    "After merge",
                    "Where, and how it is known",
                ],
                rows: rows.collect(),
            },
            picture: Some(picture::leavers(self.report)).filter(|it| !it.is_empty()),
            nothing: "Nobody left.",
            ..Part::default()
        }
    }

    fn merged(&self, it: &Leaver) -> Vec<Run> {
        let mut cell = it.merged.as_ref().map_or_else(Vec::new, |at| self.at(at));
        cell.extend(
            it.merged_by
                .as_ref()
                .map(|hash| foreign(format!(" {}", short(hash)))),
        );
        cell
    }

    fn cuts(&self, it: &Leaver) -> Vec<Run> {
        let mut cell = Vec::new();
        for cut in &it.places {
            if !cell.is_empty() {
                cell.push(say("; "));
            }
            cell.push(foreign(format!("{} {}", cut.system, cut.location)));
            cell.push(say(match (&cut.at, cut.how.as_deref()) {
                (None, _) => ": open".to_owned(),
                (Some(at), Some("said")) => format!(": said {}", when(at, &self.zone)),
                (Some(at), _) => format!(": read {}", when(at, &self.zone)),
            }));
        }
        if it.follow_ups > 0 {
            cell.push(say(format!(
                "; follow-ups and checks that are open: {}",
                it.follow_ups
            )));
        }
        cell
    }

    fn manual(&self) -> Part {
        let rows = self.report.manual.iter().map(|it| Row {
            loud: it.ended.is_none(),
            cells: vec![
                own(it.kind.clone()),
                theirs(it.person.as_ref()),
                scope(Some(&it.system), Some(&it.location)),
                self.at(&it.since),
                self.end(it.ended.as_ref(), "open"),
                own(lasting(it.waited)),
                own(it.how.clone().unwrap_or_default()),
                theirs(it.by.as_ref()),
                own(it.step.clone()),
            ],
        });
        Part {
            title: "Steps by hand",
            count: Some(self.report.manual.len()),
            notes: vec![own(format!(
                "Waited, of those that are done: {}.",
                stats(&self.report.manual_waits)
            ))],
            table: Table {
                columns: &[
                    "What",
                    "Person",
                    "Where",
                    "Handed over",
                    "Ended",
                    "Waited",
                    "Known by",
                    "Said by",
                    "Step",
                ],
                rows: rows.collect(),
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    fn invitations(&self) -> Part {
        let rows = self.report.invitations.iter().map(|it| Row {
            loud: it.ended.is_none(),
            cells: vec![
                theirs(it.person.as_ref()),
                scope(Some(&it.system), Some(&it.location)),
                own(it.way.clone().unwrap_or_default()),
                self.at(&it.sent),
                own(match it.how.as_deref() {
                    Some(how) => how.to_owned(),
                    None if it.certain => "open".to_owned(),
                    None => "open; not certain that it went out".to_owned(),
                }),
                self.end(it.ended.as_ref(), ""),
                own(lasting(it.open_for)),
            ],
        });
        Part {
            title: "Invitations",
            count: Some(self.report.invitations.len()),
            table: Table {
                columns: &[
                    "Person", "Where", "By", "Sent", "Became", "Ended", "Open for",
                ],
                rows: rows.collect(),
            },
            nothing: "None was sent or open.",
            ..Part::default()
        }
    }

    fn policies(&self) -> Part {
        let policies = &self.report.policies;
        let rows = policies.findings.iter().map(|it| Row {
            loud: true,
            cells: vec![
                vec![foreign(it.policy.clone())],
                own(it.side.clone()),
                vec![foreign(it.people.join(", "))],
                vec![foreign(it.rights.join(", "))],
                scope(it.system.as_ref(), it.location.as_ref()),
                self.at(&it.since),
            ],
        });
        Part {
            title: "Policies at the end",
            count: Some(policies.findings.len()),
            notes: vec![own(match &policies.judged {
                Some(at) => format!(
                    "As the last run before the end saw it, at {}.",
                    when(at, &self.zone)
                ),
                None => "No run judged them: nothing is known.".to_owned(),
            })],
            table: Table {
                columns: &["Policy", "Side", "People", "Rights", "Where", "Since"],
                rows: rows.collect(),
            },
            nothing: if policies.judged.is_some() {
                "Every policy held."
            } else {
                ""
            },
            ..Part::default()
        }
    }

    fn holds(&self) -> Part {
        let rows = self.report.holds.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                own(it.code.clone()),
                own(it.kind.clone().unwrap_or_default()),
                theirs(it.person.as_ref()),
                scope(it.system.as_ref(), it.location.as_ref()),
                self.at(&it.since),
                self.end(it.until.as_ref(), "still held"),
                own(it.became.clone()),
            ],
        });
        Part {
            title: "Held back",
            count: Some(self.report.holds.len()),
            table: Table {
                columns: &["Why", "What", "Person", "Where", "Since", "Until", "Became"],
                rows: rows.collect(),
            },
            nothing: "Nothing was held.",
            ..Part::default()
        }
    }

    fn drift(&self) -> Part {
        let rows = self.report.drift.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                theirs(it.person.as_ref()),
                vec![foreign(it.account.clone())],
                scope(Some(&it.system), Some(&it.location)),
                self.at(&it.since),
                self.end(it.until.as_ref(), ""),
                own(it.became.clone()),
            ],
        });
        Part {
            title: "Changed by others at a vendor",
            count: Some(self.report.drift.len()),
            table: Table {
                columns: &["Person", "Account", "Where", "Found", "Until", "Became"],
                rows: rows.collect(),
            },
            nothing: "Nothing was found.",
            ..Part::default()
        }
    }

    fn loosened(&self) -> Part {
        let rows = self.report.loosened.iter().map(|it| {
            row(vec![
                vec![foreign(it.rule.clone())],
                theirs(it.before.as_ref()),
                theirs(it.after.as_ref()),
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
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    fn rules(&self, title: &'static str, all: &[Rule], columns: &'static [&'static str]) -> Part {
        let rows = all.iter().map(|it| {
            let mut cells = vec![
                vec![foreign(it.rule.clone())],
                vec![foreign(it.value.clone())],
                self.at(&it.since),
                self.end(it.until.as_ref(), "stands"),
                own(it.run.to_string()),
            ];
            if columns.len() > cells.len() {
                cells.push(own(it.steps.map_or_else(
                    || "not told by the journal".to_owned(),
                    |steps| steps.to_string(),
                )));
            }
            row(cells)
        });
        Part {
            title,
            count: Some(all.len()),
            table: Table {
                columns,
                rows: rows.collect(),
            },
            nothing: "None stood in the files.",
            ..Part::default()
        }
    }

    fn approvals(&self) -> Part {
        const COLUMNS: &[&str] = &[
            "Lets through",
            "For how many, until",
            "Known since",
            "Known until",
            "Run",
            "Steps done under it",
        ];
        self.rules("Approvals", &self.report.approvals, COLUMNS)
    }

    fn waivers(&self) -> Part {
        const COLUMNS: &[&str] = &[
            "Policy and person",
            "Until",
            "Known since",
            "Known until",
            "Run",
        ];
        self.rules("Waivers", &self.report.waivers, COLUMNS)
    }

    fn lockouts(&self) -> Part {
        let rows = self.report.lockouts.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                vec![foreign(it.person.clone())],
                vec![foreign(it.because.clone())],
                theirs(it.by.as_ref()),
                self.at(&it.since),
                self.end(it.until.as_ref(), "stands"),
            ],
        });
        Part {
            title: "Lockouts",
            count: Some(self.report.lockouts.len()),
            table: Table {
                columns: &["Person", "Because", "Ordered by", "Since", "Until"],
                rows: rows.collect(),
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    fn strangers(&self) -> Part {
        let rows = self.report.strangers.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                vec![foreign(it.system.clone())],
                vec![foreign(it.account.clone())],
                vec![foreign(it.locations.join(", "))],
                self.at(&it.since),
                self.end(it.until.as_ref(), "still there"),
            ],
        });
        Part {
            title: "Strangers",
            count: Some(self.report.strangers.len()),
            notes: vec![own("Accounts that nobody declared.")],
            table: Table {
                columns: &["System", "Account", "Where", "Since", "Until"],
                rows: rows.collect(),
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    fn unread(&self) -> Part {
        let rows = self.report.unread.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                scope(Some(&it.system), Some(&it.location)),
                own(it.how.clone()),
                self.at(&it.since),
                self.end(it.until.as_ref(), "still"),
            ],
        });
        Part {
            title: "Not read as a whole",
            count: Some(self.report.unread.len()),
            table: Table {
                columns: &["Where", "How", "Since", "Until"],
                rows: rows.collect(),
            },
            nothing: "Every scope was read.",
            ..Part::default()
        }
    }

    fn changes(&self) -> Part {
        let most = self
            .report
            .changes
            .iter()
            .map(|it| it.given + it.changed + it.taken)
            .max();
        let most = most.unwrap_or(0).max(1);
        let rows = self.report.changes.iter().map(|it| {
            let all = it.given + it.changed + it.taken;
            let length = usize::try_from(all * 20 / most).unwrap_or(0);
            row(vec![
                own(it.begins.clone()),
                own(it.given.to_string()),
                own(it.changed.to_string()),
                own(it.taken.to_string()),
                own("█".repeat(length)),
            ])
        });
        Part {
            title: "Changes over time",
            table: Table {
                columns: &["From", "Given", "Changed", "Taken", ""],
                rows: rows.collect(),
            },
            picture: Some(picture::changes(self.report)).filter(|it| !it.is_empty()),
            nothing: "None.",
            ..Part::default()
        }
    }

    fn arrivals(&self, title: &'static str, nothing: &'static str, all: &[Arrival]) -> Part {
        let rows = all.iter().map(|it| {
            row(vec![
                vec![foreign(it.person.clone())],
                self.at(&it.at),
                vec![foreign(it.given.join(", "))],
                vec![foreign(it.taken.join(", "))],
            ])
        });
        Part {
            title,
            count: Some(all.len()),
            table: Table {
                columns: &["Person", "When", "Given", "Taken"],
                rows: rows.collect(),
            },
            nothing,
            ..Part::default()
        }
    }

    fn runs(&self) -> Part {
        let rows = self.report.runs.iter().map(|it| Row {
            loud: it.ended.is_none(),
            cells: vec![
                own(it.run.to_string()),
                self.at(&it.at),
                vec![foreign(it.command.clone())],
                theirs(it.plan.as_ref().map(|id| short(id)).as_ref()),
                theirs(
                    it.commit
                        .as_ref()
                        .map(|hash| {
                            format!(
                                "{}{}",
                                short(hash),
                                if it.dirty { " and edits" } else { "" }
                            )
                        })
                        .as_ref(),
                ),
                theirs(it.actor.as_ref()),
                theirs(it.author.as_ref()),
                vec![foreign(it.approvers.join(", "))],
                own(match (&it.ended, it.stopped) {
                    (None, _) => "did not end".to_owned(),
                    (Some(_), stopped) => format!(
                        "{} done, {} waiting, {} left{}",
                        it.done,
                        it.waiting,
                        it.left,
                        if stopped { "; stopped" } else { "" }
                    ),
                }),
                own(it.head.clone()),
            ],
        });
        Part {
            title: "Runs",
            count: Some(self.report.runs.len()),
            notes: vec![own(
                "The actor is who the environment of the run named; author and approvers are those of the commit, by git.",
            )],
            table: Table {
                columns: &[
                    "Run",
                    "At",
                    "Command",
                    "Plan",
                    "Commit",
                    "Actor",
                    "Author",
                    "Approved by",
                    "Ended with",
                    "Head of the journal",
                ],
                rows: rows.collect(),
            },
            nothing: "None.",
            fold: true,
            ..Part::default()
        }
    }

    fn steps(&self) -> Part {
        let rows = self.report.steps.iter().map(|it| Row {
            loud: matches!(
                it.result.as_str(),
                "unknown" | "did-not-stick" | "refused" | "not-readable"
            ),
            cells: vec![
                own(it.run.to_string()),
                self.at(&it.at),
                own(it.kind.clone()),
                own(it.reason.clone()),
                theirs(it.person.as_ref()),
                scope(Some(&it.system), Some(&it.location)),
                theirs(it.account.as_ref()),
                vec![foreign(it.rights.join(", "))],
                own(it.result.clone()),
                own(it.step.clone()),
            ],
        });
        Part {
            title: "Steps by call",
            count: Some(self.report.steps.len()),
            table: Table {
                columns: &[
                    "Run", "At", "What", "Why", "Person", "Where", "Account", "Rights", "Became",
                    "Step",
                ],
                rows: rows.collect(),
            },
            nothing: "None.",
            fold: true,
            ..Part::default()
        }
    }

    fn journal(&self) -> Part {
        let journal = &self.report.journal;
        let known = |text: Option<&String>| text.map_or_else(|| "none".to_owned(), Clone::clone);
        let mut notes = vec![
            own(format!(
                "Head at the end of the period: {}",
                known(journal.head.as_ref())
            )),
            own(format!(
                "Head before it: {}",
                known(journal.before.as_ref())
            )),
            own(format!(
                "Head when this was made: {}",
                known(journal.now.as_ref())
            )),
            own(format!("Entries in the period: {}", journal.entries)),
        ];
        notes.extend(journal.follows.as_ref().map(|head| {
            own(format!(
                "It was begun after another was lost, whose head was {head}"
            ))
        }));
        notes.extend(PROOF.iter().map(|text| own(*text)));
        let rows = journal
            .anchors
            .iter()
            .map(|it| row(vec![own(it.head.clone()), vec![foreign(it.place.clone())]]));
        Part {
            title: "The journal",
            notes,
            table: Table {
                columns: &["Head that was written down elsewhere and is in it", "Where"],
                rows: rows.collect(),
            },
            nothing: "No head that was written down elsewhere was given to this report: `--anchor HEAD` compares one.",
            ..Part::default()
        }
    }
}

fn scope(system: Option<&String>, place: Option<&String>) -> Vec<Run> {
    let words: Vec<&str> = system
        .into_iter()
        .chain(place)
        .map(String::as_str)
        .collect();
    if words.is_empty() {
        Vec::new()
    } else {
        vec![foreign(words.join(" "))]
    }
}

/// A remark as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn stats(stats: &Stats) -> String {
    match (stats.median, stats.worst) {
        (Some(median), Some(worst)) => format!(
            "median {}, worst {}, of {}",
            lasting(median),
            lasting(worst),
            stats.count
        ),
        _ => "none".to_owned(),
    }
}

fn times_word(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}
