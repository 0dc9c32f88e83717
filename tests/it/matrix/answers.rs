//! `who` and `why` of a past day, what is not known, lockouts, and the contracts, asked of the same year.

use keyholder::journal::{Locked, Record};
use serde_json::{Value as Json, json};

use super::{REFUND, Year, a_year, person};
use crate::support::shop;

/// What `who` and `why` say as text.
fn told(year: &Year, arguments: &[&str]) -> String {
    let (code, out, said) = shop::keyholder(year.folder(), arguments);
    assert_eq!(code, 0, "{arguments:?} {said}");
    out
}

#[test]
fn who_and_why_of_a_past_day_go_by_the_files_of_then() {
    let (year, _) = a_year();
    let json = |arguments: &[&str]| -> Json {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        serde_json::from_str(&told(&year, &all)).unwrap()
    };
    let who = json(&["who", REFUND, "--at", "center", "--as-of", "2026-02-10"]);
    assert_eq!(who["files"]["by"], "applied");
    assert_eq!(who["files"]["commit"].as_str().unwrap().len(), 40);
    let holders: Vec<(&str, &Json, &Json)> = who["holders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["person"].as_str().unwrap(),
                &it["declared"],
                &it["observed"],
            )
        })
        .collect();
    // Anna left since; Boris is not in the files any more.
    let yes = json!(true);
    assert_eq!(holders, [("anna", &yes, &yes), ("boris", &yes, &yes)]);
    let why = json(&["why", "anna", REFUND, "--as-of", "2026-02-10"]);
    assert_eq!(why["answers"][0]["value"], true);
    assert_eq!(why["files"]["commit"], who["files"]["commit"]);
    let link = &why["answers"][0]["because"][0];
    assert_eq!(link["file"], "people.yaml");
    assert_eq!(link["commit"].as_str().unwrap().len(), 40);
    let text = told(&year, &["why", "anna", REFUND, "--as-of", "2026-02-10"]);
    assert!(text.contains("by the files of commit"), "{text}");
    // Whose files no commit has is answered by today's, which is said; git wrote these lines long after that day.
    let july = ["who", REFUND, "--as-of", "2026-07-01"];
    let text = told(&year, &july);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("by today's files, read for 2026-07-01"),
        "{text}"
    );
    assert!(text.contains("differed from their commit"), "{text}");
    assert!(
        text.contains("that are shown are younger than that"),
        "{text}"
    );
    assert_eq!(json(&july)["files"]["by"], "at-hand");
    let text = told(&year, &["why", "dana", REFUND, "--as-of", "2026-07-01"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(") younger than that day"), "{text}");
    // What is to come is asked of the files at hand, as ever.
    let later = told(&year, &["who", REFUND, "--as-of", "2030-01-01"]);
    let later = later.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        later.contains("as the files have it on 2030-01-01"),
        "{later}"
    );
}

#[test]
fn whoever_is_locked_out_has_nothing_by_the_files_and_every_answer_says_so() {
    let (mut year, _) = a_year();
    let who = |because: &str| Locked {
        person: "dana".into(),
        because: because.into(),
    };
    year.add("2026-07-02", Record::LockedOut(who("phone stolen")));
    let json = |year: &Year, arguments: &[&str]| -> Json {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        serde_json::from_str(&told(year, &all)).unwrap()
    };
    let since = "2026-07-02T03:00:00Z";
    let why = json(&year, &["why", "dana", REFUND]);
    assert_eq!(why["locked_out"], since);
    let text = told(&year, &["why", "dana", REFUND]);
    assert!(text.contains("locked out since 2026-07-02 06:00"), "{text}");
    let found = json(&year, &["who", REFUND]);
    assert_eq!(found["holders"], json!([]));
    assert_eq!(found["locked_out"], json!({ "dana": since }));
    let text = told(&year, &["who", REFUND]);
    assert!(
        text.contains("locked out: dana K (dana) since 2026-07-02"),
        "{text}"
    );
    // Seen with it all the same, since nobody has looked since.
    let arguments = ["--right", REFUND, "--person", "dana"];
    let row = &year.matrix(&arguments)["rows"][0];
    assert_eq!(row["locked_out"], since);
    let cell = &row["cells"][REFUND];
    assert_eq!(
        (&cell["declared"], &cell["observed"]),
        (&json!(false), &json!(true))
    );
    // Not before it, and not after it was lifted.
    for (as_of, unlocked) in [("2026-07-01", false), ("2026-07-04", true)] {
        if unlocked {
            year.add("2026-07-03", Record::Unlocked(who("found")));
        }
        let mut all = arguments.to_vec();
        all.extend(["--as-of", as_of]);
        assert_eq!(
            year.matrix(&all)["rows"][0]["locked_out"],
            Json::Null,
            "{as_of}"
        );
    }
    assert_eq!(
        json(&year, &["why", "dana", REFUND])["locked_out"],
        Json::Null
    );
}

/// By somebody else's validator.
#[test]
fn every_answer_fits_its_schema() {
    let (year, _) = a_year();
    let (day, other) = ("2026-03-01", "2026-07-01");
    for (file, arguments) in [
        ("why.v1.schema.json", vec!["why", "dana", "--as-of", day]),
        ("why.v1.schema.json", vec!["why", "dana", REFUND]),
        ("who.v1.schema.json", vec!["who", REFUND, "--as-of", day]),
        ("who.v1.schema.json", vec!["who", "manager"]),
        ("who.v1.schema.json", vec!["who", "role:worker"]),
        ("matrix.v1.schema.json", vec!["matrix", "--as-of", day]),
        (
            "matrix.v1.schema.json",
            vec!["matrix", "--at-commit", "HEAD", "--all"],
        ),
        (
            "matrix-diff.v1.schema.json",
            vec!["matrix", "--diff", day, other],
        ),
    ] {
        let schema = std::fs::read_to_string(crate::support::root().join("schema").join(file));
        let schema: Json = serde_json::from_str(&schema.unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut all = arguments.clone();
        all.extend(["--format", "json"]);
        let answer: Json = serde_json::from_str(&told(&year, &all)).unwrap();
        if let Err(fault) = validator.validate(&answer) {
            panic!("{arguments:?}: {}: {fault}", fault.instance_path());
        }
        // What the schema does not know it refuses.
        let mut more = answer;
        more["surprise"] = json!(1);
        assert!(!validator.is_valid(&more), "{file}");
    }
}

#[test]
fn where_nothing_is_known_nobody_is_said_to_have_nothing() {
    let (year, _) = a_year();
    let before = told(&year, &["matrix", "--as-of", "2025-10-01"]);
    assert!(before.contains("Nothing is known of that time"), "{before}");
    let text = told(&year, &["matrix", "--diff", "2025-10-01", "2026-03-01"]);
    assert!(!text.contains("No difference"), "{text}");
    assert!(text.contains("nothing is known of the first"), "{text}");
    let diff = year.matrix(&["--diff", "2025-10-01", "2026-03-01"]);
    assert_eq!(diff["changes"], json!([]));
    assert_eq!(diff["only_after"]["who"], 5);
    let same = told(&year, &["matrix", "--diff", "desired", "desired"]);
    assert!(same.contains("No difference."), "{same}");
    // Without a journal the files answer, and that there is none is said.
    std::fs::remove_dir_all(year.folder().join(".keyholder")).unwrap();
    let text = told(&year, &["matrix", "--right", REFUND]);
    assert!(text.contains("there is no journal"), "{text}");
    assert!(text.contains("(dana)"), "{text}");
}

#[test]
fn an_apply_of_some_people_and_of_files_without_a_commit_is_told_as_such() {
    let (mut year, _) = a_year();
    let people = person("clara", "manager", "");
    let people = format!("people:\n{people}");
    std::fs::write(year.folder().join("people.yaml"), people).unwrap();
    year.apply_as("apply --only clara", "2026-08-01", None, true);
    let text = told(
        &year,
        &["matrix", "--as-of", "2026-08-02", "--right", REFUND],
    );
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("was for clara only"), "{text}");
    assert!(
        text.contains("are those at hand, and no commit has them"),
        "{text}"
    );
    let page = ["matrix", "--as-of", "2026-08-02", "--format", "html"];
    assert!(told(&year, &page).contains("The last apply before it was 2026-08-01"));
}

#[test]
fn sensitive_and_roles_never_mean_everything_by_mistake() {
    let (year, _) = a_year();
    for (arguments, said) in [
        (
            vec!["--sensitive", "--right", "records_create_access"],
            "none of these rights is sensitive",
        ),
        (vec!["--role", "nosuch"], "no role is declared as `nosuch`"),
    ] {
        let mut all = vec!["matrix"];
        all.extend(arguments);
        let (code, out, err) = shop::keyholder(year.folder(), &all);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains(said), "{err}");
    }
    let matrix = year.matrix(&["--sensitive", "--at-commit", "HEAD"]);
    let rights = matrix["rights"].as_array().unwrap();
    assert!(rights.iter().all(|it| !it["sensitivity"].is_null()));
    assert!(rights.iter().any(|it| it["right"] == REFUND));
    // A chain's rights are sensitive too.
    assert!(
        rights.iter().any(|it| it["right"] == "users_access"),
        "{rights:?}"
    );
}

#[test]
fn whoever_came_or_went_has_one_line_and_the_rest_a_line_for_each_right() {
    let (year, _) = a_year();
    let text = told(&year, &["matrix", "--diff", "2026-02-10", "2026-03-01"]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("- lost everything there: "), "{text}");
    assert!(
        text.contains("money delete finance transactions")
            || text.contains("deletion delete finance transactions"),
        "{text}"
    );
    assert!(
        text.contains(
            "]: no (observed 2025-11-01 05:00) → yes (observed 2026-02-20 05:00; the files say no)"
        ),
        "{text}"
    );
    // The same as a page, without a script.
    let page = told(
        &year,
        &[
            "matrix",
            "--diff",
            "2026-02-10",
            "2026-03-01",
            "--format",
            "html",
        ],
    );
    assert!(page.starts_with("<!doctype html>") && !page.contains("<script"));
    assert!(page.contains("lost everything there"));
}
