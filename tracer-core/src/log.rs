//! Each thread's log: where finished spans and their details are written, without a lock or a wait.

mod logs;

use std::sync::atomic::Ordering;

pub(crate) use logs::{Logs, steps_of_all};

use crate::chunk::{MAX_RECORD, Pool, Word, Writer};
use crate::destination;
use crate::local;
use crate::record::{self, END, Head, Kind, Sink};

/// Bytes that all logs of the process may take together, unless a builder says otherwise.
const DEFAULT_LIMIT: u64 = 128 << 20;
const WORD: u64 = size_of::<Word>() as u64;

#[cfg(not(loom))]
static POOL: Pool = Pool::new(DEFAULT_LIMIT / WORD);
/// loom's atomics are made at run time; no model comes here.
#[cfg(loom)]
static POOL: std::sync::LazyLock<Pool> =
    std::sync::LazyLock::new(|| Pool::new(DEFAULT_LIMIT / WORD));

thread_local! {
    // Without a destructor: spans may end in destructors of other thread-locals.
    static WRITER: Writer = const { Writer::new() };
    // Touched only where a chunk is taken: its destructor is the thread's exit.
    static EXIT: Exit = const { Exit };
}

struct Exit;

impl Drop for Exit {
    fn drop(&mut self) {
        WRITER.with(Writer::close);
    }
}

/// Sets how many bytes the logs of the process may take together.
pub(crate) fn set_limit(bytes: u64) {
    POOL.set_limit(bytes / WORD);
}

/// Bytes the logs take now; they only grow, up to the limit.
pub(crate) fn allocated() -> u64 {
    POOL.allocated() * WORD
}

/// How much of what the logs may take is in use, in thousandths.
pub(crate) fn fullness() -> u64 {
    POOL.fullness()
}

/// Writes the end of a span.
#[cold]
pub(crate) fn end(tracer: u32, words: [u64; END]) {
    let has_room = local::with(&WRITER, |writer| {
        writer.room(END).is_some() || turn_over(writer, END).is_some()
    });
    if !(has_room && try_end(words)) {
        lose(tracer, Kind::End);
    }
}

/// As [`end`], without a call; false where there is no room at hand, and nothing was written.
#[inline(always)]
pub(crate) fn try_end(words: [u64; END]) -> bool {
    local::with(&WRITER, |writer| {
        let room = writer.row::<END>();
        if let Some(room) = room {
            room.iter().zip(words).for_each(|(place, word)| place.store(word));
            writer.publish(END);
        }
        room.is_some()
    })
}

/// Writes a detail of `words` payload words; `fill` puts exactly so many into the sink.
#[inline(always)]
pub(crate) fn detail(head: Head, span: u64, fill: impl FnOnce(&mut Payload<'_>)) {
    let written = write(head.words(), |words| {
        let mut payload = Payload { words, next: 0 };
        payload.word(head.to_word());
        payload.word(span);
        fill(&mut payload);
        debug_assert_eq!(
            payload.next,
            usize::from(head.extra) + 2,
            "the head says how much follows"
        );
    });
    if !written {
        lose(head.tracer, head.kind);
    }
}

/// Most words of a [`Row`].
const ROW: usize = 24;
/// Words of its head and its span.
const BEFORE: usize = 2;

/// A short detail, put together where it stays: its words in order, the first two of them last. A row
/// that is not published was never there.
#[derive(Debug)]
pub(crate) struct Row {
    words: &'static [Word; ROW],
    next: usize,
}

impl Row {
    /// Begins a detail; nothing where there is no room at hand.
    #[inline(always)]
    pub(crate) fn try_new() -> Option<Self> {
        Some(Self { words: local::with(&WRITER, Writer::row)?, next: BEFORE })
    }

    /// Adds words; false where they do not fit.
    #[inline(always)]
    pub(crate) fn push<const N: usize>(&mut self, words: [u64; N]) -> bool {
        let first = self.next;
        self.next += N;
        self.next <= ROW && {
            words.into_iter().enumerate().for_each(|(index, word)| self.store(first + index, word));
            true
        }
    }

    /// Adds a text, padded to whole words; false where it does not fit.
    #[inline(always)]
    pub(crate) fn push_text(&mut self, text: &str) -> bool {
        let words = text.len().div_ceil(8);
        let first = self.next;
        self.next += words;
        self.next <= ROW && {
            store_text(self.words, first, text);
            true
        }
    }

    /// Writes the head, which gets the length, and the span, and shows the whole to the collector.
    #[inline(always)]
    pub(crate) fn publish(self, head: Head, span: u64) {
        let extra = (self.next - BEFORE) as u16;
        self.store(0, Head { extra, ..head }.to_word());
        self.store(1, span);
        local::with(&WRITER, |writer| writer.publish(self.next));
    }

    #[inline(always)]
    fn store(&self, index: usize, word: u64) {
        if let Some(place) = self.words.get(index) {
            place.store(word);
        }
    }
}

#[inline(never)]
fn store_text(words: &[Word; ROW], first: usize, text: &str) {
    let mut index = first;
    record::text_words(text, |word| {
        if let Some(place) = words.get(index) {
            place.store(word);
        }
        index += 1;
    });
}

/// The words of a detail, put one after the other.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    words: &'a [Word],
    next: usize,
}

impl Sink for Payload<'_> {
    #[inline(always)]
    fn word(&mut self, word: u64) {
        if let Some(place) = self.words.get(self.next) {
            place.store(word);
        }
        self.next += 1;
    }
}

#[inline(always)]
fn write(count: usize, fill: impl FnOnce(&[Word])) -> bool {
    local::with(&WRITER, |writer| {
        let Some(room) = writer.room(count).or_else(|| turn_over(writer, count)) else {
            return false;
        };
        fill(room);
        writer.publish(count);
        true
    })
}

#[cold]
#[inline(never)]
fn turn_over(writer: &Writer, count: usize) -> Option<&'static [Word]> {
    debug_assert!(count <= MAX_RECORD, "a payload's length has twelve bits");
    if writer.is_new() && EXIT.try_with(|_| ()).is_err() {
        // The thread is ending: nobody would close a log begun now.
        writer.close();
    }
    writer.turn_over(&POOL, count).then(|| writer.room(count)).flatten()
}

#[cold]
fn lose(tracer: u32, kind: Kind) {
    if let Some(destination) = destination::find(tracer) {
        let lost = &destination.lost;
        // Relaxed: a count that guards nothing.
        let count = if kind == Kind::End { &lost.spans } else { &lost.details };
        count.fetch_add(1, Ordering::Relaxed);
    }
}
