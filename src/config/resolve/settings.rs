//! Settings whose words must be known: the catalogue's version, the assumptions, the tokens a vendor needs.
//!
//! Not their shapes, which are settled when they are read, and not the secrets, which nothing here sees.

use crate::catalog::{Assumption, Catalog, Kind};
use crate::config::raw;
use crate::diagnostic::{Code, Diagnostic, nearest};

/// Everything that is wrong with them.
pub(super) fn check(settings: &raw::Settings, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(version) = &settings.catalogue
        && Catalog::version(&version.value).is_none()
    {
        let known = Catalog::VERSIONS.join("`, `");
        diagnostics.push(
            Diagnostic::new(
                Code::UnknownCatalogue,
                format!("there is no catalogue `{}` of rights", version.value),
            )
            .at(version.span, "this program does not have it")
            .help(format!("it has `{known}`")),
        );
    }
    for system in &settings.systems {
        // A system whose kind could not be read stands for its name; nothing can be said about it.
        if system.kind.span != system.name.span {
            assumptions(system, system.kind.value, diagnostics);
            tokens(system, system.kind.value, diagnostics);
        }
    }
}

fn assumptions(system: &raw::System, kind: Kind, diagnostics: &mut Vec<Diagnostic>) {
    for (name, held) in &system.assume {
        let known = Assumption::for_kind(kind).find(|known| known.name == &*name.value);
        match known {
            None => {
                let names = Assumption::for_kind(kind).map(|known| known.name);
                let near = nearest(&name.value, names);
                let found = Diagnostic::new(
                    Code::UnknownAssumption,
                    format!(
                        "there is no assumption `{}` about {}",
                        name.value,
                        kind.title()
                    ),
                )
                .at(name.span, "not one of them");
                diagnostics.push(match near {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => found.help("remove it; without it the built-in assumptions hold"),
                });
            }
            Some(known) if !held.value && !known.is_optional() => diagnostics.push(
                Diagnostic::new(
                    Code::WrongValue,
                    format!("the assumption `{}` cannot be switched off", known.name),
                )
                .at(held.span, "nothing could be done without it")
                .help(format!(
                    "remove it; what keeps it from doing harm: {}",
                    known.safeguard
                )),
            ),
            Some(_) => {}
        }
    }
}

fn tokens(system: &raw::System, kind: Kind, diagnostics: &mut Vec<Diagnostic>) {
    let missing: Vec<_> = kind
        .tokens()
        .iter()
        .filter(|token| token.required)
        .filter(|token| {
            system
                .tokens
                .iter()
                .all(|(name, _)| &*name.value != token.name)
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing
        .iter()
        .map(|token| format!("`{}`", token.name))
        .collect();
    let help: Vec<_> = missing
        .iter()
        .map(|token| format!("`{}` {}", token.name, token.about))
        .collect();
    diagnostics.push(
        Diagnostic::new(
            Code::MissingToken,
            format!("`{}` lacks tokens: {}", system.name.value, names.join(", ")),
        )
        .at(
            system.name.span,
            format!("{} cannot be asked without", kind.title()),
        )
        .help(format!(
            "add them under `tokens`, such as `{{ env: NAME }}`; {}",
            help.join("; ")
        )),
    );
}
