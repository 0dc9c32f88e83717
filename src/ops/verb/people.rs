//! Whole entries: somebody new, and names that change everywhere.
//!
//! Not the judgement of what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::entry::{find, known_place, known_role, line, unknown};
use super::{Draft, Join, NotMade, Places, changed, staff, written};
use crate::config::edit::{self, Change, Named, Refused, Seg, Yaml};
use crate::config::raw::ContactsSource;
use crate::diagnostic::nearest;
use crate::model::{Email, LocationKey, PersonKey, Phone};
use crate::ops::edit::Texts;
use crate::ops::import::first_home;
use crate::ops::project::Project;

/// The ways to write somebody new, best first: by file, and with the name in one text before two.
pub(super) fn join(project: &Project, texts: &Texts, join: &Join) -> Result<Vec<Draft>, NotMade> {
    let people = &project.loaded.project.entries.people;
    if people.iter().any(|it| *it.key.value == *join.key) {
        return Err(NotMade::new(format!("`{}` is declared already", join.key))
            .help("`keyholder grant` gives somebody one more role"));
    }
    if join.name.trim().is_empty() {
        return Err(NotMade::new("a person needs a name").help("`--name TEXT`"));
    }
    if let Some(new) = &join.line {
        known_role(project, &new.role)?;
        if let Some(Places::Keys(keys)) = &new.at {
            for key in keys {
                known_place(project, key)?;
            }
        }
    }
    let places = join.line.as_ref().and_then(|line| line.at.as_ref());
    let places = places.map_or_else(Vec::new, |at| staff::keys(project, at));
    let accounts = staff::accounts(&staff::pins(project, &join.staff, &places)?);
    let (email, phone) = contacts(join)?;
    let (texts, is_apart) = apart(project, texts, join, email.as_deref(), phone.as_deref())?;
    let texts = &texts;
    let (email, phone) = if is_apart {
        (None, None)
    } else {
        (email, phone)
    };
    let mut files = match &join.file {
        Some(file) => vec![file.clone()],
        None => files(project, texts, &places),
    };
    if files.is_empty() {
        let first = first_home(project, texts, "people", "people.yaml");
        files.push(first.unwrap_or_else(|| "people.yaml".to_owned()));
    }
    let place = join
        .line
        .as_ref()
        .map(|line| format!(" as {}", line.role))
        .unwrap_or_default();
    let words: Vec<&str> = join.name.split_whitespace().collect();
    let mut names = vec![Yaml::from(words.join(" ").as_str())];
    if let [first, last] = words.as_slice() {
        names.push(Yaml::Map(vec![
            ("first".into(), (*first).into()),
            ("last".into(), (*last).into()),
        ]));
    }
    let mut drafts = Vec::new();
    let mut refused = None;
    for name in names {
        let contacts = (email.as_deref(), phone.as_deref());
        let value = entry(join, name, contacts, accounts.clone());
        let path: Vec<Seg> = vec!["people".into(), join.key.as_str().into()];
        let change = Change::Set(path, value.clone());
        let by_hand = format!("{}: {}", join.key, value.flow());
        for file in &files {
            let mut texts = texts.clone();
            if texts.get(file).is_none()
                && let Err(why) = begun(project, &mut texts, file)
            {
                refused = refused.or(Some(why));
                continue;
            }
            match changed(&texts, file, std::slice::from_ref(&change), &by_hand) {
                Ok(texts) => drafts.push(Draft {
                    texts,
                    said: format!("Add {}{place}", join.key),
                    person: Some(PersonKey::new(join.key.as_str())),
                    notes: Vec::new(),
                    renamed: None,
                    is_leaver: false,
                }),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
    }
    match refused {
        Some(why) if drafts.is_empty() => Err(why),
        _ => Ok(drafts),
    }
}

/// A file of people that begins, where the project reads it.
fn begun(project: &Project, texts: &mut Texts, file: &str) -> Result<(), NotMade> {
    let is_there =
        !texts.is_of_commit() && project.loaded.root.join(file).symlink_metadata().is_ok();
    texts.add(file, String::new());
    let read = texts.open(project);
    let is_read = read
        .loaded
        .sources
        .iter()
        .any(|(_, it)| &**it.path() == file);
    if is_there || !is_read {
        return Err(NotMade::new(format!("{file} is no file of this project"))
            .help("name one that `files` in keyholder.yaml covers with `--file`, such as `people/riga.yaml`"));
    }
    Ok(())
}

/// The files with the contacts where the project keeps them outside of git, and whether it does.
fn apart(
    project: &Project,
    texts: &Texts,
    join: &Join,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<(Texts, bool), NotMade> {
    let Some(source) = &project.loaded.project.settings.contacts else {
        return Ok((texts.clone(), false));
    };
    if email.is_none() && phone.is_none() {
        return Ok((texts.clone(), false));
    }
    let refused = |why: &str, help: &str| {
        Err(NotMade::new(format!("this project keeps contacts outside of git, {why}")).help(help))
    };
    let ContactsSource::File(file) = &source.value else {
        return refused(
            "where a command has them (`contacts` in keyholder.yaml)",
            "write them where that command takes them from, then `join` without `--email` and `--phone`",
        );
    };
    if texts.is_of_commit() {
        return refused(
            &format!("in {file}, and with `--branch` nothing but the branch is written"),
            "`--commit` on a branch that you checked out writes both, and commits no contact",
        );
    }
    let mut texts = texts.clone();
    if texts.get(file).is_none() {
        match std::fs::read_to_string(project.loaded.root.join(&**file)) {
            Ok(text) => texts.beside(file, &text, text.clone()),
            Err(error) => {
                return refused(
                    &format!("and {file} cannot be read: {error}"),
                    "look at `contacts` in keyholder.yaml",
                );
            }
        }
    }
    let pairs = [("email", email), ("phone", phone)];
    let pairs = pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.into())));
    let value = Yaml::Map(pairs.collect());
    let change = Change::Set(vec!["contacts".into(), join.key.as_str().into()], value);
    let by_hand = format!("contacts: {}: the address and the number", join.key);
    Ok((changed(&texts, file, &[change], &by_hand)?, true))
}

/// Contacts in canonical form.
fn contacts(join: &Join) -> Result<(Option<String>, Option<String>), NotMade> {
    let email = join.email.as_deref().map(Email::parse).transpose();
    let email =
        email.map_err(|why| NotMade::new("`--email` is no e-mail address").help(why.expected()))?;
    let phone = join.phone.as_deref().map(Phone::parse).transpose();
    let phone =
        phone.map_err(|why| NotMade::new("`--phone` is no phone number").help(why.expected()))?;
    Ok((
        email.map(|it| it.as_str().to_owned()),
        phone.map(|it| it.as_str().to_owned()),
    ))
}

fn entry(
    join: &Join,
    name: Yaml,
    (email, phone): (Option<&str>, Option<&str>),
    accounts: Option<Yaml>,
) -> Yaml {
    let mut pairs = vec![("name".to_owned(), name)];
    let mut put = |key: &str, value: Option<Yaml>| {
        pairs.extend(value.map(|value| (key.to_owned(), value)));
    };
    put("email", email.map(Yaml::from));
    put("phone", phone.map(Yaml::from));
    put("class", join.class.as_deref().map(Yaml::from));
    put(
        "starts",
        join.starts.map(|it| Yaml::from(written(it).as_str())),
    );
    put("accounts", accounts);
    let lines = join.line.iter().map(line).collect();
    put("access", Some(Yaml::List(lines)));
    Yaml::Map(pairs)
}

/// Files that somebody at these places may stand in, best first: where most people are who work as they do, at these
/// places alone or at several.
fn files(project: &Project, texts: &Texts, places: &[String]) -> Vec<String> {
    let is_ours = |key: &str| places.iter().any(|place| place == key);
    let mut found: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for person in &project.loaded.project.entries.people {
        let file = project.loaded.sources.origin(person.key.span).file;
        let desired = project
            .desired
            .people
            .get(&PersonKey::new(&*person.key.value));
        let grants = desired.into_iter().flat_map(|it| it.grants.iter());
        let theirs: BTreeSet<&str> = grants
            .filter_map(|it| it.place.location())
            .map(LocationKey::as_str)
            .collect();
        let is_near = theirs.iter().any(|it| is_ours(it));
        let is_alike = is_near && (theirs.len() > 1) == (places.len() > 1);
        let counted = found.entry(file.to_string()).or_default();
        counted.0 += usize::from(is_alike);
        counted.1 += usize::from(is_near);
        counted.2 += 1;
    }
    let mut files: Vec<(String, (usize, usize, usize))> = found.into_iter().collect();
    files.retain(|(file, _)| texts.get(file).is_some());
    files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let is_first = files.iter().all(|(_, (_, near, _))| *near == 0);
    let mut files: Vec<String> = files.into_iter().map(|(file, _)| file).collect();
    if let ([place], true) = (places, is_first)
        && let Some(new) = like_its_place(project, &files, place)
    {
        files.insert(0, new);
    }
    files
}

/// The file for the first person of a place, where files are named after their places.
fn like_its_place(project: &Project, files: &[String], place: &str) -> Option<String> {
    let places = &project.loaded.project.entries.locations;
    let folders = files.iter().filter_map(|file| {
        let path = Utf8Path::new(file);
        let stem = path.file_stem()?;
        let is_place = places.iter().any(|it| *it.key.value == *stem);
        let end = path.extension()?;
        is_place.then(|| path.with_file_name(format!("{place}.{end}")).to_string())
    });
    // A key is no path.
    let is_name = !place.contains(['/', '\\']) && !place.starts_with('.');
    folders.into_iter().next().filter(|_| is_name)
}

pub(super) fn rename_role(
    project: &Project,
    texts: &Texts,
    from: &str,
    to: &str,
) -> Result<Draft, NotMade> {
    known_role(project, from)?;
    let mut roles = project.loaded.project.entries.roles.iter();
    if let Some(there) = roles.find(|it| *it.key.value == *to) {
        let origin = project.loaded.sources.origin(there.key.span);
        return Err(NotMade::new(format!(
            "{}:{}: there is a role `{to}` already",
            origin.file, origin.line
        )));
    }
    Ok(Draft {
        texts: everywhere(texts, Named::Role, from, to)?,
        said: format!("Rename the role {from} to {to}"),
        person: None,
        notes: Vec::new(),
        renamed: None,
        is_leaver: false,
    })
}

pub(super) fn rename_person(
    project: &Project,
    texts: &Texts,
    from: &str,
    to: &str,
) -> Result<Draft, NotMade> {
    let people = &project.loaded.project.entries.people;
    let keys = || people.iter().map(|it| &*it.key.value);
    if !keys().any(|it| it == from) {
        return Err(unknown("nobody's key", from, nearest(from, keys())));
    }
    if let Some(there) = people.iter().find(|it| *it.key.value == *to) {
        let origin = project.loaded.sources.origin(there.key.span);
        return Err(NotMade::new(format!(
            "{}:{}: `{to}` is somebody's key already",
            origin.file, origin.line
        )));
    }
    let contacts = &project.loaded.project.entries.contacts;
    let of = |key: &str| contacts.iter().find(|it| *it.key.value == *key);
    if let (Some(there), None) = (of(from), of(to)) {
        let file = project.loaded.sources.origin(there.key.span).file;
        if texts.get(&file).is_none() {
            return Err(NotMade::new(format!(
                "the contacts of `{from}` stand in {file}, which is not written here"
            ))
            .help(format!(
                "write them there under `{to}` as well, then rename"
            )));
        }
    }
    let entry = find(project, texts, from)?;
    let renamed = everywhere(texts, Named::Person, from, to)?;
    let path: Vec<Seg> = vec!["people".into(), to.into(), "was".into()];
    let earlier: Vec<&str> = entry.person.was.iter().map(|it| &*it.value).collect();
    let value = renamed.get(&entry.file).and_then(edit::value);
    let is_list = value.is_some_and(|value| {
        let was = value
            .get("people")
            .and_then(|it| it.get(to)?.get("was").cloned());
        matches!(was, Some(Yaml::List(_)) | None)
    });
    let change = if is_list && !earlier.contains(&to) {
        Change::Add(path, from.into())
    } else {
        let kept = earlier.into_iter().filter(|it| *it != to);
        Change::Set(path, Yaml::texts(kept.chain([from])))
    };
    let by_hand = format!("was: [{from}]");
    Ok(Draft {
        texts: changed(&renamed, &entry.file, &[change], &by_hand)?,
        said: format!("Rename {from} to {to}"),
        person: Some(PersonKey::new(to)),
        notes: Vec::new(),
        renamed: Some((from.to_owned(), to.to_owned())),
        is_leaver: false,
    })
}

/// A name under another one in every file.
fn everywhere(texts: &Texts, what: Named, from: &str, to: &str) -> Result<Texts, NotMade> {
    let mut all = texts.clone();
    let files: Vec<String> = texts.files().map(str::to_owned).collect();
    for file in files {
        let text = texts.get(&file).unwrap_or_default();
        let after = edit::renamed(text, what, from, to).map_err(|blocked| {
            let line = blocked.line.map(|line| format!(":{line}"));
            let place = format!("{file}{}", line.unwrap_or_default());
            let found = blocked.found.as_str();
            match blocked.why {
                Refused::Taken => NotMade::new(format!("{place}: `{to}` stands there already")),
                Refused::Form if !found.is_empty() => NotMade::new(format!(
                    "{place}: `{found}` is written in a way (an alias, an anchor that has another meaning elsewhere) in which the name cannot be changed alone"
                ))
                .help(format!("write `{to}` in place of `{from}` there by hand, without the alias")),
                why => NotMade::refused(&place, why, &format!("`{to}` in place of `{from}`")),
            }
        })?;
        all.set(&file, after);
    }
    Ok(all)
}
