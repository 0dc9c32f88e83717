//! YAML to [`crate::model::Desired`].
//!
//! `yaml` reads a text into a tape, `raw` gives the tape the shapes of the language, `load` finds the files, `resolve`
//! settles references, inheritance, sums and dates. Nothing here knows a vendor's interface.

pub mod raw;
