//! One function for each verb: what the library can do, typed. Nothing here prints, asks or reads the environment.

pub mod accept;
pub mod attest;
pub mod doctor;
pub mod due;
pub mod edit;
pub mod erase;
pub mod export;
pub mod format;
pub mod hand;
pub mod live;
pub mod lockout;
pub mod only;
pub mod planned;
pub mod project;
pub mod record;
pub mod refused;
pub mod resend;
pub mod vanished;
pub mod verb;
pub mod when;
