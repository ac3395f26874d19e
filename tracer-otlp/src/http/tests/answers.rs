//! What each answer means for the spans of its request.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;
use tracer_backend_tests::{Reply, Server, status};

use crate::Otlp;
use crate::http::tests::run;

/// What is said and counted of two spans; nothing is sent again.
fn after(reply: Reply) -> (Option<String>, (u64, u64, u64)) {
    let server = Server::new([reply]);
    let run = run(Otlp::builder().endpoint(&server.url).json().gzip(false));
    // One after the other, so that each is a batch of its own.
    run.spans(1);
    let said = run.spans(1);
    assert_eq!(server.got.try_iter().count(), 2);
    assert_eq!(run.slept.try_iter().count(), 0);
    let said = said.map(|said| said.replace(&format!("{}/v1/traces: ", server.url), ""));
    (said, run.counts())
}

pub(crate) fn partial(rejected: i64, why: &str) -> Vec<u8> {
    let partial_success =
        Some(ExportTracePartialSuccess { rejected_spans: rejected, error_message: why.to_owned() });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html";

#[test]
fn what_was_taken_is_acknowledged() {
    for reply in [
        status(200, ""),
        status(202, ""),
        status(204, ""),
        Reply::Answers(200, PROTOBUF, Vec::new()),
        Reply::Answers(200, PROTOBUF, partial(0, "")),
        Reply::Answers(200, PROTOBUF, partial(0, "just a word")),
        Reply::Answers(200, JSON, b"{}".to_vec()),
        Reply::Answers(200, JSON, br#"{"partialSuccess":{}}"#.to_vec()),
        Reply::Answers(200, "text/plain", b"ok".to_vec()),
    ] {
        assert_eq!(after(reply.clone()), (None, (2, 0, 0)), "{reply:?}");
    }
}

#[test]
fn what_was_taken_in_part_is_counted_as_rejected() {
    let refused = |why: &str| (Some(format!("refused 1 spans: {why}")), (0, 0, 2));
    assert_eq!(after(Reply::Answers(200, PROTOBUF, partial(1, "too\nold"))), refused("too old"));
    let json = br#"{"partialSuccess":{"rejectedSpans":"1","errorMessage":""}}"#.to_vec();
    assert_eq!(after(Reply::Answers(200, JSON, json)), refused("it gave no reason"));
    let (said, counts) = after(Reply::Answers(200, PROTOBUF, partial(i64::MAX, "all and more")));
    assert_eq!((said.is_some(), counts), (true, (0, 0, 2)));
}

#[test]
fn what_was_refused_is_counted_as_rejected() {
    let status_message = [&[0x08, 3, 0x12, 11][..], b"bad trace i"].concat();
    for (reply, expected) in [
        (status(400, ""), "answered 400"),
        (status(404, ""), "answered 404"),
        (Reply::Answers(401, PROTOBUF, status_message), "answered 401: bad trace i"),
        (
            Reply::Answers(403, JSON, br#"{"code":7,"message":"no key"}"#.to_vec()),
            "answered 403: no key",
        ),
        (Reply::Answers(413, "text/plain", b"too long\n".to_vec()), "answered 413: too long"),
        (Reply::Answers(404, HTML, b"<html>".to_vec()), "answered 404"),
        (Reply::Answers(400, "text/plain", vec![b'x'; 100_000]), "answered 400"),
    ] {
        assert_eq!(after(reply), (Some(expected.to_owned()), (0, 0, 2)));
    }
}

#[test]
fn what_broke_is_counted_as_failed() {
    for (reply, expected) in [
        (status(500, ""), "answered 500"),
        (status(301, "location: http://127.0.0.1:1/\r\n"), "answered 301"),
        (Reply::Answers(200, HTML, b"<html>".to_vec()), "answered 200 with what is not OTLP"),
        (Reply::Answers(200, PROTOBUF, b"garbage".to_vec()), "answered 200 with what is not OTLP"),
        (Reply::Answers(200, JSON, b"{".to_vec()), "answered 200 with what is not OTLP"),
    ] {
        assert_eq!(after(reply), (Some(expected.to_owned()), (0, 2, 0)));
    }
}

#[test]
fn what_does_not_speak_http_is_not_tried_again() {
    let nonsense =
        Reply::SaysAndCloses("\0\0\x12\x04\0\0\0\0\0\0\0\x03\0\0\0\x64\r\n\r\n".to_owned());
    let (said, counts) = after(nonsense);
    let said = said.expect("it failed");
    assert!(said.starts_with("it does not speak HTTP/1.1 (OTLP over gRPC"), "{said}");
    assert_eq!(counts, (0, 2, 0));
}
