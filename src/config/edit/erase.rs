//! An entry of a person without anything that is theirs: a tombstone.
//!
//! The key stays, since the journal has it for good and an entry that vanished would hold; so does the day of leaving. The
//! comments within the entry and right above it go with it, whatever they say. Invariant: as of every edit, the text is read again.

use super::tree::{self, Doc, Form, Tree};
use super::value::Yaml;
use super::{Refused, split_mark};

/// The text of a file with a person's entry and their contacts taken out; the same text where neither stands.
pub fn erased(text: &str, key: &str) -> Result<String, Refused> {
    let (mark, body) = split_mark(text);
    let (doc, before) = tree::read(body).ok_or(Refused::Unreadable)?;
    let mut wanted = before.clone();
    let mut stone = vec![("name".to_owned(), Yaml::from("erased"))];
    let leaves = before
        .get("people")
        .and_then(|it| it.get(key)?.get("leaves").cloned());
    stone.extend(leaves.map(|leaves| ("leaves".to_owned(), leaves)));
    stone.push(("access".to_owned(), Yaml::List(Vec::new())));
    let stone = Yaml::Map(stone);
    let Yaml::Map(sections) = &mut wanted else {
        return Ok(text.to_owned());
    };
    for (section, entries) in sections {
        if let Yaml::Map(entries) = entries {
            match section.as_str() {
                "people" => {
                    for (_, entry) in entries.iter_mut().filter(|(it, _)| it == key) {
                        *entry = stone.clone();
                    }
                }
                "contacts" => entries.retain(|(it, _)| it != key),
                _ => {}
            }
        }
    }
    if wanted == before {
        return Ok(text.to_owned());
    }
    let mut after = match entry(&doc, key) {
        Some(spot) => format!(
            "{}{} {}{}",
            body.get(..spot.above).unwrap_or_default(),
            body.get(spot.line..spot.start).unwrap_or_default(),
            stone.flow(),
            body.get(spot.end..).unwrap_or_default()
        ),
        None => body.to_owned(),
    };
    let contacts = ["contacts".into(), key.into()].to_vec();
    if before.get("contacts").and_then(|it| it.get(key)).is_some() {
        after = super::edited(&after, &[super::Change::Remove(contacts)])?;
    }
    let says_it = tree::read(&after).is_some_and(|(_, value)| value == wanted);
    if says_it {
        Ok(format!("{mark}{after}"))
    } else {
        Err(Refused::Form)
    }
}

/// An entry in a text.
struct Spot {
    /// Where the comments right above it begin.
    above: usize,
    /// Where its line begins; the same where none stand there.
    line: usize,
    /// Behind the colon of its key.
    start: usize,
    /// Where it ends, its comments included.
    end: usize,
}

fn entry(doc: &Doc<'_>, key: &str) -> Option<Spot> {
    let Form::Map(sections, _) = &doc.root.as_ref()?.form else {
        return None;
    };
    let (_, _, people) = sections.iter().find(|(name, ..)| name == "people")?;
    let Form::Map(entries, flow) = &people.form else {
        return None;
    };
    let (_, name, value) = entries.iter().find(|(name, ..)| name == key)?;
    let rest = doc.text.get(name.end..)?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let start = name.end + spaces + 1;
    if *flow {
        return Some(Spot {
            above: start,
            line: start,
            start,
            end: value.end,
        });
    }
    let column = doc.column(name.start);
    let line = doc.line_start(name.start);
    let mut above = line;
    while let Some(before) = above.checked_sub(1) {
        let start = doc.line_start(before);
        let text = doc.text.get(start..before)?;
        let own = text.trim_start_matches(' ');
        if !own.starts_with('#') || text.len() - own.len() != column {
            break;
        }
        above = start;
    }
    Some(Spot {
        above,
        line,
        start,
        end: doc.own_end(last(value).max(name.end), column),
    })
}

/// Where the last thing of a node ends.
fn last(node: &Tree) -> usize {
    match &node.form {
        Form::Leaf(_) | Form::List(_, true) | Form::Map(_, true) => node.end,
        Form::List(items, false) => items.last().map_or(node.end, last),
        Form::Map(pairs, false) => pairs
            .last()
            .map_or(node.end, |(_, key, value)| last(value).max(key.end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
people:
  # above
  # all of it
  jana: # likes cats
    name: Jana
    # lives in Riga
    phone: \"+37120000001\" # private
    leaves: 2026-01-02
    access:
      - { role: a, at: all }
      # deeper

    # the end of Jana
  # below
  karlis: { name: Kārlis, access: [] } # tall
contacts:
  jana: { email: jana@home.example } # hers
  karlis: { email: k@home.example }
";

    #[test]
    fn nothing_of_the_entry_is_left_but_its_key_and_the_day() {
        let after = erased(TEXT, "jana").unwrap();
        assert_eq!(
            after,
            "\
people:
  jana: { name: erased, leaves: 2026-01-02, access: [] }
  # below
  karlis: { name: Kārlis, access: [] } # tall
contacts:
  karlis: { email: k@home.example }
"
        );
        assert_eq!(erased(&after, "jana").unwrap(), after);
        let after = erased(TEXT, "karlis").unwrap();
        assert!(
            after.contains("  karlis: { name: erased, access: [] }\ncontacts:\n"),
            "{after}"
        );
        assert_eq!(erased(TEXT, "nobody").unwrap(), TEXT);
        let flow = "people: { a: { name: A, access: [] }, b: { name: B, access: [] } } # c\n";
        assert_eq!(
            erased(flow, "a").unwrap(),
            "people: { a: { name: erased, access: [] }, b: { name: B, access: [] } } # c\n"
        );
    }

    #[test]
    fn what_others_use_is_not_taken_out() {
        let text = "people:\n  a: { name: A, access: &x [] }\n  b: { name: B, access: *x }\n";
        assert_eq!(erased(text, "a"), Err(Refused::Form));
    }
}
