//! A file of spans, read piece by piece: of a large one only what is made of it is in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use tracer_otlp::read::{self, Message, ReadError, Span};

use crate::command::Failed;

/// Of so many lines that cannot be read it is said what is wrong; of others how many they are.
const NAMED: u64 = 3;
/// Bytes that are looked at to see whether each line is a message.
const LOOKED_AT: usize = 1 << 16;

/// A file, or standard input.
pub(super) struct Source<'a> {
    path: &'a Path,
}

/// Takes a message with its spans.
pub(super) type Take<'a> = dyn FnMut(&Message<'_>, Vec<Span>) -> Result<(), Failed> + 'a;

/// What a file is called where something is said of it.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

impl<'a> Source<'a> {
    pub(super) const fn new(path: &'a Path) -> Self {
        Self { path }
    }

    /// Takes each message with its spans; what cannot be read is said and left out.
    pub(super) fn each(&self, err: &mut dyn Write, take: &mut Take<'_>) -> Result<(), Failed> {
        let cannot = |error| Failed::Done(format!("cannot read {}: {error}", name(self.path)));
        let opened: Box<dyn Read> = if self.path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(self.path).map_err(cannot)?)
        };
        let mut source = BufReader::with_capacity(LOOKED_AT, opened);
        if source.fill_buf().map_err(cannot)?.starts_with(&[0x1f, 0x8b]) {
            let opened: Box<dyn Read> = Box::new(MultiGzDecoder::new(source));
            source = BufReader::with_capacity(LOOKED_AT, opened);
        }
        let mut whole = |message: Result<Message<'_>, ReadError>| {
            let told = |why| Failed::Done(why_of(self.path, &why));
            let message = message.map_err(told)?;
            take(&message, message.spans().map_err(told)?)
        };
        match Form::of(source.fill_buf().map_err(cannot)?) {
            Form::Lines => self.lines(source, err, take)?,
            Form::Document => {
                let mut text = Vec::new();
                source.read_to_end(&mut text).map_err(cannot)?;
                let text = String::from_utf8_lossy(&text);
                whole(Message::json(&text))?;
            }
            Form::Protobuf => {
                let mut bytes = Vec::new();
                source.read_to_end(&mut bytes).map_err(cannot)?;
                whole(Message::protobuf(&bytes))?;
            }
            Form::Protobufs => {
                while let Some(bytes) = next_message(&mut source).map_err(cannot)? {
                    whole(Message::protobuf(&bytes))?;
                }
            }
        }
        Ok(())
    }

    fn lines(
        &self,
        source: impl BufRead,
        err: &mut dyn Write,
        take: &mut Take<'_>,
    ) -> Result<(), Failed> {
        let mut wrong = 0;
        let mut lines = read::lines(source);
        while let Some(line) = lines.next_message() {
            let read = line.and_then(|message| Ok((message.spans()?, message)));
            match read {
                Ok((spans, message)) => take(&message, spans)?,
                Err(why) if std::error::Error::source(&why).is_some() => {
                    return Err(Failed::Done(why_of(self.path, &why)));
                }
                Err(why) => {
                    wrong += 1;
                    if wrong <= NAMED {
                        writeln!(err, "tracer: {}; left out", why_of(self.path, &why))?;
                    }
                }
            }
        }
        if wrong > NAMED {
            let more = wrong - NAMED;
            writeln!(err, "tracer: {}: {more} more lines are left out", name(self.path))?;
        }
        Ok(())
    }
}

/// How messages are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// In JSON, one a line.
    Lines,
    /// In JSON, one that goes over lines.
    Document,
    /// In protobuf, one.
    Protobuf,
    /// In protobuf, each behind its length: four bytes, the highest first.
    Protobufs,
}

impl Form {
    /// Finds it by the first bytes of a file.
    fn of(start: &[u8]) -> Self {
        // No text begins so, and no message in protobuf is empty or longer than 16 MiB.
        if start.first() == Some(&0) {
            return Self::Protobufs;
        }
        // The first tag of protobuf is also an empty line, but no text has what follows.
        let is_text = |byte: &u8| *byte >= b' ' || byte.is_ascii_whitespace();
        if start.first() == Some(&b'\n') && !start.iter().all(is_text) {
            return Self::Protobuf;
        }
        let start = start.trim_ascii_start();
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let goes_on = matches!(first.trim_ascii_end().last(), Some(b'{' | b'[' | b',' | b':'));
        if first.len() < start.len() && goes_on { Self::Document } else { Self::Lines }
    }
}

/// The next message behind its length; none at the end.
fn next_message(source: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    if source.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 4];
    source.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    let mut message = Vec::new();
    source.take(length.into()).read_to_end(&mut message)?;
    if message.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(message))
}

fn why_of(path: &Path, why: &ReadError) -> String {
    let source = std::error::Error::source(why);
    let source = source.map_or(String::new(), |source| format!(": {source}"));
    format!("{}: {why}{source}", name(path))
}

#[cfg(test)]
mod tests {
    use super::{Form, next_message};

    #[test]
    fn the_form_is_found_by_the_first_bytes() {
        for (start, expected) in [
            (&b"{\"resourceSpans\":[]}\n{\"resou"[..], Form::Lines),
            (b"\n\n{\"resourceSpans\":[{", Form::Lines),
            (b"", Form::Lines),
            (b"{\n  \"resourceSpans\": [\n", Form::Document),
            (b"\n{\"resourceSpans\": [{\r\n}]", Form::Document),
            (b"\n\x7b\n\x05\n\x03\n\x01k", Form::Protobuf),
            (b"\0\0\0\x09\n\x07", Form::Protobufs),
        ] {
            assert_eq!(Form::of(start), expected, "{start:?}");
        }
    }

    #[test]
    fn messages_end_where_their_length_says_and_one_that_does_not_is_an_error() {
        let mut source = &b"\0\0\0\x02ab\0\0\0\0\0\0\0\x03ab"[..];
        let mut next = || next_message(&mut source).map_err(|error| error.kind());
        assert_eq!(next(), Ok(Some(b"ab".to_vec())));
        assert_eq!(next(), Ok(Some(Vec::new())));
        assert_eq!(next(), Err(std::io::ErrorKind::UnexpectedEof));
        assert_eq!(next(), Ok(None));
    }
}
