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
