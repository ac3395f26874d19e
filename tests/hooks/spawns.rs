//! With hooks in the runtime, what third-party crates spawn belongs to whoever made them do so.
#![cfg(tokio_unstable)]

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::{self, JoinSet, LocalSet};
use tokio::time;
use tracer::export::SpanRecord;
use tracer::testing::{self, Scope};
use tracer::tokio::{HandleExt as _, hooks};
use tracer::{ContextProvider, FutureExt as _, Span, current};
use tracer_hooks_tests::{query, request, runtimes, tree};

#[test]
fn a_bare_spawn_knows_who_made_it_and_where() {
    let [runtime, _] = runtimes();
    let scope = Scope::new();
    let work = async {
        tokio::spawn(async { query(1).await }).await.unwrap();
    };
    let line = line!() - 2;
    let task = scope.bind(request(1, work));
    runtime.block_on(async { tokio::spawn(task).await.unwrap() });
    let spans = scope.spans();
    let [query, request] = &spans[..] else { panic!("two spans") };
    let (query, request) = (query.task().unwrap(), request.task().unwrap());
    assert_eq!(query.spawned_at(), Some((file!(), line)));
    assert_eq!(query.parent_key(), request.key());
    assert_ne!(query.key(), request.key());
}

/// A runtime that tokio's hooks do not know: 7 is the number of its one task.
#[derive(Debug)]
struct Other;

thread_local! {
    static RUNS: Cell<u64> = const { Cell::new(0) };
}

impl ContextProvider for Other {
    fn runtime(&self) -> &'static str {
        "other"
    }

    fn key(&self) -> u64 {
        RUNS.get()
    }
}

#[test]
fn what_the_adapter_spawns_from_another_runtime_knows_by_which_task_and_how_long_it_waited() {
    tracer::register(&Other);
    let [runtime, _] = runtimes();
    let scope = Scope::new();
    RUNS.set(7);
    let task = scope.in_scope(|| {
        Span::new("other").in_scope(|| runtime.spawn_in_current(async { query(1).await }))
    });
    RUNS.set(0);
    runtime.block_on(task).unwrap();
    let spans = scope.spans();
    let query = spans.iter().find(|span| span.name() == "query").and_then(SpanRecord::task);
    assert_eq!(query.unwrap().parent_key(), Some(7));
    assert!(query.unwrap().first_poll_delay().is_some());
}

#[test]
fn a_bare_spawn_has_its_spawner() {
    let tree = tree(|| {
        request(0, async {
            let nested = async {
                query(1).await;
                tokio::spawn(async { query(2).await }).await.unwrap();
            };
            tokio::spawn(nested).await.unwrap();
            Handle::current().spawn(async { query(3).await }).await.unwrap();
        })
    });
    assert_eq!(tree, "request(id=0)\n  query(id=1)\n  query(id=2)\n  query(id=3)\n");
}

#[test]
fn a_join_set_in_a_join_set_has_its_spawner() {
    let tree = tree(|| {
        request(0, async {
            let mut outer = JoinSet::new();
            outer.spawn(async {
                let mut inner = JoinSet::new();
                inner.spawn(async { query(1).await });
                inner.build_task().name("named").spawn(async { query(2).await }).unwrap();
                inner.join_all().await;
            });
            outer.join_all().await;
            let named = task::Builder::new().name("named").spawn(async { query(3).await });
            named.unwrap().await.unwrap();
        })
    });
    assert_eq!(tree, "request(id=0)\n  query(id=1)\n  query(id=2)\n  query(id=3)\n");
}

#[test]
fn a_task_that_waits_for_timers_keeps_its_spawner() {
    let tree = tree(|| {
        request(0, async {
            let timers = async {
                // time: all are over at once, but the one that must not be
                time::sleep(Duration::from_millis(1)).await;
                query(1).await;
                let mut ticks = time::interval(Duration::from_millis(1));
                for id in [2, 3] {
                    ticks.tick().await;
                    query(id).await;
                }
                let long = Duration::from_secs(60);
                assert!(time::timeout(long, query(4)).await.is_ok());
                let never = std::future::pending::<()>();
                assert!(time::timeout(Duration::from_millis(1), never).await.is_err());
                query(5).await;
            };
            tokio::spawn(timers).await.unwrap();
        })
    });
    let children = [1, 2, 3, 4, 5].map(|id| format!("  query(id={id})\n")).concat();
    assert_eq!(tree, format!("request(id=0)\n{children}"));
}

#[test]
fn a_task_that_outlives_its_request_keeps_it_and_others_do_not_get_it() {
    let tree = tree(|| async {
        let (open, opened) = oneshot::channel::<()>();
        let (hand, handed) = oneshot::channel();
        request(1, async {
            let task = tokio::spawn(async {
                opened.await.unwrap();
                query(1).await;
            });
            hand.send(task).unwrap();
        })
        .await;
        request(2, async {
            open.send(()).unwrap();
            handed.await.unwrap().await.unwrap();
        })
        .await;
        tokio::spawn(async { query(3).await }).await.unwrap();
    });
    assert_eq!(tree, "query(id=3)\nrequest(id=1)\n  query(id=1)\nrequest(id=2)\n");
}

#[test]
fn a_context_that_is_given_wins_over_the_inherited_one() {
    let tree = tree(|| {
        request(1, async {
            let other = Span::new("other");
            tokio::spawn(async { query(1).await }.in_context(other.context())).await.unwrap();
            tokio::spawn(async { request(2, query(3)).await }).await.unwrap();
        })
    });
    assert_eq!(tree, "request(id=1)\n  other\n    query(id=1)\n  request(id=2)\n    query(id=3)\n");
}

/// tokio tells of neither; the adapter's own spawns carry there too.
#[test]
fn blocking_work_and_local_sets_are_known_limits() {
    let tree = tree(|| {
        request(1, async {
            let is_known = || current().is_valid();
            assert!(!task::spawn_blocking(is_known).await.unwrap());
            assert!(tracer::tokio::spawn_blocking(is_known).await.unwrap());
            LocalSet::new()
                .run_until(async {
                    let task = task::spawn_local(async move { is_known() });
                    assert!(!task.await.unwrap());
                    tracer::tokio::spawn_local(async { query(2).await }).await.unwrap();
                })
                .await;
        })
    });
    assert_eq!(tree, "request(id=1)\n  query(id=2)\n");
}

#[test]
fn hooks_of_ones_own_may_call_ours() {
    static SPAWNED: AtomicU32 = AtomicU32::new(0);
    tracer::tokio::register();
    let mut builder = Builder::new_current_thread();
    builder.on_task_terminate(hooks::on_task_terminate).on_task_spawn(|task| {
        assert!(task.spawned_at().file().ends_with("spawns.rs"));
        SPAWNED.fetch_add(1, Ordering::Relaxed);
        hooks::on_task_spawn(task);
    });
    let scope = Scope::new();
    let runtime = builder.build().expect("a runtime starts");
    runtime.block_on(scope.bind(request(1, async {
        tokio::spawn(async { query(1).await }).await.unwrap();
    })));
    assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\n");
    assert_eq!(SPAWNED.load(Ordering::Relaxed), 1);
}

#[tracer::tokio::test]
async fn the_test_attribute_installs_them() {
    request(1, async { tokio::spawn(async { query(1).await }).await.unwrap() }).await;
    assert_eq!(testing::tree(), "request(id=1)\n  query(id=1)\n");
}

#[test]
fn the_main_attribute_installs_them() {
    #[tracer::tokio::main(worker_threads = 1)]
    async fn main() {
        let scope = Scope::new();
        scope
            .bind(request(1, async { tokio::spawn(async { query(1).await }).await.unwrap() }))
            .await;
        assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\n");
    }
    main();
}
