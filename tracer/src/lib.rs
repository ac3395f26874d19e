//! Correct traces of async programs: put `#[traced]` on functions, enable the feature of your
//! runtime, and every request becomes one tree of spans.

#[cfg(feature = "macros")]
pub use tracer_macros::traced;

pub use tracer_core::{
    Attributes, Batch, Builder, Callsite, Completeness, ContextProvider, Dropped, Entered, ErrorRecord, Event, Events,
    ExportError, Exporter, ExporterStats, FlushError, FutureExt, InContext, InstallError, Link, Links, Memory, Outcome,
    Ratio, Resource, Sampler, Slice, Span, SpanContext, SpanId, SpanRecord, Stats, TraceId, Traced, Tracer, Unit, Value,
    current, in_current, testing,
};

#[cfg(feature = "tokio")]
pub mod tokio {
    //! tokio: task identity, spawn family, `main` and `test`.

    #[cfg(feature = "macros")]
    pub use tracer_macros::{tokio_main as main, tokio_test as test};
    pub use tracer_tokio::*;
}

#[cfg(feature = "async-std")]
pub mod async_std {
    //! async-std: task identity, spawn, `main` and `test`.

    #[cfg(feature = "macros")]
    pub use tracer_macros::{async_std_main as main, async_std_test as test};
    pub use tracer_async_std::*;
}

mod environment;
mod init;

pub use init::{Guard, init};

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use tracer_core::__private::*;

    pub use crate::init::{flush_on_signal, init_or_say as init};

    /// Registers the context providers of the enabled runtimes.
    pub const PROVIDERS: fn() = || {
        #[cfg(feature = "tokio")]
        tracer_tokio::register();
        #[cfg(feature = "async-std")]
        tracer_async_std::register();
    };
}
