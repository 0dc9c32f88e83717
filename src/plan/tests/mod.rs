//! The laws of planning and their examples, on a world built by hand.
//!
//! What each file is about: `identity` whose account, `invite` one message, `access` what differs,
//! `keep` whom nothing may touch, `managers` who can still let people in, `reasons` why a step is there, `scopes` trust in
//! reads, `contract` JSON and ids, `file` a plan that is kept, `review` what of it is done, `laws` the properties.

mod access;
mod contract;
mod file;
mod identity;
mod invite;
mod keep;
mod laws;
mod left_alone;
mod managers;
mod reasons;
mod review;
mod scopes;
mod strangers;
pub(crate) mod world;

use crate::model::Value;

/// Whether a value still refers to something by name, or to `self`.
fn names_left(value: &Value) -> bool {
    super::names::uses_names(value) || *value == Value::One(crate::model::One::Myself)
}
