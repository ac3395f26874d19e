//! Polls of a task's outermost frame with a waker of its own, where its tracer asks who wakes it.

use std::task::Waker;

use crate::frame::{Frame, OWN_WAKER, Polled};
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
    /// Whether this poll is done with a waker of the frame's own: [`OWN_WAKER`] then, else 0.
    #[inline(always)]
    pub(super) fn own_waker(&mut self, is_outermost: bool) -> u64 {
        if self.open.state != State::Woken {
            return 0;
        }
        if is_outermost {
            return OWN_WAKER;
        }
        self.go_inside();
        0
    }

    #[cold]
    fn go_inside(&mut self) {
        if self.open.polls > 1 {
            // It was another task's outermost.
            wakes::forget(self.context());
        }
        self.open.state = self.running_inside();
    }

    #[cold]
    #[inline(never)]
    pub(super) fn with_own_waker(&self, mut polled: Polled, waker: &Waker) -> Begun {
        polled.start &= !OWN_WAKER;
        let Some(own) = wakes::own(self.context(), waker) else { return Begun::Plain(polled) };
        // By which the frames inside know that they are of the same task.
        slot::set_waker(own);
        Begun::Own(polled, own)
    }

    /// The frame has ended.
    pub(super) fn give_waker_back(&self) {
        if self.context().is_woken() {
            wakes::forget(self.context());
        }
    }
}
