//! A guard makes its span current on its thread, for as long as it lives and no longer.

use std::thread;

use futures::executor::block_on;
use tracer::{Entered, Span, current};
use tracer_tests::{request, scope};

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn three_guards_dropped_in_any_order() {
    for order in ORDERS {
        let scope = scope();
        scope.in_scope(|| {
            let before = current();
            let spans = [Span::root("a"), Span::root("b"), Span::root("c")];
            let mut guards: Vec<Option<Entered<'_>>> =
                spans.iter().map(|span| Some(span.enter())).collect();
            for (dropped, guard) in order.into_iter().enumerate() {
                guards[guard] = None;
                let newest = (0..3).rev().find(|index| !order[..=dropped].contains(index));
                let expected = newest.map_or(before, |index| spans[index].context());
                assert_eq!(current(), expected, "{order:?} after {}", dropped + 1);
            }
            drop(Span::new("after"));
        });
        assert_eq!(scope.tree(), "a\nafter\nb\nc\n", "{order:?}");
    }
}

#[test]
fn guards_dropped_out_of_order_inside_one_dropped_in_order() {
    let scope = scope();
    scope.in_scope(|| {
        let outer = Span::new("outer");
        outer.in_scope(|| {
            for _ in 0..20 {
                let (one, other) = (Span::new("one"), Span::new("other"));
                let first = one.enter();
                let second = other.enter();
                drop(first);
                assert_eq!(current(), other.context());
                drop(second);
                assert_eq!(current(), outer.context());
            }
        });
        assert!(!current().is_valid());
    });
}

#[test]
fn nested_scopes() {
    let scope = scope();
    scope.in_scope(|| {
        let (a, b) = (Span::new("a"), Span::new("b"));
        a.in_scope(|| {
            b.in_scope(|| {
                a.in_scope(|| drop(Span::new("in a again")));
                drop(Span::new("in b"));
            });
            drop(Span::new("in a"));
        });
    });
    assert_eq!(scope.tree(), "a\n  in a\n  in a again\nb\n  in b\n");
}

#[test]
fn a_guard_belongs_to_its_thread() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("here");
        span.in_scope(|| {
            thread::scope(|threads| {
                threads.spawn(|| assert!(!current().is_valid()));
                threads.spawn(|| {
                    span.in_scope(|| drop(Span::new("there")));
                    assert!(!current().is_valid());
                });
            });
            assert_eq!(current(), span.context());
        });
    });
    assert_eq!(scope.tree(), "here\n  there\n");
}

#[test]
fn a_span_may_end_on_another_thread() {
    let scope = scope();
    let span = scope.in_scope(|| Span::new("moved"));
    thread::spawn(move || span.in_scope(|| drop(Span::new("inside")))).join().unwrap();
    assert_eq!(scope.tree(), "moved\n  inside\n");
}

#[test]
fn spans_end_in_destructors_of_thread_locals() {
    struct Last(Span);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.in_scope(|| drop(Span::new("inside")));
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) });
    let scope = scope();
    let ours = scope.clone();
    thread::spawn(move || {
        let last = ours.in_scope(|| Last(Span::new("last")));
        LAST.set(Some(last));
    })
    .join()
    .unwrap();
    assert_eq!(scope.tree(), "last\n  inside\n");
}

#[test]
fn a_guard_dropped_inside_a_frame_it_encloses_is_gone() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("span");
        let entered = span.enter();
        block_on(request(async { drop(entered) }));
        drop(Span::new("after"));
    });
    assert_eq!(scope.tree(), "after\nspan\n  request\n");
}

#[test]
fn many_guards_dropped_first_to_last_leave_nothing_current() {
    let scope = scope();
    scope.in_scope(|| {
        let spans: Vec<_> = (0..12).map(|_| Span::root("span")).collect();
        let guards: Vec<_> = spans.iter().map(Span::enter).collect();
        drop(guards);
        assert!(!current().is_valid());
    });
}

#[test]
fn a_span_entered_twice_is_current_until_both_guards_are_gone() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("span");
        let first = span.enter();
        let second = span.enter();
        drop(first);
        assert_eq!(current(), span.context());
        drop(second);
        assert!(!current().is_valid());
    });
}
