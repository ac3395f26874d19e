//! Holds spans until their trace is whole, for those who need it so.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::collector::by_id::ById;
use crate::export::{Completeness, SpanRecord};
use crate::id::{SpanId, TraceId};

/// A trace is whole when its local root has ended and nothing of it came for so long.
const QUIET: Duration = Duration::from_millis(100);
/// A trace that is held longer is handed on as partial.
const MAX_AGE: Duration = Duration::from_secs(60);
/// A trace of more spans is handed on as partial.
const MAX_SPANS: usize = 100_000;
/// All held traces together, unless somebody says otherwise; beyond it the oldest is handed on as
/// partial.
pub(super) const MAX_HELD: usize = 1_000_000;
/// Spans of ended traces beyond which no more are read until some are handed on.
const MAX_ENDED: usize = 131_072;
/// Traces that were handed on, remembered so that what comes later is known as late.
const MAX_DONE: usize = 4_096;

/// Spans grouped by trace.
#[derive(Debug)]
pub(crate) struct Traces {
    open: ById<TraceId, Held>,
    held: usize,
    max_held: usize,
    /// Spans of traces whose roots have ended; counted anew with each look at what is due.
    ended: usize,
    /// A trace of so many spans whose root is open is handed on as partial.
    pub(super) max_open: usize,
    done: VecDeque<TraceId>,
    is_done: HashSet<TraceId>,
}

#[derive(Debug)]
struct Held {
    spans: Vec<SpanRecord>,
    root_ended: bool,
    /// Other processes take part: there may be several local roots here.
    is_shared: bool,
    first: Instant,
    last: Instant,
}

/// A trace to be handed on.
pub(crate) type Ready = (Vec<SpanRecord>, Completeness);

impl Traces {
    /// Holds at most so many spans together.
    pub(crate) fn new(max_held: usize) -> Self {
        let (open, done, is_done) = (ById::default(), VecDeque::new(), HashSet::new());
        Self { open, held: 0, max_held, ended: 0, max_open: MAX_SPANS, done, is_done }
    }

    pub(crate) fn add(&mut self, span: SpanRecord, now: Instant) {
        let held = self.open.entry(span.trace_id()).or_insert_with(|| Held {
            spans: Vec::new(),
            root_ended: false,
            is_shared: false,
            first: now,
            last: now,
        });
        let had_ended = held.root_ended;
        held.root_ended |= span.is_local_root();
        held.is_shared |= span.is_local_root() && span.parent_id().is_some();
        held.last = now;
        held.spans.push(span);
        self.held += 1;
        if held.root_ended {
            self.ended += if had_ended { 1 } else { held.spans.len() };
        }
    }

    /// Takes the traces that are due, as many as have room for their spans; one if there is any room.
    pub(crate) fn due(&mut self, now: Instant, mut room: usize) -> Vec<Ready> {
        let max_open = self.max_open;
        let is_over = |held: &Held| {
            let (age, spans) = (now.duration_since(held.first), held.spans.len());
            age >= MAX_AGE || spans >= MAX_SPANS || !held.root_ended && spans >= max_open
        };
        let mut ready = self.take(is_over, &mut room);
        if self.held > self.max_held {
            let until = self.makes_room();
            ready.append(&mut self.take(|held| held.first <= until, &mut room));
        }
        let is_quiet = |held: &Held| now.duration_since(held.last) >= QUIET;
        ready.append(&mut self.take_ended(is_quiet, &mut room));
        let ended = self.open.values().filter(|held| held.root_ended);
        self.ended = ended.map(|held| held.spans.len()).sum();
        ready
    }

    /// Whether so much waits to be handed on that no more had better come.
    pub(crate) const fn is_backed_up(&self) -> bool {
        self.ended > MAX_ENDED
    }

    /// Traces that began until then are too many.
    fn makes_room(&self) -> Instant {
        let mut ages: Vec<_> =
            self.open.values().map(|held| (held.first, held.spans.len())).collect();
        ages.sort_unstable();
        let mut left = self.held;
        let enough = ages.iter().find(|(_, spans)| {
            left -= spans;
            left <= self.max_held
        });
        enough.or(ages.last()).map_or_else(Instant::now, |(first, _)| *first)
    }

    /// Takes the traces whose root has ended, without waiting for late spans, or all; as many as have
    /// room for their spans.
    pub(crate) fn flush(&mut self, all: bool, mut room: usize) -> Vec<Ready> {
        if all { self.take(|_| true, &mut room) } else { self.take_ended(|_| true, &mut room) }
    }

    /// Takes traces whose root has ended. What belongs to other requests of the same trace, whose
    /// local roots have not ended yet, waits for those.
    fn take_ended(&mut self, due: impl Fn(&Held) -> bool, room: &mut usize) -> Vec<Ready> {
        if *room == 0 {
            return Vec::new();
        }
        let mut waiting = Vec::new();
        for (trace, held) in self.open.iter_mut().filter(|(_, held)| held.root_ended) {
            if held.is_shared && due(held) {
                waiting.extend(held.split_off_open().map(|open| (*trace, open)));
            }
        }
        self.held -= waiting.iter().map(|(_, open)| open.spans.len()).sum::<usize>();
        let ready = self.take(|held| held.root_ended && due(held), room);
        for (trace, open) in waiting {
            self.held += open.spans.len();
            self.open.insert(trace, open);
        }
        ready
    }

    fn take(&mut self, due: impl Fn(&Held) -> bool, room: &mut usize) -> Vec<Ready> {
        let all = self.open.iter().filter(|(_, held)| due(held));
        // A trace that is larger than the room goes when nothing else waits.
        let fit = all.take_while(|(_, held)| {
            let has_room = *room > 0;
            *room = room.saturating_sub(held.spans.len());
            has_room
        });
        let due: Vec<_> = fit.map(|(trace, _)| *trace).collect();
        let mut ready: Vec<_> = due
            .into_iter()
            .filter_map(|trace| {
                let held = self.open.remove(&trace)?;
                self.held -= held.spans.len();
                let late = self.is_done.contains(&trace) && !held.root_ended;
                self.remember(trace);
                let completeness = match (late, held.root_ended) {
                    (true, _) => Completeness::Late,
                    (false, true) => Completeness::Whole,
                    (false, false) => Completeness::Partial,
                };
                Some((in_order(held.spans), completeness))
            })
            .collect();
        ready.sort_by_key(|(spans, _)| spans.first().map(SpanRecord::start));
        ready
    }

    fn remember(&mut self, trace: TraceId) {
        if self.is_done.insert(trace) {
            self.done.push_back(trace);
        }
        if self.done.len() > MAX_DONE {
            if let Some(oldest) = self.done.pop_front() {
                self.is_done.remove(&oldest);
            }
        }
    }
}

impl Held {
    /// Takes out what is below a local root that has not ended, if there is anything.
    fn split_off_open(&mut self) -> Option<Self> {
        let parents: ById<SpanId, Option<SpanId>> = self
            .spans
            .iter()
            .map(|span| (span.span_id(), span.parent_id().filter(|_| !span.is_local_root())))
            .collect();
        // Whether the ancestors of a span are here, up to a local root.
        let mut known: ById<SpanId, bool> = ById::default();
        let mut has_root = |mut span: SpanId| {
            let mut way = Vec::new();
            let answer = loop {
                match (known.get(&span), parents.get(&span)) {
                    (Some(answer), _) => break *answer,
                    (None, Some(Some(parent))) => {
                        // Until it is known; what is its own ancestor has no root.
                        known.insert(span, false);
                        way.push(span);
                        span = *parent;
                    }
                    (None, root) => break root.is_some(),
                }
            };
            known.extend(way.into_iter().map(|span| (span, answer)));
            answer
        };
        let (closed, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.spans).into_iter().partition(|span| has_root(span.span_id()));
        self.spans = closed;
        let Self { first, last, .. } = *self;
        (!open.is_empty()).then_some(Self {
            spans: open,
            root_ended: false,
            is_shared: true,
            first,
            last,
        })
    }
}

/// By start; and no child before its parent, as the clocks of two cores may have it.
pub(super) fn in_order(mut spans: Vec<SpanRecord>) -> Vec<SpanRecord> {
    spans.sort_by_key(SpanRecord::start);
    let mut starts: ById<SpanId, u64> = ById::default();
    for span in &spans {
        starts.insert(span.span_id(), span.start());
    }
    for span in &mut spans {
        if let Some(start) = span.parent_id().and_then(|parent| starts.get(&parent)) {
            span.clamp(*start);
        }
    }
    spans.sort_by_key(SpanRecord::start);
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callsite::Callsite;
    use crate::clock::Timeline;
    use crate::record::{END, Head, Kind, flag};

    static SITE: Callsite = Callsite::new("site", "", "", 1, || {});

    /// The only span of a trace.
    fn root(trace: u64) -> SpanRecord {
        let mut words = [0; END];
        (words[2], words[3]) = (trace, trace);
        let head = Head { kind: Kind::End, extra: flag::LOCAL_ROOT, tracer: 1, callsite: 0 };
        let mut span = SpanRecord::blank(&SITE);
        span.fill(head, &words, &mut [], &Timeline::new());
        span
    }

    #[test]
    fn no_more_is_handed_on_than_there_is_room_for() {
        let (mut traces, now) = (Traces::new(MAX_HELD), Instant::now());
        (1..=5).for_each(|trace| traces.add(root(trace), now));
        let quiet = now + QUIET;
        assert_eq!(traces.due(now, usize::MAX).len(), 0, "more may come");
        assert_eq!(traces.due(quiet, 0).len(), 0);
        assert_eq!(traces.due(quiet, 2).len(), 2);
        assert_eq!(traces.flush(true, 0).len(), 0);
        assert_eq!(traces.flush(false, 1).len(), 1);
        assert_eq!(traces.due(quiet, usize::MAX).len(), 2);
    }

    #[test]
    fn what_waits_to_be_handed_on_is_bounded() {
        let (mut traces, now) = (Traces::new(MAX_HELD), Instant::now());
        let many = MAX_ENDED as u64;
        (1..=many).for_each(|trace| traces.add(root(trace), now));
        assert!(!traces.is_backed_up());
        traces.add(root(many + 1), now);
        assert!(traces.is_backed_up());
        assert_eq!(traces.due(now + QUIET, 1).len(), 1);
        assert!(!traces.is_backed_up());
    }
}
