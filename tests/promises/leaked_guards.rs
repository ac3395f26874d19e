//! A guard that is leaked ends with what it was leaked in: the next task and thread are clean.

use std::sync::Arc;
use std::thread;

use futures::{FutureExt as _, future};
use tokio::runtime::Builder;
use tracer::{Span, current, in_current, traced};
use tracer_tests::{Runtime, on_each_runtime, query, request, scope};

on_each_runtime!(a_guard_leaked_in_a_traced_fn_ends_with_its_poll);

fn a_guard_leaked_in_a_traced_fn_ends_with_its_poll<R: Runtime>() {
    #[traced]
    async fn leaks() {
        let span = Span::new("leaked");
        std::mem::forget(span.enter());
        query(1).await;
    }
    let scope = scope();
    R::block_on(scope.bind(request(async {
        R::spawn_here(leaks()).await;
        R::spawn(async { assert!(!current().is_valid(), "the next task") }).await;
        R::spawn_here(async { query(2).await }).await;
        thread::spawn(|| assert!(!current().is_valid(), "the next thread"))
            .join()
            .expect("it is clean");
        query(3).await;
    })));
    assert_eq!(
        scope.tree(),
        "request\n  leaks\n    leaked\n      query(id=1)\n  query(id=2)\n  query(id=3)\n"
    );
}

#[test]
fn a_guard_leaked_in_a_sync_fn_ends_with_that_fn() {
    #[traced]
    fn leaks() {
        let span = Span::new("leaked");
        std::mem::forget(span.enter());
    }
    #[traced]
    fn clean() {}
    let scope = scope();
    scope.in_scope(|| {
        leaks();
        clean();
    });
    assert_eq!(scope.tree(), "clean\nleaks\n  leaked\n");
}

#[test]
fn a_guard_leaked_in_a_scope_or_a_carried_closure_ends_with_it() {
    let scope = scope();
    let outer = scope.in_scope(|| Span::new("outer"));
    let closure = outer.in_scope(|| {
        let other = Span::new("other");
        other.in_scope(|| std::mem::forget(outer.enter()));
        assert_eq!(current(), outer.context());
        in_current(|| {
            let span = Span::new("leaked");
            std::mem::forget(span.enter());
        })
    });
    assert!(!current().is_valid(), "after the scope");
    closure();
    assert!(!current().is_valid(), "after the closure");
}

/// Nothing of ours is polled around it, that could leave the guard.
#[test]
fn a_guard_leaked_by_a_bare_task_is_seen_by_no_other_task_of_its_thread() {
    let scope = scope();
    let span = Arc::new(scope.in_scope(|| Span::root("leaked")));
    let is_clean = || assert!(!current().is_valid());
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    for _ in 0..2 {
        let leaked = Arc::clone(&span);
        let leak = move || std::mem::forget(leaked.enter());
        runtime.block_on(async {
            tokio::spawn(future::ready(()).map({
                let leak = leak.clone();
                move |()| leak()
            }))
            .await
            .unwrap();
            tokio::spawn(async move { is_clean() }).await.unwrap();
            tokio::task::spawn_blocking(leak).await.unwrap();
            tokio::task::spawn_blocking(is_clean).await.unwrap();
            tokio::spawn(scope.bind(request(query(1).map(drop)))).await.unwrap();
        });
    }
    drop(span);
    assert_eq!(scope.tree(), "leaked\nrequest\n  query(id=1)\nrequest\n  query(id=1)\n");
}

/// The same where all tasks run on the thread that waits.
#[test]
fn a_guard_leaked_by_a_bare_local_task_is_seen_by_no_other() {
    let scope = scope();
    let span = Arc::new(scope.in_scope(|| Span::root("leaked")));
    let leak = || {
        let leaked = Arc::clone(&span);
        async move { std::mem::forget(leaked.enter()) }
    };
    let is_clean = async || assert!(!current().is_valid());
    ::async_std::task::block_on(async {
        ::async_std::task::spawn_local(leak()).await;
        ::async_std::task::spawn_local(is_clean()).await;
    });
    let executor = tracer::smol::LocalExecutor::new();
    ::smol::block_on(executor.run(async {
        executor.spawn(leak()).await;
        executor.spawn(is_clean()).await;
    }));
    drop((executor, leak));
    drop(span);
    assert_eq!(scope.tree(), "leaked\n");
}

/// Where there is no task, there is nothing that ends before the thread does.
#[test]
fn a_guard_leaked_on_a_bare_thread_stays_there_which_is_a_known_limit() {
    let scope = scope();
    let span = scope.in_scope(|| Span::root("leaked"));
    thread::scope(|threads| {
        threads.spawn(|| {
            std::mem::forget(span.enter());
            assert_eq!(current(), span.context());
            scope.in_scope(|| assert!(!current().is_valid()));
            tracer::isolated(|| assert!(!current().is_valid()));
        });
        threads.spawn(|| assert!(!current().is_valid(), "another thread"));
    });
    drop(span);
    assert_eq!(scope.tree(), "leaked\n");
}
