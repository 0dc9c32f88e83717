//! The plan of a large change within the characters that a comment may have: what is shortened, and that it says so.

use super::large::{MARKER, as_markdown, chain_plan, plain, today};
use super::*;

/// A plan in which each name is known by its form.
fn numbered() -> Plan {
    let name = |nth| format!("Name{nth:03}x");
    chain_plan("", name, |nth| format!("Place{nth:02}x")).0
}

/// The names in a text, with what it says of more.
fn names(text: &str) -> usize {
    text.matches("Name").count()
}

fn number(text: &str) -> usize {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The entries that a shortened page leaves out, as it says itself.
fn left_out(page: &str) -> usize {
    let counts = page
        .lines()
        .filter(|line| line.ends_with(" left out here."));
    counts.map(number).sum()
}

/// Entries that are shown and that are counted.
fn entries(page: &str) -> usize {
    let page = page.replace("<b>Shortened</b>", "");
    page.matches("\n\n<b>").count() + left_out(&page)
}

#[test]
fn a_budget_is_kept_and_what_it_costs_is_said() {
    let plan = today();
    let whole = as_markdown(&plan, usize::MAX);
    assert!(!whole.contains("left out"), "{whole}");
    assert!(!whole.contains("Left out"), "{whole}");
    let length = whole.chars().count();
    for budget in [
        length,
        length - 1,
        20_000,
        12_000,
        6_000,
        3_000,
        2_000,
        1_200,
        400,
        20,
        0,
    ] {
        let page = as_markdown(&plan, budget);
        assert!(
            page.chars().count() <= budget,
            "{budget}: {}",
            page.chars().count()
        );
        if budget >= length {
            assert_eq!(page, whole);
        } else if budget >= 2_000 {
            assert!(page.starts_with(&format!("<!-- {MARKER} -->\n")));
            assert!(page.contains("<b>Shortened</b>"), "{page}");
            assert_eq!(
                page.matches("<details>").count(),
                page.matches("</details>").count()
            );
            assert_eq!(
                page.matches("\n### ").count(),
                whole.matches("\n### ").count()
            );
            assert_eq!(entries(&page), entries(&whole), "{page}");
        }
    }
}

#[test]
fn no_more_is_left_out_than_has_to_be() {
    let plan = today();
    let length = as_markdown(&plan, usize::MAX).chars().count();
    for budget in [length - 1, length - 500, length - 2_000, 4_000] {
        let page = as_markdown(&plan, budget).chars().count();
        assert!(page + 1_000 >= budget, "{page} of {budget}");
    }
    // The last reasons go first, and no name with them.
    let page = as_markdown(&numbered(), length - 1);
    assert!(page.contains("because:"), "{page}");
    assert!(!page.contains("more people"), "{page}");
}

#[test]
fn a_list_of_people_that_is_cut_counts_people() {
    let page = as_markdown(&numbered(), 5_000);
    let mut cut = 0;
    let mut people = 0;
    for line in page.lines() {
        if let Some(count) = line.strip_prefix("<b>") {
            people = number(count);
        }
        let Some(who) = line.strip_prefix("  - who: ") else {
            continue;
        };
        let more = who.rsplit_once(" and ").map_or(0, |(_, more)| number(more));
        cut += usize::from(more > 0);
        assert_eq!(names(who) + more, people, "{who}");
    }
    assert!(cut > 0, "{page}");
    assert!(
        page.contains("names and rights at the end of long lists"),
        "{page}"
    );
}

#[test]
fn each_open_part_has_some_of_the_room() {
    let page = as_markdown(&numbered(), 4_000);
    let parts: Vec<&str> = page.split("\n### ").skip(1).collect();
    assert!(parts.len() >= 2, "{page}");
    let mut gone = 0;
    for part in parts {
        assert!(part.contains("\n- `"), "nothing of {part} in {page}");
        if let Some(line) = part.lines().find(|it| it.ends_with(" left out here.")) {
            assert!(line.contains(" people)"), "{line}");
            gone += 1;
        }
    }
    assert!(gone > 0, "{page}");
}

#[test]
fn at_the_least_totals_and_headings_are_there() {
    let plan = chain_plan("", plain, |nth| format!("Place{nth:02}x")).0;
    let whole = as_markdown(&plan, usize::MAX);
    let page = as_markdown(&plan, 600);
    assert!(page.starts_with(&format!("<!-- {MARKER} -->\n")));
    assert!(page.contains("does not fit into 600 characters"), "{page}");
    let totals = whole.lines().find(|line| line.contains("invitations"));
    assert!(page.contains(totals.unwrap()), "{page}");
    let headings = whole.lines().filter_map(|it| it.strip_prefix("### "));
    let mut count = 0;
    for heading in headings {
        assert!(page.contains(heading), "{heading} in {page}");
        count += 1;
    }
    assert!(count >= 2);
}
