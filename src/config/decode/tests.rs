//! Laws and nasty inputs.
