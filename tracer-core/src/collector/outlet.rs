//! One exporter's own queue and thread: a slow or broken exporter delays nobody.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::collector::stats::ExporterStats;
use crate::destination;
use crate::export::{Batch, Completeness, ExportError, Exporter, Unit};

/// Spans that may wait for one exporter.
const MAX_QUEUED: usize = 262_144;
/// An exporter that is done with no batch for so long makes no headway: longer than a request to a
/// distant backend takes, or a batch on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sending side and the counts of one exporter.
#[derive(Debug)]
pub(crate) struct Outlet {
    pub(crate) unit: Unit,
    pub(crate) takes_open: bool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Arc<Batch>>,
    /// Spans in `queue` and in the exporter's hands.
    waiting: usize,
    closed: bool,
    /// The exporter is gone.
    ended: bool,
    /// Batches handed in and batches done with, so that a flush can wait for its own.
    pushed: u64,
    done: u64,
    /// How many batches were done when it was crowded, and since when.
    headway: Option<(u64, Instant)>,
    stats: ExporterStats,
    last_error: Option<String>,
}

impl State {
    /// Whether it was done with a batch lately, or is looked at for the first time.
    fn makes_headway(&mut self, now: Instant) -> bool {
        let done = self.done;
        let headway = self.headway.get_or_insert((done, now));
        if headway.0 != done {
            *headway = (done, now);
        }
        now.duration_since(headway.1) < PATIENCE
    }
}

impl Outlet {
    /// Starts the exporter's thread.
    pub(crate) fn start(exporter: Box<dyn Exporter>) -> std::io::Result<Arc<Self>> {
        let stats = ExporterStats { name: exporter.name().to_owned(), ..ExporterStats::default() };
        let thread = std::thread::Builder::new().name(format!("tracer-{}", exporter.name()));
        let outlet = Arc::new(Self {
            unit: exporter.unit(),
            takes_open: exporter.takes_open(),
            state: Mutex::new(State { stats, ..State::default() }),
            changed: Condvar::new(),
        });
        let own = Arc::clone(&outlet);
        thread.spawn(move || own.run(exporter))?;
        Ok(outlet)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Spans have ended that this exporter shall get.
    pub(crate) fn ended(&self, count: u64) {
        let stats = &mut self.lock().stats;
        stats.ended += count;
        stats.queued += count;
    }

    /// Spans will not be handed in, as the tail rule says.
    pub(crate) fn left_out(&self, count: u64) {
        let stats = &mut self.lock().stats;
        stats.queued -= count;
        stats.dropped.tail_rule += count;
    }

    /// Hands a batch in, or counts it as dropped where too much is waiting.
    pub(crate) fn push(&self, batch: &Arc<Batch>) {
        let mut state = self.lock();
        let count = batch.spans().len();
        if state.waiting + count > MAX_QUEUED && state.waiting > 0 {
            state.stats.queued -= count as u64;
            state.stats.dropped.queue_full += count as u64;
            return;
        }
        drop(state);
        self.enqueue(batch);
    }

    fn enqueue(&self, batch: &Arc<Batch>) {
        let mut state = self.lock();
        state.waiting += batch.spans().len();
        state.pushed += 1;
        state.queue.push_back(Arc::clone(batch));
        drop(state);
        self.changed.notify_all();
    }

    /// Hands a batch of open spans in, unless others wait: they will come again.
    pub(crate) fn push_open(&self, batch: &Arc<Batch>) {
        let is_busy = self.lock().waiting > MAX_QUEUED / 2;
        if self.takes_open && !is_busy {
            self.enqueue(batch);
        }
    }

    /// Whether more than half of the queue is taken and more than of the logs, so that what is still in
    /// these had better stay there; `logs` is how full they are, in thousandths.
    ///
    /// Not for an exporter that makes no headway: it would keep spans from the others.
    pub(crate) fn is_crowded(&self, logs: u64, now: Instant) -> bool {
        let mut state = self.lock();
        if (state.waiting * 1000 / MAX_QUEUED) as u64 <= logs.max(500) {
            return false;
        }
        state.makes_headway(now)
    }

    /// For how many more spans there is room, so that the last trace fits, too; none where it makes no
    /// headway, and does not count.
    pub(crate) fn room(&self, now: Instant) -> Option<usize> {
        let mut state = self.lock();
        let room = (MAX_QUEUED / 2).saturating_sub(state.waiting);
        (room > 0 || state.makes_headway(now)).then_some(room)
    }

    fn run(&self, mut exporter: Box<dyn Exporter>) {
        destination::begin_own_thread();
        while let Some(batch) = self.next() {
            // No lock is held: foreign code.
            let result = catch_unwind(AssertUnwindSafe(|| exporter.export(&batch)))
                .unwrap_or_else(|_| Err(ExportError::failed("the exporter panicked")));
            self.count(&batch, result);
        }
        // What it does at its end is foreign code, too; there is nobody left to tell of a panic.
        let _panicked = catch_unwind(AssertUnwindSafe(|| drop(exporter)));
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn next(&self) -> Option<Arc<Batch>> {
        let mut state = self.lock();
        loop {
            if let Some(batch) = state.queue.pop_front() {
                return Some(batch);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn count(&self, batch: &Batch, result: Result<(), ExportError>) {
        let count = batch.spans().len();
        let mut state = self.lock();
        state.waiting -= count;
        state.done += 1;
        if batch.completeness() == Completeness::Open {
            state.last_error =
                result.err().map(|error| error.to_string()).or(state.last_error.take());
            drop(state);
            return self.changed.notify_all();
        }
        let counts = &mut state.stats;
        counts.queued -= count as u64;
        match result {
            Ok(()) => counts.acknowledged += count as u64,
            Err(error) => {
                let rejected = error.rejected.min(count);
                let failed = error.failed.min(count - rejected);
                counts.dropped.rejected += rejected as u64;
                counts.dropped.failed += failed as u64;
                counts.acknowledged += (count - rejected - failed) as u64;
                state.last_error = Some(error.to_string());
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Batches handed in so far: what a flush waits for.
    pub(crate) fn pushed(&self) -> u64 {
        self.lock().pushed
    }

    /// Waits until the exporter is done with the first `batches`; false if the time is over first.
    pub(crate) fn wait(&self, batches: u64, deadline: Instant) -> bool {
        let mut state = self.lock();
        while state.done < batches {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return false;
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Waits until the exporter is gone, with what it does at its end; false if the time is over first.
    pub(crate) fn wait_for_end(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        while !state.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return false;
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Lets the exporter finish its queue and end.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn stats(&self) -> ExporterStats {
        self.lock().stats.clone()
    }

    /// Returns the message of the last failure.
    pub(crate) fn last_error(&self) -> Option<String> {
        self.lock().last_error.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::callsite::Callsite;
    use crate::export::{Completeness, Resource, SpanRecord, Spans};

    static SITE: Callsite = Callsite::new("site", "", "", 1, || {});

    /// Is done with a batch when it is told so.
    #[derive(Debug)]
    struct Told(Receiver<()>);

    impl Exporter for Told {
        fn name(&self) -> &'static str {
            "told"
        }

        fn export(&mut self, _: &Batch) -> Result<(), ExportError> {
            self.0.recv().map_err(|_| ExportError::failed("nobody tells"))
        }
    }

    /// Ends when it is told so.
    #[derive(Debug)]
    struct Ends(Receiver<()>);

    impl Exporter for Ends {
        fn name(&self) -> &'static str {
            "ends"
        }

        fn export(&mut self, _: &Batch) -> Result<(), ExportError> {
            Ok(())
        }
    }

    impl Drop for Ends {
        fn drop(&mut self) {
            let _told = self.0.recv();
            panic!("on purpose");
        }
    }

    #[test]
    fn the_end_of_an_exporter_is_waited_for_even_if_it_panics() {
        let (end, told) = channel();
        let outlet = Outlet::start(Box::new(Ends(told))).unwrap();
        let now = Instant::now();
        assert!(!outlet.wait_for_end(now), "nobody closed it");
        outlet.close();
        assert!(!outlet.wait_for_end(now), "it has not ended");
        end.send(()).unwrap();
        assert!(outlet.wait_for_end(now + Duration::from_secs(60)));
    }

    #[test]
    fn spans_are_held_back_while_an_exporter_makes_headway_however_slow() {
        let (done, told) = channel();
        let outlet = Outlet::start(Box::new(Told(told))).unwrap();
        let spans = Spans::new(vec![SpanRecord::blank(&SITE); MAX_QUEUED / 4], None);
        let (resource, completeness) = (Arc::new(Resource::default()), Completeness::Stream);
        let batch = Arc::new(Batch { resource, spans, completeness });
        outlet.ended(MAX_QUEUED as u64);
        let first = Instant::now();
        let is_crowded = |millis| outlet.is_crowded(0, first + Duration::from_millis(millis));
        (0..2).for_each(|_| outlet.push(&batch));
        assert!(!is_crowded(0), "half of the queue is free");
        (0..2).for_each(|_| outlet.push(&batch));
        assert!(is_crowded(0) && is_crowded(900), "a request takes its time");
        assert!(!is_crowded(1_100), "it is stuck, and others wait");
        done.send(()).unwrap();
        assert!(outlet.wait(1, Instant::now() + Duration::from_secs(60)));
        assert!(is_crowded(1_200) && is_crowded(2_100), "it goes on");
        assert!(!is_crowded(2_300));
    }
}
