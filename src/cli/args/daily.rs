//! What the verbs of daily work are asked with.

use clap::{Args, Subcommand};

use super::help;

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
    /// Their team member (the calendar) at the vendor, which `self` in a role needs: `NAME`, or `PLACE=NAME` for one of
    /// several places, or `SYSTEM:PLACE=NAME`; a number is the vendor's id, `none` nobody. Can be given several times.
    #[arg(long, value_name = "NAME")]
    pub staff: Vec<String>,
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
    /// Their team member there: `NAME`, or `SYSTEM:PLACE=NAME`, as for `join`.
    #[arg(long, value_name = "NAME")]
    pub staff: Vec<String>,
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
    /// Their team member there: `NAME`, `PLACE=NAME` or `SYSTEM:PLACE=NAME`, as for `join`.
    #[arg(long, value_name = "NAME")]
    pub staff: Vec<String>,
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
    #[command(after_long_help = help::RENAME_ROLE)]
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
    #[command(after_long_help = help::RENAME_PERSON)]
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
    pub asking: crate::cli::complete::Asking,
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
