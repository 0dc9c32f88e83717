//! Which line of YAML is credited with what: a role edited in many lines, of which one gives money and one took deletion.

use super::large::{as_github, as_gitlab, as_text, edited, framed, settings};
use super::*;
use crate::plan::wire::to_json;
use crate::render::table;

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
";

/// In the order of the catalogue the calendar comes first, and money late.
const BEFORE: &[&str] = &["records_delete_access: allow"];
const AFTER: &[&str] = &[
    "timetable_transferring_record_access: allow",
    "timetable_phones_access: allow",
    "timetable_statistics_access: allow",
    "records_create_access: allow",
    "records_edit_access: allow",
    "clients_access: allow",
    "finances_access: allow",
    "finances_transactions_access: allow",
    "finances_transactions_create_access: allow",
];

fn entries(rights: &[&str]) -> String {
    let mut text = String::from(PLACES);
    for right in rights {
        text.push_str(&format!("        {right}\n"));
    }
    text.push_str("people:\n");
    for nth in 0..4 {
        text.push_str(&format!(
            "  p{nth}: {{ name: Person {nth}, email: p{nth}@chain.example, access: [ {{ role: floor, at: [l0, l1] }} ] }}\n"
        ));
    }
    text
}

fn plan() -> Plan {
    edited(&settings(""), &entries(BEFORE), &entries(AFTER), |_| ()).0
}

/// Of whom a text of the files is said in annotations.
fn line_of(text: &str) -> usize {
    let entries = entries(AFTER);
    let at = entries.lines().position(|line| line.trim() == text);
    at.unwrap() + 1
}

fn annotation(line: usize) -> String {
    let all: serde_json::Value = serde_json::from_str(&as_gitlab(&plan())).unwrap();
    let of = |it: &&serde_json::Value| it["location"]["lines"]["begin"] == line;
    let found = all.as_array().unwrap().iter().find(of);
    let found = found.unwrap_or_else(|| panic!("no annotation of line {line} in {all}"));
    found["description"].as_str().unwrap().to_owned()
}

#[test]
fn a_line_is_credited_with_what_it_decided() {
    assert_eq!(
        annotation(line_of("finances_transactions_create_access: allow")),
        "this line touches 4 people in 2 locations; 4 gain money rights"
    );
    assert_eq!(
        annotation(line_of("timetable_statistics_access: allow")),
        "this line touches 4 people in 2 locations"
    );
    assert_eq!(
        annotation(line_of("unlisted: deny")),
        "this line touches 4 people in 2 locations; 4 lose rights"
    );
    // An assignment is behind all of it.
    let own = entries(AFTER);
    let own = own
        .lines()
        .position(|line| line.contains("Person 2"))
        .unwrap()
        + 1;
    assert_eq!(
        annotation(own),
        "this line touches 1 person in 2 locations; 1 loses rights; 1 gains money rights; 1 gains client data rights"
    );
}

#[test]
fn every_line_that_decided_is_behind_a_step_the_sensitive_first() {
    let plan = plan();
    assert_eq!(plan.draft.steps.len(), 8);
    for step in &plan.draft.steps {
        let lines: Vec<&str> = step
            .because
            .iter()
            .map(|because| match because {
                Because::Line(origin) => &*origin.text,
                Because::Rule(rule) => &**rule,
            })
            .collect();
        assert!(lines[0].contains("role: floor"), "{lines:?}");
        assert_eq!(lines[1], "unlisted: deny", "{lines:?}");
        assert!(lines[2].starts_with("finances_transactions_"), "{lines:?}");
        for right in AFTER {
            assert!(lines.contains(right), "{right} in {lines:?}");
        }
    }
}

#[test]
fn the_contract_names_the_rights_that_a_line_decided() {
    let json = to_json(&plan(), Catalog::current());
    let because = json["steps"][0]["because"].as_array().unwrap();
    let of = |text: &str| because.iter().find(|it| it["text"] == text).unwrap();
    assert_eq!(
        of("finances_transactions_create_access: allow")["rights"],
        serde_json::json!(["finances_transactions_create_access"])
    );
    assert_eq!(because[0].get("rights"), None, "{}", because[0]);
}

#[test]
fn the_first_lines_are_written_and_the_others_named() {
    let plan = plan();
    let shown = as_text(&plan, 80);
    assert!(shown.contains("unlisted: deny"), "{shown}");
    assert!(
        shown.contains("finances_transactions_create_access: allow"),
        "{shown}"
    );
    assert!(shown.contains("people.yaml: lines 14-18, 21-24"), "{shown}");
    assert!(!shown.contains("finances_access: allow"), "{shown}");
    let table = framed(|frame| table::write(&plan, frame, |_| None));
    let last = line_of("timetable_statistics_access: allow");
    assert!(table.contains(&format!("people.yaml:{last}")), "{table}");
}

#[test]
fn what_gives_the_most_dangerous_is_annotated_first() {
    let all = as_github(&plan());
    let notices: Vec<&str> = all
        .lines()
        .filter(|it| it.starts_with("::notice "))
        .collect();
    let begins = |nth: usize, text: &str| {
        let begin = format!("::notice file=shops/people.yaml,line={},", line_of(text));
        assert!(notices[nth].starts_with(&begin), "{all}");
    };
    // What takes from many, what gives many money, what gives them phones; then each one's own line.
    begins(0, "unlisted: deny");
    begins(1, "finances_transactions_create_access: allow");
    begins(2, "timetable_phones_access: allow");
    assert!(notices[3].contains("this line touches 1 person"), "{all}");
}

/// The lines of a text, each without its indent.
fn told(plan: &Plan) -> String {
    let shown = as_text(plan, 200);
    shown.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_vendor_role_that_is_lost_is_named() {
    let with = |role: &str| entries(BEFORE).replace("role: worker", &format!("role: {role}"));
    let plan = edited(&settings(""), &with("manager"), &with("accountant"), |_| ()).0;
    let shown = told(&plan);
    assert!(
        shown.contains("the vendor role manager, which accountant does not include\n"),
        "{shown}"
    );
    // A heavier role has all that a lighter one has.
    let plan = edited(&settings(""), &with("worker"), &with("manager"), |_| ()).0;
    let shown = told(&plan);
    assert!(shown.contains("worker → manager"), "{shown}");
    assert!(!shown.contains("loses "), "{shown}");
}

#[test]
fn whoever_may_sign_in_from_anywhere_is_watched_less() {
    let limited = [
        "records_create_access: allow",
        "auth_list_allowed_ip: \"10.0.0.1\"",
    ];
    let free = [
        "records_create_access: allow",
        "records_edit_access: allow",
        "records_edit_last_days_count: 3",
    ];
    let plan = edited(&settings(""), &entries(&limited), &entries(&free), |_| ()).0;
    let shown = told(&plan);
    let begin =
        "changes  [security] limit sign-in to the listed IP addresses: limited → not limited";
    assert!(shown.contains(begin), "{shown}");
    let github = as_github(&plan);
    assert!(github.contains("gain security rights"), "{github}");
}

#[test]
fn without_an_earlier_apply_nobody_is_said_to_have_changed_anything() {
    let mut plan = edited(&settings(""), &entries(BEFORE), &entries(AFTER), |_| ()).0;
    plan.draft.steps.truncate(1);
    let step = &mut plan.draft.steps[0];
    step.reason = Reason::Drift;
    let drift = Drift {
        person: step.person.clone(),
        system: step.system.clone(),
        place: step.place.clone(),
        account: step.account.clone().unwrap(),
        step: Some(step.id.clone()),
        what: format!("has access at {}, which no line gives", step.place),
        is_change: false,
    };
    plan.draft.drift.push(drift);
    let shown = told(&plan);
    assert!(
        shown.contains("Person 0  p0  access that no line gives\n"),
        "{shown}"
    );
    let section = "Access that no line gives\nPerson 0  p0  at Rīga Mall: has access there, which no line gives\n";
    assert!(shown.contains(section), "{shown}");
    assert!(!shown.contains("by hand"), "{shown}");
    plan.draft.drift[0].is_change = true;
    let shown = told(&plan);
    assert!(
        shown.contains("Person 0  p0  changed by hand at the vendor\n"),
        "{shown}"
    );
    assert!(
        shown.contains("Changed by hand since the last apply\n"),
        "{shown}"
    );
}
