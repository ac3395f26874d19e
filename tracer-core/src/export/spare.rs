//! Room of batches that are done, for further ones.

use std::sync::{Mutex, PoisonError};

use crate::export::SpanRecord;

/// A few, because each has taken much: while one is filled, the last one comes back.
const MOST: usize = 2;

/// Memory that was given back would have to be taken anew from the system, page by page, for each batch.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Vec<SpanRecord>>>);

impl Spare {
    pub(crate) fn take(&self) -> Option<Vec<SpanRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(super) fn keep(&self, mut spans: Vec<SpanRecord>) {
        spans.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(spans);
        }
    }
}
