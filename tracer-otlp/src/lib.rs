//! OTLP for the tracer crates: spans leave the process over HTTP, into files, or through
//! OpenTelemetry's own exporters, and are read back.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one span passes
//! through them; a module uses only modules of lower floors.
#![cfg_attr(
    not(feature = "http"),
    allow(
        dead_code,
        reason = "protobuf is for backends; files have JSON of the same descriptions"
    )
)]

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "opentelemetry")]
mod sdk;

mod file;
pub mod read;

// What a span is in OTLP: one description.
mod request;

mod message;

mod attribute;
mod facts;
mod field;
mod notation;
mod resource;
mod value;

// Two ways of writing it down.
mod json;
mod protobuf;

mod writer;

// Read back, and what backends answer.
mod tree;
mod wire;

#[cfg(test)]
mod tests;

pub use file::{File, FileBuilder, FileError};
#[cfg(feature = "http")]
pub use http::{Otlp, OtlpBuilder, OtlpError};
#[cfg(feature = "opentelemetry")]
pub use sdk::OpenTelemetry;
