//! Other instrumentation in the same tree: `tracing`, `log`, the API of OpenTelemetry; ids in log lines.
//!
//! Use it through `tracer::bridge`. Each feature brings the crate it is named after and nothing else.

// Lines of logs.
#[cfg(feature = "tracing")]
mod lines;

// From elsewhere to here.
#[cfg(feature = "log")]
mod logger;
#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;
#[cfg(feature = "tracing")]
mod tracing;

// What came, until all of it is known.
#[cfg(any(feature = "log", feature = "tracing"))]
mod doubles;
#[cfg(any(feature = "log", feature = "tracing"))]
mod fields;

// What is ours.
mod ids;

pub use ids::Ids;
#[cfg(feature = "tracing")]
pub use lines::WithIds;
#[cfg(feature = "log")]
pub use logger::Logger;
#[cfg(feature = "tracing")]
pub use tracing::Tracing;

/// What `tracer` tells when it reads the environment; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use crate::ids::name_ids_as_datadog;
}
