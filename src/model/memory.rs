//! What the journal knows, as planning needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{AccountId, Baseline, LocationKey, PersonKey, PlaceId, RuleBook, Says, SystemName};

/// What earlier runs did and saw. An empty memory is a first run, not a lost journal: that is told apart before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Accounts that are known to belong to a person: we invited or changed them, or matched them without doubt.
    pub accounts: BTreeMap<(SystemName, AccountId), KnownAccount>,
    /// The last invitation of each employment, kept until it ends: also when it was accepted long ago.
    pub invitations: BTreeMap<(SystemName, PersonKey), SentInvitation>,
    /// Scopes in which a person has something that we gave, or that the files gave and a read found there: what may
    /// be taken when the line goes.
    pub granted: BTreeSet<(SystemName, PlaceId, PersonKey)>,
    /// Scopes that the files gave to a person at the last apply, whether or not anything was ever found there.
    pub declared: BTreeSet<(SystemName, PlaceId, PersonKey)>,
    /// People, locations and systems the last apply knew.
    pub people: BTreeSet<PersonKey>,
    /// See `people`.
    pub locations: BTreeSet<LocationKey>,
    /// See `people`.
    pub systems: BTreeSet<SystemName>,
    /// The rules of the last apply; none where the journal does not know them.
    pub rules: Option<RuleBook>,
    /// Accounts that an earlier complete read saw and that belonged to nobody: an account outside of this set and of
    /// `accounts` has appeared since.
    pub strangers: BTreeSet<(SystemName, AccountId)>,
    /// Accounts that earlier reads that were believed saw in each scope, and what was read back since, without those that
    /// were taken by us or are gone: what a list is measured by. A scope in which nobody is left is not among them.
    pub seen: BTreeMap<(SystemName, PlaceId), BTreeSet<AccountId>>,
    /// The digest (`plan::digest`) of what was last verified there.
    pub applied: BTreeMap<(SystemName, PlaceId, PersonKey), Arc<str>>,
    /// What accounts had when a run last compared them with the files or read them back: tells what we changed from what
    /// they changed.
    pub baselines: BTreeMap<(SystemName, PlaceId, AccountId), Baseline>,
    /// Attestations that a run has taken note of, by system and id.
    pub attested: BTreeMap<(SystemName, Arc<str>), NotedAttestation>,
    /// Manual steps that were handed over and are not closed, by system and id of the step.
    pub handed: BTreeMap<(SystemName, Arc<str>), Handed>,
    /// Approvals (`plan::word`) that let one more message to a person through: each does so once.
    pub used: BTreeSet<(PersonKey, Arc<str>)>,
    /// The commit whose files were applied last to all of a system.
    pub commits: BTreeMap<SystemName, Arc<str>>,
    /// Since which commit something of a person is held, as the last such apply found it.
    pub held: BTreeMap<HeldAt, Since>,
    /// Who is locked out, whatever the files say, and since when.
    pub locked: BTreeMap<PersonKey, Timestamp>,
    /// When that was verified: tells what time changed since from what we changed.
    pub verified: BTreeMap<(SystemName, PlaceId, PersonKey), Timestamp>,
}

/// What is held: of whom, and in which system and place, where it is about one.
pub type HeldAt = (PersonKey, Option<SystemName>, Option<PlaceId>);

/// From when on edits of the files are not applied yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Since {
    /// Those after this commit.
    After(Arc<str>),
    /// Those after this commit, and the last before it: no earlier apply is known.
    From(Arc<str>),
}

impl Memory {
    /// Since when edits are not applied that concern somebody at a place; nothing where the journal does not tell, and several
    /// where it is more than one thing that is held. `keys`: the person's, also the earlier ones.
    pub fn since<'k>(
        &self,
        system: &SystemName,
        place: &PlaceId,
        keys: impl IntoIterator<Item = &'k PersonKey>,
    ) -> BTreeSet<Since> {
        let keys: Vec<&PersonKey> = keys.into_iter().collect();
        let is_about = |(key, at, there): &HeldAt| {
            keys.contains(&key)
                && at.as_ref().is_none_or(|at| at == system)
                && there.as_ref().is_none_or(|there| there == place)
        };
        let held = self.held.iter().filter(|(at, _)| is_about(at));
        let held: BTreeSet<Since> = held.map(|(_, since)| since.clone()).collect();
        if held.is_empty() {
            let commit = self.commits.get(system).cloned();
            return commit.map(Since::After).into_iter().collect();
        }
        held
    }
}

/// Whose account it is, by the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// The key the person had then; `was:` leads from there to today's.
    pub person: PersonKey,
    /// When it was last confirmed.
    pub since: Timestamp,
}

/// An invitation that was sent, or may have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentInvitation {
    /// Where.
    pub place: PlaceId,
    /// When the intent was written.
    pub at: Timestamp,
    /// Whether the vendor's answer arrived. `false`: it may or may not have gone out.
    pub confirmed: bool,
    /// How many were sent, or were lost and settled as not sent, within this employment, this one included. One that
    /// reading could not settle counts as two: it is never sent again by itself.
    pub count: u32,
    /// Whether the pending row was seen in a complete list after that.
    pub seen: bool,
}

/// What the journal knows of an attestation: enough to see that the file was altered since, and whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedAttestation {
    /// SHA-256, in hex, over everything it says.
    pub digest: Arc<str>,
    /// Id of the step.
    pub step: Arc<str>,
    /// The kind of the step: `invite`, `block`, ...
    pub does: Arc<str>,
    /// The place.
    pub place: PlaceId,
    /// Whom it is about.
    pub person: PersonKey,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// A manual step that was handed to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// When it was handed over first.
    pub since: Timestamp,
    /// The kind of the step: `invite`, `block`, ...
    pub does: Arc<str>,
    /// The place.
    pub place: PlaceId,
    /// Whom it is about.
    pub person: Option<PersonKey>,
    /// The account, where there is one.
    pub account: Option<AccountId>,
    /// What the account has once it is done.
    pub says: Says,
}
