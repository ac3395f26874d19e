//! Who wakes a task: wakers that write it down, for tracers that ask.
//!
//! The outermost frame of a task polls with a waker of its own, which is leaked and used again, so that
//! the poll need not drop it. It goes to another frame only when nobody else holds a clone of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::task::{Wake, Waker};

use crate::context::SpanContext;
use crate::detail;
use crate::id::SpanId;
use crate::slot;

/// Of further frames that are open at once it is not known who wakes them.
const MAX_OWN: usize = 65_536;
const SHARDS: usize = 64;

/// A waker that is leaked, with what is behind it.
struct Own {
    waker: Waker,
    woken: Arc<Woken>,
}

/// Holders of what is behind a waker that nobody has cloned.
const HOLDERS: usize = 2;

/// What is behind a waker.
struct Woken {
    /// Written only while nobody holds a clone; so nobody ever waits for it.
    target: RwLock<Option<Target>>,
    /// It was woken since its last poll began.
    is_told: AtomicBool,
    /// Its span has ended.
    is_over: AtomicBool,
}

struct Target {
    /// The task's.
    waker: Waker,
    /// The frame's.
    context: SpanContext,
}

struct Shard {
    used: BTreeMap<SpanId, &'static Own>,
    resting: VecDeque<&'static Own>,
}

static OWN: [Mutex<Shard>; SHARDS] =
    [const { Mutex::new(Shard { used: BTreeMap::new(), resting: VecDeque::new() }) }; SHARDS];
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The waker that the frame of `context` polls with in place of `waker`; nothing where there is none.
pub(crate) fn own(context: &SpanContext, waker: &Waker) -> Option<&'static Waker> {
    let known = lock(context.span)?.used.get(&context.span).copied();
    let own = match known {
        Some(own) if own.wakes(waker) => own,
        known => {
            if known.is_some() {
                // The task was handed to another executor.
                forget(context);
            }
            let own = take(context.span).or_else(Own::new)?;
            own.woken.set(Some(Target { waker: waker.clone(), context: *context }));
            lock(context.span)?.used.insert(context.span, own);
            own
        }
    };
    // Relaxed: a wake that comes while the poll begins may be told or not.
    own.woken.is_told.store(false, Ordering::Relaxed);
    Some(&own.waker)
}

/// The frame of `context` has ended; its waker rests.
#[cold]
pub(crate) fn forget(context: &SpanContext) {
    let Some(own) = lock(context.span).and_then(|mut shard| shard.used.remove(&context.span))
    else {
        return;
    };
    // Relaxed: a wake that comes at the same time may be told or not.
    own.woken.is_over.store(true, Ordering::Relaxed);
    if own.is_free() {
        own.woken.set(None);
    }
    if let Some(mut shard) = lock(context.span) {
        shard.resting.push_back(own);
    }
}

/// One that has rested and that nobody holds a clone of.
fn take(span: SpanId) -> Option<&'static Own> {
    let mut shard = lock(span)?;
    let free = shard.resting.iter().take(8).position(|own| own.is_free())?;
    let own = shard.resting.remove(free);
    drop(shard);
    own
}

/// A traced thread does not wait long: one that a forked child does not have holds it for ever.
fn lock(span: SpanId) -> Option<MutexGuard<'static, Shard>> {
    let shard = &OWN[(span.0 >> 32) as usize % SHARDS];
    for _ in 0..1_000 {
        match shard.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    None
}

impl Own {
    fn new() -> Option<&'static Self> {
        // Relaxed: it only has to stop.
        if COUNT.fetch_add(1, Ordering::Relaxed) >= MAX_OWN {
            COUNT.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let (target, is_told) = (RwLock::new(None), AtomicBool::new(false));
        let woken = Arc::new(Woken { target, is_told, is_over: AtomicBool::new(false) });
        Some(Box::leak(Box::new(Self { waker: Waker::from(Arc::clone(&woken)), woken })))
    }

    fn wakes(&self, waker: &Waker) -> bool {
        self.woken.with(|target| target.waker.will_wake(waker)) == Some(true)
    }

    fn is_free(&self) -> bool {
        Arc::strong_count(&self.woken) == HOLDERS
    }
}

impl Woken {
    /// Only while nobody holds a clone of the waker.
    fn set(&self, target: Option<Target>) {
        let is_over = target.is_none();
        let mut place = self.target.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *place, target);
        drop(place);
        // A task may end here, which is foreign code.
        drop(old);
        self.is_over.store(is_over, Ordering::Relaxed);
    }

    fn with<R>(&self, f: impl FnOnce(&Target) -> R) -> Option<R> {
        self.target.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(f)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.with(|Target { waker, context }| {
            // Relaxed: of wakes that come at once any may be told, and only one is worth it.
            let is_over = self.is_over.load(Ordering::Relaxed);
            if !is_over && !self.is_told.swap(true, Ordering::Relaxed) {
                detail::wake(context, &slot::current());
            }
            waker.wake_by_ref();
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Wake, Waker};

    use super::{forget, own};
    use crate::context::SpanContext;
    use crate::id::SpanId;

    /// Counts its wakes.
    #[derive(Default)]
    struct Task(AtomicU32);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Task {
        fn wakes(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    /// Of spans that no other test has: each test keeps its own in another place.
    fn context(place: u64, number: u64) -> SpanContext {
        SpanContext { span: SpanId(place << 32 | number), ..SpanContext::NONE }
    }

    #[test]
    fn a_waker_is_used_again_once_nobody_holds_a_clone_of_it() {
        let [one, two, three] = [1, 2, 3].map(|number| context(1, number));
        let task = Arc::new(Task::default());
        let waker = Waker::from(Arc::clone(&task));
        let first = own(&one, &waker).unwrap();
        assert!(std::ptr::eq(own(&one, &waker).unwrap(), first), "as long as its frame lives");
        let held = first.clone();
        forget(&one);
        let second = own(&two, &waker).unwrap();
        assert!(!held.will_wake(second));
        forget(&two);
        drop((held, waker));
        assert_eq!(Arc::strong_count(&task), 2, "the first one has not been used again yet");
        assert!(std::ptr::eq(own(&three, Waker::noop()).unwrap(), first));
        assert_eq!(Arc::strong_count(&task), 1);
        forget(&three);
    }

    /// Also those that are written down no more: the second since a poll, and all of a span that has ended.
    #[test]
    fn every_wake_reaches_the_task() {
        let span = context(2, 1);
        let task = Arc::new(Task::default());
        let held = own(&span, &Waker::from(Arc::clone(&task))).unwrap().clone();
        held.wake_by_ref();
        held.wake_by_ref();
        assert_eq!(task.wakes(), 2);
        forget(&span);
        held.wake();
        assert_eq!(task.wakes(), 3);
    }

    #[test]
    fn a_task_that_moves_to_another_executor_is_woken_there() {
        let span = context(3, 1);
        let [here, there] = [(); 2].map(|()| Arc::new(Task::default()));
        let held = own(&span, &Waker::from(Arc::clone(&here))).unwrap().clone();
        let moved = own(&span, &Waker::from(Arc::clone(&there))).unwrap();
        assert!(!held.will_wake(moved));
        moved.wake_by_ref();
        assert_eq!((here.wakes(), there.wakes()), (0, 1));
        assert_eq!((Arc::strong_count(&here), Arc::strong_count(&there)), (2, 2));
        forget(&span);
        drop(held);
        assert!(own(&span, &Waker::from(Arc::clone(&there))).is_some());
        assert_eq!((Arc::strong_count(&here), Arc::strong_count(&there)), (1, 2));
        forget(&span);
        assert_eq!(Arc::strong_count(&there), 1);
    }
}
