//! The system's backtraces of errors, kept beside the log: walking the stack is quick, finding the
//! names of its functions is not, and that is left to the collector.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, TryLockError};

use crate::id::SpanId;
use crate::process::PerProcess;

static KEPT: PerProcess<Mutex<BTreeMap<SpanId, Backtrace>>> = PerProcess::new();

/// Beyond this many at once some errors have no backtrace.
const MAX: usize = 1_024;

/// Keeps a backtrace of the caller, if `RUST_BACKTRACE` asks for it.
pub(crate) fn keep(span: SpanId) {
    let backtrace = Backtrace::capture();
    if backtrace.status() != BacktraceStatus::Captured {
        return;
    }
    // A traced thread does not wait.
    let mut kept = match KEPT.get().try_lock() {
        Ok(kept) => kept,
        Err(TryLockError::Poisoned(kept)) => kept.into_inner(),
        Err(TryLockError::WouldBlock) => return,
    };
    // Errors that were lost on the way leave theirs behind; they must not use up the room for ever.
    if kept.len() >= MAX {
        kept.pop_first();
    }
    kept.insert(span, backtrace);
}

/// Takes what [`keep`] kept, with the names of its functions.
pub(crate) fn take(span: SpanId) -> Option<String> {
    let backtrace = KEPT.get().lock().unwrap_or_else(PoisonError::into_inner).remove(&span)?;
    Some(backtrace.to_string())
}
