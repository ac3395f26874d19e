//! What is open now is told, on every runtime, until it ends; of each tracer its own.
#![expect(clippy::unwrap_used, reason = "the tracers of tests start, and nothing here panics")]

use std::time::Duration;

use tracer::export::{InFlight, Memory, Outcome};
use tracer::testing::render;
use tracer::{Span, Tracer, traced};
use tracer_tests::{Gate, Runtime, TokioMultiThread, on_each_runtime, poll_once, scope};

on_each_runtime!(a_request_that_hangs, a_cancelled_request, a_task_of_a_request);

#[traced(args(id))]
async fn query(id: u32, gate: Gate) {
    gate.await;
}

/// Says when all its children wait.
#[traced]
async fn request(gate: Gate, hangs: Gate) {
    let said = async { hangs.open() };
    futures::join!(query(1, gate.clone()), query(2, gate.clone()), answer(), said);
    query(3, gate).await;
}

#[traced]
async fn answer() {}

fn tracer() -> Tracer {
    scope();
    Tracer::builder().exporter(Memory::default()).in_flight(true).build().unwrap()
}

fn open(tracer: &Tracer) -> InFlight {
    tracer.in_flight().unwrap()
}

fn tree(tracer: &Tracer) -> String {
    render(open(tracer).spans())
}

const HANGING: &str = "request\n  query(id=1)\n  query(id=2)\n";

fn a_request_that_hangs<R: Runtime>() {
    let (ours, theirs) = (tracer(), tracer());
    let (gate, hangs, never) = (Gate::default(), Gate::default(), Gate::default());
    R::block_on(async {
        let task = R::spawn(ours.scope(request(gate.clone(), hangs.clone())));
        hangs.await;
        assert_eq!(tree(&ours), HANGING);
        assert_eq!(tree(&theirs), "");
        let (earlier, later) = (open(&ours), open(&ours));
        for (before, after) in earlier.spans().iter().zip(later.spans()) {
            assert_eq!((before.span_id(), before.outcome()), (after.span_id(), Outcome::Open));
            assert!(before.end() < after.end(), "it is open for longer");
        }
        let told = never.clone();
        let other = R::spawn(theirs.scope(async move { request(told.clone(), told).await }));
        gate.open();
        task.await;
        assert_eq!(tree(&ours), "");
        never.open();
        other.await;
        assert_eq!((tree(&ours), tree(&theirs)), (String::new(), String::new()));
    });
}

fn a_cancelled_request<R: Runtime>() {
    let tracer = tracer();
    R::block_on(async {
        let (gate, hangs) = (Gate::default(), Gate::default());
        let mut hanging = Box::pin(tracer.scope(request(gate, hangs)));
        assert!(poll_once(hanging.as_mut()).is_pending());
        assert_eq!(tree(&tracer), HANGING);
        drop(hanging);
        assert_eq!(tree(&tracer), "");
    });
}

fn a_task_of_a_request<R: Runtime>() {
    #[traced]
    fn hash(gate: &Gate, hangs: &Gate) {
        hangs.open();
        gate.wait();
    }
    #[traced]
    async fn spawns<R: Runtime>(gate: Gate, hangs: Gate, blocks: Gate) {
        let (held, told) = (gate.clone(), blocks.clone());
        let thread = tracer::thread::spawn(move || hash(&held, &told));
        let work = async move {
            hangs.open();
            query(1, gate).await;
        };
        R::spawn_here(work).await;
        thread.join().unwrap();
    }
    let tracer = tracer();
    let [gate, hangs, blocks] = [(); 3].map(|()| Gate::default());
    R::block_on(async {
        let spawns = spawns::<R>(gate.clone(), hangs.clone(), blocks.clone());
        let task = R::spawn(tracer.scope(spawns));
        hangs.await;
        blocks.wait();
        // The task says so just before it waits; asked again until it does.
        while tree(&tracer) != "spawns\n  hash\n  query(id=1)\n" {
            std::thread::yield_now();
        }
        let open = open(&tracer);
        let spawned = open.spans().iter().filter(|span| span.is_spawned());
        assert_eq!(spawned.filter(|span| span.task().is_some()).count(), 2);
        gate.open();
        task.await;
        assert_eq!(tree(&tracer), "");
    });
}

#[test]
fn a_tracer_that_was_not_asked_tells_nothing() {
    let tracer = Tracer::builder().exporter(Memory::default()).build().unwrap();
    let _open = tracer.in_scope(|| Span::new("open"));
    assert!(tracer.in_flight().is_none());
}

#[test]
fn what_was_opened_on_one_thread_and_ends_on_another_is_gone() {
    let tracer = tracer();
    TokioMultiThread::block_on(async {
        for _ in 0..50 {
            let span = tracer.in_scope(|| Span::new("handed"));
            let task = std::thread::spawn(move || drop(span));
            let _open = tracer.in_flight();
            task.join().unwrap();
        }
    });
    assert_eq!(tree(&tracer), "");
    tracer.flush(Duration::from_secs(30)).unwrap();
    let stats = tracer.stats();
    assert_eq!((stats.exporters[0].acknowledged, open(&tracer).unlisted()), (50, 0));
}
