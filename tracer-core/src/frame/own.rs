//! Polls of a task's outermost frame with a waker of its own, where its tracer asks who wakes it.

use std::task::Waker;

use crate::frame::{Frame, Polled};
use crate::open::State;
use crate::slot;
use crate::wakes;

/// How a poll has begun.
pub(crate) enum Begun {
    /// With the waker that it came with.
    Plain(Polled),
    /// With another one.
    Own(Polled, &'static Waker),
}

impl Frame {
    #[cold]
    #[inline(never)]
    pub(super) fn begin_own(&mut self, waker: &Waker) -> Begun {
        let polled = self.begin(waker);
        self.own(polled, waker)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn enter_own(&mut self, waker: &Waker) -> Begun {
        let polled = self.enter_uncommonly(waker);
        self.own(polled, waker)
    }

    fn own(&self, polled: Polled, waker: &Waker) -> Begun {
        if polled.is_off() || self.open.state != State::Woken {
            return Begun::Plain(polled);
        }
        let Some(own) = wakes::own(self.context(), waker) else { return Begun::Plain(polled) };
        // By which the frames inside know that they are of the same task.
        slot::set_waker(own);
        Begun::Own(polled, own)
    }

    /// Whether it polls with a waker of its own: only as the outermost frame of its task.
    pub(super) fn choose_waker(&mut self, is_outermost: bool) {
        if !self.context().is_woken() {
            return;
        }
        match self.open.state {
            State::Running if is_outermost => self.open.state = State::Woken,
            State::Woken if !is_outermost => {
                wakes::forget(self.context());
                self.open.state = State::Running;
            }
            _ => {}
        }
    }

    /// The frame has ended.
    pub(super) fn give_waker_back(&self) {
        if self.context().is_woken() {
            wakes::forget(self.context());
        }
    }
}
