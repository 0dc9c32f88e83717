//! `schema`: the JSON Schemas, as they are committed in `schema/`.

use crate::cli::args::{SchemaArgs, SchemaName};
use crate::cli::failure::Endings;
use crate::cli::session::Session;
use crate::render::answer;

pub(in crate::cli) fn run(session: &Session<'_>, args: &SchemaArgs) -> Endings {
    let schema = match args.which {
        SchemaName::Project => crate::config::project_schema(),
        SchemaName::Entries => crate::config::entries_schema(),
        SchemaName::Plan => crate::plan::wire::plan_schema(),
        SchemaName::Observed => crate::snapshot::observed_schema().to_value(),
        SchemaName::Doctor => crate::render::doctor::schema(),
        SchemaName::Report => crate::report::wire::schema(),
        SchemaName::Bundle => crate::bundle::index::schema(),
        SchemaName::Why => answer::why_schema(),
        SchemaName::Who => answer::who_schema(),
        SchemaName::Matrix => answer::matrix_schema(),
        SchemaName::MatrixDiff => answer::diff_schema(),
        SchemaName::Journal => {
            session.ui.data(&crate::journal::schema());
            return Endings::new();
        }
    };
    session.ui.data(&format!("{schema:#}\n"));
    Endings::new()
}
