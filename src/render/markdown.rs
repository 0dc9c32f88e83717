//! A [`Doc`] as Markdown for the comment on a pull or merge request.
//!
//! It adds no words but those that say what was left out. Sections that nobody has to read before saying yes are folded.
//! Invariants: the page is never longer than its budget, what a budget leaves out is counted where it is missing, and
//! nothing from outside means anything: no link, no mention, no heading, no markup.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::doc::{Block, Detail, Doc, Item, Run, Section, Tone};
use super::escape;

/// The most characters of a comment on GitHub.
pub const GITHUB: usize = 65_536;

/// What the line needs that says what is missing, with room to spare.
const RESERVED: usize = 400;

/// The most lines of a detail that are open.
const LINES: usize = 8;

/// The details that say what changes and for whom; the others say why.
const MATTER: [&str; 5] = ["gains", "loses", "gets", "changes", "who"];

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

/// The marker of a project's plans, or of what came of them: the same for each of the same project, systems and `--only`,
/// another for others.
pub fn marker<'n>(
    sort: &str,
    project: &'n str,
    names: impl IntoIterator<Item = &'n str>,
) -> String {
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
    format!("keyholder:{sort}:{short}")
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
        head.push_str(&block_text(block, Level::Full, SHORT));
    }
    let mut chapters: Vec<Chapter<'_>> = sections.iter().map(|it| Chapter::new(it)).collect();
    let room = page.budget.saturating_sub(chars(&head));
    if size(&chapters) <= room {
        return chapters.iter().fold(head, |out, it| out + &it.text());
    }
    shorten(&mut chapters, room.saturating_sub(RESERVED));
    let out = chapters
        .iter()
        .fold(head + &note(&chapters, page), |out, it| out + &it.text());
    if chars(&out) <= page.budget {
        return out;
    }
    headings(doc, &closing, &sections, page)
}

/// Takes from the chapters what they need not have, and no more than it takes until they fit: first of what is folded the
/// reasons, then whole entries, then of what is open the reasons, then the ends of lists, then entries; always from the end.
fn shorten(chapters: &mut [Chapter<'_>], room: usize) {
    let mut size = size(chapters);
    let steps = [
        (true, Level::Heads),
        (true, Level::Gone),
        (false, Level::Heads),
        (false, Level::Short),
    ];
    for (fold, level) in steps {
        for chapter in chapters.iter_mut().rev().filter(|it| it.fold == fold) {
            for nth in (0..chapter.entries.len()).rev() {
                if size <= room {
                    break;
                }
                size = chapter.level(nth, level, size);
            }
        }
    }
    if size > room {
        // What is left of the room is given to the open chapters in turns, so that none starves another.
        for chapter in chapters.iter_mut().filter(|it| !it.fold) {
            for nth in 0..chapter.entries.len() {
                size = chapter.level(nth, Level::Gone, size);
            }
        }
        let open = chapters.iter_mut().filter(|it| !it.fold);
        let mut open: Vec<_> = open.map(|it| (it, 0)).collect();
        while !open.is_empty() {
            open.retain_mut(|(chapter, nth)| {
                if *nth >= chapter.entries.len() {
                    return false;
                }
                let after = chapter.level(*nth, Level::Short, size);
                if after > room {
                    size = chapter.level(*nth, Level::Gone, after);
                    return false;
                }
                size = after;
                *nth += 1;
                true
            });
        }
    }
    // Lists are no shorter than they have to be.
    for chapter in chapters.iter_mut().filter(|it| !it.fold) {
        for nth in 0..chapter.entries.len() {
            size = chapter.lengthen(nth, size, room);
        }
    }
}

/// What was done to make the page fit.
fn note(chapters: &[Chapter<'_>], page: Page<'_>) -> String {
    let entries = || chapters.iter().flat_map(|it| &it.entries);
    let count = |is: fn(&Entry<'_>) -> bool| entries().filter(|it| is(it)).count();
    let mut parts = Vec::new();
    let brief = count(|it| matches!(it.level, Level::Heads | Level::Short));
    if brief > 0 {
        parts.push(format!("reasons and details of {}", number(brief)));
    }
    if count(|it| it.level == Level::Short && it.short != it.heads) > 0 {
        parts.push(
            "names and rights at the end of long lists, which say how many there are".to_owned(),
        );
    }
    let gone = count(|it| it.level == Level::Gone);
    if gone > 0 {
        parts.push(format!("{} as a whole, counted below", number(gone)));
    }
    format!(
        "\n<b>Shortened</b> to {} characters. Left out: {}. The html and the text of this plan have all of it.\n",
        page.budget,
        parts.join("; ")
    )
}

/// The page where not even one line of each part fits: what is said at the top, and the headings with their counts.
fn headings(doc: &Doc, closing: &[&Section], sections: &[&Section], page: Page<'_>) -> String {
    let begin = format!("<!-- {} -->\n", page.marker);
    let short = format!(
        "\nThe plan does not fit into {} characters: these are its headings.\n",
        page.budget
    );
    let title = format!("## {}\n", line(&doc.title, false));
    let mut totals = String::new();
    for block in closing.iter().filter_map(|it| it.blocks.first()) {
        totals.push('\n');
        totals.push_str(&block_text(block, Level::Full, SHORT));
    }
    let mut list = String::from("\n");
    for section in sections {
        list.push_str(&format!("- {}\n", line(&section.title, false)));
    }
    for parts in [
        [title.as_str(), &short, &totals, &list],
        ["", &short, &totals, &list],
        ["", &short, &totals, ""],
    ] {
        let out = format!("{begin}{}", parts.concat());
        if chars(&out) <= page.budget {
            return out;
        }
    }
    let short = format!(
        "{begin}The plan does not fit into {} characters.\n",
        page.budget
    );
    short.chars().take(page.budget).collect()
}

/// How much of an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// All.
    Full,
    /// What changes for whom, without the reasons.
    Heads,
    /// The same, of long lists the beginning.
    Short,
    /// Nothing.
    Gone,
}

/// A section, its blocks written apart.
struct Chapter<'a> {
    begin: String,
    entries: Vec<Entry<'a>>,
    end: &'static str,
    fold: bool,
    /// The characters of all of it that is not left out, but for the line that says what is.
    shown: usize,
    gone: usize,
}

/// A block, in each of the ways in which it may be written.
struct Entry<'a> {
    block: &'a Block,
    full: String,
    heads: String,
    short: String,
    /// Whom it names.
    people: BTreeSet<Arc<str>>,
    level: Level,
}

impl Entry<'_> {
    fn text(&self) -> &str {
        match self.level {
            Level::Full => &self.full,
            Level::Heads => &self.heads,
            Level::Short => &self.short,
            Level::Gone => "",
        }
    }
}

impl<'a> Chapter<'a> {
    fn new(section: &'a Section) -> Self {
        let title = line(&section.title, section.fold);
        let (begin, end) = if section.fold {
            (
                format!("\n<details><summary>{title}</summary>\n"),
                "\n</details>\n",
            )
        } else {
            (format!("\n### {title}\n"), "")
        };
        let entries = section.blocks.iter().map(|block| {
            let text = |level| format!("\n{}", block_text(block, level, SHORT));
            Entry {
                block,
                full: text(Level::Full),
                heads: text(Level::Heads),
                short: text(Level::Short),
                people: people(block),
                level: Level::Full,
            }
        });
        let entries: Vec<Entry<'_>> = entries.collect();
        let shown = entries.iter().map(|it| chars(&it.full)).sum::<usize>();
        Self {
            shown: shown + chars(&begin) + chars(end),
            begin,
            entries,
            end,
            fold: section.fold,
            gone: 0,
        }
    }

    /// Writes an entry at another level, and says what then is the size of a page that had the size `page`.
    fn level(&mut self, nth: usize, level: Level, page: usize) -> usize {
        let before = self.size();
        if let Some(entry) = self.entries.get_mut(nth) {
            self.shown = self.shown.saturating_sub(chars(entry.text()));
            self.gone -= usize::from(entry.level == Level::Gone);
            entry.level = level;
            self.shown += chars(entry.text());
            self.gone += usize::from(entry.level == Level::Gone);
        }
        (page + self.size()).saturating_sub(before)
    }

    /// Lets the lists of a short entry be as long as the room allows.
    fn lengthen(&mut self, nth: usize, page: usize, room: usize) -> usize {
        let Some(entry) = self.entries.get_mut(nth) else {
            return page;
        };
        if entry.level != Level::Short {
            return page;
        }
        let (mut page, mut least, mut most) = (page, SHORT, chars(&entry.heads));
        while most > least + 1 {
            let middle = least.midpoint(most);
            let text = format!("\n{}", block_text(entry.block, Level::Short, middle));
            let after = (page + chars(&text)).saturating_sub(chars(&entry.short));
            if after > room {
                most = middle;
                continue;
            }
            self.shown = (self.shown + chars(&text)).saturating_sub(chars(&entry.short));
            entry.short = text;
            (page, least) = (after, middle);
        }
        page
    }

    fn text(&self) -> String {
        let mut out = self.begin.clone();
        for entry in &self.entries {
            out.push_str(entry.text());
        }
        if self.gone > 0 {
            let gone = self.entries.iter().filter(|it| it.level == Level::Gone);
            let people: BTreeSet<&Arc<str>> = gone.flat_map(|it| &it.people).collect();
            out.push_str(&left_out(self.gone, people.len()));
        }
        out.push_str(self.end);
        out
    }

    /// The characters that it needs; of what is left out not fewer than it needs.
    fn size(&self) -> usize {
        let most = || chars(&left_out(self.gone, usize::from(u16::MAX)));
        self.shown + if self.gone > 0 { most() } else { 0 }
    }
}

fn size(chapters: &[Chapter<'_>]) -> usize {
    chapters.iter().map(Chapter::size).sum()
}

/// Everybody whom a block names.
fn people(block: &Block) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    let mut add = |runs: &[Run]| found.extend(runs.iter().filter_map(|run| run.whose.clone()));
    match block {
        Block::Line(runs) => add(runs),
        Block::Group { head, items } => {
            add(head);
            for item in items {
                add(&item.head);
                item.details.iter().for_each(|detail| add(&detail.text));
            }
        }
    }
    found
}

fn left_out(entries: usize, people: usize) -> String {
    let people = match people {
        0 => String::new(),
        1 => " (1 person)".to_owned(),
        people => format!(" ({people} people)"),
    };
    format!("\n{}{people} left out here.\n", number(entries))
}

fn number(entries: usize) -> String {
    let noun = if entries == 1 { "entry" } else { "entries" };
    format!("{entries} {noun}")
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn block_text(block: &Block, level: Level, most: usize) -> String {
    match block {
        Block::Line(runs) => format!("{}\n", line(runs, false)),
        Block::Group { head, items } => {
            let mut out = format!("{}\n", line(head, false));
            for it in items {
                out.push_str(&item(it, level, most));
            }
            out
        }
    }
}

fn item(item: &Item, level: Level, most: usize) -> String {
    let mut out = format!("- `{}` {}\n", item.mark, line(&item.head, false));
    let mut details = item.details.iter().peekable();
    while let Some(Detail { label, text }) = details.next() {
        let mut lines = vec![text];
        while let Some(more) = details.next_if(|next| next.label.is_empty()) {
            lines.push(&more.text);
        }
        let is_list = lines.len() > LINES && level != Level::Short;
        let text = if level != Level::Full && !MATTER.contains(label) {
            // What somebody gains and loses is the matter itself; it is only kept from running away.
            continue;
        } else if level == Level::Short {
            format!("{label}: {}", cut(&lines, most))
        } else if is_list {
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

/// The beginning of a list, cut between people where it names some, else between what somebody has: of the rest, how many
/// there are. It has at most so many characters.
fn cut(lines: &[&Vec<Run>], most: usize) -> String {
    let names_people = lines
        .iter()
        .any(|runs| runs.iter().any(|run| run.whose.is_some()));
    let is_between = |run: &Run| !run.foreign && &*run.text == "; ";
    // Each piece begins with what parts it from the one before.
    let mut pieces: Vec<(Vec<Run>, Option<Arc<str>>)> = Vec::new();
    for (nth, runs) in lines.iter().enumerate() {
        let mut piece = Vec::new();
        if nth > 0 {
            piece.push(super::doc::say("; "));
        }
        let mut whose = None;
        for (at, run) in runs.iter().enumerate() {
            let next = runs.get(at + 1).and_then(|run| run.whose.as_ref());
            let begins = if names_people {
                whose.is_some() && (run.whose.is_some() || next.is_some())
            } else {
                is_between(run)
            };
            if begins {
                pieces.push((std::mem::take(&mut piece), whose.take()));
            }
            piece.push(run.clone());
            whose = whose.or_else(|| run.whose.clone());
        }
        pieces.push((piece, whose));
    }
    let lengths: Vec<usize> = pieces
        .iter()
        .map(|(runs, _)| chars(&line(runs, false)) + 1)
        .collect();
    let mut shown = pieces.len();
    if lengths.iter().sum::<usize>() > most {
        let mut left = most;
        let fits = |length: &&usize| match left.checked_sub(**length) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        shown = lengths.iter().take_while(fits).count();
    }
    let (first, rest) = pieces.split_at(shown);
    let begin: Vec<Run> = first
        .iter()
        .flat_map(|(runs, _)| runs.iter().cloned())
        .collect();
    let begin = line(&begin, false);
    if rest.is_empty() {
        return begin;
    }
    let known: BTreeSet<&Arc<str>> = first.iter().filter_map(|(_, who)| who.as_ref()).collect();
    let mut more: BTreeSet<&Arc<str>> = rest.iter().filter_map(|(_, who)| who.as_ref()).collect();
    more.retain(|who| !known.contains(who));
    let more = match (names_people, more.len()) {
        (true, 1) => "1 more person".to_owned(),
        (true, more) => format!("{more} more people"),
        (false, _) => format!("{} more", rest.len()),
    };
    if begin.is_empty() {
        more
    } else {
        format!("{begin} and {more}")
    }
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
                (true, true) => escape::markup(core, run.long),
                // Ours holds keys, in which nothing is sought but what has an `@`.
                (true, false) => escape::html(core, true).replace('@', "@<!-- -->"),
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
            .replace(":<!-- -->", ":")
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
