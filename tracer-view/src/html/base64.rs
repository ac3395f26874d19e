//! Base64, as it is written: the standard alphabet, padded.

use std::io::{self, Write};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes that are encoded at once: a multiple of three.
const PIECE: usize = 3 * 4096;

/// Writes what it is given in base64; [`finish`](Self::finish) writes the end.
#[derive(Debug)]
pub(super) struct Base64<W> {
    to: W,
    bytes: Vec<u8>,
}

impl<W: Write> Base64<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, bytes: Vec::with_capacity(PIECE) }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.encode()?;
        Ok(self.to)
    }

    fn encode(&mut self) -> io::Result<()> {
        let mut text = Vec::with_capacity(self.bytes.len().div_ceil(3) * 4);
        for group in self.bytes.chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|at| u32::from(group.get(at).copied().unwrap_or(0)));
            let bits = a << 16 | b << 8 | c;
            let digits = [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift & 63) as usize]);
            text.extend_from_slice(&digits[..=group.len()]);
            text.extend_from_slice(&b"=="[..3 - group.len()]);
        }
        self.bytes.clear();
        self.to.write_all(&text)
    }
}

impl<W: Write> Write for Base64<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        if self.bytes.len() == PIECE {
            self.encode()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Base64, PIECE};

    fn encoded(bytes: &[u8]) -> String {
        let mut base64 = Base64::new(Vec::new());
        base64.write_all(bytes).expect("memory takes it");
        String::from_utf8(base64.finish().expect("memory takes it")).expect("it is ASCII")
    }

    #[test]
    fn the_examples_of_the_standard_are_encoded() {
        let cases = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let expected = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(cases.map(|case| encoded(case.as_bytes())), expected);
        assert_eq!(encoded(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn there_is_no_padding_between_pieces() {
        let text = encoded(&vec![b'f'; PIECE + 1]);
        assert_eq!(text.len(), PIECE / 3 * 4 + 4);
        assert_eq!(text.find('='), Some(text.len() - 2));
    }
}
