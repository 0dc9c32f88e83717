//! A [`Doc`] as Markdown for the comment on a pull or merge request.
//!
//! It adds no words but those that say what was left out. Sections that nobody has to read before saying yes are folded.
//! Invariants: the page is never longer than its budget, what a budget leaves out is counted where it is missing, and
//! nothing from outside means anything: no link, no mention, no heading, no markup.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::doc::{Block, Detail, Doc, Item, Run, Section, Tone};
use super::escape;

/// The most characters of a comment on GitHub.
pub const GITHUB: usize = 65_536;

/// What the line needs that says what is missing, with room to spare.
const RESERVED: usize = 240;

/// The most lines of a detail that are open.
const LINES: usize = 8;

/// The most characters of a text in a line that is shortened.
const SHORT: usize = 300;

/// How a page is written.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// By what one comment is found again and edited in place; it stands in an HTML comment of the first line.
    pub marker: &'a str,
    /// The most characters of the page.
    pub budget: usize,
}

/// The marker of a project's plans: the same for each plan of the same project, systems and `--only`, another for others.
pub fn marker<'n>(project: &'n str, names: impl IntoIterator<Item = &'n str>) -> String {
    let mut hash = Sha256::new();
    for name in std::iter::once(project).chain(names) {
        hash.update(name.len().to_le_bytes());
        hash.update(name.as_bytes());
    }
    let mut short = String::new();
    for byte in hash.finalize().iter().take(8) {
        // Writing to a String cannot fail.
        let _ = write!(short, "{byte:02x}");
    }
    format!("keyholder:plan:{short}")
}

/// Writes a document.
pub fn write(doc: &Doc, page: Page<'_>) -> String {
    let mut head = format!("<!-- {} -->\n## {}\n", page.marker, line(&doc.title, false));
    let (closing, sections): (Vec<&Section>, Vec<&Section>) = doc
        .sections
        .iter()
        .partition(|section| section.title.is_empty());
    for block in closing.iter().flat_map(|section| &section.blocks) {
        head.push('\n');
        head.push_str(&block_text(block, Detailed::All));
    }
    let full: Vec<Chapter> = sections
        .iter()
        .map(|section| Chapter::new(section, Detailed::All))
        .collect();
    let room = page.budget.saturating_sub(chars(&head));
    if full.iter().map(Chapter::whole).sum::<usize>() <= room {
        return full.iter().fold(head, |out, chapter| out + &chapter.text());
    }
    fitted(&sections, &full, head, page)
}

/// The page within its budget: first the folded sections lose their details, then all, then blocks are left out.
fn fitted(sections: &[&Section], full: &[Chapter], head: String, page: Page<'_>) -> String {
    let room = page.budget.saturating_sub(chars(&head) + RESERVED);
    let brief: Vec<Chapter> = sections
        .iter()
        .map(|section| Chapter::new(section, Detailed::Heads))
        .collect();
    let size = |chapters: &[&Chapter]| chapters.iter().map(|it| it.whole()).sum::<usize>();
    let folded_brief: Vec<&Chapter> = full
        .iter()
        .zip(&brief)
        .map(|(full, brief)| if full.fold { brief } else { full })
        .collect();
    let all_brief: Vec<&Chapter> = brief.iter().collect();
    let (chapters, what) = if size(&folded_brief) <= room {
        (folded_brief, "reasons and details of the folded parts")
    } else {
        (all_brief, "reasons and details")
    };
    // Every section keeps its heading, so that nobody takes what is missing for what is not there.
    let mut left = room.saturating_sub(chapters.iter().map(|it| it.shell()).sum());
    let mut body = String::new();
    let mut missing = 0;
    for chapter in chapters {
        let mut shown = 0;
        for block in &chapter.blocks {
            let length = chars(block);
            if length > left {
                break;
            }
            left -= length;
            shown += 1;
        }
        let gone = chapter.blocks.len() - shown;
        missing += gone;
        body.push_str(&chapter.first(shown));
    }
    let mut note = format!(
        "\n<b>Shortened</b> to {} characters: {what} are left out",
        page.budget
    );
    if missing > 0 {
        note.push_str(&format!(
            ", and {missing} of the entries, each counted where it is missing"
        ));
    }
    note.push_str(". The html and the text of this plan have all of it.\n");
    let out = head + &note + &body;
    if chars(&out) <= page.budget {
        return out;
    }
    // Not even the headings fit: the beginning alone, which says so.
    let short = format!(
        "<!-- {} -->\nThe plan does not fit into {} characters.\n",
        page.marker, page.budget
    );
    short.chars().take(page.budget).collect()
}

/// How much of an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detailed {
    All,
    Heads,
}

/// A section, its blocks written apart.
struct Chapter {
    begin: String,
    blocks: Vec<String>,
    end: &'static str,
    fold: bool,
}

impl Chapter {
    fn new(section: &Section, detailed: Detailed) -> Self {
        let title = line(&section.title, section.fold);
        let (begin, end) = if section.fold {
            (
                format!("\n<details><summary>{title}</summary>\n"),
                "\n</details>\n",
            )
        } else {
            (format!("\n### {title}\n"), "")
        };
        Self {
            begin,
            blocks: section
                .blocks
                .iter()
                .map(|block| format!("\n{}", block_text(block, detailed)))
                .collect(),
            end,
            fold: section.fold,
        }
    }

    fn text(&self) -> String {
        self.first(self.blocks.len())
    }

    /// The first blocks, and how many more there are.
    fn first(&self, shown: usize) -> String {
        let mut out = self.begin.clone();
        for block in self.blocks.iter().take(shown) {
            out.push_str(block);
        }
        let gone = self.blocks.len().saturating_sub(shown);
        if gone > 0 {
            out.push_str(&left_out(gone));
        }
        out.push_str(self.end);
        out
    }

    fn whole(&self) -> usize {
        chars(&self.begin) + chars(self.end) + self.blocks.iter().map(|it| chars(it)).sum::<usize>()
    }

    /// What it needs with no block in it.
    fn shell(&self) -> usize {
        chars(&self.begin) + chars(self.end) + chars(&left_out(self.blocks.len()))
    }
}

fn left_out(count: usize) -> String {
    format!("\n{count} more left out here.\n")
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn block_text(block: &Block, detailed: Detailed) -> String {
    match block {
        Block::Line(runs) => format!("{}\n", line(runs, false)),
        Block::Group { head, items } => {
            let mut out = format!("{}\n", line(head, false));
            for it in items {
                out.push_str(&item(it, detailed));
            }
            out
        }
    }
}

fn item(item: &Item, detailed: Detailed) -> String {
    let mut out = format!("- `{}` {}\n", item.mark, line(&item.head, false));
    let mut details = item.details.iter().peekable();
    while let Some(Detail { label, text }) = details.next() {
        let mut lines = vec![text];
        while let Some(more) = details.next_if(|next| next.label.is_empty()) {
            lines.push(&more.text);
        }
        let text = if detailed == Detailed::Heads {
            // What somebody gains and loses is the matter itself; it is only kept from running away.
            if !matches!(*label, "gains" | "loses" | "gets" | "changes" | "who") {
                continue;
            }
            let lines: Vec<String> = lines.iter().map(|text| line(text, false)).collect();
            format!("{label}: {}", cut(&lines.join("; ")))
        } else if lines.len() > LINES {
            // A list of names that fills a screen is folded; within its markup Markdown means nothing.
            let rest: Vec<String> = lines.iter().map(|text| line(text, true)).collect();
            format!(
                "<details><summary>{label}</summary>{}</details>",
                rest.join("<br>")
            )
        } else {
            let lines: Vec<String> = lines.iter().map(|text| line(text, false)).collect();
            format!("{label}: {}", lines.join("<br>"))
        };
        out.push_str(&format!("  - {text}\n"));
    }
    out
}

/// The beginning of a line of ours, cut between words; it may not end within an escape, a tag or a code.
fn cut(text: &str) -> String {
    if chars(text) <= SHORT {
        return text.to_owned();
    }
    let between = || {
        let semicolons = text.match_indices("; ");
        semicolons.chain(text.match_indices(", ")).map(|(at, _)| at)
    };
    let short = |at: &usize| text.get(..*at).is_some_and(|begin| chars(begin) <= SHORT);
    let Some(end) = between().filter(short).max() else {
        return "too long to be shown here".to_owned();
    };
    let rest = between().filter(|at| *at >= end).count();
    let begin = text.get(..end).unwrap_or_default();
    // Bold is closed where it is cut.
    let close = if begin.matches("<b>").count() > begin.matches("</b>").count() {
        "</b>"
    } else {
        ""
    };
    format!("{begin}{close} and {rest} more")
}

/// Runs as one line; as markup where Markdown means nothing, within a fold.
fn line(runs: &[Run], is_markup: bool) -> String {
    let mut out = String::new();
    for run in runs {
        let text = &*run.text;
        let (before, core, after) = blanks(text);
        // What a terminal keeps apart by blanks needs a mark where those are one.
        let apart = !run.foreign && text.starts_with("  ") && !out.is_empty();
        out.push_str(if apart { " · " } else { before });
        if !core.is_empty() {
            let safe = match (is_markup, run.foreign) {
                // GitHub looks for mentions and numbers of issues in the text of markup, too.
                (true, _) => escape::html(core, !run.foreign || run.long)
                    .replace('@', "@<!-- -->")
                    .replace(" #", " #<!-- -->"),
                (false, true) => escape::markdown_line(core, run.long),
                (false, false) => ours(core),
            };
            match run.tone {
                Tone::Strong | Tone::Alert => {
                    out.push_str("<b>");
                    out.push_str(&safe);
                    out.push_str("</b>");
                }
                _ => out.push_str(&safe),
            }
        }
        out.push_str(after);
    }
    out.trim().to_owned()
}

/// A text between the blank that it begins with and the one it ends with: several are one.
fn blanks(text: &str) -> (&'static str, &str, &'static str) {
    let blank = |is: bool| if is { " " } else { "" };
    (
        blank(text.starts_with(' ')),
        text.trim_matches(' '),
        blank(text.ends_with(' ') && !text.trim_matches(' ').is_empty()),
    )
}

/// Words of our own: what stands between backticks is code, the rest means nothing either, since it may hold a key.
fn ours(text: &str) -> String {
    // A bracket of ours is no link where it meets no parenthesis of somebody else's, since theirs are escaped.
    let plain = |text: &str| {
        let safe = escape::markdown_line(text, true);
        safe.replace("\\[<!-- -->", "\\[")
            .replace("\\(", "(")
            .replace("\\)", ")")
    };
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let mut out = String::new();
    for (nth, part) in parts.iter().enumerate() {
        if nth % 2 == 1 {
            out.push_str(&escape::markdown_value(part));
        } else if !part.is_empty() {
            let (before, core, after) = blanks(part);
            out.push_str(before);
            out.push_str(&plain(core));
            out.push_str(after);
        }
    }
    out
}
