//! OTLP, read: what [`File`](crate::File) wrote, and what other tools write of spans.
//!
//! [`lines`](fn@lines) reads a file of which each line is a message in JSON, [`document`] a text that is one, and
//! [`protobuf`](fn@protobuf) one in OTLP's other encoding. Of what
//! others write, all that OTLP has fields for is read, but for dropped counts and what links have more.
//! A [`Message`] is what they are made of, and can be written down again.
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
mod json;
mod lines;
mod message;
mod protobuf;
mod span;
#[cfg(test)]
mod tests;
mod value;

use std::error::Error;
use std::fmt;
use std::io::{self, BufRead};

pub use lines::Lines;
pub use span::{Event, Failure, Frame, Span, Task, Wake};
pub use value::Value;

use crate::tree::Tree;

/// Reads a file of which each line is a message; see [`Lines`].
pub const fn lines<R: BufRead>(source: R) -> Lines<R> {
    Lines::new(source)
}

/// Reads a text that is one message, or what Jaeger exports as JSON: all spans of it.
///
/// # Errors
///
/// It is no JSON, or a span of it has no ids.
pub fn document(text: &str) -> Result<Vec<Span>, ReadError> {
    Message::json(text)?.spans()
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
    Message::protobuf(message)?.spans()
}

/// A message of OTLP, whichever way it was written down.
///
/// Its `Display` is OTLP's JSON on one line: all that was there where it was JSON, else what is read
/// of it.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read::Message;
///
/// let jaeger = r#"{"data":[{"processes":{"p":{"serviceName":"web"}},"spans":[{
///     "traceID":"7b","spanID":"a","operationName":"get","startTime":1,"duration":2,"processID":"p"
/// }]}]}"#;
/// let message = Message::json(jaeger)?;
/// assert!(message.to_string().starts_with(r#"{"resourceSpans":[{"resource":{"attributes":["#));
/// assert_eq!(Message::json(&message.to_string())?.spans()?, message.spans()?);
/// # Ok::<_, tracer_otlp::read::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Message<'a> {
    tree: Tree<'a>,
    line: Option<u64>,
}

impl<'a> Message<'a> {
    /// Takes a text that is one, or what Jaeger exports as JSON.
    ///
    /// # Errors
    ///
    /// It is no JSON.
    pub fn json(text: &'a str) -> Result<Self, ReadError> {
        let tree = Tree::parse(text).map_err(|error| ReadError::new(&error.to_string()))?;
        Ok(Self { tree: jaeger::tree(&tree).unwrap_or(tree), line: None })
    }

    /// Takes one in protobuf.
    ///
    /// # Errors
    ///
    /// It is no protobuf.
    pub fn protobuf(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let tree = protobuf::tree(bytes).map_err(|_| ReadError::new("is no protobuf"))?;
        Ok(Self { tree, line: None })
    }

    /// Reads all spans of it.
    ///
    /// # Errors
    ///
    /// One of them has no ids.
    pub fn spans(&self) -> Result<Vec<Span>, ReadError> {
        message::spans(&self.tree)
            .map_err(|why| ReadError { line: self.line, ..ReadError::new(why) })
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        json::write(&self.tree, f)
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

impl ReadError {
    fn new(why: &str) -> Self {
        Self { line: None, why: why.to_owned(), source: None }
    }
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
