//! What each answer means for the spans of its payload.

use tracer_backend_tests::{Reply, Server, status};

use crate::Datadog;
use crate::agent::tests::run;

/// What is said and counted of two spans; nothing is sent again.
fn after(reply: Reply) -> (Option<String>, (u64, u64, u64)) {
    let server = Server::new([reply]);
    let run = run(Datadog::builder().agent_url(&server.url));
    // One after the other, so that each is a batch of its own.
    run.spans(1);
    let said = run.spans(1);
    assert_eq!(server.got.try_iter().count(), 2);
    assert_eq!(run.slept.try_iter().count(), 0);
    (said.map(|said| said.replace(&format!("{}: ", server.url), "")), run.counts())
}

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";

#[test]
fn what_was_taken_is_acknowledged() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"rate_by";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    for reply in [
        status(200, ""),
        status(202, ""),
        Reply::Answers(200, JSON, br#"{"rate_by_service":{"service:,env:":1}}"#.to_vec()),
        Reply::Answers(200, TEXT, b"OK\n".to_vec()),
        Reply::Answers(200, JSON, b"{garbage\xff".to_vec()),
        Reply::Answers(200, JSON, vec![b'x'; 1 << 20]),
        Reply::Says(chunked.to_owned()),
        Reply::SaysAndCloses("HTTP/1.0 200 OK\r\n\r\n{}".to_owned()),
        // It says that it has taken them, and breaks off.
        Reply::SaysAndCloses(cut.to_owned()),
    ] {
        let told = format!("{reply:.100?}");
        assert_eq!(after(reply), (None, (2, 0, 0)), "{told}");
    }
}

#[test]
fn what_was_refused_is_counted_as_rejected() {
    for (reply, expected) in [
        (status(400, ""), "answered 400".to_owned()),
        (
            Reply::Answers(400, TEXT, b"trace_count_header\r\n\x1b[31mmissing".to_vec()),
            "answered 400: trace_count_header   [31mmissing".to_owned(),
        ),
        (Reply::Answers(413, TEXT, b"too long\n".to_vec()), "answered 413: too long".to_owned()),
        (Reply::Answers(403, HTML, b"<html>".to_vec()), "answered 403".to_owned()),
        (
            Reply::Answers(400, TEXT, vec![b'x'; 1 << 20]),
            format!("answered 400: {}…", "x".repeat(200)),
        ),
        (Reply::Answers(400, TEXT, b"\xff\xfe".to_vec()), "answered 400: ��".to_owned()),
    ] {
        assert_eq!(after(reply), (Some(expected), (0, 0, 2)));
    }
}

#[test]
fn what_broke_is_counted_as_failed() {
    let old = "it does not take /v0.4/traces; a Datadog agent of version 6 or 7 does";
    for (reply, expected) in [
        (status(500, ""), "answered 500".to_owned()),
        (Reply::Answers(500, TEXT, b"panic".to_vec()), "answered 500: panic".to_owned()),
        (status(301, "location: http://127.0.0.1:1/\r\n"), "answered 301".to_owned()),
        (status(404, ""), format!("answered 404: {old}")),
        (Reply::Answers(415, TEXT, b"no".to_vec()), format!("answered 415: {old}")),
        (
            Reply::Answers(200, HTML, b"<html>".to_vec()),
            "answered 200 with a page: this is another server than a Datadog agent".to_owned(),
        ),
    ] {
        assert_eq!(after(reply), (Some(expected), (0, 2, 0)));
    }
}

#[test]
fn what_does_not_speak_http_is_not_tried_again() {
    for nonsense in
        ["\0\0\x12\x04\0\0\0\0\0\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n", "HTTP/2 200\r\n\r\n"]
    {
        let (said, counts) = after(Reply::SaysAndCloses(nonsense.to_owned()));
        let said = said.expect("it failed");
        assert!(said.starts_with("it does not speak HTTP/1.1: "), "{said}");
        assert_eq!(counts, (0, 2, 0));
    }
}
