//! No role gives what half of its people are denied: then it is the others who have more. And no role has the limit of
//! the few: a value that half of its people widen is the role's, and who has less of it has a role of their own.
//!
//! Not a search for fewer roles: `mine` has found them. Invariant: afterwards fewer than half of the people of each found role
//! carry a `minus` of one right, everybody is still worth what they have, and no two found roles are equal.

use std::collections::{BTreeMap, BTreeSet};

use super::mine::{Center, Mine, ROLE};
use crate::catalog::RightId;
use crate::model::{RightSet, Value};

/// Far more rounds than any chain needs; each takes a right from a role or people from it.
const ROUNDS: usize = 10_000;

/// Thins roles from `known` on, or gives those who have less of one a role of their own where that is shorter. `chosen` is
/// the role of each sample.
pub(super) fn thin(it: &Mine<'_>, known: usize, centers: &mut Vec<Center>, chosen: &mut [usize]) {
    let mut at = known;
    for _ in 0..ROUNDS {
        let Some(center) = centers.get(at).cloned() else {
            break;
        };
        let members = members(chosen, at);
        let heavy = heavy(it, &center, &members);
        if heavy.is_empty() {
            at = match wider(it, &center, &members) {
                Some((wider, moved)) => {
                    let all = moved.len() == members.len();
                    let to = put(centers, chosen, (at, all), wider, moved);
                    at.min(to.max(known))
                }
                None => at + 1,
            };
            continue;
        }
        let thinner = without(it, &center, &heavy);
        let (less, rest): (Vec<usize>, Vec<usize>) = members.iter().partition(|member| {
            let taken = taken(it, &center, **member);
            taken.iter().any(|id| heavy.contains(id))
        });
        let whole = cost(it, &thinner, &members);
        let apart = cost(it, &thinner, &less).zip(cost(it, &center, &rest));
        let apart = apart.map(|(less, rest)| less + rest + ROLE);
        let stays = whole.is_some_and(|whole| apart.is_none_or(|apart| whole <= apart));
        if !stays && apart.is_none() {
            at += 1;
            continue;
        }
        // Whoever is counted with others may make another right heavy there: all are looked at again.
        let moved = if stays { members } else { less };
        let to = put(centers, chosen, (at, stays), thinner, moved);
        at = at.min(to.max(known));
    }
}

/// Gives samples of the role at a position another role: in its place where nobody keeps it. Says where the new one is.
fn put(
    centers: &mut Vec<Center>,
    chosen: &mut [usize],
    (at, is_instead): (usize, bool),
    new: Center,
    moved: Vec<usize>,
) -> usize {
    let like = centers.iter().position(|it| *it == new);
    let to = match like {
        Some(like) => like,
        None if is_instead => {
            if let Some(place) = centers.get_mut(at) {
                *place = new;
            }
            at
        }
        None => {
            centers.push(new);
            centers.len() - 1
        }
    };
    for member in moved {
        if let Some(place) = chosen.get_mut(member) {
            *place = to;
        }
    }
    to
}

fn members(chosen: &[usize], at: usize) -> Vec<usize> {
    let all = chosen.iter().enumerate();
    all.filter(|(_, center)| **center == at)
        .map(|(sample, _)| sample)
        .collect()
}

/// What a sample's people are denied of a role.
fn taken(it: &Mine<'_>, center: &Center, sample: usize) -> Vec<RightId> {
    let sample = it.samples.get(sample);
    let fit = sample.and_then(|sample| it.fit(center, sample));
    fit.map(|it| it.minus).unwrap_or_default()
}

/// Rights that at least half of a role's people are denied.
fn heavy(it: &Mine<'_>, center: &Center, members: &[usize]) -> BTreeSet<RightId> {
    let mut all: BTreeSet<usize> = BTreeSet::new();
    let mut denied: BTreeMap<RightId, BTreeSet<usize>> = BTreeMap::new();
    for &member in members {
        let Some(sample) = it.samples.get(member) else {
            continue;
        };
        all.extend(&sample.people);
        for id in taken(it, center, member) {
            denied.entry(id).or_default().extend(&sample.people);
        }
    }
    let heavy = denied.into_iter();
    heavy
        .filter(|(_, people)| people.len() * 2 >= all.len())
        .map(|(id, _)| id)
        .collect()
}

/// The role with a limit as wide as at least half of its people have it, and two of them, and whose role it then is;
/// whom no words tell from it keep the old one.
fn wider(it: &Mine<'_>, center: &Center, members: &[usize]) -> Option<(Center, Vec<usize>)> {
    let mut all: BTreeSet<usize> = BTreeSet::new();
    let mut added: BTreeMap<(RightId, Value), (BTreeSet<usize>, Vec<usize>)> = BTreeMap::new();
    for &member in members {
        let sample = it.samples.get(member)?;
        all.extend(&sample.people);
        for spot in it.fit(center, sample)?.plus {
            // What the role does not open has no limit there.
            let is_open = |id| center.set.get(RightId::index(id)) == Some(&Value::Switch(true));
            let is_limit = !matches!(spot.1, Value::Switch(_))
                && center.set.get(spot.0.index()).is_some()
                && it.catalog.governors(spot.0).all(is_open);
            if is_limit {
                let (people, samples) = added.entry(spot).or_default();
                people.extend(&sample.people);
                samples.push(member);
            }
        }
    }
    let mut wide: Vec<_> = added.into_iter().collect();
    wide.retain(|(_, (people, _))| people.len() >= 2 && people.len() * 2 >= all.len());
    wide.sort_by_key(|(_, (people, _))| std::cmp::Reverse(people.len()));
    wide.into_iter().find_map(|((id, value), (_, carriers))| {
        let like = it.samples.get(*carriers.first()?)?;
        let mut new = center.clone();
        new.set.set(id.index(), Some(value));
        // A flag says that there is a list.
        for flag in it.catalog.for_product(it.kind) {
            if flag.list == Some(id) {
                new.set
                    .set(flag.id.index(), like.set.get(flag.id.index()).cloned());
            }
        }
        let words = |center: &Center, at: usize| Some(it.fit(center, it.samples.get(at)?)?.len());
        let is_moved = |at: &usize| {
            let (old, new) = (words(center, *at), words(&new, *at));
            new.is_some_and(|new| old.is_some_and(|old| new <= old))
        };
        let moved: Vec<usize> = members.iter().copied().filter(is_moved).collect();
        let are_all = carriers
            .iter()
            .all(|at| moved.contains(at) && words(&new, *at) < words(center, *at));
        are_all.then_some((new, moved))
    })
}

/// The role without some rights, and without what lies below them.
fn without(it: &Mine<'_>, center: &Center, rights: &BTreeSet<RightId>) -> Center {
    let mut set = RightSet::empty(it.catalog.len());
    for right in it.catalog.for_product(it.kind) {
        let at = right.id.index();
        let mut above = it.catalog.governors(right.id);
        if above.any(|it| set.get(it.index()) == Some(&Value::Switch(false))) {
            continue;
        }
        let value = if rights.contains(&right.id) {
            Some(Value::Switch(false))
        } else {
            center.set.get(at).cloned()
        };
        set.set(at, value);
    }
    Center {
        role: center.role.clone(),
        set,
    }
}

/// How many words these samples need beside a role; none where words do not say it.
fn cost(it: &Mine<'_>, center: &Center, samples: &[usize]) -> Option<u64> {
    let samples = samples.iter().filter_map(|at| it.samples.get(*at));
    let mut sum = 0;
    for sample in samples {
        sum += it.fit(center, sample)?.len() as u64 * u64::from(sample.weight);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::super::mine::{Roles, Sample, mine};
    use super::super::tests::with;
    use super::*;
    use crate::catalog::{Catalog, Kind};
    use crate::model::{Item, Items, VendorRoleSlug};

    const ALL: [&str; 4] = [
        "records_create_access",
        "records_edit_access",
        "records_delete_access",
        "clients_export_access",
    ];

    /// What becomes of one role that gives all of them, by who has which of them.
    fn thinned(has: &[(&[&str], &[usize])]) -> (Vec<Center>, Vec<usize>) {
        let role = VendorRoleSlug::new("worker");
        let samples: Vec<Sample> = has
            .iter()
            .map(|(slugs, people)| Sample {
                role: role.clone(),
                set: with(slugs),
                weight: u32::try_from(people.len()).unwrap(),
                people: people.iter().copied().collect(),
            })
            .collect();
        let it = Mine {
            catalog: Catalog::current(),
            kind: Kind::Altegio,
            samples: &samples,
        };
        let mut centers = vec![Center {
            role,
            set: with(&ALL),
        }];
        let mut chosen = vec![0; samples.len()];
        thin(&it, 0, &mut centers, &mut chosen);
        for (at, center) in centers.iter().enumerate() {
            assert!(heavy(&it, center, &members(&chosen, at)).is_empty());
        }
        for (sample, at) in chosen.iter().enumerate() {
            assert!(it.fit(&centers[*at], &samples[sample]).is_some());
        }
        (centers, chosen)
    }

    /// Which of them a role gives.
    fn gives(center: &Center) -> Vec<&'static str> {
        let on = |slug: &&str| {
            let id = Catalog::current().by_slug(slug).unwrap();
            center.set.get(id.index()) == Some(&Value::Switch(true))
        };
        ALL.into_iter().filter(on).collect()
    }

    #[test]
    fn what_half_are_denied_is_what_the_others_have_more() {
        // One of five lacks a right: that is a `minus` of theirs.
        let (centers, chosen) = thinned(&[(&ALL, &[0, 1, 2, 3]), (&ALL[..3], &[4])]);
        assert_eq!((gives(&centers[0]), chosen), (ALL.to_vec(), vec![0, 0]));
        // Half of them: the others have it more.
        let (centers, chosen) = thinned(&[(&ALL, &[0, 1]), (&ALL[..3], &[2, 3])]);
        let less = ALL[..3].to_vec();
        assert_eq!((gives(&centers[0]), chosen), (less, vec![0, 0]));
        // Most of them lack something, and each something else: nothing is lacked by half.
        let (centers, _) = thinned(&[
            (&ALL[..3], &[0]),
            (&ALL[1..], &[1]),
            (&ALL, &[2]),
            (&[ALL[0], ALL[1], ALL[3]], &[3]),
        ]);
        assert_eq!(gives(&centers[0]), ALL);
    }

    #[test]
    fn many_who_have_much_more_keep_a_role_of_their_own() {
        let many: Vec<usize> = (0..30).collect();
        let few: Vec<usize> = (30..60).collect();
        let (centers, chosen) = thinned(&[(&ALL, &many), (&ALL[..1], &few)]);
        assert_eq!(chosen, [0, 1]);
        assert_eq!(gives(&centers[0]), ALL);
        assert_eq!(gives(&centers[1]), ALL[..1]);
    }

    #[test]
    fn who_has_two_sets_is_one_of_the_people() {
        // Person 0 has all at one place and less at another, and so half of the two people carry a `minus`.
        let (centers, _) = thinned(&[(&ALL, &[0, 1]), (&ALL[..3], &[0])]);
        assert_eq!(gives(&centers[0]), ALL[..3]);
    }

    #[test]
    fn the_limit_of_one_is_not_the_role_s() {
        let catalog = Catalog::current();
        let desks = catalog.by_slug("finances_accounts_ids").unwrap();
        let limited = |to: Items| {
            let mut set = with(&["finances_access", "records_create_access"]);
            set.set(desks.index(), Some(Value::Items(to)));
            set
        };
        let one = || limited(Items::only(vec![Item::Id(7)]));
        let of = |set: RightSet, people: &[usize]| Sample {
            role: VendorRoleSlug::new("worker"),
            set,
            weight: u32::try_from(people.len()).unwrap(),
            people: people.iter().copied().collect(),
        };
        let mined = |samples: &[Sample]| mine(catalog, Kind::Altegio, samples, &[], Roles::Compact);
        let mut samples = vec![of(limited(Items::All), &[0, 1, 2]), of(one(), &[3])];
        samples.sort();
        let found = mined(&samples);
        assert_eq!(found.centers.len(), 2);
        for (sample, (at, difference)) in samples.iter().zip(&found.fits) {
            assert_eq!(difference.len(), 0);
            assert_eq!(found.centers[*at].set, sample.set);
        }
        // One who has more than most carries that alone.
        let mut samples = vec![of(limited(Items::All), &[0]), of(one(), &[1, 2, 3])];
        samples.sort();
        let found = mined(&samples);
        assert_eq!(found.centers.len(), 1);
        assert_eq!(found.centers[0].set, one());
    }
}
