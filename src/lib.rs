//! Staff access as code for chains of shops, salons and clinics.
//!
//! The modules in reading order, from what knows nothing to what knows everything:
//!
//! - [`canonical`], [`text`], [`diagnostic`], [`catalog`], [`model`]: hashed forms, words, places in files, rights,
//!   people;
//! - [`config`]: YAML to what should be;
//! - [`attest`], [`export`]: what people say of systems that cannot be read;
//! - [`plan`]: what should be and what is to what will happen;
//! - [`policy`]: what the project's rules keep back of that;
//! - [`provider`], [`http`], [`secret`]: the vendors, and how they are reached;
//! - [`audit`]: why somebody has something, who has it, who had what when;
//! - [`apply`], [`journal`], [`state`]: what is done, the record of it, and where that lives;
//! - [`report`], [`bundle`]: what an auditor asks of a journal, and the evidence for it in one file;
//! - [`snapshot`], [`render`]: values to bytes;
//! - [`ops`], [`vcs`]: one function for each verb, and what git knows;
//! - [`sandbox`]: the simulated vendors, an island;
//! - [`cli`]: the command line.
//!
//! Who may import whom is checked by `tests/it/tidy.rs` and drawn in `ARCHITECTURE.md`.

pub mod apply;
pub mod attest;
pub mod audit;
pub mod bundle;
pub mod canonical;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod diagnostic;
pub mod export;
pub mod http;
pub mod import;
pub mod journal;
pub mod model;
pub mod ops;
pub mod plan;
pub mod policy;
pub mod provider;
pub mod render;
pub mod report;
pub mod sandbox;
pub mod secret;
pub mod snapshot;
pub mod state;
pub mod text;
pub mod vcs;
