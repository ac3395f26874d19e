//! What lies on the stack: a span's own part, and what spans in a row have in common.

use std::cell::Cell;

use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::path::Path;
use crate::root::Root;

/// What made a context current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A guard.
    Guard,
    /// A frame that is being polled.
    Frame,
    /// A future that is being dropped. No guard leaves it, not even one of the same span.
    Dropping,
    /// A guard that was left while others were above it.
    Left,
    /// Hides what is below: another scheduler's tasks run on top.
    Isolated,
    /// A span of other instrumentation: left as a guard is, and as a frame it stands between who calls
    /// and who polls.
    Foreign,
}

impl Kind {
    /// Whether somebody leaves it by its span, in any order.
    #[inline(always)]
    pub(crate) const fn is_left_by_span(self) -> bool {
        matches!(self, Self::Guard | Self::Foreign)
    }
}

/// The running task: its key, and what its waker points to or [`NO_WAKER`]. A poll that comes with the
/// same waker is of the same task, which need not be asked of the runtime then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub(crate) key: u64,
    pub(crate) waker: usize,
}

/// In place of a waker where none is known.
pub(crate) const NO_WAKER: usize = 0;

/// One span that is current, in its parts: as a whole it would be built elsewhere first, and reading
/// it at once by other widths than it was written by costs more than all its instructions.
pub(crate) struct Place {
    pub(crate) span: Cell<SpanId>,
    /// The span that was current where the frame was made; of a function's guard, the parent.
    pub(crate) origin: Cell<SpanId>,
    /// Ticks at which a function's guard was entered; nothing for others.
    pub(crate) start: Cell<u64>,
    pub(crate) path: Cell<Path>,
    /// Index of its strand.
    pub(super) strand: Cell<u8>,
    pub(crate) kind: Cell<Kind>,
}

/// What places in a row have in common, so that one more of them is three words: the trace, and the
/// task that it is current for.
pub(crate) struct Strand {
    pub(crate) trace: Cell<TraceId>,
    pub(crate) root: Cell<Root>,
    pub(crate) flags: Cell<u32>,
    pub(crate) key: Cell<u64>,
    pub(crate) waker: Cell<usize>,
}

impl Place {
    pub(super) const fn new() -> Self {
        Self {
            span: Cell::new(SpanId::NONE),
            origin: Cell::new(SpanId::NONE),
            start: Cell::new(0),
            path: Cell::new(SpanContext::NONE.path),
            strand: Cell::new(0),
            kind: Cell::new(Kind::Guard),
        }
    }

    #[inline(always)]
    pub(super) fn set(&self, span: SpanId, path: Path, origin: SpanId, kind: Kind) {
        self.span.set(span);
        self.origin.set(origin);
        self.path.set(path);
        self.kind.set(kind);
    }
}

impl Strand {
    pub(super) const fn new() -> Self {
        let SpanContext { trace, flags, root, .. } = SpanContext::NONE;
        Self {
            trace: Cell::new(trace),
            root: Cell::new(root),
            flags: Cell::new(flags),
            key: Cell::new(0),
            waker: Cell::new(NO_WAKER),
        }
    }

    pub(super) fn set(&self, context: &SpanContext, task: Task) {
        self.trace.set(context.trace);
        self.root.set(context.root);
        self.flags.set(context.flags);
        self.key.set(task.key);
        self.waker.set(task.waker);
    }

    /// Whether a span's context belongs here, whichever task it is of: no two local roots are equal,
    /// and each is of one trace.
    #[inline(always)]
    pub(crate) fn has_root_of(&self, context: &SpanContext) -> bool {
        self.root.get() == context.root && self.flags.get() == context.flags
    }

    /// Whether a context belongs here, whichever task it is of, and whether its root is known or not.
    #[inline(always)]
    pub(crate) fn is_of(&self, context: &SpanContext) -> bool {
        self.has_root_of(context) && self.trace.get() == context.trace
    }

    pub(super) fn is_task(&self, task: Task) -> bool {
        (self.key.get(), self.waker.get()) == (task.key, task.waker)
    }

    #[inline(always)]
    pub(crate) fn context(&self, place: &Place) -> SpanContext {
        SpanContext {
            trace: self.trace.get(),
            span: place.span.get(),
            path: place.path.get(),
            flags: self.flags.get(),
            root: self.root.get(),
        }
    }

    #[inline(always)]
    pub(crate) fn task(&self) -> Task {
        Task { key: self.key.get(), waker: self.waker.get() }
    }
}
