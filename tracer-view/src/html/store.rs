//! The traces that are kept for the page: as many as there is room for, the interesting ones longest.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem::size_of;

use tracer_core::{SpanRecord, TraceId};

use crate::html::columns::Evicted;
use crate::table::Table;

/// So many of the slowest traces are kept longer.
const SLOWEST: usize = 100;

/// Traces, of which the oldest go first, those that failed or were slowest last.
#[derive(Debug)]
pub(super) struct Store {
    max_bytes: usize,
    bytes: usize,
    traces: HashMap<TraceId, Kept>,
    /// In the order in which they came: those that were neither, and those that failed or are slow.
    usual: VecDeque<TraceId>,
    special: VecDeque<TraceId>,
    /// The slowest, by their time.
    slowest: BTreeSet<(u64, TraceId)>,
    evicted: Evicted,
}

/// What is there of a trace.
#[derive(Debug)]
struct Kept {
    spans: Vec<SpanRecord>,
    bytes: usize,
    is_failed: bool,
    is_special: bool,
    duration: u64,
}

impl Store {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            bytes: 0,
            traces: HashMap::new(),
            usual: VecDeque::new(),
            special: VecDeque::new(),
            slowest: BTreeSet::new(),
            evicted: Evicted::default(),
        }
    }

    /// Adds spans of one trace.
    pub(super) fn add(&mut self, spans: &[SpanRecord]) {
        let Some(first) = spans.first() else { return };
        let id = first.trace_id();
        let bytes = spans.iter().map(size).sum::<usize>();
        let kept = self.traces.entry(id).or_insert_with(|| {
            self.usual.push_back(id);
            let spans = Vec::with_capacity(spans.len());
            Kept { spans, bytes: 0, is_failed: false, is_special: false, duration: 0 }
        });
        kept.spans.extend_from_slice(spans);
        kept.bytes += bytes;
        kept.is_failed |= spans.iter().any(SpanRecord::is_failed);
        self.bytes += bytes;
        let before = (kept.duration, id);
        kept.duration = kept.duration.max(duration(spans));
        let now = (kept.duration, id);
        self.slowest.remove(&before);
        self.slowest.insert(now);
        if self.slowest.len() > SLOWEST {
            self.slowest.pop_first();
        }
        self.make_room();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.traces.is_empty() && self.evicted == Evicted::default()
    }

    /// How much there was no room for.
    pub(super) const fn evicted(&self) -> Evicted {
        self.evicted
    }

    /// All spans that are kept.
    pub(super) fn table(&self, service: &str) -> Table {
        let mut table = Table::default();
        let spans = self.traces.values().flat_map(|kept| &kept.spans);
        spans.for_each(|span| table.add_record(span, service));
        table
    }

    fn make_room(&mut self) {
        while self.bytes > self.max_bytes {
            let next = self.usual.pop_front();
            let Some(id) = next.or_else(|| self.special.pop_front()) else { return };
            let Some(kept) = self.traces.get_mut(&id) else { continue };
            let is_slow = self.slowest.contains(&(kept.duration, id));
            if !kept.is_special && (kept.is_failed || is_slow) {
                kept.is_special = true;
                self.special.push_back(id);
                continue;
            }
            if let Some(kept) = self.traces.remove(&id) {
                self.slowest.remove(&(kept.duration, id));
                self.bytes -= kept.bytes;
                self.evicted.traces += 1;
                self.evicted.spans += kept.spans.len() as u64;
            }
        }
    }
}

/// From the first start to the last end.
fn duration(spans: &[SpanRecord]) -> u64 {
    let start = spans.iter().map(SpanRecord::start).min().unwrap_or(0);
    let end = spans.iter().map(SpanRecord::end).max().unwrap_or(0);
    end.saturating_sub(start)
}

/// About the bytes that a record takes, with what lies outside of it.
fn size(span: &SpanRecord) -> usize {
    const WORD: usize = size_of::<u64>();
    let recorded = span.slices().len() * 2 * WORD + span.wakes().len() * 6 * WORD;
    let attributes = span.attributes().map(|(key, value)| key.len() + text_size(&value) + 2 * WORD);
    let events = span.events().map(|event| {
        let told = event.attributes().map(|(key, value)| key.len() + text_size(&value) + 2 * WORD);
        event.name().len() + told.sum::<usize>() + 4 * WORD
    });
    let error = span.error().map_or(0, |error| {
        let sources = error.sources().map(str::len).sum::<usize>();
        let backtrace = error.backtrace().map_or(0, str::len);
        error.type_name().len() + error.message().len() + sources + backtrace + 16 * WORD
    });
    let details = recorded + attributes.sum::<usize>() + events.sum::<usize>() + error;
    // Little is in the record itself; much needs room of its own, and a head.
    size_of::<SpanRecord>() + if details > 96 { details + 16 * WORD } else { 0 }
}

fn text_size(value: &tracer_core::Value<'_>) -> usize {
    match value {
        tracer_core::Value::Str(text) => text.len(),
        _ => 0,
    }
}
