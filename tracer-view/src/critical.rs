//! The critical path: the spans that the trace's root waited for.

use std::collections::HashMap;

use crate::trace::Trace;

/// A cancelled span that ended this part of its life after a completed sibling lost a race to it.
const RACE: u64 = 100;

/// Marks the spans on the critical path of the first root; the root itself is always on it.
///
/// From the root's end it walks back: the child that ended last at or before that moment is the
/// one that was waited for; the walk continues from its start, and inside of it from its end. What
/// outlives its parent was not waited for. Where it is known that a span of another task woke this
/// one, that span was waited for up to then, and so was what its own parents did before.
pub(crate) fn path(trace: &Trace<'_>) -> Vec<bool> {
    let mut critical = vec![false; trace.nodes.len()];
    let root = trace.roots.first().filter(|root| !trace.nodes[**root].missing);
    let wakers = wakers(trace);
    let mut open: Vec<_> = root.iter().map(|root| (**root, trace.nodes[**root].end)).collect();
    while let Some((node, until)) = open.pop() {
        let mut moment = until;
        for Cause { since, at, span } in causes(trace, &wakers, node, until) {
            if at > moment {
                continue;
            }
            moment = since;
            let is_child = trace.parents[span] == Some(node);
            let (mut inner, mut until) = (Some(span), at);
            while let Some(waited) = inner.filter(|inner| trace.parents[*inner].is_some()) {
                let known = std::mem::replace(&mut critical[waited], true);
                if !known || (is_child && waited == span) {
                    open.push((waited, until));
                }
                (inner, until) = (trace.parents[waited], trace.nodes[waited].start);
                if known {
                    break;
                }
            }
        }
    }
    critical
}

/// Why a span went on.
struct Cause {
    /// When the wait began that it ended.
    since: u64,
    at: u64,
    span: usize,
}

/// By the outermost span of a task: when it was woken, and by which span of another task.
type Wakers = HashMap<usize, Vec<(u64, usize)>>;

fn wakers(trace: &Trace<'_>) -> Wakers {
    if trace.nodes.iter().all(|node| node.wakes.is_empty()) {
        return Wakers::new();
    }
    let by_id: HashMap<u64, usize> =
        trace.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
    let of = |task: usize| {
        let known = trace.nodes[task].wakes.iter();
        let known = known.filter_map(|(at, by)| Some((*at, *by_id.get(by)?)));
        known.filter(|(_, by)| trace.tasks[*by] != task).collect()
    };
    (0..trace.nodes.len()).map(|task| (task, of(task))).collect()
}

/// Why a span went on until then, the last cause first.
fn causes(trace: &Trace<'_>, wakers: &Wakers, node: usize, until: u64) -> Vec<Cause> {
    let children = waited_for(trace, node).into_iter().map(|child| {
        let span = &trace.nodes[child];
        Cause { since: span.start, at: span.end, span: child }
    });
    let (task, start) = (trace.tasks[node], trace.nodes[node].start);
    let woken = wakers.get(&task).into_iter().flatten();
    let woken = woken.filter(|(at, _)| (start..=until).contains(at)).map(|(at, by)| {
        let polled = trace.nodes[task].slices.iter().map(|(_, end)| *end);
        let since = polled.filter(|end| end <= at).max().unwrap_or(start).max(start);
        Cause { since, at: *at, span: *by }
    });
    let mut causes: Vec<Cause> = children.collect();
    causes.extend(woken);
    // Stable: of children that ended at once the order stays.
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.at));
    causes
}

/// The children that may have been waited for, the last to end first.
fn waited_for(trace: &Trace<'_>, node: usize) -> Vec<usize> {
    let mut children = trace.children[node].clone();
    children.sort_by_key(|child| trace.nodes[*child].end);
    let mut winner = None;
    children.retain(|child| {
        let span = &trace.nodes[*child];
        if !span.is_cancelled() {
            winner = Some(span.end);
            return true;
        }
        // The loser of a race is dropped right after the winner has ended.
        !winner.is_some_and(|end| end > span.start && span.end - end <= span.duration() / RACE)
    });
    children.reverse();
    children
}

#[cfg(test)]
mod tests {
    use tracer_core::Outcome;

    use super::path;
    use crate::node::Node;
    use crate::sketch::{span, trace};

    /// The names on the path, in the order of the nodes.
    fn names(nodes: Vec<Node<'static>>) -> Vec<&'static str> {
        let trace = trace(nodes);
        let critical = path(&trace);
        let on_path = trace.nodes.iter().zip(critical).filter(|(_, critical)| *critical);
        on_path.map(|(node, _)| node.name).collect()
    }

    #[test]
    fn of_concurrent_children_the_last_to_end_was_waited_for() {
        let nodes = vec![
            span(1, 0, "root", 0.0, 10.0),
            span(2, 1, "short", 0.0, 4.0),
            span(3, 1, "long", 0.0, 9.0),
            span(4, 2, "inside short", 0.0, 4.0),
            span(5, 3, "inside long", 1.0, 8.0),
        ];
        assert_eq!(names(nodes), ["long", "inside long"]);
    }

    #[test]
    fn what_follows_on_each_other_is_all_on_it() {
        let nodes = vec![
            span(1, 0, "root", 0.0, 10.0),
            span(2, 1, "first", 0.0, 4.0),
            span(3, 1, "beside", 1.0, 5.0),
            span(4, 1, "second", 5.0, 9.0),
        ];
        assert_eq!(names(nodes), ["beside", "second"]);
    }

    #[test]
    fn what_outlives_its_parent_was_not_waited_for() {
        let nodes = vec![
            span(1, 0, "root", 0.0, 10.0),
            span(2, 1, "detached", 0.0, 20.0),
            span(3, 1, "awaited", 0.0, 9.0),
        ];
        assert_eq!(names(nodes), ["awaited"]);
    }

    #[test]
    fn the_loser_of_a_race_was_not_waited_for_but_a_timeout_was() {
        let cancelled = |end| span(3, 1, "cancelled", 0.0, end).ended(Outcome::Cancelled);
        let root = || span(1, 0, "root", 0.0, 10.0);
        let race = vec![root(), span(2, 1, "winner", 0.0, 8.0), cancelled(8.01)];
        assert_eq!(names(race), ["winner"]);
        let timeout = vec![root(), span(2, 1, "early", 0.0, 4.0), cancelled(8.0)];
        assert_eq!(names(timeout), ["cancelled"]);
    }

    #[test]
    fn what_woke_a_task_was_waited_for_with_all_around_it() {
        let nodes = |wakes: &[(f64, u64)]| {
            vec![
                span(1, 0, "root", 0.0, 10.0),
                span(2, 1, "consumer", 0.0, 9.0).sliced(&[(0.0, 1.0), (6.1, 9.0)]).woken(wakes),
                span(3, 2, "early", 0.5, 0.9),
                span(4, 2, "while it waits", 1.0, 5.0).spawned(),
                span(5, 1, "producer", 0.0, 8.0).spawned(),
                span(6, 5, "makes", 0.0, 5.0),
                span(7, 5, "sends", 5.0, 7.0),
                span(8, 5, "after", 7.0, 8.0),
            ]
        };
        assert_eq!(names(nodes(&[])), ["consumer", "early", "while it waits"]);
        let woken = ["consumer", "early", "producer", "makes", "sends"];
        assert_eq!(names(nodes(&[(6.0, 7)])), woken);
        assert_eq!(names(nodes(&[(6.0, 99)])), names(nodes(&[])), "that span is not here");
        assert_eq!(names(nodes(&[(6.0, 3)])), names(nodes(&[])), "it is the same task");
    }

    #[test]
    fn tasks_that_wake_each_other_end_the_walk() {
        let nodes = vec![
            span(1, 0, "root", 0.0, 10.0),
            span(2, 1, "ping", 0.0, 9.0).spawned().woken(&[(2.0, 3), (4.0, 3), (6.0, 3)]),
            span(3, 1, "pong", 0.0, 8.0).spawned().woken(&[(1.0, 2), (3.0, 2), (5.0, 2)]),
        ];
        assert_eq!(names(nodes), ["ping", "pong"]);
    }

    #[test]
    fn spans_without_duration_end_the_walk() {
        let nodes = (1..50).map(|id| span(id, u64::from(id > 1), "span", 0.0, 0.0)).collect();
        assert_eq!(names(nodes).len(), 48);
    }
}
