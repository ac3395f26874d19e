//! The running tracer: what it is built from, and how it is flushed and shut down.

mod assemble;
mod builder;
mod by_id;
mod ends;
mod error;
mod in_flight;
mod origin;
mod outlet;
mod pause;
mod pending;
mod reading;
mod report;
mod route;
mod slow;
mod slowest;
mod stats;
mod tail;
mod traces;
mod worker;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

pub use builder::Builder;
pub use error::{FlushError, InstallError};
pub use stats::{Dropped, ExporterStats, Stats};
pub use tail::TailRule;

use crate::callsite;
use crate::collector::outlet::Outlet;
use crate::collector::worker::{Command, worker};
use crate::context::SpanContext;
use crate::destination::{self, Destination};
use crate::export::InFlight;
use crate::filter::Filter;
use crate::log;
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
        let _running = Running::enter(&self.context());
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
            return Err(FlushError::of_parent());
        }
        self.hand_on(false, timeout)
    }

    /// Flushes and ends this tracer: spans that end later are counted as dropped.
    ///
    /// Exporters are dropped, and what they do then is waited for.
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
        let deadline = Instant::now() + timeout;
        let result = self.hand_on(true, timeout);
        self.outlets.iter().for_each(|outlet| outlet.close());
        let ended = self.outlets.iter().all(|outlet| outlet.wait_for_end(deadline));
        result.and(ended.then_some(()).ok_or(FlushError::unended(timeout)))
    }

    fn hand_on(&self, close: bool, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Instant::now() + timeout;
        let (done, wait) = channel();
        let told = worker().is_ok_and(|w| {
            w.send(Command::Flush { tracer: self.number, close, deadline, done }).is_ok()
        });
        let handed = told && wait.recv_timeout(timeout).is_ok();
        let in_time = self.outlets.iter().all(|outlet| outlet.wait(outlet.pushed(), deadline));
        let stats = self.stats();
        let lost = stats.exporters.iter().map(|exporter| exporter.dropped.lost()).sum();
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
        let cause = self.outlets.iter().find_map(|outlet| outlet.last_error());
        let cause = cause.filter(|_| dropped > 0);
        let (is_inherited, is_unended) = (false, false);
        Err(FlushError { queued, dropped, cause, timeout, is_inherited, is_unended })
    }

    /// Returns the spans that are open now: what is being done, and for how long.
    ///
    /// Only where [`Builder::in_flight`] asked for it; otherwise there is nothing, and in a forked
    /// child nothing of the parent's. A future that is neither ready nor dropped is open, also one
    /// that nobody polls any more. It waits for the collector, usually some microseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Outcome, Span, Tracer};
    ///
    /// let tracer = Tracer::builder().in_flight(true).build()?;
    /// let request = tracer.in_scope(|| Span::new("request"));
    /// let open = tracer.in_flight().expect("it was asked for");
    /// assert_eq!(open.spans()[0].name(), "request");
    /// assert_eq!(open.spans()[0].outcome(), Outcome::Open);
    ///
    /// drop(request);
    /// assert!(tracer.in_flight().expect("it was asked for").spans().is_empty());
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn in_flight(&self) -> Option<InFlight> {
        if self.is_inherited() {
            return None;
        }
        let (done, wait) = channel();
        let deadline = Instant::now() + LAST_FLUSH;
        worker().ok()?.send(Command::Look { tracer: self.number, deadline, done }).ok()?;
        wait.recv_timeout(LAST_FLUSH).ok()
    }

    /// Whether this is a forked child, and the tracer its parent's: the threads behind it do not run
    /// here, and its locks may be held for ever.
    fn is_inherited(&self) -> bool {
        self.process != std::process::id()
    }

    /// Changes which functions are traced: of all tracers, from their next call on.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Tracer;
    ///
    /// let tracer = Tracer::builder().filter("shop=off".parse()?).build()?;
    /// tracer.set_filter("shop=debug".parse()?);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_filter(&self, filter: Filter) {
        callsite::set_filter(filter);
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
            refused: self.destination.refused.get(),
            slow_polls: self.destination.slow_polls.load(Ordering::Relaxed),
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
