//! rayon's jobs, in the context of who starts them.
//!
//! A thread of rayon that waits takes up other jobs meanwhile, on top of the one that waits. So all
//! that waits here is isolated: what is taken up sees the context that it carries, or none.
//!
//! Parallel iterators carry the context in a closure that is [`bound`](crate::bound()) to it, and are
//! driven isolated:
//!
//! ```
//! use rayon::iter::{IntoParallelIterator, ParallelIterator};
//! use tracer_core::{Span, bound, isolated, testing};
//!
//! let scope = testing::Scope::new();
//! scope.in_scope(|| {
//!     let request = Span::new("request");
//!     let sum: u32 = request.in_scope(|| {
//!         let square = bound(|n: u32| Span::new("square").in_scope(|| n * n));
//!         isolated(|| (1..=2).into_par_iter().map(square).sum())
//!     });
//!     assert_eq!(sum, 5);
//! });
//! assert_eq!(scope.tree(), "request\n  square\n  square\n");
//! ```

use rayon::ThreadPool;

use crate::closure::{Carried, in_current};
use crate::isolated::isolated;

/// Runs both closures as [`rayon::join`], in the current context.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_core::rayon::join(|| 1, || 2), (1, 2));
/// ```
///
/// # Panics
///
/// If one of them does.
#[track_caller]
pub fn join<A, B, RA, RB>(a: A, b: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    let (a, b) = (in_current(a), in_current(b));
    isolated(|| rayon::join(a, b))
}

/// Runs `f` as [`rayon::spawn`]; its spans are children of the current one.
///
/// # Examples
///
/// ```
/// let (send, receive) = std::sync::mpsc::channel();
/// tracer_core::rayon::spawn(move || send.send(42).unwrap());
/// assert_eq!(receive.recv(), Ok(42));
/// ```
#[track_caller]
pub fn spawn<F>(f: F)
where
    F: FnOnce() + Send + 'static,
{
    rayon::spawn(in_current(f));
}

/// Runs `f` in `pool` as [`ThreadPool::install`], in the current context.
///
/// # Examples
///
/// ```
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
/// assert_eq!(tracer_core::rayon::install(&pool, || 42), 42);
/// ```
///
/// # Panics
///
/// If `f` does.
#[track_caller]
pub fn install<F, R>(pool: &ThreadPool, f: F) -> R
where
    F: FnOnce() -> R + Send,
    R: Send,
{
    let f = in_current(f);
    isolated(|| pool.install(f))
}

/// Runs `f` with a [`Scope`], and waits for what is spawned there, as [`rayon::scope`].
///
/// # Examples
///
/// ```
/// let mut sum = 0;
/// tracer_core::rayon::scope(|scope| scope.spawn(|_| sum += 1));
/// assert_eq!(sum, 1);
/// ```
///
/// # Panics
///
/// If `f` or what is spawned there does.
#[track_caller]
pub fn scope<'scope, F, R>(f: F) -> R
where
    F: FnOnce(&Scope<'_, 'scope>) -> R + Send,
    R: Send,
{
    let carried = Carried::current();
    isolated(|| rayon::scope(|scope| carried.run(|| f(&Scope { scope }))))
}

/// A [`rayon::Scope`] whose jobs' spans are children of their spawner's.
#[derive(Debug)]
pub struct Scope<'a, 'scope> {
    scope: &'a rayon::Scope<'scope>,
}

impl<'scope> Scope<'_, 'scope> {
    /// Runs `f` as [`rayon::Scope::spawn`], in the current context.
    #[track_caller]
    pub fn spawn<F>(&self, f: F)
    where
        F: FnOnce(&Scope<'_, 'scope>) + Send + 'scope,
    {
        let carried = Carried::current();
        self.scope.spawn(move |scope| carried.run(|| f(&Scope { scope })));
    }
}
