//! Source text and places in it.
//!
//! A [`Span`] is a byte range in one file; [`Sources`] owns the files and turns spans into lines and columns. Nothing
//! here reads a disk or knows what the text means; contacts are found in it only to be hidden.

mod contacts;
mod file;
mod span;

pub use contacts::{contacts_in, mask_contacts};
pub use file::{FileId, Place, SourceFile, Sources};
pub use span::{Origin, Span, Spanned};
