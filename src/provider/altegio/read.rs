//! Reading: what the token sees, who is where, and what the selected have.
//!
//! Not a judgement of what is missing: gaps are handed on as they are. Invariants: a list is
//! complete only if it has as many distinct users as the vendor's total says; a token that is not
//! accepted ends the whole read at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::map;
use super::names::{name_by_options, say_what_is_unnamed};
use super::routes;
use super::tree::LiveTree;
use super::wire::{self, Content, Permissions, UserRow, Users};
use super::{Altegio, Progress};
use crate::catalog::{Catalog, ChainRight};
use crate::http::{Exchange, Garbage, HttpError, Job, Unread, together};
use crate::model::{
    AccountId, Caller, Gap, NameTable, ObservedSystem, OwnRights, PlaceId, ReadFailure, Reading,
    RightSet, ScopeState,
};
use crate::provider::{Branch, NamesWanted, PlaceRef, ProviderError, ReadRequest};

/// Calls under way at once; the limiter lets fewer leave, some wait to be repeated.
const UNDER_WAY: usize = 16;

/// Locations on a page.
const PAGE: usize = 200;

/// No token manages more pages than this.
const MOST_PAGES: usize = 50;

/// The right that reading users needs, for people who are told that it is missing.
const MAY_VIEW: &str = "settings_users_access";

/// The one trouble that ends everything.
pub(super) fn fatal(trouble: &Unread) -> Option<ProviderError> {
    (trouble.status() == Some(401)).then_some(ProviderError::Unauthorized)
}

/// Reads ids and names of locations from a page.
type Rows<'a> = dyn Fn(&Content) -> Result<Vec<(u64, String)>, Garbage> + Send + Sync + 'a;

/// The caller's own rights in chains, by the chain's id.
type Chains = BTreeMap<Arc<str>, BTreeSet<Arc<str>>>;

/// A list and how far it goes.
pub(super) type Listed = Reading<BTreeMap<AccountId, UserRow>>;

/// What one side read of a place found.
enum Found {
    Tree(usize, Result<Arc<LiveTree>, Unread>),
    Own(usize, Result<Option<OwnRights>, Unread>),
    Names(usize, NameTable, Option<Unread>),
}

impl Altegio {
    /// One call that reads.
    pub(super) async fn get<T>(
        &self,
        exchange: &Exchange,
        progress: &Progress<'_>,
        read: impl Fn(&Content) -> Result<T, Garbage> + Send + Sync,
    ) -> Result<T, Unread> {
        let answer = self.client.ask(exchange, progress, wire::open, read).await;
        progress.done();
        answer
    }

    /// Everything a plan needs.
    pub(super) async fn read(
        &self,
        request: &ReadRequest<'_>,
        progress: &Progress<'_>,
    ) -> Result<ObservedSystem, ProviderError> {
        let taken = self.clock.now();
        let calls = self.client.calls();
        progress.expect(1 + request.places.len());

        let (visible, chains) = self.visible(request, progress).await?;
        let jobs = request.places.iter().map(|(place, _)| {
            let visible = &visible;
            let job = async move {
                let listed = match location(place) {
                    Ok(id) if visible.as_ref().is_some_and(|all| !all.contains(&id)) => {
                        Reading::Unreadable(ReadFailure::Invisible)
                    }
                    Ok(id) => self.users(id, progress).await?,
                    Err(failure) => Reading::Unreadable(failure),
                };
                Ok(listed)
            };
            Box::pin(job) as Job<'_, Listed, ProviderError>
        });
        let listed = together(UNDER_WAY, jobs.collect()).await?;
        let mut scopes: BTreeMap<PlaceId, Reading<ScopeState>> = BTreeMap::new();
        for ((place, _), listed) in request.places.iter().zip(&listed) {
            scopes.insert(place.place(), scope(listed));
        }
        let trees = self.read_sides(request, &mut scopes, progress).await?;
        self.read_rights(request, &mut scopes, &trees, progress)
            .await?;
        Ok(ObservedSystem {
            kind: self.profile.kind().as_str(),
            host: Arc::clone(&self.host),
            taken,
            caller: Caller {
                chains,
                ..Caller::default()
            },
            scopes,
            calls: self.client.calls().saturating_sub(calls),
        })
    }

    /// The locations the token manages; none if that cannot be said.
    ///
    /// The list can be empty for the credentials of a marketplace application, although it reads
    /// users well: then, and where the list is refused, each place answers for itself.
    pub(super) async fn managed(
        &self,
        progress: &Progress<'_>,
    ) -> Result<Option<BTreeSet<u64>>, ProviderError> {
        let read = |content: &Content| {
            let ids = wire::company_ids(content)?;
            Ok(ids.into_iter().map(|id| (id, String::new())).collect())
        };
        let all = self.companies(&read, progress).await?;
        Ok(all.map(|all| all.into_keys().collect()))
    }

    /// The same with their names.
    pub(super) async fn managed_branches(
        &self,
        progress: &Progress<'_>,
    ) -> Result<Option<Vec<Branch>>, ProviderError> {
        progress.expect(1);
        let all = self.companies(&wire::branches, progress).await?;
        let branch = |(id, title): (u64, String)| Branch {
            id: id.to_string().into(),
            title: title.into(),
        };
        Ok(all.map(|all| all.into_iter().map(branch).collect()))
    }

    /// All pages of the list of locations.
    async fn companies(
        &self,
        rows: &Rows<'_>,
        progress: &Progress<'_>,
    ) -> Result<Option<BTreeMap<u64, String>>, ProviderError> {
        let mut all = BTreeMap::new();
        for page in 1..=MOST_PAGES {
            let mut exchange = routes::COMPANIES.exchange(&[]);
            exchange.query = vec![
                ("my", "1".into()),
                ("page", page.to_string()),
                ("count", PAGE.to_string()),
            ];
            let read = |content: &Content| Ok((rows(content)?, content.total));
            let (found, total) = match self.get(&exchange, progress, read).await {
                Ok(page) => page,
                Err(Unread::Http(HttpError::NotSent(why))) => {
                    return Err(ProviderError::NotSent { why });
                }
                Err(trouble) => match fatal(&trouble) {
                    Some(fatal) => return Err(fatal),
                    None => return Ok(None),
                },
            };
            let before = all.len();
            let came = found.len();
            all.extend(found);
            let new = all.len() - before;
            let enough = match total {
                Some(total) => u64::try_from(all.len()).unwrap_or(u64::MAX) >= total,
                None => came < PAGE,
            };
            // A page without anything new is the same page again.
            if enough || new == 0 {
                return Ok((!all.is_empty()).then_some(all));
            }
        }
        Ok(None)
    }

    /// The locations the token sees, none if that cannot be said, and its own rights in chains.
    ///
    /// A declared location that is not among those it manages may still be one of a chain it sees:
    /// then the list of its users decides. Chains are asked for only where that is in question, or
    /// where the settings name one.
    async fn visible(
        &self,
        request: &ReadRequest<'_>,
        progress: &Progress<'_>,
    ) -> Result<(Option<BTreeSet<u64>>, Chains), ProviderError> {
        let mut managed = self.managed(progress).await?;
        let is_elsewhere = |place: &PlaceRef| {
            let all = managed.as_ref();
            all.is_some_and(|all| location(place).is_ok_and(|id| !all.contains(&id)))
        };
        let mut chains = Chains::new();
        if self.chain.is_some() || request.places.iter().any(|(place, _)| is_elsewhere(place)) {
            let exchange = routes::GROUPS.exchange(&[]);
            let groups = fatal_or(self.get(&exchange, progress, wire::groups).await)?;
            for group in groups.unwrap_or_default() {
                if let Some(all) = &mut managed {
                    all.extend(group.locations);
                }
                let own = group.own.iter().filter_map(|key| ChainRight::by_key(key));
                let own = own.map(|right| Arc::from(right.key)).collect();
                chains.insert(group.id.to_string().into(), own);
            }
        }
        Ok((managed, chains))
    }

    /// The users of a location. A list that contradicts itself is read once more.
    pub(super) async fn users(
        &self,
        location: u64,
        progress: &Progress<'_>,
    ) -> Result<Listed, ProviderError> {
        let mut listed = None;
        for _ in 0..2 {
            let exchange = routes::USERS.exchange(&[location]);
            let users = match self.get(&exchange, progress, Users::read).await {
                Ok(users) => users,
                Err(trouble) => match (fatal(&trouble), listed) {
                    (Some(fatal), _) => return Err(fatal),
                    // The first list is better than none.
                    (None, Some(listed)) => return Ok(listed),
                    (None, None) => return Ok(Reading::Unreadable(failure(&trouble))),
                },
            };
            match judge(users) {
                // Nobody at all cannot be: whoever asks is somebody there.
                Reading::Complete(rows) if rows.is_empty() => {
                    listed = Some(Reading::Unreadable(ReadFailure::Empty));
                }
                complete @ Reading::Complete(_) => {
                    listed = Some(complete);
                    break;
                }
                doubtful => listed = Some(doubtful),
            }
        }
        let listed = listed.unwrap_or(Reading::Unreadable(ReadFailure::Empty));
        if let Some(rows) = listed.seen() {
            self.remember_rows(location, rows);
        }
        Ok(listed)
    }

    /// Trees, the caller's own rights and names of every place that could be listed.
    async fn read_sides(
        &self,
        request: &ReadRequest<'_>,
        scopes: &mut BTreeMap<PlaceId, Reading<ScopeState>>,
        progress: &Progress<'_>,
    ) -> Result<BTreeMap<PlaceId, Arc<LiveTree>>, ProviderError> {
        let mut jobs: Vec<Job<'_, Found, ProviderError>> = Vec::new();
        for (number, (place, wanted)) in request.places.iter().enumerate() {
            let readable = scopes.get(&place.place()).and_then(Reading::seen).is_some();
            let Some(id) = location(place).ok().filter(|_| readable) else {
                continue;
            };
            let wanted = *wanted;
            jobs.push(Box::pin(async move {
                let tree = self.tree(id, progress).await;
                Ok(Found::Tree(number, fatal_or(tree)?))
            }));
            jobs.push(Box::pin(async move {
                let own = self.own(id, progress).await;
                Ok(Found::Own(number, fatal_or(own)?))
            }));
            if wanted != NamesWanted::default() {
                jobs.push(Box::pin(async move {
                    let (names, trouble) = self.names(id, wanted, progress).await;
                    match trouble.as_ref().and_then(fatal) {
                        Some(fatal) => Err(fatal),
                        None => Ok(Found::Names(number, names, trouble)),
                    }
                }));
            }
        }
        progress.expect(jobs.len());
        let mut trees = BTreeMap::new();
        let mut troubles: BTreeMap<usize, Unread> = BTreeMap::new();
        for found in together(UNDER_WAY, jobs).await? {
            let (Found::Tree(number, _) | Found::Own(number, _) | Found::Names(number, _, _)) =
                &found;
            let Some((place, _)) = request.places.get(*number) else {
                continue;
            };
            let Some(reading) = scopes.get_mut(&place.place()) else {
                continue;
            };
            match found {
                Found::Tree(_, Ok(tree)) => {
                    if let Some(state) = state(reading) {
                        state.tree = Some(Arc::new(tree.model()));
                    }
                    trees.insert(place.place(), tree);
                }
                Found::Tree(_, Err(trouble)) => side_gap(reading, "the roles tree", &trouble),
                Found::Own(_, Ok(own)) => {
                    if let Some(state) = state(reading) {
                        state.own = own;
                    }
                }
                // The read only spares calls that would be refused: refused itself, it leaves them.
                Found::Own(_, Err(Unread::Refused(_))) => {}
                Found::Own(_, Err(trouble)) => {
                    side_gap(reading, "the caller's own rights", &trouble);
                }
                Found::Names(number, names, trouble) => {
                    if let Some(state) = state(reading) {
                        state.names = names;
                    }
                    troubles.extend(trouble.map(|trouble| (number, trouble)));
                }
            }
        }
        for (number, (place, wanted)) in request.places.iter().enumerate() {
            let Some(reading) = scopes.get_mut(&place.place()) else {
                continue;
            };
            let tree = trees.get(&place.place());
            let Some(state) = state(reading) else {
                continue;
            };
            name_by_options(&mut state.names, *wanted, tree);
            let mut trouble = troubles.remove(&number);
            if let Ok(id) = location(place) {
                let again = self.name_by_own_lists(id, &mut state.names, *wanted, progress);
                trouble = again.await?.or(trouble);
            }
            say_what_is_unnamed(reading, *wanted, trouble.as_ref());
        }
        Ok(trees)
    }

    /// Rights of the selected accounts.
    async fn read_rights(
        &self,
        request: &ReadRequest<'_>,
        scopes: &mut BTreeMap<PlaceId, Reading<ScopeState>>,
        trees: &BTreeMap<PlaceId, Arc<LiveTree>>,
        progress: &Progress<'_>,
    ) -> Result<(), ProviderError> {
        let selected = (request.select)(scopes);
        let mut whose = Vec::new();
        for (place, _) in &request.places {
            let Ok(id) = location(place) else { continue };
            let at = place.place();
            let listed = scopes.get(&at).and_then(Reading::seen);
            for account in selected.get(&at).into_iter().flatten() {
                if listed.is_some_and(|state| state.accounts.contains_key(account)) {
                    whose.push((at.clone(), id, account.clone()));
                }
            }
        }
        progress.expect(whose.len());
        let jobs = whose.iter().map(|(_, location, account)| {
            let job = async move {
                let read = match number(account) {
                    Some(user) => fatal_or(self.permissions(*location, user, progress).await)?,
                    None => Err(Unread::Http(HttpError::NotSent(
                        "the id is no number".into(),
                    ))),
                };
                Ok(read)
            };
            Box::pin(job) as Job<'_, Result<Permissions, Unread>, ProviderError>
        });
        let read = together(UNDER_WAY, jobs.collect()).await?;

        let mut shared = Shared::default();
        for ((at, _, account), read) in whose.iter().zip(read) {
            let Some(reading) = scopes.get_mut(at) else {
                continue;
            };
            match read {
                Ok(permissions) => {
                    let tree = trees.get(at).map(Arc::as_ref);
                    let (rights, unknown) = map::rights(&permissions, tree);
                    if let Some(state) = state(reading)
                        && let Some(account) = state.accounts.get_mut(account)
                    {
                        let rights = shared.share(rights);
                        map::with_permissions(account, &permissions, rights, unknown);
                    }
                }
                Err(trouble) => {
                    let why = match trouble.status() {
                        Some(404) => "it vanished while it was read".into(),
                        _ => trouble.words().into(),
                    };
                    let account = account.clone();
                    add_gap(reading, Gap::RightsUnread { account, why });
                }
            }
        }
        Ok(())
    }

    /// The live catalogue of a location; read once, then remembered.
    pub(super) async fn tree(
        &self,
        location: u64,
        progress: &Progress<'_>,
    ) -> Result<Arc<LiveTree>, Unread> {
        if let Some(tree) = self.remembered_tree(location) {
            return Ok(tree);
        }
        let exchange = routes::ROLES.exchange(&[location]);
        let tree = Arc::new(self.read_tree(exchange, progress).await?);
        self.remember_tree(location, &tree);
        Ok(tree)
    }

    /// The live catalogue as the caller may change it for one user. A call for each user, so only
    /// where a write met with doubt.
    pub(super) async fn tree_for(
        &self,
        location: u64,
        user: u64,
        progress: &Progress<'_>,
    ) -> Result<LiveTree, Unread> {
        let exchange = routes::ROLES_FOR.exchange(&[location, user]);
        self.read_tree(exchange, progress).await
    }

    async fn read_tree(
        &self,
        mut exchange: Exchange,
        progress: &Progress<'_>,
    ) -> Result<LiveTree, Unread> {
        exchange.query = vec![("include[]", "user_permissions".into())];
        self.get(&exchange, progress, LiveTree::read).await
    }

    /// Role, staff link and rights of one user.
    pub(super) async fn permissions(
        &self,
        location: u64,
        user: u64,
        progress: &Progress<'_>,
    ) -> Result<Permissions, Unread> {
        let exchange = routes::PERMISSIONS.exchange(&[location, user]);
        self.get(&exchange, progress, Permissions::read).await
    }

    /// What the token may do about users; none if the answer has none of the keys.
    ///
    /// A key that is not there forbids nothing: this read only spares a call that would be refused.
    pub(super) async fn own(
        &self,
        location: u64,
        progress: &Progress<'_>,
    ) -> Result<Option<OwnRights>, Unread> {
        let exchange = routes::OWN.exchange(&[location]);
        let read = |content: &Content| {
            let right = |slug: &str| {
                let catalog = Catalog::current();
                let right = catalog.by_slug(slug).map(|id| catalog.get(id));
                let mut keys = right.map_or(&[] as &[_], |right| right.legacy).iter();
                keys.find_map(|key| wire::own_right(&content.data, key))
            };
            if !content.data.is_object() {
                return Err(Garbage("the caller's own rights are no object".into()));
            }
            let view = right(MAY_VIEW);
            let create = right("settings_users_create_access");
            let edit = right("settings_users_edit_access");
            let delete = right("settings_users_delete_access");
            let limited = right("settings_users_limited_access");
            if [view, create, edit, delete, limited]
                .iter()
                .all(Option::is_none)
            {
                return Ok(None);
            }
            Ok(Some(OwnRights {
                view: view.unwrap_or(true),
                create: create.unwrap_or(true),
                edit: edit.unwrap_or(true),
                delete: delete.unwrap_or(true),
                limited: limited.unwrap_or(false),
            }))
        };
        self.get(&exchange, progress, read).await
    }
}

pub(super) fn fatal_or<T>(result: Result<T, Unread>) -> Result<Result<T, Unread>, ProviderError> {
    match result.as_ref().err().and_then(fatal) {
        Some(fatal) => Err(fatal),
        None => Ok(result),
    }
}

/// The vendor's number of a place.
pub(super) fn location(place: &PlaceRef) -> Result<u64, ReadFailure> {
    let id = place.remote.parse().ok().filter(|&id: &u64| id > 0);
    id.ok_or_else(|| ReadFailure::Failed {
        why: "the id of a location is a number here".into(),
    })
}

/// The vendor's number of an account.
pub(super) fn number(account: &AccountId) -> Option<u64> {
    account.as_str().parse().ok().filter(|&id| id > 0)
}

/// Whether the list is whole: as many distinct users as the total says, each row understood.
fn judge(users: Users) -> Listed {
    let mut gaps = Vec::new();
    let mut rows: BTreeMap<AccountId, UserRow> = BTreeMap::new();
    let mut came = 0_u64;
    for row in users.rows {
        came += 1;
        let row = match row {
            Ok(row) => row,
            Err(why) => {
                gaps.push(Gap::BadRow { why: why.into() });
                continue;
            }
        };
        let id = map::account_id(row.id);
        match rows.get(&id) {
            Some(same) if *same == row => {}
            Some(_) => gaps.push(Gap::BadRow {
                why: format!("user {id} is there twice, and not the same").into(),
            }),
            None => drop(rows.insert(id, row)),
        }
    }
    let distinct = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    match users.total {
        Some(told) if told == distinct && came == distinct => {}
        Some(told) => gaps.push(Gap::CountDiffers {
            told,
            came: distinct,
        }),
        None => gaps.push(Gap::BadRow {
            why: "the list came without its total".into(),
        }),
    }
    if gaps.is_empty() {
        Reading::Complete(rows)
    } else {
        Reading::Partial(rows, gaps)
    }
}

/// A list as a scope without rights.
pub(super) fn scope(listed: &Listed) -> Reading<ScopeState> {
    let state = |rows: &BTreeMap<AccountId, UserRow>| ScopeState {
        accounts: rows
            .iter()
            .map(|(id, row)| (id.clone(), map::account(row)))
            .collect(),
        ..ScopeState::default()
    };
    match listed {
        Reading::Complete(rows) => Reading::Complete(state(rows)),
        Reading::Partial(rows, gaps) => Reading::Partial(state(rows), gaps.clone()),
        Reading::Unreadable(failure) => Reading::Unreadable(failure.clone()),
    }
}

fn failure(trouble: &Unread) -> ReadFailure {
    match trouble.status() {
        Some(403) => ReadFailure::Forbidden {
            right: Some(MAY_VIEW.into()),
        },
        Some(404) => ReadFailure::Invisible,
        _ => ReadFailure::Failed {
            why: trouble.words().into(),
        },
    }
}

pub(super) fn state(reading: &mut Reading<ScopeState>) -> Option<&mut ScopeState> {
    match reading {
        Reading::Complete(state) | Reading::Partial(state, _) => Some(state),
        Reading::Unreadable(_) => None,
    }
}

/// Takes away the completeness of a reading.
pub(super) fn add_gap(reading: &mut Reading<ScopeState>, gap: Gap) {
    match reading {
        Reading::Complete(state) => {
            *reading = Reading::Partial(std::mem::take(state), vec![gap]);
        }
        Reading::Partial(_, gaps) => gaps.push(gap),
        Reading::Unreadable(_) => {}
    }
}

fn side_gap(reading: &mut Reading<ScopeState>, what: &str, trouble: &Unread) {
    let gap = Gap::SideRead {
        what: what.into(),
        why: trouble.words().into(),
    };
    add_gap(reading, gap);
}

/// Equal sets of rights are kept once: people of one role at one place mostly have the same.
#[derive(Default)]
struct Shared {
    sets: Vec<Arc<RightSet>>,
}

impl Shared {
    /// Beyond this many the search costs more than it saves.
    const MOST: usize = 256;

    fn share(&mut self, set: RightSet) -> Arc<RightSet> {
        if let Some(known) = self.sets.iter().find(|known| ***known == set) {
            return Arc::clone(known);
        }
        let set = Arc::new(set);
        if self.sets.len() < Self::MOST {
            self.sets.push(Arc::clone(&set));
        }
        set
    }
}
