//! What exporters share of how a span is told, whatever the backend.

mod by_callsite;
mod facts;
pub mod key;
mod notation;
mod unique;

pub use by_callsite::ByCallsite;
pub use facts::{facts, place};
pub use notation::{AT, module_of, write_sources, write_stack};
pub use unique::unique;
