//! The span of a function that is not async.

use std::marker::PhantomData;
use std::thread::panicking;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail::{self, Draft};
use crate::open::{Open, State};
use crate::provider;
use crate::record::{Key, flag};
use crate::slot;
use crate::value::Value;

/// The span of a `#[traced]` function that is not async: current until the guard is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanGuard {
    open: Open,
    below: usize,
    /// It was opened by a destructor, while the thread was unwinding already.
    unwinding: bool,
    not_send: PhantomData<*const ()>,
}

/// Opens the span of a function and makes it current; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn enter(callsite: &'static Callsite) -> SpanGuard {
    if !destination::is_active() {
        return SpanGuard::new(Open::off(), 0);
    }
    enter_active(callsite)
}

#[inline(never)]
fn enter_active(callsite: &'static Callsite) -> SpanGuard {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    let key = provider::key();
    let current = slot::current_of(key);
    if current.is_plain() && !callsite.is_root() {
        let open = Open::recorded(callsite, current, 0);
        let below = slot::enter(open.context, key);
        return SpanGuard::new(open, below);
    }
    if current.is_passive() && !callsite.is_root() {
        // Not recorded either, and the context that says so is current already.
        return SpanGuard::new(Open::off(), 0);
    }
    enter_uncommon(callsite, current, key)
}

#[cold]
fn enter_uncommon(callsite: &'static Callsite, current: SpanContext, key: u64) -> SpanGuard {
    let open = Open::child(callsite, current, current.is_inherited());
    let below = if open.state == State::Off { 0 } else { slot::enter(open.context, key) };
    SpanGuard::new(open, below)
}

impl SpanGuard {
    #[inline(always)]
    fn new(open: Open, below: usize) -> Self {
        let unwinding = open.state != State::Off && panicking();
        Self { open, below, unwinding, not_send: PhantomData }
    }

    pub(crate) const fn context(&self) -> &SpanContext {
        &self.open.context
    }

    #[inline(never)]
    fn close(&mut self) {
        let end = if self.open.state == State::Recorded { clock::ticks() } else { 0 };
        slot::leave_with_all_above(self.below);
        self.open.end(end, if panicking() && !self.unwinding { flag::PANICKED } else { 0 }, 0);
    }
}

impl Drop for SpanGuard {
    #[inline(always)]
    fn drop(&mut self) {
        if self.open.state != State::Off {
            self.close();
        }
    }
}

/// Records arguments of the span that was just opened at `callsite`; what the macro calls.
///
/// It was opened by this task, a moment ago: what is current need not be asked of the runtime.
#[doc(hidden)]
#[expect(clippy::needless_range_loop, reason = "see below")]
#[inline(always)]
pub fn arguments<const N: usize>(callsite: &'static Callsite, values: &[Value<'_>; N]) {
    let mut draft = Draft::new();
    let mut fits = true;
    // Not an iterator, which would be called rather than unrolled into what the types say.
    for index in 0..N {
        fits = fits && draft.add(index as u8, &values[index]);
    }
    if fits {
        let (span, tracer) = slot::top_recorded();
        draft.write(span, tracer, callsite.id());
    } else {
        long_arguments(callsite, values);
    }
}

#[cold]
#[inline(never)]
fn long_arguments(callsite: &'static Callsite, values: &[Value<'_>]) {
    let items: Vec<_> =
        values.iter().enumerate().map(|(index, value)| (Key::Field(index as u8), *value)).collect();
    detail::attributes(&slot::top(), callsite.id(), &items);
}
