//! What can be proven of an Altegio or YCLIENTS system by harmless reads: tokens, places, the caller's rights.
//!
//! Not a judge of the project. Invariants: only calls that read are made; what a token lacks is named together with
//! what cannot be done without it.

use std::sync::Arc;

use super::read::{fatal, location};
use super::wire::{self, Group};
use super::{Altegio, Progress, routes};
use crate::catalog::{Catalog, ChainRight, How, Verb, capability};
use crate::http::Unread;
use crate::model::{AccountState, NamesWanted, OwnRights, Reading, ScopeState};
use crate::plan::{failure_text, gap_text};
use crate::provider::{Finding, PlaceRef, ProviderError, Verdict};

/// The chain right that giving chain access by hand needs.
const CHAIN_USERS: &str = "users_access";

/// So many rights are named; the rest is a number.
const NAMED: usize = 8;

fn finding(what: impl Into<String>, verdict: Verdict, detail: impl Into<String>) -> Finding {
    Finding {
        what: what.into(),
        verdict,
        detail: detail.into(),
        help: None,
    }
}

fn helped(mut finding: Finding, help: impl Into<String>) -> Finding {
    finding.help = Some(help.into());
    finding
}

impl Altegio {
    pub(super) async fn findings(
        &self,
        places: &[PlaceRef],
        thorough: bool,
        progress: &Progress<'_>,
    ) -> Vec<Finding> {
        let each = if thorough { 4 } else { 2 };
        progress.expect(1 + places.len() * each + usize::from(self.chain.is_some()));
        let managed = match self.managed(progress).await {
            Ok(managed) => managed,
            Err(error) => return vec![refused(&error)],
        };
        let mut findings = Vec::new();
        let mut listed = false;
        for place in places {
            match self.place(place, thorough, progress).await {
                Ok((found, readable)) => {
                    findings.extend(found);
                    listed |= readable;
                }
                Err(error) => return vec![refused(&error)],
            }
        }
        if self.chain.is_some() {
            findings.extend(self.chains(progress).await);
        }
        let tokens = match managed {
            Some(all) => {
                let count = all.len();
                let plural = if count == 1 { "" } else { "s" };
                let detail = format!("accepted; they manage {count} location{plural}");
                finding("the tokens", Verdict::Fine, detail)
            }
            // The list can be empty for an application's credentials, although they read users well.
            None if listed => finding(
                "the tokens",
                Verdict::Fine,
                "accepted; the list of what they manage is empty or refused, so each location answers for itself",
            ),
            None => helped(
                finding(
                    "the tokens",
                    Verdict::CannotTell,
                    "not refused, but no location answers to them",
                ),
                "the owner of the user token needs access to the declared locations",
            ),
        };
        findings.insert(0, tokens);
        findings
    }

    /// One place: its list, the caller's rights there and, when thorough, the tree of rights and the names of things.
    async fn place(
        &self,
        place: &PlaceRef,
        thorough: bool,
        progress: &Progress<'_>,
    ) -> Result<(Vec<Finding>, bool), ProviderError> {
        let what = place.key.as_str();
        let id = match location(place) {
            Ok(id) => id,
            Err(failure) => {
                let found = finding(what, Verdict::Wrong, failure_text(&failure));
                return Ok((vec![found], false));
            }
        };
        let listed = self.users(id, progress).await?;
        let readable = listed.seen().is_some();
        let mut findings = vec![users(what, &super::read::scope(&listed))];
        if !readable {
            return Ok((findings, false));
        }
        match self.own(id, progress).await {
            Ok(Some(own)) => findings.push(rights(what, own, self.profile.kind())),
            Ok(None) => findings.push(finding(
                what,
                Verdict::CannotTell,
                "the answer about the caller's own rights has none of the rights about users",
            )),
            Err(trouble) => match fatal(&trouble) {
                Some(fatal) => return Err(fatal),
                None => findings.push(side(what, "the caller's own rights", &trouble)),
            },
        }
        if thorough {
            findings.push(match self.tree(id, progress).await {
                Ok(tree) => tree_of(what, &tree.model()),
                Err(trouble) => side(what, "the tree of rights", &trouble),
            });
            let wanted = NamesWanted {
                accounts: true,
                storages: true,
                staff: true,
                positions: true,
                expenses: true,
            };
            let (names, trouble) = self.names(id, wanted, progress).await;
            findings.push(match trouble {
                Some(trouble) => side(what, "the names of things", &trouble),
                None => names_of(what, &names),
            });
        }
        Ok((findings, true))
    }

    /// The caller's own rights in the chain that the settings name.
    async fn chains(&self, progress: &Progress<'_>) -> Vec<Finding> {
        let declared = self.chain.as_deref().unwrap_or_default();
        let what = format!("chain {declared}");
        let exchange = routes::GROUPS.exchange(&[]);
        let groups = match self.get(&exchange, progress, wire::groups).await {
            Ok(groups) => groups,
            Err(trouble) => return vec![side(&what, "the list of chains", &trouble)],
        };
        let found = groups.iter().find(|group| group.id.to_string() == declared);
        let Some(group) = found else {
            let detail =
                "the token does not see it; chain access is apart from access to locations";
            return vec![helped(
                finding(what, Verdict::CannotTell, detail),
                "chain steps are done by hand: whoever of `hands` does them needs access to the chain",
            )];
        };
        vec![chain(what, group)]
    }
}

fn refused(error: &ProviderError) -> Finding {
    match error {
        ProviderError::Unauthorized => helped(
            finding(
                "the tokens",
                Verdict::Wrong,
                "the vendor does not accept them (401)",
            ),
            "a user token ends when its owner changes the password: log in again; the partner token is in the developer's cabinet",
        ),
        ProviderError::NotSent { .. } => {
            finding("the connection", Verdict::Wrong, error.to_string())
        }
        other => finding("the tokens", Verdict::Wrong, other.to_string()),
    }
}

fn side(what: &str, side: &str, trouble: &Unread) -> Finding {
    let detail = format!("{side} cannot be read: {}", trouble.words());
    finding(what, Verdict::CannotTell, detail)
}

/// Whether the place is visible, and who is there.
fn users(what: &str, reading: &Reading<ScopeState>) -> Finding {
    let count = |state: &ScopeState| {
        let all = state.accounts.len();
        let mut invited = state.accounts.values();
        let invited = invited
            .by_ref()
            .filter(|account| account.state == AccountState::Invited)
            .count();
        let plural = if all == 1 { "" } else { "s" };
        format!("visible; {all} user{plural}, {invited} of them invited")
    };
    match reading {
        Reading::Complete(state) => finding(what, Verdict::Fine, count(state)),
        Reading::Partial(state, gaps) => {
            let gaps = gaps.iter().take(NAMED).map(gap_text).collect::<Vec<_>>();
            let detail = format!("{}; read in part: {}", count(state), gaps.join("; "));
            finding(what, Verdict::Wrong, detail)
        }
        Reading::Unreadable(failure) => helped(
            finding(
                what,
                Verdict::Wrong,
                format!("the users cannot be read: {}", failure_text(failure)),
            ),
            "the owner of the user token needs access there, with the right to see users",
        ),
    }
}

/// What the caller may do about users at a place, and which verbs it lacks a right for.
fn rights(what: &str, own: OwnRights, kind: crate::catalog::Kind) -> Finding {
    let has = |slug: &str| match slug {
        "settings_users_access" => own.view,
        "settings_users_create_access" => own.create,
        "settings_users_edit_access" => own.edit,
        "settings_users_delete_access" => own.delete,
        // Nothing is known of it, and the vendor will say.
        _ => true,
    };
    let lacking = |verb: &Verb| {
        let it = capability(kind, *verb);
        let slug = it.needs.filter(|_| it.how == How::Api)?;
        (!has(slug)).then(|| (slug, verb.as_str()))
    };
    let lacking: Vec<_> = Verb::ALL.iter().filter_map(lacking).collect();
    let limited = if own.limited {
        "; grants only rights it holds itself (`settings_users_limited_access`)"
    } else {
        ""
    };
    if lacking.is_empty() {
        let detail = format!("the caller may see, invite, change and remove users{limited}");
        return finding(what, Verdict::Fine, detail);
    }
    let mut slugs: Vec<&str> = lacking.iter().map(|(slug, _)| *slug).collect();
    slugs.dedup();
    let parts = slugs.iter().map(|wanted| {
        let verbs = lacking.iter().filter(|(slug, _)| slug == wanted);
        let verbs = verbs.map(|(_, verb)| *verb).collect::<Vec<_>>().join(", ");
        format!("`{wanted}` for {verbs}")
    });
    let parts = parts.collect::<std::collections::BTreeSet<_>>();
    let parts = parts.into_iter().collect::<Vec<_>>().join("; ");
    let verdict = if own.view {
        Verdict::OnlyLooks
    } else {
        Verdict::Wrong
    };
    helped(
        finding(what, verdict, format!("the caller lacks {parts}{limited}")),
        "give the owner of the user token these rights there, or set `ownership: report` and leave the changes to others",
    )
}

/// How much of the tree of rights the caller may change.
fn tree_of(what: &str, tree: &crate::model::RightsTree) -> Finding {
    let catalog = Catalog::current();
    let there = catalog.all().zip(&tree.rights);
    let there = there.filter_map(|(right, fact)| Some((right.slug, (*fact)?)));
    let (may, may_not): (Vec<_>, Vec<_>) = there.partition(|(_, fact)| fact.editable);
    let mut detail = format!("the caller may change {} rights", may.len());
    if !may_not.is_empty() {
        let slugs = may_not.iter().map(|(slug, _)| *slug);
        detail.push_str(&format!(
            ", and not these {}: {}",
            may_not.len(),
            shortened(slugs)
        ));
    }
    if !tree.unknown.is_empty() {
        let slugs = tree.unknown.keys().map(Arc::as_ref);
        detail.push_str(&format!(
            "; {} are not in the catalogue: {}",
            tree.unknown.len(),
            shortened(slugs)
        ));
    }
    let verdict = if may.is_empty() {
        Verdict::OnlyLooks
    } else {
        Verdict::Fine
    };
    finding(what, verdict, detail)
}

fn shortened<'a>(slugs: impl Iterator<Item = &'a str>) -> String {
    let slugs: Vec<&str> = slugs.collect();
    let mut text = slugs
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if slugs.len() > NAMED {
        text.push_str(", ...");
    }
    text
}

/// Which lists of names came.
fn names_of(what: &str, names: &crate::model::NameTable) -> Finding {
    let lists = [
        ("cash desks", names.accounts.as_ref()),
        ("storages", names.storages.as_ref()),
        ("team members", names.staff.as_ref()),
        ("positions", names.positions.as_ref()),
        ("payment items", names.expenses.as_ref()),
    ];
    let (came, missing): (Vec<_>, Vec<_>) = lists.iter().partition(|(_, list)| list.is_some());
    let came = came
        .iter()
        .map(|(name, list)| format!("{} {name}", list.map_or(0, Vec::len)));
    let mut detail = format!("names: {}", came.collect::<Vec<_>>().join(", "));
    if missing.is_empty() {
        return finding(what, Verdict::Fine, detail);
    }
    let missing = missing.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    detail.push_str(&format!("; not with this call: {}", missing.join(", ")));
    finding(what, Verdict::CannotTell, detail)
}

fn chain(what: String, group: &Group) -> Finding {
    let own: Vec<&str> = group
        .own
        .iter()
        .filter_map(|key| ChainRight::by_key(key))
        .map(|right| right.key)
        .collect();
    if own.contains(&CHAIN_USERS) {
        let detail = format!("the caller has {}", shortened(own.into_iter()));
        return finding(what, Verdict::Fine, detail);
    }
    let detail = if own.is_empty() {
        format!("the caller has no chain right, so not `{CHAIN_USERS}` either")
    } else {
        let own = shortened(own.into_iter());
        format!("the caller has {own}, and not `{CHAIN_USERS}`")
    };
    helped(
        finding(what, Verdict::CannotTell, detail),
        format!("chain steps are done by hand: whoever of `hands` does them needs `{CHAIN_USERS}`"),
    )
}
