//! Closures in contexts: what threads and blocking tasks run.

use crate::clock;
use crate::context::SpanContext;
use crate::slot;
use crate::span::Running;

/// Wraps a closure so that it runs, wherever it does, in the context current here.
///
/// For threads and thread pools. The time from here until it runs is recorded as the spawn delay of
/// the first span in it. The context expires as an inherited one; see
/// [`FutureExt::in_current`](crate::FutureExt::in_current).
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let hash = request.in_scope(|| tracer_core::in_current(|| drop(Span::new("hash"))));
///     std::thread::spawn(hash).join().unwrap();
/// });
/// assert_eq!(scope.tree(), "request\n  hash\n");
/// ```
pub fn in_current<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let carried = Carried::current();
    move || carried.run(f)
}

/// Wraps a closure so that each of its calls, wherever it is made, runs in the context current here.
///
/// As [`in_current`], for what is called more than once: the closures of parallel iterators, callbacks,
/// jobs of a worker. Its spans have no spawn delay.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let hash = request.in_scope(|| tracer_core::bound(|_: u32| drop(Span::new("hash"))));
///     std::thread::spawn(move || (1..=2).for_each(hash)).join().unwrap();
/// });
/// assert_eq!(scope.tree(), "request\n  hash\n  hash\n");
/// ```
pub fn bound<T, R>(f: impl Fn(T) -> R) -> impl Fn(T) -> R {
    let carried = Carried::often();
    move |value| carried.run(|| f(value))
}

/// Wraps a closure so that it runs in `context`, which it inherits.
pub(crate) fn in_context<R>(context: SpanContext, f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let carried = Carried::new(context);
    move || carried.run(f)
}

/// A context on its way to where something runs in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    context: SpanContext,
    /// Ticks at which it set out, 0 where nobody asks.
    spawned: u64,
}

impl Carried {
    fn new(context: SpanContext) -> Self {
        let spawned = if context.is_recorded() { clock::ticks() } else { 0 };
        Self { context, spawned }
    }

    /// The context current here, for one that inherits it.
    pub(crate) fn current() -> Self {
        Self::new(slot::current().inherited())
    }

    /// The context current here, for what inherits it and runs again and again.
    pub(crate) fn often() -> Self {
        Self { context: slot::current().inherited(), spawned: 0 }
    }

    /// The context current here, for what runs as a part of the running task.
    #[cfg(feature = "rayon")]
    pub(crate) fn in_place() -> Self {
        Self { context: slot::current(), spawned: 0 }
    }

    pub(crate) fn run<R>(self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(self.context);
        if self.spawned != 0 {
            slot::set_delay(clock::ticks().saturating_sub(self.spawned));
        }
        let result = f();
        // If no span took it, it is nobody's.
        slot::take_delay();
        result
    }
}
