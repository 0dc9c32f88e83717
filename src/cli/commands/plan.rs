//! `plan`: the difference between the project and the live systems.

use crate::cli::anchor;
use crate::cli::args::{DataFormat, PlanArgs};
use crate::cli::checklist::Checklist;
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::{Base, Planned, Planning};
use crate::cli::reviewed;
use crate::cli::session::Session;
use crate::cli::walk::Said;
use crate::cli::world::World;
use crate::render::{escape, parts, text, view};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &PlanArgs,
) -> Result<Endings, Failure> {
    let checklist = Checklist::prepare(args.manual.as_deref())?;
    let world = World::enter(session).await?;
    // A plan that is kept must know the next date that changes it.
    let ahead = args.inputs.ahead.max(u16::from(args.out.is_some()));
    let project = session.open_with(
        args.as_of.as_deref(),
        world.now(),
        ahead,
        args.inputs.settings.as_deref(),
    )?;
    let mut planning = Planning::looking(session, &world, &project, &args.inputs.only)?;
    let since = match &args.base {
        None => None,
        Some(rev) => Some(planning.since(rev)?),
    };
    let planned = if let Some(file) = &args.observed {
        planning.recall(file, &args.max_age)?
    } else {
        let providers = world.connect(session, &project)?;
        planning.ask(&providers).await
    };
    world.leave(session, &project.loaded.project.settings)?;
    let mut endings = planned.endings(world.now());
    endings.extend(planning.warn_unremembered());
    if args.exit_code {
        endings.extend(planned.pending());
    }
    let base = since.map(|since| planning.part(&planned, since));
    print(
        session,
        &planning,
        &planned,
        base.as_ref(),
        args.format,
        &endings,
    );
    if args.format == DataFormat::Text {
        session.ui.data(&planning.anchor());
    }
    if let Some(file) = &args.out {
        reviewed::keep(file, &planned, &project)?;
        session.ui.tell(&format!(
            "kept in {file}: plan {}, good until {}",
            planned.plan.id,
            crate::plan::file::good_until(&planned.plan)
        ));
    }
    if let Some(checklist) = checklist {
        checklist.write(&planning.checklist(&planned, &Said::new(), args.contacts))?;
    }
    std::mem::forget(project);
    Ok(endings)
}

/// Prints a plan, as a document or as JSON.
pub(in crate::cli) fn print(
    session: &Session<'_>,
    planning: &Planning<'_>,
    planned: &Planned,
    base: Option<&Base>,
    format: DataFormat,
    endings: &Endings,
) {
    let refused = planning.refused(planned);
    match format {
        DataFormat::Text => {
            if let Some(why) = &refused {
                session
                    .ui
                    .data(&format!("Refused: {}.\n\n", escape::terminal_long(why)));
            }
            let doc = view::plan(&planned.plan, &planning.frame());
            session.ui.data(&text::write(&doc, session.ui.layout()));
            if let Some(base) = base {
                let doc = parts::parts(&base.parts, &base.rev, &planned.plan);
                let text = text::write(&doc, session.ui.layout());
                session
                    .ui
                    .data(&format!("\n{}", text.trim_start_matches('\n')));
            }
        }
        DataFormat::Json => {
            let mut json = crate::plan::wire::to_json(&planned.plan, planning.project.catalog);
            json["outcomes"] = endings
                .iter()
                .map(|ending| serde_json::json!({ "ending": ending.name() }))
                .chain(refused.map(|why| serde_json::json!({ "outcome": "refused", "why": why })))
                .collect();
            if let Some(base) = base {
                json["base"] = parts::to_json(&base.parts, &base.commit);
            }
            json["journal"] = anchor::json(planning.head().as_ref());
            session.ui.data(&format!("{json:#}\n"));
        }
    }
}
