//! One trace over several services: contexts in headers, and what goes with them.

use std::collections::HashMap;
use std::time::Duration;

use futures::executor::block_on;
use tracer::export::{
    Batch, Completeness, ExportError, Exporter, Memory, SpanKind, SpanRecord, Unit,
};
use tracer::propagate::{Remote, extract, inject};
use tracer::testing::render;
use tracer::{FutureExt as _, Span, SpanContext, Tracer, current, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, scope};

on_each_runtime!(two_services_make_one_trace);

pub(crate) type Headers = HashMap<String, String>;

pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub(crate) const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

pub(crate) fn headers_of(context: &SpanContext) -> Headers {
    let mut headers = Headers::new();
    inject(context, &mut headers);
    headers
}

#[traced]
async fn query(row: u32) {
    pause().await;
    current().set_attribute("row", row);
}

#[traced(kind = server, parent = remote)]
async fn serve<R: Runtime>(remote: Remote) {
    query(1).await;
    R::spawn_here(query(2)).await;
}

pub(crate) fn named<'a>(spans: &'a [SpanRecord], name: &str) -> &'a SpanRecord {
    spans.iter().find(|span| span.name() == name).expect("it has ended")
}

fn two_services_make_one_trace<R: Runtime>() {
    let (client, service) = (scope(), scope());
    let serving = service.clone();
    let call = async move {
        let headers = headers_of(&current());
        let request = async move { serve::<R>(extract(&headers)).await };
        R::spawn(serving.bind(request)).await;
    };
    R::block_on(client.bind(async { call.in_span(Span::new("call")).await }));

    assert_eq!(client.tree(), "call\n");
    assert_eq!(service.tree(), "serve\n  query\n  query\n");
    let (calls, spans) = (client.spans(), service.spans());
    let serve = named(&spans, "serve");
    assert!(serve.is_local_root() && serve.kind() == SpanKind::Server);
    assert_eq!(serve.parent_id(), Some(calls[0].span_id()));
    assert_eq!(serve.stack().count(), 1);
    assert!(spans.iter().all(|span| span.trace_id() == calls[0].trace_id()));
    let both = [calls, spans].concat();
    assert_eq!(render(&both), "call\n  serve\n    query\n    query\n");
}

#[traced(parent = remote)]
fn parse(remote: &Remote) -> SpanContext {
    current()
}

#[test]
fn functions_and_spans_by_hand_go_on_with_a_trace() {
    let scope = scope();
    scope.in_scope(|| {
        let remote = extract(&[("Traceparent", PARENT)]);
        assert_eq!(parse(&remote).trace_id().to_string(), TRACE);
        Span::new("other").in_scope(|| drop(Span::below("by hand", &remote.context())));
        // Made current, it is the parent of each span that would be a root.
        let work = async {
            drop(Span::new("first"));
            Span::new("second").in_scope(|| drop(Span::new("child")));
        };
        block_on(work.in_context(remote.context()));
    });
    assert_eq!(scope.tree(), "by hand\nfirst\nother\nparse\nsecond\n  child\n");
    let spans = scope.spans();
    for name in ["parse", "by hand", "first", "second"] {
        let span = named(&spans, name);
        assert_eq!(span.parent_id().map(|id| id.to_string()).as_deref(), Some("00f067aa0ba902b7"));
        assert!(span.is_local_root() && !span.is_spawned(), "{name}");
    }
    assert_eq!(named(&spans, "child").parent_id(), Some(named(&spans, "second").span_id()));
}

#[test]
fn the_span_belongs_to_the_tracer_in_whose_scope_it_is_opened() {
    let (one, other) = (scope(), scope());
    let remote = extract(&[("traceparent", PARENT)]);
    one.in_scope(|| drop(Span::below("one", &remote.context())));
    let remote = one.in_scope(|| extract(&[("traceparent", PARENT)]));
    other.in_scope(|| drop(Span::below("other", &remote.context())));
    let later = async { drop(Span::new("later")) }.in_context(remote.context());
    block_on(later);
    assert_eq!((one.tree().as_str(), other.tree().as_str()), ("later\none\n", "other\n"));
}

#[test]
fn hostile_headers_begin_a_new_root_and_are_counted() {
    let scope = scope();
    let many = |name: &str, value: &str| vec![(name.to_owned(), value.as_bytes().to_vec()); 10_000];
    let hostile = [
        many("traceparent", PARENT),
        vec![("traceparent".to_owned(), vec![0xFF; 1 << 20])],
        [many("traceparent", &"0".repeat(100)), many("baggage", "a=1,b"), many("tracestate", "=")]
            .concat(),
        vec![("baggage".to_owned(), b",a=".repeat(1 << 18))],
    ];
    for headers in &hostile {
        let before = scope.stats().refused.total();
        scope.in_scope(|| {
            let remote = extract(headers);
            assert!(!remote.context().is_valid() && remote.is_sampled().is_none());
            assert!(parse(&remote).is_recorded());
        });
        assert!(scope.stats().refused.total() > before);
    }
    assert_eq!(scope.tree(), "parse\n".repeat(hostile.len()));
    let spans = scope.spans();
    assert!(spans.iter().all(|span| span.parent_id().is_none() && span.links().next().is_none()));
    let line = scope.stats().to_string();
    assert!(line.contains("headers: ") && line.contains(" malformed"), "{line}");
}

#[test]
fn without_a_tracer_nothing_is_written_and_what_came_can_be_read() {
    let remote = extract(&[("traceparent", PARENT), ("baggage", "user=7")]);
    assert_eq!(remote.baggage("user").as_deref(), Some("7"));
    assert_eq!(remote.context().trace_id().to_string(), TRACE);
    let span = Span::below("serve", &remote.context());
    assert_eq!(headers_of(&span.context()), Headers::new());
    // A proxy that traces nothing hands it on.
    assert_eq!(headers_of(&remote.context())["traceparent"], PARENT);
}

#[test]
fn a_task_that_outlives_the_request_is_linked_to_the_caller() {
    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory.clone());
    let tracer = builder.build().unwrap();
    let cleanup = tracer.in_scope(|| {
        let remote = extract(&[("traceparent", PARENT)]);
        block_on(async { spawned_and_linked() }.in_context(remote.context()))
    });
    cleanup.join().unwrap();
    tracer.flush(Duration::from_secs(30)).unwrap();
    let spans = memory.take();
    let cleanup = named(&spans, "cleanup");
    assert!(cleanup.parent_id().is_none() && cleanup.is_local_root());
    assert_ne!(cleanup.trace_id().to_string(), TRACE);
    let link = cleanup.links().next().map(|link| link.trace.to_string());
    assert_eq!(link.as_deref(), Some(TRACE));
}

/// It has no span of its own: what is current is the remote context.
#[traced(when = false, spawn = link)]
fn spawned_and_linked() -> std::thread::JoinHandle<()> {
    std::thread::spawn(|| drop(Span::new("cleanup")))
}

#[test]
fn a_map_of_http_carries_it() {
    let scope = scope();
    scope.in_scope(|| {
        let call = Span::new("call");
        call.context().set_baggage("user", "Zoë");
        let mut headers = http::HeaderMap::new();
        inject(&call.context(), &mut headers);
        let remote = extract(&headers);
        assert_eq!(remote.context(), call.context());
        assert_eq!(remote.baggage("user").as_deref(), Some("Zoë"));
        drop(Span::below("serve", &remote.context()));
    });
    assert_eq!(scope.tree(), "call\n  serve\n");
}

/// Gives out traces as they are handed on.
#[derive(Debug)]
struct Whole(std::sync::mpsc::Sender<(Completeness, String)>);

impl Exporter for Whole {
    fn name(&self) -> &'static str {
        "whole"
    }

    fn unit(&self) -> Unit {
        Unit::Traces
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        // The test has seen enough where it does not listen any more.
        let _heard = self.0.send((batch.completeness(), render(batch.spans())));
        Ok(())
    }
}

#[test]
fn requests_of_one_trace_are_handed_on_each_when_it_has_ended() {
    let (out, batches) = std::sync::mpsc::channel();
    let tracer = Tracer::builder().exporter(Whole(out)).build().unwrap();
    let flush = || tracer.flush(Duration::from_secs(30)).unwrap();
    let remote = extract(&[("traceparent", PARENT)]);
    let (first, second) = tracer.in_scope(|| {
        (Span::below("first", &remote.context()), Span::below("second", &remote.context()))
    });
    for request in [&first, &second] {
        request.in_scope(|| Span::new("query").in_scope(|| drop(Span::new("row"))));
    }
    drop(first);
    flush();
    assert_eq!(
        batches.try_recv(),
        Ok((Completeness::Whole, "first\n  query\n    row\n".to_owned()))
    );
    assert!(batches.try_recv().is_err(), "the second is open");
    second.in_scope(|| drop(Span::new("last")));
    drop(second);
    flush();
    let tree = "second\n  last\n  query\n    row\n".to_owned();
    assert_eq!(batches.try_recv(), Ok((Completeness::Whole, tree)));
}
