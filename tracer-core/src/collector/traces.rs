//! Holds spans until their trace is whole, for those who need it so.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::collector::by_id::ById;
use crate::export::{Completeness, SpanRecord};
use crate::id::{SpanId, TraceId};

/// A trace is whole when its local root has ended and nothing of it came for so long.
const QUIET: Duration = Duration::from_millis(100);
/// A trace that is held longer is handed on as partial.
const MAX_AGE: Duration = Duration::from_secs(60);
/// A trace of more spans is handed on as partial.
const MAX_SPANS: usize = 100_000;
/// All held traces together; beyond it the oldest is handed on as partial.
const MAX_HELD: usize = 1_000_000;
/// Traces that were handed on, remembered so that what comes later is known as late.
const MAX_DONE: usize = 4_096;

/// Spans grouped by trace.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    open: ById<TraceId, Held>,
    held: usize,
    done: VecDeque<TraceId>,
    is_done: HashSet<TraceId>,
}

#[derive(Debug)]
struct Held {
    spans: Vec<SpanRecord>,
    root_ended: bool,
    first: Instant,
    last: Instant,
}

/// A trace to be handed on.
pub(crate) type Ready = (Vec<SpanRecord>, Completeness);

impl Traces {
    pub(crate) fn add(&mut self, span: SpanRecord, now: Instant) {
        let held = self.open.entry(span.trace_id()).or_insert_with(|| Held {
            spans: Vec::new(),
            root_ended: false,
            first: now,
            last: now,
        });
        held.root_ended |= span.is_local_root();
        held.last = now;
        held.spans.push(span);
        self.held += 1;
    }

    /// Takes the traces that are due.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<Ready> {
        let mut ready = self.take(|held| {
            let age = now.duration_since(held.first);
            let quiet = now.duration_since(held.last) >= QUIET;
            (held.root_ended && quiet) || age >= MAX_AGE || held.spans.len() >= MAX_SPANS
        });
        while self.held > MAX_HELD {
            let Some(oldest) = self.open.values().map(|held| held.first).min() else { break };
            ready.append(&mut self.take(|held| held.first == oldest));
        }
        ready
    }

    /// Takes the traces whose root has ended, without waiting for late spans; or all.
    pub(crate) fn flush(&mut self, all: bool) -> Vec<Ready> {
        self.take(|held| all || held.root_ended)
    }

    fn take(&mut self, due: impl Fn(&Held) -> bool) -> Vec<Ready> {
        let due: Vec<_> =
            self.open.iter().filter(|(_, held)| due(held)).map(|(trace, _)| *trace).collect();
        let mut ready: Vec<_> = due
            .into_iter()
            .filter_map(|trace| {
                let held = self.open.remove(&trace)?;
                self.held -= held.spans.len();
                let late = self.is_done.contains(&trace) && !held.root_ended;
                self.remember(trace);
                let completeness = match (late, held.root_ended) {
                    (true, _) => Completeness::Late,
                    (false, true) => Completeness::Whole,
                    (false, false) => Completeness::Partial,
                };
                Some((in_order(held.spans), completeness))
            })
            .collect();
        ready.sort_by_key(|(spans, _)| spans.first().map(SpanRecord::start));
        ready
    }

    fn remember(&mut self, trace: TraceId) {
        if self.is_done.insert(trace) {
            self.done.push_back(trace);
        }
        if self.done.len() > MAX_DONE {
            if let Some(oldest) = self.done.pop_front() {
                self.is_done.remove(&oldest);
            }
        }
    }
}

/// By start; and no child before its parent, as the clocks of two cores may have it.
pub(super) fn in_order(mut spans: Vec<SpanRecord>) -> Vec<SpanRecord> {
    spans.sort_by_key(SpanRecord::start);
    let mut starts: ById<SpanId, u64> = ById::default();
    for span in &spans {
        starts.insert(span.span_id(), span.start());
    }
    for span in &mut spans {
        if let Some(start) = span.parent_id().and_then(|parent| starts.get(&parent)) {
            span.clamp(*start);
        }
    }
    spans.sort_by_key(SpanRecord::start);
    spans
}
