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

use std::cell::Cell;
use std::fmt;

use crate::record::SLOT;
use crate::sync::{AtomicU32, AtomicU64, Ordering, SetOnce};

/// Eight words, one cache line.
#[repr(align(64))]
pub(crate) struct Slot([AtomicU64; SLOT]);

impl Slot {
    /// Relaxed: published by the store of `len`.
    #[inline(always)]
    pub(crate) fn store(&self, index: usize, word: u64) {
        self.0[index].store(word, Ordering::Relaxed);
    }

    pub(crate) fn words(&self) -> [u64; SLOT] {
        std::array::from_fn(|index| self.0[index].load(Ordering::Relaxed))
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
    /// Slots allocated, and how many may be.
    allocated: AtomicU64,
    limit: AtomicU64,
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
        /// A pool of at most `limit` slots.
        pub(crate) fn new(limit: u64) -> Self {
            Self {
                table: table::new(),
                next: AtomicU32::new(1),
                allocated: AtomicU64::new(0),
                limit: AtomicU64::new(limit),
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

    /// Slots allocated so far; chunks are recycled, not freed.
    pub(crate) fn allocated(&self) -> u64 {
        self.allocated.load(Ordering::Relaxed)
    }

    fn find(&self, number: u32) -> Option<&'static Chunk> {
        if number == 0 {
            return None;
        }
        table::entry(&self.table, number)?.get()
    }

    /// Takes a free chunk of a size, or allocates one while the bound allows it.
    fn take(&self, size: usize) -> Option<&'static Chunk> {
        self.pop(&self.free[size]).or_else(|| self.allocate(size))
    }

    fn allocate(&self, size: usize) -> Option<&'static Chunk> {
        let (slots, limit) = (SLOTS[size] as u64, self.limit.load(Ordering::Relaxed));
        let grown = |allocated| (allocated + slots <= limit).then_some(allocated + slots);
        self.allocated.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).ok()?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = table::entry(&self.table, number)?;
        let chunk: &'static Chunk = Box::leak(Box::new(Chunk {
            number,
            len: AtomicU32::new(0),
            next: AtomicU32::new(0),
            link: AtomicU32::new(0),
            slots: (0..SLOTS[size]).map(|_| Slot(std::array::from_fn(|_| AtomicU64::new(0)))).collect(),
        }));
        entry.set(chunk).then_some(chunk)
    }

    /// The reader gives a chunk back.
    fn give_back(&self, chunk: &'static Chunk) {
        chunk.len.store(0, Ordering::Relaxed);
        chunk.next.store(0, Ordering::Relaxed);
        let size = usize::from(chunk.slots.len() != SLOTS[0]);
        let mut head = self.free[size].load(Ordering::Relaxed);
        loop {
            chunk.link.store(head as u32, Ordering::Relaxed);
            let new = (head >> 32).wrapping_add(1) << 32 | u64::from(chunk.number);
            // Release: pairs with the acquire in `pop`; the taker sees `link`, and a chunk whose
            // slots have been read out.
            match self.free[size].compare_exchange(head, new, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// The high half of the head counts changes, so that a head that was taken and given back
    /// between the load and the exchange is not mistaken for the old one.
    fn pop(&self, stack: &AtomicU64) -> Option<&'static Chunk> {
        // Acquire, here and below: pairs with the release in `give_back`.
        let mut head = stack.load(Ordering::Acquire);
        loop {
            let chunk = self.find(head as u32)?;
            let next = chunk.link.load(Ordering::Relaxed);
            let new = (head >> 32).wrapping_add(1) << 32 | u64::from(next);
            match stack.compare_exchange(head, new, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Some(chunk),
                Err(now) => head = now,
            }
        }
    }

    /// Announces the first chunk of a new log to the reader.
    fn announce(&self, chunk: &'static Chunk) {
        let mut head = self.inbox.load(Ordering::Relaxed);
        loop {
            chunk.link.store(head, Ordering::Relaxed);
            // Release: pairs with the acquire in `new_logs`, which reads `link`.
            match self.inbox.compare_exchange(head, chunk.number, Ordering::Release, Ordering::Relaxed) {
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
            logs.push(Reader { chunk, read: 0 });
        }
        logs
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("allocated", &self.allocated()).finish_non_exhaustive()
    }
}

/// The writing end of one thread's log. All its fields are the thread's own.
#[derive(Debug)]
pub(crate) struct Writer {
    chunk: Cell<Option<&'static Chunk>>,
    /// The slots of `chunk`; empty before the first record and after the last.
    slots: Cell<&'static [Slot]>,
    used: Cell<usize>,
    closed: Cell<bool>,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { chunk: Cell::new(None), slots: Cell::new(&[]), used: Cell::new(0), closed: Cell::new(false) }
    }

    /// Returns `count` free slots in a row, if the current chunk has them.
    #[inline(always)]
    pub(crate) fn room(&self, count: usize) -> Option<&'static [Slot]> {
        self.slots.get().get(self.used.get()..self.used.get() + count)
    }

    /// The slots that [`room`](Self::room) returned have been filled: the reader may see them.
    #[inline(always)]
    pub(crate) fn publish(&self, count: usize) {
        let used = self.used.get() + count;
        self.used.set(used);
        if let Some(chunk) = self.chunk.get() {
            // Release: pairs with the acquire in `Reader::read`; the slots are visible before it.
            chunk.len.store(used as u32, Ordering::Release);
        }
    }

    /// Returns whether the next record is this thread's first.
    pub(crate) fn is_new(&self) -> bool {
        self.chunk.get().is_none() && !self.closed.get()
    }

    /// Moves on to a chunk with at least `count` free slots; false if there is none to be had.
    #[cold]
    pub(crate) fn turn_over(&self, pool: &Pool, count: usize) -> bool {
        if self.closed.get() || count > MAX_SLOTS {
            return false;
        }
        let old = self.chunk.get();
        let size = usize::from(old.is_some() || count > SLOTS[0]);
        let Some(new) = pool.take(size) else { return false };
        match old {
            // Release: pairs with the acquire in `Reader::read`; `len` of the old one is final.
            Some(old) => old.next.store(new.number, Ordering::Release),
            None => pool.announce(new),
        }
        self.chunk.set(Some(new));
        self.slots.set(&new.slots);
        self.used.set(0);
        true
    }

    /// The thread ends: what it wrote stays to be read, what comes later is refused.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        self.slots.set(&[]);
        if let Some(chunk) = self.chunk.take() {
            // Release: pairs with the acquire in `Reader::read`.
            chunk.next.store(CLOSED, Ordering::Release);
        }
    }
}

/// The reading end of one thread's log.
#[derive(Debug)]
pub(crate) struct Reader {
    chunk: &'static Chunk,
    read: usize,
}

impl Reader {
    /// Shows all new slots, whole records at a time; false once the log has ended.
    pub(crate) fn read(&mut self, pool: &Pool, mut visit: impl FnMut(&[Slot])) -> bool {
        loop {
            // Acquire: pairs with the releases in `turn_over` and `close`. Read before `len`, so
            // that a `len` read after "there is a next chunk" is the last one (R3).
            let next = self.chunk.next.load(Ordering::Acquire);
            // Acquire: pairs with the release in `publish`.
            let len = self.chunk.len.load(Ordering::Acquire) as usize;
            if len > self.read {
                visit(&self.chunk.slots[self.read..len]);
                self.read = len;
            }
            if next == 0 {
                return true;
            }
            pool.give_back(self.chunk);
            let Some(chunk) = pool.find(next) else { return false };
            *self = Self { chunk, read: 0 };
        }
    }
}

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
