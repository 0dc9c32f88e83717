//! Rules over drafts that are put together by hand, with limits and approvals that are read from YAML.

mod laws;
mod limits;
mod world;
