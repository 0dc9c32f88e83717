//! What people do in web pages, and an administrator who forgets.

use camino::Utf8Path;
use serde_json::json;

use super::LIVE;
use super::manual::{now, world};
use crate::sandbox::{Administrator, Change, HandDone, HandWork, Sandbox, Store, World};

const BUSINESS: &str = "0d3b7a52-0000-4000-8000-000000000001";

fn work(does: &str) -> HandWork {
    HandWork {
        does: does.to_owned(),
        ..HandWork::default()
    }
}

fn jana(does: &str) -> HandWork {
    let text = |text: &str| Some(text.to_owned());
    HandWork {
        first: text("Jana"),
        last: text("B"),
        login: text("jana"),
        email: text("jana@x.example"),
        ..work(does)
    }
}

fn done(world: &mut World, system: &str, work: &HandWork) {
    assert_eq!(
        world.by_hand(system, work, now()),
        Ok(HandDone::Done),
        "{work:?}"
    );
}

fn refused(world: &mut World, system: &str, work: &HandWork) -> String {
    let before = json!(world);
    let why = world.by_hand(system, work, now()).unwrap_err();
    assert_eq!(
        json!(world),
        before,
        "a refused step changes nothing: {why}"
    );
    why
}

fn shows(world: &World, system: &str, part: &str) -> bool {
    world
        .show(system)
        .unwrap()
        .iter()
        .any(|line| line.contains(part))
}

#[test]
fn a_keycrm_user_is_pending_until_the_first_sign_in_and_never_deleted() {
    let mut world = world(2, "id");
    assert!(refused(&mut world, "crm", &jana("invite")).contains("choose a role"));
    let hire = HandWork {
        role_number: Some(4),
        ..jana("invite")
    };
    done(&mut world, "crm", &hire);
    assert_eq!(world.log().messages.len(), 1);
    let twice = HandWork {
        role: Some("Courier".to_owned()),
        ..jana("invite")
    };
    refused(&mut world, "crm", &twice);
    assert!(refused(&mut world, "crm", &hire).contains("has `jana` already"));
    assert!(shows(
        &world,
        "crm",
        "user 3, Jana B: can sign in for the first time"
    ));
    let sign_in = Change::SignIn {
        contact: "JANA@x.example".to_owned(),
    };
    world.change(Some("crm"), &sign_in, now()).unwrap();
    assert!(shows(
        &world,
        "crm",
        "user 3, Jana B: signs in with jana or jana@x.example as Manager"
    ));

    done(&mut world, "crm", &jana("remove"));
    assert!(
        shows(&world, "crm", "user 3, Jana B: blocked"),
        "removal is a block"
    );
    assert!(world.change(Some("crm"), &sign_in, now()).is_err());
    assert!(refused(&mut world, "crm", &jana("block")).contains("blocked already"));
    done(&mut world, "crm", &jana("unblock"));
    assert!(shows(&world, "crm", "user 3, Jana B: signs in"));
}

#[test]
fn keycrm_writes_only_to_an_e_mail_that_is_there_from_the_start() {
    let mut world = world(2, "id");
    let quiet = HandWork {
        email: None,
        role: Some("Courier".to_owned()),
        ..jana("invite")
    };
    done(&mut world, "crm", &quiet);
    done(
        &mut world,
        "crm",
        &HandWork {
            account: Some("3".to_owned()),
            ..jana("follow-up")
        },
    );
    assert!(world.log().messages.is_empty());
    assert!(
        shows(&world, "crm", "jana or jana@x.example as Courier"),
        "the role was made on the way"
    );
    let role = HandWork {
        role: Some("Analyst".to_owned()),
        role_number: Some(9),
        ..work("follow-up")
    };
    done(&mut world, "crm", &role);
    done(
        &mut world,
        "crm",
        &HandWork {
            role_number: Some(9),
            ..jana("change-role")
        },
    );
    assert!(shows(&world, "crm", "as Analyst"));
    let mut courier = HandWork {
        role: Some("courier".to_owned()),
        ..jana("change-role")
    };
    let sources = ("sources".to_owned(), "Instagram\nSite".to_owned());
    courier.facts.extend([sources]);
    done(&mut world, "crm", &courier);
    assert!(shows(&world, "crm", "sees sources: Instagram, Site"));
    let unknown = HandWork {
        role_number: Some(77),
        ..jana("change-role")
    };
    assert!(refused(&mut world, "crm", &unknown).contains("no role 77"));
    done(&mut world, "crm", &jana("block"));
    done(&mut world, "crm", &jana("activate"));
    assert!(
        shows(&world, "crm", "can sign in for the first time"),
        "who never came is pending again"
    );
}

fn access(does: &str, ticks: &[&str]) -> HandWork {
    HandWork {
        place: Some(BUSINESS.to_owned()),
        facts: ticks
            .iter()
            .map(|tick| ((*tick).to_owned(), "true".to_owned()))
            .collect(),
        ..jana(does)
    }
}

#[test]
fn a_reservio_invitation_that_came_too_early_leads_nowhere() {
    let mut world = world(2, "id");
    let grant = access("grant", &["own_bookings", "client_list"]);
    assert!(
        refused(&mut world, "booking", &access("grant", &["client_list"])).contains("own_bookings")
    );
    assert!(
        refused(&mut world, "booking", &access("grant", &["sales"])).contains("no tick `sales`")
    );
    let mailless = HandWork {
        email: None,
        ..grant.clone()
    };
    assert!(refused(&mut world, "booking", &mailless).contains("fill in the e-mail"));
    done(&mut world, "booking", &grant);
    assert!(refused(&mut world, "booking", &access("activate", &[])).contains("leads nowhere"));
    done(&mut world, "booking", &jana("check"));
    assert!(refused(&mut world, "booking", &access("activate", &[])).contains("leads nowhere"));
    done(&mut world, "booking", &access("withdraw-invitation", &[]));
    done(&mut world, "booking", &grant);
    done(&mut world, "booking", &access("activate", &[]));
    assert!(shows(
        &world,
        "booking",
        "signs in with jana@x.example: client_list, own_bookings"
    ));
    assert_eq!(world.log().messages.len(), 2);

    done(
        &mut world,
        "booking",
        &access("set-rights", &["own_bookings"]),
    );
    assert!(shows(
        &world,
        "booking",
        "signs in with jana@x.example: own_bookings"
    ));
    done(&mut world, "booking", &access("remove", &[]));
    assert!(
        shows(&world, "booking", "Jana B: no access"),
        "the profile stays"
    );
    assert!(refused(&mut world, "booking", &access("remove", &[])).contains("has no access"));
}

#[test]
fn enterprise_users_have_levels_for_calendars_and_no_invitation() {
    let live = json!({ "systems": { "group": { "kind": "reservio", "enterprise": [] } } });
    let mut world = World::from_live(&live.to_string()).unwrap();
    let levels = |does: &str, calendars: &str| HandWork {
        facts: [("calendars".to_owned(), calendars.to_owned())].into(),
        ..jana(does)
    };
    done(
        &mut world,
        "group",
        &levels("invite", "centrs: admin\nmall: view"),
    );
    assert!(shows(
        &world,
        "group",
        "calendars centrs: admin, mall: view"
    ));
    assert!(
        refused(&mut world, "group", &levels("set-rights", "centrs: boss"))
            .contains("KEY: admin or view")
    );
    done(&mut world, "group", &jana("remove"));
    assert!(!shows(&world, "group", "jana"));
    assert!(world.log().messages.is_empty());
}

#[test]
fn an_apenday_user_begins_inactive_and_is_written_to_when_switched_on() {
    let mut world = world(2, "id");
    let nameless = HandWork {
        last: None,
        ..jana("invite")
    };
    assert!(refused(&mut world, "meetings", &nameless).contains("needs a first name"));
    done(&mut world, "meetings", &jana("invite"));
    assert!(world.log().messages.is_empty());
    assert!(shows(&world, "meetings", "Jana B: inactive"));
    done(&mut world, "meetings", &jana("activate"));
    assert_eq!(world.log().messages.len(), 1);
    let accept = json!({ "do": "accept", "contact": "jana@x.example" });
    let accept: Change = serde_json::from_value(accept).unwrap();
    world.change(Some("meetings"), &accept, now()).unwrap();
    done(
        &mut world,
        "meetings",
        &HandWork {
            role: Some("administrateur client".to_owned()),
            ..jana("change-role")
        },
    );
    let form = |name: &str, value: &str| HandWork {
        facts: [(name.to_owned(), value.to_owned())].into(),
        ..jana("set-rights")
    };
    done(&mut world, "meetings", &form("agencies", "centrs\nmall"));
    assert!(shows(
        &world,
        "meetings",
        "signs in with jana@x.example as administrateur client"
    ));
    assert!(shows(&world, "meetings", "agencies: centrs, mall"));
    assert!(
        refused(&mut world, "meetings", &form("absences", "x")).contains("no field `absences`")
    );
    done(&mut world, "meetings", &jana("resend"));
    done(&mut world, "meetings", &jana("deactivate"));
    assert!(shows(&world, "meetings", "Jana B: inactive"));
}

#[test]
fn a_chain_check_takes_out_whoever_is_there() {
    let live = LIVE.replace(
        "\"title\": \"Salons of Riga\" }",
        "\"title\": \"R\", \"members\": { \"1\": \"all\", \"8812\": [\"clients_access\"] } }",
    );
    let mut world = World::from_live(&live).unwrap();
    assert!(shows(&world, "salons", "chain 4521, R: clients_access"));
    let at_chain = |does: &str, account: &str| HandWork {
        place: Some("chain".to_owned()),
        account: Some(account.to_owned()),
        ..work(does)
    };
    done(&mut world, "salons", &at_chain("check", "8812"));
    assert!(!shows(&world, "salons", "chain 4521, R: clients_access"));
    done(&mut world, "salons", &at_chain("check", "8812"));
    assert!(
        refused(&mut world, "salons", &at_chain("remove", "8812")).contains("no user of the chain")
    );
    let mut grant = at_chain("grant", "8812");
    grant
        .facts
        .insert("analytics_access".to_owned(), "true".to_owned());
    done(&mut world, "salons", &grant);
    assert!(shows(&world, "salons", "chain 4521, R: analytics_access"));
    grant
        .facts
        .insert("everything".to_owned(), "true".to_owned());
    assert!(refused(&mut world, "salons", &grant).contains("no tick `everything`"));
}

#[test]
fn an_administrator_who_forgets_says_so_and_does_nothing_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap().join("state");
    let sandbox = Sandbox::open(Store::open(&folder).unwrap(), LIVE).unwrap();
    sandbox.with_world(|world| {
        world
            .set_administrator("salons", Administrator::Forgets)
            .unwrap();
        assert!(
            world
                .set_administrator("saloons", Administrator::Forgets)
                .is_err()
        );
    });
    sandbox.save().unwrap();
    drop(sandbox);

    let leaver = HandWork {
        place: Some("10231".to_owned()),
        account: Some("8812".to_owned()),
        ..work("remove")
    };
    let sandbox = Sandbox::open(Store::open(&folder).unwrap(), LIVE).unwrap();
    assert_eq!(sandbox.by_hand("salons", &leaver), Ok(HandDone::Forgotten));
    let shown = sandbox.with_world(|world| world.show("salons")).unwrap();
    assert!(shown[0].contains("forgets"));
    assert!(shown.iter().any(|line| line.contains("Jana Bērziņa")));
    sandbox
        .with_world(|world| world.set_administrator("salons", Administrator::Does))
        .unwrap();
    assert_eq!(sandbox.by_hand("salons", &leaver), Ok(HandDone::Done));
    drop(sandbox);

    // Dropped without a save, as by a kill: what was done by hand is on disk all the same.
    let sandbox = Sandbox::open(Store::open(&folder).unwrap(), LIVE).unwrap();
    assert_eq!(
        sandbox.with_world(|world| world.access("salons", 10231, 8812)),
        None
    );
}
