//! Futures that block their executor: each is named once.

use std::thread;
use std::time::Duration;

use tracer::{Tracer, traced};

#[traced]
async fn hash() {
    // time: it blocks for longer than the threshold
    thread::sleep(Duration::from_millis(5));
}

#[traced]
async fn quick() {}

pub(crate) fn slow_polls() {
    let builder = Tracer::builder().slow_poll_threshold(Duration::from_millis(4));
    let tracer = builder.install().expect("no other is installed");
    let one = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    for _ in 0..3 {
        one.block_on(hash());
        one.block_on(quick());
    }
    drop(tracer);
}
