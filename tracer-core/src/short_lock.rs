//! Locks that are held for moments, which traced threads take where there is no way without.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Who holds one may lose the processor meanwhile, on a busy machine for some scheduler's turns. Who
/// takes longer does not exist: a forked child does not have the thread.
const PATIENCE: Duration = Duration::from_millis(200);
/// Tries between two looks at the clock.
const TRIES: usize = 64;

/// A lock that nobody waits for longer than for a thread that has lost the processor.
#[doc(hidden)]
#[derive(Debug)]
pub struct ShortLock<T> {
    value: Mutex<T>,
    /// Somebody has waited in vain: nobody will any more.
    is_orphaned: AtomicBool,
}

impl<T> ShortLock<T> {
    #[doc(hidden)]
    pub const fn new(value: T) -> Self {
        Self { value: Mutex::new(value), is_orphaned: AtomicBool::new(false) }
    }

    /// Takes the lock; none where its holder is gone.
    pub fn lock(&self) -> Option<MutexGuard<'_, T>> {
        if let Some(guard) = self.try_lock() {
            return Some(guard);
        }
        // Relaxed, here and below: only how long somebody waits depends on it.
        if self.is_orphaned.load(Ordering::Relaxed) {
            return None;
        }
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            for _ in 0..TRIES {
                thread::yield_now();
                if let Some(guard) = self.try_lock() {
                    return Some(guard);
                }
            }
        }
        self.is_orphaned.store(true, Ordering::Relaxed);
        None
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.value.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Instant;

    use super::{PATIENCE, ShortLock};

    #[test]
    fn a_holder_that_was_away_for_a_while_is_waited_for() {
        let (lock, (held, waits)) = (ShortLock::new(1), channel());
        thread::scope(|threads| {
            threads.spawn(|| {
                let mut guard = lock.lock().expect("nobody holds it");
                held.send(()).expect("the test waits");
                let begin = Instant::now();
                while begin.elapsed() < PATIENCE / 4 {
                    thread::yield_now();
                }
                *guard = 2;
            });
            waits.recv().expect("it is held");
            assert_eq!(lock.lock().as_deref(), Some(&2));
        });
    }

    #[test]
    fn a_holder_that_is_gone_is_waited_for_once() {
        let lock = ShortLock::new(1);
        let gone = lock.lock().expect("nobody holds it");
        assert!(lock.lock().is_none());
        let begin = Instant::now();
        assert!((0..100).all(|_| lock.lock().is_none()));
        assert!(begin.elapsed() < PATIENCE);
        drop(gone);
        assert!(lock.lock().is_some());
    }
}
