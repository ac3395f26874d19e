//! A guard held over an await: right in straight-line code, and no other task's.

use std::thread;

use futures::FutureExt as _;
use futures::executor::block_on;
use tokio::task::LocalSet;
use tracer::smol::LocalExecutor;
use tracer::{Span, current};
use tracer_tests::{
    Gate, Runtime, TokioCurrentThread, on_each_runtime, pause, query, request, scope,
};

on_each_runtime!(
    a_guard_held_over_an_await_in_straight_line_code,
    a_guard_of_a_root_held_over_an_await,
    a_guard_of_a_root_held_over_an_await_with_no_span_around,
    a_guard_held_over_an_await_is_not_seen_by_traced_siblings,
    a_guard_in_a_branch_of_a_bare_join_is_seen_by_the_others_which_is_a_known_limit,
);

fn a_guard_held_over_an_await_in_straight_line_code<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(request(async {
        let span = Span::new("held");
        let entered = span.enter();
        pause().await;
        query(1).await;
        drop(entered);
        query(2).await;
    })));
    assert_eq!(scope.tree(), "request\n  held\n    query(id=1)\n  query(id=2)\n");
}

fn a_guard_of_a_root_held_over_an_await<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(request(async {
        let span = Span::root("connection");
        let entered = span.enter();
        query(1).await;
        R::spawn_here(async { query(2).await }).await;
        drop(entered);
        query(3).await;
    })));
    assert_eq!(scope.tree(), "connection\n  query(id=1)\n  query(id=2)\nrequest\n  query(id=3)\n");
}

/// Nothing of ours is polled around it, that could put the guard aside.
fn a_guard_of_a_root_held_over_an_await_with_no_span_around<R: Runtime>() {
    let scope = scope();
    let span = scope.in_scope(|| Span::root("connection"));
    R::block_on(async {
        let entered = span.enter();
        pause().await;
        query(1).await;
        R::spawn(async { assert!(!current().is_valid(), "of another task") }).await;
        R::spawn_here(async { query(2).await }).await;
        drop(entered);
        assert!(!current().is_valid(), "after the guard");
    });
    drop(span);
    assert_eq!(scope.tree(), "connection\n  query(id=1)\n  query(id=2)\n");
}

fn a_guard_held_over_an_await_is_not_seen_by_traced_siblings<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(request(async {
        let holder = request(async {
            let span = Span::new("held");
            let _entered = span.enter();
            query(1).await;
        });
        futures::join!(holder, request(query(2).map(drop)), query(3));
    })));
    assert_eq!(
        scope.tree(),
        "request\n  query(id=3)\n  request\n    held\n      query(id=1)\n  request\n    query(id=2)\n"
    );
}

/// Not `Send`, and not the task's alone: what the branch does belongs into a future of its own, in a
/// span.
fn a_guard_in_a_branch_of_a_bare_join_is_seen_by_the_others_which_is_a_known_limit<R: Runtime>() {
    let scope = scope();
    R::block_on(scope.bind(request(async {
        let holder = async {
            let span = Span::new("held");
            let _entered = span.enter();
            pause().await;
        };
        futures::join!(holder, query(1));
    })));
    assert_eq!(scope.tree(), "request\n  held\n    query(id=1)\n");
}

#[test]
fn other_tasks_do_not_see_a_guard_held_over_an_await() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(async {
        let (entered, seen) = (Gate::default(), Gate::default());
        let holder = request({
            let (entered, seen) = (entered.clone(), seen.clone());
            async move {
                let span = Span::new("held");
                let _entered = span.enter();
                drop(Span::new("before"));
                entered.open();
                seen.await;
            }
        });
        let other = request(async move {
            entered.await;
            drop(Span::new("other"));
            seen.open();
            pause().await;
            drop(Span::new("other"));
        });
        LocalSet::new()
            .run_until(async {
                let holder = tracer::tokio::spawn_local(holder);
                let other = tracer::tokio::spawn_local(other);
                holder.await.unwrap();
                other.await.unwrap();
            })
            .await;
    }));
    assert_eq!(scope.tree(), "request\n  held\n    before\nrequest\n  other\n  other\n");
}

#[test]
fn a_guard_held_over_an_await_does_not_disturb_later_guards_of_its_thread() {
    let scope = scope();
    scope.in_scope(|| {
        let shared = Span::new("shared");
        block_on(request(async {
            let entered = shared.enter();
            pause().await;
            drop(entered);
        }));
        shared.in_scope(|| {
            Span::new("first").in_scope(|| ());
            drop(Span::new("second"));
        });
    });
    assert_eq!(scope.tree(), "request\nshared\n  first\n  second\n");
}

#[test]
fn guards_held_on_many_threads_at_once() {
    let scopes: Vec<_> = (0..4).map(|_| scope()).collect();
    thread::scope(|threads| {
        for scope in &scopes {
            threads.spawn(|| {
                for _ in 0..200 {
                    block_on(scope.bind(request(async {
                        let span = Span::new("held");
                        let entered = span.enter();
                        for _ in 0..50 {
                            pause().await;
                        }
                        query(1).await;
                        drop(entered);
                    })));
                }
            });
        }
    });
    let one = "request\n  held\n    query(id=1)\n";
    for scope in scopes {
        // Not as two texts, of which the difference would fill pages.
        let tree = scope.tree();
        let other = tree.split("request\n").find(|below| !one.ends_with(below));
        assert!(tree == one.repeat(200), "{} bytes, {other:?}", tree.len());
    }
}

/// What a task on one thread holds while no span is around it: with two such tasks in turn, the one
/// below does not find its own.
#[test]
fn guards_held_by_two_bare_tasks_in_turn_lose_but_mix_nothing_which_is_a_known_limit() {
    let scope = scope();
    let spans = ["a", "b"].map(|name| scope.in_scope(|| Span::root(name)));
    let [a, b] = spans.each_ref().map(Span::context);
    TokioCurrentThread::block_on(async {
        let (first, second) = (Gate::default(), Gate::default());
        let [one, other] = spans;
        let (opens, waits) = (first.clone(), second.clone());
        let one = async move {
            let _entered = one.enter();
            opens.open();
            waits.await;
            current() == a
        };
        let other = async move {
            first.await;
            let _entered = other.enter();
            second.open();
            pause().await;
            current() == b
        };
        let (one, other) = LocalSet::new()
            .run_until(async {
                tokio::join!(tokio::task::spawn_local(one), tokio::task::spawn_local(other))
            })
            .await;
        assert_eq!((one.unwrap(), other.unwrap()), (false, true));
        assert!(!current().is_valid());
    });
    assert_eq!(scope.tree(), "a\nb\n");
}

/// smol's own tasks have no identity: what one of them holds is seen by the others of its thread.
#[test]
fn a_guard_held_in_smol_s_own_executor_is_seen_by_its_tasks_which_is_a_known_limit() {
    let scope = scope();
    let span = scope.in_scope(|| Span::root("held"));
    let held = Gate::default();
    let (holds, holding) = (held.clone(), held);
    let held = |sees: bool| {
        let (holds, holding) = (holds.clone(), holding.clone());
        async move {
            if sees {
                holding.await;
                return current().is_valid();
            }
            holds.open();
            pause().await;
            current().is_valid()
        }
    };
    let own = ::smol::LocalExecutor::new();
    let holder = own.spawn(async {
        let _entered = span.enter();
        held(false).await
    });
    let other = own.spawn(held(true));
    block_on(own.run(async { assert!(futures::join!(holder, other).1) }));
    let ours = LocalExecutor::new();
    let holder = ours.spawn(async {
        let _entered = span.enter();
        held(false).await
    });
    let other = ours.spawn(held(true));
    block_on(ours.run(async { assert_eq!(futures::join!(holder, other), (false, false)) }));
    drop((own, ours));
    drop(span);
    assert_eq!(scope.tree(), "held\n");
}
