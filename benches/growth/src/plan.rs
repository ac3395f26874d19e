//! What there is more and more of.

/// One thing, and how many of it.
#[derive(Debug)]
pub(crate) struct Growth {
    /// As the program names it.
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) counts: &'static [u64],
    /// Spans of a run.
    pub(crate) spans: u64,
    /// What a span may cost its thread, and the process, more than where there is the fewest.
    pub(crate) allowed: [f64; 2],
}

impl Growth {
    /// What the time of a span is divided by: with its attributes, each of them does a span's work.
    pub(crate) fn shares(&self, count: u64) -> f64 {
        if self.name == "attributes" { (count + 1) as f64 } else { 1.0 }
    }
}

pub(crate) const GROWTHS: [Growth; 5] = [
    Growth {
        name: "traces",
        what: "spans of a trace, to an exporter of whole traces",
        counts: &[10, 100, 1_000, 10_000, 100_000, 1_000_000],
        spans: 1_000_000,
        allowed: [1.5, 2.0],
    },
    Growth {
        name: "threads",
        what: "threads that record",
        counts: &[1, 2, 8, 64, 512],
        spans: 512_000,
        allowed: [2.0, 2.0],
    },
    Growth {
        name: "idle",
        what: "idle threads that have recorded",
        counts: &[1, 8, 64, 512],
        spans: 500_000,
        allowed: [1.5, 2.0],
    },
    Growth {
        name: "callsites",
        what: "callsites, in turn",
        counts: &[1, 10, 100, 1_000, 10_000],
        spans: 500_000,
        allowed: [4.0, 4.0],
    },
    Growth {
        name: "attributes",
        what: "attributes of a span; a span with n is n + 1",
        counts: &[0, 1, 3, 10, 50],
        spans: 500_000,
        allowed: [1.5, 1.5],
    },
];
