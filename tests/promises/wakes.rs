//! Who woke a task is known, where its tracer asks for it.
#![expect(clippy::unwrap_used, reason = "what is spawned here neither panics nor is cancelled")]

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tracer::export::{Memory, SpanRecord};
use tracer::{Tracer, traced};
use tracer_tests::{Gate, Runtime, TokioCurrentThread, on_each_runtime, pause, scope};

on_each_runtime!(
    a_task_woken_by_the_span_of_another,
    a_task_woken_from_outside,
    a_waker_stays_the_same_and_inner_spans_are_of_the_same_task,
    a_tracer_that_did_not_ask_leaves_the_waker_as_it_is
);

/// Says when it waits.
#[traced]
async fn waits(until: impl Future<Output = ()>, told: Gate) {
    let mut until = pin!(until);
    poll_fn(|cx| {
        let polled = until.as_mut().poll(cx);
        told.open();
        polled
    })
    .await;
}

#[traced]
async fn sends(sender: oneshot::Sender<()>, waits: Gate) {
    waits.await;
    inside(sender).await;
}

#[traced]
async fn inside(sender: oneshot::Sender<()>) {
    sender.send(()).unwrap();
}

fn traced_by(wakes: bool) -> (Tracer, Memory) {
    scope();
    let memory = Memory::default();
    (Tracer::builder().exporter(memory.clone()).wakes(wakes).build().unwrap(), memory)
}

fn spans(tracer: &Tracer, memory: &Memory) -> Vec<SpanRecord> {
    tracer.flush(Duration::from_secs(30)).unwrap();
    memory.take()
}

fn named<'a>(spans: &'a [SpanRecord], name: &str) -> &'a SpanRecord {
    spans.iter().find(|span| span.name() == name).unwrap()
}

fn a_task_woken_by_the_span_of_another<R: Runtime>() {
    let (tracer, memory) = traced_by(true);
    R::block_on(async {
        let (sender, receiver) = oneshot::channel();
        let waiting = Gate::default();
        let message = async { receiver.await.unwrap() };
        let task = R::spawn(tracer.scope(waits(message, waiting.clone())));
        R::spawn(tracer.scope(sends(sender, waiting))).await;
        task.await;
    });
    let spans = spans(&tracer, &memory);
    let (woken, by) = (named(&spans, "waits"), named(&spans, "inside"));
    let [wake] = woken.wakes() else { panic!("one wake: {:?}", woken.wakes()) };
    let cause = wake.by.unwrap();
    assert_eq!((cause.trace, cause.span), (by.trace_id(), by.span_id()));
    assert!(by.start() <= wake.time && wake.time <= by.end());
    let next = woken.slices().last().unwrap().start;
    assert_eq!(wake.scheduled, Some(next - wake.time));
    assert_eq!(woken.scheduled_duration(), wake.scheduled);
    assert!(by.wakes().is_empty() && by.scheduled_duration().is_none(), "it is inside of its task");
}

fn a_task_woken_from_outside<R: Runtime>() {
    let (tracer, memory) = traced_by(true);
    let (gate, waiting) = (Gate::default(), Gate::default());
    let (held, told) = (gate.clone(), waiting.clone());
    let outside = thread::spawn(move || {
        told.wait();
        held.open();
    });
    R::block_on(async { R::spawn(tracer.scope(waits(gate, waiting))).await });
    outside.join().unwrap();
    let spans = spans(&tracer, &memory);
    let causes: Vec<_> = named(&spans, "waits").wakes().iter().map(|wake| wake.by).collect();
    assert_eq!(causes, [None]);
}

/// The wakers that its polls came with, the last one kept beyond its end.
#[traced]
async fn wakers(polls: usize) -> Vec<Waker> {
    let mut seen = Vec::new();
    poll_fn(|cx| {
        seen.push(cx.waker().clone());
        cx.waker().wake_by_ref();
        if seen.len() < polls { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    seen
}

#[traced]
async fn outer() -> Vec<Waker> {
    let (mut one, two, ()) = futures::join!(wakers(3), wakers(1), pause());
    one.extend(wakers(2).await);
    assert_eq!(two.len(), 1);
    one
}

fn a_waker_stays_the_same_and_inner_spans_are_of_the_same_task<R: Runtime>() {
    let (tracer, memory) = traced_by(true);
    R::block_on(async {
        let seen = R::spawn(tracer.scope(wakers(4))).await;
        assert!(seen.windows(2).all(|pair| pair[0].will_wake(&pair[1])));
        // Woken long after its end; nobody is there to say it of.
        seen.into_iter().for_each(Waker::wake);
        drop(R::spawn(tracer.scope(outer())).await);
    });
    let spans = spans(&tracer, &memory);
    assert_eq!(tracer::testing::render(&spans), "outer\n  wakers\n  wakers\n  wakers\nwakers\n");
    let alone = spans.iter().find(|span| span.name() == "wakers" && span.is_local_root()).unwrap();
    let own = alone.wakes().iter().map(|wake| wake.by.unwrap().span);
    assert_eq!(own.collect::<Vec<_>>(), [alone.span_id(); 4], "it woke itself");
    assert_eq!(tracer.stats().lost_details, 0);
}

fn a_tracer_that_did_not_ask_leaves_the_waker_as_it_is<R: Runtime>() {
    // Another one that asks is there.
    let (_other, _) = traced_by(true);
    let (tracer, memory) = traced_by(false);
    let mut future = Box::pin(tracer.scope(wakers(2)));
    R::block_on(async {
        let seen = poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(seen) => Poll::Ready(seen.iter().all(|seen| seen.will_wake(cx.waker()))),
            Poll::Pending => Poll::Pending,
        });
        assert!(seen.await);
    });
    assert!(spans(&tracer, &memory)[0].wakes().is_empty());
}

#[test]
fn a_span_made_by_hand_knows_from_its_first_wait_on() {
    use tracer::{FutureExt as _, Span};

    let (tracer, memory) = traced_by(true);
    TokioCurrentThread::block_on(async {
        let (sender, receiver) = oneshot::channel();
        let span = tracer.in_scope(|| Span::new("by hand"));
        let task = tokio::spawn(async { receiver.await.unwrap() }.in_span(span));
        tokio::task::yield_now().await;
        tracer.scope(inside(sender)).await;
        task.await.unwrap();
    });
    let spans = spans(&tracer, &memory);
    let causes = named(&spans, "by hand").wakes().iter().map(|wake| wake.by.unwrap().span);
    assert_eq!(causes.collect::<Vec<_>>(), [named(&spans, "inside").span_id()]);
}
