//! What the verbs of daily work say of the times at which an edit makes a difference, and what they refuse.

use std::fs;
use std::process::{Command, Stdio};

const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }
";

const REST: &str = "\
locations:
  center: { title: Centrs, tags: { region: riga }, in: { salons: 1 } }
  mall: { title: Mall, tags: { region: riga }, in: { salons: 2 } }
  porto: { title: Porto, tags: { region: south }, time_zone: Europe/Lisbon, in: { salons: 3 } }
roles:
  floor: { salons: { role: worker, unlisted: deny, rights: { records_create_access: allow } } }
";

/// The simulator gives the day; it is not asked for anything else.
const LIVE: &str = r#"{
  "starts": "2026-11-23T07:00:00Z",
  "systems": { "salons": { "kind": "altegio", "caller": 1,
    "locations": [{ "id": 1, "title": "Centrs", "timezone": "Europe/Riga", "staff": [] }],
    "users": [{ "id": 1, "name": "Robot", "email": "r@salons.example", "in": { "*": { "role": "manager", "preset": "all" } } }] } }
}"#;

/// What an edit of one person does: the line as it is, the command, and the line as it shall be or why it is not written;
/// then words that are said.
struct Row {
    entry: &'static str,
    command: &'static str,
    after: Result<&'static str, (i32, &'static str)>,
    said: &'static [&'static str],
}

/// On 2026-11-23 at 09:00 in Riga.
#[track_caller]
fn check(rows: &[Row]) {
    let place = tempfile::tempdir().unwrap();
    let path = |file: &str| place.path().join(file);
    fs::write(path("keyholder.yaml"), SETTINGS).unwrap();
    fs::write(path("roles.yaml"), REST).unwrap();
    fs::write(path("live.json"), LIVE).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .current_dir(place.path())
            .env_clear()
            .stdin(Stdio::null())
            .args(arguments)
            .output()
            .unwrap();
        let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), told)
    };
    let mut wrong = Vec::new();
    for row in rows {
        let file = |entry: &str| {
            format!(
                "people:\n  jana: {{ name: Jana, phone: \"+37120000001\", {entry} }}\n  anna: {{ name: Anna, access: [] }}\n"
            )
        };
        fs::write(path("people.yaml"), file(row.entry)).unwrap();
        let words: Vec<&str> = row.command.split(' ').collect();
        let (code, told) = run(&[&words[..], &["--sandbox", "--yes"]].concat());
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = fs::read_to_string(path("people.yaml")).unwrap();
        let (wanted, text_wanted) = match row.after {
            Ok(after) => (0, after),
            Err((code, _)) => (code, row.entry),
        };
        let mut said: Vec<&str> = row.said.to_vec();
        said.extend(row.after.err().map(|(_, why)| why));
        if code != wanted || text != file(text_wanted) || said.iter().any(|it| !words.contains(it))
        {
            wrong.push(format!(
                "{}\n  {}\n{code}: {told}\n{text}",
                row.entry, row.command
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_stretch_that_differs_is_shown() {
    check(&[
        // A rest in the middle of it: what is elsewhere then is said.
        Row {
            entry: "paused: { from: 2026-12-10, until: 2026-12-20 }, access: [{ role: floor, at: [mall] }]",
            command: "move jana --from mall --to center --on 2026-12-15",
            after: Ok(
                "paused: { from: 2026-12-10, until: 2026-12-20 }, access: [{ role: floor, at: [mall], until: 2026-12-14 }, { role: floor, at: [center], from: 2026-12-15 }]",
            ),
            said: &[
                "From 2026-12-15 00:00 until 2026-12-21 00:00, Jana (jana) rests, before and after",
                "From 2026-12-21 00:00, Jana (jana) loses - salons · Mall · worker gains + salons · Centrs · worker",
            ],
        },
        // A line that is still to begin goes with them.
        Row {
            entry: "access: [{ role: floor, at: [mall], from: 2027-01-10 }]",
            command: "leave jana --at 2026-12-31",
            after: Ok(
                "leaves: 2026-12-31, access: [{ role: floor, at: [mall], from: 2027-01-10 }]",
            ),
            said: &[
                "From 2027-01-01 00:00 until 2027-01-10 00:00, Jana (jana) before: has nothing; after: has left",
                "From 2027-01-10 00:00, Jana (jana) loses - salons · Mall",
            ],
        },
        // A role for a while, while they rest.
        Row {
            entry: "paused: { from: 2026-11-01, until: 2026-12-31 }, access: []",
            command: "grant jana floor --at mall --until 2027-02-28",
            after: Ok(
                "paused: { from: 2026-11-01, until: 2026-12-31 }, access: [{ role: floor, at: [mall], until: 2027-02-28 }]",
            ),
            said: &[
                "From 2026-11-23 09:00 until 2027-01-01 00:00, Jana (jana) rests, before and after",
                "From 2027-01-01 00:00 until 2027-03-01 00:00, Jana (jana) gains",
            ],
        },
        // Both ends of a rest; before they begin nothing is lost.
        Row {
            entry: "starts: 2026-12-15, access: [{ role: floor, at: [mall] }]",
            command: "pause jana --from 2026-12-01 --until 2026-12-31",
            after: Ok(
                "starts: 2026-12-15, paused: { from: 2026-12-01, until: 2026-12-31 }, access: [{ role: floor, at: [mall] }]",
            ),
            said: &["From 2026-12-15 00:00 until 2027-01-01 00:00, Jana (jana) loses"],
        },
        // What begins later than it is asked for, in two zones, and what is said twice only once.
        Row {
            entry: "access: [{ role: floor, at: [mall, porto], from: 2026-12-01, until: 2026-12-31 }]",
            command: "revoke jana floor --on 2026-12-10",
            after: Ok(
                "access: [{ role: floor, at: [mall, porto], from: 2026-12-01, until: 2026-12-09 }]",
            ),
            said: &[
                "From 2026-12-10 00:00 until 2026-12-10 02:00, Jana (jana) keeps = salons · Porto · worker loses - salons · Mall",
                "From 2026-12-10 02:00 until 2027-01-01 00:00, Jana (jana) loses - salons · Mall · worker - salons · Porto",
                "From 2027-01-01 00:00 until 2027-01-01 02:00, Jana (jana) loses - salons · Porto",
            ],
        },
        Row {
            entry: "paused: { from: 2026-12-10, until: 2026-12-20 }, access: [{ role: floor, at: [mall] }]",
            command: "leave jana --at 2026-12-01",
            after: Ok(
                "leaves: 2026-12-01, paused: { from: 2026-12-10, until: 2026-12-20 }, access: [{ role: floor, at: [mall] }]",
            ),
            said: &[
                "From 2026-12-02 00:00 until 2026-12-10 00:00, Jana (jana) loses",
                "From 2026-12-10 00:00 until 2026-12-21 00:00, Jana (jana) before: rests; after: has left",
                "From 2026-12-21 00:00, Jana (jana) the same as from 2026-12-02 00:00",
            ],
        },
    ]);
}

#[test]
fn who_is_left_alone_does_not_leave_by_a_line() {
    check(&[
        Row {
            entry: "access: unmanaged",
            command: "leave jana",
            after: Err((
                1,
                "the access of `jana` is `unmanaged`: nothing would be taken",
            )),
            said: &["write `access: []`"],
        },
        Row {
            entry: "access: unmanaged",
            command: "pause jana --from 2027-01-01",
            after: Err((1, "the access of `jana` is `unmanaged`")),
            said: &[],
        },
    ]);
}

#[test]
fn one_rest_does_not_end_another() {
    const RESTS: &str =
        "paused: { from: 2026-11-01, until: 2026-12-31 }, access: [{ role: floor, at: [mall] }]";
    const LATER: &str =
        "paused: { from: 2026-12-10, until: 2026-12-31 }, access: [{ role: floor, at: [mall] }]";
    check(&[
        Row {
            entry: RESTS,
            command: "pause jana --from 2027-01-10",
            after: Err((1, "`jana` rests already from 2026-11-01 until 2026-12-31")),
            said: &["lengthens it"],
        },
        Row {
            entry: RESTS,
            command: "pause jana --until 2026-12-01",
            after: Err((1, "rests already")),
            said: &[],
        },
        Row {
            entry: RESTS,
            command: "pause jana --until 2027-02-28",
            after: Ok(
                "paused: { from: 2026-11-01, until: 2027-02-28 }, access: [{ role: floor, at: [mall] }]",
            ),
            said: &["From 2027-01-01 00:00 until 2027-03-01 00:00, Jana (jana) loses"],
        },
        Row {
            entry: RESTS,
            command: "pause jana",
            after: Ok("paused: { from: 2026-11-01 }, access: [{ role: floor, at: [mall] }]"),
            said: &["From 2027-01-01 00:00, Jana (jana) loses"],
        },
        Row {
            entry: LATER,
            command: "pause jana --until 2027-01-31",
            after: Ok(
                "paused: { from: 2026-11-23, until: 2027-01-31 }, access: [{ role: floor, at: [mall] }]",
            ),
            said: &[
                "From 2026-11-23 09:00 until 2026-12-10 00:00, Jana (jana) loses",
                "From 2027-01-01 00:00 until 2027-02-01 00:00, Jana (jana) the same as from 2026-11-23 09:00",
            ],
        },
        // One that is over is replaced.
        Row {
            entry: "paused: { from: 2026-01-01, until: 2026-02-01 }, access: [{ role: floor, at: [mall] }]",
            command: "pause jana --from 2027-01-10",
            after: Ok("paused: { from: 2027-01-10 }, access: [{ role: floor, at: [mall] }]"),
            said: &["From 2027-01-10 00:00, Jana (jana) loses"],
        },
        // Back after the end, or before the beginning.
        Row {
            entry: RESTS,
            command: "return jana --on 2027-05-01",
            after: Err((
                1,
                "`jana` rests until 2026-12-31 only, and is back before that",
            )),
            said: &[],
        },
        Row {
            entry: RESTS,
            command: "return jana --on 2027-01-01",
            after: Err((1, "the files say so already")),
            said: &[],
        },
        Row {
            entry: LATER,
            command: "return jana --on 2026-12-05",
            after: Ok("access: [{ role: floor, at: [mall] }]"),
            said: &["From 2026-12-10 00:00 until 2027-01-01 00:00, Jana (jana) gains"],
        },
        Row {
            entry: RESTS,
            command: "return jana --on 2026-12-05",
            after: Ok(
                "paused: { from: 2026-11-01, until: 2026-12-04 }, access: [{ role: floor, at: [mall] }]",
            ),
            said: &["From 2026-12-05 00:00 until 2027-01-01 00:00, Jana (jana) gains"],
        },
    ]);
}

#[test]
fn now_is_now_at_every_place() {
    check(&[
        Row {
            entry: "access: [{ role: floor, at: [porto] }]",
            command: "leave jana",
            after: Ok("leaves: 2026-11-23T07:00, access: [{ role: floor, at: [porto] }]"),
            said: &[
                "the time at Porto",
                "From 2026-11-23 09:00, Jana (jana) loses - salons · Porto",
            ],
        },
        Row {
            entry: "access: [{ role: floor, at: [mall] }]",
            command: "leave jana",
            after: Ok("leaves: 2026-11-23T09:00, access: [{ role: floor, at: [mall] }]"),
            said: &["From 2026-11-23 09:00, Jana (jana) loses"],
        },
        // Until tonight is not left yet.
        Row {
            entry: "leaves: 2026-11-23, access: [{ role: floor, at: [mall] }]",
            command: "leave jana",
            after: Ok("leaves: 2026-11-23T09:00, access: [{ role: floor, at: [mall] }]"),
            said: &["From 2026-11-23 09:00 until 2026-11-24 00:00, Jana (jana) loses"],
        },
        Row {
            entry: "leaves: 2026-11-22, access: [{ role: floor, at: [mall] }]",
            command: "leave jana",
            after: Err((1, "has left already")),
            said: &[],
        },
    ]);
}

#[test]
fn places_by_tags_are_taken_and_changed_where_the_answer_is_plain() {
    check(&[
        Row {
            entry: "access: [{ role: floor, at: { region: riga, except: [mall] } }]",
            command: "revoke jana floor --at center",
            after: Ok("access: []"),
            said: &["loses - salons · Centrs"],
        },
        Row {
            entry: "access: [{ role: floor, at: { region: riga, except: [mall] } }]",
            command: "move jana --from center --to mall",
            after: Ok("access: [{ role: floor, at: { region: riga, except: [center] } }]"),
            said: &["loses - salons · Centrs", "gains + salons · Mall"],
        },
        Row {
            entry: "access: [{ role: floor, at: { region: riga, except: [mall] } }]",
            command: "move jana --from center --to porto",
            after: Ok("access: [{ role: floor, at: [porto] }]"),
            said: &[],
        },
        Row {
            entry: "access: [{ role: floor, at: { region: south } }]",
            command: "move jana --from porto --to mall --on 2026-12-15",
            after: Ok(
                "access: [{ role: floor, at: { region: south }, until: 2026-12-14 }, { role: floor, at: [mall], from: 2026-12-15 }]",
            ),
            said: &[],
        },
        Row {
            entry: "access: [{ role: floor, at: { region: riga } }]",
            command: "revoke jana floor --at center,mall --on 2026-12-15",
            after: Ok("access: [{ role: floor, at: { region: riga }, until: 2026-12-14 }]"),
            said: &[],
        },
        // A line that would begin only after that never does.
        Row {
            entry: "access: [{ role: floor, at: [mall], from: 2027-01-10 }]",
            command: "revoke jana floor --on 2026-12-15",
            after: Ok("access: []"),
            said: &["From 2027-01-10 00:00, Jana (jana) loses"],
        },
    ]);
}
