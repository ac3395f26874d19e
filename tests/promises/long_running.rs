//! What runs for long is sent before it ends, to those who ask for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tracer::export::{Batch, Completeness, ExportError, Exporter, Memory, Outcome, SpanRecord};
use tracer::sample::{Ratio, TailRule};
use tracer::{Builder, Span, Tracer};

const SOON: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_millis(5);

/// Hands on what it is given.
#[derive(Debug)]
struct Both(Sender<(Completeness, Vec<SpanRecord>)>);

impl Exporter for Both {
    fn name(&self) -> &'static str {
        "both"
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let _listens = self.0.send((batch.completeness(), batch.spans().to_vec()));
        Ok(())
    }
}

type Batches = Receiver<(Completeness, Vec<SpanRecord>)>;

fn tracer(builder: Builder) -> (Tracer, Batches) {
    let (sender, batches) = channel();
    (builder.exporter(Both(sender)).long_running(LONG).build().expect("it starts"), batches)
}

#[test]
fn a_span_that_hangs_is_seen_while_it_hangs_and_once_more_when_it_has_ended() {
    let memory = Memory::default();
    let (tracer, batches) = tracer(Tracer::builder().exporter(memory.clone()));
    let request = tracer.in_scope(|| Span::new("request"));
    request.set_attribute("id", 7);
    let query = request.in_scope(|| Span::new("query"));

    let mut seen = Vec::new();
    // Again when it has been open for twice as long, and four times, and so on.
    while seen.len() < 6 {
        let (completeness, spans) = batches.recv_timeout(SOON).expect("it hangs for long");
        assert_eq!(completeness, Completeness::Open);
        seen.extend(spans);
    }
    assert!(seen.iter().all(|span| span.outcome() == Outcome::Open));
    assert!(seen.iter().all(|span| Duration::from_nanos(span.end() - span.start()) >= LONG));
    let of_request = |span: &&SpanRecord| span.span_id() == request.context().span_id();
    let requests: Vec<_> = seen.iter().filter(of_request).collect();
    assert_eq!(requests[0].attribute("id"), Some(7.into()));
    let ages: Vec<_> = requests.iter().map(|span| span.end() - span.start()).collect();
    assert!(ages.len() > 1 && ages.is_sorted(), "{ages:?}");

    drop((query, request));
    tracer.flush(SOON).unwrap();
    let ended = batches.try_iter().filter(|(completeness, _)| *completeness != Completeness::Open);
    let ended: Vec<_> = ended.flat_map(|(_, spans)| spans).map(|span| span.outcome()).collect();
    assert_eq!(ended, [Outcome::Completed, Outcome::Completed]);
    // Nobody counts what will come again.
    let stats = tracer.stats();
    assert!(stats.is_balanced() && stats.exporters.iter().all(|e| e.acknowledged == 2), "{stats}");
    assert_eq!(memory.take().len(), 2, "who does not ask for open spans gets none");
}

#[test]
fn what_may_not_be_kept_is_not_sent_before() {
    let (sampled_out, batches) =
        tracer(Tracer::builder().sampler(Ratio::new(0.0)).tail_rule(TailRule::new()));
    let (tracer, others) = tracer(Tracer::builder());
    let waits = sampled_out.in_scope(|| Span::new("waits"));
    let hangs = tracer.in_scope(|| Span::new("hangs"));
    // Both tracers are looked at in one pass; this one has been for several.
    for _ in 0..3 {
        others.recv_timeout(SOON).expect("it hangs for long");
    }
    assert!(batches.try_recv().is_err());
    drop((waits, hangs));
}
