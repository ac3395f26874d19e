//! Tags of a span: a map of texts, and one of numbers.

use std::fmt::Write as _;

use tracer_core::Value;

use crate::msgpack;

/// Tags that are being written: texts into what is sent, numbers beside it until the texts are ended.
#[derive(Debug)]
pub(super) struct Tags<'w> {
    pub(super) meta: &'w mut Vec<u8>,
    pub(super) metrics: &'w mut Vec<u8>,
    pub(super) texts: u32,
    pub(super) numbers: u32,
    /// Where a number becomes a text.
    pub(super) shown: &'w mut String,
}

/// Tags that were written once, to be copied.
#[derive(Debug, Default)]
pub(super) struct Block {
    meta: Vec<u8>,
    metrics: Vec<u8>,
    texts: u32,
    numbers: u32,
}

impl Block {
    /// Writes a block.
    pub(super) fn new(write: impl FnOnce(&mut Tags<'_>)) -> Self {
        let (mut meta, mut metrics, mut shown) = (Vec::new(), Vec::new(), String::new());
        let mut tags = Tags::new(&mut meta, &mut metrics, &mut shown);
        write(&mut tags);
        let (texts, numbers) = (tags.texts, tags.numbers);
        Self { meta, metrics, texts, numbers }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    meta: usize,
    metrics: usize,
    texts: u32,
    numbers: u32,
}

/// Numbers up to this one, and down to its negative, are kept as they are by those that make floating
/// points of them.
const EXACT: u64 = 1 << 53;

impl<'w> Tags<'w> {
    pub(super) const fn new(
        meta: &'w mut Vec<u8>,
        metrics: &'w mut Vec<u8>,
        shown: &'w mut String,
    ) -> Self {
        Self { meta, metrics, texts: 0, numbers: 0, shown }
    }

    /// Where it is, to come back to.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            meta: self.meta.len(),
            metrics: self.metrics.len(),
            texts: self.texts,
            numbers: self.numbers,
        }
    }

    /// Forgets what was written since.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.meta.truncate(mark.meta);
        self.metrics.truncate(mark.metrics);
        (self.texts, self.numbers) = (mark.texts, mark.numbers);
    }

    #[inline]
    pub(super) fn text(&mut self, key: &str, value: &str) {
        msgpack::text(self.meta, key);
        msgpack::text(self.meta, value);
        self.texts += 1;
    }

    /// A text that was made of bytes, which are UTF-8.
    pub(super) fn text_of_bytes(&mut self, key: &str, value: &[u8]) {
        msgpack::text(self.meta, key);
        msgpack::text_of_bytes(self.meta, value);
        self.texts += 1;
    }

    /// A number that is not too large to be one.
    #[inline]
    pub(super) fn integer(&mut self, key: &str, value: i64) {
        if value.unsigned_abs() > EXACT {
            return self.shown(key, &Value::I64(value));
        }
        msgpack::text(self.metrics, key);
        msgpack::integer(self.metrics, value);
        self.numbers += 1;
    }

    pub(super) fn float(&mut self, key: &str, value: f64) {
        if !value.is_finite() {
            return self.shown(key, &Value::F64(value));
        }
        msgpack::text(self.metrics, key);
        msgpack::float(self.metrics, value);
        self.numbers += 1;
    }

    #[inline]
    pub(super) fn value(&mut self, key: &str, value: &Value<'_>) {
        match *value {
            Value::Str(value) => self.text(key, value),
            Value::Bool(value) => self.text(key, if value { "true" } else { "false" }),
            Value::I64(value) => self.integer(key, value),
            Value::U64(value) if value <= EXACT => self.integer(key, value as i64),
            Value::F64(value) => self.float(key, value),
            _ => self.shown(key, value),
        }
    }

    /// A value as text, whatever it is.
    pub(super) fn shown(&mut self, key: &str, value: &Value<'_>) {
        self.shown.clear();
        // Writing to a string does not fail.
        let _written = write!(self.shown, "{value}");
        msgpack::text(self.meta, key);
        msgpack::text(self.meta, self.shown);
        self.texts += 1;
    }

    #[inline]
    pub(super) fn block(&mut self, block: &Block) {
        self.meta.extend_from_slice(&block.meta);
        self.metrics.extend_from_slice(&block.metrics);
        self.texts += block.texts;
        self.numbers += block.numbers;
    }
}
