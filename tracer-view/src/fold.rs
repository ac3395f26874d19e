//! Folds equal siblings of a large trace into one entry.

use std::collections::HashMap;

use crate::node::Stretch;
use crate::trace::Trace;

/// Traces of at most so many spans are shown span by span.
const LARGE: usize = 40;
/// So many equal siblings are worth a fold.
const WORTH: usize = 4;
/// Failed siblings of one name that stay visible before a fold.
const FAILURES: usize = 3;

/// A line of the tree to be.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) what: What,
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    /// Spans in this entry and below.
    pub(crate) count: Count,
}

#[derive(Debug)]
pub(crate) enum What {
    Span(usize),
    Fold(Vec<usize>),
}

/// How many spans, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) spans: usize,
    pub(crate) failed: usize,
    pub(crate) cancelled: usize,
}

impl Count {
    pub(crate) const fn add(&mut self, other: Self) {
        self.spans += other.spans;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
    }
}

/// Counts each node with all below it.
pub(crate) fn counts(trace: &Trace<'_>) -> Vec<Count> {
    let own = |node: usize| {
        let node = &trace.nodes[node];
        Count {
            spans: usize::from(!node.missing),
            failed: usize::from(node.failure.is_some()),
            cancelled: usize::from(node.is_cancelled()),
        }
    };
    let mut counts: Vec<Count> = (0..trace.nodes.len()).map(own).collect();
    for node in trace.order.iter().rev() {
        if let Some(parent) = trace.parents[*node] {
            let count = counts[*node];
            counts[parent].add(count);
        }
    }
    counts
}

/// Makes the entries, each behind its parent.
pub(crate) fn entries(trace: &Trace<'_>, critical: &[bool], counts: &[Count]) -> Vec<Entry> {
    let large = counts.iter().zip(&trace.parents).filter(|(_, parent)| parent.is_none());
    let large = large.map(|(count, _)| count.spans).sum::<usize>() > LARGE;
    let mut entries: Vec<Entry> = Vec::new();
    for root in &trace.roots {
        entries.push(Entry::new(What::Span(*root), None, counts[*root]));
    }
    let mut next = 0;
    while next < entries.len() {
        if let What::Span(node) = entries[next].what {
            let children = &trace.children[node];
            let parts = if large && children.len() >= WORTH {
                folded(trace, critical, counts, children)
            } else {
                children.iter().copied().map(What::Span).collect()
            };
            for what in parts {
                let mut count = Count::default();
                what.members().iter().for_each(|member| count.add(counts[*member]));
                let place = entries.len();
                entries[next].children.push(place);
                entries.push(Entry::new(what, Some(next), count));
            }
        }
        next += 1;
    }
    entries
}

impl Entry {
    const fn new(what: What, parent: Option<usize>, count: Count) -> Self {
        Self { what, parent, children: Vec::new(), count }
    }
}

impl What {
    /// The spans that the entry shows.
    pub(crate) fn members(&self) -> &[usize] {
        match self {
            Self::Span(node) => std::slice::from_ref(node),
            Self::Fold(members) => members,
        }
    }
}

/// Siblings that tell the same story: those that failed, were cancelled or were waited for tell
/// another one than those that did not.
fn folded(trace: &Trace<'_>, critical: &[bool], counts: &[Count], children: &[usize]) -> Vec<What> {
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    for child in children {
        let node = &trace.nodes[*child];
        let failed = counts[*child].failed > 0;
        let cancelled = counts[*child].cancelled > 0;
        let story = (node.service, node.name, node.spawned, critical[*child], failed, cancelled);
        alike.entry(story).or_default().push(*child);
    }
    let mut fold_of: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut hidden = vec![false; children.len()];
    let place: HashMap<usize, usize> =
        children.iter().enumerate().map(|(place, child)| (*child, place)).collect();
    for mut members in alike.into_values() {
        keep_examples(trace, counts, &mut members);
        if members.len() >= WORTH {
            for member in &members {
                hidden[place[member]] = true;
            }
            fold_of.insert(members[0], members);
        }
    }
    let shown =
        children.iter().zip(hidden).filter_map(|(child, hidden)| match fold_of.remove(child) {
            Some(members) => Some(What::Fold(members)),
            None => (!hidden).then_some(What::Span(*child)),
        });
    shown.collect()
}

/// Takes out what stays visible: the first failures, and the slowest of those with children.
fn keep_examples(trace: &Trace<'_>, counts: &[Count], members: &mut Vec<usize>) {
    if counts[members[0]].failed > 0 {
        members.drain(..members.len().min(FAILURES));
    } else if members.iter().any(|member| counts[*member].spans > 1) {
        let slowest =
            (0..members.len()).max_by_key(|place| trace.nodes[members[*place]].duration());
        slowest.map(|place| members.remove(place));
    }
}

/// The most members that were open at the same moment.
pub(crate) fn at_once(stretches: impl Iterator<Item = Stretch>) -> usize {
    let mut changes: Vec<(u64, bool)> =
        stretches.flat_map(|(start, end)| [(start, true), (end, false)]).collect();
    // Of one moment the ends come first: what follows on something is not beside it.
    changes.sort_unstable();
    let (mut open, mut most) = (0_usize, 0);
    for (_, begins) in changes {
        open = if begins { open + 1 } else { open.saturating_sub(1) };
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::at_once;

    #[test]
    fn what_follows_on_each_other_is_never_at_once() {
        assert_eq!(at_once([(0, 5), (5, 9), (9, 12)].into_iter()), 1);
        assert_eq!(at_once([(0, 5), (4, 9), (4, 6), (7, 8)].into_iter()), 3);
        assert_eq!(at_once(std::iter::empty()), 0);
    }
}
