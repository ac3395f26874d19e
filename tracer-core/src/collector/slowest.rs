//! The slowest traces of an interval.

use std::time::{Duration, Instant};

use crate::collector::tail::Decided;
use crate::export::SpanRecord;

const INTERVAL: Duration = Duration::from_secs(10);

/// The slowest traces of those that came since the interval began.
#[derive(Debug)]
pub(super) struct Slowest {
    /// By the durations of their local roots, the longest first.
    traces: Vec<(u64, Vec<SpanRecord>)>,
    most: usize,
    max_spans: usize,
    began: Option<Instant>,
}

impl Slowest {
    /// Holds at most so many traces, and so many spans together.
    pub(super) const fn new(most: usize, max_spans: usize) -> Self {
        Self { traces: Vec::new(), most, max_spans, began: None }
    }

    /// Takes a trace, and leaves out those that are not among the slowest any more.
    pub(super) fn add(&mut self, spans: Vec<SpanRecord>, decided: &mut Decided) {
        let roots = spans.iter().filter(|span| span.is_local_root());
        let duration = roots.map(|root| root.end() - root.start()).max().unwrap_or(0);
        let at = self.traces.partition_point(|(other, _)| *other >= duration);
        self.traces.insert(at, (duration, spans));
        while self.traces.len() > self.most || self.held() > self.max_spans {
            let Some((_, spans)) = self.traces.pop() else { return };
            decided.left_out += spans.len();
        }
    }

    fn held(&self) -> usize {
        self.traces.iter().map(|(_, spans)| spans.len()).sum()
    }

    /// Hands them on when the interval is over.
    pub(super) fn due(&mut self, now: Instant, decided: &mut Decided) {
        let began = *self.began.get_or_insert(now);
        if now.saturating_duration_since(began) >= INTERVAL {
            self.flush(decided);
        }
    }

    /// Hands them on; the next interval begins.
    pub(super) fn flush(&mut self, decided: &mut Decided) {
        self.began = None;
        decided.kept.extend(self.traces.drain(..).flat_map(|(_, spans)| spans));
    }
}
