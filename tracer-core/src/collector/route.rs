//! The way of one tracer's spans to its exporters.

use std::sync::Arc;
use std::time::Instant;

use crate::collector::in_flight::OpenSpans;
use crate::collector::outlet::Outlet;
use crate::collector::report::Report;
use crate::collector::slow::SlowPolls;
use crate::collector::tail::{Decided, Fate, Tail};
use crate::collector::traces::{MAX_HELD, Ready, Traces};
use crate::export::{Batch, Completeness, Resource, SpanRecord, Unit};

/// Spans of one batch of the stream.
const BATCH: usize = 4_096;

/// Where the spans of one tracer go.
#[derive(Debug)]
pub(crate) struct Route {
    resource: Arc<Resource>,
    outlets: Vec<Arc<Outlet>>,
    stream: Vec<SpanRecord>,
    /// Some exporter wants spans as they end.
    is_streamed: bool,
    /// Present if an exporter wants whole traces.
    traces: Option<Traces>,
    report: Report,
    /// Spans that may not be kept.
    pub(crate) tail: Tail,
    pub(crate) is_closing: bool,
    pub(crate) slow_polls: Option<SlowPolls>,
    /// Present if its tracer shows what is in flight.
    pub(crate) open: Option<OpenSpans>,
}

impl Route {
    pub(crate) fn new(
        resource: Resource,
        outlets: Vec<Arc<Outlet>>,
        slow_polls: Option<SlowPolls>,
        open: Option<OpenSpans>,
        tail: Tail,
    ) -> Self {
        let wants = |unit| outlets.iter().any(|outlet: &Arc<Outlet>| outlet.unit == unit);
        let (is_streamed, whole) = (wants(Unit::Spans), wants(Unit::Traces));
        Self {
            resource: Arc::new(resource),
            outlets,
            stream: Vec::new(),
            is_streamed,
            traces: whole.then(|| Traces::new(MAX_HELD)),
            report: Report::default(),
            tail,
            is_closing: false,
            slow_polls,
            open,
        }
    }

    pub(crate) fn take(&mut self, span: SpanRecord, now: Instant) {
        match self.tail.fate(&span) {
            Fate::Kept => self.keep(span, now),
            Fate::LeftOut => self.leave_out(1),
            Fate::Waits => self.tail.hold(span, now),
        }
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
        decided.kept.into_iter().for_each(|span| self.keep(span, now));
    }

    fn keep(&mut self, span: SpanRecord, now: Instant) {
        match &mut self.traces {
            Some(traces) if self.is_streamed => traces.add(span.clone(), now),
            Some(traces) => return traces.add(span, now),
            None => {}
        }
        if self.stream.is_empty() {
            self.stream.reserve_exact(BATCH);
        }
        self.stream.push(span);
        if self.stream.len() >= BATCH {
            self.send_stream();
        }
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
            self.send(Unit::Spans, spans, Completeness::Stream);
        }
    }

    fn send_traces(&self, ready: Vec<Ready>) {
        for (spans, completeness) in ready {
            self.send(Unit::Traces, spans, completeness);
        }
    }

    fn send(&self, unit: Unit, spans: Vec<SpanRecord>, completeness: Completeness) {
        let batch = Arc::new(Batch { resource: Arc::clone(&self.resource), spans, completeness });
        self.outlets
            .iter()
            .filter(|outlet| outlet.unit == unit)
            .for_each(|outlet| outlet.push(&batch));
    }

    pub(crate) fn send_due(&mut self, now: Instant) {
        let decided = self.tail.due(now);
        self.settle(decided, now);
        self.send_stream();
        if let Some(ready) = self.traces.as_mut().map(|traces| traces.due(now)) {
            self.send_traces(ready);
        }
    }

    pub(crate) fn flush(&mut self, all: bool) {
        let now = Instant::now();
        let decided = self.tail.flush(all, now);
        self.settle(decided, now);
        self.send_stream();
        if let Some(ready) = self.traces.as_mut().map(|traces| traces.flush(all)) {
            self.send_traces(ready);
        }
    }
}
