//! The way of one tracer's spans to its exporters.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::callsite::Callsite;
use crate::clock::Timeline;
use crate::collector::in_flight::OpenSpans;
use crate::collector::outlet::Outlet;
use crate::collector::pending::Pending;
use crate::collector::report::Report;
use crate::collector::slow::SlowPolls;
use crate::collector::tail::{Decided, Fate, Tail};
use crate::collector::traces::{MAX_HELD, Ready, Traces};
use crate::export::{Batch, Completeness, Resource, SpanRecord, Spans, Spare, Unit};

/// Spans of one batch of the stream: with a few attributes they make one request of OTLP.
const BATCH: usize = 3_072;
/// How long the first span of a batch waits for more: each batch takes wake-ups, and a request.
const PATIENCE: Duration = Duration::from_millis(100);

/// How often within its threshold it is looked for what runs for long.
const LOOKS: u32 = 10;

/// Where the spans of one tracer go.
#[derive(Debug)]
pub(crate) struct Route {
    resource: Arc<Resource>,
    outlets: Vec<Arc<Outlet>>,
    stream: Vec<SpanRecord>,
    /// Room for the next ones.
    spare: Arc<Spare>,
    /// When the first of them came.
    since: Instant,
    /// Some exporter wants spans as they end.
    is_streamed: bool,
    /// Present if an exporter wants whole traces.
    traces: Option<Traces>,
    /// Whole traces that wait for others, and since when.
    together: Vec<SpanRecord>,
    together_since: Instant,
    report: Report,
    /// Spans that may not be kept.
    pub(crate) tail: Tail,
    pub(crate) is_closing: bool,
    pub(crate) slow_polls: Option<SlowPolls>,
    /// Present if its tracer shows what is in flight.
    pub(crate) open: Option<OpenSpans>,
    /// After how long an open span is sent.
    pub(crate) long_running: Option<Duration>,
    /// When it was looked for such spans last.
    looked: Instant,
}

impl Route {
    pub(crate) fn new(
        resource: Resource,
        outlets: Vec<Arc<Outlet>>,
        slow_polls: Option<SlowPolls>,
        open: Option<OpenSpans>,
        tail: Tail,
    ) -> Self {
        let is_streamed = wants(&outlets, Unit::Spans);
        let whole = wants(&outlets, Unit::Traces) || wants(&outlets, Unit::ManyTraces);
        Self {
            resource: Arc::new(resource),
            outlets,
            stream: Vec::new(),
            spare: Arc::default(),
            since: Instant::now(),
            is_streamed,
            traces: whole.then(|| Traces::new(MAX_HELD)),
            together: Vec::new(),
            together_since: Instant::now(),
            report: Report::default(),
            tail,
            is_closing: false,
            slow_polls,
            open,
            long_running: None,
            looked: Instant::now(),
        }
    }

    /// Traces of so many spans do not wait for their roots.
    pub(crate) fn flush_parts_of(&mut self, spans: usize) {
        if let Some(traces) = &mut self.traces {
            traces.max_open = spans.max(1);
        }
    }

    /// Adds a span that was held.
    pub(crate) fn take(&mut self, span: SpanRecord, now: Instant) {
        self.make_room();
        self.stream.push(span);
        self.placed(now);
    }

    /// The place of the next span, to be filled there: it is of a size that had better not be moved.
    #[inline]
    pub(crate) fn place(&mut self, callsite: &'static Callsite) -> &mut SpanRecord {
        self.make_room();
        let place = self.stream.len();
        self.stream.push(SpanRecord::blank(callsite));
        &mut self.stream[place]
    }

    #[inline]
    fn make_room(&mut self) {
        if self.stream.capacity() == 0 {
            self.stream = self.spare.take().unwrap_or_else(|| Vec::with_capacity(BATCH));
        }
    }

    /// Takes the span back that was placed last.
    pub(crate) fn take_back(&mut self) -> Option<SpanRecord> {
        self.stream.pop()
    }

    /// The span that was placed last is finished.
    #[inline]
    pub(crate) fn placed(&mut self, now: Instant) {
        if !self.tail.looks() || self.sift(now) {
            self.keep(now);
        }
    }

    /// Whether the last span is kept already.
    fn sift(&mut self, now: Instant) -> bool {
        let fate = self.stream.last().map(|span| self.tail.fate(span));
        match fate {
            Some(Fate::LeftOut) => {
                self.stream.pop();
                self.leave_out(1);
            }
            Some(Fate::Waits) => {
                if let Some(span) = self.stream.pop() {
                    self.tail.hold(span, now);
                }
            }
            _ => return true,
        }
        false
    }

    /// Counts spans that were not kept.
    fn leave_out(&self, count: usize) {
        if count > 0 {
            self.outlets.iter().for_each(|outlet| outlet.left_out(count as u64));
        }
    }

    /// Hands on what the tail rule has decided about.
    fn settle(&mut self, decided: Decided, now: Instant) {
        self.leave_out(decided.left_out);
        for span in decided.kept {
            self.make_room();
            self.stream.push(span);
            self.keep(now);
        }
    }

    /// The last span is kept: it waits for others to be sent with.
    #[inline]
    fn keep(&mut self, now: Instant) {
        if self.traces.is_some() {
            self.add_to_trace(now);
        }
        if self.stream.len() == 1 {
            self.since = now;
        }
        if self.stream.len() >= BATCH {
            self.send_stream();
        }
    }

    fn add_to_trace(&mut self, now: Instant) {
        let Some(traces) = &mut self.traces else { return };
        let last = if self.is_streamed { self.stream.last().cloned() } else { self.stream.pop() };
        if let Some(span) = last {
            traces.add(span, now);
        }
    }

    /// Whether all that is to be done when a span has ended is to count it.
    pub(crate) const fn only_counts(&self) -> bool {
        !self.is_closing && self.slow_polls.is_none() && self.open.is_none()
    }

    pub(crate) fn outlets(&self) -> &[Arc<Outlet>] {
        &self.outlets
    }

    /// Says on stderr what was lost.
    pub(crate) fn report(&mut self, tracer: u32, now: Instant) {
        self.report.now_and_then(tracer, &self.outlets, now);
    }

    fn send_stream(&mut self) {
        if !self.stream.is_empty() {
            let spans = std::mem::take(&mut self.stream);
            self.send(Unit::Spans, spans, Completeness::Stream, Some(&self.spare));
        }
    }

    fn send_traces(&mut self, ready: Vec<Ready>, now: Instant) {
        let (single, many) =
            (wants(&self.outlets, Unit::Traces), wants(&self.outlets, Unit::ManyTraces));
        for (spans, completeness) in ready {
            if !single {
                self.put_together(spans, now);
                continue;
            }
            if many {
                self.put_together(spans.clone(), now);
            }
            self.send(Unit::Traces, spans, completeness, None);
        }
    }

    /// The spans of one trace wait for others to be sent with.
    fn put_together(&mut self, spans: Vec<SpanRecord>, now: Instant) {
        if self.together.len() + spans.len() > BATCH {
            self.send_together();
        }
        if self.together.is_empty() {
            self.together_since = now;
        }
        if self.together.capacity() == 0 {
            self.together = self.spare.take().unwrap_or_else(|| Vec::with_capacity(BATCH));
        }
        self.together.extend(spans);
    }

    fn send_together(&mut self) {
        if !self.together.is_empty() {
            let spans = std::mem::take(&mut self.together);
            self.send(Unit::ManyTraces, spans, Completeness::Stream, Some(&self.spare));
        }
    }

    fn send(
        &self,
        unit: Unit,
        spans: Vec<SpanRecord>,
        completeness: Completeness,
        spare: Option<&Arc<Spare>>,
    ) {
        let spans = Spans::new(spans, spare.cloned());
        let batch = Arc::new(Batch { resource: Arc::clone(&self.resource), spans, completeness });
        self.outlets
            .iter()
            .filter(|outlet| outlet.unit == unit)
            .for_each(|outlet| outlet.push(&batch));
    }

    pub(crate) fn send_due(&mut self, now: Instant) {
        let decided = self.tail.due(now);
        self.settle(decided, now);
        if now.duration_since(self.since) >= PATIENCE {
            self.send_stream();
        }
        let room = self.room(now);
        if let Some(ready) = self.traces.as_mut().map(|traces| traces.due(now, room)) {
            self.send_traces(ready, now);
        }
        if now.duration_since(self.together_since) >= PATIENCE {
            self.send_together();
        }
    }

    /// Sends spans that have been open for long to those who take them.
    ///
    /// All that are open are looked at, so not in each pass.
    pub(crate) fn send_open(&mut self, pending: &Pending, timeline: &Timeline, now: Instant) {
        let (Some(threshold), Some(open)) = (self.long_running, &mut self.open) else { return };
        if now.duration_since(self.looked) < threshold / LOOKS {
            return;
        }
        self.looked = now;
        let spans = open.long_running(threshold.as_nanos() as u64, pending, timeline);
        if spans.is_empty() {
            return;
        }
        let (resource, spans) = (Arc::clone(&self.resource), Spans::new(spans, None));
        let batch = Arc::new(Batch { resource, spans, completeness: Completeness::Open });
        self.outlets.iter().for_each(|outlet| outlet.push_open(&batch));
    }

    /// Hands on what waits, or all that is there; false if an exporter has no room for the rest now.
    ///
    /// At the end of its time what has no room is handed on all the same, and counted.
    pub(crate) fn flush(&mut self, all: bool, is_last: bool) -> bool {
        let now = Instant::now();
        let decided = self.tail.flush(all, now);
        self.settle(decided, now);
        self.send_stream();
        let room = if is_last { usize::MAX } else { self.room(now) };
        let ready = self.traces.as_mut().map(|traces| traces.flush(all, room)).unwrap_or_default();
        let is_done = ready.is_empty() && room > 0;
        self.send_traces(ready, now);
        self.send_together();
        is_done
    }

    /// Whether spans had better wait in the logs: an exporter has to catch up, or ended traces wait.
    pub(crate) fn holds_back(&self, logs: u64, now: Instant) -> bool {
        self.traces.as_ref().is_some_and(Traces::is_backed_up)
            || self.outlets.iter().any(|outlet| outlet.is_crowded(logs, now))
    }

    /// Spans of whole traces for which all exporters have room that get on; no bound if none gets on.
    fn room(&self, now: Instant) -> usize {
        let by_trace = self.outlets.iter().filter(|outlet| outlet.unit != Unit::Spans);
        let room = by_trace.filter_map(|outlet| outlet.room(now)).min().unwrap_or(usize::MAX);
        room.saturating_sub(self.together.len())
    }
}

/// Whether some exporter wants spans in such units.
fn wants(outlets: &[Arc<Outlet>], unit: Unit) -> bool {
    outlets.iter().any(|outlet| outlet.unit == unit)
}
