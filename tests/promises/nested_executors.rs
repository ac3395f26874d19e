//! Executors whose tasks have no identity: isolated, what they run is nobody's but its own.

use std::sync::mpsc::{Receiver, Sender, channel};

use futures::executor::{LocalPool, ThreadPool, block_on};
use futures::future::FutureExt as _;
use futures::stream::{FuturesUnordered, StreamExt as _};
use futures::task::{LocalSpawnExt as _, SpawnExt as _};
use tracer::testing::Scope;
use tracer::{FutureExt as _, Span, current, isolated};
use tracer_tests::{Runtime, handle, leaf, on_each_runtime, pause, request, scope};

on_each_runtime!(
    a_local_pool_isolated_inside_a_request,
    a_future_that_drives_a_pool_isolated_inside_a_request,
    a_driver_of_many_requests,
    tasks_of_a_thread_pool,
);

/// A pool with a task without a context, and one of `scope` with one of its own.
fn pool_of(scope: &Scope) -> LocalPool {
    let pool = LocalPool::new();
    let spawner = pool.spawner();
    let bare = async {
        assert!(!current().is_valid());
        handle(1).await;
        pause().await;
        assert!(!current().is_valid());
    };
    spawner.spawn_local(bare).expect("the pool lives");
    let other = scope.in_scope(|| Span::new("other"));
    let task = other.in_scope(|| async { handle(2).await }.in_current());
    spawner.spawn_local(task).expect("the pool lives");
    pool
}

fn a_local_pool_isolated_inside_a_request<R: Runtime>() {
    let (ours, theirs) = (scope(), scope());
    let mut pool = pool_of(&theirs);
    R::block_on(ours.bind(request(async {
        handle(3).await;
        isolated(|| {
            assert!(!current().is_valid());
            pool.run();
        });
        handle(4).await;
    })));
    assert_eq!(ours.tree(), "request\n  handle(id=3)\n    leaf\n  handle(id=4)\n    leaf\n");
    assert_eq!(theirs.tree(), "other\n  handle(id=2)\n    leaf\n");
}

fn a_future_that_drives_a_pool_isolated_inside_a_request<R: Runtime>() {
    let (ours, theirs) = (scope(), scope());
    let mut pool = pool_of(&theirs);
    R::block_on(ours.bind(request(async {
        let driver = async {
            pool.run_until(pause());
            pause().await;
            pool.run();
            assert!(!current().is_valid());
        };
        futures::join!(handle(3), driver.isolated(), handle(4));
    })));
    assert_eq!(ours.tree(), "request\n  handle(id=3)\n    leaf\n  handle(id=4)\n    leaf\n");
    assert_eq!(theirs.tree(), "other\n  handle(id=2)\n    leaf\n");
}

/// Calls of many requests, polled by one task that has a span itself.
fn a_driver_of_many_requests<R: Runtime>() {
    let (requests, driver) = (scope(), scope());
    R::block_on(async {
        let calls: FuturesUnordered<_> = (0..20)
            .map(|id| {
                let caller = requests.in_scope(|| Span::new("caller"));
                let call = caller.in_scope(|| handle(id));
                let block = caller.in_scope(|| async move { handle(id + 20).await }.in_current());
                call.boxed().then(|()| block)
            })
            .collect();
        driver.bind(request(calls.collect())).await;
    });
    let mut expected: Vec<_> = (0..20)
        .map(|id| {
            let mut queries = [id, id + 20].map(|id| format!("  handle(id={id})\n    leaf\n"));
            queries.sort();
            format!("caller\n{}", queries.concat())
        })
        .collect();
    expected.sort();
    assert_eq!(requests.tree(), expected.concat());
    assert_eq!(driver.tree(), "request\n");
}

fn tasks_of_a_thread_pool<R: Runtime>() {
    let scope = scope();
    let pool = ThreadPool::builder().pool_size(2).create().expect("it starts");
    R::block_on(scope.bind(request(async {
        let call = pool.spawn_with_handle(handle(1)).expect("it starts");
        let block =
            pool.spawn_with_handle(async { handle(2).await }.in_current()).expect("it starts");
        let bare = pool.spawn_with_handle(async { current().is_valid() }).expect("it starts");
        futures::join!(call, block);
        assert!(!bare.await, "nothing carries it");
    })));
    assert_eq!(scope.tree(), "request\n  handle(id=1)\n    leaf\n  handle(id=2)\n    leaf\n");
}

/// A call made by the request that drives the pool, and handed to another's task there: the caller's,
/// because the driver's frames are not the task's.
#[test]
fn a_call_handed_to_a_task_that_its_caller_drives() {
    let (ours, theirs) = (scope(), scope());
    let mut pool = LocalPool::new();
    let (calls, handed): (Sender<_>, Receiver<_>) = channel();
    let other = theirs.in_scope(|| Span::new("other"));
    let task = async move { handed.recv().unwrap().await };
    pool.spawner().spawn_local(other.in_scope(|| task.in_current())).unwrap();
    let mut driver = Box::pin(ours.bind(request(async {
        calls.send(handle(1)).unwrap();
        isolated(|| pool.run());
    })));
    assert!(tracer_tests::poll_once(driver.as_mut()).is_ready());
    drop((driver, other));
    assert_eq!(ours.tree(), "request\n  handle(id=1)\n    leaf\n");
    assert_eq!(theirs.tree(), "other\n");
}

#[test]
fn a_future_that_is_isolated_is_dropped_so() {
    struct Cleanup;
    impl Drop for Cleanup {
        fn drop(&mut self) {
            assert!(!current().is_valid());
            leaf();
        }
    }
    let scope = scope();
    block_on(scope.bind(request(async {
        let cleanup = Cleanup;
        let mut task = Box::pin(
            async move {
                let _cleanup = cleanup;
                std::future::pending::<()>().await;
            }
            .isolated(),
        );
        assert!(tracer_tests::poll_once(task.as_mut()).is_pending());
        drop(task);
        leaf();
    })));
    assert_eq!(scope.tree(), "request\n  leaf\n");
}

#[test]
fn isolation_ends_with_a_panic_and_hides_guards_leaked_in_it() {
    let scope = scope();
    scope.in_scope(|| {
        let outer = Span::new("outer");
        outer.in_scope(|| {
            let caught = std::panic::catch_unwind(|| isolated(|| panic!("on purpose")));
            assert!(caught.is_err());
            isolated(|| {
                let stranger = Box::leak(Box::new(Span::new("stranger")));
                let _leaked = Box::leak(Box::new(stranger.enter()));
            });
            assert_eq!(current(), outer.context());
            leaf();
        });
    });
    assert_eq!(scope.tree(), "outer\n  leaf\n");
}

/// How long the request's task waited is not told of what it drives.
#[test]
fn a_spawn_delay_is_not_taken_by_a_nested_executor() {
    let (ours, theirs) = (scope(), scope());
    let mut pool = pool_of(&theirs);
    let task = ours.in_scope(|| {
        let caller = Span::new("caller");
        caller.in_scope(|| {
            tracer::in_current(move || {
                isolated(|| pool.run());
                leaf();
            })
        })
    });
    task();
    let delays = |scope: &Scope, name| {
        let spans = scope.spans();
        let span = spans.iter().find(|span| span.name() == name).unwrap();
        span.task().is_some_and(|task| task.first_poll_delay().is_some())
    };
    assert!(!delays(&theirs, "handle"));
    assert!(delays(&ours, "leaf"));
}
