//! What most traces consist of: a request, what it calls, and what that calls in turn.

use std::future::Future;

use tracer::{Span, traced};

use crate::{Gate, pause};

/// Its work is written elsewhere: the attribute carries nothing into what that spawns.
#[traced]
pub async fn request(work: impl Future<Output = ()>) {
    work.await;
}

/// Works for others, or beside them; as [`request`] but for the name.
#[traced]
pub async fn driver(work: impl Future<Output = ()>) {
    work.await;
}

/// A helper that is handed a future, and polls it after it was pending.
#[traced]
pub async fn retry<T>(attempt: impl Future<Output = T>) -> T {
    pause().await;
    attempt.await
}

/// Is pending once and returns its argument.
#[traced(args)]
pub async fn query(id: u32) -> u32 {
    pause().await;
    id
}

/// Returns its argument; what blocking threads are given.
#[traced(args)]
pub fn hash(id: u32) -> u32 {
    id
}

/// Opens the gate and never ends; dropped, it leaves a span `cleanup`.
#[traced]
pub async fn stays(begun: Gate) {
    let _cleanup = Cleanup;
    begun.open();
    std::future::pending::<()>().await;
}

/// Traces its drop.
struct Cleanup;

impl Drop for Cleanup {
    fn drop(&mut self) {
        drop(Span::new("cleanup"));
    }
}

/// Calls another after it was pending.
#[traced(args)]
pub async fn handle(id: u32) {
    pause().await;
    leaf();
}

/// Calls nothing.
#[traced]
pub fn leaf() {}
