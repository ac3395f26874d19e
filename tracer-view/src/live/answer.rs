//! What is answered to a request.

use std::borrow::Cow;
use std::io::{self, Write};

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// Nobody else shows it in a frame, keeps it, takes it for something else or learns its address.
const ALWAYS: &str = "Cache-Control: no-store\r\n\
    Content-Security-Policy: frame-ancestors 'none'\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Referrer-Policy: no-referrer\r\n\
    X-Content-Type-Options: nosniff\r\n\
    X-Frame-Options: DENY\r\n\
    Connection: close\r\n";

impl Answer {
    pub(crate) const fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, kind, body, headers: Vec::new() }
    }

    /// One that says in a line why there is nothing.
    pub(super) fn refused(status: u16) -> Self {
        let why = format!("{status} {}\n", reason(status));
        Self::new(status, "text/plain; charset=utf-8", why.into_bytes())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn write(&self, mut to: impl Write) -> io::Result<()> {
        let mut headers = Vec::new();
        if self.status != 204 {
            headers.push(("Content-Length", Cow::from(self.body.len().to_string())));
        }
        headers.extend(self.headers.iter().map(|(name, value)| (*name, Cow::from(value))));
        to.write_all(head(self.status, self.kind, &headers).as_bytes())?;
        to.write_all(&self.body)
    }
}

/// The head of an answer.
pub(super) fn head(status: u16, kind: &str, headers: &[(&str, Cow<'_, str>)]) -> String {
    let mut head = format!("HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\n", reason(status));
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend([ALWAYS, "\r\n"]);
    head
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
