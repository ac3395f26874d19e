//! Entries of local roots: a table that only grows, and those in it that rest.
//!
//! No lock: entries rest in stacks linked by index. Threads work in parts of their own, so that
//! roots of several threads do not wait for each other's cache lines.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::local;

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) generation: AtomicU32,
    next: AtomicU32,
    /// Coarse milliseconds.
    pub(super) ended: AtomicU64,
    /// Something may be kept of this root beside its context.
    pub(super) has_side: AtomicBool,
}

/// Entries that one part takes at once: they share no cache line with others.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Block([Entry; BLOCK as usize]);

const BLOCK: u32 = 16;
const SEGMENT: u32 = 1024;
const MAX_ENTRIES: u32 = 1 << 20;
type Segment = Box<[Block]>;
static TABLE: [OnceLock<Segment>; (MAX_ENTRIES / SEGMENT) as usize] =
    [const { OnceLock::new() }; (MAX_ENTRIES / SEGMENT) as usize];
/// The first entry that no part has; those beside 0, which is none, are left out with it.
static NEXT: AtomicU32 = AtomicU32::new(BLOCK);

/// What threads of one part share. Two cache lines, which processors fetch together.
#[derive(Debug)]
#[repr(align(128))]
struct Part {
    /// Heads of the stacks of resting entries, by the period in which they ended: index in the low
    /// half, a count against reuse between a load and its exchange in the high half.
    resting: [AtomicU64; PERIODS],
    /// Entries of its block that were never taken: the first in the low half, the end in the high one.
    fresh: AtomicU64,
}

const PERIODS: usize = 4;
const PARTS: usize = 64;
static ALL: [Part; PARTS] = [const { Part::new() }; PARTS];
static NEXT_PART: AtomicU32 = AtomicU32::new(1);

/// Grace periods since the start, as of the collector's last pass.
static PERIOD: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Number of the thread's part, from 1; 0 until its first root.
    static PART: Cell<u32> = const { Cell::new(0) };
}

pub(super) fn entry(index: u32) -> Option<&'static Entry> {
    if index == 0 {
        return None;
    }
    let segment = TABLE.get((index / SEGMENT) as usize)?.get()?;
    let block = segment.get((index % SEGMENT / BLOCK) as usize)?;
    block.0.get((index % BLOCK) as usize)
}

/// An entry that has rested for a whole period, else a new one, else one that rests too short.
pub(super) fn take() -> Option<u32> {
    take_in(own(), in_use())
}

fn take_in(own: &Part, all: &[Part]) -> Option<u32> {
    let rested = |part: &Part| pop(part.resting(3)).or_else(|| pop(part.resting(2)));
    let resting = |part: &Part| pop(part.resting(1)).or_else(|| pop(part.resting(0)));
    let fresh = rested(own).or_else(|| own.fresh());
    // Roots may begin in one thread and end in others.
    let fresh = fresh.or_else(|| all.iter().find_map(rested)).or_else(|| own.grow());
    fresh.or_else(|| all.iter().find_map(resting))
}

/// The root of an entry has ended.
pub(super) fn rest(index: u32, entry: &Entry) {
    push(own().resting(0), index, entry);
}

/// Begins a period, and allocates what is taken next.
pub(super) fn refresh(period: u64) {
    PERIOD.store(period, Ordering::Relaxed);
    let segment = (NEXT.load(Ordering::Relaxed) / SEGMENT) as usize;
    TABLE.iter().skip(segment).take(2).for_each(allocate);
}

fn allocate(segment: &OnceLock<Segment>) {
    if segment.get().is_none() {
        // Made before, so that a fork hardly finds it being set, for which the child would wait for ever.
        let blocks = (0..SEGMENT / BLOCK).map(|_| Block::default()).collect();
        let _first = segment.set(blocks);
    }
}

/// The part of this thread.
fn own() -> &'static Part {
    let part = local::with(&PART, |part| {
        if part.get() == 0 {
            // Relaxed: the number only spreads threads.
            part.set(NEXT_PART.fetch_add(1, Ordering::Relaxed).max(1));
        }
        part.get()
    });
    &ALL[part as usize % PARTS]
}

/// All parts that threads were given, and the first one.
fn in_use() -> &'static [Part] {
    &ALL[..PARTS.min(NEXT_PART.load(Ordering::Relaxed) as usize)]
}

impl Part {
    const fn new() -> Self {
        Self { resting: [const { AtomicU64::new(0) }; PERIODS], fresh: AtomicU64::new(0) }
    }

    fn fresh(&self) -> Option<u32> {
        let taken = |fresh: u64| (fresh as u32 != (fresh >> 32) as u32).then_some(fresh + 1);
        // Acquire: pairs with the release in `grow`, before which the entries were allocated.
        let fresh = self.fresh.fetch_update(Ordering::Acquire, Ordering::Relaxed, taken);
        Some(fresh.ok()? as u32)
    }

    /// Takes the first entry of a new block.
    #[cold]
    fn grow(&self) -> Option<u32> {
        let grown = |next| (next < MAX_ENTRIES).then_some(next + BLOCK);
        // Relaxed: a block only has to be taken once.
        let first = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).ok()?;
        allocate(&TABLE[(first / SEGMENT) as usize]);
        let block = u64::from(first + BLOCK) << 32 | u64::from(first + 1);
        // Release: pairs with the acquire in `fresh`; and acquire, as there.
        let left = self.fresh.swap(block, Ordering::AcqRel);
        // Another thread of this part has grown it, too.
        for index in left as u32..(left >> 32) as u32 {
            if let Some(entry) = entry(index) {
                push(self.resting(0), index, entry);
            }
        }
        Some(first)
    }

    /// The stack of the period `back` grace periods ago.
    fn resting(&self, back: u64) -> &AtomicU64 {
        &self.resting[(PERIOD.load(Ordering::Relaxed).wrapping_sub(back) % PERIODS as u64) as usize]
    }
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
    use std::iter;
    use std::sync::atomic::Ordering;

    use super::{BLOCK, NEXT, Part, SEGMENT, TABLE, entry, pop, push, refresh, take_in};

    #[test]
    fn what_roots_take_next_has_been_allocated_by_the_collector() {
        let segment = (NEXT.load(Ordering::Relaxed) / SEGMENT) as usize;
        refresh(0);
        assert!(TABLE[segment..segment + 2].iter().all(|segment| segment.get().is_some()));
    }

    #[test]
    fn what_one_part_takes_shares_no_cache_line_with_what_others_take() {
        let lines = |part: &Part| {
            let taken: Vec<_> = iter::from_fn(|| take_in(part, &[])).take(BLOCK as usize).collect();
            let address = |index: &u32| entry(*index).map(|entry| std::ptr::from_ref(entry).addr());
            taken.iter().filter_map(address).map(|address| address / 64).collect::<Vec<_>>()
        };
        let (one, other) = (lines(&Part::new()), lines(&Part::new()));
        assert_eq!((one.len(), other.len()), (16, 16));
        assert!(one.iter().all(|line| !other.contains(line)), "{one:?} {other:?}");
    }

    #[test]
    fn what_two_threads_of_a_part_take_at_once_is_not_lost() {
        let part = Part::new();
        let (first, second) = (part.grow().unwrap(), part.grow().unwrap());
        let of_first = iter::from_fn(|| part.resting.iter().find_map(pop));
        assert_eq!(of_first.filter(|index| (first..first + BLOCK).contains(index)).count(), 15);
        assert_eq!(part.fresh(), Some(second + 1));
    }

    #[test]
    fn what_has_rested_anywhere_is_taken_before_the_table_grows() {
        let (own, other) = (Part::new(), [Part::new()]);
        let index = other[0].grow().unwrap();
        // Whichever period it is.
        other[0].resting.iter().for_each(|stack| {
            let index = other[0].fresh().unwrap();
            push(stack, index, entry(index).unwrap());
        });
        let taken = take_in(&own, &other).unwrap();
        assert_eq!(taken / BLOCK, index / BLOCK);
    }
}
