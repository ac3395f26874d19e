//! Other instrumentation in the same tree: `tracing`, `log`, the API of OpenTelemetry; ids in log lines.
//!
//! With the feature `tracing`, `Tracing` is a layer of `tracing_subscriber`: whatever libraries tell
//! through `tracing` becomes spans and events of ours, and `WithIds` adds ids to its log lines. With
//! `log`, `Logger` stands before your own logger and makes events of its records. With
//! `opentelemetry-api`, `opentelemetry` is the provider for libraries that use that API. `Ids` are
//! for the lines of any other logger.
//!
//! `#[instrument]` in `#[traced]` in `#[instrument]` is one tree, whatever runs them:
//!
//! ```
//! # #[cfg(all(feature = "tracing", feature = "macros"))] {
//! use tracer::bridge::Tracing;
//! use tracing_subscriber::filter::LevelFilter;
//! use tracing_subscriber::prelude::*;
//!
//! #[tracing::instrument]
//! fn load(id: u32) {}
//!
//! #[tracer::traced]
//! fn request() {
//!     load(7);
//! }
//!
//! tracing_subscriber::registry().with(Tracing::new().with_filter(LevelFilter::INFO)).init();
//!
//! let scope = tracer::testing::Scope::new();
//! scope.in_scope(request);
//! assert_eq!(scope.tree(), "request\n  load\n");
//! # }
//! ```
//!
//! A program that begins neither with `main` of a runtime's module nor with `init`, and in which nothing is
//! `#[traced]`, says which runtime it has, so that its tasks are told apart: `tracer::tokio::register()`.
//!
//! More of it stands in the guide, under [other instrumentation](crate::guide::other_tracing).

pub use tracer_bridge::Ids;
#[cfg(feature = "log")]
pub use tracer_bridge::Logger;
#[cfg(feature = "opentelemetry-api")]
pub use tracer_bridge::opentelemetry;
#[cfg(feature = "tracing")]
pub use tracer_bridge::{Tracing, WithIds};
