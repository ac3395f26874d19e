//! Whose context: the span that is current on this thread, in this task.
//!
//! One slot a thread holds a small `Copy` context. It is filled only while one of our frames is
//! being polled or a guard is entered, and it says which task filled it: another task that runs on
//! top of it (a `LocalSet` driven inside a request, a nested `block_on`) does not see it.

use std::cell::Cell;
use std::fmt;

use crate::id::{SpanId, TraceId};
use crate::path::Path;
use crate::root::Root;
use crate::sync::SetOnce;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Identity of an open span: what children, other tasks and other services need of it.
///
/// It is `Copy` and stays valid after its span has ended; children may outlive parents.
///
/// # Examples
///
/// ```
/// let context = tracer_core::current();
/// assert!(!context.is_valid(), "no span is open here");
/// ```
#[derive(Clone, Copy)]
pub struct SpanContext {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) path: Path,
    /// The bits below and, above them, the number of the tracer.
    pub(crate) flags: u32,
    pub(crate) root: Root,
}

/// The span is recorded.
pub(crate) const RECORDED: u32 = 1;
/// A task has this context only because it was spawned there.
pub(crate) const INHERITED: u32 = 1 << 1;
const TRACER_SHIFT: u32 = 8;

impl SpanContext {
    pub(crate) const NONE: Self =
        Self { trace: TraceId::NONE, span: SpanId::NONE, path: 0, flags: 0, root: Root::NONE };

    /// No span yet, but a tracer: roots below belong to it.
    pub(crate) const fn scope(tracer: u32) -> Self {
        Self { flags: tracer << TRACER_SHIFT, ..Self::NONE }
    }

    /// Returns the id of the trace; zero where [`is_valid`](Self::is_valid) is false.
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// Returns the id of the span; zero where [`is_valid`](Self::is_valid) is false.
    pub const fn span_id(&self) -> SpanId {
        self.span
    }

    /// Returns whether this is a span's context, recorded or not.
    pub const fn is_valid(&self) -> bool {
        self.span.0 != 0
    }

    /// Returns whether the span is recorded: attributes set elsewhere are not evaluated.
    #[inline(always)]
    pub const fn is_recorded(&self) -> bool {
        self.flags & RECORDED != 0
    }

    #[inline(always)]
    pub(crate) const fn is_none(&self) -> bool {
        self.flags == 0
    }

    #[inline(always)]
    pub(crate) const fn is_inherited(&self) -> bool {
        self.flags & INHERITED != 0
    }

    /// This context as a spawned task has it.
    pub(crate) const fn inherited(mut self) -> Self {
        if !self.is_none() {
            self.flags |= INHERITED;
        }
        self
    }

    #[inline(always)]
    pub(crate) const fn tracer(&self) -> u32 {
        self.flags >> TRACER_SHIFT
    }

    /// The flags of a context of `tracer`.
    pub(crate) const fn flags_of(tracer: u32, recorded: bool) -> u32 {
        tracer << TRACER_SHIFT | if recorded { RECORDED } else { 0 }
    }
}

impl PartialEq for SpanContext {
    fn eq(&self, other: &Self) -> bool {
        (self.trace, self.span) == (other.trace, other.span)
    }
}

impl Eq for SpanContext {}

impl fmt::Debug for SpanContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanContext")
            .field("trace", &format_args!("{}", self.trace))
            .field("span", &format_args!("{}", self.span))
            .field("recorded", &self.is_recorded())
            .finish_non_exhaustive()
    }
}

/// Tells the tracer which task runs on this thread: one implementation a runtime.
///
/// All registered providers are asked at every poll of a frame, so [`key`](Self::key) must be a few
/// instructions; each answers for the tasks of its own runtime.
pub trait ContextProvider: Sync {
    /// Returns the runtime's name, which registers once.
    fn runtime(&self) -> &'static str;

    /// Returns a number that no other running task of this runtime has, 0 outside of its tasks.
    fn key(&self) -> u64;

    /// Returns the context that the running task had when it was spawned, if the runtime keeps it.
    ///
    /// Asked only where no frame of the task itself is being polled.
    fn inherited(&self) -> Option<SpanContext> {
        None
    }
}

/// More runtimes than this in one process are not registered.
const MAX_PROVIDERS: usize = 8;
static PROVIDERS: [SetOnce<&'static dyn ContextProvider>; MAX_PROVIDERS] =
    [const { SetOnce::new() }; MAX_PROVIDERS];
static REGISTERED: AtomicUsize = AtomicUsize::new(0);

/// Registers a runtime's provider; a second one of the same name changes nothing.
///
/// The adapters do this themselves; so does every `#[traced]` function for the runtimes whose
/// features are on.
pub fn register(provider: &'static dyn ContextProvider) {
    for (index, slot) in PROVIDERS.iter().enumerate() {
        match slot.get() {
            Some(other) if other.runtime() == provider.runtime() => return,
            Some(_) => {}
            None if slot.set(provider) => {
                // Release: pairs with the acquire in `key`.
                REGISTERED.fetch_max(index + 1, Ordering::Release);
                return;
            }
            // Another thread was faster: look at what it registered.
            None => return register(provider),
        }
    }
}

/// The running task: all providers' answers as one number, 0 outside of tasks.
#[inline(always)]
pub(crate) fn key() -> u64 {
    // Acquire: pairs with the release in `register`.
    match REGISTERED.load(Ordering::Acquire) {
        0 => 0,
        1 => PROVIDERS[0].get().map_or(0, ContextProvider::key),
        count => keys(count),
    }
}

#[inline(never)]
fn keys(count: usize) -> u64 {
    let keys = PROVIDERS[..count].iter().map(|slot| slot.get().map_or(0, ContextProvider::key));
    keys.fold(0, |all: u64, key| all.rotate_left(17) ^ key)
}

#[inline(never)]
fn inherited() -> SpanContext {
    // Acquire: pairs with the release in `register`.
    let count = REGISTERED.load(Ordering::Acquire);
    let found = PROVIDERS[..count].iter().find_map(|slot| slot.get()?.inherited());
    found.map_or(SpanContext::NONE, SpanContext::inherited)
}

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
    if is_on_poll_stack(captured.span, key) { (polled, polled.is_inherited()) } else { (captured, true) }
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
    while let Some(orphan) = slot.orphaned[..known].iter().find(|orphan| orphan.get().0 == displaced.context.span) {
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

    /// The context that is current now: another than the frame's own where a guard is held.
    #[inline(always)]
    pub(crate) fn current() -> SpanContext {
        SLOT.with(|slot| slot.current.get().context)
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
