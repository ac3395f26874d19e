//! The tree of a program as text: what is expected, and what was recorded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use tracer::export::{Outcome, SpanRecord};
use tracer::{SpanId, Value};

/// The attribute that tells a span's number, and above [`PROGRAM`] its program's.
pub(crate) const ID: &str = "id";
pub(crate) const PROGRAM: u32 = 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: &'static str,
    pub(crate) parent: Parent,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Span(u32),
    Root,
    /// A root with a link to a span, 0 where that was not recorded.
    Link(u32),
    /// None of this program, or of another trace.
    Wrong,
}

pub(crate) type Tree = BTreeMap<u32, Node>;

/// A line a span, two spaces a level, siblings by number.
pub(crate) fn text(tree: &Tree) -> String {
    let mut children: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
    for (id, node) in tree {
        let parent = match node.parent {
            Parent::Span(parent) if tree.contains_key(&parent) => Some(parent),
            _ => None,
        };
        children.entry(parent).or_default().push(*id);
    }
    let mut text = String::new();
    let mut left: Vec<_> =
        children.remove(&None).into_iter().flatten().rev().map(|id| (id, 0)).collect();
    while let Some((id, level)) = left.pop() {
        let Node { name, parent, outcome } = &tree[&id];
        let outcome = match outcome {
            Outcome::Completed => "",
            Outcome::Cancelled => " cancelled",
            Outcome::Panicked => " panicked",
            _ => " in another way",
        };
        let beside = match parent {
            Parent::Span(parent) if !tree.contains_key(parent) => " of an unknown span",
            Parent::Span(_) | Parent::Root => "",
            Parent::Link(0) => " linked to what is not recorded",
            Parent::Link(to) => &format!(" linked to {to}"),
            Parent::Wrong => " of another trace",
        };
        // Writing to a string does not fail.
        let _written = writeln!(text, "{:1$}{name} {id}{outcome}{beside}", "", level * 2);
        left.extend(
            children.remove(&Some(id)).into_iter().flatten().rev().map(|id| (id, level + 1)),
        );
    }
    text
}

/// The trees of so many programs.
///
/// # Panics
///
/// If a span has no number, or two have the same.
pub(crate) fn recorded(spans: &[SpanRecord], programs: usize) -> Vec<Tree> {
    let known: HashMap<SpanId, &SpanRecord> =
        spans.iter().map(|span| (span.span_id(), span)).collect();
    let mut trees = vec![Tree::new(); programs];
    let mut traces = BTreeSet::new();
    for span in spans {
        let (program, id) = number(span);
        let own = |other: SpanId| known.get(&other).map(|other| (number(other), other.trace_id()));
        let parent = match (span.parent_id(), span.links().next()) {
            (Some(parent), None) => match own(parent) {
                Some(((of, parent), trace)) if of == program && trace == span.trace_id() => {
                    Parent::Span(parent)
                }
                _ => Parent::Wrong,
            },
            (None, _) if !traces.insert(span.trace_id()) => Parent::Wrong,
            (None, None) => Parent::Root,
            (None, Some(link)) => match own(link.span) {
                Some(((of, _), _)) if of != program => Parent::Wrong,
                to => Parent::Link(to.map_or(0, |((_, to), _)| to)),
            },
            (Some(_), Some(_)) => Parent::Wrong,
        };
        let node = Node { name: span.name(), parent, outcome: span.outcome() };
        let other = trees[program].insert(id, node);
        assert_eq!(other, None, "two spans have the number {id}");
    }
    trees
}

fn number(span: &SpanRecord) -> (usize, u32) {
    match span.attribute(ID) {
        Some(Value::I64(number)) => {
            ((number >> PROGRAM) as usize, (number & ((1 << PROGRAM) - 1)) as u32)
        }
        other => panic!("{} without a number: {other:?}", span.name()),
    }
}
