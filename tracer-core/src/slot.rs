//! Whose context: the span that is current on this thread, in this task.
//!
//! One slot a thread holds a context. It is filled only while one of our frames is being polled or
//! a guard is entered, and it says which task filled it: another task that runs on top of it (a
//! `LocalSet` driven inside a request, a nested `block_on`) does not see it.

use std::cell::Cell;
use std::mem::ManuallyDrop;

use crate::context::{INHERITED, RECORDED, SpanContext, TRACER_SHIFT};
use crate::id::{SpanId, TraceId};
use crate::path::Path;
use crate::provider::{self, ContextProvider, inherited, key};
use crate::root::Root;

/// Contexts that are current, one on top of the other; those beyond are kept aside on the heap.
const MAX: usize = 256;

/// What made a context current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    /// A guard, or a future being dropped.
    Guard,
    /// A frame that is being polled.
    Frame,
    /// A guard that was left while others were above it.
    Left,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    context: SpanContext,
    /// The task that it is current for.
    key: u64,
    /// The span that was current where the frame was made.
    origin: SpanId,
    kind: Kind,
}

const NOTHING: Entry = Entry { context: SpanContext::NONE, key: 0, origin: SpanId::NONE, kind: Kind::Guard };

/// An entry in its parts: as a whole it would be built elsewhere first, and reading it at once by
/// other widths than it was written by costs more than all its instructions.
struct Place {
    trace: Cell<TraceId>,
    span: Cell<SpanId>,
    path: Cell<Path>,
    flags: Cell<u32>,
    root: Cell<Root>,
    key: Cell<u64>,
    origin: Cell<SpanId>,
    kind: Cell<Kind>,
}

impl Place {
    const fn new() -> Self {
        let Entry { context, key, origin, kind } = NOTHING;
        let SpanContext { trace, span, path, flags, root } = context;
        Self {
            trace: Cell::new(trace),
            span: Cell::new(span),
            path: Cell::new(path),
            flags: Cell::new(flags),
            root: Cell::new(root),
            key: Cell::new(key),
            origin: Cell::new(origin),
            kind: Cell::new(kind),
        }
    }

    #[inline(always)]
    fn set(&self, context: &SpanContext, key: u64, origin: SpanId, kind: Kind) {
        self.trace.set(context.trace);
        self.span.set(context.span);
        self.path.set(context.path);
        self.flags.set(context.flags);
        self.root.set(context.root);
        self.key.set(key);
        self.origin.set(origin);
        self.kind.set(kind);
    }

    #[inline(always)]
    fn context(&self) -> SpanContext {
        SpanContext {
            trace: self.trace.get(),
            span: self.span.get(),
            path: self.path.get(),
            flags: self.flags.get(),
            root: self.root.get(),
        }
    }

    fn entry(&self) -> Entry {
        Entry { context: self.context(), key: self.key.get(), origin: self.origin.get(), kind: self.kind.get() }
    }
}

/// All of it without a destructor, so that it works while the thread dies.
struct Slot {
    depth: Cell<usize>,
    /// The current context is the one at `depth`. The first stays empty, the last is the top where
    /// the depth is beyond it.
    entries: [Place; MAX + 1],
    /// What the tops beyond the last entry displaced; freed when they are gone.
    deep: Cell<ManuallyDrop<Vec<Entry>>>,
    /// Ticks from the spawn of the running task to its first poll, until a span takes them.
    delay: Cell<u64>,
}

impl Slot {
    #[inline(always)]
    fn top(&self) -> &Place {
        &self.entries[self.depth.get().min(MAX)]
    }

    /// Returns the depth below the new entry.
    #[inline(always)]
    fn push(&self, context: &SpanContext, key: u64, origin: SpanId, kind: Kind) -> usize {
        let below = self.depth.get();
        self.depth.set(below + 1);
        let place = if below + 1 < MAX { &self.entries[below + 1] } else { self.displace_deep() };
        place.set(context, key, origin, kind);
        below
    }

    /// Leaves all entries above `depth`.
    #[inline(always)]
    fn truncate(&self, depth: usize) {
        if self.depth.replace(depth) >= MAX {
            self.truncate_deep(depth);
        }
        if self.top().kind.get() == Kind::Left {
            self.skip_left();
        }
    }

    #[cold]
    fn displace_deep(&self) -> &Place {
        let mut deep = self.deep.replace(ManuallyDrop::new(Vec::new()));
        deep.push(self.entries[MAX].entry());
        self.deep.set(deep);
        &self.entries[MAX]
    }

    /// Beside the entry at [`MAX`] there is one displaced for each depth from there on.
    #[cold]
    fn truncate_deep(&self, depth: usize) {
        let mut deep = self.deep.replace(ManuallyDrop::new(Vec::new()));
        let kept = (depth + 1).saturating_sub(MAX);
        if let Some(Entry { context, key, origin, kind }) = deep.get(kept) {
            self.entries[MAX].set(context, *key, *origin, *kind);
        }
        deep.truncate(kept);
        if kept > 0 {
            self.deep.set(deep);
        } else {
            drop(ManuallyDrop::into_inner(deep));
        }
    }

    #[cold]
    fn skip_left(&self) {
        while self.depth.get() < MAX && self.top().kind.get() == Kind::Left {
            self.depth.set(self.depth.get() - 1);
        }
    }
}

thread_local! {
    static SLOT: Slot = const {
        Slot {
            depth: Cell::new(0),
            entries: [const { Place::new() }; MAX + 1],
            deep: Cell::new(ManuallyDrop::new(Vec::new())),
            delay: Cell::new(0),
        }
    };
}

/// Registers a runtime's provider; a second one of the same name changes nothing.
///
/// The adapters do this themselves; so does every `#[traced]` function for the runtimes whose
/// features are on.
///
/// # Examples
///
/// ```
/// use tracer_core::ContextProvider;
///
/// struct Executor;
///
/// impl ContextProvider for Executor {
///     fn runtime(&self) -> &'static str {
///         "my-executor"
///     }
///
///     fn key(&self) -> u64 {
///         0 // no task runs here
///     }
/// }
///
/// tracer_core::register(&Executor);
/// ```
pub fn register(provider: &'static dyn ContextProvider) {
    let before = key();
    provider::add(provider);
    let after = key();
    if before != after {
        // What runs here was entered under the key it had before: it is the same task.
        SLOT.with(|slot| rekey(slot, before, after));
    }
}

#[cold]
fn rekey(slot: &Slot, before: u64, after: u64) {
    for place in &slot.entries[1..=slot.depth.get().min(MAX)] {
        if place.key.get() == before {
            place.key.set(after);
        }
    }
}

/// Returns the context of the span that is current in the running task; not valid where none is.
///
/// # Examples
///
/// ```
/// use tracer_core::Span;
///
/// let span = Span::new("work");
/// span.in_scope(|| assert_eq!(tracer_core::current(), span.context()));
/// ```
pub fn current() -> SpanContext {
    current_of(key())
}

/// The context that counts for the task `key`, which is the running one.
#[inline(always)]
pub(crate) fn current_of(key: u64) -> SpanContext {
    SLOT.with(|slot| {
        let top = slot.top();
        if top.flags.get() != 0 && top.key.get() == key { top.context() } else { inherited() }
    })
}

/// Whether `context`, which is a span's, is the one that counts for the task `key`.
#[inline(always)]
pub(crate) fn is_current(context: &SpanContext, key: u64) -> bool {
    SLOT.with(|slot| {
        let top = slot.top();
        top.span.get() == context.span && top.trace.get() == context.trace && top.key.get() == key
    })
}

/// Whether the slot's context is recorded; false negatives only where a foreign task runs on top.
#[inline(always)]
pub fn is_recorded() -> bool {
    SLOT.with(|slot| slot.top().flags.get() & RECORDED != 0)
}

/// The slot's context, whichever task it is current for.
#[inline(always)]
pub(crate) fn top() -> SpanContext {
    SLOT.with(|slot| slot.top().context())
}

/// The span on top and the tracer it is recorded by.
#[inline(always)]
pub(crate) fn top_recorded() -> (SpanId, u32) {
    SLOT.with(|slot| {
        let top = slot.top();
        (top.span.get(), top.flags.get() >> TRACER_SHIFT)
    })
}

/// The parent of a span whose future was made where `captured` was current and is polled first
/// where `polled` is; and whether it runs in another task than its parent.
///
/// The caller wins over the poller, unless the poller's frames stand between them: then it is a
/// helper that was handed the future (`retry(child())`).
#[inline(always)]
pub(crate) fn parent(captured: SpanContext, polled: SpanContext, key: u64) -> (SpanContext, bool) {
    if captured.is_none() || captured == polled {
        return (polled, polled.is_inherited());
    }
    if polled.is_none() {
        return (captured, captured.is_valid());
    }
    if is_on_poll_stack(captured.span, key) { (polled, polled.is_inherited()) } else { (captured, true) }
}

#[inline(never)]
fn is_on_poll_stack(span: SpanId, key: u64) -> bool {
    SLOT.with(|slot| {
        let entries = &slot.entries[1..=slot.depth.get().min(MAX)];
        let frames = entries.iter().rev().map(Place::entry).filter(|entry| entry.kind == Kind::Frame);
        let mut own = frames.take_while(|frame| frame.key == key);
        own.any(|frame| frame.context.span == span || frame.origin == span)
    })
}

/// Makes `context` current for the task `key`, until [`leave`] is called with what this returns.
#[inline(always)]
pub(crate) fn enter(context: SpanContext, key: u64) -> usize {
    SLOT.with(|slot| slot.push(&context, key, SpanId::NONE, Kind::Guard))
}

/// Leaves what the guard of `span` entered, if that guard is the current one; else it will be left
/// with the guards above, which would otherwise bring its context back.
#[inline(always)]
pub(crate) fn leave(span: SpanId, below: usize) {
    SLOT.with(|slot| {
        if slot.depth.get() == below + 1 && slot.top().span.get() == span {
            slot.truncate(below);
        } else {
            leave_out_of_order(slot, span, below);
        }
    });
}

#[cold]
fn leave_out_of_order(slot: &Slot, span: SpanId, below: usize) {
    if below + 1 >= slot.depth.get().min(MAX) {
        // It went with the frame in which it was entered.
        return;
    }
    let place = &slot.entries[below + 1];
    if place.kind.get() == Kind::Guard && place.span.get() == span {
        place.kind.set(Kind::Left);
    }
}

/// A frame being polled; dropping it restores the slot, also while unwinding.
#[derive(Debug)]
pub(crate) struct Polling {
    below: usize,
}

impl Polling {
    /// Enters the frame of `context`, which was made where `origin` was current. Says whether no
    /// span of the same task encloses it: its polls are the task's.
    #[inline(always)]
    pub(crate) fn enter(context: &SpanContext, origin: SpanId, key: u64) -> (Self, bool) {
        SLOT.with(|slot| {
            let outer = slot.top();
            let (span, flags) = (outer.span.get(), outer.flags.get());
            let is_outermost = span == SpanId::NONE || flags & INHERITED != 0 || outer.key.get() != key;
            let below = slot.push(context, key, origin, Kind::Frame);
            (Self { below }, is_outermost)
        })
    }
}

impl Drop for Polling {
    #[inline(always)]
    fn drop(&mut self) {
        SLOT.with(|slot| slot.truncate(self.below));
    }
}

/// Leaves word of how long the running task waited for its first poll.
pub(crate) fn set_delay(ticks: u64) {
    SLOT.with(|slot| slot.delay.set(ticks));
}

/// Takes what [`set_delay`] left.
pub(crate) fn take_delay() -> u64 {
    SLOT.with(|slot| slot.delay.replace(0))
}

/// Enters the context of a future that is about to be dropped unfinished; [`end_drop`] must follow.
pub(crate) fn begin_drop(context: SpanContext) {
    enter(context, key());
}

/// Leaves what [`begin_drop`] entered.
pub(crate) fn end_drop() {
    SLOT.with(|slot| slot.truncate(slot.depth.get().saturating_sub(1)));
}

#[cfg(test)]
mod tests {
    use super::MAX;
    use crate::span::Span;
    use crate::testing::Scope;

    fn nest(levels: usize) {
        let span = Span::new("level");
        let entered = span.enter();
        if levels > 1 {
            nest(levels - 1);
        }
        assert_eq!(super::current(), span.context());
        drop(entered);
    }

    #[test]
    fn parents_are_right_beyond_the_last_entry() {
        let scope = Scope::new();
        for _ in 0..2 {
            scope.in_scope(|| nest(2 * MAX));
        }
        let spans = scope.spans();
        let parents: std::collections::HashSet<_> =
            spans.iter().map(crate::SpanRecord::parent_id).collect();
        assert_eq!(spans.len(), 4 * MAX);
        assert_eq!(
            parents.len(),
            4 * MAX - 1,
            "each but the two innermost has one child; the roots have none"
        );
        assert!(super::current().is_none());
    }

    #[test]
    fn a_guard_left_below_others_is_gone_with_them() {
        let scope = Scope::new();
        scope.in_scope(|| {
            let spans = ["a", "b", "c"].map(Span::new);
            let [a, b, c] = [0, 1, 2].map(|index: usize| spans[index].enter());
            drop(b);
            assert_eq!(super::current(), spans[2].context());
            drop(c);
            assert_eq!(super::current(), spans[0].context());
            drop(a);
            assert!(!super::current().is_valid());
        });
    }
}
