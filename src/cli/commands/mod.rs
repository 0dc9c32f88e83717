//! One file a command: arguments to `ops`, the answer to a document, endings.

pub(super) mod accept;
pub(super) mod apply;
pub(super) mod check;
pub(super) mod daily;
pub(super) mod doctor;
pub(super) mod done;
pub(super) mod erase;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod journal;
pub(super) mod lockout;
pub(super) mod manual;
pub(super) mod observe;
pub(super) mod plan;
pub(super) mod resend;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod show;
