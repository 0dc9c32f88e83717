//! The one integration test binary; its modules in reading order.
//!
//! One binary compiles and links once. `tidy` fails when a file of this folder is not listed here.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is; functions beside the tests are test code too"
)]

mod broken;
mod converge;
mod explained;
mod scenario;
mod schema;
mod support;
mod tidy;
mod transcripts;
