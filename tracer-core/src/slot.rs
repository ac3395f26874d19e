//! Whose context: the span that is current on this thread, in this task.
//!
//! One slot a thread holds a context. It is filled only while one of our frames is being polled or
//! a guard is entered, and it says which task filled it: another task that runs on top of it (a
//! `LocalSet` driven inside a request, a nested `block_on`) does not see it.

use std::cell::Cell;

use crate::context::SpanContext;
use crate::id::SpanId;
use crate::provider::{self, ContextProvider, inherited, key};

/// Frames that are being polled, one inside the other; more than this many do not take part in the
/// parent rule.
const MAX_FRAMES: usize = 128;
/// Guards left while they were not current; the oldest is forgotten beyond this many.
const MAX_ORPHANS: usize = 8;
/// Cancelled futures being dropped, one inside the other; deeper ones keep their parent's context
/// while they drop.
const MAX_DROPS: usize = 64;

#[derive(Clone, Copy)]
struct PolledFrame {
    span: SpanId,
    /// The span that was current where the frame was made.
    origin: SpanId,
    key: u64,
}

/// What a frame or guard displaced, to be put back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Displaced {
    context: SpanContext,
    key: u64,
}

const NOTHING: Displaced = Displaced { context: SpanContext::NONE, key: 0 };

/// All of it plain cells without a destructor, so that it works while the thread dies.
struct Slot {
    current: Cell<Displaced>,
    depth: Cell<usize>,
    frames: [Cell<PolledFrame>; MAX_FRAMES],
    drops: Cell<usize>,
    dropping: [Cell<Displaced>; MAX_DROPS],
    /// Ticks from the spawn of the running task to its first poll, until a span takes them.
    delay: Cell<u64>,
    orphans: Cell<usize>,
    orphaned: [Cell<(SpanId, Displaced)>; MAX_ORPHANS],
}

thread_local! {
    static SLOT: Slot = const {
        Slot {
            current: Cell::new(NOTHING),
            depth: Cell::new(0),
            frames: [const { Cell::new(PolledFrame { span: SpanId::NONE, origin: SpanId::NONE, key: 0 }) }; MAX_FRAMES],
            drops: Cell::new(0),
            dropping: [const { Cell::new(NOTHING) }; MAX_DROPS],
            delay: Cell::new(0),
            orphans: Cell::new(0),
            orphaned: [const { Cell::new((SpanId::NONE, NOTHING)) }; MAX_ORPHANS],
        }
    };
}

/// Registers a runtime's provider; a second one of the same name changes nothing.
///
/// At most eight are registered, and never taken back. The adapters do this themselves; so does
/// every `#[traced]` function for the runtimes whose features are on.
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
    let current = slot.current.get();
    if current.key == before {
        slot.current.set(Displaced { key: after, ..current });
    }
    for frame in &slot.frames[..slot.depth.get().min(MAX_FRAMES)] {
        let polled = frame.get();
        if polled.key == before {
            frame.set(PolledFrame { key: after, ..polled });
        }
    }
}

/// Returns the context of the span that is current in the running task.
///
/// Where none is, what is said of it is dropped: see [`SpanContext::is_valid`].
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
    let slot = SLOT.with(|slot| slot.current.get());
    if !slot.context.is_none() && slot.key == key {
        return slot.context;
    }
    inherited()
}

/// Whether the slot's context is recorded; false negatives only where a foreign task runs on top.
#[inline(always)]
pub fn is_recorded() -> bool {
    SLOT.with(|slot| slot.current.get().context.is_recorded())
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
    if is_on_poll_stack(captured.span, key) {
        (polled, polled.is_inherited())
    } else {
        (captured, true)
    }
}

#[inline(never)]
fn is_on_poll_stack(span: SpanId, key: u64) -> bool {
    SLOT.with(|slot| {
        let frames = &slot.frames[..slot.depth.get().min(MAX_FRAMES)];
        let own = frames.iter().rev().map(Cell::get).take_while(|frame| frame.key == key);
        own.into_iter().any(|frame| frame.span == span || frame.origin == span)
    })
}

/// Makes `context` current for the task `key`; what it displaces must be put back by [`leave`].
#[inline(always)]
pub(crate) fn enter(context: SpanContext, key: u64) -> Displaced {
    SLOT.with(|slot| slot.current.replace(Displaced { context, key }))
}

/// Puts back what the guard of `span` displaced, if that guard is the current one; else remembers
/// it for the guard above, which would otherwise bring this one's context back.
#[inline(always)]
pub(crate) fn leave(span: SpanId, displaced: Displaced) {
    SLOT.with(|slot| {
        if slot.current.get().context.span == span && slot.orphans.get() == 0 {
            slot.current.set(displaced);
        } else {
            leave_out_of_order(slot, span, displaced);
        }
    });
}

#[cold]
fn leave_out_of_order(slot: &Slot, span: SpanId, mut displaced: Displaced) {
    if slot.current.get().context.span != span {
        let count = slot.orphans.get();
        slot.orphaned[count % MAX_ORPHANS].set((span, displaced));
        slot.orphans.set(count + 1);
        return;
    }
    let known = slot.orphans.get().min(MAX_ORPHANS);
    while let Some(orphan) =
        slot.orphaned[..known].iter().find(|orphan| orphan.get().0 == displaced.context.span)
    {
        displaced = orphan.replace((SpanId::NONE, NOTHING)).1;
    }
    if slot.orphaned[..known].iter().all(|orphan| orphan.get().0 == SpanId::NONE) {
        slot.orphans.set(0);
    }
    slot.current.set(displaced);
}

/// A frame being polled; dropping it restores the slot, also while unwinding.
#[derive(Debug)]
pub(crate) struct Polling {
    displaced: Displaced,
}

impl Polling {
    /// Enters the frame of `context`, which was made where `origin` was current.
    #[inline(always)]
    pub(crate) fn enter(context: SpanContext, origin: SpanId, key: u64) -> Self {
        SLOT.with(|slot| {
            let depth = slot.depth.get();
            if let Some(frame) = slot.frames.get(depth) {
                frame.set(PolledFrame { span: context.span, origin, key });
            }
            slot.depth.set(depth + 1);
            Self { displaced: slot.current.replace(Displaced { context, key }) }
        })
    }

    /// Whether no span of the same task encloses this frame: its polls are the task's.
    #[inline(always)]
    pub(crate) fn is_outermost(&self, key: u64) -> bool {
        let outer = &self.displaced;
        !outer.context.is_valid() || outer.context.is_inherited() || outer.key != key
    }

    /// What is current when the poll is over, if that is not the frame's own `span`: a guard is
    /// held over an await.
    #[inline(always)]
    pub(crate) fn held(span: SpanId) -> Option<SpanContext> {
        let current = SLOT.with(|slot| slot.current.get().context);
        (current.span != span).then_some(current)
    }

    /// Makes the context of a guard current that was held over an await.
    pub(crate) fn resume(context: SpanContext, key: u64) {
        // What it displaces is the frame's own context, which the guard restores itself.
        let _own = enter(context, key);
    }
}

impl Drop for Polling {
    #[inline(always)]
    fn drop(&mut self) {
        SLOT.with(|slot| {
            slot.current.set(self.displaced);
            slot.depth.set(slot.depth.get() - 1);
        });
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
    let displaced = enter(context, key());
    SLOT.with(|slot| {
        let drops = slot.drops.get();
        slot.drops.set(drops + 1);
        match slot.dropping.get(drops) {
            Some(place) => place.set(displaced),
            // Too deep to remember: the enclosing context stays, which is a true ancestor's.
            None => slot.current.set(displaced),
        }
    });
}

/// Leaves what [`begin_drop`] entered.
pub(crate) fn end_drop() {
    SLOT.with(|slot| {
        let drops = slot.drops.get() - 1;
        slot.drops.set(drops);
        if let Some(place) = slot.dropping.get(drops) {
            slot.current.set(place.get());
        }
    });
}
