//! Source text and places in it.
//!
//! A [`Span`] is a byte range in one file; [`Sources`] owns the files and turns spans into lines and columns. Nothing
//! here reads a disk or knows what the text means.

mod file;
mod span;

pub use file::{FileId, Place, SourceFile, Sources};
pub use span::{Origin, Span, Spanned};
