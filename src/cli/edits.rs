//! An edit of the files from the project it starts from to the disk or to a commit: opened, shown, asked for, written.
//!
//! Not what is edited: that is the verb's. Invariant: only what was shown is written, and with `--branch` nothing that lies
//! in the folder is read or changed.

use jiff::Timestamp;
use jiff::civil::Date;

use super::args::EditArgs;
use super::failure::{Ending, Endings, Failure};
use super::session::Session;
use super::writing::{told, write_all};
use crate::config::raw::When;
use crate::ops::edit::{Edit, Texts, contacts_file};
use crate::ops::project::{self, Project};
use crate::ops::verb::{self, NotMade, Verb};
use crate::render::{escape, swing, text};
use crate::text::mask_contacts;
use crate::vcs;

/// The files that are edited.
pub(super) struct Desk {
    /// The project.
    pub(super) project: Project,
    /// Its files.
    pub(super) texts: Texts,
    /// The present.
    pub(super) now: Timestamp,
    target: Target,
}

/// Where an edit goes.
enum Target {
    Disk,
    /// A branch that is not checked out: its name, the commit it is built on, and where it is if there is one.
    Branch(String, String, Option<String>),
}

impl Desk {
    /// Opens what is edited: the folder, or the commit that `--branch` builds on.
    pub(super) fn open(session: &Session<'_>, args: &EditArgs) -> Result<Self, Failure> {
        let now = session.now()?;
        let Some(name) = &args.branch else {
            let project = session.open_to_begin(now)?;
            let texts = Texts::read(&project)
                .map_err(|error| Failure::input(format!("the files cannot be read: {error}")))?
                .with_contacts(&project);
            return Ok(Self {
                project,
                texts,
                now,
                target: Target::Disk,
            });
        };
        let told = |error: vcs::VcsError| {
            let help = match error {
                vcs::VcsError::CheckedOut(_) => {
                    "`--commit` commits onto the branch that is checked out"
                }
                _ => {
                    "`--branch` needs a git repository with a commit, and a name such as `hires/jana`"
                }
            };
            Failure::input(error.to_string()).help(help)
        };
        let here = session.open_anyway(None, now, 0)?;
        let root = here.loaded.root.clone();
        let old = vcs::branch(&root, name).map_err(told)?;
        let base = old.as_deref().unwrap_or("HEAD");
        let (parent, project) = project::open_commit(&here, base).map_err(told)?;
        if let Some(error) = project.diagnostics.iter().find(|it| it.is_error()) {
            return Err(Failure::input(format!(
                "the files of that branch have errors: {}",
                error.message
            )));
        }
        let files = vcs::files(&root, &parent).map_err(told)?;
        Ok(Self {
            texts: Texts::of_commit(&project, files),
            project,
            now,
            target: Target::Branch(name.clone(), parent, old),
        })
    }

    /// The day in the project's zone.
    pub(super) fn today(&self) -> Date {
        self.now.to_zoned(self.project.zone.clone()).date()
    }

    /// A day or a time that somebody named.
    pub(super) fn when(&self, given: Option<&str>) -> Result<Option<When>, Failure> {
        let Some(given) = given else { return Ok(None) };
        let found = verb::when(given, self.today());
        found.map(Some).ok_or_else(|| {
            Failure::input(format!("`{}` is no day", escape::terminal(given)))
                .help("such as `2026-12-01`, `2026-12-01T18:00`, `today` or `tomorrow`")
        })
    }

    /// Makes the edit that a verb asks for, shows it, asks, and writes it.
    pub(super) fn carry_out(
        self,
        session: &Session<'_>,
        verb: &Verb,
        args: &EditArgs,
    ) -> Result<Endings, Failure> {
        let made = verb::make(&self.project, &self.texts, verb, self.now, args.anyway);
        let made = made.map_err(not_made)?;
        let mut more = String::new();
        if let Some(person) = &made.person {
            let (catalog, zone) = (self.project.catalog, &self.project.zone);
            for doc in swing::docs(&made.stretches, person, catalog, zone) {
                more.push('\n');
                more.push_str(&text::write(&doc, session.ui.layout()));
            }
        }
        for note in &made.notes {
            session
                .ui
                .shout(&format!("note: {}", escape::terminal_long(note)));
        }
        self.write_down(session, &made.texts, &made.said, args, &more)
    }

    /// Shows edits and what is to be said beside them, asks, and writes them.
    pub(super) fn write_down(
        &self,
        session: &Session<'_>,
        texts: &Texts,
        said: &str,
        args: &EditArgs,
        more: &str,
    ) -> Result<Endings, Failure> {
        let edits = texts.edits();
        session.ui.data(&told(session, &edits));
        session.ui.data(more);
        if let Some(failure) = session.ui.unwritten() {
            return Err(failure.help("nothing was written: only what was shown is written"));
        }
        let root = self.project.loaded.root.clone();
        if args.commit {
            vcs::checked_out(&root).map_err(|why| {
                Failure::input(format!("`--commit` has nothing to commit onto: {why}"))
                    .help("`--branch NAME` commits onto a branch of its own, and without either the files are only written")
            })?;
            let is_loose = |it: &&Edit| {
                let is_new = it.before.is_empty() && !root.join(&it.file).exists();
                !is_new && self.is_for_git(&it.file) && !vcs::is_clean(&root, &it.file)
            };
            if let Some(edit) = edits.iter().find(is_loose) {
                return Err(Failure::input(format!(
                    "{} has changes that are not committed, and they would be committed with the edit",
                    edit.file
                ))
                .help("commit or stash them first, or write without `--commit`"));
            }
        }
        if !args.yes {
            let question = match &self.target {
                Target::Disk if args.commit => "Write and commit this?".to_owned(),
                Target::Disk => "Write this?".to_owned(),
                Target::Branch(name, ..) => format!("Commit this to {}?", escape::terminal(name)),
            };
            if !session.ui.can_ask() {
                return Err(Failure::input(
                    "nobody can be asked: there is no terminal; nothing was written",
                )
                .help("`--yes` writes what is shown"));
            }
            if !session.ui.confirm(&question) {
                return Err(Failure::input("not confirmed; nothing was written"));
            }
        }
        self.store(session, said, &edits, args)?;
        Ok(Endings::new())
    }

    /// Whether a file is one that git keeps: contacts outside of it are written, and no more.
    fn is_for_git(&self, file: &str) -> bool {
        contacts_file(&self.project).as_deref() != Some(file)
            && !vcs::is_ignored(&self.project.loaded.root, file)
    }

    fn store(
        &self,
        session: &Session<'_>,
        said: &str,
        edits: &[Edit],
        args: &EditArgs,
    ) -> Result<(), Failure> {
        let root = &self.project.loaded.root;
        let message = message(said, args.because.as_deref());
        let (hash, onto) = match &self.target {
            Target::Branch(name, parent, old) => {
                let files: Vec<(&str, &str)> = edits
                    .iter()
                    .map(|it| (it.file.as_str(), it.after.as_str()))
                    .collect();
                let onto = (parent.as_str(), old.as_deref());
                vcs::commit_onto(root, name, onto, &files, &message)
                    .map(|hash| (hash, name.clone()))
                    .map_err(|error| {
                        Failure::input(error.to_string()).help("nothing was written")
                    })?
            }
            Target::Disk => {
                let contacts = contacts_file(&self.project);
                let is_private = |file: &str| contacts.as_deref() == Some(file);
                write_all(root, edits, is_private)?;
                for edit in edits {
                    let file = escape::terminal(&edit.file);
                    if is_private(&edit.file) {
                        session
                            .ui
                            .tell(&format!("{file} holds contacts: keep it out of git"));
                    } else if !args.commit {
                        session
                            .ui
                            .tell(&format!("{file} is written; look at it and commit it"));
                    }
                }
                if !args.commit {
                    return Ok(());
                }
                let files = edits.iter().map(|it| it.file.as_str());
                let files: Vec<&str> = files.filter(|it| self.is_for_git(it)).collect();
                // A commit of no files would be one of all that is staged.
                if files.is_empty() {
                    return Ok(());
                }
                let onto = vcs::checked_out(root).unwrap_or_default();
                let hash = vcs::commit_files(root, &files, &message).map_err(|error| {
                    Failure::input(error.to_string())
                        .help("the edit is written and not committed; `git diff` shows it")
                })?;
                (hash, onto)
            }
        };
        session.ui.tell(&format!(
            "commit {} on {}: {}",
            hash.get(..12).unwrap_or(&hash),
            escape::terminal(&onto),
            escape::terminal(said)
        ));
        Ok(())
    }
}

/// The message of a commit: what, and why. Contacts have no place in it.
fn message(said: &str, because: Option<&str>) -> String {
    let because = because.map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        format!("\nBecause: {}\n", mask_contacts(&words.join(" ")))
    });
    format!("{said}\n{}", because.unwrap_or_default())
}

pub(super) fn not_made(why: NotMade) -> Failure {
    let ending = if why.by_rule {
        Ending::Held
    } else {
        Ending::BadInput
    };
    let mut failure = Failure::new(ending, why.why);
    failure.code = why.code;
    match why.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
