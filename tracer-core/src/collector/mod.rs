//! The running tracer: what it is built from, and how it is flushed and shut down.

mod assemble;
mod error;
mod origin;
mod outlet;
mod pending;
mod report;
mod stats;
mod traces;
mod worker;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

pub use error::{FlushError, InstallError};
pub use stats::{Dropped, ExporterStats, Stats};

use crate::collector::outlet::Outlet;
use crate::collector::worker::{Command, Route, worker};
use crate::context::SpanContext;
use crate::destination::{self, Destination};
use crate::export::{Exporter, Resource};
use crate::log;
use crate::root;
use crate::sample::{Ratio, Sampler};
use crate::span::Running;
use crate::within::{FutureExt, InContext};

/// A running tracer: spans of its traces go to its exporters.
///
/// Dropping it flushes for at most five seconds, also while unwinding. `std::process::exit` drops
/// nothing: call [`shutdown`](Self::shutdown) before.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Memory, Span, Tracer};
///
/// let memory = Memory::default();
/// let tracer = Tracer::builder().exporter(memory.clone()).install()?;
/// drop(Span::new("work"));
/// tracer.flush(Duration::from_secs(5))?;
/// assert_eq!(memory.take().len(), 1);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping the tracer ends it; keep it until the end of `main`"]
pub struct Tracer {
    number: u32,
    /// The process that it runs in.
    process: u32,
    destination: &'static Destination,
    outlets: Vec<Arc<Outlet>>,
    closed: AtomicBool,
    /// Spans reported as lost by an earlier flush.
    lost: AtomicU64,
}

/// How long dropping a tracer may take.
const LAST_FLUSH: Duration = Duration::from_secs(5);

impl Tracer {
    /// Begins to describe a tracer; see [`Builder`].
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Runs `f`; roots opened in it belong to this tracer, installed or not.
    ///
    /// Several tracers may run side by side: a trace belongs to the one that its root belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::{Memory, Span, Tracer};
    ///
    /// let (one, two) = (Memory::default(), Memory::default());
    /// let first = Tracer::builder().exporter(one.clone()).build()?;
    /// let second = Tracer::builder().exporter(two.clone()).build()?;
    /// first.in_scope(|| drop(Span::new("a")));
    /// second.in_scope(|| drop(Span::new("b")));
    /// first.flush(Duration::from_secs(5))?;
    /// second.flush(Duration::from_secs(5))?;
    /// assert_eq!(one.take()[0].name(), "a");
    /// assert_eq!(two.take()[0].name(), "b");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(self.context());
        f()
    }

    /// Runs `future`; roots opened in it belong to this tracer, installed or not.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    pub fn scope<F: Future>(&self, future: F) -> InContext<F> {
        future.in_context(self.context())
    }

    /// Returns a context without a span: roots opened in it belong to this tracer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, Tracer};
    ///
    /// let tracer = Tracer::builder().build()?;
    /// assert!(!tracer.context().is_valid());
    /// let answer = async { 42 }.in_context(tracer.context());
    /// assert_eq!(futures::executor::block_on(answer), 42);
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn context(&self) -> SpanContext {
        SpanContext::scope(self.number)
    }

    /// Delivers all spans that have ended, waiting for the exporters at most `timeout`.
    ///
    /// An exporter of whole traces gets those whose local root has ended; a shutdown hands on all.
    /// It blocks the thread: in async code call it where that is allowed.
    ///
    /// # Errors
    ///
    /// Says how many spans were not delivered: still queued when the time was over, or dropped
    /// since the last flush. In a forked child, at once, that the parent's tracer does not run there.
    pub fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        if self.is_inherited() {
            return Err(FlushError { queued: 0, dropped: 0, timeout: None, is_inherited: true });
        }
        self.hand_on(false, timeout)
    }

    /// Flushes and ends this tracer: spans that end later are counted as dropped.
    ///
    /// A second call does nothing, nor does a call for the parent's tracer in a forked child.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::{Memory, Span, Tracer};
    ///
    /// let tracer = Tracer::builder().exporter(Memory::default()).build()?;
    /// let late = tracer.in_scope(|| Span::new("late"));
    /// tracer.shutdown(Duration::from_secs(5))?;
    /// drop(late);
    /// assert_eq!(tracer.flush(Duration::from_secs(5)).unwrap_err().dropped, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        if self.is_inherited() || self.closed.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        destination::close(self.number);
        let result = self.hand_on(true, timeout);
        self.outlets.iter().for_each(|outlet| outlet.close());
        result
    }

    fn hand_on(&self, close: bool, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Instant::now() + timeout;
        let (done, wait) = channel();
        let told = worker()
            .is_ok_and(|w| w.send(Command::Flush { tracer: self.number, close, done }).is_ok());
        let handed = told && wait.recv_timeout(timeout).is_ok();
        let in_time = self.outlets.iter().all(|outlet| outlet.wait(outlet.pushed(), deadline));
        let stats = self.stats();
        let lost = stats.exporters.iter().map(|exporter| exporter.dropped.total()).sum();
        let dropped = lost - self.lost.swap(lost, Ordering::Relaxed).min(lost);
        if handed && in_time && dropped == 0 {
            return Ok(());
        }
        let queued = if handed && in_time {
            0
        } else {
            stats.exporters.iter().map(|exporter| exporter.queued).sum()
        };
        let timeout = (!handed || !in_time).then_some(timeout);
        Err(FlushError { queued, dropped, timeout, is_inherited: false })
    }

    /// Whether this is a forked child, and the tracer its parent's: the threads behind it do not run
    /// here, and its locks may be held for ever.
    fn is_inherited(&self) -> bool {
        self.process != std::process::id()
    }

    /// Returns what became of the spans so far; exact after a flush.
    ///
    /// In a forked child the parent's tracer has no exporters.
    pub fn stats(&self) -> Stats {
        let outlets = if self.is_inherited() { &[] } else { self.outlets.as_slice() };
        let lost = &self.destination.lost;
        // Relaxed: counts that guard nothing.
        let (log_full, late) =
            (lost.spans.load(Ordering::Relaxed), lost.late_spans.load(Ordering::Relaxed));
        let exporters = outlets.iter().map(|outlet| {
            let mut stats = outlet.stats();
            stats.ended += log_full + late;
            stats.dropped.log_full = log_full;
            stats.dropped.after_shutdown = late;
            stats
        });
        Stats {
            exporters: exporters.collect(),
            lost_details: lost.details.load(Ordering::Relaxed),
            log_bytes: log::allocated(),
        }
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // What was not delivered is in the reports on stderr; a destructor has nobody to tell.
        let _reported = self.shutdown(LAST_FLUSH);
    }
}

/// Describes a tracer before it runs.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Memory, Ratio, Tracer};
///
/// let tracer = Tracer::builder()
///     .service_name("shop")
///     .resource("deployment.environment.name", "test")
///     .exporter(Memory::default())
///     .sampler(Ratio::new(0.5))
///     .log_limit(16 << 20)
///     .install()?;
/// tracer.shutdown(Duration::from_secs(5))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `install` or `build`"]
pub struct Builder {
    resource: Resource,
    exporters: Vec<Box<dyn Exporter>>,
    sampler: Option<Box<dyn Sampler>>,
    log_limit: Option<u64>,
    grace: Option<Duration>,
}

impl Builder {
    /// Names the service: the resource attribute `service.name`.
    pub fn service_name(self, name: &str) -> Self {
        self.resource("service.name", name)
    }

    /// Sets an attribute of the process; the last value of a key counts.
    pub fn resource(mut self, key: &str, value: &str) -> Self {
        self.resource.set(key, value);
        self
    }

    /// Adds an exporter; each gets all spans.
    pub fn exporter(mut self, exporter: impl Exporter + 'static) -> Self {
        self.exporters.push(Box::new(exporter));
        self
    }

    /// Decides which traces are recorded; all unless this is called.
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Bounds the bytes that the logs of the whole process take.
    ///
    /// 128 MiB unless this is called. The last tracer to be built decides.
    pub fn log_limit(mut self, bytes: u64) -> Self {
        self.log_limit = Some(bytes);
        self
    }

    /// Sets for how long an inherited context outlives its local root.
    ///
    /// Ten seconds unless this is called. A task that has a context only because it was spawned
    /// there, and opens a span later than this, begins a trace of its own, linked to the old one.
    /// The last tracer to be built decides, for the whole process.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::{Memory, Span, Tracer, in_current, testing};
    ///
    /// let memory = Memory::default();
    /// let builder = Tracer::builder().exporter(memory.clone());
    /// let tracer = builder.inherited_for(Duration::ZERO).build()?;
    /// tracer.in_scope(|| {
    ///     let request = Span::new("request");
    ///     let refresh = request.in_scope(|| in_current(|| drop(Span::new("refresh"))));
    ///     drop(request);
    ///     refresh();
    /// });
    /// tracer.flush(Duration::from_secs(5))?;
    /// assert_eq!(testing::render(&memory.take()), "refresh linked\nrequest\n");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn inherited_for(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Starts the tracer and makes it the one that roots belong to.
    ///
    /// A forked child has neither the tracers nor the threads of its parent. It installs its own, in
    /// the thread that forked and before it starts others; spans that were opened before, here or in
    /// the parent, are the parent's, who delivers them if they end there.
    ///
    /// # Errors
    ///
    /// Another tracer is installed, a thread could not be started, or the collector is gone.
    pub fn install(self) -> Result<Tracer, InstallError> {
        let tracer = self.build()?;
        if destination::install(tracer.number) {
            Ok(tracer)
        } else {
            Err(InstallError::AlreadyInstalled)
        }
    }

    /// Starts the tracer without installing it: only roots in its scope are its own.
    ///
    /// See [`Tracer::in_scope`] and [`Tracer::scope`].
    ///
    /// # Errors
    ///
    /// A thread could not be started, or the collector is gone.
    pub fn build(self) -> Result<Tracer, InstallError> {
        let worker = worker().map_err(InstallError::Thread)?;
        if let Some(bytes) = self.log_limit {
            log::set_limit(bytes);
        }
        if let Some(grace) = self.grace {
            root::set_grace(grace);
        }
        let started: io::Result<Vec<_>> = self.exporters.into_iter().map(Outlet::start).collect();
        let outlets = started.map_err(InstallError::Thread)?;
        let sampler = self.sampler.unwrap_or_else(|| Box::new(Ratio::new(1.0)));
        let (number, destination) = destination::open(sampler).ok_or(InstallError::TooMany)?;
        let route = Box::new(Route::new(self.resource, outlets.clone()));
        let (done, opened) = channel();
        let told = worker.send(Command::Open { tracer: number, route, done });
        // Waits, else a pass under way would meet spans of a tracer that it does not know.
        told.ok()
            .and_then(|()| opened.recv_timeout(LAST_FLUSH).ok())
            .ok_or(InstallError::CollectorGone)?;
        Ok(Tracer {
            number,
            process: std::process::id(),
            destination,
            outlets,
            closed: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        })
    }
}
