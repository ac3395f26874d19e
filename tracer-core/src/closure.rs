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
    in_context(slot::current().inherited(), f)
}

/// Wraps a closure so that it runs in `context`, which it inherits.
pub(crate) fn in_context<R>(context: SpanContext, f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let spawned = if context.is_recorded() { clock::ticks() } else { 0 };
    move || {
        let _running = Running::enter(context);
        if spawned != 0 {
            slot::set_delay(clock::ticks().saturating_sub(spawned));
        }
        let result = f();
        // If no span took it, it is nobody's.
        slot::take_delay();
        result
    }
}
