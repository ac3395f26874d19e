//! What only tokio can do: blocking in place, sets of tasks in sets, runtimes that shut down.

use std::thread;

use futures::FutureExt as _;
use futures::executor::block_on;
use tokio::runtime::{Builder, Handle};
use tokio::task::LocalSet;
use tracer::tokio::{HandleExt as _, JoinSet, LocalSetExt as _};
use tracer::{Span, current, traced};
use tracer_tests::{
    Gate, Runtime, TokioCurrentThread, TokioMultiThread, hash, pause, query, scope, stays,
};

#[traced(args(id), spawn = false)]
async fn request(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

#[traced]
async fn stranger() {
    pause().await;
}

#[test]
fn what_blocks_in_place_is_the_same_request() {
    let scope = scope();
    TokioMultiThread::block_on(async {
        let handler = scope.bind(request(1, async {
            tracer::tokio::block_in_place(|| {
                hash(1);
                let inside = Handle::current();
                inside.block_on(async { query(2).await });
                inside.block_on(inside.spawn_in_current(async { query(3).await })).unwrap();
                tokio::task::block_in_place(|| hash(4));
            });
            query(5).await;
        }));
        tokio::spawn(handler).await.unwrap();
    });
    assert_eq!(
        scope.tree(),
        "request(id=1)\n  hash(id=1)\n  hash(id=4)\n  query(id=2)\n  query(id=3)\n  query(id=5)\n"
    );
}

#[test]
fn who_takes_over_a_worker_that_blocks_in_place_is_not_in_its_request() {
    let scope = scope();
    let runtime = Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts");
    let (blocked, looked) = (Gate::default(), Gate::default());
    let (blocking, looking) = (blocked.clone(), looked.clone());
    runtime.block_on(async {
        let handler = scope.bind(request(1, async move {
            tokio::task::block_in_place(|| {
                blocking.open();
                looking.wait();
                hash(1);
            });
        }));
        let other = tokio::spawn(async move {
            blocked.await;
            assert!(!current().is_valid());
            looked.open();
        });
        tokio::spawn(handler).await.unwrap();
        other.await.unwrap();
    });
    assert_eq!(scope.tree(), "request(id=1)\n  hash(id=1)\n");
}

#[test]
fn a_join_set_in_a_join_set() {
    let scope = scope();
    TokioMultiThread::block_on(scope.bind(request(1, async {
        let mut outer = JoinSet::new();
        for branch in [10, 20] {
            outer.spawn(request(branch, async move {
                let mut inner: JoinSet<u32> =
                    [query(branch + 1), query(branch + 2)].into_iter().collect();
                inner.spawn(async move { query(branch + 3).await });
                inner.extend((4..6).map(|id| async move { query(branch + id).await }));
                assert_eq!(inner.join_all().await.len(), 5);
            }));
        }
        outer.join_all().await;
    })));
    let branch = |id: u32| {
        let queries = (1..6).map(|n| format!("    query(id={})\n", id + n));
        format!("  request(id={id})\n{}", queries.collect::<String>())
    };
    assert_eq!(scope.tree(), format!("request(id=1)\n{}{}", branch(10), branch(20)));
}

#[test]
fn a_join_set_that_is_dropped_aborts_the_sets_of_its_tasks() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(1, async {
        let begun = Gate::default();
        let ours = begun.clone();
        let mut outer = JoinSet::new();
        outer.spawn(request(2, async move {
            let mut inner = JoinSet::new();
            inner.spawn(stays(ours));
            inner.join_all().await;
        }));
        begun.await;
        outer.shutdown().await;
        // The inner task is told as the outer one is dropped, and goes when it has its turn.
        pause().await;
    })));
    assert_eq!(
        scope.tree(),
        "request(id=1)\n  request(id=2) cancelled\n    stays cancelled\n      cleanup\n"
    );
}

#[test]
fn an_aborted_task_ends_its_span_and_the_spans_around_its_await() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(1, async {
        let begun = Gate::default();
        let task = tracer::tokio::spawn(request(2, stays(begun.clone())));
        let abort = task.abort_handle();
        begun.await;
        abort.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        query(3).await;
    })));
    assert_eq!(
        scope.tree(),
        "request(id=1)\n  query(id=3)\n  request(id=2) cancelled\n    stays cancelled\n      cleanup\n"
    );
}

#[test]
fn detached_tasks_of_a_join_set_keep_their_parent() {
    let scope = scope();
    let (held, done) = (Gate::default(), Gate::default());
    TokioMultiThread::block_on(async {
        let (wait, tell) = (held.clone(), done.clone());
        let handler = scope.bind(request(1, async move {
            let mut set = JoinSet::new();
            set.spawn(async move {
                wait.await;
                query(2).await;
                tell.open();
            });
            set.detach_all();
        }));
        handler.await;
        held.open();
        done.await;
    });
    assert_eq!(scope.tree(), "request(id=1)\n  query(id=2)\n");
}

#[test]
fn a_handle_spawns_children_wherever_it_is_used() {
    let scope = scope();
    let runtime = Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts");
    scope.in_scope(|| {
        block_on(request(1, async {
            runtime.spawn_in_current(async { query(1).await }).await.unwrap();
            runtime.handle().spawn_blocking_in_current(|| hash(2)).await.unwrap();
            let handle = runtime.handle().clone();
            let on_a_thread = tracer::in_current(move || handle.block_on(async { query(3).await }));
            thread::spawn(on_a_thread).join().unwrap();
        }));
    });
    assert_eq!(scope.tree(), "request(id=1)\n  hash(id=2)\n  query(id=1)\n  query(id=3)\n");
}

#[test]
fn a_local_set_s_tasks_belong_to_who_spawned_them_whoever_drives_it() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(async {
        let local = LocalSet::new();
        request(1, async {
            drop(local.spawn_local_in_current(async { query(1).await }));
            drop(local.spawn_local(async { stranger().await }));
        })
        .await;
        request(2, local.run_until(query(3)).map(drop)).await;
        local.await;
    }));
    // The bare spawn lost its spawner. It is nobody else's.
    assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\nrequest(id=2)\n  query(id=3)\n");
}

#[test]
fn a_runtime_that_is_dropped_cancels_the_spans_of_its_tasks() {
    let scope = scope();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).build().expect("a runtime starts");
        let begun = Gate::default();
        runtime.block_on(scope.bind(request(1, async {
            drop(tracer::tokio::spawn(request(2, stays(begun.clone()))));
            begun.clone().await;
        })));
        drop(runtime);
    }
    let once = "request(id=1)\n  request(id=2) cancelled\n    stays cancelled\n      cleanup\n";
    assert_eq!(scope.tree(), once.repeat(2));
}

#[test]
fn a_runtime_shut_down_in_the_background_ends_what_it_can() {
    let scope = scope();
    let runtime = Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts");
    let (begun, held, done) = (Gate::default(), Gate::default(), Gate::default());
    let (begins, holds, ends) = (begun.clone(), held.clone(), done.clone());
    runtime.block_on(scope.bind(request(1, async {
        drop(tracer::tokio::spawn_blocking(move || {
            Span::new("blocking").in_scope(|| {
                begins.open();
                holds.wait();
            });
            ends.open();
        }));
        begun.await;
    })));
    let handle = runtime.handle().clone();
    runtime.shutdown_background();
    // A span that is open on a thread goes on, and what comes too late is dropped unpolled.
    let late = scope.in_scope(|| handle.spawn_in_current(query(2)));
    assert!(block_on(late).unwrap_err().is_cancelled());
    held.open();
    done.wait();
    assert_eq!(scope.tree(), "request(id=1)\n  blocking\n");
}
