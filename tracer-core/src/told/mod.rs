//! What exporters share of how a span is told, whatever the backend.

mod by_callsite;
pub mod key;
mod notation;
mod unique;

pub use by_callsite::ByCallsite;
pub use notation::{
    AT, module_of, write_function, write_place, write_slices, write_sources, write_stack,
    write_wakes,
};
pub use unique::unique;
