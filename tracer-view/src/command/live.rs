//! A backend on this machine: takes OTLP over HTTP, and serves what came as a page that is live.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tracer_core::TraceId;
use tracer_otlp::read::{self, ReadError, Span};

use crate::command::arguments::Served;
use crate::command::{Failed, open, read as read_files};
use crate::html::Stored;
use crate::live::{Answer, BodyError, Connection, Latest, Request, Room, Site};

/// Runs until the process is ended.
pub(super) fn run(asked: &Served, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failed> {
    let site = Site::open(asked.port, Some(take)).map_err(|error| {
        let taken = format!("cannot listen on port {} of 127.0.0.1: {error}", asked.port);
        Failed::Done(format!("{taken}; `--port` names another"))
    })?;
    if !asked.files.is_empty() {
        add(&site.latest(), spans_of(&asked.files, err)?);
    }
    writeln!(err, "tracer: takes OTLP over HTTP at http://{}", site.address())?;
    writeln!(out, "{}", site.url())?;
    out.flush()?;
    if asked.open {
        open(site.url().as_ref())?;
    }
    loop {
        thread::park();
    }
}

fn spans_of(files: &[PathBuf], err: &mut dyn Write) -> Result<Vec<Span>, Failed> {
    let mut spans = Vec::new();
    read_files(files, err, |span| spans.push(span))?;
    Ok(spans)
}

/// Adds spans of any traces.
fn add(latest: &Latest<Span>, spans: Vec<Span>) {
    let mut traces: HashMap<TraceId, Vec<Span>> = HashMap::new();
    for span in spans {
        traces.entry(Stored::trace_id(&span)).or_default().push(span);
    }
    if !traces.is_empty() {
        latest.add(traces.into_values().map(Arc::from), "");
    }
}

/// How a message is written down; the answer is, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Protobuf,
}

/// Bytes of bodies at once at most: room for two of the largest.
static ROOM: Room = Room::new(128 << 20);

/// Why a message is not taken, as `google.rpc.Code` has it.
const INVALID: u8 = 3;
const UNAVAILABLE: u8 = 14;

fn take(request: &Request, connection: &mut Connection, latest: &Latest<Span>) -> Answer {
    let kind = request.header("content-type").unwrap_or_default();
    let form = match kind.split(';').next().unwrap_or_default().trim() {
        kind if kind.eq_ignore_ascii_case("application/json") => Form::Json,
        kind if kind.eq_ignore_ascii_case("application/x-protobuf") => Form::Protobuf,
        _ => return Form::Json.refused(415, "neither application/json nor application/x-protobuf"),
    };
    let body = match request.body(connection, &ROOM) {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return form.refused(413, "more than 64 MiB"),
        Err(BodyError::Full) => {
            return form.refused(503, "others send much").with("Retry-After", "1");
        }
        Err(BodyError::Encoding) => return form.refused(415, "compressed by other than gzip"),
        Err(BodyError::Broken) => return form.refused(400, "the body is not whole"),
    };
    match form.read(&body.bytes) {
        Ok(spans) => add(latest, spans),
        Err(why) => return form.refused(400, &why),
    }
    form.taken()
}

impl Form {
    fn read(self, body: &[u8]) -> Result<Vec<Span>, String> {
        let told = |error: ReadError| error.to_string();
        match self {
            Self::Protobuf => read::protobuf(body).map_err(told),
            Self::Json => {
                let text = std::str::from_utf8(body).map_err(|_| "the text is not UTF-8")?;
                read::document(text).map_err(told)
            }
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/x-protobuf",
        }
    }

    /// An empty `ExportTraceServiceResponse`.
    fn taken(self) -> Answer {
        let body = match self {
            Self::Json => b"{}".to_vec(),
            Self::Protobuf => Vec::new(),
        };
        Answer::new(200, self.kind(), body)
    }

    /// A `google.rpc.Status`.
    fn refused(self, status: u16, why: &str) -> Answer {
        let code = if status == 503 { UNAVAILABLE } else { INVALID };
        let body = match self {
            Self::Json => {
                let quoted = why.replace('\\', "\\\\").replace('"', "\\\"");
                let quoted: String = quoted.chars().filter(|c| !c.is_control()).collect();
                format!(r#"{{"code":{code},"message":"{quoted}"}}"#).into_bytes()
            }
            Self::Protobuf => {
                // One byte has its length.
                let end = (0..=why.len().min(127)).rev().find(|end| why.is_char_boundary(*end));
                let why = &why.as_bytes()[..end.unwrap_or(0)];
                [&[0x08, code, 0x12, why.len() as u8], why].concat()
            }
        };
        Answer::new(status, self.kind(), body)
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn a_refusal_is_a_status_in_the_form_of_the_request() {
        let json = Form::Json.refused(400, "a \"b\" \\\n");
        let json: serde_json::Value = serde_json::from_slice(&json.body).expect("it is JSON");
        assert_eq!(json, serde_json::json!({ "code": 3, "message": "a \"b\" \\" }));
        let protobuf = Form::Protobuf.refused(413, "why");
        assert_eq!((protobuf.status, &protobuf.body[..]), (413, &b"\x08\x03\x12\x03why"[..]));
        assert_eq!(Form::Protobuf.refused(503, "").body, b"\x08\x0e\x12\0", "it may come again");
        let long = Form::Protobuf.refused(400, &"é".repeat(100)).body;
        assert_eq!((long.len(), long[3]), (4 + 126, 126));
    }
}
