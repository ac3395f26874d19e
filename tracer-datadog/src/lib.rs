//! Datadog for the tracer crates: spans go to the agent in its own format, and it says how many it
//! wants.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one span passes
//! through them; a module uses only modules of lower floors.
#![expect(dead_code, reason = "its parts are being put together")]

mod agent;

mod payload;

mod chunk;

mod span;

mod names;

mod msgpack;
mod rates;
mod tag;

#[cfg(test)]
mod tests;

pub use agent::{Datadog, DatadogBuilder, DatadogError};
