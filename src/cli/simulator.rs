//! The embedded simulators behind `--sandbox`: their state in the project, their clock shared by everything.

use camino::Utf8Path;

use super::failure::{Ending, Failure};
use crate::sandbox::{OpenError, Sandbox, Store, StoreError};

/// The folder of a project in which state is kept.
pub(super) const STATE: &str = ".keyholder";

/// The text of the project's `live.json`.
pub(super) fn live(root: &Utf8Path) -> Result<String, Failure> {
    let path = root.join("live.json");
    std::fs::read_to_string(&path).map_err(|error| {
        Failure::input(format!("{path}: {error}"))
            .help("the simulators begin with what `live.json` beside `keyholder.yaml` says; see examples/hello")
    })
}

/// The simulators as they were left, or as `live.json` begins them.
pub(super) fn open(root: &Utf8Path) -> Result<Sandbox, Failure> {
    let store = Store::open(&root.join(STATE)).map_err(|error| stored(&error))?;
    Sandbox::open(store, &live(root)?).map_err(|error| opened(&error))
}

/// The simulators from the beginning, and with them the journal of what was done to them.
pub(super) fn reset(root: &Utf8Path) -> Result<Sandbox, Failure> {
    let store = Store::open(&root.join(STATE)).map_err(|error| stored(&error))?;
    let journal = root.join(STATE).join("sandbox");
    match std::fs::remove_dir_all(&journal) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::input(format!("{journal}: {error}"))),
    }
    Sandbox::reset(store, &live(root)?).map_err(|error| opened(&error))
}

/// Keeps what was changed by hand.
pub(super) fn save(sandbox: &Sandbox) -> Result<(), Failure> {
    sandbox.save().map_err(|error| stored(&error))
}

fn opened(error: &OpenError) -> Failure {
    match error {
        OpenError::Seed(error) => Failure::input(format!("live.json: {error}")),
        OpenError::Store(error) => stored(error),
    }
}

fn stored(error: &StoreError) -> Failure {
    let ending = match error {
        StoreError::Locked(_) => Ending::Locked,
        StoreError::InTheWay(_) | StoreError::Io(..) | StoreError::Unreadable(..) => {
            Ending::BadInput
        }
    };
    let failure = Failure::new(ending, error.to_string());
    match error {
        StoreError::InTheWay(_) => failure.help("look at what it is, move it away, and run again"),
        StoreError::Locked(_) | StoreError::Io(..) | StoreError::Unreadable(..) => failure,
    }
}
