//! What a run has to say about its journal: what an earlier one left torn, and what it means that it cannot be written.
//!
//! Not the journal itself. Invariant: a run that did something never ends as if it had done nothing.

use crate::apply::{Outcome, Outcomes};
use crate::cli::failure::Ending;
use crate::cli::session::ending_of;
use crate::journal::TornLine;

/// What is said of a line that an earlier run left behind.
pub(in crate::cli) fn mended(torn: &TornLine) -> String {
    let kept = torn.kept.as_ref().map(|kept| format!(" as `{kept}`"));
    format!(
        "note: an earlier run died while it wrote to the journal: the {} bytes of its last line were moved aside{}; what it had begun is found out by reading",
        torn.bytes,
        kept.unwrap_or_default()
    )
}

/// What a journal that could not be written means beside that the plan was not carried out whole.
pub(super) fn broken(outcomes: &Outcomes) -> Option<Ending> {
    let ending = ending_of(outcomes.journal.as_ref()?);
    let sent = |(_, outcome): &(_, Outcome)| match outcome {
        Outcome::NotDone(_) | Outcome::ByHand | Outcome::Said | Outcome::Stopped => false,
        Outcome::Done { .. }
        | Outcome::Already { .. }
        | Outcome::DidNotStick { .. }
        | Outcome::Refused(_)
        | Outcome::Unknown { .. }
        | Outcome::SentNotVisible => true,
    };
    // Where something was done, that it was not all is what matters.
    let is_error = ending == Ending::BadInput && outcomes.steps.iter().any(sent);
    (!is_error).then_some(ending)
}
