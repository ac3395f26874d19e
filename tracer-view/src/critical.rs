//! The critical path: the spans that the trace's root waited for.

use crate::trace::Trace;

/// A cancelled span that ended this part of its life after a completed sibling lost a race to it.
const RACE: u64 = 100;

/// Marks the spans on the critical path of the first root; the root itself is always on it.
///
/// From the root's end it walks back: the child that ended last at or before that moment is the
/// one that was waited for; the walk continues from its start, and inside of it from its end. What
/// outlives its parent was not waited for.
pub(crate) fn path(trace: &Trace<'_>) -> Vec<bool> {
    let mut critical = vec![false; trace.nodes.len()];
    let root = trace.roots.first().filter(|root| !trace.nodes[**root].missing);
    let mut open: Vec<usize> = root.copied().into_iter().collect();
    while let Some(node) = open.pop() {
        let mut moment = trace.nodes[node].end;
        for child in waited_for(trace, node) {
            let span = &trace.nodes[child];
            if span.end <= moment {
                moment = span.start;
                critical[child] = true;
                open.push(child);
            }
        }
    }
    critical
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
    fn spans_without_duration_end_the_walk() {
        let nodes = (1..50).map(|id| span(id, u64::from(id > 1), "span", 0.0, 0.0)).collect();
        assert_eq!(names(nodes).len(), 48);
    }
}
