//! The team member (the calendar) that an account is linked to, named with the edit that needs it.
//!
//! Whether the vendor has such a team member nobody asks here: the plan does. Invariant: a name is written for a place only
//! where it is clear which one is meant.

use super::entry::{known_place, unknown};
use super::{NotMade, Places};
use crate::config::edit::Yaml;
use crate::diagnostic::nearest;
use crate::model::{GrantState, One, PersonKey, StaffWish, Value};
use crate::ops::project::Project;
use crate::render::swing::Stretch;

/// A team member as the command line names them: `NAME`, `PLACE=NAME` or `SYSTEM:PLACE=NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The system; the only one that can be meant where none is given.
    pub system: Option<String>,
    /// The location; all of the line's where none is given.
    pub place: Option<String>,
    /// The name, the vendor's number, or `none`.
    pub member: String,
}

impl Staff {
    /// What somebody typed; none where nobody is named.
    pub fn parse(text: &str) -> Option<Self> {
        let (place, member) = match text.split_once('=') {
            Some((place, member)) => (Some(place.trim()), member.trim()),
            None => (None, text.trim()),
        };
        let (system, place) = match place.and_then(|it| it.split_once(':')) {
            Some((system, place)) => (Some(system), Some(place)),
            None => (None, place),
        };
        let own = |text: Option<&str>| text.map(str::to_owned);
        let is_whole = !member.is_empty() && place != Some("") && system != Some("");
        is_whole.then(|| Self {
            system: own(system),
            place: own(place),
            member: member.to_owned(),
        })
    }

    fn value(&self) -> Yaml {
        let is_number = self.member.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            Yaml::Plain(self.member.clone())
        } else {
            self.member.as_str().into()
        }
    }
}

/// The keys of the locations that are meant by places.
pub(super) fn keys(project: &Project, places: &Places) -> Vec<String> {
    let all = project.loaded.project.entries.locations.iter();
    let has = |location: &crate::config::raw::Location, name: &str, value: &str| {
        let mut tags = location.tags.iter();
        tags.any(|(tag, it)| *tag.value == *name && *it.value == *value)
    };
    match places {
        Places::Keys(keys) => keys.clone(),
        Places::All => all.map(|it| it.key.value.to_string()).collect(),
        Places::Tags(tags) => all
            .filter(|it| tags.iter().all(|(name, value)| has(it, name, value)))
            .map(|it| it.key.value.to_string())
            .collect(),
    }
}

/// Where each team member is written: system, location and the value.
pub(super) fn pins(
    project: &Project,
    staff: &[Staff],
    places: &[String],
) -> Result<Vec<(String, String, Yaml)>, NotMade> {
    let mut found: Vec<(String, String, Yaml)> = Vec::new();
    for it in staff {
        if let Some(place) = &it.place {
            known_place(project, place)?;
        } else if places.is_empty() {
            return Err(NotMade::new(format!(
                "it is not said where `{}` is the team member",
                it.member
            ))
            .help("`--staff LOCATION=NAME`, or `--at`"));
        }
        let named: Vec<String> = it.place.iter().cloned().collect();
        for place in if named.is_empty() { places } else { &named } {
            let system = system(project, it, place)?;
            found.retain(|(known, at, _)| (known, at) != (&system, place));
            found.push((system, place.clone(), it.value()));
        }
    }
    Ok(found)
}

/// The system in which somebody is a team member at a place.
fn system(project: &Project, staff: &Staff, place: &str) -> Result<String, NotMade> {
    let settings = &project.loaded.project.settings;
    if let Some(system) = &staff.system {
        let names = || settings.systems.iter().map(|it| &*it.name.value);
        return if names().any(|it| it == system) {
            Ok(system.clone())
        } else {
            Err(unknown("no system", system, nearest(system, names())))
        };
    }
    let locations = project.loaded.project.entries.locations.iter();
    let within = locations
        .filter(|it| *it.key.value == *place)
        .flat_map(|it| &it.within);
    let links = |name: &str| {
        let mut systems = settings.systems.iter();
        systems.any(|it| *it.name.value == *name && it.kind.value.has_rights())
    };
    let systems: Vec<&str> = within
        .map(|it| &*it.system.value)
        .filter(|it| links(it))
        .collect();
    match systems.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(NotMade::new(format!(
            "`{place}` is in no system in which accounts are linked to team members"
        ))
        .help("`--staff SYSTEM:LOCATION=NAME` says which is meant")),
        [first, ..] => Err(NotMade::new(format!(
            "`{place}` is in {}: `{}` may be the team member in each",
            systems.join(" and "),
            staff.member
        ))
        .help(format!(
            "such as `--staff \"{first}:{place}={}\"`",
            staff.member
        ))),
    }
}

/// `accounts` with team members and nothing else.
pub(super) fn accounts(pins: &[(String, String, Yaml)]) -> Option<Yaml> {
    let mut systems: Vec<(String, Vec<(String, Yaml)>)> = Vec::new();
    for (system, place, value) in pins {
        let pair = (place.clone(), value.clone());
        match systems.iter_mut().find(|(known, _)| known == system) {
            Some((_, places)) => places.push(pair),
            None => systems.push((system.clone(), vec![pair])),
        }
    }
    let systems = systems
        .into_iter()
        .map(|(system, places)| (system, Yaml::pair("staff", Yaml::Map(places))));
    (!pins.is_empty()).then(|| Yaml::Map(systems.collect()))
}

/// What is to be said where a role says `self` at a new place and nobody says who that is.
pub(super) fn unsaid(project: &Project, key: &PersonKey, stretches: &[Stretch]) -> Vec<String> {
    let mut notes = Vec::new();
    for stretch in stretches {
        let of = |side: &crate::render::swing::Side| {
            let person = side.desired.people.get(key);
            person.map_or_else(Vec::new, |it| {
                let mut grants = it.grants.clone();
                grants.retain(|it| it.state != GrantState::Absent);
                grants
            })
        };
        let before = of(&stretch.before);
        for grant in of(&stretch.after) {
            let is_self = |value: &Value| *value == Value::One(One::Myself);
            let is_new = !before
                .iter()
                .any(|it| (&it.system, &it.place) == (&grant.system, &grant.place));
            let needs = grant.rights.iter().any(|(_, value)| is_self(value));
            if !is_new || !needs || grant.staff != StaffWish::Keep {
                continue;
            }
            let Some(place) = grant.place.location() else {
                continue;
            };
            let title = project.desired.places.get(place);
            let title = title.map_or_else(|| place.to_string(), |it| it.title.to_string());
            let note = format!(
                "the role says `self` of {} at {title}: `--staff NAME` names their team member there, else the plan holds it until an account or `accounts` says who that is",
                grant.system
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_member_is_named_alone_or_at_a_place() {
        let parsed = |text: &str| Staff::parse(text).map(|it| (it.system, it.place, it.member));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parsed("Jana B."), Some((None, None, "Jana B.".to_owned())));
        assert_eq!(
            parsed("mall = Jana: B."),
            Some((None, some("mall"), "Jana: B.".to_owned()))
        );
        assert_eq!(
            parsed("salons:mall=7"),
            Some((some("salons"), some("mall"), "7".to_owned()))
        );
        for nobody in ["", "mall=", "=x", ":mall=x", "salons:=x"] {
            assert_eq!(parsed(nobody), None, "{nobody}");
        }
    }
}
