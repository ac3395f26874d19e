//! Chunks: the spans of one trace that are sent together, its local root first.

use std::collections::{HashMap, HashSet};

use tracer_core::{Batch, Completeness, SpanRecord};

use crate::span::{Around, Given, NeedsServices, Process, Spans, Trace};

/// Open spans that are remembered until they have ended.
const MAX_OPEN: usize = 65_536;

/// Writes chunks; keeps what many spans have in common.
#[derive(Debug)]
pub(crate) struct Chunks {
    spans: Spans,
    process: Process,
    /// Whether spans were seen that say they are of another service, so that it is worth a look.
    has_services: bool,
    is_open: bool,
    /// Spans that were sent while they were open.
    open: HashSet<u64>,
}

/// The spans of one trace, and what is known of it.
#[derive(Debug)]
pub(crate) struct Chunk<'a, 's> {
    spans: &'s [&'a SpanRecord],
    trace: Trace<'a>,
    services: Option<HashMap<u64, &'a str>>,
}

impl Chunks {
    pub(crate) fn new() -> Self {
        Self {
            spans: Spans::default(),
            process: Process::new(),
            has_services: false,
            is_open: false,
            open: HashSet::new(),
        }
    }

    /// Takes what is the same for all spans of a batch.
    pub(crate) fn learn(&mut self, batch: &Batch) {
        self.process.learn(batch.resource());
        self.is_open = batch.completeness() == Completeness::Open;
    }

    /// Makes a chunk of the spans of one trace.
    pub(crate) fn chunk<'a, 's>(&self, spans: &'s mut [&'a SpanRecord]) -> Chunk<'a, 's> {
        if let Some(root) = spans.iter().position(|span| span.is_local_root()) {
            spans[..=root].rotate_right(1);
        }
        let mut chunk = Chunk { trace: Trace::of(spans), spans, services: None };
        if self.has_services {
            chunk.look(&self.process);
        }
        chunk
    }

    /// Writes one of the spans; the first one that is written says what is said once for a chunk.
    ///
    /// False if the chunk is to be written from its beginning.
    pub(crate) fn write<'a>(
        &mut self,
        body: &mut Vec<u8>,
        chunk: &mut Chunk<'a, '_>,
        index: usize,
        is_first: bool,
        given: &mut Given<'a>,
    ) -> bool {
        let Some(span) = chunk.spans.get(index).copied() else { return true };
        let id = span.span_id().to_u64();
        let around = Around {
            process: &self.process,
            services: chunk.services.as_ref(),
            trace: &chunk.trace,
            is_first,
            is_open: self.is_open,
            was_open: !self.is_open && !self.open.is_empty() && self.open.contains(&id),
        };
        let Err(NeedsServices) = self.spans.span(body, span, &around, given) else { return true };
        self.has_services = true;
        chunk.look(&self.process);
        false
    }

    /// Remembers which spans are open, and forgets those that have ended.
    pub(crate) fn remember(&mut self, spans: &[&SpanRecord]) {
        if self.is_open {
            let room = MAX_OPEN.saturating_sub(self.open.len());
            self.open.extend(spans.iter().take(room).map(|span| span.span_id().to_u64()));
        } else if !self.open.is_empty() {
            for span in spans {
                self.open.remove(&span.span_id().to_u64());
            }
        }
    }
}

impl Chunk<'_, '_> {
    pub(crate) const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Looks which spans say that they are of another service.
    fn look(&mut self, process: &Process) {
        let services = self.spans.iter().filter_map(|span| {
            let service = span.attributes().filter(|(key, _)| *key == "service.name").last()?.1;
            match service {
                tracer_core::Value::Str(service) if !service.is_empty() => {
                    (service != process.service()).then(|| (span.span_id().to_u64(), service))
                }
                _ => None,
            }
        });
        self.services = Some(services.collect());
    }
}
