//! Where finished spans go: exporters, what they are given, and what they answer.

mod detail;
mod memory;
mod record;

use std::fmt;
use std::sync::Arc;

pub use detail::{ErrorRecord, Event, Link};
pub use memory::Memory;
pub use record::{Outcome, Slice, SpanRecord};

/// Takes finished spans out of the process, or shows them.
///
/// Each exporter has its own bounded queue and its own thread: a slow one delays nobody.
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

    /// Says whether it is given spans as they end, which is the default, or whole traces.
    fn unit(&self) -> Unit {
        Unit::Spans
    }

    /// Delivers a batch. `Ok` means that all its spans are where they should be.
    ///
    /// # Errors
    ///
    /// Says how many spans were not delivered, and why. They are counted as dropped and not
    /// offered again: what can be retried, the exporter retries itself.
    fn export(&mut self, batch: &Batch) -> Result<(), ExportError>;
}

/// In which unit an exporter is given spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// As they end, many at a time.
    Spans,
    /// One trace at a time, when its local root has ended and nothing more of it comes.
    Traces,
}

/// How much of a trace a batch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completeness {
    /// Spans of any traces, as they ended.
    Stream,
    /// A trace whose local root has ended and of which nothing more came for a while.
    Whole,
    /// A trace that was held too long, or is handed on because of a shutdown.
    Partial,
    /// What came after the trace was handed on.
    Late,
}

/// Finished spans on their way out.
#[derive(Debug)]
pub struct Batch {
    pub(crate) resource: Arc<Resource>,
    pub(crate) spans: Vec<SpanRecord>,
    pub(crate) completeness: Completeness,
}

impl Batch {
    /// Returns what all spans have in common.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Returns the spans: in the order in which they ended, or by start for a trace.
    pub fn spans(&self) -> &[SpanRecord] {
        &self.spans
    }

    /// Returns how much of a trace this is.
    pub const fn completeness(&self) -> Completeness {
        self.completeness
    }
}

/// What describes the process: OpenTelemetry's resource attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    pub(crate) attributes: Vec<(String, String)>,
}

impl Resource {
    /// Returns the name of the service, `service.name`; empty if nobody set it.
    pub fn service_name(&self) -> &str {
        self.get("service.name").unwrap_or_default()
    }

    /// Returns the value of an attribute.
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
#[derive(Debug)]
pub struct ExportError {
    pub(crate) message: String,
    /// Spans that the receiver refused; all of the batch if nothing was said.
    pub(crate) rejected: Option<usize>,
}

impl ExportError {
    /// Nothing of the batch was delivered. The message is lower case and names what was wrong.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), rejected: None }
    }

    /// The receiver took the batch, but not `count` of its spans.
    pub fn rejected(count: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), rejected: Some(count) }
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExportError {}
