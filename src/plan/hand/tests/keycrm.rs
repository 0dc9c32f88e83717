//! KeyCRM: who is added, changed, blocked and activated again, and what a list that is not whole may not do.

use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::model::*;
use crate::plan::*;

#[test]
fn a_hire_is_added_with_login_and_mail_and_the_rest_is_read() {
    let mut stage = Stage::new(&person("jana", CLERK));
    stage.check("invite jana at * by hands [messaging] -> invited manager sources=shop");
    let step = stage.step("invite");
    assert_eq!(step.effects.len(), 1);
    let before = step.id.clone();
    // Somebody ticks it and has not done it: the same step, loudly.
    stage.say(&step);
    let again = stage.step("invite");
    assert_eq!(again.id, before);
    assert_eq!(&*again.hand.unwrap().contradicted.unwrap().by, "boss");
    // Now it is done.
    stage.work(&step);
    stage.check(
        "waiting their own first sign-in: until then they are pending and cannot be chosen anywhere in KeyCRM",
    );
    stage.users().get_mut(&AccountId::new("78")).unwrap().state = AccountState::Active;
    stage.check("");
}

#[test]
fn a_step_that_was_done_and_undone_long_ago_is_not_called_contradicted() {
    let mut stage = Stage::with_user(
        &person("jana", "leaves: 2026-11-20, access: [ { role: clerk } ]"),
        user("7", "jana", AccountState::Active, "manager"),
    );
    let block = stage.step("block");
    stage.say(&block);
    assert!(stage.step("block").hand.unwrap().contradicted.is_some());
    // A run took note of it, it was done, and the step was closed.
    let key = (SystemName::new("orders"), "000000000000".into());
    let noted = NotedAttestation {
        digest: "".into(),
        step: block.id.0.clone(),
        does: "block".into(),
        place: PlaceId::Whole,
        person: PersonKey::new("jana"),
        withdrawn: false,
    };
    stage.memory.attested.insert(key, noted);
    assert!(stage.step("block").hand.unwrap().contradicted.is_none());
    // Handed over anew before that word: then it is about this time.
    let handed = Handed {
        since: stage.now - SignedDuration::from_hours(1),
        does: "block".into(),
        place: PlaceId::Whole,
        person: None,
        account: None,
        says: Says::Absent,
    };
    let key = (SystemName::new("orders"), block.id.0.clone());
    stage.memory.handed.insert(key, handed);
    let hand = stage.step("block").hand.unwrap();
    assert!(hand.contradicted.is_some());
    assert!(hand.since.is_some());
}

#[test]
fn a_leaver_is_blocked_first_and_tidied_after() {
    let leaver = person("jana", "leaves: 2026-11-21, access: [ { role: clerk } ]");
    let mut stage = Stage::with_user(&leaver, user("7", "jana", AccountState::Active, "manager"));
    stage.check(
        "block jana at * by hands [removing] -> blocked manager
        follow-up jana at * by hands [safe] -> nothing (waits)
        check jana at chain by hands [safe] -> absent",
    );
    let due = stage.step("block").hand.unwrap().due.unwrap();
    assert_eq!(
        due.to_string(),
        "2026-11-22T22:00:00Z",
        "a day after the 21st in Riga"
    );
    assert_eq!(stage.do_all(), 3);
    stage.check("");
}

#[test]
fn whoever_stops_working_there_is_tidied_up_first() {
    let mut stage = Stage::with_user(
        &person("jana", "access: [ { role: clerk, until: 2026-11-20 } ]"),
        user("7", "jana", AccountState::Active, "manager"),
    );
    stage.check(
        "follow-up jana at * by hands [safe] -> nothing
        block jana at * by hands [removing] -> blocked manager (waits)",
    );
    assert_eq!(stage.do_all(), 2);
    stage.check("");
}

#[test]
fn roles_states_and_names_are_corrected() {
    let mut row = user("7", "jana", AccountState::Blocked, "administrator");
    row.name = "Jana Old".into();
    let mut stage = Stage::with_user(&person("jana", CLERK), row);
    stage.check(
        "unblock jana at * by hands [escalating] -> active administrator
        follow-up jana at * by hands [safe] -> nothing
        change-role jana at * by hands [removing] -> active manager (waits)
        set-rights jana at * by hands [safe] -> active manager sources=shop (waits)",
    );
    for kind in ["unblock", "change-role", "set-rights"] {
        let step = stage.step(kind);
        stage.work(&step);
        stage.say(&step);
    }
    stage.check("follow-up jana at * by hands [safe] -> nothing");
    stage.users().get_mut(&AccountId::new("7")).unwrap().name = "jana Bērziņa".into();
    stage.check("");
}

#[test]
fn sources_are_known_by_word_alone() {
    let mut stage = Stage::with_user(
        &person("jana", CLERK),
        user("7", "jana", AccountState::Active, "manager"),
    );
    stage.check("set-rights jana at * by hands [safe] -> active manager sources=shop");
    assert_eq!(stage.do_all(), 1);
    stage.check("");
    // A year later nobody can rely on it.
    stage.recheck = Some(SignedDuration::from_hours(24 * 365));
    stage.now += SignedDuration::from_hours(24 * 366);
    stage.check("check jana at * by hands [safe] -> active manager sources=shop");
    assert_eq!(stage.do_all(), 1);
    stage.check("");
}

#[test]
fn a_role_without_a_number_is_made_first() {
    let mut stage = Stage::new(&format!(
        "{}{}",
        person("jana", CLERK),
        person("mara", CLERK)
    ));
    stage.numberless = Some(VendorRoleSlug::new("manager"));
    stage.check(
        "follow-up somebody at * by hands [safe] -> nothing
        invite jana at * by hands [messaging] -> invited manager sources=shop (waits)
        invite mara at * by hands [messaging] -> invited manager sources=shop (waits)",
    );
    // Saying so does not make it: its number in the settings does.
    let step = stage.step("follow-up");
    stage.say(&step);
    assert_eq!(stage.step("follow-up").id, step.id);
}

#[test]
fn a_list_that_is_not_whole_blocks_and_adds_nobody() {
    let people = format!(
        "{}{}",
        person("jana", "leaves: 2026-11-20, access: [ { role: clerk } ]"),
        person("mara", CLERK)
    );
    let mut stage = Stage::with_user(&people, user("7", "jana", AccountState::Active, "manager"));
    let Some(Reading::Complete(rows)) = stage.orders.take() else {
        panic!("complete");
    };
    let gap = Gap::CountDiffers { told: 9, came: 2 };
    stage.orders = Some(Reading::Partial(rows, vec![gap]));
    stage.check(
        "check jana at chain by hands [safe] -> absent
        held not-complete
        held depends-on-held
        held not-complete",
    );
    for empty in [
        Reading::Complete(ScopeState::default()),
        Reading::Unreadable(ReadFailure::Failed {
            why: "truncated".into(),
        }),
    ] {
        stage.orders = Some(empty);
        stage.check(
            "check jana at chain by hands [safe] -> absent
            held not-complete",
        );
    }
}

#[test]
fn a_login_that_is_pinned_identifies() {
    let mut row = user("7", "other", AccountState::Active, "manager");
    row.login = Some("JANA.B".into());
    row.email = None;
    row.name = "jana Bērziņa".into();
    let access = "accounts: { orders: { login: jana.b } }, access: [ { role: chief } ]";
    let stage = Stage::with_user(&person("jana", access), row);
    stage.check("change-role jana at * by hands [escalating] -> active administrator");
}

#[test]
fn the_acting_and_the_protected_are_never_blocked() {
    let leaver = person("jana", "leaves: 2026-11-20, access: [ { role: clerk } ]");
    let row = || user("7", "jana", AccountState::Active, "manager");
    for setting in ["protected: [jana]\n", "#"] {
        let mut stage = Stage::with_user(&leaver, row());
        stage.settings = format!("{setting}\n{SETTINGS}");
        if setting == "#" {
            stage.settings = SETTINGS.replace("kind: keycrm", "kind: keycrm\n    acting: jana");
        }
        // In the chain somebody else's key acts.
        stage.check(if setting == "#" {
            "check jana at chain by hands [safe] -> absent
            held protected
            held depends-on-held"
        } else {
            "held protected
            held depends-on-held
            held protected"
        });
    }
}

#[test]
fn a_restriction_that_no_line_names_any_more_is_told() {
    let row = user("7", "jana", AccountState::Active, "manager");
    let mut stage = Stage::with_user(&person("jana", CLERK), row);
    assert_eq!(stage.do_all(), 1);
    let told = |stage: &Stage| {
        let notes = stage.plan().draft.notes;
        notes
            .iter()
            .any(|note| note.text.contains("is said to have sources shop"))
    };
    assert!(!told(&stage));
    stage.entries = ENTRIES.replace("role: manager, sources: [shop]", "role: manager");
    stage.check("");
    assert!(told(&stage));
}

#[test]
fn nobody_is_activated_with_a_role_that_may_not_be_taken() {
    let row = user("7", "jana", AccountState::Blocked, "administrator");
    let mut stage = Stage::with_user(&person("jana", CLERK), row);
    assert!(stage.steps().contains("unblock jana"));
    stage.settings = SETTINGS.replace("ownership: full", "ownership: add-only");
    let steps = stage.steps();
    assert!(
        !steps.contains("unblock") && steps.contains("held depends-on-held"),
        "{steps}"
    );
    stage.users().get_mut(&AccountId::new("7")).unwrap().role =
        Some(VendorRoleSlug::new("manager"));
    assert!(
        stage.steps().contains("unblock jana"),
        "with their own role they may"
    );
}

#[test]
fn a_pause_blocks_and_coming_back_activates() {
    let paused = "paused: { from: 2026-11-01, until: 2026-12-01 }, access: [ { role: clerk } ]";
    let mut stage = Stage::with_user(
        &person("jana", paused),
        user("7", "jana", AccountState::Active, "manager"),
    );
    stage.check("block jana at * by hands [removing] -> blocked manager");
    assert_eq!(stage.do_all(), 1);
    stage.now = "2026-12-05T09:00:00Z".parse().unwrap();
    stage.check(
        "unblock jana at * by hands [safe] -> active manager
        set-rights jana at * by hands [safe] -> active manager sources=shop (waits)",
    );
    assert_eq!(stage.do_all(), 2);
}

#[test]
fn an_instruction_has_the_exact_values() {
    let stage = Stage::new(&person("jana", CLERK));
    let Mode::Manual(instruction) = stage.step("invite").mode else {
        panic!("by hand");
    };
    assert_eq!(
        instruction.actor,
        ManualActor::Hands(vec![PersonKey::new("boss")])
    );
    let fields: Vec<String> = instruction.actions[0]
        .values
        .iter()
        .map(|field| match &field.value {
            TypedValue::Text(text) => format!("{}: {text}", field.label),
            TypedValue::Contact { typed, .. } => format!("{}: {typed}", field.label),
        })
        .collect();
    assert_eq!(
        fields,
        [
            "first name: jana",
            "last name: Bērziņa",
            "login: jana@chain.example",
            "e-mail: jana@chain.example",
            "role: manager"
        ]
    );
    let all: Arc<str> = instruction
        .actions
        .iter()
        .map(|action| action.text.clone() + "\n")
        .collect::<String>()
        .into();
    assert!(all.contains("hand it over in person; write it down nowhere"));
    assert!(all.contains("pending until the first sign-in"));
}

#[test]
fn a_leaver_whose_account_is_in_doubt_is_held_by_name() {
    let mut row = user("20", "jana", AccountState::Active, "manager");
    row.email = None;
    let leaver = person("jana", "leaves: 2026-11-20, access: [ { role: clerk } ]");
    let stage = Stage::with_user(&leaver, row);
    let steps = stage.steps();
    assert!(steps.contains("held maybe-account"), "{steps}");
}

#[test]
fn another_change_of_the_same_sort_contradicts_nobody() {
    let row = user("7", "jana", AccountState::Active, "manager");
    let mut stage = Stage::with_user(&person("jana", "access: [ { role: chief } ]"), row);
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", "access: [ { role: clerk } ]");
    stage.now += SignedDuration::from_hours(1);
    let hand = stage.step("change-role").hand.unwrap();
    assert!(hand.contradicted.is_none() && hand.since.is_none());
}
