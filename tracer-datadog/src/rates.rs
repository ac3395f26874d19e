//! Which share of traces the agent wants: the exporter hears it, the sampler does so.

use std::sync::atomic::{AtomicU64, Ordering};

/// Shared by an exporter and its sampler.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// Traces that the sampler left out and that the agent was not told of.
    left_out: AtomicU64,
}

impl Rates {
    /// Takes the body of an answer of the agent: `{"rate_by_service":{"service:shop,env:":0.5}}`;
    /// false if it is no such thing, and nothing changes.
    pub(crate) fn hear(&self, _answer: &[u8]) -> bool {
        false
    }

    /// Traces that were left out since it was asked last.
    pub(crate) fn take_left_out(&self) -> u64 {
        // Relaxed: a count of its own.
        self.left_out.swap(0, Ordering::Relaxed)
    }

    /// The agent was not told of them after all.
    pub(crate) fn give_back(&self, left_out: u64) {
        // Relaxed: as above.
        self.left_out.fetch_add(left_out, Ordering::Relaxed);
    }
}
