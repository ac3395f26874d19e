//! Writes messages as OTLP's JSON: numbers of 64 bits are texts, ids are hexadecimal.

use std::fmt::Write as _;

use crate::writer::{Field, Size, Writer};

/// A buffer that is used again and again.
#[derive(Debug, Default)]
pub(crate) struct Json {
    buffer: Vec<u8>,
    number: String,
}

impl Json {
    /// Whether a comma is needed, the last byte says: nothing else ends in an opening bracket.
    fn separate(&mut self) {
        if !matches!(self.buffer.last(), None | Some(b'{' | b'[')) {
            self.buffer.push(b',');
        }
    }

    fn name(&mut self, field: Field) {
        self.separate();
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(field.name.as_bytes());
        self.buffer.extend_from_slice(b"\":");
    }

    fn quoted(&mut self, text: &str) {
        self.buffer.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) =
            rest.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
        {
            self.buffer.extend_from_slice(&rest[..at]);
            self.escaped(rest[at]);
            rest = &rest[at + 1..];
        }
        self.buffer.extend_from_slice(rest);
        self.buffer.push(b'"');
    }

    fn escaped(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                let [high, low] = hexadecimal(byte);
                return self.buffer.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        };
        self.buffer.extend_from_slice(&[b'\\', short]);
    }

    fn formatted(&mut self, value: std::fmt::Arguments<'_>) {
        self.number.clear();
        // Writing to a string does not fail.
        let _written = self.number.write_fmt(value);
        self.buffer.extend_from_slice(self.number.as_bytes());
    }

    fn braced(&mut self, content: impl FnOnce(&mut Self)) {
        self.buffer.push(b'{');
        content(self);
        self.buffer.push(b'}');
    }
}

const fn hexadecimal(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 0xF) as usize]]
}

impl Writer for Json {
    fn written(&self) -> &[u8] {
        &self.buffer
    }

    fn truncate(&mut self, length: usize) {
        self.buffer.truncate(length);
    }

    fn raw(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.separate();
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn root(&mut self, content: impl FnOnce(&mut Self)) {
        self.braced(content);
    }

    fn message(&mut self, field: Field, _: Size, content: impl FnOnce(&mut Self)) {
        self.name(field);
        self.braced(content);
    }

    fn list(&mut self, field: Field, content: impl FnOnce(&mut Self)) {
        self.name(field);
        self.buffer.push(b'[');
        content(self);
        self.buffer.push(b']');
    }

    fn entry(&mut self, _: Field, _: Size, content: impl FnOnce(&mut Self)) {
        self.separate();
        self.braced(content);
    }

    fn text(&mut self, field: Field, text: &str) {
        self.name(field);
        self.quoted(text);
    }

    fn id(&mut self, field: Field, id: &[u8]) {
        self.name(field);
        self.buffer.push(b'"');
        self.buffer.extend(id.iter().flat_map(|byte| hexadecimal(*byte)));
        self.buffer.push(b'"');
    }

    fn fixed64(&mut self, field: Field, value: u64) {
        self.name(field);
        self.formatted(format_args!("\"{value}\""));
    }

    fn fixed32(&mut self, field: Field, value: u32) {
        self.uint32(field, value);
    }

    fn uint32(&mut self, field: Field, value: u32) {
        self.name(field);
        self.formatted(format_args!("{value}"));
    }

    fn int64(&mut self, field: Field, value: i64) {
        self.name(field);
        self.formatted(format_args!("\"{value}\""));
    }

    fn boolean(&mut self, field: Field, value: bool) {
        self.name(field);
        self.formatted(format_args!("{value}"));
    }

    /// What JSON has no number for is a text, as protobuf's JSON has it.
    fn double(&mut self, field: Field, value: f64) {
        self.name(field);
        if value.is_finite() {
            self.formatted(format_args!("{value:?}"));
        } else if value.is_nan() {
            self.quoted("NaN");
        } else {
            self.quoted(if value > 0.0 { "Infinity" } else { "-Infinity" });
        }
    }
}
