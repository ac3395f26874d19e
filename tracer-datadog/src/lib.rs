//! Datadog for the tracer crates: spans go to the agent in its own format, and it says how many it
//! wants.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one span passes
//! through them; a module uses only modules of lower floors.
//!
//! # Beside ddtrace
//!
//! A trace looks as one that ddtrace-py made, by hand and of the same names, but for this:
//!
#![doc = include_str!("differences.md")]

mod agent;

mod payload;
mod sampler;

mod chunk;

mod span;

mod names;

mod msgpack;
mod rates;
mod tag;

#[cfg(test)]
mod tests;

pub use agent::{Datadog, DatadogBuilder, DatadogError};
pub use sampler::{DatadogSampler, RulesError};
