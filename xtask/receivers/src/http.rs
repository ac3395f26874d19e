//! As much of HTTP/1.1 as a program needs to be called and to call: one request a connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

pub(crate) type Headers = Vec<(String, String)>;

pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: Headers,
}

impl Request {
    /// Reads the next one, which has no body.
    pub(crate) fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        let path = first.split(' ').nth(1).ok_or(io::ErrorKind::InvalidData)?.to_owned();
        let mut headers = Headers::new();
        for line in lines {
            let line = line?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(Self { path, headers })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Answers a request, with nothing but a status.
pub(crate) fn answer(mut stream: &TcpStream, status: u16) -> io::Result<()> {
    write!(stream, "HTTP/1.1 {status} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Sends a request, and waits for its answer; one that is not 200 is an error.
pub(crate) fn get(host: &str, path: &str, headers: &Headers) -> io::Result<()> {
    let mut stream = TcpStream::connect(host)?;
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(format!("{request}\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let is_well = answer.split(' ').nth(1) == Some("200");
    is_well.then_some(()).ok_or_else(|| io::Error::other(format!("{host} answered `{answer}`")))
}
