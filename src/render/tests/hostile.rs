//! Names that want to be something else, in every format, each read back by somebody else's parser.
//!
//! Invariants: what was no markup before is none after; no format has a control or a direction of its own from outside;
//! a name of ten thousand characters costs a line and not the page.

use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::large::{
    MARKER, as_colored, as_csv, as_github, as_gitlab, as_html, as_markdown, as_text, chain_plan,
    framed,
};
use super::*;
use crate::apply::{NotDone, Outcome, Outcomes};
use crate::render::applied::{self, Beside};
use crate::render::doc::Doc;
use crate::render::escape::{self, is_hostile};
use crate::render::{lines, markdown};

/// Texts that were found to do something somewhere.
const KNOWN: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]8;;https://evil.example\u{7}link",
    "a\u{202e}gnp.exe",
    "\u{2066}x\u{2069}",
    "# heading",
    "- [x] done",
    "1. one",
    "| a | b |",
    "**bold** _it_ `code` ~~gone~~",
    "[link](javascript:alert(1))",
    "![picture](https://evil.example/x.png)",
    "<script>alert(1)</script>",
    "</details></summary><h1>",
    "<!-- keyholder:plan:0123456789abcdef -->",
    "-->",
    "\"><img src=x onerror=alert(1)>",
    "&lt;b&gt; &#x41;",
    "@chain/owners @everyone",
    "fixes #1 GH-1 !2",
    "https://evil.example www.evil.example mail@evil.example",
    "=HYPERLINK(\"https://evil.example\")",
    "+1-1",
    "-2+3",
    "@SUM(A1)",
    "  =1+1",
    "\t=1+1",
    "＝1+1",
    "'=1",
    "a,b;c\"d",
    "::error::x",
    "::add-mask::x",
    "##[group]x",
    "##vso[task.setvariable variable=x]y",
    "a\nb",
    "a\r\n::stop-commands::x",
    "%0A::error::x",
    "$x$ $$y$$",
    "\u{e0041}\u{e0042}",
    "\u{feff}a\u{200b}b",
    "```\ncode\n```",
    "a\u{85}b\u{2028}c",
    "Żółć 花子 Ольга عمر",
    "",
    " ",
];

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(KNOWN).prop_map(str::to_owned),
        "(\\PC|[\\n\\r\\t\\x1b=+@:#%*_`<>|\\[\\]()!~$&'\"-]|::|\\u{202e}|<!--|-->|https://|www[.]|</b>|<br>){0,24}",
        (prop::sample::select(KNOWN), 1_usize..400).prop_map(|(text, times)| text
            .repeat(times)
            .chars()
            .take(10_000)
            .collect()),
    ]
}

/// A small plan in which every text from outside is the same.
fn plan_of(text: &str) -> Plan {
    let mut plan = small();
    let origin = crate::text::Origin {
        file: text.into(),
        line: 3,
        column: 1,
        text: text.into(),
    };
    for system in &mut plan.draft.systems {
        system.host = text.into();
    }
    for scope in &mut plan.draft.scopes {
        scope.title = text.into();
    }
    let now = plan.draft.as_of;
    for step in &mut plan.draft.steps {
        step.name = text.into();
        step.because = vec![Because::Line(origin.clone()), Because::Rule(text.into())];
        step.effects.push(Effect::Mail(text.into()));
        if let Some(hand) = &mut step.hand {
            hand.contradicted = Some(Said {
                by: text.into(),
                at: now,
            });
        }
        if let Mode::Manual(instruction) = &mut step.mode {
            instruction.link = Some(text.to_owned());
            for action in instruction
                .actions
                .iter_mut()
                .chain(&mut instruction.check_before)
            {
                action.text = text.to_owned();
                action.values = vec![Typed::text(text.to_owned(), text.to_owned())];
            }
        }
        for access in step.before.iter_mut().chain(step.after.iter_mut()) {
            access.role = Some(VendorRoleSlug::new(text));
            access.staff_name = Some(text.into());
        }
    }
    let step = plan.draft.steps[0].clone();
    plan.draft.holds.push(Hold {
        code: HoldCode::OverLimit,
        person: None,
        name: text.into(),
        system: Some(step.system.clone()),
        place: Some(step.place.clone()),
        message: text.to_owned(),
        help: text.to_owned(),
        approval: Some(text.to_owned()),
        because: step.because.clone(),
        step: Some(Box::new(step.clone())),
    });
    plan.draft.findings.push(Finding {
        policy: text.into(),
        side: FindingSide::Live,
        people: Vec::new(),
        rights: Vec::new(),
        system: None,
        place: None,
        message: text.to_owned(),
        help: text.to_owned(),
        because: step.because.clone(),
    });
    plan.draft.drift.push(Drift {
        person: None,
        system: step.system.clone(),
        place: step.place.clone(),
        account: AccountId::new(text),
        step: None,
        what: text.to_owned(),
        is_change: true,
    });
    plan.draft.strangers.push(Stranger {
        system: step.system.clone(),
        account: AccountId::new(text),
        name: text.into(),
        places: vec![(step.place.clone(), AccountState::Active)],
        remark: Some(text.to_owned()),
    });
    plan.draft.notes.push(Note {
        system: Some(step.system.clone()),
        place: Some(step.place),
        text: text.to_owned(),
    });
    plan
}

/// Five people of the chain, some alike, some not, and a leaver with steps by hand.
fn small() -> Plan {
    static PLAN: std::sync::OnceLock<Plan> = std::sync::OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let chain = chain_plan("", |nth| format!("P{nth}"), |nth| format!("L{nth}")).0;
        let people = ["p1", "p2", "p3", "p4", "p120"];
        let mut steps = chain.draft.steps;
        steps.retain(|step| {
            let key = step.person.as_ref().map_or("", |key| key.as_str());
            people.contains(&key)
        });
        let mut plan = leaver().plan();
        plan.draft.steps.extend(steps);
        plan.draft.scopes.extend(chain.draft.scopes);
        plan.draft.systems.extend(chain.draft.systems);
        plan
    });
    plan.clone()
}

fn alphanumeric(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a Markdown page does: its kinds of markup, its marked-up tags, its links, and all text that it shows.
#[derive(Debug, Default)]
struct Does {
    links: Vec<String>,
    tags: Vec<String>,
    comments: Vec<String>,
    markup: Vec<String>,
    text: String,
}

fn read_markdown(page: &str) -> Does {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH;
    let mut does = Does::default();
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                does.links.push(dest_url.to_string());
            }
            Event::Start(tag) => match tag {
                Tag::Paragraph
                | Tag::Item
                | Tag::List(None)
                | Tag::HtmlBlock
                | Tag::Heading { .. } => {}
                other => does.markup.push(format!("{other:?}")),
            },
            Event::Html(html) | Event::InlineHtml(html) => read_tags(&html, &mut does),
            Event::Text(text) => does.text.push_str(&text),
            Event::Code(_) | Event::SoftBreak | Event::End(_) => {}
            other => does.markup.push(format!("{other:?}")),
        }
    }
    does
}

fn read_tags(html: &str, does: &mut Does) {
    for Ok(token) in Tokenizer::new(html) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let known = ["b", "br", "details", "summary"].contains(&&*name);
                if !known || !tag.attributes.is_empty() {
                    does.tags.push(name);
                }
            }
            Token::Comment(text) => {
                does.comments
                    .push(String::from_utf8_lossy(&text).into_owned());
            }
            Token::Doctype(_) => does.tags.push("doctype".into()),
            Token::String(text) => does.text.push_str(&String::from_utf8_lossy(&text)),
            Token::EndTag(_) | Token::Error(_) => {}
        }
    }
}

/// The same plan and what came of it, told with that text too.
fn applied(text: &str) -> (Plan, Outcomes) {
    let plan = plan_of(text);
    let why = || text.to_owned();
    let all = [
        Outcome::Unknown { why: why() },
        Outcome::NotDone(NotDone::Changed(why())),
        Outcome::DidNotStick {
            differs: vec!["role"],
            not_sent: vec![text.into()],
        },
        Outcome::Done {
            account: None,
            also_changed: Vec::new(),
        },
        Outcome::ByHand,
        Outcome::NotDone(NotDone::Quiet(why())),
    ];
    let steps = plan.draft.steps.iter().enumerate();
    let steps = steps.map(|(nth, step)| (step.id.clone(), all[nth % all.len()].clone()));
    let outcomes = Outcomes {
        steps: steps.collect(),
        head: None,
        journal: None,
        stopped: true,
    };
    (plan, outcomes)
}

fn applied_doc(plan: &Plan, outcomes: &Outcomes) -> Doc {
    let beside = Beside {
        refused: Some(plan.draft.steps[0].name.to_string()),
        ..Beside::default()
    };
    framed(|frame| applied::doc(plan, outcomes, frame, beside))
}

fn markdown_is_safe(text: &str) {
    comment_is_safe(&as_markdown(&plan_of(text), markdown::GITHUB), text);
    let (plan, outcomes) = applied(text);
    let page = markdown::Page {
        marker: MARKER,
        budget: markdown::GITHUB,
    };
    comment_is_safe(&markdown::write(&applied_doc(&plan, &outcomes), page), text);
}

fn comment_is_safe(page: &str, text: &str) {
    assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)), "{page}");
    assert!(page.chars().count() <= markdown::GITHUB);
    let does = read_markdown(page);
    assert_eq!(does.links, [""; 0], "{page}");
    assert_eq!(does.tags, [""; 0], "{page}");
    assert_eq!(does.markup, [""; 0], "{page}");
    let marker = format!(" {MARKER} ");
    let (own, others): (Vec<_>, Vec<_>) = does.comments.iter().partition(|it| **it == marker);
    assert_eq!(own.len(), 1, "{page}");
    assert!(others.iter().all(|it| it.trim().is_empty()), "{page}");
    assert!(page.starts_with("<!-- keyholder:plan:"), "{page}");
    // Trackers look for these in the text between the tags.
    for (at, _) in page.match_indices('@') {
        let rest = &page[at..];
        let in_code = page[..at].rsplit('\n').next().unwrap().matches('`').count() % 2 == 1;
        assert!(rest.starts_with("@<!-- -->") || in_code, "{rest}");
    }
    assert_eq!(
        page.matches("<details>").count(),
        page.matches("</details>").count(),
        "{page}"
    );
    if text.chars().count() < 100 {
        assert!(
            alphanumeric(&does.text).contains(&alphanumeric(&escape::terminal(text))),
            "{page}"
        );
    }
}

fn html_is_safe(text: &str) {
    page_is_safe(&as_html(&plan_of(text)), text);
    let (plan, outcomes) = applied(text);
    page_is_safe(
        &crate::render::html::write(&applied_doc(&plan, &outcomes)),
        text,
    );
}

fn page_is_safe(page: &str, text: &str) {
    assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)), "{page}");
    let mut open: Vec<String> = Vec::new();
    let mut shown = String::new();
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let allowed: &[&str] = match &*name {
                    "html" => &["lang"],
                    "meta" => &["charset", "name", "content", "http-equiv"],
                    "a" => &["href"],
                    "nav" => &["aria-label"],
                    "section" => &["id"],
                    "li" | "ul" | "span" => &["class"],
                    "details" => &["open"],
                    "head" | "title" | "style" | "body" | "header" | "main" | "h1" | "h2"
                    | "h3" | "p" | "article" | "dl" | "dt" | "dd" | "bdi" | "summary" => &[],
                    other => panic!("<{other}> in {page}"),
                };
                for (key, value) in &tag.attributes {
                    let key = String::from_utf8_lossy(key).into_owned();
                    assert!(allowed.contains(&&*key), "{name} {key}");
                    let value = String::from_utf8_lossy(value);
                    assert!(key != "href" || value.starts_with("#s"), "{value}");
                }
                if name != "meta" {
                    open.push(name);
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert_eq!(open.pop(), Some(name), "{page}");
            }
            Token::String(text) => shown.push_str(&String::from_utf8_lossy(&text)),
            Token::Doctype(_) => {}
            Token::Comment(_) | Token::Error(_) => panic!("{token:?} in {page}"),
        }
    }
    assert_eq!(open, [""; 0], "{page}");
    if text.chars().count() <= 200 {
        assert!(shown.contains(&*escape::terminal(text)), "{page}");
    }
}

fn table_is_safe(text: &str) {
    let plan = plan_of(text);
    rows_are_safe(&plan, &as_csv(&plan), text);
    let (plan, outcomes) = applied(text);
    let page = framed(|frame| applied::spreadsheet(&plan, &outcomes, frame));
    rows_are_safe(&plan, &page, text);
}

fn rows_are_safe(plan: &Plan, page: &str, text: &str) {
    let page = page.strip_prefix('\u{feff}').unwrap();
    assert!(
        page.chars()
            .all(|c| matches!(c, '\r' | '\n') || !is_hostile(c)),
        "{page}"
    );
    // One line a row, each with its line end of two characters.
    assert_eq!(page.matches('\n').count(), page.matches("\r\n").count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(page.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(page.lines().count(), rows.len());
    assert_eq!(
        rows.len(),
        1 + plan.draft.steps.len() + plan.draft.holds.len()
    );
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        let begins = cell.trim_start().chars().next().unwrap_or(' ');
        assert!(!"=+-@|%\t\r＝＋－＠".contains(begins), "{cell}");
    }
    if !text.trim().is_empty() && text.chars().count() < 4_000 {
        let name = rows[1][7].trim_start_matches('\'');
        let expected = escape::terminal_long(text);
        assert_eq!(name, expected.trim_start_matches('\''));
    }
}

fn text_is_safe(text: &str) {
    for width in [40, 80] {
        let plan = plan_of(text);
        let page = as_text(&plan, width);
        // Color is all that a terminal is told beside it.
        let colored = as_colored(&plan, width);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), page);
        assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)), "{page}");
        for line in page.lines() {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(columns <= width, "{columns}: {line}");
        }
    }
}

fn commands_are_safe(text: &str) {
    log_is_safe(&as_github(&plan_of(text)));
    let (plan, outcomes) = applied(text);
    log_is_safe(&framed(|frame| {
        lines::applied_github(&plan, &outcomes, frame, "shops/")
    }));
}

fn log_is_safe(page: &str) {
    assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)), "{page}");
    for line in page.lines() {
        let line = line.strip_prefix("::").unwrap();
        let (command, message) = line.split_once("::").unwrap();
        let (level, properties) = command.split_once(' ').unwrap();
        assert!(matches!(level, "notice" | "warning" | "error"), "{line}");
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').unwrap();
            assert!(matches!(key, "file" | "line" | "col" | "title"), "{line}");
            assert!(!value.contains(':'), "{line}");
        }
        assert!(!message.contains("##"), "{line}");
        let decoded = message.replace("%25", "%");
        assert!(!message.replace("%25", "").contains('%'), "{line}");
        assert!(!decoded.contains('\n') && !decoded.contains('\r'));
    }
}

fn reports_are_safe(text: &str) {
    let plan = plan_of(text);
    let pages = [
        as_gitlab(&plan),
        framed(|frame| lines::sarif(&plan, frame, "shops/")),
        escape::json(&format!(
            "{:#}",
            crate::plan::wire::to_json(&plan, Catalog::current())
        ))
        .into_owned(),
    ];
    for page in &pages {
        assert!(page.chars().all(|c| c == '\n' || !is_hostile(c)), "{page}");
    }
    let issues: Vec<serde_json::Value> = serde_json::from_str(&pages[0]).unwrap();
    let prints: std::collections::BTreeSet<_> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), issues.len());
    let log: serde_json::Value = serde_json::from_str(&pages[1]).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = place.as_str().unwrap();
        assert!(uri.bytes().all(|it| it.is_ascii_graphic()), "{uri}");
        assert!(!uri.contains(['"', '<', '>', ':', '?', '#']), "{uri}");
    }
    // The contract carries names as they are: whoever reads it gets back what the vendor has.
    let json: serde_json::Value = serde_json::from_str(&pages[2]).unwrap();
    assert_eq!(json["steps"][0]["name"], text);
}

fn is_safe_everywhere(text: &str) {
    markdown_is_safe(text);
    html_is_safe(text);
    table_is_safe(text);
    text_is_safe(text);
    commands_are_safe(text);
    reports_are_safe(text);
}

#[test]
fn known_tricks_do_nothing_in_any_format() {
    for text in KNOWN {
        is_safe_everywhere(text);
    }
    is_safe_everywhere(&"Жх".repeat(5_000));
    is_safe_everywhere(&"a b ".repeat(2_500));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_name_does_nothing_in_a_comment(text in hostile()) {
        markdown_is_safe(&text);
    }

    #[test]
    fn a_name_does_nothing_in_a_page(text in hostile()) {
        html_is_safe(&text);
    }

    #[test]
    fn a_name_does_nothing_in_a_table(text in hostile()) {
        table_is_safe(&text);
    }

    #[test]
    fn a_name_does_nothing_at_a_terminal(text in hostile()) {
        text_is_safe(&text);
    }

    #[test]
    fn a_name_does_nothing_in_a_log_or_a_report(text in hostile()) {
        commands_are_safe(&text);
        reports_are_safe(&text);
    }
}
