//! Fences: what the lines of some files may give.

use crate::catalog::Catalog;
use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
use crate::diagnostic::Code;
use crate::model::{AsOf, Demand};

const SETTINGS: &str = "version: 1\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: P }, user: { env: U } } }\n";
const PLACES: &str = "locations:\n  mall: { title: Mall, tags: { region: riga }, in: { salons: 1 } }\n  port: { title: Port, tags: { region: coast }, in: { salons: 2 } }\n";
const ROLES: &str = "roles:\n  floor: { salons: { role: worker, unlisted: deny } }\n  boss: { salons: { role: manager, unlisted: deny } }\n";

/// What is wrong with lines of access behind a fence: the reasons, and the codes of problems.
fn behind(fence: &str, file: &str, access: &str) -> (Vec<String>, Vec<Code>) {
    let settings = format!("{SETTINGS}fences: [ {fence} ]\n");
    let people = format!(
        "people:\n  jana: {{ name: Jana, email: a@chain.example, starts: 2026-01-01, access: [ {access} ] }}\n"
    );
    let files = [
        ("keyholder.yaml", settings.as_str()),
        ("locations.yaml", PLACES),
        ("roles.yaml", ROLES),
        (file, people.as_str()),
    ];
    let loaded = load_texts(&files, &LoadOptions::default());
    let date = AsOf::Date(jiff::civil::date(2026, 6, 1));
    let (desired, found) = resolve(
        &loaded.project,
        &ResolveOptions::at(date),
        Catalog::current(),
    );
    let found = loaded.diagnostics.iter().chain(&found);
    let codes = found
        .filter(|found| found.code != Code::UnusedRole)
        .map(|found| found.code)
        .collect();
    let [policy] = &desired.policies[..] else {
        panic!("{:?}", desired.policies)
    };
    let Demand::Fence { lines, .. } = &policy.demand else {
        panic!("{policy:?}")
    };
    (
        lines.iter().map(|line| line.why.to_string()).collect(),
        codes,
    )
}

#[test]
fn a_fence_knows_whom_its_files_declare() {
    let people = |file: &str| {
        let settings =
            format!("{SETTINGS}fences: [ {{ files: \"people/riga/**\", locations: [mall] }} ]\n");
        let person = "people:\n  jana: { name: Jana, email: a@chain.example, access: [] }\n";
        let files = [
            ("keyholder.yaml", settings.as_str()),
            ("locations.yaml", PLACES),
            (file, person),
        ];
        let loaded = load_texts(&files, &LoadOptions::default());
        let date = AsOf::Date(jiff::civil::date(2026, 6, 1));
        let options = ResolveOptions::at(date);
        let (desired, _) = resolve(&loaded.project, &options, Catalog::current());
        let Demand::Fence { people, .. } = &desired.policies[0].demand else {
            panic!("{:?}", desired.policies)
        };
        people.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(people("people/riga/all.yaml"), ["jana"]);
    assert_eq!(people("people/coast.yaml"), [""; 0]);
}

#[test]
fn a_line_gives_only_what_its_fence_names() {
    let table: &[(&str, &str, &[&str])] = &[
        (
            "locations: { region: riga }",
            "{ role: floor, at: [mall] }",
            &[],
        ),
        (
            "locations: { region: riga }",
            "{ role: floor, at: { region: riga } }",
            &[],
        ),
        (
            "locations: { region: riga }",
            "{ role: floor, at: [mall, port] }",
            &["`port` is no location of the fence"],
        ),
        (
            "locations: [port]",
            "{ role: floor, at: all }",
            &["`mall` is no location of the fence"],
        ),
        ("roles: [floor]", "{ role: floor, at: all }", &[]),
        (
            "roles: [floor]",
            "{ role: boss, at: all }",
            &["`boss` is no role of the fence"],
        ),
        (
            "roles: [floor]",
            "{ role: floor, at: all, because: x, plus: { salons: { clients_export_access: allow } } }",
            &["it adds rights with `plus`, and the fence names roles"],
        ),
        (
            "longest: 30d",
            "{ role: floor, at: all, from: 2027-05-01, until: 2027-05-30 }",
            &[],
        ),
        (
            "longest: 30d",
            "{ role: floor, at: all, from: 2027-05-01, until: 2027-05-31 }",
            &["it lasts 31 days, and 30 are the most"],
        ),
        (
            "longest: 30d",
            "{ role: floor, at: all }",
            &["it has no end: say `until`"],
        ),
        (
            "roles: [floor], locations: [mall]",
            "{ role: boss, at: [port] }",
            &[
                "`port` is no location of the fence",
                "`boss` is no role of the fence",
            ],
        ),
    ];
    for (fence, line, expected) in table {
        let (found, codes) = behind(
            &format!("{{ files: 'people/**', {fence} }}"),
            "people/riga/mall.yaml",
            line,
        );
        assert_eq!(found, *expected, "{fence} {line}");
        assert!(!codes.contains(&Code::OutsideFence), "{codes:?}");
    }
}

#[test]
fn globs_are_those_of_codeowners() {
    let line = "{ role: floor, at: [port] }";
    for (glob, inside) in [
        ("people/**", true),
        ("people/", true),
        ("people/riga/*", true),
        ("people/*", false),
        ("people/{riga,coast}/*.yaml", true),
        ("**/mall.yaml", true),
        ("people/riga", false),
        ("people/coast/**", false),
    ] {
        let (found, codes) = behind(
            &format!("{{ files: '{glob}', locations: [mall] }}"),
            "people/riga/mall.yaml",
            line,
        );
        assert_eq!(found.len(), usize::from(inside), "{glob}");
        assert_eq!(codes.contains(&Code::UnusedFence), !inside, "{glob}");
    }
    // One that cannot be read guards everything.
    let (found, codes) = behind(
        "{ files: 'people/{', locations: [mall] }",
        "people/riga/mall.yaml",
        line,
    );
    assert_eq!((found.len(), codes), (1, vec![Code::WrongValue]));
}

#[test]
fn a_section_that_a_file_may_not_have_is_refused() {
    let line = "{ role: floor, at: [mall] }";
    let (_, codes) = behind(
        "{ files: 'people/**', keys: [people] }",
        "people/mall.yaml",
        line,
    );
    assert_eq!(codes, []);
    let (_, codes) = behind(
        "{ files: 'people/**', keys: [contacts] }",
        "people/mall.yaml",
        line,
    );
    assert_eq!(codes, [Code::OutsideFence]);
}
