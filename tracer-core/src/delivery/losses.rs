//! What became of the spans of a batch, request by request.

use crate::export::ExportError;

/// What a request lost.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each is counted")]
pub enum Loss {
    /// The receiver refused so many spans of it, and why; all, if it did not say how many.
    Rejected(Option<u64>, String),
    /// It did not arrive.
    Failed(String),
}

/// What became of the spans of a batch.
#[derive(Debug, Default)]
pub struct Losses {
    failed: usize,
    rejected: usize,
    why: String,
}

impl Losses {
    /// Counts what became of a request of so many spans.
    pub fn add(&mut self, count: usize, delivered: Result<(), Loss>) {
        match delivered {
            Ok(()) => {}
            Err(Loss::Rejected(spans, why)) => {
                let spans = spans.and_then(|spans| usize::try_from(spans).ok());
                self.rejected += spans.map_or(count, |spans| spans.min(count));
                self.why = why;
            }
            Err(Loss::Failed(why)) => {
                self.failed += count;
                self.why = why;
            }
        }
    }

    /// Says what was lost on the way to `address`, and why the last of it.
    ///
    /// # Errors
    ///
    /// Something was lost.
    pub fn result(self, address: &str) -> Result<(), ExportError> {
        if self.failed + self.rejected == 0 {
            return Ok(());
        }
        Err(ExportError::partial(self.failed, self.rejected, format!("{address}: {}", self.why)))
    }
}
