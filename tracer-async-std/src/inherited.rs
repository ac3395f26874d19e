//! What tasks inherit that somebody spawned who carries nothing.
//!
//! async-std does not tell of a task's end, but drops the task's locals there: a task that asks what
//! it inherited gets one that forgets it. Those that never ask leave theirs, until newer tasks need
//! the room.

use std::cell::Cell;

use async_std::task::Task;
use tracer_core::__private::Inherited;
use tracer_core::{SpanContext, key_of};

static KEPT: Inherited<SpanContext> = Inherited::new();

/// Keeps the context of a task that is being spawned.
pub(crate) fn keep(task: u64, context: SpanContext) {
    KEPT.keep(task, context);
}

/// Forgets a task that carries its context itself.
pub(crate) fn forget(task: &Task) {
    if KEPT.tasks() != 0 {
        KEPT.take(key_of(&task.id()));
    }
}

/// What is kept of the task that runs, which forgets it when it ends.
///
/// The future of `block_on` is none of those: async-std has moved its locals away by the time that
/// its destructors run, so they must not be touched there.
pub(crate) fn find(task: u64) -> Option<SpanContext> {
    let context = KEPT.find(task)?;
    END.try_with(|end| end.0.set(task)).ok()?;
    Some(context)
}

pub(crate) fn tasks() -> usize {
    KEPT.tasks()
}

pub(crate) fn evicted() -> u64 {
    KEPT.evicted()
}

async_std::task_local! {
    static END: End = End(Cell::new(0));
}

/// Dropped with the task whose number it has.
struct End(Cell<u64>);

impl Drop for End {
    fn drop(&mut self) {
        KEPT.take(self.0.get());
    }
}
