//! Windows: the few lines around the places of one diagnostic, cut out of files of any size and made harmless.
//!
//! Nothing here scans a file more than once, copies more than the lines shown, or draws; positions of marks stay right
//! while characters are escaped, secrets blotted out, contacts masked and long lines cut.

use std::collections::BTreeMap;
use std::ops::Range;

use super::safe;
use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Place, SourceFile, Sources, Span, contacts_in};

/// Lines shown before and after a marked one.
const CONTEXT: usize = 1;
/// Lines that may be shown before a marked one to reach the entry it belongs to.
const REACH: usize = 6;
/// Marked lines at most this far apart share a window.
const NEAR: usize = REACH;
/// Columns left of a source line beside its number.
const GUTTER: usize = 4;
/// Columns that a source line has on the narrowest terminal.
const LEAST_ROOM: usize = 40;
/// Characters of the beginning of a long line that are shown in any case: the key stands there.
const HEAD: usize = 20;
/// Characters of a long line that are shown before and after its marks.
const AROUND: usize = 8;
/// Bytes before and after a part that is shown in which a contact may begin or end: more than any has.
const MOST_OF_A_CONTACT: usize = 1024;
/// Places of one diagnostic that are shown; the rest is counted.
const MOST_PLACES: usize = 8;
/// How many bytes lie between two counts of characters in a [`LineIndex`].
const STRIDE: usize = 4096;

/// Where the lines of a text begin, and how many characters come before every 4096th byte.
struct LineIndex {
    starts: Vec<usize>,
    chars: Vec<usize>,
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let mut chars = vec![0];
        let mut seen = 0;
        for (at, &byte) in text.as_bytes().iter().enumerate() {
            if at > 0 && at % STRIDE == 0 {
                chars.push(seen);
            }
            if byte & 0xC0 != 0x80 {
                seen += 1;
            }
            if byte == b'\n' {
                starts.push(at + 1);
            }
        }
        Self { starts, chars }
    }

    /// The 0-based line of a byte.
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at).max(1) - 1
    }

    /// The bytes of a line without its line end.
    fn range(&self, text: &str, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self
            .starts
            .get(line + 1)
            .map_or(text.len(), |next| next - 1);
        let shown = text.get(start..end).unwrap_or_default();
        start..start + shown.strip_suffix('\r').unwrap_or(shown).len()
    }

    fn chars_before(&self, text: &str, at: usize) -> usize {
        let block = (at / STRIDE).min(self.chars.len() - 1);
        let counted = self.chars.get(block).copied().unwrap_or_default();
        let rest = text.as_bytes().get(block * STRIDE..at).unwrap_or_default();
        counted + rest.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
    }

    fn place(&self, text: &str, at: usize) -> Place {
        let line = self.line(at);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let column = self.chars_before(text, at) - self.chars_before(text, start);
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Place {
            line: number(line),
            column: number(column),
        }
    }
}

/// The sources of one report, with what is computed once per file, and the places nobody may see.
pub(super) struct Sheet<'a> {
    sources: &'a Sources,
    indexes: BTreeMap<FileId, LineIndex>,
    redacted: BTreeMap<FileId, Vec<Range<usize>>>,
    /// Columns a line may take, its number and the frame included.
    width: usize,
    ellipsis: &'static str,
}

/// A place in a window's text.
pub(super) struct Mark {
    /// Bytes of [`Window::text`].
    pub(super) range: Range<usize>,
    /// Where it is in the file.
    pub(super) place: Place,
    /// What is there.
    pub(super) text: String,
    /// Whether the reader should look here first.
    pub(super) primary: bool,
    /// Columns between the beginning of the line and the middle of the mark.
    pub(super) indent: usize,
}

/// Consecutive lines of one file.
pub(super) struct Window {
    /// The file's path, harmless.
    pub(super) name: String,
    /// 0-based number of the first line.
    pub(super) line: usize,
    /// The lines, each ended by `\n`.
    pub(super) text: String,
    /// The marks in order of their place; never empty.
    pub(super) marks: Vec<Mark>,
    /// The whole line of each mark, for a reader who hears the report.
    pub(super) lines: Vec<String>,
}

/// A label clipped to the line it begins in.
struct Clipped<'d> {
    line: usize,
    range: Range<usize>,
    text: &'d str,
    primary: bool,
}

impl<'a> Sheet<'a> {
    /// Prepares a report; what any diagnostic redacts is hidden in the snippets of all.
    pub(super) fn new(
        sources: &'a Sources,
        diagnostics: &[Diagnostic],
        width: usize,
        unicode: bool,
    ) -> Self {
        let mut redacted: BTreeMap<FileId, Vec<Range<usize>>> = BTreeMap::new();
        for span in diagnostics.iter().flat_map(|found| &found.redact) {
            redacted
                .entry(span.file)
                .or_default()
                .push(span.start as usize..span.end as usize);
        }
        for ranges in redacted.values_mut() {
            ranges.sort_unstable_by_key(|range| (range.start, range.end));
        }
        Self {
            sources,
            indexes: BTreeMap::new(),
            redacted,
            width,
            ellipsis: if unicode { "…" } else { "..." },
        }
    }

    /// The path of a span's file and its two ends as a person counts them.
    pub(super) fn place(&mut self, span: Span) -> Option<(&'a str, Place, Place)> {
        let file = self.sources.get(span.file)?;
        let (start, end) = clip(file.text(), span);
        let index = self.index(span.file, file);
        let text = file.text();
        Some((
            file.path(),
            index.place(text, start),
            index.place(text, end),
        ))
    }

    /// The windows of a diagnostic, the first label's first, and how many places found no room.
    pub(super) fn windows(&mut self, found: &Diagnostic) -> (Vec<Window>, usize) {
        let mut groups: Vec<(FileId, Vec<Clipped<'_>>)> = Vec::new();
        for (number, label) in found.labels.iter().take(MOST_PLACES).enumerate() {
            let file = label.span.file;
            let Some(mut clipped) = self.clipped(label.span, &label.text) else {
                continue;
            };
            clipped.primary = number == 0;
            let near = |there: &Clipped<'_>| there.line.abs_diff(clipped.line) <= NEAR;
            match groups
                .iter_mut()
                .find(|(other, members)| *other == file && members.iter().any(near))
            {
                Some((_, members)) => members.push(clipped),
                None => groups.push((file, vec![clipped])),
            }
        }
        let windows = groups
            .into_iter()
            .filter_map(|(file, members)| self.window(file, members))
            .collect();
        (windows, found.labels.len().saturating_sub(MOST_PLACES))
    }

    fn index(&mut self, id: FileId, file: &SourceFile) -> &LineIndex {
        self.indexes
            .entry(id)
            .or_insert_with(|| LineIndex::new(file.text()))
    }

    fn clipped<'d>(&mut self, span: Span, text: &'d str) -> Option<Clipped<'d>> {
        let file = self.sources.get(span.file)?;
        let (start, end) = clip(file.text(), span);
        let index = self.index(span.file, file);
        let line = index.line(start);
        let whole = index.range(file.text(), line);
        let start = start.min(whole.end);
        let marked = file.text().get(start..end.min(whole.end)).unwrap_or("");
        let end = start + marked.trim_end().len();
        Some(Clipped {
            line,
            range: start..end,
            text,
            primary: false,
        })
    }

    fn window(&mut self, id: FileId, mut members: Vec<Clipped<'_>>) -> Option<Window> {
        let file = self.sources.get(id)?;
        let index = self.indexes.get(&id)?;
        let hidden = self.redacted.get(&id).map_or(&[][..], Vec::as_slice);
        members.sort_by_key(|member| (member.range.start, member.range.end));
        let members = disjoint(members);
        let first_marked = members.first()?.line;
        let last_marked = members.last()?.line;
        let blank = |line: usize| {
            let range = index.range(file.text(), line);
            file.text().get(range).unwrap_or_default().trim().is_empty()
        };
        let indent = |line: usize| {
            let range = index.range(file.text(), line);
            let text = file.text().get(range).unwrap_or_default();
            text.len() - text.trim_start_matches([' ', '-']).len()
        };
        let mut first = reach_up(first_marked, &blank, &indent);
        while first < first_marked && blank(first) {
            first += 1;
        }
        let mut last = (last_marked + CONTEXT).min(index.starts.len() - 1);
        while last > last_marked && blank(last) {
            last -= 1;
        }

        let digits = (last + 1).to_string().len();
        let room = self.width.saturating_sub(GUTTER + digits).max(LEAST_ROOM);
        let mut window = Window {
            name: safe::line(file.path()),
            line: first,
            text: String::new(),
            marks: Vec::new(),
            lines: Vec::new(),
        };
        for line in first..=last {
            let range = index.range(file.text(), line);
            let here: Vec<_> = members
                .iter()
                .filter(|member| member.line == line)
                .collect();
            let bounds: Vec<_> = here.iter().map(|member| member.range.clone()).collect();
            let drawn = self.draw(file.text(), range, hidden, &bounds, room);
            let base = window.text.len();
            for (member, at) in here.into_iter().zip(&drawn.marks) {
                let before = drawn.text.get(..at.start).unwrap_or_default();
                let within = drawn.text.get(at.clone()).unwrap_or_default();
                window.marks.push(Mark {
                    range: base + at.start..base + at.end,
                    place: index.place(file.text(), member.range.start),
                    text: safe::line(&member.text),
                    primary: member.primary,
                    indent: columns(before) + columns(within) / 2,
                });
                window.lines.push(drawn.text.trim().to_owned());
            }
            window.text.push_str(&drawn.text);
            window.text.push('\n');
        }
        Some(window)
    }

    /// One line, escaped, blotted and cut, and where the marks are in it.
    fn draw(
        &self,
        text: &str,
        line: Range<usize>,
        hidden: &[Range<usize>],
        marks: &[Range<usize>],
        room: usize,
    ) -> Drawn {
        let mut drawn = Drawn::new(marks);
        let pieces = pieces(text, &line, marks, room);
        let mut at = line.start;
        for piece in pieces {
            if piece.start > at {
                drawn.text.push_str(self.ellipsis);
            }
            let shown = text.get(piece.clone()).unwrap_or_default();
            let contacts = contacts(text, &line, &piece);
            for (offset, c) in shown.char_indices() {
                let byte = piece.start + offset;
                drawn.reach(byte);
                // The ranges are sorted and few; the first that ends behind this byte decides.
                match hidden.iter().find(|range| range.end > byte) {
                    Some(range) if range.start <= byte => {
                        if range.start == byte || byte == piece.start {
                            drawn.text.push_str(self.ellipsis);
                        }
                    }
                    // Reports end in the logs of CI. What hides is as wide as what is hidden, so that columns stay.
                    _ if contacts.iter().any(|range| range.contains(&byte)) => {
                        for _ in 0..columns(c.encode_utf8(&mut [0; 4])) {
                            drawn.text.push('*');
                        }
                    }
                    _ if c == '\t' => drawn.text.push_str("    "),
                    _ => safe::push(&mut drawn.text, c),
                }
            }
            at = piece.end;
        }
        if at < line.end {
            drawn.reach(at);
            drawn.text.push_str(self.ellipsis);
        }
        drawn.reach(usize::MAX);
        drawn
    }
}

/// What hides the contacts in a part of a line, which may begin or end in the middle of one.
fn contacts(text: &str, line: &Range<usize>, piece: &Range<usize>) -> Vec<Range<usize>> {
    let start = boundary(text, piece.start.saturating_sub(MOST_OF_A_CONTACT)).max(line.start);
    let end = boundary(text, piece.end.saturating_add(MOST_OF_A_CONTACT)).min(line.end);
    contacts_in(text.get(start..end).unwrap_or_default())
        .into_iter()
        .map(|hidden| start + hidden.start..start + hidden.end)
        .collect()
}

/// The parts of a line that are shown: all of it, or what lies around the marks.
fn pieces(
    text: &str,
    line: &Range<usize>,
    marks: &[Range<usize>],
    room: usize,
) -> Vec<Range<usize>> {
    let whole = text.get(line.clone()).unwrap_or_default();
    if whole.len() <= room || ends_within(whole, room) {
        return vec![line.clone()];
    }
    let from_start = forward(text, line.start, room - 1).min(line.end);
    // What comes first tells whose line it is; without marks, or with all of them there, nothing else matters.
    if marks.iter().all(|mark| mark.end <= from_start) {
        return std::iter::once(line.start..from_start).collect();
    }
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut add = |start: usize, end: usize| match pieces.last_mut() {
        Some(last) if last.end >= start => last.end = last.end.max(end),
        _ => pieces.push(start..end),
    };
    // Places that are near each other: around them a little, and of the beginning as much as there is room for.
    if let (Some(first), Some(last)) = (marks.first(), marks.last()) {
        let start = back(text, first.start, AROUND).max(line.start);
        let end = forward(text, last.end, AROUND).min(line.end);
        let tail = text.get(start..end).unwrap_or_default();
        if ends_within(tail, room.saturating_sub(HEAD + 2)) {
            let head = (room - 2).saturating_sub(tail.chars().count());
            add(line.start, forward(text, line.start, head).min(line.end));
            add(start, end);
            return pieces;
        }
    }
    let share = room / marks.len().clamp(1, 4);
    add(line.start, forward(text, line.start, HEAD).min(line.end));
    for (number, mark) in marks.iter().enumerate() {
        let spent = if number == 0 { HEAD + 2 } else { 2 };
        let start = back(text, mark.start, share / 4).max(line.start);
        let whole_mark = mark.end.min(forward(text, mark.start, share));
        let end = forward(text, start, share.saturating_sub(spent)).max(whole_mark);
        add(start, end.min(line.end));
    }
    pieces
}

/// The first line of a window: the entry that a marked line belongs to, if it is near; else the key right above it; else
/// the line before. Read from indentation alone, so that it works for files that are no YAML.
fn reach_up(
    marked: usize,
    blank: &impl Fn(usize) -> bool,
    indent: &impl Fn(usize) -> usize,
) -> usize {
    let mut best = marked.saturating_sub(CONTEXT);
    let mut level = indent(marked);
    for line in (marked.saturating_sub(REACH)..marked).rev() {
        if level == 0 {
            break;
        }
        if !blank(line) && indent(line) < level {
            level = indent(line);
            // The top-level key says no more than the name of the file, unless it is the very line before.
            if level > 0 {
                best = line;
            }
        }
    }
    best
}

/// A line as it is shown.
struct Drawn {
    text: String,
    marks: Vec<Range<usize>>,
    bounds: Vec<Range<usize>>,
}

impl Drawn {
    fn new(bounds: &[Range<usize>]) -> Self {
        Self {
            text: String::new(),
            marks: vec![usize::MAX..usize::MAX; bounds.len()],
            bounds: bounds.to_vec(),
        }
    }

    /// Everything before `byte` of the source is drawn: bounds up to there are where the text ends now.
    fn reach(&mut self, byte: usize) {
        let now = self.text.len();
        for (mark, bound) in self.marks.iter_mut().zip(&self.bounds) {
            if mark.start == usize::MAX && bound.start <= byte {
                mark.start = now;
            }
            if mark.end == usize::MAX && bound.end <= byte {
                mark.end = now;
            }
        }
    }
}

/// Labels that overlap are drawn badly: the outer one ends where the inner begins, equal ones share their words.
fn disjoint(sorted: Vec<Clipped<'_>>) -> Vec<Joined> {
    let mut out: Vec<Joined> = Vec::with_capacity(sorted.len());
    for next in sorted {
        match out.last_mut() {
            Some(last) if last.range.start == next.range.start => {
                last.range.end = last.range.end.max(next.range.end);
                last.primary |= next.primary;
                if !next.text.is_empty() && last.text != next.text {
                    if !last.text.is_empty() {
                        last.text.push_str("; ");
                    }
                    last.text.push_str(next.text);
                }
                continue;
            }
            Some(last) if last.range.end > next.range.start => last.range.end = next.range.start,
            _ => {}
        }
        out.push(Joined {
            line: next.line,
            range: next.range,
            text: next.text.to_owned(),
            primary: next.primary,
        });
    }
    out
}

/// A label after [`disjoint`].
struct Joined {
    line: usize,
    range: Range<usize>,
    text: String,
    primary: bool,
}

fn clip(text: &str, span: Span) -> (usize, usize) {
    let start = boundary(text, span.start as usize);
    let end = boundary(text, span.end as usize).max(start);
    (start, end)
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ends_within(text: &str, chars: usize) -> bool {
    text.chars().nth(chars).is_none()
}

fn forward(text: &str, from: usize, chars: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.char_indices()
        .nth(chars)
        .map_or(text.len(), |(offset, _)| from + offset)
}

fn back(text: &str, from: usize, chars: usize) -> usize {
    let rest = text.get(..from).unwrap_or_default();
    rest.char_indices()
        .rev()
        .nth(chars.max(1) - 1)
        .map_or(0, |(at, _)| at)
}

fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}
