//! What may come next on a command line: commands, options, and the people, roles, places and systems of the project at
//! hand.
//!
//! Not a parser: clap's own description of the commands is walked, so that nothing is listed twice. Invariant: nothing is
//! offered that a shell could take for more than a word, whatever stands in the files.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::args::Cli;
use super::pick::{self, Choice};
use crate::catalog::{Catalog, Kind};
use crate::config::{self, LoadOptions};
use crate::diagnostic::Code;
use crate::ops::project::{OpenOptions, Project, settle};

/// What the shells ask with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Asking {
    /// Cuts words at `=`.
    Bash,
    /// Takes `value:description`.
    Zsh,
    /// Takes a tab between value and description.
    Fish,
}

/// What fits, with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) value: String,
    pub(super) about: String,
}

/// Kinds of names a project has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    People,
    Roles,
    Places,
    /// Places parted by commas, or all of them, or tags.
    ManyPlaces,
    /// Rights that the vendors of the project have.
    Rights,
    /// Rights and roles.
    RightsAndRoles,
    Systems,
    /// People, places and systems.
    Any,
    Codes,
}

/// A line of a shell as it is typed so far.
#[derive(Debug)]
pub(super) struct Line {
    words: Vec<String>,
}

impl Line {
    /// Words as a shell cuts them: bash does so at `=` too.
    pub(super) fn new(words: &[String]) -> Self {
        let mut whole: Vec<String> = Vec::new();
        let mut glued = false;
        for word in words {
            let is_first = whole.len() < 2;
            match whole.last_mut() {
                Some(last) if word == "=" && !is_first => {
                    last.push('=');
                    glued = true;
                }
                Some(last) if glued => {
                    last.push_str(word);
                    glued = false;
                }
                _ => whole.push(word.clone()),
            }
        }
        Self { words: whole }
    }

    /// The folder that `-C` names, or the one at hand.
    pub(super) fn project(&self) -> Utf8PathBuf {
        let mut words = self.words.iter();
        let mut found = Utf8PathBuf::from(".");
        while let Some(word) = words.next() {
            let value = match word.as_str() {
                "-C" | "--project" => words.next().map(String::as_str),
                word => word.strip_prefix("--project="),
            };
            if let Some(value) = value {
                found = value.into();
            }
        }
        found
    }

    /// Offers, one a line, as a shell wants them.
    pub(super) fn written(&self, offers: &[Offer], asking: Asking) -> String {
        // What stands before an `=` is another word there.
        let typed = self.words.last().map_or("", String::as_str);
        let before = typed.rfind('=').map_or("", |at| &typed[..=at]);
        let lines = offers.iter().map(|offer| {
            let Offer { value, about } = offer;
            match asking {
                Asking::Bash => format!("{}\n", value.strip_prefix(before).unwrap_or(value)),
                Asking::Zsh => format!("{}:{about}\n", value.replace(':', "\\:")),
                Asking::Fish => format!("{value}\t{about}\n"),
            }
        });
        lines.collect()
    }

    /// What may stand in the last word. `project` is opened only where its names are wanted.
    pub(super) fn offers(&self, project: &dyn Fn() -> Project) -> Vec<Offer> {
        let mut root = Cli::command();
        root.build();
        let Some((typed, before)) = self.words.split_last() else {
            return Vec::new();
        };
        let mut command = &root;
        let mut positional = 0;
        let mut waiting: Option<&Arg> = None;
        let mut plain = false;
        for word in before.iter().skip(1) {
            if waiting.take().is_some() {
                continue;
            }
            if word == "--" {
                plain = true;
            } else if !plain && word.len() > 1 && word.starts_with('-') {
                let takes = option(command, word).filter(|arg| takes_value(arg));
                waiting = takes.filter(|_| !word.contains('='));
            } else if let Some(sub) = command.find_subcommand(word).filter(|_| !plain) {
                command = sub;
                positional = 0;
            } else {
                positional += 1;
            }
        }
        if let Some(arg) = waiting {
            return values(arg, typed, "", project);
        }
        if let Some((name, value)) = typed
            .split_once('=')
            .filter(|_| !plain && typed.starts_with("--"))
        {
            let arg = option(command, name).filter(|arg| takes_value(arg));
            return arg.map_or_else(Vec::new, |arg| {
                values(arg, value, &format!("{name}="), project)
            });
        }
        if !plain && typed.starts_with('-') {
            return options(command, typed);
        }
        let mut found: Vec<Offer> = command
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
            .filter(|sub| sub.get_name().starts_with(typed.as_str()))
            .map(|sub| offer(sub.get_name(), sub.get_about()))
            .collect();
        let mut places = command.get_positionals();
        let many = |arg: &&Arg| matches!(arg.get_action(), ArgAction::Append);
        let arg = places
            .nth(positional)
            .or_else(|| command.get_positionals().last().filter(many));
        found.extend(
            arg.into_iter()
                .flat_map(|arg| values(arg, typed, "", project)),
        );
        found
    }
}

fn offer(value: &str, about: Option<&clap::builder::StyledStr>) -> Offer {
    let about = about.map(ToString::to_string).unwrap_or_default();
    Offer {
        value: value.to_owned(),
        about: about.lines().next().unwrap_or_default().to_owned(),
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

fn option<'c>(command: &'c Command, word: &str) -> Option<&'c Arg> {
    let name = word.split('=').next().unwrap_or_default();
    command
        .get_arguments()
        .find(|arg| match name.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            None => arg
                .get_short()
                .is_some_and(|short| name.chars().nth(1) == Some(short)),
        })
}

fn options(command: &Command, typed: &str) -> Vec<Offer> {
    let found = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let named = found.filter_map(|arg| {
        let long = format!("--{}", arg.get_long()?);
        long.starts_with(typed)
            .then(|| offer(&long, arg.get_help()))
    });
    named.collect()
}

fn names(arg: &Arg) -> Option<Names> {
    let name = arg.get_value_names().and_then(|names| names.first());
    match (name.map(clap::builder::Str::as_str), arg.get_id().as_str()) {
        (_, "only") => Some(Names::Any),
        (Some("RIGHT|ROLE"), _) => Some(Names::RightsAndRoles),
        (Some("RIGHT"), _) | (_, "right") => Some(Names::Rights),
        (Some("CODE"), _) => Some(Names::Codes),
        (Some("PERSON" | "STEP-ID|PERSON" | "WHO"), _) | (_, "person" | "people") => {
            Some(Names::People)
        }
        (Some("ROLE"), _) => Some(Names::Roles),
        (Some("PLACE"), _) => Some(Names::Places),
        (Some("PLACES"), _) => Some(Names::ManyPlaces),
        (Some("SYSTEM"), _) | (_, "system") => Some(Names::Systems),
        _ => None,
    }
}

/// The values of an option or a positional that begin as it is typed.
fn values(arg: &Arg, typed: &str, before: &str, project: &dyn Fn() -> Project) -> Vec<Offer> {
    let possible = arg.get_possible_values();
    if !possible.is_empty() && takes_value(arg) {
        let fitting = possible
            .iter()
            .filter(|it| !it.is_hide_set() && it.get_name().starts_with(typed));
        return fitting
            .map(|it| offer(&format!("{before}{}", it.get_name()), it.get_help()))
            .collect();
    }
    let Some(names) = names(arg) else {
        return Vec::new();
    };
    let (done, typed) = match (names, typed.rsplit_once(',')) {
        (Names::ManyPlaces, Some((done, rest))) => (format!("{done},"), rest),
        _ => (String::new(), typed),
    };
    let fitting = named(names, project)
        .into_iter()
        // Places and tags are not mixed.
        .filter(|it| done.is_empty() || done.contains('=') == it.key.contains('='))
        .filter(|it| it.key.starts_with(typed) && it.key.split('=').all(is_word));
    fitting
        .map(|it| Offer {
            value: format!("{before}{done}{}", it.key),
            about: it.title.chars().filter(|c| !c.is_control()).collect(),
        })
        .collect()
}

fn named(names: Names, project: &dyn Fn() -> Project) -> Vec<Choice> {
    let bare = |key: &str| Choice {
        key: key.to_owned(),
        title: String::new(),
    };
    if names == Names::Codes {
        return Code::ALL.iter().map(|code| bare(code.name())).collect();
    }
    let project = project();
    let systems = || {
        let systems = project.loaded.project.settings.systems.iter();
        systems.map(|it| bare(&it.name.value)).collect::<Vec<_>>()
    };
    match names {
        Names::People => pick::people(&project),
        Names::Roles => pick::roles(&project),
        Names::Places => pick::places(&project),
        Names::ManyPlaces => [pick::places(&project), vec![bare("all")], tags(&project)].concat(),
        Names::Rights => rights(&project),
        Names::RightsAndRoles => [pick::roles(&project), rights(&project)].concat(),
        Names::Systems => systems(),
        Names::Any => [pick::people(&project), pick::places(&project), systems()].concat(),
        Names::Codes => Vec::new(),
    }
}

/// `region=riga`: what the places have, each once.
fn tags(project: &Project) -> Vec<Choice> {
    let places = project.loaded.project.entries.locations.iter();
    let tags = places.flat_map(|place| &place.tags);
    let pairs: BTreeSet<String> = tags
        .map(|(name, value)| format!("{}={}", name.value, value.value))
        .collect();
    let choice = |key| Choice {
        key,
        title: String::new(),
    };
    pairs.into_iter().map(choice).collect()
}

/// Slugs of the rights of the vendors at hand, with what they mean.
fn rights(project: &Project) -> Vec<Choice> {
    let systems = &project.loaded.project.settings.systems;
    let kinds: BTreeSet<Kind> = systems.iter().map(|it| it.kind.value).collect();
    let slugs: BTreeMap<&str, &str> = kinds
        .into_iter()
        .flat_map(|kind| Catalog::current().for_product(kind))
        .map(|right| (right.slug, right.title))
        .collect();
    let choice = |(key, title): (&str, &str)| Choice {
        key: key.to_owned(),
        title: title.to_owned(),
    };
    slugs.into_iter().map(choice).collect()
}

/// Whether a shell takes it for one word and for nothing else.
fn is_word(key: &str) -> bool {
    !key.is_empty()
        && !key.starts_with('-')
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@'))
}

/// Opens a project for its names alone: what is wrong with it is told elsewhere.
pub(super) fn open(folder: &Utf8PathBuf, now: jiff::Timestamp) -> Project {
    let load = LoadOptions::default();
    let loaded = config::load(folder, &load);
    let options = OpenOptions {
        load,
        as_of: crate::model::AsOf::Instant(now),
        ahead: std::time::Duration::ZERO,
    };
    settle(loaded, &options)
}

/// The script that makes a shell ask us.
pub(super) fn script(asking: Asking) -> &'static str {
    match asking {
        Asking::Bash => BASH,
        Asking::Zsh => ZSH,
        Asking::Fish => FISH,
    }
}

const BASH: &str = r#"# Completion of keyholder for bash: it asks the program, which knows the project at hand.
_keyholder() {
    local offer
    COMPREPLY=()
    while IFS= read -r offer; do
        COMPREPLY+=("$offer")
    done < <("${COMP_WORDS[0]}" complete bash -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _keyholder keyholder
"#;

const ZSH: &str = r#"#compdef keyholder
# Completion of keyholder for zsh: it asks the program, which knows the project at hand.
_keyholder() {
    local -a offers
    offers=("${(@f)$("${words[1]}" complete zsh -- "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${offers[*]}" ]]; then
        _describe 'keyholder' offers
    else
        _files
    fi
}
# Read from a folder of fpath this is the function itself, called for the first time; read by `source` it is only made.
if [[ "${funcstack[1]}" == _keyholder ]]; then
    _keyholder "$@"
else
    compdef _keyholder keyholder
fi
"#;

const FISH: &str = r"# Completion of keyholder for fish: it asks the program, which knows the project at hand.
function __keyholder_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l offers (command keyholder complete fish -- $words 2>/dev/null)
    if test (count $offers) -gt 0
        printf '%s\n' $offers
    else
        # Nothing of ours fits: a file may.
        __fish_complete_path (commandline -ct)
    end
end
complete -c keyholder -f -a '(__keyholder_complete)'
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load_texts;

    const SETTINGS: &str = "version: 1\nsystems: { salons: { kind: altegio, tokens: {} } }\n";
    const ENTRIES: &str = "\
locations: { center: { title: Rīga Centrs, tags: { region: riga } }, mall: { title: Mall, tags: { region: riga, format: \"$(x)\" } } }
roles: { floor: { title: Floor } }
people: { jana: { name: Jana, access: [] }, яна: { name: Яна, access: [] }, \"$(touch x)\": { name: X, access: [] } }
";

    fn offers(line: &str) -> Vec<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let project = || {
            let files = [("keyholder.yaml", SETTINGS), ("people.yaml", ENTRIES)];
            let options = OpenOptions {
                load: LoadOptions::default(),
                as_of: crate::model::AsOf::Instant(jiff::Timestamp::UNIX_EPOCH),
                ahead: std::time::Duration::ZERO,
            };
            settle(load_texts(&files, &options.load), &options)
        };
        let found = Line::new(&words).offers(&project);
        found.into_iter().map(|it| it.value).collect()
    }

    #[test]
    fn names_of_the_project_stand_where_they_are_wanted() {
        // What a shell could run is no offer.
        assert_eq!(offers("keyholder leave "), ["jana", "яна"]);
        assert_eq!(offers("keyholder leave ja"), ["jana"]);
        assert_eq!(offers("keyholder grant jana "), ["floor"]);
        assert_eq!(offers("keyholder move jana --from ce"), ["center"]);
        assert_eq!(offers("keyholder move jana --from=ce"), ["--from=center"]);
        assert_eq!(offers("keyholder move jana --from = ce"), ["--from=center"]);
        assert_eq!(
            offers("keyholder grant jana floor --at center,"),
            ["center,center", "center,mall", "center,all"]
        );
        assert_eq!(
            offers("keyholder grant jana floor --at "),
            ["center", "mall", "all", "region=riga"]
        );
        for typed in ["region=", "reg", "region = ri"] {
            let line = format!("keyholder grant jana floor --at {typed}");
            assert_eq!(offers(&line), ["region=riga"], "{typed}");
        }
        assert_eq!(
            offers("keyholder grant jana floor --at=region=riga,r"),
            ["--at=region=riga,region=riga"]
        );
        assert_eq!(
            offers("keyholder why jana records_edit_a"),
            ["records_edit_access"]
        );
        assert_eq!(offers("keyholder who flo"), ["floor"]);
        assert_eq!(offers("keyholder -C x doctor s"), ["salons"]);
        assert_eq!(offers("keyholder plan --only m"), ["mall"]);
        assert_eq!(offers("keyholder role rename f"), ["floor"]);
        assert_eq!(
            offers("keyholder explain unknown-r"),
            ["unknown-role", "unknown-right"]
        );
        // Theirs to make up.
        assert_eq!(
            offers("keyholder role rename floor f"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn commands_options_and_words_come_from_the_program_itself() {
        assert_eq!(offers("keyholder gr"), ["grant"]);
        assert_eq!(offers("keyholder role "), ["rename"]);
        assert_eq!(offers("keyholder leave --an"), ["--anyway"]);
        assert_eq!(offers("keyholder check --format g"), ["github", "gitlab"]);
        assert!(!offers("keyholder ").contains(&"complete".to_owned()));
        assert_eq!(offers("keyholder leave -- --x"), Vec::<String>::new());
    }

    #[test]
    fn each_shell_gets_the_form_it_wants() {
        let written = |typed: &str, value: &str, asking| {
            let offers = [Offer {
                value: value.to_owned(),
                about: "Mall".to_owned(),
            }];
            let words = ["keyholder", "move", typed].map(str::to_owned);
            Line::new(&words).written(&offers, asking)
        };
        assert_eq!(written("--at=m", "--at=mall", Asking::Bash), "mall\n");
        assert_eq!(
            written("--at=m", "--at=mall", Asking::Zsh),
            "--at=mall:Mall\n"
        );
        assert_eq!(
            written("--at=m", "--at=mall", Asking::Fish),
            "--at=mall\tMall\n"
        );
        // Before the `=` is typed it is part of the word.
        assert_eq!(written("re", "region=riga", Asking::Bash), "region=riga\n");
        assert_eq!(written("region=", "region=riga", Asking::Bash), "riga\n");
    }

    #[test]
    fn a_folder_can_be_named() {
        let words = ["keyholder", "-C", "shop", "leave", ""].map(str::to_owned);
        assert_eq!(Line::new(&words).project(), "shop");
        assert_eq!(Line::new(&words[3..]).project(), ".");
    }
}
