//! `explain`: a code's long words.

use crate::cli::args::ExplainArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::diagnostic::{Code, explain, nearest};

pub(in crate::cli) fn run(session: &Session<'_>, args: &ExplainArgs) -> Result<Endings, Failure> {
    let Some(name) = &args.code else {
        let width = Code::ALL
            .iter()
            .map(|code| code.name().len())
            .max()
            .unwrap_or(0);
        let lines = Code::ALL
            .iter()
            .map(|code| format!("{:width$}  {}\n", code.name(), code.summary()));
        session.ui.data(&lines.collect::<String>());
        return Ok(Endings::new());
    };
    let code = Code::parse(name).ok_or_else(|| {
        let failure = Failure::input(format!("there is no code `{name}`"));
        match nearest(name, Code::ALL.iter().map(|code| code.name())) {
            Some(near) => failure.help(format!(
                "did you mean `{near}`? `keyholder explain` lists all"
            )),
            None => failure.help("`keyholder explain` lists all"),
        }
    })?;
    session
        .ui
        .data(&explain::explain(code).text(session.ui.layout().width));
    Ok(Endings::new())
}
