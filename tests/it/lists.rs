//! Beginnings of an import: lists that somebody exported, and the first files of a project.

use std::fs;

use crate::import::{begun, imported, is_settled, texts};
use crate::support::root;
use crate::support::shop::{edit, keyholder};

#[test]
fn what_no_call_reads_is_imported_from_lists_that_somebody_exported() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let example = root().join("examples/off-boarding");
    for file in ["live.json", "locations.yaml"] {
        fs::copy(example.join(file), folder.join(file)).unwrap();
    }
    let settings = fs::read_to_string(example.join("keyholder.yaml")).unwrap();
    let kept = settings.lines().filter(|line| {
        let line = line.trim_start();
        let words = ["acting:", "hands:", "protected:", "roles:", "#"];
        !words.iter().any(|it| line.starts_with(it))
    });
    let mut settings: String = kept.fold(String::new(), |text, line| text + line + "\n");
    let lists = [
        (
            "reservio",
            "desk",
            "name,email,state,place,own bookings,all bookings,client list,sections\n\
             Marta Kalniņa,marta@salons.example,active,Rīga Centrs,yes,yes,no,no\n\
             Ilze Ozola,ilze@salons.example,active,center,yes,yes,yes,yes\n\
             Eva,eva@salons.example,invited,center,yes,no,no,no\n",
        ),
        (
            "apenday",
            "agency",
            "first,last,email,state,role,team,calendar,agencies\n\
             Marta,Kalniņa,marta@salons.example,active,responsable d'équipe,Nord,internal,centrs\n\
             Zane,Ozola,zane@salons.example,active,conseiller,Nord,internal,center\n\
             Rita,Liepa,rita@salons.example,active,conseiller,Sud,internal,center\n\
             Olga,Kalna,olga@salons.example,inactive,conseiller,Sud,internal,center\n\
             Anna,Kalna,anna@salons.example,active,,Sud,internal,center\n",
        ),
        (
            "altegio",
            "chain",
            "name,email,clients_access,loyalty_access\n\
             Marta Kalniņa,marta@salons.example,yes,yes\n\
             Zane Ozola,zane@salons.example,no,yes\n",
        ),
    ];
    fs::create_dir(folder.join("exports")).unwrap();
    for (kind, file, text) in lists {
        fs::write(folder.join(format!("exports/{file}.csv")), text).unwrap();
        let of = format!("kind: {kind}\n");
        let with = format!("{of}    snapshot: {{ file: exports/{file}.csv, taken: 2026-11-22 }}\n");
        settings = settings.replacen(&of, &with, 1);
    }
    fs::write(folder.join("keyholder.yaml"), settings).unwrap();
    let out = imported(folder, &[]);
    assert!(!out.contains("type or export the list"), "{out}");
    let all = texts(folder);
    let people: String = all
        .iter()
        .filter(|(file, _)| file.starts_with("people"))
        .map(|(_, text)| text.as_str())
        .collect();
    for line in [
        "{ role: all-bookings-desk, at: [center] }",
        "{ role: responsable-dequipe-agency, at: [center] }",
        "{ role: conseiller-nord-agency, at: [center] }",
        "{ role: conseiller-sud-agency, at: [center] }",
        "{ role: chain-access-salons, chain: salons }",
        "{ role: chain-access-loyalty-salons, chain: salons }",
        "access: unmanaged # left alone: at center invited and not accepted yet",
        "access: [] # agency: inactive, so nothing is declared there",
        "access: unmanaged # left alone: at agency the list does not tell their role level",
    ] {
        assert!(people.contains(line), "{line}\n{people}");
    }
    // One human in five systems is one entry.
    assert_eq!(
        people.matches("marta@salons.example").count(),
        1,
        "{people}"
    );
    for line in [
        "desk: { own_bookings: allow, all_bookings: allow }",
        "agency: { role: conseiller, team: Nord, calendar: internal }",
        "salons: { chain: { clients_access: allow, loyalty_access: allow } }",
    ] {
        assert!(all["roles.yaml"].contains(line), "{}", all["roles.yaml"]);
    }
    is_settled(folder);
    // Again there is nothing to add, and what is new in a list comes to the roles that are there.
    let out = imported(folder, &[]);
    assert!(out.contains("Found nothing new"), "{out}");
    let list = folder.join("exports/agency.csv");
    let more = fs::read_to_string(&list).unwrap()
        + "Ieva,Priede,ieva@salons.example,active,conseiller,Nord,internal,center\n";
    fs::write(&list, more).unwrap();
    let chain = folder.join("exports/chain.csv");
    let more = fs::read_to_string(&chain).unwrap() + "Lauris Kalns,lauris@salons.example,no,yes\n";
    fs::write(&chain, more).unwrap();
    let out = imported(folder, &[]);
    assert!(
        out.contains("Found 2 new people with 2 accounts\n"),
        "{out}"
    );
    assert!(out.contains("role: conseiller-nord-agency"), "{out}");
    assert!(
        out.contains("+      - { role: chain-access-loyalty-salons, chain: salons }"),
        "{out}"
    );
    is_settled(folder);
    // A list that grew too old is no list.
    edit(
        folder,
        "keyholder.yaml",
        "agency.csv, taken: 2026-11-22",
        "agency.csv, taken: 2026-01-01",
    );
    let (_, out, err) = keyholder(folder, &["import", "--sandbox", "--yes"]);
    let said = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("export the list again, and import once more"),
        "{out}{err}"
    );
}

#[test]
fn the_first_files_are_made_where_the_settings_would_read_them() {
    for (files, made) in [
        ("[org]", "org/locations.yaml"),
        (r#"["all.yaml"]"#, "all.yaml"),
        (
            "[locations.yaml, roles.yaml, people, policies.yaml]",
            "policies.yaml",
        ),
    ] {
        let folder = begun("hello");
        let folder = folder.path();
        let settings = fs::read_to_string(folder.join("keyholder.yaml")).unwrap();
        let settings = format!("{settings}\nfiles: {files}\n");
        fs::write(folder.join("keyholder.yaml"), &settings).unwrap();
        // Nothing but what begins takes it for good.
        let (code, _, err) = keyholder(folder, &["check"]);
        let make = format!(
            "make `{}`; it may be empty",
            if files == "[org]" {
                "org/people.yaml"
            } else {
                ""
            }
        );
        assert_eq!(code, 1, "{err}");
        assert!(files != "[org]" || err.contains(&make), "{err}");
        imported(folder, &[]);
        assert!(folder.join(made).is_file(), "{files}: {:?}", texts(folder));
        assert!(!texts(folder).values().any(|text| text.starts_with('\n')));
        is_settled(folder);

        let folder = begun("hello");
        let folder = folder.path();
        fs::write(folder.join("keyholder.yaml"), &settings).unwrap();
        let hire = [
            "join",
            "nina",
            "--name",
            "Nina Kalna",
            "--email",
            "nina@salons.example",
            "--yes",
        ];
        let (code, out, err) = keyholder(folder, &hire);
        assert_eq!(code, 0, "{files}: {out}{err}");
        let (code, out, err) = keyholder(folder, &["check"]);
        assert_eq!(code, 0, "{files}: {out}{err}");
        assert!(out.contains("1 person"), "{out}");
    }
    // A pattern is told for what it is, with the name to write.
    let folder = begun("hello");
    let folder = folder.path();
    edit(
        folder,
        "keyholder.yaml",
        "version: 1\n",
        "version: 1\nfiles: [\"org/*.yaml\"]\n",
    );
    let (code, _, err) = keyholder(folder, &["import", "--sandbox", "--yes"]);
    let said = err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code, 1, "{err}");
    assert!(said.contains("no patterns: `org` is every"), "{err}");
}
