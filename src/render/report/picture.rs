//! Two pictures of a report as SVG: changes over time, and how long leavers kept access.
//!
//! No script, no style and no text from outside: only our own words and numbers. Invariant: each says in words what it
//! shows, and the table beside it has the same numbers.

use super::when;
use crate::report::Report;
use crate::report::wire::Leaver;

/// Colors that stand apart on white, on black and for people who do not tell red from green.
const GIVEN: &str = "#2a78b8";
const CHANGED: &str = "#b58a1b";
const TAKEN: &str = "#c2543f";
const OPEN: &str = "#a8191c";

const WIDTH: u64 = 720;
const HEIGHT: u64 = 220;
const LEFT: u64 = 40;
const TOP: u64 = 34;
const BOTTOM: u64 = 40;

/// Changes over time; empty where there are none.
pub fn changes(report: &Report) -> String {
    let total = |at: usize| {
        report
            .changes
            .get(at)
            .map_or(0, |it| it.given + it.changed + it.taken)
    };
    let most = (0..report.changes.len()).map(total).max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let sum: u64 = (0..report.changes.len()).map(total).sum();
    let zone = jiff::tz::TimeZone::get(&report.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut svg = begin(
        "changes",
        "Changes over time",
        &format!(
            "{sum} changes from {} to {}; the most in one bar are {most}.",
            when(&report.from, &zone),
            when(&report.to, &zone)
        ),
    );
    legend(
        &mut svg,
        &[("given", GIVEN), ("changed", CHANGED), ("taken", TAKEN)],
    );
    axis(&mut svg, most);
    let bars = report.changes.len() as u64;
    let by_month = report.changes.iter().all(|it| it.begins.ends_with("-01"));
    for (nth, bucket) in (0..).zip(&report.changes) {
        let (x, width) = bar(nth, bars);
        let mut y = HEIGHT - BOTTOM;
        for (count, color) in [
            (bucket.given, GIVEN),
            (bucket.changed, CHANGED),
            (bucket.taken, TAKEN),
        ] {
            let height = count * (HEIGHT - TOP - BOTTOM) / most;
            y -= height.min(y);
            rect(&mut svg, (x, y), (width, height), color);
        }
        // At most some fifteen labels fit side by side.
        if nth % (bars / 13 + 1) == 0 {
            label(
                &mut svg,
                (x + width / 2, HEIGHT - BOTTOM + 16),
                "middle",
                &date(&bucket.begins, by_month),
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// How long leavers kept access; empty where nobody left who had any.
pub fn leavers(report: &Report) -> String {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    /// Each with the longest time that belongs to it.
    const BRACKETS: &[(&str, i64)] = &[
        ("1 h", HOUR),
        ("4 h", 4 * HOUR),
        ("1 day", DAY),
        ("3 days", 3 * DAY),
        ("1 week", 7 * DAY),
        ("30 days", 30 * DAY),
        ("longer", i64::MAX),
    ];
    let is_open = |it: &&Leaver| it.places.iter().any(|cut| cut.at.is_none());
    let open = report.leavers.iter().filter(is_open).count() as u64;
    let times: Vec<i64> = report
        .leavers
        .iter()
        .filter_map(|it| it.after_leaving)
        .collect();
    let mut before = i64::MIN;
    let mut bars: Vec<(String, u64, &str)> = Vec::new();
    for (name, longest) in BRACKETS {
        let within = times.iter().filter(|it| **it > before && **it <= *longest);
        let name = if *name == "longer" {
            (*name).to_owned()
        } else {
            format!("≤ {name}")
        };
        bars.push((name, within.count() as u64, TAKEN));
        before = *longest;
    }
    bars.push(("not gone".to_owned(), open, OPEN));
    let most = bars.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let said: Vec<String> = bars
        .iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(name, count, _)| format!("{name}: {count}"))
        .collect();
    let mut svg = begin(
        "leavers",
        "From leaving to verified removal",
        &format!("People by time. {}.", said.join("; ")),
    );
    axis(&mut svg, most);
    let all = bars.len() as u64;
    for (nth, (name, count, color)) in (0..).zip(&bars) {
        let (x, width) = bar(nth, all);
        let height = count * (HEIGHT - TOP - BOTTOM) / most;
        rect(
            &mut svg,
            (x, HEIGHT - BOTTOM - height),
            (width, height),
            color,
        );
        if *count > 0 {
            let at = (x + width / 2, HEIGHT - BOTTOM - height - 4);
            label(&mut svg, at, "middle", &count.to_string());
        }
        label(
            &mut svg,
            (x + width / 2, HEIGHT - BOTTOM + 16),
            "middle",
            name,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A date of a bar as short as nobody can take it for another.
fn date(text: &str, by_month: bool) -> String {
    let day = text.parse::<jiff::civil::Date>().ok();
    day.map_or_else(
        || text.to_owned(),
        |day| {
            let form = if by_month { "%b %Y" } else { "%-d %b" };
            day.strftime(form).to_string()
        },
    )
}

fn begin(id: &str, title: &str, about: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title {id}-about\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"currentColor\">\n<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-about\">{about}</desc>\n<text x=\"{LEFT}\" y=\"16\" font-weight=\"600\">{title}</text>\n"
    )
}

fn legend(svg: &mut String, all: &[(&str, &str)]) {
    let mut x = WIDTH - 80 * all.len() as u64;
    for (name, color) in all {
        rect(svg, (x, 7), (10, 10), color);
        label(svg, (x + 14, 16), "start", name);
        x += 80;
    }
}

/// Lines at nothing, half and most.
fn axis(svg: &mut String, most: u64) {
    let height = HEIGHT - TOP - BOTTOM;
    let marks = if most < 2 {
        vec![0, most]
    } else {
        vec![0, most / 2, most]
    };
    for mark in marks {
        let y = HEIGHT - BOTTOM - mark * height / most;
        svg.push_str(&format!(
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\" stroke=\"currentColor\" stroke-opacity=\"0.25\"/>\n"
        ));
        label(svg, (LEFT - 6, y + 4), "end", &mark.to_string());
    }
}

/// Where a bar begins, and how wide it is.
fn bar(nth: u64, all: u64) -> (u64, u64) {
    let all = all.max(1);
    let room = WIDTH - LEFT;
    let (begins, ends) = (LEFT + nth * room / all, LEFT + (nth + 1) * room / all);
    let gap = ((ends - begins) / 5).min(12);
    (begins + gap / 2, (ends - begins).saturating_sub(gap).max(1))
}

fn rect(svg: &mut String, (x, y): (u64, u64), (width, height): (u64, u64), color: &str) {
    if height > 0 {
        svg.push_str(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\"/>\n"
        ));
    }
}

fn label(svg: &mut String, (x, y): (u64, u64), anchor: &str, text: &str) {
    svg.push_str(&format!(
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>\n"
    ));
}
