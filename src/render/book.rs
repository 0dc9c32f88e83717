//! A rule of the project as people read it, from the short form in which a plan and the journal keep it.
//!
//! Not what is compared: that is `policy`'s. Invariant: what is not understood is shown as it is kept, and never left out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words;

/// The value of a rule that is kept under a path such as `approval removals people:anna`.
pub(super) fn value(path: &str, value: &str, zone: &TimeZone) -> String {
    let sort = path.split(' ').next().unwrap_or_default();
    let told = match sort {
        "approval" => approval(value, zone),
        "waiver" => end(value, zone),
        "limits" => limit(value),
        "policy" => demand(value),
        _ => None,
    };
    told.unwrap_or_else(|| value.to_owned())
}

/// `3 2026-12-06T00:00:00Z`: for how many, and until when.
fn approval(value: &str, zone: &TimeZone) -> Option<String> {
    let (most, until) = value.split_once(' ')?;
    let end = end(until, zone)?;
    Some(match most {
        "any" => format!("for any number, {end}"),
        most => format!("for at most {most}, {end}"),
    })
}

fn end(value: &str, zone: &TimeZone) -> Option<String> {
    if value == "for-good" {
        return Some("for good".to_owned());
    }
    let at: Timestamp = value.parse().ok()?;
    Some(format!("until {}", words::until(at, zone)))
}

/// `10 20%`: the most people, and the most of all.
fn limit(value: &str) -> Option<String> {
    let (count, share) = value.split_once(' ')?;
    Some(match (count, share) {
        ("none", "none") => "no limit".to_owned(),
        (count, "none") => format!("at most {count}"),
        ("none", share) => format!("at most {share}"),
        (count, share) => format!("at most {count}, and at most {share}"),
    })
}

/// `holders location 2 settings_users_access`: what a policy demands.
fn demand(value: &str) -> Option<String> {
    let (kind, rest) = value.split_once(' ')?;
    let (first, rest) = rest.split_once(' ')?;
    Some(match kind {
        "expiry" => format!("{}: for at most {rest} days", first.replacen(':', " ", 1)),
        "holders" => {
            let (least, right) = rest.split_once(' ')?;
            format!("at least {least} with {right} in each {first}")
        }
        "separation" => format!(
            "nobody has two of {} in one {first}",
            rest.split(' ').collect::<Vec<_>>().join(", ")
        ),
        "only" => {
            let (right, people) = rest.split_once(' ').unwrap_or((rest, ""));
            let what = match (first, right) {
                ("-", right) => right.to_owned(),
                (role, "-") => format!("the role {role}"),
                (role, right) => format!("the role {role} or {right}"),
            };
            let people = people.split(' ').filter(|it| !it.is_empty());
            let people: Vec<&str> = people.collect();
            match people[..] {
                [] => format!("nobody has {what}"),
                _ => format!("only {} may have {what}", people.join(", ")),
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_as_the_files_have_them() {
        let zone = TimeZone::get("Europe/Riga").unwrap();
        let told = |path, text| value(path, text, &zone);
        for (path, text, words) in [
            (
                "approval removals people:anna",
                "any 2026-12-05T22:00:00Z",
                "for any number, until 2026-12-05",
            ),
            (
                "approval messages",
                "3 2026-12-05T10:30:00Z",
                "for at most 3, until 2026-12-05 12:30",
            ),
            ("approval drift", "any for-good", "for any number, for good"),
            (
                "waiver cash-duties ilze",
                "2027-01-01T22:00:00Z",
                "until 2027-01-01",
            ),
            ("limits removals", "10 20%", "at most 10, and at most 20%"),
            ("limits messages", "none none", "no limit"),
            ("limits messages", "20 none", "at most 20"),
            (
                "policy two-managers",
                "holders location 2 settings_users_access",
                "at least 2 with settings_users_access in each location",
            ),
            (
                "policy cash-duties",
                "separation location a b",
                "nobody has two of a, b in one location",
            ),
            (
                "policy owners",
                "only owner - ilze.owner",
                "only ilze.owner may have the role owner",
            ),
            (
                "policy trainees",
                "expiry class:trainee 90",
                "class trainee: for at most 90 days",
            ),
            // What is not understood stays.
            ("approval removals", "soon", "soon"),
            ("policy x", "later than this", "later than this"),
            ("quiet", "20:00-09:00", "20:00-09:00"),
        ] {
            assert_eq!(told(path, text), words, "{path}");
        }
    }
}
