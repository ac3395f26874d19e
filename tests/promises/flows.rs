//! Streams and sinks that carry a context: what they do belongs there, whoever drains and fills them.

use futures::channel::mpsc;
use futures::sink::{self, SinkExt as _};
use futures::stream::{self, StreamExt as _};
use tracer::{Span, StreamExt, current, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, request, tree_of};

on_each_runtime!(
    a_stream_made_in_one_span_and_drained_in_another,
    a_stream_drained_by_another_task,
    a_sink_filled_in_another_span,
    both_ends_of_a_pipe,
);

#[traced(args)]
async fn row(id: u32) -> u32 {
    pause().await;
    id
}

#[traced]
async fn drain(work: impl Future<Output = ()>) {
    work.await;
}

/// Its closures make the calls: without a context of its own they would belong to whoever polls.
fn rows() -> impl stream::Stream<Item = u32> + Send {
    stream::iter(1..=2).then(row)
}

fn a_stream_made_in_one_span_and_drained_in_another<R: Runtime>() {
    let tree = tree_of::<R>(async {
        let maker = Span::new("maker");
        let carried = maker.in_scope(|| StreamExt::in_current(rows()));
        drop(maker);
        drain(async {
            assert_eq!(carried.collect::<Vec<_>>().await, [1, 2]);
            row(3).await;
        })
        .await;
        drain(async { assert_eq!(rows().count().await, 2) }).await;
    });
    assert_eq!(
        tree,
        "drain\n  row(id=1)\n  row(id=2)\ndrain\n  row(id=3)\nmaker\n  row(id=1)\n  row(id=2)\n"
    );
}

fn a_stream_drained_by_another_task<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let carried = StreamExt::in_context(rows(), current());
        R::spawn(async { assert_eq!(carried.count().await, 2) }).await;
    }));
    assert_eq!(tree, "request\n  row(id=1)\n  row(id=2)\n");
}

fn a_sink_filled_in_another_span<R: Runtime>() {
    let tree = tree_of::<R>(async {
        let upload = Span::new("upload");
        let write = |(), id| async move {
            row(id).await;
            Ok::<_, ()>(())
        };
        let file = upload.in_scope(|| tracer::SinkExt::in_current(sink::unfold((), write)));
        let mut file = Box::pin(file);
        drain(async move {
            file.send(1).await.expect("it takes all");
            file.feed(2).await.expect("it takes all");
            row(3).await;
            file.close().await.expect("it takes all");
        })
        .await;
    });
    assert_eq!(tree, "drain\n  row(id=3)\nupload\n  row(id=1)\n  row(id=2)\n");
}

/// Asks for the context at every step, the synchronous one too.
fn both_ends_of_a_pipe<R: Runtime>() {
    let tree = tree_of::<R>(async move {
        let (send, receive) = mpsc::channel::<u32>(1);
        let [sender, receiver] = ["sender", "receiver"].map(Span::new);
        let here = sender.context();
        let checked = send.with(move |id| {
            assert_eq!(current(), here);
            std::future::ready(Ok::<_, mpsc::SendError>(id))
        });
        let mut send = sender.in_scope(|| tracer::SinkExt::in_current(checked));
        let rows = receiver.in_scope(|| StreamExt::in_current(receive.then(row)));
        assert_eq!(stream::Stream::size_hint(&rows), (0, None));
        let fill = async move {
            for id in 1..=3 {
                send.send(id).await.expect("it is drained");
            }
        };
        let drained = drain(async move {
            let mut rows = std::pin::pin!(rows);
            while rows.next().await.is_some() {}
        });
        futures::join!(R::spawn(fill), drained);
    });
    assert_eq!(tree, "drain\nreceiver\n  row(id=1)\n  row(id=2)\n  row(id=3)\nsender\n");
}
