//! An exporter under a tracer, in a time that stands still.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracer_core::__private::Pace;
use tracer_core::{Batch, ExportError, Exporter, ExporterStats, Span, Tracer, Unit};

/// How long a test waits for what comes at once.
pub const SOON: Duration = Duration::from_secs(60);

/// A tracer that sends to a backend, and what came of it.
#[derive(Debug)]
pub struct Run {
    /// The tracer.
    pub tracer: Tracer,
    /// The sleeps that were not slept.
    pub slept: Receiver<Duration>,
    said: Receiver<Option<String>>,
}

impl Run {
    /// Makes the exporter with a pace at which sleeps are not slept.
    pub fn new<E: Exporter + 'static>(exporter: impl FnOnce(Box<dyn Pace>) -> E) -> Self {
        let (sender, slept) = channel();
        let exporter =
            exporter(Box::new(Steered { now: Mutex::new(Instant::now()), slept: sender }));
        let (sender, said) = channel();
        let heard = Heard(exporter, sender);
        let tracer = Tracer::builder().exporter(heard).build().expect("it starts");
        Self { tracer, slept, said }
    }

    /// Ends so many spans, delivers them, and returns what was said of the last batch.
    pub fn spans(&self, count: usize) -> Option<String> {
        self.tracer.in_scope(|| (0..count).for_each(|_| drop(Span::root("work"))));
        let _losses = self.tracer.flush(SOON);
        self.said.try_iter().last().expect("there was a batch")
    }

    /// What was counted, which adds up.
    pub fn stats(&self) -> ExporterStats {
        let stats = self.tracer.stats();
        assert!(stats.is_balanced(), "{stats}");
        stats.exporters.into_iter().next().expect("there is one")
    }

    /// Spans that were acknowledged, that failed and that were rejected.
    pub fn counts(&self) -> (u64, u64, u64) {
        let stats = self.stats();
        (stats.acknowledged, stats.dropped.failed, stats.dropped.rejected)
    }
}

/// Time that stands still but for what is slept.
#[derive(Debug)]
struct Steered {
    now: Mutex<Instant>,
    slept: Sender<Duration>,
}

impl Pace for Steered {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // time: nothing sleeps here, it is only counted
    fn sleep(&self, time: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += time;
        let _nobody_asks = self.slept.send(time);
    }
}

/// Tells what the exporter answered.
#[derive(Debug)]
struct Heard<E>(E, Sender<Option<String>>);

impl<E: Exporter> Exporter for Heard<E> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn unit(&self) -> Unit {
        self.0.unit()
    }

    fn takes_open(&self) -> bool {
        self.0.takes_open()
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let result = self.0.export(batch);
        let said = result.as_ref().err().map(ToString::to_string);
        let _nobody_asks = self.1.send(said);
        result
    }
}
