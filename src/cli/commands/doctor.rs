//! `doctor`: what can be done at each system, and whether it can be worked with.

use std::collections::BTreeSet;

use crate::cli::args::DoctorArgs;
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::diagnostic::nearest;
use crate::model::SystemName;
use crate::ops::doctor;
use crate::ops::project::Project;
use crate::render::doctor as view;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &DoctorArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 7)?;
    let wanted = wanted(&project, &args.systems)?;
    let connections = world.connect_each(session, &project, &wanted);
    let report = doctor::examine(&project, connections, args.thorough, session.ui).await;
    world.leave(session, &project.loaded.project.settings)?;
    let (json, doc) = (
        || view::to_json(&report),
        || view::report(&report, args.assumptions),
    );
    session.ui.answer(args.format, json, doc);
    Ok(if report.is_wrong() {
        Endings::from([Ending::BadInput])
    } else {
        Endings::new()
    })
}

/// The systems that were named, or all of them.
fn wanted(project: &Project, names: &[String]) -> Result<BTreeSet<SystemName>, Failure> {
    let known = &project.desired.systems;
    if names.is_empty() {
        return Ok(known.keys().cloned().collect());
    }
    let each = names.iter().map(|name| {
        let system = SystemName::new(name.as_str());
        if known.contains_key(&system) {
            return Ok(system);
        }
        let failure = Failure::input(format!("the project has no system `{name}`"));
        Err(match nearest(name, known.keys().map(SystemName::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        })
    });
    each.collect()
}
