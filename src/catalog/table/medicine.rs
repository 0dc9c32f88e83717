//! Rights of the medical section, seen at YCLIENTS only. All but the root touch health data, and
//! are marked as client data for that reason.

use super::{
    Entity::{Position, Staff},
    Row, id, root, switch,
};

const ROOT: &str = "medicine_access";
const CARD: &str = "medicine_card_access";
const VISIT: &str = "medicine_appointment_access";
const VISIT_VIEW: &str = "medicine_appointment_view_access";
const VISIT_EDIT: &str = "medicine_appointment_edit_access";
const PLAN: &str = "medicine_treatment_plan_access";

const fn medical(slug: &'static str, governor: &'static str, title: &'static str) -> Row {
    switch(slug, governor, title)
        .client_data()
        .yclients()
        .no_legacy()
}

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open the medical section")
        .yclients()
        .no_legacy(),
    medical(CARD, ROOT, "open medical cards"),
    medical("medicine_card_view_access", CARD, "see medical cards"),
    medical("medicine_card_print_access", CARD, "print medical cards"),
    medical("medicine_card_edit_access", CARD, "edit medical cards"),
    medical(VISIT, ROOT, "open doctors' visit protocols"),
    medical(VISIT_VIEW, VISIT, "see doctors' visit protocols"),
    id(
        "medicine_appointment_view_settings_position_id",
        VISIT_VIEW,
        Position,
        "position whose visit protocols are shown",
    )
    .yclients()
    .no_legacy(),
    id(
        "medicine_appointment_view_settings_staff_id",
        VISIT_VIEW,
        Staff,
        "team member whose visit protocols are shown",
    )
    .yclients()
    .no_legacy(),
    medical(
        "medicine_appointment_print_access",
        VISIT,
        "print doctors' visit protocols",
    ),
    medical(VISIT_EDIT, VISIT, "edit doctors' visit protocols"),
    id(
        "medicine_appointment_edit_settings_position_id",
        VISIT_EDIT,
        Position,
        "position whose visit protocols can be edited",
    )
    .yclients()
    .no_legacy(),
    id(
        "medicine_appointment_edit_settings_staff_id",
        VISIT_EDIT,
        Staff,
        "team member whose visit protocols can be edited",
    )
    .yclients()
    .no_legacy(),
    medical(PLAN, ROOT, "open treatment plans"),
    medical(
        "medicine_treatment_plan_view_access",
        PLAN,
        "see treatment plans",
    ),
    medical(
        "medicine_treatment_plan_print_access",
        PLAN,
        "print treatment plans",
    ),
    medical(
        "medicine_treatment_plan_edit_access",
        PLAN,
        "edit treatment plans",
    ),
];
