//! Proving the key, and the project's names of roles, by harmless reads.
//!
//! Not a read of everybody. Invariant: what was not seen is said to be unknown, never fine.

use std::collections::{BTreeMap, BTreeSet};

use super::Keycrm;
use super::routes;
use super::wire::{self, Page};
use crate::http::{HttpError, Unread};
use crate::provider::progress::Progress;
use crate::provider::{Finding, Verdict};

const KEY: &str = "the API key";

const WHERE_THE_KEY_IS: &str = "look at Settings > Integrations > API in KeyCRM: the key there must be the one that `tokens` in keyholder.yaml names, and the user it belongs to must not be blocked";

impl Keycrm {
    pub(super) async fn findings(&self, thorough: bool, progress: &Progress<'_>) -> Vec<Finding> {
        progress.expect(1);
        let page = self.get(&routes::one_user(), progress, Page::read).await;
        let mut findings = vec![key(page)];
        let proven = findings.iter().all(|it| it.verdict == Verdict::Fine);
        if thorough && proven && !self.roles.is_empty() {
            findings.extend(self.roles_as_seen(progress).await);
        }
        findings
    }

    /// The `roles:` of the project beside what orders call them.
    async fn roles_as_seen(&self, progress: &Progress<'_>) -> Vec<Finding> {
        progress.expect(1);
        let exchange = routes::assigned();
        let roles = match self.get(&exchange, progress, wire::seen_roles).await {
            Ok(roles) => roles,
            Err(trouble) => {
                return vec![Finding {
                    what: "the names of roles".into(),
                    verdict: Verdict::CannotTell,
                    detail: format!("the newest orders could not be read: {}", trouble.words()),
                    help: None,
                }];
            }
        };
        let mut seen: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for role in roles {
            let names = role.names.iter().map(|name| self.client.clean(name));
            seen.entry(role.id).or_default().extend(names);
        }
        let finding = |(number, name): (&i64, &crate::model::VendorRoleSlug)| {
            let names = seen.get(number).filter(|names| !names.is_empty());
            let is_it = |seen: &String| seen.to_lowercase() == name.as_str().to_lowercase();
            let (verdict, detail, help) = match names {
                Some(names) if names.iter().any(is_it) => {
                    let detail = format!("number {number} is called `{name}` at KeyCRM, too");
                    (Verdict::Fine, detail, None)
                }
                Some(names) => {
                    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
                    (
                        Verdict::Wrong,
                        format!(
                            "number {number} is `{name}` in `roles:`, and KeyCRM calls it {}",
                            names.join(" or ")
                        ),
                        Some(
                            "see Settings > Roles in KeyCRM, then correct the number or the name under `roles:` of the system",
                        ),
                    )
                }
                None => (
                    Verdict::CannotTell,
                    format!("nobody with number {number} is assigned to one of the newest orders"),
                    None,
                ),
            };
            Finding {
                what: format!("the role `{name}`"),
                verdict,
                detail,
                help: help.map(str::to_owned),
            }
        };
        self.roles.iter().map(finding).collect()
    }
}

/// What one call says of the key.
fn key(page: Result<Page, Unread>) -> Finding {
    let (verdict, detail, help) = match page {
        Ok(page) => {
            let users = page.total.map_or_else(
                || "the list of users".into(),
                |total| format!("{total} users"),
            );
            (Verdict::Fine, format!("it reads {users}"), None)
        }
        Err(trouble) => {
            let help = match &trouble {
                Unread::Refused(_) if matches!(trouble.status(), Some(401 | 403)) => {
                    WHERE_THE_KEY_IS
                }
                Unread::Http(HttpError::NotSent(_)) => {
                    "check the network, and `url` of the system if it has one"
                }
                Unread::Http(HttpError::Throttled) => {
                    "something else uses up the limit on calls; try again in a minute"
                }
                Unread::Refused(_) | Unread::Http(HttpError::Unknown(_)) => {
                    "try again later, and check `url` of the system if it has one"
                }
            };
            (Verdict::Wrong, trouble.words(), Some(help.to_owned()))
        }
    };
    Finding {
        what: KEY.into(),
        verdict,
        detail,
        help,
    }
}
