//! Where chunks come from and go back to: a bounded pool without a lock.

use std::fmt;
use std::iter::successors;

use crate::chunk::{Chunk, Reader, WORDS, Word};
use crate::sync::{AtomicU32, AtomicU64, Count, Ordering, SetOnce};

/// Chunks are found by number in segments that are allocated as they are needed.
#[cfg(not(loom))]
mod table {
    use super::{Chunk, SetOnce};

    const SEGMENT: usize = 256;
    pub(super) type Table = [std::sync::OnceLock<Box<[SetOnce<&'static Chunk>]>>; 256];

    pub(super) const fn new() -> Table {
        [const { std::sync::OnceLock::new() }; 256]
    }

    pub(super) fn entry(table: &Table, number: u32) -> Option<&SetOnce<&'static Chunk>> {
        let segment = table.get(number as usize / SEGMENT)?;
        let segment = segment.get_or_init(|| (0..SEGMENT).map(|_| SetOnce::new()).collect());
        segment.get(number as usize % SEGMENT)
    }
}

#[cfg(loom)]
mod table {
    use super::{Chunk, SetOnce};

    pub(super) type Table = [SetOnce<&'static Chunk>; 5];

    pub(super) fn new() -> Table {
        std::array::from_fn(|_| SetOnce::new())
    }

    pub(super) fn entry(table: &Table, number: u32) -> Option<&SetOnce<&'static Chunk>> {
        table.get(number as usize)
    }
}

/// All chunks of a process, in use or free; bounded.
pub(crate) struct Pool {
    table: table::Table,
    /// The next number.
    next: AtomicU32,
    /// Words allocated, and how many may be.
    allocated: AtomicU64,
    limit: AtomicU64,
    /// Words of chunks that are not free.
    in_use: Count,
    /// Heads of the free chunks of each size: number in the low half, count of changes in the high.
    free: [AtomicU64; 2],
    /// First chunks of logs that the reader does not know yet.
    inbox: AtomicU32,
}

/// Pools are statics, but loom's atomics are made at run time.
macro_rules! const_unless_loom {
    ($(#[$doc:meta])* $vis:vis fn $($rest:tt)*) => {
        $(#[$doc])* #[cfg(not(loom))] $vis const fn $($rest)*
        $(#[$doc])* #[cfg(loom)] $vis fn $($rest)*
    };
}

impl Pool {
    const_unless_loom! {
        /// A pool of at most `limit` words.
        pub(crate) fn new(limit: u64) -> Self {
            Self {
                table: table::new(),
                next: AtomicU32::new(1),
                allocated: AtomicU64::new(0),
                limit: AtomicU64::new(limit),
                in_use: Count::new(0),
                free: [AtomicU64::new(0), AtomicU64::new(0)],
                inbox: AtomicU32::new(0),
            }
        }
    }

    /// Changes the bound; chunks that are allocated stay.
    pub(crate) fn set_limit(&self, limit: u64) {
        // Relaxed, here and below: counts that guard nothing else.
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Words allocated so far; chunks are recycled, not freed.
    pub(crate) fn allocated(&self) -> u64 {
        self.allocated.load(Ordering::Relaxed)
    }

    /// How much of the bound is in use, in thousandths.
    pub(crate) fn fullness(&self) -> u64 {
        self.in_use.load(Ordering::Relaxed) * 1000 / self.limit.load(Ordering::Relaxed).max(1)
    }

    /// In a forked child, only free chunks take up room: the others are those of threads that it does
    /// not have.
    pub(crate) fn begin_anew(&self) {
        let free = self.free.iter().flat_map(|head| {
            // Acquire: pairs with the release in `give_back`, for `link`.
            let first = self.find(head.load(Ordering::Acquire) as u32);
            successors(first, |chunk| self.find(chunk.link.load(Ordering::Relaxed)))
        });
        let words = free.map(|chunk| chunk.words.len() as u64).sum();
        self.allocated.store(words, Ordering::Relaxed);
        self.in_use.store(0, Ordering::Relaxed);
    }

    pub(super) fn find(&self, number: u32) -> Option<&'static Chunk> {
        if number == 0 {
            return None;
        }
        table::entry(&self.table, number)?.get()
    }

    /// Takes a free chunk of a size, or allocates one while the bound allows it.
    pub(super) fn take(&self, size: usize) -> Option<&'static Chunk> {
        let chunk = self.pop(&self.free[size]).or_else(|| self.allocate(size))?;
        self.in_use.fetch_add(chunk.words.len() as u64, Ordering::Relaxed);
        Some(chunk)
    }

    fn allocate(&self, size: usize) -> Option<&'static Chunk> {
        let (words, limit) = (WORDS[size] as u64, self.limit.load(Ordering::Relaxed));
        let grown = |allocated| (allocated + words <= limit).then_some(allocated + words);
        self.allocated.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).ok()?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = table::entry(&self.table, number)?;
        let chunk: &'static Chunk = Box::leak(Box::new(Chunk {
            number,
            len: AtomicU32::new(0),
            next: AtomicU32::new(0),
            link: AtomicU32::new(0),
            words: (0..WORDS[size]).map(|_| Word(AtomicU64::new(0))).collect(),
        }));
        entry.set(chunk).then_some(chunk)
    }

    /// The reader gives a chunk back.
    pub(super) fn give_back(&self, chunk: &'static Chunk) {
        self.in_use.fetch_sub(chunk.words.len() as u64, Ordering::Relaxed);
        chunk.len.store(0, Ordering::Relaxed);
        chunk.next.store(0, Ordering::Relaxed);
        let size = usize::from(chunk.words.len() != WORDS[0]);
        let mut head = self.free[size].load(Ordering::Relaxed);
        loop {
            chunk.link.store(head as u32, Ordering::Relaxed);
            let new = (head >> 32).wrapping_add(1) << 32 | u64::from(chunk.number);
            // Release: pairs with the acquire in `pop`; the taker sees `link`, and a chunk whose
            // words have been read out.
            match self.free[size].compare_exchange(head, new, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// The high half of the head counts changes, so that a head that was taken and given back
    /// between the load and the exchange is not mistaken for the old one.
    fn pop(&self, stack: &AtomicU64) -> Option<&'static Chunk> {
        // Acquire, here and where the exchange fails: pairs with the release in `give_back`, for
        // `link` and for the words. Where it succeeds the head is the one that was acquired.
        let mut head = stack.load(Ordering::Acquire);
        loop {
            let chunk = self.find(head as u32)?;
            let next = chunk.link.load(Ordering::Relaxed);
            let new = (head >> 32).wrapping_add(1) << 32 | u64::from(next);
            match stack.compare_exchange(head, new, Ordering::Relaxed, Ordering::Acquire) {
                Ok(_) => return Some(chunk),
                Err(now) => head = now,
            }
        }
    }

    /// Announces the first chunk of a new log to the reader.
    pub(super) fn announce(&self, chunk: &'static Chunk) {
        let mut head = self.inbox.load(Ordering::Relaxed);
        loop {
            chunk.link.store(head, Ordering::Relaxed);
            // Release: pairs with the acquire in `new_logs`, which reads `link`.
            match self.inbox.compare_exchange(
                head,
                chunk.number,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Takes the logs that were begun since the last call.
    pub(crate) fn new_logs(&self) -> Vec<Reader> {
        // Acquire: pairs with the release in `announce`.
        let mut number = self.inbox.swap(0, Ordering::Acquire);
        let mut logs = Vec::new();
        while let Some(chunk) = self.find(number) {
            number = chunk.link.load(Ordering::Relaxed);
            logs.push(Reader::new(chunk));
        }
        logs
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("allocated", &self.allocated()).finish_non_exhaustive()
    }
}
