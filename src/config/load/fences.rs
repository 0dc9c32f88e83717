//! Which files each fence is about, and that they have no section it does not let them have.
//!
//! Not what their lines may give: that is resolved, and holds instead of refusing the project. Invariant: a fence that
//! cannot be read guards every file.

use std::collections::BTreeMap;

use globset::{Glob, GlobBuilder};

use crate::config::raw::{Entries, Fence};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, Sources, Span};

/// Finds the files. `*` stays within a folder, `**` does not; the settings are no file of entries.
pub(super) fn find(
    fence: &mut Fence,
    sources: &Sources,
    settings: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let files: Vec<(FileId, &str)> = sources
        .iter()
        .filter(|(id, _)| *id != settings)
        .map(|(id, file)| (id, &**file.path()))
        .collect();
    for text in &fence.files {
        let glob = match glob(&text.value) {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::new(Code::WrongValue, format!("this is no pattern of files: {}", error.kind()))
                        .at(text.span, "of this fence")
                        .help("such as `people/riga/**`, `people/riga.yaml` or `people/{riga,jurmala}/*.yaml`"),
                );
                fence.found.extend(files.iter().map(|(id, _)| *id));
                continue;
            }
        };
        let before = fence.found.len();
        let matching = files.iter().filter(|(_, path)| glob.is_match(path));
        fence.found.extend(matching.map(|(id, _)| *id));
        if fence.found.len() == before {
            diagnostics.push(
                Diagnostic::new(Code::UnusedFence, "no file of the project is behind this fence")
                    .at(text.span, "matches nothing")
                    .help("paths begin at the project's folder: `people/riga/**` is every file below that folder"),
            );
        }
    }
}

fn glob(text: &str) -> Result<Glob, globset::Error> {
    // A folder alone means what is in it, as CODEOWNERS has it.
    let text = match text.strip_suffix('/') {
        Some(folder) => format!("{folder}/**"),
        None => text.to_owned(),
    };
    let text = text.trim_start_matches("./").trim_start_matches('/');
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(false)
        .build()
}

/// Reports sections that a file behind the fence may not have: each once a file, at its first entry.
pub(super) fn judge(fence: &Fence, entries: &Entries, diagnostics: &mut Vec<Diagnostic>) {
    if fence.keys.is_empty() || fence.found.is_empty() {
        return;
    }
    let mut first: BTreeMap<(FileId, &str), Span> = BTreeMap::new();
    let mut see = |section: &'static str, span: Span| {
        let allowed = fence.keys.iter().any(|key| &*key.value == section);
        if !allowed && fence.found.contains(&span.file) {
            let place = first.entry((span.file, section)).or_insert(span);
            *place = (*place).min(span);
        }
    };
    entries
        .locations
        .iter()
        .for_each(|it| see("locations", it.key.span));
    entries
        .roles
        .iter()
        .for_each(|it| see("roles", it.key.span));
    entries
        .people
        .iter()
        .for_each(|it| see("people", it.key.span));
    entries
        .contacts
        .iter()
        .for_each(|it| see("contacts", it.key.span));
    entries
        .policies
        .iter()
        .for_each(|it| see("policies", it.key.span));
    entries
        .approvals
        .iter()
        .for_each(|it| see("approvals", it.span));
    let keys: Vec<String> = fence
        .keys
        .iter()
        .map(|key| format!("`{}`", key.value))
        .collect();
    for ((_, section), span) in first {
        diagnostics.push(
            Diagnostic::new(
                Code::OutsideFence,
                format!("this file may hold {} only, and it declares `{section}`", keys.join(", ")),
            )
            .at(span, "declared here")
            .at(fence.span, "the fence")
            .help("declare it in a file that may, or let somebody who may change the settings widen the fence"),
        );
    }
}
