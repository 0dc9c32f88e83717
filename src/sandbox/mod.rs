//! Simulated vendors: the product's trial, its examples and its tests run against them.
//!
//! Not a mock of the product's own client: written from the vendors' reference alone, sharing no type with the
//! providers, so that a misreading on one side meets the other. The invariant is determinism: a world is a value, and
//! equal worlds answer equal calls at equal instants equally.
//!
//! A [`World`] holds all systems of a [`seed`]; a [`Sandbox`] gives it a clock, a mutex and a state file; [`serve`]
//! puts it on a loopback port, where a system answers under `/<system>/api/v1` and the first one under `/api/v1`
//! too. [`admin`] describes `/_sandbox/*`.

pub mod admin;
mod apenday;
mod change;
mod envelope;
mod faults;
mod hand;
mod host;
mod keycrm;
mod kind;
mod limits;
mod link;
pub mod log;
mod manual;
pub mod options;
mod reservio;
mod rights;
mod roles;
mod routes;
pub mod seed;
mod server;
mod stamp;
mod state;
mod store;
mod wire;
mod work;
mod world;

#[cfg(test)]
mod tests;

pub use change::{Change, Thing};
pub use faults::{Chances, Fault, FaultKind};
pub use host::{OpenError, Sandbox};
pub use kind::Kind;
pub use limits::{Limits, Window};
pub use seed::SeedError;
pub use server::{Server, serve};
pub use store::{Store, StoreError};
pub use wire::{Fate, Reply, Request};
pub use work::{Administrator, HandDone, HandWork};
pub use world::World;
