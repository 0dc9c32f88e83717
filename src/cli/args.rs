//! The command line as typed. Doc comments are the manual; nothing here acts.

mod audit;
mod daily;
mod help;

use std::ffi::OsStr;

use camino::Utf8PathBuf;
use clap::builder::{EnumValueParser, PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use audit::*;
pub use daily::*;

/// Staff access as code for chains of shops, salons and clinics.
///
/// Who your people are and what they may do stands in YAML; `keyholder` shows how the live systems differ and brings
/// them in line. Start with `keyholder check`, then `keyholder plan`.
#[derive(Debug, Parser)]
#[command(
    name = "keyholder",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Folder of the project, or one inside it.
    #[arg(
        short = 'C',
        long = "project",
        value_name = "DIR",
        default_value = ".",
        global = true
    )]
    pub project: Utf8PathBuf,
    /// Use the embedded simulators instead of the vendors: no token is read, no network is touched.
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// When to use color.
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, global = true)]
    pub color: ColorChoice,
    /// Describe problems in plain sentences, without drawings, for screen readers.
    #[arg(long, global = true)]
    pub accessible: bool,
    /// Log calls to the vendors on stderr; twice for more.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Say nothing on stderr but problems.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Allow tokens to be sent to this host, beside the vendors' own. May be repeated.
    #[arg(long = "allow-host", value_name = "HOST", global = true)]
    pub allow_hosts: Vec<String>,
    /// Allow the project to run commands (`command:` under `tokens` and `contacts`).
    #[arg(long, global = true)]
    pub allow_commands: bool,
}

/// When to use color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Begin a project: settings, `.gitignore` and schemas for editors. Asks for what no option says.
    #[command(after_long_help = help::INIT)]
    Init(InitArgs),
    /// Write what the systems have into the project: locations, people, and the roles that are found in their rights.
    ///
    /// The plan after it is empty. Nothing is changed at a vendor; what stands in the files stays, byte for byte. Run
    /// again, it adds what is new.
    #[command(after_long_help = help::IMPORT)]
    Import(ImportArgs),
    /// Read the project and report everything that is wrong with it.
    #[command(after_long_help = help::CHECK)]
    Check(CheckArgs),
    /// Print what the project wants, resolved; no network.
    #[command(after_long_help = help::SHOW)]
    Show(ShowArgs),
    /// Read the live systems and say what was seen.
    #[command(after_long_help = help::OBSERVE)]
    Observe(ObserveArgs),
    /// Say what can be done at each system, whether its tokens are good, and what is taken for true about it.
    ///
    /// Only harmless reads are made. A missing token or a vendor that cannot be reached is a finding; the exit code is
    /// 1 where something is wrong.
    #[command(after_long_help = help::DOCTOR)]
    Doctor(DoctorArgs),
    /// Show the difference between the project and the live systems.
    #[command(after_long_help = help::PLAN)]
    Plan(PlanArgs),
    /// Plan, show, ask, and carry it out.
    #[command(after_long_help = help::APPLY)]
    Apply(ApplyArgs),
    /// Say that steps by hand are done, or take that back.
    #[command(after_long_help = help::DONE)]
    Done(DoneArgs),
    /// Say why somebody has, or lacks, a right: the chain of lines that decides it.
    #[command(after_long_help = help::WHY)]
    Why(WhyArgs),
    /// Say who has a right or a role, and by which lines.
    #[command(after_long_help = help::WHO)]
    Who(WhoArgs),
    /// Say who has what where: now, on a day, or as a commit has it; and what differs between two of these.
    #[command(after_long_help = help::MATRIX)]
    Matrix(MatrixArgs),
    /// Have a pending invitation sent again, as a step by hand: no vendor has a call for it.
    ///
    /// It is one more message to a human, so it needs an approval (`invitations`) and counts for `limits` and `quiet`.
    #[command(after_long_help = help::RESEND)]
    Resend(ResendArgs),
    /// Take what somebody did by hand in the vendor's pages into the files, or say which line to write.
    ///
    /// Nothing is changed at a vendor. An edit is written only where the edited project passes `check`, the difference is
    /// gone from its plan, and nothing else has come into it.
    #[command(after_long_help = help::ACCEPT)]
    Accept(AcceptArgs),
    /// Tell what was done with people's access in a period, from the journal and git, for an audit.
    ///
    /// Leavers with the time until their access was verifiably gone, joiners, movers, invitations, steps by hand, drift,
    /// holds, approvals, loosened rules, strangers, what nobody could read, and what a hash chain proves. No network.
    #[command(after_long_help = help::REPORT)]
    Report(ReportArgs),
    /// Check an archive of `report --bundle`, byte for byte: no project, no journal and no network are needed.
    #[command(after_long_help = help::VERIFY)]
    Verify(VerifyArgs),
    /// Write somebody new into the files.
    #[command(after_long_help = help::JOIN)]
    Join(JoinArgs),
    /// Move somebody from one location to another, in the files.
    #[command(after_long_help = help::MOVE)]
    Move(MoveArgs),
    /// Write that somebody leaves.
    #[command(after_long_help = help::LEAVE)]
    Leave(LeaveArgs),
    /// Write that somebody's access rests for a while.
    #[command(after_long_help = help::PAUSE)]
    Pause(PauseArgs),
    /// Write that somebody whose access rests is back.
    #[command(after_long_help = help::RETURN)]
    Return(ReturnArgs),
    /// Write that somebody gets one more role.
    #[command(after_long_help = help::GRANT)]
    Grant(GrantArgs),
    /// Write that somebody has a role no longer.
    #[command(after_long_help = help::REVOKE)]
    Revoke(RevokeArgs),
    /// Edits of roles.
    Role {
        /// What to do with one.
        #[command(subcommand)]
        command: RoleCommand,
    },
    /// Edits of people.
    Person {
        /// What to do with one.
        #[command(subcommand)]
        command: PersonCommand,
    },
    /// Take what is theirs of somebody who left out of the files, and say where else it is.
    ///
    /// The key stays as a tombstone, with the day of leaving: an entry that vanished would hold, and the journal has the
    /// key for good. Refused while they have access anywhere.
    #[command(after_long_help = help::ERASE)]
    Erase(EraseArgs),
    /// Bring the files into canonical form: the order of keys, phones and e-mail addresses, blanks. Comments stay.
    #[command(after_long_help = help::FMT)]
    Fmt(FmtArgs),
    /// The record of what was seen and done.
    #[command(after_long_help = help::JOURNAL)]
    Journal {
        /// What to do with it.
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Explain a problem's code, with an example of the fix.
    #[command(after_long_help = help::EXPLAIN)]
    Explain(ExplainArgs),
    /// Take everything from somebody at once, and keep it so until `unlock`.
    #[command(after_long_help = help::LOCKOUT)]
    Lockout(LockoutArgs),
    /// End a lockout: the files hold again.
    #[command(after_long_help = help::UNLOCK)]
    Unlock(LockoutArgs),
    /// Print who must review which files, as CODEOWNERS has it, from `fences`.
    #[command(after_long_help = help::CODEOWNERS)]
    Codeowners(CodeownersArgs),
    /// Print the JSON Schema of one of the formats.
    #[command(after_long_help = help::SCHEMA)]
    Schema(SchemaArgs),
    /// Run the simulators as a server, or change what they hold.
    #[command(after_long_help = help::SANDBOX)]
    Sandbox(SandboxArgs),
    /// Print a completion script for a shell.
    #[command(after_long_help = help::COMPLETIONS)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Say what may come next on a command line: what completion scripts ask.
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// Print a manual page, or write those of all commands into a folder.
    #[command(after_long_help = help::MAN)]
    Man(ManArgs),
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How to print problems.
    #[arg(long, value_enum, default_value_t = ProblemFormat::Text)]
    pub format: ProblemFormat,
    /// Show notes too: what is no problem, but may not be what was meant.
    #[arg(long)]
    pub notes: bool,
}

/// How to print problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProblemFormat {
    /// For people, on stderr.
    Text,
    /// One JSON object a line, on stdout.
    Json,
    /// GitHub annotations, on stdout.
    Github,
    /// GitLab's Code Quality report, on stdout.
    Gitlab,
    /// SARIF 2.1.0 for code scanning, on stdout.
    Sarif,
}

/// How to print a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people at a terminal or in a log.
    Text,
    /// For programs.
    Json,
    /// For the comment on a pull or merge request.
    Markdown,
    /// One page for a browser, a phone or a printer.
    Html,
    /// One row a change, for a spreadsheet.
    Csv,
    /// GitHub annotations on the lines that cause the steps.
    Github,
    /// GitLab's Code Quality report on the same lines.
    Gitlab,
    /// What is held, broken or unread, for code scanning (SARIF 2.1.0).
    Sarif,
}

/// A format, and the file it goes into; none is stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How to print it.
    pub format: PlanFormat,
    /// Where to.
    pub file: Option<Utf8PathBuf>,
}

/// Reads `FORMAT` or `FORMAT=FILE`.
#[derive(Clone, Copy, Debug)]
pub struct OutputParser;

impl TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Output, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (&*text, None),
        };
        let format = EnumValueParser::<PlanFormat>::new();
        Ok(Output {
            format: format.parse_ref(command, argument, OsStr::new(name))?,
            file: file.map(Utf8PathBuf::from),
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = PlanFormat::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

/// How to print data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DataFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Keys of people; everybody where none is given.
    pub people: Vec<String>,
    /// The day (00:00 at each place) or instant the desired state is for.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
}

/// `observe`
#[derive(Debug, Args)]
pub struct ObserveArgs {
    /// Keep the read in this file, for `plan --observed`. It holds people's contacts.
    #[arg(long, value_name = "FILE")]
    pub out: Option<Utf8PathBuf>,
    /// How to print what was seen.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
    /// Only these systems or locations. May be repeated.
    #[arg(long, value_name = "KEY")]
    pub only: Vec<String>,
}

/// `doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Names of systems; all of the project where none is given.
    #[arg(value_name = "SYSTEM")]
    pub systems: Vec<String>,
    /// Look at more, at the price of more calls.
    #[arg(long)]
    pub thorough: bool,
    /// List what is taken for true about each vendor, and how to do without it. JSON always has it.
    #[arg(long)]
    pub assumptions: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
}

/// What `plan` and `apply` share.
#[derive(Debug, Args)]
pub struct PlanInputs {
    /// Only steps of this person, location or system. Rules still see everything. May be repeated.
    #[arg(long, value_name = "KEY")]
    pub only: Vec<String>,
    /// How far ahead to list what time alone will change, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub ahead: u16,
    /// Take the settings from a commit and not from the folder: in CI a change never brings its own. FILE counts from the
    /// project's folder.
    #[arg(long, value_name = "REV:FILE")]
    pub settings: Option<String>,
}

/// `plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What to plan for.
    #[command(flatten)]
    pub inputs: PlanInputs,
    /// The day (00:00 at each place) or instant to plan for.
    #[arg(long, value_name = "WHEN")]
    pub as_of: Option<String>,
    /// Plan from a kept read instead of asking the systems; needs no token.
    #[arg(long, value_name = "FILE")]
    pub observed: Option<Utf8PathBuf>,
    /// The oldest kept read to accept, such as `24h` or `30m`.
    #[arg(long, value_name = "AGE", default_value = "24h", requires = "observed")]
    pub max_age: String,
    /// Part what this change causes from what was pending already: compare with the files of this commit.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Keep the plan in this file, to be reviewed and given to `apply`.
    #[arg(long, value_name = "FILE", conflicts_with = "as_of")]
    pub out: Option<Utf8PathBuf>,
    /// How to print the plan: to stdout, or into a file. May be repeated; at most one goes to stdout. See
    /// docs/reviewing.md.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = OutputParser, default_value = "text")]
    pub formats: Vec<Output>,
    /// The most characters of the Markdown, which shortens itself and says so: GitHub takes no longer comment.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 65_536)]
    pub budget: u32,
    /// Write the steps by hand into this file, as a Markdown checklist.
    #[arg(long, value_name = "FILE")]
    pub manual: Option<Utf8PathBuf>,
    /// Write contacts into the checklist as they are, not masked.
    #[arg(long, requires = "manual")]
    pub contacts: bool,
    /// Exit with 2 where changes are pending, with 7 where steps by hand wait.
    #[arg(long)]
    pub exit_code: bool,
}

/// `apply`
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// Plans that `plan --out` kept: only what was reviewed in one of them, and would be done now just the same, is done.
    #[arg(value_name = "FILE", conflicts_with = "only")]
    pub files: Vec<Utf8PathBuf>,
    /// The id that a file must have, as the job that made it said. May be repeated; then every file's must be among them.
    #[arg(long = "expect-id", value_name = "ID", requires = "files")]
    pub expect_ids: Vec<String>,
    /// What to plan for.
    #[command(flatten)]
    pub inputs: PlanInputs,
    /// Do only what time alone causes in the files that were applied last, such as the access of a leaver that ends.
    #[arg(long, conflicts_with = "files")]
    pub due: bool,
    /// Do not ask. Without it, a terminal is needed for a typed yes.
    #[arg(long)]
    pub yes: bool,
    /// Write the steps by hand into this file, as a Markdown checklist.
    #[arg(long, value_name = "FILE")]
    pub manual: Option<Utf8PathBuf>,
    /// Write contacts into the checklist as they are, not masked.
    #[arg(long, requires = "manual")]
    pub contacts: bool,
    /// How to print the plan and what came of it: to stdout, or into a file. May be repeated; at most one goes to stdout.
    /// `sarif` is of `plan` alone.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = OutputParser, default_value = "text")]
    pub formats: Vec<Output>,
    /// The most characters of the Markdown, which shortens itself and says so: GitHub takes no longer comment.
    #[arg(long, value_name = "CHARACTERS", default_value_t = 65_536)]
    pub budget: u32,
    /// Go on without the systems that cannot be reached: of `lockout` alone.
    #[arg(skip)]
    pub within_reach: bool,
}

/// `lockout` and `unlock`
#[derive(Debug, Args)]
pub struct LockoutArgs {
    /// The key of a person.
    pub person: String,
    /// Why; it is kept in the journal, so no contacts.
    #[arg(long, value_name = "TEXT")]
    pub because: String,
}

/// `resend`
#[derive(Debug, Args)]
pub struct ResendArgs {
    /// The key of a person.
    pub person: String,
    /// Only at this system.
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
}

/// `accept`
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The id of a step that would undo it, as `plan` shows it (its beginning is enough), or the key of a person; all that
    /// was changed by hand since the last apply where none is given.
    #[arg(value_name = "STEP-ID|PERSON")]
    pub what: Option<String>,
    /// Only at this location.
    #[arg(long, value_name = "PLACE", requires = "what")]
    pub at: Option<String>,
    /// Do not ask. Without it, a terminal is needed for a typed yes.
    #[arg(long)]
    pub yes: bool,
    /// Compare with a kept read instead of asking the systems; needs no token.
    #[arg(long, value_name = "FILE")]
    pub observed: Option<Utf8PathBuf>,
    /// The oldest kept read to accept, such as `24h` or `30m`.
    #[arg(long, value_name = "AGE", default_value = "24h", requires = "observed")]
    pub max_age: String,
}

/// `done`
#[derive(Debug, Args)]
pub struct DoneArgs {
    /// Ids of steps, as `plan` shows them; their beginning is enough.
    #[arg(required_unless_present = "from")]
    pub steps: Vec<String>,
    /// Who did it: the key of a person, or a name.
    #[arg(long, value_name = "WHO")]
    pub by: String,
    /// The steps whose boxes are ticked in this checklist.
    #[arg(long, value_name = "FILE", conflicts_with = "steps")]
    pub from: Option<Utf8PathBuf>,
    /// What should be known beside it; kept as it is typed, so no contacts.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// What the account is now, where that is not what the step leads to.
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<StateName>,
    /// Take back what was said about these steps; the record stays.
    #[arg(long, conflicts_with_all = ["from", "state", "note"])]
    pub undo: bool,
}

/// The state of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateName {
    /// It is not there, or has nothing there.
    Absent,
    /// Invited, and not accepted yet; at KeyCRM pending.
    Invited,
    /// Made, and not switched on.
    Inactive,
    /// In use.
    Active,
    /// Kept from signing in.
    Blocked,
}

/// `journal`
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Print entries, oldest first.
    Show {
        /// Only entries about this person.
        #[arg(long, value_name = "KEY")]
        person: Option<String>,
        /// Only entries about the step with this id, or an id that begins so.
        #[arg(long, value_name = "ID")]
        step: Option<String>,
        /// Only entries of this run.
        #[arg(long, value_name = "NUMBER")]
        run: Option<u64>,
        /// How to print them.
        #[arg(long, value_enum, default_value_t = DataFormat::Text)]
        format: DataFormat,
    },
    /// Check the chain from the first entry to the head.
    Verify {
        /// The head that was recorded elsewhere, such as in a CI log.
        #[arg(long, value_name = "HEAD")]
        expect_head: Option<String>,
    },
    /// Print the head: number and hash of the last entry.
    Head,
    /// Begin a journal where none is, also where one was lost: its last known head then stands in the first entry.
    Init,
}

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code, such as `unknown-role`; all codes are listed where none is given.
    pub code: Option<String>,
}

/// `schema`
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which format.
    #[arg(value_enum)]
    pub which: SchemaName,
}

/// Formats that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// `keyholder.yaml`.
    Project,
    /// The entry files.
    Entries,
    /// `plan --format json`.
    Plan,
    /// `observe --out`.
    Observed,
    /// `doctor --format json`.
    Doctor,
    /// The journal.
    Journal,
    /// `report --format json`.
    Report,
    /// `bundle.json` of `report --bundle`.
    Bundle,
    /// `why --format json`.
    Why,
    /// `who --format json`.
    Who,
    /// `matrix --format json`.
    Matrix,
    /// `matrix --diff A B --format json`.
    MatrixDiff,
}

/// `sandbox`
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// What to do; serves the simulators where nothing is given.
    #[command(subcommand)]
    pub command: Option<SandboxCommand>,
    /// Address to listen on. Only loopback is accepted.
    #[arg(long, default_value = "127.0.0.1:8765")]
    pub listen: String,
}

/// `sandbox ...`
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Begin again from the project's `live.json`.
    Reset,
    /// Let somebody accept their invitation, as if they had clicked its link.
    Accept {
        /// The system.
        system: String,
        /// The e-mail or phone that was invited.
        contact: String,
    },
    /// Let somebody sign in to a simulated `KeyCRM`: the first time makes a pending user active.
    SignIn {
        /// The system.
        system: String,
        /// Their login or e-mail.
        contact: String,
    },
    /// Say what the simulated administrator does with steps that are handed over.
    Administrator {
        /// The system.
        system: String,
        /// Carry them out, or only say so.
        #[arg(value_enum)]
        habit: Habit,
    },
    /// Print who can sign in to a system with what: the truth, whatever an interface or a person says.
    Show {
        /// The system.
        system: String,
    },
    /// Let simulated time pass, such as `3d` or `12h`.
    Wait {
        /// How long.
        duration: String,
    },
    /// List the messages that were sent to people.
    Messages,
}

/// What the simulated administrator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Habit {
    /// Every step, as it is written.
    Does,
    /// Nothing.
    Forgets,
}

/// `codeowners`
#[derive(Debug, Args)]
pub struct CodeownersArgs {
    /// Compare with this file, and fail where its block is another; FILE counts from the project's folder.
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    pub check: Option<Utf8PathBuf>,
    /// Write the block into this file, and leave every other line of it alone.
    #[arg(long, value_name = "FILE")]
    pub write: Option<Utf8PathBuf>,
}

/// `man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command, such as `plan` or `role rename`; the whole program where none is named.
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    pub command: Vec<String>,
    /// Write all pages into this folder, such as `~/.local/share/man/man1`.
    #[arg(long, value_name = "DIR")]
    pub out: Option<Utf8PathBuf>,
}

/// `init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The vendor: `altegio`, `yclients`, `keycrm`, `reservio` or `apenday`.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// What the system is called in the project.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The environment variable that holds a token: `TOKEN=VARIABLE`, or variables in the order of the vendor's tokens.
    /// May be repeated.
    #[arg(long = "token-env", value_name = "[TOKEN=]VARIABLE")]
    pub token_env: Vec<String>,
    /// The vendor's id of the chain, where there is one.
    #[arg(long, value_name = "ID")]
    pub chain: Option<String>,
    /// Where dates are meant, such as `Europe/Riga`.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

/// How roles are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RolesFound {
    /// Equal rights are a role.
    Exact,
    /// Nearly equal rights are a role; small differences stand on the person's line as `plus` and `minus`.
    Compact,
}

/// `import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Names of systems; all of the project where none is given.
    #[arg(value_name = "SYSTEM")]
    pub systems: Vec<String>,
    /// Only this location: its key, its title or the vendor's id. May be repeated.
    #[arg(long = "at", value_name = "PLACE")]
    pub places: Vec<String>,
    /// Import a kept read instead of asking the systems; needs no token. Its locations must be declared.
    #[arg(long, value_name = "FILE")]
    pub observed: Option<Utf8PathBuf>,
    /// The oldest kept read to accept, such as `24h` or `30m`.
    #[arg(long, value_name = "AGE", default_value = "24h", requires = "observed")]
    pub max_age: String,
    /// How roles are found.
    #[arg(long, value_enum, default_value_t = RolesFound::Compact)]
    pub roles: RolesFound,
    /// All people into `people.yaml`, and not into a file for each location.
    #[arg(long)]
    pub one_file: bool,
    /// Keep e-mails and phones in this file, outside of git.
    #[arg(long, value_name = "FILE")]
    pub contacts: Option<Utf8PathBuf>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask. Without it, a terminal is needed for a typed yes.
    #[arg(long)]
    pub yes: bool,
}
