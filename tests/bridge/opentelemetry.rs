//! Spans that libraries make through the API of OpenTelemetry.

use std::collections::HashMap;
use std::sync::Once;
use std::time::{Duration, SystemTime};

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{
    Event, FutureExt as _, Link, Span as _, SpanContext, SpanId, SpanKind, Status,
    TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _, mark_span_as_active,
};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value, global};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tokio::task::yield_now;
use tracer::testing::Scope;
use tracer::{Span, current, propagate, traced};
use tracer_bridge::opentelemetry::{TracerProvider, parent, to_context};
use tracer_bridge_tests::{details, tree};

/// Of one library.
fn library() -> global::BoxedTracer {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| global::set_tracer_provider(TracerProvider::new()));
    global::tracer("library")
}

fn scoped(f: impl FnOnce()) -> Scope {
    let scope = Scope::new();
    scope.in_scope(|| {
        f();
        assert!(!current().is_valid(), "all have been left");
    });
    scope
}

#[traced]
fn leaf() {}

#[traced(args(id))]
async fn ours(id: u32, inner: impl Future<Output = ()>) {
    yield_now().await;
    inner.await;
}

/// As libraries do it: the span is in a context that the future is polled in.
async fn theirs(name: &'static str, inner: impl Future<Output = ()>) {
    let span = library().start(name);
    async {
        yield_now().await;
        inner.await;
    }
    .with_context(Context::current_with_span(span))
    .await;
}

#[test]
fn each_is_the_parent_of_what_it_calls() {
    let scope = scoped(|| {
        Span::new("ours").in_scope(|| {
            library().in_span("theirs", |_| {
                leaf();
                Span::new("inner").in_scope(|| {
                    drop(library().start("innermost"));
                    library().in_span("theirs", |_| leaf());
                });
                drop(library().start("sibling"));
            });
            drop(library().start("after"));
        });
        drop(library().start("root"));
    });
    assert_eq!(
        scope.tree(),
        "ours\n  after\n  theirs\n    inner\n      innermost\n      theirs\n        leaf\n    leaf\n    \
         sibling\nroot\n"
    );
}

#[test]
fn each_is_the_parent_of_what_it_awaits() {
    assert_eq!(
        tree(|| ours(1, theirs("a", ours(2, theirs("b", async { leaf() }))))),
        "ours(id=1)\n  a\n    ours(id=2)\n      b\n        leaf\n"
    );
    assert_eq!(
        tree(|| theirs("a", async {
            tokio::join!(theirs("b", ours(1, async {})), ours(2, theirs("c", async {})));
        })),
        "a\n  b\n    ours(id=1)\n  ours(id=2)\n    c\n"
    );
}

#[test]
fn a_spawned_task_belongs_to_the_context_that_it_carries() {
    assert_eq!(
        tree(|| theirs("a", async {
            tokio::spawn(async { ours(1, async {}).await }.with_current_context()).await.unwrap();
            tokio::spawn(ours(2, async {}).with_current_context()).await.unwrap();
            tracer::tokio::spawn(async { drop(library().start("b")) }).await.unwrap();
            tokio::spawn(async { leaf() }).await.unwrap();
        })),
        "a\n  b\n  ours(id=1)\n  ours(id=2)\n"
    );
}

/// Its future is made outside of the context, and polled first in the new task.
#[test]
fn a_traced_future_that_is_spawned_in_a_context_belongs_to_it() {
    assert_eq!(
        tree(|| ours(1, async {
            let cx = Context::current_with_span(library().start("job"));
            tokio::spawn(ours(2, async {}).with_context(cx)).await.unwrap();
        })),
        "ours(id=1)\n  job\n    ours(id=2)\n"
    );
}

#[test]
fn a_context_that_is_named_counts() {
    let scope = scoped(|| {
        let request = Context::new().with_span(library().start("request"));
        Span::new("other").in_scope(|| {
            let child = library().start_with_context("child", &request);
            let below = request.with_span(child);
            library().in_span_with_context("grandchild", &below, |_| leaf());
            drop(library().start_with_context("ours", &Context::new()));
        });
    });
    assert_eq!(scope.tree(), "other\n  ours\nrequest\n  child\n    grandchild\n      leaf\n");
}

/// As with spans of ours; `opentelemetry` itself would take it for a part of the request.
#[test]
fn a_task_that_is_driven_inside_of_a_context_is_none_of_it() {
    assert_eq!(
        tree(|| async {
            let local = tokio::task::LocalSet::new();
            let stranger = async {
                drop(library().start("stranger"));
                leaf();
            };
            local.spawn_local(tracer::FutureExt::in_current(stranger));
            theirs("request", local).await;
        }),
        "leaf\nrequest\nstranger\n"
    );
}

#[test]
fn contexts_may_be_detached_in_any_order() {
    let scope = scoped(|| {
        let a = mark_span_as_active(library().start("a"));
        let b = mark_span_as_active(library().start("b"));
        let c = Context::current().attach();
        drop(a);
        leaf();
        drop(b);
        leaf();
        drop(c);
        leaf();
        let (a, b) =
            (Context::current_with_value(7).attach(), mark_span_as_active(library().start("d")));
        drop(a);
        drop(b);
        leaf();
    });
    assert_eq!(scope.tree(), "a\n  b\n    leaf\n    leaf\nd\nleaf\nleaf\n");
}

#[test]
fn what_is_said_of_a_span_is_kept() {
    let other = SpanContext::new(
        TraceId::from(1),
        SpanId::from(2),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    let scope = scoped(|| {
        let mut span = library()
            .span_builder("GET")
            .with_kind(SpanKind::Client)
            .with_attributes([KeyValue::new("a", 1), KeyValue::new("b", "two")])
            .with_links(vec![Link::with_context(other.clone())])
            .with_events(vec![Event::with_name("begun")])
            .start(&library());
        assert!(span.is_recording());
        span.set_attribute(KeyValue::new("c", 0.5));
        span.set_attributes([
            KeyValue::new("d", true),
            KeyValue::new("e", Value::Array(Array::I64(vec![1, 2]))),
        ]);
        span.add_event("retry", vec![KeyValue::new("attempt", 2)]);
        span.record_error(&std::fmt::Error);
        span.add_link(other, vec![]);
        span.update_name("GET /cart");
        span.set_status(Status::error("too late"));
        span.set_status(Status::error("gone"));
        span.end();
        assert!(!span.is_recording());
        span.set_attribute(KeyValue::new("f", "after the end"));
        let mut fine = library().start("fine");
        fine.set_status(Status::error("not really"));
        fine.set_status(Status::Ok);
        fine.set_status(Status::error("neither"));
        let mut failed = library().start("failed");
        failed.set_status(Status::error(""));
    });
    let spans = scope.spans();
    assert_eq!(
        details(&spans),
        "GET /cart client\n  a=1\n  b=\"two\"\n  c=0.5\n  d=true\n  e=\"[1,2]\"\n  - begun\n  - retry\n      \
         attempt=2\n  - exception\n      exception.message=\"an error occurred when formatting an \
         argument\"\n  linked\n  linked\n  ✖ \"gone\" ← []\n\
         fine internal\n\
         failed internal\n  ✖ \"\" ← []\n"
    );
    assert!(spans.iter().all(|span| span.callsite().target() == "library"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "times of the wall clock are what is tested")]
fn times_that_are_said_count() {
    let now = SystemTime::now();
    let [start, middle, end] = [30, 20, 10].map(|ago| now - Duration::from_secs(ago));
    let scope = scoped(|| {
        let mut span = library().span_builder("job").with_start_time(start).start(&library());
        span.add_event_with_timestamp("half", middle, vec![]);
        span.end_with_timestamp(end);
    });
    let spans = scope.spans();
    let half = spans[0].events().next().expect("it was added").time();
    for (time, nanos) in [(start, spans[0].start()), (middle, half), (end, spans[0].end())] {
        let recorded = SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos);
        let difference = recorded.duration_since(time).unwrap_or_else(|error| error.duration());
        // As exact as the clock's rate is known.
        assert!(difference < Duration::from_millis(500), "{difference:?}");
    }
}

#[test]
fn what_another_process_said_is_the_parent_of_either_side() {
    let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers: HashMap<_, _> = [("traceparent", header), ("tracestate", "vendor=1")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    library();
    let scope = scoped(|| {
        let extracted = TraceContextPropagator::new().extract(&headers);
        let extracted = extracted.with_baggage([KeyValue::new("user", "Zoë")]);
        library().in_span_with_context("theirs", &extracted, |_| {
            assert_eq!(current().baggage("user").as_deref(), Some("Zoë"));
        });
        let attached = extracted.clone().attach();
        Span::new("ours, attached").in_scope(|| {
            let mut sent = HashMap::<String, String>::new();
            propagate::inject(&current(), &mut sent);

            assert_eq!(sent["tracestate"], "vendor=1");
        });
        drop(attached);
        drop(Span::below("ours, named", &parent(&extracted).context()));
    });
    let spans = scope.spans();
    assert_eq!(spans.len(), 3);
    for span in &spans {
        assert!(span.is_local_root());
        assert_eq!(span.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(span.parent_id().expect("the caller's").to_string(), "00f067aa0ba902b7");
    }
}

#[test]
fn a_span_of_ours_goes_through_a_propagator_and_comes_back() {
    library();
    let scope = scoped(|| {
        let request = Span::new("request");
        request.context().set_baggage("user", "Zoë");
        let context = to_context(&request.context());
        assert_eq!(context.baggage().get("user").map(StringValue::as_str), Some("Zoë"));
        let mut headers = HashMap::new();
        TraceContextPropagator::new().inject_context(&context, &mut headers);
        let own = request.context();
        let expected = format!("00-{}-{}-03", own.trace_id(), own.span_id());
        // It knows the flag of sampled traces alone.
        assert_eq!(headers["traceparent"][..53], expected[..53]);
        assert_eq!(parent(&context).context(), own);
        library().in_span_with_context("theirs", &context, |_| leaf());
        let _attached = context.attach();
        leaf();
    });
    let spans = scope.spans();
    assert_eq!(scope.tree(), "request\n  leaf\n  theirs\n    leaf\n");
    assert_eq!(
        spans.iter().filter(|span| span.is_local_root()).count(),
        1,
        "it is the same process"
    );
}

#[test]
fn where_no_tracer_is_the_caller_s_ids_are_handed_on() {
    let active = SpanContext::new(
        TraceId::from(7),
        SpanId::from(8),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    library();
    // In a context of its own the telemetry is suppressed: as without a tracer.
    let context =
        Context::new().with_remote_span_context(active.clone()).with_telemetry_suppressed();
    let scope = scoped(|| {
        let span = library().start_with_context("silent", &context);
        assert!(!span.is_recording());
        assert_eq!(*span.span_context(), active);
    });
    assert_eq!(scope.tree(), "");
}
