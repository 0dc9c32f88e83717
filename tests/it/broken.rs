//! Every problem a user can cause through files, as a smallest project with the report it gets.
