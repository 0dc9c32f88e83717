//! A [`Doc`] as lines for a terminal or a log, at any width, with or without color.
//!
//! It adds no words. Widths are those of a terminal: Cyrillic, combining and wide characters align.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::doc::{Block, Detail, Doc, Item, Run, Tone};
use super::escape;

/// How a document is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns; lines are wrapped at words.
    pub width: usize,
    /// Whether to add color sequences.
    pub color: bool,
}

impl Layout {
    /// 80 columns, no color.
    pub const PLAIN: Layout = Layout {
        width: 80,
        color: false,
    };
}

/// Writes a document.
pub fn write(doc: &Doc, layout: Layout) -> String {
    let mut page = Page {
        out: String::new(),
        layout,
    };
    if !doc.title.is_empty() {
        page.wrapped("", "", &doc.title);
    }
    for section in &doc.sections {
        if !page.out.is_empty() {
            page.out.push('\n');
        }
        if !section.title.is_empty() {
            page.wrapped("", "", &section.title);
        }
        let indent = if section.title.is_empty() { "" } else { "  " };
        for block in &section.blocks {
            match block {
                Block::Line(runs) => {
                    let rest = format!("{indent}{}", " ".repeat(under(runs)));
                    page.wrapped(indent, &rest, runs);
                }
                Block::Group { head, items } => {
                    page.wrapped("  ", "  ", head);
                    for item in items {
                        page.item(item);
                    }
                }
            }
        }
    }
    page.out
}

struct Page {
    out: String,
    layout: Layout,
}

impl Page {
    fn item(&mut self, item: &Item) {
        let mark = self.painted(item.tone, &item.mark.to_string());
        let first = format!("    {mark} ");
        self.wrapped_with(&first, 6, "      ", &item.head);
        let labels = item
            .details
            .iter()
            .map(|detail| detail.label.width())
            .max()
            .unwrap_or(0);
        for Detail { label, text } in &item.details {
            let gap = " ".repeat(labels - label.width() + 2);
            let indent = 8 + labels + 2;
            let label = self.painted(Tone::Dim, label);
            self.wrapped_with(
                &format!("        {label}{gap}"),
                indent,
                &" ".repeat(indent + hang(text)),
                text,
            );
        }
    }

    fn wrapped(&mut self, first: &str, rest: &str, runs: &[Run]) {
        self.wrapped_with(first, first.width(), rest, runs);
    }

    /// Lays out words; `first` may hold color sequences, so its width comes apart.
    fn wrapped_with(&mut self, first: &str, first_width: usize, rest: &str, runs: &[Run]) {
        let mut line = first.to_owned();
        let mut width = first_width;
        let mut fresh = true;
        let room = self.layout.width.saturating_sub(rest.width()).max(8);
        for word in self.words(runs, room) {
            if !fresh && width + word.gap + word.width > self.layout.width {
                self.out.push_str(line.trim_end());
                self.out.push('\n');
                rest.clone_into(&mut line);
                width = rest.width();
            } else {
                // A name of blanks alone moves nothing out of the page.
                let fits = width + word.gap + word.width <= self.layout.width;
                let gap = if fits { word.gap } else { 0 };
                line.push_str(&" ".repeat(gap));
                width += gap;
            }
            line.push_str(&word.text);
            width += word.width;
            fresh = false;
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// Runs cut at their spaces; what stands together stays together, also across runs, unless it is wider than a line.
    fn words(&self, runs: &[Run], room: usize) -> Vec<Word> {
        let mut words = Vec::new();
        let mut word = Word::default();
        for run in runs {
            let text = if run.long {
                escape::terminal_long(&run.text)
            } else if run.foreign {
                escape::terminal(&run.text)
            } else {
                (&*run.text).into()
            };
            for piece in pieces(&text) {
                if piece.starts_with(' ') {
                    if !word.text.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    word.gap += piece.len();
                    continue;
                }
                for part in narrow(piece, room) {
                    let width = part.width();
                    if word.width + width > room && !word.text.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    word.width += width;
                    word.text.push_str(&self.painted(run.tone, part));
                }
            }
        }
        if !word.text.is_empty() {
            words.push(word);
        }
        words
    }

    fn painted(&self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Give => AnsiColor::Green.on_default(),
            Tone::Take => AnsiColor::Red.on_default(),
            Tone::Change => AnsiColor::Yellow.on_default(),
            Tone::Alert => AnsiColor::Red.on_default().bold(),
        };
        if self.layout.color && tone != Tone::Plain && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// How far what follows a number of ours, or blanks, is moved in: its other lines begin under it.
fn hang(text: &[Run]) -> usize {
    let first = text.first().filter(|run| !run.foreign);
    let first = first.map_or("", |run| &run.text);
    let begin = first.trim_start_matches(|c: char| c.is_ascii_digit());
    if first.ends_with(' ') && matches!(begin.trim_end(), "" | ".") {
        first.len()
    } else {
        0
    }
}

/// How far the other lines of a list's entry are moved in: they begin under its text.
fn under(text: &[Run]) -> usize {
    let first = text.first().filter(|run| !run.foreign);
    let first = first.map_or("", |run| &run.text);
    if matches!(first, "- " | "! ") || first.ends_with("  ") {
        first.width()
    } else {
        0
    }
}

/// A word, painted, and the spaces before it.
#[derive(Default)]
struct Word {
    gap: usize,
    width: usize,
    text: String,
}

/// Parts of a word that fit into a line; what combines with a character stays with it.
fn narrow(word: &str, room: usize) -> Vec<&str> {
    if word.width() <= room {
        return vec![word];
    }
    let mut parts = Vec::new();
    let (mut start, mut width) = (0, 0);
    for (at, c) in word.char_indices() {
        let own = c.width().unwrap_or(0);
        if width + own > room && own > 0 {
            parts.extend(word.get(start..at));
            (start, width) = (at, 0);
        }
        width += own;
    }
    parts.extend(word.get(start..));
    parts
}

/// Splits into words and the runs of spaces between them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let blank = first == ' ';
        let end = rest
            .find(|c: char| (c == ' ') != blank)
            .unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::super::doc::prose;
    use super::super::doc::{Section, foreign, say};
    use super::*;

    #[test]
    fn words_wrap_under_themselves_and_foreign_text_is_escaped() {
        let doc = Doc {
            title: vec![say("Plan")],
            sections: vec![Section {
                title: vec![say("Changes")],
                blocks: vec![Block::Group {
                    head: vec![foreign("Ja\u{202e}na")],
                    items: vec![Item {
                        mark: '+',
                        tone: Tone::Give,
                        head: vec![say("invite")],
                        details: vec![Detail {
                            label: "gets",
                            text: vec![say("one two three four five")],
                        }],
                    }],
                }],
                fold: false,
            }],
        };
        let text = write(
            &doc,
            Layout {
                width: 30,
                color: false,
            },
        );
        assert_eq!(
            text,
            "Plan\n\nChanges\n  Ja\\u{202e}na\n    + invite\n        gets  one two three\n              four five\n"
        );
        let color = write(
            &doc,
            Layout {
                width: 30,
                color: true,
            },
        );
        assert_ne!(color, text);
        assert_eq!(anstream::adapter::strip_str(&color).to_string(), text);
    }

    #[test]
    fn the_entries_of_a_list_wrap_under_their_text() {
        let lines = [("- ", "one two three"), ("    7  ", "four five six")];
        let lines = lines.map(|(first, text)| Block::Line(vec![say(first), prose(text)]));
        let doc = Doc {
            title: Vec::new(),
            sections: vec![Section::open(vec![say("Found:")], lines.into())],
        };
        let layout = Layout {
            width: 14,
            color: false,
        };
        assert_eq!(
            write(&doc, layout),
            "Found:\n  - one two\n    three\n      7  four\n         five\n         six\n"
        );
    }
}
