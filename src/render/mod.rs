//! Plans, states and journals to bytes. Pure: no terminal, no clock, no file.
//!
//! `doc` is what an output says, `text` how it looks; views build the first, writers the second. Foreign text passes
//! through `escape` and nowhere else.

pub mod checklist;
pub mod desired;
pub mod doc;
pub mod doctor;
pub mod escape;
mod hand;
mod names;
pub mod outcome;
pub mod parts;
pub mod review;
mod rules;
pub mod seen;
pub mod swing;
#[cfg(test)]
mod tests;
pub mod text;
pub mod view;
pub mod words;
