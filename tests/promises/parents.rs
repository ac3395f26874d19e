//! A call is a child of its caller, whoever polls it, unless a helper of the caller's stands between.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt as _, join_all};
use futures::stream::{self, FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc::unbounded_channel;
use tracer::{FutureExt as _, Span, traced};
use tracer_tests::{Gate, Runtime, driver, on_each_runtime, pause, query, request, retry, tree_of};

on_each_runtime!(
    awaited_calls,
    joined_calls,
    the_loser_of_a_select_is_cancelled,
    buffered_calls,
    unordered_calls,
    a_spawned_call_is_a_child_of_its_caller,
    a_call_spawned_without_a_caller_is_a_root,
    a_started_call_that_moves_to_another_task,
    a_shared_call,
    a_nested_block_on,
    a_stream_of_calls,
    a_call_made_by_who_polls_the_stream,
    recursive_calls,
    a_root_whoever_calls,
    a_span_by_hand,
    a_call_that_outlives_its_caller,
);

fn awaited_calls<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        query(1).await;
        retry(async {
            query(2).await;
        })
        .await;
        query(3).await;
    }));
    assert_eq!(tree, "request\n  query(id=1)\n  query(id=3)\n  retry\n    query(id=2)\n");
}

fn joined_calls<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        tokio::join!(query(1), query(2), async {
            futures::join!(query(3), retry(query(4)));
        });
        join_all([query(5), query(6)]).await;
    }));
    assert_eq!(
        tree,
        "request\n  query(id=1)\n  query(id=2)\n  query(id=3)\n  query(id=5)\n  query(id=6)\n  \
         retry\n    query(id=4)\n"
    );
}

fn the_loser_of_a_select_is_cancelled<R: Runtime>() {
    let never = Gate::default();
    let tree = tree_of::<R>(request(async move {
        tokio::select! {
            biased;
            () = driver(async { query(1).await; never.await; }) => {}
            _ = retry(query(2)) => {}
        }
        let pending = Box::pin(driver(std::future::pending()));
        futures::future::select(pending, Box::pin(query(3))).await;
    }));
    assert_eq!(
        tree,
        "request\n  driver cancelled\n  driver cancelled\n    query(id=1)\n  query(id=3)\n  \
         retry\n    query(id=2)\n"
    );
}

fn buffered_calls<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let calls: Vec<_> = (1..=3).map(query).collect();
        stream::iter(calls).buffer_unordered(2).collect::<Vec<_>>().await;
    }));
    assert_eq!(tree, "request\n  query(id=1)\n  query(id=2)\n  query(id=3)\n");
}

fn unordered_calls<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let mut calls: FuturesUnordered<_> = (1..=3).map(query).collect();
        while let Some(id) = calls.next().await {
            if id < 3 {
                calls.push(query(id + 10));
            }
        }
    }));
    assert_eq!(
        tree,
        "request\n  query(id=1)\n  query(id=11)\n  query(id=12)\n  query(id=2)\n  query(id=3)\n"
    );
}

fn a_spawned_call_is_a_child_of_its_caller<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        R::spawn(retry(query(1))).await;
        let call = query(2);
        R::spawn(async {
            driver(async {
                call.await;
            })
            .await;
        })
        .await;
    }));
    // What is called only inside of a bare spawn belongs to nobody: here, to no tracer.
    assert_eq!(tree, "request\n  query(id=2)\n  retry\n    query(id=1)\n");
}

fn a_call_spawned_without_a_caller_is_a_root<R: Runtime>() {
    let tree = tree_of::<R>(async {
        tokio::join!(
            R::spawn_here(request(async {
                query(1).await;
            })),
            R::spawn_here(query(2))
        );
    });
    assert_eq!(tree, "query(id=2)\nrequest\n  query(id=1)\n");
}

/// A soft timeout: tried inline, then continued in the background.
fn a_started_call_that_moves_to_another_task<R: Runtime>() {
    let go = Gate::default();
    let tree = tree_of::<R>(request(async move {
        let held = go.clone();
        let mut job = Box::pin(driver(async move {
            query(1).await;
            held.await;
            let late = query(2);
            tokio::join!(late, query(3));
        }));
        tokio::select! {
            biased;
            () = &mut job => unreachable!("it waits"),
            _ = query(4) => {}
        }
        let moved = R::spawn(job);
        go.open();
        moved.await;
    }));
    assert_eq!(
        tree,
        "request\n  driver\n    query(id=1)\n    query(id=2)\n    query(id=3)\n  query(id=4)\n"
    );
}

fn a_shared_call<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let shared = query(1).boxed().shared();
        let other = shared.clone();
        let task = R::spawn(driver(async {
            other.await;
        }));
        tokio::join!(retry(shared), task);
    }));
    // Who polls it first: the helper of its caller, or a task that only waits for it too.
    let helped = "request\n  driver\n  retry\n    query(id=1)\n";
    let called = "request\n  driver\n  query(id=1)\n  retry\n";
    let spawned = "request\n  driver\n    query(id=1)\n  retry\n";
    assert!([helped, called, spawned].contains(&tree.as_str()), "{tree}");
}

fn a_nested_block_on<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        futures::executor::block_on(retry(query(1)));
        let call = query(2);
        ::async_std::task::block_on(call);
    }));
    assert_eq!(tree, "request\n  query(id=2)\n  retry\n    query(id=1)\n");
}

fn a_stream_of_calls<R: Runtime>() {
    #[traced]
    async fn rows() -> Vec<BoxFuture<'static, u32>> {
        vec![query(1).boxed(), query(2).boxed()]
    }
    let tree = tree_of::<R>(request(async {
        let calls = rows().await;
        // `rows` has ended: children may outlive parents.
        stream::iter(calls).buffered(2).collect::<Vec<_>>().await;
    }));
    assert_eq!(tree, "request\n  rows\n    query(id=1)\n    query(id=2)\n");
}

fn a_call_made_by_who_polls_the_stream<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let mut rows = Box::pin(stream::iter(1..=2).map(query).buffer_unordered(1));
        retry(rows.next()).await;
        driver(async {
            rows.next().await;
        })
        .await;
    }));
    assert_eq!(tree, "request\n  driver\n    query(id=2)\n  retry\n    query(id=1)\n");
}

fn recursive_calls<R: Runtime>() {
    #[traced(args(depth))]
    async fn walk(depth: u32) {
        pause().await;
        if depth > 0 {
            Box::pin(walk(depth - 1)).await;
        }
    }
    let lines: Vec<_> = (0..=200)
        .map(|level| format!("{}walk(depth={})\n", "  ".repeat(level), 200 - level))
        .collect();
    assert_eq!(tree_of::<R>(walk(200)), lines.concat());
}

fn a_root_whoever_calls<R: Runtime>() {
    #[traced(root)]
    async fn job() {
        query(1).await;
    }
    let tree = tree_of::<R>(request(async {
        job().await;
        R::spawn(job()).await;
    }));
    assert_eq!(tree, "job\n  query(id=1)\njob\n  query(id=1)\nrequest\n");
}

fn a_span_by_hand<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let span = Arc::new(Span::new("by hand"));
        let call = span.in_scope(|| query(1));
        let inner = Arc::clone(&span);
        call.in_span(Span::new("other")).await;
        inner.in_scope(|| drop(Span::new("leaf")));
        query(2).in_context(span.context()).await;
    }));
    assert_eq!(tree, "request\n  by hand\n    leaf\n    query(id=1)\n    query(id=2)\n  other\n");
}

fn a_call_that_outlives_its_caller<R: Runtime>() {
    let ended = Gate::default();
    let tree = tree_of::<R>(async move {
        let held = ended.clone();
        let (send, mut receive) = unbounded_channel();
        request(async move {
            let _sent = send.send(R::spawn(driver(async move {
                held.await;
                query(1).await;
            })));
        })
        .await;
        ended.open();
        receive.recv().await.expect("the task was sent").await;
    });
    assert_eq!(tree, "request\n  driver\n    query(id=1)\n");
}
