//! What an answer of the backend means.

use std::time::Duration;

use ureq::http::HeaderMap;

use crate::http::pace::retry_after;
use crate::tree::Tree;

/// Characters of what a backend says that are repeated.
const MAX_SAID: usize = 200;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    kind: Kind,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Protobuf,
    Json,
    Html,
    Other,
}

/// What that means for the spans of the request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Delivered,
    /// So many were refused; all, if it is not said how many.
    Rejected(Option<u64>, String),
    /// They are to be sent again, after so long.
    Later(Option<Duration>, String),
    Failed(String),
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let mime = header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let kind = match mime.trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" | "application/protobuf" => Kind::Protobuf,
            "application/json" => Kind::Json,
            "text/html" => Kind::Html,
            _ => Kind::Other,
        };
        let retry_after = header("retry-after").and_then(|v| retry_after(v, header("date")));
        Self { status, kind, retry_after, body }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self.status {
            200..=299 => self.taken(),
            429 | 502 | 503 | 504 => Verdict::Later(self.retry_after, self.said()),
            400..=499 => Verdict::Rejected(None, self.said()),
            _ => Verdict::Failed(self.said()),
        }
    }

    /// A web server that answers anything with a page is no backend.
    fn taken(&self) -> Verdict {
        let read = match self.kind {
            Kind::Other => return Verdict::Delivered,
            _ if self.body.is_empty() => return Verdict::Delivered,
            Kind::Html => None,
            Kind::Protobuf => partial_success(&self.body),
            Kind::Json => partial_success_in_json(&self.body),
        };
        match read {
            None => Verdict::Failed(format!("answered {} with what is not OTLP", self.status)),
            Some((0, _)) => Verdict::Delivered,
            Some((spans, why)) => {
                let why = if why.is_empty() { "it gave no reason" } else { &why };
                Verdict::Rejected(Some(spans), format!("refused {spans} spans: {}", shown(why)))
            }
        }
    }

    /// The status and, where it is text, what came with it.
    fn said(&self) -> String {
        let text = match self.kind {
            Kind::Html => None,
            Kind::Protobuf => field(&self.body, 2).and_then(|text| String::from_utf8(text).ok()),
            Kind::Json => message_in_json(&self.body),
            Kind::Other => std::str::from_utf8(&self.body).ok().map(str::to_owned),
        };
        match text.as_deref().map(shown).filter(|text| !text.is_empty()) {
            Some(text) => format!("answered {}: {text}", self.status),
            None => format!("answered {}", self.status),
        }
    }
}

/// In one line, not too long.
fn shown(text: &str) -> String {
    let clean = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.clone().take(MAX_SAID).collect();
    if clean.count() > MAX_SAID {
        shown.push('…');
    }
    shown
}

/// Spans that were refused, and why: fields 1 and 2 of field 1.
fn partial_success(body: &[u8]) -> Option<(u64, String)> {
    fields(body)?;
    let partial = field(body, 1).unwrap_or_default();
    let mut spans = 0;
    let mut why = String::new();
    for (number, value) in fields(&partial)? {
        match (number, value) {
            (1, Wire::Number(number)) => spans = u64::try_from(number as i64).unwrap_or(0),
            (2, Wire::Bytes(text)) => why = String::from_utf8_lossy(text).into_owned(),
            _ => {}
        }
    }
    Some((spans, why))
}

fn partial_success_in_json(body: &[u8]) -> Option<(u64, String)> {
    let tree = Tree::parse(std::str::from_utf8(body).ok()?).ok()?;
    let Some(partial) = tree.get("partialSuccess") else { return Some((0, String::new())) };
    let spans = partial.get("rejectedSpans").and_then(Tree::integer).unwrap_or(0);
    let why = partial.get("errorMessage").and_then(Tree::text).unwrap_or_default();
    Some((u64::try_from(spans).unwrap_or(0), why.to_owned()))
}

fn message_in_json(body: &[u8]) -> Option<String> {
    let tree = Tree::parse(std::str::from_utf8(body).ok()?).ok()?;
    tree.get("message").and_then(Tree::text).map(str::to_owned)
}

enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// The last value of a field of bytes.
fn field(message: &[u8], wanted: u64) -> Option<Vec<u8>> {
    let of_it = |(number, value)| match value {
        Wire::Bytes(bytes) if number == wanted => Some(bytes.to_vec()),
        _ => None,
    };
    fields(message)?.into_iter().filter_map(of_it).next_back()
}

/// All fields of a message; none if it is no protobuf.
fn fields(mut rest: &[u8]) -> Option<Vec<(u64, Wire<'_>)>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let value = match tag & 7 {
            0 => Wire::Number(varint(&mut rest)?),
            1 => split(&mut rest, 8).map(|_| Wire::Fixed)?,
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                Wire::Bytes(split(&mut rest, length)?)
            }
            5 => split(&mut rest, 4).map(|_| Wire::Fixed)?,
            _ => return None,
        };
        fields.push((tag >> 3, value));
    }
    Some(fields)
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (value, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(value)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
