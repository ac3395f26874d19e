//! A burst at default settings arrives complete, with all its attributes, and is not kept in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracer::export::{Batch, ExportError, Exporter, Unit};
use tracer::{Span, Tracer, traced};

const SOON: Duration = Duration::from_secs(60);

/// Counts spans and attributes, and takes its time for each batch.
#[derive(Clone, Debug)]
struct Counts {
    unit: Unit,
    spans: Arc<AtomicU64>,
    attributes: Arc<AtomicU64>,
    pause: Duration,
}

impl Counts {
    fn new(unit: Unit, pause: Duration) -> Self {
        Self { unit, spans: Arc::default(), attributes: Arc::default(), pause }
    }
}

impl Exporter for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn unit(&self) -> Unit {
        self.unit
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let attributes: usize = batch.spans().iter().map(|span| span.attributes().count()).sum();
        self.spans.fetch_add(batch.spans().len() as u64, Ordering::Relaxed);
        self.attributes.fetch_add(attributes as u64, Ordering::Relaxed);
        std::thread::sleep(self.pause); // time: a backend that is slow, but answers
        Ok(())
    }
}

#[traced(args)]
fn query(row: u64, cached: bool, table: &str) -> usize {
    let _ = (row, cached);
    table.len()
}

#[traced(root)]
fn request(queries: u64) {
    (0..queries).for_each(|row| _ = query(row, true, "orders_of_customers"));
}

pub(crate) fn burst(unit: Unit) {
    let counts = Counts::new(unit, Duration::ZERO);
    let tracer = Tracer::builder().exporter(counts.clone()).install().expect("the only one");
    (0..1_000).for_each(|_| request(999));
    tracer.flush(SOON).expect("nothing is lost");
    let stats = tracer.stats();
    assert!(stats.is_balanced() && stats.lost_details == 0, "{stats}");
    assert_eq!(counts.spans.load(Ordering::Relaxed), 1_000_000, "{stats}");
    assert_eq!(counts.attributes.load(Ordering::Relaxed), 3 * 999_000, "{stats}");
}

/// Spans that the exporter's queue has no room for wait in the logs.
pub(crate) fn slower_than_spans_come(unit: Unit) {
    let counts = Counts::new(unit, Duration::from_millis(30));
    let tracer = Tracer::builder().exporter(counts.clone()).install().expect("the only one");
    (0..500_000).for_each(|_| drop(Span::root("work")));
    tracer.flush(SOON).expect("nothing is lost");
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(counts.spans.load(Ordering::Relaxed), 500_000, "{stats}");
}

/// Who asks what is in flight does not make the queue overflow.
pub(crate) fn looked_at() {
    let counts = Counts::new(Unit::Spans, Duration::from_millis(30));
    let builder = Tracer::builder().exporter(counts.clone()).in_flight(true);
    let tracer = builder.install().expect("the only one");
    (0..500_000).for_each(|_| drop(Span::root("work")));
    let open = tracer.in_flight().expect("it was asked for");
    assert!(open.spans().is_empty());
    tracer.flush(SOON).expect("nothing is lost");
    assert_eq!(counts.spans.load(Ordering::Relaxed), 500_000, "{}", tracer.stats());
}
