//! What is timed out, aborted or left alone: its spans end as cancelled, or go on to their end.

use std::time::Duration;

use tokio::time;
use tracer::{Span, traced};
use tracer_tests::{
    AsyncStd, Gate, Runtime, Smol, TokioCurrentThread, on_each_runtime, request, scope, stays,
    tree_of,
};

on_each_runtime!(
    a_call_that_is_timed_out,
    a_spawned_call_whose_handle_is_timed_out_goes_on,
    a_task_whose_handle_is_dropped_goes_on,
    a_call_spawned_and_never_polled_has_no_span,
);

#[traced]
async fn waits(held: Gate) {
    held.await;
}

/// Gives `work` up as soon as `over` is open, as a timeout does; says whether it did.
#[traced]
async fn within(over: Gate, work: impl Future<Output = ()>) -> bool {
    tokio::select! {
        biased;
        () = work => false,
        () = over => true,
    }
}

fn a_call_that_is_timed_out<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let begun = Gate::default();
        assert!(within(begun.clone(), stays(begun)).await);
        drop(Span::new("after"));
    }));
    assert_eq!(tree, "request\n  after\n  within\n    stays cancelled\n      cleanup\n");
}

/// What is given up is the waiting.
fn a_spawned_call_whose_handle_is_timed_out_goes_on<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let (held, over) = (Gate::default(), Gate::default());
        over.open();
        let done = Gate::default();
        let (holds, ends) = (held.clone(), done.clone());
        let task = R::spawn_here(async move {
            waits(holds).await;
            ends.open();
        });
        assert!(within(over, task).await);
        held.open();
        done.await;
    }));
    assert_eq!(tree, "request\n  waits\n  within\n");
}

fn a_task_whose_handle_is_dropped_goes_on<R: Runtime>() {
    let tree = tree_of::<R>(async {
        let (held, done) = (Gate::default(), Gate::default());
        let (holds, ends) = (held.clone(), done.clone());
        request(async move {
            let call = waits(holds.clone());
            drop(R::spawn(async move {
                call.await;
                waits(holds).await;
                ends.open();
            }));
        })
        .await;
        held.open();
        done.await;
    });
    // The call knows its caller; the one made by the bare task has none, here no tracer either.
    assert_eq!(tree, "request\n  waits\n");
}

fn a_call_spawned_and_never_polled_has_no_span<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        let (work, handle) = futures::future::abortable(stays(Gate::default()));
        handle.abort();
        assert!(R::spawn(work).await.is_err());
    }));
    assert_eq!(tree, "request\n");
}

/// Each runtime's own ways.
#[test]
fn what_a_runtime_times_out_is_cancelled() {
    // time: over at once; the call has its poll first
    let none = Duration::ZERO;
    let begun = Gate::default;
    let expected = "request\n  stays cancelled\n    cleanup\n";
    let tokio = tree_of::<TokioCurrentThread>(request(async move {
        assert!(time::timeout(none, stays(begun())).await.is_err());
    }));
    let async_std = tree_of::<AsyncStd>(request(async move {
        assert!(::async_std::future::timeout(none, stays(begun())).await.is_err());
    }));
    let smol = tree_of::<Smol>(request(async move {
        let over = async {
            ::smol::Timer::after(none).await;
        };
        ::smol::future::or(stays(begun()), over).await;
    }));
    assert_eq!([tokio, async_std, smol], [expected; 3]);
}

/// tokio's abort is among what only tokio does, a dropped handle of smol's among what only smol does.
#[test]
fn what_a_runtime_aborts_is_cancelled() {
    let expected = "request\n  stays cancelled\n    cleanup\n";
    let async_std = scope();
    AsyncStd::block_on(async_std.bind(request(async {
        let begun = Gate::default();
        let task = tracer::async_std::spawn(stays(begun.clone()));
        begun.await;
        assert!(task.cancel().await.is_none());
    })));
    let smol = scope();
    Smol::block_on(smol.bind(request(async {
        let begun = Gate::default();
        let task = tracer::smol::spawn(stays(begun.clone()));
        begun.await;
        assert!(task.cancel().await.is_none());
    })));
    assert_eq!([async_std.tree(), smol.tree()], [expected; 2]);
}
