//! The log's protocol: chunks of words, one writer and one reader each, recycled through a pool.
//!
//! # Who may touch what
//!
//! * R1: a chunk has one owner at a time: the pool's free list, or one [`Writer`] and the one reader.
//! * R2: only the writer stores `len` and `next`; it fills words beyond `len`, then publishes them
//!   by one store of `len`, so a record appears at once.
//! * R3: when a chunk has no room the writer takes another, stores its number in `next` and never
//!   touches the old one again. A thread that ends stores [`CLOSED`] instead.
//! * R4: the reader reads words below `len`. It gives a chunk back only after it has seen `next`
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

use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// What records are made of.
pub(crate) struct Word(AtomicU64);

impl Word {
    /// Relaxed: published by the store of `len`.
    #[inline(always)]
    pub(crate) fn store(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Relaxed: published by the store of `len`.
    #[inline(always)]
    pub(crate) fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// In `next`: the thread has ended, nothing follows.
const CLOSED: u32 = u32::MAX;

struct Chunk {
    number: u32,
    len: AtomicU32,
    next: AtomicU32,
    link: AtomicU32,
    words: Box<[Word]>,
}

/// Words of the two sizes of chunk: a thread begins with a small one, because it may stay idle.
#[cfg(not(loom))]
const WORDS: [usize; 2] = [512, 8_192];
#[cfg(loom)]
const WORDS: [usize; 2] = [1, 2];

/// Most words that one record may take: those of a large chunk.
pub(crate) const MAX_RECORD: usize = WORDS[1];

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Word").field(&self.load()).finish()
    }
}

#[cfg(test)]
mod tests;
