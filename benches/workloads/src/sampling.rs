//! How long a workload takes, and how it is run for a count of instructions.

use std::time::{Duration, Instant};

use crate::case::Case;
use crate::clock::thread_nanos;

/// Records in one sample, so that no peer's buffer overflows before it is drained.
const RECORDS: u32 = 3_000;
/// Who drains gives the core away by itself; before, a thread has to run long enough to lose it.
const RECORDS_PREEMPTED: u32 = 20 * RECORDS;
const MIN_SAMPLES: usize = 15;
const MAX_SAMPLES: usize = 600;

/// The median over samples, or their mean where it is preempted, in nanoseconds a call. What was
/// recorded is drained between samples, untimed: only the caller's share is measured.
pub(crate) fn nanos(case: &mut Case, drain: fn(), time: Duration) -> f64 {
    // Some peers hand over per poll and per level.
    let records = if case.is_preempted { RECORDS_PREEMPTED } else { RECORDS };
    let repeats = (records / (2 * case.spans * case.polls)).max(1);
    for _ in 0..3 * repeats {
        (case.run)();
    }
    drain();
    let reading = median((0..99).map(|_| -(thread_nanos() - thread_nanos()) as f64).collect());
    let mut samples = Vec::new();
    // Who is done before its time interrupts nobody.
    let max = if case.is_preempted { usize::MAX } else { MAX_SAMPLES };
    let begin = Instant::now();
    while samples.len() < MIN_SAMPLES || (begin.elapsed() < time && samples.len() < max) {
        let start = thread_nanos();
        for _ in 0..repeats {
            (case.run)();
        }
        let spent = (thread_nanos() - start) as f64 - reading;
        samples.push(spent / f64::from(repeats) / f64::from(case.calls));
        drain();
    }
    if case.is_preempted { mean(&samples) } else { median(samples) }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the workload so often in [`counted_region`], drained outside of it.
pub(crate) fn repeat(case: &mut Case, drain: fn(), times: u32) {
    // Until buffers are used for the second time: what is allocated once is not a span's price.
    for _ in 0..(2 * RECORDS / (case.spans * case.polls)).max(3) {
        (case.run)();
        drain();
    }
    for _ in 0..times {
        counted_region(&mut case.run);
        drain();
    }
}

/// Callgrind is told to count inside of this function only, by its name.
#[inline(never)]
fn counted_region(run: &mut dyn FnMut()) {
    run();
}
