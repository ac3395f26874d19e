//! Futures and streams that a traced fn returns stay in its span wherever they are polled.

use futures::executor::block_on;
use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use tracer::export::{Memory, SpanRecord};
use tracer::sample::Ratio;
use tracer::testing::{Scope, render};
use tracer::{Entered, Span, Tracer, traced};
use tracer_tests::{Gate, Runtime, driver, on_each_runtime, query, tree_of};

on_each_runtime!(
    a_future_polled_in_another_task,
    a_stream_drained_in_another_task,
    a_guard_held_over_a_yield_of_a_traced_stream,
    a_guard_held_over_a_yield_of_a_bare_stream_is_seen_by_its_consumer_which_is_a_known_limit,
);

#[traced]
fn set_up() {}

#[traced(args)]
fn future(id: u32) -> impl Future<Output = Result<u32, String>> + Send {
    set_up();
    async move {
        match query(id).await {
            0 => Err("zero".to_owned()),
            id => Ok(id),
        }
    }
}

#[traced(args)]
fn rows(up_to: u32) -> BoxStream<'static, u32> {
    set_up();
    stream::iter(0..up_to).then(query).boxed()
}

#[traced]
async fn request<F: Future>(work: F) -> F::Output {
    work.await
}

#[traced]
fn maker<R>(make: impl FnOnce() -> R) -> R {
    make()
}

fn a_future_polled_in_another_task<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let (good, bad) = (future(1), future(0));
        R::spawn(driver(async {
            assert_eq!(good.await, Ok(1));
            assert_eq!(bad.await, Err("zero".to_owned()));
        }))
        .await;
    }));
    let expected = "\
        request\n  \
          driver\n  \
          future(id=0) ✖\n    query(id=0)\n    set_up\n  \
          future(id=1)\n    query(id=1)\n    set_up\n";
    assert_eq!(tree, expected);
}

fn a_stream_drained_in_another_task<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let (rows, gate) = (rows(2), Gate::default());
        let drained = R::spawn(driver({
            let gate = gate.clone();
            async move {
                gate.await;
                assert_eq!(rows.collect::<Vec<_>>().await, [0, 1]);
            }
        }));
        gate.open();
        drained.await;
    }));
    let expected = "\
        request\n  \
          driver\n  \
          rows(up_to=2)\n    query(id=0)\n    query(id=1)\n    set_up\n";
    assert_eq!(tree, expected);
}

/// What is made in `tracer`, and polled in a scope that records everything: there is nothing of it in either.
fn unrecorded<R>(make: impl FnOnce() -> R, poll: impl FnOnce(R)) {
    let (memory, other) = (Memory::default(), Scope::new());
    let tracer = Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(0.0)).build();
    let tracer = tracer.expect("a collector starts");
    let work = tracer.in_scope(make);
    other.in_scope(|| poll(work));
    drop(tracer);
    assert_eq!(render(&memory.take()) + &other.tree(), "");
}

#[test]
fn below_an_unsampled_root_nothing_is_recorded() {
    unrecorded(|| future(1), |future| assert_eq!(block_on(future), Ok(1)));
    unrecorded(|| rows(2), |rows| assert_eq!(block_on(rows.count()), 2));
    unrecorded(|| maker(|| future(1)), |future| assert_eq!(block_on(future), Ok(1)));
    unrecorded(|| maker(|| rows(2)), |rows| assert_eq!(block_on(rows.count()), 2));
    unrecorded(|| rows(2), drop);
}

#[traced(root)]
fn root_future() -> impl Future<Output = ()> {
    set_up();
    async {
        query(1).await;
    }
}

#[traced(root)]
fn root_stream() -> impl Stream<Item = u32> {
    stream::iter(0..2).then(query)
}

#[test]
fn roots_begin_a_trace_of_their_own() {
    let scope = Scope::new();
    scope.in_scope(|| {
        block_on(request(async {
            root_future().await;
            assert_eq!(root_stream().count().await, 2);
        }));
    });
    let expected = "\
        request\n\
        root_future\n  query(id=1)\n  set_up\n\
        root_stream\n  query(id=0)\n  query(id=1)\n";
    assert_eq!(scope.tree(), expected);
}

#[test]
fn polls_are_counted() {
    let scope = Scope::new();
    scope.in_scope(|| {
        block_on(future(1)).unwrap();
        assert_eq!(block_on(rows(2).count()), 2);
    });
    let spans = scope.spans();
    let polls = |name| spans.iter().find(|span| span.name() == name).map(SpanRecord::polls);
    // Each query is pending once; the last poll of a stream says that it is over.
    assert_eq!((polls("future"), polls("rows")), (Some(2), Some(5)));
}

/// Its state holds a guard of `span` from the first item on.
fn holding(span: &Span) -> impl Stream<Item = u32> {
    let first: Option<Entered<'_>> = None;
    stream::unfold((first, 1), move |(entered, id)| async move {
        let entered = entered.unwrap_or_else(|| span.enter());
        query(id).await;
        Some((id, (Some(entered), id + 1)))
    })
}

#[traced]
fn holding_rows(span: &Span) -> impl Stream<Item = u32> {
    holding(span)
}

async fn drain(rows: impl Stream<Item = u32>) {
    let mut rows = std::pin::pin!(rows.take(2));
    while let Some(id) = rows.next().await {
        query(id + 10).await;
    }
    query(20).await;
}

fn a_guard_held_over_a_yield_of_a_traced_stream<R: Runtime>() {
    let scope = Scope::new();
    R::block_on(scope.bind(request(async {
        let span = Span::root("held");
        drain(holding_rows(&span)).await;
    })));
    assert_eq!(
        scope.tree(),
        "held\n  query(id=1)\n  query(id=2)\n\
         request\n  holding_rows cancelled\n  query(id=11)\n  query(id=12)\n  query(id=20)\n"
    );
}

fn a_guard_held_over_a_yield_of_a_bare_stream_is_seen_by_its_consumer_which_is_a_known_limit<
    R: Runtime,
>() {
    let scope = Scope::new();
    R::block_on(scope.bind(request(async {
        let span = Span::root("held");
        drain(holding(&span)).await;
    })));
    let queries = [1, 11, 12, 2, 20].map(|id| format!("  query(id={id})\n")).concat();
    assert_eq!(scope.tree(), format!("held\n{queries}request\n"));
}
