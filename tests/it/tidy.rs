//! The rules of this code base that the compiler does not keep, as ordinary tests.
//!
//! Each failure says which rule, where, and what to do. Every exception stands in a list here with its reason, and an
//! exception that is no longer needed is a failure too.

use std::collections::{BTreeMap, BTreeSet};

use keyholder::diagnostic::{Code, explain};

use crate::support::rust::{code_only, names, paths, without_tests};
use crate::support::{files, root};

/// Who may import whom. The row with the longest matching name counts; a module may always use itself.
///
/// Unit tests are not held to it: they may build their input with any module.
#[rustfmt::skip]
const MAY_IMPORT: &[(&str, &str)] = &[
    // The pure core: values in, values and diagnostics out.
    ("text",               ""),
    ("canonical",          ""),
    ("diagnostic",         "text"),
    ("catalog",            "text diagnostic"),
    ("model",              "text catalog"),
    ("config",             "text diagnostic catalog model"),
    ("attest",             "text diagnostic catalog model config canonical"),
    ("export",             "text diagnostic catalog model config canonical"),
    ("plan",               "text diagnostic catalog model canonical"),
    ("policy",             "text diagnostic catalog model plan"),
    ("audit",              "text diagnostic catalog model plan journal"),
    ("import",             "text diagnostic catalog model config plan"),
    ("report",             "catalog journal model policy"),
    ("bundle",             "text canonical model config attest plan journal"),
    ("render",             "text diagnostic catalog model plan policy journal apply report audit"),
    ("snapshot",           "catalog model"),
    // The rim: clock, secrets, sockets, disk.
    ("clock",              ""),
    ("secret",             "clock"),
    ("vcs",                ""),
    ("http",               "clock secret"),
    ("provider",           "text diagnostic catalog model plan clock"),
    ("provider::altegio",  "text diagnostic catalog model plan clock http secret"),
    ("provider::keycrm",   "text diagnostic catalog model plan clock http secret"),
    ("provider::reservio", "text diagnostic catalog model plan clock http secret"),
    ("provider::apenday",  "text diagnostic catalog model plan clock http secret"),
    ("provider::progress", "text diagnostic catalog model plan clock http"),
    ("provider::registry", "text diagnostic catalog model plan clock http secret"),
    ("journal",            "text diagnostic catalog model plan canonical clock"),
    ("state",              "journal clock vcs model"),
    ("apply",              "text diagnostic catalog model plan policy provider journal clock"),
    // An island, reached over HTTP only: it must not share a misreading with the providers.
    ("sandbox",            "clock"),
    // One function per verb, and the command line around them.
    ("ops",                "text canonical diagnostic catalog model config attest export import plan policy audit render snapshot clock secret vcs http provider journal apply report bundle"),
    ("cli",                "text diagnostic catalog model config attest plan audit render snapshot clock ops sandbox apply journal state vcs report bundle provider::Events"),
    ("lib",                ""),
    ("main",               "cli"),
];

/// Words that only some modules may say.
#[rustfmt::skip]
const ONLY_IN: &[(&str, &str, &str)] = &[
    ("miette",             "diagnostic::render",        "it draws; it is not our model of errors"),
    ("granit_parser",      "config::yaml",              "one parser behind one door"),
    ("serde_yaml",         "attest",                    "it only writes: read with it, a second key would win in silence"),
    ("csv",                "export render::table",      "one reader of spreadsheets, and one writer"),
    ("tar",                "bundle",                    "one archive, written and read one way"),
    ("encoding_rs",        "export",                    "everything else is UTF-8"),
    ("reqwest",            "http",                      "one place that opens connections"),
    ("rustls",             "http",                      "one place that chooses cryptography"),
    ("axum",               "sandbox",                   "the only server"),
    ("clap",               "cli",                       "the command line is not an interface of the library"),
    ("clap_complete",      "cli",                       "the command line is not an interface of the library"),
    ("clap_mangen",        "cli",                       "the command line is not an interface of the library"),
    ("indicatif",          "cli",                       "only `cli` talks"),
    ("dialoguer",          "cli",                       "only `cli` talks"),
    ("tracing_subscriber", "cli",                       "only `cli` talks"),
    ("println!",           "cli",                       "only `cli` talks"),
    ("print!",             "cli",                       "only `cli` talks"),
    ("eprintln!",          "cli",                       "only `cli` talks"),
    ("eprint!",            "cli",                       "only `cli` talks"),
    ("std::env",           "cli main",                  "the environment is an input"),
    ("std::process",       "cli main secret vcs config::load", "programs are started for a token, for git, for contacts"),
    ("std::fs",            "cli ops secret journal sandbox config::load", "the core does no IO"),
    ("TcpStream",          "http sandbox ops cli",      "the core does no IO"),
    ("TcpListener",        "http sandbox ops cli",      "the core does no IO"),
    ("tokio::fs",          "",                          "files are small and local: std"),
    ("SystemTime",         "clock",                     "time is an input"),
    ("std::time::Instant", "clock",                     "time is an input"),
    ("Instant::now",       "clock",                     "time is an input"),
    ("HashMap",            "",                          "iteration order must be stable: BTreeMap or a sorted Vec"),
    ("HashSet",            "",                          "iteration order must be stable: BTreeSet or a sorted Vec"),
    ("todo!",              "",                          "what is not done is said in an issue"),
    ("unimplemented!",     "",                          "what is not done is said in an issue"),
];

/// Files at or above the limit of lines, with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Lines at which a file should long have been split.
const TOO_LONG: usize = 800;

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (file, source) in files("src", ".rs") {
        if is_test(&file) {
            continue;
        }
        let code = code_only(&source);
        let code = without_tests(&code);
        let module = module(&file);
        let Some((row, may)) = row(&module) else {
            wrong.push(format!("{file}: module `{}` has no row", module.join("::")));
            continue;
        };
        for target in targets(&code, &module) {
            let same = target[0] == module[0] && !other_vendor(&module, &target);
            let allowed = may.split(' ').any(|name| begins(&target, name));
            if !same && (!allowed || other_vendor(&module, &target)) {
                let target = target.join("::");
                wrong.push(format!("{file}: `{row}` may not import `{target}`"));
            }
        }
    }
    fail(
        &wrong,
        "move the code to a layer that may, or pass the value in; the table is MAY_IMPORT in tests/it/tidy.rs",
    );
}

#[test]
fn guarded_words_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (file, source) in files("src", ".rs") {
        if is_test(&file) {
            continue;
        }
        let code = code_only(&source);
        let code = without_tests(&code);
        let module = module(&file);
        for (word, places, because) in ONLY_IN {
            let allowed = places.split(' ').any(|place| begins(&module, place));
            if !allowed && names(&code, word) {
                let places = if places.is_empty() { "nowhere" } else { places };
                wrong.push(format!("{file}: `{word}` (allowed: {places}): {because}"));
            }
        }
    }
    fail(&wrong, "the table is ONLY_IN in tests/it/tidy.rs");
}

#[test]
fn every_file_says_what_it_is() {
    let wrong: Vec<_> = all_rust()
        .into_iter()
        .filter(|(_, source)| !source.starts_with("//! "))
        .map(|(file, _)| file)
        .collect();
    fail(
        &wrong,
        "begin with `//!`: what it is, what it is not, the invariant it keeps",
    );
}

#[test]
fn files_are_short_enough_to_be_read() {
    let allowed: BTreeMap<_, _> = LONG_FILES.iter().copied().collect();
    let mut long = BTreeSet::new();
    let mut wrong = Vec::new();
    for (file, source) in all_rust() {
        let lines = source.lines().count();
        if lines >= TOO_LONG {
            if !allowed.contains_key(file.as_str()) {
                wrong.push(format!("{file}: {lines} lines"));
            }
            long.insert(file);
        }
    }
    for file in allowed.keys().filter(|file| !long.contains(**file)) {
        wrong.push(format!("{file}: is in LONG_FILES and is not long"));
    }
    fail(
        &wrong,
        "split it by subject; a table may be listed in LONG_FILES with its reason",
    );
}

#[test]
fn no_test_is_ignored() {
    let wrong: Vec<_> = all_rust()
        .into_iter()
        .filter(|(_, source)| code_only(source).contains("#[ignore"))
        .map(|(file, _)| file)
        .collect();
    fail(
        &wrong,
        "assert what happens today and say in a comment what should",
    );
}

#[test]
fn every_test_file_is_listed() {
    let main = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    let main = code_only(&main);
    let wrong: Vec<_> = std::fs::read_dir(root().join("tests/it"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|ending| ending == "rs") || path.join("mod.rs").exists()
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "main" && !main.contains(&format!("mod {name};")))
        .collect();
    fail(
        &wrong,
        "a file of tests/it that main.rs does not list is never run",
    );
}

#[test]
fn every_code_is_explained_and_nothing_else() {
    let folder = "src/diagnostic/explain";
    let written: BTreeSet<_> = files(folder, ".md")
        .into_iter()
        .map(|(file, _)| file[folder.len() + 1..file.len() - 3].to_owned())
        .collect();
    let mut wrong = Vec::new();
    for code in Code::ALL {
        if !written.contains(code.name()) {
            wrong.push(format!("`{}` has no {folder}/{0}.md", code.name()));
        } else if explain::explain(*code).about == code.summary() {
            wrong.push(format!(
                "`{}` is missing in the table of explain.rs",
                code.name()
            ));
        }
    }
    for name in &written {
        if Code::parse(name).is_none() {
            wrong.push(format!("{folder}/{name}.md explains no code"));
        }
    }
    fail(&wrong, "every code has its text, every text its code");
}

#[test]
fn every_dependency_says_why() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut in_dependencies = false;
    let mut since_comment = usize::MAX;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
            since_comment = usize::MAX;
        } else if line.starts_with('#') {
            since_comment = 0;
        } else if in_dependencies && line.contains('=') {
            // A comment may speak for a family of crates, not for the rest of the list.
            since_comment = since_comment.saturating_add(1);
            if since_comment > 4 {
                wrong.push(line.to_owned());
            }
        }
    }
    fail(&wrong, "write above it what it is for and why this one");
}

fn fail(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "\n  {}\n{advice}\n", wrong.join("\n  "));
}

fn all_rust() -> Vec<(String, String)> {
    ["src", "tests", "benches"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
        .collect()
}

fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// `src/config/yaml/node.rs` is `config::yaml::node`.
fn module(file: &str) -> Vec<String> {
    let path = file
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

fn row(module: &[String]) -> Option<(&'static str, &'static str)> {
    MAY_IMPORT
        .iter()
        .filter(|(name, _)| begins(module, name))
        .max_by_key(|(name, _)| name.len())
        .copied()
}

/// Whether a path lies at or below the module `name`.
fn begins(path: &[String], name: &str) -> bool {
    !name.is_empty() && {
        let mut parts = path.iter();
        name.split("::")
            .all(|part| parts.next().is_some_and(|have| have == part))
    }
}

/// The modules that a file names, each as a path from the root of the crate.
fn targets(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let is_root = module == ["lib"] || module == ["main"];
    let mut found = Vec::new();
    for root in ["crate", "keyholder"] {
        let of_it = paths(code, root).into_iter();
        found.extend(of_it.map(|path| path[1..].to_vec()));
    }
    for path in paths(code, "super") {
        let ups = path.iter().take_while(|part| *part == "super").count();
        let mut target = if is_root { Vec::new() } else { module.to_vec() };
        target.truncate(target.len().saturating_sub(ups));
        target.extend_from_slice(&path[ups..]);
        found.push(target);
    }
    found.retain(|path| {
        // What is no module is an item of the root: a macro, or `crate` alone.
        path.first()
            .is_some_and(|name| MAY_IMPORT.iter().any(|(module, _)| module == name))
    });
    found
}

/// Whether one vendor's code names another's.
fn other_vendor(module: &[String], target: &[String]) -> bool {
    let vendor = |path: &[String]| {
        let vendors = ["altegio", "keycrm", "reservio", "apenday"];
        path.get(1)
            .filter(|name| path[0] == "provider" && vendors.contains(&name.as_str()))
            .cloned()
    };
    match (vendor(module), vendor(target)) {
        (Some(own), Some(other)) => own != other,
        _ => false,
    }
}

#[test]
fn the_tables_name_modules_once() {
    let mut names: Vec<_> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    for (name, may) in MAY_IMPORT {
        for target in may.split_whitespace() {
            let module = target.split("::").next().unwrap_or_default();
            assert!(
                names.contains(&module),
                "`{name}` may import unknown `{target}`"
            );
        }
    }
}
