//! A span as its future keeps it between polls: what is done when a poll begins and when it is over.
//!
//! Each of the two has a short way, which calls nothing and is what nearly every poll takes, and an
//! uncommon one, which does all the cases (`uncommon.rs`). A short way changes nothing before it is sure.

mod own;
mod uncommon;

use std::task::Waker;

pub(crate) use own::Begun;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::id::SpanId;
use crate::log;
use crate::open::{Decided, Ended, Open, State};
use crate::outcome::Observed;
use crate::path;
use crate::slot;
use crate::stack::{Kind, NO_WAKER};

#[derive(Debug)]
pub(crate) struct Frame {
    open: Open,
    /// The span that was current where the future was made.
    origin: SpanId,
}

/// A poll under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Polled {
    /// Depth of the stack below the frame.
    below: u32,
    /// Ticks at which it began, where polls are recorded: in the task's outermost frame. Else 0. And
    /// [`OWN_WAKER`], until [`Frame::begin_poll`] returns.
    start: u64,
}

/// The frame polls with a waker of its own; no number of ticks is so large.
const OWN_WAKER: u64 = 1 << 63;

impl Polled {
    /// The frame was not entered.
    const OFF: Self = Self { below: u32::MAX, start: 0 };

    #[inline(always)]
    pub(crate) const fn is_off(self) -> bool {
        self.below == u32::MAX
    }

    #[inline(always)]
    const fn has_own_waker(self) -> bool {
        self.start & OWN_WAKER != 0
    }
}

impl Frame {
    /// The frame of a function that is called now.
    #[inline(always)]
    pub(crate) fn new(callsite: &'static Callsite) -> Self {
        let captured = if destination::is_active() { capture(callsite) } else { SpanContext::NONE };
        Self::later(Open::later(callsite, captured))
    }

    /// The frame of a function that is called now, where it has been decided whether it has a span.
    #[inline(always)]
    pub(crate) fn decided(callsite: &'static Callsite, wanted: bool) -> Self {
        let captured =
            if wanted && destination::is_active() { capture(callsite) } else { SpanContext::NONE };
        let mut open = Open::later(callsite, captured);
        open.decided = Decided::Wanted;
        open.state = if wanted { State::New } else { State::Off };
        Self::later(open)
    }

    /// The frame of a future whose span is opened at its first poll.
    #[inline(always)]
    pub(crate) const fn later(open: Open) -> Self {
        Self { open, origin: SpanId::NONE }
    }

    /// The frame of a span that is open already.
    pub(crate) fn opened(mut open: Open) -> Self {
        open.decided = Decided::Opened;
        if open.context.is_woken() && open.state == State::Running {
            open.state = State::Woken;
        }
        Self { open, origin: slot::current().span }
    }

    /// Whether its span is open and recorded.
    pub(crate) fn is_recorded(&self) -> bool {
        self.open.is_recorded()
    }

    #[inline(always)]
    pub(crate) const fn context(&self) -> &SpanContext {
        &self.open.context
    }

    /// Little, because each traced future has it in a poll of its own, for the compiler to work on.
    #[inline(always)]
    pub(crate) fn begin_poll(&mut self, waker: &Waker) -> Begun {
        let polled = self.begin_or_enter(waker);
        if polled.has_own_waker() {
            self.with_own_waker(polled, waker)
        } else {
            Begun::Plain(polled)
        }
    }

    /// As a row of comparisons: what nearly always comes is tried first.
    #[inline(never)]
    fn begin_or_enter(&mut self, waker: &Waker) -> Polled {
        if self.open.state == State::Running {
            return self.enter(waker);
        }
        if self.open.state == State::New {
            if !destination::is_active() {
                self.open.state = State::Off;
                return Polled::OFF;
            }
            self.begin(waker)
        } else if self.open.state == State::Off {
            Polled::OFF
        } else {
            self.pass(waker)
        }
    }

    /// A poll below the span that is not recorded, as nearly always where it was called.
    #[inline(never)]
    fn pass(&mut self, waker: &Waker) -> Polled {
        let is_there = slot::is_top_of(waker, &self.open.context);
        match self.open.state {
            State::Passive if is_there => Polled::OFF,
            _ => self.enter_uncommonly(waker),
        }
    }

    /// Opens the span below the context captured at the call, if that is on top.
    #[inline(never)]
    fn begin(&mut self, waker: &Waker) -> Polled {
        match self.try_begin(waker) {
            Some(polled) => polled,
            None => self.begin_uncommonly(waker),
        }
    }

    #[inline(always)]
    fn try_begin(&mut self, waker: &Waker) -> Option<Polled> {
        let callsite = self.open.callsite.filter(|callsite| callsite.is_common())?;
        let (data, context) = (waker.data().addr(), &mut self.open.context);
        slot::with(|stack| {
            let (top, strand) = stack.top();
            if data == NO_WAKER
                || strand.waker.get() != data
                || top.span.get() != context.span
                || !strand.has_root_of(context)
            {
                return None;
            }
            if !context.is_plain() {
                return context.is_passive().then(|| {
                    self.open.state = State::Passive;
                    Polled::OFF
                });
            }
            let path = path::try_child(context.path, callsite)?;
            let (span, start) = (SpanId::try_new()?, clock::try_ticks()?);
            let (parent, below) = (context.span, stack.depth());
            stack.try_push(span, path, parent, Kind::Frame)?;
            (context.span, context.path) = (span, path);
            (self.open.parent, self.origin) = (parent, parent);
            (self.open.start, self.open.polls) = (start, 1);
            self.open.state = State::Running;
            Some(Polled { below, start: 0 })
        })
    }

    /// Enters the span of a frame that was polled before.
    #[inline(always)]
    fn enter(&mut self, waker: &Waker) -> Polled {
        let (data, context) = (waker.data().addr(), &self.open.context);
        let entered = slot::with(|stack| {
            let (_, strand) = stack.top();
            if data == NO_WAKER || strand.waker.get() != data || !strand.has_root_of(context) {
                return None;
            }
            let below = stack.depth();
            stack.try_push(context.span, context.path, self.origin, Kind::Frame)?;
            Some(Polled { below, start: 0 })
        });
        let Some(polled) = entered else { return self.enter_uncommonly(waker) };
        self.count_poll();
        polled
    }

    #[inline(always)]
    fn count_poll(&mut self) {
        let polls = &mut self.open.polls;
        *polls += u32::from(*polls != u32::MAX);
    }

    /// The poll is over; if the future is, too, its span ends.
    #[inline(always)]
    pub(crate) fn end_poll(&mut self, polled: Polled, is_ready: bool) {
        match (polled.is_off(), is_ready) {
            (false, false) => self.pause(polled),
            (false, true) => self.finish(polled),
            (true, false) => {}
            (true, true) => self.open.state = State::Off,
        }
    }

    #[inline(always)]
    fn pause(&mut self, polled: Polled) {
        let left = slot::with(|stack| {
            let is_common =
                polled.start == 0 && stack.is_common() && stack.depth() == polled.below + 1;
            if is_common {
                stack.leave_to(polled.below);
            }
            is_common
        });
        if !left {
            self.pause_uncommonly(polled);
        }
    }

    #[inline(never)]
    fn finish(&mut self, polled: Polled) {
        if !self.try_finish(polled) {
            self.finish_uncommonly(polled);
        }
    }

    #[inline(always)]
    fn try_finish(&mut self, polled: Polled) -> bool {
        let Open { context, parent, start, callsite, polls, flags, .. } = &self.open;
        let callsite = callsite.map_or(0, Callsite::known_id);
        if polled.start != 0 || *flags != 0 || callsite == 0 || !context.is_recorded() {
            return false;
        }
        let is_written = slot::with(|stack| {
            let Some(end) = clock::try_ticks().filter(|_| stack.is_common()) else { return false };
            let ended = Ended { parent: *parent, start: *start, end, polls: *polls, flags: *flags };
            let is_written = log::try_end(ended.words(context, callsite));
            if is_written {
                stack.leave_to(polled.below);
            }
            is_written
        });
        if is_written {
            self.open.state = State::Off;
        }
        is_written
    }

    /// Enters the span, in which the inner future is dropped before the frame itself.
    #[inline(always)]
    pub(crate) fn begin_drop(&mut self) {
        if self.open.state > State::New {
            self.begin_drop_unfinished();
        }
    }
}

impl Observed for Frame {
    fn context(&self) -> SpanContext {
        *self.context()
    }
}

impl Drop for Frame {
    #[inline(always)]
    fn drop(&mut self) {
        if self.open.state >= State::DropCancelled {
            self.end_drop();
        }
    }
}

/// The context at the call: the parent, whoever polls later (unless that is a helper in between).
///
/// Copied here, word by word: what is put together elsewhere would be copied twice.
#[inline(always)]
fn capture(callsite: &'static Callsite) -> SpanContext {
    slot::with(|stack| {
        let (place, strand) = slot::caller(stack, callsite);
        strand.context(place)
    })
}
