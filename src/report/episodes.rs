//! What was there from one run to another.
//!
//! Not the meaning of it. Invariant: a run that looked at a part only begins episodes and ends none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// Something that was there for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Episode<T> {
    /// What.
    pub(super) what: T,
    /// Since when it is known.
    pub(super) since: Timestamp,
    /// The run that found it.
    pub(super) run: u64,
    /// Since when it is known to be gone.
    pub(super) until: Option<Timestamp>,
}

impl<T> Episode<T> {
    /// Whether any of it lies within a period.
    pub(super) fn touches(&self, from: Timestamp, to: Timestamp) -> bool {
        self.since < to && self.until.is_none_or(|until| until >= from)
    }
}

/// Everything of one sort that was there.
#[derive(Debug)]
pub(super) struct Episodes<T> {
    open: BTreeMap<T, (Timestamp, u64)>,
    over: Vec<Episode<T>>,
}

impl<T> Default for Episodes<T> {
    fn default() -> Self {
        Self {
            open: BTreeMap::new(),
            over: Vec::new(),
        }
    }
}

impl<T: Ord + Clone> Episodes<T> {
    /// Takes over what a run found.
    pub(super) fn found(&mut self, all: &[T], at: Timestamp, run: u64, narrowed: bool) {
        if !narrowed {
            let all: BTreeSet<&T> = all.iter().collect();
            let gone: Vec<T> = self
                .open
                .keys()
                .filter(|it| !all.contains(it))
                .cloned()
                .collect();
            for what in gone {
                if let Some((since, run)) = self.open.remove(&what) {
                    self.over.push(Episode {
                        what,
                        since,
                        run,
                        until: Some(at),
                    });
                }
            }
        }
        for what in all {
            self.open.entry(what.clone()).or_insert((at, run));
        }
    }

    /// Since when something is there.
    pub(super) fn since(&self, what: &T) -> Option<Timestamp> {
        self.open.get(what).map(|(since, _)| *since)
    }

    /// Ends those that something is true of.
    pub(super) fn end(&mut self, ends: impl Fn(&T) -> bool, at: Timestamp) {
        let over = self.open.extract_if(.., |what, _| ends(what));
        self.over.extend(over.map(|(what, (since, run))| Episode {
            what,
            since,
            run,
            until: Some(at),
        }));
    }

    /// All of them, in the order in which they began.
    pub(super) fn all(self) -> Vec<Episode<T>> {
        let open = self.open.into_iter().map(|(what, (since, run))| Episode {
            what,
            since,
            run,
            until: None,
        });
        let mut all: Vec<Episode<T>> = self.over.into_iter().chain(open).collect();
        all.sort_by(|a, b| (a.since, a.run, &a.what).cmp(&(b.since, b.run, &b.what)));
        all
    }
}
