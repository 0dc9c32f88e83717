//! CODEOWNERS from `fences`: who must review which files, said once.
//!
//! Pure. Only the lines between two markers are ours; what somebody wrote around them stays. Invariants: the block of a
//! project follows from its fences and its folder alone, in their order, because in CODEOWNERS the last line that matches
//! counts; what CODEOWNERS cannot say is refused, since a line that it reads otherwise asks nobody.

use crate::config::raw::Fence;

/// What stands between the markers, and the markers: a repository may hold several projects, each with a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    begin: String,
    end: String,
    text: String,
}

/// Where the block of a text is, or what is wrong with its markers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'t> {
    /// There is none.
    Nowhere,
    /// Here, with its markers and line ends.
    Once(&'t str),
    /// A marker stands alone, twice, or in the wrong order: what is ours cannot be told from what is not.
    Unclear,
}

/// The block of a project in a folder of its repository (with a slash behind it; empty at the top): a line for each pattern
/// of each fence that has owners. Or all that CODEOWNERS cannot say.
pub fn block(fences: &[Fence], folder: &str) -> Result<Block, Vec<String>> {
    let of = match folder.trim_end_matches('/') {
        "" => String::new(),
        folder => format!(" of {}", escaped(folder)),
    };
    let begin = format!("# begin: written by `keyholder codeowners` from `fences`{of}");
    let end = format!("# end: written by `keyholder codeowners`{of}");
    let mut wrong = Vec::new();
    if !is_sayable(folder) {
        wrong.push(format!("the project's folder `{folder}`"));
    }
    let mut lines = vec![begin.clone()];
    for fence in fences.iter().filter(|fence| !fence.owners.is_empty()) {
        let owners: Vec<&str> = fence.owners.iter().map(|owner| &*owner.value).collect();
        let odd = owners.iter().filter(|owner| !is_owner(owner));
        wrong.extend(odd.map(|owner| format!("the owner `{owner}`")));
        for files in &fence.files {
            if is_sayable(&files.value) {
                let patterns = patterns(folder, &files.value);
                lines.extend(patterns.map(|pattern| format!("{pattern} {}", owners.join(" "))));
            } else {
                wrong.push(format!("the pattern `{}`", files.value));
            }
        }
    }
    lines.push(end.clone());
    let text = lines.join("\n") + "\n";
    if wrong.is_empty() {
        Ok(Block { begin, end, text })
    } else {
        Err(wrong)
    }
}

impl Block {
    /// The block as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a text has it.
    pub fn within<'t>(&self, text: &'t str) -> Found<'t> {
        let mut marks = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == self.begin || bare == self.end {
                marks.push((bare == self.begin, at, at + line.len()));
            }
            at += line.len();
        }
        match marks[..] {
            [] => Found::Nowhere,
            [(true, from, _), (false, _, to)] => {
                text.get(from..to).map_or(Found::Unclear, Found::Once)
            }
            _ => Found::Unclear,
        }
    }

    /// A text with the block in it: in place of the one that is there, or at its end. Nothing where that is unclear.
    pub fn put_into(&self, text: &str) -> Option<String> {
        match self.within(text) {
            Found::Unclear => None,
            Found::Once(old) => Some(text.replacen(old, &self.text, 1)),
            Found::Nowhere => {
                let gap = match text {
                    "" => "",
                    text if text.ends_with('\n') => "\n",
                    _ => "\n\n",
                };
                Some(format!("{text}{gap}{}", self.text))
            }
        }
    }

    /// Lines below the block of a text that are no comment and of no block: where they match, they win.
    pub fn overruled_by<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut is_ours = false;
        let below = text
            .lines()
            .map(str::trim_end)
            .skip_while(|line| *line != self.end);
        let rules = below.filter(|line| {
            if line.starts_with("# begin: written by `keyholder codeowners`") {
                is_ours = true;
            } else if line.starts_with("# end: written by `keyholder codeowners`") {
                is_ours = false;
            }
            !is_ours && !line.is_empty() && !line.starts_with('#')
        });
        rules.collect()
    }
}

/// Whether CODEOWNERS reads it as a fence does: it knows no `!` and no `[ ]`, a `#` may begin a comment, and a line is a line.
fn is_sayable(glob: &str) -> bool {
    !glob.contains(|c: char| matches!(c, '!' | '[' | ']' | '#' | '\\') || c.is_control())
}

/// `@user`, `@organization/team`, or an e-mail address.
fn is_owner(owner: &str) -> bool {
    let is_bare = !owner.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#');
    is_bare
        && match owner.split_once('@') {
            Some(("", name)) => !name.is_empty(),
            Some((_, host)) => host.contains('.') && !host.contains('@'),
            None => false,
        }
}

fn escaped(path: &str) -> String {
    path.replace(' ', "\\ ")
}

/// A pattern as CODEOWNERS has it: from the top of the repository, without braces, blanks escaped.
fn patterns(folder: &str, glob: &str) -> impl Iterator<Item = String> {
    let glob = glob.trim_start_matches("./").trim_start_matches('/');
    let spread = spread(glob).into_iter();
    spread.map(move |glob| format!("/{}", escaped(&format!("{folder}{glob}"))))
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

    fn all(folder: &str, glob: &str) -> Vec<String> {
        patterns(folder, glob).collect()
    }

    fn of(folder: &str, line: &str) -> Block {
        let mut block = block(&[], folder).unwrap();
        block.text = format!("{}\n{line}\n{}\n", block.begin, block.end);
        block
    }

    #[test]
    fn patterns_begin_at_the_top_of_the_repository() {
        assert_eq!(all("", "people/riga/**"), ["/people/riga/**"]);
        assert_eq!(all("chain/", "/people/riga/"), ["/chain/people/riga/"]);
        assert_eq!(
            all("the chain/", "./people/{riga,old town}/*.yaml"),
            [
                "/the\\ chain/people/riga/*.yaml",
                "/the\\ chain/people/old\\ town/*.yaml"
            ]
        );
        assert_eq!(all("", "a{b"), ["/a{b"]);
    }

    #[test]
    fn what_codeowners_cannot_say_is_known() {
        assert!(is_sayable("people/юг лето/{a,b}?.yaml"));
        for glob in ["!(a)", "a[1].yaml", "people/#x.yaml", "a\nb", "a\\b"] {
            assert!(!is_sayable(glob), "{glob}");
        }
        for owner in ["@chain/riga", "@x", "a@b.example", "@@maintainers"] {
            assert!(is_owner(owner), "{owner}");
        }
        for owner in ["noat", "@", "@x y", "a@b", "@x#y", "", "a@b@c.d"] {
            assert!(!is_owner(owner), "{owner}");
        }
    }

    #[test]
    fn only_the_block_is_replaced() {
        let block = of("", "/people/** @hr");
        assert_eq!(block.put_into("").unwrap(), block.text);
        let first = block.put_into("* @owners").unwrap();
        assert_eq!(first, format!("* @owners\n\n{}", block.text));
        let after = format!("{first}/docs/ @writers\n");
        let other = of("", "/people/** @chain/hr");
        assert_eq!(
            other.put_into(&after).unwrap(),
            after.replace("@hr", "@chain/hr")
        );
        assert_eq!(block.within(&after), Found::Once(&block.text));
        assert_eq!(block.within("* @owners\n"), Found::Nowhere);
        assert_eq!(block.overruled_by(&after), ["/docs/ @writers"]);
        assert_eq!(block.overruled_by(&first), Vec::<&str>::new());
    }

    #[test]
    fn markers_that_stand_alone_or_twice_are_no_block() {
        let block = of("", "/people/** @hr");
        let twice = format!("{0}\n{0}", block.text);
        let unended = format!("{}\n/a @mine\n\n{}", block.begin, block.text);
        let endless = format!("{}\n/a @mine\n", block.begin);
        for text in [twice, unended, endless] {
            assert_eq!(block.within(&text), Found::Unclear, "{text}");
            assert_eq!(block.put_into(&text), None, "{text}");
        }
        // Another project of the repository has its own, and one below wins nothing of ours.
        let both = of("north/", "/north/a @n").put_into(&block.text).unwrap();
        assert_eq!(block.within(&both), Found::Once(&block.text));
        assert_eq!(block.overruled_by(&both), Vec::<&str>::new());
    }
}
