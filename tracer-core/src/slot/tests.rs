use crate::span::Span;
use crate::stack::RING;
use crate::testing::Scope;

fn nest(levels: usize) {
    let span = Span::new("level");
    let entered = span.enter();
    if levels > 1 {
        nest(levels - 1);
    }
    assert_eq!(super::current(), span.context());
    drop(entered);
}

#[test]
fn parents_are_right_beyond_the_last_entry() {
    let scope = Scope::new();
    for _ in 0..2 {
        scope.in_scope(|| nest(2 * RING));
    }
    let spans = scope.spans();
    let parents: std::collections::HashSet<_> =
        spans.iter().map(crate::SpanRecord::parent_id).collect();
    assert_eq!(spans.len(), 4 * RING);
    assert_eq!(
        parents.len(),
        4 * RING - 1,
        "each but the two innermost has one child; the roots have none"
    );
    assert!(super::current().is_none());
}

#[test]
fn a_guard_left_below_others_is_gone_with_them() {
    let scope = Scope::new();
    scope.in_scope(|| {
        let spans = ["a", "b", "c"].map(Span::new);
        let [a, b, c] = [0, 1, 2].map(|index: usize| spans[index].enter());
        drop(b);
        assert_eq!(super::current(), spans[2].context());
        drop(c);
        assert_eq!(super::current(), spans[0].context());
        drop(a);
        assert!(!super::current().is_valid());
    });
}

#[test]
fn a_guard_may_be_dropped_from_any_depth() {
    let scope = Scope::new();
    scope.in_scope(|| {
        let spans: Vec<_> = (0..2 * RING).map(|_| Span::new("level")).collect();
        let mut guards: Vec<_> = spans.iter().map(Span::enter).collect();
        for gone in [2 * RING - 2, RING + 1, RING - 1, 3, 0] {
            drop(guards.remove(gone));
        }
        let last = guards.remove(0);
        while guards.pop().is_some() {}
        assert_eq!(super::current(), spans[1].context());
        drop(last);
        assert!(!super::current().is_valid());
    });
}

#[test]
fn what_is_left_at_once_may_be_deeper_than_the_ring() {
    let scope = Scope::new();
    scope.in_scope(|| {
        let outer = Span::new("outer");
        let _entered = outer.enter();
        Span::new("leaks").in_scope(|| {
            for _ in 0..3 * RING {
                let span = Box::leak(Box::new(Span::new("leaked")));
                let _leaked = Box::leak(Box::new(span.enter()));
            }
        });
        assert_eq!(super::current(), outer.context());
    });
}
