//! What a read saw: each scope, how far it can be trusted, and who is there.

use jiff::tz::TimeZone;

use super::doc::{Block, Doc, Run, Section, Tone, foreign, foreign_toned, say, toned};
use super::words;
use crate::model::{
    AccountState, Desired, Observed, ObservedSystem, PlaceId, Reading, ScopeState, SystemName,
};
use crate::plan::{failure_text, gap_text};

/// A read as a document.
pub fn observed(observed: &Observed, desired: &Desired, zone: &TimeZone) -> Doc {
    let sections = observed
        .systems
        .iter()
        .map(|(name, system)| section(name, system, desired, zone))
        .collect();
    Doc {
        title: Vec::new(),
        sections,
    }
}

fn section(
    name: &SystemName,
    system: &ObservedSystem,
    desired: &Desired,
    zone: &TimeZone,
) -> Section {
    let title = vec![
        toned(Tone::Strong, name.to_string()),
        toned(
            Tone::Dim,
            format!(
                " ({}, {})",
                system.kind,
                super::escape::terminal(&system.host)
            ),
        ),
        say(format!(
            " read at {} with {}",
            words::time(system.taken, zone),
            words::count(system.calls, "call", "calls")
        )),
    ];
    let blocks = system
        .scopes
        .iter()
        .map(|(place, reading)| Block::Line(scope(place, reading, desired)))
        .collect();
    Section {
        title,
        blocks,
        fold: false,
    }
}

fn scope(place: &PlaceId, reading: &Reading<ScopeState>, desired: &Desired) -> Vec<Run> {
    let title = place
        .location()
        .and_then(|key| desired.places.get(key))
        .map(|fact| fact.title.to_string());
    let mut runs = vec![
        foreign_toned(Tone::Strong, title.unwrap_or_else(|| place.to_string())),
        say(": "),
    ];
    if let Some(state) = reading.seen() {
        let total = u32::try_from(state.accounts.len()).unwrap_or(u32::MAX);
        runs.push(say(words::count(total, "account", "accounts")));
        let invited = state
            .accounts
            .values()
            .filter(|account| account.state == AccountState::Invited)
            .count();
        if invited > 0 {
            runs.push(say(format!(", {invited} of them invited")));
        }
        let with_rights = state
            .accounts
            .values()
            .filter(|account| account.rights.is_some())
            .count();
        runs.push(toned(Tone::Dim, format!(", rights of {with_rights} read")));
    }
    match reading {
        Reading::Complete(_) => {}
        Reading::Partial(_, gaps) => {
            runs.push(toned(Tone::Alert, "; read in part: "));
            runs.push(foreign(
                gaps.iter().map(gap_text).collect::<Vec<_>>().join("; "),
            ));
        }
        Reading::Unreadable(failure) => {
            runs.push(toned(Tone::Alert, "not read: "));
            runs.push(foreign(failure_text(failure)));
        }
    }
    runs
}
