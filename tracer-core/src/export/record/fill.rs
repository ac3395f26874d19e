//! How a record is made: in its place, because it is of a size that had better not be moved.

use crate::callsite::Callsite;
use crate::clock::Timeline;
use crate::export::bytes::Few;
use crate::export::detail;
use crate::export::polls::Polls;
use crate::export::record::SpanRecord;
use crate::id::{SpanId, TraceId};
use crate::record::{END, Head, Items, Kind};
use crate::value::Value;

impl SpanRecord {
    /// A span of which nothing is known but where it was opened; to be [filled](Self::fill).
    #[inline(always)]
    pub(crate) const fn blank(callsite: &'static Callsite) -> Self {
        Self {
            trace: TraceId { high: 0, low: 0 },
            span: SpanId::NONE,
            parent: SpanId::NONE,
            callsite,
            path: 0,
            flags: 0,
            polls: 0,
            start: 0,
            end: 0,
            few: Few::NONE,
            length: 0,
            kinds: 0,
            passed_on: false,
            rare: None,
        }
    }

    /// A span as its end says, with the `details` that came before.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        head: Head,
        words: &[u64; END],
        details: &mut [u8],
        timeline: &Timeline,
    ) {
        self.trace = TraceId { high: words[1], low: words[2] };
        self.span = SpanId(words[3]);
        self.parent = SpanId(words[4]);
        self.path = words[7] as u32;
        self.flags = head.extra;
        self.polls = (words[7] >> 32) as u32;
        self.start = timeline.unix(words[5]);
        self.end = timeline.unix(words[6]).max(self.start);
        let (recorded, kinds) = Polls::read(details, timeline);
        self.kinds = kinds;
        if kinds & bit(Kind::Name) != 0 {
            self.rename(details);
        }
        if let Some(recorded) = recorded {
            self.rare.get_or_insert_default().recorded = recorded;
        }
        match self.few.fill(details) {
            Some(length) => self.length = length,
            None => self.rare.get_or_insert_default().details = (&*details).into(),
        }
    }

    /// Takes the last name that somebody gave the span; one that is not kept becomes an attribute.
    #[cold]
    fn rename(&mut self, details: &mut [u8]) {
        let callsite = self.callsite;
        let mut rest = details;
        while let Some((head, record, next)) = detail::split_whole(rest) {
            if head.kind == Kind::Name {
                let (word, payload) = record.split_at_mut(8);
                let name = match Items::new(payload, callsite).next() {
                    Some((_, Value::Str(name))) => name,
                    _ => callsite.name(),
                };
                if let Some(renamed) = callsite.renamed(name) {
                    self.callsite = renamed;
                } else {
                    let head = Head { kind: Kind::Attributes, ..head };
                    word.copy_from_slice(&head.to_word().to_le_bytes());
                    self.kinds |= bit(Kind::Attributes);
                }
            }
            rest = next;
        }
    }
}

/// The bit of a kind of details.
const fn bit(kind: Kind) -> u16 {
    1 << kind as u16
}
