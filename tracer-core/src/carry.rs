//! What the macro writes around the arguments of well-known spawn calls.

use std::cell::Cell;
use std::future::Future;
use std::panic::Location;

use crate::closure;
use crate::context::SpanContext;
use crate::destination;
use crate::id::SpanId;
use crate::local;
use crate::slot;
use crate::within::{self, InContext};

/// A future for a task that belongs to the span that is current here.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn carried<F: Future>(inner: F) -> InContext<F> {
    within::spawned_in(here().inherited(), Location::caller(), inner)
}

/// A closure for a thread that belongs to the span that is current here.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    closure::in_context(here().inherited(), f)
}

/// A future for a task that outlives the request: its spans are roots, with a link to the one that
/// is current here.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn linked<F: Future>(inner: F) -> InContext<F> {
    within::spawned_in(here().linked(), Location::caller(), inner)
}

/// As [`linked`], a closure for a thread.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn linked_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    closure::in_context(here().linked(), f)
}

/// What a task inherits that is spawned now, if there is anything: what runtime hooks keep.
#[doc(hidden)]
pub fn inheritable() -> Option<SpanContext> {
    let mut context = here();
    if context.is_valid() && context.span == local::with(&UNINHERITED, Cell::get) {
        context = SpanContext::scope(context.tracer());
    }
    (!context.is_none()).then(|| context.inherited())
}

thread_local! {
    /// The span whose context no task inherits that is spawned while it is on top.
    static UNINHERITED: Cell<SpanId> = const { Cell::new(SpanId::NONE) };
}

/// Runs `f`, in which tasks inherit no more than the tracer that are spawned directly below `span`.
///
/// For clients: what they spawn serves a connection, and other requests after this one.
#[doc(hidden)]
pub fn uninherited<R>(span: &SpanContext, f: impl FnOnce() -> R) -> R {
    struct Restore(SpanId);

    impl Drop for Restore {
        fn drop(&mut self) {
            local::with(&UNINHERITED, |place| place.set(self.0));
        }
    }

    let before = local::with(&UNINHERITED, |place| place.replace(span.span));
    let _restore = Restore(before);
    f()
}

/// The current context; where no tracer records it is not looked for.
fn here() -> SpanContext {
    if destination::is_active() { slot::current() } else { SpanContext::NONE }
}
