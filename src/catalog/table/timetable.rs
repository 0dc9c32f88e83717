//! Rights of the appointment calendar. All hang on the root: none names another.

use super::{
    Entity::{Position, Staff},
    Row, days, id, root, switch,
};

const ROOT: &str = "timetable_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open the appointment calendar"),
    id(
        "timetable_position_id",
        ROOT,
        Position,
        "position whose schedule is shown in the calendar",
    )
    .legacy(&["position_id"]),
    id(
        "timetable_staff_id",
        ROOT,
        Staff,
        "team member whose schedule is shown in the calendar",
    )
    .legacy(&["master_id"]),
    days(
        "timetable_last_days_count",
        ROOT,
        "days back shown in the calendar",
    )
    .legacy(&["last_days_count"]),
    switch(
        "timetable_schedule_edit_access",
        ROOT,
        "change working hours in the calendar",
    )
    .legacy(&["schedule_edit_access"]),
    switch(
        "timetable_phones_access",
        ROOT,
        "see clients' phones in the calendar",
    )
    .client_data(),
    switch(
        "timetable_transferring_record_access",
        ROOT,
        "move appointments in the calendar",
    ),
    switch(
        "timetable_statistics_access",
        ROOT,
        "see the calendar's statistics",
    ),
    switch(
        "timetable_waiting_list_access",
        ROOT,
        "use the waiting list",
    )
    .client_only(),
];
