//! A long trace is handed on in parts, where somebody asks for it.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tracer::export::{Batch, ExportError, Exporter, SpanRecord, Unit};
use tracer::{Span, Tracer};

const SOON: Duration = Duration::from_secs(30);

/// Tells how many spans come at once, and whether a root is among them.
#[derive(Debug)]
struct Parts(Sender<(usize, bool)>);

impl Exporter for Parts {
    fn name(&self) -> &'static str {
        "parts"
    }

    fn unit(&self) -> Unit {
        Unit::Traces
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let has_root = batch.spans().iter().any(SpanRecord::is_local_root);
        let _listens = self.0.send((batch.spans().len(), has_root));
        Ok(())
    }
}

#[test]
fn a_trace_of_many_ended_spans_does_not_wait_for_its_root() {
    let (sender, parts) = channel();
    let tracer = Tracer::builder().exporter(Parts(sender)).partial_flush(10).build().unwrap();
    tracer.in_scope(|| {
        let request = Span::new("request");
        for round in 0..2 {
            request.in_scope(|| (0..10).for_each(|_| drop(Span::new("row"))));
            let mut came = 0;
            while came < 10 {
                let (spans, has_root) = parts.recv_timeout(SOON).expect("the root is open");
                assert!(spans >= 10 && !has_root, "{round}: {spans}");
                came += spans;
            }
        }
        request.in_scope(|| (0..9).for_each(|_| drop(Span::new("row"))));
        // Fewer wait for their root.
        tracer.flush(SOON).unwrap();
        assert!(parts.try_recv().is_err());
        drop(request);
    });
    tracer.flush(SOON).unwrap();
    assert_eq!(parts.try_iter().collect::<Vec<_>>(), [(10, true)]);
    let stats = tracer.stats();
    assert!(stats.is_balanced() && stats.exporters[0].acknowledged == 30, "{stats}");
}
