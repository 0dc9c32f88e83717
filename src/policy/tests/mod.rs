//! Rules over drafts that are put together by hand, with limits and approvals that are read from YAML.

mod authors;
mod laws;
mod limits;
mod shrink;
mod world;
