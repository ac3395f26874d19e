//! What the macro writes around the arguments of well-known spawn calls.

use std::future::Future;
use std::panic::Location;

use crate::closure;
use crate::context::SpanContext;
use crate::destination;
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
    let context = here().inherited();
    (!context.is_none()).then_some(context)
}

/// The current context; where no tracer records it is not looked for.
fn here() -> SpanContext {
    if destination::is_active() { slot::current() } else { SpanContext::NONE }
}
