//! Whoever left and is left alone: every form of a plan says so where a reviewer reads it, and nothing is taken.

use serde_json::Value;

use crate::support::shop::{edit, keyholder};
use crate::support::{copy_example, root};

#[test]
fn a_plan_tells_in_every_form_of_a_leaver_who_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    copy_example(&root().join("examples/hello"), place);
    let line = "email: ilze@salons.example\n";
    let leaves = format!("{line}    leaves: 2026-11-20\n");
    edit(place, "people.yaml", line, &leaves);
    let told = "left on 2026-11-20 and still has account";
    for format in ["text", "markdown", "html", "github", "sarif", "json"] {
        let (code, out, err) = keyholder(place, &["plan", "--sandbox", "--format", format]);
        assert_eq!(code, 0, "{format}: {out}{err}");
        // A terminal wraps, and an attribute of a page escapes.
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(told), "{format}: {out}");
    }
    let (_, out, _) = keyholder(place, &["plan", "--sandbox", "--format", "json"]);
    let plan: Value = serde_json::from_str(&out).unwrap();
    let [finding] = &plan["findings"].as_array().unwrap()[..] else {
        panic!("one finding: {out}");
    };
    assert_eq!(finding["policy"], "leavers");
    assert_eq!(finding["side"], "live");
    assert_eq!(finding["because"][1]["text"], "leaves: 2026-11-20");
    assert_eq!(finding["because"][1]["file"], "people.yaml");
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["person"] != "ilze"));
}
