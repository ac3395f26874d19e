//! What stands between caller and callee is the parent: helpers, middleware, a request around a handler.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt as _};
use tokio::sync::mpsc::unbounded_channel;
use tower_service::Service;
use tracer::{FutureExt as _, Span, traced};
use tracer_tests::{Gate, Runtime, driver, on_each_runtime, pause, query, request, retry, tree_of};

on_each_runtime!(
    a_helper_that_polls_is_the_parent,
    a_helper_inside_a_helper_is_the_parent,
    a_request_around_a_handler_is_its_parent,
    middleware_around_a_future_made_before_is_its_parent,
    a_span_that_is_given_wins_over_the_caller,
    a_future_polled_in_another_request_stays_with_its_caller,
);

fn a_helper_that_polls_is_the_parent<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let call = query(1);
        retry(call).await;
        retry(query(2)).await;
    }));
    assert_eq!(tree, "request\n  retry\n    query(id=1)\n  retry\n    query(id=2)\n");
}

fn a_helper_inside_a_helper_is_the_parent<R: Runtime>() {
    #[traced]
    async fn resilient<T>(attempt: impl Future<Output = T>) -> T {
        retry(async { retry(attempt).await }).await
    }
    let tree = tree_of::<R>(request(async {
        let call = query(1);
        resilient(call).await;
    }));
    assert_eq!(tree, "request\n  resilient\n    retry\n      retry\n        query(id=1)\n");
}

fn a_request_around_a_handler_is_its_parent<R: Runtime>() {
    #[traced]
    async fn accept() {
        let handler = query(1);
        let root = Span::root("connection");
        handler.in_span(root).await;
    }
    assert_eq!(tree_of::<R>(accept()), "accept\nconnection\n  query(id=1)\n");
    let bare = tree_of::<R>(async {
        query(2).in_span(Span::root("connection")).await;
    });
    assert_eq!(bare, "connection\n  query(id=2)\n");
}

/// The innermost service: its answer is a traced call.
#[derive(Clone, Debug)]
struct Shop;

impl Service<u32> for Shop {
    type Response = u32;
    type Error = ();
    type Future = BoxFuture<'static, Result<u32, ()>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, id: u32) -> Self::Future {
        query(id).map(Ok).boxed()
    }
}

/// Middleware as tower has it: it has the inner future before its own is polled.
#[derive(Clone, Debug)]
struct Timed<S>(S);

impl<S> Service<u32> for Timed<S>
where
    S: Service<u32, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, id: u32) -> Self::Future {
        #[traced]
        async fn timed<F: Future>(inner: F) -> F::Output {
            pause().await;
            inner.await
        }
        let inner = self.0.call(id);
        Box::pin(timed(inner))
    }
}

fn middleware_around_a_future_made_before_is_its_parent<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let mut service = Timed(Timed(Shop));
        assert_eq!(service.call(1).await, Ok(1));
        let made = service.call(2);
        // Spawned as a server does it, in a task that has no context.
        assert_eq!(R::spawn(made).await, Ok(2));
    }));
    let timed = |id| format!("  timed\n    timed\n      query(id={id})\n");
    assert_eq!(tree, format!("request\n{}{}", timed(1), timed(2)));
    // A server that has no span itself.
    assert_eq!(
        tree_of::<R>(async { assert_eq!(Timed(Shop).call(3).await, Ok(3)) }),
        "timed\n  query(id=3)\n"
    );
}

/// By `in_span` and `in_context`, in the caller's task and in another.
fn a_span_that_is_given_wins_over_the_caller<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let other = Span::new("other");
        query(1).in_span(Span::new("given")).await;
        async { query(2).await }.in_context(other.context()).await;
        R::spawn(query(3).in_span(Span::new("given"))).await;
        R::spawn_here(async { query(4).await }.in_context(other.context())).await;
    }));
    assert_eq!(
        tree,
        "request\n  given\n    query(id=1)\n  given\n    query(id=3)\n  \
         other\n    query(id=2)\n    query(id=4)\n"
    );
}

fn a_future_polled_in_another_request_stays_with_its_caller<R: Runtime>() {
    let (give, mut take) = unbounded_channel::<BoxFuture<'static, u32>>();
    let done = Gate::default();
    let tree = tree_of::<R>(async {
        let (given, polled) = (done.clone(), done);
        let first = R::spawn_here(request(async move {
            give.send(retry(query(1)).boxed()).expect("the other request listens");
            given.await;
        }));
        let second = R::spawn_here(driver(async move {
            let foreign = take.recv().await.expect("the other request gives");
            retry(async {
                tokio::join!(foreign, query(2));
            })
            .await;
            polled.open();
        }));
        tokio::join!(first, second);
    });
    assert_eq!(tree, "driver\n  retry\n    query(id=2)\nrequest\n  retry\n    query(id=1)\n");
}
