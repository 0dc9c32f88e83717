//! Tests of the calls that change something, and of looking at what became of them.

use super::*;

fn rights(values: &[(&str, Value)]) -> Arc<RightSet> {
    let catalog = Catalog::current();
    let mut set = RightSet::empty(catalog.len());
    for (slug, value) in values {
        set.set(catalog.by_slug(slug).unwrap().index(), Some(value.clone()));
    }
    Arc::new(set)
}

fn target(role: &str, values: &[(&str, Value)]) -> Target {
    Target {
        role: Some(VendorRoleSlug::new(role)),
        staff: StaffTarget::Keep,
        rights: rights(values),
    }
}

fn invite(contacts: impl IntoIterator<Item = Contact>) -> Call {
    let invitations = contacts.into_iter().map(|contact| Invitation {
        name: "Jana".into(),
        contact,
        target: Target {
            staff: StaffTarget::Link(314),
            ..target("worker", &[("timetable_access", Value::Switch(true))])
        },
    });
    Call::Invite {
        place: center(),
        invitations: invitations.collect(),
    }
}

fn phone() -> Contact {
    Contact::Phone(Phone::parse("+371 20000001").unwrap())
}

#[test]
fn an_invitation_carries_role_rights_and_staff_link() {
    for (kind, search) in [
        (Kind::Altegio, "+37120000001"),
        (Kind::Yclients, "37120000001"),
    ] {
        let case = case_of(kind);
        let call = "POST /user/invite/10231";
        case.vendor
            .on(call, [Ok((202, fixture!("invited").into()))]);
        let receipt = case.run(&invite([phone()])).unwrap();
        assert_eq!(receipt.status, 202);
        let invited = json!({ "invites": [{
            "name": "Jana", "search": search, "position": null, "user_role": "worker",
            "user_permissions": [{ "slug": "timetable_access", "value": true }], "staff_id": 314,
        }] });
        assert_eq!(case.vendor.body(call, 0), invited);
    }
}

#[test]
fn an_invitation_is_never_sent_twice_on_doubt() {
    let lost = || Err(TransportError::Unknown("gone".into()));
    let unsent = || Err(TransportError::NotSent("refused".into()));
    let call = "POST /user/invite/10231";
    for answer in [lost(), Ok((502, String::new())), ok("{ cut")] {
        let case = case();
        case.vendor.on(call, [answer]);
        let error = case.run(&invite([phone()])).unwrap_err();
        assert!(matches!(error, ProviderError::Unknown { .. }), "{error:?}");
        assert_eq!(case.vendor.count(call), 1);
    }
    let case = case();
    case.vendor
        .on(call, [unsent(), Ok((202, fixture!("invited").into()))]);
    assert!(case.run(&invite([phone()])).is_ok());
    // A failed preparation is not an unknown invitation.
    let case = self::case();
    case.vendor.on("GET /company/10231/users/roles", [lost()]);
    let error = case.run(&invite([phone()])).unwrap_err();
    assert!(matches!(error, ProviderError::NotSent { .. }), "{error:?}");
    assert_eq!(case.vendor.count(call), 0);
    let sixteen = std::iter::repeat_n(phone(), 16);
    assert!(matches!(
        case.run(&invite(sixteen)),
        Err(ProviderError::NotSent { .. })
    ));
}

#[test]
fn refusals_keep_their_fields_and_lose_tokens() {
    let call = "POST /user/invite/10231";
    let error_of = |answer| {
        let case = case();
        case.vendor.on(call, [answer]);
        case.run(&invite([phone()])).unwrap_err()
    };
    let error = error_of(Ok((422, fixture!("refused_422").into())));
    assert!(error.to_string().contains("staff_id: not found"), "{error}");
    let forbidden = error_of(refused(403));
    assert!(
        forbidden
            .to_string()
            .contains("`settings_users_create_access`"),
        "{forbidden}"
    );
    assert_eq!(error_of(refused(401)), ProviderError::Unauthorized);
    let error = error_of(refused(200));
    assert!(matches!(error, ProviderError::Rejected { status: 200, .. }));
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

const WRITE: &str = "PUT /company/10231/users/8812/permissions";
const READ: &str = "GET /company/10231/users/8812/permissions";
const OF_HER: &str = "GET /company/10231/users/8812/roles";

fn write(target: Target) -> Call {
    Call::Write {
        place: center(),
        account: AccountId::new("8812"),
        target,
        expects: None,
    }
}

/// The fixture's permissions with another role and some other values.
fn permissions(role: &str, values: &[(&str, Json)]) -> Answer {
    let mut whole: Json = serde_json::from_str(fixture!("permissions")).unwrap();
    whole["data"]["user_role"] = json!(role);
    for right in whole["data"]["user_permissions"].as_array_mut().unwrap() {
        if let Some((_, value)) = values.iter().find(|(slug, _)| right["slug"] == *slug) {
            right["value"] = value.clone();
        }
    }
    ok(&whole.to_string())
}

#[test]
fn a_write_reads_lays_over_and_sends_all() {
    let case = case();
    let change = [("records_edit_last_days_count", Value::Days(Days::Last(7)))];
    let echo = permissions(
        "administrator",
        &[("records_edit_last_days_count", json!(7))],
    );
    case.vendor.on(WRITE, [echo]);
    let receipt = case.run(&write(target("administrator", &change))).unwrap();
    assert!(receipt.not_sent.is_empty());
    let body = case.vendor.body(WRITE, 0);
    assert_eq!(
        (&body["user_role"], &body["staff_id"]),
        (&json!("administrator"), &json!(314))
    );
    assert_eq!(body["user_permissions"].as_array().unwrap().len(), 14);
    assert_eq!((case.vendor.count(READ), case.vendor.count(WRITE)), (1, 1));
}

/// Access as the plan saw it: the fixture's, with some rights another.
fn seen(case: &Case, values: &[(&str, Value)]) -> Access {
    let Sighting::There(looked) = case.look("8812") else {
        panic!("she is there");
    };
    let mut rights = RightSet::clone(looked.rights.as_ref().unwrap());
    for (slug, value) in values {
        let id = Catalog::current().by_slug(slug).unwrap();
        rights.set(id.index(), Some(value.clone()));
    }
    Access {
        state: looked.state,
        role: looked.role,
        staff: looked.staff.flatten(),
        staff_name: None,
        rights: rights.into(),
        facts: Arc::default(),
    }
}

#[test]
fn a_write_sends_nothing_that_would_take_what_the_plan_did_not_show() {
    let days = "records_edit_last_days_count";
    let seven = [(days, Value::Days(Days::Last(7)))];
    let call = |expects| match write(target("administrator", &seven)) {
        Call::Write {
            place,
            account,
            target,
            ..
        } => Call::Write {
            place,
            account,
            target,
            expects: Some(Arc::new(expects)),
        },
        other => other,
    };
    // Somebody changed the days since; the plan never showed that they are taken.
    let case = case();
    let before = seen(&case, &[(days, Value::Days(Days::Last(1)))]);
    let error = case.run(&call(before)).unwrap_err();
    assert_eq!(error, ProviderError::Stale { what: vec![days] });
    assert_eq!(case.vendor.count(WRITE), 0);
    // As the plan saw it, it is written.
    let before = seen(&case, &[]);
    case.vendor
        .on(WRITE, [permissions("administrator", &[(days, json!(7))])]);
    case.run(&call(before)).unwrap();
    assert_eq!(case.vendor.count(WRITE), 1);
    // Another role that nobody planned to take is no less.
    let mut before = seen(&case, &[]);
    before.role = Some(VendorRoleSlug::new("worker"));
    let stale = match call(before) {
        Call::Write {
            place,
            account,
            mut target,
            expects,
        } => {
            target.role = Some(VendorRoleSlug::new("manager"));
            Call::Write {
                place,
                account,
                target,
                expects,
            }
        }
        other => other,
    };
    let error = case.run(&stale).unwrap_err();
    assert_eq!(error, ProviderError::Stale { what: vec!["role"] });
}

#[test]
fn what_may_not_be_changed_of_one_user_is_left_out_and_said() {
    let days = ("records_edit_last_days_count", Value::Days(Days::Last(7)));
    let on = ("timetable_access", Value::Switch(true));
    let mut roles: Json = serde_json::from_str(fixture!("roles")).unwrap();
    let locked = |nodes: &mut Json| {
        fn walk(nodes: &mut Json) {
            for node in nodes.as_array_mut().into_iter().flatten() {
                if node["slug"] == "records_edit_last_days_count" {
                    node["is_editable"] = json!(false);
                }
                walk(&mut node["children"]);
            }
        }
        walk(nodes);
    };
    for role in roles["data"].as_array_mut().unwrap() {
        locked(&mut role["user_permissions"]);
    }
    let roles = ok(&roles.to_string());
    let sends = |case: &Case, number: usize| {
        let body = case.vendor.body(WRITE, number);
        let sent = body["user_permissions"].as_array().unwrap().clone();
        sent.iter()
            .any(|right| right["slug"] == "records_edit_last_days_count")
    };

    // Kept in silence, or the whole write turned away.
    let untouched = || permissions("administrator", &[]);
    for answers in [
        vec![untouched()],
        vec![refused(403), untouched()],
        vec![refused(422), untouched()],
    ] {
        let turned_away = answers.len() - 1;
        let case = case();
        case.vendor.on(OF_HER, [roles.clone()]);
        case.vendor.on(WRITE, answers);
        let call = write(target("administrator", &[days.clone(), on.clone()]));
        let receipt = case.run(&call).unwrap();
        let slug: Arc<str> = "records_edit_last_days_count".into();
        assert_eq!(receipt.not_sent, [slug]);
        assert_eq!(case.vendor.count(WRITE), 1 + turned_away);
        assert!(sends(&case, 0));
        assert!(turned_away == 0 || !sends(&case, 1));
    }

    // A refusal for another reason is one.
    let case = case();
    case.vendor.on(OF_HER, [ok(fixture!("roles"))]);
    case.vendor.on(WRITE, [refused(403)]);
    let error = case.run(&write(target("administrator", &[days])));
    assert!(matches!(error, Err(ProviderError::Forbidden { .. })));
    assert_eq!(case.vendor.count(WRITE), 1);
}

#[test]
fn values_that_did_not_stick_are_written_once_more_without_the_role() {
    let case = case();
    let change = [("records_edit_last_days_count", Value::Days(Days::Last(7)))];
    let untouched = || permissions("administrator", &[]);
    case.vendor.on(OF_HER, [ok(fixture!("roles"))]);
    case.vendor.on(WRITE, [untouched()]);
    case.run(&write(target("administrator", &change))).unwrap();
    assert_eq!(case.vendor.count(WRITE), 2);
    let again = case.vendor.body(WRITE, 1);
    assert!(again.get("user_role").is_none() && again.get("staff_id").is_none());

    // A role that changed: the answer may be from before it took its own rights along.
    let case = self::case();
    let kept = permissions("worker", &[("records_edit_last_days_count", json!(7))]);
    case.vendor.on(OF_HER, [ok(fixture!("roles"))]);
    case.vendor.on(WRITE, [kept]);
    case.vendor
        .on(READ, [untouched(), permissions("worker", &[])]);
    case.run(&write(target("worker", &change))).unwrap();
    assert_eq!((case.vendor.count(READ), case.vendor.count(WRITE)), (2, 2));

    // A role that did not stick is not repaired by rights.
    let case = self::case();
    case.vendor.on(WRITE, [untouched()]);
    case.run(&write(target("worker", &change))).unwrap();
    assert_eq!(case.vendor.count(WRITE), 1);
}

#[test]
fn what_cannot_be_changed_is_not_tried() {
    let case = case();
    let mut whole: Json = serde_json::from_str(fixture!("permissions")).unwrap();
    whole["data"]["is_editable"] = json!(0);
    case.vendor.on(READ, [ok(&whole.to_string())]);
    let call = write(target("worker", &[]));
    assert!(matches!(
        case.run(&call),
        Err(ProviderError::Rejected { .. })
    ));
    case.vendor.on(READ, [refused(404)]);
    assert!(matches!(
        case.run(&call),
        Err(ProviderError::NotFound { .. })
    ));
    assert_eq!(case.vendor.count(WRITE), 0);
}

#[test]
fn a_copy_is_explicit_and_goes_to_one_place() {
    let case = case();
    let call = "POST /company/10231/users/8812/copy_to_companies";
    case.vendor
        .on(call, [Ok((500, String::new())), data(&Json::Null)]);
    let copy = Call::Copy {
        from: center(),
        account: AccountId::new("8812"),
        to: mall(),
        rights: rights(&[("timetable_access", Value::Switch(true))]),
    };
    assert_eq!(case.run(&copy).unwrap().status, 200);
    let links = json!({ "user_company_links": [{
        "company_id": 10232,
        "user_permissions": [{ "slug": "timetable_access", "value": true }],
    }] });
    assert_eq!(case.vendor.body(call, 1), links);
}

#[test]
fn a_removal_of_somebody_who_is_gone_is_done() {
    let case = case();
    let remove = Call::Remove {
        place: center(),
        account: AccountId::new("8812"),
    };
    let call = "DELETE /company/10231/users/8812";
    case.vendor.on(
        call,
        [Err(TransportError::Unknown("lost".into())), refused(404)],
    );
    assert_eq!(case.run(&remove).unwrap().status, 404);
    case.vendor.on(call, [Ok((204, String::new()))]);
    assert_eq!(case.run(&remove).unwrap().status, 204);
    case.vendor.on(call, [refused(403)]);
    assert!(matches!(
        case.run(&remove),
        Err(ProviderError::Forbidden { .. })
    ));
}

#[test]
fn a_removal_from_several_places_names_all_of_them() {
    let case = case();
    let remove = Call::RemoveSeveral {
        at: mall(),
        account: AccountId::new("8812"),
        places: vec![mall(), center()],
    };
    let call = "POST /company/10232/users/8812/remove_from_companies";
    case.vendor
        .on(call, [Ok((500, String::new())), data(&Json::Null)]);
    assert_eq!(case.run(&remove).unwrap().status, 200);
    let links = json!({ "user_company_links": [
        { "company_id": 10231 }, { "company_id": 10232 },
    ] });
    assert_eq!(case.vendor.body(call, 1), links);

    // Gone from the place of the path is not gone from the others.
    case.vendor.on(call, [refused(404)]);
    let gone = case.run(&remove);
    assert!(matches!(gone, Err(ProviderError::NotFound { .. })));
    case.vendor.on(call, [refused(403)]);
    let forbidden = case.run(&remove);
    assert!(matches!(forbidden, Err(ProviderError::Forbidden { .. })));
    case.vendor.on(call, [refused(422)]);
    let rejected = case.run(&remove);
    assert!(matches!(rejected, Err(ProviderError::Rejected { .. })));
    case.vendor
        .on(call, [Err(TransportError::Unknown("lost".into()))]);
    let lost = case.run(&remove);
    assert!(matches!(lost, Err(ProviderError::Unknown { .. })));
}

#[test]
fn a_refusal_after_a_lost_answer_says_nothing_of_the_first_attempt() {
    let case = case();
    let remove = Call::Remove {
        place: center(),
        account: AccountId::new("8812"),
    };
    let call = "DELETE /company/10231/users/8812";
    let lost = || Err(TransportError::Unknown("lost".into()));
    let envelope = json!({ "success": false, "data": null, "meta": { "message": "Not found." } });
    case.vendor
        .on(call, [lost(), Ok((200, envelope.to_string()))]);
    let doubtful = case.run(&remove);
    assert!(matches!(doubtful, Err(ProviderError::Unknown { .. })));
    case.vendor.on(call, [Ok((200, envelope.to_string()))]);
    let refused = case.run(&remove);
    assert!(matches!(refused, Err(ProviderError::Rejected { .. })));
}

#[test]
fn a_look_is_one_call_for_whom_the_run_has_listed() {
    let case = case();
    case.both();
    let before = case.vendor.asked().len();
    let Sighting::There(jana) = case.look("8812") else {
        panic!("not there");
    };
    assert_eq!(jana.role, Some(VendorRoleSlug::new("administrator")));
    assert_eq!(case.vendor.asked().len(), before + 1);

    // Gone: said only after a complete list.
    case.vendor.on(READ, [refused(404)]);
    let list = format!("GET {CENTER}");
    case.vendor.on(&list, [users(&[user(501, true)], 1)]);
    assert_eq!(case.look("8812"), Sighting::Absent);
    case.vendor.on(&list, [users(&[user(501, true)], 2)]);
    assert!(matches!(case.look("8812"), Sighting::Unknown(_)));
    case.vendor.on(READ, [Ok((500, String::new()))]);
    assert!(matches!(case.look("8812"), Sighting::Unknown(_)));
}
