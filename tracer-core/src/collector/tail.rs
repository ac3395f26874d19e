//! What becomes of traces that the sampler left out, once they are whole.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::collector::by_id::ById;
use crate::collector::slowest::Slowest;
use crate::collector::traces::{Ready, Traces};
use crate::export::SpanRecord;
use crate::id::TraceId;
use crate::sample::Bucket;

/// Keeps failed and slow traces of those that the sampler leaves out.
///
/// Such a trace is recorded and waits, in the collector, until its local root has ended and nothing of
/// it came for 100 ms. Services that are called do not know that it may be kept: they are told what
/// the sampler said.
///
/// A trace that is held longer than a minute, or has to make room, is judged by what is there. So is
/// what comes of a trace after that: it is kept if the rest was, or if it asks for it itself. Each
/// trace counts once, and all spans of it that are not kept are
/// [`Dropped::tail_rule`](crate::Dropped::tail_rule).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Memory, ParentBased, Ratio, Span, TailRule, Tracer, testing};
///
/// let memory = Memory::default();
/// let tracer = Tracer::builder()
///     .exporter(memory.clone())
///     .sampler(ParentBased::new(Ratio::new(0.0))) // in truth, 0.01
///     .tail_rule(TailRule::new().slower_than(Duration::from_secs(1)))
///     .build()?;
/// tracer.in_scope(|| {
///     drop(Span::new("health"));
///     Span::new("checkout").record_error(&"x".parse::<u8>().unwrap_err());
/// });
/// tracer.shutdown(Duration::from_secs(5))?;
/// assert_eq!(testing::render(&memory.take()), "checkout ✖\n");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a rule does nothing until a builder takes it"]
pub struct TailRule {
    slower_than: Option<Duration>,
    slowest: usize,
    per_second: f64,
    max_spans: usize,
}

impl Default for TailRule {
    fn default() -> Self {
        Self { slower_than: None, slowest: 0, per_second: 10.0, max_spans: 100_000 }
    }
}

impl TailRule {
    /// Keeps traces in which a span failed, at most ten a second; and no others.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps traces, too, whose local root took so long.
    pub const fn slower_than(mut self, duration: Duration) -> Self {
        self.slower_than = Some(duration);
        self
    }

    /// Keeps the slowest traces, too, of every ten seconds: so many, by their local roots.
    ///
    /// They are exported when the ten seconds are over, or with a flush.
    pub const fn slowest(mut self, traces: usize) -> Self {
        self.slowest = traces;
        self
    }

    /// Keeps at most so many traces a second that failed or were slower than a limit.
    ///
    /// Ten unless this is called; less than one means one in so many seconds, and 0, less, or what is
    /// not a number, none. A second's worth may come at once.
    pub const fn per_second(mut self, traces: f64) -> Self {
        self.per_second = traces;
        self
    }

    /// Holds at most so many spans of traces that are not decided.
    ///
    /// 100,000 unless this is called. A span takes some hundred bytes, and what was said of it.
    pub const fn max_spans(mut self, spans: usize) -> Self {
        self.max_spans = spans;
        self
    }
}

/// Traces of which somebody decided something are remembered, so many.
const MAX_VERDICTS: usize = 4_096;

/// The tail of one tracer's traces: the rule, if there is one, and what people decided.
#[derive(Debug)]
pub(crate) struct Tail {
    rule: Option<Judge>,
    verdicts: ById<TraceId, bool>,
    /// In the order in which they came.
    decided: VecDeque<TraceId>,
}

#[derive(Debug)]
struct Judge {
    rule: TailRule,
    bucket: Bucket,
    traces: Traces,
    slowest: Slowest,
}

/// What becomes of a span.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Kept,
    LeftOut,
    Waits,
}

/// Spans that do not wait any more.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    pub(super) kept: Vec<SpanRecord>,
    pub(super) left_out: usize,
}

impl Tail {
    pub(crate) fn new(rule: Option<TailRule>) -> Self {
        let judge = |rule: TailRule| Judge {
            bucket: Bucket::new(rule.per_second),
            traces: Traces::new(rule.max_spans),
            slowest: Slowest::new(rule.slowest, rule.max_spans),
            rule,
        };
        Self { rule: rule.map(judge), verdicts: ById::default(), decided: VecDeque::new() }
    }

    /// Somebody decided about a trace; what is said last counts.
    pub(crate) fn decide(&mut self, trace: TraceId, keep: bool) {
        if self.verdicts.insert(trace, keep).is_none() {
            self.decided.push_back(trace);
        }
        if self.decided.len() > MAX_VERDICTS {
            if let Some(oldest) = self.decided.pop_front() {
                self.verdicts.remove(&oldest);
            }
        }
    }

    /// Whether any span may not be kept.
    #[inline]
    pub(crate) fn looks(&self) -> bool {
        self.rule.is_some() || !self.verdicts.is_empty()
    }

    /// What becomes of a span.
    pub(crate) fn fate(&self, span: &SpanRecord) -> Fate {
        let is_undecided = self.rule.is_some() && span.is_provisional();
        match self.verdicts.get(&span.trace_id()) {
            Some(false) => Fate::LeftOut,
            None if is_undecided => Fate::Waits,
            _ => Fate::Kept,
        }
    }

    /// Holds a span until its trace is whole.
    pub(crate) fn hold(&mut self, span: SpanRecord, now: Instant) {
        if let Some(judge) = &mut self.rule {
            judge.traces.add(span, now);
        }
    }

    pub(crate) fn due(&mut self, now: Instant) -> Decided {
        let mut decided = Decided::default();
        if let Some(judge) = &mut self.rule {
            let ready = judge.traces.due(now, usize::MAX);
            self.settle(ready, &mut decided);
        }
        if let Some(judge) = &mut self.rule {
            judge.slowest.due(now, &mut decided);
        }
        decided
    }

    pub(crate) fn flush(&mut self, all: bool, now: Instant) -> Decided {
        let mut decided = Decided::default();
        if let Some(judge) = &mut self.rule {
            let mut ready = judge.traces.due(now, usize::MAX);
            ready.append(&mut judge.traces.flush(all, usize::MAX));
            self.settle(ready, &mut decided);
        }
        if let Some(judge) = &mut self.rule {
            judge.slowest.flush(&mut decided);
        }
        decided
    }

    fn settle(&mut self, ready: Vec<Ready>, decided: &mut Decided) {
        for (spans, _) in ready {
            let Some(trace) = spans.first().map(SpanRecord::trace_id) else { continue };
            let Some(judge) = &mut self.rule else { return };
            let verdict = self.verdicts.get(&trace).copied();
            match verdict.or_else(|| judge.keeps(&spans)) {
                Some(true) => {
                    decided.kept.extend(spans);
                    // What comes later of it is kept too.
                    self.decide(trace, true);
                }
                Some(false) => decided.left_out += spans.len(),
                None => judge.slowest.add(spans, decided),
            }
        }
    }
}

impl Judge {
    /// Whether a trace is kept; none where it may be one of the slowest.
    fn keeps(&self, spans: &[SpanRecord]) -> Option<bool> {
        let is_slow = |span: &SpanRecord| {
            let duration = Duration::from_nanos(span.end() - span.start());
            span.is_local_root() && self.rule.slower_than.is_some_and(|limit| duration >= limit)
        };
        let asks = spans.iter().any(|span| span.is_failed() || is_slow(span));
        if asks && self.bucket.take() {
            return Some(true);
        }
        let may_be_slowest = self.rule.slowest > 0 && spans.iter().any(SpanRecord::is_local_root);
        if may_be_slowest { None } else { Some(false) }
    }
}
