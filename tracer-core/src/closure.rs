//! Closures in contexts: what threads and blocking tasks run.

use crate::context::SpanContext;
use crate::slot;
use crate::span::Running;
use crate::task::{self, Spawned};

/// Wraps a closure so that it runs, wherever it does, in the context current here.
///
/// For threads and thread pools. The place of this call, and the time from here until it runs, are
/// recorded of the first span in it. The context expires as an inherited one; see
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
#[track_caller]
pub fn in_current<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let carried = Carried::current();
    move || carried.run(f)
}

/// Wraps a closure so that each of its calls, wherever it is made, runs in the context current here.
///
/// As [`in_current`], for what is called more than once: the closures of parallel iterators, callbacks,
/// jobs of a worker. Its spans know of no spawn.
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
#[track_caller]
pub(crate) fn in_context<R>(context: SpanContext, f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let carried = Carried::new(context);
    move || carried.run(f)
}

/// A context on its way to where something runs in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    context: SpanContext,
    /// Nothing where nobody asks.
    spawned: Option<Spawned>,
}

impl Carried {
    #[track_caller]
    fn new(context: SpanContext) -> Self {
        let spawned = if context.is_recorded() { Some(Spawned::now()) } else { None };
        Self { context, spawned }
    }

    /// The context current here, for one that inherits it.
    #[track_caller]
    pub(crate) fn current() -> Self {
        Self::new(slot::current().inherited())
    }

    /// The context current here, for what inherits it and runs again and again.
    pub(crate) fn often() -> Self {
        Self { context: slot::current().inherited(), spawned: None }
    }

    /// The context current here, for what runs as a part of the running task.
    #[cfg(feature = "rayon")]
    pub(crate) fn in_place() -> Self {
        Self { context: slot::current(), spawned: None }
    }

    pub(crate) fn run<R>(self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(&self.context);
        if let Some(spawned) = self.spawned {
            spawned.arrive();
        }
        let result = f();
        task::take();
        result
    }
}

/// The tracer in whose scope something is made that opens roots elsewhere, in tasks of its own.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Home(SpanContext);

impl Home {
    /// The one current here; without a scope, that which is installed whenever a root is opened.
    pub fn here() -> Self {
        Self(SpanContext::scope(slot::current().tracer()))
    }

    /// Runs `f` where no span is current, so that it opens roots of this tracer.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(&self.0);
        f()
    }
}
