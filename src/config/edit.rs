//! Edits of the files as they are written: comments, order and form of everything else stay.
//!
//! Not a judgement of the result: whoever edits reads it again, and takes the first candidate that says what was meant.

use super::raw::Person;

/// Texts of a file in which a person leaves at a time, most likely to be right first; `text` is the file the person
/// stands in, byte by byte.
pub fn leaving(text: &str, person: &Person, at: &str) -> Vec<String> {
    if let Some(leaves) = &person.leaves {
        let (start, end) = (leaves.span.start as usize, leaves.span.end as usize);
        return replaced(text, start, end, at).into_iter().collect();
    }
    // Before `access`, which everybody has.
    let Some(before) = person
        .access
        .as_ref()
        .and_then(|access| text.get(..access.span.start as usize))
    else {
        return Vec::new();
    };
    let Some(key) = before.rfind("access") else {
        return Vec::new();
    };
    let line = before.get(..key).and_then(|head| head.rfind('\n'));
    let indent = before
        .get(line.map_or(0, |at| at + 1)..key)
        .unwrap_or_default();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let block = format!("leaves: {at}{newline}{indent}");
    let flow = format!("leaves: {at}, ");
    let mut candidates = vec![flow];
    if indent.trim().is_empty() {
        candidates.insert(0, block);
    }
    candidates
        .into_iter()
        .filter_map(|insert| replaced(text, key, key, &insert))
        .collect()
}

fn replaced(text: &str, start: usize, end: usize, by: &str) -> Option<String> {
    Some(format!("{}{by}{}", text.get(..start)?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LoadOptions, load_texts};

    #[track_caller]
    fn check(people: &str, expected: &str) {
        let files = [("keyholder.yaml", "version: 1\n"), ("people.yaml", people)];
        let loaded = load_texts(&files, &LoadOptions::default());
        let person = &loaded.project.entries.people[0];
        let candidates = leaving(people, person, "2026-11-28T09:30");
        let good = candidates.iter().find(|text| {
            let files = [("keyholder.yaml", "version: 1\n"), ("people.yaml", text)];
            let again = load_texts(&files, &LoadOptions::default());
            !again.has_errors() && again.project.entries.people[0].leaves.is_some()
        });
        assert_eq!(good.map(String::as_str), Some(expected));
    }

    #[test]
    fn a_line_is_put_where_the_form_of_the_entry_wants_it() {
        check(
            "people:\n  jana:\n    name: Jana # ours\n    email: a@b.example\n    access:\n      - { role: floor, at: all }\n",
            "people:\n  jana:\n    name: Jana # ours\n    email: a@b.example\n    leaves: 2026-11-28T09:30\n    access:\n      - { role: floor, at: all }\n",
        );
        check(
            "people:\r\n  jana: { name: Jana, email: a@b.example, access: [] }\r\n",
            "people:\r\n  jana: { name: Jana, email: a@b.example, leaves: 2026-11-28T09:30, access: [] }\r\n",
        );
        check(
            "people:\n  jana: {\n    name: Jana, email: a@b.example,\n    access: [] }\n",
            "people:\n  jana: {\n    name: Jana, email: a@b.example,\n    leaves: 2026-11-28T09:30, access: [] }\n",
        );
        check(
            "people:\n  jana: { name: Jana, leaves: 2027-01-01, email: a@b.example, access: [] }\n",
            "people:\n  jana: { name: Jana, leaves: 2026-11-28T09:30, email: a@b.example, access: [] }\n",
        );
    }
}
