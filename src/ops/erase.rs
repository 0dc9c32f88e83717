//! A person's data taken out of the files, and where else it is.
//!
//! Nothing but the files is edited: history, exports and what was sent elsewhere are named, since only people can decide
//! about them. Invariant: nobody is erased whose access may still be somewhere: the journal, and not the files, says so.

mod past;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::edit::Texts;
use super::project::Project;
use super::verb::NotMade;
use crate::catalog::{self, How, Kind, capability};
use crate::config::edit::erased;
use crate::config::raw;
use crate::diagnostic::nearest;
use crate::journal::{Entry, Record, place_of};
use crate::model::{AccountId, Email, Managed, Memory, PersonKey, Phone, PlaceId, SystemName};
use crate::vcs::Mention;

/// What came of it.
#[derive(Debug)]
pub struct Erased {
    /// The files with a tombstone.
    pub texts: Texts,
    /// Where more is.
    pub traces: Traces,
}

/// Where something of theirs still is.
#[derive(Debug, Default)]
pub struct Traces {
    /// Files of the folder, from there, and what of theirs they have.
    pub files: Vec<(String, Vec<&'static str>)>,
    /// Commits that say it; none where there is no history.
    pub commits: Option<BTreeSet<Mention>>,
    /// The files that those commits changed so, by every name that they had.
    pub history: BTreeSet<String>,
    /// What earlier commits say that today's files do not, such as an earlier key, in words; contacts masked.
    pub earlier: Vec<(&'static str, String)>,
    /// Whether the history was too long to be searched to its end.
    pub cut: bool,
    /// Systems in which they had something and that nothing can read.
    pub unread: BTreeSet<SystemName>,
}

/// The most of one file that is searched.
const LARGEST: u64 = 32 << 20;

/// How something is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    /// Wherever it stands.
    Text,
    /// As a word.
    Word,
    /// As a number, however it is parted.
    Digits,
}

impl Search {
    /// Whether a text has it. Both are in lower case, and `digits` is the text with its numbers joined.
    fn finds(self, wanted: &str, content: &str, digits: &str) -> bool {
        match self {
            Search::Text => content.contains(wanted),
            Search::Digits => digits.contains(wanted),
            Search::Word => content.match_indices(wanted).any(|(at, found)| {
                let before = content.get(..at).and_then(|it| it.chars().next_back());
                let after = content.get(at + found.len()..);
                let after = after.and_then(|it| it.chars().next());
                let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                ends(before) && ends(after)
            }),
        }
    }
}

/// The numbers of a text without what people part them with; between two of them stands something else.
fn joined_digits(content: &str) -> String {
    let mut out = String::new();
    for c in content.chars() {
        match c {
            '0'..='9' => out.push(c),
            ' ' | '\u{a0}' | '\u{202f}' | '-' | '(' | ')' | '.' | '/' => {}
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out
}

/// Something of a person that can be searched for.
struct Needle {
    what: &'static str,
    text: String,
    how: Search,
}

/// When each scope was last read completely, by the journal.
pub type Reads = BTreeMap<(SystemName, PlaceId), Timestamp>;

/// The last complete reads that a journal has.
pub fn reads<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Reads {
    let mut reads = Reads::new();
    for entry in entries {
        let Record::Observed(read) = &entry.record else {
            continue;
        };
        if read.complete {
            let scope = (SystemName::new(read.system.as_str()), place_of(&read.place));
            let last = reads.entry(scope).or_insert(read.taken);
            *last = read.taken.max(*last);
        }
    }
    reads
}

/// Makes the tombstone and looks for traces.
pub fn erase(
    project: &Project,
    texts: &Texts,
    (memory, reads): (&Memory, &Reads),
    key: &str,
) -> Result<Erased, NotMade> {
    let people = &project.loaded.project.entries.people;
    let Some(person) = people.iter().find(|it| *it.key.value == *key) else {
        let keys = people.iter().map(|it| &*it.key.value);
        let near = nearest(key, keys).map(|near| format!("did you mean `{near}`?"));
        return Err(NotMade {
            why: format!("`{key}` is nobody's key"),
            help: near,
            by_rule: false,
            code: None,
        });
    };
    refuse(project, memory, person)?;
    seen_gone(project, (memory, reads), person)?;
    let mut edited = texts.clone();
    let files: Vec<String> = texts.files().map(str::to_owned).collect();
    for file in files {
        let text = texts.get(&file).unwrap_or_default();
        let after = erased(text, key).map_err(|why| NotMade {
            why: format!("{file}: {}", why.why()),
            help: Some(format!(
                "write it by hand: {key}: {{ name: erased, access: [] }}"
            )),
            by_rule: false,
            code: None,
        })?;
        edited.set(&file, after);
    }
    if edited.edits().is_empty() {
        return Err(NotMade {
            why: format!("`{key}` is erased already"),
            help: None,
            by_rule: false,
            code: None,
        });
    }
    let after = edited.open(project);
    if let Some(error) = after.diagnostics.iter().find(|it| it.is_error()) {
        return Err(NotMade {
            why: format!("`check` would refuse the project: {}", error.message),
            help: error.help.clone(),
            by_rule: false,
            code: None,
        });
    }
    let root = &project.loaded.root;
    let today = today(project, person);
    let (found, earlier) = past::look(root, &today).unzip();
    let earlier = earlier.unwrap_or_default();
    let found = found.map(|it| (it.commits, it.files, it.cut));
    let (commits, history, cut) = found.map_or((None, BTreeSet::new(), false), |it| {
        (Some(it.0), it.1, it.2)
    });
    let mut needles = needles(project, person);
    needles.extend(once_needles(&earlier, &needles));
    let mut files = search(root, &edited, &needles);
    files.extend(outside(project, &edited, &needles));
    Ok(Erased {
        traces: Traces {
            files,
            commits,
            history,
            earlier: told(&earlier),
            cut,
            unread: unread(project, person),
        },
        texts: edited,
    })
}

/// What today's files say of somebody.
fn today(project: &Project, person: &raw::Person) -> past::Known {
    let outside = project.loaded.project.entries.contacts.iter();
    let outside: Vec<_> = outside
        .filter(|it| it.key.value == person.key.value)
        .collect();
    let emails = outside.iter().filter_map(|it| it.email.as_ref());
    let phones = outside.iter().filter_map(|it| it.phone.as_ref());
    let name = name_of(person);
    past::Known {
        keys: keys(person).iter().map(ToString::to_string).collect(),
        names: Some(name).filter(|it| !it.is_empty()).into_iter().collect(),
        // What several people have tells of none of them.
        emails: emails
            .chain(&person.email)
            .filter(|it| !it.value.shared)
            .map(|it| it.value.text.to_string())
            .collect(),
        phones: phones
            .chain(&person.phone)
            .filter(|it| !it.value.shared)
            .map(|it| it.value.text.to_string())
            .collect(),
    }
}

/// What the history tells more, in words; contacts masked.
fn told(earlier: &past::Known) -> Vec<(&'static str, String)> {
    let masked = |text: &String| crate::text::mask_contacts(text);
    let keys = earlier.keys.iter().map(|it| ("earlier key", it.clone()));
    let names = earlier.names.iter().map(|it| ("earlier name", it.clone()));
    let emails = earlier
        .emails
        .iter()
        .map(|it| ("earlier e-mail", masked(it)));
    let phones = earlier
        .phones
        .iter()
        .map(|it| ("earlier phone", masked(it)));
    keys.chain(names).chain(emails).chain(phones).collect()
}

/// What earlier commits say, to be looked for in the folder as well.
fn once_needles(earlier: &past::Known, known: &[Needle]) -> Vec<Needle> {
    let texts = [
        ("earlier key", &earlier.keys),
        ("earlier name", &earlier.names),
        ("earlier e-mail", &earlier.emails),
    ];
    let texts = texts.into_iter().flat_map(|(what, all)| {
        all.iter()
            .map(move |text| (what, Search::Text, text.clone()))
    });
    let phones = earlier.phones.iter().filter_map(|text| {
        let phone = Phone::parse(text).ok()?;
        Some(("earlier phone", Search::Digits, phone.digits().to_owned()))
    });
    let all = texts.chain(phones).filter(|(_, _, text)| {
        let is_known = known
            .iter()
            .any(|it| it.text.to_lowercase() == text.to_lowercase());
        text.chars().count() >= 3 && !is_known
    });
    all.map(|(what, how, text)| Needle { what, text, how })
        .collect()
}

/// Refuses where something may be left to take away, or where taking the entry away would be an order.
fn refuse(project: &Project, memory: &Memory, person: &raw::Person) -> Result<(), NotMade> {
    let key = PersonKey::new(&*person.key.value);
    let refused = |why: String, help: &str| {
        Err(NotMade {
            why,
            help: Some(help.to_owned()),
            by_rule: true,
            code: None,
        })
    };
    let managed = project.desired.people.get(&key).map(|it| it.managed);
    match managed {
        Some(Managed::Left(_) | Managed::Nothing(_)) => {}
        Some(Managed::No) => {
            return refuse_unmanaged(&key);
        }
        Some(Managed::Yes) | None => {
            return refused(
                format!("by the files `{key}` has not left"),
                "`keyholder leave` writes that they have, and `keyholder apply` takes everything away",
            );
        }
    }
    let keys = keys(person);
    let granted = memory.granted.iter().filter(|it| keys.contains(&it.2));
    let left: Vec<String> = granted
        .map(|(system, place, _)| format!("{system} at {place}"))
        .collect();
    if !left.is_empty() {
        return refused(
            format!(
                "by the journal `{key}` still has access: {}",
                left.join(", ")
            ),
            "`keyholder apply` takes it away, and `keyholder done` says what was done by hand",
        );
    }
    let open = memory.handed.iter().find(|(_, handed)| {
        let about = handed.person.as_ref();
        about.is_some_and(|it| keys.contains(it))
    });
    if let Some(((system, step), _)) = open {
        return refused(
            format!("a step by hand about `{key}` is open at {system}: {step}"),
            "`keyholder done` says that it is done",
        );
    }
    Ok(())
}

/// The keys that somebody has and had.
fn keys(person: &raw::Person) -> BTreeSet<PersonKey> {
    let earlier = person.was.iter().map(|it| PersonKey::new(&*it.value));
    earlier
        .chain([PersonKey::new(&*person.key.value)])
        .collect()
}

/// Refuses where an account of theirs was seen last, or where nobody has looked since they left: that nothing is known of
/// is not that nothing is there. What no interface can read is told among the traces instead.
fn seen_gone(
    project: &Project,
    (memory, reads): (&Memory, &Reads),
    person: &raw::Person,
) -> Result<(), NotMade> {
    let key = PersonKey::new(&*person.key.value);
    let keys = keys(person);
    let desired = &project.desired;
    let Some(declared) = desired.people.get(&key) else {
        return Ok(());
    };
    let refused = |why: String| {
        Err(NotMade {
            why,
            help: Some("`keyholder apply` takes away what is there, and reads it; `keyholder observe` reads again".to_owned()),
            by_rule: true,
            code: None,
        })
    };
    let known = memory.accounts.iter();
    let mut accounts: BTreeSet<(&SystemName, &AccountId)> = known
        .filter(|(_, known)| keys.contains(&known.person))
        .map(|((system, account), _)| (system, account))
        .collect();
    for (system, pin) in &declared.pins {
        accounts.extend(pin.ids.iter().map(|id| (system, id)));
    }
    for ((system, place), there) in &memory.seen {
        let theirs = there.iter().find(|id| accounts.contains(&(system, id)));
        if let Some(id) = theirs {
            return refused(format!(
                "by the journal their account {id} stands in {system} at {place}"
            ));
        }
    }
    let mut scopes: BTreeSet<(&SystemName, PlaceId)> = declared
        .grants
        .iter()
        .map(|it| (&it.system, it.place.clone()))
        .chain(
            declared
                .ended
                .iter()
                .map(|it| (&it.system, it.place.clone())),
        )
        .collect();
    // Whose lines name no place may have an account at any.
    if scopes.is_empty() {
        for (name, system) in &desired.systems {
            let is_known = accounts.is_empty() || accounts.iter().any(|(it, _)| *it == name);
            let places = system.locations.keys().map(|it| PlaceId::At(it.clone()));
            if is_known {
                scopes.extend(places.map(|place| (name, place)));
            }
        }
    }
    let left = declared.left;
    for (system, place) in scopes {
        if !is_readable(project, system) || place == PlaceId::Chain {
            continue;
        }
        let at = |place: PlaceId| reads.get(&(system.clone(), place)).copied();
        // A system without locations is read as a whole.
        let read = at(place.clone()).max(at(PlaceId::Whole));
        if read.is_none() || read < left {
            return refused(format!(
                "by the journal nobody has looked at {system} at {place} since `{key}` left"
            ));
        }
    }
    Ok(())
}

/// Whether a vendor's interface says who is there.
fn is_readable(project: &Project, system: &SystemName) -> bool {
    let kind = project.desired.systems.get(system);
    let kind = kind.and_then(|it| Kind::parse(it.kind));
    kind.is_some_and(|kind| capability(kind, catalog::Verb::ReadUsers).how == How::Api)
}

/// Where they had something and nobody but a person can look.
fn unread(project: &Project, person: &raw::Person) -> BTreeSet<SystemName> {
    let people = &project.desired.people;
    let declared = people.get(&PersonKey::new(&*person.key.value)).into_iter();
    let systems = declared.flat_map(|it| {
        let ended = it.ended.iter().map(|it| &it.system);
        it.grants.iter().map(|it| &it.system).chain(ended)
    });
    let unread = systems.filter(|system| !is_readable(project, system));
    unread.cloned().collect()
}

fn refuse_unmanaged(key: &PersonKey) -> Result<(), NotMade> {
    Err(NotMade {
        why: format!("the access of `{key}` is `unmanaged`, so nobody knows whether they have any"),
        help: Some("write `access: []` there, and apply it, first".to_owned()),
        by_rule: true,
        code: None,
    })
}

fn name_of(person: &raw::Person) -> String {
    match person.name.as_ref().map(|it| &it.value) {
        Some(raw::Name::Whole(name)) => name.to_string(),
        Some(raw::Name::Parts { first, last }) => format!("{first} {last}"),
        None => String::new(),
    }
}

/// What to search for: as it is written, and as it is compared.
fn needles(project: &Project, person: &raw::Person) -> Vec<Needle> {
    let mut found: Vec<Needle> = Vec::new();
    let mut put = |what: &'static str, how: Search, text: &str| {
        // What is so short stands everywhere.
        if text.chars().count() >= 3 && !found.iter().any(|it| it.text == text) {
            let text = text.to_owned();
            found.push(Needle { what, text, how });
        }
    };
    put("key", Search::Text, &person.key.value);
    for key in &person.was {
        put("key", Search::Text, &key.value);
    }
    let name = name_of(person);
    put("name", Search::Text, &name);
    for word in name.split_whitespace() {
        put("part of the name", Search::Word, word);
    }
    let outside = project.loaded.project.entries.contacts.iter();
    let outside: Vec<_> = outside
        .filter(|it| it.key.value == person.key.value)
        .collect();
    let emails = outside.iter().filter_map(|it| it.email.as_ref());
    for email in emails.chain(&person.email) {
        put("e-mail", Search::Text, &email.value.text);
        if let Ok(email) = Email::parse(&email.value.text) {
            put("e-mail", Search::Text, email.as_str());
        }
    }
    let phones = outside.iter().filter_map(|it| it.phone.as_ref());
    for phone in phones.chain(&person.phone) {
        put("phone", Search::Text, &phone.value.text);
        if let Ok(phone) = Phone::parse(&phone.value.text) {
            put("phone", Search::Digits, phone.digits());
            // As it is dialed at home.
            let digits = phone.digits();
            if let Some(home) = digits.get(digits.len().saturating_sub(8)..) {
                put("phone", Search::Digits, home);
            }
        }
    }
    found
}

/// The files of a folder that have something of it. Links are not followed, and git's own files are not looked at: what
/// is in them is asked of git.
fn search(root: &Utf8Path, texts: &Texts, needles: &[Needle]) -> Vec<(String, Vec<&'static str>)> {
    let mut found = Vec::new();
    let mut folders = vec![Utf8PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = folder.join(&name);
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && name != ".git" {
                folders.push(path);
                continue;
            }
            if !kind.is_file() {
                continue;
            }
            // As it will be where it is edited: what the edit takes out is no trace.
            let content = if let Some(text) = texts.get(path.as_str()) {
                text.as_bytes().to_vec()
            } else {
                let mut bytes = Vec::new();
                let file = fs::File::open(root.join(&path));
                let read = file.and_then(|it| it.take(LARGEST).read_to_end(&mut bytes));
                if read.is_err() {
                    continue;
                }
                bytes
            };
            let what = found_in(&String::from_utf8_lossy(&content), needles);
            if !what.is_empty() {
                found.push((path.into_string(), what));
            }
        }
    }
    found.sort();
    found
}

/// What of it a text has.
fn found_in(content: &str, needles: &[Needle]) -> Vec<&'static str> {
    let content = content.to_lowercase();
    let digits = joined_digits(&content);
    let finds = |it: &&Needle| it.how.finds(&it.text.to_lowercase(), &content, &digits);
    let found_here = needles.iter().filter(finds);
    let mut what: Vec<&'static str> = found_here.map(|it| it.what).collect();
    what.dedup();
    // Who has the whole name has its parts.
    if what.contains(&"name") {
        what.retain(|it| *it != "part of the name");
    }
    what
}

/// The contacts that lie outside of the folder, or that a command has, as they will be.
fn outside(
    project: &Project,
    texts: &Texts,
    needles: &[Needle],
) -> Option<(String, Vec<&'static str>)> {
    let contacts = project.loaded.project.settings.contacts.as_ref()?;
    if let raw::ContactsSource::File(file) = &contacts.value {
        let path = Utf8Path::new(&**file);
        // What lies in the folder is found there.
        if !path.is_absolute() && !path.starts_with("..") {
            return None;
        }
    }
    // They are read as the last of all, under the name of the file or of nothing that is one.
    let (_, source) = project.loaded.sources.iter().last()?;
    let text = texts.get(source.path()).unwrap_or_else(|| source.text());
    let what = found_in(text, needles);
    (!what.is_empty()).then(|| (source.path().to_string(), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_parted_and_a_name_only_as_a_word() {
        let content = "call 371 2000-00.03, or anna@x";
        let digits = joined_digits(content);
        assert!(Search::Digits.finds("37120000003", content, &digits));
        assert!(Search::Digits.finds("20000003", content, &digits));
        assert!(!Search::Digits.finds("37120000004", content, &digits));
        assert!(Search::Word.finds("anna", content, &digits));
        assert!(!Search::Word.finds("ann", content, &digits));
        assert!(!Search::Word.finds("nna", content, &digits));
    }
}
