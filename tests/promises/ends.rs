//! A span ends when its future is ready or dropped, and says how it came to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use futures::FutureExt as _;
use futures::executor::block_on;
use tracer::export::Outcome;
use tracer::{FutureExt as _, Span, traced};
use tracer_tests::{Gate, Runtime, on_each_runtime, pause, poll_once, request, scope, tree_of};

on_each_runtime!(
    a_dropped_future_is_cancelled,
    an_aborted_task_is_cancelled,
    a_panic_while_polling,
    siblings_of_a_panicking_join_are_cancelled,
    a_panic_in_a_destructor_of_a_cancelled_future,
);

/// Opens a span when it is dropped.
struct Cleanup(&'static str);

impl Drop for Cleanup {
    fn drop(&mut self) {
        drop(Span::new(self.0));
    }
}

#[traced]
async fn waits(_argument: Cleanup) {
    let _local = Cleanup("cleanup of a local");
    pause().await;
    std::future::pending::<()>().await;
}

#[traced]
async fn runs(_argument: Cleanup) {
    let _local = Cleanup("cleanup of a local");
    pause().await;
}

#[traced]
async fn panics() {
    pause().await;
    panic!("on purpose");
}

#[traced]
fn panics_sync() {
    panic!("on purpose");
}

fn a_dropped_future_is_cancelled<R: Runtime>() {
    let tree = tree_of::<R>(request(async {
        tokio::select! {
            biased;
            () = waits(Cleanup("cleanup of an argument")) => {}
            () = async { pause().await; pause().await; } => {}
        }
        drop(Span::new("after"));
    }));
    assert_eq!(
        tree,
        "request\n  after\n  waits cancelled\n    cleanup of a local\n    cleanup of an argument\n"
    );
}

fn an_aborted_task_is_cancelled<R: Runtime>() {
    let started = Gate::default();
    let begun = started.clone();
    let tree = tree_of::<R>(request(async move {
        let (work, handle) = futures::future::abortable(request(async move {
            begun.open();
            std::future::pending::<()>().await;
        }));
        let task = R::spawn(work);
        started.await;
        handle.abort();
        assert!(task.await.is_err());
    }));
    assert_eq!(tree, "request\n  request cancelled\n");
}

fn a_panic_while_polling<R: Runtime>() {
    let tree = tree_of::<R>(async {
        let result = AssertUnwindSafe(request(panics())).catch_unwind().await;
        assert!(result.is_err());
        drop(Span::new("after"));
    });
    assert_eq!(tree, "after\nrequest panicked\n  panics panicked\n");
}

fn siblings_of_a_panicking_join_are_cancelled<R: Runtime>() {
    let tree = tree_of::<R>(async {
        let join = request(async {
            tokio::join!(request(std::future::pending()), panics());
        });
        assert!(AssertUnwindSafe(join).catch_unwind().await.is_err());
    });
    assert_eq!(tree, "request panicked\n  panics panicked\n  request cancelled\n");
}

fn a_panic_in_a_destructor_of_a_cancelled_future<R: Runtime>() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let tree = tree_of::<R>(async {
        let dropped = async {
            let mut future = Box::pin(request(async {
                let _bomb = Bomb;
                std::future::pending::<()>().await;
            }));
            assert!(poll_once(future.as_mut()).is_pending());
            drop(future);
        };
        assert!(AssertUnwindSafe(dropped).catch_unwind().await.is_err());
        drop(Span::new("after"));
    });
    assert_eq!(tree, "after\nrequest cancelled\n");
}

#[test]
fn destructors_run_inside_their_own_span() {
    let scope = scope();
    scope.in_scope(|| block_on(runs(Cleanup("cleanup of an argument"))));
    assert_eq!(scope.tree(), "runs\n  cleanup of a local\n  cleanup of an argument\n");
}

#[test]
fn a_future_that_is_never_polled_has_no_span() {
    let scope = scope();
    scope.in_scope(|| {
        drop(waits(Cleanup("cleanup of an argument")));
        block_on(request(async {
            let _never_polled = request(async {});
        }));
    });
    assert_eq!(scope.tree(), "cleanup of an argument\nrequest\n");
}

#[test]
fn a_future_dropped_elsewhere_is_dropped_inside_its_own_span() {
    let scope = scope();
    let mut future: Pin<Box<dyn Future<Output = ()> + Send>> = scope.in_scope(|| {
        Box::pin(waits(Cleanup("cleanup of an argument")))
            as Pin<Box<dyn Future<Output = ()> + Send>>
    });
    assert!(scope.in_scope(|| poll_once(future.as_mut())).is_pending());
    let other = scope_with_request(|| std::thread::spawn(move || drop(future)).join().unwrap());
    assert_eq!(other, "request\n");
    assert_eq!(scope.tree(), "waits cancelled\n  cleanup of a local\n  cleanup of an argument\n");
}

fn scope_with_request(f: impl FnOnce()) -> String {
    let scope = scope();
    scope.in_scope(|| Span::new("request").in_scope(f));
    scope.tree()
}

#[test]
fn destructors_of_many_nested_cancelled_futures_leave_nothing_behind() {
    #[traced]
    async fn nested(depth: u32) {
        let _local = Cleanup("cleanup");
        if depth > 0 {
            Box::pin(nested(depth - 1)).await;
        }
        std::future::pending::<()>().await;
    }
    let scope = scope();
    scope.in_scope(|| {
        {
            let mut future = pin!(nested(99));
            assert!(poll_once(future.as_mut()).is_pending());
        }
        drop(Span::new("after"));
    });
    let tree = scope.tree();
    assert!(tree.starts_with("after\nnested cancelled\n"), "{tree}");
    assert_eq!(tree.matches("nested cancelled\n").count(), 100);
    assert_eq!(tree.matches("cleanup\n").count(), 100);
}

#[test]
fn a_panic_in_a_sync_fn() {
    #[traced]
    fn outer() {
        panics_sync();
    }
    let scope = scope();
    scope.in_scope(|| {
        assert!(catch_unwind(outer).is_err());
        drop(Span::new("after"));
    });
    assert_eq!(scope.tree(), "after\nouter panicked\n  panics_sync panicked\n");
}

#[test]
fn a_panic_in_a_span_by_hand() {
    let scope = scope();
    scope.in_scope(|| {
        let in_a_guard = catch_unwind(|| {
            let span = Span::new("entered");
            let _entered = span.enter();
            panic!("on purpose");
        });
        let in_a_scope = catch_unwind(|| Span::new("in scope").in_scope(|| panic!("on purpose")));
        let in_a_span = catch_unwind(|| block_on(panics().in_span(Span::new("in span"))));
        assert!(in_a_guard.is_err() && in_a_scope.is_err() && in_a_span.is_err());
        drop(Span::new("after"));
    });
    assert_eq!(
        scope.tree(),
        "after\nentered panicked\nin scope panicked\nin span panicked\n  panics panicked\n"
    );
}

#[test]
fn a_finished_span_is_neither_cancelled_nor_panicked() {
    let scope = scope();
    scope.in_scope(|| {
        let mut future = Box::pin(request(async {}));
        assert!(poll_once(future.as_mut()).is_ready());
        let unwound = catch_unwind(AssertUnwindSafe(move || {
            let _held = future;
            panic!("on purpose");
        }));
        assert!(unwound.is_err());
    });
    let spans = scope.spans();
    assert_eq!((spans.len(), spans[0].outcome()), (1, Outcome::Completed));
}

#[test]
fn what_destructors_trace_while_unwinding_has_not_panicked() {
    let scope = scope();
    scope.in_scope(|| {
        let unwound = catch_unwind(|| {
            let _cleanup = Cleanup("cleanup");
            panics_sync();
        });
        assert!(unwound.is_err());
    });
    assert_eq!(scope.tree(), "cleanup\npanics_sync panicked\n");
}
