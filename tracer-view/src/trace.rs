//! A trace as it is drawn: its spans as a forest, with what they tell about each other.

use std::collections::{BTreeSet, HashMap, HashSet};

use tracer_core::{Completeness, Outcome, TraceId};

use crate::node::{Node, Stretch};

/// The spans of one trace, as far as they are here.
#[derive(Debug)]
pub(crate) struct Trace<'a> {
    /// The first eight digits of its id.
    pub(crate) id: String,
    /// The service that all of it ran in; empty where that is not known, or there are several.
    pub(crate) service: &'a str,
    /// How many services it ran in, as far as its spans tell.
    pub(crate) services: usize,
    pub(crate) completeness: Completeness,
    pub(crate) nodes: Vec<Node<'a>>,
    pub(crate) roots: Vec<usize>,
    pub(crate) parents: Vec<Option<usize>>,
    /// By start.
    pub(crate) children: Vec<Vec<usize>>,
    /// All nodes, each behind its parent.
    pub(crate) order: Vec<usize>,
    /// The outermost span of the task in which a node ran.
    pub(crate) tasks: Vec<usize>,
    /// Whether a node overlaps a sibling in time.
    pub(crate) concurrent: Vec<bool>,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl<'a> Trace<'a> {
    pub(crate) fn new(mut nodes: Vec<Node<'a>>, id: TraceId, completeness: Completeness) -> Self {
        let mut parents = adopt(&mut nodes);
        let services = services(&nodes);
        enter(&mut nodes, &parents);
        let mut by_start: Vec<usize> = (0..nodes.len()).collect();
        by_start.sort_by_key(|node| (nodes[*node].missing, nodes[*node].start));
        let children = children(&by_start, &parents);
        let (roots, order) = walk(&by_start, &mut parents, &children);
        let tasks = tasks(&nodes, &parents, &order);
        let concurrent = concurrent(&nodes, &children);
        for (node, children) in children.iter().enumerate() {
            pass_panic_on(&mut nodes, node, children);
        }
        let start = nodes.iter().map(|node| node.start).min().unwrap_or(0);
        let end = nodes.iter().map(|node| node.end).max().unwrap_or(0);
        Self {
            id: id.to_string().chars().take(8).collect(),
            service: services.first().copied().filter(|_| services.len() == 1).unwrap_or_default(),
            services: services.len(),
            completeness,
            nodes,
            roots,
            parents,
            children,
            order,
            tasks,
            concurrent,
            start,
            end,
        }
    }

    pub(crate) const fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// When a span was polled, as far as it is known.
    pub(crate) fn polled(&self, node: usize) -> Vec<Stretch> {
        let (span, task) = (&self.nodes[node], &self.nodes[self.tasks[node]]);
        let (start, end) = (span.start, span.end);
        let clipped = || {
            let clipped = task.slices.iter().map(|(from, to)| (*from.max(&start), *to.min(&end)));
            clipped.filter(|(from, to)| from <= to).collect()
        };
        if span.is_open() {
            return clipped();
        }
        let at_once = span.polls == 1 && !span.is_cancelled() && span.slices.is_empty();
        if span.polls == 0 || at_once {
            return vec![(start, end)];
        }
        if task.slices.is_empty() {
            // Several polls within one of the task, or of a task of which nothing is known.
            return if task.polls == 1 {
                vec![(start, end)]
            } else {
                vec![(start, start), (end, end)]
            };
        }
        clipped()
    }

    /// The service of a node, where it is another one than that of its parent.
    pub(crate) fn entered(&self, node: usize) -> Option<&'a str> {
        let service = self.nodes[node].service;
        let around = self.parents[node].map_or("", |parent| self.nodes[parent].service);
        (self.services > 1 && service != around && !service.is_empty()).then_some(service)
    }

    /// How many tasks it ran in: one it began with, others that were spawned or are in other processes.
    pub(crate) fn task_count(&self) -> usize {
        let spawned = self.nodes.iter().filter(|node| node.spawned);
        let known: HashSet<_> =
            spawned.clone().filter_map(|node| Some((node.service, node.task?))).collect();
        let others = spawned.filter(|node| node.task.is_none()).count();
        let entered = self.nodes.iter().zip(&self.parents);
        let entered = entered.filter(|(node, parent)| node.local_root && parent.is_some());
        1 + known.len() + others + entered.count()
    }

    /// Whether it has not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.nodes.iter().any(Node::is_open)
    }
}

/// Finds the parents. Spans whose parent is not here hang at a stand-in, one for each such parent.
fn adopt(nodes: &mut Vec<Node<'_>>) -> Vec<Option<usize>> {
    let mut by_id: HashMap<u64, usize> = HashMap::with_capacity(nodes.len());
    by_id.extend(nodes.iter().enumerate().map(|(index, node)| (node.id, index)));
    let mut parents = Vec::with_capacity(nodes.len());
    for index in 0..nodes.len() {
        let node = &nodes[index];
        let (parent, start, end) = (node.parent, node.start, node.end);
        let found = by_id.get(&parent).copied().filter(|found| parent != 0 && *found != index);
        if found.is_none() && parent != 0 && !node.local_root {
            by_id.insert(parent, nodes.len());
            parents.push(Some(nodes.len()));
            nodes.push(Node::stand_in(parent, start, end));
            continue;
        }
        if let Some(stand_in) = found.map(|found| &mut nodes[found]).filter(|node| node.missing) {
            stand_in.start = stand_in.start.min(start);
            stand_in.end = stand_in.end.max(end);
        }
        parents.push(found);
    }
    parents.resize(nodes.len(), None);
    parents
}

fn services<'a>(nodes: &[Node<'a>]) -> BTreeSet<&'a str> {
    nodes.iter().map(|node| node.service).filter(|service| !service.is_empty()).collect()
}

/// Others than our tracers do not always say that the parent of a span is in another process.
fn enter(nodes: &mut [Node<'_>], parents: &[Option<usize>]) {
    for (node, parent) in parents.iter().enumerate() {
        let around = parent.map(|parent| &nodes[parent]).filter(|around| !around.missing);
        if around.is_some_and(|around| around.service != nodes[node].service) {
            nodes[node].local_root = true;
        }
    }
}

fn children(by_start: &[usize], parents: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); parents.len()];
    for node in by_start {
        if let Some(parent) = parents[*node] {
            children[parent].push(*node);
        }
    }
    children
}

/// Finds the roots and puts each node behind its parent. Spans that are their own ancestors, as
/// colliding ids make them, would be lost: such a circle is cut open.
fn walk(
    by_start: &[usize],
    parents: &mut [Option<usize>],
    children: &[Vec<usize>],
) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = Vec::with_capacity(parents.len());
    let mut seen = vec![false; parents.len()];
    let mut roots: Vec<usize> = Vec::new();
    let first: Vec<usize> =
        by_start.iter().copied().filter(|node| parents[*node].is_none()).collect();
    for root in first.into_iter().chain(by_start.iter().copied()) {
        if seen[root] {
            continue;
        }
        seen[root] = true;
        parents[root] = None;
        roots.push(root);
        let mut next = order.len();
        order.push(root);
        while let Some(node) = order.get(next) {
            next += 1;
            for child in &children[*node] {
                if !std::mem::replace(&mut seen[*child], true) {
                    order.push(*child);
                }
            }
        }
    }
    (roots, order)
}

/// The nearest of itself and its ancestors that has slices of its own, or that a task or the part of a
/// process began with.
fn tasks(nodes: &[Node<'_>], parents: &[Option<usize>], order: &[usize]) -> Vec<usize> {
    let mut tasks: Vec<usize> = (0..nodes.len()).collect();
    for node in order {
        let span = &nodes[*node];
        let own = !span.slices.is_empty() || span.spawned || span.local_root;
        if let (false, Some(parent)) = (own, parents[*node]) {
            tasks[*node] = tasks[parent];
        }
    }
    tasks
}

fn concurrent(nodes: &[Node<'_>], children: &[Vec<usize>]) -> Vec<bool> {
    let mut concurrent = vec![false; nodes.len()];
    for siblings in children {
        let mut last_end = 0;
        for (place, sibling) in siblings.iter().enumerate() {
            let node = &nodes[*sibling];
            let next = siblings.get(place + 1).map(|next| nodes[*next].start);
            concurrent[*sibling] =
                node.start < last_end || next.is_some_and(|next| next < node.end);
            last_end = last_end.max(node.end);
        }
    }
    concurrent
}

/// A panic unwinds through the spans around it: it began where no child panicked.
fn pass_panic_on(nodes: &mut [Node<'_>], node: usize, children: &[usize]) {
    let unwound = |node: &Node<'_>| node.outcome == Outcome::Panicked && !node.spawned;
    let inherited = children.iter().any(|child| unwound(&nodes[*child]));
    if nodes[node].outcome == Outcome::Panicked && inherited {
        if let Some(failure) = &mut nodes[node].failure {
            failure.passed_on = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use tracer_core::Outcome;

    use crate::sketch::{span, trace};

    #[test]
    fn a_span_shows_the_slices_of_its_task_within_its_life() {
        let ms = |stretches: Vec<(u64, u64)>| -> Vec<_> {
            stretches.iter().map(|(start, end)| (start / 1_000_000, end / 1_000_000)).collect()
        };
        let trace = trace(vec![
            span(1, 0, "root", 0.0, 100.0).sliced(&[(0.0, 10.0), (50.0, 60.0), (90.0, 100.0)]),
            span(2, 1, "inner", 5.0, 55.0).polled(2),
            span(3, 2, "innermost", 20.0, 52.0).polled(2),
            span(4, 2, "sync", 20.0, 30.0),
            span(5, 2, "at once", 20.0, 30.0).polled(1),
            span(6, 2, "dropped", 5.0, 30.0).polled(1).ended(Outcome::Cancelled),
            span(7, 3, "task", 30.0, 70.0).spawned().sliced(&[(30.0, 31.0), (69.0, 70.0)]),
            span(8, 7, "in task", 30.0, 70.0).polled(2),
            span(9, 3, "quick task", 30.0, 40.0).spawned().polled(1),
            span(10, 9, "in quick task", 31.0, 39.0).polled(3),
        ]);
        assert_eq!(ms(trace.polled(1)), [(5, 10), (50, 55)]);
        assert_eq!(ms(trace.polled(2)), [(50, 52)]);
        assert_eq!(ms(trace.polled(3)), [(20, 30)]);
        assert_eq!(ms(trace.polled(4)), [(20, 30)]);
        assert_eq!(ms(trace.polled(5)), [(5, 10)]);
        assert_eq!(ms(trace.polled(7)), [(30, 31), (69, 70)]);
        assert_eq!(ms(trace.polled(8)), [(30, 40)]);
        assert_eq!(ms(trace.polled(9)), [(31, 39)]);
    }

    #[test]
    fn a_task_is_counted_once_and_each_process_has_tasks_of_its_own() {
        let mut remote = span(5, 1, "served", 0.0, 1.0).in_service("stock");
        remote.local_root = true;
        let trace = trace(vec![
            span(1, 0, "root", 0.0, 1.0).in_service("web"),
            span(2, 1, "select", 0.0, 0.5).in_service("web").in_task(7),
            span(3, 1, "update", 0.5, 1.0).in_service("web").in_task(7),
            span(4, 1, "in a thread", 0.0, 1.0).in_service("web").spawned(),
            remote,
            span(6, 5, "select", 0.0, 1.0).in_service("stock").in_task(7),
        ]);
        assert_eq!(trace.task_count(), 5);
    }

    #[test]
    fn siblings_that_overlap_are_concurrent() {
        let trace = trace(vec![
            span(1, 0, "root", 0.0, 100.0),
            span(2, 1, "over all", 0.0, 50.0),
            span(3, 1, "within", 10.0, 20.0),
            span(4, 1, "within too", 20.0, 30.0),
            span(5, 1, "after", 50.0, 60.0),
            span(6, 1, "touching", 60.0, 70.0),
        ]);
        assert_eq!(trace.concurrent, [false, true, true, true, false, false]);
    }

    #[test]
    fn a_circle_of_parents_is_cut_open() {
        let trace = trace(vec![
            span(1, 0, "root", 0.0, 1.0),
            span(2, 3, "a", 0.0, 1.0),
            span(3, 2, "b", 0.0, 1.0),
            span(4, 4, "own parent", 0.0, 1.0),
        ]);
        let mut order = trace.order.clone();
        order.sort_unstable();
        assert_eq!(order, (0..trace.nodes.len()).collect::<Vec<_>>());
        assert!(trace.roots.iter().all(|root| trace.parents[*root].is_none()));
    }

    #[test]
    fn the_root_of_a_service_does_not_miss_its_parent() {
        let mut root = span(1, 77, "root", 0.0, 1.0);
        root.local_root = true;
        assert_eq!(trace(vec![root]).nodes.len(), 1);
    }

    #[test]
    fn a_panic_began_where_no_child_of_the_task_panicked() {
        let panicked = |id, parent| {
            span(id, parent, "span", 0.0, 1.0).ended(Outcome::Panicked).failed("", &[])
        };
        let trace = trace(vec![panicked(1, 0), panicked(2, 1), panicked(3, 2).spawned()]);
        let origins: Vec<_> = trace.nodes.iter().map(crate::node::Node::is_origin).collect();
        assert_eq!(origins, [false, true, true]);
    }
}
