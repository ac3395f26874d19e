//! Executors whose tasks have the context of their spawner, whoever drives them.

use std::future::Future;
use std::ops::Deref;
use std::panic::Location;

use smol::{Task, future};
use tracer_core::{FutureExt as _, isolated};

use crate::spawn::{task, task_from};

/// One executor; the two differ in whether what is spawned must be `Send`.
macro_rules! executor {
    ($(#[$doc:meta])* $name:ident $(: $send:ident)?, $(#[$runs:meta])*) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name<'a> {
            tasks: smol::$name<'a>,
        }

        impl<'a> $name<'a> {
            /// Makes an executor without tasks; in a static, too.
            pub const fn new() -> Self {
                Self { tasks: smol::$name::new() }
            }

            /// Spawns a task as smol's executor, in the current context.
            ///
            /// # Cancel safety
            ///
            /// As [`spawn`](crate::spawn()).
            #[track_caller]
            pub fn spawn<T: 'a $(+ $send)?>(
                &self,
                future: impl Future<Output = T> + 'a $(+ $send)?,
            ) -> Task<T> {
                self.tasks.spawn(task(future))
            }

            /// Spawns many tasks at once as smol's executor, in the current context.
            ///
            /// # Cancel safety
            ///
            /// As [`spawn`](crate::spawn()).
            #[track_caller]
            pub fn spawn_many<T: 'a $(+ $send)?, F: Future<Output = T> + 'a $(+ $send)?>(
                &self,
                futures: impl IntoIterator<Item = F>,
                handles: &mut impl Extend<Task<T>>,
            ) {
                let place = Location::caller();
                let tasks = futures.into_iter().map(|future| task_from(place, future));
                self.tasks.spawn_many(tasks, handles);
            }

            /// Runs tasks until `future` is ready; only that one sees the caller's context.
            ///
            /// # Cancel safety
            ///
            /// As cancel safe as `future`; the tasks stay where they are.
            $(#[$runs])*
            pub async fn run<T>(&self, future: impl Future<Output = T>) -> T {
                let tasks = self.tasks.run(future::pending()).isolated();
                future::or(future, tasks).await
            }

            /// Runs one task, which does not see the caller's context; waits until there is one.
            ///
            /// # Cancel safety
            ///
            /// Cancel safe: a task runs or does not.
            $(#[$runs])*
            pub async fn tick(&self) {
                self.tasks.tick().isolated().await;
            }

            /// Runs one task if there is one, which does not see the caller's context.
            pub fn try_tick(&self) -> bool {
                isolated(|| self.tasks.try_tick())
            }
        }

        impl<'a> Deref for $name<'a> {
            type Target = smol::$name<'a>;

            fn deref(&self) -> &Self::Target {
                &self.tasks
            }
        }
    };
}

executor!(
    /// A [`smol::Executor`] whose tasks' spans are children of their spawner's.
    ///
    /// Driven inside a request, it runs the tasks of others without that request's span. What
    /// neither spawns nor runs is reached through [`Deref`]; what libraries spawn through it carries
    /// no context and sees none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    /// use tracer_smol::Executor;
    ///
    /// static EXECUTOR: Executor<'static> = Executor::new();
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let request = Span::new("request");
    ///     let task = request.in_scope(|| EXECUTOR.spawn(async { drop(Span::new("audit")) }));
    ///     let driver = Span::new("driver");
    ///     driver.in_scope(|| smol::block_on(EXECUTOR.run(task)));
    /// });
    /// assert_eq!(scope.tree(), "driver\nrequest\n  audit\n");
    /// ```
    ///
    /// [`smol::Executor`]: https://docs.rs/smol/2/smol/struct.Executor.html
    Executor: Send,
);

executor!(
    /// A [`smol::LocalExecutor`] whose tasks' spans are children of their spawner's.
    ///
    /// As [`Executor`], on one thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// let local = tracer_smol::LocalExecutor::new();
    /// let shared = Rc::new(42);
    /// let task = local.spawn(async move { *shared });
    /// assert_eq!(smol::block_on(local.run(task)), 42);
    /// ```
    ///
    /// [`smol::LocalExecutor`]: https://docs.rs/smol/2/smol/struct.LocalExecutor.html
    LocalExecutor,
    #[expect(clippy::future_not_send, reason = "its tasks stay on their thread")]
);
