//! Streams, color, width, progress and the typed yes: the only place that writes to a terminal.
//!
//! Data goes to stdout, all else to stderr. A reader that goes away ends nothing: the run goes on without
//! a word to it, and its exit code is what it would have been.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{ColorChoice, DataFormat, Global};
use super::env::Env;
use super::failure::Failure;
use super::typed::{self, Typed};
use crate::apply::{Listener, Outcome, Progress};
use crate::model::SystemName;
use crate::plan::Step;
use crate::provider::Events;
use crate::render::doc::Doc;
use crate::render::escape;
use crate::render::text::{self, Layout};

/// How to talk to whoever started the run.
#[derive(Debug)]
pub(super) struct Ui {
    out_color: bool,
    err_color: bool,
    width: usize,
    quiet: bool,
    accessible: bool,
    interactive: bool,
    out_terminal: bool,
    bar: Mutex<Option<ProgressBar>>,
    told: Mutex<usize>,
    lost: Mutex<Option<Lost>>,
}

/// Why nothing more is written to stdout.
#[derive(Clone, Debug)]
enum Lost {
    /// Whoever read our output is gone, as `head` goes.
    Reader,
    /// It could not be written.
    Failed(String),
}

impl Ui {
    /// Looks at flags, environment and terminals once.
    pub(super) fn new(global: &Global, env: &Env) -> Self {
        let colored = |terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                env.get("NO_COLOR").is_none() && (terminal || env.get("CLICOLOR_FORCE").is_some())
            }
        };
        let (out, err) = (
            std::io::stdout().is_terminal(),
            std::io::stderr().is_terminal(),
        );
        let width = env
            .get("COLUMNS")
            .and_then(|columns| columns.parse().ok())
            .or_else(|| if out || err { terminal_columns() } else { None })
            .unwrap_or(80)
            .clamp(40, 120);
        Self {
            out_color: colored(out),
            err_color: colored(err),
            width,
            quiet: global.quiet,
            accessible: global.accessible,
            interactive: std::io::stdin().is_terminal() && err && env.get("CI").is_none(),
            out_terminal: out,
            bar: Mutex::new(None),
            told: Mutex::new(0),
            lost: Mutex::new(None),
        }
    }

    /// How documents for stdout are laid out.
    pub(super) fn layout(&self) -> Layout {
        Layout {
            width: self.width,
            color: self.out_color,
        }
    }

    /// How documents for stderr are laid out.
    pub(super) fn err_layout(&self) -> Layout {
        Layout {
            width: self.width,
            color: self.err_color,
        }
    }

    /// Whether what is printed goes to a terminal, where contacts are shown as they are.
    pub(super) fn shows_contacts(&self) -> bool {
        self.out_terminal
    }

    /// How problems for stderr are drawn.
    pub(super) fn problem_style(&self) -> crate::diagnostic::render::Style {
        crate::diagnostic::render::Style {
            color: self.err_color,
            unicode: true,
            width: self.width,
            form: if self.accessible {
                crate::diagnostic::render::Form::Narrated
            } else {
                crate::diagnostic::render::Form::Graphical
            },
        }
    }

    /// Writes JSON to stdout, without anything that a terminal would obey.
    pub(super) fn json(&self, value: &serde_json::Value) {
        self.data(&escape::value(value));
    }

    /// Writes an answer to stdout in the form that was asked for.
    pub(super) fn answer(
        &self,
        format: DataFormat,
        json: impl FnOnce() -> serde_json::Value,
        doc: impl FnOnce() -> Doc,
    ) {
        match format {
            DataFormat::Json => self.json(&json()),
            DataFormat::Text => self.data(&text::write(&doc(), self.layout())),
        }
    }

    /// Writes data to stdout, as long as it can be written.
    pub(super) fn data(&self, text: &str) {
        self.clear_progress();
        let Ok(mut lost) = self.lost.lock() else {
            return;
        };
        if lost.is_some() {
            return;
        }
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            *lost = Some(match error.kind() {
                std::io::ErrorKind::BrokenPipe => Lost::Reader,
                _ => Lost::Failed(error.to_string()),
            });
        }
    }

    /// Whether somebody may have read what was written so far.
    pub(super) fn has_reader(&self) -> bool {
        self.lost.lock().is_ok_and(|lost| lost.is_none())
    }

    /// What was not written although somebody wants it: a full disk is no `head`.
    pub(super) fn unwritten(&self) -> Option<Failure> {
        match self.lost.lock().ok()?.as_ref()? {
            Lost::Reader => None,
            Lost::Failed(why) => Some(Failure::input(format!(
                "the output could not be written: {why}"
            ))),
        }
    }

    /// Tells something on stderr, unless asked to be quiet.
    pub(super) fn tell(&self, text: &str) {
        if !self.quiet {
            self.shout(text);
        }
    }

    /// Tells something on stderr that must not be missed.
    pub(super) fn shout(&self, text: &str) {
        self.clear_progress();
        let mut err = std::io::stderr().lock();
        // A stderr that is closed leaves nowhere to complain.
        drop(writeln!(err, "{}", text.trim_end_matches('\n')));
    }

    /// Tells why a run could not go on.
    pub(super) fn fail(&self, failure: &Failure) {
        let (red, cyan, end) = if self.err_color {
            ("\u{1b}[1;31m", "\u{1b}[36m", "\u{1b}[0m")
        } else {
            ("", "", "")
        };
        let code = failure.code.map(|it| format!("[{}]", it.name()));
        self.shout(&format!(
            "{red}error{}{end}: {}",
            code.unwrap_or_default(),
            lines(&failure.message)
        ));
        if let Some(help) = &failure.help {
            self.shout(&format!("{cyan}help{end}: {}", lines(help)));
        }
    }

    /// Whether somebody can be asked.
    pub(super) fn can_ask(&self) -> bool {
        self.interactive
    }

    /// Asks for a typed `yes`; anything else is no.
    pub(super) fn confirm(&self, question: &str) -> bool {
        self.ask(&format!("{question} Type yes to go on"), None)
            .is_some_and(|answer| answer == "yes")
    }

    /// Asks for a text; nothing typed is no answer, nor is a question that was left.
    pub(super) fn ask(&self, question: &str, default: Option<&str>) -> Option<String> {
        match self.typed(question, default) {
            Typed::Text(text) => Some(text),
            Typed::Nothing | Typed::Left => None,
        }
    }

    /// Asks for a text, and tells nothing typed from a question that was left.
    pub(super) fn typed(&self, question: &str, default: Option<&str>) -> Typed {
        self.clear_progress();
        let term = dialoguer::console::Term::stderr();
        let typed = typed::line(&term, question, default);
        answered(typed.map_err(dialoguer::Error::from)).unwrap_or(Typed::Left)
    }

    /// Lets one of several be chosen; none where the question was left.
    pub(super) fn choose(&self, question: &str, choices: &[&str]) -> Option<usize> {
        self.clear_progress();
        if self.accessible {
            return self.choose_by_number(question, choices);
        }
        // Ctrl-C is a key that ends the list: by itself it would end the process before the cursor is shown again.
        #[cfg(unix)]
        let held = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        let chosen = dialoguer::Select::new()
            .with_prompt(format!("{question} Choose, or Esc"))
            .items(choices)
            .default(0)
            .interact_on_opt(&dialoguer::console::Term::stderr());
        #[cfg(unix)]
        drop(held);
        answered(chosen).flatten()
    }

    /// The same without a list that is drawn again with every key: each choice has a number, which is typed.
    fn choose_by_number(&self, question: &str, choices: &[&str]) -> Option<usize> {
        for (at, choice) in choices.iter().enumerate() {
            self.shout(&format!("{}: {}", at + 1, escape::terminal(choice)));
        }
        let number: usize = self
            .ask(&format!("{question} Type its number"), None)?
            .parse()
            .ok()?;
        number.checked_sub(1).filter(|at| *at < choices.len())
    }

    fn clear_progress(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

/// What was answered. Ctrl-C at a question ends the run, as it does elsewhere: nothing is taken for an answer then.
fn answered<T>(answer: dialoguer::Result<T>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(dialoguer::Error::IO(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
            // A terminal that is gone has no cursor.
            drop(dialoguer::console::Term::stderr().show_cursor());
            #[expect(
                clippy::exit,
                reason = "asked for; nothing is under way while a question stands"
            )]
            std::process::exit(130)
        }
        Err(_) => None,
    }
}

/// Foreign text in messages, line by line.
fn lines(text: &str) -> String {
    text.lines()
        .map(|line| escape::terminal(line).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn terminal_columns() -> Option<usize> {
    let (_, columns) = dialoguer::console::Term::stderr().size_checked()?;
    Some(usize::from(columns))
}

impl Ui {
    /// Shows how far something long is: a bar on a terminal; in a log a line for every hundred, none for what is short.
    fn advance(&self, what: &str, done: usize, total: usize, unit: &str) {
        if self.quiet {
            return;
        }
        if !self.interactive {
            if let Ok(mut told) = self.told.lock() {
                if done < *told {
                    *told = 0;
                }
                if done >= *told + 100 {
                    *told = done;
                    self.tell(&format!("{what}: {done} of {total} {unit}"));
                }
            }
            return;
        }
        if let Ok(mut bar) = self.bar.lock() {
            let bar = bar.get_or_insert_with(|| {
                let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar());
                ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
            });
            bar.set_prefix(what.to_owned());
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
    }

    /// Says beside the bar what is going on.
    fn message(&self, text: &str) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = &*bar
        {
            bar.set_message(escape::terminal(text).into_owned());
        }
    }
}

impl Events for Ui {
    fn reading(&self, system: &SystemName, done: usize, total: usize) {
        self.advance(&format!("reading {system}"), done, total, "calls");
    }

    fn waiting(&self, system: &SystemName, why: &str) {
        self.message(why);
        tracing::info!(%system, why = %escape::terminal(why), "waiting");
    }
}

/// Watches a run: a bar on a terminal, nothing in a log but what waits.
#[derive(Debug)]
pub(super) struct Watcher<'a> {
    ui: &'a Ui,
}

impl<'a> Watcher<'a> {
    /// Tells through `ui`.
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self { ui }
    }
}

impl Listener for Watcher<'_> {
    fn started(&self, step: &Step) {
        self.ui
            .message(&format!("{} for {}", step.kind.name(), step.name));
    }

    fn waiting(&self, system: &SystemName, why: &str) {
        Events::waiting(self.ui, system, why);
    }

    fn finished(&self, _: &Step, _: &Outcome, progress: Progress) {
        self.ui
            .advance("applying", progress.done, progress.total, "steps");
    }
}
