//! "Did you mean": the nearest known name to a wrong one.

/// The name among `known` that `wrong` was probably meant to be, if one is near enough.
///
/// Near means a Damerau-Levenshtein distance of at most a third of the longer word, at least one, or the same word
/// but for case, `-`, `_` and `.`. Of equally near names the first in order wins.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(wrong);
    known
        .into_iter()
        .filter_map(|name| {
            let other = fold(name);
            let distance = strsim::damerau_levenshtein(&folded, &other);
            let allowed = (folded.chars().count().max(other.chars().count()) / 3).max(1);
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
    }
}
