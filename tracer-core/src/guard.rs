//! The span of a function that is not async.

use std::marker::PhantomData;
use std::mem;
use std::thread::panicking;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail;
use crate::log::{self, Row};
use crate::open::{self, Ended, Open, State};
use crate::provider;
use crate::record::{Head, Kind, flag};
use crate::slot::{self, OnTop};
use crate::value::Value;

/// The span of a `#[traced]` function that is not async: current until the guard is dropped.
///
/// Its context lies on the thread's stack alone, where it stays for as long as the function runs.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanGuard {
    callsite: &'static Callsite,
    /// Depth of the stack below it, where the rest of it lies; [`OFF`] where it was not entered.
    below: u32,
    flags: u16,
    /// It was opened by a destructor, while the thread was unwinding already.
    unwinding: bool,
    not_send: PhantomData<*const ()>,
}

const OFF: u32 = u32::MAX;

/// Opens the span of a function and makes it current; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn enter(callsite: &'static Callsite) -> SpanGuard {
    if destination::is_active() { enter_active(callsite) } else { SpanGuard::off(callsite) }
}

#[inline(never)]
fn enter_active(callsite: &'static Callsite) -> SpanGuard {
    // Also the first time: then the providers are registered before the key is asked.
    if !callsite.is_common() {
        return enter_enabled(callsite);
    }
    let key = provider::key();
    match slot::enter_child(callsite, key) {
        OnTop::Parent(below) => SpanGuard::new(callsite, below, 0),
        OnTop::Passive => SpanGuard::off(callsite),
        OnTop::Uncommon => enter_uncommonly(callsite, key),
    }
}

#[cold]
fn enter_enabled(callsite: &'static Callsite) -> SpanGuard {
    if callsite.is_enabled() {
        enter_uncommonly(callsite, provider::key())
    } else {
        SpanGuard::off(callsite)
    }
}

#[cold]
pub(crate) fn enter_uncommonly(callsite: &'static Callsite, key: u64) -> SpanGuard {
    let current = slot::current_of(key);
    enter_below(callsite, key, current, current.is_inherited())
}

/// Opens the span below `parent` and makes it current for the task `key`.
pub(crate) fn enter_below(
    callsite: &'static Callsite,
    key: u64,
    parent: SpanContext,
    spawned: bool,
) -> SpanGuard {
    let Open { context, parent, start, flags, state, .. } = Open::child(callsite, parent, spawned);
    if state == State::Off {
        return SpanGuard::off(callsite);
    }
    SpanGuard::new(callsite, slot::enter_function(context, parent, start, key), flags)
}

impl SpanGuard {
    /// The guard of no span.
    #[inline(always)]
    pub(crate) fn off(callsite: &'static Callsite) -> Self {
        Self::new(callsite, OFF, 0)
    }

    /// Whether values of this span are kept, and so worth to be evaluated.
    #[inline(always)]
    pub fn is_recorded(&self) -> bool {
        self.below != OFF && slot::is_recorded()
    }

    #[inline(always)]
    fn new(callsite: &'static Callsite, below: u32, flags: u16) -> Self {
        let unwinding = below != OFF && panicking();
        Self { callsite, below, flags, unwinding, not_send: PhantomData }
    }

    /// The context that was entered; [`SpanContext::NONE`] where none was.
    #[inline(always)]
    pub(crate) fn context(&self) -> SpanContext {
        if self.below == OFF { SpanContext::NONE } else { slot::entered(self.below).0 }
    }

    /// Takes the open span out of the guard: it goes on with the future or stream that the function
    /// returns, and is current no more.
    pub(crate) fn detach(mut self) -> Open {
        let below = mem::replace(&mut self.below, OFF);
        if below != OFF {
            let (context, parent, start) = slot::entered(below);
            slot::leave_with_all_above(below);
            let (callsite, flags) = (Some(self.callsite), self.flags);
            let state = if context.is_recorded() { State::Running } else { State::Passive };
            return Open { context, parent, start, callsite, flags, state, ..Open::off() };
        }
        // Below a span that is not recorded; what the future calls elsewhere must not be either.
        let context = if destination::is_active() { slot::current() } else { SpanContext::NONE };
        let state = if context.is_passive() { State::Passive } else { State::Off };
        Open { context, state, ..Open::off() }
    }

    #[inline(never)]
    fn close(&mut self) {
        if panicking() || self.flags != 0 || !self.try_close() {
            self.close_uncommonly();
        }
    }

    #[inline(always)]
    fn try_close(&self) -> bool {
        slot::leave_if(self.below, |context, parent, start| {
            let end = clock::try_ticks().filter(|_| context.is_recorded());
            end.is_some_and(|end| {
                let ended = Ended { parent, start, end, polls: 0, flags: 0 };
                log::try_end(ended.words(context, self.callsite.known_id()))
            })
        })
    }

    #[cold]
    fn close_uncommonly(&self) {
        let end = clock::ticks();
        let (context, parent, start) = slot::entered(self.below);
        slot::leave_with_all_above(self.below);
        let panicked = if panicking() && !self.unwinding { flag::PANICKED } else { 0 };
        let flags = self.flags | panicked;
        if context.is_recorded() {
            let ended = Ended { parent, start, end, polls: 0, flags };
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
        if self.below != OFF {
            self.close();
        }
    }
}

/// Records arguments of the span that was just opened at `callsite`; what the macro calls.
///
/// It was opened by this task, a moment ago: what is current need not be asked of the runtime.
#[doc(hidden)]
#[inline(never)]
pub fn arguments(callsite: &'static Callsite, values: &[Value<'_>]) {
    if !try_arguments(callsite, values) {
        detail::fields(&slot::top(), callsite.id(), values);
    }
}

#[inline(always)]
fn try_arguments(callsite: &'static Callsite, values: &[Value<'_>]) -> bool {
    let Some(mut row) = Row::try_new() else { return false };
    let fits = values.iter().enumerate().all(|(index, value)| row.add(index as u8, value));
    if fits {
        let (span, tracer) = slot::top_recorded();
        let callsite = callsite.known_id();
        row.publish(Head { kind: Kind::Attributes, extra: 0, tracer, callsite }, span.0);
    }
    fits
}
