//! The one integration test binary; its modules in reading order.
//!
//! One binary compiles and links once. `tidy` fails when a file of this folder is not listed here.

mod broken;
mod support;
mod tidy;
