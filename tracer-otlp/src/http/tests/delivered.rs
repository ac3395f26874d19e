//! What arrives, and how.

use std::collections::HashSet;
use std::io::Read as _;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use tracer_backend_tests::{Reply, SOON, Server, status};
use tracer_core::{Span, Tracer};

use crate::Otlp;
use crate::http::tests::answers::{PROTOBUF, partial};
use crate::http::tests::run;
use crate::tree::Tree;

fn decoded(body: &[u8]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(body).expect("it is protobuf")
}

fn count(request: &ExportTraceServiceRequest) -> usize {
    request.resource_spans[0].scope_spans[0].spans.len()
}

#[test]
fn spans_arrive_over_one_connection_with_what_the_receiver_wants_to_know() {
    let server = Server::new([status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url).header("X-Api-Key", "secret"));
    for spans in [1, 2, 3] {
        assert_eq!(run.spans(spans), None);
        let got = server.got.recv().unwrap();
        assert_eq!(count(&decoded(&got.body)), spans);
        assert_eq!(got.connection, 0);
        let head = got.head.to_ascii_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
        for line in [
            "content-type: application/x-protobuf",
            "user-agent: tracer-otlp/0.1.0",
            "x-api-key: secret",
        ] {
            assert!(head.lines().any(|it| it == line), "{line}\n{head}");
        }
        assert!(!head.contains("content-encoding"), "it is the same machine\n{head}");
    }
    assert_eq!(run.counts(), (6, 0, 0));
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_opened_anew() {
    let closes = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned();
    let server = Server::new([Reply::SaysAndCloses(closes)]);
    let run = run(Otlp::builder().endpoint(&server.url));
    assert_eq!((run.spans(1), run.spans(1), run.spans(1)), (None, None, None));
    assert_eq!(run.counts(), (3, 0, 0));
    let connections: HashSet<_> = server.got.try_iter().map(|got| got.connection).collect();
    assert!(connections.len() > 1, "{connections:?}");
}

#[test]
fn compressed_is_the_same() {
    let server = Server::new([status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url).gzip(true));
    assert_eq!(run.spans(100), None);
    let got = server.got.recv().unwrap();
    assert!(got.head.contains("content-encoding: gzip\r\n"), "{}", got.head);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&got.body[..]).read_to_end(&mut plain).unwrap();
    assert!(plain.len() > 2 * got.body.len());
    assert!(count(&decoded(&plain)) > 0);
}

#[test]
fn json_is_the_same() {
    let server = Server::new([status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url).json());
    assert_eq!(run.spans(1), None);
    let got = server.got.recv().unwrap();
    assert!(got.head.contains("content-type: application/json\r\n"), "{}", got.head);
    let tree = Tree::parse(std::str::from_utf8(&got.body).unwrap()).unwrap();
    let resource = &tree.get("resourceSpans").unwrap().list()[0];
    let span = &resource.get("scopeSpans").unwrap().list()[0].get("spans").unwrap().list()[0];
    assert_eq!(span.get("name").and_then(Tree::text), Some("work"));
}

#[test]
fn a_batch_that_is_too_long_goes_in_several_requests_each_counted_by_itself() {
    // What is said of one request says nothing of the others.
    let refused = Reply::Answers(200, PROTOBUF, partial(i64::MAX, "all and more"));
    let replies = [status(200, ""), refused, status(500, ""), status(400, ""), status(200, "")];
    let server = Server::new(replies);
    let run = run(Otlp::builder().endpoint(&server.url).max_bytes(4_000));
    assert!(run.spans(1_000).is_some());
    let bodies: Vec<_> = server.got.try_iter().map(|got| got.body).collect();
    let counts: Vec<_> = bodies.iter().map(|body| count(&decoded(body))).collect();
    assert_eq!(counts.iter().sum::<usize>(), 1_000);
    assert!(bodies.iter().all(|body| body.len() <= 4_010), "but for the lengths at their head");
    assert!(counts.len() > 10 && counts.iter().all(|count| *count > 1), "{counts:?}");
    let ids: HashSet<_> = bodies
        .iter()
        .flat_map(|body| decoded(body).resource_spans.remove(0).scope_spans.remove(0).spans)
        .map(|span| span.span_id)
        .collect();
    assert_eq!(ids.len(), 1_000, "each span once");
    let (rejected, failed) = ((counts[1] + counts[3]) as u64, counts[2] as u64);
    assert_eq!(run.counts(), (1_000 - rejected - failed, failed, rejected));
}

#[test]
fn a_shutdown_does_not_wait_longer_for_a_backend_that_hangs() {
    let server = Server::new([Reply::Hangs]);
    let otlp = Otlp::builder().endpoint(&server.url).build().unwrap();
    let tracer = Tracer::builder().exporter(otlp).build().unwrap();
    tracer.in_scope(|| drop(Span::root("work")));
    let begin = Instant::now();
    // time: the deadline is the promise
    let error = tracer.shutdown(Duration::from_millis(200)).expect_err("it hangs");
    assert_eq!((error.queued, error.dropped), (1, 0));
    assert!(begin.elapsed() < SOON / 10, "{:?}", begin.elapsed());
}
