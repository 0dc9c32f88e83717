//! The command line as typed. Doc comments are the manual; nothing here acts.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Read the project and report everything that is wrong with it.
    Check(CheckArgs),
    /// Print what the project wants, resolved; no network.
    Show(ShowArgs),
    /// Read the live systems and say what was seen.
    Observe(ObserveArgs),
    /// Say what can be done at each system, whether its tokens are good, and what is taken for true about it.
    ///
    /// Only harmless reads are made. A missing token or a vendor that cannot be reached is a finding; the exit code is
    /// 1 where something is wrong.
    Doctor(DoctorArgs),
    /// Show the difference between the project and the live systems.
    Plan(PlanArgs),
    /// Plan, show, ask, and carry it out.
    Apply(ApplyArgs),
    /// Say that steps by hand are done, or take that back.
    Done(DoneArgs),
    /// Have a pending invitation sent again, as a step by hand: no vendor has a call for it.
    ///
    /// It is one more message to a human, so it needs an approval (`invitations`) and counts for `limits` and `quiet`.
    Resend(ResendArgs),
    /// Take what somebody did by hand in the vendor's pages into the files, or say which line to write.
    ///
    /// Nothing is changed at a vendor. An edit is written only where the edited project passes `check`, the difference is
    /// gone from its plan, and nothing else has come into it.
    Accept(AcceptArgs),
    /// Write somebody new into the files.
    Join(JoinArgs),
    /// Move somebody from one location to another, in the files.
    Move(MoveArgs),
    /// Write that somebody leaves.
    Leave(LeaveArgs),
    /// Write that somebody's access rests for a while.
    Pause(PauseArgs),
    /// Write that somebody whose access rests is back.
    Return(ReturnArgs),
    /// Write that somebody gets one more role.
    Grant(GrantArgs),
    /// Write that somebody has a role no longer.
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
    Erase(EraseArgs),
    /// Bring the files into canonical form: the order of keys, phones and e-mail addresses, blanks. Comments stay.
    Fmt(FmtArgs),
    /// The record of what was seen and done.
    Journal {
        /// What to do with it.
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Explain a problem's code, with an example of the fix.
    Explain(ExplainArgs),
    /// Take everything from somebody at once, and keep it so until `unlock`.
    Lockout(LockoutArgs),
    /// End a lockout: the files hold again.
    Unlock(LockoutArgs),
    /// Print the JSON Schema of one of the formats.
    Schema(SchemaArgs),
    /// Run the simulators as a server, or change what they hold.
    Sandbox(SandboxArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Say what may come next on a command line: what completion scripts ask.
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// Print the manual page.
    Man,
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
    /// How to print the plan.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
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
    /// How to print the plan and what came of it.
    #[arg(long, value_enum, default_value_t = DataFormat::Text)]
    pub format: DataFormat,
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

/// What every edit of the files shares.
#[derive(Clone, Debug, Args)]
pub struct EditArgs {
    /// Why: it becomes part of the commit's message, and of the line where one is written.
    #[arg(long, value_name = "TEXT")]
    pub because: Option<String>,
    /// Do not ask. Without it, a terminal is needed for a typed yes.
    #[arg(long)]
    pub yes: bool,
    /// Write it also where the files then break a policy or a fence. Errors are never written.
    #[arg(long)]
    pub anyway: bool,
    /// Commit the edit, and nothing else, onto the branch that is checked out.
    #[arg(long)]
    pub commit: bool,
    /// Commit the edit onto this branch instead, which is made where there is none: the files of the last commit are
    /// edited, and neither the work tree nor the index is touched.
    #[arg(long, value_name = "NAME", conflicts_with = "commit")]
    pub branch: Option<String>,
}

/// `join`
#[derive(Debug, Args)]
pub struct JoinArgs {
    /// The key they shall have.
    #[arg(value_name = "KEY")]
    pub key: Option<String>,
    /// Their name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Their e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Their phone number, with `+` and country code.
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// A word that policies select by.
    #[arg(long, value_name = "WORD")]
    pub class: Option<String>,
    /// Their role.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// Where: keys of locations parted by commas, `all`, or tags such as `region=riga`.
    #[arg(long, value_name = "PLACES", requires = "role")]
    pub at: Option<String>,
    /// Their first day of work.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day of that role.
    #[arg(long, value_name = "DATE", requires = "role")]
    pub until: Option<String>,
    /// The file to write into; the one where people of that place stand, where none is named.
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `move`
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The location they leave.
    #[arg(long, value_name = "PLACE")]
    pub from: Option<String>,
    /// The location they come to.
    #[arg(long, value_name = "PLACE")]
    pub to: Option<String>,
    /// The first day there; at once where none is given.
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `leave`
#[derive(Debug, Args)]
pub struct LeaveArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The last day, such as `2026-12-01` or `today`, or the time at which all access ends; now where none is given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `pause`
#[derive(Debug, Args)]
pub struct PauseArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The first day off; today where none is given.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day off; open where none is given.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `return`
#[derive(Debug, Args)]
pub struct ReturnArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The first day back; at once where none is given.
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `grant`
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The role.
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,
    /// Where: keys of locations parted by commas, `all`, or tags such as `region=riga`.
    #[arg(long, value_name = "PLACES")]
    pub at: Option<String>,
    /// The system whose chain rights of the role they get.
    #[arg(long, value_name = "SYSTEM")]
    pub chain: Option<String>,
    /// The first day.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `revoke`
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// The role.
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,
    /// Keys of locations, parted by commas; everywhere where none is given.
    #[arg(long, value_name = "PLACES")]
    pub at: Option<String>,
    /// The first day without it; at once where none is given.
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}

/// `role ...`
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Give a role another key, everywhere it stands.
    Rename {
        /// The key it has.
        #[arg(value_name = "ROLE")]
        from: Option<String>,
        /// The key it shall have.
        #[arg(value_name = "KEY")]
        to: Option<String>,
        /// How to write it.
        #[command(flatten)]
        edit: EditArgs,
    },
}

/// `person ...`
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Give a person another key, everywhere it stands; the old one is kept under `was`.
    Rename {
        /// The key they have.
        #[arg(value_name = "PERSON")]
        from: Option<String>,
        /// The key they shall have.
        #[arg(value_name = "KEY")]
        to: Option<String>,
        /// How to write it.
        #[command(flatten)]
        edit: EditArgs,
    },
}

/// `fmt`
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files from the project's folder; all of them where none is given.
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Write nothing: show how the files differ from their canonical form, and exit with 2 where one does.
    #[arg(long)]
    pub check: bool,
}

/// `complete`
#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// Who asks.
    #[arg(value_enum)]
    pub asking: super::complete::Asking,
    /// The words of the line up to the cursor, the program's name first.
    #[arg(last = true, allow_hyphen_values = true)]
    pub words: Vec<String>,
}

/// `erase`
#[derive(Debug, Args)]
pub struct EraseArgs {
    /// The key of a person.
    #[arg(value_name = "PERSON")]
    pub person: Option<String>,
    /// How to write it.
    #[command(flatten)]
    pub edit: EditArgs,
}
