//! JSON, as it is written: a document of any size, piece by piece.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Bytes that are kept before they are written.
const PIECE: usize = 1 << 16;

/// Writes one document; what was wrong with the writer is said at the [end](Self::finish).
#[derive(Debug)]
pub(crate) struct Json<W> {
    to: W,
    text: String,
    /// Whether a comma stands before what comes next.
    follows: bool,
    wrong: Option<io::Error>,
}

impl<W: Write> Json<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, text: String::with_capacity(2 * PIECE), follows: false, wrong: None }
    }

    /// Writes what is left, and returns the writer.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.write_out();
        match self.wrong {
            Some(error) => Err(error),
            None => Ok(self.to),
        }
    }

    pub(crate) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.within('{', '}', fields);
    }

    pub(crate) fn list(&mut self, values: impl FnOnce(&mut Self)) {
        self.within('[', ']', values);
    }

    /// A key, of which the value follows.
    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.text.push(':');
        self.follows = false;
        self
    }

    pub(crate) fn number(&mut self, number: i128) {
        self.next();
        self.digits(number);
        self.write_if_due();
    }

    /// A number of thousandths, as a fraction.
    #[cfg(feature = "command")]
    pub(crate) fn thousandths(&mut self, number: u64) {
        self.next();
        self.digits((number / 1_000).into());
        // Writing to a string does not fail.
        let _written = write!(self.text, ".{:03}", number % 1_000);
        self.write_if_due();
    }

    fn digits(&mut self, number: i128) {
        let mut digits = [0; 40];
        let mut at = digits.len();
        let mut left = number.unsigned_abs();
        // Most numbers are small, and division of 128 bits is slow.
        if let Ok(mut small) = u64::try_from(left) {
            loop {
                at -= 1;
                digits[at] = b'0' + (small % 10) as u8;
                small /= 10;
                if small == 0 {
                    break;
                }
            }
        } else {
            while left > 0 {
                at -= 1;
                digits[at] = b'0' + (left % 10) as u8;
                left /= 10;
            }
        }
        if number < 0 {
            self.text.push('-');
        }
        self.text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }

    pub(crate) fn numbers(&mut self, numbers: impl Iterator<Item = i128>) {
        self.list(|json| numbers.for_each(|number| json.number(number)));
    }

    pub(crate) fn string(&mut self, text: &str) {
        self.next();
        self.text.push('"');
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            self.text.push_str(&rest[..at]);
            let mut special = rest[at..].chars();
            special.by_ref().take(1).for_each(|c| self.escape(c));
            rest = special.as_str();
            self.write_if_due();
        }
        self.text.push_str(rest);
        self.text.push('"');
        self.write_if_due();
    }

    /// A string of what is displayed, which needs no escapes: numbers and ids.
    pub(crate) fn plain(&mut self, values: impl Iterator<Item = impl fmt::Display>) {
        self.next();
        self.text.push('"');
        for value in values {
            // Writing to a string does not fail.
            let _written = write!(self.text, "{value}");
            self.write_if_due();
        }
        self.text.push('"');
    }

    fn within(&mut self, open: char, close: char, inside: impl FnOnce(&mut Self)) {
        self.next();
        self.text.push(open);
        self.follows = false;
        inside(self);
        self.text.push(close);
        self.follows = true;
    }

    fn next(&mut self) {
        if std::mem::replace(&mut self.follows, true) {
            self.text.push(',');
        }
    }

    fn escape(&mut self, special: char) {
        match special {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            other => {
                let _written = write!(self.text, "\\u{:04x}", u32::from(other));
            }
        }
    }

    fn write_if_due(&mut self) {
        if self.text.len() >= PIECE {
            self.write_out();
        }
    }

    fn write_out(&mut self) {
        if self.wrong.is_none() {
            self.wrong = self.to.write_all(self.text.as_bytes()).err();
        }
        self.text.clear();
    }
}

/// What JSON escapes, and what JavaScript took for the end of a line once.
const fn is_special(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\u{1f}' | '\u{7f}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn a_document_has_commas_where_they_belong_and_escapes_what_it_must() {
        let mut json = Json::new(Vec::new());
        json.object(|json| {
            json.key("numbers").numbers([0, -7, i128::from(u64::MAX), i128::MIN].into_iter());
            json.key("empty").list(|_| ());
            json.key("ids").plain([10, 11].into_iter());
            json.key("inner").object(|json| json.key("a").object(|_| ()));
            json.key("text").list(|json| {
                ["", "\"\\/", "\u{0}\n\t\u{1f}", "\u{2028}é🐢</script>"]
                    .iter()
                    .for_each(|text| json.string(text));
            });
        });
        let text = String::from_utf8(json.finish().expect("memory takes it")).expect("it is text");
        assert_eq!(
            text,
            r#"{"numbers":[0,-7,18446744073709551615,-170141183460469231731687303715884105728],"empty":[],"ids":"1011","inner":{"a":{}},"text":["","\"\\/","\u0000\n\t\u001f","\u2028é🐢</script>"]}"#
        );
    }
}
