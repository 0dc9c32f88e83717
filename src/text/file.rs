//! Source files and the translation from bytes to lines and columns.

use std::sync::Arc;

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
}

impl SourceFile {
    /// Wraps a text under the path that messages show.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
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
    /// This scans the text: it is for the few places that reach a person, not for every node of a large project.
    pub fn place(&self, byte: u32) -> Place {
        let end = floor_char_boundary(&self.text, byte as usize);
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        Place {
            line: clamp(line),
            column: clamp(column),
        }
    }

    /// The text of the line a byte lies in, without its line end.
    pub fn line_at(&self, byte: u32) -> &str {
        let at = floor_char_boundary(&self.text, byte as usize);
        let start = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |more| at + more);
        self.text[start..end].trim_end_matches('\r')
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

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
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
}
