//! Bookable profiles at Reservio: whose they are, as far as an id or a name tells.
//!
//! Not access: a profile in the list proves none, and none in the list no lack of it. Invariant: two profiles of one
//! name are nobody's for certain.

use std::collections::BTreeSet;

use super::super::identity::folded;
use super::super::person::Case;
use super::super::step::{Action, Note, Typed};
use super::super::system::{Context, System, some_of, title};
use crate::model::{GrantState, Item, PlaceId, Profile, Reading};

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
    ) -> Vec<Action> {
        let business = title(ctx.input.desired, place);
        let open = format!("in Reservio, at {business}, open Settings, Business, Staff");
        match self.profiles(place) {
            None => vec![Action::say(format!(
                "{open}, and the profile of {} (add one if there is none)",
                case.person.name
            ))],
            Some(profiles) => match self.profile(case, place, profiles) {
                Some(profile) => vec![Action::with(
                    format!("{open}, and the profile"),
                    vec![Typed::text("name", profile.name.to_string())],
                )],
                None => vec![Action::with(
                    format!("{open}, and add a staff profile: the list has none of that name"),
                    vec![Typed::text("name", case.person.name.to_string())],
                )],
            },
        }
    }

    /// Profiles that nobody declared, and declared people without one: worth knowing, proof of nothing.
    pub(in super::super) fn note_profiles(&self, ctx: &mut Context<'a>) {
        for place in self.scopes.keys() {
            let Some(profiles) = self.profiles(place) else {
                continue;
            };
            let mut theirs: BTreeSet<&str> = BTreeSet::new();
            let mut without: Vec<String> = Vec::new();
            let people: Vec<_> = ctx.people.iter().copied().enumerate().collect();
            for (at, person) in people {
                let case = Case {
                    at,
                    person,
                    grants: Vec::new(),
                    order: None,
                    gives: Vec::new(),
                    takes: Vec::new(),
                    give_failed: false,
                };
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
