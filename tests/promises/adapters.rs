//! The adapters' spawns are drop-in: what they spawn is a child of who spawned it.

use std::thread;

use futures::FutureExt as _;
use futures::executor::block_on;
use tracer::export::SpanRecord;
use tracer::{FutureExt as _, Span, current, traced};
use tracer_tests::{
    Runtime, TokioCurrentThread, TokioMultiThread, on_each_runtime, pause, query, request, scope,
    span_called, tree_of,
};

on_each_runtime!(
    a_spawned_block,
    nested_spawns,
    a_panicking_task,
    a_detached_task_keeps_its_parent,
    a_bare_spawn_in_code_without_the_attribute_loses_its_spawner_which_is_a_known_limit,
);

fn a_spawned_block<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        R::spawn_here(async {
            query(1).await;
            pause().await;
            query(2).await;
        })
        .await;
    }));
    assert_eq!(tree, "request\n  query(id=1)\n  query(id=2)\n");
}

fn nested_spawns<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        R::spawn_here(request(async {
            R::spawn_here(async { R::spawn_here(query(1)).await }).await;
        }))
        .await;
    }));
    assert_eq!(tree, "request\n  request\n    query(id=1)\n");
}

fn a_panicking_task<R: Runtime>() {
    #[traced]
    async fn panics() {
        pause().await;
        panic!("on purpose");
    }
    let scope = scope();
    R::block_on(scope.bind(async {
        let task = std::panic::AssertUnwindSafe(R::spawn_here(panics()));
        assert!(task.catch_unwind().await.is_err());
        query(1).await;
    }));
    assert_eq!(scope.tree(), "panics panicked\nquery(id=1)\n");
}

fn a_detached_task_keeps_its_parent<R: Runtime>() {
    let gate = tracer_tests::Gate::default();
    let done = tracer_tests::Gate::default();
    let tree = tree_of::<R>(async move {
        let (held, told) = (gate.clone(), done.clone());
        request(async {
            drop(R::spawn_here(async move {
                held.await;
                query(1).await;
                told.open();
            }));
        })
        .await;
        gate.open();
        done.await;
    });
    assert_eq!(tree, "request\n  query(id=1)\n");
}

/// Only tokio tells of its tasks, where it is built so; see the tests of its hooks.
fn a_bare_spawn_in_code_without_the_attribute_loses_its_spawner_which_is_a_known_limit<
    R: Runtime,
>() {
    async fn third_party<R: Runtime>() {
        let seen = R::spawn(async {
            query(1).await;
            current()
        });
        assert!(!seen.await.is_valid());
    }
    let tree = tree_of::<R>(request(async {
        third_party::<R>().await;
        // What to write where one cannot change what is spawned, but what is awaited in there.
        R::spawn(query(2)).await;
    }));
    assert_eq!(tree, "request\n  query(id=2)\n");
}

#[test]
fn all_that_tokio_spawns() {
    let scope = scope();
    TokioMultiThread::block_on(scope.bind(request(async {
        tracer::tokio::spawn(async { query(1).await }).await.unwrap();
        tracer::tokio::spawn_blocking(|| block_on(query(2))).await.unwrap();
        tokio::spawn(
            async {
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(async { query(3).await })
                })
            }
            .in_current(),
        )
        .await
        .unwrap();
        let thread = async { query(4).await }.in_current();
        thread::spawn(|| block_on(thread)).join().unwrap();
    })));
    assert_eq!(
        scope.tree(),
        "request\n  query(id=1)\n  query(id=2)\n  query(id=3)\n  query(id=4)\n"
    );
}

#[test]
fn the_delay_from_spawn_to_first_poll_is_known() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        tracer::tokio::spawn(query(1)).await.unwrap();
        tracer::tokio::spawn_blocking(|| block_on(query(2))).await.unwrap();
        tracer::async_std::spawn(query(3)).await;
        query(4).await;
    })));
    let spans = scope.spans();
    let mut known: Vec<_> = spans
        .iter()
        .map(|span| {
            (
                testing_line(span),
                span.is_spawned(),
                span.task().and_then(|task| task.first_poll_delay()).is_some_and(|delay| delay > 0),
            )
        })
        .collect();
    known.sort();
    let expected = [
        ("1", true, true),
        ("2", true, true),
        ("3", true, true),
        ("4", false, false),
        ("request", false, false),
    ];
    assert_eq!(known, expected.map(|(name, spawned, delay)| (name.to_owned(), spawned, delay)));
}

/// Longer than what came in between, and no longer than since the spawner began.
#[test]
fn the_delay_is_the_time_from_the_spawn_to_the_first_poll() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        let task = tracer::tokio::spawn(query(1));
        Span::new("between").in_scope(|| drop(Span::new("inside")));
        task.await.unwrap();
    })));
    let [request, between, query] =
        ["request", "between", "query"].map(|name| span_called(&scope, name));
    let delay = query.task().unwrap().first_poll_delay().unwrap();
    let bounds = between.end() - between.start()..=query.start() - request.start();
    assert!(bounds.contains(&delay), "{delay} in {bounds:?}");
}

fn testing_line(span: &SpanRecord) -> String {
    span.attribute("id").map_or_else(|| span.name().to_owned(), |id| id.to_string())
}

#[test]
fn results_and_panics_of_blocking_work_come_back() {
    #[traced]
    fn hash(panics: bool) -> u32 {
        assert!(!panics, "on purpose");
        7
    }
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        assert_eq!(tracer::tokio::spawn_blocking(|| hash(false)).await.unwrap(), 7);
        let panicked = tracer::tokio::spawn_blocking(|| hash(true)).await;
        assert!(panicked.unwrap_err().is_panic());
        // The thread is used again and has forgotten all.
        tokio::task::spawn_blocking(|| assert!(!current().is_valid())).await.unwrap();
        drop(Span::new("after"));
    })));
    assert_eq!(scope.tree(), "request\n  after\n  hash panicked\n  hash\n");
}

#[test]
fn a_spawn_delay_goes_to_no_other_task() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        tracer::tokio::spawn(async {}).await.unwrap();
        tokio::spawn(async { query(1).await }.in_current()).await.unwrap();
    })));
    let spans = scope.spans();
    let query = spans.iter().find(|span| span.name() == "query").unwrap();
    assert_eq!(query.task().unwrap().first_poll_delay(), None);
}

#[test]
fn all_that_async_std_spawns() {
    let scope = scope();
    ::async_std::task::block_on(scope.bind(request(async {
        let named = tracer::async_std::Builder::new().name("named".to_owned());
        let task = async {
            query(2).await;
            ::async_std::task::current().name().map(str::to_owned)
        };
        assert_eq!(named.spawn(task).unwrap().await.as_deref(), Some("named"));
        tracer::async_std::spawn_blocking(|| block_on(query(3))).await;
        ::async_std::task::spawn_blocking(|| assert!(!current().is_valid())).await;
        let local = std::rc::Rc::new(4);
        tracer::async_std::spawn_local(async move { query(*local).await }).await;
        let local = tracer::async_std::Builder::new().local(async { query(5).await });
        local.unwrap().await;
    })));
    assert_eq!(
        scope.tree(),
        "request\n  query(id=2)\n  query(id=3)\n  query(id=4)\n  query(id=5)\n"
    );
}
