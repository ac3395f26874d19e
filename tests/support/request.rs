//! What most traces consist of: a request, what it calls, and what that calls in turn.

use std::future::Future;

use tracer::traced;

use crate::pause;

/// Its work is written elsewhere: the attribute carries nothing into what that spawns.
#[traced]
pub async fn request(work: impl Future<Output = ()>) {
    work.await;
}

/// Is pending once and returns its argument.
#[traced(args)]
pub async fn query(id: u32) -> u32 {
    pause().await;
    id
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
