//! Against a backend that answers, refuses, hangs, goes away and talks nonsense.

mod answers;
mod delivered;
mod retried;
mod secured;
mod server;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracer_core::{Batch, ExportError, Exporter, ExporterStats, Span, Tracer};

use crate::Otlp;
use crate::http::builder::OtlpBuilder;
use crate::http::pace::Pace;

const SOON: Duration = Duration::from_secs(60);

/// Time that stands still but for what is slept.
#[derive(Debug)]
struct Steered {
    now: Mutex<Instant>,
    slept: Sender<Duration>,
}

impl Steered {
    fn new() -> (Self, Receiver<Duration>) {
        let (slept, receiver) = channel();
        (Self { now: Mutex::new(Instant::now()), slept }, receiver)
    }
}

impl Pace for Steered {
    fn now(&self) -> Instant {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, time: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += time;
        let _nobody_asks = self.slept.send(time);
    }
}

/// Tells what the exporter answered.
#[derive(Debug)]
struct Heard(Otlp, Sender<Option<String>>);

impl Exporter for Heard {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let result = self.0.export(batch);
        let said = result.as_ref().err().map(ToString::to_string);
        let _nobody_asks = self.1.send(said);
        result
    }
}

/// A tracer that sends to a backend, and what came of it.
struct Run {
    tracer: Tracer,
    slept: Receiver<Duration>,
    said: Receiver<Option<String>>,
}

impl Run {
    /// Sleeps are not slept.
    fn new(builder: OtlpBuilder) -> Self {
        let (pace, slept) = Steered::new();
        let otlp = builder.pace(pace).build().expect("it is described rightly");
        let (sender, said) = channel();
        let tracer = Tracer::builder().exporter(Heard(otlp, sender)).build().expect("it starts");
        Self { tracer, slept, said }
    }

    /// Ends so many spans, delivers them, and returns what was said of the last batch.
    fn spans(&self, count: usize) -> Option<String> {
        self.tracer.in_scope(|| (0..count).for_each(|_| drop(Span::root("work"))));
        let _losses = self.tracer.flush(SOON);
        self.said.try_iter().last().expect("there was a batch")
    }

    fn stats(&self) -> ExporterStats {
        let stats = self.tracer.stats();
        assert!(stats.is_balanced(), "{stats}");
        stats.exporters.into_iter().next().expect("there is one")
    }

    /// Spans that were acknowledged, that failed and that were rejected.
    fn counts(&self) -> (u64, u64, u64) {
        let stats = self.stats();
        (stats.acknowledged, stats.dropped.failed, stats.dropped.rejected)
    }
}
