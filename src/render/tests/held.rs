//! What is held for many people at once: told once, with titles and names, in each format that people read.

use super::large::{as_csv, as_github, as_gitlab, as_markdown, as_text, edited, settings};
use super::*;

const PLACES: &str = "\
locations:
  l0: { title: Rīga Mall, in: { salons: 100 } }
  l1: { title: Rīga Centrs, in: { salons: 101 } }
roles:
  floor:
    title: Floor
    salons:
      role: worker
      unlisted: deny
      rights:
        timetable_statistics_access: allow
";

fn entries(is_own: bool) -> String {
    let mut text = String::from(PLACES);
    if is_own {
        text.push_str("        timetable_staff_id: self\n");
    }
    text.push_str("people:\n");
    for nth in 0..6 {
        let at = if nth == 0 { "l1" } else { "l0, l1" };
        text.push_str(&format!(
            "  p{nth}: {{ name: Person {nth}, email: p{nth}@chain.example, access: [ {{ role: floor, at: [{at}] }} ] }}\n"
        ));
    }
    text
}

/// Nobody is linked to a team member, and the files say that each sees their own calendar.
fn plan() -> Plan {
    let name = |wanted: &mut Desired| {
        let jana = wanted.people.get_mut(&PersonKey::new("p3")).unwrap();
        jana.name = "Jana Bērziņa".into();
    };
    edited(&settings(""), &entries(false), &entries(true), name).0
}

#[test]
fn equal_holds_are_told_once_with_titles_and_names() {
    let plan = plan();
    assert_eq!(plan.draft.holds.len(), 11);
    let shown = as_text(&plan, 80);
    let told = "
Held back: 11
  6 people
    ! \"team member whose schedule is shown in the calendar\" of theirs there
      shall be `self`, and no team member is linked there  [not-there]
        who      Rīga Mall, Rīga Centrs: Person 1, Person 2, Jana Bērziņa,
                 Person 4, Person 5
                 Rīga Centrs: Person 0
        to do    name the team member: `accounts: { salons: { staff: { PLACE:
                 NAME } } }`
        because  people.yaml: lines 14-19
";
    assert!(shown.contains(told), "{shown}");
    let page = as_markdown(&plan, usize::MAX);
    assert_eq!(page.matches("not-there").count(), 1, "{page}");
    assert!(page.contains("shall be `self`"), "{page}");
    assert!(
        page.contains("`accounts: { salons: { staff: { PLACE: NAME } } }`"),
        "{page}"
    );
    for name in ["Person 0", "Jana Bērziņa"] {
        assert!(page.contains(name), "{page}");
    }
}

#[test]
fn github_shows_equal_holds_once_and_gitlab_each_on_its_line() {
    let all = as_github(&plan());
    let warnings: Vec<&str> = all
        .lines()
        .filter(|it| it.starts_with("::warning"))
        .collect();
    assert_eq!(warnings.len(), 1, "{all}");
    assert!(warnings[0].contains("::held back for 6 people: "), "{all}");
    let gitlab = as_gitlab(&plan());
    assert_eq!(gitlab.matches("held back: ").count(), 11, "{gitlab}");
    // A table is of steps, and none could be made.
    assert_eq!(as_csv(&plan()).lines().count(), 1);
}

#[test]
fn a_hold_of_one_is_told_with_title_name_and_place() {
    let mut plan = plan();
    let key = PersonKey::new("p3");
    let own = |hold: &Hold| hold.person.as_ref() == Some(&key);
    plan.draft.holds.retain(|it| own(it));
    plan.draft.holds.truncate(1);
    let shown = as_text(&plan, 80);
    let told = "
Held back: 1
  Jana Bērziņa  p3  at Rīga Mall
    ! \"team member whose schedule is shown in the calendar\" of Jana Bērziņa at
      Rīga Mall shall be `self`, and no team member is linked there  [not-there]
        to do    name the team member: `accounts: { salons: { staff: { l0: NAME
                 } } }`
";
    assert!(shown.contains(told), "{shown}");
}
