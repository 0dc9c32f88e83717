//! `plan`: the difference between the project and the live systems.

use crate::cli::anchor;
use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::checklist::Checklist;
use crate::cli::failure::{Endings, Failure};
use crate::cli::output::Outputs;
use crate::cli::planning::{Base, Planned, Planning};
use crate::cli::reviewed;
use crate::cli::session::Session;
use crate::cli::walk::Said;
use crate::cli::world::World;
use crate::diagnostic::Severity;
use crate::diagnostic::render::Form;
use crate::ops::project::Project;
use crate::render::doc::{Block, Doc, Section, Tone, prose, toned};
use crate::render::text::Layout;
use crate::render::view::Frame;
use crate::render::{escape, html, lines, markdown, parts, table, text, view};
use crate::vcs;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &PlanArgs,
) -> Result<Endings, Failure> {
    let checklist = Checklist::prepare(args.manual.as_deref())?;
    let outputs = Outputs::prepare(
        args.formats
            .iter()
            .map(|it| (it.format, it.file.as_deref())),
    )?;
    let world = World::enter(session).await?;
    // A plan that is kept must know the next date that changes it.
    let ahead = args.inputs.ahead.max(u16::from(args.out.is_some()));
    let project = session.open_looking(
        args.as_of.as_deref(),
        world.now(),
        ahead,
        args.inputs.settings.as_deref(),
    )?;
    if project.has_errors() {
        wrong(session, &project, outputs)?;
        return Err(match session.sound(project) {
            Err(failure) => failure,
            Ok(_) => Failure::input("the project has errors"),
        });
    }
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
    let printing = Printing {
        planning: &planning,
        planned: &planned,
        base: base.as_ref(),
        endings: &endings,
        only: &args.inputs.only,
        budget: args.budget,
    };
    if let Some(format) = outputs.stdout {
        let layout = session.ui.layout();
        session
            .ui
            .data(&printing.text(format, layout, &planning.frame()));
    }
    for (format, file) in outputs.files {
        // A file is read by others: no colors, no contacts, whoever sits at this terminal.
        let frame = Frame {
            contacts: false,
            ..planning.frame()
        };
        file.write(printing.text(format, Layout::PLAIN, &frame))?;
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

/// Of a project with errors there is no plan; what annotates lines says what is wrong with them.
fn wrong(
    session: &Session<'_>,
    project: &Project,
    outputs: Outputs<PlanFormat>,
) -> Result<(), Failure> {
    let drawn = |format| {
        let (form, least) = match format {
            PlanFormat::Github => (Form::Github, Severity::Warning),
            PlanFormat::Gitlab => (Form::Gitlab, Severity::Warning),
            PlanFormat::Sarif => (Form::Sarif, Severity::Note),
            PlanFormat::Text
            | PlanFormat::Json
            | PlanFormat::Markdown
            | PlanFormat::Html
            | PlanFormat::Csv => return None,
        };
        Some(session.drawn(project, form, least))
    };
    if let Some(text) = outputs.stdout.and_then(drawn) {
        session.ui.data(&text);
    }
    for (format, file) in outputs.files {
        if let Some(text) = drawn(format) {
            file.write(&text)?;
        }
    }
    Ok(())
}

/// A plan that is about to be printed, in one format or in several.
struct Printing<'a> {
    planning: &'a Planning<'a>,
    planned: &'a Planned,
    base: Option<&'a Base>,
    endings: &'a Endings,
    only: &'a [String],
    budget: u32,
}

impl Printing<'_> {
    fn text(&self, format: PlanFormat, layout: Layout, frame: &Frame<'_>) -> String {
        let plan = &self.planned.plan;
        let prefix = || vcs::prefix(&self.planning.project.loaded.root);
        match format {
            PlanFormat::Text => {
                let refused = refusal(self.planning, self.planned);
                let text = text::write(&self.doc(frame), layout);
                // The head is one word to be searched for, and never broken in two.
                format!("{refused}{text}{}", self.planning.anchor())
            }
            PlanFormat::Json => escape::value(&self.json()),
            PlanFormat::Markdown => {
                let systems = plan.draft.systems.iter().map(|system| system.name.as_str());
                let only = self.only.iter().map(String::as_str);
                let marker = markdown::marker("plan", &prefix(), systems.chain(only));
                let page = markdown::Page {
                    marker: &marker,
                    budget: self.budget as usize,
                };
                markdown::write(&self.page(frame), page)
            }
            PlanFormat::Html => html::write(&self.page(frame)),
            PlanFormat::Csv => table::write(plan, frame, |_| None),
            PlanFormat::Github => lines::github(plan, frame, &prefix()),
            PlanFormat::Gitlab => lines::gitlab(plan, frame, &prefix()),
            PlanFormat::Sarif => lines::sarif(plan, frame, &prefix()),
        }
    }

    fn doc(&self, frame: &Frame<'_>) -> Doc {
        let mut doc = view::plan(&self.planned.plan, frame);
        if let Some(base) = self.base {
            let parts = parts::parts(&base.parts, &base.rev, &self.planned.plan);
            doc.sections.extend(parts.sections);
        }
        doc
    }

    /// The same where the totals stand at the top, and with them all that is said of the run.
    fn page(&self, frame: &Frame<'_>) -> Doc {
        let mut doc = self.doc(frame);
        if let Some(totals) = doc.sections.iter_mut().find(|it| it.title.is_empty()) {
            if let Some(base) = self.base {
                let line = parts::summary(&base.parts, &base.rev);
                totals.blocks.insert(1.min(totals.blocks.len()), line);
            }
            let anchor = self.planning.anchor();
            if !anchor.is_empty() {
                let anchor = toned(Tone::Dim, anchor.trim_end().to_owned());
                totals.blocks.push(Block::Line(vec![anchor]));
            }
        }
        if let Some(why) = self.planning.refused(self.planned) {
            let why = Block::Line(vec![prose(why)]);
            let refused = Section::open(vec![toned(Tone::Alert, "Refused")], vec![why]);
            doc.sections.insert(0, refused);
        }
        doc
    }

    fn json(&self) -> serde_json::Value {
        let catalog = self.planning.project.catalog;
        let refused = self.planning.refused(self.planned);
        let mut json = crate::plan::wire::to_json(&self.planned.plan, catalog);
        json["outcomes"] = self
            .endings
            .iter()
            .map(|ending| serde_json::json!({ "ending": ending.name() }))
            .chain(refused.map(|why| serde_json::json!({ "outcome": "refused", "why": why })))
            .collect();
        if let Some(base) = self.base {
            json["base"] = parts::to_json(&base.parts, &base.commit);
        }
        json["journal"] = anchor::json(self.planning.head().as_ref());
        json
    }
}

/// A plan as lines, without what is said at the end of a run.
pub(in crate::cli) fn in_words(
    planning: &Planning<'_>,
    planned: &Planned,
    layout: Layout,
    frame: &Frame<'_>,
) -> String {
    let text = text::write(&view::plan(&planned.plan, frame), layout);
    let refused = refusal(planning, planned);
    format!("{refused}{text}")
}

/// The first line of a plan of which nothing may be done.
fn refusal(planning: &Planning<'_>, planned: &Planned) -> String {
    let why = planning.refused(planned);
    why.map_or_else(String::new, |why| {
        format!("Refused: {}.\n\n", escape::terminal_long(&why))
    })
}
