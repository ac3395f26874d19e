//! What a request carries for all who serve it.

use std::collections::HashMap;

use tracer::propagate::{Remote, extract, inject};
use tracer::{Span, SpanContext, current, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, scope};

on_each_runtime!(it_reaches_all_tasks_of_its_request_and_no_other);

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The header that a span sends on.
fn header_of(context: &SpanContext) -> String {
    let mut headers = HashMap::<String, String>::new();
    inject(context, &mut headers);
    headers.remove("baggage").unwrap_or_default()
}

#[traced]
async fn deepest() -> Option<String> {
    pause().await;
    current().baggage("request")
}

#[traced]
async fn deeper<R: Runtime>() -> Option<String> {
    R::spawn_here(async { deepest().await }).await
}

#[traced(parent = remote)]
async fn handle<R: Runtime>(remote: Remote) -> Option<String> {
    let seen = deeper::<R>().await;
    // What is set below is there for all: also above, and in tasks that were spawned before.
    R::spawn_here(async { Span::new("login").in_scope(|| current().set_baggage("user", "Zoë")) })
        .await;
    assert_eq!(current().baggage("user").as_deref(), Some("Zoë"));
    assert!(header_of(&current()).ends_with("user=Zo%C3%AB"));
    seen
}

fn it_reaches_all_tasks_of_its_request_and_no_other<R: Runtime>() {
    let scope = scope();
    let serve_all = async {
        let requests: Vec<_> = (0..50)
            .map(|number: u32| {
                let headers = [
                    ("traceparent".to_owned(), PARENT.to_owned()),
                    ("baggage".to_owned(), format!("request={number}")),
                ];
                R::spawn(scope.bind(async move { handle::<R>(extract(&headers)).await }))
            })
            .collect();
        for (number, request) in requests.into_iter().enumerate() {
            assert_eq!(request.await, Some(number.to_string()));
        }
    };
    R::block_on(serve_all);
    assert_eq!(scope.stats().refused.total(), 0);
}

#[test]
fn it_goes_with_its_local_root() {
    let scope = scope();
    let (context, child) = scope.in_scope(|| {
        let request = Span::new("request");
        let child = request.in_scope(|| Span::new("child"));
        request.context().set_baggage("user", "7");
        assert_eq!(child.context().baggage("user").as_deref(), Some("7"));
        (request.context(), child)
    });
    assert_eq!((context.baggage("user"), child.context().baggage("user")), (None, None));
    // There is nothing to keep it beside any more.
    child.context().set_baggage("user", "8");
    assert_eq!(child.context().baggage("user"), None);
    assert_eq!(scope.stats().refused.not_kept, 1);
    // A span that is none's is not counted.
    SpanContext::set_baggage(&current(), "user", "9");
    assert_eq!(scope.stats().refused.total(), 1);
}

#[test]
fn what_is_set_on_what_came_is_taken_over() {
    let scope = scope();
    scope.in_scope(|| {
        let remote = extract(&[("traceparent", PARENT), ("baggage", "user=7")]);
        remote.context().set_baggage("tenant", "shop");
        assert_eq!(remote.baggage("tenant").as_deref(), Some("shop"));
        let serve = Span::below("serve", &remote.context());
        drop(remote);
        assert_eq!(header_of(&serve.context()), "user=7,tenant=shop");
        serve.context().remove_baggage("user");
        assert_eq!(header_of(&serve.context()), "tenant=shop");
    });
    assert_eq!(scope.tree(), "serve\n");
}

#[test]
fn it_is_bounded_and_what_does_not_fit_is_counted() {
    let scope = scope();
    let span = scope.in_scope(|| Span::new("request"));
    for number in 0..70 {
        span.context().set_baggage(&format!("k{number}"), "v");
    }
    span.context().set_baggage("k0", &"x".repeat(8_192));
    span.context().set_baggage("no token", "v");
    assert_eq!(header_of(&span.context()).split(',').count(), 64);
    assert_eq!(span.context().baggage("k0").as_deref(), Some("v"));
    let refused = scope.stats().refused;
    assert_eq!((refused.over_limit, refused.malformed), (7, 1));
}
