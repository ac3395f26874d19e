//! Spans whose call says more than their place: whether they are wanted, whose children they are,
//! what they are linked to.
//!
//! What the macro writes for `when`, `parent` and `links`, and where values of a future's span are
//! recorded: whether it is wanted is then asked once, at the call, for the span and for its values.

use std::borrow::Borrow;
use std::future::Future;

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::destination;
use crate::detail;
use crate::future::Traced;
use crate::guard::{self, SpanGuard};
use crate::open::{Decided, Open};
use crate::outcome::Observe;
use crate::provider;
use crate::slot;
use crate::span::Span;

/// Whether a span is opened if somebody asks for one now; only then `when` and `parent` are
/// evaluated.
#[doc(hidden)]
#[inline(always)]
pub fn is_wanted(callsite: &'static Callsite) -> bool {
    destination::is_active() && callsite.is_enabled()
}

/// Whether the filter lets a future's span through. Without a tracer it does: one may come before
/// the first poll.
#[doc(hidden)]
#[inline(always)]
pub fn is_let_through(callsite: &'static Callsite) -> bool {
    !destination::is_active() || callsite.is_enabled()
}

/// The condition of `when`, which has to be a `bool`.
#[doc(hidden)]
#[inline(always)]
pub const fn condition(holds: bool) -> bool {
    holds
}

/// Opens no span.
#[doc(hidden)]
#[inline(always)]
pub fn enter_nothing(callsite: &'static Callsite) -> SpanGuard {
    SpanGuard::off(callsite)
}

/// Opens the span of a function below `parent` and makes it current.
#[doc(hidden)]
pub fn enter_below(callsite: &'static Callsite, given: impl Parent) -> SpanGuard {
    let key = provider::key();
    match parent(&given) {
        Some(parent) => guard::enter_below(callsite, key, parent, false),
        None => guard::enter_uncommonly(callsite, key),
    }
}

/// Puts a future into the span of its function, if that is wanted.
#[doc(hidden)]
#[inline(always)]
pub fn traced_if<F: Future, O: Observe<F::Output>>(
    wanted: bool,
    callsite: &'static Callsite,
    inner: F,
    _: O,
) -> Traced<F, O> {
    Traced::decided(callsite, wanted, inner)
}

/// Puts a future into the span of its function, below a parent; without one into none.
#[doc(hidden)]
pub fn traced_below<F: Future, O: Observe<F::Output>>(
    parent: Option<Option<SpanContext>>,
    callsite: &'static Callsite,
    inner: F,
    _: O,
) -> Traced<F, O> {
    let Some(Some(parent)) = parent else {
        return Traced::decided(callsite, parent.is_some(), inner);
    };
    Traced::later(inner, Open { decided: Decided::Below, ..Open::later(callsite, parent) })
}

/// The parent that was given.
#[doc(hidden)]
pub fn parent(given: &(impl Parent + ?Sized)) -> Option<SpanContext> {
    given.context().map(Open::given)
}

/// Links the span that was just opened to others.
#[doc(hidden)]
pub fn links(to: impl Links) {
    let own = slot::top();
    to.each(|other| {
        if other.is_valid() {
            detail::link(&own, other);
        }
    });
}

/// What `parent` takes.
#[doc(hidden)]
pub trait Parent {
    fn context(&self) -> Option<SpanContext>;
}

impl Parent for SpanContext {
    fn context(&self) -> Option<SpanContext> {
        Some(*self)
    }
}

impl Parent for Span {
    fn context(&self) -> Option<SpanContext> {
        Some(Self::context(self))
    }
}

impl<P: Parent + ?Sized> Parent for &P {
    fn context(&self) -> Option<SpanContext> {
        (**self).context()
    }
}

/// None is as without the argument.
impl<P: Parent> Parent for Option<P> {
    fn context(&self) -> Option<SpanContext> {
        self.as_ref().and_then(Parent::context)
    }
}

/// What `links` takes: one context, or any number.
#[doc(hidden)]
pub trait Links {
    fn each(self, link: impl FnMut(&SpanContext));
}

impl Links for SpanContext {
    fn each(self, mut link: impl FnMut(&Self)) {
        link(&self);
    }
}

impl Links for &SpanContext {
    fn each(self, mut link: impl FnMut(&SpanContext)) {
        link(self);
    }
}

impl Links for &Span {
    fn each(self, mut link: impl FnMut(&SpanContext)) {
        link(&self.context());
    }
}

impl<I: IntoIterator<Item: Borrow<SpanContext>>> Links for I {
    fn each(self, mut link: impl FnMut(&SpanContext)) {
        self.into_iter().for_each(|to| link(to.borrow()));
    }
}
