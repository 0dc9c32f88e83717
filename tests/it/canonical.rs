//! `fmt --check` has nothing to say of what `import` and the verbs write, on every example.

use std::fs;
use std::path::Path;

use crate::support::shop::keyholder;
use crate::support::{copy_example, root};

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = keyholder(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    out
}

#[track_caller]
fn is_canonical(folder: &Path, after: &[&str]) {
    let (code, out, err) = keyholder(folder, &["fmt", "--check"]);
    assert_eq!((code, out.as_str()), (0, ""), "{after:?}: {err}");
}

#[test]
fn what_import_writes_is_in_canonical_form() {
    for (example, kind) in [
        ("hello", "altegio"),
        ("adoption", "altegio"),
        ("salon-chain", "altegio"),
        ("off-boarding", "altegio"),
    ] {
        for more in [
            &[][..],
            &["--contacts", "private/contacts.yaml"],
            &["--one-file", "--roles", "exact"],
        ] {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            let live = root().join("examples").join(example).join("live.json");
            fs::copy(live, folder.join("live.json")).unwrap();
            let init = ["init", "--kind", kind, "--name", "salons"];
            run(
                folder,
                &[&init[..], &["--time-zone", "Europe/Riga"]].concat(),
            );
            is_canonical(folder, &["init"]);
            let import = [&["import", "--sandbox", "--yes"][..], more].concat();
            run(folder, &import);
            is_canonical(folder, &[&[example], more].concat());
            // What git is kept from is in canonical form, too.
            if let Ok(text) = fs::read_to_string(folder.join("private/contacts.yaml")) {
                let formatted = keyholder::config::edit::formatted(&text, false).unwrap();
                assert_eq!(formatted.text, text, "{example}");
            }
        }
    }
}

#[test]
fn what_a_verb_writes_is_in_canonical_form() {
    let hello = |verb: &[&'static str]| ("hello", verb.to_vec());
    let chain = |verb: &[&'static str]| ("salon-chain", verb.to_vec());
    let off = |verb: &[&'static str]| ("off-boarding", verb.to_vec());
    let all = [
        hello(&[
            "join",
            "anna",
            "--name",
            "Anna Liepa",
            "--phone",
            "+371 20000009",
            "--role",
            "stylist",
            "--at",
            "mall",
            "--from",
            "2026-12-01",
            "--staff",
            "Anna L.",
            "--class",
            "trainee",
        ]),
        hello(&[
            "move",
            "anna",
            "--from",
            "mall",
            "--to",
            "center",
            "--on",
            "2026-12-15",
            "--staff",
            "Anna L.",
        ]),
        hello(&[
            "grant",
            "anna",
            "stylist",
            "--at",
            "mall",
            "--from",
            "2027-01-10",
            "--until",
            "2027-01-31",
            "--because",
            "covers leave",
            "--staff",
            "mall=Dace S.",
        ]),
        hello(&[
            "pause",
            "jana",
            "--from",
            "2026-12-10",
            "--until",
            "2027-03-31",
        ]),
        hello(&["return", "jana", "--on", "2027-03-01"]),
        hello(&[
            "revoke",
            "anna",
            "stylist",
            "--at",
            "center",
            "--on",
            "2027-01-20",
        ]),
        hello(&["person", "rename", "jana", "jana.berzina"]),
        hello(&["role", "rename", "stylist", "hair"]),
        hello(&["leave", "anna", "--at", "2027-01-31"]),
        hello(&["move", "jana.berzina", "--from", "mall", "--to", "center"]),
        chain(&[
            "join",
            "bo",
            "--name",
            "Bo",
            "--email",
            "Bo@Chain.example",
            "--role",
            "stylist",
            "--at",
            "region=riga",
        ]),
        chain(&[
            "join",
            "vita",
            "--name",
            "Vita Ābele",
            "--phone",
            "+371 2000-0777",
            "--role",
            "stylist",
            "--at",
            "jurmala",
        ]),
        chain(&[
            "join",
            "zoe",
            "--name",
            "Zoe",
            "--phone",
            "+37120000778",
            "--role",
            "reception",
            "--at",
            "jurmala,ventspils",
        ]),
        chain(&[
            "grant",
            "bo",
            "deputy",
            "--at",
            "riga-mall",
            "--until",
            "2027-01-31",
            "--because",
            "covers",
        ]),
        chain(&[
            "move",
            "toms.krastins",
            "--from",
            "riga-agenskalns",
            "--to",
            "riga-mall",
            "--on",
            "2027-02-01",
        ]),
        chain(&["revoke", "dace.lapsa", "deputy", "--at", "riga-agenskalns"]),
        chain(&["pause", "jana.berzina", "--from", "2027-01-01"]),
        chain(&["return", "jana.berzina"]),
        chain(&["role", "rename", "stylist", "hair"]),
        chain(&["person", "rename", "dace.lapsa", "dace"]),
        chain(&["leave", "liga.auzina", "--at", "2027-01-31T18:00"]),
        off(&[
            "join",
            "bo",
            "--name",
            "Bo Ozols",
            "--email",
            "bo@salons.example",
            "--role",
            "front-desk",
            "--at",
            "all",
        ]),
        off(&["revoke", "ilze", "owner", "--at", "skin", "--anyway"]),
        off(&["person", "rename", "marta", "marta.kalnina"]),
        off(&["role", "rename", "front-desk", "desk"]),
        off(&["leave", "bo", "--at", "2027-01-31"]),
    ];
    for example in ["hello", "salon-chain", "off-boarding"] {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(example), folder.path());
        let verbs = all.iter().filter(|(it, _)| *it == example);
        for (_, verb) in verbs {
            run(
                folder.path(),
                &[&verb[..], &["--sandbox", "--yes"]].concat(),
            );
            is_canonical(folder.path(), verb);
            run(folder.path(), &["check"]);
        }
    }
}
