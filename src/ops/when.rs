//! Days, instants and ages as the command line takes them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::model::AsOf;

/// A day (`2026-12-01`: 00:00 at each place), a local time in the project's zone, or an instant with an offset.
pub fn as_of(text: &str, zone: &TimeZone) -> Option<AsOf> {
    if text.len() == 10
        && let Ok(date) = text.parse::<Date>()
    {
        return Some(AsOf::Date(date));
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(AsOf::Instant(instant));
    }
    let local = text.parse::<DateTime>().ok()?;
    Some(AsOf::Instant(
        local.to_zoned(zone.clone()).ok()?.timestamp(),
    ))
}

/// A whole number and `s`, `m`, `h` or `d`, such as `24h`.
pub fn duration(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..at].parse().ok()?;
    let seconds = match &text[at..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    // A thousand years are enough for everybody, and keep sums in range.
    number
        .checked_mul(seconds)
        .filter(|&total| total <= 31_536_000_000)
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_local_times_and_instants() {
        let riga = TimeZone::get("Europe/Riga").unwrap();
        assert_eq!(
            as_of("2026-12-01", &riga),
            Some(AsOf::Date(jiff::civil::date(2026, 12, 1)))
        );
        let noon: Timestamp = "2026-12-01T10:00:00Z".parse().unwrap();
        assert_eq!(as_of("2026-12-01T12:00", &riga), Some(AsOf::Instant(noon)));
        assert_eq!(
            as_of("2026-12-01T12:00+02:00", &riga),
            Some(AsOf::Instant(noon))
        );
        for wrong in [
            "",
            "tomorrow",
            "2026-13-01",
            "2026-02-30",
            "12:00",
            "2026-12-01T",
        ] {
            assert_eq!(as_of(wrong, &riga), None, "{wrong}");
        }
    }

    #[test]
    fn ages() {
        assert_eq!(duration("24h"), Some(Duration::from_hours(24)));
        assert_eq!(duration("3d"), Some(Duration::from_hours(72)));
        for wrong in [
            "",
            "h",
            "1",
            "1w",
            "-1h",
            "1.5h",
            "99999999999999999999h",
            "9999999999999d",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
