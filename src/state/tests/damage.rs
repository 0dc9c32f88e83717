//! A branch that is missing, older, cut, edited or somebody else's is never an empty journal.

use super::*;

/// A branch on which a run went through, with the commit before it.
fn used() -> (Repositories, String) {
    let all = Repositories::begun("a");
    let old = all.tip();
    let mut journal = all.open("a").unwrap();
    let run = journal.begin(at(10), started()).unwrap();
    let first = journal.append(at(11), run, vec![intent("jana")]).unwrap();
    journal
        .append(at(12), run, vec![outcome(first), ended()])
        .unwrap();
    drop(journal);
    (all, old)
}

/// What reading and opening say; the same, and nothing is written.
fn refused(all: &Repositories, clone: &str) -> JournalError {
    let refs = all.git("bare.git", &["for-each-ref"]);
    let error = all.open(clone).unwrap_err();
    let read = files::load(BRANCH, &all.remote(clone)).unwrap_err();
    assert_eq!(read.to_string(), error.to_string());
    assert!(error.is_distrust(), "{error}");
    assert_eq!(all.git("bare.git", &["for-each-ref"]), refs);
    error
}

#[test]
fn a_branch_is_begun_by_init_alone() {
    let all = Repositories::new();
    let remote = all.clone("a");
    let error = refused(&all, "a");
    assert!(matches!(error, JournalError::NotBegun { .. }), "{error}");
    assert!(error.advice().contains("journal init"));
    let head = branch::init(BRANCH, &remote, at(0)).unwrap();
    assert_eq!(all.entries()[0].head(), head);
    let again = branch::init(BRANCH, &remote, at(1)).unwrap_err();
    assert!(
        matches!(again, JournalError::AlreadyThere { .. }),
        "{again}"
    );
    assert_eq!(all.entries().len(), 1);
}

#[test]
fn a_branch_that_is_gone_is_missed_and_follows_what_was_known() {
    let (all, _) = used();
    all.clone("c");
    files::load(BRANCH, &all.remote("c")).unwrap();
    let lost = all.entries().last().unwrap().head();
    all.git(
        "bare.git",
        &["update-ref", "-d", "refs/heads/keyholder-state"],
    );
    let error = refused(&all, "a");
    assert!(
        matches!(&error, JournalError::BranchGone { known, .. } if *known == lost),
        "{error}"
    );
    // What the advice says brings it back.
    let back = format!("refs/keyholder/known/{BRANCH}:refs/heads/{BRANCH}");
    all.git("a", &["push", "--quiet", "origin", &back]);
    assert_eq!(all.open("a").unwrap().head(), Some(lost.clone()));
    // A clone that knows of nothing begins no journal by itself either.
    all.git(
        "bare.git",
        &["update-ref", "-d", "refs/heads/keyholder-state"],
    );
    all.clone("b");
    assert!(matches!(refused(&all, "b"), JournalError::NotBegun { .. }));
    branch::init(BRANCH, &all.remote("a"), at(50)).unwrap();
    let Record::Genesis(genesis) = &all.entries()[0].entry.record else {
        panic!("no genesis")
    };
    assert_eq!(genesis.follows, Some((&lost).into()));
    // Every clone that knew the old one goes on with what was begun after it.
    for name in ["a", "b", "c"] {
        drop(all.open(name).unwrap());
    }
}

#[test]
fn a_branch_that_was_put_back_is_behind_what_was_known() {
    let (all, old) = used();
    let now = all.tip();
    let put = |to: &str| {
        all.git(
            "bare.git",
            &["update-ref", "refs/heads/keyholder-state", to],
        )
    };
    put(&old);
    let error = refused(&all, "a");
    let told = error.to_string();
    assert!(
        told.contains("ends at 0:") && told.contains("known head is 4:"),
        "{told}"
    );
    assert!(error.advice().contains("refs/keyholder/known/"));
    assert!(matches!(
        branch::init(BRANCH, &all.remote("a"), at(60)),
        Err(JournalError::AlreadyThere { .. })
    ));
    put(&now);
    drop(all.open("a").unwrap());
}

#[test]
fn a_run_that_finds_the_branch_put_back_stops() {
    let (all, old) = used();
    let mut journal = all.open("a").unwrap();
    let run = journal.begin(at(20), started()).unwrap();
    let first = journal.append(at(21), run, vec![intent("anna")]).unwrap();
    all.git(
        "bare.git",
        &["update-ref", "refs/heads/keyholder-state", &old],
    );
    let error = journal
        .append(at(22), run, vec![outcome(first)])
        .unwrap_err();
    assert!(error.is_distrust(), "{error}");
    assert_eq!(all.tip(), old, "nothing is built on an older state");
}

/// Puts other files onto the branch, as somebody does who edits it by hand.
fn edit(all: &Repositories, change: impl FnOnce(&GitRemote, &mut Tree, &mut Tree)) {
    let remote = all.remote("a");
    let tip = all.tip();
    let mut root = remote.tree(&tip, "").unwrap();
    let mut parts = remote.tree(&tip, "journal").unwrap_or_default();
    change(&remote, &mut root, &mut parts);
    if root.contains_key("journal") {
        let id = remote.keep_tree(&parts).unwrap();
        root.insert("journal".to_owned(), TreeEntry::folder(id));
    }
    let tree = remote.keep_tree(&root).unwrap();
    let commit = remote.commit(&tree, Some(&tip), 0, "by hand\n").unwrap();
    assert_eq!(remote.push(&commit, Some(&tip)).unwrap(), Pushed::Stored);
}

#[test]
fn every_edit_of_the_branch_is_told() {
    type Edit = fn(&GitRemote, &mut Tree, &mut Tree);
    fn lines(remote: &GitRemote, parts: &mut Tree, change: impl Fn(&str) -> String) {
        let part = parts.get_mut("000000.jsonl").unwrap();
        let content = remote.contents(&[&part.id]).unwrap().remove(0);
        let text = String::from_utf8(content).unwrap();
        part.id = remote.keep(change(&text).as_bytes()).unwrap();
    }
    fn without(text: &str, line: usize) -> String {
        let lines = text.split_inclusive('\n').enumerate();
        lines
            .filter(|(at, _)| *at != line)
            .map(|(_, it)| it)
            .collect()
    }
    let edits: [(Edit, &str); 9] = [
        (
            |remote, _, parts| lines(remote, parts, |text| without(text, 4)),
            "ends at 3:",
        ),
        (
            |remote, _, parts| lines(remote, parts, |text| text[..text.len() - 9].to_owned()),
            "ends at 3:",
        ),
        (
            |remote, _, parts| lines(remote, parts, |text| without(text, 2)),
            "line 3: entry 3 stands where 2 is expected",
        ),
        (
            |remote, _, parts| lines(remote, parts, |text| text.replace("jana", "anna")),
            "line 3: the content does not have the hash",
        ),
        (
            |remote, _, parts| lines(remote, parts, |_| String::new()),
            "ends at nothing",
        ),
        (|_, _, parts| parts.clear(), "ends at nothing"),
        (
            |_, root, _| drop(root.remove("journal")),
            "`keyholder-state:journal` is missing",
        ),
        (
            |_, root, _| drop(root.remove("head")),
            "`keyholder-state:head` is missing",
        ),
        (
            |remote, root, _| {
                let id = remote.keep(b"12:nonsense\n").unwrap();
                root.insert("head".to_owned(), TreeEntry::file(id));
            },
            "`keyholder-state:head` is not a head",
        ),
    ];
    let (all, _) = used();
    let good = all.tip();
    all.clone("fresh");
    for (change, told) in edits {
        all.git(
            "bare.git",
            &["update-ref", "refs/heads/keyholder-state", &good],
        );
        edit(&all, change);
        let error = refused(&all, "fresh");
        assert!(error.to_string().contains(told), "{told}: {error}");
    }
}

#[test]
fn a_journal_that_was_taken_off_the_branch_is_begun_anew_on_top() {
    let (all, _) = used();
    let lost = all.entries().last().unwrap().head();
    edit(&all, |_, root, _| drop(root.remove("journal")));
    refused(&all, "a");
    branch::init(BRANCH, &all.remote("a"), at(70)).unwrap();
    let Record::Genesis(genesis) = &all.entries()[0].entry.record else {
        panic!("no genesis")
    };
    assert_eq!(genesis.follows, Some((&lost).into()));
    drop(all.open("a").unwrap());
}

#[test]
fn a_branch_of_somebody_else_is_not_written() {
    let all = Repositories::new();
    let remote = all.clone("a");
    all.git("a", &["commit", "--quiet", "--allow-empty", "-m", "first"]);
    all.git(
        "a",
        &[
            "push",
            "--quiet",
            "origin",
            "HEAD:refs/heads/keyholder-state",
        ],
    );
    let before = all.tip();
    assert!(matches!(refused(&all, "a"), JournalError::Foreign { .. }));
    let error = branch::init(BRANCH, &remote, at(0)).unwrap_err();
    assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
    assert_eq!(all.tip(), before);
}

#[test]
fn a_clock_that_went_back_a_day_is_not_believed() {
    let all = Repositories::begun("a");
    let opening = Opening {
        now: at(-90_000),
        ..all.opening(0)
    };
    let folder = all.remote("a").lock_folder();
    let error = branch::open(BRANCH, Box::new(all.remote("a")), &folder, &opening).unwrap_err();
    assert!(error.is_distrust(), "{error}");
    assert!(
        error.to_string().contains("the clock of this machine says"),
        "{error}"
    );
    assert!(error.advice().contains("set it"));
    // A lock that is dated ahead was written by a wrong clock, and keeps nobody out.
    all.clone("b");
    all.pass(100_000);
    all.open("a").unwrap().die();
    let early = Opening {
        clock: Arc::new(SimClock::new(at(0))),
        ..all.opening(10)
    };
    let folder = all.remote("b").lock_folder();
    drop(branch::open(BRANCH, Box::new(all.remote("b")), &folder, &early).unwrap());
}

#[test]
fn where_there_is_no_remote_it_is_said() {
    let all = Repositories::new();
    let find = |name: &str| GitRemote::find(&all.path(name), BRANCH, &env).unwrap_err();
    std::fs::create_dir(all.path("plain")).unwrap();
    assert!(
        matches!(find("plain"), GitError::NoRepository(_)),
        "{}",
        find("plain")
    );
    all.git("", &["init", "--quiet", "lonely"]);
    assert_eq!(find("lonely"), GitError::NoRemote("no remote"));
    all.git("lonely", &["remote", "add", "one", "../bare.git"]);
    assert_eq!(
        GitRemote::find(&all.path("lonely"), BRANCH, &env)
            .unwrap()
            .name(),
        "one"
    );
    all.git("lonely", &["remote", "add", "two", "../bare.git"]);
    assert!(find("lonely").to_string().contains("several remotes"));
    all.git(
        "lonely",
        &["remote", "add", "origin", "https://git.example/a.git"],
    );
    let found = GitRemote::find(&all.path("lonely"), BRANCH, &env).unwrap();
    assert!(!found.is_on_disk());
    assert!(all.clone("a").is_on_disk());
}
