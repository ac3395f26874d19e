//! Parallel iterators whose closures run in a context.

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

use crate::closure::Carried;
use crate::isolated::isolated;

/// Runs parallel iterators in the context current here.
pub trait ParallelIteratorExt: ParallelIterator {
    /// Runs what comes after it in the context current here, whichever thread it runs on.
    ///
    /// It is isolated as well: other jobs that a thread takes up meanwhile see nothing of this one.
    /// What needs an indexed iterator (`zip`, `enumerate`, `rev`) stands before it. Its spans have no
    /// spawn delay, and the context expires as an inherited one; see
    /// [`FutureExt::in_current`](crate::FutureExt::in_current).
    ///
    /// # Examples
    ///
    /// ```
    /// use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
    /// use tracer_core::rayon::ParallelIteratorExt as _;
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// let squares: Vec<u32> = scope.in_scope(|| {
    ///     let squares = || {
    ///         let square = |n: &u32| Span::new("square").in_scope(|| n * n);
    ///         [1, 2].par_iter().in_current().map(square).filter(|n| n % 2 == 1).collect()
    ///     };
    ///     Span::new("request").in_scope(squares)
    /// });
    /// assert_eq!(squares, [1]);
    /// assert_eq!(scope.tree(), "request\n  square\n  square\n");
    /// ```
    fn in_current(self) -> InCurrent<Self> {
        InCurrent { inner: self, carried: Carried::often() }
    }
}

impl<I: ParallelIterator> ParallelIteratorExt for I {}

/// A parallel iterator that runs what comes after it in a context.
///
/// Made by [`ParallelIteratorExt::in_current`].
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct InCurrent<I> {
    inner: I,
    carried: Carried,
}

impl<I: ParallelIterator> ParallelIterator for InCurrent<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        let consumer = Within { inner: consumer, carried: self.carried };
        isolated(|| self.inner.drive_unindexed(consumer))
    }
}

/// A consumer, folder or reducer that runs in a context.
struct Within<X> {
    inner: X,
    carried: Carried,
}

impl<X> Within<X> {
    fn with<Y>(carried: Carried, f: impl FnOnce() -> Y) -> Within<Y> {
        Within { inner: carried.run(f), carried }
    }
}

impl<T, C: Consumer<T>> Consumer<T> for Within<C> {
    type Folder = Within<C::Folder>;
    type Reducer = Within<C::Reducer>;
    type Result = C::Result;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let carried = self.carried;
        let (left, right, reducer) = carried.run(|| self.inner.split_at(index));
        (
            Self { inner: left, carried },
            Self { inner: right, carried },
            Within { inner: reducer, carried },
        )
    }

    fn into_folder(self) -> Self::Folder {
        Self::with(self.carried, || self.inner.into_folder())
    }

    fn full(&self) -> bool {
        self.inner.full()
    }
}

impl<T, C: UnindexedConsumer<T>> UnindexedConsumer<T> for Within<C> {
    fn split_off_left(&self) -> Self {
        Self::with(self.carried, || self.inner.split_off_left())
    }

    fn to_reducer(&self) -> Self::Reducer {
        Self::with(self.carried, || self.inner.to_reducer())
    }
}

impl<T, F: Folder<T>> Folder<T> for Within<F> {
    type Result = F::Result;

    fn consume(self, item: T) -> Self {
        Self::with(self.carried, || self.inner.consume(item))
    }

    fn consume_iter<I: IntoIterator<Item = T>>(self, items: I) -> Self {
        // Once for all of them.
        Self::with(self.carried, || self.inner.consume_iter(items))
    }

    fn complete(self) -> F::Result {
        self.carried.run(|| self.inner.complete())
    }

    fn full(&self) -> bool {
        self.inner.full()
    }
}

impl<T, R: Reducer<T>> Reducer<T> for Within<R> {
    fn reduce(self, left: T, right: T) -> T {
        self.carried.run(|| self.inner.reduce(left, right))
    }
}
