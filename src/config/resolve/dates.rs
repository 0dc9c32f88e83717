//! Dates to instants: every line is read in the zone of each place it applies to.
//!
//! Beginnings (`from`, `starts`, `paused.from`) are 00:00 of their date, ends (`until`, `leaves`, `paused.until`) the
//! end of theirs; with a time both mean that instant. Where a clock change leaves a time out or repeats it, the usual
//! reading holds (later over a gap, the first of two). The invariant: a [`Window`] is half-open and clipped, so that
//! "in force" is one comparison.
//!
//! A project without `time_zone` is read in UTC: it is the only zone that means the same on every machine.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::diags;
use crate::config::raw::{self, When};
use crate::diagnostic::Diagnostic;
use crate::model::AsOf;
use crate::text::Spanned;

/// A half-open stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first instant within.
    pub(super) start: Timestamp,
    /// The first instant after.
    pub(super) end: Timestamp,
}

impl Window {
    /// No time at all.
    pub(super) const NEVER: Window = Window {
        start: Timestamp::MIN,
        end: Timestamp::MIN,
    };

    /// What lies in both.
    pub(super) fn clipped(self, to: Window) -> Window {
        Window {
            start: self.start.max(to.start),
            end: self.end.min(to.end),
        }
    }

    /// Whether an instant lies within.
    pub(super) fn holds(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether it had begun and is over at an instant.
    pub(super) fn has_ended(self, at: Timestamp) -> bool {
        !self.is_empty() && self.end <= at
    }

    /// Whether there is no time in it.
    pub(super) fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A zone and the instant asked for in it.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// The instant asked for: a bare date is its 00:00 here.
    pub(super) now: Timestamp,
}

impl Clock {
    pub(super) fn new(zone: TimeZone, as_of: AsOf) -> Self {
        let now = match as_of {
            AsOf::Instant(at) => at,
            AsOf::Date(date) => instant(&zone, midnight(date)),
        };
        Self { zone, now }
    }

    /// Where its dates are meant.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether two clocks read dates alike.
    pub(super) fn same_zone(&self, zone: &TimeZone) -> bool {
        self.zone == *zone
    }

    /// The stretch between a beginning and an end, either of which may be missing.
    pub(super) fn window(
        &self,
        from: Option<&Spanned<When>>,
        until: Option<&Spanned<When>>,
    ) -> Window {
        Window {
            start: from.map_or(Timestamp::MIN, |from| {
                instant(&self.zone, beginning(from.value))
            }),
            end: until.map_or(Timestamp::MAX, |until| {
                instant(&self.zone, ending(until.value))
            }),
        }
    }
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// The local time at which something that begins on `when` begins.
fn beginning(when: When) -> DateTime {
    match when {
        When::Date(date) => midnight(date),
        When::Time(time) => time,
    }
}

/// The local time at which something that ends on `when` is over.
fn ending(when: When) -> DateTime {
    match when {
        // The last date there is has no tomorrow; its end is the end of time.
        When::Date(date) => date.tomorrow().map_or(DateTime::MAX, midnight),
        When::Time(time) => time,
    }
}

/// A local time as an instant; one beyond what can be told is the nearest that can.
fn instant(zone: &TimeZone, local: DateTime) -> Timestamp {
    zone.to_timestamp(local).unwrap_or(if local.year() < 1970 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// Reports an end that does not come after its beginning.
///
/// Judged by the calendar alone, so that the answer depends on no zone and no day.
pub(super) fn check_order(
    from: Option<(&'static str, &Spanned<When>)>,
    until: Option<(&'static str, &Spanned<When>)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let (Some((from_key, from)), Some((until_key, until))) = (from, until)
        && ending(until.value) <= beginning(from.value)
    {
        diagnostics.push(diags::date_order(from_key, from, until_key, until));
    }
}

/// Reports every end before its beginning that one person's lines have.
pub(super) fn check_person(person: &raw::Person, diagnostics: &mut Vec<Diagnostic>) {
    check_order(
        person.starts.as_ref().map(|at| ("starts", at)),
        person.leaves.as_ref().map(|at| ("leaves", at)),
        diagnostics,
    );
    if let Some(paused) = &person.paused {
        check_order(
            paused.from.as_ref().map(|at| ("from", at)),
            paused.until.as_ref().map(|at| ("until", at)),
            diagnostics,
        );
    }
    if let Some(raw::Access::Lines(lines)) = person.access.as_ref().map(|access| &access.value) {
        for line in lines {
            check_order(
                line.from.as_ref().map(|at| ("from", at)),
                line.until.as_ref().map(|at| ("until", at)),
                diagnostics,
            );
        }
    }
}
