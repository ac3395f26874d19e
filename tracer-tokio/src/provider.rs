//! Which tokio task runs.

use tokio::task;
use tracer_core::{ContextProvider, key_of};

/// Answers for tokio's tasks: their id is the key.
///
/// The future of `Runtime::block_on` is no task.
///
/// # Examples
///
/// ```
/// use tracer_core::ContextProvider;
/// use tracer_tokio::Tokio;
///
/// assert_eq!(Tokio.key(), 0, "no task runs here");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tokio;

/// Registers [`Tokio`], once for the process.
///
/// Every function of this crate does so, and so do `tracer::init` and every `#[traced]` function.
/// Only who uses `tracer-core` without them calls it.
///
/// # Examples
///
/// ```
/// tracer_tokio::register();
/// ```
pub fn register() {
    tracer_core::register(&Tokio);
}

/// What the hooks are told.
#[cfg(tokio_unstable)]
pub(crate) static INHERITED: tracer_core::__private::Inherited<Kept> =
    tracer_core::__private::Inherited::new();

/// What is kept of a task.
#[cfg(tokio_unstable)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) context: tracer_core::SpanContext,
    /// The task that spawned it, 0 for none.
    pub(crate) spawned_by: u64,
    pub(crate) spawned_at: &'static std::panic::Location<'static>,
}

impl ContextProvider for Tokio {
    fn runtime(&self) -> &'static str {
        "tokio"
    }

    #[inline]
    fn key(&self) -> u64 {
        task::try_id().map_or(0, |id| key_of(&id))
    }

    #[cfg(tokio_unstable)]
    fn inherited(&self) -> Option<tracer_core::SpanContext> {
        INHERITED.find(self.key()).map(|kept| kept.context)
    }

    #[cfg(tokio_unstable)]
    fn describe(&self, tell: &mut dyn FnMut(tracer_core::TaskFacts<'_>)) {
        let facts = tracer_core::TaskFacts::default();
        tell(
            INHERITED.find(self.key()).map_or(facts, |kept| {
                facts.spawned_by(kept.spawned_by).spawned_at(kept.spawned_at)
            }),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tokio::runtime::Builder;
    use tracer_core::ContextProvider;

    use super::Tokio;

    #[test]
    fn each_task_has_a_key_of_its_own_and_nothing_else_has_one() {
        assert_eq!(Tokio.key(), 0);
        let runtime = Builder::new_current_thread().build().unwrap();
        let keys: HashSet<_> = (0..100)
            .map(|_| runtime.block_on(async { tokio::spawn(async { Tokio.key() }).await.unwrap() }))
            .collect();
        assert_eq!(keys.len(), 100);
        assert!(!keys.contains(&0));
        assert_eq!(runtime.block_on(async { Tokio.key() }), 0, "the future of block_on is no task");
    }
}
