//! Who is one human, what roles are called, and that the order of accounts changes nothing.

use std::collections::BTreeMap;

use super::*;
use crate::catalog::RightType;
use crate::model::{
    Account, AccountState, Caller, Email, LocationKey, ObservedSystem, Phone, Reading, ScopeState,
    Value,
};

pub(super) fn account(id: &str, name: &str, email: &str, phone: &str) -> Account {
    Account {
        id: AccountId::new(id),
        name: name.into(),
        phone: Phone::parse(phone).ok(),
        email: Email::parse(email).ok(),
        state: AccountState::Active,
        removable: true,
        editable: None,
        role: Some(VendorRoleSlug::new("worker")),
        staff: Some(None),
        rights: Some(std::sync::Arc::new(closed())),
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

fn closed() -> RightSet {
    let catalog = Catalog::current();
    let mut set = RightSet::empty(catalog.len());
    for right in catalog.all() {
        set.set(right.id.index(), Some(rights::denied(right.kind)));
    }
    set
}

pub(super) fn with(slugs: &[&str]) -> RightSet {
    let catalog = Catalog::current();
    let mut set = closed();
    for slug in slugs {
        let id = catalog.by_slug(slug).unwrap();
        set.set(id.index(), Some(Value::Switch(true)));
        for above in catalog.governors(id) {
            set.set(above.index(), Some(Value::Switch(true)));
        }
    }
    set
}

pub(super) fn system(kind: &'static str, places: Vec<(&str, Vec<Account>)>) -> ObservedSystem {
    let scopes = places.into_iter().map(|(place, accounts)| {
        let state = ScopeState {
            accounts: accounts.into_iter().map(|it| (it.id.clone(), it)).collect(),
            ..ScopeState::default()
        };
        (
            PlaceId::At(LocationKey::new(place)),
            Reading::Complete(state),
        )
    });
    ObservedSystem {
        kind,
        host: "test".into(),
        taken: jiff::Timestamp::UNIX_EPOCH,
        caller: Caller::default(),
        scopes: scopes.collect(),
        calls: 0,
    }
}

pub(super) fn seen(systems: Vec<(&str, ObservedSystem)>) -> Observed {
    Observed {
        systems: systems
            .into_iter()
            .map(|(name, it)| (SystemName::new(name), it))
            .collect(),
        ..Observed::default()
    }
}

fn proposed(observed: &Observed, style: Roles) -> Proposal {
    propose(&Input {
        observed,
        desired: &Desired::default(),
        new_places: &BTreeSet::new(),
        catalog: Catalog::current(),
        owners: BTreeMap::new(),
        roles: BTreeMap::new(),
        listed: BTreeMap::new(),
        role_keys: BTreeSet::new(),
        aside: &BTreeMap::new(),
        style,
        pin: false,
        one_file: true,
    })
}

pub(super) fn text<'p>(proposal: &'p Proposal, section: &str) -> &'p str {
    let found = proposal.additions.iter().find(|it| it.section == section);
    found.map_or("", |it| &it.text)
}

#[test]
fn one_contact_joins_over_places_and_systems() {
    let found = proposed(
        &seen(vec![
            (
                "clinic",
                system(
                    "yclients",
                    vec![(
                        "skin",
                        vec![account("7", "Bērziņa Jana", "", "+371 20000001")],
                    )],
                ),
            ),
            (
                "salons",
                system(
                    "altegio",
                    vec![
                        (
                            "center",
                            vec![account("12", "Jana", "jana@c.example", "+37120000001")],
                        ),
                        (
                            "mall",
                            vec![account("12", "Jana", "jana@c.example", "+37120000001")],
                        ),
                    ],
                ),
            ),
        ]),
        Roles::Compact,
    );
    assert_eq!(found.told.people, 1);
    assert_eq!(found.told.accounts, 2);
    let people = text(&found, "people");
    assert!(
        people.starts_with("  berzina.jana:\n    name: Bērziņa Jana\n"),
        "{people}"
    );
    assert!(
        people.contains("{ role: team-member-salons, at: [center, mall] }"),
        "{people}"
    );
    assert!(
        !people.contains("accounts"),
        "the phone tells both: {people}"
    );
    assert!(found.told.decide.is_empty());
}

#[test]
fn a_name_alone_joins_nobody_and_is_told_on_both_sides() {
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "center",
                    vec![
                        account("1", "Jana Bērziņa", "a@c.example", ""),
                        account("2", "Jana Bērziņa", "", ""),
                    ],
                )],
            ),
        )]),
        Roles::Compact,
    );
    assert_eq!(found.told.people, 2);
    let people = text(&found, "people");
    assert_eq!(
        people
            .matches("# TO DECIDE: one person with account")
            .count(),
        2,
        "{people}"
    );
    assert!(people.contains("jana.berzina-2:"), "{people}");
    // Whoever has no contact is told by the id.
    assert!(
        people.contains("accounts: { salons: { id: 2 } }"),
        "{people}"
    );
    assert_eq!(found.told.decide.len(), 1);
}

#[test]
fn one_address_of_two_names_in_one_system_is_shared_and_joins_nobody() {
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "center",
                    vec![
                        account("1", "Jana Bērziņa", "team@c.example", ""),
                        account("2", "Oļegs Ozols", "team@c.example", ""),
                        account("3", "J. Bērziņa", "", "+37120000001"),
                    ],
                )],
            ),
        )]),
        Roles::Compact,
    );
    assert_eq!(found.told.people, 3);
    let people = text(&found, "people");
    assert_eq!(
        people
            .matches("email: { address: team@c.example, shared: true }")
            .count(),
        2,
        "{people}"
    );
    assert_eq!(people.matches("id: ").count(), 2, "{people}");
}

#[test]
fn a_chain_of_contacts_never_makes_one_of_two() {
    let found = proposed(
        &seen(vec![
            (
                "clinic",
                system(
                    "yclients",
                    vec![(
                        "skin",
                        vec![account("9", "Anna", "a@c.example", "+37120000002")],
                    )],
                ),
            ),
            (
                "salons",
                system(
                    "altegio",
                    vec![(
                        "center",
                        vec![
                            account("1", "Anna", "a@c.example", ""),
                            account("2", "Oļegs", "", "+37120000002"),
                        ],
                    )],
                ),
            ),
        ]),
        Roles::Compact,
    );
    assert_eq!(found.told.people, 3, "{}", text(&found, "people"));
    assert!(!found.told.decide.is_empty());
}

#[test]
fn owners_system_users_programs_and_invited_are_marked() {
    let mut owner = account("1", "Ilze", "i@c.example", "");
    owner.role = Some(VendorRoleSlug::new("owner"));
    let mut fixed = account("2", "Support", "s@c.example", "");
    fixed.removable = false;
    let mut invited = account("4", "Anna", "a@c.example", "");
    invited.state = AccountState::Invited;
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "center",
                    vec![
                        owner,
                        fixed,
                        account("3", "Booking bot", "b@c.example", ""),
                        invited,
                        account("5", "", "e@c.example", ""),
                        account("6", "Reception", "r@c.example", ""),
                    ],
                )],
            ),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    for line in [
        "access: unmanaged # an owner\n",
        "access: unmanaged # a system user: the vendor lets nobody remove it\n",
        "access: unmanaged # TO DECIDE: a program, by its name\n",
        "access: # center: invited, not accepted yet\n",
        "# TO DECIDE: an account without a name\n",
        "kind: shared\n",
    ] {
        assert!(people.contains(line), "{line}\n{people}");
    }
}

#[test]
fn nearly_equal_rights_become_one_role_and_equal_ones_in_exact() {
    let base = [
        "records_create_access",
        "timetable_phones_access",
        "records_delete_access",
    ];
    let rows = (0..12).map(|at| {
        let mut row = account(&at.to_string(), &format!("Person{at} Name{at}"), "", "");
        let set = match at {
            3 => with(&base[..2]),
            4 => with(&[&base[..], &["clients_delete_access"]].concat()),
            _ => with(&base),
        };
        row.rights = Some(std::sync::Arc::new(set));
        row
    });
    let observed = seen(vec![(
        "salons",
        system("altegio", vec![("center", rows.collect())]),
    )]);
    let compact = proposed(&observed, Roles::Compact);
    assert_eq!(compact.told.roles.len(), 1, "{}", text(&compact, "roles"));
    let people = text(&compact, "people");
    assert!(
        people.contains("minus: { salons: [records_delete_access] }"),
        "{people}"
    );
    assert!(
        people.contains("plus: { salons: { clients_delete_access: allow } }"),
        "{people}"
    );
    let exact = proposed(&observed, Roles::Exact);
    assert_eq!(exact.told.roles.len(), 3);
    assert!(!text(&exact, "people").contains("plus"));
    // What the vendor counts in another order finds the same roles.
    let mut other = observed.clone();
    for seen in other.systems.values_mut() {
        for reading in seen.scopes.values_mut() {
            if let Reading::Complete(scope) = reading {
                let renamed = std::mem::take(&mut scope.accounts)
                    .into_values()
                    .map(|mut row| {
                        row.id = AccountId::new(format!(
                            "9{}",
                            99 - row.id.as_str().parse::<u32>().unwrap()
                        ));
                        (row.id.clone(), row)
                    });
                scope.accounts = renamed.collect();
            }
        }
    }
    let again = proposed(&other, Roles::Compact);
    assert_eq!(text(&again, "roles"), text(&compact, "roles"));
}

#[test]
fn own_calendar_is_self_and_other_team_members_stay_ids() {
    let id = Catalog::current().by_slug("timetable_staff_id").unwrap();
    let only = |staff| Value::One(crate::model::One::Only(crate::model::Item::Id(staff)));
    let rows = [(1, 71, 71), (2, 72, 72), (3, 73, 99)].map(|(at, staff, sees)| {
        let mut row = account(
            &at.to_string(),
            &format!("P{at}"),
            &format!("p{at}@c.example"),
            "",
        );
        let mut set = with(&["timetable_phones_access"]);
        set.set(id.index(), Some(only(sees)));
        row.staff = Some(Some(staff));
        row.rights = Some(std::sync::Arc::new(set));
        row
    });
    let observed = seen(vec![(
        "salons",
        system("altegio", vec![("center", rows.to_vec())]),
    )]);
    let found = proposed(&observed, Roles::Compact);
    let roles = text(&found, "roles");
    assert!(roles.contains("timetable_staff_id: self"), "{roles}");
    assert!(roles.contains("timetable_staff_id: 99"), "{roles}");
    assert_eq!(
        Catalog::current().get(id).kind,
        RightType::Id(crate::catalog::Entity::Staff)
    );
}

#[test]
fn a_part_of_a_name_is_told_and_joins_nobody() {
    let clinic = |people: Vec<Account>| ("clinic", system("yclients", vec![("skin", people)]));
    let salon = |people: Vec<Account>| ("salons", system("altegio", vec![("center", people)]));
    let found = proposed(
        &seen(vec![
            clinic(vec![
                account("70", "Marta", "", "+37120000007"),
                account("71", "J. Bērziņa", "", "+37120000008"),
                account("72", "Anna", "", "+37120000009"),
            ]),
            salon(vec![
                account("7", "Marta Kalniņa", "m@c.example", ""),
                account("8", "Jana Bērziņa", "j@c.example", ""),
                account("9", "Anna Liepa", "a@c.example", ""),
                account("10", "Anna Ozola", "o@c.example", ""),
                // Side by side they are two.
                account("11", "Zane", "z@c.example", ""),
                account("12", "Zane Vītola", "v@c.example", ""),
            ]),
        ]),
        Roles::Compact,
    );
    assert_eq!(found.told.people, 9);
    assert_eq!(
        found.told.decide,
        [
            "Marta (account 70 at clinic) and Marta Kalniņa (account 7 at salons): one person? one name is a part of the other, and they have no e-mail or phone in common",
            "J. Bērziņa (account 71 at clinic) and Jana Bērziņa (account 8 at salons): one person? one name is a part of the other, and they have no e-mail or phone in common",
        ]
    );
    let people = text(&found, "people");
    assert_eq!(
        people.matches("# TO DECIDE: one person with").count(),
        4,
        "{people}"
    );
}

#[test]
fn of_two_accounts_at_one_place_the_heavier_stands_in_the_files_and_both_are_told() {
    let mut heavy = account("188", "Three Twice", "t@c.example", "");
    heavy.role = Some(VendorRoleSlug::new("administrator"));
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "mall",
                    vec![account("187", "Three Twice", "t@c.example", ""), heavy],
                )],
            ),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    assert!(
        people.contains("accounts: { salons: { id: [188, 187] } }"),
        "{people}"
    );
    assert!(people.contains("role: receptionist"), "{people}");
    assert!(
        people.contains("  # TO DECIDE: has the accounts 188 (administrator) and 187 (worker) at mall; what stands here is the first's\n"),
        "{people}"
    );
    assert_eq!(found.told.decide.len(), 1, "{:?}", found.told.decide);
}

#[test]
fn two_accounts_at_one_place_that_cannot_be_compared_are_left_alone() {
    let mut other = account("188", "Three Twice", "t@c.example", "");
    other.role = Some(VendorRoleSlug::new("accountant"));
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "mall",
                    vec![account("187", "Three Twice", "t@c.example", ""), other],
                )],
            ),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    assert!(
        people.contains("access: unmanaged # left alone: has the accounts"),
        "{people}"
    );
    assert_eq!(found.told.decide.len(), 1, "{:?}", found.told.decide);
}

#[test]
fn a_vendor_role_that_nobody_knows_leaves_one_person_alone() {
    let mut odd = account("2", "Odd", "o@c.example", "");
    odd.role = Some(VendorRoleSlug::new("call_center"));
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![("mall", vec![account("1", "Plain", "p@c.example", ""), odd])],
            ),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    assert!(
        people.contains("access: unmanaged # left alone: at mall the vendor's role is `call_center`, which is not known here\n"),
        "{people}"
    );
    assert!(!text(&found, "roles").contains("call_center"));
    assert_eq!(found.told.decide.len(), 1, "{:?}", found.told.decide);
}

#[test]
fn what_is_to_decide_in_the_files_is_told_at_the_end() {
    let found = proposed(
        &seen(vec![(
            "salons",
            system(
                "altegio",
                vec![(
                    "mall",
                    vec![
                        account("1", "Booking bot", "b@c.example", ""),
                        account("2", "Front Desk", "f@c.example", ""),
                        account("3", "Anna Hall", "h@c.example", ""),
                        account("4", "Jean-Luc Service", "s@c.example", ""),
                        account("5", "Kase 1", "k@c.example", ""),
                    ],
                )],
            ),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    let decide = found.told.decide.join("\n");
    assert_eq!(people.matches("TO DECIDE").count(), 3, "{people}");
    for name in ["Booking bot", "Front Desk", "Kase 1"] {
        assert!(decide.contains(&format!("{name} (account")), "{decide}");
    }
    // A surname makes nobody a program or a desk.
    assert!(
        !decide.contains("Anna") && !decide.contains("Jean"),
        "{decide}"
    );
}

#[test]
fn what_many_are_left_alone_for_is_said_once() {
    let check = Catalog::current().by_slug("auth_enable_check_ip").unwrap();
    let rows = (0..6).map(|at| {
        let mut row = account(&at.to_string(), &format!("P{at} F{at}"), "", "");
        let mut set = closed();
        set.set(check.index(), Some(Value::Switch(true)));
        row.rights = Some(std::sync::Arc::new(set));
        row
    });
    let found = proposed(
        &seen(vec![(
            "salons",
            system("altegio", vec![("center", rows.collect())]),
        )]),
        Roles::Compact,
    );
    assert_eq!(
        found.told.decide,
        [
            "6 people are left alone: the check of addresses at sign-in is on, without an address: P0 F0 (account 0 at salons), P1 F1 (account 1 at salons), P2 F2 (account 2 at salons) and 3 more, as their entries say"
        ]
    );
    let people = text(&found, "people");
    assert_eq!(
        people.matches("left alone: at center").count(),
        6,
        "{people}"
    );
}

#[test]
fn keys_are_names_or_numbers_of_accounts() {
    let names = ["1_000", "2026-11-23", "yes", "null"];
    let rows = names.iter().enumerate();
    let rows =
        rows.map(|(at, name)| account(&format!("10{at}"), name, &format!("p{at}@c.example"), ""));
    let found = proposed(
        &seen(vec![(
            "salons",
            system("altegio", vec![("center", rows.collect())]),
        )]),
        Roles::Compact,
    );
    let people = text(&found, "people");
    for at in 0..4 {
        assert!(people.contains(&format!("  person-10{at}:\n")), "{people}");
    }
}

/// One place; each account with its rights and the id of a team member.
fn salon(rows: Vec<(RightSet, Option<i64>)>, posts: &[(i64, &str)]) -> Observed {
    let rows = rows.into_iter().enumerate().map(|(at, (set, staff))| {
        let mut row = account(
            &at.to_string(),
            &format!("P{at} F{at}"),
            &format!("p{at}@c.example"),
            "",
        );
        row.staff = Some(staff);
        row.rights = Some(std::sync::Arc::new(set));
        row
    });
    let mut found = seen(vec![(
        "salons",
        system("altegio", vec![("center", rows.collect())]),
    )]);
    for seen in found.systems.values_mut() {
        for reading in seen.scopes.values_mut() {
            if let Reading::Complete(scope) = reading {
                scope.names.posts = posts.iter().map(|(id, it)| (*id, (*it).into())).collect();
            }
        }
    }
    found
}

#[test]
fn a_role_is_called_by_the_position_that_its_people_hold() {
    let set = with(&["records_create_access"]);
    let rows: Vec<_> = (0..4).map(|at| (set.clone(), Some(70 + at))).collect();
    let posts = [
        (70, "Nail master"),
        (71, "Nail master"),
        (72, "Nail master"),
        (73, "Barber"),
    ];
    let found = proposed(&salon(rows.clone(), &posts), Roles::Compact);
    let roles = text(&found, "roles");
    assert!(
        roles.starts_with("  nail-master:\n    title: Nail master\n"),
        "{roles}"
    );
    // Positions that differ say nothing, nor does one of a few.
    let mixed = [
        (70, "Nail master"),
        (71, "Nail master"),
        (72, "Barber"),
        (73, "Barber"),
    ];
    let few = [(70, "Nail master")];
    for posts in [&mixed[..], &few[..]] {
        let found = proposed(&salon(rows.clone(), posts), Roles::Compact);
        assert!(text(&found, "roles").starts_with("  team-member:\n"));
    }
}

#[test]
fn what_differs_is_what_a_role_is_named_by() {
    let catalog = Catalog::current();
    let days = catalog.by_slug("records_edit_last_days_count").unwrap();
    let last = |slugs: &[&str], number| {
        let mut set = with(slugs);
        let value = Value::Days(crate::model::Days::Last(number));
        set.set(days.index(), Some(value));
        set
    };
    let edit = "records_edit_access";
    let sets = [
        (last(&[edit], 30), 30),
        (last(&[edit], 1), 12),
        (last(&[edit, "records_delete_access"], 30), 12),
    ];
    let rows = sets
        .iter()
        .flat_map(|(set, count)| std::iter::repeat_n((set.clone(), None), *count));
    let found = proposed(&salon(rows.collect(), &[]), Roles::Exact);
    let roles = text(&found, "roles");
    for title in [
        "title: Team member, appointments 1 day back\n",
        "title: Team member, may delete appointments\n",
    ] {
        assert!(roles.contains(title), "{roles}");
    }
}

#[test]
fn whoever_has_little_of_a_role_gets_one_of_their_own() {
    let many = [
        "records_create_access",
        "records_edit_access",
        "timetable_phones_access",
        "clients_comments_access",
        "clients_edit_access",
        "clients_delete_access",
    ];
    let mut rows: Vec<_> = (0..9).map(|_| (with(&[]), None)).collect();
    rows.push((with(&many), None));
    let found = proposed(&salon(rows, &[]), Roles::Compact);
    assert_eq!(found.told.roles.len(), 2, "{}", text(&found, "people"));
    assert!(!text(&found, "people").contains("plus"));
}
