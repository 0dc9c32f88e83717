//! A report as a page and as Markdown: what it says, and that words from outside say nothing.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::journal::RightValue;
use crate::report::tests::year::year;
use crate::report::wire::{Manual, Right, Step};
use crate::report::{Past, tests};

fn report() -> Report {
    tests::of(&year(), "2025-12-31", "2026-12-31", &Past::default())
}

/// A report in which everything that comes from outside is this.
fn hostile(text: &str) -> Report {
    let mut report = report();
    let it = || text.to_owned();
    for run in &mut report.runs {
        run.actor = Some(it());
        run.author = Some(it());
        run.command = it();
        run.approvers = vec![it()];
    }
    for lock in &mut report.lockouts {
        lock.because = it();
        lock.person = it();
    }
    for leaver in &mut report.leavers {
        leaver.person = it();
    }
    for loosened in &mut report.loosened {
        loosened.rule = it();
        loosened.before = Some(it());
    }
    for stranger in &mut report.strangers {
        stranger.account = it();
        stranger.locations = vec![it()];
    }
    for step in &mut report.steps {
        step.account = Some(it());
        step.person = Some(it());
        step.given.insert(it(), Some(RightValue::Text(it())));
        step.role_after = Some(it());
    }
    for drift in &mut report.drift {
        drift.given = vec![it()];
        drift.role = Some(it());
    }
    let right = Right {
        title: it(),
        sensitive: Some(it()),
    };
    report.rights.insert(it(), right);
    report.people.insert(it(), it());
    report.people.insert("jana".to_owned(), it());
    for rule in report.policies.rules.iter_mut().flatten() {
        rule.demand = it();
    }
    report
}

#[test]
fn the_page_asks_for_nothing_and_forbids_everything() {
    let page = html(&report());
    for word in [
        "<script",
        "http://",
        "https://",
        "javascript",
        " src=",
        "style=",
        "@import",
        "url(",
    ] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page.matches("<svg").count(), 2);
    assert!(page.contains("dace"));
    for proof in PROOF {
        assert!(page.contains(proof));
    }
}

#[test]
fn the_markdown_says_first_what_somebody_must_act_on() {
    let text = markdown(&report());
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(place("## What is not known") < place("## Leavers (3)"));
    assert!(place("**!** dace") < place("| boris"));
    assert!(place("still has access") < place("## Runs (15)"));
    assert!(text.contains("| 2026-03-01 10:05 | 10 h 5 min |"), "{text}");
    assert!(
        text.contains("From leaving to verified removal: median 1 d 5 h, worst 2 d, of 2."),
        "{text}"
    );
}

#[test]
fn the_year_as_it_is_read() {
    let report = report();
    snapbox::assert_data_eq!(markdown(&report), snapbox::file!["fixture/year.md"].raw());
    snapbox::assert_data_eq!(html(&report), snapbox::file!["fixture/year.html"].raw());
    let plain = text(&report, Layout::PLAIN);
    snapbox::assert_data_eq!(&plain, snapbox::file!["fixture/year.txt"].raw());
}

#[test]
fn the_text_fits_wherever_it_is_read() {
    let report = report();
    for width in [40, 60, 80, 120] {
        let layout = Layout {
            width,
            color: false,
        };
        let text = text(&report, layout);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        // No part is missing, and none of the words of another format is in it.
        for part in tell::tell(&report).parts {
            assert!(text.contains(part.title), "{}", part.title);
        }
        assert!(!text.contains('\\') && !text.contains("<!--") && !text.contains('|'));
        let color = Layout {
            color: true,
            ..layout
        };
        let color = self::text(&report, color);
        assert_eq!(anstream::adapter::strip_str(&color).to_string(), text);
    }
}

#[test]
fn a_long_table_is_counted_in_the_text() {
    let mut report = report();
    let joiner = report.joiners[0].clone();
    report.joiners = vec![joiner; 77];
    let text = text(&report, Layout::PLAIN);
    let (_, joiners) = text.split_once("Joiners (77)").unwrap();
    assert!(joiners.contains("27 more, which `--format html=FILE` and `json=FILE` have"));
}

#[test]
fn a_long_table_says_what_it_leaves_out() {
    let mut report = report();
    let step = report.steps[0].clone();
    report.steps = (0..777)
        .map(|run| Step {
            run,
            ..step.clone()
        })
        .collect();
    let text = markdown(&report);
    assert!(text.contains("277 more rows are left out here"));
    assert_eq!(html(&report).matches("not-visible-yet").count(), 777);
}

#[test]
fn a_long_part_is_folded_and_equal_steps_are_one_row() {
    let mut report = report();
    let step = Step {
        person: Some("anna".to_owned()),
        ..report.steps[0].clone()
    };
    let slugs: Vec<String> = (0..50).map(|nth| format!("right-{nth}")).collect();
    let sensitive = Right {
        title: "delete everything".to_owned(),
        sensitive: Some("deletion".to_owned()),
    };
    report.rights.insert("right-30".to_owned(), sensitive);
    report.people.insert("p1".to_owned(), "Pēteris".to_owned());
    let many = (0..1000).map(|nth| Step {
        person: Some(format!("p{}", nth / 2)),
        location: format!("mall-{}", nth % 2),
        given: slugs.iter().map(|slug| (slug.clone(), None)).collect(),
        ..step.clone()
    });
    report.steps = many.collect();
    let page = html(&report);
    let (_, steps) = page
        .split_once("Steps by call (1000)</h2></summary>")
        .unwrap();
    let (steps, _) = steps.split_once("</section>").unwrap();
    assert_eq!(steps.matches("<tr ").count(), 2);
    assert!(steps.contains("<summary>500 people</summary>"), "{steps}");
    // Who it was, and what is worth knowing of what they got, first.
    assert!(steps.contains("<bdi>Pēteris</bdi> (<bdi>p1</bdi>)"));
    assert!(steps.contains("<summary>gets <bdi>delete everything</bdi> [<bdi>deletion</bdi>] and 49 more rights</summary>"), "{steps}");
    assert!(steps.contains("mall-0, mall-1"));
    // What stands in the row is told once.
    assert_eq!(steps.matches("delete everything").count(), 1, "{steps}");
    assert_eq!(markdown(&report).matches("delete everything").count(), 1);
    assert!(page.contains("<details open>\n<summary><h2 id=\"h17\">Steps by call"));

    report.steps = (0..60)
        .map(|run| Step {
            run,
            ..step.clone()
        })
        .collect();
    let page = html(&report);
    assert!(
        page.contains("<details>\n<summary><h2 id=\"h17\">Steps by call"),
        "60 rows"
    );
    // Of a long list what somebody must act on stays in sight.
    let joiner = report.joiners[0].clone();
    report.joiners = vec![joiner; 60];
    let manual = report.manual[0].clone();
    report.manual.extend(vec![
        Manual {
            ended: Some(report.to.clone()),
            ..manual
        };
        60
    ]);
    let page = html(&report);
    assert!(page.contains("<summary>60 rows</summary>"));
    assert!(
        page.contains("<summary>61 more rows</summary>"),
        "{}",
        report.manual.len()
    );
    let text = markdown(&report);
    assert!(text.len() < 200_000);
}

#[test]
fn what_is_not_known_is_not_told_as_access() {
    let mut report = report();
    assert!(markdown(&report).contains("1 of those who left still has access."));
    for cut in report.leavers.iter_mut().flat_map(|it| &mut it.places) {
        cut.open = cut.at.is_none().then(|| "not-known".to_owned());
    }
    report.leaver_times.seen = 0;
    let text = markdown(&report);
    assert!(
        text.contains(
            "0 of those who left still have access, the access of 1 is not known to be gone."
        ),
        "{text}"
    );
    assert!(!text.contains("| still has access |"), "{text}");
    for cut in report.leavers.iter_mut().flat_map(|it| &mut it.places) {
        cut.open = cut.at.is_none().then(|| "said".to_owned());
    }
    report.leaver_times.said = 1;
    let text = markdown(&report);
    assert!(
        text.contains("said to be gone, not in the journal yet"),
        "{text}"
    );
    assert!(
        text.contains("of 1 statements say that all of it is gone"),
        "{text}"
    );
    // A clock or a merge that came after it.
    let leaver = report.leavers.last_mut().unwrap();
    leaver.merged = Some("2026-12-01T00:00:00Z".to_owned());
    leaver.after_merge = None;
    assert!(markdown(&report).contains("cut off before the merge, or clocks disagree"));
}

#[test]
fn policies_are_named_and_none_is_said_to_be_none() {
    let mut report = report();
    let text = markdown(&report);
    assert!(
        text.contains("| **!** two | broken | holders | live |"),
        "{text}"
    );
    report.policies.findings.clear();
    report.policies.rules.as_mut().unwrap()[0].state = "held".to_owned();
    assert!(markdown(&report).contains("| two | held | holders |"));
    report.policies.rules = Some(Vec::new());
    assert!(markdown(&report).contains("There are no policies."));
    report.policies.rules = None;
    assert!(markdown(&report).contains("Which policies there were is not known"));
}

#[test]
fn drift_says_what_it_was() {
    let mut report = report();
    let drift = &mut report.drift[0];
    drift.answer = Some("set-rights".to_owned());
    drift.given = vec!["plain".to_owned(), "records_delete_access".to_owned()];
    drift.taken = vec!["other".to_owned()];
    let right = Right {
        title: "delete appointments".to_owned(),
        sensitive: Some("deletion".to_owned()),
    };
    report
        .rights
        .insert("records_delete_access".to_owned(), right);
    let text = markdown(&report);
    assert!(
        text.contains(
            "has more: delete appointments \\[<!-- -->deletion\\], plain; has less: other"
        ),
        "{text}"
    );
    report.drift[0].answer = Some("remove".to_owned());
    let text = markdown(&report);
    assert!(
        text.contains("access that no line gives; has more: delete appointments"),
        "{text}"
    );
}

#[test]
fn an_approval_of_a_list_is_told_with_the_list() {
    let mut report = report();
    let list = crate::report::wire::Believed {
        run: 59,
        at: "2026-09-01T12:00:00Z".to_owned(),
        system: "salons".to_owned(),
        location: "riga-east".to_owned(),
    };
    report.approvals[0].let_through.clear();
    report.approvals[0].lists = vec![list];
    let text = markdown(&report);
    assert!(
        text.contains("| 1 list that shrank (the list of salons riga-east was believed, run 59) |"),
        "{text}"
    );
}

#[test]
fn the_pictures_say_in_words_what_they_show() {
    let report = report();
    let changes = picture_of_changes(&report);
    assert!(
        changes.contains(
            "10 changes from 2025-12-31 14:00 to 2026-12-31 14:00; the most in one bar are 2."
        ),
        "{changes}"
    );
    let leavers = picture_of_leavers(&report);
    assert!(leavers.contains("<desc id=\"leavers-about\">People by time. ≤ 1 day: 1; ≤ 3 days: 1; not gone: 1.</desc>"), "{leavers}");
    let empty = tests::of(&year(), "2026-03-15", "2026-04-15", &Past::default());
    assert_eq!(picture_of_changes(&empty), "");
    assert_eq!(picture_of_leavers(&empty), "");
}

#[test]
fn time_is_said_as_people_say_it() {
    for (seconds, said) in [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (36_300, "10 h 5 min"),
        (86_400, "1 d"),
        (i64::MAX, "106751991167300 d 15 h"),
    ] {
        assert_eq!(lasting(seconds), said);
    }
}

/// The tags of a page, in order.
fn tags(page: &str) -> Vec<&str> {
    page.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .collect()
}

/// Columns of each line of a Markdown table; none of other lines.
fn columns(text: &str) -> Vec<Option<usize>> {
    let bars = |line: &str| {
        let mut escaped = false;
        let mut bars = 0;
        for c in line.chars() {
            bars += usize::from(c == '|' && !escaped);
            escaped = c == '\\' && !escaped;
        }
        bars
    };
    text.lines()
        .map(|line| line.starts_with('|').then(|| bars(line)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn words_from_outside_mean_nothing(
        text in "(<script>|\\]\\(x\\)|\\|\\||`|\\\\|&lt;|@a|=1|\u{202e}|\u{1b}\\[31m|\n|\"'|</bdi>|-->|[a-zа-я]| ){1,12}"
    ) {
        let (plain, hostile) = (hostile("x"), hostile(&text));
        let (calm, page) = (html(&plain), html(&hostile));
        prop_assert_eq!(tags(&calm), tags(&page));
        prop_assert_eq!(columns(&markdown(&plain)), columns(&markdown(&hostile)));
        prop_assert!(!page.chars().any(|c| c != '\n' && crate::render::escape::is_hostile(c)));
        let lines = self::text(&hostile, Layout::PLAIN);
        prop_assert!(!lines.chars().any(|c| c != '\n' && crate::render::escape::is_hostile(c)));
        prop_assert!(lines.lines().all(|line| line.width() <= 80));
        // What is shown is what was said, character by character.
        let shown = escape_back(&page);
        let wanted = crate::render::escape::terminal_long(&text).into_owned();
        let wanted = format!("<bdi>{wanted}</bdi>");
        prop_assert!(shown.contains(&wanted), "{wanted}");
    }
}

fn escape_back(page: &str) -> String {
    page.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
