//! A project checked in this process, as `keyholder check` does it: loaded, resolved, everything wrong collected.

use std::path::Path;

use camino::Utf8Path;
use keyholder::catalog::Catalog;
use keyholder::config::{LoadOptions, Loaded, ResolveOptions, load, load_bytes, resolve};
use keyholder::diagnostic::Diagnostic;
use keyholder::model::AsOf;
use keyholder::text::Sources;

/// A checked project: the texts that places lie in, and what is wrong.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) sources: Sources,
    pub(crate) found: Vec<Diagnostic>,
}

/// Checks the project that a folder, given from the root of the package, is in.
pub(crate) fn check(folder: &Path, options: &LoadOptions) -> Checked {
    settled(load(Utf8Path::from_path(folder).unwrap(), options))
}

/// Checks a project in memory.
pub(crate) fn check_bytes(files: &[(&str, &[u8])]) -> Checked {
    settled(load_bytes(files, &LoadOptions::default()))
}

fn settled(loaded: Loaded) -> Checked {
    let as_of = AsOf::Date("2026-11-22".parse().unwrap());
    let (_, more) = resolve(
        &loaded.project,
        &ResolveOptions::at(as_of),
        Catalog::current(),
    );
    let mut found = loaded.diagnostics;
    // References into files that could not be read would only repeat that problem.
    found.extend(
        more.into_iter()
            .filter(|found| loaded.complete || !found.code.is_about_a_reference()),
    );
    Checked {
        sources: loaded.sources,
        found,
    }
}
