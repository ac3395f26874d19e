//! A span that was read: what a record of the tracer has, in texts of its own.

use std::sync::Arc;

use tracer_core::{Level, Outcome, SpanId, SpanKind, TraceId};

use crate::read::value::Value;

/// A span that was read.
///
/// Times are nanoseconds since the Unix epoch. What OTLP has no fields for is there only where a
/// tracer of ours wrote it.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read::Span;
///
/// /// Nanoseconds in which its task was running, not waiting.
/// fn busy(span: &Span) -> u64 {
///     span.slices.iter().map(|(start, end)| end - start).sum()
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// The id of its trace.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// The id of its parent; none for the root of a trace.
    pub parent_id: Option<SpanId>,
    /// The W3C `tracestate` that came with its request; empty where none did.
    pub trace_state: String,
    /// Whether it is the first span of its trace in its process, as far as that is known.
    pub is_local_root: bool,
    /// Its name.
    pub name: String,
    /// What it is to those outside of the program.
    pub kind: SpanKind,
    /// How much it matters.
    pub level: Level,
    /// What a filter knows it by; empty where it is made by hand or by others.
    pub target: String,
    /// The function it was opened in, with its module; empty where that is not known.
    pub function: String,
    /// The source file; empty where that is not known.
    pub file: String,
    /// The line in the file; 0 where that is not known.
    pub line: u32,
    /// When it began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// How it ended, apart from an error.
    pub outcome: Outcome,
    /// The error it failed with.
    pub error: Option<Failure>,
    /// How often its future was polled.
    pub polls: u32,
    /// When its task was being polled: starts and ends.
    pub slices: Vec<(u64, u64)>,
    /// Whether it ran in another task or thread than its parent.
    pub is_spawned: bool,
    /// Nanoseconds in which its task was being polled, where polls were recorded.
    pub poll_duration: Option<u64>,
    /// Nanoseconds of the longest of these polls.
    pub max_poll_duration: Option<u64>,
    /// When its task was woken, where that was recorded.
    pub wakes: Vec<Wake>,
    /// What is known of the task that it is the outermost span of.
    pub task: Option<Task>,
    /// Its attributes, but for those that the fields above are read from.
    pub attributes: Vec<(String, Value)>,
    /// What happened while it was open.
    pub events: Vec<Event>,
    /// Other spans that it points to.
    pub links: Vec<(TraceId, SpanId)>,
    /// What describes the process.
    pub resource: Arc<Vec<(String, Value)>>,
}

impl Span {
    /// Returns the value of an attribute, if it is there.
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        self.attributes.iter().rfind(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the name of the service, `service.name`; empty if it is not there.
    pub fn service_name(&self) -> &str {
        let name = self.resource.iter().find(|(key, _)| key == "service.name");
        name.and_then(|(_, value)| value.as_text()).unwrap_or_default()
    }

    /// Returns whether it failed: an error was recorded, or it panicked.
    pub fn is_failed(&self) -> bool {
        self.error.is_some() || self.outcome == Outcome::Panicked
    }
}

/// That a task was woken, so that it is polled again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wake {
    /// When.
    pub time: u64,
    /// The span that was current where it was woken, if one was.
    pub by: Option<(TraceId, SpanId)>,
    /// The nanoseconds until it was polled, if it was.
    pub scheduled: Option<u64>,
}

/// What is known of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task {
    /// The number that its runtime has for it.
    pub key: Option<u64>,
    /// The number of the task that spawned it.
    pub parent_key: Option<u64>,
    /// Its name.
    pub name: Option<String>,
    /// The file and the line in which it was spawned.
    pub spawned_at: Option<(String, u32)>,
    /// Nanoseconds from its spawn until it was polled or run for the first time.
    pub first_poll_delay: Option<u64>,
}

/// Something that happened while a span was open.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Its name.
    pub name: String,
    /// When it happened.
    pub time: u64,
    /// What was said of it.
    pub attributes: Vec<(String, Value)>,
}

/// The error that a span failed with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The error's type.
    pub type_name: String,
    /// Its message.
    pub message: String,
    /// The messages of its sources, from the nearest to the deepest.
    pub sources: Vec<String>,
    /// Whether it came from a child.
    pub is_passed_on: bool,
    /// The functions of this span and its ancestors, from the innermost out.
    pub stack: Vec<Frame>,
    /// The system's backtrace, or what others than our tracers wrote as stack.
    pub backtrace: Option<String>,
}

/// A function of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// The function, with its module; the span's name where it was made by hand.
    pub function: String,
    /// The source file.
    pub file: String,
    /// The line in the file.
    pub line: u32,
}
