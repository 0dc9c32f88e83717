//! Single values of a vendor's JSON, read with tolerance: numbers and flags may come as text.
//!
//! Not the shape of any answer, which each vendor's `wire` reads. Invariant: what is not such a value is none, never
//! a default that means something.

use serde_json::Value as Json;

/// A whole number, or one as text.
pub(super) fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64().or_else(|| {
            // `3.0` is how some encoders write 3.
            let float = number.as_f64()?;
            let exact = float.fract() == 0.0 && float.abs() < 9e15;
            #[expect(clippy::cast_possible_truncation, reason = "checked the line before")]
            exact.then_some(float as i64)
        }),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A number that is not negative.
pub(super) fn unsigned(value: &Json) -> Option<u64> {
    u64::try_from(whole(value)?).ok()
}

/// A flag: a boolean, 0 or 1, also as text.
pub(super) fn flag(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::Number(_) => match whole(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Json::String(text) => match text.as_str() {
            "0" | "false" => Some(false),
            "1" | "true" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Text; null and nothing are none.
pub(super) fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) => Some(text.clone()),
        number @ Json::Number(_) => Some(number.to_string()),
        _ => None,
    }
}
