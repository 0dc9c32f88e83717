//! From everything that is known to the one plan: trust, draft, rules, seal.
//!
//! Invariant: every plan that is shown or applied comes from here, so that no rule is left out anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;

use super::project::Project;
use super::vanished;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Attested, Desired, Memory, Observed, RuleBook, Since};
use crate::plan::{Because, ConfigFact, FindingSide, Input, Only, Plan, draft, seal};
use crate::policy::{self, Authors, Written};
use crate::text::Span;
use crate::vcs::{self, Entries};

/// Makes the plan and judges it by the rules of the project in `folder`. Asks git who wrote approvals, if there are any.
pub fn planned(input: &Input<'_>, folder: &Utf8Path) -> Plan {
    // Whoever is locked out leaves for every rule, not only for the diff: no count and no policy keeps them.
    let desired = input.desired.locked_out(&input.memory.locked);
    let input = &in_force(input, &desired);
    let mut draft = draft(input);
    vanished::name_commits(&mut draft, folder);
    let files = policy::files_to_blame(&draft, input);
    let authors = written(folder, files, &entries(input), || input.config.clone());
    seal(policy::judge(draft, input, &authors), input)
}

/// Takes the trust from lists that shrank beyond what the rules let through: before anything is planned on them, and before
/// the journal takes note of them.
pub fn distrust(observed: &mut Observed, project: &Project, memory: &Memory) {
    let (desired, sources) = (&project.desired, &project.loaded.sources);
    let rules = &desired.rules;
    let shrink = rules.approvals.iter();
    let shrink = shrink.filter(|it| it.allow == crate::model::Allow::Shrink && rules.second_person);
    let files = shrink.map(|approval| (sources.origin(approval.origin).file, BTreeSet::new()));
    let authors = written(
        &project.loaded.root,
        files.collect(),
        &Entries::default(),
        || project.config_fact(),
    );
    policy::distrust(observed, desired, memory, sources, &authors);
}

/// The rules of a project in short, as later plans compare with them.
pub fn book(project: &Project) -> RuleBook {
    policy::book(&project.desired, project.catalog)
}

/// Policies and fences that the files alone break, whatever the vendors have: what `check` can know.
pub fn broken(project: &Project) -> Vec<Diagnostic> {
    if project.desired.policies.is_empty() {
        return Vec::new();
    }
    let (memory, attested, only) = (Memory::default(), Attested::default(), Only::default());
    let input = Input {
        desired: &project.desired,
        observed: &Observed::default(),
        memory: &memory,
        attested: &attested,
        catalog: project.catalog,
        sources: &project.loaded.sources,
        config: ConfigFact::default(),
        now: project.desired.as_of,
        only: &only,
    };
    let judged = policy::judge(draft(&input), &input, &Authors::default());
    let findings = judged.findings.into_iter();
    let declared = findings.filter(|finding| finding.side == FindingSide::Declared);
    let told = declared.map(|finding| {
        let mut told = Diagnostic::new(Code::PolicyBroken, finding.message).help(finding.help);
        let spans = finding.because.iter().filter_map(|because| match because {
            Because::Line(origin) => project.loaded.sources.span(origin),
            Because::Rule(_) => None,
        });
        // The lines first, which whoever wrote them can change; the rule last.
        let mut spans: Vec<Span> = spans.collect();
        let first = 1.min(spans.len());
        spans.rotate_left(first);
        let rule = spans.len().saturating_sub(1);
        for (at, span) in spans.into_iter().enumerate() {
            told = told.at(span, if at == rule { "the rule" } else { "this line" });
        }
        told
    });
    told.collect()
}

/// Which files the entries of the files stand in.
fn entries<'a>(input: &'a Input<'_>) -> Entries<'a> {
    let (desired, mut entries) = (input.desired, Entries::new());
    let path = |file| input.sources.get(file).map(|file| &**file.path());
    let mut put = |key: &'a str, file| {
        if let Some(path) = path(file) {
            entries.entry(key).or_default().insert(path);
        }
    };
    for person in desired.people.values() {
        for key in std::iter::once(&person.key).chain(&person.was) {
            put(key.as_str(), person.origin.file);
        }
    }
    for (key, place) in &desired.places {
        put(key.as_str(), place.origin.file);
    }
    for (key, files) in &desired.role_files {
        for file in files {
            put(key.as_str(), *file);
        }
    }
    entries
}

/// A commit, and whether the last change before it counts as well.
fn from(since: &Since) -> (&str, bool) {
    match since {
        Since::After(commit) => (commit, false),
        Since::From(commit) => (commit, true),
    }
}

/// Who wrote files as they are in the commit that a project is at; those of a folder that differs from it as they stand there.
fn written(
    folder: &Utf8Path,
    files: BTreeMap<Arc<str>, BTreeSet<Since>>,
    entries: &Entries<'_>,
    config: impl FnOnce() -> ConfigFact,
) -> Authors {
    if files.is_empty() {
        return Authors::default();
    }
    let config = config();
    let commit = config.commit.as_deref().filter(|_| !config.dirty);
    let began: BTreeSet<&str> = files.values().flatten().map(|it| from(it).0).collect();
    let none = BTreeSet::new();
    let homes = began.into_iter();
    let homes: BTreeMap<String, _> = homes
        .map(|it| (it.to_owned(), vcs::homes(folder, it, commit, entries)))
        .collect();
    let known = files.into_iter().filter_map(|(file, since)| {
        let blame = vcs::blame(folder, commit, &file)?;
        let since = since.into_iter().filter_map(|since| {
            let homes = homes.get(from(&since).0)?.as_ref()?;
            let others = homes.get(&*file).unwrap_or(&none);
            let found = vcs::authors_since(folder, from(&since), commit, (&file, others))?;
            Some((since, found))
        });
        let written = Written {
            lines: blame.lines,
            last: blame.last,
            since: since.collect(),
        };
        Some((file, written))
    });
    Authors {
        files: known.collect(),
    }
}

/// Everything that makes a sealed plan unsafe, in words: such a plan is never applied. Empty for every plan that was made
/// and judged here; a plan that was altered, or a fault of the program, is another matter.
pub fn dangers(plan: &Plan, input: &Input<'_>) -> Vec<String> {
    let desired = input.desired.locked_out(&input.memory.locked);
    let found = policy::lockout::verify(plan, &in_force(input, &desired)).into_iter();
    found.map(|it| it.to_string()).collect()
}

/// The same input with what is wanted while people are locked out.
fn in_force<'a>(input: &Input<'a>, desired: &'a Desired) -> Input<'a> {
    Input {
        desired,
        ..input.clone()
    }
}
