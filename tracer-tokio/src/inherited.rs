//! The contexts of tasks that somebody spawned who carries none: by task, until the task ends.
//!
//! A task may end before its spawn is told: on a runtime that has shut down, or is just doing so. So
//! an end that finds nothing leaves its number, and a spawn that finds its own keeps nothing.

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;

use tracer_core::SpanContext;

const SHARDS: usize = 64;
/// 262,144 tasks in all shards.
const MAX_TASKS: usize = 4_096;
const ENDS: usize = 16;

/// What is kept of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) context: SpanContext,
    /// The task that spawned it, 0 for none.
    pub(crate) spawned_by: u64,
    pub(crate) spawned_at: &'static Location<'static>,
}

struct Shard {
    tasks: BTreeMap<u64, Kept>,
    /// Which tasks ended last that were not kept.
    ends: [u64; ENDS],
}

static KEPT: [Mutex<Shard>; SHARDS] =
    [const { Mutex::new(Shard { tasks: BTreeMap::new(), ends: [0; ENDS] }) }; SHARDS];
static TASKS: AtomicUsize = AtomicUsize::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// Keeps what is known of a task that was spawned.
pub(crate) fn keep(task: u64, new: Kept) {
    let kept = shard(task).is_some_and(|mut shard| {
        if shard.ends[place(task)] == task {
            return true;
        }
        let has_room = shard.tasks.len() < MAX_TASKS;
        if has_room && shard.tasks.insert(task, new).is_none() {
            // Relaxed: the task is scheduled after this, and reads it then.
            TASKS.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    });
    if !kept {
        // Relaxed: a number for people.
        REFUSED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Forgets a task that has ended.
pub(crate) fn forget(task: u64) {
    let Some(mut shard) = shard(task) else { return };
    if shard.tasks.remove(&task).is_some() {
        // Relaxed: no other task depends on it.
        TASKS.fetch_sub(1, Ordering::Relaxed);
    } else {
        shard.ends[place(task)] = task;
    }
}

/// What is kept of a task that runs.
pub(crate) fn find(task: u64) -> Option<Kept> {
    // Relaxed: what was kept of this task was so before it was scheduled.
    if TASKS.load(Ordering::Relaxed) == 0 {
        return None;
    }
    shard(task)?.tasks.get(&task).copied()
}

pub(crate) fn tasks() -> usize {
    // Relaxed: a number for people.
    TASKS.load(Ordering::Relaxed)
}

pub(crate) fn refused() -> u64 {
    // Relaxed: a number for people.
    REFUSED.load(Ordering::Relaxed)
}

/// Waits for other threads for a while only: one that a forked child does not have holds it for ever.
fn shard(task: u64) -> Option<MutexGuard<'static, Shard>> {
    let shard = &KEPT[task as usize % SHARDS];
    for _ in 0..10_000 {
        match shard.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}

const fn place(task: u64) -> usize {
    task as usize / SHARDS % ENDS
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use tracer_core::Span;

    use super::{Kept, MAX_TASKS, SHARDS, find, forget, keep, refused, tasks};

    #[test]
    fn a_task_is_kept_until_it_ends_and_no_more_are_than_there_is_room_for() {
        let context = Span::new("request").context();
        let context = Kept { context, spawned_by: 0, spawned_at: Location::caller() };
        let shard = |number: usize| (number * SHARDS) as u64;
        for number in 1..=MAX_TASKS {
            keep(shard(number), context);
        }
        assert_eq!((tasks(), refused()), (MAX_TASKS, 0));
        keep(shard(MAX_TASKS + 1), context);
        assert_eq!((tasks(), refused()), (MAX_TASKS, 1));
        let kept = find(shard(1)).map(|kept| (kept.context, kept.spawned_by, kept.spawned_at));
        assert_eq!(kept, Some((context.context, 0, context.spawned_at)));
        assert!(find(shard(MAX_TASKS + 1)).is_none());
        for number in 1..=MAX_TASKS + 1 {
            forget(shard(number));
        }
        assert_eq!(tasks(), 0);
        // What has ended before is not kept.
        keep(shard(MAX_TASKS + 1), context);
        assert_eq!((tasks(), refused()), (0, 1));
        assert!(find(shard(MAX_TASKS + 1)).is_none());
    }
}
