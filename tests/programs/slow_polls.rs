//! Futures that block their executor: each is named once.

use std::thread;
use std::time::Duration;

use tracer::{Tracer, traced};

/// So long that `quick` does not take it where another program has the processor meanwhile.
const THRESHOLD: Duration = Duration::from_millis(250);

#[traced]
async fn hash() {
    // time: it blocks for longer than the threshold
    thread::sleep(THRESHOLD + Duration::from_millis(10));
}

#[traced]
async fn quick() {}

pub(crate) fn slow_polls() {
    let builder = Tracer::builder().slow_poll_threshold(THRESHOLD);
    let tracer = builder.install().expect("no other is installed");
    let one = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    for _ in 0..2 {
        one.block_on(hash());
        one.block_on(quick());
    }
    drop(tracer);
}
