//! Joins what threads wrote of a span, each into its own log, into one finished span.

use std::time::Instant;

use crate::backtrace;
use crate::callsite::{self, Callsite};
use crate::chunk::Word;
use crate::clock::Timeline;
use crate::collector::by_id::ById;
use crate::collector::ends::{Ends, Spare, loaded, put_detail, split};
use crate::collector::origin::Origins;
use crate::collector::pending::Pending;
use crate::collector::route::Route;
use crate::export::SpanRecord;
use crate::id::TraceId;
use crate::log::Logs;
use crate::record::{BEGIN, END, Head, Kind, SPAN_OF_END};

/// Who is told of records while they are read.
pub(crate) trait Watch {
    /// A span has ended; says whether its tracer still wants it.
    fn ended(&mut self, head: Head, words: &[u64; END], has_polls: impl Fn() -> bool) -> bool;

    /// A span has begun, of a tracer that shows what is in flight.
    fn began(&mut self, head: Head, words: [u64; BEGIN]);

    /// Somebody decided whether the trace of the record is kept.
    fn decided(&mut self, tracer: u32, trace: TraceId, keep: bool);

    /// A poll is over that was recorded.
    fn polled(&mut self, head: Head, start: u64, end: u64);
}

/// Details that wait for the ends of their spans, and failed spans.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) pending: Pending,
    origins: Origins,
    /// Ends that wait.
    waiting: usize,
    spare: Spare,
    /// Functions that held a guard over an await, to be reported.
    pub(crate) guards_held: Vec<&'static Callsite>,
}

/// Where finished spans go.
#[derive(Debug)]
pub(crate) struct Released<'a> {
    pub(super) routes: &'a mut ById<u32, Route>,
    pub(super) timeline: &'a Timeline,
    pub(super) now: Instant,
}

impl Assembly {
    /// Takes a run of words that holds whole records.
    pub(crate) fn read(
        &mut self,
        ends: &mut Ends,
        step: u64,
        words: &[Word],
        watch: &mut impl Watch,
    ) {
        let mut rest = words;
        while let Some((head, record, next)) = split(rest) {
            rest = match head.kind {
                Kind::End => {
                    self.end(ends, step, (head, record), &[], watch);
                    next
                }
                Kind::Verdict => {
                    let [_, _, high, low, keep] = loaded(record);
                    watch.decided(head.tracer, TraceId { high, low }, keep != 0);
                    next
                }
                Kind::Begin => {
                    watch.began(head, loaded(record));
                    next
                }
                Kind::Held => {
                    self.guards_held.push(callsite::find(head.callsite));
                    next
                }
                _ => self.details(ends, step, rest, watch),
            };
        }
    }

    /// Takes details of one span, and its end where that comes next; returns what follows.
    ///
    /// What is said of a span right before it ends, as of one that calls no other, needs no place among
    /// what waits: it stays with the end.
    fn details<'w>(
        &mut self,
        ends: &mut Ends,
        step: u64,
        words: &'w [Word],
        watch: &mut impl Watch,
    ) -> &'w [Word] {
        let (span, details, rest) = together(words);
        if let Some((head, end, next)) = split(rest) {
            let is_its_own = head.kind == Kind::End && end[SPAN_OF_END].load() == span;
            if is_its_own && stays(details) && !self.pending.knows(span) {
                self.end(ends, step, (head, end), details, watch);
                return next;
            }
        }
        let mut details = details;
        while let Some((head, detail, next)) = split(details) {
            if head.kind == Kind::Poll {
                let [_, _, start, end] = loaded(detail);
                watch.polled(head, start, end);
            }
            self.pending.add(head, span, step, |bytes| put_detail(bytes, detail));
            details = next;
        }
        rest
    }

    fn end(
        &mut self,
        ends: &mut Ends,
        step: u64,
        (head, end): (Head, &[Word]),
        details: &[Word],
        watch: &mut impl Watch,
    ) {
        let words: [u64; END] = loaded(end);
        if watch.ended(head, &words, || self.pending.has_polls(words[SPAN_OF_END])) {
            self.waiting += 1;
            ends.add(step, &mut self.spare, words, details);
        }
    }

    /// Hands on the spans of which all has been read.
    pub(crate) fn release(&mut self, logs: &mut Logs<Ends>, to: &mut Released<'_>) {
        let now = logs.step();
        let read = logs.settle(|ends, step| {
            while let Some(mut done) = ends.before(step) {
                done.each(|words, said| {
                    self.waiting -= 1;
                    self.finish(words, said, now, to);
                });
                self.spare.keep(done);
            }
            ends.is_empty()
        });
        while let Some((tracer, span)) = self.origins.next(read) {
            if let Some(route) = to.routes.get_mut(&tracer) {
                route.take(span, to.now);
            }
        }
        self.pending.bound();
    }

    fn finish(&mut self, words: &[u64; END], said: &mut [u8], step: u64, to: &mut Released<'_>) {
        let Some(head) = Head::from_word(words[0]) else { return };
        let mut earlier = self.pending.take(words[SPAN_OF_END], step, said);
        if let Some(route) = to.routes.get_mut(&head.tracer) {
            let span = route.place(callsite::find(head.callsite));
            span.fill(head, words, earlier.as_deref_mut().unwrap_or(said), to.timeline);
            if span.error().is_none() {
                route.placed(to.now);
            } else if let Some(span) = route.take_back() {
                self.hold(head.tracer, span, step);
            }
        }
        if let Some(details) = earlier {
            self.pending.give_back(details);
        }
    }

    #[cold]
    fn hold(&mut self, tracer: u32, mut span: SpanRecord, step: u64) {
        span.set_backtrace(backtrace::take(span.span_id()));
        self.origins.hold(tracer, span, step);
    }

    /// Whether no span waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0 && self.origins.is_empty()
    }
}

/// Details that are looked through at once, at most.
const TOGETHER: usize = 8;
/// Where a detail has the span's id.
const SPAN_OF_DETAIL: usize = 1;

/// A few details of the same span at the head of a run, and what follows them.
fn together(words: &[Word]) -> (u64, &[Word], &[Word]) {
    let span = words.get(SPAN_OF_DETAIL).map_or(0, Word::load);
    let mut rest = words;
    for _ in 0..TOGETHER {
        match split(rest) {
            Some((head, record, next))
                if head.kind.is_detail() && record[SPAN_OF_DETAIL].load() == span =>
            {
                rest = next;
            }
            _ => break,
        }
    }
    let (details, rest) = words.split_at(words.len() - rest.len());
    (span, details, rest)
}

/// Whether details may stay with the end: polls and wakes are many, and asked for before.
fn stays(mut details: &[Word]) -> bool {
    while let Some((head, _, next)) = split(details) {
        if matches!(head.kind, Kind::Poll | Kind::Wake) {
            return false;
        }
        details = next;
    }
    true
}
