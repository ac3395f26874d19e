//! A failed span has its error's type, message and sources; what is passed on is told from its origin.

use futures::executor::block_on;
use tracer::{Span, current, traced};
use tracer_tests::{
    Refused, Runtime, error_of, on_each_runtime, pause, refused, scope, span_called, tree_of,
    wrapped,
};

on_each_runtime!(an_error_passed_on_through_awaits_and_spawns);

#[traced]
async fn query() -> Result<u32, std::num::ParseIntError> {
    pause().await;
    "x".parse()
}

#[traced]
async fn handler() -> Result<u32, Refused> {
    query().await.map_err(|error| wrapped("cannot order", error))
}

fn an_error_passed_on_through_awaits_and_spawns<R: Runtime>() {
    #[traced]
    async fn request<R: Runtime>() -> Result<u32, Refused> {
        R::spawn(handler()).await
    }
    assert_eq!(
        tree_of::<R>(async { drop(request::<R>().await) }),
        "request ⚠\n  handler ⚠\n    query ✖\n"
    );
}

#[test]
fn type_message_and_sources() {
    let scope = scope();
    scope.in_scope(|| block_on(handler())).unwrap_err();
    let (kind, message, sources) = error_of(&scope, "handler");
    assert!(kind.ends_with("Refused"), "{kind}");
    assert_eq!(
        (message.as_str(), sources),
        ("cannot order", vec!["invalid digit found in string".to_owned()])
    );
    assert_eq!(error_of(&scope, "query").0, "core::num::error::ParseIntError");
}

#[test]
fn the_stack_goes_through_awaits_and_spawn_points() {
    #[traced("renamed")]
    async fn outer() {
        let task = tracer::tokio::spawn(async { middle().await });
        drop(task.await.unwrap());
    }
    #[traced]
    async fn middle() -> Result<u32, Refused> {
        Span::new("by hand").in_scope(inner)
    }
    #[traced]
    fn inner() -> Result<u32, Refused> {
        Err(refused("no"))
    }
    let scope = scope();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(scope.bind(outer()));
    let span = span_called(&scope, "inner");
    let places: Vec<_> =
        span.stack().map(|site| (site.function_name(), site.module_path())).collect();
    let module = module_path!();
    let expected = [("inner", module), ("by hand", ""), ("middle", module), ("outer", module)];
    assert_eq!(places, expected);
    assert!(span.stack().all(|site| site.file() == file!()));
    let lines: Vec<_> = span.stack().map(tracer::export::Callsite::line).collect();
    // The fns stand one above the other: `outer` first, then `middle` with the span by hand in it.
    assert_eq!(lines[2] - lines[3], 5);
    assert_eq!(lines[1] - lines[2], 1);
    assert_eq!(lines[0] - lines[1], 3);
}

#[test]
fn one_fn_under_two_callers_has_two_stacks() {
    #[traced]
    fn leaf() {}
    #[traced]
    fn left() {
        leaf();
    }
    #[traced]
    fn right() {
        leaf();
    }
    let scope = scope();
    scope.in_scope(|| {
        left();
        right();
        leaf();
    });
    let mut stacks: Vec<_> = scope
        .spans()
        .iter()
        .filter(|span| span.name() == "leaf")
        .map(|span| {
            span.stack().map(tracer::export::Callsite::name).collect::<Vec<_>>().join(" < ")
        })
        .collect();
    stacks.sort();
    assert_eq!(stacks, ["leaf", "leaf < left", "leaf < right"]);
}

#[test]
fn an_error_of_its_own_beside_a_failed_child_is_an_origin() {
    #[traced]
    async fn fallback() -> Result<u32, String> {
        let _ignored = query().await;
        Err("another reason".to_owned())
    }
    #[traced]
    async fn recovers() -> Result<u32, String> {
        query().await.or(Ok(1))
    }
    let scope = scope();
    scope.in_scope(|| {
        block_on(fallback()).unwrap_err();
        block_on(recovers()).unwrap();
    });
    assert_eq!(scope.tree(), "fallback ✖\n  query ✖\nrecovers\n  query ✖\n");
}

#[test]
fn ok_and_none_are_no_failures() {
    #[traced]
    async fn ok() -> Result<u32, String> {
        Ok(1)
    }
    #[traced]
    fn none() -> Option<u32> {
        None
    }
    let scope = scope();
    scope.in_scope(|| {
        block_on(ok()).unwrap();
        assert_eq!(none(), None);
    });
    assert_eq!(scope.tree(), "none\nok\n");
}

#[test]
fn a_panic_is_a_failure_without_an_error() {
    #[traced]
    async fn panics() {
        pause().await;
        panic!("on purpose");
    }
    let scope = scope();
    scope.in_scope(|| {
        let result = std::panic::catch_unwind(|| block_on(panics()));
        assert!(result.is_err());
    });
    let span = span_called(&scope, "panics");
    assert!(span.is_failed() && span.error().is_none() && !span.is_passed_on());
}

#[test]
fn an_error_passed_on_from_another_thread_is_no_origin() {
    #[traced]
    fn fails() -> Result<(), String> {
        Err("no".to_owned())
    }
    #[traced]
    fn request() -> Result<(), String> {
        let current = current();
        std::thread::scope(|threads| {
            let failed = || current_of(current, fails);
            threads.spawn(failed).join().expect("it does not panic")
        })
    }
    fn current_of<R>(context: tracer::SpanContext, f: impl FnOnce() -> R) -> R {
        use tracer::FutureExt as _;
        block_on(async { f() }.in_context(context))
    }
    let scope = scope();
    // The log of this thread is known before those of the others.
    scope.in_scope(|| drop(Span::new("first")));
    scope.tree();
    for _ in 0..20 {
        scope.in_scope(request).unwrap_err();
    }
    assert_eq!(scope.tree(), "first\n".to_owned() + &"request ⚠\n  fails ✖\n".repeat(20));
}
