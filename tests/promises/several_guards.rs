//! Several guards held over one await are all current again after it, whatever carries them.

use futures::executor::block_on;
use futures::stream::{self, StreamExt as _};
use tracer::{FutureExt as _, Span, StreamExt, current};
use tracer_tests::{pause, poll_once, request, scope};

#[test]
fn each_of_several_is_current_again_once_those_inside_of_it_are_gone() {
    let scope = scope();
    scope.in_scope(|| {
        block_on(request(async {
            let spans = [Span::new("outer"), Span::new("left"), Span::new("inner")];
            let [outer, left, inner] = spans.each_ref().map(Span::enter);
            drop(left);
            pause().await;
            drop(Span::new("in inner"));
            pause().await;
            drop(inner);
            drop(Span::new("in outer"));
            pause().await;
            drop(Span::new("in outer"));
            drop(outer);
            drop(Span::new("in request"));
        }));
    });
    let spans = "  inner\n    in inner\n  left\n  outer\n    in outer\n    in outer\n";
    assert_eq!(scope.tree(), format!("request\n  in request\n{spans}"));
}

#[test]
fn so_it_is_in_what_only_carries_a_context() {
    let scope = scope();
    let rows = scope.in_scope(|| {
        let items = stream::unfold((), async |()| {
            let span = Span::new("held");
            let _entered = span.enter();
            pause().await;
            drop(Span::new("inside"));
            Some(((), ()))
        });
        Span::new("request").in_scope(|| StreamExt::in_current(items))
    });
    block_on(async { assert_eq!(rows.take(2).count().await, 2) });
    scope.in_scope(|| {
        let task = async {
            let span = Span::new("held");
            let entered = span.enter();
            pause().await;
            drop(Span::new("inside"));
            drop(entered);
            drop(Span::new("behind"));
        };
        block_on(Span::new("task").in_scope(|| task.in_current()));
        assert!(!current().is_valid());
    });
    let held = "  held\n    inside\n";
    assert_eq!(scope.tree(), format!("request\n{held}{held}task\n  behind\n{held}"));
}

/// A future that is dropped is in its span too: leaving a guard of the same span leaves nothing else.
#[test]
fn one_of_the_span_that_a_cancelled_future_is_in_leaves_nothing_else() {
    struct Cleanup;
    impl Drop for Cleanup {
        fn drop(&mut self) {
            drop(Span::new("cleanup"));
        }
    }
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("span");
        block_on(request(async {
            let held = || {
                let work = async {
                    let _cleanup = Cleanup;
                    let _entered = span.enter();
                    pause().await;
                };
                let mut work = Box::pin(work.in_context(span.context()));
                assert!(poll_once(work.as_mut()).is_pending());
                work
            };
            drop(held());
            drop(Span::new("behind"));
            // Where the guard was entered, in depth.
            let work = held();
            Span::new("deeper").in_scope(|| drop(work));
            drop(Span::new("behind"));
        }));
    });
    let expected = "request\n  behind\n  behind\n  deeper\nspan\n  cleanup\n  cleanup\n";
    assert_eq!(scope.tree(), expected);
}
