//! Staff access as code for chains of shops, salons and clinics.

pub mod catalog;
pub mod clock;
pub mod diagnostic;
pub mod model;
pub mod text;
