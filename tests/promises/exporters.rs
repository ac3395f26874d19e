//! Whatever an exporter does: it disturbs nobody, and each span is delivered or counted by cause.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracer::export::{Batch, ExportError, Exporter, Memory, Unit};
use tracer::{Span, Tracer};
use tracer_tests::Gate;

const SOON: Duration = Duration::from_secs(30);

/// Does with each batch what the function says.
struct Does<F>(&'static str, F);

impl<F> std::fmt::Debug for Does<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl<F: FnMut(&Batch) -> Result<(), ExportError> + Send> Exporter for Does<F> {
    fn name(&self) -> &str {
        self.0
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        self.1(batch)
    }
}

fn spans(tracer: &Tracer, count: usize) {
    tracer.in_scope(|| (0..count).for_each(|_| drop(Span::root("work"))));
}

#[test]
fn an_exporter_that_panics_loses_only_its_own_spans() {
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(Does("panics", |_: &Batch| panic!("on purpose")))
        .exporter(memory.clone())
        .build()
        .unwrap();
    spans(&tracer, 3);
    assert_eq!(tracer.flush(SOON).expect_err("one exporter lost them").dropped, 3);
    spans(&tracer, 2);
    assert_eq!(tracer.flush(SOON).expect_err("it still lives, and panics").dropped, 2);
    let stats = tracer.stats();
    assert_eq!(
        (stats.exporters[0].dropped.failed, stats.exporters[1].acknowledged),
        (5, 5),
        "{stats}"
    );
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(memory.take().len(), 5);
}

#[test]
fn an_exporter_that_fails_is_counted_as_failed() {
    let tracer = Tracer::builder()
        .exporter(Does("fails", |_: &Batch| Err(ExportError::failed("no way"))))
        .build()
        .unwrap();
    spans(&tracer, 4);
    assert_eq!(
        tracer.flush(SOON).expect_err("nothing arrived").to_string(),
        "4 spans dropped; last error: no way"
    );
    let stats = tracer.stats();
    assert_eq!(
        stats.exporters[0].to_string(),
        "fails: 4 ended = 0 acknowledged + 4 dropped (failed 4) + 0 queued"
    );
    assert!(stats.is_balanced());
}

#[test]
fn a_receiver_that_refuses_some_is_counted_for_those() {
    let refuses = |batch: &Batch| match batch.spans().len() {
        0 | 1 => Ok(()),
        count => Err(ExportError::rejected(count + 7, "more than there were")),
    };
    let tracer = Tracer::builder()
        .exporter(Does("refuses too many", refuses))
        .exporter(Does("refuses one", |_: &Batch| Err(ExportError::rejected(1, "one of them"))))
        .build()
        .unwrap();
    spans(&tracer, 5);
    tracer.flush(SOON).expect_err("some were refused");
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert!((1..=5).contains(&stats.exporters[1].dropped.rejected), "one a batch: {stats}");
    assert_eq!(stats.exporters[1].acknowledged + stats.exporters[1].dropped.rejected, 5, "{stats}");
    assert_eq!(stats.exporters[0].acknowledged + stats.exporters[0].dropped.rejected, 5, "{stats}");
}

#[test]
fn of_a_batch_that_arrived_in_part_each_span_is_counted_once() {
    let partly = |failed, rejected| {
        Does("partly", move |_: &Batch| Err(ExportError::partial(failed, rejected, "in part")))
    };
    let counted = |failed, rejected| {
        let tracer = Tracer::builder().exporter(partly(failed, rejected)).build().unwrap();
        // One batch, however the collector's passes fall.
        spans(&tracer, 1);
        tracer.flush(SOON).expect_err("it was lost");
        let stats = tracer.stats();
        assert!(stats.is_balanced(), "{stats}");
        stats.exporters[0].dropped
    };
    assert_eq!((counted(1, 0).failed, counted(1, 0).rejected), (1, 0));
    assert_eq!((counted(0, 1).failed, counted(0, 1).rejected), (0, 1));
    let refused_first = counted(7, 7);
    assert_eq!((refused_first.failed, refused_first.rejected), (0, 1));
}

#[test]
fn an_exporter_that_hangs_delays_no_other_and_no_flush_says_ok() {
    let (hold, started) = (Gate::default(), Gate::default());
    let (wait, begun) = (hold.clone(), started.clone());
    let memory = Memory::default();
    let hangs = Does("hangs", move |_: &Batch| {
        begun.open();
        wait.wait();
        Ok(())
    });
    let tracer = Tracer::builder().exporter(hangs).exporter(memory.clone()).build().unwrap();
    spans(&tracer, 1);
    started.wait();
    spans(&tracer, 2);
    let short = Duration::from_millis(50);
    let mut delivered = 0;
    while delivered < 3 {
        // The collector may be busy with other tests for longer than that.
        tracer.flush(short).expect_err("one exporter hangs");
        delivered += memory.take().len();
    }
    let error = tracer.flush(short).expect_err("one exporter hangs");
    assert_eq!((error.queued, error.dropped), (3, 0), "the other one has them");
    assert!(tracer.stats().is_balanced());

    let other = Memory::default();
    let undisturbed = Tracer::builder().exporter(other).build().unwrap();
    spans(&undisturbed, 1);
    assert_eq!(undisturbed.flush(SOON), Ok(()));

    hold.open();
    assert_eq!(tracer.flush(SOON), Ok(()));
    assert_eq!(tracer.stats().exporters[0].acknowledged, 3);
}

#[test]
fn the_identity_holds_whenever_one_looks() {
    let refused = AtomicU64::new(0);
    let moody =
        Does("moody", move |batch: &Batch| match refused.fetch_add(1, Ordering::Relaxed) % 4 {
            0 => Ok(()),
            1 => Err(ExportError::failed("a mood")),
            2 => Err(ExportError::rejected(batch.spans().len() / 2, "half of them")),
            _ => panic!("on purpose"),
        });
    let tracer =
        Arc::new(Tracer::builder().exporter(moody).exporter(Memory::default()).build().unwrap());
    let made: Vec<_> = (0..4)
        .map(|_| {
            let tracer = Arc::clone(&tracer);
            std::thread::spawn(move || {
                for _ in 0..200 {
                    spans(&tracer, 5);
                    let stats = tracer.stats();
                    assert!(stats.is_balanced(), "{stats}");
                    let _losses = tracer.flush(SOON);
                }
            })
        })
        .collect();
    for thread in made {
        thread.join().unwrap();
    }
    let _losses = tracer.flush(SOON);
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert!(
        stats.exporters.iter().all(|exporter| (exporter.ended, exporter.queued) == (4_000, 0)),
        "{stats}"
    );
    assert_eq!(stats.exporters[1].acknowledged, 4_000, "{stats}");
}

#[test]
fn dropping_a_tracer_delivers_what_has_ended() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).build().unwrap();
    spans(&tracer, 3);
    drop(tracer);
    assert_eq!(memory.take().len(), 3);
}

#[test]
fn a_tracer_that_is_dropped_while_unwinding_delivers_too() {
    let memory = Memory::default();
    let given = memory.clone();
    let thread = std::thread::spawn(move || {
        let tracer = Tracer::builder().exporter(given).build().unwrap();
        spans(&tracer, 3);
        panic!("on purpose");
    });
    assert!(thread.join().is_err());
    assert_eq!(memory.take().len(), 3);
}

/// Keeps the sizes and kinds of the traces it is given, in its unit.
#[derive(Clone, Debug)]
struct Whole(Unit, Arc<Mutex<Vec<String>>>);

impl Whole {
    fn new(unit: Unit) -> Self {
        Self(unit, Arc::default())
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.1.lock().expect("no test panics here"))
    }
}

impl Exporter for Whole {
    fn name(&self) -> &'static str {
        "whole"
    }

    fn unit(&self) -> Unit {
        self.0
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let names: Vec<_> = batch.spans().iter().map(tracer::export::SpanRecord::name).collect();
        let mut traces = self.1.lock().expect("no test panics here");
        traces.push(format!("{:?} {}", batch.completeness(), names.join(" ")));
        Ok(())
    }
}

#[test]
fn a_trace_is_given_whole_and_what_comes_later_is_late() {
    let whole = Whole::new(Unit::Traces);
    let memory = Memory::default();
    let tracer =
        Tracer::builder().exporter(whole.clone()).exporter(memory.clone()).build().unwrap();
    let taken = || whole.taken();
    tracer.in_scope(|| {
        let root = Span::root("root");
        let late = root.in_scope(|| {
            drop(Span::new("child"));
            Span::new("late")
        });
        tracer.flush(SOON).unwrap();
        assert!(taken().is_empty(), "its root is open");
        drop(root);
        tracer.flush(SOON).unwrap();
        assert_eq!(taken(), ["Whole root child"]);
        drop(late);
        std::mem::forget(Span::root("never ends"));
        let open = Span::root("open");
        open.in_scope(|| drop(Span::new("early")));
        tracer.shutdown(SOON).unwrap();
        drop(open);
    });
    let mut rest = taken();
    rest.sort();
    assert_eq!(rest, ["Late late", "Partial early"]);
    assert_eq!(memory.take().len(), 4);
    assert!(tracer.stats().is_balanced());
}

#[test]
fn many_whole_traces_are_given_at_once_each_in_one_piece() {
    let (many, single) = (Whole::new(Unit::ManyTraces), Whole::new(Unit::Traces));
    for beside in [None, Some(single.clone())] {
        let builder = Tracer::builder().exporter(many.clone());
        let builder = match beside.clone() {
            Some(single) => builder.exporter(single),
            None => builder,
        };
        let tracer = builder.build().unwrap();
        tracer.in_scope(|| {
            let (first, second) = (Span::root("first"), Span::root("second"));
            for (name, root) in [("a", &first), ("b", &second), ("c", &first)] {
                root.in_scope(|| drop(Span::new(name)));
            }
            drop((second, first));
        });
        tracer.shutdown(SOON).unwrap();
        assert_eq!(many.taken(), ["Stream first a c second b"]);
        if beside.is_some() {
            assert_eq!(single.taken(), ["Whole first a c", "Whole second b"]);
        }
        let stats = &tracer.stats().exporters[0];
        assert_eq!((stats.ended, stats.acknowledged), (5, 5));
    }
}
