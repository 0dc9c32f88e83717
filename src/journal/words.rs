//! What people said of access at one place, and what of it still stands.
//!
//! Pure. Not whether a statement is believed: what is not never gets here. Invariant: the newest word that was not taken
//! back decides, whatever the order in which runs took note of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{AccountState, Says};

/// What a word does to access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Something is there from then on.
    Gives,
    /// Nothing is there any more that could be used.
    Takes,
}

impl Word {
    /// What a statement about a kind of step means; none where it says nothing of access.
    pub(super) fn of(does: &str, says: &Says) -> Option<Self> {
        match says {
            Says::Nothing => None,
            Says::Absent => Some(Self::Takes),
            Says::Has(has) => match has.state {
                AccountState::Invited | AccountState::Active => Some(Self::Gives),
                // A look tells of the personal account, which is no access: neither given nor taken.
                AccountState::Inactive | AccountState::Blocked => {
                    (does != "check").then_some(Self::Takes)
                }
            },
        }
    }
}

/// The words about one person at one place.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Those that were not taken back, by when they were said, and their ids.
    standing: BTreeMap<(Timestamp, String), Word>,
    /// Whether there was something before them: what is left where none of them stands.
    pub(super) before: bool,
}

impl Words {
    /// None yet, of somebody who had something or not.
    pub(super) fn new(before: bool) -> Self {
        Self {
            standing: BTreeMap::new(),
            before,
        }
    }

    /// Hears a word, or that it was taken back.
    pub(super) fn hear(&mut self, said: Timestamp, id: &str, word: Word, withdrawn: bool) {
        let key = (said, id.to_owned());
        if !withdrawn {
            self.standing.insert(key, word);
            return;
        }
        self.standing.remove(&key);
        // Something may have been given all the same: the careful side.
        self.before |= word == Word::Gives;
    }

    /// Whether they have something, by the words and by a read: when it was taken, and whether it showed anything in use.
    pub(super) fn has(&self, read: Option<(Timestamp, bool)>) -> bool {
        let newest = self.standing.last_key_value();
        let read = read.filter(|(taken, _)| newest.is_none_or(|((said, _), _)| said <= taken));
        match (read, newest) {
            (Some((_, false)), _) => false,
            (None, Some((_, word))) => *word == Word::Gives,
            // Said to be gone, and still there.
            (Some((_, true)), Some((_, Word::Gives))) => true,
            (Some((_, true)), Some((_, Word::Takes))) | (_, None) => self.before,
        }
    }
}
