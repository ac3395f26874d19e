//! OTLP, read: what [`File`](crate::File) wrote, and what other tools write of spans.
//!
//! [`lines`] reads a file of which each line is a message in JSON, [`document`] a text that is one, and
//! [`protobuf`](fn@protobuf) one in OTLP's other encoding. Of what
//! others write, all that OTLP has fields for is read, but for dropped counts and what links have more.
//!
//! # Examples
//!
//! ```
//! use tracer_otlp::read;
//!
//! let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{
//!     "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"query",
//!     "startTimeUnixNano":"1000","endTimeUnixNano":"3000","kind":3,
//!     "attributes":[{"key":"rows","value":{"intValue":"7"}}]
//! }]}]}]}"#;
//! let spans = read::document(text)?;
//! assert_eq!(spans[0].name, "query");
//! assert_eq!(spans[0].end - spans[0].start, 2_000);
//! assert_eq!(spans[0].attribute("rows"), Some(&read::Value::I64(7)));
//! # Ok::<_, read::ReadError>(())
//! ```

mod facts;
mod jaeger;
mod message;
mod protobuf;
mod span;
#[cfg(test)]
mod tests;
mod value;

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead};

pub use span::{Event, Failure, Frame, Span, Task, Wake};
pub use value::Value;

use crate::tree::Tree;

/// Reads a file of which each line is a message; see [`Lines`].
pub const fn lines<R: BufRead>(source: R) -> Lines<R> {
    Lines { source, number: 0, line: Vec::new() }
}

/// Reads a text that is one message, or what Jaeger exports as JSON: all spans of it.
///
/// # Errors
///
/// It is no JSON, or a span of it has no ids.
pub fn document(text: &str) -> Result<Vec<Span>, ReadError> {
    let told = |why: String| ReadError { line: None, why, source: None };
    let tree = Tree::parse(text).map_err(|error| told(error.to_string()))?;
    let tree = jaeger::tree(&tree).unwrap_or(tree);
    message::spans(&tree).map_err(|why| told(why.to_owned()))
}

/// Reads one message in protobuf, as OTLP has it on the wire: all spans of it.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read;
///
/// assert_eq!(read::protobuf(b"")?, [], "a message without fields");
/// assert!(read::protobuf(b"{}").is_err());
/// # Ok::<_, read::ReadError>(())
/// ```
///
/// # Errors
///
/// It is no protobuf, or a span of it has no ids.
pub fn protobuf(message: &[u8]) -> Result<Vec<Span>, ReadError> {
    let told = |why: &str| ReadError { line: None, why: why.to_owned(), source: None };
    let tree = protobuf::tree(message).map_err(|_| told("is no protobuf"))?;
    message::spans(&tree).map_err(told)
}

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

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Vec<Span>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line.clear();
            self.number += 1;
            let number = self.number;
            let of_line =
                |why: &str, source| ReadError { line: Some(number), why: why.to_owned(), source };
            match self.source.read_until(b'\n', &mut self.line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(of_line("cannot be read", Some(error)))),
            }
            let Ok(text) = std::str::from_utf8(&self.line) else {
                return Some(Err(of_line("is not UTF-8", None)));
            };
            if text.trim().is_empty() {
                continue;
            }
            return Some(document(text).map_err(|error| of_line(&error.why, None)));
        }
    }
}

/// Why a text cannot be read as spans.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read;
///
/// let error = read::document(r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}"#);
/// assert_eq!(error.unwrap_err().to_string(), "the text has a span without a valid `traceId`");
/// ```
#[derive(Debug)]
pub struct ReadError {
    line: Option<u64>,
    why: String,
    source: Option<io::Error>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(number) => write!(f, "line {number} {}", self.why),
            None => write!(f, "the text {}", self.why),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}
