//! More spans at once than an exporter's queue holds.

use std::time::Duration;

use tracer::export::{Batch, ExportError, Exporter};
use tracer::{Span, Tracer};

/// Is slow with its first batches, but gets on.
#[derive(Debug)]
struct Slow {
    batches: u32,
}

impl Exporter for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn export(&mut self, _: &Batch) -> Result<(), ExportError> {
        if self.batches > 0 {
            self.batches -= 1;
            // time: it is done with each batch within the patience that there is for it
            std::thread::sleep(Duration::from_millis(60));
        }
        Ok(())
    }
}

/// It has to be the only exporter of its process: what is alone may be waited for.
pub(crate) fn burst() {
    const SPANS: u64 = 400_000;
    let tracer = Tracer::builder().exporter(Slow { batches: 25 }).install().expect("the only one");
    for _ in 0..SPANS {
        drop(Span::root("span"));
    }
    tracer.flush(Duration::from_secs(60)).expect("nothing is lost");
    let stats = tracer.stats();
    assert_eq!((stats.exporters[0].acknowledged, stats.is_balanced()), (SPANS, true), "{stats}");
}
