//! The spans of one tracer that are open now.

use crate::callsite;
use crate::clock::{self, Timeline};
use crate::collector::by_id::ById;
use crate::collector::pending::Pending;
use crate::collector::traces::in_order;
use crate::export::{InFlight, SpanRecord};
use crate::record::{BEGIN, END, END_OF_END, Head, Kind, SPAN_OF_END, START_OF_END, flag};

/// Beyond it spans are counted, not kept.
const MAX_OPEN: usize = 65_536;

/// What has begun and not ended.
#[derive(Debug, Default)]
pub(crate) struct OpenSpans {
    spans: ById<u64, OpenSpan>,
    /// Spans whose end was read first, from another thread's log, and in which pass.
    ended: ById<u64, u64>,
    /// How many there was no room for.
    unlisted: u64,
    pass: u64,
}

#[derive(Clone, Copy, Debug)]
struct OpenSpan {
    /// As it will end, but for the end itself.
    words: [u64; END],
    /// How often it has been shown as one that runs for long.
    shown: u32,
}

impl OpenSpan {
    /// As if it ended at `now`, in ticks.
    fn at(&self, now: u64, pending: &Pending, timeline: &Timeline) -> Option<SpanRecord> {
        let mut words = self.words;
        words[END_OF_END] = now;
        let head = Head::from_word(words[0])?;
        let mut span = SpanRecord::blank(callsite::find(head.callsite));
        span.fill(head, &words, &mut pending.so_far(words[SPAN_OF_END]), timeline);
        Some(span)
    }
}

impl OpenSpans {
    /// A span has begun: its head, its id and what its end will say too.
    pub(crate) fn begin(&mut self, head: Head, words: [u64; BEGIN]) {
        let [_, span, high, low, parent, start, rest] = words;
        if self.ended.remove(&span).is_some() {
            return;
        }
        if self.spans.len() >= MAX_OPEN {
            self.unlisted += 1;
            return;
        }
        let flags = (rest >> 32) as u16 | flag::OPEN;
        let head = Head { kind: Kind::End, extra: flags, ..head };
        let path = u64::from(rest as u32);
        let words = [head.to_word(), high, low, span, parent, start, 0, path];
        self.spans.insert(span, OpenSpan { words, shown: 0 });
    }

    /// A span has ended.
    pub(crate) fn end(&mut self, span: u64) {
        if self.spans.remove(&span).is_none() {
            self.ended.insert(span, self.pass);
        }
    }

    /// A pass over all logs is done: what began before it ended elsewhere has been read by the next.
    pub(crate) fn next_pass(&mut self) {
        let Self { ended, unlisted, pass, .. } = self;
        ended.retain(|_, ended| {
            let is_late = *ended < *pass;
            // Its beginning was read long ago, and there was no room for it.
            *unlisted -= u64::from(is_late && *unlisted > 0);
            !is_late
        });
        *pass += 1;
    }

    /// All that are open, as they are now.
    pub(crate) fn now(&self, pending: &Pending, timeline: &Timeline) -> InFlight {
        let now = clock::ticks();
        let spans =
            self.spans.values().filter_map(|span| span.at(now, pending, timeline)).collect();
        InFlight { spans: in_order(spans), unlisted: self.unlisted }
    }

    /// Those that have been open for `threshold` nanoseconds, and each again whenever it has been for
    /// twice as long; not those that may not be kept.
    pub(crate) fn long_running(
        &mut self,
        threshold: u64,
        pending: &Pending,
        timeline: &Timeline,
    ) -> Vec<SpanRecord> {
        let now = clock::ticks();
        let is_due = |span: &mut OpenSpan| {
            let age = timeline.nanos(now.saturating_sub(span.words[START_OF_END]));
            let is_due = age >> span.shown.min(63) >= threshold;
            span.shown += u32::from(is_due);
            is_due
        };
        let due: Vec<_> =
            self.spans.values_mut().filter_map(|span| is_due(span).then_some(*span)).collect();
        let spans = due.iter().filter_map(|span| span.at(now, pending, timeline));
        in_order(spans.filter(|span| !span.is_provisional()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_OPEN, OpenSpans};
    use crate::record::{Head, Kind};

    const HEAD: Head = Head { kind: Kind::Begin, extra: 5, tracer: 1, callsite: 1 };

    fn begin(open: &mut OpenSpans, span: u64) {
        open.begin(HEAD, [HEAD.to_word(), span, 1, 2, 0, 3, 4]);
    }

    #[test]
    fn a_span_whose_end_is_read_before_its_beginning_is_not_open() {
        let mut open = OpenSpans::default();
        open.end(7);
        open.next_pass();
        begin(&mut open, 7);
        assert!(open.spans.is_empty() && open.ended.is_empty());
        open.next_pass();
        assert_eq!(open.unlisted, 0);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_until_it_ends() {
        let mut open = OpenSpans::default();
        let many = MAX_OPEN as u64 + 3;
        (1..=many).for_each(|span| begin(&mut open, span));
        assert_eq!((open.spans.len(), open.unlisted), (MAX_OPEN, 3));
        open.end(many);
        (0..3).for_each(|_| open.next_pass());
        assert_eq!((open.spans.len(), open.unlisted), (MAX_OPEN, 2));
        (1..many).for_each(|span| open.end(span));
        (0..3).for_each(|_| open.next_pass());
        assert!(open.spans.is_empty() && open.ended.is_empty() && open.unlisted == 0);
    }
}
