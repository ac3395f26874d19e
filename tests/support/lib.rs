//! What several promises share: runtimes to keep them on, and gates to wait at.

mod gate;
mod runtime;

pub use gate::Gate;
pub use runtime::{AsyncStd, Runtime, Task, TokioCurrentThread, TokioMultiThread};

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tracer::testing::Scope;

/// Runs a future as a task of its own, in a scope of its own, and returns what was recorded.
pub fn tree_of<R: Runtime>(future: impl Future<Output = ()> + Send + 'static) -> String {
    let scope = scope();
    R::block_on(async { R::spawn(scope.bind(future)).await });
    scope.tree()
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
    };
}
