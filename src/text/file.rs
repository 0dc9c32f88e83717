//! Source files and the translation from bytes to lines and columns.

use std::sync::{Arc, OnceLock};

use super::{Origin, Span};

/// A file's number in its [`Sources`]; the order is the sorted order of paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A 1-based line and column; the column counts characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// One file's path within the project and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    /// Where the lines begin, once somebody asked.
    starts: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// Wraps a text under the path that messages show.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            starts: OnceLock::new(),
        }
    }

    /// Path within the project, with forward slashes.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The line and column of a byte; bytes beyond the end are the end.
    ///
    /// The first question scans the text: it is for places that reach a person, not for every node of a large project.
    pub fn place(&self, byte: u32) -> Place {
        let at = self.text.floor_char_boundary(byte as usize);
        let (line, start, _) = self.line_around(at);
        let column = self.text[start..at].chars().count() + 1;
        Place {
            line: clamp(line),
            column: clamp(column),
        }
    }

    /// The byte of a place; none of one that is not there.
    pub fn byte(&self, place: Place) -> Option<u32> {
        let line = self
            .text
            .split_inclusive('\n')
            .nth(place.line.checked_sub(1)? as usize)?;
        let start = line.as_ptr().addr() - self.text.as_ptr().addr();
        let within = line
            .char_indices()
            .nth(place.column.checked_sub(1)? as usize);
        u32::try_from(start + within?.0).ok()
    }

    /// The text of the line a byte lies in, without its line end.
    pub fn line_at(&self, byte: u32) -> &str {
        let (_, start, end) = self.line_around(self.text.floor_char_boundary(byte as usize));
        self.text[start..end].trim_end_matches('\r')
    }

    /// The 1-based number of the line that a byte lies in, and its bytes without its `\n`.
    fn line_around(&self, at: usize) -> (usize, usize, usize) {
        let starts = self.starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = starts.partition_point(|&start| start <= at).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let end = starts.get(line).map_or(self.text.len(), |next| next - 1);
        (line, start, end)
    }
}

/// All files of a project.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(clamp(self.files.len()));
        self.files.push(file);
        id
    }

    /// The file of a number that this set gave out.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|file| file.text().get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// The rest of the line behind a place as a person reads it; none of a place that is not in these files.
    pub fn span(&self, origin: &Origin) -> Option<Span> {
        let (id, file) = self.iter().find(|(_, file)| *file.path() == origin.file)?;
        let start = file.byte(Place {
            line: origin.line,
            column: origin.column,
        })?;
        let rest = file.text().get(start as usize..)?;
        let rest = rest.lines().next().unwrap_or_default().trim_end();
        Some(Span::new(
            id,
            start,
            start.saturating_add(clamp(rest.len())),
        ))
    }

    /// A span as a person reads it.
    pub fn origin(&self, span: Span) -> Origin {
        match self.get(span.file) {
            Some(file) => {
                let Place { line, column } = file.place(span.start);
                Origin {
                    file: file.path().clone(),
                    line,
                    column,
                    text: file.line_at(span.start).trim().into(),
                }
            }
            None => Origin {
                file: "".into(),
                line: 0,
                column: 0,
                text: "".into(),
            },
        }
    }
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_any_line_end() {
        let file = SourceFile::new("people.yaml", "a: 1\r\nжанна: {}\n");
        let at = u32::try_from(file.text().find('{').unwrap()).unwrap();
        assert_eq!(file.place(at), Place { line: 2, column: 8 });
        assert_eq!(file.line_at(0), "a: 1");
        assert_eq!(file.line_at(at), "жанна: {}");
        assert_eq!(file.place(9999), Place { line: 3, column: 1 });
    }

    #[test]
    fn every_byte_has_its_line_and_column() {
        for text in ["", "\n", "a: 1\r\nжанна: {}\n\n  last: x", "\n\nx\n"] {
            let file = SourceFile::new("people.yaml", text);
            for byte in 0..text.len() + 2 {
                let before = &text[..text.floor_char_boundary(byte)];
                let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
                let place = Place {
                    line: clamp(before.matches('\n').count() + 1),
                    column: clamp(column),
                };
                assert_eq!(file.place(clamp(byte)), place, "{text:?} {byte}");
                let line = text.split('\n').nth(place.line as usize - 1).unwrap();
                assert_eq!(file.line_at(clamp(byte)), line.trim_end_matches('\r'));
            }
        }
    }
}
