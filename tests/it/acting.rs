//! Files that would take something from the account that `keyholder` acts as: the plan is refused as a whole.

use serde_json::{Value, json};

use crate::support::shop::{edit, keyholder};
use crate::support::{copy_example, root};

fn effects(place: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(place.join(".keyholder/sandbox.json")).unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    state["world"]["log"]["effects"].clone()
}

fn outcomes<'j>(plan: &'j Value, outcome: &str) -> Vec<&'j Value> {
    let all = plan["outcomes"].as_array().unwrap().iter();
    all.filter(|it| it["outcome"] == outcome).collect()
}

#[test]
fn a_plan_that_would_reduce_the_acting_account_is_refused_as_a_whole() {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), place.path());
    let place = place.path();
    let run = |arguments: &[&str]| keyholder(place, arguments);
    // What was reviewed before the edit does not get past it either.
    let (code, _, err) = run(&["plan", "--sandbox", "--out", "plan.json"]);
    assert_eq!(code, 0, "{err}");
    let before = effects(place);
    edit(
        place,
        "people.yaml",
        "    accounts: { salons: { id: 1 } }\n    access: unmanaged",
        "    accounts: { salons: { id: 1 } }\n    access: []",
    );
    let (code, out, err) = run(&["plan", "--sandbox"]);
    assert_eq!(code, 3, "{out}{err}");
    let first = out.lines().next().unwrap();
    assert!(
        first.starts_with("Refused: the files would take access at")
            && first.contains("account 1 of `robot`"),
        "{out}"
    );
    assert!(out.contains("Jana Bērziņa"), "the rest is shown: {out}");
    let (code, out, _) = run(&["plan", "--sandbox", "--format", "json"]);
    assert_eq!(code, 3, "{out}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(outcomes(&plan, "refused").len(), 1, "{out}");

    for command in [
        &["apply", "--sandbox", "--yes"][..],
        &["apply", "--sandbox", "--yes", "plan.json"],
    ] {
        let (code, out, err) = run(command);
        assert_eq!(code, 3, "{command:?}: {out}{err}");
        assert!(out.starts_with("Refused: "), "{command:?}: {out}");
        assert!(err.contains("nothing is done"), "{command:?}: {err}");
        assert_eq!(effects(place), before, "{command:?}");
    }
    let (code, out, err) = run(&["apply", "--sandbox", "--yes", "--format", "json"]);
    assert_eq!(code, 3, "{err}");
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(outcomes(&json, "refused").len(), 1, "{out}");
    let steps = outcomes(&json, "not-done");
    assert!(!steps.is_empty(), "{out}");
    assert!(
        steps
            .iter()
            .all(|it| it["why"].as_str().unwrap().contains("refused"))
    );
    assert!(outcomes(&json, "done").is_empty(), "{out}");
    assert!(
        json["outcomes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "ending": "held" }))
    );
    assert_eq!(effects(place), before);

    // Somebody else alone goes on, as ever: nothing of theirs rests on it.
    let (code, out, err) = run(&["apply", "--sandbox", "--yes", "--only", "person:jana"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_ne!(effects(place), before);
}
