//! Questions of people who review: why somebody has something, who has it, and who had what on a day.
//!
//! Pure: what the files say comes from `config`, what was seen from a read or from the journal, and git's word on who wrote
//! a line is an input. Nothing is decided here a second time. The invariant: every answer says whether it is declared,
//! observed and when, or unknown.

pub mod diff;
pub mod matrix;
pub mod past;
pub mod same;
pub mod seen;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod who;
pub mod why;
