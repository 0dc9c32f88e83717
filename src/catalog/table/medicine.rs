//! Rights of the medical section, seen at YCLIENTS only. All but the root touch health data, and
//! are marked as client data for that reason.

use super::{
    Entity::{Position, Staff},
    Row, id, root, switch,
};

const VISIT_VIEW: &str = "medicine_appointment_view_access";
const VISIT_EDIT: &str = "medicine_appointment_edit_access";

const fn medical(slug: &'static str, title: &'static str) -> Row {
    switch(slug, title).client_data().yclients().no_legacy()
}

pub(super) const ROWS: &[Row] = &[
    root("medicine_access", "open the medical section")
        .yclients()
        .no_legacy(),
    medical("medicine_card_access", "open medical cards"),
    medical("medicine_card_view_access", "see medical cards"),
    medical("medicine_card_print_access", "print medical cards"),
    medical("medicine_card_edit_access", "edit medical cards"),
    medical(
        "medicine_appointment_access",
        "open doctors' visit protocols",
    ),
    medical(VISIT_VIEW, "see doctors' visit protocols"),
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
        "print doctors' visit protocols",
    ),
    medical(VISIT_EDIT, "edit doctors' visit protocols"),
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
    medical("medicine_treatment_plan_access", "open treatment plans"),
    medical("medicine_treatment_plan_view_access", "see treatment plans"),
    medical(
        "medicine_treatment_plan_print_access",
        "print treatment plans",
    ),
    medical(
        "medicine_treatment_plan_edit_access",
        "edit treatment plans",
    ),
];
