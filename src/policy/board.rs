//! Who has what, and which steps there are: what every rule looks at.
//!
//! Not a judgement. Invariant: only an account that is in use counts as somebody who can get in; a pending invitation and
//! a step by hand never do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Kind, RightId, VendorRole, role};
use crate::model::{
    Account, AccountId, AccountState, Managed, PersonKey, PersonKind, PlaceId, PlaceStatus,
    Reading, SystemName, VendorRoleSlug, Within,
};
use crate::plan::{
    Access, Because, Completeness, DangerClass, Draft, Finding, HoldCode, Input, Known, Mode, Note,
    Step, StepId, StepKind, gives, holds_right,
};
use crate::text::{Span, mask_contacts};

/// Somebody as they are counted: a person once, however many accounts they have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Person(PersonKey),
    Account(SystemName, AccountId),
}

impl Who {
    pub(super) fn person(&self) -> Option<&PersonKey> {
        match self {
            Who::Person(key) => Some(key),
            Who::Account(..) => None,
        }
    }

    /// In messages.
    pub(super) fn call(&self) -> String {
        match self {
            Who::Person(key) => format!("`{key}`"),
            Who::Account(_, account) => format!("account {account} that nobody declared"),
        }
    }
}

/// An account at a place.
pub(super) type Slot = (SystemName, PlaceId, AccountId);

/// A live row of a system with rights.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) system: &'a SystemName,
    pub(super) place: &'a PlaceId,
    pub(super) account: &'a Account,
    pub(super) who: Who,
}

impl Row<'_> {
    pub(super) fn slot(&self) -> Slot {
        (
            self.system.clone(),
            self.place.clone(),
            self.account.id.clone(),
        )
    }
}

/// Where something is counted; none is "all of them".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Area {
    pub(super) system: Option<SystemName>,
    pub(super) place: Option<PlaceId>,
}

impl Area {
    /// The area that a place of a system lies in.
    pub(super) fn of(within: Within, system: &SystemName, place: &PlaceId) -> Self {
        Self {
            system: (within != Within::Chain).then(|| system.clone()),
            place: (within == Within::Location).then(|| place.clone()),
        }
    }

    fn has(&self, system: &SystemName, place: &PlaceId) -> bool {
        self.system.as_ref().is_none_or(|own| own == system)
            && self.place.as_ref().is_none_or(|own| own == place)
    }

    /// In messages, after a noun.
    pub(super) fn call(&self) -> String {
        match (&self.system, &self.place) {
            (_, Some(place)) => format!("at {place}"),
            (Some(system), None) => format!("in `{system}`"),
            (None, None) => "in the whole chain".into(),
        }
    }
}

/// A step that a rule forbids.
#[derive(Clone, Debug)]
pub(super) struct Forbidden {
    pub(super) code: HoldCode,
    pub(super) message: String,
    pub(super) help: String,
    /// The rule; the step's own lines follow.
    pub(super) because: Vec<Because>,
}

/// Everything that is judged.
pub(super) struct Board<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) draft: Draft,
    /// What is forbidden, by position of the step.
    pub(super) forbidden: BTreeMap<usize, Vec<Forbidden>>,
    pub(super) findings: BTreeSet<Finding>,
    pub(super) notes: BTreeSet<Note>,
    pub(super) waived: BTreeSet<Arc<str>>,
    at: BTreeMap<StepId, usize>,
}

impl<'a> Board<'a> {
    pub(super) fn new(draft: Draft, input: &'a Input<'a>) -> Self {
        let at = draft.steps.iter().map(|step| step.id.clone()).zip(0..);
        Self {
            at: at.collect(),
            input,
            draft,
            forbidden: BTreeMap::new(),
            findings: BTreeSet::new(),
            notes: BTreeSet::new(),
            waived: BTreeSet::new(),
        }
    }

    pub(super) fn catalog(&self) -> &'static Catalog {
        self.input.catalog
    }

    /// The steps that nothing forbids so far, in their order.
    pub(super) fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let all = self.draft.steps.iter().enumerate();
        all.filter(|(at, _)| !self.forbidden.contains_key(at))
    }

    pub(super) fn forbid(&mut self, step: usize, forbidden: Forbidden) {
        self.forbidden.entry(step).or_default().push(forbidden);
    }

    /// Steps that are verified before a step, near and far.
    pub(super) fn before(&self, step: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![step];
        while let Some(at) = open.pop() {
            let waits = self.draft.steps.get(at).map(|step| &step.waits_for);
            for id in waits.into_iter().flatten() {
                if let Some(&earlier) = self.at.get(id)
                    && found.insert(earlier)
                {
                    open.push(earlier);
                }
            }
        }
        found
    }

    /// Lets a step wait for one that stands before it in the order, so that no circle can come of it.
    pub(super) fn let_wait(&mut self, step: usize, earlier: usize) -> bool {
        let Some(id) = self.draft.steps.get(earlier).map(|step| step.id.clone()) else {
            return false;
        };
        match self.draft.steps.get_mut(step) {
            Some(step) if !step.waits_for.contains(&id) => {
                step.waits_for.push(id);
                step.waits_for.sort();
                true
            }
            _ => false,
        }
    }

    /// A line of the project, as a rule that is named; contacts are masked.
    pub(super) fn line(&self, span: Span) -> Because {
        Because::Line(self.origin(span))
    }

    fn origin(&self, span: Span) -> crate::text::Origin {
        let mut origin = self.input.sources.origin(span);
        origin.text = mask_contacts(&origin.text).into();
        origin
    }

    /// `policies.yaml:3`.
    pub(super) fn place_of(&self, span: Span) -> String {
        let origin = self.origin(span);
        format!("{}:{}", origin.file, origin.line)
    }

    /// Slugs of rights.
    pub(super) fn slugs(&self, rights: impl IntoIterator<Item = RightId>) -> Vec<Arc<str>> {
        let slug = |id| Arc::from(self.catalog().get(id).slug);
        rights.into_iter().map(slug).collect()
    }

    /// Whether it is somebody who leaves the chain: whom no count holds.
    pub(super) fn leaves(&self, person: Option<&PersonKey>) -> bool {
        leaves(self.input, person)
    }

    /// Every area that a rule counts in: open places, systems, or the one chain.
    pub(super) fn areas(&self, within: Within) -> BTreeSet<Area> {
        let desired = self.input.desired;
        let mut areas = BTreeSet::new();
        for (name, system) in &desired.systems {
            if !has_rights(system.kind) {
                continue;
            }
            let open = system.locations.keys().filter(|key| {
                let fact = desired.places.get(key);
                fact.is_some_and(|fact| fact.status == PlaceStatus::Open)
            });
            areas.extend(open.map(|key| Area::of(within, name, &PlaceId::At(key.clone()))));
        }
        areas
    }

    /// Whether nobody can be missing from what was read of an area.
    pub(super) fn is_known(&self, area: &Area) -> bool {
        let scopes = self.draft.scopes.iter();
        let mut within = scopes
            .filter(|scope| scope.place != PlaceId::Chain && area.has(&scope.system, &scope.place))
            .filter(|scope| {
                let wish = self.input.desired.systems.get(&scope.system);
                wish.is_some_and(|wish| has_rights(wish.kind))
            })
            .peekable();
        within.peek().is_some()
            && within.all(|scope| {
                matches!(
                    scope.completeness,
                    Completeness::Complete | Completeness::Exported(_)
                )
            })
    }

    /// The live rows of an area.
    pub(super) fn rows(&self, area: &Area) -> Vec<Row<'a>> {
        rows(self.input, &self.draft.whose, area)
    }
}

/// The live rows of an area, in order; without the vendor's own users, who are nobody.
pub(super) fn rows<'a>(
    input: &'a Input<'a>,
    whose: &BTreeMap<SystemName, Vec<Known>>,
    area: &Area,
) -> Vec<Row<'a>> {
    let mut found = Vec::new();
    for (system, observed) in &input.observed.systems {
        if !has_rights(observed.kind) || area.system.as_ref().is_some_and(|own| own != system) {
            continue;
        }
        let known = whose.get(system).map_or(&[][..], Vec::as_slice);
        for (place, reading) in &observed.scopes {
            if *place == PlaceId::Chain || !area.has(system, place) {
                continue;
            }
            let accounts = Reading::seen(reading).into_iter();
            for account in accounts.flat_map(|scope| scope.accounts.values()) {
                let at = known.binary_search_by(|known| known.account.cmp(&account.id));
                let known = at.ok().and_then(|at| known.get(at));
                let is_vendors = known.is_none()
                    && !account.removable
                    && account.email.is_none()
                    && account.phone.is_none();
                if is_vendors {
                    continue;
                }
                let person = known.and_then(|known| known.person.clone());
                found.push(Row {
                    system,
                    place,
                    account,
                    who: person.map_or_else(
                        || Who::Account(system.clone(), account.id.clone()),
                        Who::Person,
                    ),
                });
            }
        }
    }
    found
}

/// Whether somebody leaves the chain.
pub(super) fn leaves(input: &Input<'_>, person: Option<&PersonKey>) -> bool {
    let person = person.and_then(|key| input.desired.people.get(key));
    person.is_some_and(|person| matches!(person.managed, Managed::Left(_)))
}

/// Whether somebody is a human who can sign in, or at least nobody says otherwise.
pub(super) fn is_human(input: &Input<'_>, who: &Who) -> bool {
    let person = who.person().and_then(|key| input.desired.people.get(key));
    person.is_none_or(|person| person.kind != PersonKind::Service)
}

pub(super) fn has_rights(kind: &str) -> bool {
    Kind::parse(kind).is_some_and(Kind::has_rights)
}

/// Whether a vendor role makes an owner, who may do everything.
pub(super) fn is_owner(slug: Option<&VendorRoleSlug>) -> bool {
    let found = slug.and_then(|slug| role(slug.as_str()));
    found.is_some_and(VendorRole::is_owner)
}

/// Whether a live account can get in and has a right.
pub(super) fn can(catalog: &'static Catalog, account: &Account, right: RightId) -> bool {
    account.state == AccountState::Active
        && (owns(account) || holds_right(catalog, account.rights.as_deref(), None, right))
}

/// Whether an account is an owner's: by its role, or, where its rights were not read, because it is a human's whom the vendor
/// lets nobody remove.
pub(super) fn owns(account: &Account) -> bool {
    let is_human = account.email.is_some() || account.phone.is_some();
    let is_kept = account.rights.is_none() && account.role.is_none() && !account.removable;
    is_owner(account.role.as_ref()) || (is_kept && is_human)
}

/// Whether the account of a step can get in and has a right before it.
pub(super) fn could(catalog: &'static Catalog, step: &Step, right: RightId) -> bool {
    step.before.as_ref().is_some_and(|before| {
        before.state == AccountState::Active
            && (is_owner(before.role.as_ref())
                || holds_right(catalog, Some(&before.rights), None, right))
    })
}

/// Whether the account of a step can get in and has a right after it.
pub(super) fn will(catalog: &'static Catalog, step: &Step, right: RightId) -> bool {
    if is_silent(step) {
        return could(catalog, step, right);
    }
    step.after.as_ref().is_some_and(|after| {
        after.state == AccountState::Active
            && (is_owner(role_after(step, after)) || has_after(catalog, step, after, right))
    })
}

fn role_after<'s>(step: &'s Step, after: &'s Access) -> Option<&'s VendorRoleSlug> {
    let before = step.before.as_ref().and_then(|before| before.role.as_ref());
    after.role.as_ref().or(before)
}

/// Whether a right is given by what an account has after a step, in use or not.
pub(super) fn has_after(
    catalog: &'static Catalog,
    step: &Step,
    after: &Access,
    right: RightId,
) -> bool {
    let under = step.before.as_ref().map(|before| &*before.rights);
    holds_right(catalog, Some(&after.rights), under, right)
}

/// Whether an account has less after a step.
pub(super) fn reduces(step: &Step) -> bool {
    step.class == DangerClass::Removing
        && !matches!(step.kind, StepKind::Check | StepKind::FollowUp)
}

/// Whether a step changes no access.
pub(super) fn is_silent(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::Check | StepKind::FollowUp | StepKind::LinkStaff | StepKind::Resend
    )
}

/// Whether a step is certain once it is verified: what people do by hand, and what waits for somebody, is not.
pub(super) fn is_certain(step: &Step) -> bool {
    step.mode == Mode::Api
        && matches!(
            step.kind,
            StepKind::Grant | StepKind::SetRights | StepKind::ChangeRole
        )
}

/// Whether a step lets somebody do more than before.
pub(super) fn gives_more(catalog: &'static Catalog, step: &Step) -> bool {
    match step.kind {
        StepKind::Invite | StepKind::Grant | StepKind::Unblock | StepKind::Activate => true,
        StepKind::SetRights | StepKind::ChangeRole => {
            let more = step.deltas.iter().any(|delta| {
                gives(
                    catalog.get(delta.right),
                    delta.before.as_ref(),
                    delta.after.as_ref(),
                )
            });
            more || step.class != crate::plan::DangerClass::Removing
        }
        StepKind::Resend
        | StepKind::WithdrawInvitation
        | StepKind::LinkStaff
        | StepKind::Remove
        | StepKind::Block
        | StepKind::Deactivate
        | StepKind::Check
        | StepKind::FollowUp => false,
    }
}
