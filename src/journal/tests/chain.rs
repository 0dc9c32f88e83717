//! Any alteration shows, at its line or before.

use super::*;

#[test]
fn a_sound_journal_has_no_problem_and_a_hash_anybody_can_check() {
    let bytes = sample();
    let chain = read(&bytes);
    assert_eq!(chain.problems, []);
    assert_eq!(chain.sealed.len(), 5);
    assert!(!chain.torn);
    // `jq -cS 'del(.hash)'` and `sha256sum` come to the same.
    let line = std::str::from_utf8(&bytes).unwrap().lines().nth(2).unwrap();
    let start = line.find("\"hash\":").unwrap();
    let without = format!(
        "{}{}",
        &line[..start],
        &line[start + "\"hash\":\"\",".len() + 64..]
    );
    let hash = crate::canonical::sha256_hex(format!("keyholder.journal/1\n{without}").as_bytes());
    assert_eq!(hash, chain.sealed[2].hash);
}

#[test]
fn every_changed_byte_shows_at_or_before_its_line() {
    let good = sample();
    let head = read(&good).head().unwrap();
    let mut line = 1;
    for at in 0..good.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let chain = read(&bad);
            let found = chain.problems.first().map(|problem| problem.line);
            let Some(found) = found else {
                // Only the last newline can change without a problem in a line: then the line is torn, and the
                // head beside the journal tells that from a crash.
                assert!(
                    at == good.len() - 1 && chain.torn && !chain.has(&head),
                    "byte {at}"
                );
                continue;
            };
            assert!(found <= line, "byte {at} of line {line}: {found:?}");
            assert!(chain.sealed.len() < line, "byte {at} of line {line}");
        }
        if good[at] == b'\n' {
            line += 1;
        }
    }
}

proptest! {
    #[test]
    fn any_edit_shows(at in 0_usize..1000, byte: u8, kind in 0..3) {
        let good = sample();
        let mut bad = good.clone();
        let at = at % bad.len();
        match kind {
            0 => bad[at] = byte,
            1 => { bad.remove(at); }
            _ => bad.insert(at, byte),
        }
        prop_assume!(bad != good);
        let head = read(&good).head().unwrap();
        let chain = read(&bad);
        prop_assert!(!chain.problems.is_empty() || !chain.has(&head) || chain.torn);
    }

    #[test]
    fn reading_never_panics(bytes: Vec<u8>) {
        let chain = read(&bytes);
        prop_assert!(chain.whole <= bytes.len());
    }
}

#[test]
fn lines_that_were_removed_or_swapped_show() {
    let text = String::from_utf8(sample()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| read(format!("{}\n", lines.join("\n")).as_bytes());
    let removed = join(&[lines[0], lines[1], lines[3], lines[4]]);
    assert_eq!(
        removed.problems[0],
        Problem {
            line: 3,
            kind: ProblemKind::WrongPosition {
                expected: 2,
                found: 3
            }
        }
    );
    let swapped = join(&[lines[0], lines[2], lines[1]]);
    assert_eq!(swapped.problems[0].line, 2);
    assert_eq!(join(&lines[1..]).problems[0].line, 1);
    // Another journal's line with the right position.
    let (foreign, line) = seal(
        Some(&Head {
            seq: 1,
            hash: "0".repeat(64),
        }),
        at(9),
        1,
        Record::RunEnded(RunEnded::default()),
    );
    assert_eq!(foreign.entry.seq, 2);
    assert_eq!(
        join(&[lines[0], lines[1], line.trim_end()]).problems[0].kind,
        ProblemKind::WrongPrevious
    );
}

#[test]
fn an_entry_of_a_newer_program_is_said_to_be_one() {
    let first = read(&sample()).sealed[0].clone();
    let value = serde_json::json!({
        "seq": 1, "prev": first.hash, "at": "2026-11-20T00:00:00Z", "run": 1, "kind": "notarized", "what": []
    });
    let canonical = crate::canonical::canonical(&value).unwrap();
    let hash = crate::canonical::sha256_hex(format!("{FORMAT}\n{canonical}").as_bytes());
    let mut with_hash = value;
    with_hash["hash"] = hash.into();
    let mut bytes = sample();
    let first_line = bytes.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    bytes.truncate(first_line);
    bytes.extend_from_slice(crate::canonical::canonical(&with_hash).unwrap().as_bytes());
    bytes.push(b'\n');
    let problems = read(&bytes).problems;
    assert_eq!(
        problems[0].kind,
        ProblemKind::TooNew("notarized".to_owned())
    );
}
