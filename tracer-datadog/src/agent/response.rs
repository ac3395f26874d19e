//! Reads a response, of which it believes nothing.

use std::io::{self, ErrorKind};
use std::time::Duration;

use httparse::{EMPTY_HEADER, Header, Status, parse_chunk_size};
use tracer_core::__private::retry_after;

/// Bytes of a head, and of a body, that are read: what agents say is short.
const MAX_HEAD: usize = 16 << 10;
const MAX_BODY: usize = 64 << 10;
const MAX_HEADERS: usize = 64;

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) is_html: bool,
    pub(crate) retry_after: Option<Duration>,
    /// As much of it as came.
    pub(crate) body: Vec<u8>,
    /// The body is all there.
    pub(crate) is_whole: bool,
    /// Another request may follow.
    pub(crate) keeps: bool,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
    /// It cannot be known.
    Nonsense,
}

/// The part of a response that stands before its body.
struct Head {
    response: Response,
    framing: Framing,
    length: usize,
}

impl Response {
    /// Reads through `more`, which puts what has come behind the rest and tells how much that is.
    ///
    /// Once there is a status, what goes wrong with the body is no error.
    pub(crate) fn read(
        mut more: impl FnMut(&mut Vec<u8>) -> io::Result<usize>,
    ) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut before = 0;
        loop {
            match read_head(bytes.get(before..).unwrap_or_default())? {
                // An interim answer: the one that counts follows.
                Some(head) if (100..=199).contains(&head.response.status) => before += head.length,
                Some(Head { mut response, framing, length }) => {
                    response.body = bytes.split_off(before + length);
                    response.read_body(framing, more);
                    return Ok(response);
                }
                None if bytes.len() > MAX_HEAD => return Err(nonsense("its head does not end")),
                None if more(&mut bytes)? == 0 => return Err(ErrorKind::UnexpectedEof.into()),
                None => {}
            }
        }
    }

    /// Reads the rest of the body, of which a piece has come with the head.
    fn read_body(
        &mut self,
        framing: Framing,
        mut more: impl FnMut(&mut Vec<u8>) -> io::Result<usize>,
    ) {
        let mut chunks = Chunks::default();
        let (is_whole, ends_here) = loop {
            let end = match framing {
                Framing::Length(length) => (self.body.len() >= length).then_some(length),
                Framing::Chunked => match chunks.read(&self.body) {
                    Ok(end) => end,
                    Err(_) => break (false, false),
                },
                Framing::UntilClosed => None,
                Framing::Nonsense => break (false, false),
            };
            if let Some(end) = end {
                let ends_here = self.body.len() == end;
                self.body.truncate(end);
                break (true, ends_here);
            }
            if self.body.len() > MAX_BODY {
                break (false, false);
            }
            match more(&mut self.body) {
                Ok(0) => break (framing == Framing::UntilClosed, false),
                Ok(_) => {}
                Err(_) => break (false, false),
            }
        };
        if framing == Framing::Chunked {
            self.body = chunks.content;
        }
        self.body.truncate(MAX_BODY);
        self.is_whole = is_whole;
        // What nobody asked for cannot be told from the next answer.
        self.keeps &= ends_here;
    }
}

/// A head, once it is all there.
fn read_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(error) => return Err(nonsense(&error.to_string())),
    };
    let status = parsed.code.unwrap_or_default();
    let text = |name: &str| value(parsed.headers, name);
    let mime = text("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let closes = text("connection").is_some_and(|it| has_word(it, "close"));
    let framing = framing(status, parsed.headers);
    let response = Response {
        status,
        is_html: mime.trim().eq_ignore_ascii_case("text/html"),
        retry_after: text("retry-after").and_then(|it| retry_after(it, text("date"))),
        body: Vec::new(),
        is_whole: false,
        keeps: parsed.version == Some(1) && !closes,
    };
    Ok(Some(Head { response, framing, length }))
}

fn framing(status: u16, headers: &[Header<'_>]) -> Framing {
    if matches!(status, 204 | 304) {
        return Framing::Length(0);
    }
    if let Some(encoding) = value(headers, "transfer-encoding") {
        let is_chunked = encoding.trim().eq_ignore_ascii_case("chunked");
        return if is_chunked { Framing::Chunked } else { Framing::UntilClosed };
    }
    let mut lengths = headers.iter().filter(|it| it.name.eq_ignore_ascii_case("content-length"));
    let Some(first) = lengths.next() else { return Framing::UntilClosed };
    let is_number = !first.value.is_empty() && first.value.iter().all(u8::is_ascii_digit);
    let length = std::str::from_utf8(first.value).ok().and_then(|it| it.parse().ok());
    match length {
        Some(length) if is_number && lengths.all(|it| it.value == first.value) => {
            Framing::Length(length)
        }
        _ => Framing::Nonsense,
    }
}

fn value<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(header.value).ok()
}

fn has_word(list: &str, word: &str) -> bool {
    list.split(',').any(|it| it.trim().eq_ignore_ascii_case(word))
}

/// A body in chunks, as far as it was read.
#[derive(Debug, Default)]
struct Chunks {
    content: Vec<u8>,
    /// Bytes that were read.
    at: usize,
}

impl Chunks {
    /// Reads what has come; returns where the body ends, once that has come, too.
    fn read(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let (begin, size) = match parse_chunk_size(rest) {
                Ok(Status::Complete((begin, size))) => (begin, size),
                Ok(Status::Partial) => return Ok(None),
                Err(_) => return Err(nonsense("a chunk has no length")),
            };
            let size = usize::try_from(size).ok().filter(|size| *size <= MAX_BODY);
            let size = size.ok_or_else(|| nonsense("a chunk is too long"))?;
            let end = begin + size;
            let Some(chunk) = rest.get(begin..end + 2) else { return Ok(None) };
            // Behind the last one there may be headers, which no agent sends.
            let Some(content) = chunk.strip_suffix(b"\r\n") else {
                return Err(nonsense("a chunk does not end"));
            };
            self.content.extend_from_slice(content);
            self.at += end + 2;
            if size == 0 {
                return Ok(Some(self.at));
            }
        }
    }
}

fn nonsense(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads bytes that come in pieces of a size; the connection is closed behind them.
    fn read_in(pieces: usize, bytes: &[u8]) -> String {
        let mut rest = bytes.chunks(pieces);
        let more = |to: &mut Vec<u8>| {
            let piece = rest.next().unwrap_or_default();
            to.extend_from_slice(piece);
            Ok(piece.len())
        };
        match Response::read(more) {
            Err(error) => format!("{:?}", error.kind()),
            Ok(it) => {
                let whole = if it.is_whole { "whole" } else { "cut" };
                let keeps = if it.keeps { "kept" } else { "closed" };
                format!("{} {whole} {keeps} {}", it.status, String::from_utf8_lossy(&it.body))
            }
        }
    }

    /// The same however it comes.
    fn read(text: &str) -> String {
        let at_once = read_in(text.len().max(1), text.as_bytes());
        for pieces in [1, 2, 7] {
            assert_eq!(read_in(pieces, text.as_bytes()), at_once, "{text:?}");
        }
        at_once
    }

    const OK: &str = "HTTP/1.1 200 OK\r\n";

    #[test]
    fn a_body_ends_where_its_head_says() {
        for (rest, expected) in [
            ("Content-Length: 2\r\n\r\n{}", "200 whole kept {}"),
            ("content-length: 2\r\ncontent-length: 2\r\n\r\n{}", "200 whole kept {}"),
            ("content-length: 0\r\n\r\n", "200 whole kept "),
            ("content-length: 2\r\nconnection: x, Close\r\n\r\n{}", "200 whole closed {}"),
            ("\r\n{}", "200 whole closed {}"),
            (
                "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
                "200 whole kept {}",
            ),
            ("transfer-encoding: gzip, chunked\r\n\r\n{}", "200 whole closed {}"),
        ] {
            assert_eq!(read(&format!("{OK}{rest}")), expected, "{rest:?}");
        }
        assert_eq!(read("HTTP/1.1 204 No\r\n\r\n"), "204 whole kept ");
        assert_eq!(read("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}"), "200 whole closed {}");
        let interim = format!("HTTP/1.1 100 Continue\r\n\r\n{OK}content-length: 2\r\n\r\n{{}}");
        assert_eq!(read(&interim), "200 whole kept {}");
    }

    #[test]
    fn a_status_is_enough_whatever_is_wrong_with_the_body() {
        for (rest, expected) in [
            ("content-length: 9\r\n\r\n{}", "200 cut closed {}"),
            ("content-length: -1\r\n\r\n", "200 cut closed "),
            ("content-length: 1\r\ncontent-length: 2\r\n\r\n", "200 cut closed "),
            ("content-length: 99999999999999999999999\r\n\r\n", "200 cut closed "),
            ("transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", "200 cut closed {}"),
            ("transfer-encoding: chunked\r\n\r\nx\r\n", "200 cut closed "),
            ("transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n", "200 cut closed "),
            ("transfer-encoding: chunked\r\n\r\n1\r\nabc", "200 cut closed "),
            ("transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", "200 cut closed a"),
        ] {
            assert_eq!(read(&format!("{OK}{rest}")), expected, "{rest:?}");
        }
        let more = format!("{OK}content-length: 2\r\n\r\n{{}}HTTP/1.1 500 X\r\n\r\n");
        assert_eq!(read_in(more.len(), more.as_bytes()), "200 whole closed {}");
    }

    #[test]
    fn no_more_is_read_than_an_agent_has_to_say() {
        let body = "x".repeat(1 << 20);
        for head in [
            format!("{OK}content-length: {}\r\n\r\n", body.len()),
            format!("{OK}\r\n"),
            format!("{OK}transfer-encoding: chunked\r\n\r\n100000\r\n"),
        ] {
            let all = [head, body.clone()].concat();
            let mut rest = all.as_bytes().chunks(1_024);
            let mut count = 0;
            let response = Response::read(|to| {
                let piece = rest.next().unwrap_or_default();
                to.extend_from_slice(piece);
                count += piece.len();
                Ok(piece.len())
            });
            let response = response.unwrap();
            assert!(!response.is_whole && !response.keeps, "{response:?}");
            assert!(response.body.len() <= MAX_BODY && count < MAX_BODY + 4_096, "{count}");
        }
        let endless = format!("{OK}{}", "x: y\r\n".repeat(10_000));
        assert_eq!(read_in(100, endless.as_bytes()), "InvalidData");
        assert_eq!(read_in(100, [OK, "x: ", &body].concat().as_bytes()), "InvalidData");
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000);
        assert_eq!(read_in(100, interim.as_bytes()), "InvalidData");
    }

    #[test]
    fn what_is_no_response_is_told_from_what_was_cut() {
        for (text, expected) in [
            ("", "UnexpectedEof"),
            ("HTTP/1.1 20", "UnexpectedEof"),
            ("HTTP/1.1 200 OK\r\nContent-Le", "UnexpectedEof"),
            ("SSH-2.0-OpenSSH\r\n", "InvalidData"),
            ("HTTP/2 200\r\n\r\n", "InvalidData"),
            ("\0\0\u{12}\u{4}", "InvalidData"),
            ("HTTP/1.1 99999 OK\r\n\r\n", "InvalidData"),
            ("<html>", "InvalidData"),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn random_bytes_are_survived() {
        let mut seed = 8_u64;
        for _ in 0..20_000 {
            let mut bytes =
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                    .to_vec();
            for _ in 0..4 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (seed >> 33) as usize % bytes.len();
                bytes[at] = (seed >> 24) as u8;
            }
            let _any = read_in(5, &bytes);
        }
    }
}
