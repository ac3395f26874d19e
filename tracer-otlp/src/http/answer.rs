//! What an answer of the backend means.

use std::time::Duration;

use tracer_core::__private::{Verdict, answered, in_one_line, retry_after};
use ureq::http::HeaderMap;

use crate::field::{partial_success, refusal, response};
use crate::tree::Tree;
use crate::wire::Message;

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
                Verdict::Rejected(
                    Some(spans),
                    format!("refused {spans} spans: {}", in_one_line(why)),
                )
            }
        }
    }

    /// The status and, where it is text, what came with it.
    fn said(&self) -> String {
        let text = match self.kind {
            Kind::Html => None,
            Kind::Protobuf => Message::read(&self.body).and_then(|it| it.text(refusal::MESSAGE)),
            Kind::Json => message_in_json(&self.body),
            Kind::Other => std::str::from_utf8(&self.body).ok().map(str::to_owned),
        };
        answered(self.status, text.as_deref())
    }
}

/// Spans that were refused, and why.
fn partial_success(body: &[u8]) -> Option<(u64, String)> {
    let partial = Message::read(body)?.last(response::PARTIAL_SUCCESS);
    let partial = Message::read(partial.unwrap_or_default())?;
    let spans = partial.number(partial_success::REJECTED_SPANS) as i64;
    let why = partial.last(partial_success::ERROR_MESSAGE).unwrap_or_default();
    Some((u64::try_from(spans).unwrap_or(0), String::from_utf8_lossy(why).into_owned()))
}

fn partial_success_in_json(body: &[u8]) -> Option<(u64, String)> {
    let tree = Tree::parse(std::str::from_utf8(body).ok()?).ok()?;
    let Some(partial) = tree.get(response::PARTIAL_SUCCESS.name) else {
        return Some((0, String::new()));
    };
    let spans = partial.get(partial_success::REJECTED_SPANS.name).and_then(Tree::integer);
    let why = partial.get(partial_success::ERROR_MESSAGE.name).and_then(Tree::text);
    Some((u64::try_from(spans.unwrap_or(0)).unwrap_or(0), why.unwrap_or_default().to_owned()))
}

fn message_in_json(body: &[u8]) -> Option<String> {
    let tree = Tree::parse(std::str::from_utf8(body).ok()?).ok()?;
    tree.get(refusal::MESSAGE.name).and_then(Tree::text).map(str::to_owned)
}
