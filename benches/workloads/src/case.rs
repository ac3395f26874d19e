//! One workload, and what its functions are made of.

use std::fmt;
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;
use tokio::runtime::{Builder, Runtime};

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
    /// It runs in a runtime of its own, and so cannot run in a task.
    pub is_in_a_runtime: bool,
    /// Threads of which each does all of it, where it is not the calling one.
    pub threads: Option<usize>,
    /// Threads that have recorded a span each before it is run, and sleep then.
    pub idle_threads: u32,
    /// Its threads are on one core: what a sample takes that was interrupted counts as well.
    pub is_preempted: bool,
    pub run: Box<dyn FnMut()>,
}

impl Case {
    /// `calls` annotated calls under one root.
    pub fn new(name: &'static str, calls: u32, run: impl FnMut() + 'static) -> Self {
        Self {
            name,
            calls,
            spans: calls + 1,
            attributes: 0,
            polls: 1,
            is_in_a_runtime: false,
            threads: None,
            idle_threads: 0,
            is_preempted: false,
            run: Box::new(run),
        }
    }

    /// One span for all calls, with so many attributes that ours gives it by itself.
    #[must_use]
    pub fn one_span(self, attributes: u32) -> Self {
        Self { spans: 2, attributes, ..self }
    }

    /// What it runs needs tasks.
    #[must_use]
    pub fn in_a_runtime(self) -> Self {
        Self { is_in_a_runtime: true, ..self }
    }

    #[must_use]
    pub fn on_threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    #[must_use]
    pub fn beside_idle_threads(self, threads: u32) -> Self {
        Self { idle_threads: threads, ..self }
    }

    #[must_use]
    pub fn preempted(self) -> Self {
        Self { is_preempted: true, ..self }
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

/// Polls once, and drops what is not ready.
pub async fn cancelled<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending(), "it has to wait");
        Poll::Ready(())
    })
    .await;
}

/// A stream of numbers, which are all there.
pub struct Numbers {
    left: u64,
}

impl Numbers {
    pub fn new(left: u64) -> Self {
        Self { left }
    }
}

impl Stream for Numbers {
    type Item = u64;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u64>> {
        self.left = black_box(self.left).saturating_sub(1);
        Poll::Ready((self.left > 0).then_some(self.left))
    }
}

/// The sum of what a stream gives.
pub async fn drained(stream: impl Stream<Item = u64>) -> u64 {
    let mut stream = pin!(stream);
    let mut sum = 0;
    while let Some(number) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        sum += number;
    }
    sum
}

thread_local! {
    static RUNTIME: Runtime =
        Builder::new_current_thread().max_blocking_threads(1).build().expect("a runtime");
}

/// Runs in the thread's own runtime, whose tasks run on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future))
}
