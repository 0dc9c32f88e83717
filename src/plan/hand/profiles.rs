//! Bookable profiles at Reservio: whose they are, as far as an id or a name tells.
//!
//! Not access: a profile in the list proves none, and none in the list no lack of it. Invariant: two profiles of one
//! name are nobody's for certain.

use std::collections::BTreeSet;

use super::super::identity::folded;
use super::super::person::Case;
use super::super::report::{failure_text, gap_text};
use super::super::step::{Action, Note, Typed};
use super::super::system::{Context, System, some_of, title};
use crate::catalog::Kind;
use crate::model::{GrantState, Item, PlaceId, Profile, ReadFailure, Reading};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// The bookable profiles of a business, where they were read.
    pub(super) fn profiles(&self, place: &PlaceId) -> Option<&'s [Profile]> {
        self.scopes
            .get(place)
            .and_then(Reading::seen)
            .and_then(|scope| scope.profiles.as_deref())
    }

    /// The person's profile: as pinned, else by name. It proves no access.
    pub(super) fn profile(
        &self,
        case: &Case<'a>,
        place: &PlaceId,
        profiles: &'s [Profile],
    ) -> Option<&'s Profile> {
        let pinned = case
            .person
            .pins
            .get(self.name)
            .and_then(|pin| pin.staff.get(place.location()?));
        let wanted = match pinned {
            Some(Item::Id(id)) => {
                let id = id.to_string();
                return profiles.iter().find(|profile| *profile.id == *id);
            }
            Some(Item::Name(name)) => {
                if let Some(by_id) = profiles.iter().find(|profile| profile.id == *name) {
                    return Some(by_id);
                }
                folded(name)
            }
            None => folded(&case.person.name),
        };
        let mut found = profiles
            .iter()
            .filter(|profile| folded(&profile.name) == wanted);
        // Two of one name are nobody's for certain.
        found.next().filter(|_| found.next().is_none())
    }

    pub(super) fn open_profile(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        gives: bool,
    ) -> Vec<Action> {
        let business = title(ctx.input.desired, place);
        let open = format!(
            "in Reservio (Pro plan, at a desktop browser), at {business}, open Settings, Business, Staff"
        );
        match self.profiles(place) {
            None => vec![Action::say(format!(
                "{open}, and the profile of {}{}",
                case.person.name,
                if gives {
                    " (add one if there is none)"
                } else {
                    ""
                }
            ))],
            Some(profiles) => match self.profile(case, place, profiles) {
                Some(profile) => vec![Action::with(
                    format!("{open}, and the profile"),
                    vec![Typed::text("name", profile.name.to_string())],
                )],
                None if !gives => vec![Action::with(
                    format!(
                        "{open}, and look for a profile of theirs: the list has none of that name"
                    ),
                    vec![Typed::text("name", case.person.name.to_string())],
                )],
                None => vec![Action::with(
                    format!("{open}, and add a staff profile: the list has none of that name"),
                    vec![Typed::text("name", case.person.name.to_string())],
                )],
            },
        }
    }

    /// A list that could not be read, or not wholly, holds nothing: it is told.
    fn note_unread_profiles(&self, ctx: &mut Context<'a>, place: &PlaceId) {
        let why = match self.scopes.get(place) {
            Some(Reading::Unreadable(ReadFailure::TooOld { .. }) | Reading::Complete(_)) | None => {
                return;
            }
            Some(Reading::Unreadable(failure)) => failure_text(failure),
            Some(Reading::Partial(_, gaps)) => {
                gaps.iter().map(gap_text).collect::<Vec<_>>().join("; ")
            }
        };
        ctx.found.notes.insert(Note {
            system: Some(self.name.clone()),
            place: Some(place.clone()),
            text: format!(
                "its staff profiles could not be read ({why}): nothing is held by it, since they prove no access"
            ),
        });
    }

    /// Profiles that nobody declared, and declared people without one: worth knowing, proof of nothing.
    pub(in super::super) fn note_profiles(&self, ctx: &mut Context<'a>) {
        // No other kind has profiles apart from accounts.
        if self.kind != Kind::Reservio {
            return;
        }
        for place in self.scopes.keys() {
            self.note_unread_profiles(ctx, place);
            let Some(profiles) = self.profiles(place) else {
                continue;
            };
            let mut theirs: BTreeSet<&str> = BTreeSet::new();
            let mut without: Vec<String> = Vec::new();
            let people: Vec<_> = ctx.people.iter().copied().enumerate().collect();
            for (at, person) in people {
                let case = Case::of(at, person);
                let declared = person.grants.iter().any(|grant| {
                    grant.system == *self.name
                        && grant.place == *place
                        && grant.state == GrantState::Present
                });
                match self.profile(&case, place, profiles) {
                    Some(profile) => {
                        theirs.insert(&profile.id);
                    }
                    None if declared => without.push(format!("`{}`", person.key)),
                    None => {}
                }
            }
            let nobody: Vec<String> = profiles
                .iter()
                .filter(|profile| !theirs.contains(&*profile.id))
                .map(|profile| profile.name.to_string())
                .collect();
            let mut note = |text: String| {
                ctx.found.notes.insert(Note {
                    system: Some(self.name.clone()),
                    place: Some(place.clone()),
                    text,
                });
            };
            if !without.is_empty() {
                note(format!(
                    "no staff profile has the name of {}: a profile is made with the access, or another name is pinned (`staff`)",
                    some_of(&without)
                ));
            }
            if !nobody.is_empty() {
                note(format!(
                    "profiles that belong to nobody who is declared: {}; they may be rooms, and say nothing of access",
                    some_of(&nobody)
                ));
            }
        }
    }
}
