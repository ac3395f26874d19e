//! Which async-std task runs.

use async_std::task;
use tracer_core::{ContextProvider, SpanContext, TaskFacts, key_of};

use crate::inherited;

/// Answers for async-std's tasks: their id is the key.
///
/// The future of `block_on` is a task, too.
///
/// # Examples
///
/// ```
/// use tracer_async_std::AsyncStd;
/// use tracer_core::ContextProvider;
///
/// assert_eq!(AsyncStd.key(), 0, "no task runs here");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AsyncStd;

/// Registers [`AsyncStd`], once for the process.
///
/// [`spawn`](crate::spawn()) does so, and so do `tracer::init` and every `#[traced]` function. Only
/// who uses `tracer-core` without them calls it.
///
/// # Examples
///
/// ```
/// tracer_async_std::register();
/// ```
pub fn register() {
    tracer_core::register(&AsyncStd);
}

impl ContextProvider for AsyncStd {
    fn runtime(&self) -> &'static str {
        "async-std"
    }

    #[inline]
    fn key(&self) -> u64 {
        task::try_current().map_or(0, |task| key_of(&task.id()))
    }

    fn inherited(&self) -> Option<SpanContext> {
        inherited::find(self.key())
    }

    fn describe(&self, tell: &mut dyn FnMut(TaskFacts<'_>)) {
        let task = task::try_current();
        let name = task.as_ref().and_then(|task| task.name());
        tell(name.map_or(TaskFacts::default(), |name| TaskFacts::default().name(name)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use async_std::task;
    use tracer_core::ContextProvider;

    use super::AsyncStd;

    #[test]
    fn each_task_has_a_key_of_its_own_and_nothing_else_has_one() {
        assert_eq!(AsyncStd.key(), 0);
        let keys: HashSet<_> =
            (0..100).map(|_| task::block_on(task::spawn(async { AsyncStd.key() }))).collect();
        assert_eq!(keys.len(), 100);
        assert!(!keys.contains(&0));
        assert_ne!(task::block_on(async { AsyncStd.key() }), 0, "the future of block_on is a task");
    }
}
