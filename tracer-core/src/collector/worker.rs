//! The one thread that reads all logs and hands finished spans to the exporters' queues.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;

use crate::clock::Timeline;
use crate::collector::assemble::{Assembly, Released};
use crate::collector::by_id::ById;
use crate::collector::ends::Ends;
use crate::collector::in_flight::OpenSpans;
use crate::collector::pause::{BUSY, Pause};
use crate::collector::reading::Reading;
use crate::collector::report;
use crate::collector::route::Route;
use crate::context::SpanContext;
use crate::destination;
use crate::export::InFlight;
use crate::id;
use crate::log::{self, Logs};
use crate::process::PerProcess;
use crate::provider;
use crate::root;
use crate::slot;

/// Time between two passes while no spans come.
const IDLE: Duration = Duration::from_millis(100);
/// Time for which an exporter may catch up before it is looked at again.
const CATCH_UP: Duration = Duration::from_millis(1);

/// What the worker is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// A tracer begins; its first span may end as soon as this is done.
    Open { tracer: u32, route: Box<Route>, done: Sender<()> },
    /// Hand on what has ended; and, for a tracer that closes, everything.
    Flush { tracer: u32, close: bool, deadline: Instant, done: Sender<()> },
    /// Show what is in flight.
    Look { tracer: u32, deadline: Instant, done: Sender<InFlight> },
}

/// A thread belongs to one process: a forked child starts its own.
static WORKER: PerProcess<OnceCell<Sender<Command>>> = PerProcess::new();

/// Returns the way to the worker; the first call of a process starts its thread and the clock.
pub(crate) fn worker() -> io::Result<&'static Sender<Command>> {
    WORKER.get().get_or_try_init(|| {
        let (sender, receiver) = channel();
        leave_parent();
        let (logs, timeline) = (Logs::begin(), Timeline::new());
        let thread = thread::Builder::new().name("tracer-collector".to_owned());
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
        let _below = slot::enter(&SpanContext::NONE, provider::key());
    }
}

#[derive(Debug)]
struct Worker {
    logs: Logs<Ends>,
    timeline: Timeline,
    assembly: Assembly,
    routes: ById<u32, Route>,
    /// Ended spans of this step, by tracer.
    ended: ById<u32, u64>,
    /// Spans that were read in the last step.
    came: u64,
    /// Until the next pass, while spans come.
    pause: Pause,
    last_busy: Instant,
    last_sent: Instant,
    /// The last step did not come to the end of all logs.
    is_behind: bool,
    /// Spans wait in the logs for an exporter to catch up.
    is_held: bool,
}

impl Worker {
    fn new(logs: Logs<Ends>, timeline: Timeline) -> Self {
        Self {
            logs,
            timeline,
            assembly: Assembly::default(),
            routes: ById::default(),
            ended: ById::default(),
            came: 0,
            pause: Pause::default(),
            last_busy: Instant::now(),
            last_sent: Instant::now(),
            is_behind: false,
            is_held: false,
        }
    }

    fn run(mut self, commands: &Receiver<Command>) {
        destination::begin_own_thread();
        loop {
            match self.wait(commands) {
                Ok(Command::Open { tracer, route, done }) => {
                    self.routes.insert(tracer, *route);
                    self.last_busy = Instant::now();
                    // The builder waits, but may have been dropped.
                    let _waiting = done.send(());
                }
                Ok(Command::Flush { tracer, close, deadline, done }) => {
                    self.flush(tracer, close, deadline);
                    // Whoever asked may have given up waiting.
                    let _waiting = done.send(());
                }
                Ok(Command::Look { tracer, deadline, done }) => {
                    self.read_all(&mut log::steps_of_all(), deadline);
                    let open = self.routes.get(&tracer).and_then(|route| route.open.as_ref());
                    let now = open.map(|open| open.now(&self.assembly.pending, &self.timeline));
                    // Whoever asked may have given up waiting.
                    let _waiting = now.map(|now| done.send(now));
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.is_held = self.holds_back();
                    if self.is_held {
                        self.hand_on_now_and_then();
                    } else {
                        self.pass();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Without a tracer there is nothing to do until one comes.
    fn wait(&self, commands: &Receiver<Command>) -> Result<Command, RecvTimeoutError> {
        if self.routes.is_empty() {
            return commands.recv().map_err(|_| RecvTimeoutError::Disconnected);
        }
        if self.is_held {
            return commands.recv_timeout(CATCH_UP);
        }
        if self.is_behind {
            return commands.recv_timeout(Duration::ZERO);
        }
        let idle = self.last_busy.elapsed() > 10 * IDLE && self.assembly.is_empty();
        commands.recv_timeout(if idle { IDLE } else { self.pause.time() })
    }

    /// Whether spans had better wait in the logs for an exporter to catch up.
    fn holds_back(&self) -> bool {
        let (logs, now) = (log::fullness(), Instant::now());
        self.routes.values().any(|route| route.holds_back(logs, now))
    }

    fn pass(&mut self) {
        self.is_behind = self.read();
        self.pause.came(self.came);
        self.release();
        let now = Instant::now();
        // Where there is more to be read, what else is due can wait.
        if self.is_behind && now.duration_since(self.last_sent) < BUSY {
            return;
        }
        self.last_sent = now;
        self.hand_on();
    }

    /// While no more is read: what waits for a while becomes due.
    fn hand_on_now_and_then(&mut self) {
        let now = Instant::now();
        if now.duration_since(self.last_sent) >= BUSY {
            self.last_sent = now;
            self.hand_on();
        }
    }

    /// Hands on what is due, as far as there is room.
    fn hand_on(&mut self) {
        let now = Instant::now();
        for (tracer, route) in &mut self.routes {
            route.send_due(now);
            route.send_open(&self.assembly.pending, &self.timeline, now);
            route.report(*tracer, now);
        }
    }

    /// Reads a step of all logs, and counts what ended before anything of it is handed on. Returns
    /// whether there is more.
    fn read(&mut self) -> bool {
        // Before: durations are judged while they are read.
        self.timeline.refresh();
        let Self { logs, assembly, ended, routes, timeline, .. } = self;
        let mut reading = Reading { ended, routes, timeline, counted: (0, 0) };
        let more = logs.read(|ends, step, words| assembly.read(ends, step, words, &mut reading));
        reading.sum_up();
        if !more {
            let open = routes.values_mut().filter_map(|route| route.open.as_mut());
            open.for_each(OpenSpans::next_pass);
        }
        self.came = self.ended.values().sum();
        for (tracer, count) in self.ended.drain() {
            self.last_busy = Instant::now();
            match self.routes.get(&tracer).filter(|route| !route.is_closing) {
                Some(route) => route.outlets().iter().for_each(|outlet| outlet.ended(count)),
                None => count_late(tracer, count),
            }
        }
        self.assembly.guards_held.drain(..).for_each(report::guard_held);
        self.count_lost_details();
        more
    }

    fn release(&mut self) {
        self.timeline.refresh();
        root::refresh();
        let now = Instant::now();
        let Self { logs, assembly, routes, timeline, .. } = self;
        assembly.release(logs, &mut Released { routes, timeline, now });
    }

    fn flush(&mut self, tracer: u32, close: bool, deadline: Instant) {
        self.passes(deadline);
        let Some(route) = self.routes.get_mut(&tracer) else { return };
        if !close {
            return flush_in_time(route, false, deadline);
        }
        // What ends from now on is late; what ended until now still has its passes to wait.
        route.is_closing = true;
        self.passes(deadline);
        self.assembly.pending.close(tracer);
        self.count_lost_details();
        if let Some(mut route) = self.routes.remove(&tracer) {
            flush_in_time(&mut route, true, deadline);
        }
    }

    /// Hands on what has ended before: with the first pass over all logs it is read, with the second so
    /// are details of other threads, and with the third the errors of a failed span's children.
    fn passes(&mut self, deadline: Instant) {
        let mut steps = log::steps_of_all();
        for _ in 0..3 {
            self.read_all(&mut steps, deadline);
        }
    }

    /// Reads all logs to their ends, in at most so many steps; until the deadline no faster than exporters
    /// make room.
    fn read_all(&mut self, steps: &mut u64, deadline: Instant) {
        while self.read() && *steps > 0 {
            self.release();
            *steps -= 1;
            while self.holds_back() && Instant::now() < deadline {
                self.hand_on_now_and_then();
                thread::sleep(CATCH_UP);
            }
        }
        self.release();
    }

    fn count_lost_details(&mut self) {
        for (tracer, count) in self.assembly.pending.lost.drain() {
            if let Some(destination) = destination::find(tracer) {
                destination.lost.details.fetch_add(count, Ordering::Relaxed);
            }
        }
    }
}

/// Hands on what waits no faster than exporters make room, until the deadline.
fn flush_in_time(route: &mut Route, all: bool, deadline: Instant) {
    while !route.flush(all, Instant::now() >= deadline) {
        thread::sleep(CATCH_UP);
    }
}

fn count_late(tracer: u32, count: u64) {
    if let Some(destination) = destination::find(tracer) {
        destination.lost.late_spans.fetch_add(count, Ordering::Relaxed);
    }
}
