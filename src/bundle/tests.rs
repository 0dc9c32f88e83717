//! Whatever is changed anywhere in a bundle shows.

use proptest::prelude::*;

use super::*;
use crate::journal::{JournalSink as _, RunStarted, line_of};

fn small() -> (String, Vec<u8>) {
    let mut journal = crate::journal::MemoryJournal::new(jiff::Timestamp::UNIX_EPOCH);
    let project: [(&str, &[u8]); 1] = [("keyholder.yaml", b"version: 1\n")];
    let options = crate::config::LoadOptions::default();
    let digest = crate::config::load_bytes(&project, &options).digest;
    let started = RunStarted {
        command: "apply".to_owned(),
        tool: "0.1.0".to_owned(),
        plan: None,
        config: Some(crate::journal::ConfigFacts {
            digest: digest.to_string(),
            commit: None,
            dirty: false,
        }),
        actor: None,
        systems: Vec::new(),
        whole: Vec::new(),
    };
    journal.begin(jiff::Timestamp::UNIX_EPOCH, started).unwrap();
    let lines: String = journal.sealed().iter().map(line_of).collect();
    let about = Index {
        head: journal.head().map(|head| head.to_string()),
        config: Some(Config {
            commit: None,
            digest: digest.to_string(),
            outside: None,
        }),
        ..Index::default()
    };
    let files = vec![
        (JOURNAL.to_owned(), lines.into_bytes()),
        ("config/keyholder.yaml".to_owned(), b"version: 1\n".to_vec()),
        // Longer than a header has room for.
        (format!("config/{}.yaml", "ā/".repeat(60)), Vec::new()),
    ];
    pack(Contents { about, files }).unwrap()
}

#[test]
fn a_bundle_is_as_it_was_made_and_fits_together() {
    let (id, bytes) = small();
    let checked = check(&bytes).unwrap();
    assert_eq!(checked.index.id, id);
    // The long name is part of the digest's folder and no file of the project.
    assert_eq!(checked.doubts, Vec::<String>::new());
    assert_eq!(checked.fits.len(), 2, "{:?}", checked.fits);
    assert_eq!(checked.heads.len(), 2);
    assert_eq!(small().1, bytes, "the same files are the same bytes");
}

#[test]
fn every_byte_that_is_changed_is_found() {
    let (_, bytes) = small();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(check(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn whatever_is_cut_off_added_or_put_elsewhere_is_found() {
    let (_, bytes) = small();
    for length in (0..bytes.len()).step_by(64) {
        assert!(check(&bytes[..length]).is_err(), "{length}");
    }
    for more in [&b"\0"[..], &[0; 512], &[0; 10_240], b"x"] {
        let longer = [&bytes, more].concat();
        assert!(
            matches!(check(&longer).unwrap_err()[..], [Fault::Wrapping(at)] if at == bytes.len())
        );
    }
    let files = archive::read(&bytes).unwrap();
    let told = |files: &[(String, Vec<u8>)]| {
        let faults = check(&archive::write(files).unwrap()).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut changed = files.clone();
    changed[2].1.push(b'\n');
    changed[4].1.push(b'\n');
    let names: Vec<&String> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(
        told(&changed),
        [
            format!("`{}` was changed", names[2]),
            format!("`{}` was changed", names[4])
        ]
    );
    let mut swapped = files.clone();
    swapped.swap(2, 3);
    assert_eq!(told(&swapped).len(), 1);
    let fewer = &files[..files.len() - 1];
    assert!(
        told(fewer)[0].contains("there is nothing"),
        "{:?}",
        told(fewer)
    );
    let mut more = files.clone();
    more.push(("extra".to_owned(), Vec::new()));
    assert!(told(&more)[0].contains("`the end`"), "{:?}", told(&more));
    let mut no_index = files;
    no_index.remove(0);
    assert!(told(&no_index)[0].contains("does not begin with `bundle.json`"));
}

#[test]
fn an_archive_with_anything_but_plain_files_is_refused() {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    archive
        .append_link(&mut header, "bundle.json", "/etc/passwd")
        .unwrap();
    let bytes = archive.into_inner().unwrap();
    assert_eq!(
        check(&bytes).unwrap_err(),
        [Fault::NoArchive(NoArchive::Foreign(0))]
    );
    // What never was one is not said to have been changed.
    for other in [&b""[..], b"no archive at all", &[0; 1024]] {
        assert_eq!(check(other).unwrap_err(), [Fault::NoBundle]);
    }
    let later = Index {
        format: "keyholder.bundle/2".to_owned(),
        ..Index::default()
    };
    let text = serde_json::to_string(&later).unwrap().into_bytes();
    let bytes = archive::write(&[(INDEX.to_owned(), text)]).unwrap();
    let faults = check(&bytes).unwrap_err();
    assert!(matches!(&faults[..], [Fault::Format(format)] if format == "keyholder.bundle/2"));
    assert!(faults[0].is_foreign());
    // A header that promises more than there is.
    let mut header = tar::Header::new_gnu();
    header.set_path("bundle.json").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    assert!(check(header.as_bytes()).is_err());
}

#[test]
fn what_was_packed_wrong_is_a_doubt() {
    let contents = |lines: &str, head: Option<&str>| Contents {
        about: Index {
            head: head.map(str::to_owned),
            ..Index::default()
        },
        files: vec![
            (JOURNAL.to_owned(), lines.as_bytes().to_vec()),
            (REPORT.to_owned(), b"{}".to_vec()),
            ("plans/x.json".to_owned(), b"{}".to_vec()),
        ],
    };
    let (_, bytes) = pack(contents("{}\n{", Some("0:x"))).unwrap();
    let doubts = check(&bytes).unwrap().doubts.join("\n");
    for word in [
        "journal.jsonl: line 1",
        "the last line is cut",
        "ends with another head",
        "another period",
        "plans/x.json: ",
    ] {
        assert!(doubts.contains(word), "{word}: {doubts}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Any files under any names come back as they were, and two bundles with one id are one bundle.
    #[test]
    fn whatever_goes_in_comes_out(
        files in proptest::collection::btree_map("[a-zā. ]{1,12}(/[a-z]{1,9}){0,3}", proptest::collection::vec(any::<u8>(), 0..700), 0..5)
    ) {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().collect();
        let names = |path: &String| path.split('/').any(|part| part.chars().all(|c| c == '.'));
        prop_assume!(!files.iter().any(|(path, _)| names(path)));
        let (id, bytes) = pack(Contents { files: files.clone(), ..Contents::default() }).unwrap();
        let checked = check(&bytes).unwrap();
        prop_assert_eq!(&checked.index.id, &id);
        let read = archive::read(&bytes).unwrap();
        prop_assert_eq!(&read[2..], &files[..]);
    }

    #[test]
    fn bytes_of_anybody_are_refused_and_nothing_worse(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(check(&bytes).is_err());
    }
}
