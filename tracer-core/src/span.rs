//! Open spans: begun, made current, ended.

use std::marker::PhantomData;
use std::panic::Location;
use std::thread::panicking;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail;
use crate::id::SpanId;
use crate::kind::SpanKind;
use crate::open::{Open, State};
use crate::provider;
use crate::record::flag;
use crate::slot;
use crate::value::Value;

/// An open span, made by hand where `#[traced]` cannot reach. Dropping it ends it.
///
/// It is not current by itself: see [`in_scope`](Self::in_scope), [`enter`](Self::enter) and
/// [`in_span`](crate::FutureExt::in_span). What is said of it can also be said through its
/// [`context`](Self::context), from other tasks and threads.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let span = Span::new("parse");
///     span.set_attribute("bytes", 512);
///     span.add_event("line", &[("number", 3.into())]);
///     if let Err(error) = span.in_scope(|| "x".parse::<u8>()) {
///         span.record_error(&error);
///     }
/// });
/// assert_eq!(scope.tree(), "parse ✖\n");
/// assert_eq!(scope.spans()[0].attribute("bytes"), Some(512.into()));
/// ```
#[derive(Debug)]
#[must_use = "a span that is dropped at once has no duration; bind it to a name"]
pub struct Span {
    pub(crate) open: Open,
    /// It was opened by a destructor, while the thread was unwinding already.
    pub(crate) unwinding: bool,
}

impl Span {
    /// Opens a child of the current span, or a root where there is none.
    ///
    /// Records nothing where no tracer records, or where the trace is not sampled. At most 4,096
    /// pairs of name and place are told apart in a process; further spans are recorded as
    /// `(too many callsites)`.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self::at(name, Location::caller(), false)
    }

    /// Opens the root of a new trace, whatever is current.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| Span::new("request").in_scope(|| drop(Span::root("cleanup"))));
    /// assert_eq!(scope.tree(), "cleanup\nrequest\n");
    /// ```
    #[track_caller]
    pub fn root(name: &'static str) -> Self {
        Self::at(name, Location::caller(), true)
    }

    /// Opens a child of `parent`, whatever is current; where that is no span's, a root.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let request = Span::new("request");
    ///     let parse = request.in_scope(|| Span::new("parse"));
    ///     parse.in_scope(|| drop(Span::below("audit", &request.context())));
    /// });
    /// assert_eq!(scope.tree(), "request\n  audit\n  parse\n");
    /// ```
    #[track_caller]
    pub fn below(name: &'static str, parent: &SpanContext) -> Self {
        let place = Location::caller();
        let open = |callsite| Open::child(callsite, Open::given(*parent), false);
        Self::with(name, SpanKind::Internal, place, open)
    }

    fn at(name: &'static str, place: &'static Location<'static>, root: bool) -> Self {
        Self::with(name, SpanKind::Internal, place, |callsite| {
            let current = slot::current();
            if root {
                Open::root(callsite, current)
            } else {
                Open::child(callsite, current, current.is_inherited())
            }
        })
    }

    pub(crate) fn with(
        name: &'static str,
        kind: SpanKind,
        place: &'static Location<'static>,
        open: impl FnOnce(&'static Callsite) -> Open,
    ) -> Self {
        if !destination::is_active() {
            return Self { open: Open::off(), unwinding: false };
        }
        Self { open: open(Callsite::by_hand(name, kind, place)), unwinding: panicking() }
    }

    /// Returns the context to hand on: to other tasks, threads and services.
    pub fn context(&self) -> SpanContext {
        self.open.context
    }

    /// Makes the span current on this thread until the guard is dropped.
    ///
    /// In async code use [`in_span`](crate::FutureExt::in_span): a guard held over an `.await`
    /// makes the future `!Send`, and in a branch of a `join!` its siblings may see the span.
    pub fn enter(&self) -> Entered<'_> {
        Entered { scope: Scope::enter(&self.open.context), span: PhantomData }
    }

    /// Runs `f` with the span current.
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(&self.open.context);
        f()
    }

    /// Sets an attribute; a later value of the same key replaces an earlier one.
    pub fn set_attribute<'a>(&self, key: &str, value: impl Into<Value<'a>>) {
        self.open.context.set_attribute(key, value);
    }

    /// Adds an event of now.
    pub fn add_event(&self, name: &str, attributes: &[(&str, Value<'_>)]) {
        self.open.context.add_event(name, attributes);
    }

    /// Adds a link to a span of this or another trace.
    pub fn add_link(&self, to: &SpanContext) {
        self.open.context.add_link(to);
    }

    /// Marks the span as failed, with the error's type, message and up to 8 sources.
    pub fn record_error<E: std::error::Error + ?Sized>(&self, error: &E) {
        self.open.context.record_error(error);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.open.state != State::Off {
            let flags = if panicking() && !self.unwinding { flag::PANICKED } else { 0 };
            self.open.end(clock::ticks(), flags);
        }
    }
}

/// What is said of a span goes by its context, so it can be said from any task or thread, as long
/// as the span is open; what comes later is lost. Where the span is not recorded nothing is
/// evaluated.
impl SpanContext {
    /// Sets an attribute; a later value of the same key replaces an earlier one.
    ///
    /// # Examples
    ///
    /// ```
    /// tracer_core::current().set_attribute("cart.items", 3);
    /// ```
    #[inline]
    pub fn set_attribute<'a>(&self, key: &str, value: impl Into<Value<'a>>) {
        if self.is_recorded() {
            detail::attribute(self, key, value.into());
        }
    }

    /// Adds an event of now.
    ///
    /// # Examples
    ///
    /// ```
    /// tracer_core::current().add_event("retry", &[("attempt", 2.into())]);
    /// ```
    pub fn add_event(&self, name: &str, attributes: &[(&str, Value<'_>)]) {
        detail::event(self, name, attributes);
    }

    /// Adds a link to a span of this or another trace.
    ///
    /// # Examples
    ///
    /// ```
    /// let batch = tracer_core::Span::root("batch");
    /// tracer_core::current().add_link(&batch.context());
    /// ```
    pub fn add_link(&self, to: &Self) {
        detail::link(self, to);
    }
}

/// A span that is current on this thread until this guard is dropped.
///
/// Guards may be dropped in any order; a guard that is not the current one any more restores
/// nothing.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let entered = request.enter();
///     drop(Span::new("query"));
///     drop(entered);
///     drop(Span::new("other"));
/// });
/// assert_eq!(scope.tree(), "other\nrequest\n  query\n");
/// ```
#[derive(Debug)]
#[must_use = "the span is current only as long as the guard lives; bind it to a name"]
pub struct Entered<'a> {
    scope: Scope,
    span: PhantomData<&'a Span>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.scope.leave();
    }
}

/// A context made current. Not `Send`: it belongs to this thread.
#[derive(Debug)]
struct Scope {
    span: SpanId,
    below: Option<u32>,
    not_send: PhantomData<*const ()>,
}

impl Scope {
    #[inline(always)]
    fn enter(context: &SpanContext) -> Self {
        let below = (!context.is_none()).then(|| slot::enter(context, provider::key()));
        Self { span: context.span, below, not_send: PhantomData }
    }

    #[inline(always)]
    fn leave(&mut self) {
        if let Some(below) = self.below.take() {
            slot::leave(self.span, below);
        }
    }
}

/// A context made current while a closure runs; guards leaked there end with it.
#[derive(Debug)]
pub(crate) struct Running(Scope);

impl Running {
    #[inline(always)]
    pub(crate) fn enter(context: &SpanContext) -> Self {
        Self(Scope::enter(context))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(below) = self.0.below {
            slot::leave_with_all_above(below);
        }
    }
}
