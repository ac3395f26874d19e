//! A future's polls and end in all their cases; what the short ways leave to it.

use std::task::Waker;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::detail;
use crate::frame::{Frame, Polled};
use crate::held;
use crate::open::{Decided, Open, State};
use crate::record::flag;
use crate::slot;
use crate::stack::Task;

impl Frame {
    #[cold]
    pub(super) fn begin_uncommonly(&mut self, waker: &Waker) -> Polled {
        let Some(callsite) = self.open.callsite else { return Polled::OFF };
        let (decided, captured) = (self.open.decided, self.open.context);
        if decided == Decided::Not && !callsite.is_enabled() {
            self.open.state = State::Off;
            return Polled::OFF;
        }
        let task = slot::task_of(waker);
        let key = task.key;
        let (parent, spawned) = match decided {
            Decided::Below => (captured, false),
            _ => slot::parent(captured, slot::current_of(key), key),
        };
        self.origin = captured.span;
        self.open = Open::child(callsite, parent, spawned);
        self.open.state = match self.open.state {
            State::Running => self.running(),
            // Else what is said in here would be said of that span, which is another task's.
            State::Off if slot::is_recorded() => State::Passive,
            state => state,
        };
        self.enter_as(task)
    }

    #[inline(never)]
    pub(super) fn enter_uncommonly(&mut self, waker: &Waker) -> Polled {
        self.enter_as(slot::task_of(waker))
    }

    #[inline(always)]
    fn enter_as(&mut self, task: Task) -> Polled {
        match self.open.state {
            State::Off => return Polled::OFF,
            State::Passive if !slot::is_recorded() => {
                let current = slot::current_of(task.key);
                let context = &self.open.context;
                if current == *context && current.is_inherited() == context.is_inherited() {
                    return Polled::OFF;
                }
            }
            _ => {}
        }
        let (below, is_outermost) = slot::enter_frame(&self.open.context, self.origin, task);
        // A span made by hand is older than the first poll of its future.
        let is_first = self.open.polls == 0 && self.open.decided != Decided::Opened;
        self.count_poll();
        if self.open.state == State::Held {
            self.resume();
        }
        let own_waker = self.own_waker(is_outermost);
        let is_timed = is_outermost || self.open.state == State::Watched;
        let start = match is_timed && self.open.is_recorded() {
            true if is_first => self.open.start,
            true => clock::ticks(),
            false => 0,
        };
        Polled { below, start: start | own_waker }
    }

    #[cold]
    fn resume(&mut self) {
        slot::enter_again(&held::take(self.open.context.span));
        self.open.state = self.running();
    }

    /// The state of an open span, by what is recorded of it.
    fn running(&self) -> State {
        if self.open.context.is_woken() { State::Woken } else { self.running_inside() }
    }

    /// As [`running`](Self::running), where it is not its task's outermost frame.
    pub(super) fn running_inside(&self) -> State {
        let is_watched = self.open.callsite.is_some_and(Callsite::records_polls);
        if is_watched { State::Watched } else { State::Running }
    }

    #[inline(never)]
    pub(super) fn pause_uncommonly(&mut self, Polled { below, start }: Polled) {
        if slot::is_held(below) {
            self.hold(slot::held(below));
        }
        if start != 0 {
            self.write_poll(start, clock::ticks());
        }
        slot::leave_with_all_above(below);
    }

    #[inline(always)]
    fn write_poll(&self, start: u64, end: u64) {
        let callsite = self.open.callsite.map_or(0, Callsite::known_id);
        detail::poll(&self.open.context, callsite, start, end);
    }

    #[cold]
    fn hold(&mut self, guards: Vec<SpanContext>) {
        // Else what is above was left before.
        if !guards.is_empty() {
            let kept = held::keep(self.open.context.span, guards, self.open.callsite);
            self.open.state = if kept { State::Held } else { self.running() };
        }
    }

    #[cold]
    pub(super) fn finish_uncommonly(&mut self, Polled { below, start }: Polled) {
        let end = if self.open.is_recorded() { clock::ticks() } else { 0 };
        slot::leave_with_all_above(below);
        // The only poll of a span that was never pending is the span itself.
        if start != 0 && (start != self.open.start || self.open.polls > 1) {
            self.write_poll(start, end);
        }
        self.open.end(end, 0);
        self.give_waker_back();
    }

    /// The span ends between two polls.
    pub(crate) fn finish_outside(&mut self) {
        if self.open.state > State::Passive {
            if self.open.state == State::Held {
                let _guards = held::take(self.open.context.span);
            }
            let end = if self.open.is_recorded() { clock::ticks() } else { 0 };
            self.open.end(end, 0);
            self.give_waker_back();
        }
    }

    /// The poll unwinds.
    #[cold]
    pub(crate) fn unwind(&mut self, polled: Polled) {
        if !polled.is_off() {
            slot::leave_with_all_above(polled.below);
            self.open.state = State::Panicked;
        }
    }

    #[cold]
    pub(super) fn begin_drop_unfinished(&mut self) {
        slot::begin_drop(&self.open.context);
        if self.open.state == State::Held {
            let _guards = held::take(self.open.context.span);
        }
        let panicked = self.open.state == State::Panicked;
        self.open.state = if panicked { State::DropPanicked } else { State::DropCancelled };
    }

    #[cold]
    pub(super) fn end_drop(&mut self) {
        slot::end_drop();
        let panicked = self.open.state == State::DropPanicked;
        self.open.end(clock::ticks(), if panicked { flag::PANICKED } else { flag::CANCELLED });
        self.give_waker_back();
    }
}
