//! smol's tasks have no identity: they carry their context, and see no other, whoever drives them.

use smol::block_on;
use tracer::smol::{Executor, LocalExecutor};
use tracer::{Span, current};
use tracer_tests::{handle, leaf, pause, request, scope};

async fn sees_nothing() {
    assert!(!current().is_valid());
    handle(0).await;
    pause().await;
    assert!(!current().is_valid());
}

static EXECUTOR: Executor<'static> = Executor::new();

#[test]
fn a_static_executor_driven_inside_the_requests_of_others() {
    let (ours, theirs) = (scope(), scope());
    let task = |id| {
        let other = theirs.in_scope(|| Span::new("other"));
        other.in_scope(|| EXECUTOR.spawn(async move { handle(id).await }))
    };
    let (one, other) = (task(1), task(2));
    // As a library would that knows smol's executor alone.
    let library = ::smol::Executor::spawn(&EXECUTOR, sees_nothing());
    let bare = EXECUTOR.spawn(sees_nothing());
    block_on(ours.bind(request(async {
        EXECUTOR.tick().await;
        while EXECUTOR.try_tick() {}
        EXECUTOR
            .run(async {
                handle(3).await;
                one.await;
                library.await;
            })
            .await;
        let own = EXECUTOR.spawn(async { handle(4).await });
        EXECUTOR.run(async { futures::join!(other, bare, own) }).await;
    })));
    assert_eq!(ours.tree(), "request\n  handle(id=3)\n    leaf\n  handle(id=4)\n    leaf\n");
    assert_eq!(theirs.tree(), "other\n  handle(id=1)\n    leaf\nother\n  handle(id=2)\n    leaf\n");
}

#[test]
fn tasks_of_a_local_executor() {
    let (ours, theirs) = (scope(), scope());
    let local = LocalExecutor::new();
    let other = theirs.in_scope(|| Span::new("other"));
    let mut tasks = Vec::new();
    other.in_scope(|| {
        local.spawn_many((1..=2).map(|id| async move { handle(id).await }), &mut tasks);
    });
    tasks.push(local.spawn(sees_nothing()));
    block_on(ours.bind(request(local.run(async {
        handle(3).await;
        local.spawn(async { handle(4).await }).await;
        futures::future::join_all(tasks).await;
    }))));
    drop(other);
    assert_eq!(ours.tree(), "request\n  handle(id=3)\n    leaf\n  handle(id=4)\n    leaf\n");
    assert_eq!(theirs.tree(), "other\n  handle(id=1)\n    leaf\n  handle(id=2)\n    leaf\n");
}

/// The tasks are isolated one by one, because not every driver is the adapter's.
#[test]
fn a_task_driven_by_smols_own_executor_sees_nothing_of_the_driver() {
    let scope = scope();
    let executor = Executor::new();
    let task = executor.spawn(sees_nothing());
    block_on(scope.bind(request(::smol::Executor::run(&executor, async {
        task.await;
        leaf();
    }))));
    assert_eq!(scope.tree(), "request\n  leaf\n");
}

#[test]
fn tasks_dropped_with_their_executor_are_dropped_in_their_own_spans() {
    struct Cleanup;
    impl Drop for Cleanup {
        fn drop(&mut self) {
            leaf();
        }
    }
    let scope = scope();
    let executor = Executor::new();
    let traced = async |cleanup: Cleanup| {
        let _cleanup = cleanup;
        std::future::pending::<()>().await;
    };
    executor.spawn(traced(Cleanup)).detach();
    scope.in_scope(|| {
        let caller = Span::new("caller");
        caller.in_scope(|| executor.spawn(request(traced(Cleanup)))).detach();
    });
    while executor.try_tick() {}
    let driver = scope.in_scope(|| Span::new("driver"));
    driver.in_scope(|| drop(executor));
    drop(driver);
    assert_eq!(scope.tree(), "caller\n  request cancelled\n    leaf\ndriver\n");
}

#[test]
fn unblocked_work_is_a_child() {
    let scope = scope();
    block_on(scope.bind(request(async {
        tracer::smol::unblock(leaf).await;
        // The thread is used again and has forgotten all.
        ::smol::unblock(|| assert!(!current().is_valid())).await;
        tracer::smol::unblock(|| block_on(handle(1))).await;
    })));
    assert_eq!(scope.tree(), "request\n  handle(id=1)\n    leaf\n  leaf\n");
}

#[test]
fn a_dropped_task_is_cancelled() {
    let scope = scope();
    let executor = Executor::new();
    block_on(scope.bind(request(async {
        let task = executor.spawn(request(std::future::pending()));
        executor.tick().await;
        drop(task);
        executor.tick().await;
    })));
    assert_eq!(scope.tree(), "request\n  request cancelled\n");
}
