//! Which async-std task runs.

use async_std::task;
use tracer_core::{ContextProvider, key_of};

/// Answers for async-std's tasks, the one of `block_on` among them: their id is the key.
#[derive(Clone, Copy, Debug)]
pub struct AsyncStd;

/// Registers [`AsyncStd`]; [`spawn`](crate::spawn) and every `#[traced]` function do so.
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
