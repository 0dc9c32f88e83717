//! Rights of the appointment calendar. What limits it, limits the whole of it.

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
        "change working hours in the calendar",
    )
    .legacy(&["schedule_edit_access"]),
    switch(
        "timetable_phones_access",
        "see clients' phones in the calendar",
    )
    .client_data(),
    switch(
        "timetable_transferring_record_access",
        "move appointments in the calendar",
    ),
    switch(
        "timetable_statistics_access",
        "see the calendar's statistics",
    ),
    switch("timetable_waiting_list_access", "use the waiting list").client_only(),
];
