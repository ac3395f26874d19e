//! Room of batches that are done, for further ones.

use std::sync::{Arc, Mutex, PoisonError};

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

    fn keep(&self, mut spans: Vec<SpanRecord>) {
        spans.clear();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(spans);
        }
    }
}

/// The spans of a batch, whose room goes where it came from.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(super) spans: Vec<SpanRecord>,
    spare: Option<Arc<Spare>>,
}

impl Spans {
    pub(crate) const fn new(spans: Vec<SpanRecord>, spare: Option<Arc<Spare>>) -> Self {
        Self { spans, spare }
    }
}

impl Drop for Spans {
    fn drop(&mut self) {
        if let Some(spare) = &self.spare {
            spare.keep(std::mem::take(&mut self.spans));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_of_a_few_batches_is_used_again() {
        let spare = Arc::new(Spare::default());
        let batch = || Spans::new(Vec::with_capacity(100), Some(Arc::clone(&spare)));
        drop([batch(), batch(), batch()]);
        let taken: Vec<_> = std::iter::from_fn(|| spare.take()).collect();
        assert_eq!(taken.iter().map(Vec::capacity).collect::<Vec<_>>(), [100, 100]);
    }
}
