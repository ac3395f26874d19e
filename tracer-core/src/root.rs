//! Local roots: is the request still open that a context was inherited from?
//!
//! Each local root takes an entry of a leaked table and puts its index and generation into its
//! context. A generation is odd while the root is open and even once it has ended. Entries are
//! taken again only after they have rested for the grace period, so that a context can tell "ended
//! a moment ago" from "ended long ago". No lock: entries rest in stacks linked by index.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;

/// Names an entry at one of its generations, so that no two are equal; index 0 is "no entry", for
/// when the table is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root(u64);

#[derive(Debug, Default)]
struct Entry {
    generation: AtomicU32,
    next: AtomicU32,
    /// Coarse milliseconds.
    ended: AtomicU64,
}

const SEGMENT: usize = 1024;
const MAX_ENTRIES: u32 = 1 << 20;
type Segment = Box<[Entry]>;
static TABLE: [OnceLock<Segment>; MAX_ENTRIES as usize / SEGMENT] =
    [const { OnceLock::new() }; MAX_ENTRIES as usize / SEGMENT];
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Milliseconds for which an ended root's context still counts as a parent where it was inherited.
static GRACE: AtomicU64 = AtomicU64::new(10_000);

/// Heads of the stacks of resting entries, by the period in which they ended: index in the low
/// half, a count against reuse between a load and its exchange in the high half.
static RESTING: [AtomicU64; PERIODS] = [const { AtomicU64::new(0) }; PERIODS];
const PERIODS: usize = 4;

/// Grace periods since the start, as of the collector's last pass.
static PERIOD: AtomicU64 = AtomicU64::new(0);
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
        let Some((index, entry)) = take().and_then(|index| Some((index, entry(index)?))) else {
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
        entry.ended.store(clock::coarse(), Ordering::Relaxed);
        // Release: pairs with the acquire in `is_expired`; who sees the even number sees the time.
        entry.generation.store(self.generation().wrapping_add(1), Ordering::Release);
        push(&RESTING[period(0)], self.index(), entry);
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

fn entry(index: u32) -> Option<&'static Entry> {
    if index == 0 {
        return None;
    }
    TABLE.get(index as usize / SEGMENT)?.get()?.get(index as usize % SEGMENT)
}

/// Follows the coarse clock; called once per pass of the collector, for a root should not divide.
pub(crate) fn refresh() {
    PERIOD.store(clock::coarse() / GRACE.load(Ordering::Relaxed).max(1), Ordering::Relaxed);
}

/// The stack of the period `back` grace periods ago.
fn period(back: u64) -> usize {
    (PERIOD.load(Ordering::Relaxed).wrapping_sub(back) % PERIODS as u64) as usize
}

/// An entry that has rested for a whole period, else a new one, else one that rests too short.
fn take() -> Option<u32> {
    pop(&RESTING[period(3)]).or_else(|| pop(&RESTING[period(2)])).or_else(grow).or_else(|| {
        let periods = [period(1), period(0)];
        periods.iter().find_map(|period| pop(&RESTING[*period]))
    })
}

fn grow() -> Option<u32> {
    let index = NEXT
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next < MAX_ENTRIES).then_some(next + 1)
        })
        .ok()?;
    TABLE[index as usize / SEGMENT]
        .get_or_init(|| (0..SEGMENT).map(|_| Entry::default()).collect());
    Some(index)
}

fn push(stack: &AtomicU64, index: u32, entry: &Entry) {
    let mut head = stack.load(Ordering::Relaxed);
    loop {
        entry.next.store(head as u32, Ordering::Relaxed);
        let new = (head >> 32).wrapping_add(1) << 32 | u64::from(index);
        // Release: pairs with the acquire in `pop`, which reads `next`.
        match stack.compare_exchange_weak(head, new, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => head = now,
        }
    }
}

fn pop(stack: &AtomicU64) -> Option<u32> {
    // Acquire, here and below: pairs with the release in `push`.
    let mut head = stack.load(Ordering::Acquire);
    loop {
        let index = head as u32;
        let next = entry(index)?.next.load(Ordering::Relaxed);
        let new = (head >> 32).wrapping_add(1) << 32 | u64::from(next);
        match stack.compare_exchange_weak(head, new, Ordering::Acquire, Ordering::Acquire) {
            Ok(_) => return Some(index),
            Err(now) => head = now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Root;

    #[test]
    fn a_root_within_its_grace_is_not_expired() {
        let root = Root::begin();
        assert!(!root.is_expired());
        root.end();
        assert!(!root.is_expired(), "ended a moment ago");
    }

    #[test]
    fn without_an_entry_nothing_is_inherited() {
        assert!(Root::NONE.is_expired());
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
