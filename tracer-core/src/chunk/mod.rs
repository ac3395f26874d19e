//! The log's protocol: chunks of slots, one writer and one reader each, recycled through a pool.
//!
//! # Who may touch what
//!
//! * R1: a chunk has one owner at a time: the pool's free list, or one [`Writer`] and the one reader.
//! * R2: only the writer stores `len` and `next`; it fills slots beyond `len`, then publishes them
//!   by one store of `len`, so a record over several slots appears at once.
//! * R3: when a chunk has no room the writer takes another, stores its number in `next` and never
//!   touches the old one again. A thread that ends stores [`CLOSED`] instead.
//! * R4: the reader reads slots below `len`. It gives a chunk back only after it has seen `next`
//!   and then everything below `len`, which by R3 no longer grows.
//!
//! There is no lock: chunks are leaked, known by number, and linked through `link` (a chunk is in
//! the free list or in the inbox of new logs, never in both). A writer that finds no chunk counts
//! what it could not write and goes on; it never waits.

mod ends;
mod pool;

use std::fmt;

pub(crate) use ends::{Progress, Reader, Writer};
pub(crate) use pool::Pool;

use crate::record::SLOT;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// Eight words, one cache line.
#[repr(align(64))]
pub(crate) struct Slot([AtomicU64; SLOT]);

impl Slot {
    /// Relaxed: published by the store of `len`.
    #[inline(always)]
    pub(crate) fn store(&self, index: usize, word: u64) {
        self.0[index].store(word, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn words(&self) -> [u64; SLOT] {
        std::array::from_fn(|index| self.0[index].load(Ordering::Relaxed))
    }

    /// The words in order, little endian.
    #[inline]
    pub(crate) fn bytes(&self) -> [u8; 8 * SLOT] {
        let mut bytes = [0; 8 * SLOT];
        for (eight, word) in bytes.chunks_exact_mut(8).zip(self.words()) {
            eight.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// In `next`: the thread has ended, nothing follows.
const CLOSED: u32 = u32::MAX;

struct Chunk {
    number: u32,
    len: AtomicU32,
    next: AtomicU32,
    link: AtomicU32,
    slots: Box<[Slot]>,
}

/// Slots of the two sizes of chunk: a thread begins with a small one, because it may stay idle.
#[cfg(not(loom))]
const SLOTS: [usize; 2] = [64, 1024];
#[cfg(loom)]
const SLOTS: [usize; 2] = [1, 2];

/// Most slots that one record may take: those of a large chunk.
pub(crate) const MAX_SLOTS: usize = SLOTS[1];

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Slot").field(&self.words()).finish()
    }
}

#[cfg(test)]
mod tests;
