//! The one integration test binary; its modules in reading order.
//!
//! One binary compiles and links once. `tidy` fails when a file of this folder is not listed here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::format_collect,
    reason = "a test that cannot go on stops where it is; functions beside the tests are test code too"
)]

mod accept;
mod acting;
mod adopted;
mod attested;
mod authors;
mod based;
mod broken;
mod canonical;
mod chaos;
mod converge;
mod daily;
mod doctor;
mod due;
mod edit;
mod evidence;
mod explained;
mod formats;
mod gone;
mod hand;
mod import;
mod left_alone;
mod limiter;
mod links;
mod lists;
mod lockout;
mod matrix;
mod observed;
mod policies;
mod reference;
mod report;
mod resend;
mod retries;
mod reviewed;
mod safety;
mod scenario;
mod schema;
mod state;
mod stretches;
mod support;
mod terminal;
mod threats;
mod tidy;
mod transcripts;
mod trust;
mod unremembered;
mod verbs;
mod why;
