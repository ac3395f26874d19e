//! Writes messages as protobuf's binary encoding.

use crate::writer::{Field, Size, Writer};

/// A buffer that is used again and again.
#[derive(Debug, Default)]
pub(crate) struct Protobuf {
    buffer: Vec<u8>,
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const FIXED32: u8 = 5;

impl Protobuf {
    /// Writes a tag and a number: a field by itself, or the length of what follows.
    #[inline]
    fn head(&mut self, field: Field, wire: u8, value: u64) {
        if field.number < 16 && value < 0x80 {
            // Most are so, and one growth of the buffer is less than two.
            self.buffer.extend_from_slice(&[tag(field, wire), value as u8]);
        } else {
            self.varint(u64::from(field.number) << 3 | u64::from(wire));
            self.varint(value);
        }
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.buffer.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.buffer.push(value as u8);
    }

    #[inline]
    fn bytes(&mut self, field: Field, bytes: &[u8]) {
        self.head(field, LENGTH, bytes.len() as u64);
        self.buffer.extend_from_slice(bytes);
    }

    /// Writes the tag of a number of fixed width.
    #[inline]
    fn fixed(&mut self, field: Field, wire: u8) {
        self.varint(u64::from(field.number) << 3 | u64::from(wire));
    }

    /// Puts the length of what was written behind the room that was kept for it.
    fn put_length(&mut self, at: usize, kept: usize, mut length: u64) {
        let needed = width(length);
        if needed != kept {
            self.make_room(at, kept, needed);
        }
        for byte in &mut self.buffer[at..at + needed - 1] {
            *byte = length as u8 | 0x80;
            length >>= 7;
        }
        self.buffer[at + needed - 1] = length as u8;
    }

    /// Moves what stands behind a length that took another width than was kept for it.
    #[cold]
    fn make_room(&mut self, at: usize, kept: usize, needed: usize) {
        let end = self.buffer.len();
        self.buffer.resize(end + needed.saturating_sub(kept), 0);
        self.buffer.copy_within(at + kept..end, at + needed);
        self.buffer.truncate(end + needed - kept);
    }
}

/// The tag of a field with a number below 16.
const fn tag(field: Field, wire: u8) -> u8 {
    (field.number as u8) << 3 | wire
}

/// Bytes that a number takes.
const fn width(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

impl Writer for Protobuf {
    fn written(&self) -> &[u8] {
        &self.buffer
    }

    fn truncate(&mut self, length: usize) {
        self.buffer.truncate(length);
    }

    #[inline]
    fn raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    fn root(&mut self, content: impl FnOnce(&mut Self)) {
        content(self);
    }

    /// The length stands before the content and is known after it. Room is kept for a length of
    /// the usual width, so that next to nothing is moved.
    #[inline]
    fn message(&mut self, field: Field, size: Size, content: impl FnOnce(&mut Self)) {
        self.head(field, LENGTH, 0);
        let (at, kept) = (self.buffer.len() - 1, size.width());
        self.buffer.extend_from_slice(&[0; Size::MAX][..kept - 1]);
        content(self);
        let length = self.buffer.len() - at - kept;
        if kept == 1 && length < 0x80 {
            self.buffer[at] = length as u8;
        } else {
            self.put_length(at, kept, length as u64);
        }
    }

    #[inline]
    fn list(&mut self, _: Field, content: impl FnOnce(&mut Self)) {
        content(self);
    }

    #[inline]
    fn entry(&mut self, field: Field, size: Size, content: impl FnOnce(&mut Self)) {
        self.message(field, size, content);
    }

    #[inline]
    fn text(&mut self, field: Field, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    #[inline]
    fn id(&mut self, field: Field, id: &[u8]) {
        self.bytes(field, id);
    }

    #[inline]
    fn fixed64(&mut self, field: Field, value: u64) {
        self.fixed(field, FIXED64);
        self.buffer.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    fn fixed32(&mut self, field: Field, value: u32) {
        self.fixed(field, FIXED32);
        self.buffer.extend_from_slice(&value.to_le_bytes());
    }

    #[inline]
    fn uint32(&mut self, field: Field, value: u32) {
        self.head(field, VARINT, u64::from(value));
    }

    #[inline]
    fn int64(&mut self, field: Field, value: i64) {
        self.head(field, VARINT, value as u64);
    }

    #[inline]
    fn boolean(&mut self, field: Field, value: bool) {
        self.head(field, VARINT, u64::from(value));
    }

    #[inline]
    fn double(&mut self, field: Field, value: f64) {
        self.fixed64(field, value.to_bits());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Field = Field { number: 1, name: "field" };

    #[test]
    fn a_length_is_as_short_as_it_can_be_whatever_was_expected() {
        for size in [Size::Short, Size::Long, Size::Whole] {
            for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
                let (mut written, mut expected) = (Protobuf::default(), Protobuf::default());
                let content = vec![7; length];
                written.message(FIELD, size, |writer| writer.raw(&content));
                expected.bytes(FIELD, &content);
                assert_eq!(written.buffer, expected.buffer, "{size:?}, {length}");
            }
        }
    }

    #[test]
    fn numbers_take_seven_bits_a_byte() {
        for (number, expected) in [(0, 1), (127, 1), (128, 2), (300, 2), (1 << 63, 10)] {
            let mut writer = Protobuf::default();
            writer.varint(number);
            assert_eq!((writer.buffer.len(), width(number)), (expected, expected), "{number}");
        }
    }
}
