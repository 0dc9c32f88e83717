//! CODEOWNERS from `fences`: who must review which files, said once.
//!
//! Pure. Only the lines between two markers are ours; what somebody wrote around them stays. Invariant: the block of a
//! project follows from its fences alone, in their order, because in CODEOWNERS the last line that matches counts.

use crate::config::raw::Fence;

/// The line before the block.
pub const BEGIN: &str = "# begin: written by `keyholder codeowners` from `fences`";

/// The line after it.
pub const END: &str = "# end: written by `keyholder codeowners`";

/// The block: a line for each pattern of each fence that has owners.
pub fn block(fences: &[Fence]) -> String {
    let mut lines = vec![BEGIN.to_owned()];
    for fence in fences.iter().filter(|fence| !fence.owners.is_empty()) {
        let owners: Vec<&str> = fence.owners.iter().map(|owner| &*owner.value).collect();
        let patterns = fence.files.iter().flat_map(|files| patterns(&files.value));
        lines.extend(patterns.map(|pattern| format!("{pattern} {}", owners.join(" "))));
    }
    lines.push(END.to_owned());
    lines.join("\n") + "\n"
}

/// A text with the block in it: in place of the one that is there, or at its end.
pub fn with_block(text: &str, block: &str) -> String {
    if let Some((from, to)) = found(text) {
        let (before, after) = (text.get(..from), text.get(to..));
        return format!(
            "{}{block}{}",
            before.unwrap_or_default(),
            after.unwrap_or_default()
        );
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{block}")
}

/// The block that a text has, with its markers and line ends.
pub fn found_block(text: &str) -> Option<&str> {
    let (from, to) = found(text)?;
    text.get(from..to)
}

fn found(text: &str) -> Option<(usize, usize)> {
    let from = text.find(BEGIN)?;
    let end = from + text.get(from..)?.find(END)? + END.len();
    let rest = text.get(end..)?;
    let line_end = if rest.starts_with('\n') { 1 } else { 0 };
    Some((from, end + line_end))
}

/// A pattern as CODEOWNERS has it: from the root, without braces, blanks escaped.
fn patterns(glob: &str) -> Vec<String> {
    let glob = glob.trim_start_matches("./").trim_start_matches('/');
    spread(glob)
        .into_iter()
        .map(|glob| format!("/{}", glob.replace(' ', "\\ ").replace('#', "\\#")))
        .collect()
}

/// `{a,b}` as two patterns; an open brace is taken as it is.
fn spread(glob: &str) -> Vec<String> {
    let Some(open) = glob.find('{') else {
        return vec![glob.to_owned()];
    };
    let (head, rest) = glob.split_at(open);
    let Some((inner, tail)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return vec![glob.to_owned()];
    };
    inner
        .split(',')
        .flat_map(|one| spread(&format!("{head}{one}{tail}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_and_blanks_become_what_codeowners_knows() {
        assert_eq!(patterns("people/riga/**"), ["/people/riga/**"]);
        assert_eq!(
            patterns("./people/{riga,old town}/*.yaml"),
            ["/people/riga/*.yaml", "/people/old\\ town/*.yaml"]
        );
        assert_eq!(patterns("a{b"), ["/a{b"]);
    }

    #[test]
    fn only_the_block_is_replaced() {
        let block = format!("{BEGIN}\n/people/** @hr\n{END}\n");
        assert_eq!(with_block("", &block), block);
        let first = with_block("* @owners", &block);
        assert_eq!(first, format!("* @owners\n\n{block}"));
        let after = format!("{first}/docs/ @writers\n");
        let other = block.replace("@hr", "@chain/hr");
        assert_eq!(
            with_block(&after, &other),
            after.replace("@hr", "@chain/hr")
        );
        assert_eq!(found_block(&after), Some(block.as_str()));
        assert_eq!(found_block("* @owners\n"), None);
    }
}
