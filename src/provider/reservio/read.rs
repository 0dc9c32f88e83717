//! Reading: whose token it is, and which profiles each business shows.
//!
//! Not a reader of access. Invariants: `/users/me` is asked first, and nothing else without its answer; a list is
//! complete only if it has as many distinct ids as the vendor's total says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::progress::Progress;
use super::Reservio;
use super::wire::{self, Me, Page};
use crate::catalog::Kind;
use crate::http::{Exchange, Garbage, HttpError, Method, Repeat, Unread};
use crate::model::{
    AccountId, Caller, Gap, ObservedSystem, PlaceId, Profile, ReadFailure, Reading, ScopeState,
};
use crate::provider::{PlaceRef, ProviderError, ReadRequest};

/// Rows on a page: what real clients ask for.
const PAGE: &str = "50";

/// No business has more pages than this.
const MOST_PAGES: usize = 200;

/// How often a list that contradicts itself is read.
const ATTEMPTS: usize = 3;

/// The one trouble that ends everything.
fn fatal(trouble: &Unread) -> Option<ProviderError> {
    (trouble.status() == Some(401)).then_some(ProviderError::Unauthorized)
}

fn failure(trouble: &Unread) -> ReadFailure {
    match trouble.status() {
        Some(403) => ReadFailure::Forbidden { right: None },
        Some(404) => ReadFailure::Invisible,
        _ => ReadFailure::Failed {
            why: trouble.words().into(),
        },
    }
}

/// What it means where nothing else can be read without it.
fn error(trouble: Unread) -> ProviderError {
    match trouble {
        Unread::Refused(refused) if refused.status == 401 => ProviderError::Unauthorized,
        Unread::Refused(refused) => ProviderError::Rejected {
            status: refused.status,
            errors: refused.errors,
        },
        Unread::Http(HttpError::NotSent(why)) => ProviderError::NotSent { why },
        Unread::Http(error) => ProviderError::Unknown {
            why: error.to_string(),
        },
    }
}

impl Reservio {
    /// One call that reads. `path` is made of literals, a checked id and a checked query.
    pub(super) async fn get<T>(
        &self,
        path: &str,
        query: &[(&'static str, &str)],
        progress: &Progress<'_>,
        read: impl Fn(&serde_json::Value) -> Result<T, Garbage> + Send + Sync,
    ) -> Result<T, Unread> {
        let exchange = Exchange {
            method: Method::Get,
            path: path.to_owned(),
            query: query
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            body: None,
            repeat: Repeat::Always,
        };
        let answer = self.client.ask(&exchange, progress, wire::open, read).await;
        progress.done();
        answer
    }

    /// Whose token it is: the only proof that it is one.
    pub(super) async fn me(&self, progress: &Progress<'_>) -> Result<Me, Unread> {
        self.get("/users/me", &[], progress, wire::me).await
    }

    /// Everything a plan can know.
    pub(super) async fn read(
        &self,
        request: &ReadRequest<'_>,
        progress: &Progress<'_>,
    ) -> Result<ObservedSystem, ProviderError> {
        let taken = self.clock.now();
        let calls = self.client.calls();
        progress.expect(1 + request.places.len());
        let me = self.me(progress).await.map_err(error)?;
        let mut scopes: BTreeMap<PlaceId, Reading<ScopeState>> = BTreeMap::new();
        for (place, _) in &request.places {
            scopes.insert(place.place(), self.profiles(place, progress).await?);
        }
        Ok(ObservedSystem {
            kind: Kind::Reservio.as_str(),
            host: Arc::clone(&self.host),
            taken,
            caller: Caller {
                account: Some(AccountId::new(me.id)),
                email: me.email,
                ..Caller::default()
            },
            scopes,
            calls: self.client.calls().saturating_sub(calls),
        })
    }

    /// The profiles of a business. A list that contradicts itself is read again, a few times.
    pub(super) async fn profiles(
        &self,
        place: &PlaceRef,
        progress: &Progress<'_>,
    ) -> Result<Reading<ScopeState>, ProviderError> {
        let id = match business_id(place) {
            Ok(id) => id,
            Err(failure) => return Ok(Reading::Unreadable(failure)),
        };
        let mut best: Option<(BTreeSet<Profile>, Vec<Gap>)> = None;
        for _ in 0..ATTEMPTS {
            let (rows, gaps) = match self.pages(id, progress).await {
                Ok(read) => read,
                Err(trouble) => match (fatal(&trouble), best) {
                    (Some(fatal), _) => return Err(fatal),
                    // What was read before is better than nothing.
                    (None, Some((rows, gaps))) => return Ok(Reading::Partial(state(rows), gaps)),
                    (None, None) => return Ok(Reading::Unreadable(failure(&trouble))),
                },
            };
            if gaps.is_empty() {
                return Ok(Reading::Complete(state(rows)));
            }
            best = Some((rows, gaps));
        }
        let (rows, gaps) = best.unwrap_or_default();
        Ok(Reading::Partial(state(rows), gaps))
    }

    /// All pages of one read, and what speaks against their being everything.
    async fn pages(
        &self,
        business: &str,
        progress: &Progress<'_>,
    ) -> Result<(BTreeSet<Profile>, Vec<Gap>), Unread> {
        let path = format!("/businesses/{business}/resources");
        let whole_path = format!("{}{path}", self.base_path);
        let mut rows: BTreeMap<Arc<str>, Profile> = BTreeMap::new();
        let mut gaps = Vec::new();
        let mut totals: BTreeSet<Option<u64>> = BTreeSet::new();
        let mut followed: BTreeSet<String> = BTreeSet::new();
        let mut came = 0_u64;
        let first = [("page[limit]", PAGE)];
        let mut page = self.get(&path, &first, progress, Page::read).await?;
        loop {
            let before = rows.len();
            totals.insert(page.total);
            for row in page.rows {
                match row {
                    Ok(row) => {
                        came += 1;
                        let known = rows.entry(Arc::clone(&row.id)).or_insert(row.clone());
                        if *known != row {
                            let why =
                                format!("resource {} is there twice, and not the same", row.id);
                            gaps.push(Gap::BadRow { why: why.into() });
                        }
                    }
                    Err(why) => gaps.push(Gap::BadRow { why: why.into() }),
                }
            }
            let Some(next) = page.next else { break };
            let Some(query) = wire::query_of(&next, &whole_path) else {
                gaps.push(Gap::SideRead {
                    what: "the next page of the resources".into(),
                    why: "the link to it leads elsewhere, and is not followed".into(),
                });
                break;
            };
            // A page without anything new, or one that was there before: the list does not end by itself.
            let again = !followed.insert(query.to_owned());
            if again || rows.len() == before || followed.len() >= MOST_PAGES {
                break;
            }
            progress.expect(1);
            let next = format!("{path}?{query}");
            match self.get(&next, &[], progress, Page::read).await {
                Ok(further) => page = further,
                Err(trouble) if trouble.status() == Some(401) => return Err(trouble),
                Err(trouble) => {
                    gaps.push(Gap::SideRead {
                        what: "a further page of the resources".into(),
                        why: trouble.words().into(),
                    });
                    break;
                }
            }
        }
        let distinct = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        for total in totals {
            match total {
                Some(told) if told == distinct && came == distinct => {}
                Some(told) => gaps.push(Gap::CountDiffers {
                    told,
                    came: distinct,
                }),
                None => gaps.push(Gap::BadRow {
                    why: "the list came without its total".into(),
                }),
            }
        }
        Ok((rows.into_values().collect(), gaps))
    }
}

/// The id of a business as a part of a path.
pub(super) fn business_id(place: &PlaceRef) -> Result<&str, ReadFailure> {
    let id = &*place.remote;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(plain) {
        return Ok(id);
    }
    Err(ReadFailure::Failed {
        why: "the id of a business is letters, digits and hyphens here".into(),
    })
}

/// Profiles as a scope. Nobody's access can be seen, so there are no accounts.
fn state(profiles: BTreeSet<Profile>) -> ScopeState {
    ScopeState {
        profiles: Some(profiles.into_iter().collect()),
        ..ScopeState::default()
    }
}
