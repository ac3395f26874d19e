//! `#[instrument]` and `#[traced]` are one tree, whichever is inside of the other, however it is run.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use tokio::task::yield_now;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::trace::TraceLayer;
use tracer::http::{ClientLayer, ServerLayer};
use tracer::testing::Scope;
use tracer::traced;
use tracer_bridge_tests::{install, runtimes, tree};
use tracing::{Instrument as _, info_span, instrument};

#[traced]
async fn ours(inner: impl Future<Output = ()>) {
    yield_now().await;
    inner.await;
}

#[instrument(skip(inner))]
async fn theirs(inner: impl Future<Output = ()>) {
    yield_now().await;
    inner.await;
}

#[traced(args)]
async fn our_leaf(id: u32) {
    yield_now().await;
}

#[instrument]
async fn their_leaf() {
    yield_now().await;
}

#[traced]
fn our_function() {}

#[instrument]
fn their_function() {
    our_function();
}

#[test]
fn each_is_the_parent_of_what_it_awaits() {
    assert_eq!(
        tree(|| theirs(ours(theirs(ours(async {}))))),
        "theirs\n  ours\n    theirs\n      ours\n"
    );
    assert_eq!(tree(|| ours(theirs(our_leaf(1)))), "ours\n  theirs\n    our_leaf(id=1)\n");
}

#[test]
fn each_is_the_parent_of_what_it_calls() {
    assert_eq!(
        tree(|| ours(async {
            their_function();
            our_function();
        })),
        "ours\n  our_function\n  their_function\n    our_function\n"
    );
}

#[test]
fn branches_of_join_and_select_do_not_see_each_other() {
    assert_eq!(
        tree(|| ours(async {
            tokio::join!(theirs(our_leaf(1)), theirs(our_leaf(2)), our_leaf(3), their_leaf());
        })),
        "ours\n  our_leaf(id=3)\n  their_leaf\n  \
         theirs\n    our_leaf(id=1)\n  theirs\n    our_leaf(id=2)\n"
    );
    assert_eq!(
        tree(|| theirs(async {
            tokio::select! {
                biased;
                () = theirs(std::future::pending()) => {}
                () = ours(their_leaf()) => {}
            }
        })),
        "theirs\n  ours\n    their_leaf\n  theirs\n"
    );
}

#[test]
fn a_spawned_task_belongs_to_the_span_that_it_is_instrumented_with() {
    assert_eq!(
        tree(|| ours(async {
            let span = info_span!("job");
            tokio::spawn(async { our_leaf(1).await }.instrument(span)).await.unwrap();
        })),
        "ours\n  job\n    our_leaf(id=1)\n"
    );
    assert_eq!(
        tree(|| theirs(async {
            tokio::spawn(async { our_leaf(1).await }.in_current_span()).await.unwrap();
            tokio::spawn(their_leaf().in_current_span()).await.unwrap();
        })),
        "theirs\n  our_leaf(id=1)\n  their_leaf\n"
    );
}

/// Its future is made outside of the span, and polled first in the new task.
#[test]
fn a_traced_future_that_is_instrumented_and_spawned_belongs_to_the_span_around_it() {
    assert_eq!(
        tree(|| ours(async {
            tokio::spawn(our_leaf(1).instrument(info_span!("job"))).await.unwrap();
        })),
        "ours\n  job\n    our_leaf(id=1)\n"
    );
    assert_eq!(
        tree(|| theirs(async {
            tokio::spawn(our_leaf(1).instrument(info_span!("job"))).await.unwrap();
        })),
        "theirs\n  job\n    our_leaf(id=1)\n"
    );
}

#[test]
fn a_spawned_traced_future_belongs_to_its_caller() {
    assert_eq!(
        tree(|| theirs(async {
            tokio::spawn(our_leaf(1)).await.unwrap();
            tracer::tokio::spawn(async { our_function() }).await.unwrap();
            tracer::tokio::spawn_blocking(their_function).await.unwrap();
        })),
        "theirs\n  our_function\n  our_leaf(id=1)\n  their_function\n    our_function\n"
    );
}

/// Without something that carries it, as in `tracing` itself.
#[test]
fn a_bare_spawn_carries_nothing_and_adopts_nobody() {
    assert_eq!(
        tree(|| theirs(async {
            tokio::spawn(async { their_function() }).await.unwrap();
            tokio::task::spawn_blocking(their_function).await.unwrap();
        })),
        "theirs\n"
    );
}

/// A future of somebody else's request is polled by a task that has a span itself.
#[test]
fn a_driver_s_span_is_not_the_parent_of_what_others_hand_to_it() {
    assert_eq!(
        tree(|| async {
            let (send, mut handed) = tokio::sync::mpsc::channel(1);
            let driver = async move {
                while let Some(future) = handed.recv().await {
                    tokio::pin!(future);
                    future.await;
                }
            };
            let driver = tracer::tokio::spawn(driver.instrument(info_span!("driver")));
            ours(async {
                drop(send.send(our_leaf(1)).await);
                drop(send);
                driver.await.unwrap();
            })
            .await;
        }),
        "driver\nours\n  our_leaf(id=1)\n"
    );
}

#[test]
fn a_parent_that_is_named_counts_and_no_parent_too() {
    assert_eq!(
        tree(|| ours(async {
            let request = info_span!("request");
            let _entered = info_span!("other").entered();
            info_span!(parent: &request, "child").in_scope(our_function);
            info_span!(parent: None, "root").in_scope(our_function);
        })),
        "ours\n  other\n  request\n    child\n      our_function\nroot\n  our_function\n"
    );
}

#[test]
fn a_span_that_is_polled_by_several_workers_is_current_on_each() {
    assert_eq!(
        tree(|| theirs(async {
            let job = async {
                for _ in 0..50 {
                    tokio::time::sleep(Duration::from_micros(50)).await; // time: so that it moves
                    our_function();
                }
            };
            tracer::tokio::spawn(job.instrument(info_span!("job"))).await.unwrap();
        })),
        format!("theirs\n  job\n{}", "    our_function\n".repeat(50))
    );
}

/// The layer of `tower-http` reads no headers; the one around it does.
#[test]
fn a_caller_s_trace_goes_on_in_what_tower_http_tells() {
    assert_eq!(
        tree(|| ours(async {
            let serve = service_fn(async |_: Request<Full<Bytes>>| {
                theirs(our_leaf(1)).await;
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("served"))))
            });
            let server = ServerLayer::new().layer(TraceLayer::new_for_http().layer(serve));
            let request = Request::get("http://shop/").body(Full::default()).expect("a request");
            let answer =
                ClientLayer::new().layer(server).oneshot(request).await.expect("an answer");
            answer.into_body().collect().await.expect("all of it");
        })),
        "ours\n  GET\n    GET\n      request\n        theirs\n          our_leaf(id=1)\n"
    );
}

/// Nobody tells when a span of `tracing` is polled.
#[test]
fn the_outermost_of_our_spans_tells_when_the_task_was_polled() {
    install();
    for runtime in runtimes() {
        let scope = Scope::new();
        let job = scope.in_scope(|| ours(theirs(our_leaf(1))).instrument(info_span!("job")));
        runtime.block_on(async { runtime.spawn(scope.bind(job)).await.unwrap() });
        drop(runtime);
        let spans = scope.spans();
        let polled: Vec<_> = spans
            .iter()
            .filter(|span| !span.slices().is_empty())
            .map(|span| (span.name(), span.slices().len()))
            .collect();
        assert_eq!(polled, [("ours", 4)], "the others are inside of it");
    }
}

#[test]
fn a_cancelled_future_is_dropped_in_its_span() {
    struct Dropped;
    impl Drop for Dropped {
        fn drop(&mut self) {
            our_function();
        }
    }
    assert_eq!(
        tree(|| ours(async {
            let job = theirs(async {
                let _dropped = Dropped;
                std::future::pending::<()>().await;
            });
            tokio::select! {
                biased;
                () = job => {}
                () = yield_now() => {}
            }
        })),
        "ours\n  theirs\n    our_function\n"
    );
}
