//! Polls that take too long: a future that blocks its executor.

use std::collections::HashSet;
use std::time::Duration;

use crate::callsite;
use crate::collector::report;

/// What one tracer finds too long.
#[derive(Debug)]
pub(crate) struct SlowPolls {
    threshold: Duration,
    /// Callsites that were reported.
    reported: HashSet<u32>,
}

impl SlowPolls {
    pub(crate) fn new(threshold: Duration) -> Self {
        Self { threshold, reported: HashSet::new() }
    }

    /// Whether a poll took too long; of each callsite the first one is reported.
    pub(crate) fn look(&mut self, callsite: u32, nanos: u64) -> bool {
        let duration = Duration::from_nanos(nanos);
        let is_slow = duration >= self.threshold;
        if is_slow && self.reported.insert(callsite) {
            report::slow_poll(callsite::find(callsite), duration);
        }
        is_slow
    }
}
