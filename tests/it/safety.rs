//! What goes wrong around a run, from outside: lists that shrink, approvals of one's own change, old invitations, no room
//! and no folder to write into, a clock that went back, two runs at once, plan files with one byte changed.
//!
//! Nothing here depends on rights of files: the tests hold for root too.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root, shop};

/// The example with one person to invite, in a folder of its own.
struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        let shop = Self { folder };
        let path = shop.path("keyholder.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text + settings).unwrap();
        shop
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut all = arguments.to_vec();
        all.push("--sandbox");
        shop::keyholder(self.folder.path(), &all)
    }

    #[track_caller]
    fn apply(&self, code: i32) -> String {
        let (ended, out, said) = self.run(&["apply", "--yes"]);
        assert_eq!(ended, code, "{out}{said}");
        out + &said
    }

    /// A plan, and how it ended.
    fn plan(&self) -> (i32, Value) {
        let (code, out, said) = self.run(&["plan", "--format", "json"]);
        let plan = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {said}"));
        (code, plan)
    }

    /// The simulators' state, changed from outside.
    fn state(&self, change: impl FnOnce(&mut Value)) {
        let path = self.path(".keyholder/sandbox.json");
        let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut state);
        std::fs::write(path, state.to_string()).unwrap();
    }

    fn messages(&self) -> usize {
        let text = std::fs::read(self.path(".keyholder/sandbox.json")).unwrap();
        let state: Value = serde_json::from_slice(&text).unwrap();
        state["world"]["log"]["messages"].as_array().unwrap().len()
    }
}

/// Where the one person is who is invited, and the same without anything.
const JANA: &str = "access:\n      - { role: stylist, at: [center, mall] }";
const NOWHERE: &str = "access: []";

fn kinds(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|step| step["kind"].as_str().unwrap()).collect()
}

fn codes(plan: &Value) -> Vec<&str> {
    let holds = plan["holds"].as_array().unwrap().iter();
    holds.map(|hold| hold["code"].as_str().unwrap()).collect()
}

#[test]
fn a_list_that_shrank_is_not_believed_until_somebody_says_so() {
    let shop = Shop::new("second_person: false\nlimits: { shrink: { count: 0 } }\n");
    shop.apply(0);
    // Somebody whom nobody named is gone, and so is a line of the files: what is not seen is not taken.
    shop.state(|state| {
        let place = &mut state["world"]["systems"]["salons"]["locations"]["101"];
        assert!(
            place["links"]
                .as_object_mut()
                .unwrap()
                .remove("2")
                .is_some()
        );
    });
    shop::edit(shop.folder.path(), "people.yaml", JANA, NOWHERE);
    let (code, plan) = shop.plan();
    assert_eq!(code, 6);
    assert_eq!(codes(&plan)[0], "shrunk", "{}", plan["holds"]);
    assert!(kinds(&plan["steps"]).is_empty(), "{}", plan["steps"]);
    let said = shop.apply(6);
    assert!(said.contains("1 of the 3 accounts"), "{said}");
    std::fs::write(
        shop.path("approvals.yaml"),
        "approvals: [ { allow: shrink, location: center, at_most: 1, until: 2026-11-30, because: she left } ]\n",
    )
    .unwrap();
    let (code, plan) = shop.plan();
    assert_eq!((code, codes(&plan)), (0, vec![]), "{}", plan["holds"]);
    assert_eq!(kinds(&plan["steps"]), ["withdraw-invitation"]);
}

#[test]
fn a_role_edit_that_strips_a_location_is_held_and_the_rest_proceeds() {
    let folder = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/salon-chain"), folder.path());
    let run = |arguments: &[&str]| shop::keyholder(folder.path(), arguments);
    let (code, _, said) = run(&["apply", "--yes", "--sandbox"]);
    assert_eq!(code, 0, "{said}");
    shop::edit(
        folder.path(),
        "roles.yaml",
        "        records_create_access: allow\n",
        "",
    );
    shop::edit(
        folder.path(),
        "people/riga.yaml",
        "evija.rozite: {",
        "evija.rozite: { leaves: 2026-11-30,",
    );
    let (code, out, said) = run(&["plan", "--format", "json", "--sandbox"]);
    assert_eq!(code, 3, "{said}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    let holds = plan["holds"].as_array().unwrap();
    let over = holds.iter().filter(|hold| hold["code"] == "over-limit");
    let over: Vec<&Value> = over.collect();
    assert!(over.len() > 10, "{}", over.len());
    for hold in over {
        let text = hold.to_string();
        assert!(
            text.contains("inferred") && text.contains("built in"),
            "{text}"
        );
        assert!(
            hold["approval"]
                .as_str()
                .unwrap()
                .contains("allow: inferred"),
            "{text}"
        );
    }
    let steps = plan["steps"].as_array().unwrap();
    let done: Vec<&str> = steps
        .iter()
        .map(|step| step["person"].as_str().unwrap())
        .collect();
    assert!(
        done.iter().all(|person| *person == "evija.rozite"),
        "{done:?}"
    );
    assert!(!done.is_empty());
}

#[test]
fn who_approves_their_own_change_by_a_real_history_approves_nothing() {
    let shop = Shop::new("limits: { messages: { count: 0 } }\n");
    let git = |arguments: &[&str]| shop::git(shop.folder.path(), arguments);
    std::fs::write(shop.path(".gitignore"), ".keyholder/\n").unwrap();
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "begin"]);
    let invites = |shop: &Shop| {
        let plan = shop.plan().1;
        kinds(&plan["steps"]).contains(&"invite")
    };
    assert!(!invites(&shop));
    std::fs::write(
        shop.path("approvals.yaml"),
        "approvals: [ { allow: messages, people: [jana], until: 2026-11-30, because: opening } ]\n",
    )
    .unwrap();
    assert!(
        !invites(&shop),
        "a line that nobody committed has no author"
    );
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "approve"]);
    assert!(!invites(&shop), "who wrote the line of `jana` approves it");
    let boss = "--author=Boss <boss@chain.example>";
    git(&["commit", "-q", "--amend", "--no-edit", boss]);
    assert!(invites(&shop));
}

#[test]
fn an_invitation_that_waited_too_long_is_taken_back_and_never_sent_again() {
    let shop =
        Shop::new("second_person: false\ninvitations: { stale_after: 14d, then: withdraw }\n");
    shop.apply(0);
    assert_eq!(shop.messages(), 1);
    shop.state(|state| state["time"] = json!("2026-12-07T06:59:00Z"));
    assert!(kinds(&shop.plan().1["steps"]).is_empty(), "not yet");
    shop.state(|state| state["time"] = json!("2026-12-10T07:00:00Z"));
    let (_, plan) = shop.plan();
    assert_eq!(kinds(&plan["steps"]), ["withdraw-invitation"]);
    shop.apply(0);
    shop.apply(3);
    assert_eq!(codes(&shop.plan().1), ["second-invitation"]);
    assert_eq!(shop.messages(), 1);
    // An approval is good for one more, and for no other after that.
    std::fs::write(
        shop.path("approvals.yaml"),
        "approvals: [ { allow: invitations, people: [jana], until: 2027-06-01, because: opening } ]\n",
    )
    .unwrap();
    shop.apply(0);
    assert_eq!(shop.messages(), 2);
    shop.state(|state| state["time"] = json!("2027-01-10T07:00:00Z"));
    shop.apply(0);
    let told = shop.apply(3);
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("has let one further message through"),
        "{told}"
    );
    assert_eq!(shop.messages(), 2);
}

#[test]
fn without_a_place_for_the_journal_nothing_is_sent() {
    // A file where the folder should be, a folder where the file should be: nobody can write there, root neither.
    let shop = Shop::new("");
    std::fs::write(shop.path(".keyholder"), "in the way").unwrap();
    assert!(shop.apply(1).contains(".keyholder"));
    for command in [
        &["plan", "--sandbox"][..],
        &["sandbox", "reset"],
        &["plan"],
        &["apply", "--yes"],
        &["journal", "init"],
        &["journal", "show"],
    ] {
        let (code, out, said) = shop::keyholder(shop.folder.path(), command);
        assert_eq!(code, 1, "{command:?}: {out}{said}");
        for part in ["`", "/.keyholder` is a file", "help: ", "move it away"] {
            assert!(said.contains(part), "{command:?}: {part}: {said}");
        }
        assert!(!said.contains("os error"), "{command:?}: {said}");
    }
    assert_eq!(
        std::fs::read_to_string(shop.path(".keyholder")).unwrap(),
        "in the way"
    );
    let shop = Shop::new("");
    std::fs::create_dir_all(shop.path(".keyholder/sandbox/journal.jsonl")).unwrap();
    let said = shop.apply(1);
    assert!(said.contains("nothing is sent to a vendor"), "{said}");
    let path = shop.path(".keyholder/sandbox.json");
    assert!(!path.exists() || shop.messages() == 0);
}

/// `apply` where no file may grow beyond so many blocks of 512 bytes: a full disk that does not ask who writes.
fn apply_in(shop: &Shop, blocks: usize) -> Option<i32> {
    let program = env!("CARGO_BIN_EXE_keyholder");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} apply --yes --sandbox");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script])
        .current_dir(shop.folder.path());
    command.env("KEYHOLDER_ACTOR", "test");
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    quiet.stderr(Stdio::null()).status().unwrap().code()
}

#[test]
fn a_disk_that_is_full_at_any_byte_costs_no_second_message() {
    // A journal that is longer than any other file, so that it is what finds no room.
    let long = Shop::new("");
    shop::edit(long.folder.path(), "people.yaml", JANA, NOWHERE);
    for _ in 0..3 {
        long.apply(0);
    }
    shop::edit(long.folder.path(), "people.yaml", NOWHERE, JANA);
    let length = |file: &str| usize::try_from(std::fs::metadata(long.path(file)).unwrap().len());
    let journal = length(".keyholder/sandbox/journal.jsonl").unwrap();
    assert!(journal > length(".keyholder/sandbox.json").unwrap() + 1_000);
    let mut stopped = 0;
    // At the first entries, about the invitation and its outcome, and not at all.
    for more in 0..7 {
        let shop = Shop {
            folder: tempfile::tempdir().unwrap(),
        };
        copy_whole(long.folder.path(), shop.folder.path());
        let code = apply_in(&shop, journal / 512 + more);
        assert!(code.is_some_and(|code| code != 101), "{code:?} at {more}");
        stopped += usize::from(code != Some(0));
        shop.apply(0);
        assert_eq!(shop.messages(), 1, "{more} blocks");
        let (code, out, said) = shop.run(&["journal", "verify"]);
        assert_eq!(code, 0, "{more} blocks: {out}{said}");
    }
    assert!(stopped >= 4, "only {stopped} had too little room");
}

/// Copies a folder with its hidden ones.
fn copy_whole(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_whole(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

#[test]
fn a_clock_that_went_back_is_told_and_nothing_is_done_by_it() {
    let shop = Shop::new("");
    shop.apply(0);
    let journal = std::fs::read(shop.path(".keyholder/sandbox/journal.jsonl")).unwrap();
    shop.state(|state| state["time"] = json!("2026-11-01T07:00:00Z"));
    let (code, out, said) = shop.run(&["apply", "--yes"]);
    assert!(
        said.contains("the clock of this machine says"),
        "{out}{said}"
    );
    assert_eq!(code, 6, "{out}{said}");
    // It is said once, by whoever refuses and by whoever only looks.
    for (command, refused) in [
        (&["apply", "--yes"][..], true),
        (&["observe"], true),
        (&["lockout", "jana", "--because", "x"], true),
        (&["plan"], false),
    ] {
        let (_, _, said) = shop.run(command);
        assert_eq!(said.matches("the clock").count(), 1, "{command:?}: {said}");
        assert_eq!(said.contains("help: "), refused, "{command:?}: {said}");
    }
    let after = std::fs::read(shop.path(".keyholder/sandbox/journal.jsonl")).unwrap();
    assert_eq!(journal, after);
    shop.state(|state| state["time"] = json!("2026-11-23T08:00:00Z"));
    shop.apply(0);
    assert_eq!(shop.messages(), 1);
}

#[test]
fn two_applies_at_once_are_one_apply() {
    for _ in 0..3 {
        let shop = Shop::new("");
        let spawn = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_keyholder"));
            command
                .args(["apply", "--yes", "--sandbox"])
                .current_dir(shop.folder.path())
                .env_clear()
                .env("KEYHOLDER_ACTOR", "test")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let mut both = [spawn(), spawn()];
        let codes = both
            .each_mut()
            .map(|one| one.wait().unwrap().code().unwrap());
        assert!(codes.contains(&0), "{codes:?}");
        // The other one found it locked, or came after and had nothing to do.
        assert!(codes.iter().all(|code| [0, 8].contains(code)), "{codes:?}");
        shop.apply(0);
        assert_eq!(shop.messages(), 1);
    }
}

#[test]
fn a_plan_file_with_any_one_byte_changed_is_refused_or_the_same_plan() {
    let shop = Shop::new("");
    let file = shop.path("plan.json");
    let (code, _, said) = shop.run(&["plan", "--out", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let whole = std::fs::read(&file).unwrap();
    let read = |bytes: &[u8]| keyholder::plan::file::read(bytes);
    let first = format!("{:?}", read(&whole).unwrap());
    let mut refused = 0;
    for at in 0..whole.len() {
        let mut edited = whole.clone();
        edited[at] ^= 1;
        match read(&edited) {
            Err(_) => refused += 1,
            Ok(reviewed) => assert_eq!(format!("{reviewed:?}"), first, "byte {at}"),
        }
    }
    assert!(refused + 3 >= whole.len(), "{refused} of {}", whole.len());
    // And through the program, here and there.
    for at in (0..whole.len()).step_by(whole.len() / 6) {
        let mut edited = whole.clone();
        edited[at] ^= 1;
        std::fs::write(&file, &edited).unwrap();
        let (code, out, said) = shop.run(&["apply", "plan.json", "--yes"]);
        assert!(read(&edited).is_ok() || code == 1, "byte {at}: {out}{said}");
        assert_eq!(sent(&shop.path(".keyholder/sandbox.json")), 0, "byte {at}");
    }
}

/// Messages of a simulator that may not have been started.
fn sent(state: &Path) -> usize {
    let text = std::fs::read(state).unwrap_or_else(|_| b"{}".to_vec());
    let state: Value = serde_json::from_slice(&text).unwrap();
    let messages = state["world"]["log"]["messages"].as_array();
    messages.map_or(0, Vec::len)
}

#[test]
fn a_file_that_was_emptied_by_accident_orders_nothing() {
    let shop = Shop::new("");
    shop.apply(0);
    for text in ["", "people: {}\n", "# nothing\n"] {
        std::fs::write(shop.path("people.yaml"), text).unwrap();
        let (code, out, said) = shop.run(&["apply", "--yes"]);
        assert_ne!(code, 0, "{out}{said}");
        shop.state(|state| {
            let effects = state["world"]["log"]["effects"].as_array().unwrap();
            let removed = effects.iter().filter(|effect| effect["what"] == "removed");
            // The one who left, before.
            assert_eq!(removed.count(), 1, "{out}{said}");
        });
    }
}
