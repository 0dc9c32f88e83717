//! What a plan says of scopes that no interface reads, and of statements that are not believed.
//!
//! Invariant: a scope that nobody ever looked at is called that, and never "complete".

use std::collections::BTreeMap;

use super::super::input::Input;
use super::super::step::{Because, Completeness, Hold, HoldCode};
use super::super::system::Context;
use super::evidence::Statements;
use crate::model::{DesiredSystem, PlaceId, ReadFailure, Reading, ScopeState, SystemName};

/// Whether a system has a chain that people have, had or shall have access to.
pub(in super::super) fn has_chain(
    input: &Input<'_>,
    name: &SystemName,
    wish: &DesiredSystem,
) -> bool {
    let said = input.attested.systems.get(name).into_iter().flatten();
    let grants = input.desired.people.values().flat_map(|it| &it.grants);
    wish.chain.is_some()
        || said.into_iter().any(|it| it.place == PlaceId::Chain)
        || grants
            .into_iter()
            .any(|it| it.system == *name && it.place == PlaceId::Chain)
}

/// How far a scope that is done by hand is known. None where a vendor answers for it.
pub(in super::super) fn scope_fact(
    ctx: &Context<'_>,
    name: &SystemName,
    place: &PlaceId,
    scopes: &BTreeMap<PlaceId, Reading<ScopeState>>,
) -> Option<Completeness> {
    let reading = scopes.get(place);
    let export = reading
        .and_then(Reading::seen)
        .and_then(|scope| scope.export.as_ref())
        .map(|export| export.taken);
    let said = Statements::of(ctx.input.attested, name).newest_at(place);
    match (reading, export, said) {
        // A list that is too old says so, whatever people said since.
        (Some(Reading::Unreadable(ReadFailure::TooOld { .. })), _, _) => None,
        // One with doubtful rows too.
        (Some(Reading::Partial(..)), Some(_), _) => None,
        (_, Some(taken), Some(said)) if said > taken => Some(Completeness::Attested(said)),
        (_, Some(taken), _) => Some(Completeness::Exported(taken)),
        (_, None, Some(said)) => Some(Completeness::Attested(said)),
        (_, None, None) => Some(Completeness::NeverLooked),
    }
}

/// Statements that are not believed: each a hold, since somebody has to look.
pub(in super::super) fn doubts(ctx: &mut Context<'_>) {
    let holds: Vec<Hold> = ctx
        .input
        .attested
        .doubts
        .iter()
        .map(|doubt| Hold {
            code: HoldCode::AttestationDoubt,
            person: doubt.person.clone(),
            name: doubt
                .person
                .as_ref()
                .and_then(|key| ctx.input.desired.people.get(key))
                .map_or_else(|| "".into(), |person| person.name.clone()),
            system: Some(doubt.system.clone()),
            place: doubt.place.clone(),
            message: doubt.message.clone(),
            help: doubt.help.clone(),
            approval: None,
            because: vec![doubt.origin.clone().map_or_else(
                || Because::Rule("a statement that was taken note of stays in the files".into()),
                Because::Line,
            )],
            step: None,
        })
        .collect();
    ctx.found.holds.extend(holds);
}
