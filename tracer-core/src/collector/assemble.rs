//! Joins what threads wrote of a span, each into its own log, into one finished span.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use crate::callsite::{self, Callsite};
use crate::chunk::Slot;
use crate::clock::Timeline;
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

/// A span takes so many attributes, and so many events; further ones are counted, not kept.
const MAX_OF_A_KIND: u16 = 128;
/// Bytes of details that wait for the ends of their spans, all together.
const MAX_PENDING: usize = 64 << 20;

/// Ends of spans that wait one pass for details from other threads, and details that wait for ends.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pending: ById<u64, Pending>,
    pending_bytes: usize,
    /// Read in this pass and in the one before.
    fresh: Vec<[u64; SLOT]>,
    ripe: Vec<[u64; SLOT]>,
    /// Errors of spans whose parent has not ended yet.
    failed: ById<u64, Vec<u64>>,
    /// Numbers passes, so that the oldest details go first when there are too many.
    pass: u64,
    /// Details that were not kept, by tracer.
    pub(crate) evicted: HashMap<u32, u64>,
    /// Functions that held a guard over an await, to be reported.
    pub(crate) guards_held: Vec<&'static Callsite>,
}

#[derive(Debug, Default)]
struct Pending {
    tracer: u32,
    pass: u64,
    attributes: u16,
    events: u16,
    bytes: Vec<u8>,
}

impl Assembly {
    /// Takes a run of slots that holds whole records; tells the tracer of each ended span.
    pub(crate) fn read(&mut self, slots: &[Slot], mut ended: impl FnMut(u32)) {
        let mut rest = slots.iter();
        while let Some(slot) = rest.next() {
            let words = slot.words();
            let Some(head) = Head::from_word(words[0]) else { continue };
            match head.kind {
                Kind::End => {
                    ended(head.tracer);
                    self.fresh.push(words);
                }
                Kind::Held => self.guards_held.push(callsite::find(head.callsite)),
                _ => self.detail(head, words, rest.by_ref()),
            }
        }
    }

    fn detail<'a>(&mut self, head: Head, words: [u64; SLOT], more: impl Iterator<Item = &'a Slot>) {
        let payload = usize::from(head.extra);
        let pass = self.pass;
        let pending = self.pending.entry(words[1]).or_insert_with(|| Pending {
            tracer: head.tracer,
            pass,
            ..Pending::default()
        });
        let kept = pending.count(head.kind);
        let before = pending.bytes.len();
        if kept {
            pending.bytes.extend_from_slice(&words[0].to_le_bytes());
        } else {
            *self.evicted.entry(head.tracer).or_default() += 1;
        }
        let further = more.take(Head::slots(payload) - 1).flat_map(Slot::words);
        for word in words.into_iter().skip(2).chain(further).take(payload).filter(|_| kept) {
            pending.bytes.extend_from_slice(&word.to_le_bytes());
        }
        self.pending_bytes += pending.bytes.len() - before;
    }

    /// A pass over all logs is done: what ended in the pass before it is complete now.
    pub(crate) fn release(
        &mut self,
        timeline: &Timeline,
        mut finished: impl FnMut(u32, SpanRecord),
    ) {
        let mut ripe = std::mem::take(&mut self.ripe);
        for words in ripe.drain(..) {
            let Some(head) = Head::from_word(words[0]) else { continue };
            let details = self.take_details(words[3]);
            if let Some(mut record) = SpanRecord::new(words, details, timeline) {
                self.pass_on(words[3], words[4], &mut record);
                finished(head.tracer, record);
            }
        }
        // The emptied list becomes the next pass's, so that neither is allocated again.
        self.ripe = std::mem::replace(&mut self.fresh, ripe);
        self.pass += 1;
        if self.pending_bytes > MAX_PENDING {
            self.evict();
        }
    }

    fn take_details(&mut self, span: u64) -> Vec<u8> {
        let details = self.pending.remove(&span).map_or_else(Vec::new, |pending| pending.bytes);
        self.pending_bytes -= details.len();
        details
    }

    /// Tells an error that a span made from one that it only passed on from a child.
    fn pass_on(&mut self, span: u64, parent: u64, record: &mut SpanRecord) {
        let children = if self.failed.is_empty() { None } else { self.failed.remove(&span) };
        let Some(error) = record.error() else { return };
        let own = fingerprint(error.message());
        let chain = error.sources().map(fingerprint).chain([own]);
        let inherited = children
            .is_some_and(|children| chain.into_iter().any(|message| children.contains(&message)));
        if inherited {
            record.pass_on();
        }
        if parent != 0 && self.failed.len() < 65_536 {
            self.failed.entry(parent).or_default().push(own);
        }
    }

    /// Drops the older half of the details whose spans do not end.
    #[cold]
    fn evict(&mut self) {
        let mut passes: Vec<_> = self.pending.values().map(|pending| pending.pass).collect();
        let middle = passes.len() / 2;
        let oldest = *passes.select_nth_unstable(middle).1;
        let (evicted, bytes) = (&mut self.evicted, &mut self.pending_bytes);
        self.pending.retain(|_, pending| {
            let keep = pending.pass > oldest;
            if !keep {
                *bytes -= pending.bytes.len();
                *evicted.entry(pending.tracer).or_default() +=
                    u64::from(pending.attributes) + u64::from(pending.events);
            }
            keep
        });
    }

    /// Whether spans still wait for a pass.
    pub(crate) fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.ripe.is_empty()
    }
}

impl Pending {
    /// Counts a detail; false if the span has too many of its kind.
    fn count(&mut self, kind: Kind) -> bool {
        let count = match kind {
            Kind::Attributes => &mut self.attributes,
            Kind::Poll => return true,
            _ => &mut self.events,
        };
        *count = count.saturating_add(1);
        *count <= MAX_OF_A_KIND
    }
}

fn fingerprint(message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.hash(&mut hasher);
    hasher.finish()
}
