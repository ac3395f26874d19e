//! Joins what threads wrote of a span, each into its own log, into one finished span.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::backtrace;
use crate::callsite::{self, Callsite};
use crate::chunk::Slot;
use crate::clock::Timeline;
use crate::collector::origin::Origins;
use crate::collector::pending::Pending;
use crate::export::SpanRecord;
use crate::record::{Head, Kind, SLOT};

/// Span ids are well mixed already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 ^= id;
    }
}

pub(crate) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Ends of spans that wait one pass for details from other threads, and details that wait for ends.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) pending: Pending,
    /// Read in this pass and in the one before.
    fresh: Vec<Ended>,
    ripe: Vec<Ended>,
    origins: Origins,
    /// Numbers passes, so that what has waited longest goes first where there is too much.
    pass: u64,
    /// Functions that held a guard over an await, to be reported.
    pub(crate) guards_held: Vec<&'static Callsite>,
}

/// The end of a span, and what its own thread had said of it by then.
#[derive(Debug)]
struct Ended {
    words: [u64; SLOT],
    details: Vec<u8>,
}

impl Assembly {
    /// Takes a run of slots that holds whole records; `ended` is told the tracer of each ended span
    /// and says whether it still wants it.
    pub(crate) fn read(&mut self, slots: &[Slot], mut ended: impl FnMut(u32) -> bool) {
        let mut rest = slots.iter();
        while let Some(slot) = rest.next() {
            let words = slot.words();
            let Some(head) = Head::from_word(words[0]) else { continue };
            match head.kind {
                // Taken at once: nearly all there is stands before the end in the same log, and
                // while a backlog is read the table stays as small as the number of open spans.
                Kind::End if ended(head.tracer) => {
                    let details = self.pending.take(words[3]);
                    self.fresh.push(Ended { words, details });
                }
                Kind::End => {}
                Kind::Held => self.guards_held.push(callsite::find(head.callsite)),
                _ => {
                    let more = Head::slots(usize::from(head.extra)) - 1;
                    let more = rest.by_ref().take(more).map(Slot::words);
                    self.pending.add(head, &words, self.pass, more);
                }
            }
        }
    }

    /// A pass over all logs is done: what ended in the pass before it is complete now.
    pub(crate) fn release(
        &mut self,
        timeline: &Timeline,
        mut finished: impl FnMut(u32, SpanRecord),
    ) {
        let mut ripe = std::mem::take(&mut self.ripe);
        let waited = self.origins.take_waiting();
        for Ended { words, mut details } in ripe.drain(..) {
            let Some(head) = Head::from_word(words[0]) else { continue };
            self.pending.take_late(words[3], &mut details);
            match SpanRecord::new(words, details, timeline) {
                Some(mut span) if span.error().is_some() => {
                    span.set_backtrace(backtrace::take(span.span_id()));
                    self.origins.hold(head.tracer, span, self.pass);
                }
                Some(span) => finished(head.tracer, span),
                None => {}
            }
        }
        for (tracer, mut span) in waited {
            self.origins.judge(&mut span);
            finished(tracer, span);
        }
        // The emptied list becomes the next pass's, so that neither is allocated again.
        self.ripe = std::mem::replace(&mut self.fresh, ripe);
        self.pass += 1;
        self.pending.bound();
    }

    /// Whether no span waits for a pass.
    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.ripe.is_empty() && self.origins.is_empty()
    }
}
