//! rayon's jobs, in the context of who starts them.
//!
//! A thread of rayon that waits takes up other jobs meanwhile, on top of the one that waits. So all
//! that waits here is isolated: what is taken up sees the context that it carries, or none.
//!
//! In a pool of one's own all of it is done inside of [`install`]; what is spawned there from outside
//! is `pool.spawn(in_current(f))`.
//!
//! Parallel iterators run in the current context what comes after
//! [`in_current`](ParallelIteratorExt::in_current):
//!
//! ```
//! use rayon::iter::{IntoParallelIterator, ParallelIterator};
//! use tracer_core::rayon::ParallelIteratorExt as _;
//! use tracer_core::{Span, testing};
//!
//! let scope = testing::Scope::new();
//! scope.in_scope(|| {
//!     let request = Span::new("request");
//!     let sum: u32 = request.in_scope(|| {
//!         let square = |n: u32| Span::new("square").in_scope(|| n * n);
//!         (1..=2).into_par_iter().in_current().map(square).sum()
//!     });
//!     assert_eq!(sum, 5);
//! });
//! assert_eq!(scope.tree(), "request\n  square\n  square\n");
//! ```
//!
//! Where there is no place for it, closures are [`bound`](crate::bound()) to the context, and what
//! waits for them is [`isolated`](crate::isolated()).

mod iter;

pub use iter::{InCurrent, ParallelIteratorExt};
use rayon::{BroadcastContext, ThreadPool};

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

/// Runs `f` as [`rayon::spawn_fifo`]; its spans are children of the current one.
///
/// # Examples
///
/// ```
/// let (send, receive) = std::sync::mpsc::channel();
/// tracer_core::rayon::spawn_fifo(move || send.send(42).unwrap());
/// assert_eq!(receive.recv(), Ok(42));
/// ```
pub fn spawn_fifo<F>(f: F)
where
    F: FnOnce() + Send + 'static,
{
    rayon::spawn_fifo(in_current(f));
}

/// Runs `f` on each thread of the pool as [`rayon::broadcast`], in the current context.
///
/// # Examples
///
/// ```
/// let indices = tracer_core::rayon::broadcast(|thread| thread.index());
/// assert_eq!(indices.len(), rayon::current_num_threads());
/// ```
///
/// # Panics
///
/// If `f` does.
pub fn broadcast<F, R>(f: F) -> Vec<R>
where
    F: Fn(BroadcastContext<'_>) -> R + Sync,
    R: Send,
{
    let carried = Carried::current();
    isolated(|| rayon::broadcast(|thread| carried.run(|| f(thread))))
}

/// Runs `f` on each thread of the pool as [`rayon::spawn_broadcast`], in the current context.
///
/// # Examples
///
/// ```
/// let (send, receive) = std::sync::mpsc::channel();
/// tracer_core::rayon::spawn_broadcast(move |thread| send.send(thread.index()).unwrap());
/// assert_eq!(receive.iter().count(), rayon::current_num_threads());
/// ```
pub fn spawn_broadcast<F>(f: F)
where
    F: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
{
    let carried = Carried::current();
    rayon::spawn_broadcast(move |thread| carried.run(|| f(thread)));
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

macro_rules! scopes {
    ($scope:ident, $begin:ident, $begin_in_place:ident, $spawn:ident) => {
        #[doc = concat!("Runs `f` with a [`", stringify!($scope), "`], and waits for what is spawned there, as")]
        #[doc = concat!("[`rayon::", stringify!($begin), "`].")]
        ///
        /// # Examples
        ///
        /// ```
        /// let mut sum = 0;
        #[doc = concat!("tracer_core::rayon::", stringify!($begin), "(|scope| scope.", stringify!($spawn), "(|_| sum += 1));")]
        /// assert_eq!(sum, 1);
        /// ```
        ///
        /// # Panics
        ///
        /// If `f` or what is spawned there does.
        #[track_caller]
        pub fn $begin<'scope, F, R>(f: F) -> R
        where
            F: FnOnce(&$scope<'_, 'scope>) -> R + Send,
            R: Send,
        {
            let carried = Carried::current();
            isolated(|| rayon::$begin(|scope| carried.run(|| f(&$scope { scope }))))
        }

        #[doc = concat!("As [`", stringify!($begin), "`], but `f` itself runs on this thread, as in")]
        #[doc = concat!("[`rayon::", stringify!($begin_in_place), "`].")]
        ///
        /// # Examples
        ///
        /// ```
        /// let mut sum = 0;
        #[doc = concat!("tracer_core::rayon::", stringify!($begin_in_place), "(|scope| scope.", stringify!($spawn), "(|_| sum += 1));")]
        /// assert_eq!(sum, 1);
        /// ```
        ///
        /// # Panics
        ///
        /// If `f` or what is spawned there does.
        #[track_caller]
        pub fn $begin_in_place<'scope, F, R>(f: F) -> R
        where
            F: FnOnce(&$scope<'_, 'scope>) -> R,
        {
            let carried = Carried::in_place();
            isolated(|| rayon::$begin_in_place(|scope| carried.run(|| f(&$scope { scope }))))
        }

        #[doc = concat!("A [`rayon::", stringify!($scope), "`] whose jobs' spans are children of their spawner's.")]
        #[derive(Debug)]
        pub struct $scope<'a, 'scope> {
            scope: &'a rayon::$scope<'scope>,
        }

        impl<'scope> $scope<'_, 'scope> {
            #[doc = concat!("Runs `f` as [`rayon::", stringify!($scope), "::", stringify!($spawn), "`], in the current context.")]
            #[track_caller]
            pub fn $spawn<F>(&self, f: F)
            where
                F: FnOnce(&$scope<'_, 'scope>) + Send + 'scope,
            {
                let carried = Carried::current();
                self.scope.$spawn(move |scope| carried.run(|| f(&$scope { scope })));
            }

            /// Runs `f` on each thread of the pool, in the current context.
            #[track_caller]
            pub fn spawn_broadcast<F>(&self, f: F)
            where
                F: Fn(&$scope<'_, 'scope>, BroadcastContext<'_>) + Send + Sync + 'scope,
            {
                let carried = Carried::current();
                self.scope.spawn_broadcast(move |scope, thread| {
                    carried.run(|| f(&$scope { scope }, thread));
                });
            }
        }
    };
}

scopes!(Scope, scope, in_place_scope, spawn);
scopes!(ScopeFifo, scope_fifo, in_place_scope_fifo, spawn_fifo);
