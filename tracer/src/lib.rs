//! Correct traces of async programs.
//!
//! Put `#[traced]` on functions, enable the feature of your runtime, and every request becomes one
//! tree of spans: across `.await`, `join!` and `select!`, spawned tasks, blocking threads and
//! runtimes.
//!
//! ```
//! use tracer::traced;
//!
//! #[traced(args)]
//! async fn query(id: u32) -> Result<u32, String> {
//!     if id == 3 { Err(format!("row {id} not found")) } else { Ok(id) }
//! }
//!
//! #[traced]
//! async fn handle_request() -> Result<(), String> {
//!     let (a, b) = futures::join!(query(1), query(3));
//!     a.and(b).map(drop)
//! }
//!
//! let scope = tracer::testing::Scope::new(); // in a program: `#[tracer::tokio::main]`
//! let _ = futures::executor::block_on(scope.bind(handle_request()));
//! assert_eq!(
//!     scope.tree(),
//!     "handle_request ⚠\n  query(id=3) ✖\n  query(id=1)\n",
//! );
//! ```
//!
//! # Where next
//!
//! [`#[traced]`](macro@traced) says what the attribute does and takes. `tracer::tokio`,
//! `tracer::async_std` and `tracer::smol` run a program and its tests, and spawn tasks that stay in
//! their request's tree. [Whose span is it?](guide::whose_span) has every way to run something, which
//! span is the parent there, and what is not carried. [`Span`] and [`FutureExt`] make spans by hand,
//! [`current`] says something of the one that is open, [`testing`] compares trees as text.
//! [`init`](fn@init) reads the environment, [`Builder`] does without it, [`propagate`] carries traces
//! to other processes, and [`export`] is for those who take spans elsewhere.
//!
//! # Five words
//!
//! A **span** is a stretch of work with a name, a start and an end. A **context** is a span's
//! identity, small enough to be copied: it says whose child the next span is. A **trace** is the
//! tree of spans of one request. A **tracer** collects finished spans and hands them to its
//! **exporters**.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `macros` (default) | `#[traced]` |
//! | `tree` (default) | the tree on stderr |
//! | `tokio` | `tracer::tokio`: task identity, `spawn` and its kin, `main` and `test` |
//! | `tokio-util` | `tracer::tokio::TaskTrackerExt`: spawns on a `TaskTracker` that carry the context |
//! | `async-std` | `tracer::async_std`: task identity, `spawn`, `main` and `test` |
//! | `async-std-unstable` | `tracer::async_std::spawn_local` and `Builder::local`, as async-std's `unstable` has them |
//! | `smol` | `tracer::smol`: executors, `spawn`, `unblock`, `main` and `test` |
//! | `http` | `tracer::http`: tower layers for servers and clients of HTTP and gRPC; [`propagate`] reads and writes `http::HeaderMap` |
//! | `axum`, `hyper-util`, `reqwest-middleware` | what `tracer::http` knows of these |
//! | `rayon` | `tracer::rayon`: `join`, `scope`, `spawn`, `broadcast` and their kin that carry the context |
//! | `html` | traces as one page for the browser |
//! | `live` | the same page while the program runs |
//! | `otlp` | OTLP over HTTP to any OpenTelemetry backend |
//! | `datadog` | Datadog's agent, and its sampling |
//! | `file` | OTLP in files |
//! | `opentelemetry` | `tracer::export::OpenTelemetry`: any exporter of `opentelemetry_sdk`, gRPC among them |
//! | `tracing` | `tracer::bridge`: spans and events of `tracing` in the tree, ids in its log lines |
//! | `log` | `tracer::bridge`: records of `log` as events |
//! | `opentelemetry-api` | `tracer::bridge`: libraries that make spans through the API of OpenTelemetry |
//! | `off` | takes `#[traced]` back: items stay as they are written |
//!
//! Features only add names, but for `off`, which is for programs alone. Several runtimes may be on at once: each answers for its own tasks. A
//! library that only annotates its functions depends on `tracer` with
//! `default-features = false, features = ["macros"]`; it stays silent until a program installs a
//! tracer.

#[cfg(feature = "async-std")]
pub mod async_std;
#[cfg(any(feature = "tracing", feature = "log", feature = "opentelemetry-api"))]
pub mod bridge;
#[cfg(doc)]
pub mod guide;
#[cfg(feature = "smol")]
pub mod smol;
#[cfg(feature = "tokio")]
pub mod tokio;

mod environment;
mod in_flight;
mod init;
mod providers;

#[doc = include_str!("traced.md")]
#[cfg(feature = "macros")]
pub use tracer_macros::traced;

pub use init::{Guard, init};
#[cfg(feature = "rayon")]
pub use tracer_core::rayon;
pub use tracer_core::{
    Builder, ContextProvider, Entered, Filter, FilterError, FlushError, FutureExt, InContext,
    InstallError, Isolated, SinkExt, Span, SpanBuilder, SpanContext, SpanId, Stats, StreamExt,
    TaskFacts, TraceId, Traced, Tracer, Value, bound, current, in_current, isolated, key_of,
    propagate, register, testing, thread,
};
#[cfg(feature = "http")]
pub use tracer_http as http;

pub mod sample {
    //! Which traces are recorded, and which of those that are not are kept after all.
    //!
    //! A sampler decides where a trace begins or comes in, and all spans below do as their root does.
    //! What it leaves out costs next to nothing, unless a [`TailRule`] has it recorded to keep of it
    //! what failed or was slow. While a trace runs, [`SpanContext::keep_trace`](crate::SpanContext::keep_trace)
    //! and [`drop_trace`](crate::SpanContext::drop_trace) have the last word.
    //!
    //! # Examples
    //!
    //! A tenth of all traces that begin here, no health checks, at most a hundred a second; those of
    //! callers as they say; and of the others what fails:
    //!
    //! ```
    //! use tracer::Tracer;
    //! use tracer::sample::{ParentBased, RateLimit, Ratio, Rule, Rules, TailRule};
    //!
    //! let rules = Rules::new().rule(Rule::drop().name("*health*")).otherwise(Ratio::new(0.1));
    //! let tracer = Tracer::builder()
    //!     .sampler(ParentBased::new(RateLimit::new(100.0, rules)))
    //!     .tail_rule(TailRule::new())
    //!     .build()?;
    //! # Ok::<_, tracer::InstallError>(())
    //! ```

    pub use tracer_core::{
        DatadogRatio, Decision, LocalRoot, Maker, ParentBased, RateLimit, Ratio, Rule, Rules,
        Sampler, TailRule,
    };
    #[cfg(feature = "datadog")]
    pub use tracer_datadog::{DatadogSampler, RulesError};
}

pub mod export {
    //! For those who take spans out of the process: exporters and what they are given.
    //!
    //! # Examples
    //!
    //! ```
    //! use std::time::Duration;
    //!
    //! use tracer::export::{Batch, ExportError, Exporter};
    //!
    //! /// Names what failed.
    //! #[derive(Debug)]
    //! struct Failures;
    //!
    //! impl Exporter for Failures {
    //!     fn name(&self) -> &str {
    //!         "failures"
    //!     }
    //!
    //!     fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
    //!         for span in batch.spans() {
    //!             if let Some(error) = span.error() {
    //!                 println!("{}: {}", span.name(), error.message());
    //!             }
    //!         }
    //!         Ok(())
    //!     }
    //! }
    //!
    //! let tracer = tracer::Tracer::builder().exporter(Failures).install()?;
    //! drop(tracer::Span::new("work"));
    //! tracer.shutdown(Duration::from_secs(5))?;
    //! # Ok::<_, Box<dyn std::error::Error>>(())
    //! ```

    #[cfg(feature = "datadog")]
    pub use tracer_datadog::{Datadog, DatadogBuilder, DatadogError};
    #[cfg(feature = "opentelemetry")]
    pub use tracer_otlp::OpenTelemetry;
    #[cfg(feature = "file")]
    pub use tracer_otlp::{File, FileBuilder, FileError, read};
    #[cfg(feature = "otlp")]
    pub use tracer_otlp::{Otlp, OtlpBuilder, OtlpError};
    #[cfg(feature = "html")]
    pub use tracer_view::Html;
    #[cfg(feature = "live")]
    pub use tracer_view::Live;
    #[cfg(feature = "tree")]
    pub use tracer_view::{Color, Tree};

    pub use tracer_core::{
        Batch, Callsite, Completeness, DatadogRecord, Dropped, ErrorRecord, Event, ExportError,
        Exporter, ExporterStats, InFlight, Level, Link, Memory, Outcome, Resource, Slice, SpanKind,
        SpanRecord, TaskRecord, Unit, Wake,
    };
}

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use tracer_core::__private::*;

    pub use crate::in_flight::init_in_flight;
    pub use crate::init::{flush_on_signal, init_or_say as init};

    /// What a callsite runs before its first span.
    pub const PROVIDERS: fn() = crate::providers::register;
}

/// With the feature `off` there is no span of a fn.
///
/// ```
/// #[tracer::traced(args)]
/// fn pay(amount: u32) -> u32 {
///     amount
/// }
///
/// let scope = tracer::testing::Scope::new();
/// assert_eq!(scope.in_scope(|| pay(7)), 7);
/// assert_eq!(scope.tree(), "");
/// ```
#[cfg(all(doctest, feature = "off"))]
mod off {}

/// The programs of the README compile and run.
#[cfg(all(doctest, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../../README.md")]
mod readme {}
