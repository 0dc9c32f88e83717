//! Runs beside and after each other.

use super::*;

#[test]
fn entries_are_on_the_remote_and_nothing_else_is_touched() {
    let all = Repositories::begun("a");
    all.git("a", &["commit", "--quiet", "--allow-empty", "-m", "first"]);
    std::fs::write(all.path("a").join("mine.txt"), "mine").unwrap();
    all.git("a", &["add", "mine.txt"]);
    let before = all.git("a", &["status", "--porcelain=v2", "--branch"]);
    // Hooks of the clone are not ours to run.
    for hook in ["pre-push", "reference-transaction", "post-commit"] {
        let path = all.path("a").join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(
            &path,
            format!("#!/bin/sh\ntouch {}\nexit 1\n", all.path("hooked")),
        )
        .unwrap();
        make_executable(&path);
    }
    let mut journal = all.open("a").unwrap();
    let run = journal.begin(at(10), started()).unwrap();
    assert_eq!(run, 1);
    let first = journal.append(at(11), run, vec![intent("jana")]).unwrap();
    assert_eq!(first, 2);
    // Before the call, whoever looks at the remote sees what is about to be done.
    assert_eq!(all.kinds(), ["genesis", "run-started", "intent"]);
    journal.append(at(12), run, vec![outcome(first)]).unwrap();
    assert_eq!(all.kinds().len(), 4);
    journal.append(at(13), run, vec![ended()]).unwrap();
    let head = journal.head().unwrap();
    drop(journal);
    assert_eq!(all.entries().last().unwrap().head(), head);
    let names = all.git("bare.git", &["ls-tree", "--name-only", BRANCH]);
    assert_eq!(names, "head\njournal\n", "the lock is gone");

    assert!(!all.path("hooked").exists(), "a hook ran");
    assert_eq!(
        all.git("a", &["status", "--porcelain=v2", "--branch"]),
        before
    );
    let refs = all.git(
        "a",
        &["for-each-ref", "--format=%(refname)", "refs/keyholder"],
    );
    assert_eq!(refs, format!("refs/keyholder/known/{BRANCH}\n"));
    let log = all.git("bare.git", &["log", "--format=%an %ae %cn %s", BRANCH]);
    for line in log.lines() {
        assert!(
            line.starts_with("keyholder keyholder@localhost keyholder "),
            "{line}"
        );
        assert!(!line.contains("jana"), "{line}");
    }
    // A clone that was never here reads the same.
    all.clone("b");
    let snapshot = files::load(BRANCH, &all.remote("b")).unwrap();
    assert_eq!(snapshot.head(), Some(head));
}

fn make_executable(path: &Utf8Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_second_run_is_told_who_holds_the_branch() {
    let all = Repositories::begun("a");
    all.clone("b");
    let journal = all.open("a").unwrap();
    let error = all.open("b").unwrap_err();
    assert!(error.is_locked() && !error.is_distrust(), "{error}");
    let told = error.to_string();
    assert!(
        told.ends_with("run 1, since 2026-11-18T11:06:40Z, last heard of at 2026-11-18T11:06:40Z"),
        "{told}"
    );
    // In the same clone it is known without asking the remote.
    let error = all.open("a").unwrap_err();
    assert!(
        matches!(
            error,
            JournalError::Locked {
                holder: Some(_),
                ..
            }
        ),
        "{error}"
    );
    drop(journal);
    drop(all.open("b").unwrap());
    assert_eq!(all.kinds(), ["genesis"], "looking leaves no entry");
}

#[test]
fn a_run_gives_signs_of_life_and_a_dead_one_keeps_nobody_out() {
    let all = Repositories::begun("a");
    all.clone("b");
    let journal = all.open("a").unwrap();
    for _ in 0..4 {
        all.pass(60);
        journal.give_sign();
        assert!(all.open("b").unwrap_err().is_locked());
    }
    let before = all.tip();
    all.pass(5);
    journal.give_sign();
    assert_eq!(all.tip(), before, "one was given just now");
    journal.die();
    // The same clone knows at once that it is dead, another one by its silence.
    all.pass(60);
    assert!(all.open("b").unwrap_err().is_locked());
    all.open("a").unwrap().die();
    all.pass(121);
    drop(all.open("b").unwrap());
}

#[test]
fn two_runs_that_begin_at_once_are_one_run_and_one_refusal() {
    let all = Repositories::begun("a");
    for name in ["b", "c"] {
        all.clone(name);
    }
    for round in 0..2_usize {
        let barrier = std::sync::Barrier::new(3);
        let before = all.entries().len();
        let results: Vec<_> = std::thread::scope(|scope| {
            let runs: Vec<_> = ["a", "b", "c"]
                .map(|name| {
                    let (all, barrier) = (&all, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        let opened = all.open(name);
                        barrier.wait();
                        let mut journal = opened?;
                        let run = journal.begin(at(10), started())?;
                        let first = journal.append(at(11), run, vec![intent(name)])?;
                        journal.append(at(12), run, vec![outcome(first), ended()])
                    })
                })
                .into_iter()
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let done = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1, "round {round}: {results:?}");
        let locked = |error: &JournalError| error.is_locked();
        assert!(
            results
                .iter()
                .filter_map(|it| it.as_ref().err())
                .all(locked),
            "{results:?}"
        );
        assert_eq!(
            all.entries().len(),
            before + 4,
            "nothing of the others is stored"
        );
    }
}

#[test]
fn a_run_that_was_overtaken_sends_nothing_more_and_loses_nothing() {
    let all = Repositories::begun("a");
    all.clone("b");
    let mut slow = all.open("a").unwrap();
    let run = slow.begin(at(10), started()).unwrap();
    let first = slow.append(at(11), run, vec![intent("jana")]).unwrap();
    // Silent for too long, it is taken for dead.
    all.pass(130);
    let mut quick = all.open("b").unwrap();
    let second = quick.begin(at(20), started()).unwrap();
    quick
        .append(at(21), second, vec![intent("karlis")])
        .unwrap();
    // What it did is stored all the same, on top, and its entries keep their run.
    let stored = slow.append(at(22), run, vec![outcome(first)]).unwrap();
    let entries = all.entries();
    assert_eq!(entries.last().unwrap().entry.seq, stored);
    assert_eq!(entries.last().unwrap().entry.run, run);
    assert_eq!(slow.sealed(), entries, "it knows what the other did");
    // And it begins nothing any more.
    let error = slow.append(at(23), run, vec![intent("anna")]).unwrap_err();
    assert!(matches!(error, JournalError::Overtaken { .. }), "{error}");
    assert!(matches!(
        slow.append(at(24), run, vec![ended()]),
        Err(JournalError::Stopped)
    ));
    drop(slow);
    // The other one planned without knowing that: it stops as well, and keeps what happened.
    let error = quick
        .append(at(25), second, vec![intent("anna")])
        .unwrap_err();
    assert!(error.is_locked(), "{error}");
    drop(quick);
    let kinds = all.kinds();
    assert_eq!(
        kinds,
        [
            "genesis",
            "run-started",
            "intent",
            "run-started",
            "intent",
            "outcome"
        ]
    );
    all.pass(130);
    let mut next = all.open("b").unwrap();
    next.begin(at(30), started()).unwrap();
    next.append(at(31), 6, vec![ended()]).unwrap();
}

#[test]
fn facts_of_two_runs_interleave_in_one_sound_chain() {
    let all = Repositories::begun("a");
    all.clone("b");
    let mut slow = all.open("a").unwrap();
    let run = slow.begin(at(10), started()).unwrap();
    let first = slow
        .append(at(11), run, vec![intent("jana"), intent("karlis")])
        .unwrap();
    all.pass(130);
    let mut quick = all.open("b").unwrap();
    let second = quick.begin(at(20), started()).unwrap();
    let other = quick.append(at(21), second, vec![intent("anna")]).unwrap();
    for (nth, of) in [first, first + 1].into_iter().enumerate() {
        let at_ = at(30 + i64::try_from(nth).unwrap());
        slow.append(at_, run, vec![outcome(of)]).unwrap();
        quick.append(at_, second, vec![outcome(other)]).unwrap();
    }
    slow.append(at(40), run, vec![ended()]).unwrap();
    quick.append(at(40), second, vec![ended()]).unwrap();
    let entries = all.entries();
    let of = |run: u64| entries.iter().filter(move |it| it.entry.run == run).count();
    assert_eq!((of(run), of(second)), (6, 5));
    let settled = crate::journal::unsettled(entries.iter().map(|it| &it.entry));
    assert_eq!(settled.len(), 0, "every call has its answer");
}

#[test]
fn a_lost_answer_is_looked_up_and_nothing_is_stored_twice() {
    let tricks: [fn() -> Trick; 3] = [
        || Trick::LoseAnswer,
        || Trick::LoseRequest,
        || Trick::Cut(2),
    ];
    for trick in tricks {
        let all = Repositories::begun("a");
        // Each of the three pushes that carry entries loses something.
        // What did not arrive is pushed again, and that arrives.
        let again = matches!(trick(), Trick::LoseRequest);
        let one = || [Some(trick())].into_iter().chain(again.then_some(None));
        let tricks = (0..3).flat_map(|_| one()).collect();
        let remote = Lossy::new(all.remote("a"), tricks);
        let pauses = remote.pauses.clone();
        let mut journal = all.open_with("a", remote).unwrap();
        let run = journal.begin(at(10), started()).unwrap();
        let first = journal.append(at(11), run, vec![intent("jana")]).unwrap();
        journal.append(at(12), run, vec![outcome(first)]).unwrap();
        journal.append(at(13), run, vec![ended()]).unwrap();
        drop(journal);
        assert_eq!(
            all.kinds(),
            ["genesis", "run-started", "intent", "outcome", "run-ended"]
        );
        assert!(*pauses.lock().unwrap() <= 6);
    }
}

#[test]
fn a_remote_that_stays_away_stops_the_run_before_the_call() {
    let all = Repositories::begun("a");
    let away = || Some(Trick::LoseRequest);
    let remote = Lossy::new(all.remote("a"), vec![away(), away(), away()]);
    let mut journal = all.open_with("a", remote).unwrap();
    let run = journal.begin(at(10), started()).unwrap();
    let error = journal
        .append(at(11), run, vec![intent("jana")])
        .unwrap_err();
    assert!(
        matches!(&error, JournalError::Git { why, .. } if why.contains("hung up")),
        "{error}"
    );
    assert!(!error.is_locked() && !error.is_distrust());
    assert!(error.advice().contains("git push"));
    assert_eq!(
        journal.sealed().len(),
        1,
        "what is not stored did not happen"
    );
    assert!(matches!(
        journal.append(at(12), run, vec![ended()]),
        Err(JournalError::Stopped)
    ));
    drop(journal);
    assert_eq!(all.kinds(), ["genesis"]);
    // Where it arrived and nobody could ask, the next run finds a call that may have been made.
    let remote = Lossy::new(all.remote("a"), vec![Some(Trick::Cut(9))]);
    let mut journal = all.open_with("a", remote).unwrap();
    let run = journal.begin(at(20), started()).unwrap();
    assert!(journal.append(at(21), run, vec![intent("jana")]).is_err());
    drop(journal);
    let next = all.open("a").unwrap();
    assert_eq!(crate::journal::unsettled(next.entries()).len(), 1);
}

#[test]
fn a_lost_answer_with_another_run_on_top_sends_nothing() {
    let all = Repositories::begun("a");
    all.clone("b");
    let mut slow = all.open("a").unwrap();
    let run = slow.begin(at(10), started()).unwrap();
    let first = slow.append(at(11), run, vec![intent("jana")]).unwrap();
    all.pass(130);
    let on_top = Trick::Then(Box::new(move || {
        slow.append(at(22), run, vec![outcome(first)]).unwrap();
    }));
    let remote = Lossy::new(all.remote("b"), vec![Some(on_top)]);
    let mut quick = all.open_with("b", remote).unwrap();
    let second = quick.begin(at(20), started()).unwrap();
    let error = quick
        .append(at(21), second, vec![intent("anna")])
        .unwrap_err();
    assert!(error.is_locked(), "{error}");
    drop(quick);
    let kinds = all.kinds();
    let count = |kind| kinds.iter().filter(|it| **it == kind).count();
    assert_eq!((count("intent"), count("outcome")), (2, 1), "{kinds:?}");
}

#[test]
fn a_long_journal_is_many_small_files_and_foreign_files_stay() {
    let all = Repositories::begun("a");
    let remote = all.remote("a");
    let readme = remote.keep(b"hands off\n").unwrap();
    let mut root = remote.tree(&all.tip(), "").unwrap();
    root.insert("README".to_owned(), TreeEntry::file(readme));
    let tree = remote.keep_tree(&root).unwrap();
    let tip = all.tip();
    let commit = remote.commit(&tree, Some(&tip), 0, "by hand\n").unwrap();
    assert_eq!(remote.push(&commit, Some(&tip)).unwrap(), Pushed::Stored);
    let mut journal = all.open("a").unwrap();
    let run = journal.begin(at(10), started()).unwrap();
    for size in [1, 197, 1, 1, 420, 3] {
        let many = (0..size).map(|_| ended()).collect();
        journal.append(at(11), run, many).unwrap();
    }
    drop(journal);
    assert_eq!(all.entries().len(), 2 + 1 + 197 + 1 + 1 + 420 + 3);
    let names = all.git("bare.git", &["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(
        names.lines().collect::<Vec<_>>(),
        [
            "README",
            "head",
            "journal/000000.jsonl",
            "journal/000001.jsonl",
            "journal/000002.jsonl",
            "journal/000003.jsonl"
        ]
    );
    assert_eq!(all.open("a").unwrap().sealed().len(), 625);
}
