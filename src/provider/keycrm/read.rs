//! Reading the list of users so that it can be believed.
//!
//! Not a judgement of who is missing: gaps are handed on as they are. Invariant: [`Reading::Complete`] is the whole list
//! as it was at one moment.
//!
//! Why that holds: every page but the last is read once before the last one and once after, and has the same users both
//! times. An id never comes back for somebody else, so each of these users was there at the moment of the last page; so
//! were those of the last page itself; and at that moment the vendor counted as many as there are. Hence these are all.

use std::collections::{BTreeMap, BTreeSet};

use super::Keycrm;
use super::map;
use super::routes;
use super::wire::{self, Page, UserRow};
use crate::http::{Exchange, Garbage, HttpError, Refused, Unread};
use crate::model::{Account, AccountId, Gap, ReadFailure, Reading, ScopeState};
use crate::provider::ProviderError;
use crate::provider::progress::Progress;

/// How often a list that contradicts itself is read.
const ATTEMPTS: usize = 3;

/// No list has more pages than this, whatever its total says.
const MOST_PAGES: usize = 2_000;

/// Whether it says of every other call, too, that it will not do.
fn is_about_the_key(trouble: &Unread) -> bool {
    matches!(trouble.status(), Some(401 | 403))
}

/// What one way through the pages found.
#[derive(Debug, Default)]
struct Pass {
    pages: Vec<Page>,
    /// Everybody on these pages.
    ids: BTreeSet<u64>,
    /// Whether the last page brought somebody.
    grew: bool,
    /// Whether a page was another when it was read again.
    moved: bool,
    /// Why it ended before the last page.
    broken: Option<String>,
}

impl Pass {
    fn add(&mut self, page: Page) {
        let before = self.ids.len();
        self.ids.extend(rows(&page).map(|row| row.id));
        self.grew = self.ids.len() > before;
        self.pages.push(page);
    }

    /// The total of the last page.
    fn told(&self) -> Option<u64> {
        self.pages.last()?.total
    }

    fn distinct(&self) -> u64 {
        u64::try_from(self.ids.len()).unwrap_or(u64::MAX)
    }

    /// Whether there is no reason to ask for another page. A total that is reached is none where the vendor names a next
    /// page: that one is looked at, too.
    fn is_at_its_end(&self) -> bool {
        let goes_on = self.pages.last().is_some_and(|page| page.goes_on);
        let all = !goes_on && self.told().is_some_and(|told| self.distinct() >= told);
        all || !self.grew || self.pages.len() >= MOST_PAGES
    }

    /// Whether every page tells the same total, and nobody is there twice.
    fn is_steady(&self) -> bool {
        let came: usize = self.pages.iter().map(|page| page.rows.len()).sum();
        let told = self.told();
        !self.moved && came == self.ids.len() && self.pages.iter().all(|page| page.total == told)
    }

    /// Whether it is the whole list.
    fn agrees(&self) -> bool {
        self.broken.is_none() && self.is_steady() && self.told() == Some(self.distinct())
    }
}

fn rows(page: &Page) -> impl Iterator<Item = &UserRow> {
    page.rows.iter().flatten()
}

impl Keycrm {
    /// One call that reads.
    pub(super) async fn get<T>(
        &self,
        exchange: &Exchange,
        progress: &Progress<'_>,
        read: impl Fn(&serde_json::Value) -> Result<T, Garbage> + Send + Sync,
    ) -> Result<T, Unread> {
        let answer = self.client.ask(exchange, progress, wire::open, read).await;
        progress.done();
        answer
    }

    /// Everybody. A list that contradicts itself is read again, and in the end is not believed.
    pub(super) async fn users(
        &self,
        progress: &Progress<'_>,
    ) -> Result<Reading<ScopeState>, ProviderError> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            match self.pass(progress).await {
                Ok(pass) => {
                    // Calls that fail have been repeated already.
                    let enough = pass.agrees() || pass.broken.is_some();
                    last = Some(pass);
                    if enough {
                        break;
                    }
                }
                Err(trouble) if last.is_none() || is_about_the_key(&trouble) => {
                    return failure(trouble);
                }
                // A list in doubt is better than none.
                Err(_) => break,
            }
        }
        Ok(self.reading(&last.unwrap_or_default()))
    }

    /// Once through all pages, and once more through those that may have changed since. An error means that the first
    /// page did not come, or that the key is refused.
    async fn pass(&self, progress: &Progress<'_>) -> Result<Pass, Unread> {
        let mut pass = Pass::default();
        loop {
            let number = pass.pages.len() + 1;
            match self.page(number, progress).await {
                Ok(page) => pass.add(page),
                Err(trouble) if number == 1 || is_about_the_key(&trouble) => return Err(trouble),
                Err(trouble) => {
                    pass.broken = Some(format!("page {number}: {}", trouble.words()));
                    return Ok(pass);
                }
            }
            if number == 1 {
                progress.expect(calls_to_come(&pass));
            }
            if pass.is_at_its_end() {
                break;
            }
        }
        // One page is one moment. The last of several is the moment that counts.
        if pass.pages.len() > 1 && pass.agrees() {
            for (number, page) in (1..pass.pages.len()).zip(&pass.pages) {
                match self.page(number, progress).await {
                    Ok(again) => pass.moved = again != *page,
                    Err(trouble) if is_about_the_key(&trouble) => return Err(trouble),
                    Err(trouble) => {
                        let why = format!("page {number}, read again: {}", trouble.words());
                        pass.broken = Some(why);
                    }
                }
                if pass.moved || pass.broken.is_some() {
                    break;
                }
            }
        }
        Ok(pass)
    }

    async fn page(&self, number: usize, progress: &Progress<'_>) -> Result<Page, Unread> {
        self.get(&routes::users(number), progress, Page::read).await
    }

    /// A pass as far as it can be believed.
    fn reading(&self, pass: &Pass) -> Reading<ScopeState> {
        let mut accounts: BTreeMap<AccountId, Account> = BTreeMap::new();
        let mut gaps = BTreeSet::new();
        for row in pass.pages.iter().flat_map(|page| &page.rows) {
            let row = row.as_ref().map_err(Clone::clone);
            match row.and_then(|row| map::account(row, &self.roles)) {
                Ok(account) => drop(accounts.insert(account.id.clone(), account)),
                Err(why) => {
                    let why = self.client.clean(&why).into();
                    gaps.insert(Gap::BadRow { why });
                }
            }
        }
        let mut row_gap = |why: String| gaps.insert(Gap::BadRow { why: why.into() });
        if let Some(why) = &pass.broken {
            row_gap(why.clone());
        } else if !pass.is_steady() {
            row_gap("the list changed while it was read, each time".into());
        }
        match pass.told() {
            Some(told) if told == pass.distinct() => {}
            Some(told) => {
                let came = pass.distinct();
                gaps.insert(Gap::CountDiffers { told, came });
            }
            None => drop(row_gap("the list came without its total".into())),
        }
        let state = ScopeState {
            accounts,
            ..ScopeState::default()
        };
        if gaps.is_empty() {
            Reading::Complete(state)
        } else {
            Reading::Partial(state, gaps.into_iter().collect())
        }
    }
}

/// How many calls a first page lets expect.
fn calls_to_come(pass: &Pass) -> usize {
    let size = u64::try_from(pass.pages.first().map_or(0, |page| page.rows.len()));
    let pages = match (pass.told(), size) {
        (Some(told), Ok(size)) if size > 0 => told.div_ceil(size),
        _ => 1,
    };
    let pages = usize::try_from(pages).map_or(MOST_PAGES, |pages| pages.clamp(1, MOST_PAGES));
    2 * pages - 1
}

fn failure(trouble: Unread) -> Result<Reading<ScopeState>, ProviderError> {
    let failure = match trouble {
        Unread::Refused(Refused { status: 401, .. }) => return Err(ProviderError::Unauthorized),
        Unread::Refused(Refused { status: 403, .. }) => ReadFailure::Forbidden { right: None },
        Unread::Http(HttpError::NotSent(why)) => return Err(ProviderError::NotSent { why }),
        other => ReadFailure::Failed {
            why: other.words().into(),
        },
    };
    Ok(Reading::Unreadable(failure))
}
