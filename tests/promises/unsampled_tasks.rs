//! Below a request that is not sampled nothing is recorded, whatever carries it where.

use std::time::Duration;

use tracer::export::Memory;
use tracer::sample::{LocalRoot, Sampler};
use tracer::{FutureExt as _, Span, Tracer, testing, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, request};

on_each_runtime!(a_call_in_a_spawned_task, a_stream_in_a_spawned_task);

/// Samples every root but the request, so that a trace that begins anew is seen.
#[derive(Debug)]
struct AllButRequests;

impl Sampler for AllButRequests {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        root.name() != "request"
    }
}

#[traced]
async fn call(work: impl Future<Output = ()>) {
    pause().await;
    work.await;
}

/// In a task's own context it would begin a trace; called by a span, recorded or not, it does not.
#[traced(kind = server)]
async fn serve() {
    pause().await;
    drop(Span::new("leaf"));
}

#[traced(kind = server)]
fn serve_sync() {}

fn tree_of<R: Runtime>(work: impl Future<Output = ()> + Send + 'static) -> String {
    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory.clone()).sampler(AllButRequests);
    let tracer = builder.build().expect("it starts");
    R::block_on(tracer.scope(request(async { R::spawn_here(work).await })));
    tracer.flush(Duration::from_secs(30)).expect("nothing is lost");
    testing::render(&memory.take())
}

fn a_call_in_a_spawned_task<R: Runtime>() {
    let tree = tree_of::<R>(async {
        call(async {
            serve().await;
            serve_sync();
            R::spawn(serve()).await;
        })
        .await;
        let by_hand = Span::new("by hand");
        by_hand.in_scope(serve_sync);
        serve().in_span(by_hand).await;
    });
    assert_eq!(tree, "");
}

fn a_stream_in_a_spawned_task<R: Runtime>() {
    use futures::stream::{self, Stream, StreamExt as _};

    #[traced]
    fn rows() -> impl Stream<Item = ()> + Send {
        serve_sync();
        stream::iter(1..=2).then(|_| serve())
    }
    let tree = tree_of::<R>(async {
        let rows = rows();
        assert_eq!(rows.count().await, 2);
    });
    assert_eq!(tree, "");
}
