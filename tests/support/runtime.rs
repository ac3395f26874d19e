//! The runtimes on which promises are kept, behind what they have in common.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::executor::ThreadPool;
use tokio::runtime::{Builder, Runtime as Tokio};
use tracer::{FutureExt as _, in_current};

/// A spawned task; dropping it detaches.
pub type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A way to run tasks. A new one is a type with these methods and a line in `on_each_runtime`.
pub trait Runtime: 'static {
    /// Runs `future` to its end, in a new runtime where there can be several.
    fn block_on<F: Future>(future: F) -> F::Output;

    /// The runtime's own spawn, which carries nothing; its task panics where the spawned one did.
    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output>;

    /// The adapter's spawn, which carries the context.
    #[track_caller]
    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output>;

    /// The adapter's spawn of what blocks, which carries the context.
    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T>;
}

/// tokio on the thread that waits.
#[derive(Clone, Copy, Debug)]
pub struct TokioCurrentThread;

/// tokio with two workers.
#[derive(Clone, Copy, Debug)]
pub struct TokioMultiThread;

/// async-std with the one executor of the process.
#[derive(Clone, Copy, Debug)]
pub struct AsyncStd;

/// smol with the one executor of the process.
#[derive(Clone, Copy, Debug)]
pub struct Smol;

/// The thread pool of `futures`, two threads for the process. It has no adapter.
#[derive(Clone, Copy, Debug)]
pub struct FuturesPool;

impl Runtime for TokioCurrentThread {
    fn block_on<F: Future>(future: F) -> F::Output {
        started(&mut Builder::new_current_thread()).block_on(future)
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        let task = tokio::spawn(future);
        Box::pin(async { task.await.expect("the task did not panic") })
    }

    #[track_caller]
    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        let task = tracer::tokio::spawn(future);
        Box::pin(async { task.await.expect("the task did not panic") })
    }

    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        let task = tracer::tokio::spawn_blocking(f);
        Box::pin(async { task.await.expect("the task did not panic") })
    }
}

impl Runtime for TokioMultiThread {
    fn block_on<F: Future>(future: F) -> F::Output {
        started(Builder::new_multi_thread().worker_threads(2)).block_on(future)
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        TokioCurrentThread::spawn(future)
    }

    #[track_caller]
    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        TokioCurrentThread::spawn_here(future)
    }

    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        TokioCurrentThread::spawn_blocking_here(f)
    }
}

impl Runtime for AsyncStd {
    fn block_on<F: Future>(future: F) -> F::Output {
        async_std::task::block_on(future)
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        Box::pin(async_std::task::spawn(future))
    }

    #[track_caller]
    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        Box::pin(tracer::async_std::spawn(future))
    }

    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        Box::pin(tracer::async_std::spawn_blocking(f))
    }
}

impl Runtime for Smol {
    fn block_on<F: Future>(future: F) -> F::Output {
        smol::block_on(future)
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        Box::pin(Detached(Some(smol::spawn(future))))
    }

    #[track_caller]
    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        Box::pin(Detached(Some(tracer::smol::spawn(future))))
    }

    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        Box::pin(Detached(Some(tracer::smol::unblock(f))))
    }
}

impl Runtime for FuturesPool {
    fn block_on<F: Future>(future: F) -> F::Output {
        futures::executor::block_on(future)
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        static POOL: OnceLock<ThreadPool> = OnceLock::new();
        let start = || ThreadPool::builder().pool_size(2).create().expect("it starts");
        let (send, receive) = oneshot::channel();
        let task = async {
            // Nobody waits if the handle was dropped.
            let _sent = send.send(future.await);
        };
        POOL.get_or_init(start).spawn_ok(task);
        Box::pin(async { receive.await.expect("the task did not panic") })
    }

    fn spawn_here<F: Future<Output: Send> + Send + 'static>(future: F) -> Task<F::Output> {
        Self::spawn(future.in_current())
    }

    fn spawn_blocking_here<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Task<T> {
        let f = in_current(f);
        Self::spawn(async { f() })
    }
}

/// A task that runs on when its handle is dropped.
struct Detached<T>(Option<smol::Task<T>>);

impl<T> Future for Detached<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let task = self.0.as_mut().expect("it is there until it is dropped");
        Pin::new(task).poll(cx)
    }
}

impl<T> Drop for Detached<T> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach();
        }
    }
}

fn started(builder: &mut Builder) -> Tokio {
    builder.enable_time().build().expect("a runtime starts")
}
