//! Plans, states and journals to bytes. Pure: no terminal, no clock, no file.
//!
//! `doc` is what an output says; `text`, `markdown` and `html` how it looks; views build the first, writers the second. Foreign text passes
//! through `escape` and nowhere else.

pub mod answer;
pub mod applied;
mod book;
mod change;
pub mod checklist;
pub mod desired;
pub mod doc;
pub mod doctor;
pub mod escape;
mod hand;
pub mod matrix;
pub mod matrix_diff;
pub mod matrix_html;

mod held;
pub mod html;
mod levels;
pub mod lines;
pub mod markdown;
mod names;
pub mod outcome;
pub mod parts;
pub mod report;
pub mod review;
mod rules;
pub mod seen;
pub mod swing;
pub mod table;
#[cfg(test)]
mod tests;
pub mod text;
mod told;
pub mod view;
pub mod who;
pub mod why;
pub mod words;
