//! Apenday: made inactive, activated, changed, switched off.

use super::*;
use crate::plan::*;

#[test]
fn an_adviser_is_made_inactive_first_and_then_activated() {
    let mut stage = Stage::new(&person(
        "jana",
        "access: [ { role: adviser, at: [center, mall] } ]",
    ));
    let facts = "agencies=center|mall calendar=office365 team=Nord";
    stage.check(&format!(
        "invite jana at * by hands [safe] -> inactive conseiller {facts}
        activate jana at * by hands [messaging] -> active conseiller {facts} (waits)"
    ));
    assert_eq!(stage.do_all(), 2);
    stage.check("");
    // Fewer agencies, and then another role level.
    stage.people = person("jana", "access: [ { role: adviser, at: [mall] } ]");
    stage.check("set-rights jana at * by hands [removing] -> active conseiller agencies=mall calendar=office365 team=Nord");
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", "access: [ { role: head, at: [mall] } ]");
    assert_eq!(stage.step("change-role").class, DangerClass::Escalating);
    assert_eq!(stage.do_all(), 1);
    // Leaving ends the key of somebody who may have one.
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: head, at: [mall] } ]",
    );
    stage.check(
        "deactivate jana at * by hands [removing] -> inactive responsable agencies=mall calendar=office365 team=Nord
        follow-up jana at * by hands [safe] -> nothing (waits)
        check jana at chain by hands [safe] -> absent",
    );
    assert_eq!(stage.do_all(), 3);
    stage.check("");
    // Coming back.
    stage.people = person("jana", "access: [ { role: adviser, at: [mall] } ]");
    assert!(stage.steps().contains("activate jana"));
    assert_eq!(stage.do_all(), 2, "another role level, and the switch");
    stage.check("");
}
