//! The contexts that are current on a thread, one on top of the other, in plain cells.
//!
//! Neither this nor what it keeps has a destructor, so that it works while the thread dies.

use std::cell::Cell;
use std::mem::ManuallyDrop;

use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::path::Path;
use crate::root::Root;

/// Entries of the stack; what those beyond displace is kept on the heap.
pub(crate) const MAX: usize = 128;

/// What made a context current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A guard, or a future being dropped.
    Guard,
    /// A frame that is being polled.
    Frame,
    /// A guard that was left while others were above it.
    Left,
}

/// An entry in its parts: as a whole it would be built elsewhere first, and reading it at once by
/// other widths than it was written by costs more than all its instructions.
pub(crate) struct Place {
    pub(crate) trace: Cell<TraceId>,
    pub(crate) span: Cell<SpanId>,
    path: Cell<Path>,
    pub(crate) flags: Cell<u32>,
    root: Cell<Root>,
    /// The task that it is current for.
    pub(crate) key: Cell<u64>,
    /// What the task's waker points to, 0 where that is not known: a poll that comes with the same
    /// waker is of the same task, which need not be asked of the runtime then.
    pub(crate) waker: Cell<usize>,
    /// The span that was current where the frame was made.
    pub(crate) origin: Cell<SpanId>,
    pub(crate) kind: Cell<Kind>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    context: SpanContext,
    task: Task,
    origin: SpanId,
    kind: Kind,
}

/// The running task: its key, and what its waker points to or 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    pub(crate) key: u64,
    pub(crate) waker: usize,
}

impl Place {
    const fn new() -> Self {
        let SpanContext { trace, span, path, flags, root } = SpanContext::NONE;
        Self {
            trace: Cell::new(trace),
            span: Cell::new(span),
            path: Cell::new(path),
            flags: Cell::new(flags),
            root: Cell::new(root),
            key: Cell::new(0),
            waker: Cell::new(0),
            origin: Cell::new(SpanId::NONE),
            kind: Cell::new(Kind::Guard),
        }
    }

    #[inline(always)]
    fn set(&self, context: &SpanContext, task: Task, origin: SpanId, kind: Kind) {
        self.trace.set(context.trace);
        self.span.set(context.span);
        self.path.set(context.path);
        self.flags.set(context.flags);
        self.root.set(context.root);
        self.key.set(task.key);
        self.waker.set(task.waker);
        self.origin.set(origin);
        self.kind.set(kind);
    }

    #[inline(always)]
    pub(crate) fn context(&self) -> SpanContext {
        SpanContext {
            trace: self.trace.get(),
            span: self.span.get(),
            path: self.path.get(),
            flags: self.flags.get(),
            root: self.root.get(),
        }
    }

    #[inline(always)]
    pub(crate) fn task(&self) -> Task {
        Task { key: self.key.get(), waker: self.waker.get() }
    }

    fn entry(&self) -> Entry {
        let (context, origin) = (self.context(), self.origin.get());
        Entry { context, task: self.task(), origin, kind: self.kind.get() }
    }
}

/// The current context is the one at `depth`. The first entry stays empty, the last is the top where
/// the depth is beyond it.
pub(crate) struct Stack {
    pub(crate) depth: Cell<usize>,
    entries: [Place; MAX + 1],
}

thread_local! {
    /// What the tops beyond the last entry displaced; freed when they are gone.
    static DEEP: Cell<ManuallyDrop<Vec<Entry>>> = const { Cell::new(ManuallyDrop::new(Vec::new())) };
}

impl Stack {
    pub(crate) const fn new() -> Self {
        Self { depth: Cell::new(0), entries: [const { Place::new() }; MAX + 1] }
    }

    #[inline(always)]
    pub(crate) fn top(&self) -> &Place {
        &self.entries[self.depth.get().min(MAX)]
    }

    /// The entries in use, from the lowest; where the depth is beyond the last entry, without those
    /// that are kept on the heap.
    pub(crate) fn entries(&self) -> &[Place] {
        &self.entries[1..=self.depth.get().min(MAX)]
    }

    /// Returns the depth below the new entry.
    #[inline(always)]
    pub(crate) fn push(
        &self,
        context: &SpanContext,
        task: Task,
        origin: SpanId,
        kind: Kind,
    ) -> usize {
        let below = self.depth.get();
        self.depth.set(below + 1);
        let place = if below + 1 < MAX { &self.entries[below + 1] } else { self.displace() };
        place.set(context, task, origin, kind);
        below
    }

    /// Leaves all entries above `depth`.
    #[inline(always)]
    pub(crate) fn truncate(&self, depth: usize) {
        if self.depth.replace(depth) >= MAX {
            self.restore(depth);
        }
        if self.top().kind.get() == Kind::Left {
            self.skip_left();
        }
    }

    #[cold]
    fn displace(&self) -> &Place {
        DEEP.with(|place| {
            let mut deep = place.replace(ManuallyDrop::new(Vec::new()));
            deep.push(self.entries[MAX].entry());
            place.set(deep);
        });
        &self.entries[MAX]
    }

    /// Beside the entry at [`MAX`] there is one displaced for each depth from there on.
    #[cold]
    fn restore(&self, depth: usize) {
        DEEP.with(|place| {
            let mut deep = place.replace(ManuallyDrop::new(Vec::new()));
            let kept = (depth + 1).saturating_sub(MAX);
            if let Some(Entry { context, task, origin, kind }) = deep.get(kept) {
                self.entries[MAX].set(context, *task, *origin, *kind);
            }
            deep.truncate(kept);
            if kept > 0 {
                place.set(deep);
            } else {
                drop(ManuallyDrop::into_inner(deep));
            }
        });
    }

    #[cold]
    fn skip_left(&self) {
        while self.depth.get() < MAX && self.top().kind.get() == Kind::Left {
            self.depth.set(self.depth.get() - 1);
        }
    }

    /// Leaves the guard of `span`, entered above `below`, that is not the current one: it goes with
    /// those above it, or went with the frame it was entered in. A guard that was held over an await
    /// may stand elsewhere now.
    #[cold]
    pub(crate) fn leave_out_of_order(&self, span: SpanId, below: usize) {
        let is_its = |place: &Place| place.kind.get() == Kind::Guard && place.span.get() == span;
        let entries = self.entries();
        let own = entries.get(below).filter(|place| is_its(place)).map(|_| below);
        match own.or_else(|| entries.iter().rposition(is_its)) {
            Some(index) if index + 1 == self.depth.get() => self.truncate(index),
            Some(index) => entries[index].kind.set(Kind::Left),
            None => {}
        }
    }
}
