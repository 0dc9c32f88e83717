//! How long the core takes: reading, resolving and comparing chains of 1,000, 10,000 and 100,000 people.
//!
//! Not a test: nothing here fails because something is slow. `BENCHMARKS.md` has the targets, what was measured, and
//! these commands:
//!
//! ```text
//! cargo bench --bench core                              # every measure of the core, by divan
//! cargo bench --bench core -- --processes               # `check` as a process: time from start to exit, peak memory
//! cargo bench --bench core -- --generate FOLDER PEOPLE  # only write a project
//! ```

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::type_complexity,
    clippy::cast_precision_loss,
    reason = "a bench that cannot go on stops where it is, and its table goes to stdout"
)]

mod generate;
mod live;
mod processes;

use std::path::PathBuf;
use std::process::ExitCode;

use camino::Utf8Path;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use keyholder::catalog::Catalog;
use keyholder::config::{LoadOptions, Loaded, ResolveOptions, load, load_texts, resolve};
use keyholder::model::{AsOf, Desired};
use keyholder::plan::{ConfigFact, Input, Only, plan};

use generate::Size;

const PEOPLE: [usize; 3] = [1_000, 10_000, 100_000];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--generate", folder, people, ..] => {
            let people = people.parse().expect("a number of people");
            generate::write(folder.as_ref(), Size::of(people))
                .expect("a folder that can be written");
        }
        ["--processes", ..] => processes::table(),
        _ => divan::main(),
    }
    ExitCode::SUCCESS
}

/// The folder of the generated project, written once per run.
fn folder(people: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("people-{people}"));
    generate::write(&folder, Size::of(people)).expect("target/ can be written");
    folder
}

fn loaded(people: usize) -> Loaded {
    let files = generate::project(Size::of(people));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let loaded = load_texts(&files, &LoadOptions::default());
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics.first());
    loaded
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a time")
}

fn resolved(loaded: &Loaded) -> Desired {
    let options = ResolveOptions::at(AsOf::Instant(now()));
    let (desired, diagnostics) = resolve(&loaded.project, &options, Catalog::current());
    let error = diagnostics.iter().find(|found| found.is_error());
    assert!(error.is_none(), "{error:?}");
    desired
}

/// Files on disk to raw entries: YAML to tape to shapes, on all cores.
#[divan::bench(args = PEOPLE, sample_count = 10, sample_size = 1)]
fn load_from_disk(bencher: Bencher<'_, '_>, people: usize) {
    let folder = folder(people);
    let folder = Utf8Path::from_path(&folder).expect("a path that is text");
    bencher
        .counter(ItemsCount::new(people))
        .bench_local(|| load(black_box(folder), &LoadOptions::default()));
}

/// Raw entries to the desired state.
#[divan::bench(args = PEOPLE, sample_count = 10, sample_size = 1)]
fn resolve_entries(bencher: Bencher<'_, '_>, people: usize) {
    let loaded = loaded(people);
    let options = ResolveOptions::at(AsOf::Instant(now()));
    bencher
        .counter(ItemsCount::new(people))
        .bench_local(|| resolve(black_box(&loaded.project), &options, Catalog::current()));
}

/// Desired and as many live accounts to a plan with its id.
#[divan::bench(args = PEOPLE, sample_count = 10, sample_size = 1)]
fn plan_against_live(bencher: Bencher<'_, '_>, people: usize) {
    let loaded = loaded(people);
    let desired = resolved(&loaded);
    let (observed, memory) = live::live(&desired, Catalog::current(), now());
    let attested = keyholder::model::Attested::default();
    let input = Input {
        desired: &desired,
        observed: &observed,
        memory: &memory,
        attested: &attested,
        catalog: Catalog::current(),
        sources: &loaded.sources,
        config: ConfigFact::default(),
        now: now(),
        only: &Only::default(),
    };
    let steps = plan(&input).draft.steps.len();
    assert!(
        steps > 0 && steps < people / 100,
        "{steps} steps: about one in two hundred should differ"
    );
    bencher
        .counter(ItemsCount::new(people))
        .bench_local(|| plan(black_box(&input)));
}
