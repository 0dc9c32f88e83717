//! `apply --due`: the project as it was applied last, and of its plan what time alone causes.
//!
//! Time alone caused what would not have been done when the files were applied. Invariant: what was pending then, for
//! whatever reason, is not done here.

use jiff::Timestamp;

use super::failure::{Ending, Failure};
use super::planning::{Planned, Planning};
use super::session::{Session, distrust};
use super::world::World;
use crate::ops::due;
use crate::ops::project::Project;
use crate::plan::review::Review;

/// The project as it was applied last, and when that was.
pub(super) fn as_applied(
    session: &Session<'_>,
    world: &World,
    at_hand: Project,
) -> Result<(Project, Timestamp), Failure> {
    let settings = &at_hand.loaded.project.settings;
    let place = session.place(&world.root, Some(settings))?;
    let journal = place.load().map_err(|error| distrust(&error))?;
    let applied = due::applied(&journal.sealed).ok_or_else(|| {
        Failure::input("--due: nothing was applied yet, so nothing can be due")
            .help("`keyholder apply` first")
    })?;
    let older = due::project(&at_hand, &applied).map_err(|error| {
        Failure::new(Ending::Stale, format!("--due: {error}")).help(
            "apply the files as they are; CI needs the history of git to find those that were applied",
        )
    })?;
    if older.is_some() {
        session.ui.tell(&format!(
            "note: these files were not applied yet; going by those of commit {}, applied at {}",
            applied.commit.unwrap_or_default(),
            applied.at
        ));
    }
    Ok((older.unwrap_or(at_hand), applied.at))
}

/// Narrows a plan to what time alone has caused since.
pub(super) fn narrow(planning: &Planning<'_>, planned: &mut Planned, since: Timestamp) -> Review {
    let project = planning.project;
    let then = planning.plan_of(project, &project.desired_at(since), &planned.observed);
    let parts = crate::plan::part::since(&then, &planned.plan, project.catalog);
    let mut found = Review::default();
    for step in parts.caused {
        if step.waits_for.iter().all(|id| found.todo.contains(id)) {
            found.todo.insert(step.id);
        } else {
            found.unreviewed.push(step);
        }
    }
    found.unreviewed.extend(parts.pending);
    planned.plan = crate::plan::keep(
        &planned.plan,
        &found.todo,
        &planned.observed,
        project.catalog,
    );
    found
}
