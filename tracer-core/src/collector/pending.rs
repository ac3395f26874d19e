//! Details that wait for the end of their span.

use std::collections::HashMap;

use crate::callsite;
use crate::collector::by_id::{self, ById};
use crate::record::{self, Head, Items, Key, Kind};

/// A span takes so many attributes, and so many of each other kind of detail but polls; further ones
/// are counted, not kept.
const MAX_OF_A_KIND: u16 = 128;
/// Of a task that is woken more often, the first ones are kept.
const MAX_WAKES: u16 = 1_024;
/// Bytes of all waiting details together; beyond it those go that have waited longest.
const MAX_BYTES: usize = 64 << 20;

/// Room that is kept: so many times at most so many bytes.
const SPARES: usize = 4_096;
const SPARE_BYTES: usize = 1_024;

/// The details of all spans that have not ended yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    spans: ById<u64, Details>,
    bytes: usize,
    /// Room of spans that have ended.
    spare: Vec<Vec<u8>>,
    /// Details that were not kept, by tracer.
    pub(crate) lost: HashMap<u32, u64>,
}

/// The details of one span, in the order they came.
#[derive(Debug)]
struct Details {
    tracer: u32,
    /// When the first one came.
    step: u64,
    attributes: u16,
    events: u16,
    links: u16,
    errors: u16,
    wakes: u16,
    has_polls: bool,
    bytes: Vec<u8>,
}

impl Pending {
    /// Adds a detail, which `put` writes without the span's id.
    pub(crate) fn add(&mut self, head: Head, span: u64, step: u64, put: impl FnOnce(&mut Vec<u8>)) {
        let spare = &mut self.spare;
        let details = self
            .spans
            .entry(span)
            .or_insert_with(|| Details::new(head.tracer, step, spare.pop().unwrap_or_default()));
        let before = details.bytes.len();
        if details.admits(head.kind) {
            put(&mut details.bytes);
        } else {
            *self.lost.entry(head.tracer).or_default() += 1;
        }
        // Making room for attributes may have taken more than was added.
        self.bytes = self.bytes - before + details.bytes.len();
    }

    /// Whether polls of a span were recorded that has not ended yet.
    pub(crate) fn has_polls(&self, span: u64) -> bool {
        self.spans.get(&span).is_some_and(|details| details.has_polls)
    }

    /// What was said so far of a span that has not ended.
    pub(crate) fn so_far(&self, span: u64) -> Vec<u8> {
        self.spans.get(&span).map_or_else(Vec::new, |details| details.bytes.clone())
    }

    /// Whether something was said of a span, and waits for its end.
    pub(crate) fn knows(&self, span: u64) -> bool {
        self.spans.contains_key(&span)
    }

    /// Takes what was said of a span that has ended, together with what was `said` last, to be
    /// [given back](Self::give_back); none where that is all.
    pub(crate) fn take(&mut self, span: u64, step: u64, said: &[u8]) -> Option<Vec<u8>> {
        if !said.is_empty() && self.knows(span) {
            let mut rest = said;
            while let Some((head, _, next)) = record::split(rest) {
                let detail = &rest[..rest.len() - next.len()];
                self.add(head, span, step, |bytes| bytes.extend_from_slice(detail));
                rest = next;
            }
        }
        let bytes = self.spans.remove(&span)?.bytes;
        self.bytes -= bytes.len();
        Some(bytes)
    }

    /// Keeps the room of what was taken, for the next span.
    pub(crate) fn give_back(&mut self, mut bytes: Vec<u8>) {
        if (1..=SPARE_BYTES).contains(&bytes.capacity()) && self.spare.len() < SPARES {
            bytes.clear();
            self.spare.push(bytes);
        }
    }

    /// Drops the older half where there are too many.
    pub(crate) fn bound(&mut self) {
        if self.bytes > MAX_BYTES {
            let older = by_id::median(self.spans.values().map(|details| details.step));
            self.drop_where(|details| details.step <= older);
        }
    }

    /// Drops what a tracer that closes leaves: its spans will not end any more.
    pub(crate) fn close(&mut self, tracer: u32) {
        self.drop_where(|details| details.tracer == tracer);
    }

    #[cold]
    fn drop_where(&mut self, unwanted: impl Fn(&Details) -> bool) {
        let Self { spans, bytes, lost, .. } = self;
        spans.retain(|_, details| {
            let keep = !unwanted(details);
            if !keep {
                *bytes -= details.bytes.len();
                *lost.entry(details.tracer).or_default() += details.count();
            }
            keep
        });
    }
}

impl Details {
    const fn new(tracer: u32, step: u64, bytes: Vec<u8>) -> Self {
        Self {
            tracer,
            step,
            attributes: 0,
            events: 0,
            links: 0,
            errors: 0,
            wakes: 0,
            has_polls: false,
            bytes,
        }
    }

    /// Counts a detail; false if the span has too many of its kind.
    fn admits(&mut self, kind: Kind) -> bool {
        let count = match kind {
            Kind::Attributes => &mut self.attributes,
            Kind::Event => &mut self.events,
            Kind::Link => &mut self.links,
            Kind::Error => &mut self.errors,
            Kind::Wake => &mut self.wakes,
            Kind::Poll => {
                self.has_polls = true;
                return true;
            }
            Kind::End
            | Kind::Task
            | Kind::Held
            | Kind::Begin
            | Kind::TraceState
            | Kind::Datadog
            | Kind::Name
            | Kind::Verdict => return true,
        };
        let most = if kind == Kind::Wake { MAX_WAKES } else { MAX_OF_A_KIND };
        if *count < most {
            *count += 1;
            return true;
        }
        kind == Kind::Attributes && self.replaces()
    }

    /// Makes room by leaving out attributes that later ones of the same key replace.
    #[cold]
    fn replaces(&mut self) -> bool {
        let mut last: Vec<(String, Vec<u8>)> = Vec::new();
        let mut others = Vec::new();
        let mut rest = self.bytes.as_slice();
        while let Some((head, payload, next)) = record::split(rest) {
            if head.kind == Kind::Attributes {
                for (key, value) in Items::new(payload, callsite::find(head.callsite)) {
                    let mut bytes = Vec::new();
                    let words = record::item_words(Key::Name(key), &value);
                    let own = Head { extra: words as u16, ..head };
                    bytes.extend_from_slice(&own.to_word().to_le_bytes());
                    record::write_item(&mut bytes, Key::Name(key), &value);
                    match last.iter_mut().find(|(known, _)| known == key) {
                        Some((_, old)) => *old = bytes,
                        None => last.push((key.to_owned(), bytes)),
                    }
                }
            } else {
                others.extend_from_slice(&rest[..rest.len() - next.len()]);
            }
            rest = next;
        }
        self.attributes = last.len() as u16;
        self.bytes = last.into_iter().flat_map(|(_, bytes)| bytes).chain(others).collect();
        let room = self.attributes < MAX_OF_A_KIND;
        self.attributes += u16::from(room);
        room
    }

    fn count(&self) -> u64 {
        [self.attributes, self.events, self.links, self.errors, self.wakes]
            .into_iter()
            .map(u64::from)
            .sum()
    }
}
