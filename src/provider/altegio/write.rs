//! Writing: the five calls that change something, and looking at what became of them.
//!
//! Not the verification, which is `apply`'s. Invariants: what goes wrong before the changing call
//! is [`ProviderError::NotSent`], so that nobody takes it for an unknown outcome; a write sends
//! what was read, apart from what is wanted.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::map::{self, Overlay};
use super::read::{location, number};
use super::routes::{self, Route};
use super::wire::{self, Content, Permissions};
use super::{Altegio, Progress};
use crate::catalog::Catalog;
use crate::http::{Exchange, Garbage, HttpError, Unread};
use crate::model::{AccountId, PlaceId, Reading, RightSet, VendorRoleSlug};
use crate::plan::{Access, StaffTarget, Target, strayed};
use crate::provider::{Call, Invitation, PlaceRef, ProviderError, Receipt, Sighting};

const MAY_INVITE: &str = "settings_users_create_access";
const MAY_WRITE: &str = "settings_users_edit_access";
const MAY_REMOVE: &str = "settings_users_delete_access";

/// The answer to a call that changed something.
struct Answer {
    status: u16,
    request_id: Option<Arc<str>>,
    data: Content,
}

impl Altegio {
    /// Makes one change.
    pub(super) async fn write(
        &self,
        call: &Call,
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        match call {
            Call::Invite { place, invitations } => self.invite(place, invitations, progress).await,
            Call::Copy {
                from,
                account,
                to,
                rights,
            } => self.copy(from, account, to, rights, progress).await,
            Call::Write {
                place,
                account,
                target,
                expects,
            } => {
                let expects = expects.as_deref();
                self.set(place, account, target, expects, progress).await
            }
            Call::Remove { place, account } => self.remove(place, account, progress).await,
            Call::RemoveSeveral {
                at,
                account,
                places,
            } => self.remove_several(at, account, places, progress).await,
        }
    }

    async fn invite(
        &self,
        place: &PlaceRef,
        invitations: &[Invitation],
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        let id = place_id(place)?;
        let most = self.profile.invite_batch();
        if invitations.is_empty() || invitations.len() > most {
            return Err(not_sent(format!(
                "an invitation call takes 1 to {most} people, not {}",
                invitations.len()
            )));
        }
        let tree = self.tree(id, progress).await;
        let tree = tree.map_err(|trouble| before(&trouble, place, MAY_INVITE))?;
        let mut left = Vec::new();
        let mut invites = Vec::new();
        for invitation in invitations {
            let target = &invitation.target;
            let role = target.role.as_ref().map(VendorRoleSlug::as_str);
            let overlay = Overlay::new(None, &target.rights, &tree, role);
            invites.push(json!({
                "name": &*invitation.name,
                "search": self.profile.search(&invitation.contact),
                "position": null,
                "user_role": role,
                "user_permissions": overlay.body(),
                "staff_id": match target.staff {
                    StaffTarget::Link(staff) => Some(staff),
                    StaffTarget::Keep | StaffTarget::Nobody => None,
                },
            }));
            left.extend(overlay.left);
        }
        let exchange = with_body(&routes::INVITE, &[id], &json!({ "invites": invites }));
        let answer = self.change(&exchange, place, MAY_INVITE, "the location", progress);
        let answer = answer.await;
        // Sent or not: who is there may have changed.
        self.forget_rows(id);
        Ok(receipt(&answer?, left))
    }

    async fn copy(
        &self,
        from: &PlaceRef,
        account: &AccountId,
        to: &PlaceRef,
        rights: &RightSet,
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        let (source, target, user) = (place_id(from)?, place_id(to)?, user_id(account)?);
        let tree = self.tree(target, progress).await;
        let tree = tree.map_err(|trouble| before(&trouble, to, MAY_INVITE))?;
        let overlay = Overlay::new(None, rights, &tree, None);
        let body = json!({
            "user_company_links": [
                { "company_id": target, "user_permissions": overlay.body() },
            ],
        });
        let exchange = with_body(&routes::COPY, &[source, user], &body);
        let what = format!("account {account} at `{}`", from.key);
        let answer = self
            .change(&exchange, to, MAY_INVITE, &what, progress)
            .await;
        self.forget_rows(target);
        Ok(receipt(&answer?, overlay.left))
    }

    async fn set(
        &self,
        place: &PlaceRef,
        account: &AccountId,
        target: &Target,
        expects: Option<&Access>,
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        let (id, user) = (place_id(place)?, user_id(account)?);
        let what = format!("account {account} at `{}`", place.key);
        let tree = self.tree(id, progress).await;
        let tree = tree.map_err(|trouble| before(&trouble, place, MAY_WRITE))?;
        let came = match self.permissions(id, user, progress).await {
            Ok(came) => came,
            Err(Unread::Refused(refused)) if refused.status == 404 => {
                return Err(ProviderError::NotFound { what });
            }
            Err(trouble) => return Err(before(&trouble, place, MAY_WRITE)),
        };
        if came.is_editable == Some(false) {
            return Err(ProviderError::Rejected {
                status: 200,
                errors: vec!["this account cannot be changed by the caller (is_editable)".into()],
            });
        }
        if let Some(before) = expects {
            let (live, _) = map::rights(&came, Some(&tree));
            let catalog = Catalog::current();
            let role = came.role.as_deref();
            let what = strayed(catalog, before, target, role, came.staff, &live);
            if !what.is_empty() {
                return Err(ProviderError::Stale { what });
            }
        }
        let wanted_role = target.role.as_ref().map(VendorRoleSlug::as_str);
        let role = wanted_role.or(came.role.as_deref());
        let staff = match target.staff {
            StaffTarget::Keep => came.staff,
            StaffTarget::Link(staff) => Some(staff),
            StaffTarget::Nobody => None,
        };
        let mut overlay = Overlay::new(Some(&came), &target.rights, &tree, role);
        let whole = |overlay: &Overlay| {
            let body = json!({
                "user_role": role,
                "staff_id": staff,
                "user_permissions": overlay.body(),
            });
            with_body(&routes::WRITE, &[id, user], &body)
        };
        let first = self
            .change(&whole(&overlay), place, MAY_WRITE, &what, progress)
            .await;
        let answer = match first {
            Ok(answer) => answer,
            // One right that may not be changed for this user can turn all of them away.
            Err(error @ (ProviderError::Forbidden { .. } | ProviderError::Rejected { .. })) => {
                let own = self.tree_for(id, user, progress).await.ok();
                let own = own.map(|tree| Overlay::new(Some(&came), &target.rights, &tree, role));
                match own {
                    Some(own) if own.send != overlay.send => overlay = own,
                    _ => return Err(error),
                }
                self.change(&whole(&overlay), place, MAY_WRITE, &what, progress)
                    .await?
            }
            Err(error) => return Err(error),
        };

        // A role that changed may have brought its own rights along after the answer was made.
        let role_stayed = came.role.as_deref() == role;
        let echoed = role_stayed
            .then(|| Permissions::read(&answer.data).ok())
            .flatten();
        let now = match echoed {
            Some(now) => Some(now),
            None => self.permissions(id, user, progress).await.ok(),
        };
        let only_values_differ = now.as_ref().filter(|now| {
            now.role.as_deref() == role
                && now.staff == staff
                && !overlay.stuck(&target.rights, now, &tree)
        });
        if let Some(now) = only_values_differ {
            // What may not be changed for this user is kept in silence by some.
            if let Ok(own) = self.tree_for(id, user, progress).await {
                overlay = Overlay::new(Some(&came), &target.rights, &own, role);
            }
            if !overlay.stuck(&target.rights, now, &tree) {
                let body = json!({ "user_permissions": overlay.body() });
                let exchange = with_body(&routes::WRITE, &[id, user], &body);
                let again = self.change(&exchange, place, MAY_WRITE, &what, progress);
                // The first write has had its effect: that nothing more came of this one is for reading
                // back to say. Only one that may yet have an effect is not known.
                if let Err(error @ ProviderError::Unknown { .. }) = again.await {
                    return Err(error);
                }
            }
        }
        Ok(receipt(&answer, overlay.left))
    }

    async fn remove(
        &self,
        place: &PlaceRef,
        account: &AccountId,
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        let (id, user) = (place_id(place)?, user_id(account)?);
        let what = format!("account {account} at `{}`", place.key);
        let exchange = routes::REMOVE.exchange(&[id, user]);
        let answer = self
            .change(&exchange, place, MAY_REMOVE, &what, progress)
            .await;
        self.forget_rows(id);
        match answer {
            Ok(answer) => Ok(receipt(&answer, Vec::new())),
            // Gone already: by somebody else, or by an attempt whose answer was lost.
            Err(ProviderError::NotFound { .. }) => Ok(Receipt {
                status: 404,
                ..Receipt::default()
            }),
            Err(error) => Err(error),
        }
    }

    /// Takes access at several places. Whether the vendor means the location of the path, too, is
    /// written nowhere; so it is in the list like the others. A 404 tells nothing about the others,
    /// and stays one.
    async fn remove_several(
        &self,
        at: &PlaceRef,
        account: &AccountId,
        places: &[PlaceRef],
        progress: &Progress<'_>,
    ) -> Result<Receipt, ProviderError> {
        let (id, user) = (place_id(at)?, user_id(account)?);
        let ids: BTreeSet<u64> = places.iter().map(place_id).collect::<Result<_, _>>()?;
        let links: Vec<Json> = ids.iter().map(|id| json!({ "company_id": id })).collect();
        let body = json!({ "user_company_links": links });
        let exchange = with_body(&routes::REMOVE_SEVERAL, &[id, user], &body);
        let what = format!("account {account} at `{}`", at.key);
        let answer = self
            .change(&exchange, at, MAY_REMOVE, &what, progress)
            .await;
        for id in ids {
            self.forget_rows(id);
        }
        Ok(receipt(&answer?, Vec::new()))
    }

    /// One call that changes something.
    async fn change(
        &self,
        exchange: &Exchange,
        place: &PlaceRef,
        right: &'static str,
        what: &str,
        progress: &Progress<'_>,
    ) -> Result<Answer, ProviderError> {
        let answer = self.client.fetch(exchange, progress, |reply| {
            let answer = wire::open(reply)?.map(|data| Answer {
                status: reply.status,
                request_id: reply.request_id.clone(),
                data,
            });
            Ok::<_, Garbage>(answer.map_err(|refused| (refused, reply.doubtful)))
        });
        let answer = answer.await;
        progress.done();
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            // An earlier attempt may have had its effect, and that is why this one is refused: by a vendor that says "not
            // found" with 200, for instance.
            Ok(Err((refused, true))) if refused.status != 404 => Err(ProviderError::Unknown {
                why: format!(
                    "refused ({}) after an attempt whose answer was lost",
                    refused.status
                ),
            }),
            Ok(Err((refused, _))) => Err(match refused.status {
                401 => ProviderError::Unauthorized,
                403 => forbidden(place, right),
                404 => ProviderError::NotFound { what: what.into() },
                status => ProviderError::Rejected {
                    status,
                    errors: refused
                        .errors
                        .iter()
                        .map(|error| self.client.clean(error))
                        .collect(),
                },
            }),
            Err(HttpError::Unknown(why)) => Err(ProviderError::Unknown { why }),
            Err(error @ (HttpError::NotSent(_) | HttpError::Throttled)) => {
                Err(not_sent(error.to_string()))
            }
        }
    }

    /// Looks at one account: its rights, and its row where that is not known from this run.
    pub(super) async fn sight(
        &self,
        place: &PlaceRef,
        account: &AccountId,
        progress: &Progress<'_>,
    ) -> Sighting {
        let (id, user) = match (place_id(place), user_id(account)) {
            (Ok(id), Ok(user)) => (id, user),
            (Err(error), _) | (_, Err(error)) => return Sighting::Unknown(error.to_string()),
        };
        let permissions = match self.permissions(id, user, progress).await {
            Ok(permissions) => Some(permissions),
            Err(Unread::Refused(refused)) if refused.status == 404 => None,
            Err(trouble) => return Sighting::Unknown(trouble.words()),
        };
        let remembered = permissions
            .as_ref()
            .and_then(|_| self.remembered_row(id, account));
        let mut found = match remembered {
            Some(row) => map::account(&row),
            None => match self.row(place, id, account, progress).await {
                Ok(found) => found,
                // The vendor told their rights a moment ago.
                Err(Sighting::Absent) if permissions.is_some() => {
                    return Sighting::Unknown(
                        "the list lacks somebody who has rights there".into(),
                    );
                }
                Err(sighting) => return sighting,
            },
        };
        if let Some(permissions) = permissions {
            let tree = self.tree(id, progress).await.ok();
            let (rights, unknown) = map::rights(&permissions, tree.as_deref());
            map::with_permissions(&mut found, &permissions, Arc::new(rights), unknown);
        }
        Sighting::There(Box::new(found))
    }

    /// The account as a fresh list has it, or what can be said without it.
    async fn row(
        &self,
        place: &PlaceRef,
        id: u64,
        account: &AccountId,
        progress: &Progress<'_>,
    ) -> Result<crate::model::Account, Sighting> {
        let unknown = |why: &str| Sighting::Unknown(why.to_owned());
        let listed = self.users(id, progress).await;
        let listed = listed.map_err(|error| Sighting::Unknown(error.to_string()))?;
        if let Some(row) = listed.seen().and_then(|rows| rows.get(account)) {
            return Ok(map::account(row));
        }
        Err(match listed {
            // The caller is somebody.
            Reading::Complete(rows) if rows.is_empty() => unknown("the list of users is empty"),
            Reading::Complete(_) => Sighting::Absent,
            Reading::Partial(..) => unknown("the list of users is not complete"),
            Reading::Unreadable(_) => Sighting::Unknown(format!(
                "the list of users of `{}` cannot be read",
                place.key
            )),
        })
    }
}

fn with_body(route: &Route, numbers: &[u64], body: &Json) -> Exchange {
    let mut exchange = route.exchange(numbers);
    exchange.body = Some(body.to_string());
    exchange
}

fn receipt(answer: &Answer, mut left: Vec<Arc<str>>) -> Receipt {
    left.sort();
    left.dedup();
    Receipt {
        status: answer.status,
        request_id: answer.request_id.clone(),
        not_sent: left,
    }
}

fn not_sent(why: String) -> ProviderError {
    ProviderError::NotSent { why }
}

fn forbidden(place: &PlaceRef, right: &str) -> ProviderError {
    ProviderError::Forbidden {
        place: place.key.to_string(),
        right: Some(right.into()),
    }
}

/// What a read that failed before the change means: nothing was changed.
fn before(trouble: &Unread, place: &PlaceRef, right: &str) -> ProviderError {
    match trouble {
        Unread::Refused(refused) if refused.status == 401 => ProviderError::Unauthorized,
        Unread::Refused(refused) if refused.status == 403 => forbidden(place, right),
        other => not_sent(other.words()),
    }
}

fn place_id(place: &PlaceRef) -> Result<u64, ProviderError> {
    let at: PlaceId = place.place();
    location(place).map_err(|_| not_sent(format!("the id of `{at}` is no number")))
}

fn user_id(account: &AccountId) -> Result<u64, ProviderError> {
    number(account).ok_or_else(|| not_sent("the id of the account is no number".into()))
}
