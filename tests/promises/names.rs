//! Names that are known only at run time, and failures without an error.

use futures::executor::block_on;
use tracer::export::{Callsite, SpanKind};
use tracer::sample::{Rule, Rules};
use tracer::{Span, Tracer, current, traced};
use tracer_tests::{pause, scope};

#[traced(args)]
async fn route(id: u32) {
    pause().await;
    current().set_name("GET /cart");
    current().set_name(&format!("GET /cart/{}", "{id}"));
    drop(Span::new("load"));
}

#[test]
fn the_last_name_counts_and_all_else_stays() {
    let scope = scope();
    block_on(scope.bind(async { route(7).await }));
    assert_eq!(scope.tree(), "GET /cart/{id}(id=7)\n  load\n");
    let spans = scope.spans();
    let route = spans.iter().find(|span| span.is_local_root()).expect("it has ended");
    assert_eq!(route.callsite().function_name(), "route");
    assert_eq!(route.callsite().file(), file!());
    // A child's stack was made before the name was known.
    let load = spans.iter().find(|span| !span.is_local_root()).expect("it has ended");
    let stack: Vec<_> = load.stack().map(Callsite::name).collect();
    assert_eq!(stack, ["load", "route"]);
}

#[test]
fn a_name_is_known_to_the_sampler_where_the_span_begins_with_it() {
    let memory = tracer::export::Memory::default();
    let rules = Rules::new().rule(Rule::drop().name("GET /health/*"));
    let tracer = Tracer::builder().exporter(memory.clone()).sampler(rules).build();
    let tracer = tracer.expect("it starts");
    tracer.in_scope(|| {
        for path in ["/health/live", "/cart", "/cart"] {
            let name = format!("GET {path}");
            let span = Span::builder("GET").name(&name).kind(SpanKind::Server).open();
            span.in_scope(|| drop(Span::new("work")));
        }
    });
    tracer.flush(std::time::Duration::from_secs(30)).expect("nothing is lost");
    let spans = memory.take();
    assert_eq!(tracer::testing::render(&spans), "GET /cart\n  work\nGET /cart\n  work\n");
    let roots: Vec<_> = spans.iter().filter(|span| span.is_local_root()).collect();
    assert!(std::ptr::eq(roots[0].callsite(), roots[1].callsite()), "one callsite a name");
    assert_eq!(roots[0].kind(), SpanKind::Server);
}

#[test]
fn a_long_name_is_cut_at_a_whole_letter() {
    let scope = scope();
    scope.in_scope(|| Span::new("short").set_name(&"ż".repeat(200)));
    assert_eq!(scope.tree(), "ż".repeat(127) + "\n");
}

#[test]
fn who_fails_without_an_error_passes_on_what_a_child_failed_with() {
    let scope = scope();
    scope.in_scope(|| {
        let request = Span::new("request");
        request.in_scope(|| {
            Span::new("query").record_error(&std::io::Error::other("the disk is full"));
        });
        request.context().set_failed("500");
        Span::new("call").context().set_failed("503");
    });
    assert_eq!(scope.tree(), "call ✖\nrequest ⚠\n  query ✖\n");
    let spans = scope.spans();
    let error = |name: &str| spans.iter().find(|span| span.name() == name)?.error();
    let call = error("call").expect("it failed");
    assert_eq!((call.type_name(), call.message()), ("503", ""));
    assert!(!call.is_exception() && error("query").expect("it failed").is_exception());
}
