//! Joins what threads wrote of a span, each into its own log, into one finished span.

use std::collections::VecDeque;

use crate::backtrace;
use crate::callsite::{self, Callsite};
use crate::chunk::Word;
use crate::clock::Timeline;
use crate::collector::origin::Origins;
use crate::collector::pending::Pending;
use crate::export::SpanRecord;
use crate::log::Logs;
use crate::record::{BEGIN, END, Head, Kind};

/// Who is told of records while they are read.
pub(crate) trait Watch {
    /// A span has ended; says whether its tracer still wants it.
    fn ended(&mut self, head: Head, words: &[u64; END], has_polls: impl Fn() -> bool) -> bool;

    /// A span has begun, of a tracer that shows what is in flight.
    fn began(&mut self, head: Head, words: [u64; BEGIN]);

    /// A poll is over that was recorded.
    fn polled(&mut self, head: Head, start: u64, end: u64);
}

/// Takes the first record off a run.
fn split(words: &[Word]) -> Option<(Head, &[Word], &[Word])> {
    let head = Head::from_word(words.first()?.load())?;
    let (record, rest) = words.split_at_checked(head.words())?;
    Some((head, record, rest))
}

/// The first words of a record, which has so many.
fn loaded<const N: usize>(record: &[Word]) -> [u64; N] {
    std::array::from_fn(|index| record.get(index).map_or(0, Word::load))
}

/// Details that wait for the ends of their spans, and failed spans.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) pending: Pending,
    origins: Origins,
    /// Ends that wait.
    waiting: usize,
    /// Functions that held a guard over an await, to be reported.
    pub(crate) guards_held: Vec<&'static Callsite>,
}

/// Ends of spans from one log: they wait until all other logs have been read once more, which may
/// hold details that were written before.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    words: VecDeque<[u64; END]>,
    /// How many were read in which step.
    steps: VecDeque<(u64, usize)>,
}

impl Ends {
    fn add(&mut self, step: u64, words: [u64; END]) {
        self.words.push_back(words);
        match self.steps.back_mut() {
            Some((last, count)) if *last == step => *count += 1,
            _ => self.steps.push_back((step, 1)),
        }
    }

    /// Takes those that were read before `step`.
    fn before(&mut self, step: u64) -> impl Iterator<Item = [u64; END]> {
        let mut count = 0;
        while let Some((_, more)) = self.steps.front().filter(|(read, _)| *read < step) {
            count += more;
            self.steps.pop_front();
        }
        self.words.drain(..count)
    }
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
            rest = next;
            match head.kind {
                Kind::End => {
                    let words = loaded(record);
                    if watch.ended(head, &words, || self.pending.has_polls(words[3])) {
                        self.waiting += 1;
                        ends.add(step, words);
                    }
                }
                Kind::Begin => watch.began(head, loaded(record)),
                Kind::Held => self.guards_held.push(callsite::find(head.callsite)),
                kind => {
                    if kind == Kind::Poll {
                        let [_, _, start, end] = loaded(record);
                        watch.polled(head, start, end);
                    }
                    let [_, span] = loaded(record);
                    self.pending.add(head, span, step, &record[2..]);
                }
            }
        }
    }

    /// Hands on the spans of which all has been read.
    pub(crate) fn release(
        &mut self,
        logs: &mut Logs<Ends>,
        timeline: &Timeline,
        mut finished: impl FnMut(u32, SpanRecord),
    ) {
        let now = logs.step();
        let read = logs.settle(|ends, step| {
            for words in ends.before(step) {
                self.waiting -= 1;
                self.finish(&words, now, timeline, &mut finished);
            }
            ends.words.is_empty()
        });
        while let Some((tracer, span)) = self.origins.next(read) {
            finished(tracer, span);
        }
        self.pending.bound();
    }

    fn finish(
        &mut self,
        words: &[u64; END],
        step: u64,
        timeline: &Timeline,
        finished: &mut impl FnMut(u32, SpanRecord),
    ) {
        let Some(head) = Head::from_word(words[0]) else { return };
        let mut details = self.pending.take(words[3]);
        match SpanRecord::new(words, &mut details, timeline) {
            Some(mut span) if span.error().is_some() => {
                span.set_backtrace(backtrace::take(span.span_id()));
                self.origins.hold(head.tracer, span, step);
            }
            Some(span) => finished(head.tracer, span),
            None => {}
        }
        self.pending.give_back(details);
    }

    /// Whether no span waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0 && self.origins.is_empty()
    }
}
