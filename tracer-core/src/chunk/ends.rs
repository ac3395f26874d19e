//! The two ends of one thread's log.

use std::cell::Cell;

use crate::chunk::{CLOSED, Chunk, MAX_RECORD, Pool, WORDS, Word};
use crate::sync::Ordering;

/// The writing end of one thread's log. All its fields are the thread's own.
#[derive(Debug)]
pub(crate) struct Writer {
    chunk: Cell<Option<&'static Chunk>>,
    /// The words of `chunk`; empty before the first record and after the last.
    words: Cell<&'static [Word]>,
    used: Cell<u32>,
    closed: Cell<bool>,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            chunk: Cell::new(None),
            words: Cell::new(&[]),
            used: Cell::new(0),
            closed: Cell::new(false),
        }
    }

    /// Returns the next `count` free words, if the current chunk has so many.
    #[inline(always)]
    pub(crate) fn room(&self, count: usize) -> Option<&'static [Word]> {
        let used = self.used.get() as usize;
        self.words.get().get(used..used + count)
    }

    /// As [`room`](Self::room), for a number that is known before.
    #[inline(always)]
    pub(crate) fn row<const N: usize>(&self) -> Option<&'static [Word; N]> {
        self.room(N)?.first_chunk()
    }

    /// So many of the words that are free have been filled: the reader may see them.
    #[inline(always)]
    pub(crate) fn publish(&self, count: usize) {
        let used = self.used.get() + count as u32;
        self.used.set(used);
        if let Some(chunk) = self.chunk.get() {
            // Release: pairs with the acquire in `Reader::read`; the words are visible before it.
            chunk.len.store(used, Ordering::Release);
        }
    }

    /// Returns whether the next record is this thread's first.
    pub(crate) fn is_new(&self) -> bool {
        self.chunk.get().is_none() && !self.closed.get()
    }

    /// Moves on to a chunk with at least `count` free words; false if there is none to be had.
    #[cold]
    pub(crate) fn turn_over(&self, pool: &Pool, count: usize) -> bool {
        if self.closed.get() || count > MAX_RECORD {
            return false;
        }
        let old = self.chunk.get();
        let size = usize::from(old.is_some() || count > WORDS[0]);
        let Some(new) = pool.take(size) else { return false };
        match old {
            // Release: pairs with the acquire in `Reader::read`; `len` of the old one is final.
            Some(old) => old.next.store(new.number, Ordering::Release),
            None => pool.announce(new),
        }
        self.chunk.set(Some(new));
        self.words.set(&new.words);
        self.used.set(0);
        true
    }

    /// The thread is that of a forked child: its next record is the first of a new log.
    pub(crate) fn begin_anew(&self) {
        let closed = self.closed.get();
        self.close();
        self.closed.set(closed);
    }

    /// The thread ends: what it wrote stays to be read, what comes later is refused.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        self.words.set(&[]);
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
    pub(super) const fn new(chunk: &'static Chunk) -> Self {
        Self { chunk, read: 0 }
    }

    /// Shows new words, whole records at a time, of at most `chunks` chunks.
    pub(crate) fn read(
        &mut self,
        pool: &Pool,
        chunks: usize,
        mut visit: impl FnMut(&[Word]),
    ) -> Progress {
        for _ in 0..chunks {
            // Acquire: pairs with the releases in `turn_over` and `close`. Read before `len`, so
            // that a `len` read after "there is a next chunk" is the last one (R3).
            let next = self.chunk.next.load(Ordering::Acquire);
            // Acquire: pairs with the release in `publish`.
            let len = self.chunk.len.load(Ordering::Acquire) as usize;
            if len > self.read {
                visit(&self.chunk.words[self.read..len]);
                self.read = len;
            }
            if next == 0 {
                return Progress::Drained;
            }
            pool.give_back(self.chunk);
            let Some(chunk) = pool.find(next) else { return Progress::Ended };
            *self = Self::new(chunk);
        }
        Progress::More
    }
}

/// How far a log has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There may be more.
    More,
    /// To where it was written when it was looked at.
    Drained,
    /// Its thread has ended, and all was read.
    Ended,
}
