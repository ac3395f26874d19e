//! The traces that are kept for the page: as many as there is room for, the interesting ones longest.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use tracer_core::{SpanRecord, TraceId};

use crate::html::columns::Evicted;
use crate::html::stored::Stored;
use crate::table::Table;

/// Traces, of which the oldest go first, and those that failed or were slowest last: of half of the
/// room the others are sure.
#[derive(Debug)]
pub(crate) struct Store<S = SpanRecord> {
    max_bytes: usize,
    /// So many of the slowest traces are kept longer.
    max_slowest: usize,
    bytes: usize,
    special_bytes: usize,
    traces: HashMap<TraceId, Kept<S>>,
    /// In the order in which they came: those that were neither, and those that failed or are slow.
    usual: VecDeque<TraceId>,
    special: VecDeque<TraceId>,
    /// The slowest, by their time.
    slowest: BTreeSet<(u64, TraceId)>,
    evicted: Evicted,
}

/// What is there of a trace.
#[derive(Debug)]
struct Kept<S> {
    /// As they came together: so they are copied out without copying them.
    spans: Vec<Arc<[S]>>,
    bytes: usize,
    is_failed: bool,
    is_special: bool,
    duration: u64,
}

impl<S: Stored> Store<S> {
    pub(crate) fn new(max_bytes: usize, max_slowest: usize) -> Self {
        Self {
            max_bytes,
            max_slowest,
            bytes: 0,
            special_bytes: 0,
            traces: HashMap::new(),
            usual: VecDeque::new(),
            special: VecDeque::new(),
            slowest: BTreeSet::new(),
            evicted: Evicted::default(),
        }
    }

    /// Adds spans of one trace.
    pub(crate) fn add(&mut self, spans: Arc<[S]>) {
        let Some(first) = spans.first() else { return };
        let id = first.trace_id();
        let bytes = spans.iter().map(S::size).sum::<usize>();
        let is_failed = spans.iter().any(S::is_failed);
        let duration = duration(&spans);
        let kept = self.traces.entry(id).or_insert_with(|| {
            self.usual.push_back(id);
            Kept {
                spans: Vec::with_capacity(1),
                bytes: 0,
                is_failed: false,
                is_special: false,
                duration: 0,
            }
        });
        kept.spans.push(spans);
        kept.bytes += bytes;
        kept.is_failed |= is_failed;
        // Nothing else makes room for what has none.
        let is_too_large = kept.bytes > self.max_bytes;
        self.bytes += bytes;
        self.special_bytes += if kept.is_special { bytes } else { 0 };
        let before = (kept.duration, id);
        kept.duration = kept.duration.max(duration);
        let now = (kept.duration, id);
        self.slowest.remove(&before);
        self.slowest.insert(now);
        if self.slowest.len() > self.max_slowest {
            self.slowest.pop_first();
        }
        if is_too_large {
            self.evict(id);
        }
        self.make_room();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.traces.is_empty() && self.evicted == Evicted::default()
    }

    /// How much there was no room for.
    pub(crate) const fn evicted(&self) -> Evicted {
        self.evicted
    }

    /// All spans that are kept, without copying them.
    #[cfg(feature = "live")]
    pub(crate) fn spans(&self) -> Vec<Arc<[S]>> {
        self.traces.values().flat_map(|kept| &kept.spans).cloned().collect()
    }

    /// All spans that are kept; those of the tracer itself are of `service`.
    pub(super) fn table(&self, service: &str) -> Table {
        let mut table = Table::default();
        let spans = self.traces.values().flat_map(|kept| &kept.spans).flat_map(|spans| &**spans);
        spans.for_each(|span| span.add_to(&mut table, service));
        table
    }

    fn make_room(&mut self) {
        while self.bytes > self.max_bytes {
            let is_much = self.special_bytes > self.max_bytes / 2;
            let next = if is_much { self.special.pop_front() } else { self.usual.pop_front() };
            let next = next.or_else(|| self.special.pop_front());
            let Some(id) = next.or_else(|| self.usual.pop_front()) else { return };
            let Some(kept) = self.traces.get_mut(&id) else { continue };
            let is_slow = self.slowest.contains(&(kept.duration, id));
            if !kept.is_special && (kept.is_failed || is_slow) {
                kept.is_special = true;
                self.special_bytes += kept.bytes;
                self.special.push_back(id);
                continue;
            }
            self.evict(id);
        }
    }

    fn evict(&mut self, id: TraceId) {
        if let Some(kept) = self.traces.remove(&id) {
            self.slowest.remove(&(kept.duration, id));
            self.bytes -= kept.bytes;
            self.special_bytes -= if kept.is_special { kept.bytes } else { 0 };
            self.evicted.traces += 1;
            self.evicted.spans += kept.spans.iter().map(|spans| spans.len() as u64).sum::<u64>();
        }
    }
}

/// From the first start to the last end.
fn duration<S: Stored>(spans: &[S]) -> u64 {
    let start = spans.iter().map(|span| span.times().0).min().unwrap_or(0);
    let end = spans.iter().map(|span| span.times().1).max().unwrap_or(0);
    end.saturating_sub(start)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tracer_core::{Memory, Span, SpanRecord, Tracer};

    use super::Store;
    use crate::html::columns::Evicted;
    use crate::html::stored::Stored as _;

    /// A trace of two spans each: the first is open longest, then they come as they are named.
    fn traces(names: &[&'static str]) -> Vec<Vec<SpanRecord>> {
        let memory = Memory::default();
        let tracer = Tracer::builder().exporter(memory.clone()).build().expect("threads");
        tracer.in_scope(|| {
            let slow = Span::root("slow");
            slow.in_scope(|| drop(Span::new("inner")));
            for name in names {
                let root = Span::root(name);
                root.in_scope(|| drop(Span::new("inner")));
                if *name == "failed" {
                    root.context().set_failed("404");
                }
            }
        });
        tracer.flush(Duration::from_secs(10)).expect("nothing is dropped");
        let mut spans = memory.take();
        spans.sort_by_key(SpanRecord::start);
        let by_trace = spans.chunk_by(|one, other| one.trace_id() == other.trace_id());
        by_trace.map(<[SpanRecord]>::to_vec).collect()
    }

    fn kept(store: &Store) -> Vec<&'static str> {
        let roots = store.traces.values().map(|kept| &kept.spans[0][0]);
        let mut roots: Vec<_> = roots.map(|root| (root.start(), root.name())).collect();
        roots.sort_unstable();
        roots.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn the_oldest_go_first_and_what_failed_or_was_slow_last() {
        let traces = traces(&["a", "failed", "b", "c", "d", "e"]);
        let bytes = |trace: &[SpanRecord]| trace.iter().map(SpanRecord::size).sum::<usize>();
        // Room for four, the error of one among them.
        let mut store = Store::new(3 * bytes(&traces[1]) + bytes(&traces[2]), 1);
        let mut after = Vec::new();
        for trace in &traces {
            store.add(trace[..].into());
            after.push(kept(&store).join(" "));
        }
        assert_eq!(
            after,
            [
                "slow",
                "slow a",
                "slow a failed",
                "slow a failed b",
                "slow failed b c",
                "slow failed c d",
                "slow failed d e",
            ]
        );
        assert_eq!(store.evicted(), Evicted { traces: 3, spans: 6 });
        assert_eq!(store.table("shop").rows.len(), 8);
    }

    #[test]
    fn what_failed_takes_no_more_than_half_from_what_comes_later() {
        let traces = traces(&["failed", "failed", "failed", "failed", "a", "b", "c"]);
        let mut store = Store::new(4 * traces[1].iter().map(SpanRecord::size).sum::<usize>(), 0);
        traces.iter().for_each(|trace| store.add(trace[..].into()));
        assert_eq!(kept(&store), ["failed", "failed", "b", "c"]);
        assert_eq!(store.evicted(), Evicted { traces: 4, spans: 8 });
    }

    #[test]
    fn where_all_failed_the_oldest_of_these_goes() {
        let traces = traces(&["failed", "failed", "failed"]);
        let mut store = Store::new(2 * traces[1].iter().map(SpanRecord::size).sum::<usize>(), 0);
        traces.iter().for_each(|trace| store.add(trace[..].into()));
        assert_eq!(kept(&store), ["failed", "failed"]);
        assert_eq!(store.evicted(), Evicted { traces: 2, spans: 4 });
        let bytes: usize = store.traces.values().map(|kept| kept.bytes).sum();
        let special = store.traces.values().filter(|kept| kept.is_special);
        assert_eq!(store.special_bytes, special.map(|kept| kept.bytes).sum::<usize>());
        assert_eq!(store.bytes, bytes);
    }

    #[test]
    fn what_comes_late_joins_its_trace_and_more_than_there_is_room_for_is_not_kept() {
        let traces = traces(&["a"]);
        let mut store = Store::new(1 << 20, 1);
        store.add(traces[1][..1].into());
        store.add(traces[1][1..].into());
        assert_eq!((store.traces.len(), store.table("").rows.len()), (1, 2));
        let mut small = Store::new(1, 1);
        small.add(traces[0][..].into());
        assert!(small.traces.is_empty() && small.slowest.is_empty() && !small.is_empty());
        assert_eq!((small.bytes, small.evicted()), (0, Evicted { traces: 1, spans: 2 }));
    }
}
