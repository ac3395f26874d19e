//! The span of a function that is not async.

use std::marker::PhantomData;
use std::thread::panicking;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail::{self, Draft};
use crate::id::SpanId;
use crate::open::{self, Ended, Open, State};
use crate::provider;
use crate::record::{Key, flag};
use crate::slot::{self, OnTop};
use crate::value::Value;

/// The span of a `#[traced]` function that is not async: current until the guard is dropped.
///
/// Its context lies on the thread's stack alone, where it stays for as long as the function runs.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanGuard {
    callsite: &'static Callsite,
    parent: SpanId,
    start: u64,
    below: usize,
    flags: u16,
    state: State,
    /// It was opened by a destructor, while the thread was unwinding already.
    unwinding: bool,
    not_send: PhantomData<*const ()>,
}

/// Opens the span of a function and makes it current; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn enter(callsite: &'static Callsite) -> SpanGuard {
    if destination::is_active() { enter_active(callsite) } else { SpanGuard::off(callsite) }
}

#[inline(never)]
fn enter_active(callsite: &'static Callsite) -> SpanGuard {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    let key = provider::key();
    if callsite.is_root() {
        return enter_uncommon(callsite, key);
    }
    match slot::enter_child(callsite, key) {
        OnTop::Parent(parent, below) => {
            let guard = SpanGuard::off(callsite);
            let (state, unwinding) = (State::Recorded, panicking());
            SpanGuard { parent, below, state, unwinding, start: clock::ticks(), ..guard }
        }
        OnTop::Passive => SpanGuard::off(callsite),
        OnTop::Uncommon => enter_uncommon(callsite, key),
    }
}

#[inline(never)]
fn enter_uncommon(callsite: &'static Callsite, key: u64) -> SpanGuard {
    let current = slot::current_of(key);
    let Open { context, parent, start, flags, state, .. } =
        Open::child(callsite, current, current.is_inherited());
    let below = if state == State::Off { 0 } else { slot::enter(context, key) };
    let unwinding = panicking();
    SpanGuard { callsite, parent, start, below, flags, state, unwinding, not_send: PhantomData }
}

impl SpanGuard {
    #[inline(always)]
    const fn off(callsite: &'static Callsite) -> Self {
        Self {
            callsite,
            parent: SpanId::NONE,
            start: 0,
            below: 0,
            flags: 0,
            state: State::Off,
            unwinding: false,
            not_send: PhantomData,
        }
    }

    /// The context that was entered; [`SpanContext::NONE`] where none was.
    #[inline(always)]
    pub(crate) fn context(&self) -> SpanContext {
        if self.state == State::Off { SpanContext::NONE } else { slot::entered(self.below) }
    }

    #[inline(never)]
    fn close(&mut self) {
        let end = if self.state == State::Recorded { clock::ticks() } else { 0 };
        let context = slot::leave_with_all_above(self.below);
        let panicked = if panicking() && !self.unwinding { flag::PANICKED } else { 0 };
        let flags = self.flags | panicked;
        if self.state == State::Recorded {
            let ended = Ended { parent: self.parent, start: self.start, end, polls: 0, flags };
            open::write_end(&context, self.callsite, &ended);
        }
        if flags & flag::LOCAL_ROOT != 0 {
            context.root.end();
        }
    }
}

impl Drop for SpanGuard {
    #[inline(always)]
    fn drop(&mut self) {
        if self.state != State::Off {
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
