//! What arrives, by which connection, and who waits for it.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use tracer_backend_tests::{Reply, SOON, Server, status};
use tracer_core::{Span, Tracer};

use crate::Datadog;
use crate::agent::tests::run;

#[test]
fn spans_arrive_over_one_connection_with_what_the_agent_wants_to_know() {
    let server = Server::new([status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    for spans in [1, 2, 3] {
        assert_eq!(run.spans(spans), None);
        let got = server.got.recv().unwrap();
        assert!(!got.body.is_empty());
        assert_eq!(got.connection, 0);
        let mut lines = got.head.lines();
        assert_eq!(lines.next(), Some("PUT /v0.4/traces HTTP/1.1"));
        let headers: Vec<_> = lines.collect();
        let host = format!("Host: {}", server.url.strip_prefix("http://").unwrap());
        for line in [
            host.as_str(),
            "Content-Type: application/msgpack",
            "Datadog-Meta-Lang: rust",
            "Datadog-Meta-Lang-Interpreter: rustc",
            concat!("Datadog-Meta-Tracer-Version: ", env!("CARGO_PKG_VERSION")),
            "Datadog-Client-Computed-Top-Level: yes",
            "Datadog-Send-Real-Http-Status: yes",
        ] {
            assert!(headers.contains(&line), "{line}\n{}", got.head);
        }
        for (name, first) in [("Datadog-Meta-Lang-Version", "1."), ("X-Datadog-Trace-Count", "")] {
            let value = headers.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            assert!(value.is_some_and(|it| it.starts_with(first)), "{name}\n{}", got.head);
        }
        assert!(!got.head.contains("Datadog-Client-Dropped-P0-Traces"), "none were left out");
    }
    assert_eq!(run.counts(), (6, 0, 0));
}

#[test]
fn a_prefix_stands_before_the_path() {
    let server = Server::new([status(200, "")]);
    let run = run(Datadog::builder().agent_url(&format!("{}/proxy/to/", server.url)));
    assert_eq!(run.spans(1), None);
    let head = server.got.recv().unwrap().head;
    assert!(head.starts_with("PUT /proxy/to/v0.4/traces HTTP/1.1\r\n"), "{head}");
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_opened_anew_at_once() {
    let closes = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned();
    let server = Server::new([Reply::SaysAndCloses(closes)]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!((run.spans(1), run.spans(1), run.spans(1)), (None, None, None));
    assert_eq!(run.counts(), (3, 0, 0));
    let connections: Vec<_> = server.got.try_iter().map(|got| got.connection).collect();
    assert_eq!(connections, [0, 1, 2]);
    assert_eq!(run.slept.try_iter().count(), 0);
}

#[test]
fn a_connection_that_is_closed_as_the_request_comes_is_opened_anew_at_once() {
    let server = Server::new([status(200, ""), Reply::Resets, status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!((run.spans(1), run.spans(1)), (None, None));
    assert_eq!(run.counts(), (2, 0, 0));
    let connections: Vec<_> = server.got.try_iter().map(|got| got.connection).collect();
    assert_eq!(connections, [0, 1]);
    assert_eq!(run.slept.try_iter().count(), 0, "it was no fault of the agent");
}

#[test]
fn an_answer_that_nobody_asked_for_is_no_answer_to_the_next_request() {
    let two =
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n";
    let server = Server::new([Reply::Says(two.to_owned()), status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!((run.spans(1), run.spans(1)), (None, None));
    let connections: Vec<_> = server.got.try_iter().map(|got| got.connection).collect();
    assert_eq!(connections, [0, 1]);
}

#[test]
fn traced_code_ends_while_the_agent_hangs() {
    let server = Server::new([Reply::Hangs]);
    let datadog = Datadog::builder().agent_url(&server.url).timeout(SOON).build().unwrap();
    let tracer = Tracer::builder().exporter(datadog).build().unwrap();
    let work = || tracer.in_scope(|| drop(Span::root("work")));
    work();
    // The agent has the first, and does not answer: the exporter waits.
    server.got.recv_timeout(SOON).unwrap();
    let (sender, done) = channel();
    thread::scope(|scope| {
        for _ in 0..4 {
            let sender = sender.clone();
            scope.spawn(move || {
                (0..1_000).for_each(|_| work());
                sender.send(()).unwrap();
            });
        }
        (0..4).for_each(|_| done.recv_timeout(SOON).unwrap());
    });
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(stats.exporters[0].acknowledged, 0, "it still hangs");
    let begin = Instant::now();
    // time: the deadline is the promise
    let error = tracer.shutdown(Duration::from_millis(200)).expect_err("it hangs");
    assert_eq!((error.queued, error.dropped), (4_001, 0));
    assert!(begin.elapsed() < SOON / 10, "{:?}", begin.elapsed());
}
