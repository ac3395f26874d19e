//! Keeps finished spans in memory: for tests and for programs that look at themselves.

use std::sync::{Arc, Mutex, PoisonError};

use crate::export::{Batch, ExportError, Exporter, SpanRecord};

/// An exporter that keeps all spans until they are taken; clones share them.
///
/// It has no bound: a program that runs for long takes them now and then.
///
/// # Examples
///
/// ```
/// use tracer_core::{Memory, Span, Tracer};
///
/// let memory = Memory::default();
/// let tracer = Tracer::builder().exporter(memory.clone()).build()?;
/// tracer.in_scope(|| Span::new("work").in_scope(|| ()));
/// tracer.flush(std::time::Duration::from_secs(5))?;
/// assert_eq!(memory.take()[0].name(), "work");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    spans: Arc<Mutex<Vec<SpanRecord>>>,
}

impl Memory {
    /// Takes all spans that have arrived, in the order in which they did.
    pub fn take(&self) -> Vec<SpanRecord> {
        std::mem::take(&mut self.spans.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns copies of all spans that have arrived, in the order in which they did.
    pub fn spans(&self) -> Vec<SpanRecord> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Exporter for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(batch.spans());
        Ok(())
    }
}
