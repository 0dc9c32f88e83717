//! What `prove` says, and that it only reads.

use super::*;
use crate::provider::Verdict;

fn prove(case: &Case, thorough: bool) -> Vec<Finding> {
    let found = block_on(case.provider.prove(&[center(), mall()], thorough, &Silent));
    assert!(!format!("{found:?}").contains("s3cret"), "{found:?}");
    let asked = case.vendor.asked();
    assert!(asked.iter().all(|call| call.starts_with("GET ")));
    found
}

fn about<'a>(found: &'a [Finding], what: &str) -> Vec<(Verdict, &'a str)> {
    let it = found.iter().filter(|it| it.what == what);
    it.map(|it| (it.verdict, it.detail.as_str())).collect()
}

#[test]
fn tokens_places_and_what_the_caller_lacks_for_which_verb() {
    let case = case();
    let found = prove(&case, false);
    assert_eq!(about(&found, "the tokens")[0].0, Verdict::Fine);
    let center = about(&found, "center");
    assert_eq!(center[0].0, Verdict::Fine);
    assert!(center[0].1.starts_with("visible; "), "{center:?}");
    let (verdict, detail) = center[1];
    assert_eq!(verdict, Verdict::OnlyLooks);
    assert!(
        detail.contains("`settings_users_delete_access` for withdraw-invitation, remove"),
        "{detail}"
    );
    assert!(!detail.contains("create_access"), "{detail}");
    assert!(detail.contains("settings_users_limited_access"), "{detail}");
    assert!(about(&found, "chain 4521").is_empty(), "none is declared");
}

#[test]
fn a_refused_token_is_the_only_finding() {
    let case = case();
    case.vendor.on("GET /companies", [refused(401)]);
    let found = prove(&case, true);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].verdict, Verdict::Wrong);
    assert!(found[0].help.is_some());
}

#[test]
fn nobody_who_answers_is_no_proof_of_the_tokens() {
    let case = case();
    case.vendor.on("GET /companies", [refused(403)]);
    for list in [CENTER, MALL] {
        case.vendor.on(&format!("GET {list}"), [refused(403)]);
    }
    let found = prove(&case, false);
    assert_eq!(about(&found, "the tokens")[0].0, Verdict::CannotTell);
    assert_eq!(about(&found, "mall")[0].0, Verdict::Wrong);
}

#[test]
fn a_thorough_look_reads_the_tree_and_the_names() {
    let case = case();
    let found = prove(&case, true);
    let center = about(&found, "center");
    assert_eq!(center.len(), 4, "{center:?}");
    assert!(center[2].1.contains("rights"), "{center:?}");
    assert!(center[3].1.starts_with("names: "), "{center:?}");
}

#[test]
fn the_declared_chain_shows_whether_its_users_may_be_managed() {
    let of = |chain: &str, groups: Answer| {
        let case = case_in(Kind::Yclients, Some(chain));
        case.vendor.on("GET /groups", [groups]);
        let found = prove(&case, false);
        let what = format!("chain {chain}");
        let (verdict, detail) = about(&found, &what)[0];
        (verdict, detail.to_owned())
    };
    let (verdict, detail) = of("4521", ok(fixture!("groups")));
    assert_eq!(verdict, Verdict::Fine);
    // An alias is shown by the catalogue's key.
    assert!(detail.contains("users_access") && detail.contains("network_services_access"));
    let without =
        data(&json!([{ "id": 4521, "companies": [], "access": { "users_access": "0" } }]));
    let (verdict, detail) = of("4521", without);
    assert_eq!(verdict, Verdict::CannotTell);
    assert!(detail.contains("no chain right"), "{detail}");
    let (verdict, _) = of("99", ok(fixture!("groups")));
    assert_eq!(verdict, Verdict::CannotTell);
    let (verdict, _) = of("4521", refused(403));
    assert_eq!(verdict, Verdict::CannotTell);
}
