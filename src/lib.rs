//! Staff access as code for chains of shops, salons and clinics.

pub mod clock;
