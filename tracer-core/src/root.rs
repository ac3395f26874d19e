//! Local roots: is the request still open that a context was inherited from?
//!
//! Each local root takes an entry of a leaked table and puts its index and generation into its
//! context. A generation is odd while the root is open and even once it has ended. Entries are
//! taken again only after they have rested for the grace period, so that a context can tell "ended
//! a moment ago" from "ended long ago".

mod entries;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;
use crate::side::{self, Side};

use entries::entry;

/// Names an entry at one of its generations, so that no two are equal; index 0 is "no entry", for
/// when the table is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root(u64);

/// Milliseconds for which an ended root's context still counts as a parent where it was inherited.
static GRACE: AtomicU64 = AtomicU64::new(10_000);

static WITHOUT_ENTRY: AtomicU32 = AtomicU32::new(1);

/// Sets the grace period of the process; at least a millisecond apart from zero.
pub(crate) fn set_grace(grace: Duration) {
    GRACE.store(grace.as_millis() as u64, Ordering::Relaxed);
}

impl Root {
    pub(crate) const NONE: Self = Self::new(0, 0);

    const fn new(index: u32, generation: u32) -> Self {
        Self((generation as u64) << 32 | index as u64)
    }

    const fn index(self) -> u32 {
        self.0 as u32
    }

    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Takes an entry for a root that begins.
    pub(crate) fn begin() -> Self {
        let Some((index, entry)) = entries::take().and_then(|index| Some((index, entry(index)?)))
        else {
            // Relaxed: the number only has to be unique.
            return Self::new(0, WITHOUT_ENTRY.fetch_add(1, Ordering::Relaxed));
        };
        // Relaxed: the entry is this root's own, and whoever compares generations got this one
        // through the context.
        let generation = entry.generation.load(Ordering::Relaxed).wrapping_add(1);
        entry.generation.store(generation, Ordering::Relaxed);
        Self::new(index, generation)
    }

    /// The root has ended: its entry goes to rest.
    pub(crate) fn end(self) {
        let Some(entry) = entry(self.index()) else { return };
        // Relaxed: what another thread has set just now, and is not seen here, is swept later.
        if entry.has_side.load(Ordering::Relaxed) {
            entry.has_side.store(false, Ordering::Relaxed);
            side::free(self.0);
        }
        entry.ended.store(clock::coarse(), Ordering::Relaxed);
        // Release: pairs with the acquire in `is_expired`; who sees the even number sees the time.
        entry.generation.store(self.generation().wrapping_add(1), Ordering::Release);
        entries::rest(self.index(), entry);
    }

    /// Returns whether a context inherited from this root has stopped being a parent.
    pub(crate) fn is_expired(self) -> bool {
        let Some(entry) = entry(self.index()) else { return true };
        // Acquire: pairs with the release in `end`.
        match entry.generation.load(Ordering::Acquire).wrapping_sub(self.generation()) {
            0 => false,
            1 => {
                let ended = entry.ended.load(Ordering::Relaxed);
                clock::coarse().saturating_sub(ended) >= GRACE.load(Ordering::Relaxed)
            }
            _ => true,
        }
    }
}

/// What is kept of a root beside its context, from here until it ends.
impl Root {
    /// Returns what is kept.
    pub(crate) fn side(self) -> Option<Arc<Side>> {
        // Relaxed: who was handed the context sees what was set before; the table has a lock.
        let has_side = entry(self.index())?.has_side.load(Ordering::Relaxed);
        if has_side { side::get(self.0) } else { None }
    }

    /// Keeps `side`; false if the root has ended, or there is no room.
    pub(crate) fn set_side(self, side: Arc<Side>) -> bool {
        self.change_side(|own| *own = side).is_some()
    }

    /// Changes what is kept, which is nothing at first; none if the root has ended, or there is no room.
    pub(crate) fn change_side<R>(self, change: impl FnOnce(&mut Arc<Side>) -> R) -> Option<R> {
        let entry = entry(self.index()).filter(|_| self.is_open())?;
        entry.has_side.store(true, Ordering::Relaxed);
        side::change(self.0, |key| Self(key).is_open(), change)
    }

    fn is_open(self) -> bool {
        entry(self.index()).is_some_and(|entry| {
            // Relaxed: only what is kept beside it depends on it, and that has a lock.
            entry.generation.load(Ordering::Relaxed) == self.generation()
        })
    }
}

/// Follows the coarse clock, and allocates what roots will soon take; called once per pass of the
/// collector, for a root should neither divide nor allocate.
pub(crate) fn refresh() {
    entries::refresh(clock::coarse() / GRACE.load(Ordering::Relaxed).max(1));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Root;
    use crate::side::{self, Side};

    #[test]
    fn a_root_within_its_grace_is_not_expired() {
        let root = Root::begin();
        assert!(!root.is_expired());
        root.end();
        assert!(!root.is_expired(), "ended a moment ago");
    }

    #[test]
    fn what_is_kept_beside_a_root_goes_with_it() {
        let with = |key: &str| {
            let mut side = Side::default();
            side.baggage.set(key, "1").unwrap();
            Arc::new(side)
        };
        let (root, other) = (Root::begin(), Root::begin());
        assert_eq!(root.side(), None);
        assert!(root.set_side(with("a")) && other.set_side(with("b")));
        assert_eq!((root.side(), other.side()), (Some(with("a")), Some(with("b"))));
        root.end();
        assert_eq!((root.side(), other.side()), (None, Some(with("b"))));
        assert_eq!(side::get(root.0), None, "it takes no room any more");
        assert!(!root.set_side(with("late")));
        assert!(!Root::NONE.set_side(with("nowhere")));
        other.end();
    }

    #[test]
    fn without_an_entry_nothing_is_inherited() {
        assert!(Root::NONE.is_expired());
    }

    #[test]
    fn what_is_kept_is_never_another_root_s_however_roots_end() {
        let said = |root: Root| root.side().map(|side| side.trace_state.clone());
        let set = |root: Root| {
            root.change_side(|side| Arc::make_mut(side).trace_state = root.0.to_string())
        };
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..500 {
                        let root = Root::begin();
                        // Another thread may be too late, or find the entry gone to another root.
                        let late = std::thread::scope(|inner| {
                            let late = inner.spawn(|| set(root));
                            root.end();
                            late.join().unwrap()
                        });
                        let next = Root::begin();
                        assert_eq!((said(root), said(next)), (None, None), "{late:?}");
                        assert!(set(next).is_some());
                        assert_eq!(said(next), Some(next.0.to_string()));
                        next.end();
                    }
                });
            }
        });
    }

    #[test]
    fn roots_that_are_open_at_once_never_share_an_entry() {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| {
                    for _ in 0..2_000 {
                        let roots: Vec<_> = (0..8).map(|_| Root::begin()).collect();
                        assert!(roots.iter().all(|root| !root.is_expired()));
                        roots.into_iter().for_each(Root::end);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}
