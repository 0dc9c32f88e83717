//! What can be proven of a Reservio system: the token, and that its businesses are there.
//!
//! Not a proof of access, which nothing documented gives. Invariant: a business that answers proves nothing about the
//! token, since it answers anybody.

use super::super::progress::Progress;
use super::Reservio;
use super::read::business_id;
use super::wire;
use crate::catalog::{Kind, preconditions};
use crate::http::{HttpError, Unread};
use crate::model::{ReadFailure, Reading};
use crate::provider::{Finding, PlaceRef, Verdict};

fn finding(what: &str, verdict: Verdict, detail: impl Into<String>) -> Finding {
    Finding {
        what: what.to_owned(),
        verdict,
        detail: detail.into(),
        help: None,
    }
}

fn helped(mut finding: Finding, help: &str) -> Finding {
    finding.help = Some(help.to_owned());
    finding
}

impl Reservio {
    pub(super) async fn findings(
        &self,
        places: &[PlaceRef],
        thorough: bool,
        progress: &Progress<'_>,
    ) -> Vec<Finding> {
        progress.expect(1 + places.len() * if thorough { 2 } else { 1 });
        let mut findings = Vec::new();
        let me = self.me(progress).await;
        let goes_on = !matches!(&me, Err(Unread::Http(HttpError::NotSent(_))))
            && me.as_ref().err().and_then(Unread::status) != Some(401);
        findings.push(match me {
            Ok(me) => {
                let email = me.email.map(|email| format!(", {}", email.masked()));
                let whose = format!("user {}{}", me.id, email.unwrap_or_default());
                finding(
                    "the token",
                    Verdict::Fine,
                    format!("accepted; it is that of {whose}"),
                )
            }
            Err(trouble) => token_trouble(&trouble),
        });
        if goes_on {
            for place in places {
                findings.push(self.business(place, progress).await);
                if thorough {
                    findings.push(self.resources(place, progress).await);
                }
            }
        }
        findings.push(finding(
            "who has access",
            Verdict::CannotTell,
            "no call shows it; profiles are bookable people and rooms, and prove nothing",
        ));
        for it in preconditions(Kind::Reservio) {
            findings.push(finding(
                it.what,
                Verdict::CannotTell,
                format!("no call tells; {}", it.text),
            ));
        }
        findings
    }

    async fn business(&self, place: &PlaceRef, progress: &Progress<'_>) -> Finding {
        let what = place.key.as_str();
        let id = match business_id(place) {
            Ok(id) => id,
            Err(ReadFailure::Failed { why }) => return finding(what, Verdict::Wrong, &*why),
            Err(_) => return finding(what, Verdict::Wrong, "it cannot be asked for"),
        };
        let path = format!("/businesses/{id}");
        match self.get(&path, &[], progress, wire::business).await {
            Ok(Some(name)) => finding(what, Verdict::Fine, format!("Reservio calls it `{name}`")),
            Ok(None) => finding(
                what,
                Verdict::Fine,
                "the business is there; it shows no name",
            ),
            Err(trouble) if trouble.status() == Some(404) => helped(
                finding(
                    what,
                    Verdict::Wrong,
                    format!("Reservio has no business `{id}`"),
                ),
                "the id is the UUID of the business; compare it with the one in Reservio's address bar or ask its support",
            ),
            Err(trouble) => finding(what, Verdict::Wrong, trouble.words()),
        }
    }

    async fn resources(&self, place: &PlaceRef, progress: &Progress<'_>) -> Finding {
        let what = place.key.as_str();
        let count = |state: &crate::model::ScopeState| {
            let count = state.profiles.as_ref().map_or(0, Vec::len);
            format!("{count} bookable people and rooms")
        };
        match self.profiles(place, progress).await {
            Ok(Reading::Complete(state)) => finding(what, Verdict::Fine, count(&state)),
            Ok(Reading::Partial(state, _)) => helped(
                finding(
                    what,
                    Verdict::Wrong,
                    format!("{}, but the list contradicts itself", count(&state)),
                ),
                "try again when nobody edits the team",
            ),
            Ok(Reading::Unreadable(failure)) => {
                finding(what, Verdict::Wrong, crate::plan::failure_text(&failure))
            }
            Err(error) => finding(what, Verdict::Wrong, error.to_string()),
        }
    }
}

fn token_trouble(trouble: &Unread) -> Finding {
    match trouble {
        Unread::Refused(refused) if matches!(refused.status, 401 | 403) => helped(
            finding("the token", Verdict::Wrong, trouble.words()),
            "Reservio's support hands tokens out on the Pro plan; ask for a new one",
        ),
        Unread::Http(HttpError::NotSent(why)) => finding(
            "the connection",
            Verdict::Wrong,
            format!("Reservio could not be reached: {why}"),
        ),
        _ => finding("the token", Verdict::Wrong, trouble.words()),
    }
}
