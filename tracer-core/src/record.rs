//! What a span leaves in the log: records of 64-bit words, and how text and numbers lie in them.
//!
//! | word | end of a span | detail (attributes, event, link, error, poll, task, begin, wake, tracestate, name, datadog) |
//! |---|---|---|
//! | 0 | head: kind, flags, tracer, callsite | head: kind, number of payload words, tracer, callsite |
//! | 1, 2 | trace id | 1: span id, then the payload |
//! | 3, 4 | span id, parent id or 0 | |
//! | 5, 6 | start and end in ticks | |
//! | 7 | polls, path | |
//!
//! A payload is a list of items, each a head word (type, key, length or boolean), then a key that
//! is not one of the callsite's fields, then the value; text is padded to whole words.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::callsite::Callsite;
use crate::value::Value;

/// Words of the end of a span.
pub(crate) const END: usize = 8;
/// Where among them are its id, its start and its end.
pub(crate) const SPAN_OF_END: usize = 3;
pub(crate) const START_OF_END: usize = 5;
pub(crate) const END_OF_END: usize = 6;
/// Words of the beginning of a span.
pub(crate) const BEGIN: usize = 7;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    End = 1,
    Attributes,
    Event,
    Link,
    Error,
    Poll,
    Task,
    /// A guard was held over an await; a word to the developer.
    Held,
    /// A span of a tracer that shows what is in flight.
    Begin,
    /// The task of the span was woken.
    Wake,
    /// The W3C `tracestate` that came to a local root.
    TraceState,
    /// Somebody decided whether the trace is kept.
    Verdict,
    /// The span has another name than its callsite.
    Name,
    /// What Datadog's headers say of the trace, or who decided about it.
    Datadog,
}

impl Kind {
    /// Whether such a record says something of an open span, whose id is its second word.
    pub(crate) const fn is_detail(self) -> bool {
        !matches!(self, Self::End | Self::Begin | Self::Held | Self::Verdict)
    }

    const fn from_bits(bits: u64) -> Option<Self> {
        Some(match bits {
            1 => Self::End,
            2 => Self::Attributes,
            3 => Self::Event,
            4 => Self::Link,
            5 => Self::Error,
            6 => Self::Poll,
            7 => Self::Task,
            8 => Self::Held,
            9 => Self::Begin,
            10 => Self::Wake,
            11 => Self::TraceState,
            12 => Self::Verdict,
            13 => Self::Name,
            14 => Self::Datadog,
            _ => return None,
        })
    }
}

/// Flags of an ended span.
pub(crate) mod flag {
    pub(crate) const CANCELLED: u16 = 1;
    pub(crate) const PANICKED: u16 = 1 << 1;
    pub(crate) const SPAWNED: u16 = 1 << 2;
    pub(crate) const LOCAL_ROOT: u16 = 1 << 3;
    /// It has not ended: set by the collector alone.
    pub(crate) const OPEN: u16 = 1 << 4;
    /// It is for the tail rule to decide whether it is kept.
    pub(crate) const PROVISIONAL: u16 = 1 << 5;
}

/// The first word of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: Kind,
    /// Flags of an end, number of payload words of a detail; 12 bits.
    pub(crate) extra: u16,
    /// The tracer it goes to; 24 bits.
    pub(crate) tracer: u32,
    /// The callsite's number; 24 bits.
    pub(crate) callsite: u32,
}

impl Head {
    #[inline(always)]
    pub(crate) const fn to_word(self) -> u64 {
        self.kind as u64
            | ((self.extra & 0xFFF) as u64) << 4
            | ((self.tracer & 0xFF_FFFF) as u64) << 16
            | (self.callsite as u64) << 40
    }

    pub(crate) const fn from_word(word: u64) -> Option<Self> {
        let Some(kind) = Kind::from_bits(word & 0xF) else { return None };
        Some(Self {
            kind,
            extra: (word >> 4) as u16 & 0xFFF,
            tracer: (word >> 16) as u32 & 0xFF_FFFF,
            callsite: (word >> 40) as u32,
        })
    }

    /// Words that the record takes.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        match self.kind {
            Kind::End => END,
            _ => self.extra as usize + 2,
        }
    }
}

/// The attribute that has the name of a span where there are too many of them.
pub(crate) const UNKEPT_NAME: &str = "tracer.name";

/// In place of a task's delay, in ticks, where it is not known.
pub(crate) const UNKNOWN_DELAY: u64 = u64::MAX;
/// In place of a sampling priority of Datadog, which nobody told.
pub(crate) const NO_PRIORITY: i8 = i8::MIN;

/// Payload words of one detail: 12 bits.
pub(crate) const MAX_WORDS: usize = 0xFFF;

/// Bytes of one text, unless a builder says otherwise; the writer cuts longer ones and marks the cut.
static TEXT_LIMIT: AtomicUsize = AtomicUsize::new(8 * 1024);
/// Short texts are written without a look at the limit; longer ones than the last fit into no detail.
const TEXT_LIMITS: RangeInclusive<usize> = 256..=16 * 1024;

/// Bytes of a text that are kept.
#[inline]
pub(crate) fn text_limit() -> usize {
    // Relaxed: a text that is written while the limit changes is cut by the old or the new one.
    TEXT_LIMIT.load(Ordering::Relaxed)
}

/// Sets the bytes of a text that are kept, in the process.
pub(crate) fn set_text_limit(bytes: usize) {
    let bytes = bytes.clamp(*TEXT_LIMITS.start(), *TEXT_LIMITS.end());
    TEXT_LIMIT.store(bytes, Ordering::Relaxed);
}

/// Bytes of a key; longer ones are cut.
pub(crate) const MAX_KEY: usize = 255;

/// How an attribute is named: by its place among the callsite's fields, or by its text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    Field(u8),
    Name(&'a str),
}

const BOOL: u64 = 0;
const INTEGER: u64 = 1;
const FLOAT: u64 = 2;
const TEXT: u64 = 3;
const NAMED: u64 = 1 << 3;

/// Takes the words of a payload, one after the other.
pub(crate) trait Sink {
    fn word(&mut self, word: u64);
}

impl Sink for Vec<u8> {
    fn word(&mut self, word: u64) {
        self.extend_from_slice(&word.to_le_bytes());
    }
}

/// Takes the first detail off the bytes of several: its head, its payload, and the rest.
pub(crate) fn split(bytes: &[u8]) -> Option<(Head, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    let head = Head::from_word(u64::from_le_bytes(*head))?;
    let (payload, rest) = rest.split_at_checked(usize::from(head.extra) * 8)?;
    Some((head, payload, rest))
}

/// Words that an item takes. Values that need formatting have been formatted before.
#[inline]
pub(crate) fn item_words(key: Key<'_>, value: &Value<'_>) -> usize {
    let key = match key {
        Key::Field(_) => 0,
        Key::Name(name) => name.len().div_ceil(8),
    };
    let value = match value {
        Value::Bool(_) => 0,
        Value::Str(text) => text.len().div_ceil(8),
        _ => 1,
    };
    1 + key + value
}

/// Writes an item; exactly [`item_words`] words.
#[inline]
pub(crate) fn write_item(sink: &mut impl Sink, key: Key<'_>, value: &Value<'_>) {
    let (named, field, name) = match key {
        Key::Field(index) => (0, u64::from(index), ""),
        Key::Name(name) => (NAMED, name.len() as u64, name),
    };
    let (kind, length) = match value {
        Value::Bool(value) => (BOOL, u64::from(*value)),
        Value::F64(_) => (FLOAT, 0),
        Value::Str(text) => (TEXT, text.len() as u64),
        _ => (INTEGER, 0),
    };
    sink.word(kind | named | field << 8 | length << 32);
    write_text(sink, name);
    match value {
        Value::I64(value) => sink.word(*value as u64),
        Value::U64(value) => sink.word(*value),
        Value::F64(value) => sink.word(value.to_bits()),
        Value::Str(text) => write_text(sink, text),
        Value::Bool(_) => {}
        Value::Display(_) | Value::Debug(_) => sink.word(0),
    }
}

/// The head of a field's item; none where the value needs formatting first.
#[inline(always)]
pub(crate) const fn field_head(field: u8, value: &Value<'_>) -> Option<u64> {
    let (kind, length) = match value {
        Value::Bool(value) => (BOOL, *value as u64),
        Value::I64(_) | Value::U64(_) => (INTEGER, 0),
        Value::F64(_) => (FLOAT, 0),
        Value::Str(text) => (TEXT, text.len() as u64),
        Value::Display(_) | Value::Debug(_) => return None,
    };
    Some(kind | (field as u64) << 8 | length << 32)
}

#[inline]
fn write_text(sink: &mut impl Sink, text: &str) {
    text_words(text, |word| sink.word(word));
}

/// The words that a text takes, padded with zeros, one after the other.
#[inline(always)]
pub(crate) fn text_words(text: &str, mut put: impl FnMut(u64)) {
    let chunks = text.as_bytes().chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        put(chunk.try_into().map_or(0, u64::from_le_bytes));
    }
    if !rest.is_empty() {
        // The last eight bytes, where there are so many, without those that are written already.
        put(match text.as_bytes().last_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes) >> (64 - 8 * rest.len()),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        });
    }
}

/// Reads a payload back, as the bytes of its words in order (little endian).
#[derive(Clone, Debug)]
pub(crate) struct Items<'a> {
    bytes: &'a [u8],
    callsite: &'static Callsite,
}

impl<'a> Items<'a> {
    pub(crate) const fn new(bytes: &'a [u8], callsite: &'static Callsite) -> Self {
        Self { bytes, callsite }
    }

    /// Takes a plain word off the front.
    #[inline]
    pub(crate) fn word(&mut self) -> Option<u64> {
        let (word, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from_le_bytes(*word))
    }

    #[inline]
    fn text(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.bytes.split_at_checked(length.next_multiple_of(8))?;
        self.bytes = rest;
        std::str::from_utf8(&text[..length]).ok()
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = (&'a str, Value<'a>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let head = self.word()?;
        let (field, length) = ((head >> 8) as usize & 0xFF_FFFF, (head >> 32) as usize);
        let key = if head & NAMED == 0 { self.callsite.field(field)? } else { self.text(field)? };
        let value = match head & 0b111 {
            BOOL => Value::Bool(length != 0),
            INTEGER => Value::I64(self.word()? as i64),
            FLOAT => Value::F64(f64::from_bits(self.word()?)),
            TEXT => Value::Str(self.text(length)?),
            _ => return None,
        };
        Some((key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SITE: Callsite = Callsite::new("site", "", "", 1, || {}).fields(&["id", "user"]);

    #[test]
    fn what_is_written_is_read() {
        let items = [
            (Key::Field(0), Value::I64(-3)),
            (Key::Field(1), Value::Str("fifteen letters")),
            (Key::Name("a"), Value::Bool(true)),
            (Key::Name("a name of more than eight"), Value::F64(0.5)),
            (Key::Name("empty"), Value::Str("")),
            (Key::Name("non-ascii"), Value::Str("żółw 🐢")),
        ];
        let mut bytes = Vec::new();
        let words: usize = items.iter().map(|(key, value)| item_words(*key, value)).sum();
        for (key, value) in &items {
            write_item(&mut bytes, *key, value);
        }
        assert_eq!(bytes.len(), 8 * words);
        let read: Vec<_> = Items::new(&bytes, &SITE).collect();
        let expected = items.map(|(key, value)| match key {
            Key::Field(index) => (SITE.field(usize::from(index)).unwrap(), value),
            Key::Name(name) => (name, value),
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn a_torn_payload_ends_the_list() {
        let mut bytes = Vec::new();
        write_item(&mut bytes, Key::Name("text"), &Value::Str("twenty letters of it"));
        for length in 0..bytes.len() {
            assert_eq!(Items::new(&bytes[..length], &SITE).count(), 0);
        }
    }

    #[test]
    fn a_head_keeps_all_its_parts() {
        let head = Head { kind: Kind::Task, extra: 0xABC, tracer: 0xFE_DCBA, callsite: 0x12_3456 };
        assert_eq!(Head::from_word(head.to_word()), Some(head));
        assert_eq!(Head::from_word(0), None);
    }
}
