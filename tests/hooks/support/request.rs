//! A request whose tree is the same on both kinds of runtime.

use std::future::Future;

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tracer::testing::Scope;
use tracer::tokio::hooks::BuilderExt as _;
use tracer::traced;

/// Is pending once.
#[traced(args)]
pub async fn query(id: u32) {
    yield_now().await;
}

/// Its work is written elsewhere: the attribute carries nothing into what that spawns.
#[traced(args(id))]
pub async fn request(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

/// One of one thread and one of two, both with hooks.
///
/// # Panics
///
/// If a runtime does not start.
pub fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        builder.worker_threads(2).enable_all().inherit_context();
        builder.build().expect("a runtime starts")
    })
}

/// What is recorded of a future, the same on both kinds of runtime.
///
/// # Panics
///
/// If it is not the same.
pub fn tree<F: Future<Output = ()>>(future: impl Fn() -> F) -> String {
    let [one, many] = runtimes().map(|runtime| {
        let scope = Scope::new();
        runtime.block_on(scope.bind(future()));
        drop(runtime);
        scope.tree()
    });
    assert_eq!(one, many);
    one
}
