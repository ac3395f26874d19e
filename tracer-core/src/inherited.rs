//! The contexts of tasks that somebody spawned who carries none, for a runtime that tells of its
//! tasks: by task, until it ends or there are too many.
//!
//! A task may end before its spawn is told: on a runtime that has shut down, or is just doing so. So
//! an end that finds nothing leaves its number, and a spawn that finds its own keeps nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::short_lock::ShortLock;

const SHARDS: usize = 64;
/// 262,144 tasks in all shards.
const MAX_TASKS: usize = 4_096;
const ENDS: usize = 16;

/// What tasks inherit, a context or more: a runtime's adapter has one, as a static.
///
/// Task numbers grow: where there is no room, it is made by the context of the oldest task, because
/// that one has most likely been asked for already, or has expired.
#[doc(hidden)]
pub struct Inherited<T> {
    shards: [ShortLock<Shard<T>>; SHARDS],
    tasks: AtomicUsize,
    evicted: AtomicU64,
}

struct Shard<T> {
    tasks: BTreeMap<u64, T>,
    /// Which tasks ended last that were not kept.
    ends: [u64; ENDS],
}

impl<T: Copy> Inherited<T> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self {
            shards: [const { ShortLock::new(Shard { tasks: BTreeMap::new(), ends: [0; ENDS] }) };
                SHARDS],
            tasks: AtomicUsize::new(0),
            evicted: AtomicU64::new(0),
        }
    }

    /// Keeps the context of a task that is being spawned.
    pub fn keep(&self, task: u64, context: T) {
        let Some(mut shard) = self.shard(task) else {
            // Relaxed: a number for people.
            self.evicted.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if shard.ends[place(task)] == task || shard.tasks.insert(task, context).is_some() {
            return;
        }
        if shard.tasks.len() > MAX_TASKS {
            shard.tasks.pop_first();
            // Relaxed: a number for people.
            self.evicted.fetch_add(1, Ordering::Relaxed);
        } else {
            // Relaxed: the task is scheduled after this, and reads it then.
            self.tasks.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Forgets a task that has ended, or takes what it inherited to where it ends with it.
    pub fn take(&self, task: u64) -> Option<T> {
        let mut shard = self.shard(task)?;
        let context = shard.tasks.remove(&task);
        if context.is_some() {
            // Relaxed: no other task depends on it.
            self.tasks.fetch_sub(1, Ordering::Relaxed);
        } else {
            shard.ends[place(task)] = task;
        }
        context
    }

    /// What is kept of a task that runs.
    pub fn find(&self, task: u64) -> Option<T> {
        if self.tasks() == 0 {
            return None;
        }
        self.shard(task)?.tasks.get(&task).copied()
    }

    /// How many tasks are kept.
    pub fn tasks(&self) -> usize {
        // Relaxed: what was kept of a task that runs was so before it was scheduled.
        self.tasks.load(Ordering::Relaxed)
    }

    /// How many tasks were forgotten to make room.
    pub fn evicted(&self) -> u64 {
        // Relaxed: a number for people.
        self.evicted.load(Ordering::Relaxed)
    }

    /// Nothing where a forked child does not have the thread that holds it.
    fn shard(&self, task: u64) -> Option<MutexGuard<'_, Shard<T>>> {
        self.shards[task as usize % SHARDS].lock()
    }
}

impl<T: Copy> fmt::Debug for Inherited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inherited")
            .field("tasks", &self.tasks())
            .field("evicted", &self.evicted())
            .finish_non_exhaustive()
    }
}

const fn place(task: u64) -> usize {
    task as usize / SHARDS % ENDS
}

#[cfg(test)]
mod tests {
    use crate::context::SpanContext;

    use super::{Inherited, MAX_TASKS, SHARDS};

    const CONTEXT: SpanContext = SpanContext::scope(1);

    /// The number of a task that lies in the first shard.
    const fn number(task: usize) -> u64 {
        (task * SHARDS) as u64
    }

    #[test]
    fn the_newest_tasks_are_kept_as_many_as_there_is_room_for() {
        let kept = Inherited::new();
        for task in 1..=MAX_TASKS {
            kept.keep(number(task), CONTEXT);
        }
        assert_eq!((kept.tasks(), kept.evicted()), (MAX_TASKS, 0));
        kept.keep(number(MAX_TASKS + 1), CONTEXT);
        assert_eq!((kept.tasks(), kept.evicted()), (MAX_TASKS, 1));
        assert!(kept.find(number(1)).is_none(), "the oldest makes room");
        assert!(kept.find(number(2)).is_some() && kept.find(number(MAX_TASKS + 1)).is_some());
        for task in 1..=MAX_TASKS + 1 {
            kept.take(number(task));
        }
        assert_eq!((kept.tasks(), kept.evicted()), (0, 1));
    }

    #[test]
    fn what_has_ended_before_its_spawn_is_told_is_not_kept() {
        let kept = Inherited::new();
        assert!(kept.take(number(1)).is_none());
        kept.keep(number(1), CONTEXT);
        assert_eq!(kept.tasks(), 0);
        kept.keep(number(2), CONTEXT);
        assert!(kept.take(number(2)).is_some() && kept.take(number(2)).is_none());
        assert_eq!((kept.tasks(), kept.evicted()), (0, 0));
    }
}
