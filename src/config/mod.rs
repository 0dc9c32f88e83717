//! YAML to [`crate::model::Desired`].
//!
//! `yaml` reads a text into a tape, `decode` gives the tape the shapes of the language in `raw`, `load` finds the
//! files, `schema` describes the shapes to editors, `resolve` settles references, inheritance, sums and dates. Nothing
//! here knows a vendor's interface.

mod decode;
mod digest;
pub mod edit;
mod load;
pub mod raw;
mod resolve;
mod schema;
mod yaml;

pub use digest::ConfigDigest;
pub use load::{
    Budget, LoadOptions, Loaded, PROJECT_FILE, STATEMENTS_FOLDER, find_project, first_files,
    is_entry_file, load, load_bytes, load_commit, load_edited, load_statements, load_texts,
};
pub use resolve::{ResolveOptions, Summary, explain, resolve, summary};
pub use schema::{attestations_schema, entries_schema, project_schema};
