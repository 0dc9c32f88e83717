//! Whoever left and keeps their access, since `access: unmanaged` says to leave it alone.
//!
//! Not a step: what the files leave alone no plan takes. Invariant: each account that is in use and belongs to somebody who
//! has left is taken by a step or told here, and what was not looked at is called unknown.

use super::finding::{Finding, FindingSide};
use super::step::Because;
use super::system::{Context, System, some_of};
use crate::catalog::Kind;
use crate::model::{AccountState, LeftAlone, Managed, Person, PlaceId};

/// The rule's name where other findings have a policy's.
const LEAVERS: &str = "leavers";

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Tells of everybody who has left, is left alone, and has an account here; where `unread`, also who may have one.
    pub(super) fn find_left_alone(&self, ctx: &mut Context<'a>, unread: bool) {
        for at in 0..ctx.people.len() {
            let Some(&person) = ctx.people.get(at) else {
                continue;
            };
            // Whoever is locked out is not left alone any more, whatever the files say.
            let Some(left) = person.left_alone.filter(|_| person.managed == Managed::No) else {
                continue;
            };
            if let Some(finding) = self.left_alone(ctx, at, person, left, unread) {
                ctx.found.broken.push(finding);
            }
        }
    }

    fn left_alone(
        &self,
        ctx: &mut Context<'a>,
        at: usize,
        person: &'a Person,
        left: LeftAlone,
        unread: bool,
    ) -> Option<Finding> {
        let mut found = Vec::new();
        let mut places: Vec<PlaceId> = Vec::new();
        if unread && self.kind.shows_users() {
            let accounts = self.accounts(at);
            let seen = accounts.iter();
            for seen in seen.filter_map(|&account| self.identity.seen.get(account)) {
                let rows = seen.rows.iter();
                let rows = rows.filter(|(_, row)| row.state != AccountState::Blocked);
                let here: Vec<PlaceId> = rows.map(|(place, _)| (*place).clone()).collect();
                if !here.is_empty() {
                    found.push(format!("account {}{}", seen.id, at_places(&here)));
                    places.extend(here);
                }
            }
        } else {
            places = self.told_in(ctx, at, person);
            // A registration at Reservio is an account, and no access to any business.
            places.retain(|place| {
                self.kind != Kind::Reservio || *place != PlaceId::Whole || self.is_listed(place)
            });
            if !places.is_empty() {
                found.push(format!(
                    "access{}, by word or by a list",
                    at_places(&places)
                ));
            }
        }
        places.sort();
        places.dedup();
        let key = &person.key;
        let (side, message) = if !found.is_empty() {
            let message = format!(
                "`{key}` left on {} and still has {} (`{}`), which keyholder leaves alone (`access: unmanaged`): somebody must decide",
                left.on,
                found.join(" and "),
                self.name
            );
            (FindingSide::Live, message)
        } else if let Some(why) = unread
            .then(|| self.not_looked_for(ctx, at, person))
            .flatten()
        {
            let message = format!(
                "`{key}` left on {}, keyholder leaves their access alone (`access: unmanaged`), and {why}: somebody must look, and decide",
                left.on
            );
            (FindingSide::Unknown, message)
        } else {
            return None;
        };
        Some(Finding {
            policy: LEAVERS.into(),
            side,
            people: vec![key.clone()],
            rights: Vec::new(),
            system: Some(self.name.clone()),
            place: places.first().filter(|_| places.len() == 1).cloned(),
            message,
            help: "write `access: []` in place of `unmanaged`, and a plan takes it away; or have it taken away by hand at the vendor".into(),
            because: vec![
                Because::Rule("whoever has left has no access".into()),
                ctx.origins.line(left.line),
            ],
        })
    }

    /// Whether a list tells of a place.
    fn is_listed(&self, place: &PlaceId) -> bool {
        self.scope(place)
            .is_some_and(|scope| scope.export.is_some())
    }

    /// Why somebody of whom no account was seen may have one here all the same; none where nothing says that they ever had.
    fn not_looked_for(&self, ctx: &Context<'a>, at: usize, person: &Person) -> Option<String> {
        if let Some(found) = self.identity.people.get(at)
            && found.doubt.is_some()
        {
            return Some(format!(
                "which account of `{}` is theirs is in doubt",
                self.name
            ));
        }
        let pin = person.pins.get(self.name);
        let is_pinned = pin.is_some_and(|pin| !pin.ids.is_empty() || pin.login.is_some());
        let mut known = ctx.input.memory.accounts.iter();
        let is_known = known.any(|((system, _), known)| {
            system == self.name && super::identity::keys(person).any(|key| *key == known.person)
        });
        if !is_pinned && !is_known {
            return None;
        }
        let declared = self.wish.locations.keys().cloned().map(PlaceId::At);
        let all: Vec<PlaceId> = if self.kind.has_one_account() {
            vec![PlaceId::Whole]
        } else {
            declared.collect()
        };
        let unread: Vec<String> = all
            .iter()
            .filter(|place| !self.is_complete(place))
            .map(ToString::to_string)
            .collect();
        if unread.is_empty() {
            return None;
        }
        Some(if self.kind.has_one_account() {
            format!(
                "the accounts of `{}`, where they had one, were not read in full",
                self.name
            )
        } else {
            format!(
                "the accounts of `{}`, where they had one, were not read in full at {}",
                self.name,
                some_of(&unread)
            )
        })
    }
}

/// Places behind words, where there are any: an account of a whole system is at none.
fn at_places(places: &[PlaceId]) -> String {
    let texts = places.iter().filter(|place| **place != PlaceId::Whole);
    let texts: Vec<String> = texts.map(ToString::to_string).collect();
    if texts.is_empty() {
        String::new()
    } else {
        format!(" at {}", some_of(&texts))
    }
}
