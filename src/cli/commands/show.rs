//! `show`: what the project wants, resolved, without any network.

use crate::cli::args::{DataFormat, ShowArgs};
use crate::cli::failure::{Endings, Failure};
use crate::cli::session::Session;
use crate::diagnostic::nearest;
use crate::model::PersonKey;
use crate::render::desired;

pub(in crate::cli) fn run(session: &Session<'_>, args: &ShowArgs) -> Result<Endings, Failure> {
    let project = session.open(args.as_of.as_deref(), session.now()?, 7)?;
    let mut wanted = Vec::new();
    for name in &args.people {
        let key = PersonKey::new(name.as_str());
        if !project.desired.people.contains_key(&key) {
            let failure = Failure::input(format!("nobody is declared as `{name}`"));
            let known = project.desired.people.keys().map(PersonKey::as_str);
            return Err(match nearest(name, known) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure,
            });
        }
        wanted.push(key);
    }
    match args.format {
        DataFormat::Json => {
            let shown = desired::to_json(&project.desired, &wanted, project.catalog);
            session.ui.data(&format!("{shown:#}\n"));
        }
        DataFormat::Text => {
            let text = desired::to_text(
                &project.desired,
                &wanted,
                project.catalog,
                &project.zone,
                session.ui.layout(),
            );
            session.ui.data(&text);
        }
    }
    std::mem::forget(project);
    Ok(Endings::new())
}
