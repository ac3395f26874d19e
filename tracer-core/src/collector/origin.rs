//! Tells where an error began: a span that returns its child's error only passed it on.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::collector::by_id::ById;
use crate::export::SpanRecord;

/// Parents whose children failed; beyond it the older half is forgotten, and errors of those parents
/// count as begun there.
const MAX_PARENTS: usize = 65_536;

/// Failed spans, which wait one pass: a child that failed before may stand in a log read later.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    waiting: Vec<(u32, SpanRecord)>,
    /// What the children of a span failed with, and in which pass the last one did.
    failed: ById<u64, (u64, Vec<u64>)>,
}

impl Origins {
    /// Keeps a failed span until the next pass.
    pub(crate) fn hold(&mut self, tracer: u32, span: SpanRecord, pass: u64) {
        if let (Some(error), Some(parent)) = (span.error(), span.parent_id()) {
            let (last, messages) = self.failed.entry(parent.to_u64()).or_default();
            *last = pass;
            messages.push(fingerprint(error.message()));
        }
        if self.failed.len() > MAX_PARENTS {
            self.forget();
        }
        self.waiting.push((tracer, span));
    }

    /// The spans that have waited, to be looked at by [`judge`](Self::judge) once this pass's are
    /// held.
    pub(crate) fn take_waiting(&mut self) -> Vec<(u32, SpanRecord)> {
        std::mem::take(&mut self.waiting)
    }

    /// Marks the span if its error, or a source of it, is that of a child.
    pub(crate) fn judge(&mut self, span: &mut SpanRecord) {
        let Some((_, children)) = self.failed.remove(&span.span_id().to_u64()) else { return };
        let known = |message: &str| children.contains(&fingerprint(message));
        let passed_on =
            span.error().is_some_and(|error| known(error.message()) || error.sources().any(known));
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
        let mut passes: Vec<_> = self.failed.values().map(|(pass, _)| *pass).collect();
        let middle = passes.len() / 2;
        let oldest = *passes.select_nth_unstable(middle).1;
        self.failed.retain(|_, (pass, _)| *pass > oldest);
    }
}

fn fingerprint(message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.hash(&mut hasher);
    hasher.finish()
}
