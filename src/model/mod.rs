//! The vocabulary of staff access: people, places, rights, what should be and what is.
//!
//! No serde, no IO, no clock. Names follow the field's terms: *desired* is what YAML says, *observed* what a vendor
//! says, a *scope* is a system at a place, the unit of reading and of trust.

mod attested;
mod baseline;
mod contact;
mod desired;
pub mod explained;
mod id;
mod lockout;
mod memory;
mod observed;
mod policy;
mod rights;
mod rule;
mod rulebook;
mod wanted;

pub use attested::{Attestation, AttestationDoubt, Attested, CLOCKS_DIFFER, HasNow, Says};
pub use baseline::{Baseline, Noted, NotedSet, Was};
pub use contact::{Contact, ContactFault, Email, Phone};
pub use desired::{
    AccountPin, Actor, AsOf, Desired, DesiredSystem, Ended, Gives, Grant, GrantState, InvitePolicy,
    InviteWay, LeftAlone, Managed, Ownership, Person, PersonKind, PlaceFact, PlaceStatus,
    RightSource, StaffWish, StandingLine, Strangers, Timing, Turn, Vanished, WillChange,
};
pub use id::{AccountId, LocationKey, PersonKey, PlaceId, RoleKey, SystemName, VendorRoleSlug};
pub use memory::{Handed, HeldAt, KnownAccount, Memory, NotedAttestation, SentInvitation, Since};
pub use observed::{
    Account, AccountState, Caller, ExportFact, Facts, Gap, NameTable, Named, Observed,
    ObservedSystem, OwnRights, Profile, ReadFailure, Reading, RightFact, RightsTree, ScopeState,
    UnknownRight,
};
pub use policy::{
    Breach, Demand, FenceSays, Named as NamedRights, OnlyRole, Policy, Waiver, Within,
};
pub use rights::{Days, Item, Items, One, RightSet, Value};
pub use rule::{
    Allow, Answer, Answered, Approval, Bound, DriftRule, Limit, Limits, Quiet, Rules, Stale,
};
pub use rulebook::RuleBook;
pub use wanted::{NamesWanted, PlaceRef};
