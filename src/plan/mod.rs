//! `(Desired, Observed, Memory) -> Plan`: pure, total, deterministic.
//!
//! One [`Plan`] value is rendered, judged, applied and journaled. It leaves nothing to be decided by whoever executes
//! it: ids are resolved, values are complete, the order is fixed. No clock, no environment, no network.
//!
//! In reading order: `read` says what must be known, `identity` whose account is whose, `target` what a grant comes
//! to at a place, `values` what two values mean beside each other, `person` what differs, `take`, `set`, `give`, `invite`, `stranger` and
//! `follow` what is done about it, `make` what the step for it looks like, `order` and `rules` which steps stay and in which order, `report` what else is worth
//! saying, `left_alone` who left and keeps what they have, `hand` what people do where there is no interface,
//! `levels` what the next level of ownership would do, `seal` the id (what only an approval lets through becomes a hold there, unless `policy` found one), [`wire`] the JSON of
//! all that, [`mod@file`] a plan that is kept to be reviewed, [`review`] what of it is done later, and [`part`] what a change
//! causes.

mod digest;
pub mod file;
mod finding;
mod follow;
mod give;
mod hand;
mod hands;
mod identity;
mod input;
mod instruction;
mod invite;
mod left_alone;
mod levels;
mod make;
mod managers;
mod names;
mod order;
mod origins;
pub mod part;
mod person;
mod price;
mod read;
mod reason;
mod report;
mod resend;
pub mod review;
mod rules;
mod seal;
mod set;
mod step;
mod stranger;
mod swing;
mod system;
mod take;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod trust;
mod unmet;
mod values;
pub mod wire;

pub use digest::{Agreed, agreed, digest, value_json, word};
pub use finding::{Finding, FindingSide, Known, Loosened, Settled, Witness};
pub use input::{Input, Only};
pub use levels::{Level, levels};
pub use names::{named_value, same_things};
pub use origins::{is_kept, is_protected};
pub use price::totals;
pub use read::{matches, names_wanted, selection};
pub use report::{failure_text, gap_text};
pub use seal::{draft, keep, plan, seal};
pub use step::{
    Access, Action, Because, Change, Completeness, ConfigFact, DangerClass, Draft, Drift, Effect,
    Hand, Hold, HoldCode, Instruction, Lapse, ManualActor, Mode, Need, Note, Plan, PlanId, Price,
    Proof, Reason, RightDelta, Said, ScopeFact, StaffTarget, Step, StepId, StepKind, Stranger,
    SystemFact, Target, Totals, Typed, TypedValue, Waiting, Withheld,
};
pub use swing::{ByHand, Swing};
pub use trust::{Presence, believed, doubt};
pub use unmet::{Unmet, strayed, unmet};
pub use values::{Shift, gives, holds_right, shift, worth};
