//! The head of a request of HTTP/1.1: as much of it as is needed.

use std::io::{self, BufRead};

/// Bytes of a head at most.
const MAX: u64 = 16 << 10;

/// The head of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    query: String,
    /// The names in lower case.
    headers: Vec<(String, String)>,
}

impl Request {
    /// Reads one; nothing where it is none or too long.
    pub(super) fn read(source: impl BufRead) -> io::Result<Option<Self>> {
        let mut source = source.take(MAX);
        let mut request = Self::default();
        let Some(first) = line(&mut source)? else { return Ok(None) };
        let [method, target, version] = first.split(' ').collect::<Vec<_>>()[..] else {
            return Ok(None);
        };
        if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
            return Ok(None);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        (request.method, request.path) = (method.to_owned(), path.to_owned());
        query.clone_into(&mut request.query);
        loop {
            let Some(line) = line(&mut source)? else { return Ok(None) };
            if line.is_empty() {
                return Ok(Some(request));
            }
            let Some((name, value)) = line.split_once(':') else { return Ok(None) };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// The value of a header; none also where there are several, which could be read either way.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name);
        values.next().map(|(_, value)| value.as_str()).filter(|_| values.next().is_none())
    }

    /// A value of the query, as it is written.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A line without its end; nothing where it has none.
fn line(source: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    source.read_until(b'\n', &mut bytes)?;
    let Some(line) = bytes.strip_suffix(b"\n") else { return Ok(None) };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(std::str::from_utf8(line).ok().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::{MAX, Request};

    fn read(text: &str) -> Option<Request> {
        Request::read(text.as_bytes()).expect("memory can be read")
    }

    #[test]
    fn a_head_is_read() {
        let text =
            "GET /data?a=1&token=x HTTP/1.1\r\nHOST: localhost:1\r\nA: 1\r\nA: 2\r\n\r\nrest";
        let request = read(text).expect("it is one");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/data"));
        assert_eq!((request.asked("token"), request.asked("b")), (Some("x"), None));
        assert_eq!((request.header("host"), request.header("a")), (Some("localhost:1"), None));
    }

    #[test]
    fn what_is_no_head_or_is_too_long_is_none() {
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(MAX as usize));
        for text in [
            "",
            "GET / HTTP/1.1\r\nHost: a\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost\r\n\r\n",
            "\u{16}\u{3}\u{1}",
            &long,
        ] {
            assert_eq!(read(text), None, "{}", &text[..text.len().min(40)]);
        }
    }
}
