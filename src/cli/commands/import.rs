//! `import`: what the systems have becomes what the files say.
//!
//! Invariant: nothing is written that was not shown, and nothing that was there is changed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::args::{ImportArgs, RolesFound};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::config::edit::difference;
use crate::diagnostic::nearest;
use crate::model::{Desired, Observed, SystemName};
use crate::ops::edit::{Edit, Texts, create, write};
use crate::ops::import::{
    Found, Imported, NewEntries, NotAdded, Options, Roles, add, contacts_file, discover, import,
    joined, keep_contacts_in, read,
};
use crate::ops::planned;
use crate::ops::project::Project;
use crate::render::escape;
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
    let project = session.open(None, world.now(), 0)?;
    let systems = systems(&project, args)?;
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
            add(&mut texts, &places, schemas).map_err(|why| not_added(&why))?;
        }
        let with = texts.open(&project);
        let observed = read(&with, &providers, &systems, &found.wanted, session.ui).await;
        (observed, found)
    };
    world.leave(session, &project.loaded.project.settings)?;
    planned::distrust(&mut observed, &project, &planning.memory);

    let kept = contacts_file(&project);
    let apart = args
        .contacts
        .as_ref()
        .map(ToString::to_string)
        .or(kept.clone());
    let options = Options {
        roles: match args.roles {
            RolesFound::Exact => Roles::Exact,
            RolesFound::Compact => Roles::Compact,
        },
        one_file: args.one_file || has_one_file(&texts),
        contacts_apart: apart.is_some(),
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
    let contacts = contacts(&project, &mut imported, apart.as_deref(), kept.is_none())?;

    let edits = imported.texts.edits();
    session
        .ui
        .data(&told(session, &imported, &found, &edits, contacts.as_ref()));
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
    written(session, &project, &edits, contacts.as_ref())?;
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

/// Whether the people of a project stand in one file already.
fn has_one_file(texts: &Texts) -> bool {
    let mut files = texts.files();
    texts.get("people.yaml").is_some() && !files.any(|file| file.starts_with("people/"))
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
    let (Some(entries), Some(file)) = (imported.contacts.clone(), file) else {
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
    edits: &[Edit],
    contacts: Option<&Apart>,
) -> Result<(), Failure> {
    let failed = |file: &str, error: &std::io::Error| {
        Failure::input(format!("{file}: {error}"))
            .help("files named after it were not written; `git diff` shows what was")
    };
    let root = &project.loaded.root;
    if let Some(apart) = contacts {
        match &apart.before {
            None => create(&apart.path, &apart.after, true),
            Some(before) => write(
                root,
                &Edit {
                    file: apart.path.to_string(),
                    before: before.clone(),
                    after: apart.after.clone(),
                },
            ),
        }
        .map_err(|error| failed(&apart.shown, &error))?;
        session.ui.tell(&format!(
            "{} holds contacts: keep it out of git",
            escape::terminal(&apart.shown)
        ));
    }
    for edit in edits {
        let path = root.join(&edit.file);
        if edit.before.is_empty() && path.symlink_metadata().is_err() {
            create(&path, &edit.after, false)
        } else {
            write(root, edit)
        }
        .map_err(|error| failed(&edit.file, &error))?;
    }
    let files = if edits.len() == 1 {
        "1 file is".to_owned()
    } else {
        format!("{} files are", edits.len())
    };
    session
        .ui
        .tell(&format!("{files} written; look at them and commit them"));
    Ok(())
}

/// The difference of the files, and what there is to say of it.
fn told(
    session: &Session<'_>,
    imported: &Imported,
    found: &Found,
    edits: &[Edit],
    contacts: Option<&Apart>,
) -> String {
    let shows = session.ui.shows_contacts();
    let mut text = String::new();
    for edit in edits {
        for line in difference(&edit.file, &edit.before, &edit.after).lines() {
            let line = if shows {
                line.to_owned()
            } else {
                mask_contacts(line)
            };
            text.push_str(&escape::terminal_long(&line));
            text.push('\n');
        }
    }
    if let Some(apart) = contacts {
        let _ = writeln!(
            text,
            "\nE-mails and phones go into {}, which is not shown",
            escape::terminal(&apart.shown)
        );
    }
    let told = &imported.told;
    let noun = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let _ = writeln!(
        text,
        "\nFound {} with {}, {} and {}",
        noun(told.people, "new person", "new people"),
        noun(told.accounts, "account", "accounts"),
        noun(found.places.len(), "new location", "new locations"),
        noun(told.roles.len(), "new role", "new roles"),
    );
    let width = told
        .roles
        .iter()
        .map(|(key, ..)| key.len())
        .max()
        .unwrap_or(0);
    for (key, title, people) in &told.roles {
        let people = noun(*people, "person", "people");
        let line = format!("  {key:width$}  {title}: {people}");
        let _ = writeln!(text, "{}", escape::terminal_long(&line));
    }
    for (title, lines) in [("To decide", &told.decide), ("Not imported", &told.left)] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for line in lines {
            let line = if shows {
                line.clone()
            } else {
                mask_contacts(line)
            };
            let _ = writeln!(text, "  {}", escape::terminal_long(&line));
        }
    }
    let rest = match (imported.pending, imported.strangers) {
        (0, 0) => "The plan after this is empty".to_owned(),
        (0, some) => format!(
            "The plan after this is empty; {} nobody's",
            noun(some, "account is", "accounts are")
        ),
        (some, _) => format!(
            "The plan after this has {} that it had before",
            noun(some, "difference", "differences")
        ),
    };
    let _ = writeln!(text, "\n{rest}");
    text.trim_start_matches('\n').to_owned()
}
