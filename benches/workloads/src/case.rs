//! One workload, and what its functions are made of.

use std::fmt;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// A workload: what is run, and what it counts as.
pub struct Case {
    pub name: &'static str,
    /// Annotated calls that the time is divided by. The root is timed but not counted.
    pub calls: u32,
    /// Spans that arrive where all are recorded: the calls and the root.
    pub spans: u32,
    /// Attributes that arrive.
    pub attributes: u32,
    /// How often each future is polled.
    pub polls: u32,
    pub run: Box<dyn FnMut()>,
}

impl Case {
    /// `calls` annotated calls under one root.
    pub fn new(name: &'static str, calls: u32, run: impl FnMut() + 'static) -> Self {
        Self { name, calls, spans: calls + 1, attributes: 0, polls: 1, run: Box::new(run) }
    }

    /// Each call sets `each` attributes.
    #[must_use]
    pub fn attributes(self, each: u32) -> Self {
        Self { attributes: self.calls * each, ..self }
    }

    /// Its leaf is pending `times` before it is ready.
    #[must_use]
    pub fn yields(self, times: u32) -> Self {
        Self { polls: times + 1, ..self }
    }

    /// No call is annotated but the root, which is then what the time is divided by.
    #[must_use]
    pub fn root_alone(self) -> Self {
        Self { spans: 1, ..self }
    }
}

/// What the failing functions return.
#[derive(Debug)]
pub struct Failure;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such order")
    }
}

impl std::error::Error for Failure {}

/// Pending for so many polls, then ready. It asks for no wake-up: [`drive`] polls on.
pub struct Yields(pub u32);

impl Future for Yields {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        // Else a compiler that sees through all polls counts down at once.
        let left = black_box(self.0);
        if left == 0 {
            return Poll::Ready(());
        }
        self.0 = left - 1;
        Poll::Pending
    }
}

/// Wakes nobody; but it is some task's, as the wakers of runtimes are.
struct OfATask;

impl Wake for OfATask {
    fn wake(self: Arc<Self>) {}
}

thread_local! {
    static WAKER: Waker = Arc::new(OfATask).into();
}

/// Polls until ready, as a runtime does: without knowing what it polls. What else a runtime does
/// between two polls is not what is measured.
pub fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut future: Pin<&mut dyn Future<Output = F::Output>> = black_box(future.as_mut());
    WAKER.with(|waker| {
        let mut cx = Context::from_waker(waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
        }
    })
}
