//! What several promises share: runtimes to keep them on, gates to wait at, requests that fail or not.

mod failure;
mod gate;
mod request;
mod runtime;

pub use failure::{Refused, error_of, refused, span_called, wrapped};
pub use gate::Gate;
pub use request::{driver, handle, hash, leaf, query, request, retry, stays};
pub use runtime::{
    AsyncStd, FuturesPool, Runtime, Smol, Task, TokioCurrentThread, TokioMultiThread,
};

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tracer::Span;
use tracer::export::SpanRecord;
use tracer::testing::Scope;

/// Runs a future as a task of its own, in a scope of its own, and returns what was recorded.
pub fn tree_of<R: Runtime>(future: impl Future<Output = ()> + Send + 'static) -> String {
    let scope = scope();
    R::block_on(async { R::spawn(scope.bind(future)).await });
    scope.tree()
}

/// What is recorded of one span, of which `f` says something.
pub fn record_of(f: impl FnOnce(&Span)) -> SpanRecord {
    let scope = scope();
    scope.in_scope(|| f(&Span::new("span")));
    scope.spans().remove(0)
}

/// A scope for one test, with all runtimes known.
pub fn scope() -> Scope {
    tracer::tokio::register();
    tracer::async_std::register();
    Scope::new()
}

/// Polls a future once.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Serves so many requests at once, each a task, on two workers; returns when the runtime is gone.
///
/// # Panics
///
/// If a request panics.
pub fn serve_at_once<F>(requests: u64, blocking_threads: usize, request: impl Fn(u64) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(blocking_threads)
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..requests).map(|number| tokio::spawn(request(number))).collect();
        for task in tasks {
            task.await.expect("no request panics");
        }
    });
}

/// Is pending once, on any runtime.
pub async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Makes tests of scenarios, each once a runtime: generic fns `fn name<R: Runtime>()`.
#[macro_export]
macro_rules! on_each_runtime {
    ($($name:ident),* $(,)?) => {
        mod tokio_current_thread {
            $(#[test] fn $name() { super::$name::<$crate::TokioCurrentThread>(); })*
        }
        mod tokio_multi_thread {
            $(#[test] fn $name() { super::$name::<$crate::TokioMultiThread>(); })*
        }
        mod async_std {
            $(#[test] fn $name() { super::$name::<$crate::AsyncStd>(); })*
        }
        mod smol {
            $(#[test] fn $name() { super::$name::<$crate::Smol>(); })*
        }
    };
}
