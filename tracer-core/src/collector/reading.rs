//! What is done with records while they are read, tracer by tracer.

use std::sync::atomic::Ordering;

use crate::clock::Timeline;
use crate::collector::assemble::Watch;
use crate::collector::by_id::ById;
use crate::collector::route::Route;
use crate::destination;
use crate::id::TraceId;
use crate::record::{BEGIN, END, Head, flag};

/// One pass over all logs.
pub(crate) struct Reading<'a> {
    /// Ended spans of this pass, by tracer.
    pub(super) ended: &'a mut ById<u32, u64>,
    pub(super) routes: &'a mut ById<u32, Route>,
    pub(super) timeline: &'a Timeline,
    /// The tracer of the last end, where nothing is done but to count, and how many came in a row.
    pub(super) counted: (u32, u64),
}

impl Reading<'_> {
    /// Adds what was counted in a row.
    pub(super) fn sum_up(&mut self) {
        let (tracer, count) = std::mem::take(&mut self.counted);
        if count > 0 {
            *self.ended.entry(tracer).or_default() += count;
        }
    }
}

impl Watch for Reading<'_> {
    fn ended(&mut self, head: Head, words: &[u64; END], has_polls: impl Fn() -> bool) -> bool {
        let (last, count) = &mut self.counted;
        if *count > 0 && *last == head.tracer {
            *count += 1;
            return true;
        }
        self.sum_up();
        let route = self.routes.get_mut(&head.tracer);
        if route.as_ref().is_some_and(|route| route.only_counts()) {
            self.counted = (head.tracer, 1);
            return true;
        }
        *self.ended.entry(head.tracer).or_default() += 1;
        let Some(route) = route else { return false };
        let is_wanted = !route.is_closing;
        if let Some(open) = &mut route.open {
            open.end(words[3]);
        }
        // Its only poll is the span itself, where none was recorded.
        let is_outermost = head.extra & (flag::SPAWNED | flag::LOCAL_ROOT) != 0;
        if route.slow_polls.is_some() && is_outermost && words[7] >> 32 == 1 && !has_polls() {
            self.polled(head, words[5], words[6]);
        }
        is_wanted
    }

    fn began(&mut self, head: Head, words: [u64; BEGIN]) {
        let route = self.routes.get_mut(&head.tracer);
        if let Some(open) = route.and_then(|route| route.open.as_mut()) {
            open.begin(head, words);
        }
    }

    fn decided(&mut self, tracer: u32, trace: TraceId, keep: bool) {
        if let Some(route) = self.routes.get_mut(&tracer) {
            route.tail.decide(trace, keep);
        }
    }

    fn polled(&mut self, head: Head, start: u64, end: u64) {
        let route = self.routes.get_mut(&head.tracer);
        let Some(slow_polls) = route.and_then(|route| route.slow_polls.as_mut()) else { return };
        let nanos = self.timeline.nanos(end.saturating_sub(start));
        if slow_polls.look(head.callsite, nanos) {
            if let Some(destination) = destination::find(head.tracer) {
                // Relaxed: a number for people.
                destination.slow_polls.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
