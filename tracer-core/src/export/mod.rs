//! Where finished spans go: exporters, what they are given, and what they answer.

mod bytes;
mod detail;
mod in_flight;
mod memory;
mod polls;
mod record;
mod remote;
mod spare;
mod task;

use std::fmt;
use std::sync::Arc;

pub use detail::{ErrorRecord, Event, Link};
pub use in_flight::InFlight;
pub use memory::Memory;
pub use polls::{Slice, Wake};
pub use record::{Outcome, SpanRecord};
pub use remote::DatadogRecord;
pub(crate) use spare::{Spans, Spare};
pub use task::TaskRecord;

/// Takes finished spans out of the process, or shows them.
///
/// Each exporter has its own thread and its own queue of at most 262,144 spans: a slow one delays
/// nobody. What it panics with is caught and counts as a failure. It is dropped when its tracer
/// ends, within the time that [`Tracer::shutdown`](crate::Tracer::shutdown) has.
///
/// # Examples
///
/// ```
/// use tracer_core::{Batch, ExportError, Exporter};
///
/// #[derive(Debug)]
/// struct Names;
///
/// impl Exporter for Names {
///     fn name(&self) -> &str {
///         "names"
///     }
///
///     fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
///         for span in batch.spans() {
///             println!("{}", span.name());
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Exporter: fmt::Debug + Send {
    /// Returns a short name for diagnostics and [`Stats`](crate::Stats).
    fn name(&self) -> &str;

    /// Returns in which unit it is given spans: as they end unless this says otherwise.
    fn unit(&self) -> Unit {
        Unit::Spans
    }

    /// Returns whether it is given spans that have been open for long, too: not unless this says so.
    ///
    /// See [`Builder::long_running`](crate::Builder::long_running) and [`Completeness::Open`].
    fn takes_open(&self) -> bool {
        false
    }

    /// Delivers a batch; `Ok` means that all its spans are where they should be.
    ///
    /// It runs on the exporter's thread and may block. No lock of ours is held.
    ///
    /// # Errors
    ///
    /// Says how many spans were not delivered, and why. They are counted as dropped and not
    /// offered again: what can be retried, the exporter retries itself.
    fn export(&mut self, batch: &Batch) -> Result<(), ExportError>;
}

/// In which unit an exporter is given spans.
///
/// # Examples
///
/// ```
/// use tracer_core::{Exporter, Memory, Unit};
///
/// assert_eq!(Memory::default().unit(), Unit::Spans);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// As they end, many at a time, of any traces.
    Spans,
    /// One trace at a time, 100 ms after the last span of it.
    Traces,
    /// Such traces, many at a time; the spans of each stand together, by start.
    ///
    /// Of a trace that is handed on in parts, each part stands alone.
    ManyTraces,
}

/// How much of a trace a batch has.
///
/// # Examples
///
/// ```
/// use tracer_core::Completeness;
///
/// fn is_worth_waiting_for_more(batch: Completeness) -> bool {
///     batch == Completeness::Partial
/// }
/// assert!(!is_worth_waiting_for_more(Completeness::Whole));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completeness {
    /// Spans of any traces: what [`Unit::Spans`] and [`Unit::ManyTraces`] give.
    Stream,
    /// A trace whose local root has ended.
    ///
    /// It is handed on 100 ms after its last span, or at a flush.
    Whole,
    /// A trace whose local root is still open.
    ///
    /// It is handed on after a minute, beyond 100,000 spans, or at a shutdown.
    Partial,
    /// What came after the trace was handed on.
    Late,
    /// Spans that have not ended, as if they ended now, with what was said of them so far.
    ///
    /// Each comes again when it has ended, and these are counted nowhere. Only an exporter is given
    /// them that [`takes_open`](Exporter::takes_open).
    Open,
}

/// Finished spans on their way out.
///
/// # Examples
///
/// ```
/// use tracer_core::Batch;
///
/// /// One line for a log.
/// fn summary(batch: &Batch) -> String {
///     let failed = batch.spans().iter().filter(|span| span.is_failed()).count();
///     let service = batch.resource().service_name();
///     format!("{service}: {} spans, {failed} failed", batch.spans().len())
/// }
/// ```
#[derive(Debug)]
pub struct Batch {
    pub(crate) resource: Arc<Resource>,
    pub(crate) spans: Spans,
    pub(crate) completeness: Completeness,
}

impl Batch {
    /// Returns what describes the process, the same for all spans.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Returns the spans: as they ended, or by start within a trace.
    ///
    /// As they ended goes for those of one thread; threads are read one after the other.
    pub fn spans(&self) -> &[SpanRecord] {
        &self.spans.spans
    }

    /// Returns how much of a trace this is.
    pub const fn completeness(&self) -> Completeness {
        self.completeness
    }
}

/// What describes the process: OpenTelemetry's resource attributes.
///
/// Set with [`Builder::resource`](crate::Builder::resource); exporters read it.
///
/// # Examples
///
/// ```
/// use tracer_core::Resource;
///
/// let unknown = Resource::default();
/// assert_eq!(unknown.service_name(), "");
/// assert_eq!(unknown.get("host.name"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    pub(crate) attributes: Vec<(String, String)>,
}

impl Resource {
    /// Returns the name of the service, `service.name`; empty if nobody set it.
    pub fn service_name(&self) -> &str {
        self.get("service.name").unwrap_or_default()
    }

    /// Returns the value of an attribute, if it is set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Returns all attributes in the order in which they were first set.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        match self.attributes.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.attributes.push((key.to_owned(), value.to_owned())),
        }
    }
}

/// Why spans of a batch were not delivered.
///
/// The message is lower case and names what was wrong.
///
/// # Examples
///
/// ```
/// use tracer_core::ExportError;
///
/// let error = ExportError::rejected(3, "attribute too long");
/// assert_eq!(error.to_string(), "attribute too long");
/// ```
#[derive(Debug)]
pub struct ExportError {
    pub(crate) message: String,
    /// Spans that were not delivered, apart from refused ones.
    pub(crate) failed: usize,
    /// Spans that the receiver refused.
    pub(crate) rejected: usize,
}

impl ExportError {
    /// Nothing of the batch was delivered.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::partial(usize::MAX, 0, message)
    }

    /// The receiver took the batch, but not `count` of its spans.
    pub fn rejected(count: usize, message: impl Into<String>) -> Self {
        Self::partial(0, count, message)
    }

    /// Of the batch `failed` spans were not delivered, and others `rejected`; the rest arrived.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::ExportError;
    ///
    /// // Sent in three requests: one arrived, one did not, and of one the receiver refused a span.
    /// let error = ExportError::partial(512, 1, "connection reset");
    /// # assert_eq!(error.to_string(), "connection reset");
    /// ```
    pub fn partial(failed: usize, rejected: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), failed, rejected }
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExportError {}
