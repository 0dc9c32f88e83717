//! `(Desired, Observed, Memory) -> Plan`: pure, total, deterministic.
//!
//! One [`Plan`] value is rendered, judged, applied and journaled. It leaves nothing to be decided by whoever executes
//! it: ids are resolved, values are complete, the order is fixed. No clock, no environment, no network.

mod step;

pub use step::{
    Access, Because, Change, Completeness, ConfigFact, DangerClass, Draft, Drift, Effect, Hold,
    HoldCode, Instruction, Lapse, ManualActor, Mode, Note, Plan, PlanId, Price, Reason, RightDelta,
    ScopeFact, StaffTarget, Step, StepId, StepKind, Stranger, SystemFact, Target, Totals, Waiting,
    Withheld,
};
