//! `import`: what the systems have becomes what the files say.
//!
//! Invariant: nothing is written that was not shown, and nothing that was there is changed.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::args::{ImportArgs, RolesFound};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::cli::writing;
use crate::config::{PROJECT_FILE, is_entry_file};
use crate::diagnostic::nearest;
use crate::model::{Desired, Observed, SystemName};
use crate::ops::edit::{Edit, Texts};
use crate::ops::export;
use crate::ops::import::{
    Contacts, Found, Imported, NewEntries, NotAdded, Options, Roles, add, contacts_of, discover,
    housed, import, joined, keep_contacts_in, people_in_one_file, read, refused,
};
use crate::ops::planned;
use crate::ops::project::Project;
use crate::render::doc::{Block, Doc, Section, Tone, prose, say, toned};
use crate::render::{escape, text};
use crate::text::mask_contacts;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ImportArgs,
) -> Result<Endings, Failure> {
    if !args.dry_run && !args.yes && !session.ui.can_ask() {
        return Err(Failure::input("nobody can be asked: there is no terminal")
            .help("`import --yes` writes what it shows, `import --dry-run` only shows it"));
    }
    let world = World::enter(session).await?;
    let project = session.open_to_begin(world.now())?;
    let systems = systems(&project, args)?;
    let kept = contacts_of(&project);
    let apart = apart(&project, args.contacts.as_deref(), &kept)?;
    let planning = Planning::looking(session, &world, &project, &[])?;
    let mut texts = Texts::read(&project)
        .map_err(|error| Failure::input(format!("the files cannot be read: {error}")))?;
    let schemas = project
        .loaded
        .root
        .join(".schema/entries.schema.json")
        .is_file();
    let (mut observed, found) = if let Some(file) = &args.observed {
        let observed = planning.recall(file, &args.max_age)?.observed;
        (
            declared_only(session, &project, observed, &systems, args),
            Found::default(),
        )
    } else {
        let providers = world.connect(session, &project)?;
        let found = discover(&project, &providers, &systems, &args.places, session.ui).await;
        unknown_places(&found)?;
        if let Some(places) = found.addition("locations.yaml") {
            let places = housed(&project, &texts, &places).map_err(|why| not_added(&why))?;
            add(&mut texts, &places, schemas).map_err(|why| not_added(&why))?;
        }
        let with = texts.open(&project);
        let mut observed = read(&with, &providers, &systems, &found.wanted, session.ui).await;
        // What no call reads is taken from lists that somebody exported, as a plan takes it.
        let problems = export::lay_over(&mut observed, &with, world.now());
        if !problems.is_empty() {
            session.show(&problems, &with.loaded.sources);
        }
        (observed, found)
    };
    world.leave(session, &project.loaded.project.settings)?;
    planned::distrust(&mut observed, &project, &planning.memory);

    let options = Options {
        roles: match args.roles {
            RolesFound::Exact => Roles::Exact,
            RolesFound::Compact => Roles::Compact,
        },
        one_file: args.one_file || people_in_one_file(&project, &texts),
        contacts_apart: apart.is_some() || kept == Contacts::Command,
    };
    let planner = |project: &Project, desired: &Desired, observed: &Observed| {
        planning.plan_of(project, desired, observed)
    };
    let mut imported = import(&project, &texts, &observed, options, &planner)
        .map_err(|error| Failure::input(error.to_string()).help("nothing was written"))?;
    for (system, why) in &found.silent {
        imported.told.left.push(format!(
            "{system}: {why}; name locations by their ids: `--at ID`"
        ));
    }
    let is_new = kept == Contacts::Within;
    let contacts = contacts(&project, &mut imported, apart.as_deref(), is_new)?;
    whole(&project, &imported.texts, contacts.as_ref())?;

    let edits = imported.texts.edits();
    session.ui.data(&writing::told(session, &edits));
    let said = told(session, &imported, &found, contacts.as_ref());
    let gap = if edits.is_empty() { "" } else { "\n" };
    let said = format!("{gap}{}", text::write(&said, session.ui.layout()));
    session.ui.data(&said);
    if let Some(failure) = session.ui.unwritten() {
        return Err(failure.help("nothing was written: only what was shown is written"));
    }
    let mut endings = Planning::endings_of_read(&observed);
    if edits.is_empty() || args.dry_run {
        return Ok(endings);
    }
    if !args.yes && !session.ui.confirm("Write this?") {
        return Err(Failure::input("not confirmed; nothing was written"));
    }
    written(session, &project, edits, contacts)?;
    let again = session.open_anyway(None, world.now(), 0)?;
    if again.has_errors() {
        session.ui.shout(
            "the project has errors now; `keyholder check` shows them, `git diff` what was written",
        );
        endings.insert(Ending::BadInput);
    }
    Ok(endings)
}

fn not_added(why: &NotAdded) -> Failure {
    Failure::input(format!("{}: {}", why.file, why.why)).help("nothing was written")
}

/// The systems that were named; all where none was.
fn systems(project: &Project, args: &ImportArgs) -> Result<BTreeSet<SystemName>, Failure> {
    let all = &project.desired.systems;
    if args.systems.is_empty() {
        return Ok(all.keys().cloned().collect());
    }
    let known = |name: &String| {
        let system = SystemName::new(name.as_str());
        if all.contains_key(&system) {
            return Ok(system);
        }
        let failure = Failure::input(format!("`{name}` is no system of the project"));
        Err(match nearest(name, all.keys().map(SystemName::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`systems:` in keyholder.yaml names them"),
        })
    };
    args.systems.iter().map(known).collect()
}

/// Without systems and places that are not meant, or that the project does not declare.
fn declared_only(
    session: &Session<'_>,
    project: &Project,
    mut observed: Observed,
    systems: &BTreeSet<SystemName>,
    args: &ImportArgs,
) -> Observed {
    observed.systems.retain(|name, _| systems.contains(name));
    for (name, seen) in &mut observed.systems {
        let wish = project.desired.systems.get(name);
        seen.scopes.retain(|place, _| {
            let Some(key) = place.location() else {
                return true;
            };
            let declared = wish.is_some_and(|wish| wish.locations.contains_key(key));
            if !declared {
                session.ui.shout(&format!(
                    "note: {key} is not declared with its id at {name}, and is left out"
                ));
            }
            let title = project
                .desired
                .places
                .get(key)
                .map_or("", |place| &place.title);
            let meant = args.places.is_empty()
                || args
                    .places
                    .iter()
                    .any(|it| it == key.as_str() || it == title);
            declared && meant
        });
    }
    observed
}

fn unknown_places(found: &Found) -> Result<(), Failure> {
    let Some(unknown) = found.unknown.first() else {
        return Ok(());
    };
    Err(
        Failure::input(format!("--at {unknown}: no such location was found"))
            .help("`--at` takes the key, the title or the vendor's id of a location"),
    )
}

/// The file for contacts, if any is meant: the one that the settings name, or one that they can name.
fn apart(
    project: &Project,
    given: Option<&Utf8Path>,
    kept: &Contacts,
) -> Result<Option<String>, Failure> {
    let Some(given) = given else {
        return Ok(match kept {
            Contacts::File(file) => Some(file.clone()),
            Contacts::Within | Contacts::Command => None,
        });
    };
    let root = &project.loaded.root;
    let shown = escape::terminal(given.as_str());
    match kept {
        Contacts::File(file) if plain(root, given) == plain(root, Utf8Path::new(file)) => {
            return Ok(Some(file.clone()));
        }
        Contacts::File(file) => {
            return Err(Failure::input(format!(
                "--contacts {shown}: the settings keep contacts in {}, and nobody would read another file",
                escape::terminal(file)
            ))
            .help("leave `--contacts` out, or change `contacts:` in keyholder.yaml first"));
        }
        Contacts::Command => {
            return Err(Failure::input(format!(
                "--contacts {shown}: the settings take contacts from a command, and nobody would read a file"
            ))
            .help("leave `--contacts` out, or change `contacts:` in keyholder.yaml first"));
        }
        Contacts::Within => {}
    }
    let files = &project.loaded.project.settings.files;
    let names: Vec<&str> = files.iter().map(|name| &*name.value).collect();
    let path = plain(root, given);
    let within = path.strip_prefix(root).ok();
    if within.is_some_and(|path| path == PROJECT_FILE || is_entry_file(&names, path.as_str())) {
        return Err(Failure::input(format!(
            "--contacts {shown}: this file is part of the project, which git has"
        ))
        .help("name one that `files:` does not cover, such as `../private/contacts.yaml`"));
    }
    Ok(Some(given.to_string()))
}

/// A path from the project's folder without what means nothing in it.
fn plain(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    let mut plain = Utf8PathBuf::new();
    for part in root.join(path).components() {
        match part.as_str() {
            "." => {}
            ".." => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The project as it will be, contacts included, must have no error.
fn whole(project: &Project, texts: &Texts, contacts: Option<&Apart>) -> Result<(), Failure> {
    let mut texts = texts.clone();
    if let Some(apart) = contacts {
        let before = apart.before.as_deref().unwrap_or_default();
        texts.beside(&apart.shown, before, apart.after.clone());
    }
    refused(&texts.open(project))
        .map_err(|error| Failure::input(error.to_string()).help("nothing was written"))
}

/// Contacts outside of git, as they will stand there.
struct Apart {
    path: Utf8PathBuf,
    shown: String,
    before: Option<String>,
    after: String,
}

fn contacts(
    project: &Project,
    imported: &mut Imported,
    file: Option<&str>,
    is_new: bool,
) -> Result<Option<Apart>, Failure> {
    let Some(entries) = imported.contacts.clone() else {
        return Ok(None);
    };
    let Some(file) = file else {
        let keys: Vec<&str> = entries.values.iter().map(|(key, _)| key.as_str()).collect();
        imported.told.left.push(format!(
            "e-mails and phones of {}: the settings take contacts from a command, which has to know them",
            keys.join(", ")
        ));
        return Ok(None);
    };
    let path = project.loaded.root.join(file);
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::input(format!("{file}: {error}"))),
    };
    let entries = NewEntries {
        file: String::new(),
        ..entries
    };
    let after = joined(before.as_deref(), &entries, false)
        .map_err(|why| Failure::input(format!("{file}: {}", why.why())))?;
    if is_new {
        keep_contacts_in(&mut imported.texts, file).map_err(|why| not_added(&why))?;
        ignored(project, &mut imported.texts, file);
    }
    let shown = file.to_owned();
    Ok(Some(Apart {
        path,
        shown,
        before,
        after,
    }))
}

/// Keeps git from taking a file of contacts that lies within the project.
fn ignored(project: &Project, texts: &mut Texts, file: &str) {
    let path = Utf8Path::new(file);
    if path.is_absolute() || file.starts_with("..") {
        return;
    }
    let before =
        std::fs::read_to_string(project.loaded.root.join(".gitignore")).unwrap_or_default();
    let line = format!("/{}", file.trim_start_matches("./"));
    if before.lines().any(|it| it.trim() == line) {
        return;
    }
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    texts.beside(".gitignore", &before, format!("{before}{gap}{line}\n"));
}

fn written(
    session: &Session<'_>,
    project: &Project,
    mut edits: Vec<Edit>,
    contacts: Option<Apart>,
) -> Result<(), Failure> {
    let root = &project.loaded.root;
    let count = edits.len();
    let shown = contacts.as_ref().map(|it| it.shown.clone());
    if let Some(apart) = contacts {
        let edit = Edit {
            file: apart.path.to_string(),
            before: apart.before.unwrap_or_default(),
            after: apart.after,
        };
        edits.insert(0, edit);
    }
    let private = shown.as_ref().map(|it| root.join(it).to_string());
    writing::write_all(root, &edits, |file| private.as_deref() == Some(file))?;
    if let Some(shown) = shown {
        session.ui.tell(&format!(
            "{} holds contacts: keep it out of git",
            escape::terminal(&shown)
        ));
    }
    let files = if count == 1 {
        "1 file is".to_owned()
    } else {
        format!("{count} files are")
    };
    session
        .ui
        .tell(&format!("{files} written; look at them and commit them"));
    Ok(())
}

/// What there is to say of an import beside the difference of the files.
fn told(
    session: &Session<'_>,
    imported: &Imported,
    found: &Found,
    contacts: Option<&Apart>,
) -> Doc {
    let told = &imported.told;
    let noun = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let mut doc = Doc::default();
    let mut part = |title: &'static str, lines: Vec<Block>| {
        let title = if title.is_empty() {
            Vec::new()
        } else {
            vec![toned(Tone::Strong, title)]
        };
        doc.sections.push(Section::open(title, lines));
    };
    if let Some(apart) = contacts {
        let line = format!(
            "E-mails and phones go into {}, which is not shown",
            apart.shown
        );
        part("", vec![Block::Line(vec![prose(line)])]);
    }
    let mut new = Vec::new();
    if told.people > 0 {
        new.push(format!(
            "{} with {}",
            noun(told.people, "new person", "new people"),
            noun(told.accounts, "account", "accounts")
        ));
    }
    if told.extended > 0 {
        let who = noun(told.extended, "person", "people");
        new.push(format!("more access for {who} of the project"));
    }
    if !found.places.is_empty() {
        new.push(noun(found.places.len(), "new location", "new locations"));
    }
    if !told.roles.is_empty() {
        new.push(noun(told.roles.len(), "new role", "new roles"));
    }
    let last = new.pop();
    let what = match (new.as_slice(), last) {
        (_, None) => "nothing new".to_owned(),
        ([], Some(only)) => only,
        (first, Some(last)) => format!("{} and {last}", first.join(", ")),
    };
    let mut lines = vec![Block::Line(vec![say(format!("Found {what}"))])];
    let longest = |of: &dyn Fn(&(String, String, usize)) -> usize| {
        told.roles.iter().map(of).max().unwrap_or(0)
    };
    let width = longest(&|(key, ..)| key.len());
    // A title says the key once more: it stands there while there is room.
    let whole = longest(&|(_, title, people)| title.chars().count() + people.to_string().len());
    let has_titles = width + whole + "    :  people".len() <= session.ui.layout().width;
    for (key, title, people) in &told.roles {
        let gap = " ".repeat(width - key.len() + 2);
        let mut runs = vec![say("  "), prose(key.clone()), say(gap)];
        if has_titles {
            runs.extend([prose(title.clone()), say(": ")]);
        }
        runs.push(say(noun(*people, "person", "people")));
        lines.push(Block::Line(runs));
    }
    part("", lines);
    for (title, lines) in [("To decide", &told.decide), ("Not imported", &told.left)] {
        let line = |line: &String| {
            let line = if session.ui.shows_contacts() {
                line.clone()
            } else {
                mask_contacts(line)
            };
            Block::Line(vec![prose(line)])
        };
        if !lines.is_empty() {
            part(title, lines.iter().map(line).collect());
        }
    }
    let differences = |count: usize| noun(count, "difference", "differences");
    let rest = match (imported.pending, imported.reached, imported.strangers) {
        (0, 0, 0) => "The plan after this is empty".to_owned(),
        (0, 0, some) => format!(
            "The plan after this is empty; {} nobody's",
            noun(some, "account is", "accounts are")
        ),
        (some, 0, _) => format!(
            "The plan after this has {} that it had before",
            differences(some)
        ),
        (0, new, _) => format!(
            "The plan after this has {} at new locations, which you decide on above",
            differences(new)
        ),
        (some, new, _) => format!(
            "The plan after this has {} that it had before, and {new} at new locations, which you decide on above",
            differences(some)
        ),
    };
    part("", vec![Block::Line(vec![say(rest)])]);
    doc
}
