//! The one thread that reads all logs and hands finished spans to the exporters' queues.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;

use crate::clock::Timeline;
use crate::collector::assemble::Assembly;
use crate::collector::outlet::Outlet;
use crate::collector::report::{self, Report};
use crate::collector::traces::{Ready, Traces};
use crate::context::SpanContext;
use crate::destination;
use crate::export::{Batch, Completeness, Resource, SpanRecord, Unit};
use crate::id;
use crate::log::Logs;
use crate::process::PerProcess;
use crate::provider;
use crate::root;
use crate::slot;

/// Time between two passes while spans come, and while none do.
const BUSY: Duration = Duration::from_millis(10);
const IDLE: Duration = Duration::from_millis(100);
/// Spans of one batch of the stream.
const BATCH: usize = 4_096;
/// How long a pass, or a flush, may wait for the queue of an exporter that is alone. Who builds a
/// tracer meanwhile waits as well, and not for ever.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What the worker is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// A tracer begins; its first span may end as soon as this is done.
    Open { tracer: u32, route: Box<Route>, done: Sender<()> },
    /// Hand on what has ended; and, for a tracer that closes, everything.
    Flush { tracer: u32, close: bool, done: Sender<()> },
}

/// A thread belongs to one process: a forked child starts its own.
static WORKER: PerProcess<OnceCell<Sender<Command>>> = PerProcess::new();

/// Returns the way to the worker; the first call of a process starts its thread and the clock.
pub(crate) fn worker() -> io::Result<&'static Sender<Command>> {
    WORKER.get().get_or_try_init(|| {
        let (sender, receiver) = channel();
        leave_parent();
        let (logs, timeline) = (Logs::begin(), Timeline::new());
        let thread = std::thread::Builder::new().name("tracer-collector".to_owned());
        thread.spawn(move || Worker::new(logs, timeline).run(&receiver))?;
        Ok(sender)
    })
}

/// In a forked child, what its parent had does not count; elsewhere there is nothing yet.
fn leave_parent() {
    destination::begin_anew();
    id::begin_anew();
    if !slot::top().is_none() {
        // Never left: it ends with the function or the poll that encloses it, as a leaked guard.
        let _below = slot::enter(SpanContext::NONE, provider::key());
    }
}

/// Where the spans of one tracer go.
#[derive(Debug)]
pub(crate) struct Route {
    resource: Arc<Resource>,
    outlets: Vec<Arc<Outlet>>,
    stream: Vec<SpanRecord>,
    /// Present if an exporter wants whole traces.
    traces: Option<Traces>,
    report: Report,
    is_closing: bool,
    /// Until when this pass may wait for its exporter; present if there is no other in the process.
    patience: Option<Instant>,
}

impl Route {
    pub(crate) fn new(resource: Resource, outlets: Vec<Arc<Outlet>>) -> Self {
        let whole = outlets.iter().any(|outlet| outlet.unit == Unit::Traces);
        Self {
            resource: Arc::new(resource),
            outlets,
            stream: Vec::new(),
            traces: whole.then(Traces::default),
            report: Report::default(),
            is_closing: false,
            patience: None,
        }
    }

    fn take(&mut self, span: SpanRecord, now: Instant) {
        let streamed = self.outlets.iter().any(|outlet| outlet.unit == Unit::Spans);
        match &mut self.traces {
            Some(traces) if streamed => {
                traces.add(span.clone(), now);
                self.stream.push(span);
            }
            Some(traces) => traces.add(span, now),
            None => self.stream.push(span),
        }
        if self.stream.len() >= BATCH {
            self.send_stream();
        }
    }

    fn send_stream(&mut self) {
        if !self.stream.is_empty() {
            // Where one batch was full, the next may be: it does not grow step by step.
            let room = if self.stream.len() < BATCH { 0 } else { BATCH };
            let spans = std::mem::replace(&mut self.stream, Vec::with_capacity(room));
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
        for outlet in self.outlets.iter().filter(|outlet| outlet.unit == unit) {
            if let Some(deadline) = self.patience {
                outlet.wait_for_room(batch.spans().len(), deadline);
            }
            outlet.push(&batch);
        }
    }

    fn send_due(&mut self, now: Instant) {
        self.send_stream();
        if let Some(ready) = self.traces.as_mut().map(|traces| traces.due(now)) {
            self.send_traces(ready);
        }
    }

    fn flush(&mut self, all: bool) {
        self.send_stream();
        if let Some(ready) = self.traces.as_mut().map(|traces| traces.flush(all)) {
            self.send_traces(ready);
        }
    }
}

#[derive(Debug)]
struct Worker {
    logs: Logs,
    timeline: Timeline,
    assembly: Assembly,
    /// By number: there are few, and each span asks for its own.
    routes: BTreeMap<u32, Route>,
    /// Ended spans of this pass, by tracer.
    ended: BTreeMap<u32, u64>,
    last_busy: Instant,
}

impl Worker {
    fn new(logs: Logs, timeline: Timeline) -> Self {
        Self {
            logs,
            timeline,
            assembly: Assembly::default(),
            routes: BTreeMap::new(),
            ended: BTreeMap::new(),
            last_busy: Instant::now(),
        }
    }

    fn run(mut self, commands: &Receiver<Command>) {
        loop {
            match self.wait(commands) {
                Ok(Command::Open { tracer, route, done }) => {
                    self.routes.insert(tracer, *route);
                    self.last_busy = Instant::now();
                    // The builder waits, but may have been dropped.
                    let _waiting = done.send(());
                }
                Ok(Command::Flush { tracer, close, done }) => {
                    self.flush(tracer, close);
                    // Whoever asked may have given up waiting.
                    let _waiting = done.send(());
                }
                Err(RecvTimeoutError::Timeout) => self.pass(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Without a tracer there is nothing to do until one comes.
    fn wait(&self, commands: &Receiver<Command>) -> Result<Command, RecvTimeoutError> {
        if self.routes.is_empty() {
            return commands.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        let idle = self.last_busy.elapsed() > 10 * IDLE && self.assembly.is_empty();
        commands.recv_timeout(if idle { IDLE } else { BUSY })
    }

    fn pass(&mut self) {
        self.read();
        self.release(Instant::now() + LONGEST_WAIT);
        let now = Instant::now();
        for (tracer, route) in &mut self.routes {
            route.send_due(now);
            route.report.now_and_then(*tracer, &route.outlets, now);
        }
    }

    /// Reads all logs once, and counts what ended before anything of it is handed on.
    fn read(&mut self) {
        let Self { logs, assembly, ended, routes, .. } = self;
        let is_open = |tracer| routes.get(&tracer).is_some_and(|route: &Route| !route.is_closing);
        logs.read(|slots| {
            assembly.read(slots, |tracer| {
                *ended.entry(tracer).or_default() += 1;
                is_open(tracer)
            });
        });
        for (tracer, count) in std::mem::take(&mut self.ended) {
            self.last_busy = Instant::now();
            match self.routes.get(&tracer).filter(|route| !route.is_closing) {
                Some(route) => route.outlets.iter().for_each(|outlet| outlet.ended(count)),
                None => count_late(tracer, count),
            }
        }
        self.assembly.guards_held.drain(..).for_each(report::guard_held);
        self.count_lost_details();
    }

    fn release(&mut self, deadline: Instant) {
        self.timeline.refresh();
        root::refresh();
        let now = Instant::now();
        let Self { assembly, routes, timeline, .. } = self;
        let is_alone = routes.len() == 1;
        for route in routes.values_mut() {
            let patient = is_alone && route.outlets.len() == 1;
            route.patience = patient.then_some(deadline);
        }
        assembly.release(timeline, |tracer, span| {
            if let Some(route) = routes.get_mut(&tracer) {
                route.take(span, now);
            }
        });
    }

    /// Three passes hand on what has ended before the first: a span waits one for details of other
    /// threads, and a failed one another for errors of its children.
    fn flush(&mut self, tracer: u32, close: bool) {
        self.passes();
        let Some(route) = self.routes.get_mut(&tracer) else { return };
        if !close {
            return route.flush(false);
        }
        // What ends from now on is late; what ended until now still has its passes to wait.
        route.is_closing = true;
        self.passes();
        self.assembly.pending.close(tracer);
        self.count_lost_details();
        if let Some(mut route) = self.routes.remove(&tracer) {
            route.flush(true);
        }
    }

    fn passes(&mut self) {
        let deadline = Instant::now() + LONGEST_WAIT;
        for _ in 0..3 {
            self.read();
            self.release(deadline);
        }
    }

    fn count_lost_details(&mut self) {
        for (tracer, count) in self.assembly.pending.lost.drain() {
            if let Some(destination) = destination::find(tracer) {
                destination.lost.details.fetch_add(count, Ordering::Relaxed);
            }
        }
    }
}

fn count_late(tracer: u32, count: u64) {
    if let Some(destination) = destination::find(tracer) {
        destination.lost.late_spans.fetch_add(count, Ordering::Relaxed);
    }
}
