//! What a report says, part by part: what somebody must act on first, what is looked up last.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::{PROOF, Part, Row, Sheet, Table, lasting, own, picture, row, steps, theirs, when};
use crate::render::doc::{Run, foreign, say};
use crate::report::Report;
use crate::report::wire::{Arrival, Stats};

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
            steps::part(&teller),
            teller.journal(),
        ],
    }
}

pub(super) struct Teller<'a> {
    pub(super) report: &'a Report,
    pub(super) zone: TimeZone,
}

impl Teller<'_> {
    /// Somebody by name and key, so that a year later the reader knows who it was.
    pub(super) fn person(&self, key: Option<&String>) -> Vec<Run> {
        let Some(key) = key else { return Vec::new() };
        match self.report.people.get(key).filter(|name| *name != key) {
            Some(name) => vec![
                foreign(name.clone()),
                say(" ("),
                foreign(key.clone()),
                say(")"),
            ],
            None => vec![foreign(key.clone())],
        }
    }

    pub(super) fn people(&self, keys: &[String]) -> Vec<Run> {
        let mut cell = Vec::new();
        for key in keys {
            if !cell.is_empty() {
                cell.push(say(", "));
            }
            cell.extend(self.person(Some(key)));
        }
        cell
    }

    pub(super) fn at(&self, text: &str) -> Vec<Run> {
        own(when(text, &self.zone))
    }

    /// An end, or what is said where there is none.
    pub(super) fn end(&self, text: Option<&String>, none: &'static str) -> Vec<Run> {
        text.map_or_else(|| own(none), |text| self.at(text))
    }

    /// Whole days as days, both of which belong to the period; else to the minute.
    fn period(&self) -> String {
        let (from, to) = (&self.report.from, &self.report.to);
        let day = |text: &str| {
            let at: Timestamp = text.parse().ok()?;
            let local = at.to_zoned(self.zone.clone());
            (local.time() == Time::midnight()).then(|| local.date())
        };
        let days = day(from).zip(day(to).and_then(|end| end.yesterday().ok()));
        let (from, to) = match days {
            Some((first, last)) => (first.to_string(), last.to_string()),
            None => (when(from, &self.zone), when(to, &self.zone)),
        };
        format!("{from} to {to} ({})", self.report.zone)
    }

    fn lead(&self) -> Vec<Vec<Run>> {
        let report = self.report;
        let totals = &report.totals;
        let times = &report.leaver_times;
        let count = |open: usize| u64::try_from(open).unwrap_or(u64::MAX);
        let invited = report.invitations.iter();
        let invited = invited.filter(|it| it.ended.is_none()).count();
        let held = report.holds.iter();
        let held = held.filter(|it| it.until.is_none()).count();
        let broken = count(report.policies.findings.len());
        let manual = |is_said: bool| {
            let open = report.manual.iter().filter(|it| it.ended.is_none());
            let counted = open.filter(|it| !is_said || it.said.is_some());
            count(counted.count())
        };
        let mut lead = vec![
            own(format!(
                "{}. Access was given {}, changed {}{}, taken {}; {} of these by hand; {} did not succeed or {} not known.",
                number(totals.runs, "run", "runs"),
                times_word(totals.given),
                times_word(totals.changed),
                match totals.lessened {
                    0 => String::new(),
                    less => format!(" (after {less} of these somebody had less)"),
                },
                times_word(totals.taken),
                totals.by_hand,
                totals.failed,
                if totals.failed == 1 { "is" } else { "are" }
            )),
            own(format!(
                "{} joined, {} moved, {} left; {} of those who left still {} access{}{}.",
                report.joiners.len(),
                report.movers.len(),
                report.leavers.len(),
                times.seen,
                if times.seen == 1 { "has" } else { "have" },
                match times.open.saturating_sub(times.seen + times.said) {
                    0 => String::new(),
                    open => format!(", the access of {open} is not known to be gone"),
                },
                match times.said {
                    0 => String::new(),
                    said => format!(
                        ", of {said} statements say that all of it is gone, which the journal has not taken note of yet"
                    ),
                }
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
                "Open at the end: {}{}, {}, {}, {}.",
                number(manual(false), "step by hand", "steps by hand"),
                match manual(true) {
                    0 => String::new(),
                    said => format!(" ({said} of them said to be done)"),
                },
                number(count(invited), "invitation", "invitations"),
                number(count(held), "hold", "holds"),
                number(broken, "broken rule", "broken rules"),
            )),
        ];
        lead.push(own(format!(
            "Made {} by keyholder {}, from the journal, git and statements of people alone.",
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

    fn manual(&self) -> Part {
        let rows = self.report.manual.iter().map(|it| Row {
            loud: it.ended.is_none(),
            cells: vec![
                own(it.kind.clone()),
                self.person(it.person.as_ref()),
                scope(Some(&it.system), Some(&it.location)),
                self.at(&it.since),
                match (&it.ended, &it.said) {
                    (None, Some(said)) => own(format!(
                        "said done {}, not in the journal yet",
                        when(said, &self.zone)
                    )),
                    (ended, _) => self.end(ended.as_ref(), "open"),
                },
                own(lasting(it.waited)),
                own(it.how.clone().unwrap_or_default()),
                self.person(it.by.as_ref()),
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
                ..Table::default()
            },
            nothing: "None.",
            ..Part::default()
        }
    }

    fn invitations(&self) -> Part {
        let rows = self.report.invitations.iter().map(|it| Row {
            loud: it.ended.is_none(),
            cells: vec![
                self.person(it.person.as_ref()),
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
                ..Table::default()
            },
            nothing: "None was sent or open.",
            ..Part::default()
        }
    }

    fn holds(&self) -> Part {
        let rows = self.report.holds.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                own(it.code.clone()),
                own(it.kind.clone().unwrap_or_default()),
                self.person(it.person.as_ref()),
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
                ..Table::default()
            },
            nothing: "Nothing was held.",
            ..Part::default()
        }
    }

    fn drift(&self) -> Part {
        let rows = self.report.drift.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                self.person(it.person.as_ref()),
                vec![foreign(it.account.clone())],
                scope(Some(&it.system), Some(&it.location)),
                steps::drifted(self.report, it),
                self.at(&it.since),
                self.end(it.until.as_ref(), ""),
                own(it.became.clone()),
            ],
        });
        Part {
            title: "Changed by others at a vendor",
            count: Some(self.report.drift.len()),
            table: Table {
                columns: &[
                    "Person", "Account", "Where", "What", "Found", "Until", "Became",
                ],
                rows: rows.collect(),
                ..Table::default()
            },
            nothing: "Nothing was found.",
            ..Part::default()
        }
    }

    fn lockouts(&self) -> Part {
        let rows = self.report.lockouts.iter().map(|it| Row {
            loud: it.until.is_none(),
            cells: vec![
                self.person(Some(&it.person)),
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
                ..Table::default()
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
                ..Table::default()
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
                ..Table::default()
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
                ..Table::default()
            },
            picture: Some(picture::changes(self.report)).filter(|it| !it.is_empty()),
            nothing: "None.",
            ..Part::default()
        }
    }

    fn arrivals(&self, title: &'static str, nothing: &'static str, all: &[Arrival]) -> Part {
        let rows = all.iter().map(|it| {
            row(vec![
                self.person(Some(&it.person)),
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
                ..Table::default()
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
                ..Table::default()
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
                ..Table::default()
            },
            nothing: "No head that was written down elsewhere was given to this report: `--anchor HEAD` compares one.",
            ..Part::default()
        }
    }
}

pub(super) fn scope(system: Option<&String>, place: Option<&String>) -> Vec<Run> {
    match (system, place) {
        (Some(system), Some(place)) => vec![foreign(place_words(system, place))],
        (Some(word), None) | (None, Some(word)) => vec![foreign(word.clone())],
        (None, None) => Vec::new(),
    }
}

/// A place of a system: one without places is named alone.
pub(super) fn place_words(system: &str, place: &str) -> String {
    match place {
        "*" => system.to_owned(),
        place => format!("{system} {place}"),
    }
}

/// A remark as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

pub(super) fn short(hash: &str) -> String {
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

pub(super) fn number(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

fn times_word(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}
