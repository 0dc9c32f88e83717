//! Staff access as code for chains of shops, salons and clinics.
//!
//! The modules in reading order, from what knows nothing to what knows everything:
//!
//! - [`canonical`], [`text`], [`diagnostic`], [`catalog`], [`model`]: hashed forms, words, places in files, rights,
//!   people;
//! - [`config`]: YAML to what should be;
//! - [`plan`]: what should be and what is to what will happen;
//! - [`http`], [`secret`]: calls, their pace, and the tokens they carry;
//! - [`provider`]: the vendors, and the port they are reached through;
//! - [`snapshot`]: what they said, kept in a file;
//! - [`journal`]: what was done and seen, hash-chained;
//! - [`apply`]: a plan, carried out and read back;
//! - [`render`]: values to bytes;
//! - [`sandbox`]: the vendors, simulated; it knows none of the above.
//!
//! Who may import whom is checked by `tests/it/tidy.rs` and drawn in `ARCHITECTURE.md`.

pub mod apply;
pub mod canonical;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod diagnostic;
pub mod http;
pub mod journal;
pub mod model;
pub mod plan;
pub mod provider;
pub mod render;
pub mod sandbox;
pub mod secret;
pub mod snapshot;
pub mod text;
