//! One file's bytes to statements.
//!
//! Total: whatever the bytes, it ends, and every problem of the file is found in one run. Invariant: a statement whose
//! sum does not fit is never among the others.

use super::{Statement, Withdrawn};
use crate::config::load_statements;
use crate::config::raw::{self, StatementState};
use crate::diagnostic::Diagnostic;
use crate::model::{AccountId, HasNow, PersonKey, PlaceId, Says, SystemName, VendorRoleSlug};
use crate::text::{FileId, Origin, SourceFile, Sources};

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Read {
    /// The file, for whoever shows its problems.
    pub source: SourceFile,
    /// Its statements, in the order of the file.
    pub statements: Vec<(Statement, Origin)>,
    /// Those whose sum does not fit: they were edited by hand.
    pub edited: Vec<(Statement, Origin)>,
    /// Everything wrong with how the file is written.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the bytes of a system's file. `path` is what messages show, `file` its number among the sources.
pub fn read(system: &SystemName, path: &str, file: FileId, bytes: Vec<u8>) -> Read {
    let (source, found, diagnostics) = load_statements(path, bytes, file);
    let mut alone = Sources::new();
    let number = alone.add(source.clone());
    let mut statements = Vec::with_capacity(found.len());
    let mut edited = Vec::new();
    for found in found {
        let mut span = found.span;
        span.file = number;
        let origin = alone.origin(span);
        let sums = (
            found.sum.clone(),
            found.withdrawn.as_ref().map(|back| back.sum.clone()),
        );
        let statement = statement(system, found);
        let fit = sums.0 == statement.sum()
            && sums.1
                == statement
                    .withdrawn
                    .as_ref()
                    .map(|back| back.sum(&statement));
        if fit {
            statements.push((statement, origin));
        } else {
            edited.push((statement, origin));
        }
    }
    Read {
        source,
        statements,
        edited,
        diagnostics,
    }
}

fn statement(system: &SystemName, found: raw::Statement) -> Statement {
    let raw::Statement {
        span: _,
        person,
        place,
        step,
        does,
        at,
        by,
        state,
        role,
        facts,
        account,
        note,
        withdrawn,
        sum: _,
    } = found;
    Statement {
        system: system.clone(),
        step,
        does,
        person: PersonKey::new(person),
        place: PlaceId::parse(&place),
        account: account.map(AccountId::new),
        at,
        by,
        says: match state {
            None => Says::Nothing,
            Some(StatementState::Absent) => Says::Absent,
            Some(StatementState::Is(state)) => Says::Has(HasNow {
                state,
                role: role.map(VendorRoleSlug::new),
                facts: facts.into(),
            }),
        },
        note,
        withdrawn: withdrawn.map(|raw::Withdrawal { at, by, sum: _ }| Withdrawn { at, by }),
    }
}
