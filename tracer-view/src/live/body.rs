//! What is sent with a request: of a known length or in chunks, compressed or not.

use std::io::{self, BufRead, Read, Write as _};
use std::sync::MutexGuard;

use flate2::read::MultiGzDecoder;

use crate::live::connection::Connection;
use crate::live::request::Request;
use crate::live::room::{Room, Share};

/// Bytes of a body at most, as it is sent and as it is read.
const MAX: u64 = 64 << 20;

/// What is sent; while this is there, nothing is read out of another one.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) bytes: Vec<u8>,
    _share: Share<'a>,
    _turn: MutexGuard<'a, ()>,
}

/// Why there is no body.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLarge,
    /// Others take all the room that there is.
    Full,
    /// It is compressed by other than gzip.
    Encoding,
    Broken,
}

impl From<io::Error> for BodyError {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

impl Request {
    /// Reads what is sent with it.
    pub(crate) fn body<'a>(
        &self,
        connection: &mut Connection,
        room: &'a Room,
    ) -> Result<Body<'a>, BodyError> {
        let is_gzip = match self.header("content-encoding").unwrap_or("identity") {
            encoding if encoding.eq_ignore_ascii_case("gzip") => true,
            encoding if encoding.eq_ignore_ascii_case("identity") => false,
            _ => return Err(BodyError::Encoding),
        };
        let length = self.header("content-length").map(str::parse::<u64>);
        let length = length.transpose().map_err(|_| BodyError::Broken)?;
        if length.is_some_and(|length| length > MAX) {
            return Err(BodyError::TooLarge);
        }
        if self.header("expect").is_some_and(|what| what.eq_ignore_ascii_case("100-continue")) {
            connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let is_chunked = self.header("transfer-encoding");
        let mut share = room.share();
        let sent = match (is_chunked.is_some_and(|how| how.eq_ignore_ascii_case("chunked")), length)
        {
            (true, None) => chunks(connection, &mut share)?,
            // Taken at once: where many begin together, some get through.
            (false, Some(length)) if share.take(length as usize) => exactly(connection, length)?,
            (false, Some(_)) => return Err(BodyError::Full),
            _ => return Err(BodyError::Broken),
        };
        let turn = room.turn();
        let bytes = if is_gzip { within(MultiGzDecoder::new(&sent[..]))? } else { sent };
        Ok(Body { bytes, _share: share, _turn: turn })
    }
}

/// All of it, if that is not too much.
fn within(source: impl Read) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    source.take(MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX { Err(BodyError::TooLarge) } else { Ok(bytes) }
}

/// So many bytes; room is made only for those that come.
fn exactly(source: impl Read, length: u64) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(BodyError::Broken) }
}

fn chunks(mut source: impl BufRead, share: &mut Share<'_>) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::new();
    loop {
        let size = line(&mut source)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| BodyError::Broken)?;
        if size == 0 {
            // What may stand behind the last one says nothing of traces.
            while !line(&mut source)?.is_empty() {}
            return Ok(bytes);
        }
        if size > MAX - bytes.len() as u64 {
            return Err(BodyError::TooLarge);
        }
        if !share.take(size as usize) {
            return Err(BodyError::Full);
        }
        bytes.extend(exactly(&mut source, size)?);
        if !line(&mut source)?.is_empty() {
            return Err(BodyError::Broken);
        }
    }
}

fn line(source: &mut impl BufRead) -> Result<String, BodyError> {
    let mut bytes = Vec::new();
    source.take(256).read_until(b'\n', &mut bytes)?;
    let line = bytes.strip_suffix(b"\n").ok_or(BodyError::Broken)?;
    let line = std::str::from_utf8(line).map_err(|_| BodyError::Broken)?;
    Ok(line.trim_end_matches('\r').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{BodyError, chunks, within};
    use crate::live::room::Room;

    #[test]
    fn chunks_are_joined_and_what_is_none_is_refused() {
        let room = Room::new(1 << 30);
        let read = |text: &str| chunks(text.as_bytes(), &mut room.share());
        let whole = read("3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
        assert_eq!(whole.expect("they are whole"), b"abc0123456789");
        for text in ["", "3\r\nab", "3\r\nabcd\r\n0\r\n\r\n", "x\r\n", "-1\r\n", "0\r\n"] {
            assert!(matches!(read(text), Err(BodyError::Broken)), "{text:?}");
        }
        assert!(matches!(read("4000001\r\n"), Err(BodyError::TooLarge)));
        assert!(matches!(read("ffffffffffffffff\r\n"), Err(BodyError::TooLarge)));
        let small = Room::new(4);
        let full = chunks(&b"3\r\nabc\r\n2\r\nde\r\n"[..], &mut small.share());
        assert!(matches!(full, Err(BodyError::Full)));
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        assert!(matches!(within(std::io::repeat(0)), Err(BodyError::TooLarge)));
        assert_eq!(within(&b"abc"[..]).expect("it is little"), b"abc");
    }
}
