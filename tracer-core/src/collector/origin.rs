//! Tells where an error began: a span that returns its child's error only passed it on.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::collector::by_id::{self, ById};
use crate::export::SpanRecord;

/// Parents whose children failed; beyond it the older half is forgotten, and errors of those parents
/// count as begun there.
const MAX_PARENTS: usize = 65_536;
/// Failed spans that wait; beyond it the oldest waits no longer.
const MAX_WAITING: usize = 16_384;

/// Failed spans, which wait until all logs have been read again: a child that failed before may stand in
/// one that is read later.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    waiting: VecDeque<Waiting>,
    /// What the children of a span failed with, and in which step the last one did.
    failed: ById<u64, (u64, Vec<u64>)>,
}

#[derive(Debug)]
struct Waiting {
    tracer: u32,
    span: SpanRecord,
    step: u64,
}

impl Origins {
    /// Keeps a failed span.
    pub(crate) fn hold(&mut self, tracer: u32, span: SpanRecord, step: u64) {
        if let (Some(error), Some(parent)) = (span.error(), span.parent_id()) {
            let (last, messages) = self.failed.entry(parent.to_u64()).or_default();
            *last = step;
            messages.push(fingerprint(error.message()));
        }
        if self.failed.len() > MAX_PARENTS {
            self.forget();
        }
        self.waiting.push_back(Waiting { tracer, span, step });
    }

    /// Takes a span that was held before the step `read`, from which on all logs have been read; and where
    /// too many wait, the one that has waited longest.
    pub(crate) fn next(&mut self, read: u64) -> Option<(u32, SpanRecord)> {
        let is_many = self.waiting.len() > MAX_WAITING;
        self.waiting.front().filter(|first| is_many || first.step < read)?;
        let Waiting { tracer, mut span, .. } = self.waiting.pop_front()?;
        self.judge(&mut span);
        Some((tracer, span))
    }

    /// Marks the span if its error, or a source of it, is that of a child.
    fn judge(&mut self, span: &mut SpanRecord) {
        let Some((_, children)) = self.failed.remove(&span.span_id().to_u64()) else { return };
        let known = |message: &str| children.contains(&fingerprint(message));
        let passed_on = span.error().is_some_and(|error| {
            !error.is_exception() || known(error.message()) || error.sources().any(known)
        });
        if passed_on {
            span.pass_on();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Children that outlive their parents leave entries that nobody takes.
    #[cold]
    fn forget(&mut self) {
        let older = by_id::median(self.failed.values().map(|(step, _)| *step));
        self.failed.retain(|_, (step, _)| *step > older);
    }
}

fn fingerprint(message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.hash(&mut hasher);
    hasher.finish()
}
