//! What a span is to be: its name and kind, whose child, linked to what, and whether it is at all.

use std::cell::Cell;
use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use tracer::export::{Level, Link, Memory, SpanKind, SpanRecord};
use tracer::sample::Ratio;
use tracer::{FutureExt as _, Span, SpanContext, Tracer, current, in_current, testing, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, scope};

on_each_runtime!(
    a_server_span_never_has_an_inherited_parent,
    a_given_parent_counts_whoever_calls_and_polls,
    polls_are_recorded_where_they_are_asked_for,
);

fn named<'a>(spans: &'a [SpanRecord], name: &str) -> &'a SpanRecord {
    spans.iter().find(|span| span.name() == name).expect("it has ended")
}

const NAME: &str = "named by a constant";

mod names {
    pub(super) const TARGET: &str = "shop::names";
    pub(super) const TYPE: &str = "sql";
}

#[traced(
    name = NAME,
    kind = client,
    level = warn,
    target = names::TARGET,
    span_type = names::TYPE,
    service = "shop-db",
    resource = format!("SELECT {table}")
)]
fn everything(table: &str) -> usize {
    table.len()
}

#[traced]
async fn nothing() {}

#[test]
fn static_facts_are_the_callsite_s() {
    let scope = scope();
    scope.in_scope(|| (everything("rows"), block_on(nothing())));
    let spans = scope.spans();
    let (all, none) = (&spans[0], &spans[1]);
    assert_eq!((all.name(), all.kind(), all.level()), (NAME, SpanKind::Client, Level::Warn));
    assert_eq!((all.target(), all.callsite().span_type()), ("shop::names", Some("sql")));
    assert_eq!(all.callsite().function_name(), "everything");
    assert_eq!(all.attribute("resource.name"), Some("SELECT rows".into()));
    assert_eq!(all.attribute("service.name"), Some("shop-db".into()));
    assert_eq!(
        (none.name(), none.kind(), none.level()),
        ("nothing", SpanKind::Internal, Level::Info)
    );
    assert_eq!((none.target(), none.callsite().span_type()), (module_path!(), None));
}

#[traced(kind = server)]
async fn serve() {
    query();
}

#[traced(kind = consumer)]
fn consume() {
    query();
}

#[traced]
fn query() {}

fn a_server_span_never_has_an_inherited_parent<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(async {
        let accept = Span::new("accept");
        // Called here, so that it is a child wherever it runs.
        let called = accept.in_scope(serve);
        let carried = accept.in_scope(|| async { serve().await }.in_current());
        let thread = accept.in_scope(|| in_current(consume));
        R::spawn(called).await;
        R::spawn(carried).await;
        thread::spawn(thread).join().expect("it does not panic");
        accept.in_scope(consume);
    }));
    assert_eq!(
        scope.tree(),
        "accept\n  consume\n    query\n  serve\n    query\n\
         consume linked\n  query\nserve linked\n  query\n"
    );
    let spans = scope.spans();
    let accept = named(&spans, "accept");
    let links: Vec<Link> = spans.iter().flat_map(SpanRecord::links).collect();
    assert!(links.iter().all(|link| link.span == accept.span_id()) && links.len() == 2);
}

#[traced(parent = context)]
fn below(context: SpanContext) {
    query();
}

#[traced(args(name), parent = *span)]
async fn below_span(span: Arc<Span>, name: &str) -> usize {
    query();
    pause().await;
    query();
    name.len()
}

#[traced(parent = context)]
async fn below_async(context: SpanContext) -> usize {
    query();
    1
}

#[traced(kind = server, parent = current())]
fn serve_below() {}

#[traced(parent = given)]
fn maybe_below(given: Option<SpanContext>) {}

#[traced]
async fn poller(work: impl Future<Output = usize>) -> usize {
    work.await
}

fn a_given_parent_counts_whoever_calls_and_polls<R: Runtime>() {
    let scope = scope();
    let (other, root) = scope.in_scope(|| (Arc::new(Span::root("other")), Span::root("root")));
    let context = other.context();
    R::block_on(scope.bind({
        async move {
            below(context);
            maybe_below(None);
            maybe_below(Some(context));
            below(SpanContext::clone(&current()));
            // Its own frames lie below, and it would be the parent by itself.
            poller(below_span(Arc::clone(&other), "name")).await;
            poller(below_async(current())).await;
            thread::spawn(in_current(serve_below)).join().expect("it does not panic");
        }
        .in_span(root)
    }));
    let expected = "other\n  below\n    query\n  below_span(name=name)\n    query\n    query\n  maybe_below\n\
                    root\n  below\n    query\n  below_async\n    query\n  maybe_below\n  poller\n  poller\n  serve_below\n";
    assert_eq!(scope.tree(), expected);
}

#[test]
fn where_the_given_parent_is_no_span_a_trace_begins() {
    let scope = scope();
    let none = current();
    scope.in_scope(|| Span::new("caller").in_scope(|| below(none)));
    assert_eq!(scope.tree(), "below\n  query\ncaller\n");
}

#[test]
fn a_given_parent_that_is_not_recorded_hides_what_is_below_it() {
    let memory = Memory::default();
    let unsampled =
        Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(0.0)).build().unwrap();
    let hidden = unsampled.in_scope(|| Span::new("hidden"));
    let scope = scope();
    scope.in_scope(|| Span::new("caller").in_scope(|| below(hidden.context())));
    assert_eq!(scope.tree(), "caller\n");
    drop((hidden, unsampled));
    assert_eq!(testing::render(&memory.take()), "");
}

#[traced(links(first, others.iter().copied()))]
fn linked(first: &Span, others: &[SpanContext]) {}

#[test]
fn links_are_those_given_and_valid() {
    let scope = scope();
    scope.in_scope(|| {
        let spans = ["a", "b"].map(Span::root);
        linked(&spans[0], &[spans[1].context(), current()]);
    });
    let spans = scope.spans();
    let links: Vec<_> = named(&spans, "linked").links().map(|link| link.span).collect();
    assert_eq!(links, ["a", "b"].map(|name| named(&spans, name).span_id()));
}

thread_local!(static ASKED: Cell<u32> = const { Cell::new(0) });

fn is_asked(holds: bool) -> bool {
    ASKED.set(ASKED.get() + 1);
    holds
}

#[traced(args, when = is_asked(amount.len() > 3))]
fn large(amount: &str) -> Result<(), String> {
    query();
    Err(amount.to_owned())
}

#[traced(args, when = is_asked(amount.len() > 3))]
async fn large_async(amount: String) -> usize {
    pause().await;
    query();
    amount.len()
}

#[test]
fn without_its_condition_a_fn_is_as_without_the_attribute() {
    let scope = scope();
    scope.in_scope(|| {
        Span::new("caller").in_scope(|| {
            large("1234").unwrap_err();
            large("12").unwrap_err();
            block_on(large_async("1234".to_owned()));
            block_on(large_async("12".to_owned()));
        });
    });
    assert_eq!(ASKED.get(), 4);
    assert_eq!(
        scope.tree(),
        "caller\n  large(amount=1234) ✖\n    query\n  large_async(amount=1234)\n    query\n  query\n  query\n"
    );
    let spans = scope.spans();
    assert_eq!(named(&spans, "caller").attributes().count(), 0);
}

#[traced]
async fn outer() {
    watched().await;
    unwatched().await;
}

#[traced(poll)]
async fn watched() {
    pause().await;
    pause().await;
}

#[traced]
async fn unwatched() {
    pause().await;
}

fn polls_are_recorded_where_they_are_asked_for<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(outer()));
    let spans = scope.spans();
    let slices = |name: &str| named(&spans, name).slices().len();
    assert_eq!((slices("outer"), slices("watched"), slices("unwatched")), (4, 3, 0));
}
