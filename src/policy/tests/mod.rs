//! Rules over drafts that are put together by hand, with limits and approvals that are read from YAML.

mod authors;
mod drift;
mod laws;
mod limits;
mod quiet;
mod shrink;
mod world;
