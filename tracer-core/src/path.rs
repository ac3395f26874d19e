//! Calling contexts: which callsites enclose a span, as one number.
//!
//! A context carries the number of its node in one process-wide tree of callsites, so an error
//! knows its stack of spans, through spawn points too, without a walk over open spans. The tree is
//! bounded: deeper or more nodes than below share their parent's number.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::callsite::{self, Callsite};
use crate::id::mix;

/// A node of the tree; 0 is the empty path.
pub(crate) type Path = u32;

const MAX_DEPTH: u16 = 128;
const MAX_NODES: usize = 65_536;
const SEGMENT: usize = 1024;

#[derive(Debug)]
struct Node {
    parent: Path,
    callsite: u32,
    depth: u16,
}

type Segment = Box<[OnceLock<Node>]>;

static NODES: [OnceLock<Segment>; MAX_NODES / SEGMENT] =
    [const { OnceLock::new() }; MAX_NODES / SEGMENT];
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Finds a node by its parent and callsite: open addressing, entries are only ever added.
static INDEX: [AtomicU32; 2 * MAX_NODES] = [const { AtomicU32::new(0) }; 2 * MAX_NODES];

/// Returns the path of a span opened at `callsite` under `parent`.
#[inline(always)]
pub(crate) fn child(parent: Path, callsite: &'static Callsite) -> Path {
    try_child(parent, callsite).unwrap_or_else(|| find(parent, callsite))
}

/// As [`child`], without a call; nothing where the last span opened here had another parent.
#[inline(always)]
pub(crate) fn try_child(parent: Path, callsite: &'static Callsite) -> Option<Path> {
    // Relaxed: both halves travel in one word, and the node behind it is read only by the
    // collector, through a `OnceLock`.
    let last = callsite.last_path.load(Ordering::Relaxed);
    ((last >> 32) as u32 == parent && last as u32 != 0).then_some(last as u32)
}

#[cold]
fn find(parent: Path, callsite: &'static Callsite) -> Path {
    let path = find_in_index(parent, callsite.id());
    callsite.last_path.store(u64::from(parent) << 32 | u64::from(path), Ordering::Relaxed);
    path
}

fn find_in_index(parent: Path, callsite: u32) -> Path {
    let depth = node(parent).map_or(0, |node| node.depth) + 1;
    if depth > MAX_DEPTH {
        return parent;
    }
    let first = mix(u64::from(parent) << 32 | u64::from(callsite)) as usize;
    let mut made = None;
    for probe in 0..INDEX.len() {
        let entry = &INDEX[first.wrapping_add(probe) % INDEX.len()];
        // Acquire: pairs with the exchange below, so the node behind the number can be read.
        let mut found = entry.load(Ordering::Acquire);
        if found == 0 {
            let Some(new) = made.or_else(|| append(Node { parent, callsite, depth })) else {
                return parent;
            };
            made = Some(new);
            match entry.compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return new,
                Err(other) => found = other,
            }
        }
        if node(found).is_some_and(|node| node.parent == parent && node.callsite == callsite) {
            return found;
        }
    }
    parent
}

fn append(new: Node) -> Option<Path> {
    // Relaxed: the number only has to be unique.
    let path = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        (next < MAX_NODES as u32).then_some(next + 1)
    });
    let path = path.ok()?;
    let segment = NODES[path as usize / SEGMENT]
        .get_or_init(|| (0..SEGMENT).map(|_| OnceLock::new()).collect());
    let _first = segment[path as usize % SEGMENT].set(new);
    Some(path)
}

fn node(path: Path) -> Option<&'static Node> {
    NODES.get(path as usize / SEGMENT)?.get()?.get(path as usize % SEGMENT)?.get()
}

/// The callsites of `path`, from the innermost out.
pub(crate) fn callsites(path: Path) -> impl Iterator<Item = &'static Callsite> {
    std::iter::successors(node(path), |inner| node(inner.parent))
        .map(|node| callsite::find(node.callsite))
}

#[cfg(test)]
mod tests {
    use super::{callsites, child};
    use crate::callsite::Callsite;

    static OUTER: Callsite = Callsite::new("outer", "", "", 1, || {});
    static INNER: Callsite = Callsite::new("inner", "", "", 2, || {});
    static DEEP: Callsite = Callsite::new("deep", "", "", 3, || {});

    fn names(path: u32) -> Vec<&'static str> {
        callsites(path).map(Callsite::name).collect()
    }

    #[test]
    fn one_callsite_under_many_callers_keeps_them_apart() {
        let outer = child(0, &OUTER);
        for _ in 0..3 {
            assert_eq!(names(child(outer, &INNER)), ["inner", "outer"]);
            assert_eq!(names(child(0, &INNER)), ["inner"]);
            assert_eq!(names(child(child(outer, &INNER), &INNER)), ["inner", "inner", "outer"]);
        }
        assert_eq!(child(outer, &INNER), child(outer, &INNER));
    }

    #[test]
    fn endless_recursion_stops_growing() {
        let path = (0..1_000).fold(0, |path, _| child(path, &DEEP));
        assert_eq!(names(path).len(), usize::from(super::MAX_DEPTH));
    }
}
