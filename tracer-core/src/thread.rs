//! Threads whose spans are children of their spawner's.
//!
//! The fns and types that spawn, under std's names; everything else is std's.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing, thread};
//!
//! let scope = testing::Scope::new();
//! scope.in_scope(|| {
//!     let request = Span::new("request");
//!     let hash = request.in_scope(|| thread::spawn(|| drop(Span::new("hash"))));
//!     hash.join().unwrap();
//! });
//! assert_eq!(scope.tree(), "request\n  hash\n");
//! ```

use std::io;
use std::thread::{self, JoinHandle, ScopedJoinHandle};

use crate::closure::in_current;

/// Spawns as [`std::thread::spawn`]; the thread's spans are children of the current one.
///
/// The place of the call, and the time until it runs, are recorded. The context expires as an inherited one;
/// see [`FutureExt::in_current`](crate::FutureExt::in_current).
///
/// # Panics
///
/// As [`std::thread::spawn`]: if no thread can be started.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    thread::spawn(in_current(f))
}

/// Runs `f` with a [`Scope`], and waits for the threads spawned there, as [`std::thread::scope`].
///
/// # Examples
///
/// ```
/// let mut sum = 0;
/// tracer_core::thread::scope(|scope| {
///     scope.spawn(|| sum += 1);
/// });
/// assert_eq!(sum, 1);
/// ```
///
/// # Panics
///
/// As [`std::thread::scope`]: if a thread panicked that was not joined.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
{
    thread::scope(|scope| f(Scope { scope }))
}

/// A [`std::thread::Scope`] whose threads' spans are children of their spawner's.
///
/// It is `Copy` and handed out by value: a thread that spawns others takes it along by `move`.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env> {
    scope: &'scope thread::Scope<'scope, 'env>,
}

impl<'scope> Scope<'scope, '_> {
    /// Spawns as [`std::thread::Scope::spawn`], in the current context.
    ///
    /// # Panics
    ///
    /// If no thread can be started.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.scope.spawn(in_current(f))
    }
}

/// A [`std::thread::Builder`] whose threads' spans are children of their spawner's.
///
/// # Examples
///
/// ```
/// use tracer_core::thread::Builder;
///
/// let worker = Builder::new().name("hash".into()).spawn(|| 42)?;
/// assert_eq!(worker.join().unwrap(), 42);
/// # Ok::<_, std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "it starts no thread before it is told to"]
pub struct Builder {
    builder: thread::Builder,
}

impl Builder {
    /// Makes a builder of threads without a name, of the default size.
    #[expect(clippy::new_without_default, reason = "as std's")]
    pub fn new() -> Self {
        Self { builder: thread::Builder::new() }
    }

    /// Names the thread, as [`std::thread::Builder::name`].
    pub fn name(self, name: String) -> Self {
        Self { builder: self.builder.name(name) }
    }

    /// Sets the size of the thread's stack, in bytes.
    pub fn stack_size(self, size: usize) -> Self {
        Self { builder: self.builder.stack_size(size) }
    }

    /// Spawns as [`std::thread::Builder::spawn`], in the current context.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.builder.spawn(in_current(f))
    }

    /// Spawns as [`std::thread::Builder::spawn_scoped`], in the current context.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.builder.spawn_scoped(scope.scope, in_current(f))
    }
}
