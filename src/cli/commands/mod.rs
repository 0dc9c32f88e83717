//! One file a command: arguments to `ops`, the answer to a document, endings.

pub(super) mod accept;
pub(super) mod apply;
pub(super) mod check;
pub(super) mod codeowners;
pub(super) mod daily;
pub(super) mod doctor;
pub(super) mod done;
pub(super) mod erase;
pub(super) mod explain;
pub(super) mod fmt;
pub(super) mod import;
pub(super) mod init;
pub(super) mod journal;
pub(super) mod lockout;
pub(super) mod manual;
pub(super) mod matrix;
pub(super) mod observe;
pub(super) mod plan;
pub(super) mod report;
pub(super) mod resend;
pub(super) mod sandbox;
pub(super) mod schema;
pub(super) mod show;
pub(super) mod verify;
pub(super) mod who;
pub(super) mod why;
