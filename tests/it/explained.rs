//! The examples of `keyholder explain` are true: what is called wrong is refused with that code, what is called right is not.
//!
//! An example is a fragment. Its top-level keys take the place of the same keys of a small chain that has all that
//! examples refer to; a comment such as `# keyholder.yaml` says which file the lines below it are meant for.

use std::collections::BTreeMap;

use keyholder::diagnostic::{Code, explain};

use crate::support::project::check_bytes;

/// Examples whose project cannot be told by a fragment, with the reason.
const NOT_FRAGMENTS: &[(Code, &str)] = &[
    (Code::TooDeep, "the example is as deep as fits on a page"),
    (
        Code::TooManyAliases,
        "the example is as large as fits on a page",
    ),
];

const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    tokens: { partner: { env: ALTEGIO_PARTNER_TOKEN }, user: { env: ALTEGIO_USER_TOKEN } }
  clinics:
    kind: yclients
    tokens: { partner: { env: YCLIENTS_PARTNER_TOKEN }, user: { env: YCLIENTS_USER_TOKEN } }
  orders:
    kind: keycrm
    tokens: { key: { env: KEYCRM_API_KEY } }
    roles: [ { name: administrator, id: 1 }, { name: manager, id: 2 } ]
";

const ENTRIES: &str = "\
locations:
  riga-center: { title: Rīga Centrs, tags: { region: riga, format: flagship }, in: { salons: 10231 } }
  riga-mall: { title: Rīga Mall, tags: { region: riga, format: mall }, in: { salons: 10232 } }
  jurmala: { title: Jūrmala, tags: { region: coast, format: kiosk }, in: { salons: 10241 } }
roles:
  floor:
    title: Floor
    salons: { role: worker, unlisted: deny, rights: { records_edit_access: allow, records_edit_last_days_count: 3 } }
  stylist: { title: Stylist, extends: [floor] }
  bookkeeper:
    title: Bookkeeper
    salons: { role: accountant, unlisted: deny, rights: { statistics_access: allow } }
  bookkeeping-floor:
    title: Floor with the books
    extends: [floor]
    salons: { rights: { statistics_access: allow } }
people:
  ilze.owner: { name: Ilze Ozola, email: ilze@chain.example, access: unmanaged }
  anna.liepa: { name: Anna Liepa, email: anna@chain.example, access: [ { role: floor, at: all } ] }
  zane.kalna: { name: Zane Kalna, email: zane@chain.example, access: [] }
";

#[test]
fn examples_are_true() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let explained = explain::explain(code);
        let name = code.name();
        let produces = |example| codes(example).contains(&code);
        let told_by_fragment = !NOT_FRAGMENTS.iter().any(|(other, _)| *other == code);
        if explained.wrong.is_some_and(|example| !produces(example)) == told_by_fragment
            && explained.wrong.is_some()
        {
            let found = explained.wrong.map(codes);
            wrong.push(format!("{name}: the wrong example gives {found:?}"));
        }
        if explained.right.is_some_and(produces) {
            wrong.push(format!("{name}: the right example is refused too"));
        }
    }
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}

fn codes(example: &str) -> Vec<Code> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut file = "people.yaml";
    for line in example.lines() {
        match line
            .strip_prefix("# ")
            .and_then(|name| name.split(',').next())
        {
            Some(name) if name.ends_with(".yaml") && !name.contains(' ') => file = name,
            _ => {
                let text = files.entry(file.to_owned()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let entries: String = files
        .iter()
        .filter(|(name, _)| *name != "keyholder.yaml")
        .map(|(_, text)| text.as_str())
        .collect();
    let settings = files.get("keyholder.yaml").map_or("", String::as_str);
    let base_settings = without(SETTINGS, settings);
    files.insert("keyholder.yaml".into(), base_settings + settings);
    files.insert("roles.yaml".into(), without(ENTRIES, &entries));
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let mut codes: Vec<_> = check_bytes(&files)
        .found
        .iter()
        .map(|found| found.code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The blocks of `base` whose top-level key `replacing` does not have.
fn without(base: &str, replacing: &str) -> String {
    let is_top = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let taken: Vec<_> = replacing.lines().filter(is_top).map(key).collect();
    let mut keep = true;
    let mut out = String::new();
    for line in base.lines() {
        if is_top(&line) {
            keep = !taken.contains(&key(line));
        }
        if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
