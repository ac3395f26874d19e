//! A file, message by message.

use std::io::BufRead;

use crate::read::{Message, ReadError, Span};

/// The spans of each line of a file.
///
/// After a line that cannot be read it goes on with the next. The last line of a file that is
/// being written may be unfinished.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read;
///
/// let file = "{\"resourceSpans\":[]}\n{\"resour";
/// let mut lines = read::lines(file.as_bytes());
/// assert_eq!(lines.next().unwrap()?, []);
/// let error = lines.next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "line 2 is no JSON: expected `\"` at byte 2");
/// assert!(lines.next().is_none());
/// # Ok::<_, read::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, number: 0, line: Vec::new() }
    }

    /// Reads the next line that is not empty, as the message that it is; nothing at the end.
    ///
    /// # Errors
    ///
    /// The line is no JSON, or it could not be read.
    pub fn next_message(&mut self) -> Option<Result<Message<'_>, ReadError>> {
        loop {
            self.line.clear();
            self.number += 1;
            match self.source.read_until(b'\n', &mut self.line) {
                Ok(0) => return None,
                Ok(_) if self.line.trim_ascii().is_empty() => {}
                Ok(_) => break,
                Err(error) => {
                    let why = ReadError::new("cannot be read");
                    return Some(Err(ReadError {
                        line: Some(self.number),
                        source: Some(error),
                        ..why
                    }));
                }
            }
        }
        let line = Some(self.number);
        let text = std::str::from_utf8(&self.line).map_err(|_| ReadError::new("is not UTF-8"));
        let message = text.and_then(Message::json);
        Some(match message {
            Ok(message) => Ok(Message { line, ..message }),
            Err(error) => Err(ReadError { line, ..error }),
        })
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Vec<Span>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_message()?.and_then(|message| message.spans()))
    }
}
