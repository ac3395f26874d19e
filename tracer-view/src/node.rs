//! A span as it is drawn.

use std::fmt;

use tracer_core::{ErrorRecord, Outcome, SpanId, SpanRecord};

/// A stretch of time: nanoseconds since any fixed moment.
pub(crate) type Stretch = (u64, u64);

/// A span, or a place that spans hang at.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) id: u64,
    /// The parent's id, 0 for none.
    pub(crate) parent: u64,
    pub(crate) name: &'a str,
    /// The service that it ran in; empty where all spans are of one.
    pub(crate) service: &'a str,
    pub(crate) attributes: Vec<(&'a str, String)>,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) polls: u32,
    /// When its task was polled, if it is the outermost span of one.
    pub(crate) slices: Vec<Stretch>,
    /// When its task was woken by a span, and by which, if it is the outermost span of one.
    pub(crate) wakes: Vec<(u64, u64)>,
    pub(crate) spawned: bool,
    /// The number of its task, if it was spawned into one.
    pub(crate) task: Option<u64>,
    /// Where its task was spawned, if it is the outermost span of one.
    pub(crate) spawned_at: Option<(&'a str, u32)>,
    /// The first span of its trace in this process: its parent is elsewhere, not missing.
    pub(crate) local_root: bool,
    pub(crate) outcome: Outcome,
    pub(crate) failure: Option<Failure<'a>>,
    /// Stands in for a span that is not here.
    pub(crate) missing: bool,
}

/// The error of a span.
#[derive(Debug)]
pub(crate) struct Failure<'a> {
    pub(crate) kind: &'a str,
    pub(crate) message: &'a str,
    pub(crate) sources: Vec<&'a str>,
    /// The functions around it, from the innermost out.
    pub(crate) stack: Vec<Frame>,
    /// It was the error of a child before.
    pub(crate) passed_on: bool,
}

/// A function of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) function: String,
    pub(crate) place: String,
}

impl Node<'_> {
    /// Takes the place of a span that is not here.
    pub(crate) fn stand_in(id: u64, start: u64, end: u64) -> Self {
        Self {
            id,
            parent: 0,
            name: "(parent not here)",
            service: "",
            attributes: Vec::new(),
            start,
            end,
            polls: 0,
            slices: Vec::new(),
            wakes: Vec::new(),
            spawned: false,
            task: None,
            spawned_at: None,
            local_root: false,
            outcome: Outcome::Completed,
            failure: None,
            missing: true,
        }
    }

    pub(crate) const fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.outcome == Outcome::Cancelled
    }

    pub(crate) fn is_open(&self) -> bool {
        self.outcome == Outcome::Open
    }

    /// Whether an error began here.
    pub(crate) fn is_origin(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| !failure.passed_on)
    }
}

impl<'a> From<&'a SpanRecord> for Node<'a> {
    fn from(record: &'a SpanRecord) -> Self {
        Self {
            id: record.span_id().to_u64(),
            parent: record.parent_id().map_or(0, SpanId::to_u64),
            name: record.name(),
            service: "",
            attributes: attributes(record.attributes()),
            start: record.start(),
            end: record.end(),
            polls: record.polls(),
            slices: record.slices().iter().map(|slice| (slice.start, slice.end)).collect(),
            wakes: wakes(record),
            spawned: record.is_spawned(),
            task: record.task().and_then(|task| task.key()),
            spawned_at: record.task().and_then(|task| task.spawned_at()),
            local_root: record.is_local_root(),
            outcome: record.outcome(),
            failure: failure(record),
            missing: false,
        }
    }
}

fn wakes(record: &SpanRecord) -> Vec<(u64, u64)> {
    let by_spans = record.wakes().iter().filter_map(|wake| Some((wake.time, wake.by?)));
    by_spans.map(|(time, by)| (time, by.span.to_u64())).collect()
}

/// In the order in which they were set first; of equal keys the last value.
pub(crate) fn attributes<'a, V: fmt::Display>(
    set: impl IntoIterator<Item = (&'a str, V)>,
) -> Vec<(&'a str, String)> {
    let mut attributes: Vec<(&str, String)> = Vec::new();
    for (key, value) in set {
        match attributes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value.to_string(),
            None => attributes.push((key, value.to_string())),
        }
    }
    attributes
}

fn failure(record: &SpanRecord) -> Option<Failure<'_>> {
    if !record.is_failed() {
        return None;
    }
    let stack = record.stack().map(|callsite| Frame {
        function: match callsite.module_path() {
            "" => callsite.function_name().to_owned(),
            module => format!("{module}::{}", callsite.function_name()),
        },
        place: match callsite.file() {
            "" => String::new(),
            file => format!("{file}:{}", callsite.line()),
        },
    });
    let error = record.error();
    Some(Failure {
        kind: error.as_ref().map_or("", |error| error.type_name()),
        message: error.as_ref().map_or("", |error| error.message()),
        sources: error.iter().flat_map(ErrorRecord::sources).collect(),
        stack: if record.is_passed_on() { Vec::new() } else { stack.collect() },
        passed_on: record.is_passed_on(),
    })
}
