//! "Did you mean": the nearest known name to a wrong one.
//!
//! Not a search: one guess or none, since a wrong guess costs a reader more than no guess. The guess never depends on
//! the order of the known names.

/// A text longer than this is nobody's slip of the pen, and comparing it would only cost time.
const LONGEST: usize = 100;

/// The name among `known` that `wrong` was probably meant to be, if one is near enough.
///
/// Near means a Damerau-Levenshtein distance of at most a third of the longer word, at least one, but never the whole
/// word; or the same word but for case, `-`, `_` and `.`. Of equally near names the first in the alphabet wins.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > LONGEST {
        return None;
    }
    let folded = fold(wrong);
    let length = folded.chars().count();
    known
        .into_iter()
        .filter_map(|name| {
            let other = fold(name);
            let other_length = other.chars().count();
            let longer = length.max(other_length);
            let allowed = (longer / 3).max(1).min(longer.saturating_sub(1));
            // The lengths alone rule most names out, for much less than a comparison.
            if length.abs_diff(other_length) > allowed {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&folded, &other);
            (distance <= allowed).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_near_name_and_refuses_the_far_one() {
        let known = ["people", "locations", "roles"];
        assert_eq!(nearest("poeple", known), Some("people"));
        assert_eq!(nearest("Loca_tions", known), Some("locations"));
        assert_eq!(nearest("approvals", known), None);
        assert_eq!(
            nearest("a", ["b", "c"]),
            None,
            "all of a word is never a slip"
        );
        assert_eq!(nearest("a", ["b", "A"]), Some("A"));
    }
}
